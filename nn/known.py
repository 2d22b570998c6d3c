"""What is known to compile: classes of chalkgrad's own that make the same graph for every sample.

A class says so of itself, by the decorator `known_to_compile`. That holds for this very class as it was written:
not for one that inherits from it, nor once a method of it is replaced, on the class or on one object.
"""

from __future__ import annotations

import inspect
from typing import Any, TypeVar

from ..engine import Value

Class = TypeVar("Class", bound=type)
Members = list[tuple[type, dict[str, Any]]]

PLAIN = {bool, float, int, str, type(None)}
NUMBERS = {bool, float, int}

_declared: dict[type, Members] = {}


def known_to_compile(cls: Class) -> Class:
    """Declare that a class makes the same graph for every sample, and remembers nothing between two calls.

    Of a module that means: its graph depends on its settings and on how many numbers a sample has, never on a number
    itself; nothing is drawn at random. What it holds must be known as well: numbers, names, `Value`s, and
    objects of declared classes, in lists, tuples and dicts as you like. `fit` compiles such modules by itself.
    """
    _declared[cls] = _members(cls)
    return cls


def stranger(thing: Any) -> str | None:
    """What is not known about an object and all that it holds, in a few words; None where everything is known."""
    if not _is_as_written(Value):
        return "Value, which was patched"
    seen: set[int] = set()
    rest = [thing]
    while rest:
        part = rest.pop()
        kind = type(part)
        if kind in PLAIN or id(part) in seen:
            continue
        seen.add(id(part))
        if kind is Value:
            if not part.is_leaf or part.is_constant:
                return "a Value that was computed"
        elif kind is list or isinstance(part, tuple):
            rest.extend(tuple.__iter__(part) if isinstance(part, tuple) else part)
        elif kind is dict:
            rest.extend(part)
            rest.extend(part.values())
        elif kind not in _declared:
            return name_of(part)
        elif not _is_as_written(kind):
            return f"{kind.__name__}, which was patched"
        else:
            replaced = next((name for name in vars(part) if _is_behaviour(kind, name)), None)
            if replaced:
                return f"a {kind.__name__} whose {replaced} was replaced"
            rest.extend(vars(part).values())
    return None


def name_of(thing: Any) -> str:
    """A function's name, with its class if it has one; of anything else the name of its class."""
    name: str = getattr(thing, "__qualname__", type(thing).__qualname__)
    return name.rpartition("<locals>.")[2]


def is_plain_leaf(x: Any) -> bool:
    """Whether a parameter is a `Value` that was given, and of no class derived from it."""
    return type(x) is Value and x.is_leaf and not x.is_constant


def holds_numbers_only(x: Any) -> bool:
    """Whether nested lists, tuples and arrays of NumPy hold Python's and NumPy's own numbers and nothing else."""
    kind = type(x)
    if kind is list or kind is tuple:
        return NUMBERS.issuperset(map(type, x)) or all(map(holds_numbers_only, x))
    if kind.__module__ == "numpy" and hasattr(x, "dtype"):
        return x.dtype.kind in "biuf"
    return kind in NUMBERS


def _members(cls: type) -> Members:
    """What a class and its bases define, as it is now."""
    return [(base, _defined(base)) for base in cls.__mro__ if base is not object]


def _defined(base: type) -> dict[str, Any]:
    names = vars(base).items()
    return {name: x for name, x in names if not name.startswith("__") or callable(x) or isinstance(x, property)}


def _is_as_written(cls: type) -> bool:
    for base, was in _declared[cls]:
        now = _defined(base)
        if now.keys() != was.keys() or any(now[name] is not x for name, x in was.items()):
            return False
    return True


def _is_behaviour(cls: type, name: str) -> bool:
    """Whether an attribute of an object takes the place of a method or property of its class."""
    attribute = inspect.getattr_static(cls, name, None)
    return callable(attribute) or hasattr(type(attribute), "__get__")


known_to_compile(Value)
