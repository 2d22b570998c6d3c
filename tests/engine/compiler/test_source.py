"""A program as Python source on NumPy and on JAX: the same numbers as the program's own."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
import pytest
from support.packages import oracle_package

from chalkgrad.engine import (
    ArgumentError,
    ArgumentTypeError,
    Op,
    Value,
    compile,
    logsumexp,
    ops,
    softmax,
    to_jax,
    to_jax_source,
    to_numpy_source,
)
from chalkgrad.engine.compiler.primals import PRIMALS
from chalkgrad.nn import MLP

POINTS = [-3.0, -1.5, -0.5, -0.0, 0.0, 0.25, 0.75, 2.0, 50.0, -50.0, 800.0, -800.0, math.inf, -math.inf, math.nan]


def run(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile_source(source), names)
    return names


def compile_source(source: str) -> Any:
    import builtins

    return builtins.compile(source, "<program>", "exec")


def member(name: str) -> ops.Op:
    """An op of the table or of a family, by its name."""
    families = {"power": (2.5,), "leaky_relu": (0.01,), "clamp": (-1.0, math.inf)}
    return ops.FAMILIES[name](*families[name]) if name in ops.FAMILIES else ops.OPS[name]


def program_of(op: ops.Op) -> Any:
    inputs = [Value(0.5, f"x{i}") for i in range(op.arity or 3)]
    return compile(op(*inputs), inputs=inputs, parameters=[], backend="numpy"), len(inputs)


@pytest.mark.parametrize("name", [name for name in PRIMALS if name in ops.OPS or name in ops.FAMILIES] + ["logsumexp"])
def test_every_op_is_written(name: str) -> None:
    program, width = program_of(member(name))
    rows = np.array(np.meshgrid(*[POINTS] * width)).reshape(width, -1).T
    written = run(to_numpy_source(program))["program"](rows)
    np.testing.assert_allclose(written, program(rows), rtol=1e-14, atol=0.0)
    np.testing.assert_array_equal(np.signbit(written[written == 0.0]), np.signbit(program(rows)[written == 0.0]))


def network() -> tuple[Any, Any, list[Value]]:
    model = MLP(3, [5, 2], "gelu", "softmax", seed=1)
    x = [Value(0.1 * i, f"x{i}") for i in range(3)]
    return compile(model(x), inputs=x, backend="numpy"), model, x


def test_outputs_rows_and_leaves_are_those_of_the_program() -> None:
    program, _, x = network()
    names = run(to_numpy_source(program))
    rows = np.random.default_rng(1).normal(size=(7, 3))
    np.testing.assert_allclose(names["program"](rows), program(rows), rtol=1e-13)
    np.testing.assert_allclose(names["program"](rows[0]), program(rows[0]), rtol=1e-13)
    assert names["NAMES"] == [leaf.label for leaf in program.tape.leaves.values()]
    moved = [number + 0.25 for number in names["LEAVES"]]
    for leaf, number in zip(program.tape.leaves.values(), moved, strict=True):
        leaf.data = number
    np.testing.assert_allclose(names["program"](rows, moved), program(rows), rtol=1e-13)
    single = compile(sum(softmax(x)) + logsumexp(*x), inputs=x)
    assert run(to_numpy_source(single))["program"](rows).shape == (7,)
    with pytest.raises(ValueError, match=r"rows must have 3 columns, got \(7, 2\)"):
        names["program"](rows[:, :2])


def test_a_program_without_inputs_and_one_that_is_a_number() -> None:
    w = Value(math.inf, "w")
    assert run(to_numpy_source(compile(w * 2.0)))["program"]([()]) == [math.inf]
    x = Value(1.0, "x")
    program = compile([x * math.nan, x + 1.0], inputs=[x])
    np.testing.assert_array_equal(run(to_numpy_source(program))["program"]([[1.0], [2.0]]), program([[1.0], [2.0]]))


@pytest.mark.parametrize("label", ['"""', "a\nimport os", "\\", "é\ud800", "'''", "#", "\u2028x = 1", "]"])
def test_a_label_is_never_code(label: str) -> None:
    w, x = Value(2.0, label), Value(1.0, "x")
    source = to_numpy_source(compile(w * x, inputs=[x]))
    plain = to_numpy_source(compile(Value(2.0, "w") * x, inputs=[x]))
    assert source.isascii()
    assert len(source.splitlines()) == len(plain.splitlines())
    names = run(source)
    assert names["NAMES"] == [label] and names["program"]([3.0]) == 6.0


def test_writing_it_needs_the_standard_library_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    program = network()[0]
    for name in ("numpy", "jax", "jax.numpy"):
        monkeypatch.setitem(sys.modules, name, None)
    assert "import numpy" in to_numpy_source(program) and "import jax" in to_jax_source(program)


def test_something_else_is_refused() -> None:
    with pytest.raises(ArgumentTypeError, match="program must be a Program, as compile gives it; got Value"):
        to_numpy_source(Value(1.0))  # type: ignore[arg-type]


@pytest.fixture
def jax() -> Any:
    package = oracle_package("jax")
    before = package.config.jax_enable_x64
    package.config.update("jax_enable_x64", True)
    yield package
    package.config.update("jax_enable_x64", before)


def test_jax_goes_on_with_the_same_numbers_and_gradients(jax: Any) -> None:
    model = MLP(3, [5, 1], "gelu", "sigmoid", seed=1)
    x = [Value(0.1 * i, f"x{i}") for i in range(3)]
    program = compile(model(x), inputs=x)
    function, leaves = to_jax(program)
    rows = np.random.default_rng(1).normal(size=(7, 3))
    np.testing.assert_allclose(jax.jit(function)(rows, leaves), program(rows), rtol=1e-12)
    slopes = jax.grad(lambda numbers: function(rows, numbers).mean())(leaves)
    _, expected = program.value_and_grad(rows)
    by_leaf = {id(p): g for p, g in zip(program.parameters, expected, strict=True)}
    np.testing.assert_allclose(slopes, [by_leaf[id(p)] for p in program.tape.leaves.values()], rtol=1e-10)


@pytest.mark.parametrize("name", ["erfc", "where", "pow", "clamp", "silu", "eq"])
def test_jax_computes_the_ops(jax: Any, name: str) -> None:
    program, width = program_of(member(name))
    rows = np.array(np.meshgrid(*[[-3.0, -0.5, 0.0, 0.75, 2.0]] * width)).reshape(width, -1).T
    np.testing.assert_allclose(to_jax(program)[0](rows, []), program(rows), rtol=1e-12)


@pytest.mark.parametrize("name", ["tanh", "add", "mine"])
def test_an_op_of_ones_own_is_not_written_as_the_table_s(name: str) -> None:
    x = Value(1.0)
    own = Op(name, lambda x: 10.0 * x, lambda out, x: (10.0,))
    program = compile(x.tanh() + own(x), [x], [], backend="numpy")
    with pytest.raises(ArgumentError, match=f"'{name}' is an op of your own: how it is written"):
        to_numpy_source(program)
