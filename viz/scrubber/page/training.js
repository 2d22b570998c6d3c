// Training in the page: the recorded run once more, exactly, and from any moment of it another one.
//
// Snapshots are rounded, so a branch does not start from one: the page trains again from the first parameters, which
// are exact, and keeps what it comes by. It is held against the recording; where it departs, it does not branch.

import { PRIMALS } from "../../player/page/engine.js";
import { makeGenerator } from "./mersenne.js";
import { columnsOf } from "./network.js";

const ROUNDED = 1e-5; // how far a parameter may be from a snapshot of 32 bits, of its size
const CLOSE = 1e-6; // and the loss from the recorded one

/**
 * @param {ScrubLesson} lesson
 * @param {Network} network
 * @param {RunData} data
 */
export function makeTrainer(lesson, network, data) {
  const { epochs, count, batch } = lesson;
  const last = epochs[epochs.length - 1];
  const places = new Map(epochs.map((epoch, k) => [epoch, k]));
  /** @type {Uint32Array[]} */
  const orders = [];
  /** @type {Moment[]} by snapshot */
  const moments = [];
  const gradient = new Float64Array(network.size);
  const generator = lesson.words && makeGenerator(lesson.words);
  const plain = Uint32Array.from({ length: count }, (_, i) => i);

  /** @param {number} epoch from 1 */
  function orderOf(epoch) {
    while (orders.length < epoch) orders.push(generator ? generator.order(count) : plain);
    return orders[epoch - 1];
  }

  /**
   * One epoch, in place.
   * @param {Moment} moment
   * @param {number} epoch from 1
   * @param {number} lr
   * @param {number} momentum
   * @returns {number} its loss, as the history has it
   */
  function train(moment, epoch, lr, momentum) {
    const order = orderOf(epoch);
    let total = 0;
    for (let from = 0; from < count; from += batch) {
      const rows = order.subarray(from, Math.min(from + batch, count));
      const columns = columnsOf(data.samples, network.layers[0].inputs, rows);
      const loss = network.gradientOf(moment.parameters, columns, data.targetsOf(rows), rows.length, gradient);
      move(moment, lr, momentum);
      total += loss * rows.length;
    }
    return total / count;
  }

  /**
   * @param {Moment} moment
   * @param {number} lr
   * @param {number} momentum
   */
  function move(moment, lr, momentum) {
    const { parameters, memory } = moment;
    const update = /** @type {UpdateFunction} */ (lesson.update);
    for (let i = 0; i < parameters.length; i++) {
      const kept = memory.map((column) => column[i]);
      const made = update(PRIMALS, parameters[i], gradient[i], kept, lr, momentum, moment.step);
      parameters[i] = made[kept.length];
      for (let m = 0; m < kept.length; m++) memory[m][i] = made[m];
    }
    moment.step++;
  }

  /** @returns {Moment} */
  function start() {
    const memory = data.memory.map((column) => column.slice());
    return { parameters: data.first.slice(), memory, step: lesson.rule?.step ?? 0 };
  }

  /**
   * The recorded run, epoch by epoch.
   * @returns {Generator<void, string>} at the end a sentence on where it departs, or none
   */
  function* retrace() {
    const moment = start();
    moments[0] = copyOf(moment);
    for (let epoch = 1; epoch <= last; epoch++) {
      const loss = train(moment, epoch, data.rates[epoch - 1], lesson.rule?.momentum ?? 0);
      const recorded = data.losses[epoch - 1];
      const k = places.get(epoch);
      if (k !== undefined) moments[k] = copyOf(moment);
      const isNear = k === undefined || agree(moment.parameters, data.snapshots[k]);
      if (!isNear || !(Math.abs(loss - recorded) <= CLOSE * (1 + Math.abs(recorded)))) {
        return `trained again in the page, it departs from the recording in epoch ${epoch}`;
      }
      yield;
    }
    return "";
  }

  /**
   * Another run from a snapshot on.
   * @param {Branch} branch is filled
   * @returns {Generator<void, void>}
   */
  function* run(branch) {
    const moment = copyOf(moments[branch.from]);
    const from = epochs[branch.from];
    const times = branch.lr / data.rates[from];
    for (let epoch = from + 1; epoch <= last; epoch++) {
      const rate = branch.lr === data.rates[from] ? data.rates[epoch - 1] : data.rates[epoch - 1] * times;
      branch.losses.push(train(moment, epoch, rate, branch.momentum));
      const k = places.get(epoch);
      if (k !== undefined) branch.snapshots[k] = moment.parameters.slice();
      yield;
    }
  }

  return { retrace, run, moments };
}

/**
 * @param {Moment} moment
 * @returns {Moment}
 */
const copyOf = ({ parameters, memory, step }) => ({
  parameters: parameters.slice(),
  memory: memory.map((column) => column.slice()),
  step,
});

/**
 * @param {Float64Array} exact
 * @param {Float64Array} rounded
 */
const agree = (exact, rounded) => exact.every((x, i) => Math.abs(x - rounded[i]) <= ROUNDED * (1 + Math.abs(x)));
