"""A finished drawing: its DOT text, and pictures made from it when they are asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from ...nn.figures import as_image
from .. import saving
from . import render


class Drawing:
    """A computation graph or a network, drawn as it was at the time.

    Jupyter shows it as it is. It keeps numbers, not values: what happens to the graph later does not
    change it.

    Attributes:
        source: DOT text, the same in every run.
        alt: the graph in words, for those who cannot see it.
        titles: for each id in the SVG what it stands for, with every digit; the tooltips.
        theme: `auto`, `light` or `dark`.
    """

    def __init__(self, source: str, alt: str, titles: Mapping[str, str], theme: str) -> None:
        self.source = source
        self.alt = alt
        self.titles = titles
        self.theme = theme

    @cached_property
    def svg(self) -> str:
        """The picture as an `<svg>` element.

        Of a graph, each node is a `<g class="node">` with id `n7` (its topological index), each edge a
        `<g class="edge">` with id `e9-1` (user and operand); a cluster's id begins with `c-`.
        """
        return render.svg(self.source, self.alt, self.titles, self.theme)

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG, at 192 dots per inch, or fewer if it is very large."""
        return render.png(self.source)

    @property
    def pdf(self) -> bytes:
        """The picture as PDF."""
        return render.pdf(self.source)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to a file, whole or not at all, and return its path.

        Raises:
            ArgumentError: the name does not end in .svg, .png, .pdf or .dot, or its folder is missing.
        """
        kinds = {
            ".svg": lambda: self.svg.encode(),
            ".png": lambda: self.png,
            ".pdf": lambda: self.pdf,
            ".dot": lambda: self.source.encode(),
        }
        return saving.save(path, kinds)

    def __repr__(self) -> str:
        return f"<Drawing: {self.alt}>"

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        """An image: a wide one shrinks, but not until nothing can be read."""
        return as_image(self.svg, self.alt, 0.6 * render.size(self.svg)[0])
