// About one node: its numbers, its formula, its line of code, its ledger; for a leaf, a way to change it.

import { described, element, exchange } from "./dom.js";
import { makeEditor } from "./editor.js";
import { gatesAround } from "./gates.js";
import { additionsTo, gradientLedger } from "./ledger.js";
import { lineOf } from "./listing.js";
import { remarksOn } from "./marks.js";
import { placesOf } from "./notation.js";
import { DASH, onCard } from "./numbers.js";
import { boxNamed } from "./sentences.js";
import { boxOf } from "./steps.js";

/**
 * The folded boxes that a node is in, as far as there is a level that shows them: its neuron's, its layer's.
 * @param {Lesson} lesson
 * @param {number} i
 */
export function boxesAround({ inNeuron, inLayer, views }, i) {
  const keys = [];
  if (inNeuron[i] >= 0 && views.neuron) keys.push(`neuron${inNeuron[i]}`);
  if (inLayer[i] >= 0) keys.push(`layer${inLayer[i]}`);
  return keys;
}

/**
 * What a node is, in a word or two.
 * @param {Lesson} lesson
 * @param {number} i
 */
export function kindOf({ nodes, ops }, i) {
  const { op, constant, kind } = nodes[i];
  if (op !== null) return ops[op].words;
  return constant ? "constant" : String(kind);
}

/**
 * Whether a step computes a node, and so says what it is made of.
 * @param {number} i
 * @param {Step | null} step
 */
const isComputed = (i, step) => step?.box === null && step.events[0].kind === "compute" && step.events[0].node === i;

/**
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {(node: number) => Node | null} definition what a node is made of, as a formula
 * @param {State} state
 * @param {Acts} acts
 * @param {(event: ContributeEvent, on: boolean) => void} light an edge of the picture
 */
export function makeInspector(lesson, names, definition, state, acts, light) {
  const { nodes } = lesson;
  const said = element("div", {});
  const editing = element("div", {});
  const section = element("section", { class: "about", "aria-label": "Node" }, said, editing);
  const placeOf = placesOf(nodes);
  let about = -1;
  /** @type {ReturnType<typeof makeEditor> | null} */
  let editor = null;

  /**
   * Show a node; null for none.
   * @param {number | null} i
   * @param {Picture} picture
   * @param {Step[]} taken the steps taken so far
   * @param {Wrongs} wrongs
   */
  function show(i, picture, taken, wrongs) {
    section.hidden = i === null;
    if (i === null) return;
    const additions = additionsTo(picture.run, i);
    const parts = [
      element("h2", {}, names[i], element("small", {}, ` node ${i} · ${kindOf(lesson, i)}`)),
      facts(i, picture, wrongs),
      isComputed(i, picture.step) ? null : definition(i),
      sourceLine(i),
      additions.length ? gradientLedger(additions, taken, userOf, light) : null,
      ...gates(i, picture),
      ...openers(i),
    ].flatMap((part) => part ?? []);
    if (i === about) exchange(said, parts);
    else begin(i, picture, parts);
    editor?.show(picture);
  }

  /**
   * Who sent an addition, by the name that the picture has for it: of a node in a folded box, the box's.
   * @param {ContributeEvent} event
   */
  function userOf({ node, parent, operand }) {
    const [key, own] = [node, parent].map((j) => boxOf(lesson, state.level, state.opened, j));
    const box = key === own ? null : boxNamed(lesson, key);
    return box ? box.name : [names[node], placeOf(node, operand)].filter(Boolean).join("|");
  }

  /**
   * Turn to another node.
   * @param {number} i
   * @param {Picture} picture
   * @param {Node[]} parts what is said about it
   */
  function begin(i, picture, parts) {
    about = i;
    said.replaceChildren(...parts);
    const isLeaf = nodes[i].op === null && !nodes[i].constant;
    editor = isLeaf ? makeEditor(lesson, names, i, picture, state, acts) : null;
    editing.replaceChildren(...(editor ? [editor.box] : []));
  }

  /**
   * Why gradient stops here, once the values that decide it are known.
   * @param {number} i
   * @param {Picture} picture
   */
  function gates(i, { known, run, moved }) {
    if (!known[nodes.length - 1]) return [];
    const when = moved ? "Before the update: " : "";
    return gatesAround(lesson, names, run, i).map((words) => element("p", { class: "note" }, `${when}${words}.`));
  }

  /**
   * @param {number} i
   * @param {Picture} picture
   * @param {Wrongs} wrongs
   */
  function facts(i, picture, wrongs) {
    const gradient = picture.gradient[i];
    const data = picture.known[i] ? onCard(picture.data[i]) : DASH;
    const grad = gradient === null ? DASH : onCard(gradient);
    const remarks = remarksOn(picture, i, wrongs);
    return element("dl", { class: "facts" }, fact("forward", "data", data), fact("backward", "grad", grad));

    /**
     * @param {Phase} phase
     * @param {"data" | "grad"} term
     * @param {string} number
     */
    function fact(phase, term, number) {
      const fact = element("div", { class: phase }, ...described(term, number));
      if (remarks[term]) fact.lastElementChild?.append(element("small", {}, ` ${remarks[term]}`));
      return fact;
    }
  }

  /** @param {number} i */
  function sourceLine(i) {
    const { source } = nodes[i];
    const text = lineOf(lesson, i);
    if (!source || !text) return null;
    return element("p", { class: "source" }, element("span", {}, `line ${source.line} `), element("code", {}, text));
  }

  /**
   * Buttons that open the boxes around a node, or close them.
   * @param {number} i
   */
  function openers(i) {
    if (state.level === "op") return [];
    return boxesAround(lesson, i).flatMap((key) => {
      const name = boxNamed(lesson, key)?.name;
      const label = `${state.opened.has(key) ? "Close" : "Open"} ${name}`;
      const click = () => acts.open(key);
      return name ? [element("button", { type: "button", class: "open", onclick: click }, label)] : [];
    });
  }

  return { section, show };
}
