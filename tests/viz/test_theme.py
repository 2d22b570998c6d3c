"""The colours: each a role's own, and readable."""

from __future__ import annotations

import re

import pytest

from chalkgrad.viz.theme import ROLES, palette


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


def test_a_colour_is_written_as_graphviz_writes_it_back() -> None:
    for role, colours in ROLES.items():
        assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in colours), role


def test_a_theme_has_every_role_and_auto_begins_as_light() -> None:
    assert palette("auto") == palette("light") == {role: light for role, (light, _) in ROLES.items()}
    assert palette("dark") == {role: dark for role, (_, dark) in ROLES.items()}
