"""What a model has beside its parameters, as JSON may hold it: what is in evaluation, and the generators it draws from.

A `Dropout` draws from a generator. With its state put back it drops, to the last number, what it would have dropped.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from ..engine import ArgumentError, ArgumentTypeError, DamagedFileError
from .module import Module
from .modules import Dropout
from .strict_json import as_float, check_keys, shown

Record = dict[str, Any]
GENERATOR = 3  # the version of the state of a `random.Random`
WORDS = 624  # of 32 bits each, in it


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


def restored_generator(record: Any, generator: random.Random, where: str = "training.generator") -> Callable[[], None]:
    """A function that sets a generator as the record says; all is looked at before, and nothing changed.

    Raises:
        ArgumentTypeError: `generator` is no `random.Random`.
        DamagedFileError: it is no such record, which stands at `where`.
    """
    generator_record(generator)
    check_keys(record, ("version", "words", "gauss"), where)
    version, words, gauss = record["version"], record["words"], record["gauss"]
    if version != GENERATOR or type(version) is not int:
        raise DamagedFileError(f"{where}.version must be {GENERATOR}, got {shown(version)}")
    if type(words) is not list or len(words) != WORDS + 1:
        raise DamagedFileError(f"{where}.words must be {WORDS + 1} numbers")
    for i, word in enumerate(words):
        if type(word) is not int or not 0 <= word < 2**32 or (i == WORDS and word > WORDS):
            raise DamagedFileError(f"{where}.words[{i}] cannot be {shown(word)}")
    if gauss is not None:
        gauss = as_float(gauss, f"{where}.gauss")
    return lambda: generator.setstate((version, tuple(words), gauss))


def modules_record(model: Module, generator: random.Random | None) -> Record:
    """Which modules are in training, and the generators that they hold, as a `Dropout` does.

    Returns:
        `training`, of the whole; `otherwise`, the paths of those inside that differ from it; `generators`, each by
        the path of its attribute: its state, or the path of the one before that is the same, or None if it is
        `generator`, which the training draws from.
    """
    known: dict[int, str | None] = {} if generator is None else {id(generator): None}
    generators: Record = {}
    for place, held in _generators(model):
        generators[place] = known[id(held)] if id(held) in known else generator_record(held)
        known.setdefault(id(held), place)
    otherwise = [path for path, part in model.named_modules() if part.training != model.training]
    return {"training": bool(model.training), "otherwise": otherwise, "generators": generators}


@contextmanager
def nothing_drawn(model: Any) -> Iterator[None]:
    """Call a model meanwhile: what it draws from, its own generators and Python's, then stands where it stood."""
    held = [generator for _, generator in _generators(model)] if isinstance(model, Module) else []
    states = [generator.getstate() for generator in held]
    pythons = random.getstate()
    try:
        yield
    finally:
        random.setstate(pythons)
        for generator, state in zip(held, states, strict=True):
            generator.setstate(state)


def _generators(model: Module) -> Iterator[tuple[str, random.Random]]:
    """The generators that modules hold as attributes, each with its path; not the system's, which has no state."""
    for path, part in model.named_modules():
        for name, thing in vars(part).items():
            if isinstance(thing, random.Random) and not isinstance(thing, random.SystemRandom):
                yield (f"{path}.{name}" if path else name), thing


def restored_modules(record: Any, model: Module, generator: random.Random | None, ours: Any) -> Callable[[], None]:
    """A function that sets modes and generators as the record says; all is looked at before, and nothing changed.

    Args:
        record: what `modules_record` gave.
        model: whose modules are meant.
        generator: the one that training draws from, if it is set back, too.
        ours: its record, None if there is none.

    Raises:
        ArgumentError: the model has no such module or generator.
        DamagedFileError: it is no such record.
    """
    where = "training.modules"
    check_keys(record, ("training", "otherwise", "generators"), where)
    training, otherwise, generators = record["training"], record["otherwise"], record["generators"]
    if type(training) is not bool or type(otherwise) is not list or type(generators) is not dict:
        raise DamagedFileError(f"{where} must have true or false, a list of paths, and an object of generators")
    parts = dict(model.named_modules())
    for path in otherwise:
        if type(path) is not str or path not in parts:
            raise ArgumentError(f"the file says of {shown(path)} whether it is trained: the model has no such module")
    commit: list[Callable[[], None]] = [
        partial(setattr, part, "training", training != (path in otherwise)) for path, part in parts.items()
    ]
    found: dict[str, random.Random] = {}
    shared = generator
    for place, state in generators.items():
        path, _, name = place.rpartition(".")
        holder = parts.get(path)
        now = None if holder is None else vars(holder).get(name)
        if not (isinstance(now, random.Random) or (type(holder) is Dropout and name == "generator")):
            raise ArgumentError(f"the file has the state of the generator {shown(place)}, which the model has not")
        if type(state) is str and state in found:
            drawn = found[state]
        elif state is None and shared is not None:
            drawn = shared
        else:
            is_free = now is not None and not any(now is other for other in (*found.values(), generator))
            drawn = now if is_free and now is not None else random.Random(0)
            if state is None:
                shared = drawn
            commit.append(restored_generator(ours if state is None else state, drawn, f"{where}.generators[{place!r}]"))
        found[place] = drawn
        commit.append(partial(setattr, holder, name, drawn))

    def set_back() -> None:
        for step in commit:
            step()

    return set_back
