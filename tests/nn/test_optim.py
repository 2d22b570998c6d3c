"""Optimizers against torch.optim, to the last digits; steps are all or nothing; bad settings are named."""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType
from typing import Any

import pytest

from chalkgrad import nn
from chalkgrad.engine import ArgumentError, ArgumentTypeError, OperandError, Value
from chalkgrad.nn import SGD, Adam, AdamW, moments, optim, optimizer

SETTINGS = [
    ("SGD", {}),
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.05, "momentum": 0.9}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.3}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.02, "momentum": 0.5, "weight_decay": 0.01, "nesterov": True}),
    ("SGD", {"lr": 0.01, "momentum": 0.8, "weight_decay": 0.2, "maximize": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1}),
    ("Adam", {"lr": 0.1, "betas": (0.0, 0.0)}),
    ("Adam", {"lr": 0.1, "betas": (0.4, 0.9)}),
    ("Adam", {"lr": 0.05, "betas": (0.95, 0.9999), "eps": 1e-3}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.05, "amsgrad": True}),
    ("Adam", {"lr": 0.05, "amsgrad": True, "weight_decay": 0.05, "maximize": True}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.2}),
    ("AdamW", {"lr": 0.1, "amsgrad": True, "betas": (0.8, 0.95)}),
    ("AdamW", {"lr": 0.01, "weight_decay": 0.0, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.05, "alpha": 0.9, "momentum": 0.8}),
    ("RMSprop", {"lr": 0.02, "momentum": 0.5, "weight_decay": 0.1, "centered": True, "eps": 1e-3}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.4, "maximize": True}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.3, "lr_decay": 0.05, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.3, "initial_accumulator_value": 0.5, "eps": 1e-3, "maximize": True}),
    ("NAdam", {}),
    ("NAdam", {"lr": 0.05, "betas": (0.4, 0.9), "momentum_decay": 0.1, "weight_decay": 0.1}),
    ("NAdam", {"lr": 0.02, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
]


@pytest.fixture
def double(torch: ModuleType) -> Iterator[None]:
    """NAdam of torch keeps a product of its own in the default type, which is single precision."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize(("name", "setting"), SETTINGS)
def test_two_hundred_steps_are_those_of_torch(name: str, setting: dict[str, Any], torch: ModuleType) -> None:
    draw = random.Random(7)
    start = [draw.gauss(0.0, 1.0) for _ in range(5)]
    ours = [Value(x) for x in start]
    theirs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in start]
    optimizer = getattr(nn, name)(ours, **setting)
    reference = getattr(torch.optim, name)(theirs, **setting)
    for step in range(200):
        optimizer.zero_grad()
        reference.zero_grad()
        for i in range(5):
            if step % (i + 2) == 1:  # each now and then receives no gradient
                continue
            noise = draw.gauss(0.0, 10.0 ** draw.randint(-6, 1))
            ours[i].grad = 0.3 * (ours[i].data - i) + noise
            theirs[i].grad = 0.3 * (theirs[i].detach() - i) + noise
        if step == 100:
            optimizer.lr *= 0.5
            reference.param_groups[0]["lr"] *= 0.5
        optimizer.step()
        reference.step()
        # the parameters are of size 1; a relative error means nothing in the step at which one crosses 0
        assert [p.data for p in ours] == pytest.approx([t.item() for t in theirs], rel=1e-12, abs=1e-13), step


def test_every_optimizer_is_compared() -> None:
    assert {name for name, _ in SETTINGS} == set(optim.__all__)


def test_a_parameter_without_a_gradient_stays() -> None:
    used, unused = Value(1.0), Value(1.0)
    optimizer = SGD([used, unused], lr=0.1, weight_decay=0.5)
    (used * 2.0).backward()
    optimizer.step()
    assert used.data != 1.0 and unused.data == 1.0
    optimizer.zero_grad()
    assert not used.has_grad


def test_numbers_stay_ieee() -> None:
    p = Value(1.0)
    p.grad = 0.0
    Adam([p], eps=0.0).step()
    assert math.isnan(p.data)  # 0 / 0, as in torch
    p = Value(1.0)
    p.grad = 1e300
    Adam([p]).step()
    assert p.data == 1.0  # the square overflows to inf, as in torch
    p.grad = math.nan
    SGD([p]).step()
    assert math.isnan(p.data)


TRACED = (optim.__file__, moments.__file__, optimizer.__file__)


@pytest.mark.parametrize("make", [lambda ps: SGD(ps, lr=0.1, momentum=0.9), lambda ps: Adam(ps, lr=0.1)])
def test_an_interrupt_at_any_line_leaves_a_whole_step_or_none(make: Callable[[list[Value]], nn.Optimizer]) -> None:
    def run(interrupt_at: int) -> tuple[int, list[float]]:
        """Two steps, the second of them interrupted at its n-th line; then, if it was, once more."""
        ps = [Value(1.0), Value(2.0), Value(3.0)]
        optimizer = make(ps)
        lines = 0

        def tracer(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal lines
            if frame.f_code.co_filename not in TRACED:
                return None
            if event == "line":
                lines += 1
                if lines == interrupt_at:
                    raise KeyboardInterrupt
            return tracer

        def step() -> None:
            optimizer.zero_grad()
            for i, p in enumerate(ps):
                p.grad = p.data * (i + 1)
            optimizer.step()

        step()
        middle = [p.data for p in ps]
        before = sys.gettrace()
        sys.settrace(tracer)
        try:
            step()
        except KeyboardInterrupt:
            sys.settrace(before)
            assert [p.data for p in ps] == middle
            step()
        finally:
            sys.settrace(before)
        return lines, [p.data for p in ps]

    lines, expected = run(interrupt_at=0)
    assert lines > 20
    for n in range(1, lines + 1):
        assert run(n)[1] == expected, n


def test_an_optimizer_of_ones_own_defines_the_update() -> None:
    class Sign(nn.Optimizer):
        def _update(self, p: Any, g: Any, state: Any) -> tuple[Any, Any]:
            return p - math.copysign(self.lr, g), state

    p = Value(1.0)
    (p * 5.0).backward()
    Sign([p], lr=0.25).step()
    assert p.data == 0.75
    with pytest.raises(NotImplementedError, match="Optimizer must define _update"):
        nn.Optimizer([p]).step()


P = Value(1.0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: SGD([], lr=0.1), ArgumentError, "params must hold at least one Value, got none"),
        (lambda: SGD(P), ArgumentTypeError, r"such as model\.parameters\(\); got Value"),  # type: ignore[arg-type]
        (lambda: SGD(3), ArgumentTypeError, "params must be the Values to train, .* got int"),  # type: ignore[arg-type]
        (lambda: Adam([P, 2.0]), ArgumentTypeError, r"params\[1\] must be a Value, got float"),  # type: ignore[list-item]
        (lambda: Adam([P, Value(0.0), P]), ArgumentError, r"each Value once: params\[2\] is params\[0\] again"),
        (lambda: Adam([P * 2.0]), ArgumentError, r"params\[0\] must be a leaf"),
        (lambda: SGD([P], lr=-0.1), ArgumentError, r"lr must be a finite number, 0 or more; got -0\.1"),
        (lambda: SGD([P], lr=math.nan), ArgumentError, "lr must be .* got nan"),
        (lambda: SGD([P], lr="0.1"), OperandError, "lr must be a real number, got str"),  # type: ignore[arg-type]
        (lambda: SGD([P], momentum=-1), ArgumentError, "momentum must be .* got -1"),
        (lambda: SGD([P], weight_decay=-1), ArgumentError, "weight_decay must be .* got -1"),
        (lambda: SGD([P], nesterov=True), ArgumentError, r"nesterov wants momentum > 0 .* got momentum=0\.0"),
        (lambda: SGD([P], momentum=0.9, dampening=0.1, nesterov=True), ArgumentError, "dampening 0"),
        (lambda: Adam([P], betas=(0.9, 1.0)), ArgumentError, r"betas\[1\] must be in \[0, 1\), got 1\.0"),
        (lambda: Adam([P], betas=(-0.1, 0.9)), ArgumentError, r"betas\[0\] must be in \[0, 1\), got -0\.1"),
        (lambda: Adam([P], betas=0.9), ArgumentError, r"betas must be two numbers, got 0\.9"),  # type: ignore[arg-type]
        (lambda: Adam([P], eps=-1e-8), ArgumentError, "eps must be .* got -1e-08"),
        (lambda: AdamW([P], weight_decay=math.inf), ArgumentError, "weight_decay must be .* got inf"),
    ],
)
def test_bad_settings_are_named(call: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_the_rate_can_be_set_but_not_to_nonsense() -> None:
    optimizer = SGD([Value(1.0)], lr=0.1)
    optimizer.lr = 1
    assert optimizer.lr == 1.0
    with pytest.raises(ArgumentError, match="lr must be"):
        optimizer.lr = -1
    assert optimizer.lr == 1.0
