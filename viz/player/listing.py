"""The code beside the picture: the lines of the learner's own that made the nodes, and what the teacher says to a step.

Both are told by place: a node by the listing and the line that it came from, a note by the events or the node that
it belongs to.
"""

from __future__ import annotations

import linecache
from collections.abc import Mapping, Sequence
from textwrap import dedent
from typing import Any

from ...engine import ArgumentError, ArgumentTypeError, Value
from ...engine.notes import Source
from ...engine.tracing import Trace
from ..labels import visible

LONGEST = 200  # lines of one listing: more is not read beside a picture


def listings_of(sources: Sequence[Source | None]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """For each file, from the first line that made a node to the last, as `{"first": number, "lines": [...]}`.

    Args:
        sources: of the nodes; None where no line was noted.

    Returns:
        The listings, and for each file the number of its own.
    """
    spans: dict[str, tuple[int, int]] = {}
    for source in sources:
        if source and source.text:
            low, high = spans.get(source.file, (source.line, source.line))
            spans[source.file] = min(low, source.line), max(high, source.line)
    listings: list[dict[str, Any]] = []
    numbers: dict[str, int] = {}
    for file, (low, high) in spans.items():
        numbers[file] = len(listings)
        lines = linecache.getlines(file)[low - 1 : min(high, low + LONGEST - 1)]
        listings.append(
            {"first": low, "lines": [visible(line) for line in dedent("".join(lines).expandtabs(4)).splitlines()]}
        )
    return listings, numbers


def _lines(text: str) -> str:
    return "\n".join(map(visible, text.splitlines()))


def notes_of(notes: Any, run: Trace) -> list[dict[str, Any]]:
    """A speaker's notes as the page wants them: each with the place of an event in the run, or with a node.

    Args:
        notes: texts, each under the number of a step as `print(trace)` counts them, under a node, or under its name.
        run: the run that they are about.

    Raises:
        ArgumentTypeError: no mapping, or a text that is none.
        ArgumentError: a step or a node that there is not.
    """
    if notes is None:
        return []
    if not isinstance(notes, Mapping):
        raise ArgumentTypeError(f"notes must be a dict of texts, by step or by node, got {type(notes).__name__}")
    names = {row["name"]: i for i, row in enumerate(run.nodes)}
    places = {id(node): i for i, node in enumerate(run.values)}
    rows: list[dict[str, Any]] = []
    for key, text in notes.items():
        if not isinstance(text, str):
            raise ArgumentTypeError(f"notes[{key!r}] must be a text, got {type(text).__name__}")
        if isinstance(key, int) and not isinstance(key, bool):
            if not 1 <= key <= len(run.events):
                raise ArgumentError(f"notes has a step {key}, and the run has steps 1 to {len(run.events)}")
            rows.append({"event": key - 1, "text": _lines(text)})
            continue
        node = places.get(id(key)) if isinstance(key, Value) else names.get(key)
        if node is None:
            raise ArgumentError(f"notes has a node {key!r}, which is not in the graph; its nodes: {', '.join(names)}")
        rows.append({"node": node, "text": _lines(text)})
    return rows
