"""How a model is written down so that it can be built again: its class and its constructor's arguments.

One row a class. A model of a class without a row, or one that was changed by hand since it was made, is saved by
its parameters alone, and `load_into` puts them into a model of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..engine import ArgumentError, ChalkgradError, DamagedFileError
from . import modules
from .layers import MLP, Layer, Neuron
from .module import Module
from .perceptron import Perceptron
from .strict_json import as_float, as_json, shown

Arguments = dict[str, Any]
DEEPEST = 300  # lists and dicts in each other: a Sequential inside another is three more


class Blueprint(NamedTuple):
    """A row.

    Attributes:
        arguments: what the constructor was given, as JSON may hold it; it need not look whether the model is still so.
        size: how many parameters such a model has, counted from the arguments, without making it.
        build: makes it, with any weights, and draws no number that others would miss.
    """

    arguments: Callable[[Any], Arguments]
    size: Callable[[Arguments], int]
    build: Callable[[Arguments], Module]


def _plain(kind: type[Module]) -> Blueprint:
    """The row of a module that takes no arguments and has no parameters."""
    return Blueprint(arguments=lambda module: {}, size=lambda a: 0, build=lambda a: kind())


BLUEPRINTS: dict[type[Module], Blueprint] = {
    Neuron: Blueprint(
        arguments=lambda neuron: {"nin": len(neuron.w), "activation": neuron.activation, **_bias_of(neuron)},
        size=lambda a: _count(a, "nin") + _has_bias(a),
        build=lambda a: Neuron(a["nin"], activation=a["activation"], bias=_has_bias(a), seed=0),
    ),
    Layer: Blueprint(
        arguments=lambda layer: {
            "nin": len(layer.neurons[0].w), "nout": len(layer.neurons), "activation": layer.activation,
            **_bias_of(layer.neurons[0]),
        },
        size=lambda a: (_count(a, "nin") + _has_bias(a)) * _count(a, "nout"),
        build=lambda a: Layer(a["nin"], a["nout"], activation=a["activation"], bias=_has_bias(a), seed=0),
    ),
    MLP: Blueprint(
        arguments=lambda model: {
            "nin": len(model.layers[0].neurons[0].w),
            "nouts": [len(layer.neurons) for layer in model.layers],
            "activation": [layer.activation for layer in model.layers],
        },
        size=lambda a: sum((nin + 1) * nout for nin, nout in zip(_sizes(a), _sizes(a)[1:], strict=False)),
        build=lambda a: MLP(a["nin"], a["nouts"], a["activation"], seed=0),
    ),
    Perceptron: Blueprint(
        arguments=lambda perceptron: {"nin": len(perceptron.w)},
        size=lambda a: _count(a, "nin") + 1,
        build=lambda a: Perceptron(a["nin"]),
    ),
    modules.Linear: Blueprint(
        arguments=lambda layer: {
            "in_features": layer.in_features, "out_features": layer.out_features, **_bias_of(layer.neurons[0])
        },
        size=lambda a: (_count(a, "in_features") + _has_bias(a)) * _count(a, "out_features"),
        build=lambda a: modules.Linear(a["in_features"], a["out_features"], _has_bias(a), seed=0),
    ),
    modules.Dropout: Blueprint(  # its generator is that of the training's state
        arguments=lambda module: {"p": as_json(module.p)},
        size=lambda a: 0,
        build=lambda a: modules.Dropout(as_float(a["p"], "model.arguments.p")),
    ),
    modules.LeakyReLU: Blueprint(
        arguments=lambda module: {"negative_slope": as_json(module.negative_slope)},
        size=lambda a: 0,
        build=lambda a: modules.LeakyReLU(as_float(a["negative_slope"], "model.arguments.negative_slope")),
    ),
    modules.Sequential: Blueprint(
        arguments=lambda model: {"layers": [_part(layer) for layer in model.layers]},
        size=lambda a: sum(row.size(arguments) for row, arguments in _parts(a)),
        build=lambda a: modules.Sequential(*(row.build(arguments) for row, arguments in _parts(a))),
    ),
    modules.GELU: _plain(modules.GELU),
    modules.Identity: _plain(modules.Identity),
    modules.LogSoftmax: _plain(modules.LogSoftmax),
    modules.ReLU: _plain(modules.ReLU),
    modules.SiLU: _plain(modules.SiLU),
    modules.Sigmoid: _plain(modules.Sigmoid),
    modules.Softmax: _plain(modules.Softmax),
    modules.Softplus: _plain(modules.Softplus),
    modules.Tanh: _plain(modules.Tanh),
}  # fmt: skip


def described(model: Module) -> dict[str, Any]:
    """A model as it is written down: `{"class": name, "arguments": ...}`; arguments None where they are not known."""
    row = BLUEPRINTS.get(type(model))
    return {"class": type(model).__name__, "arguments": _arguments(model, row) if row else None}


def rebuilt(description: Any, size: int) -> Module:
    """A model from its description, with any weights.

    Args:
        description: as `described` gives it, with arguments that are known.
        size: how many parameters it must have.

    Raises:
        DamagedFileError: no model is described so, or one of another size.
    """
    name, arguments = description["class"], description["arguments"]
    row = _row(name, "model.class")
    if _depth(arguments) > DEEPEST:
        raise DamagedFileError(f"model.arguments: layers are nested too deep, more than {DEEPEST} times")
    try:
        found = row.size(arguments)
        if found != size:
            raise DamagedFileError(f"model: {name} has {found} parameters, and the file has {size}")
        return row.build(arguments)
    except KeyError as error:
        raise DamagedFileError(f"model.arguments: there is no {error.args[0]!r}") from None
    except DamagedFileError:
        raise
    except ChalkgradError as error:
        raise DamagedFileError(f"model.arguments: {error}") from None


def _depth(arguments: Any) -> int:
    """How often lists and dicts lie in each other, counted without recursion, as far as is allowed."""
    depth, inside = 0, [arguments]
    while inside and depth <= DEEPEST:
        depth += 1
        parts = [part for part in inside if isinstance(part, (dict, list))]
        inside = [item for part in parts for item in (part.values() if isinstance(part, dict) else part)]
    return depth


def _row(name: Any, where: str) -> Blueprint:
    for known, row in BLUEPRINTS.items():
        if known.__name__ == name:
            return row
    raise DamagedFileError(f"{where}: {shown(name)} is no model that can be built here")


def _part(layer: Any) -> dict[str, Any]:
    """A layer of a Sequential as it is written down."""
    description = described(layer)
    if description["arguments"] is None:
        raise ArgumentError(f"{type(layer).__name__} cannot be built again from a file")
    return description


def _parts(arguments: Arguments) -> list[tuple[Blueprint, Arguments]]:
    """The rows of a Sequential's layers, and the arguments of each."""
    layers = arguments["layers"]
    if type(layers) is not list:
        raise DamagedFileError(f"model.arguments.layers must be a list, got {shown(layers)}")
    rows = []
    for i, layer in enumerate(layers):
        if type(layer) is not dict or set(layer) != {"class", "arguments"} or type(layer["arguments"]) is not dict:
            raise DamagedFileError(f"layers[{i}] must have a class and its arguments, got {shown(layer)}")
        rows.append((_row(layer["class"], f"layers[{i}].class"), layer["arguments"]))
    return rows


def _arguments(model: Module, row: Blueprint) -> Arguments | None:
    """The constructor's arguments, if with them it makes such a model: its parts, their kinds and sizes."""
    try:
        arguments = row.arguments(model)  # asked once: it asks the parts in turn
        if row.size(arguments) != len(model.parameters()) or _depth(arguments) > DEEPEST:
            return None
        return arguments if _outline(row.build(arguments)) == _outline(model) else None
    except (
        ChalkgradError,
        AttributeError,
        IndexError,
        TypeError,
        RecursionError,
    ):  # a part was replaced by something else
        return None


def _outline(model: Module) -> list[Any]:
    """What there is in a model beside its numbers."""
    parts = [(path, type(part), getattr(part, "activation", None)) for path, part in model.named_modules()]
    return [parts, [name for name, _ in model.named_parameters()]]


def _count(arguments: Arguments, name: str) -> int:
    return _whole(arguments[name], name)


def _bias_of(neuron: Neuron) -> Arguments:
    """What is written of the bias: that there is none, if so."""
    return {} if neuron.b is not None else {"bias": False}


def _has_bias(arguments: Arguments) -> bool:
    flag = arguments.get("bias", True)
    if type(flag) is not bool:
        raise DamagedFileError(f"model.arguments.bias must be true or false, got {shown(flag)}")
    return flag


def _sizes(arguments: Arguments) -> list[int]:
    """The width of the inputs and of each layer of an MLP."""
    nouts = arguments["nouts"]
    if type(nouts) is not list:
        raise DamagedFileError(f"model.arguments.nouts must be a list, got {shown(nouts)}")
    return [_count(arguments, "nin"), *(_whole(n, f"nouts[{i}]") for i, n in enumerate(nouts))]


def _whole(n: Any, where: str) -> int:
    if type(n) is not int or n < 1:
        raise DamagedFileError(f"model.arguments.{where} must be a whole number, 1 or more; got {shown(n)}")
    return n
