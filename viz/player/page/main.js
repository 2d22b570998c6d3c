// The player: one run of a graph, shown step by step.
//
// The lesson (viz/player/lesson.py) is plain data: nodes, ops, boxes, drawings. From it and the
// state (which step, which level, which edits) everything shown is worked out anew at every
// step, so the way back is exact. The script sets text and classes; Graphviz drew the picture.

import { addressOf, placeIn } from "./address.js";
import { altOf } from "./alt.js";
import { whyNothing } from "./asked.js";
import { makeBlanks } from "./blanks.js";
import { faultAddress, faultIn, makeBugs } from "./bugs.js";
import { makeCaption } from "./caption.js";
import { makeCompare } from "./compare.js";
import { makeControls } from "./controls.js";
import { makeCopying } from "./copying.js";
import { element } from "./dom.js";
import { makeFinder } from "./find.js";
import { makeFormulas } from "./formulas.js";
import { handoutOf } from "./handout.js";
import { followTheme, keepTyping, seldom } from "./host.js";
import { makeInspector } from "./inspector.js";
import { keyPressed } from "./keys.js";
import { makeListing } from "./listing.js";
import { lastAdditions, markCards, wrongMarks, wrongRemarks, wrongWords } from "./marks.js";
import { writersOf } from "./numbers.js";
import { makePanel } from "./panel.js";
import { makePicture } from "./picture.js";
import { makePresenter } from "./presenter.js";
import { makeQuiz } from "./quiz.js";
import { makeReader } from "./reader.js";
import { askedNumber, neuronShown } from "./scene.js";
import { namesOf, sentenceOf, subjectOf, untold } from "./sentences.js";
import { makeSession } from "./session.js";
import { completeIn, makeTheirs } from "./theirs.js";
import { makeTranscript } from "./transcript.js";
import { walked } from "./walk.js";

/**
 * Put a player into an element. What is returned lets a program step and edit in turn.
 * @param {HTMLElement} host
 * @param {Lesson} lesson
 * @param {Hooks} [hooks]
 * @returns {Mounted}
 */
export function mount(host, lesson, hooks = {}) {
  const names = namesOf(lesson);
  const hasAddress = lesson.page && location.protocol !== "about:"; // a page in a frame of its own may have none
  const writeAddressSoon = seldom(writeAddress);
  const session = makeSession(lesson, names, {
    changed: render,
    moved: (tell) => {
      writeAddress();
      if (tell) hooks.step?.(state.k);
    },
    pinned: writeAddress,
    edited: (tell) => {
      writeAddressSoon();
      if (tell) hooks.edit?.(Object.fromEntries(state.edits));
    },
    answered: (result) => hooks.answer?.(result),
  });
  const { state } = session;
  /** @type {Acts} */
  const acts = {
    ...session,
    forward,
    toggleQuiz() {
      session.toggleQuiz();
      if (session.question()) quiz.focus();
    },
    play,
    togglePlay: () => play(!state.playing),
    playPhase: () => play(!state.playing, true),
    fullScreen: () => presenter.fullScreen(),
    walk: (way) => session.pin(walked(lesson.nodes, shown() ?? lesson.nodes.length - 1, way)),
    release,
    zoom: (times) => drawing.zoom(times),
    whole: () => drawing.whole(),
    look: (i) => drawing.look(i),
    help: () => controls.keys.showModal(),
    text: () => transcript.toggle(),
    refresh: render,
  };

  const markup = new DOMParser().parseFromString(lesson.markup, "text/html");
  const write = (/** @type {number} */ x) => writersOf(state.big).said(x);
  const formulas = makeFormulas(lesson, names, markup, write);
  const drawing = makePicture(lesson, names, markup, state, acts);
  const inspector = makeInspector(lesson, names, formulas.definition, state, acts, drawing.light);
  const blankOf = makeBlanks(lesson, names, formulas.formulasOf);
  const quiz = makeQuiz(
    state,
    acts,
    (question, withNumbers) => blankOf(question, session.steps()[state.k], session.picture(), withNumbers),
    (k) => sentenceOf(lesson, names, session.picture(), { step: session.steps()[k - 1] }),
  );
  const controls = makeControls(lesson, state, acts);
  controls.header.lastElementChild?.before(makeFinder(lesson, names, state, acts));
  const caption = makeCaption(formulas.equationOf, state);
  const sections = { quiz: quiz.section, about: inspector.section };
  const panel = makePanel(lesson, names, formulas.formulasOf, state, acts, sections);
  const listing = makeListing(lesson, names, state, acts);
  const presenter = makePresenter(host, lesson, state, acts);
  panel.aside.append(listing.section);
  const reader = makeReader(lesson, names);
  for (const svg of drawing.figure.querySelectorAll("svg")) svg.setAttribute("aria-hidden", "true");
  drawing.figure.append(reader.table);
  const transcript = makeTranscript(lesson, acts);
  panel.aside.append(transcript.section);
  const bugs = makeBugs(lesson, names, state, acts);
  const beside = makeCompare(lesson, names, markup, state, acts);
  controls.header.lastElementChild?.before(bugs.menu);
  inspector.section.before(bugs.section);
  const theirs = makeTheirs(lesson, names, goToComplete);
  inspector.section.before(theirs.section);
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
    ...presenter.parts,
  );
  panel.formulas.after(makeCopying(root)(panel.formulas));
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let clock;
  /** @type {Phase | undefined} */
  let within;

  function writeAddress() {
    if (hasAddress) history.replaceState(null, "", addressOf(state, lesson) + faultAddress(state, lesson));
  }

  /** One step on; while predicting, only past a question that is answered. */
  function forward() {
    if (!session.question()) session.go(state.k + 1);
    if (session.question()) quiz.focus();
  }

  /**
   * To the step after which a node's gradient is complete.
   * @param {number} i
   */
  function goToComplete(i) {
    const steps = session.steps();
    const last = steps.findIndex((_, k) => completeIn(session.pictureAfter(k + 1)).includes(i));
    if (last >= 0) session.go(last + 1);
  }

  const atEnd = () => state.k >= session.steps().length;

  /** Whether the next step is of another pass than the one that is played alone. */
  const atPhasesEnd = () => within !== undefined && session.steps()[state.k]?.phase !== within;

  /**
   * @param {boolean} on
   * @param {boolean} [onePhase] whether it ends with the pass of the next step
   */
  function play(on, onePhase = false) {
    clearInterval(clock);
    const begins = on && !state.playing;
    state.playing = on;
    if (on && atEnd()) session.first();
    within = onePhase ? session.steps()[state.k]?.phase : undefined;
    if (on) clock = setInterval(tick, controls.pace());
    controls.showPlaying();
    if (begins) tick();
  }

  function tick() {
    if (host.isConnected && !atEnd()) forward();
    if (!host.isConnected || state.quiz || atEnd() || atPhasesEnd()) play(false);
  }

  /** The node that is shown beside the picture: the pinned one, or that of the step. */
  const shown = () => state.pinned ?? subjectOf(lesson, session.picture().step);

  function release() {
    play(false);
    session.pin(null);
    root.focus();
  }

  function render() {
    const picture = session.picture();
    const question = session.question();
    const steps = session.steps();
    const subject = question ? state.pinned : shown();
    const last = lastAdditions(steps.slice(0, state.k));
    const wrongs = wrongRemarks(last, state);
    const sentence = [
      sentenceOf(lesson, names, picture, { write }),
      state.marks ? wrongWords(picture.step, names, write) : "",
      picture.run.untold && state.k === steps.length ? ` ${untold(lesson.update)}` : "",
    ].join("");
    const lit = question ? { ...picture, step: stepAsked(steps[state.k], question.event) } : picture;
    root.className = rootClasses(lesson, state, lit, question !== null).join(" ");
    controls.show(picture.step, steps.length, sentence);
    caption.show(picture, steps.length, sentence, question?.ask);
    panel.show(picture);
    drawing.show(lit, question?.event ?? null);
    drawing.figure.setAttribute("aria-label", altOf(lesson, names, picture, wrongs));
    theirs.show(picture, drawing.figure, state);
    transcript.show(session.run(), steps, state.k);
    const next = steps[state.k];
    quiz.show(question, session.answered(), steps.length, next ? whyNothing(lesson, next) : "");
    listing.show(picture.step);
    presenter.show(session.run(), picture.step);
    reader.show(picture, askedNumber(question?.event ?? null), wrongs);
    inspector.show(subject, picture, steps.slice(0, state.k), wrongs);
    bugs.show(picture, last, subject);
    beside.show(drawing.figure, picture, steps.length, sentence, last);
    const members = neuronShown(lesson, state, picture.step)?.members ?? [];
    markCards(drawing.figure, lesson, members, wrongMarks(last, picture.run, state), "wrong");
  }

  function goToAddress() {
    const { bug, compare } = faultIn(location.hash, lesson);
    const place = placeIn(location.hash, lesson);
    state.compare = compare;
    if (bug !== state.bug) session.setBug(bug);
    if (place) session.restore(place);
  }

  const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  shadow.replaceChildren(element("style", {}, lesson.css), root);
  const keyboard = lesson.page ? document : shadow;
  keyboard.addEventListener("keydown", (event) => {
    if (!controls.keys.open) keyPressed(/** @type {KeyboardEvent} */ (event), controls.timeline, acts);
  });
  window.addEventListener("beforeprint", () => {
    handout.replaceChildren(...handoutOf(lesson, names, session.run(), session.steps(), state));
  });
  if (!lesson.page) keepTyping(shadow);
  followTheme(host);
  render();
  if (hasAddress) {
    goToAddress();
    if (session.question()) quiz.focus();
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
 * What is lit of the step that is asked about: on the way back, only what the asked gradient receives.
 * @param {Step} step
 * @param {RunEvent} asked
 * @returns {Step}
 */
function stepAsked(step, asked) {
  if (asked.kind !== "contribute") return step;
  return { ...step, events: step.events.filter((e) => e.kind === "contribute" && e.parent === asked.parent) };
}

/**
 * The classes by which the style sheet knows what is going on.
 * @param {Lesson} lesson
 * @param {State} state
 * @param {Picture} picture
 * @param {boolean} asking
 */
function rootClasses(lesson, state, picture, asking) {
  const classes = ["player"];
  if (lesson.page) classes.push("page");
  if (state.big) classes.push("big");
  if (asking) classes.push("asking");
  if (state.laser) classes.push("lit-pointer");
  if (state.compare) classes.push("comparing");
  classes.push(`in-${picture.step?.phase ?? "start"}`);
  return classes;
}
