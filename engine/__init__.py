"""The engine: values that remember how they were computed, and their derivatives.

It needs nothing but the standard library. Read `ops` first, then `node`, `value` and `backward`.
"""

from typing import TYPE_CHECKING

from . import backward, derivatives, errors, modes, notes, ops, tracing, value
from .backward import *
from .compiler import program, source, trainer
from .compiler.program import *
from .compiler.program import compile as compile  # like abs and pow: a star import leaves the builtins alone
from .compiler.source import *
from .compiler.trainer import *
from .derivatives import *
from .errors import *
from .modes import *
from .notes import *
from .ops import *
from .ops import abs as abs
from .ops import pow as pow
from .tracing import *
from .value import *

_ROOMS = (value, ops, backward, derivatives, modes, notes, tracing, program, trainer, source, errors)

if not TYPE_CHECKING:  # a type checker follows the stars, and mypy would read no list that is put together
    __all__ = [name for room in _ROOMS for name in room.__all__]
