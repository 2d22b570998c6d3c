"""micrograd's `draw_dot` gives a `graphviz.Digraph`; so does ours, drawn with no `dot` program."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import graphviz

from . import render
from .drawing import Drawing


class Digraph(graphviz.Digraph):
    """A `graphviz.Digraph` of a drawing: `.source`, `.pipe()`, `.render()` and `.view()` as there.

    Nodes and edges can be added; they are laid out with the rest.
    """

    def __init__(self, drawing: Drawing, format: str) -> None:
        _, *body, _ = drawing.source.splitlines(keepends=True)
        super().__init__(format=format, body=body)
        self._drawing = drawing

    def pipe(self, format: str | None = None, *, encoding: str | None = None) -> Any:
        """The picture as bytes, or as text if an encoding is given."""
        kind = format or self.format
        paint = {"png": render.png, "pdf": render.pdf}.get(kind)
        drawn = paint(self.source) if paint else render.render(self.source, kind)
        return drawn if encoding is None else drawn.decode(encoding)

    def render(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        quiet: bool = False,
        quiet_view: bool = False,
    ) -> str:
        """Write the DOT text to `filename` and the picture beside it; return the picture's path.

        The arguments are those of graphviz; `quiet` changes nothing, for nothing is printed.
        """
        text = self.save(filename, directory=directory)
        picture = f"{text}.{format or self.format}"
        Path(picture).write_bytes(self.pipe(format))
        if cleanup:
            os.remove(text)
        if view or quiet_view:
            self._view(picture, format=format or self.format, quiet=quiet_view)
        return picture

    def _repr_image_svg_xml(self) -> str:
        return render.svg(self.source, self._drawing.alt, self._drawing.titles, self._drawing.theme)
