"""A model handed over to whoever goes on with it, with the same numbers; PyTorch here, ONNX in `onnx_graph`.

Both see a model as *stages*, one after the other: weights with a bias for each row, or an activation.
What can be written as stages can be handed over; `stages` is the one place that knows how.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..engine import ArgumentError, ArgumentTypeError, MissingDependencyError, Value
from . import modules
from .layers import ACTIVATIONS, MLP, Layer, Neuron
from .module import Module

__all__ = ["from_torch", "to_torch"]

SLOPE = 0.01  # of leaky_relu in a neuron
STRAIGHT = 700.0  # where PyTorch's softplus may become a straight line: above it exp overflows


class Affine(NamedTuple):
    """A stage of weights: `weight @ x + bias`, or without the bias where that is None."""

    path: str
    weight: list[list[Value]]
    bias: list[Value] | None

    @property
    def inputs(self) -> int:
        """How many numbers it takes."""
        return len(self.weight[0])

    @property
    def outputs(self) -> int:
        """How many numbers it gives."""
        return len(self.weight)

    def parameters(self) -> list[Value]:
        """All of them, row by row, then the bias."""
        return [w for row in self.weight for w in row] + (self.bias or [])

    def numbers(self) -> tuple[list[list[float]], list[float] | None]:
        """Weights and bias as floats."""
        bias = None if self.bias is None else [b.data for b in self.bias]
        return [[w.data for w in row] for row in self.weight], bias


class Bend(NamedTuple):
    """A stage without parameters: an activation by its name, with the one number that some are set by."""

    name: str
    setting: float = 0.0


BENDS: dict[type[Module], Callable[[Any], Bend]] = {
    modules.Identity: lambda module: Bend("linear"),
    modules.ReLU: lambda module: Bend("relu"),
    modules.LeakyReLU: lambda module: Bend("leaky_relu", module.negative_slope),
    modules.Tanh: lambda module: Bend("tanh"),
    modules.Sigmoid: lambda module: Bend("sigmoid"),
    modules.GELU: lambda module: Bend("gelu"),
    modules.SiLU: lambda module: Bend("silu"),
    modules.Softplus: lambda module: Bend("softplus"),
    modules.Softmax: lambda module: Bend("softmax"),
    modules.LogSoftmax: lambda module: Bend("log_softmax"),
    modules.Dropout: lambda module: Bend("dropout", module.p),
}


def stages(model: Any) -> list[Affine | Bend]:
    """A model as stages.

    Raises:
        ArgumentTypeError: it is no model of stages, or of a class that may calculate otherwise.
        ArgumentError: a stage does not take what the one before gives.
    """
    found = _stages(model, "")
    width = None
    for stage in found:
        if isinstance(stage, Affine):
            if width not in (None, stage.inputs):
                raise ArgumentError(
                    f"{stage.path or 'the model'} takes {stage.inputs} inputs, and {width} are given to it"
                )
            width = stage.outputs
        elif width == 1 and stage.name in ("softmax", "log_softmax"):
            raise ArgumentError(f"a {stage.name} over 1 neuron is always the same: use a sigmoid, or 2 neurons or more")
    return found


def _stages(model: Any, path: str) -> list[Affine | Bend]:
    within = f"{path}." if path else ""
    if _is_as_made(model, modules.Sequential, MLP):
        return [stage for i, layer in enumerate(model.layers) for stage in _stages(layer, f"{within}layer{i}")]
    if _is_as_made(model, *BENDS):
        return [BENDS[type(model)](model)]
    neurons: list[Any] = []
    if _is_as_made(model, Layer, modules.Linear):
        neurons = model.neurons
        own = "linear" if model.activation == "softmax" else model.activation
    elif _is_as_made(model, Neuron):
        neurons, own = [model], model.activation
    has_bias = {getattr(neuron, "b", None) is not None for neuron in neurons}
    if len(has_bias) == 1 and all(_is_as_made(neuron, Neuron) and neuron.activation == own for neuron in neurons):
        affine = Affine(path, [n.w for n in neurons], [n.b for n in neurons] if has_bias == {True} else None)
        if model.activation == "linear":
            return [affine]
        return [affine, Bend(model.activation, SLOPE if model.activation == "leaky_relu" else 0.0)]
    raise ArgumentTypeError(
        "model must be an MLP, a Layer or a Neuron as it was made, or a Sequential of these, Linear, Dropout and "
        f"activations; got {type(model).__name__}{' as ' if path else ''}{path}; "
        "for another one, compile(...) a graph and hand over the program: to_numpy_source, to_jax"
    )


def _is_as_made(model: Any, *kinds: type) -> bool:
    """Whether an object is exactly of one of these classes, and calculates as that does."""
    return type(model) in kinds and "forward" not in vars(model)


def to_torch(model: Module) -> Any:
    """The model as a `torch.nn.Sequential` of `Linear`, `Dropout` and activations, in float64, with the same numbers.

    It takes rows, an array (rows, inputs), and gives (rows, outputs), also where there is one output. A
    `Sequential` keeps its nesting, and so its names: `0.weight` is what `save_safetensors` writes for it. What is in
    training or in evaluation is so there, too; `Dropout` draws from PyTorch's generator.

    Args:
        model: a Sequential of Linear, Dropout and activations, nested as you like; an MLP, a Layer or a Neuron.

    Raises:
        ArgumentTypeError: the model, or a part of it, is something else.
        ArgumentError: layers that do not fit each other, or share a part of their parameters.
        MissingDependencyError: there is no PyTorch.
    """
    found = [stage for stage in stages(model) if isinstance(stage, Affine)]
    alike = {tuple(map(id, stage.parameters())): stage for stage in found}
    together = [p for stage in alike.values() for p in stage.parameters()]
    if len(set(map(id, together))) < len(together):
        raise ArgumentError(f"{type(model).__name__} has layers that share some of their parameters, not all: "
                            "a torch.nn.Linear has its own")  # fmt: skip
    torch = package("torch", "to_torch", "torch")
    linears = {key: _torch_linear(torch, stage) for key, stage in alike.items()}
    make = _torch_activations(torch)

    def translated(part: Any) -> Any:
        if type(part) is modules.Sequential:
            made = torch.nn.Sequential(*map(translated, part.layers))
        else:
            row = [
                linears[tuple(map(id, stage.parameters()))] if isinstance(stage, Affine)
                else make[stage.name](stage.setting)
                for stage in _stages(part, "")
            ]  # fmt: skip
            made = row[0] if len(row) == 1 and part is not model else torch.nn.Sequential(*row)
            made.train(part.training)
        made.training = part.training
        return made

    return translated(model)


def from_torch(sequential: Any) -> MLP | modules.Sequential:
    """The model that a `torch.nn.Sequential` of `Linear`, `Dropout` and activations is, with the same numbers.

    PyTorch's Softplus is a straight line above its threshold, 20 if nothing was said; ours is none, by 2e-9 there.

    Returns:
        An `MLP` where it is one: each Linear has a bias, and one activation after it or none; nesting and Identity
        do not count. Else a `Sequential` of the same modules.

    Raises:
        ArgumentError: a module that is not known here, or is set otherwise; the message names it.
        ArgumentTypeError: something else than a Sequential or a Linear.
        MissingDependencyError: there is no PyTorch.
    """
    torch = package("torch", "from_torch", "torch")
    if type(sequential) not in (torch.nn.Sequential, torch.nn.Linear):
        raise ArgumentTypeError(
            f"from_torch takes a torch.nn.Sequential or a torch.nn.Linear, got {type(sequential).__name__}"
        )
    weights = [p for m in sequential.modules() if type(m) is torch.nn.Linear for p in (m.weight, m.bias)]
    if len({id(p) for p in weights if p is not None}) < sum(p is not None for p in weights):
        raise ArgumentError("from_torch: two modules share a weight: use one Linear twice, which is shared as a whole")
    made: dict[int, Module] = {}
    model = _translated(sequential, "", torch, made)
    if not isinstance(model, modules.Sequential):
        model = modules.Sequential(model)
    model.training = sequential.training
    found = stages(model)
    if not any(isinstance(stage, Affine) for stage in found):
        raise ArgumentError("from_torch needs at least one torch.nn.Linear, got none")
    return _as_mlp(found, model.training) or model


def _translated(module: Any, path: str, torch: Any, made: dict[int, Module]) -> Module:
    """Our module for one of PyTorch's; one that stands at two places is one here, too."""
    if id(module) in made:
        return made[id(module)]
    if module._forward_hooks or module._forward_pre_hooks:
        raise ArgumentError(f"{_place(path, module)} has hooks, which may change what it calculates")
    model: Module
    if type(module) is torch.nn.Sequential:
        named = [(f"{path}.{name}" if path else name, part) for name, part in module._modules.items()]
        model = modules.Sequential(*(_translated(part, name, torch, made) for name, part in named))
    elif type(module) is torch.nn.Linear:
        model = modules.Linear(module.in_features, module.out_features, module.bias is not None, init="zeros")
        biases = [None] * module.out_features if module.bias is None else module.bias.tolist()
        for neuron, row, bias in zip(model.neurons, module.weight.tolist(), biases, strict=True):
            for parameter, number in zip(neuron.parameters(), row if bias is None else [*row, bias], strict=True):
                parameter.data = number
    else:
        model = _activation_of(module, path, torch)
    model.training = module.training
    made[id(module)] = model
    return model


def _as_mlp(found: list[Affine | Bend], training: bool) -> MLP | None:
    """The MLP of these stages; None where they are none of an MLP, or share parameters."""
    layers: list[Affine] = []
    activations: list[str] = []
    for stage in found:
        if isinstance(stage, Affine):
            if stage.bias is None:
                return None
            layers.append(stage)
            activations.append("linear")
        elif stage.name != "linear":
            known = stage.name in ACTIVATIONS and stage.setting == (SLOPE if stage.name == "leaky_relu" else 0.0)
            if not known or activations[-1:] != ["linear"]:
                return None
            activations[-1] = stage.name
    parameters = [p for layer in layers for p in layer.parameters()]
    if len(set(map(id, parameters))) < len(parameters):
        return None
    model = MLP(layers[0].inputs, [layer.outputs for layer in layers], activations, init="zeros")
    for ours, theirs in zip(model.layers, layers, strict=True):
        for neuron, row, bias in zip(ours.neurons, theirs.weight, theirs.bias or (), strict=True):
            for parameter, there in zip(neuron.parameters(), [*row, bias], strict=True):
                parameter.data = there.data
    return model.train(training)


def _torch_linear(torch: Any, stage: Affine) -> Any:
    """A Linear with the numbers of a stage, made without drawing any, which others may count on."""
    weight, bias = stage.numbers()
    linear = torch.nn.utils.skip_init(
        torch.nn.Linear, stage.inputs, stage.outputs, bias=bias is not None, dtype=torch.float64, device="cpu"
    )
    with torch.no_grad():
        linear.weight.copy_(torch.tensor(weight, dtype=torch.float64))
        if bias is not None:
            linear.bias.copy_(torch.tensor(bias, dtype=torch.float64))
    return linear


def _torch_activations(torch: Any) -> dict[str, Callable[[float], Any]]:
    nn = torch.nn
    return {
        "linear": lambda _: nn.Identity(),
        "relu": lambda _: nn.ReLU(),
        "leaky_relu": nn.LeakyReLU,
        "tanh": lambda _: nn.Tanh(),
        "sigmoid": lambda _: nn.Sigmoid(),
        "gelu": lambda _: nn.GELU(),
        "silu": lambda _: nn.SiLU(),
        "softplus": lambda _: nn.Softplus(threshold=STRAIGHT),
        "softmax": lambda _: nn.Softmax(dim=-1),
        "log_softmax": lambda _: nn.LogSoftmax(dim=-1),
        "dropout": nn.Dropout,
    }


def _activation_of(module: Any, path: str, torch: Any) -> Module:
    """Our module for an activation of PyTorch's, which must be set as ours can be."""
    nn = torch.nn
    rows: dict[type, tuple[Callable[[], Module], Callable[[], bool]]] = {
        nn.Identity: (modules.Identity, lambda: True),
        nn.ReLU: (modules.ReLU, lambda: True),
        nn.LeakyReLU: (lambda: modules.LeakyReLU(module.negative_slope), lambda: True),
        nn.Tanh: (modules.Tanh, lambda: True),
        nn.Sigmoid: (modules.Sigmoid, lambda: True),
        nn.GELU: (modules.GELU, lambda: module.approximate == "none"),
        nn.SiLU: (modules.SiLU, lambda: True),
        nn.Softplus: (modules.Softplus, lambda: module.beta == 1),
        nn.Softmax: (modules.Softmax, lambda: module.dim in (-1, 1)),
        nn.LogSoftmax: (modules.LogSoftmax, lambda: module.dim in (-1, 1)),
        nn.Dropout: (lambda: modules.Dropout(module.p), lambda: True),
    }
    if type(module) not in rows:
        raise ArgumentError(f"{_place(path, module)} is nothing that is known here: Linear, Dropout and activations")
    make, is_alike = rows[type(module)]
    if not is_alike():
        raise ArgumentError(f"{_place(path, module)} is set otherwise than {type(module).__name__} here")
    return make()


def _place(path: str, module: Any) -> str:
    return f"module {path} ({module})" if path else f"the module ({module})"


def package(name: str, function: str, wanted: str) -> Any:
    """A package that a function needs; `wanted` is what pip installs it by.

    Raises:
        MissingDependencyError: it is not there.
    """
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingDependencyError(f'{function} needs {name}: python -m pip install "{wanted}"') from None
