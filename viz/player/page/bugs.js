// What goes wrong: the menu of faults, and each gradient beside what it should be and beside what trying says.

import { drawn, element } from "./dom.js";
import { canRun, finiteDifference } from "./faults.js";
import { DASH, onCard, short, superscript } from "./numbers.js";

const LATEST = 15; // rows of the table; of a larger graph only the latest gradients
const FINEST = 15; // the smallest step of a finite difference is 10 to the minus this

/**
 * What the address of a page says of the fault: `&bug=sign&compare=1`, as far as it is not what the page starts with.
 * @param {State} state
 * @param {Lesson} lesson
 */
export function faultAddress({ bug, compare }, lesson) {
  const panes = compare === lesson.compare ? "" : `&compare=${Number(compare)}`;
  return (bug === lesson.bug ? "" : `&bug=${bug}`) + panes;
}

/**
 * The fault that an address asks for, and whether beside the right pass; what it does not say is as at the start.
 * @param {string} hash
 * @param {Lesson} lesson
 */
export function faultIn(hash, lesson) {
  const asked = new URLSearchParams(hash.slice(1));
  const known = ["", "check", ...lesson.bugs.map(({ name }) => name).filter((name) => canRun(lesson, name))];
  const bug = known.find((name) => name === asked.get("bug")) ?? lesson.bug;
  return { bug, compare: bug !== "" && (asked.get("compare") ?? String(Number(lesson.compare))) === "1" };
}

/**
 * The error of the finite difference for every step from 0.1 down, as places in a drawing of 100 by 100: both axes
 * count powers of ten. What is exact lies on the floor, what is no number on top.
 * @param {number[]} errors for the steps 10⁻¹, 10⁻², …
 */
export function errorCurve(errors) {
  const powers = errors.map(Math.log10);
  const finite = powers.filter(Number.isFinite);
  const [top, floor] = [Math.max(...finite), Math.min(...finite)];
  const height = Math.max(top - floor, 1);
  return powers.map((power, i) => ({
    x: (100 * i) / (errors.length - 1),
    y: Number.isFinite(power) ? 100 - (100 * (power - floor)) / height : 100 * Number(errors[i] === 0),
  }));
}

/**
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {State} state
 * @param {Acts} acts
 */
export function makeBugs(lesson, names, state, acts) {
  const { nodes, rules } = lesson;
  const free = [...nodes.keys()].filter((i) => !nodes[i].constant);
  const picker = element(
    "select",
    { "aria-label": "What goes wrong", onchange: () => acts.setBug(picker.value) },
    ...[
      ["", "nothing"],
      ["check", "check gradients"],
    ].map(([value, text]) => element("option", { value }, text)),
    ...lesson.bugs.map(({ name, title }) => element("option", { value: name, disabled: !canRun(lesson, name) }, title)),
  );
  const menu = element("label", { class: "wrongs" }, "What goes wrong ", picker);
  const about = element("p");
  const line = element("code");
  const first = element("button", { type: "button", onclick: () => acts.toFirstWrong() }, "Show the first wrong step");
  const marked = box("mark what is wrong", () => {
    state.marks = marked.input.checked;
  });
  const beside = box("the right pass beside it", () => {
    state.compare = beside.input.checked;
  });
  const body = element("tbody");
  const heads = ["node", "grad", "should be", "by trying"].map((text) => element("th", { scope: "col" }, text));
  const gradients = element(
    "table",
    { class: "ledger" },
    element("caption", {}, free.length > LATEST ? "The latest gradients" : "Every gradient so far"),
    element("thead", {}, element("tr", {}, ...heads)),
    body,
  );
  const slider = element("input", {
    type: "range",
    min: 1,
    max: FINEST,
    step: 1,
    "aria-label": "Step of the finite difference",
    oninput: () => {
      state.fineness = Number(slider.value);
      acts.refresh();
    },
  });
  const stepSize = element("span");
  const curve = element("div", { class: "errors" });
  const error = element("p", { class: "note" });
  const trying = rules
    ? [element("div", { class: "row" }, stepSize, slider), curve, error]
    : [element("p", { class: "note" }, "Only Python can compute an op of this graph, so nothing can be tried here.")];
  const section = element(
    "section",
    { class: "bugs", "aria-label": "What goes wrong" },
    element("div", {}, line, about, first, marked.label, beside.label),
    gradients,
    element("div", {}, ...trying),
  );
  /** @type {{ run: Run | null, slopes: Map<string, number> }} */
  const tried = { run: null, slopes: new Map() };

  /**
   * A check box.
   * @param {string} words
   * @param {() => void} change
   */
  function box(words, change) {
    const input = element("input", {
      type: "checkbox",
      onchange: () => {
        change();
        acts.go(state.k);
      },
    });
    return { input, label: element("label", {}, input, ` ${words}`) };
  }

  /**
   * The finite difference at a node, worked out once a run.
   * @param {Run} run
   * @param {number} i
   * @param {number} fineness
   */
  function slopeAt(run, i, fineness) {
    if (!rules) return NaN;
    if (tried.run !== run) Object.assign(tried, { run, slopes: new Map() });
    const key = `${i} ${fineness}`;
    const known = tried.slopes.get(key);
    if (known !== undefined) return known;
    const slope = finiteDifference({ ...lesson, rules }, state.edits, run.data, i, 10 ** -fineness);
    tried.slopes.set(key, slope);
    return slope;
  }

  /**
   * @param {Picture} picture
   * @param {Map<number, ContributeEvent | AccumulateEvent>} last the last addition to each gradient
   * @param {number | null} subject the node that the curve is about
   */
  function show(picture, last, subject) {
    const bug = lesson.bugs.find(({ name }) => name === state.bug);
    picker.value = state.bug;
    section.hidden = state.bug === "";
    if (section.hidden) return;
    about.textContent =
      bug?.about ?? "Every gradient stands beside what trying says: a small step of the node to either side.";
    line.textContent = bug?.line ?? "";
    line.hidden = !bug;
    for (const part of [first, beside.label, marked.label]) part.hidden = !bug;
    marked.input.checked = state.marks;
    beside.input.checked = state.compare;
    heads[2].hidden = !bug || !state.marks;
    const shown = free.length > LATEST ? [...last.keys()].slice(-LATEST).reverse() : free;
    body.replaceChildren(...shown.map((i) => row(i, picture, last.get(i))));
    slider.value = String(state.fineness);
    stepSize.textContent = `h = 10${superscript(-state.fineness)}`;
    slider.setAttribute("aria-valuetext", `10 to the minus ${state.fineness}`);
    if (rules) drawCurve(picture.run, subject !== null && !nodes[subject].constant ? subject : free[0]);
  }

  /**
   * @param {number} i
   * @param {Picture} picture
   * @param {ContributeEvent | AccumulateEvent | undefined} event the last addition to its gradient
   */
  function row(i, picture, event) {
    const gradient = picture.gradient[i];
    const isWrong = Boolean(state.marks && event?.wrong);
    const should = event?.should === undefined ? "" : onCard(event.should);
    return element(
      "tr",
      { class: isWrong ? "wrong" : "" },
      element("th", { scope: "row" }, names[i]),
      element("td", {}, `${isWrong ? "✗ " : ""}${gradient === null ? DASH : onCard(gradient)}`),
      element("td", { hidden: heads[2].hidden }, isWrong ? should : ""),
      element("td", {}, rules ? onCard(slopeAt(picture.run, i, state.fineness)) : DASH),
    );
  }

  /**
   * How far the finite difference of a node is off, for every step: too large a step feels the bend, too small a one
   * the rounding.
   * @param {Run} run
   * @param {number} i
   */
  function drawCurve(run, i) {
    const exact = run.right[i] ?? 0;
    const steps = [...Array(FINEST).keys()].map((n) => n + 1);
    const errors = steps.map((n) => Math.abs(slopeAt(run, i, n) - exact));
    const places = errorCurve(errors);
    const { x, y } = places[state.fineness - 1];
    const points = places.map((place) => `${place.x},${place.y}`).join(" ");
    const plot = drawn("svg", { viewBox: "-4 -8 108 116", preserveAspectRatio: "none", "aria-hidden": true });
    plot.append(drawn("polyline", { points }), drawn("path", { d: `M${x} ${y}h.01` }));
    const ends = [`10${superscript(-1)}`, "its error, by h", `10${superscript(-FINEST)}`];
    curve.replaceChildren(plot, ...ends.map((text) => element("span", {}, text)));
    const off = short(Number(errors[state.fineness - 1].toPrecision(2)));
    error.textContent = `The finite difference, (f(x+h) − f(x−h)) / 2h, is off by ${off} at ${names[i]}: a large h feels the bend, a small one the rounding.`;
  }

  return { menu, section, show };
}
