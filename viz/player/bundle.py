"""The page's one script and one style sheet, joined from the files in `page/`.

The script's parts are ES modules with imports and exports of their own. Joined, each
comes after those it imports, and all stand in one scope, so that a page is one file
and needs no server: the imports fall away, and so do the types, which browsers have no use for.

In a page the script lies packed, with the lesson, a third as long: the browser unpacks it by itself.
"""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files

from ..theme import forced_properties, paint_rules, properties

PAGE = files(__package__) / "page"
# In the order of the cascade: of two rules that weigh the same the later wins.
STYLES = (
    "base", "layout", "controls", "panel", "inspector", "ledger", "quiz", "listing", "theirs", "picture", "stage",
    "bugs", "presenter", "keys", "narrow", "access", "handout",
)  # fmt: skip

IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|function) (\w+))", re.MULTILINE)
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


@cache
def module(name: str) -> Module:
    """Read a module of the page."""
    text = (PAGE / f"{name}.js").read_text(encoding="utf-8")
    imports = {source: re.findall(r"\w+", names) for names, source in IMPORT.findall(text)}
    code = DOCUMENTATION.sub("", EXPORT.sub("", IMPORT.sub("", text)))
    return Module(imports, EXPORT.findall(text), code.lstrip("\n"))


@cache
def script(entry: str = "main") -> str:
    """A module of the page and all that it needs, in one scope.

    Raises:
        graphlib.CycleError: modules import each other.
    """
    needs: dict[str, list[str]] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in needs:
            needs[name] = list(module(name).imports)
            waiting += needs[name]
    return "\n".join(module(name).code for name in TopologicalSorter(needs).static_order())


UNPACK = """(async () => {
const host = document.currentScript.previousElementSibling;
if (!window.DecompressionStream) return host.append("To step through this, open it in a browser of 2023 or later.");
const packed = new Blob([Uint8Array.from(atob("%s"), (letter) => letter.charCodeAt(0))]);
const unpacked = new Response(packed.stream().pipeThrough(new DecompressionStream("deflate-raw")));
const script = Object.assign(document.createElement("script"), { host, textContent: await unpacked.text() });
document.head.append(script);
script.remove();
})();"""


def packed(script: str) -> str:
    """A script that unpacks another and runs it; `host` is there the element before this one.

    RFC 1951 (deflate) in base64, which nothing in a page can take for markup.
    """
    made = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = f"(() => {{\nconst {{ host }} = document.currentScript;\n{script}\n}})();"
    return UNPACK % base64.b64encode(made.compress(body.encode()) + made.flush()).decode("ascii")


@cache
def shipped_script(entry: str = "main") -> str:
    """The same without margins, which only readers of the modules need."""
    return MARGIN.sub("", script(entry))


@cache
def style_sheet() -> str:
    """The page's looks: the sheets, after the colours of the drawings by role (theme.py), light and dark."""
    light, dark = properties()
    paint = "".join(paint_rules(""))
    sheets = "\n".join((PAGE / f"{name}.css").read_text(encoding="utf-8") for name in STYLES)
    return (
        f":host{{{light}}}\n@media (prefers-color-scheme: dark) {{ :host{{{dark}}} }}\n"
        f':host([data-theme="light"]){{{light}}}\n:host([data-theme="dark"]){{{dark}}}\n'
        f"@media (forced-colors: active) {{ :host, :host([data-theme]){{{forced_properties()}}} }}\n"
        f"@media print {{ :host, :host([data-theme]){{{light}}} }}\n{paint}\n{sheets}"
    )
