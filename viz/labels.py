"""Numbers and labels as a picture shows them.

A label is data, whoever wrote it: what cannot be seen is shown as its escape
(`\\x00`, `\\u202e`), and what is long is cut. Nothing in it is ever markup.
"""

from __future__ import annotations

import html

from ..engine.narration import printable

DASH = "–"  # stands where a gradient has not been computed
JOINERS = "\u200c\u200d"  # invisible, but emoji and some scripts are spelt with them


def number(x: float, precision: int = 4) -> str:
    """A float with `precision` decimals, or in scientific notation where these would hide it.

    >>> number(-1.5), number(2e-7), number(123456789.0), number(0.125, 2)
    ('−1.5000', '2.0000e−07', '1.2346e+08', '0.12')
    """
    fixed = f"{x or 0.0:.{precision}f}"  # minus zero is written as zero
    if abs(x) >= 1e7 or (x != 0.0 and float(fixed) == 0.0):
        fixed = f"{x:.{precision}e}"
    return fixed.replace("-", "−").replace("−inf", "−∞").replace("inf", "∞")


def visible(label: str, limit: int = 0) -> str:
    """A label as a terminal's line has it (`printable`), joiners kept; with a limit, cut to so many characters.

    >>> visible("a\\nb\\x00"), visible("a very long name", 8)
    ('a\\\\nb\\\\x00', 'a very …')
    """
    if limit and len(label) > limit:
        label = label[: limit - 1] + "…"
    return "".join(c if c in JOINERS else printable(c) for c in label)


def plural(count: int, noun: str) -> str:
    """The noun as it stands after that number.

    >>> plural(1, "node"), plural(2, "node")
    ('node', 'nodes')
    """
    return noun if count == 1 else f"{noun}s"


def in_html(text: str) -> str:
    """Text for a Graphviz label of the kind between `<` and `>`, where `\\N` too has a meaning."""
    return html.escape(text).replace("\\", "\\\\").replace(" ", "&#160;")
