"""The decision boundary: where a classifier's answer changes from one class to another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ...engine import ArgumentError
from ...nn.arguments import as_count
from ...nn.figures import LIGHT, dress, legend, look_of, new_figure, under
from ...nn.optional import notebook_extra
from .answers import as_columns, as_kinds, as_names, as_pair, as_rows, plane, scores_of

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

    from ...nn.figures import Plot

CLASSES = LIGHT.classes  # colour and marker of each class, on light paper
TINT = 0.42  # how much of a class's colour is in its region; the rest is paper

FEW = 12  # samples that are drawn large


def plot_decision_boundary(
    model: Callable[[Any], Any],
    X: Any,
    y: Any,
    *,
    held_out: tuple[Any, Any] | None = None,
    columns: tuple[int, int] = (0, 1),
    names: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
    title: str = "",
    resolution: int = 60,
    theme: str = "auto",
) -> Plot:
    """The regions in which a classifier gives each class, under the samples.

    The paler a place, the closer the scores of the classes are there. With more than two columns the plot
    is a slice: the other columns are held at their means over X, and a line under the title says so. A
    sample is marked wrong by what the model says of the sample itself, not of its place in the slice.

    Args:
        model: called with one row; it gives one output, whose sign is the class, or a score for each class.
        X: the samples, n rows of k >= 2 numbers.
        y: the n classes: integers from 0; for a single output 0 and 1, or -1 and 1.
        held_out: samples and classes that were not trained on, drawn larger.
        columns: the columns of X that run across and up.
        names: a name for each column.
        classes: a name for each class.
        title: stands above the plot.
        resolution: places along each axis at which the model is asked.
        theme: `light`, `dark`, or `auto`, which follows the reader's (what `savefig` writes is then light).

    Raises:
        ArgumentError: sizes that do not fit, classes that the outputs cannot stand for, or an output that
            is not finite.
        MissingDependencyError: matplotlib is not installed.
    """
    with notebook_extra("plot_decision_boundary"):
        figure = new_figure(7.0, 6.2, theme)
    rows = as_rows(X, "X")
    width = rows.shape[1]
    tested, truth = as_pair(held_out, width)
    across, up = as_columns(columns, width)
    names = as_names(names, width, "names", "x[{}]")

    means = rows.mean(axis=0)
    xs, ys, grid = plane([*rows, *tested], means, (across, up), as_count(resolution, "resolution", least=2))
    scores = scores_of(model, grid)
    count = scores.shape[1]
    if count > len(CLASSES):
        raise ArgumentError(f"model must have at most {len(CLASSES)} classes to be plotted, got {count}")
    classes = as_names(classes, count, "classes", "class {}")

    axes = figure.add_subplot()
    _draw_regions(axes, xs, ys, scores.reshape(len(ys), len(xs), count))
    _draw_samples(axes, rows[:, [across, up]], as_kinds(y, len(rows), count, "y"), classes)
    told = f"The regions in which the model gives {', '.join(classes)}, over {names[across]} and {names[up]}"
    told += f", with {len(rows)} samples"
    if held_out is not None:
        kinds = as_kinds(truth, len(tested), count, "held_out y")
        wrong = scores_of(model, tested).argmax(axis=1) != kinds
        _draw_held_out(axes, tested[:, [across, up]], kinds, wrong)
        told += f" and {len(tested)} held out, of which {wrong.sum()} wrong"
    figure.alt = f"{under(title)}{told}."
    rest = [f"{names[i]} = {means[i]:.3g}" for i in range(width) if i not in (across, up)]
    dress(axes, title, f"slice at {', '.join(rest)}" if rest else "")
    axes.set(xlabel=names[across], ylabel=names[up], xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]))
    entries = count if held_out is None else count + 2
    columns_of_entries = entries if entries < 5 else 3
    legend(figure, loc="outside lower center", ncols=columns_of_entries, columnspacing=1.2, handletextpad=0.2)
    return figure


def _draw_regions(axes: Axes, xs: np.ndarray, ys: np.ndarray, scores: np.ndarray) -> None:
    """A tint for each class, mixed by the softmax of the scores, and a line where the class changes.

    The tints are laid thinly over the paper, which is light or dark.
    """
    import numpy as np
    from matplotlib.colors import to_rgb

    count = scores.shape[2]
    colours = np.array([to_rgb(colour) for colour, _ in look_of(axes).classes[:count]])
    shares = np.exp(scores - scores.max(axis=2, keepdims=True))
    shares /= shares.sum(axis=2, keepdims=True)
    extent = (xs[0], xs[-1], ys[0], ys[-1])
    axes.imshow(shares @ colours, alpha=TINT, extent=extent, origin="lower", aspect="auto", interpolation="bilinear")
    for kind in range(1 if count == 2 else count):  # two classes share one boundary
        lead = scores[:, :, kind] - np.delete(scores, kind, axis=2).max(axis=2)
        if lead.min() < 0.0 < lead.max():
            axes.contour(xs, ys, lead, levels=[0.0], colors=look_of(axes).ink, linewidths=1.4)


def _draw_samples(axes: Axes, points: np.ndarray, kinds: np.ndarray, classes: Sequence[str]) -> None:
    look = look_of(axes)
    # A few points are seen from the back of a room; many must not hide each other.
    size, rim, edge = (150, 1.6, look.ink) if len(points) <= FEW else (34, 0.6, look.paper)
    for kind, name in enumerate(classes):
        colour, marker = look.classes[kind]
        mine = points[kinds == kind]
        axes.scatter(mine[:, 0], mine[:, 1], s=size, c=colour, marker=marker, lw=rim, ec=edge, label=name)


def _draw_held_out(axes: Axes, points: np.ndarray, kinds: np.ndarray, wrong: np.ndarray) -> None:
    look = look_of(axes)
    for kind, (colour, marker) in enumerate(look.classes):
        mine = points[kinds == kind]
        axes.scatter(mine[:, 0], mine[:, 1], s=60, c=colour, marker=marker, lw=1.2, ec=look.ink)
    axes.scatter([], [], s=60, c=look.paper, marker="o", lw=1.2, ec=look.ink, label=f"held out ({len(points)})")
    missed = points[wrong]
    axes.scatter(
        missed[:, 0], missed[:, 1], s=170, c="none", marker="o", lw=1.6, ec=look.ink, label=f"wrong ({len(missed)})"
    )
