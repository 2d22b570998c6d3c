// Formulas on the clipboard: MathML written on one line, as plain text or as LaTeX.

import { element } from "./dom.js";
import { held } from "./notation.js";

/**
 * How the parts of a formula are written.
 * @typedef {object} Style
 * @property {(top: string, bottom: string) => string} fraction
 * @property {(base: string, exponent: string) => string} power
 * @property {(slope: string, place: string) => string} placed
 * @property {(inside: string) => string} root
 * @property {(name: string, isFunction: boolean) => string} name
 * @property {Record<string, string>} signs those that are written in another way
 */

/** @type {Style} */
const TEXT = {
  fraction: (top, bottom) => `${held(top)}/${held(bottom)}`,
  power: (base, exponent) => `${base}**${held(exponent)}`,
  placed: (slope, place) => slope + place,
  root: (inside) => `sqrt(${inside})`,
  name: (name) => name,
  signs: { "−": "-" },
};

/** @type {Record<string, string>} */
const TEX = {
  "·": "\\cdot ",
  "…": "\\dots ",
  "−": "-",
  "²": "^{2}",
  "³": "^{3}",
  η: "\\eta ",
  σ: "\\sigma ",
  "∞": "\\infty ",
};

/** @type {Style} */
const LATEX = {
  fraction: (top, bottom) => `\\frac{${top}}{${bottom}}`,
  power: (base, exponent) => `${base}^{${exponent}}`,
  placed: (slope, place) => `\\left.${slope.replace(/\|$/, "")}\\right|_{\\text{${place}}}`,
  root: (inside) => `\\sqrt{${inside}}`,
  name(name, isFunction) {
    const safe = name.replace(/[\\{}#$%&_^~]/g, (c) =>
      c === "\\" || c === "^" || c === "~" ? `\\char"${c.charCodeAt(0).toString(16).toUpperCase()} ` : `\\${c}`,
    );
    const written = safe.replace(/[·…−²³ησ∞]/g, (c) => TEX[c]);
    if (isFunction) return `\\operatorname{${written}}`;
    return [...name].length > 1 ? `\\mathrm{${written}}` : written;
  },
  signs: {
    ...TEX,
    "∂": "\\partial ",
    "+=": "\\mathrel{+}=",
    "←": "\\leftarrow",
    "≥": "\\ge",
    "≤": "\\le",
    "≠": "\\ne",
    "/": "/",
  },
};

const SPACED = ["=", "+=", "+", "−", "·", "←", "<", ">", "≥", "≤", "≠"];

/**
 * A formula on one line; lines that go on below each other follow each other.
 * @param {Element} part of it
 * @param {Style} style
 * @returns {string}
 */
function written(part, style) {
  const parts = [...part.children].map((child) => written(child, style));
  const text = part.textContent ?? "";
  switch (part.localName) {
    case "mfrac":
      return style.fraction(parts[0], parts[1]);
    case "msup":
      return style.power(parts[0], parts[1]);
    case "msub":
      return style.placed(parts[0], parts[1]);
    case "msqrt":
      return style.root(parts.join(""));
    case "mspace":
      return " ";
    case "mn":
      return text.replace("−", "-").replace("∞", style.signs["∞"] ?? "inf");
    case "mi":
      return style.name(text, part.nextElementSibling?.textContent === "\u2061");
    case "mtext":
      return text;
    case "mo": {
      if (text === "\u2061") return "";
      const sign = style.signs[text] ?? text;
      return SPACED.includes(text) && (part.previousElementSibling || part.parentElement?.localName === "mtd")
        ? ` ${sign.trim()} `
        : sign;
    }
    case "mtable":
      return parts.map((line) => line.trim()).join(" ");
    default:
      return parts.join("");
  }
}

/** @param {Element} math */
export const textOf = (math) => written(math, TEXT).trim();

/** @param {Element} math */
export const latexOf = (math) => written(math, LATEX).trim();

/**
 * A selection as text, each formula on a line of its own.
 * @param {Range} range
 */
function selected(range) {
  const copy = range.cloneContents();
  const inside = /** @type {Element | null} */ (
    range.commonAncestorContainer instanceof Element
      ? range.commonAncestorContainer
      : range.commonAncestorContainer.parentElement
  )?.closest("math");
  if (inside) return `${textOf(inside)}\n`; // of a part the whole is taken
  for (const math of copy.querySelectorAll("math")) math.replaceWith(`${textOf(math)}\n`);
  for (const cell of copy.querySelectorAll("td, th, dt")) cell.append("\t");
  for (const line of copy.querySelectorAll("p, h2, tr, dd, caption, legend")) line.append("\n");
  return copy.textContent ?? "";
}

/**
 * Let formulas be copied from a place of the page: as text, and at a button as LaTeX.
 * @param {HTMLElement} place
 */
export function makeCopying(place) {
  /** @type {string | null} */
  let latex = null;
  place.addEventListener("copy", (event) => {
    const root = /** @type {ShadowRoot & { getSelection?: () => Selection | null }} */ (place.getRootNode());
    const selection = root.getSelection?.() ?? getSelection();
    const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
    const hasFormula = range && [...place.querySelectorAll("math")].some((math) => range.intersectsNode(math));
    const text = latex ?? (hasFormula ? selected(range) : null);
    if (text === null) return;
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    event.stopPropagation();
  });

  /**
   * A button that copies the formulas of a place as LaTeX, and says whether it could.
   * @param {Element} formulas
   */
  return function latexButton(formulas) {
    const button = element("button", { type: "button", class: "tex", title: "Copy as LaTeX", onclick: copy }, "LaTeX");

    function copy() {
      latex = [...formulas.querySelectorAll("math")].map(latexOf).join("\n");
      const selection = getSelection();
      selection?.selectAllChildren(formulas); // without a selection there is nothing to copy, browsers hold
      const done = document.execCommand("copy");
      selection?.removeAllRanges();
      latex = null;
      button.textContent = done ? "Copied" : "Not allowed here";
      setTimeout(() => button.replaceChildren("LaTeX"), 1500);
    }

    return button;
  };
}
