"""Nodes made by hand: parents and a `_backward`, or local derivatives, as micrograd and its descendants write them."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import pytest

from chalkgrad.engine import ArgumentError, ArgumentTypeError, GraphError, Value, grad, no_grad, trace


def by_backward(x: Value) -> Value:
    """log(x), as half of all micrograd notebooks add it."""
    out = Value(math.log(x.data), (x,), "log")

    def _backward() -> None:
        x.grad += (1 / x.data) * out.grad

    out._backward = _backward
    return out


def by_keywords(x: Value) -> Value:
    out = Value(math.log(x.data), _children=(x,), _op="log")
    out._backward = lambda: setattr(x, "grad", x.grad + out.grad / x.data)
    return out


def by_local_grads(x: Value) -> Value:
    return Value(math.log(x.data), [x], [1 / x.data])


each_way = pytest.mark.parametrize("way", [by_backward, by_keywords, by_local_grads])
Way = Callable[[Value], Value]


@each_way
def test_it_is_walked(way: Way) -> None:
    x, y = Value(2.0, label="x"), Value(3.0)
    middle = x * y
    logarithm = way(middle)
    root = logarithm * logarithm + middle
    root.backward()
    wanted = 2 * math.log(6.0) / 6.0 + 1
    assert middle.grad == pytest.approx(wanted) and x.grad == pytest.approx(3 * wanted)
    assert grad(root, [x, y, logarithm]) == pytest.approx([3 * wanted, 2 * wanted, 2 * math.log(6.0)])
    root.backward()
    assert x.grad == pytest.approx(6 * wanted) and middle.grad == pytest.approx(wanted)
    assert logarithm.parents == logarithm._prev == (middle,) and not logarithm.is_leaf


@each_way
def test_it_is_stepped_and_drawn(way: Way) -> None:
    from chalkgrad.viz import draw, explain, step

    x = Value(2.0, label="x")
    root = way(x) * 3
    run = trace(root)
    assert run.gradients[0] == 1.5 and len(run.nodes) == 4
    assert "label" in draw(root).source
    assert "<html" in step(root).html()
    assert str(explain(root, x))


@each_way
def test_a_step_of_micrograd(way: Way) -> None:
    x = Value(2.0)
    out = way(x)
    out.grad = 4.0
    out._backward()
    assert x.grad == 2.0 and out.grad == 4.0


def test_a_backward_leaves_the_gradients_that_are_there() -> None:
    x = Value(2.0)
    x.grad = 5.0
    out = by_backward(x)
    assert out.local() == (0.5,) and x.grad == 5.0 and not out.has_grad
    assert grad(out, x) == 0.5 and x.grad == 5.0


def test_an_operand_that_stands_twice() -> None:
    x = Value(3.0)
    out = Value(x.data * x.data, (x, x), "*")

    def _backward() -> None:
        x.grad += x.data * out.grad
        x.grad += x.data * out.grad

    out._backward = _backward
    out.backward()
    assert x.grad == 6.0


def test_an_error_inside_leaves_every_gradient() -> None:
    x = Value(3.0)
    out = Value(1.0, (x,), "bad")

    def _backward() -> None:
        x.grad += 1.0
        raise RuntimeError("no")

    out._backward = _backward
    with pytest.raises(RuntimeError, match="no"):
        (out * 2).backward()
    assert not x.has_grad and not out.has_grad


@each_way
def test_a_second_derivative_is_refused_with_the_cure(way: Way) -> None:
    x = Value(2.0)
    with pytest.raises(GraphError, match=r"made by hand\) has no second derivative.*import Op"):
        grad(way(x), x, create_graph=True)


@each_way
@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_it_is_not_compiled(way: Way, backend: str) -> None:
    pytest.importorskip("numpy")
    pytest.importorskip("llvmlite")
    from chalkgrad.engine import compile

    x = Value(2.0)
    with pytest.raises((GraphError, ArgumentError), match="made by hand"):
        compile(way(x) * 2, inputs=[x], backend=backend)([[3.0]])


@each_way
def test_copies(way: Way) -> None:
    x = Value(2.0)
    twin = copy.deepcopy(way(x))
    twin.backward()
    assert twin.parents[0].grad == 0.5 and not x.has_grad
    assert copy.copy(way(x)).parents == (x,)


def test_without_derivatives_it_is_drawn_and_says_what_is_missing() -> None:
    from chalkgrad.viz import draw

    x = Value(2.0)
    out = Value(5.0, (x,), "odd")
    assert "odd" in draw(out).source
    with pytest.raises(GraphError, match=r"odd \(made by hand\) has no local derivatives: set its _backward"):
        out.backward()


def test_labels_and_names() -> None:
    x = Value(1.0)
    assert Value(2.0, (x,), "op", "name").label == Value(2.0, (x,), "op", label="name").label == "name"
    assert Value(2.0, "name").label == "name" and Value(2.0, (), "").is_leaf and Value(2.0, ())._op == ""
    assert Value(2.0, (x,), "op")._op == "op"
    with no_grad():
        assert Value(2.0, (x,), "op").is_leaf


def test_what_cannot_be_made() -> None:
    x = Value(1.0)
    bad: list[Any] = [3, [1.0], {x}, (x, 2.0), None]
    for wrong in bad:
        with pytest.raises(ArgumentTypeError, match=f"label, or the parents as a tuple.*{type(wrong).__name__}"):
            Value(2.0, wrong)
    with pytest.raises(ArgumentError, match="local_grads must be one a parent; got 1 for 2"):
        Value(2.0, (x, x), [1.0])
    with pytest.raises(TypeError, match=r"local_grads\[0\] must be a real number, got str"):
        Value(2.0, (x,), ["1"])  # type: ignore[list-item]
    with pytest.raises(ArgumentError, match="this one is a leaf"):
        x._backward = lambda: None
    with pytest.raises(ArgumentError, match=r"this one is the result of \+"):
        (x + 1)._backward = lambda: None
    with pytest.raises(ArgumentTypeError, match="_backward must be a function, got int"):
        Value(2.0, (x,), "op")._backward = 3  # type: ignore[assignment]
