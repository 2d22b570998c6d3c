"""The `chalkgrad` command, as a user meets it: what it prints, what it writes, how it ends."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from chalkgrad.engine import Value
from chalkgrad.viz.command import cli
from chalkgrad.viz.command.formula import FUNCTIONS

NEURON = ["tanh(x1*w1 + x2*w2 + b)", "x1=2", "x2=0", "w1=-3", "w2=1", "b=6.8813735870195432"]
TABLE = """\
tanh(x1*w1 + x2*w2 + b) = 0.7071

name    value  gradient
x1     2.0000   -1.5000
w1    -3.0000    1.0000
x2     0.0000    0.5000
w2     1.0000    0.0000
b      6.8814    0.5000
"""


def command(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, its output piped."""
    return subprocess.run(
        [sys.executable, "-m", "chalkgrad.viz.command.cli", *arguments],
        cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# draw


def test_draw_from_end_to_end(tmp_path: Path) -> None:
    done = command("draw", *NEURON, "-o", "neuron.svg", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{TABLE}\nThe graph is in neuron.svg\n"
    picture = ElementTree.parse(tmp_path / "neuron.svg").getroot()
    assert picture.tag.endswith("svg")
    assert "tanh" in "".join(picture.itertext())


@pytest.mark.parametrize("name", ["a.svg", "a.png", "a.pdf", "a.dot"])
def test_the_end_of_the_name_says_what_is_written(name: str, folder: Path) -> None:
    assert cli.main(["draw", "x*x", "x=3", "-o", name]) == 0
    start = (folder / name).read_bytes()[:300]
    assert {"a.svg": b"<svg", "a.png": b"\x89PNG", "a.pdf": b"%PDF", "a.dot": b"digraph"}[name] in start


def test_the_picture_has_a_name_if_none_is_given(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["draw", "x*x", "x=3"]) == 0
    assert (folder / "graph.svg").exists()
    assert "The graph is in graph.svg" in capsys.readouterr().out


def test_the_options_reach_the_picture(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    formula = ["draw", "x/3", "x=1", "-o", "a.dot"]
    assert cli.main([*formula, "--precision", "2", "--rankdir", "TB"]) == 0
    light = (folder / "a.dot").read_text(encoding="utf-8")
    assert "x      1.00      0.33\n" in capsys.readouterr().out
    assert "rankdir=TB" in light
    assert "0.33" in light
    assert "0.333" not in light
    assert cli.main([*formula, "--precision", "2", "--rankdir", "TB", "--theme", "dark"]) == 0
    assert (folder / "a.dot").read_text(encoding="utf-8") != light


@pytest.mark.parametrize(
    "arguments",
    [
        ["x*y", "x=2", "y=-3", "-o", "a.dot"],
        ["-o", "a.dot", "x*y", "x=2", "y=-3"],
        ["x*y", "-o", "a.dot", "x=2", "y=-3"],
        ["x*y", "x=2", "-o", "a.dot", "y=-3"],
        ["--", "x*y", "x=2", "y=-3"],
        ["-oa.dot", "--", "x*y", "x=2", "y=-3"],
        ["x*y", "--theme=dark", "x=2", "--precision", "4", "y=-3", "-o=a.dot"],
    ],
)
def test_the_order_of_the_arguments_is_free(
    arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["draw", *arguments]) == 0
    assert capsys.readouterr().out.startswith("x*y = -6.0000\n\nname    value  gradient\nx      2.0000   -3.0000\n")


@pytest.mark.parametrize("formula", ["-x**2", "-.5*x", "-(x)", "-x", "-2*x", "-sin(x)", "-h*0 - x"])
def test_a_formula_may_begin_with_a_minus(formula: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = ["x=3", "h=1"] if "h*" in formula else ["x=3"]
    assert cli.main(["draw", formula, *values, "-o", "a.dot"]) == 0
    assert capsys.readouterr().out.startswith(f"{formula} = -")


def test_the_value_of_an_option_may_begin_with_a_minus(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["draw", "-x", "x=3", "-o", "-a.dot"]) == 0
    assert capsys.readouterr().out.endswith("The graph is in -a.dot\n")
    assert [file.name for file in folder.iterdir()] == ["-a.dot"]


def test_every_option_that_takes_a_value_is_known_as_one() -> None:
    (commands,) = [action.choices for action in cli._parser()._actions if isinstance(action.choices, dict)]
    actions = [action for command in commands.values() for action in command._actions]
    assert {name for action in actions if action.nargs != 0 for name in action.option_strings} == cli.WITH_VALUE


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no /dev/full")
def test_an_output_that_cannot_be_written_is_said_to_be_the_output(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "chalkgrad.viz.command.cli", "draw", "x", "x=1"],
            cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert done.stderr.startswith("chalkgrad: cannot write to the standard output: No space left on device\n")
    assert done.returncode != 0


@pytest.mark.skipif(sys.platform == "win32", reason="closes a stream as a shell of Unix does")
@pytest.mark.parametrize("arguments", ["draw x x=1 -o a.dot", "step x x=1 -o a.html", "--version", "draw --help"])
def test_with_the_output_closed_the_work_is_done_and_nothing_complains(tmp_path: Path, arguments: str) -> None:
    command = f'exec "{sys.executable}" -m chalkgrad.viz.command.cli {arguments} >&-'
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert "Traceback" not in done.stderr
    assert done.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == [word for word in arguments.split() if word.startswith("a.")]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no /proc")
def test_a_place_where_nothing_can_be_written_is_named_as_it_was_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["draw", "x", "x=1", "-o", "/proc/a.svg"]) == 2
    assert capsys.readouterr().err == "chalkgrad: cannot write /proc/a.svg: No such file or directory\n"


def test_a_nan_comes_with_its_reason_and_its_picture(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["draw", "log(x)", "x=-1"]) == 0
    captured = capsys.readouterr()
    assert captured.out == (
        "log(x) = nan\n\nname    value  gradient\nx     -1.0000       nan\n\n"
        "The result and the gradient of x are nan because log(x) = log(-1) is nan: "
        "it has no value among the real numbers.\n\nThe graph is in graph.svg\n"
    )
    assert captured.err == ""
    assert (folder / "graph.svg").exists()


def test_a_gradient_of_inf_comes_with_its_reason(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["draw", "sqrt(x)", "x=0", "-o", "a.dot"]) == 0
    reason = "\n\nThe gradient of x is inf because the derivative of sqrt(x) by x at sqrt(0) is inf.\n\n"
    assert reason in capsys.readouterr().out


def test_numbers_can_be_pasted_and_columns_are_aligned(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["draw", "1/x - log(日本)", "x=-1e-9", "日本=0", "-o", "a.dot"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[:5] == [
        "1/x - log(日本) = inf",
        "",
        "name        value     gradient",
        "x     -1.0000e-09  -1.0000e+18",
        "日本       0.0000         -inf",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tahn(x)", "x=1"], "chalkgrad: there is no function tahn; did you mean tan or tanh?\n  tahn(x)\n  ^^^^\n"),
        (["x*y", "x=1"], "chalkgrad: y has no value: add y=… after the formula\n  x*y\n    ^\n"),
        (["x", "x=1", "y=2"], "chalkgrad: the formula has no y; the names in it are: x\n  y=2\n  ^\n"),
        (["x", "x=one"], "must be a number, such as 2, -0.5 or 1e-3\n  x=one\n    ^^^\n"),
        (["x=1", "x"], "chalkgrad: a formula has no =; the values follow it, each as name=value\n  x=1\n   ^\n"),
        ([""], "chalkgrad: the formula is empty\n"),
        (["__import__('os').system('id')"], "has no place in a formula\n"),
        (["x\x1b[31m", "x=1"], "U+001B has no place in a formula\n  x?[31m\n   ^\n"),
        (["x\udc80", "x=1"], "U+DC80 has no place in a formula\n"),
        (["x", "x=1", "-o", "a.gif"], "a.gif"),
        (["x", "x=1", "-o", "missing/a.svg"], "missing"),
        (["x", "x=1", "-o", "."], "end in one of .svg, .png, .pdf, .dot; got '.'\n"),
        (["x", "x=1", "-o", f"{'a' * 300}.svg"], f"chalkgrad: cannot write {'a' * 300}.svg: "),
        (["x", "-x=1"], "no digit first\n  -x=1\n  ^^\n"),
        (["x", "x=1", "--rankdir", "XX"], "rankdir must be one of"),
        (["x", "x=1", "--theme", "pink"], "theme must be one of"),
        (["x", "x=1", "--precision", "99"], "precision must be"),
    ],
)
def test_bad_input_ends_in_a_sentence(
    arguments: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["draw", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["draw"], "FORMULA"),
        (["draw", "x", "--precison", "3"], "unrecognized arguments: --precison"),
        (["draw", "x", "--prec", "3"], "unrecognized arguments: --prec"),
        (["draw", "x", "--precision", "three"], "invalid int value"),
        (["drow"], "invalid choice: 'drow'"),
        (["demo", "moons"], "unrecognized arguments: moons"),
        (["draw", "-x", "x=1", "--precision"], "argument --precision: expected one argument"),
        (["step", "x", "x=1", "--title", "--text"], "argument --title: expected one argument"),
        (["draw", "-x", "x=1", "--precision", "-p"], "invalid int value: '-p'"),
        (["demo", "--epochs", "-1"], "must be a whole number from 1 to 10000, got '-1'\n"),
        (["demo", "--epochs", "-1e3"], "got '-1e3'\n"),
        (["demo", "--seed", "-1"], "must be a whole number from 0"),
        (["demo", "--epochs", "0"], "must be a whole number from 1"),
        (["demo", "--epochs", "9" * 5000], "--epochs"),
    ],
)
def test_a_wrong_command_line_ends_in_the_usage(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("usage: chalkgrad")
    assert message in error


def test_a_traceback_is_never_shown(tmp_path: Path) -> None:
    done = command("draw", "(" * 10_000 + "x" + ")" * 10_000, "x=1", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert "at most 2000 characters" in done.stderr


def test_a_terminal_that_lacks_a_character_gets_its_number(tmp_path: Path) -> None:
    done = command(
        "draw", "μ*x", "μ=-2", "x=3", "-o", "a.dot", folder=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("\\u03bc*x = -6.0000\n")


def test_a_reader_who_has_read_enough_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "chalkgrad.viz.command.cli", "draw", "--help"],
            cwd=tmp_path, stdout=closed, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(root: Value, **settings: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "draw", interrupted)
    assert cli.main(["draw", "x", "x=1"]) == 130
    assert capsys.readouterr().err == "chalkgrad: interrupted\n"


def test_a_file_that_cannot_be_written_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "taken").write_text("")
    assert cli.main(["demo", "--out", "taken"]) == 2
    assert capsys.readouterr().err == "chalkgrad: cannot write taken: File exists\n"


# help


def test_alone_it_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    shown = capsys.readouterr().out
    assert "every number remembers how it was computed" in shown
    assert "chalkgrad draw --help" in shown


def test_the_examples_of_the_help_can_be_pasted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main([])
    (example,) = [line for line in capsys.readouterr().out.splitlines() if line.strip().startswith('chalkgrad draw "')]
    assert cli.main(shlex.split(example)[1:]) == 0
    assert (folder / "neuron.svg").exists()


def test_the_help_of_draw_lists_every_function_and_shows_what_is_printed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["draw", "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    listed = shown.replace(",", " ").split()
    assert [name for name in FUNCTIONS if name not in listed] == []
    cli.main(["draw", cli.NEURON, *cli.NEURON_VALUES, "-o", "a.dot"])
    table = capsys.readouterr().out.split("\n\nThe graph")[0]
    assert "\n".join(line.strip() for line in table.splitlines()) in "\n".join(map(str.strip, shown.splitlines()))


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    name, number = capsys.readouterr().out.split()
    assert name == "chalkgrad"
    assert number[0].isdigit()


# demo


@pytest.mark.slow
def test_demo_from_end_to_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = command("demo", "--epochs", "2", "--out", "shown", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")  # piped, there is no progress bar
    assert done.stdout.count("held-out accuracy") == 2
    kinds = ("graph.svg", "boundary.png", "loss.png", "lesson.html")
    pictures = {f"{task}-{kind}" for task in ("moons", "iris") for kind in kinds}
    pictures |= {"quiz-neuron.html", "bugs-two-panes.html", "bugs-loss.png"}
    assert {file.name for file in (folder / "shown").iterdir()} == pictures | {"index.html"}
    page = (folder / "shown" / "index.html").read_text(encoding="utf-8")
    assert all(f'="{name}"' in page and str(Path("shown", name)) in done.stdout for name in pictures)
    assert all(f'<a href="{name}"><img src="{name}"' in page for name in pictures if name.endswith("png"))
    assert '<a href="iris-lesson.html"><img src="iris-graph.svg"' in page, "a graph leads to its lesson"
    assert page.count("It is of class ") == 2 and "prefers-color-scheme: dark" in page
    graph = ElementTree.parse(folder / "shown" / "iris-graph.svg").getroot()
    assert "loss" in "".join(graph.itertext())
    assert all((folder / "shown" / name).read_bytes()[:4] == b"\x89PNG" for name in pictures if name.endswith("png"))

    monkeypatch.setattr("chalkgrad.viz.command.demo.draw_pictures", lambda *arguments: "")
    assert cli.main(["demo", "--epochs", "2", "--out", "shown"]) == 0
    assert capsys.readouterr().out == done.stdout  # the same seed, the same numbers
    assert cli.main(["demo", "--epochs", "2", "--out", "shown", "--seed", "1"]) == 0
    assert capsys.readouterr().out != done.stdout


@pytest.mark.parametrize("package", ["sklearn", "matplotlib", "tqdm"])
def test_demo_says_what_to_install(
    package: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in [name for name in sys.modules if name.split(".")[0] == package] + [package, f"{package}.datasets"]:
        monkeypatch.setitem(sys.modules, module, None)
    assert cli.main(["demo"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"chalkgrad: chalkgrad demo needs {package}")
    assert 'pip install "chalkgrad[notebook]"' in captured.err
    assert list(folder.iterdir()) == []


def test_ctrl_c_while_the_demo_trains_ends_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(self: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("chalkgrad.nn.optim.Optimizer.step", interrupted)
    assert cli.main(["demo", "--epochs", "1"]) == 130
    assert capsys.readouterr().err.endswith("chalkgrad: interrupted\n")
