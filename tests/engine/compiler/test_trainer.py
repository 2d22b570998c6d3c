"""Many steps of training in one call: those of a loop in Python, and what a trainer refuses."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from support.compiled import each_backend, squares

from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value
from chalkgrad.engine.compiler.program import compile
from chalkgrad.engine.compiler.trainer import Trainer

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")


def momentum(p: Value, g: Value, velocity: Value, rate: Value) -> list[Value]:
    velocity = 0.9 * velocity + g
    return [p - rate * velocity, velocity]


@each_backend
def test_steps_are_those_of_a_loop_in_python(backend: str) -> None:
    loss, inputs, parameters = squares((3, 6, 5, 2))
    program = compile(loss, inputs, parameters, backend=backend)
    trainer = Trainer(loss, inputs, parameters, momentum, states=1, settings=1, backend=backend)
    rng = np.random.default_rng(0)
    samples = rng.normal(size=(50, len(inputs)))
    order = np.concatenate([rng.permutation(50) for _ in range(2)])
    sizes = [20, 20, 10, 20, 20, 10]
    rates = np.linspace(0.01, 0.02, 6)[:, None]
    velocity = np.zeros(len(parameters))
    wanted, start = [], 0
    for size, (rate,) in zip(sizes, rates, strict=True):
        value, gradient = program.value_and_grad(samples[order[start : start + size]])
        start += size
        wanted.append(value)
        velocity = 0.9 * velocity + gradient
        for p, step in zip(parameters, (rate * velocity).tolist(), strict=True):
            p.data -= step
    losses = trainer.run(samples, rates, order, sizes)
    np.testing.assert_allclose(losses, wanted, rtol=1e-12)
    np.testing.assert_allclose(trainer.numbers[0], [p.data for p in parameters], rtol=1e-12)
    np.testing.assert_allclose(trainer.numbers[1], velocity, rtol=1e-11, atol=1e-14)
    trainer.numbers[0][:] = 1.5
    trainer.write()
    assert {p.data for p in parameters} == {1.5}


@each_backend
def test_outputs_of_every_sample_and_bound_steps(backend: str) -> None:
    x, w = Value(0.0), Value(3.0)
    y = w * x
    trainer = Trainer(
        (y - 6) ** 2, [x], [w], lambda w, g, rate: [w - rate * g], settings=1, outputs=[y], backend=backend
    )
    losses, outputs = trainer.run([[1.0], [2.0], [4.0]], [[0.0], [0.0]], order=[2, 0, 1, 1], sizes=[3, 1])
    assert outputs.tolist() == [[12.0], [3.0], [6.0], [6.0]]
    assert losses.tolist() == [(36.0 + 9.0 + 0.0) / 3, 0.0]
    step = trainer.bind([[1.0]])
    assert [step(0.5), step(0.0)] == [9.0, 0.0]


@each_backend
def test_a_rule_may_leave_numbers_out(backend: str) -> None:
    x, w = Value(0.0), Value(3.0)

    def rule(w: Value, g: Value, idle: Value, count: Value, rate: Value, power: Value) -> list[Value]:
        return [w - 2.0**power, idle, count + 1.0]

    trainer = Trainer((w * x) ** 2, [x], [w], rule, states=2, settings=2, backend=backend)
    trainer.run([[1.0]], [[9.0, 0.0], [9.0, 1.0]])
    assert [numbers.tolist() for numbers in trainer.numbers] == [[0.0], [0.0], [2.0]]


def test_what_a_trainer_refuses() -> None:
    x, w = Value(0.0), Value(3.0)
    loss = (w * x - 6) ** 2

    def trainer(rule: Any = lambda w, g, rate: [w - rate * g], **settings: Any) -> Trainer:
        return Trainer(loss, [x], [w], rule, **{"settings": 1, **settings})

    cases: list[tuple[Callable[[], object], type[Exception], str]] = [
        (lambda: trainer(lambda w, g, rate: [w - rate * g, w]), ArgumentError, "got 2 Value"),
        (lambda: trainer(lambda w, g, rate: [w - rate * g * Value(2.0)]), ArgumentError, "depend on nothing but"),
        (lambda: trainer(lambda w, g, rate: 1.0), ArgumentTypeError, "the result of the rule"),
        (lambda: trainer().run([[1.0, 2.0]], [[0.1]]), ArgumentError, "rows must have the shape"),
        (lambda: trainer().run([[1.0]], [0.1]), ArgumentError, r"settings must have the shape \(steps, 1\)"),
        (lambda: trainer().run([[1.0]], [[0.1]], order=[1]), ArgumentError, "order must hold numbers from 0 to 0"),
        (lambda: trainer().run([[1.0]], [[0.1]], order=[-1]), ArgumentError, "order must hold numbers from 0 to 0"),
        (lambda: trainer().run([[1.0]], [[0.1]] * 2, order=[0] * 3), ArgumentError, "sizes must share out the 3"),
        (lambda: trainer().run([[1.0]], [[0.1]], order=[0], sizes=[0]), ArgumentError, "at least 1 each"),
    ]
    for call, kind, message in cases:
        with pytest.raises(kind, match=message):
            call()


@each_backend
def test_a_number_too_large_for_float32_is_inf_without_a_warning(backend: str) -> None:
    """Warnings are errors here."""
    x, w = Value(1.0), Value(2.0)
    program = compile(x * 1e300 * w, [x], [w], dtype="float32", backend=backend)
    assert program([1.0]) == program([1e300]) == math.inf
    w.data = 1e300
    assert program.value_and_grad([[1.0]])[0] == math.inf
    trainer = Trainer(x * w, [x], [w], lambda w, g, lr: [w - lr * g], settings=1, dtype="float32", backend=backend)
    assert trainer.run([[1.0]], [[1e300]]).tolist() == [math.inf]
    trainer.read()


@each_backend
def test_orders_and_sizes_are_whole_numbers(backend: str) -> None:
    x, w = Value(1.0), Value(2.0)
    trainer = Trainer(x * w, [x], [w], lambda w, g, lr: [w - lr * g], settings=1, backend=backend)
    for order in ([0.7, 0.2], [1.0, 0.0], [True, False], ["0"]):
        with pytest.raises(ArgumentTypeError, match="order must hold whole numbers"):
            trainer.run([[1.0], [2.0]], [[0.1]], order)
    with pytest.raises(ArgumentTypeError, match="sizes must hold whole numbers"):
        trainer.run([[1.0]], [[0.1]], [0], [1.0])
    with pytest.raises(ArgumentTypeError, match="settings must hold numbers"):
        trainer.run([[1.0]], [["a"]])


@each_backend
def test_no_steps_are_no_losses(backend: str) -> None:
    x, w = Value(1.0), Value(2.0)
    out = x * w
    trainer = Trainer(out, [x], [w], lambda w, g, lr: [w - lr * g], settings=1, backend=backend, outputs=[out])
    losses, outputs = trainer.run([[1.0]], np.zeros((0, 1)))
    assert losses.shape == (0,) and outputs.shape == (0, 1)
    trainer.write()
    assert w.data == 2.0
