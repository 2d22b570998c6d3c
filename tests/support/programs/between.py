"""Programs that do something between two epochs: schedules, callbacks; of the library, and of one's own."""

from __future__ import annotations

import random
from typing import Any

from chalkgrad.engine import Value
from chalkgrad.nn import (
    SGD,
    Adam,
    BestWeights,
    Classes,
    CosineAnnealingLR,
    CrossEntropyLoss,
    EarlyStopping,
    HuberLoss,
    LambdaLR,
    LinearLR,
    ReduceLROnPlateau,
    Schedule,
    SequentialLR,
    StepLR,
)

from . import CLASSES, ROWS, SIDES, SUMS, Collection, Linear, Program, mlp

NAMES = [("ant", "bee", "cat")[c] for c in CLASSES]
BETWEEN = Collection()  # the library's own, and compiled
OWN_BETWEEN = Collection()


def with_schedule(make: Any, optimizer: Any = SGD, **settings: Any) -> Program:
    model = mlp()
    rule = optimizer(model.parameters(), lr=0.05)
    return Program(model, optimizer=rule, settings={"schedule": make(rule), "epochs": 6, **settings})


SCHEDULES: dict[str, Any] = {
    "steps": lambda o: StepLR(o, 2, 0.5),
    "cosine": lambda o: CosineAnnealingLR(o, 4),
    "warm_up_and_cosine": lambda o: SequentialLR(o, [LinearLR(o, 0.1, total_iters=2), CosineAnnealingLR(o, 4)], [2]),
    "two_at_once": lambda o: [StepLR(o, 2, 0.5), LinearLR(o, 0.2)],
    "plateau": lambda o: ReduceLROnPlateau(o, patience=0, threshold=0.5),
}
for _name, _make in SCHEDULES.items():
    for _optimizer in (SGD, Adam):

        def _program(make: Any = _make, optimizer: Any = _optimizer) -> Program:
            return with_schedule(make, optimizer, validation=(ROWS[:8], SUMS[:8]))

        BETWEEN[f"schedule_{_name}_{_optimizer.__name__}"] = _program


@BETWEEN.add
def early_stopping() -> Program:
    model = mlp()
    optimizer = SGD(model.parameters(), lr=0.9)
    settings = {"callbacks": EarlyStopping(patience=1), "validation": (ROWS[:8], SUMS[:8]), "epochs": 12}
    return Program(model, optimizer=optimizer, settings=settings)


@BETWEEN.add
def best_weights_and_a_schedule() -> Program:
    return with_schedule(lambda o: StepLR(o, 1, 0.1), callbacks=[BestWeights("loss"), EarlyStopping("loss", 2)])


@BETWEEN.add
def names_of_classes() -> Program:
    return Program(mlp(3), y=list(NAMES), loss="cross_entropy")


@BETWEEN.add
def names_of_sides() -> Program:
    return Program(mlp(1), y=["left" if s < 0 else "right" for s in SIDES], loss="hinge_loss")


@BETWEEN.add
def bits_for_sides() -> Program:
    return Program(mlp(1), y=[int(s > 0) for s in SIDES], loss="hinge_loss")


@BETWEEN.add
def names_of_bits_held_out() -> Program:
    names = ["left" if s < 0 else "right" for s in SIDES]
    settings = {"validation": (ROWS[:8], names[:8]), "classes": Classes(["left", "right"])}
    return Program(mlp(1), y=names, loss="binary_cross_entropy_with_logits", settings=settings)


@BETWEEN.add
def a_loss_as_an_object() -> Program:
    return Program(mlp(3), y=list(CLASSES), loss=CrossEntropyLoss(label_smoothing=0.1))


@BETWEEN.add
def huber_as_an_object() -> Program:
    return Program(mlp(1), loss=HuberLoss(delta=0.3))


@BETWEEN.add
def one_group_with_a_rate_of_its_own() -> Program:
    model = mlp()
    return Program(model, optimizer=SGD([{"params": model.parameters(), "lr": 0.2, "momentum": 0.5}], lr=1e-4))


# One's own.


@OWN_BETWEEN.add
def a_loss_with_class_weights() -> Program:
    return Program(mlp(3), y=list(CLASSES), loss=CrossEntropyLoss(weight=[1.0, 2.0, 5.0]))


@OWN_BETWEEN.add
def a_loss_that_is_a_sum() -> Program:
    return Program(mlp(3), y=list(CLASSES), loss=CrossEntropyLoss(reduction="sum"))


@OWN_BETWEEN.add
def a_lambda_schedule() -> Program:
    return with_schedule(lambda o: LambdaLR(o, lambda epoch: 0.5**epoch))


@OWN_BETWEEN.add
def a_lambda_schedule_that_prunes() -> Program:
    model = mlp()
    optimizer = SGD(model.parameters(), lr=0.05)

    def factor(epoch: int) -> float:
        if epoch == 2:
            model.parameters()[0].data = 0.0
        return 1.0

    return Program(model, optimizer=optimizer, settings={"schedule": LambdaLR(optimizer, factor)})


class Decaying(Schedule):
    """Changes what is not the rate."""

    def after_epoch(self, history: Any) -> None:
        super().after_epoch(history)
        self.optimizer.weight_decay = 0.1 * self.epoch

    def _rate(self, lr: float, base: float) -> float:
        return lr


@OWN_BETWEEN.add
def a_schedule_of_the_decay() -> Program:
    return with_schedule(Decaying)


@OWN_BETWEEN.add
def a_patched_schedule() -> Program:
    program = with_schedule(lambda o: StepLR(o, 1, 0.5))
    schedule, optimizer = program.settings["schedule"], program.optimizer
    original = schedule.step

    def step() -> None:
        original()
        optimizer.momentum = 0.5

    schedule.step = step
    return program


def called_back(callback: Any, model: Any = None, **settings: Any) -> Program:
    return Program(model or mlp(), settings={"callbacks": callback, **settings})


@OWN_BETWEEN.add
def a_callback_that_notes() -> Program:
    noted: list[float] = []
    return called_back(lambda model, history: noted.append(history.loss[-1]))


@OWN_BETWEEN.add
def a_callback_that_stops() -> Program:
    return called_back(lambda model, history: len(history.loss) == 2)


@OWN_BETWEEN.add
def a_callback_that_prunes() -> Program:
    def prune(model: Any, history: Any) -> None:
        for p in model.parameters()[::3]:
            p.data = 0.0

    return called_back(prune)


@OWN_BETWEEN.add
def a_callback_that_changes_an_activation() -> Program:
    def change(model: Any, history: Any) -> None:
        if len(history.loss) == 2:
            for neuron in model.layers[0].neurons:
                neuron.activation = "relu"

    return called_back(change)


@OWN_BETWEEN.add
def a_callback_that_replaces_a_parameter() -> Program:
    def replace(model: Any, history: Any) -> None:
        model.b = Value(model.b.data + 0.1)

    return called_back(replace, Linear())


@OWN_BETWEEN.add
def a_callback_that_draws() -> Program:
    return called_back(lambda model, history: random.random() > 2.0)


@OWN_BETWEEN.add
def a_callback_that_changes_a_penalty() -> Program:
    strength = [0.0]
    model = Linear()

    def loss(outputs: Any, targets: Any) -> Any:
        total = sum((o - t) ** 2 for o, t in zip(outputs, targets, strict=True)) / len(outputs)
        return total + strength[0] * model.b**2

    def stronger(model: Any, history: Any) -> None:
        strength[0] += 0.1

    return Program(model, loss=loss, settings={"callbacks": stronger})


@OWN_BETWEEN.add
def a_callback_that_sets_the_rate() -> Program:
    program = Program(mlp())

    def slower(model: Any, history: Any) -> None:
        program.optimizer.lr *= 0.5

    program.settings["callbacks"] = slower
    return program


@OWN_BETWEEN.add
def a_callback_that_forgets_the_memory() -> Program:
    model = mlp()
    optimizer = Adam(model.parameters(), lr=0.05)

    def forget(model: Any, history: Any) -> None:
        optimizer.load_state_dict({**optimizer.state_dict(), "state": {}})

    return Program(model, optimizer=optimizer, settings={"callbacks": forget})


@OWN_BETWEEN.add
def a_callback_that_drops_a_parameter_from_the_optimizer() -> Program:
    program = Program(mlp())

    def drop(model: Any, history: Any) -> None:
        program.optimizer.params.pop()
        program.optimizer._states.pop()

    program.settings["callbacks"] = drop
    return program
