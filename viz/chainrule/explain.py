"""The chain rule with its numbers: every path from a leaf to the root, factor by factor.

A derivative is a sum over paths; each path is a product of local derivatives, one
per edge. `backward()` reaches the same sum without walking a path twice, which is
why it is fast; here the paths are written out, so that a person can check it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ...engine import ArgumentError, ArgumentTypeError, Value, floats, symbols
from ...engine.notation import printable
from ...engine.ops import Op
from ...engine.tracing import Trace, trace
from .mathml import identifier, mathml, numeral, slot


@dataclass(frozen=True)
class Edge:
    """An edge of the graph, one factor of the chain rule: d(user)/d(parent), by the operand with that number."""

    user: int
    parent: int
    operand: int
    local: float


@dataclass(frozen=True)
class Path:
    """A way from the root down to a leaf, and the product of its local derivatives."""

    edges: tuple[Edge, ...]

    @property
    def factors(self) -> tuple[float, ...]:
        """The local derivatives, the root's first; a path of no edges (the root itself) has none."""
        return tuple(edge.local for edge in self.edges)

    @property
    def product(self) -> float:
        """What this path contributes to the derivative."""
        product = 1.0
        for factor in self.factors:
            product *= factor
        return product


@dataclass(frozen=True)
class Explanation:
    """d(root)/d(leaf), path by path. It shows itself as formulas in Jupyter and as text in a terminal.

    Attributes:
        run: the trace that the numbers are from.
        root, leaf: their ids in the trace.
        paths: those shown; all of them, unless there are more than the limit.
        count: how many there are.
        total: the derivative, as `backward()` computes it.
    """

    run: Trace
    root: int
    leaf: int
    paths: tuple[Path, ...]
    count: int
    total: float

    @property
    def complete(self) -> bool:
        """Whether every path is among those shown."""
        return self.count == len(self.paths)

    def sentence(self) -> str:
        """How many paths there are, and what became of those not shown."""
        leaf, root = (printable(self.run.nodes[i]["name"]) for i in (self.leaf, self.root))
        if self.count == 0:
            return f"No path leads from {leaf} to {root}: the derivative is 0."
        if self.complete:
            return f"{self.count} {'path leads' if self.count == 1 else 'paths lead'} from {leaf} to {root}."
        return (
            f"{self.count:,} paths lead from {leaf} to {root}, too many to write out: here are {len(self.paths)}. "
            "backward() adds up all of them, and passes each node once."
        )

    def __str__(self) -> str:
        names = [printable(row["name"]) for row in self.run.nodes]
        lines = [f"∂{names[self.root]}/∂{names[self.leaf]} = {floats.text(self.total)}", self.sentence()]
        rows = []
        for path in self.paths:
            way = " ← ".join([names[self.root], *(names[e.parent] for e in path.edges)])
            ratios = " · ".join(f"∂{names[e.user]}/∂{names[e.parent]}" for e in path.edges) or "1"
            factors = " · ".join(_factor(x) for x in path.factors) or "1"
            rows.append((way, ratios, f"{factors} = {floats.text(path.product)}"))
        widths = [max((len(row[i]) for row in rows), default=0) for i in range(2)]
        lines += [f"  {a:{widths[0]}}   {b:{widths[1]}} = {c}" for a, b, c in rows]
        if self.complete and self.count > 1:
            lines.append(f"  sum: {' + '.join(_factor(p.product) for p in self.paths)} = {floats.text(self.total)}")
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}

    def _repr_html_(self) -> str:
        total = numeral(floats.text(self.total))
        rows = []
        for path in self.paths:
            ratios = _TIMES.join(_ratio(self.run, e.user, e.parent) for e in path.edges) or numeral("1")
            factors = _TIMES.join(numeral(_factor(x)) for x in path.factors) or numeral("1")
            rows.append((ratios, factors, numeral(floats.text(path.product))))
        if self.complete and self.count > 1:
            rows.append(
                (
                    _ratio(self.run, self.root, self.leaf),
                    "<mo>+</mo>".join(numeral(_factor(p.product)) for p in self.paths),
                    total,
                )
            )
        heading = f"<mrow>{_ratio(self.run, self.root, self.leaf)}{_EQUALS}{total}</mrow>"
        return "\n".join([_math(heading), f"<p>{escape(self.sentence())}</p>", _math(_aligned(rows)) if rows else ""])


def explain(root: Value, leaf: Value, limit: int = 12) -> Explanation:
    """The chain rule from `root` to `leaf`: every path, its factors, its product, and their sum.

    Args:
        root: what is differentiated.
        leaf: by what: a leaf, or any other node of the graph.
        limit: how many paths to write out at most. There may be billions; they are counted all the same.

    Raises:
        ArgumentError: `limit` is below 1.

    >>> a = Value(3.0, label="a")
    >>> b = a * a + a; b.label = "b"
    >>> print(explain(b, a))
    ∂b/∂a = 7
    3 paths lead from a to b.
      b ← v1 ← a   ∂b/∂v1 · ∂v1/∂a = 1 · 3 = 3
      b ← v1 ← a   ∂b/∂v1 · ∂v1/∂a = 1 · 3 = 3
      b ← a        ∂b/∂a           = 1 = 1
      sum: 3 + 3 + 1 = 7
    """
    for what, x in (("root", root), ("leaf", leaf)):
        if not isinstance(x, Value):
            raise ArgumentTypeError(f"{what} must be a Value, got {type(x).__name__}")
    if limit < 1:
        raise ArgumentError(f"limit must be at least 1, got {limit}")
    run = trace(root)
    target = next((i for i, node in enumerate(run.values) if node is leaf), None)
    top = len(run.nodes) - 1
    if target is None:
        raise ArgumentError(f"leaf {leaf!r} is not in the graph of {root!r}")
    edges: list[list[Edge]] = [[] for _ in run.nodes]
    for event in run.events:
        if event["kind"] == "contribute":
            edges[event["node"]].append(Edge(event["node"], event["parent"], event["operand"], event["local"]))
    counts = _path_counts(edges, target)
    paths = _paths(edges, counts, top, target, limit)
    return Explanation(run, top, target, paths, counts[top], run.gradients.get(target, 0.0))


def _path_counts(edges: Sequence[Sequence[Edge]], target: int) -> list[int]:
    """From each node, how many paths lead down to the target."""
    counts = [0] * len(edges)
    for i in range(len(edges)):
        counts[i] = 1 if i == target else sum(counts[edge.parent] for edge in edges[i])
    return counts


def _paths(
    edges: Sequence[Sequence[Edge]], counts: Sequence[int], top: int, target: int, limit: int
) -> tuple[Path, ...]:
    """The first paths, operands from left to right; only ways that arrive are taken.

    The way to where the walk is now is one list, cut back to `length` where another branch begins.
    """
    paths: list[Path] = []
    way: list[Edge] = []
    stack: list[tuple[int, int, Edge | None]] = [(top, 0, None)]
    while stack and len(paths) < limit:
        node, length, edge = stack.pop()
        if edge is not None:
            way[length - 1 :] = [edge]
        if node == target:
            paths.append(Path(tuple(way)))
            continue
        stack += [(e.parent, length + 1, e) for e in reversed(edges[node]) if counts[e.parent]]
    return tuple(paths)


# formulas

_EQUALS = "<mo>=</mo>"
_TIMES = "<mo>·</mo>"
LONGEST = 40  # parts; a longer rule (the softmax of many scores) is told in numbers alone


def rule_templates(op: Op, arity: int) -> list[str]:
    """MathML of each local derivative, with slots 0, 1, ... and `out`; empty where it is too long to read."""
    names = [str(i) for i in range(arity)]
    return [_template(symbols.simplified(formula)) for formula in symbols.rule(op, names)]


def op_template(op: Op, arity: int) -> str:
    """MathML of the op applied to the slots 0, 1, ..."""
    return mathml(op.latex(*(rf"\slot{{{i}}}" for i in range(arity)))) if arity <= LONGEST else ""


def _template(formula: symbols.Symbol) -> str:
    parts = symbols.postorder([formula])
    if len(parts) > LONGEST:
        return ""
    names = {str(s.content): rf"\slot{{{s.content}}}" for s in parts if s.op is None and not s.is_number}
    return mathml(symbols.latex(formula, names), slot)


def _ratio(run: Trace, above: int, below: int) -> str:
    over, under = (f"<mrow><mo>∂</mo>{identifier(run.nodes[i]['name'])}</mrow>" for i in (above, below))
    return f"<mfrac>{over}{under}</mfrac>"


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    """Equations one below the other, their signs in columns."""
    cell = '<mtd style="text-align: left; padding: .25em .2em">'
    lines = [f"</mtd>{cell}{_EQUALS}</mtd>{cell}".join(row) for row in rows]
    table = "".join(f"<mtr>{cell}{line}</mtd></mtr>" for line in lines)
    return f'<mtable displaystyle="true">{table}</mtable>'


def _math(content: str) -> str:
    look = "display: block math; width: max-content; margin: .5em 0"
    return f'<math display="block" style="{look}"><mstyle displaystyle="true">{content}</mstyle></math>'


def _factor(x: float) -> str:
    text = floats.text(x)
    return f"({text})" if math.copysign(1.0, x) < 0 else text
