"""Clipped gradients against torch.nn.utils."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value
from chalkgrad.nn import clip_grad_norm_, clip_grad_value_


def both(torch: ModuleType, gradients: list[float | None]) -> tuple[list[Value], list[Any]]:
    values = [Value(1.0) for _ in gradients]
    tensors = [torch.tensor(1.0, dtype=torch.float64, requires_grad=True) for _ in gradients]
    for value, tensor, gradient in zip(values, tensors, gradients, strict=True):
        if gradient is not None:
            value.grad = gradient
            tensor.grad = torch.tensor(gradient, dtype=torch.float64)
    return values, tensors


def numbers(values: list[Value], tensors: list[Any]) -> tuple[list[float], list[float]]:
    assert [v.has_grad for v in values] == [t.grad is not None for t in tensors]
    return [v.grad for v in values if v.has_grad], [t.grad.item() for t in tensors if t.grad is not None]


@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.5, math.inf])
def test_norms_are_clipped_as_torch_does(norm_type: float, torch: ModuleType) -> None:
    draw = random.Random(5)
    for _ in range(100):
        gradients = [draw.choice([None, draw.gauss(0.0, 10.0 ** draw.randint(-3, 3))]) for _ in range(6)]
        values, tensors = both(torch, gradients)
        bound = 10.0 ** draw.uniform(-3, 3)
        ours = clip_grad_norm_(values, bound, norm_type)
        theirs = torch.nn.utils.clip_grad_norm_(tensors, bound, norm_type).item()
        assert ours == pytest.approx(theirs, rel=1e-12)
        mine, reference = numbers(values, tensors)
        assert mine == pytest.approx(reference, rel=1e-12)


def test_values_are_clipped_as_torch_does(torch: ModuleType) -> None:
    values, tensors = both(torch, [3.0, -3.0, 0.5, -0.0, math.inf, math.nan, None])
    clip_grad_value_(values, 1.5)
    torch.nn.utils.clip_grad_value_(tensors, 1.5)
    mine, reference = numbers(values, tensors)
    assert list(map(repr, mine)) == list(map(repr, reference))


def test_a_norm_that_is_not_finite(torch: ModuleType) -> None:
    for bad in (math.inf, math.nan):
        values, tensors = both(torch, [bad, 1.0])
        assert repr(clip_grad_norm_(values, 1.0)) == repr(torch.nn.utils.clip_grad_norm_(tensors, 1.0).item())
        mine, reference = numbers(values, tensors)
        assert list(map(repr, mine)) == list(map(repr, reference))
        values, _ = both(torch, [bad, 1.0])
        with pytest.raises(ArgumentError, match=f"the gradients have a norm of {bad}"):
            clip_grad_norm_(values, 1.0, error_if_nonfinite=True)
        assert values[1].grad == 1.0


def test_huge_gradients_have_a_norm() -> None:
    p = Value(0.0)
    p.grad = 1e200
    assert clip_grad_norm_([p], 1.0) == 1e200 and p.grad == pytest.approx(1.0)
    assert clip_grad_norm_(p, 1.0) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: clip_grad_norm_([Value(1.0)], 0.0), ArgumentError, "max_norm must be more than 0"),
        (lambda: clip_grad_norm_([Value(1.0)], 1.0, 0.5), ArgumentError, "norm_type 1 or more"),
        (lambda: clip_grad_norm_([2.0], 1.0), ArgumentTypeError, r"parameters\[0\] must be a Value, got float"),  # type: ignore[list-item]
        (lambda: clip_grad_value_(3, 1.0), ArgumentTypeError, r"parameters\[0\] must be a Value, got int"),  # type: ignore[arg-type]
        (lambda: clip_grad_value_([Value(1.0)], -1.0), ArgumentError, "clip_value must be"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
