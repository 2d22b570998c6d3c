"""The inside of a neuron, drawn once for all neurons of one *shape*: those that compute alike.

The drawing is of a neuron's graph taken out of the whole, with what it takes in as
leaves. Each neuron says which of its nodes stands at which place of the drawing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...engine import Value
from ..graph.draw import draw
from ..graph.neurons import Graph
from .drawings import stage
from .javascript import op_key


@dataclass(frozen=True)
class Shapes:
    """The shapes of a graph's neurons.

    Attributes:
        drawings: one SVG for each.
        of: for the key of a neuron's box its `shape`, and its `members`: for each node of the drawing the one of
            the graph.
    """

    drawings: list[str]
    of: dict[str, dict[str, Any]]


def shapes_of(graph: Graph, neurons: Sequence[dict[str, Any]]) -> Shapes:
    """Draw the inside of one neuron of each shape; a neuron is a row of `Levels.boxes`."""
    names: dict[object, str] = {}
    shapes = Shapes([], {})
    for box in neurons:
        output, originals = _extract(graph, box["nodes"], box["outputs"][0])
        inside = Graph([output])
        shape = tuple(
            (op_key(n.op, len(p)) if n.op else inside.kind(j), p)
            for j, (n, p) in enumerate(zip(inside.nodes, inside.parents, strict=True))
        )
        if shape not in names:
            names[shape] = f"shape{len(names)}"
            shapes.drawings.append(_drawing(output, inside, names[shape]))
        shapes.of[box["key"]] = {"shape": names[shape], "members": [originals[id(node)] for node in inside.nodes]}
    return shapes


def _drawing(output: Value, inside: Graph, name: str) -> str:
    output.backward()
    drawing = draw(output, detail="op", max_nodes=None)
    labels = {f"n{j}": node.label for j, node in enumerate(inside.nodes) if node.label}
    badges = {f"n{j}": str(j) for j, node in enumerate(inside.nodes) if not node.label}
    return stage(drawing.svg, name, badges, labels)


def _extract(graph: Graph, members: Sequence[int], output: int) -> tuple[Value, dict[int, int]]:
    """A neuron as a graph of its own, what it takes in as leaves; and for each of its nodes (by id) the original."""
    copies: dict[int, Value] = {}
    originals: dict[int, int] = {}

    def leaf(i: int) -> Any:
        node = graph.nodes[i]
        if node.is_constant:
            return node.data
        if i not in copies:
            copies[i] = Value(node.data, label=_roomy(node.label or node.scope or f"v{i}"))
            originals[id(copies[i])] = i
        return copies[i]

    for i in members:
        node = graph.nodes[i]
        if node.op is not None:
            copy = node.op(*(copies[p] if p in copies else leaf(p) for p in graph.parents[i]))
            copy.label = _roomy(node.label)
            copies[i] = copy
            originals[id(copy)] = i
            for operand, p in zip(copy.parents, graph.parents[i], strict=True):
                originals.setdefault(id(operand), p)  # a constant has become another leaf
    return copies[output], originals


def _roomy(label: str) -> str:
    """The last part of a label, with room for two digits: other neurons of the shape are shown in the same drawing."""
    return re.sub(r"\d+", "00", label.rpartition(".")[2])
