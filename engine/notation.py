"""Notation: how an op applied to something, and a slope, are written as plain text, in messages, tapes and traces.

Slopes: ∂L/∂a, with the root L above, is a total. A local slope ∂c/∂b is written alike; where it would look like a
total, or where b stands in c more than once, the place of the operand follows a bar: ∂c/∂b|left.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

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
        if depth == 0 and character in " *·/":
            return f"({text})"
    return f"({text})" if text.startswith("-") else text


def ratio(top: str, bottom: str, place: str = "") -> str:
    """A derivative, of names or of formulas; of a local slope, where `places` says so, with its operand's place.

    >>> ratio("c", "b"), ratio("c", "a·b", "left")
    ('∂c/∂b', '∂c/∂(a·b)|left')
    """
    return f"∂{atom(top)}/∂{atom(bottom)}" + (f"|{place}" if place else "")


def places(parents: Sequence[Sequence[int]]) -> Callable[[int, int], str]:
    """For a node and the number of an operand its place, where the slope must name it; else nothing.

    Args:
        parents: of each node, in topological order.

    >>> place = places([(), (0, 0), (1, 0)])
    >>> place(1, 0), place(1, 1), place(2, 0), place(2, 1)
    ('left', 'right', '', 'right')
    """
    uses = Counter(parent for row in parents for parent in row)

    def place(node: int, operand: int) -> str:
        row = parents[node]
        is_twice = row.count(row[operand]) > 1
        is_like_total = node == len(parents) - 1 and uses[row[operand]] > 1
        if not is_twice and not is_like_total:
            return ""
        return ("left", "right")[operand] if len(row) == 2 else str(operand + 1)

    return place


# names for nodes that have none

SHORT = 16  # characters; a longer expression is no name
SUM, PRODUCT, POWER, WHOLE = range(1, 5)  # how strongly an expression holds together
INFIX = {"+": (" + ", SUM), "-": (" − ", SUM), "*": ("·", PRODUCT), "/": ("/", PRODUCT), "**": ("**", POWER)}
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
INSIDE = re.compile(r"^(?:[^\W\d][\w\[\]]*\.)+")  # what a name is inside of: `layer0.neuron1.`

Part = tuple[str, int]  # an expression, and how strongly it holds


def last_part(name: str) -> str:
    """A name without what it is inside of.

    >>> last_part("layer0.neuron1.w[0]"), last_part("n.x·0.5")
    ('w[0]', 'x·0.5')
    """
    return INSIDE.sub("", name, count=1)


def expressions(nodes: Sequence[Mapping[str, Any]]) -> list[str]:
    """For each node what it computes, if it has no name but `v12`, and this is short and no other node's; else nothing.

    The operands stand with the last parts of their names, or as dots where they are long. Like a leaf's label it
    says first what it is inside of: what the leaves in it are. The root has no dots.

    >>> def node(name, symbol="", *parents):
    ...     return {"name": name, "symbol": symbol, "params": [], "parents": parents}
    >>> inputs = [node("n.w"), node("x"), node("n.bias")]
    >>> expressions([*inputs, node("v3", "*", 0, 1), node("v4", "+", 3, 2), node("v5", "tanh", 4), node("y", "exp", 5)])
    ['', '', '', 'n.w·x', 'n.w·x + bias', 'n.tanh(w·x + bias)', '']
    """
    parts: list[Part] = []
    inside: list[str] = []
    anonymous = [bool(row["parents"]) and row["name"] == f"v{i}" for i, row in enumerate(nodes)]
    for row, is_anonymous in zip(nodes, anonymous, strict=True):
        parents = row["parents"]
        if is_anonymous:
            parts.append(_expression(row, [parts[p] for p in parents], [anonymous[p] for p in parents]))
            inside.append(max((inside[p] for p in parents), key=len))
        else:
            last = last_part(row["name"])
            parts.append((re.sub("^-", "−", last), WHOLE if atom(last) == last else 0))
            inside.append("" if parents else row["name"].removesuffix(last))
    made = [
        prefix + text if is_anonymous and len(text) <= SHORT else ""
        for (text, _), prefix, is_anonymous in zip(parts, inside, anonymous, strict=True)
    ]
    if "…" in made[-1]:
        made[-1] = ""  # the root is named in every line
    taken = Counter([*(row["name"] for row in nodes), *made])
    return [text if taken[text] == 1 else "" for text in made]


def _expression(row: Mapping[str, Any], operands: Sequence[Part], anonymous: Sequence[bool]) -> Part:
    """An op applied to expressions; where it is too long, with dots for the first that makes it short.

    What is too long even so will never be shown, nor what it is part of: only its start is kept. Whole, it would
    double with every `y = y + y`.
    """
    whole, strength = _applied(row, operands)
    dotted = (
        _applied(row, [*operands[:place], ("…", WHOLE), *operands[place + 1 :]])
        for place, may in enumerate(anonymous[:SHORT])  # of more operands nothing short can be made
        if may
    )
    cut = (whole[: SHORT + 1], strength)
    return next((part for part in (cut, *dotted) if len(part[0]) <= SHORT), cut)


def _applied(row: Mapping[str, Any], operands: Sequence[Part]) -> Part:
    symbol, params = row["symbol"], row["params"]

    def held(operand: Part, strength: int) -> str:
        return operand[0] if operand[1] >= strength else f"({operand[0]})"

    if symbol in INFIX and len(operands) == 2:
        sign, strength = INFIX[symbol]
        return f"{held(operands[0], strength)}{sign}{held(operands[1], strength + 1)}", strength
    if symbol == "-":
        return f"−{held(operands[0], PRODUCT)}", SUM
    if symbol.startswith("**") and len(operands) == 1:
        written = floats.text(params[0])
        is_whole = written.lstrip("-").isdecimal()
        power = written.translate(SUPERSCRIPTS) if is_whole else f"**{written}"
        return held(operands[0], WHOLE) + power, POWER
    text = formula(symbol, [text for text, _ in operands], params)
    return text, WHOLE if symbol.isidentifier() or len(operands) > 2 else 0
