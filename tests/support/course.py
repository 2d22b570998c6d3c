"""The exercises of the course, and each slip of each as a case."""

from __future__ import annotations

from importlib.util import find_spec
from typing import NamedTuple

from chalkgrad.course.chapters import CHAPTERS, exercises
from chalkgrad.course.exercise import Exercise


class Case(NamedTuple):
    exercise: Exercise
    slip: int


EXERCISES: dict[str, Exercise] = {
    f"{module}.{name}": one
    for chapter, module in CHAPTERS.items()
    if find_spec(f"chalkgrad.course.{module}")
    for name, one in exercises(chapter).items()
}
CASES = [Case(exercise, i) for exercise in EXERCISES.values() for i in range(len(exercise.slips))]
