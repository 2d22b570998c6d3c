"""The chain rule with its numbers: every path from a leaf to the root, factor by factor.

A derivative is a sum over paths; each path is a product of local derivatives, one
per edge. `backward()` reaches the same sum without walking a path twice, which is
why it is fast; here the paths are written out, so that a person can check it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from ...engine import ArgumentError, ArgumentTypeError, Value, floats, symbols
from ...engine.narration import printable
from ...engine.notation import atom, places, ratio
from ...engine.ops import Op
from ...engine.tracing import Trace, trace
from ..compared import compared
from ..foreign import Foreign, adopt, is_foreign
from ..labels import visible
from .mathml import identifier, mathml, numeral, slot
from .three_factors import Factor, three_factors

Slope = tuple[str, str, str]  # what changes with what, and the operand's place where that has to be said


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
        told: of another engine's graph: what it wrote, beside what is right.
    """

    run: Trace
    root: int
    leaf: int
    paths: tuple[Path, ...]
    count: int
    total: float
    told: str = ""

    @property
    def complete(self) -> bool:
        """Whether every path is among those shown."""
        return self.count == len(self.paths)

    @property
    def names(self) -> list[str]:
        """What the nodes are called: a node without a name by what it computes."""
        return [printable(row["expression"] or row["name"]) for row in self.run.nodes]

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Of a neuron's weight: how wrong, how sensitive the activation, what came in; else nothing."""
        return three_factors(self.run, self.leaf, self.names)

    def sentence(self) -> str:
        """How many paths there are, and what became of those not shown."""
        leaf, root = self.names[self.leaf], self.names[self.root]
        if self.count == 0:
            return f"No path leads from {leaf} to {root}: the derivative is 0."
        if self.complete:
            return f"{self.count} {'path leads' if self.count == 1 else 'paths lead'} from {leaf} to {root}."
        return (
            f"{self.count:,} paths lead from {leaf} to {root}, too many to write out: here are {len(self.paths)}. "
            "backward() adds up all of them, and passes each node once."
        )

    @property
    def _total(self) -> Slope:
        names = self.names
        return names[self.root], names[self.leaf], ""

    def _slopes(self) -> Iterator[list[Slope]]:
        """For each path its local slopes."""
        names, place = self.names, places([row["parents"] for row in self.run.nodes])
        for path in self.paths:
            yield [(names[e.user], names[e.parent], place(e.user, e.operand)) for e in path.edges]

    def __str__(self) -> str:
        names, total = self.names, floats.text(self.total)
        rows = []
        for path, slopes in zip(self.paths, self._slopes(), strict=True):
            way = " ← ".join([names[self.root], *(names[e.parent] for e in path.edges)])
            ratios = " · ".join(ratio(*slope) for slope in slopes) or "1"
            factors = " · ".join(_factor(x) for x in path.factors) or "1"
            rows.append((way, ratios, f"{factors} = {floats.text(path.product)}"))
        widths = [max((len(row[i]) for row in rows), default=0) for i in range(2)]
        lines = [f"{ratio(*self._total)} = {total}", *self._grouped(), self.sentence()]
        lines += [f"  {a:{widths[0]}}   {b:{widths[1]}} = {c}" for a, b, c in rows]
        if self.complete and self.count > 1:
            lines.append(f"  sum: {' + '.join(_factor(p.product) for p in self.paths)} = {total}")
        return "\n".join([*lines, *([self.told] if self.told else [])])

    def _grouped(self) -> list[str]:
        """The three factors, a line each, and their product."""
        factors = self.factors
        if not factors:
            return []
        rows = [(f.meaning, f.ratio, floats.text(f.number), f.note) for f in factors]
        widths = [max(len(row[i]) for row in rows) for i in range(3)]
        lines = [f"  {a:{widths[0]}}   {b:{widths[1]}} = {c:{widths[2]}}   {d}".rstrip() for a, b, c, d in rows]
        product = " · ".join(_factor(f.number) for f in factors)
        return [*lines, f"  {'together':{widths[0]}}   {product} = {floats.text(self.total)}"]

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}

    def _repr_html_(self) -> str:
        total, whole = numeral(floats.text(self.total)), _ratio(*self._total)
        rows = []
        for path, slopes in zip(self.paths, self._slopes(), strict=True):
            ratios = _TIMES.join(_ratio(*slope) for slope in slopes) or numeral("1")
            factors = _TIMES.join(numeral(_factor(x)) for x in path.factors) or numeral("1")
            rows.append((ratios, factors, numeral(floats.text(path.product))))
        if self.complete and self.count > 1:
            rows.append((whole, "<mo>+</mo>".join(numeral(_factor(p.product)) for p in self.paths), total))
        heading = f"<mrow>{whole}{_EQUALS}{total}</mrow>"
        told = f"<p>{escape(self.told)}</p>" if self.told else ""
        said = f"<p>{escape(self.sentence())}</p>"
        grouped = _math(_aligned(self._grouped_rows(whole, total))) if self.factors else ""
        return "\n".join([_math(heading), grouped, said, _math(_aligned(rows)) if rows else "", told])

    def _grouped_rows(self, whole: str, total: str) -> list[tuple[str, ...]]:
        """The same in MathML."""
        factors = self.factors
        rows: list[tuple[str, ...]] = []
        for f in factors:
            note = f"<mtext>\u2003{escape(visible(f.note))}</mtext>" if f.note else ""
            rows.append(
                (f"<mtext>{f.meaning}</mtext>", _ratio(f.top, f.bottom, ""), numeral(floats.text(f.number)) + note)
            )
        rows.append((whole, _TIMES.join(numeral(_factor(f.number)) for f in factors), total))
        return rows


def explain(root: Value | Foreign, leaf: Value | Foreign, limit: int = 12) -> Explanation:
    """The chain rule from `root` to `leaf`: every path, its factors, its product, and their sum.

    Args:
        root: what is differentiated: a Value, or a node of another engine, as `draw` takes it; what that engine's
            backward wrote is then compared with what it should be.
        leaf: by what: a leaf, or any other node of the graph.
        limit: how many paths to write out at most. There may be billions; they are counted all the same.

    Raises:
        ArgumentError: `limit` is below 1.

    >>> a = Value(3.0, label="a")
    >>> b = a * a + a; b.label = "b"
    >>> print(explain(b, a))
    ∂b/∂a = 7
    3 paths lead from a to b.
      b ← a·a ← a   ∂b/∂(a·a) · ∂(a·a)/∂a|left = 1 · 3 = 3
      b ← a·a ← a   ∂b/∂(a·a) · ∂(a·a)/∂a|right = 1 · 3 = 3
      b ← a         ∂b/∂a|right = 1 = 1
      sum: 3 + 3 + 1 = 7
    """
    if is_foreign(root):
        return _explain_foreign(root, leaf, limit)
    if not isinstance(root, Value):
        raise ArgumentTypeError(f"root must be a Value, got {type(root).__name__}")
    if not isinstance(leaf, Value):
        raise ArgumentTypeError(f"leaf must be a Value, got {type(leaf).__name__}")
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


def _explain_foreign(root: Foreign, leaf: Any, limit: int) -> Explanation:
    theirs = adopt(root)
    if id(leaf) not in theirs.values:
        raise ArgumentError(f"leaf {leaf!r} is not in the graph of {root!r}")
    made = explain(theirs.root, theirs.values[id(leaf)], limit)
    return replace(made, told=str(compared(made.run, theirs)))


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


def _ratio(top: str, bottom: str, place: str) -> str:
    over, under = (f"<mrow><mo>∂</mo>{identifier(atom(name))}</mrow>" for name in (top, bottom))
    fraction = f"<mfrac>{over}{under}</mfrac>"
    return f"<msub><mrow>{fraction}<mo>|</mo></mrow><mtext>{place}</mtext></msub>" if place else fraction


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
