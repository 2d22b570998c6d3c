"""Formulas: the text `tanh(x*w + b)` turned into a graph, without ever running it as code.

Python's `ast` reads the text into a syntax tree; a whitelist lets through names, numbers, + - * / % **,
parentheses and the functions of the op table, and turns them into *postfix steps* (operands first, then
the function that takes them). Every error points at the character that is to blame.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import math
import operator
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...engine import ChalkgradError, Value, ops
from ...engine.floats import as_float
from .formula_errors import PARTS, FormulaError, blame, check_characters

MAX_LENGTH = 2_000  # characters, which bounds the number of nodes too
MAX_DEPTH = 100  # operations inside one another; Python's own limit for parentheses is 200


def _power(base: Any, exponent: Any) -> Any:
    """`x**3` is the op `power(3)`, as it is when typed in Python; `x**y` is `pow`."""
    return ops.power(exponent)(base) if type(exponent) is float else ops.pow(base, exponent)


OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: ops.add, ast.Sub: ops.sub, ast.Mult: ops.mul, ast.Div: ops.div, ast.Mod: ops.mod, ast.Pow: _power,
    ast.USub: ops.neg, ast.UAdd: operator.pos,
}  # fmt: skip

_written_as_operators = {"+", "-", "*", "/", "**"}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: op
    for op in ops.OPS.values()
    for name in (op.name, op.symbol)  # `maximum` is also `max`
    if op.symbol not in _written_as_operators and name.isidentifier()
} | ops.FUNCTIONS
CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}

_TOO_DEEP = f"the formula nests too deep: at most {MAX_DEPTH} operations inside one another"


@dataclass(frozen=True)
class Step:
    """Push a number, push the value of a name, or apply a function to the latest `count` results."""

    what: float | str | Callable[..., Any]
    count: int
    start: int
    end: int


@dataclass(frozen=True)
class Formula:
    """A formula that has been read and found to be harmless.

    Attributes:
        text: as it was written, without the blanks around it.
        steps: what to do, in postfix order.
        names: the names in it, in the order in which they appear.
    """

    text: str
    steps: tuple[Step, ...]
    names: tuple[str, ...]

    def build(self, values: Mapping[str, Value]) -> Value:
        """The root of the formula's graph, over a Value for each name.

        A number that stands in the formula behaves as in Python: it is drawn, and takes no gradient.

        Raises:
            FormulaError: a name has no value, or an operation refuses what it is given.
        """
        known: dict[str, Any] = {**CONSTANTS, **values}
        self._check_names(known)
        results: list[Any] = []
        for step in self.steps:
            if isinstance(step.what, float):
                results.append(step.what)
            elif isinstance(step.what, str):
                results.append(known[step.what])
            else:
                first = len(results) - step.count
                try:
                    results[first:] = [step.what(*results[first:])]
                except ChalkgradError as error:
                    raise FormulaError(str(error), self.text, step.start, step.end) from error
        (root,) = results
        if not isinstance(root, Value):
            sentence = "nothing to differentiate by: the formula holds numbers only"
            raise FormulaError(sentence, self.text, 0, len(self.text))
        return root

    def _check_names(self, known: Mapping[str, Any]) -> None:
        missing = {step.what: step for step in reversed(self.steps) if isinstance(step.what, str)}
        missing = {name: missing[name] for name in self.names if name not in known}
        for name, step in missing.items():
            values = " ".join(f"{other}=…" for other in missing)
            raise FormulaError(f"{name} has no value: add {values} after the formula", self.text, step.start, step.end)


def parse(text: str) -> Formula:
    """Read a formula.

    >>> formula = parse("tanh(x*w) + 1")
    >>> formula.names
    ('x', 'w')
    >>> formula.build({"x": Value(0.0), "w": Value(3.0)}).data
    1.0

    Raises:
        FormulaError: the text is no formula; the error says why and points at the place.
    """
    text = text.strip(" ")
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"a formula has at most {MAX_LENGTH} characters, got {len(text)}", text, MAX_LENGTH)
    check_characters(text)
    steps = tuple(_step(text, node) for node in _postfix(text, _tree(text)))
    names = dict.fromkeys(step.what for step in steps if isinstance(step.what, str))
    return Formula(text, steps, tuple(names))


def read_values(arguments: Iterable[str], formula: Formula) -> dict[str, Value]:
    """A labelled leaf for each `name=value`, in the order in which the formula names them.

    Raises:
        FormulaError: an argument is not of that form, comes twice, or has no use in the formula.
    """
    values: dict[str, Value] = {}
    for argument in arguments:
        name, number = _read_value(argument)
        if name not in formula.names:
            known = ", ".join(formula.names) or "none"
            hint = _nearest(name, formula.names) or f"the names in it are: {known}"
            raise FormulaError(f"the formula has no {name}; {hint}", argument, 0, argument.index("="))
        if name in values:
            raise FormulaError(f"{name} is given twice", argument, 0, argument.index("="))
        values[name] = Value(number, label=name)
    return {name: values[name] for name in formula.names if name in values}


def _read_value(argument: str) -> tuple[str, float]:
    written, equals, digits = argument.partition("=")
    name = unicodedata.normalize("NFKC", written)  # as Python reads a name
    if not equals:
        raise FormulaError("write each value as name=value, such as x=2", argument, 0, len(argument))
    if not name.isidentifier():
        raise FormulaError("a name is letters, digits and _, and no digit first", argument, 0, len(written))
    try:
        number = float(digits)
    except ValueError:
        sentence = f"the value of {name} must be a number, such as 2, -0.5 or 1e-3"
        raise FormulaError(sentence, argument, len(written) + 1, len(argument)) from None
    if math.isinf(number) and any(map(str.isdigit, digits)):
        raise FormulaError(f"the value of {name} is too large for a float", argument, len(written) + 1, len(argument))
    return name, number


# reading


def _tree(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice on code, such as `1if x else y`
            return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        blame(text)
        raise FormulaError(str(error.msg), text, max(error.offset or 1, 1) - 1) from None
    except (RecursionError, MemoryError):  # how Python's own parser gives up
        raise FormulaError(_TOO_DEEP, text, 0) from None


def _postfix(text: str, tree: ast.expr) -> list[ast.expr]:
    """The nodes of the tree, operands before their operation, from left to right."""
    order: list[ast.expr] = []
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise FormulaError(_TOO_DEEP, text, *_span(text, node))
        order.append(node)
        waiting.extend((operand, depth + 1) for operand in _operands(node))
    return order[::-1]


def _operands(node: ast.expr) -> Sequence[ast.expr]:
    match node:
        case ast.BinOp(left=left, right=right):
            return (left, right)
        case ast.UnaryOp(operand=operand):
            return (operand,)
        case ast.Call(args=args):
            return args
    return ()


def _step(text: str, node: ast.expr) -> Step:
    """The whitelist: a step for a node that may stand in a formula, an error for any other."""
    start, end = _span(text, node)
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return Step(_finite(text, number, start, end), 0, start, end)
        case ast.Name(id=name) if name in FUNCTIONS:
            raise FormulaError(f"{name} is a function: write {name}(…)", text, start, end)
        case ast.Name(id=name):
            return Step(name, 0, start, end)
        case ast.UnaryOp(op=op) if type(op) in OPERATORS:
            return Step(OPERATORS[type(op)], 1, start, start + 1)
        case ast.BinOp(left=left, op=op, right=right):
            start, end = _operator_span(text, left, right)
            if type(op) in OPERATORS:
                return Step(OPERATORS[type(op)], 2, start, end)
            raise FormulaError(f"{text[start:end]} is not among the operators + - * / % **", text, start, end)
        case ast.Call(func=ast.Name(id=name) as function, args=args, keywords=[]):
            start, end = _span(text, function)
            _check_call(text, name, len(args), start, end)
            return Step(FUNCTIONS[name], len(args), start, end)
        case ast.Call(func=function, keywords=[]):
            raise FormulaError("only a function can be called; write * for a product", text, *_span(text, function))
        case ast.IfExp() | ast.Compare():
            sentence = "choose with where(condition, a, b); compare with gt, ge, lt, le, eq, ne"
            raise FormulaError(sentence, text, start, end)
        case ast.Tuple():
            raise FormulaError("a formula has one result; a comma parts the operands of a function", text, start, end)
    raise FormulaError(PARTS, text, start, end)


def _finite(text: str, number: float, start: int, end: int) -> float:
    try:
        result = as_float(number)
    except ChalkgradError:
        result = math.inf
    if math.isinf(result):
        raise FormulaError("this number is too large for a float (above about 1.8e308)", text, start, end)
    return result


def _check_call(text: str, name: str, operands: int, start: int, end: int) -> None:
    """Refuse a function that does not exist, or a number of operands that it does not take."""
    if name not in FUNCTIONS:
        if name in ops.OPS:
            raise FormulaError(f"{name} is written with its operator, {ops.OPS[name].symbol}", text, start, end)
        hint = _nearest(name, FUNCTIONS) or f"for a product write {name}*(…); the functions are: {', '.join(FUNCTIONS)}"
        raise FormulaError(f"there is no function {name}; {hint}", text, start, end)
    least, most = _arity(FUNCTIONS[name])
    if operands < least or (most is not None and operands > most):
        sentence = f"{name} takes {_number_of_operands(least, most)} operand(s), got {operands}"
        raise FormulaError(sentence, text, start, end)


def _number_of_operands(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least}"
    return str(least) if least == most else f"{least} to {most}"


def _arity(function: Callable[..., Any]) -> tuple[int, int | None]:
    """The least and the largest number of operands; None if any number will do."""
    if isinstance(function, ops.Op):
        most = None if function.arity is None or function.folds else function.arity + (function.more is not None)
        return function.arity or 1, most
    parameters = inspect.signature(function).parameters.values()
    return sum(p.default is p.empty for p in parameters), len(parameters)


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=2)
    return f"did you mean {' or '.join(close)}?" if close else ""


# places in the text


def _span(text: str, node: ast.expr) -> tuple[int, int]:
    """Where a node stands, in characters; `ast` counts bytes of UTF-8."""
    raw = text.encode()
    ends = (node.col_offset, len(raw) if node.end_col_offset is None else node.end_col_offset)
    start, end = (len(raw[:offset].decode()) for offset in ends)
    return start, end


def _operator_span(text: str, left: ast.expr, right: ast.expr) -> tuple[int, int]:
    """Where an operator stands: between its operands there are only blanks and parentheses besides."""
    after_left = _span(text, left)[1]
    before_right = _span(text, right)[0]
    between = text[after_left:before_right]
    written = between.strip(" ()")
    start = after_left + between.index(written)
    return start, start + len(written)
