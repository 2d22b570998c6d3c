"""Formulas: what is fenced and what is not, what a person would leave out, and each part once."""

from __future__ import annotations

import math

import pytest

from chalkgrad.engine import ops, tanh
from chalkgrad.engine.notation import atom
from chalkgrad.engine.symbols import Symbol, fold, latex, postorder, rule, simplified

x, y, z = Symbol("x"), Symbol("y"), Symbol("z")

WRITTEN = [
    (x + y + z, "(x + y) + z", r"x + y + z"),
    (x + (y + z), "x + (y + z)", r"x + (y + z)"),
    (x - (y - z), "x - (y - z)", r"x - (y - z)"),
    ((x - y) - z, "(x - y) - z", r"x - y - z"),
    ((x + y) * z, "(x + y) * z", r"(x + y) \cdot z"),
    (x * y + z, "(x * y) + z", r"x \cdot y + z"),
    (x * y * z, "(x * y) * z", r"x \cdot y \cdot z"),
    (x * (y * z), "x * (y * z)", r"x \cdot (y \cdot z)"),
    (-(x + y), "-(x + y)", r"-(x + y)"),
    (-x.__neg__(), "-(-x)", r"-(-x)"),
    (-(x * y), "-(x * y)", r"-x \cdot y"),
    (-tanh(x), "-tanh(x)", r"-\tanh x"),
    (x * -y, "x * (-y)", r"x \cdot (-y)"),
    ((x + y) / z, "(x + y) / z", r"\frac{x + y}{z}"),
    (1.0 / (2.0 - x), "1 / (2 - x)", r"\frac{1}{2 - x}"),
    ((x * y) ** z, "(x * y) ** z", r"(x \cdot y)^{z}"),
    (x ** (y + z), "x ** (y + z)", r"x^{y + z}"),
    (2.0**x, "2 ** x", r"2^{x}"),
    (Symbol(-2.0) ** x, "(-2) ** x", r"(-2)^{x}"),
    (x + -2.0, "x + (-2)", r"x + (-2)"),
    (x - 0.0, "x - 0", r"x - 0"),
    (tanh(x + y), "tanh(x + y)", r"\tanh (x + y)"),
    (ops.sin(ops.cos(x)), "sin(cos(x))", r"\sin (\cos x)"),
    (ops.sigmoid(x + y), "sigmoid(x + y)", r"\sigma(x + y)"),
    (ops.sqrt(x + y), "sqrt(x + y)", r"\sqrt{x + y}"),
    (ops.exp(x + y), "exp(x + y)", r"e^{x + y}"),
    (ops.log(Symbol(0.0)), "log(0)", r"\ln 0"),
    (ops.sin(x) * y, "sin(x) * y", r"\sin x \cdot y"),
    (ops.gt(x + y, z) * z, "((x + y) > z) * z", r"[x + y > z] \cdot z"),
    (ops.power(2.0)(-x), "(-x)**2", r"(-x)^{2}"),
    (x * math.inf, "x * inf", r"x \cdot \infty"),
    (x * -math.inf, "x * (-inf)", r"x \cdot (-\infty)"),
]


@pytest.mark.parametrize(("formula", "text", "tex"), WRITTEN, ids=[text for _, text, _ in WRITTEN])
def test_how_a_formula_is_written(formula: Symbol, text: str, tex: str) -> None:
    assert str(formula) == text and repr(formula) == f"<symbol {text}>"
    assert latex(formula) == tex


def test_names_may_be_written_otherwise() -> None:
    assert latex(x * y, {"x": r"\alpha"}) == r"\alpha \cdot y"


@pytest.mark.parametrize(
    ("op", "names", "formulas"),
    [
        (ops.power(0.0), ["x"], ["0"]),
        (ops.power(1.0), ["x"], ["1"]),
        (ops.power(2.0), ["x"], ["2 * x"]),
        (ops.power(3.0), ["x"], ["3 * (x**2)"]),
        (ops.log, ["x"], ["1 / x"]),
        (ops.div, ["x", "y"], ["1 / y", "-(out / y)"]),
    ],
)
def test_a_rule_as_a_person_writes_it(op: ops.Op, names: list[str], formulas: list[str]) -> None:
    assert [str(simplified(formula)) for formula in rule(op, names)] == formulas


def test_what_is_left_out_and_what_stays() -> None:
    assert simplified(1.0 * x) is simplified(x * 1.0) is x
    assert str(simplified(0.0 * x)) == "0 * x" and str(simplified(2.0 * x)) == "2 * x"
    assert str(simplified(ops.where(x, y, z))) == "where(x, y, z)"
    assert str(simplified(ops.where(x, y, 0.0))) == "where(x, y, 0)"
    assert str(simplified(ops.where(x, math.nan, y))) == "where(x, nan, y)"
    assert simplified(ops.where(x, y, math.nan)) is y


def test_every_part_once_operands_first() -> None:
    shared = x + y
    order = postorder([shared * shared, shared])
    assert [str(part) for part in order] == ["x", "y", "x + y", "(x + y) * (x + y)"]
    assert fold(shared * shared, lambda leaf: 1, lambda op, sizes: sum(sizes) + 1) == 7
    doubled = x
    for _ in range(60):
        doubled = doubled + doubled
    assert len(postorder([doubled])) == 61


def test_numbers_are_told_from_names_and_ops() -> None:
    assert [Symbol(1.0).is_number, x.is_number, (x + 1.0).is_number] == [True, False, False]


@pytest.mark.parametrize("text", ["x", "2.5", "tanh(x)", "tanh(x + y)", "max(f(x), y * z)"])
def test_a_name_a_number_or_a_call_holds_together(text: str) -> None:
    assert atom(text) == text


@pytest.mark.parametrize("text", ["x + y", "x*y", "-x", "tanh(x) * y", "f(g(x)) + 1", "f(x) + (y)"])
def test_anything_else_is_put_in_parentheses(text: str) -> None:
    assert atom(text) == f"({text})"
