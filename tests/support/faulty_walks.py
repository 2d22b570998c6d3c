"""Engines with one fault in their backward, or from pass to pass; added to the list of the others."""

from __future__ import annotations

from typing import Any, ClassVar

from .engines import Full, Micro
from .faulty import SEEDED as SEEDED
from .faulty import seeded


# the whole of backward
@seeded("seed", "set to 1", "local")
class Unseeded(Full):
    def backward(self) -> None:
        for node in reversed(self.order()):
            node.hand_on()


@seeded("seed", "its own number", "local")
class SeededWithData(Full):
    def backward(self) -> None:
        self.grad = self.data
        for node in reversed(self.order()):
            node.hand_on()


@seeded("nothing passed on", "self._backward", "local")
class OnTheOperand(Micro):
    def backward(self) -> None:
        self._backward, kept = (lambda: None), self._backward
        super().backward()
        self._backward = kept


@seeded("backward", "with parentheses", "local")
class Called(Micro):
    def backward(self) -> None:
        self._backward = self._backward()
        super().backward()


@seeded("sign", "never taken away", "local")
class Minus(Full):
    def hand_on(self) -> None:
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad -= slope * self.grad


@seeded("double", "two times", "local")
class HandsOnTwice(Full):
    def backward(self) -> None:
        super().backward()
        self.hand_on()


@seeded("backward", "start as 0.0", "local")
class NoneAtFirst(Full):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.grad = None  # type: ignore[assignment]


@seeded("upstream", "what has arrived")
class NoUpstream(Full):
    def hand_on(self) -> None:
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad += slope


@seeded("a.tanh(): upstream", "what has arrived")
class NoUpstreamInTanh(Full):
    def tanh(self) -> Any:
        out = super().tanh()
        out.hand_on = lambda: setattr(self, "grad", self.grad + out.slopes[0])
        return out


@seeded("not reversed", "reversed")
class FromTheLeaves(Full):
    def backward(self) -> None:
        self.grad = 1.0
        for node in self.order():
            node.hand_on()


@seeded("only the root", "go on to its parents")
class OneStep(Full):
    def backward(self) -> None:
        self.grad = 1.0
        self.hand_on()


# where paths meet
@seeded("assign", "= stands where +=")
class Assigns(Full):
    def hand_on(self) -> None:
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad = slope * self.grad


@seeded("a * b: assign", "= stands where +=")
class AssignsInMul(Micro):
    def __mul__(self, other: Any) -> Any:
        other = other if isinstance(other, Micro) else type(self)(other)
        out = type(self)(self.data * other.data, (self, other), "*")

        def _backward() -> None:
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad

        out._backward = _backward
        return out


@seeded("a.relu(): assign", "= stands where +=")
class AssignsInRelu(Micro):
    def relu(self) -> Any:
        out = super().relu()
        out._backward = lambda: setattr(self, "grad", (out.data > 0) * out.grad)
        return out


@seeded("lost edge", "keep a tuple")
class SetOfParents(Full):
    def hand_on(self) -> None:
        for parent, slope in dict(zip(self.parents, self.slopes, strict=True)).items():
            parent.grad += slope * self.grad


@seeded("aliasing", "share one")
class Cached(Full):
    kept: ClassVar[dict[float, Any]] = {}

    def __new__(cls, data: Any, parents: Any = (), slopes: Any = ()) -> Any:
        made = cls.kept.get(data) if not parents else None
        return made if made is not None else super().__new__(cls)

    def __init__(self, data: Any, parents: Any = (), slopes: Any = ()) -> None:
        super().__init__(data, parents, slopes)
        if not parents:
            self.kept[data] = self


@seeded("equal numbers", "__hash__")
class EqualByNumber(Micro):
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Micro) and self.data == other.data

    def __hash__(self) -> int:
        return hash(self.data)


@seeded("backward", "loses its __hash__", "local")
class Unhashable(Full):
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Full) and self.data == other.data

    def order(self) -> list[Any]:
        return list(dict.fromkeys(super().order()))


# order
@seeded("recursion", "all of it again")
class Recurses(Full):
    def backward(self) -> None:
        self.grad = 1.0
        self.spread()

    def spread(self) -> None:
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad += slope * self.grad
            parent.spread()


class Built:
    def order(self) -> list[Any]:
        topo: list[Any] = []
        self.build(self, topo, set())
        return topo

    def build(self, v: Any, topo: list[Any], visited: set[Any]) -> None:
        raise NotImplementedError


class Sorted(Built, Micro):
    """Parents are a set."""


@seeded("outside the if", "stands outside")
class AppendOutside(Sorted):
    def build(self, v: Any, topo: list[Any], visited: set[Any]) -> None:
        if v not in visited:
            visited.add(v)
            for child in v._prev:
                self.build(child, topo, visited)
        topo.append(v)


@seeded("outside the if", "stands outside")
class LoopOutside(Sorted):
    def build(self, v: Any, topo: list[Any], visited: set[Any]) -> None:
        if v not in visited:
            visited.add(v)
        for child in v._prev:
            self.build(child, topo, visited)
        topo.append(v)


class SortedTuples(Built, Full):
    """Parents are a tuple: an operand that stands twice is visited twice."""


@seeded("outside the if", "stands outside")
class AppendOutsideTuples(SortedTuples):
    def build(self, v: Any, topo: list[Any], visited: set[Any]) -> None:
        if v not in visited:
            visited.add(v)
            for child in v.parents:
                self.build(child, topo, visited)
        topo.append(v)


@seeded("outside the if", "stands outside")
class LoopOutsideTuples(SortedTuples):
    def build(self, v: Any, topo: list[Any], visited: set[Any]) -> None:
        visited.add(v)
        for child in v.parents:
            self.build(child, topo, visited)
        topo.append(v)


@seeded("order", "after its parents")
class Preorder(Sorted):
    def build(self, v: Any, topo: list[Any], visited: set[Any]) -> None:
        if v not in visited:
            visited.add(v)
            topo.insert(0, v)
            for child in v._prev:
                self.build(child, topo, visited)


@seeded("order", "all that uses it")
class Breadth(Full):
    def order(self) -> list[Any]:
        found: list[Any] = [self]
        for node in found:
            found += [parent for parent in dict.fromkeys(node.parents) if parent not in found]
        return found[::-1]


# size
@seeded("every path", "1,048,576 paths")
class EveryPath(Full):
    def backward(self, upstream: float = 1.0) -> None:
        self.grad += upstream
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.backward(slope * upstream)


@seeded("depth", "too many calls")
class DeepCalls(Sorted):
    def build(self, v: Any, topo: list[Any], visited: set[Any], hops: int = 15) -> None:
        if hops:
            self.build(v, topo, visited, hops - 1)
        elif v not in visited:
            visited.add(v)
            for child in v._prev:
                self.build(child, topo, visited)
            topo.append(v)


@seeded("a + b: value", "calls itself", "forward")
class Endless(Full):
    def __add__(self, other: Any) -> Any:
        return other + self


@seeded("backward", "did not come to an end", "local")
class Forever(Full):
    def backward(self) -> None:
        while True:
            self.grad = 1.0


# from pass to pass
@seeded("uncleared", "kept elsewhere", "training")
class StaleList(Micro):
    old: ClassVar[list[Any]] = []

    def order(self) -> list[Any]:
        self.old.extend(super().order())
        return self.old


@seeded("uncleared", "leaves the gradient as it was", "training")
class ClearsNothing(Full):
    def zero_grad(self) -> None:
        grad = 0.0
        del grad


@seeded("uncleared", "kept elsewhere", "training")
class Elsewhere(Full):
    total = 0.0

    def backward(self) -> None:
        before = {node: node.total for node in self.order() if not node.parents}
        for leaf in before:
            leaf.grad = 0.0
        super().backward()
        for leaf, sum_before in before.items():
            leaf.total = leaf.grad = sum_before + leaf.grad


@seeded("training", "open to writing", "training")
class ReadOnly(Full):
    @property
    def data(self) -> float:  # type: ignore[override]
        return self.__dict__["number"]  # type: ignore[no-any-return]

    def __init__(self, data: Any, parents: Any = (), slopes: Any = ()) -> None:
        self.__dict__["number"] = float(data)
        self.grad, self.parents, self.slopes = 0.0, parents, slopes


@seeded("training", "from the new number", "training")
class Remembers(Full):
    def __init__(self, data: Any, parents: Any = (), slopes: Any = ()) -> None:
        super().__init__(data, parents, slopes)
        self.first = self.data

    def __mul__(self, other: Any) -> Any:
        other = self.node(other)
        return self.made(self.first * other.first, (self, other.first), (other, self.first))
