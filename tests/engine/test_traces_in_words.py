"""A whole training step as data and as text, and what a trace of a training step puts back."""

from __future__ import annotations

from chalkgrad.engine import Value, trace
from chalkgrad.nn import SGD


def test_the_text_of_a_training_step_and_of_gradients_that_were_held() -> None:
    w, x = Value(3.0, label="w"), Value(2.0, label="x")
    loss = w * x
    loss.label = "loss"
    w.grad = 5.0
    run = trace(loss, optimizer=SGD([w, x], lr=0.5), accumulate=True)
    assert str(run).splitlines() == [
        "forward",
        "   1  loss = w * x = 3 * 2 = 6",
        "   2  the loss loss is 6",
        "backward",
        "   3  w.grad is cleared (it was 5)",
        "   4  x.grad is cleared (there was none)",
        "   5  ∂loss/∂loss = 1",
        "   6  ∂loss/∂w  = ∂loss/∂loss · ∂loss/∂w = 1 · 2 = 2",
        "   7  ∂loss/∂x  = ∂loss/∂loss · ∂loss/∂x = 1 · 3 = 3",
        "   8  w.grad += 2: it held 5, now 7",
        "update",
        "   9  w: 3 becomes 2 (gradient 2, learning rate 0.5)",
        "  10  x: 2 becomes 0.5 (gradient 3, learning rate 0.5)",
    ]
    assert len(run) == 10 and repr(run) == "<trace of loss: 3 nodes, 10 events>"
    assert [event["before"] for event in run.events if event["kind"] == "zero"] == [5.0, None]


def test_gradients_set_by_hand_are_put_back() -> None:
    w, x = Value(3.0), Value(2.0)
    loss = w * x
    w.grad, loss.grad = 5.0, 7.0
    trace(loss, optimizer=SGD([w], lr=0.5))
    assert (w.grad, loss.grad, x.has_grad, w.data, loss.data) == (5.0, 7.0, False, 3.0, 6.0)


def test_a_leaf_that_receives_nothing_keeps_what_it_held() -> None:
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    a.grad = b.grad = 4.0
    run = trace(a.maximum(b), accumulate=True)
    held = [(e["node"], e["before"], e["contribution"], e["after"]) for e in run.events if e["kind"] == "accumulate"]
    assert held == [(0, 4.0, 0.0, 4.0), (1, 4.0, 1.0, 5.0)]
