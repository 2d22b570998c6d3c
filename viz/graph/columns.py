"""A network as columns of neurons, read from a model and, for one sample, from the graph that it computes.

The first column holds the inputs. Each layer is a column more: of every neuron its weights, the weighted sum
and what the activation makes of it. Names are those of `draw`, so that a number can be found there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...engine import ArgumentError, ArgumentTypeError, Value, enable_grad, grad
from ...engine.floats import as_float
from ...nn.arguments import is_sequence, kind_of
from ...nn.layers import ACTIVATIONS, Layer, Neuron
from ...nn.losses import LOSSES
from ...nn.module import Module, evaluating
from ...nn.perceptron import Perceptron
from .neurons import LONE_NEURON, Graph

BENDS = {*ACTIVATIONS, "ge"} - {"linear", "softmax"}  # ops that bend one number


@dataclass
class Unit:
    """An input or a neuron: its name, its weights, and, of a sample, its sum and its output."""

    name: str
    weights: Sequence[Value] = ()
    bias: Value | None = None
    sum: Value | None = None
    output: Value | None = None


@dataclass
class Column:
    """A layer, or the inputs (whose name is empty)."""

    name: str
    activation: str
    units: list[Unit]


@dataclass
class Network:
    """A model as columns, and what became of one sample.

    Attributes:
        columns: from the inputs to the outputs.
        loss: of the sample, if it is known.
        target: what the outputs should have been, as it was given.
        gradients: for the `id` of a node the loss's derivative by it, so far as it is known.
        has_sample: whether the numbers of a sample are there.
    """

    columns: list[Column]
    loss: Value | None = None
    target: Any = None
    gradients: Mapping[int, float] = field(default_factory=dict)
    has_sample: bool = False


def read_network(model: Any, x: Any, target: Any, loss: Any) -> Network:
    """The columns of a model, with the numbers of one sample if there is one; the arguments are `draw_network`'s."""
    columns = _columns(model)
    if isinstance(loss, Value):
        if x is not None or target is not None:
            raise ArgumentError("a loss that was computed has its sample in it: leave out x and target")
        graph = Graph([loss])
        _fill(columns, graph, ends=False)
        known = {id(node): node.grad for node in graph.nodes if node.has_grad}
        return Network(columns, loss, None, known, True)
    if x is None:
        if target is not None or loss is not None:
            raise ArgumentError("a target and a loss need a sample: give x too")
        _run(model, columns, [0.0] * len(columns[0].units))  # which activation follows a layer shows when it is used
        for unit in (unit for column in columns for unit in column.units):
            unit.sum = unit.output = None
        return Network(columns)
    if (target is None) != (loss is None):
        raise ArgumentError("target and loss belong together: give both, or neither")
    outputs, graph = _run(model, columns, x)
    if loss is None:
        return Network(columns, has_sample=True)
    value = _loss(loss)(outputs, target)
    if not isinstance(value, Value):
        raise ArgumentTypeError(f"loss must give a Value, got {kind_of(value)}")
    derivatives = grad(value, graph.nodes)
    known = {id(node): x for node, x in zip(graph.nodes, derivatives, strict=True)}
    return Network(columns, value, target, known, True)


def _run(model: Any, columns: list[Column], x: Any) -> tuple[Any, Graph]:
    """Ask the model, and fill in the numbers; what it gives, and the graph of it."""
    with evaluating(model), enable_grad():
        outputs = model(_sample(x))
    graph = Graph(list(outputs) if is_sequence(outputs) else [outputs])
    _fill(columns, graph, ends=True)
    return outputs, graph


def _columns(model: Any) -> list[Column]:
    if not isinstance(model, Module):
        raise ArgumentTypeError(f"model must be a module, such as MLP(2, [8, 1]), got {kind_of(model)}")
    layers: list[tuple[str, str, Sequence[Any]]] = []
    for path, part in model.named_modules():
        if isinstance(part, Layer):
            layers.append((part.scope or path or "layer", part.activation, part.neurons))
    if not layers and isinstance(model, (Neuron, Perceptron)):
        layers = [("", getattr(model, "activation", "step"), [model])]
    if not layers:
        raise ArgumentError(f"{type(model).__name__} holds no layers of neurons; draw(model(x)) draws what it computes")
    width = len(layers[0][2][0].w)
    columns = [Column("", "", [Unit(f"x[{i}]") for i in range(width)])]
    for name, activation, neurons in layers:
        if len(neurons[0].w) != len(columns[-1].units):
            raise ArgumentError(
                f"the layers do not follow one another: {name} takes {len(neurons[0].w)} inputs and "
                f"{columns[-1].name or 'the sample'} gives {len(columns[-1].units)}; draw(model(x)) draws any graph"
            )
        units = [Unit(n.scope or LONE_NEURON, n.w, n.b) for n in neurons]
        columns.append(Column(name, activation, units))
    return columns


def _fill(columns: list[Column], graph: Graph, ends: bool) -> None:
    """Put the nodes of a sample's graph in their places.

    Args:
        ends: the graph ends at the outputs, so that what bends the last sums belongs to the model.
    """
    users: dict[int, list[int]] = {}
    for j, parents in enumerate(graph.parents):
        for p in parents:
            users.setdefault(p, []).append(j)
    index = {id(node): i for i, node in enumerate(graph.nodes)}
    calls: dict[str, list[int]] = {}
    for call in graph.calls:
        calls.setdefault(call.name, []).append(call.output)
    softmax = {layer.name: layer.ends for layer in graph.layers if layer.ends}
    for number, column in enumerate(columns[1:], 1):
        bends = set()
        for i, unit in enumerate(column.units):
            outputs = calls.get(unit.name, [])
            if len(outputs) != 1:
                times = "not used" if not outputs else f"used {len(outputs)} times"
                raise ArgumentError(f"a network is drawn with one sample, and for it {unit.name} is {times}")
            last = outputs[0]
            node = graph.nodes[last]
            after = users.get(last, [])
            unit.sum = node.parents[0] if column.activation not in ("linear", "softmax") else node
            if column.activation == "linear" and len(after) == 1 and (ends or number < len(columns) - 1):
                op = graph.nodes[after[0]].op
                if op is not None and op.name in BENDS:
                    last = after[0]
                    bends.add(op.name)
            elif column.name in softmax:
                last = softmax[column.name][i]
            unit.output = graph.nodes[last]
        if len(bends) == 1:
            column.activation = bends.pop()
    first = columns[1].units[0]
    for unit, w in zip(columns[0].units, first.weights, strict=True):
        products = [graph.nodes[j] for j in users.get(index.get(id(w), -1), [])]
        unit.output = next((p for product in products for p in product.parents if p is not w), None)


def _sample(x: Any) -> list[Value]:
    """The sample as Values with the names that `draw` gives them."""
    row = x if is_sequence(x) else [x]
    return [xi if isinstance(xi, Value) else Value(as_float(xi, f"x[{i}]"), f"x[{i}]") for i, xi in enumerate(row)]


def _loss(loss: Any) -> Callable[[Any, Any], Any]:
    if isinstance(loss, str):
        if loss not in LOSSES:
            raise ArgumentError(f"loss must be one of {', '.join(LOSSES)}; got {loss!r}")
        function: Callable[[Any, Any], Any] = LOSSES[loss]
        return function
    if not callable(loss) or isinstance(loss, type):
        raise ArgumentTypeError(
            f"loss must be a name, a function of output and target, or a Value; got {kind_of(loss)}"
        )
    called: Callable[[Any, Any], Any] = loss
    return called
