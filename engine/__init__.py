"""The engine: values that remember how they were computed, and their derivatives.

It needs nothing but the standard library. Read `ops` first, then `value`.
"""

from . import ops
from .backward import topological_order
from .compiler.program import Program
from .compiler.program import compile as compile  # like abs and pow below: not in ops.__all__
from .compiler.trainer import Trainer
from .derivatives import grad, gradcheck, hessian, jacobian
from .errors import (
    AnomalyError,
    ArgumentError,
    ArgumentTypeError,
    ChalkgradError,
    GraphError,
    MissingDependencyError,
    OperandError,
    ScalarOverflowError,
)
from .modes import detect_anomaly, enable_grad, no_grad
from .notes import Source, record_source
from .ops import *
from .ops import OPS
from .ops import abs as abs  # not in ops.__all__: a star import must leave the builtins abs and pow alone
from .ops import pow as pow
from .tracing import Trace, trace
from .value import Value

__all__ = [
    "OPS", "AnomalyError", "ArgumentError", "ArgumentTypeError", "ChalkgradError", "GraphError",
    "MissingDependencyError", "OperandError", "Program", "ScalarOverflowError", "Source", "Trace", "Trainer",
    "Value", "detect_anomaly", "enable_grad", "grad", "gradcheck", "hessian", "jacobian", "no_grad",
    "record_source", "topological_order", "trace",
]  # fmt: skip
__all__ += ops.__all__
