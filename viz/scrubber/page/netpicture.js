// The network: columns of neurons, each with its own map; weights as width, blue above 0, orange and dashed below.

import { element } from "../../player/page/dom.js";
import { brief, plural } from "../../player/page/numbers.js";
import { smallMap } from "./heights.js";
import { joined, tileAt, tilesOf } from "./layers.js";
import { makeCanvas } from "./paints.js";
import { pictureOf, pixelOf } from "./shades.js";

const SMALL = 32; // places along a tile's map
const FOOT = 46; // pixels below the columns, for the size of the gradients
const WIDEST = 5.5;
const LOWEST_POWER = -6; // powers of ten between which the size of a gradient has a bar
const HIGHEST_POWER = 1;

/**
 * @param {ScrubLesson} lesson
 * @param {Network} network
 * @param {ScrubActs} acts
 */
export function makeNetPicture(lesson, network, acts) {
  const { canvas, pen, clear, setFont } = makeCanvas("net");
  const figure = element("figure", { class: "network" }, canvas);
  /** @type {Tile[]} */
  let tiles = [];
  let letter = 13; // the size of what is written

  /** @param {MouseEvent} event */
  function under({ clientX, clientY }) {
    const box = canvas.getBoundingClientRect();
    const tile = tileAt(tiles, clientX - box.left, clientY - box.top);
    if (!tile || (tile.layer < 0 && lesson.image)) return null;
    return { layer: tile.layer, neuron: tile.neuron };
  }

  canvas.addEventListener("pointermove", (event) => {
    const place = event.pointerType === "touch" ? null : under(event);
    canvas.style.cursor = place ? "pointer" : "";
    acts.hover(place);
  });
  canvas.addEventListener("pointerleave", () => acts.hover(null));
  canvas.addEventListener("click", (event) => acts.pin(under(event)));

  /**
   * @param {Seen} view
   * @param {ScrubState} state
   * @param {Paints} paints
   * @param {() => Float64Array} gridOfInputs
   */
  function show(view, state, paints, gridOfInputs) {
    const room = clear();
    tiles = tilesOf(lesson.image ? 1 : network.layers[0].inputs, network.layers, room, FOOT);
    letter = setFont(state.big ? 0.8 : 0.87, "600");
    drawWeights(view, state, paints);
    for (const tile of tiles) drawTile(tile, view, state, paints, gridOfInputs);
    for (const tile of tiles) drawNumbers(tile, view.row, state, paints);
    drawHeads(view, paints, room);
    canvas.setAttribute("aria-label", told(view));
  }

  /**
   * @param {Seen} view
   * @param {ScrubState} state
   * @param {Paints} paints
   */
  function drawWeights({ parameters }, { hovered, pinned }, { of }) {
    const chosen = hovered ?? pinned;
    const top = network.layers.map((layer) => largest(parameters, layer));
    const isChosen = (/** @type {Tile} */ end) => end.layer === chosen?.layer && end.neuron === chosen.neuron;
    for (const [from, to] of joined(tiles, lesson.image !== null)) {
      const { weights, inputs } = network.layers[to.layer];
      const weight = parameters[weights + to.neuron * inputs + from.neuron];
      const share = Math.abs(weight) / top[to.layer];
      pen.globalAlpha = edgeAlpha(chosen !== null, isChosen(to) || isChosen(from), share);
      pen.strokeStyle = weight < 0 ? of.backward : of.forward;
      pen.setLineDash(weight < 0 ? [6, 4] : []);
      pen.lineWidth = Math.max(0.35, Math.min(WIDEST, (WIDEST * Math.abs(weight)) / Math.max(top[to.layer], 1)));
      line(from, to);
    }
    pen.setLineDash([]);
    pen.globalAlpha = 1;
  }

  /** @param {Tile} from @param {Tile} to */
  function line(from, to) {
    const [x0, y0, x1, y1] = [from.x + from.side, from.y + from.side / 2, to.x, to.y + to.side / 2];
    const bend = (x1 - x0) * 0.45;
    pen.beginPath();
    pen.moveTo(x0, y0);
    pen.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
    pen.stroke();
  }

  /**
   * @param {Tile} tile
   * @param {Seen} view
   * @param {ScrubState} state
   * @param {Paints} paints
   * @param {() => Float64Array} gridOfInputs
   */
  function drawTile(tile, view, { hovered, pinned }, paints, gridOfInputs) {
    const { layer, neuron, x, y, side } = tile;
    pen.imageSmoothingEnabled = false;
    pen.drawImage(faceOf(tile, view, paints, gridOfInputs), x, y, side, side);
    const chosen = hovered ?? pinned;
    const isChosen = chosen?.layer === layer && chosen?.neuron === neuron;
    pen.strokeStyle = isChosen ? paints.of.ink : paints.of.line;
    pen.lineWidth = isChosen ? 3 : 1;
    pen.strokeRect(x, y, side, side);
    if (tile.more) {
      pen.fillStyle = paints.of.muted;
      pen.textAlign = "left";
      pen.textBaseline = "top";
      pen.fillText(`+ ${tile.more}`, x, y + side + 2);
    }
  }

  /**
   * What a tile shows: the neuron's map; of a layer that reads a picture its weights, as such a picture.
   * @param {Tile} tile
   * @param {Seen} view
   * @param {Paints} paints
   * @param {() => Float64Array} gridOfInputs
   */
  function faceOf({ layer, neuron }, { parameters, grid, row }, paints, gridOfInputs) {
    const n = grid.side * grid.side;
    if (lesson.image && layer <= 0) {
      const [rows, columns] = lesson.image;
      const { weights, inputs } = network.layers[0];
      const seen = row?.inputs ?? new Float64Array(inputs);
      const numbers =
        layer < 0 ? seen : parameters.subarray(weights + neuron * inputs, weights + (neuron + 1) * inputs);
      const top = Array.from(numbers, Math.abs).reduce((most, x) => Math.max(most, x), 1e-9);
      return pictureOf(columns, rows, (p) => pixelOf(paints.numbers, numbers[p] / top));
    }
    const heights = (layer < 0 ? gridOfInputs() : grid.outs[layer]).subarray(neuron * n, (neuron + 1) * n);
    return smallMap(grid, heights, layer < 0 ? "" : network.layers[layer].activation, paints.numbers, SMALL);
  }

  /**
   * Names of the inputs; and the numbers of one row: what each neuron gives and, of a sample, the gradient of its sum.
   * @param {Tile} tile
   * @param {RowNumbers | null} row
   * @param {ScrubState} state
   * @param {Paints} paints
   */
  function drawNumbers({ layer, neuron, x, y, side, isCrowded }, row, { hovered, pinned }, { of }) {
    const chosen = hovered ?? pinned;
    const isChosen = chosen?.layer === layer && chosen?.neuron === neuron;
    if (((side + 6 < 1.25 * letter || isCrowded) && !isChosen) || (layer < 0 && lesson.image)) return;
    const lines = layer < 0 ? linesOfInput(neuron, row, of) : linesAt(layer, neuron, row, of);
    if (lines.length) drawText(lines, { x, y, side }, of.paper);
  }

  /**
   * What an input is called, and its number in the row.
   * @param {number} neuron
   * @param {RowNumbers | null} row
   * @param {Paints["of"]} of
   */
  function linesOfInput(neuron, row, of) {
    const name = lesson.names[neuron];
    const most = Math.floor(canvas.clientWidth / (network.layers.length + 1) / letter); // what the column has room for
    const called = { text: name.length > most ? `${name.slice(0, most - 1)}…` : name, colour: of.muted };
    return row ? [called, { text: brief(row.inputs[neuron]), colour: of.forward }] : [called];
  }

  /**
   * @param {number} layer
   * @param {number} neuron
   * @param {RowNumbers | null} row
   * @param {Paints["of"]} of
   */
  function linesAt(layer, neuron, row, of) {
    if (!row) return [];
    const out = { text: brief(row.outs[layer][neuron]), colour: of.forward };
    if (!row.deltas) return [out];
    return [out, { text: `∂ ${brief(row.deltas[layer][neuron])}`, colour: of.backward }];
  }

  /**
   * Lines beside a tile; side by side where the tile is low.
   * @param {{ text: string, colour: string }[]} lines
   * @param {{ x: number, y: number, side: number }} tile
   * @param {string} paper
   */
  function drawText(lines, { x, y, side }, paper) {
    const beside = side < 2.3 * letter && lines.length > 1;
    const text = lines.map((each) => pen.measureText(each.text).width);
    const wide = beside ? text[0] + text[1] + 8 : Math.max(...text);
    const row = 1.2 * letter;
    const high = beside ? row : row * lines.length;
    const [left, top] = [x + side + 4, y + side / 2 - high / 2];
    pen.globalAlpha = 0.88;
    pen.fillStyle = paper;
    pen.fillRect(left - 2, top - 1, wide + 5, high + 2);
    pen.globalAlpha = 1;
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    lines.forEach(({ text: said, colour }, i) => {
      pen.fillStyle = colour;
      pen.fillText(said, left + (beside ? i * (text[0] + 8) : 0), top + row / 2 + (beside ? 0 : i * row));
    });
  }

  /**
   * What each column is, and below it the size of its gradients.
   * @param {Seen} view
   * @param {Paints} paints
   * @param {{ width: number, height: number }} room
   */
  function drawHeads({ sizes }, { of }, { width, height }) {
    const across = width / (network.layers.length + 1);
    pen.textBaseline = "alphabetic";
    pen.textAlign = "left";
    for (let column = 0; column <= network.layers.length; column++) {
      const left = column * across + across * 0.08;
      pen.fillStyle = of.muted;
      pen.fillText(headOf(column), left, 14, across * 0.9);
      if (!sizes) continue;
      if (column === 0) {
        pen.fillText("mean |∂loss/∂w|", left, height - 12, across * 0.86);
        continue;
      }
      const size = sizes[column - 1];
      const share = Math.min(
        Math.max((Math.log10(size || 1e-12) - LOWEST_POWER) / (HIGHEST_POWER - LOWEST_POWER), 0.01),
        1,
      );
      pen.fillStyle = of.chip;
      pen.fillRect(left, height - 34, across * 0.8, 7);
      pen.fillStyle = of.backward;
      pen.fillRect(left, height - 34, across * 0.8 * share, 7);
      pen.fillText(brief(size), left, height - 10);
    }
  }

  /** @param {number} column */
  function headOf(column) {
    if (column === 0) return lesson.image ? "inputs: a picture" : "inputs";
    const { outputs, activation } = network.layers[column - 1];
    const name = column === network.layers.length ? "output" : `layer ${column - 1}`;
    return `${name}: ${outputs} ${activation}`;
  }

  /** @param {Seen} view */
  function told({ sizes }) {
    const layers = network.layers.map(({ outputs, activation }, l) => {
      const size = sizes ? `, mean size of a gradient ${brief(sizes[l])}` : "";
      return `${plural(outputs, "neuron")}, ${activation}${size}`;
    });
    return `The network: ${plural(network.layers[0].inputs, "input")}; then ${layers.join("; then ")}.`;
  }

  return { figure, show };
}

/**
 * @param {Float64Array} parameters
 * @param {{ weights: number, inputs: number, outputs: number }} layer
 */
function largest(parameters, { weights, inputs, outputs }) {
  let top = 1e-9;
  for (let i = weights; i < weights + inputs * outputs; i++) top = Math.max(top, Math.abs(parameters[i]));
  return top;
}

/**
 * @param {boolean} isOneChosen
 * @param {boolean} isOurs
 * @param {number} share of the largest weight
 */
function edgeAlpha(isOneChosen, isOurs, share) {
  if (isOneChosen) return isOurs ? 1 : 0.1;
  return 0.18 + 0.72 * share;
}
