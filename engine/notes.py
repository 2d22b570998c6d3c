"""What is noted of some nodes: a label, the neuron whose output it is, the line of code that made it.

The arithmetic needs none of it; pictures and messages do. Lines are noted only under the mode `record_source`: to find
the line is far dearer than to make the node.
"""

from __future__ import annotations

import linecache
import sys
from functools import lru_cache
from typing import Any, Final, NamedTuple

from .errors import ArgumentTypeError
from .modes import Mode, setting

__all__ = ["Source", "record_source"]

_PACKAGE = __name__.split(".", 1)[0] + "."


class Source(NamedTuple):
    """A line of the user's code."""

    file: str
    line: int
    text: str


class Notes(NamedTuple):
    """What only some nodes carry."""

    label: str = ""
    scope: str = ""
    source: Source | None = None


NOTHING: Final = Notes()


@lru_cache(maxsize=4096)
def _scope_notes(scope: str) -> Notes:
    """The notes of a node with a scope alone: one object for all the outputs of a neuron."""
    return Notes(scope=scope)


class Noted:
    """Something that can carry notes; as long as it carries none its slot stays empty."""

    __slots__ = ("_notes",)

    @property
    def _noted(self) -> Notes:
        """All of them."""
        return getattr(self, "_notes", NOTHING)

    def _note(self, **notes: Any) -> None:
        """Add to them, or replace what they say."""
        self._notes = self._noted._replace(**notes)

    @property
    def label(self) -> str:
        """The name, for pictures and messages; empty unless given."""
        return self._noted.label

    @label.setter
    def label(self, label: str) -> None:
        self._note(label=_text(label, "label"))

    @property
    def scope(self) -> str:
        """The neuron or layer whose output this node is; empty for other nodes."""
        return self._noted.scope

    @scope.setter
    def scope(self, scope: str) -> None:
        if self._noted is NOTHING:
            self._notes = _scope_notes(_text(scope, "scope"))
        else:
            self._note(scope=_text(scope, "scope"))

    @property
    def source(self) -> Source | None:
        """The line of the user's code that made this node: file, number, text; None unless `record_source` was on."""
        return self._noted.source


def _text(x: Any, what: str) -> str:
    if not isinstance(x, str):
        raise ArgumentTypeError(f"{what} must be a str, got {type(x).__name__}")
    return x


class record_source(Mode):
    """Note for every node the line of the user's own file or cell that made it, as `node.source`.

    Off by default: it makes an operator about fifteen times slower, a leaf twelve times.

        with record_source():
            y = Value(3.0) * 2
        y.source.text        # 'y = Value(3.0) * 2'
    """

    _field, _value = "sources", True


def is_recording_source() -> bool:
    """Whether new nodes note their line."""
    return setting("sources", False)


def caller() -> Source:
    """The line outside chalkgrad that is being run."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(_PACKAGE):
        frame = frame.f_back
    file, line = frame.f_code.co_filename, frame.f_lineno
    return Source(file, line, linecache.getline(file, line, frame.f_globals).strip())
