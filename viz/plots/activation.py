"""Activation functions as curves, each with its slope, and with the places where no gradient comes through."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ...engine import ArgumentError, ArgumentTypeError, Value, grad
from ...engine.floats import as_float
from ...nn.arguments import kind_of
from ...nn.figures import LABEL, TEXT, TITLE, dress, legend, look_of, new_figure, under
from ...nn.layers import ACTIVATIONS
from ...nn.optional import notebook_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ...nn.figures import Plot

FAINT = 0.01  # a slope of less than this, up or down, passes hardly any gradient on
PLACES = 200  # on each curve, and one more
ACROSS = 3  # panels in a row

Function = Callable[[Value], Any]


def plot_activation(
    *activations: str | Function, low: float = -5.0, high: float = 5.0, title: str = "", theme: str = "auto"
) -> Plot:
    """Each activation in a panel: its curve, its slope (dashed), and, shaded, where it passes no gradient on.

    The slope is what a gradient is multiplied by on its way back. Where it is 0 a neuron learns nothing; where it is
    less than 0.01 hardly anything.

    Args:
        activations: names, such as "relu", "sigmoid", "leaky_relu", or "step" for the perceptron's; or functions of a
            Value, such as a module: `LeakyReLU(0.1)`.
        low, high: the ends of the axis: the sum that the neuron bends.
        title: stands above the plot.
        theme: `light`, `dark`, or `auto`, which follows the reader's (what `savefig` writes is then light).

    Raises:
        ArgumentError: no activation, an unknown one, or `low` not below `high`.
        ArgumentTypeError: something that is neither, or a function that gives no number.
        MissingDependencyError: matplotlib is not installed.
    """
    if not activations:
        raise ArgumentError('plot_activation needs at least one activation, such as "relu"')
    named = [_named(activation) for activation in activations]
    start, end = as_float(low, "low"), as_float(high, "high")
    if not start < end:
        raise ArgumentError(f"low must be below high, got {low} and {high}")
    with notebook_extra("plot_activation"):
        rows = -(-len(named) // ACROSS)
        across = min(len(named), ACROSS)
        figure = new_figure(max(5.4, 4.2 * across), 3.6 * rows + 0.6, theme)
    places = [start + (end - start) * i / PLACES for i in range(PLACES + 1)]
    told = []
    for number, (name, function) in enumerate(named, 1):
        axes = figure.add_subplot(rows, across, number)
        curve, slope = zip(*(_at(function, x, name) for x in places), strict=True)
        faint = _faint(places, slope)
        _draw(axes, places, curve, slope, faint)
        axes.set(xlabel="weighted sum", xlim=(start, end))
        dress(axes, name)
        told.append(name + "".join(f", {words} from {a:.3g} to {b:.3g}" for a, b, words in faint))
    if title:
        figure.suptitle(title, fontsize=TITLE, fontweight="bold", color=figure.look.ink)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    legend(figure, handles=handles, labels=labels, loc="outside lower center", ncols=2)
    figure.alt = f"{under(title)}Activation functions and their slopes: {'; '.join(told)}."
    return figure


def _named(activation: Any) -> tuple[str, Function]:
    if isinstance(activation, str):
        if activation == "step":
            return activation, lambda x: x.ge(0.0)
        if activation == "softmax":
            raise ArgumentError("softmax is of a whole layer, not of one number: it has no curve of its own")
        if activation not in ACTIVATIONS:
            names = ", ".join(name for name in (*ACTIVATIONS, "step") if name != "softmax")
            raise ArgumentError(f"an activation must be one of {names}; got {activation!r}")
        return activation, lambda x: x if activation == "linear" else getattr(x, activation)()
    if isinstance(activation, type) or not callable(activation):
        raise ArgumentTypeError(f"an activation must be a name or a function of a Value, got {kind_of(activation)}")
    name = getattr(activation, "__name__", "") or repr(activation)
    return ("f" if name == "<lambda>" else name), activation


def _at(function: Function, x: float, name: str) -> tuple[float, float]:
    """The function and its slope at one place."""
    place = Value(x)
    out = function(place)
    if isinstance(out, Value):
        return out.data, grad(out, place)
    try:
        return as_float(out, name), 0.0
    except ArgumentTypeError:
        raise ArgumentTypeError(f"{name} must give a Value for a Value, got {type(out).__name__}") from None


def _faint(places: Sequence[float], slope: Sequence[float]) -> list[tuple[float, float, str]]:
    """The stretches where hardly any gradient passes: from, to, and what is to be said of it."""
    stretches: list[tuple[float, float, str]] = []
    first: int | None = None
    for i in range(len(places) + 1):
        is_faint = i < len(places) and abs(slope[i]) < FAINT
        if is_faint and first is None:
            first = i
        if not is_faint and first is not None:
            if i - first > PLACES // 50:  # the bottom of a curve, where the slope passes through 0, is no dead place
                dead = not any(slope[first : i - 1])
                stretches.append((places[first], places[i - 1], "no gradient here" if dead else "hardly any gradient"))
            first = None
    return stretches


def _draw(
    axes: Axes,
    places: Sequence[float],
    curve: Sequence[float],
    slope: Sequence[float],
    faint: Sequence[tuple[float, float, str]],
) -> None:
    look = look_of(axes)
    axes.axhline(0.0, color=look.line, lw=0.8)
    axes.axvline(0.0, color=look.line, lw=0.8)
    axes.plot(places, curve, color=look.forward, lw=2.6, label="what it gives")
    axes.plot(places, slope, color=look.backward, lw=2.0, ls="--", label="its slope")
    width = places[-1] - places[0]
    ends = axes.get_ylim()
    for start, end, words in faint:
        axes.axvspan(start, end, color=look.grid, zorder=0)
        wide = end - start > 0.4 * width
        said = words if wide or end - start < 0.1 * width else "\n".join(words.rsplit(" ", 1))
        middle = min(range(len(places)), key=lambda i: abs(places[i] - (start + end) / 2.0))
        heights = sorted((*ends, curve[middle], slope[middle]))
        height = max(itertools.pairwise(heights), key=lambda gap: gap[1] - gap[0])
        axes.text(
            (start + end) / 2.0, sum(height) / 2.0, said, rotation=0 if wide else 90, ha="center", va="center",
            color=look.ink, fontsize=LABEL if wide else TEXT, bbox={"fc": look.grid, "ec": "none", "pad": 2},
        )  # fmt: skip
