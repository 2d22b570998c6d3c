// The player as a widget: its step and its edits are shared with Python (viz/player/widget.py).

import { seldom } from "./host.js";
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
    // The kernel hears the last of several moves: it could not keep up with a hand that drags. Until then the model
    // keeps what was sent last, so that the kernel's echo of it is no news.
    /** @type {Map<string, unknown>} */
    const waiting = new Map();
    const send = seldom(() => {
      isOwn = true;
      for (const [name, value] of waiting) model.set(name, value);
      isOwn = false;
      waiting.clear();
      model.save_changes();
    }, 60);
    let isOwn = false;
    const share = (/** @type {string} */ name, /** @type {unknown} */ value) => {
      waiting.set(name, value);
      send();
    };
    const player = mount(host, lesson, {
      step: (k) => share("step", k),
      edit: (edits) => share("edits", edits),
      answer: (result) => share("results", [...others(waiting.get("results") ?? model.get("results"), result), result]),
    });
    const onStep = () => {
      if (model.get("step") !== player.k) player.go(model.get("step"));
    };
    const onEdits = () => {
      if (!isOwn) player.edit(numbered(model.get("edits")));
    };
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
