"""A lesson: all that a page needs to show one run of a graph, as plain data.

The numbers are the trace's; the drawings are Graphviz's, one for each level of
detail, plus one for each shape of neuron. The page (`page/main.js`) only sets text
and classes in them. What it is given is written down once more in `page/types.d.ts`,
for those who write the page; a test holds the two equal.
"""

from __future__ import annotations

import copy
from html import escape
from typing import Any

from ...engine import ArgumentError, Value
from ...engine.floats import same
from ...engine.notation import PHASES as PHASES
from ...engine.ops import Op
from ...engine.tracing import Optimizer, Trace, trace
from ..chainrule.explain import op_template, rule_templates
from ..graph.neurons import Graph
from ..labels import visible
from .drawings import stage
from .javascript import op_key, rules_script
from .levels import levels_of
from .shapes import shapes_of

LIMIT = 10_000  # nodes; a page of more is slow to lay out and to open

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
# What a sentence calls the result of an op; where nothing stands here, the op's symbol.
SPOKEN = {
    "add": "the sum", "sub": "the difference", "mul": "the product", "div": "the quotient", "neg": "the negative",
    "power": "the power", "pow": "the power", "maximum": "the larger", "minimum": "the smaller",
}  # fmt: skip


class Lesson:
    """What a page is given.

    Attributes:
        run: the run that is shown.
        data: JSON-able, as `page/types.d.ts` describes it (`Handed`): nodes, ops, boxes, levels, links
            between drawing and graph.
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
        levels = levels_of(twin, graph)
        shapes = shapes_of(graph, [box for box in levels.boxes.get("neuron", []) if box["key"]])
        self.picture = levels.drawings[levels.start]
        self.alt = self.picture.alt
        badges = {f"n{row['id']}": _badge(row["id"], row["name"]) for row in self.run.nodes}
        staged = [stage(drawing.svg, level, badges) for level, drawing in levels.drawings.items()]
        self.markup = "".join([*staged, *shapes.drawings, *_formulas(used)])
        self.data: dict[str, Any] = {
            "title": visible(title),
            "alt": self.alt,
            "levels": list(levels.views),
            "start": levels.start,
            "views": levels.views,
            "nodes": [self._node(i, graph) for i in range(count)],
            "ops": {key: _op(i, op, arity) for i, (key, (op, arity)) in enumerate(used.items())},
            "boxes": {
                level: [{**box, **shapes.of.get(box["key"], {})} for box in boxes]
                for level, boxes in levels.boxes.items()
            },
            "links": levels.links,
            "inNeuron": levels.membership("neuron", count),
            "inLayer": levels.membership("layer", count),
            "phases": PHASES,
            "update": _update(self.run, optimizer),
            "held": [{"node": e["node"], "grad": e["before"]} for e in self.run.events if e["kind"] == "accumulate"],
        }

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


def _twin(root: Value) -> Value:
    """A copy of the graph with the gradients of one pass, so that every card is drawn with its numbers."""
    twin = copy.deepcopy(root)
    for node in Graph([twin]).nodes:
        node.grad = None
    twin.backward()
    return twin


def _badge(i: int, name: str) -> str:
    """A node's place in the topological order; as its name, where it has no other."""
    return f"v{i}".translate(SUBSCRIPTS) if name == f"v{i}" else str(i)


def _op(number: int, op: Op, arity: int) -> dict[str, Any]:
    return {
        "id": f"o{number}", "name": op.name, "params": list(op.params), "selects": op.strong_zero,
        "arity": arity, "words": SPOKEN.get(op.name, op.symbol) if op.listed else op.symbol, "symbol": op.symbol,
    }  # fmt: skip


def _is_in_table(op: Op) -> bool:
    """Whether the page can compute this op: it is the table's own, and its value was not set by hand."""
    return type(op) is Op and op.listed


def _formulas(used: dict[str, tuple[Op, int]]) -> list[str]:
    """The MathML of every op of the table that is used, and of its local derivatives, with slots to fill."""
    formulas = []
    for number, (op, arity) in enumerate(used.values()):
        if not _is_in_table(op):  # its LaTeX and its rule may be of any kind
            continue
        rows = [("f", op_template(op, arity)), *enumerate(rule_templates(op, arity))]
        formulas += [f'<math data-formula="{escape(f"o{number}-{name}")}">{row}</math>' for name, row in rows if row]
    return formulas


def _update(run: Trace, optimizer: Optimizer | None) -> dict[str, Any] | None:
    """What the optimizer did; and whether that is plain descent, which the page can do by itself after an edit."""
    if optimizer is None:
        return None
    rows = [e for e in run.events if e["kind"] == "update"]
    return {
        "rate": optimizer.lr,
        "plain": all(same(e["after"], e["before"] - e["rate"] * e["grad"]) for e in rows),
        "rows": [{"node": e["node"], "after": e["after"]} for e in rows],
    }
