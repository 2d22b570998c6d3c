"""Running a few lines on a student's class, which may do anything: raise, recurse, or never come back.

What it raises is caught and told with the student's own line. The lines of Python that run are counted, and after
`MOST` of them it is stopped: so that the verdict is the same on a slow machine as on a fast one.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from types import FrameType
from typing import Any

from ...engine import ChalkgradError
from ...engine.floats import as_float
from .exact import Exact, slopes

MOST = 200_000  # lines of the student's Python in one run
DEEPEST = 1000  # calls in each other, Python's own limit; where it was raised, endless recursion would end the process
OURS = "<check>"  # the file name of the lines that are tried


class Stopped(BaseException):
    """The student's code ran for too long; no Exception, so that no `except Exception` of theirs catches it."""


@dataclass(frozen=True)
class Failure:
    """What a student's class did in place of giving a number.

    Attributes:
        kind: "error", "recursion" (too deep) or "endless" (stopped).
        text: the message of the exception, with its name.
        line: where in the student's code, as `line 12: return Value(...)`; empty if it is not theirs.
        error: the exception itself.
    """

    kind: str
    text: str
    line: str = ""
    error: BaseException | None = None


@dataclass(frozen=True)
class Line:
    """A few lines of arithmetic, with a number for each name that is given.

    Attributes:
        text: statements, `;` between, of which the last names the result: `b = a + a; c = b + b`.
        numbers: of the names that are given.
        short: the text as it is shown, where it is long.
    """

    text: str
    numbers: Mapping[str, float]
    short: str = ""

    @property
    def root(self) -> str:
        """The name of the result."""
        return self.text.rsplit(";", 1)[-1].split("=", 1)[0].strip()

    def shown(self, kind: str, *more: str) -> str:
        """The lines as one types them, with the name of the class."""
        given = "; ".join(f"{name} = {kind}({x:g})" for name, x in self.numbers.items())
        return "\n".join([given, self.short or self.text, *more])

    def wanted(self) -> tuple[float, dict[str, float]]:
        """The exact value, and the slope by each name."""

        def run(**names: Exact) -> Exact:
            exec(self.text, {}, names)
            return names[self.root]

        return slopes(run, dict(self.numbers))


@dataclass
class Run:
    """What came of a line on a student's class.

    Attributes:
        nodes: what stands under each name, those given and those computed.
        grads: the gradient of each node that was given, and of the result, after a backward pass; None on a node
            counts as 0, for nothing has come.
        failure: what went wrong on the way; the rest is then not there.
    """

    nodes: dict[str, Any] = field(default_factory=dict)
    grads: dict[str, float] = field(default_factory=dict)
    failure: Failure | None = None


def run(make: Callable[[float], Any], line: Line, *, backward: bool = False, most: int = MOST) -> Run:
    """Run a line on nodes of a student's class; and the backward pass from its result."""
    done = Run()

    def act() -> None:
        done.nodes = {name: make(x) for name, x in line.numbers.items()}
        exec(compile(line.text, OURS, "exec"), {}, done.nodes)
        if backward:
            done.nodes[line.root].backward()
            done.grads = {name: grad_of(done.nodes[name], name) for name in (*line.numbers, line.root)}

    done.failure = attempt(act, most)
    return done


def grad_of(node: Any, name: str) -> float:
    """The gradient of a node; None counts as 0, for nothing has come."""
    grad = node.grad
    return 0.0 if grad is None else as_float(grad, f"{name}.grad")


def attempt(act: Callable[[], object], most: int = MOST) -> Failure | None:
    """Do something with a student's class, and give what went wrong, if anything did. What it prints is not shown."""
    try:
        with redirect_stdout(StringIO()), _guard(most):
            act()
    except Stopped as stop:
        return Failure("endless", f"stopped after {most:,} lines", "", stop)
    except RecursionError as error:
        return Failure("recursion", _told(error), where(error), error)
    except (Exception, SystemExit) as error:  # whatever a student's class may raise: it is told, with their line
        return Failure("error", _told(error), where(error), error)
    return None


@contextmanager
def _guard(most: int) -> Iterator[None]:
    """Stop after so many lines, or so many calls in each other, whatever the limit was set to.

    A debugger or a recorder that was tracing goes on afterwards.
    """
    before, limit = sys.gettrace(), sys.getrecursionlimit()
    left = most

    def count(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Stopped
        return count

    sys.setrecursionlimit(_depth() + DEEPEST)
    sys.settrace(count)
    try:
        yield
    finally:
        sys.settrace(before)
        sys.setrecursionlimit(limit)


def _depth() -> int:
    """How many calls stand in each other here."""
    frame, depth = sys._getframe(), 1
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


def where(error: BaseException) -> str:
    """The student's line that an exception came from: the innermost that is neither ours nor a library's."""
    told = ""
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not _is_ours(trace.tb_frame) and name != OURS:
            code = linecache.getline(name, trace.tb_lineno).strip()
            told = f"line {trace.tb_lineno}, in {trace.tb_frame.f_code.co_name}" + (f": {code}" if code else "")
        trace = trace.tb_next
    return told


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith(__name__.rpartition(".")[0])


def _told(error: BaseException) -> str:
    if isinstance(error, ChalkgradError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
