"""From the single operation to a training step: each stage is judged on what the stages before it have shown right.

So a fault is told once, where it first shows. What builds on something wrong waits until that is mended.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine import ArgumentError, ArgumentTypeError
from . import graphs, single, steps
from .bench import Bench
from .verdict import Judgement

STAGES = ("forward", "local", "backward", "training")

# What each stage judges, in this order.
JUDGES: dict[str, tuple[Callable[[Bench], None], ...]] = {
    "forward": (single.judge_values, single.judge_in_place),
    "local": (single.judge_slopes,),
    "backward": (
        graphs.judge_identity, graphs.judge_upstream, graphs.judge_accumulation, graphs.judge_order, graphs.judge_size,
    ),
    "training": (steps.judge_zeroing, steps.judge_training),
}  # fmt: skip


def check(kind: type[Any], stage: str = "training") -> Judgement:
    """Judge a class of one's own, `check(MyValue)`: what is right, what is wrong, what is not there yet.

    The class is made from one number and has the usual names: `data`, `grad`, `backward()`, operators, and `exp()`,
    `log()`, `tanh()`, `relu()`, `sigmoid()` and the like as methods. Nothing else of it is looked at.

    Args:
        kind: the class itself.
        stage: how far it should be: "forward" (values and operators), "local" (`backward()` of one operation),
            "backward" (`backward()` of any graph) or "training" (clearing gradients, and steps of training); each
            with those before.

    Raises:
        ArgumentTypeError: `kind` is no class.
        ArgumentError: there is no such stage.

    >>> from chalkgrad import Value
    >>> check(Value).ok
    True
    """
    if not isinstance(kind, type):
        raise ArgumentTypeError(f"check takes the class itself, as check(Value); got a {type(kind).__name__}")
    if stage not in STAGES:
        raise ArgumentError(f"check: stage must be one of {', '.join(STAGES)}; got {stage!r}")
    bench = Bench(kind, Judgement(kind.__name__, stage))
    for name in STAGES[: STAGES.index(stage) + 1]:
        for judge in JUDGES[name]:
            if bench.goes_on:
                judge(bench)
    return bench.judgement
