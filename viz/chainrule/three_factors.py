"""The chain rule at a neuron in three factors: how wrong, how sensitive the activation, what came in.

A weight reaches the loss through its neuron alone: through the product with what came in, the sum, and the activation.
So its derivative is the loss's by what the neuron gives, times the slope of the activation, times what came in; all
else on the way is additions, whose factors are 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...engine import floats
from ...engine.narration import printable
from ...engine.notation import ratio
from ...engine.tracing import Trace
from ..graph.columns import BENDS
from ..graph.neurons import Graph

SUM = "sum"  # the name of a weighted sum that has no label


@dataclass(frozen=True)
class Factor:
    """One of the three: what it says, of what it is the derivative by what, its number, and a word on it."""

    meaning: str
    top: str
    bottom: str
    number: float
    note: str = ""

    @property
    def ratio(self) -> str:
        """The derivative as text."""
        return ratio(self.top, self.bottom)


def three_factors(run: Trace, leaf: int, names: Sequence[str]) -> tuple[Factor, ...]:
    """The factors of the derivative by a weight or bias; two for a neuron without an activation, none for other leaves.

    Args:
        run: a trace down from the loss.
        leaf: the id of the weight.
        names: of the nodes.
    """
    values = run.values
    graph = Graph(values[-1:])
    if graph.kind(next(i for i, node in enumerate(graph.nodes) if node is values[leaf])) != "parameter":
        return ()
    users: list[list[int]] = [[] for _ in values]
    local: dict[tuple[int, int], float] = {}
    for event in run.events:
        if event["kind"] == "contribute":
            users[event["parent"]].append(event["node"])
            local[event["node"], event["parent"]] = event["local"]
    way = [leaf]  # up to the sum
    while len(users[way[-1]]) == 1 and not values[way[-1]].scope:
        (user,) = users[way[-1]]
        op = values[user].op
        if op is None or op.name not in (("mul", "add", "sub") if len(way) == 1 else ("add", "sub")):
            break
        way.append(user)
    total = way[-1]
    if total == leaf:
        return ()
    came = 1.0
    for user, parent in zip(way[1:], way, strict=False):
        came *= local[user, parent]
    output = total
    if len(users[total]) == 1:
        (user,) = users[total]
        op = values[user].op
        # A linear neuron may be bent by what follows it, ReLU() say; by softplus more likely is its loss.
        if op is not None and op.name in BENDS and not (values[total].scope and op.name == "softplus"):
            output = user
    if output == len(values) - 1 or (output == total and not values[total].scope):
        return ()
    sum_name = printable(values[total].label) or SUM
    output_name = names[output] if output != total else sum_name if values[total].label else names[output]
    wrong = Factor("how wrong", names[-1], output_name, run.gradients[output])
    first = values[way[1]]
    inputs = [i for i in run.nodes[way[1]]["parents"] if i != leaf]
    is_weight = first.op is not None and first.op.name == "mul" and len(inputs) == 1
    what = f"it is {names[inputs[0]]}" if is_weight else "a bias is added as it is"
    came_in = Factor("what came in", sum_name if output != total else output_name, names[leaf], came, what)
    if output == total:
        return wrong, came_in
    op = values[output].op
    at = f"{op.name if op else ''} at {floats.text(values[total].data)}"
    return wrong, Factor("how sensitive", output_name, sum_name, local[output, total], at), came_in
