"""The op table as methods of a Value: the list in value.py is the table's, and help() and Tab find it."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

import pytest

from chalkgrad.engine import OPS, Value, ops
from chalkgrad.engine.floats import same
from chalkgrad.engine.ops import FUNCTIONS

TABLE = {*OPS, *FUNCTIONS}
NUMPY_NAMES = {
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "clip", "conjugate", "deg2rad", "rad2deg",
}  # fmt: skip
OTHERS = NUMPY_NAMES | {
    "backward", "copy", "data", "detach", "digamma", "grad", "has_grad", "inputs", "is_constant", "is_leaf", "item",
    "label", "local", "op", "parents", "scope", "softmax", "source", "zero_grad",
}  # fmt: skip


def test_the_methods_are_the_rows_of_the_table() -> None:
    assert {name for name in dir(Value) if not name.startswith("_")} == TABLE | OTHERS


def test_the_functions_that_are_offered_are_the_rows_that_are_no_operators() -> None:
    """`from chalkgrad import ...` finds them; what only rules use, and what is written as an operator, it does not."""
    operators = {"add", "sub", "mul", "div", "neg", "pow", "abs"}
    within_rules = {"sech2", "pow_slope", "peak"}
    composed = {"clip", "digamma", "dist", "dot", "ldexp", "mean", "normal_cdf", "prod", "sinc", "softmax"}
    assert set(ops.__all__) == TABLE - operators - within_rules | composed | {"OPS", "Op"}


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_method_is_its_row(name: str) -> None:
    """The same number as the function of that name, and for a row also its name and its formula in help()."""
    function: Any = OPS.get(name) or FUNCTIONS[name]
    if name == "polygamma":  # its order comes first, as in PyTorch and SciPy
        function = partial(function, 2)
    count = (OPS[name].arity or 3) if name in OPS else 1
    numbers = (0.75, -1.5, 2.25)[:count]
    first, *rest = map(Value, numbers)
    made: Any = getattr(first, name)(*rest) if name != "polygamma" else first.polygamma(2)
    assert same(made.data, function(*numbers))
    assert made.op is OPS.get(name, made.op) and made.op.name == name
    assert inspect.getdoc(getattr(Value, name))
    if name in OPS:
        assert getattr(Value, name).__name__ == name


def test_tab_after_a_dot_finds_the_methods() -> None:
    from IPython.core import completer

    with completer.provisionalcompleter():
        found = completer.IPCompleter(namespace={"v": Value(2.0)}).completions("v.re", 4)
        assert "relu" in {completion.text.removeprefix(".") for completion in found}
