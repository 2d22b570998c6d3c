"""The source as it is installed: its modules by name, and the folders that they lie in."""

from __future__ import annotations

import importlib
from pathlib import Path

import chalkgrad

from .typecheck import ROOMS

FACE = Path(chalkgrad.__file__).parent
FOLDERS = [Path(importlib.import_module(f"chalkgrad.{room}").__path__[0]) for room in ROOMS]


def _name(room: str, folder: Path, path: Path) -> str:
    parts = (room, *path.relative_to(folder).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


# Without `chalkgrad.`: `engine.ops`; a package goes by its own name, chalkgrad itself by "".
MODULES: dict[str, Path] = {
    **{
        _name(room, folder, path): path
        for room, folder in zip(ROOMS, FOLDERS, strict=True)
        for path in sorted(folder.rglob("*.py"))
        if path.parent != FACE
    },
    "": FACE / "__init__.py",
    "__main__": FACE / "__main__.py",
}
