"""The demonstration: two networks trained on real data, and pictures of what they have learned.

Both tasks are *classification*: to say which class a sample belongs to. A third of the
samples is held out, and a network is judged by these, which it has never seen.
"""

from __future__ import annotations

import html
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...engine import Value, no_grad
from ...nn import MLP, Adam, History, Score, evaluate, fit
from ...nn.losses import LOSSES
from ...nn.optional import notebook_extra
from ..bug_training import train_with_bug
from ..graph.draw import draw
from ..index_page import index_page
from ..player.bug_lessons import lessons
from ..player.player import Player, step
from ..plots import plot_decision_boundary, plot_loss

HELD_OUT = 1 / 3
BATCH = 20
RATE = 0.02
SHARP = 200  # dots per inch of the plots


@dataclass(frozen=True)
class Data:
    """Samples with their classes (integers from 0), and the names of columns and classes."""

    X: Any
    y: Any
    names: Sequence[str]
    classes: Sequence[str]


@dataclass(frozen=True)
class Task:
    """Data, and the network that is trained on it.

    Attributes:
        name: begins the names of the files.
        title: stands above the pictures.
        load: makes the data, from a seed.
        layers: number of neurons in each layer.
        loss: name of the loss, which also settles how an output is read as a class.
        epochs: enough to learn the task.
        columns: the two columns of the data that the decision boundary is drawn over.
    """

    name: str
    title: str
    load: Callable[[int], Data]
    layers: Sequence[int]
    loss: str
    epochs: int
    columns: tuple[int, int]


def _moons(seed: int) -> Data:
    from sklearn.datasets import make_moons

    X, y = make_moons(150, noise=0.15, random_state=seed)
    return Data(X, y, ["x", "y"], ["upper moon", "lower moon"])


def _iris(seed: int) -> Data:
    from sklearn.datasets import load_iris

    iris = load_iris()
    return Data(iris.data, iris.target, iris.feature_names, iris.target_names)


TASKS = (
    Task("moons", "Two moons", _moons, [8, 8, 1], "binary_cross_entropy_with_logits", epochs=60, columns=(0, 1)),
    Task("iris", "Iris flowers", _iris, [8, 3], "cross_entropy", epochs=40, columns=(2, 3)),
)


@dataclass(frozen=True)
class Outcome:
    """A network after its training.

    Attributes:
        network: reads rows whose columns have mean 0 and standard deviation 1.
        means, spreads: of each column of the training samples: what makes such a row.
        training, held_out: samples and classes, as they came.
        history: the score of each epoch.
        score: on the held-out samples.
    """

    network: MLP
    means: list[float]
    spreads: list[float]
    training: tuple[Any, Any]
    held_out: tuple[Any, Any]
    history: History
    score: Score

    @property
    def right(self) -> int:
        """How many of the held-out samples it gets right."""
        return round((self.score.accuracy or 0.0) * len(self.held_out[1]))

    def model(self, row: Sequence[float]) -> Any:
        """The network's answer to a row as it came."""
        columns = zip(row, self.means, self.spreads, strict=True)
        return self.network([(x - mean) / spread for x, mean, spread in columns])


def run_demo(folder: Path, *, seed: int = 0, epochs: int | None = None) -> None:
    """Train both networks, print how often each is right, and write pictures into a folder.

    Args:
        folder: made if it is not there.
        seed: the same seed gives the same numbers.
        epochs: passes over the training samples; each task has its own number if this is None.

    Raises:
        MissingDependencyError: a package of the notebook extra is not installed.
        KeyboardInterrupt: a training was interrupted.
        OSError: the folder cannot be written to.
    """
    with notebook_extra("chalkgrad demo"):  # before the training, not in the middle of it
        import matplotlib  # noqa: F401
        import tqdm  # noqa: F401

        every_data = [task.load(seed) for task in TASKS]
    folder.mkdir(parents=True, exist_ok=True)
    sections = []
    for task, data in zip(TASKS, every_data, strict=True):
        outcome = train(task, data, seed, epochs or task.epochs)
        verdict = f"held-out accuracy {outcome.score.accuracy:.1%} ({outcome.right} of {len(outcome.held_out[1])})"
        print(f"  {verdict}\n", flush=True)
        sample = draw_pictures(task, data, outcome, folder)
        sections.append(_section(task, outcome, verdict, sample))
    sections.append(_classroom(folder))
    page = folder / "index.html"
    body = ABOUT + "\n".join(sections)
    page.write_text(index_page("chalkgrad demo", HEADING, body, STYLE), encoding="utf-8")
    print(f"Pictures, side by side: {page}\nand one by one:")
    for name in [*(f"{task.name}-{kind}" for task in TASKS for kind in FILES), *CLASSROOM, BUG_CURVE]:
        print(f"  {folder / name}")


def train(task: Task, data: Data, seed: int, epochs: int) -> Outcome:
    """Train the task's network on two thirds of the data, and score it on the rest."""
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    X, X_held_out, y, y_held_out = train_test_split(
        data.X, data.y, test_size=HELD_OUT, stratify=data.y, random_state=seed
    )
    scaler = StandardScaler().fit(X)
    network = MLP(X.shape[1], task.layers, activation="tanh", seed=seed)
    size = f"{len(network.parameters())} parameters"
    print(f"{task.title}: {network}, {size}, learns from {len(X)} samples", flush=True)
    history = fit(
        network, scaler.transform(X), y, task.loss, Adam(network.parameters(), lr=RATE), epochs, BATCH,
        validation=(scaler.transform(X_held_out), y_held_out), seed=seed, progress=sys.stderr.isatty(),
    )  # fmt: skip
    if history.interrupted:
        raise KeyboardInterrupt
    score = evaluate(network, scaler.transform(X_held_out), y_held_out, task.loss)
    return Outcome(
        network, scaler.mean_.tolist(), scaler.scale_.tolist(), (X, y), (X_held_out, y_held_out), history, score
    )


def draw_pictures(task: Task, data: Data, outcome: Outcome, folder: Path) -> str:
    """Write the graph of one held-out sample's loss, a page that steps through it, the decision boundary and the curve.

    The sample is the one that the network finds hardest, for there the gradients are largest.

    Returns:
        the sample in words.
    """
    loss_of = LOSSES[task.loss]
    samples = zip(*(part.tolist() for part in outcome.held_out), strict=True)
    with no_grad():
        row, kind = max(samples, key=lambda sample: float(loss_of(outcome.model(sample[0]), sample[1])))
    outcome.network.zero_grad()
    loss = loss_of(outcome.model(row), kind)
    loss.label = "loss"
    loss.backward()
    graph = draw(loss)
    lesson = step(loss, title=f"{task.title}: one sample through the network, and back")
    boundary = plot_decision_boundary(
        outcome.model, *outcome.training, held_out=outcome.held_out, columns=task.columns, names=data.names,
        classes=data.classes, title=f"{task.title}: {outcome.score.accuracy:.1%} of the held-out samples right",
    )  # fmt: skip
    curve = plot_loss(outcome.history, title=f"{task.title}: the loss, epoch by epoch")
    graph_file, boundary_file, curve_file, lesson_file = (folder / f"{task.name}-{name}" for name in FILES)
    graph.save(graph_file)
    lesson.save(lesson_file)
    boundary.savefig(boundary_file, dpi=SHARP)
    curve.savefig(curve_file, dpi=SHARP)
    numbers = ", ".join(f"{name} {x:.3g}" for name, x in zip(data.names, row, strict=True))
    return f"The sample: {numbers}. It is of class {kind}, {data.classes[kind]}; its loss is {loss.data:.3g}."


def _quiz() -> Player:
    """A neuron that asks for each of its numbers."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2, b = Value(-3.0, label="w1"), Value(1.0, label="w2"), Value(8.0, label="b")
    out = (x1 * w1 + x2 * w2 + b).tanh()
    out.label = "out"
    return step(out, title="A neuron: what comes next?", quiz=True)


# Pages for a class: by the name of the file, what its link says and what makes it.
CLASSROOM: dict[str, tuple[str, Callable[[], Player]]] = {
    "quiz-neuron.html": ("Predict: a neuron that asks for each of its numbers, forwards and backwards", _quiz),
    "bugs-two-panes.html": (
        "Two panes: backward as a naive recursion, beside reverse topological order",
        lambda: lessons["recursion"].step(compare=True),
    ),
}
BUG_CURVE = "bugs-loss.png"


def _classroom(folder: Path) -> str:
    """Write the pages for a class and the curve of the fault that still trains, and give their part of the index."""
    for name, (_, made) in CLASSROOM.items():
        made().save(folder / name)
    training = train_with_bug("assign")
    training.plot("It trains all the same, only slower: = for +=").savefig(folder / BUG_CURVE, dpi=SHARP)
    links = "\n".join(f'  <li><a href="{name}">{html.escape(says)}.</a></li>' for name, (says, _) in CLASSROOM.items())
    return f"""\
<h2>For a class</h2>
<ul>
{links}
</ul>
<p>A fault need not show: a small network learns exclusive or with <code>=</code> written for <code>+=</code> too.</p>
<div class="pictures">
  <div>
    <a href="{BUG_CURVE}"><img src="{BUG_CURVE}" alt="Loss with and without the fault, epoch by epoch"></a>
  </div>
</div>"""


FILES = ("graph.svg", "boundary.png", "loss.png", "lesson.html")
HEADING = "What two small networks have learned"
ABOUT = """\
<p>The graph is that of the loss on one sample, the held-out one that the network finds hardest, with each
neuron folded into a box: blue is data, computed forward; orange is the gradient of the loss, computed
backward. The tints are the classes that the network gives, place by place; the curves are its loss as it
trained.</p>
"""
STYLE = """\
  .pictures { display: grid; grid-template-columns: minmax(0, 4fr) minmax(0, 3fr); gap: 2rem; margin-bottom: 3rem }
  .pictures div { display: grid; gap: 2rem; align-content: start }
  .pictures a { display: block }
  .pictures img { width: 100%; border-radius: 0.5rem }
  @media (max-width: 50rem) { .pictures { grid-template-columns: 1fr } }
"""


def _section(task: Task, outcome: Outcome, verdict: str, sample: str) -> str:
    graph, boundary, curve, lesson = (f"{task.name}-{name}" for name in FILES)
    return f"""\
<h2>{html.escape(task.title)}</h2>
<p>{html.escape(str(outcome.network))}: {html.escape(verdict)}.
<a href="{lesson}">Step through one sample, forwards and backwards.</a> {html.escape(sample)}</p>
<div class="pictures">
  <div>
    <a href="{lesson}"><img src="{graph}" alt="Computation graph of the loss on one sample: step through it"></a>
    <a href="{curve}"><img src="{curve}" alt="Loss, epoch by epoch"></a>
  </div>
  <div>
    <a href="{boundary}"><img src="{boundary}" alt="Decision boundary"></a>
  </div>
</div>"""
