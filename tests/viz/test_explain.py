"""Rules as formulas agree with the table, and the chain rule's paths add up to the gradient."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from support.wildgraphs import random_graph

from chalkgrad.engine import OPS, ArgumentError, ArgumentTypeError, Value, grad, maximum
from chalkgrad.engine.floats import same
from chalkgrad.engine.ops import Op, clamp_between, leaky_relu_with, power
from chalkgrad.engine.symbols import Symbol, fold, latex, postorder, rule, simplified
from chalkgrad.nn import MLP, Linear, Sequential, Tanh, mse_loss
from chalkgrad.viz.chainrule.explain import explain, op_template, rule_templates
from chalkgrad.viz.chainrule.mathml import mathml

ROWS = [*OPS.values(), power(3.0), power(1.0), power(0.0), power(-0.5), leaky_relu_with(0.01), clamp_between(-1.0, 1.0)]
POINTS = [
    (0.3, -0.7, 1.2),
    (-2.0, 2.0, 0.0),
    (2.0, 2.0, 2.0),
    (0.0, -0.0, 1.0),
    (math.inf, 1.0, math.nan),
    (800.0, 3, 1),
]


def arity(op: Op) -> int:
    return op.arity or 3


def number_of(numbers: dict[str, float]) -> Callable[[Symbol], float]:
    """What a symbol that is a number or a name stands for."""
    return lambda symbol: symbol.content if isinstance(symbol.content, float) else numbers[symbol.content]


@pytest.mark.parametrize("op", ROWS, ids=repr)
@pytest.mark.parametrize("point", POINTS, ids=str)
def test_a_rule_run_on_symbols_is_the_rule_run_on_floats(op: Op, point: tuple[float, ...]) -> None:
    operands = [float(x) for x in point[: arity(op)]]
    names = [f"x{i}" for i in range(len(operands))]
    numbers = {**dict(zip(names, operands, strict=True)), "out": op.primal(*operands)}
    expected = op.partials(numbers["out"], *operands)
    for formula, derivative in zip(rule(op, names), expected, strict=True):
        got = fold(formula, number_of(numbers), lambda o, xs: o(*xs))
        assert same(got, derivative)


@pytest.mark.parametrize("op", ROWS, ids=repr)
@pytest.mark.parametrize("point", POINTS, ids=str)
def test_what_is_left_out_for_reading_changes_no_number_but_nan(op: Op, point: tuple[float, ...]) -> None:
    operands = [float(x) for x in point[: arity(op)]]
    names = [f"x{i}" for i in range(len(operands))]
    numbers = {**dict(zip(names, operands, strict=True)), "out": op.primal(*operands)}
    for formula, derivative in zip(rule(op, names), op.partials(numbers["out"], *operands), strict=True):
        short = simplified(formula)
        got = fold(short, number_of(numbers), lambda o, xs: o(*xs))
        assert math.isnan(derivative) or same(got, derivative)
        assert len(postorder([short])) <= len(postorder([formula]))


@pytest.mark.parametrize("op", ROWS, ids=repr)
def test_every_op_and_its_rule_has_mathml(op: Op) -> None:
    for template in [op_template(op, arity(op)), *rule_templates(op, arity(op))]:
        assert template.count("<mrow") == template.count("</mrow>")
        assert template.startswith("<mrow>")
    assert [f'data-slot="{i}"' in op_template(op, arity(op)) for i in range(arity(op))] == [True] * arity(op)


def test_formulas_read_well() -> None:
    x, y = Symbol("x"), Symbol("y")
    assert latex((x + y) * -x) == r"(x + y) \cdot (-x)"
    assert latex(x - (y - x)) == "x - (y - x)"
    assert latex((x * y) ** 2.0) == r"(x \cdot y)^{2}"
    assert latex((x + y) / (x * y)) == r"\frac{x + y}{x \cdot y}"
    assert latex(simplified(rule(power(2.0), ["x"])[0])) == r"2 \cdot x"
    assert latex(simplified(rule(OPS["log"], ["x"])[0])) == r"\frac{1}{x}"
    assert latex(rule(OPS["tanh"], ["x"])[0]) == r"\operatorname{sech}^2 x"


def test_mathml_of_a_power_of_a_sum() -> None:
    assert mathml("(a + b)^{2}") == (
        "<mrow><msup><mrow><mo>(</mo><mi>a</mi><mo>+</mo><mi>b</mi><mo>)</mo></mrow>"
        "<mrow><mn>2</mn></mrow></msup></mrow>"
    )


def test_mathml_of_a_power_of_a_function() -> None:
    assert "<msup><mi>sech</mi><mn>2</mn></msup><mo>&#8289;</mo>" in mathml(r"\operatorname{sech}^2 a")


@pytest.mark.parametrize("tex", [r"\unheard x", "a}"])
def test_latex_outside_the_dialect_is_refused(tex: str) -> None:
    with pytest.raises(ArgumentError):
        mathml(tex)


def test_a_softmax_of_many_is_told_in_numbers() -> None:
    assert rule_templates(OPS["logsumexp"], 40) == [""] * 40


@pytest.mark.parametrize("seed", range(60))
def test_paths_add_up_to_the_gradient(seed: int) -> None:
    root, leaves = random_graph(seed, size=12)
    root.backward()
    for leaf in leaves:
        if leaf.has_grad:
            found = explain(root, leaf, limit=100_000)
            assert found.complete
            assert same(found.total, leaf.grad)
            products = [path.product for path in found.paths]
            if all(map(math.isfinite, products)):
                scale = math.fsum(map(abs, products))
                assert abs(math.fsum(products) - leaf.grad) <= 1e-12 * max(scale, 1e-300)


def test_one_path_is_a_product() -> None:
    w = Value(2.0, label="w")
    hidden = w * 3.0
    hidden.label = "hidden"
    out = hidden.tanh()
    out.label = "out"
    found = explain(out, w)
    (path,) = found.paths
    assert path.factors == (out.local()[0], 3.0)
    assert path.product == found.total
    assert str(found).splitlines()[1] == "1 path leads from w to out."
    assert "∂out/∂hidden · ∂hidden/∂w" in str(found)


# the rule in three factors


def test_a_weight_is_told_in_three_factors_with_names_and_numbers() -> None:
    x, w, b, y = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.5, label="b"), Value(1.0, label="y")
    hidden = x * w + b
    hidden.label = "hidden"
    output = hidden.tanh()
    output.label = "output"
    loss = (output - y) ** 2
    loss.label = "Loss"
    found = explain(loss, w)
    wrong, sensitive, came = found.factors
    assert [f.ratio for f in found.factors] == ["∂Loss/∂output", "∂output/∂hidden", "∂hidden/∂w"]
    assert (wrong.number, came.number) == (grad(loss, output), 2.0)
    assert sensitive.number == output.local()[0]
    assert wrong.number * sensitive.number * came.number == pytest.approx(found.total, rel=1e-15)
    lines = [re.sub(r" +", " ", line) for line in str(found).splitlines()]
    assert lines[1:5] == [
        " how wrong ∂Loss/∂output = -1.07577",
        " how sensitive ∂output/∂hidden = 0.786448 tanh at 0.5",
        " what came in ∂hidden/∂w = 2 it is x",
        " together (-1.07577) · 0.786448 · 2 = -1.69207",
    ]
    assert "· 1 ·" in lines[-1]  # the path keeps every factor
    html = found._repr_html_()
    assert "<mtext>how sensitive</mtext>" in html and "it is x" in html
    assert explain(loss, b).factors[2].note == "a bias is added as it is"
    assert explain(loss, x).factors == explain(loss, y).factors == explain(loss, hidden).factors == ()


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "linear"])
def test_the_factors_of_every_parameter_of_a_network_make_its_gradient(activation: str) -> None:
    model = MLP(3, [4, 2], activation=activation, seed=3)
    loss = mse_loss(model([0.5, -1.0, 2.0]), [1.0, 0.0])
    loss.backward()
    for name, p in model.named_parameters():
        factors = explain(loss, p).factors
        meanings = [f.meaning for f in factors]
        bent = activation != "linear" and name.startswith("layer0")
        assert meanings == ["how wrong", *(["how sensitive"] if bent else []), "what came in"]
        assert math.prod(f.number for f in factors) == pytest.approx(p.grad, rel=1e-12, abs=1e-300)


def test_a_linear_layer_is_bent_by_what_follows_it_but_not_by_its_loss() -> None:
    model = Sequential(Linear(2, 2, seed=0), Tanh(), Linear(2, 1, seed=1))
    out = model([1.0, 0.5])
    assert len(explain(mse_loss(out, 0.5), model[0].neurons[0].w[0]).factors) == 3
    assert len(explain(out.softplus() * 2.0, model[2].neurons[0].w[0]).factors) == 2


def test_an_input_that_is_called_b_is_no_bias() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    assert explain((a + b).tanh() * 2.0, b).factors == ()


def test_a_weight_that_is_used_twice_has_no_three_factors() -> None:
    w, x = Value(2.0, label="w"), Value(3.0, label="x")
    assert explain(((w * x).tanh() + (w * 2.0).tanh()) * 2.0, w).factors == ()


def test_more_paths_than_atoms_are_counted_not_walked() -> None:
    x = Value(1.0, label="x")
    y = x
    for _ in range(200):
        y = y + y
    found = explain(y, x)
    assert found.count == 2**200
    assert len(found.paths) == 12
    assert found.total == 2.0**200
    assert "too many to write out: here are 12." in str(found)
    assert "sum:" not in str(found)


def test_the_root_explains_itself_and_an_untaken_side_has_no_path() -> None:
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    assert explain(a, a).total == 1.0
    assert explain(a, a).paths[0].product == 1.0
    untaken = explain(maximum(a, b), a)
    assert (untaken.total, untaken.count) == (0.0, 0)
    assert "No path leads from a" in str(untaken)


def test_arguments_are_checked() -> None:
    a, b = Value(1.0), Value(2.0)
    with pytest.raises(ArgumentTypeError, match="leaf must be a Value, got str"):
        explain(a, "a")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="not in the graph"):
        explain(a * 2, b)
    with pytest.raises(ArgumentError, match="limit must be at least 1"):
        explain(a * 2, a, limit=0)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)


def test_hostile_labels_are_text() -> None:
    label = "<img src=x onerror=alert(1)>"
    x = Value(2.0, label=label)
    found = explain(x * x, x)
    parser = Tags()
    parser.feed(found._repr_html_())
    assert parser.tags <= {
        "math",
        "mstyle",
        "mtable",
        "mtr",
        "mtd",
        "mrow",
        "mfrac",
        "msub",
        "mi",
        "mo",
        "mn",
        "mtext",
        "p",
    }
    assert label in re.sub(r"\s+", " ", str(found))


@pytest.mark.parametrize(("label", "shown"), [("a\ud800b", r"a\ud800b"), ("a\0b", r"a\x00b"), ("a\nb", r"a\nb")])
def test_what_no_page_can_hold_is_shown_as_its_escape(label: str, shown: str) -> None:
    x = Value(2.0, label=label)
    html = explain(x * x, x)._repr_html_()
    assert f"<mi>{shown}</mi>" in html.encode().decode()
    assert label not in html
