"""Models handed over to PyTorch and ONNX: the same numbers, row for row."""

from __future__ import annotations

import os
import random
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from support.packages import oracle_package

from chalkgrad.engine import ArgumentError, ArgumentTypeError, MissingDependencyError, Value, compile, to_numpy_source
from chalkgrad.nn import MLP, SGD, Layer, Module, Neuron, fit, from_torch, to_onnx, to_torch
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
    for modules, message in (
        ([nn.Linear(3, 2), nn.Dropout()], r"module 1 \(Dropout.*is nothing that an MLP has"),
        ([nn.ReLU(), nn.Linear(3, 2)], "module 0 .*does not follow a Linear"),
        ([nn.Linear(3, 2), nn.ReLU(), nn.Tanh()], "module 2 .*does not follow a Linear"),
        ([nn.Linear(3, 2, bias=False)], "has no bias"),
        ([nn.Linear(3, 2), nn.Linear(3, 2)], "takes 3 inputs, and 2 are given"),
        ([nn.Linear(3, 2), nn.LeakyReLU(0.2)], "set otherwise than the activation 'leaky_relu'"),
        ([nn.Linear(3, 2), nn.GELU(approximate="tanh")], "set otherwise than the activation 'gelu'"),
        ([nn.Linear(3, 2), nn.Softmax(dim=0)], "set otherwise than the activation 'softmax'"),
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


# what cannot be


class Louder(MLP):
    def __call__(self, x: Any) -> Any:
        return super().__call__(x) * 2.0


def test_what_may_calculate_otherwise_is_refused(tmp_path: Path) -> None:
    mixed = MLP(2, [2], seed=0)
    mixed.layers[0].neurons[0].activation = "tanh"
    for model in (Louder(2, [1]), mixed, Module(), 3):
        with pytest.raises(ArgumentTypeError, match="must be an MLP, a Layer or a Neuron as it was made"):
            to_torch(model)  # type: ignore[arg-type]
        with pytest.raises(ArgumentTypeError, match="must be an MLP, a Layer or a Neuron as it was made"):
            to_onnx(model, tmp_path / "a.onnx")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="dtype must be one of float64, float32; got 'float16'"):
        to_onnx(MLP(2, [1]), tmp_path / "a.onnx", dtype="float16")
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
