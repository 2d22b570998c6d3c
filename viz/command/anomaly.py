"""Why a result or a gradient is nan or inf, in a sentence.

A nan or an inf spreads: what reads one mostly becomes one. It is followed back here to the
operation that made it from numbers, which a report then names with what it was given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ...engine import Value, trace
from ...engine.expression import application, expression
from ...engine.floats import text
from ...engine.tracing import Trace

NO_VALUE = "it has no value among the real numbers"
UNDECIDED = "infinities leave its value undecided"
TOO_LARGE = "its size is beyond every float"


def anomalies(root: Value, leaves: Mapping[str, Value]) -> list[str]:
    """A sentence for each operation that made the result or the gradient of a leaf nan or inf.

    Args:
        root: the result, after `backward()`.
        leaves: by what it was differentiated, by name.

    >>> x = Value(-1.0, label="x")
    >>> y = x.log().tanh()
    >>> y.backward()
    >>> print(*anomalies(y, {"x": x}))
    The result and the gradient of x are nan because log(x) = log(-1) is nan: it has no value among the real numbers.
    """
    effects: dict[str, dict[str, list[str]]] = {}  # cause, then number (nan, inf or -inf), then what is that number

    def note(cause: str, number: float, name: str) -> None:
        effects.setdefault(cause, {}).setdefault(text(number), []).append(name)

    if not math.isfinite(root.data):
        note(_cause_of_value(root), root.data, "")
    affected = {name: leaf for name, leaf in leaves.items() if not math.isfinite(leaf.grad)}
    if affected:
        run = trace(root)
        places = {id(node): i for i, node in enumerate(run.values)}
        for name, leaf in affected.items():
            note(_cause_of_gradient(run, places[id(leaf)]), leaf.grad, name)
    return [_sentence(cause, numbers) for cause, numbers in effects.items()]


def _sentence(cause: str, numbers: Mapping[str, Sequence[str]]) -> str:
    clauses = _listed([_clause(number, names) for number, names in numbers.items()])
    return f"{clauses[0].upper()}{clauses[1:]} because {cause}."


def _clause(number: str, names: Sequence[str]) -> str:
    """What is nan: `the result` (whose name is empty), the gradients of some names, or both."""
    things = ["the result"] if "" in names else []
    leaves = [name for name in names if name]
    if leaves:
        things.append(f"the {'gradient' if len(leaves) == 1 else 'gradients'} of {_listed(leaves)}")
    return f"{' and '.join(things)} {'is' if len(names) == 1 else 'are'} {number}"


def _listed(words: Sequence[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


# causes


def _cause_of_value(node: Value) -> str:
    """The operation behind a node that is nan or inf, or the leaf that was so from the start."""
    before: Value | None = node
    while before is not None:
        node = before
        before = next((parent for parent in node.parents if _passes_on(parent.data, node.data)), None)
    if node.is_constant:  # a number in a formula is finite; one that is not was computed from such
        return f"a part of the formula that has no names in it is {text(node.data)}"
    if node.is_leaf:
        return f"{node.label} is {text(node.data)}"
    names, numbers = _written(node)
    cause = f"{names} = {numbers} is {text(node.data)}"
    if math.isinf(node.data):
        return f"{cause}: {TOO_LARGE}"
    return f"{cause}: {NO_VALUE if all(map(math.isfinite, node.inputs)) else UNDECIDED}"


def _passes_on(operand: float, result: float) -> bool:
    """Whether an operand alone makes a result what it is: a nan makes a nan, an infinity an infinity."""
    return math.isnan(operand) if math.isnan(result) else math.isinf(operand)


def _cause_of_gradient(run: Trace, i: int) -> str:
    """The edge behind the gradient of node `i`, which is nan or inf: followed towards the root."""
    total = run.gradients[i]
    shares = [event for event in run.events if event["kind"] == "contribute" and event["parent"] == i]
    for share in shares:
        if _passes_on(share["contribution"], total):
            return _cause_of_share(run, share)
    gradient = f"the gradient of {expression(run.values[i])}"  # is nan or inf by its sum alone
    for share in shares:
        if math.isinf(share["contribution"]):
            return f"inf and -inf meet in {gradient}, and {_cause_of_share(run, share)}"
    return f"the shares of {gradient} add up to {text(total)}: {TOO_LARGE}"


def _cause_of_share(run: Trace, share: Mapping[str, Any]) -> str:
    """Why upstream gradient times local derivative is nan or inf."""
    if not math.isfinite(share["upstream"]):
        return _cause_of_gradient(run, share["node"])
    node, parent = run.values[share["node"]], run.values[share["parent"]]
    if not math.isfinite(share["local"]):
        for value in (node, *node.parents):
            if not math.isfinite(value.data):
                return _cause_of_value(value)
    names, numbers = _written(node)
    upstream, local, product = (text(share[key]) for key in ("upstream", "local", "contribution"))
    cause = f"the derivative of {names} by {expression(parent)} at {numbers} is {local}"
    return cause if product == local else f"{cause}, and {upstream} * {local} is {product}"


def _written(node: Value) -> tuple[str, str]:
    """An operation with the names and with the numbers of its operands: `log(x)` and `log(-1)`."""
    if node.op is None:
        return expression(node), text(node.data)
    return application(node.op, node.parents), node.op.text(*map(text, node.inputs))
