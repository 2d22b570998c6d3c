"""What Python hands to the page is what the page's modules declare: no field renamed on one side only."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from support.players import shared
from support.typedefs import typedefs
from support.wildgraphs import neuron, random_graph

from chalkgrad.engine import ArgumentError, Value, logsumexp, record_source
from chalkgrad.engine.ops import Op
from chalkgrad.nn import MLP, SGD, Adam, mse_loss
from chalkgrad.viz.player.player import Player, step

DECLARED = typedefs()


def with_source() -> Player:
    with record_source():
        x = Value(2.0, label="x")
        y = x * 3 + 1
    return step(y)


def trained(optimizer: Any) -> Player:
    o, leaf = neuron()
    return step(o, optimizer=optimizer([leaf["w1"], leaf["b"]], lr=0.5))


class Halving:
    """An optimizer of one's own, of which nothing is known."""

    def __init__(self, params: list[Value], lr: float) -> None:
        self.params, self.lr = params, lr

    def step(self) -> None:
        for p in self.params:
            p.data /= 2.0


def held() -> Player:
    o, _ = neuron()
    o.backward()
    return step(o, accumulate=True)


def network(*sizes: int) -> Player:
    model = MLP(2, list(sizes), seed=1)
    return step(
        model, [0.5, -1.25], 1.0, lambda out, target: (out - target) ** 2, optimizer=SGD(model.parameters(), lr=0.1)
    )


def op_of_ones_own() -> Player:
    cube = Op("cube", lambda x: x * x * x, lambda out, x: (3.0 * x * x,), r"x^3")
    return step(cube(Value(2.0, label="x")) * 2)


def cut() -> Player:
    y = x = Value(1.0, label="x")
    for _ in range(200):
        y = y + x
    return step(y)


LESSONS: dict[str, Player] = {
    "neuron": step(neuron()[0]),
    "shared": step(shared(), title="<both>"),
    "leaf": step(Value(2.0)),
    "noted": step(neuron()[0], notes={1: "one", "w1": "a weight"}),
    "source": with_source(),
    "descent": trained(SGD),
    "memory": trained(Adam),
    "optimizer of one's own": trained(Halving),
    "held": held(),
    "small network": network(3, 1),
    "folded network": network(16, 16, 1),
    "not a number": step(Value(0.0, label="x").log() * 0.0),
    "any number of operands": step(logsumexp(Value(1.0), Value(2.0), 3.0)),
    "op of one's own": op_of_ones_own(),
    "cut": cut(),
    "wild": step(random_graph(1)[0]),
    "bug": step(neuron()[0], bug="assign"),
    "two panes": step(shared(), compare=("mul", lambda out, a, b: (a, b))),
}


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_what_the_page_declares(name: str) -> None:
    handed = json.loads(json.dumps(LESSONS[name].data))
    assert list(DECLARED.faults("Handed", handed)) == []


def test_the_lessons_above_have_every_field_and_every_field_that_may_miss_is_missing_somewhere() -> None:
    seen: dict[str, list[set[str]]] = {}
    for player in LESSONS.values():
        for name, part, _ in DECLARED.parts("Handed", player.data):
            if name in DECLARED.interfaces:
                seen.setdefault(name, []).append(set(part))
    assert set(seen) == {
        "Handed", "LessonNode", "SourceLine", "LessonOp", "LessonBox", "LessonUpdate", "UpdatedParameter",
        "HeldGradient", "Listing", "Note", "LessonBug",
    }  # fmt: skip
    for name, keys in seen.items():
        declared = DECLARED.interfaces[name]
        assert set.union(*keys) == set(declared.fields), name
        assert set.intersection(*keys) == set(declared.fields) - declared.optional, name


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda data: data.update(lvels=data.pop("levels")), "Handed.levels is declared and not handed over"),
        (lambda data: data["nodes"][2].update(parants=[]), "LessonNode.parants is handed over and not declared"),
        (lambda data: data["nodes"][2].update(data="two"), "lesson.nodes[2].data is 'two', no number"),
        (lambda data: data.update(start="galaxy"), "lesson.start is 'galaxy', no Level"),
        (lambda data: data["phases"].update(compute="sideways"), "lesson.phases['compute'] is 'sideways', no Phase"),
        (lambda data: data["phases"].update(extra="forward"), "lesson.phases: key is 'extra', no EventKind"),
    ],
)
def test_a_field_renamed_or_of_another_type_is_found(change: Any, fault: str) -> None:
    handed = copy.deepcopy(LESSONS["neuron"].data)
    change(handed)
    assert any(fault in found for found in DECLARED.faults("Handed", handed))


def test_the_page_knows_every_kind_of_event() -> None:
    assert list(LESSONS["neuron"].data["phases"]) == DECLARED.words["EventKind"]
    assert list(dict.fromkeys(LESSONS["neuron"].data["phases"].values())) == DECLARED.words["Phase"]


@pytest.mark.parametrize("name", ["tanh", "clamp", "power"])
def test_an_op_of_ones_own_is_never_taken_for_the_table_s(name: str) -> None:
    """Not by its name, not beside the table's own of that name: the page would compute another function."""
    own = Op(name, lambda x: 10.0 * x, lambda out, x: (10.0,), symbol="mine")
    x = Value(0.25, label="x")
    theirs = x**3 if name == "power" else getattr(x, name)()
    for root in (own(x) + theirs, theirs + own(x)):
        lesson = step(root)._lesson
        assert not lesson.rules
        words = {op["symbol"]: op["words"] for op in lesson.data["ops"].values()}
        assert words["mine"] == "mine" and len(words) == 3


def kinds(player: Player) -> dict[str, str]:
    return {node["label"]: node["kind"] for node in player.data["nodes"] if "label" in node and "kind" in node}


def test_what_the_optimizer_or_the_model_holds_is_a_parameter() -> None:
    a, x = Value(1.0, label="a"), Value(2.0, label="x")
    assert kinds(step(a * x)) == {"a": "input", "x": "input"}
    player = step(a * x, optimizer=SGD([a], lr=0.1))
    assert kinds(player) == {"a": "parameter", "x": "input"}
    assert "Parameter: a = 1.0000" in player.fallback()

    class Scaled:
        def __call__(self, x: Any) -> Any:
            return a * x[0]

        def parameters(self) -> list[Value]:
            return [a]

    assert kinds(step(Scaled(), [2.0])) == {"a": "parameter", "x[0]": "input"}


def test_a_loss_goes_by_its_name_as_in_fit() -> None:
    model = MLP(2, [3, 1], seed=1)
    named, given = (step(model, [0.5, -1.25], 1.0, loss).trace.nodes[-1] for loss in ("mse_loss", mse_loss))
    assert named == given and named["name"] == "loss"
    assert step(MLP(2, [3], seed=1), [0.5, -1.25], 2, "cross_entropy").trace.nodes[-1]["name"] == "loss"
    with pytest.raises(ArgumentError, match=r"loss must be one of mse_loss, .*got 'mse'"):
        step(model, [0.5, -1.25], 1.0, "mse")
