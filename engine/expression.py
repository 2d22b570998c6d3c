"""A node in words: the formula it stands for, as far as the nearest labels.

Messages name a node by it: `log(x - 3)` says more than a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .floats import text

if TYPE_CHECKING:
    from .value import Value


def expression(node: Value, depth: int = 3, breadth: int = 4) -> str:
    """A node as a formula of labelled nodes and numbers.

    Below `depth` ops, and after `breadth` operands of one op, an ellipsis stands for the rest.
    """
    if node.label:
        return node.label
    if node.is_leaf:
        return text(node.data)
    if depth == 0:
        return "…"
    operands = [expression(parent, depth - 1, breadth) for parent in node.parents[:breadth]]
    if len(node.parents) > breadth:
        operands.append("…")
    return node._rule.text(*operands)
