"""What chalkgrad raises.

Every error derives from `ChalkgradError`, and each also from the builtin that a
user would catch: a wrong type is a `TypeError`, a wrong size a `ValueError`.
"""

from __future__ import annotations

__all__ = [
    "AnomalyError",
    "ArgumentError",
    "ArgumentTypeError",
    "ChalkgradError",
    "DamagedFileError",
    "GraphError",
    "MissingDependencyError",
    "OperandError",
    "ScalarOverflowError",
]


class ChalkgradError(Exception):
    """Base of every error that chalkgrad raises on purpose."""


class OperandError(ChalkgradError, TypeError):
    """Something that is not a real scalar was given where one is wanted."""


class ScalarOverflowError(ChalkgradError, OverflowError):
    """A number is too large for a float (an int above about 1.8e308)."""


class ArgumentError(ChalkgradError, ValueError):
    """An argument has the right type but a value or size that cannot be used."""


class ArgumentTypeError(ChalkgradError, TypeError):
    """An argument has a type that cannot be used."""


class DamagedFileError(ChalkgradError, ValueError):
    """A file that was to be loaded is damaged, or is none of ours; the message says where."""


class GraphError(ChalkgradError, RuntimeError):
    """A graph can no longer be used as asked, because its leaves have changed since."""


class AnomalyError(ChalkgradError, ArithmeticError):
    """A node turned nan or inf while `detect_anomaly` was on."""


class MissingDependencyError(ChalkgradError, ImportError):
    """An optional package is not installed; the message says how to install it."""
