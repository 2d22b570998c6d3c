// The colours of the maps: a class has one, paler where the network is less sure; a number is blue or orange.

// Colours that most colour-blind people tell apart (Okabe and Ito 2008), as in viz/plots.
const CLASS_COLOURS = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#d55e00",
  "#999933",
  "#882255",
  "#44aa99",
  "#775544",
];
const SHADES = 30; // on either side
const STRONGEST = 0.62; // how much of a colour the surest place has

/** @param {string} colour `#rrggbb` @returns {Rgb} */
export const rgbOf = (colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** @param {number} kind */
export const classColour = (kind) => CLASS_COLOURS[kind % CLASS_COLOURS.length];

/**
 * @param {Rgb} from
 * @param {Rgb} to
 * @param {number} share of the second
 */
export const mixed = (from, to, share) => from.map((x, i) => Math.round(x + (to[i] - x) * share));

/**
 * The colours from one to another over paper, in steps, so that lines of equal height show; each as a pixel's 32 bits.
 * @param {Rgb} paper
 * @param {Rgb} low at -1
 * @param {Rgb} high at 1
 */
export function rampOf(paper, low, high) {
  return Uint32Array.from({ length: 2 * SHADES + 1 }, (_, step) => {
    const share = (step - SHADES) / SHADES;
    const [r, g, b] = mixed(paper, share < 0 ? low : high, Math.abs(share) * STRONGEST);
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
}

/**
 * The pixel for a number from -1 to 1.
 * @param {Uint32Array} ramp
 * @param {number} x
 */
export const pixelOf = (ramp, x) => ramp[Math.round(Math.min(Math.max(x || 0, -1), 1) * SHADES) + SHADES];

/** A pixel as a colour of a sheet. @param {number} pixel */
export const colourOfPixel = (pixel) => `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;

/**
 * How sure the largest score is of several: 0 where the second is as large, towards 1 as it falls behind.
 * @param {number[]} scores
 */
export function lead(scores) {
  let best = 0;
  let second = -Infinity;
  for (let j = 1; j < scores.length; j++) {
    if (scores[j] > scores[best]) {
      second = scores[best];
      best = j;
    } else if (scores[j] > second) second = scores[j];
  }
  return { best, by: 1 - Math.exp(second - scores[best]) };
}

/**
 * A grid as a picture.
 * @param {number} width
 * @param {number} height
 * @param {(p: number) => number} pixelAt
 */
export function pictureOf(width, height, pixelAt) {
  const image = new ImageData(width, height);
  const into = new Uint32Array(image.data.buffer);
  for (let p = 0; p < into.length; p++) into[p] = pixelAt(p);
  const canvas = new OffscreenCanvas(width, height);
  /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d")).putImageData(image, 0, 0);
  return canvas;
}

/**
 * Where a number changes its side on a grid, as line segments in units of its cells (Lorensen and Cline 1987, in two
 * dimensions: marching squares).
 * @param {(p: number) => number} heightAt above 0 on one side, below on the other
 * @param {number} side
 * @returns {number[][]} each x, y, x, y
 */
export function contour(heightAt, side) {
  const segments = [];
  for (let y = 0; y + 1 < side; y++) {
    for (let x = 0; x + 1 < side; x++) {
      const p = y * side + x;
      const corners = [heightAt(p), heightAt(p + 1), heightAt(p + side + 1), heightAt(p + side)];
      const ends = crossings(corners);
      for (let i = 0; i + 1 < ends.length; i += 2) {
        segments.push([x + ends[i][0], y + ends[i][1], x + ends[i + 1][0], y + ends[i + 1][1]]);
      }
    }
  }
  return segments;
}

const CORNERS = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

/** @param {number[]} corners of a cell, clockwise */
function crossings(corners) {
  const ends = [];
  for (let i = 0; i < 4; i++) {
    const [a, b] = [corners[i], corners[(i + 1) % 4]];
    if (a > 0 === b > 0) continue;
    const share = a / (a - b);
    const [[ax, ay], [bx, by]] = [CORNERS[i], CORNERS[(i + 1) % 4]];
    ends.push([ax + (bx - ax) * share, ay + (by - ay) * share]);
  }
  return ends;
}
