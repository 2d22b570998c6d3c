"""grad, jacobian, hessian, gradcheck: what they take, what they give, and that derivatives are graphs."""

from __future__ import annotations

import math
import random
import time
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from support.graphs import Program, build, programs

from chalkgrad import engine
from chalkgrad.engine import (
    GraphError,
    Op,
    Value,
    enable_grad,
    grad,
    gradcheck,
    hessian,
    hvp,
    jacobian,
    jvp,
    logsumexp,
    maximum,
    no_grad,
    softmax,
    stop_gradient,
    topological_order,
    where,
)

# what grad takes and gives


def test_one_input_or_several() -> None:
    x, y = Value(2.0), Value(3.0)
    z = x * y + x
    assert grad(z, x) == 4.0 and type(grad(z, x)) is float
    assert grad(z, [x, y]) == [4.0, 2.0] and grad(z, (y, x, y)) == [2.0, 4.0, 2.0]
    assert grad(z, (v for v in (x, y))) == [4.0, 2.0]  # type: ignore[call-overload]
    assert grad(z, []) == [] and grad(z, [], create_graph=True) == []
    slopes = grad(z, [x, y], create_graph=True)
    assert [type(s) for s in slopes] == [Value, Value] and [s.data for s in slopes] == [4.0, 2.0]


@pytest.mark.parametrize("create_graph", [False, True])
def test_no_gradient_is_touched(create_graph: bool) -> None:
    x, y = Value(2.0), Value(3.0)
    z = (x * y).tanh() + maximum(x, y)
    z.grad, x.grad = 5.0, 7.0
    grad(z, [x, y], create_graph)  # type: ignore[call-overload]
    assert (z.grad, x.grad, y.has_grad) == (5.0, 7.0, False)


@pytest.mark.parametrize("create_graph", [False, True])
def test_inputs_anywhere_in_the_graph(create_graph: bool) -> None:
    x = Value(2.0)
    middle = x * 3
    z = middle * middle + x
    elsewhere = Value(1.0)
    constant = middle.parents[1]
    inputs = [z, middle, x, constant, elsewhere, middle * 1]
    got = [float(g) for g in grad(z, inputs, create_graph)]  # type: ignore[call-overload]
    assert got == [1.0, 12.0, 37.0, 24.0, 0.0, 0.0]


def test_a_derivative_is_a_graph_of_its_own() -> None:
    x = Value(2.0, label="x")
    slope = grad(x**4, x, create_graph=True)
    assert slope.data == 32.0
    slope.backward()
    assert x.grad == 48.0
    for order, wanted in enumerate((48.0, 48.0, 24.0, 0.0, 0.0), start=2):
        slope = grad(slope, x, create_graph=True)
        assert slope.data == wanted, order


def test_a_derivative_that_is_a_number_can_be_differentiated() -> None:
    x = Value(2.0)
    slope = grad(3 * x, x, create_graph=True)
    assert slope.data == 3.0 and grad(slope, x) == 0.0
    assert grad(Value(1.0), x, create_graph=True).data == 0.0


def test_a_loss_that_holds_a_gradient() -> None:
    """A gradient penalty: d/dw of (f + (df/dx)**2), with f = tanh(w x)."""
    w, x = Value(0.7), Value(-1.3)
    f = (w * x).tanh()
    (f + grad(f, x, create_graph=True) ** 2).backward()
    t = math.tanh(0.7 * -1.3)
    s = 1 - t * t
    wanted = s * x.data + 2 * (s * w.data) * (s - 2 * t * s * w.data * x.data)
    assert w.grad == pytest.approx(wanted, rel=1e-14)


def test_newton_finds_a_root_of_a_derivative() -> None:
    x = Value(1.0)
    for _ in range(8):
        slope = grad(x.exp() - 3 * x, x, create_graph=True)
        x = Value(x.data - slope.data / grad(slope, x))
    assert x.data == pytest.approx(math.log(3.0), rel=1e-15)


def test_selections_send_nothing_to_the_other_side_in_any_order() -> None:
    """The untaken side may be infinite; the taken one is differentiated twice."""
    x = Value(0.0)
    guarded = where(x.gt(0), x.log(), x * x * 3) + maximum(x * x, x.sqrt() - 1)
    slope = grad(guarded, x, create_graph=True)
    assert (grad(guarded, x), slope.data, grad(slope, x)) == (0.0, 0.0, 8.0)


def test_a_changed_leaf_is_named() -> None:
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    z = x * y
    y.data = -3.0
    with pytest.raises(GraphError, match=r"y was 3\.0 in the forward pass and is -3\.0 now"):
        grad(z, x, create_graph=True)
    assert grad(z, [x, y]) == [3.0, 2.0]
    y.data = 3.0
    zero = Value(0.0, label="zero")
    out = x * zero
    zero.data = -0.0
    with pytest.raises(GraphError, match=r"zero was 0\.0"):
        grad(out, x, create_graph=True)
    nan = Value(math.nan)
    out = x * nan
    nan.data = math.nan
    assert math.isnan(grad(out, x, create_graph=True).data)


@settings(max_examples=60)
@given(programs(max_steps=30))
def test_the_graph_of_a_derivative_depends_on_structure_alone(program: Program) -> None:
    """It is right for other inputs too, which is what a compiler of it relies on."""
    shapes = []
    for shift in (0.0, 0.37):
        root, leaves = build(Program(tuple(x + shift for x in program.inputs), program.steps))
        slopes = grad(root, leaves, create_graph=True)
        shapes.append([node._op for node in topological_order(*slopes)])
    assert shapes[0] == shapes[1]


# jacobian and hessian


def test_jacobian_of_softmax() -> None:
    xs = [Value(x) for x in (0.5, -1.0, 2.0)]
    p = softmax(xs)
    got = jacobian(p, xs)
    for i in range(3):
        for j in range(3):
            assert got[i][j] == pytest.approx(p[i].data * ((i == j) - p[j].data), rel=1e-14)
    assert jacobian([], xs) == [] and jacobian(p, []) == [[], [], []]


def test_hessian_of_logsumexp() -> None:
    xs = [Value(x) for x in (0.5, -1.0, 2.0)]
    p = [v.data for v in softmax(xs)]
    got = hessian(logsumexp(*xs), xs)
    for i in range(3):
        for j in range(3):
            assert got[i][j] == pytest.approx(p[i] * ((i == j) - p[j]), rel=1e-14)


def test_hessian_of_a_quadratic_form_is_its_matrix() -> None:
    rng = random.Random(1)
    a = [[rng.uniform(-1, 1) for _ in range(4)] for _ in range(4)]
    xs = [Value(rng.uniform(-1, 1)) for _ in range(4)]
    form = sum(a[i][j] * xs[i] * xs[j] for i in range(4) for j in range(4))
    assert isinstance(form, Value)
    got = hessian(form, xs)
    for i in range(4):
        for j in range(4):
            assert got[i][j] == pytest.approx(a[i][j] + a[j][i], rel=1e-15)
    assert hessian(xs[0] * 1.0, xs[:2]) == [[0.0, 0.0], [0.0, 0.0]]


def test_hessian_and_third_derivative_against_pytorch(torch: ModuleType) -> None:
    def function(tanh: Any, sin: Any, exp: Any, x: Any, y: Any, z: Any) -> Any:
        return tanh(x * y) * sin(z) + exp(x / z) - (y * y + z) ** 1.5

    at = (0.3, 1.1, 0.8)
    values = [Value(x) for x in at]
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in at]
    ours = function(Value.tanh, Value.sin, Value.exp, *values)
    theirs = function(torch.tanh, torch.sin, torch.exp, *tensors)

    def their_grad(y: Any) -> Any:
        return torch.autograd.grad(y, tensors, create_graph=True, allow_unused=True)

    for ours_1, theirs_1 in zip(grad(ours, values, create_graph=True), their_grad(theirs), strict=True):
        for ours_2, theirs_2 in zip(grad(ours_1, values, create_graph=True), their_grad(theirs_1), strict=True):
            assert ours_2.data == pytest.approx(float(theirs_2.detach()), rel=1e-12, abs=1e-13)
            for ours_3, theirs_3 in zip(grad(ours_2, values), their_grad(theirs_2), strict=True):
                assert ours_3 == pytest.approx(float(theirs_3.detach()), rel=1e-11, abs=1e-12)


# gradcheck


def test_gradcheck_at_a_kink_tells_what_it_found() -> None:
    assert gradcheck(lambda x: x.relu(), [1.0]) and gradcheck(lambda x: abs(x), [0.0])
    with pytest.raises(
        ValueError, match=r"derivative by inputs\[1\] at \(1, 0\) is 0\.0, the central difference 0\.49999"
    ):
        gradcheck(lambda x, y: x + y.relu(), [1.0, 0.0])


def test_gradcheck_of_a_function_that_ignores_an_input() -> None:
    assert gradcheck(lambda x, y: x * x, [3.0, 4.0])
    assert gradcheck(lambda: Value(1.0), [])


# powers of two Values, and scores that are infinite


@pytest.mark.parametrize(
    "at", [(2.0, 0.0), (0.5, 0.0), (2.0, 1.0), (0.5, 1.0), (3.0, 2.0), (0.7, 3.0), (1.0, 0.0), (2.5, -1.0), (3.0, 1.5)]
)
def test_second_and_third_derivatives_of_a_power_at_whole_exponents(at: tuple[float, float]) -> None:
    x, y = at
    log, power = math.log(x), x**y
    xx, xy, yy = y * (y - 1) * x ** (y - 2), x ** (y - 1) * (1 + y * log), power * log**2
    base, exponent = Value(x), Value(y)
    got = hessian(base**exponent, [base, exponent])
    assert got[0] == pytest.approx([xx, xy], rel=1e-14) and got[1] == pytest.approx([xy, yy], rel=1e-14)
    third = [hessian(g, [base, exponent]) for g in grad(base**exponent, [base, exponent], create_graph=True)]
    xxx, xyy = y * (y - 1) * (y - 2) * x ** (y - 3), x ** (y - 1) * log * (2 + y * log)
    xxy = x ** (y - 2) * (2 * y - 1 + y * (y - 1) * log)
    assert third[0][0] == pytest.approx([xxx, xxy], rel=1e-13) and third[0][1] == pytest.approx([xxy, xyy], rel=1e-13)
    assert third[1][0] == pytest.approx([xxy, xyy], rel=1e-13) and third[1][1][1] == pytest.approx(power * log**3)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 3.0])
def test_the_hessian_of_a_power_of_0_is_symmetric(exponent: float) -> None:
    x, y = Value(0.0), Value(exponent)
    assert hessian(x**y, [x, y]) == [[2.0 if exponent == 2.0 else 0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    "scores", [(0.0, 1000.0, math.inf), (-math.inf, -math.inf), (math.inf, 0.0), (math.inf, math.inf, -math.inf),
               (-math.inf, 0.0), (0.0, math.nan, 1.0), (1e308, 0.0, math.inf)],
)  # fmt: skip
def test_logsumexp_of_infinite_scores_as_pytorch(torch: ModuleType, scores: tuple[float, ...]) -> None:
    values = [Value(x) for x in scores]
    tensor = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    theirs = torch.logsumexp(tensor, 0)
    theirs.backward()
    total = logsumexp(*values)
    assert total.data == pytest.approx(float(theirs.detach()), nan_ok=True)
    assert grad(total, values) == pytest.approx(tensor.grad.tolist(), nan_ok=True)
    slopes = [slope.data for slope in grad(total, values, create_graph=True)]
    assert slopes == pytest.approx(tensor.grad.tolist(), nan_ok=True)
    assert [p.data for p in softmax(values)] == pytest.approx(tensor.grad.tolist(), nan_ok=True)


# where a walk ends


def a_history(length: int) -> Value:
    x = Value(0.5)
    for _ in range(length):
        x = x * 0.999 + 0.001
    return x


@pytest.mark.parametrize("create_graph", [False, True])
def test_the_cost_of_a_derivative_does_not_grow_with_the_history_below_its_input(create_graph: bool) -> None:
    def seconds(length: int) -> float:
        a, b = a_history(length), Value(2.0)
        product = a * b
        times = []
        for _ in range(20):
            start = time.perf_counter()
            assert float(grad(product, a, create_graph)) == 2.0  # type: ignore[call-overload]
            times.append(time.perf_counter() - start)
        return min(times)

    assert seconds(100_000) < 50 * seconds(1)


def test_nested_derivatives_by_several_inputs_cost_what_a_step_costs() -> None:
    """A particle: each step is moved by the derivatives of an energy by its place and its speed, two interior nodes."""

    def seconds(steps: int, create_graph: bool) -> float:
        """Of the last steps, after so many others: the history below them is never searched again."""
        place, speed = Value(1.0) * 1.0, Value(0.5) * 1.0
        times = []
        for _ in range(steps):
            start = time.perf_counter()
            energy = place * place + speed * speed * 0.5 + place * speed * 0.1
            force: list[Any] = grad(energy, [place, speed], create_graph)  # type: ignore[call-overload]
            place, speed = place + speed * 0.001 + force[1] * 0.0, speed - force[0] * 0.001
            times.append(time.perf_counter() - start)
        return min(times[-20:])

    for create_graph in (False, True):
        assert seconds(2_000, create_graph) < 8 * seconds(20, create_graph)


def not_to_be_asked(*numbers: object) -> tuple[float, ...]:
    raise AssertionError("a walk went below its inputs")


def test_a_table_of_derivatives_searches_below_its_inputs_once() -> None:
    """Unrelated interior inputs with a history in common: no row walks it, and none of its numbers is looked at."""
    history = a_history(1000)
    inputs = [history * (i + 1.0) for i in range(3)]
    inputs.append(inputs[0] * inputs[1])
    x, y, z, w = inputs
    out = x * y * z + w * w
    history._rule = Op("unreadable", float, not_to_be_asked, arity=2)
    by_x = y.data * z.data + 2.0 * w.data * y.data
    assert grad(out, inputs)[0] == pytest.approx(by_x, rel=1e-14)
    assert grad(out, inputs, create_graph=True)[0].data == pytest.approx(by_x, rel=1e-14)
    assert hessian(out, inputs)[0][0] == pytest.approx(2.0 * y.data**2, rel=1e-14)
    assert jacobian([out, w], inputs)[1] == [y.data, x.data, 0.0, 1.0]
    assert jvp(out, inputs, [1.0, 0.0, 0.0, 0.0]) == pytest.approx(by_x, rel=1e-14)
    assert hvp(w, inputs, [1.0, 0.0, 0.0, 0.0]) == [0.0, 1.0, 0.0, 0.0]


def test_the_search_below_inputs_of_many_eras_finds_every_path() -> None:
    """Random graphs, with derivatives taken and passes made meanwhile: each number is that by one input alone."""
    rng = random.Random(5)
    for _ in range(150):
        nodes = [Value(rng.uniform(0.5, 1.5)) for _ in range(3)]
        for _ in range(30):
            a, b = rng.choice(nodes), rng.choice(nodes[-6:])
            nodes.append(rng.choice((Value.__add__, Value.__mul__, Value.__sub__))(a, b) * 0.7)
            if rng.random() < 0.3:
                some = rng.sample(nodes, 2)
                grad(nodes[-1], some, create_graph=rng.random() < 0.5)  # type: ignore[call-overload]
            if rng.random() < 0.1:
                rng.choice(nodes).backward()
        out, inputs = nodes[-1], rng.sample(nodes[:-1], 4)
        for x, slope, graph in zip(inputs, grad(out, inputs), grad(out, inputs, create_graph=True), strict=True):
            alone = grad(out, x)
            assert slope == pytest.approx(alone, rel=1e-12, abs=1e-14)
            assert graph.data == pytest.approx(alone, rel=1e-12, abs=1e-14)


def test_an_input_below_another_is_found() -> None:
    x = Value(2.0)
    middle = x * 3
    out = middle * middle
    for create_graph in (False, True):
        assert [float(g) for g in grad(out, [middle, x], create_graph)] == [12.0, 36.0]
    assert grad(out, [middle, middle]) == [12.0, 12.0]


def test_a_leaf_changed_below_the_input_does_not_matter() -> None:
    x = Value(2.0)
    middle = x * 3
    out = middle**2
    x.data = 5.0
    assert grad(out, middle, create_graph=True).data == 12.0
    with pytest.raises(GraphError, match="forward pass"):
        grad(out, x, create_graph=True)


# what is refused, and what is taken


def test_inputs_that_are_not_in_a_list_are_refused() -> None:
    a, b = Value(2.0), Value(3.0)
    with pytest.raises(TypeError, match=r"create_graph must be True or False, got Value.*grad\(output, \[a, b\]\)"):
        grad(a * b, a, b)  # type: ignore[call-overload]


def test_single_values_for_jacobian_and_hessian() -> None:
    x, y = Value(2.0), Value(3.0)
    assert hessian(x**3 * y, x) == 36.0 and hessian(x**3, [x]) == [[12.0]]
    assert jacobian(x * y, x) == 3.0 and jacobian(x * y, [x, y]) == [3.0, 2.0]
    assert jacobian([x * y, x + y], y) == [2.0, 1.0]
    assert jacobian([x * y, 1.0, 2], [x, y]) == [[3.0, 2.0], [0.0, 0.0], [0.0, 0.0]]
    with pytest.raises(TypeError, match="pass create_graph=True to the first grad"):
        jacobian(grad(x * y, [x, y]), [x, y])


def test_what_was_computed_under_no_grad_has_no_derivative() -> None:
    x, w = Value(2.0), Value(3.0)
    with no_grad():
        out = x * w
        for call in (
            lambda: grad(out, x),
            lambda: grad(out, [x], create_graph=True),
            lambda: jacobian([out], [x]),
            lambda: hessian(out, x),
            lambda: jvp(out, x, 1.0),
        ):
            with pytest.raises(GraphError, match="computed under no_grad"):
                call()
        assert grad(out, out) == 1.0 and grad(x, x) == 1.0 and grad(Value(1.0), x) == 0.0
        with enable_grad():
            assert grad(x * w, x) == 3.0
    with pytest.raises(GraphError, match="computed under no_grad"):
        grad(out, x)
    later = out * w  # and it is a leaf like any other
    later.backward()
    assert (out.grad, w.grad, grad(later, [out, x])) == (3.0, 6.0, [3.0, 0.0])


def test_a_backward_with_a_gradient_of_its_own() -> None:
    x, y = Value(2.0), Value(3.0)
    out = x * y
    out.backward(10)
    assert (out.grad, x.grad, y.grad) == (10.0, 30.0, 20.0)
    out.backward(gradient=-1.0)
    assert (out.grad, x.grad, y.grad) == (-1.0, 27.0, 18.0)
    with pytest.raises(TypeError, match="gradient must be"):
        out.backward("1")
    assert x.grad == 27.0


# forward mode


def test_jvp_and_hvp_against_pytorch(torch: ModuleType) -> None:
    def function(m: Any, x: Any, y: Any, z: Any) -> Any:
        return m.tanh(x * y) * m.sin(z) + m.exp(x / z) - (y * y + z) ** 1.5, m.maximum(x, y) * z

    at, direction = (0.3, 1.1, 0.8), (0.5, -2.0, 1.5)
    values = [Value(x) for x in at]
    tensors = tuple(torch.tensor(x, dtype=torch.float64) for x in at)
    vector = tuple(torch.tensor(v, dtype=torch.float64) for v in direction)
    ours = function(engine, *values)
    functional = torch.autograd.functional
    _, wanted = functional.jvp(lambda *xs: function(torch, *xs), tensors, vector)
    assert jvp(ours, values, direction) == pytest.approx([float(t) for t in wanted], rel=1e-14)
    assert jvp(ours[0], values, direction) == pytest.approx(float(wanted[0]), rel=1e-14)
    _, wanted = functional.hvp(lambda *xs: function(torch, *xs)[0], tensors, vector)
    assert hvp(ours[0], values, direction) == pytest.approx([float(t) for t in wanted], rel=1e-13)
    assert hvp(values[0] ** 3, values[0], 2.0) == pytest.approx(6 * 0.3 * 2.0)


@settings(max_examples=100)
@given(programs(max_steps=30))
def test_jvp_is_the_gradient_times_the_direction(program: Program) -> None:
    root, leaves = build(program)
    for i, slope in enumerate(grad(root, leaves)):
        got = jvp(root, leaves, [float(j == i) for j in range(len(leaves))])
        assert got == pytest.approx(slope, rel=1e-9, abs=1e-9)


def test_jvp_sends_nothing_over_a_side_that_is_not_taken() -> None:
    x = Value(0.0)
    assert jvp(where(x.gt(0), x.log(), x * 3), x, 1.0) == 3.0
    middle = x * 2
    assert jvp(middle + x, [middle, x, x], [1.0, 1.0, 1.0]) == 7.0
    assert jvp(Value(1.0), x, 1.0) == 0.0 and jvp([], x, 1.0) == []
    with pytest.raises(ValueError, match="tangents must hold a number for each of the 2 inputs, got 1"):
        jvp(middle, [x, middle], [1.0])


def test_stop_gradient_lets_the_number_through_alone() -> None:
    x = Value(3.0)
    out = x * stop_gradient(x * x)
    assert (out.data, grad(out, x)) == (27.0, 9.0)
    assert hessian(out, x) == 0.0
    assert stop_gradient(2.0) == 2.0


def test_a_function_is_to_be_called_first() -> None:
    with pytest.raises(
        TypeError, match=r"output must be a Value, got function: call the function, as in grad\(f\(x\), x"
    ):
        grad(lambda x: x * x, Value(3.0))  # type: ignore[call-overload]


def test_a_number_that_was_taken_out_of_a_value_is_told() -> None:
    """math.exp(x) is a plain number: the graph ends there, and so does the gradient."""
    with pytest.raises(
        engine.ArgumentError, match=r"central difference .*\. math\.exp\(x\), float\(x\) and x\.data take the"
    ):
        gradcheck(lambda x: math.exp(x) * x, [2.0])
    with pytest.raises(engine.ArgumentError) as plain:
        gradcheck(lambda x: x.sign() * 1e-3 + x.abs(), [1e-9])
    assert "math.exp" not in str(plain.value)
    message = r"got float; .*x\.exp\(\) keeps it"
    with pytest.raises(engine.ArgumentTypeError, match=message):
        grad(math.exp(Value(2.0)), Value(2.0))  # type: ignore[call-overload]
    with pytest.raises(engine.ArgumentTypeError, match=message):
        gradcheck(lambda x: math.exp(x), [1.0])
