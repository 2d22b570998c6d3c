"""What an optimizer is: a rule that turns a gradient into a better parameter, and what it remembers.

Eager steps keep a *state* for each parameter, a tuple with names; compiled steps keep a column of
numbers for each name. A *group* of parameters may have settings of its own. The optimizers themselves
are in `optim`.
"""

from __future__ import annotations

import copy
import inspect
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from itertools import chain, repeat, starmap
from typing import Any

from ..engine import ArgumentError, ArgumentTypeError, ChalkgradError, Value
from ..engine.floats import as_float
from .arguments import as_count, not_negative
from .memory import STEP

__all__ = ["Optimizer"]

Params = Iterable[Value | Mapping[str, Any]]  # what is trained: Values, or groups of them

_set_data, _set_grad = (getattr(Value, slot).__set__ for slot in ("_data", "_grad"))


class Optimizer:
    """What all optimizers share; one of your own defines `_update`, and `_blank` if it is to be compiled.

    Args:
        params: the Values to train, such as `model.parameters()`; or a list of groups, each a dict with
            its `params` and the settings that it has of its own, such as `{"params": ..., "lr": 0.01}`.
        lr: the learning rate; it can be read and set later as `optimizer.lr`.
        weight_decay: how strongly parameters are pulled towards 0; `_update` sees to it.
        maximize: go up the gradient instead of down.

    Raises:
        ArgumentError: no parameters, one of them twice or computed, or a setting out of range.
        ArgumentTypeError: something else than Values.

    >>> from chalkgrad.nn import SGD
    >>> optimizer = SGD([{"params": [Value(1.0)]}, {"params": [Value(2.0)], "lr": 0.5}], lr=0.1)
    >>> [group["lr"] for group in optimizer.param_groups]
    [0.1, 0.5]
    """

    def __init__(self, params: Params, lr: float = 1e-3, weight_decay: float = 0.0, maximize: bool = False) -> None:
        self._is_settled = True  # the settings of groups are looked at later, and once
        given = _groups(params)
        self.params = _parameters(params if given is None else [p for group in given for p in group["params"]])
        self.lr = lr
        self.weight_decay = not_negative(weight_decay, "weight_decay")
        self.maximize = maximize
        self._states: list[Any] = [None] * len(self.params)
        self._groups: list[tuple[list[Value], dict[str, Any]]]
        self._groups = [(self.params, {})] if given is None else [(g["params"], _settings(g)) for g in given]
        self._is_settled = given is None

    def _settle(self) -> None:
        """Look at the settings of the groups, once: not before the optimizer has all of its own."""
        if self._is_settled:
            return
        self._is_settled = True
        try:
            groups = [Group(self, params, own) for params, own in self._groups]
            checked = [group.checked(own) for group, (_, own) in zip(groups, self._groups, strict=True)]
        except BaseException:
            self._is_settled = False
            raise
        for group, settings in zip(groups, checked, strict=True):
            group.take(settings)

    @property
    def param_groups(self) -> list[Group]:
        """The groups of parameters, each a mapping: its `params`, and its settings, which can be set there.

        A setting that a group has not of its own is the optimizer's: `optimizer.param_groups[0]["lr"]` is
        `optimizer.lr`.

        Raises:
            ArgumentError: a group was given a setting that the optimizer has not, or that is out of range.
        """
        self._settle()
        return [Group(self, params, own) for params, own in self._groups]

    @property
    def settings(self) -> dict[str, Any]:
        """The numbers that it was made with, by name, as they are now."""
        names = [name for name in inspect.signature(type(self).__init__).parameters if name not in ("self", "params")]
        return {name: getattr(self, name) for name in names if hasattr(self, name)}

    @property
    def lr(self) -> float:
        """The learning rate: how far a step goes; groups may have their own."""
        if not self._is_settled:  # asked for every parameter of every step
            self._settle()
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self._settle()
        self._lr = not_negative(lr, "lr")

    def zero_grad(self) -> None:
        """Forget every parameter's gradient: it reads 0.0 until the next `backward()`."""
        for p in self.params:
            p.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient; one without is left alone, its state too.

        All parameters move or, after an exception or an interrupt, none.
        """
        before = [p.data for p in self.params], self._states
        moved = [
            rule._update(p.data, -p.grad if rule.maximize else p.grad, state) if p.has_grad else (p.data, state)
            for p, state, rule in zip(self.params, self._states, self._rules(), strict=True)
        ]
        try:
            self._write([data for data, _ in moved], [state for _, state in moved])
        except BaseException:
            self._write(*before)
            raise

    def _rules(self) -> list[Optimizer]:
        """The optimizer for each parameter: itself, or one with the settings of the parameter's group."""
        return [rule for group in self.param_groups for rule in repeat(group.rule(), len(group["params"]))]

    def state_dict(self) -> dict[str, Any]:
        """What it remembers of each parameter, by number, and the settings of the groups: plain numbers."""
        state = {i: dict(state._asdict()) for i, state in enumerate(self._states) if state is not None}
        groups, first = [], 0
        for group in self.param_groups:
            last = first + len(group["params"])
            groups.append({**group, "params": list(range(first, last))})
            first = last
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over the memory and the settings of a `state_dict()`: all of it or, after an error, nothing.

        Keys of `state` may be text, as JSON writes them.

        Raises:
            ArgumentError: other groups, another number of parameters, or a state of another optimizer.
            ArgumentTypeError: no mapping of that form.
        """
        if not isinstance(state_dict, Mapping) or not {"state", "param_groups"} <= set(state_dict):
            raise ArgumentTypeError("state_dict must be a mapping with 'state' and 'param_groups', of state_dict()")
        groups = list(state_dict["param_groups"])
        wanted, got = ([len(group["params"]) for group in side] for side in (self.param_groups, groups))
        if wanted != got:
            raise ArgumentError(f"state_dict must have groups of {wanted} parameters, got {got}")
        theirs = [{name: _plain(x) for name, x in _settings(group).items()} for group in groups]
        checked = [mine.checked(settings) for mine, settings in zip(self.param_groups, theirs, strict=True)]
        kinds = [self._set_as(new)._memory() for new, n in zip(checked, wanted, strict=True) for _ in range(n)]
        states: list[Any] = [None] * len(self.params)
        for key, numbers in dict(state_dict["state"]).items():
            i = as_count(int(key), "a number in state", 0)
            if i >= len(states):
                raise ArgumentError(f"state_dict has a state for parameter {i} of {len(states)}")
            states[i] = self._as_state(numbers, kinds[i], f"state[{i}]")
        for mine, settings in zip(self.param_groups, checked, strict=True):
            mine.take(settings)
        self._states = states

    def _as_state(self, numbers: Any, kind: Any, what: str) -> Any:
        if kind is None:
            raise ArgumentError(
                f"{what}: {type(self).__name__}, set so, remembers nothing that could be loaded, or says no _blank"
            )
        if not isinstance(numbers, Mapping) or set(numbers) != set(kind._fields):
            got = sorted(numbers) if isinstance(numbers, Mapping) else type(numbers).__name__
            raise ArgumentError(f"{what} must have the numbers {', '.join(kind._fields)}; got {got}")
        read = {name: as_float(number, f"{what}[{name!r}]") for name, number in numbers.items()}
        return kind(**{name: as_count(numbers[name], name, 0) if name == STEP else x for name, x in read.items()})

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        changed = {k: x for k, x in self.settings.items() if k == "lr" or x != defaults[k].default}
        groups = f" in {len(self._groups)} groups" if len(self._groups) > 1 else ""
        words = [f"{len(self.params)} parameters{groups}", *(f"{k}={x!r}" for k, x in changed.items())]
        return f"{type(self).__name__}({', '.join(words)})"

    def _write(self, numbers: list[float], states: list[Any], gradients: Iterable[tuple[Value, float]] = ()) -> None:
        """Put numbers, and what is remembered, in their places; gradients too, if they are given.

        Into plain Values it is one call into C, which no signal handler can interrupt: all or none.
        """
        if set(map(type, self.params)) == {Value}:
            numbers = [as_float(number, "a parameter") for number in numbers]
            places: Any = self, "_states", states
            everything = chain(
                map(_set_data, self.params, numbers),
                starmap(_set_grad, gradients),
                starmap(setattr, [places]),
            )
            deque(everything, maxlen=0)
            return
        for p, number in zip(self.params, numbers, strict=True):  # a class of one's own may have a setter
            p.data = number
        self._states = states

    def _set_as(self, settings: Mapping[str, Any]) -> Optimizer:
        """One like this that has other settings, which have been checked."""
        twin = copy.copy(self)
        for name, setting in settings.items():
            setattr(twin, name, setting)
        return twin

    def _memory(self) -> type[Any] | None:
        """The class of what is remembered of a parameter; None where that is nothing, or where nothing says it."""
        twin = copy.copy(self)
        twin._states = []  # whatever steps were made
        try:
            blank = twin._blank()
        except (NotImplementedError, ChalkgradError):
            return None
        return None if blank is None else type(blank)

    def _update(self, p: float, g: float, state: Any) -> tuple[float, Any]:
        """The parameter and its state after a step, from those before (None at first) and the gradient g.

        Written in arithmetic and ops, it runs on Values too, and so can be compiled.
        """
        raise NotImplementedError(f"{type(self).__name__} must define _update(p, g, state)")

    def _blank(self) -> Any:
        """What a state of None stands for: a NamedTuple of numbers, or None where nothing is remembered.

        Its class is that of all states, by which they are loaded again. A number named `step` counts the steps.
        With it a class says of its own `_update` that it can be compiled; one that inherits it has not said so,
        for it may have changed the update.

        Raises:
            UnsuitableError: set as it is, this optimizer cannot be compiled.
        """
        raise NotImplementedError(f"{type(self).__name__} must define _blank() to be compiled")


class Group(MutableMapping[str, Any]):
    """Some parameters of an optimizer, and the settings that hold for them; `param_groups` lists them."""

    def __init__(self, optimizer: Optimizer, params: list[Value], own: dict[str, Any]) -> None:
        self._optimizer = optimizer
        self._params = params
        self._own = own

    def rule(self) -> Optimizer:
        """The optimizer with the settings of this group."""
        return self._optimizer._set_as(self._own) if self._own else self._optimizer

    def checked(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Settings as the optimizer's constructor reads them, all at once.

        Raises:
            ArgumentError: one that the optimizer has not, or that is out of range.
        """
        if set(settings) == {"lr"}:
            return {"lr": not_negative(settings["lr"], "lr")}
        known = self._optimizer.settings
        for name in settings:
            if name not in known:
                raise ArgumentError(
                    f"a group of {type(self._optimizer).__name__} has no setting {name!r}, it has {', '.join(known)}"
                )
        kind: Callable[..., Any] = type(self._optimizer)
        tried = kind([Value(0.0)], **{**known, **self._own, **settings})
        return {name: getattr(tried, name) for name in settings}

    def take(self, settings: Mapping[str, Any]) -> None:
        """Set what has been checked: of the only group it is the optimizer's own."""
        if len(self._optimizer._groups) > 1:
            self._own.update(settings)
            return
        for name, setting in settings.items():
            setattr(self._optimizer, name, setting)
            self._own.pop(name, None)

    def __getitem__(self, name: str) -> Any:
        if name == "params":
            return self._params
        return self._own[name] if name in self._own else self._optimizer.settings[name]

    def __setitem__(self, name: str, setting: Any) -> None:
        if name == "params":
            raise ArgumentError("the params of a group are settled when the optimizer is made")
        self.take(self.checked({name: setting}))

    def __delitem__(self, name: str) -> None:
        raise ArgumentError(f"a group keeps its settings: {name!r} cannot be taken away")

    def __iter__(self) -> Iterator[str]:
        return iter(["params", *self._optimizer.settings])

    def __len__(self) -> int:
        return 1 + len(self._optimizer.settings)

    def __repr__(self) -> str:
        return repr({**self, "params": f"{len(self._params)} parameters"})


def _groups(params: Any) -> list[dict[str, Any]] | None:
    """The groups, where params lists such; None where it lists Values."""
    if not isinstance(params, (list, tuple)) or not any(isinstance(group, dict) for group in params):
        return None
    for i, group in enumerate(params):
        if not isinstance(group, dict) or "params" not in group:
            raise ArgumentTypeError(f"params[{i}] must be a dict with 'params', as the other groups are")
    return [{**group, "params": _parameters(group["params"])} for group in params]


def _settings(group: Mapping[str, Any]) -> dict[str, Any]:
    return {name: setting for name, setting in group.items() if name != "params"}


def _plain(setting: Any) -> Any:
    """A setting that JSON made a list of, as the tuple that it was."""
    return tuple(setting) if isinstance(setting, list) else setting


def _parameters(params: Any) -> list[Value]:
    """The parameters as a list, each looked at."""
    if isinstance(params, Value) or not isinstance(params, Iterable):
        raise ArgumentTypeError(
            f"params must be the Values to train, such as model.parameters(); got {type(params).__name__}"
        )
    leaves = list(params)
    if not leaves:
        raise ArgumentError("params must hold at least one Value, got none")
    first: dict[int, int] = {}
    for i, p in enumerate(leaves):
        if not isinstance(p, Value):
            raise ArgumentTypeError(f"params[{i}] must be a Value, got {type(p).__name__}")
        if not p.is_leaf:
            raise ArgumentError(f"params[{i}] must be a leaf, got the result of {p.op}")
        if first.setdefault(id(p), i) != i:
            raise ArgumentError(f"params must hold each Value once: params[{i}] is params[{first[id(p)]}] again")
    return leaves
