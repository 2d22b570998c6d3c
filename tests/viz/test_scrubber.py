"""What the scrubber hands its page: packed numbers, the formulas it computes by, and what it refuses."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from array import array
from pathlib import Path
from typing import Any

import pytest
from support.trainings import moons, recorded
from support.typedefs import typedefs

from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value
from chalkgrad.nn import MLP, SGD, Dropout, History, Linear, Recording, Sequential, fit
from chalkgrad.viz import Scrubber, scrub
from chalkgrad.viz.scrubber.formulas import activation_rules, criterion_of
from chalkgrad.viz.scrubber.packing import packed


def unpacked(text: str, width: int, kind: str) -> list[list[float]]:
    size = {"f": 4, "d": 8}[kind]
    shuffled = zlib.decompress(base64.b64decode(text))
    count = len(shuffled) // size
    changes = bytes(shuffled[place * count + i] for i in range(count) for place in range(size))
    rows, before = [], bytes(width * size)
    for start in range(0, len(changes), width * size):
        before = bytes(a ^ b for a, b in zip(changes[start : start + width * size], before, strict=True))
        rows.append(list(struct.unpack(f"<{width}{kind}", before)))
    return rows


@pytest.mark.parametrize("kind", ["f", "d"])
def test_rows_are_packed_as_what_changed(kind: str) -> None:
    rows = [[0.1, -2.0, 1e30], [0.1, -2.5, float("inf")], [0.0, -0.0, 7.0]]
    wanted = [array(kind, row).tolist() for row in rows]
    assert unpacked(packed(rows, kind), 3, kind) == wanted


def test_what_hardly_changes_takes_hardly_any_room() -> None:
    rows = [[i / 7 + k * 1e-9 for i in range(300)] for k in range(100)]
    assert len(packed(rows, "f")) < 0.05 * 300 * 100 * 4


def test_the_page_of_the_moons_is_small() -> None:
    model = MLP(2, [16, 16, 1], "tanh", seed=1)
    recording = recorded(model=model, epochs=100, batch_size=100)
    assert len(recording.snapshots) == 101 and sum(stage.size for stage in recording.stages) == 337
    assert len(scrub(recording).html().encode()) < 200_000
    assert len(scrub(recording).data["snapshots"]) < 120_000


def test_first_and_last_are_handed_over_whole_and_the_others_to_32_bits() -> None:
    recording = recorded()
    data = scrub(recording).data
    snapshots = [numbers.tolist() for numbers in recording.snapshots.values()]
    assert unpacked(data["ends"], data["size"], "d") == [snapshots[0], snapshots[-1]]
    rounded = [array("f", numbers).tolist() for numbers in snapshots]
    assert unpacked(data["snapshots"], data["size"], "f") == rounded


HANDED = {
    "moons": lambda: recorded(epochs=2),
    "classes": lambda: recorded([[0.0] * 49, [1.0] * 49], [0, 1], "cross_entropy", MLP(49, [2], seed=0), epochs=1),
    "numbers": lambda: recorded([[0.0], [1.0]], [[1.0, 2.0], [0.0, 1.0]], "mse_loss", MLP(1, [2], seed=0), epochs=1),
    "no branch": lambda: recorded(epochs=1, optimizer=lambda p: SGD(p[:4])),
    "in order": lambda: recorded(epochs=1, shuffle=False, seed=None),
}


@pytest.mark.parametrize("name", HANDED)
def test_what_is_handed_over_is_what_the_page_declares(name: str) -> None:
    handed = json.loads(json.dumps({**scrub(HANDED[name]()).data, "page": True}))
    assert list(typedefs("scrubber").faults("HandedScrub", handed)) == []


def test_a_field_that_is_missing_is_found() -> None:
    handed = json.loads(json.dumps({**scrub(recorded(epochs=1)).data, "page": True}))
    del handed["stages"][0]["bias"]
    faults = list(typedefs("scrubber").faults("HandedScrub", handed))
    assert faults == ["lesson.stages[0]: HandedStage.bias is declared and not handed over"]


def test_a_history_does_as_well_and_a_page_is_written(tmp_path: Path) -> None:
    X, y = moons(20)
    model = MLP(2, [1], seed=0)
    history = fit(model, X, y, "hinge_loss", SGD(model.parameters()), 2, record=True, progress=False)
    scrubber = scrub(history, title="<b>Mine</b>", names=["a", "b"])
    assert scrubber.recording is history.recording
    assert "<title>&lt;b&gt;Mine&lt;/b&gt;</title>" in scrubber.save(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "http" not in scrubber.html().replace("http-equiv", "")


def test_a_notebook_shows_it_with_the_curve_as_a_picture_for_who_runs_no_script() -> None:
    scrubber = scrub(recorded(epochs=3), title="Moons")
    bundle = scrubber._repr_mimebundle_()
    assert bundle["text/plain"].startswith(
        "Scrubber of Recording(3 epochs of 100 samples, 4 snapshots of 17 parameters)"
    )
    assert 'alt="Moons: loss over 3 epochs, from' in bundle["text/html"]
    assert 'data-lm-suppress-shortcuts="true"' in bundle["text/html"]


@pytest.mark.parametrize(
    "loss, y, kinds, classes",
    [
        ("hinge_loss", [-1, 1, 1, -1], [0, 1, 1, 0], ["-1", "1"]),
        ("hinge_loss", ["out", "in", "in", "out"], [1, 0, 0, 1], ["in", "out"]),
        ("binary_cross_entropy_with_logits", [0, 1, 1, 0], [0, 1, 1, 0], ["0", "1"]),
        ("mse_loss", [0.0, 1.0, 1.0, 0.0], None, []),
    ],
)
def test_classes_are_called_by_their_names_or_their_targets(
    loss: str, y: list[Any], kinds: list[int] | None, classes: list[str]
) -> None:
    X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    data = scrub(recorded(X, y, loss, epochs=1)).data
    assert (data["kinds"], data["classes"]) == (kinds, classes)


def test_a_picture_is_seen_in_a_square_of_inputs_and_in_what_is_said() -> None:
    square = scrub(recorded([[0.0] * 49, [1.0] * 49], [-1, 1], epochs=1))
    assert square.data["image"] == (7, 7)
    wide = recorded([[0.0] * 6, [1.0] * 6], [-1, 1], epochs=1)
    assert scrub(wide).data["image"] is None and scrub(wide, image=(2, 3)).data["image"] == (2, 3)


def test_what_cannot_branch_says_why() -> None:
    model = Sequential(Linear(2, 3, seed=0), Dropout(0.5, seed=0), Linear(3, 1, seed=0))
    scrubber = scrub(recorded(model=model, epochs=1))
    assert scrubber.why_not == scrubber.data["whyNot"] == "the model has a Dropout, and what it drew is not kept"
    assert scrubber.data["rule"] is None and scrubber.functions.endswith("update: null }")


def looks(outputs: list[Value], targets: list[float]) -> Value:
    return outputs[0] if float(outputs[0]) > 0 else -outputs[0]


def test_a_loss_that_is_no_formula_is_scrubbed_without_it() -> None:
    scrubber = scrub(recorded(loss=looks, epochs=1))
    assert "looks at numbers" in scrubber.why_not
    assert "losses" not in scrubber.functions and "criteria: []" in scrubber.functions


def test_a_loss_of_ones_own_that_is_a_formula_is_written_down() -> None:
    def cubed(outputs: list[Value], targets: list[float]) -> Value:
        return sum((abs(y - t) ** 3 for y, t in zip(outputs, targets, strict=True)), Value(0.0)) / len(outputs)

    criterion = criterion_of(cubed, 0.5, [0.0, 2.0, 5.0])
    assert len(criterion.functions) == 1 and criterion.which == [0, 0, 0] and criterion.columns == [0]


def test_a_shared_activation_comes_whole() -> None:
    model = MLP(2, [3], output="softmax", seed=0)
    stages = recorded([[0.0, 1.0], [1.0, 0.0]], [[1.0, 0, 0], [0, 1.0, 0]], "mse_loss", model, epochs=1).stages
    assert '"softmax/3": (P, x0, x1, x2, g0, g1, g2) =>' in activation_rules(stages)


REFUSED: dict[str, tuple[Any, dict[str, Any], type[Exception], str]] = {
    "not recorded": (History(), {}, ArgumentError, r"this training was not recorded: fit\(\.\.\., record=True\)"),
    "no recording": (3, {}, ArgumentTypeError, "scrub takes a Recording, or a History with one, got int"),
    "empty": (Recording(), {}, ArgumentError, "the recording is empty"),
    "names": (None, {"names": ["a"]}, ArgumentError, "names must have one for each of the 2 inputs, got 1"),
    "image": (None, {"image": (2, 2)}, ArgumentError, r"image must be the rows and columns of 2 points, got \(2, 2\)"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_shown_is_refused_by_name(name: str) -> None:
    given, settings, error, wanted = REFUSED[name]
    with pytest.raises(error, match=wanted):
        scrub(recorded(epochs=1) if given is None else given, **settings)


def test_parameters_that_are_not_finite_are_refused() -> None:
    X, y = moons(10)
    with pytest.warns(RuntimeWarning, match="the loss turned inf"):
        recording = recorded(X, [1e200 * side for side in y], "mse_loss", optimizer=lambda p: SGD(p, lr=1e5), epochs=4)
    with pytest.raises(ArgumentError, match="the parameters are not finite after epoch"):
        scrub(recording)


def test_it_is_public() -> None:
    assert isinstance(scrub(recorded(epochs=1)), Scrubber)
