"""Losses: one number that says how wrong the outputs are, for `backward()` to start from.

Every loss takes the outputs of a model (the input) and what they should have been
(the target), for one sample or for a batch of them, under PyTorch's names. *Logits*
are scores before any sigmoid or softmax; the losses that take them apply it within,
in a form that neither overflows nor loses digits.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

from ..engine import ArgumentError, Value, logsumexp
from ..engine.floats import as_float
from ..engine.ops import peak
from .arguments import as_value, is_sequence, shape
from .metrics import LargestIsClass, Metric, SameSide

__all__ = [
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "hinge_loss",
    "mse_loss",
]

Loss = Callable[..., Any]

REDUCTIONS = ("mean", "sum", "none")
SUM_TOLERANCE = 1e-4  # class probabilities in single precision add up to 1 within this


def mse_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Mean squared error: `(input - target)**2`, the loss of regression.

    Args:
        input: a Value or number, or nested sequences of them.
        target: the same shape.
        reduction: "mean" over all items, "sum", or "none" for the items in the input's shape.

    Raises:
        ArgumentError: shapes that differ, no items at all, or an unknown reduction.

    >>> mse_loss([Value(1.0), Value(5.0)], [1.0, 3.0]).data
    2.0
    """
    return _elementwise(_squared_error, input, target, reduction)


def hinge_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Max-margin loss: `relu(1 - target * input)`, 0 once a score is right by a margin of 1.

    Args:
        input: scores; the sign of a score is its class.
        target: the same shape, each item -1 or 1.
        reduction: as for `mse_loss`.

    Raises:
        ArgumentError: as for `mse_loss`; or a target other than -1 and 1.

    Source: Cortes and Vapnik 1995, "Support-vector networks".

    >>> hinge_loss([Value(3.0), Value(0.5)], [1, -1]).data
    0.75
    """
    return _elementwise(_hinge, input, target, reduction)


def binary_cross_entropy_with_logits(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Negative log-likelihood of yes-or-no answers: `-log(sigmoid(input))` where the target is 1.

    Args:
        input: logits, of which sigmoid is the probability of 1.
        target: the same shape, each item 0, 1 or a probability between them.
        reduction: as for `mse_loss`.

    Raises:
        ArgumentError: as for `mse_loss`; or a target below 0 or above 1.

    >>> binary_cross_entropy_with_logits(Value(1000.0), 0).data
    1000.0
    """
    return _elementwise(_binary_cross_entropy, input, target, reduction)


def cross_entropy(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Negative log-likelihood of the right class: `logsumexp(logits) - logits[target]`.

    Args:
        input: one row of logits, one for each class; or a list of rows.
        target: for each row the class, an integer from 0, or a probability for each class.
        reduction: "mean" over rows, "sum", or "none" for a list with the loss of each row.

    Raises:
        ArgumentError: shapes that do not fit, fewer than 2 classes, a class that is not an integer or out of
            range, probabilities that are negative or do not sum to 1, or an unknown reduction.

    >>> cross_entropy([Value(0.0), Value(1000.0)], 0).data
    1000.0
    """
    _check_reduction(reduction)
    sizes = shape(input, "input")
    if len(sizes) not in (1, 2):
        raise ArgumentError(f"input must be a row of logits, or a list of rows; got shape {sizes}")
    if sizes[0] == 0:
        raise ArgumentError("input must hold at least one row of logits, got none")
    if sizes[-1] < 2:
        raise ArgumentError(
            f"input must have at least 2 logits a row, got {sizes[-1]}; "
            "for one logit there is binary_cross_entropy_with_logits"
        )
    if len(sizes) == 1:
        return _cross_entropy(input, target, "")
    rows = len(target) if is_sequence(target) else None
    if rows != sizes[0]:
        got = "a single one" if rows is None else f"{rows}"
        raise ArgumentError(f"target must have one item for each of the {sizes[0]} rows of the input, got {got}")
    return _reduce(
        [_cross_entropy(row, t, f"[{i}]") for i, (row, t) in enumerate(zip(input, target, strict=True))], reduction
    )


# Every loss, and the metric that goes with it: what is right where it is small.
METRICS: dict[Loss, Metric | None] = {
    mse_loss: None,
    hinge_loss: SameSide(0.0),
    binary_cross_entropy_with_logits: SameSide(0.5),
    cross_entropy: LargestIsClass(),
}
LOSSES: dict[str, Loss] = {loss.__name__: loss for loss in METRICS}


# The loss of one item; `what` names its target in messages.


def _squared_error(x: Value, target: Any, what: str) -> Value:
    return (x - (target if isinstance(target, Value) else as_float(target, what))) ** 2


def _hinge(score: Value, target: Any, what: str) -> Value:
    y = as_float(target, what)
    if y not in (-1.0, 1.0):
        raise ArgumentError(f"{what} must be -1 or 1, got {target}; from labels 0 and 1 it is 2 * y - 1")
    return (1.0 - y * score).relu()


def _binary_cross_entropy(logit: Value, target: Any, what: str) -> Value:
    p = as_float(target, what)
    if not 0.0 <= p <= 1.0:
        raise ArgumentError(f"{what} must be 0, 1 or a probability between, got {target}")
    if p == 1.0:
        return (-logit).softplus()
    if p == 0.0:
        return logit.softplus()
    return p * (-logit).softplus() + (1.0 - p) * logit.softplus()


def _cross_entropy(row: Any, target: Any, at: str) -> Value:
    scores = [as_value(x, f"input{at}[{i}]") for i, x in enumerate(row)]
    # Without the largest score, whose own difference is 0, a loss near 0 keeps its digits however large the scores are.
    top = peak(*scores)
    logits = [x - top for x in scores]
    if not is_sequence(target):
        right = logits[_class(target, len(logits), f"target{at}")]
        loss: Value = logsumexp(*logits) - right
        return loss
    probabilities = [as_float(p, f"target{at}[{i}]") for i, p in enumerate(target)]
    if len(probabilities) != len(logits):
        raise ArgumentError(
            f"target{at} must have {len(logits)} probabilities, as many as logits; got {len(probabilities)}"
        )
    fault = next((f"target{at}[{i}] is {p}" for i, p in enumerate(probabilities) if not p >= 0.0), None)
    if fault is None and not math.isclose(sum(probabilities), 1.0, abs_tol=SUM_TOLERANCE):
        fault = f"their sum is {sum(probabilities)}"
    if fault:
        hint = "" if at else "; for classes by number, input must be rows of logits, one row a sample"
        raise ArgumentError(f"target{at} must be probabilities that sum to 1, but {fault}{hint}")
    total = logsumexp(*logits)
    # A class of probability 0 adds nothing, even where its logit is infinite.
    return _sum([p * (total - x) for p, x in zip(probabilities, logits, strict=True) if p])


def _class(target: Any, classes: int, what: str) -> int:
    try:
        index = operator.index(target)
    except TypeError:
        raise ArgumentError(f"{what} must be a class, an integer from 0; got {target!r}") from None
    if not 0 <= index < classes:
        raise ArgumentError(f"{what} must be a class from 0 to {classes - 1}, got {index}")
    return index


# From items to one number.


def _elementwise(term: Callable[[Value, Any, str], Value], input: Any, target: Any, reduction: str) -> Any:
    _check_reduction(reduction)
    target_shape, input_shape = shape(target, "target"), shape(input, "input")
    if target_shape != input_shape:
        raise ArgumentError(f"target must have the shape of the input, {input_shape}; got {target_shape}")
    return _reduce(_terms(term, input, target, ""), reduction)


def _terms(term: Callable[[Value, Any, str], Value], input: Any, target: Any, at: str) -> Any:
    if not is_sequence(input):
        return term(as_value(input, f"input{at}"), target, f"target{at}")
    return [_terms(term, x, t, f"{at}[{i}]") for i, (x, t) in enumerate(zip(input, target, strict=True))]


def _check_reduction(reduction: str) -> None:
    if reduction not in REDUCTIONS:
        raise ArgumentError(f"reduction must be one of {', '.join(REDUCTIONS)}; got {reduction!r}")


def _reduce(terms: Any, reduction: str) -> Any:
    if reduction == "none":
        return terms
    items = list(_flat(terms))
    if not items:
        raise ArgumentError("input must hold at least one item, got none")
    total = _sum(items)
    return total / len(items) if reduction == "mean" and len(items) > 1 else total


def _flat(terms: Any) -> Iterator[Value]:
    if isinstance(terms, Value):
        yield terms
    else:
        for term in terms:
            yield from _flat(term)


def _sum(items: list[Value]) -> Value:
    total = items[0]
    for item in items[1:]:
        total = total + item
    return total
