"""A node of the computation graph: a number, and how it was computed.

A node is a float, its *parents* (the operands, in order) and the rule of the op that
made it from them. With the parents' numbers in the forward pass that is enough to say
how fast it changes with each parent: its *local derivatives*. A node that no op made is
a *leaf*. A node compares and prints as the number it is; arithmetic, which makes new nodes, is `Value`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from functools import partial
from typing import Any, TypeVar

from . import modes
from .errors import ArgumentError, ArgumentTypeError, GraphError
from .floats import as_float, as_list
from .modes import active_modes
from .notes import Noted
from .ops import CONSTANT, MANY, NONE, NUMPY, ONE, TWO, Op

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
    _cotangent: (
        Any  # what has been sent to it in the walk under way, or the last (backward.py); before: its era (value.py)
    )
    _grad: float  # dRoot/dSelf, once it has been computed

    __slots__ = ("_data", "_rule", "_a", "_b", "_x", "_y", "_cotangent", "_grad")  # noqa: RUF023

    # a number

    @property
    def data(self) -> float:
        """The number. Setting it changes this node alone: results computed earlier stay as they are.

        `compile(y)()` computes `y` again from what the leaves hold then.
        """
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

    # micrograd's names

    @property
    def _op(self) -> str:
        return self._rule.symbol

    @property
    def _prev(self: N) -> tuple[N, ...]:
        return self.parents

    @property
    def _backward(self) -> Callable[[], None]:
        """micrograd's single step: add grad * local to each parent's `.grad`. It may be set on a node made by hand."""
        return partial(_hand_back, self)

    @_backward.setter
    def _backward(self, function: Callable[[], None]) -> None:
        if not callable(function):
            raise ArgumentTypeError(f"_backward must be a function, got {type(function).__name__}")
        if not isinstance(self._rule, ByHand):
            raise ArgumentError(
                "_backward can be set on a node that is made with its parents, Value(data, (a, b), 'name'); "
                f"this one is {'a leaf' if self.is_leaf else 'the result of ' + self._rule.symbol}"
            )
        self._rule = ByHand(self._rule.symbol, partial(_shares_of, self, function))

    # numbers compare, and turn into Python's and NumPy's

    def item(self) -> float:
        """The number: what `.data` is."""
        return self.data

    def copy(self: N) -> N:
        """The same node once more: `copy.copy(v)`."""
        return copy(self)

    def conjugate(self: N) -> N:
        """The node itself, which is real: `np.std` asks for it."""
        return self

    def __lt__(self, other: Any) -> bool:
        return self.data < number if (number := _number(other)) is not NotImplemented else number

    def __le__(self, other: Any) -> bool:
        return self.data <= number if (number := _number(other)) is not NotImplemented else number

    def __gt__(self, other: Any) -> bool:
        return self.data > number if (number := _number(other)) is not NotImplemented else number

    def __ge__(self, other: Any) -> bool:
        return self.data >= number if (number := _number(other)) is not NotImplemented else number

    # Whoever calls float() takes the number out, and the graph ends there. `math.tanh(v)` does so in silence: C code
    # calls this as anyone does, and cannot be told from `float(loss)` or `round(loss)`, which every training loop has.
    # An error would break those, a warning drown them. So it is said where a Value is introduced, in its docstring.
    def __float__(self) -> float:
        return self.data

    def __array_ufunc__(self, function: Any, method: str, *operands: Any, out: Any = (None,), **settings: Any) -> Any:
        """What NumPy's functions do with it: `np.tanh(v)`, and `array * v` for each number of the array."""
        rule = NUMPY.get(function.__name__) if method == "__call__" and not settings else None
        if rule is None:
            name = f"np.{function.__name__}" + ("" if method == "__call__" else f".{method}")
            raise ArgumentTypeError(f"{name} does not take Values: there is no such op; for the number use .data")
        return _over_arrays(rule, operands, *out)

    def __bool__(self) -> bool:
        return self.data != 0.0

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"{type(self).__name__}(data={self.data!r}, grad={self.grad!r}{label})"

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)


def _number(x: Any) -> Any:
    if isinstance(x, Node):
        return x.data
    return NotImplemented if is_array(x) else as_float(x, "an operand of a comparison")


# Arrays: NumPy goes over them, and asks here what to do with each number.


def is_array(x: Any) -> bool:
    """Whether NumPy should take over: an array with numbers in rows."""
    return hasattr(x, "__array_ufunc__") and getattr(x, "ndim", 0) > 0


def _over_arrays(rule: Callable[..., Any], operands: Sequence[Any], out: Any) -> Any:
    """Apply a rule number by number, as NumPy broadcasts: an array of Values, or a single one."""
    import numpy as np

    if not any(map(is_array, operands)):
        return rule(*(x.item() if isinstance(x, np.ndarray) and isinstance(x.item(), Node) else x for x in operands))
    if out is not None and out.dtype != object:
        raise ArgumentTypeError(f"an array of {out.dtype} cannot hold Values: write a = a + v, or use a.astype(object)")
    boxes = []
    for x in operands:
        box = np.empty(np.shape(x) if is_array(x) else (), object)
        box[...] = x
        boxes.append(box)
    result = np.frompyfunc(rule, len(boxes), 1)(*boxes)
    if out is None:
        return result
    out[...] = result
    return out


# Nodes made by hand


class ByHand(Op):
    """The rule of a node that was given its parents by hand. Its partials are numbers: good for one walk back."""

    __slots__ = ()

    def __init__(self, symbol: str, slopes: Callable[[], tuple[float, ...]]) -> None:
        def partials(out: Any, *operands: Any) -> tuple[float, ...]:
            if isinstance(out, Node):
                raise GraphError(f"{name} has no second derivative; {_CURE}")
            return slopes()

        def primal(*operands: float) -> float:
            raise GraphError(f"{name} cannot be computed again; {_CURE}")

        name = f"{symbol or 'a node'} (made by hand)"
        super().__init__(name, primal, partials, symbol=symbol or "node", arity=None)


_CURE = 'an op can: from chalkgrad import Op; Op("name", primal, partials)'


def made_by_hand(node: Node, parents: object, how: object) -> None:
    """Give a leaf parents, and a name for the op or the local derivatives; with no parents it stays a leaf."""
    if not (isinstance(parents, (tuple, list)) and all(isinstance(parent, Node) for parent in parents)):
        raise ArgumentTypeError(
            f"Value(data, ...) takes a label, or the parents as a tuple of Values; got {type(parents).__name__}"
        )
    if not parents:
        return
    if isinstance(how, str):
        node._rule = ByHand(how, partial(_unknown, how))
    else:
        slopes = tuple(as_float(x, f"local_grads[{i}]") for i, x in enumerate(as_list(how, "local_grads", "numbers")))
        if len(slopes) != len(parents):
            raise ArgumentError(f"local_grads must be one a parent; got {len(slopes)} for {len(parents)} parents")
        node._rule = ByHand("", lambda: slopes)
    node._a = tuple(parents)
    node._x = tuple(parent._data for parent in parents)


def _unknown(symbol: str) -> tuple[float, ...]:
    raise GraphError(
        f"{symbol or 'a node'} (made by hand) has no local derivatives: set its _backward, "
        f"write Value(data, parents, local_grads), or make an op of it, from chalkgrad import Op"
    )


def _shares_of(node: Node, function: Callable[[], None]) -> tuple[float, ...]:
    """What a `_backward` adds to each parent's gradient where the node's own is 1; all gradients are put back."""
    nodes = {id(each): each for each in (*node.parents, node)}.values()
    kept = [(each, each.grad if each.has_grad else None) for each in nodes]
    try:
        for each in nodes:
            each._grad = 0.0
        node._grad = 1.0
        function()
        shares = {id(parent): parent.grad for parent in node.parents}
        return tuple(shares.pop(id(parent), 0.0) for parent in node.parents)  # all at its first place
    finally:
        for each, grad in kept:
            each.grad = grad


def _hand_back(node: Node) -> None:
    for parent, derivative in zip(node.parents, node.local(), strict=True):
        if not parent.is_constant:
            parent.grad += node.grad * derivative


class Overwritten(Op):
    """The rule of a computed node whose `.data` was set by hand: it keeps the forward output."""

    __slots__ = ()

    def __init__(self, rule: Op, out: float) -> None:
        super().__init__(
            rule.name, rule.primal, lambda _, *xs: rule.partials(out, *xs), rule.tex,
            symbol=rule.symbol, arity=rule.arity, params=rule.params, strong_zero=rule.strong_zero,
        )  # fmt: skip
