// The learner's own code beside the picture: the line of the step is lit, and a line shows its nodes.

import { element } from "./dom.js";

/**
 * The line that a node came from, as text.
 * @param {Lesson} lesson
 * @param {number} i
 */
export function lineOf({ nodes, listings }, i) {
  const { source } = nodes[i];
  if (!source) return undefined;
  const { first, lines } = listings[source.listing];
  return lines[source.line - first]?.trim();
}

/**
 * The nodes that each line made, by `listing:line`.
 * @param {Lesson} lesson
 */
export function nodesByLine({ nodes }) {
  /** @type {Map<string, number[]>} */
  const made = new Map();
  nodes.forEach(({ source }, i) => {
    if (!source) return;
    const key = `${source.listing}:${source.line}`;
    made.set(key, [...(made.get(key) ?? []), i]);
  });
  return made;
}

/**
 * The lines of a step: those that made the nodes which compute in it, or pass on.
 * @param {Lesson} lesson
 * @param {Step | null} step
 */
export function linesLit({ nodes }, step) {
  const lit = new Set();
  for (const event of step?.events ?? []) {
    const source = event.kind === "zero" ? undefined : nodes[event.node].source;
    if (source) lit.add(`${source.listing}:${source.line}`);
  }
  return lit;
}

/**
 * @param {Lesson} lesson
 * @param {string[]} names of the nodes
 * @param {State} state
 * @param {Acts} acts
 */
export function makeListing(lesson, names, state, acts) {
  const made = nodesByLine(lesson);
  /** @type {Map<string, HTMLElement>} */
  const rows = new Map();
  const lists = lesson.listings.map(({ first, lines }, file) =>
    element("ol", { start: first }, ...lines.map((text, i) => rowOf(text, `${file}:${first + i}`))),
  );
  const section = element("section", { class: "listing", "aria-label": "Code", hidden: !lists.length }, ...lists);

  /**
   * @param {string} text
   * @param {string} key
   */
  function rowOf(text, key) {
    const ids = made.get(key);
    const code = element("code", {}, text || " ");
    const click = () => ids && acts.pin(next(ids));
    const title = ids && `Show ${ids.map((i) => names[i]).join(", ")}`;
    const row = element(
      "li",
      {},
      ids ? element("button", { type: "button", title: title ?? "", onclick: click }, code) : code,
    );
    rows.set(key, row);
    return row;
  }

  /**
   * Of several nodes that a line made, the one after the one that is shown.
   * @param {number[]} ids
   */
  const next = (ids) => ids[(ids.indexOf(state.pinned ?? -1) + 1) % ids.length];

  /** @param {Step | null} step */
  function show(step) {
    const lit = linesLit(lesson, step);
    const pinned = [...made].find(([, ids]) => ids.includes(state.pinned ?? -1))?.[0];
    for (const [key, row] of rows) {
      const isLit = lit.has(key);
      row.className = isLit ? `lit ${step?.phase}` : "";
      row.classList.toggle("pinned", key === pinned);
      row.setAttribute("aria-current", isLit ? "step" : "false");
    }
    scrollTo([...lit].map((key) => rows.get(String(key)))[0]);
  }

  /**
   * Keep a line in sight, within its own list.
   * @param {HTMLElement | undefined} row
   */
  function scrollTo(row) {
    if (!row) return;
    const { offsetTop, offsetHeight } = row;
    const { scrollTop, clientHeight } = section;
    if (offsetTop < scrollTop || offsetTop + offsetHeight > scrollTop + clientHeight)
      section.scrollTop = offsetTop - (clientHeight - offsetHeight) / 2;
  }

  return { section, show };
}
