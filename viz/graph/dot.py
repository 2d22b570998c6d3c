"""A picture as DOT, the text that Graphviz draws.

The text depends on the graph alone: names and ids are topological indices, so the
same program gives the same bytes in every run. A label goes into it as data, in the
one place that quotes (`labels.in_html`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..labels import visible
from ..theme import FONT, palette
from .cards import Cards, order_matters, port, short_name, styled
from .fold import CUT, LIMIT, Arrow, Box, Picture
from .render import require

if TYPE_CHECKING:
    import graphviz

# rankdir: the sides where arrows leave and enter a folded box
SIDES = {"LR": ("e", "w"), "TB": ("s", "n"), "RL": ("w", "e"), "BT": ("n", "s")}

ROUGH = 400  # boxes; a larger layout is settled for sooner
FAR = 2000  # columns that all arrows together cross; where they reach farther, bending them takes the time
QUICK = {"nslimit": "0.2", "nslimit1": "0.2", "mclimit": "0.05"}

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
FRAMES = {"layer": "rounded,filled", "neuron": "rounded,filled,dashed"}  # around what is open


class Writer:
    """Writes one picture as DOT."""

    def __init__(self, picture: Picture, rankdir: str, precision: int, theme: str) -> None:
        self.picture = picture
        self.graph = picture.graph
        self.rankdir = rankdir
        self.colours = palette(theme)
        self.cards = Cards(picture, rankdir, precision, self.colours)
        self.folded = {box.id for box in picture.boxes if box.kind in ("neuron", "layer")}
        self.layers = {layer.id for layer in picture.graph.layers}
        self.roots = set(picture.graph.roots)
        self.outermost = {box.id: box.clusters[:1] for box in picture.boxes}

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
            dot.attr(label=f"<{styled(note, c['muted'], 11)}>", labelloc="b", labeljust="l")
        self._write_boxes(dot, self.picture.boxes)
        self._align_outputs(dot)
        for arrow in self.picture.arrows:
            dot.edge(arrow.tail, arrow.head, **self._arrow_look(arrow))
        source: str = dot.source
        return source

    def _layout(self) -> dict[str, str]:
        """What the default layout is not good at."""
        if len(self.picture.boxes) > ROUGH or _columns_crossed(self.picture) > FAR:  # minutes become seconds
            return {**QUICK, "splines": "line"}
        if not self.folded:
            return {}
        if any(box.kind == "node" and box.clusters for box in self.picture.boxes):
            return {"ranksep": "0.9"}
        # All neurons folded: straight lines, as textbooks draw a network. Every order of the neurons
        # has as many crossings, so none is sought and they stay in theirs.
        return {"mclimit": "0.001", "splines": "line", "ranksep": "1.4", "nodesep": "0.12"}

    def _note(self) -> str:
        """How much is shown; empty if everything is."""
        nodes = f"{len(self.graph.nodes):,} nodes"
        if self.picture.cut:
            return f"{nodes}, of which {self.picture.cut:,} are not shown: these are the nearest to the output."
        if self.folded:
            name = next(box.name for box in self.picture.boxes if box.id in self.folded)
            note = f'{nodes}, shown as {len(self.picture.boxes)} boxes. To open one: draw(…, open="{visible(name)}")'
            return note + ("; to open all: max_nodes=None." if len(self.graph.nodes) <= LIMIT else ".")
        return ""

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
            dot.node(box.id, self.cards.card(box), **self._box_look(box))
        for cluster, inside in clusters.items():
            role = "layer" if cluster in self.layers else "neuron"
            name = short_name(self.picture.clusters[cluster], inside=depth > 0)
            with dot.subgraph(name=f"cluster_{cluster}") as inner:
                inner.attr(
                    label=f"<{styled(name, self.colours['muted'], 11, bold=True)}>",
                    id=cluster,
                    style=FRAMES[role],
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
        kind = self.picture.kind(box)
        look = dict(LOOKS[kind])
        role = look.pop("role")
        look |= {"id": box.id, "class": kind, "fillcolor": self.colours[role], "color": self.colours[f"{role}-edge"]}
        if not self.roots.isdisjoint(box.nodes):
            look |= {"class": f"{kind} root", "color": self.colours["root-edge"], "penwidth": "2.6"}
        return look

    def _arrow_look(self, arrow: Arrow) -> dict[str, str]:
        look = {"id": arrow.id}
        if arrow.tail in self.folded or arrow.head in self.folded:
            leave, enter = SIDES[self.rankdir]
            look |= {"tailport": leave, "headport": enter, "penwidth": "0.8", "arrowsize": "0.5"}
        if not self.folded and self.outermost[arrow.head] not in ((), self.outermost[arrow.tail]):
            look["minlen"] = "2"  # room for the parameters, which stand one column before what they meet
        if arrow.tail == CUT:
            look["style"] = "dashed"
        (user, operand), *_ = arrow.uses
        op = self.graph.nodes[user].op
        if op is not None and arrow.head not in self.folded and order_matters(op):
            look["headport"] = f"{port(operand)}:{SIDES[self.rankdir][1]}"
        return look


def _columns_crossed(picture: Picture) -> int:
    """How many columns the arrows cross, taken together: what Graphviz's time to place the boxes grows with.

    A leaf that is used along a whole chain has arrows as long as the chain.
    """
    column: dict[str, int] = {}
    tails: dict[str, list[str]] = {}
    for arrow in picture.arrows:
        tails.setdefault(arrow.head, []).append(arrow.tail)
    for box in picture.boxes:  # in topological order, but for a box that was opened
        column[box.id] = 1 + max((column.get(tail, 0) for tail in tails.get(box.id, ())), default=0)
    return sum(column[arrow.head] - column[arrow.tail] for arrow in picture.arrows)
