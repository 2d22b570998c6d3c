import assert from "node:assert/strict";
import { test } from "node:test";
import { barLengths, curveInWords, curveOf, plotOf, rangeOf, tangentOf } from "../../viz/player/page/curve.js";
import { A, GRADIENT, lessonOf, rules } from "./lesson.js";

const lesson = { ...lessonOf(), rules };
const none = new Map();

test("the plot leaves room for the numbers beside it", () => {
  const over = (/** @type {number} */ y) =>
    plotOf(
      [1, 2].map((x) => ({ x, y: x * y })),
      null,
      { x: 1, y },
    );
  assert.equal(over(1)?.left, 54);
  const wide = over(-1.2346e-7);
  assert.ok(wide);
  assert.ok(wide.left - 8 >= 7 * "−2.4692e-7".length, "as much as the longest takes");
  assert.match(wide.path, new RegExp(`^M${wide.left} `), "and the curve begins at the axis");
});

test("a slider has ends and steps for any number", () => {
  assert.deepEqual(rangeOf(0), { min: -2, max: 2, step: 0.01 });
  assert.deepEqual(rangeOf(0.3), { min: -1.7, max: 2.3, step: 0.01 });
  assert.deepEqual(rangeOf(-10), { min: -30, max: 10, step: 0.1 });
  assert.deepEqual(rangeOf(1e-6), { min: -1e-6, max: 3e-6, step: 1e-8 });
  for (const x of [NaN, Infinity, -Infinity]) assert.deepEqual(rangeOf(x), rangeOf(0));
  for (const x of [Number.MAX_VALUE, -Number.MAX_VALUE, 1e300, 5e-324]) {
    const { min, max, step } = rangeOf(x);
    assert.ok([min, max, step].every(Number.isFinite) && min <= x && x <= max && min < max, String(x));
  }
});

test("the curve is the root over a leaf, and the tangent has its gradient", () => {
  const points = curveOf(lesson, none, A, { min: -2, max: 6 });
  for (const { x, y } of points) assert.ok(Math.abs(y - x * -3 * (x - 6)) < 1e-12);
  assert.deepEqual([points[0].x, points[points.length - 1].x], [-2, 6]);
  assert.deepEqual(tangentOf(lesson, none, A, 2), { x: 2, y: 24, slope: GRADIENT[A] });
  const edited = tangentOf(lesson, new Map([[1, 1]]), A, 2);
  assert.deepEqual(edited, { x: 2, y: 8, slope: 6 });
});

test("the drawing keeps within its frame, and leaves out what is not finite", () => {
  const points = [-1, 0, 1, 2].map((x) => ({ x, y: x === 0 ? Infinity : 4 * x }));
  const plot = plotOf(points, { x: 1, y: 4, slope: 4 }, { x: 2, y: 8 });
  assert.ok(plot?.from && plot.now && plot.tangent);
  assert.match(plot.path, /^M54 [\d.]+M251.3 [\d.]+L350 [\d.]+$/);
  for (const { x, y } of [...plot.tangent, plot.from, plot.now]) assert.ok(x >= 54 && x <= 350 && y >= 26 && y <= 158);
  assert.deepEqual(plot.ends, { left: "−1", right: "2", top: "8", bottom: "−4" });
  assert.ok(plot.zero !== null && plot.zero < 158);
  const flat = plotOf(
    points.map(({ x }) => ({ x, y: 3 })),
    { x: 0, y: 3, slope: 0 },
    { x: 7, y: 3 },
  );
  assert.ok(flat?.tangent);
  assert.deepEqual([flat.tangent[0].x, flat.tangent[1].x, flat.now, flat.zero], [54, 350, null, null]);
  const steep = plotOf(points, { x: 1, y: 4, slope: NaN }, { x: 1, y: NaN });
  assert.deepEqual([steep?.tangent, steep?.now], [null, null]);
  assert.equal(plotOf([{ x: 0, y: NaN }], null, { x: 0, y: NaN }), null);
});

test("the drawing is told in words", () => {
  const points = [
    { x: -1, y: 2 },
    { x: 1, y: 4 },
  ];
  assert.equal(
    curveInWords("o", "w", points, { x: 0, y: 3, slope: 1 }, { x: 0.5, y: 3.5 }),
    "o over w: from 2.0000 at −1 to 4.0000 at 1; now 3.5000 at 0.5. The tangent at 0 has the slope 1.",
  );
  assert.ok(!curveInWords("o", "w", points, null, { x: 0.5, y: 3.5 }).includes("slope"));
});

test("bars are as long as the widest allows", () => {
  assert.deepEqual(barLengths([2, -4]), [0.5, -1]);
  assert.deepEqual(barLengths([NaN, 0]), [0, 0]);
  assert.deepEqual(barLengths([1, Infinity]), [0, 0]);
});
