"""Arguments as users hand them in: numbers, rows of numbers, sizes, seeds; read in one place.

Lists, tuples and arrays of any library count alike, and nothing is imported to read
them. The *shape* of nested sequences is how many items they hold at each depth.
"""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Mapping
from typing import Any

from ..engine import ArgumentError, ArgumentTypeError, Value
from ..engine.floats import as_float


class UnsuitableError(ArgumentError):
    """A model, a loss or an optimizer that can be trained with, but not compiled; the message says why."""


def is_sequence(x: Any) -> bool:
    """Whether `x` holds items in order: a list, a tuple, an array; not a string, a dict, a set."""
    if isinstance(x, (list, tuple)):
        return True
    if isinstance(x, (str, bytes, bytearray, Mapping)) or getattr(x, "shape", None) == ():
        return False
    return hasattr(x, "__len__") and hasattr(x, "__getitem__")


def shape(x: Any, what: str) -> tuple[int, ...]:
    """The shape of nested sequences, `()` for a scalar.

    Raises:
        ArgumentError: items at one depth differ in shape; `what` names the argument.
    """
    if not is_sequence(x):
        return ()
    first: tuple[int, ...] = ()
    for i, item in enumerate(x):
        sizes = shape(item, f"{what}[{i}]")
        if i == 0:
            first = sizes
        elif sizes != first:
            raise ArgumentError(
                f"{what} must have items of one shape: {what}[0] has shape {first}, {what}[{i}] has shape {sizes}"
            )
    return (len(x), *first)


def kind_of(x: Any) -> str:
    """What `x` is, in a message: the name of its class; of a class that was given in place of an object, the cure."""
    return f"the class {x.__name__}, make one of it" if isinstance(x, type) else type(x).__name__


def as_value(x: Any, what: str) -> Value:
    """A `Value` as it is; a number as a new leaf.

    Raises:
        OperandError: `x` is not one real number; `what` names the argument.
    """
    return x if isinstance(x, Value) else Value(as_float(x, what))


def as_count(n: Any, what: str, least: int = 1) -> int:
    """A whole number, `least` or more.

    Raises:
        ArgumentTypeError: `n` is not an integer.
        ArgumentError: `n` is below `least`.
    """
    try:
        count = operator.index(n)
    except TypeError:
        raise ArgumentTypeError(f"{what} must be an integer, got {type(n).__name__}") from None
    if count < least:
        raise ArgumentError(f"{what} must be at least {least}, got {count}")
    return count


def not_negative(x: Any, what: str) -> float:
    """A finite number, 0 or more; `what` names the argument in errors."""
    number = as_float(x, what)
    if not 0.0 <= number < math.inf:
        raise ArgumentError(f"{what} must be a finite number, 0 or more; got {x}")
    return number


def is_flag(x: Any) -> bool:
    """Whether it is True or False, NumPy's too."""
    return isinstance(x, bool) or type(x).__name__ in ("bool_", "bool")


def as_flag(x: Any, what: str) -> bool:
    """True or False, NumPy's too.

    Raises:
        ArgumentTypeError: `x` is something else, such as a number that was meant for another argument.
    """
    if is_flag(x):
        return bool(x)
    raise ArgumentTypeError(f"{what} must be True or False, got {x!r}")


def as_generator(seed: Any, generator: Any) -> random.Random | None:
    """Where random numbers come from; None stands for the generator that all of Python shares.

    Raises:
        ArgumentTypeError: `seed` is not an integer, or `generator` not a `random.Random`.
        ArgumentError: both are given.
    """
    if generator is not None and not isinstance(generator, random.Random):
        raise ArgumentTypeError(f"generator must be a random.Random, got {type(generator).__name__}")
    if seed is None:
        return generator
    if generator is not None:
        raise ArgumentError("give seed or generator, not both")
    try:
        return random.Random(operator.index(seed))
    except TypeError:
        raise ArgumentTypeError(f"seed must be an integer, got {type(seed).__name__}") from None
