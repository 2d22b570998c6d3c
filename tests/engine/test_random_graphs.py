"""Random graphs: backward, grad and grad(create_graph=True) against PyTorch and against 50 digits.

What agrees to the bit: the three ways to a gradient, since they run the same rules on the same
floats and add up in the same order. What agrees to rounding: PyTorch and the exact numbers.

How close: 1e-12 of the exact gradient (1e-10 for PyTorch). Where a gradient is smaller than what
made it up (paths that cancel, values that are themselves small differences), no double can be that
close; there the bound is what a first-order error analysis of the same graph allows, from a rounding
error of a few units in the last place in each value, slope, product and sum. (Below the smallest
normal float there are no last places left to count.)

CHALKGRAD_THOROUGH=1 runs 2,000 graphs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from support.graphs import Program, build, gaps, programs
from support.oracles import SMALLEST, Exact, Truth, mp, truth

from chalkgrad.engine import Value, grad, ops, topological_order
from chalkgrad.engine.ops import Op

THOROUGH = os.environ.get("CHALKGRAD_THOROUGH") == "1"
GRAPHS = 2_000 if THOROUGH else 100

UNIT = mp.mpf(2) ** -53
VALUE_ERROR = 4 * UNIT  # 2 ulp
SLOPE_ERROR = 8 * UNIT  # 4 ulp
SLACK = 4  # the analysis is of first order, and a few ops state wider bounds (see oracles)


# The exact gradient, and what rounding may do to it


@dataclass
class ExactNode:
    """A node in 50 digits, with a bound on the error that floats make in its value and its cotangent."""

    value: Exact
    error: Exact
    parents: tuple[int, ...] = ()
    slopes: tuple[Exact, ...] = ()
    slope_errors: tuple[Exact, ...] = ()
    cotangent: Exact = 0
    cotangent_error: Exact = 0


class TieLostToRoundingError(Exception):
    """A choice falls one way in exact numbers and the other way in floats: the gradient is not one number."""


FOR_FLOATS_ALONE = (ops.fma, ops.floor, ops.ceil, ops.trunc)


def primal_of(op: Op, operands: list[Any]) -> Any:
    """An op's own value, also of numbers in 50 digits: most take these as they are."""
    return op.primal(*(map(float, operands) if op in FOR_FLOATS_ALONE else operands))


def exact_nodes(program: Program) -> list[ExactNode]:
    """Forward and reverse, exactly."""
    floats = program.run(program.inputs, primal_of)
    nodes = [ExactNode(mp.mpf(x), mp.mpf(0)) for x in program.inputs]
    for step in program.steps:
        row = truth(step.op)
        at = [nodes[x].value if type(x) is int else mp.mpf(x) for x in step.operands]
        errors = [nodes[x].error if type(x) is int else mp.mpf(0) for x in step.operands]
        in_floats = [floats[x] if type(x) is int else x for x in step.operands]
        for gap, float_gap in zip(gaps(step.op, at), gaps(step.op, in_floats), strict=True):
            if (gap > 0, gap < 0) != (float_gap > 0, float_gap < 0):
                raise TieLostToRoundingError
        value = mp.mpf(row.value(*at))
        slopes = exact_slopes(row, step.operands, at)
        error = VALUE_ERROR * abs(value) + mp.fsum(abs(s) * e for s, e in zip(slopes, errors, strict=True))
        slope_errors = [SLOPE_ERROR * abs(s) for s in slopes]
        for j, (x, e) in enumerate(zip(at, errors, strict=True)):
            if e and not row.flat:  # how far an error of this operand moves the slopes
                reach = mp.mpf(10) ** -15
                moved = exact_slopes(row, step.operands, [*at[:j], x + reach, *at[j + 1 :]])
                slope_errors = [
                    known + abs(m - s) / reach * e for known, m, s in zip(slope_errors, moved, slopes, strict=True)
                ]
        kept = [(i, x) for i, x in enumerate(step.operands) if type(x) is int]
        nodes.append(
            ExactNode(
                value,
                error,
                tuple(x for _, x in kept),
                tuple(slopes[i] for i, _ in kept),
                tuple(slope_errors[i] for i, _ in kept),
            )
        )
    nodes[-1].cotangent = mp.mpf(1)
    for node in reversed(nodes):
        for parent, slope, slope_error in zip(node.parents, node.slopes, node.slope_errors, strict=True):
            share = node.cotangent * slope
            nodes[parent].cotangent += share
            nodes[parent].cotangent_error += (
                node.cotangent_error * abs(slope) + abs(node.cotangent) * slope_error + 2 * UNIT * abs(share)
            )
    return nodes


def exact_slopes(row: Truth, operands: tuple[int | float, ...], at: list[Exact]) -> tuple[Exact, ...]:
    """The slopes of a row; by a constant operand there is none (0**y has no slope by its 0)."""
    return tuple(s if type(x) is int else mp.mpf(0) for x, s in zip(operands, row.slopes(*at), strict=True))


def assert_close(got: list[float], program: Program, tolerance: float) -> None:
    nodes = exact_nodes(program)
    for i, g in enumerate(got):
        exact, bound = nodes[i].cotangent, SLACK * nodes[i].cotangent_error
        error = abs(mp.mpf(g) - exact)
        if error > tolerance * abs(exact):
            event("bounded by its condition")
            assert error <= bound + SMALLEST, f"gradient by x{i}: {g!r}, exact {exact}, bound {bound}\n{program}"


def gradient(program: Program) -> list[float]:
    root, leaves = build(program)
    return grad(root, leaves)


@settings(max_examples=GRAPHS)
@given(st.one_of(programs(), programs(max_steps=12, wild=True)))
def test_three_ways_to_a_gradient_agree_to_the_bit(program: Program) -> None:
    """At every node, not at the leaves alone; and for the leaves alone the graph is another, smaller one.

    At infinities and nan as well.
    """
    root, leaves = build(program)
    nodes = [node for node in topological_order(root) if not node.is_constant]
    by_grad = grad(root, nodes)
    root.backward()
    assert repr([node.grad for node in nodes]) == repr(by_grad)
    assert repr([slope.data for slope in grad(root, nodes, create_graph=True)]) == repr(by_grad)
    by_leaf = [slope.data for slope in grad(root, leaves, create_graph=True)]
    assert repr(by_leaf) == repr(grad(root, leaves))


@settings(max_examples=GRAPHS)
@given(programs())
def test_against_50_digits(program: Program) -> None:
    try:
        assert_close(gradient(program), program, 1e-12)
    except TieLostToRoundingError:
        assume(False)


@settings(max_examples=GRAPHS)
@given(program=programs())
def test_against_pytorch(torch: ModuleType, program: Program) -> None:
    got = gradient(program)
    theirs = pytorch_gradients(torch, program)
    for i, (g, t) in enumerate(zip(got, theirs, strict=True)):
        if abs(g - t) > 1e-10 * abs(g):
            event("bounded by its condition")
            try:
                bound = SLACK * exact_nodes(program)[i].cotangent_error
            except TieLostToRoundingError:
                assume(False)
            assert abs(g - t) <= 2 * bound + SMALLEST, f"gradient by x{i}: {g!r}, PyTorch {t!r}\n{program}"


def pytorch_gradients(torch: ModuleType, program: Program) -> list[float]:
    functional = torch.nn.functional

    def tensor(x: Any) -> Any:
        return x if isinstance(x, torch.Tensor) else torch.tensor(x, dtype=torch.float64)

    theirs = {
        "pow": lambda a, b: a**b,
        "pow_slope": lambda a, b: b * a ** (b - 1),
        "stop_gradient": lambda x: x.detach(),
        "neg": lambda x: -x,
        "div": torch.div,
        "erfc": torch.special.erfc,
        "mod": torch.remainder,
        "fma": lambda x, y, z: x * y + z,
        "cbrt": lambda x: x.sign() * x.abs() ** (1 / 3),
        "degrees": torch.rad2deg,
        "radians": torch.deg2rad,
        "gamma": lambda x: x.lgamma().exp(),  # for x above 0
        "fsum": lambda *xs: torch.stack(xs).sum(),
        "sech2": lambda x: 1 / torch.cosh(x) ** 2,
        "softplus": lambda x: functional.softplus(x, threshold=1000),
        "gelu": lambda x: 0.5 * x * torch.special.erfc(-x * 0.5**0.5),  # functional.gelu loses digits below -5
        "silu": functional.silu,
        "where": lambda c, a, b: torch.where(c != 0, a, b),
        "logsumexp": lambda *xs: torch.logsumexp(torch.stack(xs), 0),
        "peak": lambda *xs: torch.stack(xs).amax().detach(),
    }

    def apply(op: Op, operands: list[Any]) -> Any:
        xs = list(map(tensor, operands))
        if op.name in ("gt", "ge", "lt", "le", "eq", "ne"):
            return getattr(torch, op.name)(*xs).double()
        if op.name == "power":
            return xs[0] ** op.params[0]
        if op.name == "leaky_relu":
            return functional.leaky_relu(xs[0], *op.params)
        if op.name == "polygamma":
            x, zeta = xs[0], torch.special.zeta  # PyTorch's own slope of digamma has nine digits
            if op.params[0] == 0.0:
                return torch.digamma(x.detach()) + (x - x.detach()) * zeta(torch.tensor(2.0).double(), x.detach())
            return zeta(torch.tensor(2.0).double(), x)
        if op.name == "clamp":
            return torch.clamp(xs[0], *op.params)
        return theirs[op.name](*xs) if op.name in theirs else getattr(torch, op.name)(*xs)

    leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in program.inputs]
    root = program.run(leaves, apply)[-1]
    if not root.requires_grad:
        return [0.0] * len(leaves)
    return [0.0 if g is None else float(g) for g in torch.autograd.grad(root, leaves, allow_unused=True)]


# Second derivatives: differences of the exact gradient, 20 digits deep


@settings(max_examples=GRAPHS // 2)
@given(programs(max_steps=15, max_inputs=2))
def test_second_derivatives_against_50_digits(program: Program) -> None:
    # What stop_gradient hands on is a number to the first derivative, and moves all the same: no difference tells.
    assume(all(step.op is not ops.stop_gradient for step in program.steps))
    reach = mp.mpf(10) ** -18

    def exact_gradient(moved: int, by: Exact) -> list[Exact]:
        inputs = tuple(mp.mpf(x) + by * (i == moved) for i, x in enumerate(program.inputs))
        nodes = exact_nodes(Program(inputs, program.steps))
        return [node.cotangent for node in nodes[: len(inputs)]]

    root, leaves = build(program)
    slopes = grad(root, leaves, create_graph=True)
    assume(not any_tie(program))
    try:
        for j in range(len(leaves)):
            above, below = exact_gradient(j, reach), exact_gradient(j, -reach)
            for i, slope in enumerate(slopes):
                exact = (above[i] - below[i]) / (2 * reach)
                got = grad(slope, leaves[j])
                scale = condition_of_second(slope, leaves[j])
                assert abs(mp.mpf(got) - exact) <= 1e-11 * scale, f"d2/dx{i}dx{j}: {got!r}, exact {exact}\n{program}"
    except TieLostToRoundingError:
        assume(False)


def any_tie(program: Program) -> bool:
    values = program.run(program.inputs, lambda op, operands: op.primal(*operands))
    return any(
        0.0 in gaps(step.op, [values[x] if type(x) is int else x for x in step.operands]) for step in program.steps
    )


def condition_of_second(root: Value, leaf: Value) -> float:
    """The sum of the sizes of all paths from a root to a leaf (the derivative is their signed sum)."""
    sizes: dict[int, float] = {id(root): 1.0}
    for node in reversed(topological_order(root)):
        size = sizes.get(id(node), 0.0)
        for parent, derivative in zip(node.parents, node.local(), strict=True):
            if size and derivative:
                sizes[id(parent)] = sizes.get(id(parent), 0.0) + size * abs(derivative)
    return max(sizes.get(id(leaf), 0.0), 1.0)
