"""A training that is saved, loaded and gone on with ends to the bit where the unbroken one ends."""

from __future__ import annotations

import copy
import json
import pickle
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.checkpoints import ROWS, TARGETS, bits, forged

from chalkgrad.engine import ArgumentError, ArgumentTypeError, ChalkgradError, DamagedFileError, Value
from chalkgrad.nn import (
    MLP,
    SGD,
    Adam,
    CosineAnnealingLR,
    Dropout,
    ExponentialLR,
    LambdaLR,
    Linear,
    LinearLR,
    Module,
    MultiStepLR,
    NAdam,
    Optimizer,
    ReduceLROnPlateau,
    RMSprop,
    Schedule,
    Sequential,
    SequentialLR,
    StepLR,
    Tanh,
    fit,
    load,
    load_into,
    save,
)  # fmt: skip


def train(model: Any, optimizer: Any, generator: Any, epochs: int, schedule: Any = None, compile: bool = False) -> None:
    fit(
        model, ROWS, TARGETS, "mse_loss", optimizer, epochs=epochs, batch_size=5, generator=generator,
        schedule=schedule, progress=False, compile=compile,
    )  # fmt: skip


# what a model draws, and whether it is in training


def dropping(generator: random.Random, *draws: random.Random) -> Sequential:
    return Sequential(
        Linear(2, 6, seed=1), Tanh(), Dropout(0.3, generator=draws[0]),
        Sequential(Linear(6, 6, seed=2), Dropout(0.2, generator=draws[1]), Dropout(0.5, seed=9).eval()),
        Linear(6, 1, seed=3),
    )  # fmt: skip


def own(_: random.Random) -> list[random.Random]:
    return [random.Random(7), random.Random(8)]


def one_for_both(_: random.Random) -> list[random.Random]:
    return [random.Random(7)] * 2


def that_of_the_training(generator: random.Random) -> list[random.Random]:
    return [generator, generator]


def mixed(generator: random.Random) -> list[random.Random]:
    return [random.Random(7), generator]


@pytest.mark.parametrize("draws", [own, one_for_both, that_of_the_training, mixed])
@pytest.mark.parametrize("by", ["load", "load_into", "load_into, without seeds"])
def test_dropout_goes_on_drawing(tmp_path: Path, draws: Callable[[random.Random], list[Any]], by: str) -> None:
    generator = random.Random(5)
    unbroken = dropping(generator, *draws(generator))
    train(unbroken, Adam(unbroken.parameters(), lr=0.05), generator, 6)

    generator = random.Random(5)
    model = dropping(generator, *draws(generator))
    optimizer = Adam(model.parameters(), lr=0.05)
    train(model, optimizer, generator, 2)
    path = save(model, tmp_path / "run.json", optimizer=optimizer, epoch=2, generator=generator)
    train(model, optimizer, generator, 1)

    given = [random.Random(1), random.Random(2)] if by == "load_into" else [None, None]
    again: Any = load(path) if by == "load" else dropping(generator, *given)
    assert type(again) is Sequential
    optimizer, generator = Adam(again.parameters()), random.Random(99)
    assert load_into(again, path, optimizer=optimizer, generator=generator) == 2
    if by == "load_into" and draws is own:
        assert again[2].generator is given[0]  # it may be known elsewhere
    train(again, optimizer, generator, 4)
    assert bits(again) == bits(unbroken)
    assert not again[3][2].training and again[3][1].training
    assert generator.getstate() != random.Random(99).getstate()


def test_a_model_alone_keeps_its_mode_and_what_it_draws(tmp_path: Path) -> None:
    model = Sequential(Linear(2, 4, seed=1), Dropout(0.5, seed=3))
    model([1.0, 2.0])
    path = save(model, tmp_path / "model.json")
    again = load(path)
    outs = [[out.data for out in m([1.0, 2.0])] for m in (model, again) for _ in range(5)]
    assert outs[:5] == outs[5:] and len(set(map(str, outs))) > 1

    path = save(model.eval(), tmp_path / "model.json")
    assert [part.training for _, part in load(path).named_modules()] == [False] * 7
    fresh = Sequential(Linear(2, 4), Dropout(0.5))
    load_into(fresh, path)
    assert [part.training for _, part in fresh.named_modules()] == [False] * 7
    assert json.loads(path.read_text())["training"]["modules"]["otherwise"] == []


class Noisy(Module):
    def __init__(self, seed: int) -> None:
        self.scale = Value(1.0)
        self.source = random.Random(seed)
        self.system = random.SystemRandom()

    def forward(self, x: Any) -> Any:
        return self.scale * x[0] + self.source.gauss(0.0, 1.0)


def test_a_generator_of_a_module_of_ones_own_goes_on(tmp_path: Path) -> None:
    model, again = Noisy(1), Noisy(2)
    model([1.0])
    path = save(model, tmp_path / "own.json")
    load_into(again, path)
    assert [again([1.0]).data for _ in range(3)] == [model([1.0]).data for _ in range(3)]


def test_an_older_file_says_nothing_of_modes_and_schedules(tmp_path: Path) -> None:
    model = MLP(2, [2, 1], seed=0)
    path = save(model, tmp_path / "a.json", optimizer=SGD(model.parameters()), epoch=3)
    forged(path, lambda c: [c["training"].pop(key) for key in ("modules", "schedules")])
    assert bits(load(path)) == bits(model)
    other = MLP(2, [2, 1], seed=1).eval()
    assert load_into(other, path, optimizer=SGD(other.parameters())) == 3
    assert bits(other) == bits(model) and not other.training


def test_generators_that_the_model_has_not_are_named(tmp_path: Path) -> None:
    model = Sequential(Linear(2, 4, seed=1), Dropout(0.5, seed=3))
    path = save(model, tmp_path / "model.json")
    for other in (Sequential(Linear(2, 4, seed=2), Tanh()), Sequential(Linear(2, 4, seed=2))):
        before = bits(other)
        with pytest.raises(ArgumentError, match=r"generator 'layer1\.generator', which the model has not"):
            load_into(other, path)
        assert bits(other) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.update(training=1), "must have true or false, a list of paths"),
        (lambda m: m.update(otherwise=[[]]), "says of list whether it is trained"),
        (lambda m: m.update(otherwise=["layer7"]), "says of 'layer7' whether it is trained: the model has no such"),
        (lambda m: m["generators"].update({"layer0.neuron0.b": m["generators"]["layer1.generator"]}), "neuron0.b'"),
        (lambda m: m["generators"].update({"layer1.forward": m["generators"]["layer1.generator"]}), "layer1.forward'"),
        (lambda m: m["generators"].update({"layer1.generator": None}), "generators.* must be an object, got None"),
        (lambda m: m["generators"].update({"layer1.generator": "x"}), "generators.* must be an object, got 'x'"),
        (lambda m: m["generators"]["layer1.generator"].update(words=[1]), r"layer1.generator'\].words must be 625"),
    ],
)  # fmt: skip
def test_damage_to_modes_and_generators_says_where(tmp_path: Path, change: Any, message: str) -> None:
    path = save(Sequential(Linear(2, 4, seed=1), Dropout(0.5, seed=3)), tmp_path / "model.json")
    forged(path, lambda c: change(c["training"]["modules"]))
    with pytest.raises(DamagedFileError, match=message):
        load(path)
    model = Sequential(Linear(2, 4, seed=2), Dropout(0.5))
    before = bits(model)
    with pytest.raises(ChalkgradError):
        load_into(model, path)
    assert bits(model) == before and model[1].generator is None


class TwoFaced(Module):
    """In use it gives a word, in training a number; and it draws from Python's own generator."""

    def __init__(self) -> None:
        self.w = Value(1.0)

    def forward(self, x: Any) -> Any:
        return self.w * x[0] + random.random() if self.training else "yes"


def test_the_trial_of_a_model_is_in_training_and_draws_nothing() -> None:
    whole, halves = TwoFaced(), TwoFaced()
    random.seed(3)
    train(whole, SGD(whole.parameters(), lr=0.1), random.Random(5), 2)
    random.seed(3)
    generator, optimizer = random.Random(5), SGD(halves.parameters(), lr=0.1)
    for _ in range(2):
        train(halves, optimizer, generator, 1)
    assert bits(halves) == bits(whole)


# other models


def tied(seed: int) -> Sequential:
    layer = Linear(2, 2, seed=seed)
    return Sequential(layer, Tanh(), layer, Linear(2, 1, seed=seed))


def test_a_layer_used_twice_goes_on(tmp_path: Path) -> None:
    unbroken, model, again = tied(1), tied(1), tied(2)
    train(unbroken, Adam(unbroken.parameters(), lr=0.05), random.Random(5), 4)
    generator = random.Random(5)
    optimizer = Adam(model.parameters(), lr=0.05)
    train(model, optimizer, generator, 2)
    path = save(model, tmp_path / "tied.json", optimizer=optimizer, generator=generator)
    optimizer = Adam(again.parameters())
    load_into(again, path, optimizer=optimizer, generator=generator)
    train(again, optimizer, generator, 2)
    assert bits(again) == bits(unbroken)
    with pytest.raises(ArgumentError, match=r"missing \['layer2.neuron0"):
        load_into(Sequential(Linear(2, 2), Tanh(), Linear(2, 2), Linear(2, 1)), path)


def test_a_copy_of_a_model_and_its_optimizer_trains_as_they_do() -> None:
    model = Sequential(Linear(2, 4, seed=1), Tanh(), Dropout(0.3, seed=2), Linear(4, 1, seed=3))
    optimizer = Adam([{"params": model[0].parameters(), "lr": 0.1}, {"params": model[3].parameters()}], lr=0.02)
    train(model, optimizer, random.Random(5), 1)
    twin, its = copy.deepcopy((model, optimizer))
    train(model, optimizer, random.Random(6), 2)
    assert bits(twin) != bits(model)
    train(twin, its, random.Random(6), 2)
    assert bits(twin) == bits(model)


def test_what_cannot_be_pickled_names_save() -> None:
    model = MLP(2, [1])
    for thing in (model, SGD(model.parameters()), StepLR(SGD(model.parameters()), 2)):
        with pytest.raises(ArgumentTypeError, match=r"cannot be pickled.* save\(model, path\)"):
            pickle.dumps(thing)


@pytest.mark.parametrize("other", [MLP(2, [4, 1]), MLP(3, [3, 1]), MLP(2, [3, 3, 1]), Linear(2, 3)], ids=repr)
def test_a_model_of_another_shape_is_named_before_its_optimizer(tmp_path: Path, other: Module) -> None:
    model = MLP(2, [3, 1], seed=0)
    path = save(model, tmp_path / "a.json", optimizer=Adam(model.parameters()))
    before = bits(other)
    with pytest.raises(ArgumentError, match=f"state_dict does not fit {type(other).__name__}: missing"):
        load_into(other, path, optimizer=Adam(other.parameters()))
    assert bits(other) == before


# groups


def grouped(kind: Any, **settings: Any) -> Callable[[Any], Optimizer]:
    def make(model: Any) -> Optimizer:
        first, second = model.layers
        optimizer: Optimizer = kind([{"params": second.parameters(), **settings}, {"params": first.parameters()}], 0.05)
        return optimizer

    return make


GROUPS = {
    "momentum in one": grouped(SGD, momentum=0.9, lr=0.1),
    "rmsprop": grouped(RMSprop, momentum=0.5, centered=True),
    "nadam": grouped(NAdam, betas=(0.7, 0.9)),
}


@pytest.mark.parametrize("name", GROUPS)
def test_groups_go_on(tmp_path: Path, name: str) -> None:
    unbroken, model, again = (MLP(2, [4, 1], "tanh", seed=seed) for seed in (3, 3, 4))
    whole = GROUPS[name](unbroken)
    train(unbroken, whole, random.Random(5), 3)
    whole.lr = 0.02
    train(unbroken, whole, random.Random(6), 3)

    optimizer = GROUPS[name](model)
    train(model, optimizer, random.Random(5), 3)
    path = save(model, tmp_path / "run.json", optimizer=optimizer)
    first, second = again.layers
    optimizer = type(optimizer)([{"params": second.parameters(), "lr": 0.7}, {"params": first.parameters()}])
    load_into(again, path, optimizer=optimizer)
    optimizer.lr = 0.02  # of the groups that have none of their own, as in the unbroken one
    train(again, optimizer, random.Random(6), 3)
    assert bits(again) == bits(unbroken)
    assert [{**g, "params": 0} for g in optimizer.param_groups] == [{**g, "params": 0} for g in whole.param_groups]


def change_group(settings: Any, content: Any) -> None:
    content["training"]["optimizer"]["groups"][0]["settings"] = settings


def test_other_groups_are_refused(tmp_path: Path) -> None:
    model = MLP(2, [4, 1], seed=0)
    first, second = (layer.parameters() for layer in model.layers)
    path = save(model, tmp_path / "a.json", optimizer=SGD([{"params": first}, {"params": second, "lr": 0.1}]))
    for optimizer, message in (
        (SGD(model.parameters()), "has groups, the other has not"),
        (SGD([{"params": second}, {"params": first}]), r"param_groups\[0\] .*other parameters"),
        (SGD([{"params": first[:1]}, {"params": first[1:]}, {"params": second}]), "has not the 3 groups"),
    ):
        before = optimizer.state_dict()
        with pytest.raises(ArgumentError, match=message):
            load_into(model, path, optimizer=optimizer)
        assert optimizer.state_dict() == before
    for settings in ({"rate": 1.0}, {"lr": "high"}, {"lr": -1.0}, 3):
        forged(path, partial(change_group, settings))
        with pytest.raises(DamagedFileError):
            load_into(model, path, optimizer=SGD([{"params": first}, {"params": second}]))


# schedules

SCHEDULES: dict[str, Callable[[Any], Any]] = {
    "step": lambda o: StepLR(o, 2, gamma=0.5),
    "milestones": lambda o: MultiStepLR(o, [1, 4], gamma=0.5),
    "cosine": lambda o: CosineAnnealingLR(o, T_max=6),
    "warm-up, then falling": lambda o: SequentialLR(
        o, [LinearLR(o, 0.2, total_iters=2), ExponentialLR(o, 0.8)], milestones=[2]
    ),
    "plateau": lambda o: ReduceLROnPlateau(o, factor=0.5, patience=0, threshold=0.2),
    "two": lambda o: [ExponentialLR(o, 0.9), StepLR(o, 3)],
}


@pytest.mark.parametrize("compile", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_goes_on(tmp_path: Path, name: str, compile: bool) -> None:
    def begun(seed: int, lr: float) -> tuple[MLP, Optimizer, Any]:
        model = MLP(2, [4, 1], "tanh", seed=seed)
        optimizer = SGD(model.parameters(), lr=lr, momentum=0.5)
        return model, optimizer, SCHEDULES[name](optimizer)

    unbroken, optimizer, schedule = begun(3, 0.05)
    train(unbroken, optimizer, random.Random(5), 7, schedule, compile)
    expected = optimizer.lr

    model, optimizer, schedule = begun(3, 0.05)
    generator = random.Random(5)
    train(model, optimizer, generator, 3, schedule, compile)
    path = save(model, tmp_path / "a.json", optimizer=optimizer, generator=generator, schedule=schedule)

    model, optimizer, schedule = begun(4, 0.3)
    generator = random.Random(1)
    load_into(model, path, optimizer=optimizer, generator=generator, schedule=schedule)
    train(model, optimizer, generator, 4, schedule, compile)
    assert bits(model) == bits(unbroken) and optimizer.lr == expected != 0.05


def change_schedules(change: Any, content: Any) -> None:
    change(content["training"]["schedules"])


def test_other_schedules_are_refused(tmp_path: Path) -> None:
    model = MLP(2, [1], seed=0)
    optimizer = SGD(model.parameters(), lr=0.1)
    schedule, path = StepLR(optimizer, 2), tmp_path / "a.json"
    with pytest.raises(ArgumentError, match=r"with the optimizer that it was made with, StepLR.* has another"):
        save(model, path, schedule=schedule)
    with pytest.raises(ArgumentError, match="with the optimizer that it was made with"):
        save(model, path, optimizer=SGD(model.parameters()), schedule=schedule)
    with pytest.raises(ArgumentTypeError, match=r"schedule must be a schedule such as StepLR\(.*; got str"):
        save(model, path, optimizer=optimizer, schedule="step")  # type: ignore[arg-type]
    save(model, path, optimizer=optimizer)
    with pytest.raises(ArgumentError, match="holds no state of a schedule"):
        load_into(model, path, optimizer=optimizer, schedule=schedule)
    save(model, path, optimizer=optimizer, schedule=schedule)
    schedule.step()
    before = schedule.state_dict()
    for other, message in (
        (ExponentialLR(optimizer, 1.0), "schedule 'StepLR', got ExponentialLR"),
        ([schedule, schedule], "state of 1 schedules, got 2"),
        ([], "state of 1 schedules, got 0"),
    ):
        with pytest.raises(ArgumentError, match=message):
            load_into(model, path, optimizer=optimizer, schedule=other)
    for change in (
        lambda s: s[0].update(state=3), lambda s: s[0]["state"].pop("epoch"), lambda s: s[0]["state"].update(epoch="x"),
        lambda s: s[0]["state"].update(base_lrs=3), lambda s: s[0]["state"].update(base_lrs=[True]),
        lambda s: s[0].update({"class": 3}), lambda s: s.append(3),
    ):  # fmt: skip
        save(model, path, optimizer=optimizer, schedule=schedule)
        forged(path, partial(change_schedules, change))
        with pytest.raises(ChalkgradError):
            load_into(model, path, optimizer=optimizer, schedule=schedule)
    assert schedule.state_dict() == before


REFUSED: dict[str, tuple[Callable[[Any], Schedule], list[dict[str, Any]]]] = {
    "step": (lambda o: StepLR(o, 2), [{"step_size": x} for x in (0, -1, 2.0, 0.5)] + [{"gamma": -0.1}]),
    "several steps": (lambda o: MultiStepLR(o, [2, 4]), [{"gamma": "inf"}, {"epoch": -1}, {"epoch": 1.0}]),
    "exponential": (lambda o: ExponentialLR(o, 0.5), [{"gamma": "nan"}, {"base_lrs": [-0.1]}, {"base_lrs": ["nan"]}]),
    "linear": (lambda o: LinearLR(o), [{"total_iters": 0}, {"start_factor": 0.0}, {"end_factor": 2.0}]),
    "cosine": (lambda o: CosineAnnealingLR(o, 5), [{"T_max": 0}, {"eta_min": -1.0}]),
    "function": (lambda o: LambdaLR(o, lambda epoch: 1.0), [{"epoch": -3}]),
    "plateau": (
        lambda o: ReduceLROnPlateau(o),
        [{"factor": 1.0}, {"mode": "up"}, {"patience": -1}, {"bad_epochs": -1}, {"cooling": 0.5}, {"threshold": "nan"}],
    ),
    "sequence": (lambda o: SequentialLR(o, [StepLR(o, 2), ExponentialLR(o, 0.5)], [3]), [{"epoch": -1}]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_schedule_in_a_file_has_no_numbers_that_its_constructor_refuses(tmp_path: Path, name: str) -> None:
    """A step size of 0 in a file would be a division by zero at the next epoch."""
    model = MLP(2, [1], seed=0)
    optimizer = SGD(model.parameters(), lr=0.1)
    make, refused = REFUSED[name]
    schedule = make(optimizer)
    path = save(model, tmp_path / "a.json", optimizer=optimizer, schedule=schedule)
    load_into(model, path, optimizer=optimizer, schedule=schedule)
    before = schedule.state_dict(), optimizer.lr
    for numbers in refused:
        save(model, path, optimizer=optimizer, schedule=schedule)
        forged(path, partial(change_schedules, lambda s, numbers=numbers: s[0]["state"].update(numbers)))
        with pytest.raises(DamagedFileError, match=rf"training\.schedules\[0\]\.state.*{next(iter(numbers))}"):
            load_into(model, path, optimizer=optimizer, schedule=schedule)
    assert (schedule.state_dict(), optimizer.lr) == before


def test_the_schedules_of_a_sequence_in_a_file_are_looked_at_too(tmp_path: Path) -> None:
    model = MLP(2, [1], seed=0)
    optimizer = SGD(model.parameters(), lr=0.1)
    schedule = REFUSED["sequence"][0](optimizer)
    path = save(model, tmp_path / "a.json", optimizer=optimizer, schedule=schedule)
    forged(path, partial(change_schedules, lambda s: s[0]["state"]["schedulers"][0].update(step_size=0)))
    with pytest.raises(DamagedFileError, match="step_size must be at least 1, got 0"):
        load_into(model, path, optimizer=optimizer, schedule=schedule)


def test_a_file_may_hold_other_settings_than_the_schedule_that_is_given(tmp_path: Path) -> None:
    model = MLP(2, [1], seed=0)
    optimizer = SGD(model.parameters(), lr=0.1)
    path = save(model, tmp_path / "a.json", optimizer=optimizer, schedule=StepLR(optimizer, 7, gamma=0.25))
    schedule = StepLR(optimizer, 2)
    load_into(model, path, optimizer=optimizer, schedule=schedule)
    assert (schedule.step_size, schedule.gamma, optimizer.lr) == (7, 0.25, 0.1)


class Halved(Schedule):
    def __init__(self, optimizer: Optimizer) -> None:
        self.best, self.worst, self.how = 0, float("inf"), "slowly"
        self.seen: object = None
        super().__init__(optimizer)

    def _rate(self, lr: float, base: float) -> float:
        return lr / 2.0 if self.epoch else lr


class Odd(Halved):
    def state_dict(self) -> dict[str, Any]:
        return {"seen": object()}


def test_a_schedule_of_ones_own(tmp_path: Path) -> None:
    model = MLP(2, [1], seed=0)
    optimizer = SGD(model.parameters(), lr=0.1)
    schedule = Halved(optimizer)
    schedule.step()
    schedule.best = 0.5  # type: ignore[assignment]
    path = save(model, tmp_path / "a.json", optimizer=optimizer, schedule=schedule)
    again = Halved(optimizer)
    load_into(model, path, optimizer=optimizer, schedule=again)
    assert vars(again) == vars(schedule)
    with pytest.raises(ArgumentError, match=r"schedule\[0\].seen is a object, which save cannot write"):
        save(model, path, optimizer=optimizer, schedule=Odd(optimizer))
