"""Training in machine code: forward, backward, the sum over the rows and the update, many steps a call.

At this size a step takes microseconds, and anything said in Python between two steps would
cost more than they do. So the rule that moves a parameter is compiled as well: it is called once, on
`Value`s, and its graph is run on all parameters side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..backward import topological_order
from ..derivatives import grad
from ..errors import ArgumentError
from ..modes import with_collector_held
from ..value import Value
from . import backends
from .lift import lift, straight
from .locks import fork_safe_lock
from .options import Options, as_array, as_samples, check_parameters, checked_values
from .plan import Update
from .simplify import simplify
from .tape import Tape, lower

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["Trainer"]

Rule = Callable[..., Sequence[Value]]


class Trainer:
    """A loss, its gradient and an update, compiled together.

    The parameters live in an array of the trainer's own: `read` takes them from the `Value`s
    (as the constructor does), `write` puts them back.

    Args:
        loss: the loss of one sample, a graph that has been built.
        inputs: leaves whose data differ from sample to sample.
        parameters: leaves to train.
        rule: called once, with `Value`s for a parameter, its gradient, its states and the
            settings, it gives the new parameter and the new states.
        states: numbers that are remembered for each parameter, such as a momentum; they start at 0.
        settings: numbers that each step is given for all parameters, such as a learning rate.
        outputs: other Values of the graph that are wanted for each sample, such as a prediction.
        backend, dtype, fast_math, cache: as for `compile`.

    Raises:
        ArgumentError: as for `compile`; or a rule that leaves out one of its numbers or gives another count.

    >>> x, w = Value(0.0), Value(3.0, label="w")
    >>> trainer = Trainer((w * x - 6) ** 2, [x], [w], lambda w, g, lr: [w - lr * g], settings=1)
    >>> losses = trainer.run([[1.0]], [[0.1]] * 3)
    >>> [round(float(loss), 3) for loss in losses]
    [9.0, 5.76, 3.686]
    >>> trainer.write(); round(w.data, 3)
    4.464
    """

    @with_collector_held
    def __init__(
        self,
        loss: Value,
        inputs: Sequence[Value],
        parameters: Sequence[Value],
        rule: Rule,
        *,
        states: int = 0,
        settings: int = 0,
        outputs: Sequence[Value] = (),
        backend: str = "auto",
        dtype: str = "float64",
        fast_math: bool = False,
        cache: str | Path | None = None,
    ) -> None:
        options = Options(backends.available(backend), dtype, fast_math, 1, cache, backend == "auto")
        self.inputs = checked_values(inputs, "inputs")
        self.parameters = checked_values(parameters, "parameters")
        check_parameters(self.parameters, self.inputs)
        gradients = grad(loss, self.parameters, create_graph=True)
        tape = lower([loss, *gradients, *outputs], self.inputs)
        self.tape = simplify(tape, fast=options.fast, largest=options.largest)
        self.rule, numbers, used_settings = _lowered(rule, states, settings, options.fast)
        options.suit(self.tape, self.rule)
        self.settings = settings
        self._outputs = list(outputs)
        self._lock = fork_safe_lock()
        self.backend = options.backend
        self.dtype = dtype
        plan = lift(self.tape, self.parameters, totals=1 + len(self.parameters))
        if options.backend == "llvm":
            update = Update(*straight(self.rule), numbers, states, used_settings, settings)
            self._stepper: Any = backends.runner(plan, options, len(self.parameters), update)
        else:
            from .numpy_runner import NumpyRunner, NumpyStepper

            loss_runner = NumpyRunner(plan, dtype, options.fast)
            rule_runner = NumpyRunner(lift(self.rule), dtype, options.fast)
            self._stepper = NumpyStepper(loss_runner, rule_runner, numbers, used_settings, len(self.parameters), states)
        self.read()

    def read(self) -> None:
        """Take the parameters' data from their Values; the states stay."""
        self._stepper.write_leaves([leaf.data for leaf in self._stepper.plan.leaves])

    def write(self) -> None:
        """Put the parameters' data into their Values."""
        for leaf, number in zip(self.parameters, self.numbers[0].tolist(), strict=True):
            leaf.data = number

    @property
    def numbers(self) -> list[Array]:
        """The parameters, and each of their states, as arrays (parameters,) that may be written to."""
        moved: list[Array] = self._stepper.moved
        return moved

    @property
    def gradients(self) -> Array:
        """The gradient of the mean loss of the last step, as it was before the update, (parameters,)."""
        gradients: Array = self._stepper.gradients
        return gradients

    def run(self, rows: Any, settings: Any, order: Any = None, sizes: Any = None) -> Any:
        """Make a step for each row of settings.

        Args:
            rows: the samples, numbers (samples, inputs).
            settings: (steps, settings).
            order: which sample comes when: the steps take theirs from it one after the other. If it
                is left out, every step takes all samples.
            sizes: how many samples each step takes, (steps,); if left out, equally many.

        Returns:
            The mean loss of each step's samples before its update, (steps,); if the trainer has
            `outputs`, a pair of that and the outputs of each sample, (samples used, outputs).

        Raises:
            ArgumentError: shapes that do not fit, or an order that points outside of the samples.
        """
        import numpy as np

        samples, _ = as_samples(rows, len(self.inputs), self.dtype)
        settings = as_array(settings, "settings", self.dtype)
        if settings.ndim != 2 or settings.shape[1] != self.settings:
            raise ArgumentError(f"settings must have the shape (steps, {self.settings}), got {settings.shape}")
        steps = len(settings)
        if order is None:
            order = np.tile(np.arange(len(samples)), steps)
        order = as_array(order, "order", "int64").ravel()
        if sizes is None:
            sizes = np.full(steps, len(order) // max(steps, 1))
        sizes = as_array(sizes, "sizes", "int64")
        if sizes.shape != (steps,) or sizes.sum() != len(order) or (sizes < 1).any():
            raise ArgumentError(
                f"sizes must share out the {len(order)} samples of the order among {steps} steps, at least 1 each"
            )
        if len(order) and (order.min() < 0 or order.max() >= len(samples)):
            raise ArgumentError(f"order must hold numbers from 0 to {len(samples) - 1}")
        with self._lock:
            losses, results = self._stepper.steps(samples, order, sizes, settings)
        return (losses, results) if self._outputs else losses

    def bind(self, rows: Any) -> Callable[..., float]:
        """A function that makes one step on all these rows, with as little as possible between two steps.

        It takes the settings of the step as numbers and gives the mean loss before it.
        """
        import numpy as np

        samples, _ = as_samples(rows, len(self.inputs), self.dtype)
        order = np.arange(len(samples))
        sizes = np.array([len(samples)])
        settings = np.zeros((1, self.settings), self.dtype)
        step = self._stepper.bind(samples, order, sizes, settings)

        def one_step(*numbers: float) -> float:
            with self._lock:
                settings[0] = numbers
                return float(step()[0][0])

        return one_step


def _lowered(rule: Rule, states: int, settings: int, fast: bool) -> tuple[Tape, list[int], list[int]]:
    """The tape of a rule; which numbers (parameter, gradient, states) are its inputs, which settings its leaves."""
    numbers = [Value(1.0) for _ in range(2 + states)]
    knobs = [Value(1.0) for _ in range(settings)]
    results = checked_values(rule(*numbers, *knobs), "the result of the rule")
    if len(results) != 1 + states:
        raise ArgumentError(f"the rule must give a parameter and {states} state(s), got {len(results)} Value(s)")
    reached = set(map(id, topological_order(*results)))
    used = [i for i, x in enumerate(numbers) if id(x) in reached]
    tape = simplify(lower(results, [numbers[i] for i in used]), fast=fast)
    position = {id(x): i for i, x in enumerate(knobs)}
    if any(id(leaf) not in position for leaf in tape.leaves.values()):
        raise ArgumentError("the rule must depend on nothing but what it is given")
    return tape, used, [position[id(leaf)] for leaf in tape.leaves.values()]
