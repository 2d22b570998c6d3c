"""How the weights of each layer are spread, and how large their gradients are: one row of bars a layer."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...engine import ArgumentError, ArgumentTypeError, Value
from ...nn.arguments import as_count, kind_of
from ...nn.figures import LABEL, TEXT, TITLE, dress, legend, look_of, new_figure, under
from ...nn.module import Module
from ...nn.optional import notebook_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ...nn.figures import Plot


def plot_weights(model: Module, *, bins: int = 24, title: str = "", theme: str = "auto") -> Plot:
    """How many of the weights of each layer are how large; the biases are ticks under the axis.

    Args:
        model: a module with parameters.
        bins: bars in each row.
        title: stands above the plot.
        theme: `light`, `dark`, or `auto`, which follows the reader's (what `savefig` writes is then light).

    Raises:
        ArgumentError: no parameters, or one that is not finite.
        ArgumentTypeError: something else than a module.
        MissingDependencyError: matplotlib is not installed.
    """
    layers = _layers(model)
    numbers = {name: [p.data for p in parameters] for name, parameters in layers.items()}
    for name, column in numbers.items():
        if not all(map(math.isfinite, column)):
            raise ArgumentError(f"the parameters of {name} must be finite to be counted")
    bars = {n: [p.data for p in ps if not _is_bias(p)] for n, ps in layers.items()}
    ticks = {n: [p.data for p in ps if _is_bias(p)] for n, ps in layers.items()}
    notes = {n: f"{len(c)} weights, spread {_spread(c):.2g}" if c else "no weights" for n, c in bars.items()}
    figure = _rows(bars, notes, "weight", as_count(bins, "bins", 2), title, theme, "plot_weights", "forward")
    for axes, column in zip(figure.axes, ticks.values(), strict=True):
        if column:
            colour = look_of(figure).backward
            axes.plot(column, [0.0] * len(column), "|", color=colour, ms=16, mew=2, clip_on=False, label="bias")
            if axes is figure.axes[0]:
                legend(axes, loc="upper right", handlelength=0.6)
    return figure


def plot_gradients(model: Module, *, bins: int = 24, title: str = "", theme: str = "auto") -> Plot:
    """How many of the gradients of each layer are how large, on an axis where each mark is ten times the one before.

    Where the bars of the first layers stand far to the left, gradients vanish on their way back; those that are 0 are
    counted in words.

    Args:
        model, bins, title, theme: as for `plot_weights`; `loss.backward()` has been called.

    Raises:
        ArgumentError: no parameters, none that has a gradient yet, or one whose gradient is not finite.
        ArgumentTypeError: something else than a module.
        MissingDependencyError: matplotlib is not installed.
    """
    layers = _layers(model)
    gradients = {n: [abs(p.grad) for p in ps if p.has_grad] for n, ps in layers.items()}
    if not any(gradients.values()):
        raise ArgumentError("model has no gradients yet: call loss.backward() first")
    for name, column in gradients.items():
        if not all(map(math.isfinite, column)):
            raise ArgumentError(f"the gradients of {name} must be finite to be counted")
    bars = {n: [math.log10(g) for g in column if g] for n, column in gradients.items()}
    notes = {}
    for name, column in gradients.items():
        zeros = column.count(0.0)
        middle = f", the middle one {sorted(column)[len(column) // 2]:.2g}" if column else ""
        notes[name] = f"{len(column)} gradients{middle}" + (f"; {zeros} are 0" if zeros else "")
    return _rows(
        bars, notes, "size of the gradient", as_count(bins, "bins", 2), title, theme, "plot_gradients", "backward",
        lambda x, _: f"{10.0**x:g}".replace("-", "−"),
    )  # fmt: skip


def _layers(model: Any) -> dict[str, list[Value]]:
    """The parameters of each layer by its name: what stands before the neuron in their own."""
    if not isinstance(model, Module):
        raise ArgumentTypeError(f"model must be a module, such as MLP(2, [8, 1]), got {kind_of(model)}")
    layers: dict[str, list[Value]] = {}
    for name, p in model.named_parameters():
        path = name.rpartition(".")[0]
        layer, dot, last = path.rpartition(".")
        if last.startswith("neuron"):
            path = layer if dot else "layer"
        layers.setdefault(path or "model", []).append(p)
    if not layers:
        raise ArgumentError(f"{type(model).__name__} has no parameters")
    return layers


def _is_bias(p: Value) -> bool:
    return p.label.rpartition(".")[2] in ("b", "bias")


def _spread(column: list[float]) -> float:
    """The standard deviation."""
    mean = sum(column) / len(column)
    return math.sqrt(sum((x - mean) ** 2 for x in column) / len(column))


def _rows(
    bars: dict[str, list[float]],
    notes: dict[str, str],
    axis: str,
    bins: int,
    title: str,
    theme: str,
    purpose: str,
    role: str,
    written: Callable[[float, float], str] | None = None,
) -> Plot:
    """A row of bars for each layer, over one axis that all share."""
    with notebook_extra(purpose):
        from matplotlib.ticker import MaxNLocator

        figure = new_figure(7.4, 1.5 * len(bars) + 1.4, theme)
    everything = [x for column in bars.values() for x in column]
    low, high = (min(everything), max(everything)) if everything else (-1.0, 1.0)
    margin = 0.05 * (high - low) or 0.5
    first: Axes | None = None
    for place, (name, column) in enumerate(bars.items(), 1):
        axes = figure.add_subplot(len(bars), 1, place, sharex=first)
        first = first or axes
        edges = [low - margin + (high - low + 2.0 * margin) * i / bins for i in range(bins + 1)]
        axes.hist(column, edges, color=getattr(figure.look, role), ec=figure.look.paper, lw=0.8)
        axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
        dress(axes)
        axes.set_title(notes[name], loc="right", fontsize=TEXT, color=figure.look.muted)
        axes.set_title(name, loc="left", fontsize=LABEL, fontweight="bold", color=figure.look.ink)
        axes.tick_params(labelbottom=place == len(bars))
        if axis == "weight":
            axes.axvline(0.0, color=figure.look.line, lw=0.8)
    axes.set_xlabel(axis)
    if written:
        axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
        axes.xaxis.set_major_formatter(written)
    if title:
        figure.suptitle(title, fontsize=TITLE, fontweight="bold", color=figure.look.ink)
    told = "; ".join(f"{name}: {note}" for name, note in notes.items())
    figure.alt = f"{under(title)}How large the {'weights' if role == 'forward' else 'gradients'} are. {told}."
    return figure
