"""What a compiled program may be told, and what it is given: settings and samples, each checked.

The packages that compiling needs are looked for here: without llvmlite NumPy does the work.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError, ArgumentTypeError, MissingDependencyError
from ..value import Value

if TYPE_CHECKING:
    import numpy as np

    from .llvm.layout import Update
    from .llvm.runner import LaneRunner
    from .numpy_runner import NumpyRunner
    from .plan import Plan

    Array = np.ndarray[Any, Any]

BACKENDS = ("auto", "llvm", "numpy")
DTYPES = ("float64", "float32")
REDUCTIONS = ("mean", "sum", "none")


class Options:
    """How a program is compiled; each checked."""

    def __init__(self, backend: str, dtype: str, fast_math: bool, threads: int, cache: str | Path | None) -> None:
        for name, value, known in (("backend", backend, BACKENDS), ("dtype", dtype, DTYPES)):
            if value not in known:
                raise ArgumentError(f"{name} must be one of {', '.join(known)}; got {value!r}")
        if type(threads) is not int or threads < 1:
            raise ArgumentError(f"threads must be a whole number, 1 or more; got {threads!r}")
        self.backend = available(backend)
        self.dtype = dtype
        self.fast = bool(fast_math)
        self.threads = threads
        self.folder = None if cache is None else Path(cache)

    def runner(self, plan: Plan, parameters: int, update: Update | None = None) -> LaneRunner | NumpyRunner:
        """What runs a plan."""
        if self.backend == "numpy":
            from .numpy_runner import NumpyRunner

            return NumpyRunner(plan, self.dtype, self.fast)
        from .llvm import jit
        from .llvm.runner import LaneRunner

        target = jit.host("double" if self.dtype == "float64" else "float", self.fast)
        return LaneRunner(plan, target, self.folder, parameters, update)


def checked_values(xs: Any, what: str) -> list[Value]:
    """A list of Values, or an error that names what is none."""
    if isinstance(xs, (str, bytes, Value)) or not hasattr(xs, "__iter__"):
        raise ArgumentTypeError(f"{what} must be a list of Values, got {type(xs).__name__}")
    values = list(xs)
    for i, x in enumerate(values):
        if not isinstance(x, Value):
            raise ArgumentTypeError(f"{what}[{i}] must be a Value, got {type(x).__name__}")
    return values


def check_parameters(parameters: Sequence[Value], inputs: Sequence[Value]) -> None:
    """Refuse parameters that are no leaves of their own."""
    seen = {id(x): "is an input as well" for x in inputs}
    for i, p in enumerate(parameters):
        if not p.is_leaf or p.is_constant:
            raise ArgumentError(f"parameters[{i}] must be a leaf, got {'a constant' if p.is_constant else p.op}")
        if id(p) in seen:
            raise ArgumentError(f"parameters[{i}] {seen[id(p)]}")
        seen[id(p)] = "is given twice"


def as_samples(rows: Any, width: int, dtype: str) -> tuple[Array, bool]:
    """Rows as an array of numbers (rows, width), and whether a single one was given.

    Raises:
        ArgumentError: another shape.
        ArgumentTypeError: something else than numbers.
    """
    import numpy as np

    try:
        array = np.asarray(rows)
    except ValueError as error:
        raise ArgumentError(f"rows must have the shape (rows, {width}), and not differ in length") from error
    if array.dtype.kind not in "fiub" and array.size:
        raise ArgumentTypeError(f"rows must hold numbers, got {array.dtype}")
    one = array.ndim == 1
    if array.ndim not in (1, 2) or array.shape[-1] != width:
        raise ArgumentError(f"rows must have the shape (rows, {width}) or ({width},), got {array.shape}")
    array = np.ascontiguousarray(array, dtype=dtype)
    return array[None, :] if one else array, one


_told = False


def available(backend: str) -> str:
    """The back end to use. What is missing, and would be faster, is said once.

    Raises:
        MissingDependencyError: what the back end needs is not installed.
    """
    global _told
    if importlib.util.find_spec("numpy") is None:
        raise MissingDependencyError('compiling needs NumPy, better llvmlite too: pip install "chalkgrad[fast]"')
    if backend == "numpy":
        return backend
    if importlib.util.find_spec("llvmlite") is not None:
        return "llvm"
    if backend == "llvm":
        raise MissingDependencyError('machine code needs llvmlite: pip install "chalkgrad[fast]"')
    if not _told:
        _told = True
        print('Compiling for NumPy; machine code is faster: pip install "chalkgrad[fast]".', file=sys.stderr)
    return "numpy"
