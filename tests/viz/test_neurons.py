"""Which nodes of a graph are a neuron's, and which neurons a layer's."""

from __future__ import annotations

import pytest
from support.dottext import edges, shown

from chalkgrad.engine import Value, log
from chalkgrad.nn import MLP, Layer, Neuron
from chalkgrad.viz import draw
from chalkgrad.viz.graph.neurons import Graph


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
        ops = [graph.nodes[i].op for i in graph.between]
        assert {op.name for op in ops if op is not None} == {"peak", "sub", "exp", "add", "div"}
        boxes = draw(log(outputs[0]), detail="layer").source
        assert "log" in boxes
        assert "peak" not in boxes


def test_parameters_inside_their_neuron_go_by_their_short_names() -> None:
    model = MLP(1, [1, 1], seed=1)
    drawing = draw(model([0.5]))
    (weight,) = [name for name, text in drawing.titles.items() if text.startswith("parameter layer0.neuron0.w[0]\n")]
    assert shown(drawing.source, weight)[:2] == ["w[0]", "parameter"]


@pytest.mark.parametrize(
    "label",
    ["w", "w1", "w_1", "W1", "W[0, 1]", "weight", "weights[2]", "weight3", "theta", "theta_0", "θ", "θ₁", "net.kernel"],
)
def test_a_leaf_named_as_weights_are_is_a_parameter(label: str) -> None:
    x, weight, beta = Value(1.0, label="x"), Value(2.0, label=label), Value(3.0, label="beta")
    graph = Graph([x * weight + beta])
    assert {graph.nodes[i].label: graph.kind(i) for i, node in enumerate(graph.nodes) if node.is_leaf} == {
        "x": "input", label: "parameter", "beta": "parameter",
    }  # fmt: skip


@pytest.mark.parametrize("label", ["", "x", "wx", "a", "weighted", "wave", "3w", "new", "thetas"])
def test_a_leaf_named_otherwise_is_an_input_and_so_is_b_without_a_weight(label: str) -> None:
    graph = Graph([Value(1.0, label=label) * Value(2.0, label="b")])
    assert {graph.kind(i) for i in range(2)} == {"input"}


def test_what_is_known_to_be_trained_is_a_parameter_whatever_its_name() -> None:
    a, x = Value(1.0, label="a"), Value(2.0, label="x")
    graph = Graph([a * x], [a])
    assert [graph.kind(i) for i in range(3)] == ["parameter", "input", "op"]
