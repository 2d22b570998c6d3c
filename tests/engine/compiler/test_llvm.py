"""Machine code: for this processor and for others, kept on disk, written once for networks of any size."""

from __future__ import annotations

import errno
import hashlib
import math
import os
from pathlib import Path

import pytest
from support.compiled import bits, squares

from chalkgrad.engine import ArgumentError, Value
from chalkgrad.engine.compiler.llvm import jit
from chalkgrad.engine.compiler.llvm.ir import Target
from chalkgrad.engine.compiler.program import compile

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")


@pytest.mark.parametrize(("lanes", "tile"), [(2, 4), (4, 2), (16, 1)])
def test_vectors_of_other_processors(lanes: int, tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_code_does_not_grow_with_width() -> None:
    small, large = (compile(*squares((8, width, width, 4))) for width in (8, 24))
    assert small.ir == large.ir


def test_equal_structure_is_compiled_once() -> None:
    compile(*squares((3, 8, 8, 4))).value_and_grad(np.zeros((1, 4)))
    before = jit.library.cache_info().misses
    compile(*squares((5, 12, 9, 4))).value_and_grad(np.zeros((1, 6)))
    assert jit.library.cache_info().misses == before


def test_machine_code_is_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    name = jit._name("ir")
    monkeypatch.setattr(jit._llvm(), "get_host_cpu_name", lambda: "another")
    assert jit._name("ir") != name


def test_cache_on_disk(tmp_path: Path) -> None:
    def result(folder: Path) -> float:
        jit.library.cache_clear()
        x = Value(0.5)
        return float(compile((x * 3.0).tanh(), [x], [], cache=folder)([0.25]))

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


def cached(folder: Path) -> float:
    jit.library.cache_clear()
    x = Value(0.5)
    return float(compile((x * 3.0).tanh(), [x], [], cache=folder, backend="llvm")([0.25]))


def test_a_planted_entry_that_is_no_object_is_compiled_anew(tmp_path: Path) -> None:
    """Its digest is right, so that it was not cut short; LLVM would take the process down."""
    assert cached(tmp_path) == math.tanh(0.75)
    (file,) = tmp_path.iterdir()
    code = file.read_bytes()[32:]
    for planted in (b"", b"no object at all", b"\x7fELF" + bytes(60), code[:64], code[:40] + b"\xff" * 24 + code[64:]):
        file.write_bytes(hashlib.sha256(planted).digest() + planted)
        assert cached(tmp_path) == math.tanh(0.75)
        assert file.read_bytes()[32:] == code


def test_a_cache_that_cannot_be_used_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(jit, "_told", False)
    a_file = tmp_path / "file"
    a_file.write_text("in its place")
    assert cached(a_file) == cached(a_file / "below") == math.tanh(0.75)
    assert a_file.read_text() == "in its place"
    assert capsys.readouterr().err.count("is not used") == 1
    folder = tmp_path / "folder"
    assert cached(folder) == math.tanh(0.75)
    (entry,) = folder.iterdir()
    entry.unlink()
    entry.mkdir()
    assert cached(folder) == math.tanh(0.75) and list(folder.iterdir()) == [entry]


def test_a_full_disk_leaves_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: str, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    assert cached(tmp_path) == math.tanh(0.75) and not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="everything can be written to")
def test_a_read_only_cache(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert cached(tmp_path) == math.tanh(0.75)
    tmp_path.chmod(0o700)


@pytest.mark.skipif(os.name != "posix", reason="has modes of its own")
def test_a_cache_that_everybody_can_write_to_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(ArgumentError, match="only you can write to"):
        cached(tmp_path)


@pytest.mark.parametrize("label", ['"];evil', "<img src=x onerror=alert(1)>", "kernel0", "\n  ret void\n}", "\0", "é"])
def test_nothing_of_a_label_reaches_the_code(label: str) -> None:
    def code(own: str) -> str:
        x, w = Value(1.0, label=own), Value(2.0, label=own)
        y = (x * w).tanh()
        y.label = own
        return compile(y, [x]).ir

    assert code(label) == code("")


def test_listing_is_for_reading() -> None:
    x = Value(2.0)
    program = compile((x * x).tanh(), [x])
    assert "define void @run" in program.ir and "tanh" in program.listing
    assert str(program.tape).endswith("return %2")
