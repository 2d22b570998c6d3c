"""Why a number is nan or inf: the sentence names the operation that made it so, and what it was given."""

from __future__ import annotations

import pytest

from chalkgrad.viz.command.anomaly import anomalies
from chalkgrad.viz.command.formula import parse, read_values


def sentences(text: str, *values: str) -> list[str]:
    formula = parse(text)
    leaves = read_values(values, formula)
    root = formula.build(leaves)
    root.backward()
    return anomalies(root, leaves)


NO_VALUE = "it has no value among the real numbers"
TOO_LARGE = "its size is beyond every float"
UNDECIDED = "infinities leave its value undecided"


@pytest.mark.parametrize(
    ("text", "values", "sentence"),
    [
        ("log(x)", ["x=-1"], f"The result and the gradient of x are nan because log(x) = log(-1) is nan: {NO_VALUE}."),
        (
            "log(x)", ["x=0"],
            f"The result is -inf and the gradient of x is inf because log(x) = log(0) is -inf: {TOO_LARGE}.",
        ),
        (
            "tanh(log(x - 3))*y", ["x=1", "y=2"],
            f"The result and the gradients of x and y are nan because log(x - 3) = log(-2) is nan: {NO_VALUE}.",
        ),
        (
            "exp(x)*y + 1", ["x=1000", "y=2"],
            f"The result and the gradients of x and y are inf because exp(x) = exp(1000) is inf: {TOO_LARGE}.",
        ),
        ("0*x", ["x=inf"], f"The result is nan because 0 * x = 0 * inf is nan: {UNDECIDED}."),
        (
            "x/y", ["x=0", "y=0"],
            "The result and the gradient of y are nan and the gradient of x is inf "
            f"because x / y = 0 / 0 is nan: {NO_VALUE}.",
        ),
        ("x", ["x=nan"], "The result is nan because x is nan."),
        ("x + log(-1)", ["x=1"], "The result is nan because a part of the formula that has no names in it is nan."),
    ],
)  # fmt: skip
def test_a_result_that_is_no_number(text: str, values: list[str], sentence: str) -> None:
    assert sentences(text, *values)[0] == sentence


@pytest.mark.parametrize(
    ("text", "values", "sentence"),
    [
        ("sqrt(x)", ["x=0"], "The gradient of x is inf because the derivative of sqrt(x) by x at sqrt(0) is inf."),
        (
            "sqrt(x)*0 + y", ["x=0", "y=1"],
            "The gradient of x is nan because the derivative of sqrt(x) by x at sqrt(0) is inf, and 0 * inf is nan.",
        ),
        (
            "sqrt(2*x)", ["x=0"],
            "The gradient of x is inf because the derivative of sqrt(2 * x) by 2 * x at sqrt(0) is inf.",
        ),
        (
            "sqrt(x) - sqrt(x)", ["x=0"],
            "The gradient of x is nan because inf and -inf meet in the gradient of x, "
            "and the derivative of sqrt(x) by x at sqrt(0) is inf, and -1 * inf is -inf.",
        ),
        (
            "1e200*(1e200*x)", ["x=1e-200"],
            "The gradient of x is inf because the derivative of 1e+200 * x by x at 1e+200 * 1e-200 is 1e+200, "
            "and 1e+200 * 1e+200 is inf.",
        ),
        (
            "1e308*x + 1e308*x", ["x=1e-200"],
            f"The gradient of x is inf because the shares of the gradient of x add up to inf: {TOO_LARGE}.",
        ),
    ],
)  # fmt: skip
def test_a_gradient_that_is_no_number_where_the_result_is_one(text: str, values: list[str], sentence: str) -> None:
    assert sentences(text, *values) == [sentence]


def test_each_operation_has_a_sentence_of_its_own() -> None:
    assert sentences("1/x - 1/y", "x=0", "y=0") == [
        f"The result is nan because (1 / x) - (1 / y) = inf - inf is nan: {UNDECIDED}.",
        f"The gradient of x is -inf because 1 / x = 1 / 0 is inf: {TOO_LARGE}.",
        f"The gradient of y is inf because 1 / y = 1 / 0 is inf: {TOO_LARGE}.",
    ]


def test_an_operation_whose_nan_was_not_taken_is_no_anomaly() -> None:
    assert sentences("where(gt(x, 0), log(x), x)", "x=-1") == []


def test_numbers_have_none() -> None:
    assert sentences("tanh(x*w + b)", "x=2", "w=-3", "b=6.88") == []
