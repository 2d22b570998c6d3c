"""Backward with one classic fault in it: what learners write at first, run as it stands.

Each *bug* changes one thing in the loop of `backward.py`: the line that adds a share, the order in which nodes pass
on, what was there before. What comes of it are the events of that very algorithm, and beside every gradient stands
what it should be by then. The page runs the same ones (`viz/player/page/faults.js`), to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Union

from ..errors import ArgumentError, ArgumentTypeError
from ..floats import as_float, as_list, same
from ..ops import FAMILIES, OPS
from ..value import Value

__all__ = ["BUGS", "Bug"]

Row = dict[str, Any]
Rule = Callable[..., Any]
Asked = Union[str, tuple[str, Rule], Mapping[str, Rule], "Bug"]  # what `bug=` takes

MOST = 20_000  # shares in one naive recursion, which goes along every path
NEAR = 1e-9  # of what was added up: other orders of adding round differently


@dataclass(frozen=True)
class Bug:
    """A fault that a backward pass can have.

    Attributes:
        name: what `trace(root, bug=name)` takes.
        title: as it stands in a menu.
        line: the line of code that is wrong.
        about: what it does, and where it comes from.
        rules: wrong local derivatives, by the name of the op: each is called as `rule(out, *operands)`.
    """

    name: str
    title: str
    line: str
    about: str
    rules: Mapping[str, Rule] = field(default_factory=dict)


# Wrong rules that learners write, for the bug "local".
SLIPS: dict[str, Rule] = {
    "mul": lambda out, a, b: (a, b),  # one's own value in place of the sibling's
    "sub": lambda out, a, b: (1.0, 1.0),  # the minus is lost
    "tanh": lambda out, x: (1.0 - out,),  # the square is lost
    "sigmoid": lambda out, x: (1.0 - out,),  # the factor `out` is lost
    "relu": lambda out, x: (1.0,),  # open, even where it is closed
    "square": lambda out, x: (x,),  # the 2 is lost
}

BUGS: dict[str, Bug] = {
    bug.name: bug
    for bug in (
        Bug(
            "assign", "= for +=", "parent.grad = node.grad * local",
            "A share takes the place of what was there in place of being added to it, so of several paths only the "
            "last counts. It is what one writes first, and no graph without a shared node shows it.",
        ),
        Bug(
            "uncleared", "gradients not cleared", "# zero_grad() is missing",
            "The leaves still hold the gradients of the pass before (here, of this same pass), and this one is added "
            "to them. It comes from a training loop without zero_grad.",
        ),
        Bug(
            "twice", "backward called twice", "loss.backward(); loss.backward()",
            "The second pass finds every gradient of the first still there, inside the graph too, and passes the sum "
            "on: the further from the root, the more times too large. It comes from running a notebook cell again.",
        ),
        Bug(
            "unsorted", "append outside the if", "topo.append(node)  # not indented far enough",
            "A node is appended each time that another user reaches it, so it passes on more than once, what it "
            "passed on before included. It comes from one indentation in the topological sort.",
        ),
        Bug(
            "recursion", "recursion, no order", "parent.backward()  # at once",
            "A node passes on each time that it is reached, its whole gradient each time. It comes from writing "
            "backward as a recursion, which goes along every path.",
        ),
        Bug(
            "local", "a wrong local rule", "return (a, b)  # for (b, a)",
            "The local derivative of an op is wrong: for a product one's own value in place of the sibling's, for "
            "tanh 1 - t in place of 1 - t². It comes from deriving by heart.",
            SLIPS,
        ),
        Bug(
            "upstream", "upstream forgotten", "parent.grad += local",
            "A node passes its local derivative on and forgets to multiply it by what it received. Next to the root, "
            "where upstream is 1, it does not show.",
        ),
        Bug(
            "sign", "-= for +=", "parent.grad -= node.grad * local",
            "Every share is taken away, as if every local derivative had its sign turned. Two wrong signs make a right "
            "one: at every second op away from the root the gradient is right again.",
        ),
    )
}  # fmt: skip


def bug_of(asked: Asked) -> Bug:
    """The bug that is asked for: by its name, or as a wrong rule of one's own.

    Raises:
        ArgumentError: there is no bug, or no op, of that name.
        ArgumentTypeError: it is neither a name, nor `(op, rule)`, nor a dict of rules.
    """
    if isinstance(asked, Bug):
        return asked
    if isinstance(asked, str):
        if asked not in BUGS:
            raise ArgumentError(f"bug must be one of {', '.join(BUGS)}, or (op, rule); got {asked!r}")
        return BUGS[asked]
    rules: Any = asked
    if isinstance(asked, tuple) and len(asked) == 2 and isinstance(asked[0], str):
        rules = {asked[0]: asked[1]}
    if not (isinstance(rules, Mapping) and rules and all(callable(rule) for rule in rules.values())):
        raise ArgumentTypeError(f"bug must be a name, (op, rule) or a dict of rules by op; got {asked!r}")
    for op in rules:
        if op not in OPS and op not in FAMILIES:
            raise ArgumentError(f"bug: there is no op {op!r}; its rule would never be used")
    ops = ", ".join(rules)
    about = f"The local derivative of {ops} is one's own, in place of the op table's."
    return Bug("local", f"one's own rule for {ops}", f"return ...  # the local derivative of {ops}", about, rules)


def wrong_pass(bug: Bug, order: Sequence[Value], parents: Sequence[Sequence[int]], data: Sequence[float]) -> list[Row]:
    """The seed and the shares of a backward pass with this bug, as a trace writes them.

    Args:
        order: the nodes, parents before their users; the root is the last.
        parents: of each node, as places in the order.
        data: of each node, as its users found it.
    """
    walk = _Walk(bug, order, parents, data)
    walk.seed()
    if bug.name == "recursion":
        walk.recurse()
        return walk.events
    visits = _appended_each_time(parents) if bug.name == "unsorted" else range(len(order))
    walk.back(visits)
    if bug.name == "twice":
        walk.seed()
        walk.back(visits)
    return walk.events


class _Walk:
    """A pass under way: what each node holds, and the events so far."""

    def __init__(
        self, bug: Bug, order: Sequence[Value], parents: Sequence[Sequence[int]], data: Sequence[float]
    ) -> None:
        self.bug = bug
        self.order = order
        self.parents = parents
        self.slopes = [_slopes(bug, node, out) for node, out in zip(order, data, strict=True)]
        self.held: list[float | None] = [None] * len(order)
        self.events: list[Row] = []

    def seed(self) -> None:
        self.held[-1] = 1.0
        self.events.append({"kind": "seed", "node": len(self.order) - 1, "value": 1.0})

    def back(self, visits: Sequence[int]) -> None:
        """Every node passes on when its turn comes, from the last visit to the first."""
        for node in reversed(visits):
            if self.held[node] is not None:
                for operand in range(len(self.parents[node])):
                    self.give(node, operand)

    def recurse(self) -> None:
        """Every node passes on as soon as it is reached; by a stack of its own, so that no depth is too deep."""
        _refuse_too_many_paths(self.parents)
        root = len(self.order) - 1
        stack: list[tuple[int, Iterator[int]]] = [(root, iter(range(len(self.parents[root]))))]
        while stack:
            node, operands = stack[-1]
            operand = next(operands, None)
            if operand is None:
                stack.pop()
            elif self.give(node, operand):
                parent = self.parents[node][operand]
                stack.append((parent, iter(range(len(self.parents[parent])))))

    def give(self, node: int, operand: int) -> bool:
        """Pass one share on, the wrong way; False where an op that selects did not take the operand."""
        name = self.bug.name
        parent = self.parents[node][operand]
        local = self.slopes[node][operand]
        rule = self.order[node].op
        if local == 0.0 and rule is not None and rule.strong_zero:
            return False
        upstream = self.held[node]
        if upstream is None or name == "upstream":
            upstream = 1.0
        if name == "sign":
            local = -local
        before = None if name == "assign" else self.held[parent]
        share = upstream * local
        after = self.held[parent] = share if before is None else before + share
        if not self.order[parent].is_constant:
            self.events.append({
                "kind": "contribute", "node": node, "parent": parent, "operand": operand, "upstream": upstream,
                "local": local, "contribution": share, "before": before, "after": after,
            })  # fmt: skip
        return True


def _slopes(bug: Bug, node: Value, out: float) -> Sequence[float]:
    name = node._rule.name
    if node.is_leaf or name not in bug.rules:
        return node.local()
    slopes = as_list(bug.rules[name](out, *node.inputs), f"bug: what the rule of {name} gives", "numbers")
    if len(slopes) != len(node.parents):
        raise ArgumentError(f"bug: the rule of {name} gives {len(slopes)} numbers for {len(node.parents)} operands")
    return [as_float(x, f"bug: what the rule of {name} gives") for x in slopes]


def _appended_each_time(parents: Sequence[Sequence[int]]) -> list[int]:
    """The nodes in the order of a sort that appends outside its `if`: again for each user that has a node as a parent.

        def build(node):
            if node not in visited:
                visited.add(node)
                for parent in set(node.parents):
                    build(parent)
            topo.append(node)

    A set has a parent once, however often it is an operand. Here it is walked in the order of the operands.
    """
    topo: list[int] = []
    visited: set[int] = set()
    stack: list[tuple[int, Iterator[int]]] = [(len(parents) - 1, iter(()))]
    while stack:
        node, rest = stack.pop()
        if node not in visited:
            visited.add(node)
            rest = iter(dict.fromkeys(parents[node]))
        parent = next(rest, None)
        if parent is None:
            topo.append(node)
        else:
            stack += [(node, rest), (parent, iter(()))]
    return topo


def _refuse_too_many_paths(parents: Sequence[Sequence[int]]) -> None:
    paths = [0] * len(parents)  # from the root to each node
    paths[-1] = 1
    shares = 0
    for node in range(len(parents) - 1, -1, -1):
        shares += paths[node] * len(parents[node])
        for parent in parents[node]:
            paths[parent] += paths[node]
    if shares > MOST:
        raise ArgumentError(f"bug: the naive recursion would pass on more than {MOST:,} shares in this graph")


def judge(events: Sequence[Row], right: Sequence[Row], totals: Mapping[int, float], *, uncleared: bool) -> None:
    """Write beside each gradient of a pass what it should be by then, and whether it is wrong: `should` and `wrong`.

    A gradient should be the sum of the right shares along the edges that have reached it so far, each edge once.

    Args:
        events: of the faulty pass.
        right: the events of the right one.
        totals: the gradients that it leaves.
        uncleared: whether what a leaf holds from before has no place in its gradient.
    """
    share_of = {(e["node"], e["operand"]): e["contribution"] for e in right if e["kind"] == "contribute"}
    due: dict[int, float] = {}
    size: dict[int, float] = {}
    for event in events:
        if event["kind"] == "contribute":
            node, share = event["parent"], share_of.pop((event["node"], event["operand"]), None)
            if share is not None:
                due[node] = due[node] + share if node in due else share
                size[node] = size.get(node, 0.0) + abs(share)
            event["should"] = due.get(node, 0.0)
        elif event["kind"] == "accumulate":
            node = event["node"]
            event["should"] = totals.get(node, 0.0) if uncleared else event["before"] + totals.get(node, 0.0)
        else:
            continue
        event["wrong"] = not _near(event["after"], event["should"], size.get(node, 0.0))


def _near(a: float, b: float, size: float) -> bool:
    return same(a, b) or (math.isfinite(a) and math.isfinite(b) and abs(a - b) <= NEAR * size)
