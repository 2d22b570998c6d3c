"""Where the last bits may differ: `fast_math`, its exp and tanh for vectors, and float32."""

from __future__ import annotations

import math

import pytest
from support.compiled import BACKENDS, bits, each_backend, has_code, network, squares
from support.semantics import SEMANTICS, Row

from chalkgrad.engine import ArgumentError, Value, grad, logsumexp, ops
from chalkgrad.engine.compiler.program import compile

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")


@each_backend
def test_fast_math_is_close(backend: str) -> None:
    inputs, outputs, parameters = network((4, 16, 9, 3))
    loss = logsumexp(*(out.tanh() + out.sigmoid() * out**2 for out in outputs))
    samples = np.random.default_rng(1).normal(size=(50, 4))
    exact = compile(loss, inputs, parameters, backend=backend).value_and_grad(samples)
    fast = compile(loss, inputs, parameters, backend=backend, fast_math=True).value_and_grad(samples)
    assert fast[0] == pytest.approx(exact[0], rel=1e-13)
    np.testing.assert_allclose(fast[1], exact[1], rtol=1e-11, atol=1e-13)


def test_vectorised_exp_and_tanh_are_right_to_two_ulp() -> None:
    x = Value(0.5)
    program = compile([x.exp(), x.tanh()], [x], fast_math=True)
    points = np.concatenate([np.linspace(-750, 712, 5001), np.linspace(-1, 1, 5001), np.logspace(-320, 2, 999)])
    points = np.concatenate([points, [0.0, -0.0, math.inf, -math.inf, math.nan]])
    exact = np.array([[ops.exp(p), ops.tanh(p)] for p in points.tolist()])
    got = program(points[:, None])
    normal = np.abs(exact) >= 2.3e-308
    with np.errstate(invalid="ignore"):
        ulps = np.abs(got - exact) / np.spacing(np.abs(exact))
    assert np.nanmax(np.where(normal & np.isfinite(exact), ulps, 0.0)) <= 3.0
    np.testing.assert_array_equal(np.isnan(got), np.isnan(exact))
    np.testing.assert_array_equal(got[np.isinf(exact)], exact[np.isinf(exact)])
    np.testing.assert_allclose(got[~normal], exact[~normal], rtol=0, atol=5e-324)
    single = compile([x.exp(), x.tanh()], [x], fast_math=True, dtype="float32")(points[5001:10002, None])
    np.testing.assert_allclose(single, exact[5001:10002], rtol=1e-6)


@each_backend
def test_float32(backend: str) -> None:
    loss, inputs, parameters = squares((3, 6, 5, 2))
    samples = np.random.default_rng(1).normal(size=(21, len(inputs)))
    exact = compile(loss, inputs, parameters, backend=backend).value_and_grad(samples)
    value, gradient = compile(loss, inputs, parameters, backend=backend, dtype="float32").value_and_grad(samples)
    assert gradient.dtype == np.float32
    assert value == pytest.approx(exact[0], rel=1e-5)
    np.testing.assert_allclose(gradient, exact[1], rtol=1e-4, atol=1e-5)


@each_backend
def test_float32_with_functions_of_the_c_library(backend: str) -> None:
    x = Value(0.5)
    program = compile([x.tanh() * x.sin(), x.gt(0.2), x**1.5], [x], backend=backend, dtype="float32")
    np.testing.assert_allclose(program([[0.5]]), [[math.tanh(0.5) * math.sin(0.5), 1.0, 0.5**1.5]], rtol=1e-6)


def test_both_back_ends_give_the_same_float32() -> None:
    inputs, outputs, _ = network((3, 6, 5, 2))
    samples = np.random.default_rng(1).normal(size=(21, len(inputs)))
    one, other = (compile(outputs, inputs, backend=backend, dtype="float32")(samples) for backend in BACKENDS)
    assert bits(one, "float32") == bits(other, "float32")


def fits(number: float) -> bool:
    """Whether float32 has a number of this size, and its square (and is not too near a pole)."""
    return not math.isfinite(number) or number == 0.0 or 1e-18 < abs(number) < 1e15


ANOTHER = "fma(0.1, 10, -1)"  # what is left of two numbers that cancel, of which 0.1 is another in float32
FITTING = [row for row in SEMANTICS if all(map(fits, [*row.at, row.value])) and row.id != ANOTHER]


@each_backend
@pytest.mark.parametrize("row", FITTING, ids=lambda row: row.id)
def test_float32_at_the_edges(row: Row, backend: str) -> None:
    """The table of what every op does at its edges, where float32 has the numbers in it."""
    leaves = [Value(x) for x in row.at]
    root = row.build(*leaves)
    if not has_code(backend, root, *grad(root, leaves, create_graph=True)):
        with pytest.raises(ArgumentError, match="cannot be compiled to machine code"):
            compile(root, [], leaves, backend=backend, dtype="float32").value_and_grad()
        return
    value, slopes = compile(root, [], leaves, backend=backend, dtype="float32").value_and_grad()
    for got, wanted in zip([value, *map(float, slopes)], [row.value, *row.grads], strict=True):
        if fits(wanted):
            assert got == pytest.approx(wanted, rel=2e-5, nan_ok=True)
            assert math.isnan(wanted) or math.copysign(1.0, got) == math.copysign(1.0, wanted)


@each_backend
def test_float32_with_an_infinite_score(backend: str) -> None:
    """The shift of the scores is the largest number of the precision: that of float64 would be inf here."""
    scores = [Value(0.0), Value(1000.0), Value(math.inf)]
    _, slopes = compile(logsumexp(*scores), [], scores, backend=backend, dtype="float32").value_and_grad()
    assert slopes[:2].tolist() == [0.0, 0.0] and math.isnan(slopes[2])
