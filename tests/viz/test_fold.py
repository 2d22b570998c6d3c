"""Folding: what a picture shows, hides and cuts."""

from __future__ import annotations

import random
from typing import Any

import pytest
from support.dottext import edges, shown, statements

from chalkgrad.engine import ArgumentError, Value
from chalkgrad.nn import MLP, Neuron
from chalkgrad.viz import draw
from chalkgrad.viz.graph.fold import compose
from chalkgrad.viz.graph.neurons import Graph
from chalkgrad.viz.labels import number


@pytest.fixture(scope="module")
def large() -> Value:
    y: Value = MLP(2, [16, 16, 1], seed=1)([0.5, -1.0])
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
    models: list[Any] = [
        MLP(2, [2, 1], seed=1),
        MLP(2, [2, 2], activation=["tanh", "softmax"], seed=2),
        Neuron(2, seed=3),
    ]
    pool = [Value(1.0, chance.choice(["x", "w", "b", "layer0.neuron0.w[0]"])) for _ in range(3)]
    for _ in range(12):
        a, b = chance.choices(pool, k=2)
        model = chance.choice(models)
        kind = chance.choice(["model", "difference", "double"])
        if kind == "model":
            made = model([a, b])
        elif kind == "difference":
            made = a - b
        else:
            made = a * 2.0
        pool += made if isinstance(made, list) else [made]
        if chance.random() < 0.1:
            pool[-1].scope = chance.choice(["layer0", "layer0.neuron0", "neuron", "a.b"])
    graph = Graph(chance.sample(pool, 3))
    whole = {(f"n{p}", f"n{i}", f"e{i}-{k}") for i, ps in enumerate(graph.parents) for k, p in enumerate(ps)}
    opened = compose(graph, "op", None, [])
    assert {(arrow.tail, arrow.head, arrow.id) for arrow in opened.arrows} == whole
    for detail, budget in (("op", 150), ("neuron", 150), ("layer", 150), ("auto", 6)):
        picture = compose(graph, detail, budget, [])
        held = [i for box in picture.boxes for i in box.nodes]
        assert len(set(held)) == len(held) == len(graph.nodes) - picture.cut
        ids = [box.id for box in picture.boxes] + list(picture.clusters)
        assert len(set(ids)) == len(ids)
        assert all(arrow.tail in ids and arrow.head in ids and arrow.tail != arrow.head for arrow in picture.arrows)
        uses = [use for arrow in picture.arrows for use in arrow.uses]
        assert len(set(uses)) == len(uses)
        assert len({arrow.id for arrow in picture.arrows}) == len(picture.arrows)
