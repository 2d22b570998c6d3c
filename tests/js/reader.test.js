import assert from "node:assert/strict";
import { test } from "node:test";
import { numbersOf, rowsOf } from "../../viz/player/page/reader.js";
import { pictureAt, runOf, stepsOf } from "../../viz/player/page/steps.js";
import { walked } from "../../viz/player/page/walk.js";
import { A, B, descent, lessonOf, ROOT } from "./lesson.js";

const lesson = lessonOf();
const run = runOf(lesson, new Map());
const steps = stepsOf(lesson, run, "op", new Set());
const none = new Map();

test("the table says what is known, and no answer", () => {
  const start = pictureAt(lesson, run, steps, 0);
  assert.deepEqual(numbersOf(start, A, null, none), ["2.0000", "–"]);
  assert.deepEqual(numbersOf(start, ROOT, null, none), ["–", "–"]);
  const end = pictureAt(lesson, run, steps, steps.length);
  assert.deepEqual(numbersOf(end, A, null, none), ["2.0000", "6.0000"]);
  assert.deepEqual(numbersOf(end, A, { node: A, number: "grad" }, none), ["2.0000", "–"]);
  assert.deepEqual(numbersOf(end, B, { node: A, number: "grad" }, none), ["−3.0000", "−20.0000"]);
});

test("the table says what no longer holds, and what is wrong", () => {
  const trained = lessonOf({ update: descent });
  const whole = runOf(trained, none);
  const all = stepsOf(trained, whole, "op", new Set());
  const end = pictureAt(trained, whole, all, all.length);
  assert.deepEqual(numbersOf(end, A, null, none), ["1.4000", "6.0000, before the update"]);
  assert.deepEqual(numbersOf(end, ROOT, null, none), ["24.0000, before the update", "1.0000, before the update"]);
  const amid = pictureAt(lesson, run, steps, steps.length);
  const wrongs = new Map([[A, "✗ wrong, it should be 7"]]);
  assert.deepEqual(numbersOf(amid, A, null, wrongs), ["2.0000", "6.0000, ✗ wrong, it should be 7"]);
});

test("a large graph's table has the nodes with names", () => {
  assert.equal(rowsOf(lesson).length, lesson.nodes.length);
  const nodes = Array.from({ length: 100 }, () => lesson.nodes).flat();
  const ids = rowsOf({ ...lesson, nodes });
  assert.ok(ids.length <= 500 && ids.every((i) => nodes[i].label));
});

test("keys lead from node to node, and stay where there is none", () => {
  const { nodes } = lesson;
  assert.equal(walked(nodes, ROOT, "in"), 2);
  assert.equal(walked(nodes, 2, "in"), A);
  assert.equal(walked(nodes, A, "in"), A);
  assert.equal(walked(nodes, A, "out"), 2);
  assert.equal(walked(nodes, A, "down"), B);
  assert.equal(walked(nodes, B, "down"), B);
  assert.equal(walked(nodes, B, "up"), A);
  assert.equal(walked(nodes, ROOT, "out"), ROOT);
  assert.equal(walked(nodes, ROOT, "up"), ROOT);
  const squared = [{ parents: [] }, { parents: [0, 0] }];
  assert.equal(walked(squared, 0, "down"), 0);
});
