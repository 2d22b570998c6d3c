import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, questionOf } from "../../viz/player/page/questions.js";
import { namesOf } from "../../viz/player/page/sentences.js";
import { pictureAt, runOf, stepsOf } from "../../viz/player/page/steps.js";
import { A, descent, lessonOf } from "./lesson.js";

const lesson = lessonOf({ update: descent });
const names = namesOf(lesson);
const run = runOf(lesson, new Map());
const steps = stepsOf(lesson, run, "op", new Set());

/**
 * The question that a step asks.
 * @param {(event: RunEvent) => boolean} wanted the event of the step
 */
function questionAt(wanted) {
  const k = run.events.findIndex(wanted);
  const question = questionOf(lesson, pictureAt(lesson, run, steps, k), run.events[k], names);
  assert.ok(question);
  return question;
}
const second = questionAt((event) => event.kind === "contribute" && event.parent === A && event.before !== null);

test("within one percent is right, and so is what no percent can say", () => {
  const question = { ask: "", answer: 2, slips: [] };
  assert.ok(judge(question, 2.02).right);
  assert.ok(!judge(question, 2.03).right);
  assert.ok(judge({ ...question, answer: NaN }, NaN).right);
  assert.ok(judge({ ...question, answer: Infinity }, Infinity).right);
  assert.ok(!judge({ ...question, answer: Infinity }, 1e300).right);
  assert.ok(judge({ ...question, answer: 0 }, 0).right);
});

test("every kind of event asks, except those that tell no number", () => {
  assert.equal(questionAt((event) => event.kind === "compute").ask, "What is c now?");
  assert.equal(questionAt((event) => event.kind === "seed").answer, 1);
  assert.equal(questionAt((event) => event.kind === "update").answer, 1.4);
  assert.equal(second.ask, "What is ∂e/∂a after this step?");
  const picture = pictureAt(lesson, run, steps, 0);
  for (const kind of ["loss", "zero", "accumulate"])
    assert.equal(questionOf(lesson, picture, /** @type {RunEvent} */ ({ kind }), names), null);
});

// The second share of a: -4 arrives at c = a * b, times b = -3, is 12, added to the -6 that is there.
for (const [number, words] of /** @type {[number, string][]} */ ([
  [12, "it overwrote the −6 already there and forgot the other path"],
  [-6, "the new path was forgotten"],
  [-6 - 4 * 2, "the value of a itself"],
  [-6 - 3, "the upstream factor was left out"],
  [-6 - 4, "the upstream gradient alone"],
  [-6 - 12, "the sign is turned around"],
  [
    -3,
    "the upstream factor was left out: the local derivative is multiplied by what arrives from above; and it overwrote",
  ],
]))
  test(`${number} betrays: ${words}`, () => {
    const { right, words: told } = judge(second, number);
    assert.ok(!right);
    assert.ok(told.includes(words), told);
  });

test("one number may betray two slips; another none", () => {
  assert.match(judge(second, -6).words, /^Not quite: .*; or .*\.$/);
  assert.match(judge(second, 1234).words, /^Not that\./);
});

test("a step uphill and a rate left out are told apart", () => {
  const question = questionAt((event) => event.kind === "update");
  assert.match(judge(question, 2 + 0.1 * 6).words, /uphill/);
  assert.match(judge(question, 2 - 6).words, /learning rate was left out/);
  assert.match(judge(question, 2).words, /does move/);
});
