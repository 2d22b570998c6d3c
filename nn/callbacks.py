"""Callbacks: what is asked after each epoch, whether to stop, and which weights to keep.

A *callback* is any function of the model and the history so far; when it returns True, the training ends. One that
has a `start(model, scores)` is told what will be trained and scored, and one with a `finish(model)` has the last word.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any, NoReturn

from ..engine import ArgumentError, ArgumentTypeError
from .arguments import as_count, as_flag, is_flag, is_sequence, not_negative
from .history import History
from .known import known_to_compile
from .module import Module

__all__ = ["BestWeights", "EarlyStopping"]

SCORES = ("loss", "accuracy", "validation_loss", "validation_accuracy")


@known_to_compile
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
        ArgumentError: an unknown score; when it starts or is called, one that there is not, or a model that is no
            `Module`.
    """

    def __init__(self, monitor: str = "validation_loss", min_delta: float = 0.0) -> None:
        if monitor not in SCORES:
            raise ArgumentError(f"monitor must be one of {', '.join(SCORES)}; got {monitor!r}")
        self.monitor = monitor
        self.min_delta = not_negative(min_delta, "min_delta")
        self._forget()

    def _forget(self) -> None:
        self.best: float | None = None
        self.epoch = 0
        self._numbers: dict[str, float] = {}

    def start(self, model: Any, scores: Collection[str] = SCORES) -> None:
        """Forget an earlier training; `scores` are those that this one will have.

        Raises:
            ArgumentError: what is looked at is not among them, or the model is no `Module`.
        """
        if not isinstance(model, Module):
            raise ArgumentError(f"{type(self).__name__} keeps the numbers of a Module, got {type(model).__name__}")
        if self.monitor not in scores:
            self._refuse()
        self._forget()

    def _refuse(self) -> NoReturn:
        needs = {"validation": "validation samples", "accuracy": "a metric"}
        missing = " and ".join(what for word, what in needs.items() if word in self.monitor)
        raise ArgumentError(f"{self.monitor} is to be looked at, and there is none: give fit {missing}")

    def __call__(self, model: Module, history: History) -> bool:
        """Look at the last epoch; it is never a reason to stop."""
        scores = [score for score in getattr(history, self.monitor) if score is not None]
        if not scores:
            self._refuse()
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


@known_to_compile
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

    def __call__(self, model: Module, history: History) -> bool:
        """Whether the last epochs have brought nothing."""
        super().__call__(model, history)
        return len(getattr(history, self.monitor)) - self.epoch > self.patience

    def finish(self, model: Module) -> None:
        """Give the model the numbers of the best epoch, if it is to."""
        if self.restore_best:
            super().finish(model)


def as_callbacks(callbacks: Any) -> list[Any]:
    """One callback or several, as a list.

    Raises:
        ArgumentTypeError: one of them cannot be called.
    """
    several = list(callbacks) if is_sequence(callbacks) else [callbacks]
    for i, callback in enumerate(several):
        if not callable(callback):
            cure = "; a schedule is given as schedule=" if hasattr(callback, "get_last_lr") else ""
            raise ArgumentTypeError(
                f"callbacks[{i}] must be a function of the model and the history, got {type(callback).__name__}{cure}"
            )
        if isinstance(callback, type):
            raise ArgumentTypeError(f"callbacks[{i}] must be an object, such as {callback.__name__}()")
    return several


def start(callbacks: list[Any], model: Any, scores: Collection[str]) -> None:
    """Tell those callbacks that want to know that a training begins, and which scores it will have."""
    for callback in callbacks:
        if hasattr(callback, "start"):
            callback.start(model, scores)


def is_over(callbacks: list[Any], model: Any, history: History) -> bool:
    """Ask every callback after an epoch; whether one of them ends the training."""
    answers = [callback(model, history) for callback in callbacks]  # all of them, whatever the first one says
    return any(bool(answer) for answer in answers if is_flag(answer))


def finish(callbacks: list[Any], model: Any) -> None:
    """Give those callbacks that want it the last word."""
    for callback in callbacks:
        if hasattr(callback, "finish"):
            callback.finish(model)
