"""The bench: the class that is judged, and what has been found of it so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .exact import agree
from .operations import OPERATIONS, Operation
from .reasons import of_failure
from .running import MOST, Failure, Line, Run, run
from .verdict import Fault, Judgement, Note


@dataclass(frozen=True)
class Trial:
    """A line that was run on the class.

    Attributes:
        line: what was run.
        out: the exact value of its result.
        wanted: the exact slope by each name.
        got: the gradients that came; empty after a failure.
        failure: what went wrong in place of numbers.
        run: the nodes.
    """

    line: Line
    out: float
    wanted: Mapping[str, float]
    got: Mapping[str, float]
    failure: Failure | None
    run: Run

    @property
    def wrong(self) -> str | None:
        """The first name whose gradient is not right; None if all are."""
        return next((name for name in self.got if not agree(self.got[name], self.wanted[name])), None)

    @property
    def is_right(self) -> bool:
        """Whether every gradient is."""
        return self.failure is None and self.wrong is None


@dataclass
class Bench:
    """What is judged, and the judgement as it grows.

    Attributes:
        kind: the class.
        judgement: so far.
        is_usable: whether a node can be made at all.
    """

    kind: type[Any]
    judgement: Judgement
    is_usable: bool = True
    _states: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._states = self.judgement.operations

    @property
    def goes_on(self) -> bool:
        """Whether there is anything to judge further."""
        return self.is_usable

    def is_right(self, *names: str) -> bool:
        """Whether these operations are, as far as they have been judged."""
        return all(self._states.get(name) == "right" for name in names)

    def right(self) -> list[Operation]:
        """The operations that are, as far as they have been judged."""
        return [operation for operation in OPERATIONS if self.is_right(operation.text)]

    def mark(self, operation: Operation, state: str) -> None:
        """Note how it stands with an operation."""
        self._states[operation.text] = state
        if state == "missing":
            self.judgement.missing.append(operation.text)
            if operation.essential:
                self.judgement.needed.append(operation.text)

    def found(self, *names: str) -> bool:
        """Whether one of these faults has been found."""
        return any(fault.name in names for fault in self.judgement.faults)

    def try_line(self, line: Line, most: int = MOST) -> Trial:
        """Run a line forward and backward."""
        out, wanted = line.wanted()
        done = run(self.kind, line, backward=True, most=most)
        got = {} if done.failure else {name: done.grads[name] for name in line.numbers}
        return Trial(line, out, wanted, got, done.failure, done)

    def blame(self, trial: Trial, name: str, where: str, thought: str, at: tuple[str, ...] = ()) -> None:
        """Add the fault that a trial shows."""
        lines = trial.line.shown(self.kind.__name__, f"{trial.line.root}.backward()")
        wrong = trial.wrong
        if trial.failure is not None:
            self.add(fault_of(trial.failure, name, where, lines, thought, at))
        elif wrong is not None:
            got, wanted = trial.got[wrong], trial.wanted[wrong]
            self.add(Fault(name, where, lines, f"{wrong}.grad", got, wanted, thought, at=at))

    def add(self, fault: Fault) -> None:
        """Add a fault, once."""
        if not self.found(fault.name):
            self.judgement.faults.append(fault)

    def note(self, name: str, about: str) -> None:
        """Add something worth knowing."""
        self.judgement.notes.append(Note(name, about))


def fault_of(failure: Failure, name: str, where: str, lines: str, thought: str = "", at: tuple[str, ...] = ()) -> Fault:
    """The fault that an exception, or a run without end, shows."""
    return Fault(name, where, lines, "", None, None, thought or of_failure(failure), failure.line, at)
