"""From a wrong number to the thought behind it: the known slips are tried until one gives that very number."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .exact import agree
from .operations import Slip
from .running import Failure

DIGITS = "only the first digits are right: numbers of 32 bits, a series cut short, or a slope from a small step"
NEARLY = 1e-2  # relative: a slope that is right in its first digits alone comes from a small step, or from float32
NAMES: dict[str, Any] = {name: getattr(math, name) for name in ("exp", "log", "log2", "log10", "tanh", "sin", "cos")}

# What an exception says, and what it usually comes from.
ERRORS = (
    ("'NoneType' object is not callable", "_backward() with parentheses calls it at once: keep the function itself"),
    ("'NoneType' object has no attribute", "a method gave nothing back: its `return out` is missing"),
    ("NoneType' and 'float'", "a gradient starts as None: it must start as 0.0, for it is added to"),
    ("'float' object has no attribute", "a plain number has no .data: make it a node first, if it is none"),
    ("'int' object has no attribute", "a plain number has no .data: make it a node first, if it is none"),
    ("unhashable", "a class that defines __eq__ loses its __hash__: nodes can then stand in no set and no dict"),
    ("math domain error", "a function of math was asked outside of its domain: a power by way of logarithms, perhaps"),
    (
        "ZeroDivisionError",
        "it divides by a number that may be 0: the slope of x ** n is n * x ** (n - 1), not n * out / x",
    ),
    ("must be a real number, not complex", "a negative number to a power that is not whole is complex"),
    ("can't set attribute", "data and grad must be open to writing: a step of training is w.data -= rate * w.grad"),
    ("has no setter", "data and grad must be open to writing: a step of training is w.data -= rate * w.grad"),
)


def of_failure(failure: Failure) -> str:
    """What an exception usually comes from."""
    if failure.kind == "endless":
        return f"it did not come to an end ({failure.text}): a loop whose end is never reached, or far too many paths"
    if failure.kind == "recursion":
        return "it calls itself without end: what should stop it is missing, or an operator is written with itself"
    known = [thought for part, thought in ERRORS if part in failure.text]
    return f"{failure.text}: {known[0]}" if known else failure.text


def of_value(slips: Sequence[Slip], point: Mapping[str, float], got: float, wanted: float) -> str:
    """Why a value is wrong."""
    for slip in slips:
        if any(agree(got, x) for x in _evaluated(slip.rule, point, got)):
            return slip.thought
    if math.isclose(got, wanted, rel_tol=NEARLY):
        return DIGITS
    if got in point.values():
        return "the operand's own number came back"
    return "the arithmetic of this line is another one"


def pattern(got: Mapping[str, float], wanted: Mapping[str, float], out: float) -> str:
    """What wrong slopes have in common, whatever the operation: "zero", "negative", "out", "half", or nothing known."""
    pairs = [(got[name], wanted[name]) for name in wanted]
    if all(g == 0.0 for g, _ in pairs):
        return "zero"
    if all(agree(g, -w) for g, w in pairs):
        return "negative"
    if all(agree(g, w * out) for g, w in pairs):
        return "out"
    if all(agree(g, 2.0 * w) for g, w in pairs):
        return "double"
    return ""


def of_slopes(
    slips: Sequence[Slip], point: Mapping[str, float], out: float, got: Mapping[str, float], wanted: Mapping[str, float]
) -> str:
    """Why the slopes of one operation are wrong."""
    for slip in slips:
        rule = _evaluated(slip.rule, point, out)
        if len(rule) == len(got) and all(agree(g, r) for g, r in zip(got.values(), rule, strict=True)):
            return slip.thought
    common = pattern(got, wanted, out)
    if common:
        return PATTERNS[common]
    wrong = [name for name in wanted if not agree(got[name], wanted[name])]
    if all(got[name] == 0.0 for name in wrong):
        return f"nothing is sent to {' and '.join(wrong)}: every operand that is a node gets its share"
    if all(math.isclose(got[name], wanted[name], rel_tol=NEARLY) for name in wrong):
        return DIGITS
    if len(got) == 2 and all(agree(g, w) for g, w in zip(got.values(), reversed(list(wanted.values())), strict=True)):
        return "the two operands' slopes are swapped"
    return "look at the local rule of this line, and try a small step by hand"


PATTERNS = {
    "zero": "nothing arrives: the rule must be kept on the result (out._backward, not self._backward), and what it "
    "hands on is out.grad times the slope, for self.grad is the operand's own",
    "negative": "the sign is turned: a share is added, +=, never taken away",
    "out": "it is multiplied by the result's number: what arrives is out.grad, and at the end that is 1",
    "double": "twice as much: a share is handed on two times",
}


def _evaluated(rule: str, point: Mapping[str, float], out: float) -> tuple[float, ...]:
    """A slip at a point; nothing where it has no value there."""
    try:
        value = eval(rule, {}, {**NAMES, **point, "out": out})
    except (ArithmeticError, ValueError):
        return ()
    values = value if isinstance(value, tuple) else (value,)
    return () if any(isinstance(x, complex) for x in values) else tuple(map(float, values))
