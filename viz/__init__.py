"""Pictures of a computation graph. What they need beyond the standard library is imported when it is used."""

from .drawing import Drawing
from .explain import Explanation, explain
from .graph import draw, draw_dot
from .player import Player, step

__all__ = ["Drawing", "Explanation", "Player", "draw", "draw_dot", "explain", "step"]
