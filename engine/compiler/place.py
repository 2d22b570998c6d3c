"""From slots to places: where each number of a plan lives, and until when.

Lifting speaks of the slots of a tape, of which there are as many as lines. A plan has a place only for what
outlives its block: a number of the rows gives its place back after the last block that reads it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..value import Value
from .lines import Lines
from .plan import Block, Plan


def place(
    lines: Lines,
    before: Sequence[Block],
    body: Sequence[Block],
    parameters: Sequence[Value],
    outputs: Sequence[int],
    shifts: Sequence[int],
) -> Plan:
    """The plan of blocks whose numbers are slots.

    Args:
        lines: the tape that the slots belong to.
        before, body: the blocks that run once, and for every row, each after the blocks that it reads.
        parameters: leaves that come first in the uniform memory.
        outputs: the slots to give back for each row.
        shifts: for each total, the slot of the part that is the same for every row.
    """
    plan = Plan()
    uniforms = _place_uniforms(lines, plan, parameters, before)
    rows = {slot: i for i, slot in enumerate(lines.tape.inputs)}
    plan.inputs = list(rows.values())
    for slot in (*(x for block in body for x in block.reads), *outputs):
        if not lines.varies[slot] and slot not in rows:
            rows[slot] = len(rows)
            plan.spreads.append((uniforms[slot], rows[slot]))
    plan.rows = _place_rows(lines, body, outputs, rows)
    plan.before = [block.at(uniforms, uniforms) for block in before]
    plan.body = [block.at(rows, uniforms) for block in body]
    plan.outputs = [rows[slot] for slot in outputs]
    plan.shifts = [uniforms[slot] for slot in shifts]
    return plan


def _place_uniforms(lines: Lines, plan: Plan, parameters: Sequence[Value], before: Sequence[Block]) -> dict[int, int]:
    """A place for each uniform slot: the parameters, other leaves, constants, then results."""
    slot_of = {id(leaf): slot for slot, leaf in lines.tape.leaves.items()}
    listed = set(map(id, parameters))
    plan.leaves = [*parameters, *(leaf for leaf in lines.tape.leaves.values() if id(leaf) not in listed)]
    uniforms = {slot_of[id(leaf)]: i for i, leaf in enumerate(plan.leaves) if id(leaf) in slot_of}
    plan.uniforms = len(plan.leaves)
    for slot in (*lines.constants, *(out for block in before for out in block.outs)):
        uniforms[slot] = plan.uniforms
        plan.uniforms += 1
    plan.constants = [(uniforms[slot], number) for slot, number in lines.constants.items()]
    return uniforms


def _place_rows(lines: Lines, body: Sequence[Block], outputs: Sequence[int], rows: dict[int, int]) -> int:
    """A place for each varying slot that outlives its block, up to the last one that reads it; how many there are."""
    count = len(rows)
    free: list[int] = []
    outlives = set(outputs).union(*(block.reads for block in body))
    last = {x: i for i, block in enumerate(body) for x in block.reads if lines.varies[x] and x not in rows}
    for slot in outputs:
        last.pop(slot, None)
    for i, block in enumerate(body):
        for slot in block.outs:
            if slot not in outlives:
                continue
            if free:
                rows[slot] = free.pop()
            else:
                rows[slot] = count
                count += 1
        for x in block.reads:
            if last.get(x) == i:
                del last[x]
                free.append(rows[x])
    return count
