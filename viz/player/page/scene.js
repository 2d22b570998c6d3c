// What the picture shows at a step, before any drawing: what is lit, and what stands on each card.

import { DASH, short, span } from "./numbers.js";

/**
 * An operand of a node, as the drawings name its edge.
 * @param {number} user
 * @param {number} operand
 */
export const operandKey = (user, operand) => `${user}-${operand}`;

/**
 * What is lit at the step just taken.
 * @param {Lesson} lesson
 * @param {Picture} picture
 * @param {RunEvent | null} asked the event whose number the reader is asked for
 * @returns {Scene}
 */
export function sceneOf({ nodes }, picture, asked) {
  /** @type {Scene} */
  const scene = {
    picture,
    phase: picture.step?.phase ?? "",
    now: new Set(),
    given: new Set(),
    flowing: new Set(),
    asked: askedNumber(asked),
  };
  for (const event of picture.step?.events ?? []) {
    for (const i of event.kind === "zero" ? event.nodes : [event.node]) scene.now.add(i);
    if (event.kind === "compute")
      nodes[event.node].parents.forEach((parent, operand) => {
        scene.given.add(parent);
        scene.flowing.add(operandKey(event.node, operand));
      });
    if (event.kind === "contribute") {
      scene.now.add(event.parent);
      scene.flowing.add(operandKey(event.node, event.operand));
    }
  }
  return scene;
}

/**
 * The number that an event makes: on which card, and which of the two there.
 * @param {RunEvent | null} event
 * @returns {Scene["asked"]}
 */
export function askedNumber(event) {
  if (!event || event.kind === "zero") return null;
  const node = event.kind === "contribute" ? event.parent : event.node;
  return { node, number: event.kind === "compute" || event.kind === "update" ? "data" : "grad" };
}

/**
 * The two numbers on a card.
 * @param {Drawn} box
 * @param {Scene} scene
 */
export function numbersOn({ outputs }, { picture, asked }) {
  const isAsked = (/** @type {"data" | "grad"} */ number) =>
    asked !== null && asked.number === number && outputs.includes(asked.node);
  const gradients = outputs.flatMap((i) => picture.gradient[i] ?? []);
  const data = isKnown(outputs, picture) ? span(outputs.map((i) => picture.data[i])) : DASH;
  const grad = gradients.length === outputs.length ? span(gradients) : DASH;
  return { data: isAsked("data") ? "?" : data, grad: isAsked("grad") ? "?" : grad };
}

/**
 * The number of a constant, as it was typed.
 * @param {number} i
 * @param {Scene} scene
 */
export const constantOn = (i, { picture }) => short(picture.data[i]);

/**
 * @param {number[]} outputs
 * @param {Picture} picture
 */
const isKnown = (outputs, picture) => outputs.every((i) => picture.known[i]);

/**
 * The classes of a card: waiting for its value, being computed or given to what is; pinned.
 * @param {Drawn} box
 * @param {Scene} scene
 * @param {number | null} pinned
 */
export function cardClasses({ nodes, outputs }, scene, pinned) {
  const classes = isKnown(outputs, scene.picture) ? [] : ["waiting"];
  if (nodes.some((i) => scene.now.has(i))) classes.push("now", scene.phase);
  else if (nodes.some((i) => scene.given.has(i))) classes.push("given");
  if (pinned !== null && outputs.includes(pinned)) classes.push("pinned");
  return classes;
}

/**
 * The classes of an edge that stands for these operands.
 * @param {string[]} operands
 * @param {Scene} scene
 */
export function edgeClasses(operands, { flowing, phase }) {
  return operands.some((operand) => flowing.has(operand)) ? ["flow", phase] : [];
}

/**
 * The operands that an edge of a drawing stands for: of a folded drawing several, of an open one the one in its id
 * (`e9-1`), of a neuron's inside that of the node which stands in its place.
 * @param {string} id
 * @param {Record<string, string[]> | undefined} links of a folded drawing
 * @param {number[] | null} members of a neuron's inside
 */
export function operandsOf(id, links, members) {
  const [user, operand] = id.slice(1).split("-");
  if (members) return [operandKey(members[Number(user)], Number(operand))];
  return links?.[id] ?? [id.slice(1)];
}

/**
 * The neuron whose inside is shown below the picture: one that was opened; or, where the picture is coarser than the
 * level, the one in which the step happens.
 * @param {Lesson} lesson
 * @param {State} state
 * @param {Step | null} step
 */
export function neuronShown(lesson, state, step) {
  const isDrawn = lesson.views[state.level] === state.level;
  const key = isDrawn ? [...state.opened].find((key) => key.startsWith("neuron")) : neuronOf(lesson, step);
  return key === undefined ? undefined : lesson.boxes.neuron?.find((box) => box.key === key);
}

/**
 * @param {Lesson} lesson
 * @param {Step | null} step
 */
function neuronOf(lesson, step) {
  const event = step?.events[0];
  const i = event && event.kind !== "zero" ? event.node : lesson.nodes.length - 1;
  return lesson.inNeuron[i] >= 0 ? `neuron${lesson.inNeuron[i]}` : undefined;
}
