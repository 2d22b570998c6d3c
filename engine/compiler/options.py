"""What a compiled program may be told, and what it is given: settings and samples, each checked.

A setting is checked once, here; the rooms behind trust it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import floats
from ..errors import ArgumentError, ArgumentTypeError
from ..value import Value
from .primals import is_called
from .tape import Tape

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

DTYPES = {"float64": floats.LARGEST, "float32": 2.0**128 - 2.0**104}  # each with its largest number
REDUCTIONS = ("mean", "sum", "none")


class Options:
    """How a program is compiled; each checked.

    Attributes:
        backend: "llvm" or "numpy": what is there to run it.
        dtype: "float64" or "float32".
        largest: the largest number that it has.
        fast: whether the last bits may change.
        threads: how many share out the rows.
        folder: where machine code is kept, or None.
    """

    def __init__(
        self, backend: str, dtype: str, fast_math: bool, threads: int, cache: str | Path | None, auto: bool = False
    ) -> None:
        if dtype not in DTYPES:
            raise ArgumentError(f"dtype must be one of {', '.join(DTYPES)}; got {dtype!r}")
        if type(threads) is not int or threads < 1:
            raise ArgumentError(f"threads must be a whole number, 1 or more; got {threads!r}")
        self.backend = backend
        self._auto = auto
        self.dtype = dtype
        self.largest = DTYPES[dtype]
        self.fast = bool(fast_math)
        self.threads = threads
        self.folder = None if cache is None else _own_folder(Path(cache))

    def suit(self, *tapes: Tape) -> None:
        """Take NumPy, if the choice is free, where a tape has an op that has no machine code."""
        if self._auto and any(is_called(op) for tape in tapes for op in tape.ops):
            self.backend = "numpy"


def _own_folder(folder: Path) -> Path:
    """A folder of machine code, which is run: one that everybody can write to is refused."""
    try:
        mode = folder.stat().st_mode
    except OSError:  # not there yet, or out of reach: found out when it is used
        return folder
    if os.name == "posix" and mode & stat.S_IWOTH:
        raise ArgumentError(
            f"cache must be a folder that only you can write to, for what is in it is run; "
            f"anybody can write to {folder} (chmod o-w)"
        )
    return folder


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
    cure = "derivatives by inputs can be outputs: compile([y, *grad(y, inputs, create_graph=True)], inputs)"
    seen = {id(x): f"is an input as well; {cure}" for x in inputs}
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
    one = array.ndim == 1
    if array.ndim not in (1, 2) or array.shape[-1] != width:
        raise ArgumentError(f"rows must have the shape (rows, {width}) or ({width},), got {array.shape}")
    array = as_array(array, "rows", dtype)
    return array[None, :] if one else array, one


def as_array(numbers: Any, what: str, dtype: str) -> Array:
    """Numbers as an array of a type; one too large for float32 becomes inf, without a warning.

    Raises:
        ArgumentTypeError: something else than numbers, or than whole ones for a type of whole numbers.
    """
    import numpy as np

    array = np.asarray(numbers)
    wanted, kinds = ("numbers", "fiub") if dtype.startswith("float") else ("whole numbers", "iu")
    if array.dtype.kind not in kinds and array.size:
        raise ArgumentTypeError(f"{what} must hold {wanted}, got {array.dtype}")
    if dtype != "float32":
        return np.ascontiguousarray(array, dtype)
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(array, dtype)
