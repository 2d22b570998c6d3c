"""Safetensors: PyTorch's names and shapes, read by torch and by us, and refused when they are damaged."""

from __future__ import annotations

import json
import math
import random
import struct
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.packages import oracle_package

from chalkgrad.engine import ArgumentError, ArgumentTypeError, ChalkgradError, DamagedFileError, Value
from chalkgrad.nn import MLP, Layer, Linear, Module, Neuron, ReLU, Sequential, load_safetensors, save_safetensors


class Net(Module):
    def __init__(self, seed: int) -> None:
        self.fc1 = Layer(3, 4, activation="relu", seed=seed)
        self.fc2 = Layer(4, 2, nonlin=False, seed=seed + 1)
        self.gate = Neuron(2, seed=seed)
        self.temperature = Value(0.1 * seed)

    def __call__(self, x: Any) -> Any:
        return self.fc2(self.fc1(x))


def numbers(model: Module) -> list[bytes]:
    return [struct.pack("<d", p.data) for p in model.parameters()]


def header_of(path: Path) -> Any:
    file = path.read_bytes()
    (length,) = struct.unpack_from("<Q", file)
    return json.loads(file[8 : 8 + length])


def made(path: Path, header: Any, content: bytes) -> Path:
    described = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(described)) + described + content)
    return path


def entry(kind: str, shape: list[int], start: int, end: int) -> dict[str, Any]:
    return {"dtype": kind, "shape": shape, "data_offsets": [start, end]}


def test_names_and_shapes_are_those_of_torch(tmp_path: Path) -> None:
    path = save_safetensors(Net(1), tmp_path / "net.safetensors")
    header = header_of(path)
    assert header.pop("__metadata__")["format"] == "pt"
    assert {name: (entry["dtype"], entry["shape"]) for name, entry in header.items()} == {
        "fc1.weight": ("F64", [4, 3]), "fc1.bias": ("F64", [4]), "fc2.weight": ("F64", [2, 4]),
        "fc2.bias": ("F64", [2]), "gate.weight": ("F64", [1, 2]), "gate.bias": ("F64", [1]), "temperature": ("F64", []),
    }  # fmt: skip
    assert struct.unpack_from("<Q", path.read_bytes())[0] % 8 == 0


def test_it_comes_back_to_the_bit(tmp_path: Path) -> None:
    model, other = Net(1), Net(2)
    special = [-0.0, 5e-324, math.inf, -math.inf, math.nan, 1.7976931348623157e308, 0.1]
    for p, x in zip(model.parameters(), special, strict=False):
        p.data = x
    load_safetensors(other, save_safetensors(model, tmp_path / "a.safetensors"))
    assert numbers(other) == numbers(model)


def test_float32_is_rounded_once(tmp_path: Path) -> None:
    model, other = Net(1), Net(2)
    load_safetensors(other, save_safetensors(model, tmp_path / "a.safetensors", dtype="float32"))
    assert [p.data for p in other.parameters()] == [
        struct.unpack("<f", struct.pack("<f", p.data))[0] for p in model.parameters()
    ]
    model.temperature.data = 1e300
    with pytest.raises(ArgumentError, match="temperature has a number that is too large for float32"):
        save_safetensors(model, tmp_path / "b.safetensors", dtype="float32")
    with pytest.raises(ArgumentError, match="dtype must be one of float64, float32; got 'int8'"):
        save_safetensors(model, tmp_path / "b.safetensors", dtype="int8")
    assert not (tmp_path / "b.safetensors").exists()


def test_torch_reads_it_and_we_read_torchs(tmp_path: Path, torch: ModuleType) -> None:
    oracle_package("safetensors")
    from safetensors.torch import load_file, save_file

    model = MLP(3, [4, 2], "relu", seed=1)
    net = torch.nn.Module()
    net.layer0, net.layer1 = (torch.nn.Linear(a, b, dtype=torch.float64) for a, b in ((3, 4), (4, 2)))
    net.load_state_dict(load_file(save_safetensors(model, tmp_path / "ours.safetensors")))
    x = torch.tensor([0.3, -1.0, 2.0], dtype=torch.float64)
    theirs = net.layer1(torch.relu(net.layer0(x)))
    assert [out.data for out in model(x.tolist())] == pytest.approx(theirs.tolist(), rel=1e-14)

    for kind in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
        for parameter in net.parameters():
            torch.nn.init.normal_(parameter)
        save_file(net.to(kind).state_dict(), tmp_path / "theirs.safetensors", metadata={"format": "pt"})
        load_safetensors(model, tmp_path / "theirs.safetensors")
        theirs = net.layer0.weight.detach().double().flatten().tolist()
        assert [w.data for neuron in model.layers[0].neurons for w in neuron.w] == theirs
        net.double()


def test_what_does_not_fit_the_model_changes_nothing(tmp_path: Path) -> None:
    path, net = save_safetensors(MLP(3, [4, 2]), tmp_path / "a.safetensors"), Net(1)
    before = numbers(net)
    with pytest.raises(
        ArgumentError, match=r"does not fit Net: missing \['fc1.weight', .*unexpected \['layer0.weight'"
    ):
        load_safetensors(net, path)
    with pytest.raises(ArgumentError, match=r"layer0.weight must have the shape \[4, 2\], and has \[4, 3\]"):
        load_safetensors(MLP(2, [4, 2]), path)
    header = {"weight": entry("I8", [1, 2], 0, 2), "bias": entry("I8", [1], 2, 3)}
    integers = made(tmp_path / "b", header, bytes(3))
    with pytest.raises(ArgumentError, match="numbers of the type 'I8'; read are F64"):
        load_safetensors(Neuron(2), integers)
    with pytest.raises(ArgumentTypeError, match="model must be a Module"):
        save_safetensors(3, path)  # type: ignore[arg-type]
    with pytest.raises(ArgumentTypeError, match="path must be"):
        load_safetensors(net, 3)  # type: ignore[arg-type]
    assert numbers(net) == before


def test_a_shared_parameter_is_written_once(tmp_path: Path) -> None:
    net = Net(1)
    net.tied = net.fc1
    net.fc2.neurons[0].b = net.temperature
    path = save_safetensors(net, tmp_path / "a.safetensors")
    other = Net(3)
    other.tied = other.fc1
    other.fc2.neurons[0].b = other.temperature
    load_safetensors(other, path)
    assert numbers(other) == numbers(net)


def test_a_sequential_has_the_names_that_torch_gives_it(tmp_path: Path, torch: ModuleType) -> None:
    oracle_package("safetensors")
    from safetensors.torch import load_file

    model = Sequential(Linear(3, 4, seed=1), ReLU(), Sequential(Linear(4, 2, bias=False, seed=2)), Net(3))
    path = save_safetensors(model, tmp_path / "a.safetensors")
    names = ["0.weight", "0.bias", "2.0.weight", "3.fc1.weight", "3.fc1.bias"]
    assert list(header_of(path))[1:6] == names and "3.temperature" in header_of(path)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Sequential(torch.nn.Linear(4, 2, False)))
    read = load_file(path)
    net.double().load_state_dict({name: read[name] for name in names[:3]})
    x = [0.3, -1.0, 2.0]
    assert [out.data for out in model[:3](x)] == pytest.approx(net(torch.tensor(x).double()).tolist(), rel=1e-6)

    other = Sequential(Linear(3, 4), ReLU(), Sequential(Linear(4, 2, bias=False)), Net(4))
    load_safetensors(other, path)
    assert numbers(other) == numbers(model)


def test_neurons_of_a_layer_that_differ_are_tensors_of_their_own(tmp_path: Path) -> None:
    def make(seed: int) -> Module:
        layer = Layer(2, 2, seed=seed)
        layer.neurons[1] = Neuron(2, bias=False, seed=seed)
        half_tied = Linear(2, 2, seed=seed)
        half_tied.neurons[1].w[0] = half_tied.neurons[0].w[0]
        return Sequential(layer, half_tied)

    path = save_safetensors(make(1), tmp_path / "a.safetensors")
    assert header_of(path)["0.neuron0.weight"]["shape"] == [1, 2] and "0.neuron1.bias" not in header_of(path)
    other = make(2)
    load_safetensors(other, path)
    assert numbers(other) == numbers(make(1))


def test_a_layer_used_twice_is_written_once_as_torch_has_it(tmp_path: Path, torch: ModuleType) -> None:
    oracle_package("safetensors")
    from safetensors.torch import load_model, save_model

    def make(seed: int) -> Sequential:
        tied = Linear(3, 3, seed=seed)
        return Sequential(tied, ReLU(), tied)

    model, linear = make(1), torch.nn.Linear(3, 3, dtype=torch.float64)
    net = torch.nn.Sequential(linear, torch.nn.ReLU(), linear)
    load_model(net, save_safetensors(model, tmp_path / "ours.safetensors"))
    theirs = net(torch.tensor([0.3, -1.0, 2.0], dtype=torch.float64)).tolist()
    assert [out.data for out in model([0.3, -1.0, 2.0])] == pytest.approx(theirs, rel=1e-14)
    save_model(net, str(tmp_path / "theirs.safetensors"))
    again = make(2)
    load_safetensors(again, tmp_path / "theirs.safetensors")
    assert numbers(again) == numbers(model)
    with pytest.raises(ArgumentError, match=r"missing \['2.weight', '2.bias'\]"):
        load_safetensors(Sequential(Linear(3, 3), ReLU(), Linear(3, 3)), tmp_path / "ours.safetensors")


# damage


def same_or_refused(path: Path, model: Module) -> bool:
    fresh = Neuron(3, seed=9)
    before = numbers(fresh)
    try:
        load_safetensors(fresh, path)
    except ChalkgradError:
        assert numbers(fresh) == before
        return True
    assert numbers(fresh) == numbers(model)
    return False


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    model = Neuron(3, seed=1)
    path = save_safetensors(model, tmp_path / "a.safetensors")
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(DamagedFileError):
            load_safetensors(Neuron(3), path)
    path.write_bytes(content + b"\0")
    with pytest.raises(DamagedFileError, match="bytes are there"):
        load_safetensors(Neuron(3), path)


def test_mutations_are_refused_or_change_nothing(tmp_path: Path) -> None:
    model = Neuron(3, seed=1)
    path = save_safetensors(model, tmp_path / "a.safetensors")
    content, rng = path.read_bytes(), random.Random(8)
    refused = 0
    for _ in range(2_000):
        damaged = bytearray(content)
        for _ in range(rng.choice((1, 1, 1, 2, 5))):
            place, kind = rng.randrange(len(damaged)), rng.randrange(4)
            if kind == 0:
                damaged[place] ^= 1 << rng.randrange(8)
            elif kind == 1:
                damaged[place] = rng.randrange(256)
            elif kind == 2:
                del damaged[place : place + rng.randrange(1, 20)]
            else:
                damaged[place:place] = damaged[place : place + rng.randrange(1, 40)]
        path.write_bytes(damaged)
        refused += same_or_refused(path, model)
    assert refused > 1_800


@settings(max_examples=300)
@given(content=st.binary(max_size=200))
def test_anything_else_is_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "anything.safetensors"
    path.write_bytes(content)
    with pytest.raises(DamagedFileError):
        load_safetensors(Neuron(3), path)


junk = st.none() | st.integers(-2, 2**66) | st.text(max_size=3) | st.lists(st.integers(-1, 40), max_size=3)
entries = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F64", "F32", "F16", "BF16", "I8", "what"]) | junk,
        "shape": st.sampled_from([[1], [1, 3]]) | junk,
        "data_offsets": st.lists(st.integers(0, 40), min_size=2, max_size=2) | junk,
    }
)


@settings(max_examples=500)
@given(
    header=st.dictionaries(st.sampled_from(["weight", "bias", "__metadata__", "x"]), entries | junk) | junk,
    content=st.binary(max_size=40),
)
def test_headers_of_any_kind(tmp_path_factory: pytest.TempPathFactory, header: Any, content: bytes) -> None:
    """A typed error, or numbers that are there."""
    path = made(tmp_path_factory.getbasetemp() / "header.safetensors", header, content)
    model = Neuron(3, seed=1)
    before = numbers(model)
    try:
        load_safetensors(model, path)
    except ChalkgradError:
        assert numbers(model) == before


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"weight": entry("F64", [1, 3], 0, 24), "bias": entry("F64", [1], 25, 33)}, "byte 25 of the numbers, where"),
        ({"weight": entry("F64", [1, 3], 0, 24), "bias": entry("F64", [1], 16, 24)}, "begins at byte 16"),
        ({"weight": entry("F64", [1, 3], 0, 24)}, "the tensors have 24 bytes, and 33 bytes are there"),
        ({"weight": entry("F64", [2**62, 2**62], 0, 33)}, "takes '?1701.* bytes in F64, and it has 33"),
        ({"weight": entry("F64", [-1, 3], 0, 33)}, "shape must be whole numbers, 0 or more"),
        ({"weight": entry("F64", [1, True], 0, 33)}, "shape must be whole numbers"),
        ({"weight": entry("F64", [1, 3], 24, 0)}, "cannot be so"),
        ({"weight": {"dtype": "F64"}}, "'weight' must have dtype, shape and data_offsets"),
        ({"__metadata__": {"a": 1}}, "__metadata__ must be an object of strings"),
        (b'{"weight": 1, "weight": 1}', "'weight' stands there twice"),
        (b"[" * 100_000, "nested too deep"),
        (b"[]", "the header must be an object, got list"),
        (b'{"weight": NaN}', "NaN is no JSON"),
    ],
)  # fmt: skip
def test_where_the_damage_is_stands_in_the_message(tmp_path: Path, header: Any, message: str) -> None:
    path = made(tmp_path / "a.safetensors", header, bytes(33))
    with pytest.raises(DamagedFileError, match=message):
        load_safetensors(Neuron(3), path)


def test_a_header_longer_than_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    for length in (2**63, 2**64 - 1, 100):
        path.write_bytes(struct.pack("<Q", length) + b"{}")
        with pytest.raises(DamagedFileError, match=f"said to have {length} bytes, and the file has 10"):
            load_safetensors(Neuron(3), path)
