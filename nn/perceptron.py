"""The perceptron of 1958: one neuron that says yes or no, and a rule that moves it only when it is wrong.

Its activation is a step, whose slope is 0 wherever it has one: no gradient comes through, and none is needed.
The rule that learns is older than backpropagation by decades.
"""

from __future__ import annotations

from typing import Any

from ..engine import ArgumentError, ArgumentTypeError, Value, no_grad
from ..engine.floats import as_float
from .arguments import as_count, is_sequence, not_negative
from .layers import inputs
from .module import Module

__all__ = ["Perceptron"]


class Perceptron(Module):
    """A neuron with a step: 1 where `b + w[0] * x[0] + w[1] * x[1] + ...` is 0 or more, else 0.

    All its weights start at 0. If a line (a plane, ...) separates the two classes, its rule finds one
    after a finite number of mistakes (Novikoff 1962); if none does, as for exclusive or, it never rests.

    Args:
        nin: number of inputs.

    Raises:
        ArgumentError: a size below 1.

    Source: Rosenblatt 1958, "The perceptron: a probabilistic model for information storage and
    organization in the brain".

    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]     # and
    >>> perceptron = Perceptron(2)
    >>> perceptron.learn(X, y)
    [2, 3, 3, 2, 1, 0]
    >>> perceptron.predict(X)
    [0.0, 0.0, 0.0, 1.0]
    """

    _is_shown_whole = True

    def __init__(self, nin: int) -> None:
        self.w = [Value(0.0, label=f"w[{i}]") for i in range(as_count(nin, "nin"))]
        self.b = Value(0.0, label="b")

    def forward(self, x: Any) -> Value:
        """The answer for one sample, 0 or 1; errors as for `Neuron`."""
        name = self.scope or "neuron"
        out = self.b
        for w, xi in zip(self.w, inputs(x, len(self.w), name), strict=True):
            out = out + w * xi
        out = out.ge(0.0)
        out.scope = name
        return out

    def correct(self, x: Any, target: Any, lr: float = 1.0) -> bool:
        """Show it one sample: if it is wrong, each weight moves by lr times its input, towards the target.

        Args:
            x: one sample, `nin` numbers.
            target: its class: 1, or 0 or -1 for the other.
            lr: how far the weights move; from weights of 0 it changes no answer, only their scale.

        Returns:
            Whether it was wrong.

        Raises:
            ArgumentError: another class, or a sample of another size.
        """
        side = as_float(target, "target")
        if side not in (-1.0, 0.0, 1.0):
            raise ArgumentError(f"target must be 1, or 0 or -1 for the other class; got {target}")
        rate = not_negative(lr, "lr")
        numbers = [xi.data for xi in inputs(x, len(self.w), self.scope or "perceptron")]
        with no_grad():
            error = float(side > 0.0) - self(numbers).data
        if error == 0.0:
            return False
        moved = [w.data + rate * error * number for w, number in zip(self.w, numbers, strict=True)]
        for w, number in zip(self.w, moved, strict=True):
            w.data = number
        self.b.data += rate * error
        return True

    def learn(self, X: Any, y: Any, epochs: int = 100, lr: float = 1.0) -> list[int]:
        """Show it all samples, again and again, until it makes no mistake.

        Args:
            X: samples, n rows of `nin` numbers.
            y: their n classes, as for `correct`.
            epochs: how often at most.
            lr: as for `correct`.

        Returns:
            The mistakes of each epoch; the last is 0 if it has learned them all.

        Raises:
            ArgumentError: sizes that do not fit, no samples, or what `correct` refuses.
            ArgumentTypeError: no lists.
        """
        if not is_sequence(X) or not is_sequence(y):
            raise ArgumentTypeError(f"X and y must be lists or arrays, got {type(X).__name__} and {type(y).__name__}")
        if len(X) != len(y) or not len(X):
            raise ArgumentError(f"X and y must have equally many samples, at least one; got {len(X)} and {len(y)}")
        mistakes: list[int] = []
        for _ in range(as_count(epochs, "epochs")):
            mistakes.append(sum([self.correct(x, target, lr) for x, target in zip(X, y, strict=True)]))
            if not mistakes[-1]:
                break
        return mistakes

    def __repr__(self) -> str:
        return f"Perceptron({len(self.w)})"
