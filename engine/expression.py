"""A node in words: the formula it stands for, as far as the nearest labels.

Messages name a node by it: `log(x - 3)` says more than a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .floats import text

if TYPE_CHECKING:
    from .value import Value


def expression(node: Value, depth: int = 3) -> str:
    """A node as a formula of labelled nodes and numbers, cut with an ellipsis below `depth` ops."""
    if node.label:
        return node.label
    if node.is_leaf:
        return text(node._data)
    if depth == 0:
        return "…"
    return node._rule.text(*(expression(p, depth - 1) for p in node.parents))
