"""Notation: how an op, a label and a whole run are written as plain text, in messages, tapes and traces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from . import floats

Row = dict[str, Any]


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


def printable(label: str) -> str:
    """A label on one line of a terminal: what would move the cursor or hide stands as its escape."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in label)


# Which part of a run each kind of event belongs to.
PHASES: dict[str, str] = {
    "compute": "forward", "loss": "forward", "zero": "backward", "seed": "backward",
    "contribute": "backward", "accumulate": "backward", "update": "update",
}  # fmt: skip


def phase(event: Row) -> str:
    """Which part of a run an event belongs to: forward, backward or update."""
    return PHASES[event["kind"]]


def narrated(nodes: Sequence[Row], events: Sequence[Row]) -> str:
    """One line for each event, under the name of its pass."""
    lines = []
    current = ""
    width = len(str(len(events)))
    writers = _writers(nodes)
    for i, event in enumerate(events):
        if phase(event) != current:
            current = phase(event)
            lines.append(current)
        lines.append(f"  {i + 1:{width}}  {writers[event['kind']](event)}")
    return "\n".join(lines)


def _writers(nodes: Sequence[Row]) -> dict[str, Callable[[Row], str]]:
    """For each kind of event, how it is written."""
    names: list[str] = [printable(row["name"]) for row in nodes]
    root = names[-1]
    num = floats.text

    def d(i: int) -> str:
        return f"∂{root}/∂{names[i]}"

    def written(i: int, operands: Sequence[str]) -> str:
        return formula(nodes[i]["symbol"], operands, nodes[i]["params"])

    def compute(e: Row) -> str:
        symbols = written(e["node"], [names[p] for p in nodes[e["node"]]["parents"]])
        numbers = written(e["node"], [num(x) for x in e["inputs"]])
        return f"{names[e['node']]} = {symbols} = {numbers} = {num(e['value'])}"

    def contribute(e: Row) -> str:
        parents = nodes[e["node"]]["parents"]
        twice = parents.count(e["parent"]) > 1
        place = f" ({('left', 'right')[e['operand']] if len(parents) == 2 else e['operand'] + 1})" if twice else ""
        sign, total = (" =", "") if e["before"] is None else ("+=", f", in all {num(e['after'])}")
        local = f"∂{names[e['node']]}/∂{names[e['parent']]}{place}"
        return (
            f"{d(e['parent'])} {sign} {d(e['node'])} · {local} = "
            f"{num(e['upstream'])} · {num(e['local'])} = {num(e['contribution'])}{total}"
        )

    def accumulate(e: Row) -> str:
        return f"{names[e['node']]}.grad += {num(e['contribution'])}: it held {num(e['before'])}, now {num(e['after'])}"

    def zero(e: Row) -> str:
        before = "there was none" if e["before"] is None else f"it was {num(e['before'])}"
        return f"{names[e['node']]}.grad is cleared ({before})"

    def update(e: Row) -> str:
        return (
            f"{names[e['node']]}: {num(e['before'])} becomes {num(e['after'])} "
            f"(gradient {num(e['grad'])}, learning rate {num(e['rate'])})"
        )

    return {
        "compute": compute, "contribute": contribute, "accumulate": accumulate, "zero": zero, "update": update,
        "loss": lambda e: f"the loss {names[e['node']]} is {num(e['value'])}",
        "seed": lambda e: f"{d(e['node'])} = {num(e['value'])}",
    }  # fmt: skip
