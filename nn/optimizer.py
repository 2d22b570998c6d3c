"""What an optimizer is: a rule that turns a gradient into a better parameter, and what it remembers.

Eager steps keep a *state* for each parameter, a tuple with names; compiled steps keep a column of
numbers for each name. The optimizers themselves are in `optim`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

from ..engine import ArgumentError, ArgumentTypeError, Value
from .arguments import not_negative

__all__ = ["Optimizer"]

STEP = "step"  # the name, in a state, of the count of steps


class Optimizer:
    """What all optimizers share; one of your own defines `_update`, and `_blank` if it is to be compiled.

    Args:
        params: the Values to train, such as `model.parameters()`.
        lr: the learning rate; it can be read and set later as `optimizer.lr`.
        weight_decay: how strongly parameters are pulled towards 0; `_update` sees to it.
        maximize: go up the gradient instead of down.

    Raises:
        ArgumentError: no parameters, one of them twice or computed, or a setting out of range.
        ArgumentTypeError: something else than Values.
    """

    def __init__(
        self, params: Iterable[Value], lr: float = 1e-3, weight_decay: float = 0.0, maximize: bool = False
    ) -> None:
        self.params = _parameters(params)
        self.lr = lr
        self.weight_decay = not_negative(weight_decay, "weight_decay")
        self.maximize = maximize
        self._states: list[Any] = [None] * len(self.params)

    @property
    def lr(self) -> float:
        """The learning rate: how far a step goes."""
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self._lr = not_negative(lr, "lr")

    def zero_grad(self) -> None:
        """Forget every parameter's gradient: it reads 0.0 until the next `backward()`."""
        for p in self.params:
            p.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient; one without is left alone, its state too.

        All parameters move or, after an exception or an interrupt, none.
        """
        before = [p.data for p in self.params], self._states
        moved = [
            self._update(p.data, -p.grad if self.maximize else p.grad, state) if p.has_grad else (p.data, state)
            for p, state in zip(self.params, self._states, strict=True)
        ]
        try:
            self._write([data for data, _ in moved], [state for _, state in moved])
        except BaseException:
            self._write(*before)
            raise

    def _write(self, numbers: list[float], states: list[Any]) -> None:
        for p, number in zip(self.params, numbers, strict=True):
            p.data = number
        self._states = states

    def _update(self, p: float, g: float, state: Any) -> tuple[float, Any]:
        """The parameter and its state after a step, from those before (None at first) and the gradient g.

        Written in arithmetic and ops, it runs on Values too, and so can be compiled.
        """
        raise NotImplementedError(f"{type(self).__name__} must define _update(p, g, state)")

    def _blank(self) -> Any:
        """What a state of None stands for: a NamedTuple of numbers, or None where nothing is remembered.

        A number named `step` counts the steps. With it a class says of its own `_update` that it can be
        compiled; one that inherits it has not said so, for it may have changed the update.

        Raises:
            UnsuitableError: set as it is, this optimizer cannot be compiled.
        """
        raise NotImplementedError(f"{type(self).__name__} must define _blank() to be compiled")


class Memory:
    """The way from states to columns of numbers, and back.

    Args:
        blank: a NamedTuple of numbers, what a state is before the first step; None where nothing is
            remembered, and a state is always None.

    Attributes:
        names: of the columns.

    >>> from chalkgrad.nn.optim import Moments
    >>> memory = Memory(Moments())
    >>> memory.names
    ['mean', 'square', 'largest']
    >>> memory.state([0.5, 0.25, 0.25], 3)
    Moments(step=3, mean=0.5, square=0.25, largest=0.25)
    """

    def __init__(self, blank: Any) -> None:
        self._blank = blank
        fields: tuple[str, ...] = () if blank is None else blank._fields
        self._counts = STEP in fields
        self.names = [name for name in fields if name != STEP]

    def numbers(self, state: Any) -> list[Any]:
        """The numbers of one parameter, one for each name; a state of None is blank."""
        state = self._blank if state is None else state
        return [getattr(state, name) for name in self.names]

    def step(self, state: Any) -> int:
        """How many steps a parameter has made; 0 where that is not remembered."""
        if not self._counts or state is None:
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


def _parameters(params: Any) -> list[Value]:
    """The parameters as a list, each looked at."""
    if isinstance(params, Value) or not isinstance(params, Iterable):
        raise ArgumentTypeError(
            f"params must be the Values to train, such as model.parameters(); got {type(params).__name__}"
        )
    leaves = list(params)
    if not leaves:
        raise ArgumentError("params must hold at least one Value, got none")
    first: dict[int, int] = {}
    for i, p in enumerate(leaves):
        if not isinstance(p, Value):
            raise ArgumentTypeError(f"params[{i}] must be a Value, got {type(p).__name__}")
        if not p.is_leaf:
            raise ArgumentError(f"params[{i}] must be a leaf, got the result of {p.op}")
        if first.setdefault(id(p), i) != i:
            raise ArgumentError(f"params must hold each Value once: params[{i}] is params[{first[id(p)]}] again")
    return leaves
