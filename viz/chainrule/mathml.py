"""The op table's LaTeX as MathML, which a browser shows with no fonts and no network.

The dialect is small: what the table's `tex` column uses, and `\\slot{name}`, an
empty place that Python or the page fills with a name or a number. Names are put
in as text, so a label is never read as LaTeX or as markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from ...engine import ArgumentError
from ..labels import visible

_TOKEN = re.compile(r"\\([A-Za-z]+|.)|(\d+(?:\.\d+)?(?:e[+-]?\d+)?)|([A-Za-z]+)|(\s+)|(.)")
_OPERATORS = {
    "cdot": "·", "ge": "≥", "le": "≤", "ne": "≠", "infty": "∞", "sigma": "σ", "psi": "ψ", "Gamma": "Γ", "_": "_",
}  # fmt: skip
_APPLIED = '<mo>&#8289;</mo><mspace width="0.17em"></mspace>'  # a function, and a thin space before what it is of
_NAMES = {"ln", "sin", "cos", "tan", "tanh", "max", "min"}
_IDENTIFIERS = {"infty", "sigma", "psi", "Gamma"}


def slot(name: str) -> str:
    """An empty place of that name, for the page to fill."""
    return f'<mrow data-slot="{escape(name)}"></mrow>'


def identifier(name: str) -> str:
    """A name, whatever characters it has, as one upright or (a single letter) slanted identifier."""
    return f"<mi>{escape(visible(name))}</mi>"


def numeral(x: str) -> str:
    """A number that is written already; a minus sign is a real one."""
    return f"<mn>{escape(x.replace('-', '−'))}</mn>"


def mathml(tex: str, fill: Callable[[str], str] = slot) -> str:
    """The MathML of a formula, without the `<math>` around it; `fill` writes what stands in a slot.

    >>> mathml(r"\\frac{1}{x}")
    '<mrow><mfrac><mrow><mn>1</mn></mrow><mrow><mi>x</mi></mrow></mfrac></mrow>'
    """
    parser = _Parser(tex, fill)
    row = parser.row("")
    if parser.tokens:
        raise ArgumentError(f"unmatched {parser.tokens[-1]!r} in LaTeX {tex!r}")
    return row


class _Parser:
    """Recursive descent; the tokens stand reversed, so that the next one is popped off the end."""

    def __init__(self, tex: str, fill: Callable[[str], str]) -> None:
        self.tokens = [m.group() for m in _TOKEN.finditer(tex) if not m.group(4)][::-1]
        self.fill = fill

    def row(self, end: str) -> str:
        parts: list[str] = []
        while self.tokens and self.tokens[-1] != end:
            if self.tokens[-1] == "}":
                break
            token = self.tokens.pop()
            if token == "^":
                applied = [parts.pop()] if parts and parts[-1] == _APPLIED else []
                base = self._taken_back(parts)
                parts += [f"<msup>{base}{self._argument()}</msup>", *applied]
            else:
                parts.append(self._atom(token))
                if parts[-1].endswith(_APPLIED):
                    parts[-1:] = [parts[-1].removesuffix(_APPLIED), _APPLIED]
        return f"<mrow>{''.join(parts)}</mrow>"

    def _taken_back(self, parts: list[str]) -> str:
        """What an exponent stands on: the last atom, or the whole of a parenthesis."""
        if parts and parts[-1] == "<mo>)</mo>":
            start = len(parts) - 1 - parts[::-1].index("<mo>(</mo>")
            group = "".join(parts[start:])
            del parts[start:]
            return f"<mrow>{group}</mrow>"
        return parts.pop() if parts else "<mrow></mrow>"

    def _argument(self) -> str:
        token = self.tokens.pop()
        if token != "{":
            return self._atom(token)
        row = self.row("}")
        self.tokens.pop()
        return row

    def _atom(self, token: str) -> str:
        if token == "{":
            self.tokens.append(token)
            return self._argument()
        if token[0] == "\\":
            return self._command(token[1:])
        if token[0].isdigit():
            return numeral(token)
        if token[0].isalpha():
            return identifier(token)
        return f"<mo>{escape({'-': '−', '*': '·'}.get(token, token))}</mo>"

    def _command(self, name: str) -> str:
        if name == "frac":
            return f"<mfrac>{self._argument()}{self._argument()}</mfrac>"
        if name == "sqrt":
            return f"<msqrt>{self._argument()}</msqrt>"
        if name in ("slot", "operatorname"):
            self.tokens.pop()
            text = ""
            while self.tokens[-1] != "}":
                text += self.tokens.pop().removeprefix("\\")
            self.tokens.pop()
            return self.fill(text) if name == "slot" else f"<mi>{escape(text)}</mi>{_APPLIED}"
        if name in ("left", "right"):
            return f'<mo fence="true" form="{"prefix" if name == "left" else "postfix"}">{self.tokens.pop()}</mo>'
        if name in _NAMES:
            return f"<mi>{name}</mi>{_APPLIED}"
        if name in _IDENTIFIERS:
            return f"<mi>{_OPERATORS[name]}</mi>"
        if name in _OPERATORS:
            return f"<mo>{_OPERATORS[name]}</mo>"
        raise ArgumentError(f"no MathML for the LaTeX command \\{name}; add it to viz/chainrule/mathml.py")
