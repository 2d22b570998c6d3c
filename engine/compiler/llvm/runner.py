"""The plan, run by machine code: an assembly loaded into memory, and called.

A list of (kernel, table) pairs is the whole program, and a loop that calls them, itself machine
code, the whole interpreter. Python writes a few addresses and numbers, then it is out of the way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..options import as_array
from ..plan import Plan, Update
from . import jit, transfer
from .ir import Target
from .layout import Assembly

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


class LaneRunner:
    """Runs a plan on rows, in machine code.

    Args:
        plan: what to run.
        target: the vectors to use.
        folder: where machine code is kept from one process to the next, or None.
        parameters: how many of the plan's leaves are parameters.
        update: moves the parameters after each run; totals 1, 2, ... are then their gradients.
    """

    def __init__(
        self, plan: Plan, target: Target, folder: Path | None = None, parameters: int = 0, update: Update | None = None
    ) -> None:
        import numpy as np

        self.plan = plan
        self.dtype = np.dtype(np.float64 if target.kind == "double" else np.float32)
        self._assembly = assembly = Assembly(plan, target, parameters, update)
        self.ir = assembly.ir
        self.library = jit.library(self.ir, folder)
        self._load(assembly)
        raw = np.zeros(assembly.bytes + 64, np.uint8)
        start = -raw.ctypes.data % 64  # on a cache line, so that no vector straddles two
        self._memory = raw[start : start + assembly.bytes]
        self._address = int(self._memory.ctypes.data)
        self._header = self._memory[: 8 * transfer.HEADER].view(np.int64)
        self._order = np.arange(1)
        with np.errstate(over="ignore"):  # too large for float32: inf
            for place, number in plan.constants:
                self._numbers(assembly.uniform(place))[0] = number
        self._leaves = self._numbers(assembly.first_parameter, parameters)
        self._other_leaves = self._numbers(assembly.other_uniforms, len(plan.leaves) - parameters)
        self._scale = self._numbers(assembly.scale)
        self._weight = self._numbers(assembly.weight)
        self._totals = self._numbers(assembly.totals, len(plan.shifts))
        self.gradients = self._totals[1 : 1 + parameters]  # of the last step
        self.moved = [self._leaves, *(self._numbers(offset, parameters) for offset in assembly.states)]

    def _numbers(self, offset: int, count: int = 1) -> Array:
        """Numbers in the memory, from an offset on."""
        return self._memory[offset : offset + count * self.dtype.itemsize].view(self.dtype)

    def _load(self, assembly: Assembly) -> None:
        """Write the lists of calls as addresses."""
        import numpy as np

        calls = [call for part in assembly.calls for call in part]
        self._tables = np.array([x for _, words in calls for x in words], np.int64)
        address = {name: self.library.address(name) for name in {name for name, _ in calls}}
        pairs: list[int] = []
        table = self._tables.ctypes.data
        for name, words in calls:
            pairs += [address[name], table]
            table += 8 * len(words)
        self._pairs = np.array(pairs, np.int64)
        program = [assembly.tile]
        start = self._pairs.ctypes.data
        for part in assembly.calls:
            program += [start, len(part)]
            start += 16 * len(part)
        self._program_words = np.array(program, np.int64)
        self._program = int(self._program_words.ctypes.data)
        self._run = self.library.function("run", 2)
        self._steps = self.library.function("steps", 3)

    def write_leaves(self, leaves: Sequence[float]) -> None:
        """Put the numbers of the leaves, parameters first, into the memory."""
        count = len(self._leaves)
        if self.dtype.itemsize == 4:
            leaves = as_array(leaves, "leaves", "float32")  # type: ignore[assignment]
        self._leaves[:] = leaves[:count]
        if len(leaves) > count:
            self._other_leaves[:] = leaves[count:]

    def run(
        self, leaves: Sequence[float], samples: Array, scale: float = 1.0, weight: float = 1.0
    ) -> tuple[Array, Array]:
        """The totals, an array (totals,), and the outputs for each row, an array (rows, outputs).

        A total is `weight * shift + scale * sum`, where the sum is over the rows.
        """
        import numpy as np

        count = len(samples)
        self.write_leaves(leaves)
        if len(self._order) < count:
            self._order = np.arange(count)
        results = np.empty((count, len(self.plan.outputs)), self.dtype)
        arrays = (samples, self._order, results)
        self._header[: transfer.COUNT + 1] = [*(x.ctypes.data for x in arrays), count]
        self._scale[0] = scale
        self._weight[0] = weight
        self._run(self._program, self._address)
        return self._totals.copy(), results

    def steps(self, samples: Array, order: Array, sizes: Array, settings: Array) -> tuple[Array, Array]:
        """Run and update once for each of `sizes`, on so many of the next samples in the order.

        Args:
            samples: (samples, inputs).
            order: (sum of sizes,), which samples to take.
            sizes: (steps,), whole numbers.
            settings: (steps, settings), for the update.

        Returns:
            The mean of the first total over the rows of each step, (steps,), as it was before that step's
            update; and the outputs of each row, (sum of sizes, outputs).
        """
        return self.bind(samples, order, sizes, settings)()

    def bind(self, samples: Array, order: Array, sizes: Array, settings: Array) -> Callable[[], tuple[Array, Array]]:
        """`steps` on these very arrays, whose contents may change from call to call; so may the results'."""
        import numpy as np

        losses = np.empty(len(sizes), self.dtype)
        results = np.empty((len(order), len(self.plan.outputs)), self.dtype)
        tables = [x.ctypes.data for x in (sizes, settings, losses)]
        places = [self._assembly.scale, self._assembly.settings, self._assembly.totals]
        width = results.shape[1] * self.dtype.itemsize
        plan = np.array([len(sizes), *tables, settings.shape[1], *places, width], np.int64)
        pointers = np.array([x.ctypes.data for x in (samples, order, results)], np.int64)
        header = self._header[: transfer.RESULTS + 1]
        address = int(plan.ctypes.data)
        arrays = (samples, order, sizes, settings, plan)  # in use as long as the function is

        def call(arrays: Any = arrays) -> tuple[Array, Array]:
            header[:] = pointers
            self._weight[0] = 1.0
            self._steps(self._program, self._address, address)
            return losses, results

        return call
