"""Training: show a model its samples, batch by batch, and step after each.

One pass over all samples is an *epoch*; the samples that share a step are a *batch*.
`fit` runs the loop that is worth writing out once by hand: forward, loss, backward, step.
"""

from __future__ import annotations

import logging
import math
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from ..engine import ArgumentError, ArgumentTypeError, GraphError, no_grad
from ..engine.modes import collector_held
from .arguments import UnsuitableError, as_count, as_generator, is_sequence
from .callbacks import SCORES, as_callbacks, finish, is_over, start
from .checks import Training, check_model, check_optimizer, checked_data, loss_and_metric, numbered
from .classes import Classes
from .compiled import CompiledSteps, is_worthwhile, unknown_part
from .history import Epoch, History, Score
from .losses import Loss
from .metrics import Metric
from .module import evaluating
from .optimizer import Optimizer
from .progress import hint, progress_bar, warn_not_finite
from .recorder import Recorder, as_recording
from .recording import Recording
from .schedules import Schedule, as_schedules

__all__ = ["evaluate", "fit"]


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
    metric: Callable[[Any, Any], float] | None = None,
    classes: Classes | None = None,
    schedule: Schedule | Sequence[Schedule] | None = None,
    callbacks: Any = (),
    shuffle: bool = True,
    seed: int | None = None,
    generator: random.Random | None = None,
    progress: bool = True,
    compile: bool | str = "auto",
    record: bool | Recording = False,
) -> History:
    """Train a model on samples and their targets.

    Ctrl-C ends the training and keeps what was learned: the parameters are those after the last
    step that was completed. Everything is looked at before the first step, so bad data changes nothing.

    Args:
        model: called with one sample; an `MLP`, or any callable on Values. It is called once more than
            training needs, to see whether it takes the samples.
        X: the samples, n rows of numbers (or n numbers).
        y: the n targets, as the loss wants them. For a loss on classes they may be names, such as "cat": they are
            sorted and numbered, and the history has them as `classes`; for one on sides 0 and 1 are -1 and 1.
        loss: called with the outputs and the targets of a batch, it gives their mean loss as a Value;
            or the name of one of those in `losses`, such as "cross_entropy".
        optimizer: an optimizer of the model's parameters.
        epochs: how often every sample is used; 0 only looks at the data.
        batch_size: samples a step; the last batch of an epoch may be smaller.
        validation: samples and targets that are not trained on, scored after each epoch.
        metric: called with the output and the target of a sample, it gives 1 where they agree and 0
            where not; targets are numbers, as the loss has them. If it is left out it is that of the loss
            (`METRICS` in `losses`); a loss of your own has none.
        classes: which classes there are, where y does not name them all.
        schedule: a rule for the learning rate, such as `CosineAnnealingLR(optimizer, T_max=epochs)`, or several; each
            is stepped after every epoch.
        callbacks: what is asked after each epoch, such as `EarlyStopping()`: functions of the model and the history
            so far; the training ends after an epoch for which one of them returns True.
        shuffle: whether the samples are put in a new order for each epoch.
        seed: an integer from which the orders follow.
        generator: the `random.Random` to draw them from; with neither, Python's own.
        progress: whether a bar (tqdm) shows how far it is, with loss and accuracy.
        compile: "auto" trains in machine code (NumPy, without llvmlite) what is known to be the same there, where
            it pays: modules, losses, metrics and optimizers of chalkgrad's own, with nothing overridden or replaced.
            What you wrote yourself it trains sample by sample. True is your word that the graph of one
            sample is the graph of all: what can be seen to break it is refused, and the model is compared
            with the graph on every sample before the first epoch, in the first step, and on a few samples
            after each epoch; a metric of your own is asked after several steps at once, with Values that have
            no graph. False trains sample by sample. The history, and numbers and gradients of the
            optimizer's parameters, are the same to rounding.
        record: whether the parameters after each epoch are kept, as `history.recording`, for `scrub` to show; a
            `Recording` of your own says how many.

    Raises:
        ArgumentError: sizes that do not fit, no samples, a number that is not finite, a target that the loss
            refuses, an unknown loss or class, an optimizer of another model, or a schedule of another optimizer;
            with `compile=True`, what cannot be compiled, or gives another loss there: the message gives the sample
            and both losses; with `record`, a model that a page could not compute.
        ArgumentTypeError: an argument of a wrong type.

    Warns:
        RuntimeWarning: once, when the loss is no longer finite.
    """
    loss, judge = loss_and_metric(loss, metric)
    epochs, batch_size = as_count(epochs, "epochs", least=0), as_count(batch_size, "batch_size")
    draw = as_generator(seed, generator)
    put_in_new_order = random.shuffle if draw is None else draw.shuffle
    check_model(model)
    check_optimizer(optimizer, model)
    y, classes = numbered(y, loss, classes)
    samples, targets = checked_data(model, X, y, loss)
    held_out = None
    if validation is not None:
        if not is_sequence(validation) or len(validation) != 2:
            raise ArgumentTypeError("validation must be a pair (X, y)")
        held_out_y, _ = numbered(validation[1], loss, classes, "validation y", may_name=False)
        held_out = checked_data(model, validation[0], held_out_y, loss, ("validation X", "validation y"))
    scores = _names_of_scores(validated=held_out is not None, judged=judge is not None)
    schedules, callbacks = as_schedules(schedule, optimizer), as_callbacks(callbacks)
    for one in schedules:
        one.check(scores)
    start(callbacks, model, scores)

    training = Training(model, samples, targets, loss, judge, optimizer, batch_size, schedules, callbacks)
    steps = _eager_steps(training)
    score = _scorer(model, *held_out, loss, judge) if held_out else None
    compiled = _compiled(compile, training, epochs, draw, progress)
    if compiled:
        steps = compiled.paced_steps
        if held_out:
            with suppress(UnsuitableError):
                score = compiled.scorer(*held_out)

    history = History(classes=classes, recording=as_recording(record))
    recorder = Recorder(history.recording, training, classes, draw, shuffle) if history.recording else None
    finite = True

    def after_epoch() -> bool:
        for schedule in schedules:
            schedule.after_epoch(history)
        return is_over(callbacks, model, history)

    try:
        with progress_bar(progress, epochs, math.ceil(len(samples) / batch_size)) as show:
            for epoch in range(1, epochs + 1):
                order = list(range(len(samples)))  # anew, so that a training that is taken up again finds the same
                if shuffle:
                    put_in_new_order(order)
                running = _Mean()
                batches = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
                rate = optimizer.param_groups[0]["lr"]
                for batch_scores in steps(batches):
                    for batch_score in batch_scores:
                        running.add(batch_score, len(batches[running.batches]))
                        if finite and not math.isfinite(batch_score.loss):
                            finite = False
                            warn_not_finite(batch_score.loss, epoch)
                    show(epoch, running.score, len(batch_scores))
                if compiled:
                    compiled.write()
                    compiled.compare()
                history.epochs.append(Epoch(running.score, score() if score else None))
                history.lr.append(rate)
                if recorder:
                    recorder.after_epoch(history, order)
                if (schedules or callbacks) and (compiled.between(after_epoch) if compiled else after_epoch()):
                    break
    except KeyboardInterrupt:
        history.interrupted = True
        done = len(history.epochs)
        print(f"Interrupted after {done} of {epochs} epochs: the model keeps what it has learned.", file=sys.stderr)
    finally:
        if compiled:
            compiled.write()
    finish(callbacks, model)
    return history


def _names_of_scores(validated: bool, judged: bool) -> set[str]:
    """What the history will have, by name."""
    absent = [word for word, there in (("validation", validated), ("accuracy", judged)) if not there]
    return {name for name in SCORES if not any(word in name for word in absent)}


def evaluate(
    model: Callable[[Any], Any],
    X: Any,
    y: Any,
    loss: Loss | str,
    metric: Callable[[Any, Any], float] | None = None,
    *,
    classes: Classes | None = None,
) -> Score:
    """The score of a model on samples and their targets, without training.

    Arguments and errors are those of `fit`; where targets are names, `classes` are those of the training's history.
    """
    loss, judge = loss_and_metric(loss, metric)
    check_model(model)
    y, _ = numbered(y, loss, classes, may_name=False)
    return _scorer(model, *checked_data(model, X, y, loss), loss, judge)()


# Steps, one after the other.

Batches = list[list[int]]


def _eager_steps(training: Training) -> Callable[[Batches], Iterator[list[Score]]]:
    """A function that makes a step on each batch, and gives its score."""

    def steps(batches: Batches) -> Iterator[list[Score]]:
        for batch in batches:
            with collector_held():
                score = _step(training, batch)
            yield [score]

    return steps


def _compiled(
    compile: bool | str, training: Training, epochs: int, draw: random.Random | None, progress: bool
) -> CompiledSteps | None:
    """The steps in machine code, or None where they are not wanted, or "auto" does not know that they are the same."""
    if compile not in (True, False, "auto"):
        raise ArgumentError(f"compile must be True, False or 'auto', got {compile!r}")
    if not compile or not epochs:
        return None
    own_order = draw is not None and (type(draw) is not random.Random or "shuffle" in vars(draw))
    if compile != "auto":
        if own_order:
            raise UnsuitableError(f"generator is a {type(draw).__name__}, of which it is not known what else it does")
        return CompiledSteps(training, own=unknown_part(training) is not None)
    if not is_worthwhile(training.optimizer, len(training.samples), epochs):
        return None
    part = unknown_part(training)
    if part is None and own_order:
        part = "generator"
    if part is not None:
        if progress:
            hint(training.model, part, len(training.samples), epochs)
        return None
    try:
        return CompiledSteps(training, own=False)
    except Exception as error:  # never worse than eager, whatever it is
        logging.getLogger(__name__).debug("trained sample by sample: %s", error, exc_info=True)
        return None


def _step(training: Training, batch: list[int]) -> Score:
    """Forward, loss, backward, step; the graph is gone when it returns."""
    targets = [training.targets[i] for i in batch]
    outputs = [training.model(training.samples[i]) for i in batch]
    mean_loss = training.loss(outputs, targets)
    training.optimizer.zero_grad()
    mean_loss.backward()
    training.optimizer.step()
    return Score(float(mean_loss), _accuracy(outputs, targets, training.metric))


def _scorer(
    model: Callable[[Any], Any], samples: Any, targets: Any, loss: Loss, metric: Metric | None
) -> Callable[[], Score]:
    """A function that scores the model as it is then, without a graph unless the model takes gradients inside."""
    takes_gradients = False

    def scored() -> Score:
        outputs = [model(x) for x in samples]
        return Score(float(loss(outputs, targets)), _accuracy(outputs, targets, metric))

    def score() -> Score:
        nonlocal takes_gradients
        with evaluating(model):
            if not takes_gradients:
                try:
                    with no_grad():
                        return scored()
                except GraphError:  # there is nothing to take a gradient of
                    takes_gradients = True
            return scored()

    return score


def _accuracy(outputs: list[Any], targets: list[Any], metric: Metric | None) -> float | None:
    if metric is None:
        return None
    return sum(metric(output, target) for output, target in zip(outputs, targets, strict=True)) / len(outputs)


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
