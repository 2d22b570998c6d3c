"""Compiled programs: equal to eager to the bit, lifted to few blocks, and particular about what they are given."""

from __future__ import annotations

import importlib.util
import math
import os
import random
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from support.graphs import build, program_from
from support.semantics import SEMANTICS

from chalkgrad.engine import (
    ArgumentError,
    ArgumentTypeError,
    GraphError,
    MissingDependencyError,
    Value,
    grad,
    logsumexp,
    ops,
    topological_order,
)
from chalkgrad.engine.compiler import backends
from chalkgrad.engine.compiler.lift import lift
from chalkgrad.engine.compiler.plan import Dots, Map, MatVec, Outer, Piece, Plan
from chalkgrad.engine.compiler.primals import PRIMALS
from chalkgrad.engine.compiler.program import compile
from chalkgrad.engine.compiler.simplify import simplify
from chalkgrad.engine.compiler.tape import lower
from chalkgrad.engine.compiler.trainer import Trainer

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

BACKENDS = ("llvm", "numpy")
each_backend = pytest.mark.parametrize("backend", BACKENDS)
THOROUGH = os.environ.get("CHALKGRAD_THOROUGH") == "1"


def bits(numbers: Any, dtype: str = "float64") -> list[int]:
    """Numbers as bits, every nan as one nan."""
    array = np.array(numbers, dtype)
    array[np.isnan(array)] = np.nan
    return array.ravel().view("int64" if dtype == "float64" else "int32").tolist()


def reached(outputs: Sequence[Value], leaves: Sequence[Value]) -> list[Value]:
    found = set(map(id, topological_order(*outputs)))
    return [leaf for leaf in leaves if id(leaf) in found]


def with_derivatives(root: Value, leaves: Sequence[Value]) -> list[Value]:
    """The root, its first derivatives, and the second ones along the diagonal."""
    slopes = grad(root, leaves, create_graph=True)
    return [root, *slopes, *(grad(slope, leaf, create_graph=True) for slope, leaf in zip(slopes, leaves, strict=True))]


def network(sizes: Sequence[int], seed: int = 0) -> tuple[list[Value], list[Value], list[Value]]:
    """Inputs, outputs and parameters of a network of ReLUs."""
    rng = random.Random(seed)
    inputs = xs = [Value(rng.uniform(-1, 1)) for _ in range(sizes[0])]
    parameters = []
    for size in sizes[1:]:
        after = []
        for _ in range(size):
            weights, bias = [Value(rng.uniform(-1, 1)) for _ in xs], Value(rng.uniform(-1, 1))
            parameters += [*weights, bias]
            total = bias
            for w, x in zip(weights, xs, strict=True):
                total = total + w * x
            after.append(total.relu() if len(parameters) and size != sizes[-1] else total)
        xs = after
    return inputs, xs, parameters


def squares(sizes: Sequence[int], decay: float = 0.01) -> tuple[Value, list[Value], list[Value]]:
    """A loss with a part that is the same for every row, its inputs and its parameters."""
    inputs, outputs, parameters = network(sizes)
    target = Value(0.5)
    loss = sum((out - target) * (out - target) for out in outputs) + decay * sum(p * p for p in parameters)
    return loss, [*inputs, target], parameters


# one line an op


def test_every_op_has_a_line() -> None:
    spelled_out = {"peak", "logsumexp"}
    assert set(ops.OPS) | set(ops.FAMILIES) <= set(PRIMALS) | spelled_out


@each_backend
def test_an_op_without_a_line_is_named(backend: str) -> None:
    cube = ops.Op("cube", lambda x: x * x * x, lambda out, x: (3.0 * x * x,), "{0}^3")
    x = Value(2.0)
    program = compile(cube(x), [x], backend=backend)
    with pytest.raises(ArgumentError, match="the op 'cube' cannot be compiled"):
        program([[1.0]])


# the same bits


@each_backend
def test_semantics_table(backend: str) -> None:
    """Every row of the table, its gradient and its second derivatives, as one program."""
    outputs: list[Value] = []
    inputs: list[Value] = []
    names: list[str] = []
    for row in SEMANTICS:
        leaves = [Value(x) for x in row.at]
        found = with_derivatives(row.build(*leaves), leaves)
        outputs += found
        names += [row.id] * len(found)
        inputs += leaves
    inputs = reached(outputs, inputs)
    rows = [[leaf.data for leaf in inputs]] * 11
    results = compile(outputs, inputs, backend=backend)(rows)
    eager = bits([output.data for output in outputs])
    for result in results:
        assert [name for name, got, wanted in zip(names, bits(result), eager, strict=True) if got != wanted] == []


@pytest.mark.parametrize("seed", range(100 if THOROUGH else 5))
def test_random_graphs(seed: int) -> None:
    """Twenty graphs a program: values, gradients and second derivatives, at points they were not built at.

    Some leaves are inputs, the others are the same for all rows.
    """
    rng = random.Random(seed)
    outputs: list[Value] = []
    inputs: list[Value] = []
    programs = []
    for _ in range(20):
        point = [rng.choice((0.0, 1.0, -1.0, rng.uniform(-3, 3))) for _ in range(rng.randint(1, 4))]
        steps = rng.choice((3, 20, 60))
        programs.append(program_from(point, [tuple(rng.randrange(4096) for _ in range(4)) for _ in range(steps)]))
        root, leaves = build(programs[-1])
        outputs += with_derivatives(root, leaves)
        inputs += leaves
    some = set(map(id, reached(outputs, [leaf for leaf in inputs if rng.random() < 0.7])))
    points = [[leaf.data for leaf in inputs]]
    for _ in range(2):
        fresh = [rng.choice((0.0, -0.0, 2.0, math.inf, rng.uniform(-3, 3))) for _ in inputs]
        points.append([x if id(leaf) in some else leaf.data for x, leaf in zip(fresh, inputs, strict=True)])
    eager = []
    for point in points:
        numbers = iter(point)
        results: list[float] = []
        for program in programs:
            own = tuple(next(numbers) for _ in program.inputs)
            root, leaves = build(type(program)(own, program.steps))
            results += [output.data for output in with_derivatives(root, leaves)]
        eager.append(results)
    kept = [i for i, leaf in enumerate(inputs) if id(leaf) in some]
    rows = [[point[i] for i in kept] for point in points]
    for backend in BACKENDS:
        program = compile(outputs, [inputs[i] for i in kept], backend=backend)
        assert bits(program(rows)) == bits(eager)


@each_backend
def test_totals_of_random_graphs(backend: str) -> None:
    """The mean over rows, however the gradient was split up, is that of the rows' own results."""
    rng = random.Random(7)
    roots: list[Value] = []
    leaves: list[Value] = []
    for _ in range(30):
        point = [rng.uniform(-2, 2) for _ in range(4)]
        root, own = build(program_from(point, [tuple(rng.randrange(4096) for _ in range(4)) for _ in range(30)]))
        roots.append(root)
        leaves += own
    loss = roots[0]
    for root in roots[1:]:
        loss = loss + root
    inputs = reached([loss], leaves[::2])
    program = compile(loss, inputs, reached([loss], leaves[1::2]), backend=backend)
    samples = np.array([[x.data for x in inputs]]) + np.random.default_rng(0).normal(size=(37, 1)) * 1e-3
    values, gradients = program.value_and_grad(samples, "none")
    value, gradient = program.value_and_grad(samples)
    assert np.isfinite(values).all()
    assert value == pytest.approx(values.mean(), rel=1e-12)
    np.testing.assert_allclose(gradient, gradients.mean(0), rtol=1e-9, atol=1e-9)


@each_backend
@pytest.mark.parametrize("rows", [1, 2, 7, 8, 9, 31, 32, 33, 129, 300])
def test_any_number_of_rows(backend: str, rows: int) -> None:
    """Tiles, vectors and lanes that are not full: each row's value and gradient is eager's, to the bit."""
    loss, inputs, parameters = squares((3, 6, 5, 2))
    program = compile(loss, inputs, parameters, backend=backend)
    samples = np.random.default_rng(0).normal(size=(rows, len(inputs)))
    values, gradients = program.value_and_grad(samples, "none")
    assert gradients.shape == (rows, len(parameters))
    for i in {0, rows // 2, rows - 1}:
        for leaf, number in zip(inputs, samples[i].tolist(), strict=True):
            leaf.data = number
        again, _, _ = _rebuilt(inputs, parameters)
        assert bits([values[i], *gradients[i]]) == bits([again.data, *grad(again, parameters)])
    assert bits(program(samples)) == bits(values)
    mean, gradient = program.value_and_grad(samples)
    np.testing.assert_allclose([mean, *gradient], [values.mean(), *gradients.mean(0)], rtol=1e-12, atol=1e-13)
    total, gradient = program.value_and_grad(samples, "sum")
    np.testing.assert_allclose([total, *gradient], [values.sum(), *gradients.sum(0)], rtol=1e-12, atol=1e-12)


def _rebuilt(inputs: list[Value], parameters: list[Value]) -> tuple[Value, list[Value], list[Value]]:
    """The loss of `squares((3, 6, 5, 2))` built anew on the same leaves."""
    xs, rest = inputs[:-1], iter(parameters)
    for size in (6, 5, 2):
        after = []
        for _ in range(size):
            weights, bias = [next(rest) for _ in xs], next(rest)
            total = bias
            for w, x in zip(weights, xs, strict=True):
                total = total + w * x
            after.append(total.relu() if size != 2 else total)
        xs = after
    target = inputs[-1]
    loss = sum((out - target) * (out - target) for out in xs) + 0.01 * sum(p * p for p in parameters)
    return loss, inputs, parameters


@each_backend
def test_weights_that_are_used_many_times(backend: str) -> None:
    """A recurrent sum: every parameter's total has several products."""
    w, b = Value(0.5), Value(-0.25)
    xs = [Value(0.1 * i) for i in range(9)]
    state = Value(0.0)
    for x in xs:
        state = (w * state + b * x + x).tanh()
    program = compile(state, xs, [w, b], backend=backend)
    eager = grad(state, [w, b])
    value, gradient = program.value_and_grad([[x.data for x in xs]] * 3)
    assert value == pytest.approx(state.data, rel=1e-15)
    np.testing.assert_allclose(gradient, eager, rtol=1e-14)


@each_backend
@pytest.mark.parametrize("rows", [1, 3, 17])
def test_infinite_and_undefined_rows_do_not_spill(backend: str, rows: int) -> None:
    x, w = Value(1.0), Value(2.0)
    program = compile((w * x).abs() + (w * x).exp(), [x], [w], backend=backend)
    samples = np.linspace(0.5, 2.0, rows)[:, None]
    samples[rows // 2] = math.inf
    value, gradient = program.value_and_grad(samples, "sum")
    assert value == math.inf and gradient[0] == math.inf
    values, _ = program.value_and_grad(samples, "none")
    assert np.isfinite(np.delete(values, rows // 2)).all()
    samples[rows // 2] = math.nan
    assert math.isnan(program.value_and_grad(samples)[0])


@each_backend
def test_denormal_numbers_are_kept(backend: str) -> None:
    x = Value(1.0)
    assert compile([x * 0.5, x.sqrt()], [x], backend=backend)([5e-324 * 4]).tolist() == [1e-323, math.sqrt(5e-324 * 4)]


@each_backend
def test_fast_math_is_close(backend: str) -> None:
    inputs, outputs, parameters = network((4, 16, 9, 3))
    loss = logsumexp(*(out.tanh() + out.sigmoid() * out**2 for out in outputs))
    samples = np.random.default_rng(1).normal(size=(50, 4))
    exact = compile(loss, inputs, parameters, backend=backend).value_and_grad(samples)
    fast = compile(loss, inputs, parameters, backend=backend, fast_math=True).value_and_grad(samples)
    assert fast[0] == pytest.approx(exact[0], rel=1e-13)
    np.testing.assert_allclose(fast[1], exact[1], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize(("lanes", "tile"), [(2, 4), (4, 2), (16, 1)])
def test_vectors_of_other_processors(lanes: int, tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalkgrad.engine.compiler.llvm import jit
    from chalkgrad.engine.compiler.llvm.ir import Target

    loss, inputs, parameters = squares((3, 6, 5, 2))
    loss = loss.tanh() * loss.abs().sqrt()
    samples = np.random.default_rng(0).normal(size=(37, len(inputs)))
    own = compile(loss, inputs, parameters)
    wanted, mean = own.value_and_grad(samples, "none"), own.value_and_grad(samples)
    for fast in (False, True):
        monkeypatch.setattr(jit, "host", lambda kind, _, fast=fast: Target(lanes, kind, fast, tile))
        other = compile(loss, inputs, parameters, fast_math=fast)
        results = other.value_and_grad(samples, "none")
        if not fast:
            assert bits(np.column_stack(results)) == bits(np.column_stack(wanted))
        np.testing.assert_allclose(results[1], wanted[1], rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(other.value_and_grad(samples)[1], mean[1], rtol=1e-11, atol=1e-13)


def test_vectorised_exp_and_tanh_are_right_to_two_ulp() -> None:
    x = Value(0.5)
    program = compile([x.exp(), x.tanh()], [x], fast_math=True)
    points = np.concatenate([np.linspace(-750, 712, 5001), np.linspace(-1, 1, 5001), np.logspace(-320, 2, 999)])
    points = np.concatenate([points, [0.0, -0.0, math.inf, -math.inf, math.nan]])
    exact = np.array([[ops.exp(p), ops.tanh(p)] for p in points.tolist()])
    got = program(points[:, None])
    normal = np.abs(exact) >= 2.3e-308
    with np.errstate(invalid="ignore"):
        ulps = np.abs(got - exact) / np.spacing(np.abs(exact))
    assert np.nanmax(np.where(normal & np.isfinite(exact), ulps, 0.0)) <= 3.0
    np.testing.assert_array_equal(np.isnan(got), np.isnan(exact))
    np.testing.assert_array_equal(got[np.isinf(exact)], exact[np.isinf(exact)])
    np.testing.assert_allclose(got[~normal], exact[~normal], rtol=0, atol=5e-324)
    single = compile([x.exp(), x.tanh()], [x], fast_math=True, dtype="float32")(points[5001:10002, None])
    np.testing.assert_allclose(single, exact[5001:10002], rtol=1e-6)


def test_calls_from_many_threads() -> None:
    """Machine code runs without the interpreter's lock: what it writes to must still be its own."""
    from concurrent.futures import ThreadPoolExecutor

    loss, inputs, parameters = squares((3, 6, 5, 2))
    program = compile(loss, inputs, parameters)
    samples = np.random.default_rng(0).normal(size=(2000, len(inputs)))
    alone = program.value_and_grad(samples)[1].tolist()
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: program.value_and_grad(samples)[1].tolist(), range(40)))
    assert all(result == alone for result in results)


@each_backend
def test_float32(backend: str) -> None:
    loss, inputs, parameters = squares((3, 6, 5, 2))
    samples = np.random.default_rng(1).normal(size=(21, len(inputs)))
    exact = compile(loss, inputs, parameters, backend=backend).value_and_grad(samples)
    value, gradient = compile(loss, inputs, parameters, backend=backend, dtype="float32").value_and_grad(samples)
    assert gradient.dtype == np.float32
    assert value == pytest.approx(exact[0], rel=1e-5)
    np.testing.assert_allclose(gradient, exact[1], rtol=1e-4, atol=1e-5)


@each_backend
def test_float32_with_functions_of_the_c_library(backend: str) -> None:
    x = Value(0.5)
    program = compile([x.tanh() * x.sin(), x.gt(0.2), x**1.5], [x], backend=backend, dtype="float32")
    np.testing.assert_allclose(program([[0.5]]), [[math.tanh(0.5) * math.sin(0.5), 1.0, 0.5**1.5]], rtol=1e-6)


def test_both_back_ends_give_the_same_float32() -> None:
    inputs, outputs, _ = network((3, 6, 5, 2))
    samples = np.random.default_rng(1).normal(size=(21, len(inputs)))
    one, other = (compile(outputs, inputs, backend=backend, dtype="float32")(samples) for backend in BACKENDS)
    assert bits(one, "float32") == bits(other, "float32")


# structure


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


def test_code_does_not_grow_with_width() -> None:
    small, large = (compile(*squares((8, width, width, 4))) for width in (8, 24))
    assert small.ir == large.ir


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


@each_backend
def test_sums_keep_their_order(backend: str) -> None:
    """Terms of very different size: any other order gives another number."""
    rng = random.Random(3)
    xs = [Value(rng.uniform(-1, 1) * 10 ** rng.randint(-12, 12)) for _ in range(40)]
    ws = [Value(rng.uniform(-1, 1) * 10 ** rng.randint(-12, 12)) for _ in range(40)]
    chain = xs[0] * ws[0]
    for i, (x, w) in enumerate(zip(xs[1:], ws[1:], strict=True)):
        term = x * w if i % 3 else w * w
        chain = (chain + term, term + chain, chain - term)[i % 3]
    tree = sum((x * w for x, w in zip(xs[:20], ws[:20], strict=True)), xs[3]) + sum(xs[20:], ws[0] * ws[1])
    results = compile([chain, tree], xs, backend=backend)([x.data for x in xs])
    assert bits(results) == bits([chain.data, tree.data])


# what a program reads and what it refuses


@each_backend
def test_leaves_are_read_at_each_call(backend: str) -> None:
    x, w, other = Value(1.0), Value(2.0), Value(5.0)
    program = compile(w * x + other, [x], [w], backend=backend)
    assert program([3.0]) == 11.0
    w.data, other.data = 10.0, 0.5
    assert program([3.0]) == 30.5
    assert program.value_and_grad([[3.0]])[1].tolist() == [3.0]


@each_backend
def test_shapes_of_results(backend: str) -> None:
    x, y = Value(1.0), Value(2.0)
    z = Value(1.0)
    one, several = (compile(outputs, [x, y], backend=backend) for outputs in (x * y * z, [x * y, x, x + y]))
    assert one([2.0, 3.0]) == 6.0 and isinstance(one([2.0, 3.0]), float)
    assert one([[2.0, 3.0]]).tolist() == [6.0]
    assert several([2, 3]).tolist() == [6.0, 2.0, 5.0]
    assert several(np.array([[2, 3], [4, 5]])).tolist() == [[6.0, 2.0, 5.0], [20.0, 4.0, 9.0]]
    assert one(np.empty((0, 2))).shape == (0,)
    assert one.value_and_grad(np.empty((0, 2)), "sum")[0] == 0.0


@each_backend
def test_a_graph_without_inputs(backend: str) -> None:
    w = Value(3.0)
    program = compile(w * w, backend=backend)
    assert program() == 9.0
    value, gradient = program.value_and_grad()
    assert (value, gradient.tolist()) == (9.0, [6.0])


@each_backend
def test_parameters_that_the_loss_does_not_reach_have_no_slope(backend: str) -> None:
    x, w, idle = Value(1.0), Value(2.0), Value(7.0)
    value, gradient = compile(w * x, [x], [idle, w], backend=backend).value_and_grad([[3.0], [5.0]])
    assert (value, gradient.tolist()) == (8.0, [0.0, 4.0])


def test_bad_rows() -> None:
    x, y = Value(1.0), Value(2.0)
    program = compile(x * y, [x, y], [])
    for rows in ([1.0], [[1.0]], [[1.0, 2.0, 3.0]], [[[1.0, 2.0]]], 1.0, [[1.0, 2.0], [3.0]]):
        with pytest.raises(ArgumentError, match=r"rows must have the shape \(rows, 2\)"):
            program(rows)
    for rows in ([["a", "b"]], [[None, 1.0]], [[1j, 2.0]], [[x, y]]):
        with pytest.raises(ArgumentTypeError, match="rows must hold numbers"):
            program(rows)
    with pytest.raises(ArgumentError, match="it has no parameters"):
        program.value_and_grad([[1.0, 2.0]])
    with pytest.raises(ArgumentError, match="several outputs"):
        compile([x * y], [x]).value_and_grad([[1.0]])
    program = compile(x * y, [x])
    with pytest.raises(ArgumentError, match="at least one row"):
        program.value_and_grad(np.empty((0, 1)))
    with pytest.raises(ArgumentError, match="reduction must be one of mean, sum, none; got 'max'"):
        program.value_and_grad([[1.0]], "max")


def test_bad_arguments() -> None:
    x, w = Value(1.0), Value(2.0)
    root = x * w
    constant = (x * 2.0).parents[1]
    cases: list[tuple[Callable[[], object], type[Exception], str]] = [
        (lambda: compile(1.0, [x]), ArgumentTypeError, "outputs must be a list of Values, got float"),
        (lambda: compile([], [x]), ArgumentError, "outputs must hold at least one"),
        (lambda: compile([root, 2.0], [x]), ArgumentTypeError, r"outputs\[1\] must be a Value, got float"),
        (lambda: compile(root, x), ArgumentTypeError, "inputs must be a list of Values"),
        (lambda: compile(root, [x, Value(1.0)]), ArgumentError, r"inputs\[1\] is not used"),
        (lambda: compile(root, [x], [x]), ArgumentError, r"parameters\[0\] is an input as well"),
        (lambda: compile(root, [x], [w, w]), ArgumentError, r"parameters\[1\] is given twice"),
        (lambda: compile(root, [x], [root]), ArgumentError, r"parameters\[0\] must be a leaf"),
        (lambda: compile(root, [x], [constant]), ArgumentError, r"parameters\[0\] must be a leaf, got a constant"),
        (lambda: compile(root, [x], backend="cuda"), ArgumentError, "backend must be one of auto, llvm, numpy"),
        (lambda: compile(root, [x], dtype="int8"), ArgumentError, "dtype must be one of float64, float32"),
        (lambda: compile(root, [x], threads=0), ArgumentError, "threads must be a whole number"),
    ]
    for call, kind, message in cases:
        with pytest.raises(kind, match=message):
            call()
    w.data = 5.0
    with pytest.raises(GraphError, match="compute the output anew"):
        compile(root, [x])


@pytest.mark.parametrize("label", ['"];evil', "<img src=x onerror=alert(1)>", "kernel0", "\n  ret void\n}", "\0", "é"])
def test_nothing_of_a_label_reaches_the_code(label: str) -> None:
    def code(own: str) -> str:
        x, w = Value(1.0, label=own), Value(2.0, label=own)
        y = (x * w).tanh()
        y.label = own
        return compile(y, [x]).ir

    assert code(label) == code("")


# machines, processes, threads


def test_threads_share_out_the_rows() -> None:
    loss, inputs, parameters = squares((3, 6, 5, 2))
    samples = np.random.default_rng(0).normal(size=(100, len(inputs)))
    one, three = (compile(loss, inputs, parameters, threads=threads) for threads in (1, 3))
    assert bits(three(samples)) == bits(one(samples))
    np.testing.assert_allclose(three.value_and_grad(samples)[1], one.value_and_grad(samples)[1], rtol=1e-12)
    assert bits(three.value_and_grad(samples)[1]) == bits(three.value_and_grad(samples)[1])
    assert three(samples[:2]).shape == (2,) and three(samples[:0]).shape == (0,)
    assert threading.active_count() == 1


def test_cache_on_disk(tmp_path: Path) -> None:
    from chalkgrad.engine.compiler.llvm import jit

    def result(folder: Path) -> float:
        jit.library.cache_clear()
        x = Value(0.5)
        return compile((x * 3.0).tanh(), [x], [], cache=folder)([0.25])

    folder = tmp_path / "deep" / "cache"
    assert result(folder) == math.tanh(0.75)
    (file,) = folder.iterdir()
    written = file.stat().st_mtime_ns
    assert result(folder) == math.tanh(0.75)
    assert file.stat().st_mtime_ns == written
    for damaged in (b"", file.read_bytes()[:-1], b"\x7fELF" * 100):
        file.write_bytes(damaged)
        assert result(folder) == math.tanh(0.75)
        assert len(file.read_bytes()) > len(damaged)
    jit.library.cache_clear()


def test_machine_code_is_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    from chalkgrad.engine.compiler.llvm import jit

    name = jit._name("ir")
    monkeypatch.setattr(jit._llvm(), "get_host_cpu_name", lambda: "another")
    assert jit._name("ir") != name


def test_equal_structure_is_compiled_once() -> None:
    from chalkgrad.engine.compiler.llvm import jit

    compile(*squares((3, 8, 8, 4))).value_and_grad(np.zeros((1, 4)))
    before = jit.library.cache_info().misses
    compile(*squares((5, 12, 9, 4))).value_and_grad(np.zeros((1, 6)))
    assert jit.library.cache_info().misses == before


def test_without_llvmlite_numpy_does_the_work_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hide(monkeypatch, "llvmlite")
    x = Value(2.0)
    for _ in range(3):
        program = compile(x * x, [x])
        assert (program.backend, program([3.0])) == ("numpy", 9.0)
    assert capsys.readouterr().err.count('pip install "chalkgrad[fast]"') == 1
    with pytest.raises(MissingDependencyError, match="llvmlite"):
        compile(x * x, [x], backend="llvm")
    with pytest.raises(ArgumentError, match="no machine code"):
        program.listing  # noqa: B018


def test_without_numpy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "numpy")
    x = Value(2.0)
    for backend in ("auto", "llvm", "numpy"):
        with pytest.raises(MissingDependencyError, match=re.escape('pip install "chalkgrad[fast]"')):
            compile(x * x, [x], backend=backend)


def hide(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(backends, "_told", False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == package else find(name))


def test_listing_is_for_reading() -> None:
    x = Value(2.0)
    program = compile((x * x).tanh(), [x])
    assert "define void @run" in program.ir and "tanh" in program.listing
    assert str(program.tape).endswith("return %2")


# many steps in one call


def momentum(p: Value, g: Value, velocity: Value, rate: Value) -> list[Value]:
    velocity = 0.9 * velocity + g
    return [p - rate * velocity, velocity]


@each_backend
def test_steps_are_those_of_a_loop_in_python(backend: str) -> None:
    loss, inputs, parameters = squares((3, 6, 5, 2))
    program = compile(loss, inputs, parameters, backend=backend)
    trainer = Trainer(loss, inputs, parameters, momentum, states=1, settings=1, backend=backend)
    rng = np.random.default_rng(0)
    samples = rng.normal(size=(50, len(inputs)))
    order = np.concatenate([rng.permutation(50) for _ in range(2)])
    sizes = [20, 20, 10, 20, 20, 10]
    rates = np.linspace(0.01, 0.02, 6)[:, None]
    velocity = np.zeros(len(parameters))
    wanted, start = [], 0
    for size, (rate,) in zip(sizes, rates, strict=True):
        value, gradient = program.value_and_grad(samples[order[start : start + size]])
        start += size
        wanted.append(value)
        velocity = 0.9 * velocity + gradient
        for p, step in zip(parameters, (rate * velocity).tolist(), strict=True):
            p.data -= step
    losses = trainer.run(samples, rates, order, sizes)
    np.testing.assert_allclose(losses, wanted, rtol=1e-12)
    np.testing.assert_allclose(trainer.numbers[0], [p.data for p in parameters], rtol=1e-12)
    np.testing.assert_allclose(trainer.numbers[1], velocity, rtol=1e-11, atol=1e-14)
    trainer.numbers[0][:] = 1.5
    trainer.write()
    assert {p.data for p in parameters} == {1.5}


@each_backend
def test_outputs_of_every_sample_and_bound_steps(backend: str) -> None:
    x, w = Value(0.0), Value(3.0)
    y = w * x
    trainer = Trainer(
        (y - 6) ** 2, [x], [w], lambda w, g, rate: [w - rate * g], settings=1, outputs=[y], backend=backend
    )
    losses, outputs = trainer.run([[1.0], [2.0], [4.0]], [[0.0], [0.0]], order=[2, 0, 1, 1], sizes=[3, 1])
    assert outputs.tolist() == [[12.0], [3.0], [6.0], [6.0]]
    assert losses.tolist() == [(36.0 + 9.0 + 0.0) / 3, 0.0]
    step = trainer.bind([[1.0]])
    assert [step(0.5), step(0.0)] == [9.0, 0.0]


@each_backend
def test_a_rule_may_leave_numbers_out(backend: str) -> None:
    x, w = Value(0.0), Value(3.0)

    def rule(w: Value, g: Value, idle: Value, count: Value, rate: Value, power: Value) -> list[Value]:
        return [w - 2.0**power, idle, count + 1.0]

    trainer = Trainer((w * x) ** 2, [x], [w], rule, states=2, settings=2, backend=backend)
    trainer.run([[1.0]], [[9.0, 0.0], [9.0, 1.0]])
    assert [numbers.tolist() for numbers in trainer.numbers] == [[0.0], [0.0], [2.0]]


def test_what_a_trainer_refuses() -> None:
    x, w = Value(0.0), Value(3.0)
    loss = (w * x - 6) ** 2

    def trainer(rule: Any = lambda w, g, rate: [w - rate * g], **settings: Any) -> Trainer:
        return Trainer(loss, [x], [w], rule, **{"settings": 1, **settings})

    cases: list[tuple[Callable[[], object], type[Exception], str]] = [
        (lambda: trainer(lambda w, g, rate: [w - rate * g, w]), ArgumentError, "got 2 Value"),
        (lambda: trainer(lambda w, g, rate: [w - rate * g * Value(2.0)]), ArgumentError, "depend on nothing but"),
        (lambda: trainer(lambda w, g, rate: 1.0), ArgumentTypeError, "the result of the rule"),
        (lambda: trainer().run([[1.0, 2.0]], [[0.1]]), ArgumentError, "rows must have the shape"),
        (lambda: trainer().run([[1.0]], [0.1]), ArgumentError, r"settings must have the shape \(steps, 1\)"),
        (lambda: trainer().run([[1.0]], [[0.1]], order=[1]), ArgumentError, "order must hold numbers from 0 to 0"),
        (lambda: trainer().run([[1.0]], [[0.1]], order=[-1]), ArgumentError, "order must hold numbers from 0 to 0"),
        (lambda: trainer().run([[1.0]], [[0.1]] * 2, order=[0] * 3), ArgumentError, "sizes must share out the 3"),
        (lambda: trainer().run([[1.0]], [[0.1]], order=[0], sizes=[0]), ArgumentError, "at least 1 each"),
    ]
    for call, kind, message in cases:
        with pytest.raises(kind, match=message):
            call()
