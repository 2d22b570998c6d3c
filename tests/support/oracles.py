"""The truth about every op, to 50 digits: its value, its derivatives, and where to ask.

One row an op, written from the mathematics alone, in mpmath; nothing here comes
from the engine's own table. A row also says over which range the op is tested and
how close a float has to come. A wider bound than usual comes with its reason.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mpmath

from chalkgrad.engine.ops import FAMILIES, OPS, Op

mp = mpmath.MPContext()  # a context of its own, so that no other test's precision matters
mp.dps = 50

SMALLEST = math.ldexp(1.0, -1022)  # the smallest float with all of its 53 bits
LARGEST = 1.7e308

Exact = Any  # an mpmath number
Range = tuple[float, float]


@dataclass(frozen=True)
class Truth:
    """What is known of one op.

    Attributes:
        value: exact operands to the exact value.
        slopes: exact operands to the exact partial derivatives.
        ranges: lowest and highest operand to test, one pair an operand.
        around: points to look at closely.
        value_ulps, slope_ulps: how far from the truth, in units of the last place of the truth.
        why: the reason for a bound wider than 2 and 4, or for a measure of its own.
        value_measure, slope_measure: exact operands to a magnitude (or one a slope). Where this is
            larger than the truth, its last place is the unit: a sum is no better than its terms.
        length: the distance over which the op changes, if it has one; else a point's own size is meant.
        flat: piecewise linear, so that the second derivative is 0 wherever there is one.
    """

    value: Callable[..., Exact]
    slopes: Callable[..., tuple[Exact, ...]]
    ranges: tuple[Range, ...]
    around: tuple[float, ...] = (0.0,)
    value_ulps: float = 2.0
    slope_ulps: float = 4.0
    why: str = ""
    value_measure: Callable[..., Exact] | None = None
    slope_measure: Callable[..., tuple[Exact, ...]] | None = None
    length: float = 0.0
    flat: bool = False


# Helpers, in exact numbers


def logistic(x: Exact) -> Exact:
    return 1 / (1 + mp.exp(-x))


def bell(x: Exact) -> Exact:
    """The derivative of the logistic function."""
    z = mp.exp(-abs(x))
    return z / (1 + z) ** 2


def normal_cdf(x: Exact) -> Exact:
    return mp.erfc(-x / mp.sqrt(2)) / 2


def normal_pdf(x: Exact) -> Exact:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def step(x: Exact) -> int:
    return int(x > 0)


def signum(x: Exact) -> Exact:
    return (x > 0) - (x < 0)


def share(a: Exact, b: Exact) -> tuple[Exact, Exact]:
    """What the larger of two gets: all, or half of it each at a tie."""
    return (mp.mpf(0.5), mp.mpf(0.5)) if a == b else (int(a > b), int(b > a))


def logsumexp(*xs: Exact) -> Exact:
    *rest, top = sorted(xs)
    return top + mp.log1p(mp.fsum(mp.exp(x - top) for x in rest))


def softmax(*xs: Exact) -> tuple[Exact, ...]:
    total = logsumexp(*xs)
    return tuple(mp.exp(x - total) for x in xs)


def spread(*xs: Exact) -> Exact:
    """What the operands below the peak add, times what an error in the rounded exponent comes to."""
    *rest, top = sorted(xs)
    return mp.fsum(mp.exp(x - top) * (1 + top - x) for x in rest)


def root3(x: Exact) -> Exact:
    return mp.sign(x) * mp.cbrt(abs(x))


def log_gamma(x: Exact) -> Exact:
    return mp.re(mp.loggamma(x))


def psi_terms(n: int, x: Exact) -> Exact:
    """What polygamma adds up, without its signs: below 0 the reflected value and the derivative of the cotangent."""
    if x > 0:
        return abs(mp.psi(n, x)) + (n == 0)
    above = mp.psi(n, 1 - x)
    return abs(above) + abs((-1) ** n * above - mp.psi(n, x)) + (n == 0)


def comparison(holds: Callable[[Exact, Exact], bool]) -> Truth:
    return Truth(lambda a, b: int(holds(a, b)), lambda a, b: (0, 0), (ANY, ANY), value_ulps=0, slope_ulps=0, flat=True)


# The table

ANY = (-1e300, 1e300)
GAMMA_ULPS = 10.0  # what CPython claims of its own is "a few"
MODERATE = (-1e150, 1e150)

# fmt: off
TRUTHS: dict[str, Truth] = {
    "add": Truth(lambda a, b: a + b, lambda a, b: (1, 1),  (ANY, ANY), value_ulps=0.5, slope_ulps=0, flat=True),
    "sub": Truth(lambda a, b: a - b, lambda a, b: (1, -1), (ANY, ANY), value_ulps=0.5, slope_ulps=0, flat=True),
    "mul": Truth(lambda a, b: a * b, lambda a, b: (b, a),  (MODERATE, MODERATE), value_ulps=0.5, slope_ulps=0),
    "div": Truth(lambda a, b: a / b, lambda a, b: (1 / b, -a / b**2), ((-1e100, 1e100), (-1e100, 1e100)),
                 value_ulps=0.5),
    "neg": Truth(lambda x: -x, lambda x: (-1,), (ANY,), value_ulps=0, slope_ulps=0, flat=True),
    "pow": Truth(lambda x, y: x**y, lambda x, y: (y * x ** (y - 1), x**y * mp.log(x)), ((1e-30, 1e30), (-9.0, 9.0)),
                 around=(1.0, 2.0), why="y - 1 is rounded before it is an exponent",
                 slope_measure=lambda x, y: (abs(y * x ** (y - 1)) * (1 + abs((y - 1) * mp.log(x))), 0)),
    "pow_slope": Truth(lambda x, y: y * x ** (y - 1),
                       lambda x, y: (y * (y - 1) * x ** (y - 2), x ** (y - 1) * (1 + y * mp.log(x))),
                       ((1e-20, 1e20), (-9.0, 9.0)), around=(1.0, 2.0), why="y - 1 is rounded before it is an exponent",
                       value_measure=lambda x, y: abs(y * x ** (y - 1)) * (1 + abs((y - 1) * mp.log(x))),
                       slope_measure=lambda x, y: (
                           abs(y) * x ** (y - 2) * (1 + abs(y - 1)) * (1 + abs((y - 2) * mp.log(x))),
                           x ** (y - 1) * (1 + abs(y * mp.log(x))) * (1 + abs((y - 1) * mp.log(x))))),
    "mod": Truth(lambda a, b: a - b * mp.floor(a / b), lambda a, b: (1, -mp.floor(a / b)), ((-1e3, 1e3), (0.5, 9.0)),
                 around=(1.0, 6.0), value_measure=lambda a, b: b, flat=True,
                 why="the last step adds b to a negative remainder, which is rounded to b's places"),
    "fmod": Truth(lambda a, b: a - b * int(a / b), lambda a, b: (1, -int(a / b)), ((-1e3, 1e3), (0.5, 9.0)),
                  around=(1.0, 6.0), value_ulps=0, flat=True),
    "fma": Truth(lambda x, y, z: x * y + z, lambda x, y, z: (y, x, 1), (MODERATE, MODERATE, ANY), value_ulps=0.5,
                 slope_ulps=0),
    "square": Truth(lambda x: x * x, lambda x: (2 * x,), (MODERATE,), value_ulps=0.5, slope_ulps=0),
    "reciprocal": Truth(lambda x: 1 / x, lambda x: (-1 / x**2,), ((-1e100, 1e100),), value_ulps=0.5),
    "stop_gradient": Truth(lambda x: x, lambda x: (0,), (ANY,), value_ulps=0, slope_ulps=0, flat=True),
    "exp2": Truth(lambda x: mp.mpf(2) ** x, lambda x: (mp.mpf(2) ** x * mp.log(2),), ((-1000.0, 1023.0),),
                  around=(0.0, 1.0)),
    "expm1": Truth(mp.expm1, lambda x: (mp.exp(x),), ((-700.0, 709.7),), around=(0.0, 1.0, -40.0)),
    "log1p": Truth(mp.log1p, lambda x: (1 / (1 + x),), ((-1.0, LARGEST),), around=(0.0, -1.0, 1.0)),
    "log2": Truth(lambda x: mp.log(x, 2), lambda x: (1 / (x * mp.log(2)),), ((0.0, LARGEST),), around=(0.0, 1.0)),
    "log10": Truth(mp.log10, lambda x: (1 / (x * mp.log(10)),), ((0.0, LARGEST),), around=(0.0, 1.0)),
    "erf": Truth(mp.erf, lambda x: (2 * mp.exp(-x * x) / mp.sqrt(mp.pi),), ((-26.0, 26.0),), length=1.0,
                 why="x * x is rounded before it is an exponent",
                 slope_measure=lambda x: (mp.exp(-x * x) * (1 + x * x),)),
    "asin": Truth(mp.asin, lambda x: (1 / mp.sqrt((1 - x) * (1 + x)),), ((-1.0, 1.0),), around=(0.0, 1.0, -1.0)),
    "acos": Truth(mp.acos, lambda x: (-1 / mp.sqrt((1 - x) * (1 + x)),), ((-1.0, 1.0),), around=(0.0, 1.0, -1.0)),
    "atan": Truth(mp.atan, lambda x: (1 / (1 + x * x),), (MODERATE,), around=(0.0, 1.0)),
    "atan2": Truth(mp.atan2, lambda y, x: (x / (x * x + y * y), -y / (x * x + y * y)), ((-1e100, 1e100),) * 2,
                   around=(0.0, 1.0)),
    "hypot": Truth(mp.hypot, lambda a, b: (a / mp.hypot(a, b), b / mp.hypot(a, b)) if a or b else (0, 0),
                   (MODERATE, MODERATE)),
    "sinh": Truth(mp.sinh, lambda x: (mp.cosh(x),), ((-710.0, 710.0),), around=(0.0, 1.0), length=1.0),
    "cosh": Truth(mp.cosh, lambda x: (mp.sinh(x),), ((-710.0, 710.0),), around=(0.0, 1.0), length=1.0),
    "asinh": Truth(mp.asinh, lambda x: (1 / mp.sqrt(1 + x * x),), (MODERATE,), around=(0.0, 1.0)),
    "acosh": Truth(mp.acosh, lambda x: (1 / mp.sqrt((x - 1) * (x + 1)),), ((1.0, 1e150),), around=(1.0, 2.0)),
    "atanh": Truth(mp.atanh, lambda x: (1 / ((1 - x) * (1 + x)),), ((-1.0, 1.0),), around=(0.0, 1.0, -1.0)),
    "exp": Truth(mp.exp, lambda x: (mp.exp(x),), ((-708.0, 709.7),), around=(0.0, 1.0, 709.0)),
    "log": Truth(mp.log, lambda x: (1 / x,), ((0.0, LARGEST),), around=(0.0, 1.0)),
    "sqrt": Truth(mp.sqrt, lambda x: (1 / (2 * mp.sqrt(x)),), ((0.0, LARGEST),), around=(0.0, 1.0)),
    "cbrt": Truth(root3, lambda x: (1 / (3 * root3(x) ** 2),), (ANY,), around=(0.0, 1.0, -8.0), value_ulps=4.0,
                  slope_ulps=10.0, why="the value is the C library's (glibc: 3.7 ulp); its square stands in the slope"),
    "degrees": Truth(mp.degrees, lambda x: (180 / mp.pi,), (ANY,), flat=True),
    "radians": Truth(mp.radians, lambda x: (mp.pi / 180,), (ANY,), flat=True),
    "gamma": Truth(mp.gamma, lambda x: (mp.gamma(x) * mp.psi(0, x),), ((-20.0, 171.6),),
                   around=(1.0, 2.0, 1.4616321449683623), value_ulps=GAMMA_ULPS, slope_ulps=GAMMA_ULPS + 4,
                   why="the value is Python's own; the slope is no better than its factor, a sum that is 0 at 1.46",
                   slope_measure=lambda x: (abs(mp.gamma(x)) * psi_terms(0, x),)),
    "lgamma": Truth(log_gamma, lambda x: (mp.psi(0, x),), ((-20.0, 1e300),), around=(1.0, 2.0, 1.4616321449683623),
                    value_ulps=GAMMA_ULPS, why="the value is Python's own, a sum; digamma is one too",
                    value_measure=lambda x: 1 + abs(x) * abs(mp.log(abs(x))),
                    slope_measure=lambda x: (psi_terms(0, x),)),
    "erfc": Truth(mp.erfc, lambda x: (-2 * mp.exp(-x * x) / mp.sqrt(mp.pi),), ((-6.0, 26.0),), length=1.0,
                  value_ulps=4.0, why="the value is the C library's; x * x is rounded before it is an exponent",
                  slope_measure=lambda x: (mp.exp(-x * x) * (1 + x * x),)),
    "sin": Truth(mp.sin, lambda x: (mp.cos(x),), ((-1e15, 1e15),), around=(0.0, math.pi, math.pi / 2), length=1.0),
    "cos": Truth(mp.cos, lambda x: (-mp.sin(x),), ((-1e15, 1e15),), around=(0.0, math.pi, math.pi / 2), length=1.0),
    "tan": Truth(mp.tan, lambda x: (mp.sec(x) ** 2,), ((-1e15, 1e15),), around=(0.0, math.pi, math.pi / 2), length=1.0),
    "tanh": Truth(mp.tanh, lambda x: (mp.sech(x) ** 2,), ((-350.0, 350.0),), around=(0.0, 20.0), length=1.0),
    "sech2": Truth(lambda x: mp.sech(x) ** 2, lambda x: (-2 * mp.sech(x) ** 2 * mp.tanh(x),), ((-350.0, 350.0),),
                   length=1.0, value_ulps=4.0, slope_ulps=5.0, why="4z / (1 + z)**2 is rounded six times"),
    "sigmoid": Truth(logistic, lambda x: (bell(x),), ((-700.0, 700.0),), around=(0.0, 40.0), length=1.0),
    "relu": Truth(lambda x: max(x, 0), lambda x: (step(x),), (ANY,), value_ulps=0, slope_ulps=0, flat=True),
    "softplus": Truth(lambda x: max(x, 0) + mp.log1p(mp.exp(-abs(x))), lambda x: (logistic(x),), ((-700.0, 1e6),),
                      around=(0.0, 20.0, 25.0), length=1.0),
    "gelu": Truth(lambda x: x * normal_cdf(x), lambda x: (normal_cdf(x) + x * normal_pdf(x),), ((-37.0, 60.0),),
                  around=(0.0, -0.75179152, 1.0), length=1.0,
                  why="x / sqrt(2) and x * x are rounded before they are exponents; the slope is a sum",
                  value_measure=lambda x: abs(x) * normal_cdf(x) * (1 + x * x if x < 0 else 1),
                  slope_measure=lambda x: ((normal_cdf(x) + abs(x) * normal_pdf(x)) * (1 + x * x if x < 0 else 1),)),
    "silu": Truth(lambda x: x * logistic(x), lambda x: (logistic(x) * (1 + x * logistic(-x)),), ((-700.0, 1e6),),
                  around=(0.0, -1.27846454, 1.0),
                  why="the slope is a sum", slope_measure=lambda x: (max(logistic(x), abs(x) * bell(x)),), length=1.0),
    "abs": Truth(abs, lambda x: (signum(x),), (ANY,), value_ulps=0, slope_ulps=0, flat=True),
    "sign": Truth(signum, lambda x: (0,), (ANY,), value_ulps=0, slope_ulps=0, flat=True),
    "floor": Truth(mp.floor, lambda x: (0,), (ANY,), value_ulps=0, slope_ulps=0, flat=True),
    "ceil": Truth(mp.ceil, lambda x: (0,), (ANY,), value_ulps=0, slope_ulps=0, flat=True),
    "trunc": Truth(lambda x: mp.mpf(int(x)), lambda x: (0,), (ANY,), value_ulps=0, slope_ulps=0, flat=True),
    "copysign": Truth(lambda a, b: -abs(a) if b < 0 else abs(a), lambda a, b: (signum(a) * (-1 if b < 0 else 1), 0),
                      (ANY, ANY), around=(1.0,), value_ulps=0, slope_ulps=0, flat=True),
    "maximum": Truth(max, share, (ANY, ANY), value_ulps=0, slope_ulps=0, flat=True),
    "minimum": Truth(min, lambda a, b: share(-a, -b), (ANY, ANY), value_ulps=0, slope_ulps=0, flat=True),
    "where": Truth(lambda c, a, b: a if c else b, lambda c, a, b: (0, int(c != 0), int(c == 0)), (ANY, ANY, ANY),
                   value_ulps=0, slope_ulps=0, flat=True),
    "gt": comparison(lambda a, b: a > b),
    "ge": comparison(lambda a, b: a >= b),
    "lt": comparison(lambda a, b: a < b),
    "le": comparison(lambda a, b: a <= b),
    "eq": comparison(lambda a, b: a == b),
    "ne": comparison(lambda a, b: a != b),
    "logsumexp": Truth(logsumexp, softmax, ((-300.0, 300.0),) * 3, length=1.0,
                       why="the value is a sum; x - peak is rounded before it is an exponent",
                       value_measure=lambda *xs: abs(max(xs)) + spread(*xs),
                       slope_measure=lambda *xs: tuple(
                           s * (1 + max(xs) - x) for s, x in zip(softmax(*xs), xs, strict=True))),
    "fsum": Truth(lambda *xs: mp.fsum(xs), lambda *xs: (1,) * len(xs), (ANY, ANY, ANY), value_ulps=0.5, slope_ulps=0,
                  flat=True),
    "peak": Truth(lambda *xs: max(xs), lambda *xs: (0,) * len(xs), (ANY, ANY, ANY), value_ulps=0, slope_ulps=0,
                  flat=True),
}

POWERS = (0.0, 1.0, 2.0, 3.0, -1.0, -2.0, 7.0, 0.5, -0.5, 1.5, 0.1, -2.7, 30.0)
SLOPES = (0.01, 0.0, 0.3, -0.5, 2.0)
ORDERS = (0.0, 1.0, 2.0, 5.0, 20.0)
BOUNDS = ((-1.0, 1.0), (0.0, 6.0), (-math.inf, 0.5), (2.0, 2.0))
# fmt: on


def power(n: float) -> Truth:
    return Truth(
        lambda x: x**n,
        lambda x: (n * x ** (n - mp.mpf(1)) if n else 0,),
        ((-1e9 if n == int(n) else 0.0, 1e9),),
        around=(0.0, 1.0),
        why="n - 1 is rounded before it is an exponent; x**(n - 1) may be subnormal",
        slope_measure=lambda x: (max(_power_slope(n, x), abs(n) * SMALLEST),),
    )


def _power_slope(n: float, x: Exact) -> Exact:
    """The size of a power's slope, times what an error in the rounded exponent comes to."""
    slope = abs(n * x ** (n - mp.mpf(1))) if n else mp.mpf(0)
    return slope if n - 1.0 == mp.mpf(n) - 1 or not x else slope * (1 + abs((n - 1) * mp.log(abs(x))))


def leaky_relu(slope: float) -> Truth:
    return Truth(
        lambda x: x if x > 0 else slope * x,
        lambda x: (1 if x > 0 else slope,),
        (ANY,),
        value_ulps=0.5,
        slope_ulps=0,
        flat=True,
    )


def clamp(low: float, high: float) -> Truth:
    return Truth(
        lambda x: min(max(x, low), high),
        lambda x: (int(low <= x <= high),),
        (ANY,),
        around=tuple(bound for bound in (0.0, low, high) if math.isfinite(bound)),
        value_ulps=0,
        slope_ulps=0,
        flat=True,
    )


def polygamma(n: float) -> Truth:
    """Measured: 4 ulp above 0, where the terms have one sign; below, an error in the cotangent comes n + 1 fold."""
    order = int(n)

    def measure(order: int) -> Callable[[Exact], Exact]:
        return lambda x: psi_terms(order, x) * (1 if x > 0 else 1 + order / 2)

    return Truth(
        lambda x: mp.psi(order, x),
        lambda x: (mp.psi(order + 1, x),),
        ((-20.0, 1e6),),
        around=(1.0, 2.0, 1.4616321449683623),
        value_ulps=5.0,
        slope_ulps=5.0,
        why="a sum; below 0 the cotangent stands in it to the power n + 1",
        value_measure=measure(order),
        slope_measure=lambda x: (measure(order + 1)(x),),
    )


FAMILY_TRUTHS: dict[str, tuple[Callable[..., Truth], tuple[tuple[float, ...], ...]]] = {
    "power": (power, tuple((n,) for n in POWERS)),
    "leaky_relu": (leaky_relu, tuple((slope,) for slope in SLOPES)),
    "clamp": (clamp, BOUNDS),
    "polygamma": (polygamma, tuple((n,) for n in ORDERS)),
}


def truth(op: Op) -> Truth:
    """The row of an op; KeyError for one that has none."""
    return FAMILY_TRUTHS[op.name][0](*op.params) if op.name in FAMILY_TRUTHS else TRUTHS[op.name]


def all_ops() -> Iterator[Op]:
    """Every op of the engine's table, and of each family the members that are tested."""
    yield from OPS.values()
    for name, make in FAMILIES.items():
        for params in FAMILY_TRUTHS[name][1]:
            yield make(*params)


# Points and distances


def sample(row: Truth, rng: random.Random) -> tuple[float, ...]:
    """A point: each operand uniform over its range, log-uniform over it, or near a special point."""
    return tuple(_sample(low, high, row.around, rng) for low, high in row.ranges)


def _sample(low: float, high: float, around: tuple[float, ...], rng: random.Random) -> float:
    while True:
        kind = rng.randrange(4)
        if kind == 0:
            x = rng.uniform(low, high)
        elif kind == 1:
            x = rng.uniform(max(low, -10.0), min(high, 10.0))
        elif kind == 2:
            largest = math.log2(max(abs(low), abs(high)))
            x = rng.choice((-1.0, 1.0)) * 2.0 ** rng.uniform(max(-1000.0, -3.0 * abs(largest) - 60.0), largest)
        else:
            x = rng.choice(around)
            if rng.random() < 0.9:
                x += rng.choice((-1.0, 1.0)) * max(abs(x), 1.0) * 2.0 ** rng.uniform(-53.0, -1.0)
        if low <= x <= high:
            return x


def distance(got: float, exact: Exact, measure: Exact = 0) -> float:
    """How far `got` is from the truth, in units of the last place of the truth (or of `measure`, if larger).

    Beyond the largest float stands 2**1024, which is where inf begins.
    """
    if math.isnan(got):
        return math.inf
    edge = mp.ldexp(1, 1024)
    given = mp.mpf(got) if math.isfinite(got) else math.copysign(1, got) * edge
    exact = max(-edge, min(edge, mp.mpf(exact)))
    unit = math.ulp(min(float(max(abs(exact), measure)), LARGEST)) * max(1, measure / mp.mpf(LARGEST))
    return float(abs(given - exact) / unit)
