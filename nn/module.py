"""A module: something with parameters that can be trained.

A *parameter* is a leaf `Value` that an optimizer may change. A module finds its own
by looking through its attributes, in the order in which they were set, and gives
each a name: the path that leads to it, such as `layer0.neuron3.w[0]`. Calling a
module runs its `forward`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, NamedTuple, TypeVar

from ..engine import ArgumentError, ArgumentTypeError, Value, no_grad
from ..engine.floats import as_float
from .arguments import is_sequence

__all__ = ["Module"]

M = TypeVar("M", bound="Module")


class Mismatch(NamedTuple):
    """The names on which a module and a state that was loaded into it did not agree."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Summary(str):
    """A text of several lines, shown as it is at a prompt."""

    def __repr__(self) -> str:
        return str(self)


def _no_forward(self: Module, *inputs: Any, **settings: Any) -> Any:
    """The outputs for one sample; a module of one's own defines it."""
    raise NotImplementedError(f"{type(self).__name__} must define forward(x), which model(x) calls")


class Module:
    """Base of everything that has parameters: store them, or other modules, as attributes.

    An attribute may be a `Value`, a module, or a list, tuple, dict or NumPy array of these. A parameter
    that is reached twice counts once, by its first name; a `Value` that was computed is no parameter.
    What is set as an attribute is named after it, in pictures too: a label of one's own stays.

    Attributes:
        scope: the path of this module inside the one that holds it; empty for one that stands alone.
        training: whether it is being trained; `train()` and `eval()` set it, `Dropout` minds it.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Value(2.0)
    ...         self.offset = Value(1.0)
    ...     def forward(self, x):
    ...         return self.slope * x[0] + self.offset
    >>> line = Line()
    >>> [name for name, parameter in line.named_parameters()]
    ['slope', 'offset']
    >>> line([3.0]).data, line.predict([[3.0], [4.0]]), line.slope.label
    (7.0, [7.0, 9.0], 'slope')
    """

    scope: str = ""
    training: bool = True

    _is_named = False  # whether the parts have been named since they were last set
    _is_shown_whole: ClassVar[bool] = False  # whether a summary leaves out the parts

    forward: Callable[..., Any] = _no_forward

    def __call__(self, *inputs: Any, **settings: Any) -> Any:
        """What `forward` gives: the outputs for one sample."""
        if not self._is_named:  # a list may have grown since it was set
            for _, part in _name(self.scope, self):
                if isinstance(part, Module):
                    part._is_named = True
        return self.forward(*inputs, **settings)

    def __setattr__(self, name: str, thing: Any) -> None:
        super().__setattr__(name, thing)
        if _may_hold_parameters(thing):
            super().__setattr__("_is_named", False)
            _name(f"{self.scope}.{name}" if self.scope else name, thing)

    def predict(self, X: Any) -> Any:
        """The outputs as plain numbers, without gradients: for one row of numbers, or for many.

        The model is in evaluation (`eval()`) meanwhile.

        Args:
            X: one sample, or a list or array of samples; numbers alone are one sample.

        Returns:
            What the model gives, a number or a list of them; for many samples a list with that of each.

        Raises:
            ArgumentTypeError: no list or array.
            ArgumentError: what the model refuses.

        >>> from chalkgrad.nn import Linear
        >>> model = Linear(2, 1, init="ones")
        >>> model.predict([1.0, 2.0]), model.predict([[1.0, 2.0], [3.0, 4.0]])
        (3.0, [3.0, 7.0])
        """
        rows = X.to_numpy() if hasattr(X, "to_numpy") else X  # a frame: its rows, not the names of its columns
        if isinstance(rows, Value) or not is_sequence(rows):
            raise ArgumentTypeError(f"X must be one row of numbers or a list of rows, got {type(X).__name__}")
        with evaluating(self), no_grad():
            if len(rows) and is_sequence(rows[0]):
                return [_numbers(self(row)) for row in rows]
            return _numbers(self(rows)) if len(rows) else []

    def train(self: M, mode: bool = True) -> M:
        """Say that this module and all inside are being trained, or are not; gives the module."""
        if not isinstance(mode, bool):
            raise ArgumentTypeError(
                f"train(mode) takes True or False, got {type(mode).__name__}; "
                "fit(model, X, y, loss, optimizer) trains on data"
            )
        for _, module in self.named_modules():
            module.training = mode
        return self

    def eval(self: M) -> M:
        """Say that this module and all inside are in use, not in training; gives the module."""
        return self.train(False)

    def count_params(self) -> int:
        """How many parameters there are."""
        return len(self.parameters())

    def summary(self) -> str:
        """A table of the modules inside: path, what it is, how many parameters; and their sum.

        >>> from chalkgrad.nn import Linear, ReLU, Sequential
        >>> Sequential(Linear(2, 8), ReLU(), Linear(8, 1)).summary()
        layer0  Linear(2, 8)  24
        layer1  ReLU()         0
        layer2  Linear(8, 1)   9
        total                 33
        """
        rows: list[tuple[str, str, str]] = []
        whole: list[str] = []
        for path, module in self.named_modules():
            if any(path.startswith(f"{outer}.") for outer in whole) or (not path and not self._is_shown_whole):
                continue
            if module._is_shown_whole:
                whole.append(path)
            text = repr(module) if module._is_shown_whole else type(module).__name__
            rows.append((path, text, str(module.count_params())))
            if not path:
                break
        rows.append(("total", "", str(self.count_params())))
        first, second, third = (max(map(len, column)) for column in zip(*rows, strict=True))
        lines = [f"{path:{first}}  {text:{second}}  {count:>{third}}" for path, text, count in rows]
        return Summary("\n".join(lines))

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

        Setting an attribute has done so already; this also writes over labels of one's own, and over the
        names that a part has from another module.
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


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Put a model into evaluation for a while; every part is then as it was. What is no module is left alone."""
    modules = [module for _, module in model.named_modules()] if isinstance(model, Module) else []
    were = [module.training for module in modules]
    try:
        for module in modules:
            module.training = False
        yield
    finally:
        for module, was in zip(modules, were, strict=True):
            module.training = was


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
    elif isinstance(part, (list, tuple)) or (_is_object_array(part) and part.shape):
        for i, item in enumerate(part):
            plural = isinstance(item, Module) and path.endswith("s")
            yield from _walk(f"{path[:-1]}{i}" if plural else f"{path}[{i}]", item, seen)
    elif isinstance(part, dict):
        for key, item in part.items():
            yield from _walk(f"{path}[{key!r}]", item, seen)
    elif _is_object_array(part):
        yield from _walk(path, part.item(), seen)


def _may_hold_parameters(thing: Any) -> bool:
    return isinstance(thing, (Module, Value, list, tuple, dict)) or _is_object_array(thing)


def _is_object_array(thing: Any) -> bool:
    """Whether it is an array of Python objects, such as Values; of numbers alone it holds no parameters."""
    return getattr(getattr(thing, "dtype", None), "kind", "") == "O" and hasattr(thing, "shape")


def _name(path: str, part: Any) -> list[tuple[str, Module | Value]]:
    """Name everything at and below `part` after its path, unless it has a name that does not end the path."""
    named = list(_walk(path, part, set()))
    for name, thing in named:
        if isinstance(thing, Module):
            if _grows(thing.scope, name):
                thing.scope = name
        elif name and _grows(thing.label, name):
            thing.label = name
    return named


def _grows(old: str, new: str) -> bool:
    """Whether the new name is the old one, told from further out."""
    return not old or new.endswith(f".{old}")


def _numbers(outputs: Any) -> Any:
    """Outputs with a number for each Value."""
    if isinstance(outputs, Value):
        return outputs.data
    return [_numbers(output) for output in outputs] if is_sequence(outputs) else outputs
