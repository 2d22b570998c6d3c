// Which gradients are wrong after some steps, as words: in the sentence of a step, and at the cards of the picture.

import { drawn } from "./dom.js";
import { receiverOf } from "./faults.js";
import { BEFORE, short, writersOf } from "./numbers.js";

/**
 * For each node that has received a gradient, the last addition to it.
 * @param {Step[]} taken the steps taken so far
 */
export function lastAdditions(taken) {
  /** @type {Map<number, ContributeEvent | AccumulateEvent>} */
  const last = new Map();
  for (const { events } of taken)
    for (const event of events)
      if (event.kind === "contribute" || event.kind === "accumulate") last.set(receiverOf(event), event);
  return last;
}

/**
 * What a sentence goes on to say of a step that leaves a wrong gradient.
 * @param {Step | null} step
 * @param {string[]} names of the nodes
 * @param {Write} [write]
 */
export function wrongWords(step, names, write = short) {
  const event = step?.events.filter((event) => "wrong" in event && event.wrong).pop();
  if (event?.kind !== "contribute" && event?.kind !== "accumulate") return "";
  const [root] = names.slice(-1);
  return ` ✗ Wrong: ∂${root}/∂${names[receiverOf(event)]} is now ${write(event.after)}, and should be ${write(event.should ?? 0)}.`;
}

/**
 * For each node whose gradient is wrong, what is said of it where it is told in words.
 * @param {Map<number, ContributeEvent | AccumulateEvent>} last the last addition to each gradient
 * @param {Pick<State, "marks">} state
 * @returns {Wrongs}
 */
export function wrongRemarks(last, { marks }) {
  const wrong = [...last].filter(([, event]) => marks && event.wrong);
  return new Map(wrong.map(([i, { should = 0 }]) => [i, `✗ wrong, it should be ${short(should)}`]));
}

/**
 * What has to be said of a node's two numbers: that one is wrong, or of before the update; "" for nothing.
 * @param {Pick<Picture, "moved" | "stale">} picture
 * @param {number} i
 * @param {Wrongs} wrongs
 */
export function remarksOn({ moved, stale }, i, wrongs) {
  const grad = [wrongs.get(i), moved && BEFORE].filter(Boolean).join(", ");
  return { data: stale[i] ? BEFORE : "", grad };
}

/**
 * For each node whose gradient is wrong, what stands at its card; the first of them, from which the others have it, is
 * told apart.
 * @param {Map<number, ContributeEvent | AccumulateEvent>} last the last addition to each gradient
 * @param {Run} run
 * @param {Pick<State, "marks" | "big">} state
 */
export function wrongMarks(last, { events }, { marks, big }) {
  const first = events.find((event) => "wrong" in event && event.wrong);
  const source = first?.kind === "contribute" || first?.kind === "accumulate" ? receiverOf(first) : -1;
  const wrong = [...last].filter(([, event]) => marks && event.wrong);
  const write = writersOf(big).said;
  return new Map(wrong.map(([i, { should = 0 }]) => [i, `✗ ${i === source ? "should be" : "not"} ${write(should)}`]));
}

/**
 * The marks by the id of the card or box that they stand at. A folded box says one: its output's, or that it is inside.
 * @param {Lesson} lesson
 * @param {Level} view
 * @param {Map<number, string>} marks by the number of the node
 */
export function marksByCard({ links, boxes }, view, marks) {
  /** @type {Map<string, string>} */
  const said = new Map();
  for (const [i, words] of marks) {
    const box = links[view] && boxes[view]?.find(({ nodes }) => nodes.includes(i));
    if (!box) said.set(`n${i}`, words);
    else if (box.outputs.includes(i)) said.set(box.id, words);
    else if (!said.has(box.id)) said.set(box.id, `${words[0]} inside`);
  }
  return said;
}

/**
 * Mark the cards in the drawings that are shown.
 * @param {HTMLElement} figure
 * @param {Lesson} lesson
 * @param {number[]} members the nodes in the drawing of a neuron's inside
 * @param {Map<number, string>} marks what is said, by the number of the node
 * @param {string} kind of mark: `wrong`, or `right` where it comes out right
 */
export function markCards(figure, lesson, members, marks, kind) {
  for (const old of figure.querySelectorAll(".mark")) old.remove();
  const drawings = /** @type {NodeListOf<SVGElement>} */ (figure.querySelectorAll("svg[data-view]:not([hidden])"));
  for (const svg of drawings) {
    const view = svg.dataset.view ?? "";
    const inside = members.flatMap((i, place) => {
      const words = marks.get(i);
      return words ? [/** @type {[string, string]} */ ([`n${place}`, words])] : [];
    });
    const said = view.startsWith("shape") ? inside : marksByCard(lesson, /** @type {Level} */ (view), marks);
    for (const [id, words] of said) markCard(svg.querySelector(`g[id="${id}"]`), words, kind);
  }
}

/**
 * @param {SVGGElement | null} group of the card; null if it was cut off, where the graph is too large for a picture
 * @param {string} words
 * @param {string} kind
 */
function markCard(group, words, kind) {
  if (!group) return;
  const { x, y, width } = /** @type {SVGGElement} */ (group.querySelector(".outline") ?? group).getBBox();
  const drawing = /** @type {SVGSVGElement} */ (group.ownerSVGElement).viewBox.baseVal;
  const isLeft = x < drawing.x + drawing.width / 2; // it may be wider than its card: then it goes on inwards
  const place = isLeft ? { x, "text-anchor": "start" } : { x: x + width, "text-anchor": "end" };
  const mark = drawn("text", { class: `mark ${kind}`, y: y - 5, ...place });
  mark.textContent = words;
  group.append(mark);
  group.classList.add(kind);
}
