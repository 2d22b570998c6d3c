"""How long a graph takes to be ready, and how much memory: 1,000 to 1,000,000 scalar operations.

    python tests/bench/bench_compile_time.py [--largest 100000] [--plot compile_time.png]

Three kinds of graph, each with its gradient: *layers* (a network of ReLUs), *tangle* (random operations on random
earlier nodes) and *chain* (each operation waits for the one before). Ready means: from the finished graph
to the first loss and gradient of 16 rows, in a process of its own, code cache off.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import operator
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

KINDS = ("layers", "tangle", "chain")
SIZES = (1_000, 10_000, 100_000, 1_000_000)
ROWS = 16


def graph(kind: str, size: int) -> tuple[Any, list[Any], list[Any]]:
    """A root of about `size` operations, its inputs, its parameters."""
    from workloads import scalar_network

    from chalkgrad.engine import Value, maximum

    rng = random.Random(0)
    inputs = [Value(rng.uniform(-1, 1)) for _ in range(8)]
    if kind == "layers":
        width = max(2, int((size / 2) ** 0.5))
        sizes = [8, width, width, 1]
        count = sum((m + 1) * n for m, n in itertools.pairwise(sizes))
        parameters = [Value(rng.uniform(-1, 1) / width**0.5) for _ in range(count)]
        return scalar_network(parameters, sizes, inputs)[0].tanh(), inputs, parameters
    parameters = [Value(rng.uniform(-1, 1)) for _ in range(8)]
    if kind == "chain":
        node = sum(inputs, parameters[0])
        for i in range(size // 2):
            node = (node * parameters[i % 8]).tanh()
        return node, inputs, parameters
    nodes = [*inputs, *parameters]
    for _ in range(size):
        a, b = nodes[-1] if rng.random() < 0.5 else rng.choice(nodes[-200:]), rng.choice(nodes[-200:])
        make = rng.choice((operator.add, operator.sub, operator.mul, maximum))
        nodes.append(make(a, b) if rng.random() < 0.7 else a.sin())
    total: Any = sum([*nodes[-200:], *inputs])
    return total.tanh(), inputs, parameters


def measure(kind: str, size: int) -> dict[str, float]:
    """Seconds and megabytes, in this process."""
    import resource

    import llvmlite.binding  # noqa: F401  (its import is not what is measured)
    import numpy as np

    from chalkgrad.engine import topological_order
    from chalkgrad.engine.compiler.program import compile

    gc.disable()
    root, inputs, parameters = graph(kind, size)
    gc.enable()
    gc.freeze()
    operations = sum(not node.is_leaf for node in topological_order(root))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    program = compile(root, inputs, parameters)
    program.value_and_grad(np.full((ROWS, len(inputs)), 0.1))
    ready = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    program.value_and_grad(np.full((ROWS, len(inputs)), 0.1))
    call = time.perf_counter() - start
    return {"operations": operations, "ready": ready, "megabytes": (peak - before) / 1024, "call": call}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--largest", type=int, default=100_000)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure[0], int(given.measure[1]))))
        return
    results: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    print("| graph | operations | ready, s | memory, MB | call with 16 rows, ms |\n|---|--:|--:|--:|--:|")
    for kind in KINDS:
        for size in SIZES:
            if size > given.largest:
                continue
            command = [sys.executable, __file__, "--measure", kind, str(size)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            row = json.loads(done.stdout)
            results[kind].append(row)
            print(
                f"| {kind} | {row['operations']:,} | {row['ready']:.2f} | {row['megabytes']:,.0f} "
                f"| {row['call'] * 1e3:.2f} |",
                flush=True,
            )
    if given.plot:
        draw(results, given.plot)


def draw(results: dict[str, list[dict[str, float]]], path: Path) -> None:
    """Seconds and megabytes against operations, on logarithmic axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.4), layout="constrained")
    styles = dict(zip(KINDS, (("#0877bd", "o"), ("#c25e00", "s"), ("#5b7f3a", "^")), strict=True))
    for axis, what, title in zip(
        figure.subplots(1, 2), ("ready", "megabytes"), ("seconds until ready", "memory, MB"), strict=True
    ):
        for kind, rows in results.items():
            color, marker = styles[kind]
            points = [row["operations"] for row in rows], [max(row[what], 1e-3) for row in rows]
            axis.loglog(*points, color=color, marker=marker, label=kind)
        axis.set_xlabel("scalar operations in the graph")
        axis.set_title(title, loc="left", fontsize=11)
        axis.grid(alpha=0.25, which="major")
        axis.spines[["top", "right"]].set_visible(False)
    figure.axes[0].legend(frameon=False)
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
