"""A program of one's own against its graph: looks that only the watch can see, metrics that change something."""

from __future__ import annotations

import math
from typing import Any

import pytest

from chalkgrad import nn
from chalkgrad.engine import ArgumentError, Value
from chalkgrad.nn.agreement import Agreement, check_gradient
from chalkgrad.nn.arguments import UnsuitableError
from chalkgrad.nn.known import stranger
from chalkgrad.nn.progress import hint
from chalkgrad.nn.sample_graph import _chosen, _numbered

pytest.importorskip("numpy")

X = [[0.1 * i] for i in range(12)]
y = [0.3 * i - 1.0 for i in range(12)]


class Own(nn.Module):
    """A model of the user's: a layer, and what is done with the input first."""

    def __init__(self, first: Any = None) -> None:
        self.layer = nn.Linear(1, 1, seed=0)
        self.first = first

    def forward(self, x: Any) -> Any:
        return self.layer(self.first(x) if self.first else x)


def train(model: nn.Module, *, compile: Any = True, maximize: bool = False, **settings: Any) -> list[float]:
    optimizer = nn.SGD(model.parameters(), lr=0.01, momentum=0.5, maximize=maximize)
    nn.fit(model, X, y, "mse_loss", optimizer, 2, 5, seed=0, progress=False, compile=compile, **settings)
    return [p.data for p in model.parameters()]


RARE = {99.0: 5.0}  # no sample has it, so no comparison with eager could tell


@pytest.mark.parametrize(
    "look",
    [
        lambda x: [x[0] * RARE.get(x[0], 1.0)],
        lambda x: [x[0] * (2.0 if x[0] == 99.0 else 1.0)],
        lambda x: [x[0] * (2.0 if x[0] in (99.0, 98.0) else 1.0)],
        lambda x: [x[0] * (2.0 if x[0] in {99.0, 98.0} else 1.0)],
        lambda x: [x[0] * (2.0 if x[0] > 99.0 else 1.0)],
        lambda x: [x[0] * (2.0 if f"{x[0]:.1f}" == "99.0" else 1.0)],
    ],
    ids=["get", "==", "in", "in a set", ">", "text"],
)
def test_a_look_that_changes_nothing_here_is_a_look(look: Any) -> None:
    with pytest.raises(ArgumentError, match="looks at numbers"):
        train(Own(look))


def test_going_up_the_gradient_compiles() -> None:
    assert train(Own(), maximize=True) == pytest.approx(train(Own(), maximize=True, compile=False), rel=1e-12)
    assert train(Own(), maximize=True) != train(Own())


def test_a_metric_that_changes_the_model_is_refused() -> None:
    model: Any = Own()
    model.calls = 0

    def metric(output: float, target: float) -> float:
        model.calls += 1
        return 0.0

    with pytest.raises(ArgumentError, match="calls is changed by the metric"):
        train(model, metric=metric)


def test_which_gradients_agree() -> None:
    check_gradient([1.0, -2.0], [1.0, -2.0])
    check_gradient([100.00001, 1e-9], [100.0, 0.0])
    check_gradient([math.nan, math.inf, 1.0], [1.0, 2.0, math.nan])  # an overflow on one of two ways is no other graph
    check_gradient([], [])
    for mine, expected in (
        ([1.0], [1.00001]),
        ([0.0, 1.0], [0.00001, 1.0]),
        ([1e-9], [2e-9]),
        ([math.inf, 1.0], [1.0, 2.0]),
    ):
        with pytest.raises(UnsuitableError, match="in the first step it gives a gradient of"):
            check_gradient(mine, expected)


def test_a_stranger_is_found_wherever_it_is_held() -> None:
    class Own:
        pass

    for held in ([Own()], (Own(),), {"a": Own()}, {"a": [{"b": Own()}]}, {Own(): 1.0}):
        model: Any = nn.Linear(1, 1)
        assert stranger(model) is None
        model.extra = held
        assert stranger(model) == "Own"
    model.extra = Value(1.0) * 2.0
    assert stranger(model) == "a Value that was computed"


def test_a_hint_is_given_from_twice_as_fast_on(capsys: pytest.CaptureFixture[str]) -> None:
    class Slow:
        pass

    class Twice:
        pass

    hint(Slow(), "the model", 299, 2)
    assert capsys.readouterr().err == ""
    for _ in range(2):
        hint(Twice(), "the model", 300, 2)
    assert capsys.readouterr().err.count("about 2 times faster") == 1


def test_sixty_four_different_targets_are_chosen_from_and_no_more() -> None:
    assert len(_numbered([*range(64), *range(64)])) == 64
    with pytest.raises(UnsuitableError, match=r"there are 65 different ones \(at most 64\)"):
        _numbered(range(65))


def test_which_updates_agree() -> None:
    agreement = object.__new__(Agreement)
    agreement._optimizer = nn.SGD([Value(1.0)], lr=0.5)

    def check(gradient: float, after: float, number: float = 1.0) -> None:
        agreement.check_step((2.0, [gradient]), 2.0, [gradient], [(number, None, after)])

    check(1.0, 0.5)
    check(1.0, 0.5 + 1e-8)  # another order of rounding, over many numbers
    check(1e-12, 1.5e-12, 1e-12)  # next to nothing
    check(math.nan, math.nan)
    check(math.inf, -math.inf)
    for gradient, after in ((1.0, 0.501), (math.nan, 0.5), (1.0, math.nan), (1.0, 1.5)):
        with pytest.raises(UnsuitableError, match="the update of SGD does not do for all"):
            check(gradient, after)
    with pytest.raises(UnsuitableError, match="gives a mean loss of 2, the model 3"):
        agreement.check_step((3.0, []), 2.0, [], [])


def test_the_loss_that_is_chosen_keeps_its_bits() -> None:
    losses = [Value(5.0), Value(-0.0), Value(math.inf)]
    assert [repr(_chosen(Value(float(i)), losses).data) for i in range(3)] == ["5.0", "-0.0", "inf"]
