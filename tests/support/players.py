"""A player's page in a browser: what it shows and how it is worked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chalkgrad.engine import Value

if TYPE_CHECKING:
    from playwright.sync_api import Page

INSIDE = "document.querySelector('.chalkgrad-player').shadowRoot"
Open = Callable[..., "Page"]  # the fixture `visit`: opens a player's page


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
