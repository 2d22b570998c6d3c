"""The player with a screen reader, by keyboard alone, in forced colours: axe finds nothing in any state."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from support.packages import node_file
from support.players import INSIDE, Open, press, shared
from support.wildgraphs import neuron

from chalkgrad.nn import MLP, SGD, mse_loss
from chalkgrad.viz.player.player import Player, step

if TYPE_CHECKING:
    from playwright.sync_api import Page


def network() -> Player:
    model = MLP(2, [16, 16, 1], "tanh", seed=0)
    return step(model, [0.5, -1.0], 1.0, mse_loss, optimizer=SGD(model.parameters(), lr=0.1))


def wrong_answer(page: Page) -> None:
    press(page, "q")
    page.locator(".quiz input").fill("123456")
    page.keyboard.press("Enter")


STATES: dict[str, tuple[Callable[[], Player], Callable[[Page], Any], dict[str, Any]]] = {
    "start": (lambda: step(neuron()[0]), lambda page: None, {}),
    "forward": (lambda: step(neuron()[0]), lambda page: press(page, "ArrowRight"), {}),
    "backward": (lambda: step(neuron()[0]), lambda page: press(page, "2", "ArrowRight", "ArrowRight"), {}),
    "dark": (lambda: step(neuron()[0]), lambda page: press(page, "End"), {"color_scheme": "dark"}),
    "pinned": (lambda: step(neuron()[0]), lambda page: page.locator("#n1").click(), {}),
    "predict": (lambda: step(shared()), lambda page: press(page, "q"), {}),
    "wrong": (lambda: step(shared()), wrong_answer, {}),
    "big": (lambda: step(neuron()[0]), lambda page: press(page, "p", "End"), {}),
    "keys": (lambda: step(neuron()[0]), lambda page: press(page, "?"), {}),
    "notes": (lambda: step(shared(), notes={1: "one"}), lambda page: press(page, "n", "ArrowRight"), {}),
    "blank": (lambda: step(neuron()[0]), lambda page: press(page, "b"), {}),
    "network": (network, lambda page: press(page, "ArrowRight", "2"), {}),
    "network's ops": (network, lambda page: press(page, "l", "l", "ArrowRight"), {}),
    "update": (network, lambda page: press(page, "3"), {}),
    "forced colours": (lambda: step(neuron()[0]), lambda page: press(page, "2"), {"forced_colors": "active"}),
}


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing(visit: Open, name: str, width: int) -> None:
    make, reach, media = STATES[name]
    page = visit(make(), **media)
    page.set_viewport_size({"width": width, "height": 844})
    reach(page)
    page.add_script_tag(content=node_file("axe-core", "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations.map((v) => [v.id, v.nodes.map((n) => n.target)])")
    assert found == []


def test_the_drawing_is_a_table_to_a_screen_reader(visit: Open) -> None:
    page = visit(step(shared()))
    rows = page.locator(".reader tbody tr")
    assert rows.nth(0).locator("th, td").all_inner_texts() == ["a", "input", "", "2.0000", "–"]
    assert rows.last.locator("td").nth(2).inner_text() == "–"
    press(page, "End")
    assert rows.nth(0).locator("td").last.inner_text() == "6.0000"
    assert page.evaluate(f"[...{INSIDE}.querySelectorAll('figure svg')].every((svg) => svg.ariaHidden === 'true')")


def test_the_graph_is_walked_by_key(visit: Open) -> None:
    page = visit(step(shared()))
    about = page.locator(".about h2")
    assert about.inner_text().startswith("e")
    press(page, "Shift+ArrowLeft")
    assert about.inner_text().startswith("c")
    press(page, "Shift+ArrowDown")
    assert about.inner_text().startswith("d")
    press(page, "Shift+ArrowLeft", "Shift+ArrowRight")
    assert about.inner_text().startswith("c")
    press(page, "Escape")
    assert about.inner_text().startswith("e")


def test_forced_colours_are_taken(visit: Open) -> None:
    page = visit(step(neuron()[0]), "#step=8", forced_colors="active")
    colours = page.evaluate(
        f"""(() => {{
        const of = (place, what) => getComputedStyle({INSIDE}.querySelector(place))[what];
        const system = (name) => {{
            const probe = document.body.appendChild(document.createElement("i"));
            probe.style.color = name;
            return getComputedStyle(probe).color;
        }};
        return {{
            card: of("#n0 .outline", "fill") === system("Canvas"),
            edge: of("g.edge:not(.flow) path", "stroke") === system("CanvasText"),
            now: of(".now > .outline", "stroke") === system("Highlight"),
            pressed: of("[aria-pressed=true]", "backgroundColor") === system("Highlight"),
            other: of("[aria-pressed=false]", "backgroundColor") !== system("Highlight"),
        }};
        }})()"""
    )
    assert all(colours.values()), colours
