"""What the plots of the course show, read off the figures: activations, surfaces, trainings, mistakes, weights."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value
from chalkgrad.nn import (
    SGD,
    Adam,
    History,
    LeakyReLU,
    ReLU,
)
from chalkgrad.nn.history import Epoch, Score
from chalkgrad.viz import (
    descend,
    plot_activation,
    plot_history,
    plot_loss_surface,
)

ROWS, SIDES = [[-1.0, 0.0], [-2.0, 1.0], [1.0, 0.5], [2.0, -1.0]], [0, 0, 1, 1]


def texts(axes: Any) -> list[str]:
    return [text.get_text().replace("\n", " ") for text in axes.texts if text.get_text()]


def lines(axes: Any) -> dict[str, Any]:
    return {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def legend_of(owner: Any) -> list[str]:
    legend = owner.legends[0] if hasattr(owner, "legends") else owner.get_legend()
    return [text.get_text() for text in legend.get_texts()]


# activations


def test_an_activation_is_drawn_with_its_slope() -> None:
    figure = plot_activation("tanh", low=-2.0, high=2.0)
    drawn = lines(figure.axes[0])
    xs = np.asarray(drawn["what it gives"].get_xdata(), float)
    assert (xs[0], xs[-1]) == (-2.0, 2.0)
    assert np.allclose(drawn["what it gives"].get_ydata(), np.tanh(xs))
    assert np.allclose(drawn["its slope"].get_ydata(), 1.0 - np.tanh(xs) ** 2)
    assert drawn["its slope"].get_linestyle() == "--"
    assert texts(figure.axes[0]) == ["tanh"]  # in so narrow a window it dies nowhere


@pytest.mark.parametrize(
    ("name", "said", "ends"),
    [
        ("relu", ["no gradient here"], [(-5.0, 0.0)]),
        ("step", ["no gradient here"], [(-5.0, 5.0)]),
        ("tanh", ["hardly any gradient"] * 2, [(-5.0, -3.0), (3.0, 5.0)]),
        ("sigmoid", ["hardly any gradient"] * 2, [(-5.0, -4.6), (4.6, 5.0)]),
        ("leaky_relu", [], []),
        ("linear", [], []),
    ],
)
def test_where_it_dies_is_shaded_and_said(name: str, said: list[str], ends: list[tuple[float, float]]) -> None:
    figure = plot_activation(name)
    axes = figure.axes[0]
    assert [text for text in texts(axes) if "gradient" in text] == said
    spans = [tuple(patch.get_extents().transformed(axes.transData.inverted()).intervalx) for patch in axes.patches]
    assert np.allclose(np.array(spans).reshape(-1), np.array(ends).reshape(-1), atol=0.06)
    assert all(f"{words} from" in figure.alt for words in said)


def test_several_activations_have_a_panel_each_and_functions_serve_too() -> None:
    def bent(x: Value) -> Value:
        return x * x

    figure = plot_activation("relu", LeakyReLU(0.1), bent, lambda x: 3.0, title="Bends")
    assert [texts(axes)[-1 if i else 0] for i, axes in enumerate(figure.axes[:1])] == ["no gradient here"]
    names = [axes.texts[-1].get_text() for axes in figure.axes]
    assert names == ["relu", "LeakyReLU(0.1)", "bent", "f"]
    slope = np.asarray(lines(figure.axes[2])["its slope"].get_xydata(), float)
    assert np.allclose(slope[:, 1], 2.0 * slope[:, 0])
    assert "no gradient here" in texts(figure.axes[3])
    assert not [text for text in texts(figure.axes[2]) if "gradient" in text]  # its lowest point is no dead place


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        ((), {}, "at least one activation"),
        (("rleu",), {}, "an activation must be one of linear, relu, leaky_relu"),
        (("softmax",), {}, "softmax is of a whole layer"),
        ((3,), {}, "an activation must be a name or a function of a Value, got int"),
        ((ReLU,), {}, "got the class ReLU, make one of it"),
        ((lambda x: "a",), {}, "f must be a real number, got str"),
        (("relu",), {"low": 1.0, "high": 1.0}, "low must be below high, got 1.0 and 1.0"),
        (("relu",), {"low": "a"}, "low must be a real number, got str"),
    ],
)
def test_what_is_no_activation_is_refused(arguments: Any, settings: Any, message: str) -> None:
    with pytest.raises((ArgumentError, ArgumentTypeError, TypeError)) as caught:
        plot_activation(*arguments, **settings)
    assert message in str(caught.value)


# the loss surface


W, B = Value(3.0, label="w"), Value(-1.0, label="b")


def bowl() -> Value:
    return (W - 1.0) ** 2 + 4.0 * B**2


def test_descend_tells_the_way_and_puts_everything_back() -> None:
    W.grad = 7.0
    optimizer = Adam([W, B], lr=0.5)
    way = descend(bowl, [W, B], optimizer, 5)
    assert way[0] == (3.0, -1.0) and len(way) == 6
    assert (W.data, B.data, W.grad, B.has_grad) == (3.0, -1.0, 7.0, False)
    assert optimizer.state_dict()["state"] == {}
    assert descend(bowl, [W, B], optimizer, 5) == way
    W.grad = None
    plain = descend(bowl, (W, B), SGD([W, B], lr=0.1), 1)
    assert plain[1] == pytest.approx((3.0 - 0.1 * 4.0, -1.0 + 0.1 * 8.0))


def test_descend_puts_back_after_an_error_too() -> None:
    def failing() -> Value:
        if W.data < 3.0:
            raise ZeroDivisionError
        return W * W

    with pytest.raises(ZeroDivisionError):
        descend(failing, [W], SGD([W], lr=0.1), 3)
    assert W.data == 3.0 and not W.has_grad


def test_the_surface_has_its_minimum_and_its_paths() -> None:
    way = descend(bowl, [W, B], SGD([W, B], lr=0.1), 20)
    figure = plot_loss_surface(
        bowl, (W, B), paths={"SGD": way, "there": [(3.0, -1.0), (1.0, 0.0)]}, around=((-1, 3), (-2, 2)), title="T"
    )
    (axes,) = figure.axes
    drawn = lines(axes)
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_xlim()) == ("w", "b", (-1.0, 3.0))
    star = drawn["least on the map: 0"]
    assert np.allclose(star.get_xydata(), [[1.0, 0.0]])
    sgd = next(line for label, line in drawn.items() if label.startswith("SGD: "))
    assert np.allclose(sgd.get_xydata(), way)
    assert drawn["there: 0 after 1 step"].get_marker() != sgd.get_marker()
    assert drawn["there: 0 after 1 step"].get_linestyle() != sgd.get_linestyle()
    assert [c for c in axes.collections if hasattr(c, "levels")]
    assert (W.data, B.data) == (3.0, -1.0) and not W.has_grad
    assert "w = 1, b = 0" in figure.alt


def test_the_least_loss_is_found_between_the_places_of_the_map_and_at_its_edge() -> None:
    figure = plot_loss_surface(bowl, (W, B), around=((-1.03, 3.1), (-2.2, 2)), resolution=9)
    star = next(line for label, line in lines(figure.axes[0]).items() if label.startswith("least"))
    assert np.allclose(star.get_xydata(), [[1.0, 0.0]], atol=1e-4)
    edge = plot_loss_surface(bowl, (W, B), around=((2.0, 3.0), (-1.0, 1.0)), resolution=9)
    star = next(line for label, line in lines(edge.axes[0]).items() if label.startswith("least"))
    assert np.allclose(star.get_xydata(), [[2.0, 0.0]], atol=1e-4)


def test_the_map_reaches_around_the_paths_or_as_far_as_it_is_told() -> None:
    def ends(**settings: Any) -> tuple[float, float, float, float]:
        axes = plot_loss_surface(bowl, (W, B), resolution=5, **settings).axes[0]
        return (*axes.get_xlim(), *axes.get_ylim())

    assert ends() == (1.0, 5.0, -3.0, 1.0)
    assert ends(around=1) == (2.0, 4.0, -2.0, 0.0)
    low, high, bottom, top = ends(paths={"a": [(0.0, 0.0), (5.0, 0.0)]})
    assert (low, high) == pytest.approx((-1.0, 6.0)) and bottom < -1.0 and top > 0.0


def test_a_plain_and_a_loss_that_is_not_finite_everywhere_can_be_drawn() -> None:
    plain = plot_loss_surface(lambda: 1.0, (W, B), resolution=5)
    assert not [c for c in plain.axes[0].collections if hasattr(c, "levels")]
    broken = plot_loss_surface(lambda: B.log(), (W, B), resolution=9)  # nan below 0
    star = next(label for label in lines(broken.axes[0]) if label.startswith("least"))
    assert star == "least on the map: -inf" or math.isfinite(float(star.split(": ")[1]))


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        ((3, (W, B)), {}, "loss must be a function without arguments, got int"),
        ((bowl, (W,)), {}, "params must be two different Values, got 1"),
        ((bowl, (W, W)), {}, "params must be two different Values"),
        ((bowl, (1.0, 2.0)), {}, "params must be a list of Values, such as [w, b]"),
        ((lambda: "a", (W, B)), {}, "loss() must be a real number, got str"),
        ((lambda: math.nan, (W, B)), {}, "loss must be finite somewhere on the map"),
        ((bowl, (W, B)), {"paths": [(1, 2)]}, "paths must be ways by name"),
        ((bowl, (W, B)), {"paths": {"a": []}}, "paths['a'] must hold places (w, b), at least one"),
        ((bowl, (W, B)), {"paths": {"a": [(1.0,)]}}, "paths['a'] must hold places (w, b)"),
        ((bowl, (W, B)), {"paths": {str(i): [(1, 2)] for i in range(7)}}, "at most 6 to be told apart, got 7"),
        ((bowl, (W, B)), {"paths": {"a": [(math.inf, 0.0)]}}, "a path that ran away needs `around`"),
        ((bowl, (W, B)), {"around": (1, 2)}, "around must be a number, or two pairs (low, high)"),
        ((bowl, (W, B)), {"around": 0}, "around must give a map a width"),
        ((bowl, (W, B)), {"resolution": 4}, "resolution must be at least 5, got 4"),
    ],
)
def test_what_is_no_surface_is_refused(arguments: Any, settings: Any, message: str) -> None:
    with pytest.raises((ArgumentError, ArgumentTypeError, TypeError)) as caught:
        plot_loss_surface(*arguments, **{"resolution": 5, **settings})
    assert message in str(caught.value)
    assert (W.data, B.data) == (3.0, -1.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3, [W], SGD([W]), 1), "loss must be a function without arguments, got int"),
        ((bowl, W, SGD([W]), 1), "params must be a list of Values"),
        ((bowl, [W], SGD, 1), "optimizer must be one such as SGD([w, b], lr=0.1), got the class SGD"),
        ((bowl, [W], SGD([W]), 0), "steps must be at least 1, got 0"),
        ((lambda: 3.0, [W], SGD([W]), 1), "loss must give a Value, got float"),
    ],
)
def test_what_cannot_descend_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises((ArgumentError, ArgumentTypeError)) as caught:
        descend(*arguments)
    assert message in str(caught.value)


# trainings


def run(*losses: float, held_out: float | None = None) -> History:
    validation = None if held_out is None else Score(held_out, 0.5)
    return History([Epoch(Score(loss, 1.0 - loss / 10.0), validation) for loss in losses])


def test_one_training_is_what_history_plots() -> None:
    history = run(3.0, 2.0, 1.0, held_out=2.0)
    figure, same = plot_history(history, title="T"), history.plot("T")
    assert figure.svg == same.svg and figure.alt == same.alt
    loss, accuracy = figure.axes
    assert np.asarray(lines(loss)["training"].get_ydata()).tolist() == [3.0, 2.0, 1.0]
    assert np.asarray(lines(loss)["held out"].get_ydata()).tolist() == [2.0, 2.0, 2.0]
    assert accuracy.get_ylabel() == "accuracy"


def test_several_trainings_lie_over_each_other_and_can_be_told_apart() -> None:
    figure = plot_history({"lr 0.01": run(3.0, 2.9), "lr 0.1": run(3.0, 0.5, held_out=1.0), "mine": [1.0, 0.9, 0.8]})
    loss, accuracy = figure.axes
    assert legend_of(loss) == ["lr 0.01", "lr 0.1", "lr 0.1, held out", "mine"]
    drawn = lines(loss)
    assert np.asarray(drawn["mine"].get_xydata()).tolist() == [[1, 1.0], [2, 0.9], [3, 0.8]]
    assert len({line.get_color() for label, line in drawn.items() if "held" not in label}) == 3
    assert len({line.get_marker() for label, line in drawn.items() if "held" not in label}) == 3
    assert drawn["lr 0.1, held out"].get_linestyle() == "--" != drawn["lr 0.1"].get_linestyle()
    assert set(lines(accuracy)) == {"lr 0.01", "lr 0.1", "lr 0.1, held out"}
    assert "lr 0.1: loss from 3 to 0.5" in figure.alt


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ({}, "history must hold from 1 to 6 runs to be told apart, got 0"),
        ({str(i): [1.0] for i in range(7)}, "got 7"),
        ({"a": [1.0], "b": []}, "history of 'b' must hold at least one epoch"),
        ({"a": 3}, "history must be what fit returned, or a list of losses, got int"),
        ("abc", "got str"),
    ],
)
def test_what_is_no_training_is_refused(history: Any, message: str) -> None:
    with pytest.raises((ArgumentError, ArgumentTypeError)) as caught:
        plot_history(history)
    assert message in str(caught.value)
