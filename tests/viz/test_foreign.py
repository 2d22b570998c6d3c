"""Graphs of other engines: read as they stand, and their gradients compared with what they should be."""

from __future__ import annotations

import math
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support.players import Open, press, where
from support.students import Overwrites, Scalar, Tupled, Unseeded, Unsorted, WrongTanh

from chalkgrad.engine import ArgumentError, ArgumentTypeError, OperandError, Value
from chalkgrad.viz import draw, explain, step, widget
from chalkgrad.viz.foreign import adopt, is_foreign

if TYPE_CHECKING:
    from chalkgrad.viz.compared import Comparison


def graph(engine: type[Scalar]) -> tuple[Scalar, dict[str, Scalar]]:
    """A graph with tanh, and with c and a used along two paths."""
    a, b = engine(2.0, label="a"), engine(-3.0, label="b")
    c = a * b
    c.label = "c"
    d = (a + c * 0.5).tanh()
    d.label = "d"
    e = c * 0.1 + d * a
    e.label = "e"
    return e, {"a": a, "b": b, "c": c, "d": d, "e": e}


def comparison_of(root: Any) -> Comparison:
    made = step(root).comparison
    assert made is not None
    return made


# read as it stands


def test_what_is_right_is_right_and_its_numbers_are_the_same() -> None:
    e, nodes = graph(Scalar)
    e.backward()
    theirs = adopt(e)
    assert theirs.unknown == {}
    made = comparison_of(e)
    for label, node in nodes.items():
        value = theirs.values[id(node)]
        should = made.should[made.names.index(label)]
        assert value.label == label and should is not None
        assert math.isclose(value.data, node.data) and math.isclose(should, node.grad)
    assert made.first is None and made.differing == []
    assert str(made) == "All 11 gradients that can be checked are right."


def test_a_set_that_holds_a_node_once_is_read_by_the_numbers() -> None:
    a = Scalar(3.0, label="a")
    for made, op, count in ((a + a, "add", 2), (a * a, "mul", 2), (-a, "mul", 2), (a**2, "power", 1)):
        value = adopt(made).root
        assert value.op is not None
        assert (value.op.name, len(value.parents)) == (op, count)
        assert value.data == made.data
    both = adopt(a + a).root
    assert both.parents[0] is both.parents[1]


def test_the_order_in_a_set_is_found_or_said_to_be_lost() -> None:
    a, b = Scalar(7.0, label="a"), Scalar(2.0, label="b")
    for data, op, first in ((5.0, "-", "a"), (-5.0, "-", "b"), (3.5, "/", "a"), (128.0, "**", "b"), (49.0, "pow", "a")):
        value = adopt(Scalar(data, (a, b), op)).root
        assert value.parents[0].label == first, (data, op)
    same = Scalar(7.0, label="b")
    theirs = adopt(Scalar(0.0, (a, same), "-"))
    assert "which operand of - comes first is not known" in theirs.unknown[id(theirs.root)]


def test_other_names_numbers_and_tuples() -> None:
    x = Tupled(3.0)
    y = Tupled(6.0, (x, 2.0), "__mul__")
    z = Tupled(-6.0, (y,), "neg")
    root = adopt(z).root
    assert [n.op.name for n in (root, root.parents[0]) if n.op] == ["neg", "mul"]
    assert root.parents[0].parents[1].is_constant
    assert adopt(Tupled(1.0, (x, Tupled(2.0)), "-")).root.parents[0].data == 3.0
    for name in ("prev", "children", "_children", "_parents"):
        assert is_foreign(SimpleNamespace(data=1.0, grad=0.0, **{name: ()}))
    assert not is_foreign(Value(1.0)) and not is_foreign(SimpleNamespace(data=1.0)) and not is_foreign(3.0)


def test_an_op_that_is_not_known_is_shown_and_said() -> None:
    x = Scalar(2.0, label="x")
    odd = Scalar(5.0, (x,), "wiggle", "odd")
    root = odd * 3
    root.backward()
    made = comparison_of(root)
    by_name = dict(zip(made.names, made.should, strict=True))
    assert by_name["odd"] == 3.0 and by_name["x"] is None
    assert made.first is None
    assert "At odd nothing is passed back: chalkgrad has no op 'wiggle'." in str(made)
    assert "wiggle" in draw(root).source
    lying = comparison_of(Scalar(9.0, (x,), "tanh", "t"))
    assert "tanh of its operands is not 9, which is what the node holds" in str(lying)


@pytest.mark.parametrize(
    ("root", "error", "words"),
    [
        (Tupled(1.0, ("x",), "+"), ArgumentTypeError, "a parent must be a node with data and parents, or a number"),
        (SimpleNamespace(data=1.0, grad=0.0, _prev=3, _op=""), ArgumentTypeError, "a set or a tuple, got int"),
        (Tupled("3"), OperandError, "the data of a node"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_read_is_named(root: Any, error: type[Exception], words: str) -> None:
    for use in (draw, step):
        with pytest.raises(error, match=words):
            use(root)


def test_a_circle_is_refused_and_depth_is_no_matter() -> None:
    a = Tupled(1.0)
    a.parents = (Tupled(1.0, (a,), "neg"),)
    with pytest.raises(ArgumentError, match="its own ancestor"):
        draw(a)
    deep = Scalar(0.0)
    for _ in range(3000):
        deep = deep + 1
    assert adopt(deep).root.data == 3000.0


def test_a_model_of_another_engine_is_run_by_its_owner() -> None:
    w = Scalar(2.0, label="w")
    with pytest.raises(ArgumentTypeError, match=r"gives a Scalar of another engine: run it .* then step\(output\)"):
        step(lambda xs: w * 3, [1.0])


# what went wrong


@pytest.mark.parametrize(
    ("engine", "first", "words"),
    [
        (Overwrites, "c", "one of its paths alone: = stands where += should"),
        (Unseeded, "e", "the root was not seeded with 1"),
        (Unsorted, "b", "c passed on before all of its own gradient had arrived"),
    ],
)
def test_each_fault_is_named_at_the_first_node(engine: type[Scalar], first: str, words: str) -> None:
    e, _ = graph(engine)
    e.backward()
    made = comparison_of(e)
    assert made.first is not None
    assert made.names[made.first] == first
    assert words in str(made)
    right, nodes = graph(Scalar)
    right.backward()
    for name, should in zip(made.names, made.should, strict=True):
        if name in nodes:
            assert should is not None and math.isclose(should, nodes[name].grad)


def test_a_wrong_rule_is_named_with_the_slope_that_it_used() -> None:
    e, nodes = graph(WrongTanh)
    e.backward()
    made = comparison_of(e)
    d = adopt(e).values[id(nodes["d"])].data
    assert f"the rule of tanh is at fault: its slope is {1 - d * d:.6g} and {1 - d:.6g} was used." in str(made)


def test_backward_twice_and_a_root_with_another_seed() -> None:
    e, _ = graph(Scalar)
    e.backward()
    e.backward()
    assert "2 times as much: backward ran twice, or the gradients were not cleared" in str(comparison_of(e))
    Seeded = type("Seeded", (Scalar,), {"seed": 2.0})
    other, _ = graph(Seeded)
    other.backward()
    assert "its gradient is set to 1 before the walk begins" in str(comparison_of(other))


# in pictures


def test_draw_shows_what_they_wrote() -> None:
    e, nodes = graph(Overwrites)
    e.backward()
    wrote = nodes["c"].grad
    for picture in (draw(e), draw([e, nodes["d"]])):
        assert f"{wrote:.4f}" in picture.source
    assert len(re.findall(r"^\s*n\d+ \[", draw([e, nodes["d"]]).source, re.MULTILINE)) == 11, "what is shared, once"
    step(e)
    assert nodes["c"].grad == wrote, "nothing of theirs is changed"


def test_explain_adds_up_the_paths_and_tells_what_was_written() -> None:
    e, nodes = graph(Overwrites)
    e.backward()
    made = explain(e, nodes["b"])
    assert made.count == 2
    assert "the first difference is at c" in str(made)
    assert "the first difference is at c" in made._repr_html_()
    with pytest.raises(ArgumentError, match="is not in the graph"):
        explain(e, Scalar(1.0))


def test_the_page_shows_both_step_by_step_and_marks_the_first(visit: Open) -> None:
    e, nodes = graph(Overwrites)
    e.backward()
    player = step(e)
    page = visit(player)
    said = page.locator(".theirs")
    assert "the first difference is at c" in said.inner_text()
    assert said.locator("table").count() == 0 and page.locator(".differs").count() == 0
    said.get_by_role("button", name="Go to c").click()
    c = next(row["id"] for row in player.trace.nodes if row["name"] == "c")
    assert page.locator(".stage .first").get_attribute("id") == f"n{c}"
    assert page.locator(f".stage #n{c} .wrote").text_content() == f"first ✗ {nodes['c'].grad:.4f}"
    row = said.locator("tr", has_text="0.5200")
    assert row.locator("th").inner_text() == "c"
    assert row.locator("td").all_inner_texts() == [f"{nodes['c'].grad:.4f}", "0.5200", "✗"]
    before = int(where(page).split()[1])
    press(page, "ArrowLeft")
    assert page.locator(".stage .first").count() == 0
    press(page, "End")
    assert int(where(page).split()[1]) > before
    assert player.comparison is not None
    assert page.locator(".stage .wrote").count() == len(player.comparison.differing) > 1
    page.locator("#n0").click()
    page.get_by_role("textbox", name="Value of").fill("0.25")
    press(page, "Enter")
    assert page.locator(".stage .wrote").count() == 0 and not said.locator("table").is_visible()


def test_a_page_of_our_own_says_nothing_of_it(visit: Open) -> None:
    a = Value(2.0, label="a")
    player = step(a * a)
    assert player.comparison is None
    assert not visit(player).locator(".theirs").is_visible()


def test_a_widget_takes_it_too() -> None:
    pytest.importorskip("anywidget")
    e, _ = graph(Scalar)
    e.backward()
    assert widget(e).lesson["theirs"]["first"] is None
