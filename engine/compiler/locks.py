"""Locks that a fork opens: in a child there is one thread, and what the others held would never be let go.

A child of `os.fork()` is a copy of the process with the forking thread alone. A lock that another thread
held at that moment is copied closed, so the child makes every lock that was made here anew.
"""

from __future__ import annotations

import os
import threading
from weakref import WeakSet

_locks: WeakSet[threading.Lock] = WeakSet()


def fork_safe_lock() -> threading.Lock:
    """A new lock that is open in a child, whoever held it."""
    lock = threading.Lock()
    _locks.add(lock)
    return lock


def _after_fork() -> None:
    for lock in _locks:
        lock._at_fork_reinit()  # type: ignore[attr-defined]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
