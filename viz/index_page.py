"""The first page of a folder of pictures or lessons: plain HTML that needs no script and no network.

It is light or dark as the reader's system is, in the colours of the pictures.
"""

from __future__ import annotations

import html

from .theme import properties

_LIGHT, _DARK = properties()
PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
  :root { {light} }
  @media (prefers-color-scheme: dark) { :root { {dark} } }
  body { margin: 2rem auto; max-width: 100rem; padding: 0 1.5rem; color: var(--ink); background: var(--paper) }
  body { font: 1rem/1.5 system-ui, sans-serif }
  h1, h2, h3 { line-height: 1.2 }
  p { max-width: 45rem }
  a { color: var(--forward) }
  a:focus-visible, summary:focus-visible { outline: 3px solid var(--forward); outline-offset: 2px }
  img { max-width: 100%; height: auto }
{style}</style>
<main>
<h1>{heading}</h1>
{body}
</main>
</html>
"""


def index_page(title: str, heading: str, body: str, style: str = "") -> str:
    """A whole page.

    Args:
        title: of the window; text, not markup.
        heading: the same for the page itself.
        body: HTML, what follows the heading.
        style: CSS that this page needs beside the common one.
    """
    parts = {
        "light": _LIGHT, "dark": _DARK, "title": html.escape(title), "heading": html.escape(heading), "style": style,
    }  # fmt: skip
    page = PAGE
    for name, text in parts.items():
        page = page.replace(f"{{{name}}}", text)
    return page.replace("{body}", body)
