// The loss, epoch by epoch: the recorded run, validation dashed, the branch in front of it; the cursor is taken along.

import { element } from "../../player/page/dom.js";
import { brief, superscript } from "../../player/page/numbers.js";
import { makeCanvas } from "./paints.js";

const CURVE_LEFT = 52; // pixels for the numbers at the left
const CURVE_RIGHT = 12;
const CURVE_TOP = 8;
const CURVE_BOTTOM = 20;

/**
 * @param {ScrubLesson} lesson
 * @param {RunData} data
 * @param {ScrubActs} acts
 */
export function makeLossCurve(lesson, data, acts) {
  const { canvas, pen, clear, setFont } = makeCanvas("curve");
  const figure = element("figure", { class: "loss" }, canvas);
  const last = lesson.epochs[lesson.epochs.length - 1] || 1;

  /** @param {PointerEvent} event */
  function goThere({ clientX }) {
    const box = canvas.getBoundingClientRect();
    const epoch = ((clientX - box.left - CURVE_LEFT) / (box.width - CURVE_LEFT - CURVE_RIGHT)) * last;
    acts.go(nearestOf(lesson.epochs, epoch));
  }
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    goThere(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) goThere(event);
  });

  /**
   * @param {ScrubState} state
   * @param {Paints} paints
   */
  function show({ k, branch, log }, { of }) {
    const { width, height } = clear();
    const scale = scaleOfLosses([data.losses, data.validation, branch?.losses ?? []], log);
    const xOf = (/** @type {number} */ epoch) => CURVE_LEFT + (epoch / last) * (width - CURVE_LEFT - CURVE_RIGHT);
    const yOf = (/** @type {number} */ loss) =>
      CURVE_TOP + (1 - scale.share(loss)) * (height - CURVE_TOP - CURVE_BOTTOM);

    setFont(0.8);
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    pen.lineWidth = 1;
    for (const { loss, text } of scale.ticks) {
      const y = yOf(loss);
      pen.strokeStyle = of["neuron-edge"];
      line([CURVE_LEFT, y, width - CURVE_RIGHT, y]);
      pen.fillStyle = of.muted;
      pen.fillText(text, CURVE_LEFT - 6, y);
    }
    pen.fillText(log ? "loss, by powers of ten" : "loss", width - CURVE_RIGHT, CURVE_TOP + 8);
    pen.textAlign = "left";
    pen.textBaseline = "bottom";
    pen.fillText(`epoch ${lesson.epochs[k]}`, Math.min(Math.max(xOf(lesson.epochs[k]) - 28, 0), width - 76), height);

    const path = (/** @type {ArrayLike<number>} */ losses, /** @type {number} */ from) =>
      Array.from(losses).flatMap((loss, i) => (Number.isFinite(loss) ? [xOf(from + i + 1), yOf(loss)] : []));
    if (data.validation.length) {
      pen.setLineDash([2, 4]);
      stroke(path(data.validation, 0), of.muted, 2);
    }
    pen.setLineDash(branch ? [7, 5] : []);
    stroke(path(data.losses, 0), branch ? of.muted : of.forward, branch ? 1.8 : 2.4);
    pen.setLineDash([]);
    if (branch) {
      const at = lesson.epochs[branch.from];
      stroke(path(data.losses.subarray(0, at), 0), of.forward, 2.4);
      stroke(path(branch.losses, at), of.backward, 2.8);
      pen.strokeStyle = of.backward;
      line([xOf(at), CURVE_TOP, xOf(at), height - CURVE_BOTTOM]);
    }
    pen.strokeStyle = of.ink;
    pen.lineWidth = 2;
    line([xOf(lesson.epochs[k]), CURVE_TOP - 6, xOf(lesson.epochs[k]), height - CURVE_BOTTOM]);
    canvas.setAttribute("aria-label", told(branch));
  }

  /** @param {number[]} points x, y, x, y, ... */
  function line(points) {
    pen.beginPath();
    for (let i = 0; i < points.length; i += 2) pen.lineTo(points[i], points[i + 1]);
    pen.stroke();
  }

  /** @param {number[]} points @param {string} colour @param {number} width */
  function stroke(points, colour, width) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    line(points);
  }

  /** @param {Branch | null} branch */
  function told(branch) {
    const { losses } = data;
    if (!losses.length) return "The loss: no epoch was trained.";
    const recorded = `The loss over ${losses.length} epochs, from ${brief(losses[0])} to ${brief(losses[losses.length - 1])}`;
    const other = branch?.losses.length ? `; the branch ends at ${brief(branch.losses[branch.losses.length - 1])}` : "";
    return `${recorded}${other}.`;
  }

  return { figure, show };
}

/**
 * The place of the number that is nearest to another.
 * @param {number[]} numbers rising
 * @param {number} x
 */
export function nearestOf(numbers, x) {
  return numbers.reduce((best, number, i) => (Math.abs(number - x) < Math.abs(numbers[best] - x) ? i : best), 0);
}

/**
 * Where a loss lies between the bottom of the curve, 0, and its top, 1; and which losses are written beside it.
 * @param {ArrayLike<number>[]} curves the first is the recorded one: others may leave its scale at the top
 * @param {boolean} log by powers of ten
 */
export function scaleOfLosses([recorded, ...others], log) {
  const finite = (/** @type {ArrayLike<number>} */ losses) =>
    Array.from(losses).filter((loss) => Number.isFinite(loss) && (!log || loss > 0));
  const own = finite(recorded);
  const all = [...own, ...others.flatMap(finite)];
  const most = Math.max(...all, 0) || 1;
  const top = Math.min(most, 3 * (Math.max(...own, 0) || most));
  const within = (/** @type {number} */ share) => Math.min(Math.max(share, 0), 1.02);
  if (!log) {
    const ticks = [0, top / 2, top].map((loss) => ({ loss, text: brief(loss) }));
    return { share: (/** @type {number} */ x) => within(x / (1.05 * top)), ticks };
  }
  const low = Math.floor(Math.log10(Math.min(...all, top)));
  const high = Math.max(Math.ceil(Math.log10(top)), low + 1);
  const step = Math.ceil((high - low) / 4);
  const ticks = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => {
    const power = low + i * step;
    return { loss: 10 ** power, text: `10${superscript(power)}` };
  });
  return { share: (/** @type {number} */ x) => within((Math.log10(x) - low) / (high - low)), ticks };
}
