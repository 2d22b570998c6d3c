"""The op table's rules as JavaScript, so that a page can differentiate with no Python behind it.

Each rule is run on symbols (`engine.symbols`) and the formula is written down as
calls of the page's primals (`page/engine.js`). A derivative is thus never written a
second time, and a new op needs one line of JavaScript: its value.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ...engine import ArgumentError
from ...engine.ops import Op
from ...engine.symbols import Symbol, postorder, rule


def op_key(op: Op, arity: int) -> str:
    """What names an op in a page: its name, its fixed numbers, and how many operands it was given.

    >>> from chalkgrad.engine import OPS
    >>> from chalkgrad.engine.ops import power
    >>> op_key(OPS["tanh"], 1), op_key(power(3.0), 1), op_key(OPS["logsumexp"], 4)
    ('tanh', 'power(3.0)', 'logsumexp/4')
    """
    params = f"({', '.join(map(repr, op.params))})" if op.params else ""
    own = "" if op.listed else ", one's own"  # which may have the name of a row, and compute something else
    return f"{op.name}{params}" + (f"/{arity}" if op.arity is None else "") + own


def rules_script(ops: Iterable[tuple[Op, int]], others: Mapping[str, str] | None = None) -> str:
    """A JavaScript object: for each op and number of operands, the function of its local derivatives; and others.

    Such a function takes the primals, the result and the operands, and gives one number per operand.

    >>> from chalkgrad.engine import OPS
    >>> print(rules_script([(OPS["mul"], 2), (OPS["tanh"], 1)]))
    {
      "mul": (P, out, x0, x1) => [x1, x0],
      "tanh": (P, out, x0) => [P.sech2(x0)],
    }
    """
    lines = {op_key(op, arity): _derivatives(op, arity) for op, arity in ops}
    return "\n".join(
        ["{", *(f"  {json.dumps(key)}: {code}," for key, code in sorted({**lines, **(others or {})}.items())), "}"]
    )


def _derivatives(op: Op, arity: int) -> str:
    operands = [f"x{i}" for i in range(arity)]
    return function_of(rule(op, operands), ["out", *operands])


def function_of(formulas: Sequence[Symbol], names: Sequence[str]) -> str:
    """Formulas as a JavaScript function: it takes the primals and the named numbers, and gives one number each."""
    uses: dict[int, int] = {}
    order = postorder(formulas)
    for symbol in order:
        for operand in symbol.operands:
            uses[id(operand)] = uses.get(id(operand), 0) + 1
    for formula in formulas:
        uses[id(formula)] = uses.get(id(formula), 0) + 1
    written: dict[int, str] = {}
    shared: list[str] = []  # a part that is used more than once is computed once
    for symbol in order:
        code = _code(symbol, [written[id(x)] for x in symbol.operands])
        if symbol.op is not None and uses[id(symbol)] > 1:
            shared.append(f"t{len(shared)} = {code}")
            code = f"t{len(shared) - 1}"
        written[id(symbol)] = code
    head = f"({', '.join(['P', *names])}) => "
    results = f"[{', '.join(written[id(f)] for f in formulas)}]"
    return f"{head}{{ const {', '.join(shared)}; return {results}; }}" if shared else head + results


def _code(symbol: Symbol, operands: list[str]) -> str:
    if symbol.op is not None:
        return f"P.{symbol.op.name}({', '.join([*operands, *map(_literal, symbol.op.params)])})"
    return _literal(symbol.content) if isinstance(symbol.content, float) else symbol.content


def _literal(x: float) -> str:
    if math.isnan(x):
        return "NaN"
    return repr(x) if math.isfinite(x) else "Infinity" if x > 0 else "-Infinity"


def wrong_rules(ops: Iterable[tuple[Op, int]], rules: Mapping[str, Callable[..., Any]]) -> dict[str, str]:
    """The functions of wrong local derivatives: each under the key of its op, after a `~`.

    Args:
        ops: the ops of a graph, with the number of their operands.
        rules: by the name of an op, what it is given for its partials.

    Raises:
        ArgumentError: a rule is no formula, because it does more than arithmetic with its operands.
    """
    functions = {}
    for op, arity in ops:
        if op.name in rules:
            wrong = Op(op.name, op.primal, rules[op.name], arity=arity)
            try:
                functions[f"~{op_key(op, arity)}"] = _derivatives(wrong, arity)
            except Exception as error:  # whatever a function of one's own raises on names in place of numbers
                raise ArgumentError(
                    f"bug: a page computes the rule of {op.name} itself, so it must be plain arithmetic: {error}"
                ) from error
    return functions
