// The chain rule of a step, with symbols and with numbers; and the op table's own formulas, filled in.

import { aligned, factor, math, numeral, operator, product } from "./mathml.js";
import { shortName } from "./sentences.js";

const CHAIN_ROOM = 22; // characters of names in a chain, so that the line stays in its column
const CHAIN_LENGTH = 4; // factors

/**
 * The shares along which a contribution came, from the root down, as far as the way up is single and there is room.
 * @param {ContributeEvent} event
 * @param {Picture} picture
 * @param {string[]} names
 */
export function chainOf(event, picture, names) {
  const root = names.length - 1;
  const chain = [event];
  let room = CHAIN_ROOM - shortName(names[event.node]).length - shortName(names[event.parent]).length;
  while (chain.length < CHAIN_LENGTH && chain[0].node !== root && picture.received[chain[0].node].length === 1) {
    const [above] = picture.received[chain[0].node];
    room -= shortName(names[above.node]).length + 4;
    if (room < 0) break;
    chain.unshift(above);
  }
  return chain;
}

/**
 * The formulas of a lesson: of a step, and of what a node is made of.
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {Document} markup the lesson's, parsed: it has the formulas of the op table
 */
export function makeFormulas(lesson, names, markup) {
  const { nodes, ops, update } = lesson;
  const root = nodes.length - 1;

  /**
   * A formula of the op table, with slots to fill: of the op itself (`f`) or of the local derivative of an operand.
   * @param {number} i a node that is no leaf
   * @param {"f" | number} part
   */
  function template(i, part) {
    const { op } = nodes[i];
    return op === null ? null : markup.querySelector(`[data-formula="${ops[op].id}-${part}"] > *`);
  }

  /**
   * A template with its slots filled: by names, or by numbers.
   * @param {Element} template
   * @param {number} i the node that it is about
   * @param {(node: number) => Node} write
   */
  function filled(template, i, write) {
    const copy = /** @type {Element} */ (template.cloneNode(true));
    for (const slot of copy.querySelectorAll("[data-slot]")) {
      const which = slot.getAttribute("data-slot");
      slot.removeAttribute("data-slot");
      slot.append(write(which === "out" ? i : nodes[i].parents[Number(which)]));
    }
    return copy;
  }

  /**
   * A node in a formula: the last part of a dotted label, v with its index where there is none.
   * @param {number} i
   */
  function symbol(i) {
    if (nodes[i].constant) return numeral(nodes[i].data);
    if (nodes[i].name === `v${i}`) return math("msub", math("mi", "v"), math("mn", String(i)));
    return math("mi", shortName(names[i]));
  }

  /**
   * @param {number} top
   * @param {number} bottom
   */
  const partial = (top, bottom) =>
    math("mfrac", math("mrow", operator("∂"), symbol(top)), math("mrow", operator("∂"), symbol(bottom)));

  /**
   * The op in names, in numbers, and what comes of it.
   * @param {ComputeEvent} event
   * @param {Picture} picture
   */
  function computation({ node, value }, picture) {
    const op = template(node, "f");
    if (!op) return [];
    return [
      aligned(
        [symbol(node), "=", filled(op, node, symbol)],
        [null, "=", filled(op, node, (p) => factor(picture.run.data[p]))],
        [null, "=", numeral(value)],
      ),
    ];
  }

  /**
   * One step of plain gradient descent. What an optimizer with a memory does has no such line.
   * @param {UpdateEvent} event
   */
  function descent({ node, grad, before, after }) {
    if (!update?.plain) return [];
    return [
      aligned(
        [symbol(node), "←", symbol(node), operator("−"), math("mi", "η"), operator("·"), partial(root, node)],
        [null, "=", numeral(before), operator("−"), numeral(update.rate), operator("·"), factor(grad)],
        [null, "=", numeral(after)],
      ),
    ];
  }

  /**
   * The chain rule of one share: with symbols, with numbers, and what comes of it.
   * @param {ContributeEvent} event
   * @param {Picture} picture
   */
  function chainRule(event, picture) {
    const chain = chainOf(event, picture, names);
    const top = chain[0].node;
    const symbols = chain.map((share) => partial(share.node, share.parent));
    const numbers = chain.map((share) => factor(share.local));
    if (top !== root || chain.length === 1) {
      symbols.unshift(partial(root, top));
      numbers.unshift(factor(chain[0].upstream));
    }
    return aligned(
      [partial(root, event.parent), picture.total[event.parent] > 1 ? "+=" : "=", ...product(symbols)],
      [null, "=", ...product(numbers)],
      [null, "=", numeral(event.contribution)],
    );
  }

  /**
   * The op's own rule for this operand, from the op table: in names, in numbers, as a number.
   * @param {ContributeEvent} event
   * @param {Picture} picture
   */
  function localRule({ node, parent, operand, local }, picture) {
    const rule = template(node, operand);
    if (!rule) return [];
    /** @type {[Node | null, string, ...Node[]][]} */
    const lines = [[partial(node, parent), "=", filled(rule, node, symbol)]];
    if (rule.querySelector("[data-slot]")) {
      lines.push([null, "=", filled(rule, node, (p) => numeral(picture.run.data[p]))]);
      if (rule.querySelector("mo, mfrac, msup, msqrt")) lines.push([null, "=", numeral(local)]);
    }
    const made = aligned(...lines);
    made.classList.add("rule");
    return [made];
  }

  /**
   * The formulas of a step; none for a folded box, and none at the start.
   * @param {Step | null} step
   * @param {Picture} picture
   * @returns {MathMLElement[]}
   */
  function formulasOf(step, picture) {
    if (!step || step.box) return [];
    const [event] = step.events;
    switch (event.kind) {
      case "compute":
        return computation(event, picture);
      case "seed":
        return [aligned([partial(root, root), "=", numeral(1)])];
      case "contribute":
        return [chainRule(event, picture), ...localRule(event, picture)];
      case "update":
        return descent(event);
      default:
        return [];
    }
  }

  /**
   * What a node is made of; null for a leaf, and for an op without a formula.
   * @param {number} i
   */
  function definition(i) {
    const op = template(i, "f");
    return op && aligned([symbol(i), "=", filled(op, i, symbol)]);
  }

  /**
   * The step's main formula in one line; null where there is none.
   * @param {Step | null} step
   * @param {Picture} picture
   */
  function equationOf(step, picture) {
    const [main] = formulasOf(step, picture);
    return main
      ? math("math", math("mrow", ...[...main.querySelectorAll("mtd")].flatMap((cell) => [...cell.childNodes])))
      : null;
  }

  return { formulasOf, equationOf, definition };
}
