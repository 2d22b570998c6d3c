// What is said about a step: the names of the nodes, and one sentence.

import { gateOf, gatesOf } from "./gates.js";
import { ratio } from "./notation.js";
import { inWords, plural, short, subscript } from "./numbers.js";

/**
 * The name of each node: its label, a constant's number, what it computes, or v with its index.
 * @param {Lesson} lesson
 */
export function namesOf({ nodes }) {
  return nodes.map((node, i) => {
    if (node.constant && !node.label) return short(node.data);
    if (node.expression) return node.expression;
    return node.name === `v${i}` ? `v${subscript(i)}` : node.name;
  });
}

/**
 * A name without what it is inside of: `w[0]` of `layer0.neuron1.w[0]`.
 * @param {string} name
 */
export const shortName = (name) => name.replace(/^(?:[\p{L}_][\p{L}\d_[\]]*\.)+/u, "");

/**
 * The folded box with this key; none without one.
 * @param {Lesson} lesson
 * @param {string | null} key
 */
export function boxNamed(lesson, key) {
  if (!key) return undefined;
  const boxes = lesson.boxes[key.startsWith("layer") ? "layer" : "neuron"];
  return boxes?.find((box) => box.key === key);
}

/**
 * The node that a step is about; null for a layer, which is about many.
 * @param {Lesson} lesson
 * @param {Step | null} step
 */
export function subjectOf(lesson, step) {
  const root = lesson.nodes.length - 1;
  if (!step) return root;
  if (step.box?.startsWith("layer")) return null;
  if (step.box) return boxNamed(lesson, step.box)?.outputs[0] ?? root;
  const [event] = step.events;
  if (event.kind === "contribute") return event.parent;
  return event.kind === "zero" ? root : event.node;
}

/**
 * What happened in a step, in one sentence.
 * @param {Lesson} lesson
 * @param {string[]} names
 * @param {Picture} picture after the step
 * @param {{ step?: Step | null, write?: Write }} [how] the picture's own step if left out; and how numbers are written
 */
export function sentenceOf(lesson, names, picture, { step = picture.step, write = short } = {}) {
  if (!step) return beginning(lesson, names);
  return step.box
    ? boxSentence(lesson, names, picture, step, write)
    : eventSentence(lesson, names, picture, step.events[0], write);
}

/**
 * @param {Lesson} lesson
 * @param {string[]} names
 */
function beginning({ nodes }, names) {
  const root = nodes.length - 1;
  if (nodes[root].op === null)
    return `${names[root]} is a leaf: there is nothing to compute, and nothing to go back through.`;
  return `Only the leaves have values. Step on, and ${names[root]} is computed from them.`;
}

/**
 * @param {Lesson} lesson
 * @param {string[]} names
 * @param {Picture} picture
 * @param {RunEvent} event
 * @param {Write} write
 */
function eventSentence(lesson, names, picture, event, write) {
  if (event.kind === "zero")
    return `The gradients of ${plural(event.nodes.length, "parameter")} are cleared, so that nothing from an earlier step is added in.`;
  const { nodes, ops } = lesson;
  const { run } = picture;
  const name = names[event.node];
  switch (event.kind) {
    case "compute": {
      const { op, parents } = nodes[event.node];
      const what = `${op && ops[op].words} of ${listed(parents.map((p) => write(run.data[p])))}`;
      const computed = `${name} is computed: ${what} is ${inWords(event.value, write)}`;
      return told(computed, ...gatesOf(lesson, names, run, event.node, write));
    }
    case "loss":
      return `The forward pass is done: ${name === "loss" ? "the" : "the loss"} ${name} is ${inWords(event.value, write)}.`;
    case "seed":
      return `Backward begins at ${name}: it changes exactly as much as itself, so ${ratio(name, name)} = ${write(event.value)}.`;
    case "contribute": {
      const parent = names[event.parent];
      const gate = gateOf(lesson, names, run, event.node, event.operand, write);
      const kept = event.before === null ? "" : `, which keeps ${write(event.before)}`;
      if (gate && event.local === 0) return `${name} passes nothing back to ${parent}${kept}: ${gate}.`;
      const factors = `${write(event.upstream)} × ${write(event.local)} =`;
      const passed =
        event.before === null
          ? `${name} passes gradient back to ${parent}: ${factors} ${inWords(event.contribution, write)}`
          : `${name} passes ${factors} ${write(event.contribution)} back to ${parent}, which already holds ${write(event.before)}: the paths add up to ${inWords(event.after, write)}`;
      return told(passed, gate);
    }
    case "accumulate":
      return `${name}.grad held ${write(event.before)} from before; this pass adds ${write(event.contribution)}, which makes ${inWords(event.after, write)}.`;
    case "update":
      return updateSentence(lesson, name, event, write);
  }
}

/**
 * @param {Lesson} lesson
 * @param {string} name of the parameter
 * @param {UpdateEvent} event
 * @param {Write} write
 */
function updateSentence({ update }, name, { grad, before, after }, write) {
  const { optimizer, plain } = /** @type {LessonUpdate} */ (update);
  const moved = `from ${write(before)} to ${inWords(after, write)}`;
  if (plain) return `${optimizer}: ${name} steps against its gradient ${write(grad)}, ${moved}.`;
  if (before === after)
    return `${optimizer} leaves ${name} at ${inWords(after, write)}; its gradient is ${write(grad)}.`;
  return `${optimizer} moves ${name} by ${write(after - before)}, ${moved}; its gradient is ${write(grad)}.`;
}

/**
 * What is said where an update cannot be shown.
 * @param {LessonUpdate | null} update
 */
export const untold = (update) =>
  `What ${update?.optimizer} makes of other numbers only Python can tell: there is no update to show.`;

/**
 * Each a sentence of its own, one after the other.
 * @param {...string} sayings
 */
const told = (...sayings) => sayings.flatMap((words) => (words ? `${words}.` : [])).join(" ");

/**
 * `2`, `2 and 3`, `2, 3 and 4`.
 * @param {string[]} words
 */
function listed(words) {
  const last = words[words.length - 1];
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${last}` : last;
}

/**
 * All that happened inside a folded box.
 * @param {Lesson} lesson
 * @param {string[]} names
 * @param {Picture} picture
 * @param {Step} step
 * @param {Write} write
 */
function boxSentence(lesson, names, picture, { box: key, phase, events }, write) {
  const box = boxNamed(lesson, key);
  if (!box) throw new Error(`the lesson has no box ${key}`);
  const count = (/** @type {string} */ noun) => plural(events.length, noun);
  const gates = box.outputs.length === 1 ? gatesOf(lesson, names, picture.run, box.outputs[0], write) : [];
  switch (phase) {
    case "forward": {
      const outputs = box.outputs.map((i) => picture.run.data[i]);
      const what = outputs.length === 1 ? "output" : "outputs";
      return told(`${box.name} computes its ${what}: ${between(outputs, write)} (${count("op")} inside)`, ...gates);
    }
    case "backward": {
      const gradients = box.outputs.map((i) => picture.gradient[i] ?? 0);
      const received = `${box.name} received ${between(gradients, write)} and passes`;
      const isShut = events.every((e) => e.kind !== "contribute" || e.node !== box.outputs[0] || e.local === 0);
      if (gates.length && isShut) return `${received} nothing back: ${gates.join("; ")}.`;
      return told(`${received} gradient back to its inputs and parameters (${count("product")})`, ...gates);
    }
    case "update":
      return lesson.update?.plain
        ? `${lesson.update.optimizer}: the ${count("parameter")} of ${box.name} step against their gradients.`
        : `${lesson.update?.optimizer} moves the ${count("parameter")} of ${box.name}.`;
  }
}

/**
 * Several numbers as one: within what they lie.
 * @param {number[]} xs
 * @param {Write} write
 */
function between(xs, write) {
  return xs.length === 1 ? write(xs[0]) : `between ${write(Math.min(...xs))} and ${write(Math.max(...xs))}`;
}
