"""The course: notebooks in reading order, exercises that know what slipped, and how far one is.

Each notebook has a module of exercises (`chalkgrad.course.neurons` and so on); `chalkgrad course` puts the
notebooks into a folder of one's own.
"""

from .chapters import overview
from .exercise import Exercise, Slip, Verdict

__all__ = ["Exercise", "Slip", "Verdict", "overview"]
