"""The engine: values that remember how they were computed, and their derivatives.

It needs nothing but the standard library. Read `ops` first, then `value`.
"""

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
from .grad import grad, gradcheck, hessian, jacobian
from .modes import detect_anomaly, enable_grad, no_grad, record_source
from .ops import OPS as OPS
from .ops import abs as abs
from .ops import (
    clamp, cos, eq, erfc, exp, ge, gelu, gt, le, leaky_relu, log, logsumexp, lt, maximum,
    minimum, ne, relu, sigmoid, sign, silu, sin, softmax, softplus, sqrt, tan, tanh, where,
)  # fmt: skip
from .ops import pow as pow
from .trace import Trace, trace
from .value import Value, topological_order

# `abs` and `pow` can be imported by name; a star import leaves the builtins alone
# (which take Values too).
__all__ = [
    "AnomalyError", "ArgumentError", "ArgumentTypeError", "ChalkgradError", "GraphError",
    "MissingDependencyError", "OperandError", "ScalarOverflowError", "Trace", "Value", "clamp", "cos",
    "detect_anomaly", "enable_grad", "eq", "erfc", "exp", "ge", "gelu", "grad", "gradcheck", "gt", "hessian", "jacobian", "le", "leaky_relu",
    "log", "logsumexp", "lt", "maximum", "minimum", "ne", "no_grad", "record_source", "relu", "sigmoid", "sign",
    "silu", "sin", "softmax", "softplus", "sqrt", "tan", "tanh", "topological_order", "trace", "where",
]  # fmt: skip
