"""Mistakes, weights, gradients and each neuron's own map, read off the figures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value
from chalkgrad.nn import MLP, Adam, Classes, Dropout, Layer, Linear, Module, ReLU, Sequential, fit
from chalkgrad.viz import plot_confusion, plot_gradients, plot_neuron_maps, plot_weights

ROWS, SIDES = [[-1.0, 0.0], [-2.0, 1.0], [1.0, 0.5], [2.0, -1.0]], [0, 0, 1, 1]


def note(axes: Any, place: str = "left") -> str:
    return str(axes.get_title(loc=place))


# mistakes


def says(row: list[float]) -> list[float]:
    """A classifier of three classes that reads its answer off the row."""
    return [float(row[0] == k) for k in range(3)]


def cells(figure: Any) -> dict[tuple[int, int], str]:
    """The text of each cell, by row and column."""
    return {
        (round(text.get_position()[1]), round(text.get_position()[0])): text.get_text()
        for text in figure.axes[0].texts
        if text.get_text().isdigit()
    }


def test_rows_are_true_and_columns_are_answered() -> None:
    figure = plot_confusion(says, [[0], [0], [1], [2], [2]], [0, 1, 1, 2, 0], ["cat", "dog", "fox"], title="Pets")
    assert cells(figure) == {
        (0, 0): "1", (0, 1): "0", (0, 2): "1",
        (1, 0): "1", (1, 1): "1", (1, 2): "0",
        (2, 0): "0", (2, 1): "0", (2, 2): "1",
    }  # fmt: skip
    (axes,) = figure.axes
    assert [t.get_text() for t in axes.get_yticklabels()] == ["cat", "dog", "fox"]
    assert (axes.get_xlabel(), axes.get_ylabel(), note(axes)) == ("the model says", "it is", "3 of 5 right")
    assert axes.yaxis_inverted()  # the first class stands above
    assert figure.alt == "Pets: 3 of 5 samples right; 1 cat taken for fox; 1 dog taken for cat."


def test_mistakes_stand_out_and_the_diagonal_is_calm() -> None:
    figure: Any = plot_confusion(says, [[0], [0], [0]], [0, 0, 1])
    framed = [p for p in figure.axes[0].patches if isinstance(p, Rectangle) and not p.get_fill()]
    assert [(p.get_x() + 0.47, p.get_y() + 0.47) for p in framed] == [(0.0, 1.0)]
    filled = {
        (round(p.get_y() + 0.47), round(p.get_x() + 0.47)): p.get_facecolor()[3]
        for p in figure.axes[0].patches
        if p.get_fill()
    }
    assert filled[1, 0] > filled[0, 0] > filled[2, 2] == 0.0
    bold = [t.get_text() for t in figure.axes[0].texts if t.get_fontweight() == "bold" and t.get_text()]
    assert bold == ["1"]


def test_one_output_tells_two_classes_apart_and_all_right_is_said() -> None:
    figure = plot_confusion(lambda row: row[0], ROWS, [-1, -1, 1, 1])
    assert cells(figure) == {(0, 0): "2", (0, 1): "0", (1, 0): "0", (1, 1): "2"}
    assert figure.alt == "4 of 4 samples right."


def test_classes_may_be_names() -> None:
    rows, names = [[0.0], [1.0], [2.0], [2.0]], ["ant", "bee", "cow", "cow"]
    by_themselves = plot_confusion(says, rows, names)
    assert cells(by_themselves)[2, 2] == "2" and "4 of 4" in by_themselves.alt
    assert plot_confusion(says, rows, names, Classes(names)).alt == by_themselves.alt
    other_order = plot_confusion(says, rows, names, ["cow", "bee", "ant"])
    assert cells(other_order)[0, 2] == "2" and "2 cow taken for ant" in other_order.alt
    assert "taken for bee" in plot_confusion(says, [[1.0]], [0], Classes(names)).alt


def test_what_fit_learned_by_name_is_judged_by_name() -> None:
    model = MLP(2, [4, 2], activation="tanh", seed=0)
    names = ["left", "left", "right", "right"]
    optimizer = Adam(model.parameters(), lr=0.1)
    history = fit(model, ROWS, names, "cross_entropy", optimizer, epochs=30, seed=0, progress=False)
    assert "4 of 4" in plot_confusion(model, ROWS, names, history.classes).alt


def test_dropout_is_off_while_a_model_is_judged() -> None:
    model = Sequential(Linear(1, 1, init="ones"), Dropout(0.9, seed=0))
    assert "200 of 200" in plot_confusion(model, [[1.0]] * 200, [1] * 200).alt
    assert model.training


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((says, [], []), "X must be rows of at least 1 number"),
        ((says, [[0]], [3]), "y must hold integers from 0 to 2"),
        ((says, [[0]], [0, 1]), "y must have one class for each of the 1 rows"),
        ((says, [[0]], [0], ["a", "b"]), "classes must hold 3 names, got 2"),
        ((says, [[0]], ["d"], ["a", "b", "c"]), "y holds 'd', which is not among the classes 'a', 'b', 'c'"),
        ((3, [[0]], [0]), "model must be callable, got int"),
        ((lambda row: math.nan, [[0]], [0]), "model must give finite outputs"),
    ],
)
def test_what_cannot_be_judged_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises((ArgumentError, ArgumentTypeError)) as caught:
        plot_confusion(*arguments)
    assert message in str(caught.value)


# weights and gradients


def heights(axes: Any) -> list[float]:
    return [patch.get_height() for patch in axes.patches]


def test_each_layer_has_a_row_of_its_weights() -> None:
    model = MLP(2, [5, 1], seed=0)
    figure: Any = plot_weights(model, bins=8, title="Weights")
    assert [note(axes) for axes in figure.axes] == ["layer0", "layer1"]
    assert [sum(heights(axes)) for axes in figure.axes] == [10.0, 5.0]
    assert note(figure.axes[0], "right").startswith("10 weights, spread ")
    biases = [line for line in figure.axes[0].lines if line.get_label() == "bias"]
    assert np.asarray(biases[0].get_xdata()).tolist() == [n.b.data for n in model.layers[0].neurons]
    assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()
    first = figure.axes[0].patches
    counted = [
        sum(p.get_x() <= w.data < p.get_x() + p.get_width() for n in model.layers[0].neurons for w in n.w)
        for p in first
    ]
    assert counted == heights(figure.axes[0])


def test_gradients_are_on_an_axis_of_tens_and_zeros_are_counted_in_words() -> None:
    model = Sequential(Linear(1, 2, seed=0), ReLU(), Linear(2, 1, seed=0))
    for neuron, (w, b) in zip(model[0].neurons, ((1.0, 0.0), (-1.0, 0.0)), strict=True):
        neuron.w[0].data, neuron.b.data = w, b
    model([100.0]).backward()
    figure: Any = plot_gradients(model, bins=6)
    first = figure.axes[0]
    assert note(first, "right").endswith("; 2 are 0")  # the second neuron is silent
    assert sum(heights(first)) == 2.0
    w = model[0].neurons[0].w[0].grad
    (place,) = [
        p for p in first.patches if p.get_x() <= math.log10(abs(w)) <= p.get_x() + p.get_width() and p.get_height()
    ]
    assert place.get_height() >= 1.0
    figure.draw_without_rendering()
    assert "100" in [label.get_text() for label in figure.axes[-1].get_xticklabels()]


def test_modules_of_ones_own_and_lone_layers_have_rows_too() -> None:
    class Net(Module):
        def __init__(self) -> None:
            self.fc = Linear(2, 2, seed=0)
            self.scale = Value(2.0)

        def forward(self, x: Any) -> Any:
            return self.fc(x)[0] * self.scale

    assert [note(axes) for axes in plot_weights(Net()).axes] == ["fc", "model"]
    assert [note(axes) for axes in plot_weights(Layer(2, 2, seed=0)).axes] == ["layer"]


@pytest.mark.parametrize("plot", [plot_weights, plot_gradients])
def test_what_has_no_parameters_is_refused(plot: Any) -> None:
    with pytest.raises(ArgumentTypeError, match=r"model must be a module, such as MLP\(2, \[8, 1\]\), got int"):
        plot(3)
    with pytest.raises(ArgumentError, match="ReLU has no parameters"):
        plot(ReLU())
    with pytest.raises(ArgumentError, match="bins must be at least 2, got 1"):
        model = MLP(1, [1], seed=0)
        model([1.0]).backward()
        plot(model, bins=1)


def test_gradients_that_are_not_there_and_numbers_that_are_not_finite_are_refused() -> None:
    model = MLP(1, [1], seed=0)
    with pytest.raises(ArgumentError, match=r"model has no gradients yet: call loss.backward\(\) first"):
        plot_gradients(model)
    model.parameters()[0].grad = math.inf
    with pytest.raises(ArgumentError, match="the gradients of layer0 must be finite"):
        plot_gradients(model)
    model.parameters()[0].data = math.nan
    with pytest.raises(ArgumentError, match="the parameters of layer0 must be finite"):
        plot_weights(model)


# each neuron's map


def image(axes: Any) -> np.ndarray[Any, Any]:
    return np.asarray(axes.images[0].get_array())


def test_each_neuron_has_a_map_of_what_it_gives() -> None:
    layer = Layer(2, 2, activation="relu", seed=0)
    for neuron, weights in zip(layer.neurons, ((1.0, 0.0), (0.0, 0.0)), strict=True):
        for w, x in zip(neuron.w, weights, strict=True):
            w.data = x
    figure = plot_neuron_maps(layer, ROWS, SIDES, resolution=9)
    first, second = figure.axes
    assert (note(first), note(second)) == ("neuron0", "neuron1")
    depth = image(first)[..., 3]
    assert (depth[:, 0] == 0.0).all() and (np.diff(depth[4, 5:]) > 0.0).all()  # a relu of the first column
    assert (image(second)[..., 3] == 0.0).all()
    assert "0 everywhere: neuron1" in figure.alt
    assert len(first.collections) == 2  # the samples of both classes


def test_sides_differ_in_colour_and_a_line_stands_between() -> None:
    figure = plot_neuron_maps(MLP(2, [3, 1], activation="tanh", seed=0), ROWS, layer=0, resolution=9)
    assert len(figure.axes) == 3
    for axes in figure.axes:
        colours = {tuple(colour) for colour in image(axes)[..., :3].reshape(-1, 3).round(3).tolist()}
        assert len(colours) == 2
        assert [c for c in axes.collections if hasattr(c, "levels")]


def test_a_layer_is_found_by_number_and_by_path_and_its_activation_with_it() -> None:
    model = Sequential(Linear(2, 3, seed=0), ReLU(), Linear(3, 1, seed=1))
    bent = plot_neuron_maps(model, ROWS, resolution=5)
    assert len(bent.axes) == 3 and "layer0" in bent.alt
    assert not [c for axes in bent.axes for c in axes.collections if hasattr(c, "levels")]  # never below 0
    assert (
        image(bent.axes[0]).tolist()
        == image(plot_neuron_maps(model, ROWS, layer="layer1", resolution=5).axes[0]).tolist()
    )
    assert len(plot_neuron_maps(model, ROWS, layer=1, resolution=5).axes) == 1
    assert "forward" not in vars(model[1])  # nobody listens any more


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": 3}, "model must be a module"),
        ({"layer": 2}, "layer must be below 2, the number of the model's layers; got 2"),
        ({"layer": "fc"}, "layer 'fc' is none of the model's: layer0, "),
        ({"layer": 1.5}, "layer must be an integer, got float"),
        ({"X": [[1.0]]}, "X must be rows of at least 2 numbers"),
        ({"model": MLP(2, [33, 1], seed=0)}, "layer must have at most 32 neurons to be drawn one by one, got 33"),
        ({"y": [0, 1]}, "y must have one class for each of the 4 rows"),
        ({"columns": (0, 0)}, "columns must be two different ones"),
    ],
)
def test_what_has_no_map_is_refused(settings: dict[str, Any], message: str) -> None:
    arguments = {"model": MLP(2, [3, 1], seed=0), "X": ROWS, "resolution": 5, **settings}
    with pytest.raises((ArgumentError, ArgumentTypeError)) as caught:
        plot_neuron_maps(**arguments)
    assert message in str(caught.value)
