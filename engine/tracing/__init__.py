"""A run as plain data: every value computed, every share of gradient passed on, in order.

A *trace* lists the nodes of a graph and the *events* of one forward and one backward
pass (with an optimizer: of a whole training step). The backward numbers are noted by
the engine's own loop while it runs, not worked out a second time. Whatever shows or
checks a run (the player, its quiz, the text below, the tests) reads this one list.
"""

from __future__ import annotations

import copy
import json
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

from .. import floats
from ..backward import order_of, pull_back, topological_order, walking
from ..errors import ArgumentTypeError
from ..narration import Row, narrated
from ..notation import expressions
from ..value import Value
from .bugs import BUGS, Asked, Bug, bug_of, judge, wrong_pass

__all__ = ["BUGS", "Bug", "Trace", "trace"]


class Optimizer(Protocol):
    """What a training step needs of an optimizer (those of `chalkgrad.nn` have it)."""

    @property
    def params(self) -> Sequence[Value]: ...
    @property
    def lr(self) -> float: ...
    def step(self) -> None: ...


class Trace:
    """One run of a graph. Printing it gives the steps as text.

    Attributes:
        nodes: in topological order, each a dict: `id, name, op, symbol, params, label, parents` (ids, in
            operand order), `data, scope, source, expression`. `name` is the label, or the neuron whose output the
            node is, made unique; or `v` and the id, and then `expression` is what it computes, if that is short.
        events: in the order they happen, each a dict with its `kind`:
            `compute(node, inputs, value)`; `loss(node, value)`; `zero(node, before)`;
            `seed(node, value)`; `contribute(node, parent, operand, upstream, local, contribution,
            before, after)`; `accumulate(node, before, contribution, after)`;
            `update(node, grad, before, after, rate)`. `before` is None where nothing was there yet. With a bug
            `contribute` and `accumulate` also have `should`, what `after` should be, and `wrong`.
        values: the nodes themselves, in the same order; no part of the plain data.
        bug: the fault that the backward pass was given; None for the engine's own.
    """

    def __init__(self, nodes: list[Row], events: list[Row], values: list[Value], bug: Bug | None = None) -> None:
        self.nodes = nodes
        self.events = events
        self.values = values
        self.bug = bug

    @property
    def first_wrong(self) -> Row | None:
        """The first event that leaves a wrong gradient; None if there is none, as in every run without a bug."""
        return next((event for event in self.events if event.get("wrong")), None)

    @property
    def gradients(self) -> dict[int, float]:
        """The last `after` of each node: what `backward()` leaves in its `.grad`."""
        last: dict[int, float] = {}
        for event in self.events:
            if event["kind"] == "contribute":
                last[event["parent"]] = event["after"]
            elif event["kind"] == "seed":
                last[event["node"]] = event["value"]
            elif event["kind"] == "accumulate":
                last[event["node"]] = event["after"]
        return last

    def as_dict(self) -> Row:
        """`{"nodes": ..., "events": ...}`."""
        return {"nodes": self.nodes, "events": self.events}

    def to_json(self) -> str:
        """Strict JSON: nan and the infinities, for which it has no number, are strings."""
        return json.dumps(plain(self.as_dict()), allow_nan=False)

    def __len__(self) -> int:
        return len(self.events)

    def __str__(self) -> str:
        return narrated(self.nodes, self.events)

    def __repr__(self) -> str:
        return f"<trace of {self.nodes[-1]['name']}: {len(self.nodes)} nodes, {len(self.events)} events>"


def trace(
    root: Value, *, accumulate: bool = False, optimizer: Optimizer | None = None, bug: Asked | None = None
) -> Trace:
    """The forward pass that made `root` and the backward pass from it, as data.

    The pass starts from no gradients, as after `zero_grad`, whatever the nodes hold, so the last `after`
    of a node is its `.grad` after `backward()`, to the bit. The data are those of the forward pass, even if a
    leaf was changed since. Nothing of the user's is changed: neither data nor gradients, nor the optimizer.

    Args:
        root: what is differentiated.
        accumulate: start from the gradients that the leaves hold. A leaf that holds one adds this pass's total
            to it, as a last event: what calling `backward()` twice does.
        optimizer: go on to a whole training step: the parameters' gradients are cleared before the
            backward pass, and every parameter is updated after it, by the optimizer itself.
        bug: run the backward pass with a classic fault in it: a name of `BUGS`, such as "assign"; or a wrong rule of
            one's own, `("tanh", lambda out, x: (1 - out,))`, or a dict of them. Each gradient then says what it should
            be, and `first_wrong` is where it goes wrong.

    Raises:
        ArgumentError: there is no such bug, or its recursion would never end.
        ArgumentTypeError: `root` is no Value.

    >>> a = Value(3.0, label="a")
    >>> b = a * a; b.label = "b"
    >>> print(trace(b))
    forward
      1  b = a * a = 3 * 3 = 9
    backward
      2  ∂b/∂b = 1
      3  ∂b/∂a  = ∂b/∂b · ∂b/∂a|left = 1 · 3 = 3
      4  ∂b/∂a += ∂b/∂b · ∂b/∂a|right = 1 · 3 = 3, in all 6
    >>> wrong = trace(b, bug="assign").first_wrong
    >>> wrong["after"], wrong["should"]
    (3.0, 6.0)
    """
    if not isinstance(root, Value):
        raise ArgumentTypeError(f"root must be a Value, got {type(root).__name__}")
    order, shares = _watched_backward(root)
    ids = {id(node): i for i, node in enumerate(order)}
    nodes = _describe(order, ids)
    right: list[Row] = [{"kind": "seed", "node": ids[id(root)], "value": 1.0}]
    right += [share.event(ids) for share in shares if not share.parent.is_constant]
    fault = None if bug is None else bug_of(bug)
    forgets = fault is not None and fault.name == "uncleared"
    events = [_compute(row, node) for row, node in zip(nodes, order, strict=True) if node.op is not None]
    if optimizer is not None:
        events.append({"kind": "loss", "node": ids[id(root)], "value": root.data})
        events += [] if forgets else _zeros(optimizer, ids)
    if fault is None:
        events += right
    else:
        events += wrong_pass(fault, order, [row["parents"] for row in nodes], [row["data"] for row in nodes])
    result = Trace(nodes, events, order, fault)
    if accumulate or forgets:
        events += _accumulations(order, result.gradients, held=accumulate, same_again=forgets)
    if fault is not None:
        judge(events, right, Trace(nodes, right, order).gradients, uncleared=forgets)
    if optimizer is not None:
        events += _updates(root, optimizer, ids, None if fault is None else result.gradients)
    return result


def plain(x: Any) -> Any:
    """Data with every nan and infinity as a string ("NaN", "Infinity"), which JavaScript's Number() reads."""
    if isinstance(x, float) and not math.isfinite(x):
        return "NaN" if math.isnan(x) else "Infinity" if x > 0.0 else "-Infinity"
    if isinstance(x, dict):
        return {key: plain(value) for key, value in x.items()}
    return [plain(value) for value in x] if isinstance(x, (list, tuple)) else x


# watching the engine's own loop


class _Share(float):
    """A cotangent that notes how the backward loop made it: which product, added to what.

    It hears of a share by `*` and of a sum by `+`, in the order in which `pull_back` writes them.
    """

    log: list[_Share]
    upstream: float
    factor: float
    before: float | None
    after: float
    user: Value
    parent: Value
    operand: int

    def __mul__(self, local: float) -> _Share:
        share = _Share(float(self) * local)
        share.log, share.upstream, share.factor = self.log, float(self), local
        share.before, share.after = None, float(share)
        share.log.append(share)
        return share

    __rmul__ = __mul__

    def __add__(self, share: float) -> _Share:
        total = _Share(float(self) + float(share))
        total.log = self.log
        if isinstance(share, _Share):
            share.before, share.after = float(self), float(total)
        return total

    def event(self, ids: dict[int, int]) -> Row:
        return {
            "kind": "contribute", "node": ids[id(self.user)], "parent": ids[id(self.parent)],
            "operand": self.operand, "upstream": self.upstream, "local": self.factor,
            "contribution": float(self), "before": self.before, "after": self.after,
        }  # fmt: skip


def _watched_backward(root: Value) -> tuple[list[Value], list[_Share]]:
    """Run the backward loop on numbers that keep a log, then say which edge each entry belongs to."""
    log: list[_Share] = []
    seed = _Share(1.0)
    seed.log = log
    with walking():
        untouched = object()
        order = order_of((root,), untouched)
        try:
            pull_back(root, order, untouched, seed)
            edges = [
                (node, parent, operand)
                for node in reversed(order)
                if node._cotangent is not untouched
                for operand, parent in _served(node)
            ]
        finally:
            for node in order:
                node._cotangent = None
            for share in log:
                del share.log  # which holds the share: a cycle
    for share, edge in zip(log, edges, strict=True):
        share.user, share.parent, share.operand = edge
    return order, log


def _served(node: Value) -> list[tuple[int, Value]]:
    """The operands to which a node sends a share: all but those that a selecting op did not take."""
    strong_zero = node._rule.strong_zero
    return [
        (operand, parent)
        for operand, (parent, local) in enumerate(zip(node.parents, node.local(), strict=True))
        if not (strong_zero and local == 0.0)
    ]


# the rows


def _describe(order: list[Value], ids: dict[int, int]) -> list[Row]:
    read: dict[int, float] = {}  # what the users of a node found there in the forward pass
    for node in order:
        for parent, number in zip(node.parents, node.inputs, strict=True):
            read.setdefault(id(parent), number)
    names = [node.label or node.scope for node in order]
    taken = Counter(names)
    rows = []
    for i, node in enumerate(order):
        data = read.get(id(node), node.data)
        name = names[i] if taken[names[i]] == 1 else f"{names[i]}#{i}"
        if not names[i]:
            name = floats.text(data) if node.is_constant else f"v{i}"
        rows.append({
            "id": i, "name": name, "op": node._rule.name, "symbol": node._rule.symbol,
            "params": list(node._rule.params), "label": node.label,
            "parents": [ids[id(p)] for p in node.parents], "data": data,
            "scope": node.scope, "source": node.source,
        })  # fmt: skip
    for row, expression in zip(rows, expressions(rows), strict=True):
        row["expression"] = expression
    return rows


def _compute(row: Row, node: Value) -> Row:
    return {"kind": "compute", "node": row["id"], "inputs": list(node.inputs), "value": row["data"]}


def _accumulations(order: list[Value], totals: dict[int, float], *, held: bool, same_again: bool) -> list[Row]:
    """What this pass adds to the leaves: to what they hold, or to as much again if the pass before was the same."""
    rows = []
    for i, node in enumerate(order):
        if not node.is_leaf or node.is_constant:
            continue
        total = totals.get(i, 0.0)
        before = node.grad if held and node.has_grad else total if same_again and i in totals else None
        if before is not None:
            rows.append({
                "kind": "accumulate", "node": i, "before": before, "contribution": total, "after": before + total,
            })  # fmt: skip
    return rows


def _zeros(optimizer: Optimizer, ids: dict[int, int]) -> list[Row]:
    return [
        {"kind": "zero", "node": ids[id(p)], "before": p.grad if p.has_grad else None}
        for p in optimizer.params
        if id(p) in ids
    ]


def _updates(root: Value, optimizer: Optimizer, ids: dict[int, int], wrong: dict[int, float] | None) -> list[Row]:
    """Let a copy of the optimizer take its step on the real parameters, note what it did, and put all back.

    It steps by the gradients of `backward()`, or by those of a pass with a bug.
    """
    nodes = {id(node): node for node in [*topological_order(root), *optimizer.params]}.values()
    kept = [(node, node.data, node.grad if node.has_grad else None) for node in nodes if not node.is_constant]
    twin = copy.deepcopy(optimizer, {id(p): p for p in optimizer.params})
    try:
        for node, _, _ in kept:
            node.grad = None
        root.backward()
        if wrong is not None:
            for p in optimizer.params:
                p.grad = wrong.get(ids.get(id(p), -1), 0.0)
        before = [(p, p.data, p.grad) for p in optimizer.params if id(p) in ids]
        twin.step()
        return [
            {"kind": "update", "node": ids[id(p)], "grad": grad, "before": data, "after": p.data, "rate": optimizer.lr}
            for p, data, grad in before
        ]
    finally:
        for node, data, grad in kept:
            if node.is_leaf:
                node.data = data
            node.grad = grad
