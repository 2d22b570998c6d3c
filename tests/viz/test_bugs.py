"""What goes wrong: the page's own faulty passes are Python's to the bit, and a browser shows where they go wrong."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from support.players import shared
from support.wildgraphs import neuron, random_graph
from test_javascript import node, succeeds

from chalkgrad.engine import BUGS, ArgumentError, Value, topological_order, trace
from chalkgrad.engine.tracing import plain
from chalkgrad.nn import SGD
from chalkgrad.viz.player.player import Player, step

PAGE = Path(__file__).parents[2] / "viz" / "player" / "page"
PROGRAM = """
import { readFileSync } from "node:fs";
import { canRun } from "PAGE/faults.js";
import { revived, runOf } from "PAGE/steps.js";
const text = (x) => typeof x === "number" ? (Object.is(x, -0) ? "-0" : String(x)) : x;
const told = (value) => Array.isArray(value) ? value.map(told) : value && typeof value === "object"
  ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, told(v)])) : text(value);
const cases = JSON.parse(readFileSync("CASES", "utf8"));
const RULES = [RULE_LIST];
const answers = cases.map(({ lesson, bugs, edits }, i) => {
  const made = Object.assign(revived(lesson), { rules: RULES[i] });
  const numbers = new Map(edits.map(([leaf, x]) => [leaf, Number(x)]));
  const eventsOf = (bug) => canRun(made, bug) ? told(runOf(made, numbers, bug).events) : null;
  return Object.fromEntries(bugs.map((bug) => [bug, eventsOf(bug)]));
});
console.log(JSON.stringify(answers));
"""
Case = tuple[Player, dict[int, float]]


def page_runs(cases: list[Case], folder: Path) -> list[dict[str, Any]]:
    """For each lesson and each bug the events of the page, its numbers as text."""
    rows = [
        {"lesson": {**player.data, "markup": "", "css": ""}, "bugs": list(BUGS), "edits": plain(list(edits.items()))}
        for player, edits in cases
    ]
    (folder / "cases.json").write_text(json.dumps(rows), encoding="utf-8")
    program = PROGRAM.replace("PAGE", PAGE.as_posix()).replace("CASES", (folder / "cases.json").as_posix())
    program = program.replace("RULE_LIST", ", ".join(player.rules or "null" for player, _ in cases))
    (folder / "run.mjs").write_text(program, encoding="utf-8")
    done = node(folder / "run.mjs")
    succeeds(done)
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def as_floats(event: dict[str, Any]) -> dict[str, Any]:
    """An event of the page's with its numbers read: places stay text, as they came."""
    read = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
    numbers = ("value", "upstream", "local", "contribution", "before", "after", "should", "grad")
    places = ("node", "parent", "operand")
    made = {key: float(read.get(event[key], event[key])) for key in numbers if event.get(key) is not None}
    return {**event, **made, **{key: int(event[key]) for key in places if key in event}}


def same_events(page: list[dict[str, Any]], run: list[dict[str, Any]]) -> None:
    """Number for number, to the bit: `repr` tells every float from its neighbour, and 0.0 from -0.0."""
    only_python = ("inputs", "rate")
    expected = [{key: x for key, x in e.items() if key not in only_python} for e in run if e["kind"] != "zero"]
    got = [as_floats(e) for e in page if e["kind"] != "zero"]
    assert [e["kind"] for e in got] == [e["kind"] for e in expected]
    for ours, theirs in zip(got, expected, strict=True):
        assert repr(sorted(ours.items())) == repr(sorted(theirs.items()))


def products(seed: int) -> Value:
    rng = random.Random(seed)
    nodes = [Value(rng.uniform(-3, 3), label=f"x{i}") for i in range(3)]
    for _ in range(8):
        a, b = rng.choice(nodes[-5:]), rng.choice(nodes[-5:])
        nodes.append(rng.choice([a * b, a + b, a - b, -a, a.square(), a.relu()]))
    return nodes[-1]


def test_the_page_runs_every_bug_to_the_bit_as_python_does(tmp_path: Path) -> None:
    roots = [random_graph(seed, 12)[0] for seed in range(40)] + [products(seed) for seed in range(40)]
    roots += [neuron()[0], shared(), Value(2.0, label="x")]
    answers = page_runs([(step(root), {}) for root in roots], tmp_path)
    shown = dict.fromkeys(BUGS, 0)
    for root, answer in zip(roots, answers, strict=True):
        for name, events in answer.items():
            try:
                run = trace(root, bug=name)
            except ArgumentError:
                assert events is None  # the recursion would never end
                continue
            if events is not None:  # of the wrong rules there may be none for this graph
                same_events(events, run.events)
            shown[name] += run.first_wrong is not None
    assert min(shown.values()) > 20, shown


def test_to_the_bit_after_an_edit_too_and_with_an_optimizer_and_gradients_held(tmp_path: Path) -> None:
    cases: list[Case] = []
    expected = []
    for seed in range(20):
        root = products(seed)
        order = topological_order(root)
        edits = {i: random.Random(i).uniform(-2, 2) for i, node in enumerate(order) if node.is_leaf}
        cases.append((step(root), edits))
        expected.append({name: trace(rebuilt(order, edits), bug=name) for name in BUGS})
    for settings in ({"accumulate": True}, {"optimizer": True}):
        o, leaf = neuron()
        o.backward()
        if "optimizer" in settings:
            settings = {"optimizer": SGD([leaf["w1"], leaf["b"]], lr=0.3)}  # type: ignore[dict-item]
        cases.append((step(o, **settings), {}))  # type: ignore[arg-type]
        expected.append({name: trace(o, bug=name, **settings) for name in BUGS})  # type: ignore[arg-type]
    for answer, runs in zip(page_runs(cases, tmp_path), expected, strict=True):
        for name, events in answer.items():
            if events is not None:
                same_events(events, runs[name].events)


def rebuilt(order: list[Value], edits: dict[int, float]) -> Value:
    """The same graph, computed again from edited leaves."""
    fresh: dict[int, Value] = {}
    for i, made in enumerate(order):
        if made.op is None:
            fresh[id(made)] = Value(edits.get(i, made.data), label=made.label)
        else:
            fresh[id(made)] = made.op(*(fresh[id(p)] for p in made.parents))
    return fresh[id(order[-1])]
