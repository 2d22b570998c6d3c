// Beside the picture: what happened in the step just taken, in formulas.

import { element, fitText, table } from "./dom.js";
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
  const formulas = element("div", { class: "formulas", tabindex: 0, role: "group", "aria-label": "Formulas" });
  const within = element("div", { class: "within" });
  const undo = element(
    "button",
    { type: "button", class: "reset", onclick: () => acts.undoEdits(), hidden: true },
    "Undo edits",
  );
  const pick = element("p", { class: "pick" }, undo);
  const aside = element("aside", { tabindex: 0, "aria-label": "Details" }, quiz, formulas, within, about, pick);

  /** @param {Picture} picture */
  function show(picture) {
    const { step } = picture;
    formulas.replaceChildren(...formulasOf(step, picture));
    fitText(formulas);
    within.replaceChildren(...(step?.box ? [table(boxLedger(lesson, names, step))] : []));
    undo.hidden = state.edits.size === 0;
  }

  return { aside, formulas, show };
}
