// Another engine's graph: what its backward wrote, beside what it should be, as far as the run has come.

import { button, element, table } from "./dom.js";
import { DASH, onCard, writersOf } from "./numbers.js";

/**
 * The nodes whose gradient is complete: all shares are in, and backward has begun.
 * @param {Picture} picture
 */
export const completeIn = ({ gradient, received, total }) =>
  gradient.flatMap((grad, i) => (grad !== null && received[i].length === total[i] ? [i] : []));

/**
 * The gradients of both, of the nodes that are complete; the last one first.
 * @param {Theirs} theirs
 * @param {Picture} picture
 * @param {string[]} names of the nodes
 * @returns {LedgerTable}
 */
export function gradientTable({ wrote, should, differing }, picture, names) {
  const number = (/** @type {number | null} */ x) => (x === null ? DASH : onCard(x));
  const agrees = (/** @type {number} */ i) => (differing.includes(i) ? "✗" : "✓");
  const rows = completeIn(picture)
    .reverse()
    .map((i) => [names[i], number(wrote[i]), number(should[i]), should[i] === null ? "?" : agrees(i)]);
  return { caption: "Gradients so far", heads: ["node", "written", "should be", "right"], rows, kind: "" };
}

/**
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {(i: number) => void} goTo the step that completes a node's gradient
 */
export function makeTheirs({ theirs }, names, goTo) {
  const section = element("section", { class: "theirs", "aria-label": "Their engine", hidden: !theirs });
  if (!theirs) return { section, show: () => {} };
  const { first, differing, words } = theirs;
  const place = element("div");
  const told = element("p", { class: first === null ? "" : "different" }, words);
  const edited = element("p", { class: "note" }, "What was written there holds for the numbers before the edit.");
  const go = first === null ? "" : button(`Go to ${names[first]}`, `Go to ${names[first]}`, () => goTo(first));
  section.append(told, edited, element("div", {}, go, place));

  /**
   * @param {Picture} picture
   * @param {HTMLElement} figure
   * @param {State} state
   */
  function show(picture, figure, state) {
    for (const mark of figure.querySelectorAll(".wrote")) mark.remove();
    const isEdited = state.edits.size > 0;
    edited.hidden = !isEdited;
    place.parentElement?.toggleAttribute("hidden", isEdited);
    if (isEdited) return;
    const content = gradientTable(/** @type {Theirs} */ (theirs), picture, names);
    place.replaceChildren(...(content.rows.length ? [table(content)] : []));
    for (const i of completeIn(picture))
      if (differing.includes(i)) markCard(figure.querySelector(`#n${i}`), i, writersOf(state.big).card);
  }

  /**
   * Above a card what was written there.
   * @param {Element | null} card
   * @param {number} i
   * @param {Write} write
   */
  function markCard(card, i, write) {
    const [grad, frame] = [card?.querySelector(".grad"), card?.querySelector("path, polygon")];
    if (!card || !grad || !frame) return;
    const said = /** @type {SVGElement} */ (grad.cloneNode());
    said.setAttribute("class", "wrote");
    said.setAttribute("y", String(/** @type {SVGGraphicsElement} */ (frame).getBBox().y - 4));
    said.textContent = `${i === first ? "first " : ""}✗ ${write(/** @type {Theirs} */ (theirs).wrote[i] ?? 0)}`;
    card.classList.add("differs", ...(i === first ? ["first"] : []));
    card.append(said);
  }

  return { section, show };
}
