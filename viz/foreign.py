"""Another engine's graph, read into chalkgrad: micrograd's `Value`, or one that a student wrote.

Anything with `data`, `grad` and parents under a usual name is a node. Its structure
becomes chalkgrad's own Values, so that it is drawn, stepped and explained like them; what
that engine's backward wrote stays beside it, to be compared with what it should be.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeGuard

from ..engine import OPS, ArgumentError, ArgumentTypeError, OperandError, Value
from ..engine.floats import as_float, same
from ..engine.ops import Op, power

PARENTS = ("_prev", "prev", "_children", "children", "_parents", "parents", "_inputs", "inputs")
NAMES_OF_OPS = ("_op", "op")
LABELS = ("label", "_label", "name")
# How engines write their ops, and the rows of the op table that are meant; the rest go by the row's own name.
WRITTEN = {
    "+": ("add",), "-": ("sub", "neg"), "*": ("mul",), "/": ("div",), "**": ("pow",), "^": ("pow",),
    "multiply": ("mul",), "subtract": ("sub",), "truediv": ("div",), "divide": ("div",), "negative": ("neg",),
}  # fmt: skip
EXPONENT = re.compile(r"(?:\*\*|\^|pow(?:er)?)[ (]*([-+]?[\d.]+(?:e[-+]?\d+)?)\)?")
COMMUTE = ("add", "mul")


class Foreign(Protocol):
    """A node of another engine; its parents stand under a name that is looked for."""

    data: Any
    grad: Any


@dataclass
class Adopted:
    """A graph of another engine as chalkgrad's own.

    Attributes:
        values: for the `id` of each of its nodes the Value in its place; the root's is the last.
        wrote: for the `id` of each Value the gradient that stood on its node; None for none.
        unknown: for the `id` of each Value whose local slopes cannot be known, why.
    """

    values: dict[int, Value] = field(default_factory=dict)
    wrote: dict[int, float | None] = field(default_factory=dict)
    unknown: dict[int, str] = field(default_factory=dict)

    @property
    def root(self) -> Value:
        """The Value in the place of the root."""
        return next(reversed(self.values.values()))


def is_foreign(x: object) -> TypeGuard[Foreign]:
    """Whether this is a node of another engine."""
    if isinstance(x, (Value, type)) or not hasattr(x, "data"):
        return False
    return any(hasattr(x, name) and not callable(getattr(x, name)) for name in PARENTS)


def adopt(*roots: Foreign) -> Adopted:
    """Read a graph of another engine, or several that share nodes: each node becomes a Value of its op, data and label.

    An op is known by how it is written (`+`, `**2`, `tanh`, `ReLU`), and believed if it gives the node's number. Where
    a set lost the order of the operands, or that one stands twice, the numbers tell. What is not known is kept as an op
    that passes nothing on.

    Raises:
        ArgumentError: a node is its own ancestor.
        ArgumentTypeError: a parent is neither a node nor a number.
        OperandError: the data of a node are not one real number.
    """
    adopted = Adopted()
    for node in _in_order(roots):
        operands = [adopted.values[id(p)] if is_foreign(p) else as_float(p, "a parent") for p in _parents(node)]
        value, reason = _value(node, operands)
        value.label = _label(node)
        adopted.values[id(node)] = value
        adopted.wrote[id(value)] = _grad(node)
        if reason:
            adopted.unknown[id(value)] = reason
        if adopted.wrote[id(value)] is not None:
            value.grad = adopted.wrote[id(value)]
    return adopted


def native(roots: Sequence[Any]) -> list[Any]:
    """The roots, with a Value in the place of each node of another engine; anything else as it is."""
    read = adopt(*(root for root in roots if is_foreign(root)))
    return [read.values.get(id(root), root) for root in roots]


# reading


def _parents(node: Any) -> list[Any]:
    """The parents, as they stand; those of a set in an order that is the same each time."""
    found = next((getattr(node, name) for name in PARENTS if hasattr(node, name)), None)
    if found is None:
        return []
    try:
        parents = list(found)
    except TypeError:
        raise ArgumentTypeError(f"the parents of a node must be a set or a tuple, got {type(found).__name__}") from None
    for parent in parents:
        if not is_foreign(parent):
            try:
                as_float(parent)
            except OperandError:
                raise ArgumentTypeError(
                    f"a parent must be a node with data and parents, or a number; got {type(parent).__name__}"
                ) from None
    if isinstance(found, (set, frozenset)):
        parents.sort(key=lambda p: (_label(p), _data(p)) if is_foreign(p) else ("", as_float(p)))
    return parents


def _is_unordered(node: Any) -> bool:
    return isinstance(next((getattr(node, name) for name in PARENTS if hasattr(node, name)), ()), (set, frozenset))


def _data(node: Any) -> float:
    return as_float(node.data, f"the data of {_label(node) or 'a node'}")


def _grad(node: Any) -> float | None:
    grad = getattr(node, "grad", None)
    return None if grad is None else as_float(grad, f"the grad of {_label(node) or 'a node'}")


def _label(node: Any) -> str:
    found = next((getattr(node, name) for name in LABELS if hasattr(node, name)), "")
    return found if isinstance(found, str) else ""


def _op(node: Any) -> str:
    found = next((getattr(node, name) for name in NAMES_OF_OPS if hasattr(node, name)), "")
    return found if isinstance(found, str) else str(getattr(found, "__name__", type(found).__name__))


def _in_order(roots: Sequence[Any]) -> list[Any]:
    """All nodes, each after its parents."""
    order: list[Any] = []
    state: dict[int, str] = {}
    for root in roots:
        if id(root) not in state:
            _walk(root, state, order)
    return order


def _walk(root: Any, state: dict[int, str], order: list[Any]) -> None:
    """Add to the order what is reached from a root and was not reached before."""
    state[id(root)] = "open"
    stack: list[tuple[Any, Iterator[Any]]] = [(root, iter(_parents(root)))]
    while stack:
        node, parents = stack[-1]
        parent = next((p for p in parents if is_foreign(p) and state.get(id(p)) != "done"), None)
        if parent is None:
            stack.pop()
            state[id(node)] = "done"
            order.append(node)
        elif id(parent) in state:
            raise ArgumentError(f"the graph runs in a circle: {_label(parent) or 'a node'} is its own ancestor")
        else:
            state[id(parent)] = "open"
            stack.append((parent, iter(_parents(parent))))


# making


def _value(node: Any, operands: list[Any]) -> tuple[Value, str]:
    """The Value in the place of a node; and why its slopes are not known, if they are not."""
    data, name = _data(node), _op(node)
    if not operands:
        return Value(data), ""
    made = [
        value
        for rule, order in _candidates(name, operands, _is_unordered(node))
        if is_near((value := rule(*order)).data, data)
    ]
    if len(made) == 1:
        return made[0], ""
    if made:
        reason = (
            f"which operand of {name} comes first is not known: the parents are a set, and both orders give {data:.6g}"
        )
    elif any(True for _ in _candidates(name, operands, True)):
        reason = f"{name} of its operands is not {data:.6g}, which is what the node holds"
    else:
        reason = f"chalkgrad has no op {name!r}" if name else "the node has parents and no op"
    return _opaque(name, data, len(operands))(*operands), reason


def _candidates(name: str, operands: list[Any], unordered: bool) -> Iterator[tuple[Callable[..., Value], list[Any]]]:
    """The ops that may be meant, each with its operands in an order that may be."""
    plain = name.strip().strip("_").lower()
    exponent = EXPONENT.fullmatch(plain)
    if exponent and len(operands) == 1:
        yield power(float(exponent[1])), operands
    for row in WRITTEN.get(plain, (plain,)):
        rule = OPS.get(row)
        if rule is None or rule.arity not in (1, 2):
            continue
        if rule.arity == len(operands):
            yield rule, operands
            if unordered and len(operands) == 2 and row not in COMMUTE:
                yield rule, operands[::-1]
        elif rule.arity == 2 and unordered and len(operands) == 1:  # a set holds a node once
            yield rule, operands * 2


def _opaque(name: str, data: float, arity: int) -> Op:
    """An op that gives this number; nothing is known of its slopes, and so nothing is passed on."""
    return Op(
        name or "unknown", lambda *_: data, lambda *_: (0.0,) * arity, symbol=name or "?", arity=arity, strong_zero=True
    )


def is_near(a: float, b: float) -> bool:
    """Whether two numbers agree, as far as two ways of computing them do."""
    return same(a, b) or math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)
