"""Floats as IEEE 754 means them.

Python raises where IEEE arithmetic has an answer: `1.0 / 0.0`, `math.exp(1000)`,
`math.log(0.0)`; and `(-2.0) ** 0.5` turns complex. The helpers here give the
IEEE answer (inf, -inf or nan) instead, and `as_float` is the one door through
which a number enters chalkgrad.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .errors import ArgumentTypeError, OperandError, ScalarOverflowError

inf = math.inf
nan = math.nan
LARGEST = sys.float_info.max


def as_float(x: object, what: str = "a value") -> float:
    """The exact `float` of a real scalar: int, bool, Fraction, Decimal, numpy scalar, float.

    Raises:
        OperandError: `x` is a string, bytes, None, complex, an array or anything else
            that is not one real number; `what` names the argument in the message.
        ScalarOverflowError: `x` is an integer or fraction too large for a float.
    """
    if type(x) is float:
        return x
    kind = type(x)
    name = kind.__name__
    if getattr(kind, "_apply_op", None) is not None:
        raise OperandError(f"{what} must be a plain number, got a {name}; use its .data")
    if isinstance(x, (str, bytes, bytearray, complex)) or not hasattr(kind, "__float__"):
        raise OperandError(f"{what} must be a real number, got {name}")
    if getattr(x, "shape", ()) != ():
        shape = getattr(x, "shape", None)
        raise OperandError(f"{what} must be one real number, got {name} of shape {shape}")
    if getattr(getattr(x, "dtype", None), "kind", "f") not in "biuf":  # numpy's letters for real numbers
        raise OperandError(f"{what} must be a real number, got {name} of dtype {getattr(x, 'dtype', '')}")
    try:
        return float(x)  # type: ignore[arg-type]
    except OverflowError:
        raise ScalarOverflowError(f"{what} is too large for a float (above about 1.8e308)") from None
    except Exception as error:  # whatever a foreign __float__ may raise
        raise OperandError(f"{what} must be a real number, got {name}: {error}") from error


def as_list(xs: object, what: str, of: str) -> list[Any]:
    """The items of a list, tuple, array or iterator.

    Raises:
        ArgumentTypeError: `xs` is none of these; the message names the argument and what it should be a list `of`.
    """
    if not isinstance(xs, (str, bytes, bytearray, Mapping)) and isinstance(xs, Iterable):
        try:
            return list(xs)
        except TypeError:  # an array of no dimensions looks like a list
            pass
    raise ArgumentTypeError(f"{what} must be a list of {of}, got a single {type(xs).__name__}")


def div(a: float, b: float) -> float:
    """`a / b`, where `1/0` is inf, `-1/0` is -inf and `0/0` is nan."""
    try:
        return a / b
    except ZeroDivisionError:
        if a == 0.0 or a != a:
            return nan
        return math.copysign(inf, a) * math.copysign(1.0, b)


def exp(x: float) -> float:
    """`e**x`, inf when it is too large."""
    try:
        return math.exp(x)
    except OverflowError:
        return inf


def log(x: float) -> float:
    """Natural logarithm: -inf at 0, nan below."""
    try:
        return math.log(x)
    except ValueError:
        return -inf if x == 0.0 else nan


def sqrt(x: float) -> float:
    """Square root: nan below 0, and -0.0 at -0.0."""
    try:
        return math.sqrt(x)
    except ValueError:
        return nan


def sin(x: float) -> float:
    """Sine of `x` radians: nan at an infinity."""
    try:
        return math.sin(x)
    except ValueError:
        return nan


def cos(x: float) -> float:
    """Cosine of `x` radians: nan at an infinity."""
    try:
        return math.cos(x)
    except ValueError:
        return nan


def tan(x: float) -> float:
    """Tangent of `x` radians: nan at an infinity."""
    try:
        return math.tan(x)
    except ValueError:
        return nan


def pow(x: float, y: float) -> float:
    """`x**y` as C's pow: a negative base with a fractional exponent is nan, never complex."""
    try:
        return math.pow(x, y)
    except OverflowError:  # too large: the sign is that of the base when y is odd
        return -inf if x < 0.0 and math.fmod(y, 2.0) != 0.0 else inf
    except ValueError:  # a pole (0 to a negative power), or no real result
        if x != 0.0:
            return nan
        odd = math.isfinite(y) and math.fmod(y, 2.0) == -1.0
        return math.copysign(inf, x) if odd else inf


def pow_slope(x: float, y: float) -> float:
    """`y * x**(y - 1)`, the derivative of `x**y` by x: 0 at y = 0, whatever x is."""
    return 0.0 if y == 0.0 else y * pow(x, y - 1.0)


def fmod(a: float, b: float) -> float:
    """What is left of `a` when `b` is taken from it as often as it fits, with the sign of `a`: nan where b is 0."""
    try:
        return math.fmod(a, b)
    except ValueError:
        return nan


def mod(a: float, b: float) -> float:
    """`a % b` as Python has it, with the sign of `b`; nan where b is 0."""
    rest = fmod(a, b)
    if rest == 0.0:
        return -0.0 if b < 0.0 else 0.0
    wrong_side = rest > 0.0 if b < 0.0 else rest < 0.0
    return rest + b if wrong_side else rest


def hypot(a: float, b: float) -> float:
    """`sqrt(a*a + b*b)` without overflow on the way; nan if either is nan."""
    if a != a or b != b:
        return nan
    try:
        return abs(complex(a, b))  # the C library's hypot; math.hypot is another one
    except OverflowError:
        return inf


def _extended(function: Callable[[float], float], pole: float = nan) -> Callable[[float], float]:
    """A function of `math` with IEEE's answers where it raises: nan outside of its domain, -inf at a pole, or inf."""

    def value(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return -inf if x == pole else nan
        except OverflowError:
            return inf

    return value


expm1 = _extended(math.expm1)  # exp(x) - 1 and log(1 + x), right near 0 too
log1p = _extended(math.log1p, pole=-1.0)
log2 = _extended(math.log2, pole=0.0)
log10 = _extended(math.log10, pole=0.0)
asin = _extended(math.asin)
acos = _extended(math.acos)
cosh = _extended(math.cosh)
acosh = _extended(math.acosh)


def _of_the_c_library(name: str, operands: int) -> Callable[..., float]:
    """A function that `math` has in later versions of Python alone."""
    import ctypes

    function = getattr(ctypes.CDLL("ucrtbase" if os.name == "nt" else None), name)
    function.restype, function.argtypes = ctypes.c_double, [ctypes.c_double] * operands
    found: Callable[..., float] = function
    return found


cbrt: Callable[[float], float] = getattr(math, "cbrt", None) or _of_the_c_library("cbrt", 1)


def copysign(a: float, b: float) -> float:
    """The size of `a` with the sign of `b`; nan if either is, for the sign of a nan means nothing."""
    return math.copysign(a, b) if b == b else nan


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    """A way to a whole number, as a float with the sign of the operand, whatever its size."""
    return lambda x: math.copysign(float(function(x)), x) if math.isfinite(x) else x


floor = _whole(math.floor)
ceil = _whole(math.ceil)
trunc = _whole(math.trunc)


def sinh(x: float) -> float:
    """Hyperbolic sine, an infinity when it is too large."""
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(inf, x)


def atanh(x: float) -> float:
    """The number whose hyperbolic tangent is `x`: an infinity at 1 and -1, nan beyond."""
    try:
        return math.atanh(x)
    except ValueError:
        return math.copysign(inf, x) if x in (1.0, -1.0) else nan


def sigmoid(x: float) -> float:
    """`1 / (1 + exp(-x))`, branching on the sign so that nothing overflows."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    z = math.exp(x)
    return z / (1.0 + z)


def sech2(x: float) -> float:
    """`1 / cosh(x)**2`, as 4z / (1 + z)**2 with z = exp(-2|x|): right where 1 - tanh(x)**2 is 0."""
    z = math.exp(-2.0 * math.fabs(x))
    return 4.0 * z / ((1.0 + z) * (1.0 + z))


def relu(x: float) -> float:
    """`x` where it is positive, else 0; nan at nan."""
    return 0.0 if x <= 0.0 else x


def softplus(x: float) -> float:
    """`log(1 + exp(x))`, as max(x, 0) + log1p(exp(-|x|)), exact at both ends."""
    return (x if x > 0.0 else 0.0) + math.log1p(math.exp(-math.fabs(x)))


def silu(x: float) -> float:
    """`x * sigmoid(x)`, as x / (1 + exp(-x)) with fewest roundings; its limit 0 at -inf."""
    if x > -700.0:
        return x / (1.0 + math.exp(-x))
    return 0.0 if x == -inf else x * math.exp(x)


def gelu(x: float) -> float:
    """`x * Phi(x)` by the complementary error function; beyond |x| = 40 its limits, x and 0."""
    if x > 40.0:
        return x
    if x < -40.0:
        return 0.0
    return 0.5 * x * math.erfc(-x / math.sqrt(2.0))


def maximum(a: float, b: float) -> float:
    """The larger operand; nan if either is nan (builtin `max` would lose it)."""
    return a if a >= b else b if b > a else a + b


def minimum(a: float, b: float) -> float:
    """The smaller operand; nan if either is nan."""
    return a if a <= b else b if b < a else a + b


def sign(x: float) -> float:
    """-1, 0 or 1; nan at nan."""
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else x


def truth(holds: bool, a: float, b: float) -> float:
    """A comparison of `a` and `b` as a number: 1.0 or 0.0; nan if either operand is nan."""
    return 1.0 if holds else 0.0 if a == a and b == b else nan


def where(condition: float, a: float, b: float) -> float:
    """`a` if the condition is not 0, else `b`; nan if the condition is nan."""
    return a if condition > 0.0 or condition < 0.0 else b if condition == 0.0 else nan


def peak(*xs: float) -> float:
    """The largest operand, or the largest float when that is infinite: a shift for exponentials that is a number.

    Beside an infinite score the powers of all others are then 0, and its own is inf.
    """
    top = xs[0]
    for x in xs:
        top = maximum(top, x)
    return -LARGEST if top < -LARGEST else LARGEST if top > LARGEST else top


def logsumexp(*xs: float) -> float:
    """`log(sum(exp(x)))`, as top + log1p(sum of exp(x - top) over the others), summed left to right."""
    top = xs[0]
    for x in xs:
        top = maximum(top, x)
    if not math.isfinite(top):
        return top
    first = xs.index(top)
    others = 0.0
    for i, x in enumerate(xs):
        if i != first:
            others += math.exp(x - top)
    return top + math.log1p(others)


def same(a: float, b: float) -> bool:
    """Whether two floats are the same number: nan equals nan, and 0.0 is not -0.0."""
    if a != a or b != b:
        return a != a and b != b
    return a == b and math.copysign(1.0, a) == math.copysign(1.0, b)


def text(x: float, digits: int = 6) -> str:
    """A float as a person writes it: `text(3.0)` is '3', `text(0.5)` is '0.5'."""
    return format(x, f".{digits}g")


def texts(xs: Sequence[float], digits: int = 6) -> str:
    """Several floats, comma between: `texts([0.0, 0.5])` is '0, 0.5'."""
    return ", ".join(text(x, digits) for x in xs)
