"""A page as one file: the document around what it shows, which loads nothing and sends nothing."""

from __future__ import annotations

import html

from .bundle import packed

# What the page may load: nothing. What it is made of stands in it, and it asks for nothing else.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)


def document(title: str, element: str) -> str:
    """One complete page: no other file, no network, no Python."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{html.escape(title)}</title>'
        f"<style>body{{margin:0}}</style></head>\n<body>{element}</body></html>\n"
    )


def waiting(kind: str, script: str, meanwhile: str) -> str:
    """An element and the packed script that fills it; `host` is there the element.

    Args:
        kind: of the element, `chalkgrad-player`.
        script: what fills it.
        meanwhile: HTML that stands in it until then. A notebook that is not trusted drops the script and keeps it.
    """
    return (
        f'<div class="{kind}" data-waits data-lm-suppress-shortcuts="true">{meanwhile}</div>'
        f"<script>{packed(script)}</script>"
    )
