"""Exercises of notebook 01: values, local derivatives, the chain rule, and where paths meet."""

from __future__ import annotations

from .exercise import Exercise, Slip

q1 = Exercise(
    "values.q1",
    "Let f = a · b + d with a = 2, b = −3, d = 10. By how much does f change for every 1 that `b` changes?",
    blank="answer = ...",
    code="answer = 2.0",
    right="b is multiplied by a, and a is 2.",
    hints=[
        "Which operation does b go into? Its local derivative for b is all you need.",
        "It is the value of the sibling.",
    ],
    slips=[
        Slip(
            "answer = -3.0",
            "That is the value of b itself. The local derivative of a product is the value of the *other* factor.",
        ),
        Slip("answer = 1.0", "That is the local derivative of the sum. Before it there is a product."),
        Slip("answer = 4.0", "That is f itself, not how fast it changes."),
    ],
)

q2 = Exercise(
    "values.q2",
    "Write a function that finds a derivative by wiggling: how much `f` changes at `x` for every 1 that x changes, "
    "with a step of `h`. Use the step on both sides of x: it is far more exact than on one.",
    blank="def wiggle(f, x, h=1e-5):\n    return ...\n\nanswer = wiggle",
    code="def wiggle(f, x, h=1e-5):\n    return (f(x + h) - f(x - h)) / (2 * h)\n\nanswer = wiggle",
    right="Between x − h and x + h there are two steps, so the difference is divided by 2h.",
    examples=("answer(lambda x: 3 * x, 1.0)", "answer(lambda x: x * x, 2.0)", "answer(lambda x: x ** 3, 1.0, 0.1)"),
    decimals=6,
    hints=["f(x + h) and f(x − h) are what you need.", "How far is it from x − h to x + h?"],
    slips=[
        Slip(
            "def answer(f, x, h=1e-5):\n    return (f(x + h) - f(x - h)) / h",
            "From x − h to x + h it is 2h, not h: everything comes out twice as large.",
        ),
        Slip(
            "def answer(f, x, h=1e-5):\n    return (f(x + h) - f(x)) / h",
            "That is the step on one side. Go as far to the left as to the right.",
        ),
        Slip(
            "def answer(f, x, h=1e-5):\n    return f(x + h) - f(x - h)",
            "That is the change itself. By how much for every 1? Divide by the width of the step.",
        ),
        Slip(
            "def answer(f, x, h=1e-5):\n    return (f(x - h) - f(x + h)) / (2 * h)",
            "The sign is turned round: what is on the right comes first.",
        ),
    ],
)
