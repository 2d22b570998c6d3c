"""What \"auto\" compiles: classes that declare it, as they were written; all else is trained eagerly, with one hint."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from typing import Any

import pytest

from chalkgrad import nn
from chalkgrad.engine import Trainer, Value, detect_anomaly, no_grad, record_source
from chalkgrad.nn import MLP, SGD, Adam, Module, Optimizer, compiled, known, losses, progress, train
from chalkgrad.nn.known import holds_numbers_only, known_to_compile, stranger
from chalkgrad.nn.metrics import LargestIsClass, OneByOne, SameSide
from chalkgrad.nn.train import fit

np = pytest.importorskip("numpy")

RNG = random.Random(0)
X = [[RNG.uniform(-1, 1), RNG.uniform(-1, 1)] for _ in range(20)]
Y = [a - b for a, b in X]


def new() -> MLP:
    return MLP(2, [3, 1], "tanh", seed=1)


class Mine(Module):
    def __init__(self) -> None:
        self.inner = new()

    def __call__(self, x: Any) -> Any:
        return self.inner(x)


@pytest.fixture
def compilings(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is compiled from here on; everything is worthwhile."""
    made: list[Any] = []
    original = compiled.CompiledSteps

    def noting(*given: Any, **named: Any) -> Any:
        made.append(original(*given, **named))
        return made[-1]

    monkeypatch.setattr(train, "CompiledSteps", noting)
    monkeypatch.setattr(compiled, "WORTHWHILE", 0)
    monkeypatch.setattr(progress, "_hinted", set())
    return made


def training(model: Any, **settings: Any) -> list[float]:
    sgd = settings.pop("optimizer", None) or SGD(model.parameters(), lr=0.1)
    return fit(model, X, Y, "mse_loss", sgd, **{"epochs": 2, "progress": False, "seed": 1, **settings}).loss


# The door.


def test_a_class_that_declares_itself_is_compiled(compilings: list[Any]) -> None:
    @known_to_compile
    class Scaled(Module):
        def __init__(self) -> None:
            self.inner, self.factor = new(), 2.0

        def __call__(self, x: Any) -> Any:
            return self.factor * self.inner(x)

    assert training(Scaled()) == pytest.approx(training(Scaled(), compile=False), rel=1e-12)
    assert len(compilings) == 1
    training(type("Other", (Scaled,), {})())
    assert len(compilings) == 1


# Public modules that do not make the same graph for every sample, or are a base for others.
NOT_DECLARED = {"Module", "Activation", "Dropout", "Perceptron"}


def test_every_module_loss_and_optimizer_of_the_library_is_declared_or_named_here() -> None:
    for name in nn.__all__:  # type: ignore[attr-defined]
        thing = getattr(nn, name)
        if isinstance(thing, type) and issubclass(thing, (Module, Optimizer)) and name != "Optimizer":
            assert (thing in known._declared) != (name in NOT_DECLARED), name


Change = Callable[[pytest.MonkeyPatch, MLP, Adam], Any]
CHANGES: dict[str, tuple[Change, str]] = {
    "a patched class": (
        lambda patch, model, adam: patch.setattr(MLP, "__call__", lambda self, x: 2.0 * self.layers[1](x + x)),
        "MLP, which was patched",
    ),
    "a patched base": (
        lambda patch, model, adam: patch.setattr(Module, "__call__", lambda self, x: x, raising=False),
        "MLP, which was patched",
    ),
    "a patched Value": (
        lambda patch, model, adam: patch.setattr(Value, "tanh", Value.sigmoid),
        "Value, which was patched",
    ),
    "a patched operator": (
        lambda patch, model, adam: patch.setattr(Value, "__add__", Value.__sub__),
        "Value, which was patched",
    ),
    "a replaced method": (
        lambda patch, model, adam: setattr(model.layers[0].neurons[1], "forward", model.layers[0].neurons[0].forward),
        "a Neuron whose forward was replaced",
    ),
    "a function among the attributes": (
        lambda patch, model, adam: setattr(model, "hook", len),
        "len",
    ),
    "a module of one's own": (
        lambda patch, model, adam: model.layers.insert(1, Mine()),  # type: ignore[arg-type]
        "Mine",
    ),
    "a computed weight": (
        lambda patch, model, adam: model.layers[0].neurons[0].w.__setitem__(0, Value(1.0) * 2.0),
        "a Value that was computed",
    ),
    "a weight of a subclass": (
        lambda patch, model, adam: model.layers[0].neurons[0].w.__setitem__(0, type("Sly", (Value,), {})(1.0)),
        "Sly",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_is_not_known(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = new()
    adam = Adam(model.parameters())
    assert stranger(model) is None and stranger(adam) is None
    change, words = CHANGES[name]
    change(monkeypatch, model, adam)
    assert stranger(model) == words


def test_what_is_known_of_optimizers_and_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    adam = Adam(new().parameters())
    assert stranger(SameSide(0.0)) is stranger(LargestIsClass()) is stranger(None) is None
    assert stranger(OneByOne(lambda output, target: 1.0)) == "OneByOne"
    adam._states = [adam._blank()] * len(adam.params)
    assert stranger(adam) is None
    adam.step = lambda: None  # type: ignore[method-assign]
    assert stranger(adam) == "a Adam whose step was replaced"
    monkeypatch.setattr(SGD, "_update", Adam._update)
    assert stranger(SGD([Value(1.0)])) == "SGD, which was patched"


def test_a_list_that_holds_itself_is_looked_at_once() -> None:
    model: Any = new()
    model.extra = [model]
    model.extra.append(model.extra)
    assert stranger(model) is None


def test_numbers_and_what_only_looks_like_them() -> None:
    assert holds_numbers_only([[1, 2.0], (True, 3), np.array([1.0]), np.float32(1.0)])
    for other in (type("Mine", (float,), {})(1.0), np.array([None]), type("Row", (list,), {})([1.0]), "1", None):
        assert not holds_numbers_only([[1.0], other])


# Modes.


@pytest.mark.parametrize("mode", [no_grad, detect_anomaly, record_source])
def test_a_mode_that_is_on_is_eager(mode: Any, compilings: list[Any]) -> None:
    model, twin = new(), new()
    with mode():
        one = training(model)
        other = training(twin, compile=False)
    assert one == other and model.state_dict() == twin.state_dict() and not compilings


# Never worse than eager.


@pytest.mark.parametrize(
    "error", [RuntimeError("x"), TypeError("x"), MemoryError(), RecursionError(), UserWarning("x")]
)
def test_whatever_goes_wrong_while_finding_out(
    error: Exception, compilings: list[Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*given: Any, **named: Any) -> Any:
        raise error

    monkeypatch.setattr(compiled, "Trainer", failing)
    with caplog.at_level(logging.DEBUG):
        assert training(new()) == training(new(), compile=False)
    assert not compilings and "trained sample by sample" in caplog.text
    with pytest.raises(type(error)):
        training(new(), compile=True)


def test_a_trainer_that_computes_something_else_is_not_used(
    compilings: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Trainer
    monkeypatch.setattr(compiled, "Trainer", lambda loss, *given, **named: original(loss * 1.001, *given, **named))
    assert training(new()) == training(new(), compile=False) and not compilings


def test_a_gradient_that_is_something_else_is_seen(compilings: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    original = Trainer.gradients.fget  # type: ignore[attr-defined]
    monkeypatch.setattr(Trainer, "gradients", property(lambda self: original(self) * 1.01))
    assert training(new()) == training(new(), compile=False) and not compilings


def test_metrics_that_are_patched_into_the_table_are_not_the_librarys(
    compilings: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def mine(outputs: Any, targets: Any) -> Any:
        return losses.mse_loss(outputs, targets) * 2.0

    monkeypatch.setitem(losses.METRICS, mine, None)
    monkeypatch.setitem(losses.LOSSES, "mse_loss", mine)
    training(new())
    assert not compilings


# The hint.


def test_one_hint_for_each_class_of_models(compilings: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    training(Mine(), progress=True, epochs=40)
    said = capsys.readouterr().err
    assert "for Mine is not chalkgrad's own. compile=True would be about 5 times faster" in said
    assert "every sample makes the same graph" in said and not compilings
    training(Mine(), progress=True, epochs=40)
    assert "compile=True" not in capsys.readouterr().err
    training(type("Other", (Mine,), {})(), progress=True, epochs=40)
    assert "for Other is not" in capsys.readouterr().err


def test_no_hint_where_none_is_wanted(
    compilings: list[Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a bar nothing is said; nor of a library model, nor where compiling would not pay."""
    training(Mine())
    assert capsys.readouterr() == ("", "")
    training(new(), progress=True, epochs=40)
    training(Mine(), compile=False, progress=True, epochs=40)
    training(Mine(), progress=True, epochs=1)
    monkeypatch.setattr(compiled, "WORTHWHILE", 1e6)
    training(Mine(), progress=True)
    assert "compile=True" not in capsys.readouterr().err


def test_the_hint_names_what_is_ones_own(compilings: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")

    def close(output: Any, target: Any) -> bool:
        return bool(abs(output.data - target) < 0.1)

    training(new(), progress=True, metric=close, epochs=40)
    assert "for close is not chalkgrad's own" in capsys.readouterr().err
