"""The tape: what lowering writes, and what is refused."""

from __future__ import annotations

import pytest

from chalkgrad.engine import ArgumentError, GraphError, Value
from chalkgrad.engine.compiler.tape import lower


def test_one_line_a_node_operands_first() -> None:
    x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    y = x * w
    tape = lower([y + y, y], [x])
    assert str(tape).splitlines() == ["%0 = input x", "%1 = leaf w", "%2 = %0 * %1", "%3 = %2 + %2", "return %3, %2"]
    assert tape.run([5.0]) == [-30.0, -15.0]
    w.data = 1.0
    assert tape.run([5.0]) == [10.0, 5.0]


def test_inputs_that_cannot_be() -> None:
    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    root = x * 2.0
    with pytest.raises(ArgumentError, match=r"inputs\[1\] \(y\) is not used"):
        lower([root], [x, y])
    with pytest.raises(ArgumentError, match=r"inputs\[1\] \(x\) is given twice"):
        lower([root], [x, x])
    with pytest.raises(ArgumentError, match=r"inputs\[0\] must be a leaf, got the result of \*"):
        lower([root + 1.0], [root])
    with pytest.raises(ArgumentError, match="is a constant of the graph"):
        lower([root], [root.parents[1]])
    with pytest.raises(ArgumentError, match="takes 1 input"):
        lower([root], [x]).run([1.0, 2.0])


def test_a_number_set_by_hand_is_refused() -> None:
    x = Value(1.0, label="x")
    middle = x * 2.0
    root = middle + 1.0
    middle.data = 5.0
    with pytest.raises(GraphError, match="were set after it was computed"):
        lower([root], [x])
