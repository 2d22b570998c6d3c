"""An optimizer's update as formulas: its rule run on names instead of numbers, as the op table's rules are.

What is written in arithmetic for numbers runs on symbols too (`engine.symbols`), so that
a page can show and compute an update that it was never told in JavaScript.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..engine.symbols import Symbol, as_symbol, postorder
from .arguments import UnsuitableError
from .optimizer import Optimizer

__all__ = ["Update", "update_of"]


@dataclass(frozen=True)
class Update:
    """How one parameter moves.

    Attributes:
        formulas: what is remembered becomes, by name, and last what `p`, the parameter, becomes. They are made of
            `p`, of `g`, its gradient, and of what is remembered.
        lines: the same as a person writes it down, one after the other: a line uses what those above it made, and
            what `p` does not need is left out.
        memory: what is remembered of it, by name.
    """

    formulas: dict[str, Symbol]
    lines: dict[str, Symbol]
    memory: dict[str, float]


def update_of(optimizer: object) -> list[Update] | None:
    """The update of each parameter of an optimizer, in their order; None of one whose rule may be no plain arithmetic.

    Those of chalkgrad's own, and such of one's own as define `_blank`, have said that theirs is.

    >>> from chalkgrad.engine import Value
    >>> from chalkgrad.nn import SGD
    >>> [update] = update_of(SGD([Value(1.0)], lr=0.1, weight_decay=0.5))
    >>> print(update.formulas["p"])
    p - (0.1 * (g + (0.5 * p)))
    """
    if not isinstance(optimizer, Optimizer) or "_blank" not in vars(type(optimizer)):
        return None
    updates = []
    for rule, state in zip(optimizer._rules(), optimizer._states, strict=True):
        known = _first(rule) if state is None else state
        memory = {} if known is None else dict(known._asdict())
        names = None if known is None else type(known)(**{name: Symbol(name) for name in memory})
        g = Symbol("g")
        after, kept = rule._update(Symbol("p"), -g if rule.maximize else g, names)  # type: ignore[arg-type]
        made = {} if kept is None else {name: as_symbol(x) for name, x in kept._asdict().items() if name in memory}
        lines = {name: _written(formula, made, name) for name, formula in made.items()}
        lines["p"] = _written(as_symbol(after), made)
        numbers = {name: float(number) for name, number in memory.items()}
        updates.append(Update({**made, "p": as_symbol(after)}, _needed(lines), numbers))
    return updates


def _first(rule: Optimizer) -> Any:
    """What a state of None stands for; None where the first step differs from the others."""
    try:
        return rule._blank()
    except UnsuitableError:
        return None


def _written(formula: Symbol, made: dict[str, Symbol], until: str = "") -> Symbol:
    """A formula with what was made before it called by its name."""
    names: dict[int, str] = {}
    for name, part in made.items():
        if name == until:
            break
        if part.op is not None:
            names.setdefault(id(part), name)
    done: dict[int, Symbol] = {}
    for part in postorder([formula]):
        operands = tuple(done[id(x)] for x in part.operands)
        done[id(part)] = Symbol(names[id(part)]) if id(part) in names else Symbol(part.content, part.op, operands)
    return done[id(formula)]


def _needed(lines: dict[str, Symbol]) -> dict[str, Symbol]:
    needed: set[object] = {"p"}
    for name, line in reversed(lines.items()):
        if name in needed:
            needed |= {part.content for part in postorder([line]) if part.op is None}
    return {name: line for name, line in lines.items() if name in needed}
