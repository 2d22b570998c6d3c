import assert from "node:assert/strict";
import { test } from "node:test";

import {
  aim,
  around,
  common,
  fit,
  follow,
  freeCorner,
  panned,
  seen,
  transformOf,
  zoomAt,
} from "../../viz/player/page/camera.js";
import { nodesNamed } from "../../viz/player/page/find.js";
import { headOf, placeOfNote } from "../../viz/player/page/flow.js";
import { columnsAround } from "../../viz/player/page/nearby.js";

const PLACE = { width: 824, height: 424 };
const WIDE = { x: 0, y: 0, width: 4000, height: 400 };

/**
 * @param {Rect} box
 * @param {Camera} camera
 */
const isSeen = (box, camera) => overlapOf(box, seen(camera, PLACE)) === box.width * box.height;
const overlapOf = (/** @type {Rect} */ a, /** @type {Rect} */ b) => common(a, b).width * common(a, b).height;

test("a drawing fills its place in both directions, and a small one is not blown up", () => {
  assert.deepEqual(fit({ x: 0, y: 0, width: 400, height: 100 }, PLACE), { x: 200, y: 50, scale: 2 });
  assert.deepEqual(fit({ x: 0, y: -400, width: 100, height: 400 }, PLACE), { x: 50, y: -200, scale: 1 });
  assert.equal(fit({ x: 0, y: 0, width: 10, height: 10 }, PLACE).scale, 3.2);
});

test("what can be read is shown whole; else the camera stands at the least size, on what is in play", () => {
  const small = { x: 0, y: 0, width: 800, height: 400 };
  assert.deepEqual(aim(small, PLACE, 1, [{ x: 0, y: 0, width: 9, height: 9 }]), fit(small, PLACE));
  for (let x = 0; x <= 3900; x += 10) {
    const box = { x, y: 170, width: 100, height: 60 };
    const camera = aim(WIDE, PLACE, 1, [box]);
    assert.equal(camera.scale, 1);
    assert.ok(isSeen(box, camera), `${x}`);
    assert.deepEqual(camera, aim(WIDE, PLACE, 1, [box]));
  }
});

test("it seldom moves: neighbours are seen from the same place", () => {
  const stops = new Set();
  for (let x = 0; x <= 3900; x += 10) stops.add(aim(WIDE, PLACE, 1, [{ x, y: 170, width: 100, height: 60 }]).x);
  assert.ok(stops.size < 20, `${stops.size}`);
});

test("where not all in play has room, the last has", () => {
  const [sender, receiver] = [3000, 10].map((x) => ({ x, y: 100, width: 100, height: 60 }));
  assert.ok(isSeen(receiver, aim(WIDE, PLACE, 1, [sender, receiver])));
  assert.ok(isSeen(sender, aim(WIDE, PLACE, 1, [receiver, sender])));
});

test("following moves no more than it must", () => {
  const camera = { x: 412, y: 200, scale: 1 };
  assert.deepEqual(follow(camera, { x: 300, y: 150, width: 100, height: 60 }, PLACE), camera);
  assert.equal(follow(camera, { x: 900, y: 150, width: 100, height: 60 }, PLACE).x, 600);
  assert.equal(follow(camera, { x: 0, y: 150, width: 2000, height: 60 }, PLACE).x, 1000);
});

test("zooming keeps the point under the hand where it is", () => {
  const camera = { x: 1000, y: 200, scale: 1 };
  const hand = { x: 100, y: 300 };
  const under = (/** @type {Camera} */ c) => [c.x + (hand.x - 412) / c.scale, c.y + (hand.y - 212) / c.scale];
  const nearer = zoomAt(camera, WIDE, PLACE, hand, 1.6);
  assert.equal(nearer.scale, 1.6);
  for (const [i, x] of under(nearer).entries()) assert.ok(Math.abs(x - under(camera)[i]) < 1e-9);
  assert.equal(zoomAt(camera, WIDE, PLACE, hand, 1000).scale, 6);
  assert.ok(zoomAt(camera, WIDE, PLACE, hand, 0.0001).scale > 0.05);
});

test("dragging moves the drawing with the hand, and never loses it", () => {
  assert.deepEqual(panned({ x: 1000, y: 200, scale: 2 }, WIDE, 100, -20), { x: 950, y: 210, scale: 2 });
  assert.equal(panned({ x: 1000, y: 200, scale: 1 }, WIDE, 9000, 0).x, 0);
});

test("the transform is that of an SVG which fits its viewBox already", () => {
  assert.equal(transformOf({ x: 2000, y: 200, scale: 0.206 }, WIDE, PLACE), "translate(0.00px,0.00px) scale(1.0000)");
  assert.equal(transformOf({ x: 0, y: 0, scale: 0.412 }, WIDE, PLACE), "translate(2000.00px,200.00px) scale(2.0000)");
});

test("the map stands where it hides nothing that is in play", () => {
  const map = { width: 100, height: 50 };
  assert.deepEqual(freeCorner(map, PLACE, undefined), [true, true]);
  assert.deepEqual(freeCorner(map, PLACE, { x: 700, y: 350, width: 124, height: 74 }), [false, true]);
});

test("a box around boxes; what two share", () => {
  const [a, b] = [
    { x: 0, y: 0, width: 10, height: 10 },
    { x: 5, y: -5, width: 10, height: 10 },
  ];
  assert.deepEqual(around([a, b]), { x: 0, y: -5, width: 15, height: 15 });
  assert.equal(around([]), undefined);
  assert.deepEqual(common(a, b), { x: 5, y: 0, width: 5, height: 5 });
});

test("an arrow's head has its point at the receiver, and opens to where the gradient comes from", () => {
  assert.deepEqual(headOf({ x: 0, y: 0 }, { x: 22, y: 0 }), [
    { x: 0, y: 0 },
    { x: 11, y: 5.5 },
    { x: 11, y: -5.5 },
  ]);
});

test("a note on an edge hides no card where there is room", () => {
  const cards = [0, 130].map((x) => ({ x, y: 0, width: 100, height: 50 }));
  const spot = placeOfNote({ width: 120, height: 20 }, { x: 115, y: 25 }, cards);
  assert.ok(cards.every((card) => overlapOf(card, spot) === 0));
  assert.ok(Math.abs(spot.y + 10 - 25) < 50);
});

test("a name finds first the node that has it, then those that begin or end with it, then those that have it in them", () => {
  assert.deepEqual(nodesNamed(["layer0.b", "ab", "b", "bias", "c"], "B"), [2, 0, 3, 1]);
  assert.deepEqual(nodesNamed(["a"], " "), []);
});

test("around a node stand its operands and what uses it; of many those in play", () => {
  const node = (/** @type {number[]} */ ...parents) =>
    /** @type {LessonNode} */ ({ name: "", parents, data: 0, op: parents.length ? "add" : null, locals: [] });
  const many = [node(), node(), ...Array.from({ length: 9 }, () => node(0, 1)), node(2, 2)];
  assert.deepEqual(columnsAround(many, 2, new Set()), [[0, 1], [2], [11]]);
  assert.deepEqual(columnsAround(many, 0, new Set([10]))[2][0], 10);
  assert.equal(columnsAround(many, 0, new Set([10]))[2].length, 6);
});
