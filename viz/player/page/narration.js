// A run as text, line by line as Python's `print(trace(root))` has it (engine/narration.py; a test holds them equal).

import { held, placesOf, ratio } from "./notation.js";

const EVEN_HALF = /^-?\d\.\d{4}[02468]50*e/; // exactly between two numbers of six digits, the lower one even

/**
 * A number as Python's format(x, ".6g") writes it.
 * @param {number} x
 */
export function general(x) {
  if (!Number.isFinite(x)) return String(x).replace("NaN", "nan").replace("Infinity", "inf");
  if (x === 0) return Object.is(x, -0) ? "-0" : "0";
  const exact = x.toExponential(40);
  const six = EVEN_HALF.test(exact) ? exact.replace(/50*e/, "e") : x.toExponential(5);
  const [digits, exponent] = six.split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(six));
  return `${Number(digits)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/**
 * An op applied to operands that are text already.
 * @param {string} symbol
 * @param {string[]} operands
 * @param {number[]} params
 */
function applied(symbol, operands, params) {
  if (/^[\p{L}_][\p{L}\d_]*$/u.test(symbol) || operands.length > 2)
    return `${symbol}(${[...operands, ...params.map(general)].join(", ")})`;
  if (operands.length === 2) return operands.join(` ${symbol} `);
  return params.length ? held(operands[0]) + symbol : symbol + held(operands[0]);
}

/**
 * The lines, each with the event that it tells; a line without one is the name of a pass.
 * @param {Pick<Lesson, "nodes" | "ops" | "update" | "phases">} lesson
 * @param {Run} run
 * @returns {{ text: string, event: RunEvent | null }[]}
 */
export function linesOf({ nodes, ops, update, phases }, { data, events }) {
  const names = nodes.map(({ name }) => name);
  const root = names[names.length - 1];
  const placeOf = placesOf(nodes);
  const total = (/** @type {number} */ i) => ratio(root, names[i]);

  /**
   * @param {RunEvent} event
   * @returns {string[]}
   */
  function told(event) {
    if (event.kind === "zero") return event.nodes.map(cleared);
    const name = names[event.node];
    switch (event.kind) {
      case "compute": {
        const { op, parents } = nodes[event.node];
        if (op === null) return [];
        const { symbol, params } = ops[op];
        const [symbols, numbers] = [parents.map((p) => names[p]), parents.map((p) => general(data[p]))];
        return [
          `${name} = ${applied(symbol, symbols, params)} = ${applied(symbol, numbers, params)} = ${general(event.value)}`,
        ];
      }
      case "loss":
        return [`the loss ${name} is ${general(event.value)}`];
      case "seed":
        return [`${total(event.node)} = ${general(event.value)}`];
      case "contribute": {
        const { node, parent, operand, before } = event;
        const slope = ratio(name, names[parent], placeOf(node, operand));
        const product = `${general(event.upstream)} · ${general(event.local)} = ${general(event.contribution)}`;
        const sum = before === null ? "" : `, in all ${general(event.after)}`;
        return [`${total(parent)} ${before === null ? " =" : "+="} ${total(node)} · ${slope} = ${product}${sum}`];
      }
      case "accumulate":
        return [
          `${name}.grad += ${general(event.contribution)}: it held ${general(event.before)}, now ${general(event.after)}`,
        ];
      case "update":
        return [
          `${name}: ${general(event.before)} becomes ${general(event.after)} ` +
            `(gradient ${general(event.grad)}, learning rate ${general(update?.rate ?? NaN)})`,
        ];
    }
  }

  /** @param {number} i */
  function cleared(i) {
    const grad = update?.rows.find(({ node }) => node === i)?.cleared ?? null;
    return `${names[i]}.grad is cleared (${grad === null ? "there was none" : `it was ${general(grad)}`})`;
  }

  const ending = (/** @type {RunEvent} */ event) =>
    "wrong" in event && event.wrong ? `: ✗ wrong, it should be ${general(event.should ?? 0)}` : "";
  const all = events.flatMap((event) => told(event).map((text) => ({ text: text + ending(event), event })));
  const width = String(all.length).length;
  let phase = "";
  return all.flatMap(({ text, event }, i) => {
    const line = { text: `  ${String(i + 1).padStart(width)}  ${text}`, event };
    if (phases[event.kind] === phase) return [line];
    phase = phases[event.kind];
    return [{ text: phase, event: null }, line];
  });
}
