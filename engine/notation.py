"""Notation: how an op applied to something is written as plain text, in messages, tapes and traces."""

from __future__ import annotations

from collections.abc import Sequence

from . import floats


def formula(symbol: str, operands: Sequence[str], params: Sequence[float] = ()) -> str:
    """An op, known by its symbol and its fixed numbers, applied to operands that are plain text already.

    >>> formula("+", ["a", "b"]), formula("**3", ["-2"], [3.0]), formula("clamp", ["x"], [0.0, 1.0])
    ('a + b', '(-2)**3', 'clamp(x, 0, 1)')
    """
    if symbol.isidentifier() or len(operands) > 2:
        return f"{symbol}({', '.join([*operands, *map(floats.text, params)])})"
    if len(operands) == 2:
        return f" {symbol} ".join(operands)
    (operand,) = operands
    return atom(operand) + symbol if params else symbol + atom(operand)


def atom(text: str) -> str:
    """A formula that holds together, for it is a name, a number or a call, as it is; any other in parentheses."""
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth == 0 and character in " *":
            return f"({text})"
    return f"({text})" if text.startswith("-") else text
