"""What is wrong with a player's stage, step by step: numbers too small to read, or something out of sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.players import INSIDE

if TYPE_CHECKING:
    from playwright.sync_api import Page

LEAST = {False: 12.0, True: 20.0}  # pixels, in usual and in big type

ALL = "text"
LIT = ".now text, .given text, .signs text"  # what is in play

# What is wrong at the step shown: a number that is too small, something out of sight, cut off, or under the map.
WRONG = f"""([least, numbers]) => {{
  const inside = {INSIDE};
  const wrong = [];
  const sees = (place, box) => box.left > place.left - 1 && box.right < place.right + 1 &&
    box.top > place.top - 1 && box.bottom < place.bottom + 1;
  const meets = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const page = {{ left: 0, top: 0, right: innerWidth, bottom: innerHeight }};
  const [sentence, equation] = [".sentence", ".equation"].map((name) => inside.querySelector(name));
  const box = sentence.getBoundingClientRect();
  if (!sentence.textContent || !box.width || !sees(page, box)) wrong.push("sentence");
  if (sentence.scrollWidth > sentence.clientWidth + 1) wrong.push("sentence is cut off");
  if (equation.firstChild) {{
    if (!sees(page, equation.getBoundingClientRect())) wrong.push("equation");
    if (equation.scrollHeight > equation.clientHeight + 1) wrong.push("equation is cut off");
  }}
  let lit = 0;
  for (const stage of inside.querySelectorAll(".stage")) {{
    const svg = [...stage.querySelectorAll("svg[data-view]")].find((e) => e.checkVisibility());
    if (!svg) continue;
    const place = stage.getBoundingClientRect();
    if (!place.height) continue; // there is room for the inside alone
    const share = svg.querySelector(".signs text"); // then what receives it, else what is computed or passes on
    const others = [...svg.querySelectorAll("g.node.now:not(.receiver)")];
    const cards = share || !others.length ? [...svg.querySelectorAll("g.node.receiver")] : others;
    if (!cards.length) continue; // not where the step happens
    lit += cards.length;
    const map = stage.querySelector(".map:not([hidden])")?.getBoundingClientRect();
    for (const card of cards) {{
      const box = card.getBoundingClientRect();
      if (cards.length === 1 && !(sees(place, box) && sees(page, box))) wrong.push("card " + card.id);
      if (cards.length === 1 && map && meets(map, box)) wrong.push("map over " + card.id);
    }}
    const ratio = svg.querySelector(".camera").getScreenCTM().d;
    for (const text of svg.querySelectorAll(numbers)) {{
      const isNumber = /\\d|–|…/.test(text.textContent) && !text.matches(".label, .op, .cluster text");
      if (!isNumber || !text.checkVisibility()) continue;
      const high = parseFloat(getComputedStyle(text).fontSize) * ratio;
      if (high < least - 0.001) wrong.push(`${{text.textContent}} is ${{high.toFixed(1)}} px`);
    }}
  }}
  if (!lit) wrong.push("nothing is lit");
  return wrong;
}}"""


def faults(page: Page, *, big: bool, most: int | None = None) -> list[Any]:
    """What is wrong at which step: of all steps every number, or of so many the numbers in play."""
    page.wait_for_timeout(50)
    timeline = page.get_by_role("slider", name="Step")
    count = int(timeline.get_attribute("max") or 0)
    found: list[Any] = page.evaluate(
        f"""([count, stride, ...asked]) => {{
        const timeline = {INSIDE}.querySelector("footer input");
        const wrong = {WRONG};
        const found = [];
        for (let k = 1; k <= count; k += stride) {{
          timeline.value = k;
          timeline.dispatchEvent(new Event("input"));
          const at = wrong(asked);
          if (at.length) found.push([k, at]);
        }}
        return found; }}""",
        [count, max(1, count // most) if most else 1, LEAST[big], LIT if most else ALL],
    )
    return found
