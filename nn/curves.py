"""The curves of a training: its loss, and what share it gets right, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..engine import ArgumentError
from .figures import LIGHT, dress, legend, look_of, new_figure, under
from .optional import notebook_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .figures import Plot

Curves = Sequence[Sequence[float]]  # of training and, if there is one, of validation
Run = Mapping[str, Curves]  # by the name of their axis


def plot_curves(runs: Mapping[str, Run], title: str = "", purpose: str = "plot()", theme: str = "auto") -> Plot:
    """One panel for each name of an axis, with the numbers of every epoch of every run.

    A run alone is blue in training and orange, dashed, on what was held out. Of several each has a colour and a
    marker; what was held out is dashed.

    Args:
        runs: by their name the runs; by the name of their axis, the numbers of a run on the training samples and on
            those held out, maybe empty.
        title: stands above the plot.
        purpose: what is asked for, in the message.
        theme: `light`, `dark`, or `auto`, which follows the reader's (what `savefig` writes is then light).

    Raises:
        ArgumentError: there is no run, no epoch in one of them, or there are more runs than can be told apart.
        MissingDependencyError: matplotlib is not installed.
    """
    with notebook_extra(purpose):
        from matplotlib.ticker import MaxNLocator

        names = list(dict.fromkeys(name for run in runs.values() for name in run))
        figure = new_figure(7.0 if len(names) == 1 else 9.0, 3.8, theme)
    _check(runs)
    for place, name in enumerate(names, 1):
        axes = figure.add_subplot(1, len(names), place)
        for number, (label, run) in enumerate(runs.items()):
            _draw(axes, run.get(name, ()), label if len(runs) > 1 else "", number)
        _frame(axes, name)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        dress(axes, title if place == 1 else "")
        if place == 1:
            legend(axes)
    figure.alt = under(title) + _words(runs, names)
    return figure


def _check(runs: Mapping[str, Run]) -> None:
    most = len(LIGHT.series)
    if not 1 <= len(runs) <= most:
        raise ArgumentError(f"history must hold from 1 to {most} runs to be told apart, got {len(runs)}")
    for label, run in runs.items():
        if not any(len(curve) for pair in run.values() for curve in pair):
            of = f" of {label!r}" if label else ""
            raise ArgumentError(f"history{of} must hold at least one epoch, got none")


def _draw(axes: Axes, pair: Curves, label: str, number: int) -> None:
    """The curves of one run in one panel; without a label it is the only run."""
    series = look_of(axes).series
    for held_out, numbers in enumerate(pair):
        if not len(numbers):
            continue
        colour, dash, marker = series[number if label else held_out]
        name = ("training", "held out")[held_out]
        if label:
            name = f"{label}, held out" if held_out else label
            dash = "--" if held_out else "-"
        every = max(1, len(numbers) // 8)
        lone = len(numbers) == 1  # a line through one point cannot be seen
        axes.plot(
            range(1, len(numbers) + 1), numbers, ls=dash, color=colour, label=name, lw=2,
            marker=marker if label or lone else "", ms=6, markevery=(number * every // 6, every),
        )  # fmt: skip


def _frame(axes: Axes, name: str) -> None:
    from matplotlib.ticker import PercentFormatter

    axes.set(xlabel="epoch", ylabel=name)
    if name == "accuracy":
        axes.set_ylim(-0.02, 1.02)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    else:
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.grid(axis="y", color=look_of(axes).grid)


def _words(runs: Mapping[str, Run], names: Sequence[str]) -> str:
    told = []
    for label, run in runs.items():
        for name, pair in run.items():
            for which, numbers in zip(("", "held-out "), pair, strict=False):
                if len(numbers):
                    of = f"{label}: " if label else ""
                    told.append(f"{of}{which}{name} from {_read(numbers[0], name)} to {_read(numbers[-1], name)}")
    epochs = max(len(curve) for run in runs.values() for pair in run.values() for curve in pair)
    return (
        f"{' and '.join(names).capitalize()} over {epochs} {'epoch' if epochs == 1 else 'epochs'}: {'; '.join(told)}."
    )


def _read(x: Any, name: str) -> str:
    return f"{x:.0%}" if name == "accuracy" else f"{x:.3g}"
