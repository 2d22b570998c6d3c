"""The computation graph as a picture: `draw`, and micrograd's `draw_dot`.

Every node is a card with its op or kind, its label, its data (forward, blue) and its
gradient (backward, orange; a dash while there is none). Arrows run from the operands
to what uses them. A neuron's nodes stand in a box, and a box can be folded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ...engine import ArgumentError, ArgumentTypeError, Value
from ...nn.module import Module
from ..foreign import Foreign, is_foreign, native
from ..theme import THEMES
from .captions import describe, titles
from .dot import SIDES, Writer
from .drawing import Drawing
from .fold import LEVELS, compose
from .network import draw_network
from .neurons import Graph
from .render import require

if TYPE_CHECKING:
    import graphviz


def draw(
    root: Value | Foreign | Module | Iterable[Value | Foreign],
    *,
    rankdir: str = "LR",
    precision: int = 4,
    max_nodes: int | None = 150,
    detail: str = "auto",
    open: str | Iterable[str] = (),
    theme: str = "auto",
) -> Drawing:
    """Draw the graph that a value, or each of several values, was computed from, as it is now.

    A leaf is drawn as a constant if it stood in an expression as a number, as a parameter if it is named
    as a weight or bias is (`w1`, `w[0]`, `layer0.neuron3.b`), else as an input.

    Args:
        root: a `Value`, or a list of them to draw in one picture. A node of another engine will do: micrograd's, or
            your own, with `data`, `grad` and its parents under `_prev`, `children`, `parents` or the like. Of a model,
            `draw_network` draws the neurons and weights; what is said of graphs below does not concern it.
        rankdir: where the arrows run: LR (to the right), TB (down), RL or BT.
        precision: decimals shown, 0 to 17. The tooltips have every digit.
        max_nodes: in a graph of more, neurons fold, then layers; what is too large even so is cut to the
            part nearest to the root. None: neither.
        detail: `op`, `neuron` or `layer` settles what one box holds, whatever `max_nodes` is.
        open: names of neurons (`"layer0.neuron3"`) and layers to show one level finer than the rest.
        theme: `light`, `dark`, or `auto`, which follows the reader's (a PNG or PDF is then light).

    Returns:
        A `Drawing`: Jupyter shows it; it has `.source`, `.svg`, `.png`, `.pdf` and `.save("graph.svg")`.

    Raises:
        ArgumentTypeError: `root` is not a Value or a list of Values, or an argument has a wrong type.
        ArgumentError: an argument is none of the choices, or the picture would be too large to lay out.

    >>> x = Value(3.0, label="x")
    >>> print(draw(x * x).alt)
    Computation graph with 2 nodes. Output: * = 9.0000, no gradient yet. Input: x = 3.0000, no gradient yet.
    """
    if isinstance(root, Module):
        return draw_network(root, precision=precision, theme=theme)
    roots = _roots(root)
    _check_choice("rankdir", rankdir, tuple(SIDES))
    _check_choice("detail", detail, ("auto", *LEVELS))
    _check_choice("theme", theme, THEMES)
    _check_whole("precision", precision, 0, 17)
    if max_nodes is not None:
        _check_whole("max_nodes", max_nodes, 2)
    return drawing_of(Graph(roots), detail, max_nodes, _names(open), rankdir, precision, theme)


def drawing_of(
    graph: Graph,
    detail: str,
    max_nodes: int | None,
    open: Sequence[str] = (),
    rankdir: str = "LR",
    precision: int = 4,
    theme: str = "auto",
) -> Drawing:
    """The picture of a graph that is already read; the arguments are those of `draw`."""
    picture = compose(graph, detail, max_nodes, open)
    source = Writer(picture, rankdir, precision, theme).source()
    return Drawing(source, describe(picture, precision), titles(picture), theme)


def draw_dot(root: Value | Foreign, format: str = "svg", rankdir: str = "LR") -> graphviz.Digraph:
    """micrograd's `draw_dot`: the picture of `draw` as a `graphviz.Digraph`.

    It shows itself in Jupyter, and `.render("graph")` writes a file, with no `dot` program needed.

    Args:
        root: the Value.
        format: svg, png, pdf or another of Graphviz's; what `.render` writes.
        rankdir: LR or TB, or any other that `draw` takes.

    Raises:
        ArgumentError, ArgumentTypeError: as `draw`.
    """
    formats = require("graphviz").FORMATS
    from .digraph import Digraph  # it can be imported only with graphviz

    if format not in formats:
        raise ArgumentError(f"format must be one that Graphviz writes, such as svg, png or pdf; got {format!r}")
    return Digraph(draw(root, rankdir=rankdir), format)


def _roots(root: Any) -> list[Value]:
    if isinstance(root, Value) or is_foreign(root):
        return native([root])
    if isinstance(root, (str, bytes, dict)) or not isinstance(root, Iterable):
        raise ArgumentTypeError(f"root must be a Value or a list of Values, got {type(root).__name__}")
    roots = native(list(root))
    for i, value in enumerate(roots):
        if not isinstance(value, Value):
            raise ArgumentTypeError(f"root must be a Value or a list of Values, but item {i} is {type(value).__name__}")
    if not roots:
        raise ArgumentError("root must be a Value or a list of Values, got an empty list")
    return roots


def _names(open: Any) -> Sequence[str]:
    if isinstance(open, str):
        return [open]
    names = list(open) if isinstance(open, Iterable) else [open]
    for name in names:
        if not isinstance(name, str):
            raise ArgumentTypeError(f"open must be names such as 'layer0.neuron3', got {type(name).__name__}")
    return names


def _check_choice(argument: str, choice: Any, choices: Sequence[str]) -> None:
    if choice not in choices:
        raise ArgumentError(f"{argument} must be one of {', '.join(choices)}; got {choice!r}")


def _check_whole(argument: str, number: Any, least: int, most: int | None = None) -> None:
    bounds = f"at least {least}" if most is None else f"from {least} to {most}"
    if not isinstance(number, int) or isinstance(number, bool):
        raise ArgumentTypeError(f"{argument} must be a whole number {bounds}, got {type(number).__name__}")
    if number < least or (most is not None and number > most):
        raise ArgumentError(f"{argument} must be {bounds}, got {number}")
