import assert from "node:assert/strict";
import { test } from "node:test";
import { gateOf, gatesOf } from "../../viz/player/page/gates.js";
import { lessonOf } from "./lesson.js";

/**
 * Why nothing passes back through a node `g` of `a`, `b`, ...
 * @param {Partial<LessonOp>} op
 * @param {number[]} operands
 * @param {number[]} locals
 */
function reasons(op, operands, locals) {
  const names = [...operands.map((_, i) => "abc"[i]), "g"];
  const parents = operands.map((_, i) => i);
  const { nodes, ops } = lessonOf();
  const lesson = {
    nodes: [...operands.map((data, i) => ({ ...nodes[0], name: names[i], data })), { ...nodes[2], op: "g", parents }],
    ops: { g: { ...ops.mul, symbol: op.name ?? "", ...op } },
  };
  const run = { data: [...operands, 0], locals: [...operands.map(() => []), locals] };
  const place = operands.length;
  assert.deepEqual(gatesOf(lesson, names, run, place), [
    ...new Set(parents.map((operand) => gateOf(lesson, names, run, place, operand)).filter(Boolean)),
  ]);
  return gatesOf(lesson, names, run, place);
}

test("a closed relu says so, an open one says nothing", () => {
  const relu = { name: "relu" };
  assert.deepEqual(reasons(relu, [-0.5], [0]), ["relu is closed: its input −0.5 is below 0, so nothing passes"]);
  assert.deepEqual(reasons(relu, [0], [0]), ["relu is closed: its input 0 is not above 0, so nothing passes"]);
  assert.deepEqual(reasons(relu, [0.5], [1]), []);
  assert.deepEqual(reasons({ name: "leaky_relu", params: [0.01] }, [-2], [0.01]), [
    "leaky_relu is almost closed: its input −2 is below 0, so only 0.01 of it passes",
  ]);
  assert.deepEqual(reasons({ name: "leaky_relu", params: [0.01] }, [2], [1]), []);
});

test("a clamp says at which bound it is closed", () => {
  const clamp = { name: "clamp", params: [-1, 1], selects: true };
  assert.deepEqual(reasons(clamp, [-3], [0]), ["clamp is closed: its input −3 is below −1, so nothing passes"]);
  assert.deepEqual(reasons(clamp, [3], [0]), ["clamp is closed: its input 3 is above 1, so nothing passes"]);
  assert.deepEqual(reasons(clamp, [0], [1]), []);
});

test("an op that selects says what it took, and what therefore gets nothing", () => {
  const max = { name: "maximum", symbol: "max", selects: true };
  assert.deepEqual(reasons(max, [1, 2], [0, 1]), ["max took b, so nothing goes back to a"]);
  assert.deepEqual(reasons(max, [2, 2], [0.5, 0.5]), []);
  assert.deepEqual(reasons({ name: "where", selects: true }, [1, 2, 3], [0, 1, 0]), [
    "where only asks a: nothing passes",
    "where took b, so nothing goes back to c",
  ]);
  assert.deepEqual(reasons({ name: "gt", symbol: ">", selects: true }, [1, 2], [0, 0]), [
    "> passes no gradient: it is flat",
  ]);
});

test("a product with a factor of 0 is no gate", () => {
  assert.deepEqual(reasons({ name: "mul" }, [0, 2], [2, 0]), []);
});
