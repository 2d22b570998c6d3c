"""Weights chosen by hand: all that do it are right, and what is wrong is told at the first point where it shows."""

from __future__ import annotations

from typing import Any

import pytest

from chalkgrad.course import layers, neurons
from chalkgrad.engine import Value


@pytest.mark.parametrize(
    "answer", [(0.6, 0.7, -1.0), [2, 2, -3], ("1/2", 0.5, -0.75), [Value(1.0), Value(1.0), Value(-2.0)]]
)
def test_any_weights_that_do_it_are_right(answer: Any) -> None:
    assert neurons.q3.verdict(answer)


def test_those_of_the_output_neuron_need_not_look_at_both_signs() -> None:
    assert layers.q1.verdict((-3, 5, 1))
    assert layers.q1.verdict((-1, 1, 0)), "0 or more fires"


def test_what_no_thought_explains_is_told_with_its_numbers() -> None:
    words = neurons.q3.verdict((2.0, 1.0, -1.5)).words
    assert words.startswith("At (1, 0) the sum is 0.5, so its output is 1, and should be 0.")
    assert words.endswith("`q3.hint()` helps.")


def test_what_the_neuron_reads_is_named_where_it_is_not_the_point() -> None:
    words = layers.q1.verdict((1.0, 1.0, 0.5)).words
    assert words.startswith("At (0, 1) it reads (1, 0), and the sum is 1.5, so its output is 1, and should be 0.")


@pytest.mark.parametrize("answer", [1.0, (1.0, 1.0), (1.0, 1.0, -1.5, 0.0), ("one", 1, 1), (True, 1, -1.5)])
def test_another_kind_of_answer_is_refused_with_what_is_wanted(answer: Any) -> None:
    verdict = neurons.q3.verdict(answer)
    assert verdict.state == "wrong"
    assert verdict.words.startswith("3 numbers are wanted, the weights and then the bias.")
