// The caption under the picture, always in view: one sentence and one equation.

import { whereOf } from "./controls.js";
import { element, fitText } from "./dom.js";
import { broken } from "./mathml.js";
import { OLD_LEGEND } from "./numbers.js";

/**
 * @param {(step: Step | null, picture: Picture) => Element | null} equationOf
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
    const line = ask === undefined ? equationOf(picture.step, picture) : null;
    equation.replaceChildren(line ?? "");
    if (fitText(equation) || !line) return;
    equation.replaceChildren(broken(line));
    fitText(equation);
  }

  return { bar, show };
}
