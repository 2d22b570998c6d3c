"""The plan, run by NumPy: no compiler, the same bits.

Each block is a few array operations over all rows at once; a sum of products is added term by
term, in the order of the graph. NumPy's own exp and tanh may differ from the C library's by
the last bit, so by default these functions are called number by number, as Python calls them;
`fast` takes NumPy's, and its matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from .. import floats, special
from ..ops import Op
from .options import as_array
from .plan import Block, Dots, Map, MatVec, Outer, Piece, Plan
from .primals import LIBM, compute

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]
    Step = Callable[[Array], None]


MOST = 31  # operands of a function that NumPy goes over arrays with


class Machine:
    """The machine of `primals`, on NumPy arrays."""

    def __init__(self, dtype: str, fast: bool) -> None:
        import math

        import numpy as np

        self._dtype = dtype
        self.select = np.where
        self.abs = np.abs
        self.sqrt = np.sqrt
        self.copysign = np.copysign
        self.floor, self.ceil, self.trunc = np.floor, np.ceil, np.trunc
        others = {"pow": "power"} | {name: f"arc{name[1:]}" for name in LIBM if name.startswith("a")}
        for name, arity in LIBM.items():
            if fast and name not in ("erf", "erfc", "fma"):  # which NumPy has not
                function = getattr(np, others.get(name, name))
            else:
                room = next(room for room in (floats, special, math) if hasattr(room, name))
                function = _number_by_number(getattr(room, name), arity, dtype)
            setattr(self, name, function)

    def call(self, op: Op, operands: Sequence[Any]) -> Any:
        """Apply an op that stands in no table, by its primal."""

        def primal(*numbers: float) -> float:
            return floats.as_float(op.primal(*numbers), f"the result of {op.symbol}")

        return _number_by_number(primal, len(operands), self._dtype)(*operands)


def _number_by_number(function: Callable[..., float], arity: int, dtype: str) -> Callable[..., Any]:
    import numpy as np

    if arity > MOST:

        def apply(*columns: Any) -> Any:
            shape = np.broadcast_shapes(*[column.shape for column in columns])
            rows = np.stack([np.broadcast_to(column, shape).ravel() for column in columns], axis=1)
            return np.reshape([function(*row) for row in rows.tolist()], shape)

    else:
        apply = np.frompyfunc(function, arity, 1)

    def call(*operands: Any) -> Any:
        return np.asarray(apply(*[np.asarray(x, float) for x in operands]), float).astype(dtype)

    return call


class NumpyRunner:
    """Runs a plan on rows.

    Args:
        plan: what to run.
        dtype: "float64" or "float32".
        fast: NumPy's own functions and matrix products, which may differ in the last bits.
    """

    def __init__(self, plan: Plan, dtype: str, fast: bool) -> None:
        import numpy as np

        self.plan = plan
        self.dtype = np.dtype(dtype)
        self._fast = fast
        self._machine = Machine(dtype, fast)
        self._uniform = np.zeros((plan.uniforms, 1), dtype)
        self._sums = np.zeros(len(plan.shifts), dtype)
        with np.errstate(over="ignore"):  # too large for float32: inf
            for place, number in plan.constants:
                self._uniform[place] = number
        self._before = [self._step(block) for block in plan.before]
        self._body = [self._step(block) for block in plan.body]
        self._spreads = np.array(plan.spreads, int).reshape(-1, 2).T

    def run(
        self, leaves: Sequence[float] | Array, samples: Array, scale: float = 1.0, weight: float = 1.0
    ) -> tuple[Array, Array]:
        """The totals, an array (totals,), and the outputs for each row, an array (rows, outputs).

        A total is `weight * shift + scale * sum`, where the sum is over the rows.
        """
        import numpy as np

        plan = self.plan
        uniform = self._uniform
        kind = self.dtype.type
        rows = np.zeros((plan.rows, len(samples)), self.dtype)
        sources, places = self._spreads
        self._sums[:] = -0.0
        with np.errstate(all="ignore"):
            uniform[: len(leaves), 0] = leaves
            for step in self._before:
                step(uniform)
            rows[plan.inputs] = samples.T
            rows[places] = uniform[sources]
            for step in self._body:
                step(rows)
            totals = uniform[plan.shifts, 0] * kind(weight) + self._sums * kind(scale)
        return totals, rows[plan.outputs].T.copy()

    def _step(self, block: Block) -> Step:
        """A block as a function on the memory it works on."""
        match block:
            case Map():
                return self._map(block)
            case Dots():
                return self._dots(block)
            case MatVec():
                return self._matvec(block)
            case Outer():
                return self._outer(block)
            case Piece():
                return self._piece(block)

    def _map(self, block: Map) -> Step:
        import numpy as np

        outs = np.array(block.outs)
        columns = [np.array(column) for column in block.operands]

        def step(memory: Array) -> None:
            memory[outs] = compute(self._machine, block.op, *[memory[column] for column in columns])

        return step

    def _piece(self, block: Piece) -> Step:
        def step(memory: Array) -> None:
            numbers: list[Any] = [memory[place] for place in block.reads]
            numbers += [self.dtype.type(constant) for constant in block.constants]  # quiet: see `run`
            for op, operands in block.lines:
                result = compute(self._machine, op, *[numbers[x] for x in operands])
                numbers.append(result.astype(self.dtype, copy=False))
            for number, place in block.kept:
                memory[place] = numbers[number]

        return step

    def _dots(self, block: Dots) -> Step:
        import numpy as np

        outs = np.array(block.outs)
        xs = np.array(block.xs).T
        ys = np.array(block.ys).T

        def step(memory: Array) -> None:
            if memory.shape[1] == 1:  # one long sum: `accumulate` adds from left to right, too
                memory[outs] = np.add.accumulate(memory[xs] * memory[ys])[-1]
                return
            totals = np.full((len(outs), memory.shape[1]), -0.0, self.dtype)
            for x, y in zip(xs, ys, strict=True):
                totals += memory[x] * memory[y]
            memory[outs] = totals

        return step

    def _matvec(self, block: MatVec) -> Step:
        import numpy as np

        outs = np.array(block.outs)
        weights = np.array(block.weights)
        xs = np.array(block.xs)

        def product(memory: Array) -> None:
            memory[outs] = self._uniform[weights, 0] @ memory[xs]

        def step(memory: Array) -> None:
            totals = np.full((len(outs), memory.shape[1]), -0.0, self.dtype)
            for column, x in zip(self._uniform[weights].swapaxes(0, 1), xs, strict=True):
                totals += column * memory[x]
            memory[outs] = totals

        return product if self._fast else step

    def _outer(self, block: Outer) -> Step:
        import numpy as np

        left = np.array(block.left)
        right = np.array(block.right)
        targets = [totals for row in block.targets for totals in row]  # of each product
        pairs = [(total, product) for product, totals in enumerate(targets) for total in totals]
        totals, products = np.array(pairs).T

        def step(memory: Array) -> None:
            np.add.at(self._sums, totals, (memory[left] @ memory[right].T).ravel()[products])

        return step


class NumpyStepper:
    """Steps of training: a run of the loss, then a run of the rule with a row for each parameter.

    Args:
        loss: gives the totals: the loss, then the gradient of each parameter.
        rule: gives a parameter's new number and its new states.
        numbers: what the rule reads of a parameter: 0 itself, 1 its gradient, 2, 3, ... its states.
        settings: which of the settings of a step it reads.
        parameters: how many there are.
        states: how many numbers are remembered for each.
    """

    def __init__(
        self,
        loss: NumpyRunner,
        rule: NumpyRunner,
        numbers: list[int],
        settings: list[int],
        parameters: int,
        states: int,
    ) -> None:
        import numpy as np

        self.plan = loss.plan
        self._loss = loss
        self._rule = rule
        self._numbers = numbers
        self._settings = settings
        self._leaves = np.zeros(len(loss.plan.leaves), loss.dtype)
        self.gradients = np.zeros(parameters, loss.dtype)  # of the last step
        self.moved = [self._leaves[:parameters], *(np.zeros(parameters, loss.dtype) for _ in range(states))]

    def write_leaves(self, leaves: Sequence[float]) -> None:
        """Put the numbers of the leaves, parameters first, into the memory."""
        self._leaves[:] = as_array(leaves, "leaves", self._leaves.dtype.name)

    def bind(self, *arrays: Array) -> Callable[[], tuple[Array, Array]]:
        """`steps` on these very arrays, whose contents may change from call to call."""
        return partial(self.steps, *arrays)

    def steps(self, samples: Array, order: Array, sizes: Array, settings: Array) -> tuple[Array, Array]:
        """Run and update once for each of `sizes`, on so many of the next samples in the order."""
        import numpy as np

        losses = []
        results = [np.zeros((0, len(self.plan.outputs)), samples.dtype)]
        start = 0
        for size, step_settings in zip(sizes.tolist(), settings, strict=True):
            batch = samples[order[start : start + size]]
            start += size
            totals, outputs = self._loss.run(self._leaves, batch, 1.0 / size)
            losses.append(totals[0])
            results.append(outputs)
            self.gradients[:] = totals[1:]
            columns = [self.moved[0], self.gradients, *self.moved[1:]]
            rows = np.stack([columns[k] for k in self._numbers], axis=1)
            _, moved = self._rule.run(step_settings[self._settings], rows)
            for numbers, after in zip(self.moved, moved.T, strict=True):
                numbers[:] = after
        return np.array(losses, samples.dtype), np.concatenate(results)
