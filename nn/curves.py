"""The curves of a training: its loss, and what share it gets right, epoch by epoch.

A plot is a matplotlib figure: it shows itself in Jupyter, and `.savefig("training.png")` writes it. No window is
opened, and no backend is changed. The figure and its dress are those of every plot, `viz/plots.py`'s too.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from ..engine import ArgumentError
from .optional import notebook_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, MUTED, LINE, GRID = "#1f2933", "#5c6875", "#7b8794", "#e3e8ee"
CURVES = (("training", "#0870b0", "-"), ("held out", "#b34e06", "--"))  # a dash as well, so colour never speaks alone

Curves = Sequence[Sequence[float]]  # of training and, if there is one, of validation


def plot_curves(curves: Mapping[str, Curves], title: str = "", purpose: str = "plot()") -> Figure:
    """One panel for each name, with the numbers of every epoch.

    Args:
        curves: by the name of their axis, the numbers on the training samples and on those held out, maybe empty.
        title: stands above the plot.
        purpose: what is asked for, in the message.

    Raises:
        ArgumentError: there is no epoch.
        MissingDependencyError: matplotlib is not installed.
    """
    with notebook_extra(purpose):
        from matplotlib.ticker import MaxNLocator, PercentFormatter

        figure = new_figure(8.0, 3.4)
    if not any(len(curve) for pair in curves.values() for curve in pair):
        raise ArgumentError("history must hold at least one epoch, got none")
    for place, (name, pair) in enumerate(curves.items(), 1):
        axes = figure.add_subplot(1, len(curves), place)
        for (label, colour, dash), numbers in zip(CURVES, pair, strict=False):
            if len(numbers):
                marker = "o" if len(numbers) == 1 else ""  # a line through one point cannot be seen
                axes.plot(range(1, len(numbers) + 1), numbers, dash, color=colour, label=label, marker=marker)
        axes.set(xlabel="epoch", ylabel=name)
        if name == "accuracy":
            axes.set_ylim(-0.02, 1.02)
            axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        else:
            axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        axes.grid(axis="y", color=GRID)
        dress(axes, title if place == 1 else "", "")
        axes.legend(frameon=False)
    return figure


@cache
def _figure_type() -> type[Figure]:
    """A matplotlib figure that shows itself in Jupyter; matplotlib is imported when it is first wanted."""
    from matplotlib.figure import Figure

    class Plot(Figure):
        def _repr_png_(self) -> bytes:
            image = io.BytesIO()
            self.savefig(image, format="png")
            return image.getvalue()

    return Plot


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of that many inches."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1)  # inches
    return _figure_type()(figsize=(width, height), dpi=100, layout=layout)


def dress(axes: Axes, title: str, note: str) -> None:
    """What every plot shares: a title, a note under it, and quiet axes."""
    axes.set_title(note, loc="left", pad=8, fontsize=9, color=MUTED)
    axes.annotate(
        title, (0, 1), xytext=(0, 24 if note else 10), xycoords="axes fraction", textcoords="offset points",
        fontsize=12, fontweight="bold", color=INK,
    )  # fmt: skip
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(LINE)
    axes.tick_params(colors=MUTED)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
