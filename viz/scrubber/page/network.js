// The network on many rows at once: forward, and the gradient of its mean loss.
//
// A batch lies column by column: input i of row p is `columns[i * n + p]`, and so is what each layer makes of it. What
// bends the sums, its derivative and the loss are generated from chalkgrad's own (viz/scrubber/formulas.py).

import { PRIMALS } from "../../player/page/engine.js";

/**
 * @param {HandedStage[]} stages
 * @param {ScrubFunctions["rules"]} rules
 * @param {ScrubFunctions["criteria"]} criteria
 */
export function makeNetwork(stages, rules, criteria) {
  let size = 0;
  const layers = stages.map((stage) => {
    const weights = size;
    const biases = stage.bias ? weights + stage.inputs * stage.outputs : -1;
    size += stage.outputs * (stage.inputs + Number(stage.bias));
    return { ...stage, weights, biases, bend: bendOf(stage, rules) };
  });
  const outputs = layers[layers.length - 1].outputs;
  /** @type {Map<number, Work>} by the number of rows, so that no memory is asked for anew */
  const works = new Map();

  /** @param {number} n */
  function workFor(n) {
    let work = works.get(n);
    if (!work) {
      const rooms = () => layers.map((layer) => new Float64Array(layer.outputs * n));
      work = { sums: rooms(), outs: rooms(), deltas: rooms() };
      works.set(n, work);
    }
    return work;
  }

  /**
   * What every layer makes of a batch: its sums, and what its activation makes of these.
   * @param {Float64Array} parameters
   * @param {Float64Array} columns
   * @param {number} n rows
   */
  function forward(parameters, columns, n) {
    const work = workFor(n);
    let given = columns;
    layers.forEach((layer, l) => {
      const sums = work.sums[l];
      for (let j = 0; j < layer.outputs; j++) {
        const sum = sums.subarray(j * n, (j + 1) * n);
        sum.fill(layer.biases < 0 ? 0 : parameters[layer.biases + j]);
        for (let i = 0; i < layer.inputs; i++) {
          addTimes(sum, parameters[layer.weights + j * layer.inputs + i], given, i * n);
        }
      }
      layer.bend.apply(sums, work.outs[l], n);
      given = work.outs[l];
    });
    return work;
  }

  /**
   * The loss of each row, and its derivative by each output, divided by the rows, in the last `deltas`.
   * @param {Work} work of `forward`
   * @param {Targets} targets
   * @param {number} n
   * @param {Float64Array} [each] where the losses go
   * @returns {number} their mean
   */
  function lossOf(work, targets, n, each) {
    const outs = work.outs[layers.length - 1];
    const deltas = work.deltas[layers.length - 1];
    let total = 0;
    for (let p = 0; p < n; p++) {
      const row = [];
      for (let j = 0; j < outputs; j++) row.push(outs[j * n + p]);
      const [loss, ...slopes] = criteria[targets.which[p]](PRIMALS, ...row, ...targets.numbers(p));
      for (let j = 0; j < outputs; j++) deltas[j * n + p] = slopes[j] / n;
      total += loss;
      if (each) each[p] = loss;
    }
    return total / n;
  }

  /**
   * The gradient of the mean loss by each parameter.
   * @param {Float64Array} parameters
   * @param {Float64Array} columns
   * @param {Targets} targets
   * @param {number} n
   * @param {Float64Array} gradient is filled
   * @returns {number} the mean loss
   */
  function gradientOf(parameters, columns, targets, n, gradient) {
    const work = forward(parameters, columns, n);
    const loss = lossOf(work, targets, n);
    for (let l = layers.length - 1; l >= 0; l--) {
      const layer = layers[l];
      const deltas = work.deltas[l];
      const given = l ? work.outs[l - 1] : columns;
      layer.bend.pull(work.sums[l], work.outs[l], deltas, n);
      const passed = l ? work.deltas[l - 1].fill(0) : undefined;
      for (let j = 0; j < layer.outputs; j++) {
        const delta = deltas.subarray(j * n, (j + 1) * n);
        if (layer.biases >= 0) gradient[layer.biases + j] = delta.reduce((sum, d) => sum + d, 0);
        passNeuron(layer.weights + j * layer.inputs, delta, given, parameters, gradient, passed);
      }
    }
    return loss;
  }

  return { layers, size, outputs, forward, lossOf, gradientOf };
}

/**
 * From the gradient of one neuron's sum to that of its weights, and of what it was given.
 * @param {number} weights where they begin
 * @param {Float64Array} delta
 * @param {Float64Array} given
 * @param {Float64Array} parameters
 * @param {Float64Array} gradient
 * @param {Float64Array | undefined} passed
 */
function passNeuron(weights, delta, given, parameters, gradient, passed) {
  const n = delta.length;
  const inputs = given.length / n;
  for (let i = 0; i < inputs; i++) {
    gradient[weights + i] = dotted(delta, given, i * n);
    if (passed) addTimes(passed.subarray(i * n, (i + 1) * n), parameters[weights + i], delta, 0);
  }
}

/**
 * @param {Float64Array} to
 * @param {number} times
 * @param {Float64Array} from
 * @param {number} start
 */
function addTimes(to, times, from, start) {
  for (let p = 0; p < to.length; p++) to[p] += times * from[start + p];
}

/**
 * @param {Float64Array} one
 * @param {Float64Array} other
 * @param {number} start
 */
function dotted(one, other, start) {
  let sum = 0;
  for (let p = 0; p < one.length; p++) sum += one[p] * other[start + p];
  return sum;
}

/**
 * How a layer's sums are bent, and how gradients pass.
 * @param {HandedStage} stage
 * @param {ScrubFunctions["rules"]} rules
 * @returns {BendOf}
 */
function bendOf({ op, rule, outputs }, rules) {
  if (rule === null) return { apply: (sums, outs) => outs.set(sums), pull: () => {} };
  const derivative = rules[rule];
  if (op === null) return sharedBend(derivative, outputs);
  const value = PRIMALS[op.name];
  const { params } = op;
  const one = params.length ? (/** @type {number} */ x) => value(x, ...params) : value;
  return {
    apply(sums, outs) {
      for (let i = 0; i < sums.length; i++) outs[i] = one(sums[i]);
    },
    pull(sums, outs, deltas) {
      for (let i = 0; i < sums.length; i++) deltas[i] *= derivative(PRIMALS, outs[i], sums[i])[0];
    },
  };
}

/**
 * Of an activation that needs the whole layer (softmax): one function gives outputs, then gradients of the sums.
 * @param {PageFunction} whole
 * @param {number} width
 * @returns {BendOf}
 */
function sharedBend(whole, width) {
  const row = (/** @type {Float64Array} */ from, /** @type {number} */ p, /** @type {number} */ n) =>
    Array.from({ length: width }, (_, j) => from[j * n + p]);
  const idle = Array(width).fill(0);
  return {
    apply(sums, outs, n) {
      for (let p = 0; p < n; p++) {
        const made = whole(PRIMALS, ...row(sums, p, n), ...idle);
        for (let j = 0; j < width; j++) outs[j * n + p] = made[j];
      }
    },
    pull(sums, _, deltas, n) {
      for (let p = 0; p < n; p++) {
        const made = whole(PRIMALS, ...row(sums, p, n), ...row(deltas, p, n));
        for (let j = 0; j < width; j++) deltas[j * n + p] = made[width + j];
      }
    },
  };
}

/**
 * Rows of numbers as a batch of columns, in an order.
 * @param {Float64Array} rows
 * @param {number} width
 * @param {ArrayLike<number>} order
 */
export function columnsOf(rows, width, order) {
  const n = order.length;
  const columns = new Float64Array(width * n);
  for (let p = 0; p < n; p++) {
    for (let i = 0; i < width; i++) columns[i * n + p] = rows[order[p] * width + i];
  }
  return columns;
}
