"""The player's stage: at every step numbers can be read, and what happens is in sight."""

from __future__ import annotations

from typing import Any

import pytest
from support.players import Open, press
from support.stage import faults
from support.wildgraphs import neuron

from chalkgrad.engine import Value
from chalkgrad.nn import MLP
from chalkgrad.viz.player.player import Player, step


def square(out: Any, target: Any) -> Value:
    loss: Value = (out - target) ** 2
    return loss


def long_expression() -> Value:
    """An expression of 35 nodes."""
    a, b, c, d = (Value(i + 0.5, label=name) for i, name in enumerate("abcd"))
    y = a
    for i in range(15):
        y = (y * b + c, y - d * 0.5, y.tanh())[i % 3]
    y = y * a
    y.label = "y"
    return y


def deep() -> Player:
    return step(MLP(3, [4, 4, 1]), [1.0, 2.0, 0.5], 1.0, square)


def wide() -> Player:
    return step(MLP(2, [16, 16, 1]), [1.0, -2.0], 1.0, square)


PLAYERS = {
    "neuron": lambda: step(neuron()[0]),
    "expression": lambda: step(long_expression()),
    "deep": deep,
    "wide": wide,
}


SIZES = [(1280, 800), (1920, 1080), (390, 844), (640, 400)]  # a laptop, a projector, a phone, 200 % zoom


@pytest.mark.parametrize("name", PLAYERS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_numbers_can_be_read_and_what_happens_is_in_sight_at_every_step(
    visit: Open, name: str, size: tuple[int, int]
) -> None:
    page = visit(PLAYERS[name](), reduced_motion="reduce")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for big in (False, True):
        assert faults(page, big=big)[:3] == [], big
        press(page, "p")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["deep", "wide"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_and_at_every_level(visit: Open, name: str, size: tuple[int, int]) -> None:
    player = PLAYERS[name]()
    page = visit(player, reduced_motion="reduce")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for big in (False, True):
        for level in player.data["levels"]:
            page.get_by_role("button", name=f"{level}s").click()
            assert faults(page, big=big, most=300)[:3] == [], (big, level)
        press(page, "p")
