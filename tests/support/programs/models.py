"""Models of one's own: that look at numbers, remember something, draw at random, or hide a number from the graph."""

from __future__ import annotations

import copy
import itertools
import random
from typing import Any

from chalkgrad.engine import Value, exp, grad, no_grad, where
from chalkgrad.nn import MLP, SGD, Adam, Layer, Module, Neuron

from . import NUMBERS, ROWS, SUMS, Collection, Linear, Program, mlp

MODELS = Collection()
model = MODELS.add_model
program = MODELS.add


@model
class Plain(Linear):
    pass


@model
class Bent(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y.tanh() * x[0] + exp(-x[1])


@model
class Chosen(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return where(x[0].gt(0.0) if isinstance(x[0], Value) else Value(x[0]).gt(0.0), y, 0.5 * y)


@model
class Branching(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y if y > 0 else 0.1 * y


@model
class BranchingOnAFeature(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y if x[0] > 0 else 2.0 * y


@model
class RareBranch(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y if x[0] < 0.9 else y * 3.0


@model
class MissingByEquality(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return self.b if x[1] == -1 else y


@model
class MissingByInequality(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y if x[1] != -1 else self.b


@model
class MissingByIn(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return self.b if -1 in x else y


@model
class MissingByIndex(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return self.b * list(x).count(-1.0) + y


@model
class LookedUp(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y * {-1.0: 3.0}.get(x[1], 1.0)


@model
class InASet(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y * (2.0 if x[1] in {-1.0, 5.0} else 1.0)


@model
class Truth(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y if x[1] + 1.0 else 2.0 * y


@model
class ByText(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y * len(f"{x[0]:.3g}")


@model
class ByRepr(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return 2.0 * y if "-" in repr(x[0]) else y


@model
class TextOfTheOutput(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return 2.0 * y if f"{y:.3f}".startswith("-") else y


@model
class Floored(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y + float(x[0])


@model
class Rounded(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y + round(x[0])


@model
class Remainder(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y * (x[0] % 1)


@model
class MappedToValues(Linear):
    def __call__(self, x: Any) -> Any:
        x = list(map(Value, x))
        return self.w[0] * x[0] + self.w[1] * x[1] + self.b


@model
class AddedToAValue(Linear):
    def __call__(self, x: Any) -> Any:
        return sum((w * xi for w, xi in zip(self.w, x, strict=True)), Value(0.0)) + self.b


@model
class OfFloats(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y + (x[0].hex() != "")


@model
class PickyAboutTypes(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        if not isinstance(x[0], float):
            raise TypeError("features must be floats")
        return y


@model
class ByType(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y if isinstance(x[0], float) else 2.0 * y


@model
class Data(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y * self.w[0].data


@model
class Slot(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y * self.w[0]._data


@model
class LastGradient(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y - 0.01 * self.w[0].grad


@model
class HasGradient(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y * 2.0 if self.w[0].has_grad else y


@model
class PartWithoutGradient(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        with no_grad():
            gate = self.w[1] * x[0]
        return y * (1.0 + gate)


@model
class WholeWithoutGradient(Linear):
    def __call__(self, x: Any) -> Any:
        with no_grad():
            scale = self.w[0] * self.w[0] + 1.0
        return (self.w[0] * x[0] + self.w[1] * x[1]) / scale


@model
class CopiedParameter(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y * copy.copy(self.w[0])


@model
class DeeplyCopied(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y + copy.deepcopy(self.w[1]) * x[1]


@model
class InnerDerivative(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y + grad(y * y, self.w[0])


@model
class InnerGraph(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y + grad(y.tanh(), self.b, create_graph=True)


@model
class Counting(Linear):
    calls = 0

    def bend(self, y: Any, x: Any) -> Any:
        self.calls += 1
        return y * (1.0 if self.calls < 40 else 2.0)


@program
def a_class_that_counts() -> Program:
    class Counting(Linear):
        calls = 0

        def bend(self, y: Any, x: Any) -> Any:
            type(self).calls += 1
            return y * (1.0 if type(self).calls < 40 else 2.0)

    return Program(Counting())


@model
class CountingInAList(Linear):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[int] = []

    def bend(self, y: Any, x: Any) -> Any:
        self.seen.append(1)
        return y * (1.0 if len(self.seen) < 40 else 2.0)


@model
class CountingByIterator(Linear):
    def __init__(self) -> None:
        super().__init__()
        self.counter = itertools.count()

    def bend(self, y: Any, x: Any) -> Any:
        return y * (1.0 if next(self.counter) < 40 else 2.0)


@model
class CountingByGenerator(Linear):
    def __init__(self) -> None:
        super().__init__()
        self.factors = (1.0 if i < 40 else 2.0 for i in itertools.count())

    def bend(self, y: Any, x: Any) -> Any:
        return y * next(self.factors)


@model
class Recurrent(Linear):
    def __init__(self) -> None:
        super().__init__()
        self.last = 0.0

    def bend(self, y: Any, x: Any) -> Any:
        out = y + 0.1 * self.last
        self.last = out.data
        return out


@model
class Stashing(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        self.seen = x
        self.out = y
        return y


@model
class Dropping(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        return y if random.random() > 0.01 else y * 0.0


@model
class DroppingByItsOwn(Linear):
    def __init__(self) -> None:
        super().__init__()
        self.generator = random.Random(3)

    def bend(self, y: Any, x: Any) -> Any:
        return y * (self.generator.random() > 0.2)


@model
class NoisyByNumpy(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        import numpy as np

        return y + 0.01 * float(np.random.normal())


@model
class NoisyByAGenerator(Linear):
    def __init__(self) -> None:
        super().__init__()
        import numpy as np

        self.generator = np.random.default_rng(1)

    def bend(self, y: Any, x: Any) -> Any:
        return y + 0.01 * float(self.generator.normal())


@model
class Pruning(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        if abs(self.w[1].data) < 0.15:
            self.w[1].data = 0.0
        return y


@model
class Annealing(Linear):
    def __init__(self) -> None:
        super().__init__()
        self.scale = 1.0

    def bend(self, y: Any, x: Any) -> Any:
        self.scale *= 0.999
        return y * self.scale


@model
class Clipping(Linear):
    def bend(self, y: Any, x: Any) -> Any:
        self.w[0].data = max(-0.25, min(0.25, self.w[0].data))
        return y


@model
class Embedding(Linear):
    def __init__(self) -> None:
        super().__init__()
        self.table = [Value(0.1 * i) for i in range(3)]

    def bend(self, y: Any, x: Any) -> Any:
        return y + self.table[int(x[0] > 0)]


@program
def embedding_by_int() -> Program:
    table = [Value(0.1), Value(0.2), Value(0.3)]
    X = [[i % 3, row[1]] for i, row in enumerate(ROWS)]
    return Program(lambda x: table[int(x[0])] * x[1], X=X, optimizer=SGD(table, lr=0.05))


@program
def embedding_by_index() -> Program:
    table = [Value(0.1), Value(0.2), Value(0.3)]
    X = [[i % 3, i % 2] for i in range(22)]
    return Program(lambda x: table[x[0]] * x[1], X=X, optimizer=SGD(table, lr=0.05))


@program
def embedding_by_dictionary() -> Program:
    table = {0: Value(0.1), 1: Value(0.2), 2: Value(0.3)}
    X = [[i % 3, i % 2] for i in range(22)]
    return Program(lambda x: table[x[0]] * x[1], X=X, optimizer=SGD(table.values(), lr=0.05))


@program
def a_plain_function() -> Program:
    w = Value(0.3)
    return Program(lambda x: w * x, X=list(NUMBERS), optimizer=SGD([w], lr=0.05))


@program
def a_function_that_counts() -> Program:
    w, calls = Value(0.3), [0]

    def count(x: Any) -> Any:
        calls[0] += 1
        return w * x * (1.0 if calls[0] < 50 else 0.5)

    return Program(count, X=list(NUMBERS), optimizer=SGD([w], lr=0.05))


CALLS = 0


@program
def a_global_that_counts() -> Program:
    global CALLS
    w, CALLS = Value(0.3), 0

    def count(x: Any) -> Any:
        global CALLS
        CALLS += 1
        return w * x * (1.0 if CALLS < 50 else 0.5)

    return Program(count, X=list(NUMBERS), optimizer=SGD([w], lr=0.05))


@program
def a_default_that_counts() -> Program:
    w = Value(0.3)

    def count(x: Any, calls: list[int] = []) -> Any:  # noqa: B006
        calls.append(0)
        return w * x * (1.0 if len(calls) < 50 else 0.5)

    return Program(count, X=list(NUMBERS), optimizer=SGD([w], lr=0.05))


@program
def a_call_of_a_library_model() -> Program:
    inner = mlp()
    return Program(inner.__call__, optimizer=Adam(inner.parameters(), lr=0.02))


@program
def a_subclass_that_adds_nothing() -> Program:
    return Program(type("Mine", (MLP,), {})(2, [3, 1], seed=1))


@program
def a_subclass_that_branches() -> Program:
    class Mine(MLP):
        def __call__(self, x: Any) -> Any:
            out = super().__call__(x)
            return out if out > 0 else 0.1 * out

    return Program(Mine(2, [3, 1], seed=1))


@program
def a_layer_of_ones_own_inside() -> Program:
    class Doubling(Layer):
        def __call__(self, x: Any) -> Any:
            return [2.0 * y if y > 0 else y for y in super().__call__(x)]

    net = mlp()
    net.layers[0] = Doubling(2, 3, seed=4)
    return Program(net)


@program
def a_neuron_of_ones_own_inside() -> Program:
    class Squaring(Neuron):
        def forward(self, x: Any) -> Any:
            return super().forward(x) ** 2

    net = mlp()
    net.layers[0].neurons[1] = Squaring(2, seed=4)
    return Program(net)


@program
def a_method_replaced_on_the_object() -> Program:
    net = mlp()
    neuron = net.layers[0].neurons[1]
    forward = neuron.forward
    neuron.forward = lambda x: forward(x) if x[0] > 0 else 2.0 * forward(x)  # type: ignore[method-assign]
    return Program(net)


@program
def a_weight_replaced_by_a_computed_one() -> Program:
    net, half = mlp(), Value(0.4)
    net.layers[0].neurons[0].w[0] = half * 0.5
    return Program(net, optimizer=SGD([*net.parameters(), half], lr=0.05))


class Loud(Value):
    """A parameter with a setter of its own, which keeps it small."""

    __slots__ = ()

    @property
    def data(self) -> float:
        return self._data

    @data.setter
    def data(self, number: Any) -> None:
        self._data = max(-0.3, min(0.3, float(number)))


@program
def a_parameter_with_a_setter() -> Program:
    net = mlp()
    net.layers[1].neurons[0].w[0] = Loud(0.2)
    return Program(net)


@program
def several_models_in_one() -> Program:
    class Both(Module):
        def __init__(self) -> None:
            self.left, self.right = MLP(2, [2, 1], seed=1), MLP(2, [2, 1], seed=2)

        def __call__(self, x: Any) -> Any:
            return self.left(x) * self.right(x)

    return Program(Both())


@program
def a_list_of_one_output() -> Program:
    net = mlp()
    return Program(lambda x: [net(x)], y=[[s] for s in SUMS], optimizer=SGD(net.parameters(), lr=0.05))


@program
def outputs_with_a_number_among_them() -> Program:
    net = mlp()
    return Program(lambda x: [net(x), 0.0], y=[[s, 0.0] for s in SUMS], optimizer=SGD(net.parameters(), lr=0.05))


@program
def a_cache() -> Program:
    net: Any = Linear()
    cache: dict[Any, Any] = {}

    def cached(x: Any) -> Any:
        key = tuple(x)
        if key not in cache:
            cache[key] = [2.0 * xi for xi in x]
        return net(cache[key])

    return Program(cached, optimizer=SGD(net.parameters(), lr=0.05))


@program
def an_input_that_is_not_used() -> Program:
    w = Value(0.5)
    return Program(lambda x: w * x[0], optimizer=SGD([w], lr=0.05))


@program
def no_input_at_all() -> Program:
    w = Value(0.5)
    return Program(lambda x: w + 0.0, optimizer=SGD([w], lr=0.05))


@program
def a_leaf_outside_of_the_model() -> Program:
    net, scale = mlp(), Value(2.0)
    return Program(lambda x: scale * net(x), optimizer=SGD(net.parameters(), lr=0.05))
