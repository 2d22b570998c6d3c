"""The course in a folder of one's own: its notebooks are copied there without their outputs, and opened.

What lies there already is left alone, so that the command also resumes: it opens the first notebook that has an
exercise left. An output would answer the questions that a notebook asks before it shows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from ...engine import ArgumentError
from ...engine.errors import MissingDependencyError
from ...nn.files import write

FOLDER = Path("chalkgrad-course")


def begin(folder: Path, *, browser: bool) -> None:
    """Put the course into a folder, print where it is, and open it in JupyterLab.

    Raises:
        ArgumentError: the folder's place is taken by a file.
        MissingDependencyError: JupyterLab is not installed; the course is in the folder all the same.
        OSError: a notebook cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise ArgumentError(f"course: {str(folder)!r} is a file, and a folder is wanted")
    folder.mkdir(parents=True, exist_ok=True)
    notebooks = _notebooks()
    fresh = [name for name, content in notebooks.items() if _put(folder / name, content)]
    kept = len(notebooks) - len(fresh)
    print(f"The course is in {folder}: {len(fresh)} notebooks copied{f', {kept} left as they are' if kept else ''}.")
    chapter = next_chapter(folder)
    if not browser:
        print(f"Begin with {folder / chapter}.ipynb, in JupyterLab or any other place for notebooks.")
        return
    if find_spec("jupyterlab") is None:
        raise MissingDependencyError('course: to open it, JupyterLab is needed: pip install "chalkgrad[notebook]"')
    print("JupyterLab opens in your browser; Ctrl-C here ends it.", flush=True)
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # in a container, say
    subprocess.run([sys.executable, "-m", "jupyterlab", *as_root, f"{chapter}.ipynb"], cwd=folder, check=False)


def check(folder: Path | None) -> None:
    """Print how far one is: in this folder, if the course is here, or in that of the course.

    Raises:
        ArgumentError: the course is not there, or its progress file is damaged.
    """
    from ...course.chapters import CHAPTERS, overview  # when it is asked for: no other command needs the course

    places = [folder] if folder else [Path(), FOLDER]
    first = f"{next(iter(CHAPTERS))}.ipynb"
    place = next((place for place in places if (place / first).is_file()), None)
    if place is None:
        looked = " and ".join(str(place.resolve()) for place in places)
        raise ArgumentError(f"course check: there is no {first} in {looked}; `chalkgrad course` puts it there")
    print(overview(place))


def next_chapter(folder: Path) -> str:
    """The first notebook with an exercise that is not right; the first of all when nothing is left."""
    from ...course.chapters import CHAPTERS, exercises
    from ...course.progress import RIGHT, states

    kept = states(folder)
    left = (name for name in CHAPTERS if any(kept.get(one.name) != RIGHT for one in exercises(name).values()))
    return next(left, next(iter(CHAPTERS)))


def _notebooks() -> dict[str, bytes]:
    """The notebooks by the names of their files, as a learner begins with them: without outputs."""
    found = {}
    for path in sorted(files("chalkgrad.course").iterdir(), key=lambda path: path.name):
        if path.name.endswith(".ipynb"):
            notebook = json.loads(path.read_text(encoding="utf-8"))
            for cell in notebook["cells"]:
                if cell["cell_type"] == "code":
                    cell.update(outputs=[], execution_count=None)
            found[path.name] = json.dumps(notebook, indent=1, ensure_ascii=False).encode()
    return found


def _put(path: Path, content: bytes) -> bool:
    """Write a file that is not there yet; whether it was not."""
    if path.exists():
        return False
    write(path, content)
    return True
