"""Callbacks: what is asked after each epoch, whether to stop, and which weights to keep.

A *callback* is any function of the model and the history so far; what it says yes to ends the training. One that
has a `finish` has the last word on the model.
"""

from __future__ import annotations

import math
from typing import Any

from ..engine import ArgumentError
from .arguments import as_count, as_flag, not_negative
from .history import History
from .module import Module

__all__ = ["BestWeights", "EarlyStopping"]

SCORES = ("loss", "accuracy", "validation_loss", "validation_accuracy")


class BestWeights:
    """Keeps the numbers of the best epoch, and puts them back at the end.

    Args:
        monitor: which of the history's scores is looked at: "loss", "accuracy", "validation_loss" or
            "validation_accuracy"; losses shall be small, accuracies large.
        min_delta: by how much a score must be better to count.

    Attributes:
        best: the best score so far; None before the first.
        epoch: the epoch that it belongs to, from 1; 0 before the first.

    Raises:
        ArgumentError: an unknown score; when it is called, one that the history has not.
    """

    def __init__(self, monitor: str = "validation_loss", min_delta: float = 0.0) -> None:
        if monitor not in SCORES:
            raise ArgumentError(f"monitor must be one of {', '.join(SCORES)}; got {monitor!r}")
        self.monitor = monitor
        self.min_delta = not_negative(min_delta, "min_delta")
        self.best: float | None = None
        self.epoch = 0
        self._numbers: dict[str, float] = {}

    def __call__(self, model: Module, history: History) -> bool:
        """Look at the last epoch; it is never a reason to stop."""
        scores = [score for score in getattr(history, self.monitor) if score is not None]
        if not scores:
            missing = "validation samples" if self.monitor.startswith("validation") else "a metric"
            raise ArgumentError(f"{self.monitor} is to be looked at, and there is none: give fit {missing}")
        score = scores[-1]
        sign = 1.0 if self.monitor.endswith("accuracy") else -1.0
        if self.best is None or sign * score > sign * self.best + self.min_delta or math.isnan(self.best):
            self.best, self.epoch, self._numbers = score, len(scores), model.state_dict()
        return False

    def finish(self, model: Module) -> None:
        """Give the model the numbers of the best epoch."""
        if self._numbers:
            model.load_state_dict(self._numbers)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.monitor!r}, best={self.best}, epoch={self.epoch})"


class EarlyStopping(BestWeights):
    """Ends the training once a score has not become better for some epochs.

    Args:
        monitor, min_delta: as for `BestWeights`.
        patience: how many epochs without a better score are allowed.
        restore_best: whether the model is given the numbers of the best epoch at the end.

    Raises:
        ArgumentError: as for `BestWeights`.

    Source: Prechelt 1998, "Early stopping, but when?"
    """

    def __init__(
        self,
        monitor: str = "validation_loss",
        patience: int = 5,
        min_delta: float = 0.0,
        restore_best: bool = True,
    ) -> None:
        super().__init__(monitor, min_delta)
        self.patience = as_count(patience, "patience", 0)
        self.restore_best = as_flag(restore_best, "restore_best")
        self._seen = 0

    def __call__(self, model: Module, history: History) -> bool:
        """Whether the last epochs have brought nothing."""
        super().__call__(model, history)
        self._seen = len(getattr(history, self.monitor))
        return self._seen - self.epoch > self.patience

    def finish(self, model: Module) -> None:
        """Give the model the numbers of the best epoch, if it is to."""
        if self.restore_best:
            super().finish(model)


def is_over(callbacks: list[Any], model: Any, history: History) -> bool:
    """Ask every callback after an epoch; whether one of them ends the training."""
    answers = [callback(model, history) for callback in callbacks]  # all of them, whatever the first one says
    return any(answers)


def finish(callbacks: list[Any], model: Any) -> None:
    """Give those callbacks that want it the last word."""
    for callback in callbacks:
        if hasattr(callback, "finish"):
            callback.finish(model)
