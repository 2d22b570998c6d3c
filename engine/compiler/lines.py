"""A tape while it is lifted: its lines, which of them vary, how often each slot is used.

A slot is *uniform* where no input reaches it (a weight, the sum of squared weights): it is
the same for all rows of a batch, and computed once. All others *vary* from row to row.
"""

from __future__ import annotations

from collections.abc import Sequence

from .. import ops
from ..ops import CONSTANT, Op
from .tape import Tape


class Lines:
    """The lines of a tape, and a few that lifting adds behind them.

    Attributes:
        ops, operands, constants: as a tape has them.
        varies: for each slot 1 where an input reaches it, else 0.
        uses: for each slot how many lines and roots use it; see `count_uses`.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.ops = list(tape.ops)
        self.operands = list(tape.operands)
        self.constants = dict(tape.constants)
        self.uses: list[int] = []
        self.varies = bytearray(len(tape))
        for slot in tape.inputs:
            self.varies[slot] = 1
        for slot, operands in enumerate(self.operands):
            for x in operands:
                if self.varies[x]:
                    self.varies[slot] = 1
        self._numbers: dict[str, int] = {}

    def append(self, op: Op, operands: tuple[int, ...] = ()) -> int:
        """One more line, on uniform slots."""
        self.ops.append(op)
        self.operands.append(operands)
        self.varies.append(0)
        return len(self.ops) - 1

    def number(self, number: float) -> int:
        """The slot of a constant that lifting itself needs."""
        key = repr(number)
        if key not in self._numbers:
            self._numbers[key] = self.append(CONSTANT)
            self.constants[self._numbers[key]] = number
        return self._numbers[key]

    def count_uses(self, roots: Sequence[int]) -> None:
        """How many needed lines and roots use each slot; 0 where nothing needs it."""
        uses = [0] * len(self.ops)
        for slot in roots:
            uses[slot] += 1
        for slot in range(len(uses) - 1, -1, -1):
            if uses[slot]:
                for x in self.operands[slot]:
                    uses[x] += 1
        self.uses = uses

    def is_private_product(self, slot: int) -> bool:
        """Whether a slot is a product that is used once, so that it may go into the block of its user."""
        return self.ops[slot] is ops.mul and self.uses[slot] == 1
