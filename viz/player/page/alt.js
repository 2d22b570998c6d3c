// The picture in words: what it is made of, and of its numbers those that are known by now.

import { BEFORE, plural, short } from "./numbers.js";
import { untold } from "./sentences.js";

const MANY = 12; // leaves named

/**
 * The alternative text of the picture after a step. What is not shown yet is not in it.
 * @param {Pick<Lesson, "nodes" | "update">} lesson
 * @param {string[]} names of the nodes
 * @param {Pick<Picture, "known" | "data" | "gradient" | "moved" | "stale" | "run">} picture
 * @param {Wrongs} [wrongs]
 */
export function altOf({ nodes, update }, names, { known, data, gradient, moved, stale, run }, wrongs = new Map()) {
  /** @type {Record<string, number[]>} */
  const groups = { output: [nodes.length - 1], input: [], parameter: [] };
  nodes.forEach(({ op, kind }, i) => {
    if (op === null && kind && i < nodes.length - 1) groups[kind]?.push(i);
  });

  /** @param {number} i */
  function said(i) {
    if (!known[i]) return `${names[i]}, not computed yet`;
    const grad = gradient[i];
    const slope = grad === null ? [] : [`gradient ${short(grad)}`, ...(wrongs.has(i) ? [wrongs.get(i)] : [])];
    return [`${names[i]} = ${short(data[i])}`, ...slope].join(", ");
  }

  const sentences = Object.entries(groups).flatMap(([kind, group]) => {
    if (!group.length) return [];
    const more = group.length > MANY ? `; and ${group.length - MANY} more` : "";
    const title = kind[0].toUpperCase() + plural(group.length, kind).replace(/^\d+ ./, "");
    return [`${title}: ${group.slice(0, MANY).map(said).join("; ")}${more}.`];
  });
  const old = stale[nodes.length - 1] ? "The output and the gradients" : "The gradients";
  if (moved) sentences.push(`${old} are those of ${BEFORE}.`);
  if (run.untold) sentences.push(untold(update));
  return [`Computation graph with ${plural(nodes.length, "node")}.`, ...sentences].join(" ");
}
