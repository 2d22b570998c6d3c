"""The same picture in words: a description of the whole, and a tooltip for each part."""

from __future__ import annotations

from ..labels import number, visible
from .fold import Box, Plan

MANY = 12  # leaves named in a description


def describe(plan: Plan, precision: int) -> str:
    """The graph in a few sentences, for those who cannot see it."""
    graph = plan.graph
    count = len(graph.nodes)
    first = f"Computation graph with {count:,} node" + "s" * (count != 1)
    hidden = len(plan.boxes) < count
    sentences = [first + f", shown as {len(plan.boxes)} boxes" * hidden]

    def name(i: int) -> str:
        node = graph.nodes[i]
        named = visible(node.label, 40) or ("unnamed" if node.op is None else node.op.symbol)
        if graph.kind(i) == "constant":
            return number(node.data, precision)
        grad = f"gradient {number(node.grad, precision)}" if node.has_grad else "no gradient yet"
        return f"{named} = {number(node.data, precision)}, {grad}"

    groups = {"Output": graph.roots}
    for i in range(count if not hidden else 0):
        kind = graph.kind(i)
        if kind in ("input", "parameter"):
            groups.setdefault(kind.capitalize(), []).append(i)
    for title, nodes in groups.items():
        more = f"; and {len(nodes) - MANY} more" if len(nodes) > MANY else ""
        sentences.append(f"{title}{'s' * (len(nodes) > 1)}: {'; '.join(map(name, nodes[:MANY]))}{more}")
    return ". ".join(sentences) + "."


def titles(plan: Plan) -> dict[str, str]:
    """For each id in the picture what it stands for, with every digit."""
    found = {cluster: visible(name) for cluster, name in plan.clusters.items()}
    for box in plan.boxes:
        found[box.id] = _box_title(plan, box)
    names = {box.id: found[box.id].partition("\n")[0] for box in plan.boxes}
    for edge in plan.edges:
        (_, operand), *others = edge.uses
        what = f"{len(edge.uses)} operands" if others else f"operand {operand + 1}"
        found[edge.id] = f"{names[edge.tail]} → {names[edge.head]} ({what})"
    return found


def _box_title(plan: Plan, box: Box) -> str:
    if box.kind == "cut":
        return f"{plan.cut:,} nodes not shown"
    if box.kind == "layer":
        return f"{visible(box.name)}\n{len(box.nodes):,} nodes, {len(box.outputs):,} outputs"
    node = plan.graph.nodes[box.outputs[0]]
    label = visible(node.label)
    if box.kind == "neuron":
        first = f"{visible(box.name)}, {len(box.nodes):,} nodes"
    else:
        what = plan.kind(box) if node.op is None else node.op.symbol
        first = f"{what} {label}" if label else what
    lines = [first, f"data {node.data!r}"]
    if not node.is_constant:
        lines.append(f"grad {node.grad!r}" if node.has_grad else "grad –, not computed yet")
    return "\n".join(lines)
