"""Eager training step and memory per node, side by side with micrograd 0.1.0 in one run.

    python tests/bench/bench_eager.py [steps]

The step is that of micrograd's own demo: `MLP(2, [16, 16, 1])`, ReLU, 100 rows of two moons,
max-margin loss with L2, one SGD update; the same scalar operations in both, one node each, and
the same parameters. Each library runs in a process of its own, so that neither's garbage is
collected at the other's expense, and the two take turns, step by step. The garbage collector is at
its defaults. What is quoted is the ratio of the medians.

The collector walks whatever else is in memory too, so there are two runs: one with nothing else
loaded, and one with scikit-learn, as in a notebook.
"""

from __future__ import annotations

import gc
import importlib
import random
import statistics
import sys
import time
import tracemalloc
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

LIBRARIES = ("chalkgrad", "micrograd")


class Demo:
    """micrograd's demo, on whichever of the two libraries is named."""

    def __init__(self, library: str, rows: list[list[float]], labels: list[int]) -> None:
        self.Value: Any = importlib.import_module(f"{library}.engine").Value
        self.model = importlib.import_module(f"{library}.nn").MLP(2, [16, 16, 1])
        generator = random.Random(1337)
        for p in self.model.parameters():
            p.data = generator.uniform(-1.0, 1.0)
        self.rows = rows
        self.labels = labels

    def loss(self) -> Any:
        inputs = [list(map(self.Value, row)) for row in self.rows]
        scores = list(map(self.model, inputs))
        losses = [(1 + -y * score).relu() for y, score in zip(self.labels, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        return data_loss + 1e-4 * sum(p * p for p in self.model.parameters())

    def step(self) -> tuple[float, float, float, float]:
        """Seconds for the whole step, for forward, for backward, for update and release; then the loss."""
        start = time.perf_counter()
        total = self.loss()
        forward = time.perf_counter()
        self.model.zero_grad()
        total.backward()
        backward = time.perf_counter()
        for p in self.model.parameters():
            p.data -= 0.05 * p.grad
        loss = total.data
        del total
        end = time.perf_counter()
        return end - start, forward - start, backward - forward, loss

    def bytes_per_node(self) -> tuple[int, float, float]:
        """Nodes of one step's graph, and bytes each after forward and after backward."""
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        total = self.loss()
        recorded = tracemalloc.get_traced_memory()[0] - before
        total.backward()
        differentiated = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        nodes = count_nodes(total)
        return nodes, recorded / nodes, differentiated / nodes


def count_nodes(root: Any) -> int:
    seen = {id(root)}
    stack = [root]
    while stack:
        for parent in stack.pop()._prev:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append(parent)
    return len(seen)


def work(library: str, loaded: str | None, rows: list[list[float]], labels: list[int], pipe: Connection) -> None:
    if loaded is not None:
        importlib.import_module(loaded)
    demo = Demo(library, rows, labels)
    while (request := pipe.recv()) != "end":
        pipe.send(demo.step() if request == "step" else demo.bytes_per_node())


def compare(steps: int, loaded: str | None, rows: list[list[float]], labels: list[int]) -> None:
    """Run both libraries in turn, with a package loaded beside them or none, and print what came of it."""
    context = get_context("spawn")
    pipes, processes = {}, []
    for library in LIBRARIES:
        pipes[library], far_end = context.Pipe()
        processes.append(context.Process(target=work, args=(library, loaded, rows, labels, far_end), daemon=True))
        processes[-1].start()

    def ask(library: str, request: str) -> Any:
        pipes[library].send(request)
        return pipes[library].recv()

    times: dict[str, list[tuple[float, ...]]] = {library: [] for library in LIBRARIES}
    for step in range(steps + 1):
        for library in LIBRARIES:
            times[library].append(ask(library, "step"))
        ours, theirs = (times[library][step][3] for library in LIBRARIES)
        if abs(ours - theirs) > 1e-9 * abs(theirs):
            sys.exit(f"step {step}: the losses differ, {ours!r} and {theirs!r}; nothing was compared")
    memory = {library: ask(library, "memory") for library in LIBRARIES}
    for library in LIBRARIES:
        pipes[library].send("end")
    for process in processes:
        process.join()

    print(f"\nwith {loaded or 'nothing else'} loaded")
    print(
        f"{'':10} {'step ms':>9} {'forward':>9} {'backward':>9} {'nodes':>8} {'bytes/node':>11} {'after backward':>15}"
    )
    medians = {}
    for library in LIBRARIES:
        step, forward, backward, _ = (statistics.median(column) for column in zip(*times[library][1:], strict=True))
        medians[library] = step
        nodes, recorded, differentiated = memory[library]
        print(
            f"{library:10} {step * 1e3:9.1f} {forward * 1e3:9.1f} {backward * 1e3:9.1f} "
            f"{nodes:8,} {recorded:11.0f} {differentiated:15.0f}"
        )
    print(f"micrograd / chalkgrad: {medians['micrograd'] / medians['chalkgrad']:.1f}x the time")


def main(steps: int = 9) -> None:
    from sklearn.datasets import make_moons  # not at the top: the workers import this file

    rows, classes = make_moons(n_samples=100, noise=0.1, random_state=1337)
    print(f"one training step of micrograd's moons demo; medians of {steps} steps each, in turn")
    for loaded in (None, "sklearn.datasets"):
        compare(steps, loaded, rows.tolist(), (classes * 2 - 1).tolist())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
