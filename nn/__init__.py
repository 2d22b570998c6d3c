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

from . import (
    callbacks,
    checkpoint,
    classes,
    clipping,
    criteria,
    handover,
    history,
    initialisation,
    layers,
    losses,
    module,
    modules,
    onnx_graph,
    optim,
    optimizer,
    perceptron,
    plateau,
    recording,
    safetensors,
    schedules,
    train,
)
from . import functional as functional
from .callbacks import *
from .checkpoint import *
from .classes import *
from .clipping import *
from .criteria import *
from .handover import *
from .history import *
from .initialisation import *
from .layers import *
from .losses import *
from .module import *
from .modules import *
from .onnx_graph import *
from .optim import *
from .optimizer import *
from .perceptron import *
from .plateau import *
from .recording import *
from .safetensors import *
from .schedules import *
from .train import *

if not TYPE_CHECKING:  # a type checker follows the stars, and mypy would read no list that is put together
    networks = (module, initialisation, layers, modules, perceptron, losses, criteria)
    training = (optimizer, optim, clipping, schedules, plateau, history, recording, callbacks, classes, train)
    handing_over = (checkpoint, safetensors, handover, onnx_graph)
    __all__ = [name for room in (*networks, *training, *handing_over) for name in room.__all__]
