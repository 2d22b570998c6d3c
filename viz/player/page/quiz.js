// The panel that asks for the next number (questions.js has the questions).

import { element } from "./dom.js";
import { typed } from "./numbers.js";
import { judge } from "./questions.js";

/**
 * @param {State} state
 * @param {Acts} acts
 */
export function makeQuiz(state, acts) {
  const section = element("section", { class: "quiz", "aria-label": "Predict" });
  const focus = () => section.querySelector("input")?.focus();

  /**
   * Ask a question; without one say why there is none.
   * @param {Question | null} question
   * @param {boolean} atEnd
   */
  function show(question, atEnd) {
    section.hidden = !state.quiz;
    if (!state.quiz) return section.replaceChildren();
    const verdict = element("p", { role: "status" });
    if (state.verdict) say(verdict, state.verdict);
    const score = element("p", { class: "score" }, `${state.right} of ${state.asked} right at the first try`);
    const note = atEnd ? "That was the last step." : "Nothing to predict here: step on.";
    section.replaceChildren(verdict, question ? form(question, verdict) : element("p", {}, note), score);
  }

  /**
   * @param {HTMLElement} place
   * @param {Verdict} verdict
   */
  function say(place, { right, words }) {
    place.className = `verdict ${right ? "right" : "wrong"}`;
    place.textContent = words;
  }

  /**
   * @param {Question} question
   * @param {HTMLElement} verdict where the answer is judged
   */
  function form(question, verdict) {
    const input = element("input", { type: "text", autocomplete: "off", "aria-label": question.ask, size: 10 });
    let tries = 0;

    /** @param {SubmitEvent} event */
    function answer(event) {
      event.preventDefault();
      const number = typed(input.value);
      if (number === undefined) return say(verdict, { right: false, words: "Type a number, such as -1.5 or 1/3." });
      const judged = judge(question, number);
      if (tries === 0) state.asked++;
      if (tries === 0 && judged.right) state.right++;
      tries++;
      if (judged.right) return goOn(judged);
      say(verdict, judged);
      input.select();
    }

    function tell() {
      if (tries === 0) state.asked++;
      goOn(null);
    }

    return element(
      "form",
      { onsubmit: answer },
      element("p", { class: "ask" }, question.ask),
      input,
      element("button", { type: "submit" }, "Check"),
      element("button", { type: "button", onclick: tell }, "Show me"),
    );
  }

  /**
   * On to the next question, with what was said of the last.
   * @param {Verdict | null} verdict
   */
  function goOn(verdict) {
    acts.go(state.k + 1);
    state.verdict = verdict;
    acts.refresh();
    focus();
  }

  return { section, show, focus };
}
