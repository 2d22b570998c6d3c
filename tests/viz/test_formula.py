"""The formula parser: what it builds, what it refuses, and where its errors point."""

from __future__ import annotations

import ast
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad.engine import ArgumentError, Value, ops, tanh, topological_order
from chalkgrad.viz.command.formula import FUNCTIONS, MAX_DEPTH, MAX_LENGTH, Formula, parse, read_values
from chalkgrad.viz.command.formula_errors import AROUND, FormulaError, columns


def evaluate(text: str, **values: float) -> float:
    return parse(text).build({name: Value(x, label=name) for name, x in values.items()}).data


# what it builds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + y*2", 3 + 5 * 2),
        ("x - y - 1", 3 - 5 - 1),
        ("x / y", 3 / 5),
        ("-x**2", -9),
        ("2**-x", 0.125),
        ("x**y**0", 3),
        ("+x", 3),
        ("(x)*((y))", 15),
        ("  x  ", 3),
        (".5*x + 1e1 + 1_0", 21.5),
        ("max(x, y) + min(x, y)", 8),
        ("where(gt(x, y), x, y)", 5),
        ("leaky_relu(-x)", -0.03),
        ("leaky_relu(-x, 0.5)", -1.5),
        ("clamp(x, -1, 1)", 1),
        ("clamp(x)", 3),
        ("logsumexp(x)", 3),
        ("abs(-x)", 3),
        ("sin(pi)*x", math.sin(math.pi) * 3),
        ("π*x", math.pi * 3),
        ("e**x", math.pow(math.e, 3)),
        ("x/0", math.inf),
        ("x - 1/0", -math.inf),
        ("x + 9**9**9", math.inf),
    ],
)
def test_a_formula_means_what_it_means_in_python(text: str, expected: float) -> None:
    assert evaluate(text, **{name: x for name, x in {"x": 3.0, "y": 5.0}.items() if name in text}) == expected


def test_the_graph_is_the_one_that_typing_the_formula_gives() -> None:
    x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    typed = tanh(x * w + 6.5) ** 2
    built = parse("tanh(x*w + 6.5) ** 2").build({"x": x, "w": w})
    nodes = [(n.op, n.data, n.label, n.is_constant) for n in topological_order(built)]
    assert nodes == [(n.op, n.data, n.label, n.is_constant) for n in topological_order(typed)]
    built.backward()
    gradients = x.grad, w.grad
    x.grad = w.grad = None
    typed.backward()
    assert gradients == (x.grad, w.grad)


def test_a_remainder_and_the_largest_of_several() -> None:
    formula = parse("x % 2 + max(x, y, 3) * -x%y")
    x, y = 5.5, 2.25
    assert formula.build({"x": Value(x), "y": Value(y)}).data == x % 2 + max(x, y, 3) * -x % y
    assert parse("x % 2").build({"x": Value(-5.5)}).op is ops.mod
    for text, sentence in (
        ("x // 2", "// is not among the operators + - * / % **"),
        ("x %% 2", "a value is missing before %"),
        ("pow(x, 2, 3)", r"pow is written with its operator, \*\*"),
        ("max(x)", r"max takes at least 2 operand\(s\), got 1"),
    ):
        with pytest.raises(
            FormulaError, match=sentence.replace("+", r"\+") if "//" not in text else "among the operators"
        ):
            parse(text)


def test_a_name_that_comes_twice_is_one_node() -> None:
    a = Value(3.0, label="a")
    parse("a + a").build({"a": a}).backward()
    assert a.grad == 2.0


def test_names_come_in_order_of_first_appearance() -> None:
    assert parse("b*x + a*x + b").names == ("b", "x", "a")


def test_a_name_may_take_the_place_of_a_constant() -> None:
    assert evaluate("e*pi", e=2.0, pi=3.0) == 6.0


def test_names_are_compared_as_python_compares_them() -> None:
    formula = parse("ﬁ + x")  # the ligature is, by NFKC, the name fi
    assert formula.names == ("fi", "x")
    assert list(read_values(["ﬁ=1", "x=2"], formula)) == ["fi", "x"]


@pytest.mark.parametrize("op", ops.OPS.values(), ids=lambda op: op.name)
def test_every_op_of_the_table_can_be_written(op: ops.Op) -> None:
    operands = ["x"] * (2 if op.arity is None else op.arity)
    texts = [f"{name}({', '.join(operands)})" for name, function in FUNCTIONS.items() if function is op]
    if not texts:  # it is written as an operator
        texts = [op.symbol.join(operands) if op.arity == 2 else f"{op.symbol}x"]
    for text in texts:
        assert parse(text).build({"x": Value(0.5)}).op is op


# what it refuses, and where it points


@pytest.mark.parametrize(
    ("text", "blamed", "sentence"),
    [
        ("", (0, 1), "empty"),
        ("   ", (0, 1), "empty"),
        ("x^2", (1, 2), "write ** for a power"),
        ("x = 3", (2, 3), "name=value"),
        ("x=1;y", (1, 2), "name=value"),
        ("(x:=1)", (2, 3), "has no place"),
        ("x; y", (1, 2), "has no place"),
        ("x·y", (1, 2), "write *"),
        ("x − 1", (2, 3), "write -"),
        ("x²", (1, 2), "write **"),
        ("x < y", (2, 3), "lt(a, b)"),
        ("[x]", (0, 1), "round parentheses"),
        ("x['a']", (1, 2), "round parentheses"),
        ("f'{x}'", (1, 2), "has no place"),
        ("x # y", (2, 3), "has no place"),
        ("lambda: 0", (6, 7), "has no place"),
        ("x\n+ y", (1, 2), "U+000A"),
        ("x\ty", (1, 2), "U+0009"),
        ("x\x00", (1, 2), "U+0000"),
        ("x\x1b[31m", (1, 2), "U+001B"),
        ("x\u202e", (1, 2), "U+202E"),
        ("x\udc80", (1, 2), "U+DC80"),
        ("2x", (1, 2), "an operator is missing before x"),
        ("tanh(x y)", (7, 8), "an operator is missing before y"),
        ("1.2.3", (3, 5), "an operator is missing before .3"),
        ("x +", (3, 4), "ends where a value is wanted"),
        ("x + * y", (4, 5), "a value is missing before *"),
        ("(x + )", (5, 6), "a value is missing before )"),
        ("max(, x)", (4, 5), "a value is missing before ,"),
        ("(x", (0, 1), "never closed"),
        ("x*(y + (x)", (2, 3), "never closed"),
        ("x)", (1, 2), "closes nothing"),
        ("if x", (0, 2), "a word of Python's own"),
        ("yield x", (0, 5), "a word of Python's own"),
        ("x // y", (2, 4), "not among the operators"),
        ("(x) // (y)", (4, 6), "not among the operators"),
        ("()", (0, 2), "one result"),
        ("x, y", (0, 4), "one result"),
        ("x if y else z", (0, 13), "where(condition, a, b)"),
        ("1if x else y", (0, 12), "where(condition, a, b)"),
        ("x in y", (0, 6), "gt, ge, lt"),
        ("x and y", (0, 7), "a formula is made of"),
        ("not x", (0, 5), "a formula is made of"),
        ("await x", (0, 7), "a formula is made of"),
        ("().__class__", (0, 12), "a formula is made of"),
        ("x.real", (0, 6), "a formula is made of"),
        ("1 + x.real", (4, 10), "a formula is made of"),
        ("(x for x in y)", (0, 14), "a formula is made of"),
        ("tanh(*x)", (5, 7), "a formula is made of"),
        ("f(**x)", (0, 6), "a formula is made of"),
        ("None", (0, 4), "a formula is made of"),
        ("True", (0, 4), "a formula is made of"),
        ("...", (0, 3), "a formula is made of"),
        ("1j*x", (0, 2), "a formula is made of"),
        ("1(2)", (0, 1), "only a function can be called"),
        ("(x)(y)", (1, 2), "write x*("),
        ("(x + 1)(y)", (1, 6), "only a function can be called"),
        ("__import__('os')", (11, 12), "has no place"),
        ("__import__(os)", (0, 10), "there is no function __import__"),
        ("1 + ln(x)", (4, 6), "the functions are: exp, log"),
        ("x(y)", (0, 1), "write x*("),
        ("sigmod(x)", (0, 6), "did you mean sigmoid"),
        ("maximum(x)", (0, 7), "maximum takes at least 2 operand(s), got 1"),
        ("clamp(x, 0, 1, 2)", (0, 5), "clamp takes 1 to 3 operand(s), got 4"),
        ("1 + logsumexp()", (4, 13), "logsumexp takes at least 1 operand(s), got 0"),
        ("2*tanh", (2, 6), "write tanh(…)"),
        ("1e999", (0, 5), "too large for a float"),
        ("x + " + "9" * 400, (4, 404), "too large for a float"),
        ("é*日本(x)", (2, 4), "there is no function 日本"),
    ],
)
def test_a_text_that_is_no_formula_is_refused_at_the_place(text: str, blamed: tuple[int, int], sentence: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert (caught.value.start, caught.value.end) == blamed
    assert sentence in caught.value.sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("(" * 10_000 + "x" + ")" * 10_000, "at most 2000 characters"),
        ("(" * 900 + "x" + ")" * 900, ""),  # the sentence is Python's own
        ("-" * (MAX_LENGTH - 1) + "x", "nests too deep"),
        ("x**" * 600 + "x", "nests too deep"),
        ("x+" * 900 + "x", "nests too deep"),
        ("abs(" * (MAX_DEPTH + 1) + "x" + ")" * (MAX_DEPTH + 1), "nests too deep"),
        ("9" * MAX_LENGTH, "too large for a float"),
    ],
    ids=["long", "parentheses", "minus", "power", "sum", "calls", "digits"],
)
def test_a_formula_that_is_too_much_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert sentence in caught.value.sentence
    assert all(len(line) <= 2 * AROUND + 4 for line in str(caught.value).splitlines()[1:])


def test_the_deepest_formula_that_is_allowed_works() -> None:
    calls = MAX_DEPTH - 1
    assert evaluate("abs(" * calls + "x" + ")" * calls, x=-2.0) == 2.0
    assert evaluate("x" + " + x" * calls, x=1.0) == MAX_DEPTH


def test_the_carets_stand_under_the_place() -> None:
    with pytest.raises(FormulaError) as caught:
        parse("tanh(x) + tahn(y)")
    assert str(caught.value).splitlines() == [
        "there is no function tahn; did you mean tan or tanh?",
        "  tanh(x) + tahn(y)",
        "            ^^^^",
    ]


def test_the_carets_count_columns_not_characters() -> None:
    with pytest.raises(FormulaError) as caught:
        parse("日本 + x^2")
    _, shown, carets = str(caught.value).splitlines()
    assert columns(carets) == columns(shown[: shown.index("^") + 1])


def test_the_place_in_a_long_formula_is_shown_with_its_surroundings() -> None:
    text = "x + " * 50 + "y^2" + " + x" * 50
    with pytest.raises(FormulaError) as caught:
        parse(text)
    _, shown, carets = str(caught.value).splitlines()
    assert shown.strip().startswith("…")
    assert shown.endswith("…")
    assert shown[carets.index("^")] == "^"


def test_what_would_steer_the_terminal_is_not_printed() -> None:
    with pytest.raises(FormulaError) as caught:
        parse("x\x1b[31m + y")
    assert "\x1b" not in str(caught.value)


# values


@pytest.mark.parametrize(
    ("text", "values", "blamed", "sentence"),
    [
        ("x + y", ["x=1"], ("x + y", 4, 5), "y has no value: add y=…"),
        ("x*y + z", ["y=1"], ("x*y + z", 0, 1), "x has no value: add x=… z=…"),
        ("x + x", [], ("x + x", 0, 1), "x has no value"),
        ("2*pi", [], ("2*pi", 0, 4), "nothing to differentiate by"),
        ("tanh(2)", [], ("tanh(2)", 0, 7), "nothing to differentiate by"),
        ("x1", ["x1=1", "x2=4"], ("x2=4", 0, 2), "the formula has no x2; the names in it are: x1"),
        ("weight", ["weigth=4"], ("weigth=4", 0, 6), "did you mean weight?"),
        ("2", ["x=4"], ("x=4", 0, 1), "the names in it are: none"),
        ("x", ["x=1", "x=2"], ("x=2", 0, 1), "given twice"),
        ("x", ["x=one"], ("x=one", 2, 5), "must be a number"),
        ("x", ["x="], ("x=", 2, 2), "must be a number"),
        ("x", ["x=1=2"], ("x=1=2", 2, 5), "must be a number"),
        ("x", ["x=1e999"], ("x=1e999", 2, 7), "too large for a float"),
        ("x", ["x"], ("x", 0, 1), "name=value"),
        ("x", ["2x=1"], ("2x=1", 0, 2), "no digit first"),
        ("x", ["=1"], ("=1", 0, 0), "no digit first"),
        ("clamp(x, 3, 1)", ["x=1"], ("clamp(x, 3, 1)", 0, 5), "min <= max"),
        ("1 + leaky_relu(x, x)", ["x=1"], ("1 + leaky_relu(x, x)", 4, 14), "must be a plain number"),
    ],
)
def test_values_that_do_not_fit_are_refused_at_the_place(
    text: str, values: list[str], blamed: tuple[str, int, int], sentence: str
) -> None:
    formula = parse(text)
    with pytest.raises(FormulaError) as caught:
        formula.build(read_values(values, formula))
    assert (caught.value.text, caught.value.start, caught.value.end) == blamed
    assert sentence in caught.value.sentence
    assert "^" in str(caught.value).splitlines()[2]


def test_values_are_labelled_leaves_in_the_order_of_the_formula() -> None:
    values = read_values(["b=-0.5", "a=1e-3", "c=inf"], parse("a*b*c"))
    assert [(name, leaf.label, leaf.data) for name, leaf in values.items()] == [
        ("a", "a", 1e-3),
        ("b", "b", -0.5),
        ("c", "c", math.inf),
    ]


# any text at all


def parse_or_refuse(text: str) -> Formula | None:
    try:
        return parse(text)
    except FormulaError as error:
        assert isinstance(error, ArgumentError)
        assert 0 <= error.start <= len(error.text)
        _, shown, carets = str(error).splitlines()
        assert carets.strip("^ ") == ""
        assert columns(carets) <= columns(shown) + 1
        return None


@given(st.text())
def test_any_text_is_a_formula_or_is_refused(text: str) -> None:
    parse_or_refuse(text)


words = st.sampled_from(
    [
        *"xy()()+-*/,.2 e^=",
        "**",
        "//",
        "tanh",
        "max(",
        "1e5",
        "0777",
        "1_",
        "if",
        " else ",
        " for ",
        " in ",
        "not ",
        "await ",
    ]
)


@given(st.tuples(st.sampled_from(["", " "]), st.lists(words, max_size=30)).map(lambda pair: pair[0].join(pair[1])))
def test_any_words_are_a_formula_or_are_refused(text: str) -> None:
    formula = parse_or_refuse(text)
    if formula is None:
        return
    ast.parse(formula.text, mode="eval")  # what is let through is Python
    values = {name: Value(0.5, label=name) for name in formula.names}
    try:
        root = formula.build(values)
    except FormulaError as error:
        assert error.text == formula.text
    else:
        root.backward()
        assert all(isinstance(leaf.grad, float) for leaf in values.values())


@given(st.lists(st.text(max_size=8), max_size=4))
def test_any_arguments_are_values_or_are_refused(arguments: list[str]) -> None:
    formula = parse("x + y")
    try:
        assert set(read_values(arguments, formula)) <= {"x", "y"}
    except FormulaError as error:
        assert error.text in arguments
