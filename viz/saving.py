"""Writing what was made to a file: whole or not at all, under a name that says what it is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ..engine import ArgumentError
from ..nn import files


def save(path: str | os.PathLike[str], kinds: dict[str, Callable[[], bytes]]) -> Path:
    """Write a file, and return its path. What stood there before goes only when the new one is complete.

    Args:
        path: where to write.
        kinds: for each ending that the name may have, what makes the content. Of several endings with one
            maker a message names the first.

    Raises:
        ArgumentError: the name has none of the endings, or its folder is missing.
        OSError: the file cannot be written; the error names `path`.
    """
    target = Path(path)
    make = kinds.get(target.suffix.lower())
    if make is None:
        named = {maker: ending for ending, maker in reversed(kinds.items())}  # .htm is another spelling of .html
        endings = [ending for ending in kinds if ending in named.values()]
        choice = f"one of {', '.join(endings)}" if len(endings) > 1 else endings[0]
        raise ArgumentError(f"save: the name must end in {choice}; got {os.fspath(path)!r}")
    if not target.parent.is_dir():
        raise ArgumentError(f"save: there is no folder {str(target.parent)!r}")
    return files.write(path, make())
