"""no_grad, enable_grad, detect_anomaly: nesting, exceptions, decorators, generators, threads, tasks, messages."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Callable, Generator, Iterator, Sequence

import pytest
from hypothesis import given, settings
from support.graphs import Program, build, programs

from chalkgrad.engine import (
    AnomalyError,
    Value,
    detect_anomaly,
    enable_grad,
    grad,
    leaky_relu,
    log,
    logsumexp,
    maximum,
    modes,
    no_grad,
    topological_order,
    where,
)
from chalkgrad.engine.ops import Op


def records() -> bool:
    """Whether operators record, by the fast way, the general way and the way of the families alike."""
    x = Value(2.0)
    found = {bool(y.parents) for y in (x * 2, 2 - x, -x, x.tanh(), x**2, 2**x, maximum(x, 1), leaky_relu(x))}
    assert len(found) == 1
    return found.pop()


def detects() -> bool:
    try:
        log(Value(-1.0))
    except AnomalyError:
        return True
    return False


@pytest.fixture(autouse=True)
def no_trace() -> Iterator[None]:
    """Every test ends as it began: nothing on, and the operators on their fast path."""
    assert modes.active_modes == []
    yield
    assert modes.active_modes == [] and records() and not detects()


def test_no_grad_gives_leaves_with_the_same_numbers() -> None:
    x = Value(2.0)
    with no_grad():
        y = (x * 3 + 1).tanh() ** 2
        assert y.is_leaf and not y.is_constant and not records()
    assert y.data == ((x * 3 + 1).tanh() ** 2).data
    (x * y).backward()
    assert x.grad == y.data and y.grad == 2.0


def test_nesting() -> None:
    with no_grad():
        assert not records()
        with enable_grad():
            assert records()
            with no_grad():
                assert not records()
            with detect_anomaly():
                assert records() and detects()
            assert records()
        with no_grad():
            assert not records()
        assert not records()
    with detect_anomaly(), no_grad():
        assert detects() and not records()


def test_one_mode_entered_twice() -> None:
    mode = no_grad()
    with mode, mode:
        assert not records()
    assert records()
    with mode:
        assert not records()


@pytest.mark.parametrize("mode", [no_grad, enable_grad, detect_anomaly])
def test_an_exception_leaves_no_trace(mode: Callable[[], modes.Mode]) -> None:
    with pytest.raises(KeyError), mode(), no_grad(), detect_anomaly():
        raise KeyError
    with pytest.raises(KeyboardInterrupt), mode():
        raise KeyboardInterrupt


def test_as_decorator() -> None:
    @no_grad()
    def predict(x: Value, depth: int = 2) -> Value:
        """What it does."""
        assert not records()
        return x * 2 if depth == 0 else predict(x, depth - 1)

    for _ in range(2):
        assert predict(Value(1.0)).parents == ()
        assert records()
    assert predict.__name__ == "predict" and predict.__doc__ == "What it does."

    @no_grad()
    def fail() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        fail()


def test_a_decorator_that_could_have_no_effect_is_refused() -> None:
    def generator() -> Iterator[int]:
        yield 1

    async def coroutine() -> None: ...

    for lazy in (generator, coroutine):
        with pytest.raises(TypeError, match=f"no_grad cannot decorate {lazy.__name__}.*with no_grad"):
            no_grad()(lazy)
    with pytest.raises(TypeError, match=r"written @no_grad\(\)"):

        @no_grad
        def forgot_the_parentheses() -> None: ...


def test_in_generators_that_end_in_any_order() -> None:
    def values(mode: Callable[[], modes.Mode]) -> Generator[bool, None, None]:
        with mode():
            yield records()
            yield records()

    first, second = values(no_grad), values(enable_grad)
    assert next(first) is False and next(second) is True
    first.close()
    assert next(second) is True
    second.close()
    assert records()
    abandoned = values(no_grad)
    next(abandoned)
    del abandoned


def test_a_generator_closed_by_another_thread() -> None:
    def values() -> Generator[None, None, None]:
        with no_grad():
            yield

    opened = values()
    thread = threading.Thread(target=lambda: next(opened))
    thread.start()
    thread.join()
    opened.close()


def run_in_thread(job: Callable[[], object]) -> object:
    result: list[object] = []
    thread = threading.Thread(target=lambda: result.append(job()))
    thread.start()
    thread.join(10)
    return result[0]


def test_a_mode_holds_for_its_own_thread() -> None:
    with no_grad(), detect_anomaly():
        assert run_in_thread(records) is True
        assert run_in_thread(detects) is False
        assert not records()


def test_one_mode_in_two_threads_at_once() -> None:
    mode = no_grad()
    inside, leave = threading.Event(), threading.Event()
    seen: list[bool] = []

    def other() -> None:
        with no_grad(), mode:
            inside.set()
            leave.wait(10)
        seen.append(records())

    thread = threading.Thread(target=other)
    with mode:
        thread.start()
        inside.wait(10)
        assert not records()
    assert records()
    leave.set()
    thread.join(10)
    assert seen == [True]


def test_a_mode_holds_for_its_own_task() -> None:
    async def without() -> bool:
        with no_grad():
            await asyncio.sleep(0.01)
            return records()

    async def beside() -> bool:
        await asyncio.sleep(0.001)
        return records()

    async def main() -> Sequence[bool]:
        return await asyncio.gather(without(), beside())

    assert asyncio.run(main()) == [False, True]


def test_a_task_does_not_keep_a_mode_that_has_ended() -> None:
    async def later() -> bool:
        await asyncio.sleep(0.001)
        with detect_anomaly():  # a mode is on somewhere, so that operators look
            return records()

    async def main() -> bool:
        with no_grad():
            task = asyncio.ensure_future(later())
        return await task

    assert asyncio.run(main()) is True


def test_gradients_inside_no_grad() -> None:
    x = Value(3.0)
    y = x**3
    with no_grad():
        y.backward()
        assert x.grad == 27.0 and grad(y, x) == 27.0
        slope = grad(y, x, create_graph=True)
        assert not records()
    assert grad(slope, x) == 18.0


# detect_anomaly


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda x: x.log(), r"forward: log\(x\) is nan, from operand -3"),
        (lambda x: (x + 3) ** -1, r"forward: \(x \+ 3\)\*\*-1 is inf, from operand 0"),
        (lambda x: 1 / (x + 3), r"forward: 1 / \(x \+ 3\) is inf, from operand 1, 0"),
        (lambda x: x * math.inf, r"forward: x \* inf is -inf, from operand inf"),
        (lambda x: (-x * 1000).exp(), r"forward: exp\(\(-x\) \* 1000\) is inf, from operand 3000"),
        (lambda x: x**0.5, r"forward: x\*\*0.5 is nan, from operand -3"),
        (lambda x: maximum(x, math.nan), r"forward: max\(x, nan\) is nan, from operand nan"),
        (lambda x: x + 1e308 + 1e308, r"forward: \(x \+ 1e\+308\) \+ 1e\+308 is inf"),
    ],
)
def test_forward_names_the_first_node_by_label_and_formula(build: Callable[[Value], Value], message: str) -> None:
    x = Value(-3.0, label="x")
    with detect_anomaly(), pytest.raises(ArithmeticError, match=message):
        build(x)


def test_forward_cuts_a_long_formula() -> None:
    x = Value(2.0, label="x")
    for _ in range(200):
        x = x + 1
    with detect_anomaly(), pytest.raises(AnomalyError) as raised:
        (x - 1000).log()
    assert len(str(raised.value)) < 200 and "…" in str(raised.value)
    many = [Value(1.0, label=f"x{i}") for i in range(1000)]
    with detect_anomaly(), pytest.raises(AnomalyError) as raised:
        logsumexp(*[logsumexp(*[logsumexp(*many)] * 1000)] * 1000, math.inf)
    assert len(str(raised.value)) < 2000


@pytest.mark.parametrize("way", [lambda y, x: y.backward(), lambda y, x: grad(y, x)], ids=["backward", "grad"])
def test_backward_names_the_edge(way: Callable[[Value, Value], object]) -> None:
    x = Value(0.0, label="x")
    y = x.sqrt() + x * 3
    with (
        detect_anomaly(),
        pytest.raises(AnomalyError, match=r"gradient of x turned inf at sqrt\(x\): upstream 1 times local.* inf"),
    ):
        way(y, x)
    assert not x.has_grad and not y.has_grad
    y.backward()
    assert x.grad == math.inf


def test_backward_through_a_graph_of_derivatives() -> None:
    x = Value(0.0, label="x")
    y = x.sqrt() + x * 3
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"gradient of x turned inf at sqrt\(x\)"):
        grad(y, x, create_graph=True)


def test_no_alarm_where_nothing_is_wrong() -> None:
    """A rule may compute a branch that it does not take; a selection sends nothing to the other side."""
    with detect_anomaly():
        x, y = Value(0.0), Value(0.0)
        assert grad(x**y, [x, y]) == [0.0, 0.0]
        assert [g.data for g in grad(x**y, [x, y], create_graph=True)] == [0.0, 0.0]
        negative = Value(-2.0)
        assert grad(negative.pow(2), negative, create_graph=True).data == -4.0
        (x * 1e300).backward()
    out = where(x.gt(0), log(x), 0)
    with detect_anomaly():
        out.backward()
    assert x.grad == 1e300


def test_what_was_wrong_before_is_not_named_again() -> None:
    x = Value(math.nan, label="x")
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"x \* 2 is nan, from operand nan"):
        x * 2


@settings(max_examples=200)
@given(programs(max_steps=12, wild=True))
def test_modes_on_random_graphs(program: Program) -> None:
    """The same numbers under every mode; an alarm just where a computed number is not finite."""
    root, leaves = build(program)
    with no_grad():
        assert repr(build(program)[0].data) == repr(root.data)
    computed = [node for node in topological_order(root) if not node.is_leaf]
    if any(math.isinf(x) or math.isnan(x) for x in program.run(program.inputs, primal)[len(leaves) :]):
        with detect_anomaly(), pytest.raises(AnomalyError, match="forward"):
            build(program)
        return
    with detect_anomaly():
        build(program)
    wrong = not all(math.isfinite(g) for g in grad(root, computed + leaves))
    try:
        with detect_anomaly():
            root.backward()
    except AnomalyError as alarm:
        assert "backward" in str(alarm)
        assert not any(node.has_grad for node in computed + leaves)
    else:
        assert not wrong


def primal(op: Op, operands: list[float]) -> float:
    return op.primal(*operands)
