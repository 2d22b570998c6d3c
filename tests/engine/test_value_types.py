"""What a type checker makes of values: which calls give which type, and that a misspelt name does not pass."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from support.typecheck import typecheck

from chalkgrad import engine

pytest.importorskip("mypy")

VALUE = "chalkgrad.engine.value.Value"
START = "from chalkgrad.engine import *\nv = Value(2.0)"
VALUES = [
    "v.relu()", "relu(v)", "-v", "abs(v)", "v + 1", "1 - v", "v * v", "2 ** v", "v ** 2", "v.where(v, 1.0)",
    "maximum(v, 2.0)", "maximum(2.0, v)", "v.maximum(2.0)", "leaky_relu(v)", "v.leaky_relu(0.1)", "clamp(v, 0.0, 1.0)",
    "softmax([v, v])[0]", "v.parents[0]", "grad(v, v, create_graph=True)",
]  # fmt: skip
FLOATS = ["relu(0.5)", "maximum(1, 2)", "leaky_relu(0.5)", "softmax([0.5])[0]", "v.data", "v.grad", "grad(v, v)"]
FACE = "from chalkgrad import Value, MLP, fit, draw, step, trace, compile, relu\nv = Value(2.0)"


def revealed(start: str, expressions: Iterable[str]) -> dict[str, str]:
    """The type of each expression; there is no complaint about any."""
    lines = typecheck("\n".join([start, *(f"reveal_type({expression})" for expression in expressions)]))
    types = [re.sub(r'^\d+: note: Revealed type is "(.*)"$', r"\1", line) for line in lines]
    return dict(zip(expressions, types, strict=True))


def test_what_is_computed_from_a_value_is_a_value() -> None:
    assert revealed(START, VALUES) == dict.fromkeys(VALUES, VALUE)


def test_what_is_computed_from_numbers_is_a_number() -> None:
    assert revealed(START, FLOATS) == dict.fromkeys(FLOATS, "float")


def test_what_the_package_itself_offers_is_seen_with_its_types() -> None:
    types = {
        "Value(2.0)": VALUE,
        "relu(v)": VALUE,
        "MLP(2, [1])": "chalkgrad.nn.layers.MLP",
        "draw(v)": "chalkgrad.viz.graph.drawing.Drawing",
        "step(v)": "chalkgrad.viz.player.player.Player",
        "trace(v)": "chalkgrad.engine.tracing.Trace",
        "compile(v, [])": "chalkgrad.engine.compiler.program.Program",
    }
    assert revealed(FACE, types) == types
    assert "-> chalkgrad.nn.history.History" in revealed(FACE, ["fit"])["fit"]


def test_every_public_name_is_seen() -> None:
    names = sorted(engine.__all__)  # type: ignore[attr-defined]
    assert {"relu", "tanh", "maximum", "where", "softmax"} < set(names)
    assert typecheck("\n".join(["from chalkgrad import engine", *(f"engine.{name}" for name in names)])) == []
    assert typecheck("\n".join(["from chalkgrad.engine import *", *names])) == []
    assert typecheck(f"from chalkgrad.engine import {', '.join(names)}, compile, abs, pow") == []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("v.tanhh()", '3: error: "Value" has no attribute "tanhh"'),
        ("v.dta", '3: error: "Value" has no attribute "dta"'),
        ("v.dta = 1.0", '3: error: "Value" has no attribute "dta"'),
        ("v.relu(2.0)", "3: error: Too many arguments"),
        ("engine.tanhh(v)", '3: error: Module has no attribute "tanhh"'),
        ("engine.relu('0.5')", "3: error: No overload variant"),
    ],
)
def test_slips_are_seen(line: str, complaint: str) -> None:
    lines = typecheck(f"from chalkgrad import Value, engine\nv = Value(2.0)\n{line}")
    (error,) = (each for each in lines if ": error: " in each)
    assert error.startswith(complaint)
