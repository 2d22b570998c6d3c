"""Compiling: the graph on the board, at machine speed.

`compile` takes a graph that has been built once, for one sample, and gives a `Program` that
computes it, and its gradient, for many samples at once: graph, tape, plan, machine code.
Nothing is derived here: the gradient is the graph that `grad(..., create_graph=True)` builds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..backward import topological_order
from ..derivatives import grad
from ..errors import ArgumentError
from ..modes import with_collector_held
from ..value import Value
from . import backends
from .lift import lift
from .locks import fork_safe_lock
from .options import REDUCTIONS, Options, as_samples, check_parameters, checked_values
from .simplify import prune, simplify
from .tape import Tape, lower

if TYPE_CHECKING:
    import numpy as np

    from .llvm.runner import LaneRunner
    from .plan import Plan

    Array = np.ndarray[Any, Any]

__all__ = ["Program"]  # and compile, which a star import must not put in place of the builtin


class Program:
    """A compiled graph: `program(rows)` computes its outputs for every row of inputs.

    Leaves that are no inputs are read from their `Value`s at each call, so a program follows a
    model while it is trained. A graph has no memory of Python's `if`: a branch that was taken
    for one sample is taken for all; `where` chooses for each row.

    Attributes:
        gradient_tape: the tape of the loss and its gradient, or None where there is none.
        parameters: the leaves that `value_and_grad` differentiates by.
        backend: "llvm" or "numpy".
    """

    @with_collector_held
    def __init__(
        self,
        outputs: Sequence[Value],
        single: bool,
        inputs: Sequence[Value],
        parameters: Sequence[Value],
        options: Options,
    ) -> None:
        self.parameters = list(parameters)
        self._options = options
        self._single = single
        self._runners: dict[tuple[str, int], Any] = {}
        self._lock = fork_safe_lock()  # a runner has one memory: calls wait for each other
        self._width = len(inputs)
        gradients = grad(outputs[0], parameters, create_graph=True) if parameters else []
        self._tape = simplify(lower([*outputs, *gradients], inputs), fast=options.fast, largest=options.largest)
        options.suit(self._tape)
        self.backend = options.backend
        self.gradient_tape = self._tape if gradients else None

    @cached_property
    def tape(self) -> Tape:
        """The simplified tape of the outputs."""
        return prune(self._tape, self._tape.outputs[:1]) if self.gradient_tape is not None else self._tape

    def __call__(self, rows: Any = ()) -> Any:
        """The outputs for many rows, or for one.

        Args:
            rows: numbers of shape (rows, inputs), or (inputs,) for a single row. Without inputs
                it is left out.

        Returns:
            An array (rows,), or (rows, outputs) if the program was given a list of outputs;
            for a single row a float, or an array (outputs,).

        Raises:
            ArgumentError: a shape that does not fit.
            ArgumentTypeError: something else than numbers.
        """
        samples, one = as_samples(rows, self._width, self._options.dtype)
        results = self._map("values", samples)
        if self._single:
            results = results[:, 0]
        if not one:
            return results
        return float(results[0]) if self._single else results[0]

    def value_and_grad(self, rows: Any = ((),), reduction: str = "mean") -> tuple[Any, Array]:
        """The output and its derivatives by the parameters, reduced over the rows.

        The sum over rows is taken in this order: rows are dealt to as many lanes as a vector has, each
        lane adds its rows in order, then neighbouring lanes are added in pairs, tile after tile
        (NumPy: as its matrix product does it). It agrees with eager to rounding; each row, to the bit.

        Args:
            rows: as for a call.
            reduction: "mean" or "sum" over the rows, or "none".

        Returns:
            The output, a float, and an array (parameters,); with "none" arrays (rows,) and
            (rows, parameters).

        Raises:
            ArgumentError: as for a call; no rows to take the mean of; an unknown reduction; or a program
                of several outputs or without parameters.
        """
        if self.gradient_tape is None:
            why = (
                "it has no parameters"
                if self._single
                else "it has several outputs; make outputs of the derivatives, too: "
                "compile([y, *grad(y, parameters, create_graph=True)], inputs)"
            )
            raise ArgumentError(f"value_and_grad does not fit this program: {why}")
        if reduction not in REDUCTIONS:
            raise ArgumentError(f"reduction must be one of {', '.join(REDUCTIONS)}; got {reduction!r}")
        samples, _ = as_samples(rows, self._width, self._options.dtype)
        if reduction == "none":
            results = self._map("gradients", samples)
            return results[:, 0], results[:, 1:]
        if not len(samples) and reduction == "mean":
            raise ArgumentError("rows must hold at least one row to take a mean of, got none")
        totals = self._total(samples, 1.0 / len(samples) if reduction == "mean" else 1.0)
        return float(totals[0]), totals[1:]

    @property
    def plan(self) -> Plan:
        """The blocks that were found in the tape: of the loss and its gradient, if there is one."""
        plan: Plan = self._runner("values" if self.gradient_tape is None else "totals").plan
        return plan

    @property
    def ir(self) -> str:
        """What is handed to LLVM: the kernels, as its intermediate representation."""
        return str(self._lanes().ir)

    @property
    def listing(self) -> str:
        """The machine code of this processor, as text."""
        return self._lanes().library.assembly()

    def _lanes(self) -> LaneRunner:
        if self.backend != "llvm":
            raise ArgumentError("there is no machine code: this program runs on NumPy; pass backend='llvm'")
        runner: LaneRunner = self._runner("values" if self.gradient_tape is None else "totals")
        return runner

    # running

    def _runner(self, what: str, number: int = 0) -> Any:
        """The runner of the values, of each row's gradients or of the totals; one for each thread."""
        key = (what, number)
        if key not in self._runners:
            self._runners[key] = self._new_runner(what)
        return self._runners[key]

    @with_collector_held
    def _new_runner(self, what: str) -> Any:
        tape = self.tape if what == "values" else self._tape
        plan = lift(tape, self.parameters, totals=len(tape.outputs) if what == "totals" else 0)
        return backends.runner(plan, self._options, len(self.parameters))

    def _map(self, what: str, samples: Array) -> Array:
        """The outputs for each row."""
        import numpy as np

        def run(part: int, rows: Array) -> Array:
            runner = self._runner(what, part)
            results: Array = runner.run([leaf.data for leaf in runner.plan.leaves], rows)[1]
            return results

        parts = self._in_threads(run, samples)
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _total(self, samples: Array, scale: float) -> Array:
        """The sums over the rows, times the scale."""

        def run(part: int, rows: Array) -> Array:
            runner = self._runner("totals", part)
            leaves = [leaf.data for leaf in runner.plan.leaves]
            totals: Array = runner.run(leaves, rows, scale, scale * len(rows))[0]
            return totals

        first, *others = self._in_threads(run, samples)
        for part in others:
            first += part
        return first

    def _in_threads(self, run: Any, samples: Array) -> list[Array]:
        threads = min(self._options.threads, max(len(samples), 1))
        with self._lock:
            return [run(0, samples)] if threads == 1 else self._share_out(run, samples, threads)

    def _share_out(self, run: Any, samples: Array, threads: int) -> list[Array]:
        from concurrent.futures import ThreadPoolExecutor

        for part in range(threads):
            run(part, samples[:0])  # compiled by this thread: LLVM is not asked by two at once
        length = -(-len(samples) // threads)
        with ThreadPoolExecutor(threads) as pool:
            starts = range(0, len(samples), length)
            return list(pool.map(run, range(threads), (samples[start : start + length] for start in starts)))


def compile(
    outputs: Value | Sequence[Value],
    inputs: Sequence[Value] = (),
    parameters: Sequence[Value] | None = None,
    *,
    backend: str = "auto",
    dtype: str = "float64",
    fast_math: bool = False,
    threads: int = 1,
    cache: str | Path | None = None,
) -> Program:
    """Compile a graph that has been built already, for any number of rows of inputs.

    Args:
        outputs: the Value to compute, such as a loss, or a list of them.
        inputs: leaves whose data differ from row to row.
        parameters: leaves to differentiate by; if left out, all leaves that are no inputs, numbers given to a model as
            Values among them: for a model's weights alone, pass `model.parameters()`. With none, `[]`, no gradient is
            built, which for a large graph saves most of the time.
        backend: "llvm" (machine code, by llvmlite), "numpy", or "auto" for the best that is installed.
        dtype: "float64" or "float32".
        fast_math: allow what changes the last bits: a * b + c rounded once, other orders of adding, `x**2` as x * x.
            Without it each row's results are those of the eager engine, to the bit.
        threads: rows are shared out among so many threads. It pays from about a millisecond a call.
        cache: a folder in which machine code is kept from one process to the next; only you should be able
            to write to it.

    Raises:
        ArgumentError: an input that is not a leaf, is given twice or is not reached; a setting out of range; a cache
            that everybody can write to. (One that cannot be used is said once, and not used.)
        GraphError: the data of a node were changed since it was computed (the gradient is built from the graph).
        MissingDependencyError: NumPy is not installed.

    >>> x, w = Value(0.0, label="x"), Value(3.0, label="w")
    >>> program = compile((w * x) ** 2, inputs=[x])
    >>> program([[1.0], [2.0]]).tolist()
    [9.0, 36.0]
    >>> loss, gradient = program.value_and_grad([[1.0], [2.0]])
    >>> loss, gradient.tolist()
    (22.5, [15.0])
    """
    single = isinstance(outputs, Value)
    roots = checked_values([outputs] if single else outputs, "outputs")
    leaves = checked_values(inputs, "inputs")
    options = Options(backends.available(backend), dtype, fast_math, threads, cache, backend == "auto")
    if not roots:
        raise ArgumentError("outputs must hold at least one Value, got none")
    if parameters is None:
        varying = set(map(id, leaves))
        trained = [
            node
            for node in topological_order(*roots)
            if node.is_leaf and not node.is_constant and id(node) not in varying
        ]
    else:
        trained = checked_values(parameters, "parameters")
        check_parameters(trained, leaves)
    return Program(roots, single, leaves, trained if single else [], options)
