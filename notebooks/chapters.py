"""The chapters of the course in reading order, their exercises, and how far a learner is in each."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from .exercise import Exercise
from .progress import RIGHT, states

__all__ = ["CHAPTERS", "exercises", "overview"]

# The file of each notebook, and the module of its exercises.
CHAPTERS = {
    "01_values_and_gradients": "values",
    "02_stepping_through": "stepping",
    "03_a_neuron": "neurons",
    "04_layers": "layers",
    "05_activation_functions": "activations",
    "06_loss": "losses",
    "07_backpropagation": "backpropagation",
    "08_gradient_descent": "descent",
    "09_real_data": "data",
    "10_from_graph_to_machine_code": "machine_code",
}


def exercises(chapter: str) -> dict[str, Exercise]:
    """The exercises of a notebook, by their names in its module: q1, q2 and so on."""
    found = vars(import_module(f"{__package__}.{CHAPTERS[chapter]}"))
    return {name: thing for name, thing in found.items() if isinstance(thing, Exercise)}


def overview(folder: str | Path = ".") -> str:
    """A line for each notebook: how many of its exercises are right, and which to go on with.

    Raises:
        ArgumentError: the file of the folder is damaged.
    """
    kept = states(folder)
    lines, total, done = [], 0, 0
    for chapter in CHAPTERS:
        here = exercises(chapter)
        right = [name for name, one in here.items() if kept.get(one.name) == RIGHT]
        total, done = total + len(here), done + len(right)
        rest = [_note(name, kept.get(one.name)) for name, one in here.items() if name not in right]
        boxes = "".join("■" if name in right else "□" for name in here)
        lines.append(f"{chapter:<31} {boxes:<7} {len(right)} of {len(here)}{'   next: ' + rest[0] if rest else ''}")
    return "\n".join([*lines, f"{done} of {total} exercises are right."])


def _note(name: str, state: str | None) -> str:
    return f"{name} ({state or 'not attempted'})"
