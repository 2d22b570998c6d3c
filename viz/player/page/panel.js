// Beside the picture: what happened in the step just taken, in a sentence and in formulas.

import { whereOf } from "./controls.js";
import { element, table } from "./dom.js";
import { boxLedger } from "./ledger.js";

/**
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {(step: Step | null, picture: Picture) => Node[]} formulasOf
 * @param {State} state
 * @param {Acts} acts
 * @param {{ quiz: HTMLElement, about: HTMLElement }} sections what others show here
 */
export function makePanel(lesson, names, formulasOf, state, acts, { quiz, about }) {
  const where = element("p", { class: "where" });
  const sentence = element("p", { class: "sentence", "aria-live": "polite" });
  const formulas = element("div", { class: "formulas", tabindex: 0, role: "group", "aria-label": "Formulas" });
  const within = element("div", { class: "within" });
  const picker = element(
    "select",
    {
      "aria-label": "Show a node",
      onchange: () => acts.pin(picker.value === "" ? null : Number(picker.value)),
    },
    element("option", { value: "" }, "follow the step"),
    ...lesson.nodes.flatMap((node, i) => (node.constant ? [] : [element("option", { value: i }, `${i}  ${names[i]}`)])),
  );
  const undo = element(
    "button",
    { type: "button", class: "reset", onclick: () => acts.undoEdits(), hidden: true },
    "Undo edits",
  );
  const pick = element("p", { class: "pick" }, element("label", {}, "Node ", picker), undo);
  const aside = element("aside", {}, where, sentence, quiz, formulas, within, about, pick);

  /**
   * @param {Picture} picture
   * @param {number} count of steps
   * @param {string} said the sentence of the step
   */
  function show(picture, count, said) {
    const { step } = picture;
    where.textContent = whereOf(step, state.k, count);
    if (sentence.textContent !== said) sentence.textContent = said; // the same words are not read out twice
    formulas.replaceChildren(...formulasOf(step, picture));
    within.replaceChildren(...(step?.box ? [table(boxLedger(lesson, names, step))] : []));
    undo.hidden = state.edits.size === 0;
    picker.value = String(state.pinned ?? "");
  }

  return { aside, formulas, show };
}
