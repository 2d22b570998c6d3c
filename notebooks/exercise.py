"""An exercise: a question, a blank, hints, a solution, and the slips that one makes.

It knows nothing but its solution, as the text that it shows: an answer is right if it gives the same on
every example. A *slip* is a wrong answer that a line of thought leads to, with the sentence that meets it; who
answers as the slip does, made it. So what a learner is told and what is tested are one.
"""

from __future__ import annotations

import html
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..engine import ArgumentError
from ..engine.errors import ChalkgradError
from .answers import is_blank, plain, same, shown
from .progress import RIGHT, SHOWN, WRONG, noted

__all__ = ["Exercise", "Slip", "Verdict"]

BLANK = "not attempted"
LOOKS = {RIGHT: ("✓", "#1a7f37"), WRONG: ("✗", "#b42318"), BLANK: ("…", "#57606a")}


class Slip(NamedTuple):
    """A wrong answer as source, as in the solution, and what is said to whoever gives it."""

    answer: str
    words: str


@dataclass(frozen=True)
class Verdict:
    """What became of an answer: `state` is "right", "wrong" or "not attempted".

    Attributes:
        words: what is said about it.
        slip: the place of the slip in the exercise's list, if it was one of them.
    """

    state: str
    words: str
    slip: int | None = None

    def __bool__(self) -> bool:
        return self.state == RIGHT

    def __str__(self) -> str:
        return f"{LOOKS[self.state][0]} {self.words}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        mark, colour = LOOKS[self.state]
        words = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.words, quote=False))
        return (
            f'<div role="status" style="border-left:4px solid {colour}; padding:.3em .8em; max-width:60em">'
            f'<b style="color:{colour}">{mark}</b> {words}</div>'
        )


class Raised(NamedTuple):
    """In place of what an example gives: it ended in an error."""

    words: str


@dataclass(frozen=True, repr=False)
class Exercise:
    """A question with everything that belongs to it.

    Attributes:
        name: the module and the name in it, such as "neurons.q2"; progress is kept under it.
        ask: the question.
        blank: the code that a notebook begins with; the answer is missing in it. It sets `answer`.
        code: the same code, complete: the solution.
        hints: from a nudge to nearly all.
        slips: wrong answers, each with its sentence.
        right: what is said of a right answer, beyond that it is right.
        examples: expressions with `answer`, the smallest first. Without any the answer itself is compared.
        given: code that comes before: imports, and what the notebook has defined.
        decimals: to so many decimals a number is asked for; without it, as exactly as floats are.
        judge: in place of examples: what is said of an answer; "" for a right one, None for one not attempted.
    """

    name: str
    ask: str
    blank: str
    code: str
    hints: Sequence[str]
    slips: Sequence[Slip]
    right: str = ""
    examples: Sequence[str] = ("answer",)
    given: str = ""
    decimals: int | None = None
    judge: Callable[[Any], str | None] | None = field(default=None)

    def check(self, answer: Any = ...) -> Verdict:
        """Say whether an answer is right, and if not, what may have slipped. It is noted in the progress file."""
        verdict = self.verdict(answer)
        if verdict.state != BLANK:
            self._note(verdict.state)
        return verdict

    def verdict(self, answer: Any) -> Verdict:
        """What `check` says, noted nowhere."""
        if is_blank(answer):
            return Verdict(BLANK, f"Not attempted yet. Put your answer in place of the dots; {self._help()}")
        if self.judge:
            words = self.judge(answer)
            if words is None:
                return Verdict(BLANK, f"Not attempted yet: the dots are still there. {self._help()}")
            return Verdict(WRONG if words else RIGHT, words or self._praise(), self._judged_slip(words))
        given = [self._outcome(example, answer) for example in self.examples]
        if all(is_blank(outcome) for outcome in given):
            return Verdict(BLANK, f"It gives nothing back yet: the dots are still there. {self._help()}")
        wanted = self._outcomes(self.code)
        if self._agree(given, wanted):
            return Verdict(RIGHT, self._praise())
        for i, slip in enumerate(self.slips):
            if self._agree(given, self._outcomes(slip.answer)):
                return Verdict(WRONG, f"{self._difference(given, wanted, answer)}{slip.words}", i)
        return Verdict(WRONG, f"{self._difference(given, wanted, answer)}{self._help()}")

    def hint(self, n: int = 1) -> None:
        """Print the n-th hint, from 1.

        Raises:
            ArgumentError: there is no such hint.
        """
        if n not in range(1, len(self.hints) + 1):
            raise ArgumentError(f"hint: n must be from 1 to {len(self.hints)}, got {n!r}")
        more = f"   (There is another: hint({n + 1}).)" if n < len(self.hints) else "   (This is the last one.)"
        print(f"Hint {n}: {self.hints[n - 1]}{more}")

    def solution(self) -> None:
        """Print a solution, and why it is so."""
        self._note(SHOWN)
        print(f"{self.code}\n\n# {self.right}" if self.right else self.code)

    def __repr__(self) -> str:
        return f"{self.ask}\n\n{self.blank}\n\n({self.name}: .check(answer), .hint(), .solution())"

    def _repr_markdown_(self) -> str:
        return f"**{self.name.rpartition('.')[2]}.** {self.ask}\n\n```python\n{self.blank}\n```"

    # what answers give

    def answer_of(self, source: str) -> Any:
        """What a solution, a slip or a blank sets `answer` to."""
        return self._names(source)["answer"]

    def _names(self, source: str) -> dict[str, Any]:
        names: dict[str, Any] = {}
        exec(compile(f"{self.given}\n{source}", f"<{self.name}>", "exec"), names)
        return names

    def _outcomes(self, source: str) -> list[Any]:
        answer = self.answer_of(source)
        return [self._outcome(example, answer) for example in self.examples]

    def _outcome(self, example: str, answer: Any) -> Any:
        """What an example gives in plain form, or how it failed; each in fresh names, so that none sees another."""
        names = self._names("")
        names["answer"] = answer if callable(answer) else deepcopy(answer)
        try:
            outcome = eval(example, names)
            return outcome if is_blank(outcome) else plain(outcome)
        except RecursionError:
            return Raised("it calls itself without an end")
        except Exception as error:  # whatever a learner's code raises is told to the learner
            return Raised(_told(error))

    def _agree(self, given: Sequence[Any], wanted: Sequence[Any]) -> bool:
        return all(same(a, b, self.decimals) for a, b in zip(given, wanted, strict=True))

    # what is said

    def _difference(self, given: Sequence[Any], wanted: Sequence[Any], answer: Any) -> str:
        """The first example that comes out wrong; nothing where that would give the answer away."""
        example, got, want = next(
            (e, g, w) for e, g, w in zip(self.examples, given, wanted, strict=True) if not same(g, w, self.decimals)
        )
        call = example.replace("answer", getattr(answer, "__name__", "answer"))
        if isinstance(got, Raised):
            return f"`{call}` stops: {got.words}. "
        if example == "answer":
            return f"Not {shown(got)}. " if not isinstance(got, tuple) else ""
        if is_blank(got):
            return f"`{call}` gives nothing back, and should give {shown(want)}. "
        return f"`{call}` gives {shown(got)}, and should give {shown(want)}. "

    def _judged_slip(self, words: str) -> int | None:
        return next((i for i, slip in enumerate(self.slips) if words and slip.words in words), None)

    def _praise(self) -> str:
        return f"Right. {self.right}".rstrip()

    def _help(self) -> str:
        return f"`{self.name.rpartition('.')[2]}.hint()` helps." if self.hints else ""

    def _note(self, state: str) -> None:
        try:
            noted(self.name, state)
        except (OSError, ChalkgradError) as error:
            print(f"(Your progress could not be noted: {error})", file=sys.stderr)


def _told(error: Exception) -> str:
    """An error with the learner's own line, where it came from one."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.line for frame in frames if not _is_ours(frame.filename) and frame.line]
    place = f", at `{lines[-1].strip()}`" if lines else ""
    return f"{type(error).__name__}: {error}{place}"


def _is_ours(path: str) -> bool:
    return path == __file__ or path.startswith("<")
