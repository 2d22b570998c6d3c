"""Which classes a model takes for which: how often each true class was answered with each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ...engine import ArgumentError
from ...nn.arguments import is_sequence
from ...nn.classes import Classes
from ...nn.figures import LABEL, TEXT, dress, look_of, new_figure, under
from ...nn.optional import notebook_extra
from .answers import as_kinds, as_names, as_rows, scores_of

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

    from ...nn.figures import Plot


def plot_confusion(
    model: Callable[[Any], Any],
    X: Any,
    y: Any,
    classes: Sequence[Any] | Classes | None = None,
    *,
    title: str = "",
    theme: str = "auto",
) -> Plot:
    """How many samples of each class (rows) the model takes for each class (columns).

    What is right stands on the diagonal, calm and blue; a mistake stands out, orange and in a frame.

    Args:
        model: called with one row; it gives one output, whose sign is the class, or a score for each class.
        X: the samples, n rows of numbers.
        y: their n classes: integers from 0, for a single output also -1 and 1; or names.
        classes: a name for each class, such as `history.classes`.
        title: stands above the plot.
        theme: `light`, `dark`, or `auto`, which follows the reader's (what `savefig` writes is then light).

    Raises:
        ArgumentError: sizes that do not fit, classes that the outputs cannot stand for, or an output that
            is not finite.
        MissingDependencyError: matplotlib is not installed.
    """
    with notebook_extra("plot_confusion"):
        import matplotlib  # noqa: F401
        import numpy as np
    rows = as_rows(X, "X", least=1)
    scores = scores_of(model, rows)
    count = scores.shape[1]
    y, names = _by_number(y, classes)
    names = as_names(names, count, "classes", "class {}")
    truth, answers = as_kinds(y, len(rows), count, "y"), scores.argmax(axis=1)
    counts = np.zeros((count, count), int)
    np.add.at(counts, (truth, answers), 1)
    side = max(4.6, 0.75 * count + 2.2)
    figure = new_figure(side + 0.6, side + 0.4, theme)
    axes = figure.add_subplot()
    _draw(axes, counts, names)
    right = int(np.trace(counts))
    dress(axes, title, f"{right} of {len(rows)} right")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=TEXT, labelcolor=figure.look.ink)
    wrong = [(int(counts[i, j]), i, j) for i in range(count) for j in range(count) if i != j and counts[i, j]]
    told = [f"; {n} {names[i]} taken for {names[j]}" for n, i, j in sorted(wrong, key=lambda w: (-w[0], w[1:]))[:6]]
    figure.alt = f"{under(title)}{right} of {len(rows)} samples right{''.join(told)}."
    return figure


def _by_number(y: Any, classes: Any) -> tuple[Any, list[Any] | None]:
    """The classes of the samples as numbers, if they came as names, and the names."""
    names = None if classes is None else list(classes.names if isinstance(classes, Classes) else classes)
    if not is_sequence(y) or not any(isinstance(label, str) for label in y):
        return y, names
    if names is None:
        known = Classes(y)
        return known.numbers(y), known.names
    unknown = next((label for label in y if label not in names), None)
    if unknown is not None:
        raise ArgumentError(f"y holds {unknown!r}, which is not among the classes {', '.join(map(repr, names))}")
    return [names.index(label) for label in y], names


def _draw(axes: Axes, counts: np.ndarray, names: Sequence[str]) -> None:
    """A cell for each true and answered class; the deeper its colour, the larger its share of the true class."""
    from matplotlib.patches import Rectangle

    look = look_of(axes)
    count = len(names)
    for i, row in enumerate(counts.tolist()):
        for j, n in enumerate(row):
            share = n / max(1, sum(row))
            colour = look.forward if i == j else look.backward
            tint = (0.06 + 0.22 * share if i == j else 0.25 + 0.4 * share) if n else 0.0
            axes.add_patch(Rectangle((j - 0.47, i - 0.47), 0.94, 0.94, fc=(colour, tint), ec=look.grid, lw=1.0))
            if n and i != j:
                axes.add_patch(Rectangle((j - 0.47, i - 0.47), 0.94, 0.94, fill=False, ec=colour, lw=2.0))
            weight = "bold" if n and i != j else "normal"
            text = look.ink if n else look.line
            axes.text(j, i, str(n), ha="center", va="center", color=text, fontsize=LABEL + 1, fontweight=weight)
    axes.set(
        xlim=(-0.5, count - 0.5), ylim=(count - 0.5, -0.5), aspect="equal", xlabel="the model says", ylabel="it is"
    )
    long = max(map(len, names)) * count > 42
    axes.set_xticks(range(count), names, rotation=30 if long else 0, ha="right" if long else "center")
    axes.set_yticks(range(count), names)
