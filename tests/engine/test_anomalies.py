"""Where an alarm is due and where it is not, at the edges of the graph and of the float."""

from __future__ import annotations

import math

import pytest

from chalkgrad.engine import AnomalyError, Value, detect_anomaly, logsumexp, maximum, no_grad, sqrt, stop_gradient
from chalkgrad.engine.modes import watch_reads


def test_an_alarm_beyond_a_side_that_was_not_taken() -> None:
    x, y = Value(0.0, label="x"), Value(1.0)
    root = maximum(sqrt(x), -y)
    with detect_anomaly(), pytest.raises(AnomalyError, match="gradient of x turned inf"):
        root.backward()


def test_a_number_of_the_expression_has_no_gradient_to_be_alarmed_about() -> None:
    y = Value(0.5)
    with detect_anomaly():
        root = 0.0**y
        root.backward()
        assert y.grad == 0.0


def test_two_finite_shares_may_add_up_to_an_alarm() -> None:
    x = Value(0.0, label="x")
    root = x * 1e308 + x * 1e308
    with detect_anomaly(), pytest.raises(AnomalyError, match="gradient of x turned inf"):
        root.backward()
    with detect_anomaly():
        (x * 1e308 - x * 1e308).backward()


def test_an_infinite_gradient_from_outside() -> None:
    """Nothing comes through where an op selects; elsewhere 0 times inf is nan."""
    x = Value(1.0, label="x")
    with detect_anomaly():
        stop_gradient(x).backward(math.inf)
        with pytest.raises(AnomalyError, match="gradient of x turned nan"):
            (x * 0.0).backward(math.inf)


def test_more_than_four_operands_are_cut() -> None:
    scores = [Value(1.0, label=f"x{i}") for i in range(4)]
    with detect_anomaly():
        with pytest.raises(AnomalyError, match=r"logsumexp\(x0, x1, x2, x3, …\) is inf"):
            logsumexp(*scores, Value(math.inf, label="x4"))
        with pytest.raises(AnomalyError, match=r"logsumexp\(x0, x1, x2, x4\) is inf"):
            logsumexp(*scores[:3], Value(math.inf, label="x4"))


def test_a_watch_that_has_ended_sees_no_more() -> None:
    x = Value(1.0)
    ended, under_way = watch_reads(), watch_reads()
    with no_grad():
        with ended:
            pass
        assert x.data == 1.0
    assert not ended.seen
    with under_way, no_grad():
        x * 2.0
    assert under_way.seen
