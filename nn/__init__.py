"""Neural networks on Values: neurons, layers, losses, optimizers and the training loop.

It needs nothing but the standard library. Read `module` first, then `layers`.

>>> from chalkgrad.nn import MLP, SGD, fit
>>> model = MLP(2, [8, 1], seed=0)
>>> xor = [[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, -1]
>>> history = fit(model, *xor, "hinge_loss", SGD(model.parameters(), lr=0.1), epochs=100, seed=0, progress=False)
>>> history.accuracy[-1]
1.0
"""

from .history import Epoch, History, Score
from .layers import ACTIVATIONS, MLP, Layer, Neuron
from .losses import binary_cross_entropy_with_logits, cross_entropy, hinge_loss, mse_loss
from .module import Module
from .optim import SGD, Adam, AdamW, Optimizer
from .train import evaluate, fit

__all__ = [
    "ACTIVATIONS", "MLP", "SGD", "Adam", "AdamW", "Epoch", "History", "Layer", "Module", "Neuron", "Optimizer",
    "Score", "binary_cross_entropy_with_logits", "cross_entropy", "evaluate", "fit", "hinge_loss", "mse_loss",
]  # fmt: skip
