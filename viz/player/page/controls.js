// The bars above and below the picture: where to go, at which level, how fast; and the list of keys.

import { button, described, element, icon } from "./dom.js";
import { KEYS } from "./keys.js";
import { plural } from "./numbers.js";

/** @type {Record<Phase, string>} */
const PHASE_NAMES = { forward: "→ Forward", backward: "← Backward", update: "↻ Update" };
/** @type {Record<Level, string>} */
const LEVEL_NAMES = { op: "Ops", neuron: "Neurons", layer: "Layers" };
const SPEEDS = [
  ["2400", "½×"],
  ["1200", "1×"],
  ["600", "2×"],
  ["250", "5×"],
]; // milliseconds a step
const USUAL_SPEED = "1200";

/**
 * The phases of a lesson, in the order of a run; update only where there is an optimizer.
 * @param {Lesson} lesson
 */
export function phasesOf({ phases, update }) {
  return [...new Set(Object.values(phases))].filter((phase) => phase !== "update" || update);
}

/**
 * Where the run is: the step, of how many, in which phase.
 * @param {Step | null} step the step just taken
 * @param {number} k
 * @param {number} count
 */
export function whereOf(step, k, count) {
  return step ? `Step ${k} of ${count} · ${step.phase}` : `Start · ${plural(count, "step")}`;
}

/**
 * @param {HTMLElement} pressable
 * @param {boolean} on
 */
const setPressed = (pressable, on) => pressable.setAttribute("aria-pressed", String(on));

/**
 * The list of keys, as a dialog.
 * @param {Lesson} lesson
 */
function keysDialog(lesson) {
  const keys = KEYS.filter(({ when }) => when?.(lesson) ?? true);
  return element(
    "dialog",
    { class: "help", "aria-label": "Keys" },
    element("h2", {}, "Keys"),
    element("dl", {}, ...keys.flatMap(({ shown, does }) => described(shown, does))),
    element("form", { method: "dialog" }, element("button", {}, "Close")),
  );
}

/**
 * @param {Lesson} lesson
 * @param {State} state
 * @param {Acts} acts
 */
export function makeControls(lesson, state, acts) {
  const phases = phasesOf(lesson);
  const phaseButtons = phases.map((phase, i) => {
    const title = `To the ${phase} pass (${i + 1})`;
    const click = () => acts.toPhase(phase);
    return element("button", { type: "button", class: `phase ${phase}`, title, onclick: click }, PHASE_NAMES[phase]);
  });
  const levelButtons = lesson.levels.map((level) => {
    const click = () => acts.setLevel(level);
    return element("button", { type: "button", title: `Step by ${level} (l)`, onclick: click }, LEVEL_NAMES[level]);
  });
  const predict = element(
    "button",
    {
      type: "button",
      class: "toggle",
      "aria-pressed": "false",
      title: "Hide the next number and ask for it (q)",
      onclick: () => acts.toggleQuiz(),
    },
    "Predict",
  );
  const big = element(
    "button",
    {
      type: "button",
      class: "toggle",
      "aria-pressed": "false",
      title: "Big type (p)",
      "aria-label": "Big type",
      onclick: () => acts.toggleBig(),
    },
    "Aa",
  );
  const timeline = element("input", {
    type: "range",
    min: 0,
    step: 1,
    "aria-label": "Step",
    oninput: () => acts.go(Number(timeline.value)),
  });
  const play = button(icon("play"), "Play", () => acts.togglePlay(), "Space");
  const speed = element(
    "select",
    { "aria-label": "Speed", onchange: () => state.playing && acts.play(true) },
    ...SPEEDS.map(([value, text]) => element("option", { value, selected: value === USUAL_SPEED }, text)),
  );
  const keys = keysDialog(lesson);

  const header = element(
    "header",
    {},
    element("h1", {}, lesson.title),
    element("div", { class: "group", role: "group", "aria-label": "Pass" }, ...phaseButtons),
    lesson.levels.length > 1
      ? element("div", { class: "group levels", role: "group", "aria-label": "Level" }, ...levelButtons)
      : "",
    predict,
    big,
    button("?", "Keys", () => acts.help(), "?"),
  );
  const footer = element(
    "footer",
    {},
    button(icon("first"), "First step", () => acts.first(), "Home"),
    button(icon("back"), "Step back", () => acts.back(), "Left"),
    play,
    button(icon("step"), "Step", () => acts.forward(), "Right"),
    button(icon("last"), "Last step", () => acts.last(), "End"),
    timeline,
    speed,
  );

  /**
   * @param {Step | null} step the step just taken
   * @param {number} count of steps
   * @param {string} sentence what is said about it
   */
  function show(step, count, sentence) {
    timeline.max = String(count);
    timeline.value = String(state.k);
    timeline.setAttribute("aria-valuetext", `${whereOf(step, state.k, count)}. ${sentence}`);
    for (const [i, phase] of phases.entries()) setPressed(phaseButtons[i], step?.phase === phase);
    for (const [i, level] of lesson.levels.entries()) setPressed(levelButtons[i], state.level === level);
    setPressed(predict, state.quiz);
    setPressed(big, state.big);
  }

  function showPlaying() {
    play.replaceChildren(icon(state.playing ? "pause" : "play"));
    play.setAttribute("aria-label", state.playing ? "Pause" : "Play");
  }

  return { header, footer, keys, timeline, show, showPlaying, pace: () => Number(speed.value) };
}
