// The scrubber's own arithmetic: its tiles, colours, borders, planes, counts and keys.

import assert from "node:assert/strict";
import { test } from "node:test";
import { commandIn } from "../../viz/player/page/keys.js";
import { SCRUB_COMMANDS } from "../../viz/scrubber/page/bars.js";
import { countsOf } from "../../viz/scrubber/page/confusion.js";
import { joined, neuronBeside, tileAt, tilesOf } from "../../viz/scrubber/page/layers.js";
import { nearestOf, scaleOfLosses } from "../../viz/scrubber/page/losscurve.js";
import { columnsOf, makeNetwork } from "../../viz/scrubber/page/network.js";
import { gridOf, inputsAt, planeOf } from "../../viz/scrubber/page/plane.js";
import { contour, lead, pixelOf, rampOf } from "../../viz/scrubber/page/shades.js";
import { unpacked } from "../../viz/scrubber/page/unpack.js";

const ROOM = { width: 700, height: 500 };

test("tiles stand in columns, inside the room, and none on another", () => {
  for (const sizes of [
    [4, 1],
    [16, 16, 1],
    [40, 10],
    [200, 3],
  ]) {
    const tiles = tilesOf(
      2,
      sizes.map((outputs) => ({ outputs })),
      ROOM,
      46,
    );
    for (const { x, y, side } of tiles) {
      assert.ok(x >= 0 && y >= 20 && x + side <= ROOM.width && y + side <= ROOM.height - 46 + 1, `${sizes}`);
      assert.ok(side >= 10, `${sizes}: ${side}`);
    }
    for (const one of tiles) {
      for (const other of tiles) {
        const isApart = Math.abs(one.x - other.x) >= one.side || Math.abs(one.y - other.y) >= one.side;
        assert.ok(one === other || one.layer !== other.layer || isApart);
      }
    }
  }
});

test("of a wide layer the first are shown, and the last says how many are not", () => {
  const tiles = tilesOf(2, [{ outputs: 100 }, { outputs: 1 }], ROOM, 46).filter(({ layer }) => layer === 0);
  assert.equal(tiles.length, 64);
  assert.deepEqual([tiles[63].more, tiles[0].more], [36, 0]);
});

test("a tile is found under the pointer, and every neuron is joined to the layer before", () => {
  const tiles = tilesOf(2, [{ outputs: 3 }, { outputs: 1 }], ROOM, 46);
  for (const tile of tiles) assert.equal(tileAt(tiles, tile.x + 3, tile.y + 3), tile);
  assert.equal(tileAt(tiles, 0, 0), undefined);
  assert.equal(joined(tiles, false).length, 2 * 3 + 3);
  assert.equal(joined(tiles, true).length, 3);
});

test("from neuron to neuron by key", () => {
  const sizes = [4, 2, 1];
  const walks = /** @type {const} */ ([
    [{ layer: 2, neuron: 0 }, "in", { layer: 1, neuron: 1 }],
    [{ layer: 1, neuron: 1 }, "in", { layer: 0, neuron: 3 }],
    [{ layer: 0, neuron: 3 }, "in", { layer: 0, neuron: 3 }],
    [{ layer: 0, neuron: 3 }, "down", { layer: 0, neuron: 3 }],
    [{ layer: 0, neuron: 3 }, "up", { layer: 0, neuron: 2 }],
    [{ layer: 0, neuron: 2 }, "out", { layer: 1, neuron: 1 }],
    [{ layer: 2, neuron: 0 }, "out", { layer: 2, neuron: 0 }],
  ]);
  for (const [from, way, to] of walks) assert.deepEqual(neuronBeside(sizes, from, way), to, way);
});

test("a border runs where the sign changes, at the share of the way", () => {
  const heights = [-1, -1, 3, 3];
  assert.deepEqual(
    contour((p) => heights[p], 2).map((ends) => ends.map((x) => Math.round(x * 100) / 100)),
    [[1, 0.25, 0, 0.25]],
  );
  assert.deepEqual(
    contour(() => 1, 4),
    [],
  );
});

test("the leader, and how far it is ahead", () => {
  assert.deepEqual(lead([1, 1]), { best: 0, by: 0 });
  assert.deepEqual(lead([0, 5, 2]), { best: 1, by: 1 - Math.exp(-3) });
  assert.equal(lead([3, 1, 2]).best, 0);
});

test("a ramp goes from one colour over paper to the other; nan is paper", () => {
  const ramp = rampOf([255, 255, 255], [255, 0, 0], [0, 0, 255]);
  assert.equal(pixelOf(ramp, 0), 0xffffffff);
  assert.equal(pixelOf(ramp, NaN), 0xffffffff);
  assert.equal(pixelOf(ramp, 9), pixelOf(ramp, 1));
  assert.notEqual(pixelOf(ramp, 1), pixelOf(ramp, -1));
});

test("the plane of two inputs is their own, of more the two in which they spread most", () => {
  const own = planeOf(Float64Array.of(0, 0, 1, 2), 2, ["a", "b"], () => 0);
  assert.deepEqual(own.points, [
    [0, 0],
    [1, 2],
  ]);
  assert.deepEqual(own.labels, ["a", "b"]);
  const rows = [];
  for (let i = 0; i < 60; i++) rows.push(5, Math.sin(i) * 0.01, 3 * Math.sin(i * 1.7), 9 * Math.cos(i * 0.9));
  const found = planeOf(Float64Array.from(rows), 4, ["", "", "", ""], () => 0);
  assert.ok(Math.abs(found.directions[0][3]) > 0.999 && Math.abs(found.directions[1][2]) > 0.99);
  const [across, up] = found.directions;
  assert.ok(Math.abs(across.reduce((sum, x, i) => sum + x * up[i], 0)) < 1e-9);
  const [u, v] = found.points[7];
  const back = inputsAt(found, u, v);
  for (const [i, x] of back.entries()) assert.ok(Math.abs(x - rows[28 + i]) < 0.05);
});

test("of one input the other axis is the target", () => {
  const line = planeOf(Float64Array.of(1, 2), 1, ["x"], (i) => 10 * i);
  assert.ok(line.isLine);
  assert.deepEqual(line.points, [
    [1, 0],
    [2, 10],
  ]);
});

test("a grid begins at the top left", () => {
  const plane = planeOf(Float64Array.of(0, 0, 1, 1), 2, ["a", "b"], () => 0);
  const columns = gridOf(plane, 2);
  assert.ok(columns[0] < columns[1] && columns[4] > columns[6]);
});

test("rows become columns, in the order asked for", () => {
  assert.deepEqual([...columnsOf(Float64Array.of(1, 2, 3, 4, 5, 6), 2, [2, 0])], [5, 1, 6, 2]);
});

test("counts of the confusion", () => {
  assert.deepEqual(countsOf([0, 0, 1, 1, 1], [0, 1, 1, 1, 0], 2), [
    [1, 1],
    [1, 2],
  ]);
});

test("the nearest epoch", () => {
  assert.deepEqual(
    [-3, 1.4, 3, 99].map((x) => nearestOf([0, 2, 4], x)),
    [0, 1, 1, 2],
  );
});

test("a layer without bias or activation", () => {
  const stage = { inputs: 2, outputs: 1, bias: false, activation: "linear", op: null, rule: null };
  const network = makeNetwork([stage], {}, []);
  assert.deepEqual([...network.forward(Float64Array.of(2, 3), Float64Array.of(1, 10, 5, 0), 2).outs[0]], [17, 20]);
});

test("text that is empty holds no number", async () => {
  assert.equal((await unpacked("")).length, 0);
});

test("keys are the page's, but not those of a field", () => {
  const run = (/** @type {string} */ key, place = {}) => commandIn(key, place, false, SCRUB_COMMANDS) !== undefined;
  assert.ok(run("ArrowRight") && run(" ") && run("b") && run("⇧ArrowUp"));
  assert.ok(!run("ArrowRight", { tagName: "INPUT", type: "range" }));
  assert.ok(!run(" ", { tagName: "BUTTON" }) && !run("x"));
});

test("the scale of the losses, from 0 or by powers of ten; a branch may leave it at the top", () => {
  const plain = scaleOfLosses([[2, 1, 0.5], [], [50]], false);
  assert.deepEqual(
    plain.ticks.map(({ loss }) => loss),
    [0, 3, 6],
  );
  assert.equal(plain.share(0), 0);
  assert.equal(plain.share(50), 1.02);
  const log = scaleOfLosses([[1, 0.1, 0], [], [NaN]], true);
  assert.deepEqual(
    log.ticks.map(({ text }) => text),
    ["10⁻¹", "10⁰"],
  );
  assert.deepEqual([1, 0.1, 0].map(log.share), [1, 0, 0]);
  assert.equal(scaleOfLosses([[]], false).share(0), 0);
});
