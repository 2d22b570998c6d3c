"""The loss as a landscape over two weights, and the ways that optimizers take down it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from math import isfinite
from typing import TYPE_CHECKING, Any

from ...engine import ArgumentError, ArgumentTypeError, Value, no_grad
from ...engine.floats import as_float
from ...nn.arguments import as_count, is_sequence, kind_of
from ...nn.figures import TEXT, dress, legend, look_of, new_figure, under
from ...nn.optimizer import Optimizer
from ...nn.optional import notebook_extra
from ..labels import plural

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

    from ...nn.figures import Plot

Loss = Callable[[], Any]
Place = tuple[float, ...]

BANDS = 14  # of the map, each as large as the next
MARGIN = 0.2  # of what the paths cross, left free around them
CLOSER = 16  # times that the neighbourhood of the least place is halved
REACH = 2.0  # of the map around where the two are, if nothing else says how far


def descend(loss: Loss, params: Sequence[Value], optimizer: Optimizer, steps: int) -> list[Place]:
    """The way that an optimizer takes down a loss: where the parameters are before the first step and after each.

    Afterwards the parameters, their gradients and the optimizer's memory are as they were before.

    Args:
        loss: computes the loss from the parameters as they are now; it takes no arguments.
        params: the Values whose way is told, such as two weights for `plot_loss_surface`.
        optimizer: made for the parameters that are to move, such as `SGD([w, b], lr=0.1)`.
        steps: how many.

    Raises:
        ArgumentError: no steps.
        ArgumentTypeError: a loss that cannot be called or gives no Value, or other arguments of another type.

    >>> from chalkgrad.nn import SGD
    >>> w = Value(4.0)
    >>> descend(lambda: w * w, [w], SGD([w], lr=0.25), 3), w.data
    ([(4.0,), (2.0,), (1.0,), (0.5,)], 4.0)
    """
    if not callable(loss):
        raise ArgumentTypeError(f"loss must be a function without arguments, got {kind_of(loss)}")
    watched = _values(params, "params")
    if not isinstance(optimizer, Optimizer):
        raise ArgumentTypeError(f"optimizer must be one such as SGD([w, b], lr=0.1), got {kind_of(optimizer)}")
    count = as_count(steps, "steps")
    touched = {id(p): p for p in (*watched, *optimizer.params)}.values()
    kept = [(p, p.data, p.grad if p.has_grad else None) for p in touched]
    memory = optimizer.state_dict()
    way = [tuple(p.data for p in watched)]
    try:
        for _ in range(count):
            value = loss()
            if not isinstance(value, Value):
                raise ArgumentTypeError(f"loss must give a Value, got {kind_of(value)}")
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            way.append(tuple(p.data for p in watched))
    finally:
        for p, data, gradient in kept:
            p.data, p.grad = data, gradient
        optimizer.load_state_dict(memory)
    return way


def plot_loss_surface(
    loss: Loss,
    params: Sequence[Value],
    *,
    paths: Mapping[str, Sequence[Sequence[float]]] | None = None,
    around: Any = None,
    title: str = "",
    resolution: int = 41,
    theme: str = "auto",
) -> Plot:
    """The loss over two weights, as a map with lines of equal loss, and paths down it.

    The deeper its blue, the larger the loss of a place; a star marks the least loss on the map.

    Args:
        loss: computes the loss from the two weights as they are now; it takes no arguments.
        params: the two, Values; they are as they were afterwards. Their labels name the axes.
        paths: by name the ways down it, as `descend` gives them: places (w, b) one after the other.
        around: how far the map reaches from where the two are now; or from where to where for each,
            `((-1, 4), (-2, 2))`. If not given, around all paths, or 2 each way without paths.
        title: stands above the plot.
        resolution: places along each axis at which the loss is asked.
        theme: `light`, `dark`, or `auto`, which follows the reader's (what `savefig` writes is then light).

    Raises:
        ArgumentError: not two weights, a map without width, too many paths, or a loss that is nowhere finite.
        ArgumentTypeError: arguments of another type, or a loss that gives no number.
        MissingDependencyError: matplotlib is not installed.
    """
    if not callable(loss):
        raise ArgumentTypeError(f"loss must be a function without arguments, got {kind_of(loss)}")
    pair = _values(params, "params")
    if len(pair) != 2 or pair[0] is pair[1]:
        raise ArgumentError(f"params must be two different Values, got {len(pair)}")
    with notebook_extra("plot_loss_surface"):
        import numpy as np

        figure = new_figure(7.4, 6.0, theme)
    ways = _ways(paths, len(figure.look.series))
    ranges = _ranges(around, pair, ways)
    xs, ys = (np.linspace(*ends, as_count(resolution, "resolution", least=5)) for ends in ranges)
    heights = _heights(loss, pair, [(x, y) for y in ys.tolist() for x in xs.tolist()])
    surface = np.array(heights).reshape(len(ys), len(xs))
    if not np.isfinite(surface).any():
        raise ArgumentError("loss must be finite somewhere on the map, and is nowhere")
    axes = figure.add_subplot()
    _draw_map(axes, xs, ys, surface)
    row, column = np.unravel_index(np.nanargmin(np.where(np.isfinite(surface), surface, np.nan)), surface.shape)
    least = _least(loss, pair, (float(xs[column]), float(ys[row]), float(surface[row, column])), ranges, len(xs))
    names = [p.label or f"params[{i}]" for i, p in enumerate(pair)]
    told = [f"least on the map: {_plain(least[2], float(np.ptp(surface[np.isfinite(surface)])))}"]
    for number, (name, way) in enumerate(ways.items()):
        (last,) = _heights(loss, pair, [way[-1]])
        told.append(f"{name}: {last:.3g} after {len(way) - 1} {plural(len(way) - 1, 'step')}")
        _draw_way(axes, way, number, told[-1])
    look = figure.look
    axes.plot(*least[:2], "*", ms=17, color=look.ink, mec=look.paper, label=told[0], ls="", zorder=5, clip_on=False)
    axes.set(xlabel=names[0], ylabel=names[1], xlim=ranges[0], ylim=ranges[1])
    dress(axes, title, "the deeper the blue, the larger the loss")
    legend(figure, loc="outside lower center", ncols=2 if len(told) > 2 else 1)
    told[0] += " at " + ", ".join(
        f"{name} = {_plain(x, high - low)}" for name, x, (low, high) in zip(names, least[:2], ranges, strict=True)
    )
    figure.alt = f"{under(title)}The loss over {names[0]} and {names[1]}; {'; '.join(told)}."
    return figure


def _values(params: Any, what: str) -> list[Value]:
    if not is_sequence(params) or not all(isinstance(p, Value) for p in params):
        raise ArgumentTypeError(f"{what} must be a list of Values, such as [w, b]")
    return list(params)


def _heights(loss: Loss, pair: Sequence[Value], places: Sequence[Sequence[float]]) -> list[float]:
    """The loss at each place; the two are put back."""
    kept = [p.data for p in pair]
    try:
        with no_grad():
            found = []
            for place in places:
                for p, x in zip(pair, place, strict=True):
                    p.data = x
                value = loss()
                found.append(value.data if isinstance(value, Value) else as_float(value, "loss()"))
            return found
    finally:
        for p, x in zip(pair, kept, strict=True):
            p.data = x


def _least(
    loss: Loss,
    pair: Sequence[Value],
    found: tuple[float, float, float],
    ranges: Sequence[tuple[float, float]],
    resolution: int,
) -> tuple[float, float, float]:
    """The least loss near the least place of the map: what lies between its places is looked at ever more closely."""
    steps = [(high - low) / (resolution - 1) for low, high in ranges]
    for _ in range(CLOSER):
        steps = [step / 2.0 for step in steps]
        around = [
            tuple(
                min(max(x + i * step, low), high)
                for x, i, step, (low, high) in zip(found[:2], ij, steps, ranges, strict=True)
            )
            for ij in product((-1, 0, 1), repeat=2)
        ]
        heights = _heights(loss, pair, around)
        found = min(
            [found, *((x, y, z) for (x, y), z in zip(around, heights, strict=True) if isfinite(z))], key=lambda f: f[2]
        )
    return found


def _plain(x: float, scale: float) -> str:
    """A number, and 0 for what is next to nothing on its scale."""
    return f"{x if abs(x) > 1e-6 * scale else 0.0:.3g}"


def _ways(paths: Any, most: int) -> dict[str, list[Place]]:
    if paths is None:
        return {}
    if not isinstance(paths, Mapping):
        raise ArgumentTypeError(f'paths must be ways by name, such as {{"SGD": [(w, b), ...]}}, got {kind_of(paths)}')
    if len(paths) > most:
        raise ArgumentError(f"paths must be at most {most} to be told apart, got {len(paths)}")
    ways = {}
    for name, way in paths.items():
        what = f"paths[{name!r}]"
        if not is_sequence(way) or not len(way) or any(not is_sequence(p) or len(p) != 2 for p in way):
            raise ArgumentError(f"{what} must hold places (w, b), at least one")
        ways[str(name)] = [tuple(as_float(x, what) for x in place) for place in way]
    return ways


def _ranges(around: Any, pair: Sequence[Value], ways: Mapping[str, list[Place]]) -> list[tuple[float, float]]:
    """From where to where the map reaches, for each of the two."""
    if is_sequence(around):
        if len(around) != 2 or any(not is_sequence(ends) or len(ends) != 2 for ends in around):
            raise ArgumentError("around must be a number, or two pairs (low, high)")
        ranges = [(as_float(low, "around"), as_float(high, "around")) for low, high in around]
    elif around is not None or not ways:
        reach = REACH if around is None else as_float(around, "around")
        ranges = [(p.data - reach, p.data + reach) for p in pair]
    else:
        ranges = []
        for i, p in enumerate(pair):
            crossed = [place[i] for way in ways.values() for place in way] + [p.data]
            margin = MARGIN * (max(crossed) - min(crossed)) or REACH
            ranges.append((min(crossed) - margin, max(crossed) + margin))
    if not all(-1e300 < low < high < 1e300 for low, high in ranges):
        raise ArgumentError(f"around must give a map a width, got {ranges}: a path that ran away needs `around`")
    return ranges


def _draw_map(axes: Axes, xs: np.ndarray, ys: np.ndarray, surface: np.ndarray) -> None:
    """Bands between lines of equal loss, equally large: so that a flat valley has lines too."""
    import numpy as np

    look = look_of(axes)
    finite = surface[np.isfinite(surface)]
    levels = np.unique(np.quantile(finite, np.linspace(0.0, 1.0, BANDS + 1)))
    if len(levels) < 3:
        return  # a plain: no line has another height
    shades = [(look.forward, 0.04 + 0.5 * i / (len(levels) - 1)) for i in range(len(levels) - 1)]
    axes.contourf(xs, ys, surface, levels=levels, colors=shades)
    lines = axes.contour(xs, ys, surface, levels=levels[1:-1], colors=look.muted, linewidths=0.8)
    axes.clabel(lines, list(lines.levels)[::3], fmt=lambda x: f"{x:.2g}", fontsize=TEXT, colors=look.ink)


def _draw_way(axes: Axes, way: Sequence[Place], number: int, label: str) -> None:
    look = look_of(axes)
    colour, dash, marker = look.series[(number + 1) % len(look.series)]  # the first is the map's own
    xs, ys = zip(*way, strict=True)
    every = max(1, len(way) // 25)
    axes.plot(
        xs, ys, ls=dash, color=colour, lw=2.2, marker=marker, ms=6.5, mec=look.paper, mew=0.7, markevery=every,
        label=label, zorder=4,
    )  # fmt: skip
    axes.plot(xs[-1:], ys[-1:], marker=marker, ms=11, color=colour, mec=look.ink, mew=1.4, ls="", zorder=4)
