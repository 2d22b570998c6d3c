"""Networks put together from parts, under PyTorch's names: `Sequential(Linear(2, 8), ReLU(), Linear(8, 1))`.

Each part takes one sample and hands on what the next one takes: a list of Values, or the Value itself
where there is one. What has no parameters (an activation, `Dropout`) is a module too.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from ..engine import ArgumentTypeError, Value
from ..engine.floats import as_float
from . import functional
from .arguments import as_count, as_generator
from .functional import probability
from .known import known_to_compile
from .layers import Layer
from .module import Module

__all__ = [
    "GELU", "Dropout", "Identity", "LeakyReLU", "Linear", "LogSoftmax", "ReLU", "Sequential", "SiLU", "Sigmoid",
    "Softmax", "Softplus", "Tanh",
]  # fmt: skip


@known_to_compile
class Linear(Layer):
    """A layer of linear neurons: `w * x + b`, with no activation.

    It gives a list of Values, or with one neuron the Value itself. Weights and biases begin as PyTorch's:
    uniform within ±1/sqrt(in_features).

    Args:
        in_features: number of inputs.
        out_features: number of neurons.
        bias: whether the neurons have one.
        init: a name from `INITIALISATIONS` for the weights; biases are then 0.
        seed, generator: as for `Neuron`.

    Raises:
        ArgumentError: a size below 1, an unknown initialisation, or both `seed` and `generator`.
        ArgumentTypeError: a size that is no integer.

    >>> fc = Linear(3, 2)
    >>> fc, [p.label for p in fc.parameters()][:4]
    (Linear(3, 2), ['neuron0.w[0]', 'neuron0.w[1]', 'neuron0.w[2]', 'neuron0.b'])
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        init: str | None = None,
        seed: int | None = None,
        generator: random.Random | None = None,
    ) -> None:
        nin, nout = as_count(in_features, "in_features"), as_count(out_features, "out_features")
        generator = as_generator(seed, generator)
        super().__init__(nin, nout, nonlin=False, bias=bias, init=init or "torch", generator=generator)
        if bias and init is None:
            uniform = random.uniform if generator is None else generator.uniform
            bound = nin**-0.5
            for neuron in self.neurons:
                neuron.b = Value(uniform(-bound, bound), label=f"{neuron.scope}.b")

    @property
    def in_features(self) -> int:
        """Number of inputs."""
        return len(self.neurons[0].w)

    @property
    def out_features(self) -> int:
        """Number of neurons."""
        return len(self.neurons)

    def __repr__(self) -> str:
        bias = "" if self.neurons[0].b is not None else ", bias=False"
        return f"Linear({self.in_features}, {self.out_features}{bias})"


class Activation(Module):
    """What all activations share: no parameters, and a function of what the layer before hands on."""

    _is_shown_whole = True

    def forward(self, x: Any) -> Any:
        """The activation of each number of a sample: a Value, or a list of them."""
        raise NotImplementedError(f"{type(self).__name__} must define forward(x)")

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


@known_to_compile
class Identity(Activation):
    """Hands on what it is given."""

    def forward(self, x: Any) -> Any:
        """The sample."""
        return x


@known_to_compile
class ReLU(Activation):
    """`x` where it is positive, 0 elsewhere.

    >>> [y.data for y in ReLU()([1.0, -2.0])]
    [1.0, 0.0]
    """

    def forward(self, x: Any) -> Any:
        """Each number, or 0 where it is negative."""
        return functional.relu(_values(x))


@known_to_compile
class Tanh(Activation):
    """The hyperbolic tangent, between -1 and 1."""

    def forward(self, x: Any) -> Any:
        """The tangent of each number."""
        return functional.tanh(_values(x))


@known_to_compile
class Sigmoid(Activation):
    """`1 / (1 + exp(-x))`, between 0 and 1: a probability for `binary_cross_entropy`."""

    def forward(self, x: Any) -> Any:
        """The sigmoid of each number."""
        return functional.sigmoid(_values(x))


@known_to_compile
class GELU(Activation):
    """`x` times the share of a normal distribution below it, by the exact form (Hendrycks and Gimpel 2016)."""

    def forward(self, x: Any) -> Any:
        """The activation of each number."""
        return functional.gelu(_values(x))


@known_to_compile
class SiLU(Activation):
    """`x * sigmoid(x)` (Elfwing, Uchibe and Doya 2018)."""

    def forward(self, x: Any) -> Any:
        """The activation of each number."""
        return functional.silu(_values(x))


@known_to_compile
class Softplus(Activation):
    """`log(1 + exp(x))`, a smooth relu."""

    def forward(self, x: Any) -> Any:
        """The activation of each number."""
        return functional.softplus(_values(x))


@known_to_compile
class LeakyReLU(Activation):
    """`x` where it is positive, `negative_slope * x` elsewhere (Maas, Hannun and Ng 2013)."""

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = as_float(negative_slope, "negative_slope")

    def forward(self, x: Any) -> Any:
        """Each number, or less of it where it is negative."""
        return functional.leaky_relu(_values(x), self.negative_slope)

    def __repr__(self) -> str:
        return f"LeakyReLU({self.negative_slope})"


@known_to_compile
class Softmax(Activation):
    """A layer's outputs as positive numbers whose sum is 1. `cross_entropy` wants them without it."""

    def forward(self, x: Any) -> Any:
        """The probabilities, a list as long as that of the scores."""
        return functional.softmax(_values(x))


@known_to_compile
class LogSoftmax(Activation):
    """The logarithms of `Softmax`, as `nll_loss` wants them."""

    def forward(self, x: Any) -> Any:
        """The log-probabilities, a list as long as that of the scores."""
        return functional.log_softmax(_values(x))


class Dropout(Activation):
    """In training, each number set to 0 with probability p, and the others divided by 1 - p.

    After `model.eval()`, and inside `predict`, numbers pass as they are. While it drops, a model is
    trained sample by sample: what was drawn leaves no trace in a compiled graph.

    Args:
        p: the probability, from 0 to 1.
        seed: an integer from which the draws follow.
        generator: the `random.Random` to draw from; with neither, Python's own.

    Raises:
        ArgumentError: p out of range, or both `seed` and `generator`.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014, "Dropout".

    >>> dropout = Dropout(0.5, seed=0)
    >>> [y.data for y in dropout([1.0, 1.0, 1.0, 1.0])], dropout.eval()([1.0])[0].data
    ([2.0, 2.0, 0.0, 0.0], 1.0)
    """

    def __init__(self, p: float = 0.5, *, seed: int | None = None, generator: random.Random | None = None) -> None:
        self.p = probability(p)
        self.generator = as_generator(seed, generator)

    def forward(self, x: Any) -> Any:
        """The numbers that are left."""
        return functional.dropout(_values(x), self.p, self.training, generator=self.generator)

    def __repr__(self) -> str:
        return f"Dropout({self.p})"


@known_to_compile
class Sequential(Module):
    """Modules one after the other: each takes what the one before gives.

    It has a length, can be walked through and indexed; a slice is a `Sequential` of the same modules.

    Args:
        layers: modules, or functions of one sample.

    Raises:
        ArgumentTypeError: what cannot be called, or a class where one of its instances is meant.

    >>> model = Sequential(Linear(2, 8, seed=0), Tanh(), Linear(8, 1, seed=1))
    >>> len(model), model[1], len(model[:2]), model.count_params()
    (3, Tanh(), 2, 33)
    >>> [name for name, _ in model.named_parameters()][-1]
    'layer2.neuron0.b'
    """

    def __init__(self, *layers: Callable[..., Any]) -> None:
        self.layers = [_layer(layer, f"layers[{i}]") for i, layer in enumerate(layers)]

    def forward(self, x: Any) -> Any:
        """The outputs of the last for one sample."""
        for layer in self.layers:
            x = layer(x)
        return x

    def append(self, layer: Callable[..., Any]) -> Sequential:
        """Put another module at the end; gives the whole."""
        self.layers = [*self.layers, _layer(layer, "layer")]
        return self

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Callable[..., Any]]:
        return iter(self.layers)

    def __getitem__(self, index: Any) -> Any:
        picked = self.layers[index]
        return Sequential(*picked) if isinstance(picked, list) else picked

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.layers))})"


def _layer(layer: Any, what: str) -> Callable[..., Any]:
    if isinstance(layer, type):
        raise ArgumentTypeError(f"{what} must be a module, got the class {layer.__name__}: write {layer.__name__}(...)")
    if not callable(layer):
        hint = "; give them one by one, Sequential(*layers)" if isinstance(layer, (list, tuple, dict)) else ""
        raise ArgumentTypeError(f"{what} must be a module such as Linear(2, 1), got {type(layer).__name__}{hint}")
    function: Callable[..., Any] = layer
    return function


def _values(x: Any) -> Any:
    """Numbers as Values: what a module gives can be differentiated."""
    return functional.each(lambda xi: xi if isinstance(xi, Value) else Value(xi), x)
