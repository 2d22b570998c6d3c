"""fit: it learns, says how it goes, checks everything first, and an interrupt loses nothing."""

from __future__ import annotations

import gc
import math
import os
import random
import signal
import sys
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris

from chalkgrad.engine import ArgumentError, ArgumentTypeError, OperandError, Value
from chalkgrad.nn import (
    MLP,
    SGD,
    Adam,
    CrossEntropyLoss,
    History,
    Layer,
    Module,
    cross_entropy,
    evaluate,
    fit,
    hinge_loss,
    mse_loss,
)
from chalkgrad.nn.losses import Loss

XOR = [[0, 0], [0, 1], [1, 0], [1, 1]]
SIDES = [-1, 1, 1, -1]


def train(model: Any, X: Any, y: Any, loss: Loss | str = "hinge_loss", lr: float = 0.1, **settings: Any) -> History:
    return fit(model, X, y, loss, SGD(model.parameters(), lr=lr), **{"progress": False, "seed": 0, **settings})


@pytest.fixture(scope="module")
def iris() -> tuple[Any, Any]:
    X, y = load_iris(return_X_y=True)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    return X, y


# learning


def test_iris_is_learned(iris: tuple[Any, Any]) -> None:
    X, y = iris
    held_out = np.arange(len(X)) % 5 == 0
    model = MLP(4, [8, 3], "tanh", seed=0)
    optimizer = Adam(model.parameters(), lr=0.02)
    history = fit(
        model, X[~held_out], y[~held_out], "cross_entropy", optimizer, epochs=25,
        validation=(X[held_out], y[held_out]), seed=0, progress=False,
    )  # fmt: skip
    assert len(history.loss) == len(history.accuracy) == len(history.validation_loss) == 25
    assert history.accuracy[-1] > 0.95 and history.validation_accuracy[-1] > 0.9
    score = evaluate(model, X[held_out], y[held_out], cross_entropy)
    assert (score.loss, score.accuracy) == (history.validation_loss[-1], history.validation_accuracy[-1])


def test_it_is_the_loop_written_by_hand() -> None:
    model, twin = MLP(2, [3, 1], seed=1), MLP(2, [3, 1], seed=1)
    history = train(model, XOR, SIDES, epochs=3, batch_size=3, shuffle=False)
    optimizer = SGD(twin.parameters(), lr=0.1)
    losses = []
    for _ in range(3):
        total = 0.0
        for rows in ([0, 1, 2], [3]):
            loss = hinge_loss([twin(XOR[i]) for i in rows], [SIDES[i] for i in rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.data * len(rows)
        losses.append(total / 4)
    assert model.state_dict() == twin.state_dict()
    assert history.loss == losses


def test_the_same_seed_gives_the_same_training() -> None:
    def final(**source: Any) -> dict[str, float]:
        model = MLP(2, [4, 1], seed=1)
        fit(model, XOR, SIDES, "hinge_loss", SGD(model.parameters(), 0.1), 3, 1, progress=False, **source)
        return model.state_dict()

    assert final(seed=5) == final(seed=5) == final(generator=random.Random(5)) != final(seed=6)
    random.seed(5)
    assert final() == final(seed=5)
    assert final(shuffle=False) == final(shuffle=False, seed=9)


def test_every_sample_is_used_once_an_epoch() -> None:
    seen = []

    class Spy(Module):
        def __init__(self) -> None:
            self.w = Value(1.0)

        def __call__(self, x: Any) -> Any:
            seen.append(x)
            return self.w * x

    train(Spy(), list(range(10)), [0.0] * 10, mse_loss, lr=0.0, epochs=2, batch_size=4)
    first, second = seen[1:11], seen[11:]  # the very first call looks whether the model takes the sample
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second
    assert all(type(x) is int for x in seen)  # numbers arrive as they were given


def test_no_epochs_change_nothing() -> None:
    model = MLP(2, [1], seed=0)
    before = model.state_dict()
    assert train(model, XOR, SIDES, epochs=0).epochs == []
    assert model.state_dict() == before


# metrics


@pytest.mark.parametrize(
    ("loss", "outputs", "targets", "accuracy"),
    [
        ("cross_entropy", [[1.0, 3.0, 2.0], [5.0, 0.0, 1.0]], [1, 2], 0.5),
        ("cross_entropy", [[1.0, 3.0], [5.0, 0.0]], [[0.2, 0.8], [0.9, 0.1]], 1.0),
        ("hinge_loss", [0.5, -0.5, 2.0, -1.0], [1, 1, 1, -1], 0.75),
        ("binary_cross_entropy_with_logits", [0.5, -0.5, 2.0, -1.0], [1, 0, 0.2, 0.9], 0.5),
        ("binary_cross_entropy_with_logits", [[1.0, -1.0], [1.0, 1.0]], [[1, 1], [1, 1]], 0.75),
        ("mse_loss", [1.0, 2.0], [1.0, 2.0], None),
    ],
)
def test_the_metric_follows_from_the_loss(
    loss: str, outputs: list[Any], targets: list[Any], accuracy: float | None
) -> None:
    samples = list(range(len(outputs)))

    def model(i: int) -> Any:
        out = outputs[i]
        return [Value(x) for x in out] if isinstance(out, list) else Value(out)

    assert evaluate(model, samples, targets, loss).accuracy == accuracy


def test_loss_and_metric_may_be_ones_own() -> None:
    model = Layer(1, 1, nonlin=False, seed=0)

    def absolute(outputs: list[Value], targets: list[float]) -> Any:
        return sum(abs(o - t) for o, t in zip(outputs, targets, strict=True)) / len(outputs)

    def close(output: Value, target: float) -> bool:
        return abs(output.data - target) < 0.1

    X = [-1.0, -0.5, 0.5, 1.0]
    history = train(model, X, [3 * x for x in X], absolute, lr=0.05, epochs=80, metric=close)
    assert history.accuracy[-1] == 1.0 and history.loss[-1] < history.loss[0]


def test_the_history_prints_its_end() -> None:
    model = MLP(2, [1], seed=0)
    history = train(model, XOR, SIDES, epochs=2, validation=(XOR, SIDES))
    training, validation = history.epochs[-1]
    assert repr(history) == f"History(2 epochs; last: {training}; validation {validation})"
    assert str(training) == f"loss={history.loss[-1]:.4g}, accuracy={history.accuracy[-1]:.1%}"
    assert repr(History()) == "History(0 epochs)"
    assert repr(train(model, XOR, SIDES, mse_loss)).startswith("History(10 epochs; last: loss=")


# interrupts


def interrupted_training(
    capsys: pytest.CaptureFixture[str], step: int, moment: str
) -> tuple[Module, History, list[dict[str, float]], str]:
    """Train, with a real SIGINT at a moment of the given step; and again, up to the step before."""

    class Interrupting(SGD):
        steps = 0

        def zero_grad(self) -> None:
            type(self).steps += 1
            if type(self).steps == step and moment == "before the update":
                os.kill(os.getpid(), signal.SIGINT)
            super().zero_grad()

        def _update(self, p: Any, g: Any, state: Any) -> tuple[Any, Any]:
            if type(self).steps == step and p == self.params[5].data and moment == "amid the update":
                os.kill(os.getpid(), signal.SIGINT)
            return super()._update(p, g, state)

    states = []

    def loss(outputs: list[Any], targets: list[Any]) -> Any:
        states.append(model.state_dict())
        return hinge_loss(outputs, targets)

    model = MLP(2, [3, 1], seed=1)
    history = fit(model, XOR, SIDES, loss, Interrupting(model.parameters(), 0.1), 5, 2, shuffle=False, progress=False)
    return model, history, states, capsys.readouterr().err


@pytest.mark.parametrize("moment", ["before the update", "amid the update"])
@pytest.mark.parametrize("step", [1, 4, 5])
def test_ctrl_c_keeps_what_was_learned(capsys: pytest.CaptureFixture[str], step: int, moment: str) -> None:
    model, history, states, message = interrupted_training(capsys, step, moment)
    assert history.interrupted
    assert len(history.loss) == (step - 1) // 2  # epochs of two steps that were completed
    assert model.state_dict() == states[-1]  # as at the start of the step that was not completed
    assert f"Interrupted after {(step - 1) // 2} of 5 epochs" in message
    assert "interrupted" in repr(history)
    assert gc.isenabled()
    resumed = train(model, XOR, SIDES, epochs=1)
    assert not resumed.interrupted and len(resumed.loss) == 1


def test_other_exceptions_are_not_held_back() -> None:
    def loss(outputs: list[Any], targets: list[Any]) -> Any:
        if len(outputs) == 2:
            raise ZeroDivisionError
        return hinge_loss(outputs, targets)

    with pytest.raises(ZeroDivisionError):
        train(MLP(2, [1]), XOR, SIDES, loss, batch_size=2)
    assert gc.isenabled()


# the collector


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_held_off_in_a_step_and_then_as_it_was(enabled: bool) -> None:
    during = []

    def loss(outputs: list[Any], targets: list[Any]) -> Any:
        during.append(gc.isenabled())
        return hinge_loss(outputs, targets)

    (gc.enable if enabled else gc.disable)()
    try:
        train(MLP(2, [1]), XOR, SIDES, loss, epochs=1)
        assert gc.isenabled() is enabled
    finally:
        gc.enable()
    assert during[-1] is False


def test_no_graph_outlives_its_step() -> None:
    def living() -> int:
        return sum(type(x) is Value for x in gc.get_objects())

    counts = []

    def loss(outputs: list[Any], targets: list[Any]) -> Any:
        counts.append(living())
        return hinge_loss(outputs, targets)

    gc.disable()
    try:
        before = living()
        model = MLP(2, [2, 1])
        train(model, XOR, SIDES, loss, epochs=3)
        after = living()
    finally:
        gc.enable()
    assert after - before == len(model.parameters())
    assert len(set(counts[1:])) == 1  # the first call only looks at the targets


# what is shown


def test_the_bar_shows_loss_and_accuracy(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    history = train(MLP(2, [2, 1], seed=0), XOR, SIDES, epochs=3, batch_size=2, progress=True)
    shown = capsys.readouterr().err
    assert "epoch 3/3" in shown and "6/6" in shown
    assert f"loss={history.loss[-1]:.4g}, accuracy={history.accuracy[-1]:.1%}" in shown


def test_without_tqdm_it_says_so_once_and_goes_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    history = train(MLP(2, [1]), XOR, SIDES, epochs=2, progress=True)
    assert len(history.loss) == 2
    assert capsys.readouterr().err == 'No progress bar: it needs tqdm (pip install "chalkgrad[notebook]").\n'


def test_silence_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    train(MLP(2, [1]), XOR, SIDES)
    assert capsys.readouterr() == ("", "")


def test_a_loss_that_is_not_finite_is_told_once() -> None:
    model = MLP(1, [1], seed=0)
    model.layers[0].neurons[0].b.data = math.inf
    with pytest.warns(RuntimeWarning, match="the loss turned inf in epoch 1") as warned:
        history = train(model, [1.0, 2.0], [1.0, 2.0], mse_loss, epochs=4, batch_size=1)
    assert len(warned) == 1 and warned[0].filename == __file__
    assert len(history.loss) == 4 and not math.isfinite(history.loss[-1])


# bad input: each is refused before anything has changed


def attempt(
    X: Any = XOR, y: Any = SIDES, loss: Any = "hinge_loss", model: Any = None, optimizer: Any = None, **settings: Any
) -> History:
    model = MLP(2, [1], seed=0) if model is None else model
    optimizer = SGD(model.parameters()) if optimizer is None else optimizer
    return fit(model, X, y, loss, optimizer, **{"progress": False, **settings})


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"y": [1, 1]}, ArgumentError, "y must have one target for each sample, 4; got 2"),
        ({"X": [], "y": []}, ArgumentError, "X must hold at least one sample"),
        ({"X": [[0, 0], [1]], "y": [1, 1]}, ArgumentError, r"X\[0\] has shape \(2,\), X\[1\] has shape \(1,\)"),
        ({"X": [[0, math.nan]], "y": [1]}, ArgumentError, r"X\[0\]\[1\] must be a finite number, got nan"),
        ({"X": [[0, "1"]], "y": [1]}, OperandError, r"X\[0\]\[1\] must be a real number, got str"),
        ({"X": [[0, None]], "y": [1]}, OperandError, r"X\[0\]\[1\] must be a real number, got NoneType"),
        ({"X": 3}, ArgumentTypeError, "X must be a list or an array, got int"),
        ({"X": {0: 1}}, ArgumentTypeError, "X must be a list or an array, got dict"),
        ({"y": None}, ArgumentTypeError, "y must be a list or an array, got NoneType"),
        ({"X": [[1], [2], [3], [4]]}, ArgumentError, "X does not suit the model: layer0 takes 2 inputs, got 1"),
        ({"y": [1, 1, -1, 0]}, ArgumentError, r"y does not suit the loss: target\[3\] must be -1 or 1, got 0"),
        ({"y": [[1], [1], [1], [1]]}, ArgumentError, r"y does not suit the loss: target must have the shape"),
        ({"loss": "cross_entropy"}, ArgumentError, "y does not suit the loss: .* for classes by number, input must"),
        ({"loss": "hinge"}, ArgumentError, "loss must be one of mse_loss, hinge_loss, .*; got 'hinge'"),
        ({"loss": 3}, ArgumentTypeError, "loss must be a function, a name or an object .*, got int"),
        ({"loss": CrossEntropyLoss}, ArgumentTypeError, r"got the class CrossEntropyLoss, make one of it"),
        ({"loss": lambda outputs, targets: 1.0}, ArgumentTypeError, "loss must return one Value, got float"),
        ({"metric": 3}, ArgumentTypeError, "metric must be a function, got int"),
        ({"epochs": -1}, ArgumentError, "epochs must be at least 0, got -1"),
        ({"epochs": 1.5}, ArgumentTypeError, "epochs must be an integer, got float"),
        ({"batch_size": 0}, ArgumentError, "batch_size must be at least 1, got 0"),
        ({"validation": XOR}, ArgumentTypeError, r"validation must be a pair \(X, y\)"),
        ({"validation": (XOR, [1])}, ArgumentError, "validation y must have one target for each sample, 4; got 1"),
        ({"validation": ([[1]], [1])}, ArgumentError, "validation X does not suit the model"),
        ({"optimizer": "adam"}, ArgumentTypeError, r"optimizer must be an optimizer such as Adam\(model\.parameters"),
        ({"optimizer": SGD([Value(1.0)])}, ArgumentError, "optimizer must be made from this model's parameters"),
        ({"model": 3, "optimizer": SGD([Value(1.0)])}, ArgumentTypeError, "model must be callable, got int"),
        ({"seed": 1.5}, ArgumentTypeError, "seed must be an integer, got float"),
        ({"seed": 1, "generator": random.Random()}, ArgumentError, "seed or generator, not both"),
    ],
)
def test_bad_input_is_refused_before_training(settings: dict[str, Any], error: type[Exception], message: str) -> None:
    model = settings.get("model") or MLP(2, [1], seed=0)
    before = model.state_dict() if isinstance(model, Module) else None
    with pytest.raises(error, match=message):
        attempt(**{**settings, "model": model})
    assert before is None or model.state_dict() == before


def test_a_class_out_of_range_is_refused_before_training(iris: tuple[Any, Any]) -> None:
    X, y = iris
    with pytest.raises(ArgumentError, match=r"y does not suit the loss: target\[100\] must be a class from 0 to 1"):
        attempt(X, y, "cross_entropy", MLP(4, [2]))


def test_a_plain_function_can_be_trained() -> None:
    slope = Value(0.0)
    history = fit(lambda x: slope * x, [1.0, 2.0], [2.0, 4.0], mse_loss, SGD([slope], 0.1), 30, seed=0, progress=False)
    assert slope.data == pytest.approx(2.0, abs=1e-6) and not history.accuracy


def test_a_notebook_gets_its_bar_on_stdout(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tqdm")
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    train(MLP(2, [1]), XOR, SIDES, epochs=1, progress=True)
    out, err = capsys.readouterr()
    assert "epoch 1/1" in out and err == ""
