"""What simplifying leaves of expressions of numbers, what `fast_math` may leave out, and plans in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.compiled import bits, each_backend, squares

from chalkgrad.engine import ArgumentError, Op, Value, where
from chalkgrad.engine.compiler.program import compile
from chalkgrad.engine.compiler.simplify import simplify
from chalkgrad.engine.compiler.source import to_numpy_source
from chalkgrad.engine.compiler.tape import Tape, lower
from chalkgrad.engine.compiler.trainer import Trainer


def ops_of(tape: Tape) -> list[str]:
    return [op.name for op in tape.ops if op.arity != 0]


def number_of(tape: Tape) -> float:
    return tape.constants[tape.outputs[0]]


def test_an_expression_of_numbers_becomes_a_number() -> None:
    x = Value(2.0)
    tape = simplify(lower([(x**0 * 3.0 + where(1.0, 4.0, x)).exp().log() - 0.5], [x]))
    assert ops_of(tape) == [] and number_of(tape) == 6.5
    unfolded = simplify(lower([x**0 * 3.0 + 1.0], [x]), fold=False)
    assert ops_of(unfolded) == ["add"] and unfolded.run([7.0]) == [4.0]


def test_a_zeroth_power_is_1_whatever_its_base() -> None:
    x = Value(2.0)
    for fast in (False, True):
        tape = simplify(lower([x**0], [x]), fast=fast)
        assert ops_of(tape) == [] and number_of(tape) == 1.0
        assert ops_of(simplify(lower([x**1], [x]), fast=fast)) == []
        assert ops_of(simplify(lower([x**0.5], [x]), fast=fast)) == ["power"]


@pytest.mark.parametrize(
    ("build", "left"),
    [
        (lambda x: x + 0.0, []),
        (lambda x: 0.0 + x, []),
        (lambda x: x + -0.0, []),
        (lambda x: x + 1.0, ["add"]),
        (lambda x: x * 1.0, []),
        (lambda x: x**2, ["mul"]),
        (lambda x: x**3, ["mul", "mul"]),
        (lambda x: x**-1, ["div"]),
    ],
)
def test_what_fast_math_leaves(build: Callable[[Value], Value], left: list[str]) -> None:
    x = Value(3.0)
    tape = simplify(lower([build(x)], [x]), fast=True)
    assert ops_of(tape) == left
    assert tape.run([5.0])[0] == pytest.approx(build(Value(5.0)).data, rel=1e-15)


def test_a_plan_in_words() -> None:
    program = compile(*squares((2, 8, 8, 1)))
    assert str(program.plan).splitlines() == [
        "once       dots       1 of 106 products",
        "once       map        *, 105 times",
        "once       map        +, 105 times",
        "once       piece      *, +",
        "each row   matvec     8 x 3",
        "each row   map        relu, 8 times",
        "each row   map        >, 8 times",
        "each row   matvec     8 x 9",
        "each row   map        relu, 8 times",
        "each row   map        >, 8 times",
        "each row   map        *, 8 times",
        "each row   piece      +, +, +, +, +, +, +, +, -",
        "each row   outer      1 x 1, summed over the rows",
        "each row   piece      +",
        "each row   map        *, 8 times",
        "each row   outer      1 x 9, summed over the rows",
        "each row   map        *, 8 times",
        "each row   matvec     8 x 8",
        "each row   outer      8 x 9, summed over the rows",
        "each row   map        *, 8 times",
        "each row   outer      8 x 3, summed over the rows",
    ]


@each_backend
def test_several_outputs_have_no_gradient_even_with_parameters(backend: str) -> None:
    x, w = Value(1.0), Value(2.0)
    program = compile([w * x, w], [x], [w], backend=backend)
    assert program([3.0]).tolist() == [6.0, 2.0]
    with pytest.raises(ArgumentError, match="it has several outputs"):
        program.value_and_grad([[3.0]])


def test_values_alone_do_not_pay_for_gradients() -> None:
    asked = []

    def slope(x: float) -> float:
        asked.append(x)
        return 2.0

    derivative = Op("slope", slope, lambda out, x: (0.0,))
    double = Op("double", lambda x: 2.0 * x, lambda out, x: (derivative(x),))
    w = Value(1.0)
    program = compile(double(w), [], [w], backend="numpy")
    asked.clear()
    assert program() == 2.0 and asked == []
    assert program.value_and_grad()[1].tolist() == [2.0] and asked == [1.0]


def test_machine_code_keeps_the_sign_of_a_total_that_is_0() -> None:
    x, w = Value(1.0), Value(2.0)
    value, gradient = compile(w * x, [x], [w], backend="llvm").value_and_grad([[-0.0], [-0.0]])
    assert bits([value, *gradient]) == bits([-0.0, -0.0])


def test_the_source_names_every_leaf_in_a_comment() -> None:
    x, w, v = Value(1.0, "x"), Value(2.0, "weight"), Value(3.0)
    source = to_numpy_source(compile(w * x + v, inputs=[x]))
    assert "    2.0,  # weight\n    3.0,  # a leaf without a label\n]" in source


def test_parameters_of_a_trainer_are_leaves_of_their_own() -> None:
    x, w = Value(0.0), Value(3.0)
    for parameters, message in (
        ([w, w], "is given twice"),
        ([w, x], "is an input as well"),
        ([w * 2.0], "must be a leaf"),
    ):
        with pytest.raises(ArgumentError, match=message):
            Trainer(w * x, [x], parameters, lambda w, g: [w - g])
