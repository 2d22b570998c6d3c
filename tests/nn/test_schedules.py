"""Schedules against torch.optim.lr_scheduler, by hand, together and in sequence, compiled and eager."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from chalkgrad import nn
from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value
from chalkgrad.nn import MLP, SGD, schedules

SCHEDULES: dict[str, Callable[[Any, Any], Any]] = {
    "StepLR": lambda s, o: s.StepLR(o, step_size=3, gamma=0.5),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [2, 5, 5, 9], gamma=0.3),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, gamma=0.9),
    "LinearLR": lambda s, o: s.LinearLR(o, start_factor=0.1, total_iters=7),
    "LinearLR down": lambda s, o: s.LinearLR(o, start_factor=1.0, end_factor=0.2, total_iters=4),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, T_max=6, eta_min=0.01),
    "LambdaLR": lambda s, o: s.LambdaLR(o, lambda epoch: 1.0 / (1.0 + epoch)),
    "SequentialLR": lambda s, o: s.SequentialLR(
        o,
        [s.LinearLR(o, start_factor=0.25, total_iters=4), s.CosineAnnealingLR(o, T_max=5), s.ExponentialLR(o, 0.5)],
        milestones=[4, 12],
    ),
}


def pair(torch: ModuleType, groups: int = 1) -> tuple[SGD, Any]:
    """An optimizer of ours and one of torch, with as many groups."""
    rates = [0.2, 0.05][:groups]
    ours = SGD([{"params": [Value(1.0)], "lr": lr} for lr in rates] if groups > 1 else [Value(1.0)], lr=0.2)
    tensors = [torch.tensor(1.0, dtype=torch.float64, requires_grad=True) for _ in rates]
    theirs = torch.optim.SGD([{"params": [t], "lr": lr} for t, lr in zip(tensors, rates, strict=True)], lr=0.2)
    return ours, theirs


def rates(optimizer: Any) -> list[float]:
    return [group["lr"] for group in optimizer.param_groups]


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("name", SCHEDULES)
def test_twenty_five_epochs_are_those_of_torch(name: str, groups: int, torch: ModuleType) -> None:
    ours, theirs = pair(torch, groups)
    schedule = SCHEDULES[name](nn, ours)
    reference = SCHEDULES[name](torch.optim.lr_scheduler, theirs)
    for epoch in range(25):
        assert rates(ours) == pytest.approx(rates(theirs), rel=1e-12), epoch
        theirs.step()
        schedule.step()
        reference.step()
    assert schedule.get_last_lr() == pytest.approx(reference.get_last_lr(), rel=1e-12)


def test_two_schedules_work_together_as_those_of_torch(torch: ModuleType) -> None:
    ours, theirs = pair(torch)
    both = [[SCHEDULES[name](room, o) for name in ("LinearLR", "CosineAnnealingLR")]
            for room, o in ((nn, ours), (torch.optim.lr_scheduler, theirs))]  # fmt: skip
    for epoch in range(15):
        assert rates(ours) == pytest.approx(rates(theirs), rel=1e-12), epoch
        theirs.step()
        for schedule in (*both[0], *both[1]):
            schedule.step()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"patience": 2, "factor": 0.5, "cooldown": 3},
        {"mode": "max", "patience": 1, "threshold": 0.05},
        {"patience": 0, "threshold": 0.01, "threshold_mode": "abs", "min_lr": 0.02},
        {"mode": "max", "patience": 1, "threshold_mode": "abs", "factor": 0.7},
    ],
)
def test_a_plateau_is_seen_where_torch_sees_it(settings: dict[str, Any], torch: ModuleType) -> None:
    ours, theirs = pair(torch)
    schedule = nn.ReduceLROnPlateau(ours, **settings)
    reference = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, **settings)
    draw = random.Random(3)
    changes = set()
    for epoch in range(80):
        loss = 1.0 / (1.0 + epoch // 25) + draw.uniform(0.0, 0.02)
        schedule.step(loss)
        reference.step(loss)
        assert rates(ours) == pytest.approx(rates(theirs), rel=1e-12), epoch
        changes.add(ours.lr)
    assert len(changes) > 1


def test_every_schedule_is_compared() -> None:
    assert {name.split()[0] for name in SCHEDULES} | {"Schedule"} == set(schedules.__all__)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_goes_on_from_its_state(name: str) -> None:
    def run(epochs: int, optimizer: SGD, schedule: Any) -> list[float]:
        seen = []
        for _ in range(epochs):
            schedule.step()
            seen.append(optimizer.lr)
        return seen

    optimizer = SGD([Value(1.0)], lr=0.2)
    whole = run(20, optimizer, SCHEDULES[name](nn, optimizer))
    first = SGD([Value(1.0)], lr=0.2)
    schedule = SCHEDULES[name](nn, first)
    run(6, first, schedule)
    second = SGD([Value(1.0)], lr=0.2)
    resumed = SCHEDULES[name](nn, second)
    second.load_state_dict(first.state_dict())
    resumed.load_state_dict(schedule.state_dict())
    assert run(14, second, resumed) == whole[6:]


def test_a_schedule_by_hand_is_compiled_alike() -> None:
    def train(compile: bool) -> list[float]:
        model = MLP(1, [4, 1], "tanh", seed=0)
        optimizer = nn.SGD(model.parameters(), lr=0.3, momentum=0.5)
        schedule = nn.StepLR(optimizer, 2)
        X, y = [[i / 10] for i in range(10)], [math.sin(i) for i in range(10)]
        for epoch in range(6):
            nn.fit(model, X, y, "mse_loss", optimizer, 1, 5, seed=epoch, progress=False, compile=compile)
            schedule.step()
        assert optimizer.lr == pytest.approx(0.0003)
        return [p.data for p in model.parameters()]

    assert train(True) == pytest.approx(train(False), rel=1e-9)


O = SGD([Value(1.0)])  # noqa: E741


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.StepLR(3, 1), ArgumentTypeError, "optimizer must be an optimizer such as SGD.* got int"),  # type: ignore[arg-type]
        (lambda: nn.StepLR(O, 0), ArgumentError, "step_size must be at least 1, got 0"),
        (lambda: nn.StepLR(O, 1, gamma=-1), ArgumentError, "gamma must be"),
        (lambda: nn.MultiStepLR(O, 3), ArgumentTypeError, "milestones must list epochs, got int"),  # type: ignore[arg-type]
        (lambda: nn.MultiStepLR(O, [3, 1]), ArgumentError, r"milestones must go up, got \[3, 1\]"),
        (lambda: nn.LinearLR(O, start_factor=0.0), ArgumentError, r"start_factor must be in \(0, 1\]"),
        (lambda: nn.LambdaLR(O, 0.5), ArgumentTypeError, "lr_lambda must be a function"),  # type: ignore[arg-type]
        (lambda: nn.SequentialLR(O, [], []), ArgumentTypeError, "schedulers must list schedules"),
        (lambda: nn.SequentialLR(O, [nn.StepLR(O, 1)], [2]), ArgumentError, "one fewer than the 1 schedules, got 1"),
        (lambda: nn.SequentialLR(SGD([Value(1.0)]), [nn.StepLR(O, 1)], []), ArgumentError, "of the optimizer that is"),
        (lambda: nn.ReduceLROnPlateau(O, mode="low"), ArgumentError, "mode must be 'min' or 'max'"),
        (lambda: nn.ReduceLROnPlateau(O, factor=1.0), ArgumentError, "factor must be below 1"),
        (lambda: nn.ReduceLROnPlateau(O).step(), ArgumentTypeError, r"step\(metrics\) wants the number"),
        (lambda: nn.StepLR(O, 1).load_state_dict({"epoch": 1}), ArgumentError, "state_dict must have .*; got epoch"),
        (lambda: nn.StepLR(O, 1).load_state_dict(3), ArgumentTypeError, "state_dict must be a mapping"),  # type: ignore[arg-type]
        (lambda: nn.Schedule(O), NotImplementedError, r"Schedule must define _rate\(lr, base\)"),
    ],
)
def test_bad_settings_are_named(call: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
