"""Training in machine code: the loss of one sample is built once, compiled, and run over the batches.

The graph of one sample does for all of them, as long as it has the same form for each: a model
or a loss that looks at numbers with Python's `if` has not, and is trained as it always was. Targets that a
loss wants as plain numbers (a class, a side) are chosen from inside the graph, by `where`.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..engine import ArgumentError, Value, no_grad, topological_order, where
from ..engine.compiler.backends import available
from ..engine.compiler.program import compile as compile_graph
from ..engine.compiler.simplify import simplify
from ..engine.compiler.tape import lower
from ..engine.compiler.trainer import Trainer
from ..engine.modes import is_detecting_anomaly, watch_reads
from .arguments import is_sequence
from .history import Score
from .optim import SGD, Adam, AdamW, Moments, Optimizer

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

CLASSES = 64  # different targets, at most, that are chosen from inside the graph
CHECKED = 8  # samples on which the graph must give the loss that the model gives
TOLERANCE = 1e-9  # and how closely, of its size
PACE = 0.05  # seconds
WORTHWHILE = 1e6  # nodes, two a parameter, that training would make one by one; fewer take less time than compiling


class UnsuitableError(ArgumentError):
    """What is trained cannot be compiled; the message says why."""


class CompiledSteps:
    """A model, a loss and an optimizer as a `Trainer`, on samples and targets that are known.

    Args:
        model, samples, targets, loss, optimizer: as `fit` has them, looked at.
        judge: what is right of many outputs, given their targets; None where there is no metric.
        passes: how often every sample will be used; None compiles even what is not worth it.

    Raises:
        UnsuitableError: they cannot be compiled, or it is not worth it.
        MissingDependencyError: NumPy is not installed.
    """

    def __init__(
        self,
        model: Callable[[Any], Any],
        samples: Sequence[Any],
        targets: Sequence[Any],
        loss: Callable[[Any, Any], Any],
        optimizer: Optimizer,
        judge: Judge | None,
        passes: int | None,
    ) -> None:
        if is_detecting_anomaly():
            raise UnsuitableError("detect_anomaly looks at every node, and a compiled program has none")
        if passes is not None and 2 * len(optimizer.params) * len(samples) * passes < WORTHWHILE:
            raise UnsuitableError("there is too little to train for compiling to be worth it")
        available("auto")
        self._optimizer = optimizer
        self._memory = memory = _memory(optimizer)
        watch = watch_reads()
        with watch:
            graph = _Graph(model, samples, targets, loss)
        if watch.seen:
            raise UnsuitableError(
                "the model or the loss looks at numbers (in an `if`, by float() or .data), "
                "which leaves no trace in the graph of one sample; `where` chooses inside the graph"
            )
        _check(graph, model, samples, targets, loss)
        reached = set(map(id, topological_order(graph.loss)))
        self._moving = [i for i, p in enumerate(optimizer.params) if id(p) in reached]
        self._trainer = Trainer(
            graph.loss,
            graph.inputs,
            [optimizer.params[i] for i in self._moving],
            _rule(optimizer, memory),
            states=memory.count,
            settings=2,
            outputs=graph.outputs,
        )
        self._graph = graph
        self._rows = graph.rows(samples, targets)
        self._targets = targets
        self._judge = judge
        self._pace = 1
        self._read()

    def steps(self, batches: Sequence[Sequence[int]]) -> list[Score]:
        """Make a step on each batch of samples; the loss and the accuracy of each, from before its step."""
        import numpy as np

        order = [i for batch in batches for i in batch]
        sizes = [len(batch) for batch in batches]
        settings = [[self._optimizer.lr, float(self._done + k + 1)] for k in range(len(batches))]
        losses, outputs = self._trainer.run(self._rows, settings, order, sizes)
        self._done += len(batches)
        if self._judge is None:
            return [Score(loss, None) for loss in losses.tolist()]
        if self._graph.single:
            outputs = outputs[:, 0]
        right = self._judge(outputs, [self._targets[i] for i in order])
        shares = np.add.reduceat(right, np.cumsum([0, *sizes[:-1]])) / sizes
        return [Score(*pair) for pair in zip(losses.tolist(), shares.tolist(), strict=True)]

    def paced_steps(self, batches: Sequence[Sequence[int]]) -> Iterator[list[Score]]:
        """The same, so many steps a call that a call takes about PACE seconds: a bar moves, and Ctrl-C is heard."""
        start = 0
        while start < len(batches):
            began = time.perf_counter()
            yield self.steps(batches[start : start + self._pace])
            start += self._pace
            if time.perf_counter() - began < PACE:
                self._pace *= 2

    def scorer(self, samples: Sequence[Any], targets: Sequence[Any]) -> Callable[[], Score]:
        """A function that scores the model, as its Values are then, on other samples.

        Raises:
            UnsuitableError: a target is among them that the compiled loss does not know.
        """
        rows = self._graph.rows(samples, targets)
        program = compile_graph([self._graph.loss, *self._graph.outputs], self._graph.inputs)

        def score() -> Score:
            results = program(rows)
            loss = math.fsum(results[:, 0].tolist()) / len(rows)
            if self._judge is None:
                return Score(loss, None)
            outputs = results[:, 1] if self._graph.single else results[:, 1:]
            return Score(loss, float(self._judge(outputs, targets).mean()))

        return score

    def write(self) -> None:
        """Put the parameters into their Values, and what the optimizer remembers into the optimizer."""
        numbers = [p.data for p in self._optimizer.params]
        states = list(self._optimizer._states)
        columns = [column.tolist() for column in self._trainer.numbers]
        for i, number, *state in zip(self._moving, *columns, strict=True):
            numbers[i] = number
            states[i] = self._memory.state(state, self._done)
        self._optimizer._write(numbers, states)

    def _read(self) -> None:
        """Take over what the optimizer remembers."""
        states = [self._optimizer._states[i] for i in self._moving]
        counts = {self._memory.steps(state) for state in states}
        if len(counts) > 1:
            raise UnsuitableError("the optimizer has moved some parameters more often than others")
        (self._done,) = counts
        for place, column in enumerate(self._trainer.numbers[1:]):
            column[:] = [self._memory.numbers(state)[place] for state in states]


# What an optimizer remembers of a parameter, as numbers


class _NoMemory:
    """SGD without momentum."""

    count = 0

    def numbers(self, state: Any) -> list[Any]:
        return []

    def steps(self, state: Any) -> int:
        return 0

    def state(self, numbers: Sequence[Any], step: Any) -> Any:
        return None


class _Buffer(_NoMemory):
    """SGD with momentum: the first step's buffer is the gradient, as if the one before had been 0."""

    count = 1

    def numbers(self, state: Any) -> list[Any]:
        return [0.0 if state is None else state]

    def state(self, numbers: Sequence[Any], step: Any) -> Any:
        return numbers[0]


class _Moments(_NoMemory):
    """Adam: three numbers, and a count of steps that all parameters share."""

    count = 3

    def numbers(self, state: Any) -> list[Any]:
        return list((state or Moments())[1:])

    def steps(self, state: Any) -> int:
        return int((state or Moments()).step)

    def state(self, numbers: Sequence[Any], step: Any) -> Any:
        return Moments(step, *numbers)


def _memory(optimizer: Optimizer) -> _NoMemory:
    if type(optimizer) in (Adam, AdamW):
        return _Moments()
    if type(optimizer) is not SGD:
        raise UnsuitableError(f"{type(optimizer).__name__} is not among SGD, Adam and AdamW, whose updates are known")
    if not optimizer.momentum:
        return _NoMemory()
    if optimizer.dampening and None in optimizer._states:
        raise UnsuitableError("with dampening, the first step of SGD differs from the others")
    return _Buffer()


def _rule(optimizer: Optimizer, memory: _NoMemory) -> Callable[..., list[Value]]:
    """The optimizer's own update, on Values: its learning rate and its count of steps are numbers of each step."""

    def rule(p: Value, g: Value, *given: Value) -> list[Value]:
        *numbers, lr, step = given
        twin = copy.copy(optimizer)
        twin._lr = lr  # type: ignore[assignment]
        p, state = twin._update(p, -g if optimizer.maximize else g, memory.state(numbers, step - 1.0))  # type: ignore
        return [p, *memory.numbers(state)]

    return rule


# One sample as a graph


class _Graph:
    """The loss of one sample, with leaves for the numbers of the sample and of its target.

    Attributes:
        loss: the root.
        outputs: the model's outputs.
        inputs: leaves; `rows` gives the numbers for them.
    """

    def __init__(
        self,
        model: Callable[[Any], Any],
        samples: Sequence[Any],
        targets: Sequence[Any],
        loss: Callable[[Any, Any], Any],
    ) -> None:
        leaves: list[Value] = []
        output = model(_leaves_like(samples[0], leaves))
        self.single = not is_sequence(output)
        self.outputs: list[Value] = [output] if self.single else list(output)
        if not all(isinstance(y, Value) for y in self.outputs):
            raise UnsuitableError("the outputs of the model are more than a list of Values")
        self.classes: dict[Any, float] | None = None
        own: list[Value] = []
        try:
            self.loss = loss([output], [_leaves_like(targets[0], own)])
        except (TypeError, ValueError):  # it wants plain numbers
            own = [Value(0.0)]
            self.classes = _numbered(targets)
            self.loss = _chosen(own[0], [loss([output], [target]) for target in self.classes])
        reached = set(map(id, topological_order(self.loss)))
        leaves += own
        self._columns = [i for i, leaf in enumerate(leaves) if id(leaf) in reached]
        self.inputs = [leaves[i] for i in self._columns]

    def rows(self, samples: Sequence[Any], targets: Sequence[Any]) -> Array:
        """The numbers of samples and targets, (samples, inputs)."""
        import numpy as np

        if self.classes is not None:
            unknown = [target for target in targets if _key(target) not in self.classes]
            if unknown:
                raise UnsuitableError(f"no sample that is trained on has the target {unknown[0]!r}")
            targets = [self.classes[_key(target)] for target in targets]
        numbers = [np.array(z, float).reshape(len(samples), -1) for z in (samples, targets)]
        return np.ascontiguousarray(np.concatenate(numbers, axis=1)[:, self._columns])


def _leaves_like(sample: Any, leaves: list[Value]) -> Any:
    """A sample with a leaf for each number; the leaves are noted, in order."""
    if is_sequence(sample):
        return [_leaves_like(item, leaves) for item in sample]
    leaves.append(Value(sample))
    return leaves[-1]


def _key(target: Any) -> Any:
    return tuple(_key(item) for item in target) if is_sequence(target) else target


def _numbered(targets: Sequence[Any]) -> dict[Any, float]:
    """Each different target, and a number for it."""
    found = dict.fromkeys(map(_key, targets))
    if len(found) > CLASSES:
        raise UnsuitableError(
            f"the loss wants plain numbers as targets, and there are {len(found)} different ones (at most {CLASSES})"
        )
    return {target: float(i) for i, target in enumerate(found)}


def _chosen(number: Value, losses: list[Value]) -> Value:
    """The loss of the target with this number. Of the others nothing comes through: -0.0 changes no sum."""
    terms = [where(number.eq(float(i)), loss, -0.0) for i, loss in enumerate(losses)]
    total: Value = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _check(
    graph: _Graph,
    model: Callable[[Any], Any],
    samples: Sequence[Any],
    targets: Sequence[Any],
    loss: Callable[[Any, Any], Any],
) -> None:
    """Compare the graph's mean loss on a few samples with what the model and the loss say."""
    count = min(CHECKED, len(samples))
    some = [i * len(samples) // count for i in range(count)]
    few, wanted = [samples[i] for i in some], [targets[i] for i in some]
    with no_grad():
        eager = float(loss([model(x) for x in few], wanted))
    tape = simplify(lower([graph.loss], graph.inputs))
    mean = sum(tape.run(row)[0] for row in graph.rows(few, wanted).tolist()) / count
    if not (math.isclose(mean, eager, rel_tol=TOLERANCE, abs_tol=TOLERANCE) or (mean != mean and eager != eager)):
        raise UnsuitableError(
            f"the graph of one sample does not do for all: on {count} samples it gives a mean loss of {mean:.6g}, the "
            f"model {eager:.6g}; it may look at numbers with `if`, or the loss may not be a mean over the samples"
        )


# What is right, for all samples at once

Judge = Callable[["Array", Sequence[Any]], "Array"]


def one_by_one(metric: Callable[[Any, Any], float]) -> Judge:
    """A metric of one's own, asked sample by sample."""

    def judge(outputs: Array, targets: Sequence[Any]) -> Array:
        import numpy as np

        rows = outputs.tolist()
        return np.array([float(metric(row, target)) for row, target in zip(rows, targets, strict=True)])

    return judge


def right_classes(outputs: Array, targets: Sequence[Any]) -> Array:
    """Whether the largest output is that of the class."""
    import numpy as np

    wanted = np.array(targets)
    right: Array = outputs.argmax(1) == (wanted if wanted.ndim == 1 else wanted.argmax(1))
    return right.astype(float)


def right_sides(boundary: float) -> Judge:
    """The share of outputs that lie above 0 where their targets lie above the boundary."""

    def judge(outputs: Array, targets: Sequence[Any]) -> Array:
        import numpy as np

        wanted = np.array(targets, float).reshape(len(outputs), -1)
        shares: Array = ((outputs.reshape(wanted.shape) > 0.0) == (wanted > boundary)).mean(1)
        return shares

    return judge
