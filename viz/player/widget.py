"""The player as a widget: what happens in the page is known in Python, and the other way round.

The page is the static player's; two traits are shared with it. `step` is the step
shown. `edits` are the leaves changed: an edit in the page is written into the
`Value` it belongs to.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ...engine import ArgumentError, Value
from ...engine.floats import as_float
from ...nn.optional import notebook_extra
from .bundle import shipped_script
from .player import Player, step


@lru_cache(maxsize=1)
def widget_class() -> Any:
    """The class of the widgets, made when it is first wanted: only then is anywidget needed."""
    with notebook_extra("the widget"):
        import anywidget
        import traitlets

    class StepWidget(anywidget.AnyWidget):
        """A player whose step and leaf edits are traits, shared with the page.

        Attributes:
            step: the step shown; setting it moves the page.
            edits: node id (as a string) to the number its leaf was given; see `edit`.
            results: what was answered in the page while it asked, one dict a question: `step` (the one that makes the
                number), `asked`, `given` (all that was typed, in order), `right`, and the number of `tries`.
            player: the static player, which also shows itself where no kernel is.
        """

        step = traitlets.Int(0).tag(sync=True)
        edits = traitlets.Dict({}).tag(sync=True)
        results: Any = traitlets.List([]).tag(sync=True)
        lesson = traitlets.Dict({}).tag(sync=True)
        token = traitlets.Unicode("").tag(sync=True)

        def __init__(self, player: Player) -> None:
            self.player = player
            self._original = {i: node.data for i, node in enumerate(player.trace.values) if _is_free(node)}
            self._esm = (
                f"{shipped_script(player.rules)}\n"
                f"const {{ render }} = widgetOf({player.rules or 'null'});\nexport default {{ render }};\n"
            )
            super().__init__(lesson=player.data)
            self.token = str(self.model_id)

        def edit(self, leaf: Value, number: float) -> None:
            """Give a leaf another number, in Python and in the page.

            Raises:
                ArgumentError: the node is no leaf of this graph, or a constant.
            """
            place = next((i for i in self._original if self.player.trace.values[i] is leaf), None)
            if place is None:
                raise ArgumentError(f"edit: {leaf!r} is not a leaf of this graph that can change")
            self.edits = {**self.edits, str(place): as_float(number, "number")}

        @traitlets.validate("edits")
        def _check_edits(self, proposal: Any) -> dict[str, float]:
            checked = {}
            for place, number in proposal["value"].items():
                if not str(place).isdecimal() or int(place) not in self._original:
                    raise ArgumentError(f"edits: {place!r} is not the id of a leaf that can change")
                checked[str(place)] = as_float(number, f"edits[{place}]")
            return checked

        @traitlets.observe("edits")
        def _write_values(self, change: Any) -> None:
            for place, original in self._original.items():
                value = self.player.trace.values[place]
                if str(place) in change["new"]:
                    value.data = change["new"][str(place)]
                elif str(place) in change["old"]:
                    value.data = original

        def _ipython_display_(self) -> None:
            """Show the static player, then the live one, which removes it: where none comes, it stays."""
            from IPython.display import display

            show: Any = display
            still = f'<div data-chalkgrad-still="{self.token}">{self.player._repr_mimebundle_()["text/html"]}</div>'
            show({"text/html": still, "text/plain": repr(self.player)}, raw=True)
            bundle: Any = self._repr_mimebundle_()
            live, metadata = bundle
            show({**live, "text/plain": "the same, live"}, metadata=metadata, raw=True)

    return StepWidget


def widget(root: Any, *arguments: Any, **settings: Any) -> Any:
    """A two-way player of a value, or of a model on a sample; it takes what `step` takes.

    Raises:
        MissingDependencyError: anywidget is not installed (`pip install "chalkgrad[notebook]"`).
    """
    return widget_class()(step(root, *arguments, **settings))


def _is_free(node: Value) -> bool:
    return node.is_leaf and not node.is_constant
