// Makes the pages' scripts and sheets small, as pages carry them: `npm --prefix tests/js run build`.
//
// What is made stands beside its sources (page/built/) and names them by a digest, so that a page never shows an older
// script: where they differ, bundle.py takes the sources as they are. A page may take what it needs from the player's.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

const PLAYER = fileURLToPath(new URL("../../viz/player/page", import.meta.url));
const SCRUBBER = fileURLToPath(new URL("../../viz/scrubber/page", import.meta.url));

/** For each page: its folder, the folders that it is made of, and by the name of a script what it gives. */
const PAGES = [
  {
    page: PLAYER,
    sources: [PLAYER],
    sheet: "player.css",
    scripts: {
      "player.js": `
export { PRIMALS } from "./engine.js";
export { mount } from "./main.js";
export { revived } from "./steps.js";
export { widgetOf } from "./widget.js";
`,
      "special.js": 'export * from "./special.js";',
    },
  },
  {
    page: SCRUBBER,
    sources: [PLAYER, SCRUBBER],
    sheet: "scrubber.css",
    scripts: {
      "scrubber.js": `
export { PRIMALS } from "../../player/page/engine.js";
export { mountScrubber } from "./scrub.js";
`,
    },
  },
];

/**
 * What built files are made of: every script and sheet, by name, whatever the line ends of this system are.
 * @param {string[]} folders
 */
function digest(folders) {
  const hash = createHash("sha256");
  for (const folder of folders) {
    for (const name of readdirSync(folder).sort()) {
      if (/\.(js|css)$/.test(name)) hash.update(readFileSync(join(folder, name), "utf8").replaceAll("\r\n", "\n"));
    }
  }
  return hash.digest("hex");
}

const OPTIONS = /** @type {const} */ ({ bundle: true, write: false, charset: "utf8", logLevel: "error" });

/**
 * @param {string} contents
 * @param {string} resolveDir
 * @param {string} globalName
 */
async function small(contents, resolveDir, globalName) {
  const joined = await build({ ...OPTIONS, stdin: { contents, resolveDir }, format: "iife", globalName });
  const text = joined.outputFiles[0].text;
  return `${(await minify(text, { ecma: 2020, compress: { passes: 3, keep_fargs: false } })).code}\n`;
}

/**
 * The files, by path.
 * @returns {Promise<Record<string, string>>}
 */
export async function made() {
  /** @type {Record<string, string>} */
  const files = {};
  for (const { page, sources, sheet, scripts } of PAGES) {
    const built = join(page, "built");
    for (const [name, entry] of Object.entries(scripts)) {
      files[join(built, name)] = await small(entry, page, name === "special.js" ? "special" : "chalkgrad");
    }
    const sheets = await build({ ...OPTIONS, minify: true, entryPoints: [join(page, "sheets.css")] });
    files[join(built, sheet)] = sheets.outputFiles[0].text;
    files[join(built, "sources")] = digest(sources);
  }
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(await made())) {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
  }
}
