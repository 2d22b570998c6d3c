"""What a compiled program reads, what it gives back, and what it refuses."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from support.compiled import bits, each_backend, squares

from chalkgrad.engine import ArgumentError, ArgumentTypeError, GraphError, Value
from chalkgrad.engine.compiler.program import compile

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")


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
    for strange in ([["a", "b"]], [[None, 1.0]], [[1j, 2.0]], [[x, y]]):
        with pytest.raises(ArgumentTypeError, match="rows must hold numbers"):
            program(strange)
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
        (
            lambda: compile(1.0, [x]),  # type: ignore[arg-type]
            ArgumentTypeError,
            "outputs must be a list of Values, got float",
        ),
        (lambda: compile([], [x]), ArgumentError, "outputs must hold at least one"),
        (
            lambda: compile([root, 2.0], [x]),  # type: ignore[list-item]
            ArgumentTypeError,
            r"outputs\[1\] must be a Value, got float",
        ),
        (lambda: compile(root, x), ArgumentTypeError, "inputs must be a list of Values"),  # type: ignore[arg-type]
        (lambda: compile(root, [x, Value(1.0)]), ArgumentError, r"inputs\[1\] is not used"),
        (
            lambda: compile(root, [x], [x]),
            ArgumentError,
            r"parameters\[0\] is an input as well; derivatives by inputs can be outputs",
        ),
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


def test_threads_share_out_the_rows() -> None:
    loss, inputs, parameters = squares((3, 6, 5, 2))
    samples = np.random.default_rng(0).normal(size=(100, len(inputs)))
    before = threading.active_count()  # a progress bar elsewhere may have left one
    one, three = (compile(loss, inputs, parameters, threads=threads) for threads in (1, 3))
    assert bits(three(samples)) == bits(one(samples))
    np.testing.assert_allclose(three.value_and_grad(samples)[1], one.value_and_grad(samples)[1], rtol=1e-12)
    assert bits(three.value_and_grad(samples)[1]) == bits(three.value_and_grad(samples)[1])
    assert three(samples[:2]).shape == (2,) and three(samples[:0]).shape == (0,)
    assert threading.active_count() == before


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
