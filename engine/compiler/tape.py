"""A graph as a tape: the straight-line program that computes it.

*Lowering* writes a graph down one node a line, operands before users; a *slot* is the
number of a line, and the place of its result. A tape runs in plain Python, which explains
every other way to run it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .. import floats
from ..backward import topological_order
from ..errors import ArgumentError, GraphError
from ..expression import expression
from ..node import Overwritten
from ..ops import CONSTANT, Op
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
            slots[slot] = leaf._data
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
            elif op.arity == 0:
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
            tape.constants[slot] = node._data
        elif rule.arity == 0:
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
