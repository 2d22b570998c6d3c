"""The player's stage: at every step numbers can be read, and what happens is in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.players import INSIDE, Open, press
from support.wildgraphs import neuron

from chalkgrad.engine import Value
from chalkgrad.nn import MLP
from chalkgrad.viz.player.player import Player, step

if TYPE_CHECKING:
    from playwright.sync_api import Page

LEAST = {False: 12.0, True: 20.0}  # pixels, in usual and in big type

# What is wrong at the step shown: a number of what is in play that is too small, or something out of sight.
WRONG = f"""(least) => {{
  const inside = {INSIDE};
  const wrong = [];
  const {{ innerWidth, innerHeight }} = window;
  const sees = (place, box) => box.left > place.left - 1 && box.right < place.right + 1 &&
    box.top > place.top - 1 && box.bottom < place.bottom + 1;
  const page = {{ left: 0, top: 0, right: innerWidth, bottom: innerHeight }};
  const sentence = inside.querySelector(".sentence");
  const box = sentence.getBoundingClientRect();
  if (!sentence.textContent || !box.width || !sees(page, box)) wrong.push("sentence");
  let lit = 0;
  for (const stage of inside.querySelectorAll(".stage")) {{
    const svg = [...stage.querySelectorAll("svg[data-view]")].find((e) => e.checkVisibility());
    if (!svg) continue;
    const place = stage.getBoundingClientRect();
    if (!place.height) continue; // there is room for the inside alone
    const share = svg.querySelector(".signs text"); // then what receives it, else what is computed or passes on
    const cards = [...svg.querySelectorAll(share ? "g.node.receiver" : "g.node.now:not(.receiver)")];
    lit += cards.length;
    for (const card of cards) {{
      const box = card.getBoundingClientRect();
      if (cards.length === 1 && !(sees(place, box) && sees(page, box))) wrong.push("card " + card.id);
    }}
    const texts = [...svg.querySelectorAll(".now text, .given text, .signs text")];
    for (const text of texts.filter((text) => /\\d|–|…/.test(text.textContent) && !text.matches(".label, .op"))) {{
      if (!text.checkVisibility()) continue;
      const high = parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().d;
      if (high < least) wrong.push(`${{text.textContent}} is ${{high.toFixed(1)}} px`);
    }}
  }}
  if (!lit) wrong.push("nothing is lit");
  return wrong;
}}"""


def square(out: Any, target: Any) -> Value:
    loss: Value = (out - target) ** 2
    return loss


def long_expression() -> Value:
    a, b, c, d = (Value(i + 0.5, label=name) for i, name in enumerate("abcd"))
    y = a
    for i in range(15):
        y = (y * b + c, y - d * 0.5, y.tanh())[i % 3]
    y.label = "y"
    return y


def deep() -> Player:
    return step(MLP(3, [4, 4, 1]), [1.0, 2.0, 0.5], 1.0, square)


def wide() -> Player:
    return step(MLP(2, [16, 16, 1]), [1.0, -2.0])


PLAYERS = {
    "neuron": lambda: step(neuron()[0]),
    "expression": lambda: step(long_expression()),
    "deep": deep,
    "wide": wide,
}


def faults(page: Page, *, big: bool, most: int = 300) -> list[Any]:
    """What is wrong at which step, of all or of `most` of them."""
    page.wait_for_timeout(50)
    timeline = page.get_by_role("slider", name="Step")
    count = int(timeline.get_attribute("max") or 0)
    found: list[Any] = page.evaluate(
        f"""async ([count, stride, least]) => {{
        const timeline = {INSIDE}.querySelector("footer input");
        const wrong = {WRONG};
        const found = [];
        for (let k = 1; k <= count; k += stride) {{
          timeline.value = k;
          timeline.dispatchEvent(new Event("input"));
          const at = wrong(least);
          if (at.length) found.push([k, at]);
        }}
        return found; }}""",
        [count, max(1, count // most), LEAST[big]],
    )
    return found


@pytest.mark.parametrize("name", PLAYERS)
@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (390, 844), (640, 400)], ids=str)
def test_numbers_can_be_read_and_what_happens_is_in_sight_at_every_step(
    visit: Open, name: str, size: tuple[int, int]
) -> None:
    player = PLAYERS[name]()
    page = visit(player, reduced_motion="reduce")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for big in (False, True):
        for level in player.data["levels"]:
            if len(player.data["levels"]) > 1:
                page.get_by_role("button", name=f"{level}s").click()
            assert faults(page, big=big)[:3] == [], (big, level)
        press(page, "p")
