"""Compiled programs are equal to eager to the bit: values, gradients and second derivatives, row by row."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Sequence
from typing import Any

import pytest
from support.compiled import BACKENDS, bits, each_backend, has_code, reached, squares
from support.graphs import COMPILED, PALETTE, build, program_from
from support.semantics import SEMANTICS

from chalkgrad.engine import Value, grad
from chalkgrad.engine.compiler.program import compile

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")


THOROUGH = os.environ.get("CHALKGRAD_THOROUGH") == "1"


def random_step(rng: random.Random) -> tuple[int, int, int, int]:
    return rng.randrange(4096), rng.randrange(4096), rng.randrange(4096), rng.randrange(4096)


def with_derivatives(root: Value, leaves: Sequence[Value]) -> list[Value]:
    """The root, its first derivatives, and the second ones along the diagonal."""
    slopes = grad(root, leaves, create_graph=True)
    return [root, *slopes, *(grad(slope, leaf, create_graph=True) for slope, leaf in zip(slopes, leaves, strict=True))]


@each_backend
def test_semantics_table(backend: str) -> None:
    """Every row of the table, its gradient and its second derivatives, as one program."""
    outputs: list[Value] = []
    inputs: list[Value] = []
    names: list[str] = []
    for row in SEMANTICS:
        leaves = [Value(x) for x in row.at]
        found = with_derivatives(row.build(*leaves), leaves)
        if not has_code(backend, *found):
            continue
        outputs += found
        names += [row.id] * len(found)
        inputs += leaves
    inputs = reached(outputs, inputs)
    rows = [[leaf.data for leaf in inputs]] * 11
    results = compile(outputs, inputs, backend=backend)(rows)
    eager = bits([output.data for output in outputs])
    for result in results:
        assert [name for name, got, wanted in zip(names, bits(result), eager, strict=True) if got != wanted] == []


@pytest.mark.parametrize("backends", [BACKENDS, ("numpy",)], ids=["both", "all ops"])
@pytest.mark.parametrize("seed", range(100 if THOROUGH else 5))
def test_random_graphs(seed: int, backends: tuple[str, ...]) -> None:
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
        palette = COMPILED if "llvm" in backends else PALETTE
        programs.append(program_from(point, [random_step(rng) for _ in range(steps)], palette=palette))
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
    for backend in backends:
        compiled = compile(outputs, [inputs[i] for i in kept], backend=backend)
        assert bits(compiled(rows)) == bits(eager)


@each_backend
def test_totals_of_random_graphs(backend: str) -> None:
    """The mean over rows, however the gradient was split up, is that of the rows' own results."""
    rng = random.Random(7)
    roots: list[Value] = []
    leaves: list[Value] = []
    for _ in range(30):
        point = [rng.uniform(-2, 2) for _ in range(4)]
        root, own = build(program_from(point, [random_step(rng) for _ in range(30)], palette=COMPILED))
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
    loss: Any = sum((out - target) * (out - target) for out in xs) + 0.01 * sum(p * p for p in parameters)
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
