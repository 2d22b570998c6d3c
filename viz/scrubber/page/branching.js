// The branch: two sliders, learning rate and momentum, with which the page trains again from a moment of the recording.

import { element } from "../../player/page/dom.js";
import { short } from "../../player/page/numbers.js";

const DECADE = 20; // steps of the slider for ten times the learning rate
const HALF_RANGE = 40; // steps to either side
const MOST_MOMENTUM = 0.99;
const SLICE = 14; // milliseconds of training between two pictures

/**
 * @param {ScrubLesson} lesson
 * @param {RunData} data
 * @param {Trainer} trainer
 * @param {ScrubState} state
 * @param {(fine: boolean) => void} changed
 */
export function makeBranching(lesson, data, trainer, state, changed) {
  const usual = lesson.rule?.momentum ?? 0;
  let why = lesson.whyNot;
  let isReady = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let clock;
  let waiting = false; // for the recorded run, to branch then

  const rate = slider("Learning rate", -HALF_RANGE, HALF_RANGE, 1);
  const momentum = slider("Momentum", 0, MOST_MOMENTUM, 0.01);
  const same = element("button", { type: "button", onclick: reset }, "As recorded");
  const words = element("p", { class: "branch-words", role: "status" });
  const section = element("section", { class: "branch", "aria-label": "Branch", hidden: true });
  section.append(rate.label, ...(lesson.rule?.momentum == null ? [] : [momentum.label]), same, words);

  /**
   * @param {string} name
   * @param {number} min
   * @param {number} max
   * @param {number} step
   */
  function slider(name, min, max, step) {
    const input = element("input", { type: "range", min, max, step, "aria-label": name, oninput: () => restart() });
    const number = element("output", {});
    return { input, number, label: element("label", {}, element("span", {}, name), input, number) };
  }

  /** The settings of the recorded run at the moment where the branch begins. */
  const baseRate = () => data.rates[lesson.epochs[/** @type {Branch} */ (state.branch).from]];
  let resting = ""; // where the slider of the momentum stands as recorded, which may lie between two of its steps

  function restart() {
    if (!state.branch) return;
    const power = Number(rate.input.value) / DECADE;
    const ownMomentum = momentum.input.value === resting ? usual : Number(momentum.input.value);
    const lr = power ? baseRate() * 10 ** power : baseRate();
    state.branch = { ...state.branch, lr, momentum: ownMomentum, losses: [], snapshots: [] };
    work(trainer.run(state.branch), () => {});
    showNumbers();
  }

  function reset() {
    rate.input.value = "0";
    momentum.input.value = String(usual);
    resting = momentum.input.value;
    restart();
  }

  /**
   * Go through a job in slices, so that the page answers meanwhile.
   * @template R
   * @param {Generator<void, R>} job
   * @param {(result: R) => void} done
   */
  function work(job, done) {
    clearTimeout(clock);
    const slice = () => {
      const end = performance.now() + SLICE;
      let step = job.next();
      while (!step.done && performance.now() < end) step = job.next();
      if (step.done) done(step.value);
      else clock = setTimeout(slice);
      showWords();
      if (state.branch) changed(step.done === true);
    };
    slice();
  }

  /** Train the recorded run again, to be able to branch anywhere. */
  function prepare() {
    if (why || isReady || !lesson.rule) return;
    clock = setTimeout(() =>
      work(trainer.retrace(), (departed) => {
        why = departed;
        isReady = !departed;
        if (waiting) toggle();
      }),
    );
  }

  function toggle() {
    waiting = false;
    if (state.branch) end();
    else if (isReady) begin();
    else waiting = !why;
    section.hidden = state.branch === null && !waiting && !why;
    for (const part of [rate.label, momentum.label, same]) part.hidden = state.branch === null;
    showWords();
    changed(true);
  }

  function begin() {
    const from = Math.min(state.k, lesson.epochs.length - 2);
    state.branch = { from, lr: 0, momentum: usual, losses: [], snapshots: [] };
    reset();
  }

  function end() {
    clearTimeout(clock);
    state.branch = null;
  }

  function showNumbers() {
    if (!state.branch) return;
    rate.number.textContent = short(state.branch.lr);
    rate.input.setAttribute("aria-valuetext", short(state.branch.lr));
    momentum.number.textContent = short(state.branch.momentum);
  }

  function showWords() {
    words.textContent = wordsNow();
  }

  function wordsNow() {
    if (why) return `No branch from this recording: ${why}.`;
    const { branch } = state;
    if (!branch) return waiting ? "Training the recorded run again, to branch from it …" : "";
    const from = lesson.epochs[branch.from];
    const isSame = branch.lr === baseRate() && branch.momentum === usual;
    const now = branch.losses[branch.losses.length - 1];
    const until = from + branch.losses.length;
    const recorded = data.losses[until - 1];
    const compared =
      now === undefined ? "" : ` At epoch ${until} its loss is ${short(now)}; recorded ${short(recorded)}.`;
    return `From epoch ${from} on${isSame ? ", with the settings as recorded: the same curve again" : ""}.${compared}`;
  }

  return { section, toggle, prepare, isReady: () => isReady };
}
