"""Random graphs for the tests: shared nodes, repeated operands, constants, every smooth op and every kink."""

from __future__ import annotations

import random

from chalkgrad.engine import OPS, Value, clamp, leaky_relu, where

UNARY = [op for op in OPS.values() if op.arity == 1]
BINARY = [op for op in OPS.values() if op.arity == 2]


def random_graph(seed: int, size: int = 30) -> tuple[Value, list[Value]]:
    """A root and its leaves; the same for the same seed. Numbers may overflow: that belongs to the test."""
    rng = random.Random(seed)
    leaves = [Value(rng.choice([rng.uniform(-3, 3), float(rng.randint(-2, 2))]), label=f"x{i}") for i in range(4)]
    nodes = list(leaves)
    for _ in range(size):
        a, b, c = (rng.choice(nodes[-12:]) for _ in range(3))
        kind = rng.randrange(9)
        if kind < 3:
            node = rng.choice(UNARY)(a)
        elif kind < 5:
            node = rng.choice(BINARY)(a, rng.choice([b, b, rng.uniform(-2, 2)]))
        else:
            node = [
                lambda: a ** rng.choice([2, 3, -1, 0.5, 0]),
                lambda: leaky_relu(a, 0.1),
                lambda: clamp(a, -1, 1),
                lambda: where(a > 0, b, c) if rng.random() < 0.5 else where(OPS["gt"](a, 0.0), b, c),
                lambda: OPS["logsumexp"](a, b, c),
            ][rng.randrange(5)]()
        nodes.append(node)
    root = nodes[-1]
    for node in nodes[-6:-1]:
        root = root + node * 0.25
    return root, leaves
