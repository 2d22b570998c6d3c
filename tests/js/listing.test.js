import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOf, linesLit, nodesByLine } from "../../viz/player/page/listing.js";
import { notesAt } from "../../viz/player/page/presenter.js";
import { runOf, stepsOf } from "../../viz/player/page/steps.js";
import { A, B, lessonOf } from "./lesson.js";

const listings = [{ first: 5, lines: ["  a, b = leaves()", "", "c = a * b"] }];
const [a, b, c, ...others] = lessonOf().nodes;
const lesson = lessonOf({
  listings,
  nodes: [
    { ...a, source: { listing: 0, line: 5 } },
    { ...b, source: { listing: 0, line: 5 } },
    { ...c, source: { listing: 0, line: 7 } },
    ...others,
  ],
});
const run = runOf(lesson, new Map());
const steps = stepsOf(lesson, run, "op", new Set());

test("a node has its line, and a line its nodes", () => {
  assert.equal(lineOf(lesson, A), "a, b = leaves()");
  assert.equal(lineOf(lesson, 3), undefined);
  assert.deepEqual(
    nodesByLine(lesson),
    new Map([
      ["0:5", [A, B]],
      ["0:7", [2]],
    ]),
  );
});

test("the line of a step is that of the node which computes, or passes on", () => {
  assert.deepEqual([...linesLit(lesson, null)], []);
  assert.deepEqual([...linesLit(lesson, steps[0])], ["0:7"]);
  const passed = steps.find(({ events: [event] }) => event.kind === "contribute" && event.node === 2);
  assert.deepEqual([...linesLit(lesson, passed ?? null)], ["0:7"]);
});

test("a note belongs to an event or to the node that a step is about", () => {
  const noted = {
    ...lesson,
    notes: [
      { event: 0, text: "first" },
      { node: A, text: "about a" },
    ],
  };
  assert.deepEqual(notesAt(noted, run, null), []);
  assert.deepEqual(notesAt(noted, run, steps[0]), ["first"]);
  const about = steps.filter((step) => notesAt(noted, run, step).includes("about a"));
  assert.equal(about.length, 2);
  for (const {
    events: [event],
  } of about)
    assert.ok(event.kind === "contribute" && event.parent === A);
});
