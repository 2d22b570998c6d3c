"""The player's page: it asks for the next number, and names the slip in a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from support.players import Open, card, press, shared, where
from support.wildgraphs import neuron

from chalkgrad.engine import trace
from chalkgrad.nn import SGD
from chalkgrad.viz.player.player import step

if TYPE_CHECKING:
    from playwright.sync_api import Page


def ask(page: Page, number: str) -> str:
    page.locator(".quiz input").fill(number)
    press(page, "Enter")
    return page.locator(".verdict").inner_text()


def at_second_share_of_a(visit: Open) -> tuple[Page, dict[str, Any], dict[str, Any]]:
    """The moment before `a` receives its second share; with the two events."""
    run = trace(shared())
    a = next(row["id"] for row in run.nodes if row["name"] == "a")
    first, second = (e for e in run.events if e["kind"] == "contribute" and e["parent"] == a)
    page = visit(step(shared()), f"#step={run.events.index(second)}")
    press(page, "q")
    return page, first, second


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        (lambda e, own: e["contribution"], "overwrote"),
        (lambda e, own: e["contribution"], "forgot the other path"),
        (lambda e, own: e["before"], "the new path was forgotten"),
        (lambda e, own: e["before"] + e["upstream"] * own, "the value of its sibling"),
        (lambda e, own: e["before"] + e["local"], "the upstream factor was left out"),
        (lambda e, own: e["before"] - e["contribution"], "sign"),
        (lambda e, own: -e["after"], "sign"),
    ],
)
def test_each_slip_is_named_from_the_number_it_gives(visit: Open, slip: Callable[..., float], words: str) -> None:
    page, _, second = at_second_share_of_a(visit)
    own = 2.0  # the value of a itself
    assert words in ask(page, repr(slip(second, own)))


def test_slips_of_update_and_seed(visit: Open) -> None:
    o, leaf = neuron()
    page = visit(step(o, optimizer=SGD([leaf["w1"]], lr=0.1)))
    press(page, "3", "ArrowLeft", "q")
    assert "uphill" in ask(page, "-2.9")
    assert "learning rate was left out" in ask(page, "-4")
    assert "Right" in ask(page, "-3.1")
    press(page, "Escape", "q", "2", "q")
    assert "Predict" in page.get_by_role("button", name="Predict").inner_text()


@pytest.mark.parametrize("answer", ["exact", "rounded", "comma", "minus"])
def test_no_right_answer_is_refused(visit: Open, answer: str) -> None:
    o, _ = neuron()
    run = trace(o)
    page = visit(step(o))
    press(page, "q")
    for event in run.events:
        value = event["value"] if "value" in event else event["after"]
        written = {
            "exact": repr(value), "rounded": f"{value:.3g}", "comma": f"{value:.4f}".replace(".", ","),
            "minus": f"{value:.4f}".replace("-", "−"),
        }[answer]  # fmt: skip
        assert ask(page, written).startswith("Right"), (event, written)
    assert where(page).startswith("Step 15 of 15")
    assert page.locator(".score").inner_text() == "15 of 15 right at the first try"


def test_the_next_number_is_hidden_until_answered_or_shown(visit: Open) -> None:
    page = visit(step(neuron()[0]))
    press(page, "q")
    assert card(page, 2, "data") == "?"
    press(page, "Escape", "ArrowRight")
    assert where(page).startswith("Start")
    assert "Type a number" in ask(page, "six")
    assert "Not that" in ask(page, "1234")
    page.get_by_role("button", name="Show me").click()
    assert where(page).startswith("Step 1 of 15")
    assert card(page, 2, "data") == "−6.0000"
    assert page.locator(".score").inner_text() == "0 of 1 right at the first try"
