"""Where an op changes from one formula to another: compiled equals eager to the bit on either side, and on it."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from support.compiled import bits, each_backend, has_code
from support.oracles import all_ops

from chalkgrad.engine import Value, silu
from chalkgrad.engine.compiler.program import compile
from chalkgrad.engine.ops import Op, clamp_between

SEAMS = (
    0.0,
    0.25,
    0.5,
    0.75,
    1.0,
    1.5,
    2.0,
    3.0,
    26.0,
    40.0,
    40.5,
    41.0,
    300.0,
    700.0,
    700.5,
    705.0,
    745.0,
    800.0,
    1e300,
)
POINTS = [*(sign * x for x in SEAMS for sign in (1.0, -1.0)), math.inf, -math.inf, math.nan]


@each_backend
@pytest.mark.parametrize("arity", [1, 2, 3])
def test_every_op_at_its_seams(backend: str, arity: int) -> None:
    bounds = ((0.0, 2.0), (-0.0, 2.0), (-2.0, 0.0), (-2.0, -0.0)) if arity == 1 else ()
    ops: list[Op] = [op for op in all_ops() if (op.arity or 2) == arity] + [clamp_between(*pair) for pair in bounds]
    draw = random.Random(arity)
    near = [draw.gauss(seam, 0.5) for seam in (0.0, -0.5, 0.5, -40.0, 40.0, -700.5, 700.5) for _ in range(40)]
    points = [*POINTS, *near] if arity == 1 else POINTS if arity == 2 else POINTS[::6]
    rows = list(itertools.product(points, repeat=arity))
    inputs = [Value(1.5) for _ in range(arity)]
    ops = [op for op in ops if has_code(backend, op(*inputs))]
    outputs = [op(*inputs) for op in ops]
    results = compile(outputs, inputs, backend=backend)(rows)
    for op, column in zip(ops, results.T, strict=True):
        for row, got, wanted in zip(rows, bits(column), bits([op.primal(*row) for row in rows]), strict=True):
            assert got == wanted, f"{op}{row}"


def test_silu_far_below_0() -> None:
    assert silu(-705.0) == pytest.approx(-705.0 * math.exp(-705.0), rel=1e-15, abs=0.0)
    assert [repr(silu(x)) for x in (-800.0, -math.inf, math.inf)] == ["-0.0", "0.0", "inf"]
    assert math.isnan(silu(math.nan))
