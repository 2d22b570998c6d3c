// The ledgers: every `+=` of one node's gradient, and what a folded box does in its one step.

import { columnHeads, element } from "./dom.js";
import { DASH, onCard } from "./numbers.js";
import { boxNamed } from "./sentences.js";

/**
 * The events that add to the gradient of a node.
 * @param {Run} run
 * @param {number} i
 */
export function additionsTo(run, i) {
  return run.events.filter(
    /** @returns {event is ContributeEvent | AccumulateEvent} */
    (event) => (event.kind === "contribute" && event.parent === i) || (event.kind === "accumulate" && event.node === i),
  );
}

/**
 * What an addition is made of, as the cells of a row: upstream, local, share, sum; a dash where there is none.
 * @param {ContributeEvent | AccumulateEvent} event
 * @param {boolean} happened
 */
export function additionCells(event, happened) {
  const factors = event.kind === "contribute" ? [event.upstream, event.local] : [null, null];
  const numbers = [...factors, event.contribution, event.after];
  return numbers.map((x) => (happened && x !== null ? onCard(x) : DASH));
}

/**
 * A dotted name that may go on in another line after each dot.
 * @param {string} name
 */
const breakable = (name) => name.split(/(?<=\.)/).flatMap((part) => [part, element("wbr")]);

/**
 * Every `+=` of a node as a row; what has not happened yet is a dash.
 * @param {(ContributeEvent | AccumulateEvent)[]} additions
 * @param {Step[]} taken the steps taken so far
 * @param {(event: ContributeEvent) => string} userOf who sent it
 * @param {(event: ContributeEvent, on: boolean) => void} light the edge that a row is about
 */
export function gradientLedger(additions, taken, userOf, light) {
  const happened = new Set(taken.flatMap((step) => step.events));
  const rows = additions.map((event) => {
    const lit = (/** @type {boolean} */ on) => () => {
      if (event.kind === "contribute") light(event, on);
    };
    return element(
      "tr",
      {
        class: happened.has(event) ? "" : "yet",
        tabindex: 0,
        onmouseenter: lit(true),
        onmouseleave: lit(false),
        onfocus: lit(true),
        onblur: lit(false),
      },
      element("th", { scope: "row" }, ...(event.kind === "contribute" ? breakable(userOf(event)) : ["held before"])),
      ...additionCells(event, happened.has(event)).map((text) => element("td", {}, text)),
    );
  });
  return element(
    "table",
    { class: "ledger" },
    element("caption", {}, "What its gradient is made of"),
    columnHeads(["from", "upstream", "× local", "= share", "sum"]),
    element("tbody", {}, ...rows),
  );
}

/**
 * What a folded box does in its one step: the values it computes, the shares it passes out, the parameters it moves.
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {Step} step
 * @returns {LedgerTable}
 */
export function boxLedger(lesson, names, { box: key, phase, events }) {
  const box = boxNamed(lesson, key);
  if (!box) throw new Error(`the lesson has no box ${key}`);
  const { nodes, ops } = lesson;
  const inside = new Set(box.nodes);
  const prefix = `${box.name}.`;
  const name = (/** @type {number} */ i) => (names[i].startsWith(prefix) ? names[i].slice(prefix.length) : names[i]);
  /** What an activation is of: its one operand. */
  const sumOf = (/** @type {number} */ output) => (nodes[output].parents.length === 1 ? nodes[output].parents : []);
  const numbers = (/** @type {number[]} */ ...xs) => xs.map(onCard);

  switch (phase) {
    case "forward": {
      const shown = new Set(box.outputs.length > 1 ? box.outputs : [...sumOf(box.outputs[0]), ...box.outputs]);
      const rows = events.flatMap((event) => {
        const op = event.kind === "compute" && shown.has(event.node) && nodes[event.node].op;
        return op ? [[name(event.node), ops[op].symbol, onCard(event.value)]] : [];
      });
      return { caption: "Computed", heads: ["node", "op", "value"], rows, kind: "values" };
    }
    case "backward": {
      const rows = events.flatMap((event) => {
        if (event.kind !== "contribute" || (inside.has(event.parent) && nodes[event.parent].op)) return [];
        return [[name(event.parent), ...numbers(event.upstream, event.local, event.contribution)]];
      });
      return { caption: "Passed on", heads: ["to", "upstream", "× local", "= share"], rows, kind: "" };
    }
    case "update": {
      const rows = events.flatMap((event) =>
        event.kind === "update" ? [[name(event.node), ...numbers(event.grad, event.before, event.after)]] : [],
      );
      return { caption: "Parameters", heads: ["parameter", "gradient", "before", "after"], rows, kind: "" };
    }
  }
}
