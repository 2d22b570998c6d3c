"""A module: something with parameters that can be trained.

A *parameter* is a leaf `Value` that an optimizer may change. A module finds its own
by looking through its attributes, in the order in which they were set, and gives
each a name: the path that leads to it, such as `layer0.neuron3.w[0]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..engine import ArgumentError, ArgumentTypeError, Value
from ..engine.floats import as_float

__all__ = ["Module"]


class Mismatch(NamedTuple):
    """The names on which a module and a state that was loaded into it did not agree."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module:
    """Base of everything that has parameters: store them, or other modules, as attributes.

    An attribute may be a `Value`, a module, or a list, tuple or dict of these. A parameter that is
    reached twice counts once, by its first name; a `Value` that was computed is no parameter.

    Attributes:
        scope: the path of this module inside the one that holds it; empty for one that stands alone.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Value(2.0)
    ...         self.offset = Value(1.0)
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> [name for name, parameter in Line().named_parameters()]
    ['slope', 'offset']
    """

    scope: str = ""

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """Every module inside this one with its path, itself first under the empty path."""
        for path, part in _walk("", self, set()):
            if isinstance(part, Module):
                yield path, part

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Every parameter with its name, each once.

        An item of a list is `w[0]`, of a dict `w['key']`; a module in a list whose name is a plural
        is named in the singular: `layers` holds `layer0`, `layer1`.

        Raises:
            ArgumentError: two parameters come to the same name.
        """
        names: set[str] = set()
        for path, part in _walk("", self, set()):
            if isinstance(part, Value):
                if path in names:
                    raise ArgumentError(f"{type(self).__name__} has two parameters named {path}: rename an attribute")
                names.add(path)
                yield path, part

    def parameters(self) -> list[Value]:
        """Every parameter, each once, in the order of `named_parameters()`."""
        return [parameter for _, parameter in self.named_parameters()]

    def label_parameters(self) -> None:
        """Write each parameter's name into its label, and each module's path into its `scope`.

        Neurons, layers and MLPs have done so when they are made; a module of your own that holds
        several of them calls it at the end of its `__init__`, so that pictures show its names.
        """
        for path, module in self.named_modules():
            module.scope = path
        for name, parameter in self.named_parameters():
            parameter.label = name

    def zero_grad(self) -> None:
        """Forget every parameter's gradient: it reads 0.0 until the next `backward()`."""
        for parameter in self.parameters():
            parameter.grad = None

    def state_dict(self) -> dict[str, float]:
        """The numbers that were learned: name to float."""
        return {name: parameter.data for name, parameter in self.named_parameters()}

    def load_state_dict(self, state_dict: Mapping[str, float], strict: bool = True) -> Mismatch:
        """Set the parameters to the numbers of a `state_dict()`: all of them or, after an error, none.

        Args:
            state_dict: name to number.
            strict: whether the names must agree exactly; if not, those that agree are loaded.

        Returns:
            The names that are missing and those that were not expected.

        Raises:
            ArgumentError: `strict`, and the names differ; all of them are listed.
            OperandError: an entry is not one real number.
        """
        if not isinstance(state_dict, Mapping):
            raise ArgumentTypeError(f"state_dict must map names to numbers, got {type(state_dict).__name__}")
        parameters = dict(self.named_parameters())
        missing = [name for name in parameters if name not in state_dict]
        unexpected = [name for name in state_dict if name not in parameters]
        if strict and (missing or unexpected):
            raise ArgumentError(
                f"state_dict does not fit {type(self).__name__}: missing {missing or 'none'}, "
                f"unexpected {unexpected or 'none'}"
            )
        shared = [name for name in parameters if name in state_dict]
        numbers = [as_float(state_dict[name], f"state_dict[{name!r}]") for name in shared]
        for name, number in zip(shared, numbers, strict=True):
            parameters[name].data = number
        return Mismatch(missing, unexpected)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.parameters())} parameters)"


def _walk(path: str, part: Any, seen: set[int]) -> Iterator[tuple[str, Module | Value]]:
    """The modules and parameters at and below `part`, each once, with their paths."""
    if isinstance(part, (Module, Value, list, tuple, dict)):
        if id(part) in seen:
            return
        seen.add(id(part))
    if isinstance(part, Module):
        yield path, part
        for name, attribute in vars(part).items():
            yield from _walk(f"{path}.{name}" if path else name, attribute, seen)
    elif isinstance(part, Value):
        if part.is_leaf:
            yield path, part
    elif isinstance(part, (list, tuple)):
        for i, item in enumerate(part):
            plural = isinstance(item, Module) and path.endswith("s")
            yield from _walk(f"{path[:-1]}{i}" if plural else f"{path}[{i}]", item, seen)
    elif isinstance(part, dict):
        for key, item in part.items():
            yield from _walk(f"{path}[{key!r}]", item, seen)
