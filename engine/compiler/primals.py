"""What each op computes, one line an op, for any machine that calculates on many numbers at once.

The operands may be NumPy arrays or lanes of LLVM code: a line is written in arithmetic,
comparisons and the few functions of the machine `m` (`select`, `exp`, ...), and says step for
step what `floats` says for one number, so the results are the same to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..errors import ArgumentError
from ..ops import Op

# The functions that come from the C library, each with its number of operands: Python's `math` calls the same ones.
_OF_ONE = "exp log log1p tanh erfc sin cos tan erf expm1 log2 log10 asin acos atan sinh cosh asinh acosh atanh cbrt"
_OF_TWO = "pow fmod hypot atan2"
LIBM = dict.fromkeys(_OF_ONE.split(), 1) | dict.fromkeys(_OF_TWO.split(), 2) | {"fma": 3}  # of which all give the same

# fmt: off

PRIMALS: dict[str, Callable[..., Any]] = {
    # arithmetic
    "add":        lambda m, a, b: a + b,
    "sub":        lambda m, a, b: a - b,
    "mul":        lambda m, a, b: a * b,
    "div":        lambda m, a, b: a / b,
    "neg":        lambda m, x: -x,
    "mod":        lambda m, a, b: _mod(m, m.fmod(a, b), b),
    "fmod":       lambda m, a, b: m.fmod(a, b),
    "fma":        lambda m, x, y, z: m.fma(x, y, z),
    "square":     lambda m, x: x * x,
    "reciprocal": lambda m, x: 1.0 / x,
    "pow":        lambda m, x, y: m.pow(x, y),
    "power":      lambda m, x, n: m.pow(x, n),
    "pow_slope":  lambda m, x, y: m.select(y == 0.0, 0.0, y * m.pow(x, y - 1.0)),
    # exponentials and roots
    "exp":        lambda m, x: m.exp(x),
    "log":        lambda m, x: m.log(x),
    "log1p":      lambda m, x: m.log1p(x),
    "sqrt":       lambda m, x: m.sqrt(x),
    "cbrt":       lambda m, x: m.cbrt(x),
    "erfc":       lambda m, x: m.erfc(x),
    "erf":        lambda m, x: m.erf(x),
    "exp2":       lambda m, x: m.pow(2.0, x),
    "expm1":      lambda m, x: m.expm1(x),
    "log2":       lambda m, x: m.log2(x),
    "log10":      lambda m, x: m.log10(x),
    # trigonometry
    "degrees":    lambda m, x: x * (180.0 / math.pi),
    "radians":    lambda m, x: x * (math.pi / 180.0),
    "sin":        lambda m, x: m.sin(x),
    "cos":        lambda m, x: m.cos(x),
    "tan":        lambda m, x: m.tan(x),
    "asin":       lambda m, x: m.asin(x),
    "acos":       lambda m, x: m.acos(x),
    "atan":       lambda m, x: m.atan(x),
    "atan2":      lambda m, y, x: m.atan2(y, x),
    "hypot":      lambda m, a, b: m.select((a == a) & (b == b), m.hypot(a, b), math.nan),
    # hyperbolic functions
    "sinh":       lambda m, x: m.sinh(x),
    "cosh":       lambda m, x: m.cosh(x),
    "asinh":      lambda m, x: m.asinh(x),
    "acosh":      lambda m, x: m.acosh(x),
    "atanh":      lambda m, x: m.atanh(x),
    # activations
    "tanh":       lambda m, x: m.tanh(x),
    "sech2":      lambda m, x: _sech2(m.exp(-2.0 * m.abs(x))),
    "sigmoid":    lambda m, x: _sigmoid(m, x, m.exp(-m.abs(x))),
    "relu":       lambda m, x: m.select(x <= 0.0, 0.0, x),
    "leaky_relu": lambda m, x, slope: m.select(x > 0.0, x, slope * x),
    "softplus":   lambda m, x: m.select(x > 0.0, x, 0.0) + m.log1p(m.exp(-m.abs(x))),
    "gelu":       lambda m, x: m.select(x > 40.0, x, m.select(x < -40.0, 0.0, 0.5 * x * m.erfc(-x / math.sqrt(2.0)))),
    "silu":       lambda m, x: _silu(m, x, m.exp(m.select(x > -700.0, -x, x))),
    # kinks and choices
    "abs":        lambda m, x: m.abs(x),
    "sign":       lambda m, x: m.select(x > 0.0, 1.0, m.select(x < 0.0, -1.0, m.select(x == 0.0, 0.0, x))),
    "floor":      lambda m, x: m.floor(x),
    "ceil":       lambda m, x: m.ceil(x),
    "trunc":      lambda m, x: m.trunc(x),
    "copysign":   lambda m, a, b: m.select(b == b, m.copysign(a, b), math.nan),
    "maximum":    lambda m, a, b: m.select(a >= b, a, m.select(b > a, b, a + b)),
    "minimum":    lambda m, a, b: m.select(a <= b, a, m.select(b < a, b, a + b)),
    "clamp":      lambda m, x, low, high: m.select(x < low, low, m.select(x > high, high, x)),
    "stop_gradient": lambda m, x: x * 1.0,  # a number of its own, with the same bits
    "where":      lambda m, c, a, b: m.select((c > 0.0) | (c < 0.0), a, m.select(c == 0.0, b, math.nan)),
    # comparisons: 1 or 0, and nan where an operand is nan
    "gt":         lambda m, a, b: _truth(m, a > b, a, b),
    "ge":         lambda m, a, b: _truth(m, a >= b, a, b),
    "lt":         lambda m, a, b: _truth(m, a < b, a, b),
    "le":         lambda m, a, b: _truth(m, a <= b, a, b),
    "eq":         lambda m, a, b: _truth(m, a == b, a, b),
    "ne":         lambda m, a, b: _truth(m, a != b, a, b),
}

# fmt: on

# Rows that Python alone computes: its gamma is not the C library's, and the others are its own code or ours.
CALLED = frozenset(("gamma", "lgamma", "polygamma", "fsum"))


def is_called(op: Op) -> bool:
    """Whether an op has no line above: one of `CALLED`, or one of the user's own. NumPy runs it by its primal."""
    return op.arity != 0 and (not op.listed or op.name in CALLED)


def compute(machine: Any, op: Op, *operands: Any) -> Any:
    """Apply an op on a machine; one without a line by its own primal, if the machine can call Python.

    Raises:
        ArgumentError: the op has no line in the table above, and the machine runs no Python.
    """
    if is_called(op) and hasattr(machine, "call"):
        return machine.call(op, operands)
    if is_called(op) or op.name not in PRIMALS:
        raise ArgumentError(
            f"the op {op.name!r} cannot be compiled to machine code: it has no line in engine/compiler/primals.py; "
            "backend='numpy' runs it by its primal"
        )
    return PRIMALS[op.name](machine, *operands, *op.params)


def _truth(m: Any, holds: Any, a: Any, b: Any) -> Any:
    return m.select(holds, 1.0, m.select((a == a) & (b == b), 0.0, math.nan))


def _sigmoid(m: Any, x: Any, z: Any) -> Any:
    return m.select(x >= 0.0, 1.0, z) / (1.0 + z)


def _silu(m: Any, x: Any, z: Any) -> Any:
    return m.select(x > -700.0, x / (1.0 + z), m.select(x == -math.inf, 0.0, x * z))


def _mod(m: Any, rest: Any, b: Any) -> Any:
    below = m.select(rest > 0.0, rest + b, m.select(rest == 0.0, -0.0, rest))
    above = m.select(rest < 0.0, rest + b, m.select(rest == 0.0, 0.0, rest))
    return m.select(b < 0.0, below, above)


def _sech2(z: Any) -> Any:
    return 4.0 * z / ((1.0 + z) * (1.0 + z))
