"""The player: step through a run of your own values, in a notebook or in one offline page.

`step(root)` shows every value computed, every share of gradient passed back and
(with an optimizer) every parameter updated, forwards and backwards. The page needs no
Python and no network: it carries its drawing, its numbers and its own evaluator.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ...engine import ArgumentTypeError, Value
from ...engine.tracing import Optimizer, Trace, plain
from ..saving import save
from .bundle import script, slim, style_sheet
from .lesson import Lesson

# What the page may load: nothing. What it is made of stands in it, and it asks for nothing else.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)


class Player:
    """A lesson that shows itself in Jupyter and saves itself as a page.

    Attributes:
        trace: the run that it shows; printing it gives the steps as text.
    """

    def __init__(self, lesson: Lesson) -> None:
        self._lesson = lesson

    @property
    def trace(self) -> Trace:
        """The run that it shows."""
        return self._lesson.run

    @property
    def data(self) -> dict[str, Any]:
        """What the page is given, as strict JSON would hold it."""
        handed: dict[str, Any] = plain(
            {**self._lesson.data, "markup": self._lesson.markup, "css": style_sheet(), "page": False}
        )
        return handed

    def html(self) -> str:
        """One complete page: no other file, no network, no Python."""
        title = html.escape(self._lesson.data["title"])
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta name="color-scheme" content="light dark"><title>{title}</title>'
            f"<style>html,body{{margin:0;height:100%}}</style></head>\n<body>{self._element(page=True)}</body></html>\n"
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file, whole or not at all, and return its path.

        Raises:
            ArgumentError: the name does not end in .html, or its folder is missing.
        """
        return save(path, dict.fromkeys((".html", ".htm"), lambda: self.html().encode()))

    def __repr__(self) -> str:
        return (
            f"Player of {len(self.trace)} events: .save('lesson.html') writes a page, print(.trace) shows them as text"
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self._element(page=False)}

    def _element(self, *, page: bool) -> str:
        """The player as HTML: an element with the picture in it, and the script that takes its place.

        A notebook that is not trusted drops the script and keeps the picture with its description.
        """
        data = {**self.data, "page": page}
        lesson = (
            f"Object.assign({_in_script(json.dumps(data, allow_nan=False))}, {{rules: {self._lesson.rules or 'null'}}})"
        )
        return (
            '<div class="chalkgrad-player" data-lm-suppress-shortcuts="true">'
            f"{'' if page else self.fallback()}</div>"
            f"<script>(() => {{\nconst host = document.currentScript.previousElementSibling;\n{slim(script())}\n"
            f"mount(host, revived({lesson}));\n}})();</script>"
        )

    def fallback(self) -> str:
        """The drawing as an image with a description."""
        drawing = base64.b64encode(self._lesson.picture.svg.encode()).decode("ascii")
        return f'<img alt="{html.escape(self._lesson.alt)}" src="data:image/svg+xml;base64,{drawing}">'

    @property
    def rules(self) -> str:
        """The generated derivatives, as a JavaScript object; empty if the page cannot compute an op."""
        return self._lesson.rules


def step(
    root: Value | Callable[[Sequence[Any]], Any],
    sample: Sequence[Any] | None = None,
    target: Any = None,
    loss: Callable[[Any, Any], Value] | None = None,
    *,
    optimizer: Optimizer | None = None,
    accumulate: bool = False,
    title: str = "",
) -> Player:
    """Step through the forward and the backward pass of a value, or of a model on one sample.

    Args:
        root: a `Value`; or a model, which is then given the sample.
        sample: the model's inputs: numbers or `Value`s.
        target: what the loss compares the model's output with.
        loss: takes the output and the target and gives a `Value`. None: the output itself is the root.
        optimizer: shows a whole training step: gradients cleared, and every parameter updated by it.
            Nothing of the user's is changed.
        accumulate: start from the gradients that the leaves hold, as a second `backward()` does.
        title: stands above the page.

    Raises:
        ArgumentTypeError: `root` is neither a `Value` nor a model with a sample, or its result is no `Value`.

    >>> a = Value(2.0, label="a")
    >>> player = step(a * a)
    >>> print(player.trace)
    forward
      1  v1 = a * a = 2 * 2 = 4
    backward
      2  ∂v1/∂v1 = 1
      3  ∂v1/∂a  = ∂v1/∂v1 · ∂v1/∂a (left) = 1 · 2 = 2
      4  ∂v1/∂a += ∂v1/∂v1 · ∂v1/∂a (right) = 1 · 2 = 2, in all 4
    """
    value = root if isinstance(root, Value) else _run_model(root, sample, target, loss)
    name = title or (f"Step by step: {value.label}" if value.label else "Step by step")
    return Player(Lesson(value, accumulate=accumulate, optimizer=optimizer, title=name))


def _run_model(model: Any, sample: Any, target: Any, loss: Any) -> Value:
    if not callable(model) or sample is None:
        raise ArgumentTypeError(
            f"step needs a Value, or a model and a sample; got {type(model).__name__}"
            + (" without a sample" if callable(model) else "")
        )
    inputs = [x if isinstance(x, Value) else Value(x, label=f"x[{i}]") for i, x in enumerate(sample)]
    output = model(inputs)
    value = output if loss is None else loss(output, target)
    if not isinstance(value, Value):
        raise ArgumentTypeError(f"step needs one Value to differentiate, got {type(value).__name__}; give a loss")
    if loss is not None and not value.label:
        value.label = "loss"
    return value


def _in_script(text: str) -> str:
    """JSON that may stand inside a `<script>`: nothing in it can end an element or begin a comment."""
    text = re.sub(r"<(?=!--|script)", r"\\u003c", text, flags=re.IGNORECASE)
    return text.replace("</", "<\\/").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
