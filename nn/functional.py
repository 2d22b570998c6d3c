"""Activations as functions, of one number or of a whole layer: `relu(self.fc1(x))`.

The op table knows single numbers; a layer hands on a list of them. These take both, nested
as one likes, and give back what they were given: Values for Values, floats for floats.

>>> from chalkgrad.nn import functional as F
>>> F.relu([1.0, -2.0])
[1.0, 0.0]
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from ..engine import ArgumentError, logsumexp, ops
from ..engine.floats import as_float
from ..engine.modes import note_read
from .arguments import as_flag, as_generator, is_sequence
from .losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)

__all__ = [
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "dropout", "gelu", "hinge_loss",
    "huber_loss", "l1_loss", "leaky_relu", "log_softmax", "mse_loss", "nll_loss", "relu", "sigmoid", "silu",
    "smooth_l1_loss", "softmax", "softplus", "tanh",
]  # fmt: skip


def relu(x: Any) -> Any:
    """`x` where it is positive, 0 elsewhere."""
    return each(ops.relu, x)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent, between -1 and 1."""
    return each(ops.tanh, x)


def sigmoid(x: Any) -> Any:
    """`1 / (1 + exp(-x))`, between 0 and 1."""
    return each(ops.sigmoid, x)


def leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    """`x` where it is positive, `negative_slope * x` elsewhere."""
    op = ops.leaky_relu_with(as_float(negative_slope, "negative_slope"))
    return each(op, x)


def gelu(x: Any) -> Any:
    """`x` times the share of a normal distribution below it (Hendrycks and Gimpel 2016), by the exact form."""
    return each(ops.gelu, x)


def silu(x: Any) -> Any:
    """`x * sigmoid(x)` (Elfwing, Uchibe and Doya 2018)."""
    return each(ops.silu, x)


def softplus(x: Any) -> Any:
    """`log(1 + exp(x))`, a smooth relu."""
    return each(ops.softplus, x)


def softmax(x: Any) -> Any:
    """A row of scores as positive numbers whose sum is 1; of rows, each by itself (torch's `dim=-1`).

    Raises:
        ArgumentError: no row, or an empty one.
    """
    return _rows(ops.softmax, x, "softmax")


def log_softmax(x: Any) -> Any:
    """The logarithms of `softmax`, without the digits that a logarithm of it would lose.

    Raises:
        ArgumentError: as for `softmax`.
    """
    return _rows(_log_softmax, x, "log_softmax")


def dropout(x: Any, p: float = 0.5, training: bool = True, *, generator: random.Random | None = None) -> Any:
    """Each number set to 0 with probability p, and the others divided by 1 - p: their mean stays.

    Args:
        x: a Value or number, or nested lists of them.
        p: the probability, from 0 to 1.
        training: False gives x as it is.
        generator: the `random.Random` to draw from; with none, Python's own.

    Raises:
        ArgumentError: p out of range.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014, "Dropout".
    """
    p = probability(p)
    generator = as_generator(None, generator)
    if not as_flag(training, "training") or p == 0.0:
        return x
    note_read()  # what was drawn leaves no trace in the graph: such a model cannot be compiled
    draw = random.random if generator is None else generator.random
    return each(lambda xi: xi * (0.0 if p == 1.0 or draw() < p else 1.0 / (1.0 - p)), x)


def probability(p: Any) -> float:
    """A number from 0 to 1.

    Raises:
        ArgumentError: it is not.
    """
    number = as_float(p, "p")
    if not 0.0 <= number <= 1.0:
        raise ArgumentError(f"p must be a probability from 0 to 1, got {p}")
    return number


def each(function: Callable[[Any], Any], x: Any) -> Any:
    """A function of one number, on each of those in nested sequences."""
    return [each(function, xi) for xi in x] if is_sequence(x) else function(x)


def _rows(function: Callable[[Any], list[Any]], x: Any, name: str) -> Any:
    if not is_sequence(x):
        raise ArgumentError(f"{name} compares the scores of a row, such as the outputs of a layer; got a single one")
    if len(x) and is_sequence(x[0]):
        return [_rows(function, row, name) for row in x]
    return function(x)


def _log_softmax(scores: Any) -> list[Any]:
    scores = list(scores)
    if not scores:
        raise ArgumentError("log_softmax takes at least one score, got none")
    total = logsumexp(*scores)
    return [score - total for score in scores]
