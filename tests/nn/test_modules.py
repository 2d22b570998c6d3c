"""Networks under PyTorch's names: what a user of it types in the first half hour."""

from __future__ import annotations

import copy
import math
import random
import statistics
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from chalkgrad import draw, explain, nn, step, trace
from chalkgrad.engine import ArgumentError, ArgumentTypeError, OperandError, Value, no_grad
from chalkgrad.nn import functional as F  # noqa: N812
from chalkgrad.nn.arguments import UnsuitableError
from chalkgrad.nn.module import evaluating

XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


class Net(nn.Module):
    """As the field writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(2, 8, seed=1)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(8, 1, seed=2)

    def forward(self, x: Any) -> Any:
        return self.fc2(self.relu(self.fc1(x)))


# the seed's own snippet: it runs, trains, draws with its own names, and steps


def test_a_network_as_the_field_writes_it_trains() -> None:
    model = Net()
    optimizer = nn.Adam(model.parameters(), lr=0.05)
    criterion = nn.binary_cross_entropy_with_logits
    for _ in range(150):
        loss = criterion([model(x) for x in XOR], [0, 1, 1, 0])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert [score > 0.0 for score in model.predict(XOR)] == [False, True, True, False]


@pytest.mark.parametrize("compile", [True, False])
def test_a_network_as_the_field_writes_it_is_fitted(compile: bool) -> None:
    model = Net()
    history = nn.fit(
        model, XOR, [-1, 1, 1, -1], "hinge_loss", nn.Adam(model.parameters(), lr=0.05), 150, 4, seed=0,
        progress=False, compile=compile,
    )  # fmt: skip
    assert history.accuracy[-1] == 1.0


def test_it_is_drawn_with_its_own_names() -> None:
    model = Net()
    names = [name for name, _ in model.named_parameters()]
    assert names[:3] == ["fc1.neuron0.w[0]", "fc1.neuron0.w[1]", "fc1.neuron0.b"] and names[-1] == "fc2.neuron0.b"
    assert [p.label for p in model.parameters()] == names
    out = model([1.0, -1.0])
    assert out.scope == "fc2.neuron0"
    whole = draw(out).source
    for name in ("c-fc1", "c-fc1.neuron0", "c-fc1.neuron7", "c-fc2", "c-fc2.neuron0"):
        assert f'{name}"' in whole, name
    assert "c-layer" not in whole and "c-neuron" not in whole


def test_it_steps_and_is_explained() -> None:
    model = Net()
    out = model([1.0, -1.0])
    out.backward()
    assert "fc2.neuron0.w[0]" in str(trace(out))
    assert "fc1.neuron3" in [box["name"] for box in step(out).data["boxes"]["neuron"]]
    assert "fc2.neuron0.w[1]" in str(explain(out, model.fc2.neurons[0].w[1]))


# names


def test_two_layers_of_one_module_have_names_of_their_own() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            self.first = nn.Layer(2, 2)
            self.second = nn.Layer(2, 1)

        def __call__(self, x: Any) -> Any:  # as was written before there was forward
            return self.second(self.first(x))

    labels = [p.label for p in Two().parameters()]
    assert labels[0] == "first.neuron0.w[0]" and labels[-1] == "second.neuron0.b"
    assert Two()([1.0, 2.0]).scope == "second.neuron0"


def test_names_grow_with_the_module_around_them() -> None:
    class Outer(nn.Module):
        def __init__(self) -> None:
            self.body = Net()
            self.heads = [nn.Neuron(8), nn.Neuron(8)]

    outer: Any = Outer()
    assert [p.label for p in outer.parameters()] == [name for name, _ in outer.named_parameters()]
    assert outer.body.fc1.scope == "body.fc1" and outer.heads[1].scope == "head1"
    outer.body.extra = nn.Linear(1, 1)
    assert outer.body.extra.scope == "body.extra"


def test_a_list_that_grows_is_named_when_it_is_used() -> None:
    class Grown(nn.Module):
        def __init__(self) -> None:
            self.layers: list[nn.Linear] = []
            for _ in range(2):
                self.layers.append(nn.Linear(2, 2))

        def forward(self, x: Any) -> Any:
            for layer in self.layers:
                x = layer(x)
            return x

    model = Grown()
    assert model([1.0, 2.0])[1].scope == "layer1.neuron1"
    assert [p.label for p in model.parameters()] == [name for name, _ in model.named_parameters()]


def test_a_label_of_ones_own_and_the_first_name_of_a_shared_part_stay() -> None:
    class Shared(nn.Module):
        def __init__(self) -> None:
            self.gain = Value(2.0, label="the gain")
            self.a = nn.Linear(1, 1)
            self.b = self.a
            self.plain = Value(1.0)

    model = Shared()
    assert model.gain.label == "the gain" and model.plain.label == "plain"
    assert model.a.scope == "a" and model.b.neurons[0].w[0].label == "a.neuron0.w[0]"


def test_an_array_of_values_holds_parameters() -> None:
    class Matrix(nn.Module):
        def __init__(self) -> None:
            self.w = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
            self.b = np.array(Value(5.0), dtype=object)
            self.layers = np.array([nn.Neuron(1), nn.Neuron(1)], dtype=object)
            self.mean = np.zeros(3)

    names = [name for name, _ in Matrix().named_parameters()]
    assert names[:5] == ["w[0][0]", "w[0][1]", "w[1][0]", "w[1][1]", "b"]
    assert names[5:] == ["layer0.w[0]", "layer0.b", "layer1.w[0]", "layer1.b"]
    assert [p.label for p in Matrix().parameters()] == names


# parts


def test_a_linear_layer_is_that_of_torch(torch: ModuleType) -> None:
    for bias in (True, False):
        ours, theirs = nn.Linear(3, 2, bias, seed=0), torch.nn.Linear(3, 2, bias, dtype=torch.float64)
        with torch.no_grad():
            theirs.weight.copy_(torch.tensor([[w.data for w in n.w] for n in ours.neurons], dtype=torch.float64))
            if bias:
                theirs.bias.copy_(torch.tensor([n.b.data for n in ours.neurons if n.b], dtype=torch.float64))
        x = [0.3, -1.2, 0.8]
        first, second = ours(x)
        (first - 2.0 * second).backward()
        flow = theirs(torch.tensor(x, dtype=torch.float64))
        (flow[0] - 2.0 * flow[1]).backward()
        assert ours.predict(x) == pytest.approx(flow.tolist(), rel=1e-13)
        assert [[w.grad for w in n.w] for n in ours.neurons] == pytest.approx(theirs.weight.grad.numpy(), rel=1e-13)
        assert len(ours.parameters()) == sum(p.numel() for p in theirs.parameters())
    assert repr(nn.Linear(3, 2)) == "Linear(3, 2)" and repr(nn.Linear(3, 2, False)) == "Linear(3, 2, bias=False)"


def test_a_linear_layer_begins_as_that_of_torch() -> None:
    fc = nn.Linear(25, 200, seed=0)
    numbers = [p.data for p in fc.parameters()]
    assert max(map(abs, numbers)) <= 0.2 and statistics.pvariance(numbers) == pytest.approx(0.04 / 3, rel=0.05)
    assert any(n.b is not None and n.b.data for n in fc.neurons)
    assert fc.in_features == 25 and fc.out_features == 200


ACTIVATIONS: dict[str, tuple[Any, ...]] = {
    "ReLU": (), "Tanh": (), "Sigmoid": (), "GELU": (), "SiLU": (), "Softplus": (), "LeakyReLU": (0.2,),
    "Softmax": (), "LogSoftmax": (), "Identity": (),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_those_of_torch(name: str, torch: ModuleType) -> None:
    settings = ACTIVATIONS[name]
    row = [-2.5, -0.1, 0.4, 3.0]
    values = [Value(x) for x in row]
    outputs = getattr(nn, name)(*settings)(values)
    sum(w * y for w, y in zip((1.0, -2.0, 3.0, 0.5), outputs, strict=True)).backward()
    tensor = torch.tensor(row, dtype=torch.float64, requires_grad=True)
    extra = {"dim": -1} if name.endswith("Softmax") else {}
    flow = getattr(torch.nn, name)(*settings, **extra)(tensor)
    (flow * torch.tensor([1.0, -2.0, 3.0, 0.5])).sum().backward()
    assert [y.data for y in outputs] == pytest.approx(flow.tolist(), rel=1e-13)
    assert [v.grad for v in values] == pytest.approx(tensor.grad.tolist(), rel=1e-12)
    assert repr(getattr(nn, name)(*settings)).startswith(name)


def test_functions_take_a_number_a_list_and_lists_of_lists() -> None:
    assert F.relu(-1.0) == 0.0 and F.relu([1.0, [-2.0]]) == [1.0, [0.0]]
    assert F.relu(Value(3.0)).data == 3.0
    assert F.softmax([[1.0, 1.0], [0.0, 0.0]]) == [[0.5, 0.5], [0.5, 0.5]]
    assert F.leaky_relu([-2.0], 0.5) == [-1.0]
    fc = nn.Linear(2, 3, seed=0)
    assert [y.data for y in F.relu(fc([1.0, 2.0]))] == [max(y, 0.0) for y in fc.predict([1.0, 2.0])]


def test_dropout_drops_in_training_alone() -> None:
    drop = nn.Dropout(0.25, generator=random.Random(0))
    kept = [y.data for y in drop([1.0] * 4000)]
    assert set(kept) == {0.0, 1.0 / 0.75} and statistics.mean(kept) == pytest.approx(1.0, abs=0.03)
    assert [y.data for y in nn.Dropout(1.0)([1.0, 2.0])] == [0.0, 0.0]
    assert [y.data for y in nn.Dropout(0.0)([1.0, 2.0])] == [1.0, 2.0]
    model = nn.Sequential(nn.Linear(2, 4, seed=0), nn.Dropout(0.5, seed=1), nn.Linear(4, 1, seed=2))
    assert model.eval()([1.0, 2.0]).data == model.predict([1.0, 2.0]) != model.train()([1.0, 2.0]).data
    assert model[1].training and repr(model[1]) == "Dropout(0.5)"


def test_a_model_that_drops_is_not_compiled() -> None:
    model = nn.Sequential(nn.Linear(2, 4, seed=0), nn.Dropout(0.5, seed=1), nn.Linear(4, 1, seed=2))
    with pytest.raises(UnsuitableError):
        nn.fit(model, XOR, [0, 1, 1, 0], "mse_loss", nn.SGD(model.parameters()), progress=False, compile=True)


def test_sequential_is_walked_indexed_sliced_and_measured() -> None:
    model = nn.Sequential(nn.Linear(2, 3, seed=0), nn.Tanh(), nn.Linear(3, 1, seed=1))
    assert len(model) == 3 and [type(part).__name__ for part in model] == ["Linear", "Tanh", "Linear"]
    assert isinstance(model[-1], nn.Linear) and isinstance(model[:2], nn.Sequential)
    assert model[2](model[:2]([1.0, 2.0])).data == model([1.0, 2.0]).data
    assert model[1:].parameters() == model[2].parameters()
    assert model([1.0, 2.0]).scope == "layer2.neuron0"
    assert repr(model) == "Sequential(Linear(2, 3), Tanh(), Linear(3, 1))"
    assert len(model.append(nn.Sigmoid())) == 4 and 0.0 < model.predict([1.0, 2.0]) < 1.0
    assert nn.Sequential(nn.Linear(1, 2), F.relu)([1.0])[0].data >= 0.0


# use


def test_predict_takes_one_row_or_many_and_gives_plain_numbers() -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    rows = [model(x).data for x in XOR]
    assert model.predict(XOR) == model.predict(np.array(XOR)) == model.predict(tuple(map(tuple, XOR))) == rows
    assert model.predict(XOR[1]) == rows[1] and isinstance(model.predict(XOR[1]), float)
    assert model.predict([]) == []
    assert np.shape(nn.MLP(2, [3], seed=0).predict(XOR)) == (4, 3)

    class Frame:
        """What matters of a data frame: it iterates over its columns."""

        def to_numpy(self) -> Any:
            return np.array(XOR)

    assert model.predict(Frame()) == rows


def test_predict_keeps_no_graph_and_leaves_the_modules_as_they_were() -> None:
    seen: list[tuple[bool, bool]] = []

    class Watching(nn.Module):
        def __init__(self) -> None:
            self.inner = nn.Dropout(0.5).eval()

        def forward(self, x: Any) -> Any:
            out = Value(1.0) * 2.0
            seen.append((self.training, out.is_leaf))
            return self.inner(out)

    model = Watching()
    model.predict([1.0])
    assert seen == [(False, True)] and model.training and not model.inner.training
    with pytest.raises(ZeroDivisionError), evaluating(model), no_grad():
        1 / 0  # noqa: B018
    assert model.training and not model.inner.training


def test_a_summary_lists_the_parts_and_counts() -> None:
    assert (
        repr(Net().summary())
        == str(Net().summary())
        == ("fc1    Linear(2, 8)  24\nrelu   ReLU()         0\nfc2    Linear(8, 1)   9\ntotal                33")
    )
    assert nn.MLP(2, [16, 16, 1]).summary().splitlines()[-1].split() == ["total", "337"]
    assert nn.MLP(2, [16, 16, 1]).count_params() == 337
    nested = nn.Sequential(Net(), nn.Sigmoid()).summary().splitlines()
    assert [line.split()[0] for line in nested] == [
        "layer0",
        "layer0.fc1",
        "layer0.relu",
        "layer0.fc2",
        "layer1",
        "total",
    ]
    assert nn.Linear(2, 1).summary().splitlines()[0].split() == ["Linear(2,", "1)", "3"]


def test_a_copy_has_names_and_numbers_of_its_own() -> None:
    model = Net()
    twin = copy.deepcopy(model)
    assert twin.predict(XOR) == model.predict(XOR) and twin.fc1.scope == "fc1"
    twin.fc1.neurons[0].w[0].data += 1.0
    assert twin.predict(XOR) != model.predict(XOR)


# initialisation


@pytest.mark.parametrize(
    ("init", "variance"),
    [
        ("he_uniform", 2 / 40), ("he_normal", 2 / 40), ("kaiming_uniform", 2 / 40), ("kaiming_normal", 2 / 40),
        ("xavier_uniform", 2 / 140), ("xavier_normal", 2 / 140), ("glorot_uniform", 2 / 140),
        ("glorot_normal", 2 / 140), ("lecun_uniform", 1 / 40), ("lecun_normal", 1 / 40), ("torch", 1 / 120),
    ],
)  # fmt: skip
def test_weights_are_drawn_by_name(init: str, variance: float) -> None:
    layers: list[Any] = [nn.Layer(40, 100, init=init, seed=0), nn.Linear(40, 100, init=init, seed=0)]
    layers.append(nn.initialise(nn.Linear(40, 100), init, seed=0))
    for layer in layers:
        weights = [w.data for neuron in layer.neurons for w in neuron.w]
        assert statistics.pvariance(weights) == pytest.approx(variance, rel=0.06)
        inside = max(map(abs, weights)) <= math.sqrt(3.0 * variance)
        assert inside == (not init.endswith("normal"))
        assert all(neuron.b.data == 0.0 for neuron in layer.neurons)
    assert layers[0].state_dict() == layers[2].state_dict()


def test_constant_weights_and_all_of_a_model() -> None:
    assert {p.data for p in nn.MLP(2, [3, 1], init="zeros").parameters()} == {0.0}
    assert [w.data for w in nn.Neuron(3, init="ones").w] == [1.0, 1.0, 1.0]
    model = nn.Sequential(nn.Linear(2, 3, bias=False), nn.Tanh(), nn.MLP(3, [2]), nn.Neuron(2))
    assert nn.initialise(model, "ones") is model
    assert {name[-1]: p.data for name, p in model.named_parameters()} == {"]": 1.0, "b": 0.0}
    assert set(nn.INITIALISATIONS) >= {"zeros", "ones", "he_uniform"}


# what fails says what helps


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.MLP(2, [1])(XOR), ArgumentError, r"layer0 takes 2 inputs, got 4 rows: .* predict\(X\) takes many"),
        (lambda: nn.MLP(2, [1])(XOR[:2]), OperandError, r"x\[0\] must be a real number, got list: .*predict\(X\)"),
        (lambda: Net()(np.array(XOR)), ArgumentError, r"fc1 takes 2 inputs, got 4 rows: this takes one sample"),
        (lambda: nn.Linear(1, 1)([1.0, 2.0]), ArgumentError, r"samples of one number each are written \[\[0\.5\]"),
        (lambda: nn.Linear(2, 1).predict(3.0), ArgumentTypeError, "X must be one row of numbers .* got float"),
        (lambda: nn.Linear(2, 1).predict({}), ArgumentTypeError, "X must be one row of numbers .* got dict"),
        (lambda: nn.Module()([1.0]), NotImplementedError, r"Module must define forward\(x\)"),
        (lambda: nn.Linear(2, 1).train([[1.0]]), ArgumentTypeError, r"fit\(model, X, y, loss, optimizer\) trains"),  # type: ignore[arg-type]
        (lambda: nn.Linear(2.5, 1), ArgumentTypeError, "in_features must be an integer, got float"),  # type: ignore[arg-type]
        (lambda: nn.Linear(2, 0), ArgumentError, "out_features must be at least 1, got 0"),
        (lambda: nn.Linear(2, 1, 7), ArgumentTypeError, "bias must be True or False, got 7"),  # type: ignore[arg-type]
        (lambda: nn.Linear(2, 1, init="best"), ArgumentError, "init must be one of he_uniform, .*; got 'best'"),
        (lambda: nn.Linear(2, 1, init=3), ArgumentTypeError, "init must be a name such as 'he_uniform', got int"),  # type: ignore[arg-type]
        (lambda: nn.initialise(nn.ReLU(), "zeros"), ArgumentError, "ReLU holds no neurons"),
        (lambda: nn.initialise([], "zeros"), ArgumentTypeError, "module must be a Module .* got list"),  # type: ignore[arg-type]
        (lambda: nn.Sequential(nn.ReLU), ArgumentTypeError, r"layers\[0\] must be a module, .* write ReLU\(\.\.\.\)"),
        (lambda: nn.Sequential([nn.ReLU()]), ArgumentTypeError, r"got list; give them one by one, Sequential\(\*l"),  # type: ignore[arg-type]
        (lambda: nn.Dropout(1.5), ArgumentError, "p must be a probability from 0 to 1, got 1.5"),
        (lambda: nn.Dropout(0.5, seed=1, generator=random.Random()), ArgumentError, "seed or generator, not both"),
        (lambda: nn.Softmax()(1.0), ArgumentError, "softmax compares the scores of a row"),
        (lambda: nn.ReLU()("ab"), OperandError, "must be a real number, got str"),
        (lambda: F.log_softmax([]), ArgumentError, "log_softmax takes at least one score"),
    ],
)
def test_what_fails_says_what_helps(call: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
