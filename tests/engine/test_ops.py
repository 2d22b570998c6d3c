"""The op table against the truth to 50 digits: values, slopes, higher derivatives, LaTeX.

Every test walks the table, so an op without a row in `oracles` fails.
CHALKGRAD_THOROUGH=1 asks at 10,000 points an op.
"""

from __future__ import annotations

import copy
import inspect
import itertools
import math
import os
import random
from collections.abc import Callable
from types import ModuleType
from typing import Any, cast

import pytest
from support.oracles import FAMILY_TRUTHS, TRUTHS, Exact, all_ops, distance, mp, sample, truth

from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value, grad, gradcheck, ops, trace
from chalkgrad.engine.ops import FAMILIES, OPS, Op

THOROUGH = os.environ.get("CHALKGRAD_THOROUGH") == "1"
POINTS = 10_000 if THOROUGH else 1_500

each_op = pytest.mark.parametrize("op", list(all_ops()), ids=lambda op: f"{op.name}{list(op.params) or ''}")


def points(op: Op, count: int) -> list[tuple[float, ...]]:
    rng = random.Random(f"{op.name} {op.params}")
    return [sample(truth(op), rng) for _ in range(count)]


def same_bits(a: float, b: float) -> bool:
    return repr(a) == repr(b)


def test_every_op_has_a_row_and_every_row_an_op() -> None:
    assert set(TRUTHS) == set(OPS)
    assert set(FAMILY_TRUTHS) == set(FAMILIES)


@each_op
def test_a_wider_bound_has_its_reason(op: Op) -> None:
    row = truth(op)
    measured_apart = row.value_measure is not None or row.slope_measure is not None
    if row.value_ulps > 2 or row.slope_ulps > 4 or measured_apart:
        assert row.why


@each_op
def test_value_and_slopes_against_50_digits(op: Op) -> None:
    row = truth(op)
    asked = 0
    for at in points(op, POINTS):
        exact = [mp.mpf(x) for x in at]
        try:
            value, slopes = row.value(*exact), row.slopes(*exact)
        except ZeroDivisionError:  # a pole: what stands there is settled in the semantics table
            continue
        if not all(map(mp.isfinite, (value, *slopes))):
            continue
        asked += 1
        got = op.primal(*at)
        unit = row.value_measure(*exact) if row.value_measure else 0
        assert distance(got, value, unit) <= row.value_ulps, f"{op}{at} is {got!r}, the truth is {value}"
        units = row.slope_measure(*exact) if row.slope_measure else [0] * len(slopes)
        for i, (slope, wanted, unit) in enumerate(zip(op.partials(got, *at), slopes, units, strict=True)):
            assert distance(slope, wanted, unit) <= row.slope_ulps, f"slope {i} of {op}{at}: {slope!r}, truth {wanted}"
    assert asked > 0.9 * POINTS


@each_op
def test_rule_on_values_gives_the_same_bits_as_on_floats(op: Op) -> None:
    edges = (0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 5e-324, 1e300)
    arity = len(truth(op).ranges)
    for at in [*points(op, 100), *itertools.product(edges, repeat=arity)]:
        leaves = [Value(x) for x in at]
        out = op(*leaves)
        assert same_bits(out.data, op.primal(*at))
        on_floats = op.partials(out.data, *at)
        on_values = op.partials(out, *leaves)
        assert all(type(slope) is float for slope in on_floats)
        assert [repr(float(slope)) for slope in on_values] == [repr(slope) for slope in on_floats], f"{op}{at}"


@each_op
def test_floats_in_float_out(op: Op) -> None:
    for at in points(op, 20):
        assert type(op(*at)) is float
        assert same_bits(op(*at), op(*map(Value, at)).data)


# Derivatives of order 1, 2, 3. The allowed error is relative to the derivative, or to what one rounding
# of the point does to it (next derivative x size of the point, or the length over which the op changes):
# no method can find a derivative near its root more closely than that.

TOLERANCE = {1: 1e-12, 2: 1e-11, 3: 1e-10}


def exact_derivative(op: Op, at: tuple[float, ...], orders: tuple[int, ...]) -> object:
    """The derivative of order `orders[i]` by operand i; differences of the 50-digit value, in 150 digits."""
    row = truth(op)
    if row.flat and sum(orders) > 1:
        return mp.mpf(0)
    with mp.workdps(100):
        exact = [mp.mpf(x) for x in at]
        if sum(orders) == 1:
            return mp.mpf(row.slopes(*exact)[orders.index(1)])
        return mp.diff(row.value, exact[0] if len(exact) == 1 else exact, orders[0] if len(exact) == 1 else orders)


@each_op
def test_derivatives_of_order_1_2_3(op: Op) -> None:
    row = truth(op)
    arity = len(row.ranges)
    rng = random.Random(f"derivatives of {op.name} {op.params}")
    wanted_points = 8 if arity == 1 else 2
    for _ in range(wanted_points):
        reach = rng.choice((3.0, 12.0))
        at = tuple(rng.uniform(max(low, -reach), min(high, reach)) for low, high in row.ranges)
        known: dict[tuple[int, ...], Exact] = {}

        def derivative(
            orders: tuple[int, ...], at: tuple[float, ...] = at, known: dict[tuple[int, ...], Exact] = known
        ) -> Exact:
            if orders not in known:
                known[orders] = exact_derivative(op, at, orders)
            return known[orders]

        leaves = [Value(x) for x in at]
        for order in (1, 2, 3):
            for path in itertools.combinations_with_replacement(range(arity), order):
                node = op(*leaves)
                for i in path:
                    node = grad(node, leaves[i], create_graph=True)
                orders = tuple(path.count(i) for i in range(arity))
                exact = derivative(orders)
                scale = abs(exact) + mp.mpf(10) ** -80  # the differences' own error is below 1e-90
                if not row.flat:
                    for i, x in enumerate(at):
                        further = tuple(n + (i == j) for j, n in enumerate(orders))
                        scale += max(row.length, abs(x)) * abs(derivative(further))
                error = abs(mp.mpf(node.data) - exact)
                assert error <= TOLERANCE[order] * scale, f"{op}{at} by {path}: {node.data!r}, truth {exact}"


# LaTeX and plain text


@each_op
def test_latex_is_balanced_and_names_its_operands(op: Op) -> None:
    operands = [f"x_{'abc'[i]}" for i in range(len(truth(op).ranges))]
    written = op.latex(*operands)
    depth = 0
    for before, character in zip(" " + written, written, strict=False):
        if before != "\\":
            depth += (character == "{") - (character == "}")
        assert depth >= 0, written
    assert depth == 0, written
    assert written.count(r"\left") == written.count(r"\right")
    for operand in operands:
        assert operand in written
    assert "{{" not in written and "{args}" not in written


@each_op
def test_text_names_its_operands(op: Op) -> None:
    operands = [f"x{i}" for i in range(len(truth(op).ranges))]
    written = op.text(*operands)
    assert all(operand in written for operand in operands)
    assert all(f"{number:g}" in written for number in op.params if math.isfinite(number)), written


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda x, y: (x**2) ** 3, "(x**2)**3"),
        (lambda x, y: (x**2) ** y, "(x**2) ** y"),
        (lambda x, y: -(x**2), "-(x**2)"),
        (lambda x, y: (-x) ** 2, "(-x)**2"),
        (lambda x, y: x - (y - x), "x - (y - x)"),
        (lambda x, y: -(x.__neg__()), "-(-x)"),
        (lambda x, y: (x + y) * -y, "(x + y) * (-y)"),
        (lambda x, y: (x + y).tanh(), "tanh(x + y)"),
    ],
)
def test_text_reads_as_it_was_computed(build: Callable[..., Value], text: str) -> None:
    """Parsed again as Python, the text is the same formula."""
    from chalkgrad.engine.expression import expression

    x, y = Value(1.25, label="x"), Value(0.75, label="y")
    root = build(x, y)
    assert expression(root) == text
    assert eval(expression(root), {"x": 1.25, "y": 0.75, "tanh": math.tanh}) == root.data


# The table itself


@each_op
def test_a_copy_of_an_op_is_the_op(op: Op) -> None:
    """A model that holds an op keeps the table's own row when it is copied."""
    assert copy.copy(op) is op and copy.deepcopy({"activation": op})["activation"] is op


@pytest.mark.parametrize("name", [*OPS, *ops.FUNCTIONS])
def test_every_op_is_a_method_with_a_name_and_a_docstring(name: str) -> None:
    assert getattr(Value, name).__name__ == name
    assert getattr(Value, name).__doc__


def test_rules_close_over_no_node() -> None:
    for op in all_ops():
        for function in (op.primal, op.partials):
            closure = inspect.getclosurevars(function).nonlocals if inspect.isfunction(function) else {}
            assert not any(isinstance(held, Value) for held in closure.values())


def test_repr_of_an_op() -> None:
    assert repr(ops.add) == "<op +>" and repr(ops.power(3)) == "<op **3>"


def test_partials_are_one_an_operand() -> None:
    for op in all_ops():
        arity = len(truth(op).ranges)
        assert op.arity in (arity, None)
        assert len(op.partials(0.5, *[0.5] * arity)) == arity


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_wrong_number_of_operands(op: Op) -> None:
    with pytest.raises(ArgumentTypeError, match=f"{op.name} takes"):
        op()
    if op.arity is not None and not op.folds:
        most = op.arity + (op.more is not None)  # log(x, base)
        for operand in (0.5, 1, Value(0.5)):
            with pytest.raises(ArgumentTypeError, match=f"{op.name} takes {op.arity} operand.*got {most + 1}"):
                op(*[operand] * (most + 1))


def test_a_family_member_does_not_depend_on_what_was_asked_before() -> None:
    """0.0 and -0.0 are equal, and so are 1, 1.0 and True: asked for first, none may stand for the others."""
    negative_first = ops.clamp_between(-0.0, 7.25)
    assert same_bits(negative_first(-5.0), ops.clamp_between(0.0, 7.25)(-5.0))
    assert same_bits(negative_first.params[0], 0.0)
    assert ops.power(True).symbol == ops.power(1).symbol == ops.power(1.0).symbol == "**1"
    assert all(type(ops.power(n).params[0]) is float for n in (3, 3.0, True))


# What is composed of rows, and what takes more or fewer operands than a row has


def test_maximum_and_minimum_of_many() -> None:
    a, b, c = Value(2.0), Value(5.0), Value(3.0)
    assert ops.maximum(a, b, c).data == 5.0 and ops.minimum(4.0, 1.5, 2.0, 3.0) == 1.5
    assert a.maximum(b, c).data == 5.0 and math.isnan(ops.maximum(1.0, math.nan, 2.0))
    assert grad(ops.maximum(a, b, c), [a, b, c]) == [0.0, 1.0, 0.0]
    with pytest.raises(ArgumentTypeError, match="maximum takes at least 2"):
        ops.maximum(a)
    with pytest.raises(ArgumentTypeError, match="add takes 2"):
        ops.add(a, b, c)


def test_logsumexp_and_softmax_take_a_list_or_operands() -> None:
    a, b = Value(0.5), Value(-1.0)
    assert ops.logsumexp([a, b]).data == ops.logsumexp(a, b).data == ops.logsumexp((0.5, -1.0))  # type: ignore[call-overload]
    assert [p.data for p in ops.softmax(a, b)] == [p.data for p in ops.softmax([a, b])] == ops.softmax(0.5, -1.0)
    with pytest.raises(ArgumentTypeError, match="logsumexp takes at least 1"):
        ops.logsumexp([])  # type: ignore[call-overload]


def test_log_by_a_base_as_math_has_it() -> None:
    x, base = Value(8.0), Value(2.0)
    log: Any = ops.log  # one operand more than its row has
    for of, by in ((8.0, 2.0), (0.3, 10.0), (1e300, math.e), (5.0, 0.25)):
        assert log(of, by) == math.log(of, by) == log(Value(of), by).data
    slopes = grad(log(x, base), [x, base])
    assert slopes == pytest.approx([1 / (8 * math.log(2)), -3 / (2 * math.log(2))], rel=1e-15)
    assert gradcheck(log, [8.0, 2.0]) and math.isnan(log(-1.0, 2.0)) and log(0.0, 2.0) == -math.inf


def test_hypot_of_many_and_dist() -> None:
    point = [Value(x) for x in (3.0, 4.0, 12.0)]
    hypot: Any = ops.hypot
    assert hypot(*point).data == 13.0 and hypot(3e200, 4e200, 12e200) == pytest.approx(13e200, rel=1e-15)
    assert grad(hypot(*point), point) == pytest.approx([3 / 13, 4 / 13, 12 / 13], rel=1e-15)
    rng = random.Random(1)
    for size in (1, 2, 3, 7):
        p, q = ([rng.uniform(-9, 9) for _ in range(size)] for _ in range(2))
        assert ops.dist(p, q) == pytest.approx(math.dist(p, q), rel=1e-15)
        assert ops.dist([*map(Value, p)], q).data == ops.dist(p, q)
        assert gradcheck(lambda *xs, q=q: ops.dist(xs, q), p)
    assert ops.dist([], []) == 0.0 == math.dist([], [])
    assert grad(ops.dist(point, [3, 4, 12]), point) == [0.0] * 3
    with pytest.raises(ArgumentError, match="two points of one dimension, got 3 and 2 numbers"):
        ops.dist(point, [1.0, 2.0])


def test_ldexp_as_math_has_it() -> None:
    """Rounded once, however far: two steps of which one is subnormal would round twice."""
    rng = random.Random(2)
    for _ in range(3000):
        x = rng.choice((-1, 1)) * rng.uniform(0.5, 1.0) * 2.0 ** rng.randint(-1060, 1020)
        i = rng.randint(-2200, 2200)
        try:
            wanted = math.ldexp(x, i)
        except OverflowError:
            wanted = math.copysign(math.inf, x)
        assert same_bits(ops.ldexp(x, i), wanted) and same_bits(ops.ldexp(Value(x), i).data, wanted), (x, i)
    for x in (0.0, -0.0, math.inf, -math.inf, 5e-324, -5e-324):
        for i in (-(10**9), -1075, 0, 7, 10**9 if x not in (5e-324, -5e-324) else 2000):
            assert same_bits(ops.ldexp(x, i), math.ldexp(x, i))
    assert ops.ldexp(5e-324, 10**9) == math.inf
    leaf = Value(3.0)
    assert grad(ops.ldexp(leaf, 4), leaf) == 16.0
    with pytest.raises(ArgumentError, match=r"i must be a whole number, got 0\.5"):
        ops.ldexp(leaf, 0.5)  # type: ignore[arg-type]


SPECIAL = [0.0, -0.0, 1.0, -1.0, 2.0, -2.5, 0.5, 171.7, 1e-310, -1e-310, -1e308, 1e308, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("name", ["gamma", "lgamma", "cbrt", "degrees", "radians", "floor", "ceil", "trunc"])
def test_a_function_of_math_is_its_bits_and_never_an_exception(name: str) -> None:
    rng = random.Random(name)
    wide = [10.0 ** rng.uniform(-300, 300) for _ in range(99)]
    for x in [*SPECIAL, *wide, *(rng.uniform(-200, 200) for _ in range(500))]:
        got = OPS[name].primal(x)
        try:
            wanted = float(getattr(math, name)(x))
        except AttributeError:  # cbrt, before Python 3.11
            assert got == pytest.approx(math.copysign(abs(x) ** (1 / 3), x), rel=1e-13, nan_ok=True)
        except (ValueError, OverflowError):
            assert math.isinf(got) or math.isnan(got)
        else:
            assert got == wanted or (math.isnan(got) and math.isnan(wanted))


def test_fsum_is_rounded_once_wherever_its_terms_are() -> None:
    assert ops.fsum(1e100, 1.0, -1e100) == 1.0 == ops.fsum([1e100, 1.0, -1e100])  # type: ignore[call-overload]
    assert ops.fsum(*[0.1] * 10) == 1.0
    assert ops.fsum(1.7e308, 1.7e308, -1.7e308, -1.7e308, 3.0) == 3.0
    assert ops.fsum(1.7e308, 1.7e308) == math.inf and ops.fsum(-1.7e308, -1.7e308) == -math.inf
    assert ops.fsum(1.7e308, 1.7e308, -math.inf) == -math.inf and math.isnan(ops.fsum(math.inf, -math.inf))
    assert math.isnan(ops.fsum(1.7e308, 1.7e308, math.inf, -math.inf))
    leaves = [Value(0.1 * i) for i in range(9)]
    assert grad(ops.fsum(*leaves), leaves) == [1.0] * 9


def test_fma_is_rounded_once() -> None:
    rng = random.Random(4)
    for _ in range(500):
        x, y = rng.uniform(-9, 9), rng.uniform(-9, 9)
        low = ops.fma(x, y, -(x * y))
        assert mp.mpf(x) * mp.mpf(y) == mp.mpf(x * y) + mp.mpf(low)
    if hasattr(math, "fma"):  # from Python 3.13 on
        for at in itertools.product(SPECIAL, repeat=3):
            try:
                wanted = math.fma(*at)
            except (ValueError, OverflowError):
                assert not math.isfinite(ops.fma(*at))
            else:
                assert same_bits(ops.fma(*at), wanted), at


def test_orders_of_polygamma() -> None:
    x = Value(2.5)
    assert ops.digamma(x).op is ops.polygamma_of(0) and x.digamma().data == ops.digamma(2.5)
    assert x.polygamma(3).op is ops.polygamma_of(3.0) and ops.polygamma(3, 2.5) == x.polygamma(3).data
    slope = ops.lgamma(x)
    for order in range(6):
        slope = grad(slope, x, create_graph=True)
        assert slope.data == pytest.approx(float(mp.psi(order, mp.mpf(2.5))), rel=1e-14)
    for n in (-1, 0.5, 101, math.nan, math.inf):
        with pytest.raises(ArgumentError, match="order of polygamma must be a whole number from 0 to 100"):
            ops.polygamma(n, x)
    with pytest.raises(ArgumentError, match="got 101"):
        ops.polygamma(100, x).backward()
    with pytest.raises(TypeError, match="the order must be a plain number, got a Value"):
        ops.polygamma(x, 1)  # type: ignore[arg-type]


def test_gamma_functions_against_pytorch(torch: ModuleType) -> None:
    for x in (0.1, 0.7, 1.0, 2.5, 30.0, -0.4, -3.7):
        tensor = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        leaf = Value(x)
        for ours, theirs, digits in (
            (ops.lgamma(leaf), torch.lgamma(tensor), 1e-12),
            (ops.digamma(leaf), torch.digamma(tensor), 2e-8),  # whose slope PyTorch has to nine digits
            *((ops.polygamma(n, leaf), torch.special.polygamma(n, tensor), 1e-12) for n in (2, 3, 4) if x > 0),
        ):
            assert ours.data == pytest.approx(theirs.item(), rel=1e-12)
            assert grad(ours, leaf) == pytest.approx(torch.autograd.grad(theirs, tensor)[0].item(), rel=digits)


def test_clip_is_clamp() -> None:
    x = Value(3.0)
    assert ops.clip(x, 0, 1).data == x.clip(max=1.0).data == 1.0 and ops.clip(0.5, min=1.0) == 1.0


def test_dot_mean_prod() -> None:
    xs, ys = [Value(1.0), Value(2.0), Value(3.0)], [4.0, 5.0, 6.0]
    assert ops.dot(xs, ys).data == 32.0 and ops.dot([1, 2], [3, 4]) == 11.0
    assert grad(ops.dot(xs, ys), xs) == ys
    assert ops.mean(xs).data == 2.0 and ops.mean([1, 2]) == 1.5
    assert grad(ops.mean(xs), xs) == [1 / 3] * 3
    assert ops.prod(xs).data == 6.0 and ops.prod([]) == 1.0
    assert grad(ops.prod(xs), xs) == [6.0, 3.0, 2.0]
    with pytest.raises(ValueError, match="two lists of one length, not empty; got 3 and 2"):
        ops.dot(xs, [1.0, 2.0])
    with pytest.raises(ValueError, match="mean takes at least one"):
        ops.mean([])
    with pytest.raises(TypeError, match="the operand of prod must be a list"):
        ops.prod(Value(1.0))  # type: ignore[arg-type]


@pytest.mark.parametrize("x", [-38.0, -20.0, -3.0, 0.0, 1e-9, 2.0, 9.0])
def test_normal_cdf(x: float) -> None:
    leaf = Value(x)
    cumulative = ops.normal_cdf(leaf)
    exact = mp.ncdf(mp.mpf(x))
    slack = 2 + x * x  # x / sqrt(2) is rounded before its square is an exponent
    assert (
        distance(cumulative.data, exact) <= slack and distance(grad(cumulative, leaf), mp.npdf(mp.mpf(x))) <= 2 * slack
    )


@pytest.mark.parametrize("x", [0.0, -0.0, 1e-300, 1e-9, 1e-3, -0.1, 0.3, 0.318, 0.319, 0.5, 0.75, 1.5, -2.25, 20.2])
def test_sinc_and_its_derivatives_near_0(x: float) -> None:
    leaf = Value(x)
    derivative = ops.sinc(leaf)
    for order, digits in enumerate((1e-15, 1e-13, 1e-12, 1e-11, 1e-10, 1e-9)):
        exact = float(mp.diff(mp.sincpi, mp.mpf(x), order))
        size = math.pi**order / (order + 1)
        assert derivative.data == pytest.approx(exact, rel=digits, abs=digits * size), order
        derivative = grad(derivative, leaf, create_graph=True)


def test_sinc_is_numpy_s() -> None:
    np = pytest.importorskip("numpy")
    for x in (-3.7, -0.25, 0.0, 1e-5, 0.3, 0.6, 5.5):
        assert ops.sinc(x) == pytest.approx(float(np.sinc(x)), rel=1e-13, abs=1e-16)


def test_several_operands_and_softmax_of_some() -> None:
    a, b, c = Value(1.0), Value(3.0), Value(2.0)
    assert ops.maximum(a, b, c).data == 3.0 and ops.minimum(a, b, c).data == 1.0 == a.minimum(b, c).data
    several = cast("Any", ops.logsumexp)([a, b, c])
    assert several.data == ops.logsumexp(a, b, c).data == a.logsumexp(b, c).data
    for rows in (a.softmax(b, c), Value.softmax([a, b, c]), ops.softmax([a, b, c])):
        assert [x.data for x in rows] == ops.softmax(1.0, 3.0, 2.0)
    with pytest.raises(TypeError, match="the operand of softmax must be a list"):
        a.softmax()
    with pytest.raises(TypeError, match=r"maximum takes at least 2 operand\(s\), got 1"):
        ops.maximum(a)


def test_a_power_modulo_says_how_it_is_written() -> None:
    with pytest.raises(TypeError, match=r"of Values it is x\*\*y % z"):
        pow(cast("Any", Value(2.0)), 3, 5)


def test_digits_that_a_composition_loses() -> None:
    """`log(1 + x)`, `exp(x) - 1`, `1 - erfc(x)` near 0 lose most of their digits; the rows have all of them."""
    x = 1e-12
    for row, composed in ((ops.log1p, ops.log(1 + x)), (ops.expm1, ops.exp(x) - 1), (ops.erf, 1 - ops.erfc(x))):
        exact = truth(row).value(mp.mpf(x))
        assert abs(mp.mpf(composed) - exact) > 1e-6 * exact
        assert distance(row(x), exact) <= 1


# An op of one's own


def own_ops() -> list[Op]:
    return [
        Op("cube", lambda x: x * x * x, lambda out, x: (3.0 * x * x,)),
        Op("blend", lambda a, b: a * math.sin(b), lambda out, a, b: (ops.sin(b), a * ops.cos(b)), arity=2),
        Op("norm2", lambda *xs: sum(x * x for x in xs), lambda out, *xs: tuple(2.0 * x for x in xs), arity=None),
    ]


@pytest.mark.parametrize("op", own_ops(), ids=repr)
def test_an_op_of_ones_own_is_checked_differentiated_and_written(op: Op) -> None:
    point = [0.5, -1.25, 2.0][: op.arity or 3]
    assert gradcheck(op, point)
    leaves = [Value(x, label="abc"[i]) for i, x in enumerate(point)]
    slopes = grad(op(*leaves), leaves, create_graph=True)
    for i, slope in enumerate(slopes):
        assert gradcheck(lambda *xs, i=i: grad(op(*xs), xs[i], create_graph=True), point)
        assert isinstance(slope, Value)
    assert op.text("a", "b", "c").startswith(op.name) and op.latex("a", "b", "c").startswith(r"\operatorname{")
    assert f"= {op.text(*(leaf.label for leaf in leaves))} =" in str(trace(op(*leaves)))


def test_the_name_of_an_op_of_ones_own_is_escaped_in_latex() -> None:
    safe = Op("safe_log", math.log, lambda out, x: (1.0 / x,))
    assert safe.latex("x") == r"\operatorname{safe\_log}(x)" and safe.text("x") == "safe_log(x)"


X = Value(0.5)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (
            lambda: Op("bare", abs, lambda out, x: cast("Any", 1.0))(X).backward(),
            "bare must give a tuple of partials, got float",
        ),
        (lambda: Op("short", max, lambda out, a, b: (1.0,), arity=2)(X, X).local(), "short gives 1 partial.* for 2 op"),
        (
            lambda: grad(Op("m", math.exp, lambda out, x: (math.exp(x),))(X), X, create_graph=True),
            "rule of m takes the num",
        ),
        (lambda: grad(Op("f", abs, lambda out, x: (1.0 if x > 0 else -1.0,))(X), X, create_graph=True), "where for if"),
    ],
)
def test_a_rule_that_would_go_wrong_in_silence_says_so(act: Callable[[], object], message: str) -> None:
    with pytest.raises((ArgumentError, ArgumentTypeError), match=message):
        act()


def test_a_rule_with_math_is_good_for_a_first_derivative() -> None:
    x = Value(0.5)
    assert grad(Op("m", math.exp, lambda out, x: cast("Any", [math.exp(x)]))(x), x) == math.exp(0.5)
