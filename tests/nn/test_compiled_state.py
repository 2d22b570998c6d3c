"""However a training ends, parameters, gradients and what the optimizer remembers are those of one completed step."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalkgrad.engine.compiler import backends
from chalkgrad.nn import MLP, SGD, Adam, compiled, mse_loss, optimizer, train
from chalkgrad.nn.checks import Training
from chalkgrad.nn.train import fit

pytest.importorskip("numpy")

RNG = random.Random(0)
X = [[RNG.uniform(-1, 1), RNG.uniform(-1, 1)] for _ in range(12)]
Y = [a - b for a, b in X]

State = tuple[Any, ...]


def state(model: MLP, optimizer: Any) -> State:
    params = model.parameters()
    return tuple(p.data for p in params), tuple(p.grad for p in params), tuple(optimizer._states)


def new() -> tuple[MLP, Adam]:
    model = MLP(2, [3, 1], "tanh", seed=1)
    return model, Adam(model.parameters(), lr=0.01)


def training(model: MLP, optimizer: Any, epochs: int, batch_size: int = 12, **settings: Any) -> Any:
    return fit(
        model, X, Y, "mse_loss", optimizer, epochs, batch_size, shuffle=False, progress=False,
        **{"compile": True, **settings},
    )  # fmt: skip


@pytest.fixture(params=["llvm", "numpy"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "llvm":
        pytest.importorskip("llvmlite")
    monkeypatch.setattr(backends, "available", lambda backend: request.param)
    return str(request.param)


@pytest.mark.parametrize("moment", [0.0, 0.003, 0.02, 0.06, 0.1])
def test_ctrl_c_with_adam(
    backend: str, moment: float, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A real SIGINT, some time after the first step: its steps are counted, and made once more without it."""
    original = compiled.CompiledSteps.steps
    started: list[Any] = []

    def steps(self: Any, batches: Any) -> Any:
        if not started:
            started.append(threading.Timer(moment, os.kill, (os.getpid(), signal.SIGINT)))
            started[0].start()
        return original(self, batches)

    monkeypatch.setattr(compiled.CompiledSteps, "steps", steps)
    model, adam = new()
    history = training(model, adam, 10**6, batch_size=2)
    started[0].join()
    monkeypatch.setattr(compiled.CompiledSteps, "steps", original)
    assert history.interrupted and "Interrupted" in capsys.readouterr().err
    (made,) = {s.step if s else 0 for s in adam._states}
    again, twin = new()
    if made:
        whole, rest = divmod(made, 6)
        if whole:
            training(again, twin, whole, batch_size=2)
        if rest:
            fit(
                again, X[: 2 * rest], Y[: 2 * rest], "mse_loss", twin, 1, 2, shuffle=False, progress=False, compile=True
            )
    assert state(model, adam) == state(again, twin)
    assert len(history.epochs) in (made // 6, (made - 1) // 6)


class Interrupting:
    """Raises KeyboardInterrupt at the given lines, counted over some files, while it is on."""

    FILES = tuple(module.__file__ for module in (compiled, optimizer, train))

    def __init__(self, *lines: int) -> None:
        self.lines = lines
        self.seen = 0

    def __call__(self, frame: Any, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename not in self.FILES:
            return None
        if event == "line":
            self.seen += 1
            if self.seen in self.lines:
                raise KeyboardInterrupt
        return self

    def run(self, function: Callable[[], Any]) -> None:
        before = sys.gettrace()
        sys.settrace(self)
        try:
            function()
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(before)


def endings(compile: bool, steps: int = 3) -> Iterator[State]:
    """The state after each step."""
    for made in range(steps + 1):
        model, adam = new()
        if made:
            training(model, adam, made, compile=compile)
        yield state(model, adam)


@pytest.mark.parametrize("compile", [True, False])
@pytest.mark.parametrize("later", [0, 1, 3])
def test_an_interrupt_at_any_line(
    compile: bool, later: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also two of them, `later` lines apart, the second while the first is seen to."""
    monkeypatch.setattr(backends, "available", lambda backend: "numpy")
    completed = list(endings(compile))
    if not compile:  # a step that is not completed has its gradients already
        completed = [(numbers, states) for numbers, _, states in completed]
    counting = Interrupting()
    counting.run(lambda: training(*new(), 3, compile=compile))
    line = 1 + later
    while line <= counting.seen:
        model, adam = new()
        interrupting = Interrupting(*{line, line + later})
        interrupting.run(lambda model=model, adam=adam: training(model, adam, 3, compile=compile))  # type: ignore[misc]
        numbers, gradients, states = state(model, adam)
        ending = (numbers, gradients, states) if compile else (numbers, states)
        if compile and numbers == completed[0][0]:
            ending = completed[0] if states == completed[0][2] else ending
        assert ending in completed, f"line {line}"
        line += 4
    assert line > 60
    capsys.readouterr()


def test_a_step_is_all_or_nothing_for_other_threads() -> None:
    """What another thread reads, as a fork or a picture would, is of one step: SGD moves both weights alike."""
    from chalkgrad.engine import Value

    a, b = Value(0.0), Value(0.0)
    sgd = SGD([a, b], lr=1.0)
    a.grad = b.grad = -1.0
    stop = threading.Event()
    parted: list[tuple[float, float]] = []

    def read() -> None:
        while not stop.is_set():
            pair = tuple(map(float, (a, b)))  # one call for both would not help: a reads, then b
            if pair[0] > pair[1]:
                parted.append((pair[0], pair[1]))

    thread = threading.Thread(target=read)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread.start()
    try:
        end = time.perf_counter() + 0.3
        while time.perf_counter() < end:
            sgd.step()
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)
    assert a.data == b.data > 0 and not parted


def test_an_error_keeps_the_last_step(backend: str) -> None:
    """A metric that raises: the step before it was completed."""
    calls = [0]

    def metric(output: Any, target: Any) -> float:
        calls[0] += 1
        if calls[0] > 60:
            raise LookupError("enough")
        return 1.0

    model, adam = new()
    with pytest.raises(LookupError, match="enough"):
        training(model, adam, 100, metric=metric)
    (made,) = {s.step for s in adam._states}
    again, twin = new()
    training(again, twin, made)
    assert made > 1 and state(model, adam) == state(again, twin)


def test_a_warning_that_is_an_error_keeps_the_last_step(backend: str) -> None:
    """Divergence is said once and early; where warnings are errors it ends the training, in order."""
    model = MLP(2, [3, 1], "linear", seed=1)
    sgd = SGD(model.parameters(), lr=1e3)
    with pytest.raises(RuntimeWarning, match="the loss turned inf in epoch"):
        training(model, sgd, 10_000)
    assert all(p.has_grad for p in sgd.params)


def test_divergence_is_said_once_and_early(backend: str) -> None:
    model = MLP(2, [3, 1], "linear", seed=1)
    with pytest.warns(RuntimeWarning, match=r"the loss turned inf in epoch \d\b") as warned:
        training(model, SGD(model.parameters(), lr=1e30), 20)
    assert len(warned) == 1


@pytest.mark.parametrize("compile", [True, False])
def test_gradients_are_those_of_the_last_batch(compile: bool, backend: str) -> None:
    model, adam = new()
    training(model, adam, 1, batch_size=6, compile=compile)
    again, twin = new()
    fit(again, X[:6], Y[:6], "mse_loss", twin, 1, 6, shuffle=False, progress=False, compile=False)
    twin.zero_grad()
    outputs = [again(x) for x in X[6:]]

    mse_loss(outputs, Y[6:]).backward()
    assert [p.grad for p in model.parameters()] == pytest.approx([p.grad for p in again.parameters()], rel=1e-9)


def test_what_is_changed_from_outside_is_taken_over_when_it_is_read(backend: str) -> None:
    """As a callback may do it between two epochs."""
    model, adam = new()
    steps = compiled.CompiledSteps(Training(model, X, Y, mse_loss, None, adam, 12), own=False)
    steps.steps([range(12)])
    steps.write()
    again, twin = new()
    training(again, twin, 1)
    for own, params in ((adam, model.parameters()), (twin, again.parameters())):
        params[0].data = 0.25
        own._states = [state._replace(mean=0.5, step=7) for state in own._states]
    steps.read()
    steps.steps([range(12)])
    steps.write()
    training(again, twin, 1)
    assert state(model, adam) == state(again, twin)
