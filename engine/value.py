"""A value that remembers how it was computed.

A `Value` is a node that can be calculated with: every operator makes a new node from
its operands. Whoever writes `a * b + c` has written the graph down, and `backward()`
turns the trail into gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from typing import Any, overload

from . import modes, ops
from .anomaly import check_result
from .backward import accumulate, topological_order, walking
from .errors import ArgumentTypeError, OperandError
from .floats import as_float
from .modes import active_modes
from .node import Node, is_array, made_by_hand
from .notes import NOTHING, caller, is_recording_source
from .ops import CONSTANT, LEAF, MANY, ONE, TWO, UNRECORDED, Op

__all__ = ["Value"]

# Making nodes. An operator is made from its row of the op table; while no mode is on, it fills the slots and is done.
_new = object.__new__
_NO_PARENTS: tuple[()] = ()  # as Value() has them by default: the same objects
_NO_LABEL = ""

_era = 0  # when a node was made: what it is computed from is of the same era, or of an earlier one


def new_era() -> None:
    """Begin an era: a search below what is made from here on can end at what is there already (`ends_below`)."""
    global _era
    with walking():
        _era += 1


def _binary(rule: Op) -> tuple[Callable[[Value, Any], Value], Callable[[Value, Any], Value]]:
    """The operator of a row with two operands, and the reflected operator (`2 - x`)."""
    primal = rule.primal

    def forward(self: Value, other: Any) -> Any:  # a Value, or NotImplemented
        if type(other) is not Value:
            try:
                other = _constant(other, rule)
            except OperandError:
                if is_array(other):
                    return NotImplemented  # NumPy goes over the array, and comes back with each number
                raise
            if type(other) is not Value:  # of a subclass
                return _apply(rule, (self, other))
        if active_modes:
            return _apply(rule, (self, other))
        node = _new(self.__class__)
        node._rule = rule
        node._a = self
        node._b = other
        node._x = x = self._data
        node._y = y = other._data
        node._data = primal(x, y)
        node._cotangent = _era
        return node

    def reflected(self: Value, other: Any) -> Any:
        return forward(_constant(other, rule), self)

    return _named(forward, rule), _named(reflected, rule)


def _unary(rule: Op) -> Callable[[Value], Value]:
    """The method of a row with one operand."""
    primal = rule.primal

    def method(self: Value) -> Value:
        if active_modes:
            return _apply(rule, (self,))
        node = _new(self.__class__)
        node._rule = rule
        node._a = self
        node._x = x = self._data
        node._data = primal(x)
        node._cotangent = _era
        return node

    return _named(method, rule)


def _general(rule: Op) -> Callable[..., Value]:
    """The method of a row with any number of operands, each of which may be a number."""
    return _named(lambda self, *operands: rule(self, *operands), rule)


def _named(function: Callable[..., Value], rule: Op) -> Callable[..., Value]:
    """Give a function made from a row the row's name, for `help()` and tracebacks."""
    function.__name__ = rule.name
    function.__qualname__ = f"Value.{rule.name}"
    function.__doc__ = f"A new node: {rule.text(*'xyz'[: rule.arity])}."
    return function


def _constant(x: Any, rule: Op) -> Value:
    """A number that stands in an expression, as a leaf that takes no gradient."""
    if isinstance(x, Value):
        return x
    node = _new(Value)
    node._data = x if type(x) is float else as_float(x, f"an operand of {rule.symbol}")
    node._rule = CONSTANT
    node._cotangent = _era
    return node


def _apply(rule: Op, operands: Iterable[Any]) -> Value:
    """Apply any row to Values and numbers: the general way, which also minds the modes."""
    parents = tuple(_constant(x, rule) for x in operands)
    inputs = tuple(p._data for p in parents)
    out = as_float(rule.primal(*inputs), f"the result of {rule.symbol}")
    kind = Value
    for parent in parents:
        if type(parent) is not kind and isinstance(parent, kind):
            kind = type(parent)
    if not active_modes:
        return _node(kind, rule, out, parents, inputs)
    if modes.is_detecting_anomaly():
        check_result(rule, parents, inputs, out)
    if not modes.is_recording():
        rule = UNRECORDED
        parents = inputs = ()
    node = _node(kind, rule, out, parents, inputs)
    if is_recording_source():
        node._note(source=caller())
    return node


def _node(kind: type[Value], rule: Op, out: float, parents: tuple[Value, ...], inputs: tuple[float, ...]) -> Value:
    """A node of any layout."""
    node = _new(kind)
    node._data = out
    node._rule = rule
    node._cotangent = _era
    if rule.layout is TWO:
        (node._a, node._b), (node._x, node._y) = parents, inputs
    elif rule.layout is ONE:
        (node._a,), (node._x,) = parents, inputs
    elif rule.layout is MANY:
        node._a, node._x = parents, inputs
    return node


class Value(Node):
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

    `a == b` asks whether they are the same node, so that Values can be keys and stand in sets; `<`, `<=`, `>`, `>=` and
    `a.data == b.data` compare the numbers, and `a.eq(b)` is a node.

    `math.tanh(a)` is given a number and gives a number: the graph ends there, in silence. `a.tanh()`, chalkgrad's own
    `tanh` and NumPy's `np.tanh(a)` go on.

    What is computed from a subclass is of the subclass (its `__init__` is not called), and may have attributes of its
    own. A plain Value has none, so that a misspelt one is an error.

    A node can be made by hand, as in micrograd: with its parents and a `_backward` that adds to their gradients, or
    with its local derivatives. It is drawn, stepped and walked; only an `Op` has a second derivative and compiles.

    >>> x = Value(3.0)
    >>> square = Value(x.data**2, (x,), "square")
    >>> def _backward():
    ...     x.grad += 2 * x.data * square.grad
    >>> square._backward = _backward
    >>> square.backward(); x.grad, Value(x.data**2, (x,), [6.0]).local()
    (6.0, (6.0,))
    """

    __slots__ = ()

    @overload
    def __init__(self, data: Any, label: str = "", /) -> None: ...
    @overload
    def __init__(self, data: Any, _children: Sequence[Value] = ..., _op: str = "", label: str = "") -> None: ...
    @overload
    def __init__(self, data: Any, children: Sequence[Value], local_grads: Sequence[float], /) -> None: ...

    def __init__(self, data: Any, _children: Any = _NO_PARENTS, _op: Any = "", label: str = _NO_LABEL) -> None:
        self._data = as_float(data, "Value(data)")
        self._rule = LEAF
        self._cotangent = _era
        if _children is not _NO_PARENTS or label is not _NO_LABEL or active_modes:
            if isinstance(_children, str):
                label = _children
            elif modes.is_recording():
                made_by_hand(self, _children, _op)
            self.label = label
            if is_recording_source():
                self._note(source=caller())

    # operators

    __add__, __radd__ = _binary(ops.add)
    __sub__, __rsub__ = _binary(ops.sub)
    __mul__, __rmul__ = _binary(ops.mul)
    __truediv__, __rtruediv__ = _binary(ops.div)
    _pow, __rpow__ = _binary(ops.pow)
    __mod__, __rmod__ = _binary(ops.mod)
    __neg__ = _unary(ops.neg)
    __abs__ = _unary(ops.abs)

    def __pow__(self, exponent: Any, modulus: None = None) -> Value:
        if modulus is not None:
            raise ArgumentTypeError("pow(x, y, z) is for whole numbers; of Values it is x**y % z")
        varies = isinstance(exponent, Value) or is_array(exponent)
        return self._pow(exponent) if varies else _apply(ops.power(exponent), (self,))

    __pos__ = Node.conjugate

    # the op table as methods: v.tanh(), v.maximum(w)

    add = _general(ops.add)
    sub = _general(ops.sub)
    mul = _general(ops.mul)
    div = _general(ops.div)
    neg = _unary(ops.neg)
    pow = _general(ops.pow)
    pow_slope = _general(ops.pow_slope)
    exp, exp2, expm1 = _unary(ops.exp), _unary(ops.exp2), _unary(ops.expm1)
    log, log1p, log2, log10 = _unary(ops.log), _unary(ops.log1p), _unary(ops.log2), _unary(ops.log10)
    sqrt = _unary(ops.sqrt)
    cbrt = _unary(ops.cbrt)
    erf, erfc = _unary(ops.erf), _unary(ops.erfc)
    gamma, lgamma = _unary(ops.gamma), _unary(ops.lgamma)
    digamma = ops.digamma
    mod, fmod = _general(ops.mod), _general(ops.fmod)
    fma = _general(ops.fma)
    square = _unary(ops.square)
    reciprocal = _unary(ops.reciprocal)
    degrees = rad2deg = _unary(ops.degrees)
    radians = deg2rad = _unary(ops.radians)
    sin, cos, tan = _unary(ops.sin), _unary(ops.cos), _unary(ops.tan)
    asin = arcsin = _unary(ops.asin)
    acos = arccos = _unary(ops.acos)
    atan = arctan = _unary(ops.atan)
    atan2 = arctan2 = _general(ops.atan2)
    hypot = _general(ops.hypot)
    sinh, cosh = _unary(ops.sinh), _unary(ops.cosh)
    asinh = arcsinh = _unary(ops.asinh)
    acosh = arccosh = _unary(ops.acosh)
    atanh = arctanh = _unary(ops.atanh)
    tanh = _unary(ops.tanh)
    sech2 = _unary(ops.sech2)
    sigmoid = _unary(ops.sigmoid)
    relu = _unary(ops.relu)
    softplus = _unary(ops.softplus)
    gelu = _unary(ops.gelu)
    silu = _unary(ops.silu)
    leaky_relu = ops.leaky_relu
    abs = _unary(ops.abs)
    sign = _general(ops.sign)
    copysign = _general(ops.copysign)
    floor, ceil, trunc = _general(ops.floor), _general(ops.ceil), _general(ops.trunc)
    clamp = clip = ops.clamp
    stop_gradient = _general(ops.stop_gradient)
    maximum, minimum = _general(ops.maximum), _general(ops.minimum)
    where = _general(ops.where)
    gt, ge, lt, le = _general(ops.gt), _general(ops.ge), _general(ops.lt), _general(ops.le)
    eq, ne = _general(ops.eq), _general(ops.ne)
    logsumexp = _general(ops.logsumexp)
    fsum = _general(ops.fsum)
    peak = _general(ops.peak)
    softmax = ops.softmax

    def polygamma(self, n: float) -> Value:
        """A new node: the n-th derivative of the digamma function."""
        return ops.polygamma(n, self)

    @staticmethod
    def _apply_op(op: Op, operands: Iterable[Any]) -> Value:
        return _apply(op, operands)

    def detach(self) -> Value:
        """A new leaf with the same number; `stop_gradient()` is the same as a node, and compiles."""
        return Value(self.data)

    # backward

    def backward(self, gradient: Any = 1.0) -> None:
        """Compute dSelf/dNode for every node of this graph, into its `.grad`.

        A leaf adds to the gradient it has (so that several roots, or a batch, add up); a computed
        node takes that of this pass. The gradients are those of the forward pass, whatever happened
        to a leaf's `.data` since. All gradients change or, after an exception or an interrupt, none.

        Args:
            gradient: a number that every derivative is multiplied by: that of something further on by this node.

        Raises:
            AnomalyError: under `detect_anomaly`, a gradient turned nan or inf.
        """
        accumulate(self, as_float(gradient, "gradient"))

    def zero_grad(self) -> None:
        """Set the gradient of this node, and of every node that it was computed from, to 0."""
        for node in topological_order(self):
            if node._rule is not CONSTANT:
                node._grad = 0.0

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
            "a Value cannot be pickled, its graph may be too deep: keep .data, or a state_dict(), or save(model, path)"
        )


def _twin(node: Value, parents: tuple[Value, ...]) -> Value:
    """The same node over other parents."""
    twin = _node(type(node), node._rule, node._data, parents, node.inputs)
    if hasattr(node, "__dict__"):  # a subclass may have attributes of its own
        vars(twin).update(vars(node))
    if node.has_grad:
        twin._grad = node._grad
    if node._noted is not NOTHING:
        twin._notes = node._noted
    return twin
