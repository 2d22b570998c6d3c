"""From DOT text to a picture: SVG, PNG or PDF.

Graphviz does the layout, inside this process: the `pygraphviz` wheel carries it, so
that no `dot` program is needed. One that is installed is the second choice.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import re
import tempfile
import threading
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType
from xml.etree import ElementTree

from ...engine import MissingDependencyError
from ..theme import FONT, palette, style_sheet

SVG = "http://www.w3.org/2000/svg"
TEXTS = {"ink": "label", "op": "op", "forward": "data", "backward": "grad"}  # class of a text, by its role
MAX_PIXELS = 25e6
DPI = 192.0  # of a PNG: two pixels for each of the screen's

_lock = threading.Lock()  # Graphviz keeps global state


def require(module: str) -> ModuleType:
    """Import a package that only pictures need.

    Raises:
        MissingDependencyError: it is not installed; the message says how to install it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingDependencyError(f"drawing needs the package {module}: pip install {module} ({error})") from error


def render(source: str, format: str, dpi: float = 72.0) -> bytes:
    """Lay out DOT text and draw it in any of Graphviz's formats.

    Raises:
        MissingDependencyError: there is neither pygraphviz nor a `dot` program.
    """
    source = source.replace("{", f"{{ graph [dpi={dpi:g}]", 1)
    try:
        pygraphviz = require("pygraphviz")
    except MissingDependencyError as error:
        return _by_program(source, format, error)
    with _lock, _quiet():
        graph = pygraphviz.AGraph(string=source)
        try:
            drawn: bytes = graph.draw(format=format, prog="dot")
        finally:
            graph.close()
    return drawn


def _by_program(source: str, format: str, why: MissingDependencyError) -> bytes:
    graphviz = require("graphviz")
    try:
        drawn: bytes = graphviz.pipe("dot", format, source.encode(), quiet=True)
    except graphviz.ExecutableNotFound:
        raise MissingDependencyError(
            "a picture needs Graphviz: pip install pygraphviz, or install Graphviz itself, so that `dot` is "
            "on the PATH. The DOT text is in .source, and can be drawn elsewhere"
        ) from why
    return drawn


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the C libraries print (of fonts that they look for) out of the user's notebook."""
    try:
        kept = os.dup(2)
    except OSError:  # a program without a terminal may have no standard error
        yield
        return
    try:
        with tempfile.TemporaryFile() as sink, contextlib.redirect_stderr(io.StringIO()):
            os.dup2(sink.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def svg(source: str, alt: str, titles: Mapping[str, str], theme: str) -> str:
    """DOT text as an SVG element that stands by itself, or in a page.

    What Graphviz drew is kept. Its comments go, its tooltips become `titles`, by id, and the classes say
    what a colour is for: `f-forward` on a fill, `s-line` on a stroke; a text is also `label`, `op`, `data`
    or `grad`.
    """
    root = ElementTree.fromstring(render(source, "svg"))
    for side in ("width", "height"):
        root.set(side, root.get(side, "").removesuffix("pt"))
    root.attrib |= {"xmlns": SVG, "class": f"chalkgrad {theme}", "role": "img", "aria-label": alt}
    roles = {colour: role for role, colour in palette(theme).items()}
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{SVG}}}")
        _classify(element, roles)
        if element.tag == "text" and element.text:
            element.text = element.text.replace("\N{NO-BREAK SPACE}", " ")
        title = element.find(f"{{{SVG}}}title")
        if title is not None:
            if element.get("id", "") in titles:
                title.text = titles[element.get("id", "")]
            else:
                element.remove(title)
    style = ElementTree.Element("style")
    style.text = style_sheet(theme)
    root.insert(0, style)
    return ElementTree.tostring(root, encoding="unicode")


def _classify(element: ElementTree.Element, roles: Mapping[str, str]) -> None:
    classes = element.get("class", "").split()
    for attribute, letter in (("fill", "f"), ("stroke", "s")):
        role = roles.get(element.get(attribute, ""))
        if role is None:
            continue
        classes.append(f"{letter}-{role}")
        if element.tag == "text" and role in TEXTS:
            classes.append(TEXTS[role])
    if classes:
        element.set("class", " ".join(classes))


def pdf(source: str) -> bytes:
    """DOT text as PDF; the fonts go into it.

    Raises:
        MissingDependencyError: there is no font.
    """
    _need_font()
    return render(source, "pdf")


def png(source: str) -> bytes:
    """DOT text as PNG, at 192 dots per inch, or fewer if the picture is very large.

    Raises:
        MissingDependencyError: there is no font.
    """
    _need_font()
    width, height = size(render(source, "svg").decode())
    return render(source, "png", min(DPI, 72.0 * (MAX_PIXELS / (width * height)) ** 0.5))


def size(svg: str) -> tuple[float, float]:
    """Width and height of an SVG of Graphviz's, in its own units."""
    width, height = re.findall(r'(?:width|height)="([\d.]+)', svg)[:2]
    return float(width), float(height)


@cache
def _need_font() -> None:
    """Where there is no font Graphviz draws an empty box for every letter, all of one width."""
    nodes = " ".join(f'{letter * 9} [shape=plain fontname="{FONT}"]' for letter in "iW")
    drawn = render(f"digraph {{ {nodes} }}", "plain").decode()
    narrow, wide = (line.split()[4] for line in drawn.splitlines() if line.startswith("node"))
    if narrow == wide:
        raise MissingDependencyError(
            "a PNG or PDF is drawn with the fonts of this machine, and it has none: install one "
            "(Debian: apt-get install fonts-dejavu-core), or save as .svg, which takes the reader's fonts"
        )
