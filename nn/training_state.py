"""Where a training stands, as JSON may hold it: what the optimizer remembers and how it is set, and its schedules.

With them put back, and what `module_state` knows, training goes on to the bit as if it had never stopped. Each has a
function that writes it down, and one that looks at what was written and gives a function that sets it back.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ..engine import ArgumentError, ChalkgradError, DamagedFileError, Value
from .optimizer import Optimizer
from .schedules import as_schedules
from .strict_json import as_float, as_json, check_keys, shown

Record = dict[str, Any]


def optimizer_record(optimizer: Optimizer, names: Mapping[int, str]) -> Record:
    """An optimizer as it is written down.

    Args:
        optimizer: one whose constructor's arguments can be read back under their names, as all of ours.
        names: id of a parameter to its name in the model.

    Raises:
        ArgumentError: it trains something else than the model's parameters, or remembers what cannot be written.
    """
    states: dict[str, Any] = {}
    for i, (p, state, rule) in enumerate(zip(optimizer.params, optimizer._states, optimizer._rules(), strict=True)):
        if id(p) not in names:
            raise ArgumentError(f"optimizer: params[{i}] is no parameter of the model")
        if state is not None and type(state) is not rule._memory():
            raise ArgumentError(
                f"optimizer: {type(optimizer).__name__} remembers a {type(state).__name__}, which save cannot write; "
                "let its _blank() give a NamedTuple of numbers"
            )
        states[names[id(p)]] = None if state is None else {name: _number(x) for name, x in state._asdict().items()}
    record: Record = {"class": type(optimizer).__name__, "settings": _settings(optimizer), "states": states}
    if len(optimizer._groups) > 1:  # each with the settings of its own
        record["groups"] = [
            {"params": [names[id(p)] for p in params], "settings": {name: _setting(name, x) for name, x in own.items()}}
            for params, own in optimizer._groups
        ]
    return record


def restored_optimizer(record: Any, optimizer: Optimizer, names: Mapping[int, str]) -> Callable[[], None]:
    """A function that sets an optimizer as the record says; all is looked at before, and nothing changed.

    Raises:
        ArgumentError: the record is of another kind of optimizer, or of other parameters.
        DamagedFileError: it is no such record.
    """
    where = "training.optimizer"
    several = len(optimizer.param_groups) > 1
    check_keys(record, ("class", "settings", "states"), where, optional=("groups",))
    if record["class"] != type(optimizer).__name__:
        raise ArgumentError(
            f"the file has the state of the optimizer {shown(record['class'])}, got {type(optimizer).__name__}"
        )
    settings, states = record["settings"], record["states"]
    now = _settings(optimizer)
    check_keys(settings, tuple(now), f"{where}.settings")
    _check_settings(settings, now, f"{where}.settings")
    own = [names.get(id(p), "") for p in optimizer.params]
    if type(states) is not dict:
        raise DamagedFileError(f"{where}.states must be an object, got {shown(states)}")
    if set(states) != set(own):
        raise ArgumentError("the optimizer in the file trains other parameters than the one that was given")
    if several != ("groups" in record):
        raise ArgumentError("one of the optimizers, in the file or given, has groups, the other has not")
    params: list[Any] = list(optimizer.params)
    if several:
        params = _groups(record["groups"], optimizer, names, now, f"{where}.groups")
    try:
        fresh = type(optimizer)(params, **settings)
        rules = fresh._rules()
    except ChalkgradError as error:
        raise DamagedFileError(f"{where}.settings: {error}") from None
    fresh._states = [
        _state(states[name], rule._memory(), f"{where}.states[{name!r}]") for name, rule in zip(own, rules, strict=True)
    ]
    return lambda: vars(optimizer).update(vars(fresh))


def _groups(record: Any, optimizer: Optimizer, names: Mapping[int, str], now: Record, where: str) -> list[Record]:
    """The groups as an optimizer takes them, with the settings of the record."""
    groups = []
    mine = optimizer._groups
    if type(record) is not list or len(record) != len(mine):
        raise ArgumentError(f"the optimizer in the file has not the {len(mine)} groups of the one that was given")
    for i, (theirs, (params, _)) in enumerate(zip(record, mine, strict=True)):
        check_keys(theirs, ("params", "settings"), f"{where}[{i}]")
        if theirs["params"] != [names[id(p)] for p in params]:
            raise ArgumentError(f"param_groups[{i}] of the optimizer in the file has other parameters")
        if type(theirs["settings"]) is not dict or not set(theirs["settings"]) <= set(now):
            raise DamagedFileError(f"{where}[{i}].settings must be settings of {type(optimizer).__name__}")
        _check_settings(theirs["settings"], now, f"{where}[{i}].settings")
        groups.append({**theirs["settings"], "params": params})
    return groups


def schedules_record(schedules: Any, optimizer: Optimizer | None) -> list[Record]:
    """Schedules as they are written down: one, or several in a list.

    Raises:
        ArgumentTypeError: something else than schedules.
        ArgumentError: they are of another optimizer, or their state is not made of numbers and names.
    """
    return [
        {"class": type(schedule).__name__, "state": _written(schedule.state_dict(), f"schedule[{i}]")}
        for i, schedule in enumerate(as_schedules(schedules, optimizer))
    ]


def restored_schedules(record: Any, schedules: Any, optimizer: Optimizer | None) -> Callable[[], None]:
    """A function that sets schedules as the record says; all is looked at before, and nothing changed.

    Raises:
        ArgumentTypeError: something else than schedules.
        ArgumentError: the record is of other schedules.
        DamagedFileError: it is no such record.
    """
    where = "training.schedules"
    mine = as_schedules(schedules, optimizer)
    if type(record) is not list:
        raise DamagedFileError(f"{where} must be a list, got {shown(record)}")
    if len(record) != len(mine):
        raise ArgumentError(f"the file has the state of {len(record)} schedules, got {len(mine)}")
    states: list[Any] = []
    for i, (theirs, schedule) in enumerate(zip(record, mine, strict=True)):
        check_keys(theirs, ("class", "state"), f"{where}[{i}]")
        if theirs["class"] != type(schedule).__name__:
            raise ArgumentError(
                f"the file has the state of the schedule {shown(theirs['class'])}, got {type(schedule).__name__}"
            )
        state = _read(theirs["state"], schedule.state_dict(), f"{where}[{i}].state")
        try:
            schedule.check_state(state)
        except ChalkgradError as error:
            raise DamagedFileError(f"{where}[{i}].state: {error}") from None
        states.append(state)

    def set_back() -> None:
        for state, schedule in zip(states, mine, strict=True):
            schedule.load_state_dict(state)

    return set_back


def _written(x: Any, what: str) -> Any:
    """A state of plain numbers, names, lists and dicts, as JSON may hold it."""
    if isinstance(x, Mapping):
        return {str(name): _written(item, f"{what}.{name}") for name, item in x.items()}
    if isinstance(x, (list, tuple)):
        return [_written(item, f"{what}[{i}]") for i, item in enumerate(x)]
    if isinstance(x, float):
        return as_json(float(x))
    if type(x) in (bool, int, str):
        return x
    raise ArgumentError(f"{what} is a {type(x).__name__}, which save cannot write")


def _read(x: Any, wanted: Any, where: str) -> Any:
    """A state as it was before it was written: `wanted` is one of the same form."""
    if isinstance(wanted, Mapping):
        check_keys(x, tuple(wanted), where)
        return {name: _read(x[name], item, f"{where}.{name}") for name, item in wanted.items()}
    if isinstance(wanted, (list, tuple)):
        if type(x) is not list or len(x) != len(wanted):
            raise ArgumentError(f"{where} must be {len(wanted)} items, as the one that was given has")
        return [_read(item, one, f"{where}[{i}]") for i, (item, one) in enumerate(zip(x, wanted, strict=True))]
    if isinstance(wanted, (bool, str)):
        if type(x) is not type(wanted):
            raise DamagedFileError(f"{where} cannot be {shown(x)}")
        return x
    return x if type(x) is int else as_float(x, where)


def _state(record: Any, kind: Any, where: str) -> Any:
    if record is None:
        return None
    if kind is None:
        raise DamagedFileError(f"{where}: an optimizer set so remembers nothing")
    check_keys(record, kind._fields, where)
    numbers: dict[str, Any] = {}
    for name, x in record.items():
        counts = type(kind._field_defaults.get(name)) is int
        numbers[name] = _whole(x, f"{where}.{name}") if counts else as_float(x, f"{where}.{name}")
    return kind(**numbers)


def _whole(x: Any, where: str) -> int:
    if type(x) is not int or x < 0:
        raise DamagedFileError(f"{where} must be a whole number, 0 or more; got {shown(x)}")
    return x


def _number(x: Any) -> Any:
    return x if type(x) is int else as_json(float(x))


def _settings(optimizer: Optimizer) -> Record:
    """What the constructor is to be given to set another one alike."""
    settings: Record = {}
    for name in list(inspect.signature(type(optimizer)).parameters)[1:]:
        if not hasattr(optimizer, name):
            raise ArgumentError(f"optimizer: {type(optimizer).__name__} keeps its argument {name!r} under another name")
        settings[name] = _setting(name, getattr(optimizer, name))
    return settings


def _setting(name: str, x: Any) -> Any:
    setting = list(x) if isinstance(x, tuple) else x
    if not _alike(setting, setting):
        raise ArgumentError(f"optimizer: {name} is a {type(x).__name__}, which save cannot write")
    return setting


def _check_settings(settings: Record, now: Record, where: str) -> None:
    for name, setting in settings.items():
        if not _alike(setting, now[name]):
            raise DamagedFileError(f"{where}.{name} cannot be {shown(setting)}")


def _alike(a: Any, b: Any) -> bool:
    """Whether two settings are of one kind: a number, yes or no, or as many numbers."""
    if type(a) is list and type(b) is list:
        return len(a) == len(b) and all(type(x) in (int, float) for x in (*a, *b))
    return (type(a) is type(b) and type(a) in (bool, str, type(None))) or {type(a), type(b)} <= {int, float}


def names_of(parameters: Mapping[str, Value]) -> dict[int, str]:
    """For each parameter, by its id, the name."""
    return {id(parameter): name for name, parameter in parameters.items()}
