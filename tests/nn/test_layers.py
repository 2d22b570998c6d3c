"""Layers: names, shapes, initialisation, and the same scalar ops as micrograd."""

from __future__ import annotations

import gc
import math
import random
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import make_moons

from chalkgrad.engine import ArgumentError, ArgumentTypeError, OperandError, Value, softmax, topological_order
from chalkgrad.nn import ACTIVATIONS, MLP, Layer, Neuron

BENDS = [name for name in ACTIVATIONS if name not in ("linear", "softmax")]


def ops(root: Value) -> Counter[str]:
    return Counter(node.op.name for node in topological_order(root) if node.op is not None)


# micrograd's programs


def test_a_row_costs_the_scalar_ops_of_micrograd_and_no_more() -> None:
    assert ops(MLP(2, [16, 16, 1])([0.5, -1.0])) == {"mul": 304, "add": 304, "relu": 32}


def test_a_neuron_is_summed_from_the_bias_in_the_order_of_the_weights() -> None:
    neuron = Neuron(3, nonlin=False, seed=3)
    neuron.b.data = 0.1
    x = [1e16, 1.0, -1e16]
    total = neuron.b.data
    for w, xi in zip(neuron.w, x, strict=True):
        total += w.data * xi
    assert neuron(x).data == total


@pytest.fixture
def collector_off() -> Iterator[None]:
    """Without the collector a large heap (of other tests) costs nothing; graphs are freed without it."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.slow
def test_the_moons_demo_of_micrograd_trains_to_the_last_point(collector_off: None) -> None:
    np.random.seed(1337)
    random.seed(1337)
    points, sides = make_moons(n_samples=100, noise=0.1)
    sides = sides * 2 - 1
    model = MLP(2, [16, 16, 1])
    right = 0.0
    for k in range(100):
        scores = list(map(model, [list(map(Value, point)) for point in points]))
        margins = [(1 + -side * score).relu() for side, score in zip(sides, scores, strict=True)]
        penalty = 1e-4 * sum(p * p for p in model.parameters())
        total = sum(margins) * (1.0 / len(margins)) + penalty
        right = np.mean([(side > 0) == (score.data > 0) for side, score in zip(sides, scores, strict=True)])
        if right == 1.0:
            break
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
    assert right == 1.0


# outputs


def test_one_output_is_a_value_and_several_are_a_list() -> None:
    assert isinstance(MLP(2, [3, 1])([1.0, 2.0]), Value)
    outputs = MLP(2, [3, 2])([1.0, 2.0])
    assert isinstance(outputs, list) and len(outputs) == 2
    assert isinstance(Neuron(2)([1.0, 2.0]), Value)


def test_a_hidden_layer_may_have_one_neuron() -> None:
    assert len(MLP(2, [1, 3])([1.0, 2.0])) == 3


@pytest.mark.parametrize("x", [[0.5, -2.0], (0.5, -2.0), np.array([0.5, -2.0]), [Value(0.5), -2]])
def test_rows_of_any_kind_are_accepted(x: Any) -> None:
    assert MLP(2, [3, 1], seed=0)(x).data == MLP(2, [3, 1], seed=0)([0.5, -2.0]).data


def test_numbers_become_one_labelled_input_each_that_all_neurons_share() -> None:
    leaves = [node for node in topological_order(MLP(2, [5, 1])([0.5, -2.0])) if node.is_leaf]
    assert [node.label for node in leaves if node.label.startswith("x")] == ["x[0]", "x[1]"]
    assert not any(node.is_constant for node in leaves)


def test_a_single_number_is_a_row_of_one() -> None:
    neuron = Neuron(1, nonlin=False, seed=0)
    assert neuron(3.0).data == neuron([3.0]).data == neuron(Value(3.0)).data


@pytest.mark.parametrize("hidden", ["linear", *BENDS])
@pytest.mark.parametrize("output", ["linear", "sigmoid", "softmax"])
def test_outputs_and_gradients_are_those_of_torch(hidden: str, output: str, torch: ModuleType) -> None:
    bends = {
        "linear": lambda x: x,
        "softmax": lambda x: torch.softmax(x, -1),
        **{name: getattr(torch.nn.functional, name) for name in BENDS},
    }
    model = MLP(3, [4, 2], hidden, output, seed=5)
    x = [0.3, -1.2, 0.8]
    first, second = model(x)
    (first - 2.0 * second).backward()

    flow = torch.tensor(x, dtype=torch.float64)
    tensors = []
    for layer, activation in zip(model.layers, (hidden, output), strict=True):
        weights = torch.tensor([[w.data for w in n.w] for n in layer.neurons], dtype=torch.float64, requires_grad=True)
        biases = torch.tensor([n.b.data for n in layer.neurons], dtype=torch.float64, requires_grad=True)
        tensors.append((weights, biases))
        flow = bends[activation](weights @ flow + biases)
    (flow[0] - 2.0 * flow[1]).backward()

    assert [first.data, second.data] == pytest.approx(flow.tolist(), rel=1e-13, abs=1e-15)
    for layer, (weights, biases) in zip(model.layers, tensors, strict=True):
        for neuron, row, bias in zip(layer.neurons, weights.grad.tolist(), biases.grad.tolist(), strict=True):
            assert [p.grad for p in neuron.parameters()] == pytest.approx([*row, bias], rel=1e-12, abs=1e-15)


def test_softmax_bends_the_layer_as_a_whole() -> None:
    outputs = Layer(2, 3, activation="softmax", seed=0)([1.0, -1.0])
    assert sum(p.data for p in outputs) == pytest.approx(1.0, abs=1e-15)
    assert [p.data for p in outputs] == softmax([n.data for n in _neuron_outputs(outputs)])


def _neuron_outputs(outputs: list[Value]) -> list[Value]:
    return [node for node in topological_order(*outputs) if node.scope.startswith("neuron")]


def test_activations_are_chosen_for_each_layer() -> None:
    assert [layer.activation for layer in MLP(2, [3, 3, 1]).layers] == ["relu", "relu", "linear"]
    assert [layer.activation for layer in MLP(2, [3, 3, 2], "tanh", "softmax").layers] == ["tanh", "tanh", "softmax"]
    assert [layer.activation for layer in MLP(2, [3, 3], ["sigmoid", "gelu"]).layers] == ["sigmoid", "gelu"]
    assert Neuron(2, nonlin=False).nonlin is False and Neuron(2).nonlin is True


# names


def test_names_are_the_paths_and_the_labels() -> None:
    model = MLP(2, [2, 1])
    names = [name for name, _ in model.named_parameters()]
    assert names == [
        "layer0.neuron0.w[0]", "layer0.neuron0.w[1]", "layer0.neuron0.b",
        "layer0.neuron1.w[0]", "layer0.neuron1.w[1]", "layer0.neuron1.b",
        "layer1.neuron0.w[0]", "layer1.neuron0.w[1]", "layer1.neuron0.b",
    ]  # fmt: skip
    assert [p.label for p in model.parameters()] == names
    assert [p.label for p in Layer(1, 2).parameters()] == ["neuron0.w[0]", "neuron0.b", "neuron1.w[0]", "neuron1.b"]
    assert [p.label for p in Neuron(2).parameters()] == ["w[0]", "w[1]", "b"]


@given(st.integers(1, 4), st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_every_name_leads_to_its_parameter(nin: int, nouts: list[int]) -> None:
    model = MLP(nin, nouts)
    for name, parameter in model.named_parameters():
        layer, neuron, leaf = name.split(".")
        owner = model.layers[int(layer.removeprefix("layer"))].neurons[int(neuron.removeprefix("neuron"))]
        assert parameter is (owner.b if leaf == "b" else owner.w[int(leaf[2:-1])])
    sizes = [nin, *nouts]
    assert len(model.parameters()) == sum((sizes[i] + 1) * sizes[i + 1] for i in range(len(nouts)))


@pytest.mark.parametrize("activation", ["linear", "relu", "leaky_relu", "gelu"])
def test_a_neuron_marks_its_last_node(activation: str) -> None:
    model = MLP(2, [3, 2], activation)
    outputs = model([1.0, -1.0])
    scopes = [node.scope for node in topological_order(*outputs) if node.scope]
    assert scopes == ["layer0.neuron0", "layer0.neuron1", "layer0.neuron2", "layer1.neuron0", "layer1.neuron1"]
    for node in topological_order(*outputs):
        if activation != "linear" and node.scope.startswith("layer0"):
            assert node.op.name == activation
    assert Neuron(2, activation=activation)([1.0, 2.0]).scope == "neuron"


def test_a_softmax_layer_marks_its_own_outputs_beside_those_of_its_neurons() -> None:
    model = MLP(2, [2], output="softmax")
    outputs = model([1.0, -1.0])
    assert [out.scope for out in outputs] == ["layer0", "layer0"]
    neurons = [node for node in topological_order(*outputs) if node.scope.startswith("layer0.")]
    assert [node.scope for node in neurons] == ["layer0.neuron0", "layer0.neuron1"]
    assert {node.op.name for node in neurons} == {"add"}


def test_text_forms_can_be_read_and_run() -> None:
    model = MLP(2, [3, 1], "tanh")
    assert repr(model) == "MLP(2, [3, 1], activation=['tanh', 'linear'])"
    assert repr(model.layers[0]) == "Layer(2, 3, activation='tanh')"
    assert repr(model.layers[0].neurons[0]) == "Neuron(2, activation='tanh')"
    for part in (model, model.layers[0], model.layers[0].neurons[0]):
        assert repr(eval(repr(part))) == repr(part)


# initialisation


def test_the_same_seed_gives_the_same_weights() -> None:
    def weights(**source: Any) -> list[float]:
        return [p.data for p in MLP(2, [4, 1], **source).parameters()]

    assert weights(seed=7) == weights(seed=7) == weights(generator=random.Random(7)) != weights(seed=8)
    random.seed(7)
    assert weights() == weights(seed=7)


def test_a_seed_leaves_the_shared_generator_alone() -> None:
    before = random.getstate()
    MLP(2, [4, 1], seed=1)
    assert random.getstate() == before


@pytest.mark.parametrize(("activation", "variance"), [("relu", 2.0), ("leaky_relu", 1.9998), ("tanh", 1.0)])
def test_weights_are_scaled_by_the_number_of_inputs(activation: str, variance: float) -> None:
    for nin in (5, 50):
        layer = Layer(nin, 4000 // nin, activation=activation, seed=0)
        weights = [w.data for neuron in layer.neurons for w in neuron.w]
        assert statistics.pvariance(weights) * nin == pytest.approx(variance, rel=0.08)
        assert max(map(abs, weights)) <= math.sqrt(3 * variance / nin)
        assert all(neuron.b.data == 0.0 for neuron in layer.neurons)


# bad input


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: MLP(2, [3, 1])([1.0]), ArgumentError, "layer0 takes 2 inputs, got 1"),
        (lambda: MLP(2, [3, 1])([1.0, 2.0, 3.0]), ArgumentError, "layer0 takes 2 inputs, got 3"),
        (lambda: Layer(1, 2)([]), ArgumentError, "layer takes 1 input, got 0"),
        (lambda: Neuron(2)(np.zeros(3)), ArgumentError, "neuron takes 2 inputs, got 3"),
        (lambda: Neuron(2)(1.0), ArgumentError, "neuron takes 2 inputs, got 1"),
        (lambda: Neuron(2)("ab"), OperandError, "the input of neuron must be a real number, got str"),
        (lambda: Neuron(2)(None), OperandError, "the input of neuron must be a real number, got NoneType"),
        (lambda: Neuron(2)({1.0, 2.0}), OperandError, "the input of neuron must be a real number, got set"),
        (lambda: Neuron(2)([1.0, "2"]), OperandError, r"x\[1\] must be a real number, got str"),
        (lambda: Neuron(2)([[1.0], [2.0]]), OperandError, r"x\[0\] must be a real number, got list"),
        (lambda: Neuron(0), ArgumentError, "nin must be at least 1, got 0"),
        (lambda: Neuron(2.0), ArgumentTypeError, "nin must be an integer, got float"),  # type: ignore[arg-type]
        (lambda: Layer(2, -1), ArgumentError, "nout must be at least 1, got -1"),
        (lambda: MLP(2, 3), ArgumentTypeError, "nouts must list the size of each layer"),  # type: ignore[arg-type]
        (lambda: MLP(2, []), ArgumentError, "nouts must list at least one layer"),
        (lambda: MLP(2, [4, 0]), ArgumentError, r"nouts\[1\] must be at least 1, got 0"),
        (lambda: MLP(2, [1], "selu"), ArgumentError, "activation must be one of linear, relu, .*; got 'selu'"),
        (lambda: MLP(2, [1], output="selu"), ArgumentError, "output must be one of linear, relu, .*; got 'selu'"),
        (lambda: MLP(2, [1], activation=3), ArgumentTypeError, "activation must be a name such as 'relu', got int"),  # type: ignore[arg-type]
        (lambda: MLP(2, [2, 1], ["relu"]), ArgumentError, "one name for each of the 2 layers, got 1"),
        (lambda: MLP(2, [1], ["oops"]), ArgumentError, r"activation\[0\] must be one of"),
        (lambda: MLP(2, [1], ["relu"], "linear"), ArgumentError, "either in the list or as output, not both"),
        (lambda: Neuron(2, activation="softmax"), ArgumentError, "give it to a Layer or an MLP"),
        (lambda: MLP(2, [3, 1], output="softmax"), ArgumentError, "softmax over 1 neuron is always 1"),
        (lambda: Neuron(2, seed="1"), ArgumentTypeError, "seed must be an integer, got str"),  # type: ignore[arg-type]
        (lambda: Neuron(2, generator=3), ArgumentTypeError, r"generator must be a random\.Random, got int"),  # type: ignore[arg-type]
        (lambda: Neuron(2, seed=1, generator=random.Random()), ArgumentError, "seed or generator, not both"),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
