// The bars above and below: what to show, where to go, how fast; and the list of keys.

import { button, described, element, icon } from "../../player/page/dom.js";

const PACES = [
  ["240", "½×"],
  ["120", "1×"],
  ["60", "2×"],
  ["30", "4×"],
]; // milliseconds a snapshot
const USUAL = "120";

/** @type {{ shown: string, does: string, commands: Record<string, (acts: ScrubActs) => void> }[]} */
const MOVES = [
  {
    shown: "→ ←",
    does: "one snapshot on, back",
    commands: { ArrowRight: (acts) => acts.forward(), ArrowLeft: (acts) => acts.back() },
  },
  { shown: "Space", does: "play, pause", commands: { " ": (acts) => acts.togglePlay() } },
  { shown: "Home End", does: "first, last", commands: { Home: (acts) => acts.first(), End: (acts) => acts.last() } },
  {
    shown: ". ,",
    does: "next, previous sample",
    commands: { ".": (acts) => acts.nextSample(1), ",": (acts) => acts.nextSample(-1) },
  },
  {
    shown: "⇧ ← → ↑ ↓",
    does: "from neuron to neuron: its map is shown large",
    commands: {
      "⇧ArrowLeft": (acts) => acts.walk("in"),
      "⇧ArrowRight": (acts) => acts.walk("out"),
      "⇧ArrowUp": (acts) => acts.walk("up"),
      "⇧ArrowDown": (acts) => acts.walk("down"),
    },
  },
  { shown: "b", does: "branch here, or end the branch", commands: { b: (acts) => acts.toggleBranch() } },
  { shown: "c", does: "map or confusion", commands: { c: (acts) => acts.toggleConfusion() } },
  { shown: "l", does: "the loss by powers of ten", commands: { l: (acts) => acts.toggleLog() } },
  { shown: "p", does: "big type", commands: { p: (acts) => acts.toggleBig() } },
  { shown: "f", does: "full screen", commands: { f: (acts) => acts.fullScreen() } },
  { shown: "Esc", does: "let go of a sample and a neuron", commands: { Escape: (acts) => acts.release() } },
  { shown: "?", does: "this list", commands: { "?": (acts) => acts.help() } },
];

export const SCRUB_COMMANDS = new Map(MOVES.flatMap(({ commands }) => Object.entries(commands)));

/**
 * @param {ScrubLesson} lesson
 * @param {ScrubState} state
 * @param {ScrubActs} acts
 */
export function makeBars(lesson, state, acts) {
  const toggle = (/** @type {string} */ name, /** @type {string} */ title, /** @type {() => void} */ click) =>
    element("button", { type: "button", class: "toggle", "aria-pressed": "false", title, onclick: click }, name);
  const confusion = toggle("Confusion", "What each class is taken for (c)", () => acts.toggleConfusion());
  const branch = toggle("Branch here", "Train again from this moment (b)", () => acts.toggleBranch());
  const log = toggle("Log", "The loss by powers of ten (l)", () => acts.toggleLog());
  const big = toggle("Aa", "Big type (p)", () => acts.toggleBig());
  big.setAttribute("aria-label", "Big type");
  confusion.hidden = lesson.classes.length < 2;
  const timeline = element("input", {
    type: "range",
    min: 0,
    max: lesson.epochs.length - 1,
    step: 1,
    value: 0,
    "aria-label": "Epoch",
    oninput: () => acts.go(Number(timeline.value)),
  });
  const play = button(icon("play"), "Play", () => acts.togglePlay(), "Space");
  const speed = element(
    "select",
    { "aria-label": "Speed" },
    ...PACES.map(([value, text]) => element("option", { value, selected: value === USUAL }, text)),
  );
  const keys = element(
    "dialog",
    { class: "help", "aria-label": "Keys" },
    element("h2", {}, "Keys"),
    element("dl", {}, ...MOVES.flatMap(({ shown, does }) => described(shown, does))),
    element("form", { method: "dialog" }, element("button", {}, "Close")),
  );
  const header = element(
    "header",
    {},
    element("h1", {}, lesson.title),
    confusion,
    branch,
    log,
    big,
    button("?", "Keys", () => acts.help(), "?"),
  );
  const footer = element(
    "footer",
    {},
    button(icon("first"), "First", () => acts.first(), "Home"),
    button(icon("back"), "Back", () => acts.back(), "Left"),
    play,
    button(icon("step"), "On", () => acts.forward(), "Right"),
    button(icon("last"), "Last", () => acts.last(), "End"),
    timeline,
    speed,
  );

  /** @param {string} sentence */
  function show(sentence) {
    timeline.value = String(state.k);
    timeline.setAttribute("aria-valuetext", sentence);
    confusion.setAttribute("aria-pressed", String(state.confusion));
    branch.setAttribute("aria-pressed", String(state.branch !== null));
    branch.textContent = state.branch ? "End the branch" : "Branch here";
    log.setAttribute("aria-pressed", String(state.log));
    big.setAttribute("aria-pressed", String(state.big));
  }

  function showPlaying() {
    play.replaceChildren(icon(state.playing ? "pause" : "play"));
    play.setAttribute("aria-label", state.playing ? "Pause" : "Play");
  }

  return { header, footer, keys, timeline, branch, show, showPlaying, pace: () => Number(speed.value) };
}
