"""A node in words: the formula it stands for, as far as the nearest labels.

Messages name a node by it: `log(x - 3)` says more than a number.
"""

from __future__ import annotations

from collections.abc import Sequence

from .floats import text
from .node import Node
from .ops import Op

DEPTH = 3  # ops inside one another; below them, and after BREADTH operands, an ellipsis stands for the rest
BREADTH = 4


def expression(node: Node, depth: int = DEPTH) -> str:
    """A node as a formula of labelled nodes and numbers."""
    if node.label:
        return node.label
    if node.is_leaf:
        return text(node.data)
    return application(node._rule, node.parents, depth - 1) if depth else "…"


def application(rule: Op, parents: Sequence[Node], depth: int = DEPTH) -> str:
    """An op applied to nodes, as a formula."""
    operands = [expression(parent, depth) for parent in parents[:BREADTH]]
    if len(parents) > BREADTH:
        operands.append("…")
    return rule.text(*operands)
