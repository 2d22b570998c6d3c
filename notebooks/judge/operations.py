"""The operations that a class may have: how each is written, where it is tried, and how it is usually got wrong.

Adding one is one row. What is right stands nowhere here: the line is run on exact numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .running import Line


@dataclass(frozen=True)
class Slip:
    """A wrong rule that people write, as a formula of `a`, `b` and `out`; a slope for each operand.

    Attributes:
        rule: what is computed.
        thought: the line of thought that leads there.
    """

    rule: str
    thought: str


@dataclass(frozen=True)
class Operation:
    """One way of writing an operation.

    Attributes:
        text: the expression; it is also the operation's name.
        needs: the method of the class that it calls.
        points: the numbers that it is tried on.
        values, slopes: the slips that are known, in its value and in its slopes.
        essential: whether every engine has it.
        optional: a class may also refuse it by an exception.
    """

    text: str
    needs: str
    points: tuple[Mapping[str, float], ...]
    values: tuple[Slip, ...] = ()
    slopes: tuple[Slip, ...] = ()
    essential: bool = False
    optional: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Its operands that are nodes."""
        return tuple(self.points[0])

    def lines(self) -> list[Line]:
        """It alone, at each of its points."""
        return [Line(f"y = {self.text}", point) for point in self.points]


def _at(*points: float) -> tuple[Mapping[str, float], ...]:
    return tuple({"a": x} for x in points)


AB = ({"a": 3.0, "b": -5.0}, {"a": -1.5, "b": 4.0})
SWAPPED = "2 {0} a asks a.__r{1}__(2): the number stands on the left, so the result is other {0} self"


def _swapped(symbol: str, method: str) -> Slip:
    return Slip(f"a {symbol} 2", SWAPPED.format(symbol, method))


OWN = "each operand was given its own value: by how much the product changes is told by the other one's"

POWER = "x ** n has the slope n * x ** (n - 1)"
WHOLE = "the exponent is rounded to a whole number somewhere, as int(n) or // does"


def _power(n: str, *points: float) -> Operation:
    values = [Slip(f"a * {n}", "it multiplies by the exponent")]
    slopes = [
        Slip(f"a ** ({n} - 1)", f"the factor n is missing: {POWER}"),
        Slip(f"{n} * a ** {n}", f"the exponent was not made smaller: {POWER}"),
        Slip(f"({n} - 1) * a ** ({n} - 1)", f"the factor is n, not n - 1: {POWER}"),
        Slip("out * log(abs(a))", f"that is the slope by the exponent: {POWER}"),
    ]
    if n != "2":
        slopes.append(Slip(f"{n} * a", f"that is the rule of x ** 2: {POWER}"))
    if "." in n:
        values += [Slip(f"a ** int({n})", WHOLE), Slip(f"a ** round({n})", WHOLE)]
        slopes += [
            Slip(f"int({n}) * a ** (int({n}) - 1)", WHOLE),
            Slip(f"{n} * a ** int({n} - 1)", WHOLE),
            Slip(f"{n} * a ** ({n} // 1 - 1)", WHOLE),
        ]
    return Operation(f"a ** {n}", "__pow__", _at(*points), tuple(values), tuple(slopes))


# In this order: whoever writes `-` with `+` and `*`, or `/` with `*` and `**`, is told of the one at the bottom first.
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "a + b", "__add__", AB, essential=True,
        values=(Slip("a * b", "it multiplies"), Slip("a - b", "it subtracts")),
        slopes=(
            Slip("b, a", "that is the rule of the product: a sum grows by 1 with each of its operands"),
            Slip("a, b", "a sum grows as fast as its operand does, whatever its value is: both slopes are 1"),
        ),
    ),
    Operation(
        "a * b", "__mul__", AB, essential=True,
        values=(Slip("a + b", "it adds"),),
        slopes=(
            Slip("a, b", OWN),
            Slip("1, 1", "those are the slopes of a sum: those of a product are the other operand's value"),
            Slip("out, out", "it was given the result: the slope is the other operand's value"),
        ),
    ),
    Operation("-a", "__neg__", _at(3.0), values=(Slip("a", "the minus is missing"),),
              slopes=(Slip("1", "the minus is missing: -a falls as a grows"),)),
    Operation(
        "a - b", "__sub__", AB,
        values=(Slip("b - a", "the operands are swapped"), Slip("a + b", "it adds")),
        slopes=(Slip("1, 1", "the minus is missing: a - b falls as b grows, so the slope by b is -1"),),
    ),
    _power("3", 2.0, -3.0), _power("2", -3.0, 0.0), _power("-1", -2.0), _power("0.5", 6.25), _power("-1.5", 4.0),
    Operation(
        "a / b", "__truediv__", ({"a": 3.0, "b": -4.0}, {"a": -1.5, "b": 0.5}),
        values=(Slip("a // b", "// rounds down: / is meant"), Slip("b / a", "the operands are swapped"),
                Slip("a * b", "it multiplies")),
        slopes=(
            Slip("1 / b, a / b ** 2", "the minus is missing: a / b falls in size as b grows, by -a / b ** 2"),
            Slip("1 / b, -1 / b ** 2", "the a is missing: the slope by b is -a / b ** 2"),
            Slip("1 / b, -a / b", "the square is missing: the slope by b is -a / b ** 2"),
            Slip("b, a", "that is the rule of the product"),
            Slip("1 / b, 1 / a", "the slope by b is -a / b ** 2"),
        ),
    ),
    Operation("a + 2", "__add__", _at(3.0)),
    Operation("a * 2", "__mul__", _at(3.0), slopes=(Slip("3", OWN), Slip("1", "the factor 2 is missing"))),
    Operation("a - 2", "__sub__", _at(5.0), values=(Slip("2 - a", "the operands are swapped"),)),
    Operation("a / 2", "__truediv__", _at(3.0), values=(Slip("2 / a", "the operands are swapped"),)),
    Operation("2 + a", "__radd__", _at(3.0)),
    Operation("2 * a", "__rmul__", _at(3.0)),
    Operation("2 - a", "__rsub__", _at(5.0), values=(_swapped("-", "sub"),),
              slopes=(Slip("1", "the minus is missing: 2 - a falls as a grows"),)),
    Operation("2 / a", "__rtruediv__", _at(3.0), values=(_swapped("/", "truediv"),)),
    Operation(
        "2 ** a", "__rpow__", _at(3.0), optional=True, values=(_swapped("**", "pow"),),
        slopes=(Slip("out", "the factor log(2) is missing: c ** x has the slope c ** x * log(c)"),
                Slip("a * 2 ** (a - 1)", "that is the rule of x ** n: here the exponent is what moves")),
    ),
    Operation(
        "a ** b", "__pow__", ({"a": 2.0, "b": 3.0},), optional=True,
        slopes=(Slip("b * a ** (b - 1), b * a ** (b - 1)", "both slopes are the base's: by the exponent it is out * log(a)"),
                Slip("b * a ** (b - 1), out", "the factor log(a) is missing: the slope by the exponent is out * log(a)"),
                Slip("b * a ** (b - 1), 0", "nothing is sent to the exponent: its slope is out * log(a)")),
    ),
    Operation(
        "a.exp()", "exp", _at(0.5, -2.0), values=(Slip("2 ** a", "the base of exp is e, math.exp"),),
        slopes=(Slip("a * exp(a - 1)", "that is the rule of x ** n: exp is its own slope"),
                Slip("a", "exp is its own slope: out, not its operand"),
                Slip("a * out", "exp is its own slope, without a factor"),
                Slip("1", "exp is its own slope: out")),
    ),
    Operation(
        "a.log()", "log", _at(0.5, 4.0),
        values=(Slip("log2(a)", "that is the logarithm to base 2"), Slip("log10(a)", "that is the one to base 10")),
        slopes=(Slip("1 / out", "1 over the operand is meant, not 1 over the result"), Slip("out", "the slope is 1 / x"),
                Slip("-1 / a ** 2", "that is the slope of 1 / x"), Slip("a", "the slope is 1 / x")),
    ),
    Operation(
        "a.tanh()", "tanh", _at(0.5, -1.25),
        values=(Slip("1 / (1 + exp(-a))", "that is the sigmoid"),
                Slip("(exp(a) - 1) / (exp(a) + 1)", "the 2 is missing in exp(2 * x): that is tanh(x / 2)")),
        slopes=(Slip("1 - out", "the square is lost: 1 - t ** 2"),
                Slip("1 - a ** 2", "the square is that of the result, not of the operand: 1 - t ** 2"),
                Slip("1 + out ** 2", "the sign: 1 - t ** 2"), Slip("out * (1 - out)", "that is the rule of the sigmoid")),
    ),
    Operation(
        "a.relu()", "relu", _at(3.0, -4.0, 0.0),
        values=(Slip("abs(a)", "that is abs"), Slip("min(a, 0)", "min stands for max"), Slip("a", "it lets all through"),
                Slip("a if a > 0 else 0.01 * a", "that is a leaky ReLU")),
        slopes=(Slip("1 if a >= 0 else 0", "at 0 the slope is taken to be 0: > is meant where >= stands"),
                Slip("1", "it is open where it should be closed: where the operand is negative nothing passes"),
                Slip("out", "the slope is 1 where it is open, not the value"),
                Slip("0.5 if a == 0 else float(a > 0)", "at 0 the slope is taken to be 0, not one half")),
    ),
    Operation(
        "a.sigmoid()", "sigmoid", _at(0.5, -1.25),
        values=(Slip("1 / (1 + exp(a))", "the minus is missing in exp(-x)"), Slip("tanh(a)", "that is tanh")),
        slopes=(Slip("1 - out", "the factor s is lost: s * (1 - s)"), Slip("a * (1 - a)", "s * (1 - s) is of the result s"),
                Slip("out * (out - 1)", "the sign: s * (1 - s)"), Slip("1 - out ** 2", "that is the rule of tanh")),
    ),
    Operation("a.sqrt()", "sqrt", _at(6.25), slopes=(
        Slip("1 / out", "the 2 is missing: 1 / (2 * sqrt(x))"), Slip("0.5 * out", "1 / (2 * sqrt(x)) is meant"))),
    Operation("a.sin()", "sin", _at(0.5), slopes=(Slip("-cos(a)", "sine grows as the cosine says, without a minus"),)),
    Operation("a.cos()", "cos", _at(0.5), slopes=(Slip("sin(a)", "the minus is missing: cosine falls where sine is positive"),)),
    Operation("abs(a)", "__abs__", _at(3.0, -2.0), slopes=(Slip("1", "where the operand is negative the slope is -1"),)),
)  # fmt: skip
