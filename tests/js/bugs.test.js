import assert from "node:assert/strict";
import { test } from "node:test";
import { errorCurve, faultAddress, faultIn } from "../../viz/player/page/bugs.js";
import { canRun, finiteDifference } from "../../viz/player/page/faults.js";
import { lastAdditions, marksByCard, wrongMarks, wrongWords } from "../../viz/player/page/marks.js";
import { namesOf } from "../../viz/player/page/sentences.js";
import { makeSession } from "../../viz/player/page/session.js";
import { pictureAt, runOf, stepsOf } from "../../viz/player/page/steps.js";
import { A, B, GRADIENT, lessonOf, ROOT, rules } from "./lesson.js";

const withWrong = { ...rules, "~mul": /** @type {Rules[string]} */ ((_, _out, x, y) => [x, y]) };
const lesson = lessonOf({ rules: withWrong });
const names = namesOf(lesson);
const none = new Map();

/** @param {string} bug */
function ran(bug) {
  const run = runOf(lesson, none, bug);
  return { run, steps: stepsOf(lesson, run, "op", new Set()) };
}

test("a run without a fault is judged by nobody, and is what it was", () => {
  const { run } = ran("");
  assert.ok(run.events.every((event) => !("wrong" in event)));
  assert.deepEqual(run.right, run.gradient);
});

test("each fault gives its own gradients, and every wrong one says what it should be", () => {
  const wrong = { assign: [12, -8], twice: [18, -72], unsorted: [6, -20], recursion: [6, -20], upstream: [-2, 4] };
  for (const [bug, [a, b]] of Object.entries(wrong)) {
    const { run } = ran(bug);
    assert.deepEqual([bug, run.gradient[A], run.gradient[B]], [bug, a, b]);
    for (const event of lastAdditions(ran(bug).steps).values())
      assert.equal(event.should, GRADIENT[event.kind === "contribute" ? event.parent : event.node]);
  }
});

test("gradients not cleared are added to at the end, and a leaf that holds one keeps it", () => {
  const { run } = ran("uncleared");
  const [event] = run.events.filter((event) => event.kind === "accumulate" && event.node === A);
  assert.deepEqual(event, {
    kind: "accumulate",
    node: A,
    before: 6,
    contribution: 6,
    after: 12,
    should: 6,
    wrong: true,
  });
  const held = runOf(lessonOf({ held: [{ node: A, grad: 10 }] }), none, "uncleared");
  assert.deepEqual(
    held.events.flatMap((event) => (event.kind === "accumulate" ? [event.before] : [])),
    [10, -20],
  );
});

test("a picture holds what the faulty pass holds, at every step", () => {
  for (const bug of ["assign", "twice", "sign", "local"]) {
    const { run, steps } = ran(bug);
    for (const [k, { events }] of steps.entries()) {
      const [event] = events;
      if (event.kind !== "contribute") continue;
      assert.equal(pictureAt(lesson, run, steps, k + 1).gradient[event.parent], event.after, `${bug} ${k}`);
    }
  }
});

test("a step that leaves a wrong gradient says so; its card too, and the first differs from those that inherit it", () => {
  const { run, steps } = ran("sign");
  const first = steps.findIndex(({ events: [event] }) => "wrong" in event && event.wrong);
  assert.equal(wrongWords(steps[first], names), " ✗ Wrong: ∂e/∂c is now 4, and should be −4.");
  assert.equal(wrongWords(steps[0], names), "");
  assert.equal(wrongWords(null, names), "");
  const state = makeSession(lesson, names, { changed() {}, moved() {}, edited() {}, pinned() {}, answered() {} }).state;
  const marks = wrongMarks(lastAdditions(steps.slice(0, first + 2)), run, state);
  assert.deepEqual(
    [...marks],
    [
      [2, "✗ should be −4"],
      [5, "✗ not −6"],
    ],
  );
  state.marks = false;
  assert.equal(wrongMarks(lastAdditions(steps), run, state).size, 0);
});

test("a fault that this graph cannot have is not offered", () => {
  assert.ok(canRun(lesson, "recursion") && canRun(lesson, "local") && canRun(lesson, "assign"));
  assert.ok(!canRun(lessonOf(), "local") && !canRun(lessonOf({ rules: null }), "local"));
  const { nodes } = lesson;
  const doubled = [...Array(20).keys()].map((i) => ({ ...nodes[2], op: "add", parents: [i, i] }));
  assert.ok(!canRun(lessonOf({ nodes: [nodes[0], ...doubled] }), "recursion"));
});

test("trying a node says its gradient, inside the graph and after an edit too", () => {
  const edits = new Map([[A, 3]]);
  const run = runOf(lesson, edits);
  for (const i of [A, B, 2, 5, ROOT]) {
    const slope = finiteDifference({ ...lesson, rules: withWrong }, edits, run.data, i, 1e-5);
    assert.ok(Math.abs(slope - (run.right[i] ?? 0)) < 1e-6, `node ${i}`);
  }
});

test("the curve of the error counts powers of ten; what is exact lies on the floor, what is no number on top", () => {
  const places = errorCurve([1e-2, 1e-3, 1e-4, 0, NaN]);
  assert.deepEqual(
    places.map(({ x }) => Math.round(x)),
    [0, 25, 50, 75, 100],
  );
  assert.deepEqual(
    places.map(({ y }) => Math.round(y)),
    [0, 50, 100, 100, 0],
  );
  assert.deepEqual(
    errorCurve([0, 0]).map(({ y }) => y),
    [100, 100],
  );
});

test("a session takes a fault, shows the same moment of it, and finds the first wrong step", () => {
  const session = makeSession(lesson, names, { changed() {}, moved() {}, edited() {}, pinned() {}, answered() {} });
  session.setLevel("neuron");
  session.go(2);
  session.setBug("sign");
  assert.deepEqual([session.state.level, session.state.k], ["op", 3]);
  session.toFirstWrong();
  const [event] = session.picture().step?.events ?? [];
  assert.ok("wrong" in event && event.wrong);
  assert.equal(
    session
      .steps()
      .slice(0, session.state.k - 1)
      .some(({ events: [e] }) => "wrong" in e && e.wrong),
    false,
  );
  session.edit(A, 3);
  assert.equal(session.run().gradient[2], 3);
  session.toggleQuiz();
  assert.deepEqual([session.state.bug, session.state.quiz], ["", true]);
  session.setBug("check");
  assert.deepEqual([session.state.quiz, session.run().events.some((e) => "wrong" in e)], [false, false]);
  session.toFirstWrong();
  assert.equal(session.state.bug, "check");
});

test("the address carries the fault, as far as it is not the one to start with", () => {
  const { state } = makeSession(lesson, names, { changed() {}, moved() {}, edited() {}, pinned() {}, answered() {} });
  const bugs = ["sign", "local"].map((name) => ({ name, title: "", line: "", about: "" }));
  const offered = { ...lesson, bugs };
  assert.equal(faultAddress(state, offered), "");
  assert.equal(faultAddress({ ...state, bug: "sign", compare: true }, offered), "&bug=sign&compare=1");
  assert.equal(faultAddress(state, { ...offered, bug: "sign", compare: true }), "&bug=&compare=0");
  assert.deepEqual(faultIn("#step=3&bug=sign&compare=1", offered), { bug: "sign", compare: true });
  assert.deepEqual(faultIn("#step=3", offered), { bug: "", compare: false });
  assert.deepEqual(faultIn("#step=3", { ...offered, bug: "sign", compare: true }), { bug: "sign", compare: true });
  assert.deepEqual(faultIn("#bug=&compare=1", { ...offered, bug: "sign" }), { bug: "", compare: false });
  assert.deepEqual(faultIn("#bug=nonsense", offered), { bug: "", compare: false });
  assert.deepEqual(faultIn("#bug=local", { ...offered, rules: null }), { bug: "", compare: false });
});

test("a folded box has one mark: its output's if that is wrong, else that something inside is", () => {
  const marks = new Map([
    [A, "✗ not 6"],
    [4, "✗ not −6"],
  ]);
  assert.deepEqual([...marksByCard(lesson, "op", marks).keys()], ["n0", "n4"]);
  assert.deepEqual([...marksByCard(lesson, "neuron", marks)][1], ["n5", "✗ inside"]);
  assert.equal(marksByCard(lesson, "neuron", marks.set(5, "✗ not 1")).get("n5"), "✗ not 1");
});
