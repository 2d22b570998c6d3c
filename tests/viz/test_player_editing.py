"""The player's page: a leaf is typed, dragged or changed by keys, and all is computed anew."""

from __future__ import annotations

import itertools
import math
import random
from typing import TYPE_CHECKING, Any

import pytest
from support.players import INSIDE, Open, card, press, where
from support.wildgraphs import neuron

from chalkgrad.engine import Value, topological_order
from chalkgrad.engine.ops import Op
from chalkgrad.nn import SGD, Adagrad, Adam, AdamW, NAdam, RMSprop
from chalkgrad.viz.player.bundle import script
from chalkgrad.viz.player.player import step

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page


def test_an_edit_computes_forward_and_backward_anew(visit: Open) -> None:
    o, leaf = neuron()
    player = step(o)
    page = visit(player)
    press(page, "End")
    order = topological_order(o)
    w1, x2 = order.index(leaf["w1"]), order.index(leaf["x2"])
    page.locator(f"#n{w1}").click()
    page.get_by_role("textbox", name="Value of w1").fill("-2.5")
    press(page, "Enter")
    page.locator(f"#n{x2}").click()
    page.get_by_role("slider", name="Value of x2").fill("0.5")
    leaf["w1"].data, leaf["x2"].data = -2.5, 0.5
    n = leaf["x1"] * leaf["w1"] + leaf["x2"] * leaf["w2"] + leaf["b"]
    again = n.tanh()
    again.backward()
    for i, node in enumerate(topological_order(again)):
        assert float(card(page, i, "data").replace("−", "-")) == pytest.approx(node.data, abs=6e-5)
        assert float(card(page, i, "grad").replace("−", "-")) == pytest.approx(node.grad, abs=6e-5)
    page.get_by_role("button", name="Undo edits").click()
    assert card(page, w1, "data") == "−3.0000"
    assert player.trace.nodes[w1]["data"] == -3.0


def pinned(visit: Open, name: str = "w1", address: str = "#step=15") -> tuple[Page, int]:
    """The neuron's page at its end, with a leaf pinned; and the leaf's id."""
    o, leaf = neuron()
    page = visit(step(o), address)
    i = topological_order(o).index(leaf[name])
    page.locator(f"#n{i}").click()
    return page, i


def track(page: Page, name: str = "w1") -> tuple[float, float, float]:
    """Left end, length and middle line of a leaf's slider, after it has come into view."""
    slider = page.get_by_role("slider", name=f"Value of {name}")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    return box["x"], box["width"], box["y"] + box["height"] / 2


def test_a_hundred_moves_of_the_mouse_change_the_value_a_hundred_times(visit: Open) -> None:
    page, i = pinned(visit)
    left, width, y = track(page)
    page.mouse.move(left + width * 0.2, y)
    page.mouse.down()
    total = 8  # n, below tanh
    seen = [(card(page, i, "data"), card(page, total, "data"))]
    for n in range(1, 101):
        page.mouse.move(left + width * (0.2 + 0.005 * n), y)
        seen.append((card(page, i, "data"), card(page, total, "data")))
    page.mouse.up()
    assert [sum(a[part] != b[part] for a, b in itertools.pairwise(seen)) for part in range(2)] == [100, 100]


def test_a_hundred_moves_of_a_finger_do_too(chromium: Browser, tmp_path: Path) -> None:
    o, leaf = neuron()
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(step(o).save(tmp_path / "lesson.html").as_uri() + "#step=15")
    i = topological_order(o).index(leaf["w1"])
    page.locator(f"#n{i}").tap()
    left, width, y = track(page)
    finger = context.new_cdp_session(page)

    def touch(kind: str, *share: float) -> None:
        points = [{"x": left + width * x, "y": y} for x in share]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    seen = []
    touch("touchStart", 0.2)
    touch("touchMove", 0.26)  # so far it may still be a tap
    for n in range(1, 101):
        touch("touchMove", 0.3 + 0.005 * n)
        seen.append(card(page, i, "data"))
    touch("touchEnd")
    assert len(set(seen)) == 100
    context.close()


def test_arrow_keys_move_the_slider_and_leave_it_its_focus(visit: Open) -> None:
    page, i = pinned(visit)
    page.get_by_role("slider", name="Value of w1").focus()
    for n in range(1, 101):
        press(page, "ArrowRight")
        assert float(card(page, i, "data").replace("−", "-")) == pytest.approx(-3 + 0.03 * n)
    assert where(page).startswith("Step 15"), "the arrow is the slider's"
    press(page, "ArrowLeft")
    assert card(page, i, "data") == "−0.0300"


def test_keys_change_a_pinned_leaf(visit: Open) -> None:
    page, i = pinned(visit)
    press(page, ".", ".", ",")
    assert card(page, i, "data") == "−2.8500"
    press(page, "Escape", ".")
    assert card(page, i, "data") == "−2.8500", "no leaf is pinned any more"


def test_the_field_keeps_what_is_typed_its_focus_and_its_caret(visit: Open) -> None:
    page, i = pinned(visit)
    field = page.get_by_role("textbox", name="Value of w1")
    field.click()
    press(page, "Control+a")
    page.keyboard.type("12.5")
    press(page, "ArrowLeft", "ArrowLeft")
    page.keyboard.type("0")
    assert field.input_value() == "120.5"
    caret = page.evaluate(f"{INSIDE}.activeElement.selectionStart")
    assert caret == 3
    press(page, "Enter")
    assert card(page, i, "data") == "120.5000"
    assert page.evaluate(f"{INSIDE}.activeElement.getAttribute('aria-label')") == "Value of w1"
    press(page, "Control+a")
    page.keyboard.type("1/3")
    press(page, "Enter")
    assert field.input_value() == "0.33333333"
    press(page, "Control+a")
    page.keyboard.type("many")
    press(page, "Enter")
    assert (field.get_attribute("aria-invalid"), field.input_value()) == ("true", "many")
    assert card(page, i, "data") == "0.3333"


def test_a_drag_compares_prediction_and_change(visit: Open) -> None:
    page, _ = pinned(visit)
    page.get_by_role("textbox", name="Value of w1").fill("-2.8")
    press(page, "Enter")
    predicted, actual = page.locator(".bar b").all_text_contents()
    assert predicted == "0.2000"
    assert actual == f"{math.tanh(2.0 * -2.8 + 6.8813735870195432) - math.tanh(0.8813735870195432):.4f}"
    told = page.locator("svg.curve").get_attribute("aria-label") or ""
    assert told == (
        "o over w1: from −1.0000 at −9 to 1.0000 at 3; now 0.8569 at −2.8. The tangent at −3 has the slope 1."
    )
    left, width, y = track(page)
    page.mouse.move(left + width / 2, y)
    page.mouse.down()
    assert page.locator(".bar b").all_text_contents()[0] == "0.0000", "another drag begins where the last one ended"
    page.mouse.up()


def test_what_is_not_reached_yet_is_neither_predicted_nor_drawn(visit: Open) -> None:
    page, _ = pinned(visit, address="#step=5")
    assert page.locator("svg.curve .over").get_attribute("d")
    assert page.locator(".bar b").all_text_contents()[0] == "–"
    assert page.locator("svg.curve .tangent").get_attribute("d") == ""
    press(page, "Home")
    assert not page.locator("svg.curve").is_visible(), "the root has no value yet"


@pytest.mark.parametrize("x", [0.0, -0.0, 1e-7, 1e300, math.inf, -math.inf, math.nan])
def test_any_number_has_a_slider_and_a_field(visit: Open, x: float) -> None:
    leaf = Value(x, label="x")
    page = visit(step(leaf * 2 + 1), "#step=5&pin=0")
    field = page.get_by_role("textbox", name="Value of x")
    assert field.input_value() == {0.0: repr(x)[:-2], 1e300: "1e+300"}.get(x, repr(x).replace("e-0", "e-"))
    left, width, y = track(page, "x")
    page.mouse.click(left + width * 0.7, y)
    dragged = card(page, 0, "data")
    assert dragged not in ("nan", "∞", "−∞")
    page.get_by_role("button", name="Undo edits").click()
    assert card(page, 0, "data") != dragged


def test_any_sequence_of_edits_agrees_with_python(visit: Open) -> None:
    rng = random.Random(3)
    o, leaf = neuron()
    page = visit(step(o))
    press(page, "End")
    for _ in range(12):
        name = rng.choice(list(leaf))
        leaf[name].data = round(rng.uniform(-3, 3), 3)
        page.get_by_label("Find a node").fill(name)
        press(page, "Enter")
        page.get_by_role("textbox").fill(repr(leaf[name].data))
        press(page, "Enter")
    again = (leaf["x1"] * leaf["w1"] + leaf["x2"] * leaf["w2"] + leaf["b"]).tanh()
    again.backward()
    for i, node in enumerate(topological_order(again)):
        assert float(card(page, i, "grad").replace("−", "-")) == pytest.approx(node.grad, abs=6e-5, rel=1e-3)


OPTIMIZERS: list[tuple[str, Any, dict[str, Any]]] = [
    ("plain", SGD, {}),
    ("momentum", SGD, {"momentum": 0.9, "weight_decay": 0.1}),
    ("nesterov", SGD, {"momentum": 0.9, "nesterov": True, "maximize": True}),
    ("dampening", SGD, {"momentum": 0.9, "dampening": 0.5}),
    ("adam", Adam, {"weight_decay": 0.01}),
    ("amsgrad", Adam, {"amsgrad": True}),
    ("adamw", AdamW, {}),
    ("nadam", NAdam, {}),
    ("rmsprop", RMSprop, {"momentum": 0.5, "centered": True}),
    ("adagrad", Adagrad, {"lr_decay": 0.1}),
]


@pytest.mark.parametrize(("name", "kind", "settings"), OPTIMIZERS)
@pytest.mark.parametrize("steps", [0, 3])
def test_after_an_edit_an_update_is_pythons_to_twelve_digits(
    evaluating: Page, name: str, kind: Any, settings: dict[str, Any], steps: int
) -> None:
    """Of an optimizer that has just been made, and of one that remembers three steps."""
    _, leaf = neuron()
    params = [leaf["w1"], leaf["w2"], leaf["b"]]
    optimizer = kind([{"params": params[:1], "lr": 0.5}, {"params": params[1:]}], lr=0.2, **settings)

    def again() -> Value:
        return (leaf["x1"] * leaf["w1"] + leaf["x2"] * leaf["w2"] + leaf["b"]).tanh()

    for _ in range(steps):
        optimizer.zero_grad()
        again().backward()
        optimizer.step()
    root = again()
    player = step(root, optimizer=optimizer)
    order = topological_order(root)
    edits = {order.index(leaf["w1"]): -2.5, order.index(leaf["x2"]): 0.25}
    updates = evaluating.evaluate(
        f"""([lesson, edits]) => runOf(revived(Object.assign(lesson, {{rules: {player.rules}}})), new Map(edits)).events
        .filter((event) => event.kind === "update").map(({{node, after}}) => [node, after])""",
        [player.data, list(edits.items())],
    )
    leaf["w1"].data, leaf["x2"].data = -2.5, 0.25
    optimizer.zero_grad()
    again().backward()
    optimizer.step()
    assert dict(updates) == {order.index(p): pytest.approx(p.data, rel=1e-12) for p in params}


@pytest.fixture(scope="module")
def evaluating(chromium: Browser) -> Page:
    """A page with the player's scripts and nothing shown."""
    page = chromium.new_page()
    page.add_script_tag(content=script("steps"))
    return page


def test_adam_keeps_its_update_after_an_edit(visit: Open) -> None:
    o, leaf = neuron()
    page = visit(step(o, optimizer=Adam([leaf["w1"], leaf["b"]], lr=0.5)), "#step=3&pin=1")
    count = where(page).split("of ")[1]
    page.get_by_role("textbox", name="Value of w1").fill("-2.5")
    press(page, "Enter", "Escape", "3")
    assert where(page).split("of ")[1].split()[0] == count.split()[0]
    assert card(page, topological_order(o).index(leaf["w1"]), "data") == "−3.0000", "a step of lr, from −2.5"
    formulas = page.locator(".formulas math").all_text_contents()
    assert [text.split("←")[0].strip() for text in formulas] == ["step", "mean", "square", "w1"]
    assert formulas[-1].split("=")[-1].strip() == "−3"


def test_what_only_python_can_update_is_said(visit: Open) -> None:
    class Halving:
        def __init__(self, params: list[Value]) -> None:
            self.params, self.lr = params, 0.1

        def step(self) -> None:
            for p in self.params:
                p.data /= 2.0

    o, leaf = neuron()
    page = visit(step(o, optimizer=Halving([leaf["w1"]])), "#step=3&pin=1")
    note = page.locator("fieldset > .note")
    assert not note.is_visible()
    page.get_by_role("textbox", name="Value of w1").fill("-2.5")
    press(page, "Enter")
    assert note.inner_text().startswith("What Halving makes of other numbers only Python can tell")


def test_after_an_update_the_editor_says_of_when_its_number_is(visit: Open) -> None:
    o, leaf = neuron()
    page = visit(step(o, optimizer=SGD([leaf["w1"]], lr=0.5)), "#step=100&pin=1")
    assert page.locator("legend").inner_text() == "Change w1, as it was before the update"


def test_an_op_of_ones_own_is_stepped_through_but_not_edited(visit: Open) -> None:
    cube = Op("cube", lambda x: x * x * x, lambda out, x: (3.0 * x * x,), r"\unheard {0}")
    x = Value(2.0, label="x")
    page = visit(step(cube(x) * 2))
    press(page, "End")
    assert card(page, 0, "grad") == "24.0000"
    assert "cannot be edited here" in page.locator(".about .note").inner_text()
