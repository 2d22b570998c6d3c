"""Engines with one fault in an operation: what students write. The judge must name every one of them."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .engines import Full


@dataclass(frozen=True)
class Seeded:
    """A fault, what the judge should call it, a word of its thought, and the stage in which it first shows."""

    kind: type[Any]
    name: str
    word: str
    stage: str


SEEDED: list[Seeded] = []


def seeded(name: str, word: str, stage: str = "backward") -> Callable[[type[Any]], type[Any]]:
    """Put a class in the list."""

    def put(kind: type[Any]) -> type[Any]:
        SEEDED.append(Seeded(kind, name, word, stage))
        return kind

    return put


def rule(
    method: str, value: Callable[..., float] | None = None, slopes: Any = None, base: type[Any] = Full
) -> type[Any]:
    """A class in which one operation has another value, or other slopes: functions of the operands' numbers."""
    right = getattr(base, method)

    def wrong(self: Any, *others: Any) -> Any:
        out = right(self, *others)
        numbers = [self.data, *(getattr(other, "data", other) for other in others)]
        if value is not None:
            out.data = value(*numbers)
        if slopes is not None:
            out.slopes = slopes(out.data, *numbers)
        return out

    return type(f"Wrong_{method.strip('_')}", (base,), {method: wrong})


def value_of(method: str, function: Callable[..., float], name: str, word: str) -> None:
    """Seed a wrong value."""
    seeded(f"{name}: value", word, "forward")(rule(method, value=function))


def slope_of(method: str, function: Callable[..., Any], name: str, word: str) -> None:
    """Seed wrong slopes."""
    seeded(f"{name}: slope", word, "local")(rule(method, slopes=function))


# values
value_of("__mul__", lambda a, b: a + b, "a * b", "it adds")
value_of("__sub__", lambda a, b: b - a, "a - b", "swapped")
value_of("__rsub__", lambda a, b: a - b, "2 - a", "other - self")
value_of("__rtruediv__", lambda a, b: a / b, "2 / a", "other / self")
value_of("__rpow__", lambda a, b: a**b, "2 ** a", "other ** self")
value_of("__pow__", lambda a, n: a ** int(n), "a ** 0.5", "whole number")
value_of("__truediv__", lambda a, b: a // b, "a / b", "// rounds down")
value_of("tanh", lambda a: 1 / (1 + math.exp(-a)), "a.tanh()", "sigmoid")
value_of("sigmoid", lambda a: 1 / (1 + math.exp(a)), "a.sigmoid()", "minus is missing")
value_of("log", math.log2, "a.log()", "base 2")
value_of("exp", lambda a: struct.unpack("f", struct.pack("f", math.exp(a)))[0], "a.exp()", "32 bits")
value_of("relu", lambda a: min(a, 0.0), "a.relu()", "min stands for max")

# slopes
slope_of("__mul__", lambda out, a, b: (a, b), "a * b", "its own value")
slope_of("__add__", lambda out, a, b: (b, a), "a + b", "rule of the product")
slope_of("__sub__", lambda out, a, b: (1.0, 1.0), "a - b", "minus is missing")
slope_of("__neg__", lambda out, a: (1.0,), "-a", "minus is missing")
slope_of("__truediv__", lambda out, a, b: (1 / b, a / b**2), "a / b", "minus is missing")
slope_of("__pow__", lambda out, a, n: (n * a**n,) if not hasattr(n, "x") else (), "a ** 3", "not made smaller")
slope_of("exp", lambda out, a: (a * math.exp(a - 1),), "a.exp()", "its own slope")
slope_of("log", lambda out, a: (1 / out,), "a.log()", "over the operand")
slope_of("tanh", lambda out, a: (1 - out,), "a.tanh()", "the square is lost")
slope_of("tanh", lambda out, a: (1 - a**2,), "a.tanh()", "not of the operand")
slope_of("tanh", lambda out, a: ((math.tanh(a + 1e-6) - out) / 1e-6,), "a.tanh()", "first digits")
slope_of("sigmoid", lambda out, a: (1 - out,), "a.sigmoid()", "factor s is lost")
slope_of("relu", lambda out, a: (float(a >= 0.0),), "a.relu()", "at 0 the slope is taken to be 0")
slope_of("relu", lambda out, a: (1.0,), "a.relu()", "open where it should be closed")
slope_of("__abs__", lambda out, a: (1.0,), "abs(a)", "slope is -1")


@seeded("a ** 0.5: slope", "whole number", "local")
class WholePower(Full):
    def __pow__(self, n: Any) -> Any:
        out = super().__pow__(n)
        if isinstance(n, float):
            out.slopes = (n * self.data ** int(n - 1),)
        return out


@seeded("2 ** a: slope", "log(2) is missing", "local")
class NoLog(Full):
    def __rpow__(self, other: Any) -> Any:
        return self.made(out := other**self.data, (self, out))


# what comes back, and what it leaves as it was
@seeded("a.relu(): aliasing", "operand itself", "forward")
class GivesItself(Full):
    def relu(self) -> Any:
        return self if self.data > 0 else super().relu()


@seeded("a.relu(): in place", "writes its result into its operand", "forward")
class WritesBack(Full):
    def relu(self) -> Any:
        out = super().relu()
        self.data = out.data
        return out


@seeded("a += b: in place", "others have been computed from", "forward")
class InPlace(Full):
    def __iadd__(self, other: Any) -> Any:
        self.data += other.data
        return self


@seeded("a * b: no node", "return out", "forward")
class Forgets(Full):
    def __mul__(self, other: Any) -> Any:
        super().__mul__(other)


@seeded("a * b: value", "positional argument", "forward")
class NoSelf(Full):
    def __mul__(other: Any) -> Any:  # type: ignore[override]  # noqa: N805
        return other


@seeded("a.exp(): no node", "a float came back", "forward")
class Plain(Full):
    def exp(self) -> Any:
        return math.exp(self.data)


@seeded("a + 2: value", "make it a node first", "forward")
class NodesOnly(Full):
    def __add__(self, other: Any) -> Any:
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))


@seeded("data", "keeps its number under .data", "forward")
class OtherName:
    def __init__(self, x: float) -> None:
        self.x = x
