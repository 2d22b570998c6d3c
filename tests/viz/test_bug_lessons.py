"""Every bug of the menu is shown wrong at the right node on its lesson, and right without the bug."""

from __future__ import annotations

import re
from typing import Any

import pytest
from support.players import INSIDE, Open, card, sentence
from support.students import Overwrites

from chalkgrad.engine import BUGS, ArgumentError, Trace, Value, relu, sigmoid, tanh
from chalkgrad.viz import lessons, step, train_with_bug

# For each lesson the wrong gradients at the end, and what they should be.
WRONG: dict[str, dict[str, tuple[float, float]]] = {
    "assign": {"a": (3.0, 6.0)},
    "uncleared": {"w": (4.0, 2.0), "x": (6.0, 3.0)},
    "twice": {"b": (16.0, 8.0), "a": (96.0, 32.0)},
    "unsorted": {"x": (26.0, 16.0)},
    "recursion": {"a": (6.0, 4.0)},
    "local": {"x": (1.0 - 0.46211715726000979, 1.0 - 0.46211715726000979**2)},
    "upstream": {"a": (4.0, 32.0)},
    "sign": {"b": (-8.0, 8.0)},
    "product": {"a": (3.0, 2.0), "b": (2.0, 3.0)},
    "difference": {"b": (1.0, -1.0)},
    "relu": {"x": (1.0, 0.0)},
    "sigmoid": {"x": (0.5, 0.25)},
}


def by_name(run: Trace) -> dict[str, float]:
    return {run.nodes[i]["name"]: grad for i, grad in run.gradients.items()}


def test_there_is_a_lesson_for_every_bug_and_twelve_in_all() -> None:
    assert list(lessons) == list(WRONG) and len(lessons) == 12
    assert list(lessons)[: len(BUGS)] == list(BUGS)
    assert all(lesson.bug == name for name, lesson in list(lessons.items())[: len(BUGS)])
    assert all(lesson.bug == "local" for lesson in list(lessons.values())[len(BUGS) :])


@pytest.mark.parametrize("name", WRONG)
def test_a_bug_is_wrong_at_the_right_node_and_right_without_it(name: str) -> None:
    lesson = lessons[name]
    run, right = lesson.trace(), lesson.trace(right=True)
    wrong, true = by_name(run), by_name(right)
    assert {node for node in true if wrong[node] != true[node]} == set(WRONG[name])
    for node, (got, should) in WRONG[name].items():
        assert (wrong[node], true[node]) == pytest.approx((got, should), rel=1e-15)
    first = run.first_wrong
    assert first is not None and right.first_wrong is None
    assert run.nodes[first["parent" if first["kind"] == "contribute" else "node"]]["name"] == lesson.node
    root = lesson.build()
    root.backward()
    assert root.parents[0].grad == true[root.parents[0].label]


@pytest.mark.parametrize("name", WRONG)
def test_the_graph_is_what_is_written_down_and_the_sentence_has_its_numbers(name: str) -> None:
    lesson = lessons[name]
    space: dict[str, object] = {"tanh": tanh, "relu": relu, "sigmoid": sigmoid}
    for line in lesson.graph.split("; "):
        label, formula = line.split(" = ")
        space[label] = Value(float(formula)) if re.fullmatch(r"-?[\d.]+", formula) else eval(formula, space)
    root = space[label]
    assert isinstance(root, Value)
    assert root.data == lesson.build().data
    said = {float(x) for x in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", lesson.look)}
    for got, should in WRONG[name].values():
        if name != "uncleared" or got == 4.0:  # it speaks of w alone
            assert {round(got, 4), round(should, 4)} <= said
    assert str(lesson) == f"{name}: {lesson.graph}\n{lesson.look}"


@pytest.mark.parametrize("name", WRONG)
def test_the_page_of_a_lesson_shows_it(name: str, visit: Open) -> None:
    lesson = lessons[name]
    page = visit(lesson.step())
    page.get_by_role("button", name="Show the first wrong step").click()
    run = lesson.trace()
    place = next(i for i, row in enumerate(run.nodes) if row["name"] == lesson.node)
    assert card(page, place, "mark").startswith("✗ should be ")
    assert "✗ Wrong: " in sentence(page)
    page.keyboard.press("End")
    for node, (got, _) in WRONG[name].items():
        place = next(i for i, row in enumerate(run.nodes) if row["name"] == node)
        assert card(page, place, "grad") == f"{got:.4f}".replace("-", "−")
        assert "✗" in card(page, place, "mark")
    assert page.locator(".mark").count() == len(WRONG[name])
    page.get_by_label("What goes wrong").first.select_option("check")
    assert page.locator(".mark").count() == 0
    for node, (_, should) in WRONG[name].items():
        place = next(i for i, row in enumerate(run.nodes) if row["name"] == node)
        assert card(page, place, "grad") == f"{should:.4f}".replace("-", "−")


# At every step: a mark out of the stage, or under the note of what is passed back.
HIDDEN = f"""() => {{
  const inside = {INSIDE};
  const timeline = inside.querySelector("footer input");
  const hidden = [];
  const box = (part) => part.getBoundingClientRect();
  for (let k = 1; k <= Number(timeline.max); k++) {{
    timeline.value = k;
    timeline.dispatchEvent(new Event("input"));
    const place = box(inside.querySelector(".outer"));
    const note = inside.querySelector(".outer svg:not([hidden]) .signs rect");
    for (const mark of inside.querySelectorAll(".outer .mark, .outer .wrote")) {{
      const {{ left, right, top, bottom }} = box(mark);
      const isIn = left > place.left - 1 && right < place.right + 1 && top > place.top - 1 && bottom < place.bottom + 1;
      if (!isIn) hidden.push([k, mark.textContent, "out of sight"]);
      const over = note && box(note);
      if (over && left < over.right && over.left < right && top < over.bottom && over.top < bottom)
        hidden.push([k, mark.textContent, "covered"]);
    }}
  }}
  return hidden;
}}"""


@pytest.mark.parametrize("big", [False, True], ids=["usual", "big"])
@pytest.mark.parametrize("name", [*WRONG, "theirs"])
def test_a_mark_is_in_sight_and_no_note_covers_it(name: str, big: bool, visit: Open) -> None:
    a = Overwrites(2.0, label="a")
    b = a * a + a
    b.backward()
    page = visit(step(b) if name == "theirs" else lessons[name].step(), reduced_motion="reduce")
    if big:
        page.keyboard.press("p")
    page.wait_for_timeout(50)
    assert page.evaluate(HIDDEN) == []
    assert page.locator(".mark, .wrote").count() > 0


# the fault that still trains


def test_assigning_trains_all_the_same_and_slower() -> None:
    training = train_with_bug("assign", epochs=80)
    right, wrong = training.right.loss, training.wrong.loss
    assert wrong[0] < 2.0 and wrong[-1] < wrong[0] / 100
    assert right[59] < wrong[59] / 100
    assert str(training).startswith("= for +=: the loss goes from ")


def test_gradients_not_cleared_train_faster_at_first_and_backward_twice_does_not_train() -> None:
    momentum = train_with_bug("uncleared", epochs=40, lr=0.005)
    assert momentum.wrong.loss[-1] < momentum.right.loss[-1] / 2
    twice = train_with_bug("twice", epochs=20)
    assert not twice.wrong.loss[-1] < twice.wrong.loss[0]


def test_without_a_fault_it_is_the_training_that_it_would_be() -> None:
    harmless = train_with_bug({"add": lambda out, a, b: (1.0, 1.0)}, epochs=5)
    assert harmless.wrong.loss == harmless.right.loss


def test_both_losses_are_drawn_and_told_apart_by_more_than_colour() -> None:
    pytest.importorskip("matplotlib")
    training = train_with_bug("unsorted", epochs=3)
    (axes,) = training.plot().axes
    assert [line.get_linestyle() for line in axes.lines] == ["-", "--"]
    drawn: list[Any] = [line.get_ydata() for line in axes.lines]
    assert [list(losses) for losses in drawn] == [training.right.loss, training.wrong.loss]
    legend: Any = axes.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["right", "append outside the if"]


def test_what_cannot_be_trained_with_is_refused() -> None:
    with pytest.raises(ArgumentError, match="bug must be one of"):
        train_with_bug("assing")
    with pytest.raises(ArgumentError, match="epochs"):
        train_with_bug(epochs=0)
