"""Value: operators, what a node knows, and what Python does with it."""

from __future__ import annotations

import copy
import math
import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from chalkgrad.engine import Value, grad, maximum, relu, tanh
from chalkgrad.engine.ops import Op

# operators

ARITHMETIC = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}
SLOPES: dict[str, Callable[[float, float], tuple[float, float]]] = {
    "+": lambda a, b: (1.0, 1.0),
    "-": lambda a, b: (1.0, -1.0),
    "*": lambda a, b: (b, a),
    "/": lambda a, b: (1 / b, -a / b / b),
    "**": lambda a, b: (b * a ** (b - 1), a**b * math.log(a)),
}
NUMBERS = [3, 2.5, True, Fraction(7, 4), Decimal("1.5")]


def numpy_numbers() -> list[object]:
    np = pytest.importorskip("numpy")
    return [np.float64(2.5), np.float32(1.5), np.float16(0.5), np.int64(3), np.uint8(2), np.bool_(True), np.array(2.5)]


@pytest.mark.parametrize("symbol", ARITHMETIC)
def test_two_values(symbol: str) -> None:
    a, b = Value(1.75), Value(2.5)
    out = ARITHMETIC[symbol](a, b)
    assert out.data == ARITHMETIC[symbol](1.75, 2.5)
    assert out.parents == (a, b)
    out.backward()
    assert (a.grad, b.grad) == pytest.approx(SLOPES[symbol](1.75, 2.5), rel=1e-15)


@pytest.mark.parametrize("symbol", ARITHMETIC)
@pytest.mark.parametrize("numbers", [lambda: NUMBERS, numpy_numbers], ids=["python", "numpy"])
def test_a_value_and_a_number_either_way_round(symbol: str, numbers: Callable[[], list[Any]]) -> None:
    apply = ARITHMETIC[symbol]
    for number in numbers():
        a = Value(1.75)
        out = apply(a, number)
        assert type(out) is Value and type(out.data) is float
        assert out.data == apply(1.75, float(number)), number
        out.backward()
        assert a.grad == pytest.approx(SLOPES[symbol](1.75, float(number))[0], rel=1e-15), number
        b = Value(1.75)
        out = apply(number, b)
        assert type(out) is Value and type(out.data) is float
        assert out.data == apply(float(number), 1.75), number
        out.backward()
        assert b.grad == pytest.approx(SLOPES[symbol](float(number), 1.75)[1], rel=1e-15, abs=1e-300), number
        assert all(parent.grad == 0.0 for parent in out.parents if parent.is_constant)


@pytest.mark.parametrize("symbol", ARITHMETIC)
def test_in_place_forms_make_a_new_node(symbol: str) -> None:
    apply = getattr(operator, {"+": "iadd", "-": "isub", "*": "imul", "/": "itruediv", "**": "ipow"}[symbol])
    a = before = Value(1.75)
    a = apply(a, Value(2.0))
    assert a is not before and before.data == 1.75 and a.data == ARITHMETIC[symbol](1.75, 2.0)
    a.backward()
    assert before.grad == pytest.approx(SLOPES[symbol](1.75, 2.0)[0], rel=1e-15)


def test_signs() -> None:
    a = Value(-2.0)
    assert (+a) is a
    assert (-a).data == 2.0 and abs(a).data == 2.0
    (-a + abs(a)).backward()
    assert a.grad == -2.0


def test_powers_of_a_negative_base() -> None:
    a = Value(-2.0)
    assert (a**3).data == -8.0 and math.isnan((a**0.5).data)
    (a**3).backward()
    assert a.grad == 12.0


def test_sum_and_other_things_python_does_with_numbers() -> None:
    values = [Value(x) for x in (1.0, 2.0, 3.0)]
    total = sum(values)
    assert isinstance(total, Value)
    total.backward()
    assert total.data == 6.0 and [v.grad for v in values] == [1.0, 1.0, 1.0]
    assert float(values[1]) == 2.0
    assert bool(Value(0.0)) is False and bool(Value(-0.5)) is True
    assert max(values) is values[2] and sorted(values, reverse=True)[0] is values[2]
    assert f"{values[0]:.2f}" == "1.00" and f"{values[0]}" == repr(values[0])
    assert math.floor(Value(2.5)) == 2


@pytest.mark.parametrize("number", [2, 2.5, True, Fraction(5, 2), Decimal("2.5")])
def test_comparison_with_numbers_either_way_round(number: Any) -> None:
    a = Value(2.25)
    for compare in (operator.lt, operator.le, operator.gt, operator.ge):
        assert compare(a, number) is compare(2.25, float(number))
        assert compare(number, a) is compare(float(number), 2.25)
    assert (a == number) is False and (a != number) is True


# what a node knows


def test_repr_and_labels() -> None:
    a = Value(2, label="a")
    assert repr(a) == "Value(data=2.0, grad=0.0, label='a')"
    assert repr(a * 0.5) == "Value(data=1.0, grad=0.0)"
    a.label = "weights[0]"
    assert a.label == "weights[0]" and Value(1.0).label == ""
    odd = "\x00\n<img src=x>\\N{a|b}\"];'\ud800"
    assert Value(1, label=odd).label == odd and "label=" in repr(Value(1, label=odd))


def test_scope_and_label_do_not_disturb_each_other() -> None:
    a, b = Value(1.0), Value(2.0)
    assert a.scope == ""
    a.scope = b.scope = "layer1.neuron0"
    a.label = "w"
    assert (a.label, a.scope) == ("w", "layer1.neuron0") and (b.label, b.scope) == ("", "layer1.neuron0")
    a.scope = "layer2"
    assert (a.label, a.scope, b.scope) == ("w", "layer2", "layer1.neuron0")
    assert (copy.copy(a).label, copy.deepcopy(a).scope) == ("w", "layer2")


def test_parents_keep_order_and_repetition() -> None:
    a, b = Value(5.0), Value(3.0)
    assert (a - b).parents == (a, b) and (b - a).parents == (b, a)
    assert (a + a).parents == (a, a)
    assert maximum(a, b).parents == (a, b)
    two_minus = 2 - a
    assert [p.data for p in two_minus.parents] == [2.0, 5.0] and two_minus.parents[0].is_constant
    assert a.parents == () and a.op is None and a.is_leaf and not a.is_constant


def test_local_is_the_rule_at_the_forward_point() -> None:
    a, b = Value(3.0), Value(4.0)
    product = a * b
    local = product.local
    a.data, b.data, product.data = 100.0, 200.0, 300.0
    assert local() == product.local() == (4.0, 3.0)
    root = a.tanh()
    assert root.local() == pytest.approx((1 / math.cosh(100.0) ** 2,), rel=1e-14)


def test_micrograd_names() -> None:
    a, b = Value(-4.0), Value(2.0)
    c = a * b
    assert c._prev == (a, b) and c._op == "*" and a._op == "" and a._prev == ()
    c.grad = 1.0
    c._backward()
    assert (a.grad, b.grad) == (2.0, -4.0)
    square = a * a
    square.grad = 1.0
    square._backward()
    assert a.grad == 2.0 - 4.0 - 4.0


def test_micrograd_readme_example() -> None:
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    assert f"{g.data:.4f}" == "24.7041"
    g.backward()
    assert f"{a.grad:.4f}" == "138.8338"
    assert f"{b.grad:.4f}" == "645.5773"


def test_a_gradient_that_was_not_computed_is_told_apart_from_zero() -> None:
    a = Value(1.0)
    assert a.grad == 0.0 and not a.has_grad
    a.grad = 0.0
    assert a.has_grad
    a.grad = None
    assert not a.has_grad and a.grad == 0.0
    a.grad = None
    (a * 3).backward()
    assert a.has_grad and a.grad == 3.0


def test_data_and_grad_are_exactly_float() -> None:
    np = pytest.importorskip("numpy")

    class Celsius(float):
        pass

    for number in (1, True, Fraction(1, 2), Decimal("0.5"), np.float32(0.5), np.array(0.5), Celsius(0.5)):
        a = Value(number)
        a.grad = number
        assert type(a.data) is float and type(a.grad) is float
        a.data = number
        assert type(a.data) is float and type((a + number).data) is float and type((a**number).data) is float


def test_an_op_of_ones_own_is_held_to_floats() -> None:
    np = pytest.importorskip("numpy")
    floor = Op("floor", math.floor, lambda out, x: (np.float64(0.0),), r"\lfloor {0} \rfloor")
    a = Value(2.5)
    out = floor(a) * a
    assert type(floor(a).data) is float and out.data == 5.0
    out.backward()
    assert type(a.grad) is float and a.grad == 2.0


def test_a_subclass_is_a_value() -> None:
    class Parameter(Value):
        """With attributes of its own."""

        frozen: bool

    a, b = Parameter(2.0, label="w"), Value(3.0)
    a.frozen = True
    for out in (a * b, b * a):
        assert type(out) is Parameter and a in out.parents
    (a * b + b - a).backward()
    assert (a.grad, b.grad) == (2.0, 3.0)
    assert grad(a**2, a) == 4.0 and (2**a).data == 4.0 and (a < b) is True


# functions on floats and on Values


def test_functions_take_what_they_are_given() -> None:
    assert type(tanh(0.5)) is float and type(tanh(1)) is float and type(tanh(Value(0.5))) is Value
    assert relu(True) == 1.0 and type(relu(Fraction(1, 2))) is float  # type: ignore[call-overload]
    assert type(maximum(1, Value(2.0))) is Value and maximum(1, 2) == 2.0
    assert Value(0.5).tanh().data == tanh(0.5) == math.tanh(0.5)


def test_what_cannot_be_assigned() -> None:
    a = Value(1.0)
    for name in ("op", "parents", "local", "inputs", "is_leaf", "_prev", "_op"):
        with pytest.raises(AttributeError):
            setattr(a, name, 1)
    with pytest.raises(AttributeError):
        a.gradient = 1.0  # type: ignore[attr-defined]  # a misspelt attribute is not swallowed


def test_identity_and_hash() -> None:
    a, b = Value(1.0), Value(1.0)
    assert a == a and a != b and (a == 1.0) is False  # type: ignore[comparison-overlap]
    assert {a: "a", b: "b"}[a] == "a" and a in [b, a] and a not in [b]
    a.data = 2.0
    assert {a: "a"}[a] == "a"
