"""A value that remembers how it was computed.

A `Value` is a node of the computation graph: a float, its *parents* (the operands,
in order) and the rule of the op that made it. Operators make new nodes; a node
that no operator made is a *leaf*. `backward()` turns the trail into gradients.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from . import floats, modes, ops
from .backward import gradients, refuse_nested_walk, topological_order, walk_lock
from .errors import AnomalyError, ArgumentTypeError
from .expression import application
from .floats import as_float
from .modes import special
from .ops import CONSTANT, LEAF, Op
from .source import Source, caller, is_recording_source


class _Notes(NamedTuple):
    """What only some nodes carry: a label, the scope (neuron) whose output the node is, its source line."""

    label: str = ""
    scope: str = ""
    source: Source | None = None


@lru_cache(maxsize=4096)
def _scope_notes(scope: str) -> _Notes:
    """The notes of a node with a scope alone: one object for all the outputs of a neuron."""
    return _Notes(scope=scope)


class Value:
    """One scalar in a computation graph: a number, where it came from, and its gradient.

    Args:
        data: any real scalar; it is converted to `float`.
        label: a name, for pictures and messages.

    Raises:
        OperandError: `data` is not one real number (a `TypeError`).

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = a * b + a
    >>> c.backward()
    >>> c.data, a.grad, b.grad
    (-4.0, -2.0, 2.0)
    """

    # The local-derivative closure lies open in slots: the op's shared rule, and the forward floats
    # it is closed over. A slot that refers to a float that exists already costs 8 bytes and gives
    # the garbage collector nothing to track; a closure, a partial or a tuple would (tests/bench).
    # A node of shape 1 or 2 uses _a, _b (parents) and _x, _y (their floats in the forward pass); one
    # of shape 3 has tuples in _a and _x. _grad and _notes stay empty until they are needed.
    __slots__ = ("_a", "_b", "_cotangent", "_data", "_grad", "_notes", "_rule", "_x", "_y")

    _a: Any
    _b: Value
    _cotangent: Any
    _data: float
    _grad: float
    _notes: _Notes
    _rule: Op
    _x: Any
    _y: float

    def __init__(self, data: Any, label: str = "") -> None:
        self._data = as_float(data, "Value(data)")
        self._rule = LEAF
        self._cotangent = None
        if not isinstance(label, str) or label or special:
            self.label = label
            if is_recording_source():
                self._note(source=caller())

    # what a node knows

    @property
    def data(self) -> float:
        """The number. Setting it changes this node alone: results computed earlier stay as they are."""
        if special:
            modes.note_read()
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        number = as_float(data, "data")
        if self._rule.shape and not isinstance(self._rule, _Overwritten):
            self._rule = _Overwritten(self._rule, self._data)
        self._data = number

    @property
    def grad(self) -> float:
        """dRoot/dSelf as `backward()` left it; 0.0 before. Set it to None to forget it."""
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

    @property
    def label(self) -> str:
        """The name, for pictures and messages; empty unless given."""
        return self._notes.label if hasattr(self, "_notes") else ""

    @label.setter
    def label(self, label: str) -> None:
        self._note(label=_text(label, "label"))

    @property
    def scope(self) -> str:
        """The neuron or layer whose output this node is; empty for other nodes."""
        return self._notes.scope if hasattr(self, "_notes") else ""

    @scope.setter
    def scope(self, scope: str) -> None:
        if hasattr(self, "_notes"):
            self._note(scope=_text(scope, "scope"))
        else:
            self._notes = _scope_notes(_text(scope, "scope"))

    @property
    def source(self) -> Source | None:
        """The line of the user's code that made this node: file, number, text; None unless `record_source` was on."""
        return self._notes.source if hasattr(self, "_notes") else None

    def _note(self, **notes: Any) -> None:
        self._notes = self._notes._replace(**notes) if hasattr(self, "_notes") else _Notes(**notes)

    @property
    def op(self) -> Op | None:
        """The row of the op table that made this node; None for a leaf."""
        return self._rule if self._rule.shape else None

    @property
    def parents(self) -> tuple[Value, ...]:
        """The operands, in order, repeated where an operand is: `(a + a).parents` has two."""
        shape = self._rule.shape
        if shape == 2:
            return (self._a, self._b)
        if shape == 1:
            return (self._a,)
        return self._a if shape else ()

    @property
    def inputs(self) -> tuple[float, ...]:
        """The parents' data as they were in the forward pass."""
        shape = self._rule.shape
        if shape == 2:
            return (self._x, self._y)
        if shape == 1:
            return (self._x,)
        return self._x if shape else ()

    @property
    def local(self) -> Callable[[], tuple[float, ...]]:
        """The local-derivative closure: called, it gives d(self)/d(parent) for each parent.

        The op's rule over the floats of the forward pass, so a later change of a parent's `.data`
        does not alter it.

        >>> (Value(2.0) * Value(5.0)).local()
        (5.0, 2.0)
        """
        return partial(self._rule.partials, self._data, *self.inputs)

    @property
    def is_leaf(self) -> bool:
        """Whether this node was given rather than computed."""
        return not self._rule.shape

    @property
    def is_constant(self) -> bool:
        """Whether this is a number that stood in an expression: drawn, but given no gradient."""
        return self._rule is CONSTANT

    @property
    def _op(self) -> str:  # micrograd's name
        return self._rule.symbol

    @property
    def _prev(self) -> tuple[Value, ...]:  # micrograd's name
        return self.parents

    # backward

    def backward(self) -> None:
        """Compute dSelf/dNode for every node of this graph, into its `.grad`.

        A leaf adds to the gradient it has (so that several roots, or a batch, add up); a computed
        node takes that of this pass. The gradients are those of the forward pass, whatever happened
        to a leaf's `.data` since. All gradients change or, after an exception or an interrupt, none.

        Raises:
            AnomalyError: under `detect_anomaly`, a gradient turned nan or inf.
        """
        refuse_nested_walk()
        with walk_lock:
            # One call into C, which no signal handler can interrupt half-way.
            deque(map(_set_grad, *gradients(self)), maxlen=0)

    def _backward(self) -> None:
        """micrograd's single step: add grad * local to each parent's `.grad`."""
        for parent, derivative in zip(self.parents, self.local(), strict=True):
            if not parent.is_constant:
                parent.grad += self.grad * derivative

    def zero_grad(self) -> None:
        """Set the gradient of this node, and of every node that it was computed from, to 0."""
        for node in topological_order(self):
            if node._rule is not CONSTANT:
                node._grad = 0.0

    # operators: the rest are made from the op table, below the class

    def __pow__(self, exponent: Any) -> Value:
        if isinstance(exponent, Value):
            return _pow(self, exponent)
        return _apply(ops.power(exponent), (self,))

    def __pos__(self) -> Value:
        return self

    def __lt__(self, other: Any) -> bool:
        return self.data < _number(other)

    def __le__(self, other: Any) -> bool:
        return self.data <= _number(other)

    def __gt__(self, other: Any) -> bool:
        return self.data > _number(other)

    def __ge__(self, other: Any) -> bool:
        return self.data >= _number(other)

    def __float__(self) -> float:
        return self.data

    def __bool__(self) -> bool:
        return self.data != 0.0

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._data!r}, grad={self.grad!r}{label})"

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else repr(self)

    # copies

    def __copy__(self) -> Value:
        return _twin(self, self.parents)

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        for node in topological_order(self):
            if id(node) not in memo:
                copied = memo[id(node)] = _twin(node, tuple(memo[id(p)] for p in node.parents))
                if hasattr(node, "__dict__"):
                    vars(copied).update(deepcopy(vars(node), memo))
        twin: Value = memo[id(self)]
        return twin

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise ArgumentTypeError(
            "a Value cannot be pickled: its graph may be millions of nodes deep; "
            "keep its .data, or a model's state_dict()"
        )

    # numpy must hand `array * value` over to us, rather than try element by element
    __array_ufunc__ = None

    if TYPE_CHECKING:
        _apply_op: Callable[[Op, tuple[Any, ...]], Value]
        __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __pow__
        __truediv__ = __rtruediv__ = __rpow__ = __pow__

        def __neg__(self) -> Value: ...
        def __abs__(self) -> Value: ...
        def __getattr__(self, name: str) -> Callable[..., Value]: ...  # the op table's methods


_new = Value.__new__
_set_grad = Value.__dict__["_grad"].__set__


class _Overwritten(Op):
    """The rule of a computed node whose `.data` was set by hand: it keeps the forward output."""

    __slots__ = ()

    def __init__(self, rule: Op, out: float) -> None:
        super().__init__(
            rule.name, rule.primal, lambda _, *xs: rule.partials(out, *xs), rule.tex,
            symbol=rule.symbol, arity=rule.arity, params=rule.params, strong_zero=rule.strong_zero,
        )  # fmt: skip


# making nodes


def _constant(x: Any, op: Op) -> Value:
    """A number that stands in an expression, as a leaf that takes no gradient."""
    if isinstance(x, Value):
        return x
    node = _new(Value)
    node._data = x if type(x) is float else as_float(x, f"an operand of {op.symbol}")
    node._rule = CONSTANT
    node._cotangent = None
    return node


def _binary(rule: Op) -> tuple[Callable[[Any, Any], Value], Callable[[Any, Any], Value]]:
    """The operator and the reflected operator of a row with two operands."""
    primal = rule.primal

    def forward(self: Value, other: Any) -> Value:
        if type(other) is not Value:
            other = _constant(other, rule)
        if special:
            return _apply(rule, (self, other))
        node = _new(Value)
        node._rule = rule
        node._a = self
        node._b = other
        node._x = x = self._data
        node._y = y = other._data
        node._data = primal(x, y)
        node._cotangent = None
        return node

    def reflected(self: Value, other: Any) -> Value:
        return forward(_constant(other, rule), self)

    return _named(forward, rule), _named(reflected, rule)


def _unary(rule: Op) -> Callable[[Value], Value]:
    """The method of a row with one operand."""
    primal = rule.primal

    def method(self: Value) -> Value:
        if special:
            return _apply(rule, (self,))
        node = _new(Value)
        node._rule = rule
        node._a = self
        node._x = x = self._data
        node._data = primal(x)
        node._cotangent = None
        return node

    return _named(method, rule)


def _general(rule: Op) -> Callable[..., Value]:
    """The method of a row with any other number of operands, or one that selects."""

    def method(self: Value, *operands: Any) -> Value:
        node: Value = rule(self, *operands)
        return node

    return _named(method, rule)


def _named(function: Callable[..., Value], rule: Op) -> Callable[..., Value]:
    """Give a function made from a row the row's name, for `help()` and tracebacks."""
    function.__name__ = rule.name
    function.__qualname__ = f"Value.{rule.name}"
    function.__doc__ = f"A new node: {rule.text(*'xyz'[: rule.arity])}."
    return function


def _apply(rule: Op, operands: Iterable[Any]) -> Value:
    """Apply any row to Values and numbers: the general way, which also minds the modes."""
    parents = tuple(_constant(x, rule) for x in operands)
    inputs = tuple(p._data for p in parents)
    out = as_float(rule.primal(*inputs), f"the result of {rule.symbol}")
    if special:
        if modes.is_detecting_anomaly() and not math.isfinite(out):
            given = floats.texts([x for x in inputs if not math.isfinite(x)] or inputs)
            raise AnomalyError(f"forward: {application(rule, parents)} is {out}, from operand {given}")
        if not modes.is_recording():
            return Value(out)
        if is_recording_source():
            node = _node(rule, out, parents, inputs)
            node._note(source=caller())
            return node
    return _node(rule, out, parents, inputs)


def _node(
    rule: Op, out: float, parents: tuple[Value, ...], inputs: tuple[float, ...], kind: type[Value] = Value
) -> Value:
    node = _new(kind)
    node._rule = rule
    node._data = out
    node._cotangent = None
    shape = rule.shape
    if shape == 3:
        node._a, node._x = parents, inputs
    elif shape == 2:
        (node._a, node._b), (node._x, node._y) = parents, inputs
    elif shape == 1:
        (node._a,), (node._x,) = parents, inputs
    return node


def _twin(node: Value, parents: tuple[Value, ...]) -> Value:
    twin = _node(node._rule, node._data, parents, node.inputs, type(node))
    if hasattr(node, "__dict__"):  # a subclass may have attributes of its own
        vars(twin).update(vars(node))
    if node.has_grad:
        twin._grad = node._grad
    if hasattr(node, "_notes"):
        twin._notes = node._notes
    return twin


def _number(x: Any) -> float:
    return x.data if isinstance(x, Value) else as_float(x, "an operand of a comparison")


def _text(x: Any, what: str) -> str:
    if not isinstance(x, str):
        raise ArgumentTypeError(f"{what} must be a str, got {type(x).__name__}")
    return x


Value._apply_op = staticmethod(_apply)
for _name, _rule in (("add", ops.add), ("sub", ops.sub), ("mul", ops.mul), ("truediv", ops.div)):
    _forward, _reflected = _binary(_rule)
    setattr(Value, f"__{_name}__", _forward)
    setattr(Value, f"__r{_name}__", _reflected)
_pow, Value.__rpow__ = _binary(ops.pow)
for _name, _rule in ops.OPS.items():  # v.tanh(), v.maximum(w), ...
    setattr(Value, _name, _unary(_rule) if _rule.shape == 1 else _general(_rule))
for _name, _function in ops.FUNCTIONS.items():  # v.leaky_relu(0.1), v.clamp(-1, 1)
    setattr(Value, _name, _function)
Value.__neg__ = _unary(ops.neg)  # type: ignore[method-assign]
Value.__abs__ = _unary(ops.abs)  # type: ignore[method-assign]
