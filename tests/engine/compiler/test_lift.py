"""Lifting: a tape of scalars becomes few blocks, and no more of them in a wider network."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from support.compiled import bits, squares

from chalkgrad.engine import Value, grad
from chalkgrad.engine.compiler.lift import lift, straight
from chalkgrad.engine.compiler.plan import Dots, Map, MatVec, Outer, Piece, Plan
from chalkgrad.engine.compiler.program import compile
from chalkgrad.engine.compiler.simplify import simplify
from chalkgrad.engine.compiler.tape import lower

pytest.importorskip("numpy")
pytest.importorskip("llvmlite")


def plan_of(loss: Value, inputs: Sequence[Value], parameters: Sequence[Value]) -> Plan:
    tape = simplify(lower([loss, *grad(loss, parameters, create_graph=True)], inputs))
    return lift(tape, parameters, totals=1 + len(parameters))


def test_layers_become_blocks() -> None:
    plan = plan_of(*squares((4, 16, 16, 1)))
    forward = [(len(b.outs), len(b.xs)) for b in plan.body if isinstance(b, MatVec)]
    assert forward == [
        (16, 5),
        (16, 17),
        (1, 18),
        (16, 16),
    ]  # three layers (with - target), and back through the middle one
    outer = {(len(b.left), len(b.right)) for b in plan.body if isinstance(b, Outer)}
    assert {(1, 17), (16, 17), (16, 5)} <= outer
    assert [len(b.outs) for b in plan.before if isinstance(b, Dots)] == [1]  # the sum of squared weights


def test_blocks_do_not_grow_with_width() -> None:
    small, large = (plan_of(*squares((8, width, width, 4))) for width in (8, 24))
    assert [type(b) for b in small.body] == [type(b) for b in large.body]
    assert [type(b) for b in small.before] == [type(b) for b in large.before]


def test_places_are_used_again() -> None:
    x, w = Value(0.5), Value(2.0)
    y = x
    for _ in range(2000):
        y = (y * w).sin()
    plan = lift(simplify(lower([y], [x])))
    assert plan.rows < 10


def test_many_lines_without_company_are_not_compiled() -> None:
    x, w = Value(0.5), Value(2.0)
    y = x
    for _ in range(500):
        y = (y * w).sin() - x
    plan = lift(simplify(lower([y], [x])))
    assert not any(isinstance(block, Piece) for block in plan.body)
    assert all(isinstance(block, Map) for block in plan.body)
    assert bits(compile(y, [x])([0.5])) == bits(y.data)


def test_every_block_reads_what_is_there_and_writes_where_nothing_is_needed_any_more() -> None:
    """Each kind of block says itself what it reads and computes: followed through a plan, that adds up."""
    plan = plan_of(*squares((4, 16, 16, 1)))
    assert {type(block) for block in plan.body} >= {Map, MatVec, Outer, Piece}
    there = set(range(len(plan.leaves))) | {place for place, _ in plan.constants}
    for block in plan.before:
        assert there.issuperset(block.reads) and there.isdisjoint(block.outs)
        there.update(block.outs)
    assert there == set(range(plan.uniforms))
    assert there.issuperset([*plan.shifts, *(place for place, _ in plan.spreads)])
    rows = {*plan.inputs, *(place for _, place in plan.spreads)}
    for block in plan.body:
        assert rows.issuperset(block.reads)
        assert len(set(block.outs)) == len(block.outs) and {*plan.inputs}.isdisjoint(block.outs)
        rows.update(block.outs)
    assert rows == set(range(plan.rows))


def test_a_whole_tape_as_two_pieces() -> None:
    x, y, w = Value(0.5), Value(2.0), Value(-3.0)
    decay = (w * w + 1.0).exp()
    tape = simplify(lower([x * decay - y * w, w, x, decay, (x * y).sin() * 3.0], [x, y]))
    before, body = straight(tape)
    between = run(before, [w.data])
    assert run(body, [0.25, 4.0, *between]) == tape.run([0.25, 4.0])
    assert {op.name for op, _ in before.lines} == {"mul", "add", "exp"}


def run(piece: Piece, memory: list[float]) -> list[float]:
    """A piece in plain Python: what it keeps, by place."""
    numbers = [*(memory[place] for place in piece.reads), *piece.constants]
    for op, operands in piece.lines:
        numbers.append(op.primal(*(numbers[x] for x in operands)))
    kept = {place: numbers[number] for number, place in piece.kept}
    return [kept[place] for place in range(len(kept))]
