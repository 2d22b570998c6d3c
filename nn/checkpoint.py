"""A model in a file, and where its training stands: JSON that can be read, exact to the bit, checked when it is loaded.

The file is one object. `format` and `version` say what it is; `sha256` is the checksum of all the rest, written without
spaces; `model` has the class and its constructor's arguments; `parameters` has a number for each name (floats that JSON
does not know are strings: "inf", "-inf", "nan"); `training` is null, or has epoch, optimizer, generator, schedules
and modules, each null where there is nothing to be said; in older files the last two are missing.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..engine import ArgumentError, ArgumentTypeError, DamagedFileError
from . import files
from .arguments import as_count
from .blueprints import described, rebuilt
from .module import Module
from .module_state import generator_record, modules_record, restored_generator, restored_modules
from .optimizer import Optimizer
from .schedules import Schedule
from .strict_json import as_float, as_json, check_keys, parsed, shown
from .training_state import names_of, optimizer_record, restored_optimizer, restored_schedules, schedules_record

__all__ = ["load", "load_into", "save"]

FORMAT, VERSION = "chalkgrad model", 1
KEYS = ("format", "version", "sha256", "model", "parameters", "training")
STATES = ("epoch", "optimizer", "generator", "schedules", "modules")
AS_MADE = {"training": True, "otherwise": [], "generators": {}}  # modules of which nothing need be said


def save(
    model: Module,
    path: str | os.PathLike[str],
    *,
    optimizer: Optimizer | None = None,
    epoch: int | None = None,
    generator: random.Random | None = None,
    schedule: Schedule | Sequence[Schedule] | None = None,
) -> Path:
    """Write a model to a file, whole or not at all, and return its path.

    The file is on the disk when this returns; what stood there before stays until then. With an optimizer, a
    generator and a schedule, the ones that `fit` was given, training can go on from the file to the bit as if it had
    not stopped, if `compile` says True or False: under "auto" a short run may be eager where a long one is compiled.
    What the model draws from, as a `Dropout` with a seed does, is saved too, and what of it is in evaluation; numbers
    that a module of your own keeps beside its parameters are not, nor is Python's own generator.

    Args:
        model: any module; `load` builds one of the library's again, `load_into` fills any other.
        path: where to write; the usual name ends in .json.
        optimizer: what trains it: its settings and all that it remembers are saved too.
        epoch: how many epochs have been completed, if that is to be remembered.
        generator: the `random.Random` that the order of the samples is drawn from.
        schedule: that of the optimizer, or several.

    Raises:
        ArgumentTypeError: an argument of a wrong type.
        ArgumentError: the optimizer trains other parameters, the schedule is of another one, or the folder is missing.
        OSError: the file cannot be written; what stood there is still there.
    """
    parameters = _parameters(model)
    _check_optimizer(optimizer)
    training: dict[str, Any] | None = {
        "epoch": None if epoch is None else as_count(epoch, "epoch", least=0),
        "optimizer": None if optimizer is None else optimizer_record(optimizer, names_of(parameters)),
        "generator": None if generator is None else generator_record(generator),
        "schedules": None if schedule is None else schedules_record(schedule, optimizer),
        "modules": modules_record(model, generator),
    }
    if training == {**dict.fromkeys(STATES), "modules": AS_MADE}:
        training = None
    content = {
        "format": FORMAT,
        "version": VERSION,
        "model": described(model),
        "parameters": {name: as_json(parameter.data) for name, parameter in parameters.items()},
        "training": training,
    }
    whole = {"format": FORMAT, "version": VERSION, "sha256": _checksum(content), **content}
    return files.write(path, f"{_written(whole)}\n".encode("ascii"))


def load(path: str | os.PathLike[str]) -> Module:
    """Build the model that a file holds. It runs no code from the file, and takes nothing that is damaged.

    Raises:
        DamagedFileError: the file is no complete checkpoint; the message says where.
        ArgumentError: it holds a model of a class of your own: make one, and use `load_into`.
        OSError: the file cannot be read.

    >>> import tempfile
    >>> from chalkgrad.nn import MLP
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save(MLP(2, [8, 1], seed=1), f"{folder}/model.json")
    ...     load(path)
    MLP(2, [8, 1], activation=['relu', 'linear'])
    """
    content = _read(path)
    model, parameters = content["model"], content["parameters"]
    if model["arguments"] is None:
        raise ArgumentError(
            f"{_name(path)} holds a model of the class {shown(model['class'])}, which load cannot build: "
            "make one, and use load_into(model, path)"
        )
    with _Named(path):
        built = rebuilt(model, len(parameters))
        missing = [name for name, _ in built.named_parameters() if name not in parameters]
        if missing:
            raise DamagedFileError(f"parameters: there is no {missing[0]!r}")
        training = _training(content)
        if training["modules"] is not None:
            try:
                restored_modules(training["modules"], built, None, training["generator"])()
            except ArgumentError as error:
                raise DamagedFileError(f"training.modules: {error}") from None
    built.load_state_dict(parameters)
    return built


def load_into(
    model: Module,
    path: str | os.PathLike[str],
    *,
    optimizer: Optimizer | None = None,
    generator: random.Random | None = None,
    schedule: Schedule | Sequence[Schedule] | None = None,
) -> int | None:
    """Set a model, an optimizer, a generator and schedules as the file has them: all or, after an error, none.

    Modules are in training or in evaluation as they were, and draw what they would have drawn.

    Args:
        model: one with parameters of the same names.
        path: what `save` wrote.
        optimizer: one of the same class, on the same parameters; its settings come from the file, too.
        generator: any `random.Random`.
        schedule: one of the same class, or several in the same order, of this optimizer.

    Returns:
        The number of epochs that `save` was told; None if it was told none.

    Raises:
        DamagedFileError: the file is no complete checkpoint; the message says where.
        ArgumentError: names differ, or the file has not what is asked for.
        OSError: the file cannot be read.
    """
    parameters = _parameters(model)
    names = names_of(parameters)
    _check_optimizer(optimizer)
    content = _read(path)
    if set(parameters) != set(content["parameters"]):
        model.load_state_dict(content["parameters"])  # which says what differs, before the optimizer does
    training = _training(content)
    for what, given in (("optimizer", optimizer), ("generator", generator), ("schedules", schedule)):
        if given is not None and training[what] is None:
            named = {"optimizer": "an optimizer", "generator": "a generator", "schedules": "a schedule"}[what]
            raise ArgumentError(f"{_name(path)} holds no state of {named}")
    commit: list[Callable[[], None]] = []
    with _Named(path):
        if optimizer is not None:
            commit.append(restored_optimizer(training["optimizer"], optimizer, names))
        if generator is not None:
            commit.append(restored_generator(training["generator"], generator))
        if schedule is not None:
            commit.append(restored_schedules(training["schedules"], schedule, optimizer))
        if training["modules"] is not None:
            commit.append(restored_modules(training["modules"], model, generator, training["generator"]))
    model.load_state_dict(content["parameters"])
    for set_back in commit:
        set_back()
    epoch: int | None = training["epoch"]
    return epoch


def _read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The content of a file, its shape and its checksum looked at, its parameters as floats."""
    if not isinstance(path, (str, os.PathLike)):
        raise ArgumentTypeError(f"path must be a str or a Path, got {type(path).__name__}")
    with _Named(path):
        content = parsed(Path(path).read_bytes(), "JSON")
        _check_shape(content)
        parameters = {name: as_float(x, f"parameters[{name!r}]") for name, x in content["parameters"].items()}
    return {**content, "parameters": parameters}


def _training(content: dict[str, Any]) -> dict[str, Any]:
    """Where the training stands; None for each thing of which nothing is said."""
    return {**dict.fromkeys(STATES), **(content["training"] or {})}


def _check_shape(content: Any) -> None:
    if type(content) is not dict or content.get("format") != FORMAT:
        raise DamagedFileError(f"this is no {FORMAT}: save writes one")
    if type(content.get("version")) is not int or content["version"] != VERSION:
        raise DamagedFileError(
            f"version {shown(content.get('version'))} cannot be read here, only {VERSION}; a newer chalkgrad wrote it"
        )
    if set(content) != set(KEYS):
        raise DamagedFileError(f"the keys must be {', '.join(KEYS)}; got {', '.join(map(shown, content))}")
    rest = {key: value for key, value in content.items() if key != "sha256"}
    if content["sha256"] != _checksum(rest):
        raise DamagedFileError("the checksum does not fit: something was changed since it was written")
    model, training = content["model"], content["training"]
    if type(model) is not dict or set(model) != {"class", "arguments"} or type(model["class"]) is not str:
        raise DamagedFileError("model must have a class and its arguments")
    if type(model["arguments"]) not in (dict, type(None)):
        raise DamagedFileError(f"model.arguments must be an object or null, got {shown(model['arguments'])}")
    if type(content["parameters"]) is not dict:
        raise DamagedFileError(f"parameters must be an object, got {shown(content['parameters'])}")
    if training is not None:
        check_keys(training, STATES[:3], "training", optional=STATES[3:])
        if training["epoch"] is not None and (type(training["epoch"]) is not int or training["epoch"] < 0):
            raise DamagedFileError(f"training.epoch must be a whole number, got {shown(training['epoch'])}")


def _checksum(content: dict[str, Any]) -> str:
    """SHA-256 of the content as compact JSON: line breaks and indents may be changed, nothing else."""
    try:
        compact = json.dumps(content, separators=(",", ":"))
    except RecursionError:
        raise DamagedFileError("brackets are nested too deep") from None
    return hashlib.sha256(compact.encode("ascii")).hexdigest()


def _written(x: Any, indent: str = "") -> str:
    """JSON with a line for each key; a list stays on one line."""
    if not isinstance(x, dict) or not x:
        return json.dumps(x)
    inside = f"{indent} "
    lines = [f"{inside}{json.dumps(key)}: {_written(value, inside)}" for key, value in x.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def _parameters(model: Any) -> dict[str, Any]:
    if not isinstance(model, Module):
        raise ArgumentTypeError(f"model must be a Module, got {type(model).__name__}")
    return dict(model.named_parameters())


def _check_optimizer(optimizer: Any) -> None:
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        raise ArgumentTypeError(f"optimizer must be an Optimizer, got {type(optimizer).__name__}")


def _name(path: str | os.PathLike[str]) -> str:
    return ascii(os.fspath(path))


class _Named:
    """Puts the file's name before what is said of its content."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, DamagedFileError):
            raise DamagedFileError(f"{_name(self.path)}: {error}") from None
