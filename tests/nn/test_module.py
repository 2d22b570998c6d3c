"""Modules: what hangs on their attributes, the names it goes by, and the state that is kept."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad.engine import ArgumentError, ArgumentTypeError, OperandError, Value
from chalkgrad.nn import MLP, Module, Neuron

# modules of one's own


class Tied(Module):
    def __init__(self) -> None:
        self.gain = Value(2.0)
        self.encoder = MLP(2, [2], seed=0)
        self.heads = {"yes": Neuron(2), "no": [self.gain, Value(1.0)]}
        self.again = self.encoder
        self.last = self.gain * 3.0
        self.name = "tied"


def test_a_module_finds_what_hangs_on_its_attributes() -> None:
    model = Tied()
    names = [name for name, _ in model.named_parameters()]
    assert names[0] == "gain" and names[1] == "encoder.layer0.neuron0.w[0]"
    assert names[-4:] == ["heads['yes'].w[0]", "heads['yes'].w[1]", "heads['yes'].b", "heads['no'][1]"]
    assert len(names) == len({id(p) for p in model.parameters()}) == 1 + 6 + 3 + 1
    assert repr(model) == "Tied(11 parameters)"


def test_labels_follow_the_outermost_module_once_asked() -> None:
    model = Tied()
    model.label_parameters()
    assert [p.label for p in model.parameters()] == [name for name, _ in model.named_parameters()]
    assert model.encoder([1.0, 2.0])[0].scope == "encoder.layer0.neuron0"


def test_two_parameters_of_one_name_are_refused() -> None:
    model: Any = Module()
    model.layers = [Neuron(1)]
    model.layer0 = Neuron(1)
    with pytest.raises(ArgumentError, match=r"two parameters named layer0\.w\[0\]"):
        model.parameters()


def test_a_module_that_holds_itself_is_walked_once() -> None:
    model: Any = Module()
    model.me, model.w = model, Value(1.0)
    assert [name for name, _ in model.named_parameters()] == ["w"]


def test_zero_grad_forgets() -> None:
    model = MLP(2, [1])
    model([1.0, 2.0]).backward()
    assert all(p.has_grad for p in model.parameters())
    model.zero_grad()
    assert not any(p.has_grad for p in model.parameters())
    assert all(p.grad == 0.0 for p in model.parameters())


def test_a_deep_copy_is_another_model() -> None:
    model = MLP(2, [2, 1], seed=0)
    twin = copy.deepcopy(model)
    assert twin.state_dict() == model.state_dict()
    twin.parameters()[0].data = 9.0
    assert model.parameters()[0].data != 9.0
    assert [p.label for p in twin.parameters()] == [p.label for p in model.parameters()]


# state


@given(st.lists(st.floats(), min_size=9, max_size=9))
def test_a_state_survives_bit_for_bit(numbers: list[float]) -> None:
    model, other = MLP(2, [2, 1]), MLP(2, [2, 1])
    for p, number in zip(model.parameters(), numbers, strict=True):
        p.data = number
    assert other.load_state_dict(model.state_dict()) == ([], [])
    assert list(map(repr, other.state_dict().values())) == list(map(repr, numbers))


def test_a_state_that_does_not_fit_changes_nothing_and_names_the_faults() -> None:
    model = Neuron(2, seed=0)
    before = model.state_dict()
    with pytest.raises(ArgumentError, match=r"missing \['w\[1\]', 'b'\], unexpected \['w\[7\]'\]"):
        model.load_state_dict({"w[0]": 1.0, "w[7]": 2.0})
    with pytest.raises(OperandError, match=r"state_dict\['b'\] must be a real number, got str"):
        model.load_state_dict({"w[0]": 1.0, "w[1]": 2.0, "b": "3"})  # type: ignore[dict-item]
    with pytest.raises(ArgumentTypeError, match="state_dict must map names to numbers, got list"):
        model.load_state_dict([1.0])  # type: ignore[arg-type]
    assert model.state_dict() == before


def test_what_fits_is_loaded_when_not_strict() -> None:
    model = Neuron(2, seed=0)
    mismatch = model.load_state_dict({"w[0]": 1.0, "c": 2.0}, strict=False)
    assert mismatch.missing_keys == ["w[1]", "b"] and mismatch.unexpected_keys == ["c"]
    assert model.w[0].data == 1.0
