"""Programs of chalkgrad's own: every layer, loss, metric and optimizer, nested and held as one likes."""

from __future__ import annotations

from typing import Any

from chalkgrad.engine import Value
from chalkgrad.nn import (
    MLP,
    SGD,
    Adam,
    AdamW,
    Layer,
    Neuron,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    mse_loss,
)
from chalkgrad.nn.metrics import LargestIsClass, SameSide

from . import BITS, CLASSES, NUMBERS, PARTS, ROWS, SIDES, SUMS, Collection, Program, mlp

LIBRARY = Collection()

OPTIMIZERS: dict[str, Any] = {
    "sgd": lambda ps: SGD(ps, lr=0.05),
    "momentum": lambda ps: SGD(ps, lr=0.02, momentum=0.9),
    "nesterov": lambda ps: SGD(ps, lr=0.02, momentum=0.9, nesterov=True),
    "decayed": lambda ps: SGD(ps, lr=0.05, weight_decay=0.1),
    "uphill": lambda ps: SGD(ps, lr=1e-4, maximize=True),
    "adam": lambda ps: Adam(ps, lr=0.02),
    "amsgrad": lambda ps: Adam(ps, lr=0.02, amsgrad=True, weight_decay=0.01),
    "adamw": lambda ps: AdamW(ps, lr=0.02),
    "standing": lambda ps: SGD(ps, lr=0.0),
}
LOSSES: dict[str, tuple[Any, Any, int]] = {
    "squares": (mse_loss, SUMS, 1),
    "hinge": (hinge_loss, SIDES, 1),
    "bits": (binary_cross_entropy_with_logits, BITS, 1),
    "probabilities": (binary_cross_entropy_with_logits, [0.25 if b else 0.5 for b in BITS], 1),
    "classes": (cross_entropy, CLASSES, 3),
    "parts": (cross_entropy, PARTS, 3),
    "by_name": ("cross_entropy", CLASSES, 3),
    "pairs": (mse_loss, [[s, -s] for s in SUMS], 2),
    "two_sides": (hinge_loss, [[s, -s] for s in SIDES], 2),
}
for _name, _make in OPTIMIZERS.items():
    for _loss in ("squares", "classes"):

        def _program(make: Any = _make, loss: str = _loss) -> Program:
            function, y, outputs = LOSSES[loss]
            model = mlp(outputs)
            return Program(model, y=list(y), loss=function, optimizer=make(model.parameters()))

        LIBRARY[f"{_name}_{_loss}"] = _program

for _name, (_function, _y, _outputs) in LOSSES.items():

    def _other(function: Any = _function, y: Any = _y, outputs: int = _outputs) -> Program:
        return Program(mlp(outputs), y=list(y), loss=function)

    LIBRARY[f"loss_{_name}"] = _other

for _activation in ("linear", "relu", "leaky_relu", "tanh", "sigmoid", "gelu", "silu", "softplus"):

    def _bent(name: str = _activation) -> Program:
        return Program(MLP(2, [4, 1], name, seed=2))

    LIBRARY[f"activation_{_activation}"] = _bent


@LIBRARY.add
def softmax_inside() -> Program:
    return Program(MLP(2, [3, 1], ["softmax", "linear"], seed=2))


@LIBRARY.add
def one_neuron() -> Program:
    return Program(Neuron(2, activation="tanh", seed=1))


@LIBRARY.add
def one_layer() -> Program:
    return Program(Layer(2, 3, seed=1), y=list(CLASSES), loss=cross_entropy)


@LIBRARY.add
def plain_numbers_as_samples() -> Program:
    return Program(MLP(1, [3, 1], seed=1), X=list(NUMBERS))


@LIBRARY.add
def tuples_and_ints() -> Program:
    return Program(mlp(), X=[(i % 5, -(i % 3)) for i in range(22)])


@LIBRARY.add
def arrays() -> Program:
    import numpy as np

    return Program(mlp(), X=np.array(ROWS, np.float32), y=np.array(SUMS))


@LIBRARY.add
def rows_that_are_arrays() -> Program:
    import numpy as np

    return Program(mlp(), X=[np.array(row) for row in ROWS], y=[np.float32(s) for s in SUMS])


@LIBRARY.add
def tied_neurons() -> Program:
    model = mlp()
    model.layers[0].neurons[2] = model.layers[0].neurons[0]
    return Program(model)


@LIBRARY.add
def a_layer_left_out_of_training() -> Program:
    model = mlp()
    return Program(model, optimizer=Adam(model.layers[1].parameters(), lr=0.02))


@LIBRARY.add
def an_idle_parameter() -> Program:
    model, idle = mlp(), Value(7.0)
    idle.grad = 3.0
    return Program(model, optimizer=Adam([idle, *model.parameters()], lr=0.02))


@LIBRARY.add
def a_learning_rate_set_before() -> Program:
    program = Program(mlp())
    program.optimizer.lr = 0.2
    return program


@LIBRARY.add
def one_sample_a_batch() -> Program:
    return Program(mlp(), settings={"batch_size": 1})


@LIBRARY.add
def all_in_one_batch() -> Program:
    return Program(mlp(), settings={"batch_size": 100})


@LIBRARY.add
def in_order() -> Program:
    return Program(mlp(), settings={"shuffle": False})


@LIBRARY.add
def with_validation() -> Program:
    return Program(mlp(3), y=list(CLASSES), loss="cross_entropy", settings={"validation": (ROWS[:5], CLASSES[:5])})


@LIBRARY.add
def with_a_library_metric() -> Program:
    return Program(mlp(), settings={"metric": SameSide(0.2)})


@LIBRARY.add
def with_another_library_metric() -> Program:
    return Program(mlp(3), y=list(CLASSES), loss=cross_entropy, settings={"metric": LargestIsClass()})


@LIBRARY.add
def diverging() -> Program:
    model = MLP(2, [3, 1], "linear", seed=1)
    return Program(model, optimizer=SGD(model.parameters(), lr=1e6))


@LIBRARY.add
def a_model_held_in_attributes_of_its_own() -> Program:
    model = mlp()
    model.name, model.sizes, model.extra = "mine", {"in": 2, "out": (1,)}, [None, True]
    return Program(model)
