import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, placeIn } from "../../viz/player/page/address.js";
import { phasesOf, whereOf } from "../../viz/player/page/controls.js";
import { barLengths, wiggle } from "../../viz/player/page/editor.js";
import { boxesAround, kindOf } from "../../viz/player/page/inspector.js";
import { commandFor, KEYS } from "../../viz/player/page/keys.js";
import { cardClasses, edgeClasses, neuronShown, numbersOn, operandsOf, sceneOf } from "../../viz/player/page/scene.js";
import { namesOf } from "../../viz/player/page/sentences.js";
import { makeSession } from "../../viz/player/page/session.js";
import { A, B, descent, lessonOf, rules } from "./lesson.js";

/** @param {Partial<Lesson>} [changes] */
function sessionOf(changes) {
  const lesson = lessonOf(changes);
  /** @type {string[]} */
  const heard = [];
  const session = makeSession(lesson, namesOf(lesson), {
    changed: () => heard.push("changed"),
    moved: (tell) => heard.push(`moved ${tell}`),
    edited: (tell) => heard.push(`edited ${tell}`),
  });
  return { ...session, lesson, heard };
}

test("a session moves within its steps and says so", () => {
  const { state, heard, ...session } = sessionOf();
  session.back();
  assert.equal(state.k, 0);
  session.last();
  assert.equal(state.k, session.steps().length);
  session.go(state.k + 1, false);
  assert.equal(state.k, session.steps().length);
  assert.deepEqual(heard, ["changed", "moved true", "changed", "moved true", "changed", "moved false"]);
  session.toPhase("backward");
  assert.equal(session.picture().step?.phase, "backward");
  const { k } = state;
  session.toPhase("update");
  assert.equal(state.k, k, "without an optimizer there is nothing to go to");
});

test("levels and open boxes regroup the steps and keep the moment", () => {
  const { state, ...session } = sessionOf();
  session.toPhase("backward");
  session.nextLevel();
  assert.equal(state.level, "neuron");
  assert.equal(session.picture().step?.phase, "backward");
  const folded = session.steps().length;
  session.open("neuron0");
  assert.ok(session.steps().length > folded);
  session.open("neuron0");
  assert.equal(session.steps().length, folded);
  session.nextLevel();
  assert.equal(state.level, "op");
});

test("an edit makes another run, and is undone", () => {
  const { state, heard, ...session } = sessionOf();
  session.edit(A, 5);
  session.edit(B, 1);
  assert.deepEqual(
    [...state.edits],
    [
      [A, 5],
      [B, 1],
    ],
  );
  assert.equal(session.run().data[2], 5);
  session.undoEdits();
  assert.equal(session.run().data[2], -6);
  session.setEdits(new Map([[A, 1]]), false);
  assert.deepEqual(
    heard.filter((what) => what.startsWith("edited")),
    ["edited true", "edited true", "edited true", "edited false"],
  );
});

test("predicting is done op by op, and asks what comes next", () => {
  const { state, ...session } = sessionOf({ start: "neuron" });
  assert.equal(session.question(), null);
  session.toggleQuiz();
  assert.equal(state.level, "op");
  assert.equal(session.question()?.ask, "What is c now?");
  session.last();
  assert.equal(session.asked(), null);
});

test("each key has its command, unless the field or the button that has the focus needs it", () => {
  const commands = KEYS.flatMap((row) => Object.keys(row.commands));
  assert.equal(new Set(commands).size, commands.length);
  for (const key of commands) assert.ok(commandFor(key, { tagName: "DIV" }, false), key);
  assert.equal(commandFor("x", {}, false), undefined);
  assert.equal(commandFor("constructor", {}, false), undefined);
  assert.equal(commandFor("q", { tagName: "INPUT", type: "text" }, false), undefined);
  assert.ok(commandFor("Escape", { tagName: "INPUT", type: "text" }, false));
  assert.equal(commandFor("ArrowRight", { tagName: "INPUT", type: "range" }, false), undefined);
  assert.ok(commandFor("ArrowRight", { tagName: "INPUT", type: "range" }, true));
  assert.ok(commandFor("q", { tagName: "INPUT", type: "range" }, false));
  assert.equal(commandFor(" ", { tagName: "BUTTON" }, false), undefined);
  assert.ok(commandFor("p", { tagName: "BUTTON" }, false));
});

test("the address holds the step, and the level if it is not the first", () => {
  const { state, lesson } = sessionOf();
  assert.equal(addressOf(state, lesson), "#step=0");
  assert.equal(addressOf({ ...state, k: 7, level: "neuron" }, lesson), "#step=7&level=neuron");
  assert.deepEqual(placeIn("#step=7&level=neuron", lesson), { k: 7, level: "neuron" });
  assert.deepEqual(placeIn("#step=-1&level=galaxy", lesson), { k: undefined, level: undefined });
  assert.deepEqual(placeIn("", lesson), { k: undefined, level: undefined });
});

test("the controls offer the phases that there are, and say where the run is", () => {
  assert.deepEqual(phasesOf(lessonOf()), ["forward", "backward"]);
  assert.deepEqual(phasesOf(lessonOf({ update: descent })), ["forward", "backward", "update"]);
  assert.equal(whereOf(null, 0, 1), "Start · 1 step");
  assert.equal(whereOf({ phase: "forward", box: null, events: [], order: 0 }, 3, 9), "Step 3 of 9 · forward");
});

test("what a step is about is lit, with what it uses", () => {
  const { lesson, ...session } = sessionOf();
  session.go(1);
  const compute = sceneOf(lesson, session.picture(), null, false);
  assert.deepEqual([...compute.now, ...compute.given, ...compute.flowing], [2, 0, 1, "2-0", "2-1"]);
  session.go(7);
  const share = sceneOf(lesson, session.picture(), null, false);
  assert.deepEqual([[...share.now], [...share.given], [...share.flowing]], [[6, 5], [], ["6-1"]]);
  assert.deepEqual(edgeClasses(["6-1"], share), ["flow", "backward"]);
  assert.deepEqual(edgeClasses(["6-0"], share), []);
  const [root, leaf] = [6, 0].map((i) => ({ id: `n${i}`, nodes: [i], outputs: [i] }));
  assert.deepEqual(cardClasses(root, share, null), ["now", "backward"]);
  assert.deepEqual(cardClasses(leaf, compute, 0), ["given", "pinned"]);
  assert.deepEqual(cardClasses(root, compute, null), ["waiting"]);
});

test("a card has a dash for what is not known, and a question mark for what is asked", () => {
  const { lesson, state, ...session } = sessionOf();
  const c = { id: "n2", nodes: [2], outputs: [2] };
  const shown = () => numbersOn(c, sceneOf(lesson, session.picture(), session.asked(), false));
  assert.deepEqual(shown(), { data: "–", grad: "–" });
  session.toggleQuiz();
  assert.deepEqual(shown(), { data: "?", grad: "–" });
  session.toggleQuiz();
  session.last();
  assert.deepEqual(shown(), { data: "−6.0000", grad: "−4.0000" });
  const both = { id: "x", nodes: [2, 5], outputs: [2, 5] };
  assert.equal(numbersOn(both, sceneOf(lesson, session.picture(), null, false)).data, "−6.0000 … −4.0000");
});

test("an edge stands for its operand, for several where boxes are folded, for another's inside a neuron", () => {
  assert.deepEqual(operandsOf("e9-1", undefined, null), ["9-1"]);
  assert.deepEqual(operandsOf("m-n1-n5", { "m-n1-n5": ["4-0", "5-0"] }, null), ["4-0", "5-0"]);
  assert.deepEqual(operandsOf("e2-1", undefined, [7, 8, 9]), ["9-1"]);
});

test("the inside of a neuron is shown when it is opened, or where the picture is coarser than the level", () => {
  const { lesson, state, ...session } = sessionOf();
  const shown = (/** @type {Lesson} */ l) => neuronShown(l, state, session.picture().step)?.key;
  assert.equal(shown(lesson), undefined);
  assert.equal(shown({ ...lesson, views: { op: "neuron", neuron: "neuron" } }), undefined, "the root stands alone");
  session.go(2);
  assert.equal(shown({ ...lesson, views: { op: "neuron", neuron: "neuron" } }), "neuron0");
  session.setLevel("neuron");
  session.open("neuron0");
  assert.equal(shown(lesson), "neuron0");
});

test("a node is told by its kind, with the boxes around it", () => {
  const lesson = lessonOf();
  assert.deepEqual(
    [0, 2, 3].map((i) => kindOf(lesson, i)),
    ["input", "the product", "constant"],
  );
  assert.deepEqual(boxesAround(lesson, 4), ["neuron0"]);
  assert.deepEqual(boxesAround(lesson, 0), []);
});

test("a wiggle compares what the gradient predicts with what happens", () => {
  const { lesson, state, ...session } = sessionOf();
  const editable = { ...lesson, rules };
  assert.ok(Number.isNaN(wiggle(editable, session.picture(), state.edits, A, 0.1).predicted));
  session.last();
  const { predicted, actual } = wiggle(editable, session.picture(), state.edits, A, 0.1);
  assert.ok(Math.abs(predicted - 0.6) < 1e-12);
  assert.ok(Math.abs(actual - (2.1 * -3 * (2.1 - 6) - 24)) < 1e-12);
  assert.deepEqual(barLengths([2, -4]), [0.5, -1]);
  assert.deepEqual(barLengths([NaN, 0]), [0, 0]);
  assert.deepEqual(barLengths([1, Infinity]), [0, 0]);
});
