// On paper: every step as a sentence, then every named node's numbers.

import { element } from "./dom.js";
import { DASH, onCard } from "./numbers.js";
import { notesAt } from "./presenter.js";
import { sentenceOf } from "./sentences.js";
import { pictureAt } from "./steps.js";

const PRINTED_STEPS = 400; // steps on paper

/**
 * Each step as its phase and a sentence.
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {Run} run
 * @param {Step[]} steps
 */
export function toldSteps(lesson, names, run, steps) {
  return steps.slice(0, PRINTED_STEPS).map((step, k) => ({
    phase: step.phase,
    sentence: sentenceOf(lesson, names, pictureAt(lesson, run, steps, k + 1)),
    notes: notesAt(lesson, run, step),
  }));
}

/**
 * Each node with a label as its name, its value and its gradient at the end.
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {Run} run
 * @param {Step[]} steps
 */
export function namedNumbers(lesson, names, run, steps) {
  const { data, gradient } = pictureAt(lesson, run, steps, steps.length);
  return lesson.nodes.flatMap((node, i) => {
    const grad = gradient[i];
    return node.label ? [[names[i], onCard(data[i]), grad === null ? DASH : onCard(grad)]] : [];
  });
}

/**
 * The pages of the handout.
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {Run} run
 * @param {Step[]} steps
 */
export function handoutOf(lesson, names, run, steps) {
  const items = toldSteps(lesson, names, run, steps);
  const rows = namedNumbers(lesson, names, run, steps);
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
