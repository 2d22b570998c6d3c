"""Finding the loops again: a tape of scalars as a plan of blocks.

The tape of a layer is many sums of products over the same operands. *Lifting* turns a
chain `acc + x * y` into one dot product, dots with the same operands into one
matrix-vector block, and equal ops that do not wait for each other into one map. Nothing is
assumed of where the graph came from. The work is linear in the length of the tape, and what
runs afterwards grows with the number of layers, not of scalars. No sum changes its order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .. import ops
from ..value import Value
from .lines import Lines
from .place import place
from .plan import Block, Dots, Map, MatVec, Outer, Piece, Plan
from .tape import Tape

LEAST = 4  # this many equal lines make a map; fewer go into a piece
SMALL = 16  # fewer products than this in equal chains are lines of a piece as well
LONGEST = 64  # lines in a piece
STRAIGHT = 300  # lines in all pieces: they run up to 1.7 times faster, but a line takes 0.3 ms to compile;
# where there are more, each is a map of its own, and nothing is compiled for it


def lift(tape: Tape, parameters: Sequence[Value] = (), totals: int = 0) -> Plan:
    """The plan of a simplified tape.

    Args:
        tape: what to run.
        parameters: leaves that come first in the uniform memory, used or not, in this order.
        totals: how many of the outputs, the first ones, are summed over the rows.
    """
    lines = Lines(tape)
    lines.count_uses(tape.outputs)
    outers, shifts = split_totals(lines, tape.outputs[:totals])
    outputs = tape.outputs[totals:]
    lines.count_uses([*shifts, *(x for block in outers for x in block.reads), *outputs])
    chains = find_chains(lines)
    before, body = schedule(lines, chains, outers)
    return place(lines, before, body, parameters, outputs, shifts)


def straight(tape: Tape) -> tuple[Piece, Piece]:
    """A whole tape as two pieces, no loops looked for: what depends on leaves alone, then the rest.

    The first reads the leaves, in order; what it keeps has the places 0, 1, ... The second reads the
    inputs, in order, then what the first keeps, and keeps the outputs.
    """
    lines = Lines(tape)
    computed = [slot for slot, op in enumerate(tape.ops) if op.arity != 0]
    uniform = [slot for slot in computed if not lines.varies[slot]]
    varying = [slot for slot in computed if lines.varies[slot]]
    read = dict.fromkeys([*(x for slot in varying for x in tape.operands[slot]), *tape.outputs])
    between = [x for x in read if not lines.varies[x] and x not in tape.constants]
    before = _piece(lines, [*tape.leaves], tape.constants, uniform, kept=between)
    body = _piece(lines, [*tape.inputs, *between], tape.constants, varying, kept=tape.outputs)
    return _in_sequence(before), _in_sequence(body)


def _in_sequence(piece: Piece) -> Piece:
    """A piece that reads from the places 0, 1, ... and keeps its results in the places 0, 1, ..."""
    kept = [(number, place) for place, (number, _) in enumerate(piece.kept)]
    return Piece(list(range(len(piece.reads))), piece.constants, piece.lines, kept)


def _piece(
    lines: Lines, reads: Sequence[int], constants: Iterable[int], slots: Sequence[int], kept: Sequence[int]
) -> Piece:
    """The lines of some slots as a piece; what it reads and what it keeps are named by their slots."""
    constants = list(constants)
    number = {slot: i for i, slot in enumerate([*reads, *constants, *slots])}
    return Piece(
        reads=list(reads),
        constants=[lines.constants[x] for x in constants],
        lines=[(lines.ops[slot], tuple([number[x] for x in lines.operands[slot]])) for slot in slots],
        kept=[(number[slot], slot) for slot in kept],
    )


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
            left, right = lines.operands[term] if lines.is_private_product(term) else (term, one)
            met.setdefault(left, {}).setdefault(right, []).append(k)
        shifts.append(lines.number(-0.0) if shift is None else shift)
    sharing: dict[tuple[int, ...], list[int]] = {}  # right factors: the left ones that meet them all
    for left, rights in met.items():
        sharing.setdefault(tuple(rights), []).append(left)
    outers = [
        Outer(lefts, list(rights), [[met[left][right] for right in rights] for left in lefts])
        for rights, lefts in sharing.items()
    ]
    return outers, shifts


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

Term = tuple[float, int]  # 1.0 or -1.0, and the slot that is added or taken away
Key = tuple[object, ...]  # equal for lines that one block may compute


@dataclass(slots=True)
class Chain:
    """A sum in the making: its terms, their two factors each, and the lines that it makes needless."""

    terms: list[Term]
    inside: list[int] = field(default_factory=list)
    products: list[tuple[int, int]] = field(default_factory=list)

    def key(self, lines: Lines) -> Key:
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
        if fits(a, slot):
            chain = chains.pop(a)
            chain.inside.append(a)
        else:
            chain = Chain([(1.0, a)])
        chain.terms.append((1.0 if op is ops.add else -1.0, b))
        chains[slot] = chain
    chains = {slot: chain for slot, chain in chains.items() if len(chain.terms) > 2}
    sizes: dict[Key, int] = {}
    for slot, chain in chains.items():
        chain.products = [_product(lines, chain, term, lines.varies[slot]) for term in chain.terms]
        key = chain.key(lines)
        sizes[key] = sizes.get(key, 0) + len(chain.products)
    return {slot: chain for slot, chain in chains.items() if sizes[chain.key(lines)] >= SMALL}


def _product(lines: Lines, chain: Chain, term: Term, varies: int) -> tuple[int, int]:
    """The two factors of a term. If one of them is uniform, it comes first: the weight."""
    sign, slot = term
    if sign > 0.0 and lines.varies[slot] == varies and lines.is_private_product(slot):
        chain.inside.append(slot)
        x, y = lines.operands[slot]
        return (x, y) if lines.varies[y] else (y, x)
    factor = lines.number(sign)
    return (factor, slot) if lines.varies[slot] else (slot, factor)


# schedule

Draft = Block | list[int]  # lines without company are a list of slots until a piece takes them in


def schedule(lines: Lines, chains: dict[int, Chain], outers: list[Outer]) -> tuple[list[Block], list[Block]]:
    """The blocks on uniform and on varying slots, each after the blocks that it reads.

    A line's *depth* is one more than that of its deepest operand, so lines of one depth are
    independent of each other.
    """
    inside = {slot for chain in chains.values() for slot in chain.inside}
    varies = lines.varies
    depth = [0] * len(lines.ops)
    uniform: dict[tuple[int, Key], list[int]] = {}
    varying: dict[tuple[int, Key], list[int]] = {}
    for slot, op in enumerate(lines.ops):
        if op.arity == 0 or not lines.uses[slot] or slot in inside:
            continue
        chain = chains.get(slot)
        operands = [x for pair in chain.products for x in pair] if chain else lines.operands[slot]
        rate = varies[slot]
        level = 1 + max([depth[x] for x in operands if varies[x] == rate], default=0)
        depth[slot] = level
        key = chain.key(lines) if chain else op.key
        groups = varying if rate else uniform
        groups.setdefault((level, key), []).append(slot)
    waiting: list[tuple[int, Draft]] = []
    for outer in outers:
        factors = [x for x in outer.reads if varies[x]]
        waiting.append((1 + max(depth[x] for x in factors), outer))
    alone = sum(len(slots) for groups in (uniform, varying) for slots in groups.values() if len(slots) < LEAST)
    least = LEAST if alone <= STRAIGHT else 1
    before, body = (
        [(level, _draft(lines, chains, slots, least)) for (level, _), slots in groups.items()]
        for groups in (uniform, varying)
    )
    return _in_order(lines, before), _in_order(lines, body + waiting)


def _draft(lines: Lines, chains: dict[int, Chain], slots: list[int], least: int) -> Draft:
    """The block that computes some equal, independent lines; if they are too few for a map, these lines."""
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


def _in_order(lines: Lines, drafts: list[tuple[int, Draft]]) -> list[Block]:
    """The blocks by depth. Lines without company gather in a piece until a block waits for one of them."""
    blocks: list[Block] = []
    loose: list[int] = []

    def close() -> None:
        if loose:
            blocks.append(_loose_piece(lines, loose))
            loose.clear()

    for _, draft in sorted(drafts, key=lambda entry: (entry[0], isinstance(entry[1], list))):
        if isinstance(draft, list):
            loose += draft
            if len(loose) >= LONGEST:
                close()
        else:
            if not set(loose).isdisjoint(draft.reads):
                close()
            blocks.append(draft)
    close()
    return blocks


def _loose_piece(lines: Lines, slots: list[int]) -> Piece:
    """Lines without company as a piece that keeps them all; `place` finds out which of them others read."""
    inside = set(slots)
    operands = dict.fromkeys(x for slot in slots for x in lines.operands[slot] if x not in inside)
    reads = [x for x in operands if x not in lines.constants]
    constants = [x for x in operands if x in lines.constants]
    return _piece(lines, reads, constants, slots, kept=slots)
