// The picture in words: what it is made of, and of its numbers those that are known by now.

import { plural, short } from "./numbers.js";

const MANY = 12; // leaves named

/**
 * The alternative text of the picture after a step. What is not shown yet is not in it.
 * @param {Pick<Lesson, "nodes">} lesson
 * @param {string[]} names of the nodes
 * @param {Pick<Picture, "known" | "data" | "gradient" | "run">} picture
 */
export function altOf({ nodes }, names, { known, data, gradient, run }) {
  /** @type {Record<string, number[]>} */
  const groups = { output: [nodes.length - 1], input: [], parameter: [] };
  nodes.forEach(({ op, kind }, i) => {
    if (op === null && kind) groups[kind]?.push(i);
  });

  /** @param {number} i */
  function said(i) {
    if (!known[i]) return `${names[i]}, not computed yet`;
    const grad = gradient[i];
    return `${names[i]} = ${short(data[i])}${grad === null ? "" : `, gradient ${short(grad)}`}`;
  }

  const sentences = Object.entries(groups).flatMap(([kind, group]) => {
    if (!group.length) return [];
    const more = group.length > MANY ? `; and ${group.length - MANY} more` : "";
    const title = kind[0].toUpperCase() + plural(group.length, kind).replace(/^\d+ ./, "");
    return [`${title}: ${group.slice(0, MANY).map(said).join("; ")}${more}.`];
  });
  const isMoved = nodes.some(({ op }, i) => op === null && !Object.is(data[i], run.data[i]));
  if (isMoved) sentences.push("The output and the gradients are those of before the update.");
  return [`Computation graph with ${plural(nodes.length, "node")}.`, ...sentences].join(" ");
}
