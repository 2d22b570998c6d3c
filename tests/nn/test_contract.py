"""What you wrote is what trains: "auto" comes to eager's parameters; compile=True does, or refuses."""

from __future__ import annotations

import copy
import random
import warnings
from typing import Any, NamedTuple

import pytest
from support.programs import ROWS, SUMS, Linear, Make, Program
from support.programs.between import BETWEEN, OWN_BETWEEN
from support.programs.library import LIBRARY as OF_ONE_KIND
from support.programs.losses import LOSSES
from support.programs.models import MODELS
from support.programs.steps import STEPS

from chalkgrad.engine import ArgumentTypeError, Value
from chalkgrad.nn import SGD, agreement, train
from chalkgrad.nn import compiled as compiled_room
from chalkgrad.nn.arguments import UnsuitableError
from chalkgrad.nn.sample_graph import SampleGraph
from chalkgrad.nn.train import fit

np = pytest.importorskip("numpy")

LIBRARY: dict[str, Make] = {**OF_ONE_KIND, **BETWEEN}
OWN: dict[str, Make] = {**MODELS, **LOSSES, **STEPS, **OWN_BETWEEN}
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
    wrapped = compiled_room.CompiledSteps

    class Noting(wrapped):  # type: ignore[misc, valid-type]
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
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
    assert len(ALL) == sum(map(len, (LIBRARY, MODELS, LOSSES, STEPS, OWN_BETWEEN))) >= 240


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


# What compile=True says.


def refusal(program: Program) -> str:
    with pytest.raises(UnsuitableError) as refused:
        fit(
            program.model, program.X, program.y, program.loss, program.optimizer,
            **{"epochs": 3, "batch_size": 8, "shuffle": False, "progress": False, "compile": True, **program.settings},
        )  # fmt: skip
    return str(refused.value)


class Marked(Linear):
    """Parts from its graph for one sample alone, by a look that nothing notes."""

    def bend(self, y: Any, x: Any) -> Any:
        return 2.0 * y if (x[0]._data if isinstance(x[0], Value) else x[0]) == ROWS[13][0] else y


def test_the_sample_and_both_losses_are_named() -> None:
    program = Program(Marked())
    before = [p.data for p in program.optimizer.params]
    y = Linear()(ROWS[13]).data
    losses = (y - SUMS[13]) ** 2, (2.0 * y - SUMS[13]) ** 2
    assert f"for sample 13 it gives a loss of {losses[0]:.9g}, the model {losses[1]:.9g}" in refusal(program)
    assert [p.data for p in program.optimizer.params] == before


class Straight(Linear):
    """Gives the same number as its graph, but another gradient: the copy lets none through."""

    def bend(self, y: Any, x: Any) -> Any:
        return y if type(self).built else y + (self.b - copy.copy(self.b))

    built = False


def test_a_gradient_that_differs_is_seen_in_the_first_step(monkeypatch: pytest.MonkeyPatch) -> None:
    original = SampleGraph

    def building(*given: Any) -> Any:
        Straight.built = True
        try:
            return original(*given)
        finally:
            Straight.built = False

    monkeypatch.setattr(agreement, "SampleGraph", building)
    monkeypatch.setattr(agreement.Agreement, "remembered", lambda self: {})
    program = Program(Straight())
    before = [p.data for p in program.optimizer.params]
    assert "in the first step it gives a gradient of" in refusal(program)
    assert [p.data for p in program.optimizer.params] == before


class Late(Linear):
    """Changes once its bias has moved far enough, by a look that nothing notes."""

    def bend(self, y: Any, x: Any) -> Any:
        return y if abs(self.b._data - 0.1) < 0.02 else 1.5 * y


def test_a_change_on_the_way_is_seen_after_the_epoch() -> None:
    program = Program(Late(), X=[*ROWS, *ROWS], y=[*SUMS, *SUMS])
    assert "for sample" in refusal(program)
    assert abs(program.model.b.data - 0.1) >= 0.02  # it was trained until then, and its parameters are there
    assert all(p.has_grad for p in program.optimizer.params)


def test_an_update_that_differs_is_seen_in_the_first_step() -> None:
    class Sly(SGD):
        def _update(self, p: Any, g: Any, state: Any) -> Any:
            return p - self.lr * g * (2.0 if isinstance(p, float) else 1.0), state

        _blank = SGD._blank

    model = Linear()
    assert "the update of Sly does not do for all" in refusal(Program(model, optimizer=Sly(model.parameters(), 0.1)))


def test_models_are_called_with_what_looks_like_values() -> None:
    table = {0: Value(0.1)}
    program = Program(lambda x: table[x[0]] * x[1], X=[[0, i % 2] for i in range(22)], optimizer=SGD(table.values()))
    message = refusal(program)
    assert message.startswith("the model cannot be called with Values in place of the numbers of one sample: KeyError")
    assert "Watched" not in message


# Frames.


class Frame:
    """Goes by columns, as those of pandas do."""

    def __init__(self, **columns: list[float]) -> None:
        self.columns = list(columns)
        self._rows = list(zip(*columns.values(), strict=True))

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Any:
        return iter(range(len(self.columns)))

    def __getitem__(self, name: Any) -> Any:
        return [row[self.columns.index(name)] for row in self._rows]


def test_a_frame_is_refused_or_trained_on_its_rows() -> None:
    frame = Frame(a=[1.0, 2.0], b=[3.0, 4.0])
    w = Value(0.5)
    settings: dict[str, Any] = {"epochs": 1, "progress": False, "shuffle": False}
    with pytest.raises(ArgumentTypeError, match="X must be rows of numbers, and a Frame goes by columns"):
        fit(lambda x: w * x, frame, [1.0, 2.0], "mse_loss", SGD([w]), **settings)

    class WithRows(Frame):
        def to_numpy(self) -> Any:
            return np.array(self._rows)

    seen: list[Any] = []

    def model(x: Any) -> Any:
        seen.append(x)
        return w * x[0]

    fit(model, WithRows(a=[1.0, 2.0], b=[3.0, 4.0]), [1.0, 2.0], "mse_loss", SGD([w]), **settings)
    assert seen[1:] == [[1.0, 3.0], [2.0, 4.0]]


def test_what_gives_fewer_rows_than_it_says_is_refused() -> None:
    class Short(list[Any]):
        def __len__(self) -> int:
            return 5

    w = Value(0.5)
    with pytest.raises(ArgumentTypeError, match="y must be rows of numbers, but of its 5 a Short gives 2"):
        fit(lambda x: w * x, [1.0, 2.0], Short([1.0, 2.0]), "mse_loss", SGD([w]), progress=False)
