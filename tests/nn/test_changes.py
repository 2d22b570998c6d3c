"""What a snapshot sees: every place where a program can remember something, and no change where there is none."""

from __future__ import annotations

import itertools
import json
import random
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ClassVar

import pytest

from chalkgrad.engine import Value
from chalkgrad.nn.changes import changed, snapshot

np = pytest.importorskip("numpy")

COUNTER = [0]


class Plain:
    shared: ClassVar[list[int]] = [0]

    def __init__(self, **things: Any) -> None:
        vars(self).update(things)

    def step(self) -> None:
        self.calls = getattr(self, "calls", 0) + 1


class Slotted:
    __slots__ = "only"

    def __init__(self) -> None:
        self.only = 1


class Slots:
    __slots__ = ("first", "second", "unset")

    def __init__(self) -> None:
        self.first, self.second = 1, 2


class Called:
    def __call__(self) -> int:
        return COUNTER[0]


def counting() -> tuple[Callable[[], int], Callable[[], object]]:
    n = 0

    def count() -> int:
        nonlocal n
        n += 1
        return n

    return count, count


def of_a_global() -> int:
    def inner() -> int:
        return COUNTER[0]

    return inner()


def remembering(x: float, seen: list[float] = [], *, named: dict[str, float] = {}) -> None:  # noqa: B006
    seen.append(x)


def numbers() -> Iterator[int]:
    n = 0
    while True:
        yield n
        n += 1


def loop_without_locals() -> Iterator[int]:
    yield 1
    yield 2
    yield 3


def bump() -> None:
    COUNTER[0] += 1


def case(thing: Any, act: Callable[[Any], object]) -> Callable[[], tuple[Any, Callable[[], object]]]:
    """A thing made anew, and what changes it."""

    def make() -> tuple[Any, Callable[[], object]]:
        made = thing()
        return made, lambda: act(made)

    return make


CASES: dict[str, Callable[[], tuple[Any, Callable[[], object]]]] = {
    "an attribute": case(lambda: Plain(x=1), lambda o: setattr(o, "x", 2)),
    "a new attribute": case(Plain, lambda o: setattr(o, "x", 2)),
    "a text": case(lambda: Plain(x="a"), lambda o: setattr(o, "x", "b")),
    "bytes": case(lambda: Plain(x=b"a"), lambda o: setattr(o, "x", b"b")),
    "None": case(lambda: Plain(x=None), lambda o: setattr(o, "x", 0)),
    "True": case(lambda: Plain(x=True), lambda o: setattr(o, "x", False)),
    "a huge number": case(lambda: Plain(x=10**400), lambda o: setattr(o, "x", 10**400 + 1)),
    "the sign of zero": case(lambda: Plain(x=0.0), lambda o: setattr(o, "x", -0.0)),
    "a number in a list": case(lambda: [1, [2, 3]], lambda x: x[1].__setitem__(0, 5)),
    "a number in a tuple's list": case(lambda: ([1],), lambda x: x[0].__setitem__(0, 5)),
    "a value of a dict": case(lambda: {"a": 1}, lambda x: x.__setitem__("a", 2)),
    "a key of a dict": case(lambda: {"a": None}, lambda x: x.__setitem__("b", None)),
    "the length of a list": case(lambda: [object()], lambda x: x.append(object())),
    "a set": case(lambda: {1}, lambda x: x.add(2)),
    "a deque": case(lambda: deque([1]), lambda x: x.append(2)),
    "an item of a deque": case(lambda: deque([1]), lambda x: x.__setitem__(0, 2)),
    "a Value's data": case(lambda: [Value(1.0)], lambda x: setattr(x[0], "data", 2.0)),
    "a random generator": case(lambda: random.Random(1), lambda r: r.random()),
    "Python's own random generator": case(lambda: None, lambda _: random.random()),
    "NumPy's own random generator": case(lambda: None, lambda _: np.random.random()),
    "a random generator of NumPy": case(lambda: np.random.default_rng(1), lambda r: r.random()),
    "an array": case(lambda: np.zeros(3), lambda a: a.__setitem__(1, 1.0)),
    "another array": case(lambda: Plain(a=np.zeros(3)), lambda o: setattr(o, "a", np.ones(3))),
    "a count": case(lambda: itertools.count(3), next),
    "an iterator": case(lambda: iter([1, 2, 3]), next),
    "an iterator of a range": case(lambda: iter(range(9)), next),
    "a repetition": case(lambda: itertools.repeat(1, 9), next),
    "the locals of a generator": case(numbers, next),
    "the place in a generator": case(lambda: loop_without_locals(), next),
    "a closure": counting,
    "a global": case(lambda: of_a_global, lambda _: bump()),
    "a global of a class that is called": case(Called, lambda _: bump()),
    "a default argument": case(lambda: remembering, lambda f: f(1.0)),
    "a default argument by keyword": case(lambda: remembering, lambda f: f.__kwdefaults__["named"].update(a=1.0)),
    "an attribute of a function": case(lambda: partial(bump), lambda p: setattr(p.func, "calls", [1])),
    "the function of a partial": case(lambda: partial(of_a_global), lambda _: bump()),
    "an argument of a partial": case(lambda: partial(print, [1]), lambda p: p.args[0].append(2)),
    "a keyword of a partial": case(lambda: partial(print, end=[1]), lambda p: p.keywords["end"].append(2)),
    "the object of a method": case(lambda: Plain().step, lambda m: m()),
    "a slot": case(Slotted, lambda o: setattr(o, "only", 2)),
    "a slot of several": case(Slots, lambda o: setattr(o, "second", 3)),
    "a slot that was empty": case(Slots, lambda o: setattr(o, "unset", 3)),
    "what a class holds": case(Plain, lambda o: type(o).shared.append(1)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_has_changed_is_seen(name: str) -> None:
    thing, act = CASES[name]()
    before = snapshot(thing=thing)
    assert changed(before, snapshot(thing=thing)) is None
    act()
    path = changed(before, snapshot(thing=thing))
    assert path is not None
    assert changed(snapshot(thing=thing), snapshot(thing=thing)) is None


def test_the_path_says_where() -> None:
    thing = Plain(layers=[{"w": Value(1.0)}, 2])
    before = snapshot(model=thing)
    thing.layers[0]["w"].data = 3.0  # type: ignore[attr-defined]
    assert changed(before, snapshot(model=thing)) == "model.layers[0][0]"
    thing.layers[0]["w"].data = 1.0  # type: ignore[attr-defined]
    thing.layers[1] = 5  # type: ignore[attr-defined]
    assert changed(before, snapshot(model=thing)) == "model.layers[1]"
    del thing.layers  # type: ignore[attr-defined]
    assert changed(before, snapshot(model=thing)) is not None


def test_what_is_left_out_may_change() -> None:
    inner = [1]
    thing = Plain(x=inner, y=2)
    before = snapshot(model=thing, but=[inner])
    inner[0] = 5
    assert changed(before, snapshot(model=thing, but=[inner])) is None
    thing.y = 3  # type: ignore[attr-defined]
    assert changed(before, snapshot(model=thing, but=[inner])) == "model.y"


def test_a_number_is_the_same_as_int_float_or_value() -> None:
    thing = Plain(x=3)
    before = snapshot(thing=thing)
    for same in (3.0, Value(3.0)):
        thing.x = same  # type: ignore[attr-defined]
        assert changed(before, snapshot(thing=thing)) is None


def test_what_belongs_to_a_library_is_not_looked_into() -> None:
    found = snapshot(thing=json.dumps)
    assert set(found) == {"the random module", "numpy.random", "the process"}


def test_a_function_whose_closure_is_not_filled_yet() -> None:
    def outer() -> Any:
        def inner() -> object:
            return (later, earlier)

        earlier = 1
        found = snapshot(thing=inner)
        later = 2
        return found, snapshot(thing=inner)

    first, second = outer()
    assert "earlier" in first and "later" not in first
    assert changed(first, second) == "later"


def test_a_circle_ends() -> None:
    thing: list[Any] = [1]
    thing.append(thing)
    assert changed(snapshot(thing=thing), snapshot(thing=thing)) is None
