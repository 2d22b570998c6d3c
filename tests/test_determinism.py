"""The same program gives the same bits and the same picture in every process."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import hashlib, sys
from chalkgrad.engine import Value, grad, logsumexp, maximum, topological_order, where
from chalkgrad.nn import MLP, cross_entropy
from chalkgrad.viz import draw

x, y = Value(0.1, label="x"), Value(-1.7, label="y")
hidden = [(x * k / 3 + y**2).tanh() for k in range(1, 7)]
root = logsumexp(*hidden) + maximum(hidden[0], hidden[1]) * where(x.gt(y), x.exp(), y.sigmoid())
root = root + sum(h * x for h in hidden) / 7
root.backward()
slopes = grad(root, [x, y], create_graph=True)
print(root.data.hex(), x.grad.hex(), y.grad.hex(), *(grad(s, v).hex() for s in slopes for v in (x, y)))
print([node._op for node in topological_order(root, *slopes)])

model = MLP(2, [5, 5, 3], seed=3)
loss = cross_entropy(model([x, y]), 1)
loss.backward()
print(*(p.grad.hex() for p in model.parameters()))
for drawn in (root, slopes[0], loss):
    print(hashlib.sha256(draw(drawn, max_nodes=60).source.encode()).hexdigest())
print(draw(root).source)
print(sys.flags.hash_randomization, file=sys.stderr)
"""

PROCESSES = 20
AT_ONCE = 4


def test_twenty_processes_with_different_hash_seeds_print_one_result() -> None:
    outputs: list[tuple[str, str]] = []
    for start in range(0, PROCESSES, AT_ONCE):
        batch = [
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM],
                env={**os.environ, "PYTHONHASHSEED": str(1 + seed * 1000)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for seed in range(start, start + AT_ONCE)
        ]
        outputs += [process.communicate(timeout=100) for process in batch]
    assert {stderr for _, stderr in outputs} == {"1\n"}
    assert "digraph" in outputs[0][0]
    assert len({stdout for stdout, _ in outputs}) == 1
