"""A collection of lessons: a folder with a page for each, and one that shows them all.

The folder can be put on a stick or a web server as it is: every page is whole in itself.
"""

from __future__ import annotations

import html
import os
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from ...engine import ArgumentError, ArgumentTypeError
from ...nn import files
from ..index_page import index_page
from .bug_lessons import BugLesson
from .player import Player

__all__ = ["save_lessons"]

Lesson = Player | BugLesson

STYLE = """\
  ul.lessons { list-style: none; margin: 2rem 0; padding: 0; display: grid; gap: 1.5rem }
  ul.lessons { grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)) }
  li.lesson { position: relative; border: 1px solid var(--layer-edge); border-radius: 0.6rem; overflow: hidden }
  li.lesson { display: flex; flex-direction: column; background: var(--card) }
  li.lesson:hover { border-color: var(--forward) }
  .picture { height: 11rem; display: grid; place-items: center; padding: 0.8rem; background: var(--paper) }
  .picture { border-bottom: 1px solid var(--layer-edge) }
  .picture img { max-height: 9.4rem; object-fit: contain }
  .asks img { filter: blur(3px) }
  .words { padding: 0.9rem 1.1rem 1.1rem }
  .words h2 { font-size: 1.1rem; margin: 0 }
  .words h2 a { text-decoration: none }
  .words h2 a::after { content: ""; position: absolute; inset: 0 }
  .words p { margin: 0.4rem 0 0; color: var(--muted); overflow-wrap: anywhere }
  .words code { color: var(--ink) }
  details { position: relative; z-index: 1; margin-top: 0.6rem }
  summary { cursor: pointer; color: var(--muted) }
  details p { color: var(--ink) }
"""


def save_lessons(
    lessons: Mapping[str, Lesson],
    folder: str | os.PathLike[str],
    *,
    title: str = "Lessons",
    about: str = "",
    notes: Mapping[str, str] | None = None,
) -> Path:
    """Write each lesson as a page into a folder, and beside them `index.html`, which shows and links them all.

    The picture of a lesson that asks for its numbers is blurred.

    Args:
        lessons: by title, in the order of the page: what `step(...)` gives, or lessons of what goes wrong, as in
            `lessons`; of these the title is their own.
        folder: made if it is not there. Pages of the same names are replaced, other files stay.
        title: stands above the collection.
        about: a sentence or two under it.
        notes: what you want to say to a lesson, by its title.

    Returns:
        The path of `index.html`.

    Raises:
        ArgumentTypeError: a lesson is neither of these.
        ArgumentError: there is no lesson, or a note is for none.
        OSError: the folder cannot be written.
    """
    said = dict(notes or {})
    if not isinstance(lessons, Mapping):
        raise ArgumentTypeError(f"save_lessons takes a dict of lessons by title, got {type(lessons).__name__}")
    if not lessons:
        raise ArgumentError("save_lessons: there is no lesson to save")
    for name in said:
        if name not in lessons:
            raise ArgumentError(f"save_lessons: notes has {name!r}, which is no lesson; there are {', '.join(lessons)}")
    for name, lesson in lessons.items():
        if not isinstance(lesson, (Player, BugLesson)):
            raise ArgumentTypeError(f"save_lessons: the lesson {name!r} must come from step(...), got a "
                                    f"{type(lesson).__name__}")  # fmt: skip
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    items = []
    for number, (name, lesson) in enumerate(lessons.items(), start=1):
        page = f"{number:02}-{_plain(name)}.html"
        player = lesson if isinstance(lesson, Player) else lesson.step()
        player.save(place / page)
        items.append(_item(name, lesson, player, page, said.get(name, "")))
    told = f"<p>{html.escape(about)}</p>\n" if about else ""
    body = f'{told}<ul class="lessons">\n' + "\n".join(items) + "\n</ul>"
    return files.write(place / "index.html", index_page(title, title, body, STYLE).encode())


def _item(name: str, lesson: Lesson, player: Player, page: str, note: str) -> str:
    heading, words = name, [f"<p>{html.escape(note)}</p>"] if note else []
    if isinstance(lesson, BugLesson):
        heading = lesson.title[:1].upper() + lesson.title[1:]
        words.append(f"<p><code>{html.escape(lesson.graph)}</code></p>")
        words.append(f"<details><summary>What to look for</summary><p>{html.escape(lesson.look)}</p></details>")
    else:
        asks = ", and it asks for each number" if player.asks else ""
        words.append(f"<p>{len(player.trace)} steps{asks}.</p>")
    picture = "picture asks" if player.asks else "picture"
    return (
        f'<li class="lesson"><div class="{picture}">{player.fallback()}</div>\n'
        f'<div class="words"><h2><a href="{page}">{html.escape(heading)}</a></h2>\n' + "\n".join(words) + "</div></li>"
    )


def _plain(name: str) -> str:
    """A title as part of a file's name, in letters that every system takes."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:40].rstrip("-") or "lesson"
