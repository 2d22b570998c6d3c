// Formulas as MathML: the pieces, and lines that are aligned at the sign between their two sides.

import { short } from "./numbers.js";

const MATHML = "http://www.w3.org/1998/Math/MathML";

/**
 * @param {string} tag
 * @param {...(Node | string)} children
 */
export function math(tag, ...children) {
  const made = /** @type {MathMLElement} */ (document.createElementNS(MATHML, tag));
  made.append(...children);
  return made;
}

/** @param {string} text */
export const operator = (text) => math("mo", text);

/**
 * A number; and one in a product, which below zero stands in parentheses.
 * @param {Write} [write]
 */
export function numerals(write = short) {
  const numeral = (/** @type {number} */ x) => math("mn", write(x));
  /** @param {number} x */
  function factor(x) {
    const isNegative = x < 0 || Object.is(x, -0);
    return isNegative ? math("mrow", operator("("), numeral(x), operator(")")) : numeral(x);
  }
  return { numeral, factor };
}

/**
 * The parts with dots between them.
 * @param {Node[]} parts
 */
export const product = (parts) => parts.flatMap((part, i) => (i === 0 ? [part] : [operator("·"), part]));

/**
 * Lines of a formula: the left side, the sign, what stands on the right. Null on the left continues the line above.
 * @param {...[Node | null, string, ...Node[]]} lines
 */
export function aligned(...lines) {
  const rows = lines.map(([left, sign, ...right]) =>
    math("mtr", math("mtd", left ?? ""), math("mtd", operator(sign)), math("mtd", math("mrow", ...right))),
  );
  const table = math("mtable", ...rows);
  table.setAttribute("displaystyle", "true");
  const made = math("math", table);
  made.setAttribute("display", "block");
  return made;
}

/**
 * A line for `aligned`.
 * @param {Node | null} left
 * @param {string} sign
 * @param {...Node} right
 * @returns {[Node | null, string, ...Node[]]}
 */
export const line = (left, sign, ...right) => [left, sign, ...right];

/**
 * One line: the left side, the sign, and what stands on the right, one equal to the next.
 * @param {Node} left
 * @param {string} sign
 * @param {...Node} rights
 */
export function inLine(left, sign, ...rights) {
  return math("math", left, ...rights.flatMap((right, i) => [operator(i ? "=" : sign), right]));
}

/**
 * Such a line broken at its signs: the left side, the first that stands on the right, the others.
 * @param {Element} made
 */
export function broken(made) {
  const [left, sign, first, ...others] = made.children;
  const rows = [[left], [sign, first], others].filter((row) => row.length);
  return math("math", math("mtable", ...rows.map((row) => math("mtr", math("mtd", math("mrow", ...row))))));
}
