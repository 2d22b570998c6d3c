"""The player with a screen reader, by keyboard alone, in forced colours: axe finds nothing in any state."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from support.packages import node_file
from support.players import INSIDE, Open, from_a_cell, press, shared
from support.students import Overwrites
from support.wildgraphs import neuron

from chalkgrad.nn import MLP, SGD, mse_loss
from chalkgrad.viz.player.player import Player, step

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page


def network() -> Player:
    model = MLP(2, [16, 16, 1], "tanh", seed=0)
    return step(model, [0.5, -1.0], 1.0, mse_loss, optimizer=SGD(model.parameters(), lr=0.1))


def wrong_answer(page: Page) -> None:
    press(page, "q")
    page.locator(".quiz input").fill("123456")
    page.keyboard.press("Enter")


def choose(page: Page, fault: str) -> None:
    press(page, "End")
    page.get_by_label("What goes wrong").first.select_option(fault)


def dragged(page: Page) -> None:
    press(page, "End")
    page.locator("#n1").click()
    page.get_by_role("slider", name="Value of w1").press("ArrowRight")


def theirs() -> Player:
    """A graph of another engine, whose backward overwrites."""
    a = Overwrites(2.0, label="a")
    b = a * a + a
    b.backward()
    return step(b)


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
    "two panes": (lambda: step(shared(), compare="recursion"), lambda page: press(page, "2", "ArrowRight"), {}),
    "fault": (lambda: step(shared(), bug="assign"), lambda page: press(page, "End"), {}),
    "checked": (lambda: step(shared()), lambda page: choose(page, "check"), {}),
    "theirs": (theirs, lambda page: press(page, "End"), {}),
    "listing": (lambda: step(from_a_cell()), lambda page: press(page, "ArrowRight"), {}),
    "dragged": (lambda: step(neuron()[0]), dragged, {}),
    "asked on the way back": (lambda: step(shared(), quiz=True), lambda page: press(page, "2"), {}),
    "dark network": (network, lambda page: press(page, "2", "ArrowRight"), {"color_scheme": "dark"}),
    "dark question": (lambda: step(shared()), wrong_answer, {"color_scheme": "dark"}),
    "dark fault": (lambda: step(shared(), bug="assign"), lambda page: press(page, "End"), {"color_scheme": "dark"}),
    "big question": (lambda: step(shared(), quiz=True), lambda page: press(page, "p"), {}),
    "text": (lambda: step(shared()), lambda page: page.locator("summary").last.click(), {}),
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


FINGERED = {
    "network": (network, "#step=3"),
    "leaf": (lambda: step(neuron()[0]), "#step=9&pin=1"),
    "fault": (lambda: step(shared(), bug="assign"), "#step=9"),
    "question": (lambda: step(shared(), quiz=True), "#step=1"),
    "listing": (lambda: step(from_a_cell()), "#step=3"),
}


@pytest.mark.parametrize("width", [390, 320, 844])
@pytest.mark.parametrize("name", FINGERED)
def test_what_a_finger_presses_is_at_least_44_pixels_wide_and_high(
    chromium: Browser, tmp_path: Path, name: str, width: int
) -> None:
    make, address = FINGERED[name]
    context = chromium.new_context(viewport={"width": width, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(make().save(tmp_path / "lesson.html").as_uri() + address)
    page.locator(".player").wait_for()
    targets = f"[...{INSIDE}.querySelectorAll('button, select, input, summary')].filter((e) => e.checkVisibility())"
    small, count = page.evaluate(
        f"""() => {{
        const targets = {targets}.map((e) => e.closest("label") ?? e);
        const sizes = targets.map((e) => [e.getAttribute("aria-label") ?? e.textContent, e.getBoundingClientRect()]);
        const small = sizes.filter(([, {{ width, height }}]) => Math.min(width, height) < 44);
        return [small.map(([name, {{ width, height }}]) => [name, width, height]), targets.length];
        }}"""
    )
    assert small == []
    assert count > 10
    assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [width, width]
    context.close()


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
