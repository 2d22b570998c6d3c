"""What losses are given, looked at: targets, weights of classes, and outputs that are not what a loss takes."""

from __future__ import annotations

import math
import operator
from typing import Any

from ..engine import ArgumentError, Value, ops
from ..engine.floats import as_float
from .arguments import is_sequence, not_negative, shape
from .reduction import check_reduction

SUM_TOLERANCE = 1e-4  # class probabilities in single precision add up to 1 within this


def as_probability(target: Any, what: str) -> float:
    p = as_float(target, what)
    if not 0.0 <= p <= 1.0:
        hint = "; from labels -1 and 1 it is (y + 1) / 2" if p == -1.0 else ""
        raise ArgumentError(f"{what} must be 0, 1 or a probability between, got {target}{hint}")
    return p


def as_probabilities(target: Any, classes: int, at: str) -> list[float]:
    """A probability for each class, looked at."""
    probabilities = [as_float(p, f"target{at}[{i}]") for i, p in enumerate(target)]
    if len(probabilities) != classes:
        raise ArgumentError(
            f"target{at} must have {classes} probabilities, as many as logits; got {len(probabilities)}"
        )
    fault = next((f"target{at}[{i}] is {p}" for i, p in enumerate(probabilities) if not p >= 0.0), None)
    if fault is None and not math.isclose(sum(probabilities), 1.0, abs_tol=SUM_TOLERANCE):
        fault = f"their sum is {sum(probabilities)}"
    if fault:
        hint = "" if at else "; for classes by number, input must be rows of logits, one row a sample"
        raise ArgumentError(f"target{at} must be probabilities that sum to 1, but {fault}{hint}")
    return probabilities


def as_class(target: Any, classes: int, what: str) -> int:
    try:
        index = operator.index(target)
    except TypeError:
        raise ArgumentError(f"{what} must be a class, an integer from 0; got {target!r}") from None
    if not 0 <= index < classes:
        raise ArgumentError(f"{what} must be a class from 0 to {classes - 1}, got {index}")
    return index


def checked_classes(input: Any, target: Any, what: str, hint: str, reduction: str) -> int:
    """The number of classes, once shapes and reduction have been looked at; `what` a row of the input holds."""
    check_reduction(reduction)
    sizes = shape(input, "input")
    if len(sizes) not in (1, 2):
        raise ArgumentError(f"input must be a row of {what}, or a list of rows; got shape {sizes}")
    if sizes[0] == 0:
        raise ArgumentError(f"input must hold at least one row of {what}, got none")
    if sizes[-1] < 2:
        raise ArgumentError(f"input must have at least 2 {what} a row, got {sizes[-1]}; {hint}")
    rows = len(target) if is_sequence(target) else None
    if len(sizes) == 2 and rows != sizes[0]:
        got = "a single one" if rows is None else f"{rows}"
        raise ArgumentError(f"target must have one item for each of the {sizes[0]} rows of the input, got {got}")
    return sizes[-1]


def class_weights(weight: Any, classes: int) -> list[float] | None:
    if weight is None:
        return None
    if not is_sequence(weight) or len(weight) != classes:
        got = len(weight) if is_sequence(weight) else type(weight).__name__
        raise ArgumentError(f"weight must list a number for each of the {classes} classes, got {got}")
    return [not_negative(w, f"weight[{i}]") for i, w in enumerate(weight)]


def refuse_probabilities(row: Any, loss: str, cure: str) -> None:
    """Refuse outputs that are those of a sigmoid or a softmax; a model with them would learn next to nothing."""
    first = row[0]
    if not isinstance(first, Value):
        return
    if first.op is ops.sigmoid and all(isinstance(x, Value) and x.op is ops.sigmoid for x in row):
        raise ArgumentError(f"the input of {loss} is already a sigmoid, and {cure}")
    if first.op is ops.div and first.parents[0].op is ops.exp and first.parents[1].op is ops.add:
        total = first.parents[1]  # of a softmax all items are divided by one sum
        while total.op is ops.add and total is not first.parents[0]:
            total = total.parents[0]
        if total.op is ops.exp and all(isinstance(x, Value) and x.op is ops.div for x in row):
            raise ArgumentError(f"the input of {loss} is already a softmax, and {cure}")
