"""The colours of a picture, by role, for light and for dark.

Forward is blue and backward orange, always beside a word or a shape that says the
same. A *role* is what a colour is for (`forward`, `card`). In a drawing the colour is
also the role's key: Graphviz is told a colour and no role, and `graph/render.py` reads
the role off the colour in the SVG, so that the style sheet here can change it in the dark.
"""

from __future__ import annotations

from ..nn.figures import DARK, LIGHT, THEMES

__all__ = [
    "FONT", "ROLES", "SURFACES", "THEMES", "forced_properties", "paint_rules", "palette", "properties", "style_sheet",
]  # fmt: skip


def plotted(role: str) -> tuple[str, str]:
    """A colour that plots have too, from where they have it."""
    return getattr(LIGHT, role), getattr(DARK, role)


# No two roles share a colour, in light or in dark: two that look alike differ by one step, as `ink` and `op` do.
# A colour is written as Graphviz writes it back: # and six small hexadecimal digits.
# fmt: off
#                      light      dark
ROLES = {
    "paper":          plotted("paper"),  # behind everything
    "ink":            plotted("ink"),  # labels
    "op":             ("#1f2932", "#e6edf2"),  # an op's symbol
    "muted":          plotted("muted"),  # captions
    "line":           plotted("line"),  # edges
    "forward":        plotted("forward"),  # data
    "backward":       plotted("backward"),  # gradients
    "card":           ("#fefefe", "#1d232a"),  # a computed value
    "card-edge":      ("#52606d", "#8b99a8"),
    "chip":           ("#e6ebf1", "#323d48"),  # behind an op's symbol
    "root-edge":      ("#1f2934", "#e6edf4"),
    "input":          ("#eff7fd", "#132a3c"),  # a leaf that was given
    "input-edge":     ("#0877bd", "#4ba6e3"),
    "parameter":      ("#f6f3fe", "#262040"),  # a leaf that is learned
    "parameter-edge": ("#6b4fbb", "#a691f2"),
    "constant":       ("#fafafa", "#1a1f24"),  # a number in the expression
    "constant-edge":  ("#7b8795", "#798796"),
    "fold":           ("#eef1f5", "#2a323b"),  # a box that holds others
    "fold-edge":      ("#52606e", "#8b99a9"),
    "layer":          ("#f5f7f9", "#191e24"),
    "layer-edge":     ("#d3dae2", "#333d47"),
    "neuron":         ("#fdfdfd", "#20262d"),
    "neuron-edge":    ("#c0cad4", "#46525e"),
    "plus":           ("#6b4fbc", "#a691f3"),  # a weight above 0
    "minus":          ("#00795a", "#45cfa4"),  # a weight below 0
}
# fmt: on

FONT = "Helvetica,Arial,Liberation Sans,Arimo,sans-serif"  # all but the last of one width


def palette(theme: str) -> dict[str, str]:
    """Role to colour; `auto` is drawn in the light colours, which the style sheet then changes."""
    return {role: dark if theme == "dark" else light for role, (light, dark) in ROLES.items()}


def properties() -> tuple[str, str]:
    """The colours as CSS custom properties, for light and for dark: `--ink:#1f2933;...`."""
    return _declarations(palette("light")), _declarations(palette("dark"))


SURFACES = ("paper", "card", "chip", "input", "parameter", "constant", "fold", "layer", "neuron")


def forced_properties() -> str:
    """The same in the colours that the reader's system forces on every page (CSS Color 4, "system colors")."""
    forced = dict.fromkeys(ROLES, "CanvasText") | dict.fromkeys(SURFACES, "Canvas")
    return _declarations(forced | {"forward": "LinkText", "backward": "VisitedText"})


def _declarations(colours: dict[str, str]) -> str:
    return ";".join(f"--{role}:{colour}" for role, colour in colours.items())


def paint_rules(within: str) -> list[str]:
    """CSS that fills what has the class `f-ink`, and strokes what has `s-ink`, in the role's colour."""
    fills = [f"{within}.f-{role}{{fill:var(--{role})}}" for role in ROLES]
    strokes = [f"{within}.s-{role}{{stroke:var(--{role})}}" for role in ROLES]
    return fills + strokes


def style_sheet(theme: str) -> str:
    """CSS for a drawing: the roles as custom properties and, if `theme` is `auto`, the dark ones.

    A page sees dark in two ways: the reader's system says so, or JupyterLab's theme does.
    """
    light, dark = properties()
    rules = [
        "svg.chalkgrad{max-width:100%;height:auto}",
        "svg.chalkgrad text{font-variant-numeric:tabular-nums}",
    ]
    if theme == "auto":
        drawing = "svg.chalkgrad.auto"  # a page may hold drawings of other themes too
        rules += [
            f"{drawing}{{{light}}}",
            f"@media (prefers-color-scheme:dark){{{drawing}{{{dark}}}}}",
            f'[data-jp-theme-light="true"] {drawing}{{{light}}}',
            f'[data-jp-theme-light="false"] {drawing}{{{dark}}}',
        ]
        rules += paint_rules(f"{drawing} ")
    return "\n".join(rules)
