"""The judge of an engine of one's own: the right ones pass, and every seeded fault is found by its name."""

from __future__ import annotations

from typing import Any

import pytest
from support.engines import RIGHT, Micro

from chalkgrad.course import check
from chalkgrad.course.judge import STAGES
from chalkgrad.engine import Value

each_right = pytest.mark.parametrize("kind", (*RIGHT, Value), ids=lambda kind: kind.__name__)


@each_right
@pytest.mark.parametrize("stage", STAGES)
def test_a_right_engine_passes_at_every_stage(kind: type[Any], stage: str) -> None:
    judgement = check(kind, stage)
    assert judgement.ok and not judgement.faults, judgement
    assert "wrong" not in judgement.operations.values()
    assert str(judgement).startswith(f"{kind.__name__}: all that was asked is right ({stage}).")


def test_chalkgrad_lacks_nothing_and_micrograd_what_it_lacks() -> None:
    assert check(Value).missing == [] and check(Value).notes == []
    micro = check(Micro)
    assert {"a.exp()", "a.tanh()", "a ** b", "2 ** a", "zero_grad()"} <= set(micro.missing)
    assert not {"a.relu()", "2 - a", "a ** 0.5", "a / b"} & set(micro.missing)
    assert [note.name for note in micro.notes] == ["depth", "twice"]  # to know, not to blame
