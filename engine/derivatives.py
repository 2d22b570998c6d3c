"""Derivatives as functions: `grad`, `hessian`, `jacobian`, and `gradcheck` to test them.

`backward()` pulls numbers back through the graph; here the same rules may be run on
`Value`s instead, so that a derivative is itself a graph, which can be
differentiated, drawn or compiled again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, Literal, overload

from . import floats, ops
from .anomaly import check_share
from .backward import cotangents, topological_order
from .errors import ArgumentError, ArgumentTypeError, GraphError
from .expression import expression
from .modes import active_modes, enable_grad, ignore_anomaly, is_detecting_anomaly
from .node import Overwritten
from .ops import where
from .value import Value

__all__ = ["grad", "gradcheck", "hessian", "jacobian"]


@overload
def grad(output: Value, inputs: Value, create_graph: Literal[False] = ...) -> float: ...
@overload
def grad(output: Value, inputs: Value, create_graph: Literal[True]) -> Value: ...
@overload
def grad(output: Value, inputs: Sequence[Value], create_graph: Literal[False] = ...) -> list[float]: ...
@overload
def grad(output: Value, inputs: Sequence[Value], create_graph: Literal[True]) -> list[Value]: ...


def grad(output: Value, inputs: Value | Sequence[Value], create_graph: bool = False) -> Any:
    """d(output)/d(input) for one input or for each of several; no `.grad` is touched.

    Args:
        output: what is differentiated.
        inputs: a leaf or any other node, or a list of them. One that the output does not depend on
            has the derivative 0.
        create_graph: give `Value`s, computed by a graph of their own, instead of floats, so that
            they can be differentiated once more.

    Returns:
        A float (or a `Value`) for one input, a list in the order of the inputs for several.

    Raises:
        GraphError: with `create_graph`, a node's data were changed since the forward pass.

    >>> x = Value(2.0)
    >>> slope = grad(x**3, x, create_graph=True)
    >>> slope.data, grad(slope, x)
    (12.0, 12.0)
    """
    _check_value(output, "output")
    single = isinstance(inputs, Value)
    wanted = _as_values([inputs] if single else inputs, "inputs")
    found: list[Any] = _pull_back_graph(output, wanted) if create_graph else cotangents(output, wanted)
    return found[0] if single else found


def jacobian(outputs: Sequence[Value], inputs: Sequence[Value]) -> list[list[float]]:
    """The table of first derivatives: row i, column j holds d(outputs[i])/d(inputs[j]).

    >>> x, y = Value(2.0), Value(3.0)
    >>> jacobian([x * y, x + y], [x, y])
    [[3.0, 2.0], [1.0, 1.0]]
    """
    wanted = _as_values(inputs, "inputs")
    return [cotangents(output, wanted) for output in _as_values(outputs, "outputs")]


def hessian(output: Value, inputs: Sequence[Value]) -> list[list[float]]:
    """The table of second derivatives: row i, column j holds d2(output)/d(inputs[i])d(inputs[j]).

    >>> x, y = Value(2.0), Value(3.0)
    >>> hessian(x * x * y, [x, y])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    return jacobian(grad(output, _as_values(inputs, "inputs"), create_graph=True), inputs)


def gradcheck(
    function: Callable[..., Value],
    inputs: Sequence[float],
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
) -> bool:
    """Compare the gradient of a function with central differences; True, or an error that says where.

    A weak test, of use for an op or a loss of one's own: the difference has about half of a float's
    digits, and it cannot tell the two slopes of a kink.

    Args:
        function: takes as many `Value`s as there are inputs, gives one `Value`.
        inputs: the point.
        eps: half the distance between the two points of a difference, in units of the input.
        atol, rtol: agreement wanted is `|gradient - difference| <= atol + rtol * |difference|`.

    Raises:
        ArgumentError: they disagree; the message gives the input, the point and both numbers.

    >>> gradcheck(lambda x, y: (x * y).tanh(), [0.5, -2.0])
    True
    """
    if not callable(function):
        raise ArgumentTypeError(f"function must be callable, got {type(function).__name__}")
    point = [floats.as_float(x, f"inputs[{i}]") for i, x in enumerate(floats.as_list(inputs, "inputs", "numbers"))]
    eps, atol, rtol = (floats.as_float(x, name) for x, name in ((eps, "eps"), (atol, "atol"), (rtol, "rtol")))
    if not eps > 0.0:
        raise ArgumentError(f"eps must be above 0, got {eps}")
    leaves = [Value(x) for x in point]
    output = function(*leaves)
    _check_value(output, "the result of the function")
    for i, derivative in enumerate(cotangents(output, leaves)):
        above, below = (
            function(*(Value(x + step if j == i else x) for j, x in enumerate(point))).data for step in (eps, -eps)
        )
        difference = (above - below) / (2.0 * eps)
        if not (floats.same(derivative, difference) or abs(derivative - difference) <= atol + rtol * abs(difference)):
            raise ArgumentError(
                f"gradcheck: the derivative by inputs[{i}] at ({floats.texts(point)}) is "
                f"{derivative!r}, the central difference {difference!r}"
            )
    return True


def _pull_back_graph(output: Value, inputs: list[Value]) -> list[Value]:
    """The backward pass with every rule run on Values: the graph of d(output)/d(input).

    The graph must be right for other inputs too (it may be compiled), so nothing here looks at
    data. Whether a selecting op (`where`, `maximum`) sent anything to an operand is therefore a
    node as well, the *mask*: where it is 0, what hangs on that operand gets nothing, not 0 * inf.
    """
    order = topological_order(output)
    leads_to_input = set(map(id, inputs))
    for node in order:
        _check_unchanged(node)
        if any(id(p) in leads_to_input for p in node.parents):
            leads_to_input.add(id(node))
    upstreams: dict[int, Any] = {id(output): 1.0}
    masks: dict[int, Any] = {}  # a node that is not in here always receives something
    anomalies = is_detecting_anomaly()
    with ExitStack() as modes:
        if active_modes:  # if no mode is on, operators keep their fast path
            modes.enter_context(enable_grad())
            modes.enter_context(ignore_anomaly())  # a rule may compute a branch that it then does not take
        for node in reversed(order):
            key, op, parents = id(node), node.op, node.parents
            if key not in upstreams or key not in leads_to_input or op is None:
                continue
            upstream, node_mask = upstreams[key], masks.get(key)
            for parent, derivative in zip(parents, op.partials(node, *parents), strict=True):
                if id(parent) not in leads_to_input:
                    continue
                mask = node_mask
                if op.strong_zero:
                    if not isinstance(derivative, Value):
                        if derivative == 0.0:
                            continue
                    else:
                        mask = derivative if mask is None else where(mask, derivative, 0.0)
                share = _product(upstream, derivative)
                if mask is not None:
                    share = where(mask, share, -0.0)  # adding -0.0 changes no bit of any number
                if anomalies:
                    check_share(float(share), parent, node)
                _accumulate(upstreams, masks, parent, share, mask)
    return [_result(upstreams.get(id(x), 0.0), masks.get(id(x))) for x in inputs]


def _product(upstream: Any, derivative: Any) -> Any:
    """upstream * derivative, without a node for a factor of 1."""
    if type(derivative) is float and derivative == 1.0:
        return upstream
    if type(upstream) is float and upstream == 1.0:
        return derivative
    return upstream * derivative


def _accumulate(upstreams: dict[int, Any], masks: dict[int, Any], parent: Value, share: Any, mask: Any) -> None:
    key = id(parent)
    if key not in upstreams:
        upstreams[key] = share
        if mask is not None:
            masks[key] = mask
        return
    upstreams[key] = upstreams[key] + share
    if mask is None:
        masks.pop(key, None)
    elif key in masks:
        masks[key] = ops.maximum(masks[key], mask)


def _result(cotangent: Any, mask: Any) -> Value:
    if mask is not None:
        cotangent = where(mask, cotangent, 0.0)
    return cotangent if isinstance(cotangent, Value) else Value(cotangent)


def _check_unchanged(node: Value) -> None:
    if isinstance(node._rule, Overwritten):
        raise GraphError(
            f"the data of {expression(node)} were set after it was computed; compute it anew before create_graph=True"
        )
    for parent, number in zip(node.parents, node.inputs, strict=True):
        if parent.data is not number and not floats.same(parent.data, number):
            raise GraphError(
                f"{expression(parent)} was {number} in the forward pass and is {parent.data} now; "
                "compute the output anew before create_graph=True"
            )


def _check_value(x: object, what: str) -> None:
    if not isinstance(x, Value):
        hint = "; pass create_graph=True to the first grad()" if type(x) is float else ""
        raise ArgumentTypeError(f"{what} must be a Value, got {type(x).__name__}{hint}")


def _as_values(xs: object, what: str) -> list[Value]:
    values = floats.as_list(xs, what, "Values")
    for i, x in enumerate(values):
        _check_value(x, f"{what}[{i}]")
    return values
