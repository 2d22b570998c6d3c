"""The training scrubber: slide through a training, in a notebook or in one offline page.

The page is given the parameters as they were at up to a hundred moments, the samples, and chalkgrad's formulas; all
else (the map of each neuron, the boundary, gradients, a sample's numbers) it computes itself, and it can train
again from any moment, with another learning rate or momentum.
"""

from __future__ import annotations

import base64
import html
import json
import os
from collections.abc import Sequence
from math import isfinite, isqrt
from pathlib import Path
from typing import Any

from ...engine import ArgumentError, ArgumentTypeError
from ...nn import History, Recording
from ...nn.arguments import UnsuitableError, is_sequence
from ...nn.criteria import metric_of
from ...nn.metrics import LargestIsClass, SameSide
from ..labels import plural
from ..player.bundle import MARGIN, built, script, special_if_used, style_sheet
from ..player.document import document, waiting
from ..saving import save
from .formulas import Criterion, activation_key, activation_op, activation_rules, criterion_of, update_function
from .packing import packed

PAGE = Path(__file__).parent / "page"
PICTURE = 49  # inputs from which a square number of them is taken for a picture's points


class Scrubber:
    """A recording that shows itself in Jupyter and saves itself as a page.

    Attributes:
        recording: what it shows.
    """

    def __init__(self, recording: Recording, title: str, names: list[str], image: tuple[int, int] | None) -> None:
        self.recording = recording
        self._title = title
        self._names = names
        self._image = image
        self._why_not = recording.why_not or ("" if recording.losses else "no epoch was recorded")
        try:
            self._criterion: Criterion | None = criterion_of(recording.loss, _output_like(recording), recording.targets)
        except UnsuitableError as error:
            self._criterion = None
            self._why_not = self._why_not or str(error)
        self._rules = activation_rules(recording.stages)

    @property
    def why_not(self) -> str:
        """Why the page cannot train again from a moment of the recording; empty if it can try."""
        return self._why_not

    @property
    def data(self) -> dict[str, Any]:
        """What the page is given, as JSON would hold it; its functions are in `functions`."""
        recording = self.recording
        snapshots = list(recording.snapshots.values())
        metric = metric_of(recording.loss)
        kinds = _kinds(recording.targets, metric)
        rule = None if self._why_not else recording.rule
        return {
            "title": self._title,
            "css": style_sheet("scrubber.css", PAGE),
            "stages": [
                {
                    "inputs": stage.inputs,
                    "outputs": stage.outputs,
                    "bias": stage.bias,
                    "activation": stage.activation,
                    "op": None if (op := activation_op(stage)) is None else {"name": op.name, "params": op.params},
                    "rule": activation_key(stage),
                }
                for stage in recording.stages
            ],
            "size": len(snapshots[0]),
            "epochs": list(recording.snapshots),
            "snapshots": packed(snapshots, "f"),
            "ends": packed([snapshots[0], snapshots[-1]]),
            "losses": packed([recording.losses]),
            "validation": packed([recording.validation_losses]),
            "rates": packed([recording.rates]),
            "samples": packed([_flat(recording.samples)]),
            "targets": packed([_flat(recording.targets)]),
            "count": len(recording.samples),
            "kinds": kinds,
            "classes": _class_names(recording, kinds),
            "side": {"boundary": metric.boundary, "threshold": metric.threshold}
            if isinstance(metric, SameSide)
            else None,
            "names": self._names,
            "image": self._image,
            "loss": _name_of(recording.loss),
            "columns": self._criterion.columns if self._criterion else [],
            "which": packed([self._criterion.which]) if self._criterion else "",
            "batch": recording.batch_size,
            "words": None if recording.words is None or rule is None else recording.words,
            "rule": rule
            and {
                "name": rule.name,
                "momentum": rule.momentum,
                "memory": packed(rule.memory.values()),
                "remembered": len(rule.memory),
                "step": rule.step,
            },
            "whyNot": self._why_not,
        }

    @property
    def functions(self) -> str:
        """What the page computes by, as a JavaScript object: generated from chalkgrad's own rules."""
        losses = self._criterion.functions if self._criterion else []
        rule = self.recording.rule
        update = "null" if rule is None or self._why_not else update_function(rule)
        return f"{{ rules: {self._rules}, criteria: [{', '.join(losses)}], update: {update} }}"

    def html(self) -> str:
        """One complete page: no other file, no network, no Python."""
        return document(self._title, self._element(page=True))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file, whole or not at all, and return its path.

        Raises:
            ArgumentError: the name does not end in .html, or its folder is missing.
        """
        return save(path, dict.fromkeys((".html", ".htm"), lambda: self.html().encode()))

    def fallback(self) -> str:
        """The curve of the loss as an image with a description."""
        image = base64.b64encode(_curve(self.recording.losses).encode()).decode("ascii")
        return f'<img alt="{html.escape(self._described())}" src="data:image/svg+xml;base64,{image}">'

    def __repr__(self) -> str:
        return f"Scrubber of {self.recording!r}: .save('training.html') writes a page"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self._element(page=False)}

    def _element(self, *, page: bool) -> str:
        data = json.dumps({**self.data, "page": page}, allow_nan=False)
        code = f"{shipped_script(self.functions)}mountScrubber(host, Object.assign({data}, {self.functions}));"
        return waiting("chalkgrad-scrubber", code, "" if page else self.fallback())

    def _described(self) -> str:
        losses = self.recording.losses
        epochs = f"{len(losses)} {plural(len(losses), 'epoch')}"
        if not losses:
            return f"{self._title}: {epochs}"
        return f"{self._title}: loss over {epochs}, from {losses[0]:.4g} to {losses[-1]:.4g}"


def scrub(
    recording: Recording | History,
    *,
    title: str = "",
    names: Sequence[str] | None = None,
    image: tuple[int, int] | None = None,
) -> Scrubber:
    """Slide and play through a training that was recorded: `fit(..., record=True)`.

    In the page: the network with the map of each neuron and its weights, the decision boundary, the loss, the size of
    the gradients, layer by layer, and of a sample that is clicked the numbers in every neuron. *Branch here* trains
    again from the moment shown, with another learning rate or momentum.

    Args:
        recording: of a training, or the history that has one.
        title: stands above the page.
        names: of the inputs.
        image: rows and columns of a picture whose points are the inputs; a square is seen by itself from 49 on.

    Raises:
        ArgumentError: a training that was not recorded; names or an image of another size than the inputs; a number
            in the recording that is not finite.
        ArgumentTypeError: no recording and no history.
    """
    if isinstance(recording, History):
        if recording.recording is None:
            raise ArgumentError("this training was not recorded: fit(..., record=True)")
        recording = recording.recording
    if not isinstance(recording, Recording):
        raise ArgumentTypeError(f"scrub takes a Recording, or a History with one, got {type(recording).__name__}")
    if not recording.snapshots:
        raise ArgumentError("the recording is empty: fit(..., record=recording) fills it")
    lost = [epoch for epoch, numbers in recording.snapshots.items() if not all(map(isfinite, numbers))]
    if lost:
        raise ArgumentError(f"the parameters are not finite after epoch {lost[0]}: there is nothing to show of them")
    width = recording.stages[0].inputs
    named = [f"x[{i}]" for i in range(width)] if names is None else [str(name) for name in names]
    if len(named) != width:
        raise ArgumentError(f"names must have one for each of the {width} inputs, got {len(named)}")
    if image is not None and (len(image) != 2 or image[0] * image[1] != width):
        raise ArgumentError(f"image must be the rows and columns of {width} points, got {image!r}")
    side = isqrt(width)
    if image is None and side * side == width >= PICTURE:
        image = side, side
    return Scrubber(recording, title or "A training, epoch by epoch", named, image)


def shipped_script(functions: str) -> str:
    """What defines `mountScrubber` in a page that computes by these functions."""
    small = built("scrubber.js", PAGE)
    if small is None:
        return MARGIN.sub("", script("scrub", PAGE)) + special_if_used(functions)
    return f"{small}const {{ PRIMALS, mountScrubber }} = chalkgrad;\n{special_if_used(functions)}"


def _output_like(recording: Recording) -> Any:
    """Some output of the model in form and range: what its last activation makes of zeros."""
    last = recording.stages[-1]
    zeros = [0.5] * last.outputs
    if last.activation == "softmax":
        zeros = [1.0 / last.outputs] * last.outputs
    return zeros[0] if last.outputs == 1 else zeros


def _flat(rows: Sequence[Any]) -> list[float]:
    return [float(x) for row in rows for x in (row if is_sequence(row) else [row])]


def _kinds(targets: Sequence[Any], metric: Any) -> list[int] | None:
    """The number of each sample's class; None where there are no classes."""
    if isinstance(metric, LargestIsClass):
        return [max(range(len(t)), key=t.__getitem__) if is_sequence(t) else int(t) for t in targets]
    if isinstance(metric, SameSide) and not any(is_sequence(t) and len(t) != 1 for t in targets):
        return [int(float(t[0] if is_sequence(t) else t) > metric.boundary) for t in targets]
    return None


def _class_names(recording: Recording, kinds: list[int] | None) -> list[str]:
    """What each class is called: its name, or the target that stands for it."""
    if kinds is None:
        return []
    if recording.classes is not None:
        return [str(name) for name in recording.classes]
    outputs = recording.stages[-1].outputs
    if outputs > 1:
        return [str(i) for i in range(outputs)]
    spelt = dict(zip(kinds, recording.targets, strict=True))
    return [f"{float(t[0] if is_sequence(t) else t):g}" if (t := spelt.get(k)) is not None else str(k) for k in (0, 1)]


def _name_of(loss: Any) -> str:
    return str(getattr(loss, "__name__", type(loss).__name__))


def _curve(losses: Sequence[float]) -> str:
    """The loss, epoch by epoch, as a small drawing."""
    shown = [loss for loss in losses if isfinite(loss)]
    top = max(shown, default=0.0) or 1.0
    points = " ".join(
        f"{10 + 480 * i / max(len(shown) - 1, 1):.1f},{150 - 140 * loss / top:.1f}" for i, loss in enumerate(shown)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 160" width="500" height="160">'
        '<rect width="500" height="160" fill="#fff"/>'
        f'<polyline points="{points}" fill="none" stroke="#0870b0" stroke-width="2"/></svg>'
    )
