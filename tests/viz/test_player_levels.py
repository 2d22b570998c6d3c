"""The player's page: a large graph is folded, by neurons and by layers, and opens."""

from __future__ import annotations

import pytest
from support.players import Open, card, press, sentence, where
from support.wildgraphs import neuron

from chalkgrad.engine import Value, topological_order
from chalkgrad.nn import MLP, SGD, Adam
from chalkgrad.viz.player.player import Player, step


@pytest.fixture(scope="module")
def mlp_player() -> Player:
    model = MLP(2, [16, 16, 1])
    return step(
        model, [0.5, -1.25], 1.0, lambda out, target: (out - target) ** 2, optimizer=SGD(model.parameters(), lr=0.1)
    )


def test_a_network_is_folded_first_and_opens(visit: Open, mlp_player: Player) -> None:
    page = visit(mlp_player)
    assert page.get_by_role("button", name="Neurons").get_attribute("aria-pressed") == "true"
    press(page, "ArrowRight")
    assert "layer0.neuron0 computes its output" in sentence(page)
    page.get_by_role("button", name="Open layer0.neuron0").click()
    assert "Inside layer0.neuron0" in page.locator(".caption").inner_text()
    steps = int(where(page).split(" of ")[1].split()[0])
    page.get_by_role("button", name="Close layer0.neuron0").first.click()
    assert int(where(page).split(" of ")[1].split()[0]) < steps
    press(page, "l")
    assert page.get_by_role("button", name="Layers").get_attribute("aria-pressed") == "true"
    press(page, "Home", "ArrowRight")
    assert "layer0 computes its output" in sentence(page)
    page.get_by_role("button", name="Ops").click()
    press(page, "2", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight")
    assert "Inside layer2.neuron0" in page.locator(".caption").inner_text()


@pytest.mark.parametrize("level", ["Neurons", "Layers", "Ops"])
def test_every_level_ends_with_the_same_numbers(visit: Open, mlp_player: Player, level: str) -> None:
    page = visit(mlp_player)
    page.get_by_role("button", name=level).click()
    press(page, "End")
    assert "step against" in sentence(page) or "steps against" in sentence(page)
    root = len(mlp_player.trace.nodes) - 1
    assert card(page, root, "grad") == "1.0000↺", "of before the update"
    x = next(row["id"] for row in mlp_player.trace.nodes if row["label"] == "x[0]")
    assert float(card(page, x, "grad").replace("−", "-").rstrip("↺")) == pytest.approx(
        mlp_player.trace.gradients[x], abs=6e-5
    )


def test_levels_show_the_same_moment(visit: Open, mlp_player: Player) -> None:
    page = visit(mlp_player)
    press(page, "2", "ArrowRight", "ArrowRight", "ArrowRight")
    for level in ("Layers", "Ops", "Neurons"):
        page.get_by_role("button", name=level).click()
        assert "backward" in where(page)


def test_the_page_of_a_network_is_small_enough(visit: Open, mlp_player: Player) -> None:
    assert len(mlp_player.html()) < 900_000
    page = visit(mlp_player)
    assert page.locator("svg[data-view=neuron] g.node").count() < 60


def test_an_optimizer_with_memory_shows_pythons_own_numbers(visit: Open) -> None:
    o, leaf = neuron()
    page = visit(step(o, optimizer=Adam([leaf["w1"], leaf["b"]], lr=0.5)))
    press(page, "End")
    assert card(page, topological_order(o).index(leaf["w1"]), "data") == "−3.5000"
    press(page, "3")
    assert page.locator("aside > .formulas math").count() > 1, "its rule, line by line"


def test_a_gradient_comes_from_what_the_picture_shows(visit: Open) -> None:
    """From folded neurons by their names, where each node is drawn from nodes."""
    page = visit(step(MLP(3, [4, 4, 1], seed=0), [2.0, 3.0, -1.0], 1.0, "mse_loss"))
    press(page, "n", "End")
    senders = page.locator(".about .ledger tbody th")
    assert sorted(senders.all_text_contents()) == [f"layer1.neuron{i}" for i in range(4)]
    page.locator("svg:not([hidden]) g.node.now", has_text="neuron0").click()
    page.get_by_role("button", name="Ops").click()
    assert sorted(senders.all_text_contents()) == [f"layer1.neuron{i}.w[0]·neuron0" for i in range(4)]


def test_a_graph_too_large_for_a_picture_is_cut_but_every_step_is_there(visit: Open) -> None:
    x = Value(1.0, label="x")
    y = x
    for _ in range(300):
        y = y + x
    page = visit(step(y))
    press(page, "End")
    assert "Step 901 of 901" in where(page)
    assert page.locator(".stage svg g.node").count() <= 150
