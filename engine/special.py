"""Special functions as floats: the gamma function, its logarithm, the derivatives of that logarithm; and exact sums.

`math` has the first two. The others are the *polygamma* functions: the digamma function is the slope of `lgamma`,
polygamma(n) the n-th derivative of digamma.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache

from .floats import div, inf, nan, pow

MOST = 100  # the highest order: beyond it n! and its powers leave the range of floats

# The Bernoulli numbers B2, B4, ..., B20 (DLMF 24.2, table 24.2.1).
BERNOULLI = (
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330,
)  # fmt: skip


def gamma(x: float) -> float:
    """The gamma function, `(x - 1)!` at whole numbers: an infinity at 0, nan at -1, -2, ... and at -inf."""
    try:
        return math.gamma(x)
    except OverflowError:
        return math.copysign(inf, x)
    except ValueError:
        return math.copysign(inf, x) if x == 0.0 else nan


def lgamma(x: float) -> float:
    """`log(abs(gamma(x)))`: inf at 0, -1, -2, ..., and where it is too large."""
    try:
        return math.lgamma(x)
    except (OverflowError, ValueError):
        return inf


def polygamma(n: int, x: float) -> float:
    """The n-th derivative of the digamma function, for n from 0, digamma itself, to `MOST`.

    Above 0 the recurrence (DLMF 5.15.5) leads up to where the asymptotic series holds (DLMF 5.11.2, 5.15.8); below,
    the reflection formula (DLMF 5.15.6) leads above 0.

    Measured against 50 digits, in units in the last place: above 0 within 5, for digamma of |psi| + 1, which has a root
    at 1.46; below 0 within 5 * (1 + n / 2) of the larger of its two terms.

    At 0 it is an infinity, of the sign that it has on the side of the zero's sign. At -1, -2, ... it is inf for odd n,
    and nan for even n, where the two sides part; at -inf it is nan.
    """
    if x != x or x == -inf:
        return nan
    if x > 0.0:
        return _above_zero(n, x)
    if x == 0.0:
        return div(-1.0 if n % 2 == 0 else 1.0, pow(x, n + 1.0))
    rest = math.remainder(x, 1.0)
    if rest == 0.0:
        return inf if n % 2 else nan
    above = _above_zero(n, 1.0 - x)
    return (-above if n % 2 else above) - _cotangent(n, rest)


def _above_zero(n: int, x: float) -> float:
    """By terms of one sign (for digamma all but the logarithm), added exactly."""
    terms = []
    steps = 0
    z = x
    while z < n + 12.0:
        terms.append(_over_power(math.factorial(n), z, n + 1))
        steps += 1
        z = x + steps
    first = _over_power(math.factorial(n - 1), z, n) if n else -math.log(z)
    scale = first if n else 1.0
    terms += [first, scale * (n or 1) / (2.0 * z)]
    for k, number in enumerate(BERNOULLI, 1):
        times = math.comb(2 * k + n - 1, 2 * k) if n else 1.0 / (2 * k)
        terms.append(scale * (number * times / pow(z, 2.0 * k)))
    total = fsum(*terms)
    return total if n % 2 else -total


def _over_power(factor: int, x: float, n: int) -> float:
    """`factor / x**n`, where `x**n` alone may be too large for a float."""
    power = pow(x, n)
    if power < inf:
        return div(factor, power)
    return div(div(factor, pow(x, n // 2)), pow(x, n - n // 2))


def _cotangent(n: int, x: float) -> float:
    """The n-th derivative of `pi / tan(pi * x)`, for x from -0.5 to 0.5."""
    quarter = math.copysign(0.5, x) - x
    cotangent = 1.0 / math.tan(math.pi * x) if abs(x) < 0.25 else math.tan(math.pi * quarter)
    first, *coefficients = _in_cotangents(n)
    total = float(first)
    for coefficient in coefficients:
        total = total * cotangent + coefficient
    return pow(math.pi, n + 1.0) * total


@cache
def _in_cotangents(n: int) -> tuple[int, ...]:
    """The n-th derivative of the cotangent as a polynomial in it, highest power first: c' is -(1 + c**2)."""
    powers = [0, 1]
    for _ in range(n):
        slope = [k * factor for k, factor in enumerate(powers)][1:]
        powers = [-a - b for a, b in zip([*slope, 0, 0], [0, 0, *slope], strict=True)]
    return tuple(reversed(powers))


def fsum(*xs: float) -> float:
    """The sum, rounded once (Shewchuk 1997), also where it is too large on the way; nan of inf and -inf."""
    try:
        return math.fsum(xs)
    except ValueError:
        return nan
    except OverflowError:
        special = [x for x in xs if not math.isfinite(x)]
        return sum(special) if special else _rounded(sum(map(Fraction, xs)))


def fma(x: float, y: float, z: float) -> float:
    """`x * y + z`, rounded once: what a product loses in rounding is `fma(x, y, -(x * y))`."""
    if not (math.isfinite(x) and math.isfinite(y)):
        return x * y + z
    if not math.isfinite(z):
        return z
    exact = Fraction(x) * Fraction(y) + Fraction(z)
    return _rounded(exact) if exact else x * y + z  # which has the sign of the zero


def _rounded(exact: Fraction | int) -> float:
    try:
        return float(exact)
    except OverflowError:
        return inf if exact > 0 else -inf
