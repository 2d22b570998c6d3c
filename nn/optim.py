"""Optimizers: rules that turn gradients into better parameters.

After `backward()` has left a gradient in each parameter, `step()` moves every one of
them a little against it. Names, defaults and arithmetic are those of `torch.optim`. Those that
divide a running mean by its size, Adam and its kin, are in `moments`.
"""

from __future__ import annotations

from typing import NamedTuple

from ..engine import ArgumentError, ops
from ..engine.floats import as_float
from .arguments import UnsuitableError, not_negative
from .known import known_to_compile
from .moments import Adam, AdamW, NAdam, lerp
from .optimizer import Optimizer, Params

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "NAdam", "RMSprop"]


class Momentum(NamedTuple):
    """What SGD with momentum remembers of one parameter's gradients."""

    buffer: float = 0.0


@known_to_compile
class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if wanted.

    With g the gradient (negated to maximize), p the parameter and b its momentum buffer:

        g = g + weight_decay * p
        b = g at the first step, then momentum * b + (1 - dampening) * g
        g = g + momentum * b if nesterov, else b     (only with momentum)
        p = p - lr * g

    Args:
        params, lr, maximize: as for `Optimizer`.
        momentum: how much of the last step is kept.
        dampening: how much of the new gradient momentum leaves out.
        weight_decay: pull towards 0 (an L2 penalty of weight_decay / 2).
        nesterov: look ahead by one step of momentum.

    Raises:
        ArgumentError: a setting out of range, or `nesterov` without momentum or with dampening.

    Source: Sutskever, Martens, Dahl and Hinton 2013, "On the importance of initialization and
    momentum in deep learning", in the form of torch.optim.SGD.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, weight_decay, maximize)
        self.momentum = not_negative(momentum, "momentum")
        self.dampening = as_float(dampening, "dampening")
        self.nesterov = nesterov
        if nesterov and (self.momentum == 0.0 or self.dampening != 0.0):
            raise ArgumentError(
                f"nesterov wants momentum > 0 and dampening 0, got momentum={momentum}, dampening={dampening}"
            )

    def _update(self, p: float, g: float, state: Momentum | None) -> tuple[float, Momentum | None]:
        if self.weight_decay:
            g = g + self.weight_decay * p
        if self.momentum:
            buffer = g if state is None else state.buffer * self.momentum + g * (1.0 - self.dampening)
            g = g + self.momentum * buffer if self.nesterov else buffer
            state = Momentum(buffer)
        return p - self.lr * g, state

    def _blank(self) -> Momentum | None:
        if not self.momentum:
            return None
        if self.dampening and None in self._states:
            raise UnsuitableError("with dampening, the first step of SGD differs from the others")
        return Momentum()  # a buffer of 0 gives the gradient at the first step, as _update has it


class Averages(NamedTuple):
    """What RMSprop remembers of one parameter's gradients."""

    square: float = 0.0
    mean: float = 0.0
    buffer: float = 0.0


@known_to_compile
class RMSprop(Optimizer):
    """Gradients divided by the root of their running mean of squares.

    With g the gradient (negated to maximize), p the parameter, b its momentum buffer:

        g = g + weight_decay * p
        v = alpha * v + (1 - alpha) * g * g          running mean of squares
        m = alpha * m + (1 - alpha) * g              running mean, taken off if centered: v - m * m
        g = g / (sqrt(v) + eps)
        b = momentum * b + g, and g = b              (only with momentum)
        p = p - lr * g

    Args:
        params, lr, maximize: as for `Optimizer`.
        alpha: how slowly the means forget.
        eps: keeps the quotient finite.
        weight_decay: pull towards 0, through the gradient.
        momentum: how much of the last step is kept.
        centered: whether the variance stands in for the mean of squares.

    Raises:
        ArgumentError: a setting out of range.

    Source: Tieleman and Hinton 2012, "Neural networks for machine learning", lecture 6.5; centered: Graves
    2013, "Generating sequences with recurrent neural networks"; in the form of torch.optim.RMSprop.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, weight_decay, maximize)
        self.alpha = not_negative(alpha, "alpha")
        self.eps = not_negative(eps, "eps")
        self.momentum = not_negative(momentum, "momentum")
        self.centered = centered

    def _update(self, p: float, g: float, averages: Averages | None) -> tuple[float, Averages]:
        square, mean, buffer = averages or Averages()
        if self.weight_decay:
            g = g + self.weight_decay * p
        square = square * self.alpha + (1.0 - self.alpha) * g * g
        spread = square
        if self.centered:
            mean = lerp(mean, g, 1.0 - self.alpha)
            spread = square - mean * mean
        step = ops.div(g, ops.sqrt(spread) + self.eps)
        if self.momentum:
            buffer = step = buffer * self.momentum + step
        return p - self.lr * step, Averages(square, mean, buffer)

    def _blank(self) -> Averages:
        return Averages()


class Sum(NamedTuple):
    """What Adagrad remembers of one parameter's gradients."""

    step: int = 0
    square: float = 0.0


@known_to_compile
class Adagrad(Optimizer):
    """Gradients divided by the root of the sum of their squares so far: rare ones go far.

    With g the gradient (negated to maximize), p the parameter and t the number of its steps:

        g = g + weight_decay * p
        s = s + g * g
        p = p - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)

    Args:
        params, lr, maximize: as for `Optimizer`.
        lr_decay: how fast the learning rate falls.
        weight_decay: pull towards 0, through the gradient.
        initial_accumulator_value: what the sums start from.
        eps: keeps the quotient finite.

    Raises:
        ArgumentError: a setting out of range.

    Source: Duchi, Hazan and Singer 2011, "Adaptive subgradient methods for online learning and stochastic
    optimization", in the form of torch.optim.Adagrad.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, weight_decay, maximize)
        self.lr_decay = not_negative(lr_decay, "lr_decay")
        self.initial_accumulator_value = not_negative(initial_accumulator_value, "initial_accumulator_value")
        self.eps = not_negative(eps, "eps")

    def _update(self, p: float, g: float, sums: Sum | None) -> tuple[float, Sum]:
        step, square = sums or self._blank()
        step += 1
        if self.weight_decay:
            g = g + self.weight_decay * p
        square = square + g * g
        rate = self.lr / (1.0 + (step - 1) * self.lr_decay)
        return p - rate * ops.div(g, ops.sqrt(square) + self.eps), Sum(step, square)

    def _blank(self) -> Sum:
        return Sum(0, self.initial_accumulator_value)
