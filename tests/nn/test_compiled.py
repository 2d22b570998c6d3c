"""fit in machine code: the history, the parameters and the optimizer's memory that eager training gives."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest

from chalkgrad import nn
from chalkgrad.engine import ArgumentError, Value, detect_anomaly, grad
from chalkgrad.engine.compiler import backends
from chalkgrad.nn import (
    MLP,
    SGD,
    Adam,
    AdamW,
    History,
    Optimizer,
    cross_entropy,
    hinge_loss,
    losses,
    mse_loss,
    optim,
    sample_graph,
)
from chalkgrad.nn import compiled as compiled_room
from chalkgrad.nn.arguments import UnsuitableError
from chalkgrad.nn.train import fit

pytest.importorskip("numpy")

RNG = random.Random(0)
X = [[RNG.uniform(-1, 1), RNG.uniform(-1, 1)] for _ in range(50)]
SIDES = [1 if a * b > 0 else -1 for a, b in X]
CLASSES = [(a > 0) + 2 * (b > 0) for a, b in X]
BITS = [float(a > b) for a, b in X]
SUMS = [a + 2 * b for a, b in X]
PARTS = [[0.1, 0.2, 0.3, 0.4] if a > 0 else [0.0, 0.5, 0.5, 0.0] for a, _ in X]

OPTIMIZERS: dict[str, Callable[[Any], Any]] = {
    "SGD": lambda ps: SGD(ps, lr=0.1),
    "momentum": lambda ps: SGD(ps, lr=0.05, momentum=0.9, weight_decay=0.01),
    "nesterov": lambda ps: SGD(ps, lr=0.05, momentum=0.9, nesterov=True),
    "uphill": lambda ps: SGD(ps, lr=1e-4, maximize=True),
    "Adam": lambda ps: Adam(ps, lr=0.02, weight_decay=0.01),
    "amsgrad": lambda ps: Adam(ps, lr=0.02, amsgrad=True),
    "AdamW": lambda ps: AdamW(ps, lr=0.02),
    "RMSprop": lambda ps: nn.RMSprop(ps, lr=0.01),
    "centered": lambda ps: nn.RMSprop(ps, lr=0.01, momentum=0.5, centered=True, eps=1e-3),
    "Adagrad": lambda ps: nn.Adagrad(ps, lr=0.05, lr_decay=0.01, initial_accumulator_value=0.1),
    "NAdam": lambda ps: nn.NAdam(ps, lr=0.02, weight_decay=0.01),
}
LOSSES: dict[str, tuple[int, str, list[Any]]] = {
    "hinge": (1, "hinge_loss", SIDES),
    "classes": (4, "cross_entropy", CLASSES),
    "parts": (4, "cross_entropy", PARTS),
    "bits": (1, "binary_cross_entropy_with_logits", BITS),
    "squares": (1, "mse_loss", SUMS),
    "distances": (1, "l1_loss", SUMS),
    "huber": (1, "huber_loss", SUMS),
    "smooth": (1, "smooth_l1_loss", SUMS),
    "probabilities": (1, "binary_cross_entropy", BITS),
    "likelihoods": (4, "nll_loss", CLASSES),
}


def trained(compile: Any, outputs: int = 1, loss: Any = "hinge_loss", targets: Any = SIDES, **settings: Any) -> Any:
    make = settings.pop("optimizer", OPTIMIZERS["SGD"])
    output = "sigmoid" if loss == "binary_cross_entropy" else None
    model = settings.pop("model", None) or MLP(2, [8, outputs], output=output, seed=1)
    optimizer = make(model.parameters())
    history = fit(
        model, X, targets, loss, optimizer, **{"epochs": 3, "batch_size": 16, "seed": 2, **settings},
        progress=False, compile=compile,
    )  # fmt: skip
    return history, model, optimizer


def assert_same(one: Any, other: Any) -> None:
    (h, m, o), (k, n, p) = one, other
    for field in ("loss", "accuracy", "validation_loss", "validation_accuracy"):
        assert getattr(h, field) == pytest.approx(getattr(k, field), rel=1e-9), field
    # Adam divides a mean by its own size: where both are tiny, their rounding shows.
    assert [x.data for x in m.parameters()] == pytest.approx([x.data for x in n.parameters()], rel=1e-9, abs=1e-10)
    for a, b in zip(o._states, p._states, strict=True):
        assert type(a) is type(b)
        assert a is b is None or a == pytest.approx(b, rel=1e-7, abs=1e-10)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer(name: str) -> None:
    assert_same(*(trained(compile, optimizer=OPTIMIZERS[name]) for compile in (True, False)))


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_with_validation(name: str) -> None:
    outputs, loss, targets = LOSSES[name]
    held_out = (X[:20], targets[:20])
    runs = [trained(compile, outputs, loss, targets, validation=held_out) for compile in (True, False)]
    assert_same(*runs)
    assert len(runs[0][0].validation_loss) == 3


def test_training_goes_on_where_it_stopped() -> None:
    runs = []
    for compile in (True, False):
        first = trained(compile, optimizer=OPTIMIZERS["Adam"])
        runs.append(trained(compile, model=first[1], optimizer=lambda ps, own=first[2]: own))
    assert_same(*runs)


def test_without_llvmlite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "available", lambda backend: "numpy")
    assert_same(trained(True, optimizer=OPTIMIZERS["Adam"]), trained(False, optimizer=OPTIMIZERS["Adam"]))


def test_a_metric_of_ones_own_sees_outputs_and_targets() -> None:
    metric = lambda output, target: float(float(output) * target > 0.5)  # noqa: E731
    assert_same(*(trained(compile, metric=metric) for compile in (True, False)))
    several = lambda output, target: float(float(output[target]) > 0.0)  # noqa: E731
    assert_same(*(trained(compile, 4, "cross_entropy", CLASSES, metric=several) for compile in (True, False)))


def test_a_loss_with_a_penalty_and_an_idle_parameter() -> None:
    idle = Value(7.0)
    runs = []
    for compile in (True, False):
        model = MLP(2, [4, 1], seed=3)
        weights = model.parameters()

        def loss(outputs: Any, targets: Any, weights: Any = weights) -> Any:
            return mse_loss(outputs, targets) + 0.01 * sum(w * w for w in weights)

        runs.append(
            trained(compile, loss=loss, targets=SUMS, model=model, optimizer=lambda ps: Adam([*ps, idle], lr=0.01))
        )
    assert_same(*runs)
    assert idle.data == 7.0


class Deciding:
    """A model that looks at its input with `if`: no graph of one sample is that of another."""

    def __init__(self) -> None:
        self.w = Value(0.5)

    def __call__(self, x: Sequence[Value]) -> Value:
        return self.w * x[0] if float(x[0]) > 0 else self.w * x[1] * 3.0

    def parameters(self) -> list[Value]:
        return [self.w]


class Straight(Deciding):
    """A model without `if`."""

    def __call__(self, x: Sequence[Value]) -> Value:
        return self.w * x[0]


class Rarely(Deciding):
    """A model whose `if` hardly any sample triggers: comparing a few samples would not find it out."""

    def __call__(self, x: Sequence[Value]) -> Value:
        return self.w * x[0] if x[0] < 1e6 else self.w * x[1]


class Counting(Deciding):
    """A model that remembers how often it was called."""

    calls = 0

    def __call__(self, x: Sequence[Value]) -> Value:
        self.calls += 1
        return self.w * x[0] * float(self.calls)


# An optimizer that only inherits how its memory is laid out may have another update: it is not known.
*OTHERS, LAST = optim.__all__
NOT_KNOWN = f"Mine is not among {', '.join(OTHERS)} and {LAST}, whose updates are known"


def summed(outputs: Any, targets: Any) -> Any:
    return hinge_loss(outputs, targets, "sum")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": Deciding()}, "looks at numbers"),
        ({"model": Rarely()}, "looks at numbers"),
        ({"model": Counting()}, "does not do for all"),
        ({"loss": summed}, "may not be a mean over the samples"),
        ({"optimizer": lambda ps: SGD(ps, momentum=0.9, dampening=0.5)}, "dampening"),
        ({"optimizer": lambda ps: type("Mine", (SGD,), {})(ps)}, NOT_KNOWN),
    ],
    ids=["if", "rare if", "memory", "sum", "dampening", "own optimizer"],
)
def test_what_cannot_be_compiled_is_trained_as_ever(
    settings: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnsuitableError, match=message):
        trained(True, **settings)
    monkeypatch.setattr(compiled_room, "WORTHWHILE", 0)
    history, _, _ = trained("auto", **settings)
    assert len(history.epochs) == 3 and all(map(math.isfinite, history.loss))


class Trail(NamedTuple):
    """What `Averaging` remembers: a count that all parameters share, and two numbers."""

    step: int = 0
    mean: float = 0.0
    last: float = 1.0


class Averaging(Optimizer):
    """An optimizer of one's own that can be compiled: it says what it remembers."""

    def _update(self, p: Any, g: Any, trail: Trail | None) -> tuple[Any, Trail]:
        step, mean, last = trail or self._blank()
        step, mean = step + 1, 0.5 * (mean + g)
        return p - self.lr / step * mean * last, Trail(step, mean, p)

    def _blank(self) -> Trail:
        return Trail()


class Looking(Averaging):
    """An update that looks at its numbers: as a graph it would take one branch for all."""

    def _update(self, p: Any, g: Any, trail: Trail | None) -> tuple[Any, Trail]:
        return super()._update(p, g if g > 0.0 else 2.0 * g, trail)

    def _blank(self) -> Trail:
        return Trail()


def test_an_optimizer_of_ones_own_that_says_what_it_remembers() -> None:
    runs = [trained(compile, optimizer=lambda ps: Averaging(ps, lr=0.1)) for compile in (True, False)]
    assert_same(*runs)
    assert {state.step for state in runs[0][2]._states} == {12}


def test_an_update_that_looks_at_numbers_is_not_compiled() -> None:
    with pytest.raises(UnsuitableError, match="the update of Looking looks at numbers"):
        trained(True, optimizer=Looking)
    assert all(map(math.isfinite, trained(False, optimizer=Looking)[0].loss))


def test_parameters_that_the_loss_does_not_depend_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_room, "WORTHWHILE", 0)
    model, idle = Straight(), Value(7.0)
    with pytest.raises(UnsuitableError, match="depends on none of the optimizer's parameters"):
        trained(True, model=model, optimizer=lambda ps: SGD([idle]))
    history, _, _ = trained("auto", model=model, optimizer=lambda ps: SGD([idle]))
    assert history.loss == pytest.approx(history.loss[:1] * 3) and (model.w.data, idle.data) == (0.5, 7.0)


def test_every_optimizer_is_compiled_here() -> None:
    tried = {type(make([Value(1.0)])).__name__ for make in OPTIMIZERS.values()}
    assert tried == set(optim.__all__)


def test_every_loss_is_compiled_here() -> None:
    assert {loss for _, loss, _ in LOSSES.values()} == set(losses.LOSSES)


def test_many_targets_that_a_loss_wants_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_graph, "CLASSES", 3)
    with pytest.raises(UnsuitableError, match="there are 4 different ones"):
        trained(True, 4, "cross_entropy", CLASSES)


def test_validation_targets_that_were_not_trained_on() -> None:
    """They are scored sample by sample."""
    seen = [min(c, 2) for c in CLASSES]
    runs = [trained(c, 4, cross_entropy, seen, validation=(X[:20], CLASSES[:20])) for c in (True, False)]
    assert_same(*runs)


def test_anomaly_detection_wants_nodes() -> None:
    with detect_anomaly(), pytest.raises(UnsuitableError, match="detect_anomaly"):
        trained(True)


def test_small_things_are_not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    monkeypatch.setattr(compiled_room, "Trainer", lambda *given, **named: calls.append(1))
    assert isinstance(trained("auto")[0], History)
    assert calls == []


def test_interrupt_keeps_what_was_learned(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C after the second call: the parameters are those after its last step."""
    original = compiled_room.CompiledSteps.steps
    monkeypatch.setattr(compiled_room, "PACE", 0.0)
    calls: list[int] = []

    def steps(self: Any, batches: Any) -> Any:
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(1)
        return original(self, batches)

    monkeypatch.setattr(compiled_room.CompiledSteps, "steps", steps)
    history, model, optimizer = trained(True, optimizer=OPTIMIZERS["Adam"])
    assert history.interrupted and not history.epochs
    assert {state.step for state in optimizer._states} == {2}
    assert [p.data for p in model.parameters()] != [p.data for p in MLP(2, [8, 1], seed=1).parameters()]
    assert "Interrupted" in capsys.readouterr().err


def test_the_learning_rate_may_change_between_fits() -> None:
    _, model, optimizer = trained(True)
    before = [p.data for p in model.parameters()]
    optimizer.lr = 0.0
    trained(True, model=model, optimizer=lambda ps: optimizer)
    assert [p.data for p in model.parameters()] == before


def test_compile_must_be_known() -> None:
    with pytest.raises(ArgumentError, match="compile must be True, False or 'auto', got 'fast'"):
        trained("fast")


def test_a_model_that_takes_a_gradient_inside_compiles() -> None:
    """What the engine itself reads while it builds the graph of a gradient is not the model's looking at numbers."""
    rows = [[0.1 * i] for i in range(8)]

    def trained(compile: bool) -> list[float]:
        network = MLP(1, [4, 1], activation="tanh", seed=3)

        def slope(row: Any) -> Value:
            x = row[0] if isinstance(row[0], Value) else Value(row[0])
            return grad(network([x]), x, create_graph=True)

        optimizer = SGD(network.parameters(), lr=0.1)
        fit(
            slope, rows, [0.5] * 8, mse_loss, optimizer, epochs=3, batch_size=4, compile=compile, seed=1, progress=False
        )
        return [p.data for p in network.parameters()]

    assert trained(True) == pytest.approx(trained(False), rel=1e-12)
