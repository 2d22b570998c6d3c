// The player as a widget: its step and its edits are shared with Python (viz/player/widget.py).

import { mount } from "./main.js";
import { revived } from "./steps.js";

/**
 * What anywidget's model is used for.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: unknown) => void} set
 * @property {() => void} save_changes
 * @property {(event: string, callback: () => void) => void} on
 * @property {(event: string, callback: () => void) => void} off
 */

/**
 * What anywidget calls to show a widget of a lesson with these rules.
 * @param {Rules | null} rules
 */
export function widgetOf(rules) {
  /** @param {{ model: Model, el: HTMLElement }} place */
  function render({ model, el }) {
    removeStill(model.get("token"));
    const host = document.createElement("div");
    host.className = "chalkgrad-player";
    host.dataset.lmSuppressShortcuts = "true";
    host.dataset.chalkgradLive = model.get("token");
    el.append(host);

    const lesson = Object.assign(revived(structuredClone(model.get("lesson"))), { rules });
    const player = mount(host, lesson, {
      step: (k) => share(model, "step", k),
      edit: (edits) => share(model, "edits", edits),
      answer: (result) => share(model, "results", [...others(model.get("results"), result), result]),
    });
    const onStep = () => {
      if (model.get("step") !== player.k) player.go(model.get("step"));
    };
    const onEdits = () => player.edit(numbered(model.get("edits")));
    model.on("change:step", onStep);
    model.on("change:edits", onEdits);
    onEdits();
    onStep();
    return () => {
      model.off("change:step", onStep);
      model.off("change:edits", onEdits);
    };
  }

  return { render };
}

/**
 * The live player takes the place of the static one that was displayed before it.
 * @param {string} token
 */
function removeStill(token) {
  const stills = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-chalkgrad-still]"));
  for (const still of stills) if (still.dataset.chalkgradStill === token) still.remove();
}

/**
 * @param {Model} model
 * @param {string} name
 * @param {unknown} value
 */
function share(model, name, value) {
  model.set(name, value);
  model.save_changes();
}

/**
 * What was answered to other questions.
 * @param {Result[]} results
 * @param {Result} result
 */
const others = (results, { step, asked }) => results.filter((one) => one.step !== step || one.asked !== asked);

/**
 * Edits as Python has them: the ids are text.
 * @param {Record<string, number>} edits
 * @returns {[number, number][]}
 */
const numbered = (edits) => Object.entries(edits).map(([i, x]) => [Number(i), x]);
