// Predict: which number of a step is asked for; where it is none, why.

import { plural } from "./numbers.js";
import { boxNamed } from "./sentences.js";

/**
 * The event whose number a step asks for; null where it asks for none. Of a folded box it is the output, if there is
 * one; on the way back the first thing outside of it that receives gradient and is drawn with no other.
 * @param {Lesson} lesson
 * @param {Step} step
 * @returns {RunEvent | null}
 */
export function askedOf(lesson, { box: key, phase, events }) {
  const { nodes, update, boxes } = lesson;
  const [event] = events;
  if (key === null) return event.kind === "update" && !update?.plain ? null : event;
  const box = boxNamed(lesson, key);
  if (!box || phase === "update") return null;
  if (phase === "forward") {
    const [output, ...others] = box.outputs;
    return others.length ? null : (events.find((e) => e.kind === "compute" && e.node === output) ?? null);
  }
  const drawn = boxes[key.startsWith("layer") ? "layer" : "neuron"] ?? [];
  const isOne = (/** @type {number} */ i) => !drawn.some((box) => box.nodes.includes(i) && box.outputs.length > 1);
  const passed = events.flatMap((e) =>
    e.kind === "contribute" && !box.nodes.includes(e.parent) && !nodes[e.parent].constant && isOne(e.parent) ? [e] : [],
  );
  return passed.sort((a, b) => a.parent - b.parent)[0] ?? null;
}

/**
 * Why a step asks for no number.
 * @param {Lesson} lesson
 * @param {Step} step
 */
export function whyNothing(lesson, { box: key, phase, events }) {
  const [event] = events;
  const box = boxNamed(lesson, key);
  if (box && phase === "forward") return `${box.name} puts out ${box.outputs.length} numbers at once`;
  if (box && phase === "backward") return `${box.name} passes gradient to many numbers at once`;
  if (box) return `${box.name} moves ${plural(events.length, "parameter")} at once`;
  if (event.kind === "zero") return "gradients are cleared";
  if (event.kind === "loss") return "the loss stands there already";
  return `what ${lesson.update?.optimizer} does takes more than one line`;
}
