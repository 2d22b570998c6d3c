"""A schedule that looks at how the training goes: the learning rate falls once a plateau is reached.

Name, defaults and arithmetic are those of `torch.optim.lr_scheduler`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from ..engine import ArgumentError, ArgumentTypeError
from ..engine.floats import as_float
from .arguments import as_count, not_negative
from .history import History
from .known import known_to_compile
from .optimizer import Optimizer
from .schedules import Schedule

__all__ = ["ReduceLROnPlateau"]


@known_to_compile
class ReduceLROnPlateau(Schedule):
    """The rate times factor once a number, such as the validation loss, has not become better for a while.

    Args:
        optimizer: whose learning rate is changed.
        mode: "min" if smaller is better, "max" if larger.
        factor: below 1.
        patience: how many epochs without a better number are allowed.
        threshold: by how much a number must be better, in relation to the best.
        threshold_mode: "rel", or "abs" for a plain difference.
        cooldown: how many epochs are not counted after a change.
        min_lr: the rate does not fall below it.
        eps: a change smaller than this is not made.

    Raises:
        ArgumentError: a setting out of range.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        eps: float = 1e-8,
    ) -> None:
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ArgumentError(
                f"mode must be 'min' or 'max' and threshold_mode 'rel' or 'abs', got {mode!r} and {threshold_mode!r}"
            )
        self.mode, self.threshold_mode = mode, threshold_mode
        self.factor = not_negative(factor, "factor")
        if self.factor >= 1.0:
            raise ArgumentError(f"factor must be below 1, got {factor}")
        self.patience, self.cooldown = as_count(patience, "patience", 0), as_count(cooldown, "cooldown", 0)
        self.threshold, self.min_lr = not_negative(threshold, "threshold"), not_negative(min_lr, "min_lr")
        self.eps = not_negative(eps, "eps")
        self.best = math.inf if mode == "min" else -math.inf
        self.bad_epochs = self.cooling = 0
        super().__init__(optimizer)

    def step(self, metrics: Any = None) -> None:
        """Go on to the next epoch.

        Args:
            metrics: the number that shall become better, of this epoch.

        Raises:
            ArgumentTypeError: no number.
        """
        if metrics is None:
            raise ArgumentTypeError("step(metrics) wants the number that shall become better, such as a loss")
        number = as_float(metrics, "metrics")
        self.epoch += 1
        if self._is_better(number):
            self.best, self.bad_epochs = number, 0
        else:
            self.bad_epochs += 1
        if self.cooling:
            self.cooling -= 1
            self.bad_epochs = 0
        if self.bad_epochs > self.patience:
            for group in self.optimizer.param_groups:
                lower = max(group["lr"] * self.factor, self.min_lr)
                if group["lr"] - lower > self.eps:
                    group["lr"] = lower
            self.cooling, self.bad_epochs = self.cooldown, 0

    def check(self, scores: Collection[str]) -> None:
        """Refuse a training without accuracy, if mode is "max".

        Raises:
            ArgumentError: there is none.
        """
        if self._watched() not in scores:
            raise ArgumentError("a ReduceLROnPlateau of mode 'max' looks at the accuracy: give fit a metric")

    def after_epoch(self, history: History) -> None:
        """Go on to the next epoch of a training, by its loss or, if mode is "max", by its accuracy.

        By that of the validation samples, if there are any.
        """
        numbers = getattr(history, f"validation_{self._watched()}") or getattr(history, self._watched())
        self.step(numbers[-1])

    def check_state(self, state_dict: Mapping[str, Any]) -> None:
        """Refuse what `load_state_dict` refuses, and change nothing."""
        super().check_state(state_dict)
        for name in ("bad_epochs", "cooling"):
            as_count(state_dict[name], name, 0)

    def _watched(self) -> str:
        return "loss" if self.mode == "min" else "accuracy"

    def _is_better(self, number: float) -> bool:
        sign = 1.0 if self.mode == "max" else -1.0
        if self.threshold_mode == "abs":
            return sign * number > sign * self.best + self.threshold
        return sign * number > sign * (self.best * (1.0 + sign * self.threshold))

    def _set_rates(self) -> None:
        pass  # the rates stay until a number has been seen
