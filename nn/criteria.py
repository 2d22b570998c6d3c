"""Losses as objects that keep their settings: `criterion = CrossEntropyLoss(label_smoothing=0.1)`.

Each is called as the function is whose settings it keeps; names and settings are PyTorch's.
"""

from __future__ import annotations

from typing import Any, ClassVar

from .known import known_to_compile
from .losses import (
    METRICS,
    Loss,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber_loss,
    l1_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)
from .metrics import Metric

__all__ = [
    "BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "HuberLoss", "L1Loss", "MSELoss", "NLLLoss", "SmoothL1Loss",
]  # fmt: skip


class Criterion:
    """What all of them share: a function, and the settings that it is called with."""

    _loss: ClassVar[tuple[Loss]]  # in a tuple, so that it does not become a method

    def __init__(self, reduction: str = "mean", **settings: Any) -> None:
        self.settings = {"reduction": reduction, **settings}

    @property
    def metric(self) -> Metric | None:
        """What is right where the loss is small; None for a loss that has no such thing."""
        return METRICS[self._loss[0]]

    @property
    def is_mean_of_samples(self) -> bool:
        """Whether the loss of a batch is the mean of its samples' losses: not a sum, nor a mean by class weights."""
        return self.settings["reduction"] == "mean" and self.settings.get("weight") is None

    def __call__(self, input: Any, target: Any) -> Any:
        """The loss of outputs and their targets; errors as for the function."""
        return self._loss[0](input, target, **self.settings)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={x!r}' for k, x in self.settings.items())})"


@known_to_compile
class MSELoss(Criterion):
    """`mse_loss` as an object.

    >>> from chalkgrad.engine import Value
    >>> MSELoss()([Value(1.0), Value(5.0)], [1.0, 3.0]).data
    2.0
    """

    _loss = (mse_loss,)


@known_to_compile
class L1Loss(Criterion):
    """`l1_loss` as an object."""

    _loss = (l1_loss,)


@known_to_compile
class HuberLoss(Criterion):
    """`huber_loss` as an object."""

    _loss = (huber_loss,)

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction, delta=delta)


@known_to_compile
class SmoothL1Loss(Criterion):
    """`smooth_l1_loss` as an object."""

    _loss = (smooth_l1_loss,)

    def __init__(self, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction, beta=beta)


@known_to_compile
class BCELoss(Criterion):
    """`binary_cross_entropy` as an object: on probabilities."""

    _loss = (binary_cross_entropy,)


@known_to_compile
class BCEWithLogitsLoss(Criterion):
    """`binary_cross_entropy_with_logits` as an object."""

    _loss = (binary_cross_entropy_with_logits,)

    def __init__(self, reduction: str = "mean", pos_weight: float | None = None) -> None:
        super().__init__(reduction, pos_weight=pos_weight)


@known_to_compile
class CrossEntropyLoss(Criterion):
    """`cross_entropy` as an object: on logits."""

    _loss = (cross_entropy,)

    def __init__(self, weight: Any = None, reduction: str = "mean", label_smoothing: float = 0.0) -> None:
        super().__init__(reduction, weight=weight, label_smoothing=label_smoothing)


@known_to_compile
class NLLLoss(Criterion):
    """`nll_loss` as an object: on log-probabilities."""

    _loss = (nll_loss,)

    def __init__(self, weight: Any = None, reduction: str = "mean") -> None:
        super().__init__(reduction, weight=weight)


def metric_of(loss: Any) -> Metric | None:
    """The metric that goes with a loss: one of the functions, or an object of them; None for one's own."""
    return loss.metric if isinstance(loss, Criterion) else METRICS.get(loss)
