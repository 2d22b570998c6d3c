// Backward with one classic fault in it: what engine/tracing/bugs.py does, to the bit, on the numbers of the page.

import { compute, PRIMALS } from "./engine.js";

const SHARES = 20000; // shares in one naive recursion, which goes along every path
const NEAR = 1e-9; // of what was added up: other orders of adding round differently

/**
 * The seed and the shares of a pass with a bug.
 * @param {Lesson} lesson
 * @param {string} bug its name
 * @param {number[]} data of every node
 * @param {number[][]} locals its right local derivatives
 */
export function wrongPass(lesson, bug, data, locals) {
  const { nodes, ops } = lesson;
  const root = nodes.length - 1;
  const slopes = bug === "local" ? locals.map((right, i) => wrongRule(lesson, data, i) ?? right) : locals;
  /** @type {(number | null)[]} */
  const gradient = Array(nodes.length).fill(null);
  /** @type {(SeedEvent | ContributeEvent)[]} */
  const events = [];

  function seed() {
    gradient[root] = 1;
    events.push({ kind: "seed", node: root, value: 1 });
  }

  /**
   * Pass one share on, the wrong way; false where an op that selects did not take the operand.
   * @param {number} node
   * @param {number} operand
   */
  function give(node, operand) {
    const { op, parents } = nodes[node];
    const parent = parents[operand];
    const slope = slopes[node][operand];
    if (slope === 0 && op !== null && ops[op].selects) return false;
    const upstream = bug === "upstream" ? 1 : (gradient[node] ?? 1);
    const local = bug === "sign" ? -slope : slope;
    const before = bug === "assign" ? null : gradient[parent];
    const contribution = upstream * local;
    const after = before === null ? contribution : before + contribution;
    gradient[parent] = after;
    if (!nodes[parent].constant)
      events.push({ kind: "contribute", node, parent, operand, upstream, local, contribution, before, after });
    return true;
  }

  /** @param {number[]} visits */
  function back(visits) {
    for (let k = visits.length - 1; k >= 0; k--)
      if (gradient[visits[k]] !== null) for (const operand of nodes[visits[k]].parents.keys()) give(visits[k], operand);
  }

  function recurse() {
    const stack = [{ node: root, next: 0 }];
    while (stack.length) {
      const top = stack[stack.length - 1];
      const operand = top.next++;
      const { parents } = nodes[top.node];
      if (operand >= parents.length) stack.pop();
      else if (give(top.node, operand)) stack.push({ node: parents[operand], next: 0 });
    }
  }

  const visits = bug === "unsorted" ? appendedEachTime(nodes) : [...nodes.keys()];
  seed();
  if (bug === "recursion") recurse();
  else back(visits);
  if (bug === "twice") {
    seed();
    back(visits);
  }
  return { gradient, events };
}

/**
 * The local derivatives of a node by the wrong rule of its op; undefined where that has none.
 * @param {Lesson} lesson
 * @param {number[]} data
 * @param {number} i
 */
function wrongRule({ nodes, rules }, data, i) {
  const { op, parents } = nodes[i];
  return rules?.[`~${op}`]?.(PRIMALS, data[i], ...parents.map((p) => data[p]));
}

/**
 * The nodes in the order of a sort that appends outside its `if`: again for each user that reaches a node.
 * @param {LessonNode[]} nodes
 */
function appendedEachTime(nodes) {
  /** @type {number[]} */
  const topo = [];
  const visited = new Set();
  /** @type {{ node: number, rest: number[] }[]} */
  const stack = [{ node: nodes.length - 1, rest: [] }];
  while (stack.length) {
    const top = stack[stack.length - 1];
    if (!visited.has(top.node)) {
      visited.add(top.node);
      top.rest = [...new Set(nodes[top.node].parents)];
    }
    const parent = top.rest.shift();
    if (parent !== undefined) stack.push({ node: parent, rest: [] });
    else {
      topo.push(top.node);
      stack.pop();
    }
  }
  return topo;
}

/**
 * Write beside each gradient what it should be by then, and whether it is wrong: the sum of the right shares along the
 * edges that have reached it so far, each edge once.
 * @param {RunEvent[]} events of a pass with a bug
 * @param {ReturnType<typeof wrongPass>} right the right pass
 * @param {boolean} uncleared whether what a leaf holds from before has no place in its gradient
 */
export function judgeEvents(events, right, uncleared) {
  const shares = new Map(
    right.events.flatMap((event) =>
      event.kind === "contribute" ? [[`${event.node}-${event.operand}`, event.contribution]] : [],
    ),
  );
  /** @type {Map<number, { due: number, size: number }>} */
  const sums = new Map();

  /** @param {ContributeEvent} event */
  function deliver({ node, parent, operand }) {
    const edge = `${node}-${operand}`;
    const share = shares.get(edge);
    const sum = sums.get(parent);
    if (share !== undefined)
      sums.set(parent, { due: sum ? sum.due + share : share, size: (sum?.size ?? 0) + Math.abs(share) });
    shares.delete(edge);
    return sums.get(parent)?.due ?? 0;
  }

  /** @param {AccumulateEvent} event */
  function kept({ node, before }) {
    const total = right.gradient[node] ?? 0;
    return uncleared ? total : before + total;
  }

  for (const event of events) {
    if (event.kind !== "contribute" && event.kind !== "accumulate") continue;
    event.should = event.kind === "contribute" ? deliver(event) : kept(event);
    event.wrong = !isNear(event.after, event.should, sums.get(receiverOf(event))?.size ?? 0);
  }
}

/**
 * The node whose gradient an addition changes.
 * @param {ContributeEvent | AccumulateEvent} event
 */
export const receiverOf = (event) => (event.kind === "contribute" ? event.parent : event.node);

/**
 * @param {number} a
 * @param {number} b
 * @param {number} size of what was added up
 */
function isNear(a, b, size) {
  return Object.is(a, b) || (Number.isFinite(a) && Number.isFinite(b) && Math.abs(a - b) <= NEAR * size);
}

/**
 * Whether a bug can be shown on this graph: recursion would never end on some, a wrong rule is wanted for some op.
 * @param {Lesson} lesson
 * @param {string} bug
 */
export function canRun({ nodes, rules }, bug) {
  if (bug === "local") return nodes.some(({ op }) => rules?.[`~${op}`]);
  if (bug !== "recursion") return true;
  const paths = nodes.map((_, i) => (i === nodes.length - 1 ? 1 : 0)); // from the root to each node
  let shares = 0;
  for (let i = nodes.length - 1; i >= 0; i--) {
    shares += paths[i] * nodes[i].parents.length;
    for (const parent of nodes[i].parents) paths[parent] += paths[i];
  }
  return shares <= SHARES;
}

/**
 * How fast the root changes with a node, by trying: a step to either side, all that follows computed again.
 * @param {Lesson & { rules: Rules }} lesson
 * @param {Edits} edits
 * @param {number[]} data of every node
 * @param {number} i any node
 * @param {number} h the step
 */
export function finiteDifference({ nodes, ops, rules }, edits, data, i, h) {
  const cut = nodes.map((node, j) => (j === i ? { ...node, op: null } : node));
  const rootAt = (/** @type {number} */ x) => compute(cut, ops, rules, new Map(edits).set(i, x)).data[nodes.length - 1];
  return (rootAt(data[i] + h) - rootAt(data[i] - h)) / (2 * h);
}
