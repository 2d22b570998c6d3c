"""Where a node was made: the line of the user's own file or notebook cell.

Recording is a mode, off unless asked for: to find the line is far dearer than to make the node.
"""

from __future__ import annotations

import linecache
import sys
from typing import NamedTuple

from .modes import Mode, setting

_PACKAGE = __name__.split(".", 1)[0] + "."


class Source(NamedTuple):
    """A line of the user's code."""

    file: str
    line: int
    text: str


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
