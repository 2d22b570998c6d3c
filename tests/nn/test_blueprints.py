"""Which models `load` builds again: those of the library, nested, to the bit; and what it says of the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalkgrad import DamagedFileError, Value, nn
from chalkgrad.engine import ArgumentError
from chalkgrad.nn import (
    GELU,
    MLP,
    Dropout,
    Identity,
    Layer,
    LeakyReLU,
    Linear,
    LogSoftmax,
    Module,
    Neuron,
    Perceptron,
    ReLU,
    Sequential,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
    load,
    load_into,
    save,
)  # fmt: skip
from chalkgrad.nn.blueprints import BLUEPRINTS, described, rebuilt

X = [0.3, -0.7]


def numbers(out: Any) -> list[float]:
    return [v.data for v in (out if isinstance(out, list) else [out])]


class Own(Module):
    def __init__(self) -> None:
        self.scale = Value(2.0)

    def forward(self, x: Any) -> Any:
        return [self.scale * v for v in x]


@pytest.mark.parametrize("part", [
    ReLU(), Tanh(), Sigmoid(), LeakyReLU(0.3), Softmax(), LogSoftmax(), GELU(), SiLU(), Softplus(), Identity(),
    Linear(3, 3, bias=False), Layer(3, 2, activation="tanh", bias=False), Neuron(3, bias=False),
    MLP(3, [2, 2]), Sequential(), Sequential(Sequential(Linear(3, 2), Tanh()), LeakyReLU()),
    Dropout(0.25).eval(), Dropout(0.75, seed=3),
], ids=repr)  # fmt: skip
def test_a_sequential_comes_back(part: Module, tmp_path: Path) -> None:
    model = Sequential(Linear(2, 3), part)
    again = load(save(model, tmp_path / "model.json"))
    assert repr(again) == repr(model)
    assert again.state_dict() == model.state_dict()
    assert numbers(again(X)) == numbers(model(X))


@pytest.mark.parametrize("part", [Own(), abs], ids=["own", "function"])
def test_what_has_no_row_goes_by_load_into(part: Any, tmp_path: Path) -> None:
    model = Sequential(Linear(2, 3, seed=1), part)
    path = save(model, tmp_path / "model.json")
    with pytest.raises(ArgumentError, match=r"load_into\(model, path\)"):
        load(path)
    other = Sequential(Linear(2, 3, seed=2), part)
    load_into(other, path)
    assert other.state_dict() == model.state_dict()


def test_the_library_has_no_module_without_a_row(tmp_path: Path) -> None:
    classes = [thing for thing in vars(nn).values() if isinstance(thing, type)]
    assert {kind for kind in classes if issubclass(kind, Module)} - {Module} == set(BLUEPRINTS)
    model = Perceptron(2)
    model.learn([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1])
    again = load(save(model, tmp_path / "model.json"))
    assert type(again) is Perceptron and again.state_dict() == model.state_dict()


def test_a_layer_used_twice_goes_by_load_into() -> None:
    tied = Linear(2, 2)
    assert described(Sequential(tied, ReLU(), tied))["arguments"] is None


@pytest.mark.parametrize(("layers", "message"), [
    (3, "layers must be a list"),
    ([3], r"layers\[0\] must have a class"),
    ([{"class": "Own", "arguments": {}}], r"layers\[0\].class: .*no model"),
    ([{"class": "Linear", "arguments": {"in_features": 2, "out_features": 1, "bias": 1}}], "true or false"),
    ([{"class": "Linear", "arguments": {"in_features": 2}}], "no 'out_features'"),
    ([{"class": "LeakyReLU", "arguments": {"negative_slope": []}}], "negative_slope"),
])  # fmt: skip
def test_a_damaged_sequential_says_where(layers: Any, message: str) -> None:
    with pytest.raises(DamagedFileError, match=message):
        rebuilt({"class": "Sequential", "arguments": {"layers": layers}}, 0)


def test_layers_nested_too_deep_are_refused() -> None:
    description: dict[str, Any] = {"class": "Sequential", "arguments": {"layers": []}}
    for _ in range(5000):
        description = {"class": "Sequential", "arguments": {"layers": [description]}}
    with pytest.raises(DamagedFileError, match="too deep"):
        rebuilt(description, 0)


def test_a_model_nested_deep_is_written_at_once(tmp_path: Path) -> None:
    """Each part is asked for its arguments once: twice at each level would be 2**40 times, and never end."""
    model: Any = Linear(1, 1, seed=0)
    for _ in range(40):
        model = Sequential(model)
    again = load(save(model, tmp_path / "deep.json"))
    assert again.state_dict() == model.state_dict()
