"""Trainings that were recorded, for the tests of the scrubber: two moons, and whatever else is asked."""

from __future__ import annotations

import math
import random
from typing import Any

from chalkgrad.nn import MLP, SGD, Recording, fit

INSIDE = "document.querySelector('.chalkgrad-scrubber').shadowRoot"


def moons(count: int = 100, seed: int = 0) -> tuple[list[list[float]], list[int]]:
    """Two half circles that reach into each other; sides 1 and -1."""
    draw = random.Random(seed)
    X, y = [], []
    for i in range(count):
        turn = math.pi * draw.random()
        upper = math.cos(turn), math.sin(turn)
        across, up = upper if i % 2 == 0 else (1.0 - upper[0], 0.5 - upper[1])
        X.append([across + draw.gauss(0, 0.12), up + draw.gauss(0, 0.12)])
        y.append(1 if i % 2 == 0 else -1)
    return X, y


def recorded(
    X: Any = None,
    y: Any = None,
    loss: Any = "hinge_loss",
    model: Any = None,
    optimizer: Any = None,
    epochs: int = 20,
    batch_size: int = 25,
    **settings: Any,
) -> Recording:
    """A training of a small network on the moons, unless something else is given."""
    if X is None:
        X, y = moons()
    model = model or MLP(len(X[0]), [4, 1], "tanh", seed=1)
    made = optimizer(model.parameters()) if optimizer else SGD(model.parameters(), lr=0.2, momentum=0.5)
    settings = {"seed": 3, "progress": False, **settings}
    history = fit(model, X, y, loss, made, epochs, batch_size, record=True, **settings)
    assert history.recording
    return history.recording
