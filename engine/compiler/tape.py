"""A graph as a tape: the straight-line program that computes it.

*Lowering* writes a graph down one node a line, operands before users; a *slot* is the
number of a line, and the place of its result. On the tape the program is simplified:
constants are *folded* (computed now), operations that change nothing vanish, equal lines
are shared and lines that no output needs are left out. Every step keeps every bit.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Sequence

from .. import floats, ops
from ..backward import topological_order
from ..errors import ArgumentError, GraphError
from ..expression import expression
from ..node import Overwritten
from ..ops import CONSTANT, LEAF, Op
from ..value import Value


class Tape:
    """A straight-line program: line number `i` computes slot `i` from slots with smaller numbers.

    Attributes:
        ops: each line's row of the op table; `LEAF` and `CONSTANT` mark the given numbers.
        operands: each line's operands, as slots.
        constants: the number of each constant's slot.
        inputs: the slots that a run is given, in order.
        leaves: the other leaves, slot to `Value`; a run reads their data.
        outputs: the slots that a run gives back, in order.
        labels: slot to label, for the eye alone.

    >>> x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    >>> tape = lower([(w * x + 1.0).tanh()], inputs=[x])
    >>> print(tape)
    %0 = leaf w
    %1 = input x
    %2 = %0 * %1
    %3 = 1
    %4 = %2 + %3
    %5 = tanh(%4)
    return %5
    >>> tape.run([0.0])
    [0.7615941559557649]
    """

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.operands: list[tuple[int, ...]] = []
        self.constants: dict[int, float] = {}
        self.inputs: list[int] = []
        self.leaves: dict[int, Value] = {}
        self.outputs: list[int] = []
        self.labels: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.ops)

    def append(self, op: Op, operands: tuple[int, ...] = ()) -> int:
        """Write one more line; its slot."""
        self.ops.append(op)
        self.operands.append(operands)
        return len(self.ops) - 1

    def constant(self, number: float) -> int:
        """Write a line that is a number; its slot."""
        slot = self.append(CONSTANT)
        self.constants[slot] = number
        return slot

    def run(self, row: Sequence[float] = ()) -> list[float]:
        """Run the tape in plain Python: the slowest back end, and the one that explains the others."""
        if len(row) != len(self.inputs):
            raise ArgumentError(f"the tape takes {len(self.inputs)} input(s), got {len(row)}")
        slots = [0.0] * len(self)
        for slot, x in zip(self.inputs, row, strict=True):
            slots[slot] = floats.as_float(x, "an input of the tape")
        for slot, leaf in self.leaves.items():
            slots[slot] = leaf.data
        for slot, number in self.constants.items():
            slots[slot] = number
        for slot, (op, operands) in enumerate(zip(self.ops, self.operands, strict=True)):
            if op.arity != 0:
                slots[slot] = op.primal(*[slots[x] for x in operands])
        return [slots[x] for x in self.outputs]

    def __str__(self) -> str:
        inputs = set(self.inputs)
        lines = []
        for slot, (op, operands) in enumerate(zip(self.ops, self.operands, strict=True)):
            if slot in self.constants:
                written = floats.text(self.constants[slot], 17)
            elif op is LEAF:
                written = ("input " if slot in inputs else "leaf ") + self.labels.get(slot, "")
            else:
                written = op.text(*(f"%{x}" for x in operands))
            lines.append(f"%{slot} = {written}".rstrip())
        lines.append("return " + ", ".join(f"%{x}" for x in self.outputs))
        return "\n".join(lines)


def lower(outputs: Iterable[Value], inputs: Sequence[Value] = ()) -> Tape:
    """Write the graph of one or several outputs as a tape, a line for every node.

    Args:
        outputs: what the tape computes.
        inputs: leaves whose numbers each run is given; all other leaves are read at each run.

    Raises:
        ArgumentError: an input is not a leaf, stands there twice, or no output depends on it.
        GraphError: a computed node's `.data` was set by hand, which no program could repeat.
    """
    outputs = list(outputs)
    tape = Tape()
    slots: dict[int, int] = {}
    for node in topological_order(*outputs):
        rule = node._rule
        if isinstance(rule, Overwritten):
            raise GraphError(f"the data of {expression(node)} were set after it was computed; compute it anew")
        slot = tape.append(rule, tuple([slots[id(p)] for p in node.parents]))
        slots[id(node)] = slot
        if rule is CONSTANT:
            tape.constants[slot] = node.data
        elif rule is LEAF:
            tape.leaves[slot] = node
            tape.labels[slot] = node.label
    tape.outputs = [slots[id(output)] for output in outputs]
    for i, leaf in enumerate(inputs):
        tape.inputs.append(_input_slot(leaf, i, slots, tape))
        del tape.leaves[tape.inputs[-1]]
    return tape


def _input_slot(leaf: Value, i: int, slots: dict[int, int], tape: Tape) -> int:
    name = f"inputs[{i}]" + (f" ({leaf.label})" if leaf.label else "")
    slot = slots.get(id(leaf))
    if not leaf.is_leaf:
        raise ArgumentError(f"{name} must be a leaf, got the result of {leaf._rule.symbol}")
    if slot is None:
        raise ArgumentError(f"{name} is not used: no output depends on it")
    if slot not in tape.leaves:
        why = "is given twice" if slot in tape.inputs else "is a constant of the graph"
        raise ArgumentError(f"{name} {why}; an input is a Value of its own")
    return slot


def prune(tape: Tape, outputs: Sequence[int] | None = None) -> Tape:
    """Leave out every line that no output needs (dead code); inputs stay."""
    wanted = tape.outputs if outputs is None else outputs
    needed = bytearray(len(tape))
    for slot in (*wanted, *tape.inputs):
        needed[slot] = 1
    for slot in range(len(tape) - 1, -1, -1):
        if needed[slot]:
            for x in tape.operands[slot]:
                needed[x] = 1
    result = Tape()
    slots: dict[int, int] = {}
    for slot, keep in enumerate(needed):
        if keep:
            slots[slot] = _copy_line(tape, slot, tuple([slots[x] for x in tape.operands[slot]]), result)
    result.inputs = [slots[x] for x in tape.inputs]
    result.outputs = [slots[x] for x in wanted]
    return result


def _copy_line(tape: Tape, slot: int, operands: tuple[int, ...], result: Tape) -> int:
    copy = result.append(tape.ops[slot], operands)
    if slot in tape.constants:
        result.constants[copy] = tape.constants[slot]
    elif slot in tape.leaves:
        result.leaves[copy] = tape.leaves[slot]
    if slot in tape.labels:
        result.labels[copy] = tape.labels[slot]
    return copy


def simplify(tape: Tape, *, fold: bool = True, identities: bool = True, share: bool = True, fast: bool = False) -> Tape:
    """The same program in fewer lines, to the same bits.

    Args:
        fold: compute now what depends on constants alone.
        identities: drop what changes nothing: `x * 1`, `x / 1`, `x**1`, `x - 0`, `x + -0.0`, `-(-x)`.
            (`x + 0.0` stays: it turns -0.0 into 0.0.)
        share: compute a common subexpression once; `a + b` and `b + a` are one.
        fast: also rewrite what may change the last bits: `x + 0` is `x`, `x**2` is `x * x`.

    Ops with any number of operands are spelled out in ops with one, two or three.
    """
    writer = _Writer(fold, identities, share, fast)
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


class _Writer:
    """Writes a tape line by line, and looks at each line before it does (*value numbering*)."""

    def __init__(self, fold: bool, identities: bool, share: bool, fast: bool) -> None:
        self.tape = Tape()
        self.fold = fold
        self.share = share
        self.rules = {**(_IDENTITIES if identities else {}), **(_FAST if fast else {})}
        self.spelled = _SPELLED_FAST if fast else _SPELLED
        self.numbers: dict[bytes, int] = {}
        self.lines: dict[tuple[object, ...], int] = {}

    def constant(self, number: float) -> int:
        key = struct.pack("d", number)  # 0.0 and -0.0 are two constants
        if key not in self.numbers or not self.share:
            self.numbers[key] = self.tape.constant(number)
        return self.numbers[key]

    def write(self, op: Op, operands: tuple[int, ...]) -> int:
        if op.name in self.spelled:
            return self.spelled[op.name](self, operands)
        constants = self.tape.constants
        if operands[0] in constants and self.fold and all(x in constants for x in operands):
            return self.constant(op.primal(*[constants[x] for x in operands]))
        if op.name in self.rules:
            slot = self.rules[op.name](self, op, operands)
            if slot is not None:
                return slot
        if not self.share:
            return self.tape.append(op, operands)
        if op.name in _COMMUTATIVE and operands[0] > operands[1]:
            key = (op.name, op.params, operands[::-1])
        else:
            key = (op.name, op.params, operands)
        slot = self.lines.get(key)
        if slot is None:
            slot = self.lines[key] = self.tape.append(op, operands)
        return slot


# Not maximum and minimum: of 0.0 and -0.0 they give the first.
_COMMUTATIVE = {"add", "mul", "eq", "ne"}

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
    return operands[0] if n == 1.0 else writer.constant(1.0) if n == 0.0 else None


def _decided(writer: _Writer, op: Op, operands: tuple[int, ...]) -> int | None:
    condition = writer.tape.constants.get(operands[0], math.nan)
    if condition != condition:
        return None
    return operands[1] if condition != 0.0 else operands[2]


def _zero_added(writer: _Writer, op: Op, operands: tuple[int, ...]) -> int | None:
    for x, other in (operands, operands[::-1]):
        if writer.tape.constants.get(x) == 0.0:
            return other
    return None


def _whole_power(writer: _Writer, op: Op, operands: tuple[int, ...]) -> int | None:
    (x,), (n,) = operands, op.params
    if n == 2.0:
        return writer.write(ops.mul, (x, x))
    if n == 3.0:
        return writer.write(ops.mul, (writer.write(ops.mul, (x, x)), x))
    if n == -1.0:
        return writer.write(ops.div, (writer.constant(1.0), x))
    return _first_power(writer, op, operands)


_IDENTITIES: dict[str, _Identity] = {
    "add": _neutral(-0.0, either_side=True),
    "sub": _neutral(0.0, either_side=False),
    "mul": _neutral(1.0, either_side=True),
    "div": _neutral(1.0, either_side=False),
    "neg": _double_negation,
    "power": _first_power,
    "where": _decided,
}

_FAST: dict[str, _Identity] = {"add": _zero_added, "power": _whole_power}


# Ops with any number of operands, spelled out step for step as `floats` computes them.

LOG1P = Op("log1p", math.log1p, lambda out, x: (ops.div(1.0, 1.0 + x),), r"\operatorname{{log1p}} {0}")


def _spell_top(writer: _Writer, xs: tuple[int, ...]) -> tuple[int, int]:
    """The largest operand, and whether it is infinite."""
    top = xs[0]
    for x in xs[1:]:
        top = writer.write(ops.maximum, (top, x))
    return top, writer.write(ops.eq, (writer.write(ops.abs, (top,)), writer.constant(math.inf)))


def _spell_peak(writer: _Writer, xs: tuple[int, ...]) -> int:
    top, infinite = _spell_top(writer, xs)
    return writer.write(ops.where, (infinite, writer.constant(0.0), top))


def _spell_logsumexp(writer: _Writer, xs: tuple[int, ...]) -> int:
    zero = writer.constant(0.0)
    top, infinite = _spell_top(writer, xs)
    shift = _spell_peak(writer, xs)  # where top is finite, the same; and softmax shares the powers
    powers = [writer.write(ops.exp, (writer.write(ops.sub, (x, shift)),)) for x in xs]
    others = zero
    found = zero  # becomes 1 at the first operand that is the top: its power is not added
    for x, power in zip(xs, powers, strict=True):
        is_top = writer.write(ops.eq, (x, top))
        is_first = writer.write(ops.gt, (is_top, found))
        found = writer.write(ops.maximum, (found, is_top))
        others = writer.write(ops.add, (others, writer.write(ops.where, (is_first, zero, power))))
    total = writer.write(ops.add, (top, writer.write(LOG1P, (others,))))
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
