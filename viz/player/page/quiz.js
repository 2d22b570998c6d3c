// The panel that asks for the next number (questions.js has the questions). It stands in the place of the words, and
// is made once: what is typed stays, whatever else is clicked.

import { scoreLine } from "./answers.js";
import { element } from "./dom.js";

/**
 * @param {State} state
 * @param {Acts} acts
 * @param {(question: Question, withNumbers: boolean) => Node} blankOf the formula of a question
 * @param {(k: number) => string} said what is said of a step
 */
export function makeQuiz(state, acts, blankOf, said) {
  const verdict = element("p", { role: "status" });
  const ask = element("p", { class: "ask" });
  const formula = element("div", { class: "formulas" });
  const input = element("input", { type: "text", autocomplete: "off", spellcheck: "false", size: 10 });
  const form = element(
    "form",
    {
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        acts.answer(input.value);
        settle();
      },
    },
    ask,
    formula,
    input,
    element("button", { type: "submit" }, "Check"),
    element("button", { type: "button", onclick: tell }, "Show me"),
  );
  const words = element("p");
  const look = element("button", { type: "button" });
  const where = element("div", { class: "where-wrong" }, element("h3", {}, "Where did it go wrong?"), words, look);
  const note = element("p");
  const over = element("button", { type: "button", onclick: () => acts.startOver() }, "Start over");
  const score = element("p", { class: "score" });
  const parts = [verdict, form, where, note, over, score];
  const section = element("section", { class: "quiz", "aria-label": "Predict", hidden: true }, ...parts);
  /** The question that the form was made for. @type {RunEvent | null} */
  let shown = null;

  /**
   * @param {Question | null} question
   * @param {Answer | undefined} answer to it, so far
   * @param {number} count of steps
   * @param {string} why nothing is asked
   */
  function show(question, answer, count, why) {
    section.hidden = !state.quiz;
    if (!state.quiz) return;
    const tries = answer?.given.length ?? 0;
    showVerdict(state.verdict);
    form.hidden = !question;
    if (question) showForm(question, tries > 0);
    else shown = null;
    showWhere(question && tries > 1 && state.verdict ? state.verdict.look : null);
    const isBack = state.k < state.front;
    note.hidden = question !== null;
    note.replaceChildren(...noteOf(isBack, count, why));
    over.hidden = isBack || state.k < count;
    score.textContent = scoreLine(state.answers.values());
  }

  /** @param {Verdict | null} said */
  function showVerdict(said) {
    verdict.className = "verdict";
    if (said && said.right !== null) verdict.classList.add(said.right ? "right" : "wrong");
    if (verdict.textContent !== (said?.words ?? "")) verdict.textContent = said?.words ?? ""; // not read out twice
  }

  /**
   * @param {boolean} isBack
   * @param {number} count of steps
   * @param {string} why nothing is asked
   */
  function noteOf(isBack, count, why) {
    if (!isBack) return [state.k < count ? `Nothing to predict here: ${why}. Step on.` : "That was the last step."];
    const click = () => {
      acts.go(state.front);
      settle();
    };
    return [element("button", { type: "button", class: "return", onclick: click }, "Back to the question →")];
  }

  /**
   * @param {Question} question
   * @param {boolean} withNumbers
   */
  function showForm(question, withNumbers) {
    if (shown !== question.event) input.value = "";
    shown = question.event;
    ask.textContent = question.ask;
    input.setAttribute("aria-label", question.ask);
    formula.replaceChildren(blankOf(question, withNumbers));
  }

  /**
   * After the second wrong answer, the way back to the step that made what goes in.
   * @param {number | null} k
   */
  function showWhere(k) {
    where.hidden = k === null;
    if (k === null) return;
    words.textContent = said(k);
    look.textContent = `← Look at step ${k}`;
    look.onclick = () => {
      acts.go(k);
      acts.release();
    };
  }

  function tell() {
    acts.tell();
    settle();
  }

  /** What is asked gets the focus; where nothing is, the keys are the player's again. */
  function settle() {
    if (form.hidden) return acts.release();
    input.focus();
    input.select();
  }

  return { section, show, focus: settle };
}
