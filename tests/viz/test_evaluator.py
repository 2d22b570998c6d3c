"""The page's evaluator, in a real browser, against the engine: every op, every edge, any edits.

Agreement wanted: 1e-12 relative, nan for nan, infinities and the sign of zero the same. Where the true
result is subnormal a float has not twelve digits to compare; 1e-307 absolute is allowed there.
"""

from __future__ import annotations

import itertools
import json
import math
import random
from typing import TYPE_CHECKING

import pytest
from support.wildgraphs import random_graph

from chalkgrad.engine import OPS, Value, topological_order, trace
from chalkgrad.engine.floats import same
from chalkgrad.engine.ops import FAMILIES, Op, clamp_between, leaky_relu_with, polygamma_of, power
from chalkgrad.engine.tracing import plain
from chalkgrad.viz.player.bundle import script, special_script
from chalkgrad.viz.player.javascript import op_key, rules_script

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MEMBERS = {
    "power": [power(n) for n in (0.0, 1.0, 2.0, 3.0, -1.0, -2.0, 0.5, -0.5, 1.5, math.inf, math.nan)],
    "leaky_relu": [leaky_relu_with(0.01), leaky_relu_with(0.0), leaky_relu_with(2.0)],
    "polygamma": [polygamma_of(n) for n in (0, 1, 2, 5)],
    "clamp": [clamp_between(-1.0, 1.0), clamp_between(0.0, math.inf), clamp_between(-math.inf, -0.5)],
}
ROWS = [*OPS.values(), *itertools.chain.from_iterable(MEMBERS.values())]
EDGES = [
    0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -2.0, 3.0, 20.0, -20.0, 25.0, 40.0, -40.0, 40.5, 700.0, 710.0, -746.0,
    1000.0, -1000.0, math.pi / 2, 1e-8, -1e-8, 1e-200, 1e200, 5e-324, -5e-324, 1.7e308, -1.7e308,
    math.inf, -math.inf, math.nan,
]  # fmt: skip
FEW = [0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 1000.0, -1000.0, 1e-200, math.inf, -math.inf, math.nan]


def close(a: float, b: float) -> bool:
    if same(a, b):
        return True
    if not (math.isfinite(a) and math.isfinite(b)) or (a == b == 0.0):
        return False
    return abs(a - b) <= 1e-12 * max(abs(a), abs(b)) or abs(a - b) < 1e-307


def points(op: Op, arity: int) -> list[tuple[float, ...]]:
    rng = random.Random(op.name)
    given = [tuple(rng.uniform(-6, 6) for _ in range(arity)) for _ in range(150)]
    given += [tuple(rng.choice([-1, 1]) * 10.0 ** rng.uniform(-300, 300) for _ in range(arity)) for _ in range(150)]
    return [*itertools.product(EDGES if arity < 3 else FEW, repeat=arity), *given]


@pytest.fixture(scope="module")
def evaluator(chromium: Browser) -> Page:
    page = chromium.new_page()
    cases = [(op, arity) for op in ROWS for arity in ([op.arity] if op.arity else [1, 2, 3])]
    # Numbers cross the border as text: JSON has neither nan nor an infinity, and drops the sign of zero.
    page.add_script_tag(
        content=f"""{script("engine")}
        {special_script()}
        const RULES = {rules_script(cases)};
        const text = (x) => Object.is(x, -0) ? "-0.0" : String(x);
        window.primalNames = Object.keys(PRIMALS);
        window.applied = (key, name, params, points) => points.map((p) => {{
          const xs = p.map(Number), out = PRIMALS[name](...xs, ...params.map(Number));
          return [out, ...RULES[key](PRIMALS, out, ...xs)].map(text);
        }});
        window.ran = (nodes, ops, rules, edits) => {{
          for (const node of nodes) node.data = Number(node.data);
          for (const key in ops) ops[key].params = ops[key].params.map(Number);
          const {{ data, locals }} = compute(nodes, ops, rules, new Map(edits.map(([i, x]) => [i, Number(x)])));
          const {{ gradient }} = pullBack(nodes, ops, locals);
          return [data.map(text), gradient.map((g) => g === null ? null : text(g))];
        }};"""
    )
    return page


def test_no_op_of_the_table_lacks_its_line_of_javascript(evaluator: Page) -> None:
    assert sorted(evaluator.evaluate("primalNames")) == sorted([*OPS, *FAMILIES])
    assert sorted(MEMBERS) == sorted(FAMILIES)


@pytest.mark.parametrize("op", ROWS, ids=repr)
def test_value_and_derivatives_agree(evaluator: Page, op: Op) -> None:
    for arity in [op.arity] if op.arity else [1, 2, 3]:
        given = points(op, arity)
        key = op_key(op, arity)
        answers = evaluator.evaluate(
            "([key, name, params, points]) => applied(key, name, params, points)",
            [key, op.name, plain(list(op.params)), [[repr_js(x) for x in p] for p in given]],
        )
        for point, answer in zip(given, answers, strict=True):
            out = op.primal(*point)
            expected = (out, *op.partials(out, *point))
            got = tuple(float(x.replace("Infinity", "inf")) for x in answer)
            assert all(map(close, got, expected)), f"{op!r} at {point}: page {got}, engine {expected}"


def repr_js(x: float) -> str:
    return repr(x).replace("inf", "Infinity").replace("nan", "NaN")


@pytest.mark.parametrize("seed", range(40))
def test_whole_graphs_agree_after_any_edits(evaluator: Page, seed: int) -> None:
    """To 1e-12 of what was added up; plus, for a graph that magnifies rounding (tan near a pole), eight times
    as much as the engine's own answer moves when its leaves move by four units in the last place.
    """
    root, leaves = random_graph(seed)
    run = trace(root)
    order = topological_order(root)
    ops = {op_key(n.op, len(n.parents)): (n.op, len(n.parents)) for n in order if n.op is not None}
    nodes = [
        {
            "op": op_key(n.op, len(n.parents)) if n.op is not None else None,
            "parents": row["parents"], "data": repr_js(n.data), "constant": n.is_constant,
        }
        for n, row in zip(order, run.nodes, strict=True)
    ]  # fmt: skip
    table = {
        key: {"name": op.name, "params": plain(list(op.params)), "selects": op.strong_zero}
        for key, (op, _) in ops.items()
    }
    rng = random.Random(seed)
    edits: dict[int, float] = {}
    free = [i for i, node in enumerate(order) if node.is_leaf and not node.is_constant]
    for _ in range(4):
        data, gradient = evaluator.evaluate(
            f"([nodes, ops, edits]) => ran(nodes, ops, {rules_script(ops.values())}, edits)",
            [nodes, table, [[i, repr_js(x)] for i, x in edits.items()]],
        )
        root, leaves = recomputed(order, edits)
        root.backward()
        sizes = magnitudes(root)
        nudged_root, nudged = recomputed(order, {i: edits.get(i, order[i].data) * (1 + 2**-50) for i in free})
        nudged_root.backward()
        for i, node in enumerate(leaves):
            where = f"seed {seed}, {run.nodes[i]['name']}, edits {edits}"
            value = float(data[i].replace("Infinity", "inf"))
            moved = abs(nudged[i].data - node.data)
            assert close(value, node.data) or abs(value - node.data) <= 8 * moved, where
            if not node.is_constant:
                got = 0.0 if gradient[i] is None else float(gradient[i].replace("Infinity", "inf"))
                moved = abs(nudged[i].grad - node.grad)
                assert close(got, node.grad) or abs(got - node.grad) <= 1e-12 * sizes[i] + 8 * moved, where
        for i in rng.sample(free, rng.randint(1, len(free))):
            edits[i] = rng.choice([rng.uniform(-3, 3), 0.0, -0.0, 40.0])


def magnitudes(root: Value) -> list[float]:
    """How large each gradient would be if nothing cancelled: what its rounding errors are relative to."""
    run = trace(root)
    size = [0.0] * len(run.nodes)
    size[-1] = 1.0
    for event in run.events:
        if event["kind"] == "contribute":
            size[event["parent"]] += size[event["node"]] * abs(event["local"])
    return size


def recomputed(order: list[Value], edits: dict[int, float]) -> tuple[Value, list[Value]]:
    """The same graph built again, from edited leaves."""
    ids = {id(node): i for i, node in enumerate(order)}
    fresh: list[Value] = []
    for i, node in enumerate(order):
        if node.is_leaf:
            fresh.append(node if node.is_constant else Value(edits.get(i, node.data)))
        else:
            assert node.op is not None
            fresh.append(node.op(*(fresh[ids[id(p)]] for p in node.parents)))
    return fresh[-1], fresh


def test_rules_are_one_json_safe_script() -> None:
    rules = rules_script([(op, op.arity or 3) for op in ROWS])
    assert "</" not in rules
    assert all(json.dumps(op_key(op, op.arity or 3)) in rules for op in ROWS)
