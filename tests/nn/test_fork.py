"""A real fork in the middle of `fit`, in the thread that trains and in another: child and parent both go on."""

from __future__ import annotations

import os
import random
import threading
import time
from typing import Any

import pytest
from support.children import ends_well

from chalkgrad.nn import MLP, SGD, fit, mse_loss

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
    pytest.mark.filterwarnings("ignore:.*fork"),
]

rng = random.Random(0)
INPUTS = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(24)]
TARGETS = [x * y for x, y in INPUTS]


def trained(kind: bool, during: Any = None) -> list[float]:
    """The parameters after a fit; `during` is called in the metric, which runs many times amid it."""
    model = MLP(2, [4, 1], seed=0)

    def metric(output: Any, target: Any) -> bool:
        if during is not None:
            during()
        return True

    optimizer = SGD(model.parameters(), lr=0.05)
    fit(
        model, INPUTS, TARGETS, mse_loss, optimizer, epochs=6, batch_size=8, seed=0, metric=metric, progress=False,
        compile=kind,
    )  # fmt: skip
    return [p.data for p in model.parameters()]


def needs(kind: bool) -> None:
    if kind:
        pytest.importorskip("numpy")


@pytest.mark.parametrize("kind", [False, True])
def test_a_fork_inside_a_metric(kind: bool) -> None:
    needs(kind)
    wanted = trained(kind)
    calls = 0
    forked: list[int] = []

    def during() -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            forked.append(os.fork())

    try:
        found = trained(kind, during)
        well = found == wanted == trained(kind)  # amid the one that was forked, and anew
    except BaseException:
        if forked == [0]:
            os._exit(3)
        raise
    if forked == [0]:
        os._exit(0 if well else 1)
    assert len(forked) == 1 and well and ends_well(forked[0])


@pytest.mark.parametrize("kind", [False, True])
def test_a_fork_while_another_thread_trains(kind: bool) -> None:
    needs(kind)
    wanted = trained(kind)
    for delay in (0.0, 0.002, 0.02):
        reached = threading.Event()
        found: list[list[float]] = []
        thread = threading.Thread(target=lambda go=reached, all=found: all.append(trained(kind, go.set)))
        thread.start()
        assert reached.wait(60)
        time.sleep(delay)
        child = os.fork()
        if not child:
            try:
                os._exit(0 if trained(kind) == wanted else 1)
            finally:
                os._exit(2)
        thread.join(60)
        assert ends_well(child) and found == [wanted]
