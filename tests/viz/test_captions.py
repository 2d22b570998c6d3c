"""The picture in words: its description, its tooltips, its numbers and labels."""

from __future__ import annotations

import pytest
from support.dottext import neuron

from chalkgrad.engine import Value
from chalkgrad.viz import draw
from chalkgrad.viz.labels import number, visible


def test_the_description_names_the_output_and_the_leaves() -> None:
    o = neuron()
    assert draw(o).alt.startswith(
        "Computation graph with 10 nodes. Output: o = 0.7071, no gradient yet. Inputs: x1 = 2"
    )
    o.backward()
    assert "Parameters: w1 = −3.0000, gradient 1.0000; w2 = 1.0000, gradient 0.0000; b = 6.8814" in draw(o).alt


def test_a_description_stays_short() -> None:
    many = draw(sum((Value(float(i), f"x{i}") for i in range(60)), Value(0.0, "x")))
    assert "and 49 more" in many.alt
    assert len(many.alt) < 1000


def test_tooltips_have_every_digit() -> None:
    o = neuron()
    o.backward()
    titles = draw(o).titles
    assert titles["n9"] == f"tanh o\ndata {o.data!r}\ngrad 1.0"
    assert titles["e9-0"] == "+ → tanh o (operand 1)"


def test_one_node_is_one_and_two_are_several() -> None:
    x = Value(1.0, "x")
    assert draw(x).alt.startswith("Computation graph with 1 node. Output: x = 1.0000, no gradient yet. Input: x = ")
    assert draw([x * x, x + x]).alt.startswith("Computation graph with 3 nodes. Outputs: * = ")


@pytest.mark.parametrize(
    ("x", "precision", "text"),
    [
        (1.0, 4, "1.0000"), (-1.5, 4, "−1.5000"), (0.0, 4, "0.0000"), (-0.0, 4, "0.0000"), (2.5, 0, "2"),
        (0.00005, 4, "0.0001"), (0.00004, 4, "4.0000e−05"), (-2e-7, 2, "−2.00e−07"), (5e-324, 1, "4.9e−324"),
        (9999999.0, 1, "9999999.0"), (1e7, 1, "1.0e+07"), (float("inf"), 4, "∞"), (float("-inf"), 4, "−∞"),
        (float("nan"), 4, "nan"),
    ],
)  # fmt: skip
def test_numbers(x: float, precision: int, text: str) -> None:
    assert number(x, precision) == text


def test_what_cannot_be_seen_is_escaped() -> None:
    assert visible("a\x00b\nc\u202ed\ud800\ufffe\xa0") == r"a\x00b\nc\u202ed\ud800\ufffe\xa0"
    assert visible("né 中文 👩‍👩‍👧 <b>") == "né 中文 👩‍👩‍👧 <b>"
    assert visible("x" * 100, 10) == "x" * 9 + "…"
