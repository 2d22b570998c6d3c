// A lesson to try the page's modules on: e = (a * b) * (a + b * 2), with a and b each used along two paths.

export const A = 0;
export const B = 1;
export const ROOT = 6;
/** The gradients that backward() leaves, for each node; the constant (3) has none that is shown. */
export const GRADIENT = [6, -20, -4, 18, -6, -6, 1];

/**
 * @param {string} name
 * @param {number} data
 * @returns {LessonNode}
 */
const leaf = (name, data) => ({ name, label: name, parents: [], data, op: null, locals: [], kind: "input" });

/**
 * @param {string} name
 * @param {string} op
 * @param {number[]} parents
 * @param {number} data
 * @param {number[]} locals
 * @returns {LessonNode}
 */
const node = (name, op, parents, data, locals) => ({ name, parents, data, op, locals });

/**
 * @param {string} id
 * @param {string} name
 * @param {string} symbol
 * @param {string} words
 * @returns {LessonOp}
 */
const op = (id, name, symbol, words) => ({ id, name, symbol, words, params: [], selects: false, arity: 2 });

/** @type {Rules} */
export const rules = { mul: (_, _out, x, y) => [y, x], add: () => [1, 1] };

/**
 * The lesson, with some of it changed.
 * @param {Partial<Lesson>} [changes]
 * @returns {Lesson}
 */
export function lessonOf(changes = {}) {
  return {
    title: "",
    levels: ["op", "neuron"],
    start: "op",
    views: { op: "op", neuron: "neuron" },
    nodes: [
      leaf("a", 2),
      leaf("b", -3),
      { ...node("c", "mul", [0, 1], -6, [-3, 2]), label: "c" },
      { name: "2", parents: [], data: 2, op: null, locals: [], kind: "constant", constant: true },
      node("v4", "mul", [1, 3], -6, [2, -3]),
      { ...node("net.n0.d", "add", [0, 4], -4, [1, 1]), label: "net.n0.d" },
      { ...node("e", "mul", [2, 5], 24, [-4, -6]), label: "e" },
    ],
    ops: { mul: op("o0", "mul", "*", "the product"), add: op("o1", "add", "+", "the sum") },
    boxes: {
      neuron: [
        ...[0, 1, 2].map((i) => ({ id: `n${i}`, key: "", name: "", nodes: [i], outputs: [i] })),
        {
          id: "n5",
          key: "neuron0",
          name: "net.n0",
          nodes: [3, 4, 5],
          outputs: [5],
          shape: "shape0",
          members: [1, 3, 4],
        },
        { id: "n6", key: "", name: "", nodes: [6], outputs: [6] },
      ],
    },
    links: { neuron: { "e2-0": ["2-0"], "m-n1-n5": ["4-0"] } },
    inNeuron: [-1, -1, -1, 0, 0, 0, -1],
    inLayer: [-1, -1, -1, -1, -1, -1, -1],
    listings: [],
    notes: [],
    phases: {
      compute: "forward",
      loss: "forward",
      zero: "backward",
      seed: "backward",
      contribute: "backward",
      accumulate: "backward",
      update: "update",
    },
    update: null,
    held: [],
    bugs: [],
    bug: "",
    compare: false,
    quiz: false,
    theirs: null,
    markup: "",
    css: "",
    page: false,
    rules,
    ...changes,
  };
}

/** One step of plain descent on `a`, at the rate 0.1. */
export const descent = {
  rate: 0.1,
  optimizer: "SGD",
  plain: true,
  lines: {},
  rows: [{ node: A, after: 2 - 0.1 * GRADIENT[A], cleared: null }],
};
