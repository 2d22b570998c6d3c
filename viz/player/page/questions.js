// Predict: the question that a step asks, and what a wrong number betrays.
//
// For every slip that learners make the number it gives is worked out beforehand, the likeliest slip first; a number
// that is typed is compared with the answer, then with those. What is said of it holds for the numbers of this step.

import { askedOf } from "./asked.js";
import { short } from "./numbers.js";
import { boxNamed } from "./sentences.js";

// How near is right: within 1 %, since the numbers at hand are rounded themselves, or within half a digit of a card.
const TOLERANCE = 0.01;
const HALF_A_DIGIT = 0.00005; // of a card, where the number is not too small for one
const SIGN_TURNED = "its sign is turned around";

/**
 * What an op gives where it is taken for another, and what that is.
 * @type {Record<string, (x: number, y: number, params: number[]) => [number, string][]>}
 */
const CONFUSED = {
  add: (x, y) => [[x * y, "the product"]],
  mul: (x, y) => [[x + y, "the sum"]],
  sub: (x, y) => [
    [y - x, "the difference the other way round"],
    [x + y, "the sum"],
  ],
  div: (x, y) => [
    [y / x, "the quotient the other way round"],
    [x * y, "the product"],
  ],
  power: (x, _, [n]) => [[x * n, `${short(x)} times ${short(n)}`]],
};

/**
 * @param {number} a
 * @param {number} b
 */
function near(a, b) {
  if (!Number.isFinite(b) || !Number.isFinite(a)) return Object.is(a, b);
  const digit = Math.abs(b) < HALF_A_DIGIT ? 0 : HALF_A_DIGIT;
  return Math.abs(a - b) <= Math.max(TOLERANCE * Math.abs(b), digit) + 1e-12;
}

/**
 * The question that a step asks: its words, its answer, and the number each slip would give. Null for a step that asks
 * nothing.
 * @param {Lesson} lesson
 * @param {Picture} picture what is known before the step
 * @param {Step} step
 * @param {string[]} names of the nodes
 * @param {Write} [write]
 * @returns {Question | null}
 */
export function questionOf(lesson, picture, step, names, write = short) {
  const event = askedOf(lesson, step);
  switch (event?.kind) {
    case "compute":
      return step.box ? outputQuestion(lesson, picture, step, event) : computeQuestion(lesson, picture, event, names);
    case "seed":
      return seedQuestion(picture, event, names);
    case "contribute":
      return step.box ? boxQuestion(lesson, picture, step, event, names) : shareQuestion(lesson, picture, event, names);
    case "accumulate":
      return heldQuestion(picture, event, names, write);
    case "update":
      return updateQuestion(lesson.update?.rate ?? 0, picture, event, names, write);
    default:
      return null;
  }
}

/**
 * @param {string} ask
 * @param {ComputeEvent | SeedEvent | ContributeEvent | AccumulateEvent | UpdateEvent} event
 * @param {Slip[]} slips
 * @param {RunEvent} [look]
 * @param {number | null} [before]
 * @returns {Question}
 */
const question = (ask, event, slips, look, before = null) => ({
  ask,
  event,
  answer: "value" in event ? event.value : event.after,
  before,
  slips,
  look,
});

/**
 * The event of a run in which a node was computed; undefined for a leaf.
 * @param {Picture} picture
 * @param {number} node
 */
const madeIn = ({ run }, node) => run.events.find((event) => event.kind === "compute" && event.node === node);

/**
 * The event that left the gradient which a node holds.
 * @param {Picture} picture
 * @param {number} node
 */
const filledIn = ({ received, run }, node) =>
  received[node].at(-1) ?? run.events.find((event) => event.kind === "seed" && event.node === node);

/**
 * @param {Lesson} lesson
 * @param {Picture} picture
 * @param {ComputeEvent} event
 * @param {string[]} names
 * @returns {Question}
 */
function computeQuestion({ nodes, ops }, picture, event, names) {
  const { op, parents } = nodes[event.node];
  const { name, params, words } = ops[op ?? ""];
  const [x, y] = parents.map((p) => picture.run.data[p]);
  /** @type {Slip[]} */
  const slips = (CONFUSED[name]?.(x, y, params) ?? []).map(([number, what]) => [
    number,
    `that is ${what}; asked is ${words}`,
  ]);
  slips.push([-event.value, SIGN_TURNED]);
  if (parents.length === 1) slips.push([x, `that is ${names[parents[0]]}, which goes in; asked is what comes out`]);
  const last = Math.max(...parents.filter((p) => nodes[p].op !== null));
  return question(`What is ${names[event.node]} now?`, event, slips, madeIn(picture, last));
}

/**
 * What comes out of a folded box.
 * @param {Lesson} lesson
 * @param {Picture} picture
 * @param {Step} step
 * @param {ComputeEvent} event
 * @returns {Question}
 */
function outputQuestion(lesson, picture, { box: key }, event) {
  const { nodes, ops } = lesson;
  const name = boxNamed(lesson, key)?.name;
  const { op, parents } = nodes[event.node];
  /** @type {Slip[]} */
  const slips = [[-event.value, SIGN_TURNED]];
  if (parents.length === 1)
    slips.unshift([picture.run.data[parents[0]], `that is what ${ops[op ?? ""].symbol} is given`]);
  return question(`What does ${name} put out?`, event, slips);
}

/**
 * @param {Picture} picture
 * @param {SeedEvent} event
 * @param {string[]} names
 * @returns {Question}
 */
function seedQuestion(picture, event, names) {
  const root = names[event.node];
  return question(`Backward begins: what is ∂${root}/∂${root}?`, event, [
    [picture.data[event.node], `that is the value of ${root}; asked is how fast ${root} changes with itself`],
    [0, `${root} does change when ${root} changes: by just as much`],
    [-event.value, SIGN_TURNED],
  ]);
}

/**
 * @param {number} rate
 * @param {Picture} picture
 * @param {UpdateEvent} event
 * @param {string[]} names
 * @param {Write} write
 * @returns {Question}
 */
function updateQuestion(rate, picture, event, names, write) {
  const { node, grad, before } = event;
  /** @type {Slip[]} */
  const slips = [
    [before + rate * grad, "that is a step uphill; the gradient is subtracted"],
    [before - grad, "the learning rate was left out"],
    [before - rate, `that subtracts the rate alone; it is multiplied by the gradient ${short(grad)}`],
    [before, `${names[node]} does move: by the learning rate times its gradient`],
    [-rate * grad, `that is the change alone; it is added to ${short(before)}`],
    [grad, `that is the gradient of ${names[node]}; asked is its new value`],
  ];
  const ask = `The learning rate is ${write(rate)}: what does ${names[node]} become?`;
  return question(ask, event, slips, filledIn(picture, node));
}

/**
 * @param {Picture} picture
 * @param {AccumulateEvent} event
 * @param {string[]} names
 * @param {Write} write
 * @returns {Question}
 */
function heldQuestion(picture, event, names, write) {
  const { node, before, contribution, after } = event;
  const name = names[node];
  /** @type {Slip[]} */
  const slips = [
    [contribution, `that is this pass alone; backward adds (+=) to the ${short(before)} already there`],
    [before, `that is what ${name}.grad held; this pass adds to it`],
    [before - contribution, "this pass is added, not subtracted"],
    [-after, SIGN_TURNED],
  ];
  const ask = `${name}.grad held ${write(before)} from an earlier pass. What is it after this one?`;
  return question(ask, event, slips, filledIn(picture, node), before);
}

/**
 * @param {Lesson} lesson
 * @param {Picture} picture
 * @param {ContributeEvent} event
 * @param {string[]} names
 * @returns {Question}
 */
function shareQuestion(lesson, picture, event, names) {
  const { node, parent, before, after, contribution } = event;
  const shares = shareSlips(lesson, picture, event, names);
  /** @type {Slip[]} */
  const slips = [];
  if (before === null) {
    for (const [share, words] of shares) slips.push([share, `that is ${words}`]);
  } else {
    const held = short(before);
    const earlier = picture.received[parent];
    const look = earlier.at(-1);
    slips.push([contribution, `that is this path alone; += adds it to the ${held} already there`, look]);
    slips.push([before, `that is what ${names[parent]} held; this path through ${names[node]} is added to it`]);
    for (const [share, words] of shares) slips.push([before + share, `that is ${held} plus ${words}`]);
    for (const one of earlier.length > 1 ? earlier : [])
      slips.push([after - one.contribution, `that forgets the path through ${names[one.node]}`, one]);
    for (const [share, words] of shares) slips.push([share, `that is ${words}; and the ${held} already there is lost`]);
  }
  slips.push([-after, SIGN_TURNED]);
  slips.push([picture.data[parent], `that is the value of ${names[parent]}; asked is its gradient`]);
  const ask = `What is ∂${names[names.length - 1]}/∂${names[parent]} after this step?`;
  return question(ask, event, slips, filledIn(picture, node), before);
}

/**
 * Slips in the share itself: each the share it gives, and what it is.
 * @param {Lesson} lesson
 * @param {Picture} picture
 * @param {ContributeEvent} event
 * @param {string[]} names
 * @returns {[number, string][]}
 */
function shareSlips({ nodes, ops }, picture, { node, parent, operand, upstream, local, contribution }, names) {
  const { op, parents } = nodes[node];
  const { name, words } = ops[op ?? ""];
  const others = parents.filter((_, j) => j !== operand);
  const slopes = picture.run.locals[node].filter((_, j) => j !== operand);
  /**
   * @param {number} i
   * @param {string} [words]
   * @returns {[number, string]}
   */
  const times = (i, words = `the value of ${names[i]}; the slope here is ${short(local)}`) => [
    upstream * picture.run.data[i],
    `upstream times ${words}`,
  ];
  return [
    [upstream, `the upstream gradient ${short(upstream)} alone; it is multiplied by the local slope ${short(local)}`],
    [local, `the local slope ${short(local)} alone; it is multiplied by the upstream gradient ${short(upstream)}`],
    times(parent, name === "mul" ? `${names[parent]} itself; the slope of a product is its other operand` : undefined),
    ...others.map((i) => times(i)),
    ...slopes.map((other) => /** @type {[number, string]} */ ([upstream * other, "the share of the other operand"])),
    [-contribution, "this share with its sign turned around"],
    times(node),
    [upstream + local, "upstream plus slope; the chain rule multiplies them"],
    [picture.run.data[node], `the value of ${names[node]}, ${words}; asked is a gradient`],
  ];
}

/**
 * What a folded box passes to something outside, by all its ways together.
 * @param {Lesson} lesson
 * @param {Picture} picture
 * @param {Step} step
 * @param {ContributeEvent} event
 * @param {string[]} names
 * @returns {Question}
 */
function boxQuestion(lesson, picture, { box: key, events }, event, names) {
  const { name, outputs } = /** @type {LessonBox} */ (boxNamed(lesson, key));
  const { parent } = event;
  const before = picture.gradient[parent];
  const shares = events.map((e) => (e.kind === "contribute" && e.parent === parent ? e.contribution : 0));
  const passed = shares.reduce((sum, share) => sum + share, 0);
  const upstream = picture.gradient[outputs[0]] ?? 0;
  /** @type {Slip[]} */
  const slips = [];
  if (outputs.length === 1)
    slips.push([(before ?? 0) + upstream, `that passes the ${short(upstream)} which ${name} received on as it is`]);
  if (before !== null) {
    slips.push([passed, `that is the path through ${name} alone; += adds it to the ${short(before)} already there`]);
    slips.push([before, `that is what ${names[parent]} held; ${name} adds to it`]);
  }
  slips.push([-(before ?? 0) - passed, SIGN_TURNED]);
  const ask = `${name} passes gradient back: what is ∂${names[names.length - 1]}/∂${names[parent]} then?`;
  const asked = question(ask, event, slips, filledIn(picture, outputs[0]), before);
  return { ...asked, answer: (before ?? 0) + passed };
}

/**
 * Right; or the likeliest slip that gives this number; or neither.
 * @param {Question} question
 * @param {number} number
 * @returns {Judgement}
 */
export function judge({ answer, slips, look }, number) {
  if (near(number, answer)) return { right: true, words: `Right: ${short(answer)}.`, look: null };
  const [, words, back = look] = slips.find(([value]) => near(number, value)) ?? [0, "", look];
  return {
    right: false,
    words: words ? `Not quite: ${words}.` : "Not that, and no usual slip gives this number.",
    look: back ?? null,
  };
}
