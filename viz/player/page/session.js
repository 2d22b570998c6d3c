// What the reader does and what follows from it: the state of a player, and every way to change it. Nothing here
// touches the page, which is told and then shows `picture()`.

import { canChange, rangeOf } from "./curve.js";
import { questionOf } from "./questions.js";
import { orderReached, pictureAt, runOf, stepsOf, stepsUntil } from "./steps.js";

const NUDGE = 5; // steps of a slider that a key takes at once

/**
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {Listeners} listeners
 */
export function makeSession(lesson, names, listeners) {
  /** @type {State} */
  const state = {
    k: 0,
    level: lesson.bug ? "op" : lesson.start,
    opened: new Set(),
    pinned: null,
    edits: new Map(),
    quiz: false,
    verdict: null,
    right: 0,
    asked: 0,
    playing: false,
    big: false,
    blank: false,
    laser: false,
    noted: false,
    bug: lesson.bug,
    compare: lesson.compare,
    marks: true,
    fineness: 5,
  };
  const bug = () => (state.bug === "check" ? "" : state.bug);
  let run = runOf(lesson, state.edits, bug());
  let steps = stepsOf(lesson, run, state.level, state.opened);

  /** @param {number} k */
  const clamped = (k) => Math.max(0, Math.min(steps.length, k));

  const picture = () => pictureAt(lesson, run, steps, state.k);

  /** The event whose number the reader is to predict; null when there is none. */
  function asked() {
    const next = steps[state.k];
    return state.quiz && next && !next.box ? next.events[0] : null;
  }

  /** What is asked about it; null for an event that asks nothing. */
  function question() {
    const event = asked();
    return event && questionOf(lesson, picture(), event, names);
  }

  /**
   * @param {number} k
   * @param {boolean} [tell] whether it was the reader, of whom others hear
   */
  function go(k, tell = true) {
    state.verdict = null;
    state.k = clamped(k);
    listeners.changed();
    listeners.moved(tell);
  }

  /** @param {Phase} phase */
  function toPhase(phase) {
    const first = steps.findIndex((step) => step.phase === phase);
    if (first >= 0) go(first + 1);
  }

  /** Other steps of the same run show the same moment. */
  function regroup() {
    const reached = orderReached(steps, state.k);
    steps = stepsOf(lesson, run, state.level, state.opened);
    go(stepsUntil(steps, reached));
  }

  /** @param {Level} level */
  function setLevel(level) {
    state.level = level;
    state.opened.clear();
    regroup();
  }

  function nextLevel() {
    const { levels } = lesson;
    setLevel(levels[(levels.indexOf(state.level) + 1) % levels.length]);
  }

  /**
   * Open a folded box or close it: a neuron shows its ops, a layer its neurons.
   * @param {string} key
   */
  function open(key) {
    if (key.startsWith("layer")) return setLevel("neuron");
    if (!state.opened.delete(key)) state.opened.add(key);
    regroup();
  }

  /** Predict, which is done op by op. */
  function toggleQuiz() {
    if (state.bug) setBug("");
    state.quiz = !state.quiz;
    if (state.quiz && state.level !== "op") setLevel("op");
    else go(state.k);
  }

  function toggleBig() {
    state.big = !state.big;
    listeners.changed();
  }

  /** @param {"blank" | "laser" | "noted"} what */
  function toggle(what) {
    state[what] = !state[what];
    listeners.changed();
  }

  /** @param {number | null} i */
  function pin(i) {
    state.pinned = i;
    listeners.changed();
    listeners.pinned();
  }

  /**
   * @param {Edits} edits
   * @param {boolean} [tell] whether it was the reader, of whom others hear
   */
  function setEdits(edits, tell = true) {
    state.edits = edits;
    run = runOf(lesson, edits, bug());
    steps = stepsOf(lesson, run, state.level, state.opened);
    state.k = clamped(state.k);
    listeners.changed();
    listeners.edited(tell);
  }

  /** @param {number} steps of the pinned leaf's slider */
  function nudge(steps) {
    const i = state.pinned;
    if (i === null || !canChange(lesson, i)) return;
    const x = run.data[i] + steps * NUDGE * rangeOf(lesson.nodes[i].data).step;
    setEdits(new Map(state.edits).set(i, Number(x.toPrecision(6))));
  }

  /**
   * Go to where an address says; it says it whole, so what it leaves out is as at the start.
   * @param {Place} place
   */
  function restore({ k, level, opened, pinned, edits }) {
    state.level = level;
    state.opened = opened;
    state.pinned = pinned;
    const isEdited = String([...edits]) !== String([...state.edits]);
    state.edits = edits;
    run = runOf(lesson, edits, bug());
    steps = stepsOf(lesson, run, level, opened);
    if (isEdited) listeners.edited(true);
    go(k);
  }

  /**
   * Run the backward pass with another fault, op by op, and show the same moment of it.
   * @param {string} name
   */
  function setBug(name) {
    const reached = orderReached(steps, state.k);
    Object.assign(state, { bug: name, compare: state.compare && name !== "", quiz: false });
    if (name && name !== "check") state.level = "op";
    run = runOf(lesson, state.edits, bug());
    steps = stepsOf(lesson, run, state.level, state.opened);
    go(stepsUntil(steps, reached));
  }

  /** To the first step that leaves a wrong gradient. */
  function toFirstWrong() {
    const first = steps.findIndex((step) => step.events.some((event) => "wrong" in event && event.wrong));
    if (first >= 0) go(first + 1);
  }

  return {
    state,
    picture,
    asked,
    question,
    run: () => run,
    steps: () => steps,
    go,
    back: () => go(state.k - 1),
    first: () => go(0),
    last: () => go(steps.length),
    toPhase,
    setLevel,
    nextLevel,
    open,
    toggleQuiz,
    toggleBig,
    toggle,
    pin,
    nudge,
    restore,
    edit: (/** @type {number} */ i, /** @type {number} */ x) => setEdits(new Map(state.edits).set(i, x)),
    undoEdits: () => setEdits(new Map()),
    setEdits,
    setBug,
    toFirstWrong,
  };
}
