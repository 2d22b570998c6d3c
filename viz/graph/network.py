"""A network as it is drawn on a blackboard: columns of neurons, and between them the weights.

A weight's width says how large it is, its colour and dash of which sign. A neuron carries what it made of one sample:
its sum, its output and, from a loss, its gradient; the names and the numbers are those of `draw(loss)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...engine import ArgumentError, ArgumentTypeError, Value
from ...nn.arguments import is_sequence
from ...nn.figures import check_theme
from ...nn.module import Module
from ..labels import DASH, number, plural, visible
from ..theme import FONT, palette
from .cards import styled
from .columns import Column, Network, Unit, read_network
from .drawing import Drawing
from .render import require

MOST = 10  # neurons of a column that are drawn; of more the middle is left out
HEAD, TAIL = 6, 2  # how many then stand above and below what is left out
NUMBERED = 16  # weights between two columns; of more the tooltips alone have the numbers
WIDEST, THINNEST = 6.0, 0.5  # points
CROWD = 30  # weights between two columns; of more none is as wide as that
GAP, CARD = 190.0, 126.0  # points: between two columns, and the width of a card


def draw_network(
    model: Module,
    x: Any = None,
    target: Any = None,
    loss: Any = None,
    *,
    precision: int = 4,
    title: str = "",
    theme: str = "auto",
) -> Drawing:
    """Draw a network as columns of neurons: inputs, hidden layers, outputs, and the weights between them.

    With a sample every neuron carries its numbers: the weighted sum, and what its activation makes of it. With a target
    and a loss also the loss's gradient by what it gives. The same names and numbers stand in `draw(loss)`.

    Args:
        model: a module whose layers follow one another: an `MLP`, a `Sequential`, one of your own, a lone neuron.
        x: one sample.
        target: what the loss compares the output with.
        loss: a name, such as "mse_loss", or a function of output and target. Or, alone, the loss itself, a Value that
            was computed from one sample by this model: its gradients are then those of its `backward()`, and a dash
            stands where there is none yet.
        precision: decimals shown, 0 to 17. The tooltips have every digit.
        title: stands above the picture.
        theme: `light`, `dark`, or `auto`, which follows the reader's (a PNG or PDF is then light).

    Returns:
        A `Drawing`, as `draw` gives: `.save("network.svg")` writes it.

    Raises:
        ArgumentError: no layers, or layers that do not follow one another; a loss of several samples; or arguments
            that do not go together.
        ArgumentTypeError: something else than a module, or an argument of a wrong type.

    >>> from chalkgrad.nn import MLP
    >>> model = MLP(2, [3, 1], activation="tanh", seed=1)
    >>> print(draw_network(model, [1.0, -2.0]).alt)
    Network: 2 inputs; hidden layer layer0 of 3 neurons, tanh; output layer layer1 of 1 neuron, linear. It gives 0.0611.
    """
    check_theme(theme)
    if not isinstance(precision, int) or isinstance(precision, bool):
        raise ArgumentTypeError(f"precision must be a whole number, got {type(precision).__name__}")
    if not 0 <= precision <= 17:
        raise ArgumentError(f"precision must be from 0 to 17, got {precision}")
    network = read_network(model, x, target, loss)
    writer = _Writer(network, precision, theme)
    return Drawing(writer.source(title), describe(network, precision), writer.titles, theme)


def describe(network: Network, precision: int) -> str:
    """The network in a few sentences, for those who cannot see it."""
    inputs, *layers = network.columns
    parts = [f"{len(inputs.units)} {plural(len(inputs.units), 'input')}"]
    for column in layers:
        kind = "output" if column is layers[-1] else "hidden"
        count = len(column.units)
        name = f" {visible(column.name)}" if column.name else ""
        parts.append(f"{kind} layer{name} of {count} {plural(count, 'neuron')}, {column.activation}")
    sentences = [f"Network: {'; '.join(parts)}"]
    if network.has_sample:
        shown = [number(unit.output.data, precision) for unit in layers[-1].units if unit.output is not None][:12]
        sentences.append(f"It gives {', '.join(shown)}")
    if network.loss is not None:
        sentences.append(f"The loss is {number(network.loss.data, precision)}")
    return ". ".join(sentences) + "."


class _Writer:
    """Writes one network as DOT, every part at its place.

    Attributes:
        titles: for each id what it stands for, with every digit.
    """

    def __init__(self, network: Network, precision: int, theme: str) -> None:
        self.network = network
        self.precision = precision
        self.colours = palette(theme)
        self.titles: dict[str, str] = {}
        rows = 2 + (2 if network.has_sample else 0) + (1 if network.loss is not None else 0)
        self.step = 20.0 * rows + 30.0  # from one neuron to the next below
        every = [abs(w.data) for column in network.columns for unit in column.units for w in unit.weights]
        self.largest = max(every, default=0.0) or 1.0

    def source(self, title: str) -> str:
        """The whole text."""
        c = self.colours
        self.dot = require("graphviz").Digraph(
            graph_attr={
                "layout": "neato", "splines": "line", "outputorder": "edgesfirst", "bgcolor": c["paper"], "pad": "0.25",
                "fontname": FONT,
            },
            node_attr={"fontname": FONT, "fontcolor": c["ink"], "width": "0", "height": "0", "margin": "0"},
            edge_attr={"arrowhead": "none"},
        )  # fmt: skip
        columns = self.network.columns
        for at, column in enumerate(columns):
            self._head(at, column)
            for place, i in self._places(column):
                self._unit(at, place, i, column)
        for at in range(1, len(columns)):
            self._weights(at)
        if self.network.loss is not None:
            self._loss(len(columns))
        self._note()
        if title:
            left = -CARD / 2.0 + 4.5 * len(title)
            self._text("title", styled(title, c["ink"], 16, bold=True), left, self._top + 54.0)
        source: str = self.dot.source
        return source

    def _places(self, column: Column) -> Iterator[tuple[float, int]]:
        """The height of each neuron that is drawn, and its number; -1 for what is left out."""
        count = len(column.units)
        drawn = [*range(HEAD), -1, *range(count - TAIL, count)] if count > MOST else list(range(count))
        for k, i in enumerate(drawn):
            yield ((len(drawn) - 1) / 2.0 - k) * self.step, i

    def _head(self, at: int, column: Column) -> None:
        last = len(self.network.columns) - 1
        kind = "input layer" if at == 0 else "output layer" if at == last else "hidden layer"
        count = f"{len(column.units)} {plural(len(column.units), 'neuron' if at else 'input')}"
        what = " · ".join(filter(None, [visible(column.name), column.activation, count]))
        lines = f"{styled(kind, self.colours['ink'], 14, bold=True)}<BR/>{styled(what, self.colours['muted'], 11)}"
        self._text(f"head{at}", lines, at * self._gap, self._top + 18.0)

    @property
    def _top(self) -> float:
        """The height above all neurons."""
        return max(len(list(self._places(column))) for column in self.network.columns) / 2.0 * self.step

    @property
    def _gap(self) -> float:
        return GAP + CARD

    def _text(self, name: str, html: str, x: float, y: float, **look: str) -> None:
        self.dot.node(name, f"<{html}>", shape="plaintext", pos=_pos(x, y), **look)

    def _unit(self, at: int, y: float, i: int, column: Column) -> None:
        c = self.colours
        if i < 0:
            hidden = len(column.units) - HEAD - TAIL
            self._text(f"more{at}", styled(f"⋮ {hidden} more ⋮", c["muted"], 13), at * self._gap, y)
            return
        unit = column.units[i]
        short = unit.name.removeprefix(f"{column.name}.") if column.name else unit.name
        rows = [f'<TD COLSPAN="2" ALIGN="LEFT">{styled(visible(short, 20), c["ink"], 13, bold=True)}</TD>']
        if unit.bias is not None:
            rows.append(self._row("bias", unit.bias.data, "forward"))
        if unit.output is not None and at == 0:
            rows.append(self._row("value", unit.output.data, "forward"))
        elif unit.output is not None and unit.sum is not None:
            rows.append(self._row("sum", unit.sum.data, "forward"))
            if unit.output is not unit.sum:
                rows.append(self._row(column.activation, unit.output.data, "forward"))
        if self.network.loss is not None and unit.output is not None and not unit.output.is_constant:
            rows.append(self._row("grad", self.network.gradients.get(id(unit.output)), "backward"))
        role = "card" if at else "input"
        table = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" WIDTH="{CARD - 16:.0f}">'
        table += "".join(f"<TR>{row}</TR>" for row in rows) + "</TABLE>"
        name = f"u{at}-{i}"
        self.dot.node(
            name, f"<{table}>", id=name, shape="box", style="rounded,filled" if at else "filled", margin="0.06,0.03",
            fillcolor=c[role], color=c[f"{role}-edge"], penwidth="1.3", pos=_pos(at * self._gap, y),
            **{"class": "neuron" if at else "input"},
        )  # fmt: skip
        self.titles[name] = self._told(unit, column)

    def _row(self, caption: str, x: float | None, role: str) -> str:
        return self._cells(caption, DASH if x is None else number(x, self.precision), role)

    def _cells(self, caption: str, shown: str, role: str) -> str:
        return (
            f'<TD ALIGN="LEFT" WIDTH="40">{styled(caption, self.colours["muted"], 10)}</TD>'
            f'<TD ALIGN="TEXT" BALIGN="RIGHT" WIDTH="{CARD - 62:.0f}">{styled(shown, self.colours[role], 12)}<BR/></TD>'
        )

    def _told(self, unit: Unit, column: Column) -> str:
        """A neuron with every digit."""
        lines = [visible(unit.name)]
        if unit.bias is not None:
            lines.append(f"bias {unit.bias.data!r}")
        for caption, node in (("sum", unit.sum), (column.activation or "value", unit.output)):
            if node is None or (caption != "sum" and node is unit.sum):
                continue
            lines.append(f"{caption} {node.data!r}")
            if self.network.loss is not None and not node.is_constant:
                gradient = self.network.gradients.get(id(node))
                lines.append(f"  grad {DASH if gradient is None else repr(gradient)}")
        return "\n".join(lines)

    def _weights(self, at: int) -> None:
        """The weights from one column to the next."""
        before, here = (self.network.columns[k] for k in (at - 1, at))
        starts = [(y, i) for y, i in self._places(before) if i >= 0]
        ends = [(y, j) for y, j in self._places(here) if j >= 0]
        many = len(starts) * len(ends)
        taken: list[tuple[float, float]] = []  # where numbers stand already
        for y_end, j in ends:
            for y_start, i in starts:
                w = here.units[j].weights[i]
                name = f"w{at}-{j}-{i}"
                self.dot.edge(f"u{at - 1}-{i}:e", f"u{at}-{j}:w", id=name, **self._line(w, many))
                self.titles[name] = self._weight_told(here.units[j], i)
                if many <= NUMBERED:
                    part, y = _free_place(y_start, y_end, taken)
                    x = (at - 1) * self._gap + CARD / 2.0 + part * GAP
                    shown = styled(_short(w.data), self.colours[_sign(w)], 11, bold=True)
                    paper = {"style": "filled", "fillcolor": self.colours["paper"], "margin": "0.02,0.0"}
                    self._text(f"t{name}", shown, x, y, **paper)

    def _line(self, w: Value, many: int) -> dict[str, str]:
        """A weight's width by its size, and its colour and dash by its sign; thinner among many."""
        widest = WIDEST if many <= CROWD else WIDEST / 2.0
        width = THINNEST + (widest - THINNEST) * min(1.0, abs(w.data) / self.largest)
        sign = _sign(w)
        look = {"color": self.colours[sign], "penwidth": f"{width:.2f}", "class": sign}
        return look if w.data >= 0.0 else look | {"style": "dashed"}

    def _weight_told(self, unit: Unit, i: int) -> str:
        w = unit.weights[i]
        lines = [f"{visible(w.label or f'{unit.name}.w[{i}]')} {w.data!r}"]
        if self.network.loss is not None:
            gradient = self.network.gradients.get(id(w))
            lines.append(f"grad {DASH if gradient is None else repr(gradient)}")
        return "\n".join(lines)

    def _loss(self, at: int) -> None:
        """The loss, at the end of what leads to it."""
        value = self.network.loss
        if value is None:
            return
        c = self.colours
        rows = [f'<TD COLSPAN="2" ALIGN="LEFT">{styled("loss", c["ink"], 13, bold=True)}</TD>']
        if self.network.target is not None:
            target = self.network.target
            whole = ", ".join(f"{float(t):.4g}" for t in target) if is_sequence(target) else f"{float(target):.4g}"
            rows.append(self._cells("target", visible(whole, 12), "forward"))
        rows.append(self._row("value", value.data, "forward"))
        table = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" WIDTH="{CARD - 30:.0f}">'
        table += "".join(f"<TR>{row}</TR>" for row in rows) + "</TABLE>"
        x = (at - 1) * self._gap + CARD + 70.0
        self.dot.node(
            "loss", f"<{table}>", id="loss", shape="box", style="rounded,filled", margin="0.06,0.03", penwidth="2.6",
            fillcolor=c["card"], color=c["root-edge"], pos=_pos(x, 0.0),
        )  # fmt: skip
        self.titles["loss"] = f"loss {value.data!r}"
        for _, i in self._places(self.network.columns[-1]):
            if i >= 0:
                self.dot.edge(f"u{at - 1}-{i}:e", "loss:w", color=c["line"], penwidth="1.2", arrowhead="normal")

    def _note(self) -> None:
        lines = ["weights: the wider the larger; violet, solid: above 0; green, dashed: below 0"]
        cut = [c for c in self.network.columns if len(c.units) > MOST]
        if cut:
            what = ", ".join(f"{HEAD + TAIL} of the {len(c.units)} of {visible(c.name) or 'the inputs'}" for c in cut)
            lines.append(f"shown are {what}")
        html = "<BR/>".join(styled(line, self.colours["muted"], 11) for line in lines)
        middle = (len(self.network.columns) - 1) / 2.0 * self._gap
        self._text("note", html, middle, -self._top - 14.0)


def _sign(w: Value) -> str:
    return "plus" if w.data >= 0.0 else "minus"


def _short(x: float) -> str:
    """A weight with two decimals, or with the first digit that is not 0."""
    return number(x, 2) if abs(x) >= 0.005 or x == 0.0 else f"{x:.1g}".replace("-", "−")


def _free_place(start: float, end: float, taken: list[tuple[float, float]]) -> tuple[float, float]:
    """Where on a line from one neuron to another its number meets no other: the part of the way, and the height."""
    places = [(part, start + part * (end - start)) for part in (0.3, 0.4, 0.22, 0.5, 0.6, 0.7, 0.78)]

    def room(place: tuple[float, float]) -> float:
        return min((max(abs(place[0] - x) * GAP / 44.0, abs(place[1] - y) / 16.0) for x, y in taken), default=1.0)

    best = next((place for place in places if room(place) >= 1.0), max(places, key=room))
    taken.append(best)
    return best


def _pos(x: float, y: float) -> str:
    """A place, in the inches that Graphviz takes, to be kept."""
    return f"{x / 72.0:.4f},{y / 72.0:.4f}!"
