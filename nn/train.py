"""Training: show a model its samples, batch by batch, and step after each.

One pass over all samples is an *epoch*; the samples that share a step are a *batch*.
`fit` runs the loop that is worth writing out once by hand: forward, loss, backward, step.
"""

from __future__ import annotations

import math
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from ..engine import ArgumentError, ArgumentTypeError, MissingDependencyError, Value, no_grad
from ..engine.floats import as_float
from ..engine.modes import collector_held
from .arguments import as_count, as_generator, is_sequence, shape
from .compiled import CompiledSteps, Judge, UnsuitableError, one_by_one, right_classes, right_sides
from .history import Epoch, History, Score
from .losses import LOSSES, binary_cross_entropy_with_logits, cross_entropy, hinge_loss
from .module import Module
from .optim import Optimizer

Loss = Callable[[Any, Any], Any]
Metric = Callable[[Any, Any], float]


def fit(
    model: Callable[[Any], Any],
    X: Any,
    y: Any,
    loss: Loss | str,
    optimizer: Optimizer,
    epochs: int = 10,
    batch_size: int = 32,
    *,
    validation: tuple[Any, Any] | None = None,
    metric: Metric | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    generator: random.Random | None = None,
    progress: bool = True,
    compile: bool | str = "auto",
) -> History:
    """Train a model on samples and their targets.

    Ctrl-C ends the training and keeps what was learned: the parameters are those after the last
    step that was completed. Everything is looked at before the first step, so bad data changes nothing.

    Args:
        model: called with one sample; an `MLP`, or any callable on Values. It is called once more than
            training needs, to see whether it takes the samples.
        X: the samples, n rows of numbers (or n numbers).
        y: the n targets, as the loss wants them.
        loss: called with the outputs and the targets of a batch, it gives their mean loss as a Value;
            or the name of one of the losses here, such as "cross_entropy".
        optimizer: an optimizer of the model's parameters.
        epochs: how often every sample is used; 0 only looks at the data.
        batch_size: samples a step; the last batch of an epoch may be smaller.
        validation: samples and targets that are not trained on, scored after each epoch.
        metric: called with the output and the target of a sample, it gives 1 where they agree and 0
            where not. If it is left out it follows from the loss: the largest logit for cross_entropy,
            the side of 0 for hinge_loss and binary_cross_entropy_with_logits, none for others.
        shuffle: whether the samples are put in a new order for each epoch.
        seed: an integer from which the orders follow.
        generator: the `random.Random` to draw them from; with neither, Python's own.
        progress: whether a bar (tqdm) shows how far it is, with loss and accuracy.
        compile: "auto" trains in machine code (NumPy, without llvmlite) where that is possible and pays; True
            wants it and says why where it is not possible; False trains sample by sample. The history is
            the same to rounding. The graph of one sample is compiled for all, and compared with the
            model on a few: a model that looks at numbers with `if` is not for compiling. Gradients
            are not left in the parameters.

    Raises:
        ArgumentError: sizes that do not fit, no samples, a number that is not finite, a target that the loss
            refuses, an unknown loss, or an optimizer of another model.
        ArgumentTypeError: an argument of a wrong type.

    Warns:
        RuntimeWarning: once, when the loss is no longer finite.
    """
    loss, metric = _loss_and_metric(loss, metric)
    epochs, batch_size = as_count(epochs, "epochs", least=0), as_count(batch_size, "batch_size")
    draw = as_generator(seed, generator)
    _check_model(model, optimizer)
    samples, targets = _data(model, X, y, loss, ("X", "y"))
    held_out = None
    if validation is not None:
        if not is_sequence(validation) or len(validation) != 2:
            raise ArgumentTypeError("validation must be a pair (X, y)")
        held_out = _data(model, *validation, loss, ("validation X", "validation y"))

    steps = _eager_steps(model, samples, targets, loss, metric, optimizer)
    score: Callable[[], Score] | None = partial(_score, model, *held_out, loss, metric) if held_out else None
    compiled = _compiled(compile, model, samples, targets, loss, metric, optimizer, epochs)
    if compiled:
        steps = compiled.paced_steps
        if held_out:
            with suppress(UnsuitableError):
                score = compiled.scorer(*held_out)

    history = History()
    order = list(range(len(samples)))
    finite = True
    try:
        with _progress(progress, epochs, math.ceil(len(order) / batch_size)) as show:
            for epoch in range(1, epochs + 1):
                if shuffle:
                    (random.shuffle if draw is None else draw.shuffle)(order)
                running = _Mean()
                batches = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
                for scores in steps(batches):
                    for one in scores:
                        running.add(one, len(batches[running.batches]))
                        if finite and not math.isfinite(one.loss):
                            finite = False
                            _warn_not_finite(one.loss, epoch)
                    show(epoch, running.score, len(scores))
                if compiled:
                    compiled.write()
                validated = score() if score else None
                history.epochs.append(Epoch(running.score, validated))
    except KeyboardInterrupt:
        history.interrupted = True
        done = len(history.epochs)
        print(f"Interrupted after {done} of {epochs} epochs: the model keeps what it has learned.", file=sys.stderr)
    finally:
        if compiled:
            compiled.write()
    return history


def evaluate(model: Callable[[Any], Any], X: Any, y: Any, loss: Loss | str, metric: Metric | None = None) -> Score:
    """The score of a model on samples and their targets, without training; arguments and errors as for `fit`."""
    loss, metric = _loss_and_metric(loss, metric)
    if not callable(model):
        raise ArgumentTypeError(f"model must be callable, got {type(model).__name__}")
    return _score(model, *_data(model, X, y, loss, ("X", "y")), loss, metric)


# Steps, one after the other.

Batches = list[list[int]]


def _eager_steps(
    model: Callable[[Any], Any], samples: Any, targets: Any, loss: Loss, metric: Metric | None, optimizer: Optimizer
) -> Callable[[Batches], Iterator[list[Score]]]:
    """A function that makes a step on each batch, and gives its score."""

    def steps(batches: Batches) -> Iterator[list[Score]]:
        for batch in batches:
            own = [samples[i] for i in batch], [targets[i] for i in batch]
            with collector_held():
                score = _step(model, *own, loss, metric, optimizer)
            yield [score]

    return steps


def _compiled(
    wanted: bool | str,
    model: Callable[[Any], Any],
    samples: Any,
    targets: Any,
    loss: Loss,
    metric: Metric | None,
    optimizer: Optimizer,
    epochs: int,
) -> CompiledSteps | None:
    """The steps in machine code, or None where they are not wanted, or "auto" finds that they cannot be."""
    if wanted not in (True, False, "auto"):
        raise ArgumentError(f"compile must be True, False or 'auto', got {wanted!r}")
    if not wanted or not epochs:
        return None
    judge = None
    if metric is not None:
        judge = JUDGES.get(metric) or one_by_one(metric)
    try:
        return CompiledSteps(
            model, samples, targets, loss, optimizer, judge, passes=epochs if wanted == "auto" else None
        )
    except (UnsuitableError, MissingDependencyError):
        if wanted == "auto":
            return None
        raise


def _step(
    model: Callable[[Any], Any], samples: Any, targets: Any, loss: Loss, metric: Metric | None, optimizer: Optimizer
) -> Score:
    """Forward, loss, backward, step; the graph is gone when it returns."""
    outputs = [model(x) for x in samples]
    value = loss(outputs, targets)
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return Score(float(value), _accuracy(outputs, targets, metric))


def _score(model: Callable[[Any], Any], samples: Any, targets: Any, loss: Loss, metric: Metric | None) -> Score:
    with no_grad():
        outputs = [model(x) for x in samples]
        return Score(float(loss(outputs, targets)), _accuracy(outputs, targets, metric))


def _accuracy(outputs: list[Any], targets: list[Any], metric: Metric | None) -> float | None:
    if metric is None:
        return None
    return sum(float(metric(output, target)) for output, target in zip(outputs, targets, strict=True)) / len(outputs)


class _Mean:
    """The mean score over the batches of an epoch, each weighted by its size."""

    def __init__(self) -> None:
        self.batches = 0
        self.samples = 0
        self.loss = 0.0
        self.right: float | None = None

    def add(self, score: Score, samples: int) -> None:
        self.batches += 1
        self.samples += samples
        self.loss += score.loss * samples
        if score.accuracy is not None:
            self.right = (self.right or 0.0) + score.accuracy * samples

    @property
    def score(self) -> Score:
        return Score(self.loss / self.samples, None if self.right is None else self.right / self.samples)


# What is told on the way.


@contextmanager
def _progress(wanted: bool, epochs: int, batches: int) -> Iterator[Callable[[int, Score, int], None]]:
    """A function to call after every few batches, which moves the bar by their number."""
    tqdm = _tqdm() if wanted else None
    if tqdm is None:
        yield lambda epoch, score, batches: None
        return
    # A notebook shows what goes to stderr as an alarm, and a terminal may pipe stdout elsewhere.
    file = sys.stdout if "ipykernel" in sys.modules else sys.stderr
    with tqdm(total=epochs * batches, file=file, unit="batch") as bar:

        def show(epoch: int, score: Score, batches: int) -> None:
            bar.set_description(f"epoch {epoch}/{epochs}", refresh=False)
            bar.set_postfix_str(str(score), refresh=False)
            bar.update(batches)

        yield show


def _tqdm() -> Any:
    try:
        from tqdm import tqdm
    except ImportError:
        print('No progress bar: it needs tqdm (pip install "chalkgrad[notebook]").', file=sys.stderr)
        return None
    return tqdm


def _warn_not_finite(loss: float, epoch: int) -> None:
    warnings.warn(
        f"the loss turned {loss} in epoch {epoch}; a smaller learning rate may help, "
        "and detect_anomaly() names the first operation that went wrong",
        RuntimeWarning,
        stacklevel=3,
    )


# Which outputs are right.


def _right_class(output: Any, target: Any) -> float:
    return float(_largest(output) == (_largest(target) if is_sequence(target) else target))


def _largest(scores: Any) -> int:
    return max(range(len(scores)), key=lambda i: float(scores[i]))


def _right_side(boundary: float) -> Metric:
    """Whether outputs lie above 0 where their targets lie above the boundary: the share that does."""

    def metric(output: Any, target: Any) -> float:
        pairs = list(zip(output, target, strict=True)) if is_sequence(output) else [(output, target)]
        return sum((float(out) > 0.0) == (float(wanted) > boundary) for out, wanted in pairs) / len(pairs)

    return metric


METRICS: dict[Loss, Metric] = {
    cross_entropy: _right_class,
    hinge_loss: _right_side(0.0),
    binary_cross_entropy_with_logits: _right_side(0.5),
}

# The same for many samples at once.
JUDGES: dict[Metric, Judge] = {
    METRICS[cross_entropy]: right_classes,
    METRICS[hinge_loss]: right_sides(0.0),
    METRICS[binary_cross_entropy_with_logits]: right_sides(0.5),
}


# What is looked at before the first step.


def _loss_and_metric(loss: Any, metric: Any) -> tuple[Loss, Metric | None]:
    if isinstance(loss, str):
        if loss not in LOSSES:
            raise ArgumentError(f"loss must be one of {', '.join(LOSSES)}, or a function; got {loss!r}")
        loss = LOSSES[loss]
    if not callable(loss):
        raise ArgumentTypeError(f"loss must be a function or a name, got {type(loss).__name__}")
    if metric is not None and not callable(metric):
        raise ArgumentTypeError(f"metric must be a function, got {type(metric).__name__}")
    return loss, metric or METRICS.get(loss)


def _check_model(model: Any, optimizer: Any) -> None:
    if not callable(model):
        raise ArgumentTypeError(f"model must be callable, got {type(model).__name__}")
    if not isinstance(optimizer, Optimizer):
        raise ArgumentTypeError(
            f"optimizer must be an optimizer such as Adam(model.parameters()), got {type(optimizer).__name__}"
        )
    if isinstance(model, Module):
        own = set(map(id, model.parameters()))
        if not any(id(p) in own for p in optimizer.params):
            raise ArgumentError("optimizer must be made from this model's parameters(), it holds none of them")


def _data(
    model: Callable[[Any], Any], X: Any, y: Any, loss: Loss, names: tuple[str, str]
) -> tuple[list[Any], list[Any]]:
    """Samples and targets as lists of plain numbers, once the model and the loss have accepted them."""
    for argument, name in zip((X, y), names, strict=True):
        if not is_sequence(argument):
            raise ArgumentTypeError(f"{name} must be a list or an array, got {type(argument).__name__}")
        shape(argument, name)
        _check_finite(argument, name)
    if len(X) != len(y):
        raise ArgumentError(f"{names[1]} must have one target for each sample, {len(X)}; got {len(y)}")
    if not len(X):
        raise ArgumentError(f"{names[0]} must hold at least one sample, got none")
    samples, targets = (z.tolist() if hasattr(z, "tolist") else list(z) for z in (X, y))
    with no_grad():
        try:
            output = model(samples[0])
        except ArgumentError as error:
            raise ArgumentError(f"{names[0]} does not suit the model: {error}") from error
        try:
            value = loss([output] * len(targets), targets)  # the loss looks at every target
        except ArgumentError as error:
            raise ArgumentError(f"{names[1]} does not suit the loss: {error}") from error
    if not isinstance(value, Value):
        raise ArgumentTypeError(f"loss must return one Value, got {type(value).__name__}")
    return samples, targets


def _check_finite(x: Any, what: str) -> None:
    if is_sequence(x):
        for i, item in enumerate(x):
            _check_finite(item, f"{what}[{i}]")
    elif not math.isfinite(as_float(x, what)):
        raise ArgumentError(f"{what} must be a finite number, got {x}")
