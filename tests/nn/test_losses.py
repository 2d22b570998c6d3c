"""Losses against PyTorch, at the edges, and on bad input."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad.engine import ArgumentError, OperandError, Value, topological_order
from chalkgrad.nn import (
    MLP,
    SGD,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    fit,
    hinge_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)
from chalkgrad.nn.functional import log_softmax, sigmoid, softmax
from chalkgrad.nn.losses import Loss

inf = math.inf
TOLERANCE: dict[str, Any] = {"rel": 1e-13, "abs": 1e-13}


@pytest.fixture(scope="module")
def torch(torch: ModuleType) -> ModuleType:
    torch.set_num_threads(1)  # tensors this small only make threads wait for each other
    return torch


def leaves(numbers: Sequence[Any]) -> list[Any]:
    """Nested lists of numbers as nested lists of Values."""
    return [leaves(x) if isinstance(x, list) else Value(x) for x in numbers]


def grads(values: list[Any]) -> list[Any]:
    return [grads(x) if isinstance(x, list) else x.grad for x in values]


def scores(draw: random.Random) -> float:
    """A number from one of several scales, extremes and ties included."""
    return draw.choice(
        [
            draw.uniform(-3.0, 3.0),
            draw.uniform(-50.0, 50.0),
            draw.choice([-1000.0, 1000.0]),
            draw.choice([0.0, -0.0, 1.0]),
            draw.gauss(0.0, 1e-8),
        ]
    )


def logit_sets(count: int, infinite: bool = True) -> Iterator[tuple[list[float], int]]:
    draw = random.Random(2)
    for _ in range(count):
        row = [scores(draw) for _ in range(draw.randint(2, 6))]
        target = draw.randrange(len(row))
        if infinite and draw.random() < 0.2:
            row[draw.randrange(len(row))] = -inf
        if all(x == -inf for x in row):
            continue
        yield row, target


def compare(torch: ModuleType, loss: Loss, reference: Loss, input: list[Any], target: Any, torch_target: Any) -> None:
    values = leaves(input)
    ours = loss(values, target)
    ours.backward()
    tensor = torch.tensor(input, dtype=torch.float64, requires_grad=True)
    theirs = reference(tensor, torch_target)
    theirs.backward()
    assert ours.data == pytest.approx(theirs.item(), **TOLERANCE), (input, target)
    flat = np.ravel(grads(values))
    assert flat == pytest.approx(tensor.grad.numpy().ravel(), **TOLERANCE), (input, target)


def test_cross_entropy_is_that_of_torch_on_2000_logit_sets(torch: ModuleType) -> None:
    for row, target in logit_sets(2000):
        compare(torch, cross_entropy, torch.nn.functional.cross_entropy, row, target, torch.tensor(target))


def test_cross_entropy_with_probabilities_is_that_of_torch(torch: ModuleType) -> None:
    draw = random.Random(3)
    for row, _ in logit_sets(300, infinite=False):
        weights = [draw.random() for _ in row]
        shares = [w / sum(weights) for w in weights]
        wanted = torch.tensor(shares, dtype=torch.float64)
        compare(torch, cross_entropy, torch.nn.functional.cross_entropy, row, shares, wanted)


def test_binary_cross_entropy_is_that_of_torch(torch: ModuleType) -> None:
    draw = random.Random(4)
    reference = torch.nn.functional.binary_cross_entropy_with_logits
    for _ in range(2000):
        row = [scores(draw) for _ in range(draw.randint(1, 4))]
        target = [draw.choice([0, 1, 0.0, 1.0, draw.random()]) for _ in row]
        compare(
            torch, binary_cross_entropy_with_logits, reference, row, target, torch.tensor(target, dtype=torch.float64)
        )


def test_mse_and_hinge_are_those_of_torch(torch: ModuleType) -> None:
    draw = random.Random(5)
    for _ in range(500):
        row = [scores(draw) for _ in range(draw.randint(1, 5))]
        goal = [scores(draw) for _ in row]
        sides = [draw.choice([-1, 1]) for _ in row]
        as_tensor = torch.tensor(goal, dtype=torch.float64)
        compare(torch, mse_loss, torch.nn.functional.mse_loss, row, goal, as_tensor)
        margin = torch.tensor(sides, dtype=torch.float64)
        compare(torch, hinge_loss, lambda x, y: torch.relu(1 - y * x).mean(), row, sides, margin)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_batches_are_reduced_as_torch_does(torch: ModuleType, reduction: str) -> None:
    draw = random.Random(6)
    functional = torch.nn.functional
    rows = [[scores(draw) for _ in range(3)] for _ in range(7)]
    classes = [draw.randrange(3) for _ in rows]
    goal = [[scores(draw) for _ in range(3)] for _ in rows]
    bits = [[draw.randrange(2) for _ in range(3)] for _ in rows]

    def both(ours: Loss, theirs: Loss, target: list[Any], dtype: Any) -> None:
        compare(
            torch,
            lambda x, y: ours(x, y, reduction=reduction),
            lambda x, y: theirs(x, y, reduction=reduction),
            rows,
            target,
            torch.tensor(target, dtype=dtype),
        )

    both(cross_entropy, functional.cross_entropy, classes, torch.int64)
    both(mse_loss, functional.mse_loss, goal, torch.float64)
    both(binary_cross_entropy_with_logits, functional.binary_cross_entropy_with_logits, bits, torch.float64)


@pytest.mark.parametrize(
    ("row", "target", "loss", "gradient"),
    [
        ([0.0, 1000.0], 0, 1000.0, [-1.0, 1.0]),
        ([-inf, 0.0], 0, inf, [-1.0, 1.0]),
        ([-inf, 0.0], 1, 0.0, [0.0, 0.0]),
        ([-inf, 0.0], [0.0, 1.0], 0.0, [0.0, 0.0]),  # torch: nan
        ([1000.0, 1000.0], 1, math.log(2.0), [0.5, -0.5]),
    ],
)
def test_cross_entropy_at_the_edges(
    row: list[float], target: int | list[float], loss: float, gradient: list[float]
) -> None:
    values = leaves(row)
    out = cross_entropy(values, target)
    out.backward()
    assert out.data == pytest.approx(loss, abs=1e-13)
    assert grads(values) == gradient


@pytest.mark.parametrize(
    ("logit", "target", "loss", "gradient"),
    [
        (1000.0, 0, 1000.0, 1.0),
        (-1000.0, 1, 1000.0, -1.0),
        (1000.0, 1, 0.0, 0.0),
        (inf, 1, 0.0, 0.0),  # torch: nan
        (-inf, 0, 0.0, 0.0),  # torch: nan
        (inf, 0, inf, 1.0),
        (-inf, 0.5, inf, -0.5),  # torch: nan
        (40.0, 1, 4.248354255291589e-18, -4.248354255291589e-18),  # torch: the gradient is 0
    ],
)
def test_binary_cross_entropy_at_the_edges(logit: float, target: float, loss: float, gradient: float) -> None:
    x = Value(logit)
    out = binary_cross_entropy_with_logits(x, target)
    out.backward()
    assert out.data == pytest.approx(loss, rel=1e-15, abs=0.0)
    assert x.grad == pytest.approx(gradient, rel=1e-15, abs=0.0)


@pytest.mark.parametrize("loss", [mse_loss, hinge_loss, binary_cross_entropy_with_logits, cross_entropy])
def test_nan_is_carried(loss: Loss) -> None:
    target = [1, 1] if loss is not cross_entropy else 1
    assert math.isnan(loss([Value(math.nan), Value(1.0)], target).data)


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=5), st.data())
def test_the_gradient_of_cross_entropy_sums_to_nothing(row: list[float], data: st.DataObject) -> None:
    values = leaves(row)
    cross_entropy(values, data.draw(st.integers(0, len(row) - 1))).backward()
    assert sum(grads(values)) == pytest.approx(0.0, abs=1e-15 * len(row))


def test_none_keeps_the_shape() -> None:
    rows = leaves([[1.0, 2.0], [3.0, 4.0]])
    terms = mse_loss(rows, [[0.0, 0.0], [0.0, 0.0]], reduction="none")
    assert [[x.data for x in row] for row in terms] == [[1.0, 4.0], [9.0, 16.0]]
    assert len(cross_entropy(rows, [0, 1], reduction="none")) == 2
    assert isinstance(cross_entropy(rows[0], 0, reduction="none"), Value)


def test_numbers_and_arrays_are_accepted() -> None:
    rows = np.array([[1.0, 2.0], [0.5, -0.5]], dtype=np.float32)
    expected = cross_entropy(rows.tolist(), [1, 0]).data
    assert cross_entropy(rows, np.array([1, 0])).data == expected
    assert cross_entropy(rows, np.array([[0.0, 1.0], [1.0, 0.0]], dtype=np.float32)).data == expected
    assert hinge_loss(np.array([0.5, -2.0]), np.array([1, -1])).data == 0.25
    assert mse_loss(2.0, np.float64(0.5)).data == 2.25


def test_a_target_may_be_a_value_where_it_is_a_number_to_reach() -> None:
    input, target = Value(2.0), Value(0.5)
    mse_loss(input, target).backward()
    assert (input.grad, target.grad) == (3.0, -3.0)


def test_one_sample_makes_the_smallest_graph() -> None:
    def ops(root: Value) -> list[str]:
        return [node.op.name for node in topological_order(root) if node.op is not None]

    assert ops(mse_loss(Value(1.0), 2.0)) == ["sub", "power"]
    assert ops(hinge_loss(Value(1.0), 1)) == ["mul", "sub", "relu"]
    assert ops(binary_cross_entropy_with_logits(Value(1.0), 0)) == ["softplus"]
    assert ops(cross_entropy(leaves([1.0, 2.0]), 0)) == ["peak", "sub", "sub", "logsumexp", "sub"]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: mse_loss([1.0, 2.0], [1.0]), ArgumentError, r"target must have the shape of the input, \(2,\); got"),
        (lambda: mse_loss([1.0], 1.0), ArgumentError, r"shape of the input, \(1,\); got \(\)"),
        (lambda: mse_loss([[1.0], [2.0, 3.0]], [[1.0], [2.0]]), ArgumentError, r"input\[0\] has shape \(1,\), input"),
        (lambda: mse_loss([], []), ArgumentError, "input must hold at least one item"),
        (lambda: mse_loss([1.0, "2"], [1.0, 2.0]), OperandError, r"input\[1\] must be a real number, got str"),
        (lambda: mse_loss([1.0], [None]), OperandError, r"target\[0\] must be a real number, got NoneType"),
        (lambda: mse_loss(1.0, 2.0, "median"), ArgumentError, "reduction must be one of mean, sum, none; got 'median'"),
        (lambda: mse_loss(1.0, 2.0, None), ArgumentError, "reduction must be one of mean, sum, none; got None"),  # type: ignore[arg-type]
        (lambda: hinge_loss([1.0, 2.0], [1, 0]), ArgumentError, r"target\[1\] must be -1 or 1, got 0"),
        (lambda: binary_cross_entropy_with_logits(1.0, 2), ArgumentError, "target must be 0, 1 or .* got 2"),
        (lambda: binary_cross_entropy_with_logits(1.0, math.nan), ArgumentError, "target must be 0, 1 or .* got nan"),
        (lambda: binary_cross_entropy_with_logits(1.0, Value(1.0)), OperandError, "target must be a plain number"),
        (lambda: cross_entropy([0.0, 1.0], 2), ArgumentError, "target must be a class from 0 to 1, got 2"),
        (lambda: cross_entropy([0.0, 1.0], -1), ArgumentError, "target must be a class from 0 to 1, got -1"),
        (lambda: cross_entropy([0.0, 1.0], 1.0), ArgumentError, r"target must be a class, an integer from 0; got 1\.0"),
        (lambda: cross_entropy([[0.0, 1.0]] * 2, [0, 5]), ArgumentError, r"target\[1\] must be a class from 0 to 1"),
        (lambda: cross_entropy([[0.0, 1.0]] * 2, [0]), ArgumentError, "each of the 2 rows of the input, got 1"),
        (lambda: cross_entropy([[0.0, 1.0]] * 2, 0), ArgumentError, "each of the 2 rows .* got a single one"),
        (lambda: cross_entropy([0.0, 1.0], [0.5, 0.2]), ArgumentError, r"sum to 1, but their sum is 0\.7; for classes"),
        (lambda: cross_entropy([0.0, 1.0], [1.5, -0.5]), ArgumentError, r"that sum to 1, but target\[1\] is -0\.5"),
        (lambda: cross_entropy([0.0, 1.0], [1.0]), ArgumentError, "target must have 2 probabilities, .* got 1"),
        (lambda: cross_entropy([[1.0]], [0]), ArgumentError, "at least 2 logits a row, got 1"),
        (lambda: cross_entropy([], []), ArgumentError, "at least one row"),
        (lambda: cross_entropy(1.0, 0), ArgumentError, r"row of logits, or a list of rows; got shape \(\)"),
        (lambda: cross_entropy([0.0, 1.0], 0, "avg"), ArgumentError, "reduction must be one of"),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("offset", [0.0, 10.0, -1e3, 1e6, 1e12])
@pytest.mark.parametrize("others", [(-20.0,), (-20.0, -20.0), (-30.0, -3.0), (2.0, -10.0), (0.0, 0.0)])
def test_cross_entropy_keeps_its_digits_under_a_shared_offset(offset: float, others: tuple[float, ...]) -> None:
    import mpmath

    logits = [offset, *(offset + x for x in others)]
    mp = mpmath.MPContext()
    mp.dps = 50
    exact = mp.log(mp.fsum(mp.exp(mp.mpf(x) - logits[0]) for x in logits))
    assert cross_entropy(leaves(logits), 0).data == pytest.approx(float(exact), rel=1e-15, abs=0.0)
    soft = [1.0] + [0.0] * len(others)
    assert cross_entropy(leaves(logits), soft).data == pytest.approx(float(exact), rel=1e-15, abs=0.0)


def test_cross_entropy_of_huge_logits() -> None:
    assert cross_entropy(leaves([1e300] * 3), 1).data == math.log1p(2.0)
    assert cross_entropy(leaves([10.0, -10.0, -10.0]), 0).data == pytest.approx(4.12230723638e-9, rel=1e-11)


def test_compiled_cross_entropy_is_eager_s_to_the_bit() -> None:
    pytest.importorskip("numpy")
    pytest.importorskip("llvmlite")
    from chalkgrad.engine.compiler.program import compile

    rows = [[10.0, -10.0, -10.0], [1e300] * 3, [1e6, 1e6 - 20, 1e6 - 1], [0.1, 0.7, -3.0], [-math.inf, 0.0, 1.0]]
    logits = leaves([0.0, 0.0, 0.0])
    loss = cross_entropy(logits, 0)
    wanted = [cross_entropy(leaves(row), 0).data for row in rows]
    for backend in ("llvm", "numpy"):
        assert compile(loss, logits, backend=backend)(rows).tolist() == wanted


@pytest.mark.parametrize("offset", [0.0, 10.0, 1e6, 1e12])
def test_weighted_and_smoothed_cross_entropy_keep_their_digits_under_a_shared_offset(offset: float) -> None:
    import mpmath

    mp = mpmath.MPContext()
    mp.dps = 50
    logits, weight, smoothing = [offset, offset - 20.0, offset - 3.0], [1.5, 0.25, 2.0], 1e-9
    total = mp.log(mp.fsum(mp.exp(mp.mpf(x) - logits[0]) for x in logits))
    own = [total - (mp.mpf(x) - logits[0]) for x in logits]
    assert cross_entropy(leaves(logits), 0, "sum", weight=weight).data == pytest.approx(
        float(1.5 * own[0]), rel=1e-15, abs=0.0
    )
    for target, hard in ((0, [1.0, 0.0, 0.0]), ([0.75, 0.25, 0.0], [0.75, 0.25, 0.0])):
        shares = [w * ((1.0 - smoothing) * p + smoothing / 3) for p, w in zip(hard, weight, strict=True)]
        exact = float(mp.fsum(s * x for s, x in zip(shares, own, strict=True)))
        loss = cross_entropy(leaves(logits), target, "sum", weight=weight, label_smoothing=smoothing)
        assert loss.data == pytest.approx(exact, rel=1e-14, abs=0.0)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("backend", ["llvm", "numpy"])
def test_compiled_cross_entropy_with_soft_targets_and_shifted_logits(backend: str, dtype: str) -> None:
    np = pytest.importorskip("numpy")
    pytest.importorskip("llvmlite")
    from chalkgrad.engine.compiler.program import compile

    rows = [[10.0, -10.0, -10.0], [1e6, 1e6 - 20, 1e6 - 1], [0.1, 0.7, -3.0], [-math.inf, 0.0, 1.0], [5.0, 5.0, 5.0]]
    rows += [] if dtype == "float32" else [[1e300] * 3, [1e12, 1e12 - 20, 1e12 - 30]]
    for settings in ({}, {"weight": [1.0, 2.0, 0.5]}, {"label_smoothing": 0.125}):
        target = [0.0, 0.75, 0.25]
        inputs, logits = leaves([0.0, 0.0, 0.0]), leaves([0.0, 0.0, 0.0])
        sums = [a + b for a, b in zip(inputs, logits, strict=True)]
        loss = cross_entropy(sums, target, "sum", **settings)
        program = compile(loss, inputs, logits, backend=backend, dtype=dtype)
        values, slopes = program.value_and_grad(np.array(rows), "none")
        for row, value, slope in zip(rows, values, slopes, strict=True):
            scores = leaves(row)
            eager = cross_entropy(scores, target, "sum", **settings)
            eager.backward()
            wanted = [eager.data, *(x.grad for x in scores)]
            if dtype == "float64":
                np.testing.assert_array_equal([value, *slope], wanted)
            else:
                np.testing.assert_allclose([value, *slope], wanted, rtol=1e-5, atol=1e-7)


# distances


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_distances_are_those_of_torch(reduction: str, torch: ModuleType) -> None:
    draw = random.Random(8)
    F = torch.nn.functional
    for _ in range(300):
        row = [draw.choice([scores(draw), 1.0]) for _ in range(draw.randint(1, 5))]
        goal = [draw.choice([scores(draw), 1.0, 0.0]) for _ in row]
        wanted = torch.tensor(goal, dtype=torch.float64)
        edge = draw.choice([0.3, 1.0, 2.0])
        with_edge: dict[str, Any] = {"reduction": reduction, "delta": edge}
        with_beta: dict[str, Any] = {"reduction": reduction, "beta": edge}
        pairs: list[tuple[Loss, Loss]] = [
            (partial(l1_loss, reduction=reduction), partial(F.l1_loss, reduction=reduction)),
            (partial(huber_loss, **with_edge), partial(F.huber_loss, **with_edge)),
            (partial(smooth_l1_loss, **with_beta), partial(F.smooth_l1_loss, **with_beta)),
            (partial(smooth_l1_loss, reduction=reduction, beta=0.0), partial(F.l1_loss, reduction=reduction)),
        ]
        for ours, theirs in pairs:
            compare(torch, ours, theirs, row, goal, wanted)


# classes that weigh, and targets that are smoothed


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("weights", [None, [0.5, 2.0, 0.0, 1.25]])
def test_weighted_and_smoothed_cross_entropy_is_that_of_torch(
    weights: list[float] | None, smoothing: float, reduction: str, torch: ModuleType
) -> None:
    draw = random.Random(9)
    weight = None if weights is None else torch.tensor(weights, dtype=torch.float64)
    settings: dict[str, Any] = {"reduction": reduction, "label_smoothing": smoothing}
    for _ in range(60):
        rows = [[draw.uniform(-20.0, 20.0) for _ in range(4)] for _ in range(5)]
        classes = [draw.choice([0, 1, 3]), *(draw.randrange(4) for _ in range(4))]
        shares = [[draw.random() for _ in range(4)] for _ in rows]
        shares = [[share / sum(row) for share in row] for row in shares]
        for target, wanted in (
            (classes, torch.tensor(classes)),
            (shares, torch.tensor(shares, dtype=torch.float64)),
        ):
            compare(
                torch,
                lambda x, y: cross_entropy(x, y, weight=weights, **settings),
                lambda x, y: torch.nn.functional.cross_entropy(x, y, weight, **settings),
                rows,
                target,
                wanted,
            )
    row = [Value(1.0), Value(-1.0), Value(0.0), Value(2.0)]
    alone = cross_entropy(row, 1, weight=weights, **settings).data
    tensor = torch.tensor([v.data for v in row], dtype=torch.float64)
    reference = torch.nn.functional.cross_entropy(tensor, torch.tensor(1), weight, **settings).item()
    assert alone == pytest.approx(reference, **TOLERANCE)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("weights", [None, [0.5, 2.0, 1.25]])
def test_likelihoods_are_those_of_torch(weights: list[float] | None, reduction: str, torch: ModuleType) -> None:
    draw = random.Random(10)
    weight = None if weights is None else torch.tensor(weights, dtype=torch.float64)
    F = torch.nn.functional
    for _ in range(100):
        rows = [[draw.uniform(-20.0, 20.0) for _ in range(3)] for _ in range(4)]
        classes = [draw.randrange(3) for _ in rows]
        compare(
            torch,
            lambda x, y: nll_loss(log_softmax(x), y, reduction, weight=weights),
            lambda x, y: F.nll_loss(F.log_softmax(x, dim=-1), y, weight, reduction=reduction),
            rows,
            classes,
            torch.tensor(classes),
        )


# yes or no


def test_cross_entropy_of_probabilities_is_that_of_torch(torch: ModuleType) -> None:
    draw = random.Random(11)
    reference = torch.nn.functional.binary_cross_entropy
    for _ in range(500):
        row = [draw.uniform(0.001, 0.999) for _ in range(3)]
        target = [draw.choice([0.0, 1.0, draw.random()]) for _ in row]
        compare(torch, binary_cross_entropy, reference, row, target, torch.tensor(target, dtype=torch.float64))
    for p, t in ((0.0, 1.0), (1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (0.0, 0.5), (1e-60, 1.0)):
        wanted = reference(torch.tensor(p, dtype=torch.float64), torch.tensor(t, dtype=torch.float64)).item()
        assert binary_cross_entropy(Value(p), t).data == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("x", [1e-20, 1e-12, 1e-5, 0.25])
def test_a_small_probability_of_a_no_keeps_its_digits(x: float) -> None:
    p = Value(x)
    loss = binary_cross_entropy(p, 0)
    loss.backward()
    assert loss.data == pytest.approx(-math.log1p(-x), rel=1e-15, abs=0.0) and p.grad == pytest.approx(
        1.0 / (1.0 - x), rel=1e-15
    )
    assert binary_cross_entropy(Value(1.0), 0).data == 100.0


def test_a_logarithm_that_is_held_sends_nothing_back() -> None:
    p = Value(0.0)
    binary_cross_entropy(p, 1).backward()
    assert p.grad == 0.0
    assert math.isnan(binary_cross_entropy(Value(math.nan), 1).data)


def test_rare_ones_may_count_more(torch: ModuleType) -> None:
    draw = random.Random(12)
    for _ in range(200):
        row = [draw.uniform(-30.0, 30.0) for _ in range(3)]
        target = [draw.choice([0.0, 1.0, draw.random()]) for _ in row]
        often = draw.choice([0.0, 0.5, 1.0, 7.0])
        weight = torch.tensor(often, dtype=torch.float64)
        compare(
            torch,
            partial(binary_cross_entropy_with_logits, pos_weight=often),
            partial(torch.nn.functional.binary_cross_entropy_with_logits, pos_weight=weight),
            row,
            target,
            torch.tensor(target, dtype=torch.float64),
        )


# what has been through a sigmoid or softmax


def test_a_model_that_ends_in_a_sigmoid_does_not_stay_at_half_without_a_word() -> None:
    model = MLP(2, [4, 1], "tanh", "sigmoid", seed=0)
    before = model.state_dict()
    xor = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    cure = "already a sigmoid, and it applies one itself: leave it out of the model, or take binary_cross_entropy"
    for compile in (False, True, "auto"):
        with pytest.raises(ArgumentError, match=cure):
            fit(
                model,
                *xor,
                "binary_cross_entropy_with_logits",
                SGD(model.parameters()),
                progress=False,
                compile=compile,
            )
    assert model.state_dict() == before
    history = fit(model, *xor, "binary_cross_entropy", SGD(model.parameters(), lr=1.0), 300, 4, seed=0, progress=False)
    assert history.accuracy[-1] == 1.0


def test_probabilities_are_refused_where_logits_are_wanted() -> None:
    values = [Value(0.3), Value(-1.0), Value(2.0)]
    with pytest.raises(ArgumentError, match=r"input of cross_entropy is already a softmax, .* take nll_loss"):
        cross_entropy(softmax(values), 1)
    with pytest.raises(ArgumentError, match=r"input of cross_entropy is already a softmax"):
        cross_entropy([values, MLP(1, [3], output="softmax")([1.0])], [0, 1])
    with pytest.raises(ArgumentError, match=r"input of cross_entropy is already a sigmoid"):
        cross_entropy(sigmoid(values), 1)
    with pytest.raises(ArgumentError, match=r"input of hinge_loss is already a sigmoid, .* scores of either sign"):
        hinge_loss([sigmoid(values[0])], [1])
    with pytest.raises(ArgumentError, match=r"input of nll_loss is already a softmax, .* log_softmax"):
        nll_loss(softmax(values), 1)


def test_what_only_looks_like_probabilities_passes() -> None:
    a, b = Value(0.3), Value(0.7)
    assert cross_entropy([a.exp() / (b + 1.0), b / (a + 2.0)], 1).data > 0.0
    assert cross_entropy([a.sigmoid(), b], 1).data > 0.0
    assert cross_entropy([4.0 * p for p in sigmoid([a, b])], 1).data > 0.0
    assert cross_entropy(log_softmax([a, b]), 0).data == pytest.approx(cross_entropy([a, b], 0).data)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: huber_loss(Value(1.0), 0.0, delta=0.0), "delta must be more than 0"),
        (lambda: smooth_l1_loss(Value(1.0), 0.0, beta=-1.0), "beta must be"),
        (lambda: binary_cross_entropy(Value(1.5), 1), "probabilities from 0 to 1, got 1.5; for logits there is"),
        (lambda: binary_cross_entropy(Value(0.5), -1), r"got -1; from labels -1 and 1 it is \(y \+ 1\) / 2"),
        (lambda: mse_loss([Value(1.0)], [[1.0]]), r"write \[row\[0\] for row in target\]"),
        (lambda: cross_entropy([Value(1.0), Value(2.0)], 0, weight=[1.0]), "each of the 2 classes, got 1"),
        (lambda: cross_entropy([Value(1.0), Value(2.0)], 0, weight=[1.0, -1.0]), r"weight\[1\] must be"),
        (
            lambda: cross_entropy([Value(1.0), Value(2.0)], 0, label_smoothing=1.5),
            "label_smoothing must be from 0 to 1",
        ),
        (lambda: nll_loss([Value(-1.0)], 0), "at least 2 log-probabilities a row, got 1"),
        (lambda: nll_loss([Value(-1.0), Value(-2.0)], 2), "target must be a class from 0 to 1, got 2"),
    ],
)
def test_settings_of_losses_are_looked_at(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        call()
