"""Backward: the walk from a root back to the leaves.

The graph is put in *topological order* (parents before users) and walked from its
end. Each node has by then received its whole *cotangent* (the upstream gradient,
dRoot/dNode); it multiplies it by its local derivatives and hands the shares on
to its parents, where they are added up.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from . import floats, modes
from .errors import AnomalyError, ArgumentTypeError, GraphError
from .expression import application, expression
from .ops import CONSTANT, LEAF

if TYPE_CHECKING:
    from .value import Value

# A walk marks the nodes it has seen, so there is one at a time. Whoever walks calls
# `refuse_nested_walk()`, then holds the lock.
walk_lock = threading.RLock()


def refuse_nested_walk() -> None:
    """Raise `GraphError` if this thread is in the middle of a walk already."""
    if walk_lock._is_owned():  # type: ignore[attr-defined]
        raise GraphError("this thread is walking a graph already: a rule or a signal handler cannot start another walk")


def topological_order(*roots: Value) -> list[Value]:
    """Every node that the roots were computed from, and the roots, parents before their users.

    The order depends on the structure of the graph alone: depth first, operands from left to right.

    >>> from chalkgrad.engine import Value
    >>> a = Value(1.0, label="a"); b = a + a; b.label = "b"
    >>> [node.label for node in topological_order(b + b)]
    ['a', 'b', '']
    """
    for root in roots:
        if not hasattr(root, "_cotangent"):
            raise ArgumentTypeError(f"topological_order takes Values, got {type(root).__name__}")
    refuse_nested_walk()
    with walk_lock:
        return _order(roots, object())


def _order(roots: Iterable[Value], mark: object) -> list[Value]:
    """The topological order, by a stack of its own, so that no depth is too deep.

    A node seen gets the mark as its cotangent. The mark is new in every pass, so nothing has to be
    cleaned up, and a mark left behind by an interrupted pass means nothing.
    """
    order: list[Value] = []
    done = order.append
    stack: list[Any] = [*roots][::-1]
    push = stack.append
    pop = stack.pop
    while stack:
        node = pop()
        if node is None:  # every parent of the node beneath is in the order
            done(pop())
            continue
        if node._cotangent is mark:
            continue
        node._cotangent = mark
        shape = node._rule.shape
        if shape == 2:
            push(node)
            push(None)
            b = node._b
            if b._cotangent is not mark:
                push(b)
            a = node._a
            if a._cotangent is not mark:
                push(a)
        elif shape == 1:
            push(node)
            push(None)
            a = node._a
            if a._cotangent is not mark:
                push(a)
        elif shape:
            push(node)
            push(None)
            stack.extend(reversed(node._a))
        else:
            done(node)
    return order


def _pull_back(root: Value, order: list[Value], unseen: object, seed: float = 1.0) -> None:
    """Give every node its cotangent. One that received nothing keeps the mark `unseen`."""
    root._cotangent = seed
    for node in reversed(order):
        upstream = node._cotangent
        if upstream is unseen:
            continue
        rule = node._rule
        shape = rule.shape
        if shape == 2:
            by_a, by_b = rule.partials(node._data, node._x, node._y)
            a = node._a
            before = a._cotangent
            by_a *= upstream
            a._cotangent = by_a if before is unseen else before + by_a
            b = node._b
            before = b._cotangent
            by_b *= upstream
            b._cotangent = by_b if before is unseen else before + by_b
        elif shape == 1:
            (by_a,) = rule.partials(node._data, node._x)
            a = node._a
            before = a._cotangent
            by_a *= upstream
            a._cotangent = by_a if before is unseen else before + by_a
        elif shape:
            derivatives = rule.partials(node._data, *node._x)
            for parent, derivative in zip(node._a, derivatives, strict=True):
                if derivative == 0.0 and rule.strong_zero:
                    continue
                before = parent._cotangent
                share = upstream * derivative
                parent._cotangent = share if before is unseen else before + share
    if modes.is_detecting_anomaly():
        _find_anomaly(order, unseen)


def gradients(root: Value) -> tuple[list[Value], list[float]]:
    """One backward pass, for a caller that holds `walk_lock`: the nodes, and what each `.grad` shall become.

    Nothing is written to any `.grad`, so an exception here leaves all of them as they were.
    """
    unseen = object()
    order = _order((root,), unseen)
    _pull_back(root, order, unseen)
    nodes = [node for node in order if node._rule is not CONSTANT]
    grads = []
    for node in nodes:
        grad = 0.0 if node._cotangent is unseen else node._cotangent
        grads.append(node._grad + grad if node._rule is LEAF and node.has_grad else grad)
    return nodes, list(map(float, grads))  # a rule from outside the table may give numpy scalars


def cotangents(root: Value, nodes: Sequence[Value]) -> list[float]:
    """dRoot/dNode of each node, 0.0 where the root does not depend on it; no `.grad` is touched."""
    refuse_nested_walk()
    with walk_lock:
        unseen = object()
        order = _order((root,), unseen)
        in_graph = [node._cotangent is unseen for node in nodes]
        _pull_back(root, order, unseen)
        return [
            node._cotangent if reached and node._cotangent is not unseen else 0.0
            for node, reached in zip(nodes, in_graph, strict=True)
        ]


def _find_anomaly(order: list[Value], unseen: object) -> None:
    """Go over a finished pass again, and raise for the first edge that made a gradient nan or inf."""
    totals: dict[int, float] = {}
    for user in reversed(order):
        upstream = user._cotangent
        if upstream is unseen:
            continue
        for parent, derivative in zip(user.parents, user.local(), strict=True):
            if parent._rule is CONSTANT or (derivative == 0.0 and user._rule.strong_zero):
                continue
            total = totals[id(parent)] = totals.get(id(parent), 0.0) + upstream * derivative
            if not math.isfinite(total):
                raise AnomalyError(
                    f"backward: the gradient of {expression(parent)} turned {total} at "
                    f"{application(user._rule, user.parents)}: upstream "
                    f"{floats.text(upstream)} times local derivative {floats.text(derivative)}"
                )
