"""Metrics: what is right, and that both forms, for one sample and for many, say the same."""

from __future__ import annotations

import random
from typing import Any

import pytest

from chalkgrad.engine import Value
from chalkgrad.nn.losses import LOSSES, METRICS
from chalkgrad.nn.metrics import LargestIsClass, Metric, OneByOne, SameSide

np = pytest.importorskip("numpy")

DRAW = random.Random(3)


def numbers(*shape: int) -> Any:
    """Nested lists of numbers; every third is 0, where sides change, and ties are frequent."""
    if not shape:
        return DRAW.choice([0.0, DRAW.uniform(-2.0, 2.0), float(DRAW.randint(-2, 2))])
    return [numbers(*shape[1:]) for _ in range(shape[0])]


def probabilities(classes: int) -> list[float]:
    shares = [DRAW.random() for _ in range(classes)]
    return [share / sum(shares) for share in shares]


CASES = {
    "classes": (LargestIsClass(), numbers(60, 4), [DRAW.randrange(4) for _ in range(60)]),
    "probabilities": (LargestIsClass(), numbers(60, 4), [probabilities(4) for _ in range(60)]),
    "sides": (SameSide(0.0), numbers(60), [DRAW.choice([-1, 1]) for _ in range(60)]),
    "several sides": (SameSide(0.0), numbers(60, 3), [[DRAW.choice([-1, 1]) for _ in range(3)] for _ in range(60)]),
    "bits": (SameSide(0.5), numbers(60), [DRAW.choice([0, 1, 0.5, 0.2]) for _ in range(60)]),
    "one of one's own": (OneByOne(lambda output, target: output > target), numbers(60), numbers(60)),
}


@pytest.mark.parametrize("case", CASES)
def test_many_are_judged_as_one_is(case: str) -> None:
    metric, outputs, targets = CASES[case]
    singly = [metric(output, target) for output, target in zip(outputs, targets, strict=True)]
    together = metric.many(np.array(outputs), targets)
    assert together.dtype == float and together.tolist() == singly
    assert 0.0 < sum(singly) < len(singly)


def test_outputs_may_be_values() -> None:
    assert LargestIsClass()([Value(1.0), Value(3.0)], 1) == 1.0
    assert SameSide(0.0)(Value(-1.0), -1) == 1.0
    assert SameSide(0.5)([Value(2.0), Value(-2.0)], [1, 1]) == 0.5


def test_a_metric_needs_one_form_only() -> None:
    class Near(Metric):
        def __call__(self, output: Any, target: Any) -> float:
            return float(abs(float(output) - target) < 0.5)

    assert Near().many(np.array([1.0, 2.0]), [1.2, 3.0]).tolist() == [1.0, 0.0]
    with pytest.raises(NotImplementedError, match="Metric must define __call__"):
        Metric()(1.0, 1.0)


def test_every_loss_names_its_metric_or_says_that_it_has_none() -> None:
    assert list(LOSSES.values()) == list(METRICS)
    assert all(name == loss.__name__ for name, loss in LOSSES.items())
