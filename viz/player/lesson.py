"""A lesson: all that a page needs to show one run of a graph, as plain data.

The numbers are the trace's; the drawings are Graphviz's, one for each level of
detail, plus one for each *shape* of neuron (neurons that compute alike share it).
The page (`page/main.js`) only sets text and classes in them.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from ...engine import OPS, ArgumentError, Value
from ...engine.floats import same
from ...engine.ops import FAMILIES, Op
from ...engine.tracing import Optimizer, Trace, trace
from ..chainrule.explain import op_template, rule_templates
from ..graph.draw import draw
from ..graph.fold import Box, Picture, compose
from ..graph.neurons import Graph
from ..labels import visible
from .drawings import stage
from .javascript import op_key, rules_script

BUDGET = 150  # boxes in one drawing; a larger graph is shown folded
LIMIT = 10_000  # nodes; a page of more is slow to lay out and to open

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
WORDS = {
    "add": "the sum", "sub": "the difference", "mul": "the product", "div": "the quotient", "neg": "the negative",
    "power": "the power", "pow": "the power", "maximum": "the larger", "minimum": "the smaller",
}  # fmt: skip


class Lesson:
    """What a page is given.

    Attributes:
        data: JSON-able: nodes, ops, boxes, levels, links between drawing and graph.
        markup: the drawings (SVG) and the formulas of the op table (MathML).
        rules: JavaScript, the derivatives generated from the op table; empty if the graph has an op that
            the page cannot compute.
        picture: the drawing alone, for where no script may run.
        alt: the graph in words.
    """

    def __init__(self, root: Value, *, accumulate: bool, optimizer: Optimizer | None, title: str) -> None:
        self.run = trace(root, accumulate=accumulate, optimizer=optimizer)
        count = len(self.run.nodes)
        if count > LIMIT:
            raise ArgumentError(
                f"step shows a graph of up to {LIMIT:,} nodes, this one has {count:,}: "
                "step through the loss of one sample, or read print(trace(root))"
            )
        twin = _twin(root)
        graph = Graph([twin])
        used = {op_key(n.op, len(n.parents)): (n.op, len(n.parents)) for n in self.run.values if n.op is not None}
        self.rules = rules_script(used.values()) if all(_is_in_table(op) for op, _ in used.values()) else ""
        self._drawings: list[str] = []
        folded = {level: compose(graph, level, None, ()) for level in ("neuron", "layer")} if graph.calls else {}
        self.picture, views = self._draw_levels(twin, folded)
        drawn = {level: folded[level] for level in views.values() if level in folded}
        boxes = {level: self._boxes(level, picture) for level, picture in folded.items()}
        self._draw_shapes(graph, boxes.get("neuron", []))
        self.alt = self.picture.alt
        self.markup = "".join([*self._drawings, *_formulas(used)])
        self.data: dict[str, Any] = {
            "title": visible(title),
            "alt": self.alt,
            "levels": list(views),
            "start": next(level for level, view in views.items() if view == level),
            "views": views,
            "nodes": [self._node(i, graph) for i in range(len(graph.nodes))],
            "ops": {key: _op(i, op, arity) for i, (key, (op, arity)) in enumerate(used.items())},
            "boxes": boxes,
            "links": {level: _links(picture) for level, picture in drawn.items()},
            "inNeuron": _membership(boxes.get("neuron", []), len(graph.nodes)),
            "inLayer": _membership(boxes.get("layer", []), len(graph.nodes)),
            "update": _update(self.run, optimizer),
            "held": [{"node": e["node"], "grad": e["before"]} for e in self.run.events if e["kind"] == "accumulate"],
        }

    def _draw_levels(self, twin: Value, folded: dict[str, Picture]) -> tuple[Any, dict[str, str]]:
        """Draw the graph at every level that is small enough; say which drawing each level is shown on."""
        fits = {"op": len(self.run.nodes) <= BUDGET, **{level: len(p.boxes) <= BUDGET for level, p in folded.items()}}
        if folded and len(folded["layer"].boxes) == len(folded["neuron"].boxes):
            fits.pop("layer")
        coarsest = next(reversed(fits))
        views: dict[str, str] = {}
        for level in reversed(fits):  # a level that is too large is shown on the next coarser drawing
            views[level] = level if fits[level] or level == coarsest else views[next(reversed(views))]
        badges = {f"n{row['id']}": _badge(row["id"], row["name"]) for row in self.run.nodes}
        drawings = {
            level: draw(twin, detail=level if fits[level] else "auto", max_nodes=BUDGET)
            for level in fits
            if views[level] == level
        }
        self._drawings += [stage(drawing.svg, level, badges) for level, drawing in drawings.items()]
        return next(iter(drawings.values())), {level: views[level] for level in fits}

    def _node(self, i: int, graph: Graph) -> dict[str, Any]:
        row, node = self.run.nodes[i], self.run.values[i]
        entry: dict[str, Any] = {"name": visible(row["name"]), "parents": row["parents"], "data": row["data"]}
        if node.op is not None:
            entry |= {"op": op_key(node.op, len(node.parents)), "locals": list(node.local())}
        else:
            entry |= {"op": None, "locals": [], "kind": graph.kind(i)}
        if row["label"]:
            entry["label"] = visible(row["label"])
        if node.is_constant:
            entry["constant"] = True
        if row["source"]:
            entry["source"] = {"line": row["source"].line, "text": row["source"].text}
        return entry

    def _boxes(self, level: str, picture: Picture) -> list[dict[str, Any]]:
        folded = [box for box in picture.boxes if box.kind in ("neuron", "layer")]
        keys = {box.id: f"{level}{number}" for number, box in enumerate(b for b in folded if b.kind == level)}
        return [_box(box, keys.get(box.id, "")) for box in picture.boxes]

    def _draw_shapes(self, graph: Graph, boxes: list[dict[str, Any]]) -> None:
        """Draw the inside of one neuron of each shape, and tell every neuron which of its nodes stands where."""
        shapes: dict[object, str] = {}
        for box in boxes:
            if not box["key"]:
                continue
            output, places = _extract(graph, box["nodes"], box["outputs"][0])
            inside = Graph([output])
            shape = tuple(
                (op_key(n.op, len(p)) if n.op else inside.kind(j), p)
                for j, (n, p) in enumerate(zip(inside.nodes, inside.parents, strict=True))
            )
            if shape not in shapes:
                shapes[shape] = f"shape{len(shapes)}"
                output.backward()
                drawing = draw(output, detail="op", max_nodes=None)
                labels = {f"n{j}": node.label for j, node in enumerate(inside.nodes) if node.label}
                badges = {f"n{j}": str(j) for j in range(len(inside.nodes))}
                self._drawings.append(stage(drawing.svg, shapes[shape], badges, labels))
            box["shape"] = shapes[shape]
            box["members"] = [places[id(node)] for node in inside.nodes]


def _twin(root: Value) -> Value:
    """A copy of the graph with the gradients of one pass, so that every card is drawn with its numbers."""
    twin = copy.deepcopy(root)
    for node in Graph([twin]).nodes:
        node.grad = None
    twin.backward()
    return twin


def _box(box: Box, key: str) -> dict[str, Any]:
    return {"id": box.id, "key": key, "name": visible(box.name), "nodes": list(box.nodes), "outputs": list(box.outputs)}


def _membership(boxes: Sequence[dict[str, Any]], count: int) -> list[int]:
    """For each node the number of the folded box that it is in; -1 if it stands alone."""
    inside = [-1] * count
    for box in boxes:
        if box["key"]:
            for i in box["nodes"]:
                inside[i] = int(re.sub(r"\D", "", box["key"]))
    return inside


def _links(picture: Picture) -> dict[str, list[str]]:
    """For each edge of a folded drawing the operands (`user-operand`) that it stands for."""
    place = {i: box.id for box in picture.boxes for i in box.nodes}
    drawn = {edge.id for edge in picture.arrows}
    links: dict[str, list[str]] = {edge.id: [] for edge in picture.arrows}
    for i, parents in enumerate(picture.graph.parents):
        for operand, p in enumerate(parents):
            for name in (f"e{i}-{operand}", f"m-{place[p]}-{place[i]}"):
                if name in drawn:
                    links[name].append(f"{i}-{operand}")
                    break
    return links


def _extract(graph: Graph, members: Sequence[int], output: int) -> tuple[Value, dict[int, int]]:
    """A neuron as a graph of its own, what it takes in as leaves; and for each of its nodes the original."""
    made: dict[int, Value] = {}
    places: dict[int, int] = {}

    def leaf(i: int) -> Any:
        node = graph.nodes[i]
        if node.is_constant:
            return node.data
        if i not in made:
            made[i] = Value(node.data, label=_roomy(node.label or node.scope or f"v{i}"))
            places[id(made[i])] = i
        return made[i]

    for i in members:
        node = graph.nodes[i]
        if node.op is not None:
            made[i] = node.op(*(made[p] if p in made else leaf(p) for p in graph.parents[i]))
            made[i].label = _roomy(node.label)
            places[id(made[i])] = i
            for operand, p in zip(made[i].parents, graph.parents[i], strict=True):
                places.setdefault(id(operand), p)
    return made[output], places


def _badge(i: int, name: str) -> str:
    """A node's place in the topological order; as its name, where it has no other."""
    return f"v{i}".translate(SUBSCRIPTS) if name == f"v{i}" else str(i)


def _roomy(label: str) -> str:
    """The last part of a label, with room for two digits: other neurons of the shape are shown in the same drawing."""
    return re.sub(r"\d+", "00", label.rpartition(".")[2])


def _op(number: int, op: Op, arity: int) -> dict[str, Any]:
    words = WORDS.get(op.name, op.symbol)
    return {
        "id": f"o{number}", "name": op.name, "params": list(op.params), "selects": op.strong_zero,
        "arity": arity, "words": words, "symbol": op.symbol,
    }  # fmt: skip


def _is_in_table(op: Op) -> bool:
    """Whether the page can compute this op: it is the table's own, and its value was not set by hand."""
    return type(op) is Op and (OPS.get(op.name) is op or op.name in FAMILIES)


def _formulas(used: dict[str, tuple[Op, int]]) -> list[str]:
    found = []
    for number, (op, arity) in enumerate(used.values()):
        if not _is_in_table(op):  # its LaTeX and its rule may be of any kind
            continue
        rows = [("f", op_template(op, arity)), *enumerate(rule_templates(op, arity))]
        found += [f'<math data-formula="{escape(f"o{number}-{name}")}">{row}</math>' for name, row in rows if row]
    return found


def _update(run: Trace, optimizer: Optimizer | None) -> dict[str, Any] | None:
    rows = [e for e in run.events if e["kind"] == "update"]
    if optimizer is None:
        return None
    return {
        "rate": optimizer.lr,
        "plain": all(same(e["after"], e["before"] - e["rate"] * e["grad"]) for e in rows),
        "rows": [{"node": e["node"], "after": e["after"]} for e in rows],
    }
