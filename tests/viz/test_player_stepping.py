"""The player's page: every key and button moves in time, and the way back is exact."""

from __future__ import annotations

from support.players import Open, picture, press, where
from support.wildgraphs import neuron

from chalkgrad.viz.player.player import step


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
