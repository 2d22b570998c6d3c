"""The exact numbers of the judge, against 50 digits; and what counts as the same number."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest

from chalkgrad.course.judge.exact import agree
from chalkgrad.course.judge.operations import OPERATIONS, Operation
from chalkgrad.engine import grad
from chalkgrad.engine.value import Value

each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.text)


def in_digits(operation: Operation, numbers: dict[str, Any]) -> Any:
    text = operation.text
    for name in ("exp", "log", "tanh", "sqrt", "sin", "cos"):
        text = text.replace(f"a.{name}()", f"mp.{name}(a)")
    text = text.replace("a.sigmoid()", "1 / (1 + mp.exp(-a))").replace("a.relu()", "(a if a > 0 else a * 0)")
    return eval(text, {"mp": mpmath}, numbers)


@each_operation
def test_values_and_slopes_are_those_of_50_digits(operation: Operation) -> None:
    with mpmath.workdps(50):
        for line in operation.lines():
            value, slopes = line.wanted()
            numbers = {name: mpmath.mpf(x) for name, x in line.numbers.items()}
            assert agree(value, float(in_digits(operation, numbers)))
            for name, slope in slopes.items():
                if operation.text == "a.relu()" and numbers[name] == 0:
                    assert slope == 0.0
                    continue
                by_name = lambda x, name=name, numbers=numbers: in_digits(operation, {**numbers, name: x})  # noqa: E731
                wanted = float(mpmath.diff(by_name, numbers[name]))
                assert agree(slope, wanted) or abs(slope - wanted) < 1e-30


@each_operation
def test_they_are_those_of_the_engine(operation: Operation) -> None:
    for line in operation.lines():
        value, slopes = line.wanted()
        leaves = {name: Value(x) for name, x in line.numbers.items()}
        names: dict[str, Any] = dict(leaves)
        exec(line.text, {}, names)
        assert agree(names["y"].data, value)
        assert all(agree(grad(names["y"], leaf), slopes[name]) for name, leaf in leaves.items())


@each_operation
def test_no_slip_gives_the_right_number(operation: Operation) -> None:
    """Else a right engine would be told that it slipped; and each slip is one that can be met."""
    from chalkgrad.course.judge.reasons import _evaluated

    for slip in (*operation.values, *operation.slopes):
        tells = []
        for line in operation.lines():
            value, slopes = line.wanted()
            rule = _evaluated(slip.rule, line.numbers, value)
            right = (value,) if slip in operation.values else tuple(slopes.values())
            tells.append(any(not agree(x, y) for x, y in zip(rule, right, strict=False)))
        assert any(tells), slip


def test_agreement_is_a_matter_of_the_last_digits() -> None:
    assert agree(1.0 + 2**-50, 1.0) and agree(0.0, -0.0)
    assert not agree(1.0 + 1e-13, 1.0)
    assert not agree(1e-300, 0.0)
    assert not agree(float("nan"), 1.0)
