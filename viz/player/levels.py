"""The levels of detail at which a run can be stepped through: op by op, neuron by neuron, layer by layer.

A level has a drawing of its own; one that would be too large is shown on the next
coarser one. A folded drawing has boxes, and its arrows stand for several operands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..graph.draw import drawing_of
from ..graph.drawing import Drawing
from ..graph.fold import Picture, compose
from ..graph.neurons import Graph
from ..graph.render import size
from ..labels import visible

BUDGET = 150  # boxes in one drawing; a larger graph is shown folded
ROOM = (860.0, 560.0)  # units: what a stage of 1280 by 800 pixels shows, with numbers 12 pixels high
NEAR = 2.0  # such places, across and down, in which one still sees where one is

Row = dict[str, Any]


@dataclass(frozen=True)
class Levels:
    """What can be stepped through, as plain data, and its drawings.

    Attributes:
        views: for each level, the finest first, the level on whose drawing it is shown.
        drawings: for each level that has a drawing of its own, that one; the finest first.
        boxes: for each folded level what is drawn as one.
        links: for each folded drawing: id of an arrow to the operands (`user-operand`) that it stands for.
    """

    views: dict[str, str]
    drawings: dict[str, Drawing]
    boxes: dict[str, list[Row]]
    links: dict[str, dict[str, list[str]]]

    @property
    def start(self) -> str:
        """The finest level whose drawing can be read whole, or nearly so; if none can, the coarsest."""
        legible = (level for level, drawing in self.drawings.items() if _is_legible(drawing))
        return next(legible, next(reversed(self.drawings)))

    def membership(self, level: str, count: int) -> list[int]:
        """For each of `count` nodes the number of the folded box that it is in; -1 if it stands alone."""
        inside = [-1] * count
        keyed = [box for box in self.boxes.get(level, []) if box["key"]]
        for number, box in enumerate(keyed):
            for i in box["nodes"]:
                inside[i] = number
        return inside


def levels_of(graph: Graph) -> Levels:
    """Fold a graph at every level, and draw each that is small enough."""
    folded = {level: compose(graph, level, None, ()) for level in ("neuron", "layer")} if graph.calls else {}
    fits = {"op": len(graph.nodes) <= BUDGET, **{level: len(p.boxes) <= BUDGET for level, p in folded.items()}}
    if folded and len(folded["layer"].boxes) == len(folded["neuron"].boxes):
        fits.pop("layer")  # every layer is a single neuron
    views = _views(fits)
    drawings = {
        level: drawing_of(graph, level if fits[level] else "auto", BUDGET) for level in fits if views[level] == level
    }
    boxes = {level: _boxes(level, picture) for level, picture in folded.items()}
    links = {level: _links(folded[level]) for level in drawings if level in folded}
    return Levels(views, drawings, boxes, links)


def _is_legible(drawing: Drawing) -> bool:
    return all(side <= NEAR * room for side, room in zip(size(drawing.svg), ROOM, strict=True))


def _views(fits: dict[str, bool]) -> dict[str, str]:
    """For each level the one on whose drawing it is shown: the next coarser if it is too large itself."""
    views: dict[str, str] = {}
    shown = next(reversed(fits))
    for level in reversed(fits):
        if fits[level]:
            shown = level
        views[level] = shown
    return {level: views[level] for level in fits}


def _boxes(level: str, picture: Picture) -> list[Row]:
    """What is drawn as one; the folded boxes of this level are numbered, which is their key."""
    keyed = [box.id for box in picture.boxes if box.kind == level]
    keys = {name: f"{level}{number}" for number, name in enumerate(keyed)}
    return [
        {
            "id": box.id, "key": keys.get(box.id, ""), "name": visible(box.name),
            "nodes": list(box.nodes), "outputs": list(box.outputs),
        }
        for box in picture.boxes
    ]  # fmt: skip


def _links(picture: Picture) -> dict[str, list[str]]:
    """For each arrow of a folded drawing the operands that it stands for."""
    box_of = {i: box.id for box in picture.boxes for i in box.nodes}
    links: dict[str, list[str]] = {arrow.id: [] for arrow in picture.arrows}
    for i, parents in enumerate(picture.graph.parents):
        for operand, p in enumerate(parents):
            names = (f"e{i}-{operand}", f"m-{box_of[p]}-{box_of[i]}")
            drawn = _first_of(names, links)
            if drawn:
                links[drawn].append(f"{i}-{operand}")
    return links


def _first_of(names: Sequence[str], links: dict[str, list[str]]) -> str:
    return next((name for name in names if name in links), "")
