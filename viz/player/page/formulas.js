// The chain rule of a step, with symbols and with numbers; and the op table's own formulas, filled in.

import { chainOf } from "./chain.js";
import { PRIMALS } from "./engine.js";
import { aligned, inLine, line, math, numerals, operator, product } from "./mathml.js";
import { held, placesOf } from "./notation.js";
import { boxNamed, shortName } from "./sentences.js";

const FEW = 4; // names or numbers in a row; of more the first stand for all

/**
 * Whether nothing stands beside a slot, so that what is filled in needs no parentheses.
 * @param {Element} slot
 */
function standsAlone(slot) {
  let part = slot;
  while (part.parentElement?.localName === "mrow" && part.parentElement.children.length === 1)
    part = part.parentElement;
  const around = part.parentElement?.localName ?? "";
  return ["", "mfrac", "msqrt"].includes(around);
}

/**
 * The formulas of a lesson: of a step, and of what a node is made of.
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {Document} markup the lesson's, parsed: it has the formulas of the op table
 * @param {Write} [write]
 */
export function makeFormulas(lesson, names, markup, write) {
  const { nodes, ops, update } = lesson;
  const { numeral, factor } = numerals(write);
  const root = nodes.length - 1;
  const placeOf = placesOf(nodes);

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
   * A template with its slots filled; what could run into its neighbours stands in parentheses.
   * @param {Element} template
   * @param {number} i the node that it is about
   * @param {(node: number, isAlone: boolean) => Node} write
   */
  function filled(template, i, write) {
    const copy = /** @type {Element} */ (template.cloneNode(true));
    for (const slot of copy.querySelectorAll("[data-slot]")) {
      const which = slot.getAttribute("data-slot");
      slot.removeAttribute("data-slot");
      slot.append(write(which === "out" ? i : nodes[i].parents[Number(which)], standsAlone(slot)));
    }
    return copy;
  }

  /**
   * A node in a formula, by the last part of its name.
   * @param {number} i
   * @param {boolean} [isAlone]
   */
  function symbol(i, isAlone = false) {
    if (nodes[i].constant && !nodes[i].label) return numeral(nodes[i].data);
    const name = shortName(names[i]);
    return math("mi", isAlone ? name : held(name));
  }

  /** In a sum, what is added needs no parentheses. */
  const named = (/** @type {number} */ node) => (/** @type {number} */ p, /** @type {boolean} */ isAlone) =>
    symbol(p, isAlone || nodes[node].op === "add");

  /** @param {Picture} picture */
  const numbered = (picture) => (/** @type {number} */ p, /** @type {boolean} */ isAlone) =>
    isAlone ? numeral(picture.run.data[p]) : factor(picture.run.data[p]);

  /**
   * How fast the first changes with the second: a fraction, or all on one line.
   * @param {number} top
   * @param {number} bottom
   * @param {"mfrac" | "mrow"} [tag]
   */
  function partial(top, bottom, tag = "mfrac") {
    const [over, under] = [top, bottom].map((i) => math("mrow", operator("∂"), symbol(i)));
    return math(tag, over, ...(tag === "mrow" ? [operator("/")] : []), under);
  }

  /**
   * The local slope of a share; with the place of its operand where it could be taken for a total.
   * @param {ContributeEvent} event
   * @param {"mfrac" | "mrow"} [tag]
   */
  function slope({ node, parent, operand }, tag) {
    const place = placeOf(node, operand);
    const plain = partial(node, parent, tag);
    return place ? math("msub", math("mrow", plain, operator("|")), math("mtext", place)) : plain;
  }

  /**
   * What is computed, step by step: the name, unless it says the same; the op in names; in numbers; what comes of it.
   * @param {number} node
   * @param {Picture} picture
   * @returns {Node[]}
   */
  function workings(node, picture) {
    const op = template(node, "f");
    const value = numeral(picture.run.data[node]);
    if (!op) return [symbol(node, true), value];
    const made = [filled(op, node, named(node)), filled(op, node, numbered(picture)), value];
    return nodes[node].expression ? made : [symbol(node, true), ...made];
  }

  /**
   * @param {ComputeEvent} event
   * @param {Picture} picture
   */
  function computation({ node }, picture) {
    const [first, ...others] = workings(node, picture);
    return [aligned(...others.map((part, i) => line(i === 0 ? first : null, "=", part)))];
  }

  /**
   * One step of plain gradient descent; of an optimizer with a memory every line of its rule.
   * @param {UpdateEvent} event
   */
  function descent(event) {
    const { node, grad, before, after } = event;
    if (!update?.plain) return ruleOf(event);
    return [
      aligned(
        [symbol(node), "←", ...descended(node)],
        [null, "=", numeral(before), operator("−"), numeral(update.rate), operator("·"), factor(grad)],
        [null, "=", numeral(after)],
      ),
    ];
  }

  /**
   * A step against the gradient, in symbols.
   * @param {number} node
   * @param {"mfrac" | "mrow"} [tag]
   */
  function descended(node, tag) {
    return [symbol(node), operator("−"), math("mi", "η"), operator("·"), partial(root, node, tag)];
  }

  /**
   * An update line by line: in names, in numbers, and what comes of it. A line uses what those above it made.
   * @param {UpdateEvent} event
   */
  function ruleOf({ node, grad, before }) {
    const row = update?.rows.find((row) => row.node === node);
    const rule = row?.rule && lesson.rules?.[row.rule];
    if (!update || !row?.rule || !rule) return [];
    const { memory = {}, rule: key } = row;
    const numbers = new Map([["p", before], ["g", grad], ...Object.entries(memory)]);
    const made = rule(PRIMALS, before, grad, ...Object.values(memory));
    const results = new Map([...Object.keys(memory), "p"].map((name, i) => [name, made[i]]));
    const named = (/** @type {string} */ name) => (name === "p" ? symbol(node) : math("mi", name));
    return update.lines[key].map((name) => {
      const line = /** @type {Element} */ (markup.querySelector(`[data-formula="${key}-${name}"] > *`));
      const result = results.get(name) ?? NaN;
      const written = aligned(
        [named(name), "←", slotsFilled(line, named)],
        [null, "=", slotsFilled(line, (slot) => factor(numbers.get(slot) ?? NaN))],
        [null, "=", numeral(result)],
      );
      numbers.set(name, result);
      return written;
    });
  }

  /**
   * @param {Element} line
   * @param {(slot: string) => Node} write
   */
  function slotsFilled(line, write) {
    const copy = /** @type {Element} */ (line.cloneNode(true));
    for (const slot of copy.querySelectorAll("[data-slot]")) slot.append(write(slot.getAttribute("data-slot") ?? ""));
    return copy;
  }

  /**
   * The chain rule of one share: with symbols, with numbers, and what comes of it.
   * @param {ContributeEvent} event
   * @param {Picture} picture
   */
  function chainRule(event, picture) {
    const chain = chainOf(event, picture, names);
    const top = chain[0].node;
    const symbols = chain.map((share) => slope(share));
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
  function localRule(event, picture) {
    const { node, operand, local } = event;
    const rule = template(node, operand);
    if (!rule || !Object.is(local, picture.run.locals[node][operand])) return []; // a fault has another rule
    const [names, numbers] = [filled(rule, node, symbol), filled(rule, node, numbered(picture))];
    const lines = [line(slope(event), "=", names)];
    if (names.textContent !== numbers.textContent) {
      lines.push(line(null, "=", numbers));
      if (rule.querySelector("mo, mfrac, msup, msqrt")) lines.push(line(null, "=", numeral(local)));
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
        return [aligned(line(partial(root, root), "=", numeral(event.value)))];
      case "contribute":
        return [chainRule(event, picture), ...localRule(event, picture)];
      case "update":
        return descent(event);
      default:
        return [];
    }
  }

  /**
   * Several things in a row; of more than a few the first, and dots.
   * @param {Node[]} things
   * @returns {Node[]}
   */
  function row(things) {
    const shown = things.slice(0, FEW).flatMap((thing, i) => (i ? [operator(","), thing] : [thing]));
    return things.length > FEW ? [...shown, operator(","), operator("…")] : shown;
  }

  /**
   * What a step does, as one line; null at the start.
   * @param {Step | null} step
   * @param {Picture} picture
   */
  function equationOf(step, picture) {
    if (!step) return null;
    return step.box ? boxEquation(step, picture) : equation(step.events[0], picture);
  }

  /**
   * @param {RunEvent} event
   * @param {Picture} picture
   */
  function equation(event, picture) {
    switch (event.kind) {
      case "compute":
        if (nodes[event.node].parents.length <= FEW) return chained(workings(event.node, picture));
        return inLine(symbol(event.node, true), "=", numeral(event.value));
      case "loss":
        return inLine(symbol(event.node, true), "=", numeral(event.value));
      case "zero":
        return inLine(math("mrow", ...row(event.nodes.map(stored))), "←", numeral(0));
      case "seed":
        return inLine(partial(root, event.node, "mrow"), "=", numeral(event.value));
      case "contribute": {
        const sign = picture.total[event.parent] > 1 ? "+=" : "=";
        const symbols = math("mrow", ...product([partial(root, event.node, "mrow"), slope(event, "mrow")]));
        const numbers = math("mrow", ...product([factor(event.upstream), factor(event.local)]));
        return inLine(partial(root, event.parent, "mrow"), sign, symbols, numbers, numeral(event.contribution));
      }
      case "accumulate": {
        const sum = math("mrow", factor(event.before), operator("+"), factor(event.contribution));
        return inLine(stored(event.node), "=", sum, numeral(event.after));
      }
      case "update": {
        const parts = update?.plain
          ? [numeral(update.rate), operator("·"), factor(event.grad)]
          : [factor(event.before - event.after)];
        const change = math("mrow", numeral(event.before), operator("−"), ...parts);
        return inLine(symbol(event.node), "←", change, numeral(event.after));
      }
    }
  }

  /** @param {Node[]} parts each equal to the next */
  const chained = ([left, ...rights]) => inLine(left, "=", ...rights);

  /** The gradient that a node holds. */
  const stored = (/** @type {number} */ i) => math("mi", `${held(shortName(names[i]))}.grad`);

  /**
   * What a folded box does: its outputs, what they received, or how its parameters move.
   * @param {Step} step
   * @param {Picture} picture
   */
  function boxEquation({ box: key, phase, events }, picture) {
    const { outputs } = boxNamed(lesson, key) ?? { outputs: [] };
    if (phase === "update") {
      const updates = events.flatMap((event) => (event.kind === "update" ? [event] : []));
      const [{ node }] = updates;
      if (update?.plain) return inLine(symbol(node), "←", math("mrow", ...descended(node, "mrow")));
      const [moved, after] = [updates.map((one) => symbol(one.node)), updates.map((one) => numeral(one.after))];
      return inLine(math("mrow", ...row(moved)), "←", math("mrow", ...row(after)));
    }
    if (phase === "forward" && outputs.length === 1) {
      const made = workings(outputs[0], picture).slice(-2);
      return inLine(symbol(outputs[0], true), "=", ...made);
    }
    const numbers = outputs.map((i) => numeral(phase === "forward" ? picture.run.data[i] : (picture.gradient[i] ?? 0)));
    const symbols = outputs.map((i) => (phase === "forward" ? symbol(i, true) : partial(root, i, "mrow")));
    return inLine(math("mrow", ...row(symbols)), "=", math("mrow", ...row(numbers)));
  }

  /**
   * What a node is made of; null for a leaf, and for an op without a formula.
   * @param {number} i
   */
  function definition(i) {
    const op = template(i, "f");
    return op && aligned(line(symbol(i, true), "=", filled(op, i, named(i))));
  }

  return { formulasOf, equationOf, definition };
}
