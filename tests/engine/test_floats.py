"""The one door for numbers and lists, and Python's arithmetic where IEEE's has an answer."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Iterator

import pytest

from chalkgrad.engine import floats, mean

NUMBERS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.5, 1e-300, 5e-324, 1e300, math.inf)
SIGNED = [sign * x for x in NUMBERS for sign in (1.0, -1.0)]


@pytest.mark.parametrize("name", ["mod", "div", "pow", "fmod"])
def test_where_python_has_an_answer_it_is_ours_to_the_sign_of_zero(name: str) -> None:
    ours = getattr(floats, name)
    pythons = {"mod": operator.mod, "div": operator.truediv, "pow": math.pow, "fmod": math.fmod}[name]
    asked = 0
    for a, b in itertools.product(SIGNED, repeat=2):
        try:
            wanted = pythons(a, b)
        except (ValueError, OverflowError, ZeroDivisionError):
            continue
        asked += 1
        if not math.isnan(wanted) and not (name == "mod" and math.isinf(b)):
            assert repr(ours(a, b)) == repr(wanted), (a, b)
    assert asked > 300


def test_an_error_of_the_users_own_iterator_comes_through() -> None:
    def broken() -> Iterator[float]:
        yield 1.0
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        mean(broken())


def test_one_score_alone() -> None:
    for x in (2.0, -3.0, math.inf, -math.inf):
        assert repr(floats.logsumexp(x)) == repr(x)
        assert floats.peak(x) == max(-floats.LARGEST, min(x, floats.LARGEST))
    assert math.isnan(floats.logsumexp(math.nan)) and math.isnan(floats.peak(math.nan))
