"""Which vectors a processor gets, and which files of machine code are taken for such."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.compiled import bits, each_backend, network, squares

from chalkgrad.engine import Value
from chalkgrad.engine.compiler.llvm import jit
from chalkgrad.engine.compiler.llvm.ir import Target
from chalkgrad.engine.compiler.plan import MatVec
from chalkgrad.engine.compiler.program import compile

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

AVX512 = {"avx": True, "avx2": True, "avx512f": True}
AVX = {"avx": True, "avx512f": False}


@pytest.mark.parametrize(
    ("features", "triple", "doubles", "floats", "tile"),
    [
        (AVX512, "x86_64-pc-linux-gnu", 8, 16, 4),
        (AVX, "x86_64-pc-linux-gnu", 4, 8, 2),
        ({}, "x86_64-pc-linux-gnu", 2, 4, 2),
        ({}, "aarch64-apple-darwin", 2, 4, 4),
    ],
)
def test_a_vector_fills_a_register(
    features: dict[str, bool], triple: str, doubles: int, floats: int, tile: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jit, "_features", lambda: features)
    monkeypatch.setattr(jit._llvm(), "get_default_triple", lambda: triple)
    double, single = (jit.host.__wrapped__(kind, fast) for kind, fast in (("double", False), ("float", True)))
    assert (double.lanes, single.lanes, double.tile, single.tile) == (doubles, floats, tile, tile)
    assert (double.kind, double.fast, single.kind, single.fast) == ("double", False, "float", True)


def kept(folder: Path) -> bytes:
    x = Value(0.5)
    jit.library.cache_clear()
    assert compile((x * 3.0).exp(), [x], [], cache=folder, backend="llvm")([0.0]) == 1.0
    (file,) = folder.iterdir()
    return file.read_bytes()[32:]


def test_an_object_without_its_table_of_sections_is_none(tmp_path: Path) -> None:
    code = kept(tmp_path)
    assert jit._is_object(code) and jit._is_object(code + b"more")
    assert not jit._is_object(code[:-1])
    for name in (b"run\0", b"steps\0"):
        assert not jit._is_object(code.replace(name, b"x" * len(name)))
    if code[:4] == b"\x7fELF":
        assert not jit._is_object(code[:60] + bytes(2) + code[62:])  # no sections at all


@pytest.mark.skipif(os.name != "posix", reason="has modes of its own")
def test_a_cache_that_is_made_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        kept(tmp_path / "new")
    finally:
        os.umask(before)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("lanes", "tile"), [(2, 2), (4, 2), (8, 4)])
def test_every_row_is_reckoned_however_many_fill_the_last_tile(
    lanes: int, tile: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss, inputs, parameters = squares((2, 4, 1))
    tape = compile(loss, inputs, parameters).tape
    monkeypatch.setattr(jit, "host", lambda kind, fast: Target(lanes, kind, fast, tile))
    program = compile(loss, inputs, parameters, backend="llvm")
    for count in (*range(1, 2 * lanes * tile + 2), 33):
        rows = np.random.default_rng(count).normal(size=(count, len(inputs)))
        assert bits(program(rows)) == bits([tape.run(row)[0] for row in rows])


@each_backend
def test_sums_of_minus_zeros_are_minus_zero(backend: str) -> None:
    inputs, outputs, parameters = network((8, 8))
    for p in parameters:
        p.data = 0.0 if p.data > 0.0 else 1.0
    for bias in parameters[8::9]:
        bias.data = -0.0
    program = compile(outputs, inputs, parameters, backend=backend)
    assert any(isinstance(block, MatVec) for block in program.plan.body)
    rows = [[-0.0] * 8, [0.0] * 8]
    assert bits(program(rows)) == bits([[-0.0] * 8, [0.0] * 8])


@each_backend
def test_many_parameters_and_what_else_is_read_lie_apart(backend: str) -> None:
    x, c, d = Value(1.0), Value(1000.0), Value(5000.0)
    weights = [Value(float(i)) for i in range(1040)]
    loss = sum(weights, start=c * x) + d
    program = compile(loss, [x], weights, backend=backend)
    wanted = sum(range(1040)) + 2000.0 + 5000.0
    value, gradient = program.value_and_grad([[2.0], [2.0]])
    assert value == program([2.0]) == wanted and gradient.tolist() == [1.0] * 1040
