"""Finding the loops again: a tape of scalars as a plan of blocks.

The tape of a layer is many sums of products over the same operands. *Lifting* turns a
chain `acc + x * y` into one dot product, dots with the same operands into one
matrix-vector block, and equal ops that do not wait for each other into one map. Nothing is
assumed of where the graph came from. The work is linear in the length of the tape, and what
runs afterwards grows with the number of layers, not of scalars. No sum changes its order.

A slot is *uniform* where no input reaches it (a weight, the sum of squared weights): it is
the same for all rows of a batch, and computed once. All others *vary* from row to row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .. import ops
from ..ops import CONSTANT, Op
from ..value import Value
from .plan import Dots, Draft, Map, MatVec, Outer, Plan, place, reads
from .tape import Tape

LEAST = 4  # this many equal lines make a map; fewer go into a piece
SMALL = 16  # fewer products than this in equal chains are lines of a piece as well
LONGEST = 64  # lines in a piece
STRAIGHT = 300  # lines in all pieces: they run up to 1.7 times faster, but a line takes 0.3 ms to compile;
# where there are more, each is a map of its own, and nothing is compiled for it


def lift(tape: Tape, parameters: Sequence[Value] = (), totals: int = 0) -> Plan:
    """The plan of a simplified tape.

    Args:
        parameters: leaves that come first in the uniform memory, used or not, in this order.
        totals: how many of the outputs, the first ones, are summed over the rows.
    """
    lines = Lines(tape)
    lines.count_uses(tape.outputs)
    outers, shifts = split_totals(lines, tape.outputs[:totals])
    outputs = tape.outputs[totals:]
    lines.count_uses([*shifts, *(x for block in outers for x in (*block.left, *block.right)), *outputs])
    chains = find_chains(lines)
    before, body = schedule(lines, chains, outers)
    return place(lines, before, body, parameters, outputs, shifts)


class Lines:
    """A tape while it is lifted: its lines, what varies, how often each slot is used."""

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


# totals


def split_totals(lines: Lines, outputs: Sequence[int]) -> tuple[list[Outer], list[int]]:
    """Each output as products, to be summed over the rows, and a part that is the same for every row.

    Products whose left factors meet the same right factors are one block: all weights of a layer.
    """
    met: dict[int, dict[int, list[int]]] = {}  # left factor, right factor: the totals that they add to
    shifts = []
    one = lines.number(1.0)
    for k, output in enumerate(outputs):
        shift = None
        for term in _terms(lines, output):
            if not lines.varies[term]:
                shift = term if shift is None else lines.append(ops.add, (shift, term))
                continue
            own = lines.ops[term] is ops.mul and lines.uses[term] == 1
            left, right = lines.operands[term] if own else (term, one)
            met.setdefault(left, {}).setdefault(right, []).append(k)
        shifts.append(lines.number(-0.0) if shift is None else shift)
    lefts: dict[tuple[int, ...], list[int]] = {}
    for left, rights in met.items():
        lefts.setdefault(tuple(rights), []).append(left)
    return [Outer(left, [*right], [[met[a][b] for b in right] for a in left]) for right, left in lefts.items()], shifts


def _terms(lines: Lines, output: int) -> list[int]:
    """The terms of an output that is a sum, from left to right."""
    terms = []
    stack = [output]
    while stack:
        slot = stack.pop()
        if lines.ops[slot] is ops.add and lines.varies[slot] and lines.uses[slot] == 1:
            stack.extend(reversed(lines.operands[slot]))
        else:
            terms.append(slot)
    return terms


# chains


@dataclass(slots=True)
class Chain:
    """A sum in the making: its terms (`~slot` where it is taken away), and the lines it makes needless."""

    terms: list[int]
    inside: list[int] = field(default_factory=list)
    products: list[tuple[int, int]] = field(default_factory=list)

    def key(self, lines: Lines) -> tuple[object, ...]:
        """Chains with one key, at one depth, are one block."""
        _, y = self.products[-1]
        if lines.varies[y] and not any(lines.varies[x] for x, _ in self.products):
            return ("matvec", tuple([y for _, y in self.products]))
        return ("dots", len(self.products))


def find_chains(lines: Lines) -> dict[int, Chain]:
    """Sums of three terms and more, in the order in which they are added, by the slot of the result."""
    chains: dict[int, Chain] = {}

    def fits(slot: int, user: int) -> bool:
        return slot in chains and lines.uses[slot] == 1 and lines.varies[slot] == lines.varies[user]

    for slot, op in enumerate(lines.ops):
        if not lines.uses[slot] or not (op is ops.add or op is ops.sub):
            continue
        a, b = lines.operands[slot]
        if op is ops.add and fits(b, slot) and not (fits(a, slot) and len(chains[a].terms) >= len(chains[b].terms)):
            a, b = b, a
        chain = Chain([a])
        if fits(a, slot):
            chain = chains.pop(a)
            chain.inside.append(a)
        chain.terms.append(b if op is ops.add else ~b)
        chains[slot] = chain
    chains = {slot: chain for slot, chain in chains.items() if len(chain.terms) > 2}
    sizes: dict[tuple[object, ...], int] = {}
    for slot, chain in chains.items():
        chain.products = [_product(lines, chain, term, lines.varies[slot]) for term in chain.terms]
        key = chain.key(lines)
        sizes[key] = sizes.get(key, 0) + len(chain.products)
    return {slot: chain for slot, chain in chains.items() if sizes[chain.key(lines)] >= SMALL}


def _product(lines: Lines, chain: Chain, term: int, varies: int) -> tuple[int, int]:
    """The two factors of a term. If one of them is uniform, it comes first: the weight."""
    if term >= 0 and lines.ops[term] is ops.mul and lines.uses[term] == 1 and lines.varies[term] == varies:
        chain.inside.append(term)
        x, y = lines.operands[term]
        return (x, y) if lines.varies[y] else (y, x)
    sign = lines.number(1.0 if term >= 0 else -1.0)
    term = max(term, ~term)
    return (sign, term) if lines.varies[term] else (term, sign)


# schedule


def schedule(lines: Lines, chains: dict[int, Chain], outers: list[Outer]) -> tuple[list[Draft], list[Draft]]:
    """The blocks on uniform and on varying slots, each after the blocks that it reads.

    A line's *depth* is one more than that of its deepest operand, so lines of one depth are
    independent of each other.
    """
    inside = {slot for chain in chains.values() for slot in chain.inside}
    varies = lines.varies
    depth = [0] * len(lines.ops)
    groups: tuple[dict[Any, list[int]], dict[Any, list[int]]] = ({}, {})
    for slot, op in enumerate(lines.ops):
        if op.arity == 0 or not lines.uses[slot] or slot in inside:
            continue
        chain = chains.get(slot)
        operands = [x for pair in chain.products for x in pair] if chain else lines.operands[slot]
        rate = varies[slot]
        depth[slot] = level = 1 + max([depth[x] for x in operands if varies[x] == rate], default=0)
        key = chain.key(lines) if chain else (op.name, op.params)
        groups[rate].setdefault((level, key), []).append(slot)
    waiting: list[tuple[int, Draft]] = []
    for block in outers:
        factors = [x for x in (*block.left, *block.right) if varies[x]]
        waiting.append((1 + max(depth[x] for x in factors), block))
    alone = sum(len(group) for found in groups for group in found.values() if len(group) < LEAST)
    least = LEAST if alone <= STRAIGHT else 1
    before, body = (
        [(level, _block(lines, chains, group, least)) for (level, _), group in found.items()] for found in groups
    )
    return _in_order(lines, before), _in_order(lines, body + waiting)


def _block(lines: Lines, chains: dict[int, Chain], slots: list[int], least: int) -> Draft:
    """The block that computes some equal, independent lines."""
    if slots[0] not in chains:
        if len(slots) < least:
            return slots
        columns = zip(*(lines.operands[slot] for slot in slots), strict=True)
        return Map(lines.ops[slots[0]], slots, [list(column) for column in columns])
    lefts = [[x for x, _ in chains[slot].products] for slot in slots]
    rights = [[y for _, y in chains[slot].products] for slot in slots]
    if chains[slots[0]].key(lines)[0] == "matvec":
        return MatVec(slots, lefts, rights[0])
    return Dots(slots, lefts, rights)


def _in_order(lines: Lines, found: list[tuple[int, Draft]]) -> list[Draft]:
    """The blocks by depth. Lines without company gather in a piece until a block waits for one of them."""
    blocks: list[Draft] = []
    piece: list[int] = []
    inside: set[int] = set()
    for _, block in sorted(found, key=lambda entry: (entry[0], isinstance(entry[1], list))):
        if isinstance(block, list):
            piece += block
            inside.update(block)
        if len(piece) >= LONGEST or not (isinstance(block, list) or inside.isdisjoint(reads(lines, block))):
            blocks.append(piece)
            piece, inside = [], set()
        if not isinstance(block, list):
            blocks.append(block)
    return [*blocks, piece] if piece else blocks
