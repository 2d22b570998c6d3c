"""The player with ten thousand nodes: it opens, folded where it can be; any node is found, what happens is in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.players import Open, press
from support.stage import faults

from chalkgrad.engine import Value
from chalkgrad.nn import MLP, mse_loss
from chalkgrad.viz.player.player import Player, step

if TYPE_CHECKING:
    from playwright.sync_api import Page


def network(*widths: int) -> Player:
    return step(MLP(2, [*widths, 1], seed=0), [0.5, -1.0], 1.0, mse_loss)


def chain(length: int) -> Player:
    """One long expression, in which ten leaves are used again and again."""
    leaves = [Value(0.1 * i + 0.1, label=f"l{i}") for i in range(10)]
    y = leaves[0]
    for i in range(length - 10):
        y = y * leaves[i % 10] if i % 2 else y + leaves[i % 10]
        y.label = f"y{i}"
    return step(y)


def find(page: Page, name: str) -> None:
    page.get_by_label("Find a node").fill(name)
    press(page, "Enter")


@pytest.mark.parametrize(
    "widths",
    [pytest.param((8, 16, 16), id="1,000"), pytest.param((32, 32, 32, 16), id="10,000", marks=pytest.mark.slow)],
)
def test_a_network_opens_folded_and_is_walked_and_searched(visit: Open, widths: tuple[int, ...]) -> None:
    player = network(*widths)
    assert len(player.trace.nodes) > (8_000 if len(widths) > 3 else 1_000)
    page = visit(player, reduced_motion="reduce")
    pressed = page.locator(".group [aria-pressed=true]", has_text="s")
    assert pressed.all_inner_texts() == ["Layers"]
    assert faults(page, big=False) == []
    find(page, "layer1.neuron7.w[3]")
    assert "layer1.neuron7" in page.locator(".caption").inner_text()
    assert page.locator(".inner .pinned").bounding_box() is not None
    press(page, "Escape")
    page.get_by_role("button", name="ops").click()
    assert faults(page, big=False, most=40) == []


@pytest.mark.parametrize("length", [1_000, 9_990], ids=["1,000", "10,000"])
def test_a_long_expression_is_walked_and_searched(visit: Open, length: int) -> None:
    player = chain(length)
    page = visit(player, reduced_motion="reduce")
    assert page.locator(".stage svg g.node").count() <= 150
    assert faults(page, big=False, most=40) == []
    find(page, f"y{length // 2}")
    assert page.locator(".inner .pinned .label").text_content() == f"y{length // 2}"
