// Predict: the formula of a question, with a blank where the answer goes.

import { aligned, math, numerals, operator } from "./mathml.js";
import { boxNamed, shortName } from "./sentences.js";

const WRITTEN_OUT = 3; // what goes into a box: names that are written out
const { numeral, factor } = numerals();
const blank = () => math("mtext", "☐");

/**
 * The formula of a question, its last line a blank. What stands between, the numbers, comes with the second try.
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {(step: Step, picture: Picture) => MathMLElement[]} formulasOf
 */
export function makeBlanks(lesson, names, formulasOf) {
  const { nodes } = lesson;
  const shared = (/** @type {string} */ name) => names.filter((other) => shortName(other) === name).length > 1;
  const symbol = (/** @type {number} */ i) => math("mi", shared(shortName(names[i])) ? names[i] : shortName(names[i]));
  /**
   * @param {number} top
   * @param {number} bottom
   */
  const partial = (top, bottom) => math("mfrac", ...[top, bottom].map((i) => math("mrow", operator("∂"), symbol(i))));
  const root = nodes.length - 1;

  /**
   * The formula of a step for which the page has no other.
   * @param {Question} question
   * @param {Step} step
   */
  function plain({ event, before }, { box: key }) {
    const box = boxNamed(lesson, key);
    if (event.kind === "accumulate") {
      const grad = math("mi", `${shortName(names[event.node])}.grad`);
      const sum = [numeral(event.before), operator("+"), factor(event.contribution)];
      return aligned([grad, "+=", partial(root, event.node)], [null, "=", ...sum], [null, "="]);
    }
    if (event.kind === "contribute" && box) return share(box, event, before);
    const node = event.kind === "zero" ? root : event.node;
    if (!box) return aligned([symbol(node), "="]);
    return aligned([null, "", symbol(node), math("mi", "("), ...into(box), math("mi", ")")], [null, "="]);
  }

  /**
   * What a box passes to something outside.
   * @param {LessonBox} box
   * @param {ContributeEvent} event
   * @param {number | null} before
   */
  function share({ outputs: [out, ...others] }, { parent }, before) {
    const sign = before === null ? "=" : "+=";
    if (others.length) return aligned([partial(root, parent), sign]);
    const factors = [partial(root, out), partial(out, parent)]; // one below the other: names of boxes are long
    return aligned([partial(root, parent), sign, factors[0]], [null, "·", factors[1]], [null, "="]);
  }

  /**
   * What goes into a box from outside.
   * @param {LessonBox} box
   */
  function into(box) {
    const outside = box.nodes.flatMap((i) => nodes[i].parents).filter((p) => !box.nodes.includes(p));
    const [first, ...others] = [...new Set(outside)].map(symbol);
    const shown = others.slice(0, WRITTEN_OUT - 1).flatMap((name) => [operator(","), name]);
    return first ? [first, ...shown, ...(others.length < WRITTEN_OUT ? [] : [operator(","), operator("…")])] : [];
  }

  /**
   * @param {Question} question
   * @param {Step} step
   * @param {Picture} picture before the step
   * @param {boolean} withNumbers
   */
  return (question, step, picture, withNumbers) => {
    const { event, before } = question;
    const [formula = plain(question, step)] = step.box ? [] : formulasOf({ ...step, events: [event] }, picture);
    const rights = [...formula.querySelectorAll("mtd:last-child > mrow")];
    rights[rights.length - 1].replaceChildren(blank());
    for (const [i, right] of (step.box ? [] : rights.slice(1, -1)).entries()) {
      if (!withNumbers) right.closest("mtr")?.remove();
      else if (i === 0 && before !== null && event.kind === "contribute") right.prepend(numeral(before), operator("+"));
    }
    return formula;
  };
}
