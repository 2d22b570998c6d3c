"""The graph that `draw` tells Graphviz to draw: nodes, edges, arguments; the same text in every process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import combinations

import pytest
from support.dottext import edges, neuron, shown, statements

from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value, tanh, where
from chalkgrad.nn import MLP
from chalkgrad.viz import draw
from chalkgrad.viz.graph.dot import LOOKS
from chalkgrad.viz.graph.neurons import Graph

# nodes and edges


def test_every_node_is_drawn_with_its_op_its_label_and_its_numbers() -> None:
    o = neuron()
    o.backward()
    source = draw(o).source
    assert shown(source, "n0") == ["x1", "input", "data", "2.0000", "grad", "−1.5000"]
    assert shown(source, "n1") == ["w1", "parameter", "data", "−3.0000", "grad", "1.0000"]
    assert shown(source, "n9") == ["tanh", "o", "data", "0.7071", "grad", "1.0000"]
    assert len(statements(source)) - len(["graph", "node", "edge"]) == 10


def test_an_operand_used_twice_has_two_edges() -> None:
    a = Value(3.0, "a")
    assert edges(draw(a + a).source) == [("n0", "n1", "e1-0"), ("n0", "n1", "e1-1")]


def test_operands_are_numbered_where_their_order_matters() -> None:
    a, b = Value(3.0, "a"), Value(2.0, "b")
    for out, numbered in (
        (a - b, True), (a / b, True), (a**b, True), (2 - a, True), (where(a, b, a), True),
        (a + b, False), (a * b, False), (-a, False), (a**2, False), (tanh(a), False),
    ):  # fmt: skip
        assert ("headport" in draw(out).source) is numbered, out.op
    ports = re.findall(r'(\w+) -> (\w+) \[headport="(\w+):w"', draw(where(a, b, a)).source)
    assert ports == [("n0", "n2", "o0"), ("n1", "n2", "o1"), ("n0", "n2", "o2")]


@pytest.mark.parametrize(("rankdir", "side"), [("LR", "w"), ("TB", "n"), ("RL", "e"), ("BT", "s")])
def test_numbered_operands_enter_where_the_arrows_come_from(rankdir: str, side: str) -> None:
    a = Value(3.0, "a")
    source = draw(1 - a, rankdir=rankdir).source
    assert f'headport="o1:{side}"' in source
    assert 'PORT="o1"' in source
    assert f"rankdir={rankdir}" in source


def test_a_gradient_not_yet_computed_is_a_dash_and_a_gradient_of_zero_is_not() -> None:
    o = neuron()
    assert shown(draw(o).source, "n5")[-2:] == ["grad", "–"]
    o.backward()
    assert shown(draw(o).source, "n4")[-2:] == ["grad", "0.0000"]  # w2, whose input is 0


def test_a_constant_has_its_number_and_no_gradient() -> None:
    y = 2 * Value(3.0, "x") - 0.25
    y.backward()
    source = draw(y).source
    assert shown(source, "n0") == ["2"]
    assert shown(source, "n3") == ["0.25"]


def test_kinds_of_leaves() -> None:
    def kinds(*labels: str) -> list[str]:
        leaves = [Value(1.0, label) for label in labels]
        graph = Graph([sum(leaves, Value(0.0, "start"))])
        return [graph.kind(graph.nodes.index(leaf)) for leaf in leaves]

    assert kinds("x", "w", "w1", "w[10]", "layer0.neuron3.w[0]") == ["input"] + ["parameter"] * 4
    assert kinds("w", "b", "b1", "layer0.neuron3.b") == ["parameter"] * 4
    assert kinds("a", "b", "c") == ["input"] * 3  # no weight, so b is just a letter
    assert kinds("w_other", "wide", "", "w\n") == ["input"] * 4
    graph = Graph([Value(1.0, "x") * 2.0])
    assert [graph.kind(i) for i in range(3)] == ["input", "constant", "op"]


def test_kinds_differ_in_shape_or_line_and_not_only_in_colour() -> None:
    leaves = ("op", "input", "parameter", "constant", "neuron")
    for one, other in combinations(leaves, 2):
        drawn = [{key: LOOKS[kind].get(key) for key in ("shape", "style", "peripheries")} for kind in (one, other)]
        assert drawn[0] != drawn[1]


def test_several_roots_share_one_picture_and_are_marked() -> None:
    x = Value(2.0, "x")
    y, z = x * x, x + 1
    source = draw([y, z, y]).source
    assert len(edges(source)) == 4
    marked = [name for name, text in statements(source).items() if 'root"' in text]
    assert marked == ["n1", "n3"]


def test_a_drawing_keeps_the_numbers_of_its_time() -> None:
    o = neuron()
    before = draw(o)
    o.backward()
    assert shown(before.source, "n9")[-1] == "–"
    assert before.source != draw(o).source


def test_overwritten_data_is_drawn_as_it_is() -> None:
    y = Value(2.0, "x") * 3.0
    y.data = 7.0
    assert "7.0000" in shown(draw(y).source, "n2")


# determinism


PROGRAM = """
from chalkgrad.nn import MLP
from chalkgrad.viz import draw
model = MLP(2, [3, 2], activation=["tanh", "softmax"], seed=1)
y = model([0.5, -1.0])[0] * model([1.5, 2.0])[1]
y.backward()
for detail in ("op", "neuron", "layer"):
    print(draw(y, detail=detail).source)
print(draw(y, max_nodes=5).source)
"""


def test_the_same_program_gives_the_same_dot_text_in_every_process() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1", "2024")
    }
    assert len(outputs) == 1
    assert outputs.pop().count(b"digraph {") == 4


def test_importing_viz_imports_no_third_party_package() -> None:
    packages = ("graphviz", "pygraphviz", "numpy", "matplotlib", "anywidget", "traitlets", "IPython")
    code = (
        f"import sys; from chalkgrad.viz import draw, step, widget; print([m for m in {packages} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "[]\n"


# arguments


@pytest.mark.parametrize("root", [3.0, "x", None, {"y": 1}, b"x"])
def test_what_is_not_a_value_is_named(root: object) -> None:
    with pytest.raises(ArgumentTypeError, match=f"root must be a Value .* got {type(root).__name__}"):
        draw(root)  # type: ignore[arg-type]


def test_lists_of_roots_are_looked_through() -> None:
    with pytest.raises(ArgumentTypeError, match="item 1 is float"):
        draw([Value(1.0), 2.0])  # type: ignore[list-item]
    with pytest.raises(ArgumentError, match="empty list"):
        draw([])


@pytest.mark.parametrize(
    ("argument", "given", "error", "message"),
    [
        ("rankdir", "XY", ArgumentError, "rankdir must be one of LR, TB, RL, BT; got 'XY'"),
        ("theme", "pink", ArgumentError, "theme must be one of auto, light, dark; got 'pink'"),
        ("detail", "atom", ArgumentError, "detail must be one of auto, op, neuron, layer; got 'atom'"),
        ("precision", -1, ArgumentError, "precision must be from 0 to 17, got -1"),
        ("precision", 2.5, ArgumentTypeError, "precision must be a whole number from 0 to 17, got float"),
        ("precision", True, ArgumentTypeError, "got bool"),
        ("max_nodes", 1, ArgumentError, "max_nodes must be at least 2, got 1"),
        ("max_nodes", "many", ArgumentTypeError, "got str"),
        ("open", "layer7", ArgumentError, "open: this graph has no 'layer7'; it has layer0, layer0.neuron0"),
        ("open", 3, ArgumentTypeError, "open must be names such as 'layer0.neuron3', got int"),
        ("open", [None], ArgumentTypeError, "got NoneType"),
    ],
)
def test_a_bad_argument_is_named(argument: str, given: object, error: type[Exception], message: str) -> None:
    y = MLP(1, [1], seed=1)([1.0])
    with pytest.raises(error, match=re.escape(message)):
        draw(y, **{argument: given})  # type: ignore[arg-type]


def test_there_is_nothing_to_open_in_a_graph_without_neurons() -> None:
    with pytest.raises(ArgumentError, match="it has no neurons and no layers"):
        draw(neuron(), open="layer0")


def test_a_leaf_used_along_a_whole_chain_is_laid_out_at_once() -> None:
    """Its arrows reach over the whole picture; with Graphviz's own patience this one took more than a minute."""
    x = Value(1.0, label="x")
    y = x
    for _ in range(300):
        y = y + x
    assert "nslimit=" in draw(y).source
    assert "nslimit=" not in draw(MLP(3, [4, 4, 1], seed=0)([1.0, 2.0, 3.0])).source
