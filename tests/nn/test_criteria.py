"""Losses as objects, classes by name, and what is asked after each epoch."""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from chalkgrad import nn
from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value
from chalkgrad.nn import criteria
from chalkgrad.nn.callbacks import finish, is_over
from chalkgrad.nn.criteria import metric_of
from chalkgrad.nn.history import Epoch, History, Score
from chalkgrad.nn.losses import METRICS

ROWS = [[0.2, -1.0, 0.5], [2.0, 0.1, -0.3]]
CRITERIA: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "MSELoss": ({}, ROWS, [[0.0, 1.0, 0.5], [1.0, 1.0, 1.0]]),
    "L1Loss": ({"reduction": "sum"}, ROWS, [[0.0, 1.0, 0.5], [1.0, 1.0, 1.0]]),
    "HuberLoss": ({"delta": 0.5}, ROWS, [[0.0, 1.0, 0.5], [1.0, 1.0, 1.0]]),
    "SmoothL1Loss": ({"beta": 0.5}, ROWS, [[0.0, 1.0, 0.5], [1.0, 1.0, 1.0]]),
    "BCELoss": ({}, [0.2, 0.9], [0.0, 1.0]),
    "BCEWithLogitsLoss": ({"pos_weight": 3.0}, [0.2, -0.9], [0.0, 1.0]),
    "CrossEntropyLoss": ({"weight": [1.0, 2.0, 0.5], "label_smoothing": 0.1}, ROWS, [2, 0]),
    "NLLLoss": ({"weight": [1.0, 2.0, 0.5]}, ROWS, [2, 0]),
}


@pytest.mark.parametrize("name", criteria.__all__)
def test_a_loss_as_an_object_is_that_of_torch(name: str, torch: ModuleType) -> None:
    settings, rows, target = CRITERIA[name]
    values = [[Value(x) for x in row] if isinstance(row, list) else Value(row) for row in rows]
    criterion = getattr(nn, name)(**settings)
    theirs = {k: torch.tensor(x, dtype=torch.float64) if "weight" in k else x for k, x in settings.items()}
    kind = None if isinstance(target[0], int) else torch.float64
    wanted = getattr(torch.nn, name)(**theirs)(
        torch.tensor(rows, dtype=torch.float64), torch.tensor(target, dtype=kind)
    )
    assert criterion(values, target).data == pytest.approx(wanted.item(), rel=1e-13)
    assert repr(criterion).startswith(f"{name}(reduction=")


def test_every_loss_has_a_metric_or_none() -> None:
    for loss, metric in METRICS.items():
        assert metric_of(loss) is metric
    assert metric_of(nn.CrossEntropyLoss()) is METRICS[nn.cross_entropy] is not None
    assert metric_of(nn.MSELoss()) is None and metric_of(lambda outputs, targets: 0.0) is None


def test_a_loss_as_an_object_trains() -> None:
    model = nn.MLP(1, [2], seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.5)
    history = nn.fit(model, [[-1.0], [1.0]], [0, 1], nn.CrossEntropyLoss(), optimizer, 20, seed=0, progress=False)
    assert history.loss[-1] < 0.2 * history.loss[0]


# classes


def test_classes_have_numbers_and_sides() -> None:
    classes = nn.Classes(np.array(["b", "a", "c", "a"]))
    assert classes.names == ["a", "b", "c"] and len(classes) == 3 and repr(classes) == "Classes(['a', 'b', 'c'])"
    assert classes.numbers(["c", "a"]) == [2, 0]
    assert classes.named([0.1, 0.7, 0.2]) == "b" and classes.named([Value(1.0), Value(0.0), Value(0.0)]) == "a"
    assert nn.Classes([0, 1, 1]).sides([0, 1]) == [-1, 1] and nn.Classes([-1, 1]).sides([-1, 1]) == [-1, 1]
    two = nn.Classes(["no", "yes"])
    assert [two.named(p, 0.5) for p in (0.4, 0.6)] == ["no", "yes"]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.Classes("abc"), ArgumentTypeError, "y must be a list or an array of labels, got str"),
        (lambda: nn.Classes([]), ArgumentError, "at least one label"),
        (lambda: nn.Classes(["a", 1]), ArgumentTypeError, "labels of one kind"),
        (lambda: nn.Classes([["a"]]), ArgumentTypeError, r"y\[0\] must be a label, got list"),
        (lambda: nn.Classes(["a", "b"]).numbers(["z"]), ArgumentError, "'z' is not among the classes 'a', 'b'"),
        (lambda: nn.Classes(["a", "b", "c"]).sides(["a"]), ArgumentError, "sides are of two classes, got 3"),
        (lambda: nn.Classes(["a", "b", "c"]).named(1.0), ArgumentError, "a single score tells two classes apart"),
        (lambda: nn.Classes(["a", "b"]).named([1.0]), ArgumentError, "each of 2 classes, got 1"),
        (lambda: nn.EarlyStopping("val_loss"), ArgumentError, "monitor must be one of loss, accuracy"),
        (lambda: nn.EarlyStopping(patience=-1), ArgumentError, "patience must be at least 0"),
        (lambda: nn.BestWeights()(nn.Neuron(1), History()), ArgumentError, "give fit validation samples"),
        (lambda: nn.BestWeights("accuracy")(nn.Neuron(1), History()), ArgumentError, "give fit a metric"),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


# after each epoch


def epochs(losses: list[float], callbacks: list[Any], model: nn.Neuron) -> int:
    """Train as fit does: the weight of the n-th epoch is n; how many there were."""
    history = History()
    for n, loss in enumerate(losses, 1):
        model.b.data = float(n)
        history.epochs.append(Epoch(Score(loss, None), Score(loss, None)))
        if is_over(callbacks, model, history):
            break
    finish(callbacks, model)
    return len(history.epochs)


def test_training_stops_once_nothing_becomes_better() -> None:
    losses = [5.0, 3.0, 4.0, 3.5, 3.0, 2.0]
    for patience, count, best in ((0, 3, 2.0), (1, 4, 2.0), (3, 6, 6.0)):
        model = nn.Neuron(1)
        stopping = nn.EarlyStopping(patience=patience)
        assert epochs(losses, [stopping], model) == count
        assert model.b.data == best == stopping.epoch
    model = nn.Neuron(1)
    assert epochs(losses, [nn.EarlyStopping(patience=1, restore_best=False)], model) == 4 and model.b.data == 4.0
    assert epochs(losses, [nn.EarlyStopping(patience=1, min_delta=2.5)], model) == 3 and model.b.data == 1.0


def test_the_best_weights_are_put_back_and_any_function_may_stop() -> None:
    model = nn.Neuron(1)
    best = nn.BestWeights("loss")
    assert epochs([3.0, 1.0, 2.0, 2.0], [best, lambda model, history: len(history.loss) == 3], model) == 3
    assert model.b.data == 2.0 and repr(best) == "BestWeights('loss', best=1.0, epoch=2)"


def test_a_model_is_scored_as_it_is_used() -> None:
    model = nn.Sequential(nn.Linear(1, 8, seed=0), nn.Dropout(0.5, seed=0), nn.Linear(8, 1, seed=1))
    plain = copy.deepcopy(model).eval()
    X, y = [[1.0], [2.0]], [0.0, 1.0]
    assert nn.evaluate(model, X, y, "mse_loss") == nn.evaluate(plain, X, y, "mse_loss")
    assert all(part.training for _, part in model.named_modules())
