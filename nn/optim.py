"""Optimizers: rules that turn gradients into better parameters.

After `backward()` has left a gradient in each parameter, `step()` moves every one of
them a little against it. Names, defaults and arithmetic are those of `torch.optim`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ..engine import ArgumentError, Value, ops
from ..engine.floats import as_float
from .arguments import UnsuitableError, not_negative
from .optimizer import Optimizer

__all__ = ["SGD", "Adam", "AdamW"]


class Momentum(NamedTuple):
    """What SGD with momentum remembers of one parameter's gradients."""

    buffer: float = 0.0


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
        params: Iterable[Value],
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


class Moments(NamedTuple):
    """What Adam remembers of one parameter's gradients."""

    step: int = 0
    mean: float = 0.0
    square: float = 0.0
    largest: float = 0.0


class Adam(Optimizer):
    """Adam: steps of about lr, whatever the size of the gradients.

    With g the gradient (negated to maximize), p the parameter and t the number of its steps:

        g = g + weight_decay * p
        m = beta1 * m + (1 - beta1) * g         running mean
        v = beta2 * v + (1 - beta2) * g * g     running mean of squares
        p = p - lr / (1 - beta1**t) * m / (sqrt(v) / sqrt(1 - beta2**t) + eps)

    Args:
        params, lr, maximize: as for `Optimizer`.
        betas: how slowly the two running means forget, each in [0, 1).
        eps: keeps the quotient finite.
        weight_decay: pull towards 0, through the gradient.
        amsgrad: divide by the largest v so far instead.

    Raises:
        ArgumentError: a setting out of range.

    Source: Kingma and Ba 2015, "Adam: a method for stochastic optimization"; amsgrad: Reddi, Kale
    and Kumar 2018, "On the convergence of Adam and beyond"; in the form of torch.optim.Adam.
    """

    decoupled = False  # whether decay acts on the parameter itself rather than on its gradient

    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, weight_decay, maximize)
        self.betas = _betas(betas)
        self.eps = not_negative(eps, "eps")
        self.amsgrad = amsgrad

    def _update(self, p: float, g: float, moments: Moments | None) -> tuple[float, Moments]:
        beta1, beta2 = self.betas
        step, mean, square, largest = moments or Moments()
        step += 1
        if self.weight_decay:
            if self.decoupled:
                p = p * (1.0 - self.lr * self.weight_decay)
            else:
                g = g + self.weight_decay * p
        mean = _lerp(mean, g, 1.0 - beta1)
        square = square * beta2 + (1.0 - beta2) * g * g
        largest = ops.maximum(largest, square) if self.amsgrad else square
        spread = ops.sqrt(largest) / ops.sqrt(1.0 - beta2**step) + self.eps
        p = p - ops.div(self.lr / (1.0 - beta1**step) * mean, spread)
        return p, Moments(step, mean, square, largest)

    def _blank(self) -> Moments:
        return Moments()


class AdamW(Adam):
    """Adam whose weight decay acts on the parameter itself: `p = p * (1 - lr * weight_decay)`, then Adam.

    Arguments and errors are those of `Adam`, with a weight decay of 0.01 if none is given.

    Source: Loshchilov and Hutter 2019, "Decoupled weight decay regularization".
    """

    decoupled = True

    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize)

    _blank = Adam._blank


def _lerp(start: float, end: float, weight: float) -> float:
    """`(1 - weight) * start + weight * end`, reckoned from the nearer end as torch.lerp does."""
    if weight < 0.5:
        return start + weight * (end - start)
    return end - (end - start) * (1.0 - weight)


def _betas(betas: Any) -> tuple[float, float]:
    if not isinstance(betas, (tuple, list)) or len(betas) != 2:
        raise ArgumentError(f"betas must be two numbers, got {betas!r}")
    for i, beta in enumerate(betas):
        if not 0.0 <= as_float(beta, f"betas[{i}]") < 1.0:
            raise ArgumentError(f"betas[{i}] must be in [0, 1), got {beta}")
    return float(betas[0]), float(betas[1])
