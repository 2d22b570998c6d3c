// Numbers as people write and read them: on a card, in a sentence, typed into a field.

/** Stands where a number is not known yet. */
export const DASH = "–";

/** @param {string} text */
const withMinusSigns = (text) => text.replace(/-/g, "−");

/**
 * What no digits can say.
 * @param {number} x nan or an infinity
 */
function notFinite(x) {
  if (Number.isNaN(x)) return "nan";
  return x > 0 ? "∞" : "−∞";
}

/**
 * On a card: four decimals as in viz/labels.py, or scientific, one digit shorter, where those would hide the number.
 * @param {number} x
 */
export function onCard(x) {
  if (!Number.isFinite(x)) return notFinite(x);
  const fixed = Object.is(x, -0) ? "-0.0000" : x.toFixed(4);
  const hidden = x !== 0 && Number(fixed) === 0;
  if (Math.abs(x) < 1e7 && !hidden) return withMinusSigns(fixed);
  const scientific = x.toExponential(3).replace(/e([+-])(\d)$/, "e$10$2"); // two digits of exponent
  return withMinusSigns(scientific.replace("e+", "e"));
}

/**
 * In a sentence or a formula: five significant digits, no idle zeros.
 * @param {number} x
 */
export function short(x) {
  if (!Number.isFinite(x)) return notFinite(x);
  if (Object.is(x, -0)) return "−0";
  return withMinusSigns(String(Number(x.toPrecision(5))).replace("e+", "e"));
}

/**
 * A result in a sentence; of what no digits can say, what it means.
 * @param {number} x
 * @param {Write} [write]
 */
export function inWords(x, write = short) {
  if (Number.isNaN(x)) return "nan, which is no number";
  return Number.isFinite(x) ? write(x) : `${short(x)}, ${x > 0 ? "larger than any number" : "below any number"}`;
}

/**
 * In big type: three significant digits.
 * @param {number} x
 */
export function brief(x) {
  if (!Number.isFinite(x)) return notFinite(x);
  const size = Math.abs(x);
  const isFar = size !== 0 && (size < 1e-3 || size >= 1e5);
  const text = isFar ? x.toExponential(2) : String(Number(x.toPrecision(3)));
  return withMinusSigns(text.replace("e+", "e"));
}

/**
 * How numbers are written: on a card; in the sentence, the equation and the signs of the stage. In big type both have
 * three digits.
 * @param {boolean} big
 */
export const writersOf = (big) => (big ? { card: brief, said: brief } : { card: onCard, said: short });

/** A number that the leaves as they are now no longer give: said of it; and a sign behind it, with what that means. */
export const BEFORE = "before the update";
export const OLD = "↺";
export const OLD_LEGEND = `${OLD} ${BEFORE}`;

/**
 * Several numbers in the room of one: from the least to the largest.
 * @param {number[]} xs
 * @param {(x: number) => string} write
 */
export function span(xs, write = onCard) {
  return xs.length === 1 ? write(xs[0]) : `${write(Math.min(...xs))} … ${write(Math.max(...xs))}`;
}

/** @param {number} n */
export const subscript = (n) => String(n).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]);

/** @param {number} n */
export const superscript = (n) => String(n).replace(/[-\d]/g, (sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"["0123456789-".indexOf(sign)]);

/**
 * `1 op`, `2 ops`.
 * @param {number} n
 * @param {string} noun
 */
export const plural = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

const SPELT = new Map([
  ["inf", Infinity],
  ["+inf", Infinity],
  ["-inf", -Infinity],
  ["nan", NaN],
]);

/**
 * A number as a person types it: 0.5, -3, −3, 1/3, 0,25, inf, nan; undefined if it is none.
 * @param {string} text
 * @returns {number | undefined}
 */
export function typed(text) {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/[−–]/g, "-")
    .replace(/,/g, ".")
    .replace(/∞|infinity/, "inf");
  if (SPELT.has(plain)) return SPELT.get(plain);
  const [top, bottom = "1", ...more] = plain.split("/");
  const isNumber = (/** @type {string} */ part) => part.trim() !== "" && !Number.isNaN(Number(part));
  if (more.length || !isNumber(top) || !isNumber(bottom)) return undefined;
  return Number(top) / Number(bottom);
}
