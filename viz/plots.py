"""Plots of what a network has learned: its decision boundary, and its loss as it trained.

A *decision boundary* is where a classifier's answer changes from one class to
another. Every plot is a matplotlib figure: it shows itself in Jupyter, and
`.savefig("boundary.png")` writes it. No window is opened, and no backend is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..engine import ArgumentError, ArgumentTypeError, no_grad
from ..nn.arguments import as_count, is_sequence, shape
from ..nn.curves import INK, dress, new_figure, plot_curves
from ..nn.optional import notebook_extra

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
        figure = new_figure(6.4, 5.8)
    rows = _rows(X, "X")
    width = rows.shape[1]
    tested, truth = _pair(held_out, width)
    across, up = _columns(columns, width)
    names = _names(names, width, "names", "x[{}]")

    means = rows.mean(axis=0)
    xs, ys, grid = _plane([*rows, *tested], means, (across, up), as_count(resolution, "resolution", least=2))
    scores = _scores(model, grid)
    count = scores.shape[1]
    classes = _names(classes, count, "classes", "class {}")

    axes = figure.add_subplot()
    _draw_regions(axes, xs, ys, scores.reshape(len(ys), len(xs), count))
    _draw_samples(axes, rows[:, [across, up]], _kinds(y, len(rows), count, "y"), classes)
    if held_out is not None:
        kinds = _kinds(truth, len(tested), count, "held_out y")
        wrong = _scores(model, tested).argmax(axis=1) != kinds
        _draw_held_out(axes, tested[:, [across, up]], kinds, wrong)
    rest = [f"{names[i]} = {means[i]:.3g}" for i in range(width) if i not in (across, up)]
    dress(axes, title, f"slice at {', '.join(rest)}" if rest else "")
    axes.set(xlabel=names[across], ylabel=names[up], xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]))
    entries = count if held_out is None else count + 2
    figure.legend(loc="outside lower center", ncols=entries, frameon=False, columnspacing=1.2, handletextpad=0.2)
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
    losses = getattr(history, "loss", history)
    if not is_sequence(losses):
        raise ArgumentTypeError(f"history must be what fit returned, or a list of losses, got {type(history).__name__}")
    return plot_curves({"loss": [losses, getattr(history, "validation_loss", [])]}, title, "plot_loss")


# what is plotted, as arrays


def _rows(X: Any, what: str) -> np.ndarray:
    import numpy as np

    try:
        rows = np.array(X, dtype=float)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{what} must be rows of numbers, all of one length: {error}") from None
    if rows.ndim != 2 or not len(rows) or rows.shape[1] < 2:
        raise ArgumentError(f"{what} must be rows of at least 2 numbers, got shape {rows.shape}")
    if not np.isfinite(rows).all():
        raise ArgumentError(f"{what} must hold finite numbers only")
    return rows


def _pair(held_out: Any, width: int) -> tuple[np.ndarray, Any]:
    """The held-out rows and their classes; no rows, if nothing was held out."""
    import numpy as np

    if held_out is None:
        return np.empty((0, width)), []
    if not is_sequence(held_out) or len(held_out) != 2:
        raise ArgumentTypeError("held_out must be a pair (X, y)")
    rows = _rows(held_out[0], "held_out X")
    if rows.shape[1] != width:
        raise ArgumentError(f"held_out X must have {width} columns, as X has; got {rows.shape[1]}")
    return rows, held_out[1]


def _kinds(y: Any, rows: int, count: int, what: str) -> np.ndarray:
    """The classes as integers from 0."""
    import numpy as np

    if shape(y, what) != (rows,):
        raise ArgumentError(f"{what} must have one class for each of the {rows} rows, got shape {shape(y, what)}")
    kinds = np.array(y)
    if count == 2 and set(kinds.tolist()) <= {-1, 1}:
        return (kinds > 0).astype(int)
    for kind in kinds.tolist():
        if kind not in range(count):
            labels = "0 and 1, or -1 and 1" if count == 2 else f"integers from 0 to {count - 1}"
            raise ArgumentError(f"{what} must hold {labels}, for the {count} classes of the model; got {kind!r}")
    return kinds.astype(int)


def _scores(model: Callable[[Any], Any], rows: np.ndarray) -> np.ndarray:
    """A score for each row and class; a single output s counts as the scores -s/2 and s/2."""
    import numpy as np

    if not callable(model):
        raise ArgumentTypeError(f"model must be callable, got {type(model).__name__}")
    with no_grad():
        outputs = [model(row) for row in rows.tolist()]
    scores = np.array([[float(x) for x in out] if is_sequence(out) else [float(out)] for out in outputs])
    if not np.isfinite(scores).all():
        place = rows[~np.isfinite(scores).all(axis=1)][0].tolist()
        raise ArgumentError(f"model must give finite outputs, and does not at {place}")
    if scores.shape[1] > len(CLASSES):
        raise ArgumentError(f"model must have at most {len(CLASSES)} classes to be plotted, got {scores.shape[1]}")
    return np.hstack([-scores / 2.0, scores / 2.0]) if scores.shape[1] == 1 else scores


def _columns(columns: Any, width: int) -> tuple[int, int]:
    if not is_sequence(columns) or len(columns) != 2:
        raise ArgumentTypeError(f"columns must be a pair of columns of X, got {columns!r}")
    across, up = (as_count(column, "a column", least=0) for column in columns)
    if across == up or max(across, up) >= width:
        raise ArgumentError(f"columns must be two different ones, from 0 to {width - 1}; got {across} and {up}")
    return across, up


def _names(names: Sequence[str] | None, count: int, what: str, default: str) -> list[str]:
    if names is None:
        return [default.format(i) for i in range(count)]
    if len(names) != count:
        raise ArgumentError(f"{what} must hold {count} names, got {len(names)}")
    return [str(name) for name in names]


def _plane(
    samples: Sequence[Any], means: np.ndarray, columns: tuple[int, int], resolution: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The places along both axes, and a row for each pair of them, with the means in the other columns."""
    import numpy as np

    axes = []
    for column in columns:
        numbers = [row[column] for row in samples]
        margin = MARGIN * (max(numbers) - min(numbers)) or 1.0  # a column of one number still has a width
        axes.append(np.linspace(min(numbers) - margin, max(numbers) + margin, resolution))
    grid = np.tile(means, (resolution * resolution, 1))
    for column, places in zip(columns, np.meshgrid(*axes), strict=True):
        grid[:, column] = places.ravel()
    return axes[0], axes[1], grid


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
    for kind in range(1 if count == 2 else count):  # two classes share one boundary
        lead = scores[:, :, kind] - np.delete(scores, kind, axis=2).max(axis=2)
        if lead.min() < 0.0 < lead.max():
            axes.contour(xs, ys, lead, levels=[0.0], colors=INK, linewidths=1.4)


def _draw_samples(axes: Axes, points: np.ndarray, kinds: np.ndarray, classes: Sequence[str]) -> None:
    for kind, name in enumerate(classes):
        colour, marker = CLASSES[kind]
        mine = points[kinds == kind]
        axes.scatter(mine[:, 0], mine[:, 1], s=20, c=colour, marker=marker, lw=0.4, ec="white", label=name)


def _draw_held_out(axes: Axes, points: np.ndarray, kinds: np.ndarray, wrong: np.ndarray) -> None:
    for kind, (colour, marker) in enumerate(CLASSES):
        mine = points[kinds == kind]
        axes.scatter(mine[:, 0], mine[:, 1], s=46, c=colour, marker=marker, lw=1.2, ec=INK)
    axes.scatter([], [], s=46, c="white", marker="o", lw=1.2, ec=INK, label=f"held out ({len(points)})")
    missed = points[wrong]
    axes.scatter(
        missed[:, 0], missed[:, 1], s=170, c="none", marker="o", lw=1.6, ec=INK, label=f"wrong ({len(missed)})"
    )
