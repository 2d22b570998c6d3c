// Elements of the page: made with their attributes, and the parts that several places use.

/**
 * An HTML element. Text always goes in as text: a label is never markup.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | ((event: any) => void)>} [attributes] `on...` is a listener,
 *   true an attribute without a value, false none
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/**
 * A button that says in a tooltip what it does and which key does the same.
 * @param {Node | string} content
 * @param {string} label
 * @param {() => void} click
 * @param {string} [key]
 */
export function button(content, label, click, key = "") {
  const title = key ? `${label} (${key})` : label;
  return element("button", { type: "button", "aria-label": label, title, onclick: click }, content);
}

/**
 * A term and what it is, for a `dl`.
 * @param {string} term
 * @param {string} value
 */
export const described = (term, value) => [element("dt", {}, term), element("dd", {}, value)];

/**
 * A table with heads of columns; the first cell of a row is its head.
 * @param {LedgerTable} content
 */
export function table({ caption, heads, rows, kind }) {
  const tableRow = (/** @type {string[]} */ [name, ...cells]) =>
    element("tr", {}, element("th", { scope: "row" }, name), ...cells.map((text) => element("td", {}, text)));
  return element(
    "table",
    { class: `ledger ${kind}`.trim() },
    element("caption", {}, caption),
    columnHeads(heads),
    element("tbody", {}, ...rows.map(tableRow)),
  );
}

/** @param {string[]} heads */
export function columnHeads(heads) {
  return element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text))));
}

/**
 * Put new children in the place of old ones. What is the same stays; what had the focus hands it on.
 * @param {HTMLElement} place
 * @param {Node[]} parts
 */
export function exchange(place, parts) {
  for (const [i, part] of parts.entries()) {
    const old = place.childNodes[i];
    if (!old) place.append(part);
    else if (!old.isEqualNode(part)) replace(/** @type {HTMLElement} */ (old), /** @type {HTMLElement} */ (part));
  }
  while (place.childNodes.length > parts.length) place.lastChild?.remove();
}

/**
 * @param {HTMLElement} old
 * @param {HTMLElement} part
 */
function replace(old, part) {
  const focused = /** @type {ShadowRoot} */ (old.getRootNode()).activeElement;
  const tag = focused?.tagName ?? "";
  const place = focused && old.contains(focused) ? [...old.querySelectorAll(tag)].indexOf(focused) : -1;
  old.replaceWith(part);
  if (place >= 0) /** @type {HTMLElement | undefined} */ (part.querySelectorAll(tag)[place])?.focus();
}

const SVG = "http://www.w3.org/2000/svg";

// Small signs on buttons, drawn, since not every font has them.
const ICONS = {
  first: "M4 3v10M12 3 7 8l5 5",
  back: "M10 3 5 8l5 5",
  play: "M4 2.5l9 5.5-9 5.5z",
  pause: "M4 3h2.5v10H4zM9.5 3H12v10H9.5z",
  step: "M6 3l5 5-5 5",
  last: "M12 3v10M4 3l5 5-5 5",
};

/**
 * An element of a drawing.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {object} [attributes]
 */
export function drawn(tag, attributes = {}) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const svg = drawn("svg", { viewBox: "0 0 16 16", class: `icon ${name}`, "aria-hidden": true });
  svg.append(drawn("path", { d: ICONS[name] }));
  return svg;
}

const SMALLEST = 0.7; // of their size, to which formulas shrink

/**
 * Make what a box holds as small as it must be to be seen whole; what would be too small to read scrolls.
 * @param {HTMLElement} box
 * @returns {boolean} whether it is seen whole
 */
export function fitText(box) {
  box.style.fontSize = "1em";
  const fitting = (0.98 * box.clientWidth) / box.scrollWidth;
  if (!(fitting < 0.98)) return true;
  box.style.fontSize = `max(${Math.max(fitting, SMALLEST)}em, 12px)`;
  return box.scrollWidth <= box.clientWidth;
}
