// The large map: what the network, or one neuron, makes of every place of the plane, under the samples.

import { element } from "../../player/page/dom.js";
import { answerMap, scaleOf } from "./heights.js";
import { unitName } from "./layers.js";
import { makeCanvas, mark } from "./paints.js";
import { inputsAt } from "./plane.js";
import { classColour, colourOfPixel, contour, pictureOf, pixelOf } from "./shades.js";

const MEANT = 16; // pixels from a sample that still mean it
const FRAME = 30; // pixels left free at the left and below, for the names of the axes

/**
 * @param {ScrubLesson} lesson
 * @param {Network} network
 * @param {Plane} plane
 * @param {RunData} data
 * @param {ScrubActs} acts
 */
export function makeBoundary(lesson, network, plane, data, acts) {
  const { canvas, pen, clear, setFont } = makeCanvas("map");
  const caption = element("figcaption", { class: "map-name" });
  const figure = element("figure", { class: "boundary" }, canvas, caption);
  /** @type {{ x: number, y: number, side: number }} where the map lies in the canvas */
  let frame = { x: FRAME, y: 0, side: 1 };

  /** @param {number[]} point @returns {[number, number]} */
  const placeOf = ([u, v]) => [
    frame.x + ((u - plane.left) / (plane.right - plane.left)) * frame.side,
    frame.y + ((plane.top - v) / (plane.top - plane.bottom)) * frame.side,
  ];

  /** The first number of a sample's target. @param {number} i */
  const targetOf = (i) => data.targets[(i * data.targets.length) / lesson.count];

  /** @param {PointerEvent | MouseEvent} event */
  const inCanvas = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect();
    return [clientX - box.left, clientY - box.top];
  };

  /** @param {number} x @param {number} y */
  function nearest(x, y) {
    let best = null;
    let least = MEANT * MEANT;
    plane.points.forEach((point, i) => {
      const [px, py] = placeOf(point);
      const far = (px - x) ** 2 + (py - y) ** 2;
      if (far < least) [best, least] = [i, far];
    });
    return best;
  }

  canvas.addEventListener("click", (event) => {
    const [x, y] = inCanvas(event);
    acts.pick(nearest(x, y));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    const [x, y] = inCanvas(event);
    const u = plane.left + ((x - frame.x) / frame.side) * (plane.right - plane.left);
    const v = plane.top - ((y - frame.y) / frame.side) * (plane.top - plane.bottom);
    const isInside = x >= frame.x && y >= frame.y && x <= frame.x + frame.side && y <= frame.y + frame.side;
    canvas.style.cursor = nearest(x, y) === null ? "crosshair" : "pointer";
    acts.probe(isInside ? inputsAt(plane, u, v) : null);
  });
  canvas.addEventListener("pointerleave", () => acts.probe(null));

  /**
   * @param {Seen} view
   * @param {ScrubState} state
   * @param {Paints} paints
   * @param {() => Float64Array} gridOfInputs
   */
  function show(view, state, paints, gridOfInputs) {
    const { width, height } = clear();
    const side = Math.max(10, Math.min(width - FRAME, height - FRAME));
    frame = { x: FRAME + (width - FRAME - side) / 2, y: (height - FRAME - side) / 2, side };
    const place = state.hovered ?? state.pinned;
    if (plane.isLine) drawLine(place ?? { layer: network.layers.length - 1, neuron: 0 }, view, paints);
    else drawMap(place, view, paints, gridOfInputs);
    drawSamples(view, state, paints);
    drawFrame(paints);
    if (view.row && state.probe) cross(view.row.inputs, paints);
    caption.style.inset = `${frame.y + 6}px ${width - frame.x - side + 6}px auto auto`;
    caption.textContent = place ? nameOf(place) : "the answer";
    canvas.setAttribute("aria-label", told(view, state, place));
  }

  /**
   * @param {Unit | null} place
   * @param {Seen} view
   * @param {Paints} paints
   * @param {() => Float64Array} gridOfInputs
   */
  function drawMap(place, view, paints, gridOfInputs) {
    const { picture, border } = place
      ? neuronMap(place, view, paints, gridOfInputs)
      : answerMap(lesson, network, view.grid, paints);
    pen.imageSmoothingEnabled = lesson.side !== null || !lesson.kinds || place !== null;
    pen.drawImage(picture, frame.x, frame.y, frame.side, frame.side);
    if (border) drawBorder(border, view.grid.side, paints);
  }

  /**
   * Of one input: what a neuron makes of it, as a curve.
   * @param {Unit} place
   * @param {Seen} view
   * @param {Paints} paints
   */
  function drawLine({ layer, neuron }, { grid: { side, outs } }, { of }) {
    if (layer < 0) return;
    const heights = outs[layer].subarray(neuron * side * side, neuron * side * side + side);
    pen.save();
    pen.beginPath();
    pen.rect(frame.x, frame.y, frame.side, frame.side);
    pen.clip();
    pen.beginPath();
    heights.forEach((height, i) => {
      const u = plane.left + ((plane.right - plane.left) * (i + 0.5)) / side;
      pen.lineTo(...placeOf([u, height]));
    });
    pen.lineWidth = 3;
    pen.strokeStyle = of.ink;
    pen.stroke();
    pen.restore();
  }

  /**
   * @param {Unit} place
   * @param {Seen} view
   * @param {Paints} paints
   * @param {() => Float64Array} gridOfInputs
   */
  function neuronMap({ layer, neuron }, { grid }, paints, gridOfInputs) {
    const n = grid.side * grid.side;
    const heights = (layer < 0 ? gridOfInputs() : grid.outs[layer]).subarray(neuron * n, (neuron + 1) * n);
    const scale = scaleOf(layer < 0 ? "" : network.layers[layer].activation, heights);
    const picture = pictureOf(grid.side, grid.side, (p) => pixelOf(paints.numbers, scale(heights[p])));
    return { picture, border: (/** @type {number} */ p) => scale(heights[p]) };
  }

  /**
   * @param {(p: number) => number} border
   * @param {number} cells
   * @param {Paints} paints
   */
  function drawBorder(border, cells, paints) {
    const step = frame.side / cells;
    pen.beginPath();
    for (const [ax, ay, bx, by] of contour(border, cells)) {
      pen.moveTo(frame.x + (ax + 0.5) * step, frame.y + (ay + 0.5) * step);
      pen.lineTo(frame.x + (bx + 0.5) * step, frame.y + (by + 0.5) * step);
    }
    pen.lineWidth = 2.5;
    pen.strokeStyle = paints.of.ink;
    pen.stroke();
  }

  /**
   * @param {Seen} view
   * @param {ScrubState} state
   * @param {Paints} paints
   */
  function drawSamples({ taken }, { sample }, paints) {
    const top = plane.points.reduce((most, _, i) => Math.max(most, Math.abs(targetOf(i))), 1e-9);
    const r = Math.max(2, Math.min(6, frame.side / (4 * Math.sqrt(lesson.count))));
    const { kinds } = lesson;
    plane.points.forEach((point, i) => {
      const [x, y] = placeOf(point);
      mark(pen, kinds ? kinds[i] : 0, x, y, r);
      pen.fillStyle = kinds ? classColour(kinds[i]) : colourOfPixel(pixelOf(paints.numbers, targetOf(i) / top));
      pen.strokeStyle = kinds ? paints.of.paper : paints.of.ink;
      pen.lineWidth = kinds ? 1.4 : 0.8;
      pen.fill();
      pen.stroke();
    });
    const wrong = plane.points.filter((_, i) => taken && kinds && taken[i] !== kinds[i]);
    for (const point of wrong) ring(...placeOf(point), r + 2.5, 1.5, paints);
    if (sample !== null) {
      const [x, y] = placeOf(plane.points[sample]);
      ring(x, y, r + 7, 3, paints);
    }
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} r
   * @param {number} width
   * @param {Paints} paints
   */
  function ring(x, y, r, width, paints) {
    pen.beginPath();
    pen.arc(x, y, r, 0, 2 * Math.PI);
    pen.strokeStyle = paints.of.ink;
    pen.lineWidth = width;
    pen.stroke();
  }

  /** @param {Paints} paints */
  function drawFrame({ of }) {
    pen.strokeStyle = of.line;
    pen.lineWidth = 1;
    pen.strokeRect(frame.x + 0.5, frame.y + 0.5, frame.side - 1, frame.side - 1);
    pen.fillStyle = of.muted;
    setFont(0.87);
    pen.textAlign = "center";
    pen.textBaseline = "top";
    const [across, up] = plane.labels;
    pen.fillText(across, frame.x + frame.side / 2, frame.y + frame.side + 8);
    pen.save();
    pen.translate(frame.x - 20, frame.y + frame.side / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(up, 0, 0);
    pen.restore();
  }

  /**
   * @param {ArrayLike<number>} inputs
   * @param {Paints} paints
   */
  function cross(inputs, paints) {
    if (plane.isLine) return;
    const at = plane.directions.map((d) => d.reduce((sum, x, i) => sum + (inputs[i] - plane.origin[i]) * x, 0));
    const [x, y] = placeOf(at);
    pen.beginPath();
    pen.moveTo(x - 9, y);
    pen.lineTo(x + 9, y);
    pen.moveTo(x, y - 9);
    pen.lineTo(x, y + 9);
    pen.strokeStyle = paints.of.ink;
    pen.lineWidth = 1.5;
    pen.stroke();
  }

  /** @param {Unit} place */
  const nameOf = (place) => unitName(place, lesson.names);

  /**
   * @param {Seen} view
   * @param {ScrubState} state
   * @param {Unit | null} place
   */
  function told({ right, asked }, { sample }, place) {
    const what = place ? `The map of ${nameOf(place)}` : "The map of the answer";
    const good = right === null ? "" : `, ${right} of ${asked} samples right`;
    return `${what} over ${plane.labels.join(" and ")}${good}${sample === null ? "" : `; sample ${sample} is marked`}.`;
  }

  return { figure, show };
}
