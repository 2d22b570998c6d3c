"""Pictures of a computation graph. What they need beyond the standard library is imported when it is used."""

from .bug_training import BugTraining, train_with_bug
from .chainrule.explain import Explanation, explain
from .graph.draw import draw, draw_dot
from .graph.drawing import Drawing
from .player.bug_lessons import BugLesson, lessons
from .player.player import Player, step
from .player.widget import widget
from .scrubber.scrubber import Scrubber, scrub

__all__ = [
    "BugLesson", "BugTraining", "Drawing", "Explanation", "Player", "Scrubber", "draw", "draw_dot", "explain",
    "lessons", "scrub", "step", "train_with_bug", "widget",
]  # fmt: skip
