"""Random graphs for the tests: shared nodes, repeated operands, constants, every op of the table."""

from __future__ import annotations

import random

from chalkgrad.engine import OPS, Value, clamp, leaky_relu, where

UNARY = [op for op in OPS.values() if op.arity == 1]
BINARY = [op for op in OPS.values() if op.arity == 2]
FREE = [op for op in OPS.values() if op.arity is None]


def random_graph(seed: int, size: int = 30) -> tuple[Value, list[Value]]:
    """A root and its leaves; the same for the same seed. Numbers may overflow: that belongs to the test."""
    rng = random.Random(seed)
    leaves = [Value(rng.choice([rng.uniform(-3, 3), float(rng.randint(-2, 2))]), label=f"x{i}") for i in range(4)]
    nodes = list(leaves)
    for _ in range(size):
        nodes.append(_random_node(rng, *(rng.choice(nodes[-12:]) for _ in range(3))))
    root = nodes[-1]
    for node in nodes[-6:-1]:
        root = root + node * 0.25
    return root, leaves


def _random_node(rng: random.Random, a: Value, b: Value, c: Value) -> Value:
    kind = rng.randrange(10)
    if kind < 3:
        return rng.choice(UNARY)(a)
    if kind < 5:
        op = rng.choice(BINARY)
        seconds: list[Value | float] = [b, b, rng.uniform(-2, 2)]
        return op(a, rng.choice(seconds))
    if kind == 5:
        return a ** rng.choice([2, 3, -1, 0.5, 0])
    if kind == 6:
        return leaky_relu(a, 0.1)
    if kind == 7:
        return clamp(a, -1, 1)
    if kind == 8:
        return where(OPS["gt"](a, 0.0), b, c)
    return rng.choice(FREE)(a, b, c)


def neuron() -> tuple[Value, dict[str, Value]]:
    numbers = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    leaf = {name: Value(x, label=name) for name, x in numbers.items()}
    n = leaf["x1"] * leaf["w1"] + leaf["x2"] * leaf["w2"] + leaf["b"]
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    return o, leaf
