// Predict: the question that a step asks, and what a wrong number betrays.
//
// For every slip that learners make the number it gives is worked out beforehand; a number
// that is typed is compared with the answer first, then with those.

import { short } from "./numbers.js";

const TOLERANCE = 0.01; // a number is right within 1 %, so that rounding is never an error
const SIGN_TURNED = "the sign is turned around";

/**
 * @param {number} a
 * @param {number} b
 */
function near(a, b) {
  if (!Number.isFinite(b) || !Number.isFinite(a)) return Object.is(a, b);
  return Math.abs(a - b) <= TOLERANCE * Math.abs(b) + 1e-12;
}

/**
 * The question that an event asks: its words, its answer, and the number each slip would give. Null for an event that
 * asks nothing.
 * @param {Lesson} lesson
 * @param {Picture} picture what is known before the event
 * @param {RunEvent} event
 * @param {string[]} names of the nodes
 * @returns {Question | null}
 */
export function questionOf(lesson, picture, event, names) {
  switch (event.kind) {
    case "compute":
      return { ask: `What is ${names[event.node]} now?`, answer: event.value, slips: [[-event.value, SIGN_TURNED]] };
    case "seed":
      return seedQuestion(picture, event, names);
    case "contribute":
      return shareQuestion(lesson, picture, event, names);
    case "update":
      return lesson.update && updateQuestion(lesson.update.rate, event, names);
    default:
      return null;
  }
}

/**
 * @param {Picture} picture
 * @param {SeedEvent} event
 * @param {string[]} names
 * @returns {Question}
 */
function seedQuestion(picture, event, names) {
  const root = names[event.node];
  return {
    ask: `Backward begins: what is ∂${root}/∂${root}?`,
    answer: 1,
    slips: [
      [picture.data[event.node], `that is the value of ${root}; the question is how fast ${root} changes with itself`],
      [0, `${root} does change when ${root} changes: by just as much`],
      [-1, SIGN_TURNED],
    ],
  };
}

/**
 * @param {number} rate
 * @param {UpdateEvent} event
 * @param {string[]} names
 * @returns {Question}
 */
function updateQuestion(rate, { node, grad, before, after }, names) {
  return {
    ask: `The learning rate is ${short(rate)}: what does ${names[node]} become?`,
    answer: after,
    slips: [
      [before + rate * grad, "that is a step uphill; the gradient is subtracted"],
      [before - grad, "the learning rate was left out"],
      [before, `${names[node]} does move: by the learning rate times its gradient`],
    ],
  };
}

/**
 * @param {Lesson} lesson
 * @param {Picture} picture
 * @param {ContributeEvent} event
 * @param {string[]} names
 * @returns {Question}
 */
function shareQuestion(lesson, picture, event, names) {
  const { before, after } = event;
  const root = names[lesson.nodes.length - 1];
  const shares = shareSlips(lesson, picture, event, names);
  /** @type {Question["slips"]} */
  const slips = before === null ? [] : pathSlips(picture, event, before, names);
  for (const [share, words] of shares) slips.push([(before ?? 0) + share, words]);
  if (before !== null)
    for (const [share, words] of shares) slips.push([share, `${words}; and it overwrote what was there`]);
  slips.push([-after, SIGN_TURNED]);
  return { ask: `What is ∂${root}/∂${names[event.parent]} after this step?`, answer: after, slips };
}

/**
 * Slips in the share itself: each the share it gives, and what it is.
 * @param {Lesson} lesson
 * @param {Picture} picture
 * @param {ContributeEvent} event
 * @param {string[]} names
 * @returns {Question["slips"]}
 */
function shareSlips(lesson, picture, { node, parent, operand, upstream, local, contribution }, names) {
  return [
    ...operandSlips(),
    [local, "the upstream factor was left out: the local derivative is multiplied by what arrives from above"],
    [upstream, "that is the upstream gradient alone: it is multiplied by the local derivative"],
    [-contribution, SIGN_TURNED],
  ];

  /** @returns {Question["slips"]} */
  function operandSlips() {
    if (lesson.nodes[node].op === "mul") {
      const words = `that uses the value of ${names[parent]} itself; the slope of a product is the value of its sibling`;
      return [[upstream * picture.data[parent], words]];
    }
    const others = picture.run.locals[node].filter((_, j) => j !== operand).reverse();
    return others.map((other) => [upstream * other, "that is the slope for the other operand"]);
  }
}

/**
 * Slips of a node that already holds a gradient, and now receives along another path.
 * @param {Picture} picture
 * @param {ContributeEvent} event
 * @param {number} before
 * @param {string[]} names
 * @returns {Question["slips"]}
 */
function pathSlips(picture, { parent, contribution, after }, before, names) {
  return [
    [
      contribution,
      `that is this path alone: it overwrote the ${short(before)} already there and forgot the other path; the paths are added (+=)`,
    ],
    [before, `that is what ${names[parent]} held before: the new path was forgotten`],
    ...picture.received[parent].map(
      (earlier) =>
        /** @type {[number, string]} */ ([
          after - earlier.contribution,
          `the other path, through ${names[earlier.node]}, was forgotten`,
        ]),
    ),
  ];
}

/**
 * Right, or the slips that give this number (two may), or neither.
 * @param {Question} question
 * @param {number} number
 * @returns {Verdict}
 */
export function judge(question, number) {
  if (near(number, question.answer)) return { right: true, words: `Right: ${short(question.answer)}.` };
  const betrayed = new Set(question.slips.filter(([value]) => near(number, value)).map(([, words]) => words));
  const words = betrayed.size ? `Not quite: ${[...betrayed].join("; or ")}.` : "Not that. Try again, or have it shown.";
  return { right: false, words };
}
