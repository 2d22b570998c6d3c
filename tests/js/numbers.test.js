import assert from "node:assert/strict";
import { test } from "node:test";
import { inWords, onCard, plural, short, span, subscript, typed } from "../../viz/player/page/numbers.js";

test("a card has four decimals, or the exponent where they would hide the number", () => {
  /** @type {[number, string][]} */
  const cases = [
    [0, "0.0000"],
    [-0, "−0.0000"],
    [1, "1.0000"],
    [-1.5, "−1.5000"],
    [0.00005, "0.0001"],
    [0.00004, "4.000e−05"],
    [-2e-7, "−2.000e−07"],
    [9999999, "9999999.0000"],
    [1e7, "1.000e07"],
    [-1.25e100, "−1.250e100"],
    [5e-324, "4.941e−324"],
    [NaN, "nan"],
    [Infinity, "∞"],
    [-Infinity, "−∞"],
  ];
  for (const [x, text] of cases) assert.equal(onCard(x), text);
});

test("a sentence has five significant digits and no idle zeros", () => {
  /** @type {[number, string][]} */
  const cases = [
    [0, "0"],
    [-0, "−0"],
    [2, "2"],
    [-3, "−3"],
    [1 / 3, "0.33333"],
    [123456, "123460"],
    [1e21, "1e21"],
    [-1e-7, "−1e−7"],
    [NaN, "nan"],
    [-Infinity, "−∞"],
  ];
  for (const [x, text] of cases) assert.equal(short(x), text);
});

test("what is typed is read as people write numbers", () => {
  /** @type {[string, number][]} */
  const cases = [
    ["0.5", 0.5],
    [" -3 ", -3],
    ["−3", -3],
    ["0,25", 0.25],
    ["1/3", 1 / 3],
    ["-1 / 4", -0.25],
    ["1e-3", 0.001],
    ["1/0", Infinity],
    ["inf", Infinity],
    ["-INF", -Infinity],
    ["∞", Infinity],
    ["−∞", -Infinity],
    ["nan", NaN],
    ["–3", -3],
    ["1,5/2,5", 0.6],
    ["-Infinity", -Infinity],
  ];
  for (const [text, x] of cases) assert.equal(typed(text), x, text);
});

test("what is no number is not read as one", () => {
  for (const text of ["", " ", "six", "1,234.5", "1/2/3", "/2", "1/", "1 2", "--1", "constructor", "toString"])
    assert.equal(typed(text), undefined, text);
});

test("what is written on a card or in a sentence can be typed", () => {
  for (const x of [0, 1.5, -2.25, 1e-9, 123456789, -4.5e30, Infinity, -Infinity])
    for (const text of [short(x), onCard(x)]) {
      const read = Number(typed(text));
      assert.ok(read === x || Math.abs(read - x) <= 1e-3 * Math.abs(x), `${text} is read as ${read}`);
    }
});

test("several numbers are a span, a count has its plural, an index is small", () => {
  assert.equal(span([1]), "1.0000");
  assert.equal(span([2, -1, 0]), "−1.0000 … 2.0000");
  assert.equal(plural(1, "op"), "1 op");
  assert.equal(plural(0, "op"), "0 ops");
  assert.equal(subscript(1290), "₁₂₉₀");
});

test("a result that no digits can say is said in words", () => {
  assert.equal(inWords(0.25), "0.25");
  assert.equal(inWords(-0), "−0");
  assert.equal(inWords(NaN), "nan, which is no number");
  assert.equal(inWords(Infinity), "∞, larger than any number");
  assert.equal(inWords(-Infinity), "−∞, below any number");
});
