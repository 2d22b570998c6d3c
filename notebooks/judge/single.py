"""One operation alone: its value, what it leaves as it was, and its slopes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...engine.floats import as_float
from .bench import Bench, Trial
from .exact import agree
from .operations import OPERATIONS, Operation
from .reasons import PATTERNS, of_failure, of_slopes, of_value, pattern
from .running import Failure, Line, attempt, run
from .verdict import Fault


def judge_values(bench: Bench) -> None:
    """A node holds its number; every operation gives the right number in a new node, and changes no operand."""
    kind = bench.kind.__name__
    holds: list[float] = []
    failure = attempt(lambda: holds.append(as_float(bench.kind(3.0).data, "data")))
    if failure or holds != [3.0]:
        bench.is_usable = False
        if bench.kind.__init__ is object.__init__:
            bench.judgement.needed.append("__init__(self, data)")
            return
        lines, thought = f"a = {kind}(3)", "a node keeps its number under .data"
        if failure:
            bench.blame_failure(failure, "data", "forward", lines, f"{thought}: {of_failure(failure)}")
        else:
            bench.add(Fault("data", "forward", lines, "a.data", holds[0], 3.0, thought))
        return
    for operation in OPERATIONS:
        if not hasattr(bench.kind, operation.needs):
            bench.mark(operation, "missing")
        else:
            bench.mark(operation, "right")
            for line in operation.lines():
                if bench.is_right(operation.text):
                    _judge_value(bench, operation, line)


def _judge_value(bench: Bench, operation: Operation, line: Line) -> None:
    wanted, _ = line.wanted()
    lines = line.shown(bench.kind.__name__)
    done = run(bench.kind, line)
    name = f"{operation.text}: value"
    if done.failure:
        if operation.optional or isinstance(done.failure.error, NotImplementedError):
            bench.mark(operation, "missing")
        else:
            bench.mark(operation, "wrong")
            bench.blame_failure(done.failure, name, "forward", lines)
        return
    out = done.nodes[line.root]
    thought = _of_result(bench.kind, out, [done.nodes[given] for given in line.numbers])
    if thought:
        bench.mark(operation, "wrong")
        kind = "aliasing" if any(out is done.nodes[given] for given in line.numbers) else "no node"
        bench.blame_failure(None, f"{operation.text}: {kind}", "forward", lines, thought)
        return
    numbers: dict[str, float] = {}
    read = (line.root, *line.numbers)
    failure = attempt(lambda: numbers.update({x: as_float(done.nodes[x].data, f"{x}.data") for x in read}))
    if failure:
        bench.mark(operation, "wrong")
        bench.blame_failure(failure, name, "forward", lines)
        return
    if not agree(numbers[line.root], wanted):
        bench.mark(operation, "wrong")
        got = numbers[line.root]
        bench.add(Fault(name, "forward", lines, "y.data", got, wanted, of_value(operation.values, line.numbers, got)))
        return
    for given, x in line.numbers.items():
        if numbers[given] != x:
            bench.mark(operation, "wrong")
            bench.add(Fault(
                f"{operation.text}: in place", "forward", lines, f"{given}.data", numbers[given], x,
                "it writes its result into its operand: the result is a new node, and the operand stays as it was",
            ))  # fmt: skip
            return


def _of_result(kind: type[Any], out: Any, operands: Sequence[Any]) -> str:
    """What is wrong with a result that is no new node; nothing if it is one."""
    if out is None:
        return "nothing came back: the method's `return out` is missing"
    if any(out is operand for operand in operands):
        return "the operand itself came back, not a new node: whatever is written to the one is written to the other"
    if isinstance(out, kind) or (hasattr(out, "data") and not hasattr(type(out), "__float__")):
        return ""
    return f"a {type(out).__name__} came back and not a {kind.__name__}: what it was made from is lost"


def judge_in_place(bench: Bench) -> None:
    """`c += b` makes a new node of the name c; the node that was called so before stays as it was."""
    if not bench.is_right("a + b"):
        return
    for symbol, text in (("+", "a + b"), ("-", "a - b"), ("*", "a * b"), ("/", "a / b")):
        if not bench.is_right(text):
            continue
        line = Line(f"c = a; c {symbol}= b; y = c", {"a": 3.0, "b": -2.0})
        done = run(bench.kind, line)
        lines = line.shown(bench.kind.__name__)
        if done.failure:
            bench.blame_failure(done.failure, f"a {symbol}= b: in place", "forward", lines)
        elif not agree(done.nodes["a"].data, 3.0):
            bench.add(Fault(
                f"a {symbol}= b: in place", "forward", lines, "a.data", float(done.nodes["a"].data), 3.0,
                f"the method for {symbol}= changes the node that others have been computed from: leave it out, and "
                "Python makes a new node",
            ))  # fmt: skip


def judge_slopes(bench: Bench) -> None:
    """`backward()` of one operation gives its slopes, with 1 at the root."""
    for name in ("grad", "backward"):
        probe = bench.kind if name == "backward" else bench.kind(3.0)
        if not hasattr(probe, name):
            bench.judgement.needed.append("backward()" if name == "backward" else name)
            bench.is_usable = False
    if not bench.is_usable:
        return
    wrong: list[tuple[Operation, Trial]] = []
    judged = bench.right()
    for operation in judged:
        for line in operation.lines():
            trial = bench.try_line(line)
            if not trial.is_right:
                bench.mark(operation, "wrong")
                wrong.append((operation, trial))
                break
    if wrong and isinstance(getattr(wrong[0][1].failure, "error", None), NotImplementedError):
        bench.judgement.needed.append("backward()")
        bench.is_usable = False
        return
    common = _common(wrong, len(judged))
    if common:
        _blame_all(bench, common, wrong)
        return
    for operation, trial in wrong:
        thought = "" if trial.failure else _thought(operation, trial)
        bench.blame(trial, f"{operation.text}: slope", "local rule", thought)


def _thought(operation: Operation, trial: Trial) -> str:
    return of_slopes(operation.slopes, trial.line.numbers, trial.out, trial.got, trial.wanted)


def _common(wrong: Sequence[tuple[Operation, Trial]], judged: int) -> str:
    """What all operations get wrong in the same way; nothing if they do not, or if one is right."""
    if not wrong or (len(wrong) < judged and not all(trial.failure for _, trial in wrong)):
        return ""
    failures: list[Failure] = [trial.failure for _, trial in wrong if trial.failure]
    if failures:
        same = len({failure.line for failure in failures}) == 1 and len(failures) == len(wrong) > 1
        return "error" if same else ""
    ways = {pattern(trial.got, trial.wanted, trial.out) for _, trial in wrong}
    return ways.pop() if len(ways) == 1 else ""


def _blame_all(bench: Bench, common: str, wrong: Sequence[tuple[Operation, Trial]]) -> None:
    trial = wrong[0][1]
    at = tuple(operation.text for operation, _ in wrong)
    if common == "error":
        bench.blame(trial, "backward", "backward", "", at)
    elif common == "zero":
        seeded: list[float] = []
        attempt(lambda: seeded.append(trial.run.grad(trial.line.root)))
        if seeded == [1.0]:
            bench.blame(trial, "nothing passed on", "backward", PATTERNS["zero"], at)
        else:
            thought = "the root changes as fast as itself: its gradient is set to 1 before the walk begins"
            bench.blame(trial, "seed", "backward", thought, at)
    elif common == "out":
        thought = "the root's gradient is its own number: it changes as fast as itself, so it is 1"
        bench.blame(trial, "seed", "backward", thought, at)
    else:
        name = {"negative": "sign", "double": "double"}[common]
        bench.blame(trial, name, "accumulation", PATTERNS[common], at)
