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
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...engine import ArgumentError, ArgumentTypeError, Value
from ...engine.tracing import Optimizer, Trace, plain
from ...engine.tracing.bugs import Asked
from ...nn.arguments import as_flag
from ...nn.checks import loss_and_metric
from ..compared import Comparison
from ..foreign import Foreign, adopt, is_foreign
from ..saving import save
from .bundle import shipped_script, style_sheet
from .document import document, waiting
from .lesson import Lesson


class Player:
    """A lesson that shows itself in Jupyter and saves itself as a page.

    Attributes:
        trace: the run that it shows; printing it gives the steps as text.
        comparison: of another engine's graph: what its backward wrote beside what it should be; else None.
    """

    def __init__(self, lesson: Lesson) -> None:
        self._lesson = lesson

    @property
    def trace(self) -> Trace:
        """The run that it shows."""
        return self._lesson.shown

    @property
    def comparison(self) -> Comparison | None:
        """What another engine's backward wrote, beside what it should be; printing it tells the first difference."""
        return self._lesson.comparison

    @property
    def asks(self) -> bool:
        """Whether it begins by asking for each number."""
        return bool(self._lesson.data["quiz"])

    @property
    def data(self) -> dict[str, Any]:
        """What the page is given, as strict JSON would hold it."""
        handed: dict[str, Any] = plain(
            {**self._lesson.data, "markup": self._lesson.markup, "css": style_sheet(), "page": False}
        )
        return handed

    def html(self) -> str:
        """One complete page: no other file, no network, no Python."""
        return document(self._lesson.data["title"], self._element(page=True))

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
        """The player as HTML: an element with the picture in it, and the script that takes its place."""
        data = json.dumps({**self.data, "page": page}, allow_nan=False)
        lesson = f"Object.assign({data}, {{ rules: {self.rules or 'null'} }})"
        script = f"{shipped_script(self.rules)}mount(host, revived({lesson}));"
        return waiting("chalkgrad-player", script, "" if page else self.fallback())

    def fallback(self) -> str:
        """The drawing as an image with a description."""
        drawing = base64.b64encode(self._lesson.picture.svg.encode()).decode("ascii")
        return f'<img alt="{html.escape(self._lesson.alt)}" src="data:image/svg+xml;base64,{drawing}">'

    @property
    def rules(self) -> str:
        """The generated derivatives, as a JavaScript object; empty if the page cannot compute an op."""
        return self._lesson.rules


def step(
    root: Value | Foreign | Callable[[Sequence[Any]], Any],
    sample: Sequence[Any] | None = None,
    target: Any = None,
    loss: str | Callable[[Any, Any], Value] | None = None,
    *,
    optimizer: Optimizer | None = None,
    accumulate: bool = False,
    title: str = "",
    notes: Mapping[Any, str] | None = None,
    bug: Asked | None = None,
    compare: Asked | None = None,
    quiz: bool = False,
) -> Player:
    """Step through the forward and the backward pass of a value, or of a model on one sample.

    Args:
        root: a `Value`; or a model, which is then given the sample; or a node of another engine, as `draw` takes it:
            what that engine's backward wrote is then shown beside what it should be.
        sample: the model's inputs: numbers or `Value`s.
        target: what the loss compares the model's output with.
        loss: takes the output and the target and gives a `Value`, or the name of one that `fit` knows.
            None: the output itself is the root.
        optimizer: shows a whole training step: gradients cleared, and every parameter updated by it.
            Nothing of the user's is changed.
        accumulate: start from the gradients that the leaves hold, as a second `backward()` does.
        title: stands above the page.
        notes: what you want to say, by step (its number in `print(trace(root))`), by node or by a node's name; the
            page shows it at that step (key `n`), and the handout prints it.
        bug: begin with a classic fault in the backward pass, as `trace` takes it. The page has a menu of them.
        compare: begin with two pictures on one clock: the pass with this fault, and beside it the right one.
        quiz: begin by asking for each number (Predict in the page). A number is right within 1 %, or
            half a unit of the fourth decimal; a wrong one is told which slip it comes from.

    Raises:
        ArgumentError: `loss` is a name that is not known, `notes` names a step or a node that there is not, there is
            no such bug, or `bug` and `compare` are two.
        ArgumentTypeError: `root` is neither a `Value` nor a model with a sample, or its result is no `Value`.

    >>> a = Value(2.0, label="a")
    >>> player = step(a * a)
    >>> print(player.trace)
    forward
      1  v1 = a * a = 2 * 2 = 4
    backward
      2  ∂v1/∂v1 = 1
      3  ∂v1/∂a  = ∂v1/∂v1 · ∂v1/∂a|left = 1 · 2 = 2
      4  ∂v1/∂a += ∂v1/∂v1 · ∂v1/∂a|right = 1 · 2 = 2, in all 4
    """
    theirs = adopt(root) if is_foreign(root) else None
    value = theirs.root if theirs else _value_of(root, sample, target, loss)
    name = title or (f"Step by step: {value.label}" if value.label else "Step by step")
    if bug is not None and compare is not None:
        raise ArgumentError("step takes bug or compare, not both: compare shows the bug it names beside the right pass")
    lesson = Lesson(
        value, accumulate=accumulate, optimizer=optimizer, title=name, notes=notes, parameters=_parameters(root),
        bug=bug if compare is None else compare, compare=compare is not None, quiz=as_flag(quiz, "quiz"), theirs=theirs,
    )  # fmt: skip
    return Player(lesson)


def _parameters(model: Any) -> list[Value]:
    """What a model says is trained, if it says so."""
    said = getattr(model, "parameters", None)
    return [p for p in said() if isinstance(p, Value)] if callable(said) else []


def _value_of(root: Any, sample: Any, target: Any, loss: Any) -> Value:
    return root if isinstance(root, Value) else _run_model(root, sample, target, loss)


def _run_model(model: Any, sample: Any, target: Any, loss: Any) -> Value:
    if not callable(model) or sample is None:
        raise ArgumentTypeError(
            f"step needs a Value, or a model and a sample; got {type(model).__name__}"
            + (" without a sample" if callable(model) else "")
        )
    inputs = [x if isinstance(x, Value) else Value(x, label=f"x[{i}]") for i, x in enumerate(sample)]
    output = model(inputs)
    if isinstance(loss, str):
        loss, _ = loss_and_metric(loss, None)
    value = output if loss is None else loss(output, target)
    if is_foreign(value):
        raise ArgumentTypeError(
            f"the model gives a {type(value).__name__} of another engine: run it and its backward(), then step(output)"
        )
    if not isinstance(value, Value):
        raise ArgumentTypeError(f"step needs one Value to differentiate, got {type(value).__name__}; give a loss")
    if loss is not None and not value.label:
        value.label = "loss"
    return value
