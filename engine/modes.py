"""Modes: ways to run the same arithmetic differently for a while.

`no_grad` computes without recording a graph; `detect_anomaly` stops at the first
node that turns nan or inf; `record_source` notes which line made a node. Each is a context manager, and a decorator; it holds
for the thread that entered it, and leaves no trace after an exception.
"""

from __future__ import annotations

import linecache
import sys
import threading
from contextlib import ContextDecorator
from typing import Any, ClassVar, NamedTuple

# One entry for every mode that is on in any thread. While it is empty an operator takes its fast
# path and asks nothing further; that is the whole price of having modes.
special: list[object] = []


class _State(threading.local):
    recording = True
    anomaly = False
    sources = False


state = _State()


class _Mode(ContextDecorator):
    _field: ClassVar[str]
    _value: ClassVar[bool]

    def __init__(self) -> None:
        self._before: list[bool] = []

    def _recreate_cm(self) -> Any:  # a decorated function gets a fresh mode at every call
        return type(self)()

    def __enter__(self) -> None:
        self._before.append(getattr(state, self._field))
        special.append(self)
        setattr(state, self._field, self._value)

    def __exit__(self, *exception: object) -> None:
        setattr(state, self._field, self._before.pop())
        special.remove(self)


class no_grad(_Mode):
    """Compute values without recording a graph: results are leaves, nothing keeps their parents.

    >>> from chalkgrad.engine import Value, no_grad
    >>> with no_grad():
    ...     y = Value(3.0) * 2
    >>> y.parents
    ()
    """

    _field, _value = "recording", False


class enable_grad(_Mode):
    """Record a graph again, inside `no_grad`."""

    _field, _value = "recording", True


class detect_anomaly(_Mode):
    """Raise `AnomalyError` at the first node, forward or backward, that turns nan or inf.

    >>> from chalkgrad.engine import Value, detect_anomaly
    >>> with detect_anomaly():
    ...     y = Value(2.0, label="x") - 3
    ...     z = y.log()
    Traceback (most recent call last):
    chalkgrad.engine.errors.AnomalyError: forward: log(x - 3) is nan, from operand -1
    """

    _field, _value = "anomaly", True


class Source(NamedTuple):
    """A line of the user's code: a file (or notebook cell), the line's number, its text."""

    file: str
    line: int
    text: str


class record_source(_Mode):
    """Note for every node the line of the user's own file or cell that made it, as `node.source`.

    Off by default: it makes an operator about fifteen times slower, a leaf twelve times.

        with record_source():
            y = Value(3.0) * 2
        y.source.text        # 'y = Value(3.0) * 2'
    """

    _field, _value = "sources", True


def caller() -> Source:
    """The line outside chalkgrad that is being run."""
    package = __name__.rpartition(".")[0].rpartition(".")[0] + "."
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(package):
        frame = frame.f_back
    file, line = frame.f_code.co_filename, frame.f_lineno
    return Source(file, line, linecache.getline(file, line, frame.f_globals).strip())
