"""One operation alone: its value, what it leaves as it was, and its slopes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ...engine.floats import as_float
from .bench import Bench, Trial, fault_of
from .exact import agree
from .operations import OPERATIONS, Operation
from .reasons import PATTERNS, of_failure, of_slopes, of_value, pattern
from .running import Failure, Line, Run, attempt, run
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
            bench.add(fault_of(failure, "data", "forward", lines, f"{thought}: {of_failure(failure)}"))
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
    done = run(bench.kind, line)
    if done.failure and (operation.optional or _is_refused(done.failure)):
        bench.mark(operation, "missing")
        return
    fault = _fault_of_value(bench.kind, operation, line, done)
    if fault:
        bench.mark(operation, "wrong")
        bench.add(fault)


def _is_refused(failure: Failure) -> bool:
    """Whether the class says by itself that it does not do this: what it refuses is not there yet."""
    if isinstance(failure.error, TypeError):
        return "unsupported operand" in failure.text and not failure.line  # the method gave NotImplemented
    return isinstance(failure.error, (NotImplementedError, AssertionError))


def _fault_of_value(kind: type[Any], operation: Operation, line: Line, done: Run) -> Fault | None:
    """What is wrong with the result of one operation, if anything is."""
    lines, name = line.shown(kind.__name__), f"{operation.text}: value"
    numbers: dict[str, float] = {}
    told: list[str] = []

    def look() -> None:
        out, *operands = (done.nodes[each] for each in (line.root, *line.numbers))
        told.append(_of_result(kind, out, operands))
        if not told[0]:
            numbers.update({x: as_float(done.nodes[x].data, f"{x}.data") for x in (line.root, *line.numbers)})

    failure = done.failure or attempt(look)
    if failure:
        return fault_of(failure, name, "forward", lines)
    if told[0]:
        short = "aliasing" if told[0] == ITSELF else "no node"
        return Fault(f"{operation.text}: {short}", "forward", lines, "", None, None, told[0])
    got, (wanted, _) = numbers[line.root], line.wanted()
    if not agree(got, wanted):
        return Fault(
            name, "forward", lines, "y.data", got, wanted, of_value(operation.values, line.numbers, got, wanted)
        )
    changed = [given for given, x in line.numbers.items() if numbers[given] != x]
    if not changed:
        return None
    given = changed[0]
    return Fault(
        f"{operation.text}: in place", "forward", lines, f"{given}.data", numbers[given], line.numbers[given],
        "it writes its result into its operand: the result is a new node, and the operand stays as it was",
    )  # fmt: skip


ITSELF = "the operand itself came back, not a new node: whatever is written to the one is written to the other"


def _of_result(kind: type[Any], out: Any, operands: Sequence[Any]) -> str:
    """What is wrong with a result that is no new node; nothing if it is one."""
    if out is None:
        return "nothing came back: the method's `return out` is missing"
    if any(out is operand for operand in operands):
        return ITSELF
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
        kept: list[float] = []
        failure = done.failure or attempt(partial(_keep, kept, done))
        lines = line.shown(bench.kind.__name__)
        if failure:
            bench.add(fault_of(failure, f"a {symbol}= b: in place", "forward", lines))
        elif kept != [3.0]:
            bench.add(Fault(
                f"a {symbol}= b: in place", "forward", lines, "a.data", kept[0], 3.0,
                f"the method for {symbol}= changes the node that others have been computed from: leave it out, and "
                "Python makes a new node",
            ))  # fmt: skip


def _keep(kept: list[float], done: Run) -> None:
    kept.append(as_float(done.nodes["a"].data, "a.data"))


def judge_slopes(bench: Bench) -> None:
    """`backward()` of one operation gives its slopes, with 1 at the root."""
    has: dict[str, bool] = {}
    failure = attempt(lambda: has.update({
        "grad": hasattr(bench.kind(3.0), "grad"), "backward()": hasattr(bench.kind, "backward"),
    }))  # fmt: skip
    if failure:
        bench.add(fault_of(failure, "grad", "local rule", f"{bench.kind.__name__}(3).grad"))
    bench.judgement.needed += [name for name, is_there in has.items() if not is_there]
    if failure or not all(has.values()):
        bench.is_usable = False
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
        if trial.run.grads[trial.line.root] == 1.0:
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
