"""The op table: everything chalkgrad can differentiate, one row an op.

A *primitive* (op) is a row: its name, its value (the *primal*), its local
derivatives (the *partials*, one per operand) and its LaTeX. Every other room
reads these rows; none holds a second derivative.

`partials(out, *operands)` is written in plain arithmetic and in other ops, so it
runs on whatever it is given: on floats it yields numbers, on `Value`s a graph of
the derivative, on symbols the formula. A rule closes over fixed numbers only
(`power(3)` over the 3), never over a node.
"""

# mypy: disable-error-code="has-type"
# (a rule may name an op whose row stands further down)

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import KW_ONLY, dataclass, field
from functools import lru_cache, reduce, wraps
from typing import Any, Final, Protocol, TypeVar, cast, overload

from . import floats, special
from .errors import ArgumentError, ArgumentTypeError
from .floats import as_float
from .modes import watch_reads
from .notation import atom, formula

# What `chalkgrad.engine` offers; abs and pow are left out, so that a star import leaves the builtins alone.
__all__ = [
    "OPS", "Op", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "clamp", "clip", "copysign", "cos",
    "cosh", "degrees", "digamma", "dist", "dot", "eq", "erf", "erfc", "exp", "exp2", "expm1", "floor", "fma", "fmod", "fsum", "gamma",
    "ge", "gelu", "gt", "hypot", "ldexp", "le", "leaky_relu", "lgamma", "log", "log1p", "log2", "log10", "logsumexp", "lt",
    "maximum", "mean", "minimum", "mod", "ne", "normal_cdf", "polygamma", "prod", "radians", "reciprocal", "relu", "sigmoid",
    "sign", "silu", "sin", "sinc", "sinh", "softmax", "softplus", "sqrt", "square", "stop_gradient", "tan", "tanh", "trunc",
    "where",
]  # fmt: skip

# An op's *layout*: how many operands its nodes have, and so where backward finds them (node.py). An op that selects among
# its operands is MANY whatever their number: they are looked at one by one, and nothing is sent to one not taken.
NONE: Final = "none"
ONE: Final = "one"
TWO: Final = "two"
MANY: Final = "many"


class Interpreted(Protocol):
    """What an op can be applied to besides plain numbers: its class says what that means (`Value`, `Symbol`)."""

    @staticmethod
    def _apply_op(op: Any, operands: Any, /) -> Any: ...


T = TypeVar("T")
X = TypeVar("X", bound=Interpreted)


@dataclass(eq=False, repr=False, slots=True)
class Op:
    """One row of the table. Calling it applies it: `tanh(0.5)` is a float, `tanh(Value(0.5))` a node.

    Attributes:
        name: key of the table, the same for every parameter of a family (`power`).
        primal: floats to float.
        partials: `(out, *operands)` to a tuple with the derivative by each operand.
        tex: LaTeX, with `{0}`, `{1}` for the operands (`{args}` where their number is free).
        symbol: how the op is written in a picture: `+`, `tanh`, `**3`; its name, if not given.
        arity: number of operands; None if free.
        params: the fixed numbers of a family's member.
        strong_zero: the op selects. A partial of exactly 0 then means that the operand was not
            taken: nothing is sent to it, not even `0 * inf` (Enzyme's "strong zero").
        folds: given more operands than two, it is applied from left to right: `maximum(a, b, c)`.
        more: what it is with one operand more than its arity: `log(x, base)`.
        layout: NONE, ONE, TWO or MANY.
        listed: whether it stands in the table below, or is a member of one of its families. An op of the user's own may
            have the name of a row and compute something else.

    An op of one's own is a row that is not in the table. It is drawn, stepped, checked and differentiated, as often as
    its rule allows, like the others:

    >>> from chalkgrad.engine import Value, exp, grad, gradcheck, log, maximum
    >>> safe_log = Op("safe_log", lambda x: math.log(max(x, 1e-12)), lambda out, x: (1.0 / maximum(x, 1e-12),))
    >>> x = Value(0.5)
    >>> slope = grad(safe_log(x), x, create_graph=True)
    >>> slope.data, grad(slope, x), gradcheck(safe_log, [0.5])
    (2.0, -4.0, True)

    A rule is written in arithmetic and in ops, never with `math` or an `if`, and gives a tuple, one partial an operand.
    Where the value is cheaper to reuse than to compute again, it is `out`.

    Raises:
        ArgumentTypeError: when the rule is run: it gives no tuple.
        ArgumentError: it gives another number of partials; or, run on Values, it takes their numbers out.
    """

    name: str
    primal: Callable[..., float]
    partials: Callable[..., tuple[Any, ...]]
    tex: str = ""
    _: KW_ONLY
    symbol: str = ""
    arity: int | None = 1
    params: tuple[float, ...] = ()
    strong_zero: bool = False
    folds: bool = False
    more: Callable[..., Any] | None = None
    layout: str = field(init=False)
    listed: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        if not self.symbol and self.arity != 0:
            self.symbol = self.name
        if not self.tex and self.arity != 0:
            self.tex = rf"\operatorname{{{{{self.name}}}}}({{args}})".replace("_", r"\_")
        if self.strong_zero or self.arity is None or self.arity > 2:
            self.layout = MANY
        else:
            self.layout = (NONE, ONE, TWO)[self.arity]
        self.partials = _checked(self.name, self.partials)

    @property
    def key(self) -> Any:
        """Equal for ops that compute the same: name and numbers of a row of the table; an op of one's own is itself."""
        return (self.name, self.params) if self.listed else self

    @overload
    def __call__(self, *operands: float) -> float: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, *operands: X | float) -> X: ...

    def __call__(self, *operands: Any) -> Any:
        if len(operands) != self.arity and (self.arity is not None or not operands):
            if self.folds and len(operands) > 2:
                return reduce(self, operands)
            if self.more is not None and len(operands) == (self.arity or 0) + 1:
                return self.more(*operands)
            wanted = "at least 1" if self.arity is None else f"{'at least ' * self.folds}{self.arity}"
            raise ArgumentTypeError(f"{self.name} takes {wanted} operand(s), got {len(operands)}")
        for x in operands:
            if type(x) is not float:
                return self._dispatch(operands)
        return self.primal(*operands)

    def _dispatch(self, operands: tuple[Any, ...]) -> Any:
        """Hand the op to whoever interprets the operands (`Value`, symbols); else convert to floats."""
        if self.arity is None and len(operands) == 1 and isinstance(operands[0], (list, tuple)):
            return self(*operands[0])
        for x in operands:
            apply = getattr(type(x), "_apply_op", None)
            if apply is not None:
                return apply(self, operands)
        numbers = [as_float(x, f"operand {i} of {self.name}") for i, x in enumerate(operands)]
        return self.primal(*numbers)

    def latex(self, *operands: str) -> str:
        """The op applied to operands that are LaTeX already."""
        return self.tex.format(*operands, args=", ".join(operands))

    def text(self, *operands: str) -> str:
        """The op applied to operands that are plain text already: `a + b`, `tanh(x)`, `x**3`."""
        return formula(self.symbol, operands if self.symbol.isidentifier() else [*map(atom, operands)], self.params)

    def __copy__(self) -> Op:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Op:
        return self  # a row is the same row in every model that uses it

    def __repr__(self) -> str:
        return f"<op {self.symbol}>"


def _checked(name: str, rule: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
    """A rule that is looked at whenever it runs; the rows of the table, which are tested, do without."""

    @wraps(rule)
    def partials(out: Any, *operands: Any) -> tuple[Any, ...]:
        watch = watch_reads()
        with watch if _is_node(out) else nullcontext():
            slopes = rule(out, *operands)
        if watch.seen:
            raise ArgumentError(
                f"the rule of {name} takes the number out of a Value (by math, float() or an if): its derivative would "
                f"miss that; write it in arithmetic and chalkgrad's own functions, exp for math.exp, where for if"
            )
        if not isinstance(slopes, (tuple, list)):
            raise ArgumentTypeError(f"the rule of {name} must give a tuple of partials, got {type(slopes).__name__}")
        if len(slopes) != len(operands):
            raise ArgumentError(f"the rule of {name} gives {len(slopes)} partial(s) for {len(operands)} operand(s)")
        return tuple(slopes)

    return partials


def _is_node(x: Any) -> bool:
    return hasattr(type(x), "_apply_op")


# The kinds of leaf: no operands, nothing to differentiate.

LEAF = Op("leaf", lambda: floats.nan, lambda out: (), "", arity=0)
UNRECORDED = Op("leaf", lambda: floats.nan, lambda out: (), "", arity=0)  # computed under `no_grad`: from what, is lost
CONSTANT = Op("constant", lambda: floats.nan, lambda out: (), "", arity=0)


# Rules that need more than one line.


def _pow_partials(out: Any, x: Any, y: Any) -> tuple[Any, ...]:
    return (pow_slope(x, y), _unless_of_zero(x, y, out * log(x)))


def _pow_slope_partials(out: Any, x: Any, y: Any) -> tuple[Any, ...]:
    by_base = y * pow_slope(x, y - 1.0)
    return (
        where(eq(x, 0.0), where(eq(y, 0.0), 0.0, by_base), by_base),
        _unless_of_zero(x, y, pow(x, y - 1.0) * (1.0 + y * log(x))),
    )


def _unless_of_zero(x: Any, y: Any, by_exponent: Any) -> Any:
    """A derivative by the exponent; at base 0, where the powers stay 0 for all exponents nearby, 0 and not 0 * log(0)."""
    return where(eq(x, 0.0), where(ge(y, 0.0), 0.0, by_exponent), by_exponent)


def _gelu_partials(out: Any, x: Any) -> tuple[Any, ...]:
    cumulative = 0.5 * erfc(-x * math.sqrt(0.5))
    density = exp(-0.5 * (x * x)) * (1.0 / math.sqrt(2.0 * math.pi))
    return (where(gt(abs(x), 40.0), gt(x, 0.0), cumulative + x * density),)


def _silu_partials(out: Any, x: Any) -> tuple[Any, ...]:
    slope = sigmoid(x) * (1.0 + x * sigmoid(-x))
    return (where(gt(abs(x), 800.0), gt(x, 0.0), slope),)


def _maximum_partials(out: Any, a: Any, b: Any) -> tuple[Any, ...]:
    tie = 0.5 * eq(a, b)
    return (gt(a, b) + tie, gt(b, a) + tie)


def _minimum_partials(out: Any, a: Any, b: Any) -> tuple[Any, ...]:
    tie = 0.5 * eq(a, b)
    return (lt(a, b) + tie, lt(b, a) + tie)


def _remainder_partials(out: Any, a: Any, b: Any) -> tuple[Any, ...]:
    return (1.0, stop_gradient(div(out - a, b)))  # how often b was taken from a: a whole number, which stays


def _atan2_partials(out: Any, y: Any, x: Any) -> tuple[Any, ...]:
    length = hypot(y, x)
    return (div(div(x, length), length), -div(div(y, length), length))


def _hypot_partials(out: Any, a: Any, b: Any) -> tuple[Any, ...]:
    at_origin = eq(out, 0.0)  # a kink, as abs has one
    return (where(at_origin, 0.0, div(a, out)), where(at_origin, 0.0, div(b, out)))


def _where_partials(out: Any, condition: Any, a: Any, b: Any) -> tuple[Any, ...]:
    untrue = eq(condition, 0.0)
    return (0.0, 1.0 - untrue, untrue)


def _no_partials(out: Any, *operands: Any) -> tuple[Any, ...]:
    return (0.0,) * len(operands)


@overload
def softmax(xs: Iterable[T], /) -> list[T]: ...
@overload
def softmax(xs: T, /, *more: T) -> list[T]: ...


def softmax(xs: Any, /, *more: Any) -> list[Any]:
    """`exp(x) / sum(exp(x))` of each score: positive, and their sum is 1. `softmax(a, b)` is `softmax([a, b])`.

    The scores are shifted by their largest, which changes no result and lets nothing
    overflow (Goodfellow, Bengio and Courville 2016, section 4.1).
    """
    scores = [xs, *more] if more else floats.as_list(xs, "the operand of softmax", "scores")
    if not scores:
        raise ArgumentError("softmax takes at least one score, got none")
    shift = peak(*scores)
    powers = [exp(x - shift) for x in scores]
    total = powers[0]
    for e in powers[1:]:
        total = total + e
    return [div(e, total) for e in powers]


# The table.

OPS: dict[str, Op] = {}


def _row(name: str, primal: Callable[..., float], partials: Callable[..., Any], tex: str, **settings: Any) -> Op:
    """Enter an op into the table."""
    OPS[name] = Op(name, primal, partials, tex, **settings)
    OPS[name].listed = True
    OPS[name].partials = partials
    return OPS[name]


def _comparison(name: str, holds: Callable[[float, float], bool], symbol: str, sign: str) -> Op:
    return _row(
        name,
        primal=lambda a, b: floats.truth(holds(a, b), a, b),
        partials=_no_partials,
        tex=f"[{{0}} {sign} {{1}}]",
        symbol=symbol,
        arity=2,
        strong_zero=True,
    )


# fmt: off

# arithmetic
add = _row("add", operator.add, lambda out, a, b: (1.0, 1.0),                  "{0} + {1}",             symbol="+", arity=2)
sub = _row("sub", operator.sub, lambda out, a, b: (1.0, -1.0),                 "{0} - {1}",             symbol="-", arity=2)
mul = _row("mul", operator.mul, lambda out, a, b: (b, a),                      r"{0} \cdot {1}",        symbol="*", arity=2)
div = _row("div", floats.div,   lambda out, a, b: (div(1.0, b), -div(out, b)), r"\frac{{{0}}}{{{1}}}",  symbol="/", arity=2)
neg = _row("neg", operator.neg, lambda out, x: (-1.0,),                        "-{0}",                  symbol="-")
pow = _row("pow", floats.pow,   _pow_partials,                                 "{0}^{{{1}}}",           symbol="**", arity=2)

# exponentials and roots
exp  = _row("exp",  floats.exp,  lambda out, x: (out,),                                       "e^{{{0}}}")
log  = _row("log",  floats.log,  lambda out, x: (where(ge(x, 0.0), div(1.0, x), floats.nan),), r"\ln {0}",
            more=lambda x, base: div(log(x), log(base)))
sqrt = _row("sqrt", floats.sqrt, lambda out, x: (div(0.5, out),),                             r"\sqrt{{{0}}}")
erfc = _row("erfc", math.erfc,   lambda out, x: (exp(-(x * x)) * (-2.0 / math.sqrt(math.pi)),), r"\operatorname{{erfc}} {0}")
pow_slope = _row("pow_slope", floats.pow_slope, _pow_slope_partials, r"{1} \cdot {0}^{{{1} - 1}}", arity=2)
erf  = _row("erf",  math.erf,    lambda out, x: (exp(-(x * x)) * (2.0 / math.sqrt(math.pi)),),  r"\operatorname{{erf}} {0}")
exp2  = _row("exp2",  lambda x: floats.pow(2.0, x), lambda out, x: (out * math.log(2.0),),      "2^{{{0}}}")
expm1 = _row("expm1", floats.expm1, lambda out, x: (exp(x),),                                 r"\operatorname{{expm1}} {0}")
log1p = _row("log1p", floats.log1p, lambda out, x: (where(ge(x, -1.0), div(1.0, 1.0 + x), floats.nan),), r"\operatorname{{log1p}} {0}")
log2  = _row("log2",  floats.log2,  lambda out, x: (where(ge(x, 0.0), div(1.0 / math.log(2.0), x), floats.nan),), r"\operatorname{{log2}} {0}")
log10 = _row("log10", floats.log10, lambda out, x: (where(ge(x, 0.0), div(1.0 / math.log(10.0), x), floats.nan),), r"\operatorname{{log10}} {0}")

cbrt  = _row("cbrt",  floats.cbrt,  lambda out, x: (div(1.0 / 3.0, out * out),),               r"\operatorname{{cbrt}} {0}")

# the gamma function; the derivative of its logarithm is the digamma function, polygamma(0)
gamma  = _row("gamma",  special.gamma,  lambda out, x: (out * digamma(x),), r"\Gamma({0})")
lgamma = _row("lgamma", special.lgamma, lambda out, x: (digamma(x),),       r"\ln \left| \Gamma({0}) \right|")

# other arithmetic
mod        = _row("mod",        floats.mod,                   _remainder_partials,                 r"{0} \operatorname{{mod}} {1}", symbol="%", arity=2)
fmod       = _row("fmod",       floats.fmod,                  _remainder_partials,            r"\operatorname{{fmod}}({0}, {1})", arity=2)
fma        = _row("fma",        special.fma,                  lambda out, x, y, z: (y, x, 1.0), r"\operatorname{{fma}}({args})", arity=3)
square     = _row("square",     lambda x: x * x,             lambda out, x: (2.0 * x,),        "{0}^{{2}}")
reciprocal = _row("reciprocal", lambda x: floats.div(1.0, x), lambda out, x: (-div(out, x),),  r"\frac{{1}}{{{0}}}")

# trigonometry, in radians
degrees = _row("degrees", lambda x: x * (180.0 / math.pi), lambda out, x: (180.0 / math.pi,), r"\operatorname{{degrees}} {0}")
radians = _row("radians", lambda x: x * (math.pi / 180.0), lambda out, x: (math.pi / 180.0,), r"\operatorname{{radians}} {0}")
sin = _row("sin", floats.sin, lambda out, x: (cos(x),),          r"\sin {0}")
cos = _row("cos", floats.cos, lambda out, x: (-sin(x),),         r"\cos {0}")
tan = _row("tan", floats.tan, lambda out, x: (1.0 + out * out,), r"\tan {0}")
asin  = _row("asin",  floats.asin, lambda out, x: (div(1.0, sqrt((1.0 - x) * (1.0 + x))),),  r"\operatorname{{asin}} {0}")
acos  = _row("acos",  floats.acos, lambda out, x: (div(-1.0, sqrt((1.0 - x) * (1.0 + x))),), r"\operatorname{{acos}} {0}")
atan  = _row("atan",  math.atan,   lambda out, x: (div(1.0, 1.0 + x * x),),                  r"\operatorname{{atan}} {0}")
atan2 = _row("atan2", math.atan2,  _atan2_partials, r"\operatorname{{atan2}}({0}, {1})", arity=2)
hypot = _row("hypot", floats.hypot, _hypot_partials, r"\operatorname{{hypot}}({0}, {1})", arity=2, folds=True)

# hyperbolic functions
sinh  = _row("sinh",  floats.sinh,  lambda out, x: (cosh(x),),                 r"\operatorname{{sinh}} {0}")
cosh  = _row("cosh",  floats.cosh,  lambda out, x: (sinh(x),),                 r"\operatorname{{cosh}} {0}")
asinh = _row("asinh", math.asinh,   lambda out, x: (div(1.0, hypot(1.0, x)),), r"\operatorname{{asinh}} {0}")
acosh = _row("acosh", floats.acosh, lambda out, x: (div(1.0, sqrt(x - 1.0) * sqrt(x + 1.0)),), r"\operatorname{{acosh}} {0}")
atanh = _row("atanh", floats.atanh, lambda out, x: (where(le(abs(x), 1.0), div(1.0, (1.0 - x) * (1.0 + x)), floats.nan),), r"\operatorname{{atanh}} {0}")

# activations
tanh     = _row("tanh",     math.tanh,       lambda out, x: (sech2(x),),             r"\tanh {0}")
sech2    = _row("sech2",    floats.sech2,    lambda out, x: (-2.0 * out * tanh(x),), r"\operatorname{{sech}}^2 {0}")
sigmoid  = _row("sigmoid",  floats.sigmoid,  lambda out, x: (out * sigmoid(-x),),    r"\sigma({0})")
relu     = _row("relu",     floats.relu,     lambda out, x: (gt(x, 0.0),),           r"\operatorname{{relu}} {0}")
softplus = _row("softplus", floats.softplus, lambda out, x: (sigmoid(x),),           r"\operatorname{{softplus}} {0}")
gelu     = _row("gelu",     floats.gelu,     _gelu_partials,                         r"\operatorname{{gelu}} {0}")
silu     = _row("silu",     floats.silu,     _silu_partials,                         r"\operatorname{{silu}} {0}")

# kinks and choices: a kink takes the subgradient of least norm, a tie shares equally
abs     = _row("abs",     math.fabs,      lambda out, x: (sign(x),), r"\left| {0} \right|")
sign    = _row("sign",    floats.sign,    _no_partials,      r"\operatorname{{sgn}} {0}", strong_zero=True)
floor   = _row("floor",   floats.floor,   _no_partials,      r"\operatorname{{floor}} {0}", strong_zero=True)
ceil    = _row("ceil",    floats.ceil,    _no_partials,      r"\operatorname{{ceil}} {0}",  strong_zero=True)
trunc   = _row("trunc",   floats.trunc,   _no_partials,      r"\operatorname{{trunc}} {0}", strong_zero=True)
copysign = _row("copysign", floats.copysign, lambda out, a, b: (sign(a) * copysign(1.0, b), 0.0), r"\operatorname{{copysign}}({0}, {1})", arity=2, strong_zero=True)
maximum = _row("maximum", floats.maximum, _maximum_partials, r"\max({0}, {1})", symbol="max", arity=2, strong_zero=True, folds=True)
minimum = _row("minimum", floats.minimum, _minimum_partials, r"\min({0}, {1})", symbol="min", arity=2, strong_zero=True, folds=True)
where   = _row("where",   floats.where,   _where_partials,   r"\operatorname{{where}}({args})", arity=3, strong_zero=True)

# the number goes through, no gradient comes back
stop_gradient = _row("stop_gradient", operator.pos, _no_partials, r"\operatorname{{stop\_gradient}} {0}", strong_zero=True)

# comparisons as numbers, 1 or 0, so that a choice can live in a graph
gt = _comparison("gt", operator.gt, ">", ">")
ge = _comparison("ge", operator.ge, "≥", r"\ge")
lt = _comparison("lt", operator.lt, "<", "<")
le = _comparison("le", operator.le, "≤", r"\le")
eq = _comparison("eq", operator.eq, "=", "=")
ne = _comparison("ne", operator.ne, "≠", r"\ne")

# any number of operands
logsumexp = _row("logsumexp", floats.logsumexp, lambda out, *xs: tuple(softmax(xs)), r"\operatorname{{logsumexp}}({args})",
                 arity=None)
fsum = _row("fsum", special.fsum, lambda out, *xs: (1.0,) * len(xs), r"\operatorname{{fsum}}({args})", arity=None)
peak = _row("peak", floats.peak, _no_partials, r"\operatorname{{peak}}({args})", arity=None, strong_zero=True)

# fmt: on


# Families: rows with fixed numbers inside. A member is made by giving the numbers; the same numbers give the same Op.

FAMILIES: dict[str, Callable[..., Op]] = {}


def _family(name: str, *numbers: str) -> Callable[[Callable[..., Op]], Callable[..., Op]]:
    """Enter a family: a function from plain floats, which `numbers` names in messages, to an Op of that name."""

    def enter(make: Callable[..., Op]) -> Callable[..., Op]:
        @lru_cache(maxsize=1024)
        def cached(*params: float) -> Op:
            op = make(*params)
            op.listed = True
            op.partials = cast("Any", op.partials).__wrapped__
            return op

        @wraps(make)
        def member(*params: Any) -> Op:  # + 0.0 makes 0.0 of -0.0, which the cache cannot tell apart
            return cached(*(as_float(x, what) + 0.0 for x, what in zip(params, numbers, strict=True)))

        FAMILIES[name] = member
        return member

    return enter


@_family("power", "the exponent")
def power(n: float) -> Op:
    """The op `x**n` for a fixed n. No logarithm is taken, so x may be negative where n is whole."""
    written = repr(n).removesuffix(".0")
    return Op(
        "power",
        primal=lambda x: floats.pow(x, n),
        partials=lambda out, x: (n * power(n - 1.0)(x) if n != 0.0 else 0.0,),
        tex=f"{{0}}^{{{{{written}}}}}",
        symbol=f"**{written}",
        params=(n,),
    )


@_family("leaky_relu", "negative_slope")
def leaky_relu_with(slope: float) -> Op:
    """The op `x if x > 0 else slope * x` for a fixed slope."""
    return Op(
        "leaky_relu",
        primal=lambda x: x if x > 0.0 else slope * x,
        partials=lambda out, x: (where(gt(x, 0.0), 1.0, slope),),
        tex=r"\operatorname{{leaky\_relu}} {0}",
        params=(slope,),
    )


@_family("clamp", "min", "max")
def clamp_between(low: float, high: float) -> Op:
    """The op that holds x between two fixed bounds, which count as inside."""
    return Op(
        "clamp",
        primal=lambda x: low if x < low else high if x > high else x,
        partials=lambda out, x: (ge(x, low) * le(x, high),),
        tex=r"\operatorname{{clamp}} {0}",
        params=(low, high),
        strong_zero=True,
    )


@_family("polygamma", "the order")
def polygamma_of(n: float) -> Op:
    """The op that is the n-th derivative of the digamma function, for n from 0 (digamma itself) to 100."""
    order = int(n) if n in range(special.MOST + 1) else -1
    if order < 0:
        raise ArgumentError(f"the order of polygamma must be a whole number from 0 to {special.MOST}, got {n:g}")
    return Op(
        "polygamma",
        primal=lambda x: special.polygamma(order, x),
        partials=lambda out, x: (polygamma_of(n + 1.0)(x),),
        tex=rf"\psi^{{{{({order})}}}}({{0}})" if order else r"\psi({0})",
        params=(n,),
    )


# Functions of an operand and the numbers of a family.


def leaky_relu(x: T, negative_slope: float = 0.01) -> T:
    """`x` where it is positive, `negative_slope * x` elsewhere (Maas, Hannun and Ng 2013)."""
    out: T = leaky_relu_with(negative_slope)(cast("Any", x))
    return out


def clamp(x: T, min: float | None = None, max: float | None = None) -> T:
    """`x` held between `min` and `max`; a bound of None is no bound. At a bound the slope is 1.

    Raises:
        ArgumentError: a bound is nan, or `min` is above `max`.
    """
    low = -floats.inf if min is None else as_float(min, "min")
    high = floats.inf if max is None else as_float(max, "max")
    if not low <= high:
        raise ArgumentError(f"clamp wants min <= max, got min={low}, max={high}")
    out: T = clamp_between(low, high)(cast("Any", x))
    return out


def clip(x: T, min: float | None = None, max: float | None = None) -> T:
    """`clamp`, by NumPy's name."""
    return clamp(x, min, max)


def polygamma(n: float, x: T) -> T:
    """The n-th derivative of the digamma function at `x`: `polygamma(1, x)` is the trigamma function.

    Raises:
        ArgumentError: the order n is no whole number from 0 to 100.

    >>> polygamma(1, 1.0) == math.pi**2 / 6
    True
    """
    out: T = polygamma_of(n)(cast("Any", x))
    return out


def digamma(x: T) -> T:
    """The slope of `lgamma` at `x`, `polygamma(0, x)`; minus Euler's constant at 1.

    >>> f"{digamma(1.0):.12f}"
    '-0.577215664902'
    """
    return polygamma(0.0, x)


FUNCTIONS: dict[str, Callable[..., Any]] = {"leaky_relu": leaky_relu, "clamp": clamp, "polygamma": polygamma}


# What NumPy calls the rows. A comparison gives a bool, as `<` does; one operand at least is a node.

NUMPY: dict[str, Callable[..., Any]] = {
    **OPS,
    **{f"arc{name[1:]}": op for name, op in OPS.items() if name[:2] in ("as", "ac", "at")},  # asin is arcsin
    "subtract": sub, "multiply": mul, "divide": div, "true_divide": div, "negative": neg, "absolute": abs, "fabs": abs,
    "rad2deg": degrees, "deg2rad": radians, "ldexp": lambda x, i: ldexp(x, i),
    "remainder": mod, "logaddexp": logsumexp, "positive": operator.pos,
    "power": lambda a, b: pow(a, b) if _is_node(b) else power(b)(a),
    "less": lambda a, b: a < b if _is_node(a) else b > a,
    "less_equal": lambda a, b: a <= b if _is_node(a) else b >= a,
    "greater": lambda a, b: a > b if _is_node(a) else b < a,
    "greater_equal": lambda a, b: a >= b if _is_node(a) else b <= a,
    "equal": operator.is_, "not_equal": operator.is_not,
}  # fmt: skip


# Functions composed of rows.


def normal_cdf(x: T) -> T:
    """How much of the standard normal distribution lies below `x`, as erfc(-x / sqrt(2)) / 2: exact in the far tail.

    >>> f"{normal_cdf(-38.0):.3g}"
    '2.89e-316'
    """
    out: T = 0.5 * erfc(cast("Any", x) * -math.sqrt(0.5))
    return out


def sinc(x: T) -> T:
    """`sin(pi * x) / (pi * x)`, 1 at 0, as NumPy has it (Woodward and Davies 1952).

    Near 0, where the quotient's derivatives lose their digits, it is the Taylor series.

    >>> sinc(0.0), sinc(0.5) == 2.0 / math.pi
    (1.0, True)
    """
    angle = cast("Any", x) * math.pi
    square_of_angle = angle * angle
    series: Any = 0.0
    for k in range(12, -1, -1):
        series = series * square_of_angle + (-1.0) ** k / math.factorial(2 * k + 1)
    out: T = where(lt(abs(angle), 1.0), series, div(sin(angle), angle))
    return out


def dot(xs: Iterable[Any], ys: Iterable[Any]) -> Any:
    """The sum of `x * y` over two lists of one length, from left to right.

    Raises:
        ArgumentError: the lists are empty or differ in length.
    """
    left, right = (floats.as_list(each, f"operand {i} of dot", "numbers") for i, each in enumerate((xs, ys)))
    if len(left) != len(right) or not left:
        raise ArgumentError(f"dot takes two lists of one length, not empty; got {len(left)} and {len(right)} numbers")
    return reduce(add, map(mul, left, right))


def mean(xs: Iterable[Any]) -> Any:
    """The sum of the numbers, from left to right, divided by how many they are.

    Raises:
        ArgumentError: there are none.
    """
    numbers = floats.as_list(xs, "the operand of mean", "numbers")
    if not numbers:
        raise ArgumentError("mean takes at least one number, got none")
    return div(reduce(add, numbers), float(len(numbers)))


def prod(xs: Iterable[Any]) -> Any:
    """The product of the numbers, from left to right; 1 if there are none."""
    numbers = floats.as_list(xs, "the operand of prod", "numbers")
    return reduce(mul, numbers) if numbers else 1.0


def dist(p: Iterable[Any], q: Iterable[Any]) -> Any:
    """The distance between two points of one dimension: `hypot` of the differences, from left to right.

    Equal to `math.dist` to rounding. Where the points meet it has a kink, as `abs` has one, and the slope 0.

    Raises:
        ArgumentError: the points differ in dimension.
    """
    left, right = (floats.as_list(each, f"operand {i} of dist", "numbers") for i, each in enumerate((p, q)))
    if len(left) != len(right):
        raise ArgumentError(f"dist takes two points of one dimension, got {len(left)} and {len(right)} numbers")
    differences = list(map(sub, left, right))
    return reduce(hypot, differences[1:], abs(differences[0])) if differences else 0.0


def ldexp(x: T, i: int) -> T:
    """`x * 2**i` for a whole number i, rounded once, however large i is.

    Raises:
        ArgumentError: i is no whole number.
    """
    power = as_float(i, "i")
    if power != floats.floor(power):
        raise ArgumentError(f"i must be a whole number, got {power:g}")
    steps = int(max(-2148.0, min(power, 2100.0)))  # beyond, every float is 0 or inf
    out: Any = x
    while steps > 1023:  # 2**steps alone is no float
        out, steps = mul(out, 2.0**1023), steps - 1023
    if steps < -1074:
        out, steps = mul(out, 2.0 ** (steps + 1074)), -1074
    return cast("T", mul(out, 2.0**steps))
