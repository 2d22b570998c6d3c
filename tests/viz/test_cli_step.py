"""`chalkgrad step`: a formula becomes a page to step through."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalkgrad.viz.command.cli import main

NEURON = ["tanh(x1*w1 + x2*w2 + b)", "x1=2", "x2=0", "w1=-3", "w2=1", "b=6.88"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_writes_a_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", *NEURON, "-o", "neuron.html"]) == 0
    assert capsys.readouterr().out == "15 steps, in neuron.html: open it in a browser\n"
    page = (folder / "neuron.html").read_text(encoding="utf-8")
    assert "<title>tanh(x1*w1 + x2*w2 + b)</title>" in page
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "https://" not in page


def test_the_page_has_a_name_and_a_title_if_wanted(folder: Path) -> None:
    assert main(["step", "a*b", "a=1", "b=2", "--title", "One <product>"]) == 0
    assert "<title>One &lt;product&gt;</title>" in (folder / "lesson.html").read_text(encoding="utf-8")


def test_the_steps_as_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", "a*a", "a=3", "--text"]) == 0
    assert "  4  ∂v1/∂a += ∂v1/∂v1 · ∂v1/∂a|right = 1 · 3 = 3, in all 6\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a*b+", "a=1", "b=2"], "the formula ends where a value is wanted"),
        (["a*b", "a=1", "b=2", "-o", "x.png"], "the name must end in .html"),
        (["a*b", "a=1", "b=2", "-o", "missing/x.html"], "there is no folder"),
    ],
)
def test_bad_input_ends_in_a_sentence(
    arguments: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["step", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_the_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["step", "--help"])
    assert exit.value.code == 0
    out = capsys.readouterr().out
    assert "Space plays" in out
    assert "6  ∂v3/∂a += ∂v3/∂v2 · ∂v2/∂a = 1 · -3 = -3, in all -2" in out
