"""The same program in fewer lines: a tape is read line by line, and written anew.

Constants are *folded* (computed now), operations that change nothing vanish, equal lines are
shared, and *dead code*, lines that no output needs, is left out. Every step keeps every bit.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from typing import Any

from .. import floats, ops
from ..ops import Op
from .tape import Tape


def simplify(
    tape: Tape,
    *,
    fold: bool = True,
    identities: bool = True,
    share: bool = True,
    fast: bool = False,
    largest: float = floats.LARGEST,
) -> Tape:
    """The same program in fewer lines, to the same bits.

    Args:
        fold: compute now what depends on constants alone.
        identities: drop what changes nothing: `x * 1`, `x / 1`, `x**1`, `x - 0`, `x + -0.0`, `-(-x)`.
            (`x + 0.0` stays: it turns -0.0 into 0.0.)
        share: compute a common subexpression once; `a + b` and `b + a` are one.
        fast: also rewrite what may change the last bits: `x + 0` is `x`, `x**2` is `x * x`.
        largest: the largest number in the precision that the tape will run in.

    Ops with any number of operands are spelled out in ops with one, two or three.

    >>> from chalkgrad.engine import Value
    >>> from chalkgrad.engine.compiler.tape import lower
    >>> x = Value(2.0, label="x")
    >>> print(simplify(lower([(x * 1.0) * x + x * x], inputs=[x])))
    %0 = input x
    %1 = %0 * %0
    %2 = %1 + %1
    return %2
    """
    writer = _Writer(fold, identities, share, fast, largest)
    slots: list[int] = []
    for slot, (op, operands) in enumerate(zip(tape.ops, tape.operands, strict=True)):
        if operands:
            slots.append(writer.write(op, tuple([slots[x] for x in operands])))
        elif slot in tape.constants:
            slots.append(writer.constant(tape.constants[slot]))
        else:
            slots.append(_copy_line(tape, slot, (), writer.tape))
    writer.tape.inputs = [slots[x] for x in tape.inputs]
    writer.tape.outputs = [slots[x] for x in tape.outputs]
    return prune(writer.tape)


def prune(tape: Tape, outputs: Sequence[int] | None = None) -> Tape:
    """Leave out every line that no output needs; inputs stay.

    Args:
        tape: the program.
        outputs: the slots to give back instead of the tape's own outputs.
    """
    results = tape.outputs if outputs is None else outputs
    needed = bytearray(len(tape))
    for slot in (*results, *tape.inputs):
        needed[slot] = 1
    for slot in range(len(tape) - 1, -1, -1):
        if needed[slot]:
            for x in tape.operands[slot]:
                needed[x] = 1
    pruned = Tape()
    slots: dict[int, int] = {}
    for slot, keep in enumerate(needed):
        if keep:
            slots[slot] = _copy_line(tape, slot, tuple([slots[x] for x in tape.operands[slot]]), pruned)
    pruned.inputs = [slots[x] for x in tape.inputs]
    pruned.outputs = [slots[x] for x in results]
    return pruned


def _copy_line(tape: Tape, slot: int, operands: tuple[int, ...], result: Tape) -> int:
    """Write a line of one tape into another, on operands of that one; its slot there."""
    copy = result.append(tape.ops[slot], operands)
    if slot in tape.constants:
        result.constants[copy] = tape.constants[slot]
    elif slot in tape.leaves:
        result.leaves[copy] = tape.leaves[slot]
    if slot in tape.labels:
        result.labels[copy] = tape.labels[slot]
    return copy


class _Writer:
    """Writes a tape line by line, and looks at each line before it does.

    Lines that compute the same get the same slot (*value numbering*): `numbers` has the slot of each
    constant by its bits, `lines` that of each operation by its op (`Op.key`) and its operands.
    """

    def __init__(self, fold: bool, identities: bool, share: bool, fast: bool, largest: float) -> None:
        self.tape = Tape()
        self.largest = largest
        self.fold = fold
        self.share = share
        self.rules = {**(_IDENTITIES if identities else {}), **(_FAST if fast else {})}
        self.spelled = _SPELLED_FAST if fast else _SPELLED
        self.numbers: dict[bytes, int] = {}
        self.lines: dict[tuple[Any, tuple[int, ...]], int] = {}

    def constant(self, number: float) -> int:
        """The slot of a number."""
        key = struct.pack("d", number)  # 0.0 and -0.0 are two constants
        if key not in self.numbers or not self.share:
            self.numbers[key] = self.tape.constant(number)
        return self.numbers[key]

    def write(self, op: Op, operands: tuple[int, ...]) -> int:
        """The slot of an op on slots: of a line that was there already, or of a new one."""
        if op.listed and op.name in self.spelled:
            return self.spelled[op.name](self, operands)
        constants = self.tape.constants
        if operands[0] in constants and self.fold and all(x in constants for x in operands):
            return self.constant(op.primal(*[constants[x] for x in operands]))
        if op.listed and op.name in self.rules:
            slot = self.rules[op.name](self, op, operands)
            if slot is not None:
                return slot
        if not self.share:
            return self.tape.append(op, operands)
        if op.listed and op.name in _COMMUTATIVE and operands[0] > operands[1]:
            line = (op.key, operands[::-1])
        else:
            line = (op.key, operands)
        slot = self.lines.get(line)
        if slot is None:
            slot = self.lines[line] = self.tape.append(op, operands)
        return slot


# Not maximum and minimum: of 0.0 and -0.0 they give the first.
_COMMUTATIVE = {"add", "mul", "eq", "ne"}


# Identities: for an op on operands, the slot that holds the result already, or None.

_Identity = Callable[[_Writer, Op, tuple[int, ...]], "int | None"]


def _neutral(number: float, *, either_side: bool) -> _Identity:
    """The rule that an operand equal to `number` changes nothing."""

    def rule(writer: _Writer, op: Op, operands: tuple[int, ...]) -> int | None:
        a, b = operands
        constants = writer.tape.constants
        if b in constants and floats.same(constants[b], number):
            return a
        if either_side and a in constants and floats.same(constants[a], number):
            return b
        return None

    return rule


def _double_negation(writer: _Writer, op: Op, operands: tuple[int, ...]) -> int | None:
    (x,) = operands
    return writer.tape.operands[x][0] if writer.tape.ops[x] is ops.neg else None


def _first_power(writer: _Writer, op: Op, operands: tuple[int, ...]) -> int | None:
    (n,) = op.params
    if n == 1.0:
        return operands[0]
    return writer.constant(1.0) if n == 0.0 else None


def _decided(writer: _Writer, op: Op, operands: tuple[int, ...]) -> int | None:
    """`where` on a condition that is a number."""
    condition = writer.tape.constants.get(operands[0], math.nan)
    if condition != condition:
        return None
    return operands[1] if condition != 0.0 else operands[2]


_IDENTITIES: dict[str, _Identity] = {
    "add": _neutral(-0.0, either_side=True),
    "sub": _neutral(0.0, either_side=False),
    "mul": _neutral(1.0, either_side=True),
    "div": _neutral(1.0, either_side=False),
    "neg": _double_negation,
    "power": _first_power,
    "where": _decided,
    "stop_gradient": lambda writer, op, operands: operands[0],
}


# What may change the last bits.


def _zero_added(writer: _Writer, op: Op, operands: tuple[int, ...]) -> int | None:
    for x, other in (operands, operands[::-1]):
        if writer.tape.constants.get(x) == 0.0:
            return other
    return None


def _whole_power(writer: _Writer, op: Op, operands: tuple[int, ...]) -> int | None:
    (x,) = operands
    (n,) = op.params
    if n == 2.0:
        return writer.write(ops.mul, (x, x))
    if n == 3.0:
        return writer.write(ops.mul, (writer.write(ops.mul, (x, x)), x))
    if n == -1.0:
        return writer.write(ops.div, (writer.constant(1.0), x))
    return _first_power(writer, op, operands)


_FAST: dict[str, _Identity] = {"add": _zero_added, "power": _whole_power}


# Ops with any number of operands, spelled out step for step as `floats` computes them.


def _spell_top(writer: _Writer, xs: tuple[int, ...]) -> tuple[int, int]:
    """The largest operand, and whether it is infinite."""
    top = xs[0]
    for x in xs[1:]:
        top = writer.write(ops.maximum, (top, x))
    return top, writer.write(ops.eq, (writer.write(ops.abs, (top,)), writer.constant(math.inf)))


def _spell_peak(writer: _Writer, xs: tuple[int, ...]) -> int:
    return writer.write(ops.clamp_between(-writer.largest, writer.largest), (_spell_top(writer, xs)[0],))


def _spell_logsumexp(writer: _Writer, xs: tuple[int, ...]) -> int:
    zero = writer.constant(0.0)
    top, infinite = _spell_top(writer, xs)
    shift = _spell_peak(writer, xs)  # where top is finite, the same; and softmax shares the powers
    powers = [writer.write(ops.exp, (writer.write(ops.sub, (x, shift)),)) for x in xs]
    others = zero
    past_top = zero  # becomes 1 at the first operand that is the top: its power is not added
    for x, power in zip(xs, powers, strict=True):
        is_top = writer.write(ops.eq, (x, top))
        is_first = writer.write(ops.gt, (is_top, past_top))
        past_top = writer.write(ops.maximum, (past_top, is_top))
        others = writer.write(ops.add, (others, writer.write(ops.where, (is_first, zero, power))))
    total = writer.write(ops.add, (top, writer.write(ops.log1p, (others,))))
    return writer.write(ops.where, (infinite, top, total))


def _spell_fast_logsumexp(writer: _Writer, xs: tuple[int, ...]) -> int:
    shift = _spell_peak(writer, xs)
    powers = [writer.write(ops.exp, (writer.write(ops.sub, (x, shift)),)) for x in xs]
    total = powers[0]
    for power in powers[1:]:
        total = writer.write(ops.add, (total, power))
    return writer.write(ops.add, (shift, writer.write(ops.log, (total,))))


_Spelling = Callable[[_Writer, tuple[int, ...]], int]
_SPELLED: dict[str, _Spelling] = {"peak": _spell_peak, "logsumexp": _spell_logsumexp}
_SPELLED_FAST: dict[str, _Spelling] = {"peak": _spell_peak, "logsumexp": _spell_fast_logsumexp}
