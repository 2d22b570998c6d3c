"""Optimizers against torch.optim, to the last digits; steps are all or nothing; bad settings are named."""

from __future__ import annotations

import json
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
from chalkgrad.nn.arguments import UnsuitableError

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


# text, groups, state


def test_text_says_what_is_set() -> None:
    ps = [Value(1.0), Value(2.0)]
    assert repr(SGD(ps, lr=0.1, momentum=0.9)) == "SGD(2 parameters, lr=0.1, momentum=0.9)"
    assert repr(Adam(ps)) == "Adam(2 parameters, lr=0.001)"
    assert repr(nn.NAdam([{"params": ps[:1]}, {"params": ps[1:]}])) == "NAdam(2 parameters in 2 groups, lr=0.002)"


GROUPS: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = [
    ("SGD", {"lr": 0.1, "momentum": 0.5}, [{}, {"lr": 0.01}, {"momentum": 0.9, "nesterov": True}]),
    ("Adam", {"lr": 0.05}, [{"betas": (0.5, 0.9)}, {"weight_decay": 0.1}, {"maximize": True}]),
    ("RMSprop", {"lr": 0.05}, [{"centered": True}, {"momentum": 0.9}, {"lr": 0.2}]),
]


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize(("name", "common", "own"), GROUPS)
def test_groups_have_settings_of_their_own_as_those_of_torch(
    name: str, common: dict[str, Any], own: list[dict[str, Any]], torch: ModuleType
) -> None:
    ours = [Value(float(i)) for i in range(6)]
    theirs = [torch.tensor(float(i), dtype=torch.float64, requires_grad=True) for i in range(6)]
    pairs = [slice(0, 2), slice(2, 4), slice(4, 6)]
    optimizer = getattr(nn, name)([{"params": ours[k], **o} for k, o in zip(pairs, own, strict=True)], **common)
    reference = getattr(torch.optim, name)(
        [{"params": theirs[k], **o} for k, o in zip(pairs, own, strict=True)], **common
    )
    draw = random.Random(2)
    for step in range(60):
        for p, t in zip(ours, theirs, strict=True):
            noise = draw.gauss(0.0, 1.0)
            p.grad = 0.3 * p.data + noise
            t.grad = 0.3 * t.detach() + noise
        if step == 30:
            for group in (*optimizer.param_groups, *reference.param_groups):
                group["lr"] *= 0.5
        optimizer.step()
        reference.step()
        assert [p.data for p in ours] == pytest.approx([t.item() for t in theirs], rel=1e-12, abs=1e-13), step


def test_the_only_group_is_the_optimizer() -> None:
    optimizer = SGD([Value(1.0)], lr=0.1, momentum=0.9)
    (group,) = optimizer.param_groups
    assert dict(group) == {
        "params": optimizer.params, "lr": 0.1, "momentum": 0.9, "dampening": 0.0, "weight_decay": 0.0,
        "nesterov": False, "maximize": False,
    }  # fmt: skip
    group["lr"] = 0.5
    group["momentum"] = 0.25
    assert (optimizer.lr, optimizer.momentum) == (0.5, 0.25)
    optimizer.lr = 0.75
    assert group["lr"] == 0.75
    with pytest.raises(ArgumentError, match="momentum must be"):
        group["momentum"] = -1.0
    with pytest.raises(ArgumentError, match="a group of SGD has no setting 'learning_rate', it has lr, momentum"):
        group["learning_rate"] = 0.1
    with pytest.raises(ArgumentError, match="params of a group are settled"):
        group["params"] = []
    assert (optimizer.lr, optimizer.momentum) == (0.75, 0.25)


def test_groups_are_not_compiled() -> None:
    model = nn.MLP(1, [2, 1], seed=0)
    optimizer = SGD([{"params": model.layers[0].parameters(), "lr": 0.1}, {"params": model.layers[1].parameters()}])
    with pytest.raises(UnsuitableError, match="several groups"):
        nn.fit(model, [[1.0]], [1.0], "mse_loss", optimizer, progress=False, compile=True)


@pytest.mark.parametrize(("name", "setting"), SETTINGS)
def test_an_optimizer_goes_on_from_its_state_to_the_bit(name: str, setting: dict[str, Any]) -> None:
    def run(optimizer: nn.Optimizer, start: int, stop: int) -> None:
        for step in range(start, stop):
            for i, p in enumerate(optimizer.params):
                p.grad = p.data * (i + 1) + math.sin(step + i)
            optimizer.step()

    def start(numbers: list[float], **settings: Any) -> Any:
        return getattr(nn, name)([Value(x) for x in numbers], **settings)

    whole = start([1.0, 2.0, 3.0], **setting)
    run(whole, 0, 20)
    first = start([1.0, 2.0, 3.0], **setting)
    run(first, 0, 9)
    kept = json.loads(json.dumps(first.state_dict()))
    second = start([p.data for p in first.params])  # made without the settings: the state has them
    second.load_state_dict(kept)
    run(second, 9, 20)
    assert [p.data for p in second.params] == [p.data for p in whole.params]
    assert second.state_dict() == whole.state_dict() and repr(second) == repr(whole)


def test_each_group_has_a_memory_of_its_own() -> None:
    """With momentum in one group alone, that one remembers; what has none has nothing to take over."""

    def start(**settings: Any) -> Any:
        return SGD([{"params": [Value(1.0)], **settings}, {"params": [Value(2.0)]}], 0.1)

    first = start(momentum=0.9, dampening=0.5)
    for p in first.params:
        p.grad = 1.0
    first.step()
    second = start()
    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    assert second.state_dict() == first.state_dict() and list(first.state_dict()["state"]) == [0]
    kept = first.state_dict()
    kept["state"][1] = kept["state"][0]
    with pytest.raises(ArgumentError, match=r"state\[1\]: SGD, set so, remembers nothing"):
        second.load_state_dict(kept)


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        (3, ArgumentTypeError, "state_dict must be a mapping with 'state' and 'param_groups'"),
        ({"state": {}, "param_groups": [{"params": [0]}]}, ArgumentError, r"groups of \[2\] parameters, got \[1\]"),
        ({"state": {7: {}}, "param_groups": [{"params": [0, 1]}]}, ArgumentError, "a state for parameter 7 of 2"),
        ({"state": {0: {"buffer": 1.0}}, "param_groups": [{"params": [0, 1]}]}, ArgumentError,
         r"state\[0\] must have the numbers step, mean, square, largest; got \['buffer'\]"),
        ({"state": {0: {"step": 1, "mean": "x", "square": 0.0, "largest": 0.0}}, "param_groups": [{"params": [0, 1]}]},
         OperandError, r"state\[0\]\['mean'\] must be a real number, got str"),
        ({"state": {}, "param_groups": [{"params": [0, 1], "lr": 1.0, "eps": -1.0}]}, ArgumentError, "eps must be"),
    ],
)  # fmt: skip
def test_a_state_that_does_not_fit_changes_nothing(state: Any, error: type[Exception], message: str) -> None:
    optimizer = Adam([Value(1.0), Value(2.0)])
    for p in optimizer.params:
        p.grad = 1.0
    optimizer.step()
    before = optimizer.state_dict()
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(state)
    assert optimizer.state_dict() == before


@pytest.mark.parametrize(
    ("groups", "error", "message"),
    [
        ([{"lr": 0.1}], ArgumentTypeError, r"params\[0\] must be a dict with 'params'"),
        ([{"params": [P]}, P], ArgumentTypeError, r"params\[1\] must be a dict with 'params'"),
        ([{"params": [P]}, {"params": [P]}], ArgumentError, "params must hold each Value once"),
        ([{"params": []}], ArgumentError, "params must hold at least one Value"),
        ([{"params": [P], "rate": 0.1}], ArgumentError, "a group of SGD has no setting 'rate'"),
        ([{"params": [P], "momentum": -1}], ArgumentError, "momentum must be"),
    ],
)
def test_bad_groups_are_named(groups: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        SGD(groups).step()
