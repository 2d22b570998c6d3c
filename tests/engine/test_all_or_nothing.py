"""All or nothing: exceptions, interrupts and threads in the middle of a backward."""

from __future__ import annotations

import linecache
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from chalkgrad.engine import GraphError, Value, backward, grad, maximum, topological_order
from chalkgrad.engine.ops import Op


class BrokenRuleError(Exception):
    """Raised by a rule on purpose."""


# all or nothing


def a_graph_with_a_trap(place: int, length: int = 20) -> tuple[Value, list[Value], list[bool]]:
    """A chain that uses its leaves all along; the rule at `place` raises while `armed`."""
    armed = [True]

    def partials(out: float, x: float) -> tuple[float]:
        if armed[0]:
            raise BrokenRuleError
        return (1.0,)

    trap = Op("trap", float, partials, "{0}")
    leaves = [Value(0.5 + i) for i in range(4)]
    y = leaves[0]
    for i in range(length):
        y = y * leaves[i % 4] + leaves[(i + 1) % 4].tanh()
        if i == place:
            y = trap(y)
    return y, leaves, armed


@pytest.mark.parametrize("place", range(20))
def test_an_exception_leaves_every_gradient_as_it_was(place: int) -> None:
    root, leaves, armed = a_graph_with_a_trap(place)
    nodes = topological_order(root)
    for i, node in enumerate(nodes):
        if i % 3:
            node.grad = float(i)
    before = [(node.grad, node.has_grad) for node in nodes]
    with pytest.raises(BrokenRuleError):
        root.backward()
    assert [(node.grad, node.has_grad) for node in nodes] == before
    with pytest.raises(BrokenRuleError):
        grad(root, leaves)
    armed[0] = False
    for node in nodes:
        node.grad = None
    root.backward()
    after, once = [leaf.grad for leaf in leaves], a_graph_with_a_trap(99)
    once[0].backward()
    assert after == [leaf.grad for leaf in once[1]]


class Stop(BaseException):
    """Comes out of nowhere."""


def all_old_or_all_new(root: Value, interrupt: Callable[[Callable[[], None]], object]) -> bool:
    """Run backward under an interrupt; whether it came. Gradients must be those before or those after."""
    nodes = [node for node in topological_order(root) if not node.is_constant]
    for node in nodes:
        node.grad = None
    root.backward()
    old = [node.grad for node in nodes]
    new = [2 * g if node.is_leaf else g for node, g in zip(nodes, old, strict=True)]
    for node, g in zip(nodes, old, strict=True):
        node.grad = g if node.is_leaf else -g  # so that an interior node that was written shows as well
    mixed = [node.grad for node in nodes]
    interrupted = interrupt(root.backward)
    got = [node.grad for node in nodes]
    assert got in (mixed, new), "some gradients were written and some were not"
    assert interrupted or got == new
    # The traceback is still held here, as an interactive session holds it: nothing may be stuck in it.
    for node in nodes:
        node.grad = None
    root.backward()
    assert [node.grad for node in nodes] == old
    return interrupted is not None


def may_be_interrupted(frame: FrameType) -> bool:
    """Whether a signal could be delivered where a tracer stands: in the engine, but not at a `with`.

    A tracer stops at the `with` once more when its block has ended, where Python delivers none.
    """
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    return frame.f_globals["__name__"].startswith("chalkgrad.engine") and not line.lstrip().startswith("with ")


def test_an_interrupt_at_every_line_of_a_backward() -> None:
    """A trace function raises at the k-th line that runs, for every k until none is left."""
    root, _, armed = a_graph_with_a_trap(1, length=6)
    armed[0] = False

    def interrupt_at(k: int) -> Callable[[Callable[[], None]], object]:
        def run(backward: Callable[[], None]) -> object:
            lines = 0

            def trace(frame: FrameType, event: str, arg: object) -> Any:
                nonlocal lines
                if event == "line" and may_be_interrupted(frame):
                    lines += 1
                    if lines == k:
                        raise Stop
                return trace

            before = sys.gettrace()
            sys.settrace(trace)
            try:
                backward()
            except Stop as stop:
                return stop
            finally:
                sys.settrace(before)
            return None

        return run

    k = 1
    while all_old_or_all_new(root, interrupt_at(k)):
        k += 1
    assert k > 200


@pytest.mark.usefixtures("no_collector")  # an exception in a callback of the collector is lost
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timer")
def test_an_interrupt_at_random_moments_of_a_backward() -> None:
    x = Value(1.0)
    y = x
    for i in range(1_500):
        y = y * 1.0 + x.tanh() if i % 2 else maximum(y, x)

    def handler(signum: int, frame: object) -> None:
        raise Stop

    def interrupt_after(seconds: float) -> Callable[[Callable[[], None]], object]:
        def run(backward: Callable[[], None]) -> object:
            try:
                signal.setitimer(signal.ITIMER_REAL, seconds)
                backward()
                signal.setitimer(signal.ITIMER_REAL, 0)
            except Stop as stop:
                return stop
            return None

        return run

    before = signal.signal(signal.SIGALRM, handler)
    try:
        came = sum(all_old_or_all_new(y, interrupt_after(1e-5 + k * 5e-5)) for k in range(100))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert came > 10


@pytest.mark.parametrize(
    "walk",
    [lambda v: grad(v * v, v), lambda v: (v * v).backward(), lambda v: topological_order(v), lambda v: v.zero_grad()],
    ids=["grad", "backward", "topological_order", "zero_grad"],
)
def test_a_walk_inside_a_walk_is_refused(walk: Callable[[Value], object]) -> None:
    """It would overwrite the marks of the outer one; and it must not wait for ever."""

    def partials(out: float, x: float) -> tuple[float]:
        walk(Value(x))
        return (2 * x,)

    x = Value(3.0)
    root = Op("nested", lambda x: x * x, partials, "{0}")(x)
    with pytest.raises(GraphError, match="walk"):
        root.backward()
    assert not x.has_grad
    (x * x).backward()
    assert x.grad == 6.0


def test_a_lock_that_an_interrupt_left_behind_is_let_go() -> None:
    """Up to Python 3.10 an interrupt may come between the end of a `with` block and its release."""
    x = Value(2.0)
    y = x * x
    assert backward._walk_lock.acquire()
    y.backward()
    assert x.grad == 4.0 and not backward._walk_lock._is_owned()  # type: ignore[attr-defined]
    with pytest.raises(GraphError, match="walking a graph already"), backward.walking():
        in_the_middle_of_a_walk(y.backward)


def in_the_middle_of_a_walk(job: Callable[[], None]) -> None:
    with backward.walking():
        job()


# threads


def test_backward_in_several_threads_over_shared_leaves() -> None:
    leaves = [Value(1.0 + i) for i in range(5)]
    rounds, workers = 30, 4
    failures: list[BaseException] = []

    def one_root() -> Value:
        y = leaves[0]
        for i in range(60):
            y = y + leaves[i % 5] * 2.0
            y = maximum(y, leaves[(i + 1) % 5])
        return y

    def worker() -> None:
        try:
            for _ in range(rounds):
                root = one_root()
                order = topological_order(root)
                assert len(order) == len(set(map(id, order)))
                root.backward()
                assert grad(root, leaves[1], create_graph=True).data == grad(root, leaves[1])
        except BaseException as failure:
            failures.append(failure)

    once = grad(one_root(), leaves)
    switch_every = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=worker) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    finally:
        sys.setswitchinterval(switch_every)
    assert not failures
    assert [leaf.grad for leaf in leaves] == [rounds * workers * g for g in once]
