"""The same picture in words: a description of the whole, and a tooltip for each part."""

from __future__ import annotations

from ..labels import number, plural, visible
from .fold import Box, Picture

MANY = 12  # leaves named in a description


def describe(picture: Picture, precision: int) -> str:
    """The graph in a few sentences, for those who cannot see it."""
    graph = picture.graph
    count = len(graph.nodes)
    first = f"Computation graph with {count:,} {plural(count, 'node')}"
    hides_nodes = len(picture.boxes) < count
    if hides_nodes:
        first += f", shown as {len(picture.boxes)} boxes"
    sentences = [first]

    def name(i: int) -> str:
        node = graph.nodes[i]
        named = visible(node.label, 40) or ("unnamed" if node.op is None else node.op.symbol)
        if graph.kind(i) == "constant":
            return number(node.data, precision)
        grad = f"gradient {number(node.grad, precision)}" if node.has_grad else "no gradient yet"
        return f"{named} = {number(node.data, precision)}, {grad}"

    groups = {"Output": graph.roots}
    if not hides_nodes:
        for i in range(count):
            kind = graph.kind(i)
            if kind in ("input", "parameter"):
                groups.setdefault(kind.capitalize(), []).append(i)
    for title, nodes in groups.items():
        more = f"; and {len(nodes) - MANY} more" if len(nodes) > MANY else ""
        sentences.append(f"{plural(len(nodes), title)}: {'; '.join(map(name, nodes[:MANY]))}{more}")
    return ". ".join(sentences) + "."


def titles(picture: Picture) -> dict[str, str]:
    """For each id in the picture what it stands for, with every digit."""
    tooltips = {cluster: visible(name) for cluster, name in picture.clusters.items()}
    for box in picture.boxes:
        tooltips[box.id] = _box_title(picture, box)
    names = {box.id: tooltips[box.id].partition("\n")[0] for box in picture.boxes}
    for arrow in picture.arrows:
        (_, operand), *others = arrow.uses
        what = f"{len(arrow.uses)} operands" if others else f"operand {operand + 1}"
        tooltips[arrow.id] = f"{names[arrow.tail]} → {names[arrow.head]} ({what})"
    return tooltips


def _box_title(picture: Picture, box: Box) -> str:
    if box.kind == "cut":
        return f"{picture.cut:,} nodes not shown"
    if box.kind == "layer":
        return f"{visible(box.name)}\n{len(box.nodes):,} nodes, {len(box.outputs):,} outputs"
    node = picture.graph.nodes[box.outputs[0]]
    label = visible(node.label)
    if box.kind == "neuron":
        first = f"{visible(box.name)}, {len(box.nodes):,} nodes"
    else:
        what = picture.kind(box) if node.op is None else node.op.symbol
        first = f"{what} {label}" if label else what
    lines = [first, f"data {node.data!r}"]
    if not node.is_constant:
        lines.append(f"grad {node.grad!r}" if node.has_grad else "grad –, not computed yet")
    return "\n".join(lines)
