"""From IR to machine code in memory, by llvmlite; and back from a cache.

LLVM's optimizer is skipped, and its code generator told to be quick: the kernels are written
as they should run, and what more it could do costs time and gives nothing (tests/bench). Object
code on disk has a name that follows from all it depends on: the IR, the processor with its
features, the versions of LLVM and of this room.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import struct
import sys
import tempfile
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from .ir import Target

FORMAT = "1"  # of a file in the cache
_TILE = {16: 2, 32: 4}  # vector registers: vectors in a tile, so that 4 times as many sums fit


class Library:
    """Machine code in memory: the functions of one module of IR."""

    def __init__(self, ir: str, folder: Path | None) -> None:
        self.ir = ir
        code = _read(folder, ir) if folder else None
        if code is None:
            code = _machine().emit_object(_parsed(ir))
            if folder:
                _write(folder, ir, code)
        llvm = _llvm()
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _new_machine())
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()

    def address(self, name: str) -> int:
        """Where a function begins."""
        return int(self._engine.get_function_address(name))

    def function(self, name: str, arguments: int) -> Any:
        """A function of so many addresses, callable from Python; it runs without the interpreter's lock."""
        return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * arguments)(self.address(name))

    def assembly(self) -> str:
        """The machine code as text."""
        return str(_machine().emit_assembly(_parsed(self.ir)))


@lru_cache(maxsize=256)
def library(ir: str, folder: Path | None = None) -> Library:
    """The machine code of a module of IR: from this process, else from the folder, else compiled now."""
    return Library(ir, folder)


@cache
def host(kind: str, fast: bool) -> Target:
    """The vectors of this machine's processor."""
    features = _features()
    bits = 512 if features.get("avx512f") else 256 if features.get("avx") else 128
    registers = 32 if bits == 512 or "aarch64" in _llvm().get_default_triple() else 16
    return Target(bits // (64 if kind == "double" else 32), kind, fast, _TILE[registers])


def _llvm() -> Any:
    import llvmlite.binding as llvm

    _hold_at_forks()
    return llvm


@cache
def _hold_at_forks() -> None:
    """A fork waits for the call into LLVM that another thread is in: in the child it would never end."""
    from llvmlite.binding import ffi

    lock = getattr(ffi.lib, "_lock", None)
    if lock is not None and hasattr(os, "register_at_fork"):

        def release() -> None:
            lock.__exit__(None, None, None)

        os.register_at_fork(before=lock.__enter__, after_in_parent=release, after_in_child=release)


def _features() -> dict[str, bool]:
    return dict(_llvm().get_host_cpu_features())


def _parsed(ir: str) -> Any:
    parsed = _llvm().parse_assembly(ir)
    parsed.verify()
    return parsed


def _new_machine() -> Any:
    llvm = _llvm()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=1, jit=True
    )


@cache
def _machine() -> Any:
    return _new_machine()


# The cache on disk. A file is a digest of the code, then the code: what was cut short is not run.


def _name(ir: str) -> str:
    llvm = _llvm()
    parts = [
        FORMAT,
        ir,
        llvm.get_default_triple(),
        llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
        repr(llvm.llvm_version_info),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest() + ".o"


def _read(folder: Path, ir: str) -> bytes | None:
    try:
        content = (folder / _name(ir)).read_bytes()
    except OSError:
        return None
    digest, code = content[:32], content[32:]
    return code if hashlib.sha256(code).digest() == digest and _is_object(code) else None


def _is_object(code: bytes) -> bool:
    """Whether this can be an object of this machine: LLVM asserts it, and takes the process down, if it is none."""
    header = _machine().emit_object(_parsed(""))[:20]
    if len(code) < 64 or code[:2] != header[:2] or b"run\0" not in code or b"steps\0" not in code:
        return False
    if code[:5] != b"\x7fELF\x02":
        return True
    (sections,) = struct.unpack_from("<Q", code, 40)
    size, count = struct.unpack_from("<HH", code, 58)
    return code[:20] == header and count > 0 and bool(sections + size * count <= len(code))


def _write(folder: Path, ir: str, code: bytes) -> None:
    """Write under another name first, so that nobody ever reads half a file.

    A folder that cannot be written to is no reason not to run: it is said once.
    """
    global _told
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(code).digest() + code)
            os.replace(draft, folder / _name(ir))
        except BaseException:
            os.unlink(draft)
            raise
    except OSError as error:
        if not _told:
            _told = True
            print(f"The cache {folder} is not used: {error.strerror or error}.", file=sys.stderr)


_told = False
