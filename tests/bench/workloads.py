"""What the compiled benchmarks train: the same data, the same first parameters, the same loss for every library.

A contender is a function that makes one training step in place and gives the loss before it, together with
one that gives the parameters, so that what it computed can be compared.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

RATE = 0.05
DECAY = 1e-4  # of the squared weights in the moons loss


@dataclass
class Contender:
    """A library at work: `step` trains once; `many`, if there is one, trains `loop` times in one call."""

    name: str
    step: Callable[[], float]
    parameters: Callable[[], Any]
    loop: int = 1


@dataclass
class Workload:
    """A network, its rows and its loss ("hinge" with decay, or "classes")."""

    name: str
    sizes: list[int]
    rows: int
    loss: str

    def __post_init__(self) -> None:
        rng = np.random.default_rng(1)
        if self.loss == "hinge":
            self.X, self.y = moons(self.rows, rng)
        else:
            from sklearn.datasets import load_digits

            X, y = load_digits(return_X_y=True)
            self.X, self.y = X[: self.rows] / 16.0, y[: self.rows]
        shapes = itertools.pairwise(self.sizes)
        self.layers = [(rng.uniform(-1, 1, (n, m)) / math.sqrt(m), np.zeros(n)) for m, n in shapes]

    @property
    def flat(self) -> list[float]:
        """All parameters: neuron by neuron, the weights and then the bias."""
        rows = [[*w, b] for W, bias in self.layers for w, b in zip(W.tolist(), bias.tolist(), strict=True)]
        return [number for row in rows for number in row]

    def flatten(self, layers: Any) -> Any:
        """The parameters of any library's (W, b) pairs in the same order."""
        return np.concatenate([np.column_stack([np.asarray(W), np.asarray(b)]).ravel() for W, b in layers])


def moons(count: int, rng: Any) -> tuple[Any, Any]:
    """Two interleaving half circles, with noise; -1 and 1."""
    half = count // 2
    angles = np.linspace(0, math.pi, half)
    upper = np.column_stack([np.cos(angles), np.sin(angles)])
    lower = np.column_stack([1 - np.cos(angles), 0.5 - np.sin(angles)])
    X = np.concatenate([upper, lower]) + 0.1 * rng.normal(size=(2 * half, 2))
    return X, np.repeat([-1.0, 1.0], half)


def neurons(parameters: list[Any], sizes: list[int]) -> Iterator[list[list[Any]]]:
    """A flat list of parameters as layers of neurons, each its weights and its bias."""
    rest = iter(parameters)
    for inputs, outputs in itertools.pairwise(sizes):
        yield [[next(rest) for _ in range(inputs + 1)] for _ in range(outputs)]


def scalar_network(parameters: list[Any], sizes: list[int], xs: list[Any]) -> list[Any]:
    """The outputs, scalar by scalar: for micrograd and chalkgrad alike."""
    layers = list(neurons(parameters, sizes))
    for layer in layers:
        xs = [sum((w * x for w, x in zip(weights, xs, strict=True)), bias) for *weights, bias in layer]
        if layer is not layers[-1]:
            xs = [x.relu() for x in xs]
    return xs


# The contenders


def micrograd(work: Workload) -> Contender:
    from micrograd.engine import Value

    return scalar_steps("micrograd", work, Value)


def eager(work: Workload) -> Contender:
    from chalkgrad.engine import Value

    return scalar_steps("chalkgrad, eager", work, Value)


def scalar_steps(name: str, work: Workload, value: Any) -> Contender:
    parameters = [value(number) for number in work.flat]

    def step() -> float:
        outputs = [scalar_network(parameters, work.sizes, [value(x) for x in row]) for row in work.X.tolist()]
        if work.loss == "hinge":
            losses = [(1 + -y * out).relu() for y, (out,) in zip(work.y.tolist(), outputs, strict=True)]
            loss = sum(losses) * (1.0 / len(losses)) + DECAY * sum(p * p for p in parameters)
        else:
            from chalkgrad.engine import logsumexp

            losses = [logsumexp(*out) - out[y] for y, out in zip(work.y.tolist(), outputs, strict=True)]
            loss = sum(losses) * (1.0 / len(losses))
        for p in parameters:
            p.grad = 0.0
        loss.backward()
        for p in parameters:
            p.data -= RATE * p.grad
        return float(loss.data)

    return Contender(name, step, lambda: [p.data for p in parameters])


def compiled(work: Workload, backend: str, fast: bool, loop: int = 1) -> Contender:
    from chalkgrad.engine import Value, logsumexp
    from chalkgrad.engine.compiler.trainer import Trainer

    parameters = [Value(number) for number in work.flat]
    inputs = [Value(x) for x in work.X[0]]
    outputs = scalar_network(parameters, work.sizes, list(inputs))
    if work.loss == "hinge":
        targets = [Value(1.0)]
        rows = np.column_stack([work.X, work.y])
        loss = (1 + -targets[0] * outputs[0]).relu() + DECAY * sum(p * p for p in parameters)
    else:
        targets = [Value(1.0) for _ in outputs]
        rows = np.column_stack([work.X, np.eye(len(outputs))[work.y]])
        loss = logsumexp(*outputs) - sum(t * out for t, out in zip(targets, outputs, strict=True))
    trainer = Trainer(
        loss,
        [*inputs, *targets],
        parameters,
        lambda p, g, rate: [p - rate * g],
        settings=1,
        backend=backend,
        fast_math=fast,
    )
    name = f"chalkgrad, {'LLVM' if backend == 'llvm' else 'NumPy'}{', fast_math' if fast else ''}"
    if loop == 1:
        one = trainer.bind(rows)
        return Contender(name, lambda: one(RATE), lambda: trainer.numbers[0])
    rates = np.full((loop, 1), RATE)
    return Contender(
        f"{name}, {loop} steps a call", lambda: float(trainer.run(rows, rates)[0]), lambda: trainer.numbers[0], loop
    )


def by_hand(work: Workload) -> Contender:
    """NumPy, with the derivatives written out and the products left to BLAS."""
    layers = [[W.copy(), b.copy()] for W, b in work.layers]
    X, y, n = work.X, work.y, work.rows

    def step() -> float:
        kept = [X]
        for W, b in layers:
            kept.append(kept[-1] @ W.T + b)
            if W is not layers[-1][0]:
                np.maximum(kept[-1], 0.0, out=kept[-1])
        out = kept[-1]
        if work.loss == "hinge":
            margin = 1.0 - y[:, None] * out
            loss = np.maximum(margin, 0.0).sum() / n
            loss += DECAY * sum((W * W).sum() + (b * b).sum() for W, b in layers)
            upstream = np.where(margin > 0.0, -y[:, None], 0.0) / n
        else:
            shifted = out - out.max(1, keepdims=True)
            powers = np.exp(shifted)
            sums = powers.sum(1)
            loss = (np.log(sums) - shifted[np.arange(n), y]).sum() / n
            upstream = powers / sums[:, None]
            upstream[np.arange(n), y] -= 1.0
            upstream /= n
        for layer, x, at in zip(layers[::-1], kept[-2::-1], range(len(layers), 0, -1), strict=True):
            W, b = layer
            dW, db = upstream.T @ x, upstream.sum(0)
            if at > 1:
                upstream = (upstream @ W) * (x > 0.0)
            if work.loss == "hinge":
                dW += 2.0 * DECAY * W
                db += 2.0 * DECAY * b
            W -= RATE * dW
            b -= RATE * db
        return float(loss)

    return Contender("NumPy by hand, BLAS", step, lambda: work.flatten(layers))


def pytorch(work: Workload) -> Contender:
    import torch

    torch.set_num_threads(1)
    modules: list[Any] = []
    for W, b in work.layers:
        outputs, inputs = W.shape
        linear = torch.nn.Linear(inputs, outputs, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W))
            linear.bias.copy_(torch.from_numpy(b))
        modules += [linear, torch.nn.ReLU()]
    model = torch.nn.Sequential(*modules[:-1])
    linears = modules[::2]
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    X, y = torch.from_numpy(work.X), torch.from_numpy(work.y)

    def step() -> float:
        out = model(X)
        if work.loss == "hinge":
            loss = torch.relu(1.0 - y * out[:, 0]).mean() + DECAY * sum((p * p).sum() for p in model.parameters())
        else:
            loss = torch.nn.functional.cross_entropy(out, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return Contender(
        "PyTorch, eager", step, lambda: work.flatten([(m.weight.detach(), m.bias.detach()) for m in linears])
    )


def jax(work: Workload, loop: int = 1) -> Contender:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call, unused-ignore]
    X, y = jnp.asarray(work.X), jnp.asarray(work.y)

    def loss_of(layers: Any, X: Any, y: Any) -> Any:
        x = X
        for W, b in layers[:-1]:
            x = jax.nn.relu(x @ W.T + b)
        out = x @ layers[-1][0].T + layers[-1][1]
        if work.loss == "hinge":
            decay = DECAY * sum((W * W).sum() + (b * b).sum() for W, b in layers)
            return jax.nn.relu(1.0 - y * out[:, 0]).mean() + decay
        return (jax.scipy.special.logsumexp(out, axis=1) - out[jnp.arange(len(y)), y]).mean()

    def update(layers: Any, X: Any, y: Any) -> Any:
        loss, gradient = jax.value_and_grad(loss_of)(layers, X, y)
        return jax.tree.map(lambda p, g: p - RATE * g, layers, gradient), loss

    def steps(layers: Any, X: Any, y: Any) -> Any:
        if loop == 1:
            return update(layers, X, y)
        layers, losses = jax.lax.scan(lambda state, _: update(state, X, y), layers, None, length=loop)
        return layers, losses[0]

    run = jax.jit(steps, donate_argnums=0)
    state = [[(jnp.asarray(W), jnp.asarray(b)) for W, b in work.layers]]

    def step() -> float:
        state[0], loss = run(state[0], X, y)
        return float(loss)

    name = "JAX, jit" if loop == 1 else f"JAX, jit, {loop} steps a call"
    return Contender(name, step, lambda: work.flatten(state[0]), loop)


def casadi(work: Workload) -> Contender:
    import casadi as ca

    flat = np.array(work.flat)
    p, x, t = ca.SX.sym("p", len(flat)), ca.SX.sym("x", work.sizes[0]), ca.SX.sym("t", work.sizes[-1])
    signal, at = x, 0
    for inputs, outputs in itertools.pairwise(work.sizes):
        block = ca.reshape(p[at : at + outputs * (inputs + 1)], inputs + 1, outputs).T
        at += outputs * (inputs + 1)
        signal = block[:, :inputs] @ signal + block[:, inputs]
        if at < len(flat):
            signal = ca.fmax(signal, 0)
    if work.loss == "hinge":
        loss, targets = ca.fmax(1 - t * signal, 0), work.y[None, :]
    else:
        loss, targets = ca.logsumexp(signal) - ca.dot(t, signal), np.eye(work.sizes[-1])[work.y].T
    row = ca.Function("row", [p, x, t], [loss]).map(work.rows)
    P, X, T = ca.MX.sym("P", len(flat)), ca.MX.sym("X", *work.X.T.shape), ca.MX.sym("T", *targets.shape)
    mean = ca.sum2(row(ca.repmat(P, 1, work.rows), X, T)) / work.rows
    if work.loss == "hinge":
        mean += DECAY * ca.sumsqr(P)
    run = ca.Function("step", [P, X, T], [mean, P - RATE * ca.gradient(mean, P)])
    state = [ca.DM(flat), ca.DM(work.X.T), ca.DM(targets)]

    def step() -> float:
        loss, state[0] = run(*state)
        return float(loss)

    return Contender("CasADi, virtual machine", step, lambda: np.array(state[0]).ravel())
