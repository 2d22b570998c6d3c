// The root as a curve over one leaf, all else held: worked out by the page's engine, and drawn with its tangent.

import { compute, pullBack } from "./engine.js";
import { onCard, short } from "./numbers.js";

const REACH = 2; // how far a slider goes to either side, at least
const TINY = 1e-3; // a number smaller than this has a slider of its own size
const STEPS = 400;
const SMOOTH = 1500; // nodes; of a larger graph the curve has fewer points

/**
 * Whether a reader can change a node: a leaf that is no constant, of a graph that the page can compute.
 * @param {Lesson} lesson
 * @param {number | null} i
 */
export function canChange({ nodes, rules }, i) {
  return i !== null && rules !== null && nodes[i]?.op === null && !nodes[i].constant;
}

/**
 * Where the slider of a leaf goes, and in which steps.
 * @param {number} x where it starts from
 */
export function rangeOf(x) {
  const middle = Number.isFinite(x) ? x : 0;
  const size = Math.abs(middle);
  const reach = size > 0 && size < TINY ? 2 * size : Math.max(REACH, 2 * Math.min(size, Number.MAX_VALUE / 8));
  const end = (/** @type {number} */ far) => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, far));
  const [min, max] = [end(middle - reach), end(middle + reach)];
  return { min, max, step: max / STEPS - min / STEPS };
}

/**
 * Points of the curve over a range.
 * @param {Lesson & { rules: Rules }} lesson
 * @param {Edits} edits
 * @param {number} i the leaf
 * @param {{ min: number, max: number }} range
 * @returns {Point[]}
 */
export function curveOf({ nodes, ops, rules }, edits, i, { min, max }) {
  const count = nodes.length > SMOOTH ? 10 : 48;
  return Array.from({ length: count + 1 }, (_, n) => {
    const x = min + (max - min) * (n / count);
    return { x, y: compute(nodes, ops, rules, new Map(edits).set(i, x)).data[nodes.length - 1] };
  });
}

/**
 * The root at one place of the curve, and the slope there: what `backward()` leaves in the leaf.
 * @param {Lesson & { rules: Rules }} lesson
 * @param {Edits} edits
 * @param {number} i the leaf
 * @param {number} x
 * @returns {Tangent}
 */
export function tangentOf({ nodes, ops, rules }, edits, i, x) {
  const { data, locals } = compute(nodes, ops, rules, new Map(edits).set(i, x));
  return { x, y: data[nodes.length - 1], slope: pullBack(nodes, ops, locals).gradient[i] ?? 0 };
}

/**
 * How far bars reach, of -1 to 1, when the widest is full. What is not finite has none.
 * @param {number[]} xs
 */
export function barLengths(xs) {
  const widest = Math.max(...xs.map((x) => Math.abs(x) || 0)) || 1;
  return xs.map((x) => (Number.isFinite(x / widest) ? x / widest : 0));
}

// ---------------------------------------------------------------- the drawing

export const WIDTH = 360;
export const HEIGHT = 190;
const [LEFT, RIGHT, TOP, BOTTOM] = [54, 350, 26, 158]; // of the plot; captions and numbers stand around it
const DIGIT = 8.2; // the width of a digit or a sign, whatever the font

/**
 * Where everything stands in the drawing; null where no point of the curve is finite.
 * @param {Point[]} points
 * @param {Tangent | null} from where the drag began, with its tangent
 * @param {Point} now
 */
export function plotOf(points, from, now) {
  const ys = [...points, now, ...(from ? [from] : [])].map(({ y }) => y).filter(Number.isFinite);
  if (ys.length === 0) return null;
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const room = (high - low) * 0.08 || Math.abs(high) * 0.1 || 1;
  const [bottom, top] = [low - room, high + room];
  const [min, max] = [points[0].x, points[points.length - 1].x];
  const ends = { left: short(min), right: short(max), top: short(high), bottom: short(low) };
  const left = Math.max(LEFT, 12 + DIGIT * Math.max(ends.top.length, ends.bottom.length)); // the numbers stand there
  const place = (/** @type {Point} */ { x, y }) => ({
    x: Math.round(10 * (left + (RIGHT - left) * ((x - min) / (max - min)))) / 10,
    y: Math.round(10 * (BOTTOM - (BOTTOM - TOP) * ((y - bottom) / (top - bottom)))) / 10,
  });
  const foretold = from && { x: now.x, y: from.y + from.slope * (now.x - from.x) };
  const isDrawn = (/** @type {Point} */ { x, y }) => y >= bottom && y <= top && x >= min && x <= max;
  return {
    path: pathOf(points, place),
    tangent: from && isDrawn(from) && Number.isFinite(from.slope) ? tangentWithin(from).map(place) : null,
    from: from && isDrawn(from) ? place(from) : null,
    now: isDrawn(now) ? place(now) : null,
    foretold: foretold && isDrawn(foretold) ? place(foretold) : null,
    zero: bottom < 0 && top > 0 ? place({ x: min, y: 0 }).y : null,
    left,
    ends,
  };

  /**
   * The ends of the tangent, as far as the frame goes.
   * @param {Tangent} tangent
   */
  function tangentWithin({ x, y, slope }) {
    const meets = [x + (bottom - y) / slope, x + (top - y) / slope];
    return [Math.max(min, Math.min(...meets)), Math.min(max, Math.max(...meets))].map((at) => ({
      x: at,
      y: y + slope * (at - x),
    }));
  }
}

/**
 * The curve as a path, broken where it is not finite.
 * @param {Point[]} points
 * @param {(point: Point) => Point} place
 */
function pathOf(points, place) {
  let isBroken = true;
  return points.reduce((path, point) => {
    const { x, y } = place(point);
    const sign = isBroken ? "M" : "L";
    isBroken = !Number.isFinite(point.y);
    return isBroken ? path : `${path}${sign}${x} ${y}`;
  }, "");
}

/**
 * What the drawing shows, in words.
 * @param {string} root its name
 * @param {string} leaf
 * @param {Point[]} points
 * @param {Tangent | null} from
 * @param {Point} now
 */
export function curveInWords(root, leaf, points, from, now) {
  const [first, last] = [points[0], points[points.length - 1]];
  const at = (/** @type {Point} */ { x, y }) => `${onCard(y)} at ${short(x)}`;
  const tangent = from ? ` The tangent at ${short(from.x)} has the slope ${short(from.slope)}.` : "";
  return `${root} over ${leaf}: from ${at(first)} to ${at(last)}; now ${at(now)}.${tangent}`;
}
