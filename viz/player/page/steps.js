// One run of a graph: what happens, in which order, and what is known at each step.
//
// Events are those of engine/tracing.py. A step is one event, or all that happens inside a
// folded box; the picture at step k is a pure function of the run and of k.

import { compute, pullBack } from "./engine.js";

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
  for (const row of lesson.update?.rows ?? []) row.after = Number(row.after);
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
 * @returns {Run}
 */
export function runOf(lesson, edits) {
  const { nodes, ops, update } = lesson;
  const { data, locals } = forwardPass(lesson, edits);
  const { gradient, events: backward } = pullBack(nodes, ops, locals);
  /** @type {RunEvent[]} */
  const events = [];
  nodes.forEach((node, i) => {
    if (node.op !== null) events.push({ kind: "compute", node: i, value: data[i] });
  });
  if (update) {
    const root = nodes.length - 1;
    events.push({ kind: "loss", node: root, value: data[root] });
    events.push({ kind: "zero", nodes: update.rows.map((row) => row.node) });
  }
  events.push(...backward);
  for (const { node, grad } of lesson.held) {
    const contribution = gradient[node] ?? 0;
    events.push({ kind: "accumulate", node, before: grad, contribution, after: grad + contribution });
  }
  if (update) events.push(...updatesOf(update, data, gradient, edits.size > 0));
  return { data, locals, gradient, events };
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
 * What the optimizer did, in Python's numbers. After an edit only plain descent can be told: others have a memory.
 * @param {LessonUpdate} update
 * @param {number[]} data
 * @param {(number | null)[]} gradient
 * @param {boolean} edited
 * @returns {UpdateEvent[]}
 */
function updatesOf({ rate, plain, rows }, data, gradient, edited) {
  if (edited && !plain) return [];
  return rows.map((row) => {
    const grad = gradient[row.node] ?? 0;
    const before = data[row.node];
    return { kind: "update", node: row.node, grad, before, after: edited ? before - rate * grad : row.after };
  });
}

/**
 * The key of the box of a level that a node is in; an opened box is as if it were not there.
 * @param {Lesson} lesson
 * @param {Level} level
 * @param {Set<string>} opened
 * @param {number} i
 */
function boxOf(lesson, level, opened, i) {
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
    step: steps[k - 1] ?? null,
    run,
  };
  for (const event of run.events) if (event.kind === "contribute") picture.total[event.parent]++;
  for (const step of steps.slice(0, k)) for (const event of step.events) happen(picture, event);
  return picture;
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
  else gradient[parent] = before === null ? contribution : before + contribution;
}
