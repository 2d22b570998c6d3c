"""Training in machine code: the loss of one sample is built once, compiled, and run over the batches.

The optimizer's update is compiled with it, and what the optimizer remembers lies in arrays from the first
step to the last. What cannot be compiled is refused, and trained as it always was.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..engine import Trainer, Value, grad, topological_order
from ..engine import compile as compile_graph
from ..engine.compiler.backends import available
from ..engine.modes import is_detecting_anomaly, is_recording, watch_reads, with_collector_held
from ..engine.notes import is_recording_source
from . import optim
from .agreement import Agreement, check_gradient, check_own_optimizer
from .arguments import UnsuitableError
from .changes import changed, snapshot
from .checks import Training
from .criteria import Criterion
from .history import Score
from .known import holds_numbers_only, name_of, stranger
from .losses import METRICS
from .memory import Memory
from .metrics import OneByOne
from .optimizer import Optimizer
from .sample_graph import SampleGraph, same, spread

PACE = 0.05  # seconds
WORTHWHILE = 1e6  # nodes, two a parameter, that training would make one by one; fewer take less time than compiling
TRIED = 4  # samples on which what is known is compared before it is trained

LIBRARY_LOSSES = tuple(METRICS)  # as they were when this was imported


def is_worthwhile(optimizer: Optimizer, samples: int, passes: int) -> bool:
    """Whether training takes longer than compiling."""
    return 2 * len(optimizer.params) * samples * passes >= WORTHWHILE


def unknown_part(training: Training) -> str | None:
    """What of a training is not chalkgrad's own, as it was written; None where all is, and is known to compile."""
    part, loss, metric = stranger(training.model), training.loss, training.metric
    if part is None and not any(loss is known for known in LIBRARY_LOSSES):
        part = stranger(loss) if isinstance(loss, Criterion) else name_of(loss)
    if part is None and not holds_numbers_only([training.samples, training.targets]):
        part = "a sample or a target that is made of something else than plain numbers"
    rest = [
        metric.function if isinstance(metric, OneByOne) else metric,
        training.optimizer,
        training.schedules,
        training.callbacks,
    ]
    return part or next(filter(None, map(stranger, rest)), None)


class CompiledSteps:
    """A model, a loss and an optimizer as a `Trainer`, on samples and targets that are known.

    Args:
        training: what is trained.
        own: whether something of it is one's own, as `unknown_part` tells; it is then held against itself.

    Raises:
        UnsuitableError: they cannot be compiled, or a graph of one sample was seen not to do for all.
        MissingDependencyError: NumPy is not installed.
    """

    def __init__(self, training: Training, own: bool) -> None:
        if is_detecting_anomaly() or is_recording_source() or not is_recording():
            raise UnsuitableError(
                "detect_anomaly and record_source look at every node, no_grad makes none; a compiled program has none"
            )
        model, samples, targets, loss = training.model, training.samples, training.targets, training.loss
        optimizer = training.optimizer
        if isinstance(loss, Criterion) and not loss.is_mean_of_samples:
            raise UnsuitableError(f"{loss} is no mean over the samples of a batch, as compiled steps want it")
        available("auto")
        self._optimizer = optimizer
        self._metric = training.metric
        self._targets = targets
        self._agreement: Agreement | None = None
        self._asked_before = False  # a metric of one's own
        if not own:
            self._memory = _memory(optimizer)
            self._graph = SampleGraph(model, samples, targets, loss)
        else:
            check_own_optimizer(optimizer)
            self._memory = _memory(optimizer)
            self._agreement = Agreement(model, samples, targets, loss, optimizer, training.batch_size)
            self._graph = self._agreement.graph
        graph = self._graph
        reached = set(map(id, topological_order(graph.loss)))
        self._moving = [i for i, p in enumerate(optimizer.params) if id(p) in reached]
        if not self._moving:
            raise UnsuitableError("the loss depends on none of the optimizer's parameters")
        self._trainer = Trainer(
            graph.loss,
            graph.inputs,
            [optimizer.params[i] for i in self._moving],
            _rule(optimizer, self._memory),
            states=len(self._memory.names),
            settings=2,
            outputs=graph.outputs,
        )
        self._rows = graph.rows(samples, targets)
        self._steps_a_call = 1
        self._made = self._read()  # steps, before the first of these
        self._completed: tuple[list[Any], int] | None = None
        self._written: Any = None  # those of the completed that are in their places
        if self._agreement is None:
            self._try_out(model, samples, loss)

    def steps(self, batches: Sequence[Sequence[int]]) -> list[Score]:
        """Make a step on each batch of samples; the loss and the accuracy of each, from before its step."""
        order = [i for batch in batches for i in batch]
        sizes = [len(batch) for batch in batches]
        done = self._completed[1] if self._completed else self._made
        settings = [[self._optimizer.lr, float(done + k + 1)] for k in range(len(batches))]
        if self._agreement and self._completed is None:
            losses, outputs = self._checked_step(self._agreement, settings, order)
        else:
            losses, outputs = self._trainer.run(self._rows, settings, order, sizes)
        numbers = [column.copy() for column in (*self._trainer.numbers, self._trainer.gradients)]
        self._completed = (numbers, done + len(batches))  # in one go: an interrupt leaves the old ones or the new
        return [Score(*pair) for pair in zip(losses.tolist(), self._right(outputs, order, sizes), strict=True)]

    def paced_steps(self, batches: Sequence[Sequence[int]]) -> Iterator[list[Score]]:
        """The same, so many steps a call that a call takes about PACE seconds: a bar moves, and Ctrl-C is heard."""
        start = 0
        while start < len(batches):
            began = time.perf_counter()
            first = self._completed is None
            scores = self.steps(batches[start : start + self._steps_a_call])
            start += self._steps_a_call
            if time.perf_counter() - began < PACE:
                self._steps_a_call *= 2
            if first:  # whatever was kept from before is out of date now
                self.compare()
            yield scores

    def compare(self) -> None:
        """Put the parameters into their Values, and hold a program of one's own against itself on a few samples.

        Raises:
            UnsuitableError: they give other losses.
        """
        if self._agreement:
            self.write()
            self._agreement.compare_a_few()

    def between(self, act: Callable[[], bool]) -> bool:
        """What is done between two epochs, after `write`, and what it says; parameters that it changes are taken over.

        Raises:
            UnsuitableError: it changes something else, such as a setting that was compiled.
        """
        before = self._agreement.fixed() if self._agreement else None
        answer = act()
        if self._agreement:
            self._agreement.check_fixed(before)
        self.read()
        return answer

    def scorer(self, samples: Sequence[Any], targets: Sequence[Any]) -> Callable[[], Score]:
        """A function that scores the model, as its Values are then, on other samples.

        Raises:
            UnsuitableError: a target is among them that the compiled loss does not know.
        """
        if not holds_numbers_only([samples, targets]):
            raise UnsuitableError("a sample or a target is not made of plain numbers")
        rows = self._graph.rows(samples, targets)
        program = compile_graph([self._graph.loss, *self._graph.outputs], self._graph.inputs)

        def score() -> Score:
            results = program(rows)
            loss = math.fsum(results[:, 0].tolist()) / len(rows)
            if self._metric is None:
                return Score(loss, None)
            return Score(loss, float(self._asked(results[:, 1:], targets).mean()))

        return score

    def write(self) -> None:
        """Put the parameters, their gradients and what the optimizer remembers in their places, at once.

        They are those of the last call of steps that was completed; nothing is changed before the first, or twice.
        """
        completed = self._completed
        if completed is None or completed is self._written:
            return
        arrays, done = completed
        moved, *columns, gradients = (array.tolist() for array in arrays)
        numbers = [p.data for p in self._optimizer.params]
        states = list(self._optimizer._states)
        for i, number in zip(self._moving, moved, strict=True):
            numbers[i] = number
        if columns:
            for i, state in zip(self._moving, self._memory.states(columns, done), strict=True):
                states[i] = state
        self._optimizer._write(numbers, states, zip(self._trainer.parameters, gradients, strict=True))
        moving = set(self._moving)
        for i, p in enumerate(self._optimizer.params):
            if i not in moving:
                p.grad = None  # as zero_grad leaves it, and no backward reaches it
        self._written = completed

    @with_collector_held
    def _try_out(self, model: Callable[[Any], Any], samples: Sequence[Any], loss: Callable[[Any, Any], Any]) -> None:
        """Compare a step on a few samples with eager, and take it back: what is known is held to it all the same.

        Raises:
            UnsuitableError: they differ.
        """
        few = spread(len(samples), TRIED)
        losses, _ = self._trainer.run(self._rows, [[self._optimizer.lr, float(self._made + 1)]], few)
        mine, gradient = float(losses[0]), self._trainer.gradients.tolist()
        self._trainer.read()
        self._read()
        mean = loss([model(samples[i]) for i in few], [self._targets[i] for i in few])
        if not same(mine, mean.data):
            raise UnsuitableError(
                f"on samples {few} the mean loss is {mine:.9g} in machine code, {mean.data:.9g} without"
            )
        check_gradient(gradient, grad(mean, self._trainer.parameters))

    def read(self) -> None:
        """Take over parameters and what the optimizer remembers, where something has changed them since `write`."""
        self._trainer.read()
        done = self._read()
        numbers = [column.copy() for column in (*self._trainer.numbers, self._trainer.gradients)]
        if self._completed is None:
            self._made = done
        else:
            self._completed = self._written = (numbers, done if self._memory.counts else self._completed[1])

    def _checked_step(self, agreement: Agreement, settings: Any, order: list[int]) -> tuple[Any, Any]:
        """The first step of a program of one's own, held against what the program itself makes of it."""
        parameters = self._trainer.parameters
        states = [self._optimizer._states[i] for i in self._moving]
        expected = agreement.expected(order, parameters)
        before = [p.data for p in parameters]
        losses, outputs = self._trainer.run(self._rows, settings, order, [len(order)])
        after = self._trainer.numbers[0].tolist()
        moved = list(zip(before, states, after, strict=True))
        agreement.check_step(expected, float(losses[0]), self._trainer.gradients.tolist(), moved)
        return losses, outputs

    def _right(self, outputs: Any, order: list[int], sizes: list[int]) -> list[float | None]:
        """The share that is right of each batch."""
        import numpy as np

        if self._metric is None:
            return [None] * len(sizes)
        right = self._asked(outputs, [self._targets[i] for i in order])
        shares: list[float | None] = (np.add.reduceat(right, np.cumsum([0, *sizes[:-1]])) / sizes).tolist()
        return shares

    def _asked(self, outputs: Any, targets: Sequence[Any]) -> Any:
        """What the metric says of each output, an array; one of one's own is asked with Values, as ever."""
        import numpy as np

        metric: Any = self._metric
        if self._agreement is None or stranger(metric) is None:
            return metric.many(self._as_given(outputs), targets)
        before, remembered = self._agreement.settings(), None
        if not self._asked_before:
            remembered, self._asked_before = self._agreement.remembered(), True
        rows = [[Value(x) for x in row] for row in outputs.tolist()]
        answers = [
            metric(row[0] if self._graph.single else row, target) for row, target in zip(rows, targets, strict=True)
        ]
        if remembered is not None:
            self._agreement.check_remembered(remembered)
        self._agreement.check_settings(before)
        return np.array(answers, float)

    def _read(self) -> int:
        """Take over what the optimizer remembers; the steps that it has made."""
        states = [self._optimizer._states[i] for i in self._moving]
        counts = {self._memory.step(state) for state in states}
        if len(counts) > 1:
            raise UnsuitableError("the optimizer has moved some parameters more often than others")
        (done,) = counts
        remembered = [self._memory.numbers(state) for state in states]
        for place, column in enumerate(self._trainer.numbers[1:]):
            column[:] = [numbers[place] for numbers in remembered]
        return done

    def _as_given(self, outputs: Any) -> Any:
        """Outputs (samples, outputs) as the model gives them: (samples,) if it gives one and no list."""
        return outputs[:, 0] if self._graph.single else outputs


def _memory(optimizer: Optimizer) -> Memory:
    """What the optimizer remembers of a parameter, as numbers."""
    if "_blank" not in vars(type(optimizer)):
        *others, last = optim.__all__
        raise UnsuitableError(
            f"{type(optimizer).__name__} is not among {', '.join(others)} and {last}, whose updates are known"
        )
    if len(optimizer.param_groups) > 1:
        raise UnsuitableError(
            "the optimizer has several groups of parameters, and compiled steps have one rule for all"
        )
    return Memory(optimizer._blank())


def _rule(optimizer: Optimizer, memory: Memory) -> Callable[..., list[Value]]:
    """The optimizer's own update, on Values: its learning rate and its count of steps are numbers of each step."""

    def rule(p: Value, g: Value, *remembered_and_settings: Value) -> list[Value]:
        *remembered, lr, step = remembered_and_settings
        twin: Any = copy.copy(optimizer)
        twin._lr = lr
        attributes = snapshot(optimizer=twin)
        watch = watch_reads()
        with watch:
            state = memory.state(remembered, step - 1.0)
            p, state = twin._update(p, -g if optimizer.maximize else g, state)
        if watch.seen:
            raise UnsuitableError(
                f"the update of {type(optimizer).__name__} looks at numbers (in an `if`, by float() or .data); "
                "`where` chooses inside the graph"
            )
        change = changed(attributes, snapshot(optimizer=twin))
        if change:
            raise UnsuitableError(
                f"the update of {type(optimizer).__name__} changes {change}, which is not in its state"
            )
        return [p, *memory.numbers(state)]

    return rule
