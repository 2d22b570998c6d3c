"""The graph that `draw` tells Graphviz to draw: nodes, edges, neurons, folding, words."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from itertools import combinations

import pytest

from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value, log, tanh, where
from chalkgrad.nn import MLP, Layer, Neuron
from chalkgrad.viz import draw
from chalkgrad.viz.graph.dot import LOOKS
from chalkgrad.viz.graph.fold import plan
from chalkgrad.viz.graph.neurons import Graph
from chalkgrad.viz.labels import number, visible
from chalkgrad.viz.theme import ROLES


def neuron() -> Value:
    x1, x2 = Value(2.0, "x1"), Value(0.0, "x2")
    w1, w2, b = Value(-3.0, "w1"), Value(1.0, "w2"), Value(6.8813735870195432, "b")
    o = tanh(x1 * w1 + x2 * w2 + b)
    o.label = "o"
    return o


def statements(source: str) -> dict[str, str]:
    """The node statements of a DOT text, by node."""
    return {m[1]: m[0] for m in re.finditer(r"^\t*(\w[\w.-]*|\"[^\"]+\") \[.*$", source, re.MULTILINE)}


def edges(source: str) -> list[tuple[str, str, str]]:
    """Tail, head and id of every edge of a DOT text."""
    found = re.finditer(r'^\t"?([\w.-]+)"? -> "?([\w.-]+?)"?(?::\S+)? \[.*?id="?([\w.-]+)"?', source, re.MULTILINE)
    return [(m[1], m[2], m[3]) for m in found]


def shown(source: str, node: str) -> list[str]:
    """The texts on a node's card, in order, as typed."""
    texts = re.findall(r"<FONT[^>]*>(?:<B>)?([^<]*)", statements(source)[node])
    return [text.replace("&#160;", " ") for text in texts]


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


# neurons and layers


def test_a_call_of_a_neuron_holds_what_depends_on_its_parameters() -> None:
    model = MLP(2, [3, 1], seed=1)
    graph = Graph([model([Value(0.5, "x1"), Value(-1.0, "x2")])])
    assert [call.name for call in graph.calls] == [f"layer0.neuron{i}" for i in range(3)] + ["layer1.neuron0"]
    assert [len(call.nodes) for call in graph.calls] == [8, 8, 8, 10]  # 2 w, b, 2 mul, 2 add, relu; 3 w, b, 3, 3
    for call in graph.calls:
        labels = [graph.nodes[i].label for i in call.nodes if graph.nodes[i].is_leaf]
        assert labels
        assert all(label.startswith(call.name + ".") for label in labels)
    in_calls = {i for call in graph.calls for i in call.nodes}
    outside = [graph.nodes[i].label for i in range(len(graph.nodes)) if i not in in_calls]
    assert outside == ["x1", "x2"]
    assert [(layer.name, layer.calls) for layer in graph.layers] == [("layer0", [0, 1, 2]), ("layer1", [3])]


def test_the_same_neuron_applied_twice_is_two_calls_that_share_parameters() -> None:
    model = MLP(1, [2, 1], seed=1)
    graph = Graph([model([Value(0.5, "a")]) * model([Value(1.5, "b")])])
    assert len(graph.calls) == 6
    assert [len(layer.calls) for layer in graph.layers] == [2, 1, 2, 1]
    weight = graph.nodes.index(model.layers[0].neurons[0].w[0])
    assert len(graph.homes[weight]) == 2
    source = draw(graph.nodes[-1]).source
    for cluster in ("c-layer0", "c-layer0-2", "c-layer0.neuron1", "c-layer0.neuron1-2"):
        assert f'subgraph "cluster_{cluster}"' in source
    assert f"\n\tn{weight} [" in source  # in no cluster
    folded = draw(graph.nodes[-1], detail="neuron").source
    assert f"n{weight} [" not in folded


def test_layers_are_told_apart_by_their_inputs_whatever_the_order() -> None:
    model = Layer(1, 2, seed=1)
    pair = MLP(1, [2], seed=1)
    first, second = pair([Value(1.0, "a")]), pair([Value(2.0, "b")])
    graph = Graph([first[0] * second[1] + second[0] * first[1]])
    outputs = [{graph.calls[c].output for c in layer.calls} for layer in graph.layers]
    assert outputs == [{graph.nodes.index(y) for y in ys} for ys in (first, second)]
    assert Graph(model([Value(1.0)])).layers == []


def test_a_neuron_applied_to_its_own_output_is_two_calls() -> None:
    unit = Neuron(1, activation="tanh", seed=1)
    graph = Graph([unit([unit([Value(0.5, "x")])])])
    first, second = graph.calls
    assert set(first.nodes) & set(second.nodes) == {graph.nodes.index(p) for p in unit.parameters()}
    assert len(first.nodes) == len(second.nodes) == 5


def test_a_layer_applied_twice_to_the_same_inputs_is_two_layers() -> None:
    layer, x = MLP(1, [2], seed=1), Value(0.5, "x")
    (a, b), (c, d) = layer([x]), layer([x])
    graph = Graph([a * b + c * d])
    assert [len(part.calls) for part in graph.layers] == [2, 2]


def test_a_parameter_given_to_another_neuron_as_its_input() -> None:
    model = MLP(1, [1, 1], seed=1)
    tied = model.layers[0].neurons[0].w[0] * 2.0
    graph = Graph([model.layers[1]([tied]) + model([1.0])])
    calls = [call for call in graph.calls if call.name == "layer1.neuron0"]
    assert [len(call.nodes) for call in calls] == [4, 4]  # w, b, *, +
    assert graph.nodes.index(tied) not in graph.homes


def test_a_neuron_that_stands_alone() -> None:
    graph = Graph([Neuron(2, activation="tanh", seed=1)([1.0, 2.0]) * 3.0])
    (call,) = graph.calls
    assert [graph.nodes[i].label for i in call.nodes if graph.nodes[i].is_leaf] == ["b", "w[0]", "w[1]"]
    assert graph.layers == []


def test_what_uses_a_parameter_outside_its_neuron_stays_outside() -> None:
    model = MLP(1, [2, 1], seed=1)
    penalty = sum((p * p for p in model.parameters()), Value(0.0))
    graph = Graph([model([0.5]) + penalty])
    assert [len(call.nodes) for call in graph.calls] == [5, 5, 7]
    source = draw(graph.nodes[-1], detail="neuron").source
    (square,) = [i for i, node in enumerate(graph.nodes) if node.parents == (model.layers[0].neurons[0].w[0],) * 2]
    output = graph.calls[0].output
    assert (f"n{output}", f"n{square}", f"m-n{output}-n{square}") in edges(source)


def test_a_softmax_belongs_to_its_layer() -> None:
    for model in (MLP(2, [2, 3], activation=["tanh", "softmax"], seed=1), Layer(2, 3, activation="softmax", seed=1)):
        outputs = model([0.5, 1.0])
        graph = Graph([log(outputs[0])])
        layer = graph.layers[-1]
        assert layer.outputs(graph) == [graph.nodes.index(outputs[0])]
        names = {graph.nodes[i].op.name for i in graph.between if graph.nodes[i].op is not None}
        assert names == {"peak", "sub", "exp", "add", "div"}
        boxes = draw(log(outputs[0]), detail="layer").source
        assert "log" in boxes
        assert "peak" not in boxes


def test_parameters_inside_their_neuron_go_by_their_short_names() -> None:
    model = MLP(1, [1, 1], seed=1)
    drawing = draw(model([0.5]))
    (weight,) = [name for name, text in drawing.titles.items() if text.startswith("parameter layer0.neuron0.w[0]\n")]
    assert shown(drawing.source, weight)[:2] == ["w[0]", "parameter"]


# folding


@pytest.fixture(scope="module")
def large() -> Value:
    y = MLP(2, [16, 16, 1], seed=1)([0.5, -1.0])
    y.backward()
    return y


def test_a_large_network_folds_into_neurons(large: Value) -> None:
    drawing = draw(large)
    assert "979 nodes, shown as 35 boxes" in drawing.source.replace("&#160;", " ")
    assert "shown as 35 boxes" in drawing.alt
    assert len(edges(drawing.source)) == 2 * 16 + 16 * 16 + 16
    root = Graph([large]).roots[0]
    assert shown(drawing.source, f"n{root}") == ["neuron0", "data", number(large.data), "grad", "1.0000"]


def test_a_larger_one_folds_into_layers(large: Value) -> None:
    drawing = draw(large, max_nodes=30)
    assert "979 nodes, shown as 5 boxes" in drawing.source.replace("&#160;", " ")
    assert edges(drawing.source)[-1][:2] == ("c-layer1", "c-layer2")
    texts = shown(drawing.source, '"c-layer1"')
    assert texts[:3] == ["layer1", "16 outputs", "data"]
    assert " … " in texts[3]


def test_a_nan_in_a_folded_layer_is_not_hidden() -> None:
    model = MLP(1, [3, 1], seed=1)
    model.layers[0].neurons[1].b.data = float("nan")
    source = draw(model([0.5]), detail="layer").source
    assert shown(source, '"c-layer0"')[3] == "nan"


def test_a_box_opens(large: Value) -> None:
    whole = Graph([large])
    opened = draw(large, open="layer0.neuron3").source
    (call,) = [call for call in whole.calls if call.name == "layer0.neuron3"]
    assert all(f"n{i} [" in opened for i in call.nodes)
    assert len(statements(opened)) == len(statements(draw(large).source)) + len(call.nodes) - 1
    assert "c-layer0.neuron3" in opened
    by_layer = draw(large, detail="layer", open=["layer1"]).source
    assert len(statements(by_layer)) == len(statements(draw(large, detail="layer").source)) + 16 - 1
    two_steps = draw(large, detail="layer", open=["layer2", "layer2"]).source
    assert "cluster_c-layer2.neuron0" in two_steps


def test_everything_opens(large: Value) -> None:
    drawing = draw(large, max_nodes=None)
    assert len(edges(drawing.source)) == sum(len(node.parents) for node in Graph([large]).nodes)
    assert "shown as" not in drawing.source
    assert drawing.source == draw(large, detail="op").source


def test_what_does_not_fold_is_cut_to_the_part_nearest_to_the_root() -> None:
    y = Value(1.0, "x")
    for _ in range(50_000):
        y = y + 1.0
    drawing = draw(y, max_nodes=20)
    assert len(statements(drawing.source)) - 3 == 20
    root = 100_000
    assert f"n{root} [" in drawing.source
    assert f"n{root - 2} [" in drawing.source
    assert "99,982 nodes not shown" in drawing.source.replace("&#160;", " ")
    assert any(tail == "cut" for tail, _, _ in edges(drawing.source))
    with pytest.raises(ArgumentError, match=r"100,001 boxes is too large .* 2,000"):
        draw(y, max_nodes=None)


def test_a_cut_may_hide_roots_and_folded_boxes(large: Value) -> None:
    x = Value(1.0, "x")
    assert "2 nodes not shown" in draw([x, x * x, x + x], max_nodes=2).source.replace("&#160;", " ")
    drawing = draw(large, max_nodes=3)
    assert len(statements(drawing.source)) - 3 == 3


def test_shared_parameters_do_not_pull_other_samples_into_a_cut() -> None:
    model = MLP(1, [2, 1], seed=1)
    samples = [model([float(i)]) for i in range(10)]
    total = samples[0]
    for y in samples[1:]:
        total = total + y
    source = draw(total, max_nodes=8).source
    hidden = Graph([total]).nodes.index(samples[0])
    assert f"n{hidden} [" not in source
    assert '"c-layer1" [' not in source


@pytest.mark.parametrize("seed", range(25))
def test_whatever_the_graph_each_node_is_shown_or_held_or_cut_once(seed: int) -> None:
    chance = random.Random(seed)
    models = [MLP(2, [2, 1], seed=1), MLP(2, [2, 2], activation=["tanh", "softmax"], seed=2), Neuron(2, seed=3)]
    pool = [Value(1.0, chance.choice(["x", "w", "b", "layer0.neuron0.w[0]"])) for _ in range(3)]
    for _ in range(12):
        a, b = chance.choices(pool, k=2)
        model = chance.choice(models)
        made = chance.choice([lambda a=a, b=b, m=model: m([a, b]), lambda a=a, b=b: a - b, lambda a=a: a * 2.0])()
        pool += made if isinstance(made, list) else [made]
        if chance.random() < 0.1:
            pool[-1].scope = chance.choice(["layer0", "layer0.neuron0", "neuron", "a.b"])
    graph = Graph(chance.sample(pool, 3))
    whole = {(f"n{p}", f"n{i}", f"e{i}-{k}") for i, ps in enumerate(graph.parents) for k, p in enumerate(ps)}
    opened = plan(graph, "op", None, [])
    assert {(edge.tail, edge.head, edge.id) for edge in opened.edges} == whole
    for detail, budget in (("op", 150), ("neuron", 150), ("layer", 150), ("auto", 6)):
        picture = plan(graph, detail, budget, [])
        held = [i for box in picture.boxes for i in box.nodes]
        assert len(set(held)) == len(held) == len(graph.nodes) - picture.cut
        ids = [box.id for box in picture.boxes] + list(picture.clusters)
        assert len(set(ids)) == len(ids)
        assert all(edge.tail in ids and edge.head in ids and edge.tail != edge.head for edge in picture.edges)
        uses = [use for edge in picture.edges for use in edge.uses]
        assert len(set(uses)) == len(uses)
        assert len({edge.id for edge in picture.edges}) == len(picture.edges)


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
    code = "import sys, chalkgrad.viz; print([m for m in ('graphviz', 'pygraphviz', 'numpy') if m in sys.modules])"
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


# words, numbers, colours


def test_the_description_names_the_output_and_the_leaves() -> None:
    o = neuron()
    assert draw(o).alt.startswith(
        "Computation graph with 10 nodes. Output: o = 0.7071, no gradient yet. Inputs: x1 = 2"
    )
    o.backward()
    assert "Parameters: w1 = −3.0000, gradient 1.0000; w2 = 1.0000, gradient 0.0000; b = 6.8814" in draw(o).alt


def test_a_description_stays_short() -> None:
    many = draw(sum((Value(float(i), f"x{i}") for i in range(60)), Value(0.0, "x")))
    assert "and 49 more" in many.alt
    assert len(many.alt) < 1000


def test_tooltips_have_every_digit() -> None:
    o = neuron()
    o.backward()
    titles = draw(o).titles
    assert titles["n9"] == f"tanh o\ndata {o.data!r}\ngrad 1.0"
    assert titles["e9-0"] == "+ → tanh o (operand 1)"


@pytest.mark.parametrize(
    ("x", "precision", "text"),
    [
        (1.0, 4, "1.0000"), (-1.5, 4, "−1.5000"), (0.0, 4, "0.0000"), (-0.0, 4, "0.0000"), (2.5, 0, "2"),
        (0.00005, 4, "0.0001"), (0.00004, 4, "4.0000e−05"), (-2e-7, 2, "−2.00e−07"), (5e-324, 1, "4.9e−324"),
        (9999999.0, 1, "9999999.0"), (1e7, 1, "1.0e+07"), (float("inf"), 4, "∞"), (float("-inf"), 4, "−∞"),
        (float("nan"), 4, "nan"),
    ],
)  # fmt: skip
def test_numbers(x: float, precision: int, text: str) -> None:
    assert number(x, precision) == text


def test_what_cannot_be_seen_is_escaped() -> None:
    assert visible("a\x00b\nc\u202ed\ud800\ufffe\xa0") == r"a\x00b\nc\u202ed\ud800\ufffe\xa0"
    assert visible("né 中文 👩‍👩‍👧 <b>") == "né 中文 👩‍👩‍👧 <b>"
    assert visible("x" * 100, 10) == "x" * 9 + "…"


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("column", [0, 1], ids=["light", "dark"])
def test_contrast(column: int) -> None:
    def contrast(one: str, other: str) -> float:
        dark, light = sorted(luminance(ROLES[role][column]) for role in (one, other))
        return (light + 0.05) / (dark + 0.05)

    cards = ("card", "input", "parameter", "constant", "fold")
    texts = ("ink", "muted", "forward", "backward")
    assert min(contrast(text, card) for text in texts for card in cards) >= 4.5
    assert min(contrast("muted", behind) for behind in ("paper", "layer", "neuron")) >= 4.5
    assert contrast("op", "chip") >= 4.5
    lines = ("line", "card-edge", "input-edge", "parameter-edge", "constant-edge", "fold-edge", "root-edge")
    assert min(contrast(line, behind) for line in lines for behind in ("paper", "layer", "neuron")) >= 3


def test_every_role_has_a_colour_of_its_own_so_that_it_can_be_told_from_the_colour() -> None:
    for column in (0, 1):
        colours = [colours[column] for colours in ROLES.values()]
        assert len(set(colours)) == len(colours)
