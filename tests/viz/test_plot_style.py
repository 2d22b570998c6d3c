"""What all plots share: light and dark, words for those who cannot see, letters that are large enough."""

from __future__ import annotations

import io
import math
import re
import struct
import zlib
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.text import Text
from PIL import Image

from chalkgrad import viz
from chalkgrad.engine import ArgumentError, Value
from chalkgrad.nn import MLP, SGD, History
from chalkgrad.nn.figures import DARK, LIGHT
from chalkgrad.nn.history import Epoch, Score
from chalkgrad.viz.theme import ROLES

ROWS, SIDES = [[-1.0, 0.0], [-2.0, 1.0], [1.0, 0.5], [2.0, -1.0]], [0, 0, 1, 1]
MODEL = MLP(2, [3, 1], activation="tanh", seed=0)
W, B = Value(1.0, label="w"), Value(-1.0, label="b")


def bowl() -> Value:
    return W * W + (B - 0.5) ** 2


def trained() -> MLP:
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    (model([1.0, 2.0]) - 1.0).abs().backward()
    return model


def run(*losses: float) -> History:
    return History([Epoch(Score(loss, 1.0 - loss), None) for loss in losses])


PLOTS: dict[str, Callable[..., Any]] = {
    "plot_activation": lambda **s: viz.plot_activation("relu", "tanh", **s),
    "plot_confusion": lambda **s: viz.plot_confusion(MODEL, ROWS, SIDES, **s),
    "plot_decision_boundary": lambda **s: viz.plot_decision_boundary(MODEL, ROWS, SIDES, resolution=9, **s),
    "plot_gradients": lambda **s: viz.plot_gradients(trained(), **s),
    "plot_history": lambda **s: viz.plot_history({"slow": run(0.9, 0.8), "fast": run(0.9, 0.1)}, **s),
    "plot_loss": lambda **s: viz.plot_loss([2.0, 1.0], **s),
    "plot_loss_surface": lambda **s: viz.plot_loss_surface(
        bowl, (W, B), paths={"SGD": viz.descend(bowl, [W, B], SGD([W, B], lr=0.1), 3)}, resolution=9, **s
    ),
    "plot_neuron_maps": lambda **s: viz.plot_neuron_maps(MODEL, ROWS, SIDES, resolution=5, **s),
    "plot_weights": lambda **s: viz.plot_weights(MODEL, **s),
}
each_plot = pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS)


def test_every_plot_is_looked_at_and_exported() -> None:
    assert {name for name in viz.__all__ if name.startswith("plot_")} == set(PLOTS)


@each_plot
def test_it_shows_itself_with_words_and_is_the_same_every_time(plot: Callable[..., Any]) -> None:
    figure = plot(title="A <title>")
    shown, _ = DisplayFormatter().format(figure)
    assert shown["image/png"].startswith(b"\x89PNG")
    assert figure.alt.endswith(".") and "A <title>" in figure.alt
    assert 'alt="A &lt;title&gt;' in shown["text/html"]
    assert (DisplayFormatter().format(plot(title="A <title>"))[0] == shown) is True
    root = ElementTree.fromstring(figure.svg)
    assert root.get("aria-label") == figure.alt and root.get("role") == "img"


@each_plot
def test_letters_are_large_enough_for_the_back_of_a_room(plot: Callable[..., Any]) -> None:
    figure = plot(title="T")
    figure.draw_without_rendering()
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip():
            assert text.get_fontsize() >= 11, text.get_text()
    for axes in figure.axes:
        assert min(axes.xaxis.label.get_fontsize(), axes.yaxis.label.get_fontsize()) >= 11


def colours(svg: str) -> set[str]:
    """The colours of all letters and lines, pictures within the picture apart."""
    return set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6}|var\(--\w+\))", svg))


@each_plot
def test_auto_follows_the_reader_and_the_others_do_not(plot: Callable[..., Any]) -> None:
    auto = plot(theme="auto").svg
    assert "prefers-color-scheme:dark" in auto and f"--paper:{DARK.paper}" in auto
    named = colours(auto)
    assert {"var(--paper)", "var(--ink)"} <= named and all(colour.startswith("var(") for colour in named)
    light, dark = (plot(theme=theme).svg for theme in ("light", "dark"))
    assert LIGHT.paper in colours(light) and DARK.ink not in colours(light) and "var(" not in light + dark
    assert colours(dark) <= set(vars(DARK).values()) and DARK.paper in colours(dark)


@each_plot
def test_another_theme_is_refused(plot: Callable[..., Any]) -> None:
    with pytest.raises(ArgumentError, match="theme must be one of auto, light, dark; got 'pink'"):
        plot(theme="pink")


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_what_it_shows_is_in_the_file_too(ending: str, tmp_path: Path) -> None:
    figure = viz.plot_loss([2.0, 1.0])
    for name in (tmp_path / f"loss.{ending}", str(tmp_path / f"loss.{ending}")):
        figure.savefig(name)
        content = (tmp_path / f"loss.{ending}").read_bytes()
        assert b"Loss over 2 epochs: loss from 2 to 1." in content
    figure.savefig(tmp_path / f"own.{ending}", metadata={"Title": "mine"})


def test_a_label_is_data_in_an_svg() -> None:
    figure = viz.plot_history({"<script>alert(1)</script>": [1.0, 0.5], '"quoted"': [1.0, 0.2]})
    assert "<script" not in figure.svg + figure._repr_html_()
    assert "&lt;script&gt;alert(1)" in figure.svg


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_can_be_read_and_told_apart(look: Any) -> None:
    assert len(set(vars(look).values())) == len(vars(look))
    assert min(contrast(text, look.paper) for text in (look.ink, look.muted)) >= 4.5
    assert min(contrast(colour, look.paper) for colour, _, _ in look.series) >= 4.5
    assert len({marker for _, _, marker in look.series}) == len({str(dash) for _, dash, _ in look.series}) == 6


def test_a_plot_has_the_colours_of_a_drawing() -> None:
    for role in ("paper", "ink", "muted", "line", "forward", "backward"):
        assert ROLES[role] == (getattr(LIGHT, role), getattr(DARK, role))


def test_a_png_in_a_notebook_is_small_and_whole() -> None:
    image = PLOTS["plot_activation"]()._repr_png_()
    width, height = struct.unpack(">II", image[16:24])
    assert (width, height) == (840, 420) and len(image) < 30_000
    assert math.isclose(zlib.crc32(image[12:29]), struct.unpack(">I", image[29:33])[0])


# What red and green become without the one or the other kind of cone: linear RGB (Machado, Oliveira and Fernandes 2009,
# "A physiologically-based model for simulation of color vision deficiency", severity 1).
PROTAN = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))
DEUTAN = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))


def seen(colour: str, cones: Any) -> tuple[float, float, float]:
    """A colour in CIE L*a*b*, as such an eye sees it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    r, g, b = (max(0.0, sum(m * c for m, c in zip(row, linear, strict=True))) for row in cones)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("cones", [PROTAN, DEUTAN], ids=["protan", "deutan"])
@pytest.mark.parametrize("column", [0, 1], ids=["light", "dark"])
def test_colours_are_told_apart_by_the_colour_blind(cones: Any, column: int) -> None:
    def apart(one: str, other: str) -> float:
        return math.dist(seen(one, cones), seen(other, cones))

    series = [colour for colour, _, _ in (LIGHT, DARK)[column].series]
    assert min(apart(a, b) for a, b in combinations(series, 2)) > 12.0
    assert apart(ROLES["plus"][column], ROLES["minus"][column]) > 40.0


@pytest.mark.parametrize(("scheme", "look"), [("light", LIGHT), ("dark", DARK)])
def test_a_page_shows_it_in_the_colours_of_its_reader(chromium: Any, scheme: str, look: Any) -> None:
    page = chromium.new_page(color_scheme=scheme, viewport={"width": 900, "height": 600})
    page.set_content(
        f'<body style="margin:0;color-scheme:light dark">{viz.plot_loss([2.0, 1.0])._repr_html_()}'
        f"{viz.draw_network(MODEL)._repr_html_()}"
    )
    images = page.locator("img.chalkgrad")
    assert images.count() == 2
    for image in images.all():
        assert image.get_attribute("alt")
        corner: Any = Image.open(io.BytesIO(image.screenshot())).convert("RGB").getpixel((3, 3))
        assert "#{:02x}{:02x}{:02x}".format(*corner) == look.paper
    page.close()
