"""Bad input of every kind, at every door of the engine: a typed error that names the argument."""

from __future__ import annotations

import array
import datetime
import fractions
import math
import operator
import re
from collections.abc import Callable
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

from chalkgrad.engine import (
    ChalkgradError,
    Value,
    clamp,
    grad,
    gradcheck,
    hessian,
    jacobian,
    leaky_relu,
    softmax,
    tanh,
    topological_order,
)
from chalkgrad.engine.compiler.program import compile
from chalkgrad.engine.ops import OPS, Op, clamp_between, leaky_relu_with, power


class NotANumber:
    """Has `__float__`, which gives a string."""

    def __float__(self) -> Any:
        return "3"


class Refuses:
    """Has `__float__`, which raises something of its own."""

    def __float__(self) -> float:
        raise RuntimeError("no number today")


class Indexed:
    """Could be an index, but does not say that it is a real number."""

    def __index__(self) -> int:
        return 1


def bad_objects() -> dict[str, object]:
    np = pytest.importorskip("numpy")
    return {
        "str": "3",
        "empty str": "",
        "nan as str": "nan",
        "bytes": b"1",
        "bytearray": bytearray(b"1"),
        "memoryview": memoryview(b"1"),
        "None": None,
        "complex": 1j,
        "complex without imaginary part": complex(2.0, 0.0),
        "list": [1.0],
        "empty list": [],
        "tuple": (1.0,),
        "dict": {1.0: 2.0},
        "set": {1.0},
        "frozenset": frozenset({1.0}),
        "range": range(1),
        "slice": slice(1),
        "object": object(),
        "type": float,
        "function": math.sin,
        "lambda": lambda: 1.0,
        "generator": (x for x in (1.0,)),
        "Ellipsis": ...,
        "module": math,
        "exception": ValueError("1"),
        "pattern": re.compile("1"),
        "date": datetime.date(2024, 1, 1),
        "timedelta": datetime.timedelta(seconds=1),
        "array": array.array("d", [1.0]),
        "Decimal sNaN": Decimal("sNaN"),
        "index only": Indexed(),
        "float gives str": NotANumber(),
        "float raises": Refuses(),
        "ndarray (1,)": np.array([1.0]),
        "ndarray (2,)": np.array([1.0, 2.0]),
        "ndarray (0,)": np.array([]),
        "ndarray (1, 1)": np.array([[1.0]]),
        "ndarray of text": np.array("3"),
        "ndarray of complex": np.array(1j),
        "ndarray of objects": np.array("3", dtype=object),
        "numpy str": np.str_("3"),
        "numpy bytes": np.bytes_(b"3"),
        "numpy void": np.void(b"3"),
        "numpy complex": np.complex64(1.0),
        "numpy datetime": np.datetime64("2024"),
        "numpy timedelta": np.timedelta64(1, "s"),
    }


TOO_LARGE = {"int": 10**400, "negative int": -(10**400), "Fraction": fractions.Fraction(10**400, 3)}

# Every door a number goes through, with what the message calls the argument.
NUMBER_DOORS: dict[str, tuple[Callable[[Any], object], str]] = {
    "Value()": (lambda x: Value(x), r"Value\(data\)"),
    ".data =": (lambda x: setattr(Value(1.0), "data", x), "data"),
    "v + x": (lambda x: Value(2.0) + x, r"operand of \+"),
    "x + v": (lambda x: x + Value(2.0), r"operand of \+"),
    "v - x": (lambda x: Value(2.0) - x, "operand of -"),
    "x - v": (lambda x: x - Value(2.0), "operand of -"),
    "v * x": (lambda x: Value(2.0) * x, r"operand of \*"),
    "x * v": (lambda x: x * Value(2.0), r"operand of \*"),
    "v / x": (lambda x: Value(2.0) / x, "operand of /"),
    "x / v": (lambda x: x / Value(2.0), "operand of /"),
    "v ** x": (lambda x: Value(2.0) ** x, "exponent"),
    "x ** v": (lambda x: x ** Value(2.0), r"operand of \*\*"),
    "v += x": (lambda x: operator.iadd(Value(2.0), x), r"operand of \+"),  # type: ignore[no-untyped-call]
    "v < x": (lambda x: Value(2.0) < x, "operand of a comparison"),
    "x < v": (lambda x: x < Value(2.0), "operand of a comparison"),
    "v >= x": (lambda x: Value(2.0) >= x, "operand of a comparison"),
    "x >= v": (lambda x: x >= Value(2.0), "operand of a comparison"),
    "v.maximum(x)": (lambda x: Value(2.0).maximum(x), "operand of max"),
    "v.where(x, 1)": (lambda x: Value(2.0).where(x, 1), "operand of where"),
    "power(x)": (power, "exponent"),
    "leaky(x)": (leaky_relu_with, "negative_slope"),
    "leaky_relu(v, x)": (lambda x: leaky_relu(Value(2.0), x), "negative_slope"),
    "leaky_relu(2.0, x)": (lambda x: leaky_relu(2.0, x), "negative_slope"),
    "v.leaky_relu(x)": (lambda x: Value(2.0).leaky_relu(x), "negative_slope"),
    "leaky_relu(x)": (leaky_relu, "leaky_relu"),
    "clamp(x)": (lambda x: clamp(x, 0, 1), "clamp"),
    "clip(x, 1)": (lambda x: clamp_between(x, 1.0), "min"),
    "softmax([x])": (lambda x: softmax([x, 1.0]), "operand 0 of peak|score"),
    "gradcheck at x": (lambda x: gradcheck(lambda v: v * v, [x]), r"inputs\[0\]"),
    "gradcheck eps": (lambda x: gradcheck(lambda v: v * v, [1.0], eps=x), "eps"),
    "gradcheck atol": (lambda x: gradcheck(lambda v: v * v, [1.0], atol=x), "atol"),
}
# None is a meaning of its own at these doors.
DOORS_OPEN_TO_NONE: dict[str, tuple[Callable[[Any], object], str]] = {
    ".grad =": (lambda x: setattr(Value(1.0), "grad", x), "grad"),
    "clamp(v, min=x)": (lambda x: clamp(Value(2.0), min=x), "min"),
    "clamp(2.0, max=x)": (lambda x: clamp(2.0, max=x), "max"),
}

each_number_door = pytest.mark.parametrize(
    ("door", "argument"), (NUMBER_DOORS | DOORS_OPEN_TO_NONE).values(), ids=list(NUMBER_DOORS | DOORS_OPEN_TO_NONE)
)


def refusal(door: Callable[[Any], object], bad: object, builtin: type[Exception] = TypeError) -> str:
    """The message of the error that a door raises, which must be ours and the builtin as well."""
    with pytest.raises(builtin) as raised:
        door(bad)
    assert isinstance(raised.value, ChalkgradError), f"{type(raised.value).__name__}: {raised.value}"
    return str(raised.value)


OPERATORS = [door for name, (door, _) in NUMBER_DOORS.items() if re.fullmatch(r"[xv] \S+ [xv]", name)]


@each_number_door
def test_what_is_not_a_number(door: Callable[[Any], object], argument: str) -> None:
    for name, bad in bad_objects().items():
        if name.startswith("ndarray (") and door in OPERATORS:
            continue  # number by number: tests/engine/test_arrays.py
        if bad is None and (door, argument) in DOORS_OPEN_TO_NONE.values():
            continue
        message = refusal(door, bad)
        assert re.search(argument, message), f"{name}: {message}"
        if name == "numpy void" and "ndarray" in message:
            continue  # NumPy makes an array of it before it hands it over
        assert type(bad).__name__ in message, f"{name}: {message}"


@each_number_door
def test_what_is_too_large_for_a_float(door: Callable[[Any], object], argument: str) -> None:
    for bad in TOO_LARGE.values():
        if door is NUMBER_DOORS["x ** v"][0] and isinstance(bad, fractions.Fraction):
            continue  # a Fraction makes a float of itself before it asks the exponent
        message = refusal(door, bad, OverflowError)
        assert re.search(argument, message) and "too large" in message


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_every_op_at_every_operand(op: Op) -> None:
    arity = op.arity or 2
    for bad in bad_objects().values():
        for place in range(arity):
            for filler in (0.5, 1, Value(0.5)):
                operands: list[object] = [filler] * arity
                operands[place] = bad
                message = refusal(lambda xs: op(*xs), operands)
                assert type(bad).__name__ in message
                assert op.name in message or op.symbol in message


def test_a_value_where_a_plain_number_is_wanted() -> None:
    for door in (
        lambda v: Value(v),
        lambda v: setattr(Value(1.0), "data", v),
        lambda v: setattr(Value(1.0), "grad", v),
        lambda v: clamp(1.0, min=v),
        lambda v: leaky_relu(1.0, v),
        power,
    ):
        assert ".data" in refusal(door, Value(1.0))


def test_refused_numbers_leave_no_trace() -> None:
    v = Value(2.0)
    v.grad = 3.0
    for name in ("data", "grad"):
        with pytest.raises(TypeError):
            setattr(v, name, "4")
    assert (v.data, v.grad, v.parents) == (2.0, 3.0, ())


def test_arrays_are_told_what_to_do() -> None:
    np = pytest.importorskip("numpy")
    for door in (Value, lambda a: Value(2.0).maximum(a), tanh):
        message = refusal(door, np.array([1.0, 2.0]))
        assert "ndarray of shape (2,)" in message and "one real number" in message
    objects = np.array([Value(1.0), Value(2.0)], dtype=object)
    assert [v.data for v in objects * 2] == [2.0, 4.0]  # an array of Values is numpy's own affair
    for bad in (np.array([1j]), np.array(["3"]), np.array([None])):
        for operator_door in (lambda a: Value(2.0) * a, lambda a: a * Value(2.0), lambda a: Value(2.0) ** a):
            refusal(operator_door, bad)


# Text, Values and lists


def not_text() -> list[object]:
    return [bad for bad in bad_objects().values() if not isinstance(bad, str)]


@pytest.mark.parametrize("name", ["label", "scope"])
def test_names_that_are_not_text(name: str) -> None:
    for bad in not_text():
        message = refusal(lambda x: setattr(Value(1.0), name, x), bad)
        assert name in message and type(bad).__name__ in message


def test_label_of_the_constructor() -> None:
    for bad in not_text():
        message = refusal(lambda x: Value(1.0, label=x), bad)
        assert "label" in message and type(bad).__name__ in message


VALUE_DOORS: dict[str, tuple[Callable[[Any], object], str]] = {
    "grad(x, v)": (lambda x: grad(x, Value(1.0)), "output"),
    "hessian(x, [v])": (lambda x: hessian(x, [Value(1.0)]), "output"),
    "jacobian([x], [v])": (lambda x: jacobian([x], [Value(1.0)]), r"outputs\[0\]"),
    "grad(v, [x])": (lambda x: grad(Value(1.0), [x]), r"inputs\[0\]"),
    "grad(v, [v, x], create_graph)": (lambda x: grad(Value(1.0), [Value(1.0), x], create_graph=True), r"inputs\[1\]"),
    "jacobian([v], [x])": (lambda x: jacobian([Value(1.0)], [x]), r"inputs\[0\]"),
    "hessian(v, [x])": (lambda x: hessian(Value(1.0), [x]), r"inputs\[0\]"),
    "topological_order(x)": (topological_order, "topological_order"),
    "topological_order(v, x)": (lambda x: topological_order(Value(1.0), x), "topological_order"),
    "gradcheck's result": (lambda x: gradcheck(lambda v: x, [1.0]), "result"),
}


@pytest.mark.parametrize(("door", "argument"), VALUE_DOORS.values(), ids=list(VALUE_DOORS))
def test_what_is_not_a_value(door: Callable[[Any], object], argument: str) -> None:
    for bad in (*bad_objects().values(), 1.0, 3, True):
        message = refusal(door, bad)
        assert re.search(argument, message) and type(bad).__name__ in message


LIST_DOORS: dict[str, tuple[Callable[[Any], object], str]] = {
    "grad(v, x)": (lambda x: grad(Value(1.0), x), "inputs"),
    "jacobian(x, [v])": (lambda x: jacobian(x, [Value(1.0)]), "outputs"),
    "jacobian([v], x)": (lambda x: jacobian([Value(1.0)], x), "inputs"),
    "hessian(v, x)": (lambda x: hessian(Value(1.0), x), "inputs"),
    "softmax(x)": (softmax, "softmax|operand 0 of peak"),
    "gradcheck(f, x)": (lambda x: gradcheck(lambda v: v * v, x), "inputs"),
}


@pytest.mark.parametrize(("door", "argument"), LIST_DOORS.values(), ids=list(LIST_DOORS))
def test_what_is_not_a_list(door: Callable[[Any], object], argument: str) -> None:
    scalars = (bad for bad in bad_objects().values() if not isinstance(bad, str) and not hasattr(bad, "__len__"))
    np = pytest.importorskip("numpy")
    for bad in (*scalars, 1.0, 3, "3", "", b"1", np.array(3.0), dict, type("Endless", (), {"__iter__": None})()):
        if type(bad).__name__ == "generator":
            continue
        message = refusal(door, bad)
        assert re.search(argument, message) and type(bad).__name__ in message


def test_a_value_where_a_list_of_values_is_wanted() -> None:
    x = Value(1.0)
    for door in (lambda v: compile([x], v), lambda v: compile(x, [], v)):
        assert "list of Values" in refusal(door, x)


def test_arguments_of_a_right_type_with_a_wrong_value() -> None:
    doors: tuple[Callable[[Any], object], ...] = (
        lambda _: clamp(Value(1.0), 2, 1),
        lambda _: clamp(1.0, min=math.nan),
        lambda _: softmax([]),
        lambda _: gradcheck(lambda v: v, [1.0], eps=0.0),
        lambda _: gradcheck(lambda v: v, [1.0], eps=math.nan),
    )
    for door in doors:
        refusal(door, None, ValueError)


def test_second_derivatives_of_a_number_say_how() -> None:
    x = Value(2.0)
    with pytest.raises(TypeError, match="create_graph=True"):
        grad(grad(x * x, x), x)  # type: ignore[call-overload]


def test_gradcheck_finds_a_wrong_rule() -> None:
    assert gradcheck(lambda a, b: (a * b).gelu() / b, [0.5, -2.0])
    with pytest.raises(TypeError, match="result of the function must be a Value, got float"):
        gradcheck(lambda v: v.data, [1.0])
    wrong = Op("wrong", math.sin, lambda out, x: (x * 0 + 1.0,), r"\operatorname{{wrong}} {0}")
    with pytest.raises(ValueError, match=r"derivative by inputs\[0\] at \(1\)"):
        gradcheck(lambda v: wrong(v), [1.0])
    with pytest.raises(TypeError, match="function must be callable"):
        gradcheck(3, [1.0])  # type: ignore[arg-type]


def test_tensors(torch: ModuleType) -> None:
    assert (torch.tensor(2.0) * Value(3.0)).data == 6.0
    assert "Tensor of shape" in refusal(Value, torch.tensor([1.0, 2.0]))
    assert "Tensor" in refusal(Value, torch.tensor(1j))
