// What flows along an edge at a step: the way it goes, the sum that it carries, and a dot that travels.

import { overlap } from "./camera.js";
import { drawn } from "./dom.js";

const HEAD = { length: 11, half: 5.5 }; // units
const DOTS = 24; // edges along which a dot is drawn
const PADDING = 5;

/**
 * The head of an arrow whose point touches `tip` and that comes from `from`.
 * @param {Point} tip
 * @param {Point} from
 */
export function headOf(tip, from) {
  const far = Math.hypot(from.x - tip.x, from.y - tip.y) || 1;
  const [ux, uy] = [(from.x - tip.x) / far, (from.y - tip.y) / far];
  const [x, y] = [tip.x + ux * HEAD.length, tip.y + uy * HEAD.length];
  const [nx, ny] = [-uy * HEAD.half, ux * HEAD.half];
  return [tip, { x: x + nx, y: y + ny }, { x: x - nx, y: y - ny }];
}

/**
 * Where a note of this size stands nearest to a point of an edge without hiding what is there.
 * @param {Size} note
 * @param {Point} at
 * @param {Rect[]} cards
 * @returns {Rect}
 */
export function placeOfNote(note, at, cards) {
  const near = cards.filter((card) => Math.abs(card.x + card.width / 2 - at.x) < card.width / 2 + 2 * note.width);
  let best = { x: 0, y: 0, ...note };
  let least = Infinity;
  for (let row = 0; row < 12; row++)
    for (const side of [-1, 1])
      for (const shift of [0, -0.25, 0.25, -0.5, 0.5]) {
        const x = at.x - note.width / 2 + shift * note.width;
        const y = at.y - note.height / 2 + side * (row * 8 + note.height / 2 + 4);
        const spot = { x, y, ...note };
        const hidden = near.reduce((sum, card) => sum + overlap(spot, card), 0);
        const cost = hidden * 3 + row * 30 + Math.abs(shift) * 40;
        if (cost < least) [best, least] = [spot, cost];
      }
  return best;
}

/**
 * Draw what flows in a view; what it says takes up the room that is returned.
 * @param {View} view
 * @param {SVGElement[]} edges along which it flows
 * @param {Phase | ""} phase
 * @param {string} said what stands on the edge, if it is one
 * @param {number} letter its size, in units
 * @param {string} moment the same moment is not set off again
 * @param {number} above a card so much is kept free, for what stands there
 * @returns {Rect | undefined}
 */
export function showFlow(view, edges, phase, said, letter, moment, above) {
  const { signs, dots } = view;
  const paths = edges.flatMap((edge) => edge.querySelector("path") ?? []);
  signs.replaceChildren();
  if (phase === "backward") signs.append(...paths.map(reversedHead));
  if (dots.dataset.moment !== moment) {
    dots.dataset.moment = moment;
    dots.replaceChildren(...paths.slice(0, DOTS).map((path) => dotOn(path, phase)));
  }
  if (!said || paths.length !== 1) return undefined;
  const [path] = paths;
  const text = drawn("text", { "text-anchor": "middle", "font-size": letter });
  text.textContent = said;
  signs.append(text);
  const size = { width: text.getComputedTextLength() + 2 * PADDING, height: letter + 2 * PADDING };
  const cards = [...view.boxes].flatMap(([id, { group }]) => {
    const box = group.classList.contains("node") && view.boxOf(id);
    return box ? { ...box, y: box.y - above, height: box.height + above } : [];
  });
  const room = placeOfNote(size, path.getPointAtLength(path.getTotalLength() / 2), cards);
  text.setAttribute("x", String(room.x + room.width / 2));
  text.setAttribute("y", String(room.y + PADDING + letter * 0.86));
  text.before(drawn("rect", { ...room, rx: 5 }));
  return room;
}

/**
 * Graphviz drew the arrow as values run; a gradient runs the other way.
 * @param {SVGPathElement} path
 */
function reversedHead(path) {
  const corners = headOf(path.getPointAtLength(0), path.getPointAtLength(HEAD.length));
  return drawn("polygon", { class: "head", points: corners.map(({ x, y }) => `${x},${y}`).join(" ") });
}

/**
 * @param {SVGPathElement} path
 * @param {Phase | ""} phase
 */
function dotOn(path, phase) {
  const dot = drawn("circle", { class: `dot ${phase}`, r: 5 });
  dot.style.offsetPath = `path("${path.getAttribute("d")}")`;
  return dot;
}
