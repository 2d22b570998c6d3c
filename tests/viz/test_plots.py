"""Plots: what they show, and what they refuse."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.colors import to_rgb

from chalkgrad.engine import ArgumentError, ArgumentTypeError, MissingDependencyError, Value
from chalkgrad.nn import MLP, SGD, figures, fit
from chalkgrad.viz.plots import CLASSES, plot_decision_boundary, plot_loss

ROWS = [[-1.0, 0.0], [-2.0, 1.0], [1.0, 0.5], [2.0, -1.0]]
SIDES = [0, 0, 1, 1]


def side(row: list[float]) -> Value:
    """A classifier of two classes: the sign of the first column."""
    return Value(3.0) * row[0]


def nearest(row: list[float]) -> list[Value]:
    """A classifier of three classes: the corner of a triangle that is nearest."""
    return [-((Value(row[0]) - x) ** 2) - (Value(row[1]) - y) ** 2 for x, y in ((0, 0), (4, 0), (0, 4))]


def plot(model: Any = side, X: Any = ROWS, y: Any = SIDES, **settings: Any) -> Any:
    return plot_decision_boundary(model, X, y, **{"resolution": 9, **settings})


def tints(figure: Any) -> np.ndarray[Any, Any]:
    return np.asarray(figure.axes[0].images[0].get_array())


def closest_class(tint: np.ndarray[Any, Any]) -> int:
    """The class whose hue a tint has most of: what it keeps back from white is the same, but for its amount."""
    hues = [1.0 - np.array(to_rgb(colour)) for colour, _ in CLASSES]
    return int(np.argmax([(1.0 - tint) @ hue / np.linalg.norm(hue) for hue in hues]))


def legend(figure: Any) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def words(figure: Any) -> str:
    axes = figure.axes[0]
    return " | ".join([axes.get_title(loc="left"), *(text.get_text() for text in axes.texts)])


def boundary(figure: Any) -> Any:
    (line,) = [
        path for contour in figure.axes[0].collections if hasattr(contour, "levels") for path in contour.get_paths()
    ]
    return line.vertices


# the decision boundary


def test_one_output_is_read_by_its_sign() -> None:
    figure = plot()
    image = tints(figure)
    assert [closest_class(image[4, column]) for column in (0, 2, 6, 8)] == [0, 0, 1, 1]
    assert np.allclose(boundary(figure)[:, 0], 0.0)


def test_several_outputs_are_read_by_the_largest() -> None:
    figure = plot(nearest, [[0, 0], [4, 0], [0, 4]], [0, 1, 2], classes=["here", "right", "up"])
    image = tints(figure)
    assert [closest_class(image[at]) for at in ((0, 0), (0, -1), (-1, 0))] == [0, 1, 2]
    assert legend(figure) == ["here", "right", "up"]


def test_the_regions_are_where_the_axes_say() -> None:
    figure = plot(X=[[-1, 10], [3, 20]], y=[0, 1])
    axes = figure.axes[0]
    assert tuple(axes.images[0].get_extent()) == (*axes.get_xlim(), *axes.get_ylim())
    low, high = axes.get_xlim()
    assert low < -1 < 3 < high


def test_a_place_where_the_scores_are_close_is_pale() -> None:
    image = tints(plot(resolution=11))
    strength = np.ptp(image[5], axis=1)
    assert strength[5] < strength[0]
    assert strength[5] < strength[-1]


def test_a_model_that_gives_one_class_everywhere_has_no_boundary() -> None:
    figure = plot(lambda row: 1.0)
    assert not [c for c in figure.axes[0].collections if hasattr(c, "levels")]


def test_classes_of_two_may_be_minus_one_and_one() -> None:
    figure = plot(y=[-1, -1, 1, 1], held_out=(ROWS, [-1, -1, 1, -1]))
    assert legend(figure)[-1] == "wrong (1)"


def test_held_out_samples_are_counted_and_the_wrong_ones_marked() -> None:
    figure = plot(held_out=([[-1, 0], [1, 0], [3, 0]], [0, 0, 1]))
    assert legend(figure) == ["class 0", "class 1", "held out (3)", "wrong (1)"]
    assert figure.axes[0].collections[-1].get_offsets().tolist() == [[1, 0]]


def test_a_slice_says_where_it_is_and_judges_samples_as_they_are() -> None:
    rows = [[-1, 0, 5], [1, 1, 7]]
    figure = plot(
        lambda row: 40 * (row[2] - 6.5),
        rows,
        [0, 1],
        held_out=(rows, [0, 1]),
        names=["a", "b", "c"],
        columns=(1, 0),
        title="T",
    )
    axes = figure.axes[0]
    assert words(figure) == "slice at c = 6 | T"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("b", "a")
    assert closest_class(tints(figure)[0, 0]) == 0
    assert legend(figure)[-1] == "wrong (0)"  # though the second sample stands in the region of class 0


def test_numpy_arrays_serve_as_well() -> None:
    assert np.array_equal(tints(plot(X=np.array(ROWS), y=np.array(SIDES))), tints(plot()))


def test_a_column_of_one_number_can_be_drawn() -> None:
    low, high = plot(X=[[0, 1], [0, 2]], y=[0, 1]).axes[0].get_xlim()
    assert low < 0 < high


def test_asking_the_model_leaves_no_graph_and_no_gradient() -> None:
    model = MLP(2, [3, 1], seed=0)
    answers: list[Value] = []

    def ask(row: Any) -> Value:
        answers.append(model(row))
        return answers[-1]

    plot(ask)
    assert all(answer.parents == () for answer in answers)
    assert not any(parameter.has_grad for parameter in model.parameters())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"X": [1, 2, 3, 4]}, "X must be rows of at least 2 numbers, got shape"),
        ({"X": [[1], [2]]}, "X must be rows of at least 2 numbers, got shape"),
        ({"X": []}, "X must be rows of at least 2 numbers, got shape"),
        ({"X": [[1, 2], [3]]}, "X must be rows of numbers, all of one length"),
        ({"X": [["a", "b"]]}, "X must be rows of numbers"),
        ({"X": [[1, math.nan]] * 4}, "X must hold finite numbers"),
        ({"y": [0, 1]}, "y must have one class for each of the 4 rows"),
        ({"y": 1}, "y must have one class for each of the 4 rows"),
        ({"y": [0, 0, 1, 2]}, "y must hold 0 and 1, or -1 and 1, for the 2 classes of the model; got 2"),
        ({"y": ["a", "b", "a", "b"]}, "y must hold 0 and 1"),
        ({"model": nearest, "y": [0, 1, 2, 3]}, "y must hold integers from 0 to 2, for the 3 classes"),
        ({"model": 3}, "model must be callable, got int"),
        ({"model": lambda row: math.inf}, "model must give finite outputs, and does not at"),
        ({"model": lambda row: [0.0] * 7}, "at most 6 classes"),
        ({"held_out": ROWS}, "held_out must be a pair"),
        ({"held_out": ([[1, 2, 3]], [0])}, "held_out X must have 2 columns, as X has; got 3"),
        ({"held_out": (ROWS, [0])}, "held_out y must have one class for each of the 4 rows"),
        ({"columns": (0, 2)}, "columns must be two different ones, from 0 to 1; got 0 and 2"),
        ({"columns": (1, 1)}, "columns must be two different ones"),
        ({"columns": 1}, "columns must be a pair"),
        ({"columns": ("a", "b")}, "a column must be an integer"),
        ({"names": ["a"]}, "names must hold 2 names, got 1"),
        ({"classes": ["a", "b", "c"]}, "classes must hold 2 names, got 3"),
        ({"resolution": 1}, "resolution must be at least 2"),
        ({"resolution": 2.5}, "resolution must be an integer"),
    ],
)
def test_what_cannot_be_plotted_is_refused_by_name(settings: dict[str, Any], message: str) -> None:
    with pytest.raises((ArgumentError, ArgumentTypeError)) as caught:
        plot(**settings)
    assert message in str(caught.value)


# the loss


def test_the_loss_of_every_epoch_is_drawn() -> None:
    model = MLP(2, [1], seed=0)
    optimizer = SGD(model.parameters(), lr=0.1)
    history = fit(model, ROWS, SIDES, "mse_loss", optimizer, epochs=3, validation=(ROWS, SIDES), seed=0, progress=False)
    training, validation = plot_loss(history, title="Loss").axes[0].lines
    assert np.asarray(training.get_xydata()).tolist() == [[i, loss] for i, loss in enumerate(history.loss, 1)]
    assert np.asarray(validation.get_ydata()).tolist() == history.validation_loss
    assert training.get_linestyle() != validation.get_linestyle()


def test_epochs_are_whole_numbers() -> None:
    figure = plot_loss([3.0, 2.0, 1.0])
    figure.draw_without_rendering()
    assert all(float(label.get_text()).is_integer() for label in figure.axes[0].get_xticklabels())


def test_a_loss_that_has_run_away_is_still_drawn() -> None:
    low, high = plot_loss([1.0, 5.0, math.inf, math.nan]).axes[0].get_ylim()
    assert low == 0.0
    assert 5.0 <= high < math.inf


@pytest.mark.parametrize(("history", "message"), [([], "at least one epoch"), (3, "or a list of losses, got int")])
def test_what_is_no_history_is_refused(history: Any, message: str) -> None:
    with pytest.raises((ArgumentError, ArgumentTypeError), match=message):
        plot_loss(history)


# figures


@pytest.mark.parametrize("figure", [plot, lambda: plot_loss([2.0, 1.0])], ids=["boundary", "loss"])
def test_a_figure_shows_itself_in_jupyter_and_is_the_same_every_time(figure: Any) -> None:
    shown, _ = DisplayFormatter().format(figure())
    assert shown["image/png"].startswith(b"\x89PNG")
    assert figure()._repr_png_() == figure()._repr_png_()


def test_no_window_system_is_touched() -> None:
    code = (
        "import sys; from chalkgrad.viz.plots import plot_loss; assert 'matplotlib' not in sys.modules;"
        "plot_loss([1.0])._repr_png_(); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("figure", [plot, lambda: plot_loss([2.0, 1.0])], ids=["boundary", "loss"])
def test_without_matplotlib_the_message_says_what_to_install(figure: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setitem(sys.modules, "matplotlib.ticker", None)
    figures._figure_type.cache_clear()
    with pytest.raises(MissingDependencyError, match=r'pip install "chalkgrad\[notebook\]"'):
        figure()
