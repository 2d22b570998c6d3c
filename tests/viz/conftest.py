"""What the tests of the pictures share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.players import Open

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from chalkgrad.viz.player.player import Player
    from chalkgrad.viz.scrubber.scrubber import Scrubber


@pytest.fixture
def visit(chromium: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open a player's page from a file, offline; at the end nothing was requested and nothing complained."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    context.set_default_timeout(5000)
    requests: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    context.on("console", lambda message: complaints.append(message.text))
    context.on("weberror", lambda error: complaints.append(str(error.error)))

    def open_page(player: Player | Scrubber, address: str = "", **settings: Any) -> Page:
        page = context.new_page()
        if settings:
            page.emulate_media(**settings)
        page.goto(player.save(tmp_path / "lesson.html").as_uri() + address)
        page.locator(".player, .scrubber").wait_for()  # it unpacks itself
        return page

    yield open_page
    context.close()
    assert [url for url in requests if "lesson.html" not in url] == []
    assert complaints == []
