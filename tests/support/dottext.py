"""DOT text, read back: what a test asks a drawing about, and the neuron that is drawn."""

from __future__ import annotations

import re

from chalkgrad.engine import Value, tanh


def neuron() -> Value:
    x1, x2 = Value(2.0, "x1"), Value(0.0, "x2")
    w1, w2, b = Value(-3.0, "w1"), Value(1.0, "w2"), Value(6.8813735870195432, "b")
    o = tanh(x1 * w1 + x2 * w2 + b)
    o.label = "o"
    return o


def statements(source: str) -> dict[str, str]:
    """The node statements of a DOT text, by node."""
    return {m[1]: m[0] for m in re.finditer(r"^\t*(\w[\w.-]*|\"[^\"]+\") \[.*$", source, re.MULTILINE)}


def edges(source: str) -> list[tuple[str, str, str]]:
    """Tail, head and id of every edge of a DOT text."""
    found = re.finditer(r'^\t"?([\w.-]+)"? -> "?([\w.-]+?)"?(?::\S+)? \[.*?id="?([\w.-]+)"?', source, re.MULTILINE)
    return [(m[1], m[2], m[3]) for m in found]


def shown(source: str, node: str) -> list[str]:
    """The texts on a node's card, in order, as typed."""
    texts = re.findall(r"<FONT[^>]*>(?:<B>)?([^<]*)", statements(source)[node])
    return [text.replace("&#160;", " ") for text in texts]
