"""How a model is written down so that it can be built again: its class and its constructor's arguments.

One row a class. A model of a class without a row, or one that was changed by hand since it was made, is saved by
its parameters alone, and `load_into` puts them into a model of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..engine import ChalkgradError, DamagedFileError
from .layers import MLP, Layer, Neuron
from .module import Module
from .strict_json import shown

Arguments = dict[str, Any]


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


BLUEPRINTS: dict[type[Module], Blueprint] = {
    Neuron: Blueprint(
        arguments=lambda neuron: {"nin": len(neuron.w), "activation": neuron.activation},
        size=lambda a: _count(a, "nin") + 1,
        build=lambda a: Neuron(a["nin"], activation=a["activation"], seed=0),
    ),
    Layer: Blueprint(
        arguments=lambda layer: {
            "nin": len(layer.neurons[0].w), "nout": len(layer.neurons), "activation": layer.activation
        },
        size=lambda a: (_count(a, "nin") + 1) * _count(a, "nout"),
        build=lambda a: Layer(a["nin"], a["nout"], activation=a["activation"], seed=0),
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
}  # fmt: skip


def described(model: Module) -> dict[str, Any]:
    """A model as it is written down: `{"class": name, "arguments": ...}`; arguments None where they are not known."""
    row = BLUEPRINTS.get(type(model))
    arguments = row.arguments(model) if row and _is_as_made(model, row) else None
    return {"class": type(model).__name__, "arguments": arguments}


def rebuilt(description: Any, size: int) -> Module:
    """A model from its description, with any weights.

    Args:
        description: as `described` gives it, with arguments that are known.
        size: how many parameters it must have.

    Raises:
        DamagedFileError: no model is described so, or one of another size.
    """
    name, arguments = description["class"], description["arguments"]
    for known, row in BLUEPRINTS.items():
        if known.__name__ == name:
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
    raise DamagedFileError(f"model.class: {shown(name)} is no model that can be built here")


def _is_as_made(model: Module, row: Blueprint) -> bool:
    """Whether the constructor, given those arguments, makes such a model: its parts, their kinds and sizes."""
    try:
        arguments = row.arguments(model)
        if row.size(arguments) != len(model.parameters()):
            return False
        return _outline(row.build(arguments)) == _outline(model)
    except (ChalkgradError, AttributeError, IndexError, TypeError):  # a part was replaced by something else
        return False


def _outline(model: Module) -> list[Any]:
    """What there is in a model beside its numbers."""
    parts = [(path, type(part), getattr(part, "activation", None)) for path, part in model.named_modules()]
    return [parts, [name for name, _ in model.named_parameters()]]


def _count(arguments: Arguments, name: str) -> int:
    return _whole(arguments[name], name)


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
