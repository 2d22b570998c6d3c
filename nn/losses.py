"""Losses: one number that says how wrong the outputs are, for `backward()` to start from.

Every loss takes the outputs of a model (the input) and what they should have been
(the target), for one sample or for a batch of them, under PyTorch's names. *Logits*
are scores before any sigmoid or softmax; the losses that take them apply it within,
in a form that neither overflows nor loses digits, and refuse outputs that have been through one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..engine import ArgumentError, Value, logsumexp
from ..engine.floats import as_float
from ..engine.ops import peak
from .arguments import as_value, is_sequence, not_negative
from .metrics import LargestIsClass, Metric, SameSide
from .reduction import by_rows, elementwise, sum_of
from .targets import as_class, as_probabilities, as_probability, checked_classes, class_weights, refuse_probabilities

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "hinge_loss",
    "huber_loss",
    "l1_loss",
    "mse_loss",
    "nll_loss",
    "smooth_l1_loss",
]

Loss = Callable[..., Any]

SIGMOID_CURE = "it applies one itself: leave it out of the model, or take binary_cross_entropy on probabilities"
SOFTMAX_CURE = "it applies a softmax itself: leave it out of the model, or end in log_softmax and take nll_loss"


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
    return elementwise(_squared_error, input, target, reduction)


def l1_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Mean absolute error: `|input - target|`, which minds outliers less than the square.

    Arguments and errors are those of `mse_loss`.

    >>> l1_loss([Value(1.0), Value(5.0)], [1.0, 3.0]).data
    1.0
    """
    return elementwise(_absolute_error, input, target, reduction)


def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    """The half square of errors up to delta, and beyond it a straight line of slope delta.

    Args:
        input, target, reduction: as for `mse_loss`.
        delta: where the line begins, more than 0.

    Raises:
        ArgumentError: as for `mse_loss`; or a delta that is not positive.

    Source: Huber 1964, "Robust estimation of a location parameter".

    >>> huber_loss([Value(0.5), Value(3.0)], [0.0, 0.0], "none")[1].data
    2.5
    """
    delta = not_negative(delta, "delta")
    if delta == 0.0:
        raise ArgumentError("delta must be more than 0, got 0; without a square there is l1_loss")
    return elementwise(lambda x, y, what: _huber(x, y, what, delta), input, target, reduction)


def smooth_l1_loss(input: Any, target: Any, reduction: str = "mean", beta: float = 1.0) -> Any:
    """`huber_loss / beta`: absolute errors, rounded off below beta; with beta 0 it is `l1_loss`.

    Arguments and errors are those of `mse_loss`; beta is 0 or more.

    Source: Girshick 2015, "Fast R-CNN".
    """
    beta = not_negative(beta, "beta")
    if beta == 0.0:
        return l1_loss(input, target, reduction)
    return elementwise(lambda x, y, what: _huber(x, y, what, beta) / beta, input, target, reduction)


def hinge_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Max-margin loss: `relu(1 - target * input)`, 0 once a score is right by a margin of 1.

    Args:
        input: scores; the sign of a score is its class.
        target: the same shape, each item -1 or 1.
        reduction: as for `mse_loss`.

    Raises:
        ArgumentError: as for `mse_loss`; a target other than -1 and 1; or an input that is a sigmoid or softmax.

    Source: Cortes and Vapnik 1995, "Support-vector networks".

    >>> hinge_loss([Value(3.0), Value(0.5)], [1, -1]).data
    0.75
    """
    return elementwise(_hinge, input, target, reduction)


def binary_cross_entropy_with_logits(
    input: Any, target: Any, reduction: str = "mean", *, pos_weight: float | None = None
) -> Any:
    """Negative log-likelihood of yes-or-no answers: `-log(sigmoid(input))` where the target is 1.

    Args:
        input: logits, of which sigmoid is the probability of 1.
        target: the same shape, each item 0, 1 or a probability between them.
        reduction: as for `mse_loss`.
        pos_weight: how often a 1 counts; above 1 where ones are rare.

    Raises:
        ArgumentError: as for `mse_loss`; a target below 0 or above 1; or an input that is a sigmoid already.

    >>> binary_cross_entropy_with_logits(Value(1000.0), 0).data
    1000.0
    """
    yes = 1.0 if pos_weight is None else not_negative(pos_weight, "pos_weight")
    return elementwise(lambda x, y, what: _logistic(x, y, what, yes), input, target, reduction)


def binary_cross_entropy(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Negative log-likelihood of yes-or-no answers: `-log(input)` where the target is 1.

    A logarithm below -100 counts as -100, as in PyTorch, with a slope of 0. Where the model ends in a
    sigmoid, leaving it out and taking `binary_cross_entropy_with_logits` keeps more digits.

    Args:
        input: probabilities of 1, such as a sigmoid gives.
        target: the same shape, each item 0, 1 or a probability between them.
        reduction: as for `mse_loss`.

    Raises:
        ArgumentError: as for `mse_loss`; an input or a target below 0 or above 1.

    >>> round(binary_cross_entropy(Value(0.25), 1).data, 4), binary_cross_entropy(Value(0.0), 1).data
    (1.3863, 100.0)
    """
    return elementwise(_binary_cross_entropy, input, target, reduction)


def cross_entropy(
    input: Any, target: Any, reduction: str = "mean", *, weight: Any = None, label_smoothing: float = 0.0
) -> Any:
    """Negative log-likelihood of the right class: `logsumexp(logits) - logits[target]`.

    Args:
        input: one row of logits, one for each class; or a list of rows.
        target: for each row the class, an integer from 0, or a probability for each class.
        reduction: "mean" over rows, "sum", or "none" for a list with the loss of each row.
        weight: how much each class counts; the mean over classes by number is then a weighted one.
        label_smoothing: what part of each target is spread over all classes, from 0 to 1 (Szegedy,
            Vanhoucke, Ioffe, Shlens and Wojna 2016, "Rethinking the Inception architecture").

    Raises:
        ArgumentError: shapes that do not fit, fewer than 2 classes, a class that is not an integer or out of
            range, probabilities that are negative or do not sum to 1, an unknown reduction, weights that are
            negative or of another number than the classes, or an input that is a softmax or sigmoid already.

    >>> cross_entropy([Value(0.0), Value(1000.0)], 0).data
    1000.0
    """
    smoothing = not_negative(label_smoothing, "label_smoothing")
    if smoothing > 1.0:
        raise ArgumentError(f"label_smoothing must be from 0 to 1, got {label_smoothing}")
    hint = "for one logit there is binary_cross_entropy_with_logits"
    classes = checked_classes(input, target, "logits", hint, reduction)
    weights = class_weights(weight, classes)

    def term(row: Any, target: Any, at: str) -> Value:
        refuse_probabilities(row, "cross_entropy", SOFTMAX_CURE)
        if weights is None and not smoothing:
            return _cross_entropy(row, target, at)
        return _weighted_cross_entropy(row, target, at, weights or [1.0] * classes, smoothing)

    return by_rows(term, input, target, reduction, weights)


def nll_loss(input: Any, target: Any, reduction: str = "mean", *, weight: Any = None) -> Any:
    """Negative log-likelihood of the right class, from log-probabilities: `-input[target]`.

    As in PyTorch the input is what `log_softmax` gives, not probabilities.

    Args:
        input: one row of log-probabilities, one for each class; or a list of rows.
        target: for each row the class, an integer from 0.
        reduction, weight: as for `cross_entropy`.

    Raises:
        ArgumentError: as for `cross_entropy`; or an input of probabilities that a softmax gave.

    >>> nll_loss([Value(-0.5), Value(-0.9)], 1).data
    0.9
    """
    classes = checked_classes(
        input, target, "log-probabilities", "for one probability there is binary_cross_entropy", reduction
    )
    weights = class_weights(weight, classes)

    def term(row: Any, target: Any, at: str) -> Value:
        refuse_probabilities(row, "nll_loss", "it takes log-probabilities: let the model end in log_softmax")
        number = as_class(target, classes, f"target{at}")
        right = as_value(row[number], f"input{at}[{number}]")
        return -right if weights is None else -right * weights[number]

    return by_rows(term, input, target, reduction, weights)


# Every loss, and the metric that goes with it: what is right where it is small.
METRICS: dict[Loss, Metric | None] = {
    mse_loss: None,
    hinge_loss: SameSide(0.0),
    binary_cross_entropy_with_logits: SameSide(0.5),
    binary_cross_entropy: SameSide(0.5, 0.5),
    cross_entropy: LargestIsClass(),
    nll_loss: LargestIsClass(),
    l1_loss: None,
    huber_loss: None,
    smooth_l1_loss: None,
}
LOSSES: dict[str, Loss] = {loss.__name__: loss for loss in METRICS}


# The loss of one item; `what` names its target in messages.


def _error(x: Value, target: Any, what: str) -> Value:
    return x - (target if isinstance(target, Value) else as_float(target, what))


def _squared_error(x: Value, target: Any, what: str) -> Value:
    return _error(x, target, what) ** 2


def _absolute_error(x: Value, target: Any, what: str) -> Value:
    return abs(_error(x, target, what))


def _huber(x: Value, target: Any, what: str, delta: float) -> Value:
    size = abs(_error(x, target, what))
    square = size.clamp(max=delta)  # the part of the error that counts squared; beyond it the line
    return 0.5 * square**2 + delta * (size - square)


def _hinge(score: Value, target: Any, what: str) -> Value:
    refuse_probabilities([score], "hinge_loss", "it takes scores of either sign: leave it out of the model")
    y = as_float(target, what)
    if y not in (-1.0, 1.0):
        raise ArgumentError(f"{what} must be -1 or 1, got {target}; from labels 0 and 1 it is 2 * y - 1")
    return (1.0 - y * score).relu()


def _logistic(logit: Value, target: Any, what: str, yes: float) -> Value:
    refuse_probabilities([logit], "binary_cross_entropy_with_logits", SIGMOID_CURE)
    p = as_probability(target, what)
    if p == 0.0:
        return logit.softplus()
    right = (-logit).softplus() if yes == 1.0 else yes * (-logit).softplus()
    return right if p == 1.0 else p * right + (1.0 - p) * logit.softplus()


def _binary_cross_entropy(x: Value, target: Any, what: str) -> Value:
    p = as_probability(target, what)
    if x._data < 0.0 or x._data > 1.0:  # nan is carried on
        raise ArgumentError(
            f"input must be probabilities from 0 to 1, got {x._data}; for logits there is "
            "binary_cross_entropy_with_logits"
        )
    terms = [p * x.log().clamp(min=-100.0)] if p else []
    if p != 1.0:
        terms.append((1.0 - p) * (-x).log1p().clamp(min=-100.0))  # log(1 - x), with its digits where x is near 0
    return -sum_of(terms)


def _cross_entropy(row: Any, target: Any, at: str) -> Value:
    logits = _shifted(row, at)
    if not is_sequence(target):
        right = logits[as_class(target, len(logits), f"target{at}")]
        loss: Value = logsumexp(*logits) - right
        return loss
    return _expected(logits, as_probabilities(target, len(logits), at))


def _weighted_cross_entropy(row: Any, target: Any, at: str, weights: list[float], smoothing: float) -> Value:
    if is_sequence(target):
        shares = as_probabilities(target, len(row), at)
    else:
        right = as_class(target, len(row), f"target{at}")
        if not smoothing:
            return weights[right] * _cross_entropy(row, right, at)
        shares = [float(i == right) for i in range(len(row))]
    smoothed = [w * ((1.0 - smoothing) * p + smoothing / len(row)) for p, w in zip(shares, weights, strict=True)]
    return _expected(_shifted(row, at), smoothed)


def _shifted(row: Any, at: str) -> list[Value]:
    """The logits without the largest, whose own is 0: so a loss near 0 keeps its digits, however large they are."""
    scores = [as_value(x, f"input{at}[{i}]") for i, x in enumerate(row)]
    top = peak(*scores)
    return [x - top for x in scores]


def _expected(logits: list[Value], shares: list[float]) -> Value:
    """The cross entropies of the classes, each as often as its share says."""
    total = logsumexp(*logits)
    # A class of share 0 adds nothing, even where its logit is infinite.
    return sum_of([p * (total - x) for p, x in zip(shares, logits, strict=True) if p] or [0.0 * total])
