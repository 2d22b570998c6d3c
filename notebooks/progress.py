"""How far a learner is: a small file beside the notebooks, one word for each exercise that was tried.

It lies in the folder in which the notebooks run (`progress.json`), can be read, carried elsewhere and deleted,
and is written whole or not at all. What it does not name was not attempted.
"""

from __future__ import annotations

import json
from pathlib import Path

from ..engine import ArgumentError
from ..nn import files

__all__ = ["FILE", "RIGHT", "SHOWN", "WRONG", "noted", "states"]

FILE = "progress.json"
RIGHT, WRONG, SHOWN = "right", "wrong", "solution shown"


def states(folder: str | Path = ".") -> dict[str, str]:
    """What is known of each exercise: "right", "wrong", or "solution shown".

    Raises:
        ArgumentError: the file is there and is no such list.
    """
    path = Path(folder) / FILE
    if not path.is_file():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ArgumentError(f"{path} is damaged: {error}. Delete it to begin anew.") from error
    if not isinstance(kept, dict) or not all(isinstance(state, str) for state in kept.values()):
        raise ArgumentError(f"{path} does not list exercises. Delete it to begin anew.")
    return kept


def noted(name: str, state: str, folder: str | Path = ".") -> None:
    """Write down how an exercise went; what was right once stays right.

    Raises:
        OSError: the file cannot be written.
    """
    kept = states(folder)
    if kept.get(name) in (RIGHT, state) or (state == WRONG and kept.get(name) == SHOWN):
        return
    text = json.dumps({**kept, name: state}, indent=1, sort_keys=True)
    files.write(Path(folder) / FILE, f"{text}\n".encode())
