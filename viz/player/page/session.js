// What the reader does and what follows from it: the state of a player, and every way to change it. Nothing here
// touches the page, which is told and then shows `picture()`.

import { added, resultOf } from "./answers.js";
import { canChange, rangeOf } from "./curve.js";
import { short, typed, writersOf } from "./numbers.js";
import { judge, questionOf } from "./questions.js";
import { orderReached, pictureAt, runOf, stepsOf, stepsUntil } from "./steps.js";

const NUDGE = 5; // steps of a slider that a key takes at once
const EMPTY = "Type a number first.";
const UNREAD = "Type a number, such as −1.5, 0,25, 1/3, inf or nan.";

/** @param {Lesson} lesson */
const finestDrawn = ({ levels, views }) => levels.find((level) => views[level] === level) ?? levels[0];

/** @param {Lesson} lesson */
function startLevel(lesson) {
  if (lesson.bug) return "op";
  return lesson.quiz ? finestDrawn(lesson) : lesson.start;
}

/**
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {Listeners} listeners
 */
export function makeSession(lesson, names, listeners) {
  /** @type {State} */
  const state = {
    k: 0,
    level: startLevel(lesson),
    opened: new Set(),
    pinned: null,
    edits: new Map(),
    quiz: lesson.quiz,
    verdict: null,
    answers: new Map(),
    front: 0,
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

  /** What is asked about the step to come; null where nothing is, or on the way back to look at steps that were taken. */
  function question() {
    const next = steps[state.k];
    if (!state.quiz || !next || state.k < state.front) return null;
    return questionOf(lesson, picture(), next, names, writersOf(state.big).said);
  }

  /** By what a question is known again. */
  const key = () => `${steps[state.k]?.box ?? ""}${steps[state.k]?.order}`;

  /**
   * @param {Question} question
   * @param {Parameters<typeof added>[2]} event
   */
  function note({ ask }, event) {
    const noted = added(state.answers.get(key()), { step: state.k + 1, asked: ask }, event);
    state.answers.set(key(), noted);
    listeners.answered(resultOf(noted));
  }

  /**
   * Judge what was typed as the answer; if it is right, go on.
   * @param {string} text
   */
  function answer(text) {
    const asked = question();
    if (!asked) return;
    const number = typed(text);
    if (number === undefined) return say(null, text.trim() ? UNREAD : EMPTY);
    const { right, words, look } = judge(asked, number);
    note(asked, { given: text.trim(), right });
    if (right) go(state.k + 1);
    say(right, words, look && steps.findIndex(({ events }) => events.includes(look)) + 1);
  }

  /** Show the answer, and go on. */
  function tell() {
    const asked = question();
    if (!asked) return;
    note(asked, { shown: true });
    go(state.k + 1);
    say(null, `It is ${short(asked.answer)}.`);
  }

  /**
   * @param {boolean | null} right
   * @param {string} words
   * @param {number | null} [look] at this step
   */
  function say(right, words, look = null) {
    state.verdict = { right, words, look };
    listeners.changed();
  }

  function startOver() {
    state.answers.clear();
    state.front = 0;
    go(0);
  }

  /**
   * @param {number} k
   * @param {boolean} [tell] whether it was the reader, of whom others hear
   */
  function go(k, tell = true) {
    state.verdict = null;
    state.k = clamped(k);
    state.front = Math.max(state.front, state.k);
    listeners.changed();
    listeners.moved(tell);
  }

  /** @param {Phase} phase */
  function toPhase(phase) {
    const first = steps.findIndex((step) => step.phase === phase);
    if (first >= 0) go(first + 1);
    else if (run.untold) go(steps.length); // where it is said
  }

  /** Other steps of the same run show the same moment. */
  function regroup() {
    const reached = orderReached(steps, state.k);
    const front = orderReached(steps, state.front);
    steps = stepsOf(lesson, run, state.level, state.opened);
    state.front = stepsUntil(steps, front);
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

  /** Predict, at the finest level that has a drawing of its own. */
  function toggleQuiz() {
    if (state.bug) setBug("");
    state.quiz = !state.quiz;
    state.front = state.k;
    const finest = finestDrawn(lesson);
    if (state.quiz && state.level !== finest) setLevel(finest);
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
    state.front = state.k;
    state.answers.clear(); // other numbers are other questions
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
    pictureAfter: (/** @type {number} */ k) => pictureAt(lesson, run, steps, k),
    question,
    answered: () => state.answers.get(key()),
    answer,
    tell,
    startOver,
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
