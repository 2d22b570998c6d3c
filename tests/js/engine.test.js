// Every op and every edge is compared with the engine in tests/viz/test_evaluator.py; here is how the parts are joined.

import assert from "node:assert/strict";
import { test } from "node:test";
import { compute, PRIMALS, pullBack } from "../../viz/player/page/engine.js";
import { erfc } from "../../viz/player/page/special.js";
import { A, B, GRADIENT, lessonOf, ROOT, rules } from "./lesson.js";

const { nodes, ops } = lessonOf();

test("forward gives Python's numbers again, and those after an edit", () => {
  const same = compute(nodes, ops, rules, new Map());
  assert.deepEqual(
    same.data,
    nodes.map((node) => node.data),
  );
  assert.deepEqual(
    same.locals,
    nodes.map((node) => node.locals),
  );
  assert.equal(compute(nodes, ops, rules, new Map([[A, 5]])).data[ROOT], 5 * -3 * (5 + -3 * 2));
  assert.ok(Number.isNaN(compute(nodes, ops, rules, new Map([[A, NaN]])).data[ROOT]));
});

test("backward adds up along every path, one event for each +=", () => {
  const { locals } = compute(nodes, ops, rules, new Map());
  const { gradient, events } = pullBack(nodes, ops, locals);
  assert.deepEqual(gradient, GRADIENT);
  const into = (/** @type {number} */ i) =>
    events.flatMap((event) => (event.kind === "contribute" && event.parent === i ? [event] : []));
  assert.deepEqual(
    into(B).map(({ before, contribution, after }) => [before, contribution, after]),
    [
      [null, -12, -12],
      [-12, -8, -20],
    ],
  );
  assert.deepEqual(into(3), [], "a constant's gradient is not told");
});

test("a selecting op sends nothing to the operand it did not take", () => {
  const leaf = { op: null, parents: [], data: 1 };
  const graph = [leaf, leaf, { op: "relu", parents: [0], data: 0 }, { op: "add", parents: [2, 1], data: 1 }];
  const table = {
    relu: { name: "relu", params: [], selects: true },
    add: { name: "add", params: [], selects: false },
  };
  const { gradient } = pullBack(graph, table, [[], [], [0], [1, 1]]);
  assert.deepEqual(gradient, [null, 1, 1, 1]);
});

test("floats mean what they mean in the engine, at the edges", () => {
  assert.equal(PRIMALS.pow(1, NaN), 1);
  assert.equal(PRIMALS.pow(-1, Infinity), 1);
  assert.ok(Object.is(PRIMALS.sign(-0), 0));
  assert.ok(Number.isNaN(PRIMALS.relu(NaN)));
  assert.ok(Number.isNaN(PRIMALS.maximum(1, NaN)));
  assert.ok(Number.isNaN(PRIMALS.gt(NaN, 1)));
  assert.equal(PRIMALS.logsumexp(-Infinity, -Infinity), -Infinity);
  assert.equal(erfc(40), 0);
});
