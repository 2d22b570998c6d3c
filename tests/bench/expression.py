"""One scalar expression of 30 operations, and its gradient by three numbers: what a call costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from workloads import Contender

POINT = (0.7, -0.4, 1.3)


def expression(x: Any, y: Any, z: Any) -> Any:
    """Thirty operations that every library has: + - * /."""
    total = x * y + z
    for _ in range(4):
        total = (total * x - y) / (z * z + 1.5) + total * 0.5
    return total * total - x * y * z


def _contender(name: str, call: Callable[[], tuple[Any, Any]]) -> Contender:
    return Contender(name, lambda: float(call()[0]), lambda: [float(g) for g in call()[1]])


def compiled(backend: str) -> Contender:
    from chalkgrad.engine import Value
    from chalkgrad.engine.compiler.program import compile

    leaves = [Value(x) for x in POINT]
    program = compile(expression(*leaves), [], leaves, backend=backend)
    name = "chalkgrad, LLVM" if backend == "llvm" else "chalkgrad, NumPy"
    return _contender(name, program.value_and_grad)


def scalar(name: str) -> Contender:
    import importlib

    value = importlib.import_module(f"{name}.engine").Value

    def call() -> tuple[Any, Sequence[Any]]:
        leaves = [value(x) for x in POINT]
        root = expression(*leaves)
        root.backward()
        return root.data, [leaf.grad for leaf in leaves]

    return _contender("chalkgrad, eager" if name == "chalkgrad" else name, call)


def pytorch() -> Contender:
    import torch

    leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in POINT]

    def call() -> tuple[Any, Sequence[Any]]:
        root = expression(*leaves)
        return root.detach(), torch.autograd.grad(root, leaves)

    return _contender("PyTorch, eager", call)


def jax() -> Contender:
    import jax

    jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call, unused-ignore]
    run = jax.jit(jax.value_and_grad(expression, argnums=(0, 1, 2)))
    return _contender("JAX, jit", lambda: run(*POINT))


def casadi() -> Contender:
    import casadi as ca

    symbols = ca.SX.sym("x", 3)
    root = expression(*(symbols[i] for i in range(3)))
    run = ca.Function("run", [symbols], [root, ca.gradient(root, symbols)])
    point = ca.DM(POINT)

    def call() -> tuple[Any, Sequence[Any]]:
        value, gradient = run(point)
        return value, gradient.full().ravel()

    return _contender("CasADi, virtual machine", call)


CALLERS: dict[str, Callable[[], Contender]] = {
    "llvm": lambda: compiled("llvm"),
    "numpy": lambda: compiled("numpy"),
    "jax": jax,
    "torch": pytorch,
    "casadi": casadi,
    "eager": lambda: scalar("chalkgrad"),
    "micrograd": lambda: scalar("micrograd"),
}
