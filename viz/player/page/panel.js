// Beside the picture: what happened in the step just taken, in formulas and as a sum.

import { described, element, table } from "./dom.js";
import { boxLedger } from "./ledger.js";
import { DASH, onCard } from "./numbers.js";

/**
 * What an event adds to a gradient, as terms and numbers; empty for one that adds nothing.
 * @param {RunEvent | undefined} event
 * @returns {[string, string][]}
 */
export function sumOf(event) {
  if (event?.kind !== "contribute" && event?.kind !== "accumulate") return [];
  return [
    ["before", event.before === null ? DASH : onCard(event.before)],
    ["+= contribution", onCard(event.contribution)],
    ["after", onCard(event.after)],
  ];
}

/**
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {(step: Step | null, picture: Picture) => Node[]} formulasOf
 * @param {State} state
 * @param {Acts} acts
 * @param {{ quiz: HTMLElement, about: HTMLElement }} sections what others show here
 */
export function makePanel(lesson, names, formulasOf, state, acts, { quiz, about }) {
  const formulas = element("div", { class: "formulas" });
  const sum = element("dl", { class: "sum" });
  const within = element("div", { class: "within" });
  const undo = element(
    "button",
    { type: "button", class: "reset", onclick: () => acts.undoEdits(), hidden: true },
    "Undo edits",
  );
  const pick = element("p", { class: "pick" }, undo);
  const aside = element("aside", { tabindex: 0, "aria-label": "Details" }, quiz, formulas, sum, within, about, pick);

  /** @param {Picture} picture */
  function show(picture) {
    const { step } = picture;
    formulas.replaceChildren(...formulasOf(step, picture));
    within.replaceChildren(...(step?.box ? [table(boxLedger(lesson, names, step))] : []));
    const rows = sumOf(step?.box ? undefined : step?.events[0]);
    sum.hidden = rows.length === 0;
    sum.replaceChildren(...rows.map(([term, number]) => element("div", {}, ...described(term, number))));
    undo.hidden = state.edits.size === 0;
  }

  return { aside, show };
}
