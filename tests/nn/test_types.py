"""What a type checker makes of networks: README's lines pass, and a misspelt name does not."""

from __future__ import annotations

import pytest
from support.typecheck import typecheck

from chalkgrad import nn

pytest.importorskip("mypy")

README = """
from chalkgrad.nn import MLP, SGD, fit, hinge_loss
X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
y = [-1, 1, 1, -1]
model = MLP(2, [8, 1], activation="tanh", seed=1)
history = fit(model, X, y, hinge_loss, SGD(model.parameters(), lr=0.2), epochs=100, batch_size=4, progress=False)
[round(model(row).data, 1) > 0 for row in X]
for score in MLP(2, [3])([1.0, 2.0]):
    print(score.data)
"""


def test_networks_are_used_without_a_word_about_types() -> None:
    assert typecheck(README) == []


def test_a_neuron_gives_a_value_and_a_layer_one_or_several() -> None:
    calls = ["reveal_type(Neuron(2)([1.0, 2.0]))", "reveal_type(Layer(2, 1)([1.0, 2.0]))"]
    assert typecheck("\n".join(["from chalkgrad.nn import Layer, Neuron", *calls])) == [
        '2: note: Revealed type is "chalkgrad.engine.value.Value"',
        '3: note: Revealed type is "Any"',
    ]


def test_every_public_name_is_seen() -> None:
    names = sorted(nn.__all__)  # type: ignore[attr-defined]
    one_by_one = [f"nn.{name}" for name in names]
    assert typecheck("\n".join(["from chalkgrad import nn", *one_by_one])) == []
    assert typecheck("\n".join(["from chalkgrad.nn import *", *names])) == []
    assert typecheck(f"from chalkgrad.nn import {', '.join(names)}") == []


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("from chalkgrad.nn import MPL", '1: error: Module "chalkgrad.nn" has no attribute "MPL"'),
        ("from chalkgrad.nn import *\nnot_negative", '2: error: Name "not_negative" is not defined'),
        ("from chalkgrad import nn\nnn.MLP(2, [1]).paramters()", '2: error: "MLP" has no attribute "paramters"'),
        ("from chalkgrad.nn import MLP\nMLP(2, [1], activation=3)", '2: error: Argument "activation" to "MLP" has'),
    ],
)
def test_slips_are_seen(code: str, message: str) -> None:
    (line,) = (line for line in typecheck(code) if ": error: " in line)
    assert line.startswith(message)
