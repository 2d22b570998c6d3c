"""What `fit` does between two epochs: schedules, early stopping, best weights, functions of one's own; and names."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from chalkgrad import nn
from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value
from chalkgrad.nn import MLP, SGD, Adam, BestWeights, Classes, EarlyStopping, StepLR, compiled, evaluate, fit

X = [[-1.0, 0.5], [0.3, -0.2], [0.9, 0.4], [-0.5, -0.8], [0.2, 0.7], [1.0, -1.0]]
Y = [0.2, 0.4, 1.3, -0.9, 0.6, 0.1]
NAMES = ["ant", "bee", "bee", "ant", "cat", "cat"]


@pytest.fixture(params=[False, True], ids=["eager", "compiled"])
def compile(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param:
        pytest.importorskip("numpy")
        monkeypatch.setattr(compiled, "WORTHWHILE", 0)
    return bool(request.param)


def train(model: Any, optimizer: Any, epochs: int, y: Any = Y, loss: Any = "mse_loss", **settings: Any) -> Any:
    settings = {"batch_size": 4, "seed": 0, "progress": False, **settings}
    return fit(model, X, y, loss, optimizer, epochs, **settings)


# Schedules.

TORCHS: dict[str, Callable[[Any, Any], Any]] = {
    "steps": lambda s, o: s.StepLR(o, 2, 0.5),
    "milestones": lambda s, o: s.MultiStepLR(o, [1, 3], 0.3),
    "exponential": lambda s, o: s.ExponentialLR(o, 0.8),
    "warm-up, then cosine": lambda s, o: s.SequentialLR(
        o, [s.LinearLR(o, 0.1, total_iters=3), s.CosineAnnealingLR(o, 4)], milestones=[3]
    ),
    "plateau": lambda s, o: s.ReduceLROnPlateau(o, factor=0.5, patience=0, threshold=0.3),
}


@pytest.mark.parametrize("name", TORCHS)
@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_a_training_with_a_schedule_is_that_of_torch(name: str, kind: str, compile: bool, torch: ModuleType) -> None:
    model = MLP(2, [3, 1], "tanh", seed=1)
    twin = nn.to_torch(model)
    ours, theirs = getattr(nn, kind)(model.parameters(), lr=0.1), getattr(torch.optim, kind)(twin.parameters(), lr=0.1)
    schedule, reference = TORCHS[name](nn, ours), TORCHS[name](torch.optim.lr_scheduler, theirs)
    settings = {"compile": compile, "shuffle": False, "batch_size": 6}
    history = train(model, ours, 8, schedule=schedule, **settings)
    inputs, targets = torch.tensor(X, dtype=torch.float64), torch.tensor(Y, dtype=torch.float64)
    rates, losses = [], []
    for _ in range(8):
        rates.append(theirs.param_groups[0]["lr"])
        theirs.zero_grad()
        loss = torch.nn.functional.mse_loss(twin(inputs).squeeze(), targets)
        loss.backward()
        theirs.step()
        losses.append(loss.item())
        reference.step(*([loss.item()] if name == "plateau" else []))
    assert history.lr == pytest.approx(rates, rel=1e-12)
    assert history.loss == pytest.approx(losses, rel=1e-12)
    assert len(set(rates)) > 1


def test_a_plateau_is_that_of_the_validation_if_there_is_any(compile: bool) -> None:
    model = MLP(2, [1], seed=0)
    optimizer = SGD(model.parameters(), lr=0.01)
    schedule = nn.ReduceLROnPlateau(optimizer, patience=0, factor=0.5)
    far = ([[5.0, 5.0]], [-100.0])  # what is learned makes it worse
    history = train(model, optimizer, 4, schedule=schedule, validation=far, compile=compile)
    assert history.validation_loss == sorted(history.validation_loss)
    assert history.lr == [0.01, 0.01, 0.005, 0.0025]


def test_accuracy_may_be_what_is_looked_at() -> None:
    model = MLP(2, [3], seed=0)
    optimizer = SGD(model.parameters(), lr=0.0)
    schedule = nn.ReduceLROnPlateau(optimizer, mode="max", patience=0)
    assert train(model, optimizer, 3, NAMES, "cross_entropy", schedule=schedule).accuracy[0] == schedule.best


def test_a_schedule_goes_on_where_it_was() -> None:
    """Two trainings one after the other are one: the schedule counts on."""
    model = MLP(2, [1], seed=0)
    optimizer = SGD(model.parameters(), lr=0.1)
    schedule = StepLR(optimizer, 2, 0.5)
    rates = [rate for epochs in (3, 2) for rate in train(model, optimizer, epochs, schedule=schedule).lr]
    assert rates == [0.1, 0.1, 0.05, 0.05, 0.025]


# Early stopping and best weights.


def test_training_ends_and_the_best_weights_come_back(compile: bool) -> None:
    model = MLP(2, [1], seed=0)
    stopping = EarlyStopping(patience=2)
    optimizer = SGD(model.parameters(), lr=0.05)
    far = ([[1.0, 1.0]], [model([1.0, 1.0]).data + 0.05])  # reached soon, and left behind
    history = train(model, optimizer, 50, validation=far, callbacks=[stopping], compile=compile)
    best = min(range(len(history.validation_loss)), key=history.validation_loss.__getitem__)
    assert stopping.epoch == best + 1 and len(history.loss) == best + 4 < 50 and best
    assert evaluate(model, *far, "mse_loss").loss == pytest.approx(history.validation_loss[best])
    assert not history.interrupted


def test_one_object_serves_two_trainings() -> None:
    stopping = EarlyStopping("loss", patience=0)
    for _ in range(2):
        model = MLP(2, [1], seed=0)
        history = train(model, SGD(model.parameters(), lr=5.0), 10, callbacks=stopping)
        assert len(history.loss) == 2 and stopping.epoch == 1


def test_after_ctrl_c_the_best_weights_come_back_too(capsys: pytest.CaptureFixture[str]) -> None:
    model = MLP(2, [1], seed=0)
    first: list[Any] = []

    def interrupt(model: Any, history: Any) -> None:
        first.append(model.state_dict())
        if len(history.loss) == 3:
            raise KeyboardInterrupt

    history = train(model, SGD(model.parameters(), lr=5.0), 10, callbacks=[BestWeights("loss"), interrupt])
    assert history.interrupted and len(history.loss) == 3
    assert model.state_dict() == first[0]  # the loss grows from the first epoch on


# Functions of one's own.


def test_a_callback_sees_the_model_as_it_is_and_what_it_changes_is_trained(compile: bool) -> None:
    def trained(compile: bool, callbacks: Any) -> tuple[list[float], Any]:
        model = MLP(2, [2, 1], "tanh", seed=1)
        train(model, Adam(model.parameters(), lr=0.05), 5, callbacks=callbacks, compile=compile)
        return [p.data for p in model.parameters()], model

    seen: list[list[float]] = []

    def halve(model: Any, history: Any) -> None:
        seen.append([p.data for p in model.parameters()])
        model.parameters()[0].data *= 0.5

    numbers, _ = trained(compile, halve)
    mine = list(seen)
    seen.clear()
    wanted, _ = trained(False, halve)
    assert numbers == pytest.approx(wanted, rel=1e-9)
    assert len(mine) == 5 and mine[2] == pytest.approx(seen[2], rel=1e-9)


@pytest.mark.parametrize("answer", [{"w": 1.0}, "no", 1, Value(1.0), None, np.False_, False])
def test_only_true_ends_a_training(answer: Any) -> None:
    """What a function happens to return, such as a state_dict, is no wish to stop."""
    model = MLP(2, [1], seed=0)
    history = train(model, SGD(model.parameters()), 3, callbacks=lambda model, history: answer)
    assert len(history.loss) == 3


@pytest.mark.parametrize("answer", [True, np.True_])
def test_true_ends_it(answer: Any) -> None:
    model = MLP(2, [1], seed=0)
    history = train(model, SGD(model.parameters()), 3, callbacks=[lambda model, history: answer])
    assert len(history.loss) == 1


def test_what_a_callback_raises_comes_out_and_the_model_is_that_of_a_step(compile: bool) -> None:
    model = MLP(2, [1], seed=0)
    seen: list[Any] = []

    def stop(model: Any, history: Any) -> None:
        seen.append([(p.data, p.grad) for p in model.parameters()])
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        train(model, SGD(model.parameters()), 3, callbacks=stop, compile=compile)
    assert [(p.data, p.grad) for p in model.parameters()] == seen[0]


# Names.


@pytest.mark.parametrize("as_given", [list, tuple, np.array], ids=["list", "tuple", "array"])
def test_names_are_the_classes_that_they_name(as_given: Any, compile: bool) -> None:
    endings = []
    for y in (as_given(NAMES), [0, 1, 1, 0, 2, 2]):
        model = MLP(2, [3], seed=0)
        history = train(model, SGD(model.parameters(), lr=0.5), 20, y, "cross_entropy", compile=compile)
        endings.append((model.state_dict(), history.loss, history.accuracy))
        if y is not None and history.classes is not None:
            assert history.classes.names == ["ant", "bee", "cat"]
            named = [history.classes.named(model(x)) for x in X]
            score = evaluate(model, X, NAMES, "cross_entropy", classes=history.classes)
            right = [name == target for name, target in zip(named, NAMES, strict=True)]
            assert score.accuracy == sum(right) / len(right)
    assert endings[0] == endings[1]
    assert endings[0][2]


@pytest.mark.parametrize(
    ("loss", "y", "numbers"),
    [
        ("hinge_loss", ["no", "yes", "yes", "no", "no", "yes"], [-1, 1, 1, -1, -1, 1]),
        ("hinge_loss", [0, 1, 1, 0, 0, 1], [-1, 1, 1, -1, -1, 1]),
        ("hinge_loss", [False, True, True, False, False, True], [-1, 1, 1, -1, -1, 1]),
        ("binary_cross_entropy_with_logits", ["no", "yes", "yes", "no", "no", "yes"], [0, 1, 1, 0, 0, 1]),
        (nn.BCEWithLogitsLoss(), ["no", "yes", "yes", "no", "no", "yes"], [0, 1, 1, 0, 0, 1]),
    ],
)
def test_two_classes(loss: Any, y: Any, numbers: Any, compile: bool) -> None:
    endings = []
    for targets in (y, numbers):
        model = MLP(2, [1], seed=0)
        history = train(
            model, SGD(model.parameters(), lr=0.5), 5, targets, loss, compile=compile, validation=(X[:2], targets[:2])
        )
        endings.append((model.state_dict(), history.loss, history.accuracy, history.validation_loss))
    assert endings[0] == endings[1]


def test_a_name_that_the_training_has_not_is_no_reason_to_number_anew() -> None:
    model = MLP(2, [3], seed=0)
    classes = Classes(["ant", "bee", "cat"])
    history = train(model, SGD(model.parameters()), 1, ["bee", "cat"] * 3, "cross_entropy", classes=classes)
    assert history.classes is classes
    assert evaluate(model, X[:1], ["cat"], "cross_entropy", classes=classes) == evaluate(
        model, X[:1], [2], "cross_entropy"
    )


# The plot.


def test_a_history_is_plotted() -> None:
    model = MLP(2, [3], seed=0)
    history = train(model, SGD(model.parameters()), 3, NAMES, "cross_entropy", validation=(X[:3], NAMES[:3]))
    figure = history.plot("Insects")
    loss, accuracy = figure.axes
    assert loss.get_ylabel() == "loss" and accuracy.get_ylabel() == "accuracy"
    assert [line.get_ydata().tolist() for line in loss.lines] == [history.loss, history.validation_loss]
    assert [line.get_ydata().tolist() for line in accuracy.lines] == [history.accuracy, history.validation_accuracy]
    assert figure._repr_png_().startswith(b"\x89PNG")
    plain = MLP(2, [1], seed=0)
    assert len(train(plain, SGD(plain.parameters()), 1).plot().axes) == 1
    with pytest.raises(ArgumentError, match="at least one epoch"):
        nn.History().plot()


# What cannot be.


def attempt(**settings: Any) -> None:
    model = settings.pop("model", None) or MLP(2, [1], seed=0)
    optimizer = SGD(model.parameters() if isinstance(model, nn.Module) else [Value(1.0)])
    given = {"y": Y, "loss": "mse_loss", "optimizer": optimizer, **settings}
    given = {name: x(optimizer) if name == "schedule" and callable(x) else x for name, x in given.items()}
    before = [p.data for p in optimizer.params]
    try:
        train(model, given.pop("optimizer"), 2, **given)
    finally:
        assert [p.data for p in optimizer.params] == before


OTHER = SGD([Value(1.0)])


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"schedule": 3}, ArgumentTypeError, r"schedule must be a schedule such as StepLR\(.*; got int"),
        ({"schedule": [StepLR]}, ArgumentTypeError, "got the class StepLR"),
        ({"schedule": StepLR(OTHER, 1)}, ArgumentError, "come with the optimizer that it was made with, StepLR"),
        (
            {"schedule": lambda o: nn.ReduceLROnPlateau(o, "max")},
            ArgumentError, "mode 'max' looks at the accuracy: give fit a metric",
        ),
        ({"callbacks": StepLR(OTHER, 1)}, ArgumentTypeError, r"callbacks\[0\] .* a schedule is given as schedule="),
        ({"callbacks": [EarlyStopping]}, ArgumentTypeError, r"must be an object, such as EarlyStopping\(\)"),
        ({"callbacks": [None]}, ArgumentTypeError, r"callbacks\[0\] must be a function of the model and the history"),
        ({"callbacks": EarlyStopping()}, ArgumentError, "give fit validation samples$"),
        ({"callbacks": EarlyStopping("accuracy")}, ArgumentError, "give fit a metric$"),
        (
            {"callbacks": EarlyStopping("validation_accuracy")},
            ArgumentError, "give fit validation samples and a metric",
        ),
        ({"callbacks": BestWeights("loss"), "model": lambda x: Value(1.0)}, ArgumentError, "of a Module, got function"),
        ({"y": NAMES}, ArgumentTypeError, r"y holds names such as 'ant', and mse_loss wants numbers; .*cross_entropy"),
        (
            {"y": ["a", 1, 2, 3, 4, 5], "loss": "cross_entropy", "model": MLP(2, [3])},
            ArgumentTypeError, "labels of one kind",
        ),
        ({"y": NAMES, "loss": "hinge_loss"}, ArgumentError, "y does not suit the loss: it tells two .* got 3"),
        ({"y": NAMES, "loss": "cross_entropy", "model": MLP(2, [2])}, ArgumentError, "y does not suit the loss"),
        (
            {"y": NAMES, "loss": "cross_entropy", "validation": (X[:1], ["dog"]), "model": MLP(2, [3])},
            ArgumentError, "validation y does not suit the loss: 'dog' is not among the classes 'ant', 'bee', 'cat'",
        ),
        ({"classes": ["a"], "loss": "cross_entropy"}, ArgumentTypeError, r"such as Classes\(y\), got list"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_before_training(settings: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        attempt(**settings)


def test_names_alone_do_not_say_which_classes_a_model_was_trained_on() -> None:
    with pytest.raises(ArgumentTypeError, match=r"say which classes there are: classes=history\.classes"):
        evaluate(MLP(2, [3], seed=0), X, NAMES, "cross_entropy")


def test_a_model_that_takes_a_gradient_inside_is_scored() -> None:
    """Its gradient cannot be taken where no graph is made, so one is made."""
    from chalkgrad.engine import grad

    model = MLP(1, [3, 1], "tanh", seed=0)

    def slope(x: Any) -> Any:
        inner = Value(x[0] if isinstance(x, list) else x)
        return grad(model([inner]), inner, create_graph=True)

    rows = [[0.1], [0.2], [0.4]]
    slopes = [slope(row).data for row in rows]
    wanted = sum((s - 1.0) ** 2 for s in slopes) / 3
    assert evaluate(slope, rows, [1.0] * 3, "mse_loss").loss == pytest.approx(wanted, rel=1e-15)
    optimizer = SGD(model.parameters(), lr=0.1)
    history = fit(slope, rows, [1.0] * 3, "mse_loss", optimizer, 3, validation=(rows, [1.0] * 3), progress=False)
    assert history.validation_loss == sorted(history.validation_loss, reverse=True)
