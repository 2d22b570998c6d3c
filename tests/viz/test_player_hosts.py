"""The player in pages that imitate notebooks: it steps by keys and buttons, a value is dragged, nothing fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from support import hosts
from support.packages import oracle_package
from support.players import shared
from support.wildgraphs import neuron

from chalkgrad.viz.player.player import step

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FrameLocator, Locator, Page

    Place = Page | FrameLocator | Locator

Show = Callable[[str], "Page"]

W1 = 1  # the place of w1 in the neuron's graph


@pytest.fixture
def show(chromium: Browser) -> Iterator[Show]:
    """Open a page from its text, offline; at the end nothing complained."""
    context = chromium.new_context(viewport={"width": 1000, "height": 900}, offline=True)
    context.set_default_timeout(5000)
    complaints: list[str] = []
    context.on("console", lambda message: complaints.append(message.text))
    context.on("weberror", lambda error: complaints.append(str(error.error)))

    def open_page(html: str) -> Page:
        page = context.new_page()
        page.set_content(html)
        return page

    yield open_page
    context.close()
    assert complaints == []


def output(player: object) -> str:
    """What a notebook is given to show."""
    html: str = player._repr_mimebundle_()["text/html"]  # type: ignore[attr-defined]
    return html


def number(place: Place, node: int = W1) -> str:
    return place.locator(f".outer #n{node} .data").text_content() or ""


def steps_and_drags(page: Page, place: Place) -> None:
    """A neuron's player, by buttons, by keys, by a real mouse, and by typing."""
    where = place.locator(".where")
    place.get_by_role("button", name="Step", exact=True).click()
    assert where.inner_text().startswith("Step 1 of 15")
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "2"):
        page.keyboard.press(key)
    assert where.inner_text().startswith("Step 6 of 15")
    place.get_by_role("button", name="Last step").click()
    place.locator(f".outer #n{W1}").click()
    slider = place.get_by_role("slider", name="Value of w1")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    left, width, y = box["x"], box["width"], box["y"] + box["height"] / 2
    page.mouse.move(left + width * 0.2, y)
    page.mouse.down()
    seen = []
    for n in range(1, 101):
        page.mouse.move(left + width * (0.2 + 0.005 * n), y)
        seen.append(number(place))
    page.mouse.up()
    assert len(set(seen)) == 100
    place.get_by_role("textbox", name="Value of w1").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("-2.5")
    page.keyboard.press("Enter")
    assert number(place) == "−2.5000"


SHELLS = {"nbconvert": hosts.static, "JupyterLab and Notebook 7": hosts.jupyter, "VS Code": hosts.vscode}


@pytest.mark.parametrize("name", SHELLS)
def test_in_the_page_of_a_notebook(show: Show, name: str) -> None:
    """Two outputs, each with its own player."""
    page = show(SHELLS[name](output(step(shared())), output(step(neuron()[0]))))
    place: Page | FrameLocator = page.frame_locator("iframe") if name == "VS Code" else page
    cells = place.locator(".cell")
    steps_and_drags(page, cells.nth(1))
    assert cells.nth(0).locator(".where").inner_text().startswith("Start")
    if name.startswith("Jupyter"):
        assert page.evaluate("heard") == []


@pytest.mark.parametrize("name", SHELLS)
def test_two_players_in_one_output(show: Show, name: str) -> None:
    page = show(SHELLS[name](output(step(shared())) + output(step(neuron()[0]))))
    place: Page | FrameLocator = page.frame_locator("iframe") if name == "VS Code" else page
    where = place.locator(".where")
    place.get_by_role("button", name="Last step").nth(1).click()
    assert where.nth(1).inner_text().startswith("Step 15 of 15")
    assert where.nth(0).inner_text().startswith("Start")
    place.get_by_role("button", name="Last step").nth(0).click()
    assert not where.nth(0).inner_text().startswith(("Start", "Step 15 of 15"))


def test_after_a_blank_screen_keys_are_still_the_players(show: Show) -> None:
    """In JupyterLab `b` makes a cell, and `d d` deletes one."""
    page = show(hosts.jupyter(output(step(neuron()[0]))))
    page.get_by_role("button", name="Step", exact=True).click()
    for _ in range(2):
        page.keyboard.press("b")
        page.wait_for_timeout(100)  # a hidden element loses the focus when the page is next painted
    for key in ("d", "d", "2"):
        page.keyboard.press(key)
    assert page.evaluate("heard") == []
    assert page.locator(".where").inner_text().startswith("Step 6 of 15")


def test_a_frame_without_rights_has_no_storage_and_no_address(show: Show) -> None:
    """So that the two tests below show what they say."""
    page = show(hosts.vscode("<p>x</p>"))
    frame = page.frames[1]
    assert (
        frame.evaluate("() => { try { return localStorage } catch (error) { return error.name } }") == "SecurityError"
    )
    assert frame.evaluate("() => { try { return parent.document } catch (error) { return error.name } }") == (
        "SecurityError"
    )


@pytest.mark.parametrize("whole", [False, True], ids=["an output", "a whole page"])
def test_in_a_frame_that_is_as_high_as_its_content(show: Show, whole: bool) -> None:
    player = step(neuron()[0])
    page = show(hosts.colab(player.html() if whole else hosts.static(output(player))))
    place = page.frame_locator("iframe")
    place.locator(".player").wait_for()
    stage = place.locator(".outer").bounding_box()
    assert stage is not None and stage["height"] > (120 if whole else 200)
    steps_and_drags(page, place)
    heights = page.evaluate("heights")
    assert len(heights) < 60 and 300 < heights[-1] < 1600, heights
    page.wait_for_timeout(300)
    assert page.evaluate("heights") == heights, "it grows no more when nothing happens"


def test_in_marimo(show: Show) -> None:
    oracle_package("anywidget")
    from chalkgrad.viz.player.widget import widget

    made = widget(neuron()[0])
    page = show(hosts.marimo(made._esm, {**made.get_state(["lesson", "step", "edits", "results"]), "token": "t"}))
    steps_and_drags(page, page)
    page.wait_for_timeout(100)  # the kernel hears the last of several moves
    assert page.evaluate("sent.at(-1)") == {"step": 15, "edits": {str(W1): -2.5}}
    page.evaluate("model.set('step', 3)")
    assert page.locator(".where").inner_text().startswith("Step 3 of 15")
    page.evaluate(f"model.set('edits', {{ {W1}: 0.5 }})")
    assert number(page) == "0.5000"
    page.evaluate("done()")
    assert page.evaluate("listening()") == 0
