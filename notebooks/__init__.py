"""The course: notebooks in reading order, and the judge of an engine of one's own.

>>> from chalkgrad import Value
>>> print(check(Value, "forward"))
Value: all that was asked is right (forward)...
"""

from .judge import check

__all__ = ["check"]
