"""What a model answers to samples, as arrays to be plotted: rows, scores for each class, classes by number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ...engine import ArgumentError, ArgumentTypeError, no_grad
from ...nn.arguments import as_count, is_sequence, shape
from ...nn.module import evaluating

if TYPE_CHECKING:
    import numpy as np

MARGIN = 0.12  # of the range of the samples, left free around them


def as_rows(X: Any, what: str, least: int = 2) -> np.ndarray:
    """Rows of at least so many numbers."""
    import numpy as np

    try:
        rows = np.array(X, dtype=float)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{what} must be rows of numbers, all of one length: {error}") from None
    if rows.ndim != 2 or not len(rows) or rows.shape[1] < least:
        numbers = "2 numbers" if least == 2 else "1 number"
        raise ArgumentError(f"{what} must be rows of at least {numbers}, got shape {rows.shape}")
    if not np.isfinite(rows).all():
        raise ArgumentError(f"{what} must hold finite numbers only")
    return rows


def as_pair(held_out: Any, width: int) -> tuple[np.ndarray, Any]:
    """The held-out rows and their classes; no rows, if nothing was held out."""
    import numpy as np

    if held_out is None:
        return np.empty((0, width)), []
    if not is_sequence(held_out) or len(held_out) != 2:
        raise ArgumentTypeError("held_out must be a pair (X, y)")
    rows = as_rows(held_out[0], "held_out X")
    if rows.shape[1] != width:
        raise ArgumentError(f"held_out X must have {width} columns, as X has; got {rows.shape[1]}")
    return rows, held_out[1]


def as_kinds(y: Any, rows: int, count: int, what: str) -> np.ndarray:
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


def scores_of(model: Callable[[Any], Any], rows: np.ndarray) -> np.ndarray:
    """A score for each row and class; a single output s counts as the scores -s/2 and s/2."""
    import numpy as np

    if not callable(model):
        raise ArgumentTypeError(f"model must be callable, got {type(model).__name__}")
    with evaluating(model), no_grad():
        outputs = [model(row) for row in rows.tolist()]
    scores = np.array([[float(x) for x in out] if is_sequence(out) else [float(out)] for out in outputs])
    if not np.isfinite(scores).all():
        place = rows[~np.isfinite(scores).all(axis=1)][0].tolist()
        raise ArgumentError(f"model must give finite outputs, and does not at {place}")
    return np.hstack([-scores / 2.0, scores / 2.0]) if scores.shape[1] == 1 else scores


def as_columns(columns: Any, width: int) -> tuple[int, int]:
    if not is_sequence(columns) or len(columns) != 2:
        raise ArgumentTypeError(f"columns must be a pair of columns of X, got {columns!r}")
    across, up = (as_count(column, "a column", least=0) for column in columns)
    if across == up or max(across, up) >= width:
        raise ArgumentError(f"columns must be two different ones, from 0 to {width - 1}; got {across} and {up}")
    return across, up


def as_names(names: Sequence[str] | None, count: int, what: str, default: str) -> list[str]:
    if names is None:
        return [default.format(i) for i in range(count)]
    if len(names) != count:
        raise ArgumentError(f"{what} must hold {count} names, got {len(names)}")
    return [str(name) for name in names]


def plane(
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
