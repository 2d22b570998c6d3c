"""Models handed over to PyTorch and ONNX: the same numbers, row for row."""

from __future__ import annotations

import os
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from support.packages import oracle_package

from chalkgrad.engine import ArgumentError, ArgumentTypeError, MissingDependencyError, Value, compile, to_numpy_source
from chalkgrad.nn import (
    GELU,
    MLP,
    SGD,
    Dropout,
    Identity,
    Layer,
    LeakyReLU,
    Linear,
    LogSoftmax,
    Module,
    Neuron,
    ReLU,
    Sequential,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
    fit,
    from_torch,
    save_safetensors,
    to_onnx,
    to_torch,
)  # fmt: skip
from chalkgrad.nn.layers import ACTIVATIONS

LINEAR_TOO = [name for name in ACTIVATIONS if name != "softmax"]
ROWS = np.random.default_rng(3).normal(size=(20, 3)) * 4.0


def outputs(model: Any, rows: Any) -> Any:
    outs = [model(row) for row in rows.tolist()]
    return np.array([[out.data for out in out] if isinstance(out, list) else [out.data] for out in outs])


def models() -> list[Module]:
    bent = [MLP(3, [4, 2], name, seed=1) for name in LINEAR_TOO]
    shaken: list[Module] = [*bent, MLP(3, [4, 2], output="softmax", seed=1), MLP(3, [4, 1], output="sigmoid", seed=1)]
    shaken += [Layer(3, 2, activation="gelu", seed=1), Neuron(3, activation="tanh", seed=1)]
    rng = random.Random(1)
    for model in shaken:
        for p in model.parameters():
            p.data = rng.gauss(0.0, 1.0)
    return shaken


each_model = pytest.mark.parametrize("model", models(), ids=repr)


@pytest.fixture(scope="module")
def digits() -> tuple[Any, MLP, Any]:
    """The digits that were held back, a network that knows them, and what it says of them."""
    data = oracle_package("sklearn.datasets").load_digits()
    X, y = data.data / 16.0, data.target
    model = MLP(64, [32, 10], seed=0)
    fit(
        model, X[:1437].tolist(), y[:1437].tolist(), "cross_entropy", SGD(model.parameters(), lr=0.1), epochs=5, seed=0,
        progress=False, compile=True,
    )  # fmt: skip
    x = [Value(0.0, f"x{i}") for i in range(64)]
    program = compile(model(x), inputs=x)
    assert (program(X[1437:]).argmax(axis=1) == y[1437:]).mean() > 0.8
    return X[1437:], model, program


# PyTorch

NETWORKS: list[Callable[[], Module]] = [
    lambda: Sequential(Linear(3, 4, seed=1), Softplus(), Sequential(Linear(4, 3, seed=2), SiLU()), LogSoftmax()),
    lambda: Sequential(Tanh(), Linear(3, 4, bias=False, seed=1), LeakyReLU(-1.5), Identity(), Linear(4, 1, seed=2)),
    lambda: Sequential(Linear(3, 2, seed=1), Dropout(0.3), GELU(), MLP(2, [3, 2], seed=2), Sigmoid(), ReLU()).eval(),
    lambda: Sequential(Layer(3, 4, activation="leaky_relu", bias=False, seed=1), Neuron(4, bias=False, seed=2)),
    lambda: Linear(3, 2, bias=False, seed=1),
    lambda: Sequential(Linear(3, 3, seed=1), Softmax(), Sequential()),
]
each_network = pytest.mark.parametrize("make", NETWORKS, ids=lambda make: repr(make()))


@each_network
def test_torch_gives_the_same_of_a_sequential_and_gives_it_back(torch: ModuleType, make: Callable[[], Module]) -> None:
    model = make()
    net = to_torch(model)
    theirs = net(torch.tensor(ROWS)).detach().numpy()
    np.testing.assert_allclose(theirs, outputs(model, ROWS), rtol=1e-12, atol=1e-14)
    again = from_torch(net)
    assert [p.data for p in again.parameters()] == [p.data for p in model.parameters()]
    assert [p.requires_grad for p in net.parameters()] == [True] * len(list(net.parameters()))
    assert net.training == again.training == model.training
    np.testing.assert_array_equal(outputs(again, ROWS), outputs(model, ROWS))


def test_a_sequential_comes_back_as_it_was(torch: ModuleType) -> None:
    model = Sequential(Sequential(Linear(2, 3, bias=False), LeakyReLU(0.3)), Dropout(0.25).eval(), Linear(3, 1))
    net = to_torch(model)
    assert [(name, list(p.shape)) for name, p in net.named_parameters()] == [
        ("0.0.weight", [3, 2]), ("2.weight", [1, 3]), ("2.bias", [1])
    ]  # fmt: skip
    assert (net[1].p, net[1].training, net[2].training) == (0.25, False, True)
    again = from_torch(net)
    assert repr(again) == repr(model) and again.state_dict() == model.state_dict()
    assert [part.training for _, part in again.named_modules()] == [part.training for _, part in model.named_modules()]


def test_a_layer_used_twice_is_one_there_and_back(torch: ModuleType, tmp_path: Path) -> None:
    tied = Linear(3, 3, seed=1)
    model = Sequential(tied, Tanh(), tied)
    net = to_torch(model)
    assert net[0] is net[2]
    again = from_torch(net)
    assert len(again.parameters()) == 12
    np.testing.assert_array_equal(outputs(again, ROWS), outputs(model, ROWS))
    theirs = onnx_outputs(to_onnx(model, tmp_path / "tied.onnx"), ROWS, "float64")
    np.testing.assert_allclose(theirs, outputs(model, ROWS), rtol=1e-12)

    other = Linear(3, 3, seed=2)
    other.neurons[0].w[0] = tied.neurons[0].w[0]
    with pytest.raises(ArgumentError, match="Sequential has layers that share some of their parameters"):
        to_torch(Sequential(tied, other))


@each_model
def test_torch_gives_the_same_and_gives_it_back(torch: ModuleType, model: Module) -> None:
    before = torch.get_rng_state()
    net = to_torch(model)
    assert torch.equal(torch.get_rng_state(), before)
    assert type(net) is torch.nn.Sequential and all(p.dtype == torch.float64 for p in net.parameters())
    theirs = net(torch.tensor(ROWS)).detach().numpy()
    np.testing.assert_allclose(theirs, outputs(model, ROWS), rtol=1e-12, atol=1e-14)
    again = from_torch(net)
    assert [p.data for p in again.parameters()] == [p.data for p in model.parameters()]
    np.testing.assert_array_equal(outputs(again, ROWS), outputs(model, ROWS))


def test_gelu_in_onnx_keeps_its_digits_in_the_tails(tmp_path: Path) -> None:
    """ONNX Runtime has no error function in float64: ours is a series."""
    oracle_package("onnx")
    neuron = Neuron(1, activation="gelu", seed=0)
    neuron.w[0].data = 1.0
    rows = np.linspace(-25.0, 25.0, 2001)[:, None]
    theirs = onnx_outputs(to_onnx(neuron, tmp_path / "gelu.onnx"), rows, "float64")
    np.testing.assert_allclose(theirs, outputs(neuron, rows), rtol=2e-13, atol=0.0)


def test_torch_agrees_on_the_digits(torch: ModuleType, digits: Any) -> None:
    X, model, program = digits
    theirs = to_torch(model)(torch.tensor(X)).detach().numpy()
    np.testing.assert_allclose(theirs, program(X), rtol=1e-12, atol=1e-12)


def test_torch_trains_on(torch: ModuleType) -> None:
    model = MLP(3, [4, 1], "tanh", seed=1)
    net = to_torch(model)
    rows, targets = ROWS.tolist(), [0.5] * 20
    x, y = torch.tensor(ROWS), torch.tensor(targets, dtype=torch.float64)
    fit(model, rows, targets, "mse_loss", SGD(model.parameters(), lr=0.1), epochs=3, batch_size=20, shuffle=False,
        progress=False, compile=False)  # fmt: skip
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(net(x)[:, 0], y).backward()
        optimizer.step()
    expected = [p.data for p in from_torch(net).parameters()]
    assert [p.data for p in model.parameters()] == pytest.approx(expected, rel=1e-12)


def test_from_torch_takes_what_an_mlp_has_and_names_what_it_has_not(torch: ModuleType) -> None:
    nn = torch.nn
    net = nn.Sequential(nn.Sequential(nn.Linear(3, 4), nn.ReLU()), nn.Identity(), nn.Linear(4, 2), nn.Linear(2, 1))
    model = from_torch(net)
    assert repr(model) == "MLP(3, [4, 2, 1], activation=['relu', 'linear', 'linear'])"
    theirs = net.double()(torch.tensor(ROWS)).detach().numpy()
    np.testing.assert_allclose(outputs(model, ROWS), theirs, rtol=1e-12, atol=1e-14)
    assert repr(from_torch(nn.Linear(3, 1))) == "MLP(3, [1], activation=['linear'])"
    hooked, half_tied = nn.Linear(3, 2), nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    hooked.register_forward_hook(lambda module, x, y: 2.0 * y)
    half_tied[1].weight = half_tied[0].weight
    for modules, message in (
        ([nn.Linear(3, 2), nn.Conv1d(2, 2, 1)], r"module 1 \(Conv1d.*is nothing that is known here"),
        ([nn.Linear(3, 2), nn.Linear(3, 2)], "takes 3 inputs, and 2 are given"),
        ([nn.Sequential(nn.GELU(approximate="tanh"))], "module 0.0 .*is set otherwise than GELU"),
        ([nn.Linear(3, 2), nn.Softmax(dim=0)], "set otherwise than Softmax"),
        ([nn.Linear(3, 2), nn.Softplus(beta=2)], "set otherwise than Softplus"),
        ([nn.Linear(3, 1), nn.Softmax(dim=1)], "a softmax over 1 neuron"),
        ([nn.utils.parametrizations.weight_norm(nn.Linear(3, 2))], "(?s)module 0 .*nothing that is known here"),
        ([hooked], "module 0 .* has hooks"),
        ([nn.Linear(3, 3), half_tied], "two modules share a weight"),
        ([nn.ReLU()], "at least one torch.nn.Linear"),
        ([], "at least one torch.nn.Linear"),
    ):
        with pytest.raises(ArgumentError, match=message):
            from_torch(nn.Sequential(*modules))
    with pytest.raises(ArgumentTypeError, match="got ReLU"):
        from_torch(nn.ReLU())


# ONNX


def onnx_outputs(path: Path, rows: Any, dtype: str) -> Any:
    session = oracle_package("onnxruntime").InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (result,) = session.run(["y"], {"x": rows.astype(dtype)})
    assert result.dtype == np.dtype(dtype)
    return result


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@each_model
def test_onnx_gives_the_same(tmp_path: Path, model: Module, dtype: str) -> None:
    onnx = oracle_package("onnx")
    path = to_onnx(model, tmp_path / "model.onnx", dtype=dtype)
    written = onnx.load(path)
    assert (written.ir_version, [(x.domain, x.version) for x in written.opset_import]) == (8, [("", 18)])
    tolerance = 1e-12 if dtype == "float64" else 1e-5
    theirs = onnx_outputs(path, ROWS, dtype)
    np.testing.assert_allclose(theirs, outputs(model, ROWS), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-5)])
def test_onnx_agrees_on_the_digits(tmp_path: Path, digits: Any, dtype: str, tolerance: float) -> None:
    oracle_package("onnx")
    X, model, program = digits
    theirs = onnx_outputs(to_onnx(model, tmp_path / "digits.onnx", dtype=dtype), X, dtype)
    np.testing.assert_allclose(theirs, program(X), rtol=tolerance, atol=tolerance)


def test_plain_numpy_agrees_on_the_digits(digits: Any) -> None:
    X, _, program = digits
    names: dict[str, Any] = {}
    exec(to_numpy_source(program), names)
    np.testing.assert_allclose(names["program"](X), program(X), rtol=1e-12, atol=1e-12)
    single = names["program"](X.astype("float32"))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, program(X), rtol=1e-5, atol=1e-5)


def test_the_readme_hands_over(torch: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("jax", "onnx"):
        oracle_package(package)
    monkeypatch.chdir(tmp_path)
    readme = Path(__file__).parents[2] / "README.md"
    (block,) = re.findall(r"^```py\n(.*?)^```", readme.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    x = [Value(0.5, "a"), Value(0.25, "b")]
    model = MLP(2, [3, 1], seed=0)
    names: dict[str, Any] = {"model": model, "program": compile(model(x), inputs=x)}
    exec(block, names)
    assert names["model"] is not model and names["model"].state_dict() == model.state_dict()
    assert sorted(os.listdir(tmp_path)) == ["model.onnx", "model.safetensors"]
    assert float(names["function"]([0.5, 0.25], names["leaves"])) == pytest.approx(model(x).data, rel=1e-5)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@each_network
def test_onnx_gives_the_same_of_a_sequential(tmp_path: Path, make: Callable[[], Module], dtype: str) -> None:
    oracle_package("onnx")
    model, tolerance = make(), 1e-12 if dtype == "float64" else 1e-5
    theirs = onnx_outputs(to_onnx(model, tmp_path / "model.onnx", dtype=dtype), ROWS, dtype)
    np.testing.assert_allclose(theirs, outputs(model, ROWS), rtol=tolerance, atol=tolerance)


def test_what_torch_saves_of_it_torch_loads(torch: ModuleType, tmp_path: Path) -> None:
    net = to_torch(Sequential(Linear(3, 2, seed=1), Dropout(0.5), Tanh()).eval())
    torch.save(net, tmp_path / "net.pt")
    torch.save(net.state_dict(), tmp_path / "weights.pt")
    again = torch.load(tmp_path / "net.pt", weights_only=False)
    again.load_state_dict(torch.load(tmp_path / "weights.pt"))
    x = torch.tensor(ROWS)
    assert torch.equal(again(x), net(x))


def test_onnx_leaves_dropout_out_also_while_it_drops(tmp_path: Path) -> None:
    oracle_package("onnx")
    model = Sequential(Linear(3, 2, seed=1), Dropout(0.5, seed=0))
    theirs = onnx_outputs(to_onnx(model, tmp_path / "model.onnx"), ROWS, "float64")
    np.testing.assert_allclose(theirs, model.predict(ROWS), rtol=1e-12)


def test_a_sequential_agrees_on_the_digits(torch: ModuleType, tmp_path: Path, digits: Any) -> None:
    """In PyTorch, by `to_torch` and by safetensors, and in ONNX Runtime."""
    for package in ("onnx", "safetensors"):
        oracle_package(package)
    from safetensors.torch import load_file

    X, mlp, program = digits
    model = Sequential(Sequential(Linear(64, 32), ReLU()), Dropout(0.5), Linear(32, 10)).eval()
    for ours, theirs in zip(model.parameters(), mlp.parameters(), strict=True):
        ours.data = theirs.data
    net = to_torch(model)
    np.testing.assert_allclose(net(torch.tensor(X)).detach().numpy(), program(X), rtol=1e-12, atol=1e-12)
    for parameter in net.parameters():
        torch.nn.init.zeros_(parameter)
    net.load_state_dict(load_file(save_safetensors(model, tmp_path / "digits.safetensors")))
    np.testing.assert_allclose(net(torch.tensor(X)).detach().numpy(), program(X), rtol=1e-12, atol=1e-12)
    for dtype, tolerance in (("float64", 1e-12), ("float32", 1e-5)):
        there = onnx_outputs(to_onnx(model, tmp_path / "digits.onnx", dtype=dtype), X, dtype)
        np.testing.assert_allclose(there, program(X), rtol=tolerance, atol=tolerance)


# what cannot be


class Louder(MLP):
    def __call__(self, x: Any) -> Any:
        return super().__call__(x) * 2.0


def test_what_may_calculate_otherwise_is_refused(tmp_path: Path) -> None:
    mixed = MLP(2, [2], seed=0)
    mixed.layers[0].neurons[0].activation = "tanh"
    replaced = MLP(2, [2], seed=0)
    replaced.layers[0].forward = lambda x: x  # type: ignore[method-assign]
    parts = [Sequential(Linear(2, 1), part) for part in (abs, Louder(2, [1]), Module())]
    for model in (Louder(2, [1]), mixed, replaced, *parts, Module(), 3):
        with pytest.raises(ArgumentTypeError, match="must be an MLP, a Layer or a Neuron as it was made"):
            to_torch(model)  # type: ignore[arg-type]
        with pytest.raises(ArgumentTypeError, match="must be an MLP, a Layer or a Neuron as it was made"):
            to_onnx(model, tmp_path / "a.onnx")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="dtype must be one of float64, float32; got 'float16'"):
        to_onnx(MLP(2, [1]), tmp_path / "a.onnx", dtype="float16")
    with pytest.raises(ArgumentTypeError, match=r"got Louder as layer1\.layer0; "):
        to_torch(Sequential(Linear(2, 1), Sequential(Louder(1, [1]))))


def test_what_onnx_cannot_hold_is_refused(tmp_path: Path) -> None:
    oracle_package("onnx")
    with pytest.raises(ArgumentError, match="layer1 takes 4 inputs, and 3 are given to it"):
        to_onnx(Sequential(Linear(2, 3), Linear(4, 1)), tmp_path / "a.onnx")
    with pytest.raises(ArgumentError, match=r"Sequential\(ReLU\(\)\) has no layer with weights"):
        to_onnx(Sequential(ReLU()), tmp_path / "a.onnx")
    large = Linear(1, 1)
    large.neurons[0].w[0].data = 1e300
    with pytest.raises(ArgumentError, match=r"stage0\.weight has a number that is too large for float32"):
        to_onnx(large, tmp_path / "a.onnx", dtype="float32")
    assert os.listdir(tmp_path) == []


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingDependencyError, match='to_torch needs torch: python -m pip install "torch"'):
        to_torch(MLP(2, [1]))
    with pytest.raises(MissingDependencyError, match="from_torch needs torch"):
        from_torch(None)
    with pytest.raises(
        MissingDependencyError, match=r'to_onnx needs onnx: python -m pip install "chalkgrad\[export\]"'
    ):
        to_onnx(MLP(2, [1]), tmp_path / "a.onnx")
