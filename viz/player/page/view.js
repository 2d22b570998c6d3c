// One drawing, with the elements that change collected by the id Graphviz gave them.

import { drawn } from "./dom.js";

/** The size of the numbers on a card, in units of the drawing (picture.css). */
export const LETTER = { usual: 12, big: 17 };
const SPARE = 26; // units that a number gains where captions go
const FONT = 'bold 100px Helvetica, Arial, "Liberation Sans", Arimo, sans-serif'; // as in picture.css

/** How wide a digit is, in parts of the letter's size: not every machine has the font the cards were measured for. */
let digit = 0;

/**
 * @param {string} text
 * @param {number} letter
 */
function widthOf(text, letter) {
  if (!digit) {
    const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
    pen.font = FONT;
    digit = pen.measureText("0").width / 100;
  }
  const narrow = text.replace(/[^. ]/g, "").length;
  return (text.length - narrow / 2) * digit * letter;
}

/**
 * A drawing, with the elements that change collected by the id Graphviz gave them.
 * @param {SVGSVGElement} svg
 * @param {number[] | null} members
 * @returns {View}
 */
export function viewOf(svg, members) {
  const { x, y, width, height } = svg.viewBox.baseVal;
  const camera = /** @type {SVGElement} */ (svg.querySelector(".camera"));
  const [signs, dots] = [drawn("g", { class: "signs" }), drawn("g")];
  camera.append(signs, dots);
  /** @type {Map<string, Rect>} */
  const extents = new Map();
  /** @type {View} */
  const view = {
    name: svg.dataset.view ?? "",
    svg,
    drawing: { x, y, width, height },
    camera,
    signs,
    dots,
    boxes: new Map(),
    edges: new Map(),
    boxOf,
    members,
  };
  for (const group of /** @type {NodeListOf<SVGElement>} */ (svg.querySelectorAll("g.node, g.cluster, g.edge")))
    (group.classList.contains("edge") ? view.edges : view.boxes).set(group.id, markOf(group));
  return view;

  /** @param {string} id */
  function boxOf(id) {
    // In big type a name is wider, and neurons that share a drawing have names of their own.
    const key = `${id} ${svg.closest(".big") ? "big" : ""} ${view.members?.at(-1)}`;
    const known = extents.get(key);
    const group = view.boxes.get(id)?.group;
    if (known || !group) return known;
    const { x, y, width, height } = /** @type {SVGGElement} */ (group).getBBox();
    if (width) extents.set(key, { x, y, width, height });
    return extents.get(key);
  }
}

/**
 * @param {Document} markup the lesson's, parsed
 * @returns {View[]}
 */
export function viewsOf(markup) {
  return [...markup.querySelectorAll("svg[data-view]")].map((drawing) => {
    const svg = /** @type {SVGSVGElement} */ (document.importNode(drawing, true));
    return viewOf(svg, svg.dataset.view?.startsWith("shape") ? [] : null);
  });
}

/**
 * @param {SVGElement} group
 * @returns {Mark}
 */
function markOf(group) {
  return {
    group,
    base: group.getAttribute("class") ?? "",
    data: group.querySelector(".data"),
    grad: group.querySelector(".grad"),
    label: group.querySelector(".label"),
    index: group.querySelector(".index"),
  };
}

/**
 * Set a text of a drawing; one too long for its place is squeezed into it.
 * @param {SVGElement | null} place
 * @param {string} text
 * @param {boolean} big
 */
export function put(place, text, big) {
  if (!place) return;
  if (place.textContent !== text) place.textContent = text;
  const room = Number(place.dataset.width) + (big ? SPARE : 0);
  if (widthOf(text, LETTER[big ? "big" : "usual"]) > room + 1) {
    place.setAttribute("textLength", String(room));
    place.setAttribute("lengthAdjust", "spacingAndGlyphs");
  } else {
    place.removeAttribute("textLength");
    place.removeAttribute("lengthAdjust");
  }
}

/**
 * @param {Mark} mark
 * @param {string[]} classes
 */
export const setClasses = (mark, classes) => mark.group.setAttribute("class", [mark.base, ...classes].join(" "));
