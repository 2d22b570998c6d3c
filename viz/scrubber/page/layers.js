// Where the network's picture has its tiles: columns from the inputs to the outputs, one tile a neuron.

const GAP = 6; // pixels between two tiles
const LARGEST_TILE = 64;
const SMALLEST_TILE = 14; // below it a column stands in two or more
const SHOWN = 64; // neurons of a layer, at most

/**
 * @param {number} inputs tiles of the inputs: 1 where they are a picture
 * @param {{ outputs: number }[]} layers
 * @param {{ width: number, height: number }} room
 * @param {number} foot pixels below the columns
 * @returns {Tile[]}
 */
export function tilesOf(inputs, layers, { width, height }, foot) {
  const sizes = [inputs, ...layers.map(({ outputs }) => outputs)];
  const across = width / sizes.length;
  const head = 22;
  return sizes.flatMap((size, column) => {
    const shown = Math.min(size, SHOWN);
    const rows = Math.min(shown, Math.max(1, Math.floor((height - foot - head) / (SMALLEST_TILE + GAP))));
    const deep = Math.ceil(shown / rows);
    const perRow = Math.ceil(shown / deep);
    const room = (height - foot - head) / perRow - GAP;
    const side = Math.floor(Math.min(LARGEST_TILE, room, (across * 0.62) / deep - GAP));
    const left = column * across + across * 0.08;
    const top = head + (height - foot - head - perRow * (side + GAP) + GAP) / 2;
    return Array.from({ length: shown }, (_, i) => ({
      layer: column - 1,
      neuron: i,
      x: left + Math.floor(i / perRow) * (side + GAP),
      y: top + (i % perRow) * (side + GAP),
      side,
      more: i === shown - 1 ? size - shown : 0,
      isCrowded: deep > 1,
    }));
  });
}

/**
 * Which tiles are joined: each neuron with all of the layer before; to a picture no line is drawn.
 * @param {Tile[]} tiles
 * @param {boolean} isPicture whether the inputs are one
 * @returns {[Tile, Tile][]} from, to
 */
export function joined(tiles, isPicture) {
  const readers = tiles.filter(({ layer }) => layer >= Number(isPicture));
  return readers.flatMap((to) =>
    tiles.filter(({ layer }) => layer === to.layer - 1).map((from) => /** @type {[Tile, Tile]} */ ([from, to])),
  );
}

/**
 * The tile at a place.
 * @param {Tile[]} tiles
 * @param {number} x
 * @param {number} y
 */
export const tileAt = (tiles, x, y) =>
  tiles.find(
    (tile) => x >= tile.x - 2 && x <= tile.x + tile.side + 2 && y >= tile.y - 2 && y <= tile.y + tile.side + 2,
  );

/**
 * The neuron that lies in a direction from another; the same one where there is none.
 * @param {number[]} sizes neurons of each layer
 * @param {Unit} place
 * @param {"in" | "out" | "up" | "down"} way
 * @returns {Unit}
 */
export function neuronBeside(sizes, { layer, neuron }, way) {
  if (way === "up" || way === "down") {
    const next = neuron + (way === "up" ? -1 : 1);
    return next < 0 || next >= sizes[layer] ? { layer, neuron } : { layer, neuron: next };
  }
  const to = layer + (way === "in" ? -1 : 1);
  if (to < 0 || to >= sizes.length) return { layer, neuron };
  const scaled = Math.floor(((neuron + 0.5) * sizes[to]) / sizes[layer]);
  return { layer: to, neuron: Math.min(scaled, sizes[to] - 1) };
}

/**
 * What a neuron or an input is called.
 * @param {Unit} place
 * @param {string[]} names of the inputs
 */
export const unitName = ({ layer, neuron }, names) =>
  layer < 0 ? `input ${names[neuron]}` : `layer ${layer}, neuron ${neuron}`;
