"""Derivatives as functions: `grad`, `hessian`, `jacobian`, `jvp`, `hvp`, and `gradcheck` to test them.

`backward()` pulls numbers back through the graph; here the same rules may be run on
`Value`s instead, so that a derivative is itself a graph, which can be
differentiated, drawn or compiled again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, Literal, overload

from . import floats
from .anomaly import check_share
from .backward import cotangents, order_down_to
from .errors import ArgumentError, ArgumentTypeError, GraphError
from .expression import expression
from .modes import active_modes, enable_grad, ignore_anomaly, is_detecting_anomaly, watch_reads
from .node import Overwritten
from .ops import UNRECORDED, where
from .value import Value, new_era

__all__ = ["grad", "gradcheck", "hessian", "hvp", "jacobian", "jvp"]

CUT = "math.exp(x), float(x) and x.data take the number out of a Value, and the graph ends there: x.exp() keeps it"


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

    The walk ends at the inputs, whatever lies below them.

    Args:
        output: what is differentiated.
        inputs: a leaf or any other node, or a list of them. One that the output does not depend on
            has the derivative 0.
        create_graph: give `Value`s, computed by a graph of their own, instead of floats, so that
            they can be differentiated once more.

    Returns:
        A float (or a `Value`) for one input, a list in the order of the inputs for several.

    Raises:
        GraphError: the output was computed under `no_grad`; or, with `create_graph`, a node's data were changed since
            the forward pass.

    >>> x = Value(2.0)
    >>> slope = grad(x**3, x, create_graph=True)
    >>> slope.data, grad(slope, x)
    (12.0, 12.0)
    """
    if not isinstance(create_graph, int):  # a bool is one
        raise ArgumentTypeError(
            f"create_graph must be True or False, got {type(create_graph).__name__}; "
            "several inputs are given as a list: grad(output, [a, b])"
        )
    wanted, single = _inputs(inputs)
    _check_differentiable(output, "output", wanted)
    found: list[Any] = _pull_back_graph(output, wanted) if create_graph else cotangents([output], wanted)[0]
    return found[0] if single else found


@overload
def jacobian(outputs: Sequence[Value | float], inputs: Sequence[Value]) -> list[list[float]]: ...
@overload
def jacobian(outputs: Value | Sequence[Value | float], inputs: Value | Sequence[Value]) -> Any: ...


def jacobian(outputs: Value | Sequence[Value | float], inputs: Value | Sequence[Value]) -> Any:
    """The table of first derivatives: row i, column j holds d(outputs[i])/d(inputs[j]).

    A single output or input, not in a list, gives a table without that dimension. A number among the outputs is a
    constant: its row is 0.

    Raises:
        GraphError: an output was computed under `no_grad`.

    >>> x, y = Value(2.0), Value(3.0)
    >>> jacobian([x * y, x + y], [x, y])
    [[3.0, 2.0], [1.0, 1.0]]
    """
    wanted, single = _inputs(inputs)
    rows = [outputs] if isinstance(outputs, Value) else floats.as_list(outputs, "outputs", "Values")
    constants = any(isinstance(output, Value) for output in rows)
    for i, output in enumerate(rows):
        if not (constants and isinstance(output, (int, float))):
            _check_differentiable(output, f"outputs[{i}]", wanted)
    derivatives = iter(cotangents([output for output in rows if isinstance(output, Value)], wanted))
    table: list[Any] = [next(derivatives) if isinstance(output, Value) else [0.0] * len(wanted) for output in rows]
    if single:
        table = [row[0] for row in table]
    return table[0] if isinstance(outputs, Value) else table


@overload
def hessian(output: Value, inputs: Value) -> float: ...
@overload
def hessian(output: Value, inputs: Sequence[Value]) -> list[list[float]]: ...


def hessian(output: Value, inputs: Value | Sequence[Value]) -> Any:
    """The table of second derivatives: row i, column j holds d2(output)/d(inputs[i])d(inputs[j]); one input: a float.

    >>> x, y = Value(2.0), Value(3.0)
    >>> hessian(x * x * y, [x, y])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    wanted, single = _inputs(inputs)
    table = jacobian(grad(output, wanted, create_graph=True), wanted)
    return table[0][0] if single else table


def jvp(outputs: Value | Sequence[Value], inputs: Value | Sequence[Value], tangents: Any) -> Any:
    """How fast the outputs change when the inputs move in one direction: the Jacobian times a vector.

    One walk forward (forward mode): the *tangent* of a node is the sum over its parents of local derivative times the
    parent's tangent. Its cost does not grow with the number of outputs or inputs.

    Args:
        outputs: a Value, or a list of them.
        inputs: a leaf or any other node, or a list of them.
        tangents: how fast each input moves, a number for each.

    Returns:
        A float for one output, a list for several.

    Source: Griewank and Walther 2008, "Evaluating Derivatives", chapter 3.

    >>> x, y = Value(2.0), Value(3.0)
    >>> jvp(x * y, [x, y], [1.0, 10.0])
    23.0
    """
    wanted, single = _inputs(inputs)
    roots = [outputs] if isinstance(outputs, Value) else floats.as_list(outputs, "outputs", "Values")
    for i, root in enumerate(roots):
        _check_differentiable(root, f"outputs[{i}]", wanted)
    speeds = [tangents] if single else floats.as_list(tangents, "tangents", "numbers")
    if len(speeds) != len(wanted):
        raise ArgumentError(f"tangents must hold a number for each of the {len(wanted)} inputs, got {len(speeds)}")
    moving: dict[int, float] = {}
    for i, (node, speed) in enumerate(zip(wanted, speeds, strict=True)):
        moving[id(node)] = moving.get(id(node), 0.0) + floats.as_float(speed, f"tangents[{i}]")
    for node in order_down_to(roots, wanted):
        if not any(id(parent) in moving for parent in node.parents):
            continue
        strong_zero = node._rule.strong_zero
        for parent, derivative in zip(node.parents, node.local(), strict=True):
            if id(parent) in moving and not (derivative == 0.0 and strong_zero):
                share = derivative * moving[id(parent)]
                moving[id(node)] = moving[id(node)] + share if id(node) in moving else share
    found = [moving.get(id(root), 0.0) for root in roots]
    return found[0] if isinstance(outputs, Value) else found


def hvp(output: Value, inputs: Value | Sequence[Value], vector: Any) -> Any:
    """The Hessian times a vector, without the Hessian: how the gradient changes when the inputs move along the vector.

    Forward over reverse: the graph of the gradient, walked forward once (Pearlmutter 1994, "Fast exact multiplication
    by the Hessian").

    Args:
        output: what is differentiated twice.
        inputs: a Value, or a list of them.
        vector: a number for each input.

    Returns:
        A float for one input, a list for several.

    >>> x, y = Value(2.0), Value(3.0)
    >>> hvp(x * x * y, [x, y], [1.0, 0.5])
    [8.0, 4.0]
    """
    wanted, single = _inputs(inputs)
    slopes = grad(output, wanted, create_graph=True)
    found = jvp(slopes, wanted, [vector] if single else vector)
    return found[0] if single else found


def gradcheck(
    function: Callable[..., Any],
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
    watch = watch_reads()
    with watch:
        output = function(*leaves)
    _check_value(output, "the result of the function")
    for i, derivative in enumerate(cotangents([output], leaves)[0]):
        above, below = (
            function(*(Value(x + step if j == i else x) for j, x in enumerate(point))).data for step in (eps, -eps)
        )
        difference = (above - below) / (2.0 * eps)
        if not (floats.same(derivative, difference) or abs(derivative - difference) <= atol + rtol * abs(difference)):
            raise ArgumentError(
                f"gradcheck: the derivative by inputs[{i}] at ({floats.texts(point)}) is "
                f"{derivative!r}, the central difference {difference!r}{f'. {CUT}' if watch.seen else ''}"
            )
    return True


def _pull_back_graph(output: Value, inputs: list[Value]) -> list[Value]:
    """The backward pass with every rule run on Values: the graph of d(output)/d(input).

    The graph must be right for other inputs too (it may be compiled), so nothing here looks at
    data. Whether a selecting op (`where`, `maximum`) sent anything to an operand is therefore a
    node as well, the *mask*: where it is 0, what hangs on that operand gets nothing, not 0 * inf.
    """
    order = order_down_to([output], inputs)
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
                        mask = derivative if mask is None else where(derivative, mask, 0.0)  # so 0 beats nan
                share = _product(upstream, derivative)
                if mask is not None:
                    share = where(mask, share, -0.0)  # adding -0.0 changes no bit of any number
                if anomalies:
                    check_share(share._data if isinstance(share, Value) else share, parent, node)
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
        masks[key] = where(masks[key], masks[key], mask)  # open if either is not 0: copysign's may be below


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
        if parent._data is not number and not floats.same(parent._data, number):
            raise GraphError(
                f"{expression(parent)} was {number} in the forward pass and is {parent._data} now; "
                "compute the output anew before create_graph=True"
            )


def _check_value(x: object, what: str) -> None:
    if not isinstance(x, Value):
        hint = f"; pass create_graph=True to the first grad(). {CUT}" if type(x) is float else ""
        if callable(x):
            hint = ": call the function, as in grad(f(x), x)"
        raise ArgumentTypeError(f"{what} must be a Value, got {type(x).__name__}{hint}")


def _check_differentiable(output: object, what: str, inputs: Sequence[Value]) -> None:
    _check_value(output, what)
    if isinstance(output, Value) and output._rule is UNRECORDED and not any(output is x for x in inputs):
        raise GraphError(
            f"{what} was computed under no_grad, so it has no graph and its derivatives are lost; "
            "compute it outside, or inside `with enable_grad():`"
        )


def _inputs(inputs: object) -> tuple[list[Value], bool]:
    """The inputs as a list, and whether it was a single Value."""
    new_era()
    if isinstance(inputs, Value):
        return [inputs], True
    values = floats.as_list(inputs, "inputs", "Values")
    for i, x in enumerate(values):
        _check_value(x, f"inputs[{i}]")
    return values, False
