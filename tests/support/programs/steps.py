"""Optimizers and metrics of one's own or with something replaced, and data that are not plain."""

from __future__ import annotations

import functools
import random
from typing import Any, NamedTuple

from chalkgrad.engine import Value, where
from chalkgrad.nn import SGD, Adam, Optimizer
from chalkgrad.nn.metrics import Metric, SameSide

from . import CLASSES, ROWS, SUMS, Collection, Program, mlp

STEPS = Collection()
program = STEPS.add


def with_optimizer(make: Any) -> Program:
    model = mlp()
    return Program(model, optimizer=make(model.parameters()))


def clip(params: Any) -> None:
    for p in params:
        p.grad = max(-0.05, min(0.05, p.grad))


@program
def a_step_that_clips() -> Program:
    class Clipping(SGD):
        def step(self) -> None:
            clip(self.params)
            super().step()

    return with_optimizer(lambda ps: Clipping(ps, lr=0.1))


@program
def a_step_that_clips_and_says_it_can_be_compiled() -> Program:
    class Clipping(SGD):
        def step(self) -> None:
            clip(self.params)
            super().step()

        _blank = SGD._blank

    return with_optimizer(lambda ps: Clipping(ps, lr=0.1))


@program
def a_step_replaced_on_the_object() -> Program:
    result = with_optimizer(lambda ps: SGD(ps, lr=0.1))
    step = result.optimizer.step

    def clipped() -> None:
        clip(result.optimizer.params)
        step()

    result.optimizer.step = clipped
    return result


@program
def a_step_wrapped() -> Program:
    result = with_optimizer(lambda ps: Adam(ps, lr=0.1))
    step = result.optimizer.step

    @functools.wraps(step)
    def wrapped() -> None:
        clip(result.optimizer.params)
        step()

    result.optimizer.step = wrapped
    return result


@program
def an_update_replaced_on_the_object() -> Program:
    result = with_optimizer(lambda ps: SGD(ps, lr=0.1))
    result.optimizer._update = lambda p, g, state: (p - 0.01 * g, state)
    return result


@program
def a_zero_grad_that_keeps() -> Program:
    result = with_optimizer(lambda ps: SGD(ps, lr=0.01))
    result.optimizer.zero_grad = lambda: None
    return result


@program
def a_zero_grad_of_a_subclass() -> Program:
    class Keeping(SGD):
        def zero_grad(self) -> None:
            for p in self.params:
                p.grad = 0.5 * p.grad

        _blank = SGD._blank

    return with_optimizer(lambda ps: Keeping(ps, lr=0.01))


@program
def a_learning_rate_that_is_computed() -> Program:
    class Decaying(SGD):
        made = 0

        @property
        def lr(self) -> float:
            return self._lr / (1 + self.made)

        @lr.setter
        def lr(self, lr: float) -> None:
            self._lr = lr

        def step(self) -> None:
            super().step()
            self.made += 1

        _blank = SGD._blank

    return with_optimizer(lambda ps: Decaying(ps, lr=0.1))


@program
def an_update_that_counts_by_itself() -> Program:
    class Counting(Optimizer):
        made = 0

        def _update(self, p: Any, g: Any, state: Any) -> Any:
            self.made += 1
            return p - self.lr * g * (1.0 if self.made < 100 else 0.1), state

        def _blank(self) -> None:
            return None

    return with_optimizer(lambda ps: Counting(ps, lr=0.1))


@program
def an_update_that_branches() -> Program:
    class Signed(Optimizer):
        def _update(self, p: Any, g: Any, state: Any) -> Any:
            return (p - self.lr if g > 0 else p + self.lr), state

        def _blank(self) -> None:
            return None

    return with_optimizer(lambda ps: Signed(ps, lr=0.01))


@program
def an_update_by_where() -> Program:
    class Signed(Optimizer):
        def _update(self, p: Any, g: Any, state: Any) -> Any:
            g = g if isinstance(g, Value) else Value(g)
            return (p - self.lr * where(g.gt(0.0), 1.0, -1.0)), state

        def step(self) -> None:
            for p in self.params:
                p.data = self._update(p.data, p.grad, None)[0].data

        def _blank(self) -> None:
            return None

    return with_optimizer(lambda ps: Signed(ps, lr=0.01))


class Heavy(NamedTuple):
    step: int = 0
    speed: float = 0.0


@program
def an_optimizer_of_ones_own() -> Program:
    class HeavyBall(Optimizer):
        def _update(self, p: Any, g: Any, state: Any) -> Any:
            step, speed = state or Heavy()
            speed = 0.8 * speed - self.lr * g
            return p + speed, Heavy(step + 1, speed)

        def _blank(self) -> Heavy:
            return Heavy()

    return with_optimizer(lambda ps: HeavyBall(ps, lr=0.02))


@program
def an_optimizer_that_cannot_be_compiled() -> Program:
    class Bare(Optimizer):
        def _update(self, p: Any, g: Any, state: Any) -> Any:
            return p - self.lr * g, state

    return with_optimizer(lambda ps: Bare(ps, lr=0.05))


@program
def dampening() -> Program:
    return with_optimizer(lambda ps: SGD(ps, lr=0.05, momentum=0.9, dampening=0.5))


@program
def a_setting_that_is_a_value() -> Program:
    result = with_optimizer(lambda ps: SGD(ps, lr=0.05, momentum=0.5))
    result.optimizer.momentum = 0.9
    return result


@program
def some_moved_more_often_than_others() -> Program:
    result = with_optimizer(lambda ps: Adam(ps, lr=0.02))
    result.model([0.5, 0.5]).backward()
    for p in result.optimizer.params[:3]:
        p.grad = None
    result.optimizer.step()
    return result


def with_metric(metric: Any, **settings: Any) -> Program:
    result = Program(mlp(), **settings)
    result.settings["metric"] = metric(result) if metric.__code__.co_varnames[:1] == ("program",) else metric
    return result


@program
def a_metric_of_data() -> Program:
    return with_metric(lambda o, t: (o.data > 0) == (t > 0))


@program
def a_metric_of_floats() -> Program:
    return with_metric(lambda o, t: float(o) * t > 0.1)


@program
def a_metric_that_looks_at_the_graph() -> Program:
    return with_metric(lambda o, t: float(isinstance(o, Value)))


@program
def a_metric_of_parents() -> Program:
    return with_metric(lambda o, t: float(len(o.parents) > 0))


@program
def a_metric_that_sets_the_learning_rate() -> Program:
    def metric(program: Program) -> Any:
        def setting(o: Any, t: Any) -> float:
            program.optimizer.lr = 0.01
            return 1.0

        return setting

    return with_metric(metric)


@program
def a_metric_that_lowers_the_learning_rate() -> Program:
    def metric(program: Program) -> Any:
        def lowering(o: Any, t: Any) -> float:
            program.optimizer.lr *= 0.99
            return 1.0

        return lowering

    return with_metric(metric)


@program
def a_metric_that_lowers_it_for_one_sample() -> Program:
    def metric(program: Program) -> Any:
        def lowering(o: Any, t: Any) -> float:
            if t == SUMS[20]:
                program.optimizer.lr *= 0.5
            return 1.0

        return lowering

    return with_metric(metric)


@program
def a_metric_that_sets_a_weight() -> Program:
    def metric(program: Program) -> Any:
        first = program.model.parameters()[0]

        def setting(o: Any, t: Any) -> float:
            if t == SUMS[20]:
                first.data = 0.0
            return 1.0

        return setting

    return with_metric(metric)


@program
def a_metric_that_sets_the_momentum() -> Program:
    def metric(program: Program) -> Any:
        def setting(o: Any, t: Any) -> float:
            if t == SUMS[20]:
                program.optimizer.weight_decay = 0.5
            return 1.0

        return setting

    return with_metric(metric)


@program
def a_metric_that_raises() -> Program:
    def raising(o: Any, t: Any) -> float:
        if t == SUMS[20]:
            raise LookupError("no metric for this one")
        return 1.0

    return with_metric(raising)


@program
def a_metric_class_of_ones_own() -> Program:
    class Close(Metric):
        def __call__(self, output: Any, target: Any) -> float:
            return float(abs(output.data - target) < 0.5)

    result = Program(mlp())
    result.settings["metric"] = Close()
    return result


@program
def a_subclass_of_a_library_metric() -> Program:
    class Other(SameSide):
        def __call__(self, output: Any, target: Any) -> float:
            return 1.0 - super().__call__(output, target)

        many = Metric.many

    result = Program(mlp())
    result.settings["metric"] = Other(0.0)
    return result


@program
def a_metric_with_a_call_replaced() -> Program:
    result = Program(mlp())
    metric = SameSide(0.0)
    metric.many = lambda outputs, targets: outputs * 0.0  # type: ignore[method-assign]
    result.settings["metric"] = metric
    return result


@program
def a_generator_of_ones_own() -> Program:
    result = Program(mlp())

    class Sly(random.Random):
        def shuffle(self, x: Any) -> None:
            result.optimizer.lr *= 0.5
            super().shuffle(x)

    result.settings.update(generator=Sly(3), seed=None)
    return result


# Data.


class Celsius(float):
    """A number with an arithmetic of its own."""

    def __mul__(self, other: Any) -> Any:
        return float(self) * 2.0 * other

    __rmul__ = __mul__


class Rows(list[Any]):
    """Rows that give other items than they hold."""

    def __getitem__(self, i: Any) -> Any:
        return super().__getitem__(i)


@program
def samples_of_a_class_of_numbers() -> Program:
    return Program(mlp(), X=[[Celsius(a), Celsius(b)] for a, b in ROWS])


@program
def targets_of_a_class_of_numbers() -> Program:
    return Program(mlp(), y=[Celsius(s) for s in SUMS])


@program
def rows_of_a_class() -> Program:
    return Program(mlp(), X=Rows(Rows(row) for row in ROWS))


@program
def fractions() -> Program:
    from fractions import Fraction

    return Program(mlp(), X=[[Fraction(i, 7), Fraction(1, 1 + i)] for i in range(22)])


@program
def more_classes_than_are_chosen_from() -> Program:
    X = [[i / 70, 1 - i / 70] for i in range(70)]
    return Program(mlp(70), X=X, y=list(range(70)), loss="cross_entropy", settings={"epochs": 1})


@program
def validation_targets_that_were_not_trained_on() -> Program:
    return Program(
        mlp(3), y=[min(c, 1) for c in CLASSES], loss="cross_entropy",
        settings={"validation": (ROWS, list(CLASSES))},
    )  # fmt: skip


@program
def a_frame() -> Program:
    import numpy as np

    class Frame:
        """As pandas has it: it iterates over the names of its columns."""

        columns = (0, 1)

        def __len__(self) -> int:
            return len(ROWS)

        def __iter__(self) -> Any:
            return iter(self.columns)

        def __getitem__(self, name: int) -> Any:
            return [row[name] for row in ROWS]

        def to_numpy(self) -> Any:
            return np.array(ROWS)

    return Program(mlp(), X=Frame())
