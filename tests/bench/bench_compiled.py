"""Training steps, compiled, beside the field: one run, one thread, float64, medians of interleaved repeats.

    python tests/bench/bench_compiled.py [--rounds 15] [--skip micrograd casadi] [--write README.md]

Each library makes the same step (forward, backward, mean over the rows, SGD update) from the same
parameters on the same rows. Before anything is timed, each must give the same loss twice and the same parameters
after two steps, to 1e-8; that compares gradients as well. Then the contenders take turns, round by round.

`--write` puts the table between the marks `<!-- bench:compiled -->` and `<!-- /bench:compiled -->` of a file.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import numpy as np  # noqa: E402
import workloads  # noqa: E402
from expression import CALLERS  # noqa: E402
from workloads import Contender, Workload  # noqa: E402

LOOP = 100
SLICE = 0.02  # seconds that a contender works in its turn, at least one step

WORKLOADS = {
    "a": ("moons, MLP(2, [16, 16, 1]), 100 rows", [2, 16, 16, 1], 100, "hinge"),
    "b": ("moons, MLP(2, [64, 64, 1]), 1,000 rows", [2, 64, 64, 1], 1000, "hinge"),
    "c": ("digits, MLP(64, [32, 10]), batch of 32", [64, 32, 10], 32, "classes"),
}

CONTENDERS: dict[str, Callable[[Workload], Contender]] = {
    "llvm": lambda work: workloads.compiled(work, "llvm", False),
    "llvm-fast": lambda work: workloads.compiled(work, "llvm", True),
    "llvm-loop": lambda work: workloads.compiled(work, "llvm", True, LOOP),
    "numpy": lambda work: workloads.compiled(work, "numpy", False),
    "numpy-fast": lambda work: workloads.compiled(work, "numpy", True),
    "hand": workloads.by_hand,
    "jax": workloads.jax,
    "jax-loop": lambda work: workloads.jax(work, LOOP),
    "torch": workloads.pytorch,
    "casadi": workloads.casadi,
    "eager": workloads.eager,
    "micrograd": workloads.micrograd,
}
SLOW = {"eager", "micrograd"}
LEFT_OUT = {("b", "micrograd"), ("b", "eager"), ("b", "casadi"), ("c", "micrograd")}  # minutes a step; no softmax


def check(contenders: dict[str, Contender]) -> None:
    """Every contender must compute what the first one does."""
    losses, parameters = {}, {}
    for name, contender in contenders.items():
        if contender.loop == 1:
            losses[name] = [contender.step(), contender.step()]
            parameters[name] = np.array(contender.parameters())
    first = next(iter(losses))
    for name in losses:
        for what in (losses, parameters):
            if not np.allclose(what[name], what[first], rtol=1e-8, atol=1e-8):
                worst = np.abs(np.array(what[name]) - what[first]).max()
                sys.exit(f"{name} and {first} differ by {worst:.3g}: nothing was timed")
    for contender in contenders.values():
        if contender.loop > 1:
            contender.step()


def race(contenders: dict[str, Contender], rounds: int) -> dict[str, float]:
    """Median seconds a step of each contender, all of them taking turns."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds):
        for name, contender in contenders.items():
            if name in SLOW and turn >= 3:
                continue
            count, start = 0, time.perf_counter()
            while time.perf_counter() - start < SLICE:
                contender.step()
                count += 1
            times[name].append((time.perf_counter() - start) / count / contender.loop)
    return {name: statistics.median(own) for name, own in times.items()}


def microseconds(seconds: float) -> str:
    """Three digits, a comma between thousands."""
    number = seconds * 1e6
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--skip", nargs="*", default=[], choices=[*CONTENDERS, *CALLERS])
    parser.add_argument("--only", nargs="*", default=[*WORKLOADS, "d"], choices=[*WORKLOADS, "d"])
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    columns: dict[str, dict[str, float]] = {}
    names: dict[str, str] = {}
    for letter in given.only:
        if letter == "d":
            makers = {name: make for name, make in CALLERS.items() if name not in given.skip}
            contenders = {name: make() for name, make in makers.items()}
        else:
            work = Workload(*WORKLOADS[letter])
            contenders = {
                name: make(work)
                for name, make in CONTENDERS.items()
                if name not in given.skip and (letter, name) not in LEFT_OUT
            }
        check(contenders)
        columns[letter] = race(contenders, given.rounds)
        names.update({name: contender.name for name, contender in contenders.items()})
    table = markdown(columns, names)
    print(table)
    if given.write:
        mark = "bench:compiled"
        text = given.write.read_text(encoding="utf-8")
        pattern = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", re.DOTALL)
        if not pattern.search(text):
            sys.exit(f"{given.write} has no marks <!-- {mark} --> and <!-- /{mark} -->")
        given.write.write_text(pattern.sub(lambda found: found[1] + table + "\n" + found[2], text), encoding="utf-8")


def markdown(columns: dict[str, dict[str, float]], names: dict[str, str]) -> str:
    """The table: microseconds a step."""
    lines = [
        "| microseconds a step | " + " | ".join(f"({letter})" for letter in columns) + " |",
        "|---|" + "--:|" * len(columns),
    ]
    for name, label in names.items():
        cells = [microseconds(own[name]) if name in own else "" for own in columns.values()]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    about = [f"({letter}) {WORKLOADS[letter][0]}" for letter in columns if letter in WORKLOADS]
    if "d" in columns:
        about.append("(d) one expression of 30 operations and its gradient, one row")
    lines += [
        "",
        f"{'; '.join(about)}. One thread, float64, medians; Python {platform.python_version()}, "
        f"`python tests/bench/bench_compiled.py`.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
