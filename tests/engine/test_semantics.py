"""The engine at the edges of its ops: every row of `semantics`, by every way to a gradient."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable

import pytest
from support.semantics import SEMANTICS, Row, same

from chalkgrad.engine import GraphError, Value, grad, logsumexp

each_row = pytest.mark.parametrize("row", SEMANTICS, ids=lambda row: row.id)


def by_backward(root: Value, leaves: list[Value]) -> list[float]:
    root.backward()
    return [leaf.grad for leaf in leaves]


def by_grad(root: Value, leaves: list[Value]) -> list[float]:
    return grad(root, leaves)


def by_graph(root: Value, leaves: list[Value]) -> list[float]:
    return [slope.data for slope in grad(root, leaves, create_graph=True)]


def test_rows_have_names_of_their_own() -> None:
    assert len({row.id for row in SEMANTICS}) == len(SEMANTICS)


@each_row
def test_value(row: Row) -> None:
    root = row.build(*map(Value, row.at))
    assert same(root.data, row.value, row.ulps), f"{root.data!r}, wanted {row.value!r}"


@each_row
@pytest.mark.parametrize("way", [by_backward, by_grad, by_graph], ids=lambda way: way.__name__)
def test_gradients(row: Row, way: Callable[[Value, list[Value]], list[float]]) -> None:
    leaves = [Value(x) for x in row.at]
    got = way(row.build(*leaves), leaves)
    for g, wanted in zip(got, row.grads, strict=True):
        assert same(g, wanted, row.ulps), f"{got}, wanted {row.grads}"


@pytest.mark.parametrize("row", [row for row in SEMANTICS if row.second], ids=lambda row: row.id)
def test_second_derivative(row: Row) -> None:
    assert row.second is not None
    leaves = [Value(x) for x in row.at]
    slopes = grad(row.build(*leaves), leaves, create_graph=True)
    for leaf, slope, wanted in zip(leaves, slopes, row.second, strict=True):
        if wanted is not None:
            assert same(grad(slope, leaf), wanted, row.ulps), f"{grad(slope, leaf)}, wanted {wanted}"


@pytest.mark.parametrize("name", ["relu", "abs"])
@pytest.mark.parametrize("x", [-math.inf, -1.0, -0.0, 0.0, 5e-324, 2.0, math.inf])
def test_relu_and_abs_have_no_second_derivative(name: str, x: float) -> None:
    leaf = Value(x)
    slope = grad(getattr(leaf, name)(), leaf, create_graph=True)
    assert grad(slope, leaf) == 0.0


# The rows of the table that are not one op at one point.


def test_backward_twice_adds_at_the_leaves_and_not_between() -> None:
    x = Value(3.0)
    middle = x * x
    root = middle * x
    root.backward()
    assert (x.grad, middle.grad, root.grad) == (27.0, 3.0, 1.0)
    root.backward()
    assert (x.grad, middle.grad, root.grad) == (54.0, 3.0, 1.0)
    root.zero_grad()
    assert (x.grad, middle.grad, root.grad) == (0.0, 0.0, 0.0)


def test_two_roots_over_one_shared_node() -> None:
    """d(2s)/dx + d(3s)/dx with s = x * x is 10 x; an engine that adds to the old gradient of s gives 14 x."""
    x = Value(1.5)
    shared = x * x
    (2 * shared).backward()
    (3 * shared).backward()
    assert x.grad == 10 * 1.5


def test_leaf_changed_after_the_forward_pass() -> None:
    x = Value(3.0, label="x")
    y = x * x
    x.data = 100.0
    y.backward()
    assert x.grad == 6.0
    assert grad(y, x) == 6.0
    with pytest.raises(GraphError, match=r"x was 3\.0 in the forward pass and is 100\.0 now"):
        grad(y, x, create_graph=True)
    x.data = 3.0
    assert grad(y, x, create_graph=True).data == 6.0


def test_deepcopy_copies_the_graph_and_pickle_says_what_to_do() -> None:
    x = Value(3.0, label="x")
    y = x * x
    twin = copy.deepcopy(y)
    twin.backward()
    assert twin.parents[0] is twin.parents[1]
    assert (twin.parents[0].grad, twin.parents[0].label, x.grad) == (6.0, "x", 0.0)
    with pytest.raises(TypeError, match="state_dict"):
        pickle.dumps(y)


def test_identity_and_comparison() -> None:
    a, b = Value(1.0), Value(1.0)
    assert a != b and a == a and len({a, b}) == 2
    assert (a < 2) is True and (a < b) is False and (a <= b) is True and (a > 0.5) is True and (a >= 2) is False
    assert not (Value(math.nan) < 1) and not (Value(math.nan) >= 1)


def test_operators_that_are_not_offered_say_so() -> None:
    x = Value(5.5)
    with pytest.raises(TypeError, match="Value"):
        x // 2  # type: ignore[operator]
    with pytest.raises(TypeError, match="Value"):
        divmod(x, 2)  # type: ignore[operator]


@pytest.mark.parametrize("logits", [(0.0, 1000.0, -3.0), (-1000.0, -1000.0, -1000.0), (710.0, 709.0, 0.0)])
def test_logsumexp_shifts_every_operand(logits: tuple[float, ...]) -> None:
    leaves = [Value(x) for x in logits]
    root = logsumexp(*leaves)
    root.backward()
    assert max(logits) <= root.data <= max(logits) + math.log(3) * 1.001
    assert math.isclose(sum(leaf.grad for leaf in leaves), 1.0, rel_tol=1e-15)
