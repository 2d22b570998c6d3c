"""What a training is given, looked at before its first step: bad input changes nothing.

Each argument is checked alone, then the model on the first sample, and the loss on every target.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..engine import ArgumentError, ArgumentTypeError, Value, no_grad
from ..engine.floats import as_float
from .arguments import is_sequence, shape
from .losses import LOSSES, METRICS, Loss
from .metrics import Metric, OneByOne
from .module import Module
from .optimizer import Optimizer


def loss_and_metric(loss: Any, metric: Any) -> tuple[Loss, Metric | None]:
    """The loss, which may be given by its name, and the metric: the one that is given, or that of the loss.

    Raises:
        ArgumentError: an unknown name.
        ArgumentTypeError: no function.
    """
    if isinstance(loss, str):
        if loss not in LOSSES:
            raise ArgumentError(f"loss must be one of {', '.join(LOSSES)}, or a function; got {loss!r}")
        loss = LOSSES[loss]
    if not callable(loss):
        raise ArgumentTypeError(f"loss must be a function or a name, got {type(loss).__name__}")
    if metric is not None and not callable(metric):
        raise ArgumentTypeError(f"metric must be a function, got {type(metric).__name__}")
    if metric is None:
        return loss, METRICS.get(loss)
    return loss, metric if isinstance(metric, Metric) else OneByOne(metric)


def check_model(model: Any) -> None:
    """Refuse a model that cannot be called.

    Raises:
        ArgumentTypeError: it is not callable.
    """
    if not callable(model):
        raise ArgumentTypeError(f"model must be callable, got {type(model).__name__}")


def check_optimizer(optimizer: Any, model: Any) -> None:
    """Refuse what is no optimizer, or that of another model.

    Raises:
        ArgumentTypeError: no optimizer.
        ArgumentError: it holds none of the parameters of a model that has some.
    """
    if not isinstance(optimizer, Optimizer):
        raise ArgumentTypeError(
            f"optimizer must be an optimizer such as Adam(model.parameters()), got {type(optimizer).__name__}"
        )
    if isinstance(model, Module):
        trainable = set(map(id, model.parameters()))
        if trainable.isdisjoint(map(id, optimizer.params)):
            raise ArgumentError("optimizer must be made from this model's parameters(), it holds none of them")


def checked_data(
    model: Callable[[Any], Any], X: Any, y: Any, loss: Loss, names: tuple[str, str] = ("X", "y")
) -> tuple[list[Any], list[Any]]:
    """Samples and targets as lists of plain numbers, once the model and the loss have accepted them.

    Raises:
        ArgumentError: sizes that do not fit, no samples, a number that is not finite, or what the model or the
            loss refuses; `names` are those of X and y in messages.
        ArgumentTypeError: no list, or a loss that gives something else than one Value.
    """
    X, y = (_rows(argument, name) for argument, name in zip((X, y), names, strict=True))
    for argument, name in zip((X, y), names, strict=True):
        shape(argument, name)
        _check_finite(argument, name)
    if len(X) != len(y):
        raise ArgumentError(f"{names[1]} must have one target for each sample, {len(X)}; got {len(y)}")
    if not len(X):
        raise ArgumentError(f"{names[0]} must hold at least one sample, got none")
    samples, targets = X, y
    try:
        output = model(samples[0])  # recorded: a model may take a gradient inside
    except ArgumentError as error:
        raise ArgumentError(f"{names[0]} does not suit the model: {error}") from error
    with no_grad():
        try:
            mean_loss = loss([output] * len(targets), targets)  # the loss looks at every target
        except ArgumentError as error:
            raise ArgumentError(f"{names[1]} does not suit the loss: {error}") from error
    if not isinstance(mean_loss, Value):
        raise ArgumentTypeError(f"loss must return one Value, got {type(mean_loss).__name__}")
    return samples, targets


def _rows(argument: Any, name: str) -> list[Any]:
    """The rows of what a user holds them in, as a list.

    Raises:
        ArgumentTypeError: it has no rows, or gives something else one by one (a frame, the names of its columns).
    """
    if callable(getattr(argument, "to_numpy", None)):
        argument = argument.to_numpy()
    if not is_sequence(argument):
        raise ArgumentTypeError(f"{name} must be a list or an array, got {type(argument).__name__}")
    if hasattr(argument, "tolist"):
        rows: list[Any] = argument.tolist()
        return rows
    kind = type(argument).__name__
    if hasattr(argument, "columns") or hasattr(argument, "keys"):
        raise ArgumentTypeError(
            f"{name} must be rows of numbers, and a {kind} goes by columns: give its rows as a list"
        )
    rows = list(argument)
    if len(rows) != len(argument):
        raise ArgumentTypeError(
            f"{name} must be rows of numbers, but of its {len(argument)} a {kind} gives {len(rows)}"
        )
    return rows


def _check_finite(x: Any, what: str) -> None:
    if is_sequence(x):
        for i, item in enumerate(x):
            _check_finite(item, f"{what}[{i}]")
    elif not math.isfinite(as_float(x, what)):
        raise ArgumentError(f"{what} must be a finite number, got {x}")
