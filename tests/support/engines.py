"""Right engines, each written in another manner, for the judge to pass."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any


class Micro:
    """In micrograd's manner: a set of parents, closures, a recursive topological sort, and little else."""

    def __init__(self, data: Any, _children: tuple[Any, ...] = (), _op: str = "") -> None:
        self.data = data
        self.grad: Any = 0
        self._backward: Callable[[], Any] = lambda: None
        self._prev = set(_children)
        self._op = _op

    def __add__(self, other: Any) -> Any:
        other = other if isinstance(other, Micro) else type(self)(other)
        out = type(self)(self.data + other.data, (self, other), "+")

        def _backward() -> None:
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other: Any) -> Any:
        other = other if isinstance(other, Micro) else type(self)(other)
        out = type(self)(self.data * other.data, (self, other), "*")

        def _backward() -> None:
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, other: Any) -> Any:
        assert isinstance(other, (int, float)), "only supporting int/float powers for now"
        out = type(self)(self.data**other, (self,), f"**{other}")

        def _backward() -> None:
            self.grad += (other * self.data ** (other - 1)) * out.grad

        out._backward = _backward
        return out

    def relu(self) -> Any:
        out = type(self)(0 if self.data < 0 else self.data, (self,), "ReLU")

        def _backward() -> None:
            self.grad += (out.data > 0) * out.grad

        out._backward = _backward
        return out

    def order(self) -> list[Any]:
        """The nodes, parents before their users."""
        topo: list[Any] = []
        visited: set[Any] = set()

        def build_topo(v: Any) -> None:
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build_topo(child)
                topo.append(v)

        build_topo(self)
        return topo

    def backward(self) -> None:
        self.grad = 1
        for v in reversed(self.order()):
            v._backward()

    def __neg__(self) -> Any:
        return self * -1

    def __radd__(self, other: Any) -> Any:
        return self + other

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return other + (-self)

    def __rmul__(self, other: Any) -> Any:
        return self * other

    def __truediv__(self, other: Any) -> Any:
        return self * other**-1

    def __rtruediv__(self, other: Any) -> Any:
        return other * self**-1


class Full:
    """A tuple of parents and one of slopes, a stack of its own; every operation that the judge knows."""

    parents: tuple[Any, ...]

    def __init__(self, data: Any, parents: tuple[Any, ...] = (), slopes: tuple[float, ...] = ()) -> None:
        self.data, self.grad = float(data), 0.0
        self.parents, self.slopes = parents, slopes

    @classmethod
    def node(cls, x: Any) -> Any:
        """Itself, or a number made a node."""
        return x if isinstance(x, Full) else cls(x)

    def made(self, data: float, *edges: tuple[Any, float]) -> Any:
        """A new node, from its number and its edges."""
        return type(self)(data, tuple(node for node, _ in edges), tuple(slope for _, slope in edges))

    def __add__(self, other: Any) -> Any:
        other = self.node(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __sub__(self, other: Any) -> Any:
        other = self.node(other)
        return self.made(self.data - other.data, (self, 1.0), (other, -1.0))

    def __mul__(self, other: Any) -> Any:
        other = self.node(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __truediv__(self, other: Any) -> Any:
        other = self.node(other)
        out = self.data / other.data
        return self.made(out, (self, 1.0 / other.data), (other, -out / other.data))

    def __pow__(self, other: Any) -> Any:
        if isinstance(other, Full):
            out = self.data**other.data
            by_base = other.data * self.data ** (other.data - 1)
            return self.made(out, (self, by_base), (other, out * math.log(self.data)))
        return self.made(self.data**other, (self, other * self.data ** (other - 1)))

    def __rpow__(self, other: Any) -> Any:
        return self.node(other) ** self

    def __rsub__(self, other: Any) -> Any:
        return self.node(other) - self

    def __rtruediv__(self, other: Any) -> Any:
        return self.node(other) / self

    def __neg__(self) -> Any:
        return self.made(-self.data, (self, -1.0))

    def __abs__(self) -> Any:
        return self.made(abs(self.data), (self, math.copysign(1.0, self.data)))

    __radd__, __rmul__ = __add__, __mul__

    def exp(self) -> Any:
        return self.made(out := math.exp(self.data), (self, out))

    def log(self) -> Any:
        return self.made(math.log(self.data), (self, 1.0 / self.data))

    def tanh(self) -> Any:
        return self.made(out := math.tanh(self.data), (self, 1.0 - out**2))

    def relu(self) -> Any:
        return self.made(max(0.0, self.data), (self, float(self.data > 0.0)))

    def sigmoid(self) -> Any:
        return self.made(out := 1.0 / (1.0 + math.exp(-self.data)), (self, out * (1.0 - out)))

    def sqrt(self) -> Any:
        return self.made(out := math.sqrt(self.data), (self, 0.5 / out))

    def sin(self) -> Any:
        return self.made(math.sin(self.data), (self, math.cos(self.data)))

    def cos(self) -> Any:
        return self.made(math.cos(self.data), (self, -math.sin(self.data)))

    def order(self) -> list[Any]:
        """The nodes, parents before their users."""
        order: list[Any] = []
        seen: set[int] = set()
        stack: list[tuple[Any, bool]] = [(self, False)]
        while stack:
            node, is_done = stack.pop()
            if is_done:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack.append((node, True))
                stack += [(parent, False) for parent in node.parents]
        return order

    def backward(self) -> None:
        order = self.order()
        for node in order:
            if node.parents:
                node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            node.hand_on()

    def hand_on(self) -> None:
        """Each parent gets its share."""
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad += slope * self.grad

    def zero_grad(self) -> None:
        self.grad = 0.0


TAPE: list[Any] = []


class Taped:
    """Every operation is written on one list as it happens; backward goes through it from the end, and empties it."""

    def __init__(self, data: float) -> None:
        self.data = data
        self.grad: float | None = None

    def _made(self, data: float, *edges: tuple[Any, float]) -> Any:
        out = type(self)(data)
        TAPE.append((out, edges))
        return out

    def __add__(self, other: Any) -> Any:
        other = other if isinstance(other, Taped) else type(self)(other)
        return self._made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other: Any) -> Any:
        other = other if isinstance(other, Taped) else type(self)(other)
        return self._made(self.data * other.data, (self, other.data), (other, self.data))

    def exp(self) -> Any:
        return self._made(math.exp(self.data), (self, math.exp(self.data)))

    def backward(self) -> None:
        self.grad = 1.0
        for out, edges in reversed(TAPE):
            if out.grad is not None:
                for node, slope in edges:
                    node.grad = (node.grad or 0.0) + slope * out.grad
        TAPE.clear()

    def zero_grad(self) -> None:
        self.grad = None


class Ready:
    """It counts the users that a node still waits for, and lets it hand on when all have reported."""

    def __init__(self, data: float, parents: tuple[Any, ...] = (), rule: Any = None) -> None:
        self.data, self.grad, self.parents, self.rule = data, 0.0, parents, rule

    def __add__(self, other: Any) -> Any:
        other = other if isinstance(other, Ready) else Ready(other)
        return Ready(self.data + other.data, (self, other), lambda g: (g, g))

    def __mul__(self, other: Any) -> Any:
        other = other if isinstance(other, Ready) else Ready(other)
        return Ready(self.data * other.data, (self, other), lambda g: (g * other.data, g * self.data))

    def tanh(self) -> Any:
        out = (math.exp(2 * self.data) - 1) / (math.exp(2 * self.data) + 1)
        return Ready(out, (self,), lambda g: (g * (1 - out**2),))

    def backward(self) -> None:
        users: dict[int, int] = {}
        waiting: list[Any] = [self]
        while waiting:
            for parent in waiting.pop().parents:
                if id(parent) not in users:
                    waiting.append(parent)
                users[id(parent)] = users.get(id(parent), 0) + 1
        self.grad = 1.0
        ready: list[Any] = [self]
        while ready:
            node = ready.pop()
            for parent, share in zip(node.parents, node.rule(node.grad) if node.rule else (), strict=True):
                parent.grad += share
                users[id(parent)] -= 1
                if not users[id(parent)]:
                    ready.append(parent)


RIGHT = (Micro, Full, Taped, Ready)
