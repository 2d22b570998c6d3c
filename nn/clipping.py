"""Clipping: gradients held within bounds, between `backward()` and `step()`, so that no step goes too far."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from ..engine import ArgumentError, ArgumentTypeError, Value
from ..engine.floats import as_float
from .arguments import not_negative

__all__ = ["clip_grad_norm_", "clip_grad_value_"]


def clip_grad_norm_(
    parameters: Iterable[Value] | Value, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> float:
    """Shorten all gradients by one factor, so that together they are no longer than max_norm.

    Args:
        parameters: Values; those without a gradient are left alone.
        max_norm: the greatest length, more than 0.
        norm_type: 2 for the length, math.inf for the largest; any p from 1.
        error_if_nonfinite: whether a length that is nan or inf is an error; if not, nan comes of it.

    Returns:
        The length before.

    Raises:
        ArgumentError: a bound that is not positive, or a length that is not finite and an error.
        ArgumentTypeError: something else than Values.

    Source: Pascanu, Mikolov and Bengio 2013, "On the difficulty of training recurrent neural networks", in the
    form of torch.nn.utils.clip_grad_norm_.

    >>> a, b = Value(1.0), Value(1.0)
    >>> a.grad, b.grad = 3.0, 4.0
    >>> clip_grad_norm_([a, b], 1.0), round(a.grad, 6), round(b.grad, 6)
    (5.0, 0.6, 0.8)
    """
    bound = not_negative(max_norm, "max_norm")
    kind = as_float(norm_type, "norm_type")
    if bound == 0.0 or not kind >= 1.0:
        raise ArgumentError(f"max_norm must be more than 0 and norm_type 1 or more, got {max_norm} and {norm_type}")
    moving = _with_gradient(parameters)
    sizes = [abs(p.grad) for p in moving]
    norm = _norm(sizes, kind)
    if error_if_nonfinite and not math.isfinite(norm):
        raise ArgumentError(f"the gradients have a norm of {norm}; without error_if_nonfinite they would become nan")
    factor = bound / (norm + 1e-6)
    if not factor >= 1.0:
        for p in moving:
            p.grad = p.grad * factor
    return norm


def clip_grad_value_(parameters: Iterable[Value] | Value, clip_value: float) -> None:
    """Hold each gradient between -clip_value and clip_value.

    Raises:
        ArgumentError: a bound that is negative.
        ArgumentTypeError: something else than Values.
    """
    bound = not_negative(clip_value, "clip_value")
    for p in _with_gradient(parameters):
        if abs(p.grad) > bound:  # nan stays
            p.grad = math.copysign(bound, p.grad)


def _norm(sizes: list[float], kind: float) -> float:
    if any(map(math.isnan, sizes)):
        return math.nan
    if kind == 2.0:
        return math.hypot(*sizes)
    largest = max(sizes, default=0.0)
    if kind == math.inf or largest in (0.0, math.inf):
        return largest
    shares = math.fsum(math.pow(size / largest, kind) for size in sizes)
    return largest * math.pow(shares, 1.0 / kind)


def _with_gradient(parameters: Any) -> list[Value]:
    if isinstance(parameters, Value):
        parameters = [parameters]
    values = list(parameters) if isinstance(parameters, Iterable) else [parameters]
    for i, p in enumerate(values):
        if not isinstance(p, Value):
            raise ArgumentTypeError(f"parameters[{i}] must be a Value, got {type(p).__name__}")
    return [p for p in values if p.has_grad]
