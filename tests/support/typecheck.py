"""What a type checker says about code that uses chalkgrad, as a user's mypy in strict mode would."""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from unittest import mock

PACKAGES = ("engine", "nn", "viz")


@cache
def _search_path() -> Path:
    """A folder in which mypy finds chalkgrad, however it was installed: an editable install it does not see."""
    folder = Path(tempfile.mkdtemp(prefix="chalkgrad-types-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    root = folder / "chalkgrad"
    root.mkdir()
    for name in PACKAGES:
        package = importlib.import_module(f"chalkgrad.{name}")
        (root / name).symlink_to(Path(package.__path__[0]).resolve(), target_is_directory=True)
    for parent in importlib.import_module("chalkgrad").__path__:
        face = Path(parent) / "__init__.py"
        if face.exists():
            (root / "__init__.py").symlink_to(face.resolve())
            break
    return folder


def typecheck(code: str) -> list[str]:
    """What mypy says, a line each: `5: error: ...`; the types that `reveal_type` shows are among the lines."""
    from mypy import api

    folder = _search_path()
    settings = ["--strict", "--config-file=", f"--cache-dir={folder / 'cache'}", "--follow-imports=silent"]
    with mock.patch.dict(os.environ, {"MYPYPATH": str(folder)}):
        report, complaint, _ = api.run([*settings, "--no-error-summary", "-c", code])
    if complaint:
        raise RuntimeError(f"mypy did not run: {complaint}")
    return [line.removeprefix("<string>:") for line in report.splitlines()]
