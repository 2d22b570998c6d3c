"""Which nodes are drawn, and in which box.

A neuron's nodes stand together in a box, its layer's neurons in a larger one. A
*folded* box hides what it holds and shows its output; neurons fold, then layers,
until the picture is within its budget. What is too large even so is *cut*: the
part nearest to the root is shown, and a box says how much is not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...engine import ArgumentError
from .neurons import Graph

LEVELS = ("op", "neuron", "layer")  # how much one box holds, from the least to the most
LIMIT = 2000  # boxes; beyond, Graphviz needs more than a few seconds
NAMED = 6  # neurons and layers that an error lists

Key = tuple[str, int]  # of a box: ("node", its index), ("neuron", its call) or ("layer", its number)
CUT = "cut"


@dataclass(frozen=True)
class Box:
    """What is drawn as one: a node, a folded neuron, a folded layer, or all that was cut.

    Attributes:
        id: `n7` for node 7, and for a folded neuron whose output is node 7; a layer's is its cluster's.
        kind: `node`, `neuron`, `layer` or `cut`.
        nodes: what it holds, by topological index; of the cut, nothing.
        outputs: those of them whose value it shows.
        clusters: ids of the open clusters around it, the outermost first.
    """

    id: str
    kind: str
    name: str
    nodes: Sequence[int]
    outputs: Sequence[int]
    clusters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arrow:
    """From a box to one that uses it: one edge of the graph, or, at a folded box, several.

    Attributes:
        tail, head: ids of the boxes.
        uses: the edges that it stands for, each a node and the position of the operand.
    """

    tail: str
    head: str
    uses: Sequence[tuple[int, int]]

    @property
    def id(self) -> str:
        """`e9-1` for operand 1 of node 9; `m-n3-n9` if it stands for several."""
        (i, operand), *others = self.uses
        return f"m-{self.tail}-{self.head}" if others else f"e{i}-{operand}"


@dataclass(frozen=True)
class Picture:
    """A picture before it is drawn.

    Attributes:
        graph: what it shows.
        boxes, arrows: what is drawn.
        clusters: for the id of each open neuron and layer its name.
        cut: how many nodes are not shown.
    """

    graph: Graph
    boxes: list[Box]
    arrows: list[Arrow]
    clusters: dict[str, str]
    cut: int

    def kind(self, box: Box) -> str:
        """The kind of a box; of a single node `op`, `input`, `parameter` or `constant`."""
        return self.graph.kind(box.nodes[0]) if box.kind == "node" else box.kind


def compose(graph: Graph, detail: str, max_nodes: int | None, opened: Sequence[str]) -> Picture:
    """The picture of a graph: what is drawn by itself, what is folded, what is cut.

    Args:
        detail: `op`, `neuron` or `layer`; or `auto`, the finest of them with at most `max_nodes` boxes.
        max_nodes: the budget of `auto`; None for none.
        opened: names of neurons and layers to show one level finer than the rest.

    Raises:
        ArgumentError: a name in `opened` is not in the graph, or more than `LIMIT` boxes are asked for.
    """
    budget = max_nodes if max_nodes is not None and detail == "auto" else len(graph.nodes)
    for level in LEVELS if detail == "auto" else (detail,):
        folding = _Folding(graph, level)
        if folding.count <= budget:
            break
    too_large = folding.count > budget
    count = min(folding.count, budget)
    if count > LIMIT:
        raise ArgumentError(
            f"a picture of {count:,} boxes is too large to lay out (the limit is {LIMIT:,}): "
            "leave max_nodes and detail at their defaults to see the part nearest to the root"
        )
    for name in opened:
        folding.open(name)
    return folding.picture(folding.nearest(budget) if too_large else folding.keys())


class _Folding:
    """A graph with some of its neurons and layers folded."""

    def __init__(self, graph: Graph, level: str) -> None:
        self.graph = graph
        self.neurons = set(range(len(graph.calls))) if level != "op" else set()
        self.layers = set(range(len(graph.layers))) if level == "layer" else set()
        self._hold()

    def _hold(self) -> None:
        """Collect what the folded boxes hold, and count the boxes."""
        self.held: dict[Key, list[int]] = {}
        self.folded: dict[int, Key] = {}
        for i in sorted({*self.graph.homes, *self.graph.between}):
            key = self._fold(i)
            if key is not None:
                self.held.setdefault(key, []).append(i)
                self.folded[i] = key
        self.count = len(self.graph.nodes) - sum(map(len, self.held.values())) + len(self.held)

    def key(self, i: int) -> Key:
        """The box that node `i` is in."""
        return self.folded.get(i, ("node", i))

    def _fold(self, i: int) -> Key | None:
        """The folded box that a node of a neuron or a layer is in; None if it is drawn by itself."""
        graph = self.graph
        if i in graph.between:
            layer = graph.between[i]
            return ("layer", layer) if layer in self.layers else None
        if not all(map(self._is_folded, graph.homes[i])):
            return None  # a parameter of several calls is hidden only when all of them are
        call = min(graph.homes[i])
        layer = graph.calls[call].layer
        return ("layer", layer) if layer in self.layers else ("neuron", call)

    def _is_folded(self, call: int) -> bool:
        return call in self.neurons or self.graph.calls[call].layer in self.layers

    def keys(self) -> Iterable[Key]:
        """Every box."""
        return dict.fromkeys(map(self.key, range(len(self.graph.nodes))))

    def nearest(self, budget: int) -> Iterable[Key]:
        """The boxes with the fewest edges between them and a root; one place is kept for the cut."""
        near = dict.fromkeys([self.key(root) for root in self.graph.roots][: max(budget - 1, 1)])
        queue = deque(near)
        while queue:
            for i in reversed(self._nodes(queue.popleft())):
                for _, key in self._feeds(i):
                    if key not in near:
                        if len(near) >= budget - 1:
                            return near
                        near[key] = None
                        queue.append(key)
        return near

    def _feeds(self, i: int) -> Iterator[tuple[int, Key]]:
        """The operands of node `i` that come from another box: their positions and boxes.

        A parameter that several folded calls share is kept in the box of the first, and hidden from all.
        """
        here = self.key(i)
        for operand, p in enumerate(self.graph.parents[i]):
            key = self.key(p)
            if key != here and not (key in self.held and self.graph.share_a_call(i, p)):
                yield operand, key

    def open(self, name: str) -> None:
        """Show what is named one level finer: a layer's neurons, a neuron's ops."""
        graph = self.graph
        calls = [c for c, call in enumerate(graph.calls) if call.name == name]
        layers = [k for k, layer in enumerate(graph.layers) if layer.name == name]
        if not calls and not layers:
            known = list(dict.fromkeys(part.name for part in graph.parts))
            listed = ", ".join(known if len(known) <= NAMED else [*known[:NAMED], "…"])
            raise ArgumentError(f"open: this graph has no {name!r}; it has {listed or 'no neurons and no layers'}")
        for k in layers:
            if k not in self.layers:
                self.neurons.difference_update(graph.layers[k].calls)
        self.layers.difference_update(layers, [graph.calls[c].layer for c in calls])
        self.neurons.difference_update(calls)
        self._hold()

    def picture(self, keys: Iterable[Key]) -> Picture:
        """The boxes with these keys and the arrows between them; what has another key is cut."""
        graph = self.graph
        boxes = {key: self._box(key) for key in sorted(keys, key=lambda key: self._nodes(key)[-1])}
        cut = len(graph.nodes) - sum(len(box.nodes) for box in boxes.values())
        bundles: dict[tuple[str, str, tuple[int, int] | None], list[tuple[int, int]]] = {}
        for head in boxes.values():
            for i in head.nodes:
                for operand, below in self._feeds(i):
                    tail = boxes[below].id if below in boxes else CUT
                    use = (i, operand)
                    alone = use if head.kind == below[0] == "node" else None  # at a folded box edges merge
                    bundles.setdefault((tail, head.id, alone), []).append(use)
        arrows = [Arrow(tail, head, uses) for (tail, head, _), uses in bundles.items()]
        shown = list(boxes.values())
        if cut:
            shown.insert(0, Box(CUT, CUT, "", [], []))
        around = {c for box in shown for c in box.clusters}
        names = {part.id: part.name for part in graph.parts if part.id in around}
        return Picture(graph, shown, arrows, names, cut)

    def _nodes(self, key: Key) -> Sequence[int]:
        return self.held.get(key) or (key[1],)

    def _box(self, key: Key) -> Box:
        graph = self.graph
        kind, number = key
        nodes = self._nodes(key)
        if kind == "layer":
            layer = graph.layers[number]
            return Box(layer.id, kind, layer.name, nodes, layer.outputs(graph))
        if kind == "neuron":
            call = graph.calls[number]
            around = () if call.layer < 0 else (graph.layers[call.layer].id,)
            return Box(f"n{call.output}", kind, call.name, nodes, [call.output], around)
        return Box(f"n{number}", kind, "", nodes, nodes, self._clusters(number))

    def _clusters(self, i: int) -> tuple[str, ...]:
        """The clusters around a node that is drawn by itself: its layer, its neuron."""
        graph = self.graph
        if i in graph.between:
            return (graph.layers[graph.between[i]].id,)
        homes = graph.homes.get(i, ())
        if len(homes) != 1:
            return ()
        (number,) = homes
        call = graph.calls[number]
        return (call.id,) if call.layer < 0 else (graph.layers[call.layer].id, call.id)
