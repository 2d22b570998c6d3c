// The graph as a table, for who hears the page in place of seeing it: every node, what it is made of, what is known.

import { columnHeads, element } from "./dom.js";
import { kindOf } from "./inspector.js";
import { remarksOn } from "./marks.js";
import { DASH, onCard } from "./numbers.js";

const LONGEST = 500; // rows; of a larger graph those that have a name

/**
 * The nodes that have a row.
 * @param {Lesson} lesson
 */
export function rowsOf({ nodes }) {
  const ids = nodes.map((_, i) => i);
  return nodes.length <= LONGEST ? ids : ids.filter((i) => nodes[i].label).slice(0, LONGEST);
}

/**
 * What is known of a node's two numbers, and whether it still holds.
 * @param {Picture} picture
 * @param {number} i
 * @param {Scene["asked"]} asked
 * @param {Wrongs} wrongs
 */
export function numbersOf(picture, i, asked, wrongs) {
  const { known, data, gradient } = picture;
  const hidden = asked?.node === i ? asked.number : "";
  const grad = gradient[i];
  const remarks = remarksOn(picture, i, wrongs);
  const told = (/** @type {string[]} */ ...words) => words.filter(Boolean).join(", ");
  return [
    hidden === "data" || !known[i] ? DASH : told(onCard(data[i]), remarks.data),
    hidden === "grad" || grad === null ? DASH : told(onCard(grad), remarks.grad),
  ];
}

/**
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 */
export function makeReader(lesson, names) {
  const { nodes } = lesson;
  const rows = rowsOf(lesson).map((i) => {
    const cells = [element("td"), element("td")];
    const operands = nodes[i].parents.map((p) => names[p]).join(", ");
    const told = [kindOf(lesson, i), operands].map((text) => element("td", {}, text));
    return { i, cells, row: element("tr", {}, element("th", { scope: "row" }, names[i]), ...told, ...cells) };
  });
  const caption = rows.length < nodes.length ? "The nodes that have a name" : "Every node";
  const table = element(
    "table",
    { class: "reader" },
    element("caption", {}, caption),
    columnHeads(["node", "what", "of", "data", "grad"]),
    element("tbody", {}, ...rows.map(({ row }) => row)),
  );

  /**
   * @param {Picture} picture
   * @param {Scene["asked"]} asked the number that is asked for
   * @param {Wrongs} wrongs
   */
  function show(picture, asked, wrongs) {
    for (const { i, cells } of rows) {
      for (const [place, text] of numbersOf(picture, i, asked, wrongs).entries())
        if (cells[place].textContent !== text) cells[place].textContent = text;
    }
  }

  return { table, show };
}
