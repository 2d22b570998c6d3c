// The confusion: what each class is taken for, as a table; a cell leads to its samples.

import { button, columnHeads, element, exchange } from "../../player/page/dom.js";

/**
 * How many samples of each class (rows) are taken for each class.
 * @param {number[]} kinds
 * @param {number[]} taken
 * @param {number} classes
 */
export function countsOf(kinds, taken, classes) {
  const counts = Array.from({ length: classes }, () => Array(classes).fill(0));
  for (const [i, kind] of kinds.entries()) counts[kind][taken[i]]++;
  return counts;
}

/**
 * @param {ScrubLesson} lesson
 * @param {ScrubActs} acts
 */
export function makeConfusion(lesson, acts) {
  const place = element("div", { class: "confusion" });
  /** @type {number[]} */
  let now = [];

  /** The next sample of a cell. @param {number} row @param {number} column @param {number | null} after */
  function next(row, column, after) {
    const own = (lesson.kinds ?? []).flatMap((kind, i) => (kind === row && now[i] === column ? [i] : []));
    acts.pick(own.find((i) => after !== null && i > after) ?? own[0] ?? null);
  }

  /**
   * @param {Seen} view
   * @param {ScrubState} state
   */
  function show({ taken }, { confusion, sample }) {
    place.hidden = !confusion;
    if (!confusion || !taken || !lesson.kinds) return;
    now = taken;
    const { classes } = lesson;
    const counts = countsOf(lesson.kinds, taken, classes.length);
    const rows = counts.map((row, i) => {
      const all = row.reduce((sum, count) => sum + count, 0) || 1;
      const cells = row.map((count, j) => {
        const share = Math.round((100 * count) / all);
        const kind = i === j ? "right" : "wrong";
        const label = `${classes[i]} taken for ${classes[j]}: ${count}`;
        const press = count ? button(String(count), label, () => next(i, j, sample)) : "·";
        return element("td", { class: count ? kind : "", style: `--share:${share}%` }, press);
      });
      return element("tr", {}, element("th", { scope: "row" }, classes[i]), ...cells);
    });
    const made = element(
      "table",
      {},
      element("caption", {}, "rows: what it is; columns: what it is taken for"),
      columnHeads(["class", ...classes]),
      element("tbody", {}, ...rows),
    );
    exchange(place, [made]);
  }

  return { place, show };
}
