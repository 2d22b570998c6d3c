"""Pictures of a computation graph. What they need beyond the standard library is imported when it is used."""

from .bug_training import BugTraining, train_with_bug
from .chainrule.explain import Explanation, explain
from .graph.draw import draw, draw_dot
from .graph.drawing import Drawing
from .graph.network import draw_network
from .player.bug_lessons import BugLesson, lessons
from .player.collection import save_lessons
from .player.player import Player, step
from .player.widget import widget
from .plots import (
    descend,
    plot_activation,
    plot_confusion,
    plot_decision_boundary,
    plot_gradients,
    plot_history,
    plot_loss,
    plot_loss_surface,
    plot_neuron_maps,
    plot_weights,
)
from .scrubber.scrubber import Scrubber, scrub

__all__ = [
    "BugLesson", "BugTraining", "Drawing", "Explanation", "Player", "Scrubber", "descend", "draw", "draw_dot",
    "draw_network", "explain", "lessons", "plot_activation", "plot_confusion", "plot_decision_boundary",
    "plot_gradients", "plot_history", "plot_loss", "plot_loss_surface", "plot_neuron_maps", "plot_weights",
    "save_lessons", "scrub", "step", "train_with_bug", "widget",
]  # fmt: skip
