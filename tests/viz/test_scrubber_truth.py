"""The scrubber's page computes what Python does: parameters, outputs, gradients, and the training itself."""

from __future__ import annotations

import json
import math
import random
from array import array
from typing import TYPE_CHECKING, Any

import pytest
from support.trainings import moons, recorded

from chalkgrad.engine import Value
from chalkgrad.nn import (
    GELU,
    MLP,
    SGD,
    Adam,
    CosineAnnealingLR,
    LeakyReLU,
    Linear,
    LogSoftmax,
    NAdam,
    Recording,
    RMSprop,
    Sequential,
    Sigmoid,
    SiLU,
    Softplus,
    nll_loss,
)
from chalkgrad.viz import scrub
from chalkgrad.viz.player.bundle import script, special_script
from chalkgrad.viz.scrubber.scrubber import PAGE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LAST = "const last = lesson.epochs.length - 1;"


def opened(chromium: Browser, recording: Recording) -> Page:
    """A page with the scrubber's own modules and this lesson, unpacked: `lesson`, `data`, `network`, `trainer`."""
    scrubber = scrub(recording)
    page = chromium.new_page()
    page.goto("about:blank")
    page.add_script_tag(
        content=f"""
        {script("scrub", PAGE)}
        {special_script()}
        window.lesson = Object.assign({json.dumps(scrubber.data)}, {scrubber.functions});
        window.ready = unpackedRun(lesson).then((data) => {{
            window.data = data;
            window.network = makeNetwork(lesson.stages, lesson.rules, lesson.criteria);
            window.trainer = makeTrainer(lesson, network, data);
        }});
        window.rowsOf = (order) => columnsOf(data.samples, network.layers[0].inputs, order);
        window.wholeRun = (job) => {{
            let step = job.next();
            while (!step.done) step = job.next();
            return step.value;
        }};
        """
    )
    page.evaluate("ready")
    return page


def test_snapshots_are_pythons_to_32_bits_and_the_ends_to_the_bit(chromium: Browser) -> None:
    recording = recorded()
    page = opened(chromium, recording)
    snapshots = [numbers.tolist() for numbers in recording.snapshots.values()]
    theirs = page.evaluate("data.snapshots.map((numbers) => [...numbers])")
    assert theirs[0] == snapshots[0] and theirs[-1] == snapshots[-1]
    assert theirs[1:-1] == [array("f", numbers).tolist() for numbers in snapshots[1:-1]]
    assert page.evaluate("[...data.losses]") == recording.losses
    page.close()


def rows(count: int, width: int, seed: int = 5) -> list[list[float]]:
    draw = random.Random(seed)
    return [[draw.uniform(-2, 2) for _ in range(width)] for _ in range(count)]


def classes(count: int, of: int) -> list[int]:
    return [i % of for i in range(count)]


SIX = rows(6, 3)
CASES: dict[str, Any] = {
    "hinge": (lambda: MLP(3, [4, 1], "relu", seed=0), "hinge_loss", [-1, 1, 1, -1, 1, -1]),
    "logits": (lambda: MLP(3, [4, 1], "tanh", seed=0), "binary_cross_entropy_with_logits", [0, 1, 1, 0, 1, 0.25]),
    "probability": (lambda: MLP(3, [4, 1], "gelu", "sigmoid", seed=0), "binary_cross_entropy", [0, 1, 1, 0, 1, 0]),
    "classes": (lambda: MLP(3, [4, 3], "silu", seed=0), "cross_entropy", classes(6, 3)),
    "squares": (lambda: MLP(3, [4, 2], "softplus", seed=0), "mse_loss", rows(6, 2)),
    "softmax": (lambda: MLP(3, [4, 2], "tanh", "softmax", seed=0), "mse_loss", rows(6, 2)),
    "sizes": (lambda: MLP(3, [4, 1], "leaky_relu", seed=0), "l1_loss", [0.5, 1.0, -1.0, 0.0, 2.0, -2.0]),
    "huber": (lambda: MLP(3, [1], seed=0), "huber_loss", [0.5, 1.0, -1.0, 0.0, 2.0, -9.0]),
    "parts": (
        lambda: Sequential(
            Linear(3, 3, bias=False, seed=0), LeakyReLU(0.3), Linear(3, 3, seed=1), GELU(), Linear(3, 3, seed=2),
            SiLU(), Linear(3, 4, seed=3), Softplus(), Linear(4, 3, seed=4), Sigmoid(), Linear(3, 3, seed=5),
            LogSoftmax(),
        ),
        nll_loss,
        classes(6, 3),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_outputs_loss_and_gradient_are_pythons(chromium: Browser, name: str) -> None:
    make, loss, y = CASES[name]
    model = make()
    recording = recorded(SIX, y, loss, model, lambda p: SGD(p, lr=0.1), epochs=2, batch_size=3)
    assert recording.why_not == ""
    outputs: list[Any] = [model(row) for row in SIX]
    mean_loss: Value = recording.loss(outputs, recording.targets)
    model.zero_grad()
    mean_loss.backward()
    page = opened(chromium, recording)
    theirs = page.evaluate(
        f"""(() => {{
        {LAST}
        const order = Uint32Array.from({{ length: lesson.count }}, (_, i) => i);
        const gradient = new Float64Array(network.size);
        const [at, rows, n] = [data.snapshots[last], rowsOf(order), order.length];
        const loss = network.gradientOf(at, rows, data.targetsOf(order), n, gradient);
        const outs = network.forward(at, rows, n).outs.at(-1);
        return {{ loss, gradient: [...gradient], outs: [...outs] }};
        }})()"""
    )
    page.close()
    flat = [[float(y) for y in (out if isinstance(out, list) else [out])] for out in outputs]
    assert theirs["outs"] == pytest.approx([row[j] for j in range(len(flat[0])) for row in flat], rel=1e-13, abs=1e-15)
    assert theirs["loss"] == pytest.approx(mean_loss.data, rel=1e-13)
    assert theirs["gradient"] == pytest.approx(gradients(model), rel=1e-11, abs=1e-14)


def gradients(model: Any) -> list[float]:
    """Of each layer those of the weights, neuron by neuron, then of the biases."""
    layers = [layer for layer in model.layers if hasattr(layer, "neurons")]
    found = []
    for layer in layers:
        found += [w.grad for neuron in layer.neurons for w in neuron.w]
        found += [neuron.b.grad for neuron in layer.neurons if neuron.b is not None]
    return found


RUNS: dict[str, dict[str, Any]] = {
    "batches": {},
    "one batch": {"batch_size": 100},
    "in order": {"shuffle": False, "seed": None},
    "uneven batches": {"batch_size": 33},
    "decay": {"optimizer": lambda p: SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01, nesterov=True)},
    "no momentum": {"optimizer": lambda p: SGD(p, lr=0.1)},
    "adam": {"optimizer": lambda p: Adam(p, lr=0.02)},
    "nadam": {"optimizer": lambda p: NAdam(p, lr=0.02)},
    "rmsprop": {"optimizer": lambda p: RMSprop(p, lr=0.01, momentum=0.3)},
    "relu": {"model": MLP(2, [8, 1], "relu", seed=4), "loss": "mse_loss"},
    "compiled": {"compile": True},
}


@pytest.mark.parametrize("name", RUNS)
def test_trained_again_in_the_page_it_is_the_recorded_run(chromium: Browser, name: str) -> None:
    recording = recorded(**RUNS[name])
    page = opened(chromium, recording)
    assert page.evaluate("wholeRun(trainer.retrace())") == ""
    theirs = page.evaluate("trainer.moments.map(({ parameters }) => [...parameters])")
    page.close()
    for mine, other in zip(recording.snapshots.values(), theirs, strict=True):
        assert other == pytest.approx(mine.tolist(), rel=1e-9, abs=1e-10)


@pytest.mark.parametrize("kind", [Adam, lambda p: SGD(p, lr=0.1, momentum=0.9)])
def test_a_training_that_goes_on_is_trained_again_from_what_was_remembered(chromium: Browser, kind: Any) -> None:
    model = MLP(2, [4, 1], "tanh", seed=1)
    optimizer = kind(model.parameters())
    recorded(model=model, optimizer=lambda p: optimizer, epochs=3)
    recording = recorded(model=model, optimizer=lambda p: optimizer, epochs=3)
    page = opened(chromium, recording)
    assert page.evaluate("wholeRun(trainer.retrace())") == ""
    end = page.evaluate("[...trainer.moments.at(-1).parameters]")
    page.close()
    assert end == pytest.approx(recording.snapshots[3].tolist(), rel=1e-10)


def branch(page: Page, start: int, lr: str, momentum: float) -> dict[str, Any]:
    """A branch from a snapshot: its losses, and the parameters at its end."""
    made: dict[str, Any] = page.evaluate(
        f"""(() => {{
        {LAST}
        const branch = {{ from: {start}, lr: {lr}, momentum: {momentum}, losses: [], snapshots: [] }};
        wholeRun(trainer.run(branch));
        return {{ losses: branch.losses, end: [...branch.snapshots[last]] }};
        }})()"""
    )
    return made


@pytest.mark.parametrize("start", [0, 1, 7, 19])
def test_a_branch_with_the_same_settings_is_the_same_curve(chromium: Browser, start: int) -> None:
    recording = recorded()
    page = opened(chromium, recording)
    page.evaluate("wholeRun(trainer.retrace())")
    same = branch(page, start, f"data.rates[{start}]", 0.5)
    assert same["losses"] == pytest.approx(recording.losses[start:], rel=1e-10)
    assert same["end"] == pytest.approx(recording.snapshots[20].tolist(), rel=1e-10)
    assert branch(page, start, "0.7", 0.0) != same
    assert branch(page, start, f"data.rates[{start}]", 0.5) == same  # to the bit, whatever was between
    page.close()


def test_a_branch_is_what_python_makes_of_other_settings(chromium: Browser) -> None:
    recording = recorded(epochs=5)
    page = opened(chromium, recording)
    page.evaluate("wholeRun(trainer.retrace())")
    other = recorded(epochs=5, optimizer=lambda p: SGD(p, lr=0.05, momentum=0.8))
    made = branch(page, 0, "0.05", 0.8)
    assert made["losses"] == pytest.approx(other.losses, rel=1e-12)
    assert made["end"] == pytest.approx(other.snapshots[5].tolist(), rel=1e-11)
    page.close()


def test_a_schedule_goes_on_in_a_branch(chromium: Browser) -> None:
    X, y = moons()
    runs = []
    for lr in (0.4, 0.1):
        model = MLP(2, [4, 1], "tanh", seed=1)
        optimizer = SGD(model.parameters(), lr=lr)
        recording = recorded(
            X, y, model=model, optimizer=lambda p, o=optimizer: o, epochs=6, schedule=CosineAnnealingLR(optimizer, 6)
        )
        runs.append(recording)
    page = opened(chromium, runs[0])
    assert page.evaluate("wholeRun(trainer.retrace())") == ""
    assert branch(page, 0, "0.1", 0.0)["losses"] == pytest.approx(runs[1].losses, rel=1e-9)
    page.close()


def test_a_run_that_the_page_does_not_come_by_is_not_branched_from(chromium: Browser) -> None:
    def meddle(model: Any, history: Any) -> None:
        if len(history.epochs) == 3:
            model.parameters()[0].data += 0.01

    page = opened(chromium, recorded(epochs=6, callbacks=meddle))
    said = page.evaluate("wholeRun(trainer.retrace())")
    assert said == "trained again in the page, it departs from the recording in epoch 4"
    page.close()


@pytest.mark.parametrize("seed, count", [(0, 2), (1, 7), (12345, 100), (7, 1797)])
def test_orders_are_drawn_as_python_draws_them(chromium: Browser, seed: int, count: int) -> None:
    draw = random.Random(seed)
    draw.random()
    words = draw.getstate()[1]
    orders = []
    for _ in range(5):
        order = list(range(count))
        draw.shuffle(order)
        orders.append(order)
    page = chromium.new_page()
    page.add_script_tag(content=script("mersenne", PAGE) + "\nwindow.makeGenerator = makeGenerator;")
    made = page.evaluate(
        "([words, n]) => { const g = makeGenerator(words); return [1, 2, 3, 4, 5].map(() => [...g.order(n)]); }",
        [list(words), count],
    )
    page.close()
    assert made == orders


def test_the_numbers_of_a_sample_are_those_of_its_graph(chromium: Browser) -> None:
    recording = recorded(epochs=3)
    model = MLP(2, [4, 1], "tanh", seed=1)  # as it began
    x, target = recording.samples[4], recording.targets[4]
    output = model(x)
    loss = recording.loss([output], [target])
    loss.backward()
    hidden = output.parents
    page = opened(chromium, recording)
    row = page.evaluate(
        """(() => {
        const plane = planeOf(data.samples, 2, lesson.names, () => 0);
        const viewer = makeViewer(lesson, network, data, plane);
        const state = { sample: 4, probe: null };
        return viewer.viewOf(data.snapshots[0], state, 12, false);
        })()"""
    )["row"]
    page.close()
    assert hidden and row["outs"][1] == pytest.approx([output.data], rel=1e-14)
    assert row["loss"] == pytest.approx(loss.data, rel=1e-14)
    assert row["deltas"][1] == pytest.approx([output.grad], rel=1e-14)
    weights = [w.data for w in model.layers[1].neurons[0].w]
    slopes = [1.0 - out * out for out in row["outs"][0]]
    assert row["deltas"][0] == pytest.approx(
        [output.grad * w * slope for w, slope in zip(weights, slopes, strict=True)], rel=1e-12, abs=1e-15
    )
    assert all(math.isfinite(x) for sums in row["sums"] for x in sums)
