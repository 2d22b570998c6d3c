"""The plan: what a back end runs, as a few kinds of blocks.

A *block* is a loop that was found in a tape: one op on many slots, dot products, a matrix
times a vector, sums over the rows. Uniform numbers (the same for all rows) and rows (one
number for each row of a batch) live in two memories; a *place* is an index into one of
them. A place of the rows is used again when nothing needs what it holds any more.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..ops import Op
from ..value import Value
from .tape import Tape

if TYPE_CHECKING:
    from .lift import Lines


@dataclass(slots=True)
class Map:
    """`outs[i] = op(operands[0][i], operands[1][i], ...)`, in any order of i."""

    op: Op
    outs: list[int]
    operands: list[list[int]]

    def __str__(self) -> str:
        return f"map        {self.op.symbol}, {len(self.outs)} times"


@dataclass(slots=True)
class Dots:
    """`outs[i] = xs[i][0] * ys[i][0] + xs[i][1] * ys[i][1] + ...`, added from left to right."""

    outs: list[int]
    xs: list[list[int]]
    ys: list[list[int]]

    def __str__(self) -> str:
        return f"dots       {len(self.outs)} of {len(self.xs[0])} products"


@dataclass(slots=True)
class MatVec:
    """`outs[i] = weights[i][0] * xs[0] + weights[i][1] * xs[1] + ...`: uniform weights, varying xs."""

    outs: list[int]
    weights: list[list[int]]
    xs: list[int]

    def __str__(self) -> str:
        return f"matvec     {len(self.outs)} x {len(self.xs)}"


@dataclass(slots=True)
class Outer:
    """For each total in `targets[i][j]`: add to it the sum over rows of `left[i] * right[j]`."""

    left: list[int]
    right: list[int]
    targets: list[list[list[int]]]

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

    def __str__(self) -> str:
        return f"piece      {', '.join(op.symbol for op, _ in self.lines)}"


Block = Map | Dots | MatVec | Outer | Piece


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
        outputs: the row place of each output that is wanted for each row.
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


def straight(tape: Tape) -> tuple[Piece, Piece]:
    """A whole tape as two pieces: what depends on leaves alone, then the rest.

    The first reads the leaves, in order; what it keeps has the places 0, 1, ... The second reads the
    inputs, in order, then what the first keeps, and keeps the outputs.
    """
    varies = set(tape.inputs)
    for slot, operands in enumerate(tape.operands):
        if not varies.isdisjoint(operands):
            varies.add(slot)
    lines = [slot for slot, op in enumerate(tape.ops) if op.arity != 0]
    own = [slot for slot in lines if slot not in varies]
    rest = [slot for slot in lines if slot in varies]
    wanted = dict.fromkeys(x for x in (*(x for slot in rest for x in tape.operands[slot]), *tape.outputs))
    kept = [x for x in wanted if x not in varies and x not in tape.constants]

    def piece(given: Sequence[int], lines: Sequence[int], kept: Sequence[int]) -> Piece:
        number = {slot: i for i, slot in enumerate((*given, *tape.constants, *lines))}
        return Piece(
            reads=list(range(len(given))),
            constants=list(tape.constants.values()),
            lines=[(tape.ops[slot], tuple([number[x] for x in tape.operands[slot]])) for slot in lines],
            kept=[(number[slot], i) for i, slot in enumerate(kept)],
        )

    return piece([*tape.leaves], own, kept), piece([*tape.inputs, *kept], rest, tape.outputs)


# From slots to places. Until here a block names the slots of the tape, and a piece is a list of slots.

Draft = Map | Dots | MatVec | Outer | list[int]


def reads(lines: Lines, block: Draft) -> Iterable[int]:
    """The slots that a block reads from its own memory, some more than once."""
    if isinstance(block, list):
        return [x for slot in block for x in lines.operands[slot]]
    if isinstance(block, Map):
        return [x for column in block.operands for x in column]
    if isinstance(block, Dots):
        return [x for column in (*block.xs, *block.ys) for x in column]
    if isinstance(block, MatVec):
        return block.xs
    return [*block.left, *block.right]


def writes(block: Draft) -> list[int]:
    """The slots that a block computes."""
    if isinstance(block, list):
        return block
    return [] if isinstance(block, Outer) else block.outs


def place(
    lines: Lines,
    before: list[Draft],
    body: list[Draft],
    parameters: Sequence[Value],
    outputs: Sequence[int],
    shifts: Sequence[int],
) -> Plan:
    """Give every slot that outlives its block a place, and write the blocks in places."""
    plan = Plan()
    uniform = _place_uniform(lines, plan, parameters, before)
    rows = {slot: i for i, slot in enumerate(lines.tape.inputs)}
    plan.inputs = list(rows.values())
    for slot in (*(x for block in body for x in _spread(lines, block)), *outputs):
        if not lines.varies[slot] and slot not in rows:
            rows[slot] = len(rows)
            plan.spreads.append((uniform[slot], rows[slot]))
    kept = _needed_outside(lines, body, outputs)
    plan.rows = _place_rows(lines, body, outputs, kept, rows)
    plan.before = [_written(lines, block, uniform, uniform, uniform) for block in before]
    plan.body = [_written(lines, block, rows, uniform, kept) for block in body]
    plan.outputs = [rows[slot] for slot in outputs]
    plan.shifts = [uniform[slot] for slot in shifts]
    return plan


def _place_uniform(lines: Lines, plan: Plan, parameters: Sequence[Value], before: list[Draft]) -> dict[int, int]:
    """A place for each uniform slot: the parameters, other leaves, constants, then results."""
    slot_of = {id(leaf): slot for slot, leaf in lines.tape.leaves.items()}
    listed = set(map(id, parameters))
    plan.leaves = [*parameters, *(leaf for leaf in lines.tape.leaves.values() if id(leaf) not in listed)]
    uniform = {slot_of[id(leaf)]: i for i, leaf in enumerate(plan.leaves) if id(leaf) in slot_of}
    plan.uniforms = len(plan.leaves)
    for slot in (*lines.constants, *(x for block in before for x in writes(block))):
        uniform[slot] = plan.uniforms
        plan.uniforms += 1
    plan.constants = [(uniform[slot], number) for slot, number in lines.constants.items()]
    return uniform


def _spread(lines: Lines, block: Draft) -> Iterable[int]:
    """What a block reads as rows; the constants of a piece stand in the piece."""
    if isinstance(block, list):
        return [x for x in reads(lines, block) if x not in lines.constants]
    return reads(lines, block)


def _needed_outside(lines: Lines, body: list[Draft], outputs: Sequence[int]) -> set[int]:
    """The slots that another block than the one that computes them, or the caller, reads."""
    needed = set(outputs)
    maker = {slot: i for i, block in enumerate(body) for slot in writes(block)}
    for i, block in enumerate(body):
        needed.update([x for x in reads(lines, block) if maker.get(x) != i])
    return needed


def _place_rows(lines: Lines, body: list[Draft], outputs: Sequence[int], kept: set[int], rows: dict[int, int]) -> int:
    """A place for each varying slot that is kept, from its block to the last one that reads it."""
    count = len(rows)
    free: list[int] = []
    last = {x: i for i, block in enumerate(body) for x in reads(lines, block) if lines.varies[x] and x not in rows}
    for slot in outputs:
        last.pop(slot, None)
    for i, block in enumerate(body):
        for slot in writes(block):
            if slot not in kept:
                continue
            if free:
                rows[slot] = free.pop()
            else:
                rows[slot] = count
                count += 1
        for x in reads(lines, block):
            if last.get(x) == i and x in kept:
                del last[x]
                free.append(rows[x])
    return count


def _written(
    lines: Lines, block: Draft, places: Mapping[int, int], weights: Mapping[int, int], kept: Container[int]
) -> Block:
    """A block in places instead of slots."""

    def at(slots: list[int], places: Mapping[int, int] = places) -> list[int]:
        return [places[x] for x in slots]

    if isinstance(block, list):
        return _written_piece(lines, block, places, kept)
    if isinstance(block, Map):
        return Map(block.op, at(block.outs), [at(column) for column in block.operands])
    if isinstance(block, Dots):
        return Dots(at(block.outs), [at(xs) for xs in block.xs], [at(ys) for ys in block.ys])
    if isinstance(block, MatVec):
        return MatVec(at(block.outs), [at(row, weights) for row in block.weights], at(block.xs))
    return Outer(at(block.left), at(block.right), block.targets)


def _written_piece(lines: Lines, slots: list[int], places: Mapping[int, int], kept: Container[int]) -> Piece:
    own = set(slots)
    given = dict.fromkeys(x for x in reads(lines, slots) if x not in own)
    read = [x for x in given if x not in lines.constants]
    constants = [x for x in given if x in lines.constants]
    number = {slot: i for i, slot in enumerate((*read, *constants, *slots))}
    return Piece(
        reads=[places[x] for x in read],
        constants=[lines.constants[x] for x in constants],
        lines=[(lines.ops[slot], tuple([number[x] for x in lines.operands[slot]])) for slot in slots],
        kept=[(number[slot], places[slot]) for slot in slots if slot in kept],
    )
