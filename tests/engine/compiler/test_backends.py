"""The back ends: a line an op, what is said where a package is missing, and what does its work."""

from __future__ import annotations

import importlib.util
import re

import pytest
from support.compiled import each_backend

from chalkgrad.engine import ArgumentError, MissingDependencyError, Value, ops
from chalkgrad.engine.compiler import backends
from chalkgrad.engine.compiler.primals import PRIMALS
from chalkgrad.engine.compiler.program import compile

pytest.importorskip("numpy")
pytest.importorskip("llvmlite")


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
