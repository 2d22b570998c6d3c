"""How slopes are written, and what nodes without a name are called."""

from __future__ import annotations

import pytest

from chalkgrad.engine import Value, logsumexp, maximum, relu, trace, where
from chalkgrad.engine.notation import SHORT, expressions, places
from chalkgrad.nn import MLP


def leaf(name: str, number: float = 2.0) -> Value:
    return Value(number, label=name)


def named(root: Value) -> list[str]:
    """What the nodes without a name are called; those that have to do with `v12` are left out."""
    return [row["expression"] for row in trace(root).nodes if row["expression"]]


def slopes(root: Value) -> list[str]:
    """The local slope in each line of the backward pass."""
    lines = [line for line in str(trace(root)).splitlines() if " · ∂" in line]
    return [line.split(" · ")[1].split(" = ")[0] for line in lines]


def test_a_local_slope_is_never_taken_for_the_total() -> None:
    """In `b = a + a; c = b + b` the total ∂c/∂b is 2, the slope at each place of b is 1."""
    b = leaf("a") + leaf("a")
    a = leaf("a")
    b = a + a
    b.label = "b"
    c = b + b
    c.label = "c"
    assert slopes(c) == ["∂c/∂b|left", "∂c/∂b|right", "∂b/∂a|left", "∂b/∂a|right"]


def test_a_slope_of_the_root_names_its_place_where_the_operand_has_other_ways() -> None:
    a, b = leaf("a"), leaf("b", 3.0)
    c = a * b
    c.label = "c"
    d = c + a
    d.label = "d"
    assert slopes(d) == ["∂d/∂c", "∂d/∂a|right", "∂c/∂a", "∂c/∂b"]


def test_of_three_operands_the_place_is_a_number() -> None:
    a = leaf("a")
    out = where(leaf("c", 1.0), a, a)
    out.label = "out"
    assert slopes(out) == ["∂out/∂a|2"]
    place = places([(), (0, 0, 0)])
    assert [place(1, i) for i in range(3)] == ["1", "2", "3"]


@pytest.mark.parametrize("seed", range(3))
def test_every_slope_but_a_lonely_one_of_the_root_differs_from_the_total(seed: int) -> None:
    """In a network, where a total and a local slope are written the same they are the same number."""
    out = MLP(2, [3, 1], seed=seed)([0.5, -1.0])
    run = trace(out)
    place = places([row["parents"] for row in run.nodes])
    root = len(run.nodes) - 1
    for event in run.events:
        if event["kind"] == "contribute" and event["node"] == root and not place(root, event["operand"]):
            assert event["local"] == run.gradients[event["parent"]]


def test_what_is_short_is_named_by_what_it_computes() -> None:
    x, y = leaf("x"), leaf("y")
    z = leaf("z")
    root = relu((x * y + z) ** 2 - (x - (y - z)) / 2)
    assert named(root) == ["x·y", "x·y + z", "(x·y + z)²", "y − z", "x − (y − z)", "(x − (y − z))/2", "(x·y + z)² − …"]


def test_the_names_of_operands_are_cut_to_their_last_part_and_the_prefix_stands_in_front() -> None:
    out = MLP(2, [2, 1], seed=0)([0.5, -1.0])
    assert {"layer0.neuron1.w[0]·x[0]", "layer1.neuron0.w[1]·neuron1"} <= set(named(out))


def test_two_that_compute_the_same_keep_their_numbers() -> None:
    x, y = leaf("x"), leaf("y")
    root = (x * y) * (x * y)
    root.label = "root"
    assert named(root) == []


def test_a_long_root_has_no_dots() -> None:
    root = maximum(leaf("temperature"), leaf("humidity")) + leaf("pressure") * leaf("p")
    rows = trace(root).nodes
    assert rows[-1]["expression"] == ""
    assert rows[-1]["name"] == f"v{len(rows) - 1}"
    assert named(root) == ["pressure·p"]


def test_names_are_unique_and_short() -> None:
    x = leaf("x")
    y: Value = x
    for i in range(500):
        y = (y * 1.5 + leaf(f"b{i}")).tanh()
    rows = trace(y).nodes
    names = [row["expression"] or row["name"] for row in rows if row["op"] != "constant"]
    assert len(set(names)) == len(names)
    assert max(map(len, expressions(rows))) <= SHORT


def test_no_expression_grows_with_its_paths_nor_with_the_square_of_its_operands() -> None:
    x = leaf("x", 1.0)
    y: Value = x
    for _ in range(200):
        y = y + y  # written out whole, 2**200 letters
    assert named(y) == ["x + x", "x + x + (x + x)"]
    many = logsumexp(*(x * Value(float(i)) for i in range(3000)))
    assert trace(many).nodes[-1]["expression"] == ""
