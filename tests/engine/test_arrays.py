"""Values and NumPy: its functions on a Value, arrays times Values, arrays of Values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from chalkgrad.engine import ArgumentTypeError, Value, grad

np = pytest.importorskip("numpy")

FUNCTIONS = [
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "square", "reciprocal", "sin", "cos", "tan",
    "cbrt", "degrees", "radians", "deg2rad", "rad2deg",
    "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arctanh", "absolute", "negative", "positive",
]  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_numpy_is_an_op_of_the_graph(name: str) -> None:
    function = getattr(np, name)
    x = Value(0.5)
    out = function(x)
    assert type(out) is Value and out.data == pytest.approx(float(function(0.5)), rel=1e-15)
    slope = (function(0.5 + 1e-6) - function(0.5 - 1e-6)) / 2e-6
    assert grad(out, x) == pytest.approx(slope, rel=1e-8)
    (of_array,) = function(np.array([x], object))
    assert type(of_array) is Value and of_array.data == pytest.approx(out.data, rel=1e-15)


def test_functions_of_two() -> None:
    a, b = Value(-5.5), Value(2.0)
    names = "add subtract multiply divide arctan2 hypot fmod copysign maximum minimum"
    for function in (getattr(np, name) for name in names.split()):
        for x, y in ((a, b), (a, 2.0), (np.float64(-5.5), b), (np.array(-5.5), b)):
            out = function(x, y)
            assert type(out) is Value and out.data == function(-5.5, 2.0)
    assert np.remainder(a, b).data == 0.5 and np.logaddexp(a, b).data == pytest.approx(np.logaddexp(-5.5, 2.0))
    assert np.power(a, 2).data == 30.25 and np.power(a, 2).op.name == "power" and np.power(2, b).data == 4.0
    assert np.ldexp(a, 3).data == -44.0
    assert np.floor(a).data == -6.0 and np.ceil(a).data == -5.0 == np.trunc(a).data
    assert np.fabs(a).data == 5.5 and np.arccosh(b).data == math.acosh(2.0)
    assert np.maximum(b, b).op is Value(1.0).maximum(2.0).op


@pytest.mark.parametrize(
    "apply",
    [
        lambda x, y: x + y,
        lambda x, y: x - y,
        lambda x, y: x * y,
        lambda x, y: x / y,
        lambda x, y: x % y,
        lambda x, y: x**y,
        np.maximum,
    ],
)
def test_an_array_and_a_value_either_way_round(apply: Callable[[Any, Any], Any]) -> None:
    v, numbers = Value(1.5), np.array([[2.0, 0.5], [3.0, 1.0]])
    for array in (numbers, numbers.astype(object), np.vectorize(Value, otypes=[object])(numbers)):
        for out, wanted in ((apply(array, v), apply(numbers, 1.5)), (apply(v, array), apply(1.5, numbers))):
            assert out.shape == (2, 2) and out.dtype == object and all(type(x) is Value for x in out.flat)
            assert [x.data for x in out.flat] == pytest.approx([float(x) for x in wanted.flat], rel=1e-15)


def test_gradients_through_arrays() -> None:
    """A layer as NumPy writes it: a product of matrices, a bias, tanh, the mean."""
    weights = np.vectorize(Value, otypes=[object])([[0.5, -1.0], [2.0, 0.25]])
    bias, x = Value(0.1), np.array([1.0, -2.0])
    out = np.tanh(weights @ x + bias).mean()
    assert type(out) is Value
    inside = np.array([[0.5, -1.0], [2.0, 0.25]]) @ x + 0.1
    assert out.data == pytest.approx(np.tanh(inside).mean(), rel=1e-15)
    slopes = grad(out, [*weights.flat, bias])
    each = (1 - np.tanh(inside) ** 2) / 2
    assert slopes == pytest.approx([*np.outer(each, x).flat, each.sum()], rel=1e-12)
    values = [Value(x) for x in (1.0, 2.0, 4.0)]
    assert np.sum(values).data == 7.0 and np.mean(values).data == pytest.approx(7 / 3)
    assert np.std(values).data == pytest.approx(np.std([1.0, 2.0, 4.0])) and np.prod(values).data == 8.0
    assert np.dot(values, [1.0, 0.0, 2.0]).data == 9.0


def test_in_place_on_an_array() -> None:
    v = Value(2.0)
    objects = kept = np.array([1.0, 3.0], object)
    objects += v
    assert objects is kept and [x.data for x in objects] == [3.0, 5.0]
    numbers = np.array([1.0, 3.0])
    with pytest.raises(ArgumentTypeError, match="an array of float64 cannot hold Values"):
        numbers += v
    assert list(numbers) == [1.0, 3.0]


def test_comparisons_number_by_number() -> None:
    v, array = Value(1.5), np.array([1.0, 1.5, 2.0])
    assert list(array < v) == list(v > array) == [True, False, False]
    assert list(array >= v) == list(v <= array) == [False, True, True]
    assert list(array == v) == [False] * 3 and list(np.array([v, Value(1.5)]) == v) == [True, False]
    assert np.float64(1.0) < v and v >= np.float64(1.5) and (np.float64(1.5) == v) is False


def test_what_numpy_has_and_the_table_has_not() -> None:
    v = Value(1.5)
    with pytest.raises(ArgumentTypeError, match=r"np\.rint does not take Values"):
        np.rint(v)
    with pytest.raises(ArgumentTypeError, match=r"np\.add does not take Values|np\.add\.outer does not take Values"):
        np.add.outer(v, [1.0])
    with pytest.raises(ArgumentTypeError, match=r"np\.multiply does not take Values"):
        np.multiply(v, [1.0], where=[True])


def test_empty_and_shaped_arrays() -> None:
    v = Value(2.0)
    assert (v * np.array([])).shape == (0,) and (np.ones((2, 1, 3)) * v).shape == (2, 1, 3)
    assert (np.array(v, object) * 3.0).data == 6.0


@pytest.mark.parametrize("name", ["less", "less_equal", "greater", "greater_equal"])
@pytest.mark.parametrize("kind", [float, np.float64, lambda x: np.array([x])])
def test_numpy_compares_as_the_operators_do_ties_too(name: str, kind: Callable[[float], Any]) -> None:
    compare = getattr(np, name)
    for a, b in ((1.0, 1.0), (1.0, 2.0), (2.0, 1.0)):
        wanted = bool(compare(a, b))
        for result in (compare(Value(a), kind(b)), compare(kind(a), Value(b)), compare(Value(a), Value(b))):
            assert np.all(np.asarray(result) == wanted)
