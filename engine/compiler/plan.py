"""The plan: what a back end runs, as a few kinds of blocks.

A *block* is a loop that was found in a tape: one op on many slots, dot products, a matrix
times a vector, sums over the rows. Uniform numbers (the same for all rows) and rows (one
number for each row of a batch) live in two memories; a *place* is an index into one of
them. A place of the rows is used again when nothing needs what it holds any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..ops import Op
from ..value import Value

# Each kind of block says three things of itself: `reads`, what it reads from the memory it works on, some more
# than once; `outs`, what it computes; and `at`, the same block with other numbers. While a tape is lifted these numbers
# are slots of the tape; `place` then has every block written `at` places.

Places = Mapping[int, int]  # slot to place


@dataclass(slots=True)
class Map:
    """`outs[i] = op(operands[0][i], operands[1][i], ...)`, in any order of i."""

    op: Op
    outs: list[int]
    operands: list[list[int]]

    @property
    def reads(self) -> list[int]:
        return _flat(self.operands)

    def at(self, places: Places, weights: Places) -> Map:
        return Map(self.op, _moved(self.outs, places), [_moved(column, places) for column in self.operands])

    def __str__(self) -> str:
        return f"map        {self.op.symbol}, {len(self.outs)} times"


@dataclass(slots=True)
class Dots:
    """`outs[i] = xs[i][0] * ys[i][0] + xs[i][1] * ys[i][1] + ...`, added from left to right."""

    outs: list[int]
    xs: list[list[int]]
    ys: list[list[int]]

    @property
    def reads(self) -> list[int]:
        return _flat([*self.xs, *self.ys])

    def at(self, places: Places, weights: Places) -> Dots:
        xs = [_moved(factors, places) for factors in self.xs]
        ys = [_moved(factors, places) for factors in self.ys]
        return Dots(_moved(self.outs, places), xs, ys)

    def __str__(self) -> str:
        return f"dots       {len(self.outs)} of {len(self.xs[0])} products"


@dataclass(slots=True)
class MatVec:
    """`outs[i] = weights[i][0] * xs[0] + weights[i][1] * xs[1] + ...`: uniform weights, varying xs."""

    outs: list[int]
    weights: list[list[int]]
    xs: list[int]

    @property
    def reads(self) -> list[int]:
        return self.xs

    def at(self, places: Places, weights: Places) -> MatVec:
        matrix = [_moved(row, weights) for row in self.weights]
        return MatVec(_moved(self.outs, places), matrix, _moved(self.xs, places))

    def __str__(self) -> str:
        return f"matvec     {len(self.outs)} x {len(self.xs)}"


@dataclass(slots=True)
class Outer:
    """For each total in `targets[i][j]`: add to it the sum over rows of `left[i] * right[j]`."""

    left: list[int]
    right: list[int]
    targets: list[list[list[int]]]

    @property
    def reads(self) -> list[int]:
        return [*self.left, *self.right]

    @property
    def outs(self) -> list[int]:
        return []

    def at(self, places: Places, weights: Places) -> Outer:
        return Outer(_moved(self.left, places), _moved(self.right, places), self.targets)

    def __str__(self) -> str:
        return f"outer      {len(self.left)} x {len(self.right)}, summed over the rows"


@dataclass(slots=True)
class Piece:
    """Lines that found no company, in order.

    The lines are numbered on their own: first what the piece reads, then its constants, then the
    lines (op, operands). `kept` says which of these numbers are needed outside, and where.
    """

    reads: list[int]
    constants: list[float]
    lines: list[tuple[Op, tuple[int, ...]]]
    kept: list[tuple[int, int]]

    @property
    def outs(self) -> list[int]:
        return [out for _, out in self.kept]

    def at(self, places: Places, weights: Places) -> Piece:
        """In places; a slot without one is needed by nobody else, and no longer kept."""
        kept = [(number, places[slot]) for number, slot in self.kept if slot in places]
        return Piece(_moved(self.reads, places), self.constants, self.lines, kept)

    def __str__(self) -> str:
        return f"piece      {', '.join(op.symbol for op, _ in self.lines)}"


Block = Map | Dots | MatVec | Outer | Piece


def _flat(lists: Sequence[list[int]]) -> list[int]:
    return [x for inner in lists for x in inner]


def _moved(slots: list[int], places: Places) -> list[int]:
    return [places[x] for x in slots]


@dataclass(slots=True)
class Plan:
    """What a back end runs. Uniform numbers and rows live in two memories, each numbered from 0.

    Attributes:
        uniforms, rows: how many places the two memories have.
        leaves: the Values whose data stand in the first uniform places.
        constants: (uniform place, number).
        inputs: the row place of each input.
        spreads: (uniform place, row place): uniform numbers that the body reads as rows.
        before: blocks on uniform places, run once.
        body: blocks on row places (weights: uniform places), run for every row.
        shifts: for each total, the uniform place of the part that is the same for every row.
            A total is n times that part, and what the `Outer` blocks add.
        outputs: the row place of each output that is asked for row by row.
    """

    uniforms: int = 0
    rows: int = 0
    leaves: list[Value] = field(default_factory=list)
    constants: list[tuple[int, float]] = field(default_factory=list)
    inputs: list[int] = field(default_factory=list)
    spreads: list[tuple[int, int]] = field(default_factory=list)
    before: list[Block] = field(default_factory=list)
    body: list[Block] = field(default_factory=list)
    shifts: list[int] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        once = [f"once       {block}" for block in self.before]
        return "\n".join([*once, *(f"each row   {block}" for block in self.body)])


@dataclass(frozen=True)
class Update:
    """A rule that moves each parameter after a run, as two pieces.

    Attributes:
        before: what depends on the settings alone; it reads the settings.
        body: it reads `numbers`, then what `before` keeps; it keeps the new parameter and states.
        numbers: what the body reads of a parameter: 0 itself, 1 its gradient, 2, 3, ... its states.
        states: how many numbers are remembered for each parameter.
        settings: which of the settings of a step `before` reads.
        width: how many settings a step is given.
    """

    before: Piece
    body: Piece
    numbers: list[int]
    states: int
    settings: list[int]
    width: int
