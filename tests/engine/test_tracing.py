"""The trace is what the engine does: bit for bit, and without touching anything of the user's."""

from __future__ import annotations

import json
import math

import pytest
from support.wildgraphs import neuron, random_graph

from chalkgrad.engine import ArgumentTypeError, Value, maximum, record_source, topological_order, trace, where
from chalkgrad.engine.floats import same
from chalkgrad.engine.narration import phase


@pytest.mark.parametrize("seed", range(200))
def test_last_after_of_every_node_is_its_grad_to_the_bit(seed: int) -> None:
    root, _ = random_graph(seed)
    run = trace(root)
    root.backward()
    gradients = run.gradients
    for i, node in enumerate(topological_order(root)):
        if not node.is_constant:
            assert same(gradients.get(i, 0.0), node.grad), (seed, i, run.nodes[i])


@pytest.mark.parametrize("seed", range(50))
def test_events_are_consistent(seed: int) -> None:
    root, _ = random_graph(seed)
    run = trace(root)
    held: dict[int, float] = {}
    computed = {row["id"] for row in run.nodes if not row["parents"]}
    for event in run.events:
        if event["kind"] == "compute":
            parents = run.nodes[event["node"]]["parents"]
            assert computed.issuperset(parents)
            assert all(same(run.nodes[p]["data"], x) for p, x in zip(parents, event["inputs"], strict=True))
            computed.add(event["node"])
        elif event["kind"] == "seed":
            held[event["node"]] = event["value"]
        else:
            assert run.nodes[event["node"]]["parents"][event["operand"]] == event["parent"]
            assert run.nodes[event["parent"]]["op"] != "constant"
            assert same(event["upstream"], held[event["node"]])
            assert same(event["contribution"], event["upstream"] * event["local"])
            before = held.get(event["parent"])
            assert event["before"] is before or (before is not None and same(event["before"], before))
            expected = event["contribution"] if before is None else before + event["contribution"]
            assert same(event["after"], expected)
            held[event["parent"]] = event["after"]
    assert len(computed) == len(run.nodes)


def test_nothing_of_the_users_is_changed() -> None:
    o, leaf = neuron()
    leaf["w1"].grad = 7.0
    state = [(node.data, node.grad, node.has_grad, node.label) for node in topological_order(o)]
    trace(o)
    trace(o, accumulate=True)
    assert o._cotangent is None
    assert state == [(node.data, node.grad, node.has_grad, node.label) for node in topological_order(o)]


def test_a_pass_starts_from_nothing_and_accumulate_from_what_leaves_hold() -> None:
    o, leaf = neuron()
    o.backward()
    assert trace(o).gradients[trace(o).nodes[-1]["id"]] == 1.0
    once, again = trace(o).gradients, trace(o, accumulate=True)
    o.backward()
    order = topological_order(o)
    for i, node in enumerate(order):
        assert same(again.gradients[i], node.grad)
    w1 = order.index(leaf["w1"])
    assert (once[w1], again.gradients[w1]) == pytest.approx((1.0, 2.0))
    assert [e["kind"] for e in again.events[-5:]] == ["accumulate"] * 5


def test_data_are_those_of_the_forward_pass() -> None:
    a, b = Value(2.0, label="a"), Value(5.0, label="b")
    c = a * b
    a.data = 100.0
    run = trace(c)
    assert [row["data"] for row in run.nodes] == [2.0, 5.0, 10.0]
    assert run.events[0]["inputs"] == [2.0, 5.0]


def test_what_was_not_taken_gets_no_event() -> None:
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    big = trace(maximum(a, b))
    assert [big.nodes[e["parent"]]["label"] for e in big.events if e["kind"] == "contribute"] == ["b"]
    picked = trace(where(1.0, a, b.log()))
    assert [picked.nodes[e["parent"]]["label"] for e in picked.events if e["kind"] == "contribute"] == ["a"]
    assert set(picked.gradients) == {1, 4}


def test_the_root_may_be_a_leaf() -> None:
    run = trace(Value(3.0, label="x"))
    assert [e["kind"] for e in run.events] == ["seed"]
    assert str(run) == "backward\n  1  ∂x/∂x = 1"


def test_the_same_operand_twice_makes_two_events() -> None:
    a = Value(3.0, label="a")
    shares = [e for e in trace(a * a).events if e["kind"] == "contribute"]
    assert [(e["operand"], e["before"], e["after"]) for e in shares] == [(0, None, 3.0), (1, 3.0, 6.0)]


class Descent:
    """A stand-in optimizer: w -= lr * velocity, with velocity as the state that has to be put back."""

    def __init__(self, params: list[Value], lr: float) -> None:
        self.params, self.lr, self.velocity = params, lr, [0.0] * len(params)

    def step(self) -> None:
        for i, p in enumerate(self.params):
            self.velocity[i] = 0.9 * self.velocity[i] + p.grad
            p.data = p.data - self.lr * self.velocity[i]


def test_a_training_step_adds_loss_zero_and_update_and_puts_everything_back() -> None:
    o, leaf = neuron()
    optimizer = Descent([leaf["w1"], leaf["w2"], leaf["b"], Value(1.0)], lr=0.1)
    o.backward()
    state = [(node.data, node.grad) for node in topological_order(o)]
    run = trace(o, optimizer=optimizer)
    assert state == [(node.data, node.grad) for node in topological_order(o)]
    assert optimizer.velocity == [0.0] * 4

    kinds = [e["kind"] for e in run.events]
    assert kinds == ["compute"] * 5 + ["loss"] + ["zero"] * 3 + ["seed"] + ["contribute"] * 9 + ["update"] * 3
    assert [phase(e) for e in run.events] == ["forward"] * 6 + ["backward"] * 13 + ["update"] * 3

    for p in optimizer.params:
        p.grad = None
    o.backward()
    optimizer.step()
    order = topological_order(o)
    for event in run.events[-3:]:
        assert same(event["after"], order[event["node"]].data)
        assert same(event["grad"], order[event["node"]].grad)
        assert event["rate"] == 0.1


def test_strict_json_with_non_finite_numbers() -> None:
    x = Value(0.0, label="x")
    text = trace(x.log() * -0.0).to_json()
    data = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert data["nodes"][1]["data"] == "-Infinity"
    assert data["nodes"][3]["data"] == "NaN"
    assert math.copysign(1.0, data["nodes"][2]["data"]) == -1.0


def test_text_of_the_neuron() -> None:
    lines = str(trace(neuron()[0])).splitlines()
    assert lines[0] == "forward"
    assert lines[1] == "   1  v2 = x1 * w1 = 2 * -3 = -6"
    assert lines[5] == "   5  o = tanh(n) = tanh(0.881374) = 0.707107"
    assert lines[6] == "backward"
    assert lines[8] == "   7  ∂o/∂n  = ∂o/∂o · ∂o/∂n = 1 · 0.5 = 0.5"
    assert len(lines) == 17


def test_hostile_labels_stay_on_their_line() -> None:
    x = Value(1.0, label="<img src=x onerror=alert(1)>\n\x1b[2J")
    text = str(trace(x * 2))
    assert "<img src=x onerror=alert(1)>\\n\\x1b[2J" in text
    assert "\x1b" not in text
    assert len(text.splitlines()) == 4 + 1


def test_equal_labels_are_told_apart() -> None:
    run = trace(Value(1.0, label="w") * Value(2.0, label="w"))
    assert [row["name"] for row in run.nodes] == ["w#0", "w#1", "v2"]


def test_the_line_that_made_a_node_is_known_while_recording() -> None:
    with record_source():
        a = Value(2.0, label="a")
        b = a * 3 + 1
        c = b.tanh()
    d = c + 1
    assert a.source is not None
    assert (a.source.text, a.source.file) == ('a = Value(2.0, label="a")', __file__)
    assert b.source is not None and c.source is not None
    assert b.source.text == "b = a * 3 + 1"
    assert (b.source.line, c.source.line) == (a.source.line + 1, a.source.line + 2)
    assert d.source is None
    assert [row["source"] and row["source"].text for row in trace(d).nodes if row["label"] == "a"] == [a.source.text]


def test_a_root_that_is_no_value_is_refused() -> None:
    with pytest.raises(ArgumentTypeError, match="root must be a Value, got float"):
        trace(3.0)  # type: ignore[arg-type]
