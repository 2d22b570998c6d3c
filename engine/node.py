"""A node of the computation graph: a number, and how it was computed.

A node is a float, its *parents* (the operands, in order) and the rule of the op that
made it from them. With the parents' numbers in the forward pass that is enough to say
how fast it changes with each parent: its *local derivatives*. A node that no op made is
a *leaf*. Arithmetic, which makes new nodes, is `Value`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from . import modes
from .floats import as_float
from .modes import active_modes
from .notes import Noted
from .ops import CONSTANT, MANY, NONE, ONE, TWO, Op

N = TypeVar("N", bound="Node")


class Node(Noted):
    """What every node knows."""

    # The local-derivative closure lies open in slots: the rule, and the numbers it is closed over. A slot that refers
    # to a float that exists already costs 8 bytes and gives the garbage collector nothing to track; a closure, a
    # partial or a tuple would (tests/bench). A slot that a node does not need stays empty.
    _data: float  # the number
    _rule: Op  # the row of the op table that made it; LEAF or CONSTANT if none did
    _a: Any  # the parents: one in _a, two in _a and _b, any other number as a tuple in _a (`Op.layout`)
    _b: Any
    _x: Any  # the parents' numbers in the forward pass, in the same way
    _y: Any
    _cotangent: Any  # what has been sent to it in the walk that is under way, or was last (backward.py)
    _grad: float  # dRoot/dSelf, once it has been computed

    __slots__ = ("_data", "_rule", "_a", "_b", "_x", "_y", "_cotangent", "_grad")  # noqa: RUF023

    # a number

    @property
    def data(self) -> float:
        """The number. Setting it changes this node alone: results computed earlier stay as they are."""
        if active_modes:
            modes.note_read()
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        number = as_float(data, "data")
        if not (self.is_leaf or isinstance(self._rule, Overwritten)):
            self._rule = Overwritten(self._rule, self._data)
        self._data = number

    # and how it was computed

    @property
    def op(self) -> Op | None:
        """The row of the op table that made this node; None for a leaf."""
        return None if self.is_leaf else self._rule

    @property
    def parents(self: N) -> tuple[N, ...]:
        """The operands, in order, repeated where an operand is: `(a + a).parents` has two."""
        layout = self._rule.layout
        if layout is TWO:
            return (self._a, self._b)
        if layout is ONE:
            return (self._a,)
        return self._a if layout is MANY else ()

    @property
    def inputs(self) -> tuple[float, ...]:
        """The parents' data as they were in the forward pass."""
        layout = self._rule.layout
        if layout is TWO:
            return (self._x, self._y)
        if layout is ONE:
            return (self._x,)
        return self._x if layout is MANY else ()

    @property
    def local(self) -> Callable[[], tuple[float, ...]]:
        """The local-derivative closure: called, it gives d(self)/d(parent) for each parent.

        The op's rule over the floats of the forward pass, so a later change of a parent's `.data`
        does not alter it. `backward()` is made of nothing else.

        >>> from chalkgrad.engine import Value
        >>> (Value(2.0) * Value(5.0)).local()
        (5.0, 2.0)
        """
        return partial(self._rule.partials, self._data, *self.inputs)

    @property
    def is_leaf(self) -> bool:
        """Whether this node was given rather than computed."""
        return self._rule.layout is NONE

    @property
    def is_constant(self) -> bool:
        """Whether this is a number that stood in an expression: drawn, but given no gradient."""
        return self._rule is CONSTANT

    # its gradient

    @property
    def grad(self) -> float:
        """dRoot/dSelf as `backward()` left it; 0.0 before. Set it to None to forget it."""
        if active_modes:
            modes.note_read()
        try:
            return self._grad
        except AttributeError:
            return 0.0

    @grad.setter
    def grad(self, grad: Any) -> None:
        if grad is not None:
            self._grad = as_float(grad, "grad")
        elif self.has_grad:
            del self._grad

    @property
    def has_grad(self) -> bool:
        """Whether a gradient has been computed or set: pictures show a dash where it has not."""
        return hasattr(self, "_grad")


class Overwritten(Op):
    """The rule of a computed node whose `.data` was set by hand: it keeps the forward output."""

    __slots__ = ()

    def __init__(self, rule: Op, out: float) -> None:
        super().__init__(
            rule.name, rule.primal, lambda _, *xs: rule.partials(out, *xs), rule.tex,
            symbol=rule.symbol, arity=rule.arity, params=rule.params, strong_zero=rule.strong_zero,
        )  # fmt: skip
