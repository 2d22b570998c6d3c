import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, questionOf } from "../../viz/player/page/questions.js";
import { namesOf } from "../../viz/player/page/sentences.js";
import { pictureAt, runOf, stepsOf } from "../../viz/player/page/steps.js";
import { A, descent, lessonOf } from "./lesson.js";

const lesson = lessonOf({ update: descent });

/**
 * The question that a step asks.
 * @param {Lesson} lesson
 * @param {(event: RunEvent) => boolean} wanted the event of the step
 * @param {Level} [level]
 */
function asked(lesson, wanted, level = "op") {
  const run = runOf(lesson, new Map());
  const steps = stepsOf(lesson, run, level, new Set());
  const k = steps.findIndex((step) => step.events.some(wanted));
  return questionOf(lesson, pictureAt(lesson, run, steps, k), steps[k], namesOf(lesson));
}

/**
 * @param {(event: RunEvent) => boolean} wanted
 * @param {Lesson} [of]
 * @param {Level} [level]
 */
function questionAt(wanted, of = lesson, level) {
  const question = asked(of, wanted, level);
  assert.ok(question);
  return question;
}
const second = questionAt((event) => event.kind === "contribute" && event.parent === A && event.before !== null);

test("within one percent is right, so is what reads alike on a card, and what no percent can say", () => {
  const isRight = (/** @type {number} */ number, /** @type {number} */ answer) =>
    judge({ ...second, answer, slips: [] }, number).right;
  assert.ok(isRight(2.02, 2));
  assert.ok(!isRight(2.03, 2));
  assert.ok(isRight(0.0012, 0.00124));
  assert.ok(!isRight(0, 0.00004));
  assert.ok(isRight(NaN, NaN));
  assert.ok(isRight(Infinity, Infinity));
  assert.ok(!isRight(1e300, Infinity));
  assert.ok(isRight(0, 0));
});

test("every kind of event asks, except those that tell no number", () => {
  assert.equal(questionAt((event) => event.kind === "compute").ask, "What is c now?");
  assert.equal(questionAt((event) => event.kind === "seed").answer, 1);
  assert.equal(questionAt((event) => event.kind === "update").answer, 1.4);
  assert.equal(second.ask, "What is ∂e/∂a after this step?");
  for (const kind of ["loss", "zero"])
    assert.equal(
      asked(lesson, (event) => event.kind === kind),
      null,
    );
  const held = questionAt((event) => event.kind === "accumulate", lessonOf({ held: [{ node: A, grad: 5 }] }));
  assert.equal(held.answer, 11);
  assert.match(judge(held, 6).words, /this pass alone/);
  const remembering = lessonOf({ update: { ...descent, plain: false } });
  assert.equal(
    asked(remembering, (event) => event.kind === "update"),
    null,
    "an optimizer with a memory",
  );
});

/**
 * What each number betrays.
 * @param {string} about
 * @param {() => Question} question
 * @param {[number, RegExp][]} table
 */
const betrays = (about, question, table) => {
  for (const [number, words] of table)
    test(`${about}: ${number} betrays ${words.source}`, () => {
      const judged = judge(question(), number);
      assert.equal(judged.right, false);
      assert.match(judged.words, words);
    });
};

// -4 arrives at c = a * b, times b = -3, is 12, added to the -6 that is there.
betrays("a, second path", () => second, [
  [12, /^Not quite: that is this path alone; \+= adds it to the −6 already there\.$/],
  [-6, /what a held; this path through c is added/],
  [-6 - 4 * 2, /−6 plus upstream times a itself/],
  [-6 - 3, /−6 plus the local slope −3 alone/],
  [-6 - 4, /−6 plus the upstream gradient −4 alone/],
  [-6 - 12, /−6 plus this share with its sign turned/],
  [-6 - 7, /−6 plus upstream plus slope/],
  [-3, /the local slope −3 alone; .*; and the −6 already there is lost/],
  [-8, /upstream times a itself; .*; and the −6 already there is lost/],
  [2, /the value of a; asked is its gradient/],
  [1234, /^Not that, and no usual slip/],
]);

// One path: 24's operands. -4 is both the slope d and the answer of another node.
betrays("c, first path", () => questionAt((event) => event.kind === "contribute" && event.parent === 2), [
  [1, /the upstream gradient 1 alone/],
  [-6, /upstream times c itself|the share of the other operand/],
  [4, /this share with its sign turned around/],
  [24, /upstream times the value of e/],
  [-3, /upstream plus slope/],
]);

betrays("a product", () => questionAt((event) => event.kind === "compute" && event.node === 2), [
  [-1, /the sum; asked is the product/],
  [6, /sign/],
]);
betrays("a sum", () => questionAt((event) => event.kind === "compute" && event.node === 5), [
  [-12, /the product; asked is the sum/],
]);
betrays("the seed", () => questionAt((event) => event.kind === "seed"), [
  [24, /the value of e; asked is how fast/],
  [0, /by just as much/],
  [-1, /sign/],
]);
betrays("an update", () => questionAt((event) => event.kind === "update"), [
  [2 + 0.1 * 6, /uphill/],
  [2 - 6, /learning rate was left out/],
  [2, /does move/],
  [1.9, /subtracts the rate alone/],
  [-0.6, /the change alone/],
  [6, /the gradient of a/],
]);

// L = f², f = e·a, e = d + c, d = a·b: when d passes on to a, it holds 4; the upstream is −8, the slope −3.
/** @type {Lesson} */
const square = {
  ...lesson,
  update: null,
  nodes: [
    ...lesson.nodes.slice(0, 2),
    { name: "c", label: "c", parents: [], data: 5, op: null, locals: [], kind: "input" },
    { name: "d", parents: [0, 1], data: -6, op: "mul", locals: [-3, 2] },
    { name: "e", parents: [3, 2], data: -1, op: "add", locals: [1, 1] },
    { name: "f", parents: [4, 0], data: -2, op: "mul", locals: [2, -1] },
    { name: "L", parents: [5, 5], data: 4, op: "mul", locals: [-2, -2] },
  ],
};
betrays(
  "a shared further down",
  () => questionAt((event) => event.kind === "contribute" && event.node === 3 && event.parent === A, square),
  [
    [-4, /that is 4 plus the upstream gradient −8 alone/],
    [-8, /that is the upstream gradient −8 alone; .*; and the 4 already there is lost/],
    [24, /this path alone/],
    [-20, /4 plus this share with its sign turned around/],
    [-28, /its sign is turned around/],
  ],
);

test("one reason is told, and it holds: its number is the one typed, and is not the answer", () => {
  for (const of of [lesson, square]) {
    const run = runOf(of, new Map());
    for (const event of run.events) {
      const question = asked(of, (other) => JSON.stringify(other) === JSON.stringify(event));
      for (const [number, words] of question?.slips ?? []) {
        const judged = judge(/** @type {Question} */ (question), number);
        if (judged.right) continue;
        assert.doesNotMatch(judged.words, /; or /);
        const told = question?.slips.find(([, reason]) => judged.words === `Not quite: ${reason}.`);
        assert.ok(told && Math.abs(told[0] - number) <= 0.01 * Math.abs(told[0]) + 1e-4, words);
      }
    }
  }
});

test("of a folded box it asks for the output, and for what the box passes on", () => {
  const output = questionAt((event) => event.kind === "compute" && event.node === 5, lesson, "neuron");
  assert.deepEqual([output.ask, output.answer], ["What does net.n0 put out?", -4]);
  assert.match(judge(output, 4).words, /sign/);
  const isPassed = (/** @type {RunEvent} */ event) => event.kind === "contribute" && event.node === 5;
  const passed = questionAt(isPassed, lesson, "neuron");
  assert.deepEqual([passed.ask, passed.answer], ["net.n0 passes gradient back: what is ∂e/∂a then?", -6]);
  assert.equal(asked(lessonOf({ boxes: {} }), isPassed, "neuron"), null);
});
