"""A player's page in a browser: what it shows and how it is worked."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalkgrad.engine import Value, record_source

if TYPE_CHECKING:
    from playwright.sync_api import Page

INSIDE = "document.querySelector('.chalkgrad-player').shadowRoot"
Open = Callable[..., "Page"]  # the fixture `visit`: opens a player's page
CELL = """\
a, b = Value(2.0, label="a"), Value(-3.0, label="b")
c = a * b
# a remark
d = a + b * 2
e = c * d
"""


def shared() -> Value:
    """A graph in which `a` and `b` are each used along two paths."""
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.label = "c"
    d = a + b * 2
    d.label = "d"
    e = c * d
    e.label = "e"
    return e


def from_a_cell(text: str = CELL, name: str = "<cell 1>") -> Any:
    """The value `e` of a cell, which has no file."""
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    names: dict[str, Any] = {"Value": Value, "__name__": "__main__"}
    with record_source():
        exec(compile(text, name, "exec"), names)
    return names["e"]


def picture(page: Page) -> str:
    html: str = page.evaluate(f"{INSIDE}.querySelector('.player').outerHTML")
    return html


def sentence(page: Page) -> str:
    return page.locator(".sentence").inner_text()


def where(page: Page) -> str:
    return page.locator(".where").inner_text()


def card(page: Page, node: int, what: str) -> str:
    """A number on a node's card: `data` or `grad`."""
    return page.locator(f".outer svg:not([hidden]) #n{node} .{what}").text_content() or ""


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
