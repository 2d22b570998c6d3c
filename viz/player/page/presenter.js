// What a speaker needs: a full screen, a blank one, a light that follows the pointer, and notes for each step.

import { element } from "./dom.js";
import { subjectOf } from "./sentences.js";

/**
 * What is noted to a step: at one of its events, or about the node it is about. Before the first step nothing is.
 * @param {Lesson} lesson
 * @param {Run} run
 * @param {Step | null} step
 */
export function notesAt(lesson, run, step) {
  if (!step) return [];
  const subject = subjectOf(lesson, step);
  const places = new Set(step.events.map((event) => run.events.indexOf(event)));
  return lesson.notes.flatMap(({ event, node, text }) =>
    node === subject || (event !== undefined && places.has(event)) ? [text] : [],
  );
}

/**
 * @param {HTMLElement} host of the player, which fills the screen
 * @param {Lesson} lesson
 * @param {State} state
 * @param {Acts} acts
 */
export function makePresenter(host, lesson, state, acts) {
  const notes = element("section", { class: "notes", "aria-label": "Notes", hidden: true });
  const light = element("div", { class: "laser", hidden: true });
  const blank = element("button", {
    type: "button",
    class: "blank",
    hidden: true,
    "aria-label": "The screen is blank: show it again",
    onclick: () => acts.toggle("blank"),
  });
  /** @type {Element | null} what had the focus when the screen went blank */
  let before = null;
  host.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (!state.laser) return;
    light.style.translate = `${clientX}px ${clientY}px`;
    light.hidden = false;
  });
  host.addEventListener("pointerleave", () => {
    light.hidden = true;
  });

  function fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else host.requestFullscreen?.();
  }

  /**
   * @param {Run} run
   * @param {Step | null} step
   */
  function show(run, step) {
    const texts = state.noted ? notesAt(lesson, run, step) : [];
    notes.hidden = !state.noted;
    notes.replaceChildren(...(texts.length ? texts : ["No note to this step."]).map((text) => element("p", {}, text)));
    if (!state.laser) light.hidden = true;
    if (blank.hidden !== state.blank) return;
    if (state.blank) before = /** @type {ShadowRoot} */ (blank.getRootNode()).activeElement;
    blank.hidden = !state.blank;
    const next = state.blank ? blank : /** @type {HTMLElement | null} */ (before);
    next?.focus(); // else the next key would be the notebook's
  }

  return { parts: [notes, light, blank], show, fullScreen };
}
