// A field to find a node by its name, however large the graph is.

import { element } from "./dom.js";

const OFFERED = 12; // names at a time

/**
 * The nodes that a text may mean: first those whose name it is, then those whose name begins with it or has it in it.
 * @param {string[]} names
 * @param {string} text
 */
export function nodesNamed(names, text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const rank = (/** @type {string} */ name) => {
    const plain = name.toLowerCase();
    if (plain === wanted) return 0;
    if (plain.startsWith(wanted) || plain.endsWith(`.${wanted}`)) return 1;
    return plain.includes(wanted) ? 2 : 3;
  };
  const found = names.map((name, i) => ({ i, rank: rank(name) })).filter(({ rank }) => rank < 3);
  return found.sort((a, b) => a.rank - b.rank).map(({ i }) => i);
}

/**
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {State} state
 * @param {Acts} acts
 */
export function makeFinder({ nodes, inNeuron, inLayer, views }, names, state, acts) {
  const offers = element("datalist", { id: "nodes" });
  const field = element("input", {
    type: "search",
    class: "find",
    list: "nodes",
    placeholder: "Find a node",
    "aria-label": "Find a node",
    autocomplete: "off",
    oninput: offer,
    onchange: find,
    onkeydown: ({ key }) => key === "Enter" && find(), // the same name again is no change
  });
  const known = names.map((name, i) => (nodes[i].constant ? "" : name)); // a number is no name

  function offer() {
    const found = nodesNamed(known, field.value).slice(0, OFFERED);
    offers.replaceChildren(...found.map((i) => element("option", { value: names[i] })));
  }

  /** Pin the node and bring it into sight: out of its layer, out of its neuron. */
  function find() {
    const [i] = nodesNamed(known, field.value);
    field.setAttribute("aria-invalid", String(Boolean(field.value) && i === undefined));
    if (i === undefined) return;
    if (state.level === "layer" && inLayer[i] >= 0 && views.neuron) acts.setLevel("neuron");
    const key = `neuron${inNeuron[i]}`;
    if (state.level === "neuron" && inNeuron[i] >= 0 && !state.opened.has(key)) acts.open(key);
    acts.pin(i);
    acts.look(i);
  }

  return element("span", { class: "finder" }, field, offers);
}
