"""Models and trainings in files: exact, whole, and refused when they are damaged."""

from __future__ import annotations

import json
import math
import os
import pickle
import random
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.checkpoints import ROWS, TARGETS, bits, forged

from chalkgrad.engine import ArgumentError, ArgumentTypeError, ChalkgradError, DamagedFileError, Value
from chalkgrad.nn import (
    MLP,
    SGD,
    Adam,
    AdamW,
    Dropout,
    Layer,
    Linear,
    LinearLR,
    Module,
    Neuron,
    Optimizer,
    ReduceLROnPlateau,
    Sequential,
    StepLR,
    fit,
    load,
    load_into,
    save,
)  # fmt: skip
from chalkgrad.nn.layers import ACTIVATIONS


class Line(Module):
    def __init__(self) -> None:
        self.slope, self.offset = Value(2.0), Value(1.0)

    def __call__(self, x: Any) -> Value:
        out: Value = self.slope * x[0] + self.offset
        return out


MODELS: dict[str, Callable[[], Module]] = {
    **{f"neuron, {name}": partial(Neuron, 3, activation=name, seed=1) for name in ACTIVATIONS if name != "softmax"},
    "layer": lambda: Layer(3, 2, activation="softmax", seed=1),
    "layer of one": lambda: Layer(1, 1, nonlin=False, seed=1),
    "mlp": lambda: MLP(2, [4, 3, 2], ["tanh", "relu", "softmax"], seed=1),
    "mlp of one": lambda: MLP(1, [1], seed=1),
}


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_a_model_comes_back(tmp_path: Path, make: Callable[[], Module]) -> None:
    model = make()
    assert save(model, tmp_path / "model.json") == tmp_path / "model.json"
    before = random.getstate()
    loaded = load(tmp_path / "model.json")
    assert random.getstate() == before
    assert (type(loaded), repr(loaded), bits(loaded)) == (type(model), repr(model), bits(model))
    assert [p.label for p in loaded.parameters()] == [p.label for p in model.parameters()]
    width = len(next(part.w for _, part in model.named_modules() if isinstance(part, Neuron)))
    x = [0.5, -1.0, 2.0][:width]
    assert repr(model(x)) == repr(loaded(x))


def test_the_file_can_be_read(tmp_path: Path) -> None:
    neuron = Neuron(2, seed=0)
    neuron.w[0].data, neuron.w[1].data, neuron.b.data = 0.1, -math.inf, -0.0
    text = save(neuron, tmp_path / "a.json").read_text()
    checksum = json.loads(text)["sha256"]
    assert (
        text
        == f"""{{
 "format": "chalkgrad model",
 "version": 1,
 "sha256": "{checksum}",
 "model": {{
  "class": "Neuron",
  "arguments": {{
   "nin": 2,
   "activation": "relu"
  }}
 }},
 "parameters": {{
  "w[0]": 0.1,
  "w[1]": "-inf",
  "b": -0.0
 }},
 "training": null
}}
"""
    )
    (tmp_path / "b.json").write_text(json.dumps(json.loads(text)))
    assert bits(load(tmp_path / "b.json")) == bits(neuron)


floats = st.one_of(
    st.floats(), st.binary(min_size=8, max_size=8).map(lambda b: struct.unpack(">d", b)[0]),
    st.sampled_from([-0.0, 5e-324, math.inf, -math.inf, math.nan, -math.nan, 1.7976931348623157e308, 0.1, 1e22]),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(numbers=st.lists(floats, min_size=3, max_size=3))
def test_floats_are_exact(tmp_path_factory: pytest.TempPathFactory, numbers: list[float]) -> None:
    neuron = Neuron(2, seed=0)
    for p, x in zip(neuron.parameters(), numbers, strict=True):
        p.data = x
    path = save(neuron, tmp_path_factory.getbasetemp() / "floats.json")
    assert bits(load(path)) == bits(neuron)


# other models


def test_a_model_of_ones_own_is_filled(tmp_path: Path) -> None:
    line = Line()
    line.slope.data = 0.1
    path = save(line, tmp_path / "line.json")
    with pytest.raises(ArgumentError, match=r"class 'Line'.*load_into\(model, path\)"):
        load(path)
    fresh = Line()
    assert load_into(fresh, path) is None
    assert bits(fresh) == bits(line)
    with pytest.raises(ArgumentError, match="does not fit Neuron"):
        load_into(Neuron(1), path)


class Louder(MLP):
    def __call__(self, x: Any) -> Any:
        return super().__call__(x) * 2.0


def changed_by_hand() -> list[MLP]:
    shared, bent, grown, cut, replaced = (MLP(2, [2, 2], seed=0) for _ in range(5))
    shared.layers[0].neurons[1].w[0] = shared.layers[0].neurons[0].w[0]
    bent.layers[0].neurons[1].activation = "tanh"
    grown.temperature = Value(1.0)
    cut.layers.append(Layer(3, 1))
    replaced.layers[0] = Line()  # type: ignore[call-overload]
    return [shared, bent, grown, cut, replaced, Louder(2, [2, 1])]


@pytest.mark.parametrize("model", changed_by_hand(), ids=["shared", "bent", "grown", "cut", "replaced", "subclass"])
def test_what_its_constructor_does_not_make_is_not_built(tmp_path: Path, model: MLP) -> None:
    path = save(model, tmp_path / "a.json")
    with pytest.raises(ArgumentError, match="load_into"):
        load(path)
    before = bits(model)
    for p in model.parameters():
        p.data = 0.0
    load_into(model, path)
    assert bits(model) == before


# training


OPTIMIZERS: dict[str, Callable[[Any], Optimizer]] = {
    "sgd": lambda p: SGD(p, lr=0.05),
    "momentum": lambda p: SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    "dampening": lambda p: SGD(p, lr=0.05, momentum=0.9, dampening=0.1),
    "adam": lambda p: Adam(p, lr=0.05, amsgrad=True),
    "adamw": lambda p: AdamW(p, lr=0.05, betas=(0.8, 0.9), maximize=False),
}


@pytest.mark.parametrize(
    ("name", "compile"),  # with dampening the first step is not compiled
    [(name, compile) for name in OPTIMIZERS for compile in (False, True) if (name, compile) != ("dampening", True)],
)
def test_a_training_that_is_taken_up_ends_to_the_bit_where_the_unbroken_one_ends(
    tmp_path: Path, name: str, compile: bool
) -> None:
    make = OPTIMIZERS[name]

    def train(model: Any, optimizer: Optimizer, generator: random.Random, epochs: int) -> None:
        fit(
            model, ROWS, TARGETS, "mse_loss", optimizer, epochs=epochs, batch_size=5, generator=generator,
            progress=False, compile=compile,
        )  # fmt: skip

    unbroken = MLP(2, [4, 1], "tanh", seed=3)
    train(unbroken, make(unbroken.parameters()), random.Random(5), 7)

    model, generator = MLP(2, [4, 1], "tanh", seed=3), random.Random(5)
    optimizer = make(model.parameters())
    train(model, optimizer, generator, 3)
    path = save(model, tmp_path / "run.json", optimizer=optimizer, epoch=3, generator=generator)
    train(model, optimizer, generator, 1)  # what is in the file is of the past: it does not change

    again = load(path)
    optimizer, generator = type(optimizer)(again.parameters(), lr=0.9), random.Random(99)
    for p in optimizer.params:
        p.grad = 1.0
    optimizer.step()  # something to be forgotten
    epoch = load_into(again, path, optimizer=optimizer, generator=generator)
    assert epoch == 3
    train(again, optimizer, generator, 7 - epoch)
    assert bits(again) == bits(unbroken)


def test_the_generator_comes_back_with_its_spare_gauss(tmp_path: Path) -> None:
    generator = random.Random(1)
    generator.gauss(0.0, 1.0)
    path = save(Line(), tmp_path / "a.json", generator=generator)
    again = random.Random(2)
    assert load_into(Line(), path, generator=again) is None
    assert [again.gauss(0.0, 1.0) for _ in range(5)] == [generator.gauss(0.0, 1.0) for _ in range(5)]


def test_what_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    model, generator = MLP(2, [2, 1], seed=0), random.Random(1)
    optimizer = SGD(model.parameters(), momentum=0.9)
    path = save(model, tmp_path / "a.json", optimizer=optimizer, epoch=0, generator=generator)
    bare = save(model, tmp_path / "bare.json")
    other = MLP(2, [2, 1], seed=1)
    adam, drawn = Adam(other.parameters()), random.Random(7)
    before = (bits(other), dict(vars(adam)), drawn.getstate())
    for arguments, message in (
        ((other, path, adam), "optimizer 'SGD', got Adam"),
        ((other, path, SGD(Line().parameters())), "other parameters"),
        ((other, bare, adam), "no state of an optimizer"),
        ((Line(), path, None), "does not fit Line"),
    ):
        target, source, given_optimizer = arguments
        with pytest.raises(ArgumentError, match=message):
            load_into(target, source, optimizer=given_optimizer, generator=drawn)
    assert (bits(other), dict(vars(adam)), drawn.getstate()) == before
    with pytest.raises(ArgumentTypeError, match="optimizer must be an Optimizer, got str"):
        load_into(model, path, optimizer="adam")  # type: ignore[arg-type]
    with pytest.raises(ArgumentTypeError, match=r"generator must be a random\.Random"):
        load_into(model, path, generator=5)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="no state of a generator"):
        load_into(other, bare, generator=drawn)


def test_arguments_are_looked_at(tmp_path: Path) -> None:
    path, model = tmp_path / "a.json", Line()
    for arguments, error, message in (
        ({"model": 3}, ArgumentTypeError, "model must be a Module, got int"),
        ({"optimizer": "adam"}, ArgumentTypeError, "optimizer must be an Optimizer, got str"),
        ({"optimizer": SGD(Line().parameters())}, ArgumentError, r"params\[0\] is no parameter of the model"),
        ({"epoch": -1}, ArgumentError, "epoch must be at least 0"),
        ({"epoch": 1.5}, ArgumentTypeError, "epoch must be an integer"),
        ({"generator": 5}, ArgumentTypeError, "generator must be a random.Random"),
        ({"generator": random.SystemRandom()}, ArgumentTypeError, "with a state, got SystemRandom"),
        ({"path": 3}, ArgumentTypeError, "path must be"),
        ({"path": tmp_path / "missing" / "a.json"}, ArgumentError, "there is no folder"),
    ):
        with pytest.raises(error, match=message):
            save(**{"model": model, "path": path, **arguments})  # type: ignore[arg-type]
    assert os.listdir(tmp_path) == []
    with pytest.raises(FileNotFoundError):
        load(path)
    with pytest.raises(ArgumentTypeError, match="path must be"):
        load(3)  # type: ignore[arg-type]


class Remembers(SGD):
    def _update(self, p: float, g: float, state: Any) -> Any:
        return p - g, {"anything": object()}


def test_an_optimizer_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    model = Line()
    optimizer = Remembers(model.parameters())
    model([1.0]).backward()
    optimizer.step()
    with pytest.raises(ArgumentError, match="Remembers remembers a dict, which save cannot write"):
        save(model, tmp_path / "a.json", optimizer=optimizer)
    assert os.listdir(tmp_path) == []


# damage


@pytest.fixture
def written(tmp_path: Path) -> Path:
    model, generator = MLP(2, [2, 1], seed=0), random.Random(1)
    optimizer = Adam(model.parameters())
    fit(model, ROWS, TARGETS, "mse_loss", optimizer, epochs=1, generator=generator, progress=False, compile=False)
    return save(model, tmp_path / "model.json", optimizer=optimizer, epoch=1, generator=generator)


def same_or_refused(path: Path, expected: dict[str, bytes]) -> bool:
    """Whether a file was refused with a typed error; if not, it must hold the same model."""
    try:
        loaded = load(path)
    except DamagedFileError as error:
        assert str(error).startswith(repr(str(path))) and len(str(error)) < 400
        return True
    assert bits(loaded) == expected
    return False


@pytest.mark.parametrize("generator", [None, random.Random(1)], ids=["without generator", "with generator"])
def test_every_truncation_is_refused(tmp_path: Path, generator: random.Random | None) -> None:
    model = Neuron(2, seed=0)
    written = save(model, tmp_path / "a.json", optimizer=SGD(model.parameters()), epoch=1, generator=generator)
    content, expected = written.read_bytes(), bits(model)
    step = 1 if generator is None else 23  # 625 numbers, one like the other
    for length in range(0, len(content) - 1, step):  # the last byte is a line break
        written.write_bytes(content[:length])
        assert same_or_refused(written, expected), length


def test_mutations_are_refused_or_change_nothing(written: Path) -> None:
    content, expected = written.read_bytes(), bits(load(written))
    rng = random.Random(8)
    refused = 0
    for _ in range(2_000):
        damaged = bytearray(content)
        for _ in range(rng.choice((1, 1, 1, 2, 5))):
            place = rng.randrange(len(damaged))
            kind = rng.randrange(4)
            if kind == 0:
                damaged[place] ^= 1 << rng.randrange(8)
            elif kind == 1:
                damaged[place] = rng.randrange(256)
            elif kind == 2:
                del damaged[place : place + rng.randrange(1, 20)]
            else:
                other = rng.randrange(len(damaged))
                damaged[place:place] = damaged[other : other + rng.randrange(1, 40)]
        written.write_bytes(damaged)
        refused += same_or_refused(written, expected)
    assert refused > 1_500


words = st.sampled_from(["format", "version", "sha256", "model", "parameters", "training", "class", "arguments"])
numbers_and_words = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
shallow = numbers_and_words | st.lists(numbers_and_words) | st.dictionaries(words | st.text(), numbers_and_words)
anything = shallow | st.lists(shallow) | st.dictionaries(words | st.text(), shallow)


@settings(max_examples=100, deadline=None)
@given(content=st.binary() | st.text().map(str.encode) | anything.map(lambda data: json.dumps(data).encode()))
def test_anything_else_is_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "anything.json"
    path.write_bytes(content)
    with pytest.raises(DamagedFileError):
        load(path)


plain = st.none() | st.booleans() | st.integers(-3, 2**70) | st.floats() | st.text(max_size=5)
junk = plain | st.lists(plain, max_size=3) | st.dictionaries(st.text(max_size=5), plain, max_size=3)


def plain_training() -> dict[str, Any]:
    model = MLP(2, [2, 1], seed=0)
    return {"model": model, "optimizer": Adam(model.parameters()), "generator": random.Random(1)}


def full_training() -> dict[str, Any]:
    model, generator = Sequential(Linear(2, 1, seed=0), Dropout(0.1, seed=2).eval()), random.Random(1)
    model.append(Sequential(Dropout(0.2, generator=generator), Linear(1, 1, bias=False, seed=1)))
    first, second = model[0].parameters(), model[2].parameters()
    optimizer = SGD([{"params": first, "momentum": 0.9}, {"params": second}], lr=0.1)
    schedules = [StepLR(optimizer, 2), ReduceLROnPlateau(optimizer), LinearLR(optimizer)]
    return {"model": model, "optimizer": optimizer, "generator": generator, "schedule": schedules}


@pytest.mark.parametrize("make", [plain_training, full_training])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_forged_checksum_does_not_help(
    tmp_path_factory: pytest.TempPathFactory, make: Callable[[], dict[str, Any]], data: st.DataObject
) -> None:
    """Any one part replaced by anything, under a checksum that fits: a typed error, or a file that can be used."""
    training = make()
    model, optimizer = training["model"], training["optimizer"]
    model([1.0, 2.0]).backward()
    optimizer.step()
    path = tmp_path_factory.getbasetemp() / "f.json"
    save(path=path, epoch=1, **training)

    def change(content: dict[str, Any]) -> None:
        place: Any = content
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = data.draw(st.sampled_from(keys))
            inside = isinstance(place[key], (dict, list)) and len(place[key]) > 0
            if not inside or data.draw(st.booleans()):
                break
            place = place[key]
        place[key] = data.draw(junk)

    def state() -> Any:
        schedules = [schedule.state_dict() for schedule in training.get("schedule", ())]
        drawn = [vars(part).get("generator") for _, part in model.named_modules()]
        modes = [part.training for _, part in model.named_modules()]
        states = [one and one.getstate() for one in (*drawn, training["generator"])]
        return bits(model), optimizer.state_dict(), states, list(map(id, drawn)), modes, schedules

    forged(path, change)
    before = state()
    for use in (lambda: load(path), lambda: load_into(path=path, **training)):
        try:
            use()
        except ChalkgradError:
            assert state() == before


def test_where_the_damage_is_stands_in_the_message(written: Path) -> None:
    original = written.read_text()

    def refused(text: str | bytes, message: str) -> None:
        written.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(DamagedFileError, match=message):
            load(written)

    refused("", "line 1, column 1")
    refused(original.replace('"model": {', '"model": '), "line 6, column ")
    refused(original.encode().replace(b"MLP", b"\xff\xfe"), "no UTF-8 at byte ")
    refused(original.replace('"epoch": 1', '"epoch": 1e999'), "1e999' is too large for a float")
    refused(original.replace('"epoch": 1', '"epoch": NaN'), "NaN is no JSON")
    refused(original.replace('"epoch": 1', f'"epoch": {"9" * 5000}'), "too long")
    refused(original.replace('"epoch": 1', '"epoch": 1, "epoch": 1'), "'epoch' stands there twice")
    refused(original.replace('"epoch": 1', '"epoch": 2'), "the checksum does not fit")
    refused(original.replace('"version": 1', '"version": 2'), "version 2 cannot be read here, only 1")
    refused(
        original.replace("layer0.neuron0.w[0]", "swap").replace("layer0.neuron0.w[1]", "layer0.neuron0.w[0]"),
        "checksum",
    )
    refused("[" * 100_000, "nested too deep")
    refused(
        '{"format": "chalkgrad model", "version": 1, "a": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deep"
    )
    refused(pickle.dumps({"format": "chalkgrad model"}), "no UTF-8|line 1")
    refused("[1, 2]", "no chalkgrad model")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["model"]["arguments"].update(nouts=[10**15, 1]), "has 4000000000000001 parameters, "),
        (lambda c: c["model"]["arguments"].update(nin=10**19), "and the file has 9"),
        (lambda c: c["model"]["arguments"].update(nouts=[2, 0]), r"arguments.nouts\[1\] must be a whole number"),
        (lambda c: c["model"]["arguments"].update(nouts=7), "nouts must be a list, got 7"),
        (lambda c: c["model"]["arguments"].pop("nin"), "model.arguments: there is no 'nin'"),
        (lambda c: c["model"]["arguments"].update(activation="__import__"), "must be one of linear"),
        (lambda c: c["model"].update({"class": "os.system"}), "'os.system' is no model that can be built"),
        (lambda c: c["parameters"].update({"layer0.neuron0.w[0]": [1]}), r"parameters\['layer0.neuron0.w\[0\]'\]"),
        (lambda c: c["parameters"].update({"layer0.neuron0.w[0]": "nan:0000000000000000"}), "must be a number"),
        (lambda c: c["parameters"].update(other=c["parameters"].pop("layer0.neuron0.w[0]")), "no 'layer0.neuron0.w"),
        (lambda c: c.update(extra=1), "keys must be format"),
        (lambda c: c["training"].update(epoch=-1), "training.epoch must be a whole number, got -1"),
    ],
)  # fmt: skip
def test_a_forged_file_is_refused_where_it_lies(written: Path, change: Any, message: str) -> None:
    with pytest.raises(DamagedFileError, match=message):
        load(forged(written, change))


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_two_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, threading, time, random\n"
        "from chalkgrad.nn import MLP, save\n"
        "models = [MLP(3, [4, 1], seed=i) for i in range(4)]\n"
        "for line in sys.stdin:\n"
        "  if os.fork(): os.wait(); print('dead', flush=True); continue\n"
        "  delay = float(line)\n"
        "  threading.Thread(target=lambda: (time.sleep(delay), os.kill(os.getpid(), signal.SIGKILL))).start()\n"
        "  while True:\n"
        "    for model in models: save(model, sys.argv[1])\n"
    )
    path = save(MLP(3, [4, 1], seed=0), tmp_path / "model.json")
    allowed = [bits(MLP(3, [4, 1], seed=i)) for i in range(4)]
    seen = set()
    rng = random.Random(0)
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
    ) as child:  # fmt: skip
        assert child.stdin and child.stdout
        for _ in range(200):
            child.stdin.write(f"{rng.uniform(0.0, 0.02)}\n")
            assert child.stdout.readline() == "dead\n"
            found = bits(load(path))
            seen.add(allowed.index(found))
        child.stdin.close()
    assert len(seen) > 1
    save(MLP(3, [4, 1], seed=0), path)  # which sweeps what a writer left that was killed while its draft had a name
    assert os.listdir(tmp_path) == ["model.json"]


def test_saving_while_another_reads_shows_whole_files_only(tmp_path: Path) -> None:
    path = save(MLP(3, [4, 1], seed=0), tmp_path / "model.json")
    code = (
        "import sys, time\nfrom chalkgrad.nn import MLP, save\nend = time.monotonic() + 1.0\n"
        "models = [MLP(3, [4, 1], seed=i) for i in range(4)]\n"
        "while time.monotonic() < end:\n  for model in models: save(model, sys.argv[1])"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(path)])
    while child.poll() is None:
        load(path)
        time.sleep(0.0005)
    assert child.returncode == 0
