import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, placeIn } from "../../viz/player/page/address.js";
import { scoreLine } from "../../viz/player/page/answers.js";
import { phasesOf, whereOf } from "../../viz/player/page/controls.js";
import { inField, isReached } from "../../viz/player/page/editor.js";
import { boxesAround, kindOf } from "../../viz/player/page/inspector.js";
import { commandFor, KEYS } from "../../viz/player/page/keys.js";
import { cardClasses, edgeClasses, neuronShown, numbersOn, operandsOf, sceneOf } from "../../viz/player/page/scene.js";
import { namesOf } from "../../viz/player/page/sentences.js";
import { makeSession } from "../../viz/player/page/session.js";
import { A, B, descent, lessonOf } from "./lesson.js";

/** @param {Partial<Lesson>} [changes] */
function sessionOf(changes) {
  const lesson = lessonOf(changes);
  /** @type {string[]} */
  const heard = [];
  const session = makeSession(lesson, namesOf(lesson), {
    changed: () => heard.push("changed"),
    moved: (tell) => heard.push(`moved ${tell}`),
    pinned: () => heard.push("pinned"),
    edited: (tell) => heard.push(`edited ${tell}`),
    answered: ({ step, given, right, tries }) => heard.push(`${step}: ${given} ${right} ${tries}`),
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

test("predicting is done at the finest level that is drawn, and asks what comes next", () => {
  const { state, ...session } = sessionOf({ start: "neuron" });
  assert.equal(session.question(), null);
  session.toggleQuiz();
  assert.equal(state.level, "op");
  assert.equal(session.question()?.ask, "What is c now?");
  session.last();
  assert.equal(session.question(), null);

  const folded = sessionOf({ start: "neuron", views: { op: "neuron", neuron: "neuron" } });
  folded.toggleQuiz();
  assert.equal(folded.state.level, "neuron");
  folded.go(1);
  assert.equal(folded.question()?.ask, "What does net.n0 put out?");
});

test("a lesson can start as a quiz, and begins at the finest level that is drawn", () => {
  const { state, ...session } = sessionOf({ start: "neuron", quiz: true });
  assert.deepEqual([state.quiz, state.level], [true, "op"]);
  assert.equal(session.question()?.ask, "What is c now?");
});

test("an answer is judged; a right one goes on, and each question is scored once", () => {
  const { state, heard, ...session } = sessionOf({ quiz: true });
  session.answer(" ");
  assert.deepEqual([state.verdict?.right, state.verdict?.words], [null, "Type a number first."]);
  session.answer("six");
  assert.match(String(state.verdict?.words), /^Type a number, such as/);
  assert.equal(state.answers.size, 0);
  session.answer("6");
  assert.equal(state.verdict?.right, false);
  assert.equal(state.k, 0);
  session.pin(A);
  assert.equal(state.verdict?.right, false, "a click takes nothing away");
  session.answer("-6");
  assert.deepEqual([state.k, state.verdict?.right], [1, true]);
  session.back();
  assert.equal(session.question(), null, "what was answered is not asked again");
  session.go(1);
  session.answer("-6");
  session.tell();
  assert.deepEqual(
    heard.filter((line) => line.includes(":")),
    ["1: 6 false 1", "1: 6,-6 true 2", "2: -6 true 1", "3:  false 0"],
  );
  assert.equal(scoreLine(state.answers.values()), "3 asked: 1 right at the first try, 1 at the second, 1 shown");
  assert.equal(state.verdict?.words, "It is −4.");
  session.edit(A, 5);
  assert.equal(state.answers.size, 0, "other numbers are other questions");
});

test("after a wrong answer one can look at the step that made what goes in, and come back", () => {
  const { state, ...session } = sessionOf({ quiz: true });
  const events = session.run().events;
  const isShare = (/** @type {RunEvent} */ event) => event.kind === "contribute" && event.parent === A;
  const second = events.lastIndexOf(events.filter(isShare)[1]);
  session.go(second);
  session.answer("1234");
  const { look } = state.verdict ?? {};
  assert.ok(look);
  const made = events[look - 1];
  const asked = events[second];
  assert.ok(made.kind === "contribute" && asked.kind === "contribute" && made.parent === asked.node);
  session.go(look);
  assert.equal(session.question(), null);
  session.go(state.front);
  assert.equal(session.question()?.event, asked);
  session.startOver();
  assert.deepEqual([state.k, state.front, state.answers.size], [0, 0, 0]);
});

test("of two neurons that were opened each is asked about, for the one in which the step happens is drawn", () => {
  const inNeuron = [-1, -1, 1, 0, 0, 0, -1];
  const box = (/** @type {number} */ i, /** @type {number[]} */ nodes) => ({
    id: `n${i}`,
    key: `neuron${i}`,
    name: `n${i}`,
    nodes,
    outputs: [nodes[nodes.length - 1]],
  });
  const boxes = { neuron: [box(1, [2]), box(0, [3, 4, 5])] };
  const { state, ...session } = sessionOf({ inNeuron, boxes });
  session.toggleQuiz();
  session.setLevel("neuron");
  session.open("neuron0");
  session.open("neuron1");
  assert.equal(state.opened.size, 2);
  assert.equal(session.question()?.ask, "What is c now?");
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

test("the address says the step, and what is not as at the start", () => {
  const { state, lesson } = sessionOf();
  assert.equal(addressOf(state, lesson), "#step=0");
  /** @type {Place} */
  const place = {
    k: 7,
    level: "neuron",
    opened: new Set(["neuron0"]),
    pinned: 5,
    edits: new Map([
      [A, -0],
      [B, 1e300 / 7],
    ]),
  };
  const address = addressOf({ ...state, ...place }, lesson);
  assert.equal(address, "#step=7&level=neuron&open=neuron0&pin=5&set=0:-0,1:1.4285714285714286e299");
  assert.deepEqual(placeIn(address, lesson), place);
  for (const x of [5e-324, 1.7976931348623157e308, 0.1, 1e21, NaN, Infinity, -Infinity]) {
    const there = addressOf({ ...state, edits: new Map([[A, x]]) }, lesson);
    assert.deepEqual(placeIn(there, lesson)?.edits.get(A), x, there);
  }
});

test("what an address asks for that the lesson has not is left out", () => {
  const lesson = lessonOf();
  const start = { k: 0, level: "op", opened: new Set(), pinned: null, edits: new Map() };
  for (const hash of [
    "",
    "#",
    "#step=-1",
    "#step=1e3",
    "#step=x&level=neuron",
    "#__proto__=1",
    `#step=${"9".repeat(400)}`,
  ])
    assert.equal(placeIn(hash, lesson), null, hash);
  const hostile = [
    "#step=0&level=galaxy&open=neuron7,layer0,,__proto__&pin=99",
    "#step=0&set=2:1,3:1,99:1,-1:1,0,0:,0:0x10,0:1:2,:1,0:1e,0:%3Cb%3E,constructor:1",
    "#step=0&pin=1.5&set=",
  ];
  for (const hash of hostile) assert.deepEqual(placeIn(hash, lesson), start, hash);
  assert.equal(placeIn("#step=0&set=0:1", lessonOf({ rules: null }))?.edits.size, 0);
});

test("a place is restored whole, with its step", () => {
  const { state, ...session } = sessionOf();
  session.setLevel("neuron");
  session.open("neuron0");
  session.edit(A, 5);
  session.pin(B);
  session.go(9);
  const place = { ...state, opened: new Set(state.opened), edits: new Map(state.edits) };
  const other = sessionOf();
  other.restore(place);
  assert.deepEqual(other.picture(), session.picture());
  other.restore({ k: 3, level: "op", opened: new Set(), pinned: null, edits: new Map() });
  assert.equal(other.run().data[A], 2);
  assert.equal(other.state.k, 3);
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
  const shown = () => numbersOn(c, sceneOf(lesson, session.picture(), session.question()?.event ?? null, false));
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

test("a pinned leaf is changed by keys, and nothing else is", () => {
  const { state, ...session } = sessionOf();
  session.nudge(1);
  session.pin(2);
  session.nudge(1);
  session.pin(3);
  session.nudge(1);
  assert.equal(state.edits.size, 0, "nothing pinned, no leaf, a constant");
  session.pin(A);
  session.nudge(1);
  session.nudge(1);
  session.nudge(-3);
  assert.deepEqual([...state.edits], [[A, 1.9]]);
});

test("a gradient is the slope once every share is in", () => {
  const { state, ...session } = sessionOf();
  const reached = [];
  for (let k = 0; k <= session.steps().length; k++) {
    session.go(k);
    reached.push(isReached(session.picture(), B));
  }
  assert.deepEqual(reached.indexOf(true), session.steps().length);
  assert.equal(state.k, session.steps().length);
});

test("a number stands in a field as it would be typed", () => {
  assert.deepEqual([0.1 + 0.2, -0, NaN, Infinity, -Infinity, 1e-9].map(inField), [
    "0.3",
    "-0",
    "nan",
    "inf",
    "-inf",
    "1e-9",
  ]);
});
