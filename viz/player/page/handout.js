// On paper: every step as a sentence, then every named node's numbers.

import { element } from "./dom.js";
import { lastAdditions, wrongRemarks, wrongWords } from "./marks.js";
import { notesAt } from "./presenter.js";
import { numbersOf } from "./reader.js";
import { sentenceOf } from "./sentences.js";
import { pictureAt } from "./steps.js";

const PRINTED_STEPS = 400; // steps on paper

/**
 * Each step as its phase and a sentence; and, if that is to be marked, what it leaves wrong.
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {Run} run
 * @param {Step[]} steps
 * @param {Pick<State, "marks">} state
 */
export function toldSteps(lesson, names, run, steps, { marks }) {
  return steps.slice(0, PRINTED_STEPS).map((step, k) => ({
    phase: step.phase,
    sentence: sentenceOf(lesson, names, pictureAt(lesson, run, steps, k + 1)) + (marks ? wrongWords(step, names) : ""),
    notes: notesAt(lesson, run, step),
  }));
}

/**
 * Each node with a label as its name, its value and its gradient at the end, and what has to be said of them.
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {Run} run
 * @param {Step[]} steps
 * @param {Pick<State, "marks">} state
 */
export function namedNumbers(lesson, names, run, steps, state) {
  const picture = pictureAt(lesson, run, steps, steps.length);
  const wrongs = wrongRemarks(lastAdditions(steps), state);
  return lesson.nodes.flatMap(({ label }, i) => (label ? [[names[i], ...numbersOf(picture, i, null, wrongs)]] : []));
}

/**
 * The pages of the handout.
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {Run} run
 * @param {Step[]} steps
 * @param {State} state
 */
export function handoutOf(lesson, names, run, steps, state) {
  const items = toldSteps(lesson, names, run, steps, state);
  const rows = namedNumbers(lesson, names, run, steps, state);
  const head = ["node", "data", "grad"].map((text) => element("th", {}, text));
  return [
    element("h2", {}, "Every step"),
    element(
      "ol",
      {},
      ...items.map(({ phase, sentence, notes }) =>
        element("li", { class: phase }, sentence, ...notes.map((text) => element("p", {}, text))),
      ),
    ),
    element("h2", {}, "Every named node"),
    element(
      "table",
      { class: "ledger" },
      element("thead", {}, element("tr", {}, ...head)),
      element(
        "tbody",
        {},
        ...rows.map(([name, ...cells]) =>
          element("tr", {}, element("th", {}, name), ...cells.map((text) => element("td", {}, text))),
        ),
      ),
    ),
  ];
}
