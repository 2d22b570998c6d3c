"""What every op does at its edges: one row a case, value and gradients.

The rows are data. The engine's tests read them, and every back end (machine code,
JavaScript) can be held to the same ones. `build` takes one `Value` an input.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalkgrad.engine import (
    Value,
    clamp,
    cos,
    exp,
    gelu,
    leaky_relu,
    log,
    logsumexp,
    maximum,
    minimum,
    relu,
    sigmoid,
    sin,
    softplus,
    sqrt,
    tan,
    tanh,
    where,
)
from chalkgrad.nn import cross_entropy

inf = math.inf
nan = math.nan


@dataclass(frozen=True)
class Row:
    """One case.

    Attributes:
        id: names the case.
        build: from the inputs as `Value`s to the root.
        at: the inputs.
        value: the root's data.
        grads: dRoot/dInput for each input.
        second: d2Root/dInput2 for each input (None: not stated), or None.
        ulps: 0 wants the same number to the bit, the sign of zero included (nan equals nan); a
            number given here is the true one to 17 digits, and this is how far from it one may be.
    """

    id: str
    build: Callable[..., Any]  # returns a Value; mypy takes a lambda that applies an op to be of floats
    at: tuple[float, ...]
    value: float
    grads: tuple[float, ...]
    second: tuple[float | None, ...] | None = None
    ulps: int = 0


def power(x: Value, y: Value) -> Value:
    """Both operands are Values, so both get a gradient."""
    return x**y


def divide(a: Value, b: Value) -> Value:
    return a / b


def clamp_to_one(x: Value) -> Value:
    return clamp(x, -1, 1)


def cross_entropy_of_first(a: Value, b: Value) -> Value:
    """Cross entropy of two logits where the first is the target."""
    loss: Value = cross_entropy([a, b], 0)
    return loss


# fmt: off
SEMANTICS: tuple[Row, ...] = (
    # kinks take the subgradient of least norm; a nan is never swallowed
    Row("relu at 0",         relu, (0.0,),  0.0, (0.0,)),
    Row("relu at -0.0",      relu, (-0.0,), 0.0, (0.0,)),
    Row("relu at nan",       relu, (nan,),  nan, (nan,)),
    Row("relu at inf",       relu, (inf,),  inf, (1.0,)),
    Row("relu at -inf",      relu, (-inf,), 0.0, (0.0,)),
    Row("relu'' at 0",       relu, (0.0,),  0.0, (0.0,), second=(0.0,)),
    Row("leaky_relu at 0",   lambda x: leaky_relu(x, 0.01), (0.0,), 0.0, (0.01,)),
    Row("leaky_relu at nan", lambda x: leaky_relu(x, 0.01), (nan,), nan, (nan,)),
    Row("abs at 0",          abs, (0.0,),  0.0, (0.0,), second=(0.0,)),
    Row("abs at -0.0",       abs, (-0.0,), 0.0, (0.0,)),
    Row("abs at -inf",       abs, (-inf,), inf, (-1.0,)),
    Row("abs at nan",        abs, (nan,),  nan, (nan,)),

    # ties share equally
    Row("max(2, 2)",          maximum, (2.0, 2.0), 2.0, (0.5, 0.5)),
    Row("min(2, 2)",          minimum, (2.0, 2.0), 2.0, (0.5, 0.5)),
    Row("max(a, a)",          lambda a: maximum(a, a), (2.0,), 2.0, (1.0,)),
    Row("min(a, a)",          lambda a: minimum(a, a), (2.0,), 2.0, (1.0,)),
    Row("max(nan, 1)",        maximum, (nan, 1.0), nan, (nan, nan)),
    Row("max(1, nan)",        maximum, (1.0, nan), nan, (nan, nan)),
    Row("min(nan, 1)",        minimum, (nan, 1.0), nan, (nan, nan)),
    Row("min(1, nan)",        minimum, (1.0, nan), nan, (nan, nan)),
    Row("max(x, 0) at 0",     lambda x: maximum(x, 0), (0.0,), 0.0, (0.5,)),
    Row("clamp at its upper bound", clamp_to_one, (1.0,),  1.0,  (1.0,)),
    Row("clamp at its lower bound", clamp_to_one, (-1.0,), -1.0, (1.0,)),
    Row("clamp above",        clamp_to_one, (2.0,), 1.0, (0.0,)),
    Row("clamp at nan",       clamp_to_one, (nan,), nan, (nan,)),

    # roots and logarithms
    Row("sqrt at 0",      sqrt, (0.0,),    0.0,  (inf,)),
    Row("sqrt at -0.0",   sqrt, (-0.0,),   -0.0, (-inf,)),
    Row("sqrt at -1",     sqrt, (-1.0,),   nan,  (nan,)),
    Row("sqrt at 5e-324", sqrt, (5e-324,), 2.2227587494850775e-162, (2.2494568972715982e161,), ulps=2),
    Row("log at 0",       log,  (0.0,),    -inf, (inf,)),
    Row("log at -0.0",    log,  (-0.0,),   -inf, (-inf,)),
    Row("log at -1",      log,  (-1.0,),   nan,  (nan,)),
    Row("log at inf",     log,  (inf,),    inf,  (0.0,)),
    Row("log at nan",     log,  (nan,),    nan,  (nan,)),
    Row("exp at 710",     exp,  (710.0,),  inf,  (inf,)),
    Row("exp at -746",    exp,  (-746.0,), 0.0,  (0.0,)),

    # division
    Row("1 / 0",           divide, (1.0, 0.0),  inf,  (inf, -inf)),
    Row("1 / -0.0",        divide, (1.0, -0.0), -inf, (-inf, -inf)),
    Row("0 / 0",           divide, (0.0, 0.0),  nan,  (inf, nan)),
    Row("1e-200 / 1e-200", divide, (1e-200, 1e-200), 1.0, (1e200, -1e200), ulps=1),
    Row("1 / b at 1e-200", lambda b: 1 / b, (1e-200,), 1e200, (-inf,), ulps=1),

    # powers with two Values
    Row("pow(0, 0)",     power, (0.0, 0.0),  1.0,  (0.0, 0.0)),
    Row("pow(0, 1)",     power, (0.0, 1.0),  0.0,  (1.0, 0.0)),
    Row("pow(0, 2)",     power, (0.0, 2.0),  0.0,  (0.0, 0.0)),
    Row("pow(0, 3)",     power, (0.0, 3.0),  0.0,  (0.0, 0.0)),
    Row("pow(0, .5)",    power, (0.0, 0.5),  0.0,  (inf, 0.0)),
    Row("pow(0, 1.5)",   power, (0.0, 1.5),  0.0,  (0.0, 0.0), second=(inf, None)),
    Row("pow(0, -1)",    power, (0.0, -1.0), inf,  (-inf, -inf)),
    Row("pow(-0.0, -1)", power, (-0.0, -1.0), -inf, (-inf, inf)),
    Row("pow(-2, 2)",    power, (-2.0, 2.0), 4.0,  (-4.0, nan)),
    Row("pow(-2, .5)",   power, (-2.0, 0.5), nan,  (nan, nan)),
    Row("pow(1, nan)",   power, (1.0, nan),  1.0,  (nan, 0.0)),
    Row("pow(nan, 0)",   power, (nan, 0.0),  1.0,  (0.0, nan)),
    Row("pow(10, 400)",  power, (10.0, 400.0), inf, (inf, inf)),
    Row("pow(inf, 0)",   power, (inf, 0.0),  1.0,  (0.0, inf)),

    # powers with a number: no logarithm of the base is taken for a constant exponent
    Row("x**0 at 0",       lambda x: x**0,    (0.0,),  1.0, (0.0,)),
    Row("x**0.0 at 0",     lambda x: x**0.0,  (0.0,),  1.0, (0.0,)),
    Row("x**0 at nan",     lambda x: x**0,    (nan,),  1.0, (0.0,)),
    Row("x**0.0 at nan",   lambda x: x**0.0,  (nan,),  1.0, (0.0,)),
    Row("x**1 at 0",       lambda x: x**1,    (0.0,),  0.0, (1.0,)),
    Row("x**2 at 0",       lambda x: x**2,    (0.0,),  0.0, (0.0,), second=(2.0,)),
    Row("x**.5 at -0.0",   lambda x: x**0.5,  (-0.0,), 0.0, (inf,)),
    Row("x**3 at -2",      lambda x: x**3,    (-2.0,), -8.0, (12.0,), second=(-12.0,)),
    Row("x**-1 at -2",     lambda x: x**-1,   (-2.0,), -0.5, (-0.25,), second=(-0.25,)),
    Row("0**y at 0",       lambda y: 0**y,    (0.0,),  1.0, (0.0,)),
    Row("0**y at 2",       lambda y: 0**y,    (2.0,),  0.0, (0.0,), second=(0.0,)),
    Row("0**y at -1",      lambda y: 0**y,    (-1.0,), inf, (-inf,)),
    Row("(-2)**y at 2",    lambda y: (-2)**y, (2.0,),  4.0, (nan,)),

    # saturation: right to the last digit where the usual formulas give 0
    Row("sigmoid at 1000",   sigmoid,  (1000.0,),  1.0, (0.0,)),
    Row("sigmoid at -1000",  sigmoid,  (-1000.0,), 0.0, (0.0,)),
    Row("sigmoid at 40",     sigmoid,  (40.0,),    1.0, (4.248354255291589e-18,), ulps=3),
    Row("tanh at 20",        tanh,     (20.0,),    1.0, (1.6993417021166356e-17,), ulps=3),
    Row("tanh'' at 1000",    tanh,     (1000.0,),  1.0, (0.0,), second=(-0.0,)),
    Row("tanh'' at -1000",   tanh,     (-1000.0,), -1.0, (0.0,), second=(0.0,)),
    Row("softplus at 1000",  softplus, (1000.0,),  1000.0, (1.0,)),
    Row("softplus at -1000", softplus, (-1000.0,), 0.0,    (0.0,)),
    Row("softplus at 25",    softplus, (25.0,),    25.000000000013888, (0.99999999998611206,),
        second=(1.3887943864578271e-11,), ulps=4),
    Row("softplus at inf",   softplus, (inf,),     inf, (1.0,)),
    Row("softplus at -inf",  softplus, (-inf,),    0.0, (0.0,)),
    Row("gelu at -10",       gelu,     (-10.0,),   -7.6198530241605261e-23, (-7.6184000964648141e-22,), ulps=64),
    Row("gelu at inf",       gelu,     (inf,),     inf, (1.0,)),
    Row("gelu at -inf",      gelu,     (-inf,),    0.0, (0.0,)),

    # trigonometry
    Row("tan at the float nearest pi/2", tan, (math.pi / 2,), 1.6331239353195370e16, (2.6670937881135712e32,), ulps=4),
    Row("sin at inf", sin, (inf,), nan, (nan,)),
    Row("cos at inf", cos, (inf,), nan, (nan,)),
    Row("tan at inf", tan, (inf,), nan, (nan,)),

    # log-sum-exp and cross entropy
    Row("logsumexp(1000, 0)",          logsumexp, (1000.0, 0.0),     1000.0, (1.0, 0.0)),
    Row("logsumexp(-1000, -1000)",     logsumexp, (-1000.0, -1000.0), -999.30685281944005, (0.5, 0.5), ulps=1),
    Row("logsumexp(-inf, -inf)",       logsumexp, (-inf, -inf),      -inf, (nan, nan)),
    Row("logsumexp(inf, 0)",           logsumexp, (inf, 0.0),        inf,  (nan, 0.0)),
    Row("logsumexp(0, 1000, inf)",     logsumexp, (0.0, 1000.0, inf), inf, (0.0, 0.0, nan)),
    Row("cross entropy of (0, 1000)",  cross_entropy_of_first, (0.0, 1000.0), 1000.0, (-1.0, 1.0)),
    Row("cross entropy of (-inf, 0)",  cross_entropy_of_first, (-inf, 0.0),   inf,    (-1.0, 1.0)),

    # the side that is not taken is left untouched; elsewhere 0 * inf stays nan, so that real faults show
    Row("where(x > 0, log x, 0) at 0", lambda x: where(x.gt(0), log(x), 0), (0.0,), 0.0, (0.0,)),
    Row("where with a bool, at 0",     lambda x: where(x > 0, log(x), 0),   (0.0,), 0.0, (0.0,)),
    Row("min(1, 1/x) at 0",            lambda x: minimum(1, 1 / x),         (0.0,), 1.0, (0.0,)),
    Row("sqrt(x) * 0 at 0",            lambda x: sqrt(x) * 0,               (0.0,), 0.0, (nan,)),
    Row("sqrt(x*x) at 0",              lambda x: sqrt(x * x),               (0.0,), 0.0, (nan,)),
    Row("x * inf at 0",                lambda x: x * inf,                   (0.0,), nan, (inf,)),
)
# fmt: on


def same(got: float, wanted: float, ulps: int = 0) -> bool:
    """Whether two floats are the same number: nan is nan, 0.0 is not -0.0, and `ulps` of slack if given."""
    if math.isnan(wanted):
        return math.isnan(got)
    if ulps and math.isfinite(got) and math.isfinite(wanted):
        return abs(got - wanted) <= ulps * math.ulp(wanted)
    return got == wanted and math.copysign(1.0, got) == math.copysign(1.0, wanted)
