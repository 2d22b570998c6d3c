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

from ..engine import ArgumentError, ArgumentTypeError, OperandError, Value, softmax
from ..engine.floats import as_float
from .arguments import as_count, as_flag, as_generator, is_sequence
from .initialisation import sampler
from .known import known_to_compile
from .module import Module

__all__ = ["ACTIVATIONS", "MLP", "Layer", "Neuron", "initialise"]

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
        bias: whether there is a bias; without one `b` is None.
        init: a name from `INITIALISATIONS`, such as "xavier_uniform", to draw the weights by instead.
        fan_out: how many neurons read the same inputs, for those draws that mind it.
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
        bias: bool = True,
        init: str | None = None,
        fan_out: int = 1,
        seed: int | None = None,
        generator: random.Random | None = None,
    ) -> None:
        nin = as_count(nin, "nin")
        self.activation = _activation(activation if nonlin else "linear", "activation")
        if self.activation == "softmax":
            raise ArgumentError("activation 'softmax' compares the neurons of a layer: give it to a Layer or an MLP")
        generator = as_generator(seed, generator)
        if init is None:
            uniform = random.uniform if generator is None else generator.uniform
            bound = math.sqrt(3.0 * ACTIVATIONS[self.activation] / nin)
            self.w = [Value(uniform(-bound, bound), label=f"w[{i}]") for i in range(nin)]
        else:
            draw = sampler(init, nin, fan_out, generator)
            self.w = [Value(draw(), label=f"w[{i}]") for i in range(nin)]
        self.b: Any = Value(0.0, label="b") if as_flag(bias, "bias") else None

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
        return self.forward(x)

    def forward(self, x: Any) -> Value:
        """The output for one sample.

        Its last node carries the neuron's path as `scope`, so that a picture can box the neuron.
        """
        pairs = zip(self.w, inputs(x, len(self.w), self.scope or "neuron"), strict=True)
        if self.b is None:
            w, xi = next(pairs)
            out = w * xi
        else:
            out = self.b
        for w, xi in pairs:
            out = out + w * xi
        if self.activation != "linear":
            out = getattr(out, self.activation)()
        out.scope = self.scope or "neuron"
        return out

    def __repr__(self) -> str:
        bias = "" if self.b is not None else ", bias=False"
        return f"Neuron({len(self.w)}, activation={self.activation!r}{bias})"


@known_to_compile
class Layer(Module):
    """`nout` neurons that read the same `nin` inputs.

    Args:
        nin: number of inputs.
        nout: number of neurons.
        nonlin: as for `Neuron`.
        activation: as for `Neuron`, or softmax, which turns the outputs of the whole layer into
            positive numbers whose sum is 1.
        bias, init: as for `Neuron`.
        seed: as for `Neuron`.
        generator: as for `Neuron`.

    Raises:
        ArgumentError: as for `Neuron`; or a softmax over a single neuron.
    """

    _is_shown_whole = True

    def __init__(
        self,
        nin: int,
        nout: int,
        nonlin: bool = True,
        *,
        activation: str = "relu",
        bias: bool = True,
        init: str | None = None,
        seed: int | None = None,
        generator: random.Random | None = None,
    ) -> None:
        nout = as_count(nout, "nout")
        self.activation = _activation(activation if nonlin else "linear", "activation")
        if self.activation == "softmax" and nout == 1:
            raise ArgumentError("a softmax over 1 neuron is always 1: use 'sigmoid', or 2 neurons or more")
        generator = as_generator(seed, generator)
        bend = "linear" if self.activation == "softmax" else self.activation
        self.neurons = [
            Neuron(nin, activation=bend, bias=bias, init=init, fan_out=nout, generator=generator) for _ in range(nout)
        ]

    def forward(self, x: Any) -> Any:
        """The outputs for one sample: a list of Values, or the Value itself where there is one neuron.

        Which of the two comes, the number of neurons decides; to a type checker it may be either.
        """
        x = inputs(x, len(self.neurons[0].w), self.scope or "layer")
        outs = [neuron.forward(x) for neuron in self.neurons]
        if self.activation == "softmax":
            outs = softmax(outs)
            for out in outs:  # made by the layer as a whole, from what its neurons gave
                out.scope = self.scope or "layer"
        return outs[0] if len(outs) == 1 else outs

    def __repr__(self) -> str:
        first = self.neurons[0]
        bias = "" if first.b is not None else ", bias=False"
        return f"Layer({len(first.w)}, {len(self.neurons)}, activation={self.activation!r}{bias})"


@known_to_compile
class MLP(Module):
    """A multi-layer perceptron.

    Args:
        nin: number of inputs.
        nouts: number of neurons of each layer; the last is the output.
        activation: of the hidden layers; or a list with one name for each layer, the output too.
        output: activation of the last layer; linear if not given, as losses on logits want it.
        init: as for `Neuron`.
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
        init: str | None = None,
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
            Layer(sizes[i], sizes[i + 1], activation=name, init=init, generator=generator)
            for i, name in enumerate(activations)
        ]

    def forward(self, x: Any) -> Any:
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


def initialise(module: Module, init: str, *, seed: int | None = None, generator: random.Random | None = None) -> Module:
    """Draw all weights of a module's neurons anew, layer by layer, and set their biases to 0; gives the module.

    Args:
        module: a neuron, a layer, or anything that holds some.
        init: a name from `INITIALISATIONS`.
        seed, generator: as for `Neuron`.

    Raises:
        ArgumentError: an unknown name, no neurons inside, or both `seed` and `generator`.
        ArgumentTypeError: something else than a module.

    >>> from chalkgrad.nn import Linear
    >>> initialise(Linear(2, 1), "zeros").state_dict()
    {'neuron0.w[0]': 0.0, 'neuron0.w[1]': 0.0, 'neuron0.b': 0.0}
    """
    if not isinstance(module, Module):
        raise ArgumentTypeError(f"module must be a Module such as Linear(2, 1), got {type(module).__name__}")
    generator = as_generator(seed, generator)
    parts = [part for _, part in module.named_modules()]
    fan_outs = {id(neuron): len(part.neurons) for part in parts if isinstance(part, Layer) for neuron in part.neurons}
    neurons = [part for part in parts if isinstance(part, Neuron)]
    if not neurons:
        raise ArgumentError(f"{type(module).__name__} holds no neurons whose weights could be drawn")
    draws = [sampler(init, len(neuron.w), fan_outs.get(id(neuron), 1), generator) for neuron in neurons]
    for neuron, draw in zip(neurons, draws, strict=True):
        for w in neuron.w:
            w.data = draw()
        if neuron.b is not None:
            neuron.b.data = 0.0
    return module


class Inputs(list[Value]):
    """One sample that a layer has looked at already, for its neurons."""


def inputs(x: Any, nin: int, name: str) -> Inputs:
    """One sample as a list of Values; a single Value or number counts as a list of one.

    Raises:
        ArgumentError: another count than `nin`; `name` is that of the module in messages.
        OperandError: an item that is not one real number.
    """
    if type(x) is Inputs and len(x) == nin:
        return x
    if isinstance(x, Value):
        x = (x,)
    elif not is_sequence(x):
        x = (as_float(x, f"the input of {name}"),)
    if len(x) != nin:
        wanted = f"{name} takes {nin} {'input' if nin == 1 else 'inputs'}, got {len(x)}"
        if len(x) and is_sequence(x[0]):
            raise ArgumentError(f"{wanted} rows: {ONE_SAMPLE}")
        alone = ": samples of one number each are written [[0.5], [1.5]]" if nin == 1 and len(x) else ""
        raise ArgumentError(f"{wanted}{alone}")
    return Inputs([xi if isinstance(xi, Value) else Value(_input(xi, i), f"x[{i}]") for i, xi in enumerate(x)])


ONE_SAMPLE = "this takes one sample; predict(X) takes many, and [model(x) for x in X] keeps their graphs"


def _input(xi: Any, i: int) -> float:
    if is_sequence(xi):
        raise OperandError(f"x[{i}] must be a real number, got {type(xi).__name__}: {ONE_SAMPLE}")
    return as_float(xi, f"x[{i}]")


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
