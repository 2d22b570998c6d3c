"""`chalkgrad course`: the notebooks in a folder of one's own, what is there is kept, and how far one is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from chalkgrad.course.chapters import CHAPTERS, exercises
from chalkgrad.course.progress import noted
from chalkgrad.viz.command import cli, course

FIRST = "01_values_and_gradients"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_chapter_is_copied_without_what_it_showed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["course", "--no-browser"]) == 0
    said = capsys.readouterr().out
    assert "The course is in chalkgrad-course" in said and f"{FIRST}.ipynb" in said
    for chapter in CHAPTERS:
        notebook = json.loads((folder / "chalkgrad-course" / f"{chapter}.ipynb").read_text(encoding="utf-8"))
        assert not any(cell.get("outputs") for cell in notebook["cells"])


def test_what_a_learner_wrote_is_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["course", "mine", "--no-browser"])
    (folder / "mine" / f"{FIRST}.ipynb").write_text("mine", encoding="utf-8")
    assert cli.main(["course", "mine", "--no-browser"]) == 0
    assert "0 notebooks copied" in capsys.readouterr().out
    assert (folder / "mine" / f"{FIRST}.ipynb").read_text(encoding="utf-8") == "mine"


def test_it_says_how_far_one_is_here_or_there(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.main(["course", "--no-browser"])
    noted("values.q1", "right", folder / "chalkgrad-course")
    capsys.readouterr()
    for words in (["course", "check"], ["course", "check", "chalkgrad-course"]):
        assert cli.main(words) == 0
        assert f"1 of {len(exercises(FIRST))}   next: q2 (not attempted)" in capsys.readouterr().out.splitlines()[0]
    monkeypatch.chdir(folder / "chalkgrad-course")
    assert cli.main(["course", "check"]) == 0


def test_the_next_chapter_is_the_first_with_something_left(folder: Path) -> None:
    assert course.next_chapter(folder) == FIRST
    for one in exercises(FIRST).values():
        noted(one.name, "right", folder)
    assert course.next_chapter(folder) == list(CHAPTERS)[1]


def test_what_cannot_be_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "taken").write_text("", encoding="utf-8")
    for words, said in (
        (["course", "taken", "--no-browser"], "'taken' is a file"),
        (["course", "check"], "there is no 01_values_and_gradients.ipynb in"),
        (["course", "a", "b"], "one folder is wanted, got 2: a b"),
    ):
        assert cli.main(words) == 2
        assert said in capsys.readouterr().err


def test_without_jupyterlab_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(course, "find_spec", lambda name: None)
    assert cli.main(["course"]) == 2
    assert 'pip install "chalkgrad[notebook]"' in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the browser's stand-in is a shell script")
def test_jupyterlab_opens_with_the_first_notebook(folder: Path) -> None:
    """In place of a browser a script notes what it was to open: a page that leads to the notebook."""
    script = folder / "browser"
    script.write_text('#!/bin/sh\necho "$1" > opened\n', encoding="utf-8")
    script.chmod(0o755)
    environment = {**os.environ, "BROWSER": f"{script} %s"}
    lab = subprocess.Popen(
        [sys.executable, "-m", "chalkgrad", "course"], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        opened = folder / "chalkgrad-course" / "opened"
        deadline = time.monotonic() + 60
        while not opened.exists() or not opened.read_text(encoding="utf-8").strip():
            assert time.monotonic() < deadline and lab.poll() is None
            time.sleep(0.2)
        with urlopen(opened.read_text(encoding="utf-8").strip()) as page:
            assert f"{FIRST}.ipynb" in page.read().decode()
    finally:
        os.killpg(lab.pid, 15)
        lab.wait(timeout=20)
