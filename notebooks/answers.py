"""An answer and what it is compared by.

A right answer is right in any form: 0.5, "1/2", `Fraction(1, 2)`, a `Value` that holds it, a list or a tuple.
So an answer is first brought into a plain form. An *example* is an expression in which `answer` stands for what
was given, such as `answer(2.0, -3.0)`; two answers are the same if they give the same on every example.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from ..engine import Value

__all__ = ["BLANK", "is_blank", "plain", "same", "shown"]

BLANK = Ellipsis  # what stands in an exercise where the answer goes
MINUS = str.maketrans("−–", "--")  # as printed, and as typed


def is_blank(answer: Any) -> bool:
    """Whether nothing was answered: the three dots of the exercise, nothing at all, or an empty text."""
    return answer is BLANK or answer is None or (isinstance(answer, str) and not answer.strip(" .…"))


def plain(answer: Any) -> Any:
    """An answer in the form in which it is compared: floats, truths, texts in small letters, tuples of these.

    >>> plain([Value(2.0), "1/2", True]), plain(" ReLU ")
    ((2.0, 0.5, True), 'relu')
    """
    if isinstance(answer, Value):
        return answer.data
    if isinstance(answer, bool):
        return answer
    if isinstance(answer, str):
        return _read(answer)
    if isinstance(answer, dict):
        return tuple(sorted((str(plain(key)), plain(content)) for key, content in answer.items()))
    if isinstance(answer, numbers.Real):
        return float(answer)
    if callable(getattr(answer, "tolist", None)):  # an array, or one number of it
        return plain(answer.tolist())
    if isinstance(answer, Iterable):
        parts = tuple(plain(part) for part in answer)
        return tuple(sorted(parts, key=repr)) if isinstance(answer, (set, frozenset)) else parts
    return answer


def _read(text: str) -> float | str:
    tidy = " ".join(text.translate(MINUS).strip().rstrip(".").casefold().split())
    try:
        return float(Fraction(tidy.replace(" ", "")))
    except (ValueError, ZeroDivisionError):
        return tidy


def same(one: Any, other: Any, decimals: int | None = None) -> bool:
    """Whether two plain answers are the same; numbers up to rounding, or up to that of so many decimals."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(same(a, b, decimals) for a, b in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, float):
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        wide = 1e-12 if decimals is None else 0.5000001 * 10.0**-decimals
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=wide)
    return type(one) is type(other) and bool(one == other)


def shown(answer: Any) -> str:
    """An answer as a message names it.

    >>> shown(Value(2.0)), shown([0.1 + 0.2, 3.0])
    ('2', '(0.3, 3)')
    """
    made = plain(answer)
    if isinstance(made, tuple):
        return f"({', '.join(map(shown, made))})"
    if isinstance(made, float):
        return f"{made:.6g}"
    return repr(made) if not isinstance(made, bool) else str(made)
