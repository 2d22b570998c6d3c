"""An optimizer's memory as columns of numbers, and back: how its states go into a compiled step, and come out of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

STEP = "step"  # the name, in a state, of the count of steps


class Memory:
    """The way from states to columns of numbers, and back.

    Args:
        blank: a NamedTuple of numbers, what a state is before the first step; None where nothing is
            remembered, and a state is always None.

    Attributes:
        names: of the columns.
        counts: whether the steps are counted.

    >>> from chalkgrad.nn.moments import Moments
    >>> memory = Memory(Moments())
    >>> memory.names
    ['mean', 'square', 'largest']
    >>> memory.state([0.5, 0.25, 0.25], 3)
    Moments(step=3, mean=0.5, square=0.25, largest=0.25)
    """

    def __init__(self, blank: Any) -> None:
        self._blank = blank
        fields: tuple[str, ...] = () if blank is None else blank._fields
        self.counts = STEP in fields
        self.names = [name for name in fields if name != STEP]

    def numbers(self, state: Any) -> list[Any]:
        """The numbers of one parameter, one for each name; a state of None is blank."""
        state = self._blank if state is None else state
        return [getattr(state, name) for name in self.names]

    def step(self, state: Any) -> int:
        """How many steps a parameter has made; 0 where that is not remembered."""
        if not self.counts or state is None:
            return 0
        return int(getattr(state, STEP))

    def state(self, numbers: Sequence[Any], step: Any) -> Any:
        """The state of one parameter from its numbers and the count of steps; these may be Values too."""
        return None if self._blank is None else self._blank._make(self._in_order(numbers, step))

    def states(self, columns: Sequence[Sequence[Any]], step: Any) -> list[Any]:
        """The state of each parameter from the columns, at least one, and the count of steps."""
        return list(map(self._blank._make, zip(*self._in_order(columns, repeat(step)), strict=False)))

    def _in_order(self, others: Iterable[Any], step: Any) -> list[Any]:
        """What belongs to the names, with the step where it stands in a state."""
        rest = iter(others)
        return [step if name == STEP else next(rest) for name in self._blank._fields]
