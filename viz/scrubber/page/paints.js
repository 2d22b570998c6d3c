// What the pictures are painted with: canvases as sharp as the screen, and the page's colours as they are now.

import { element } from "../../player/page/dom.js";
import { classColour, rampOf, rgbOf } from "./shades.js";

const ROLE_NAMES = ["paper", "ink", "muted", "line", "forward", "backward", "card", "chip", "neuron-edge"];

/**
 * A canvas that fills its place.
 * @param {string} kind
 */
export function makeCanvas(kind) {
  const canvas = element("canvas", { class: kind, role: "img" });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

  /** The size in the page's pixels; what was painted is gone. */
  function clear() {
    const { clientWidth: width, clientHeight: height } = canvas;
    const sharp = window.devicePixelRatio || 1;
    const [across, down] = [Math.round(width * sharp), Math.round(height * sharp)];
    if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down });
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    pen.clearRect(0, 0, width, height);
    return { width, height };
  }

  /** Write as large as the page does, times so much. @param {number} times @param {string} [weight] */
  function setFont(times, weight = "") {
    const { fontSize, fontFamily } = getComputedStyle(canvas);
    const size = times * Number.parseFloat(fontSize);
    pen.font = `${weight} ${size}px ${fontFamily}`;
    return size;
  }

  return { canvas, pen, clear, setFont };
}

/**
 * The colours as they are now: light, dark, or what the reader's system forces.
 * @param {HTMLElement} place
 * @param {number} classes
 * @returns {Paints}
 */
export function paintsOf(place, classes) {
  const style = getComputedStyle(place);
  const of = Object.fromEntries(ROLE_NAMES.map((role) => [role, style.getPropertyValue(`--${role}`).trim()]));
  const paper = solid(of.paper);
  const numbers = rampOf(paper, rgbOf("#e69f00"), rgbOf("#0072b2"));
  const kinds = Array.from({ length: Math.max(classes, 2) }, (_, k) => rampOf(paper, paper, rgbOf(classColour(k))));
  return { of, numbers, kinds };
}

/**
 * A colour of the sheet as red, green, blue; the system's own colours by their usual ones.
 * @param {string} colour
 */
const solid = (colour) => rgbOf(/^#\w{6}$/.test(colour) ? colour : "#ffffff");

const SHAPES = [disc, square, triangle, diamond, plus, wedge];

/**
 * A sample's mark: its class has a shape, as it has a colour.
 * @param {CanvasRenderingContext2D} pen
 * @param {number} kind
 * @param {number} x
 * @param {number} y
 * @param {number} r
 */
export function mark(pen, kind, x, y, r) {
  pen.beginPath();
  SHAPES[kind % SHAPES.length](pen, x, y, r);
}

/** @typedef {(pen: CanvasRenderingContext2D, x: number, y: number, r: number) => void} Shape */

/** @type {Shape} */
function disc(pen, x, y, r) {
  pen.arc(x, y, r, 0, 2 * Math.PI);
}

/** @type {Shape} */
function square(pen, x, y, r) {
  pen.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
}

/** @type {Shape} */
function triangle(pen, x, y, r) {
  path(pen, [x, y - 1.15 * r, x + 1.1 * r, y + 0.85 * r, x - 1.1 * r, y + 0.85 * r]);
}

/** @type {Shape} */
function diamond(pen, x, y, r) {
  path(pen, [x, y - 1.25 * r, x + 1.25 * r, y, x, y + 1.25 * r, x - 1.25 * r, y]);
}

/** @type {Shape} */
function plus(pen, x, y, r) {
  pen.rect(x - 1.1 * r, y - 0.4 * r, 2.2 * r, 0.8 * r);
  pen.rect(x - 0.4 * r, y - 1.1 * r, 0.8 * r, 2.2 * r);
}

/** @type {Shape} */
function wedge(pen, x, y, r) {
  path(pen, [x, y + 1.15 * r, x + 1.1 * r, y - 0.85 * r, x - 1.1 * r, y - 0.85 * r]);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number[]} corners
 */
function path(pen, corners) {
  pen.moveTo(corners[0], corners[1]);
  for (let i = 2; i < corners.length; i += 2) pen.lineTo(corners[i], corners[i + 1]);
  pen.closePath();
}
