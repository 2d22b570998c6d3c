// What is said about a step: the names of the nodes, and one sentence.

import { plural, short, subscript } from "./numbers.js";

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
 * The folded box with this key.
 * @param {Lesson} lesson
 * @param {string} key
 */
export function boxNamed(lesson, key) {
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
 * @param {Step | null} [step] the picture's own if left out
 */
export function sentenceOf(lesson, names, picture, step = picture.step) {
  if (!step) return `Only the leaves have values. Step on, and ${names[names.length - 1]} is computed from them.`;
  return step.box ? boxSentence(lesson, picture, step) : eventSentence(lesson, names, picture, step.events[0]);
}

/**
 * @param {Lesson} lesson
 * @param {string[]} names
 * @param {Picture} picture
 * @param {RunEvent} event
 */
function eventSentence({ nodes, ops }, names, picture, event) {
  if (event.kind === "zero")
    return `The gradients of ${plural(event.nodes.length, "parameter")} are cleared, so that nothing from an earlier step is added in.`;
  const name = names[event.node];
  switch (event.kind) {
    case "compute": {
      const { op, parents } = nodes[event.node];
      const operands = listed(parents.map((p) => short(picture.run.data[p])));
      return `${name} is computed: ${op && ops[op].words} of ${operands} is ${short(event.value)}.`;
    }
    case "loss":
      return `The forward pass is done: the loss ${name} is ${short(event.value)}.`;
    case "seed":
      return `Backward begins at ${name}: it changes exactly as much as itself, so ∂${name}/∂${name} = 1.`;
    case "contribute": {
      const parent = names[event.parent];
      const share = `${short(event.upstream)} × ${short(event.local)} = ${short(event.contribution)}`;
      if (event.before === null) return `${name} passes gradient back to ${parent}: ${share}.`;
      return `${name} passes ${share} back to ${parent}, which already holds ${short(event.before)}: the paths add up to ${short(event.after)}.`;
    }
    case "accumulate":
      return `${name}.grad held ${short(event.before)} from before; this pass adds ${short(event.contribution)}, which makes ${short(event.after)}.`;
    case "update":
      return `${name} steps against its gradient ${short(event.grad)}: from ${short(event.before)} to ${short(event.after)}.`;
  }
}

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
 * @param {Picture} picture
 * @param {Step} step
 */
function boxSentence(lesson, picture, { box: key, phase, events }) {
  const box = boxNamed(lesson, key ?? "");
  if (!box) throw new Error(`the lesson has no box ${key}`);
  const count = (/** @type {string} */ noun) => plural(events.length, noun);
  switch (phase) {
    case "forward": {
      const outputs = box.outputs.map((i) => picture.run.data[i]);
      return `${box.name} computes its output: ${between(outputs)} (${count("op")} inside).`;
    }
    case "backward": {
      const gradients = box.outputs.map((i) => picture.gradient[i] ?? 0);
      return `${box.name} received ${between(gradients)} and passes gradient back to its inputs and parameters (${count("product")}).`;
    }
    case "update":
      return `The ${count("parameter")} of ${box.name} step against their gradients.`;
  }
}

/**
 * Several numbers as one: within what they lie.
 * @param {number[]} xs
 */
function between(xs) {
  return xs.length === 1 ? short(xs[0]) : `between ${short(Math.min(...xs))} and ${short(Math.max(...xs))}`;
}
