"""Errors that point: a sentence, the text that was given, and carets under the place that is to blame.

Here too is the courtesy of saying what is wrong with a text that is no formula: which character has no
place in one, or which word stands where it cannot.
"""

from __future__ import annotations

import keyword
import re
import unicodedata

from ...engine import ArgumentError

AROUND = 50  # characters of a long text that are shown on either side of the place

PARTS = "a formula is made of names, numbers, + - * / % **, ( ) and functions such as tanh(x)"
_HINTS = {
    "^": "write ** for a power: x**2",
    "=": "a formula has no =; the values follow it, each as name=value",
    "<": "compare with lt(a, b) or le(a, b), which give 1 or 0",
    ">": "compare with gt(a, b) or ge(a, b), which give 1 or 0",
    "√": "write sqrt(x)",
    **dict.fromkeys("×·⋅∙", "write * for a product"),
    **dict.fromkeys("−–—", "write - for minus"),
    **dict.fromkeys("÷∕", "write / for a quotient"),
    **dict.fromkeys("²³", "write ** for a power: x**2"),
    **dict.fromkeys("[]{}", "only round parentheses can stand in a formula"),
}


class FormulaError(ArgumentError):
    """A formula, or a name=value, that cannot be read.

    Attributes:
        sentence: what is wrong.
        text: what was given.
        start, end: `text[start:end]` is to blame; at the end of the text, `start` is its length.

    >>> print(FormulaError("write ** for a power", "x^2", 1))
    write ** for a power
      x^2
       ^
    """

    def __init__(self, sentence: str, text: str, start: int, end: int | None = None) -> None:
        self.sentence = sentence
        self.text = text
        self.start = start
        self.end = start + 1 if end is None else end
        shown, carets = _excerpt(text, self.start, self.end)
        super().__init__(f"{sentence}\n  {shown}\n  {carets}")


def _excerpt(text: str, start: int, end: int) -> tuple[str, str]:
    """The part of the text about the place, and a line with carets that stand under the place."""
    first, last = max(0, start - AROUND), start + AROUND
    head = "…" if first else ""
    tail = "…" if last < len(text) else ""
    blanks = columns(head + text[first:start])
    carets = max(1, columns(text[start : min(end, last)]))
    return head + masked(text[first:last]) + tail, " " * blanks + "^" * carets


def masked(text: str) -> str:
    """The text with a question mark for what would not print, or would steer the terminal.

    One character stands for one, where an escape is several: so the carets come to stand under their place.
    """
    return "".join(c if c.isprintable() else "?" for c in text)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: two for a wide character, none for a combining mark."""
    return sum(map(_width, masked(text)))


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def check_characters(text: str) -> None:
    """Refuse what can stand in no formula; this keeps out strings, subscripts, lambdas and line breaks."""
    if not text:
        raise FormulaError("the formula is empty", text, 0)
    for i, character in enumerate(text):
        if character in _HINTS:
            raise FormulaError(_HINTS[character], text, i)
        if not (f"x{character}".isidentifier() or character in " +-*/%(),."):
            what = repr(character) if character.isprintable() else f"U+{ord(character):04X}"
            raise FormulaError(f"{what} has no place in a formula", text, i)


_WORD = re.compile(r"(?P<value>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|\w+)|\*\*|//|[^ ]")


def blame(text: str) -> None:
    """Raise for the word that stands where it cannot, in a text that Python refuses as a syntax error.

    Returns if each word could follow the one before it; Python's own message is then the better one.

    Raises:
        FormulaError: points at the word.
    """
    before = ""
    wants_value = True
    opened: list[int] = []
    for match in _WORD.finditer(text):
        word, start, end = match[0], match.start(), match.end()
        if match["value"]:
            if not wants_value:
                sentence = f"an operator is missing before {word}; a product is written with *, as in 2*x"
                raise FormulaError(sentence, text, start, end)
            if keyword.iskeyword(word):
                raise FormulaError(f"{word} is a word of Python's own; {PARTS}", text, start, end)
            wants_value = False
        elif word == "(":
            opened.append(start)
            wants_value = True
        elif wants_value and word not in "+-" and not (word == ")" and before == "("):
            raise FormulaError(f"a value is missing before {word}", text, start, end)
        elif word == ")":
            if not opened:
                raise FormulaError("this ) closes nothing", text, start)
            opened.pop()
        else:
            wants_value = True
        before = word
    if wants_value:
        raise FormulaError("the formula ends where a value is wanted", text, len(text))
    if opened:
        raise FormulaError("this ( is never closed", text, opened[-1])
