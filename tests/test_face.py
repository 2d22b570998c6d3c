"""`import chalkgrad` as people type it, and from where they type it."""

from __future__ import annotations

import os
import pydoc
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from support.tree import FACE, FOLDERS

import chalkgrad
import chalkgrad.engine
import chalkgrad.nn
import chalkgrad.viz


def test_names_are_those_of_the_rooms() -> None:
    from chalkgrad import MLP, Value, compile, draw, explain, fit, relu, step, trace

    assert (Value, trace, compile, relu) == (
        chalkgrad.engine.Value, chalkgrad.engine.trace, chalkgrad.engine.compile, chalkgrad.engine.relu,
    )  # fmt: skip
    assert (MLP, fit) == (chalkgrad.nn.MLP, chalkgrad.nn.fit)
    assert (draw, step, explain) == (chalkgrad.viz.draw, chalkgrad.viz.step, chalkgrad.viz.explain)


def test_every_public_name_of_every_room_is_here_once() -> None:
    names = [name for room in (chalkgrad.engine, chalkgrad.nn, chalkgrad.viz) for name in room.__all__]
    assert sorted(chalkgrad.__all__) == sorted(set(names))
    assert set(names) | {"engine", "nn", "viz", "compile", "__version__"} <= set(dir(chalkgrad))
    everything: dict[str, object] = {}
    exec("from chalkgrad import *", everything)
    assert set(names) <= set(everything)


def test_version() -> None:
    assert chalkgrad.__version__ == version("chalkgrad")


def test_a_slip_of_the_pen_is_an_error_that_knows_the_word() -> None:
    with pytest.raises(AttributeError, match="module 'chalkgrad' has no attribute 'Vlaue'") as caught:
        chalkgrad.Vlaue  # noqa: B018
    assert caught.value.obj is chalkgrad and caught.value.name == "Vlaue"  # Python looks for the nearest name there
    with pytest.raises(AttributeError):
        chalkgrad.ops  # noqa: B018  # a module of engine's, no name of ours


def test_help_begins_with_a_lesson() -> None:
    lines = pydoc.plain(pydoc.render_doc(chalkgrad)).splitlines()[:40]
    for name in (
        "Value",
        "draw(y)",
        "step(y)",
        "trace(y)",
        "explain(y, w)",
        "fit(model",
        "compile(y",
        "draw_network(model",
        "plot_confusion",
    ):
        assert any(name in line for line in lines), name


def test_python_dash_m() -> None:
    run = subprocess.run([sys.executable, "-m", "chalkgrad", "--version"], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, f"chalkgrad {version('chalkgrad')}\n")
    run = subprocess.run([sys.executable, "-m", "chalkgrad", "drwa"], capture_output=True, text=True)
    assert run.returncode == 2 and "usage: chalkgrad" in run.stderr


def test_a_clone_in_the_working_directory_does_not_shadow_what_is_installed(tmp_path: Path) -> None:
    """Above a clone, `chalkgrad` is also the clone's folder; an installed package, being a regular one, comes first."""
    site, above = tmp_path / "site", tmp_path / "above"
    (site / "chalkgrad").mkdir(parents=True)
    for part in [*FOLDERS, *FACE.glob("*.py")]:
        if part.resolve() != FACE.resolve():
            (site / "chalkgrad" / part.name).symlink_to(part.resolve())
    clone = above / "chalkgrad" / "engine"
    clone.mkdir(parents=True)
    (clone / "__init__.py").write_text("raise SystemExit('the clone was imported')")
    code = "import chalkgrad.engine; print(chalkgrad.__file__, chalkgrad.Value(2.0).data)"
    settings = {**os.environ, "PYTHONPATH": str(site)}
    run = subprocess.run([sys.executable, "-c", code], cwd=above, env=settings, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert re.fullmatch(rf"{re.escape(str(site))}.*__init__\.py 2\.0\n", run.stdout)
