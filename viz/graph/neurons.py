"""Finding the neurons and layers in a graph.

The engine knows nothing of neurons. `nn` leaves two traces: the label of each
parameter (`layer0.neuron3.w[1]`) and, on the output of each *call* of a neuron, the
neuron's path as its `scope`. The nodes between the two are the neuron's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ...engine import Value, topological_order

NUMBER = r"(?:_?\d+|[₀-₉]+)?(?:\[[\d, ]+\])*"
WEIGHT = rf"(?:.*[._])?(?:[wWθΘφ]|weights?|theta|phi|kernel|gamma|slope|coef){NUMBER}"
BIAS = rf"(?:.*[._])?(?:[bB]|bias|biases|beta|intercept){NUMBER}"

# The scope of a neuron or layer that stands alone; its labels have no prefix.
LONE_NEURON = "neuron"
LONE_LAYER = "layer"

SEVERAL = "\n"  # owner of a node that depends on the parameters of several neurons


@dataclass
class Call:
    """One neuron applied once: its output, and its nodes, the output and the parameters among them."""

    name: str
    output: int
    nodes: list[int]
    layer: int = -1
    id: str = ""


@dataclass
class Layer:
    """One layer applied once: the calls of its neurons, and what it computes from them (softmax)."""

    name: str
    calls: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    id: str = ""

    def outputs(self, graph: Graph) -> list[int]:
        """The nodes that the layer hands on."""
        return self.ends or [graph.calls[c].output for c in self.calls]


class Graph:
    """The nodes below some roots by topological index, and the neurons and layers that they form.

    Attributes:
        nodes: in topological order; a node's index is its name everywhere in a picture.
        parents: the indices of each node's operands.
        roots: the indices of the roots.
        calls, layers: what was applied, each time it was.
        homes: the calls that a node belongs to; several for a parameter that is used several times.
        between: the layer of a node that stands between its neurons and its outputs (softmax).

    Args:
        parameters: leaves that are known to be trained, whatever their names.
    """

    def __init__(self, roots: Sequence[Value], parameters: Iterable[Value] = ()) -> None:
        self._trained = {id(p) for p in parameters}
        self.nodes = topological_order(*roots)
        index = {id(node): i for i, node in enumerate(self.nodes)}
        self.parents = [tuple([index[id(p)] for p in node.parents]) for node in self.nodes]
        self.roots = list(dict.fromkeys(index[id(root)] for root in roots))
        weight = re.compile(WEIGHT, re.DOTALL)
        has_weight = any(node.is_leaf and weight.fullmatch(node.label) for node in self.nodes)
        self._parameter = re.compile(f"{WEIGHT}|{BIAS}", re.DOTALL) if has_weight else weight
        self.calls: list[Call] = []
        self.layers: list[Layer] = []
        self.homes: dict[int, set[int]] = {}
        self.between: dict[int, int] = {}
        scopes = {i: node.scope for i, node in enumerate(self.nodes) if node.scope and not node.is_leaf}
        if scopes:
            self._find(scopes)

    def kind(self, i: int) -> str:
        """`op`, or the kind of leaf: `constant`, `parameter`, `input`.

        A leaf that is known to be trained is a parameter; so is one named as a weight is (`w`, `W1`, `theta`,
        `layer0.neuron3.w[0]`), and one named as a bias is (`b`, `b1`, `beta`, ...) in a graph that has a weight.
        """
        node = self.nodes[i]
        if not node.is_leaf:
            return "op"
        if node.is_constant:
            return "constant"
        is_parameter = id(node) in self._trained or self._parameter.fullmatch(node.label)
        return "parameter" if is_parameter else "input"

    @property
    def parts(self) -> list[Call | Layer]:
        """The layers and the calls."""
        return [*self.layers, *self.calls]

    def share_a_call(self, i: int, j: int) -> bool:
        """Whether two nodes belong to the same call of a neuron."""
        return i in self.homes and j in self.homes and not self.homes[i].isdisjoint(self.homes[j])

    def _find(self, scopes: dict[int, str]) -> None:
        search = _Search(self, scopes)
        layer_names = set(search.outer.values())
        ends = [i for i, scope in scopes.items() if scope in layer_names]
        for output, scope in scopes.items():
            if scope not in layer_names:
                self.calls.append(Call(scope, output, search.behind(output)))
        for c, call in enumerate(self.calls):
            for i in call.nodes:
                self.homes.setdefault(i, set()).add(c)
        self._group_layers(search.outer)
        for end in ends:
            self._find_between(end, search.behind(end))
        taken: set[str] = set()
        for part in self.parts:
            part.id = _unique_id(part.name, taken)

    def _group_layers(self, outer: dict[int, str]) -> None:
        """Put the calls of one layer's neurons on the same inputs together.

        The n-th call of a neuron on the same inputs goes with the n-th call of the others.
        """
        layers: dict[tuple[object, ...], int] = {}
        times: dict[tuple[object, ...], int] = {}
        for c, call in enumerate(self.calls):
            name = outer[call.output]
            if not name:
                continue
            inside = set(call.nodes)
            inputs = tuple(sorted({p for i in call.nodes for p in self.parents[i] if p not in inside}))
            times[call.name, inputs] = time = times.get((call.name, inputs), 0) + 1
            number = layers.setdefault((name, inputs, time), len(self.layers))
            if number == len(self.layers):
                self.layers.append(Layer(name))
            self.layers[number].calls.append(c)
            call.layer = number

    def _find_between(self, end: int, nodes: Sequence[int]) -> None:
        """Give a layer the nodes between its neurons and one of its outputs."""
        feeds = [p for i in nodes for p in self.parents[i] if p in self.homes]
        layer = next((self.calls[min(self.homes[p])].layer for p in feeds), -1)
        if layer >= 0:
            self.layers[layer].ends.append(end)
            self.between.update((i, layer) for i in nodes)


class _Search:
    """What the nodes of a graph depend on, so far as it tells which neuron or layer they are part of.

    Attributes:
        scopes: the scope of each output of a neuron or layer.
        outer: the layer's name, for each output of a neuron.
        owners: the scope on whose parameters (or, for a layer, neurons) a node depends, looking no further
            back than the last outputs; empty for none, `SEVERAL` for several.
    """

    def __init__(self, graph: Graph, scopes: dict[int, str]) -> None:
        self.parents = graph.parents
        self.scopes = scopes
        names = set(scopes.values())
        self.outer = {i: _outer(scope, names) for i, scope in scopes.items()}
        self._hands_on = {i: layer if layer in names else "" for i, layer in self.outer.items()}
        self.owners: list[str] = []
        for i, parents in enumerate(self.parents):
            owner = ""
            if graph.kind(i) == "parameter":
                prefix = graph.nodes[i].label.rpartition(".")[0] or LONE_NEURON
                owner = prefix if prefix in names else ""
            for p in parents:
                inherited = self._hands_on.get(p, self.owners[p])
                if inherited and inherited != owner:
                    owner = SEVERAL if owner else inherited
            self.owners.append(owner)

    def behind(self, output: int) -> list[int]:
        """An output and the nodes behind it, as far as the last outputs, that depend on its owner."""
        scope = self.scopes[output]
        reached = {output}
        stack = [output]
        while stack:
            for p in self.parents[stack.pop()]:
                if p not in reached and p not in self.scopes and self.owners[p] in (scope, SEVERAL):
                    reached.add(p)
                    stack.append(p)
        members: dict[int, None] = {}  # a set that keeps its order
        for i in sorted(reached):
            if (
                i == output
                or self.owners[i] == scope
                or any(p in members or self._hands_on.get(p) == scope for p in self.parents[i])
            ):
                members[i] = None
        return list(members)


def _outer(scope: str, names: set[str]) -> str:
    """The layer that a neuron's scope stands in; empty if it stands alone."""
    if "." in scope:
        return scope.rpartition(".")[0]
    return LONE_LAYER if LONE_LAYER in names and scope != LONE_LAYER else ""


def _unique_id(name: str, taken: set[str]) -> str:
    """An id for SVG: `c-layer0.neuron3`, and `c-layer0.neuron3-2` where it is applied again."""
    plain = "c-" + re.sub(r"[^A-Za-z0-9_.]", "_", name)
    unique, n = plain, 1
    while unique in taken:
        n += 1
        unique = f"{plain}-{n}"
    taken.add(unique)
    return unique
