// A neuron's map: its number at each place of the plane, as a colour.

import { lead, pictureOf, pixelOf } from "./shades.js";

/**
 * How a layer's numbers go to the colours between -1 and 1.
 * @param {string} activation
 * @param {Float64Array} heights
 */
export function scaleOf(activation, heights) {
  if (activation === "sigmoid" || activation === "softmax") return (/** @type {number} */ x) => 2 * x - 1;
  if (activation === "tanh") return (/** @type {number} */ x) => x;
  let top = 0;
  for (const x of heights) if (Math.abs(x) > top) top = Math.abs(x);
  return (/** @type {number} */ x) => (top ? x / top : 0);
}

/**
 * The map of one neuron, made smaller.
 * @param {Seen["grid"]} grid
 * @param {Float64Array} heights of the neuron at the grid's places
 * @param {string} activation
 * @param {Uint32Array} ramp
 * @param {number} side
 */
export function smallMap(grid, heights, activation, ramp, side) {
  const scale = scaleOf(activation, heights);
  const step = grid.side / side;
  return pictureOf(side, side, (p) => {
    const [x, y] = [p % side, Math.floor(p / side)];
    return pixelOf(ramp, scale(heights[Math.floor((y + 0.5) * step) * grid.side + Math.floor((x + 0.5) * step)]));
  });
}

/**
 * The map of the answer: a class's colour, paler where it is less sure; the border between two, where there are two.
 * @param {ScrubLesson} lesson
 * @param {Network} network
 * @param {Seen["grid"]} grid
 * @param {Paints} paints
 */
export function answerMap(lesson, network, { side, outs }, paints) {
  const last = outs[network.layers.length - 1];
  const { activation } = network.layers[network.layers.length - 1];
  const n = side * side;
  if (lesson.side && network.outputs === 1) {
    const { threshold } = lesson.side;
    const sure = threshold ? (/** @type {number} */ s) => 2 * s : (/** @type {number} */ s) => 1 - Math.exp(-s);
    const picture = pictureOf(side, side, (p) => {
      const height = last[p] - threshold;
      return pixelOf(paints.kinds[Number(height > 0)], sure(Math.abs(height)));
    });
    return { picture, border: (/** @type {number} */ p) => last[p] - threshold };
  }
  if (lesson.kinds) {
    const picture = pictureOf(side, side, (p) => {
      const { best, by } = lead(Array.from({ length: network.outputs }, (_, j) => last[j * n + p]));
      return pixelOf(paints.kinds[best], activation === "softmax" ? 2 * by : by);
    });
    return { picture, border: null };
  }
  const heights = last.subarray(0, n);
  const scale = scaleOf(activation, heights);
  return { picture: pictureOf(side, side, (p) => pixelOf(paints.numbers, scale(heights[p]))), border: null };
}
