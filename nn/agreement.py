"""What you wrote is what trains: a program of your own, compiled, is held against itself, sample by sample.

A graph of one sample that is to do for all has no memory, is the same whatever the numbers are, and its loss is a
mean over the samples. Whether that is so is looked at before the first epoch, in the first step, and after each epoch.
"""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..engine import Program, Value, grad
from ..engine import compile as compile_graph
from ..engine.modes import with_collector_held
from .arguments import UnsuitableError
from .changes import NUMPY, PROCESS, RANDOM, Snapshot, changed, snapshot
from .known import is_plain_leaf
from .optimizer import Optimizer
from .sample_graph import CHECKED, SampleGraph, same, spread

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

CLOSE = 1e-6  # how closely the first step's gradient must agree, of its size; the order of adding is another
ROWS = 256  # that the graph is run on at once

# What `fit` does in machine code in place of the optimizer's own: all but these, which are for a class of one's own.
OPEN = {"_update", "_blank", "state_dict", "load_state_dict"}
DONE_HERE = {name: x for name, x in vars(Optimizer).items() if not name.startswith("__") and name not in OPEN}

PARTED = "the graph of one sample does not do for all: "


def check_own_optimizer(optimizer: Optimizer) -> None:
    """Refuse an optimizer that does in a step what is not done in machine code.

    Raises:
        UnsuitableError: a method is its own, or replaced; or a parameter is not a plain Value.
    """
    for name, as_written in DONE_HERE.items():
        if name in vars(optimizer) or inspect.getattr_static(type(optimizer), name) is not as_written:
            raise UnsuitableError(
                f"the {name} of this {type(optimizer).__name__} is not that of Optimizer: what it does besides "
                "would not be done in machine code; `_update` is for a rule of your own"
            )
    for p in optimizer.params:
        if not is_plain_leaf(p):
            raise UnsuitableError(f"a parameter is a {type(p).__name__}, whose setter would not be called")


def check_gradient(gradient: Sequence[float], expected: Sequence[float]) -> None:
    """Compare a gradient in machine code with the one that `backward()` finds.

    Raises:
        UnsuitableError: they differ.
    """
    size = min(max(map(abs, expected), default=0.0), 1.0)
    for mine, eager in zip(gradient, expected, strict=True):
        both_finite = math.isfinite(mine) and math.isfinite(eager)
        if both_finite and not math.isclose(mine, eager, rel_tol=CLOSE, abs_tol=CLOSE * size):
            raise UnsuitableError(
                f"{PARTED}in the first step it gives a gradient of {mine:.9g}, the model {eager:.9g}; "
                "something in the model or the loss is looked at without a trace in the graph"
            )


class Agreement:
    """The model, the loss and the metric of one's own, and the graph that is to stand for them.

    Args:
        model, samples, targets, loss, optimizer, batch_size: as `fit` has them, looked at.

    Attributes:
        graph: of one sample.

    Raises:
        UnsuitableError: the graph cannot be made, or gives another loss than the model for some sample.
    """

    @with_collector_held
    def __init__(
        self,
        model: Callable[[Any], Any],
        samples: Sequence[Any],
        targets: Sequence[Any],
        loss: Callable[[Any, Any], Any],
        optimizer: Optimizer,
        batch_size: int,
    ) -> None:
        self._batch_size = min(batch_size, len(samples))
        self._model, self._samples, self._targets, self._loss = model, samples, targets, loss
        self._optimizer = optimizer
        self._epochs = 0
        settings = snapshot(optimizer=optimizer)
        states = []
        for _ in range(2):
            self.graph = SampleGraph(model, samples, targets, loss)
            states.append(self.remembered())
        change = changed(*states) or changed(settings, snapshot(optimizer=optimizer))
        if change:
            raise UnsuitableError(
                f"{PARTED}{change} is changed by calling the model or the loss, and in machine code they are not called"
            )
        self._program: Program = compile_graph(self.graph.loss, self.graph.inputs, [], backend="numpy")
        self._rows = self.graph.rows(samples, targets)
        for start in range(0, len(samples), self._batch_size):
            self._compare(range(start, min(start + self._batch_size, len(samples))))

    def _compare(self, numbers: Sequence[int]) -> None:
        """Compare the losses of these samples, each alone and all as a batch, with the parameters as they are now."""
        numbers = list(numbers)
        outputs = [self._model(self._samples[i]) for i in numbers]
        targets = [self._targets[i] for i in numbers]
        starts = range(0, len(numbers), ROWS)
        losses = [x for start in starts for x in self._program(self._rows[numbers[start : start + ROWS]]).tolist()]
        for i, mine, output, target in zip(numbers, losses, outputs, targets, strict=True):
            eager = float(self._loss([output], [target]))
            if not same(mine, eager):
                raise UnsuitableError(
                    f"{PARTED}for sample {i} it gives a loss of {mine:.9g}, the model {eager:.9g}; "
                    "something in the model or the loss depends on more than the numbers of the graph"
                )
        mean, eager = math.fsum(losses) / len(losses), float(self._loss(outputs, targets))
        if not same(mean, eager):
            raise UnsuitableError(
                f"{PARTED}for samples {numbers[0]} to {numbers[-1]} it gives a mean loss of {mean:.9g}, the model "
                f"{eager:.9g}; the loss may not be a mean over the samples"
            )

    @with_collector_held
    def compare_a_few(self) -> None:
        """Compare a few samples, others each time, with the parameters as they are now.

        Raises:
            UnsuitableError: the loss of one differs; the message gives its number and both losses.
        """
        before = self.settings()
        self._compare(spread(len(self._samples), CHECKED, self._epochs))
        self._epochs += 1
        self.check_settings(before)

    @with_collector_held
    def expected(self, batch: Sequence[int], parameters: Sequence[Value]) -> tuple[float, list[float]]:
        """The loss of a batch and its gradient, as the model and the loss have them."""
        outputs = [self._model(self._samples[i]) for i in batch]
        loss = self._loss(outputs, [self._targets[i] for i in batch])
        return float(loss), grad(loss, list(parameters))

    def check_step(
        self,
        expected: tuple[float, list[float]],
        loss: float,
        gradient: Sequence[float],
        moved: Sequence[Sequence[Any]],
    ) -> None:
        """Compare a step that was made with what was expected of it.

        Args:
            expected: the loss and the gradient.
            loss, gradient: as they were in machine code.
            moved: for each parameter its number and its state before the step, and its number after it.

        Raises:
            UnsuitableError: they differ.
        """
        if not same(loss, expected[0]):
            raise UnsuitableError(
                f"{PARTED}in the first step it gives a mean loss of {loss:.9g}, the model {expected[0]:.9g}; "
                "the loss may not be a mean over the samples"
            )
        check_gradient(gradient, expected[1])
        twin = copy.copy(self._optimizer)
        for (number, state, after), g in zip(moved, gradient, strict=True):
            eager, _ = twin._update(number, -g if twin.maximize else g, state)
            if not (same(after, eager) or math.isclose(after, eager, rel_tol=CLOSE)):
                raise UnsuitableError(
                    f"the update of {type(twin).__name__} does not do for all: in the first step it gives "
                    f"{after:.9g} in machine code and {eager:.9g} without"
                )

    def remembered(self) -> Snapshot:
        """What the model, the loss and the optimizer remember."""
        return snapshot(model=self._model, loss=self._loss, optimizer=self._optimizer)

    def check_remembered(self, before: Snapshot) -> None:
        """Refuse a metric that has changed it.

        Raises:
            UnsuitableError: something is not what it was.
        """
        change = changed(before, self.remembered())
        if change:
            raise UnsuitableError(f"{change} is changed by the metric, which in machine code is asked too late")

    def fixed(self) -> Any:
        """What must stay as it is between two epochs: all but parameters, what is remembered of them, and the rate."""
        optimizer = self._optimizer
        numbers = {name: x for name, x in vars(optimizer).items() if name not in ("params", "_states", "_lr")}
        rest = snapshot(model=self._model, loss=self._loss, optimizer=numbers, but=optimizer.params)
        for shared in (RANDOM, NUMPY, PROCESS):
            rest.pop(shared, None)  # a callback may draw from them: between two epochs nothing else does
        return list(map(id, optimizer.params)), rest

    def check_fixed(self, before: Any) -> None:
        """Refuse a callback or a schedule that has changed it.

        Raises:
            UnsuitableError: something is not what it was.
        """
        params, rest = self.fixed()
        change = changed(before[1], rest) if params == before[0] else "the list of the optimizer's parameters"
        if change:
            raise UnsuitableError(f"{change} is changed between two epochs, and the compiled graph knows it as it was")

    def settings(self) -> tuple[Any, ...]:
        """The parameters and the optimizer's settings, to see whether something changes them."""
        others = {name: repr(x) for name, x in vars(self._optimizer).items() if name not in ("params", "_states")}
        return [repr(p._data) for p in self._optimizer.params], others

    def check_settings(self, before: tuple[Any, ...]) -> None:
        """Refuse a metric, a model or a loss that changed them.

        Raises:
            UnsuitableError: they are not what they were.
        """
        if self.settings() != before:
            raise UnsuitableError(
                "the model, the loss or the metric changes a parameter or a setting of the optimizer between two "
                "steps; in machine code it is asked too late"
            )
