"""The player in Python: what is refused, what is saved, what is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.wildgraphs import neuron

from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value, maximum
from chalkgrad.nn import MLP, SGD
from chalkgrad.viz.player.player import step


def test_a_graph_too_large_for_a_page_is_refused() -> None:
    y = x = Value(1.0)
    for _ in range(10_000):
        y = y + x
    with pytest.raises(ArgumentError, match="up to 10,000 nodes, this one has 10,001"):
        step(y)


def test_stepping_a_model_needs_a_sample_and_a_value() -> None:
    model = MLP(2, [2])
    with pytest.raises(ArgumentTypeError, match="got MLP without a sample"):
        step(model)
    with pytest.raises(ArgumentTypeError, match="needs a Value, or a model"):
        step(3.0)  # type: ignore[arg-type]
    with pytest.raises(ArgumentTypeError, match="give a loss"):
        step(model, [1.0, 2.0])
    player = step(model, [1.0, 2.0], 1.0, lambda outputs, target: maximum(outputs[0], outputs[1]) - target)
    assert player.trace.nodes[-1]["name"] == "loss"


def test_saving_checks_its_name(tmp_path: Path) -> None:
    player = step(neuron()[0])
    assert player.save(tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
    with pytest.raises(ArgumentError, match=r"must end in \.html"):
        player.save(tmp_path / "a.png")
    with pytest.raises(ArgumentError, match="there is no folder"):
        player.save(tmp_path / "missing" / "a.html")


def test_the_same_program_gives_the_same_page() -> None:
    assert step(neuron()[0]).html() == step(neuron()[0]).html()


def test_the_users_graph_is_left_alone() -> None:
    o, leaf = neuron()
    leaf["w1"].grad = 5.0
    step(o, optimizer=SGD([leaf["w1"]], lr=0.1))
    assert (leaf["w1"].data, leaf["w1"].grad, o.has_grad) == (-3.0, 5.0, False)


def test_data_are_strict_json() -> None:
    data = step(Value(0.0, label="x").log() * 0.0).data
    assert json.loads(json.dumps(data, allow_nan=False))["nodes"][1]["data"] == "-Infinity"
