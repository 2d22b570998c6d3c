"""Random programs: data that says how to build a graph, and a Hypothesis strategy that makes it.

A program can be run on anything that has the operations: `Value`s, PyTorch tensors, exact
numbers, a compiler's input. Its values stay moderate, so that its gradients are numbers that
two right answers agree on; what it does with them is arbitrary: nodes are shared, operands
repeated, constants stand on either side, selections tie, and the root may be a leaf.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st

from chalkgrad.engine import Value, clamp, leaky_relu, ops
from chalkgrad.engine.compiler.primals import is_called
from chalkgrad.engine.ops import FAMILIES, OPS, Op

T = TypeVar("T")

LARGEST_VALUE = 50.0
CLOSEST_TIE = 1e-5


@dataclass(frozen=True)
class Step:
    """One op on nodes (an int: the node's index, inputs first) and constants (a float)."""

    op: Op
    operands: tuple[int | float, ...]

    def __repr__(self) -> str:
        return self.op.text(*(f"n{x}" if type(x) is int else str(x) for x in self.operands))


@dataclass(frozen=True)
class Program:
    """Inputs, and steps that each make one node; the last node is the root."""

    inputs: tuple[float, ...]
    steps: tuple[Step, ...]

    def run(self, inputs: Sequence[T], apply: Callable[[Op, list[Any]], T]) -> list[T]:
        """Every node, the inputs first; `apply` gets an op, and nodes and plain floats as its operands."""
        nodes = list(inputs)
        for step in self.steps:
            nodes.append(apply(step.op, [nodes[x] if type(x) is int else x for x in step.operands]))
        return nodes


OPERATORS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "mod": lambda a, b: a % b,
    "neg": lambda a: -a,
    "abs": abs,
}


def apply_to_values(op: Op, operands: list[Any]) -> Value:
    """As a user would write it: with operators, so that constants meet the reflected ones."""
    node: Value
    if op.name == "power":
        node = operands[0] ** op.params[0]
    elif op.name == "leaky_relu":
        node = leaky_relu(operands[0], *op.params)
    elif op.name == "clamp":
        node = clamp(operands[0], *op.params)
    else:
        node = OPERATORS.get(op.name, op)(*operands)
    return node


def build(program: Program) -> tuple[Value, list[Value]]:
    """The root and the leaves of a program's graph."""
    leaves = [Value(x, label=f"x{i}") for i, x in enumerate(program.inputs)]
    return program.run(leaves, apply_to_values)[-1], leaves


# What may stand in a program

MEMBERS: tuple[Op, ...] = (
    *(ops.power(n) for n in (2, 3, -1, 0.5, 1.5, 0, 1)),
    *(ops.leaky_relu_with(slope) for slope in (0.01, 0.3)),
    *(ops.clamp_between(low, high) for low, high in ((-1.0, 1.0), (0.0, math.inf))),
    *(ops.polygamma_of(n) for n in (0, 1)),
)
# Through these no gradient passes, so there are few of them; what joins paths is frequent.
STEPWISE = frozenset(("sign", "floor", "ceil", "trunc", "peak", "stop_gradient", "gt", "ge", "lt", "le", "eq", "ne"))
SMOOTH: tuple[Op, ...] = tuple(op for name, op in OPS.items() if name not in STEPWISE)
PALETTE: tuple[Op, ...] = (
    *(ops.add, ops.mul, ops.sub, ops.div) * 6,
    *(*SMOOTH, *MEMBERS) * 2,
    *(OPS[name] for name in sorted(STEPWISE)),
)
COMPILED: tuple[Op, ...] = tuple(op for op in PALETTE if not is_called(op))  # what machine code has a line for
CONSTANTS = (2.0, -1.0, 0.5, 0.0, 1.0, -3.0, 0.1)
N_ARY = 3

assert {op.name for op in PALETTE} == {*OPS, *FAMILIES}, "an op is missing from the random graphs"

GAPS: dict[str, Callable[..., tuple[float, ...]]] = {
    "relu": lambda x: (x,),
    "abs": lambda x: (x,),
    "sign": lambda x: (x,),
    "leaky_relu": lambda x: (x,),
    "where": lambda c, a, b: (c,),
    **dict.fromkeys(("floor", "ceil", "trunc"), lambda x: (x - round(float(x)),)),
    "copysign": lambda a, b: (a, b, math.copysign(1.0, b)),  # exact numbers have one zero, floats two
    "atan2": lambda y, x: (math.copysign(1.0, y) if x < 0 else 1.0,),
    "fmod": lambda a, b: (a / b - round(float(a / b)),),
    "mod": lambda a, b: (a / b - round(float(a / b)),),
    "hypot": lambda a, b: (a, b) if abs(a) + abs(b) < CLOSEST_TIE else (),
    "peak": lambda *xs: tuple(a - b for a in xs for b in xs),
    **dict.fromkeys(("maximum", "minimum", "gt", "ge", "lt", "le", "eq", "ne"), lambda a, b: (a - b,)),
}


def gaps(op: Op, operands: Sequence[Any]) -> tuple[Any, ...]:
    """How far each choice that an op makes is from a tie; empty for an op that makes none."""
    if op.name == "clamp":
        return tuple(operands[0] - bound for bound in op.params if math.isfinite(bound))
    return GAPS[op.name](*operands) if op.name in GAPS else ()


DOMAINS: dict[str, Callable[..., bool]] = {
    "div": lambda a, b: abs(b) > 0.1,
    "log": lambda x: x > 0.05,
    "sqrt": lambda x: x > 0.05,
    "tan": lambda x: abs(math.cos(x)) > 0.3,
    "pow": lambda x, y: x > 0.05 and abs(y) <= 4.0,
    "pow_slope": lambda x, y: x > 0.05 and 0.0 < abs(y) <= 4.0,
    "power": lambda x: abs(x) > 0.1,
    "exp": lambda x: x < 3.0,
    "exp2": lambda x: x < 4.0,
    "expm1": lambda x: -6.0 < x < 3.0,
    "log1p": lambda x: x > -0.95,
    "log2": lambda x: x > 0.05,
    "log10": lambda x: x > 0.05,
    "reciprocal": lambda x: abs(x) > 0.1,
    "mod": lambda a, b: abs(b) > 0.5 and abs(a) < 20.0,
    "fmod": lambda a, b: abs(b) > 0.5 and abs(a) < 20.0,
    "cbrt": lambda x: abs(x) > 0.1,
    "copysign": lambda a, b: b != 0.0,
    "gamma": lambda x: 0.3 < x < 4.0,
    "lgamma": lambda x: 0.3 < x < 40.0,
    "polygamma": lambda x: 0.3 < x < 40.0,
    "asin": lambda x: abs(x) < 0.95,
    "acos": lambda x: abs(x) < 0.95,
    "atanh": lambda x: abs(x) < 0.95,
    "acosh": lambda x: x > 1.05,
    "atan2": lambda y, x: math.hypot(y, x) > 0.1,
    "hypot": lambda a, b: a == b == 0.0 or math.hypot(a, b) > 0.1,
    "sinh": lambda x: abs(x) < 4.0,
    "cosh": lambda x: abs(x) < 4.0,
    # PyTorch's slopes y (1 - y) and 1 - y * y run out of digits further out (ours do not: test_ops)
    "sigmoid": lambda x: abs(x) < 12.0,
    "tanh": lambda x: abs(x) < 6.0,
}


def fits(op: Op, operands: Sequence[float]) -> bool:
    """Whether an op keeps a program moderate: in its domain, no large value, no near miss of a tie."""
    if op.name in DOMAINS and not DOMAINS[op.name](*operands):
        return False
    if op.name == "power" and operands[0] < 0.0 and op.params[0] != int(op.params[0]):
        return False
    if any(0.0 < abs(gap) < CLOSEST_TIE for gap in gaps(op, operands)):
        return False
    return abs(op.primal(*operands)) <= LARGEST_VALUE


def program_from(
    inputs: Sequence[float],
    codes: Sequence[tuple[int, int, int, int]],
    wild: bool = False,
    palette: Sequence[Op] = PALETTE,
) -> Program:
    """Read numbers as steps: which op, and three operands. Where the op does not fit, sin stands.

    Operands are by preference nodes that nothing has used yet, and what is left over at the end is
    added up, so that most nodes have a path to the root.
    """
    values = list(inputs)
    unused = list(range(len(inputs)))
    steps: list[Step] = []

    def append(op: Op, operands: list[int | float], numbers: list[float]) -> None:
        for x in operands:
            if type(x) is int and x in unused:
                unused.remove(x)
        unused.append(len(values))
        steps.append(Step(op, tuple(operands)))
        values.append(op.primal(*numbers))

    for which, *choices in codes:
        op = palette[which % len(palette)]
        choices = choices[: N_ARY if op.arity is None else op.arity]
        operands = [_operand(choice, unused, len(values)) for choice in choices]
        if all(type(x) is float for x in operands):
            operands[0] = unused[-1]
        numbers = [values[x] if type(x) is int else x for x in operands]
        if wild or fits(op, numbers):
            append(op, operands, numbers)
        else:
            place = next(x for x in operands if type(x) is int)
            append(ops.sin, [place], [values[place]])
    while len(unused) > 1 and steps:
        a, b = unused[-2:]
        append(ops.add, [a, b], [values[a], values[b]])
    return Program(tuple(inputs), tuple(steps))


def _operand(choice: int, unused: Sequence[int], count: int) -> int | float:
    """One in four is a constant, one any node, two are nodes that nothing has used yet."""
    kind, choice = choice % 4, choice // 4
    if kind == 3:
        return CONSTANTS[choice % len(CONSTANTS)]
    if kind == 2:
        return choice % count
    return unused[-1 - choice % len(unused)]


@st.composite
def programs(draw: st.DrawFn, max_steps: int = 170, max_inputs: int = 4, wild: bool = False) -> Program:
    """Programs of up to `max_steps` steps over one or more inputs, and a few more that join loose ends."""
    special: tuple[float, ...] = (0.0, 1.0, -1.0, 0.5)
    number = st.floats(-3.0, 3.0, width=32).filter(lambda x: x == 0.0 or abs(x) > CLOSEST_TIE)
    if wild:
        special = (0.0, -0.0, 1.0, -2.0, math.inf, -math.inf, math.nan, 5e-324, 1e200, -745.0)
        number = st.floats()
    inputs = draw(st.lists(st.one_of(st.sampled_from(special), number), min_size=1, max_size=max_inputs))
    count = draw(st.integers(0, max_steps))
    code = st.tuples(*[st.integers(0, 2**12)] * 4)
    return program_from(inputs, draw(st.lists(code, min_size=count, max_size=count)), wild)
