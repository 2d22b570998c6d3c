"""A model handed over to whoever goes on with it: PyTorch, and everything that reads ONNX, with the same numbers.

Both see a model as *stages*, one after the other: a matrix of weights, a bias for each row, and an activation.
What can be written as stages can be handed over; `stages` is the one place that knows how.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from ..engine import ArgumentError, ArgumentTypeError, MissingDependencyError
from . import files
from .layers import MLP, Layer, Neuron
from .module import Module

__all__ = ["from_torch", "to_onnx", "to_torch"]

SLOPE = 0.01  # of leaky_relu
OPSET, IR = 18, 8  # versions of ONNX, and of its files
DTYPES = ("float64", "float32")
STRAIGHT = 700.0  # where PyTorch's softplus may become a straight line: above it exp overflows


class Stage(NamedTuple):
    """A layer as numbers: `activation(weight @ x + bias)`."""

    weight: list[list[float]]
    bias: list[float]
    activation: str


def stages(model: Any) -> list[Stage]:
    """A model as stages.

    Raises:
        ArgumentTypeError: it is no model of stages, or of a class that may calculate otherwise.
    """
    if type(model) is MLP:
        return [stage for layer in model.layers for stage in stages(layer)]
    if type(model) is Layer and all(type(neuron) is Neuron for neuron in model.neurons):
        own = {neuron.activation for neuron in model.neurons}
        if own == {"linear" if model.activation == "softmax" else model.activation}:
            weight = [[w.data for w in neuron.w] for neuron in model.neurons]
            return [Stage(weight, [neuron.b.data for neuron in model.neurons], model.activation)]
    if type(model) is Neuron:
        return [Stage([[w.data for w in model.w]], [model.b.data], model.activation)]
    raise ArgumentTypeError(
        f"model must be an MLP, a Layer or a Neuron as it was made, got {type(model).__name__}; "
        "for another one, compile(...) a graph and hand over the program: to_numpy_source, to_jax"
    )


# PyTorch


def to_torch(model: Module) -> Any:
    """The model as a `torch.nn.Sequential` of `Linear` and activations, in float64, with the same numbers.

    It takes rows, an array (rows, inputs), and gives (rows, outputs), also where there is one output.

    Raises:
        ArgumentTypeError: the model is no MLP, Layer or Neuron.
        MissingDependencyError: there is no PyTorch.
    """
    found = stages(model)
    torch = _package("torch", "to_torch", "torch")
    make = _torch_activations(torch)
    modules = []
    for stage in found:
        # Made without drawing numbers, which others may count on.
        linear = torch.nn.utils.skip_init(
            torch.nn.Linear, len(stage.weight[0]), len(stage.bias), dtype=torch.float64, device="cpu"
        )
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(stage.weight, dtype=torch.float64))
            linear.bias.copy_(torch.tensor(stage.bias, dtype=torch.float64))
        modules.append(linear)
        if stage.activation != "linear":
            modules.append(make[stage.activation]())
    return torch.nn.Sequential(*modules)


def from_torch(sequential: Any) -> MLP:
    """An `MLP` with the numbers of a `torch.nn.Sequential` of `Linear`, each with one activation after it or none.

    Raises:
        ArgumentError: a module that an MLP has not; the message names it.
        ArgumentTypeError: something else than a Sequential or a Linear.
        MissingDependencyError: there is no PyTorch.
    """
    torch = _package("torch", "from_torch", "torch")
    if type(sequential) not in (torch.nn.Sequential, torch.nn.Linear):
        raise ArgumentTypeError(
            f"from_torch takes a torch.nn.Sequential or a torch.nn.Linear, got {type(sequential).__name__}"
        )
    linears: list[Any] = []
    activations: list[str] = []
    bent = True  # nothing to bend yet
    for path, module in sequential.named_modules():
        if type(module) in (torch.nn.Sequential, torch.nn.Identity):
            continue
        if type(module) is torch.nn.Linear:
            _check_linear(module, path, linears)
            linears.append(module)
            activations.append("linear")
            bent = False
        else:
            name = _name_of(module, path, torch)
            if bent:
                raise ArgumentError(
                    f"{_place(path, module)} does not follow a Linear: an MLP has one activation a layer"
                )
            activations[-1] = name
            bent = True
    if not linears:
        raise ArgumentError("from_torch needs at least one torch.nn.Linear, got none")
    model = MLP(linears[0].in_features, [linear.out_features for linear in linears], activations, seed=0)
    for layer, linear in zip(model.layers, linears, strict=True):
        for neuron, weights, bias in zip(layer.neurons, linear.weight.tolist(), linear.bias.tolist(), strict=True):
            for parameter, number in zip([*neuron.w, neuron.b], [*weights, bias], strict=True):
                parameter.data = number
    return model


def _check_linear(linear: Any, path: str, before: list[Any]) -> None:
    if linear.bias is None:
        raise ArgumentError(f"{_place(path, linear)} has no bias: a neuron has one")
    if before and before[-1].out_features != linear.in_features:
        raise ArgumentError(
            f"{_place(path, linear)} takes {linear.in_features} inputs, and {before[-1].out_features} are given to it"
        )


def _torch_activations(torch: Any) -> dict[str, Callable[[], Any]]:
    nn = torch.nn
    return {
        "relu": nn.ReLU,
        "leaky_relu": lambda: nn.LeakyReLU(SLOPE),
        "tanh": nn.Tanh,
        "sigmoid": nn.Sigmoid,
        "gelu": nn.GELU,
        "silu": nn.SiLU,
        "softplus": lambda: nn.Softplus(threshold=STRAIGHT),
        "softmax": lambda: nn.Softmax(dim=-1),
    }


def _name_of(module: Any, path: str, torch: Any) -> str:
    """Our name of an activation of PyTorch's, which must be set as ours is."""
    kinds = {type(make()): name for name, make in _torch_activations(torch).items()}
    name = kinds.get(type(module))
    if name is None:
        raise ArgumentError(f"{_place(path, module)} is nothing that an MLP has: Linear and activations")
    settings: dict[str, Callable[[], bool]] = {
        "leaky_relu": lambda: module.negative_slope == SLOPE,
        "gelu": lambda: module.approximate == "none",
        "softplus": lambda: module.beta == 1,
        "softmax": lambda: module.dim in (-1, 1),
    }
    if name in settings and not settings[name]():
        raise ArgumentError(f"{_place(path, module)} is set otherwise than the activation {name!r} here")
    return name


def _place(path: str, module: Any) -> str:
    return f"module {path} ({module})" if path else f"the module ({module})"


# ONNX


def to_onnx(model: Module, path: str | os.PathLike[str], *, dtype: str = "float64") -> Path:
    """Write the model as ONNX (opset 18, IR 8), whole or not at all, and return the path.

    The graph takes `x`, an array (rows, inputs), and gives `y`, (rows, outputs).

    Args:
        model: an MLP, a Layer or a Neuron.
        path: where to write; the usual name ends in .onnx.
        dtype: "float64" or "float32", of all numbers.

    Raises:
        ArgumentTypeError: the model is no MLP, Layer or Neuron.
        ArgumentError: another dtype, or a missing folder.
        MissingDependencyError: there is no onnx.
        OSError: the file cannot be written; what stood there is still there.
    """
    found = stages(model)
    if dtype not in DTYPES:
        raise ArgumentError(f"dtype must be one of {', '.join(DTYPES)}; got {dtype!r}")
    onnx = _package("onnx", "to_onnx", "chalkgrad[export]")
    graph = _Graph(onnx, dtype)
    value = "x"
    for i, stage in enumerate(found):
        matrix = graph.constant(f"layer{i}.weight", stage.weight)
        bias = graph.constant(f"layer{i}.bias", stage.bias)
        value = graph.node("Gemm", value, matrix, bias, transB=1)
        value = ONNX_ACTIVATIONS[stage.activation](graph, value)
    graph.node("Identity", value, result="y")
    content: bytes = graph.model(len(found[0].weight[0]), len(found[-1].bias)).SerializeToString()
    return files.write(path, content)


class _Graph:
    """An ONNX graph that is being written."""

    def __init__(self, onnx: Any, dtype: str) -> None:
        self._onnx, self._helper = onnx, onnx.helper
        self.single = dtype == "float32"
        self._kind = onnx.TensorProto.FLOAT if self.single else onnx.TensorProto.DOUBLE
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def constant(self, name: str, numbers: Any) -> str:
        """Enter numbers under a name: one, a list, or a list of rows."""
        import numpy as np

        array = np.array(numbers, np.float32 if self.single else np.float64)
        self._constants.append(self._onnx.numpy_helper.from_array(array, name))
        return name

    def node(self, op: str, *inputs: str | float, result: str = "", **settings: Any) -> str:
        """Enter an operation; the name of its result. A number among the inputs becomes a constant."""
        name = result or f"v{len(self._nodes)}"
        names = [x if isinstance(x, str) else self.constant(f"{name}.{i}", x) for i, x in enumerate(inputs)]
        self._nodes.append(self._helper.make_node(op, names, [name], **settings))
        return name

    def model(self, inputs: int, outputs: int) -> Any:
        """The whole, looked at by ONNX's own checker."""
        ends = [self._helper.make_tensor_value_info(name, self._kind, ["rows", width])
                for name, width in (("x", inputs), ("y", outputs))]  # fmt: skip
        graph = self._helper.make_graph(self._nodes, "chalkgrad", ends[:1], ends[1:], self._constants)
        model = self._helper.make_model(
            graph, opset_imports=[self._helper.make_opsetid("", OPSET)], ir_version=IR, producer_name="chalkgrad"
        )
        self._onnx.checker.check_model(model)
        return model


def _onnx_softplus(g: _Graph, x: str) -> str:
    """`max(x, 0) + log(1 + exp(-|x|))`: Softplus itself is not there for float64 everywhere."""
    rest = g.node("Log", g.node("Add", g.node("Exp", g.node("Neg", g.node("Abs", x))), 1.0))
    return g.node("Add", g.node("Max", x, 0.0), rest)


def _onnx_gelu(g: _Graph, x: str) -> str:
    """`x * cdf(x)`: Gelu itself came with opset 20."""
    if g.single:
        return g.node("Mul", g.node("Mul", x, 0.5), g.node("Add", g.node("Erf", g.node("Mul", x, 0.5**0.5)), 1.0))
    lower = g.node("Mul", _onnx_erfc(g, g.node("Mul", g.node("Abs", x), 0.5**0.5)), 0.5)  # cdf(-|x|)
    upper = g.node("Sub", 1.0, lower)
    return g.node("Mul", x, g.node("Where", g.node("Less", x, 0.0), lower, upper))


def _onnx_erfc(g: _Graph, z: str) -> str:
    """The complementary error function where z >= 0, to 1e-15: Erf is not there for float64 everywhere.

    With t = 2 / (2 + z), log(erfc(z) / t) + z^2 is a Chebyshev series in 2 t - 1, summed as Clenshaw does.
    Source of the form: Press, Teukolsky, Vetterling and Flannery 2007, "Numerical recipes", section 6.2.2.
    """
    t = g.node("Div", 2.0, g.node("Add", z, 2.0))
    twice = g.node("Sub", g.node("Mul", t, 4.0), 2.0)
    here: str | float = 0.0
    before: str | float = 0.0
    for coefficient in reversed(ERFC[1:]):
        there = g.node("Add", g.node("Sub", g.node("Mul", twice, here), before), coefficient)
        here, before = there, here
    total = g.node("Add", g.node("Sub", g.node("Mul", g.node("Mul", twice, 0.5), here), before), ERFC[0])
    return g.node("Mul", t, g.node("Exp", g.node("Sub", total, g.node("Mul", z, z))))


# Computed to 60 digits by Chebyshev interpolation in 60 points; what is left out is below 2e-16 in all.
ERFC = (
    -0.6513268598908547, 0.6419697923564902, 0.019476473204185836, -0.009561514786808632, -0.0009465953444820369,
    0.00036683949785276145, 4.252332480690777e-05, -2.0278578112534242e-05, -1.6242900046470256e-06,
    1.3036558355805232e-06, 1.5626441722066142e-08, -8.523809591492654e-08, 6.5290544390988515e-09,
    5.059343495551469e-09, -9.91364156493033e-10, -2.273651222931836e-10, 9.646791102015527e-11,
    2.3940380830391146e-12, -6.886027526497553e-12, 8.944879273090725e-13, 3.130921399342958e-13,
    -1.1270822361367252e-13, 3.810905255189232e-16, 7.106097613609237e-15, -1.5230282014571043e-15,
    -9.457494571291233e-17,
)  # fmt: skip

ONNX_ACTIVATIONS: dict[str, Callable[[_Graph, str], str]] = {
    "linear": lambda g, x: x,
    "relu": lambda g, x: g.node("Relu", x),
    "leaky_relu": lambda g, x: g.node("Max", x, g.node("Mul", x, SLOPE)),
    "tanh": lambda g, x: g.node("Tanh", x),
    "sigmoid": lambda g, x: g.node("Sigmoid", x),
    "gelu": _onnx_gelu,
    "silu": lambda g, x: g.node("Mul", x, g.node("Sigmoid", x)),
    "softplus": _onnx_softplus,
    "softmax": lambda g, x: g.node("Softmax", x, axis=-1),
}


def _package(name: str, function: str, wanted: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingDependencyError(f'{function} needs {name}: python -m pip install "{wanted}"') from None
