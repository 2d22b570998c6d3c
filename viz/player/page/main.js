// The player: one run of a graph, shown step by step.
//
// The lesson (viz/player/lesson.py) is plain data: nodes, ops, boxes, drawings. From it and the
// state (which step, which level, which edits) everything shown is worked out anew at every
// step, so the way back is exact. The script sets text and classes; Graphviz drew the picture.

import { addressOf, placeIn } from "./address.js";
import { makeCaption } from "./caption.js";
import { makeControls } from "./controls.js";
import { element } from "./dom.js";
import { makeFinder } from "./find.js";
import { makeFormulas } from "./formulas.js";
import { handoutOf } from "./handout.js";
import { makeInspector } from "./inspector.js";
import { keyPressed } from "./keys.js";
import { makePanel } from "./panel.js";
import { makePicture } from "./picture.js";
import { makeQuiz } from "./quiz.js";
import { namesOf, sentenceOf, subjectOf } from "./sentences.js";
import { makeSession } from "./session.js";

/**
 * Put a player into an element. What is returned lets a program step and edit in turn.
 * @param {HTMLElement} host
 * @param {Lesson} lesson
 * @param {Hooks} [hooks]
 * @returns {Mounted}
 */
export function mount(host, lesson, hooks = {}) {
  const names = namesOf(lesson);
  const session = makeSession(lesson, names, {
    changed: render,
    moved: (tell) => {
      if (lesson.page) history.replaceState(null, "", addressOf(state, lesson));
      if (tell) hooks.step?.(state.k);
    },
    edited: (tell) => {
      if (tell) hooks.edit?.(Object.fromEntries(state.edits));
    },
  });
  const { state } = session;
  /** @type {Acts} */
  const acts = {
    ...session,
    forward,
    play,
    togglePlay: () => play(!state.playing),
    release,
    zoom: (times) => drawing.zoom(times),
    whole: () => drawing.whole(),
    look: (i) => drawing.look(i),
    help: () => controls.keys.showModal(),
    refresh: render,
  };

  const markup = new DOMParser().parseFromString(lesson.markup, "text/html");
  const formulas = makeFormulas(lesson, names, markup);
  const drawing = makePicture(lesson, names, markup, state, acts);
  const inspector = makeInspector(lesson, names, formulas.definition, state, acts, drawing.light);
  const quiz = makeQuiz(state, acts);
  const controls = makeControls(lesson, state, acts);
  controls.header.lastElementChild?.before(makeFinder(lesson, names, state, acts));
  const caption = makeCaption(formulas.equationOf, state);
  const sections = { quiz: quiz.section, about: inspector.section };
  const panel = makePanel(lesson, names, formulas.formulasOf, state, acts, sections);
  const handout = element("div", { class: "handout", "aria-hidden": "true" });
  const root = element(
    "div",
    { class: "player", tabindex: -1 },
    controls.header,
    element("main", {}, drawing.figure, panel.aside),
    caption.bar,
    controls.footer,
    controls.keys,
    handout,
  );
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let clock;

  /** One step on; while predicting, only past a question that is answered. */
  function forward() {
    if (session.question()) quiz.focus();
    else session.go(state.k + 1);
  }

  const atEnd = () => state.k >= session.steps().length;

  /** @param {boolean} on */
  function play(on) {
    clearInterval(clock);
    state.playing = on;
    if (on && atEnd()) session.first();
    if (on) clock = setInterval(tick, controls.pace());
    controls.showPlaying();
  }

  function tick() {
    if (host.isConnected && !atEnd()) forward();
    if (!host.isConnected || state.quiz || atEnd()) play(false);
  }

  function release() {
    play(false);
    session.pin(null);
    root.focus();
  }

  function render() {
    const picture = session.picture();
    const question = session.question();
    const steps = session.steps();
    const sentence = sentenceOf(lesson, names, picture);
    root.className = rootClasses(lesson, state, picture).join(" ");
    controls.show(picture.step, steps.length, sentence);
    caption.show(picture, steps.length, sentence);
    panel.show(picture);
    drawing.show(picture, question && session.asked());
    quiz.show(question, atEnd());
    inspector.show(state.pinned ?? subjectOf(lesson, picture.step), picture, steps.slice(0, state.k));
  }

  function goToAddress() {
    const { level, k } = placeIn(location.hash, lesson);
    if (level && level !== state.level) session.setLevel(level);
    if (k !== undefined) session.go(k);
  }

  const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  shadow.replaceChildren(element("style", {}, lesson.css), root);
  const keyboard = lesson.page ? document : shadow;
  keyboard.addEventListener("keydown", (event) => {
    if (!controls.keys.open) keyPressed(/** @type {KeyboardEvent} */ (event), controls.timeline, acts);
  });
  window.addEventListener("beforeprint", () => {
    handout.replaceChildren(...handoutOf(lesson, names, session.run(), session.steps()));
  });
  followTheme(host);
  render();
  if (lesson.page) {
    goToAddress();
    window.addEventListener("hashchange", goToAddress);
  }
  return {
    get k() {
      return state.k;
    },
    go: (k) => session.go(k, false),
    edit: (edits) => session.setEdits(new Map(edits), false),
  };
}

/**
 * The classes by which the style sheet knows what is going on.
 * @param {Lesson} lesson
 * @param {State} state
 * @param {Picture} picture
 */
function rootClasses(lesson, state, picture) {
  const classes = ["player"];
  if (lesson.page) classes.push("page");
  if (state.big) classes.push("big");
  if (state.quiz) classes.push("asking");
  classes.push(`in-${picture.step?.phase ?? "start"}`);
  return classes;
}

/**
 * A notebook says light or dark on its body; elsewhere the reader's system does (base.css).
 * @param {HTMLElement} host
 */
function followTheme(host) {
  const themed = document.querySelector("[data-jp-theme-light]");
  if (!themed) return;
  const follow = () => {
    host.dataset.theme = themed.getAttribute("data-jp-theme-light") === "true" ? "light" : "dark";
  };
  follow();
  new MutationObserver(follow).observe(themed, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
}
