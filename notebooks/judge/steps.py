"""From pass to pass: gradients are cleared, and a few steps of training arrive where they should."""

from __future__ import annotations

from typing import Any

from ...engine.floats import as_float
from .bench import Bench, fault_of
from .exact import agree
from .running import OURS, Failure, attempt
from .verdict import Fault

PASS = "y = a * b\ny.backward()"
TRAINING = """\
w, x, t = Value(1), Value(2), Value(-6)
for _ in range(3):
    d = w * x + t
    loss = d * d
    {clear}
    loss.backward()
    w.data = w.data - 0.0625 * w.grad"""
TRAINED, NEVER_CLEARED = 2.75, 4.75  # w after three steps; and when gradients pile up


def judge_zeroing(bench: Bench) -> None:
    """A gradient that was cleared begins anew: by `zero_grad()` where there is one, else by `a.grad = 0.0`."""
    if bench.judgement.faults or not bench.is_right("a * b"):
        return
    if not hasattr(bench.kind, "zero_grad"):
        bench.judgement.missing.append("zero_grad()")
    clears = ["a.grad = b.grad = 0.0"]
    if hasattr(bench.kind, "zero_grad"):
        clears.append("a.zero_grad(); b.zero_grad()")
    for clear in clears:
        if not _begins_anew(bench, clear):
            return
    _note_a_second_pass(bench)


def _begins_anew(bench: Bench, clear: str) -> bool:
    program = f"a, b = Value(3), Value(-2)\n{PASS}\n{clear}"
    cleared = _number(bench, f"{program}\nend = a.grad", "a.grad", 0.0, "uncleared", (
        "zero_grad() leaves the gradient as it was" if "zero_grad" in clear else "a.grad = 0.0 leaves it as it was"
    ))  # fmt: skip
    return cleared and _number(bench, f"{program}\n{PASS}\nend = a.grad", "a.grad", -2.0, "uncleared", (
        "something is left of the pass before: gradients, or a list of nodes, that are kept elsewhere and never emptied"
    ))  # fmt: skip


def judge_training(bench: Bench) -> None:
    """Three steps of gradient descent on a loss of one weight."""
    if bench.judgement.faults or not bench.is_right("a + b", "a * b"):
        return
    clear = "w.zero_grad()" if hasattr(bench.kind, "zero_grad") else "w.grad = 0.0"
    program = TRAINING.format(clear=clear) + "\nend = w.data"
    _number(
        bench, program, "w.data", TRAINED, "training", "after an update the graph is built anew from the new number"
    )


def _number(bench: Bench, program: str, what: str, wanted: float, name: str, thought: str) -> bool:
    """Whether a program leaves the right number under `end`; if not, that is a fault."""
    lines = program.rpartition("\n")[0].replace("Value(", f"{bench.kind.__name__}(")
    got, failure = _run(bench, program)
    if failure:
        bench.add(fault_of(failure, name, "zeroing", lines))
        return False
    if agree(got, wanted):
        return True
    if agree(got, NEVER_CLEARED) and name == "training":
        name, thought = "uncleared", "gradients of the steps before are still in it: they were not cleared"
    bench.add(Fault(name, "zeroing", lines, what, got, wanted, thought))
    return False


def _note_a_second_pass(bench: Bench) -> None:
    """A second backward() from one root: some engines give once or twice the gradient, micrograd three times here."""
    program = "a, b, c = Value(3), Value(-2), Value(5)\ny = a * b * c\ny.backward()\ny.backward()\nend = a.grad"
    got, failure = _run(bench, program)
    if not failure and not any(agree(got, times * -10.0) for times in (1.0, 2.0)):
        bench.note("twice", (
            f"backward() twice from one root gives {got / -10.0:g} times the gradient, for nodes inside the graph "
            "still hold that of the first pass. micrograd does so too; PyTorch and chalkgrad give twice. Build the "
            "graph anew."
        ))  # fmt: skip


def _run(bench: Bench, program: str) -> tuple[float, Failure | None]:
    """The number under `end` after a program, and what went wrong; None counts as 0."""
    names: dict[str, Any] = {"Value": bench.kind}
    got: list[float] = []

    def act() -> None:
        exec(compile(program, OURS, "exec"), names)
        got.append(0.0 if names["end"] is None else as_float(names["end"], "it"))

    failure = attempt(act)
    return (0.0 if failure else got[0]), failure
