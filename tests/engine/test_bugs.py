"""Each bug of a backward pass is the algorithm it says it is: run beside plain code that has the fault written in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.wildgraphs import neuron, random_graph

from chalkgrad.engine import BUGS, ArgumentError, ArgumentTypeError, Trace, Value, topological_order, trace
from chalkgrad.engine.floats import same
from chalkgrad.engine.tracing.bugs import SLIPS
from chalkgrad.nn import SGD, Adam


class Plain:
    """A value as micrograd has it, with a backward of one's own choice: what a learner would have on the screen."""

    def __init__(self, node: Value, twins: dict[int, Plain]) -> None:
        self.parents = [twins[id(p)] for p in node.parents]
        self.locals = list(node.local())
        self.grad = 0.0

    def hand_back(self) -> None:
        for parent, local in zip(self.parents, self.locals, strict=True):
            parent.grad += self.grad * local


def twins_of(root: Value) -> list[Plain]:
    twins: dict[int, Plain] = {}
    for node in topological_order(root):
        twins[id(node)] = Plain(node, twins)
    return list(twins.values())


def sort(root: Plain, *, outside: bool = False) -> list[Plain]:
    topo: list[Plain] = []
    visited: set[int] = set()

    def build(node: Plain) -> None:
        if id(node) not in visited:
            visited.add(id(node))
            for parent in dict.fromkeys(node.parents):
                build(parent)
            if not outside:
                topo.append(node)
        if outside:
            topo.append(node)

    build(root)
    return topo


def assign(root: Plain) -> None:
    root.grad = 1.0
    for node in reversed(sort(root)):
        for parent, local in zip(node.parents, node.locals, strict=True):
            parent.grad = node.grad * local


def backward(root: Plain) -> None:
    root.grad = 1.0
    for node in reversed(sort(root)):
        node.hand_back()


def uncleared(root: Plain) -> None:
    backward(root)
    for node in sort(root):
        if node.parents:
            node.grad = 0.0
    backward(root)


def twice(root: Plain) -> None:
    backward(root)
    backward(root)


def unsorted(root: Plain) -> None:
    root.grad = 1.0
    for node in reversed(sort(root, outside=True)):
        node.hand_back()


def recursion(root: Plain) -> None:
    root.grad = 1.0

    def push(node: Plain) -> None:
        for parent, local in zip(node.parents, node.locals, strict=True):
            parent.grad += node.grad * local
            push(parent)

    push(root)


def upstream(root: Plain) -> None:
    root.grad = 1.0
    for node in reversed(sort(root)):
        for parent, local in zip(node.parents, node.locals, strict=True):
            parent.grad += local


def sign(root: Plain) -> None:
    root.grad = 1.0
    for node in reversed(sort(root)):
        for parent, local in zip(node.parents, node.locals, strict=True):
            parent.grad -= node.grad * local


PLAIN: dict[str, Callable[[Plain], None]] = {
    f.__name__: f for f in (assign, uncleared, twice, unsorted, recursion, upstream, sign)
}


def product(seed: int) -> Value:
    """A graph of sums and products alone, with shared nodes: no op in it selects, so the plain code needs no rule."""
    import random

    rng = random.Random(seed)
    nodes = [Value(float(rng.randint(-3, 3)), label=f"x{i}") for i in range(3)]
    for _ in range(7):
        a, b = rng.choice(nodes[-5:]), rng.choice(nodes[-5:])
        nodes.append(a * b if rng.random() < 0.5 else a + b)
    return nodes[-1]


@pytest.mark.parametrize("name", PLAIN)
def test_a_bug_gives_what_the_plain_code_with_that_fault_gives(name: str) -> None:
    for seed in range(60):
        root = product(seed)
        twins = twins_of(root)
        PLAIN[name](twins[-1])
        got = trace(root, bug=name).gradients
        assert [got.get(i, 0.0) for i in range(len(twins))] == [twin.grad for twin in twins], seed


def test_every_bug_of_the_menu_is_held_to_plain_code_or_is_a_rule() -> None:
    assert set(BUGS) == {*PLAIN, "local"}
    assert BUGS["local"].rules == SLIPS


@pytest.mark.parametrize("name", [name for name in BUGS if name != "recursion"])
def test_the_events_of_a_bug_add_up(name: str) -> None:
    for seed in range(40):
        root, _ = random_graph(seed)
        for event in trace(root, bug=name).events:
            if event["kind"] == "contribute":
                assert same(event["contribution"], event["upstream"] * event["local"])
                before = event["before"]
                after = event["contribution"] if before is None else before + event["contribution"]
                assert same(event["after"], after)


@pytest.mark.parametrize("name", BUGS)
def test_the_last_event_of_a_node_says_what_its_gradient_should_be(name: str) -> None:
    for seed in range(60):
        root = product(seed)
        run, right = trace(root, bug=name), trace(root).gradients
        last: dict[int, Any] = {}
        for event in run.events:
            if event["kind"] in ("contribute", "accumulate"):
                last[event["parent" if event["kind"] == "contribute" else "node"]] = event
        for node, event in last.items():
            assert event["should"] == right[node]
            assert event["wrong"] == (event["after"] != right[node])
        assert (run.first_wrong is None) <= (run.gradients == right)


def without(run: Trace) -> list[dict[str, Any]]:
    return [{key: x for key, x in event.items() if key not in ("should", "wrong")} for event in run.events]


@pytest.mark.parametrize("seed", range(40))
def test_a_bug_that_changes_nothing_is_the_engines_own_pass_to_the_bit(seed: int) -> None:
    root, _ = random_graph(seed)
    harmless = {name: lambda out, *xs, op=name: trace_rule(op, out, xs) for name in ("add", "exp")}
    run = trace(root, bug=harmless)
    assert json.dumps(without(run)) == json.dumps(trace(root).events)
    assert run.first_wrong is None
    assert trace(root).bug is None and trace(root).first_wrong is None


def trace_rule(op: str, out: float, xs: tuple[float, ...]) -> tuple[float, ...]:
    return {"add": (1.0, 1.0), "exp": (out,)}[op]


def test_the_loop_outside_the_if() -> None:
    """A set of parents hides it in `b = a + a; c = b + b`; a node with two users shows it: 26 for 16."""
    a = Value(3.0, label="a")
    b = a + a
    assert trace(b + b, bug="unsorted").first_wrong is None
    x = Value(1.0, label="x")
    twice = x * 2
    e, f = twice * 3, twice * 5
    run = trace(e + f, bug="unsorted")
    assert run.gradients[0] == 26.0 and trace(e + f).gradients[0] == 16.0
    assert run.first_wrong is not None
    assert (run.first_wrong["parent"], run.first_wrong["after"], run.first_wrong["should"]) == (0, 10.0, 16.0)


def test_a_wrong_rule_of_ones_own() -> None:
    x = Value(0.5, label="x")
    y = x.tanh()
    run = trace(y, bug=("tanh", lambda out, x: (1 - out,)))
    assert run.gradients[0] == 1 - y.data and run.bug is not None and "tanh" in run.bug.title
    assert trace(y, bug={"tanh": lambda out, x: [1 - out]}).gradients == run.gradients
    assert run.first_wrong is not None and run.first_wrong["should"] == pytest.approx(1 - y.data**2)
    assert ": ✗ wrong, it should be 0.786448" in str(run)


def test_gradients_not_cleared_start_from_what_leaves_hold_or_from_the_same_pass() -> None:
    o, leaf = neuron()
    leaf["w1"].grad = 100.0
    assert trace(o, bug="uncleared").gradients[topological_order(o).index(leaf["w1"])] == pytest.approx(2.0)
    held = trace(o, bug="uncleared", accumulate=True)
    (event,) = (e for e in held.events if e["kind"] == "accumulate" and e["before"] == 100.0)
    assert event["should"] == pytest.approx(1.0) and event["wrong"]
    kept = trace(o, accumulate=True, bug="sign")
    (event,) = (e for e in kept.events if e["kind"] == "accumulate")
    assert event["should"] == pytest.approx(101.0)


@pytest.mark.parametrize("make", [SGD, Adam])
def test_an_optimizer_steps_by_the_wrong_gradients_and_nothing_of_the_users_is_changed(make: Any) -> None:
    o, leaf = neuron()
    params = [leaf["w1"], leaf["b"]]
    state = [(node.data, node.grad, node.has_grad) for node in topological_order(o)]
    run = trace(o, optimizer=make(params, lr=0.5), bug="uncleared")
    right = trace(o, optimizer=make(params, lr=0.5))
    updates = [[e["grad"] for e in r.events if e["kind"] == "update"] for r in (run, right)]
    assert updates[0] == pytest.approx([2 * grad for grad in updates[1]])
    assert {"zero"} == {e["kind"] for e in right.events} - {e["kind"] for e in run.events}
    assert state == [(node.data, node.grad, node.has_grad) for node in topological_order(o)]


def test_what_is_no_bug_is_refused() -> None:
    x = Value(2.0, label="x")
    y = x.tanh()
    with pytest.raises(ArgumentError, match=r"bug must be one of assign, uncleared, twice, unsorted, .* got 'asign'"):
        trace(y, bug="asign")
    with pytest.raises(ArgumentError, match="there is no op 'tan h'"):
        trace(y, bug=("tan h", lambda out, x: (1,)))
    with pytest.raises(ArgumentError, match="the rule of tanh gives 2 numbers for 1 operands"):
        trace(y, bug=("tanh", lambda out, x: (1, 2)))
    for wrong in (3, ("tanh",), {}, {"tanh": 1}, (1, len)):
        with pytest.raises(ArgumentTypeError, match="bug must be a name"):
            trace(y, bug=wrong)  # type: ignore[arg-type]
    with pytest.raises(ArgumentTypeError, match="the rule of tanh gives must be a list of numbers"):
        trace(y, bug=("tanh", lambda out, x: 1))


def test_a_recursion_that_would_not_end_is_refused_and_a_deep_one_runs() -> None:
    x = deep = Value(1.0, label="x")
    for _ in range(40):
        deep = deep + deep
    with pytest.raises(ArgumentError, match="more than 20,000 shares"):
        trace(deep, bug="recursion")
    for _ in range(5000):
        x = -x
    assert trace(x, bug="recursion").gradients == trace(x).gradients
    assert trace(x, bug="unsorted").gradients == trace(x).gradients
