"""Subclasses of Value: what is computed from one is of the subclass, by every way."""

from __future__ import annotations

from typing import Any

import pytest

from chalkgrad.engine import Value, dot, grad, logsumexp, maximum, no_grad, softmax, tanh


class Colored(Value):
    """With an attribute of its own, and a default of it for what is computed."""

    color = "black"


class Deep(Colored):
    """A subclass of a subclass."""


def test_results_are_of_the_subclass() -> None:
    a, v = Colored(2.0), Value(3.0)
    results = [
        a + a, a * 3, 3 * a, a - v, v - a, v / a, a**2, a**v, v**a, 2**a, a % 2, -a, abs(a), a.tanh(), tanh(a),
        a.clamp(0, 1), maximum(v, a), logsumexp(v, a), softmax([a, v])[1], dot([a], [v]), sum([a, a]),
        a.relu().exp() + 1,
    ]  # fmt: skip
    assert {type(out) for out in results} == {Colored}
    assert type(v * v) is Value and type(v * 2) is Value and type(results[1].parents[1]) is Value
    with no_grad():
        assert type(a * v) is Colored and (a * v).is_leaf
    assert type(grad(a * a, a, create_graph=True)) is Colored


def test_the_more_special_class_wins() -> None:
    a, b = Colored(2.0), Deep(3.0)
    assert type(a * b) is type(b * a) is type(maximum(a, b)) is Deep


def test_attributes_of_ones_own() -> None:
    a = Colored(2.0)
    a.color = "red"
    out: Any = a * 3
    assert out.color == "black"
    out.color = "blue"
    assert (a.color, out.color) == ("red", "blue") and vars(out) == {"color": "blue"}
    out.backward()
    assert a.grad == 3.0 and repr(a).startswith("Colored(data=2.0")
    with pytest.raises(AttributeError):
        Value(2.0).color = "red"  # type: ignore[attr-defined]


def test_operators_that_are_overridden_may_call_the_inherited_one() -> None:
    class Counted(Value):
        """Counts its products."""

        products = 0

        def __mul__(self, other: Any) -> Any:
            Counted.products += 1
            return super().__mul__(other)

        def __neg__(self) -> Any:
            return super().__neg__()

    a = Counted(2.0)
    out = a * a * Value(3.0) * 4.0
    assert Counted.products == 3 and type(out) is type(-out) is Counted and out.data == 48.0


def test_one_with_a_constructor_of_its_own() -> None:
    class Named(Value):
        """Wants a name."""

        def __init__(self, name: str, data: float) -> None:
            super().__init__(data, label=name)

    a, b = Named("a", 2.0), Named("b", 3.0)
    out = (a * b).tanh()
    assert type(out) is Named and out.parents[0].parents == (a, b)


def test_item_detach_copy() -> None:
    a = Value(2.0, label="a")
    b = a * 3
    assert b.item() == 6.0 and type(b.item()) is float
    loose = b.detach()
    assert loose.is_leaf and loose.data == 6.0 and not loose.is_constant
    assert grad(b * loose, [a, loose]) == [18.0, 6.0]
    twin = b.copy()
    assert twin is not b and twin.parents == b.parents and twin.data == 6.0 and a.copy().label == "a"
