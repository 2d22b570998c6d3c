"""Schedules: rules that change an optimizer's learning rate, epoch by epoch.

A schedule is made of an optimizer and stepped once after each epoch, by `fit(schedule=...)` or by hand. Names,
defaults and arithmetic are those of `torch.optim.lr_scheduler`: each works on the rate as it is, so that several
can be stepped together.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from inspect import signature
from typing import Any

from ..engine import ArgumentError, ArgumentTypeError, Value
from ..engine.floats import as_float
from .arguments import as_count, is_sequence, kind_of, not_negative
from .history import History
from .known import known_to_compile
from .optimizer import Optimizer

__all__ = [
    "CosineAnnealingLR", "ExponentialLR", "LambdaLR", "LinearLR", "MultiStepLR", "Schedule", "SequentialLR", "StepLR",
]  # fmt: skip


class Schedule:
    """What all schedules share; one of your own defines `_rate`.

    Args:
        optimizer: whose learning rate is changed; that of each of its groups.

    Attributes:
        epoch: how many epochs have been stepped.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise ArgumentTypeError(f"optimizer must be an optimizer such as SGD(...), got {type(optimizer).__name__}")
        self.optimizer = optimizer
        self.epoch = 0
        first = getattr(optimizer, "_first_rates", None)  # another schedule may have changed the rates already
        self.base_lrs: list[float] = list(first) if first else [group["lr"] for group in optimizer.param_groups]
        optimizer._first_rates = list(self.base_lrs)  # type: ignore[attr-defined]
        self._set_rates()

    def step(self) -> None:
        """Go on to the next epoch."""
        self.epoch += 1
        self._set_rates()

    def check(self, scores: Collection[str]) -> None:
        """Refuse a training that has not the scores it looks at; most look at none."""

    def after_epoch(self, history: History) -> None:
        """Go on to the next epoch of a training; `fit` asks so."""
        self.step()

    def get_last_lr(self) -> list[float]:
        """The learning rate of each group, as it is now."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Where it stands: plain numbers, without the optimizer."""
        return {name: x for name, x in vars(self).items() if isinstance(x, (int, float, str)) or name == "base_lrs"}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from where a `state_dict()` says; the optimizer has its own.

        Raises:
            ArgumentError: the state of another kind of schedule, or a number in it that the constructor refuses.
            ArgumentTypeError: no mapping, or no number.
        """
        self.check_state(state_dict)
        vars(self).update(state_dict)

    def check_state(self, state_dict: Mapping[str, Any]) -> None:
        """Refuse what `load_state_dict` refuses, and change nothing."""
        if not isinstance(state_dict, Mapping):
            raise ArgumentTypeError(f"state_dict must be a mapping, got {type(state_dict).__name__}")
        wanted = self.state_dict()
        if set(state_dict) != set(wanted):
            raise ArgumentError(f"state_dict must have {', '.join(wanted)}; got {', '.join(map(str, state_dict))}")
        if "epoch" in wanted:
            as_count(state_dict["epoch"], "epoch", 0)
        rates = state_dict.get("base_lrs", self.base_lrs)
        if not is_sequence(rates) or len(rates) != len(self.base_lrs):
            raise ArgumentError(f"base_lrs must list {len(self.base_lrs)} rates, got {rates!r}")
        for i, rate in enumerate(rates):
            not_negative(rate, f"base_lrs[{i}]")
        self._check_settings(state_dict)

    def _check_settings(self, state_dict: Mapping[str, Any]) -> None:
        """The settings in a state by the constructor's own rules: if they differ, another schedule is made of them."""
        names = [name for name in list(signature(type(self)).parameters)[1:] if hasattr(self, name)]
        now = {name: getattr(self, name) for name in names}
        settings = {name: state_dict.get(name, x) for name, x in now.items()}
        if repr(settings) != repr(now):  # 2.0 is no 2
            type(self)(Optimizer([Value(0.0)]), **settings)

    def _restart(self) -> None:
        """Begin again, from the rates that the optimizer was made with."""
        self.epoch = 0
        for group, base in zip(self.optimizer.param_groups, self.base_lrs, strict=True):
            group["lr"] = base
        self._set_rates()

    def _set_rates(self) -> None:
        for group, base in zip(self.optimizer.param_groups, self.base_lrs, strict=True):
            group["lr"] = self._rate(group["lr"], base)

    def _rate(self, lr: float, base: float) -> float:
        """The rate of this epoch, from that of the last and the one at the start. At epoch 0 it is usually lr."""
        raise NotImplementedError(f"{type(self).__name__} must define _rate(lr, base)")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(epoch={self.epoch}, lr={self.get_last_lr()})"


@known_to_compile
class StepLR(Schedule):
    """The rate times gamma after every step_size epochs.

    >>> from chalkgrad.engine import Value
    >>> from chalkgrad.nn import SGD
    >>> optimizer = SGD([Value(1.0)], lr=0.5)
    >>> schedule = StepLR(optimizer, step_size=2)
    >>> rates = []
    >>> for epoch in range(5):
    ...     rates.append(optimizer.lr)
    ...     schedule.step()
    >>> rates
    [0.5, 0.5, 0.05, 0.05, 0.005000000000000001]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size = as_count(step_size, "step_size")
        self.gamma = not_negative(gamma, "gamma")
        super().__init__(optimizer)

    def _rate(self, lr: float, base: float) -> float:
        return lr * self.gamma if self.epoch and self.epoch % self.step_size == 0 else lr


@known_to_compile
class MultiStepLR(Schedule):
    """The rate times gamma at each of the epochs that are listed in milestones."""

    def __init__(self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1) -> None:
        self.milestones = _epochs(milestones)
        self.gamma = not_negative(gamma, "gamma")
        super().__init__(optimizer)

    def _rate(self, lr: float, base: float) -> float:
        times: int = self.milestones.count(self.epoch)
        return lr * self.gamma**times if times else lr


@known_to_compile
class ExponentialLR(Schedule):
    """The rate times gamma after each epoch."""

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        self.gamma = not_negative(gamma, "gamma")
        super().__init__(optimizer)

    def _rate(self, lr: float, base: float) -> float:
        return lr * self.gamma if self.epoch else lr


@known_to_compile
class LinearLR(Schedule):
    """Warm-up: the rate grows evenly from start_factor to end_factor of itself, within total_iters epochs."""

    def __init__(
        self, optimizer: Optimizer, start_factor: float = 1.0 / 3.0, end_factor: float = 1.0, total_iters: int = 5
    ) -> None:
        self.start_factor = not_negative(start_factor, "start_factor")
        self.end_factor = not_negative(end_factor, "end_factor")
        if not 0.0 < self.start_factor <= 1.0 or self.end_factor > 1.0:
            raise ArgumentError(
                f"start_factor must be in (0, 1] and end_factor in [0, 1], got {start_factor} and {end_factor}"
            )
        self.total_iters = as_count(total_iters, "total_iters")
        super().__init__(optimizer)

    def _rate(self, lr: float, base: float) -> float:
        if self.epoch == 0:
            return lr * self.start_factor
        if self.epoch > self.total_iters:
            return lr
        slope = self.end_factor - self.start_factor
        return lr * (1.0 + slope / (self.total_iters * self.start_factor + (self.epoch - 1) * slope))


@known_to_compile
class CosineAnnealingLR(Schedule):
    """The rate falls to eta_min within T_max epochs along half a wave of the cosine, and then rises again.

    Source: Loshchilov and Hutter 2017, "SGDR: stochastic gradient descent with warm restarts", without restarts.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.T_max = as_count(T_max, "T_max")
        self.eta_min = not_negative(eta_min, "eta_min")
        super().__init__(optimizer)

    def _rate(self, lr: float, base: float) -> float:
        if self.epoch == 0:
            return lr
        if (self.epoch - 1 - self.T_max) % (2 * self.T_max) == 0:  # the wave has just been at its lowest
            return lr + (base - self.eta_min) * (1.0 - math.cos(math.pi / self.T_max)) / 2.0
        now, before = (1.0 + math.cos(math.pi * epoch / self.T_max) for epoch in (self.epoch, self.epoch - 1))
        return now / before * (lr - self.eta_min) + self.eta_min


@known_to_compile
class LambdaLR(Schedule):
    """The rate at the start times what a function says of the epoch."""

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable[[int], float]) -> None:
        if not callable(lr_lambda):
            raise ArgumentTypeError(f"lr_lambda must be a function of the epoch, got {type(lr_lambda).__name__}")
        self.lr_lambda = lr_lambda
        super().__init__(optimizer)

    def _rate(self, lr: float, base: float) -> float:
        return base * as_float(self.lr_lambda(self.epoch), "what lr_lambda gives")


@known_to_compile
class SequentialLR(Schedule):
    """One schedule after the other: a warm-up, then a cosine. At each milestone the next begins anew.

    Args:
        optimizer: theirs.
        schedulers: schedules of this optimizer.
        milestones: the epochs at which the second, the third, ... begins.

    Raises:
        ArgumentError: not one milestone fewer than schedules, or schedules of another optimizer.

    >>> from chalkgrad.engine import Value
    >>> from chalkgrad.nn import SGD
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> parts = [LinearLR(optimizer, start_factor=0.5, total_iters=2), ExponentialLR(optimizer, gamma=0.5)]
    >>> schedule = SequentialLR(optimizer, parts, milestones=[2])
    >>> rates = []
    >>> for epoch in range(5):
    ...     rates.append(optimizer.lr)
    ...     schedule.step()
    >>> rates
    [0.5, 0.75, 1.0, 0.5, 0.25]
    """

    def __init__(self, optimizer: Optimizer, schedulers: Sequence[Schedule], milestones: Sequence[int]) -> None:
        if not is_sequence(schedulers) or not len(schedulers) or not all(isinstance(s, Schedule) for s in schedulers):
            raise ArgumentTypeError("schedulers must list schedules such as LinearLR(optimizer)")
        self.milestones = _epochs(milestones)
        if len(self.milestones) != len(schedulers) - 1:
            raise ArgumentError(
                f"milestones must be one fewer than the {len(schedulers)} schedules, got {len(self.milestones)}"
            )
        if any(schedule.optimizer is not optimizer for schedule in schedulers):
            raise ArgumentError("schedulers must be of the optimizer that is given")
        self.schedulers = list(schedulers)
        super().__init__(optimizer)

    def step(self) -> None:
        """Go on to the next epoch, of the schedule whose turn it is."""
        self.epoch += 1
        turn = bisect_right(self.milestones, self.epoch)
        if turn and self.milestones[turn - 1] == self.epoch:
            self.schedulers[turn]._restart()
        else:
            self.schedulers[turn].step()

    def _set_rates(self) -> None:
        self.schedulers[0]._restart()

    def state_dict(self) -> dict[str, Any]:
        """Where it stands, and where its schedules do."""
        return {**super().state_dict(), "schedulers": [schedule.state_dict() for schedule in self.schedulers]}

    def check_state(self, state_dict: Mapping[str, Any]) -> None:
        """Refuse what `load_state_dict` refuses, of any of its schedules."""
        if not isinstance(state_dict, Mapping) or len(state_dict.get("schedulers", ())) != len(self.schedulers):
            raise ArgumentError(f"state_dict must be that of a SequentialLR of {len(self.schedulers)} schedules")
        super().check_state(state_dict)

    def _check_settings(self, state_dict: Mapping[str, Any]) -> None:
        for schedule, state in zip(self.schedulers, state_dict["schedulers"], strict=True):
            schedule.check_state(state)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from where a `state_dict()` says; errors as for every schedule."""
        schedules = self.schedulers
        super().load_state_dict(state_dict)
        self.schedulers = schedules
        for schedule, state in zip(schedules, state_dict["schedulers"], strict=True):
            schedule.load_state_dict(state)


def as_schedules(schedule: Any, optimizer: Optimizer | None) -> list[Schedule]:
    """One schedule of an optimizer or several, as a list; none for None.

    Raises:
        ArgumentError: a schedule of another optimizer.
        ArgumentTypeError: no schedule.
    """
    if schedule is None:
        return []
    several = list(schedule) if is_sequence(schedule) else [schedule]
    for one in several:
        if not isinstance(one, Schedule):
            raise ArgumentTypeError(
                f"schedule must be a schedule such as StepLR(optimizer, 10), or several; got {kind_of(one)}"
            )
        if one.optimizer is not optimizer:
            raise ArgumentError(f"schedule must come with the optimizer that it was made with, {one!r} has another")
    return several


def _epochs(milestones: Any) -> list[int]:
    if not is_sequence(milestones):
        raise ArgumentTypeError(f"milestones must list epochs, got {type(milestones).__name__}")
    epochs = [as_count(epoch, f"milestones[{i}]") for i, epoch in enumerate(milestones)]
    if epochs != sorted(epochs):
        raise ArgumentError(f"milestones must go up, got {epochs}")
    return epochs
