// The camera over a drawing: which point of it stands in the middle of the place it is shown in, and how large.

const MARGIN = 12; // pixels around what is shown
const LARGEST = 6; // pixels a unit, by hand
const ROOMY = 3.2; // pixels a unit at which a small drawing is large enough
const STOPS = 3; // in one width of the place: where the camera stands still, so that it seldom moves

/** @param {Rect} box */
const middle = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });

/**
 * A number between two; in their middle where there is nothing between them.
 * @param {number} x
 * @param {number} low
 * @param {number} high
 */
const within = (x, low, high) => (low > high ? (low + high) / 2 : Math.min(Math.max(x, low), high));

/**
 * The smallest box around boxes; undefined around none.
 * @param {Rect[]} boxes
 * @returns {Rect | undefined}
 */
export function around(boxes) {
  if (boxes.length === 0) return undefined;
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const width = Math.max(...boxes.map((box) => box.x + box.width)) - x;
  return { x, y, width, height: Math.max(...boxes.map((box) => box.y + box.height)) - y };
}

/**
 * The whole drawing, as large as its place allows in both directions.
 * @param {Rect} drawing in its own units
 * @param {Size} place in pixels
 * @returns {Camera}
 */
export function fit(drawing, place) {
  const across = (place.width - 2 * MARGIN) / drawing.width;
  const down = (place.height - 2 * MARGIN) / drawing.height;
  return { ...middle(drawing), scale: Math.max(Math.min(across, down, ROOMY), 0.001) };
}

/**
 * As little moved as needed to see a box whole; what is larger than the place stands in the middle.
 * @param {Camera} camera
 * @param {Rect} box
 * @param {Size} place
 * @returns {Camera}
 */
export function follow(camera, box, place) {
  const x = (place.width / 2 - MARGIN) / camera.scale;
  const y = (place.height / 2 - MARGIN) / camera.scale;
  return {
    scale: camera.scale,
    x: within(camera.x, box.x + box.width - x, box.x + x),
    y: within(camera.y, box.y + box.height - y, box.y + y),
  };
}

/**
 * Where the camera stands by itself: it shows the whole, or, where numbers would be too small, what is in play at the
 * least size that can be read. It depends on nothing else, so the way back shows the same again.
 * @param {Rect} drawing
 * @param {Size} place
 * @param {number} least pixels a unit
 * @param {Rect[]} inPlay what should be seen, the last the most
 * @returns {Camera}
 */
export function aim(drawing, place, least, inPlay) {
  const whole = fit(drawing, place);
  const all = around(inPlay);
  if (whole.scale >= least || !all) return whole;
  /**
   * @param {number} at where what is in play has its middle
   * @param {number} start of the drawing
   * @param {number} length of it
   * @param {number} room the pixels of the place
   */
  const stop = (at, start, length, room) => {
    const half = room / least / 2;
    const stride = (2 * half) / STOPS;
    const near = start + half + Math.round((at - start - half) / stride) * stride;
    const rim = MARGIN / least;
    return within(near, start + half - rim, start + length - half + rim);
  };
  const { x, y } = middle(all);
  /** @type {Camera} */
  const camera = {
    scale: least,
    x: stop(x, drawing.x, drawing.width, place.width),
    y: stop(y, drawing.y, drawing.height, place.height),
  };
  return [all, ...inPlay].reduce((moved, box) => follow(moved, box, place), camera);
}

/**
 * Nearer or farther; the point under the hand stays where it is.
 * @param {Camera} camera
 * @param {Rect} drawing
 * @param {Size} place
 * @param {{ x: number, y: number }} hand pixels from the corner of the place
 * @param {number} factor
 * @returns {Camera}
 */
export function zoomAt(camera, drawing, place, hand, factor) {
  const scale = within(camera.scale * factor, Math.min(fit(drawing, place).scale, 1) * 0.7, LARGEST);
  const gain = 1 / camera.scale - 1 / scale;
  const x = camera.x + (hand.x - place.width / 2) * gain;
  const y = camera.y + (hand.y - place.height / 2) * gain;
  return kept({ x, y, scale }, drawing);
}

/**
 * Moved by so many pixels.
 * @param {Camera} camera
 * @param {Rect} drawing
 * @param {number} dx
 * @param {number} dy
 */
export const panned = ({ x, y, scale }, drawing, dx, dy) =>
  kept({ x: x - dx / scale, y: y - dy / scale, scale }, drawing);

/**
 * The drawing is never lost: its rim comes to the middle of the place and no farther.
 * @param {Camera} camera
 * @param {Rect} drawing
 * @returns {Camera}
 */
function kept({ x, y, scale }, drawing) {
  return {
    scale,
    x: within(x, drawing.x, drawing.x + drawing.width),
    y: within(y, drawing.y, drawing.y + drawing.height),
  };
}

/**
 * What a camera sees, in the drawing's units.
 * @param {Camera} camera
 * @param {Size} place
 * @returns {Rect}
 */
export function seen({ x, y, scale }, { width, height }) {
  return { x: x - width / scale / 2, y: y - height / scale / 2, width: width / scale, height: height / scale };
}

/**
 * How the drawing is moved, inside an SVG that already fits it (`viewBox`) to its place.
 * @param {Camera} camera
 * @param {Rect} drawing
 * @param {Size} place
 */
export function transformOf({ x, y, scale }, drawing, place) {
  const centre = middle(drawing);
  const times = scale / Math.min(place.width / drawing.width, place.height / drawing.height);
  return `translate(${pixels(centre.x - times * x)},${pixels(centre.y - times * y)}) scale(${times.toFixed(4)})`;
}

/** @param {number} x */
const pixels = (x) => `${x.toFixed(2)}px`;

/**
 * The corner of a place (whether at the right, whether below) where something of this size covers the least of a box.
 * @param {Size} thing
 * @param {Size} place
 * @param {Rect | undefined} box in pixels of the place
 */
export function freeCorner(thing, place, box) {
  const corners = [
    [true, true],
    [false, true],
    [true, false],
    [false, false],
  ];
  const covered = corners.map(([right, low]) => {
    const x = right ? place.width - thing.width : 0;
    const y = low ? place.height - thing.height : 0;
    return box ? overlap({ x, y, ...thing }, box) : 0;
  });
  return corners[covered.indexOf(Math.min(...covered))];
}

/**
 * What two boxes share; its sides are 0 where they do not meet.
 * @param {Rect} a
 * @param {Rect} b
 * @returns {Rect}
 */
export function common(a, b) {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return { x, y, width: Math.max(width, 0), height: Math.max(height, 0) };
}

/**
 * The area of that.
 * @param {Rect} a
 * @param {Rect} b
 */
export function overlap(a, b) {
  const { width, height } = common(a, b);
  return width * height;
}
