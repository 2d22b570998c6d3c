"""Exercises of notebook 03: the weighted sum, the line of a neuron, the perceptron's rule, and what no line can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .exercise import Exercise, Slip
from .thresholds import Point, judged

q1 = Exercise(
    "neurons.q1",
    "A neuron has the weights 0.5, 2 and −4 and the bias 1. What is its weighted sum for the inputs 2, −1 and 0.5?",
    blank="answer = ...",
    code="answer = 0.5 * 2 + 2 * -1 + -4 * 0.5 + 1",
    right="1 − 2 − 2 + 1: each input times its own weight, and the bias once.",
    hints=[
        "Three products, one for each input. Mind the signs.",
        "The products are 1, −2 and −2. Something is still to be added.",
    ],
    slips=[
        Slip("answer = -3.0", "That is the sum of the products. The bias is still missing: it is added once."),
        Slip("answer = 0.0", "The bias was added three times. It belongs to the neuron, not to an input: once is all."),
        Slip("answer = 2.0", "A minus was lost: 2 · (−1) is −2, and so is (−4) · 0.5."),
        Slip("answer = 6.0", "All products came out positive. A minus in one factor makes the product negative."),
        Slip("answer = 1.0", "Those are the weights and inputs added up. Each weight is *multiplied* by its input."),
    ],
)

q2 = Exercise(
    "neurons.q2",
    "A neuron with the weights 2 and 4 and the bias −2 has a line on which its weighted sum is 0. "
    "At which x2 does this line cross the axis x1 = 0?",
    blank="answer = ...",
    code="answer = 0.5",
    right="There 2 · 0 + 4 · x2 − 2 = 0, so x2 = 2 / 4.",
    hints=[
        "On the axis x1 is 0, and on the line the sum is 0. Write the sum down.",
        "2 · 0 + 4 · x2 − 2 = 0. Now solve it for x2.",
    ],
    slips=[
        Slip("answer = -0.5", "The sign of the bias must turn round: 4 · x2 must make up for −2."),
        Slip("answer = 1.0", "That is where it crosses the other axis, x2 = 0."),
        Slip("answer = 2.0", "That is what 4 · x2 must be. Divide by the weight."),
        Slip("answer = -2.0", "That is the bias: the sum at the origin, not a place on the line."),
    ],
)

CALLED_OR = (
    "It fires as soon as one of the two is 1: that is OR. One weight alone must not be enough, and both together must."
)
TURNED = "It says the opposite at every point. Turn the signs of the weights and of the bias round."
NEVER = "It never fires: even both weights together do not make up for the bias. Raise the weights or the bias."
ALWAYS = "It fires everywhere, even at (0, 0), where the sum is the bias alone. So the bias must be below 0."
POINTS: Mapping[Point, Sequence[float]] = {
    (0, 0): (0.0, 0.0),
    (0, 1): (0.0, 1.0),
    (1, 0): (1.0, 0.0),
    (1, 1): (1.0, 1.0),
}
PATTERNS: Mapping[Point, str] = {
    (0, 1, 1, 1): CALLED_OR,
    (1, 1, 1, 0): TURNED,
    (0, 0, 0, 0): NEVER,
    (1, 1, 1, 1): ALWAYS,
}

q3 = Exercise(
    "neurons.q3",
    "AND is 1 if both inputs are 1, and 0 otherwise. Choose w1, w2 and b by hand, so that a neuron with a threshold "
    "computes it: it fires where w1 · x1 + w2 · x2 + b is 0 or more. There are many right answers.",
    blank="answer = ...          # w1, w2, b",
    code="answer = 1.0, 1.0, -1.5",
    right="With both weights 1 the products add up to 0, 1, 1 and 2; the bias puts the threshold between 1 and 2.",
    hints=[
        "Begin with w1 = w2 = 1. What do the products add up to at the four points?",
        "They add up to 0, 1, 1 and 2. It must fire at 2 and not yet at 1: where does the bias put the threshold?",
    ],
    slips=[
        Slip("answer = 1.0, 1.0, -0.5", CALLED_OR),
        Slip("answer = -1.0, -1.0, 1.5", TURNED),
        Slip("answer = 1.0, 1.0, -2.5", NEVER),
        Slip("answer = 1.0, 1.0, 1.5", ALWAYS),
    ],
    judge=judged(POINTS, (0, 0, 0, 1), PATTERNS, "`q3.hint()` helps."),
)

FIRES = """\
def fires(w1, w2, b, x1, x2):
    return 1 if w1 * x1 + w2 * x2 + b >= 0 else 0
"""
RULE = """\
def corrected(w1, w2, b, x1, x2, target, rate):
    error = target - fires(w1, w2, b, x1, x2)
    return {}

answer = corrected"""

q4 = Exercise(
    "neurons.q4",
    "Write the perceptron's rule for one sample: give back the three new numbers, `w1, w2, b`. "
    "`fires` of the notebook gives the neuron's answer. Each weight moves by rate · error · its input, the bias by "
    "rate · error.",
    blank="def corrected(w1, w2, b, x1, x2, target, rate):\n    return ...\n\nanswer = corrected",
    code=RULE.format("w1 + rate * error * x1, w2 + rate * error * x2, b + rate * error"),
    right="Where the answer was right the error is 0, and nothing moves.",
    examples=(
        "answer(0, 0, -1, 0, 1, 1, 1)",
        "answer(0, 0, 0, 1, 1, 0, 1)",
        "answer(-0.2, 0.8, -0.4, 1, 0, 1, 0.5)",
        "answer(1, 1, -0.5, 1, 1, 1, 1)",
        "answer(0.5, -1, 0.25, 0.5, 0.25, 0, 0.5)",
    ),
    given=FIRES,
    hints=[
        "First the error: `error = target - fires(w1, w2, b, x1, x2)`. It is 1, 0 or −1.",
        "The new w1 is the old one plus what it moves by. Likewise w2 and b.",
        "w1 moves by rate * error * x1. For the bias think of an input that is always 1.",
    ],
    slips=[
        Slip(
            RULE.format("w1 - rate * error * x1, w2 - rate * error * x2, b - rate * error"),
            "The sign: where it should fire and does not, the error is +1 and the sum must *rise*. Yours falls.",
        ),
        Slip(
            RULE.format("w1 + rate * error, w2 + rate * error, b + rate * error"),
            "The input is missing: a weight whose input was 0 had no part in the answer, and should not move.",
        ),
        Slip(
            RULE.format("w1 + rate * error * x1, w2 + rate * error * x2, b"),
            "The bias does not move. Without it the line could never leave the origin.",
        ),
        Slip(
            RULE.format("w1 + error * x1, w2 + error * x2, b + error"),
            "The rate is missing: every correction is one whole step, whatever the rate.",
        ),
        Slip(
            RULE.format("w1 + rate * target * x1, w2 + rate * target * x2, b + rate * target"),
            "It moves by the target, and not by the error: so it moves where it was right, and rests where it fired "
            "and should not.",
        ),
        Slip(
            RULE.format("rate * error * x1, rate * error * x2, rate * error"),
            "That is how far they move. The new weight is the old one *plus* that: otherwise all is forgotten.",
        ),
    ],
)

q5 = Exercise(
    "neurons.q5",
    "A perceptron learns OR and AND, but on exclusive or it never comes to rest. Why?  \n"
    "**a** The weights it started from were unlucky.  \n"
    "**b** The steps were too large: with a small rate it would get there.  \n"
    "**c** It takes more rounds than it was given.  \n"
    "**d** No straight line has (0, 1) and (1, 0) on one side, and (0, 0) and (1, 1) on the other.",
    blank='answer = "..."          # "a", "b", "c" or "d"',
    code='answer = "d"',
    right="A neuron's answer changes along one straight line. What one line cannot part, one neuron cannot learn.",
    hints=["What would have to be true of the four points for any weights at all to be right?"],
    slips=[
        Slip('answer = "a"', "We tried weights from all over: none of them was right at all four points."),
        Slip('answer = "b"', "The rate says how far it moves. It cannot make a right place where there is none."),
        Slip('answer = "c"', "It came back to weights that it had had before. From there on all repeats, for ever."),
    ],
)
