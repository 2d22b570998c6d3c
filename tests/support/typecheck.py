"""What a type checker says: about code that uses chalkgrad, and about chalkgrad itself with its tests.

A test asks `typecheck(code)`, which is a user's mypy in strict mode. Run as a program, this file checks the package as
it is installed, then the tests, with the settings of pyproject.toml: `python tests/support/typecheck.py`.
"""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from unittest import mock

ROOMS = ("engine", "nn", "viz", "course")
TESTS = Path(__file__).resolve().parents[1]
REPOSITORY = TESTS.parent


@cache
def _links() -> dict[Path, Path]:
    """The parts of chalkgrad as it is installed: where each shall lie for a type checker, and where it does lie.

    In the repository the package itself is the folder `viz/face`, which is therefore no part of `viz`.
    """
    face = Path(str(importlib.import_module("chalkgrad").__file__)).resolve().parent
    links = {Path(part.name): part for part in face.iterdir() if part.is_file()}
    for room in ROOMS:
        (folder,) = importlib.import_module(f"chalkgrad.{room}").__path__
        links |= {Path(room, part.name): part.resolve() for part in Path(folder).iterdir() if part.resolve() != face}
    return links


@cache
def _search_path() -> Path:
    """A folder in which mypy finds chalkgrad, however it was installed: an editable install it does not see."""
    folder = Path(tempfile.mkdtemp(prefix="chalkgrad-types-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for place, part in _links().items():
        link = folder / "chalkgrad" / place
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(part, target_is_directory=part.is_dir())
    return folder


def typecheck(code: str) -> list[str]:
    """What mypy says, a line each: `5: error: ...`; the types that `reveal_type` shows are among the lines."""
    from mypy import api

    folder = _search_path()
    settings = ["--strict", "--config-file=", f"--cache-dir={folder / 'cache'}", "--follow-imports=silent"]
    before = os.getcwd()
    elsewhere = [place for place in sys.path if place not in ("", before)]
    os.chdir(folder)  # mypy looks where it stands, and on this process's path: above a clone that is the clone
    try:
        with mock.patch.dict(os.environ, {"MYPYPATH": str(folder)}), mock.patch.object(sys, "path", elsewhere):
            report, complaint, _ = api.run([*settings, "--no-error-summary", "-c", code])
    finally:
        os.chdir(before)
    if complaint:
        raise RuntimeError(f"mypy did not run: {complaint}")
    return [line.removeprefix("<string>:") for line in report.splitlines()]


def _mypy(subject: str, *arguments: str, search: list[Path], folder: Path) -> bool:
    """Run mypy in `folder` and print what it says, with the paths of the source; whether it had no complaint.

    Each subject has a cache of its own: under other settings mypy throws a cache away, and a second run is not faster.
    """
    command = [sys.executable, "-m", "mypy", f"--config-file={REPOSITORY / 'pyproject.toml'}", "--show-absolute-path"]
    command += [f"--cache-dir={REPOSITORY / '.mypy_cache' / subject}", *arguments]
    environment = {**os.environ, "MYPYPATH": os.pathsep.join(map(str, search))}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    report = done.stdout
    for place, part in _links().items():
        report = report.replace(str(_search_path() / "chalkgrad" / place), str(part))
    print(report.replace(f"{REPOSITORY}{os.sep}", ""), end="")
    print(done.stderr, end="", file=sys.stderr)
    return done.returncode == 0


def main() -> int:
    """Check the package, then the tests; 1 if mypy complains about either, and the last line says about which."""
    installed = _search_path()
    print("types of the package chalkgrad:", flush=True)
    package = _mypy("package", "--package=chalkgrad", search=[installed], folder=installed)
    # From inside `tests`: its folders `engine`, `nn` and `viz` have the names of the source folders beside it.
    print("types of the tests:", flush=True)
    bases = ["--explicit-package-bases", "--namespace-packages", "--follow-imports=silent"]
    tests = _mypy("tests", *bases, ".", search=[installed, TESTS, TESTS / "bench"], folder=TESTS)
    faulty = [name for name, passed in (("the package chalkgrad", package), ("the tests", tests)) if not passed]
    if faulty:
        print(f"mypy complains about {' and about '.join(faulty)}", file=sys.stderr)
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
