// Around one node, where the graph is too large to draw whole: its operands, the node, and what uses it.

import { drawn } from "./dom.js";

const CARD = { width: 132, height: 62 };
const PITCH = { across: 190, down: 84 };
const COLUMN = 6; // cards in a column

/**
 * What stands in the three columns: all of it in play comes first.
 * @param {LessonNode[]} nodes
 * @param {number} i
 * @param {Set<number>} inPlay
 */
export function columnsAround(nodes, i, inPlay) {
  const users = nodes.flatMap(({ parents }, j) => (parents.includes(i) ? [j] : []));
  const few = (/** @type {number[]} */ column) =>
    [...new Set(column)].sort((a, b) => Number(inPlay.has(b)) - Number(inPlay.has(a))).slice(0, COLUMN);
  return [few(nodes[i].parents), [i], few(users)];
}

/**
 * A view of it, like that of a neuron's inside.
 * @param {Lesson} lesson
 * @param {number} i
 * @param {Set<number>} inPlay
 */
export function nearbyOf({ nodes, ops }, i, inPlay) {
  const columns = columnsAround(nodes, i, inPlay);
  const members = columns.flat();
  const rows = Math.max(...columns.map((column) => column.length));
  const [width, height] = [2 * PITCH.across + CARD.width, (rows - 1) * PITCH.down + CARD.height];
  const svg = drawn("svg", { class: "chalkgrad", viewBox: `0 -14 ${width} ${height + 28}`, role: "group" });
  const camera = drawn("g", { class: "camera" });
  svg.dataset.view = "nearby";
  svg.append(camera);
  const spots = columns.flatMap((column, across) =>
    column.map((_, row) => ({
      x: across * PITCH.across,
      y: row * PITCH.down + ((rows - column.length) * PITCH.down) / 2,
    })),
  );
  members.forEach((user, place) => {
    nodes[user].parents.forEach((parent, operand) => {
      const from = members.indexOf(parent);
      if (from >= 0 && spots[from].x < spots[place].x) camera.append(edge(place, operand, spots[from], spots[place]));
    });
  });
  members.forEach((node, place) => {
    const { op, kind } = nodes[node];
    camera.append(card(place, op === null ? "" : ops[op].symbol, op === null ? String(kind) : "op", spots[place]));
  });
  return { svg, members };
}

/**
 * @param {number} place
 * @param {string} symbol
 * @param {string} kind
 * @param {Point} at
 */
function card(place, symbol, kind, { x, y }) {
  const role = kind === "op" ? "card" : kind;
  const group = drawn("g", { id: `n${place}`, class: `node ${kind}` });
  const text = (/** @type {string} */ name, /** @type {number} */ dx, /** @type {number} */ dy, content = "") => {
    const made = drawn("text", { class: name, x: x + dx, y: y + dy, "font-size": 12 });
    made.textContent = content;
    return made;
  };
  const right = (/** @type {SVGElement} */ made) => {
    made.setAttribute("text-anchor", "end");
    made.dataset.width = "64";
    return made;
  };
  group.append(
    drawn("rect", { x, y, ...CARD, rx: 6, "stroke-width": 1.1, class: `f-${role} s-${role}-edge outline` }),
    text("f-ink label", 10, 17),
    right(text("f-op", CARD.width - 12, 17, symbol)),
    text("f-muted cap", 10, 35, "data"),
    right(text("f-forward data", CARD.width - 12, 35)),
    text("f-muted cap", 10, 53, "grad"),
    right(text("f-backward grad", CARD.width - 12, 53)),
  );
  return group;
}

/**
 * @param {number} place of the user
 * @param {number} operand
 * @param {Point} from
 * @param {Point} to
 */
function edge(place, operand, from, to) {
  const group = drawn("g", { id: `e${place}-${operand}`, class: "edge" });
  const start = { x: from.x + CARD.width, y: from.y + CARD.height / 2 };
  const end = { x: to.x, y: to.y + CARD.height / 2 + operand * 8 - 4 };
  group.append(
    drawn("path", { class: "s-line", fill: "none", d: `M${start.x},${start.y}L${end.x - 6},${end.y}` }),
    drawn("polygon", {
      class: "f-line s-line",
      points: `${end.x},${end.y} ${end.x - 6},${end.y - 3} ${end.x - 6},${end.y + 3}`,
    }),
  );
  return group;
}
