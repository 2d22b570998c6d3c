"""Engines as students write them: one in micrograd's manner, right, and with the classic faults in its backward."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any


class Scalar:
    """A number that remembers its parents in a set, as micrograd's does."""

    seed = 1.0

    def __init__(self, data: float, children: tuple[Any, ...] = (), op: str = "", label: str = "") -> None:
        self.data = data
        self.grad = 0.0
        self.label = label
        self._prev = set(children)
        self._op = op
        self._backward: Callable[[], None] = lambda: None

    def _made(self, data: float, op: str, *edges: tuple[Scalar, float]) -> Scalar:
        made = type(self)(data, tuple(node for node, _ in edges), op)

        def backward() -> None:
            for node, local in edges:
                node.grad = self._received(node.grad, made.grad * local)

        made._backward = backward
        return made

    def _received(self, before: float, share: float) -> float:
        return before + share

    def _wrapped(self, other: Any) -> Scalar:
        return other if isinstance(other, Scalar) else type(self)(other)

    def __add__(self, other: Any) -> Scalar:
        other = self._wrapped(other)
        return self._made(self.data + other.data, "+", (self, 1.0), (other, 1.0))

    def __mul__(self, other: Any) -> Scalar:
        other = self._wrapped(other)
        return self._made(self.data * other.data, "*", (self, other.data), (other, self.data))

    def __pow__(self, n: float) -> Scalar:
        return self._made(self.data**n, f"**{n}", (self, n * self.data ** (n - 1)))

    def __neg__(self) -> Scalar:
        return self * -1

    def __sub__(self, other: Any) -> Scalar:
        return self + (-self._wrapped(other))

    __radd__, __rmul__ = __add__, __mul__

    def relu(self) -> Scalar:
        return self._made(max(0.0, self.data), "ReLU", (self, float(self.data > 0)))

    def exp(self) -> Scalar:
        return self._made(math.exp(self.data), "exp", (self, math.exp(self.data)))

    def tanh(self) -> Scalar:
        out = math.tanh(self.data)
        return self._made(out, "tanh", (self, self._tanh_slope(out)))

    def _tanh_slope(self, out: float) -> float:
        return 1 - out**2

    def _order(self) -> list[Scalar]:
        order: list[Scalar] = []
        seen: set[Scalar] = set()

        def visit(node: Scalar) -> None:
            if node not in seen:
                seen.add(node)
                for parent in node._prev:
                    visit(parent)
                order.append(node)

        visit(self)
        return order[::-1]

    def backward(self) -> None:
        self.grad = self.seed
        for node in self._order():
            node._backward()


class Overwrites(Scalar):
    """`=` where `+=` should stand."""

    def _received(self, before: float, share: float) -> float:
        return share


class Unseeded(Scalar):
    """The root's gradient was never set to 1."""

    seed = 0.0


class WrongTanh(Scalar):
    """Its tanh forgot the square."""

    def _tanh_slope(self, out: float) -> float:
        return 1 - out


class Unsorted(Scalar):
    """It goes over the nodes as it comes to them, not in topological order."""

    def _order(self) -> list[Scalar]:
        order: list[Scalar] = []
        waiting: list[Scalar] = [self]
        while waiting:
            node = waiting.pop(0)
            if node not in order:
                order.append(node)
                waiting += sorted(node._prev, key=lambda parent: parent.label)
        return order


class Tupled:
    """Another student's: a tuple of parents under another name, no label, functions for ops."""

    def __init__(self, data: float, parents: tuple[Any, ...] | None = None, op: Any = None) -> None:
        self.data, self.grad, self.parents, self.op = data, None, parents, op
