// What is said: of the moment in a sentence, of a sample beside the pictures, and of every neuron in a table to be heard.

import { described, element, table } from "../../player/page/dom.js";
import { short } from "../../player/page/numbers.js";
import { unitName } from "./layers.js";

const LISTED = 6; // inputs that are written out

/**
 * The moment, in a sentence.
 * @param {ScrubLesson} lesson
 * @param {RunData} data
 * @param {ScrubState} state
 * @param {Seen} view
 */
export function momentOf({ epochs }, data, { k, branch }, { loss, right, asked }) {
  const epoch = epochs[k];
  const inBranch = branch !== null && k > branch.from;
  const scores = [
    loss === null ? "" : `loss ${short(loss)}`,
    right === null ? "" : `${right} of ${asked} right`,
  ].filter(Boolean);
  const all = epochs[epochs.length - 1];
  const where = epoch ? `After epoch ${epoch} of ${all}` : `Before the first of ${all} epochs`;
  const rate =
    epoch && data.rates.length
      ? ` Learning rate ${short(inBranch ? rateIn(branch, data, epochs, epoch) : data.rates[epoch - 1])}.`
      : "";
  return `${where}${inBranch ? ", on the branch" : ""}${scores.length ? `: ${scores.join(", ")}` : ""}.${rate}`;
}

/**
 * @param {Branch} branch
 * @param {RunData} data
 * @param {number[]} epochs
 * @param {number} epoch
 */
const rateIn = (branch, { rates }, epochs, epoch) => (rates[epoch - 1] * branch.lr) / rates[epochs[branch.from]];

/**
 * @param {ScrubLesson} lesson
 * @param {Network} network
 */
export function makeTelling(lesson, network) {
  const words = element("div", { class: "row-words" });
  const numbers = element("div", { class: "reader" });
  const section = element("section", { class: "row", "aria-label": "One sample" }, words, numbers);

  /** @param {number | undefined} kind */
  const called = (kind) => (kind === undefined ? "" : (lesson.classes[kind] ?? String(kind)));

  /**
   * @param {Seen} view
   * @param {ScrubState} state
   * @param {RunData} data
   */
  function show({ row }, { sample, probe, hovered, pinned }, data) {
    if (!row) {
      words.replaceChildren(
        element(
          "p",
          {},
          "Click a sample: its numbers run through the network. Point at a neuron: its map is shown large.",
        ),
      );
      numbers.replaceChildren();
      return;
    }
    const isSample = sample !== null && !probe;
    const name = isSample ? `Sample ${sample}` : "At the pointer";
    const lines = [...linesOfRow(row, isSample ? sample : null, data), ...lineOfNeuron(row, hovered ?? pinned)];
    words.replaceChildren(element("h2", {}, name), element("dl", {}, ...lines));
    numbers.replaceChildren(...(isSample ? [tableOf(row)] : []));
  }

  /**
   * @param {RowNumbers} row
   * @param {number | null} sample
   * @param {RunData} data
   */
  function linesOfRow(row, sample, data) {
    const outputs = row.outs[row.outs.length - 1];
    return [
      lesson.image ? [] : described(network.layers[0].inputs > 1 ? "inputs" : "input", spelt(Array.from(row.inputs))),
      described(network.outputs > 1 ? "outputs" : "output", spelt(outputs)),
      lesson.kinds ? described("taken for", called(takenFor(outputs))) : [],
      sample === null ? [] : described("should be", targetOf(sample, data)),
      row.loss === null ? [] : described("loss", short(row.loss)),
    ].flatMap((pair) => (pair.length ? [element("div", {}, pair[0], " ", pair[1])] : []));
  }

  /**
   * Of a neuron that is held or pointed at, and of which the map is shown: its own numbers.
   * @param {RowNumbers} row
   * @param {Unit | null} place
   */
  function lineOfNeuron({ sums, outs, deltas }, place) {
    if (!place || place.layer < 0) return [];
    const { layer, neuron } = place;
    const slope = deltas ? `; ∂loss/∂sum ${short(deltas[layer][neuron])}` : "";
    const { activation } = network.layers[layer];
    const bent = activation === "linear" ? "" : ` → ${activation} → ${short(outs[layer][neuron])}`;
    const said = described(unitName(place, lesson.names), `sum ${short(sums[layer][neuron])}${bent}${slope}`);
    return [element("div", {}, said[0], " ", said[1])];
  }

  /** @param {number} sample @param {RunData} data */
  function targetOf(sample, data) {
    if (lesson.kinds) return called(lesson.kinds[sample]);
    const width = data.targets.length / lesson.count;
    return spelt([...data.targets.subarray(sample * width, (sample + 1) * width)]);
  }

  /** @param {number[]} outputs */
  function takenFor(outputs) {
    if (lesson.side) return Number(outputs[0] > lesson.side.threshold);
    return outputs.indexOf(Math.max(...outputs));
  }

  /** @param {RowNumbers} row */
  function tableOf({ sums, outs, deltas }) {
    const rows = network.layers.flatMap((_, l) =>
      outs[l].map((out, j) => [
        `layer ${l}, neuron ${j}`,
        short(sums[l][j]),
        short(out),
        deltas ? short(deltas[l][j]) : "–",
      ]),
    );
    const caption = "The sample's numbers in every neuron";
    return table({ caption, heads: ["neuron", "sum", "output", "gradient of the sum"], rows, kind: "" });
  }

  return { section, show };
}

/** @param {number[]} numbers */
function spelt(numbers) {
  const shown = numbers.slice(0, LISTED).map((x) => short(x));
  return `${shown.join(", ")}${numbers.length > LISTED ? `, … (${numbers.length})` : ""}`;
}
