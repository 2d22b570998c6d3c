"""What stands on a card, in the HTML that Graphviz lays out in a node.

A card is a table. Its first column is the *stub*: the op, or the name of what is folded.
Beside it stand the label, and under that the data (blue) and the gradient (orange).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import permutations

from ...engine.ops import Op
from ..labels import DASH, in_html, number, plural, visible
from .fold import Box, Picture

LABEL_LIMIT = 32  # characters; the tooltip has the whole label


class Cards:
    """Writes the cards of one picture."""

    def __init__(self, picture: Picture, rankdir: str, precision: int, colours: Mapping[str, str]) -> None:
        self.picture = picture
        self.graph = picture.graph
        self.rankdir = rankdir
        self.precision = precision
        self.colours = colours
        # The first column is as wide as the longest name in it, so that a column of boxes is aligned.
        self.name_width = 9 * max((len(_box_name(box)) for box in picture.boxes), default=0)

    def card(self, box: Box) -> str:
        """The label of a box, in the quotes (`<` and `>`) that tell Graphviz that it is HTML."""
        kind = self.picture.kind(box)
        if kind == "cut":
            return f"<{self._text(f'… {self.picture.cut:,} nodes not shown', 'muted', 12)}>"
        values = [self.graph.nodes[i] for i in box.outputs]
        if kind == "constant":
            return _table([f"<TD>{self._text(_as_typed(values[0].data, self.precision), 'forward', 12)}</TD>"], 3)
        data = self._span([value.data for value in values])
        grad = self._span([value.grad for value in values]) if all(value.has_grad for value in values) else DASH
        rows = [self._number_cells("data", data, "forward"), self._number_cells("grad", grad, "backward")]
        title = self._title(box, kind)
        if title:
            rows.insert(0, title)
        # A reader's font may be wider than the one measured here: hence some room at the right.
        rows[0] = f'{self._stub(box, kind, len(rows))}{rows[0]}<TD ROWSPAN="{len(rows)}" WIDTH="5"></TD>'
        op = values[0].op
        if kind == "op" and op is not None and order_matters(op):
            self._add_ports(rows, len(values[0].parents))
        return _table(rows, 3 if kind == "input" else 2)

    def _title(self, box: Box, kind: str) -> str:
        """The cells above the numbers: a label, and what kind of leaf has it."""
        if kind == "neuron":
            return ""
        if kind == "layer":
            if len(box.outputs) == 1:
                return ""
            outputs = f"{len(box.outputs)} {plural(len(box.outputs), 'output')}"
            return f'<TD COLSPAN="2" ALIGN="LEFT">{self._text(outputs, "muted", 10)}</TD>'
        label = self.graph.nodes[box.nodes[0]].label
        if box.clusters:  # inside its neuron layer0.neuron3.w[0] is w[0]
            label = label.removeprefix(self.picture.clusters[box.clusters[-1]] + ".")
        name = self._text(visible(label, LABEL_LIMIT), "ink", 13, bold=True) if label else ""
        if kind == "op":
            return f'<TD COLSPAN="2" ALIGN="LEFT">{name}</TD>' if name else ""
        caption = self._text(kind, "muted", 10)
        if not name:
            return f'<TD COLSPAN="2" ALIGN="LEFT">{caption}</TD>'
        return f'<TD ALIGN="LEFT">{name}</TD><TD ALIGN="RIGHT">{caption}</TD>'

    def _stub(self, box: Box, kind: str, rows: int) -> str:
        """The first column: the op or the name of what is folded, or an input's bar."""
        if kind == "parameter":
            return ""
        if kind == "input":
            bar = self.colours["input-edge"]
            return f'<TD ROWSPAN="{rows}" WIDTH="6" BGCOLOR="{bar}"></TD>'
        width = 0
        if kind == "op":
            op = self.graph.nodes[box.nodes[0]].op
            text = "" if op is None else op.symbol
        else:
            text, width = _box_name(box), self.name_width
        return (
            f'<TD ROWSPAN="{rows}"><TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="4" '
            f'STYLE="ROUNDED" BGCOLOR="{self.colours["chip"]}"><TR>'
            f'<TD WIDTH="{width}">{self._text(text, "op", 13, bold=True)}</TD></TR></TABLE></TD>'
        )

    def _add_ports(self, rows: list[str], operands: int) -> None:
        """Number the operands of `a - b`, on the side where the arrows enter."""
        across = self.rankdir in ("TB", "BT")
        cells = [f'<TD PORT="{port(k)}">{self._text(str(k + 1), "muted", 9)}</TD>' for k in range(operands)]
        table = ("" if across else "</TR><TR>").join(cells)
        table = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"><TR>{table}</TR></TABLE>'
        if across:
            rows.insert(0 if self.rankdir == "TB" else len(rows), f'<TD COLSPAN="3">{table}</TD>')
        elif self.rankdir == "LR":
            rows[0] = f'<TD ROWSPAN="{len(rows)}">{table}</TD>' + rows[0]
        else:
            rows[0] += f'<TD ROWSPAN="{len(rows)}">{table}</TD>'

    def _number_cells(self, caption: str, text: str, role: str) -> str:
        width = 7 * (self.precision + 4)  # room for a sign and two digits more, in whatever font
        return (
            f'<TD ALIGN="LEFT" WIDTH="30">{self._text(caption, "muted", 10)}</TD>'
            f'<TD ALIGN="TEXT" BALIGN="RIGHT" WIDTH="{width}">{self._text(text, role, 12)}<BR/></TD>'
        )

    def _span(self, xs: Sequence[float]) -> str:
        """One number, or the smallest and the largest of several; a nan among them is never hidden."""
        nans = [x for x in xs if math.isnan(x)]
        ends = nans[:1] or (xs if len(xs) == 1 else (min(xs), max(xs)))
        return " … ".join(number(x, self.precision) for x in ends)

    def _text(self, text: str, role: str, size: int, *, bold: bool = False) -> str:
        return styled(text, self.colours[role], size, bold=bold)


def styled(text: str, colour: str, size: int, *, bold: bool = False) -> str:
    """Text in a colour and a size; whatever characters it has, none of them is markup."""
    inner = f"<B>{in_html(text)}</B>" if bold else in_html(text)
    return f'<FONT COLOR="{colour}" POINT-SIZE="{size}">{inner}</FONT>'


def short_name(name: str, *, inside: bool) -> str:
    """The name of a neuron or layer; without the path of what it stands in, if it is drawn inside that."""
    return visible(name.rpartition(".")[2] if inside else name, LABEL_LIMIT)


def order_matters(op: Op) -> bool:
    """Whether the operands cannot be swapped, so that a picture must say which is which."""
    if op.arity is None or op.arity < 2:
        return False
    orders = permutations([2.0 + k for k in range(op.arity)])
    return len({op.primal(*order) for order in orders}) > 1


def port(operand: int) -> str:
    """The place on a card where the arrow of an operand ends, if the operands are numbered."""
    return f"o{operand}"


def _box_name(box: Box) -> str:
    return short_name(box.name, inside=bool(box.clusters))


def _table(rows: Sequence[str], padding: int) -> str:
    body = "".join(f"<TR>{row}</TR>" for row in rows)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="{padding}">{body}</TABLE>>'


def _as_typed(x: float, precision: int) -> str:
    """A number of an expression, as it was typed: 2, not 2.0000."""
    text = number(x, precision)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
