// Where gradient stops: an op that is closed, or that took another operand, passes nothing back, and says why.

import { short } from "./numbers.js";

/**
 * On which side of its kink the operand of a gate lies.
 * @param {number} x
 * @param {number} low
 * @param {number} high
 * @param {Write} write
 */
function sideOf(x, low, high, write) {
  if (x > high) return `above ${write(high)}`;
  return x < low ? `below ${write(low)}` : `not above ${write(low)}`;
}

/**
 * Why nothing passes back along an edge, or little; "" where all does that should.
 * @param {Pick<Lesson, "nodes" | "ops">} lesson
 * @param {string[]} names of the nodes
 * @param {Pick<Run, "data" | "locals">} run
 * @param {number} node
 * @param {number} operand
 * @param {Write} [write]
 */
export function gateOf({ nodes, ops }, names, { data, locals }, node, operand, write = short) {
  const { op, parents } = nodes[node];
  if (op === null) return "";
  const { name, symbol, selects, params } = ops[op];
  const parent = parents[operand];
  const local = locals[node][operand];
  const input = `its input ${write(data[parent])} is`;
  const side = (/** @type {number} */ low, high = Infinity) => sideOf(data[parent], low, high, write);
  if (name === "leaky_relu" && local === params[0])
    return `${name} is almost closed: ${input} ${side(0)}, so only ${write(local)} of it passes`;
  if (local !== 0) return "";
  if (name === "relu") return `relu is closed: ${input} ${side(0)}, so nothing passes`;
  if (name === "clamp") return `clamp is closed: ${input} ${side(params[0], params[1])}, so nothing passes`;
  if (!selects) return "";
  if (name === "where" && operand === 0) return `where only asks ${names[parent]}: nothing passes`;
  if (name === "stop_gradient") return "stop_gradient lets nothing pass";
  const taken = parents.find((_, j) => locals[node][j] !== 0);
  if (taken === undefined) return `${symbol} passes no gradient: it is flat`;
  return `${symbol} took ${names[taken]}, so nothing goes back to ${names[parent]}`;
}

/**
 * Why a node receives nothing where it might, and what it holds back itself.
 * @param {Pick<Lesson, "nodes" | "ops">} lesson
 * @param {string[]} names of the nodes
 * @param {Pick<Run, "data" | "locals">} run
 * @param {number} i
 */
export function gatesAround(lesson, names, run, i) {
  const above = lesson.nodes.flatMap(({ parents }, node) =>
    parents.flatMap((parent, operand) => (parent === i ? gateOf(lesson, names, run, node, operand) : [])),
  );
  return [...new Set([...gatesOf(lesson, names, run, i), ...above])].filter(Boolean);
}

/**
 * What a node holds back, each reason once. Where a constant stands there is nothing to hold back.
 * @param {Pick<Lesson, "nodes" | "ops">} lesson
 * @param {string[]} names of the nodes
 * @param {Pick<Run, "data" | "locals">} run
 * @param {number} node
 * @param {Write} [write]
 */
export function gatesOf(lesson, names, run, node, write) {
  const { nodes } = lesson;
  const reasons = nodes[node].parents.map((parent, operand) =>
    nodes[parent].constant ? "" : gateOf(lesson, names, run, node, operand, write),
  );
  return [...new Set(reasons)].filter(Boolean);
}
