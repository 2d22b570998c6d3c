// One run of a graph: what happens, in which order, and what is known at each step.
//
// Events are those of engine/tracing. A step is one event, or all that happens inside a
// folded box; the picture at step k is a pure function of the run and of k.

import { compute, PRIMALS, pullBack } from "./engine.js";
import { judgeEvents, wrongPass } from "./faults.js";

/**
 * A lesson as it came, its numbers made numbers again: JSON writes nan and the infinities as text.
 * @param {Lesson} lesson
 */
export function revived(lesson) {
  for (const node of lesson.nodes) {
    node.data = Number(node.data);
    node.locals = node.locals.map(Number);
  }
  for (const op of Object.values(lesson.ops)) op.params = op.params.map(Number);
  for (const row of lesson.update?.rows ?? []) {
    row.after = Number(row.after);
    if (row.cleared !== null) row.cleared = Number(row.cleared);
    const memory = row.memory ?? {};
    for (const name of Object.keys(memory)) memory[name] = Number(memory[name]);
  }
  for (const row of lesson.held) row.grad = Number(row.grad);
  if (lesson.theirs)
    for (const key of /** @type {const} */ (["wrote", "should"]))
      lesson.theirs[key] = lesson.theirs[key].map((x) => (x === null ? null : Number(x)));
  return lesson;
}

/**
 * All events of one run. With no edits the numbers are Python's; after an edit, the page's own.
 * @param {Lesson} lesson
 * @param {Edits} edits
 * @param {string} [bug] the name of the fault that the backward pass has
 * @returns {Run}
 */
export function runOf(lesson, edits, bug = "") {
  const { nodes, ops, update } = lesson;
  const { data, locals } = forwardPass(lesson, edits);
  const right = pullBack(nodes, ops, locals);
  const { gradient, events: backward } = bug ? wrongPass(lesson, bug, data, locals) : right;
  const uncleared = bug === "uncleared";
  /** @type {RunEvent[]} */
  const events = [];
  nodes.forEach((node, i) => {
    if (node.op !== null) events.push({ kind: "compute", node: i, value: data[i] });
  });
  if (update) {
    const root = nodes.length - 1;
    events.push({ kind: "loss", node: root, value: data[root] });
    if (!uncleared) events.push({ kind: "zero", nodes: update.rows.map((row) => row.node) });
  }
  events.push(...backward);
  const left = [...gradient]; // what the optimizer finds
  for (const { node, grad } of uncleared ? heldAgain(lesson, gradient) : lesson.held) {
    const contribution = gradient[node] ?? 0;
    const after = grad + contribution;
    if (bug) left[node] = after;
    events.push({ kind: "accumulate", node, before: grad, contribution, after });
  }
  if (bug) judgeEvents(events, right, uncleared);
  const updates = update ? updatesOf(lesson, update, data, left, edits.size > 0 || bug !== "") : [];
  if (updates) events.push(...updates);
  return { data, locals, gradient, right: right.gradient, events, untold: updates === null };
}

/**
 * What the leaves hold if nothing was cleared: from before, or as much as this pass gives if that one was the same.
 * @param {Lesson} lesson
 * @param {(number | null)[]} gradient
 */
function heldAgain({ nodes, held }, gradient) {
  const before = new Map(held.map(({ node, grad }) => [node, grad]));
  return nodes.flatMap(({ op, constant }, node) => {
    const grad = before.get(node) ?? gradient[node];
    return op === null && !constant && grad !== null ? [{ node, grad }] : [];
  });
}

/**
 * @param {Lesson} lesson
 * @param {Edits} edits
 */
function forwardPass({ nodes, ops, rules }, edits) {
  if (edits.size === 0) return { data: nodes.map((n) => n.data), locals: nodes.map((n) => n.locals) };
  if (!rules) throw new Error("this graph has an op that only Python can compute, so its leaves cannot be edited");
  return compute(nodes, ops, rules, edits);
}

/**
 * What the optimizer did, in Python's numbers; after an edit, as its rule has it, or null where only Python can tell.
 * @param {Lesson} lesson
 * @param {LessonUpdate} update
 * @param {number[]} data
 * @param {(number | null)[]} gradient
 * @param {boolean} edited
 * @returns {UpdateEvent[] | null}
 */
function updatesOf({ rules }, { rate, plain, rows }, data, gradient, edited) {
  if (edited && !rows.every(({ rule }) => plain || rule !== undefined)) return null;
  return rows.map((row) => {
    const grad = gradient[row.node] ?? 0;
    const before = data[row.node];
    const isMoved = gradient[row.node] !== null; // an optimizer leaves alone what has no gradient
    const after = () => (isMoved ? moved(row, before, grad) : before);
    return { kind: "update", node: row.node, grad, before, after: edited ? after() : row.after };
  });

  /**
   * @param {UpdatedParameter} row
   * @param {number} p
   * @param {number} g
   */
  function moved({ rule = "", memory = {} }, p, g) {
    const made = rules?.[rule]?.(PRIMALS, p, g, ...Object.values(memory));
    return made ? made[made.length - 1] : p - rate * g;
  }
}

/**
 * The key of the box of a level that a node is in; an opened box is as if it were not there.
 * @param {Lesson} lesson
 * @param {Level} level
 * @param {Set<string>} opened
 * @param {number} i
 */
export function boxOf(lesson, level, opened, i) {
  if (level === "op") return null;
  if (level === "layer") return lesson.inLayer[i] >= 0 ? `layer${lesson.inLayer[i]}` : null;
  const key = `neuron${lesson.inNeuron[i]}`;
  return lesson.inNeuron[i] >= 0 && !opened.has(key) ? key : null;
}

/**
 * The box in which an event happens. The loss, the seed and the clearing are steps of their own at every level.
 * @param {Lesson} lesson
 * @param {Level} level
 * @param {Set<string>} opened
 * @param {RunEvent} event
 */
function boxOfEvent(lesson, level, opened, event) {
  if (event.kind === "loss" || event.kind === "seed" || event.kind === "zero") return null;
  return boxOf(lesson, level, opened, event.node);
}

/**
 * Events become steps: one each, or one for all that happens inside a folded box. A box's step
 * stands where its last value is computed, or where its first gradient is passed on.
 * @param {Lesson} lesson
 * @param {Run} run
 * @param {Level} level
 * @param {Set<string>} opened
 * @returns {Step[]}
 */
export function stepsOf(lesson, run, level, opened) {
  /** @type {Map<string | number, Step>} */
  const steps = new Map();
  run.events.forEach((event, index) => {
    const phase = lesson.phases[event.kind];
    const box = boxOfEvent(lesson, level, opened, event);
    const key = box === null ? index : phase + box;
    const step = steps.get(key) ?? { phase, box, events: [], order: index };
    steps.set(key, step);
    step.events.push(event);
    if (phase === "forward") step.order = index;
  });
  return [...steps.values()].sort((a, b) => a.order - b.order);
}

/**
 * How many steps it takes until as much has happened as at a place of the run: all that stands up to `order`.
 * @param {Step[]} steps
 * @param {number} order
 */
export function stepsUntil(steps, order) {
  if (order < 0) return 0;
  const last = steps.findIndex((step) => step.order >= order);
  return last < 0 ? steps.length : last + 1;
}

/**
 * The place of the run that the first k steps have reached; -1 before the first.
 * @param {Step[]} steps
 * @param {number} k
 */
export function orderReached(steps, k) {
  return Math.max(-1, ...steps.slice(0, k).map((step) => step.order));
}

/**
 * Everything that is known after the first k steps. A pure function: the same k, the same picture.
 * @param {Lesson} lesson
 * @param {Run} run
 * @param {Step[]} steps
 * @param {number} k
 * @returns {Picture}
 */
export function pictureAt(lesson, run, steps, k) {
  /** @type {Picture} */
  const picture = {
    known: lesson.nodes.map((node) => node.op === null),
    data: [...run.data],
    gradient: lesson.nodes.map(() => null),
    received: lesson.nodes.map(() => []),
    total: lesson.nodes.map(() => 0),
    moved: false,
    stale: lesson.nodes.map(() => false),
    step: steps[k - 1] ?? null,
    run,
  };
  for (const event of run.events) if (event.kind === "contribute") picture.total[event.parent]++;
  for (const step of steps.slice(0, k)) for (const event of step.events) happen(picture, event);
  if (picture.step?.phase === "update") markStale(lesson, picture);
  return picture;
}

/**
 * Mark what was computed from a parameter that has moved since.
 * @param {Lesson} lesson
 * @param {Picture} picture
 */
function markStale({ nodes }, picture) {
  const { data, stale, run } = picture;
  const isMoved = (/** @type {number} */ p) => !Object.is(data[p], run.data[p]);
  const isBehind = (/** @type {number} */ p) => stale[p] || isMoved(p);
  picture.moved = nodes.some((_, i) => isMoved(i));
  for (const [i, { parents }] of nodes.entries()) stale[i] = parents.some(isBehind);
}

/**
 * Put into a picture what one event makes known.
 * @param {Picture} picture
 * @param {RunEvent} event
 */
function happen(picture, event) {
  switch (event.kind) {
    case "compute":
      picture.known[event.node] = true;
      break;
    case "seed":
      picture.gradient[event.node] = event.value;
      break;
    case "contribute":
      receive(picture, event);
      break;
    case "accumulate":
      picture.gradient[event.node] = event.after;
      break;
    case "update":
      picture.data[event.node] = event.after;
      break;
  }
}

/**
 * Add a share to a gradient. Boxes may add in another order than the run; when the last share is in, the sum is the
 * run's to the bit.
 * @param {Picture} picture
 * @param {ContributeEvent} event
 */
function receive({ gradient, received, total, run }, event) {
  const { parent, contribution } = event;
  const before = gradient[parent];
  received[parent].push(event);
  if (received[parent].length === total[parent]) gradient[parent] = run.gradient[parent];
  else if (event.should !== undefined) gradient[parent] = event.after;
  else gradient[parent] = before === null ? contribution : before + contribution;
}
