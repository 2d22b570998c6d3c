"""What each neuron of a layer makes of the plane: a small map for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ...engine import ArgumentError, ArgumentTypeError, no_grad
from ...nn.arguments import as_count, is_sequence, kind_of
from ...nn.figures import LABEL, TEXT, TITLE, dress, look_of, new_figure, under
from ...nn.layers import Layer
from ...nn.module import Module, evaluating
from ...nn.modules import Activation, Dropout, Sequential
from ...nn.optional import notebook_extra
from .answers import as_columns, as_kinds, as_names, as_rows, plane

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

    from ...nn.figures import Plot

ACROSS = 4  # maps in a row
MOST = 32  # maps


def plot_neuron_maps(
    model: Module,
    X: Any,
    y: Any = None,
    layer: int | str = 0,
    *,
    columns: tuple[int, int] = (0, 1),
    names: Sequence[str] | None = None,
    title: str = "",
    resolution: int = 30,
    theme: str = "auto",
) -> Plot:
    """For each neuron of a layer, what it gives over the plane of two columns: a small map.

    Orange is above 0 and blue below, the deeper the farther; a line stands where it is 0. Where the paper shows, the
    neuron gives 0: a relu is silent there. With more than two columns the others are held at their means.

    Args:
        model: a module with layers.
        X: the samples, n rows of k >= 2 numbers; they say where the plane is.
        y: their classes, to draw the samples too: integers from 0, or -1 and 1.
        layer: which one: a number from 0, or its path, such as "layer1" or "fc1". In a `Sequential` the activation
            that follows a `Linear` belongs to it.
        columns: the columns of X that run across and up.
        names: a name for each column.
        title: stands above the plot.
        resolution: places along each axis of a map.
        theme: `light`, `dark`, or `auto`, which follows the reader's (what `savefig` writes is then light).

    Raises:
        ArgumentError: sizes that do not fit, no such layer, too many neurons, or outputs that are not finite.
        ArgumentTypeError: something else than a module.
        MissingDependencyError: matplotlib is not installed.
    """
    path, part = _layer(model, layer)
    with notebook_extra("plot_neuron_maps"):
        import matplotlib  # noqa: F401
        import numpy as np
    rows = as_rows(X, "X")
    width = rows.shape[1]
    across, up = as_columns(columns, width)
    axis_names = as_names(names, width, "names", "x[{}]")
    places = as_count(resolution, "resolution", least=2)
    xs, ys, grid = plane(list(rows), rows.mean(axis=0), (across, up), places)
    outputs = np.array(_outputs(model, part, grid.tolist()))
    if not np.isfinite(outputs).all():
        raise ArgumentError(f"the neurons of {path} must give finite numbers over the plane")
    count = outputs.shape[1]
    if count > MOST:
        raise ArgumentError(f"layer must have at most {MOST} neurons to be drawn one by one, got {count}")
    kinds = None if y is None else as_kinds(y, len(rows), max(2, int(np.max(np.array(y))) + 1), "y")
    wide = min(count, ACROSS)
    figure = new_figure(max(4.2, 2.5 * wide + 0.8), 2.6 * -(-count // wide) + 0.9, theme)
    for i in range(count):
        axes = figure.add_subplot(-(-count // wide), wide, i + 1)
        _draw(axes, xs, ys, outputs[:, i].reshape(len(ys), len(xs)))
        if kinds is not None:
            _draw_samples(axes, rows[:, [across, up]], kinds)
        dress(axes)
        axes.set_title(f"neuron{i}", loc="left", fontsize=LABEL, color=figure.look.ink, fontweight="bold")
        axes.set(xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]))
        axes.locator_params(nbins=4)
        axes.label_outer()
        if i % wide == 0:
            axes.set_ylabel(axis_names[up])
        if i >= count - wide:
            axes.set_xlabel(axis_names[across])
            axes.tick_params(labelbottom=True)
    figure.suptitle(
        title or f"What each neuron of {path} gives", fontsize=TITLE, fontweight="bold", color=figure.look.ink
    )
    figure.supxlabel("orange: above 0 · blue: below 0 · line: 0", fontsize=TEXT, color=figure.look.muted)
    silent = [f"neuron{i}" for i in range(count) if not outputs[:, i].any()]
    never = f" 0 everywhere: {', '.join(silent)}." if silent else ""
    figure.alt = f"{under(title)}What each of the {count} neurons of {path} gives over the plane.{never}"
    return figure


def _layer(model: Any, layer: Any) -> tuple[str, Module]:
    """The path of a layer, and the module that gives its activations."""
    if not isinstance(model, Module):
        raise ArgumentTypeError(f"model must be a module, such as MLP(2, [8, 1]), got {kind_of(model)}")
    parts = dict(model.named_modules())
    layers = [path for path, part in parts.items() if isinstance(part, Layer)]
    if isinstance(layer, str):
        if layer not in parts:
            raise ArgumentError(f"layer {layer!r} is none of the model's: {', '.join(filter(None, parts))}")
        return layer, parts[layer]
    number = as_count(layer, "layer", 0)
    if number >= len(layers):
        raise ArgumentError(f"layer must be below {len(layers)}, the number of the model's layers; got {number}")
    path = layers[number]
    for holder in parts.values():
        if isinstance(holder, Sequential):
            following = dict(zip(map(id, holder), list(holder)[1:], strict=False)).get(id(parts[path]))
            if isinstance(following, Activation) and not isinstance(following, Dropout):
                return path, following
    return path or "the layer", parts[path]


def _outputs(model: Module, part: Module, rows: Sequence[Sequence[float]]) -> list[list[float]]:
    """What a part of a model gives while the model is asked, row by row."""
    heard: list[Any] = []
    with evaluating(model), no_grad(), _heard(part, heard):
        for row in rows:
            model(row)
    if len(heard) != len(rows):
        raise ArgumentError(f"the layer must be used once for each sample, and was {len(heard) / len(rows):g} times")
    return [[float(x) for x in out] if is_sequence(out) else [float(out)] for out in heard]


@contextmanager
def _heard(part: Module, heard: list[Any]) -> Iterator[None]:
    """Keep all that a module gives, for a while."""
    forward: Callable[..., Any] = part.forward

    def listening(*inputs: Any, **settings: Any) -> Any:
        heard.append(forward(*inputs, **settings))
        return heard[-1]

    vars(part)["forward"] = listening
    try:
        yield
    finally:
        del vars(part)["forward"]


def _draw(axes: Axes, xs: np.ndarray, ys: np.ndarray, outputs: np.ndarray) -> None:
    """Two colours, the deeper the farther from 0; the paper is 0."""
    import numpy as np
    from matplotlib.colors import to_rgb

    look = look_of(axes)
    below, above = (np.array(to_rgb(look.classes[kind][0])) for kind in (0, 1))
    depth = np.abs(outputs) / (np.abs(outputs).max() or 1.0)
    image = np.dstack([np.where((outputs > 0.0)[..., None], above, below), 0.7 * depth])
    axes.imshow(image, extent=(xs[0], xs[-1], ys[0], ys[-1]), origin="lower", aspect="auto", interpolation="nearest")
    if outputs.min() < 0.0 < outputs.max():
        axes.contour(xs, ys, outputs, levels=[0.0], colors=look.ink, linewidths=1.4)


def _draw_samples(axes: Axes, points: np.ndarray, kinds: np.ndarray) -> None:
    look = look_of(axes)
    for kind in sorted(set(kinds.tolist())):
        colour, marker = look.classes[kind % len(look.classes)]
        mine = points[kinds == kind]
        axes.scatter(mine[:, 0], mine[:, 1], s=12, c=colour, marker=marker, lw=0.4, ec=look.paper)
