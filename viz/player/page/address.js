// The address of a page says where it is and what was changed: `#step=7&level=neuron&open=neuron3&pin=5&set=1:-2.5`.

import { canChange } from "./curve.js";

const NUMBER = /^(-?(\d+\.?\d*(e-?\d+)?|Infinity)|NaN)$/;
const COUNT = /^\d{1,9}$/;

/**
 * A number with every digit, in characters that an address leaves alone.
 * @param {number} x
 */
const exact = (x) => (Object.is(x, -0) ? "-0" : String(x).replace("+", ""));

/**
 * @param {State} state
 * @param {Lesson} lesson
 */
export function addressOf({ k, level, opened, pinned, edits }, { start }) {
  const parts = [`step=${k}`];
  if (level !== start) parts.push(`level=${level}`);
  if (opened.size) parts.push(`open=${[...opened].join(",")}`);
  if (pinned !== null) parts.push(`pin=${pinned}`);
  if (edits.size) parts.push(`set=${[...edits].map(([i, x]) => `${i}:${exact(x)}`).join(",")}`);
  return `#${parts.join("&")}`;
}

/**
 * The place that an address says, whole; null where it says none. What the lesson does not have is left out.
 * @param {string} hash
 * @param {Lesson} lesson
 * @returns {Place | null}
 */
export function placeIn(hash, lesson) {
  const asked = new URLSearchParams(hash.slice(1));
  const list = (/** @type {string} */ name) => (asked.get(name) ?? "").split(",");
  const step = asked.get("step") ?? "";
  const pin = asked.get("pin") ?? "";
  if (!COUNT.test(step)) return null;
  const keys = new Set(Object.values(lesson.boxes).flatMap((boxes) => boxes.map(({ key }) => key)));
  return {
    k: Number(step),
    level: lesson.levels.find((level) => level === asked.get("level")) ?? lesson.start,
    opened: new Set(list("open").filter((key) => key.startsWith("neuron") && keys.has(key))),
    pinned: COUNT.test(pin) && lesson.nodes[Number(pin)] ? Number(pin) : null,
    edits: new Map(list("set").flatMap((edit) => edited(edit, lesson))),
  };
}

/**
 * @param {string} text `1:-2.5`
 * @param {Lesson} lesson
 * @returns {[number, number][]} one, or none
 */
function edited(text, lesson) {
  const [i, x, ...more] = text.split(":");
  if (more.length || !COUNT.test(i) || !NUMBER.test(x) || !canChange(lesson, Number(i))) return [];
  return [[Number(i), Number(x)]];
}
