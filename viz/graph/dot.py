"""A plan as DOT, the text that Graphviz draws.

The text depends on the graph alone: names and ids are topological indices, so the
same program gives the same bytes in every run. A label goes into it as data, in the
one place that quotes (`labels.in_html`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import permutations
from typing import TYPE_CHECKING

from ...engine.ops import Op
from ..labels import DASH, in_html, number, visible
from ..theme import FONT, palette
from .fold import CUT, LIMIT, Box, Edge, Plan
from .render import require

if TYPE_CHECKING:
    import graphviz

# rankdir: the sides where folded edges leave and enter a box
SIDES = {"LR": ("e", "w"), "TB": ("s", "n"), "RL": ("w", "e"), "BT": ("n", "s")}

LABEL_LIMIT = 32  # characters; the tooltip has the whole label
ROUGH = 400  # boxes; a larger layout is settled for sooner

# What tells the kinds apart beside their colours: corners, and lines solid, double or dashed.
# fmt: off
LOOKS = {
    "op":        {"role": "card",      "shape": "box",   "style": "rounded,filled"},
    "input":     {"role": "input",     "shape": "box",   "style": "filled", "margin": "0"},
    "parameter": {"role": "parameter", "shape": "box",   "style": "filled", "peripheries": "2"},
    "constant":  {"role": "constant",  "shape": "box",   "style": "rounded,filled,dashed"},
    "neuron":    {"role": "fold",      "shape": "box3d", "style": "filled", "margin": "0.11,0.07"},
    "layer":     {"role": "fold",      "shape": "box3d", "style": "filled", "margin": "0.11,0.07"},
    "cut":       {"role": "constant",  "shape": "box",   "style": "filled,dotted", "margin": "0.15,0.1"},
}
# fmt: on


class Writer:
    """Writes one plan as DOT."""

    def __init__(self, plan: Plan, rankdir: str, precision: int, theme: str) -> None:
        self.plan = plan
        self.graph = plan.graph
        self.rankdir = rankdir
        self.precision = precision
        self.colours = palette(theme)
        self.folded = {box.id for box in plan.boxes if box.kind in ("neuron", "layer")}
        self.layers = {layer.id for layer in plan.graph.layers}
        self.roots = set(plan.graph.roots)
        self.outermost = {box.id: box.clusters[:1] for box in plan.boxes}
        # The first column is as wide as the longest name in it, so that a column of boxes is aligned.
        self.name_width = 9 * max((len(_box_name(box)) for box in plan.boxes), default=0)

    def source(self) -> str:
        """The whole text."""
        c = self.colours
        dot = require("graphviz").Digraph(
            graph_attr={
                "rankdir": self.rankdir, "newrank": "true", "bgcolor": c["paper"],
                "pad": "0.2", "nodesep": "0.22", "ranksep": "0.4", "fontname": FONT, **self._layout(),
            },
            node_attr={
                "fontname": FONT, "fontsize": "12", "fontcolor": c["ink"], "penwidth": "1.1",
                "width": "0", "height": "0", "margin": "0.06,0.04",
            },
            edge_attr={
                "fontname": FONT, "fontsize": "10", "fontcolor": c["muted"], "color": c["line"],
                "penwidth": "1.2", "arrowsize": "0.6",
            },
        )  # fmt: skip
        note = self._note()
        if note:
            dot.attr(label=f"<{self._font(note, 'muted', 11)}>", labelloc="b", labeljust="l")
        self._write_boxes(dot, self.plan.boxes)
        self._align_outputs(dot)
        for edge in self.plan.edges:
            dot.edge(edge.tail, edge.head, **self._edge_look(edge))
        source: str = dot.source
        return source

    def _layout(self) -> dict[str, str]:
        """What the default layout is not good at."""
        if len(self.plan.boxes) > ROUGH:  # minutes become seconds
            return {"nslimit": "0.2", "nslimit1": "0.2", "mclimit": "0.05", "splines": "line"}
        if not self.folded:
            return {}
        if any(box.kind == "node" and box.clusters for box in self.plan.boxes):
            return {"ranksep": "0.9"}
        # All neurons folded: straight lines, as textbooks draw a network. Every order of the neurons
        # has as many crossings, so none is sought and they stay in theirs.
        return {"mclimit": "0.001", "splines": "line", "ranksep": "1.4", "nodesep": "0.12"}

    def _note(self) -> str:
        """How much is shown; empty if everything is."""
        nodes = f"{len(self.graph.nodes):,} nodes"
        if self.plan.cut:
            return f"{nodes}, of which {self.plan.cut:,} are not shown: these are the nearest to the output."
        if self.folded:
            name = next(box.name for box in self.plan.boxes if box.id in self.folded)
            note = f'{nodes}, shown as {len(self.plan.boxes)} boxes. To open one: draw(…, open="{visible(name)}")'
            return note + ("; to open all: max_nodes=None." if len(self.graph.nodes) <= LIMIT else ".")
        return ""

    # boxes

    def _write_boxes(self, dot: graphviz.Digraph, boxes: Sequence[Box], depth: int = 0) -> None:
        """The boxes of one cluster, or of the whole picture, and the clusters in it: at most two deep."""
        clusters: dict[str, list[Box]] = {}
        for box in boxes:
            if len(box.clusters) > depth:
                clusters.setdefault(box.clusters[depth], []).append(box)
        alone = [box for box in boxes if len(box.clusters) == depth]
        if depth and self.rankdir in ("LR", "RL"):  # Graphviz stacks the boxes of a cluster from below
            alone.reverse()
        for box in alone:
            dot.node(box.id, self._label(box), **self._box_look(box))
        for cluster, inside in clusters.items():
            role = "layer" if cluster in self.layers else "neuron"
            name = self.plan.clusters[cluster]
            with dot.subgraph(name=f"cluster_{cluster}") as inner:
                inner.attr(
                    label=f"<{self._font(_short_name(name, bool(depth)), 'muted', 11, bold=True)}>",
                    id=cluster,
                    style="rounded,filled" + ",dashed" * (role == "neuron"),
                    color=self.colours[f"{role}-edge"],
                    fillcolor=self.colours[role],
                    labelloc="t",
                    labeljust="l",
                    margin="10",
                    **{"class": role},
                )
                self._write_boxes(inner, inside, depth + 1)

    def _align_outputs(self, dot: graphviz.Digraph) -> None:
        """Let the outputs of an open layer's neurons end in one column, so that layers are columns too."""
        drawn = self.outermost.keys() - self.folded
        for layer in self.graph.layers:
            outputs = [f"n{self.graph.calls[c].output}" for c in layer.calls]
            aligned = [id for id in outputs if id in drawn]
            if len(aligned) > 1:
                with dot.subgraph() as column:
                    column.attr(rank="same")
                    for id in aligned:
                        column.node(id)

    def _box_look(self, box: Box) -> dict[str, str]:
        kind = self.plan.kind(box)
        look = dict(LOOKS[kind])
        role = look.pop("role")
        look |= {"id": box.id, "class": kind, "fillcolor": self.colours[role], "color": self.colours[f"{role}-edge"]}
        if not self.roots.isdisjoint(box.nodes):
            look |= {"class": f"{kind} root", "color": self.colours["root-edge"], "penwidth": "2.6"}
        return look

    def _label(self, box: Box) -> str:
        """What stands on a card: a stub with its op or name; its label; data and gradient."""
        kind = self.plan.kind(box)
        if kind == "cut":
            return f"<{self._font(f'… {self.plan.cut:,} nodes not shown', 'muted', 12)}>"
        values = [self.graph.nodes[i] for i in box.outputs]
        if kind == "constant":
            return _table([f"<TD>{self._font(_short(values[0].data, self.precision), 'forward', 12)}</TD>"], 3)
        data = self._span([value.data for value in values])
        grad = self._span([value.grad for value in values]) if all(value.has_grad for value in values) else DASH
        rows = [self._number_cells("data", data, "forward"), self._number_cells("grad", grad, "backward")]
        title = self._title(box, kind)
        if title:
            rows.insert(0, title)
        # A reader's font may be wider than the one measured here: hence some room at the right.
        rows[0] = f'{self._stub(box, kind, len(rows))}{rows[0]}<TD ROWSPAN="{len(rows)}" WIDTH="5"></TD>'
        op = values[0].op
        if kind == "op" and op is not None and _order_matters(op):
            self._add_ports(rows, len(values[0].parents))
        return _table(rows, 3 if kind == "input" else 2)

    def _title(self, box: Box, kind: str) -> str:
        """The cells above the numbers: a label, and what kind of leaf has it."""
        if kind == "neuron":
            return ""
        if kind == "layer":
            outputs = f"{len(box.outputs)} output" + "s" * (len(box.outputs) > 1)
            return f'<TD COLSPAN="2" ALIGN="LEFT">{self._font(outputs, "muted", 10)}</TD>'
        label = self.graph.nodes[box.nodes[0]].label
        if box.clusters:  # inside its neuron layer0.neuron3.w[0] is w[0]
            label = label.removeprefix(self.plan.clusters[box.clusters[-1]] + ".")
        name = self._font(visible(label, LABEL_LIMIT), "ink", 13, bold=True) if label else ""
        if kind == "op":
            return f'<TD COLSPAN="2" ALIGN="LEFT">{name}</TD>' if name else ""
        caption = self._font(kind, "muted", 10)
        if not name:
            return f'<TD COLSPAN="2" ALIGN="LEFT">{caption}</TD>'
        return f'<TD ALIGN="LEFT">{name}</TD><TD ALIGN="RIGHT">{caption}</TD>'

    def _stub(self, box: Box, kind: str, rows: int) -> str:
        """The first column: the op or the name of what is folded, or an input's bar."""
        if kind == "parameter":
            return ""
        if kind == "input":
            bar = self.colours["input-edge"]
            return f'<TD ROWSPAN="{rows}" WIDTH="6" BGCOLOR="{bar}"></TD>'
        width = 0
        if kind == "op":
            op = self.graph.nodes[box.nodes[0]].op
            text = "" if op is None else op.symbol
        else:
            text, width = _box_name(box), self.name_width
        return (
            f'<TD ROWSPAN="{rows}"><TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="4" '
            f'STYLE="ROUNDED" BGCOLOR="{self.colours["chip"]}"><TR>'
            f'<TD WIDTH="{width}">{self._font(text, "op", 13, bold=True)}</TD></TR></TABLE></TD>'
        )

    def _add_ports(self, rows: list[str], operands: int) -> None:
        """Number the operands of `a - b`, on the side where the arrows enter."""
        across = self.rankdir in ("TB", "BT")
        cells = [f'<TD PORT="o{k}">{self._font(str(k + 1), "muted", 9)}</TD>' for k in range(operands)]
        table = ("" if across else "</TR><TR>").join(cells)
        table = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"><TR>{table}</TR></TABLE>'
        if across:
            rows.insert(0 if self.rankdir == "TB" else len(rows), f'<TD COLSPAN="3">{table}</TD>')
        elif self.rankdir == "LR":
            rows[0] = f'<TD ROWSPAN="{len(rows)}">{table}</TD>' + rows[0]
        else:
            rows[0] += f'<TD ROWSPAN="{len(rows)}">{table}</TD>'

    def _number_cells(self, caption: str, text: str, role: str) -> str:
        width = 7 * (self.precision + 4)  # room for a sign and two digits more, in whatever font
        return (
            f'<TD ALIGN="LEFT" WIDTH="30">{self._font(caption, "muted", 10)}</TD>'
            f'<TD ALIGN="TEXT" BALIGN="RIGHT" WIDTH="{width}">{self._font(text, role, 12)}<BR/></TD>'
        )

    def _font(self, text: str, role: str, size: int, *, bold: bool = False) -> str:
        inner = f"<B>{in_html(text)}</B>" if bold else in_html(text)
        return f'<FONT COLOR="{self.colours[role]}" POINT-SIZE="{size}">{inner}</FONT>'

    def _span(self, xs: Sequence[float]) -> str:
        """One number, or the smallest and the largest of several; a nan among them is never hidden."""
        lost = [x for x in xs if math.isnan(x)]
        ends = lost[:1] or (xs if len(xs) == 1 else (min(xs), max(xs)))
        return " … ".join(number(x, self.precision) for x in ends)

    # edges

    def _edge_look(self, edge: Edge) -> dict[str, str]:
        look = {"id": edge.id}
        if edge.tail in self.folded or edge.head in self.folded:
            leave, enter = SIDES[self.rankdir]
            look |= {"tailport": leave, "headport": enter, "penwidth": "0.8", "arrowsize": "0.5"}
        if not self.folded and self.outermost[edge.head] not in ((), self.outermost[edge.tail]):
            look["minlen"] = "2"  # room for the parameters, which stand one column before what they meet
        if edge.tail == CUT:
            look["style"] = "dashed"
        (user, operand), *_ = edge.uses
        op = self.graph.nodes[user].op
        if op is not None and edge.head not in self.folded and _order_matters(op):
            look["headport"] = f"o{operand}:{SIDES[self.rankdir][1]}"
        return look


def _table(rows: Sequence[str], padding: int) -> str:
    body = "".join(f"<TR>{row}</TR>" for row in rows)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="{padding}">{body}</TABLE>>'


def _short(x: float, precision: int) -> str:
    """A number of an expression, as it was typed: 2, not 2.0000."""
    text = number(x, precision)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _short_name(name: str, inside: bool) -> str:
    """The name of a neuron or layer, without the path of what it stands in."""
    return visible(name.rpartition(".")[2] if inside else name, LABEL_LIMIT)


def _box_name(box: Box) -> str:
    return _short_name(box.name, bool(box.clusters))


def _order_matters(op: Op) -> bool:
    """Whether the operands cannot be swapped, so that a picture must say which is which."""
    if op.arity is None or op.arity < 2:
        return False
    orders = permutations([2.0 + k for k in range(op.arity)])
    return len({op.primal(*order) for order in orders}) > 1
