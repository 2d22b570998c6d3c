"""An interrupt at any place of entering or leaving a mode, and a fork in the middle of another thread's work."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import FrameType
from typing import Any

import pytest
from support.children import ends_well

from chalkgrad.engine import Value, detect_anomaly, enable_grad, grad, modes, no_grad, record_source
from chalkgrad.engine.ops import Op


class Stop(BaseException):
    """Comes out of nowhere."""


@pytest.fixture(autouse=True)
def nothing_is_on() -> Iterator[None]:
    yield
    assert modes.active_modes == []
    assert (Value(2.0) * 3).parents


def interrupted_at(k: int, events: set[str], job: Callable[[], object]) -> Stop | None:
    """Run a job and raise at the k-th event in the room of the modes; None if there are fewer."""
    count = 0

    def watch(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.endswith("modes.py") or "tests" in frame.f_code.co_filename:
            return watch
        frame.f_trace_opcodes = "opcode" in events
        if event in events:
            count += 1
            if count == k:
                raise Stop
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        job()
    except Stop as stop:
        return stop
    finally:
        sys.settrace(before)
    return None


def nested() -> None:
    with no_grad(), detect_anomaly():
        with enable_grad():
            Value(1.0) * 2
        with record_source():
            Value(1.0) * 2


@no_grad()
def decorated() -> Value:
    return Value(1.0) * 2


@pytest.mark.parametrize("events", [{"line"}, {"call"}, {"opcode"}, {"return"}], ids=lambda events: next(iter(events)))
@pytest.mark.parametrize("job", [nested, decorated], ids=lambda job: job.__name__)
def test_an_interrupt_inside_entering_or_leaving_leaves_no_mode_on(job: Callable[[], object], events: set[str]) -> None:
    k = 0
    stop: Stop | None = Stop()
    while stop is not None:
        k += 1
        stop = interrupted_at(k, events, job)  # held while we look, with its traceback
        assert modes.active_modes == [], f"the interrupt at the {k}-th place left a mode on"
        assert (Value(2.0) * 3).parents
        job()
    assert k > 3


@pytest.mark.parametrize("events", [{"line"}, {"call"}, {"opcode"}, {"return"}], ids=lambda events: next(iter(events)))
@pytest.mark.parametrize("fails", [False, True])
def test_an_interrupt_leaves_the_collector_as_it_was(fails: bool, events: set[str]) -> None:
    seen: list[bool] = []

    @modes.with_collector_held
    def inner() -> None:
        seen.append(gc.isenabled())

    @modes.with_collector_held
    def work() -> None:
        inner()
        if fails:
            raise Stop

    k = 0
    stop: Stop | None = Stop()
    assert gc.isenabled()
    while stop is not None and k < 400:
        k += 1
        before = len(seen)
        stop = interrupted_at(k, events, work)  # held while we look, with its traceback
        assert gc.isenabled(), f"the interrupt at the {k}-th place left the collector off"
        if fails and len(seen) > before and k > 60:
            break
    assert k > 3 and seen and not any(seen)
    gc.disable()
    try:
        inner()
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timer")
def test_interrupts_at_random_moments_two_close_together() -> None:
    came = 0

    def handler(signum: int, frame: object) -> None:
        nonlocal came
        came += 1
        if came % 2:
            signal.setitimer(signal.ITIMER_REAL, 1e-4)
        raise Stop

    def enter_and_leave() -> None:
        while True:
            with no_grad(), detect_anomaly():
                pass

    before = signal.signal(signal.SIGALRM, handler)
    try:
        for k in range(300):
            try:
                try:
                    signal.setitimer(signal.ITIMER_REAL, 1e-4 + k * 1e-6)
                    enter_and_leave()
                except Stop:
                    enter_and_leave()
            except Stop:
                pass
            assert modes.active_modes == []
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert came > 100


def test_modes_entered_by_hand_and_by_an_exit_stack() -> None:
    with ExitStack() as stack:
        stack.enter_context(no_grad())
        stack.enter_context(detect_anomaly())
        assert not (Value(2.0) * 3).parents and len(modes.active_modes) == 2
    mode = no_grad()
    mode.__enter__()
    with mode, enable_grad():
        assert (Value(2.0) * 3).parents
    assert not (Value(2.0) * 3).parents
    mode.__exit__(None, None, None)


def test_many_tasks_enter_and_leave_in_any_order() -> None:
    async def one(i: int) -> bool:
        await asyncio.sleep(0.001 * (i % 3))
        with no_grad() if i % 2 else enable_grad():
            await asyncio.sleep(0.001 * (i % 5))
            return bool((Value(2.0) * 3).parents)

    async def main() -> list[bool]:
        return await asyncio.gather(*map(one, range(20)))

    assert asyncio.run(main()) == [i % 2 == 0 for i in range(20)]


# fork


# Other libraries in this process warn that they have threads; the child touches none of theirs.
of_this_library = pytest.mark.filterwarnings(
    "ignore:os.fork:RuntimeWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore:.*fork:DeprecationWarning",
)


def in_a_child(job: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Fork, and run a job in the child; False if it fails or hangs."""
    child = os.fork()
    if not child:
        try:
            os._exit(0 if job() else 1)
        finally:
            os._exit(2)
    return ends_well(child, seconds)


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")


def inside(work: Callable[[Callable[[], None]], object], job: Callable[[], bool]) -> bool:
    """Fork while another thread is in the middle of some work, which calls what it is given there."""
    reached, leave = threading.Event(), threading.Event()

    def wait() -> None:
        reached.set()
        leave.wait(60)

    thread = threading.Thread(target=work, args=(wait,))
    thread.start()
    try:
        assert reached.wait(20)
        return in_a_child(job)
    finally:
        leave.set()
        thread.join(20)


@needs_fork
@of_this_library
def test_a_fork_while_another_thread_is_in_a_backward() -> None:
    def backward(wait: Callable[[], None]) -> None:
        def partials(out: float, x: float) -> tuple[float]:
            wait()
            return (1.0,)

        Op("slow", float, partials, "{0}")(Value(1.0)).backward()

    def job() -> bool:
        x = Value(3.0)
        y = x * x
        y.backward()
        return x.grad == 6.0 == grad(y, x)

    assert inside(backward, job)


@needs_fork
@of_this_library
def test_a_fork_while_another_thread_has_a_mode_on() -> None:
    def work(wait: Callable[[], None]) -> None:
        with no_grad():
            wait()

    def job() -> bool:
        return modes.active_modes == [] and bool((Value(2.0) * 3).parents)

    assert inside(work, job)
    with no_grad():
        assert in_a_child(lambda: len(modes.active_modes) == 1 and not (Value(2.0) * 3).parents)


@needs_fork
@of_this_library
def test_a_fork_while_another_thread_is_in_a_program() -> None:
    pytest.importorskip("numpy")
    from chalkgrad.engine.compiler.program import compile

    x = Value(2.0)
    held: list[Callable[[], None]] = []

    def primal(number: float) -> float:
        for wait in held:
            wait()
        return 3.0 * number

    program = compile(Op("slow", primal, lambda out, x: (3.0,), "{0}")(x), [x], [], backend="numpy")

    def work(wait: Callable[[], None]) -> None:
        held.append(wait)
        program([1.0])

    def job() -> bool:
        held.clear()
        return float(program([2.0])) == 6.0

    assert inside(work, job)


@needs_fork
@of_this_library
def test_a_fork_while_another_thread_compiles() -> None:
    pytest.importorskip("llvmlite")
    from chalkgrad.engine.compiler.program import compile

    def program(width: int) -> Any:
        xs = [Value(float(i)) for i in range(width)]
        total = xs[0]
        for i, x in enumerate(xs[1:]):
            total = (total * x).tanh() if i % 2 else (total + x).sin()
        return compile(total, xs, [], backend="llvm")

    program(2)([1.0, 2.0])  # imports what is needed: a fork amid an import is Python's own affair
    large, small = program(200), program(3)
    thread = threading.Thread(target=lambda: large([1.0] * 200))
    thread.start()
    time.sleep(0.02)
    assert in_a_child(lambda: isinstance(float(small([1.0, 2.0, 3.0])), float))
    thread.join(60)
