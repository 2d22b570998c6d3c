"""The curves of one training, or of several in one picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...engine import ArgumentTypeError
from ...nn.arguments import is_sequence
from ...nn.curves import Run, plot_curves
from ...nn.history import History

if TYPE_CHECKING:
    from ...nn.figures import Plot


def plot_history(history: Any, *, title: str = "", theme: str = "auto") -> Plot:
    """The loss of each epoch and, with a metric, the accuracy beside it; of several trainings, one over the other.

    Args:
        history: what `fit` returned, or a list of losses; or by name several of them, such as
            `{"lr 0.01": slow, "lr 0.1": fast}`.
        title: stands above the plot.
        theme: `light`, `dark`, or `auto`, which follows the reader's (what `savefig` writes is then light).

    Raises:
        ArgumentError: there is no epoch in one of them, or there are too many to be told apart.
        ArgumentTypeError: something else is given.
        MissingDependencyError: matplotlib is not installed.
    """
    runs = history if isinstance(history, Mapping) else {"": history}
    return plot_curves({str(name): _run(run) for name, run in runs.items()}, title, "plot_history", theme)


def plot_loss(history: Any, *, title: str = "", theme: str = "auto") -> Plot:
    """The loss of each epoch alone, on the training samples and, if there were any, on the validation samples.

    Args:
        history, title, theme: as for `plot_history`; of one training.

    Raises:
        ArgumentError: there is no epoch in it.
        ArgumentTypeError: `history` is neither.
        MissingDependencyError: matplotlib is not installed.
    """
    return plot_curves({"": {"loss": _run(history)["loss"]}}, title, "plot_loss", theme)


def _run(history: Any) -> Run:
    if isinstance(history, History):
        return history.curves
    if not is_sequence(history):
        raise ArgumentTypeError(f"history must be what fit returned, or a list of losses, got {type(history).__name__}")
    return {"loss": [history, []]}
