"""The player's page says what no longer holds, what is wrong and what it cannot tell, wherever the number stands."""

from __future__ import annotations

import re
from typing import Any

import pytest
from support.players import Open, card, press, sentence, where
from support.wildgraphs import neuron

from chalkgrad.engine import Value, no_grad
from chalkgrad.nn import MLP, SGD, Adam
from chalkgrad.viz.player.player import Player, step

LEGEND = "↺ before the update"


def trained(optimizer: Any = SGD, **settings: Any) -> Player:
    o, leaf = neuron()
    return step(o, optimizer=optimizer([leaf["w1"], leaf["b"]], lr=0.5, **settings))


class Own:
    """An optimizer of one's own, of which no rule is known."""

    def __init__(self, params: list[Value], lr: float) -> None:
        self.params, self.lr = params, lr

    def zero_grad(self) -> None:
        for p in self.params:
            p.grad = None

    def step(self) -> None:
        for p in self.params:
            p.data -= self.lr * (p.grad or 0.0) ** 3


def row(page: Any, name: str) -> list[str]:
    """What the table for screen readers says of a node: data and grad."""
    cells: list[str] = (
        page.locator(".reader tbody tr", has=page.locator(f"th:text-is('{name}')")).locator("td").all_text_contents()
    )
    return cells[-2:]


def test_what_the_leaves_no_longer_give_is_marked_wherever_it_stands(visit: Open) -> None:
    page = visit(trained())
    press(page, "End", "ArrowLeft", "ArrowLeft")
    assert "↺" not in card(page, 9, "data") + card(page, 9, "grad")
    assert LEGEND not in where(page)
    press(page, "ArrowRight")
    assert (card(page, 9, "data"), card(page, 9, "grad")) == ("0.7071↺", "1.0000↺")
    assert (card(page, 1, "data"), card(page, 1, "grad")) == ("−3.5000", "1.0000↺"), "the parameter itself is new"
    assert LEGEND in where(page)
    assert row(page, "o") == ["0.7071, before the update", "1.0000, before the update"]
    assert row(page, "w1") == ["−3.5000", "1.0000, before the update"]
    facts = page.locator(".about .facts dd")
    assert facts.all_text_contents() == ["−3.5000", "1.0000 before the update"]
    page.locator(".stage #n9").click()
    assert facts.all_text_contents() == ["0.7071 before the update", "1.0000 before the update"]
    press(page, "Home")
    assert page.locator(".player").inner_text().count("↺") == 0


def test_it_is_marked_in_folded_boxes_and_in_big_type_too(visit: Open) -> None:
    model = MLP(2, [2, 1], seed=0)
    player = step(model, [0.5, -1.25], 1.0, "mse_loss", optimizer=SGD(model.parameters(), 0.1))
    page = visit(player, "#step=0&level=neuron")
    press(page, "End", "p")
    numbers = page.locator(".outer svg:not([hidden]) .data").all_text_contents()
    assert any(number.endswith("↺") for number in numbers)
    assert not all(number.endswith("↺") for number in numbers), "the sample is as it was"
    assert LEGEND in where(page)


def test_a_low_screen_keeps_the_legend(visit: Open) -> None:
    page = visit(trained())
    page.set_viewport_size({"width": 640, "height": 400})
    assert not page.locator(".where").is_visible()
    press(page, "End")
    assert page.locator(".where .legend").is_visible()


def test_what_only_python_can_tell_is_said_where_it_is_missing(visit: Open) -> None:
    page = visit(trained(Own))
    press(page, "End")
    assert "only Python" not in sentence(page)
    page.locator(".stage #n1").click()
    press(page, "ArrowRight", ".")
    said = "What Own makes of other numbers only Python can tell: there is no update to show."
    press(page, "Home", "3")
    assert sentence(page).endswith(said)
    assert (page.locator("figure").get_attribute("aria-label") or "").endswith(said)
    assert page.locator(".about").get_by_text(said).is_visible()


def test_the_sentence_names_the_optimizer(visit: Open) -> None:
    for optimizer, settings, said in [
        (SGD, {}, "SGD: w1 steps against its gradient 1, from −3 to −3.5."),
        (SGD, {"momentum": 0.9}, "SGD with momentum moves w1 by −0.5, from −3 to −3.5; its gradient is 1."),
        (Adam, {}, "Adam moves w1 by −0.5, from −3 to −3.5; its gradient is 1."),
    ]:
        page = visit(trained(optimizer, **settings))
        press(page, "End", "ArrowLeft")
        assert sentence(page) == said


def test_a_box_that_an_optimizer_moves_does_not_step_against_its_gradients(visit: Open) -> None:
    model = MLP(2, [2, 1], seed=0)
    page = visit(
        step(model, [0.5, -1.25], 1.0, "mse_loss", optimizer=Adam(model.parameters(), 0.1)), "#step=0&level=layer"
    )
    press(page, "End")
    assert re.fullmatch(r"Adam moves the \d+ parameters of \S+\.", sentence(page))


@pytest.mark.parametrize("closed", [False, True])
def test_adam_shows_its_formula_after_an_edit(visit: Open, closed: bool) -> None:
    """Also where every gradient was 0 before, so that the numbers looked like plain descent."""
    w, x = Value(-1.0 if closed else 1.0, label="w"), Value(2.0, label="x")
    y = (w * x).relu()
    y.label = "y"
    page = visit(step(y, optimizer=Adam([w], lr=0.1)))
    page.locator(".stage #n0").click()
    field = page.get_by_label("Value of w").first
    field.fill("3")
    field.press("Enter")
    press(page, "Escape", "End")
    assert sentence(page) == "Adam moves w by −0.1, from 3 to 2.9; its gradient is 2."
    lines = page.locator("aside > .formulas math").all_text_contents()
    assert [line.split("←")[0] for line in lines] == ["step", "mean", "square", "w"]


def test_big_type_has_three_digits_on_the_stage_and_in_the_caption(visit: Open) -> None:
    o, _ = neuron()
    page = visit(step(o), "#step=5")
    numbers = re.compile(r"\d\.(\d+)")
    assert any(len(digits) > 3 for digits in numbers.findall(page.locator(".caption-bar").inner_text()))
    press(page, "p", "Home")
    for _ in range(int(where(page).split()[2])):
        press(page, "ArrowRight")
        shown = [
            *page.locator(".outer svg:not([hidden]) .data, .outer svg:not([hidden]) .grad").all_text_contents(),
            *page.locator(".signs text").all_text_contents(),
            sentence(page),
            page.locator(".equation").text_content() or "",
        ]
        for text in shown:
            for number in re.findall(r"\d+\.\d+", text):
                assert len(number.replace(".", "").lstrip("0")) <= 3, text


def test_the_handout_marks_what_a_bug_leaves_wrong(visit: Open) -> None:
    a = Value(3.0, label="a")
    b = a + a
    b.label = "b"
    page = visit(step(b, bug="assign"))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    handout = page.locator(".handout")
    assert "✗ Wrong: ∂b/∂a is now 1, and should be 2." in handout.inner_text()
    assert "1.0000, ✗ wrong, it should be 2" in handout.locator("table").inner_text()
    page.emulate_media(media="screen")
    page.get_by_label("What goes wrong").first.select_option("")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert "✗" not in (handout.text_content() or "")


def layered(address: str, visit: Open, optimizer: Any = None) -> Any:
    model = MLP(2, [2, 1], seed=0)
    made = optimizer(model.parameters(), 0.1) if optimizer else None
    return visit(step(model, [0.5, -1.25], 1.0, "mse_loss", optimizer=made, quiz=True), address)


def test_at_the_level_of_layers_what_is_one_number_is_asked(visit: Open) -> None:
    page = layered("#step=0&level=layer", visit)
    note, ask = page.locator(".quiz"), page.locator(".quiz .ask")
    assert "Nothing to predict here: layer0 puts out 2 numbers at once. Step on." in note.inner_text()
    press(page, "ArrowRight")
    asked = []
    while "That was the last step." not in note.inner_text():
        if page.locator(".quiz form").is_visible():
            asked.append(ask.inner_text())
            assert page.locator(".quiz mtr").count() > 0
            assert page.locator(".outer svg:not([hidden])").get_by_text("?", exact=True).count() == 1
            page.get_by_role("button", name="Show me").click()
        else:
            assert "Nothing to predict here: " in note.inner_text()
            press(page, "ArrowRight")
    assert asked[0] == "What does layer1 put out?"
    assert asked[-1] == "layer0 passes gradient back: what is ∂loss/∂x[0] then?"
    assert "What is loss now?" in asked
    assert len(asked) >= 6


def test_why_nothing_is_asked_is_said(visit: Open) -> None:
    page = layered("#step=0&level=layer", visit, Adam)
    note = page.locator(".quiz")
    seen = set()
    while "That was the last step." not in note.inner_text():
        if page.locator(".quiz form").is_visible():
            page.get_by_role("button", name="Show me").click()
        else:
            seen.add(note.inner_text().split("here: ")[1].split(".")[0])
            press(page, "ArrowRight")
    assert seen == {
        "layer0 puts out 2 numbers at once",
        "the loss stands there already",
        "gradients are cleared",
        "layer1 passes gradient to many numbers at once",
        "layer0 moves 6 parameters at once",
        "layer1 moves 3 parameters at once",
    }


def test_what_is_asked_has_three_digits_in_big_type(visit: Open) -> None:
    o, leaf = neuron()
    page = visit(step(o, optimizer=SGD([leaf["w1"]], lr=0.123456), quiz=True), "#step=17")
    assert sentence(page).startswith("The learning rate is 0.12346:")
    page.locator(".player").focus()
    press(page, "p")
    assert sentence(page).startswith("The learning rate is 0.123:")


def test_a_root_without_a_history_is_not_computed(visit: Open) -> None:
    """Its history was cut, or it never had one."""
    x = Value(2.0, label="x")
    with no_grad():
        h = x * -3.0
    h.label = "h"
    for root in (h, (x * -3.0).detach()):
        root.label = "h"
        page = visit(step(root))
        assert sentence(page) == "h is a leaf: there is nothing to compute, and nothing to go back through."
        alt = page.locator("figure").get_attribute("aria-label") or ""
        assert alt == "Computation graph with 1 node. Output: h = −6."


def test_what_stops_the_gradient_says_so(visit: Open) -> None:
    x = Value(2.0, label="x")
    y = (x * 3).stop_gradient() * x
    y.label = "y"
    page = visit(step(y))
    reason = "stop_gradient lets nothing pass."
    press(page, "ArrowRight", "ArrowRight")
    assert sentence(page).endswith(reason)
    press(page, "End")
    assert card(page, 0, "grad") == "6.0000"


@pytest.mark.parametrize("scale", [-123.456, -1.23456e-7, 1.0, 98765.4e9])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_number_of_the_curve_is_clipped(visit: Open, scale: float, width: int) -> None:
    a, b = Value(scale, label="a"), Value(-0.0098765, label="b")
    y = a * b * -1e-3
    y.label = "y"
    page = visit(step(y), "#step=6&pin=0")
    page.set_viewport_size({"width": width, "height": 800})
    edges: list[float] = page.locator(".curve text").evaluate_all(
        "texts => texts.flatMap((text) => { const { x, width } = text.getBBox(); return [x, x + width]; })"
    )
    assert min(edges) >= 0 and max(edges) <= 360, edges
