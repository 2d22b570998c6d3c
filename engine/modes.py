"""Modes: ways to run the same arithmetic differently for a while.

`no_grad` computes without recording a graph; `detect_anomaly` stops at the first
node that turns nan or inf. Each is a context manager, and a decorator; it holds for
the thread or asyncio task that entered it, and leaves no trace after an exception.
"""

from __future__ import annotations

import gc
import inspect
from collections.abc import Callable, Iterator
from contextlib import ContextDecorator, contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

from .errors import ArgumentTypeError

__all__ = ["detect_anomaly", "enable_grad", "no_grad"]

# One entry for every mode that is on in any thread. While it is empty an operator takes its fast
# path and asks nothing further; that is the whole price of having modes.
active_modes: list[Mode] = []

_entered: ContextVar[tuple[Mode, ...]] = ContextVar("modes entered, outermost first", default=())


class Mode(ContextDecorator):
    """A context manager that sets one field to one value; the innermost that sets a field decides."""

    _field: ClassVar[str]
    _value: ClassVar[bool]

    def __init__(self, *misplaced: Any) -> None:
        if misplaced:
            name = type(self).__name__
            raise ArgumentTypeError(f"{name}() takes no arguments; as a decorator it is written @{name}()")

    def __call__(self, function: Any) -> Any:
        for is_lazy in (inspect.isgeneratorfunction, inspect.iscoroutinefunction, inspect.isasyncgenfunction):
            if is_lazy(function):
                name = type(self).__name__
                raise ArgumentTypeError(
                    f"{name} cannot decorate {function.__name__}, whose body runs later: "
                    f"write `with {name}():` inside it"
                )
        decorated: Callable[..., Any] = super().__call__(function)
        return decorated

    def __enter__(self) -> None:
        active_modes.append(self)
        _entered.set((*_entered.get(), self))

    def __exit__(self, *exception: object) -> None:
        active_modes.remove(self)
        modes = _entered.get()
        if self in modes:  # not if another task or thread closes what this one opened
            last = len(modes) - 1 - modes[::-1].index(self)
            _entered.set(modes[:last] + modes[last + 1 :])


def setting(field: str, default: bool) -> bool:
    """What the innermost mode that sets this field says."""
    for mode in reversed(_entered.get()):
        if mode._field == field and mode in active_modes:  # a task inherits modes that may have ended since
            return mode._value
    return default


def is_recording() -> bool:
    """Whether operators record a graph."""
    recording = setting("recording", True)
    if not recording:
        note_read()  # what is computed now will be a number to the graph outside
    return recording


def is_detecting_anomaly() -> bool:
    """Whether a node that turns nan or inf is an error."""
    return setting("anomaly", False)


class no_grad(Mode):
    """Compute values without recording a graph: results are leaves, nothing keeps their parents.

    >>> from chalkgrad.engine import Value, no_grad
    >>> with no_grad():
    ...     y = Value(3.0) * 2
    >>> y.parents
    ()
    """

    _field, _value = "recording", False


class enable_grad(Mode):
    """Record a graph again, inside `no_grad`."""

    _field, _value = "recording", True


class detect_anomaly(Mode):
    """Raise `AnomalyError` at the first node, forward or backward, that turns nan or inf.

    >>> from chalkgrad.engine import Value, detect_anomaly
    >>> with detect_anomaly():
    ...     y = Value(2.0, label="x") - 3
    ...     z = y.log()
    Traceback (most recent call last):
    chalkgrad.engine.errors.AnomalyError: forward: log(x - 3) is nan, from operand -1
    """

    _field, _value = "anomaly", True


class ignore_anomaly(Mode):
    """Let nan and inf pass again, inside `detect_anomaly`."""

    _field, _value = "anomaly", False


class watch_reads(Mode):
    """Note in `seen` whether anything looks at a number: by `.data`, `.grad`, `float()`, a comparison, an `if`, or
    as text; or computes something under `no_grad`.

    What Python then does with it leaves no trace in the graph.
    """

    _field, _value = "watching", True

    def __init__(self) -> None:
        super().__init__()
        self.seen = False


def note_read() -> None:
    """Tell whoever watches that a number was looked at."""
    for mode in _entered.get():
        if isinstance(mode, watch_reads):
            mode.seen = True


@contextmanager
def collector_held() -> Iterator[None]:
    """Hold the garbage collector off: graphs and tapes have no cycles, so it walks them and finds nothing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
