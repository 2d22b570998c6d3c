"""Adam and its kin: a running mean of the gradients, divided by the root of that of their squares.

The two running means are called the first and the second *moment*.
"""

from __future__ import annotations

from typing import NamedTuple

from ..engine import ArgumentError, ops
from ..engine.floats import as_float
from .arguments import not_negative
from .known import known_to_compile
from .optimizer import Optimizer, Params

__all__ = ["Adam", "AdamW", "NAdam"]


class Averaging(Optimizer):
    """What Adam and NAdam share: how slowly their two means forget, and what keeps the quotient finite."""

    def __init__(
        self, params: Params, lr: float, betas: tuple[float, float], eps: float, weight_decay: float, maximize: bool
    ) -> None:
        super().__init__(params, lr, weight_decay, maximize)
        if not isinstance(betas, (tuple, list)) or len(betas) != 2:
            raise ArgumentError(f"betas must be two numbers, got {betas!r}")
        for i, beta in enumerate(betas):
            if not 0.0 <= as_float(beta, f"betas[{i}]") < 1.0:
                raise ArgumentError(f"betas[{i}] must be in [0, 1), got {beta}")
        self.betas = float(betas[0]), float(betas[1])
        self.eps = not_negative(eps, "eps")


class Moments(NamedTuple):
    """What Adam remembers of one parameter's gradients."""

    step: int = 0
    mean: float = 0.0
    square: float = 0.0
    largest: float = 0.0


@known_to_compile
class Adam(Averaging):
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
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, maximize)
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
        mean = lerp(mean, g, 1.0 - beta1)
        square = square * beta2 + (1.0 - beta2) * g * g
        largest = ops.maximum(largest, square) if self.amsgrad else square
        spread = ops.sqrt(largest) / ops.sqrt(1.0 - beta2**step) + self.eps
        p = p - ops.div(self.lr / (1.0 - beta1**step) * mean, spread)
        return p, Moments(step, mean, square, largest)

    def _blank(self) -> Moments:
        return Moments()


@known_to_compile
class AdamW(Adam):
    """Adam whose weight decay acts on the parameter itself: `p = p * (1 - lr * weight_decay)`, then Adam.

    Arguments and errors are those of `Adam`, with a weight decay of 0.01 if none is given.

    Source: Loshchilov and Hutter 2019, "Decoupled weight decay regularization".
    """

    decoupled = True

    def __init__(
        self,
        params: Params,
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


class NesterovMoments(NamedTuple):
    """What NAdam remembers of one parameter's gradients."""

    step: int = 0
    mean: float = 0.0
    square: float = 0.0
    product: float = 1.0


@known_to_compile
class NAdam(Averaging):
    """Adam that looks ahead by one step of its momentum, as Nesterov's does.

    With m, v and t as for `Adam`, u(t) = beta1 * (1 - 0.96**(t * momentum_decay) / 2), and P the product of
    all u so far:

        p = p - lr * ((1 - u(t)) / (1 - P) * g + u(t + 1) / (1 - P * u(t + 1)) * m) / (sqrt(v / (1 - beta2**t)) + eps)

    Args:
        params, lr, maximize: as for `Optimizer`.
        betas: how slowly the two running means forget, each in [0, 1).
        eps: keeps the quotient finite.
        weight_decay: pull towards 0, through the gradient.
        momentum_decay: how fast the momentum grows to beta1.
        decoupled_weight_decay: whether decay acts on the parameter itself, as in `AdamW`.

    Raises:
        ArgumentError: a setting out of range.

    Source: Dozat 2016, "Incorporating Nesterov momentum into Adam", in the form of torch.optim.NAdam.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, maximize)
        self.momentum_decay = not_negative(momentum_decay, "momentum_decay")
        self.decoupled_weight_decay = decoupled_weight_decay

    def _update(self, p: float, g: float, moments: NesterovMoments | None) -> tuple[float, NesterovMoments]:
        beta1, beta2 = self.betas
        step, mean, square, product = moments or NesterovMoments()
        step += 1
        if self.weight_decay:
            if self.decoupled_weight_decay:
                p = p * (1.0 - self.lr * self.weight_decay)
            else:
                g = g + self.weight_decay * p
        now = beta1 * (1.0 - 0.5 * 0.96 ** (step * self.momentum_decay))
        next_ = beta1 * (1.0 - 0.5 * 0.96 ** ((step + 1) * self.momentum_decay))
        product = product * now
        mean = lerp(mean, g, 1.0 - beta1)
        square = square * beta2 + (1.0 - beta2) * g * g
        spread = ops.sqrt(square / (1.0 - beta2**step)) + self.eps
        p = p - ops.div(self.lr * (1.0 - now) / (1.0 - product) * g, spread)
        p = p - ops.div(self.lr * next_ / (1.0 - product * next_) * mean, spread)
        return p, NesterovMoments(step, mean, square, product)

    def _blank(self) -> NesterovMoments:
        return NesterovMoments()


def lerp(start: float, end: float, weight: float) -> float:
    """`(1 - weight) * start + weight * end`, reckoned from the nearer end as torch.lerp does."""
    if weight < 0.5:
        return start + weight * (end - start)
    return end - (end - start) * (1.0 - weight)
