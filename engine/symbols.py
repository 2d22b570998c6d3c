"""Rules as formulas: the op table run on names instead of numbers.

A *symbol* is a name, a number or an op applied to symbols. Given symbols, a rule of
the table yields the formula of its local derivatives. That formula is what the
chain-rule panel shows, and what the player's JavaScript is generated from, so
neither can drift from what `backward()` does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from . import floats, ops
from .ops import Op

T = TypeVar("T")

# How strongly an op holds its operands together when written; what is not here needs no parentheses.
STRENGTH = {"add": 1, "sub": 1, "neg": 1, "mul": 2, "pow_slope": 2}
ATOM = 4
LOOSE_OPERANDS = {"div", "sqrt", "abs", "exp"}  # fences, bars and exponents hold any operand


def _binary(op: Op) -> tuple[Callable[[Symbol, Any], Symbol], Callable[[Symbol, Any], Symbol]]:
    """The operator of a row with two operands, and the reflected operator."""
    return lambda a, b: Symbol._apply_op(op, (a, b)), lambda a, b: Symbol._apply_op(op, (b, a))


class Symbol:
    """A formula: a name (`Symbol("x")`), a number (`Symbol(2.0)`), or an op with its operands.

    >>> from chalkgrad.engine import tanh
    >>> x = Symbol("x")
    >>> str(2 * tanh(x) + 1)
    '(2 * tanh(x)) + 1'
    """

    __slots__ = ("content", "op", "operands")

    def __init__(self, content: str | float, op: Op | None = None, operands: tuple[Symbol, ...] = ()) -> None:
        self.content = content
        self.op = op
        self.operands = operands

    @staticmethod
    def _apply_op(op: Op, operands: Iterable[Any]) -> Symbol:
        return Symbol("", op, tuple(as_symbol(x) for x in operands))

    __add__, __radd__ = _binary(ops.add)
    __sub__, __rsub__ = _binary(ops.sub)
    __mul__, __rmul__ = _binary(ops.mul)
    __truediv__, __rtruediv__ = _binary(ops.div)
    __pow__, __rpow__ = _binary(ops.pow)

    def __neg__(self) -> Symbol:
        return Symbol._apply_op(ops.neg, (self,))

    @property
    def is_number(self) -> bool:
        """Whether it is a number rather than a name or an op."""
        return isinstance(self.content, float)

    def __str__(self) -> str:
        return fold(self, _leaf_text, lambda op, operands: op.text(*operands))

    def __repr__(self) -> str:
        return f"<symbol {self}>"


def as_symbol(x: Any) -> Symbol:
    """A symbol as it is, a number as a symbol."""
    return x if isinstance(x, Symbol) else Symbol(floats.as_float(x, "a symbol"))


def rule(op: Op, operands: Sequence[str], out: str = "out") -> tuple[Symbol, ...]:
    """The op's local derivatives as formulas in the named operands and the named result.

    >>> [str(d) for d in rule(ops.mul, ["a", "b"])], str(rule(ops.tanh, ["x"])[0])
    (['b', 'a'], 'sech2(x)')
    """
    return tuple(as_symbol(d) for d in op.partials(Symbol(out), *map(Symbol, operands)))


def postorder(formulas: Iterable[Symbol]) -> list[Symbol]:
    """Every part of the formulas once, operands before what is made of them."""
    order: list[Symbol] = []
    seen: set[int] = set()
    stack = [(f, False) for f in formulas][::-1]
    while stack:
        symbol, done = stack.pop()
        if done:
            order.append(symbol)
        elif id(symbol) not in seen:
            seen.add(id(symbol))
            stack.append((symbol, True))
            stack += [(x, False) for x in reversed(symbol.operands)]
    return order


def fold(formula: Symbol, leaf: Callable[[Symbol], T], node: Callable[[Op, list[T]], T]) -> T:
    """Interpret a formula from its leaves up."""
    found: dict[int, T] = {}
    for symbol in postorder([formula]):
        operands = [found[id(x)] for x in symbol.operands]
        found[id(symbol)] = leaf(symbol) if symbol.op is None else node(symbol.op, operands)
    return found[id(formula)]


def simplified(formula: Symbol) -> Symbol:
    """The formula as a person writes it: no factor of 1, no first power, no guard whose other branch is nan.

    For reading only: `0 * x` stays, and what is computed is always the rule itself.
    """

    def node(op: Op, operands: list[Symbol]) -> Symbol:
        if op is ops.where and operands[2].is_number and math.isnan(float(operands[2].content)):
            return operands[1]
        if op.name == "power" and op.params in ((1.0,), (0.0,)):
            return operands[0] if op.params == (1.0,) else Symbol(1.0)
        if op is ops.mul:
            for one, other in (operands, operands[::-1]):
                if one.content == 1.0:
                    return other
        return Symbol("", op, tuple(operands))

    return fold(formula, lambda leaf: leaf, node)


def latex(formula: Symbol, names: Mapping[str, str] | None = None) -> str:
    """The formula as LaTeX, by the `tex` column of the op table; `names` writes the names.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> print(latex((x + y) * x))
    (x + y) \\cdot x
    """
    written = names or {}

    def leaf(symbol: Symbol) -> tuple[str, int]:
        if isinstance(symbol.content, float):
            return _number(symbol.content), ATOM if symbol.content >= 0 else 1
        return written.get(symbol.content, symbol.content), ATOM

    def node(op: Op, operands: list[tuple[str, int]]) -> tuple[str, int]:
        strength = STRENGTH.get(op.name, 3)
        texts = [
            f"({text})" if _needs_fence(op, strength, place, inner) else text
            for place, (text, inner) in enumerate(operands)
        ]
        return op.latex(*texts), ATOM if "(" in op.tex or "[" in op.tex else strength

    return fold(formula, leaf, node)[0]


def _needs_fence(op: Op, strength: int, place: int, inner: int) -> bool:
    if op.name in LOOSE_OPERANDS or "(" in op.tex or "[" in op.tex or (op.name == "pow" and place == 1):
        return False
    if strength < 3:
        return inner < strength or (inner == strength and (place == 1 or op.name == "neg"))
    return inner < ATOM


def _number(x: float) -> str:
    if math.isinf(x):
        return r"\infty" if x > 0 else r"-\infty"
    return floats.text(x)


def _leaf_text(symbol: Symbol) -> str:
    return floats.text(symbol.content) if isinstance(symbol.content, float) else symbol.content
