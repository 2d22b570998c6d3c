"""What works with the core install alone: no NumPy, llvmlite, tqdm, matplotlib, scikit-learn, anywidget."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HIDE = """
import sys
for name in {hidden}:
    sys.modules[name] = None  # as if it were not installed
from chalkgrad.engine import MissingDependencyError, Value, compile
from chalkgrad.nn import MLP, Adam, cross_entropy, fit
from chalkgrad.viz import draw, explain, step
from chalkgrad.viz.command.cli import main
"""
OPTIONAL = ("numpy", "llvmlite", "tqdm", "matplotlib", "sklearn", "anywidget", "IPython")


def run(code: str, folder: Path, hidden: tuple[str, ...] = OPTIONAL) -> subprocess.CompletedProcess[str]:
    program = HIDE.format(hidden=hidden) + code
    return subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=120)


TRAINING = """
X = [[i / 20, j / 20] for i in range(20) for j in range(20)]
y = [int(a > b) for a, b in X]
model = MLP(2, [8, 2], seed=1)
history = fit(model, X, y, cross_entropy, Adam(model.parameters(), lr=0.05), epochs=30, batch_size=100)
print(history.loss[0] > 2 * history.loss[-1])
"""


def test_training_that_would_be_compiled_goes_on_without(tmp_path: Path) -> None:
    done = run(TRAINING, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "True\n"


def test_training_on_numpy_alone_says_once_what_would_be_faster(tmp_path: Path) -> None:
    done = run(TRAINING + TRAINING, tmp_path, ("llvmlite",))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "True\nTrue\n"
    assert done.stderr.count('pip install "chalkgrad[fast]"') == 1


def test_drawing_explaining_and_stepping(tmp_path: Path) -> None:
    code = """
x, w = Value(2.0, label="x"), Value(-3.0, label="w")
y = (x * w).tanh()
y.backward()
for name in ("a.svg", "a.png", "a.pdf", "a.dot"):
    draw(y).save(name)
step(y).save("a.html")
print(explain(y, w).sentence())
raise SystemExit(main(["step", "tanh(x*w)", "x=2", "w=-3", "-o", "b.html"]))
"""
    done = run(code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"a.svg", "a.png", "a.pdf", "a.dot", "a.html", "b.html"}


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("compile(Value(2.0) * 3)", "chalkgrad[fast]"),
        ("from chalkgrad.viz.player.widget import widget; widget(Value(2.0) * 3)", "chalkgrad[notebook]"),
        ("from chalkgrad.viz.plots import plot_loss; plot_loss([1.0, 0.5])", "chalkgrad[notebook]"),
    ],
    ids=["compile", "widget", "plot"],
)
def test_what_needs_more_says_what_to_install(code: str, advice: str, tmp_path: Path) -> None:
    done = run(f"try:\n    {code}\nexcept MissingDependencyError as error:\n    print(error)\n", tmp_path)
    assert done.returncode == 0, done.stderr
    assert advice in done.stdout
