"""The player and the page around it: labels that would be markup, other players, keys, no scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.players import INSIDE, Open, press, sentence, shared
from support.wildgraphs import neuron

from chalkgrad.engine import Value
from chalkgrad.nn import MLP, mse_loss
from chalkgrad.viz.player.player import step

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

HOSTILE = [
    '<img src=x onerror="window.hit=1">',
    "</script><script>window.hit=1</script>",
    '"];evil[',
    "\\N",
    "{a|b}",
    "$x$",
    "<!--",
]


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_labels_are_shown_as_typed_and_run_nothing(visit: Open, label: str) -> None:
    x = Value(2.0, label=label)
    y = x * x
    y.label = label + "y"
    page = visit(step(y, title=label))
    press(page, "End")
    page.locator("#n0").click()
    assert page.evaluate("window.hit") is None
    assert page.locator("h1").inner_text() == label
    assert page.locator(".about h2").inner_text().startswith(label)
    assert label in sentence(page)
    assert page.evaluate(f"{INSIDE}.querySelectorAll('img, script, iframe').length") == 0


def test_the_neuron_example_is_at_most_60_kb() -> None:
    assert len(step(neuron()[0]).html().encode()) <= 60_000


def test_a_network_in_a_notebook_cell_is_at_most_350_kb() -> None:
    player = step(MLP(2, [16, 16, 1], "tanh", seed=0), [0.5, -1.0], 1.0, mse_loss)
    assert len(player._repr_mimebundle_()["text/html"].encode()) <= 350_000


def test_a_browser_that_cannot_unpack_is_told_what_is_wanted(chromium: Browser) -> None:
    page = chromium.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto("about:blank")
    page.set_content(step(neuron()[0])._repr_mimebundle_()["text/html"])
    page.locator(".chalkgrad-player img").wait_for()
    assert "open it in a browser of 2023 or later" in page.locator(".chalkgrad-player").inner_text()
    page.close()


def test_two_players_in_one_page_leave_each_other_alone(chromium: Browser) -> None:
    page = chromium.new_page()
    both = step(neuron()[0])._repr_mimebundle_()["text/html"] + step(shared())._repr_mimebundle_()["text/html"]
    page.set_content(f"<body>{both}</body>")
    first, second = page.locator(".chalkgrad-player").nth(0), page.locator(".chalkgrad-player").nth(1)
    first.get_by_role("button", name="Last step").click()
    assert "Step 15 of 15" in first.locator(".where").inner_text()
    assert "Start" in second.locator(".where").inner_text()
    page.keyboard.press("ArrowLeft")
    assert "Step 14 of 15" in first.locator(".where").inner_text()
    assert "Start" in second.locator(".where").inner_text()
    page.close()


def test_keys_pressed_inside_do_not_leave_the_player(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(
        "<script>window.heard = []; document.addEventListener('keydown', (e) => heard.push(e.key));</script>"
        + step(neuron()[0])._repr_mimebundle_()["text/html"]
    )
    page.get_by_role("button", name="Step", exact=True).click()
    press(page, "ArrowRight", "2", "p")
    assert page.evaluate("heard") == []
    assert page.locator(".chalkgrad-player").get_attribute("data-lm-suppress-shortcuts") == "true"
    page.close()


def test_a_host_that_cancels_what_is_typed_does_not_hear_of_it(chromium: Browser) -> None:
    """JupyterLab cancels the line break that Enter makes anywhere in a cell, and so the field's `change`."""
    page = chromium.new_page()
    page.set_content(
        """<div id="cell"></div><script>
        for (const kind of ["beforeinput", "keydown", "keypress", "paste", "copy", "cut"])
          document.body.addEventListener(kind, (event) => event.preventDefault());
        </script>"""
        + step(neuron()[0])._repr_mimebundle_()["text/html"]
    )
    page.locator("#n1").click()
    field = page.get_by_role("textbox", name="Value of w1")
    field.click()
    press(page, "Control+a")
    page.keyboard.type("-2.5")
    press(page, "Control+a", "Control+c", "ArrowRight", "Enter")
    assert page.locator(".stage #n1 .data").text_content() == "−2.5000"
    press(page, "Control+a", "Control+x")
    assert field.input_value() == ""
    press(page, "Control+v", "Enter")
    assert field.input_value() == "-2.5"
    page.locator(".toggle", has_text="Predict").click()
    page.locator(".quiz input").click()
    page.keyboard.type("-5")
    press(page, "Enter")
    assert "Right" in page.locator(".verdict").inner_text()
    page.close()


def test_without_scripts_there_is_a_picture_with_a_description(chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(step(neuron()[0])._repr_mimebundle_()["text/html"])
    image = page.locator(".chalkgrad-player img")
    assert "graph" in (image.get_attribute("alt") or "")
    box = image.bounding_box()
    assert box is not None and box["width"] > 300
    context.close()


@pytest.mark.parametrize(("label", "shown"), [("a\ud800b", r"a\ud800b"), ("a\0b", r"a\x00b"), ("\udfff", r"\udfff")])
def test_what_no_page_can_hold_is_shown_as_its_escape(visit: Open, label: str, shown: str) -> None:
    x = Value(2.0, label=label)
    y = x * x
    y.label = label + "y"
    page = visit(step(y, title=label))
    press(page, "End")
    page.locator("#n0").click()
    assert page.locator("h1").inner_text() == shown == page.title()
    assert page.locator(".about h2").inner_text().startswith(shown)
    assert shown in sentence(page)
    step(y, title=label)._repr_mimebundle_()["text/html"].encode()


def test_the_page_may_load_nothing_and_says_so(chromium: Browser, tmp_path: Path) -> None:
    """Whatever a script in the page tried to fetch, the browser would refuse."""
    path = step(neuron()[0]).save(tmp_path / "lesson.html")
    assert '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';' in path.read_text("utf-8")[:400]
    page = chromium.new_page()
    failures: list[str | None] = []
    page.on("requestfailed", lambda request: failures.append(request.failure))
    page.goto(path.as_uri())
    refused = page.evaluate(
        """async () => {
            const found = [];
            document.addEventListener("securitypolicyviolation", (event) => found.push(event.effectiveDirective));
            const add = (tag, key, address) => document.body.append(
                Object.assign(document.createElement(tag), {[key]: address}));
            add("img", "src", "https://example.com/a.png");
            add("script", "src", "https://example.com/a.js");
            add("iframe", "src", "https://example.com/");
            await fetch("https://example.com/").catch(() => {});
            await new Promise((done) => setTimeout(done, 100));
            try { eval("1"); } catch { found.push("eval"); }
            return found;
        }"""
    )
    assert {"img-src", "script-src-elem", "frame-src", "connect-src", "eval"} <= set(refused)
    assert set(failures) == {"csp"}
    page.close()
