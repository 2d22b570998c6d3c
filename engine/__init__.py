"""The engine: values that remember how they were computed, and their derivatives.

It needs nothing but the standard library. Read `ops` first, then `value`.
"""

from .backward import topological_order
from .compiler.program import Program
from .compiler.program import compile as compile  # like abs and pow below: not in __all__
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
from .ops import (
    OPS,
    clamp,
    cos,
    eq,
    erfc,
    exp,
    ge,
    gelu,
    gt,
    le,
    leaky_relu,
    log,
    logsumexp,
    lt,
    maximum,
    minimum,
    ne,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    softmax,
    softplus,
    sqrt,
    tan,
    tanh,
    where,
)
from .ops import abs as abs  # not in __all__: a star import must leave the builtins abs and pow alone
from .ops import pow as pow
from .source import Source, record_source
from .tracing import Trace, trace
from .value import Value

# fmt: off
__all__ = [
    "OPS",
    "AnomalyError",
    "ArgumentError",
    "ArgumentTypeError",
    "ChalkgradError",
    "GraphError",
    "MissingDependencyError",
    "OperandError",
    "Program",
    "ScalarOverflowError",
    "Source",
    "Trace",
    "Trainer",
    "Value",
    "clamp",
    "cos",
    "detect_anomaly",
    "enable_grad",
    "eq",
    "erfc",
    "exp",
    "ge",
    "gelu",
    "grad",
    "gradcheck",
    "gt",
    "hessian",
    "jacobian",
    "le",
    "leaky_relu",
    "log",
    "logsumexp",
    "lt",
    "maximum",
    "minimum",
    "ne",
    "no_grad",
    "record_source",
    "relu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "softmax",
    "softplus",
    "sqrt",
    "tan",
    "tanh",
    "topological_order",
    "trace",
    "where",
]
# fmt: on
