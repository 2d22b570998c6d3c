"""A program as plain Python source, one line a slot, on NumPy or JAX arrays: for whoever goes on elsewhere.

Nothing is translated by hand. Each op that occurs is its line of `primals`, run on a machine whose numbers are
pieces of text: what comes out is the function's body.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from ..errors import ArgumentError, ArgumentTypeError
from ..narration import printable
from ..ops import CONSTANT, LEAF, Op
from .primals import compute, is_called
from .program import Program
from .tape import Tape

__all__ = ["to_jax", "to_jax_source", "to_numpy_source"]

# What a function of the C library is called in NumPy, where it has another name.
NAMES: Final = {
    "select": "where", "pow": "power", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2",
    "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh",
}  # fmt: skip
SPECIAL: Final = ("erf", "erfc")  # functions that NumPy has not


def to_numpy_source(program: Program) -> str:
    """The program as the source of a module that needs NumPy alone.

    The module has `LEAVES`, the numbers of the leaves as they are now; `NAMES`, their labels; and
    `program(rows, leaves=LEAVES)`, which takes rows as a call of the program does,
    and gives what it gives, to rounding.

    Raises:
        ArgumentError: it has an op of the user's own.
        ArgumentTypeError: `program` is no Program.
    """
    return _source(program, "np", "import numpy as np", "with np.errstate(all='ignore'):")


def to_jax_source(program: Program) -> str:
    """As `to_numpy_source`, on `jax.numpy`: to be differentiated by `leaves`, to be given to `jax.jit`.

    JAX calculates in float32 until `jax.config.update("jax_enable_x64", True)`.
    """
    return _source(program, "jnp", "import jax\nimport jax.numpy as jnp\nimport jax.scipy.special", "if True:")


def to_jax(program: Program) -> tuple[Callable[..., Any], list[float]]:
    """The function `program(rows, leaves)` on JAX arrays, and the numbers of the leaves.

    Raises:
        ArgumentTypeError: `program` is no Program.
        ImportError: there is no JAX.
    """
    names: dict[str, Any] = {}
    exec(to_jax_source(program), names)  # what was written above, and nothing of anybody else's
    return names["program"], names["LEAVES"]


def _source(program: Any, library: str, imports: str, block: str) -> str:
    if not isinstance(program, Program):
        raise ArgumentTypeError(f"program must be a Program, as compile gives it; got {type(program).__name__}")
    tape = program.tape
    leaves = {slot: i for i, slot in enumerate(tape.leaves)}
    functions, lines = _functions(tape, library), _lines(tape, leaves, library)
    if program._single:
        result = f"v{tape.outputs[0]}"
        spread = f"{library}.broadcast_to({result}, rows.shape[:-1])"
    else:
        results = ", ".join(f"{library}.broadcast_to(v{slot}, rows.shape[:-1])" for slot in tape.outputs)
        spread = f"{library}.stack([{results}], axis=-1)"
    numbers = [f"    {_number(leaf.data)},  # {_comment(leaf.label)}\n" for leaf in tape.leaves.values()]
    return (
        f'"""A program of chalkgrad: {len(tape)} operations and numbers, {len(tape.inputs)} inputs."""\n\n'
        f"import math\n\n{imports}\n\n"
        f"LEAVES = [\n{''.join(numbers)}]\n"
        f"NAMES = {[leaf.label for leaf in tape.leaves.values()]!a}\n\n\n"
        f"{functions}"
        "def program(rows, leaves=LEAVES):\n"
        f'    """The outputs for rows of {len(tape.inputs)} numbers, or for one row."""\n'
        f"    rows = {library}.asarray(rows) * 1.0\n"
        f"    if rows.shape[-1] != {len(tape.inputs)}:\n"
        f"        raise ValueError(f'rows must have {len(tape.inputs)} columns, got {{rows.shape}}')\n"
        f"    {block}\n{lines}"
        f"        return {spread}\n"
    )


def _lines(tape: Tape, leaves: dict[int, int], library: str) -> str:
    """The tape, a line for each slot."""
    inputs = {slot: i for i, slot in enumerate(tape.inputs)}
    lines = []
    for slot, (op, operands) in enumerate(zip(tape.ops, tape.operands, strict=True)):
        if op is CONSTANT:
            written = f"{library}.asarray({_number(tape.constants[slot])}, rows.dtype)"
        elif op is LEAF:
            written = (
                f"rows[..., {inputs[slot]}]"
                if slot in inputs
                else f"{library}.asarray(leaves[{leaves[slot]}], rows.dtype)"
            )
        else:
            arguments = [f"v{x}" for x in operands] + [_number(x) for x in op.params]
            written = f"op_{op.name}({', '.join(arguments)})"
        lines.append(f"        v{slot} = {written}\n")
    return "".join(lines)


def _functions(tape: Tape, library: str) -> str:
    """A function for each op that occurs."""
    found: dict[str, str] = {}
    for op in tape.ops:
        if op.arity != 0 and not op.listed:
            raise ArgumentError(
                f"{op.name!r} is an op of your own: how it is written in NumPy or JAX, nothing here knows"
            )
        if is_called(op):
            raise ArgumentError(f"{op.name!r} is written in Python alone: it has no line in engine/compiler/primals.py")
        if op.name not in found and op.arity != 0:
            found[op.name] = _function(op, library)
    return "".join(found.values())


def _function(op: Op, library: str) -> str:
    """An op as a function: its line of `primals`, written down."""
    machine = _Writer(library)
    arguments = [_Text(f"x{i}") for i in range(op.arity or 0)]
    numbers = [_Text(f"p{i}") for i in range(len(op.params))]
    member = Op(op.name, op.primal, op.partials, op.tex, arity=op.arity, params=tuple(numbers))  # type: ignore[arg-type]
    member.listed = op.listed
    result = _text(compute(machine, member, *arguments))
    names = ", ".join(x.text for x in (*arguments, *numbers))
    return f"def op_{op.name}({names}):\n{''.join(machine.lines)}    return {result}\n\n\n"


class _Text:
    """A number that is a piece of source: arithmetic makes longer pieces."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __neg__(self) -> _Text:
        return _Text(f"(-{self.text})")

    __hash__ = None  # type: ignore[assignment]


def _operator(symbol: str, swapped: bool = False) -> Callable[[_Text, Any], _Text]:
    def write(self: _Text, other: Any) -> _Text:
        left, right = (_text(other), self.text) if swapped else (self.text, _text(other))
        return _Text(f"({left} {symbol} {right})")

    return write


for _name, _symbol in {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "and": "&", "or": "|",
    "gt": ">", "ge": ">=", "lt": "<", "le": "<=", "eq": "==", "ne": "!=",
}.items():  # fmt: skip
    setattr(_Text, f"__{_name}__", _operator(_symbol))
    if _name in ("add", "sub", "mul", "truediv"):
        setattr(_Text, f"__r{_name}__", _operator(_symbol, swapped=True))


class _Writer:
    """The machine of `primals` that writes: each function is a line with a name for its result."""

    def __init__(self, library: str) -> None:
        self.library = library
        self.lines: list[str] = []

    def fma(self, x: Any, y: Any, z: Any) -> Any:
        """Neither library has it."""
        return x * y + z

    def __getattr__(self, name: str) -> Callable[..., _Text]:
        def call(*operands: Any) -> _Text:
            written = ", ".join(_text(x) for x in operands)
            result = f"t{len(self.lines)}"
            self.lines.append(f"    {result} = {self._called(name)}({written})\n")
            return _Text(result)

        return call

    def _called(self, name: str) -> str:
        if name not in SPECIAL:
            return f"{self.library}.{NAMES.get(name, name)}"
        return f"np.vectorize(math.{name}, otypes=[float])" if self.library == "np" else f"jax.scipy.special.{name}"


def _text(x: Any) -> str:
    return x.text if isinstance(x, _Text) else _number(x)


def _number(x: float) -> str:
    """A float as Python source."""
    if math.isnan(x):
        return "math.nan"
    return repr(float(x)) if math.isfinite(x) else f"{'-' if x < 0.0 else ''}math.inf"


def _comment(label: str) -> str:
    return ascii(printable(label))[1:-1] or "a leaf without a label"
