// The page's own engine: the same graph, computed again after an edit.
//
// Each op has its value here, one line an op. The derivatives are not here: they are
// generated from the Python op table (viz/player/javascript.py) and handed in as `rules`.
// Floats mean what engine/floats.py says they mean, at every edge.

/**
 * 1 or 0, as a comparison says; nan if an operand is.
 * @param {boolean} holds
 * @param {number} a
 * @param {number} b
 */
function truth(holds, a, b) {
  if (holds) return 1;
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : 0;
}

/**
 * The larger operand, the first of two equal ones; nan if one is.
 * @param {number} a
 * @param {number} b
 */
function larger(a, b) {
  if (a >= b) return a;
  return b > a ? b : a + b;
}

/**
 * The smaller operand, the first of two equal ones; nan if one is.
 * @param {number} a
 * @param {number} b
 */
function smaller(a, b) {
  if (a <= b) return a;
  return b < a ? b : a + b;
}

/**
 * C's pow: JavaScript's own gives nan for 1 ** nan and for (+-1) ** (+-inf).
 * @param {number} x
 * @param {number} y
 */
function power(x, y) {
  const isOne = x === 1 || (x === -1 && Math.abs(y) === Infinity);
  return isOne ? 1 : x ** y;
}

/**
 * The remainder with the sign of b, as Python has it.
 * @param {number} a
 * @param {number} b
 */
function mod(a, b) {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  const wrongSide = b < 0 ? rest > 0 : rest < 0;
  return wrongSide ? rest + b : rest;
}

/**
 * Scaled by the larger one, so that no square overflows; Math.hypot gives inf for inf and nan.
 * @param {number} a
 * @param {number} b
 */
function hypot(a, b) {
  if (Number.isNaN(a) || Number.isNaN(b)) return NaN;
  const top = Math.max(Math.abs(a), Math.abs(b));
  if (top === 0 || top === Infinity) return top;
  const ratio = Math.min(Math.abs(a), Math.abs(b)) / top;
  return top * Math.sqrt(1 + ratio * ratio);
}

/** @param {number} x */
function sigmoid(x) {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const z = Math.exp(x);
  return z / (1 + z);
}

/** @param {number} x */
function sech2(x) {
  const z = Math.exp(-2 * Math.abs(x));
  return (4 * z) / ((1 + z) * (1 + z));
}

/** @param {number} x */
function silu(x) {
  if (x > -700) return x / (1 + Math.exp(-x));
  return x === -Infinity ? 0 : x * Math.exp(x);
}

/**
 * Zero has no sign: 0 for both of them.
 * @param {number} x
 */
function sign(x) {
  return x === 0 ? 0 : Math.sign(x);
}

/**
 * The size of a with the sign of b; nan if either is.
 * @param {number} a
 * @param {number} b
 */
function copysign(a, b) {
  if (Number.isNaN(b)) return NaN;
  return b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a);
}

/** @param {...number} xs */
function peak(...xs) {
  const top = xs.reduce(larger, xs[0]);
  return Math.abs(top) === Infinity ? Math.sign(top) * Number.MAX_VALUE : top;
}

/** @param {...number} xs */
function logsumexp(...xs) {
  const top = xs.reduce(larger);
  if (!Number.isFinite(top)) return top;
  const first = xs.indexOf(top);
  return top + Math.log1p(xs.reduce((others, x, i) => (i === first ? others : others + Math.exp(x - top)), 0));
}

/**
 * @param {number} condition
 * @param {number} a
 * @param {number} b
 */
function where(condition, a, b) {
  if (Number.isNaN(condition)) return NaN;
  return condition === 0 ? b : a;
}

/**
 * @param {number} x
 * @param {number} low
 * @param {number} high
 */
function clamp(x, low, high) {
  if (x < low) return low;
  return x > high ? high : x;
}

/**
 * By the name of an op; a lesson that uses those of special.js brings them.
 * @type {Primals}
 */
export const PRIMALS = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  neg: (x) => -x,
  cbrt: Math.cbrt,
  mod,
  fmod: (a, b) => a % b,
  square: (x) => x * x,
  reciprocal: (x) => 1 / x,
  pow: power,
  pow_slope: (x, y) => (y === 0 ? 0 : y * power(x, y - 1)),
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  exp2: (x) => 2 ** x,
  expm1: Math.expm1,
  log1p: Math.log1p,
  log2: Math.log2,
  log10: Math.log10,
  degrees: (x) => x * (180 / Math.PI),
  radians: (x) => x * (Math.PI / 180),
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  atan2: Math.atan2,
  hypot,
  sinh: Math.sinh,
  cosh: Math.cosh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  tanh: Math.tanh,
  sech2,
  sigmoid,
  relu: (x) => (x <= 0 ? 0 : x),
  softplus: (x) => (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x))),
  silu,
  abs: Math.abs,
  sign,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  copysign,
  maximum: larger,
  minimum: smaller,
  stop_gradient: (x) => x,
  where,
  gt: (a, b) => truth(a > b, a, b),
  ge: (a, b) => truth(a >= b, a, b),
  lt: (a, b) => truth(a < b, a, b),
  le: (a, b) => truth(a <= b, a, b),
  eq: (a, b) => truth(a === b, a, b),
  ne: (a, b) => truth(a !== b, a, b),
  logsumexp,
  peak,
  // families: the fixed numbers come after the operands
  power,
  leaky_relu: (x, slope) => (x > 0 ? x : slope * x),
  clamp,
};

/**
 * Forward: the data of every node, and its local derivatives, from the data of the leaves.
 * @param {EngineNode[]} nodes in topological order
 * @param {EngineOps} ops
 * @param {Rules} rules
 * @param {Edits} edits
 */
export function compute(nodes, ops, rules, edits) {
  /** @type {number[]} */
  const data = [];
  /** @type {number[][]} */
  const locals = [];
  nodes.forEach((node, i) => {
    if (node.op === null) {
      data[i] = edits.get(i) ?? node.data;
      locals[i] = [];
      return;
    }
    const { name, params } = ops[node.op];
    const operands = node.parents.map((p) => data[p]);
    data[i] = PRIMALS[name](...operands, ...params);
    locals[i] = rules[node.op](PRIMALS, data[i], ...operands);
  });
  return { data, locals };
}

/**
 * Backward, as the engine walks it: from the last node to the first, one event for every `+=`.
 * A node that received nothing passes nothing on; a selecting op sends nothing to what it did not take.
 * @param {EngineNode[]} nodes
 * @param {EngineOps} ops
 * @param {number[][]} locals
 */
export function pullBack(nodes, ops, locals) {
  const root = nodes.length - 1;
  /** @type {(number | null)[]} */
  const gradient = Array(nodes.length).fill(null);
  gradient[root] = 1;
  /** @type {(SeedEvent | ContributeEvent)[]} */
  const events = [{ kind: "seed", node: root, value: 1 }];
  for (let i = root; i >= 0; i--) {
    const { op, parents } = nodes[i];
    const upstream = gradient[i];
    if (upstream === null || op === null) continue;
    parents.forEach((parent, operand) => {
      const local = locals[i][operand];
      if (local === 0 && ops[op].selects) return;
      const before = gradient[parent];
      const contribution = upstream * local;
      const after = before === null ? contribution : before + contribution;
      gradient[parent] = after;
      if (nodes[parent].constant) return;
      events.push({ kind: "contribute", node: i, parent, operand, upstream, local, contribution, before, after });
    });
  }
  return { gradient, events };
}
