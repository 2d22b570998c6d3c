"""The `chalkgrad` command: formulas drawn, and networks trained, from a terminal.

A command is a parser of arguments and a function that runs it. What a user gets wrong
ends in a sentence on stderr and exit code 2, never in a traceback.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ...engine import ArgumentError, ChalkgradError, Value, trace
from ...engine.floats import text
from ..graph.draw import draw
from ..labels import number
from ..player.bug_lessons import lessons
from ..player.collection import save_lessons
from ..player.player import step
from . import course
from .anomaly import anomalies
from .demo import TASKS, run_demo
from .formula import CONSTANTS, FUNCTIONS, Formula, parse, read_values
from .formula_errors import columns

OK, BAD_INPUT, INTERRUPTED = 0, 2, 130  # 130: as shells report Ctrl-C

NEURON = "tanh(x1*w1 + x2*w2 + b)"
NEURON_VALUES = ("x1=2", "x2=0", "w1=-3", "w2=1", "b=6.88")
WITH_VALUE = {"-o", "--output", "--precision", "--rankdir", "--theme", "--title", "--out", "--seed", "--epochs"}
SETTINGS: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
EXAMPLE = f'chalkgrad draw "{NEURON}" {" ".join(NEURON_VALUES)}'
STEP_EXAMPLE = EXAMPLE.replace("draw", "step")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line (that of the process, if none is given), and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A name may hold a character that the terminal's encoding lacks: show its number instead.
        with contextlib.suppress(AttributeError):  # a notebook's stream takes every character
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        try:
            _run(sys.argv[1:] if argv is None else argv)
        finally:
            if sys.stdout is not None:  # None where it was closed before Python began: print then writes nothing
                sys.stdout.flush()
    except BrokenPipeError:  # whoever reads our output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("chalkgrad: interrupted", file=sys.stderr)
        return INTERRUPTED
    except ChalkgradError as error:
        print(f"chalkgrad: {error}", file=sys.stderr)
        return BAD_INPUT
    except OSError as error:
        place = error.filename or "to the standard output"  # which has no name: a full disk, say
        print(f"chalkgrad: cannot write {place}: {error.strerror}", file=sys.stderr)
        return BAD_INPUT
    return OK


def _run(argv: Sequence[str]) -> None:
    arguments = _parser().parse_args(_options_first(argv))
    arguments.run(arguments)


# the arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chalkgrad",
        description="Chalkgrad is a scalar autograd engine: every number remembers how it was computed,\n"
        "so that its gradients can be computed, drawn and stepped through.",
        epilog=f"try these:\n  {EXAMPLE} -o neuron.svg\n  {STEP_EXAMPLE} -o lesson.html\n"
        "  chalkgrad lessons\n  chalkgrad demo\n  chalkgrad course\n  chalkgrad draw --help",
        **SETTINGS,
    )
    parser.add_argument("--version", action="version", version=f"chalkgrad {version('chalkgrad')}")
    parser.set_defaults(run=lambda arguments: parser.print_help())
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_draw(commands)
    _add_step(commands)
    _add_lessons(commands)
    _add_demo(commands)
    _add_course(commands)
    return parser


def _add_draw(commands: Any) -> None:
    draw = commands.add_parser(
        "draw",
        help="the value, the gradients and the computation graph of a formula",
        description="Compute a formula, differentiate it by every name in it, and draw its computation graph.",
        epilog=_draw_lesson(),
        **SETTINGS,
    )
    add = draw.add_argument
    add("formula", metavar="FORMULA", help='such as "x*w + b"; in quotes, for * and ( mean something to a shell')
    add("values", metavar="name=value", nargs="*", default=[], help="a number for each name in the formula")
    add(
        "-o", "--output", metavar="FILE", default="graph.svg",
        help="picture to write: .svg, .png, .pdf, or .dot for Graphviz source (default: %(default)s, in this folder)",
    )  # fmt: skip
    add("--precision", metavar="N", type=int, default=4, help="decimals of a number (default: %(default)s)")
    add("--rankdir", metavar="DIR", default="LR", help="where the arrows run: LR, TB, RL or BT (default: %(default)s)")
    add("--theme", default="auto", help="light, dark or auto, which follows the reader's (default: %(default)s)")
    draw.set_defaults(run=_draw)


def _add_step(commands: Any) -> None:
    command = commands.add_parser(
        "step",
        help="a page that steps through the forward and the backward pass of a formula",
        description="Compute a formula and its gradients, and write a page that steps through all of it: every value,\n"
        "every `+=` of a gradient, forwards and backwards. The page needs no network; open it in a browser.",
        epilog=f"""\
in the page:
  Right and Left step, Space plays, 1 and 2 go to the forward and the backward pass
  a click on a node shows where its gradient came from; a leaf can be given another value
  q hides the next number and asks for it; ? lists the keys

example:
  {STEP_EXAMPLE} -o lesson.html

the same steps as text:
{_steps_of_an_example()}""",
        **SETTINGS,
    )
    add = command.add_argument
    add("formula", metavar="FORMULA", help='such as "x*w + b"; in quotes, for * and ( mean something to a shell')
    add("values", metavar="name=value", nargs="*", default=[], help="a number for each name in the formula")
    add("-o", "--output", metavar="FILE", default="lesson.html", help="page to write (default: %(default)s)")
    add("--title", default="", help="stands above the page (default: the formula)")
    add("--text", action="store_true", help="print the steps as text too")
    command.set_defaults(run=_step)


def _add_lessons(commands: Any) -> None:
    command = commands.add_parser(
        "lessons",
        help="the lessons of what goes wrong, as a small site that works offline",
        description=f"Write the {len(lessons)} lessons of what goes wrong into a folder: a page for\n"
        "each, which steps through it, and index.html, which shows them all. No page needs a network.",
        epilog="To make such a folder from lessons of your own, in Python:\n"
        '  save_lessons({"A neuron": step(out, quiz=True)}, "lessons")',
        **SETTINGS,
    )
    add = command.add_argument
    add("folder", metavar="DIR", nargs="?", default="chalkgrad-lessons", help="where to (default: %(default)s)")
    add("--title", default="What goes wrong", help="stands above the collection (default: %(default)s)")
    command.set_defaults(run=_lessons)


def _add_demo(commands: Any) -> None:
    epochs = ", ".join(f"{task.epochs} for {task.name}" for task in TASKS)
    demo = commands.add_parser(
        "demo",
        help="train two small networks on real data, and draw what they have learned",
        description="Train a network on scikit-learn's two moons, and one on its iris flowers; print how often each\n"
        "is right on samples that it has not seen; and write pictures of what it has learned.",
        epilog='It takes less than a minute, and needs the notebook extra:\n  pip install "chalkgrad[notebook]"',
        **SETTINGS,
    )
    add = demo.add_argument
    add("--out", metavar="DIR", type=Path, default="chalkgrad-demo", help="folder to write to (default: %(default)s)")
    seed = "the same seed gives the same numbers (default: %(default)s)"
    add("--seed", metavar="N", type=_whole(0, 2**32 - 1), default=0, help=seed)
    add("--epochs", metavar="N", type=_whole(1, 10_000), help=f"passes over the training samples (default: {epochs})")
    demo.set_defaults(run=_demo)


def _add_course(commands: Any) -> None:
    command = commands.add_parser(
        "course",
        help="an introduction to neural networks: notebooks with exercises, in a folder of your own",
        description="Copy the course into a folder and open it in JupyterLab. What is there already is left alone, so\n"
        "the same command goes on where you were. `chalkgrad course check` says how far you are.",
        epilog='To read and run it you need the notebook extra:\n  pip install "chalkgrad[notebook]"',
        **SETTINGS,
    )
    add = command.add_argument
    where = f"where the course lies (default: {course.FOLDER}); after the word check, the one to look at"
    add("words", metavar="[check] [FOLDER]", nargs="*", help=where)
    add("--no-browser", action="store_true", help="copy it and print where it is, without opening it")
    command.set_defaults(run=_course)


def _whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be a whole number from {least} to {most}, got {text!r}")
        return int(text)

    return read


def _steps_of_an_example() -> str:
    _, _, root = _differentiate("a*b + a", ["a=2", "b=-3"])
    return textwrap.indent(str(trace(root)), "  ")


def _draw_lesson() -> str:
    """What `chalkgrad draw --help` teaches; the example's output is computed here and now."""
    functions = textwrap.fill(", ".join(FUNCTIONS), width=84, initial_indent="  ", subsequent_indent="  ")
    constants = ", ".join(f"{name} = {text(value)}" for name, value in CONSTANTS.items())
    table = textwrap.indent(_report(*_differentiate(NEURON, NEURON_VALUES), precision=4), "  ")
    return f"""\
a formula is made of names, numbers, + - * / % **, ( ) and these functions:
{functions}
constants, unless you give them another value: {constants}

example:
  {EXAMPLE}

{table}

The gradient of a name says how fast the result grows when that name grows: by how
much, for each unit of a small step."""


def _options_first(argv: Sequence[str]) -> list[str]:
    """The same command line, its options before all else, each in one word with its value.

    So options may stand among the values, as in `x*y x=1 -o a.svg y=2`, where argparse wants those in one row;
    and a formula may begin with a minus, as an option does: it then stands behind a `--`.
    """
    if not argv or argv[0].startswith("-"):
        return list(argv)
    options: list[str] = []
    others: list[str] = []
    command, *words = argv
    while words:
        word = words.pop(0)
        if word == "--":
            others += words
            break
        if not _is_option(word):
            others.append(word)
        elif word not in WITH_VALUE:
            options.append(word)
        elif words and not _is_option(words[0]):
            options.append(f"{word}={words.pop(0)}")
        else:
            return list(argv)  # its value is missing, and argparse will say so
    if any(word.startswith("-") for word in others):
        others.insert(0, "--")
    return [command, *options, *others]


def _is_option(word: str) -> bool:
    """Whether a word is an option and no formula: `--theme`, `-h`, `-o`, `-oneuron.svg`; but `-x` is a formula."""
    return word == "-h" or word.startswith(("--", "-o"))


# the commands


def _draw(arguments: argparse.Namespace) -> None:
    formula, values, root = _differentiate(arguments.formula, arguments.values)
    drawing = draw(root, precision=arguments.precision, rankdir=arguments.rankdir, theme=arguments.theme)
    print(_report(formula, values, root, arguments.precision))
    sentences = anomalies(root, values)
    if sentences:
        print("", *sentences, sep="\n")
    drawing.save(arguments.output)
    print(f"\nThe graph is in {arguments.output}")


def _step(arguments: argparse.Namespace) -> None:
    formula, _, root = _differentiate(arguments.formula, arguments.values)
    player = step(root, title=arguments.title or formula.text)
    player.save(arguments.output)
    if arguments.text:
        print(f"{player.trace}\n")
    print(f"{len(player.trace)} steps, in {arguments.output}: open it in a browser")


def _differentiate(text: str, arguments: Iterable[str]) -> tuple[Formula, dict[str, Value], Value]:
    formula = parse(text)
    values = read_values(arguments, formula)
    root = formula.build(values)
    root.backward()
    return formula, values, root


def _report(formula: Formula, values: Mapping[str, Value], root: Value, precision: int) -> str:
    """The result, and a table with the value and the gradient of each name."""
    rows = [("name", "value", "gradient")]
    rows += [(name, _plain(leaf.data, precision), _plain(leaf.grad, precision)) for name, leaf in values.items()]
    name_width, value_width, grad_width = (max(map(columns, column)) for column in zip(*rows, strict=True))
    lines = []
    for name, value, grad in rows:
        padding = " " * (name_width - columns(name))
        lines.append(f"{name}{padding}  {value:>{value_width}}  {grad:>{grad_width}}")
    return "\n".join([f"{formula.text} = {_plain(root.data, precision)}", "", *lines])


def _plain(x: float, precision: int) -> str:
    """A number as the picture shows it, in characters that every terminal has and that can be pasted."""
    return number(x, precision).replace("−", "-").replace("∞", "inf")


def _lessons(arguments: argparse.Namespace) -> None:
    about = (
        "Twelve small graphs, and in each a classic fault of a backward pass. Step to the first number that is wrong."
    )
    page = save_lessons(lessons, arguments.folder, title=arguments.title, about=about)
    print(f"{len(lessons)} lessons, in {page}: open it in a browser")


def _demo(arguments: argparse.Namespace) -> None:
    run_demo(arguments.out, seed=arguments.seed, epochs=arguments.epochs)


def _course(arguments: argparse.Namespace) -> None:
    is_check = arguments.words[:1] == ["check"]
    folders = [Path(word) for word in arguments.words[is_check:]]
    if len(folders) > 1:
        raise ArgumentError(f"course: one folder is wanted, got {len(folders)}: {' '.join(map(str, folders))}")
    if is_check:
        course.check(folders[0] if folders else None)
    else:
        course.begin(folders[0] if folders else course.FOLDER, browser=not arguments.no_browser)


if __name__ == "__main__":
    sys.exit(main())
