// Makes the page's script and sheets small, as pages carry them: `npm --prefix tests/js run build`.
//
// What is made stands beside its sources (viz/player/page/built/) and names them by a digest, so that a page never
// shows an older script: where they differ, bundle.py takes the sources as they are.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

const PAGE = fileURLToPath(new URL("../../viz/player/page", import.meta.url));
export const BUILT = join(PAGE, "built");

const ENTRY = `
export { PRIMALS } from "./engine.js";
export { mount } from "./main.js";
export { revived } from "./steps.js";
export { widgetOf } from "./widget.js";
`;

/** What the built files are made of: every script and sheet, by name, whatever the line ends of this system are. */
function digest() {
  const hash = createHash("sha256");
  for (const name of readdirSync(PAGE).sort()) {
    if (/\.(js|css)$/.test(name)) hash.update(readFileSync(join(PAGE, name), "utf8").replaceAll("\r\n", "\n"));
  }
  return hash.digest("hex");
}

/**
 * The files, by name.
 * @returns {Promise<Record<string, string>>}
 */
export async function made() {
  const options = /** @type {const} */ ({ bundle: true, write: false, charset: "utf8", logLevel: "error" });
  const script = async (/** @type {string} */ contents, /** @type {string} */ globalName) => {
    const joined = await build({ ...options, stdin: { contents, resolveDir: PAGE }, format: "iife", globalName });
    const text = joined.outputFiles[0].text;
    return `${(await minify(text, { ecma: 2020, compress: { passes: 3, keep_fargs: false } })).code}\n`;
  };
  const sheets = await build({ ...options, minify: true, entryPoints: [join(PAGE, "sheets.css")] });
  return {
    "player.js": await script(ENTRY, "chalkgrad"),
    "special.js": await script('export * from "./special.js";', "special"),
    "player.css": sheets.outputFiles[0].text,
    sources: digest(),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(BUILT, { recursive: true });
  for (const [name, text] of Object.entries(await made())) writeFileSync(join(BUILT, name), text);
}
