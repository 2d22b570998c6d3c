"""A run told in words: the text of a trace, one line an event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from . import floats
from .notation import formula, places, ratio

Row = dict[str, Any]


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
        wrong = f": ✗ wrong, it should be {floats.text(event['should'])}" if event.get("wrong") else ""
        lines.append(f"  {i + 1:{width}}  {writers[event['kind']](event)}{wrong}")
    return "\n".join(lines)


def _writers(nodes: Sequence[Row]) -> dict[str, Callable[[Row], str]]:
    """For each kind of event, how it is written."""
    names: list[str] = [printable(row["name"]) for row in nodes]
    root = names[-1]
    num = floats.text
    place = places([row["parents"] for row in nodes])

    def d(i: int) -> str:
        return ratio(root, names[i])

    def written(i: int, operands: Sequence[str]) -> str:
        return formula(nodes[i]["symbol"], operands, nodes[i]["params"])

    def compute(e: Row) -> str:
        symbols = written(e["node"], [names[p] for p in nodes[e["node"]]["parents"]])
        numbers = written(e["node"], [num(x) for x in e["inputs"]])
        return f"{names[e['node']]} = {symbols} = {numbers} = {num(e['value'])}"

    def contribute(e: Row) -> str:
        sign, total = (" =", "") if e["before"] is None else ("+=", f", in all {num(e['after'])}")
        local = ratio(names[e["node"]], names[e["parent"]], place(e["node"], e["operand"]))
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
