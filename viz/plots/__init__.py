"""Plots for matplotlib: activations, loss surfaces, decision boundaries, trainings, mistakes, weights.

Each gives a figure: it shows itself in Jupyter, light or dark as the reader's theme is, and `.savefig("plot.png")`
writes it; `.alt` says what it shows. No window is opened, and no backend is changed.
"""

from .activation import plot_activation
from .boundary import CLASSES, plot_decision_boundary
from .confusion import plot_confusion
from .descent import descend, plot_loss_surface
from .histograms import plot_gradients, plot_weights
from .neuron_maps import plot_neuron_maps
from .training import plot_history, plot_loss

__all__ = [
    "CLASSES", "descend", "plot_activation", "plot_confusion", "plot_decision_boundary", "plot_gradients",
    "plot_history", "plot_loss", "plot_loss_surface", "plot_neuron_maps", "plot_weights",
]  # fmt: skip
