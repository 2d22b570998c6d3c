"""Training in machine code: the loss of one sample is built once, compiled, and run over the batches.

The optimizer's update is compiled with it, and what the optimizer remembers lies in arrays from the first
step to the last. What cannot be compiled, or is not worth it, is refused, and trained as it always was.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..engine import Trainer, Value, topological_order
from ..engine import compile as compile_graph
from ..engine.compiler.backends import available
from ..engine.modes import is_detecting_anomaly, watch_reads
from . import optim
from .arguments import UnsuitableError
from .history import Score
from .metrics import Metric
from .optimizer import Memory, Optimizer
from .sample_graph import SampleGraph

PACE = 0.05  # seconds
WORTHWHILE = 1e6  # nodes, two a parameter, that training would make one by one; fewer take less time than compiling


class CompiledSteps:
    """A model, a loss and an optimizer as a `Trainer`, on samples and targets that are known.

    Args:
        model, samples, targets, loss, optimizer: as `fit` has them, looked at.
        metric: what is right; None for none.
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
        metric: Metric | None,
        passes: int | None,
    ) -> None:
        if is_detecting_anomaly():
            raise UnsuitableError("detect_anomaly looks at every node, and a compiled program has none")
        if passes is not None and 2 * len(optimizer.params) * len(samples) * passes < WORTHWHILE:
            raise UnsuitableError("there is too little to train for compiling to be worth it")
        available("auto")
        self._optimizer = optimizer
        self._memory = _memory(optimizer)
        self._graph = graph = SampleGraph(model, samples, targets, loss)
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
        self._targets = targets
        self._metric = metric
        self._steps_a_call = 1
        self._read()

    def steps(self, batches: Sequence[Sequence[int]]) -> list[Score]:
        """Make a step on each batch of samples; the loss and the accuracy of each, from before its step."""
        import numpy as np

        order = [i for batch in batches for i in batch]
        sizes = [len(batch) for batch in batches]
        settings = [[self._optimizer.lr, float(self._done + k + 1)] for k in range(len(batches))]
        losses, outputs = self._trainer.run(self._rows, settings, order, sizes)
        self._done += len(batches)
        if self._metric is None:
            return [Score(loss, None) for loss in losses.tolist()]
        right = self._metric.many(self._as_given(outputs), [self._targets[i] for i in order])
        shares = np.add.reduceat(right, np.cumsum([0, *sizes[:-1]])) / sizes
        return [Score(*pair) for pair in zip(losses.tolist(), shares.tolist(), strict=True)]

    def paced_steps(self, batches: Sequence[Sequence[int]]) -> Iterator[list[Score]]:
        """The same, so many steps a call that a call takes about PACE seconds: a bar moves, and Ctrl-C is heard."""
        start = 0
        while start < len(batches):
            began = time.perf_counter()
            yield self.steps(batches[start : start + self._steps_a_call])
            start += self._steps_a_call
            if time.perf_counter() - began < PACE:
                self._steps_a_call *= 2

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
            if self._metric is None:
                return Score(loss, None)
            return Score(loss, float(self._metric.many(self._as_given(results[:, 1:]), targets).mean()))

        return score

    def write(self) -> None:
        """Put the parameters into their Values, and what the optimizer remembers into the optimizer."""
        numbers = [p.data for p in self._optimizer.params]
        states = list(self._optimizer._states)
        moved, *columns = [column.tolist() for column in self._trainer.numbers]
        for i, number in zip(self._moving, moved, strict=True):
            numbers[i] = number
        if columns:
            for i, state in zip(self._moving, self._memory.states(columns, self._done), strict=True):
                states[i] = state
        self._optimizer._write(numbers, states)

    def _read(self) -> None:
        """Take over what the optimizer remembers."""
        states = [self._optimizer._states[i] for i in self._moving]
        counts = {self._memory.step(state) for state in states}
        if len(counts) > 1:
            raise UnsuitableError("the optimizer has moved some parameters more often than others")
        (self._done,) = counts
        remembered = [self._memory.numbers(state) for state in states]
        for place, column in enumerate(self._trainer.numbers[1:]):
            column[:] = [numbers[place] for numbers in remembered]

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
        watch = watch_reads()
        with watch:
            state = memory.state(remembered, step - 1.0)
            p, state = twin._update(p, -g if optimizer.maximize else g, state)
        if watch.seen:
            raise UnsuitableError(
                f"the update of {type(optimizer).__name__} looks at numbers (in an `if`, by float() or .data); "
                "`where` chooses inside the graph"
            )
        return [p, *memory.numbers(state)]

    return rule
