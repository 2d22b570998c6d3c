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
from functools import lru_cache, wraps
from typing import Any

from . import floats
from .errors import ArgumentError, ArgumentTypeError
from .floats import as_float

Rule = Callable[..., tuple[Any, ...]]


class Op:
    """One row of the table. Calling it applies it: `tanh(0.5)` is a float, `tanh(Value(0.5))` a node.

    Attributes:
        name: key of the table, the same for every parameter of a family (`power`).
        primal: floats to float.
        partials: `(out, *operands)` to a tuple with the derivative by each operand.
        tex: LaTeX, with `{0}`, `{1}` for the operands (`{args}` where their number is free).
        symbol: how the op is written in a picture: `+`, `tanh`, `**3`.
        arity: number of operands; None if free.
        params: the fixed numbers of a family's member.
        strong_zero: the op selects. A partial of exactly 0 then means that the operand was not
            taken: nothing is sent to it, not even `0 * inf` (Enzyme's "strong zero").
        shape: how backward reads the node: 0 a leaf, 1 or 2 operands, 3 any number or selecting.
    """

    __slots__ = (
        "arity", "name", "params", "partials", "primal", "shape", "strong_zero", "symbol", "tex",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        primal: Callable[..., float],
        partials: Rule,
        tex: str,
        *,
        symbol: str | None = None,
        arity: int | None = 1,
        params: tuple[float, ...] = (),
        strong_zero: bool = False,
    ) -> None:
        self.name = name
        self.primal = primal
        self.partials = partials
        self.tex = tex
        self.symbol = name if symbol is None else symbol
        self.arity = arity
        self.params = params
        self.strong_zero = strong_zero
        self.shape = arity if arity is not None and arity <= 2 and not strong_zero else 3

    def __call__(self, *operands: Any) -> Any:
        if len(operands) != self.arity and (self.arity is not None or not operands):
            wanted = "at least 1" if self.arity is None else str(self.arity)
            raise ArgumentTypeError(f"{self.name} takes {wanted} operand(s), got {len(operands)}")
        for x in operands:
            if type(x) is not float:
                return self._dispatch(operands)
        return self.primal(*operands)

    def _dispatch(self, operands: tuple[Any, ...]) -> Any:
        """Hand the op to whoever interprets the operands (`Value`, symbols); else convert to floats."""
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
        if self.symbol.isidentifier() or self.arity not in (1, 2):
            return f"{self.symbol}({', '.join([*operands, *map(floats.text, self.params)])})"
        atoms = [x if _is_atom(x) else f"({x})" for x in operands]
        if self.arity == 2:
            return f" {self.symbol} ".join(atoms)
        return atoms[0] + self.symbol if self.params else self.symbol + atoms[0]

    def __copy__(self) -> Op:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Op:
        return self  # a row is the same row in every model that uses it

    def __repr__(self) -> str:
        return f"<op {self.symbol}>"


def _is_atom(text: str) -> bool:
    """Whether a formula holds together without parentheses: a name, a number, a call."""
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth == 0 and character in " *":
            return False
    return not text.startswith("-")


# The kinds of leaf: no operands, nothing to differentiate.

LEAF = Op("leaf", lambda: floats.nan, lambda out: (), "", symbol="", arity=0)
CONSTANT = Op("constant", lambda: floats.nan, lambda out: (), "", symbol="", arity=0)


# Rules that need more than one line.


def _pow_partials(out: Any, x: Any, y: Any) -> tuple[Any, ...]:
    by_exponent = out * log(x)
    return (
        where(eq(y, 0.0), 0.0, y * pow(x, y - 1.0)),
        where(eq(x, 0.0), where(ge(y, 0.0), 0.0, by_exponent), by_exponent),
    )


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


def _where_partials(out: Any, condition: Any, a: Any, b: Any) -> tuple[Any, ...]:
    untrue = eq(condition, 0.0)
    return (0.0, 1.0 - untrue, untrue)


def _no_partials(out: Any, *operands: Any) -> tuple[Any, ...]:
    return (0.0,) * len(operands)


def softmax(xs: Iterable[Any]) -> list[Any]:
    """`exp(x) / sum(exp(x))` of each score: positive, and their sum is 1.

    The scores are shifted by their largest, which changes no result and lets nothing
    overflow (Goodfellow, Bengio and Courville 2016, section 4.1).
    """
    xs = floats.as_list(xs, "the operand of softmax", "scores")
    if not xs:
        raise ArgumentError("softmax takes at least one score, got none")
    shift = peak(*xs)
    powers = [exp(x - shift) for x in xs]
    total = powers[0]
    for e in powers[1:]:
        total = total + e
    return [div(e, total) for e in powers]


def _comparison(name: str, holds: Callable[[float, float], bool], symbol: str, sign: str) -> Op:
    return Op(
        name,
        primal=lambda a, b: floats.truth(holds(a, b), a, b),
        partials=_no_partials,
        tex=f"[{{0}} {sign} {{1}}]",
        symbol=symbol,
        arity=2,
        strong_zero=True,
    )


# The table.

# fmt: off

# arithmetic
add = Op("add", operator.add, lambda out, a, b: (1.0, 1.0),                  "{0} + {1}",             symbol="+", arity=2)
sub = Op("sub", operator.sub, lambda out, a, b: (1.0, -1.0),                 "{0} - {1}",             symbol="-", arity=2)
mul = Op("mul", operator.mul, lambda out, a, b: (b, a),                      r"{0} \cdot {1}",        symbol="*", arity=2)
div = Op("div", floats.div,   lambda out, a, b: (div(1.0, b), -div(out, b)), r"\frac{{{0}}}{{{1}}}",  symbol="/", arity=2)
neg = Op("neg", operator.neg, lambda out, x: (-1.0,),                        "-{0}",                  symbol="-")
pow = Op("pow", floats.pow,   _pow_partials,                                 "{0}^{{{1}}}",           symbol="**", arity=2)

# exponentials and roots
exp  = Op("exp",  floats.exp,  lambda out, x: (out,),                                       "e^{{{0}}}")
log  = Op("log",  floats.log,  lambda out, x: (where(ge(x, 0.0), div(1.0, x), floats.nan),), r"\ln {0}")
sqrt = Op("sqrt", floats.sqrt, lambda out, x: (div(0.5, out),),                             r"\sqrt{{{0}}}")
erfc = Op("erfc", math.erfc,   lambda out, x: (exp(-(x * x)) * (-2.0 / math.sqrt(math.pi)),), r"\operatorname{{erfc}} {0}")

# trigonometry, in radians
sin = Op("sin", floats.sin, lambda out, x: (cos(x),),          r"\sin {0}")
cos = Op("cos", floats.cos, lambda out, x: (-sin(x),),         r"\cos {0}")
tan = Op("tan", floats.tan, lambda out, x: (1.0 + out * out,), r"\tan {0}")

# activations
tanh     = Op("tanh",     math.tanh,       lambda out, x: (sech2(x),),             r"\tanh {0}")
sech2    = Op("sech2",    floats.sech2,    lambda out, x: (-2.0 * out * tanh(x),), r"\operatorname{{sech}}^2 {0}")
sigmoid  = Op("sigmoid",  floats.sigmoid,  lambda out, x: (out * sigmoid(-x),),    r"\sigma({0})")
relu     = Op("relu",     floats.relu,     lambda out, x: (gt(x, 0.0),),           r"\operatorname{{relu}} {0}")
softplus = Op("softplus", floats.softplus, lambda out, x: (sigmoid(x),),           r"\operatorname{{softplus}} {0}")
gelu     = Op("gelu",     floats.gelu,     _gelu_partials,                         r"\operatorname{{gelu}} {0}")
silu     = Op("silu",     floats.silu,     _silu_partials,                         r"\operatorname{{silu}} {0}")

# kinks and choices: a kink takes the subgradient of least norm, a tie shares equally
abs     = Op("abs",     math.fabs,      lambda out, x: (sign(x),), r"\left| {0} \right|")
sign    = Op("sign",    floats.sign,    _no_partials,      r"\operatorname{{sgn}} {0}", strong_zero=True)
maximum = Op("maximum", floats.maximum, _maximum_partials, r"\max({0}, {1})", symbol="max", arity=2, strong_zero=True)
minimum = Op("minimum", floats.minimum, _minimum_partials, r"\min({0}, {1})", symbol="min", arity=2, strong_zero=True)
where   = Op("where",   floats.where,   _where_partials,   r"\operatorname{{where}}({args})", arity=3, strong_zero=True)

# comparisons as numbers, 1 or 0, so that a choice can live in a graph
gt = _comparison("gt", operator.gt, ">", ">")
ge = _comparison("ge", operator.ge, "≥", r"\ge")
lt = _comparison("lt", operator.lt, "<", "<")
le = _comparison("le", operator.le, "≤", r"\le")
eq = _comparison("eq", operator.eq, "=", "=")
ne = _comparison("ne", operator.ne, "≠", r"\ne")

# any number of operands
logsumexp = Op("logsumexp", floats.logsumexp, lambda out, *xs: tuple(softmax(xs)), r"\operatorname{{logsumexp}}({args})",
               arity=None)
peak = Op("peak", floats.peak, _no_partials, r"\operatorname{{peak}}({args})", arity=None, strong_zero=True)

# fmt: on

OPS: dict[str, Op] = {op.name: op for op in list(globals().values()) if isinstance(op, Op) and op.arity != 0}


# Families: rows with fixed numbers inside. The same numbers give the same Op.


def _family(*names: str) -> Callable[[Callable[..., Op]], Callable[..., Op]]:
    """Make a family of a function from plain floats to an Op; `names` are those of its numbers."""

    def decorate(make: Callable[..., Op]) -> Callable[..., Op]:
        cached = lru_cache(maxsize=1024)(make)

        @wraps(make)
        def member(*numbers: Any) -> Op:  # + 0.0 makes 0.0 of -0.0, which the cache cannot tell apart
            return cached(*(as_float(x, name) + 0.0 for x, name in zip(numbers, names, strict=True)))

        return member

    return decorate


@_family("the exponent")
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


@_family("negative_slope")
def leaky(slope: float) -> Op:
    """The op `x if x > 0 else slope * x` for a fixed slope."""
    return Op(
        "leaky_relu",
        primal=lambda x: x if x > 0.0 else slope * x,
        partials=lambda out, x: (where(gt(x, 0.0), 1.0, slope),),
        tex=r"\operatorname{{leaky\_relu}} {0}",
        params=(slope,),
    )


@_family("min", "max")
def clip(low: float, high: float) -> Op:
    """The op that holds x between two fixed bounds, which count as inside."""
    return Op(
        "clamp",
        primal=lambda x: low if x < low else high if x > high else x,
        partials=lambda out, x: (ge(x, low) * le(x, high),),
        tex=r"\operatorname{{clamp}} {0}",
        params=(low, high),
        strong_zero=True,
    )


def leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    """`x` where it is positive, `negative_slope * x` elsewhere (Maas, Hannun and Ng 2013)."""
    return leaky(negative_slope)(x)


def clamp(x: Any, min: float | None = None, max: float | None = None) -> Any:
    """`x` held between `min` and `max`; a bound of None is no bound. At a bound the slope is 1.

    Raises:
        ArgumentError: a bound is nan, or `min` is above `max`.
    """
    low = -floats.inf if min is None else as_float(min, "min")
    high = floats.inf if max is None else as_float(max, "max")
    if not low <= high:
        raise ArgumentError(f"clamp wants min <= max, got min={low}, max={high}")
    return clip(low, high)(x)


FAMILIES: dict[str, Callable[..., Op]] = {"power": power, "leaky_relu": leaky, "clamp": clip}
FUNCTIONS: dict[str, Callable[..., Any]] = {"leaky_relu": leaky_relu, "clamp": clamp}
