"""What records a training: it reads the parameters after each epoch, and notes at the start how to train again.

What a page could not compute at all, a model that is no layers one after the other, is refused before the
first step. What it could not train again (another optimizer, say) is recorded with the reason.
"""

from __future__ import annotations

import copy
import random
from array import array
from typing import Any

from ..engine import ArgumentError, ArgumentTypeError, ChalkgradError, Value
from ..engine.symbols import Symbol
from .arguments import UnsuitableError
from .checks import Training
from .classes import Classes
from .handover import Affine, Bend, stages
from .history import History
from .memory import STEP, Memory
from .optimizer import Optimizer
from .recording import Recording, Rule, Stage
from .updates import update_of


class Recorder:
    """Fills a recording, epoch by epoch.

    Args:
        recording: what is filled; what was in it from another training is forgotten.
        training: what `fit` was given.
        classes: the names of the classes, where the targets were names.
        generator: from which the orders are drawn; None for Python's own.
        shuffle: whether they are drawn.

    Raises:
        ArgumentError: a model that a page could not compute.
    """

    def __init__(
        self,
        recording: Recording,
        training: Training,
        classes: Classes | None,
        generator: random.Random | None,
        shuffle: bool,
    ) -> None:
        self.recording = recording
        self._shuffle = shuffle
        recording.clear()
        recording.stages, self._parameters, draws = _stages(training.model)
        recording.samples, recording.targets = list(training.samples), list(training.targets)
        recording.classes = None if classes is None else list(classes.names)
        recording.loss, recording.batch_size = training.loss, training.batch_size
        if draws:
            recording.why_not = "the model has a Dropout, and what it drew is not kept"
        else:
            recording.rule, recording.why_not = _rule(training.optimizer, self._parameters)
        self._twin = random.Random()
        if shuffle:
            try:
                state = random.getstate() if generator is None else generator.getstate()
                self._twin.setstate(state)
                recording.words = state[1]
            except (NotImplementedError, TypeError, ValueError):
                recording.why_not = "the orders of the samples come from a generator without a state"
        recording.keep(0, self._numbers())

    def after_epoch(self, history: History, order: list[int]) -> None:
        """Keep the parameters as they are now, and the scores; the order is that of the epoch's samples."""
        recording = self.recording
        if self._shuffle and not recording.why_not:
            expected = list(range(len(order)))
            self._twin.shuffle(expected)
            if expected != order:
                recording.why_not = "something else drew from the generator that the orders of the samples come from"
        recording.losses, recording.rates = history.loss, list(history.lr)
        recording.validation_losses = history.validation_loss
        recording.keep(len(history.epochs), self._numbers())

    def _numbers(self) -> array[float]:
        return array("d", [p.data for p in self._parameters])


def as_recording(record: Any) -> Recording | None:
    """The recording to fill, a new one for True; None for False.

    Raises:
        ArgumentTypeError: something else.
    """
    if record is True:
        return Recording()
    if record is False or isinstance(record, Recording):
        return record or None
    raise ArgumentTypeError(f"record must be True, False or a Recording, got {type(record).__name__}")


def _stages(model: Any) -> tuple[list[Stage], list[Value], bool]:
    """A model's layers, their parameters in order, and whether it draws at random."""
    try:
        parts = stages(model)
    except ChalkgradError:
        raise ArgumentError(
            "record=True keeps what a page can compute: an MLP, a Layer or a Neuron, or a Sequential of these, Linear, "
            f"Dropout and activations; got {type(model).__name__}"
        ) from None
    found: list[Stage] = []
    parameters: list[Value] = []
    for part in parts:
        if isinstance(part, Affine):
            found.append(Stage(part.inputs, part.outputs, part.bias is not None))
            parameters += part.parameters()
        elif part.name not in ("dropout", "linear"):
            if not found or found[-1].activation != "linear":
                raise ArgumentError(f"record=True wants one activation after each layer; {part.name} follows none")
            found[-1] = found[-1]._replace(activation=part.name, setting=part.setting)
    if not found:
        raise ArgumentError("record=True keeps parameters, and the model has none")
    return found, parameters, any(isinstance(part, Bend) and part.name == "dropout" for part in parts)


def _rule(optimizer: Optimizer, parameters: list[Value]) -> tuple[Rule | None, str]:
    """How the optimizer moves these parameters, or why that is not known."""
    name = type(optimizer).__name__
    states = dict(zip(map(id, optimizer.params), optimizer._states, strict=True))
    if len(optimizer.param_groups) > 1:
        return None, "the optimizer has several groups of parameters"
    if len(set(map(id, parameters))) < len(parameters):
        return None, "two layers share parameters"
    if set(map(id, parameters)) != set(states):
        return None, "the optimizer does not train all of the model's parameters, and them alone"
    if getattr(optimizer, "dampening", 0.0):
        return None, "with dampening, the first step of SGD differs from the others"
    twin = copy.copy(optimizer)
    twin.params, twin._states = optimizer.params[:1], [None]
    twin._groups = [(twin.params, {})]
    settable: Any = twin
    settable._lr = Symbol("lr")
    momentum = getattr(optimizer, "momentum", None)
    if isinstance(momentum, float):
        settable.momentum = Symbol("momentum")
    else:
        momentum = None
    try:
        updates = update_of(twin)
    except (ArithmeticError, ChalkgradError, TypeError, ValueError):  # one's own, which does more than arithmetic
        updates = None
    if updates is None:
        return None, f"how {name} moves a parameter is not known as a formula"
    try:
        memory = Memory(twin._blank())
    except UnsuitableError as error:
        return None, str(error)
    given = [states[id(p)] for p in parameters]
    steps = {memory.step(state) for state in given}
    if len(steps) > 1:
        return None, "the optimizer has moved some parameters more often than others"
    columns = dict(zip(memory.names, zip(*map(memory.numbers, given), strict=True), strict=True))
    formulas = {key: formula for key, formula in updates[0].formulas.items() if key != STEP}
    kept = {key: list(column) for key, column in columns.items()}
    return Rule(formulas, name, momentum, kept, steps.pop()), ""
