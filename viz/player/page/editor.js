// Change a leaf: type, drag, press keys; the root follows, and beside it stands what the gradient predicted.

import { barLengths, curveInWords, curveOf, HEIGHT, plotOf, rangeOf, tangentOf, WIDTH } from "./curve.js";
import { drawn, element } from "./dom.js";
import { DASH, onCard, short, typed } from "./numbers.js";
import { untold } from "./sentences.js";

const AS_TYPED = new Map([
  [Infinity, "inf"],
  [-Infinity, "-inf"],
]);

/**
 * A number as it stands in a field: as one would type it.
 * @param {number} x
 */
export function inField(x) {
  if (Number.isNaN(x)) return "nan";
  return AS_TYPED.get(x) ?? (Object.is(x, -0) ? "-0" : String(Number(x.toPrecision(8))));
}

/**
 * Whether all that a node will receive has arrived, so that its gradient is the slope of the root.
 * @param {Picture} picture
 * @param {number} i
 */
export function isReached({ gradient, received, total }, i) {
  return gradient[gradient.length - 1] !== null && received[i].length === total[i];
}

/**
 * The editor of one leaf. It is built once, and then follows: what is dragged or typed in is never replaced.
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {number} i a leaf that is no constant
 * @param {Picture} first what is known when it is built
 * @param {State} state
 * @param {Acts} acts
 */
export function makeEditor(lesson, names, i, first, state, acts) {
  const { nodes, rules } = lesson;
  const root = nodes.length - 1;
  if (rules === null) {
    const note = "This graph has an op that only Python can compute, so its leaves cannot be edited here.";
    return { box: element("p", { class: "note" }, note), show() {} };
  }
  const editable = { ...lesson, rules };
  const { data } = nodes[i];
  const beforehand = first.run.data[i];
  const own = rangeOf(data);
  const range = beforehand < own.min || beforehand > own.max ? rangeOf(beforehand) : own;
  let began = beforehand;
  /** What the curve was worked out for; it stays, whatever this leaf does. */
  let others = "";
  /** @type {Point[]} */
  let points = [];
  /** @type {Tangent} */
  let from;
  let shown = "";

  const begin = () => {
    began = Number(slider.dataset.now);
    others = "";
  };
  const field = element("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    "aria-label": `Value of ${names[i]}`,
    onchange: () => {
      const number = typed(field.value);
      field.setAttribute("aria-invalid", String(number === undefined));
      if (number === undefined) return;
      begin();
      acts.edit(i, number);
    },
  });
  const slider = element("input", {
    type: "range",
    ...range,
    "aria-label": `Value of ${names[i]}`,
    onpointerdown: () => {
      begin();
      acts.refresh();
    },
    oninput: () => acts.edit(i, Number(Number(slider.value).toPrecision(6))),
  });
  const since = element("span", { class: "note" });
  const predicted = bar("backward", "predicted: grad × change");
  const actual = bar("forward", `actual change of ${names[root]}`);
  const plot = makePlot(names[root], names[i]);
  const outcome = element("div", {}, predicted.box, actual.box, plot.figure);
  const legend = element("legend", {});
  const missing = element("p", { class: "note" }, untold(lesson.update));
  const row = element("div", { class: "row" }, field, since);
  const box = element("fieldset", {}, legend, row, slider, outcome, missing);

  /** @param {Picture} picture */
  function show(picture) {
    const now = picture.run.data[i];
    legend.textContent = `Change ${names[i]}${Object.is(picture.data[i], now) ? "" : ", as it was before the update"}`;
    const text = inField(now);
    if (shown !== text) field.value = text; // what is being typed stays
    shown = text;
    slider.value = String(now);
    slider.dataset.now = String(now);
    slider.setAttribute("aria-valuetext", short(now));
    if (!state.edits.has(i)) began = now;
    const change = now - began;
    since.textContent = change ? `from ${short(began)}: change ${short(change)}` : "drag it, or press “,” and “.”";
    missing.hidden = !picture.run.untold;
    outcome.hidden = state.quiz || !picture.known[root];
    if (!outcome.hidden) showOutcome(picture, now, change);
  }

  /**
   * @param {Picture} picture
   * @param {number} now
   * @param {number} change
   */
  function showOutcome(picture, now, change) {
    const rest = new Map(state.edits);
    rest.delete(i);
    const key = JSON.stringify([began, ...[...rest].map(String)]);
    if (key !== others) {
      points = curveOf(editable, rest, i, range);
      from = tangentOf(editable, rest, i, began);
    }
    others = key;
    const reached = isReached(picture, i);
    const y = picture.run.data[root];
    const changes = [reached ? from.slope * change : NaN, y - from.y];
    const lengths = barLengths(changes);
    predicted.set(reached ? onCard(changes[0]) : DASH, lengths[0]);
    actual.set(onCard(changes[1]), lengths[1]);
    plot.show(points, reached ? from : null, { x: now, y });
  }

  return { box, show };
}

/**
 * @param {Phase} role
 * @param {string} caption
 */
function bar(role, caption) {
  const number = element("b", {});
  const length = element("i", {});
  const box = element("div", { class: `bar ${role}` }, element("span", {}, caption), number, length);
  /**
   * @param {string} text
   * @param {number} share
   */
  function set(text, share) {
    number.textContent = text;
    length.style.setProperty("--share", share.toFixed(3));
  }
  return { box, set };
}

/**
 * The drawing of the root over a leaf: made once, then its parts are moved.
 * @param {string} root its name
 * @param {string} leaf
 */
function makePlot(root, leaf) {
  const part = (
    /** @type {keyof SVGElementTagNameMap} */ tag,
    /** @type {string} */ kind,
    /** @type {object} */ at = {},
  ) => drawn(tag, { class: kind, ...at });
  const text = (/** @type {number} */ y, anchor = "start", x = 0) => part("text", "", { x, y, "text-anchor": anchor });
  const axis = part("path", "axis");
  const curve = part("path", "over");
  const tangent = part("path", "tangent");
  const gap = part("path", "gap");
  const from = part("circle", "from", { r: 4.5 });
  const now = part("circle", "at", { r: 5 });
  const top = text(38, "end");
  const bottom = text(156, "end");
  const left = text(180);
  const middle = text(180, "middle");
  const right = text(180, "end", 350);
  const over = text(14);
  const legend = text(14, "end", 350);
  middle.textContent = leaf;
  over.textContent = root;
  const svg = drawn("svg", { class: "curve", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  svg.append(axis, curve, tangent, gap, from, now, top, bottom, left, middle, right, over, legend);
  const note = element("p", { class: "note" }, `${root} is not a number anywhere near.`);
  const figure = element("div", {}, svg, note);

  /**
   * @param {Point[]} points
   * @param {Tangent | null} touch
   * @param {Point} point
   */
  function show(points, touch, point) {
    const plot = plotOf(points, touch, point);
    svg.toggleAttribute("hidden", !plot);
    note.hidden = plot !== null;
    if (!plot) return;
    axis.setAttribute("d", `M${plot.left} 26V158H350${plot.zero === null ? "" : `M${plot.left} ${plot.zero}H350`}`);
    for (const number of [top, bottom]) number.setAttribute("x", String(plot.left - 8));
    for (const words of [left, over]) words.setAttribute("x", String(plot.left));
    middle.setAttribute("x", String((plot.left + 350) / 2));
    curve.setAttribute("d", plot.path);
    const ends = plot.tangent?.map(({ x, y }) => `${x} ${y}`).join("L");
    tangent.setAttribute("d", ends ? `M${ends}` : "");
    const { foretold } = plot;
    gap.setAttribute("d", foretold && plot.now ? `M${foretold.x} ${foretold.y}V${plot.now.y}` : "");
    move(from, plot.from);
    move(now, plot.now);
    top.textContent = plot.ends.top;
    bottom.textContent = plot.ends.bottom;
    left.textContent = plot.ends.left;
    right.textContent = plot.ends.right;
    legend.textContent = touch ? `╌ tangent, slope ${short(touch.slope)}` : "";
    svg.setAttribute("aria-label", curveInWords(root, leaf, points, touch, point));
  }

  return { figure, show };
}

/**
 * @param {SVGElement} circle
 * @param {Point | null} place
 */
function move(circle, place) {
  circle.toggleAttribute("hidden", !place);
  if (!place) return;
  circle.setAttribute("cx", String(place.x));
  circle.setAttribute("cy", String(place.y));
}
