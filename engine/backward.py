"""Backward: the walk from a root back to the leaves.

The graph is put in *topological order* (parents before users) and walked from its
end. Each node has by then received its whole *cotangent* (the upstream gradient,
dRoot/dNode); it multiplies it by its local derivatives and hands the shares on
to its parents, where they are added up.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from types import CodeType, FrameType
from typing import Any

from . import modes
from .anomaly import check_gradients
from .errors import ArgumentTypeError, GraphError
from .node import N, Node
from .ops import CONSTANT, MANY, NONE, ONE, TWO

__all__ = ["topological_order"]

_walk_lock = threading.RLock()
_walkers: set[CodeType] = set()  # the functions that walk


def _after_fork() -> None:
    """In a child there are no other threads: a walk that one of them had begun will never end."""
    global _walk_lock
    if not _walk_lock._is_owned():  # type: ignore[attr-defined]
        _walk_lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def walking() -> threading.RLock:
    """`with walking():` holds off every other walk, for a walk writes on the nodes that it passes.

    Raises:
        GraphError: this thread is in the middle of a walk already.
    """
    caller = sys._getframe(1)
    if _walk_lock._is_owned():  # type: ignore[attr-defined]
        frame: FrameType | None = caller.f_back
        while frame is not None:
            if frame.f_code in _walkers:
                raise GraphError(
                    "this thread is walking a graph already: a rule or a signal handler cannot start another walk"
                )
            frame = frame.f_back
        _walk_lock.release()  # no walk is under way: up to Python 3.10 an interrupt can come just before the release
    _walkers.add(caller.f_code)
    return _walk_lock  # entered by the caller's `with`: in C, where no signal comes between


def topological_order(*roots: N) -> list[N]:
    """Every node that the roots were computed from, and the roots, parents before their users.

    The order depends on the structure of the graph alone: depth first, operands from left to right.

    >>> from chalkgrad.engine import Value
    >>> a = Value(1.0, label="a"); b = a + a; b.label = "b"
    >>> [node.label for node in topological_order(b + b)]
    ['a', 'b', '']
    """
    for root in roots:
        if not isinstance(root, Node):
            raise ArgumentTypeError(f"topological_order takes Values, got {type(root).__name__}")
    with walking():
        return order_of(roots, object())


def order_down_to(roots: Sequence[N], inputs: Sequence[N]) -> list[N]:
    """The topological order of the roots without what lies below the inputs, and without those it ends at."""
    with walking():
        untouched = object()
        eras = [node._cotangent for node in inputs]
        for node in ends_below(inputs):
            node._cotangent = untouched
        order = order_of(roots, untouched)
        _restore(inputs, eras)
        return order


def ends_below(inputs: Sequence[N]) -> list[N]:
    """The nodes at which a walk that looks for derivatives by the inputs may end, for a caller that is `walking()`.

    They are the inputs, but for those that lie above another; of these, what else they are computed from. One input
    cannot matter to itself. Which of several lies above which only a search below them can tell: it leaves the nodes as
    they are, and goes no further back than to the era of the oldest input (`new_era`), if none was walked since.
    """
    leading = set(map(id, inputs))  # to an input
    if len(leading) <= 1:
        return [*inputs]
    eras = [node._cotangent for node in inputs]
    oldest = min(eras) if all(type(era) is int for era in eras) else 0
    ends: list[N] = []
    seen: set[int] = set()
    stack: list[Any] = [*inputs]
    while stack:
        node = stack.pop()
        if node is None:  # every parent of the node beneath has been looked at
            node = stack.pop()
            others = [parent for parent in node.parents if id(parent) not in leading]
            if len(others) < len(node.parents):
                leading.add(id(node))
                ends += others
            elif id(node) in leading:
                ends.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            if node._rule.layout is not NONE and not (type(node._cotangent) is int and node._cotangent < oldest):
                stack += (node, None, *node.parents)
            elif id(node) in leading:
                ends.append(node)
    return ends


def _restore(nodes: Sequence[Node], eras: Sequence[Any]) -> None:
    for node, era in zip(nodes, eras, strict=True):
        node._cotangent = era


def order_of(roots: Iterable[N], untouched: object) -> list[N]:
    """The topological order, for a caller that is `walking()`; by a stack of its own, so that no depth is too deep.

    Every node in it is left with the cotangent `untouched`: reached, and nothing sent to it yet. That object is new in
    every walk, so nothing has to be cleaned up, and one left behind by an interrupted walk means nothing.
    """
    order: list[N] = []
    done = order.append
    stack: list[Any] = [*roots][::-1]
    push = stack.append
    pop = stack.pop
    while stack:
        node = pop()
        if node is None:  # every parent of the node beneath is in the order
            done(pop())
            continue
        if node._cotangent is untouched:
            continue
        node._cotangent = untouched
        layout = node._rule.layout
        if layout is NONE:
            done(node)
            continue
        push(node)
        push(None)
        if layout is MANY:
            stack.extend(reversed(node._a))
            continue
        if layout is TWO:
            b = node._b
            if b._cotangent is not untouched:
                push(b)
        a = node._a
        if a._cotangent is not untouched:
            push(a)
    return order


def pull_back(root: Node, order: Sequence[Node], untouched: object, seed: float = 1.0) -> None:
    """Give every node its cotangent, for a caller that is `walking()`; one that received nothing stays `untouched`.

        root.cotangent = seed
        for node in reversed(order):
            for parent, derivative in zip(node.parents, node.local()):
                parent.cotangent += node.cotangent * derivative

    The loop below is this one, with the first share put in place of nothing, and unrolled for one and two parents.
    Each share is one `*` and each sum one `+`, in this order: the trace (tracing) sends a float that notes them.
    """
    root._cotangent = seed
    for node in reversed(order):
        upstream = node._cotangent
        if upstream is untouched:
            continue
        rule = node._rule
        layout = rule.layout
        if layout is TWO:
            by_a, by_b = rule.partials(node._data, node._x, node._y)
            a = node._a
            before = a._cotangent
            by_a *= upstream
            a._cotangent = by_a if before is untouched else before + by_a
            b = node._b
            before = b._cotangent
            by_b *= upstream
            b._cotangent = by_b if before is untouched else before + by_b
        elif layout is ONE:
            (by_a,) = rule.partials(node._data, node._x)
            a = node._a
            before = a._cotangent
            by_a *= upstream
            a._cotangent = by_a if before is untouched else before + by_a
        elif layout is MANY:
            derivatives = rule.partials(node._data, *node._x)
            for parent, derivative in zip(node._a, derivatives, strict=True):
                if derivative == 0.0 and rule.strong_zero:  # not taken
                    continue
                before = parent._cotangent
                share = upstream * derivative
                parent._cotangent = share if before is untouched else before + share
    if modes.is_detecting_anomaly():
        check_gradients(order, untouched)


def accumulate(root: Node, seed: float = 1.0) -> None:
    """One backward pass, into every `.grad`: a leaf adds to what it has, a computed node takes what this pass found.

    The gradients are written at the end, by one call into C, which no signal handler can interrupt: all or none.
    """
    with walking():
        untouched = object()
        order = order_of((root,), untouched)
        pull_back(root, order, untouched, seed)
        nodes = [node for node in order if node._rule is not CONSTANT]
        grads = []
        for node in nodes:
            grad = 0.0 if node._cotangent is untouched else node._cotangent
            grads.append(node._grad + grad if node._rule.layout is NONE and node.has_grad else grad)
        grads = list(map(float, grads))  # a rule from outside the table may give numpy scalars
        deque(map(_set_grad, nodes, grads), maxlen=0)


_set_grad = Node.__dict__["_grad"].__set__


def cotangents(roots: Sequence[Node], nodes: Sequence[Node]) -> list[list[float]]:
    """dRoot/dNode of each node, for each root; 0.0 where the root does not depend on it; no `.grad` is touched.

    A node that the walk ends at is marked as reached beforehand, so that the order leaves it out.
    """
    with walking():
        eras = [node._cotangent for node in nodes]
        ends = ends_below(nodes)
        table = [_row_of_cotangents(root, nodes, ends) for root in roots]
        _restore(nodes, eras)
        return table


def _row_of_cotangents(root: Node, nodes: Sequence[Node], ends: Sequence[Node]) -> list[float]:
    untouched = object()
    for node in ends:
        node._cotangent = untouched
    order = order_of((root,), untouched)
    in_graph = [node._cotangent is untouched for node in nodes]
    pull_back(root, order, untouched)
    return [
        node._cotangent if reached and node._cotangent is not untouched else 0.0
        for node, reached in zip(nodes, in_graph, strict=True)
    ]
