// The caption under the picture, always in view: one sentence and one equation.

import { whereOf } from "./controls.js";
import { element } from "./dom.js";
import { OLD_LEGEND } from "./numbers.js";

/**
 * @param {(step: Step | null, picture: Picture) => Node | null} equationOf
 * @param {State} state
 */
export function makeCaption(equationOf, state) {
  const where = element("p", { class: "where" });
  const sentence = element("p", { class: "sentence", "aria-live": "polite" });
  const equation = element("div", { class: "equation", tabindex: 0, role: "group", "aria-label": "Equation" });
  const bar = element("section", { class: "caption-bar", "aria-label": "This step" }, where, sentence, equation);

  /**
   * @param {Picture} picture
   * @param {number} count of steps
   * @param {string} said the sentence of the step
   * @param {string} [ask] what is asked about the next, in its place
   */
  function show(picture, count, said, ask) {
    const legend = picture.moved ? element("span", { class: "legend" }, OLD_LEGEND) : "";
    where.replaceChildren(whereOf(picture.step, state.k, count), legend);
    const words = ask ?? said;
    if (sentence.textContent !== words) sentence.textContent = words; // the same words are not read out twice
    equation.replaceChildren((ask === undefined && equationOf(picture.step, picture)) || "");
    equation.style.fontSize = "1em";
    const fitting = equation.clientWidth / equation.scrollWidth;
    if (fitting < 1) equation.style.fontSize = `max(${0.98 * fitting}em, 12px)`; // a longer one scrolls
  }

  return { bar, show };
}
