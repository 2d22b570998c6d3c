"""Classes by name: text and other labels as the numbers that losses want, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..engine import ArgumentError, ArgumentTypeError
from .arguments import is_sequence

__all__ = ["Classes"]


class Classes:
    """The different labels of some targets, in order, each with its number from 0.

    Args:
        y: labels, such as "cat" and "dog", or numbers.

    Attributes:
        names: the labels, sorted.

    Raises:
        ArgumentTypeError: no list, or labels that cannot be told apart or sorted.
        ArgumentError: no labels.

    >>> classes = Classes(["dog", "cat", "dog"])
    >>> classes.names, classes.numbers(["cat", "dog"]), classes.sides(["cat", "dog"])
    (['cat', 'dog'], [0, 1], [-1, 1])
    >>> classes.named([0.2, -1.0]), classes.named(0.7)
    ('cat', 'dog')
    """

    def __init__(self, y: Any) -> None:
        labels = _labels(y)
        if not labels:
            raise ArgumentError("y must hold at least one label, got none")
        try:
            self.names: list[Any] = sorted(set(labels))
        except TypeError:
            raise ArgumentTypeError("y must hold labels of one kind, such as text, that can be sorted") from None
        self._numbers = {name: i for i, name in enumerate(self.names)}

    def numbers(self, y: Any) -> list[int]:
        """The number of each label, as `cross_entropy`, `nll_loss` and (of two) `binary_cross_entropy` want them.

        Raises:
            ArgumentError: a label that is not among the names.
        """
        labels = _labels(y)
        unknown = next((label for label in labels if label not in self._numbers), None)
        if unknown is not None:
            raise ArgumentError(f"{unknown!r} is not among the classes {', '.join(map(repr, self.names))}")
        return [self._numbers[label] for label in labels]

    def sides(self, y: Any) -> list[int]:
        """-1 for the first of two classes and 1 for the second, as `hinge_loss` wants them: from 0 and 1 too.

        Raises:
            ArgumentError: other than two classes, or a label that is not among them.
        """
        if len(self.names) != 2:
            raise ArgumentError(f"sides are of two classes, got {len(self.names)}: for more there is cross_entropy")
        return [2 * number - 1 for number in self.numbers(y)]

    def named(self, output: Any, threshold: float = 0.0) -> Any:
        """The class that one output speaks for, or, of plain numbers or Values alike, the largest of several.

        Args:
            output: the scores of a sample, one for each class; or a single one of two classes.
            threshold: above which a single score means the second: 0 for a logit, 0.5 for a probability.

        Raises:
            ArgumentError: another number of scores than classes.
        """
        if not is_sequence(output):
            if len(self.names) != 2:
                raise ArgumentError(f"a single score tells two classes apart, not {len(self.names)}")
            return self.names[float(output) > threshold]
        scores: Sequence[float] = [float(score) for score in output]
        if len(scores) != len(self.names):
            raise ArgumentError(f"output must have a score for each of {len(self.names)} classes, got {len(scores)}")
        return self.names[scores.index(max(scores))]

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        return f"Classes({self.names})"


def _labels(y: Any) -> list[Any]:
    if not is_sequence(y):
        raise ArgumentTypeError(f"y must be a list or an array of labels, got {type(y).__name__}")
    labels = y.tolist() if hasattr(y, "tolist") else list(y)
    for i, label in enumerate(labels):
        if is_sequence(label):
            raise ArgumentTypeError(f"y[{i}] must be a label, got {type(label).__name__}")
    return labels
