"""Anomalies: the first node that turned nan or inf, by name.

What `detect_anomaly` asks for: an error at the node where things went wrong, with its formula, rather than a
nan at the end of a long computation. Forward each result is looked at; backward a finished pass is gone over again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from . import floats
from .errors import AnomalyError
from .expression import application, expression
from .node import Node
from .ops import CONSTANT, Op


def check_result(rule: Op, parents: Sequence[Node], inputs: Sequence[float], out: float) -> None:
    """Raise if an op's result is not finite."""
    if not math.isfinite(out):
        culprits = [x for x in inputs if not math.isfinite(x)] or inputs
        raise AnomalyError(f"forward: {application(rule, parents)} is {out}, from operand {floats.texts(culprits)}")


def check_gradients(order: Sequence[Node], untouched: object) -> None:
    """Go over a finished pass again, and raise for the first edge that made a gradient nan or inf."""
    totals: dict[int, float] = {}
    for user in reversed(order):
        upstream = user._cotangent
        if upstream is untouched:
            continue
        for parent, derivative in zip(user.parents, user.local(), strict=True):
            if parent._rule is CONSTANT or (derivative == 0.0 and user._rule.strong_zero):
                continue
            total = totals[id(parent)] = totals.get(id(parent), 0.0) + upstream * derivative
            if not math.isfinite(total):
                raise AnomalyError(
                    f"backward: the gradient of {expression(parent)} turned {total} at "
                    f"{application(user._rule, user.parents)}: upstream "
                    f"{floats.text(upstream)} times local derivative {floats.text(derivative)}"
                )


def check_share(share: float, parent: Node, user: Node) -> None:
    """Raise if a share of a gradient is not finite."""
    if not math.isfinite(share):
        raise AnomalyError(f"backward: the gradient of {expression(parent)} turned {share} at {expression(user)}")
