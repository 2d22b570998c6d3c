"""The plan, run by NumPy: no compiler, the same bits.

Each block is a few array operations over all rows at once; a sum of products is added term by
term, in the order of the graph. NumPy's own exp and tanh may differ from the C library's by
the last bit, so by default these functions are called number by number, as Python calls them;
`fast` takes NumPy's, and its matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from . import floats
from .ir import LIBM
from .plan import Block, Dots, Map, MatVec, Outer, Piece, Plan
from .primals import compute

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


class Machine:
    """The machine of `primals`, on NumPy arrays."""

    def __init__(self, dtype: str, fast: bool) -> None:
        import numpy as np

        self.select = np.where
        self.abs = np.abs
        self.sqrt = np.sqrt
        for name in LIBM:
            own = None if name == "erfc" else np.power if name == "pow" else getattr(np, name)
            setattr(self, name, own if fast and own is not None else _number_by_number(name, dtype))


def _number_by_number(name: str, dtype: str) -> Callable[..., Any]:
    import math

    import numpy as np

    function = getattr(floats, name, None) or getattr(math, name)
    apply = np.frompyfunc(function, 2 if name == "pow" else 1, 1)

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
        self.fast = fast
        self.machine = Machine(dtype, fast)
        self.uniform = np.zeros((plan.uniforms, 1), dtype)
        for place, number in plan.constants:
            self.uniform[place] = number

    def run(
        self, leaves: Sequence[float], samples: Array, scale: float = 1.0, weight: float = 1.0
    ) -> tuple[Array, Array]:
        """The totals, an array (totals,), and the outputs for each row, an array (rows, outputs).

        A total is `weight * shift + scale * sum`, where the sum is over the rows.
        """
        import numpy as np

        plan = self.plan
        uniform, rows = self.uniform, np.zeros((plan.rows, len(samples)), self.dtype)
        sums = np.full(len(plan.shifts), -0.0, self.dtype)
        with np.errstate(all="ignore"):
            uniform[: len(leaves), 0] = leaves
            for block in plan.before:
                self._run(block, uniform, sums)
            rows[plan.inputs] = samples.T
            for source, place in plan.spreads:
                rows[place] = uniform[source]
            for block in plan.body:
                self._run(block, rows, sums)
            kind = self.dtype.type
            totals = uniform[plan.shifts, 0] * kind(weight) + sums * kind(scale)
        return totals, rows[plan.outputs].T.copy()

    def _run(self, block: Block, memory: Array, sums: Array) -> None:
        import numpy as np

        if isinstance(block, Map):
            memory[block.outs] = compute(self.machine, block.op, *[memory[column] for column in block.operands])
        elif isinstance(block, Piece):
            self._run_piece(block, memory)
        elif isinstance(block, Dots):
            totals = np.full((len(block.outs), memory.shape[1]), -0.0, self.dtype)
            for xs, ys in zip(zip(*block.xs, strict=True), zip(*block.ys, strict=True), strict=True):
                totals += memory[list(xs)] * memory[list(ys)]
            memory[block.outs] = totals
        elif isinstance(block, MatVec):
            weights = self.uniform[block.weights, 0]
            if self.fast:
                memory[block.outs] = weights @ memory[block.xs]
                return
            totals = np.full((len(block.outs), memory.shape[1]), -0.0, self.dtype)
            for column, x in zip(weights.T, block.xs, strict=True):
                totals += column[:, None] * memory[x]
            memory[block.outs] = totals
        else:
            assert isinstance(block, Outer)
            products = memory[block.left] @ memory[block.right].T
            for row, targets in zip(products, block.targets, strict=True):
                for number, wanted in zip(row, targets, strict=True):
                    for k in wanted:
                        sums[k] += number

    def _run_piece(self, piece: Piece, memory: Array) -> None:
        numbers: list[Any] = [memory[place] for place in piece.reads]
        numbers += [memory.dtype.type(constant) for constant in piece.constants]
        for op, operands in piece.lines:
            result = compute(self.machine, op, *[numbers[x] for x in operands])
            numbers.append(result.astype(self.dtype, copy=False))
        for number, place in piece.kept:
            memory[place] = numbers[number]
