// The whole run as text: the lines of the step are marked, and a click on a line goes to its step.

import { element } from "./dom.js";
import { linesOf } from "./narration.js";

/**
 * @param {Lesson} lesson
 * @param {Pick<Acts, "go">} acts
 */
export function makeTranscript(lesson, acts) {
  const text = element("pre", { tabindex: 0, role: "group", "aria-label": "The run as text", onclick: clicked });
  const section = element(
    "details",
    { class: "transcript", ontoggle: opened },
    element("summary", {}, "The run as text"),
    text,
  );
  /** @type {Run | null} */
  let written = null; // the run whose lines stand there
  /** @type {ReturnType<typeof linesOf>} */
  let lines = [];
  /** @type {{ run: Run, steps: Step[], k: number } | null} */
  let now = null;

  /** Write the lines, if they are another run's, and mark those of the step. */
  function fill() {
    if (!now) return;
    if (written !== now.run) {
      written = now.run;
      lines = linesOf(lesson, now.run);
      text.replaceChildren(...lines.map((line) => element("span", {}, line.text)));
    }
    const events = new Set(now.steps[now.k - 1]?.events);
    const marked = lines.flatMap(({ event }, i) => (event && events.has(event) ? [text.children[i]] : []));
    for (const line of text.querySelectorAll("[aria-current]")) line.removeAttribute("aria-current");
    for (const line of marked) line.setAttribute("aria-current", "step");
    const [first] = /** @type {HTMLElement[]} */ (marked);
    if (first) text.scrollTop = first.offsetTop - text.clientHeight / 3;
  }

  function opened() {
    if (!section.open) return;
    fill();
    section.scrollIntoView({ block: "nearest" });
  }

  /** @param {MouseEvent} event */
  function clicked({ target }) {
    const event = lines[[...text.children].indexOf(/** @type {Element} */ (target))]?.event;
    const k = now?.steps.findIndex((step) => event && step.events.includes(event)) ?? -1;
    if (k >= 0) acts.go(k + 1);
  }

  /**
   * @param {Run} run
   * @param {Step[]} steps
   * @param {number} k
   */
  function show(run, steps, k) {
    now = { run, steps, k };
    if (section.open) fill();
  }

  function toggle() {
    section.open = !section.open;
  }

  return { section, show, toggle };
}
