// The scrubber: a training that was recorded, to slide through, and to train again from any moment.
//
// What is shown follows from the state alone: the parameters of the moment, and what the network makes of them, are
// computed anew at every move. While the slider moves the map is coarse; at rest it is fine.

import { element } from "../../player/page/dom.js";
import { followTheme, keepTyping } from "../../player/page/host.js";
import { pressedIn } from "../../player/page/keys.js";
import { makeBars, SCRUB_COMMANDS } from "./bars.js";
import { makeBoundary } from "./boundary.js";
import { makeBranching } from "./branching.js";
import { makeConfusion } from "./confusion.js";
import { neuronBeside } from "./layers.js";
import { makeLossCurve } from "./losscurve.js";
import { makeNetPicture } from "./netpicture.js";
import { makeNetwork } from "./network.js";
import { paintsOf } from "./paints.js";
import { planeOf } from "./plane.js";
import { makeTelling, momentOf } from "./telling.js";
import { makeTrainer } from "./training.js";
import { unpacked } from "./unpack.js";
import { makeViewer } from "./viewing.js";

const COARSE = 48; // places along the map while it moves
const FINE = 96;
const REST = 140; // milliseconds after which it is fine
const FLOAT = 4; // bytes of a number in a snapshot

/**
 * The run as numbers.
 * @param {ScrubLesson} lesson
 * @returns {Promise<RunData>}
 */
export async function unpackedRun(lesson) {
  const { size, epochs, columns, count } = lesson;
  const names = /** @type {const} */ (["losses", "validation", "rates", "samples", "targets", "which"]);
  const [rounded, ends, memory, ...rest] = await Promise.all([
    unpacked(lesson.snapshots, size, FLOAT),
    unpacked(lesson.ends, size),
    unpacked(lesson.rule?.memory ?? "", size),
    ...names.map((name) => unpacked(lesson[name])),
  ]);
  const [losses, validation, rates, samples, targets, which] = rest;
  const row = (/** @type {Float64Array} */ from, /** @type {number} */ i) => from.slice(i * size, (i + 1) * size);
  const snapshots = epochs.map((_, k) => row(rounded, k));
  snapshots[epochs.length - 1] = row(ends, 1);
  snapshots[0] = row(ends, 0); // exact at both ends
  const width = targets.length / count;
  return {
    snapshots,
    first: snapshots[0],
    samples,
    targets,
    losses,
    validation,
    rates,
    memory: Array.from({ length: lesson.rule?.remembered ?? 0 }, (_, m) => row(memory, m)),
    targetsOf: (rows) => ({
      which: Array.from(rows, (i) => which[i]),
      numbers: (p) => columns.map((column) => targets[rows[p] * width + column]),
    }),
  };
}

/**
 * Put a scrubber into an element.
 * @param {HTMLElement} host
 * @param {ScrubLesson} lesson
 */
export async function mountScrubber(host, lesson) {
  const data = await unpackedRun(lesson);
  const network = makeNetwork(lesson.stages, lesson.rules, lesson.criteria);
  const width = network.layers[0].inputs;
  const plane = planeOf(
    data.samples,
    width,
    lesson.names,
    (i) => data.targets[(i * data.targets.length) / lesson.count],
  );
  const viewer = makeViewer(lesson, network, data, plane);
  const trainer = makeTrainer(lesson, network, data);
  const last = lesson.epochs.length - 1;
  /** @type {ScrubState} */
  const state = {
    k: 0,
    playing: false,
    big: false,
    confusion: lesson.image !== null && lesson.classes.length > 1,
    log: false,
    sample: null,
    pinned: null,
    hovered: null,
    probe: null,
    branch: null,
  };
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let clock;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let rest;
  let isDue = false;

  /** @type {ScrubActs} */
  const acts = {
    go(k) {
      const next = Math.max(0, Math.min(k, last));
      if (next === state.k) return;
      state.k = next;
      moved();
    },
    forward: () => acts.go(state.k + 1),
    back: () => acts.go(state.k - 1),
    first: () => acts.go(0),
    last: () => acts.go(last),
    togglePlay: () => play(!state.playing),
    toggleBig: () => change({ big: !state.big }),
    toggleConfusion: () => change({ confusion: lesson.classes.length > 1 && !state.confusion }),
    toggleLog: () => change({ log: !state.log }),
    toggleBranch: () => branching.toggle(),
    pick: (sample) => change({ sample: sample === state.sample ? null : sample, probe: null }),
    nextSample(by) {
      const from = state.sample ?? (by > 0 ? -1 : lesson.count);
      change({ sample: (from + by + lesson.count) % lesson.count, probe: null });
    },
    pin(place) {
      const isSame = place && state.pinned?.layer === place.layer && state.pinned.neuron === place.neuron;
      change({ pinned: isSame ? null : place, hovered: null });
    },
    hover(place) {
      if (place?.layer !== state.hovered?.layer || place?.neuron !== state.hovered?.neuron) {
        state.hovered = place;
        moved();
      }
    },
    probe(inputs) {
      if (inputs === null && state.probe === null) return;
      state.probe = inputs;
      moved();
    },
    walk(way) {
      const sizes = network.layers.map(({ outputs }) => outputs);
      const from = state.pinned && state.pinned.layer >= 0 ? state.pinned : null;
      const start = { layer: sizes.length - 1, neuron: 0 };
      change({ pinned: from ? neuronBeside(sizes, from, way) : start, confusion: false });
    },
    fullScreen() {
      if (document.fullscreenElement) document.exitFullscreen();
      else host.requestFullscreen?.();
    },
    release() {
      play(false);
      change({ sample: null, pinned: null, probe: null, hovered: null });
      root.focus();
    },
    help: () => bars.keys.showModal(),
  };

  const boundary = makeBoundary(lesson, network, plane, data, acts);
  const picture = makeNetPicture(lesson, network, acts);
  const curve = makeLossCurve(lesson, data, acts);
  const confusion = makeConfusion(lesson, acts);
  const telling = makeTelling(lesson, network);
  const branching = makeBranching(lesson, data, trainer, state, (fine) => (fine ? settled() : moved()));
  const bars = makeBars(lesson, state, acts);
  const sentence = element("p", { class: "sentence" });
  const heard = element("p", { class: "reader", "aria-live": "polite" }); // once nothing moves
  const side = element("div", { class: "side" }, boundary.figure, confusion.place, telling.section);
  const panes = element("div", { class: "panes" }, picture.figure, side);
  const root = element(
    "div",
    { class: "scrubber", tabindex: -1 },
    bars.header,
    element("main", {}, panes, branching.section, curve.figure, sentence, heard),
    bars.footer,
    bars.keys,
  );
  const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  shadow.replaceChildren(element("style", {}, lesson.css), root);

  /** @param {Partial<ScrubState>} changes */
  function change(changes) {
    Object.assign(state, changes);
    settled();
  }

  /** Show it coarsely at the next picture, and finely once nothing moves. */
  function moved() {
    clearTimeout(rest);
    rest = setTimeout(() => render(FINE), REST);
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      if (isDue) render(COARSE);
    });
  }

  function settled() {
    clearTimeout(rest);
    render(FINE);
  }

  /** The parameters of the moment: the branch's, where it has gone so far. */
  const parametersNow = () => state.branch?.snapshots[state.k] ?? data.snapshots[state.k];

  /** @param {number} places along the map */
  function render(places) {
    isDue = false;
    const quick = places === COARSE;
    const paints = paintsOf(root, lesson.classes.length);
    root.className = ["scrubber", lesson.page ? "page" : "", state.big ? "big" : "", state.branch ? "branching" : ""]
      .filter(Boolean)
      .join(" ");
    boundary.figure.hidden = state.confusion;
    const view = viewer.viewOf(parametersNow(), state, places, quick);
    const inputs = () => viewer.gridColumns(places);
    picture.show(view, state, paints, inputs);
    if (!state.confusion) boundary.show(view, state, paints, inputs);
    confusion.show(view, state);
    curve.show(state, paints);
    telling.show(view, state, data);
    const said = momentOf(lesson, data, state, view);
    bars.show(said);
    sentence.textContent = said;
    if (!quick) heard.textContent = said;
  }

  /** @param {boolean} on */
  function play(on) {
    clearInterval(clock);
    state.playing = on;
    if (on && state.k === last) acts.first();
    if (on) clock = setInterval(tick, bars.pace());
    bars.showPlaying();
  }

  function tick() {
    if (host.isConnected) acts.forward();
    if (!host.isConnected || state.k === last) play(false);
  }

  const keyboard = lesson.page ? document : shadow;
  keyboard.addEventListener("keydown", (event) => {
    if (!bars.keys.open) pressedIn(/** @type {KeyboardEvent} */ (event), bars.timeline, acts, SCRUB_COMMANDS);
  });
  if (!lesson.page) keepTyping(shadow);
  followTheme(host);
  new ResizeObserver(settled).observe(root);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", settled);
  new MutationObserver(settled).observe(host, { attributes: true, attributeFilter: ["data-theme"] });
  settled();
  branching.prepare();
}
