// What the picture shows at a step, before any drawing: what is lit, and what stands on each card.

import { DASH, OLD, short, span, writersOf } from "./numbers.js";

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
 * @param {boolean} big
 * @returns {Scene}
 */
export function sceneOf({ nodes }, picture, asked, big) {
  const { card, said } = writersOf(big);
  /** @type {Scene} */
  const scene = {
    picture,
    phase: picture.step?.phase ?? "",
    now: new Set(),
    given: new Set(),
    receivers: new Set(),
    flowing: new Set(),
    asked: askedNumber(asked),
    said: "",
    write: card,
  };
  const { step } = picture;
  for (const event of step?.events ?? []) addEvent(scene, nodes, event);
  if (step?.box) for (const { node } of step.events.filter(isContribution)) scene.receivers.delete(node);
  else if (step && !asked && isContribution(step.events[0])) scene.said = shareOf(step.events[0], said);
  return scene;
}

/**
 * Light what one event is about.
 * @param {Scene} scene
 * @param {LessonNode[]} nodes
 * @param {RunEvent} event
 */
function addEvent({ now, given, receivers, flowing }, nodes, event) {
  for (const i of event.kind === "zero" ? event.nodes : [event.node]) now.add(i);
  if (event.kind === "compute")
    nodes[event.node].parents.forEach((parent, operand) => {
      given.add(parent);
      flowing.add(operandKey(event.node, operand));
    });
  if (event.kind === "contribute") {
    now.add(event.parent);
    receivers.add(event.parent);
    flowing.add(operandKey(event.node, event.operand));
  }
}

/**
 * @param {RunEvent} event
 * @returns {event is ContributeEvent}
 */
const isContribution = (event) => event.kind === "contribute";

/**
 * What stands on the edge along which a share is passed back.
 * @param {ContributeEvent} event
 * @param {Write} write
 */
const shareOf = ({ upstream, local, contribution }, write) =>
  `${write(upstream)} × ${write(local)} = ${write(contribution)}`;

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
 * The two numbers on a card; one of before the update is marked.
 * @param {Drawn} box
 * @param {Scene} scene
 */
export function numbersOn({ outputs }, { picture, asked, write }) {
  const isAsked = (/** @type {"data" | "grad"} */ number) =>
    asked !== null && asked.number === number && outputs.includes(asked.node);
  const gradients = outputs.flatMap((i) => picture.gradient[i] ?? []);
  const spanned = (/** @type {number[]} */ xs, /** @type {boolean} */ isOld) => span(xs, write) + (isOld ? OLD : "");
  const values = outputs.map((i) => picture.data[i]);
  const isOld = outputs.some((i) => picture.stale[i]);
  const data = isKnown(outputs, picture) ? spanned(values, isOld) : DASH;
  const grad = gradients.length === outputs.length ? spanned(gradients, picture.moved) : DASH;
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
  if (outputs.some((i) => scene.receivers.has(i))) classes.push("receiver");
  if (pinned !== null && outputs.includes(pinned)) classes.push("pinned");
  return classes;
}

/**
 * The classes of an edge that stands for these operands.
 * @param {string[]} operands
 * @param {Scene} scene
 */
export function edgeClasses(operands, { flowing, phase, picture }) {
  if (operands.some((operand) => flowing.has(operand))) return ["flow", phase];
  return operands.some((operand) => picture.known[Number.parseInt(operand, 10)]) ? [] : ["waiting"];
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
 * The neuron whose inside is shown below the picture: of those that were opened the one in which the step happens, or
 * the last; where the picture is coarser than the level, the one in which the step happens.
 * @param {Lesson} lesson
 * @param {State} state
 * @param {Step | null} step
 */
export function neuronShown(lesson, state, step) {
  const isDrawn = lesson.views[state.level] === state.level;
  const here = neuronOf(lesson, step);
  const opened = [...state.opened].filter((key) => key.startsWith("neuron"));
  const key = !isDrawn || opened.includes(here ?? "") ? here : opened.pop();
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
