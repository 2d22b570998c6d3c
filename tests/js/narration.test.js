import assert from "node:assert/strict";
import { test } from "node:test";
import { altOf } from "../../viz/player/page/alt.js";
import { general, linesOf } from "../../viz/player/page/narration.js";
import { held, placesOf, ratio } from "../../viz/player/page/notation.js";
import { namesOf } from "../../viz/player/page/sentences.js";
import { pictureAt, runOf, stepsOf } from "../../viz/player/page/steps.js";
import { descent, lessonOf } from "./lesson.js";

test("a number is written as Python's .6g writes it", () => {
  /** @type {[number, string][]} */
  const cases = [
    [0, "0"],
    [-0, "-0"],
    [2, "2"],
    [-0.1, "-0.1"],
    [1 / 3, "0.333333"],
    [123456.7, "123457"],
    [1234567, "1.23457e+06"],
    [0.0001, "0.0001"],
    [0.00001234, "1.234e-05"],
    [1e100, "1e+100"],
    [1.015625, "1.01562"],
    [1.015635, "1.01564"],
    [999999.5, "1e+06"],
    [NaN, "nan"],
    [-Infinity, "-inf"],
  ];
  for (const [x, text] of cases) assert.equal(general(x), text);
});

test("a slope names its operand's place where it could be taken for a total", () => {
  const nodes = [[], [0, 0], [1, 0, 1]].map((parents) => ({ parents }));
  const placeOf = placesOf(nodes);
  assert.deepEqual([placeOf(1, 0), placeOf(1, 1)], ["left", "right"]);
  assert.deepEqual([placeOf(2, 0), placeOf(2, 1), placeOf(2, 2)], ["1", "2", "3"]);
  assert.equal(ratio("c", "a·b", "left"), "∂c/∂(a·b)|left");
  assert.deepEqual(["a·b", "tanh(a + b)", "−x", "w[0]"].map(held), ["(a·b)", "tanh(a + b)", "(−x)", "w[0]"]);
});

test("the lines tell every event, under the name of its pass", () => {
  const lesson = lessonOf({ update: descent });
  const run = runOf(lesson, new Map());
  const lines = linesOf(lesson, run);
  assert.deepEqual(
    lines.filter(({ event }) => event === null).map(({ text }) => text),
    ["forward", "backward", "update"],
  );
  assert.deepEqual(new Set(lines.flatMap(({ event }) => event ?? [])), new Set(run.events));
  assert.equal(lines[1].text, "   1  c = a * b = 2 * -3 = -6");
});

test("a line says of a wrong gradient that it is wrong, in words", () => {
  const lesson = lessonOf();
  const lines = linesOf(lesson, runOf(lesson, new Map(), "sign")).map(({ text }) => text);
  const [first, ...others] = lines.filter((text) => text.includes("wrong"));
  assert.match(first, / = 4: ✗ wrong, it should be -4$/);
  assert.ok(others.length > 0);
});

test("the alternative text knows what the picture shows, and no more", () => {
  const lesson = lessonOf({ update: descent });
  const run = runOf(lesson, new Map());
  const steps = stepsOf(lesson, run, "op", new Set());
  const alt = (/** @type {number} */ k) => altOf(lesson, namesOf(lesson), pictureAt(lesson, run, steps, k));
  assert.equal(alt(0), "Computation graph with 7 nodes. Output: e, not computed yet. Inputs: a = 2; b = −3.");
  assert.match(alt(5), /Output: e = 24\. /);
  assert.match(alt(steps.length), /Inputs: a = 1\.4, gradient 6; .* those of before the update\.$/);
});
