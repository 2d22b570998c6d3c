// Two panes on one clock: the pass with a fault, and beside it the right one, the same drawing twice.
//
// The clock counts steps, the same number in both: until the fault they are the same steps, so the class sees where the
// two part, and that the naive recursion is not only wrong but longer. Where the right pass is done it waits.

import { whereOf } from "./controls.js";
import { element } from "./dom.js";
import { markCards } from "./marks.js";
import { writersOf } from "./numbers.js";
import { makePicture } from "./picture.js";
import { neuronShown } from "./scene.js";
import { sentenceOf } from "./sentences.js";
import { pictureAt, runOf, stepsOf } from "./steps.js";

/**
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {Document} markup the lesson's, parsed
 * @param {State} state
 * @param {Acts} acts
 */
export function makeCompare(lesson, names, markup, state, acts) {
  const wrong = pane();
  const right = pane();
  right.head.textContent = "✓ Reverse topological order";
  /** @type {ReturnType<typeof makePicture> | null} */
  let drawing = null;
  /** @type {{ edits: Edits | null, run: Run | null }} */
  const kept = { edits: null, run: null };

  function pane() {
    return { head: element("h2", { class: "pane" }), sentence: element("p", { class: "pane" }) };
  }

  /** The drawing once more; made when it is first wanted. */
  function secondDrawing() {
    if (drawing) return drawing;
    drawing = makePicture(lesson, names, markup, state, acts);
    drawing.figure.prepend(right.head);
    drawing.figure.append(right.sentence);
    return drawing;
  }

  /** The right run of the numbers as they are now; worked out once. */
  function rightRun() {
    if (!kept.run || kept.edits !== state.edits)
      Object.assign(kept, { edits: state.edits, run: runOf(lesson, state.edits) });
    return /** @type {Run} */ (kept.run);
  }

  /**
   * What stands at a card of the right pass: what comes out where the other is wrong.
   * @param {Picture} picture
   * @param {Map<number, ContributeEvent | AccumulateEvent>} last the last addition to each gradient of the other
   */
  function marksOf({ run, gradient }, last) {
    const wrongs = [...last.keys()].filter((i) => state.marks && last.get(i)?.wrong);
    return new Map(
      wrongs.map((i) => {
        const total = writersOf(state.big).said(run.right[i] ?? 0);
        return [i, gradient[i] === run.right[i] ? `✓ ${total} is right` : `will be ${total}`];
      }),
    );
  }

  /**
   * Show both panes, or take the second away.
   * @param {HTMLElement} figure the other pane's
   * @param {Picture} picture what it shows
   * @param {number} count of its steps
   * @param {string} said of its step
   * @param {Map<number, ContributeEvent | AccumulateEvent>} last the last addition to each of its gradients
   */
  function show(figure, picture, count, said, last) {
    if (!state.compare) {
      for (const part of [wrong.head, wrong.sentence, drawing?.figure]) part?.remove();
      return;
    }
    const second = secondDrawing();
    if (!second.figure.isConnected) figure.after(second.figure);
    const title = lesson.bugs.find(({ name }) => name === state.bug)?.title ?? "";
    wrong.head.textContent = `✗ ${title}`;
    wrong.sentence.textContent = `${whereOf(picture.step, state.k, count)}. ${said}`;
    figure.prepend(wrong.head);
    figure.append(wrong.sentence);

    const run = rightRun();
    const steps = stepsOf(lesson, run, state.level, state.opened);
    const k = Math.min(state.k, steps.length);
    const mine = pictureAt(lesson, run, steps, k);
    second.show(mine, null);
    const done = state.k > k ? "It is done, and waits. " : "";
    right.sentence.textContent = `${whereOf(mine.step, k, steps.length)}. ${done}${sentenceOf(lesson, names, mine, { write: writersOf(state.big).said })}`;
    const members = neuronShown(lesson, state, mine.step)?.members ?? [];
    markCards(second.figure, lesson, members, marksOf(mine, last), "right");
  }

  return { show };
}
