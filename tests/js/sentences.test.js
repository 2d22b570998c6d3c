import assert from "node:assert/strict";
import { test } from "node:test";
import { chainOf } from "../../viz/player/page/chain.js";
import { namedNumbers, toldSteps } from "../../viz/player/page/handout.js";
import { additionCells, additionsTo, boxLedger } from "../../viz/player/page/ledger.js";
import { namesOf, sentenceOf, shortName, subjectOf } from "../../viz/player/page/sentences.js";
import { pictureAt, runOf, stepsOf } from "../../viz/player/page/steps.js";
import { A, B, descent, lessonOf, ROOT } from "./lesson.js";

const lesson = lessonOf({ update: descent });
const names = namesOf(lesson);
const run = runOf(lesson, new Map());
const steps = stepsOf(lesson, run, "op", new Set());
const marks = { marks: true };
const folded = stepsOf(lesson, run, "neuron", new Set());

/**
 * The picture after the first step that has such an event.
 * @param {Step[]} steps
 * @param {(event: RunEvent) => boolean} isWanted
 */
const after = (steps, isWanted) =>
  pictureAt(lesson, run, steps, 1 + steps.findIndex((step) => step.events.some(isWanted)));

test("a node is called by its label, a constant by its number, others by their index", () => {
  assert.deepEqual(names, ["a", "b", "c", "2", "v₄", "net.n0.d", "e"]);
  assert.equal(shortName("net.n0.d"), "d");
});

test("each kind of event has its sentence", () => {
  const said = (/** @type {(event: RunEvent) => boolean} */ isWanted) =>
    sentenceOf(lesson, names, after(steps, isWanted));
  assert.match(
    sentenceOf(lesson, names, pictureAt(lesson, run, steps, 0)),
    /^Only the leaves have values.* e is computed/,
  );
  assert.equal(
    said((e) => e.kind === "compute"),
    "c is computed: the product of 2 and −3 is −6.",
  );
  assert.equal(
    said((e) => e.kind === "loss"),
    "The forward pass is done: the loss e is 24.",
  );
  assert.match(
    said((e) => e.kind === "zero"),
    /^The gradients of 1 parameter are cleared/,
  );
  assert.match(
    said((e) => e.kind === "seed"),
    /∂e\/∂e = 1\.$/,
  );
  assert.equal(
    said((e) => e.kind === "contribute" && e.parent === A),
    "net.n0.d passes gradient back to a: −6 × 1 = −6.",
  );
  assert.equal(
    said((e) => e.kind === "contribute" && e.parent === A && e.before !== null),
    "c passes −4 × −3 = 12 back to a, which already holds −6: the paths add up to 6.",
  );
  assert.equal(
    said((e) => e.kind === "update"),
    "SGD: a steps against its gradient 6, from 2 to 1.4.",
  );
});

test("what an optimizer with a memory does is said with its numbers", () => {
  const adam = lessonOf({ update: { ...descent, optimizer: "Adam", plain: false } });
  const last = runOf(adam, new Map()).events.length;
  const told = sentenceOf(adam, names, pictureAt(adam, run, stepsOf(adam, run, "op", new Set()), last));
  assert.equal(told, "Adam moves a by −0.6, from 2 to 1.4; its gradient is 6.");
});

test("a loss that is nan or infinite is said in words", () => {
  const edited = runOf(lesson, new Map([[A, Infinity]]));
  const at = pictureAt(lesson, edited, stepsOf(lesson, edited, "op", new Set()), 1);
  assert.equal(sentenceOf(lesson, names, at), "c is computed: the product of ∞ and −3 is −∞, below any number.");
});

test("a folded box has one sentence and one table for all that happens in it", () => {
  const isInside = (/** @type {EventKind} */ kind) => (/** @type {RunEvent} */ e) =>
    e.kind === kind && e.kind !== "zero" && e.node === 4;
  const forward = after(folded, isInside("compute"));
  assert.equal(sentenceOf(lesson, names, forward), "net.n0 computes its output: −4 (2 ops inside).");
  assert.ok(forward.step);
  assert.deepEqual(
    boxLedger(lesson, names, forward.step).rows,
    [["d", "+", "−4.0000"]],
    "the output alone: what leads to it is in the drawing",
  );
  const backward = after(folded, isInside("contribute"));
  assert.match(
    sentenceOf(lesson, names, backward),
    /^net.n0 received −6 and passes gradient back .* \(3 products\)\.$/,
  );
  assert.ok(backward.step);
  assert.deepEqual(
    boxLedger(lesson, names, backward.step).rows.map(([to]) => to),
    ["a", "b"],
    "what stays inside is not passed on",
  );
});

test("a step is about the node that gets a number", () => {
  assert.equal(subjectOf(lesson, null), ROOT);
  assert.equal(subjectOf(lesson, after(steps, (e) => e.kind === "contribute" && e.parent === B).step), B);
  assert.equal(subjectOf(lesson, after(steps, (e) => e.kind === "zero").step), ROOT);
  assert.equal(subjectOf(lesson, after(folded, (e) => e.kind === "compute" && e.node === 4).step), 5);
});

test("the chain of a share goes up as far as the way is single", () => {
  const { step } = after(steps, (e) => e.kind === "contribute" && e.parent === B);
  const [share] = step?.events ?? [];
  assert.ok(share.kind === "contribute");
  const picture = after(steps, (e) => e === share);
  assert.deepEqual(
    chainOf(share, picture, names).map((e) => [e.node, e.parent]),
    [
      [6, 5],
      [5, 4],
      [4, 1],
    ],
  );
  const long = names.map((name) => name.repeat(9));
  assert.equal(chainOf(share, picture, long).length, 1, "only as long as there is room");
});

test("the ledger has every addition; what has not happened is a dash", () => {
  const additions = additionsTo(run, A);
  assert.deepEqual(
    additions.map((e) => additionCells(e, true)),
    [
      ["−6.0000", "1.0000", "−6.0000", "−6.0000"],
      ["−4.0000", "−3.0000", "12.0000", "6.0000"],
    ],
  );
  assert.deepEqual(additionCells(additions[0], false), ["–", "–", "–", "–"]);
  assert.deepEqual(additionCells({ kind: "accumulate", node: 0, before: 1, contribution: 2, after: 3 }, true), [
    "–",
    "–",
    "2.0000",
    "3.0000",
  ]);
});

test("the handout tells every step and every named node", () => {
  const told = toldSteps(lesson, names, run, steps, marks);
  assert.equal(told.length, steps.length);
  assert.deepEqual(
    told.map(({ phase }) => phase),
    steps.map(({ phase }) => phase),
  );
  assert.equal(told[0].sentence, "c is computed: the product of 2 and −3 is −6.");
  const numbers = namedNumbers(lesson, names, run, steps, marks);
  assert.deepEqual(numbers[0], ["a", "1.4000", "6.0000, before the update"]);
  assert.equal(numbers.length, 5);
});

test("the handout marks what a fault leaves wrong, unless the class is to find it", () => {
  const faulty = runOf(lesson, new Map(), "sign");
  const all = stepsOf(lesson, faulty, "op", new Set());
  const told = toldSteps(lesson, names, faulty, all, marks);
  assert.match(told[7].sentence, / ✗ Wrong: ∂e\/∂c is now 4, and should be −4\.$/);
  const c = (/** @type {{ marks: boolean }} */ state) => namedNumbers(lesson, names, faulty, all, state)[2];
  assert.match(c(marks)[2], /, ✗ wrong, it should be −4/);
  assert.doesNotMatch(c({ marks: false })[2], /wrong/);
  assert.ok(toldSteps(lesson, names, faulty, all, { marks: false }).every(({ sentence }) => !/✗/.test(sentence)));
});
