"""Where a training stands, as JSON may hold it: what the optimizer remembers and how it is set, and the generator.

With both put back, training goes on to the bit as if it had never stopped.
"""

from __future__ import annotations

import copy
import inspect
import random
from collections.abc import Callable, Mapping
from typing import Any

from ..engine import ArgumentError, ArgumentTypeError, ChalkgradError, DamagedFileError, Value
from .optimizer import Optimizer
from .strict_json import as_float, as_json, shown

Record = dict[str, Any]
GENERATOR = 3  # the version of the state of a `random.Random`
WORDS = 624  # of 32 bits each, in it


def optimizer_record(optimizer: Optimizer, names: Mapping[int, str]) -> Record:
    """An optimizer as it is written down.

    Args:
        optimizer: one whose constructor's arguments can be read back under their names, as all of ours.
        names: id of a parameter to its name in the model.

    Raises:
        ArgumentError: it trains something else than the model's parameters, or remembers what cannot be written.
    """
    states: dict[str, Any] = {}
    kind: Any = _kind(optimizer)
    for i, (p, state) in enumerate(zip(optimizer.params, optimizer._states, strict=True)):
        if id(p) not in names:
            raise ArgumentError(f"optimizer: params[{i}] is no parameter of the model")
        if state is not None and (kind is None or type(state) is not kind):
            raise ArgumentError(
                f"optimizer: {type(optimizer).__name__} remembers a {type(state).__name__}, which save cannot write; "
                "let its _blank() give a NamedTuple of numbers"
            )
        states[names[id(p)]] = None if state is None else {name: _number(x) for name, x in state._asdict().items()}
    return {"class": type(optimizer).__name__, "settings": _settings(optimizer), "states": states}


def restored_optimizer(record: Any, optimizer: Optimizer, names: Mapping[int, str]) -> Callable[[], None]:
    """A function that sets an optimizer as the record says; all is looked at before, and nothing changed.

    Raises:
        ArgumentError: the record is of another kind of optimizer, or of other parameters.
        DamagedFileError: it is no such record.
    """
    _check_keys(record, ("class", "settings", "states"), "training.optimizer")
    if record["class"] != type(optimizer).__name__:
        raise ArgumentError(
            f"the file has the state of the optimizer {shown(record['class'])}, got {type(optimizer).__name__}"
        )
    settings, states = record["settings"], record["states"]
    now = _settings(optimizer)
    _check_keys(settings, tuple(now), "training.optimizer.settings")
    for name, setting in settings.items():
        if not _alike(setting, now[name]):
            raise DamagedFileError(f"training.optimizer.settings.{name} cannot be {shown(setting)}")
    own = [names.get(id(p), "") for p in optimizer.params]
    if type(states) is not dict:
        raise DamagedFileError(f"training.optimizer.states must be an object, got {shown(states)}")
    if set(states) != set(own):
        raise ArgumentError("the optimizer in the file trains other parameters than the one that was given")
    try:
        fresh = type(optimizer)(optimizer.params, **settings)
    except ChalkgradError as error:
        raise DamagedFileError(f"training.optimizer.settings: {error}") from None
    kind = _kind(fresh)
    fresh._states = [_state(states[name], kind, f"training.optimizer.states[{name!r}]") for name in own]
    return lambda: vars(optimizer).update(vars(fresh))


def generator_record(generator: random.Random) -> Record:
    """A generator as it is written down.

    Raises:
        ArgumentTypeError: it is no `random.Random`, or one without a state, as the system's.
    """
    if not isinstance(generator, random.Random) or isinstance(generator, random.SystemRandom):
        raise ArgumentTypeError(f"generator must be a random.Random with a state, got {type(generator).__name__}")
    version, words, gauss = generator.getstate()
    if version != GENERATOR:
        raise ArgumentTypeError(f"generator must have a state of version {GENERATOR}, got {version!r}")
    return {"version": version, "words": list(words), "gauss": gauss}


def restored_generator(record: Any, generator: random.Random) -> Callable[[], None]:
    """A function that sets a generator as the record says; all is looked at before, and nothing changed.

    Raises:
        ArgumentTypeError: `generator` is no `random.Random`.
        DamagedFileError: it is no such record.
    """
    generator_record(generator)
    _check_keys(record, ("version", "words", "gauss"), "training.generator")
    version, words, gauss = record["version"], record["words"], record["gauss"]
    if version != GENERATOR or type(version) is not int:
        raise DamagedFileError(f"training.generator.version must be {GENERATOR}, got {shown(version)}")
    if type(words) is not list or len(words) != WORDS + 1:
        raise DamagedFileError(f"training.generator.words must be {WORDS + 1} numbers")
    for i, word in enumerate(words):
        if type(word) is not int or not 0 <= word < 2**32 or (i == WORDS and word > WORDS):
            raise DamagedFileError(f"training.generator.words[{i}] cannot be {shown(word)}")
    if gauss is not None:
        gauss = as_float(gauss, "training.generator.gauss")
    return lambda: generator.setstate((version, tuple(words), gauss))


def _kind(optimizer: Optimizer) -> type | None:
    """What an optimizer remembers of a parameter; None where that is nothing, or cannot be known."""
    without_states = copy.copy(optimizer)
    without_states._states = []
    try:
        blank = without_states._blank()
    except (NotImplementedError, ChalkgradError):  # one of the user's own, which says nothing of it
        return None
    return None if blank is None else type(blank)


def _state(record: Any, kind: Any, where: str) -> Any:
    if record is None:
        return None
    if kind is None:
        raise DamagedFileError(f"{where}: an optimizer set so remembers nothing")
    _check_keys(record, kind._fields, where)
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
        x = getattr(optimizer, name)
        settings[name] = list(x) if isinstance(x, tuple) else x
        if not _alike(settings[name], settings[name]):
            raise ArgumentError(f"optimizer: {name} is a {type(x).__name__}, which save cannot write")
    return settings


def _alike(a: Any, b: Any) -> bool:
    """Whether two settings are of one kind: a number, yes or no, or as many numbers."""
    if type(a) is list and type(b) is list:
        return len(a) == len(b) and all(type(x) in (int, float) for x in (*a, *b))
    return (type(a) is type(b) and type(a) in (bool, str, type(None))) or {type(a), type(b)} <= {int, float}


def _check_keys(record: Any, keys: tuple[str, ...], where: str) -> None:
    if type(record) is not dict:
        raise DamagedFileError(f"{where} must be an object, got {shown(record)}")
    if set(record) != set(keys):
        raise DamagedFileError(f"{where} must have the keys {', '.join(keys)}; got {', '.join(map(shown, record))}")


def names_of(parameters: Mapping[str, Value]) -> dict[int, str]:
    """For each parameter, by its id, the name."""
    return {id(parameter): name for name, parameter in parameters.items()}
