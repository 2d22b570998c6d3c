"""The lessons of what goes wrong: for each bug a graph about as small as shows it, and what to look for.

Of wrong local rules there are five, for each op has its own.

>>> print(lessons["assign"])
assign: a = 3; y = a * a
∂y/∂a is 3 and should be 6: a is used twice, and the second share overwrites the first.
>>> lessons["unsorted"].trace().first_wrong["should"]
16.0
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...engine import BUGS, Trace, Value, trace
from .player import Player, step

__all__ = ["BugLesson", "lessons"]


@dataclass(frozen=True)
class BugLesson:
    """A graph on which a bug shows.

    Attributes:
        bug: the name of the bug, as `trace` and `step` take it.
        graph: the graph, as one writes it down.
        look: what to look for.
        node: the label of the node whose gradient is the first to be wrong.
        build: makes the graph and gives its root.
        rule: of a wrong local rule, whose it is; empty for the others.
    """

    bug: str
    graph: str
    look: str
    node: str
    build: Callable[[], Value]
    rule: str = ""

    @property
    def name(self) -> str:
        """What the lesson is found under: its bug, or whose rule is wrong."""
        return self.rule or self.bug

    @property
    def title(self) -> str:
        """What stands above it."""
        return f"{BUGS[self.bug].title}, {self.rule}" if self.rule else BUGS[self.bug].title

    def trace(self, *, right: bool = False) -> Trace:
        """The run with the bug; or the right one."""
        return trace(self.build(), bug=None if right else self.bug)

    def step(self, *, compare: bool = False) -> Player:
        """A page that steps through it; on request with the right pass beside it."""
        title = f"What goes wrong: {self.title}"
        chosen = {"compare": self.bug} if compare else {"bug": self.bug}
        return step(self.build(), title=title, **chosen)  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.name}: {self.graph}\n{self.look}"


def _named(node: Value, label: str) -> Value:
    node.label = label
    return node


def _product() -> Value:
    a = Value(3.0, label="a")
    return _named(a * a, "y")


def _weight() -> Value:
    w, x = Value(3.0, label="w"), Value(2.0, label="x")
    return _named(w * x, "y")


def _squares() -> Value:
    a = Value(2.0, label="a")
    b = _named(a**2, "b")
    return _named(b**2, "c")


def _diamond() -> Value:
    x = Value(1.0, label="x")
    a = _named(x * 2, "a")
    e, f = _named(a * 3, "e"), _named(a * 5, "f")
    return _named(e + f, "y")


def _doubles() -> Value:
    a = Value(3.0, label="a")
    b = _named(a + a, "b")
    return _named(b + b, "c")


def _tanh() -> Value:
    return _named(Value(0.5, label="x").tanh(), "y")


def _two_factors() -> Value:
    return _named(Value(3.0, label="a") * Value(2.0, label="b"), "y")


def _difference() -> Value:
    return _named(Value(5.0, label="a") - Value(2.0, label="b"), "y")


def _closed() -> Value:
    return _named(Value(-2.0, label="x").relu(), "y")


def _sigmoid() -> Value:
    return _named(Value(0.0, label="x").sigmoid(), "y")


SQUARES = "a = 2; b = a ** 2; c = b ** 2"


class BugLessons(dict[str, BugLesson]):
    """The lessons of what goes wrong, by name. Printed, each with what to look for."""

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.values()))


lessons = BugLessons({
    lesson.name: lesson
    for lesson in (
        BugLesson(
            "assign", "a = 3; y = a * a",
            "∂y/∂a is 3 and should be 6: a is used twice, and the second share overwrites the first.", "a", _product,
        ),
        BugLesson(
            "uncleared", "w = 3; x = 2; y = w * x",
            "∂y/∂w is 4 and should be 2: it still held the 2 of the pass before.", "w", _weight,
        ),
        BugLesson(
            "twice", SQUARES,
            "∂c/∂b is 16 and should be 8, twice as much; ∂c/∂a is 96 and should be 32, three times as much: "
            "the second pass hands on what the first left in b.", "b", _squares,
        ),
        BugLesson(
            "unsorted", "x = 1; a = x * 2; e = a * 3; f = a * 5; y = e + f",
            "∂y/∂x is 26 and should be 16: a stands in the order once for e and once for f, and passes on 5, then 8, "
            "in place of 8 alone.", "x", _diamond,
        ),
        BugLesson(
            "recursion", "a = 3; b = a + a; c = b + b",
            "∂c/∂a is 6 and should be 4: b passes on before it has all of its gradient, and then all of it again.",
            "a", _doubles,
        ),
        BugLesson(
            "local", "x = 0.5; y = tanh(x)",
            "∂y/∂x is 0.5379 and should be 0.7864: 1 - y in place of 1 - y².", "x", _tanh,
        ),
        BugLesson(
            "upstream", SQUARES,
            "∂c/∂a is 4 and should be 32: the 8 that b received was forgotten. ∂c/∂b, next to the root, is right.",
            "a", _squares,
        ),
        BugLesson(
            "sign", SQUARES,
            "∂c/∂b is -8 and should be 8; ∂c/∂a is 32, and right again: two wrong signs make a right one.",
            "b", _squares,
        ),
        BugLesson(
            "local", "a = 3; b = 2; y = a * b",
            "∂y/∂a is 3 and should be 2, ∂y/∂b is 2 and should be 3: each got its own value in place of its sibling's.",
            "a", _two_factors, "product",
        ),
        BugLesson(
            "local", "a = 5; b = 2; y = a - b",
            "∂y/∂b is 1 and should be -1: the minus was lost, and the difference taken for a sum.",
            "b", _difference, "difference",
        ),
        BugLesson(
            "local", "x = -2; y = relu(x)",
            "∂y/∂x is 1 and should be 0: relu is closed here, whatever x does a little y stays at 0.",
            "x", _closed, "relu",
        ),
        BugLesson(
            "local", "x = 0; y = sigmoid(x)",
            "∂y/∂x is 0.5 and should be 0.25: 1 - s in place of s * (1 - s).", "x", _sigmoid, "sigmoid",
        ),
    )
})  # fmt: skip
