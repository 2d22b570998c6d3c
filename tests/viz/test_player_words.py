"""The player's page in words and symbols: slopes, names, the alternative text, the run as text, what can be copied."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from support.players import INSIDE, Open, press, sentence, shared
from support.wildgraphs import neuron, random_graph

from chalkgrad.engine import Value, logsumexp, trace
from chalkgrad.nn import MLP, SGD, Adam
from chalkgrad.viz.player.bundle import script
from chalkgrad.viz.player.player import Player, step


def doubled() -> Value:
    """`b = a + a; c = b + b`: the slope of c at each place of b is 1, the total is 2."""
    a = Value(3.0, label="a")
    b = a + a
    b.label = "b"
    c = b + b
    c.label = "c"
    return c


def closed() -> Value:
    """A relu whose input is below 0."""
    x, w = Value(-0.5, label="x"), Value(2.0, label="w")
    h = (x * w).relu()
    h.label = "h"
    y = h * 3 + x
    y.label = "y"
    return y


def trained(optimizer: Any) -> Player:
    model = MLP(2, [2, 1], seed=0)
    for p in model.parameters()[::2]:
        p.grad = 0.25
    return step(
        model, [0.5, -1.25], 1.0, lambda out, target: (out - target) ** 2, optimizer=optimizer(model.parameters(), 0.1)
    )


def equations(visit: Open, player: Player, level: str = "op") -> list[str]:
    """The one line of each step, as text."""
    page = visit(player)
    lines: list[str] = page.evaluate(
        f"""([lesson, level]) => {{ {script()}
        Object.assign(revived(lesson), {{ rules: null }});
        const names = namesOf(lesson);
        const run = runOf(lesson, new Map());
        const steps = stepsOf(lesson, run, level, new Set());
        const formulas = makeFormulas(lesson, names, new DOMParser().parseFromString(lesson.markup, "text/html"));
        return steps.map((step, k) => {{
          const line = formulas.equationOf(step, pictureAt(lesson, run, steps, k + 1));
          return line ? textOf(line) : "";
        }});
        }}""",
        [player.data, level],
    )
    return lines


def test_a_local_slope_is_never_taken_for_the_total(visit: Open) -> None:
    page = visit(step(doubled()), "#step=5")
    first = page.locator(".formulas math").first.locator("mtr").first.text_content()
    assert first == "∂c∂b+=∂c∂c·∂c∂b|right"
    assert page.locator(".formulas math.rule").text_content() == "∂c∂b|right=1"
    assert page.locator(".about .ledger tbody th").all_text_contents() == ["c|left", "c|right"]


def test_every_step_has_one_line(visit: Open) -> None:
    assert equations(visit, step(doubled())) == [
        "b = a + a = 3 + 3 = 6",
        "c = b + b = 6 + 6 = 12",
        "∂c/∂c = 1",
        "∂c/∂b += ∂c/∂c · ∂c/∂b|left = 1 · 1 = 1",
        "∂c/∂b += ∂c/∂c · ∂c/∂b|right = 1 · 1 = 1",
        "∂c/∂a += ∂c/∂b · ∂b/∂a|left = 2 · 1 = 2",
        "∂c/∂a += ∂c/∂b · ∂b/∂a|right = 2 · 1 = 2",
    ]


@pytest.mark.parametrize("level", ["op", "neuron", "layer"])
@pytest.mark.parametrize("optimizer", [SGD, Adam])
def test_every_step_of_a_training_step_has_one_line(visit: Open, optimizer: Any, level: str) -> None:
    lines = equations(visit, trained(optimizer), level)
    assert all(lines), lines
    assert not [line for line in lines if "undefined" in line or "\n" in line]


def test_what_has_no_name_is_called_by_what_it_computes(visit: Open) -> None:
    page = visit(step(neuron()[0]), "#step=1")
    assert sentence(page) == "x1·w1 is computed: the product of 2 and −3 is −6."
    assert page.locator(".formulas mtr").first.text_content() == "x1·w1=2·(−3)"


def test_a_closed_relu_says_so(visit: Open) -> None:
    page = visit(step(closed()), "#step=2")
    reason = "relu is closed: its input −1 is below 0, so nothing passes."
    assert sentence(page) == f"h is computed: relu of −1 is 0. {reason}"
    press(page, "End")
    while "closed" not in sentence(page):
        press(page, "ArrowLeft")
    assert sentence(page) == f"h passes nothing back to x·w: {reason}"
    assert page.locator(".about .note").all_text_contents() == [reason]


def test_the_alternative_text_holds_nothing_that_is_not_shown_yet(visit: Open) -> None:
    page = visit(step(neuron()[0]))

    def alt() -> str:
        return page.locator("figure").get_attribute("aria-label") or ""

    start = "Computation graph with 10 nodes. Output: o, not computed yet. Inputs: x1 = 2; x2 = 0."
    assert alt().startswith(start)
    assert "gradient" not in alt()
    press(page, "5", "2")
    assert "Output: o = 0.70711, gradient 1." in alt()
    press(page, "End")
    assert "w1 = −3, gradient 1; w2 = 1, gradient 0" in alt()
    press(page, "Home", "q")
    assert alt().startswith(start)


def test_the_alternative_text_follows_an_edit_and_an_update(visit: Open) -> None:
    o, leaf = neuron()
    page = visit(step(o, optimizer=SGD([leaf["w1"]], lr=0.5)))
    press(page, "End")
    alt = page.locator("figure").get_attribute("aria-label") or ""
    assert "w1 = −3.5, gradient 1" in alt
    assert alt.endswith("The output and the gradients are those of before the update.")


def wild(seed: int) -> Player:
    return step(random_graph(seed)[0])


RUNS: dict[str, Callable[[], Player]] = {
    "doubled": lambda: step(doubled()),
    "neuron": lambda: step(neuron()[0]),
    "shared": lambda: step(shared()),
    "closed": lambda: step(closed()),
    "descent": lambda: trained(SGD),
    "memory": lambda: trained(Adam),
    "edges": lambda: step(Value(0.0, label="x").log() * -0.0 + Value(1e-9) / 3e20),
    "halves": lambda: step(sum((Value(k / 64 + 1) * 1e5 for k in range(1, 9)), Value(1 + 1 / 64))),
    "many": lambda: step(logsumexp(Value(1.0), Value(2.0), 3.0) ** -0.5 - -(Value(2.0, label="-x") ** 2)),
    **{f"wild {seed}": partial(wild, seed) for seed in range(8)},
}


@pytest.mark.parametrize("name", RUNS)
def test_the_page_tells_the_run_as_python_does(visit: Open, name: str) -> None:
    player = RUNS[name]()
    page = visit(player)
    lines = page.evaluate(
        f"""([lesson]) => {{ {script()}
        return linesOf(revived(lesson), runOf(lesson, new Map())).map(({{ text }}) => text); }}""",
        [player.data],
    )
    assert lines == str(player.trace).split("\n")


def test_a_second_pass_is_told_too(visit: Open) -> None:
    o, _ = neuron()
    o.backward()
    page = visit(step(o, accumulate=True))
    press(page, "t")
    page.locator(".transcript pre span").first.wait_for()
    text = page.locator(".transcript pre").inner_text()
    assert text == str(trace(o, accumulate=True))


def test_a_click_on_a_line_goes_to_its_step_and_the_step_marks_its_line(visit: Open) -> None:
    page = visit(step(neuron()[0]))
    assert not page.locator(".transcript pre").is_visible()
    press(page, "t")
    lines = page.locator(".transcript pre span")
    lines.get_by_text("∂o/∂n ", exact=False).first.click()
    marked = page.locator(".transcript [aria-current=step]")
    assert (marked.text_content() or "").startswith("   7  ∂o/∂n  = ∂o/∂o · ∂o/∂n")
    assert "passes gradient back to n" in sentence(page)
    press(page, "ArrowRight")
    assert (marked.text_content() or "").startswith("   8  ")
    press(page, "t")
    assert not page.locator(".transcript pre").is_visible()


def clipboard(page: Any) -> str:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_selected_formulas_are_copied_as_text_one_line_each(visit: Open) -> None:
    page = visit(step(neuron()[0]), "#step=15")
    page.evaluate(f"getSelection().selectAllChildren({INSIDE}.querySelector('aside > .formulas'))")
    press(page, "Control+c")
    assert clipboard(page) == "∂o/∂w1 = ∂o/∂(x1·w1) · ∂(x1·w1)/∂w1 = 0.5 · 2 = 1\n∂(x1·w1)/∂w1 = x1 = 2\n"


def test_a_button_copies_latex(visit: Open) -> None:
    page = visit(step(doubled()), "#step=5")
    page.locator(".tex").click()
    assert clipboard(page).split("\n") == [
        r"\frac{\partial c}{\partial b} \mathrel{+}= \frac{\partial c}{\partial c} \cdot"
        r" \left.\frac{\partial c}{\partial b}\right|_{\text{right}} = 1 \cdot 1 = 1",
        r"\left.\frac{\partial c}{\partial b}\right|_{\text{right}} = 1",
    ]
    assert page.locator(".tex").inner_text() == "Copied"


def test_nothing_is_said_twice(visit: Open) -> None:
    """Where the step computes a node, the formula says what it is made of; the panel about the node does not."""
    page = visit(step(neuron()[0]), "#step=1")
    assert page.locator(".about math").count() == 0
    page.locator("#n9").click()
    assert page.locator(".about math").count() == 1
    assert not re.search(r"\+= by \+=|1 output\b", page.locator("aside").inner_text())
