"""A drawing made ready for the player: what the script will change is marked, what it will not need is gone.

Numbers are anchored at their right edge, so that a new one stays in its column; a node
without a label gets its name as a small badge. All stands in one group, which the
page's camera moves, in the coordinates of the drawing's `viewBox`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
# Advance widths of Helvetica in thousandths of the font size; other characters of a number are digits' width.
WIDTHS = {".": 278, " ": 278, "−": 584, "…": 1000, "e": 556}
DIGIT = 556
DENSE = 80  # edges; beyond, those not in use are drawn faint
PAINT = re.compile(r"\b([fs])-")
CAPTIONS = {"data", "grad", "input", "parameter"}  # words on a card that big type does without
BADGE = 12  # units: the height of a badge, and of the numbers on a card
ROOM = 8  # units, by which the numbers stand off from the words before them


def stage(svg: str, view: str, badges: Mapping[str, str], labels: Mapping[str, str] | None = None) -> str:
    """The SVG of a `Drawing`, with `data-view` and marked texts, in the page's colours.

    Args:
        badges: for the id of a group the small text above it.
        labels: for the id of a group the label in it, where the script shall be able to change that.
    """
    labels = labels or {}
    root = ElementTree.fromstring(svg)
    for style in root.findall(f"{SVG}style"):
        root.remove(style)
    root.set("data-view", view)
    root.set("role", "group")
    root.attrib.pop("aria-label", None)
    for parent in list(root.iter()):
        for child in list(parent):
            empty = child.tag == f"{SVG}text" and not "".join(child.itertext()).strip()
            if child.tag == f"{SVG}title" or empty:
                parent.remove(child)
    _camera(root)
    edges = sum("edge" in group.get("class", "").split() for group in root.iter(f"{SVG}g"))
    root.set("class", "chalkgrad dense" if edges > DENSE else "chalkgrad")
    for element in root.iter():
        _slim(element)
        kinds = element.get("class", "").split()
        if element.tag == f"{SVG}g" and kinds and kinds[0] in ("node", "cluster"):
            name = element.get("id", "")
            _mark(element, kinds, labels.get(name, ""), badges.get(name, ""))
    for layer in root.iter(f"{SVG}g"):  # nodes over edges, so that an arrow does not cross a badge
        layer[:] = sorted(layer, key=lambda child: child.get("class", "").startswith("node"))
    for element in root.iter():  # inside a page an <svg> needs no namespace
        element.tag = element.tag.removeprefix(SVG)
    return ElementTree.tostring(root, encoding="unicode")


def _slim(element: ElementTree.Element) -> None:
    classes = element.get("class", "")
    for letter in PAINT.findall(classes):  # the class has the colour, for light and for dark
        element.attrib.pop({"f": "fill", "s": "stroke"}[letter], None)
    element.attrib.pop("font-family", None)
    element.attrib.pop("{http://www.w3.org/XML/1998/namespace}space", None)
    for name in ("points", "d", "x", "y"):
        if name in element.attrib:
            element.set(name, re.sub(r"-?\d+\.\d+", _tenth, element.attrib[name]))
    if element.text and not element.text.strip():
        element.text = None
    if element.tail and not element.tail.strip():
        element.tail = None


def _tenth(number: re.Match[str]) -> str:
    return f"{float(number.group()):.1f}".removesuffix(".0")


def _mark(group: ElementTree.Element, kinds: list[str], label: str, badge: str) -> None:
    texts = group.findall(f"{SVG}text")
    numbers = [t for t in texts if {"data", "grad"} & set(t.get("class", "").split())]
    edge = _extent(group)[2] - (9 if "op" not in kinds and len(numbers) else 6)
    right = min(max((float(t.get("x", 0)) + _width(t) for t in numbers), default=0.0) + ROOM, edge)
    for text in numbers:
        captions = [float(t.get("x", 0)) for t in texts if t.get("y") and t not in numbers and _same_line(t, text)]
        left = max(captions) + 24 if captions else float(text.get("x", 0)) - 4
        text.set("text-anchor", "end")
        text.set("x", f"{right:.1f}")
        text.set("data-width", f"{right - left:.0f}")
    for shape in group:
        if shape.tag in (f"{SVG}polygon", f"{SVG}path", f"{SVG}ellipse") and re.search(r"\bs-", shape.get("class", "")):
            shape.set("class", shape.get("class", "") + " outline")
            break
    for text in texts:
        words = "".join(text.itertext())
        small = _size(text) < BADGE
        if small and words[:1].isdecimal():  # which operand enters here, or how many outputs there are
            text.set("font-size", f"{BADGE}")
            text.set("class", text.get("class", "") + (" port" if words.isdecimal() else " cap"))
        elif small and words in CAPTIONS:
            text.set("class", text.get("class", "") + " cap")
        if label and words == label:
            text.set("class", text.get("class", "") + " label")
    if badge:
        x, y, _ = _extent(group)
        element = ElementTree.SubElement(group, f"{SVG}text", {"class": "index", "x": f"{x:.1f}", "y": f"{y - 4:.1f}"})
        element.text = badge


def _same_line(a: ElementTree.Element, b: ElementTree.Element) -> bool:
    return abs(float(a.get("y", 0)) - float(b.get("y", 0))) < 4


def _size(text: ElementTree.Element) -> float:
    return float(text.get("font-size", 12))


def _width(text: ElementTree.Element) -> float:
    return sum(WIDTHS.get(c, DIGIT) for c in "".join(text.itertext())) * _size(text) / 1000


def _extent(group: ElementTree.Element) -> tuple[float, float, float]:
    """Left, top and right of all that is drawn in a group."""
    outlines = " ".join(shape.get("points", "") or shape.get("d", "") for shape in group)
    numbers = [float(x) for x in re.findall(r"-?\d+(?:\.\d+)?", outlines)]
    return min(numbers[::2], default=0.0), min(numbers[1::2], default=0.0), max(numbers[::2], default=0.0)


def _camera(root: ElementTree.Element) -> None:
    """Take the group that Graphviz drew in for the camera: without its shift, its background and its note.

    The note speaks of `draw`, not of the player.
    """
    x, y, width, height = map(float, root.get("viewBox", "0 0 0 0").split())
    for whole in root.findall(f"{SVG}g"):
        shift = re.search(r"translate\(([-\d.]+)[ ,]+([-\d.]+)\)", whole.attrib.pop("transform", ""))
        if shift:
            x, y = x - float(shift[1]), y - float(shift[2])
        for spare in [*whole.findall(f"{SVG}text"), *whole.findall(f"{SVG}polygon")]:
            whole.remove(spare)
        whole.set("class", "camera")
        whole.attrib.pop("id", None)
    root.set("viewBox", f"{x:g} {y - BADGE:g} {width:g} {height + BADGE:g}")
    for side in ("width", "height"):
        root.attrib.pop(side, None)
