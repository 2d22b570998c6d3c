"""The page's one script and one style sheet, joined from the files in `page/`.

The script's parts are ES modules with imports and exports of their own. Joined, each
comes after those it imports, and all stand in one scope, so that a page is one file
and needs no server: the imports fall away, and so do the types, which browsers have no use for.

Pages carry the same made small, with short names (`page/built/`, made by tests/js/build.js). It
is kept beside the sources and is theirs as long as they do not change; after that, until it is made
again, pages carry the sources. The script lies packed, with the lesson: the browser unpacks it by itself.

Other pages than the player's have a folder of their own, and take what they need from the player's.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from ..theme import forced_properties, paint_rules, properties

PAGE = Path(__file__).parent / "page"
FROM = r'"(?:\./|\.\./\.\./player/page/)'  # of this page, or of the player's
STYLE = re.compile(rf"@import {FROM}(\w+)\.css\";")
IMPORT = re.compile(rf"^import \{{([^}}]*)\}} from {FROM}(\w+)\.js\";\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|(?:async )?function) (\w+))", re.MULTILINE)
MARGIN = re.compile(r"^ +", re.MULTILINE)  # no text of the script goes over several lines
DOCUMENTATION = re.compile(r"^ */\*\*(?:[^*]|\*(?!/))*\*/\n|^ *// .*\n", re.MULTILINE)  # on lines of its own


@dataclass(frozen=True)
class Module:
    """One file of the script.

    Attributes:
        imports: for the name of each module that it imports, the names it takes from there.
        exports: the names that others may take from it.
        code: the rest, as it stands in a page.
    """

    imports: dict[str, list[str]]
    exports: list[str]
    code: str


def source(name: str, page: Path = PAGE) -> str:
    """A file of a page, or else of the player's: no two have the same name."""
    path = page / name
    return (path if path.is_file() else PAGE / name).read_text(encoding="utf-8")


STYLES = STYLE.findall(source("sheets.css"))


@cache
def module(name: str, page: Path = PAGE) -> Module:
    """Read a module of a page."""
    text = source(f"{name}.js", page)
    imports = {where: re.findall(r"\w+", names) for names, where in IMPORT.findall(text)}
    code = DOCUMENTATION.sub("", EXPORT.sub("", IMPORT.sub("", text)))
    return Module(imports, EXPORT.findall(text), code.lstrip("\n"))


@cache
def script(entry: str = "main", page: Path = PAGE) -> str:
    """A module of a page and all that it needs, in one scope.

    Raises:
        graphlib.CycleError: modules import each other.
    """
    needs: dict[str, list[str]] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in needs:
            needs[name] = list(module(name, page).imports)
            waiting += needs[name]
    return "\n".join(module(name, page).code for name in TopologicalSorter(needs).static_order())


@cache
def built(name: str, page: Path = PAGE) -> str | None:
    """A file of a page as it was made small, if it was made of the sources as they are."""
    digest = hashlib.sha256()
    for folder in dict.fromkeys([PAGE, page]):
        for file in sorted(path.name for path in folder.iterdir() if path.name.endswith((".js", ".css"))):
            digest.update((folder / file).read_text(encoding="utf-8").encode())
    folder = page / "built"
    if (folder / "sources").read_text(encoding="utf-8").strip() != digest.hexdigest():
        return None
    return (folder / name).read_text(encoding="utf-8")


def shipped_script(rules: str) -> str:
    """What defines `mount`, `revived` and `widgetOf` in a page whose rules these are."""
    return player_script() + special_if_used(rules)


def special_if_used(code: str) -> str:
    """The special functions, where code calls one; nothing else."""
    return special_script() if re.search(rf"\b({'|'.join(module('special').exports)})\b", code) else ""


@cache
def player_script() -> str:
    small = built("player.js", PAGE)
    if small is None:
        return MARGIN.sub("", script("widget"))
    return f"{small}const {{ PRIMALS, mount, revived, widgetOf }} = chalkgrad;\n"


@cache
def special_script() -> str:
    """The special functions, added to the primals of a page that computes one of them."""
    functions = ", ".join(module("special").exports)
    plain = f"const special = (() => {{\n{module('special').code}return {{ {functions} }};\n}})();\n"
    return f"{built('special.js', PAGE) or MARGIN.sub('', plain)}Object.assign(PRIMALS, special);\n"


@cache
def style_sheet(name: str = "player.css", page: Path = PAGE) -> str:
    """A page's looks: the sheets, after the colours of the drawings by role (theme.py), light and dark."""
    light, dark = properties()
    paint = "".join(paint_rules(""))
    styles = STYLE.findall(source("sheets.css", page))
    sheets = built(name, page) or "\n".join(source(f"{style}.css", page) for style in styles)
    return (
        f":host{{{light}}}\n@media (prefers-color-scheme: dark) {{ :host{{{dark}}} }}\n"
        f':host([data-theme="light"]){{{light}}}\n:host([data-theme="dark"]){{{dark}}}\n'
        f"@media (forced-colors: active) {{ :host, :host([data-theme]){{{forced_properties()}}} }}\n"
        f"@media print {{ :host, :host([data-theme]){{{light}}} }}\n{paint}\n{sheets}"
    )


# Letters that stand in a page as they are: in no tag, no reference, no formula, no template, no text in quotes.
LETTERS = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "\"'&<$`{}\\")
RFC_1924 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"

# Notebooks run a script where they like (VS Code at the end of the output): its place is the nearest that still waits.
UNPACK = """(async () => {
let place = document.currentScript, host;
while (!host && place.parentNode) host = (place = place.parentNode).querySelector("[class^=chalkgrad-][data-waits]");
if (!host) return;
host.removeAttribute("data-waits");
if (!window.DecompressionStream) return host.append("To see this move, open it in a browser of 2023 or later.");
const letters = "%s";
const text = "%s";
const bytes = new DataView(new ArrayBuffer((text.length / 5) * 4));
for (let i = 0; i < text.length; i += 5) {
let number = 0;
for (const letter of text.slice(i, i + 5)) number = number * 85 + letters.indexOf(letter);
bytes.setUint32((i / 5) * 4, number);
}
const packed = new Blob([new Uint8Array(bytes.buffer, 0, %d)]);
const unpacked = new Response(packed.stream().pipeThrough(new DecompressionStream("deflate-raw")));
const script = Object.assign(document.createElement("script"), { host, textContent: await unpacked.text() });
document.head.append(script);
script.remove();
})();"""


def packed(script: str) -> str:
    """A script that unpacks another and runs it; `host` is there the element that waits for it.

    RFC 1951 (deflate), four bytes in five letters (as RFC 1924 does, with letters that nothing takes for markup).
    """
    made = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    body = f"(() => {{\nconst {{ host }} = document.currentScript;\n{script}\n}})();"
    small = made.compress(body.encode()) + made.flush()
    text = base64.b85encode(small, pad=True).decode("ascii").translate(str.maketrans(RFC_1924, LETTERS))
    return UNPACK % (LETTERS, text, len(small))
