"""The record of a training: a score for each epoch, to plot or to print.

An *epoch* is one pass over all samples. Its training score is a by-product of the
steps; its validation score, on samples that were held back, says whether the model
learned the rule or only the samples.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from .classes import Classes
from .curves import plot_curves
from .recording import Recording

if TYPE_CHECKING:
    from .figures import Plot

__all__ = ["Epoch", "History", "Score"]


class Score(NamedTuple):
    """How well a model does: the mean loss, and the share it gets right (None without a metric)."""

    loss: float
    accuracy: float | None

    def __str__(self) -> str:
        accuracy = "" if self.accuracy is None else f", accuracy={self.accuracy:.1%}"
        return f"loss={self.loss:.4g}{accuracy}"


class Epoch(NamedTuple):
    """The scores of one epoch: each training sample's was taken just before the step that used it."""

    training: Score
    validation: Score | None


@dataclass(repr=False)
class History:
    """What `fit` saw, epoch by epoch.

    Attributes:
        epochs: the scores of every epoch that was completed.
        interrupted: whether Ctrl-C ended it early.
        classes: the names of the classes, where the targets were names; `classes.named(model(x))` is an answer.
        lr: the learning rate, one an epoch; of the first group of parameters.
        recording: the parameters after each epoch, if they were to be kept.
    """

    epochs: list[Epoch] = field(default_factory=list)
    interrupted: bool = False
    classes: Classes | None = None
    lr: list[float] = field(default_factory=list)
    recording: Recording | None = None

    @property
    def loss(self) -> list[float]:
        """Training loss, one an epoch."""
        return [epoch.training.loss for epoch in self.epochs]

    @property
    def accuracy(self) -> list[float]:
        """Training accuracy, one an epoch; empty without a metric."""
        return [epoch.training.accuracy for epoch in self.epochs if epoch.training.accuracy is not None]

    @property
    def validation_loss(self) -> list[float]:
        """Validation loss, one an epoch; empty without validation samples."""
        return [epoch.validation.loss for epoch in self.epochs if epoch.validation]

    @property
    def validation_accuracy(self) -> list[float]:
        """Validation accuracy, one an epoch; empty without validation samples or metric."""
        scores = [epoch.validation for epoch in self.epochs if epoch.validation]
        return [score.accuracy for score in scores if score.accuracy is not None]

    @property
    def curves(self) -> dict[str, list[list[float]]]:
        """What can be plotted: `loss` and, with a metric, `accuracy`, each in training and on what was held out."""
        curves = {"loss": [self.loss, self.validation_loss]}
        if self.accuracy:
            curves["accuracy"] = [self.accuracy, self.validation_accuracy]
        return curves

    def plot(self, title: str = "", theme: str = "auto") -> Plot:
        """The loss of each epoch and, with a metric, the accuracy beside it: a matplotlib figure.

        `chalkgrad.viz.plot_history` puts several into one picture.

        Raises:
            ArgumentError: there is no epoch.
            MissingDependencyError: matplotlib is not installed.
        """
        return plot_curves({"": self.curves}, title, "history.plot()", theme)

    def __repr__(self) -> str:
        end = ", interrupted" if self.interrupted else ""
        if not self.epochs:
            return f"History(0 epochs{end})"
        training, validation = self.epochs[-1]
        held_out = f"; validation {validation}" if validation else ""
        return f"History({len(self.epochs)} epochs{end}; last: {training}{held_out})"
