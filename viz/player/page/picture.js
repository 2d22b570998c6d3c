// The picture: Graphviz drew it; here its texts and classes follow the step (scene.js says which).

import { button, element } from "./dom.js";
import {
  cardClasses,
  constantOn,
  edgeClasses,
  neuronShown,
  numbersOn,
  operandKey,
  operandsOf,
  sceneOf,
} from "./scene.js";
import { shortName } from "./sentences.js";

/**
 * The drawings of a lesson, with the elements that change collected by the id Graphviz gave them.
 * @param {Document} markup the lesson's, parsed
 * @returns {View[]}
 */
function viewsOf(markup) {
  return [...markup.querySelectorAll("svg[data-view]")].map((drawing) => {
    const svg = /** @type {SVGSVGElement} */ (document.importNode(drawing, true));
    const name = svg.dataset.view ?? "";
    /** @type {View} */
    const view = { name, svg, boxes: new Map(), edges: new Map(), members: name.startsWith("shape") ? [] : null };
    for (const group of /** @type {NodeListOf<SVGElement>} */ (svg.querySelectorAll("g.node, g.cluster, g.edge")))
      (group.classList.contains("edge") ? view.edges : view.boxes).set(group.id, markOf(group));
    return view;
  });
}

/**
 * @param {SVGElement} group
 * @returns {Mark}
 */
function markOf(group) {
  return {
    group,
    base: group.getAttribute("class") ?? "",
    data: group.querySelector(".data"),
    grad: group.querySelector(".grad"),
    label: group.querySelector(".label"),
    index: group.querySelector(".index"),
  };
}

/**
 * Set a text of a drawing; one too long for its place is squeezed into it.
 * @param {SVGElement | null} place
 * @param {string} text
 */
function put(place, text) {
  if (!place) return;
  if (place.textContent !== text) place.textContent = text;
  const { room, width } = place.dataset; // characters, and the length of as many
  if (room && width && text.length > Number(room)) {
    place.setAttribute("textLength", width);
    place.setAttribute("lengthAdjust", "spacingAndGlyphs");
  } else {
    place.removeAttribute("textLength");
    place.removeAttribute("lengthAdjust");
  }
}

/**
 * @param {Mark} mark
 * @param {string[]} classes
 */
const setClasses = (mark, classes) => mark.group.setAttribute("class", [mark.base, ...classes].join(" "));

/**
 * Where a drawing is wider than its place, keep what is happening in sight.
 * @param {HTMLElement} place
 */
function follow(place) {
  const group = place.querySelector("svg:not([hidden]) .now");
  if (!group) return;
  const frame = place.getBoundingClientRect();
  const box = group.getBoundingClientRect();
  if (box.left < frame.left || box.right > frame.right)
    place.scrollLeft += (box.left + box.right - frame.left - frame.right) / 2;
  if (box.top < frame.top || box.bottom > frame.bottom)
    place.scrollTop += (box.top + box.bottom - frame.top - frame.bottom) / 2;
}

/**
 * The picture of a lesson: `show` it at a step, `light` an edge.
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {Document} markup the lesson's, parsed
 * @param {State} state
 * @param {Acts} acts
 */
export function makePicture(lesson, names, markup, state, acts) {
  const { nodes, boxes, links } = lesson;
  const views = viewsOf(markup);
  const graphs = views.filter((view) => view.members === null);
  const insides = views.filter((view) => view.members !== null);
  const caption = element("p", { class: "caption" });
  const stage = element(
    "div",
    { class: "stage", tabindex: 0, role: "group", "aria-label": "Drawing" },
    ...graphs.map((view) => view.svg),
  );
  const inside = element(
    "div",
    { class: "inside", tabindex: 0, role: "group", "aria-label": "Inside", hidden: true },
    caption,
    ...insides.map((view) => view.svg),
  );
  const figure = element("figure", {}, stage, inside);
  for (const view of views) listen(view);

  /** @param {View} view */
  function listen(view) {
    view.svg.addEventListener("click", (event) => {
      const id = groupAt(event);
      if (id === undefined) return;
      const i = nodeAt(view, id);
      if (nodes[i]) acts.pin(state.pinned === i ? null : i); // the card of what was cut is no node
    });
    view.svg.addEventListener("dblclick", (event) => {
      const box = boxes[state.level]?.find(({ id }) => id === groupAt(event));
      if (box?.key) acts.open(box.key);
    });
  }

  /**
   * The id of the card under the pointer.
   * @param {MouseEvent} event
   */
  const groupAt = ({ target }) => /** @type {Element} */ (target).closest("g.node")?.id;

  /**
   * The node that a card stands for: of a folded box, its output.
   * @param {View} view
   * @param {string} id
   */
  function nodeAt({ name, members }, id) {
    const number = Number(id.slice(1));
    if (members) return members[number];
    const box = boxes[/** @type {Level} */ (name)]?.find((box) => box.id === id);
    return box ? box.outputs[0] : number;
  }

  /**
   * What the edges of a folded drawing stand for.
   * @param {View} view
   */
  const linksOf = ({ name }) => links[/** @type {Level} */ (name)];

  /**
   * What a view draws, each as one: nodes, or folded neurons.
   * @param {View} view
   * @returns {Drawn[]}
   */
  function drawnIn(view) {
    if (view.members) return view.members.map((i, place) => ({ id: `n${place}`, nodes: [i], outputs: [i] }));
    const folded = linksOf(view) && boxes[/** @type {Level} */ (view.name)];
    return folded ?? nodes.map((_, i) => ({ id: `n${i}`, nodes: [i], outputs: [i] }));
  }

  /**
   * Show what is known after a step.
   * @param {Picture} picture
   * @param {RunEvent | null} asked the event whose number the reader is asked for
   */
  function show(picture, asked) {
    const scene = sceneOf(lesson, picture, asked);
    for (const view of graphs) {
      const isShown = view.name === lesson.views[state.level];
      view.svg.toggleAttribute("hidden", !isShown);
      if (isShown) render(view, scene);
    }
    showInside(scene);
    for (const place of [stage, inside]) follow(place);
  }

  /** @param {Scene} scene */
  function showInside(scene) {
    const neuron = neuronShown(lesson, state, scene.picture.step);
    inside.hidden = !neuron;
    figure.classList.toggle("split", Boolean(neuron));
    for (const view of insides) view.svg.toggleAttribute("hidden", view.name !== neuron?.shape);
    const view = insides.find(({ name }) => name === neuron?.shape);
    if (!neuron || !view) return;
    const close = () => button("×", `Close ${neuron.name}`, () => acts.open(neuron.key));
    caption.replaceChildren(`Inside ${neuron.name} `, ...(state.opened.has(neuron.key) ? [close()] : []));
    view.members = neuron.members ?? [];
    render(view, scene);
  }

  /**
   * Set the texts and the classes of one drawing.
   * @param {View} view
   * @param {Scene} scene
   */
  function render(view, scene) {
    for (const box of drawnIn(view)) {
      const mark = view.boxes.get(box.id);
      if (!mark) continue; // cut off, where the graph is too large for a picture
      write(mark, box, view, scene);
      setClasses(mark, cardClasses(box, scene, state.pinned));
    }
    for (const [id, mark] of view.edges)
      setClasses(mark, edgeClasses(operandsOf(id, linksOf(view), view.members), scene));
  }

  /**
   * Set the texts on one card. A constant has its number from Graphviz, except inside a neuron: others share the drawing.
   * @param {Mark} mark
   * @param {Drawn} box
   * @param {View} view
   * @param {Scene} scene
   */
  function write(mark, box, view, scene) {
    const [i] = box.outputs;
    const { data, grad } = numbersOn(box, scene);
    if (!nodes[i].constant) put(mark.data, data);
    else if (view.members) put(mark.data, constantOn(i, scene));
    put(mark.grad, grad);
    if (!view.members) return;
    put(mark.label, shortName(names[i]));
    put(mark.index, mark.label ? String(i) : names[i]);
  }

  /**
   * The edge along which a share flows, in one drawing.
   * @param {View} view
   * @param {ContributeEvent} event
   */
  function edgeOf(view, event) {
    const key = operandKey(event.node, event.operand);
    const id = [...view.edges.keys()].find((id) => operandsOf(id, linksOf(view), view.members).includes(key));
    return id === undefined ? undefined : view.edges.get(id);
  }

  /**
   * Light the edge that a row of the ledger is about, in every drawing that has it.
   * @param {ContributeEvent} event
   * @param {boolean} on
   */
  function light(event, on) {
    for (const view of views) edgeOf(view, event)?.group.classList.toggle("hover", on);
  }

  return { figure, show, light };
}
