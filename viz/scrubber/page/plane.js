// The plane that the maps are drawn over: two inputs, or of more the two directions in which the samples spread most.

const MARGIN_AROUND = 0.12; // of the samples' range, left free around them
const ROUNDS = 60; // of power iteration

/**
 * @param {Float64Array} rows
 * @param {number} width
 * @param {string[]} names
 * @param {(i: number) => number} target of a sample: of one input the place along the other axis
 * @returns {Plane}
 */
export function planeOf(rows, width, names, target) {
  const count = rows.length / width;
  const middle = Float64Array.from({ length: width }, (_, i) => {
    let sum = 0;
    for (let p = 0; p < count; p++) sum += rows[p * width + i];
    return sum / count;
  });
  const isOwn = width <= 2;
  const directions = isOwn ? own(width) : principal(rows, width, middle);
  const origin = isOwn ? new Float64Array(width) : middle;
  const isLine = width === 1;
  const points = Array.from({ length: count }, (_, p) => {
    const row = rows.subarray(p * width, (p + 1) * width);
    return isLine ? [row[0], target(p)] : directions.map((direction) => along(row, origin, direction));
  });
  const [[left, right], [bottom, top]] = [0, 1].map((axis) => range(points.map((point) => point[axis])));
  const labels = isOwn ? [names[0], names[1] ?? "output"] : ["first principal direction", "second principal direction"];
  return { origin, directions, points, left, right, bottom, top, labels, isLine };
}

/** @param {number} width */
function own(width) {
  return [0, 1].map((axis) => Float64Array.from({ length: width }, (_, i) => Number(i === axis)));
}

/** @param {number[]} xs */
function range(xs) {
  const low = xs.reduce((least, x) => Math.min(least, x), Infinity);
  const high = xs.reduce((most, x) => Math.max(most, x), -Infinity);
  const free = (high - low || 1) * MARGIN_AROUND;
  return [low - free, high + free];
}

/**
 * @param {Float64Array} row
 * @param {Float64Array} origin
 * @param {Float64Array} direction
 */
function along(row, origin, direction) {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += (row[i] - origin[i]) * direction[i];
  return sum;
}

/**
 * The two first principal directions: Pearson 1901, found by power iteration.
 * @param {Float64Array} rows
 * @param {number} width
 * @param {Float64Array} middle
 */
function principal(rows, width, middle) {
  const spread = spreadOf(rows, width, middle);
  /** @type {Float64Array[]} */
  const found = [];
  while (found.length < 2) found.push(strongest(spread, width, found));
  return found;
}

/**
 * How the columns vary together.
 * @param {Float64Array} rows
 * @param {number} width
 * @param {Float64Array} middle
 */
function spreadOf(rows, width, middle) {
  const spread = new Float64Array(width * width);
  for (let start = 0; start < rows.length; start += width) {
    const off = rows.subarray(start, start + width).map((x, i) => x - middle[i]);
    for (let i = 0; i < width; i++) {
      if (off[i]) for (let j = 0; j < width; j++) spread[i * width + j] += off[i] * off[j];
    }
  }
  return spread;
}

/**
 * The direction in which they vary most, across those found before.
 * @param {Float64Array} spread
 * @param {number} width
 * @param {Float64Array[]} before
 */
function strongest(spread, width, before) {
  let v = Float64Array.from({ length: width }, (_, i) => 1 + ((i * 7 + before.length * 3) % 5));
  for (let round = 0; round < ROUNDS; round++) {
    const next = v.map((_, i) => v.reduce((sum, x, j) => sum + spread[i * width + j] * x, 0));
    for (const earlier of before) {
      const share = next.reduce((sum, x, i) => sum + x * earlier[i], 0);
      for (let i = 0; i < width; i++) next[i] -= share * earlier[i];
    }
    const length = Math.sqrt(next.reduce((sum, x) => sum + x * x, 0)) || 1;
    v = next.map((x) => x / length);
  }
  return v;
}

/**
 * The inputs at a place of the plane.
 * @param {Plane} plane
 * @param {number} u
 * @param {number} v
 */
export function inputsAt({ origin, directions: [across, up] }, u, v) {
  return origin.map((x, i) => x + u * across[i] + v * up[i]);
}

/**
 * The inputs at the places of a grid, as a batch; the first row is the top one.
 * @param {Plane} plane
 * @param {number} side places along each axis
 */
export function gridOf(plane, side) {
  const n = side * side;
  const columns = new Float64Array(plane.origin.length * n);
  for (let y = 0; y < side; y++) {
    const v = plane.top + ((plane.bottom - plane.top) * (y + 0.5)) / side;
    for (let x = 0; x < side; x++) {
      const u = plane.left + ((plane.right - plane.left) * (x + 0.5)) / side;
      inputsAt(plane, u, v).forEach((input, i) => {
        columns[i * n + y * side + x] = input;
      });
    }
  }
  return columns;
}
