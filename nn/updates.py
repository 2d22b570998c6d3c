"""An optimizer's update as formulas: its rule run on names instead of numbers, as the op table's rules are.

What is written in arithmetic for numbers runs on symbols too (`engine.symbols`), so that
a page can show and compute an update that it was never told in JavaScript.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..engine.symbols import Symbol, as_symbol
from .optimizer import Optimizer

__all__ = ["Update", "update_of"]


@dataclass(frozen=True)
class Update:
    """How one parameter moves.

    Attributes:
        formula: what it becomes, made of `p`, the parameter, `g`, its gradient, and what is remembered.
        memory: what is remembered of it, by name; nothing before the first step.
    """

    formula: Symbol
    memory: dict[str, float]


def update_of(optimizer: object) -> list[Update] | None:
    """The update of each parameter of an optimizer, in their order; None of one whose rule may be no plain arithmetic.

    Those of chalkgrad's own, and such of one's own as define `_blank`, have said that theirs is.

    >>> from chalkgrad.engine import Value
    >>> from chalkgrad.nn import SGD
    >>> [update] = update_of(SGD([Value(1.0)], lr=0.1, weight_decay=0.5))
    >>> print(update.formula)
    p - (0.1 * (g + (0.5 * p)))
    """
    if not isinstance(optimizer, Optimizer) or "_blank" not in vars(type(optimizer)):
        return None
    updates = []
    for rule, state in zip(optimizer._rules(), optimizer._states, strict=True):
        memory = {} if state is None else dict(state._asdict())
        names = None if state is None else type(state)(**{name: Symbol(name) for name in memory})
        g = Symbol("g")
        after, _ = rule._update(Symbol("p"), -g if rule.maximize else g, names)  # type: ignore[arg-type]
        updates.append(Update(as_symbol(after), {name: float(number) for name, number in memory.items()}))
    return updates
