"""What another engine's backward wrote, beside what it should be.

Going back from the root, the first gradient that differs is where the fault shows: all
that flowed into it was still right. From its number the likely fault is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from ..engine.floats import text
from ..engine.narration import printable
from ..engine.tracing import Trace
from .foreign import Adopted, is_near


@dataclass(frozen=True)
class Comparison:
    """Two backward passes over one graph. Printing it tells the first difference.

    Attributes:
        names: of the nodes, in topological order.
        wrote: what the other engine left on each node; None for nothing.
        should: what is right; None where it cannot be known.
        first: the first node, going back from the root, where they differ; None if they agree.
        reason: what the number at the first difference betrays.
        unknown: for the nodes whose slopes cannot be known, why.
    """

    names: tuple[str, ...]
    wrote: tuple[float | None, ...]
    should: tuple[float | None, ...]
    first: int | None
    reason: str
    unknown: tuple[str, ...]

    @property
    def differing(self) -> list[int]:
        """The nodes where they differ."""
        return [i for i in range(len(self.names)) if _differs(self.wrote[i], self.should[i])]

    def __str__(self) -> str:
        if self.first is None:
            known = sum(1 for s in self.should if s is not None)
            told = f"All {known} gradients that can be checked are right." if known else "No gradient can be checked."
        else:
            wrote, should = self.wrote[self.first], self.should[self.first]
            told = (
                f"Going back from the root, the first difference is at {self.names[self.first]}: this engine wrote "
                f"{'nothing' if wrote is None else text(wrote)}, it should be {text(should or 0.0)}."
            )
        return " ".join([told, *([self.reason] if self.reason else []), *self.unknown])


def compared(run: Trace, adopted: Adopted) -> Comparison:
    """Compare what an engine left on its nodes with the trace of the same graph."""
    names = tuple(printable(row["name"]) for row in run.nodes)
    wrote = tuple(adopted.wrote.get(id(node)) for node in run.values)
    should = _known(run, [id(node) in adopted.unknown for node in run.values])
    differing = [i for i in reversed(range(len(names))) if _differs(wrote[i], should[i])]
    first = differing[0] if differing else None
    unknown = tuple(
        f"At {names[i]} nothing is passed back: {adopted.unknown[id(node)]}."
        for i, node in enumerate(run.values)
        if id(node) in adopted.unknown
    )
    return Comparison(names, wrote, should, first, "" if first is None else _reason(run, first, wrote), unknown)


def _differs(wrote: float | None, should: float | None) -> bool:
    return should is not None and not is_near(wrote or 0.0, should)


def _known(run: Trace, is_opaque: Sequence[bool]) -> tuple[float | None, ...]:
    """The right gradients; None for what lies below a node whose slopes are not known."""
    below = list(is_opaque)
    known: list[float | None] = [run.gradients.get(i, 0.0) for i in range(len(run.nodes))]
    for i in reversed(range(len(run.nodes))):
        for p in run.nodes[i]["parents"]:
            if below[i]:
                below[p] = True
                known[p] = None
        if run.values[i].is_constant:
            known[i] = None
    return tuple(known)


def _reason(run: Trace, first: int, wrote: Sequence[float | None]) -> str:
    """What the number at the first difference betrays; all above it is right."""
    number = wrote[first] or 0.0
    if all(not grad for grad in wrote):
        return "All gradients are 0: backward was not called, or the root was not seeded with 1."
    if first == len(run.nodes) - 1:
        return "The root changes as fast as itself: its gradient is set to 1 before the walk begins."
    shares = [e for e in run.events if e["kind"] == "contribute" and e["parent"] == first]
    sent = [share["contribution"] for share in shares]
    if len(shares) > 1 and number and any(is_near(number, share) for share in sent):
        return "That is one of its paths alone: = stands where += should."
    times = number / sum(sent) if sum(sent) else 0.0
    if times > 1.0 and is_near(times, round(times)):
        return f"That is {round(times)} times as much: backward ran twice, or the gradients were not cleared."
    if len(shares) == 1:
        return _reason_of_share(run, shares[0], number)
    return "Each of its paths is right above it: look at what its users send."


def _reason_of_share(run: Trace, share: dict[str, Any], number: float) -> str:
    user, local, upstream = share["node"], share["local"], share["upstream"]
    name, symbol = printable(run.nodes[user]["name"]), run.nodes[user]["symbol"]
    arrived = [e["contribution"] for e in run.events if e["kind"] == "contribute" and e["parent"] == user]
    early = [*arrived, *accumulate(arrived), *accumulate(reversed(arrived))]
    if len(arrived) > 1 and any(is_near(number, part * local) for part in [0.0, *early]):
        return f"{name} passed on before all of its own gradient had arrived: the order is not topological."
    used = f" and {text(number / upstream)} was used" if upstream else ""
    return f"{name} holds the right gradient, so the rule of {symbol} is at fault: its slope is {text(local)}{used}."
