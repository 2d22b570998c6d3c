import assert from "node:assert/strict";
import { test } from "node:test";
import { namesOf } from "../../viz/player/page/sentences.js";
import { pictureAt, runOf, stepsOf } from "../../viz/player/page/steps.js";
import { completeIn, gradientTable } from "../../viz/player/page/theirs.js";
import { A, GRADIENT, lessonOf } from "./lesson.js";

const lesson = lessonOf();
const run = runOf(lesson, new Map());
const steps = stepsOf(lesson, run, "op", new Set());

test("a gradient is complete when all its shares are in", () => {
  const seed = run.events.findIndex((event) => event.kind === "seed") + 1;
  assert.deepEqual(completeIn(pictureAt(lesson, run, steps, seed)), [6]);
  const second = run.events.filter((event) => event.kind === "contribute" && event.parent === A)[1];
  const k = run.events.indexOf(second);
  assert.ok(!completeIn(pictureAt(lesson, run, steps, k)).includes(A));
  assert.ok(completeIn(pictureAt(lesson, run, steps, k + 1)).includes(A));
});

test("what was written stands beside what it should be; what cannot be known is neither right nor wrong", () => {
  /** @type {(number | null)[]} */
  const wrote = [...GRADIENT];
  wrote[A] = -6;
  /** @type {(number | null)[]} */
  const should = [...GRADIENT];
  should[1] = null;
  const theirs = { wrote, should, differing: [A], first: A, words: "" };
  const { rows } = gradientTable(theirs, pictureAt(lesson, run, steps, steps.length), namesOf(lesson));
  assert.deepEqual(rows[0], ["e", "1.0000", "1.0000", "✓"]);
  assert.deepEqual(rows[rows.length - 1], ["a", "−6.0000", "6.0000", "✗"]);
  assert.deepEqual(rows[rows.length - 2], ["b", "−20.0000", "–", "?"]);
});
