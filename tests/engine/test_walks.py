"""One walk at a time: a walk writes on the nodes that it passes, so another one waits, or is refused in its midst."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from chalkgrad.engine import GraphError, Op, Value, backward, grad, jvp, topological_order, trace

WAYS: dict[str, Callable[[Value, Value], object]] = {
    "backward": lambda root, x: root.backward(),
    "grad": lambda root, x: grad(root, x),
    "trace": lambda root, x: trace(root),
}
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))


def graph_with_a_rule(during: Callable[[], object]) -> tuple[Value, Value]:
    """A graph in whose backward pass something happens."""

    def partials(out: object, x: object) -> tuple[float]:
        during()
        return (1.0,)

    x = Value(1.0)
    return Op("slow", lambda x: x, partials)(x) * 2.0, x


@each_way
def test_no_rule_may_begin_a_walk_inside_a_walk(way: Callable[[Value, Value], object]) -> None:
    other = Value(3.0) * Value(2.0)
    for inner in (lambda: topological_order(other), lambda: grad(other, other.parents[0]), other.backward):
        root, x = graph_with_a_rule(inner)
        with pytest.raises(GraphError, match="walking a graph already"):
            way(root, x)
    root, x = graph_with_a_rule(lambda: None)
    way(root, x)
    assert grad(root, x) == 2.0


@each_way
def test_a_walk_waits_for_that_of_another_thread(way: Callable[[Value, Value], object]) -> None:
    waited: list[bool] = []

    def meanwhile() -> None:
        if waited:
            return
        thread = threading.Thread(target=topological_order, args=(Value(1.0) + Value(2.0),), daemon=True)
        thread.start()
        thread.join(0.05)
        waited.append(thread.is_alive())
        threads.append(thread)

    threads: list[threading.Thread] = []
    way(*graph_with_a_rule(meanwhile))
    threads[0].join(10)
    assert waited == [True] and not threads[0].is_alive()


def test_a_lock_that_an_interrupt_left_closed_is_opened_as_often_as_it_happens() -> None:
    x = Value(1.0)
    root = x + x

    def ordered() -> list[Value]:
        return topological_order(root)

    def deeper() -> list[Value]:
        return ordered()

    for order in (ordered, deeper, ordered):
        assert topological_order(root) == [x, root]
        backward._walk_lock.acquire()
        assert order() == [x, root]
    thread = threading.Thread(target=root.backward, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive() and x.grad == 2.0 and jvp(root, x, 1.0) == 2.0
