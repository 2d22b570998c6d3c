"""What you wrote is what trains: "auto" comes to eager's parameters; compile=True does, or refuses."""

from __future__ import annotations

import random
import warnings
from typing import Any, NamedTuple

import pytest
from programs import Make
from programs.library import LIBRARY
from programs.losses import LOSSES
from programs.models import MODELS
from programs.steps import STEPS

from chalkgrad.nn import compiled as compiled_room
from chalkgrad.nn import train
from chalkgrad.nn.arguments import UnsuitableError
from chalkgrad.nn.train import fit

np = pytest.importorskip("numpy")

OWN: dict[str, Make] = {**MODELS, **LOSSES, **STEPS}
# Among OWN, with nothing of one's own in it after all.
KNOWN_AFTER_ALL = {
    "a_setting_that_is_a_value",
    "validation_targets_that_were_not_trained_on",
    "a_frame",
}
# A metric is asked, compiled, with Values that have no graph, so here the accuracy differs.
ASKS_FOR_THE_GRAPH = "a_metric_of_parents"
ALL: dict[str, Make] = {**LIBRARY, **OWN}


class Run(NamedTuple):
    """How a training ended."""

    error: Exception | None
    numbers: list[float]
    gradients: list[float]
    states: list[Any]
    losses: list[float]
    accuracies: list[float]
    compiled: bool


def run(make: Make, compile: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(compiled_room, "WORTHWHILE", 0)
    made: list[Any] = []
    wrapped = train.CompiledSteps

    class Noting(wrapped):  # type: ignore[misc, valid-type]
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            made.append(self)

    with monkeypatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setattr(train, "CompiledSteps", Noting)
        random.seed(1)
        np.random.seed(1)
        program = make()
        settings = {"epochs": 4, "batch_size": 8, "seed": 3, "progress": False, **program.settings}
        error, history = None, None
        try:
            history = fit(
                program.model, program.X, program.y, program.loss, program.optimizer, compile=compile, **settings
            )
        except Exception as raised:
            error = raised
    params = program.optimizer.params
    return Run(
        error,
        [p.data for p in params],
        [p.grad for p in params],
        program.optimizer._states,
        history.loss if history else [],
        history.accuracy if history else [],
        bool(made),
    )


def assert_same(one: Run, other: Run) -> None:
    for field in ("numbers", "gradients", "losses", "accuracies"):
        mine, theirs = getattr(one, field), getattr(other, field)
        assert mine == pytest.approx(theirs, rel=1e-8, abs=1e-10, nan_ok=True), field
    counts = [[getattr(state, "step", None) for state in ending.states] for ending in (one, other)]
    assert counts[0] == counts[1]


def test_there_are_enough_programs() -> None:
    assert len(ALL) == len(LIBRARY) + len(MODELS) + len(LOSSES) + len(STEPS) >= 160


@pytest.mark.parametrize("name", ALL)
def test_auto_is_eager(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    eager, auto = (run(ALL[name], compile, monkeypatch) for compile in (False, "auto"))
    assert type(auto.error) is type(eager.error), auto.error
    assert_same(auto, eager)
    assert auto.compiled == (name in LIBRARY or name in KNOWN_AFTER_ALL)


@pytest.mark.parametrize("name", ALL)
def test_true_agrees_or_refuses(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    eager, true = (run(ALL[name], compile, monkeypatch) for compile in (False, True))
    if isinstance(true.error, UnsuitableError):
        assert name not in LIBRARY, true.error
        return
    assert type(true.error) is type(eager.error), true.error
    if name == ASKS_FOR_THE_GRAPH:
        eager, true = (ending._replace(accuracies=[]) for ending in (eager, true))
    if eager.error is None:
        assert_same(true, eager)
        assert true.compiled
