"""What the judge says: what is right, what is not there yet, and each fault with the lines that show it."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from ...engine.floats import text

WIDTH = 100
POWER = re.compile(r"a \*\* [-\d.]+")  # whoever lacks one lacks them all
MARKS = {"right": "✓", "wrong": "✗"}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        name: what it is, with its operation where it is one operation's: `a * b: slope`, `assign`.
        where: forward, local rule, accumulation, order, zeroing, or what else it belongs to.
        lines: the smallest lines that show it, to be run on the class.
        what: the number that was looked at: `a.grad`.
        got, wanted: that number, and what it should be; None where no number came.
        thought: the likely line of thought behind it.
        line: the student's own line, where an exception told it.
        at: the operations that show it.
    """

    name: str
    where: str
    lines: str
    what: str
    got: float | None
    wanted: float | None
    thought: str
    line: str = ""
    at: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = [textwrap.indent(self.lines, "    ")]
        if self.got is not None and self.wanted is not None:
            got, wanted = _apart(self.got, self.wanted)
            told.append(f"{self.what} is {got} and should be {wanted}.")
        elif self.wanted is not None:
            told.append(f"{self.what} should be {text(self.wanted)}.")
        if self.line:
            told.append(f"In your code: {self.line}")
        told.append(_sentence(self.thought))
        title = f"{self.where}, {self.name}" if self.where != self.name else self.name
        return "\n".join([title, *("\n".join(textwrap.wrap(t, WIDTH)) if "\n" not in t else t for t in told)])


@dataclass(frozen=True)
class Note:
    """Something to know that is no fault: many good engines do the same.

    Attributes:
        name: what it is.
        about: it, in a sentence or two.
    """

    name: str
    about: str


@dataclass
class Judgement:
    """What the judge found. Printing it tells the first fault in full, and the others by name.

    Attributes:
        kind: the name of the class.
        stage: what it was judged on.
        operations: for each operation "right", "wrong" or "missing".
        faults: what is wrong, the one to look at first in front.
        missing: what the class does not have yet.
        needed: what of that it should have by this stage.
        notes: what is worth knowing.
    """

    kind: str
    stage: str
    operations: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    needed: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong, and all is there that should be by this stage."""
        return not self.faults and not self.needed

    def __str__(self) -> str:
        parts = [self._summary(), self._table()]
        if self.needed:
            parts.append("Not there yet, and needed by now: " + ", ".join(self.needed))
        rest = list(dict.fromkeys(POWER.sub("a ** n", name) for name in self.missing if name not in self.needed))
        if rest:
            parts.append("Not there yet: " + ", ".join(rest))
        if self.faults:
            parts.append(f"Look here first: {self.faults[0]}")
        if len(self.faults) > 1:
            parts.append("Then: " + "; ".join(fault.name for fault in self.faults[1:]))
        parts += [f"Good to know ({note.name}): {note.about}" for note in self.notes]
        return "\n\n".join("\n".join(_wrapped(part)) for part in parts if part)

    __repr__ = __str__

    def __bool__(self) -> bool:
        return self.ok

    def _repr_html_(self) -> str:
        """The same for a notebook."""
        colour = "#1a7f37" if self.ok else "#b42318" if self.faults else "#57606a"
        text = html.escape(str(self))
        return (
            f'<div role="status" style="border-left:4px solid {colour};padding:.3em .8em">'
            f'<pre style="white-space:pre-wrap">{text}</pre></div>'
        )

    def _summary(self) -> str:
        count = len(self.faults)
        if self.ok:
            return f"{self.kind}: all that was asked is right ({self.stage})."
        if not count:
            return f"{self.kind}: nothing is wrong so far ({self.stage})."
        return f"{self.kind}: {count} fault{'s' * (count > 1)} ({self.stage})."

    def _table(self) -> str:
        cells = [f"{MARKS[state]} {name}" for name, state in self.operations.items() if state != "missing"]
        return "\n".join("   ".join(cell.ljust(13) for cell in row).rstrip() for row in _rows(cells, 5))


def _rows(cells: Sequence[str], width: int) -> list[Sequence[str]]:
    return [cells[i : i + width] for i in range(0, len(cells), width)]


def _wrapped(part: str) -> list[str]:
    return [part] if "\n" in part else textwrap.wrap(part, WIDTH)


def _apart(a: float, b: float) -> tuple[str, str]:
    """Two numbers with as many digits as tell them apart."""
    digits = next((n for n in (6, 9, 12) if text(a, n) != text(b, n)), 17)
    return text(a, digits), text(b, digits)


def _sentence(thought: str) -> str:
    return f"{thought[:1].upper()}{thought[1:]}." if thought and not thought.endswith(".") else thought
