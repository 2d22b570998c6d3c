"""Pictures of a computation graph. What they need beyond the standard library is imported when it is used."""

from .drawing import Drawing
from .graph import draw, draw_dot

__all__ = ["Drawing", "draw", "draw_dot"]
