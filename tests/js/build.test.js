// What pages carry is made of the sources as they are now.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { made } from "./build.js";

test("the built files are those of the sources: else run `npm --prefix tests/js run build`", async () => {
  for (const [path, text] of Object.entries(await made())) {
    assert.equal(readFileSync(path, "utf8").replaceAll("\r\n", "\n"), text, path);
  }
});
