"""What a program remembers from one call to the next: numbers it holds, counts, the state of random generators.

A *snapshot* takes them down, each under the path that leads to it; two snapshots tell what has changed between them.
It looks where Python lets it look: into attributes, closures, the globals a function names, lists and the like.
"""

from __future__ import annotations

import operator
import os
import random
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from ..engine import Value

Snapshot = dict[str, Any]

MOST = 200_000  # things that are looked at
LIBRARIES = sys.stdlib_module_names | {"chalkgrad", "numpy", "tqdm"}  # whose functions are not looked into
NUMBERS = (bool, int, float)
RANDOM, PROCESS, NUMPY = "the random module", "the process", "numpy.random"  # paths


def snapshot(*, but: Sequence[Any] = (), **things: Any) -> Snapshot:
    """Every number, text and count that can be reached from these things, by its path; and the random generators.

    What is in `but` is left out.
    """
    found: Snapshot = {}
    left_out = set(map(id, but))
    seen: dict[int, Any] = {}  # by identity, and kept alive as long as that counts
    rest: list[tuple[str, Any]] = list(things.items())
    while rest and len(seen) < MOST:
        path, thing = rest.pop()
        if id(thing) in left_out:
            continue
        if isinstance(thing, NUMBERS):
            found[path] = _number(thing)
        elif isinstance(thing, Value):
            found[path] = repr(thing._data)
        elif isinstance(thing, (str, bytes, type(None))):
            found[path] = thing
        elif id(thing) not in seen:
            seen[id(thing)] = thing
            note = _note(thing)
            if note is not None:
                found[path] = note
            rest.extend(_parts(path, thing))
    found[RANDOM] = random.getstate()
    found[PROCESS] = os.getpid()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        kind, key, *numbers = numpy.random.get_state()
        found[NUMPY] = (kind, key.tobytes(), *numbers)
    return found


def changed(before: Snapshot, after: Snapshot) -> str | None:
    """The path of something that is not what it was; None where all is as before."""
    forked = before.get(PROCESS) != after.get(PROCESS)
    for path in {**before, **after}:
        if forked and path in (RANDOM, PROCESS):  # in the child of a fork Python itself seeds `random` anew
            continue
        if path not in before or path not in after or before[path] != after[path]:
            return path
    return None


def _number(x: Any) -> str:
    """An int and the float of its size are one: a sample may be kept as it came, or as a Value."""
    try:
        return repr(float(x))
    except OverflowError:
        return repr(x)


def _note(thing: Any) -> Any:
    """What is to be said of a thing itself, beside its parts."""
    if isinstance(thing, (list, tuple, dict, set, frozenset, deque)):
        return len(thing)
    if isinstance(thing, random.Random):
        return thing.getstate()
    kind = type(thing)
    if kind.__module__ == "itertools" or kind.__name__.endswith("iterator"):
        return repr(thing) if kind.__name__ == "count" else operator.length_hint(thing, -1)
    frame = getattr(thing, "gi_frame", None)
    if frame is not None:
        return frame.f_lasti
    if kind.__module__.partition(".")[0] == "numpy":
        if hasattr(thing, "dtype") and getattr(thing.dtype, "kind", "O") != "O":
            return thing.tobytes()
        if hasattr(thing, "bit_generator"):
            return repr(thing.bit_generator.state)
    return None


def _parts(path: str, thing: Any) -> Iterator[tuple[str, Any]]:
    """What a thing holds, with paths."""
    if isinstance(thing, (ModuleType, type)):
        return
    if isinstance(thing, (list, tuple, deque)):
        yield from ((f"{path}[{i}]", item) for i, item in enumerate(thing))
    elif isinstance(thing, dict):
        yield from ((f"{path}[{i}]", item) for i, item in enumerate(thing.values()))
    elif isinstance(thing, MethodType):
        yield from ((path, thing.__self__), (f"{path}()", thing.__func__))
    elif isinstance(thing, partial):
        yield from ((path, thing.func), (f"{path}.args", thing.args), (f"{path}.keywords", thing.keywords))
    elif getattr(thing, "gi_frame", None) is not None:
        yield f"{path}.locals", dict(thing.gi_frame.f_locals)
    elif isinstance(thing, FunctionType):
        yield from _parts_of_function(path, thing)
    yield from ((f"{path}.{name}", x) for name, x in getattr(thing, "__dict__", {}).items())
    kind = type(thing)
    for base in kind.__mro__:
        if _is_library(base.__module__):
            continue
        slots = vars(base).get("__slots__", ())
        for name in [slots] if isinstance(slots, str) else slots:
            if hasattr(thing, name):
                yield f"{path}.{name}", getattr(thing, name)
        yield from ((f"{base.__name__}.{name}", x) for name, x in vars(base).items() if not name.startswith("__"))
        yield from ((f"{base.__name__}()", vars(base)[name]) for name in ("__call__",) if name in vars(base))


def _parts_of_function(path: str, function: FunctionType) -> Iterator[tuple[str, Any]]:
    if _is_library(function.__module__ or ""):
        return
    yield f"{path}.defaults", (function.__defaults__, function.__kwdefaults__)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not yet filled
            continue
    for name in _names(function.__code__):
        if name in function.__globals__:
            yield name, function.__globals__[name]


def _names(code: CodeType) -> set[str]:
    """The globals that a function's code may name, inner functions included."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names(constant)
    return names


def _is_library(module: str) -> bool:
    return module.partition(".")[0] in LIBRARIES
