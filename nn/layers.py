"""Neurons, layers of neurons, and layers of layers.

A *neuron* multiplies each input by a weight, adds the products to a bias and bends
the sum by its *activation*. A *layer* is several neurons that read the same inputs;
a *multi-layer perceptron* (MLP) feeds each layer with the outputs of the one before.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

from ..engine import ArgumentError, ArgumentTypeError, Value, softmax
from ..engine.floats import as_float
from .arguments import as_count, as_generator, is_sequence
from .known import known_to_compile
from .module import Module

__all__ = ["ACTIVATIONS", "MLP", "Layer", "Neuron"]

# Each activation is the `Value` method of its name, and comes with the variance of the weights
# before it, times their number: so that signals neither fade nor grow from layer to layer. What
# cuts off half of its input needs 2 (He, Zhang, Ren and Sun 2015, "Delving deep into rectifiers");
# what is nearly straight around 0 needs 1 (LeCun, Bottou, Orr and Müller 1998, "Efficient
# backprop"). Both count the inputs alone, as the forward pass asks.
ACTIVATIONS: dict[str, float] = {
    "linear": 1.0,
    "relu": 2.0,
    "leaky_relu": 2.0 / (1.0 + 0.01**2),
    "tanh": 1.0,
    "sigmoid": 1.0,
    "gelu": 2.0,
    "silu": 2.0,
    "softplus": 2.0,
    "softmax": 1.0,
}


@known_to_compile
class Neuron(Module):
    """One neuron: `activation(b + w[0] * x[0] + w[1] * x[1] + ...)`.

    The weights are drawn uniformly from ±sqrt(3 * v / nin), whose variance is v / nin, with v from
    `ACTIVATIONS`; the bias starts at 0.

    Args:
        nin: number of inputs.
        nonlin: False makes the neuron linear, whatever the activation (micrograd's name).
        activation: a name from `ACTIVATIONS`, but not softmax, which takes a layer.
        seed: an integer from which the weights follow.
        generator: the `random.Random` to draw from. With neither it is Python's own, so that
            `random.seed(1337)` settles the weights.

    Raises:
        ArgumentError: a size below 1, an unknown activation, or both `seed` and `generator`.

    >>> neuron = Neuron(2, activation="tanh", seed=1)
    >>> [p.label for p in neuron.parameters()]
    ['w[0]', 'w[1]', 'b']
    """

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        *,
        activation: str = "relu",
        seed: int | None = None,
        generator: random.Random | None = None,
    ) -> None:
        nin = as_count(nin, "nin")
        self.activation = _activation(activation if nonlin else "linear", "activation")
        if self.activation == "softmax":
            raise ArgumentError("activation 'softmax' compares the neurons of a layer: give it to a Layer or an MLP")
        generator = as_generator(seed, generator)
        uniform = random.uniform if generator is None else generator.uniform
        bound = math.sqrt(3.0 * ACTIVATIONS[self.activation] / nin)
        self.w = [Value(uniform(-bound, bound), label=f"w[{i}]") for i in range(nin)]
        self.b = Value(0.0, label="b")

    @property
    def nonlin(self) -> bool:
        """Whether the activation bends (micrograd's name)."""
        return self.activation != "linear"

    def __call__(self, x: Any) -> Value:
        """The output for one sample.

        Args:
            x: `nin` Values or numbers. A number becomes an input node, labelled `x[0]`, `x[1]`, ...

        Raises:
            ArgumentError: `x` has not `nin` items.
        """
        return self.forward(_inputs(x, len(self.w), self.scope or "neuron"))

    def forward(self, x: Sequence[Value]) -> Value:
        """The output for inputs that a layer has looked at already.

        Its last node carries the neuron's path as `scope`, so that a picture can box the neuron.
        """
        out = self.b
        for w, xi in zip(self.w, x, strict=True):
            out = out + w * xi
        if self.activation != "linear":
            out = getattr(out, self.activation)()
        out.scope = self.scope or "neuron"
        return out

    def __repr__(self) -> str:
        return f"Neuron({len(self.w)}, activation={self.activation!r})"


@known_to_compile
class Layer(Module):
    """`nout` neurons that read the same `nin` inputs.

    Args:
        nin: number of inputs.
        nout: number of neurons.
        nonlin: as for `Neuron`.
        activation: as for `Neuron`, or softmax, which turns the outputs of the whole layer into
            positive numbers whose sum is 1.
        seed: as for `Neuron`.
        generator: as for `Neuron`.

    Raises:
        ArgumentError: as for `Neuron`; or a softmax over a single neuron.
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        nonlin: bool = True,
        *,
        activation: str = "relu",
        seed: int | None = None,
        generator: random.Random | None = None,
    ) -> None:
        nout = as_count(nout, "nout")
        self.activation = _activation(activation if nonlin else "linear", "activation")
        if self.activation == "softmax" and nout == 1:
            raise ArgumentError("a softmax over 1 neuron is always 1: use 'sigmoid', or 2 neurons or more")
        generator = as_generator(seed, generator)
        bend = "linear" if self.activation == "softmax" else self.activation
        self.neurons = [Neuron(nin, activation=bend, generator=generator) for _ in range(nout)]
        self.label_parameters()

    def __call__(self, x: Any) -> Any:
        """The outputs for one sample: a list of Values, or the Value itself where there is one neuron.

        Which of the two comes, the number of neurons decides; to a type checker it may be either.
        """
        x = _inputs(x, len(self.neurons[0].w), self.scope or "layer")
        outs = [neuron.forward(x) for neuron in self.neurons]
        if self.activation == "softmax":
            outs = softmax(outs)
            for out in outs:  # made by the layer as a whole, from what its neurons gave
                out.scope = self.scope or "layer"
        return outs[0] if len(outs) == 1 else outs

    def __repr__(self) -> str:
        return f"Layer({len(self.neurons[0].w)}, {len(self.neurons)}, activation={self.activation!r})"


@known_to_compile
class MLP(Module):
    """A multi-layer perceptron.

    Args:
        nin: number of inputs.
        nouts: number of neurons of each layer; the last is the output.
        activation: of the hidden layers; or a list with one name for each layer, the output too.
        output: activation of the last layer; linear if not given, as losses on logits want it.
        seed: as for `Neuron`.
        generator: as for `Neuron`.

    Raises:
        ArgumentError: as for `Layer`; or `activation` lists not one name for each layer.

    >>> model = MLP(2, [16, 16, 1], seed=0)
    >>> len(model.parameters()), model.layers[0].neurons[3].w[0].label
    (337, 'layer0.neuron3.w[0]')
    >>> model([0.5, -1.0]).scope
    'layer2.neuron0'
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: str | Sequence[str] = "relu",
        output: str | None = None,
        *,
        seed: int | None = None,
        generator: random.Random | None = None,
    ) -> None:
        if not is_sequence(nouts):
            raise ArgumentTypeError(f"nouts must list the size of each layer, such as [16, 1], got {nouts!r}")
        if not len(nouts):
            raise ArgumentError("nouts must list at least one layer, got none")
        activations = _activations(activation, output, len(nouts))
        generator = as_generator(seed, generator)
        sizes = [as_count(nin, "nin"), *(as_count(n, f"nouts[{i}]") for i, n in enumerate(nouts))]
        self.layers = [
            Layer(sizes[i], sizes[i + 1], activation=name, generator=generator) for i, name in enumerate(activations)
        ]
        self.label_parameters()

    def __call__(self, x: Any) -> Any:
        """The outputs for one sample: a list of Values, or the Value itself where the last layer has one neuron.

        Which of the two comes, `nouts` decides; to a type checker it may be either.
        """
        for layer in self.layers:
            x = layer(x)
        return x

    def __repr__(self) -> str:
        sizes = [len(layer.neurons) for layer in self.layers]
        names = [layer.activation for layer in self.layers]
        return f"MLP({len(self.layers[0].neurons[0].w)}, {sizes}, activation={names})"


def _inputs(x: Any, nin: int, name: str) -> Sequence[Value]:
    """One sample as a sequence of Values; a single Value or number counts as a sequence of one."""
    if isinstance(x, Value):
        x = (x,)
    elif not is_sequence(x):
        x = (as_float(x, f"the input of {name}"),)
    if len(x) != nin:
        raise ArgumentError(f"{name} takes {nin} {'input' if nin == 1 else 'inputs'}, got {len(x)}")
    return [xi if isinstance(xi, Value) else Value(as_float(xi, f"x[{i}]"), f"x[{i}]") for i, xi in enumerate(x)]


def _activation(name: Any, what: str) -> str:
    if not isinstance(name, str):
        raise ArgumentTypeError(f"{what} must be a name such as 'relu', got {type(name).__name__}")
    if name not in ACTIVATIONS:
        raise ArgumentError(f"{what} must be one of {', '.join(ACTIVATIONS)}; got {name!r}")
    return name


def _activations(activation: Any, output: str | None, layers: int) -> list[str]:
    """The name of each layer's activation."""
    if isinstance(activation, str) or not is_sequence(activation):
        hidden = _activation(activation, "activation")
        return [hidden] * (layers - 1) + [_activation("linear" if output is None else output, "output")]
    if output is not None:
        raise ArgumentError("give the output's activation either in the list or as output, not both")
    if len(activation) != layers:
        raise ArgumentError(f"activation must list one name for each of the {layers} layers, got {len(activation)}")
    return [_activation(name, f"activation[{i}]") for i, name in enumerate(activation)]
