"""Several operations in a row: what one hands on to the next, what adds up where paths meet, and in which order."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...engine import Value, trace
from .bench import Bench, Trial
from .exact import agree
from .operations import Operation
from .running import Line, attempt, grad_of

# The graphs in which the order shows, the smallest first. Each twice, with its operands turned round: an engine that
# keeps parents in a set goes over them in an order of its own.
ORDERS = (
    Line("b = a + a; c = b + b", {"a": 3.0}),
    Line("a = x * 2; e = a * 3; f = a * 5; y = e + f", {"x": 1.0}),
    Line("a = x * 2; e = a * 3; f = a * 5; y = f + e", {"x": 1.0}),
    Line("a = x * 3; y = a + a * 2 * 2", {"x": 1.0}),
    Line("a = x * 3; y = a * 2 * 2 + a", {"x": 1.0}),
    Line("a = x + 1; e = a * a; y = e + a", {"x": 2.0}),
    Line("a = x + 1; e = a * a; y = a + e", {"x": 2.0}),
)
ORDER_THOUGHTS = {
    "recursion": "a node hands on as soon as something arrives, and then all of it again: list the nodes first, "
    "parents before their users, and walk that list from its end",
    "unsorted": "a node stands in the list more than once: in the topological sort the loop over the parents, or the "
    "append, stands outside of the `if`",
    "order": "a node hands on before all that uses it has reported: append it to the list after its parents, and walk "
    "the list from its end",
}
ORDER_NAMES = {"recursion": "recursion", "unsorted": "outside the if", "order": "order"}
DOUBLINGS = 20
FLAT, DEEP = 100, 2000  # sums in a row: what any engine must bear, and what recursion does not


def judge_upstream(bench: Bench) -> None:
    """What an operation hands on is its slope times what has arrived: here 3."""
    if not bench.is_right("a * b") or bench.found("aliasing", "equal numbers"):
        return
    wrong: list[tuple[Operation, Trial]] = []
    judged = bench.right()
    for operation in judged:
        numbers = {**operation.points[0], "c": 3.0}
        trial = bench.try_line(Line(f"y = ({operation.text}) * c", numbers))
        if not trial.is_right:
            bench.mark(operation, "wrong")
            wrong.append((operation, trial))
    if not wrong:
        return
    at = tuple(operation.text for operation, _ in wrong)
    if len(wrong) == len(judged) > 1 and not any(trial.failure for _, trial in wrong):
        trial = wrong[0][1]
        name, thought = _of_upstream(trial)
        bench.blame(trial, name, "backward" if name == "upstream" else "order", thought, at)
        return
    for operation, trial in wrong:
        name, thought = _of_upstream(trial)
        bench.blame(trial, f"{operation.text}: {name}", "local rule", "" if trial.failure else thought)


def _of_upstream(trial: Trial) -> tuple[str, str]:
    behind = [name for name in trial.line.numbers if name != "c"]
    if trial.failure is None and all(trial.got[name] == 0.0 for name in behind):
        nodes, later = trial.run.nodes, dict[str, float]()

        def again() -> None:
            nodes[trial.line.root].backward()
            later.update({name: grad_of(nodes[name], name) for name in behind})

        attempt(again)
        if any(later.values()):
            return "not reversed", "the walk goes from the leaves to the root: it begins at the root, reversed(order)"
        return "only the root", "only the root hands on: the walk must go on to its parents, and to theirs"
    return "upstream", "the slope is handed on without what has arrived: it is out.grad times the slope"


def judge_identity(bench: Bench) -> None:
    """Two nodes with the same number are two nodes."""
    if not bench.is_right("a * b"):
        return
    trial = bench.try_line(Line("y = a * c", {"a": 2.0, "b": 2.0, "c": 5.0}))
    if not trial.is_right:
        bench.blame(trial, "aliasing", "aliasing", (
            "two numbers of one size are two nodes, each with a gradient of its own: here they share one (a cache, a "
            "default argument, or something kept on the class)"
        ))  # fmt: skip
    elif bench.is_right("a + b"):
        text = "p = a + c; q = b + d; y = p * q"
        apart = bench.try_line(Line(text, {"a": 2.0, "c": 3.0, "b": 1.0, "d": 7.0}))
        alike = bench.try_line(Line(text, {"a": 2.0, "c": 3.0, "b": 1.0, "d": 4.0}))
        if apart.is_right and not alike.is_right:
            bench.blame(alike, "equal numbers", "aliasing", (
                "" if alike.failure else "p and q hold the same number and are taken for one node: visited nodes are "
                "told apart by what they are, not by their data (__eq__ and __hash__)"
            ))  # fmt: skip


def judge_accumulation(bench: Bench) -> None:
    """Where paths meet, gradients add up: an operand that stands twice, and one with two users."""
    if not bench.is_right("a + b") or bench.found("aliasing", "equal numbers"):
        return
    faults: dict[str, list[tuple[Operation, Trial]]] = {}
    judged = bench.right()
    for operation in judged:
        found = _accumulation(bench, operation)
        if found:
            faults.setdefault(found[0], []).append((operation, found[1]))
    for operation in [operation for wrong in faults.values() for operation, _ in wrong]:
        bench.mark(operation, "wrong")
    for name, wrong in faults.items():
        at = tuple(operation.text for operation, _ in wrong)
        operation, trial = wrong[0]
        could = [o for o in judged if name != "lost edge" or o.names == ("a", "b")]
        told = name if len(wrong) == len(could) > 1 else f"{operation.text}: {name}"
        bench.blame(trial, told, "accumulation", _of_meeting(name, trial), at)


def _of_meeting(name: str, trial: Trial) -> str:
    if trial.failure:
        return ""
    if name == "lost edge":
        return "an operand that stands twice was counted once: a set of parents has it once, so keep a tuple"
    return "= stands where += should: where paths meet, gradients add up"


def _accumulation(bench: Bench, operation: Operation) -> tuple[str, Trial] | None:
    """The fault that shows where an operation's gradients meet, and the line that shows it."""
    once = None
    if operation.names == ("a", "b"):
        once = bench.try_line(Line("y = " + re.sub(r"\bb\b", "a", operation.text), {"a": 2.0}))
    both = bench.try_line(Line(f"p = {operation.text}; q = {operation.text}; y = p + q", operation.points[0]))
    if both.is_right:
        return None if once is None or once.is_right else ("lost edge", once)
    return "assign", (both if once is None or once.is_right else once)


def judge_order(bench: Bench) -> None:
    """A node hands on once, and when everything that uses it has reported."""
    needed = ("a + b", "a * b", "a * 2", "a + 2")
    if not bench.is_right(*needed) or bench.found("assign", "lost edge", "equal numbers", "aliasing"):
        return
    trials = [bench.try_line(line) for line in ORDERS]
    wrong = [trial for trial in trials if not trial.is_right]
    if not wrong:
        return
    if wrong[0].failure:
        bench.blame(wrong[0], "order", "order", "")
        return
    told = [trial for trial in wrong if not trial.failure]
    bug = next((name for name in ("recursion", "unsorted") if all(_is_that_of(name, trial) for trial in told)), "order")
    bench.blame(wrong[0], ORDER_NAMES[bug], "order", ORDER_THOUGHTS[bug])


def _is_that_of(bug: str, trial: Trial) -> bool:
    """Whether an engine with this bug gives the very numbers of a trial, whichever operand it goes to first."""
    texts = [trial.line.text, *(other.text for other in ORDERS if _is_mirror(other.text, trial.line.text))]
    numbers = trial.line.numbers
    answers = [_with_bug(bug, text, numbers) for text in texts]
    if bug == "unsorted":  # the engine's walk has each parent once; with a tuple an operand may stand there twice
        answers += [_repeating(text, numbers, loop) for text in texts for loop in (False, True)]
    return any(_agree(answer, trial.got) for answer in answers)


def _is_mirror(a: str, b: str) -> bool:
    *first, last = a.split("; ")
    *others, end = b.split("; ")
    return first == others and sorted(last) == sorted(end)


def _agree(a: Mapping[str, float], b: Mapping[str, float]) -> bool:
    return all(agree(a[name], b[name]) for name in b)


def _repeating(text: str, numbers: Mapping[str, float], loop: bool) -> dict[str, float]:
    """The gradients where a node is listed each time it is met, by way of a tuple; `loop`: its parents are too."""
    leaves, root = _graph_of(text, numbers)
    order: list[Value] = []

    def visit(node: Value) -> None:
        if loop or node not in order:
            for parent in node.parents:
                visit(parent)
        order.append(node)

    visit(root)
    grads = dict.fromkeys(order, 0.0)
    grads[root] = 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.local(), strict=True):
            grads[parent] += grads[node] * slope
    return {name: grads[leaf] for name, leaf in leaves.items()}


def _graph_of(text: str, numbers: Mapping[str, float]) -> tuple[dict[str, Value], Value]:
    """The leaves of a line on Values, by name, and its root."""
    leaves = {name: Value(x) for name, x in numbers.items()}
    nodes = dict(leaves)
    exec(text, {}, nodes)
    return leaves, nodes[text.rsplit(";", 1)[-1].split("=", 1)[0].strip()]


def _with_bug(bug: str, text: str, numbers: Mapping[str, float]) -> dict[str, float]:
    leaves, root = _graph_of(text, numbers)
    run = trace(root, bug=bug)
    place = {id(node): i for i, node in enumerate(run.values)}
    return {name: run.gradients.get(place[id(leaf)], 0.0) for name, leaf in leaves.items()}


def judge_size(bench: Bench) -> None:
    """A graph of many paths, and a deep one: work goes with the nodes, not with the paths."""
    if not bench.is_right("a + b") or bench.found("recursion", "outside the if", "order", "assign", "lost edge"):
        return
    kind = bench.kind.__name__
    many = Line("y = x; " + "; ".join(["y = y + y"] * DOUBLINGS), {"x": 1.0}, f"y = x; {DOUBLINGS} times y = y + y")
    trial = bench.try_line(many)
    if trial.failure and trial.failure.kind == "endless":
        bench.blame(trial, "every path", "order", (
            f"it goes along each of the {2**DOUBLINGS:,} paths by itself: hand on once for each node, "
            "when all has arrived"
        ))  # fmt: skip
        return
    if not trial.is_right:
        bench.blame(trial, "order", "order", ORDER_THOUGHTS["order"])
        return
    flat = bench.try_line(_row(FLAT))
    if flat.failure:
        bench.blame(
            flat, "depth", "depth", f"{FLAT} sums in a row are too many for it: too many calls stand in each other"
        )
        return
    deep = bench.try_line(_row(DEEP), 20 * DEEP * 10)
    if deep.failure and deep.failure.kind == "recursion":
        bench.note("depth", (
            f"{DEEP:,} sums in a row end in a RecursionError: {kind} calls itself once for each node, and Python "
            "allows about 1,000 calls in each other. micrograd does so too. A list that is used as a stack has no such "
            "limit."
        ))  # fmt: skip
    elif deep.failure and deep.failure.kind == "endless":
        bench.note(
            "slow", f"{DEEP:,} sums in a row take it far more than {DEEP:,} times as long as one: a search in a list?"
        )
    elif not deep.is_right:
        bench.blame(deep, "depth", "depth", "" if deep.failure else "a long row of sums comes out wrong")


def _row(count: int) -> Line:
    return Line("y = x; " + "; ".join(["y = y + x"] * count), {"x": 1.0}, f"y = x; {count:,} times y = y + x")
