"""The widget: traits in Python, the page in a live JupyterLab, and what is left where neither is."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.packages import oracle_package

from chalkgrad.engine import ArgumentError, OperandError, Value

for package in ("anywidget", "nbformat", "nbconvert", "nbclient", "jupyterlab"):
    oracle_package(package)

import nbclient  # noqa: E402
import nbconvert  # noqa: E402
import nbformat  # noqa: E402

from chalkgrad.viz.player.widget import widget  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NEURON = """
from chalkgrad.engine import Value
from chalkgrad.viz import step
from chalkgrad.viz.player.widget import widget
x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(7.0, label="b")
o = (x * w + b).tanh()
o.label = "o"
"""


def graph() -> tuple[Value, dict[str, Value]]:
    scope: dict[str, Value] = {}
    exec(NEURON, scope)
    return scope["o"], scope


# in Python


def test_an_edit_is_written_into_the_value_and_undone() -> None:
    o, names = graph()
    made = widget(o)
    made.edits = {"1": -2.5}
    assert names["w"].data == -2.5
    made.edit(names["b"], 6)
    assert (names["w"].data, names["b"].data, made.edits) == (-2.5, 6.0, {"1": -2.5, "3": 6.0})
    made.edits = {}
    assert (names["w"].data, names["b"].data) == (-3.0, 7.0)


def test_what_is_no_leaf_is_refused() -> None:
    o, names = graph()
    made = widget(o)
    with pytest.raises(ArgumentError, match="not a leaf"):
        made.edit(o, 1.0)
    with pytest.raises(ArgumentError, match="'2' is not the id"):
        made.edits = {"2": 1.0}
    with pytest.raises(OperandError):
        made.edits = {"1": "3"}
    assert names["w"].data == -3.0


def test_it_carries_the_page_and_no_network() -> None:
    made = widget(graph()[0])
    assert "export default { render }" in made._esm
    assert "import " not in made._esm.split("export default")[0].split("//")[0]
    assert not re.search(r"^(import|export (?!default))", made._esm, re.MULTILINE)
    assert made.lesson["nodes"][1]["label"] == "w"


def test_a_lesson_starts_as_a_quiz_and_its_results_begin_empty() -> None:
    made = widget(graph()[0], quiz=True)
    assert made.lesson["quiz"] is True
    assert made.results == []
    assert widget(graph()[0]).lesson["quiz"] is False


# in notebooks


def notebook(*cells: str) -> nbformat.NotebookNode:
    made: nbformat.NotebookNode = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    return made


@pytest.fixture(scope="module")
def executed() -> nbformat.NotebookNode:
    book = notebook(NEURON, "step(o)", "widget(o)")
    if sys.platform == "win32":
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    nbclient.NotebookClient(book, timeout=60, kernel_name="python3").execute()
    return book


def test_an_exported_page_is_alive_with_no_network(
    executed: nbformat.NotebookNode, chromium: Browser, tmp_path: Path
) -> None:
    exporter = nbconvert.HTMLExporter()
    exporter.mathjax_url = exporter.require_js_url = ""
    page_file = tmp_path / "exported.html"
    page_file.write_text(exporter.from_notebook_node(executed)[0], encoding="utf-8")
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.goto(page_file.as_uri())
    players = page.locator(".chalkgrad-player")
    assert players.count() == 2  # the player, and the static page of the widget
    for i in range(2):
        players.nth(i).get_by_role("button", name="Last step").click()
        assert "Step 9 of 9" in players.nth(i).locator(".where").inner_text()
    context.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A JupyterLab of its own, on a free port, in an empty folder."""
    folder = tmp_path_factory.mktemp("lab")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    settings = {name: str(folder / ".jupyter" / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")}
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
         f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}", "--LabApp.news_url=",
         "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
        env={**os.environ, **settings, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        if server.poll() is not None:
            pytest.fail("JupyterLab did not start")
        try:
            urllib.request.urlopen(f"{address}/api?token={token}", timeout=2).close()
            break
        except OSError:
            time.sleep(0.1)
    yield f"{address}/lab/tree/{{}}?token={token}", folder
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:  # it may wait for a kernel that was just starting
        server.kill()
        server.wait()


def open_lab(chromium: Browser, lab: tuple[str, Path], name: str, book: nbformat.NotebookNode) -> Page:
    address, folder = lab
    nbformat.write(book, folder / name)
    page = chromium.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(45_000)
    page.goto(address.format(name))
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    return page


def run_all(page: Page) -> None:
    page.get_by_text("| Idle").wait_for()  # the kernel is up
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def test_in_a_live_lab(chromium: Browser, lab: tuple[str, Path]) -> None:
    """It shows and steps; two do not disturb each other; no key adds a cell; edits and answers reach Python."""
    cells = [NEURON, "step(o)", "live = widget(o); live", "pass"]
    page = open_lab(chromium, lab, "live.ipynb", notebook(*cells))
    run_all(page)
    static = page.locator(".chalkgrad-player").nth(0)
    live = page.locator("[data-chalkgrad-live]").first
    live.locator(".where").wait_for()
    assert page.locator("[data-chalkgrad-still]").count() == 0
    assert page.locator(".chalkgrad-player").count() == 2

    static.get_by_role("button", name="Step", exact=True).click()
    for key in ("ArrowRight", "b", "b", "d", "d", "x", "2", "p", "p"):
        page.keyboard.press(key)
    assert "Step 4 of 9" in static.locator(".where").inner_text()
    assert "Start" in live.locator(".where").inner_text()
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == len(cells)

    live.get_by_role("button", name="Last step").click()
    live.locator("#n1").click()
    live.get_by_role("textbox", name="Value of w").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("-2.5")
    page.keyboard.press("Enter")
    assert live.locator("#n1 .data").text_content() == "−2.5000", "the Lab cancels no Enter"
    slider = live.get_by_role("slider", name="Value of w")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
    page.mouse.down()
    seen = []
    for n in range(1, 31):
        page.mouse.move(box["x"] + box["width"] * (0.3 + 0.01 * n), box["y"] + box["height"] / 2)
        seen.append(float((live.locator("#n1 .data").text_content() or "").replace("−", "-")))
    page.mouse.up()
    assert seen == sorted(seen), "no echo of the kernel's turns a drag back"
    assert len(set(seen)) > 20
    live.get_by_role("textbox", name="Value of w").fill("-2.5")
    page.keyboard.press("Enter")
    static.get_by_role("button", name="Predict").click()
    static.locator(".quiz input").click()
    page.keyboard.type("77")
    page.keyboard.press("Enter")
    assert static.locator(".verdict").inner_text()
    static.get_by_role("button", name="Predict").click()
    last = page.locator(".jp-Notebook .jp-CodeCell").nth(3)
    last.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("print(w.data, live.step); live.step = 2; live.edit(w, -1.0)")
    page.keyboard.press("Shift+Enter")
    last.locator(".jp-OutputArea-output").get_by_text("-2.5 9").wait_for()
    live.get_by_text("Step 2 of 9").wait_for()
    assert live.locator("#n1 .data").text_content() == "−1.0000"
    assert "Step 4 of 9" in static.locator(".where").inner_text()

    live.get_by_role("button", name="Predict").click()
    live.locator(".quiz input").fill("1234")
    live.get_by_role("button", name="Check").click()
    live.get_by_role("button", name="Show me").click()
    live.get_by_text("Step 3 of 9").wait_for()
    last.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("print([(r['step'], r['given'], r['right'], r['tries']) for r in live.results])")
    page.keyboard.press("Shift+Enter")
    last.locator(".jp-OutputArea-output").get_by_text("[(3, ['1234'], False, 1)]").wait_for()
    page.close()


def test_in_an_untrusted_notebook_there_is_a_picture(
    chromium: Browser, lab: tuple[str, Path], executed: nbformat.NotebookNode
) -> None:
    page = open_lab(chromium, lab, "untrusted.ipynb", executed)
    image = page.locator(".jp-OutputArea-output img").first
    image.wait_for()
    assert "graph" in (image.get_attribute("alt") or "").lower()
    assert (image.bounding_box() or {"width": 0})["width"] > 200
    outputs = page.locator(".jp-OutputArea-output").all_inner_texts()
    assert not any("function" in text or "const " in text for text in outputs)
    page.close()
