"""The back ends: a line an op, what is said where a package is missing, and what does its work."""

from __future__ import annotations

import importlib.util
import re

import pytest
from support.compiled import each_backend

from chalkgrad.engine import (
    ArgumentError,
    MissingDependencyError,
    Trainer,
    Value,
    grad,
    ops,
    stop_gradient,
    to_numpy_source,
)
from chalkgrad.engine.compiler import backends
from chalkgrad.engine.compiler.primals import CALLED, PRIMALS
from chalkgrad.engine.compiler.program import compile

pytest.importorskip("numpy")
pytest.importorskip("llvmlite")


def test_every_op_has_a_line() -> None:
    spelled_out = {"peak", "logsumexp"}
    assert set(ops.OPS) | set(ops.FAMILIES) <= set(PRIMALS) | spelled_out | CALLED
    assert set(ops.OPS) | set(ops.FAMILIES) >= CALLED and CALLED.isdisjoint(PRIMALS)


def an_op_named(name: str) -> ops.Op:
    """The cube, under any name."""
    return ops.Op(name, lambda x: x * x * x, lambda out, x: (3.0 * x * x,), "{0}^3")


@pytest.mark.parametrize("name", ["cube", "tanh", "sqrt", "neg", "peak", "power", "log1p"])
def test_an_op_of_ones_own_has_no_machine_code_whatever_its_name(name: str) -> None:
    x = Value(2.0)
    program = compile(an_op_named(name)(x), [x], backend="llvm")
    with pytest.raises(ArgumentError, match=f"the op '{name}' cannot be compiled to machine code.*backend='numpy'"):
        program([[1.0]])


@pytest.mark.parametrize("backend", ["numpy", "auto"])
@pytest.mark.parametrize("name", ["cube", "tanh", "sqrt", "neg", "peak", "power", "log1p"])
def test_an_op_of_ones_own_runs_on_numpy_by_its_own_primal(backend: str, name: str) -> None:
    own = an_op_named(name)
    x, w = Value(2.0), Value(0.5)
    y = own(x * w) + (x * w).tanh() + own(own(x) * 1.0) - an_op_named(name)(w)
    program = compile(y, [x], [w], backend=backend)
    assert program.backend == "numpy" and program([2.0]) == y.data
    values, slopes = program.value_and_grad([[2.0]])
    assert (values, slopes.tolist()) == (y.data, [grad(y, w)])
    trainer = Trainer(y, [x], [w], lambda w, g, lr: [w - lr * g], settings=1, backend=backend)
    trainer.run([[2.0]], [[0.1]])
    trainer.write()
    assert w.data == pytest.approx(0.5 - 0.1 * grad(y, w))


@pytest.mark.parametrize("name", sorted(CALLED))
def test_a_row_that_python_alone_computes_runs_on_numpy_to_the_bit(name: str) -> None:
    """Its gamma function is not the C library's: no machine code would have its last bits."""
    x, w = Value(2.3), Value(0.5)
    op = ops.OPS[name] if name in ops.OPS else ops.FAMILIES[name](2)
    y = (op(w * x) * w).tanh()
    with pytest.raises(ArgumentError, match=f"the op '{name}' cannot be compiled to machine code.*backend='numpy'"):
        compile(y, [x], [w], backend="llvm")([[1.0]])
    program = compile(y, [x], [w])
    assert program.backend == "numpy" and program([2.3]) == y.data
    values, slopes = program.value_and_grad([[2.3]])
    assert (values, slopes.tolist()) == (y.data, [grad(y, w)])
    with pytest.raises(ArgumentError, match=f"'{name}' is written in Python alone"):
        to_numpy_source(program)


@pytest.mark.parametrize("count", [2, 31, 32, 33, 100])
def test_called_ops_of_any_number_of_operands(count: int) -> None:
    xs, w = [Value(0.1 * (i + 1)) for i in range(count)], Value(0.3)
    y = ops.fsum(*xs, w)
    program = compile(y, xs, [w])
    rows = [[0.1 * i * k for i in range(count)] for k in range(3)]
    assert program(rows).tolist() == [ops.fsum(*row, 0.3) for row in rows]
    assert program.value_and_grad(rows)[1].tolist() == [1.0]


def test_two_ops_of_one_name_are_two() -> None:
    one, other = ops.Op("twin", lambda x: x + 1.0, lambda out, x: (1.0,), ""), an_op_named("twin")
    xs = [Value(float(i)) for i in range(6)]
    total = sum((one(x) + other(x) for x in xs), start=Value(0.0))
    program = compile(total, xs, backend="numpy")
    assert program([2.0] * 6) == 6 * 11.0


@each_backend
def test_families_with_equal_numbers_are_one_even_after_many_others(backend: str) -> None:
    x = Value(2.0)
    first = x**1.25
    for i in range(2_000):
        ops.power(float(i) + 0.5)
    program = compile(first * x**1.25, [x], backend=backend)
    assert len(program.tape) == 3 and program([2.0]) == (first * first).data


@each_backend
def test_stop_gradient_compiles(backend: str) -> None:
    x, w = Value(2.0), Value(3.0)
    program = compile(w * stop_gradient(w * x), [x], [w], backend=backend)
    value, slopes = program.value_and_grad([[2.0], [4.0]])
    assert (value, slopes.tolist()) == (27.0, [9.0])


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
