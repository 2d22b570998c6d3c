"""What goes wrong: the page's own faulty passes are Python's to the bit, and a browser shows where they go wrong."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.players import INSIDE, Open, card, sentence, shared
from support.wildgraphs import neuron, random_graph
from test_javascript import node, succeeds

from chalkgrad.engine import BUGS, ArgumentError, Op, Value, topological_order, trace
from chalkgrad.engine.tracing import plain
from chalkgrad.nn import MLP, SGD
from chalkgrad.viz.player.bug_lessons import lessons
from chalkgrad.viz.player.player import Player, step

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE = Path(__file__).parents[2] / "viz" / "player" / "page"
PROGRAM = """
import { readFileSync } from "node:fs";
import { canRun } from "PAGE/faults.js";
import { revived, runOf } from "PAGE/steps.js";
const text = (x) => typeof x === "number" ? (Object.is(x, -0) ? "-0" : String(x)) : x;
const told = (value) => Array.isArray(value) ? value.map(told) : value && typeof value === "object"
  ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, told(v)])) : text(value);
const cases = JSON.parse(readFileSync("CASES", "utf8"));
const RULES = [RULE_LIST];
const answers = cases.map(({ lesson, bugs, edits }, i) => {
  const made = Object.assign(revived(lesson), { rules: RULES[i] });
  const numbers = new Map(edits.map(([leaf, x]) => [leaf, Number(x)]));
  const eventsOf = (bug) => canRun(made, bug) ? told(runOf(made, numbers, bug).events) : null;
  return Object.fromEntries(bugs.map((bug) => [bug, eventsOf(bug)]));
});
console.log(JSON.stringify(answers));
"""
Case = tuple[Player, dict[int, float]]


def page_runs(cases: list[Case], folder: Path) -> list[dict[str, Any]]:
    """For each lesson and each bug the events of the page, its numbers as text."""
    rows = [
        {"lesson": {**player.data, "markup": "", "css": ""}, "bugs": list(BUGS), "edits": plain(list(edits.items()))}
        for player, edits in cases
    ]
    (folder / "cases.json").write_text(json.dumps(rows), encoding="utf-8")
    program = PROGRAM.replace("PAGE", PAGE.as_posix()).replace("CASES", (folder / "cases.json").as_posix())
    program = program.replace("RULE_LIST", ", ".join(player.rules or "null" for player, _ in cases))
    (folder / "run.mjs").write_text(program, encoding="utf-8")
    done = node(folder / "run.mjs")
    succeeds(done)
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def as_floats(event: dict[str, Any]) -> dict[str, Any]:
    """An event of the page's with its numbers read: places stay text, as they came."""
    read = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
    numbers = ("value", "upstream", "local", "contribution", "before", "after", "should", "grad")
    places = ("node", "parent", "operand")
    made = {key: float(read.get(event[key], event[key])) for key in numbers if event.get(key) is not None}
    return {**event, **made, **{key: int(event[key]) for key in places if key in event}}


def same_events(page: list[dict[str, Any]], run: list[dict[str, Any]]) -> None:
    """Number for number, to the bit: `repr` tells every float from its neighbour, and 0.0 from -0.0."""
    only_python = ("inputs", "rate")
    expected = [{key: x for key, x in e.items() if key not in only_python} for e in run if e["kind"] != "zero"]
    got = [as_floats(e) for e in page if e["kind"] != "zero"]
    assert [e["kind"] for e in got] == [e["kind"] for e in expected]
    for ours, theirs in zip(got, expected, strict=True):
        assert repr(sorted(ours.items())) == repr(sorted(theirs.items()))


def diamond() -> Value:
    x = Value(1.0, label="x")
    a = x * 2
    e, f = a * 3, a * 5
    y = e + f
    a.label, e.label, f.label, y.label = "a", "e", "f", "y"
    return y


def products(seed: int) -> Value:
    rng = random.Random(seed)
    nodes = [Value(rng.uniform(-3, 3), label=f"x{i}") for i in range(3)]
    for _ in range(8):
        a, b = rng.choice(nodes[-5:]), rng.choice(nodes[-5:])
        nodes.append(rng.choice([a * b, a + b, a - b, -a, a.square(), a.relu()]))
    return nodes[-1]


def test_the_page_runs_every_bug_to_the_bit_as_python_does(tmp_path: Path) -> None:
    roots = [random_graph(seed, 12)[0] for seed in range(40)] + [products(seed) for seed in range(40)]
    roots += [neuron()[0], shared(), Value(2.0, label="x"), *(lesson.build() for lesson in lessons.values())]
    answers = page_runs([(step(root), {}) for root in roots], tmp_path)
    shown = dict.fromkeys(BUGS, 0)
    for root, answer in zip(roots, answers, strict=True):
        for name, events in answer.items():
            try:
                run = trace(root, bug=name)
            except ArgumentError:
                assert events is None  # the recursion would never end
                continue
            if events is not None:  # of the wrong rules there may be none for this graph
                same_events(events, run.events)
            shown[name] += run.first_wrong is not None
    assert min(shown.values()) > 20, shown


def test_to_the_bit_after_an_edit_too_and_with_an_optimizer_and_gradients_held(tmp_path: Path) -> None:
    cases: list[Case] = []
    expected = []
    for seed in range(20):
        root = products(seed)
        order = topological_order(root)
        edits = {i: random.Random(i).uniform(-2, 2) for i, node in enumerate(order) if node.is_leaf}
        cases.append((step(root), edits))
        expected.append({name: trace(rebuilt(order, edits), bug=name) for name in BUGS})
    for settings in ({"accumulate": True}, {"optimizer": True}):
        o, leaf = neuron()
        o.backward()
        if "optimizer" in settings:
            settings = {"optimizer": SGD([leaf["w1"], leaf["b"]], lr=0.3)}  # type: ignore[dict-item]
        cases.append((step(o, **settings), {}))  # type: ignore[arg-type]
        expected.append({name: trace(o, bug=name, **settings) for name in BUGS})  # type: ignore[arg-type]
    for answer, runs in zip(page_runs(cases, tmp_path), expected, strict=True):
        for name, events in answer.items():
            if events is not None:
                same_events(events, runs[name].events)


def rebuilt(order: list[Value], edits: dict[int, float]) -> Value:
    """The same graph, computed again from edited leaves."""
    fresh: dict[int, Value] = {}
    for i, made in enumerate(order):
        if made.op is None:
            fresh[id(made)] = Value(edits.get(i, made.data), label=made.label)
        else:
            fresh[id(made)] = made.op(*(fresh[id(p)] for p in made.parents))
    return fresh[id(order[-1])]


# in a browser


def table_of(page: Page) -> list[list[str]]:
    rows: list[list[str]] = page.locator(".bugs tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].filter(cell => !cell.hidden).map(cell => cell.innerText))"
    )
    return rows


def test_a_fault_chosen_in_the_menu_is_stepped_through_and_marked_in_words(visit: Open) -> None:
    page = visit(step(diamond()), "#step=4")
    assert page.locator(".bugs").is_hidden()
    offered = page.locator(".wrongs option").evaluate_all("options => options.map(o => o.value)")
    assert sorted(offered) == sorted(["", "check", *BUGS])
    page.get_by_label("What goes wrong").first.select_option("unsorted")
    page.get_by_role("button", name="Show the first wrong step").click()
    assert "✗ Wrong: ∂y/∂x is now 10, and should be 16." in sentence(page)
    assert card(page, 0, "mark") == "✗ should be 16"
    page.locator("footer").get_by_role("button", name="Last step").click()
    assert card(page, 0, "grad") == "26.0000"
    assert table_of(page)[0] == ["x", "✗ 26.0000", "16.0000", "16.0000"]
    assert table_of(page)[1] == ["a", "8.0000", "", "8.0000"]
    page.keyboard.press("ArrowLeft")
    assert card(page, 0, "grad") == "10.0000"
    page.get_by_label("mark what is wrong").uncheck()
    assert page.locator(".mark").count() == 0 and "✗" not in sentence(page)
    assert table_of(page)[0] == ["x", "10.0000", "16.0000"]
    page.get_by_label("What goes wrong").first.select_option("")
    assert page.locator(".bugs").is_hidden() and card(page, 0, "grad") == "16.0000"


def test_the_step_of_the_finite_difference_is_dragged_and_the_error_has_the_form_of_a_u(visit: Open) -> None:
    page = visit(step(neuron()[0]), "#step=15")
    page.get_by_label("What goes wrong").first.select_option("check")
    slider = page.get_by_label("Step of the finite difference")
    places = page.locator(".errors polyline").get_attribute("points") or ""
    heights = [float(place.split(",")[1]) for place in places.split()]
    best = max(range(15), key=lambda i: heights[i])  # the floor is 100
    assert 2 <= best <= 8 and heights[0] < heights[best] - 20 and heights[-1] < heights[best] - 20
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.28, box["y"] + box["height"] / 2)
    page.mouse.down()
    for share in (0.4, 0.6, 0.8, 0.99):
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
    page.mouse.up()
    assert "10⁻¹⁵" in page.locator(".bugs .row span").inner_text()
    slider.press("ArrowLeft")
    assert "10⁻¹⁴" in page.locator(".bugs .row span").inner_text()
    assert all(row[1] != row[2] for row in table_of(page) if row[0] == "w1")  # rounding ate it


def test_an_edit_keeps_the_fault_and_the_menu_offers_what_the_graph_can_have(visit: Open) -> None:
    page = visit(step(Value(2.0, label="a") * 3, bug="sign"), "#step=3")
    assert card(page, 0, "grad") == "−3.0000"
    page.locator(".stage #n0").click()
    page.get_by_label("Value of a").first.fill("5")
    page.keyboard.press("Tab")
    assert card(page, 0, "data") == "5.0000" and card(page, 0, "grad") == "−3.0000"
    y = x = Value(0.5, label="x")
    for _ in range(20):
        y = y + y
    page = visit(step(y + x))
    disabled = page.locator(".wrongs option:disabled").evaluate_all("options => options.map(o => o.value)")
    assert disabled == ["recursion", "local"]


def test_two_panes_go_by_one_clock_and_mark_the_first_wrong_number_in_both(visit: Open) -> None:
    page = visit(step(diamond(), compare="recursion"), "#step=5")
    left, right = page.locator("main > figure").nth(0), page.locator("main > figure").nth(1)
    assert "Step 5 of 11" in left.locator("p.pane").inner_text()
    assert "Step 5 of 10" in right.locator("p.pane").inner_text()
    page.get_by_role("button", name="Show the first wrong step").click()
    assert left.locator(".mark").all_text_contents() == ["✗ should be 16"]
    assert right.locator(".mark").all_text_contents() == ["will be 16"]
    page.keyboard.press("End")
    assert left.locator("#n0 .grad").text_content() == "22.0000"
    assert right.locator("#n0 .grad").text_content() == "16.0000"
    assert right.locator(".mark").all_text_contents() == ["✓ 16 is right"]
    assert "It is done, and waits." in right.locator("p.pane").inner_text()
    for figure in (left, right):
        assert figure.locator("svg:not([hidden], .map)").evaluate("svg => svg.getBoundingClientRect().width") > 300
    page.get_by_label("the right pass beside it").uncheck()
    assert right.count() == 0 and page.locator("p.pane").count() == 0


def test_a_folded_box_is_marked_once_and_a_large_graph_lists_its_latest_gradients(visit: Open) -> None:
    model = MLP(2, [16, 16, 1], seed=0)
    page = visit(step(model, [0.5, -1.0], bug="upstream"))
    assert page.get_by_role("button", name="Ops").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Neurons").click()
    page.keyboard.press("End")
    boxes = page.locator(".stage svg:not([hidden], .map) g.node.wrong")
    assert boxes.count() > 16
    assert all(count == 1 for count in boxes.evaluate_all("all => all.map(g => g.querySelectorAll('.mark').length)"))
    assert len(table_of(page)) == 15 and all(row[1] != "–" for row in table_of(page))


def test_inside_a_neuron_cards_are_marked_too(visit: Open) -> None:
    model = MLP(2, [16, 16, 1], seed=0)
    page = visit(step(model, [0.5, -1.0], bug="upstream"))
    page.get_by_role("button", name="Show the first wrong step").click()
    inside = page.locator(".inside svg:not([hidden], .map) g.now .mark")
    assert inside.all_text_contents()[-1].startswith("✗ should be ")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_both_panes_are_in_sight_with_what_happens_in_them(visit: Open, width: int, height: int) -> None:
    page = visit(lessons["recursion"].step(compare=True), "#step=5", reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": height})
    outside = page.evaluate(
        f"""() => [...{INSIDE}.querySelectorAll("main > figure")].flatMap((figure) => {{
          const inside = (part, place) => part.top >= place.top && part.bottom <= place.bottom
            && part.left >= place.left && part.right <= place.right;
          const place = figure.querySelector(".stage").getBoundingClientRect();
          const main = figure.parentElement.getBoundingClientRect();
          const parts = [...figure.querySelectorAll("svg:not([hidden]) :is(.signs rect, .node.now > .outline)")]
            .filter((part) => !inside(part.getBoundingClientRect(), place));
          return [...parts, ...[...figure.querySelectorAll(".pane")]
            .filter((words) => !inside(words.getBoundingClientRect(), main))].map((part) => part.outerHTML);
        }})"""
    )
    assert outside == []


def test_a_link_carries_the_fault(visit: Open) -> None:
    page = visit(step(diamond()), "#step=9&bug=recursion&compare=1")
    assert page.locator("main > figure").count() == 2
    page.get_by_role("button", name="Show the first wrong step").click()
    page.get_by_label("the right pass beside it").uncheck()
    assert page.url.endswith("#step=8&bug=recursion")
    page.reload()
    assert "✗ Wrong: ∂y/∂x is now 6, and should be 16." in sentence(page)


def test_a_formula_of_the_op_table_is_not_shown_for_what_a_fault_computed(visit: Open) -> None:
    right, wrong = (visit(step(neuron()[0], bug=bug), "#step=7") for bug in (None, "local"))
    assert right.locator("math.rule").count() == 1 and wrong.locator("math.rule").count() == 0


def test_a_fault_is_asked_for_in_one_way() -> None:
    with pytest.raises(ArgumentError, match="bug or compare, not both"):
        step(diamond(), bug="sign", compare="sign")
    with pytest.raises(ArgumentError, match="bug must be one of"):
        step(diamond(), compare="sing")
    with pytest.raises(ArgumentError, match="must be plain arithmetic"):
        step(Value(1.0).tanh(), bug=("tanh", lambda out, x: (math.cos(x),)))
    cube = Op("cube", lambda x: x * x * x, lambda out, x: (3.0 * x * x,))
    with pytest.raises(ArgumentError, match="only Python can compute"):
        step(cube(Value(2.0)) * 2, bug="local")
    assert step(cube(Value(2.0)) * 2, bug="sign").trace.first_wrong is not None
    assert step(diamond(), compare="recursion").trace.bug is not None
