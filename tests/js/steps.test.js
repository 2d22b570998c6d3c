import assert from "node:assert/strict";
import { test } from "node:test";
import { orderReached, pictureAt, revived, runOf, stepsOf, stepsUntil } from "../../viz/player/page/steps.js";
import { A, descent, GRADIENT, lessonOf, ROOT, rules } from "./lesson.js";

const lesson = lessonOf();
const run = runOf(lesson, new Map());
const steps = stepsOf(lesson, run, "op", new Set());
const kinds = (/** @type {Run} */ { events }) => events.map((event) => event.kind);

test("the numbers that JSON has no sign for come back", () => {
  const text = JSON.parse(
    '{"nodes": [{"data": "NaN", "locals": ["Infinity", 1]}], "ops": {"p": {"params": ["-Infinity"]}}}',
  );
  const made = revived({
    ...text,
    held: [{ node: 0, grad: "NaN" }],
    update: { rows: [{ node: 0, after: "Infinity", memory: { mean: "NaN" } }] },
  });
  assert.deepEqual(made.nodes[0].locals, [Infinity, 1]);
  assert.deepEqual([made.nodes[0].data, made.held[0].grad], [NaN, NaN]);
  assert.deepEqual(made.update?.rows[0].memory, { mean: NaN });
  assert.deepEqual([made.ops.p.params, made.update?.rows[0].after], [[-Infinity], Infinity]);
});

test("a run is forward, then backward; with an optimizer also loss, zero and update", () => {
  const shares = Array(7).fill("contribute");
  assert.deepEqual(kinds(run), ["compute", "compute", "compute", "compute", "seed", ...shares]);
  const trained = runOf(lessonOf({ update: descent }), new Map());
  assert.deepEqual(kinds(trained).slice(4, 7), ["loss", "zero", "seed"]);
  const update = trained.events[trained.events.length - 1];
  assert.deepEqual(update, { kind: "update", node: A, grad: GRADIENT[A], before: 2, after: 1.4 });
});

test("a gradient held from before is added to at the end", () => {
  const { events } = runOf(lessonOf({ held: [{ node: A, grad: 10 }] }), new Map());
  assert.deepEqual(events[events.length - 1], { kind: "accumulate", node: A, before: 10, contribution: 6, after: 16 });
});

test("after an edit an update is worked out by its rule, or it is said that only Python can", () => {
  const edits = new Map([[A, 3]]);
  const lastOf = (/** @type {Lesson} */ lesson) => {
    const [event] = runOf(lesson, edits).events.slice(-1);
    assert.ok(event.kind === "update");
    return event;
  };
  const plain = lastOf(lessonOf({ update: descent }));
  assert.equal(plain.after, 3 - 0.1 * plain.grad);
  const row = { ...descent.rows[0], rule: "update 0", memory: { mean: 7 } };
  /** @type {Rules} */
  const known = { ...rules, "update 0": (_, p, g, mean) => [mean, p - g * mean] };
  const ruled = lastOf(lessonOf({ update: { ...descent, plain: false, rows: [row] }, rules: known }));
  assert.equal(ruled.after, 3 - ruled.grad * 7);
  const untold = runOf(lessonOf({ update: { ...descent, plain: false } }), edits);
  assert.ok(untold.untold && !kinds(untold).includes("update"));
  assert.ok(!runOf(lessonOf({ update: { ...descent, plain: false } }), new Map()).untold);
});

test("what was computed from a parameter that has moved since is stale", () => {
  const trained = lessonOf({ update: descent });
  const whole = runOf(trained, new Map());
  const all = stepsOf(trained, whole, "op", new Set());
  const staleAt = (/** @type {number} */ k) => pictureAt(trained, whole, all, k).stale;
  assert.ok(!staleAt(all.length - 1).includes(true));
  assert.deepEqual(staleAt(all.length), [false, false, true, false, false, true, true]);
});

test("without rules an edit is refused", () => {
  assert.throws(() => runOf(lessonOf({ rules: null }), new Map([[A, 3]])), /only Python can compute/);
});

test("a folded box is one step forward and one backward, unless it is opened", () => {
  const folded = stepsOf(lesson, run, "neuron", new Set());
  assert.deepEqual(
    folded.map(({ phase, box, events }) => [phase, box, events.length]),
    [
      ["forward", null, 1],
      ["forward", "neuron0", 2],
      ["forward", null, 1],
      ["backward", null, 1],
      ["backward", null, 1],
      ["backward", null, 1],
      ["backward", "neuron0", 3],
      ["backward", null, 1],
      ["backward", null, 1],
    ],
  );
  assert.equal(stepsOf(lesson, run, "neuron", new Set(["neuron0"])).length, run.events.length);
});

test("another level shows the same moment", () => {
  const folded = stepsOf(lesson, run, "neuron", new Set());
  for (let k = 0; k <= folded.length; k++)
    assert.equal(stepsUntil(folded, orderReached(folded, k)), k, `step ${k} is found again`);
  assert.equal(stepsUntil(steps, -1), 0);
  assert.equal(stepsUntil(steps, orderReached(folded, 2)), 3, "all that the box computed");
  assert.equal(stepsUntil(folded, 1000), folded.length);
});

test("a picture knows what has happened, and nothing else", () => {
  const at = (/** @type {number} */ k) => pictureAt(lesson, run, steps, k);
  assert.deepEqual(at(0).known, [true, true, false, true, false, false, false]);
  assert.deepEqual(at(0).gradient, Array(7).fill(null));
  assert.equal(at(0).step, null);
  assert.ok(at(4).known.every(Boolean));
  assert.equal(at(5).gradient[ROOT], 1);
  const end = at(steps.length);
  assert.deepEqual(end.gradient, [6, -20, -4, null, -6, -6, 1]);
  assert.deepEqual(
    end.received.map((events) => events.length),
    end.total,
  );
  assert.deepEqual(at(7), at(7));
});
