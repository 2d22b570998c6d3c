"""A lesson: all that a page needs to show one run of a graph, as plain data.

The numbers are the trace's; the drawings are Graphviz's, one for each level of
detail, plus one for each shape of neuron. The page (`page/main.js`) only sets text
and classes in them. What it is given is written down once more in `page/types.d.ts`,
for those who write the page; a test holds the two equal.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from ...engine import ArgumentError, Value, topological_order
from ...engine.floats import same
from ...engine.narration import PHASES as PHASES
from ...engine.narration import Row
from ...engine.notation import last_part
from ...engine.ops import Op
from ...engine.symbols import Symbol, latex, postorder
from ...engine.tracing import BUGS, Optimizer, Trace, trace
from ...engine.tracing.bugs import Asked
from ...nn.optim import SGD
from ...nn.updates import update_of
from ..chainrule.explain import LONGEST, op_template, rule_templates
from ..chainrule.mathml import mathml
from ..compared import Comparison, compared
from ..foreign import Adopted
from ..graph.neurons import Graph
from ..labels import visible
from .drawings import stage
from .javascript import function_of, op_key, rules_script, wrong_rules
from .levels import levels_of
from .listing import listings_of, notes_of
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
        shown: the same; with a bug in its backward pass, if one was asked for.
        data: JSON-able, as `page/types.d.ts` describes it (`Handed`): nodes, ops, boxes, levels, links
            between drawing and graph.
        markup: the drawings (SVG) and the formulas of the op table (MathML).
        rules: JavaScript, the derivatives generated from the op table; empty if the graph has an op that
            the page cannot compute.
        picture: the drawing alone, for where no script may run.
        alt: that drawing in words; the page has words of its own, for what is known at a step (`page/alt.js`).
        comparison: of another engine's graph: its gradients beside the right ones.

    Args:
        root, accumulate, optimizer, title, notes, quiz: as `step` takes them.
        parameters: leaves that are trained; those of the optimizer need not be told.
        bug, compare: the fault to begin with, and whether the right pass stands beside it.
        theirs: the graph as another engine has it.
    """

    def __init__(
        self,
        root: Value,
        *,
        accumulate: bool,
        optimizer: Optimizer | None,
        title: str,
        notes: Any = None,
        parameters: Iterable[Value] = (),
        bug: Asked | None = None,
        compare: bool = False,
        quiz: bool = False,
        theirs: Adopted | None = None,
    ) -> None:
        self.run = trace(root, accumulate=accumulate, optimizer=optimizer)
        self.shown = trace(root, accumulate=accumulate, optimizer=optimizer, bug=bug) if bug is not None else self.run
        bugs = dict(BUGS) if self.shown.bug is None else {**BUGS, self.shown.bug.name: self.shown.bug}
        self.comparison = compared(self.run, theirs) if theirs else None
        count = len(self.run.nodes)
        if count > LIMIT:
            raise ArgumentError(
                f"step shows a graph of up to {LIMIT:,} nodes, this one has {count:,}: "
                "step through the loss of one sample, or read print(trace(root))"
            )
        twin = _twin(root)
        trained = {id(p) for p in [*parameters, *(optimizer.params if optimizer else ())]}
        twins = zip(topological_order(twin), self.run.values, strict=True)
        graph = Graph([twin], [copied for copied, node in twins if id(node) in trained])
        used = {op_key(n.op, len(n.parents)): (n.op, len(n.parents)) for n in self.run.values if n.op is not None}
        updates = _update_rules(self.run, optimizer)
        in_table = all(_is_in_table(op) for op, _ in used.values())
        others = {**updates.functions, **wrong_rules(used.values(), bugs["local"].rules)}
        self.rules = rules_script(used.values(), others) if in_table else ""
        if self.shown.bug is not None and self.shown.bug.rules and not in_table:
            raise ArgumentError(
                "bug: this graph has an op that only Python can compute, so a page cannot run a wrong rule in it; "
                "read print(trace(root, bug=...))"
            )
        levels = levels_of(graph)
        shapes = shapes_of(graph, [box for box in levels.boxes.get("neuron", []) if box["key"]])
        self.picture = [*levels.drawings.values()][-1]  # the coarsest: it stands in a notebook beside the whole player
        self.alt = self.picture.alt
        badges = {f"n{row['id']}": _badge(row) for row in self.run.nodes}
        staged = [stage(drawing.svg, level, badges) for level, drawing in levels.drawings.items()]
        self.markup = "".join([*staged, *shapes.drawings, *_formulas(used), *updates.markup])
        listings, files = listings_of([row["source"] for row in self.run.nodes])
        self.data: dict[str, Any] = {
            "title": visible(title),
            "levels": list(levels.views),
            "start": levels.start,
            "views": levels.views,
            "nodes": [self._node(i, graph, files) for i in range(count)],
            "ops": {key: _op(i, op, arity) for i, (key, (op, arity)) in enumerate(used.items())},
            "boxes": {
                level: [{**box, **shapes.of.get(box["key"], {})} for box in boxes]
                for level, boxes in levels.boxes.items()
            },
            "links": levels.links,
            "inNeuron": levels.membership("neuron", count),
            "inLayer": levels.membership("layer", count),
            "listings": listings,
            "notes": notes_of(notes, self.run),
            "phases": PHASES,
            "quiz": quiz,
            "theirs": _theirs(self.comparison),
            "update": _update(self.run, optimizer, updates),
            "held": [{"node": e["node"], "grad": e["before"]} for e in self.run.events if e["kind"] == "accumulate"],
            "bugs": [{"name": b.name, "title": b.title, "line": b.line, "about": b.about} for b in bugs.values()],
            "bug": "" if self.shown.bug is None else self.shown.bug.name,
            "compare": compare,
        }

    def _node(self, i: int, graph: Graph, files: dict[str, int]) -> dict[str, Any]:
        row, node = self.run.nodes[i], self.run.values[i]
        entry: dict[str, Any] = {"name": visible(row["name"]), "parents": row["parents"], "data": row["data"]}
        if node.op is not None:
            entry |= {"op": op_key(node.op, len(node.parents)), "locals": list(node.local())}
        else:
            entry |= {"op": None, "locals": [], "kind": graph.kind(i)}
        if row["expression"]:
            entry["expression"] = visible(row["expression"])
        if row["label"]:
            entry["label"] = visible(row["label"])
        if node.is_constant:
            entry["constant"] = True
        source = row["source"]
        if source and source.file in files:
            entry["source"] = {"listing": files[source.file], "line": source.line}
        return entry


def _twin(root: Value) -> Value:
    """A copy of the graph with the gradients of one pass, so that every card is drawn with its numbers."""
    twin = copy.deepcopy(root)
    for node in Graph([twin]).nodes:
        node.grad = None
    twin.backward()
    return twin


def _badge(row: Row) -> str:
    """What a node is called that has no name of its own; the others have theirs on their cards."""
    number = f"v{row['id']}"
    return "" if row["name"] != number else visible(last_part(row["expression"])) or number.translate(SUBSCRIPTS)


def _op(number: int, op: Op, arity: int) -> dict[str, Any]:
    return {
        "id": f"o{number}", "name": op.name, "params": list(op.params), "selects": op.strong_zero,
        "arity": arity, "words": SPOKEN.get(op.name, op.symbol) if op.listed else op.symbol, "symbol": op.symbol,
    }  # fmt: skip


def _theirs(comparison: Comparison | None) -> dict[str, Any] | None:
    """What another engine's backward wrote, what it should be, and where they first differ."""
    if comparison is None:
        return None
    return {
        "wrote": list(comparison.wrote), "should": list(comparison.should),
        "differing": comparison.differing, "first": comparison.first, "words": str(comparison),
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


@dataclass
class _UpdateRules:
    """How an optimizer updates: for each parameter's node what its rule needs; the rules; and both to be read."""

    rows: dict[int, dict[str, Any]]
    functions: dict[str, str]
    lines: dict[str, list[str]]
    markup: list[str]
    plain: bool | None = None  # whether that is plain descent, as far as the rule is known


def _update_rules(run: Trace, optimizer: Optimizer | None) -> _UpdateRules:
    """Nothing of one whose rule may be no plain arithmetic: what that does after an edit Python alone can tell."""
    rules = _UpdateRules({}, {}, {}, [])
    updates = None if optimizer is None else update_of(optimizer)
    if optimizer is None or updates is None:
        return rules
    descent = str(Symbol("p") - optimizer.lr * Symbol("g"))
    rules.plain = all(str(update.formulas["p"]) == descent for update in updates)
    ids = {id(node): i for i, node in enumerate(run.values)}
    keys: dict[str, str] = {}
    for p, update in zip(optimizer.params, updates, strict=True):
        if id(p) not in ids:
            continue
        names = ["p", "g", *update.memory]
        code = function_of(list(update.formulas.values()), names)
        key = keys.setdefault(code, f"update {len(keys)}")
        rules.rows[ids[id(p)]] = {"rule": key, "memory": update.memory}
        if key not in rules.functions:
            rules.functions[key] = code
            slots = {name: rf"\slot{{{name}}}" for name in names}
            readable = {name: line for name, line in update.lines.items() if len(postorder([line])) <= LONGEST}
            rules.lines[key] = list(readable)
            rules.markup += [
                f'<math data-formula="{escape(f"{key}-{name}")}">{mathml(latex(line, slots))}</math>'
                for name, line in readable.items()
            ]
    return rules


def _named(optimizer: Optimizer) -> str:
    """What a sentence calls it: `Adam`, `SGD with momentum`."""
    momentum = "Nesterov momentum" if getattr(optimizer, "nesterov", False) is True else "momentum"
    extras = {momentum: getattr(optimizer, "momentum", 0.0)}
    if isinstance(optimizer, SGD):
        extras["weight decay"] = optimizer.weight_decay
    used = [words for words, size in extras.items() if isinstance(size, float) and size]
    return type(optimizer).__name__ + (f" with {' and '.join(used)}" if used else "")


def _is_plain(rows: list[Row]) -> bool:
    """Whether updates are steps of plain descent, as far as numbers tell: none does where every gradient is 0."""
    agree = all(same(e["after"], e["before"] - e["rate"] * e["grad"]) for e in rows)
    return agree and any(e["grad"] for e in rows)


def _update(run: Trace, optimizer: Optimizer | None, updates: _UpdateRules) -> dict[str, Any] | None:
    """What the optimizer did, and how; and whether that is plain descent."""
    if optimizer is None:
        return None
    rows = [e for e in run.events if e["kind"] == "update"]
    cleared = {e["node"]: e["before"] for e in run.events if e["kind"] == "zero"}
    return {
        "rate": optimizer.lr,
        "optimizer": _named(optimizer),
        "plain": _is_plain(rows) if updates.plain is None else updates.plain,
        "lines": updates.lines,
        "rows": [
            {"node": e["node"], "after": e["after"], "cleared": cleared[e["node"]], **updates.rows.get(e["node"], {})}
            for e in rows
        ],
    }
