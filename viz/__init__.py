"""Pictures of a computation graph. What they need beyond the standard library is imported when it is used."""

from .chainrule.explain import Explanation, explain
from .graph.draw import draw, draw_dot
from .graph.drawing import Drawing
from .player.player import Player, step
from .player.widget import widget

__all__ = ["Drawing", "Explanation", "Player", "draw", "draw_dot", "explain", "step", "widget"]
