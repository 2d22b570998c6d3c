"""The back ends: what there is to run a plan with, and what is installed.

Machine code (`llvm`, by llvmlite) is faster; without llvmlite NumPy does the work, to the same
bits. A *runner* is a plan with the memory that it needs, ready to be called.
"""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

from ..errors import ArgumentError, MissingDependencyError
from .options import Options
from .plan import Plan, Update

if TYPE_CHECKING:
    from .llvm.runner import LaneRunner
    from .numpy_runner import NumpyRunner

BACKENDS = ("auto", "llvm", "numpy")

_told = False


def available(backend: str) -> str:
    """The back end to use, "llvm" or "numpy". What is missing, and would be faster, is said once.

    Raises:
        ArgumentError: there is no such back end.
        MissingDependencyError: what the back end needs is not installed.
    """
    global _told
    if backend not in BACKENDS:
        raise ArgumentError(f"backend must be one of {', '.join(BACKENDS)}; got {backend!r}")
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


def runner(plan: Plan, options: Options, parameters: int, update: Update | None = None) -> LaneRunner | NumpyRunner:
    """What runs a plan whose first leaves are so many parameters; in machine code with an update after each run."""
    if options.backend == "numpy":
        from .numpy_runner import NumpyRunner

        return NumpyRunner(plan, options.dtype, options.fast)
    from .llvm import jit
    from .llvm.runner import LaneRunner

    target = jit.host("double" if options.dtype == "float64" else "float", options.fast)
    return LaneRunner(plan, target, options.folder, parameters, update)
