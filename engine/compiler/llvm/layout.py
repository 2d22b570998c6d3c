"""A plan as calls of kernels: where everything lies in memory, and which kernel runs on which table.

The memory holds a header, the uniform numbers (the parameters first), weights packed in the
order of use, sums, totals, and a tile of rows for each row place. A tile is small enough to
stay in the processor's caches; then the next rows take its place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ..plan import Block, Dots, Map, MatVec, Outer, Piece, Plan, Update
from . import drivers, kernels, transfer
from .ir import Target, module
from .kernels import BLOCK
from .vector_math import VECTORISED, vectorised

CACHE = 192 * 1024  # bytes that a tile of rows should not exceed
VECTORS = 16  # vectors in a tile of rows, at most

Writer = Callable[[str, Target], str]
Call = tuple[str, list[int]]  # the name of a kernel, and its table


class Assembly:
    """The memory of a plan and its three lists of calls, as offsets and names: addresses come later.

    Args:
        plan: what is to run.
        target: the vectors to use.
        parameters: how many of the plan's leaves are parameters.
        update: moves the parameters after each run; totals 1, 2, ... are then their gradients.

    Attributes:
        calls: kernels and tables to run before, for each tile of rows, and after.
        bytes: how much memory they need.
        tile: rows in a tile.
        scale, weight, settings, totals, states: offsets.
    """

    def __init__(self, plan: Plan, target: Target, parameters: int, update: Update | None) -> None:
        self.plan = plan
        self.target = target
        self.parameters = parameters
        self.bytes = 8 * transfer.HEADER
        self._lay_out(update)
        self._kernels: dict[object, tuple[str, str]] = {}
        self._sum_places: list[tuple[Outer, list[list[int]]]] = []
        self._before: list[Call] = []
        self._body: list[Call] = []
        self._after: list[Call] = []
        self._write_before()
        self._write_body()
        self._write_after(update)
        self.calls = (self._before, self._body, self._after)

    @property
    def ir(self) -> str:
        """The kernels that are called, and the drivers that call them."""
        around = [drivers.run_driver("run", self.target), drivers.steps_driver("steps", self.target)]
        replaced = {name: vectorised(name, self.target) for name in VECTORISED} if self.target.fast else {}
        return module([*(text for _, text in self._kernels.values()), *around], self.target, replaced)

    # memory

    def _room(self, count: int) -> int:
        """Room for so many numbers, in whole cache lines; its offset."""
        offset = self.bytes
        self.bytes += -(-count * self.target.size // 64) * 64
        return offset

    def _lay_out(self, update: Update | None) -> None:
        plan = self.plan
        lanes = self.target.lanes
        self.first_parameter = self._room(self.parameters)
        self.other_uniforms = self._room(plan.uniforms - self.parameters)
        self.scale = self._room(1)
        self.weight = self._room(1)
        self.settings = self._room(update.width if update else 0)
        self.scratch = self._room(len(update.before.kept) if update else 0)
        packed = sum(len(block.weights) * len(block.xs) for block in plan.body if isinstance(block, MatVec))
        self._weights = self._next_weights = self._room(packed)
        self._sum_count = sum(len(block.left) * len(block.right) for block in plan.body if isinstance(block, Outer))
        self._sums = self._next_sums = self._room(self._sum_count + lanes)
        self.totals = self._room(len(plan.shifts) + lanes)
        self.states = [self._room(self.parameters) for _ in range(update.states if update else 0)]
        vectors = CACHE // (max(plan.rows, 1) * lanes * self.target.size)
        self.tile = lanes * max(1, min(vectors, VECTORS))
        # An odd number of cache lines from row place to row place, or they would compete for the same few.
        self._stride = (self.tile * self.target.size // 64 | 1) * 64
        self._rows = self._room(plan.rows * self._stride // self.target.size)

    def uniform(self, place: int) -> int:
        """The offset of a uniform place."""
        if place < self.parameters:
            return self.first_parameter + place * self.target.size
        return self.other_uniforms + (place - self.parameters) * self.target.size

    def _row(self, place: int) -> int:
        """The offset of a row place."""
        return self._rows + place * self._stride

    # program

    def _write_before(self) -> None:
        target = self.target
        if self.plan.shifts:
            count = -(-self._sum_count // target.lanes) * target.lanes
            self._call(self._before, "clear", transfer.clear_kernel, target, [count, self._sums])
        for block in self.plan.before:
            self._write_block(self._before, block, target.scalar(), self.uniform)
        spreads = [x for source, place in self.plan.spreads for x in (self.uniform(source), self._row(place))]
        if spreads:
            table = [len(self.plan.spreads), self.tile, *spreads]
            self._call(self._before, "spread", transfer.spread_kernel, target, table)

    def _write_body(self) -> None:
        plan = self.plan
        target = self.target
        if plan.inputs:
            table = [len(plan.inputs), *map(self._row, plan.inputs)]
            self._call(self._body, "gather", transfer.gather_kernel, target, table)
        for block in plan.body:
            self._write_block(self._body, block, target, self._row)
        if plan.outputs:
            table = [len(plan.outputs), *map(self._row, plan.outputs)]
            self._call(self._body, "scatter", transfer.scatter_kernel, target, table)

    def _write_after(self, update: Update | None) -> None:
        plan = self.plan
        if plan.shifts:
            pairs = [
                word
                for block, places in self._sum_places
                for row, targets in zip(places, block.targets, strict=True)
                for place, totals in zip(row, targets, strict=True)
                for total in totals
                for word in (total, place)
            ]
            shifts = [self.uniform(place) for place in plan.shifts]
            table = [len(shifts), len(pairs) // 2, self.totals, self.scale, self.weight, *shifts, *pairs]
            self._call(self._after, "finish", transfer.finish_kernel, self.target, table)
        if update:
            self._write_update(update)

    def _write_update(self, update: Update) -> None:
        size = self.target.size
        moved = [self.first_parameter, *self.states]
        numbers = [moved[0], self.totals + size, *moved[1:]]  # the parameter, its gradient, its states
        settings = [self.settings + k * size for k in update.settings]
        scratch = [self.scratch + k * size for k in range(len(update.before.kept))]
        write = partial(kernels.piece_kernel, piece=update.before)
        self._call(self._after, _one_of_a_kind(), write, self.target.scalar(), [0, *settings, *scratch])
        scalars = frozenset(range(len(update.numbers), len(update.numbers) + len(scratch)))
        write = partial(kernels.piece_kernel, piece=update.body, scalars=scalars)
        table = [self.parameters, *(numbers[k] for k in update.numbers), *scratch, *moved]
        self._call(self._after, _one_of_a_kind(), write, self.target, table)

    def _call(self, calls: list[Call], key: object, write: Writer, target: Target, table: list[int]) -> None:
        """Put a kernel into a list of calls; kernels with equal keys are one."""
        key = (key, target.lanes)
        if key not in self._kernels:
            name = f"kernel{len(self._kernels)}"
            self._kernels[key] = (name, write(name, target))
        calls.append((self._kernels[key][0], table))

    def _write_block(self, calls: list[Call], block: Block, target: Target, offset: Callable[[int], int]) -> None:
        key, write, table = self._kernel_of(block, offset)
        self._call(calls, key, write, target, table)

    def _kernel_of(self, block: Block, offset: Callable[[int], int]) -> tuple[object, Writer, list[int]]:
        """What runs a block: a key, what writes the kernel, and the table, as the kernel's docstring has it."""
        match block:
            case Map(op, outs, operands):
                entries = zip(*operands, outs, strict=True)
                table = [len(outs), *(offset(place) for entry in entries for place in entry)]
                return op.key, partial(kernels.map_kernel, op=op, operands=len(operands)), table
            case Dots(outs, xs, ys):
                table = [len(outs), len(xs[0])]
                for out, lefts, rights in zip(outs, xs, ys, strict=True):
                    factors = (factor for product in zip(lefts, rights, strict=True) for factor in product)
                    table += [offset(out), *map(offset, factors)]
                return "dots", kernels.dots_kernel, table
            case MatVec(outs, _, xs):
                table = [self._pack(block), len(xs), *divmod(len(outs), BLOCK), *map(offset, xs), *map(offset, outs)]
                return "matvec", kernels.matvec_kernel, table
            case Outer(left, right):
                counts = [*divmod(len(left), BLOCK), *divmod(len(right), BLOCK)]
                table = [self._place_sums(block), *counts, *map(offset, left), *map(offset, right)]
                return "outer", kernels.outer_kernel, table
            case Piece(reads, _, _, kept):
                table = [0, *map(offset, reads), *(offset(place) for _, place in kept)]
                return _one_of_a_kind(), partial(kernels.piece_kernel, piece=block), table

    def _pack(self, block: MatVec) -> int:
        """Have the weights of a block laid out in the order of use; where they are."""
        height = len(block.weights) // BLOCK * BLOCK
        order = [
            weight
            for first in range(0, height, BLOCK)
            for column in zip(*block.weights[first : first + BLOCK], strict=True)
            for weight in column
        ]
        order += [weight for row in block.weights[height:] for weight in row]
        where = self._next_weights
        self._next_weights += len(order) * self.target.size
        table = [len(order), where, *map(self.uniform, order)]
        self._call(self._before, "pack", transfer.pack_kernel, self.target.scalar(), table)
        return where

    def _place_sums(self, block: Outer) -> int:
        """Note where the outer kernel leaves each sum of a block; where the first one is."""
        first = self._next_sums
        size = self.target.size
        width = len(block.right)
        places: list[list[int]] = []
        for i in range(len(block.left)):
            row, height = _block_of(i, len(block.left))
            places.append([])
            for j in range(width):
                column, breadth = _block_of(j, width)
                number = row * width + column * height + (i - row) * breadth + (j - column)
                places[-1].append(first + number * size)
        self._sum_places.append((block, places))
        self._next_sums += len(block.left) * width * size
        return first


def _one_of_a_kind() -> object:
    """A key that equals no other: a piece is written for its block alone."""
    return object()


def _block_of(i: int, count: int) -> tuple[int, int]:
    """The first number of the block of four, or single, that i belongs to, and how many the block holds."""
    return (i // BLOCK * BLOCK, BLOCK) if i < count // BLOCK * BLOCK else (i, 1)
