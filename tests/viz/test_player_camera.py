"""The player's camera under a real mouse, two fingers and keys; the map; the search; what a notebook keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.players import INSIDE, Open, card, press, where
from support.wildgraphs import neuron

from chalkgrad.engine import Value
from chalkgrad.nn import MLP
from chalkgrad.viz.player.player import Player, step

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Box = tuple[float, float, float]  # left, top, width


@pytest.fixture(scope="module")
def network() -> Player:
    return step(MLP(2, [16, 16, 1]), [1.0, -2.0])


def chain(length: int) -> Value:
    x = Value(0.5, label="start")
    y = x
    for i in range(length):
        y = (y * 0.5).tanh() + x
        y.label = f"y{i}"
    return y


def box(page: Page, selector: str) -> Box:
    found = page.locator(selector).first.bounding_box()
    assert found is not None
    return found["x"], found["y"], found["width"]


def still(page: Page) -> None:
    page.wait_for_timeout(350)


def test_the_wheel_zooms_at_the_pointer(visit: Open) -> None:
    page = visit(step(neuron()[0]), reduced_motion="reduce")
    x, y, width = box(page, ".outer #n5")
    page.mouse.move(x, y)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(100)
    left, top, wider = box(page, ".outer #n5")
    assert (left, top) == pytest.approx((x, y), abs=2)
    assert wider > 1.5 * width
    page.mouse.wheel(0, 400)
    page.wait_for_timeout(100)
    assert box(page, ".outer #n5") == pytest.approx((x, y, width), abs=2)


def test_the_mouse_drags_the_picture_and_a_click_still_pins(visit: Open) -> None:
    page = visit(step(neuron()[0]), reduced_motion="reduce")
    x, y, width = box(page, ".outer #n5")
    page.mouse.move(x + 20, y + 40)
    page.mouse.down()
    page.mouse.move(x + 60, y + 70, steps=5)
    page.mouse.move(x + 120, y + 100, steps=5)
    page.mouse.up()
    assert box(page, ".outer #n5") == pytest.approx((x + 100, y + 60, width), abs=2)
    assert page.locator(".pinned").count() == 0
    page.mouse.click(x + 120, y + 100)
    assert page.locator(".pinned").get_attribute("id") == "n5"
    press(page, "0")
    assert box(page, ".outer #n5") == pytest.approx((x, y, width), abs=2)


def test_a_double_click_still_opens_a_box(visit: Open, network: Player) -> None:
    page = visit(network, reduced_motion="reduce")
    page.locator(".outer g.neuron").first.dblclick()
    assert "Inside layer" in page.locator(".caption").inner_text()


def test_keys_zoom_and_show_the_whole_until_the_next_step(visit: Open, network: Player) -> None:
    page = visit(network, "#step=3", reduced_motion="reduce")
    _, _, width = box(page, ".outer g.now")
    press(page, "+", "+")
    assert box(page, ".outer g.now")[2] == pytest.approx(width * 1.25**2, rel=0.01)
    press(page, "-", "-")
    assert box(page, ".outer g.now")[2] == pytest.approx(width, rel=0.01)
    press(page, "0")
    assert page.locator(".map[hidden]").count() >= 1
    assert box(page, ".outer g.now")[2] < width
    press(page, "ArrowRight")
    assert box(page, ".outer g.now")[2] == pytest.approx(width, rel=0.02)


def test_two_fingers_pinch_and_one_drags(visit: Open) -> None:
    page = visit(step(neuron()[0]), reduced_motion="reduce")
    x, y, width = box(page, ".outer #n5")
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *points: tuple[float, float]) -> None:
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": px, "y": py, "id": i} for i, (px, py) in enumerate(points)]},
        )

    fingers("touchStart", (x - 20, y), (x + 20, y))
    for wide in (30, 40, 50):
        fingers("touchMove", (x - wide, y), (x + wide, y))
    fingers("touchEnd")
    left, top, wider = box(page, ".outer #n5")
    assert wider > 1.8 * width
    assert (left, top) == pytest.approx((x, y), abs=15)
    fingers("touchStart", (x, y + 200))
    for far in (20, 40, 60):
        fingers("touchMove", (x + far, y + 200))
    fingers("touchEnd")
    assert box(page, ".outer #n5")[0] == pytest.approx(left + 60, abs=8)


def test_the_map_shows_where_one_is_and_takes_one_elsewhere(visit: Open, network: Player) -> None:
    page = visit(network, "#step=3", reduced_motion="reduce")
    press(page, "+", "+", "+")
    x, y, _ = box(page, ".outer #n5" if page.locator(".outer #n5").count() else ".outer g.node")
    found = page.locator(".outer .map").bounding_box()
    assert found is not None
    page.mouse.move(found["x"] + 5, found["y"] + 5)
    page.mouse.down()
    page.mouse.move(found["x"] + found["width"] - 5, found["y"] + found["height"] - 5, steps=4)
    page.mouse.up()
    assert box(page, ".outer g.root")[0] > 0
    assert box(page, ".outer #n5" if page.locator(".outer #n5").count() else ".outer g.node")[:2] != (x, y)


def test_the_picture_moves_as_smoothly_as_the_reader_allows_and_back_is_exact(visit: Open, network: Player) -> None:
    page = visit(network, "#step=5")
    still(page)
    before = page.evaluate(f"{INSIDE}.querySelector('figure').outerHTML")
    press(page, "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft")
    is_same = page.evaluate(f"{INSIDE}.querySelector('figure').outerHTML") == before
    assert is_same


def test_backward_looks_backward(visit: Open) -> None:
    page = visit(step(neuron()[0]), "#step=10", reduced_motion="reduce")
    assert page.locator(".signs text").text_content() == "0.5 × 1 = 0.5"
    head = page.locator(".signs .head").bounding_box()
    receiver = page.locator(".outer .receiver").bounding_box()
    assert head is not None
    assert receiver is not None
    assert head["x"] == pytest.approx(receiver["x"] + receiver["width"], abs=12)
    assert page.locator(".flow polygon").first.evaluate("(e) => getComputedStyle(e).display") == "none"
    assert page.locator(".dot").count() == 1
    press(page, "Home", "ArrowRight")
    assert page.locator(".signs > *").count() == 0
    assert page.locator(".waiting#n9").evaluate("(e) => getComputedStyle(e).opacity") == "0.35"
    assert page.locator("#n2").evaluate("(e) => getComputedStyle(e).opacity") == "1"


def test_every_step_of_a_graph_too_large_to_draw_is_in_sight(visit: Open) -> None:
    player = step(chain(250))
    page = visit(player, reduced_motion="reduce")
    count = int(page.get_by_role("slider", name="Step").get_attribute("max") or 0)
    dark = page.evaluate(
        f"""(count) => {{
        const timeline = {INSIDE}.querySelector("footer input");
        const dark = [];
        for (let k = 1; k <= count; k += 7) {{
          timeline.value = k;
          timeline.dispatchEvent(new Event("input"));
          if (![...{INSIDE}.querySelectorAll("g.node.now")].some((e) => e.checkVisibility())) dark.push(k);
        }}
        return dark; }}""",
        count,
    )
    assert dark == []


def test_a_node_is_found_by_its_name_wherever_it_is(visit: Open, network: Player) -> None:
    page = visit(network, reduced_motion="reduce")
    page.get_by_label("Find a node").fill("layer1.neuron7.w[3]")
    press(page, "Enter")
    assert "Inside layer1.neuron7" in page.locator(".caption").inner_text()
    assert page.locator(".inner .pinned").bounding_box() is not None
    press(page, "Escape")
    assert page.locator(".inner .pinned").count() == 0
    page.get_by_label("Find a node").focus()
    press(page, "Enter")  # what stands there, once more
    assert page.locator(".inner .pinned").bounding_box() is not None
    page = visit(step(chain(250)), reduced_motion="reduce")
    page.get_by_label("Find a node").fill("y7")
    press(page, "Enter")
    assert page.locator(".inner .pinned .label").text_content() == "y7"
    page.get_by_label("Find a node").fill("nobody")
    press(page, "Enter")
    assert page.get_by_label("Find a node").get_attribute("aria-invalid") == "true"


def test_big_type_has_three_digits_and_the_whole_width(visit: Open) -> None:
    page = visit(step(neuron()[0]), "#step=15", reduced_motion="reduce")
    press(page, "p")
    assert card(page, 9, "data") == "0.707"
    assert not page.locator("aside").is_visible()
    assert not page.locator(".cap").first.is_visible()
    stage = page.locator(".outer").bounding_box()
    assert stage is not None
    assert stage["width"] == 1280


def test_in_a_notebook_the_wheel_scrolls_the_notebook(chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 1000, "height": 500}, reduced_motion="reduce")
    html = step(neuron()[0])._repr_mimebundle_()["text/html"]
    page.set_content(f"<body style='height:3000px'>{html}</body>")
    x, y, width = box(page, ".outer #n5")
    page.mouse.move(x + 5, y + 30)
    page.mouse.wheel(0, 100)
    page.wait_for_timeout(200)
    assert page.evaluate("scrollY") > 0
    assert box(page, ".outer #n5")[2] == pytest.approx(width)
    page.evaluate("scrollTo(0, 0)")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_timeout(200)
    assert page.evaluate("scrollY") == 0
    assert box(page, ".outer #n5")[2] > width
    assert "Start" in where(page)
    page.close()
