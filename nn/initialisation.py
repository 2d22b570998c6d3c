"""Initialisation: the weights that training begins with, by name.

A layer keeps its signals at one size if the variance of its weights goes with the number of
inputs (*fan in*) and of neurons (*fan out*). A *normal* draw may be any number, a *uniform* one
lies within ±sqrt(3 * variance).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any, NamedTuple

from ..engine import ArgumentError, ArgumentTypeError

__all__ = ["INITIALISATIONS"]


class Initialisation(NamedTuple):
    """How weights are drawn: "uniform", "normal" or "constant", and their variance (or the constant)."""

    kind: str
    size: Callable[[int, int], float]


def _he(fan_in: int, fan_out: int) -> float:
    return 2.0 / fan_in


def _xavier(fan_in: int, fan_out: int) -> float:
    return 2.0 / (fan_in + fan_out)


def _lecun(fan_in: int, fan_out: int) -> float:
    return 1.0 / fan_in


# he (PyTorch: kaiming) suits relu: He, Zhang, Ren and Sun 2015, "Delving deep into rectifiers". xavier (Keras:
# glorot) suits tanh and sigmoid: Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward
# neural networks". lecun: LeCun, Bottou, Orr and Müller 1998, "Efficient backprop". torch is what torch.nn.Linear
# does. With zeros or ones all neurons of a layer stay alike: a thing to show, not to use.
INITIALISATIONS: dict[str, Initialisation] = {
    **{name: Initialisation("uniform", _he) for name in ("he_uniform", "kaiming_uniform")},
    **{name: Initialisation("normal", _he) for name in ("he_normal", "kaiming_normal")},
    **{name: Initialisation("uniform", _xavier) for name in ("xavier_uniform", "glorot_uniform")},
    **{name: Initialisation("normal", _xavier) for name in ("xavier_normal", "glorot_normal")},
    "lecun_uniform": Initialisation("uniform", _lecun),
    "lecun_normal": Initialisation("normal", _lecun),
    "torch": Initialisation("uniform", lambda fan_in, fan_out: 1.0 / (3.0 * fan_in)),
    "zeros": Initialisation("constant", lambda fan_in, fan_out: 0.0),
    "ones": Initialisation("constant", lambda fan_in, fan_out: 1.0),
}


def sampler(init: Any, fan_in: int, fan_out: int, generator: random.Random | None) -> Callable[[], float]:
    """A function that draws one weight after the other.

    Raises:
        ArgumentTypeError: `init` is no name.
        ArgumentError: an unknown name.
    """
    if not isinstance(init, str):
        raise ArgumentTypeError(f"init must be a name such as 'he_uniform', got {type(init).__name__}")
    if init not in INITIALISATIONS:
        raise ArgumentError(f"init must be one of {', '.join(INITIALISATIONS)}; got {init!r}")
    kind, size = INITIALISATIONS[init]
    number = size(fan_in, fan_out)
    uniform, gauss = (random.uniform, random.gauss) if generator is None else (generator.uniform, generator.gauss)
    if kind == "constant":
        return lambda: number
    if kind == "normal":
        return lambda: gauss(0.0, math.sqrt(number))
    bound = math.sqrt(3.0 * number)
    return lambda: uniform(-bound, bound)
