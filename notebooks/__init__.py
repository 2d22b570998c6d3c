"""The course: notebooks in reading order, exercises that know what slipped, and the judge of an engine of one's own.

Each notebook has a module of exercises (`chalkgrad.course.values` and so on); `chalkgrad course` puts the
notebooks into a folder of one's own; `overview()` says how far one is.

>>> from chalkgrad import Value
>>> print(check(Value, "forward"))
Value: all that was asked is right (forward)...
"""

from .chapters import overview
from .exercise import Exercise, Slip, Verdict
from .judge import check

__all__ = ["Exercise", "Slip", "Verdict", "check", "overview"]
