"""Value: operators, accumulation, depth, memory, interrupts, threads and copies."""

from __future__ import annotations

import contextlib
import copy
import gc
import linecache
import math
import operator
import pickle
import signal
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from types import FrameType

import pytest

from chalkgrad.engine import GraphError, Value, grad, maximum, relu, tanh, topological_order
from chalkgrad.engine.ops import Op

# operators

ARITHMETIC = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}
SLOPES: dict[str, Callable[[float, float], tuple[float, float]]] = {
    "+": lambda a, b: (1.0, 1.0),
    "-": lambda a, b: (1.0, -1.0),
    "*": lambda a, b: (b, a),
    "/": lambda a, b: (1 / b, -a / b / b),
    "**": lambda a, b: (b * a ** (b - 1), a**b * math.log(a)),
}
NUMBERS = [3, 2.5, True, Fraction(7, 4), Decimal("1.5")]


def numpy_numbers() -> list[object]:
    np = pytest.importorskip("numpy")
    return [np.float64(2.5), np.float32(1.5), np.float16(0.5), np.int64(3), np.uint8(2), np.bool_(True), np.array(2.5)]


@pytest.mark.parametrize("symbol", ARITHMETIC)
def test_two_values(symbol: str) -> None:
    a, b = Value(1.75), Value(2.5)
    out = ARITHMETIC[symbol](a, b)
    assert out.data == ARITHMETIC[symbol](1.75, 2.5)
    assert out.parents == (a, b)
    out.backward()
    assert (a.grad, b.grad) == pytest.approx(SLOPES[symbol](1.75, 2.5), rel=1e-15)


@pytest.mark.parametrize("symbol", ARITHMETIC)
@pytest.mark.parametrize("numbers", [lambda: NUMBERS, numpy_numbers], ids=["python", "numpy"])
def test_a_value_and_a_number_either_way_round(symbol: str, numbers) -> None:
    apply = ARITHMETIC[symbol]
    for number in numbers():
        a = Value(1.75)
        out = apply(a, number)
        assert type(out) is Value and type(out.data) is float
        assert out.data == apply(1.75, float(number)), number
        out.backward()
        assert a.grad == pytest.approx(SLOPES[symbol](1.75, float(number))[0], rel=1e-15), number
        b = Value(1.75)
        out = apply(number, b)
        assert type(out) is Value and type(out.data) is float
        assert out.data == apply(float(number), 1.75), number
        out.backward()
        assert b.grad == pytest.approx(SLOPES[symbol](float(number), 1.75)[1], rel=1e-15, abs=1e-300), number
        assert all(parent.grad == 0.0 for parent in out.parents if parent.is_constant)


@pytest.mark.parametrize("symbol", ARITHMETIC)
def test_in_place_forms_make_a_new_node(symbol: str) -> None:
    apply = getattr(operator, {"+": "iadd", "-": "isub", "*": "imul", "/": "itruediv", "**": "ipow"}[symbol])
    a = before = Value(1.75)
    a = apply(a, Value(2.0))
    assert a is not before and before.data == 1.75 and a.data == ARITHMETIC[symbol](1.75, 2.0)
    a.backward()
    assert before.grad == pytest.approx(SLOPES[symbol](1.75, 2.0)[0], rel=1e-15)


def test_signs() -> None:
    a = Value(-2.0)
    assert (+a) is a
    assert (-a).data == 2.0 and abs(a).data == 2.0
    (-a + abs(a)).backward()
    assert a.grad == -2.0


def test_powers_of_a_negative_base() -> None:
    a = Value(-2.0)
    assert (a**3).data == -8.0 and math.isnan((a**0.5).data)
    (a**3).backward()
    assert a.grad == 12.0


def test_sum_and_other_things_python_does_with_numbers() -> None:
    values = [Value(x) for x in (1.0, 2.0, 3.0)]
    total = sum(values)
    total.backward()
    assert total.data == 6.0 and [v.grad for v in values] == [1.0, 1.0, 1.0]
    assert float(values[1]) == 2.0
    assert bool(Value(0.0)) is False and bool(Value(-0.5)) is True
    assert max(values) is values[2] and sorted(values, reverse=True)[0] is values[2]
    assert f"{values[0]:.2f}" == "1.00" and f"{values[0]}" == repr(values[0])
    assert math.floor(Value(2.5)) == 2


@pytest.mark.parametrize("number", [2, 2.5, True, Fraction(5, 2), Decimal("2.5")])
def test_comparison_with_numbers_either_way_round(number) -> None:
    a = Value(2.25)
    for compare in (operator.lt, operator.le, operator.gt, operator.ge):
        assert compare(a, number) is compare(2.25, float(number))
        assert compare(number, a) is compare(float(number), 2.25)
    assert (a == number) is False and (a != number) is True


# what a node knows


def test_repr_and_labels() -> None:
    a = Value(2, label="a")
    assert repr(a) == "Value(data=2.0, grad=0.0, label='a')"
    assert repr(a * 0.5) == "Value(data=1.0, grad=0.0)"
    a.label = "weights[0]"
    assert a.label == "weights[0]" and Value(1.0).label == ""
    odd = "\x00\n<img src=x>\\N{a|b}\"];'\ud800"
    assert Value(1, label=odd).label == odd and "label=" in repr(Value(1, label=odd))


def test_scope_and_label_do_not_disturb_each_other() -> None:
    a, b = Value(1.0), Value(2.0)
    assert a.scope == ""
    a.scope = b.scope = "layer1.neuron0"
    a.label = "w"
    assert (a.label, a.scope) == ("w", "layer1.neuron0") and (b.label, b.scope) == ("", "layer1.neuron0")
    a.scope = "layer2"
    assert (a.label, a.scope, b.scope) == ("w", "layer2", "layer1.neuron0")
    assert (copy.copy(a).label, copy.deepcopy(a).scope) == ("w", "layer2")


def test_parents_keep_order_and_repetition() -> None:
    a, b = Value(5.0), Value(3.0)
    assert (a - b).parents == (a, b) and (b - a).parents == (b, a)
    assert (a + a).parents == (a, a)
    assert maximum(a, b).parents == (a, b)
    two_minus = 2 - a
    assert [p.data for p in two_minus.parents] == [2.0, 5.0] and two_minus.parents[0].is_constant
    assert a.parents == () and a.op is None and a.is_leaf and not a.is_constant


def test_local_is_the_rule_at_the_forward_point() -> None:
    a, b = Value(3.0), Value(4.0)
    product = a * b
    local = product.local
    a.data, b.data, product.data = 100.0, 200.0, 300.0
    assert local() == product.local() == (4.0, 3.0)
    root = a.tanh()
    assert root.local() == (pytest.approx(1 / math.cosh(100.0) ** 2, rel=1e-14),)


def test_micrograd_names() -> None:
    a, b = Value(-4.0), Value(2.0)
    c = a * b
    assert c._prev == (a, b) and c._op == "*" and a._op == "" and a._prev == ()
    c.grad = 1.0
    c._backward()
    assert (a.grad, b.grad) == (2.0, -4.0)
    square = a * a
    square.grad = 1.0
    square._backward()
    assert a.grad == 2.0 - 4.0 - 4.0


def test_micrograd_readme_example() -> None:
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    assert f"{g.data:.4f}" == "24.7041"
    g.backward()
    assert f"{a.grad:.4f}" == "138.8338"
    assert f"{b.grad:.4f}" == "645.5773"


def test_a_gradient_that_was_not_computed_is_told_apart_from_zero() -> None:
    a = Value(1.0)
    assert a.grad == 0.0 and not a.has_grad
    a.grad = 0.0
    assert a.has_grad
    a.grad = None
    assert not a.has_grad and a.grad == 0.0
    a.grad = None
    (a * 3).backward()
    assert a.has_grad and a.grad == 3.0


def test_data_and_grad_are_exactly_float() -> None:
    np = pytest.importorskip("numpy")

    class Celsius(float):
        pass

    for number in (1, True, Fraction(1, 2), Decimal("0.5"), np.float32(0.5), np.array(0.5), Celsius(0.5)):
        a = Value(number)
        a.grad = number
        assert type(a.data) is float and type(a.grad) is float
        a.data = number
        assert type(a.data) is float and type((a + number).data) is float and type((a**number).data) is float


def test_an_op_of_ones_own_is_held_to_floats() -> None:
    np = pytest.importorskip("numpy")
    floor = Op("floor", math.floor, lambda out, x: (np.float64(0.0),), r"\lfloor {0} \rfloor")
    a = Value(2.5)
    out = floor(a) * a
    assert type(floor(a).data) is float and out.data == 5.0
    out.backward()
    assert type(a.grad) is float and a.grad == 2.0


def test_a_subclass_is_a_value() -> None:
    class Parameter(Value):
        """With attributes of its own."""

    a, b = Parameter(2.0, label="w"), Value(3.0)
    a.frozen = True
    for out in (a * b, b * a):
        assert type(out) is Value and a in out.parents
    (a * b + b - a).backward()
    assert (a.grad, b.grad) == (2.0, 3.0)
    assert grad(a**2, a) == 4.0 and (2**a).data == 4.0 and (a < b) is True


# accumulation


def test_leaves_add_up_and_the_nodes_between_are_overwritten() -> None:
    a, b = Value(2.0), Value(3.0)
    product = a * b
    root = product + a
    root.backward()
    first = (a.grad, b.grad)
    product.grad = 123.0
    root.backward()
    root.backward()
    assert (a.grad, b.grad) == (3 * first[0], 3 * first[1])
    assert (product.grad, root.grad) == (1.0, 1.0)


def test_a_root_that_is_a_leaf() -> None:
    a = Value(2.0)
    a.backward()
    a.backward()
    assert a.grad == 2.0
    assert grad(a, a) == 1.0 and grad(a, a, create_graph=True).data == 1.0
    assert grad(a, Value(1.0)) == 0.0


def test_a_constant_takes_no_gradient() -> None:
    out = Value(2.0) * 5
    constant = out.parents[1]
    out.backward()
    out.zero_grad()
    assert constant.is_constant and not constant.has_grad
    constant.backward()
    assert not constant.has_grad
    assert grad(out, constant) == 2.0


def test_a_leaf_that_receives_nothing() -> None:
    a, b = Value(1.0), Value(2.0)
    maximum(a, b).backward()
    assert (a.grad, b.grad) == (0.0, 1.0)


def test_gradients_are_those_of_the_forward_point() -> None:
    a, b = Value(3.0), Value(4.0)
    root = (a * b).tanh() * a + maximum(a, b) + a**b
    wanted = grad(root, [a, b])
    a.data, b.data = -1.0, math.nan
    root.backward()
    assert [a.grad, b.grad] == wanted == grad(root, [a, b])
    with pytest.raises(GraphError, match="forward pass"):
        grad(root, a, create_graph=True)


def test_data_of_a_computed_node_set_by_hand() -> None:
    """What was computed from it keeps its number; what is computed later takes the new one."""
    a = Value(0.5, label="a")
    middle = a.exp()
    root = middle * middle
    later_root_data = 49.0
    middle.data = 7.0
    assert root.data == math.exp(0.5) ** 2 and (middle * middle).data == later_root_data
    root.backward()
    assert a.grad == pytest.approx(2 * math.exp(1.0), rel=1e-15)
    assert middle.local() == (math.exp(0.5),)
    middle.data = 8.0
    assert middle.local() == (math.exp(0.5),) and middle.op.name == "exp"
    with pytest.raises(GraphError, match="set after it was computed"):
        grad(root, a, create_graph=True)


def test_data_of_a_computed_node_set_many_times() -> None:
    a = Value(2.0)
    square = a * a
    for i in range(5_000):
        square.data = float(i)
    square.backward()
    assert a.grad == 4.0 and square.data == 4_999.0


def test_the_sign_of_a_zero_gradient() -> None:
    """Nothing comes from the operand that is not taken: not even 0.0, which would turn -0.0 into 0.0."""
    x = Value(-2.0)
    root = maximum(x, 1) + x * -0.0
    assert repr(grad(root, x)) == repr(grad(root, x, create_graph=True).data) == "-0.0"
    root.backward()
    assert repr(x.grad) == "-0.0"


def test_sharing_takes_linear_time() -> None:
    """Doubling 60 times has 2**60 paths; each node is visited once."""
    x = Value(1.0)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == grad(y, x) == grad(y, x, create_graph=True).data == 2.0**60
    assert len(topological_order(y)) == 61


def test_layered_sharing_takes_linear_time() -> None:
    layer = [Value(1.0) for _ in range(4)]
    first = layer
    for _ in range(50):
        layer = [sum(layer) for _ in layer]
    layer[0].backward()
    assert first[0].grad == 4.0**49


def test_a_sum_of_100_000_terms() -> None:
    leaves = [Value(1.0) for _ in range(100_000)]
    total = sum(leaves)
    total.backward()
    assert total.data == 100_000.0 and all(leaf.grad == 1.0 for leaf in leaves)


def test_order_has_parents_before_users_and_every_node_once() -> None:
    a, b = Value(1.0), Value(2.0)
    c = a * b
    roots = [c + a, maximum(c, b), c]
    order = topological_order(*roots)
    place = {id(node): i for i, node in enumerate(order)}
    assert len(place) == len(order) and set(map(id, roots)) <= set(place)
    assert all(place[id(parent)] < place[id(node)] for node in order for parent in node.parents)
    assert order[:3] == [a, b, c]
    assert topological_order() == []


# depth

DEEP = """
import copy, sys
from chalkgrad.engine import Value, grad, topological_order
assert sys.getrecursionlimit() == 1000
x = Value(1.0)
y = x
for _ in range(1_000_000):
    y = -y
y.backward()
assert x.grad == 1.0 and len(topological_order(y)) == 1_000_001
assert repr(y) == "Value(data=1.0, grad=1.0)"
del y
z = x
for _ in range(100_000):
    z = z * 1.0
twin = copy.deepcopy(z)
twin.backward()
assert topological_order(twin)[0].grad == x.grad + 1.0
slope = grad(z, x, create_graph=True)
assert slope.data == 1.0 and grad(slope, x) == 0.0
z.zero_grad()
del z, twin, slope
w = x
for _ in range(100_000):
    w = w.maximum(0.5)
w.backward()
del w
print("no depth is too deep")
"""


def test_a_million_nodes_deep_at_the_default_recursion_limit() -> None:
    run = subprocess.run([sys.executable, "-c", DEEP], capture_output=True, text=True, timeout=120)
    assert run.stdout == "no depth is too deep\n", run.stderr[-2000:]


# memory


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Only reference counting: what a cycle holds stays."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def living_values() -> int:
    return sum(type(thing) is Value for thing in gc.get_objects())  # not isinstance: torch has lazy objects


def work(x: Value) -> Value:
    hidden = [(x * k + 0.5).tanh() for k in range(5)]
    return maximum(sum(hidden), 0.1) * hidden[0] ** 2 + 2**x


class BrokenRuleError(Exception):
    """Raised by a rule on purpose."""


def _broken(out: float, x: float) -> tuple[float]:
    raise BrokenRuleError


broken = Op("broken", float, _broken, "{0}")


def forward(x: Value) -> None:
    work(x)


def forward_and_backward(x: Value) -> None:
    work(x).backward()


def failing_backward(x: Value) -> None:
    root = work(x) + broken(x * 2)
    with contextlib.suppress(BrokenRuleError):
        root.backward()


def second_order(x: Value) -> None:
    slope = grad(work(x), x, create_graph=True)
    slope.backward()
    grad(slope, x, create_graph=True)


def overwritten(x: Value) -> None:
    root = work(x)
    root.parents[0].data = 3.0
    root.backward()


def copied(x: Value) -> None:
    copy.deepcopy(work(x)).backward()
    copy.copy(work(x)).local()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize(
    "job",
    [forward, forward_and_backward, failing_backward, second_order, overwritten, copied],
    ids=lambda f: f.__name__,
)
def test_nothing_of_a_graph_survives_its_last_reference(job: Callable[[Value], None]) -> None:
    x = Value(0.5)
    before = living_values()
    for _ in range(3):
        job(x)
        assert living_values() == before
    assert gc.collect() == 0 or living_values() == before


@pytest.mark.usefixtures("no_collector")
def test_memory_stays_flat() -> None:
    x = Value(0.5)

    def run(times: int) -> None:
        for _ in range(times):
            forward_and_backward(x)

    tracemalloc.start()
    run(2_000)  # fills Python's own stores of freed tuples and floats, which are bounded
    before = tracemalloc.get_traced_memory()[0]
    run(2_000)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 2_000, f"{grown} bytes more after 2,000 graphs"


# all or nothing


def a_graph_with_a_trap(place: int, length: int = 20) -> tuple[Value, list[Value], list[bool]]:
    """A chain that uses its leaves all along; the rule at `place` raises while `armed`."""
    armed = [True]

    def partials(out: float, x: float) -> tuple[float]:
        if armed[0]:
            raise BrokenRuleError
        return (1.0,)

    trap = Op("trap", float, partials, "{0}")
    leaves = [Value(0.5 + i) for i in range(4)]
    y = leaves[0]
    for i in range(length):
        y = y * leaves[i % 4] + leaves[(i + 1) % 4].tanh()
        if i == place:
            y = trap(y)
    return y, leaves, armed


@pytest.mark.parametrize("place", range(20))
def test_an_exception_leaves_every_gradient_as_it_was(place: int) -> None:
    root, leaves, armed = a_graph_with_a_trap(place)
    nodes = topological_order(root)
    for i, node in enumerate(nodes):
        if i % 3:
            node.grad = float(i)
    before = [(node.grad, node.has_grad) for node in nodes]
    with pytest.raises(BrokenRuleError):
        root.backward()
    assert [(node.grad, node.has_grad) for node in nodes] == before
    with pytest.raises(BrokenRuleError):
        grad(root, leaves)
    armed[0] = False
    for node in nodes:
        node.grad = None
    root.backward()
    after, once = [leaf.grad for leaf in leaves], a_graph_with_a_trap(99)
    once[0].backward()
    assert after == [leaf.grad for leaf in once[1]]


class Stop(BaseException):
    """Comes out of nowhere."""


def all_old_or_all_new(root: Value, interrupt: Callable[[Callable[[], None]], object]) -> bool:
    """Run backward under an interrupt; whether it came. Gradients must be those before or those after."""
    nodes = [node for node in topological_order(root) if not node.is_constant]
    for node in nodes:
        node.grad = None
    root.backward()
    old = [node.grad for node in nodes]
    new = [2 * g if node.is_leaf else g for node, g in zip(nodes, old, strict=True)]
    for node, g in zip(nodes, old, strict=True):
        node.grad = g if node.is_leaf else -g  # so that an interior node that was written shows as well
    mixed = [node.grad for node in nodes]
    interrupted = interrupt(root.backward)
    got = [node.grad for node in nodes]
    assert got in (mixed, new), "some gradients were written and some were not"
    assert interrupted or got == new
    # The traceback is still held here, as an interactive session holds it: nothing may be stuck in it.
    for node in nodes:
        node.grad = None
    root.backward()
    assert [node.grad for node in nodes] == old
    return interrupted is not None


def may_be_interrupted(frame: FrameType) -> bool:
    """Whether a signal could be delivered where a tracer stands: in the engine, but not at a `with`.

    A tracer stops at the `with` once more when its block has ended, where Python delivers none.
    """
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    return frame.f_globals["__name__"].startswith("chalkgrad.engine") and not line.lstrip().startswith("with ")


def test_an_interrupt_at_every_line_of_a_backward() -> None:
    """A trace function raises at the k-th line that runs, for every k until none is left."""
    root, _, armed = a_graph_with_a_trap(1, length=6)
    armed[0] = False

    def interrupt_at(k: int) -> Callable[[Callable[[], None]], object]:
        def run(backward: Callable[[], None]) -> object:
            lines = 0

            def trace(frame: FrameType, event: str, arg: object) -> object:
                nonlocal lines
                if event == "line" and may_be_interrupted(frame):
                    lines += 1
                    if lines == k:
                        raise Stop
                return trace

            before = sys.gettrace()
            sys.settrace(trace)
            try:
                backward()
            except Stop as stop:
                return stop
            finally:
                sys.settrace(before)
            return None

        return run

    k = 1
    while all_old_or_all_new(root, interrupt_at(k)):
        k += 1
    assert k > 200


@pytest.mark.usefixtures("no_collector")  # an exception in a callback of the collector is lost
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timer")
def test_an_interrupt_at_random_moments_of_a_backward() -> None:
    x = Value(1.0)
    y = x
    for i in range(1_500):
        y = y * 1.0 + x.tanh() if i % 2 else maximum(y, x)

    def handler(signum: int, frame: object) -> None:
        raise Stop

    def interrupt_after(seconds: float) -> Callable[[Callable[[], None]], object]:
        def run(backward: Callable[[], None]) -> object:
            try:
                signal.setitimer(signal.ITIMER_REAL, seconds)
                backward()
                signal.setitimer(signal.ITIMER_REAL, 0)
            except Stop as stop:
                return stop
            return None

        return run

    before = signal.signal(signal.SIGALRM, handler)
    try:
        came = sum(all_old_or_all_new(y, interrupt_after(1e-5 + k * 5e-5)) for k in range(100))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert came > 10


@pytest.mark.parametrize(
    "walk",
    [lambda v: grad(v * v, v), lambda v: (v * v).backward(), lambda v: topological_order(v), lambda v: v.zero_grad()],
    ids=["grad", "backward", "topological_order", "zero_grad"],
)
def test_a_walk_inside_a_walk_is_refused(walk: Callable[[Value], object]) -> None:
    """It would overwrite the marks of the outer one; and it must not wait for ever."""

    def partials(out: float, x: float) -> tuple[float]:
        walk(Value(x))
        return (2 * x,)

    x = Value(3.0)
    root = Op("nested", lambda x: x * x, partials, "{0}")(x)
    with pytest.raises(GraphError, match="walk"):
        root.backward()
    assert not x.has_grad
    (x * x).backward()
    assert x.grad == 6.0


# threads


def test_backward_in_several_threads_over_shared_leaves() -> None:
    leaves = [Value(1.0 + i) for i in range(5)]
    rounds, workers = 30, 4
    failures: list[BaseException] = []

    def one_root() -> Value:
        y = leaves[0]
        for i in range(60):
            y = y + leaves[i % 5] * 2.0
            y = maximum(y, leaves[(i + 1) % 5])
        return y

    def worker() -> None:
        try:
            for _ in range(rounds):
                root = one_root()
                order = topological_order(root)
                assert len(order) == len(set(map(id, order)))
                root.backward()
                assert grad(root, leaves[1], create_graph=True).data == grad(root, leaves[1])
        except BaseException as failure:
            failures.append(failure)

    once = grad(one_root(), leaves)
    switch_every = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=worker) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    finally:
        sys.setswitchinterval(switch_every)
    assert not failures
    assert [leaf.grad for leaf in leaves] == [rounds * workers * g for g in once]


# copies


def test_copy_shares_the_parents() -> None:
    a = Value(2.0, label="a")
    b = a * 3
    b.label, b.grad = "b", 5.0
    twin = copy.copy(b)
    assert twin is not b and twin.parents == b.parents and (twin.data, twin.grad, twin.label) == (6.0, 5.0, "b")
    twin.label = "twin"
    assert b.label == "b"
    leaf = copy.copy(a)
    leaf.data = 9.0
    assert a.data == 2.0 and leaf.label == "a"


def test_deepcopy_copies_every_node_once() -> None:
    a = Value(2.0, label="a")
    shared = a * 3
    roots = [shared + a, shared.tanh(), maximum(shared, a), a]
    roots[0].backward()
    twins = copy.deepcopy(roots)
    order, copied_order = topological_order(*roots), topological_order(*twins)
    assert len(order) == len(copied_order) and not set(map(id, order)) & set(map(id, copied_order))
    for node, twin in zip(order, copied_order, strict=True):
        assert (node.data, node.grad, node.has_grad, node.label, node.op, node.is_constant) == (
            twin.data,
            twin.grad,
            twin.has_grad,
            twin.label,
            twin.op,
            twin.is_constant,
        )
    assert twins[3] is copied_order[0]
    before = a.grad
    twins[0].backward()
    assert a.grad == before and twins[3].grad == 2 * before


def test_copies_of_a_subclass_keep_what_it_adds() -> None:
    class Parameter(Value):
        """With attributes of its own."""

    a = Parameter(2.0, label="w")
    a.tags = ["frozen"]
    for make in (copy.copy, copy.deepcopy):
        twin = make(a)
        assert type(twin) is Parameter and twin.tags == ["frozen"] and twin.data == 2.0
    assert copy.copy(a).tags is a.tags and copy.deepcopy(a).tags is not a.tags


def test_deepcopy_keeps_the_forward_point() -> None:
    a = Value(2.0)
    root = a * a
    a.data = 5.0
    twin = copy.deepcopy(root)
    assert grad(twin, twin.parents[0]) == 4.0 and twin.parents[0].data == 5.0


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_is_refused_with_what_to_do_instead(protocol: int) -> None:
    with pytest.raises(TypeError, match=r"cannot be pickled.*state_dict"):
        pickle.dumps([Value(1.0)], protocol)


# functions on floats and on Values


def test_functions_take_what_they_are_given() -> None:
    assert type(tanh(0.5)) is float and type(tanh(1)) is float and type(tanh(Value(0.5))) is Value
    assert relu(True) == 1.0 and type(relu(Fraction(1, 2))) is float
    assert type(maximum(1, Value(2.0))) is Value and maximum(1, 2) == 2.0
    assert Value(0.5).tanh().data == tanh(0.5) == math.tanh(0.5)


def test_what_cannot_be_assigned() -> None:
    a = Value(1.0)
    for name in ("op", "parents", "local", "inputs", "is_leaf", "_prev", "_op"):
        with pytest.raises(AttributeError):
            setattr(a, name, 1)
    with pytest.raises(AttributeError):
        a.gradient = 1.0  # a misspelt attribute is not swallowed


def test_identity_and_hash() -> None:
    a, b = Value(1.0), Value(1.0)
    assert a == a and a != b and (a == 1.0) is False
    assert {a: "a", b: "b"}[a] == "a" and a in [b, a] and a not in [b]
    a.data = 2.0
    assert {a: "a"}[a] == "a"
