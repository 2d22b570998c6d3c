"""The code beside the picture, and what a speaker has: notes, a full and a blank screen, a light, one pass played."""

from __future__ import annotations

import linecache
from typing import Any

import pytest
from support.players import CELL, Open, from_a_cell, press, sentence, shared, where

from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value, record_source
from chalkgrad.viz.player.player import step


def test_a_listing_has_the_lines_that_made_nodes_and_those_between() -> None:
    player = step(from_a_cell())
    assert player.data["listings"] == [{"first": 1, "lines": CELL.splitlines()}]
    assert [node.get("source", {}).get("line") for node in player.data["nodes"]] == [1, 1, 2, None, 4, 4, 5]
    assert step(shared()).data["listings"] == []


def test_two_cells_have_two_listings() -> None:
    first = from_a_cell()
    linecache.cache["<cell 2>"] = (9, None, ["\n", "\tf = e.tanh()\n"], "<cell 2>")
    names: dict[str, Any] = {"e": first, "__name__": "__main__"}
    with record_source():
        exec(compile("\nf = e.tanh()", "<cell 2>", "exec"), names)
    listings = step(names["f"]).data["listings"]
    assert listings == [{"first": 1, "lines": CELL.splitlines()}, {"first": 2, "lines": ["f = e.tanh()"]}]


def test_the_line_of_the_step_is_lit_and_a_line_shows_its_nodes(visit: Open) -> None:
    page = visit(step(from_a_cell()))
    lit = page.locator(".listing li.lit")
    assert lit.count() == 0
    press(page, "ArrowRight")
    assert lit.all_inner_texts() == ["c = a * b"]
    assert lit.get_attribute("aria-current") == "step"
    press(page, "ArrowRight", "ArrowRight")
    assert lit.all_inner_texts() == ["d = a + b * 2"]
    page.get_by_role("button", name="c = a * b").click()
    assert page.locator(".about h2").inner_text().endswith("node 2 · the product")
    page.get_by_role("button", name="a, b = Value").click()
    assert page.locator(".about h2").inner_text().startswith("a")
    page.get_by_role("button", name="a, b = Value").click()
    assert page.locator(".about h2").inner_text().startswith("b")
    assert page.get_by_role("button", name="# a remark").count() == 0
    press(page, "2", "ArrowRight")
    assert lit.all_inner_texts() == ["e = c * d"]


def test_a_long_listing_keeps_the_line_in_sight(visit: Open) -> None:
    text = 'a = Value(1.0, label="a")\n' + "a = a * a\n" * 60 + "e = a\n"
    page = visit(step(from_a_cell(text)))
    press(page, "End", *["ArrowLeft"] * 30)
    frame, line = page.locator(".listing").bounding_box(), page.locator(".listing .lit").first.bounding_box()
    assert frame and line and frame["y"] <= line["y"] and line["y"] + line["height"] <= frame["y"] + frame["height"]


def test_notes_are_shown_at_their_steps(visit: Open) -> None:
    e = shared()
    page = visit(step(e, notes={1: "The first product.", e.parents[0]: "Look at c.\nIt is used once.", "b": "Twice!"}))
    notes = page.locator(".notes")
    assert not notes.is_visible()
    press(page, "n")
    assert notes.inner_text() == "No note to this step."
    press(page, "ArrowRight")
    assert notes.locator("p").all_inner_texts() == ["The first product.", "Look at c.\nIt is used once."]
    press(page, "End")
    assert notes.inner_text() == "Twice!"
    press(page, "n")
    assert not notes.is_visible()


def test_notes_are_printed(visit: Open) -> None:
    page = visit(step(shared(), notes={1: "The first product."}), media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert "The first product." in page.locator(".handout li").first.inner_text()


@pytest.mark.parametrize(
    ("notes", "error", "message"),
    [
        (["x"], ArgumentTypeError, "notes must be a dict of texts, by step or by node, got list"),
        ({1: 3}, ArgumentTypeError, r"notes\[1\] must be a text, got int"),
        ({0: "x"}, ArgumentError, "notes has a step 0, and the run has steps 1 to 12"),
        ({99: "x"}, ArgumentError, "notes has a step 99"),
        ({"z": "x"}, ArgumentError, "notes has a node 'z', which is not in the graph; its nodes: a, b, c"),
        ({Value(1.0): "x"}, ArgumentError, "which is not in the graph"),
    ],
)
def test_bad_notes_are_named(notes: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        step(shared(), notes=notes)


def test_a_blank_screen_comes_back_by_key_or_click(visit: Open) -> None:
    page = visit(step(shared()))
    press(page, "ArrowRight", "b")
    blank = page.locator("button.blank")
    box = blank.bounding_box()
    assert box is not None and (box["width"], box["height"]) == (1280, 800)
    press(page, "b")
    assert not blank.is_visible()
    press(page, "b")
    page.mouse.click(600, 400)
    assert not blank.is_visible()
    assert "Step 1 " in where(page)


def test_the_light_follows_the_mouse(visit: Open) -> None:
    page = visit(step(shared()))
    light = page.locator(".laser")
    press(page, "z")
    page.mouse.move(300, 200)
    page.mouse.move(310, 210)
    box = light.bounding_box()
    assert box is not None
    assert abs(box["x"] + box["width"] / 2 - 310) < 2 and abs(box["y"] + box["height"] / 2 - 210) < 2
    press(page, "z")
    assert not light.is_visible()


def test_the_player_fills_the_screen(visit: Open) -> None:
    page = visit(step(shared()))
    for filled in (True, False):
        press(page, "f")
        page.wait_for_timeout(300)
        assert page.evaluate("document.fullscreenElement?.className === 'chalkgrad-player'") is filled


def test_a_pass_is_played_to_its_end(visit: Open) -> None:
    page = visit(step(shared()))
    page.get_by_label("Speed").select_option("250")
    press(page, "a")
    page.get_by_role("button", name="Play", exact=True).wait_for()
    page.wait_for_timeout(300)
    assert "Step 4 of 12 · forward" in where(page)
    press(page, "a")
    page.locator(".where", has_text="Step 12 of 12").wait_for()
    assert sentence(page)
