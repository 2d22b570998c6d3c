"""The player's page: every key and button moves in time, and the way back is exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.players import INSIDE, Open, picture, press, where
from support.wildgraphs import neuron

from chalkgrad.engine import Value
from chalkgrad.nn import MLP
from chalkgrad.viz.player.player import step

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_back_from_the_last_step_to_the_first_gives_the_first_picture_byte_for_byte(visit: Open) -> None:
    page = visit(step(neuron()[0]))
    pictures = [picture(page)]
    for _ in range(15):
        press(page, "ArrowRight")
        pictures.append(picture(page))
    assert len(set(pictures)) == 16
    for before in reversed(pictures[:-1]):
        press(page, "ArrowLeft")
        assert picture(page) == before
    press(page, "End", "Home")
    assert picture(page) == pictures[0]


def test_every_key_and_button(visit: Open) -> None:
    page = visit(step(neuron()[0]))
    assert where(page) == "Start · 15 steps"
    for keys, expected in [
        (["ArrowRight"], 1), (["ArrowRight", "ArrowRight"], 3), (["ArrowLeft"], 2), (["End"], 15), (["ArrowRight"], 15),
        (["Home", "ArrowLeft"], 0), (["2"], 6), (["1"], 1),
    ]:  # fmt: skip
        press(page, *keys)
        assert where(page).startswith(f"Step {expected} of 15" if expected else "Start")
    for name, expected in [
        ("Last step", 15),
        ("Step back", 14),
        ("First step", 0),
        ("Step", 1),
        ("← Backward", 6),
        ("→ Forward", 1),
    ]:
        page.get_by_role("button", name=name, exact=True).click()
        assert where(page).startswith(f"Step {expected} of 15" if expected else "Start"), name
    page.get_by_role("slider", name="Step", exact=True).fill("9")
    assert where(page).startswith("Step 9 of 15")
    press(page, "p")
    assert "big" in (page.locator(".player").get_attribute("class") or "").split()
    press(page, "p")
    assert "big" not in (page.locator(".player").get_attribute("class") or "big").split()
    press(page, "?")
    assert page.get_by_role("dialog").is_visible()
    press(page, "Escape")
    assert not page.get_by_role("dialog").is_visible()
    press(page, "q")
    assert page.locator(".quiz").is_visible()
    press(page, "Escape", "q")
    assert not page.locator(".quiz").is_visible()


def test_play_runs_to_the_end_and_stops(visit: Open) -> None:
    page = visit(step(neuron()[0]))
    page.get_by_label("Speed").select_option("5×")
    page.evaluate("document.activeElement.blur()")
    press(page, "Space")
    assert page.get_by_role("button", name="Pause").is_visible()
    press(page, "Space")
    assert page.get_by_role("button", name="Play").is_visible()
    page.get_by_role("button", name="Play").click()
    page.get_by_text("Step 15 of 15").wait_for()
    assert page.get_by_role("button", name="Play").is_visible()


def test_the_address_holds_the_step(visit: Open) -> None:
    page = visit(step(neuron()[0]), "#step=7")
    assert where(page).startswith("Step 7 of 15")
    press(page, "ArrowRight")
    assert page.evaluate("location.hash") == "#step=8"
    page.evaluate("location.hash = '#step=3'")
    page.get_by_text("Step 3 of 15").wait_for()


def seen(page: Page) -> list[str]:
    """The drawing that is shown, and the words beside it."""
    return [page.locator(".outer svg:not([hidden])").first.inner_html(), page.locator("aside").inner_text()]


def link_with(page: Page, *parts: str) -> str:
    """The link to what is shown, which says these things."""
    link: str = page.evaluate("location.hash")
    for part in parts:
        assert part in link
    return link


def test_the_link_restores_everything(visit: Open) -> None:
    """Edits, level, opened boxes, the pinned node and the very step: the same page again."""
    player = step(MLP(2, [3, 1], seed=1), [0.5, -1.25], 1.0, lambda out, target: (out - target) ** 2)
    x0 = str(next(row["id"] for row in player.trace.nodes if row["label"] == "x[0]"))
    page = visit(player)
    page.locator(".stage svg:not([hidden]) g.node", has_text="neuron1").first.dblclick()
    leaf = page.locator(".outer svg:not([hidden]) g.node", has_text="x[0]")
    leaf.click()
    page.get_by_role("textbox").fill("0.1")
    press(page, "Enter", "Escape")
    leaf.click()
    page.get_by_role("slider", name="Step", exact=True).fill("25")
    again = visit(player, link_with(page, "step=25", "open=neuron", f"pin={x0}", f"set={x0}:0.1"))
    assert where(again) == where(page)
    assert picture(again) == picture(page)
    page.get_by_role("button", name="Ops").click()
    again = visit(player, link_with(page, "level=op", f"pin={x0}", f"set={x0}:0.1"))
    assert where(again) == where(page)
    assert seen(again) == seen(page)
    again.evaluate("location.hash = '#step=3'")
    again.get_by_text("Step 3 of").wait_for()
    assert again.evaluate("location.hash") == "#step=3", "a link without a level is one to the first level"
    assert not again.get_by_role("button", name="Undo edits").is_visible()


def test_a_page_without_an_address_works(visit: Open) -> None:
    page = visit(step(Value(2.0, label="x") * 3))
    html = step(neuron()[0]).html()
    page.evaluate("(html) => { document.body.innerHTML = '<iframe></iframe>'; "
                  "document.body.firstChild.srcdoc = html; }", html)  # fmt: skip
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Last step").click()
    assert "Step 15 of 15" in frame.locator(".where").inner_text()


def test_play_takes_its_first_step_at_once(visit: Open) -> None:
    page = visit(step(neuron()[0]))
    press(page, "Space")
    assert where(page).startswith("Step 1 of 15")


def test_keys_are_listed_where_they_do_something(visit: Open) -> None:
    page = visit(step(neuron()[0]))
    press(page, "?")
    listed = page.get_by_role("dialog").inner_text()
    assert "update" not in listed and "ops, neurons" not in listed
    assert "pinned leaf" in listed


def chain() -> Value:
    y = x = Value(0.5, label="x")
    for _ in range(497):
        y = (y * 0.5) + x
    y.label = "y"
    return y


@pytest.mark.parametrize("graph", ["neuron", "network", "chain"])
def test_numbers_follow_a_drag_within_a_frame(visit: Open, graph: str) -> None:
    """From the input event until all of the page is laid out again: the median of thirty moves."""
    player = {
        "neuron": lambda: step(neuron()[0]),
        "network": lambda: step(MLP(3, [4, 4, 1], seed=1), [2.0, 3.0, -1.0], 1.0, lambda o, t: (o - t) ** 2),
        "chain": lambda: step(chain()),
    }[graph]()
    page = visit(player, "#step=100000&pin=0")
    times = page.evaluate(f"""() => {{
        const slider = {INSIDE}.querySelector("fieldset input[type=range]"), times = [];
        for (let n = 0; n < 30; n++) {{
          slider.value = String(Number(slider.min) + (Number(slider.max) - Number(slider.min)) * (n + 1) / 40);
          const began = performance.now();
          slider.dispatchEvent(new Event("input"));
          document.querySelector(".chalkgrad-player").getBoundingClientRect();
          times.push(performance.now() - began);
        }}
        return times.sort((a, b) => a - b);
    }}""")
    print(graph, times[15], times[-1])
    assert times[15] < 200 if graph == "chain" else 50
