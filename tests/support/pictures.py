"""The README's picture of the player, made again: `python tests/support/pictures.py`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
IMAGES = TESTS.parent / "notebooks" / "images"


def photograph(path: Path) -> None:
    """A neuron at its last step, with a weight that was moved a little, as a page of 1280 by 860 pixels."""
    from playwright.sync_api import sync_playwright

    from chalkgrad.viz import step
    from support.wildgraphs import neuron

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        address = step(neuron()[0], title="A neuron").save(Path(folder) / "neuron.html").as_uri()
        chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860}, reduced_motion="reduce", color_scheme="light")
        page.goto(f"{address}#step=15&pin=1")
        page.locator(".player").wait_for()
        page.keyboard.press(".")
        page.locator(".outer .pinned").wait_for()
        page.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    sys.path.insert(0, str(TESTS))
    photograph(IMAGES / "player.png")
