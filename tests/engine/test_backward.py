"""Backward: what is added up and what is overwritten, the order, sharing, and no depth that is too deep."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import pytest

from chalkgrad.engine import GraphError, Value, grad, maximum, topological_order

# accumulation


def test_leaves_add_up_and_the_nodes_between_are_overwritten() -> None:
    a, b = Value(2.0), Value(3.0)
    product = a * b
    root = product + a
    root.backward()
    first = (a.grad, b.grad)
    product.grad = 123.0
    root.backward()
    root.backward()
    assert (a.grad, b.grad) == (3 * first[0], 3 * first[1])
    assert (product.grad, root.grad) == (1.0, 1.0)


def test_a_root_that_is_a_leaf() -> None:
    a = Value(2.0)
    a.backward()
    a.backward()
    assert a.grad == 2.0
    assert grad(a, a) == 1.0 and grad(a, a, create_graph=True).data == 1.0
    assert grad(a, Value(1.0)) == 0.0


def test_a_constant_takes_no_gradient() -> None:
    out = Value(2.0) * 5
    constant = out.parents[1]
    out.backward()
    out.zero_grad()
    assert constant.is_constant and not constant.has_grad
    constant.backward()
    assert not constant.has_grad
    assert grad(out, constant) == 2.0


def test_a_leaf_that_receives_nothing() -> None:
    a, b = Value(1.0), Value(2.0)
    maximum(a, b).backward()
    assert (a.grad, b.grad) == (0.0, 1.0)


def test_gradients_are_those_of_the_forward_point() -> None:
    a, b = Value(3.0), Value(4.0)
    root = (a * b).tanh() * a + maximum(a, b) + a**b
    wanted = grad(root, [a, b])
    a.data, b.data = -1.0, math.nan
    root.backward()
    assert [a.grad, b.grad] == wanted == grad(root, [a, b])
    with pytest.raises(GraphError, match="forward pass"):
        grad(root, a, create_graph=True)


def test_data_of_a_computed_node_set_by_hand() -> None:
    """What was computed from it keeps its number; what is computed later takes the new one."""
    a = Value(0.5, label="a")
    middle = a.exp()
    root = middle * middle
    later_root_data = 49.0
    middle.data = 7.0
    assert root.data == math.exp(0.5) ** 2 and (middle * middle).data == later_root_data
    root.backward()
    assert a.grad == pytest.approx(2 * math.exp(1.0), rel=1e-15)
    assert middle.local() == (math.exp(0.5),)
    middle.data = 8.0
    assert middle.local() == (math.exp(0.5),) and middle.op is not None and middle.op.name == "exp"
    with pytest.raises(GraphError, match="set after it was computed"):
        grad(root, a, create_graph=True)


def test_data_of_a_computed_node_set_many_times() -> None:
    a = Value(2.0)
    square = a * a
    for i in range(5_000):
        square.data = float(i)
    square.backward()
    assert a.grad == 4.0 and square.data == 4_999.0


def test_the_sign_of_a_zero_gradient() -> None:
    """Nothing comes from the operand that is not taken: not even 0.0, which would turn -0.0 into 0.0."""
    x = Value(-2.0)
    root = maximum(x, 1) + x * -0.0
    assert repr(grad(root, x)) == repr(grad(root, x, create_graph=True).data) == "-0.0"
    root.backward()
    assert repr(x.grad) == "-0.0"


def test_sharing_takes_linear_time() -> None:
    """Doubling 60 times has 2**60 paths; each node is visited once."""
    x = Value(1.0)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == grad(y, x) == grad(y, x, create_graph=True).data == 2.0**60
    assert len(topological_order(y)) == 61


def test_layered_sharing_takes_linear_time() -> None:
    layer: list[Any] = [Value(1.0) for _ in range(4)]
    first = layer
    for _ in range(50):
        layer = [sum(layer) for _ in layer]
    layer[0].backward()
    assert first[0].grad == 4.0**49


def test_a_sum_of_100_000_terms() -> None:
    leaves = [Value(1.0) for _ in range(100_000)]
    total = sum(leaves)
    assert isinstance(total, Value)
    total.backward()
    assert total.data == 100_000.0 and all(leaf.grad == 1.0 for leaf in leaves)


def test_order_has_parents_before_users_and_every_node_once() -> None:
    a, b = Value(1.0), Value(2.0)
    c = a * b
    roots = [c + a, maximum(c, b), c]
    order = topological_order(*roots)
    place = {id(node): i for i, node in enumerate(order)}
    assert len(place) == len(order) and set(map(id, roots)) <= set(place)
    assert all(place[id(parent)] < place[id(node)] for node in order for parent in node.parents)
    assert order[:3] == [a, b, c]
    assert topological_order() == []


# depth

DEEP = """
import copy, sys
from chalkgrad.engine import Value, grad, topological_order
assert sys.getrecursionlimit() == 1000
x = Value(1.0)
y = x
for _ in range(1_000_000):
    y = -y
y.backward()
assert x.grad == 1.0 and len(topological_order(y)) == 1_000_001
assert repr(y) == "Value(data=1.0, grad=1.0)"
del y
z = x
for _ in range(100_000):
    z = z * 1.0
twin = copy.deepcopy(z)
twin.backward()
assert topological_order(twin)[0].grad == x.grad + 1.0
slope = grad(z, x, create_graph=True)
assert slope.data == 1.0 and grad(slope, x) == 0.0
z.zero_grad()
del z, twin, slope
w = x
for _ in range(100_000):
    w = w.maximum(0.5)
w.backward()
del w
print("no depth is too deep")
"""


def test_a_million_nodes_deep_at_the_default_recursion_limit() -> None:
    run = subprocess.run([sys.executable, "-c", DEEP], capture_output=True, text=True, timeout=120)
    assert run.stdout == "no depth is too deep\n", run.stderr[-2000:]
