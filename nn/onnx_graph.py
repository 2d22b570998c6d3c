"""A model as an ONNX graph: what ONNX Runtime and much else run, with the same numbers.

A graph is a list of operations on arrays, each with names for what it takes and what it gives. What an
operation of ONNX has not for float64 everywhere is put together from others here.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..engine import ArgumentError
from . import files
from .handover import Affine, package, stages
from .module import Module

__all__ = ["to_onnx"]

OPSET, IR = 18, 8  # versions of ONNX, and of its files
DTYPES = ("float64", "float32")


def to_onnx(model: Module, path: str | os.PathLike[str], *, dtype: str = "float64") -> Path:
    """Write the model as ONNX (opset 18, IR 8), whole or not at all, and return the path.

    The graph takes `x`, an array (rows, inputs), and gives `y`, (rows, outputs). It is the model as it is
    after `eval()`: what a `Dropout` is given passes as it is.

    Args:
        model: a Sequential of Linear, Dropout and activations, nested as you like; an MLP, a Layer or a Neuron.
        path: where to write; the usual name ends in .onnx.
        dtype: "float64" or "float32", of all numbers.

    Raises:
        ArgumentTypeError: the model, or a part of it, is something else.
        ArgumentError: another dtype, a number that is too large for float32, a missing folder, no weights, or layers
            that do not fit each other.
        MissingDependencyError: there is no onnx.
        OSError: the file cannot be written; what stood there is still there.
    """
    found = stages(model)
    layers = [stage for stage in found if isinstance(stage, Affine)]
    if not layers:
        raise ArgumentError(f"{model!r} has no layer with weights, which would say how many inputs it takes")
    if dtype not in DTYPES:
        raise ArgumentError(f"dtype must be one of {', '.join(DTYPES)}; got {dtype!r}")
    onnx = package("onnx", "to_onnx", "chalkgrad[export]")
    graph = _Graph(onnx, dtype)
    value = "x"
    for i, stage in enumerate(found):
        if isinstance(stage, Affine):
            weight, bias = stage.numbers()
            named = [graph.constant(f"stage{i}.weight", weight)]
            if bias is not None:
                named.append(graph.constant(f"stage{i}.bias", bias))
            value = graph.node("Gemm", value, *named, transB=1)
        else:
            value = ONNX_ACTIVATIONS[stage.name](graph, value, stage.setting)
    graph.node("Identity", value, result="y")
    content: bytes = graph.model(layers[0].inputs, layers[-1].outputs).SerializeToString()
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

        exact = np.array(numbers, np.float64)
        with np.errstate(over="ignore"):
            array = exact.astype(np.float32 if self.single else np.float64)
        if (np.isinf(array) & np.isfinite(exact)).any():
            raise ArgumentError(f"{name} has a number that is too large for float32")
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

ONNX_ACTIVATIONS: dict[str, Callable[[_Graph, str, float], str]] = {
    "linear": lambda g, x, _: x,
    "relu": lambda g, x, _: g.node("Relu", x),
    "leaky_relu": lambda g, x, slope: g.node("Where", g.node("Less", x, 0.0), g.node("Mul", x, slope), x),
    "tanh": lambda g, x, _: g.node("Tanh", x),
    "sigmoid": lambda g, x, _: g.node("Sigmoid", x),
    "gelu": lambda g, x, _: _onnx_gelu(g, x),
    "silu": lambda g, x, _: g.node("Mul", x, g.node("Sigmoid", x)),
    "softplus": lambda g, x, _: _onnx_softplus(g, x),
    "softmax": lambda g, x, _: g.node("Softmax", x, axis=-1),
    "log_softmax": lambda g, x, _: g.node("LogSoftmax", x, axis=-1),
    "dropout": lambda g, x, _: x,
}
