"""Modes: ways to run the same arithmetic differently for a while.

`no_grad` computes without recording a graph; `detect_anomaly` stops at the first
node that turns nan or inf. Each is a context manager, and a decorator; it holds
for the thread that entered it, and leaves no trace after an exception.
"""

from __future__ import annotations

import threading
from contextlib import ContextDecorator
from typing import Any, ClassVar

# One entry for every mode that is on in any thread. While it is empty an operator takes its fast
# path and asks nothing further; that is the whole price of having modes.
special: list[object] = []


class _State(threading.local):
    recording = True
    anomaly = False


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
