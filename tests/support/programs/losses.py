"""Losses of one's own: penalties, weights looked up, what needs two samples, what changes on the way."""

from __future__ import annotations

import functools
import math
from typing import Any

from chalkgrad.engine import Value, no_grad
from chalkgrad.nn import SGD, binary_cross_entropy_with_logits, cross_entropy, hinge_loss, mse_loss

from . import BITS, CLASSES, RARE, SIDES, Collection, Linear, Program, mlp

LOSSES = Collection()
loss = LOSSES.add_loss
program = LOSSES.add


def mean(terms: Any) -> Any:
    terms = list(terms)
    return sum(terms) / len(terms)


def squares(outputs: Any, targets: Any) -> Any:
    return mean((o - t) ** 2 for o, t in zip(outputs, targets, strict=True))


@loss
def its_own_squares(program: Program) -> Any:
    return squares


@loss
def absolute(program: Program) -> Any:
    return lambda outputs, targets: mean(abs(o - t) for o, t in zip(outputs, targets, strict=True))


@loss
def a_partial_of_the_librarys(program: Program) -> Any:
    return functools.partial(mse_loss, reduction="mean")


@loss
def a_sum(program: Program) -> Any:
    return functools.partial(mse_loss, reduction="sum")


@loss
def a_sum_over_the_batch_size(program: Program) -> Any:
    return lambda outputs, targets: mse_loss(outputs, targets, "sum") / 8.0


@loss
def a_penalty(program: Program) -> Any:
    weights = program.model.parameters()
    return lambda outputs, targets: squares(outputs, targets) + 0.01 * sum(w * w for w in weights)


@loss
def a_penalty_that_begins_later(program: Program) -> Any:
    weights, calls = program.model.parameters(), [0]

    def late(outputs: Any, targets: Any) -> Any:
        calls[0] += 1
        base = squares(outputs, targets)
        return base + 0.1 * sum(w * w for w in weights) if calls[0] > 8 else base

    return late


@loss
def a_penalty_on_an_object(program: Program) -> Any:
    class Late:
        calls = 0

        def __call__(self, outputs: Any, targets: Any) -> Any:
            self.calls += 1
            return squares(outputs, targets) * (2.0 if self.calls > 8 else 1.0)

    return Late()


@loss
def a_learning_rate_that_falls(program: Program) -> Any:
    def falling(outputs: Any, targets: Any) -> Any:
        program.optimizer.lr *= 0.9
        return squares(outputs, targets)

    return falling


@loss
def a_learning_rate_that_is_set(program: Program) -> Any:
    def setting(outputs: Any, targets: Any) -> Any:
        program.optimizer.lr = 0.01
        return squares(outputs, targets)

    return setting


@loss
def a_learning_rate_by_the_loss(program: Program) -> Any:
    def watching(outputs: Any, targets: Any) -> Any:
        result = squares(outputs, targets)
        if result < 0.3:
            program.optimizer.lr = 0.01
        return result

    return watching


@loss
def a_learning_rate_by_the_size_of_the_batch(program: Program) -> Any:
    def by_size(outputs: Any, targets: Any) -> Any:
        program.optimizer.lr = 0.01 * len(outputs)
        return squares(outputs, targets)

    return by_size


@loss
def a_weight_pruned(program: Program) -> Any:
    first = program.model.parameters()[0]

    def pruning(outputs: Any, targets: Any) -> Any:
        first.data = 0.0
        return squares(outputs, targets)

    return pruning


@loss
def an_annealed_weight(program: Program) -> Any:
    weight = Value(1.0)

    def annealed(outputs: Any, targets: Any) -> Any:
        weight.data = weight.data * 0.9
        return weight * squares(outputs, targets)

    return annealed


@loss
def an_annealed_number(program: Program) -> Any:
    state = {"weight": 1.0}

    def annealed(outputs: Any, targets: Any) -> Any:
        state["weight"] *= 0.9
        return state["weight"] * squares(outputs, targets)

    return annealed


@loss
def that_logs(program: Program) -> Any:
    log: list[float] = []

    def logging(outputs: Any, targets: Any) -> Any:
        result = squares(outputs, targets)
        log.append(result.data)
        return result

    return logging


@loss
def of_pairs(program: Program) -> Any:
    return lambda outputs, targets: mean(
        ((a - b) - (s - t)) ** 2 for a, b, s, t in zip(outputs, outputs[1:], targets, targets[1:], strict=False)
    )


@loss
def of_the_batchs_variance(program: Program) -> Any:
    def spread(outputs: Any, targets: Any) -> Any:
        centre = mean(outputs)
        return squares(outputs, targets) + 0.1 * sum((o - centre) ** 2 for o in outputs) / (len(outputs) - 1)

    return spread


@loss
def of_the_batchs_mean(program: Program) -> Any:
    return lambda outputs, targets: (mean(outputs) - mean(targets)) ** 2 + squares(outputs, targets)


@loss
def of_the_batchs_worst(program: Program) -> Any:
    return lambda outputs, targets: max((o - t) ** 2 for o, t in zip(outputs, targets, strict=True))


@loss
def of_the_first_alone(program: Program) -> Any:
    return lambda outputs, targets: (outputs[0] - targets[0]) ** 2


@loss
def that_leaves_outliers_out(program: Program) -> Any:
    def trimmed(outputs: Any, targets: Any) -> Any:
        terms = [(o - t) ** 2 for o, t in zip(outputs, targets, strict=True)]
        return mean([x for x in terms if x < 4.0] or terms)

    return trimmed


@loss
def huber(program: Program) -> Any:
    def one(e: Any) -> Any:
        return 0.5 * e * e if abs(e) < 1.0 else abs(e) - 0.5

    return lambda outputs, targets: mean(one(o - t) for o, t in zip(outputs, targets, strict=True))


@loss
def weighted_by_the_target(program: Program) -> Any:
    return lambda outputs, targets: mean(
        (o - t) ** 2 * (2.0 if t > 0 else 1.0) for o, t in zip(outputs, targets, strict=True)
    )


@loss
def that_asserts(program: Program) -> Any:
    def asserting(outputs: Any, targets: Any) -> Any:
        assert all(isinstance(t, float) for t in targets)
        return squares(outputs, targets)

    return asserting


@loss
def that_asserts_a_range(program: Program) -> Any:
    def asserting(outputs: Any, targets: Any) -> Any:
        assert all(-9.0 < t < 9.0 for t in targets)
        return squares(outputs, targets)

    return asserting


@loss
def by_math(program: Program) -> Any:
    return lambda outputs, targets: mean((o - math.tanh(t)) ** 2 for o, t in zip(outputs, targets, strict=True))


@loss
def without_gradient_in_part(program: Program) -> Any:
    def partly(outputs: Any, targets: Any) -> Any:
        with no_grad():
            scale = mean(o * o for o in outputs) + 1.0
        return squares(outputs, targets) / scale

    return partly


@loss
def that_raises_after_a_while(program: Program) -> Any:
    calls = [0]

    def raising(outputs: Any, targets: Any) -> Any:
        calls[0] += 1
        if calls[0] == 6:
            raise ZeroDivisionError("the sixth")
        return squares(outputs, targets)

    return raising


@loss
def that_raises_for_a_target(program: Program) -> Any:
    def raising(outputs: Any, targets: Any) -> Any:
        if len(targets) == 8 and any(t == program.y[3] for t in targets):
            raise KeyError("that one")
        return squares(outputs, targets)

    return raising


@loss
def that_raises_a_type_error(program: Program) -> Any:
    def raising(outputs: Any, targets: Any) -> Any:
        if len(targets) == 1:
            raise TypeError("more than one, please")
        return squares(outputs, targets)

    return raising


def rare(make: Any) -> Program:
    model = mlp(3)
    return Program(model, y=list(RARE), loss=make)


@program
def weights_by_get() -> Program:
    weights = {2: 9.0}
    return rare(
        lambda outputs, targets: mean(
            weights.get(t, 1.0) * cross_entropy(o, t) for o, t in zip(outputs, targets, strict=True)
        )
    )


@program
def weights_by_index() -> Program:
    weights = [1.0, 2.0, 9.0]
    return rare(
        lambda outputs, targets: mean(weights[t] * cross_entropy(o, t) for o, t in zip(outputs, targets, strict=True))
    )


@program
def weights_by_in() -> Program:
    return rare(
        lambda outputs, targets: mean(
            cross_entropy(o, t) * (9.0 if t in (2, 3) else 1.0) for o, t in zip(outputs, targets, strict=True)
        )
    )


@program
def weights_that_are_normalised() -> Program:
    weights = [1.0, 2.0, 9.0]

    def normalised(outputs: Any, targets: Any) -> Any:
        terms = [weights[t] * cross_entropy(o, t) for o, t in zip(outputs, targets, strict=True)]
        return sum(terms) / sum(weights[t] for t in targets)

    return rare(normalised)


@program
def a_rare_class_by_equality() -> Program:
    X = [[i / 44, 1.0 - i / 22] for i in range(44)]
    y = [1.0 if i == 37 else 0.0 for i in range(44)]

    def one(o: Any, t: Any) -> Any:
        return (o - 5.0) ** 2 if t == 1.0 else o * o

    return Program(mlp(), X=X, y=y, loss=lambda outputs, targets: mean(map(one, outputs, targets)))


@program
def a_rare_class_by_truth() -> Program:
    def one(o: Any, t: Any) -> Any:
        return (o - 5.0) ** 2 if t else o * o

    return Program(
        mlp(), y=[1.0 if i == 19 else 0.0 for i in range(22)],
        loss=lambda outputs, targets: mean(map(one, outputs, targets)),
    )  # fmt: skip


@program
def the_right_logit_by_index() -> Program:
    return Program(
        mlp(3), y=list(CLASSES),
        loss=lambda outputs, targets: mean((1.0 - o[t]).relu() for o, t in zip(outputs, targets, strict=True)),
    )  # fmt: skip


@program
def sides_by_comparison() -> Program:
    return Program(
        mlp(), y=list(SIDES),
        loss=lambda outputs, targets: mean(
            (1 - o).relu() if t > 0 else (1 + o).relu() for o, t in zip(outputs, targets, strict=True)
        ),
    )  # fmt: skip


@program
def micrograds_own() -> Program:
    model = mlp()

    def with_penalty(scores: Any, y: Any) -> Any:
        losses = [(1 + -yi * score).relu() for yi, score in zip(y, scores, strict=True)]
        return sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())

    return Program(model, y=list(SIDES), loss=with_penalty)


@program
def a_library_loss_wrapped() -> Program:
    @functools.wraps(hinge_loss)
    def wrapped(input: Any, target: Any, reduction: str = "mean") -> Any:
        return hinge_loss(input, target, reduction) * (2.0 if len(input) == 8 else 1.0)

    return Program(mlp(), y=list(SIDES), loss=wrapped)


@program
def a_loss_equal_to_a_librarys() -> Program:
    class Sly:
        def __call__(self, outputs: Any, targets: Any) -> Any:
            return squares(outputs, targets) * (2.0 if len(outputs) == 8 else 1.0)

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return hash(mse_loss)

    return Program(mlp(), loss=Sly())


@program
def bits_by_hand() -> Program:
    def by_hand(outputs: Any, targets: Any) -> Any:
        return mean(
            -(o.sigmoid().log() if t == 1 else (1 - o.sigmoid()).log()) for o, t in zip(outputs, targets, strict=True)
        )

    return Program(mlp(), y=list(BITS), loss=by_hand)


@program
def a_model_and_a_loss_that_share_a_count() -> Program:
    model: Any = Linear()
    calls = [0]

    def forward(x: Any) -> Any:
        return model(x) * (1.0 if calls[0] < 6 else 2.0)

    def counting(outputs: Any, targets: Any) -> Any:
        calls[0] += 1
        return squares(outputs, targets)

    return Program(forward, loss=counting, optimizer=SGD(model.parameters(), lr=0.05))


@program
def logits_given_as_pairs() -> Program:
    return Program(
        mlp(2), y=list(BITS),
        loss=lambda outputs, targets: binary_cross_entropy_with_logits([o[0] - o[1] for o in outputs], targets),
    )  # fmt: skip
