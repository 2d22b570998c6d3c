"""Simplifying: what each step may and may not do to the lines of a tape, and that every bit stays."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from support.semantics import SEMANTICS, Row, same

from chalkgrad.engine import Value, grad, logsumexp, ops, where
from chalkgrad.engine.compiler.simplify import prune, simplify
from chalkgrad.engine.compiler.tape import Tape, lower

CORNERS = (0.0, -0.0, 1.0, -1.0, 0.5, 3.0, 5e-324, 1e308, math.inf, -math.inf, math.nan)


def ops_of(tape: Tape) -> list[str]:
    return [op.name for op in tape.ops if op.arity != 0]


def simplified(output: Value, *inputs: Value, **settings: bool) -> Tape:
    return simplify(lower([output], inputs), **settings)


@pytest.mark.parametrize("row", SEMANTICS, ids=lambda row: row.id)
def test_tape_runs_as_eager_does_before_and_after_simplifying(row: Row) -> None:
    leaves = [Value(x) for x in row.at]
    root = row.build(*leaves)
    outputs = [root, *grad(root, leaves, create_graph=True)]
    tape = lower(outputs)
    for variant in (tape, simplify(tape)):
        for got, output in zip(variant.run(), outputs, strict=True):
            assert same(got, output.data)


def test_constants_are_folded() -> None:
    x = Value(1.0)
    tape = simplified(x * (Value(2.0).exp() * 0 + x.parents.__len__()), x)
    assert "exp" in ops_of(tape)  # of a leaf, which may change
    half = 1 + where(1.0, x, 0.0)
    assert ops_of(simplified(x * (half - half.parents[0] * 3.0), x)) != []


def test_a_constant_expression_is_computed_while_simplifying() -> None:
    x = Value(1.0)
    constant = x.ge(0.0)  # not constant: it depends on x
    number = ops.exp(ops.neg(Value(0.0) * 1.0))
    assert "ge" in ops_of(simplified(constant, x))
    assert "exp" in ops_of(simplified(number))
    folded = simplify(lower([x * 2.0 * 1.0], [x]))
    assert ops_of(folded) == ["mul"]


@pytest.mark.parametrize(
    "build",
    [
        lambda x: x * 1.0, lambda x: 1.0 * x, lambda x: x / 1.0, lambda x: x - 0.0, lambda x: x + -0.0,
        lambda x: -0.0 + x, lambda x: (-x).neg(), lambda x: x**1,
        lambda x: where(1.0, x, 2.0 * x), lambda x: where(0.0, -x, x),
    ],
)  # fmt: skip
def test_what_changes_nothing_vanishes(build: Callable[[Value], Value]) -> None:
    x = Value(2.0)
    tape = simplified(build(x), x)
    assert ops_of(tape) == []
    assert ops_of(simplified(build(x), x, identities=False)) != []
    for number in CORNERS:
        assert same(tape.run([number])[0], build(Value(number)).data)


@pytest.mark.parametrize(
    "build",
    [
        lambda x: x + 0.0, lambda x: 0.0 + x, lambda x: x * 0.0, lambda x: x - x, lambda x: x / x, lambda x: 0.0 - x,
        lambda x: x**2, lambda x: x.maximum(x), lambda x: where(x, x, x), lambda x: x - -0.0,
    ],
)  # fmt: skip
def test_what_might_change_a_bit_stays(build: Callable[[Value], Value]) -> None:
    x = Value(2.0)
    tape = simplified(build(x), x)
    assert ops_of(tape) != []
    for number in CORNERS:
        assert same(tape.run([number])[0], build(Value(number)).data)


def test_common_subexpressions_are_computed_once() -> None:
    x, y = Value(2.0), Value(3.0)
    root = (x * y).tanh() + (y * x).tanh() + (x - y) * (y - x) + x**2 * x**3
    assert sorted(ops_of(simplified(root, x, y))).count("mul") == 3
    assert ops_of(simplified(root, x, y)).count("tanh") == 1
    assert ops_of(simplified(root, x, y)).count("sub") == 2
    assert ops_of(simplified(root, x, y)).count("power") == 2
    assert ops_of(simplified(root, x, y, share=False)).count("tanh") == 2


def test_maximum_of_zeros_does_not_commute() -> None:
    x, y = Value(0.0), Value(-0.0)
    tape = simplify(lower([x.maximum(y), y.maximum(x)], [x, y]))
    first, second = tape.run([0.0, -0.0])
    assert same(first, 0.0) and same(second, -0.0)


def test_zero_and_minus_zero_are_two_constants() -> None:
    x = Value(1.0)
    tape = simplify(lower([x * 0.0, x * -0.0], [x]))
    assert [math.copysign(1.0, y) for y in tape.run([1.0])] == [1.0, -1.0]


def test_fast_rewrites() -> None:
    x = Value(3.0)
    tape = simplified(x**2 + 0.0 + x**3 + x**-1, x, fast=True)
    assert "power" not in ops_of(tape)
    assert tape.run([3.0])[0] == pytest.approx(9 + 27 + 1 / 3)


def test_logsumexp_is_spelled_out_to_the_same_bits() -> None:
    leaves = [Value(x) for x in (1.0, 7.5, -3.0, 7.5)]
    tape = simplify(lower([logsumexp(*leaves)], leaves))
    assert "logsumexp" not in ops_of(tape)
    for shift in (0.0, 1000.0, -1e300, math.inf, math.nan):
        numbers = [leaf.data + shift for leaf in leaves]
        assert same(tape.run(numbers)[0], logsumexp(*numbers))
    fast = simplify(lower([logsumexp(*leaves)], leaves), fast=True)
    assert fast.run([0.0, 1.0, 2.0, 3.0])[0] == pytest.approx(logsumexp(0.0, 1.0, 2.0, 3.0), rel=1e-15)


def test_dead_code_goes_inputs_stay() -> None:
    x, y = Value(1.0), Value(2.0)
    tape = lower([x + y, x * y], [x, y])
    assert ops_of(prune(tape, tape.outputs[:1])) == ["add"]
    assert len(prune(tape, [0]).inputs) == 2


def test_gradient_is_lowered_like_any_graph() -> None:
    x, w = Value(0.5), Value(2.0)
    loss = (x * w).tanh()
    (slope,) = grad(loss, [w], create_graph=True)
    tape = simplify(lower([loss, slope], [x]))
    assert ops_of(tape).count("mul") == 2  # x * w is shared by value and slope
    assert tape.run([0.5]) == [loss.data, slope.data]


def test_deep_graphs() -> None:
    x = Value(1.0)
    y = x
    for _ in range(100_000):
        y = y * 1.0 + x
    tape = simplified(y, x)
    assert len(tape) == 100_001
    assert tape.run([1.0]) == [100_001.0]
