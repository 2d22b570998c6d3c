"""What every plot shares: its paper, light or dark; its colours; its type; and how it shows itself.

A plot is a matplotlib figure: it shows itself in Jupyter, and `.savefig("training.png")` writes it. No window is
opened, and no backend is changed. A *look* is a set of colours by role. Theme `auto` is drawn in the light colours;
where a page shows it, each of them turns into its dark one as the reader's theme does.
"""

from __future__ import annotations

import base64
import html
import io
import re
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from ..engine import ArgumentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    class Plot(Figure):
        """What `new_figure` gives, to a type checker."""

        look: Look
        theme: str
        alt: str

        @property
        def svg(self) -> str: ...
        def _repr_png_(self) -> bytes: ...
        def _repr_html_(self) -> str: ...


THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Look:
    """The colours of a plot by role; no two roles share one, for in an SVG the colour is also the role's key."""

    paper: str
    ink: str
    muted: str
    line: str
    grid: str
    forward: str
    backward: str
    third: str
    fourth: str
    fifth: str
    sixth: str
    class0: str
    class1: str
    class2: str
    class3: str
    class4: str
    class5: str

    @property
    def series(self) -> tuple[tuple[str, Any, str], ...]:
        """Colour, dash and marker of each of several curves, so that colour never speaks alone."""
        colours = (self.forward, self.backward, self.third, self.fourth, self.fifth, self.sixth)
        return tuple(zip(colours, ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 3))), "os^DPv", strict=True))

    @property
    def classes(self) -> tuple[tuple[str, str], ...]:
        """Colour and marker of each of several classes."""
        colours = (self.class0, self.class1, self.class2, self.class3, self.class4, self.class5)
        return tuple(zip(colours, "os^DPv", strict=True))


# Those of the classes are colours that most colour-blind people tell apart (Okabe and Ito 2008, "Color universal
# design"), and in the dark lighter ones of the same hues.
# fmt: off
LIGHT = Look(
    "#ffffff", "#1f2933", "#5c6875", "#7b8794", "#e3e8ee",
    "#0870b0", "#b34e06", "#00795a", "#a2397f", "#3a1d82", "#4d3800",
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00",
)
DARK = Look(
    "#14181d", "#e6edf3", "#9ba8b5", "#798795", "#2b333c",
    "#6fbdf5", "#f5a34f", "#45cfa4", "#e05fae", "#efe8ff", "#fff0b0",
    "#3fa3e6", "#f2b63c", "#2cc795", "#e39ac5", "#8fd0f5", "#f08148",
)
# fmt: on

# Sizes of text, in points: a plot is read from the back of a room.
TITLE, LABEL, TEXT = 14, 12, 11

COARSE = 50  # dots per inch of the tints in an SVG; its lines and letters have none


def check_theme(theme: Any) -> str:
    """The theme, once it has been looked at.

    Raises:
        ArgumentError: it is not one of `THEMES`.
    """
    if theme not in THEMES:
        raise ArgumentError(f"theme must be one of {', '.join(THEMES)}; got {theme!r}")
    return str(theme)


@cache
def _figure_type() -> type[Plot]:
    """A matplotlib figure that shows itself in Jupyter; matplotlib is imported when it is first wanted."""
    import matplotlib
    from matplotlib.figure import Figure

    class ShownFigure(Figure):
        """A figure with a `look`, a `theme`, and `alt`: what it shows, in a sentence."""

        look: Look
        theme: str
        alt: str

        def savefig(self, fname: Any, **settings: Any) -> None:
            """matplotlib's; what the figure shows, in words, goes into the file too."""
            name = str(settings.get("format") or getattr(fname, "suffix", "") or fname).lower()
            key = {"png": "Description", "svg": "Description", "pdf": "Subject"}.get(name.rpartition(".")[2])
            if key and self.alt:
                settings["metadata"] = {key: self.alt, **(settings.get("metadata") or {})}
            super().savefig(fname, **settings)

        @property
        def svg(self) -> str:
            """The plot as an `<svg>` element, in the colours of its theme; the same every time."""
            page = io.StringIO()
            with matplotlib.rc_context({"svg.hashsalt": "chalkgrad", "svg.fonttype": "path"}):
                self.savefig(page, format="svg", dpi=COARSE, metadata={"Date": None, "Creator": None})
            return _themed(page.getvalue(), self.theme, self.alt)

        def _repr_png_(self) -> bytes:
            from PIL import Image

            drawn, small = io.BytesIO(), io.BytesIO()
            self.savefig(drawn, format="png")
            # By coverage, so that the few points of a colour of their own keep it.
            picture = Image.open(drawn).convert("RGB")
            few = picture.quantize(128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
            few.save(small, "PNG", optimize=True)
            return small.getvalue()

        def _repr_html_(self) -> str:
            return as_image(self.svg, self.alt, 0.5 * self.dpi * self.get_figwidth())

    return cast("type[Plot]", ShownFigure)


def new_figure(width: float, height: float, theme: str = "auto") -> Plot:
    """An empty figure of that many inches; its colours are in `.look`, and `.alt` waits for its words."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    look = DARK if check_theme(theme) == "dark" else LIGHT
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1)  # inches
    figure = _figure_type()(figsize=(width, height), dpi=100, layout=layout, facecolor=look.paper)
    figure.look, figure.theme, figure.alt = look, theme, ""
    return figure


def look_of(owner: Axes | Figure) -> Look:
    """The look of a figure that `new_figure` gave, or of the figure that axes are in."""
    look: Look = getattr(owner if hasattr(owner, "look") else owner.figure, "look")  # noqa: B009
    return look


def dress(axes: Axes, title: str = "", note: str = "") -> None:
    """What every plot shares: a title, a note under it, and quiet axes in the colours of the figure's look."""
    look = look_of(axes)
    axes.set_facecolor(look.paper)
    axes.set_title(note, loc="left", pad=8, fontsize=TEXT, color=look.muted)
    axes.annotate(
        title, (0, 1), xytext=(0, 28 if note else 10), xycoords="axes fraction", textcoords="offset points",
        fontsize=TITLE, fontweight="bold", color=look.ink,
    )  # fmt: skip
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(look.line)
    axes.tick_params(colors=look.muted, labelsize=TEXT)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set(color=look.ink, fontsize=LABEL)
        axis.get_offset_text().set(color=look.muted, fontsize=TEXT)


def legend(owner: Axes | Figure, **settings: Any) -> None:
    """A legend without a frame, of a figure or of axes, in the colours of its look."""
    look = look_of(owner)
    owner.legend(frameon=False, fontsize=TEXT, labelcolor=look.ink, **settings)


def under(title: str) -> str:
    """How the words on a plot begin: with its title, if it has one."""
    return f"{title}: " if title else ""


def as_image(svg: str, alt: str, least: float) -> str:
    """HTML of an SVG as an image, which an untrusted notebook shows too, and which follows JupyterLab's theme.

    Args:
        svg: the picture; it follows the colour scheme of the image.
        alt: the picture in words.
        least: pixels; a wide picture shrinks, but not below this, until nothing can be read.
    """
    follow = "".join(
        f'[data-jp-theme-light="{light}"] img.chalkgrad{{color-scheme:{scheme}}}'
        for light, scheme in (("true", "light"), ("false", "dark"))
    )
    data = base64.b64encode(svg.encode()).decode("ascii")
    return (
        f'<style>{follow}</style><img class="chalkgrad" alt="{html.escape(alt)}" '
        f'style="min-width:{least:.0f}px" src="data:image/svg+xml;base64,{data}">'
    )


def _themed(svg: str, theme: str, alt: str) -> str:
    """An SVG of matplotlib's as one that stands by itself: with its words and, if `theme` is `auto`, with two looks."""
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|\n\s*", " ", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r' (?:d|x|y)="[^"]*"', lambda found: _rounded(found.group()), svg)
    svg = svg.replace("<svg", f'<svg class="chalkgrad {theme}" role="img" aria-label="{html.escape(alt)}"', 1)
    names: dict[str, str] = {}  # those of matplotlib hang on the last bit of a place
    svg = re.sub(r'(id="|#)([a-z][0-9a-f]{10})\b', lambda m: m[1] + names.setdefault(m[2], f"i{len(names)}"), svg)
    if theme != "auto":
        return svg
    roles = {getattr(LIGHT, field.name): field.name for field in fields(Look)}
    svg = re.sub("#[0-9a-f]{6}", lambda found: _variable(found.group(), roles), svg)
    light, dark = (";".join(f"--{f.name}:{getattr(look, f.name)}" for f in fields(Look)) for look in (LIGHT, DARK))
    dark_rule = f"@media (prefers-color-scheme:dark){{svg.chalkgrad.auto{{{dark}}}}}"
    sheet = f"<style>svg.chalkgrad.auto{{{light}}}{dark_rule}</style>"
    start = svg.index(">") + 1
    return svg[:start] + sheet + svg[start:]


def _rounded(places: str) -> str:
    """Places in an SVG to a hundredth of a point."""
    return re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found.group()):.2f}", places)


def _variable(colour: str, roles: dict[str, str]) -> str:
    return f"var(--{roles[colour]})" if colour in roles else colour
