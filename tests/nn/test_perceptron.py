"""The perceptron of 1958: its rule, what it learns, and what it cannot."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chalkgrad.engine import ArgumentError, ArgumentTypeError, topological_order
from chalkgrad.nn import Perceptron
from chalkgrad.viz import draw

CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]]


@pytest.mark.parametrize("y", [[0, 0, 0, 1], [0, 1, 1, 1], [1, 1, 1, 0], [-1, 1, -1, 1]])
def test_what_a_line_separates_is_learned(y: list[int]) -> None:
    perceptron = Perceptron(2)
    assert perceptron.learn(CORNERS, y)[-1] == 0
    assert perceptron.predict(CORNERS) == [float(side > 0) for side in y]


def test_exclusive_or_is_never_learned() -> None:
    mistakes = Perceptron(2).learn(CORNERS, [0, 1, 1, 0], epochs=200)
    assert len(mistakes) == 200 and min(mistakes) > 0


def test_mistakes_are_as_few_as_novikoff_says() -> None:
    draw = random.Random(1)
    X = [[draw.uniform(-1.0, 1.0) for _ in range(3)] for _ in range(300)]
    X = [x for x in X if abs(x[0] - 2.0 * x[1] + 0.5) > 0.2]
    y = [int(x[0] - 2.0 * x[1] + 0.5 > 0.0) for x in X]
    norm = (1.0 + 4.0 + 0.25) ** 0.5
    margin = min(abs(x[0] - 2.0 * x[1] + 0.5) for x in X) / norm
    radius = max(1.0 + sum(xi * xi for xi in x) for x in X) ** 0.5
    mistakes = Perceptron(3).learn(np.array(X), np.array(y), epochs=1000)
    assert mistakes[-1] == 0 and 0 < sum(mistakes) <= (radius / margin) ** 2


def test_the_rule_moves_the_weights_only_where_it_is_wrong() -> None:
    perceptron = Perceptron(2)
    assert perceptron.correct([2.0, -3.0], 0, lr=0.5)  # 0 counts as yes
    assert [p.data for p in perceptron.parameters()] == [-1.0, 1.5, -0.5]
    assert not perceptron.correct([2.0, -3.0], -1)
    assert [p.data for p in perceptron.parameters()] == [-1.0, 1.5, -0.5]


def test_no_gradient_comes_through_the_step_and_the_picture_shows_it() -> None:
    perceptron = Perceptron(2)
    out = perceptron([1.0, 2.0])
    out.backward()
    assert out.data == 1.0 and out.op is not None and out.op.name == "ge"
    assert [p.grad for p in perceptron.parameters()] == [0.0, 0.0, 0.0]
    assert out.scope == "neuron" and any(node.label == "w[1]" for node in topological_order(out))
    assert "w[1]" in draw(out).source
    assert repr(perceptron) == "Perceptron(2)"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Perceptron(0), ArgumentError, "nin must be at least 1, got 0"),
        (lambda: Perceptron(2).correct([1.0], 1), ArgumentError, "perceptron takes 2 inputs, got 1"),
        (lambda: Perceptron(1).correct([1.0], 2), ArgumentError, "target must be 1, or 0 or -1 .* got 2"),
        (lambda: Perceptron(1).learn([[1.0]], [1, 0]), ArgumentError, "equally many samples, .* got 1 and 2"),
        (lambda: Perceptron(1).learn(1.0, 1), ArgumentTypeError, "must be lists or arrays, got float and int"),
    ],
)
def test_bad_input_is_named(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
