"""What `fit(..., record=True)` keeps: the parameters epoch by epoch, and what it takes to train again."""

from __future__ import annotations

import random
from typing import Any

import pytest

from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value
from chalkgrad.nn import (
    MLP,
    SGD,
    Adam,
    Dropout,
    History,
    LeakyReLU,
    Linear,
    Module,
    NAdam,
    Optimizer,
    Recording,
    ReLU,
    RMSprop,
    Sequential,
    fit,
)

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
Y = [-1, 1, 1, -1]


def trained(
    model: Any = None, optimizer: Any = None, epochs: int = 5, record: Any = True, **settings: Any
) -> tuple[History, Recording]:
    model = model or MLP(2, [3, 1], "tanh", seed=0)
    optimizer = optimizer or SGD(model.parameters(), lr=0.1)
    settings = {"batch_size": 2, "progress": False, **settings}
    history = fit(model, X, Y, "hinge_loss", optimizer, epochs, record=record, **settings)
    assert history.recording
    return history, history.recording


def by_layer(model: MLP) -> list[float]:
    """Of each layer the weights, neuron by neuron, then the biases."""
    weights = [[w.data for neuron in layer.neurons for w in neuron.w] for layer in model.layers]
    biases = [[neuron.b.data for neuron in layer.neurons] for layer in model.layers]
    return [number for pair in zip(weights, biases, strict=True) for numbers in pair for number in numbers]


def test_nothing_is_recorded_unless_it_is_asked_for() -> None:
    model = MLP(2, [1], seed=0)
    assert fit(model, X, Y, "hinge_loss", SGD(model.parameters()), 1, progress=False).recording is None


@pytest.mark.parametrize("compile", [False, True])
def test_first_and_last_are_the_models_own_to_the_bit(compile: bool) -> None:
    model = MLP(2, [3, 1], "tanh", seed=0)
    before = by_layer(model)
    _, recording = trained(model, compile=compile)
    assert list(recording.snapshots) == [0, 1, 2, 3, 4, 5]
    assert recording.snapshots[0].tolist() == before
    assert recording.snapshots[5].tolist() == by_layer(model) != before


def test_every_epoch_between_is_what_a_callback_sees() -> None:
    seen: list[list[float]] = []
    model = MLP(2, [1], seed=0)
    _, recording = trained(model, callbacks=lambda model, history: seen.append([p.data for p in model.parameters()]))
    assert [recording.snapshots[epoch].tolist() for epoch in range(1, 6)] == seen


def test_the_recording_changes_nothing_of_the_training() -> None:
    runs = []
    for record in (False, True):
        random.seed(3)
        model = MLP(2, [3, 1], "tanh", seed=0)
        history = fit(model, X, Y, "hinge_loss", SGD(model.parameters(), 0.1), 5, 2, record=record, progress=False)
        runs.append((history.loss, [p.data for p in model.parameters()], random.random()))
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    "epochs, kept",
    [
        (3, [0, 1, 2, 3]),
        (4, [0, 1, 2, 3, 4]),
        (5, [0, 2, 4, 5]),
        (8, [0, 2, 4, 6, 8]),
        (9, [0, 4, 8, 9]),
        (16, [0, 4, 8, 12, 16]),
    ],
)
def test_at_most_so_many_evenly_spaced_and_first_and_last_among_them(epochs: int, kept: list[int]) -> None:
    _, recording = trained(epochs=epochs, record=Recording(most=5))
    assert list(recording.snapshots) == kept
    assert recording.epochs == len(recording.losses) == epochs


def test_scores_and_rates_are_those_of_the_history() -> None:
    history, recording = trained(validation=(X, Y))
    assert recording.losses == history.loss
    assert (recording.validation_losses, recording.rates) == (history.validation_loss, [0.1] * 5)


def test_a_recording_that_is_used_again_forgets() -> None:
    mine = Recording(most=4)
    trained(epochs=7, record=mine)
    history, recording = trained(epochs=2, record=mine)
    assert recording is mine is history.recording
    assert (list(mine.snapshots), mine.epochs, mine.most) == ([0, 1, 2], 2, 4)


def test_no_epoch_leaves_the_start_alone() -> None:
    _, recording = trained(epochs=0)
    assert (list(recording.snapshots), recording.epochs) == ([0], 0)


def test_the_layers_are_what_the_model_computes() -> None:
    parts = Linear(2, 3, bias=False, seed=0), LeakyReLU(0.2), Linear(3, 2, seed=0), ReLU(), Linear(2, 1, seed=0)
    _, recording = trained(Sequential(*parts))
    assert [tuple(stage) for stage in recording.stages] == [
        (2, 3, False, "leaky_relu", 0.2),
        (3, 2, True, "relu", 0.0),
        (2, 1, True, "linear", 0.0),
    ]
    assert sum(stage.size for stage in recording.stages) == len(recording.snapshots[0]) == 6 + 8 + 3


def test_the_orders_can_be_drawn_again() -> None:
    _, recording = trained(seed=5)
    assert recording.words == random.Random(5).getstate()[1] and recording.why_not == ""
    assert trained(shuffle=False)[1].words is None


def test_the_rule_is_the_optimizers_with_names_for_what_is_set() -> None:
    model = MLP(2, [1], seed=0)
    _, recording = trained(model, SGD(model.parameters(), lr=0.1, momentum=0.5, weight_decay=0.25))
    assert recording.rule
    assert (recording.rule.name, recording.rule.momentum, recording.rule.step) == ("SGD", 0.5, 0)
    assert {name: str(formula) for name, formula in recording.rule.formulas.items()} == {
        "buffer": "(buffer * momentum) + ((g + (0.25 * p)) * 1)",
        "p": "p - (lr * ((buffer * momentum) + ((g + (0.25 * p)) * 1)))",
    }


def test_what_the_optimizer_remembers_is_kept_in_the_order_of_the_parameters() -> None:
    model = MLP(2, [1], seed=0)
    optimizer = SGD(list(reversed(model.parameters())), lr=0.1, momentum=0.5)
    trained(model, optimizer)
    remembered = [optimizer._states[optimizer.params.index(p)].buffer for p in model.parameters()]
    _, recording = trained(model, optimizer)
    assert recording.rule and recording.rule.memory == {"buffer": remembered} and any(remembered)


@pytest.mark.parametrize("kind", [Adam, NAdam, RMSprop])
def test_others_than_sgd_have_a_rule_too(kind: Any) -> None:
    model = MLP(2, [1], seed=0)
    trained(model, kind(model.parameters()))
    _, recording = trained(model, optimizer := kind(model.parameters()))
    trained(model, optimizer)
    assert recording.rule and recording.why_not == "" and recording.rule.name == kind.__name__
    assert (recording.rule.momentum is None) == (kind is not RMSprop)


class Own(Optimizer):
    def _update(self, p: float, g: float, state: Any) -> tuple[float, Any]:
        return p - self.lr * (g if abs(g) < 1.0 else 1.0), None


class Looks(Own):
    def _blank(self) -> Any:
        return None


REASONS: dict[str, tuple[Any, str]] = {
    "own": (lambda m: Own(m.parameters()), "how Own moves a parameter is not known as a formula"),
    "looks": (lambda m: Looks(m.parameters()), "how Looks moves a parameter is not known as a formula"),
    "groups": (
        lambda m: SGD([{"params": m.parameters()[:2]}, {"params": m.parameters()[2:], "lr": 0.1}]),
        "the optimizer has several groups of parameters",
    ),
    "part": (lambda m: SGD(m.parameters()[:2]), "the optimizer does not train all"),
    "dampening": (lambda m: SGD(m.parameters(), momentum=0.5, dampening=0.5), "with dampening, the first step"),
}


@pytest.mark.parametrize("name", REASONS)
def test_what_could_not_be_trained_again_is_recorded_with_the_reason(name: str) -> None:
    make, reason = REASONS[name]
    model = MLP(2, [1], seed=0)
    _, recording = trained(model, make(model))
    assert recording.why_not.startswith(reason)
    assert len(recording.snapshots) == 6


def test_dropout_is_a_reason() -> None:
    model = Sequential(Linear(2, 3, seed=0), Dropout(0.5, seed=0), Linear(3, 1, seed=0))
    assert trained(model)[1].why_not == "the model has a Dropout, and what it drew is not kept"


def test_an_order_that_was_not_drawn_so_is_a_reason() -> None:
    random.seed(0)
    _, recording = trained(callbacks=lambda model, history: random.random() < 0)
    assert recording.why_not.startswith("something else drew from the generator")
    _, recording = trained(generator=random.SystemRandom())
    assert recording.why_not == "the orders of the samples come from a generator without a state"


class Doubled(Module):
    def __init__(self) -> None:
        self.layer = Linear(2, 1, seed=0)

    def forward(self, x: Any) -> Value:
        value: Value = 2.0 * self.layer(x)
        return value


@pytest.mark.parametrize(
    "model, wanted",
    [
        (Doubled(), "record=True keeps what a page can compute: an MLP, .* got Doubled"),
        (Sequential(Linear(2, 1, seed=0), ReLU(), ReLU()), "record=True wants one activation after each layer; relu"),
    ],
)
def test_a_model_that_no_page_could_compute_is_refused_before_the_first_step(model: Module, wanted: str) -> None:
    before = [p.data for p in model.parameters()]
    with pytest.raises(ArgumentError, match=wanted):
        trained(model)
    assert [p.data for p in model.parameters()] == before


def test_what_is_no_recording_is_refused() -> None:
    with pytest.raises(ArgumentTypeError, match="record must be True, False or a Recording, got int"):
        trained(record=7)
    with pytest.raises(ArgumentError, match="most"):
        Recording(most=1)


def test_an_interrupted_training_is_recorded_as_far_as_it_went() -> None:
    def interrupt(model: Any, history: History) -> None:
        if len(history.epochs) == 2:
            raise KeyboardInterrupt

    history, recording = trained(callbacks=interrupt)
    assert history.interrupted and list(recording.snapshots) == [0, 1, 2] and recording.epochs == 2
