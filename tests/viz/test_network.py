"""The network picture: its columns, its weights, and numbers that stand in the graph's picture too."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value, no_grad
from chalkgrad.nn import (
    MLP,
    Dropout,
    Layer,
    Linear,
    Module,
    Neuron,
    Perceptron,
    ReLU,
    Sequential,
    cross_entropy,
    mse_loss,
)
from chalkgrad.viz import draw, draw_network

X = [1.0, -2.0]


def model(**settings: Any) -> MLP:
    return MLP(2, [3, 1], activation="tanh", seed=1, **settings)


def numbers(title: str) -> dict[str, float]:
    """What a tooltip says, by its captions."""
    found: dict[str, float] = {}
    caption = ""
    for line in title.splitlines()[1:]:
        name, number = line.split()
        caption = f"{caption}.grad" if name == "grad" else name
        found[caption] = float(number)
    return found


def weights(source: str) -> dict[str, dict[str, str]]:
    """The look of each weight in the DOT text, by its id."""
    looks = {}
    for line in source.splitlines():
        if " -> " in line and "id=w" in line.replace('"', ""):
            look = dict(re.findall(r'(\w+)="?([^" \]]+)"?', line))
            looks[look["id"]] = look
    return looks


def test_neurons_stand_in_columns_that_are_named() -> None:
    text = "".join(ElementTree.fromstring(draw_network(model()).svg).itertext())
    for word in ("input layer", "hidden layer", "output layer", "layer0 · tanh · 3 neurons", "layer1 · linear", "x[1]"):
        assert word in text
    source = draw_network(model()).source
    found = re.findall(r"\t\"?(u\d-\d)\"? \[.*?pos=\"([-\d.]+),([-\d.]+)!\"", source, re.S)
    places = {name: (float(x), float(y)) for name, x, y in found}
    assert len(places) == 6
    assert len({x for x, _ in places.values()}) == 3
    assert places["u1-0"][1] > places["u1-1"][1] > places["u1-2"][1]


def test_a_weight_is_as_wide_as_it_is_large_and_dashed_below_zero() -> None:
    net = model()
    looks = weights(draw_network(net).source)
    parameters = {f"w1-{j}-{i}": w.data for j, n in enumerate(net.layers[0].neurons) for i, w in enumerate(n.w)}
    parameters |= {f"w2-0-{i}": w.data for i, w in enumerate(net.layers[1].neurons[0].w)}
    assert looks.keys() == parameters.keys()
    by_size = sorted(parameters, key=lambda name: abs(parameters[name]))
    widths = [float(looks[name]["penwidth"]) for name in by_size]
    assert widths == sorted(widths) and widths[-1] == 6.0
    for name, look in looks.items():
        assert (look.get("style") == "dashed") == (parameters[name] < 0.0)
        assert look["class"] == ("minus" if parameters[name] < 0.0 else "plus")


def test_the_numbers_are_those_of_the_graph() -> None:
    net = model()
    output = net(X)
    loss = mse_loss(output, 0.5)
    loss.backward()
    drawn = draw_network(net, loss=loss)
    (hidden,) = [t for t in drawn.titles.values() if t.startswith("layer0.neuron1\n")]
    in_graph = draw(loss, detail="neuron").titles.values()
    (same,) = [t for t in in_graph if t.startswith("layer0.neuron1,") and "data" in t]
    told = numbers(hidden)
    assert f"data {told['tanh']!r}" in same and f"grad {told['tanh.grad']!r}" in same
    weight = net.layers[0].neurons[1].w[1]
    assert drawn.titles["w1-1-1"] == f"layer0.neuron1.w[1] {weight.data!r}\ngrad {weight.grad!r}"
    x, b = X, net.layers[0].neurons[1].b.data
    w = [p.data for p in net.layers[0].neurons[1].w]
    assert told["sum"] == pytest.approx(b + w[0] * x[0] + w[1] * x[1])
    assert numbers(drawn.titles["u0-1"])["value"] == -2.0


def test_a_loss_by_name_gives_the_same_gradients_and_leaves_none_behind() -> None:
    net = model()
    drawn = draw_network(net, X, 0.5, "mse_loss")
    assert not any(p.has_grad for p in net.parameters())
    loss = mse_loss(net(X), 0.5)
    loss.backward()
    assert {k: numbers(t) for k, t in drawn.titles.items() if k != "loss"} == {
        k: numbers(t) for k, t in draw_network(net, loss=loss).titles.items() if k != "loss"
    }
    assert drawn.titles["loss"] == f"loss {loss.data!r}"
    assert "The loss is" in drawn.alt


def test_a_gradient_that_is_not_there_is_a_dash_and_without_a_loss_there_is_none() -> None:
    net = model()
    waiting = draw_network(net, loss=mse_loss(net(X), 0.5))
    assert "grad –" in waiting.titles["u1-0"] and "grad –" in waiting.titles["w1-0-0"]
    assert "grad" not in draw_network(net, X).titles["u1-0"]
    assert "sum" not in draw_network(net).titles["u1-0"]


def test_what_follows_a_linear_layer_belongs_to_it() -> None:
    net = Sequential(Linear(2, 4, seed=0), ReLU(), Dropout(0.5), Linear(4, 3, seed=1))
    drawn = draw_network(net, [1.0, 0.5])
    assert "layer0 of 4 neurons, relu" in drawn.alt and "layer3 of 3 neurons, linear" in drawn.alt
    told = numbers(drawn.titles["u1-1"])
    assert told["sum"] < 0.0 == told["relu"]
    assert "neurons, relu" in draw_network(net).alt and "sum" not in draw_network(net).titles["u1-1"]
    logits = net.eval()([1.0, 0.5])
    assert [numbers(drawn.titles[f"u2-{i}"])["sum"] for i in range(3)] == [z.data for z in logits]
    assert "linear" in draw_network(net, loss=cross_entropy(logits, 1)).alt


def test_a_softmax_is_of_the_whole_layer() -> None:
    net = MLP(2, [3, 3], output="softmax", seed=0)
    drawn = draw_network(net, X)
    assert [numbers(drawn.titles[f"u2-{i}"])["softmax"] for i in range(3)] == net.predict(X)


def test_a_module_of_ones_own_a_layer_and_a_lone_neuron() -> None:
    class Net(Module):
        def __init__(self) -> None:
            self.relu = ReLU()
            self.fc1 = Linear(2, 3, seed=0)
            self.fc2 = Linear(3, 1, seed=1)

        def forward(self, x: Any) -> Any:
            return self.fc2(self.relu(self.fc1(x)))

    assert "hidden layer fc1 of 3 neurons, relu; output layer fc2 of 1 neuron, linear" in draw_network(Net(), X).alt
    assert "output layer layer of 2 neurons, relu" in draw_network(Layer(2, 2, seed=0), X).alt
    neuron = Neuron(2, seed=1)
    assert numbers(draw_network(neuron, X).titles["u1-0"])["relu"] == neuron(X).data
    assert "step" in draw_network(Perceptron(2), X).alt


def test_of_a_wide_layer_the_middle_is_left_out_and_that_is_said() -> None:
    drawn = draw_network(MLP(64, [32, 10], seed=0))
    names = set(drawn.titles)
    assert {"u0-5", "u0-62", "u1-30", "u2-9"} <= names and not {"u0-6", "u0-61", "u1-6"} & names
    text = "".join(ElementTree.fromstring(drawn.svg).itertext())
    assert "56 more" in text and "8 of the 64 of the inputs, 8 of the 32 of layer0" in text
    assert len(weights(drawn.source)) == 8 * 8 + 8 * 10


def test_it_is_drawn_under_no_grad_too_and_the_model_is_left_as_it_was() -> None:
    net = Sequential(Linear(2, 2, seed=0), Dropout(0.5, seed=0), ReLU())
    with no_grad():
        drawn = draw_network(net, X)
    assert drawn.source == draw_network(net, X).source
    assert net.training and not any(p.has_grad for p in net.parameters())


def test_draw_of_a_model_is_its_network() -> None:
    net = model()
    assert draw(net).source == draw_network(net).source
    assert draw(net, theme="dark", precision=2).source == draw_network(net, theme="dark", precision=2).source


def test_it_is_a_drawing(tmp_path: Any) -> None:
    drawn = draw_network(model(), X, title="<b>One sample")
    for ending in ("svg", "png", "pdf"):
        assert drawn.save(tmp_path / f"network.{ending}").stat().st_size > 1000
    assert "&lt;b&gt;One sample" in drawn.svg
    assert drawn.source == draw_network(model(), X, title="<b>One sample").source
    assert "var(--minus)" in drawn.svg and "prefers-color-scheme" in drawn.svg


class Bare(Module):
    def __init__(self) -> None:
        self.w = Value(1.0)

    def forward(self, x: Any) -> Any:
        return self.w * x[0]


class Unused(Module):
    def __init__(self) -> None:
        self.fc1 = Linear(2, 2, seed=0)
        self.fc2 = Linear(2, 2, seed=0)

    def forward(self, x: Any) -> Any:
        return self.fc1(x)


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        ((3,), {}, "model must be a module, such as MLP(2, [8, 1]), got int"),
        ((Bare(),), {}, "Bare holds no layers of neurons; draw(model(x)) draws what it computes"),
        ((Sequential(Linear(2, 3), Linear(2, 1)),), {}, "layer1 takes 2 inputs and layer0 gives 3"),
        ((Unused(), X), {}, "for it fc2.neuron0 is not used"),
        ((model(), X, 1.0), {}, "target and loss belong together"),
        ((model(), None, 1.0, "mse_loss"), {}, "a target and a loss need a sample"),
        ((model(), X, 1.0, "mse"), {}, "loss must be one of mse_loss"),
        ((model(), X, 1.0, 3), {}, "loss must be a name, a function of output and target, or a Value; got int"),
        ((model(), X, 1.0, lambda out, target: 3.0), {}, "loss must give a Value, got float"),
        ((model(), X, None, Value(1.0)), {}, "a loss that was computed has its sample in it"),
        ((model(), [1.0, 2.0, 3.0]), {}, "takes 2 inputs, got 3"),
        ((model(), ["a", 1.0]), {}, "x[0] must be a real number"),
        ((model(),), {"theme": "pink"}, "theme must be one of auto, light, dark; got 'pink'"),
        ((model(),), {"precision": 18}, "precision must be from 0 to 17, got 18"),
        ((model(),), {"precision": "4"}, "precision must be a whole number, got str"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(arguments: Any, settings: Any, message: str) -> None:
    with pytest.raises((ArgumentError, ArgumentTypeError, TypeError)) as caught:
        draw_network(*arguments, **settings)
    assert message in str(caught.value)


def test_a_loss_of_several_samples_is_refused() -> None:
    net = model()
    loss = mse_loss(net(X), 0.5) + mse_loss(net([0.0, 1.0]), 0.5)
    with pytest.raises(ArgumentError, match=r"layer0\.neuron0 is used 2 times"):
        draw_network(net, loss=loss)
