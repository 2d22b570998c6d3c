"""Programs that are trained eagerly and compiled, and must come to the same parameters, or be refused.

A program is made anew for each run, so that nothing of one run is left in the next. `LIBRARY` is chalkgrad's own
throughout, and "auto" compiles it; of the others "auto" compiles none.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalkgrad.engine import Value
from chalkgrad.nn import MLP, SGD, Module, mse_loss

RNG = random.Random(5)
ROWS = [[RNG.uniform(-1, 1), RNG.uniform(-1, 1)] for _ in range(22)]
for _row in ROWS[::5]:
    _row[1] = -1.0  # a mark for what is missing
NUMBERS = [row[0] for row in ROWS]
SUMS = [a + 2 * b for a, b in ROWS]
SIDES = [1 if a > b else -1 for a, b in ROWS]
BITS = [1.0 if a > b else 0.0 for a, b in ROWS]
CLASSES = [(a > 0) + (b > 0) for a, b in ROWS]
RARE = [2 if i == 20 else int(a > 0) for i, (a, _) in enumerate(ROWS)]
PARTS = [[0.2, 0.3, 0.5] if a > 0 else [0.9, 0.1, 0.0] for a, _ in ROWS]


@dataclass
class Program:
    """What `fit` is given."""

    model: Any
    X: Any = field(default_factory=lambda: [list(row) for row in ROWS])
    y: Any = field(default_factory=lambda: list(SUMS))
    loss: Any = mse_loss
    optimizer: Any = None
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.optimizer is None:
            self.optimizer = SGD(self.model.parameters(), lr=0.05)


Make = Callable[[], Program]


class Linear(Module):
    """A model of one's own: `w . x + b`; the programs override `bend`."""

    def __init__(self) -> None:
        self.w = [Value(0.3), Value(-0.2)]
        self.b = Value(0.1)

    def __call__(self, x: Any) -> Any:
        return self.bend(self.w[0] * x[0] + self.w[1] * x[1] + self.b, x)

    def bend(self, y: Any, x: Any) -> Any:
        return y


def mlp(outputs: int = 1, **settings: Any) -> MLP:
    return MLP(2, [3, outputs], "tanh", seed=1, **settings)


class Collection(dict[str, Make]):
    """Programs by name, each once."""

    def add(self, make: Make) -> Make:
        assert make.__name__ not in self, make.__name__
        self[make.__name__] = make
        return make

    def add_model(self, model: type[Linear]) -> type[Linear]:
        """A program that trains a model of this class, and is otherwise plain."""
        assert model.__name__ not in self, model.__name__
        self[model.__name__] = lambda: Program(model())
        return model

    def add_loss(self, loss: Any) -> Any:
        """A program that trains a library model with the loss that this function makes."""
        assert loss.__name__ not in self, loss.__name__

        def make() -> Program:
            program = Program(mlp())
            program.loss = loss(program)
            return program

        self[loss.__name__] = make
        return loss
