// The picture: Graphviz drew it; here its texts and classes follow the step (scene.js says which).

import { button, element } from "./dom.js";
import { showFlow } from "./flow.js";
import { nearbyOf } from "./nearby.js";
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
import { boxNamed, shortName, subjectOf } from "./sentences.js";
import { makeStage } from "./stage.js";
import { LETTER, put, setClasses, viewOf, viewsOf } from "./view.js";

// Where a step happens numbers are at least so high on the screen, in pixels.
const LEAST = { usual: 12.1, big: 20.2 };
const MARK = 24; // units above a card, where what is wrong with it may stand

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
  const stage = makeStage("outer", graphs, lesson.page);
  const inner = makeStage("inner", insides, lesson.page);
  const inside = element("div", { class: "inside", hidden: true }, caption, inner.place);
  const figure = element("figure", {}, stage.place, inside);
  /** @type {View | undefined} drawn here, around one node, where nothing else shows that */
  let nearby;
  /** @type {{ node: number, step: Step | null } | undefined} a node that was looked for, until the next step */
  let found;
  /** @type {Scene | undefined} */
  let latest;
  for (const view of views) listen(view);
  new ResizeObserver(() => latest && arrange(latest)).observe(figure);

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

  /** @type {Drawn[]} */
  const alone = nodes.map((_, i) => ({ id: `n${i}`, nodes: [i], outputs: [i] }));

  /**
   * What a view draws, each as one: nodes, or folded neurons.
   * @param {View} view
   * @returns {Drawn[]}
   */
  function drawnIn(view) {
    if (view.members) return view.members.map((i, place) => ({ id: `n${place}`, nodes: [i], outputs: [i] }));
    const folded = linksOf(view) && boxes[/** @type {Level} */ (view.name)];
    return folded ?? alone;
  }

  /**
   * Show what is known after a step.
   * @param {Picture} picture
   * @param {RunEvent | null} asked the event whose number the reader is asked for
   */
  function show(picture, asked) {
    const scene = sceneOf(lesson, picture, asked, state.big);
    latest = scene;
    if (found?.step !== picture.step) found = undefined;
    for (const view of graphs) {
      const isShown = view.name === lesson.views[state.level];
      view.svg.toggleAttribute("hidden", !isShown);
      if (isShown) render(view, scene);
    }
    showInside(scene);
    arrange(scene);
  }

  const outerView = () => graphs.find(({ name }) => name === lesson.views[state.level]);

  /** What is shown below the picture: a neuron's inside, or what is around a node that nothing else shows. */
  const innerView = () =>
    inside.hidden ? undefined : [...insides, nearby].find((view) => view && !view.svg.hasAttribute("hidden"));

  /** @param {Scene} scene */
  function showInside(scene) {
    const neuron = neuronShown(lesson, state, scene.picture.step);
    const lost = found?.node ?? subjectOf(lesson, scene.picture.step) ?? -1;
    const outer = outerView();
    const isLost = lost >= 0 && outer && !cardOf(outer, lost);
    nearby?.svg.remove();
    nearby = undefined;
    inside.hidden = !neuron && !isLost;
    figure.classList.toggle("split", !inside.hidden);
    for (const view of insides) view.svg.toggleAttribute("hidden", isLost || view.name !== neuron?.shape);
    if (isLost) return showNearby(centreOf(lost, scene), scene);
    const view = insides.find(({ name }) => name === neuron?.shape);
    if (!neuron || !view) return;
    const close = () => button("×", `Close ${neuron.name}`, () => acts.open(neuron.key));
    caption.replaceChildren(`Inside ${neuron.name} `, ...(state.opened.has(neuron.key) ? [close()] : []));
    view.members = neuron.members ?? [];
    render(view, scene);
  }

  /**
   * Of a share that is passed back, the node that passes it.
   * @param {number} lost
   * @param {Scene} scene
   */
  function centreOf(lost, { picture }) {
    const event = found ? undefined : picture.step?.events[0];
    return event?.kind === "contribute" ? event.node : lost;
  }

  /**
   * @param {number} i
   * @param {Scene} scene
   */
  function showNearby(i, scene) {
    const { svg, members } = nearbyOf(lesson, i, scene.now);
    nearby = viewOf(svg, members);
    listen(nearby);
    inner.place.prepend(svg);
    caption.replaceChildren(`Around ${names[i]}`);
    render(nearby, scene);
  }

  /**
   * The card that a node stands on, or in; undefined where it is cut off.
   * @param {View} view
   * @param {number} i
   */
  function cardOf(view, i) {
    const id = drawnIn(view).find(({ nodes }) => nodes.includes(i))?.id;
    return id !== undefined && view.boxes.has(id) ? id : undefined;
  }

  /**
   * Draw what flows, and bring what is in play into sight.
   * @param {Scene} scene
   */
  function arrange(scene) {
    const [outer, inner_] = [outerView(), innerView()];
    if (outer) arrangeOn(stage, outer, scene);
    if (inner_) arrangeOn(inner, inner_, scene);
  }

  /**
   * @param {Stage} place
   * @param {View} view
   * @param {Scene} scene
   */
  function arrangeOn(place, view, scene) {
    const size = state.big ? "big" : "usual";
    const { step } = scene.picture;
    const edges = [...view.edges.values()].flatMap(({ group }) => (group.classList.contains("flow") ? [group] : []));
    const moment = `${state.k} ${state.level} ${view.name}`;
    const above = state.bug || lesson.theirs ? MARK : 0;
    const note = showFlow(view, edges, scene.phase, scene.said, LETTER[size], moment, above);
    const boxes = cardsInPlay(view, step).flatMap((id) => view.boxOf(id) ?? []);
    const isElsewhere = place === stage && nearby; // then the picture is an overview
    place.show(
      view,
      (step || found) && !isElsewhere ? [...(note ? [note] : []), ...boxes] : [],
      LEAST[size] / LETTER[size],
      step,
    );
  }

  /**
   * The cards that should be seen, the last the most: what is lit, then what the step is about.
   * @param {View} view
   * @param {Step | null} step
   */
  function cardsInPlay(view, step) {
    const lit = [...view.boxes].filter(([, { group }]) => group.matches(".given, .now")).map(([id]) => id);
    const subject = found?.node ?? (step && subjectOf(lesson, step));
    const about = subject ?? boxNamed(lesson, step?.box ?? null)?.outputs[0]; // of a layer any output will do
    return [...lit, (about !== undefined && cardOf(view, about)) || []].flat();
  }

  /**
   * Bring a node into sight.
   * @param {number} node
   */
  function look(node) {
    const scene = latest;
    if (!scene) return;
    found = { node, step: scene.picture.step };
    showInside(scene);
    arrange(scene);
    for (const [place, view] of /** @type {const} */ ([
      [stage, outerView()],
      [inner, innerView()],
    ])) {
      const id = view && cardOf(view, node);
      const box = id === undefined ? undefined : view?.boxOf(id);
      if (box) place.look(box);
    }
  }

  /** The picture that a key is for: the inside, where it shows what happens. */
  const active = () => (innerView() ? inner : stage);

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
    if (!nodes[i].constant) put(mark.data, data, state.big);
    else if (view.members) put(mark.data, constantOn(i, scene), state.big);
    put(mark.grad, grad, state.big);
    if (!view.members) return;
    put(mark.label, shortName(names[i]), false);
    put(mark.index, mark.label ? "" : names[i], false);
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
    for (const view of nearby ? [...views, nearby] : views) edgeOf(view, event)?.group.classList.toggle("hover", on);
  }

  return {
    figure,
    show,
    light,
    look,
    zoom: (/** @type {number} */ times) => active().zoom(times),
    whole: () => active().whole(),
  };
}
