"""The fault that still trains: a small network trained with a bug in its backward pass, and once more without.

A wrong gradient need not stop a loss from falling. With `=` for `+=` a hidden neuron hears the last of its users alone,
which is still downhill, only slower. Without zero_grad a step is the sum of all steps so far, a momentum that never
fades: faster at first, then past the goal. The curve goes down, and nobody looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..engine import Bug, Value, trace
from ..engine.tracing.bugs import Asked, bug_of
from ..nn import MLP, SGD, Epoch, History, Score
from ..nn.arguments import as_count
from ..nn.figures import dress, legend, new_figure
from ..nn.optional import notebook_extra

if TYPE_CHECKING:
    from ..nn.figures import Plot

# Exclusive or: the smallest task for which a network needs a hidden layer.
SAMPLES = (((0.0, 0.0), -1.0), ((0.0, 1.0), 1.0), ((1.0, 0.0), 1.0), ((1.0, 1.0), -1.0))


@dataclass(frozen=True)
class BugTraining:
    """Two trainings of one network, from the same parameters.

    Attributes:
        bug: the fault that the second one has.
        right, wrong: their losses, epoch by epoch.
    """

    bug: Bug
    right: History
    wrong: History

    def __str__(self) -> str:
        (first, *_, last), right = self.wrong.loss, self.right.loss[-1]
        return f"{self.bug.title}: the loss goes from {first:.3g} to {last:.3g}, without the fault to {right:.3g}"

    def plot(self, title: str = "", theme: str = "auto") -> Plot:
        """Both losses over the epochs: a matplotlib figure.

        Raises:
            MissingDependencyError: matplotlib is not installed.
        """
        with notebook_extra("plot()"):
            figure = new_figure(7.0, 4.2, theme)
        axes = figure.add_subplot()
        curves = (("right", self.right.loss), (self.bug.title, self.wrong.loss))
        for (label, losses), (colour, dash, _) in zip(curves, figure.look.series, strict=False):
            axes.plot(range(1, len(losses) + 1), losses, ls=dash, lw=2, color=colour, label=label)
        axes.set(xlabel="epoch", ylabel="loss")
        axes.set_ylim(bottom=0.0)
        axes.grid(axis="y", color=figure.look.grid)
        dress(axes, title or f"Trained with a fault: {self.bug.title}")
        legend(axes)
        figure.alt = f"{self}."
        return figure


def train_with_bug(bug: Asked = "assign", *, epochs: int = 120, lr: float = 0.1, seed: int = 0) -> BugTraining:
    """Train MLP(2, [4, 4, 1]) on exclusive or, a step for each of its four samples; with a bug, and without.

    Args:
        bug: the fault, as `trace` takes it. "uncleared" leaves out zero_grad.
        epochs: steps of each training.
        lr: the learning rate.
        seed: of the parameters, the same in both trainings.

    Raises:
        ArgumentError: there is no such bug, or `epochs` is less than 1.

    >>> print(train_with_bug("assign", epochs=20, seed=1))
    = for +=: the loss goes from 2.35 to 0.861, without the fault to 1.2
    """
    fault = bug_of(bug)
    count = as_count(epochs, "epochs")
    return BugTraining(fault, _train(None, count, lr, seed), _train(fault, count, lr, seed))


def _train(bug: Bug | None, epochs: int, lr: float, seed: int) -> History:
    model = MLP(2, [4, 4, 1], activation="tanh", seed=seed)
    optimizer = SGD(model.parameters(), lr=lr)
    history = History()
    for _ in range(epochs):
        losses = []
        for x, y in SAMPLES:
            loss = (model(list(x)) - y) ** 2
            losses.append(loss.data)
            if bug is None or bug.name != "uncleared":
                optimizer.zero_grad()
            _backward(loss, bug)
            optimizer.step()
        history.epochs.append(Epoch(Score(sum(losses) / len(losses), None), None))
    return history


def _backward(loss: Value, bug: Bug | None) -> None:
    if bug is None or bug.name == "uncleared":  # its fault is in the loop above
        loss.backward()
    else:
        run = trace(loss, bug=bug)
        for i, grad in run.gradients.items():
            run.values[i].grad = grad
