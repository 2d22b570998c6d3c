// The page's own engine: the same graph, computed again after an edit.
//
// Each op has its value here, one line an op. The derivatives are not here: they are
// generated from the Python op table (viz/player/javascript.py) and handed in as `rules`.
// Floats mean what engine/floats.py says they mean, at every edge.

const truth = (holds, a, b) => (holds ? 1 : a === a && b === b ? 0 : NaN);
const larger = (a, b) => (a >= b ? a : b > a ? b : a + b);
const smaller = (a, b) => (a <= b ? a : b < a ? b : a + b);

// C's pow: JavaScript's own gives nan for 1 ** nan and for (+-1) ** (+-inf).
const power = (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y));

// The complementary error function: below 1 by the series of erf, beyond by the continued fraction.
function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  if (!(x < 30)) return x === x ? 0 : NaN;
  const head = Math.fround(x); // exp(-x * x) in two parts, because x * x is rounded
  const bell = Math.exp(-head * head) * Math.exp((head - x) * (head + x));
  if (x < 1) {
    let term = x,
      sum = x;
    for (let n = 1; sum + term !== sum; n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return 1 - (2 / Math.sqrt(Math.PI)) * bell * sum;
  }
  let tail = x;
  for (let n = 200; n > 0; n--) tail = x + n / 2 / tail;
  return bell / (Math.sqrt(Math.PI) * tail);
}

function erf(x) {
  if (Math.abs(x) >= 0.5 || x !== x) return x < 0 ? erfc(-x) - 1 : 1 - erfc(x);
  let term = x,
    sum = x;
  for (let n = 1; sum + term !== sum; n++) sum += term *= (-x * x * (2 * n - 1)) / (n * (2 * n + 1));
  return (2 / Math.sqrt(Math.PI)) * sum;
}

// The remainder with the sign of b, as Python has it.
function mod(a, b) {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return (b < 0 ? rest > 0 : rest < 0) ? rest + b : rest;
}

// Scaled by the larger one, so that no square overflows; Math.hypot gives inf for inf and nan.
function hypot(a, b) {
  if (a !== a || b !== b) return NaN;
  const top = Math.max(Math.abs(a), Math.abs(b));
  if (top === 0 || top === Infinity) return top;
  const ratio = Math.min(Math.abs(a), Math.abs(b)) / top;
  return top * Math.sqrt(1 + ratio * ratio);
}

function sigmoid(x) {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const z = Math.exp(x);
  return z / (1 + z);
}

function sech2(x) {
  const z = Math.exp(-2 * Math.abs(x));
  return (4 * z) / ((1 + z) * (1 + z));
}

function peak(...xs) {
  const top = xs.reduce(larger, xs[0]);
  return Math.abs(top) === Infinity ? 0 : top;
}

function logsumexp(...xs) {
  const top = xs.reduce(larger);
  if (!Number.isFinite(top)) return top;
  const first = xs.indexOf(top);
  return top + Math.log1p(xs.reduce((others, x, i) => (i === first ? others : others + Math.exp(x - top)), 0));
}

function silu(x) {
  if (x > -700) return x / (1 + Math.exp(-x));
  return x === -Infinity ? 0 : x * Math.exp(x);
}

const PRIMALS = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  neg: (x) => -x,
  mod,
  square: (x) => x * x,
  reciprocal: (x) => 1 / x,
  pow: power,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  erfc,
  erf,
  exp2: (x) => Math.pow(2, x),
  expm1: Math.expm1,
  log1p: Math.log1p,
  log2: Math.log2,
  log10: Math.log10,
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
  gelu: (x) => (x > 40 ? x : x < -40 ? 0 : 0.5 * x * erfc(-x / Math.SQRT2)),
  silu,
  abs: Math.abs,
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : x),
  maximum: larger,
  minimum: smaller,
  stop_gradient: (x) => x,
  where: (condition, a, b) => (condition > 0 || condition < 0 ? a : condition === 0 ? b : NaN),
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
  clamp: (x, low, high) => (x < low ? low : x > high ? high : x),
};

// Forward: the data of every node, and its local derivatives, from the data of the leaves.
// `nodes` stand in topological order, each {op, parents, data}; a leaf's op is null.
function compute(nodes, ops, rules, edits) {
  const data = [],
    locals = [];
  nodes.forEach((node, i) => {
    if (!node.op) {
      data[i] = edits.has(i) ? edits.get(i) : node.data;
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

// Backward, as the engine walks it: from the last node to the first, one event for every `+=`.
// A node that received nothing passes nothing on; a selecting op sends nothing to what it did not take.
function pullBack(nodes, ops, locals) {
  const root = nodes.length - 1;
  const gradient = Array(nodes.length).fill(null);
  gradient[root] = 1;
  const events = [{ kind: "seed", node: root, value: 1 }];
  for (let i = root; i >= 0; i--) {
    if (gradient[i] === null || !nodes[i].op) continue;
    nodes[i].parents.forEach((parent, operand) => {
      const local = locals[i][operand];
      if (local === 0 && ops[nodes[i].op].selects) return;
      const upstream = gradient[i],
        before = gradient[parent];
      const contribution = upstream * local;
      const after = before === null ? contribution : before + contribution;
      gradient[parent] = after;
      if (nodes[parent].constant) return;
      events.push({ kind: "contribute", node: i, parent, operand, upstream, local, contribution, before, after });
    });
  }
  return { gradient, events };
}
