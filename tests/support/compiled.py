"""What the tests of compiled programs share: both back ends, numbers as bits, and networks of many sizes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from chalkgrad.engine import Value, topological_order
from chalkgrad.engine.compiler.primals import is_called

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

BACKENDS = ("llvm", "numpy")
each_backend = pytest.mark.parametrize("backend", BACKENDS)


def bits(numbers: Any, dtype: str = "float64") -> list[int]:
    """Numbers as bits, every nan as one nan."""
    array = np.array(numbers, dtype)
    array[np.isnan(array)] = np.nan
    patterns: list[int] = array.ravel().view("int64" if dtype == "float64" else "int32").tolist()
    return patterns


def has_code(backend: str, *outputs: Value) -> bool:
    """Whether the back end can run all of a graph; what machine code refuses is in test_backends."""
    return backend == "numpy" or not any(is_called(node._rule) for node in topological_order(*outputs))


def reached(outputs: Sequence[Value], leaves: Sequence[Value]) -> list[Value]:
    found = set(map(id, topological_order(*outputs)))
    return [leaf for leaf in leaves if id(leaf) in found]


def network(sizes: Sequence[int], seed: int = 0) -> tuple[list[Value], list[Value], list[Value]]:
    """Inputs, outputs and parameters of a network of ReLUs."""
    rng = random.Random(seed)
    inputs = xs = [Value(rng.uniform(-1, 1)) for _ in range(sizes[0])]
    parameters = []
    for size in sizes[1:]:
        after = []
        for _ in range(size):
            weights, bias = [Value(rng.uniform(-1, 1)) for _ in xs], Value(rng.uniform(-1, 1))
            parameters += [*weights, bias]
            total = bias
            for w, x in zip(weights, xs, strict=True):
                total = total + w * x
            after.append(total.relu() if len(parameters) and size != sizes[-1] else total)
        xs = after
    return inputs, xs, parameters


def squares(sizes: Sequence[int], decay: float = 0.01) -> tuple[Value, list[Value], list[Value]]:
    """A loss with a part that is the same for every row, its inputs and its parameters."""
    inputs, outputs, parameters = network(sizes)
    target = Value(0.5)
    loss: Any = sum((out - target) * (out - target) for out in outputs) + decay * sum(p * p for p in parameters)
    return loss, [*inputs, target], parameters
