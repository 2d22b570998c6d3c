"""Plots of what a network has learned: its decision boundary, and its loss as it trained.

A *decision boundary* is where a classifier's answer changes from one class to
another. Every plot is a matplotlib figure: it shows itself in Jupyter, and
`.savefig("boundary.png")` writes it. No window is opened, and no backend is changed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from ..engine import ArgumentError, ArgumentTypeError, no_grad
from .extras import notebook_extra
from .theme import palette

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Colours that most colour-blind people tell apart (Okabe and Ito 2008, "Color universal design"),
# each with a marker of its own, so that colour never speaks alone.
CLASSES = (("#0072b2", "o"), ("#e69f00", "s"), ("#009e73", "^"), ("#cc79a7", "D"), ("#56b4e9", "P"), ("#d55e00", "v"))
TINT = 0.42  # how much of a class's colour is in its region; the rest is white
MARGIN = 0.12  # of the range of the samples, left free around them


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
) -> Figure:
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

    Raises:
        ArgumentError: sizes that do not fit, classes that the outputs cannot stand for, or an output that
            is not finite.
        MissingDependencyError: matplotlib is not installed.
    """
    with notebook_extra("plot_decision_boundary"):
        import numpy as np

        figure = _figure_type()(figsize=(6.4, 5.8), dpi=100, layout="constrained")
    rows = _rows(X, "X")
    width = rows.shape[1]
    across, up = _columns(columns, width)
    names = _names(names, width, "names", "x[{}]")
    tested = rows[:0] if held_out is None else _rows(held_out[0], "held_out X", width)
    if resolution < 2:
        raise ArgumentError(f"resolution must be at least 2, got {resolution}")

    xs, ys = (_ticks(np.concatenate([rows, tested])[:, column], resolution) for column in (across, up))
    means = rows.mean(axis=0)
    grid = np.tile(means, (resolution * resolution, 1))
    grid[:, across], grid[:, up] = (place.ravel() for place in np.meshgrid(xs, ys))
    scores = _scores(model, grid)
    count = scores.shape[1]
    classes = _names(classes, count, "classes", "class {}")
    kinds = _kinds(y, len(rows), count, "y")

    axes = figure.add_subplot()
    _draw_regions(axes, xs, ys, scores.reshape(resolution, resolution, count))
    for kind, (colour, marker) in zip(range(count), CLASSES, strict=False):
        points = rows[kinds == kind]
        axes.scatter(
            points[:, across], points[:, up], s=20, c=colour, marker=marker, lw=0.4, ec="white", label=classes[kind]
        )
    if held_out is not None:
        truth = _kinds(held_out[1], len(tested), count, "held_out y")
        wrong = _scores(model, tested).argmax(axis=1) != truth
        _draw_held_out(axes, tested[:, [across, up]], truth, wrong)

    axes.set(xlabel=names[across], ylabel=names[up], xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]))
    rest = [f"{names[i]} = {means[i]:.3g}" for i in range(width) if i not in (across, up)]
    _write_title(axes, title, f"slice at {', '.join(rest)}" if rest else "")
    _dress(axes)
    figure.legend(
        loc="outside lower center",
        ncols=count + (held_out is not None) * 2,
        frameon=False,
        columnspacing=1.2,
        handletextpad=0.2,
    )
    return figure


def plot_loss(history: Any, *, title: str = "") -> Figure:
    """The loss of each epoch, on the training samples and, if there were any, on the validation samples.

    Args:
        history: what `fit` returned, or a list of losses.
        title: stands above the plot.

    Raises:
        ArgumentError: there is no epoch in it.
        ArgumentTypeError: `history` is neither.
        MissingDependencyError: matplotlib is not installed.
    """
    with notebook_extra("plot_loss"):
        from matplotlib.ticker import MaxNLocator

        figure = _figure_type()(figsize=(8.0, 3.4), dpi=100, layout="constrained")
    losses = getattr(history, "loss", history)
    if not isinstance(losses, (list, tuple)):
        raise ArgumentTypeError(f"history must be what fit returned, or a list of losses, got {type(history).__name__}")
    if not losses:
        raise ArgumentError("history must hold at least one epoch, got none")
    colours = palette("light")
    axes = figure.add_subplot()
    curves = [
        ("training", losses, colours["forward"], "-"),
        ("held out", getattr(history, "validation_loss", []), colours["backward"], "--"),
    ]
    for label, numbers, colour, dash in curves:
        if numbers:
            axes.plot(
                range(1, len(numbers) + 1), numbers, dash, color=colour, label=label, marker="o" * (len(numbers) == 1)
            )
    axes.set(xlabel="epoch", ylabel="loss")
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.grid(axis="y", color="#e3e8ee")
    _write_title(axes, title, "")
    _dress(axes)
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


# what is plotted, as arrays


def _rows(X: Any, what: str, width: int | None = None) -> np.ndarray:
    import numpy as np

    try:
        rows = np.array(X, dtype=float)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{what} must be rows of numbers, all of one length: {error}") from None
    if rows.ndim != 2 or not len(rows) or rows.shape[1] < 2:
        raise ArgumentError(f"{what} must be rows of at least 2 numbers, got shape {rows.shape}")
    if width is not None and rows.shape[1] != width:
        raise ArgumentError(f"{what} must have {width} columns, as X has; got {rows.shape[1]}")
    if not np.isfinite(rows).all():
        raise ArgumentError(f"{what} must be finite numbers")
    return rows


def _kinds(y: Any, rows: int, count: int, what: str) -> np.ndarray:
    """The classes as integers from 0."""
    import numpy as np

    kinds = np.array(y)
    if kinds.shape != (rows,):
        raise ArgumentError(f"{what} must have one class for each of the {rows} rows, got shape {kinds.shape}")
    found = kinds.tolist()
    if count == 2 and set(found) <= {-1, 1}:
        return (kinds > 0).astype(int)
    if not set(found) <= set(range(count)):
        wanted = "0 and 1, or -1 and 1" if count == 2 else f"integers from 0 to {count - 1}"
        stray = next(kind for kind in found if kind not in range(count))
        raise ArgumentError(f"{what} must hold {wanted}, as the model has {count} classes; got {stray!r}")
    return kinds.astype(int)


def _scores(model: Callable[[Any], Any], rows: np.ndarray) -> np.ndarray:
    """A score for each class and row; a single output s counts as the scores -s/2 and s/2."""
    import numpy as np

    with no_grad():
        outputs = [model(row) for row in rows.tolist()]
    scores = np.array([[float(x) for x in out] if isinstance(out, (list, tuple)) else [float(out)] for out in outputs])
    if not np.isfinite(scores).all():
        place = rows[~np.isfinite(scores).all(axis=1)][0].tolist()
        raise ArgumentError(f"model must give finite outputs, but not so at {place}")
    if scores.shape[1] > len(CLASSES):
        raise ArgumentError(
            f"model must tell at most {len(CLASSES)} classes apart to be plotted, got {scores.shape[1]}"
        )
    return np.hstack([-scores / 2.0, scores / 2.0]) if scores.shape[1] == 1 else scores


def _columns(columns: tuple[int, int], width: int) -> tuple[int, int]:
    try:
        across, up = columns
    except (TypeError, ValueError):
        raise ArgumentError(f"columns must be two columns of X, got {columns!r}") from None
    if across == up or not {across, up} <= set(range(width)):
        raise ArgumentError(f"columns must be two different columns, from 0 to {width - 1}; got {columns!r}")
    return across, up


def _names(names: Sequence[str] | None, count: int, what: str, default: str) -> list[str]:
    if names is None:
        return [default.format(i) for i in range(count)]
    if len(names) != count:
        raise ArgumentError(f"{what} must have {count} names, got {len(names)}")
    return [str(name) for name in names]


def _ticks(numbers: np.ndarray, resolution: int) -> np.ndarray:
    import numpy as np

    low, high = numbers.min(), numbers.max()
    margin = MARGIN * (high - low) or 1.0  # a column of one number still has a width
    return np.linspace(low - margin, high + margin, resolution)


# how it is drawn


def _draw_regions(axes: Axes, xs: np.ndarray, ys: np.ndarray, scores: np.ndarray) -> None:
    """A tint for each class, mixed by the softmax of the scores, and a line where the class changes."""
    import numpy as np
    from matplotlib.colors import to_rgb

    count = scores.shape[2]
    tints = 1.0 - TINT * (1.0 - np.array([to_rgb(colour) for colour, _ in CLASSES[:count]]))
    shares = np.exp(scores - scores.max(axis=2, keepdims=True))
    shares /= shares.sum(axis=2, keepdims=True)
    extent = (xs[0], xs[-1], ys[0], ys[-1])
    axes.imshow(shares @ tints, extent=extent, origin="lower", aspect="auto", interpolation="bilinear")
    for kind in range(count - (count == 2)):  # two classes share one boundary
        lead = scores[:, :, kind] - np.delete(scores, kind, axis=2).max(axis=2)
        if lead.min() < 0.0 < lead.max():
            axes.contour(xs, ys, lead, levels=[0.0], colors=palette("light")["ink"], linewidths=1.4)


def _draw_held_out(axes: Axes, points: np.ndarray, truth: np.ndarray, wrong: np.ndarray) -> None:
    ink = palette("light")["ink"]
    for kind, (colour, marker) in enumerate(CLASSES):
        mine = points[truth == kind]
        axes.scatter(mine[:, 0], mine[:, 1], s=46, c=colour, marker=marker, lw=1.2, ec=ink)
    axes.scatter([], [], s=46, c="white", marker="o", lw=1.2, ec=ink, label=f"held out ({len(points)})")
    axes.scatter(*points[wrong].T, s=170, c="none", marker="o", lw=1.6, ec=ink, label=f"wrong ({wrong.sum()})")


def _write_title(axes: Axes, title: str, note: str) -> None:
    colours = palette("light")
    if note:
        axes.set_title(note, loc="left", pad=8, fontsize=9, color=colours["muted"])
        axes.annotate(
            title, (0, 1), xytext=(0, 24), xycoords="axes fraction", textcoords="offset points",
            fontsize=12, fontweight="bold", color=colours["ink"],
        )  # fmt: skip
    elif title:
        axes.set_title(title, loc="left", pad=12, fontsize=12, fontweight="bold", color=colours["ink"])


def _dress(axes: Axes) -> None:
    """What every plot shares: quiet axes."""
    colours = palette("light")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(colours["line"])
    axes.tick_params(colors=colours["muted"])
    axes.xaxis.label.set_color(colours["ink"])
    axes.yaxis.label.set_color(colours["ink"])
