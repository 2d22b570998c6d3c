"""Modes: ways to run the same arithmetic differently for a while.

`no_grad` computes without recording a graph; `detect_anomaly` stops at the first
node that turns nan or inf. Each is a context manager, and a decorator; it holds for
the thread or asyncio task that entered it, and leaves no trace after an exception.
"""

from __future__ import annotations

import gc
import inspect
import os
import threading
import weakref
from _thread import RLock
from collections.abc import Callable
from contextlib import AbstractContextManager, ContextDecorator, nullcontext
from contextvars import ContextVar
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from .errors import ArgumentTypeError

__all__ = ["detect_anomaly", "enable_grad", "no_grad"]

F = TypeVar("F", bound=Callable[..., Any])


class _Entries(set["Entry"]):
    """A set that compares as a list would, so that `active_modes == []` can be asked."""

    def __eq__(self, other: object) -> bool:
        return [*self] == other

    __hash__ = None


# One entry for every mode that is on in any thread. While it is empty an operator takes its fast
# path and asks nothing further; that is the whole price of having modes.
active_modes = _Entries()

_entered: ContextVar[tuple[Entry, ...]] = ContextVar("modes entered, outermost first", default=())
_opening = threading.local()  # .tokens: of the `with` statements of this thread that have been begun


class Entry(weakref.ref[Any]):
    """That a mode was entered once: on while it stands in `active_modes`.

    An interrupt may come between any two lines of Python, so no line of Python turns a mode on or off. A `with`
    statement asks for `__enter__` and `__exit__` first (`_Enter` and `_Exit` below) and is given two functions written
    in C: one that puts the entry into the set, and the `__exit__` of a lock, the *token*, which lets go of the lock and
    so does nothing. The statement holds the token until it ends, however it ends. The entry is a weak reference to the
    token that takes itself out of the set when the token is gone.
    """

    __slots__ = ("mode", "thread")
    __hash__ = object.__hash__  # itself, even when the token is gone
    __eq__ = object.__eq__
    mode: Mode
    thread: int


class _Enter:
    """What a `with` statement finds as the `__enter__` of a mode."""

    def __get__(self, mode: Mode | None, kind: type[Mode]) -> Callable[..., None]:
        if mode is None:
            return lambda mode: mode.__enter__()  # ExitStack asks the class
        token = threading.Lock()
        token.acquire()
        entry = Entry(token, active_modes.discard)
        entry.mode, entry.thread = mode, threading.get_ident()
        _opening.tokens = [*((e, t) for e, t in getattr(_opening, "tokens", ()) if e in active_modes), (entry, token)]
        _entered.set((*(e for e in _entered.get() if e in active_modes), entry))
        return partial(active_modes.add, entry)


class _Exit:
    """What a `with` statement finds as the `__exit__` of a mode; it asks for it before it calls `__enter__`."""

    def __get__(self, mode: Mode | None, kind: type[Mode]) -> Callable[..., None]:
        if mode is None:
            return lambda mode, *exception: mode.__exit__(*exception)
        tokens = _opening.tokens
        last = max(i for i, (entry, _) in enumerate(tokens) if entry.mode is mode)
        return tokens.pop(last)[1].__exit__  # type: ignore[no-any-return]


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

    if TYPE_CHECKING:

        def __enter__(self) -> None: ...
        def __exit__(self, *exception: object) -> None: ...
    else:
        __enter__ = _Enter()
        __exit__ = _Exit()


def _after_fork() -> None:
    """In a child there are no other threads: what they had entered will never end."""
    for entry in [*active_modes]:
        if entry.thread != threading.get_ident():
            active_modes.discard(entry)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def setting(field: str, default: bool) -> bool:
    """What the innermost mode that sets this field says."""
    for entry in reversed(_entered.get()):
        if entry.mode._field == field and entry in active_modes:  # those that have ended are still in `_entered`
            return entry.mode._value
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
    for entry in _entered.get():
        if isinstance(entry.mode, watch_reads) and entry in active_modes:
            entry.mode.seen = True


class _Token(RLock):  # type: ignore[misc]
    """Python's collector is off while it lives. All that ends it is written in C, where no interrupt comes between."""

    __enter__ = gc.disable  # type: ignore[assignment]
    __del__ = gc.enable


def collector_held() -> AbstractContextManager[Any]:
    """Hold the garbage collector off: graphs and tapes have no cycles, so it walks them and finds nothing."""
    if not gc.isenabled():
        return nullcontext()
    token = _Token()
    token.acquire()  # for its `__exit__`, that of a lock, lets go of it
    return token


def with_collector_held(function: F) -> F:
    """Do so in a function."""

    @wraps(function)
    def held(*arguments: Any, **settings: Any) -> Any:
        with collector_held():
            return function(*arguments, **settings)

    return cast("F", held)
