"""The player's page: theme, motion, paper, width, contrast."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.players import INSIDE, Open
from support.wildgraphs import neuron

from chalkgrad.engine import Value
from chalkgrad.viz.player.player import step

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_it_follows_the_hosts_theme(chromium: Browser) -> None:
    page = chromium.new_page(color_scheme="light")
    page.set_content(f'<body data-jp-theme-light="false">{step(neuron()[0])._repr_mimebundle_()["text/html"]}</body>')
    colour = "getComputedStyle(document.querySelector('.chalkgrad-player')).backgroundColor"
    dark = page.evaluate(colour)
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    page.wait_for_function(f"{colour} !== '{dark}'")
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    page.close()


def test_no_motion_for_who_wants_none(visit: Open) -> None:
    page = visit(step(neuron()[0]), "#step=10", reduced_motion="reduce")
    moving = f"['.dot', '.camera'].map((name) => getComputedStyle({INSIDE}.querySelector(name)))"
    assert page.evaluate(f"{moving}.map((e) => [e.animationName, e.transitionDuration])") == [["none", "0s"]] * 2
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(f"{moving}.map((e) => [e.animationName, e.transitionDuration])") == [
        ["travel", "0s"],
        ["none", "0.3s"],
    ]


def test_on_paper_it_is_a_handout(visit: Open) -> None:
    page = visit(step(neuron()[0]), "#step=15")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".handout li").count() == 15
    assert not page.get_by_role("button", name="Play").is_visible()
    assert page.locator(".handout").is_visible()
    assert page.locator("svg g.node").first.is_visible()


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_sticks_out(visit: Open, width: int) -> None:
    page = visit(step(neuron()[0]), "#step=13")
    page.set_viewport_size({"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    clipped = page.evaluate(
        f"""[...{INSIDE}.querySelectorAll('dd, td, .sentence, button')].filter((e) => e.scrollWidth > e.clientWidth + 1)
        .map((e) => e.textContent)"""
    )
    assert clipped == []


@pytest.mark.parametrize("width", [390, 640, 1280, 1920])
def test_no_formula_is_cut(visit: Open, width: int) -> None:
    leaf = neuron()[1]
    root = (leaf["x1"] * leaf["w1"] + leaf["x2"] * leaf["w2"] + Value(6.88, label="b")).tanh()
    root.label = "out"
    page = visit(step(root), reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 844})
    cut = []
    for k in range(1, 16):
        page.keyboard.press("ArrowRight")
        for formula in (".equation", "aside > .formulas"):
            if page.locator(formula).evaluate("(e) => e.scrollWidth > e.clientWidth + 1"):
                cut.append((k, formula))
    assert cut == []


def test_contrast_of_every_text_is_at_least_four_and_a_half(visit: Open) -> None:
    for scheme in ("light", "dark"):
        page = visit(step(neuron()[0]), "#step=13", color_scheme=scheme)
        poor = page.evaluate(
            f"""() => {{
            const rgb = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
            const linear = (v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
            const light = (c) => c.slice(0, 3).map((v) => linear(v / 255))
              .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
            const behind = (e) => {{
              for (; e; e = e.parentElement ?? e.getRootNode().host) {{
                const c = rgb(getComputedStyle(e).backgroundColor);
                if (c.length === 3 || c[3] > 0.99) return c;
              }}
              return [255, 255, 255];
            }};
            return [...{INSIDE}.querySelectorAll('aside *, header *, footer *')]
              .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && e.checkVisibility())
              .map((e) => {{
                const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
                return [e.textContent, (a + 0.05) / (b + 0.05)];
              }}).filter(([, ratio]) => ratio < 4.5);
            }}"""
        )
        assert poor == [], scheme
