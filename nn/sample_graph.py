"""The graph of one sample: built once, it does for all samples, as long as it has the same form for each.

A model or a loss that looks at numbers with Python's `if` has not, and that is found out here. Targets that
a loss wants as plain numbers (a class, a side) are chosen from inside the graph, by `where`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..engine import Value, topological_order, where
from ..engine.compiler.simplify import simplify
from ..engine.compiler.tape import lower
from ..engine.modes import watch_reads
from .arguments import UnsuitableError, is_sequence

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

CLASSES = 64  # different targets, at most, that are chosen from inside the graph
CHECKED = 8  # samples on which the graph must give the loss that the model gives
TOLERANCE = 1e-9  # and how closely, of its size


class SampleGraph:
    """The loss of one sample, with leaves for the numbers of the sample and of its target.

    Args:
        model, samples, targets, loss: as `fit` has them, looked at.

    Attributes:
        loss: the root.
        outputs: the model's outputs.
        single: whether the model gives one output and no list.
        inputs: leaves; `rows` gives the numbers for them.

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
        watch = watch_reads()
        with watch:
            self._build(model, samples[0], targets, loss)
        if watch.seen:
            raise UnsuitableError(
                "the model or the loss looks at numbers (in an `if`, by float() or .data), "
                "which leaves no trace in the graph of one sample; `where` chooses inside the graph"
            )
        self._check(model, samples, targets, loss)

    def _build(
        self,
        model: Callable[[Any], Any],
        sample: Any,
        targets: Sequence[Any],
        loss: Callable[[Any, Any], Any],
    ) -> None:
        sample_leaves: list[Value] = []
        output = model(_leaves_like(sample, sample_leaves))
        self.single = not is_sequence(output)
        self.outputs: list[Value] = [output] if self.single else list(output)
        if not all(isinstance(y, Value) for y in self.outputs):
            raise UnsuitableError("the outputs of the model are more than a list of Values")
        self._numbers_of_targets: dict[Any, float] | None = None
        target_leaves: list[Value] = []
        try:
            self.loss = loss([output], [_leaves_like(targets[0], target_leaves)])
        except (TypeError, ValueError):  # it wants plain numbers
            number = Value(0.0)
            target_leaves = [number]
            self._numbers_of_targets = _numbered(targets)
            self.loss = _chosen(number, [loss([output], [target]) for target in self._numbers_of_targets])
        reached = set(map(id, topological_order(self.loss)))
        leaves = sample_leaves + target_leaves
        self._columns = [i for i, leaf in enumerate(leaves) if id(leaf) in reached]
        self.inputs = [leaves[i] for i in self._columns]

    def _check(
        self,
        model: Callable[[Any], Any],
        samples: Sequence[Any],
        targets: Sequence[Any],
        loss: Callable[[Any, Any], Any],
    ) -> None:
        """Compare the graph's mean loss on a few samples with what the model and the loss say."""
        count = min(CHECKED, len(samples))
        spread = [i * len(samples) // count for i in range(count)]
        few, their_targets = [samples[i] for i in spread], [targets[i] for i in spread]
        eager = float(loss([model(x) for x in few], their_targets))  # recorded: a model may take a gradient inside
        tape = simplify(lower([self.loss], self.inputs))
        mean = sum(tape.run(row)[0] for row in self.rows(few, their_targets).tolist()) / count
        both_nan = math.isnan(mean) and math.isnan(eager)
        if not both_nan and not math.isclose(mean, eager, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            raise UnsuitableError(
                f"the graph of one sample does not do for all: on {count} samples it gives a mean loss of {mean:.6g}, "
                f"the model {eager:.6g}; it may look at numbers with `if`, "
                "or the loss may not be a mean over the samples"
            )

    def rows(self, samples: Sequence[Any], targets: Sequence[Any]) -> Array:
        """The numbers of samples and targets, (samples, inputs).

        Raises:
            UnsuitableError: a target that has no number, for no sample had it when the graph was built.
        """
        import numpy as np

        number_of = self._numbers_of_targets
        if number_of is not None:
            unknown = [target for target in targets if _key(target) not in number_of]
            if unknown:
                raise UnsuitableError(f"no sample that is trained on has the target {unknown[0]!r}")
            targets = [number_of[_key(target)] for target in targets]
        numbers = [np.array(z, float).reshape(len(samples), -1) for z in (samples, targets)]
        return np.ascontiguousarray(np.concatenate(numbers, axis=1)[:, self._columns])


def _leaves_like(sample: Any, leaves: list[Value]) -> Any:
    """A sample with a leaf for each number; the leaves are noted, in order."""
    if is_sequence(sample):
        return [_leaves_like(item, leaves) for item in sample]
    leaves.append(Value(sample))
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
