"""Neural networks on Values: neurons, layers, losses, optimizers and the training loop.

It needs nothing but the standard library. Read `module` first, then `layers`.

>>> from chalkgrad.nn import MLP, SGD, fit
>>> model = MLP(2, [8, 1], seed=0)
>>> xor = [[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, -1]
>>> history = fit(model, *xor, "hinge_loss", SGD(model.parameters(), lr=0.1), epochs=100, seed=0, progress=False)
>>> history.accuracy[-1]
1.0
"""

from typing import TYPE_CHECKING

from . import checkpoint, handover, history, layers, losses, module, optim, optimizer, safetensors, train
from .checkpoint import *
from .handover import *
from .history import *
from .layers import *
from .losses import *
from .module import *
from .optim import *
from .optimizer import *
from .safetensors import *
from .train import *

if not TYPE_CHECKING:  # a type checker follows the stars, and mypy would read no list that is put together
    __all__ = [
        name
        for room in (module, layers, losses, optimizer, optim, history, train, checkpoint, safetensors, handover)
        for name in room.__all__
    ]
