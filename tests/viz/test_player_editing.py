"""The player's page: a leaf is changed, or wiggled, and all is computed anew."""

from __future__ import annotations

import math
import random

import pytest
from support.players import Open, card, press
from support.wildgraphs import neuron

from chalkgrad.engine import Value, topological_order
from chalkgrad.engine.ops import Op
from chalkgrad.viz.player.player import step


def test_an_edit_computes_forward_and_backward_anew(visit: Open) -> None:
    o, leaf = neuron()
    player = step(o)
    page = visit(player)
    press(page, "End")
    order = topological_order(o)
    w1, x2 = order.index(leaf["w1"]), order.index(leaf["x2"])
    page.locator(f"#n{w1}").click()
    page.get_by_role("spinbutton", name="Value of w1").fill("-2.5")
    press(page, "Enter")
    page.locator(f"#n{x2}").click()
    page.get_by_role("slider", name="Value of x2").fill("0.5")
    leaf["w1"].data, leaf["x2"].data = -2.5, 0.5
    n = leaf["x1"] * leaf["w1"] + leaf["x2"] * leaf["w2"] + leaf["b"]
    again = n.tanh()
    again.backward()
    for i, node in enumerate(topological_order(again)):
        assert float(card(page, i, "data").replace("−", "-")) == pytest.approx(node.data, abs=6e-5)
        assert float(card(page, i, "grad").replace("−", "-")) == pytest.approx(node.grad, abs=6e-5)
    page.get_by_role("button", name="Undo edits").click()
    assert card(page, w1, "data") == "−3.0000"
    assert player.trace.nodes[w1]["data"] == -3.0


def test_the_wiggle_compares_prediction_and_change(visit: Open) -> None:
    o, leaf = neuron()
    page = visit(step(o))
    press(page, "End")
    page.locator(f"#n{topological_order(o).index(leaf['w1'])}").click()
    page.get_by_role("slider", name="A small change of w1").fill("0.2")
    predicted, actual = page.locator(".bar b").all_text_contents()
    assert predicted == "0.2000"
    assert actual == f"{math.tanh(2.0 * -2.8 + 6.8813735870195432) - math.tanh(0.8813735870195432):.4f}"


def test_any_sequence_of_edits_agrees_with_python(visit: Open) -> None:
    rng = random.Random(3)
    o, leaf = neuron()
    page = visit(step(o))
    press(page, "End")
    for _ in range(12):
        name = rng.choice(list(leaf))
        leaf[name].data = round(rng.uniform(-3, 3), 3)
        page.get_by_label("Find a node").fill(name)
        press(page, "Enter")
        page.get_by_role("spinbutton").fill(repr(leaf[name].data))
        press(page, "Enter")
    again = (leaf["x1"] * leaf["w1"] + leaf["x2"] * leaf["w2"] + leaf["b"]).tanh()
    again.backward()
    for i, node in enumerate(topological_order(again)):
        assert float(card(page, i, "grad").replace("−", "-")) == pytest.approx(node.grad, abs=6e-5, rel=1e-3)


def test_an_op_of_ones_own_is_stepped_through_but_not_edited(visit: Open) -> None:
    cube = Op("cube", lambda x: x * x * x, lambda out, x: (3.0 * x * x,), r"\unheard {0}")
    x = Value(2.0, label="x")
    page = visit(step(cube(x) * 2))
    press(page, "End")
    assert card(page, 0, "grad") == "24.0000"
    assert "cannot be edited here" in page.locator(".about .note").inner_text()
