"""From the items of a batch to one number: each item's loss is a *term*, and a reduction joins the terms."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

from ..engine import ArgumentError, Value
from .arguments import as_value, is_sequence, shape

REDUCTIONS = ("mean", "sum", "none")


def elementwise(term: Callable[[Value, Any, str], Value], input: Any, target: Any, reduction: str) -> Any:
    check_reduction(reduction)
    target_shape, input_shape = shape(target, "target"), shape(input, "input")
    if target_shape != input_shape:
        column = target_shape == (*input_shape, 1)
        hint = "; a model of one output gives a number: write [row[0] for row in target]" if column else ""
        raise ArgumentError(f"target must have the shape of the input, {input_shape}; got {target_shape}{hint}")
    return _reduce(_terms(term, input, target, ""), reduction)


def _terms(term: Callable[[Value, Any, str], Value], input: Any, target: Any, at: str) -> Any:
    if not is_sequence(input):
        return term(as_value(input, f"input{at}"), target, f"target{at}")
    return [_terms(term, x, t, f"{at}[{i}]") for i, (x, t) in enumerate(zip(input, target, strict=True))]


def by_rows(
    term: Callable[[Any, Any, str], Value], input: Any, target: Any, reduction: str, weights: list[float] | None
) -> Any:
    """The loss of one row, or of several reduced; of classes by number the mean is weighted."""
    if not is_sequence(input[0]):
        return (
            _mean_of([term(input, target, "")], [target], weights) if reduction == "mean" else term(input, target, "")
        )
    terms = [term(row, t, f"[{i}]") for i, (row, t) in enumerate(zip(input, target, strict=True))]
    return _mean_of(terms, target, weights) if reduction == "mean" else _reduce(terms, reduction)


def _mean_of(terms: list[Value], targets: Any, weights: list[float] | None) -> Value:
    if weights is None or is_sequence(targets[0]):
        mean: Value = _reduce(terms, "mean")
        return mean
    return sum_of(terms) / math.fsum(weights[operator.index(target)] for target in targets)


def check_reduction(reduction: str) -> None:
    if reduction not in REDUCTIONS:
        raise ArgumentError(f"reduction must be one of {', '.join(REDUCTIONS)}; got {reduction!r}")


def _reduce(terms: Any, reduction: str) -> Any:
    if reduction == "none":
        return terms
    items = list(_flat(terms))
    if not items:
        raise ArgumentError("input must hold at least one item, got none")
    total = sum_of(items)
    return total / len(items) if reduction == "mean" and len(items) > 1 else total


def _flat(terms: Any) -> Iterator[Value]:
    if isinstance(terms, Value):
        yield terms
    else:
        for term in terms:
            yield from _flat(term)


def sum_of(items: list[Value]) -> Value:
    total = items[0]
    for item in items[1:]:
        total = total + item
    return total
