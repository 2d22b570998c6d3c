// Change a leaf, or ask what a small change would do.

import { element } from "./dom.js";
import { compute } from "./engine.js";
import { DASH, onCard, short } from "./numbers.js";

/**
 * What a small change of a leaf does to the root: as its gradient predicts (nan before that is reached), and in truth.
 * @param {Lesson & { rules: Rules }} lesson
 * @param {Picture} picture
 * @param {Edits} edits
 * @param {number} i the leaf
 * @param {number} change
 */
export function wiggle({ nodes, ops, rules }, picture, edits, i, change) {
  const root = nodes.length - 1;
  const { data } = compute(nodes, ops, rules, new Map(edits).set(i, picture.run.data[i] + change));
  const actual = data[root] - picture.run.data[root];
  return { predicted: (picture.gradient[i] ?? NaN) * change, actual };
}

/**
 * How far bars reach, of -1 to 1, when the widest is full. What is not finite has none.
 * @param {number[]} xs
 */
export function barLengths(xs) {
  const widest = Math.max(...xs.map((x) => Math.abs(x) || 0)) || 1;
  return xs.map((x) => (Number.isFinite(x / widest) ? x / widest : 0));
}

/**
 * @param {Lesson} lesson
 * @returns {lesson is Lesson & { rules: Rules }}
 */
const isEditable = (lesson) => lesson.rules !== null;

/**
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {State} state
 * @param {Acts} acts
 */
export function makeEditor(lesson, names, state, acts) {
  const { nodes } = lesson;
  const root = nodes.length - 1;
  if (!isEditable(lesson)) {
    const note = "This graph has an op that only Python can compute, so its leaves cannot be edited here.";
    return () => element("p", { class: "note" }, note);
  }

  /**
   * @param {number} i a leaf that is no constant
   * @param {Picture} picture
   */
  return function editorOf(i, picture) {
    const { predicted, actual } = wiggle(lesson, picture, state.edits, i, state.nudge);
    const [predictedLength, actualLength] = barLengths([predicted, actual]);
    const reached = picture.gradient[i] !== null;
    return element(
      "fieldset",
      {},
      element("legend", {}, `Change ${names[i]}`),
      element("div", { class: "row" }, numberField(i, picture), slider(i, picture)),
      element("div", { class: "row" }, element("label", {}, `wiggle by ${short(state.nudge)}`), nudgeSlider(i)),
      bar("backward", "predicted: grad × change", reached ? onCard(predicted) : DASH, predictedLength),
      bar("forward", `actual change of ${names[root]}`, onCard(actual), actualLength),
    );
  };

  /**
   * @param {number} i
   * @param {Picture} picture
   */
  function numberField(i, picture) {
    return element("input", {
      type: "number",
      step: "any",
      value: Number(picture.run.data[i].toPrecision(6)),
      "data-keep": "number",
      "aria-label": `Value of ${names[i]}`,
      onchange: ({ target }) => {
        if (Number.isFinite(target.valueAsNumber)) acts.edit(i, target.valueAsNumber);
      },
    });
  }

  /**
   * @param {number} i
   * @param {Picture} picture
   */
  function slider(i, picture) {
    const { data } = nodes[i];
    const reach = Math.max(2, 2 * Math.abs(data));
    return element("input", {
      type: "range",
      min: data - reach,
      max: data + reach,
      step: reach / 200,
      value: picture.run.data[i],
      "data-keep": "slider",
      "aria-label": `Value of ${names[i]}`,
      oninput: ({ target }) => acts.edit(i, Number(target.value)),
    });
  }

  /** @param {number} i */
  function nudgeSlider(i) {
    return element("input", {
      type: "range",
      min: -1,
      max: 1,
      step: 0.01,
      value: state.nudge,
      "data-keep": "nudge",
      "aria-label": `A small change of ${names[i]}`,
      oninput: ({ target }) => {
        state.nudge = Number(target.value);
        acts.refresh();
      },
    });
  }
}

/**
 * @param {Phase} role
 * @param {string} caption
 * @param {string} number
 * @param {number} length
 */
function bar(role, caption, number, length) {
  return element(
    "div",
    { class: `bar ${role}` },
    element("span", {}, caption),
    element("b", {}, number),
    element("i", { style: `--share:${length.toFixed(3)}` }),
  );
}
