"""The graph of one sample: built once, it does for all samples, as long as it has the same form for each.

A model or a loss that looks at numbers with Python's `if` has not, and that is found out here. Targets that
a loss wants as plain numbers (a class, a side), or looks at, are chosen from inside the graph, by `where`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..engine import ChalkgradError, Value, topological_order, where
from ..engine.modes import note_read, watch_reads
from .arguments import UnsuitableError, is_sequence

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

CLASSES = 64  # different targets, at most, that are chosen from inside the graph
CHECKED = 8  # samples on which the graph must give the loss that the model gives
TOLERANCE = 1e-9  # and how closely, of its size

LOOKS = (
    "looks at numbers (in an `if`, by float(), .data or .grad, by == or `in`, as text), or computes something under "
    "no_grad, which leaves no trace in the graph of one sample; `where` chooses inside the graph"
)


class SampleGraph:
    """The loss of one sample, with leaves for the numbers of the sample and of its target.

    Args:
        model, samples, targets, loss: as `fit` has them, looked at.

    Attributes:
        loss: the root.
        outputs: the model's outputs.
        single: whether the model gives one output and no list.
        output: as the model gave it.
        inputs: leaves; `rows` gives the numbers for them.
        columns: for each of them its place among the numbers of a sample and of its target.
        numbers_of_targets: the number that stands for each target, where the loss wants plain numbers; else None.

    Raises:
        UnsuitableError: the graph of one sample is not that of all.
    """

    def __init__(
        self,
        model: Callable[[Any], Any],
        samples: Sequence[Any],
        targets: Sequence[Any],
        loss: Callable[[Any, Any], Any],
    ) -> None:
        self._build(model, samples[0], targets, loss)

    def _build(
        self,
        model: Callable[[Any], Any],
        sample: Any,
        targets: Sequence[Any],
        loss: Callable[[Any, Any], Any],
    ) -> None:
        sample_leaves: list[Value] = []
        output, seen = _watched("the model", model, _leaves_like(sample, sample_leaves))
        if seen:
            raise UnsuitableError(f"the model {LOOKS}")
        self.output = output
        self.single = not is_sequence(output)
        self.outputs: list[Value] = [output] if self.single else list(output)
        if not all(isinstance(y, Value) for y in self.outputs):
            raise UnsuitableError("the outputs of the model are more than a list of Values")
        self.numbers_of_targets: dict[Any, float] | None = None
        target_leaves: list[Value] = []
        try:
            self.loss, seen = _watched("the loss", loss, [output], [_leaves_like(targets[0], target_leaves)])
        except UnsuitableError:
            seen = True
        if seen:  # it may want plain numbers
            number = Value(0.0)
            target_leaves = [number]
            self.numbers_of_targets = _numbered(targets)
            losses = []
            for target in self.numbers_of_targets:
                its_loss, seen = _watched("the loss", loss, [output], [target])
                if seen:
                    raise UnsuitableError(f"the loss {LOOKS}")
                losses.append(its_loss)
            self.loss = _chosen(number, losses)
        for node in topological_order(self.loss, *self.outputs, *sample_leaves, *target_leaves):
            if type(node) is Watched:
                node.__class__ = Value  # type: ignore[assignment]
        reached = set(map(id, topological_order(self.loss)))
        leaves = sample_leaves + target_leaves
        self.columns = [i for i, leaf in enumerate(leaves) if id(leaf) in reached]
        self.inputs = [leaves[i] for i in self.columns]

    def rows(self, samples: Sequence[Any], targets: Sequence[Any]) -> Array:
        """The numbers of samples and targets, (samples, inputs).

        Raises:
            UnsuitableError: a target that has no number, for no sample had it when the graph was built.
        """
        import numpy as np

        number_of = self.numbers_of_targets
        if number_of is not None:
            unknown = [target for target in targets if _key(target) not in number_of]
            if unknown:
                raise UnsuitableError(f"no sample that is trained on has the target {unknown[0]!r}")
            targets = [number_of[_key(target)] for target in targets]
        numbers = [np.array(z, float).reshape(len(samples), -1) for z in (samples, targets)]
        return np.ascontiguousarray(np.concatenate(numbers, axis=1)[:, self.columns])


class Watched(Value):
    """The number of a sample or a target while its graph is built: whether it is the same as another is a look at it.

    Values compare by identity, so that `x == -1` is False for every Value, and a branch would be lost.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        note_read()
        return self is other

    def __hash__(self) -> int:
        note_read()
        return id(self)


Watched.__name__ = "Value"  # in the messages that a user's own code raises


def _watched(what: str, function: Callable[..., Any], *arguments: Any) -> tuple[Any, bool]:
    """What a function gives, and whether it looked at numbers.

    Raises:
        UnsuitableError: it raised something; what a sample's plain numbers can do, Values may not.
    """
    watch = watch_reads()
    try:
        with watch:
            return function(*arguments), watch.seen
    except Exception as error:
        reason = error if isinstance(error, ChalkgradError) else f"{type(error).__name__}: {error}"
        raise UnsuitableError(
            f"{what} cannot be called with Values in place of the numbers of one sample: {reason}"
        ) from error


def same(one: float, other: float) -> bool:
    """Whether two losses agree, to rounding; nan is nan."""
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE) or (math.isnan(one) and math.isnan(other))


def spread(samples: int, count: int, offset: int = 0) -> list[int]:
    """The numbers of a few samples, as far from each other as can be."""
    count = min(count, samples)
    return [(i * samples // count + offset) % samples for i in range(count)]


def _leaves_like(sample: Any, leaves: list[Value]) -> Any:
    """A sample with a leaf for each number; the leaves are noted, in order."""
    if is_sequence(sample):
        return [_leaves_like(item, leaves) for item in sample]
    leaves.append(Watched(sample))
    return leaves[-1]


def _key(target: Any) -> Any:
    """A target as a key of a dict."""
    return tuple(_key(item) for item in target) if is_sequence(target) else target


def _numbered(targets: Sequence[Any]) -> dict[Any, float]:
    """Each different target, and a number for it."""
    different = dict.fromkeys(map(_key, targets))
    if len(different) > CLASSES:
        raise UnsuitableError(
            f"the loss wants plain numbers as targets, and there are {len(different)} different ones "
            f"(at most {CLASSES})"
        )
    return {target: float(i) for i, target in enumerate(different)}


def _chosen(number: Value, losses: list[Value]) -> Value:
    """The loss of the target with this number. Of the others nothing comes through: -0.0 changes no sum."""
    terms = [where(number.eq(float(i)), loss, -0.0) for i, loss in enumerate(losses)]
    total: Value = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
