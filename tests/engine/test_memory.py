"""Memory: nothing of a graph survives its last reference, with the garbage collector off."""

from __future__ import annotations

import contextlib
import copy
import gc
import tracemalloc
from collections.abc import Callable

import pytest

from chalkgrad.engine import Value, grad, maximum, trace
from chalkgrad.engine.ops import Op
from chalkgrad.viz import explain, step

# memory


def living_values() -> int:
    return sum(type(thing) is Value for thing in gc.get_objects())  # not isinstance: torch has lazy objects


def work(x: Value) -> Value:
    hidden = [(x * k + 0.5).tanh() for k in range(5)]
    return maximum(sum(hidden), 0.1) * hidden[0] ** 2 + 2**x


class BrokenRuleError(Exception):
    """Raised by a rule on purpose."""


def _broken(out: float, x: float) -> tuple[float]:
    raise BrokenRuleError


broken = Op("broken", float, _broken, "{0}")


def forward(x: Value) -> None:
    work(x)


def forward_and_backward(x: Value) -> None:
    work(x).backward()


def failing_backward(x: Value) -> None:
    root = work(x) + broken(x * 2)
    with contextlib.suppress(BrokenRuleError):
        root.backward()


def second_order(x: Value) -> None:
    slope = grad(work(x), x, create_graph=True)
    slope.backward()
    grad(slope, x, create_graph=True)


def overwritten(x: Value) -> None:
    root = work(x)
    root.parents[0].data = 3.0
    root.backward()


def traced(x: Value) -> None:
    run = trace(work(x))
    str(run)
    run.to_json()


def traced_in_vain(x: Value) -> None:
    with contextlib.suppress(BrokenRuleError):
        trace(work(x) + broken(x * 2))


def stepped(x: Value) -> None:
    step(work(x)).html()


def explained(x: Value) -> None:
    explain(work(x), x)._repr_html_()


def copied(x: Value) -> None:
    copy.deepcopy(work(x)).backward()
    copy.copy(work(x)).local()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize(
    "job",
    [
        *(forward, forward_and_backward, failing_backward, second_order, overwritten, copied),
        *(traced, traced_in_vain, stepped, explained),
    ],
    ids=lambda f: f.__name__,
)
def test_nothing_of_a_graph_survives_its_last_reference(job: Callable[[Value], None]) -> None:
    x = Value(0.5)
    before = living_values()
    for _ in range(3):
        job(x)
        assert living_values() == before
    assert gc.collect() == 0 or living_values() == before


@pytest.mark.usefixtures("no_collector")
def test_memory_stays_flat() -> None:
    x = Value(0.5)

    def run(times: int) -> None:
        for _ in range(times):
            forward_and_backward(x)

    tracemalloc.start()
    run(2_000)  # fills Python's own stores of freed tuples and floats, which are bounded
    before = tracemalloc.get_traced_memory()[0]
    run(2_000)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 2_000, f"{grown} bytes more after 2,000 graphs"
