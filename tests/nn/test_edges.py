"""Small things at the edges of losses, activations and optimizers: one row, no weight at all, a rare draw."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest

from chalkgrad import nn
from chalkgrad.engine import ArgumentError, Value, grad
from chalkgrad.nn import functional


def test_classes_that_count_for_nothing_cost_nothing() -> None:
    logits = [Value(math.log(0.5)), Value(math.log(0.5))]  # their logsumexp is 0
    loss = nn.cross_entropy(logits, [0.5, 0.5], "sum", weight=[0.0, 0.0])
    assert loss.data == 0.0 and grad(loss, logits) == [0.0, 0.0]


@pytest.mark.parametrize("function", [functional.softmax, functional.log_softmax])
def test_a_list_of_one_row_is_a_list_of_one_row(function: Callable[[object], object]) -> None:
    assert function([[1.0, 2.0]]) == [function([1.0, 2.0])]
    assert function([[1.0], [2.0]]) == [function([1.0]), function([2.0])]
    with pytest.raises(ArgumentError):
        function([])


def test_a_dropout_that_hardly_ever_drops_is_not_compiled_all_the_same() -> None:
    layer = nn.Linear(1, 1, seed=0)

    def model(x: list[float]) -> Any:
        return functional.dropout(layer(x), 1e-12, generator=random.Random(0))

    optimizer = nn.SGD(layer.parameters(), lr=0.1)
    with pytest.raises(ArgumentError, match="looks at numbers"):
        nn.fit(model, [[1.0], [2.0]], [1.0, 2.0], "mse_loss", optimizer, 1, compile=True, progress=False)
