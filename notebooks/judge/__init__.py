"""The judge: reads nothing of a student's class, runs it, and says where it is right and where it is not.

Every line that it tries is run twice, on the student's numbers and on exact ones, and
the two must agree to the last few digits. Where they do not, the shortest line that
shows it is told, and which thought usually leads there.
"""

from .judging import STAGES, check
from .verdict import Fault, Judgement, Note

__all__ = ["STAGES", "Fault", "Judgement", "Note", "check"]
