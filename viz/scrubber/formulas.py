"""What a scrubber's page computes by, generated from chalkgrad's own: activations, the loss, the optimizer's rule.

Derivatives of activations are the op table's rules. A loss is what it is in Python: the graph that it makes of one
sample's outputs, and the graph of its gradient, written down as one JavaScript function. So is the optimizer's update.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ...engine import OPS, Value, grad, leaky_relu, topological_order
from ...engine.ops import Op
from ...engine.symbols import Symbol
from ...nn import LogSoftmax, Softmax
from ...nn.arguments import UnsuitableError, is_sequence
from ...nn.recording import Rule, Stage
from ...nn.sample_graph import SampleGraph
from ..player.javascript import function_of, op_key, rules_script

SHARED = {"softmax": Softmax, "log_softmax": LogSoftmax}  # activations of a layer as a whole
MOST = 64  # outputs of such a layer, and of a model whose loss is written down: a function names each of them


class Criterion(NamedTuple):
    """A loss as JavaScript.

    Attributes:
        functions: each takes the primals, a sample's outputs and what it is to know of the target, and gives the loss
            and its derivative by each output.
        which: for each sample the number of its function.
        columns: of a target: its numbers that are handed to the function.
    """

    functions: list[str]
    which: list[int]
    columns: list[int]


def activation_op(stage: Stage) -> Op | None:
    """The row of the op table that bends a layer's sums one by one; None where none does."""
    if stage.activation in ("linear", *SHARED):
        return None
    if stage.activation == "leaky_relu":
        return leaky_relu(Value(1.0), stage.setting).op
    return OPS[stage.activation]


def activation_key(stage: Stage) -> str | None:
    """What names the rule of a layer's activation among `activation_rules`."""
    op = activation_op(stage)
    if op is not None:
        return op_key(op, 1)
    return f"{stage.activation}/{stage.outputs}" if stage.activation in SHARED else None


def activation_rules(stages: Iterable[Stage]) -> str:
    """A JavaScript object: the local derivative of each activation, by its key; a shared one is computed whole."""
    ops, shared = [], {}
    for stage in stages:
        op = activation_op(stage)
        if op is not None:
            ops.append((op, 1))
        elif stage.activation in SHARED:
            shared[activation_key(stage) or ""] = _shared(stage)
    return rules_script(ops, shared)


def _shared(stage: Stage) -> str:
    """Of all sums, and the gradients of all outputs: the outputs, then the gradients of the sums."""
    if stage.outputs > MOST:
        raise UnsuitableError(f"a {stage.activation} of {stage.outputs} outputs is too long to be written down")
    sums = [Value(float(i)) for i in range(stage.outputs)]
    upstream = [Value(1.0) for _ in sums]
    outputs = SHARED[stage.activation]()(sums)
    total = _sum([g * y for g, y in zip(upstream, outputs, strict=True)])
    names = {id(x): f"x{i}" for i, x in enumerate(sums)} | {id(g): f"g{i}" for i, g in enumerate(upstream)}
    formulas = _symbols([*outputs, *grad(total, sums, create_graph=True)], names)
    return function_of(formulas, list(names.values()))


def criterion_of(loss: Any, output: Any, targets: Sequence[Any]) -> Criterion:
    """A loss, written down.

    Args:
        loss: as `fit` has it.
        output: what the model gives for a sample: a number, or several.
        targets: of all samples.

    Raises:
        UnsuitableError: it is no formula of one sample's outputs and target.
    """
    outputs = list(output) if is_sequence(output) else [output]
    if len(outputs) > MOST:
        raise UnsuitableError(f"a loss of {len(outputs)} outputs is too long to be written down")
    graph = SampleGraph(lambda x: x, [output], targets, loss)
    names = {id(y): f"y{i}" for i, y in enumerate(graph.outputs)}
    if graph.numbers_of_targets is None:
        leaves = [leaf for leaf in graph.inputs if id(leaf) not in names]
        columns = [column - len(outputs) for column in graph.columns if column >= len(outputs)]
        names |= {id(leaf): f"z{i}" for i, leaf in enumerate(leaves)}
        return Criterion([_loss_function(graph.loss, graph.outputs, names)], [0] * len(targets), columns)
    number_of = graph.numbers_of_targets
    losses = [loss([graph.output], [_unkeyed(target)]) for target in number_of]
    functions = [_loss_function(one, graph.outputs, names) for one in losses]
    return Criterion(functions, [int(number_of[_key(target)]) for target in targets], [])


def _loss_function(loss: Value, outputs: list[Value], names: dict[int, str]) -> str:
    formulas = _symbols([loss, *grad(loss, outputs, create_graph=True)], names)
    return function_of(formulas, list(names.values()))


def update_function(rule: Rule) -> str:
    """An optimizer's rule: of a parameter, its gradient and what is remembered of it, to what these become."""
    formulas = list(rule.formulas.values())
    return function_of(formulas, ["p", "g", f"[{', '.join(rule.memory)}]", "lr", "momentum", "step"])


def _symbols(roots: list[Value], names: dict[int, str]) -> list[Symbol]:
    """Graphs as formulas: leaves by these names, or as the numbers that they are."""
    made: dict[int, Symbol] = {}
    for node in topological_order(*roots):
        operands = tuple(made[id(parent)] for parent in node.parents)
        name: Any = names.get(id(node), node.data)
        made[id(node)] = Symbol(name) if node.op is None or id(node) in names else Symbol("", node.op, operands)
    return [made[id(root)] for root in roots]


def _sum(values: list[Value]) -> Value:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def _key(target: Any) -> Any:
    return tuple(_key(item) for item in target) if is_sequence(target) else target


def _unkeyed(key: Any) -> Any:
    return [_unkeyed(item) for item in key] if isinstance(key, tuple) else key
