"""Weights chosen by hand for a neuron with a threshold: any are right with which it fires where it should.

So the answer is not compared with a solution. It is put into a neuron, and its outputs at all points are looked at:
a *pattern* of them, such as firing everywhere, tells which thought led there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .answers import plain, shown

__all__ = ["judged"]

Point = tuple[int, ...]


def judged(
    inputs: Mapping[Point, Sequence[float]], wanted: Sequence[int], patterns: Mapping[Point, str], otherwise: str
) -> Callable[[Any], str]:
    """A judge for an answer `w1, w2, b`, as an `Exercise` takes it.

    Args:
        inputs: what the neuron reads at each point.
        wanted: what it should give there, 0 or 1.
        patterns: for what it gives at all points, what is said.
        otherwise: what is said where no pattern fits.
    """
    width = len(next(iter(inputs.values())))

    def judge(answer: Any) -> str:
        numbers = plain(answer)
        if not isinstance(numbers, tuple) or len(numbers) != width + 1 or not all(type(n) is float for n in numbers):
            return f"{width + 1} numbers are wanted, the weights and then the bias. Got {shown(answer)}."
        *weights, bias = numbers
        sums = [sum(w * x for w, x in zip(weights, row, strict=True)) + bias for row in inputs.values()]
        fired = tuple(int(total >= 0) for total in sums)
        for (point, row), total, is_one, should in zip(inputs.items(), sums, fired, wanted, strict=True):
            if is_one != should:
                reads = "" if tuple(row) == point else f" it reads {shown(tuple(row))}, and"
                here = (
                    f"At {point}{reads} the sum is {shown(total)}, so its output is {is_one}, and should be {should}."
                )
                return f"{here} {patterns.get(fired, otherwise)}"
        return ""

    return judge
