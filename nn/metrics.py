"""Metrics: what is right. A loss says how wrong an output is; a metric, which of the outputs are right.

A metric compares an output with its target: 1 where they agree, 0 where not, a share in between.
Each is written twice, side by side: for one sample, and for many at once on arrays (NumPy).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .arguments import is_sequence
from .known import known_to_compile

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


class Metric:
    """What all metrics share: a new one defines the call, and `many` where asking one by one takes too long."""

    def __call__(self, output: Any, target: Any) -> float:
        """How much of one output is right, from 0 to 1."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(output, target)")

    def many(self, outputs: Array, targets: Sequence[Any]) -> Array:
        """The same for many samples, (samples,): outputs (samples,) or (samples, outputs), one target each."""
        import numpy as np

        pairs = zip(outputs.tolist(), targets, strict=True)
        return np.array([self(output, target) for output, target in pairs], float)


class OneByOne(Metric):
    """A function of one output and its target, asked sample by sample."""

    def __init__(self, function: Callable[[Any, Any], float]) -> None:
        self.function = function

    def __call__(self, output: Any, target: Any) -> float:
        return float(self.function(output, target))


@known_to_compile
class LargestIsClass(Metric):
    """Right is an output whose largest score is that of the class; probabilities stand for their largest.

    >>> LargestIsClass()([0.5, 2.0], 1), LargestIsClass()([0.5, 2.0], [0.9, 0.1])
    (1.0, 0.0)
    """

    def __call__(self, output: Any, target: Any) -> float:
        label = _largest(target) if is_sequence(target) else target
        return float(_largest(output) == label)

    def many(self, outputs: Array, targets: Sequence[Any]) -> Array:
        import numpy as np

        labels = np.array(targets)
        if labels.ndim > 1:
            labels = labels.argmax(1)
        right: Array = outputs.argmax(1) == labels
        return right.astype(float)


@known_to_compile
class SameSide(Metric):
    """Right is an output above 0 where its target is above the boundary; of several outputs, the share that is.

    Outputs that are probabilities lie on their side above another threshold, 0.5.

    >>> SameSide(0.5)(-3.0, 0), SameSide(0.5)([-3.0, 2.0], [1, 1])
    (1.0, 0.5)
    """

    def __init__(self, boundary: float, threshold: float = 0.0) -> None:
        self.boundary = boundary
        self.threshold = threshold

    def __call__(self, output: Any, target: Any) -> float:
        pairs = list(zip(output, target, strict=True)) if is_sequence(output) else [(output, target)]
        return sum((float(score) > self.threshold) == (float(side) > self.boundary) for score, side in pairs) / len(
            pairs
        )

    def many(self, outputs: Array, targets: Sequence[Any]) -> Array:
        import numpy as np

        sides = np.array(targets, float).reshape(len(outputs), -1)
        shares: Array = ((outputs.reshape(sides.shape) > self.threshold) == (sides > self.boundary)).mean(1)
        return shares


def _largest(scores: Any) -> int:
    return max(range(len(scores)), key=lambda i: float(scores[i]))
