"""An engine of one's own, in three parts: what an exercise says of a class, by what the judge finds."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from .judge import check
from .judge.verdict import Fault

__all__ = ["judged"]


def judged(stage: str) -> Callable[[Any], str | None]:
    """A judge for an exercise: None for a class with a method that is still blank, "" for a right one.

    Args:
        stage: how far the class should be, as `check` has it.
    """

    def judge(kind: Any) -> str | None:
        if not isinstance(kind, type):
            return f"A class is wanted, and this is {kind!r}: give its name, without brackets."
        if any(_is_blank(method) for method in vars(kind).values()):
            return None
        judgement = check(kind, stage)
        if judgement.ok:
            return ""
        if not judgement.faults:
            return f"Not there yet: {', '.join(judgement.needed)}."
        others = [fault.name for fault in judgement.faults[1:]]
        return _told(judgement.faults[0]) + (f" Then look at: {'; '.join(others)}." if others else "")

    return judge


def _is_blank(method: Any) -> bool:
    """Whether a method is as it was given: three dots in place of what it does."""
    return isinstance(method, FunctionType) and method.__code__.co_code == _blank.__code__.co_code


def _blank() -> None: ...


def _told(fault: Fault) -> str:
    lines = "; ".join(fault.lines.splitlines())
    got = "" if fault.got is None else f"is {fault.got:.6g} and "
    number = "" if fault.wanted is None else f"{fault.what} {got}should be {fault.wanted:.6g}. "
    place = f"In your code: {fault.line}. " if fault.line else ""
    thought = fault.thought if fault.thought.startswith("zero_grad") else fault.thought[:1].upper() + fault.thought[1:]
    return f"`{lines}`: {number}{place}{thought}."
