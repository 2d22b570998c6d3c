"""A recording of a training: the parameters as they were, epoch by epoch, and all that it takes to train again.

Only parameters are kept, not what follows from them: a page computes outputs, gradients and pictures itself.
`scrub(recording)` makes such a page; `recorder` is what fills a recording.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..engine.symbols import Symbol
from .arguments import as_count

__all__ = ["Recording"]


class Stage(NamedTuple):
    """A layer as a page computes it: weights times inputs plus bias, then an activation.

    Attributes:
        inputs, outputs: how many numbers it takes and gives.
        bias: whether there is a bias.
        activation: the name of what bends the sums; "linear" for nothing.
        setting: the one number that some activations are set by.
    """

    inputs: int
    outputs: int
    bias: bool
    activation: str = "linear"
    setting: float = 0.0

    @property
    def size(self) -> int:
        """The number of its parameters: the weights, neuron by neuron, then the biases."""
        return self.outputs * (self.inputs + self.bias)


class Rule(NamedTuple):
    """How the optimizer moves a parameter, as formulas.

    Attributes:
        formulas: by name, what is remembered of a parameter becomes, and last what `p` becomes; of `p`, `g` (its
            gradient), `lr`, `momentum`, `step` (the count of steps made before) and what is remembered.
        name: of the optimizer.
        momentum: its setting at the start; None of an optimizer that has none to be set.
        memory: by name, what is remembered of each parameter at the start.
        step: how many steps were made before.
    """

    formulas: dict[str, Symbol]
    name: str
    momentum: float | None
    memory: dict[str, list[float]]
    step: int


@dataclass(repr=False)
class Recording:
    """What `fit(..., record=True)` keeps; `history.recording` is one, and `scrub(recording)` shows it.

    One of your own, `fit(..., record=Recording(most=20))`, says how much is kept.

    Args:
        most: how many snapshots at most, first and last among them. Where there are more epochs, every second one is
            kept, or every fourth, and so on.

    Attributes:
        snapshots: by epoch, all parameters; 0 is before the first step. Layer by layer, the weights of each neuron,
            then the biases.
        stages: the layers.
        losses, validation_losses, rates: one an epoch; empty where there are none.
        samples, targets, classes, loss, batch_size: what was trained on, and how, as `fit` has it.
        rule: how the optimizer moves a parameter.
        words: the state of the generator from which the orders of the samples were drawn; None: they were not shuffled.
        why_not: why a page could not train so; empty if it could.

    Raises:
        ArgumentError: room for less than two snapshots.

    >>> from chalkgrad.nn import MLP, SGD, fit
    >>> model = MLP(2, [2, 1], seed=0)
    >>> history = fit(model, [[0, 1], [1, 0]], [1, -1], "hinge_loss", SGD(model.parameters()), record=True,
    ...               progress=False)
    >>> history.recording
    Recording(10 epochs of 2 samples, 11 snapshots of 9 parameters)
    """

    most: int = 101
    snapshots: dict[int, array[float]] = field(default_factory=dict, init=False)
    stages: list[Stage] = field(default_factory=list, init=False)
    losses: list[float] = field(default_factory=list, init=False)
    validation_losses: list[float] = field(default_factory=list, init=False)
    rates: list[float] = field(default_factory=list, init=False)
    samples: list[Any] = field(default_factory=list, init=False)
    targets: list[Any] = field(default_factory=list, init=False)
    classes: list[Any] | None = field(default=None, init=False)
    loss: Any = field(default=None, init=False)
    batch_size: int = field(default=0, init=False)
    rule: Rule | None = field(default=None, init=False)
    words: tuple[int, ...] | None = field(default=None, init=False)
    why_not: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self.most = as_count(self.most, "most", least=2)
        self._every = 1

    @property
    def epochs(self) -> int:
        """How many epochs were recorded."""
        return len(self.losses)

    def clear(self) -> None:
        """Forget what was recorded."""
        vars(self).update(vars(Recording(self.most)))

    def keep(self, epoch: int, numbers: array[float]) -> None:
        """Keep the parameters after an epoch, as long as it is the last; later, if it is one of those kept."""
        last = max(self.snapshots, default=0)
        if last % self._every:
            del self.snapshots[last]
        self.snapshots[epoch] = numbers
        while len(self.snapshots) > self.most:
            self._every *= 2
            kept = {at: kept for at, kept in self.snapshots.items() if at % self._every == 0 or at == epoch}
            self.snapshots = kept

    def __repr__(self) -> str:
        size = sum(stage.size for stage in self.stages)
        return (
            f"Recording({self.epochs} epochs of {len(self.samples)} samples, "
            f"{len(self.snapshots)} snapshots of {size} parameters)"
        )
