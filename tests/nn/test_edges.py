"""Small things at the edges of losses, activations and optimizers: one row, no weight at all, a rare draw."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest

from chalkgrad import nn
from chalkgrad.engine import ArgumentError, Value, grad
from chalkgrad.nn import functional


def test_classes_that_count_for_nothing_cost_nothing() -> None:
    logits = [Value(math.log(0.5)), Value(math.log(0.5))]  # their logsumexp is 0
    loss = nn.cross_entropy(logits, [0.5, 0.5], "sum", weight=[0.0, 0.0])
    assert loss.data == 0.0 and grad(loss, logits) == [0.0, 0.0]


@pytest.mark.parametrize("function", [functional.softmax, functional.log_softmax])
def test_a_list_of_one_row_is_a_list_of_one_row(function: Callable[[object], object]) -> None:
    assert function([[1.0, 2.0]]) == [function([1.0, 2.0])]
    assert function([[1.0], [2.0]]) == [function([1.0]), function([2.0])]
    with pytest.raises(ArgumentError):
        function([])


def test_a_dropout_that_hardly_ever_drops_is_not_compiled_all_the_same() -> None:
    layer = nn.Linear(1, 1, seed=0)

    def model(x: list[float]) -> Any:
        return functional.dropout(layer(x), 1e-12, generator=random.Random(0))

    optimizer = nn.SGD(layer.parameters(), lr=0.1)
    with pytest.raises(ArgumentError, match="looks at numbers"):
        nn.fit(model, [[1.0], [2.0]], [1.0, 2.0], "mse_loss", optimizer, 1, compile=True, progress=False)


def test_a_batch_of_one_row_may_have_weights() -> None:
    row = [Value(0.3), Value(-0.2)]
    wanted = nn.cross_entropy(row, 1).data
    assert nn.cross_entropy([row], [1], weight=[1.0, 3.0]).data == pytest.approx(wanted, rel=1e-15)
    assert nn.cross_entropy([row], [1], "sum", weight=[1.0, 3.0]).data == pytest.approx(3.0 * wanted, rel=1e-15)


def optimizer(lr: float = 1.0) -> nn.SGD:
    return nn.SGD([Value(1.0)], lr=lr)


def test_in_sequence_a_schedule_begins_anew_even_if_it_was_stepped_before() -> None:
    sgd = optimizer()
    step = nn.StepLR(sgd, step_size=2, gamma=0.5)
    step.step()
    sequence = nn.SequentialLR(sgd, [step, nn.ExponentialLR(sgd, 0.5)], milestones=[3])
    rates = []
    for _ in range(5):
        rates.append(sgd.lr)
        sequence.step()
    assert rates == [1.0, 1.0, 0.5, 1.0, 0.5]


def test_schedules_say_where_they_stand() -> None:
    sgd = optimizer(0.5)
    schedule = nn.ExponentialLR(sgd, 0.5)
    schedule.step()
    assert repr(schedule) == "ExponentialLR(epoch=1, lr=[0.25])"
    plateau = nn.ReduceLROnPlateau(sgd)
    for loss in (3.0, 2.0, 1.0):
        plateau.step(loss)
    assert plateau.epoch == 3


def test_a_sequence_goes_on_from_nothing_but_the_state_of_one_of_its_length() -> None:
    sgd = optimizer()
    sequence = nn.SequentialLR(sgd, [nn.StepLR(sgd, 1), nn.StepLR(sgd, 2)], [4])
    states: list[Any] = [3, None, {}, {"schedulers": []}, {**sequence.state_dict(), "schedulers": [{}]}]
    for state in states:
        with pytest.raises(ArgumentError, match="must be that of a SequentialLR of 2 schedules"):
            sequence.load_state_dict(state)


def test_weights_and_biases_of_a_linear_layer_fill_the_range_of_torch_and_no_more() -> None:
    layer = nn.Linear(16, 400, seed=0)
    biases = [abs(neuron.b.data) for neuron in layer.neurons]
    weights = [abs(w.data) for neuron in layer.neurons for w in neuron.w]
    for sizes in (biases, weights):
        assert 0.24 < max(sizes) <= 0.25  # 1 / sqrt(16)
        assert sum(sizes) / len(sizes) == pytest.approx(0.125, rel=0.1)


def test_a_neuron_of_no_layer_is_drawn_as_the_only_one() -> None:
    neuron = nn.initialise(nn.Neuron(3, seed=1), "xavier_uniform", seed=0)
    assert neuron.state_dict() == nn.Neuron(3, init="xavier_uniform", seed=0).state_dict()
    assert neuron.state_dict() != nn.Neuron(3, init="xavier_uniform", fan_out=2, seed=0).state_dict()


def test_an_activation_of_ones_own_must_say_what_it_does() -> None:
    class Bend(nn.modules.Activation):
        pass

    with pytest.raises(NotImplementedError, match=r"Bend must define forward\(x\)"):
        Bend()(1.0)


def test_labels_of_ones_own_are_written_over_when_asked_to() -> None:
    model = nn.MLP(1, [2, 1], seed=0)
    model.layers[0].neurons[1].w[0].label = "mine"
    taken = model.layers[1]
    other = nn.Sequential(taken)
    assert model.parameters()[2].label == "mine"
    model.label_parameters()
    assert [p.label for p in model.parameters()] == [name for name, _ in model.named_parameters()]
    assert [part.scope for part in (*model.layers, taken.neurons[0])] == ["layer0", "layer1", "layer1.neuron0"]
    other.label_parameters()
    assert (taken.neurons[0].b.label, taken.scope) == ("layer0.neuron0.b", "layer0")
