"""The player's page: it asks for the next number, and names the slip in a wrong one."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from support.players import INSIDE, Open, card, press, shared, where
from support.wildgraphs import neuron

from chalkgrad.engine import Value, trace
from chalkgrad.nn import MLP, SGD, Adam
from chalkgrad.viz.player.player import step

if TYPE_CHECKING:
    from playwright.sync_api import Page


def answer(page: Page, number: str) -> str:
    """Type into whatever has the focus, which is the field; Enter; what is said then."""
    page.keyboard.press("Control+a")
    page.keyboard.type(number)
    press(page, "Enter")
    return page.locator(".verdict").inner_text()


def focus(page: Page) -> str:
    inside: str = page.evaluate(f"{INSIDE}.activeElement?.tagName ?? ''")
    return inside


def formula(page: Page) -> str:
    """The formula of the question, line by line."""
    return "\n".join(page.locator(".quiz mtr").all_text_contents())


def score(page: Page) -> str:
    return page.locator(".score").inner_text()


def classes(page: Page, selector: str) -> list[str]:
    return (page.locator(f".stage svg:not([hidden]) {selector}").get_attribute("class") or "").split()


def second_share_of_a() -> tuple[int, dict[str, Any]]:
    """The place in the run where `a` receives its second share, and the event."""
    run = trace(shared())
    a = next(row["id"] for row in run.nodes if row["name"] == "a")
    _, second = (e for e in run.events if e["kind"] == "contribute" and e["parent"] == a)
    return run.events.index(second), second


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        (lambda e, own: e["contribution"], "this path alone"),
        (lambda e, own: e["before"], "what a held"),
        (lambda e, own: e["before"] + e["upstream"] * own, "the slope of a product is its other operand"),
        (lambda e, own: e["before"] + e["local"], "the local slope −3 alone"),
        (lambda e, own: e["before"] + e["upstream"], "the upstream gradient −4 alone"),
        (lambda e, own: e["before"] - e["contribution"], "sign"),
    ],
)
def test_each_slip_is_named_from_the_number_it_gives(visit: Open, slip: Callable[..., float], words: str) -> None:
    k, second = second_share_of_a()
    page = visit(step(shared(), quiz=True), f"#step={k}")
    said = answer(page, repr(slip(second, 2.0)))  # 2 is the value of a itself
    assert words in said
    assert " or " not in said and said.count("that is") == (0 if "sign" in words and "that" not in said else 1)


def test_by_keys_alone_wrong_wrong_look_back_and_right(visit: Open) -> None:
    k, second = second_share_of_a()
    page = visit(step(shared()))
    press(page, *["ArrowRight"] * k, "q")
    assert focus(page) == "INPUT"
    assert "∂e/∂a" in page.locator(".quiz .ask").inner_text()
    assert "☐" in formula(page) and "·(−3)" not in formula(page)
    edge = f"#e{second['node']}-{second['operand']}"
    assert {"flow", "backward"} <= set(classes(page, edge)), "the edge asked about is lit"
    assert page.locator(".stage svg:not([hidden]) .edge.flow").count() == 1
    assert card(page, 0, "grad") == "?"
    assert page.locator(".sentence").inner_text() == page.locator(".quiz .ask").inner_text()
    for words in (".equation", ".about"):
        assert not page.locator(words).is_visible(), words

    assert answer(page, "12").startswith("Not quite")
    assert formula(page).splitlines()[-2:] == ["=−6+(−4)·(−3)", "=☐"]
    assert not page.locator(".where-wrong").is_visible()
    assert answer(page, "-6").startswith("Not quite")
    assert page.locator(".where-wrong").is_visible()
    assert focus(page) == "INPUT"
    press(page, "Tab", "Tab", "Tab", "Enter")
    assert not page.locator(".quiz form").is_visible()
    assert page.locator(".sentence").is_visible()
    assert int(where(page).split()[1]) < k
    for _ in range(k):
        if not page.locator(".quiz form").is_visible():
            press(page, "ArrowRight")
    assert (where(page).split()[1], focus(page)) == (str(k), "INPUT")
    assert answer(page, "6").startswith("Right: 6")
    assert where(page).startswith(f"Step {k + 1} ")
    assert score(page) == "1 asked: 0 right at the first try, 0 at the second, 1 later"


def test_a_click_on_a_node_takes_nothing_away(visit: Open) -> None:
    page = visit(step(neuron()[0], quiz=True))
    assert answer(page, "6").startswith("Not quite")
    page.keyboard.type("-1.25")
    page.locator(".stage #n1").click()
    assert page.locator(".quiz input").input_value() == "-1.25"
    assert "sign" in page.locator(".verdict").inner_text()
    assert page.locator(".about h2").inner_text().startswith("w1")
    page.locator(".quiz input").click()
    assert answer(page, "-6").startswith("Right")
    assert score(page) == "1 asked: 0 right at the first try, 1 at the second"


def test_what_is_said_is_announced_where_it_already_stood(visit: Open) -> None:
    """The live region is there, empty, before anything is said in it, and stays the same element."""
    page = visit(step(neuron()[0], quiz=True))
    verdict = page.locator(".quiz [role=status]")
    assert verdict.count() == 1 and verdict.inner_text() == ""
    page.evaluate(f"window.before = {INSIDE}.querySelector('.quiz [role=status]')")
    assert answer(page, "6").startswith("Not quite")
    assert answer(page, "-6").startswith("Right: −6")
    assert page.evaluate(f"window.before === {INSIDE}.querySelector('.quiz [role=status]')")


def test_stepping_back_counts_nothing_twice(visit: Open) -> None:
    page = visit(step(neuron()[0], quiz=True))
    answer(page, "-6")
    answer(page, "0")
    assert score(page) == "2 asked: 2 right at the first try, 0 at the second"
    press(page, "Escape", "ArrowLeft", "ArrowLeft")
    assert not page.locator(".quiz form").is_visible()
    page.get_by_role("button", name="Back to the question").click()
    assert focus(page) == "INPUT"
    assert where(page).startswith("Step 2 of")
    assert score(page) == "2 asked: 2 right at the first try, 0 at the second"


def test_slips_of_update(visit: Open) -> None:
    o, leaf = neuron()
    page = visit(step(o, optimizer=SGD([leaf["w1"]], lr=0.1), quiz=True), "#step=17")
    assert "uphill" in answer(page, "-2.9")
    assert "learning rate was left out" in answer(page, "-4")
    assert page.locator(".where-wrong").is_visible()
    assert "Right" in answer(page, "-3.1")
    page = visit(step(o, optimizer=Adam([leaf["w1"]], lr=0.1), quiz=True), "#step=17")
    assert not page.locator(".quiz form").is_visible()
    assert "Nothing to predict here" in page.locator(".quiz").inner_text()


@pytest.mark.parametrize("written", ["exact", "rounded", "comma", "minus"])
def test_no_right_answer_is_refused(visit: Open, written: str) -> None:
    o, _ = neuron()
    page = visit(step(o, quiz=True))
    for event in trace(o).events:
        value = event["value"] if "value" in event else event["after"]
        text = {
            "exact": repr(value), "rounded": f"{value:.3g}", "comma": f"{value:.4f}".replace(".", ","),
            "minus": f"{value:.4f}".replace("-", "−"),
        }[written]  # fmt: skip
        assert "☐" in formula(page), event
        assert answer(page, text).startswith("Right"), (event, text)
    assert where(page).startswith("Step 15 of 15")
    assert score(page) == "15 asked: 15 right at the first try, 0 at the second"
    page.get_by_role("button", name="Start over").click()
    assert where(page).startswith("Start") and page.locator(".quiz form").is_visible()


def test_a_gradient_held_from_before_is_asked_about(visit: Open) -> None:
    a = Value(3.0, label="a")
    a.grad = 5.0
    page = visit(step(a * 2, accumulate=True, quiz=True), "#step=3")
    assert formula(page).splitlines()[-1] == "=☐"
    assert "this pass alone" in answer(page, "2")
    assert answer(page, "7").startswith("Right")


def test_the_next_number_is_hidden_until_answered_or_shown(visit: Open) -> None:
    page = visit(step(neuron()[0]))
    press(page, "q")
    assert card(page, 2, "data") == "?"
    press(page, "Escape", "ArrowRight")
    assert where(page).startswith("Start")
    assert answer(page, "") == "Type a number first."
    assert "Type a number, such as" in answer(page, "six")
    assert score(page) == ""
    assert "Not that" in answer(page, "1234")
    assert score(page) == "1 asked: 0 right at the first try, 0 at the second"
    page.get_by_role("button", name="Show me").click()
    assert page.locator(".verdict").inner_text() == "It is −6."
    assert where(page).startswith("Step 1 of 15")
    assert card(page, 2, "data") == "−6.0000"
    assert score(page) == "1 asked: 0 right at the first try, 0 at the second, 1 shown"


def test_a_folded_network_is_asked_about_what_is_drawn(visit: Open) -> None:
    random.seed(1)
    model = MLP(2, [16, 16, 1])
    page = visit(step(model, [0.5, -1.0]))
    press(page, *["ArrowRight"] * 10, "q")
    assert where(page).startswith("Step 10 of 67")
    assert page.locator(".quiz .ask").inner_text() == "What does layer0.neuron10 put out?"
    assert "☐" in formula(page)
    value = next(n.data for n in trace(model([0.5, -1.0])).values if n.scope == "layer0.neuron10")
    assert answer(page, repr(value)).startswith("Right")
    page.goto(page.url.split("#")[0] + "#step=35")
    page.locator(".where", has_text="Step 35 of").wait_for()
    press(page, "q")
    assert "passes gradient back" in page.locator(".quiz .ask").inner_text()
    asked = page.locator(".stage svg:not([hidden]) .node .grad").filter(has_text="?")
    assert asked.count() == 1 and asked.is_visible()


def test_on_a_phone_the_question_comes_first(visit: Open) -> None:
    page = visit(step(shared(), quiz=True))
    page.set_viewport_size({"width": 390, "height": 844})
    for selector in (".quiz .ask", ".quiz input", ".quiz math"):
        box = page.locator(selector).bounding_box()
        assert box and box["y"] > 0 and box["y"] + box["height"] < 500, selector
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".quiz input").click()
    assert answer(page, "6").startswith("Not quite")
    page.get_by_role("button", name="Check").click()
    assert page.locator(".where-wrong").count() == 1
    assert answer(page, "-6").startswith("Right")
