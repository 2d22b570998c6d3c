// The graph as a table, for who hears the page in place of seeing it: every node, what it is made of, what is known.

import { columnHeads, element } from "./dom.js";
import { kindOf } from "./inspector.js";
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
 * What is known of a node's two numbers.
 * @param {Picture} picture
 * @param {number} i
 * @param {Scene["asked"]} asked
 */
export function numbersOf({ known, data, gradient }, i, asked) {
  const hidden = asked?.node === i ? asked.number : "";
  const grad = gradient[i];
  return [
    hidden === "data" || !known[i] ? DASH : onCard(data[i]),
    hidden === "grad" || grad === null ? DASH : onCard(grad),
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
   */
  function show(picture, asked) {
    for (const { i, cells } of rows) {
      for (const [place, text] of numbersOf(picture, i, asked).entries())
        if (cells[place].textContent !== text) cells[place].textContent = text;
    }
  }

  return { table, show };
}
