// What the parameters of a moment make of everything that is shown: computed anew at every move, by the page itself.

import { columnsOf } from "./network.js";
import { gridOf } from "./plane.js";
import { lead } from "./shades.js";

const QUICK = 240; // samples, at most, that are asked while the slider moves

/**
 * @param {ScrubLesson} lesson
 * @param {Network} network
 * @param {RunData} data
 * @param {Plane} plane
 */
export function makeViewer(lesson, network, data, plane) {
  const width = network.layers[0].inputs;
  const gradient = new Float64Array(network.size);
  const canLearn = lesson.criteria.length > 0;
  /** @type {Map<number, Float64Array>} */
  const grids = new Map();
  /** @type {Map<number, { rows: Uint32Array, columns: Float64Array, targets: Targets }>} */
  const batches = new Map();

  /** @param {number} side */
  function gridColumns(side) {
    const known = grids.get(side) ?? gridOf(plane, side);
    grids.set(side, known);
    return known;
  }

  /** @param {number} most */
  function batchOf(most) {
    const n = Math.min(most, lesson.count);
    let batch = batches.get(n);
    if (!batch) {
      const rows = Uint32Array.from({ length: n }, (_, i) => Math.floor((i * lesson.count) / n));
      batch = { rows, columns: columnsOf(data.samples, width, rows), targets: data.targetsOf(rows) };
      batches.set(n, batch);
    }
    return batch;
  }

  /**
   * What a row of outputs says, as the number of a class.
   * @param {Float64Array} outs
   * @param {number} p
   * @param {number} n
   */
  function takenFor(outs, p, n) {
    if (lesson.side) return Number(outs[p] > lesson.side.threshold);
    return lead(Array.from({ length: network.outputs }, (_, j) => outs[j * n + p])).best;
  }

  /**
   * @param {Float64Array} parameters
   * @param {ArrayLike<number>} inputs
   * @param {number | null} sample whose target they have
   * @returns {RowNumbers}
   */
  function rowOf(parameters, inputs, sample) {
    const columns = Float64Array.from(inputs);
    const hasTarget = sample !== null && canLearn;
    let loss = null;
    if (hasTarget) loss = network.gradientOf(parameters, columns, data.targetsOf([sample]), 1, gradient);
    const work = network.forward(parameters, columns, 1);
    const listed = (/** @type {Float64Array[]} */ rooms) => rooms.map((room) => [...room]);
    return {
      inputs,
      sums: listed(work.sums),
      outs: listed(work.outs),
      deltas: hasTarget ? listed(work.deltas) : null,
      loss,
    };
  }

  /**
   * @param {Float64Array} parameters
   * @param {ScrubState} state
   * @param {number} side of the grid
   * @param {boolean} quick
   * @returns {Seen}
   */
  function viewOf(parameters, state, side, quick) {
    const row = shownRow(parameters, state);
    const { rows, columns, targets } = batchOf(quick ? QUICK : lesson.count);
    const n = rows.length;
    const loss = canLearn ? network.gradientOf(parameters, columns, targets, n, gradient) : null;
    const sizes = canLearn ? network.layers.map(sizeOf) : null;
    const outs = network.forward(parameters, columns, n).outs[network.layers.length - 1];
    const { kinds } = lesson;
    const isAll = n === lesson.count;
    const taken = kinds && Array.from(rows, (_, p) => takenFor(outs, p, n));
    const right = taken ? taken.filter((kind, p) => kind === kinds?.[rows[p]]).length : null;
    const grid = network.forward(parameters, gridColumns(side), side * side);
    return {
      parameters,
      grid: { side, outs: grid.outs },
      taken: isAll ? taken : null,
      loss,
      right,
      asked: n,
      sizes,
      row,
    };
  }

  /**
   * @param {Float64Array} parameters
   * @param {ScrubState} state
   */
  function shownRow(parameters, { probe, sample }) {
    if (probe) return rowOf(parameters, probe, null);
    if (sample === null) return null;
    return rowOf(parameters, data.samples.subarray(sample * width, (sample + 1) * width), sample);
  }

  /** @param {Network["layers"][number]} layer */
  function sizeOf({ weights, inputs, outputs, bias }) {
    const count = outputs * (inputs + Number(bias));
    return gradient.subarray(weights, weights + count).reduce((sum, g) => sum + Math.abs(g), 0) / count;
  }

  return { viewOf, gridColumns };
}
