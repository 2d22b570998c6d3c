"""Derivatives where it matters who was asked first: masks that are nan, tolerances at their edge, numbers set anew."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from chalkgrad.engine import (
    ArgumentError,
    Op,
    Value,
    clamp,
    copysign,
    grad,
    gradcheck,
    hessian,
    maximum,
    minimum,
    ops,
    where,
)


@pytest.mark.parametrize("choose", [lambda x: where(0.0, x, Value(3.0)), lambda x: maximum(x, 3.0)])
def test_a_side_that_is_not_taken_gets_nothing_even_below_a_choice_that_is_nan(
    choose: Callable[[Value], Value],
) -> None:
    x = Value(1.0)
    out = maximum(Value(math.nan), choose(x))
    assert grad(out, x) == grad(out, x, create_graph=True).data == hessian(out, x) == 0.0
    out.backward()
    assert x.grad == 0.0
    assert math.isnan(grad(maximum(Value(math.nan), minimum(x, 3.0)), x, create_graph=True).data)


def test_a_derivative_has_no_node_for_a_factor_of_1() -> None:
    x = Value(0.5)
    out = x.exp()
    assert grad(out, x, create_graph=True) is out
    assert grad(out + 3.0, x, create_graph=True) is out


def test_a_leaf_that_is_given_its_own_number_again_has_not_changed() -> None:
    x = Value(2.5)
    out = x * x
    x.data = float("2.5")
    assert grad(out, x, create_graph=True).data == 5.0
    y = Value(math.nan)
    out = y * y
    y.data = float("nan")
    assert math.isnan(grad(out, y, create_graph=True).data)


def test_gradcheck_allows_what_its_tolerances_say_and_no_more() -> None:
    def sloped(slope: float, written: float) -> Op:
        return Op("sloped", lambda x: slope * x, lambda out, x: (written,))

    assert gradcheck(sloped(1.0, 1.5), [0.0], eps=0.5, atol=0.5, rtol=0.0)
    assert gradcheck(sloped(128.0, 192.0), [0.0], eps=0.5, atol=0.0, rtol=0.5)
    assert gradcheck(sloped(128.0, 193.0), [0.0], eps=0.5, atol=1.0, rtol=0.5)
    for atol, rtol in ((0.25, 0.0), (0.0, 0.25), (0.125, 0.25)):
        with pytest.raises(ArgumentError, match="the central difference 1"):
            gradcheck(sloped(1.0, 1.5), [0.0], eps=0.5, atol=atol, rtol=rtol)
    with pytest.raises(ArgumentError, match="eps must be above 0"):
        gradcheck(sloped(1.0, 1.0), [0.0], eps=0.0)


def test_clamp_between_equal_bounds_is_that_number() -> None:
    x = Value(3.0)
    assert clamp(x, 2.0, 2.0).data == clamp(0.0, 2.0, 2.0) == 2.0
    with pytest.raises(ArgumentError, match="min <= max"):
        clamp(x, 2.0, 1.0)


@pytest.mark.parametrize("name", ["sign", "peak", "stop_gradient", "gt", "ge", "lt", "le", "eq", "ne"])
def test_nothing_comes_through_a_step_not_even_an_infinite_gradient(name: str) -> None:
    op = ops.OPS[name]
    leaves = [Value(1.0), Value(2.0)][: op.arity]
    op(*leaves).backward(math.inf)
    assert [leaf.grad for leaf in leaves] == [0.0] * len(leaves)


def test_a_slope_below_zero_does_not_shut_what_a_choice_left_open() -> None:
    """Two ways lead to x, one not taken, one by a selecting op with the slope -1: the graph has what backward has."""
    x = Value(1.0)
    y = copysign(maximum(-3.0 * x, x), x)
    y.backward()
    z = Value(2.0)
    turned = copysign(z, -z) + maximum(z, 3.0)
    assert grad(y, x, create_graph=True).data == grad(y, x) == x.grad == 1.0
    assert grad(turned, z, create_graph=True).data == grad(turned, z) == -1.0
