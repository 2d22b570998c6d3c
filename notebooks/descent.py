"""Exercises of notebook 08: the update, the rate, clearing, momentum, and an engine of one's own that trains."""

from __future__ import annotations

from .backpropagation import ADD, INIT, MUL, WALK
from .exercise import Exercise, Slip
from .own_engine import judged

q1 = Exercise(
    "descent.q1",
    "A weight is 3, and ∂loss/∂w is −2. The rate is 0.1. What is the weight after one step of gradient descent?",
    blank="answer = ...",
    code="answer = 3 - 0.1 * -2",
    right="The gradient is negative, so more of the weight makes the loss smaller, and the weight grows.",
    hints=["w_new = w_old − rate · gradient.", "Minus times minus is plus: 3 − 0.1 · (−2)."],
    slips=[
        Slip("answer = 2.8", "That is a step uphill. The gradient is −2, and it is taken *away*: minus times minus."),
        Slip("answer = 5.0", "The rate is missing: you have taken away the whole gradient."),
        Slip("answer = 0.2", "That is how far the weight moves. Where is it then?"),
        Slip("answer = 2.9", "You have taken away the rate alone. How far it moves depends on the gradient too."),
    ],
)

UPDATE = "def update(weights, gradients, rate):\n    return {}\n\nanswer = update"
PAIRS = "for w, g in zip(weights, gradients)]"

q2 = Exercise(
    "descent.q2",
    "Write the step for many weights at once: `weights` and `gradients` are lists of numbers, one gradient for each "
    "weight. Return the list of the new weights.",
    blank=UPDATE.format("..."),
    code=UPDATE.format(f"[w - rate * g {PAIRS}"),
    right="Each weight goes by its own gradient. This line is all that an optimizer must do.",
    examples=(
        "answer([1.0], [2.0], 0.5)",
        "answer([1.0], [2.0], 0.25)",
        "answer([1.0, -2.0, 0.5], [0.5, -4.0, 0.0], 0.1)",
    ),
    hints=["Go over both lists at once: `for w, g in zip(weights, gradients)`.", "For one weight: w − rate · g."],
    slips=[
        Slip(UPDATE.format(f"[w + rate * g {PAIRS}"), "That goes uphill: gradient *ascent*. The loss grows."),
        Slip(UPDATE.format(f"[w - g {PAIRS}"), "The rate is missing: the step has the size of the gradient itself."),
        Slip(UPDATE.format(f"[-rate * g {PAIRS}"), "That is how far each one moves. Where are they then?"),
        Slip(
            UPDATE.format("[w - rate * gradients[0] for w in weights]"),
            "All go by the gradient of the first. Each weight has its own.",
        ),
        Slip(
            UPDATE.format(f"[w * (1 - rate * g) {PAIRS}"),
            "The step was multiplied by the weight. It is rate · gradient.",
        ),
    ],
)

q3 = Exercise(
    "descent.q3",
    "The loss is w². At which rate does gradient descent hop for ever from w to −w and back, and gain nothing?",
    blank="answer = ...",
    code="answer = 1.0",
    right="w − 1 · 2w = −w. Below 1 it comes nearer with each step, above 1 it flies off.",
    hints=[
        "The gradient of w² is 2w. Write down the update.",
        "w − rate · 2w = −w. Which rate makes this true?",
    ],
    slips=[
        Slip("answer = 0.5", "At 0.5 it is w − w = 0: it arrives with a single step. That is the best rate here."),
        Slip("answer = 2.0", "The gradient of w² is 2w, not w. With 2.0 it goes to −3w, and farther with each step."),
        Slip("answer = 0.0", "At 0 it does not move at all. It is to arrive at −w."),
    ],
)

q4 = Exercise(
    "descent.q4",
    "The loss is w², w begins at 4 and the rate is 0.25. Take two steps, but *forget to clear* the gradient between "
    "them. Where is w?",
    blank="answer = ...",
    code="answer = -1.0",
    right="4 − 0.25 · 8 = 2. Then the gradient is 4, but 8 is still there: 2 − 0.25 · 12 = −1. It has shot past 0.",
    hints=[
        "First step: the gradient is 2 · 4 = 8. Where is w then?",
        "At w = 2 the second pass brings 4. It is *added* to what `.grad` has.",
    ],
    slips=[
        Slip("answer = 1.0", "That is with clearing. Here the 8 of the first pass is still in the gradient."),
        Slip("answer = 0.0", "The second gradient was not cleared, yet it is not simply the old one: 8 + 4 is 12."),
        Slip("answer = 11.0", "Those are two steps uphill: the rate times the gradient is taken *away*."),
        Slip("answer = 2.0", "That is after one step."),
    ],
)

ROLL = """\
def roll(w, gradients, rate, momentum):
    velocity = 0.0
    for g in gradients:
        {}
    return {}

answer = roll"""

q5 = Exercise(
    "descent.q5",
    "Momentum: in each step the velocity becomes momentum · velocity + gradient, and the weight moves by "
    "rate · velocity, downhill. `gradients` are those of the steps, one after the other. Return where the "
    "weight is after the last.",
    blank="def roll(w, gradients, rate, momentum):\n    return ...\n\nanswer = roll",
    code=ROLL.format("velocity = momentum * velocity + g\n        w = w - rate * velocity", "w"),
    right="With momentum 0 it is the plain step.",
    examples=(
        "answer(1.0, [2.0], 0.1, 0.0)",
        "answer(1.0, [2.0, 2.0], 0.1, 0.5)",
        "answer(0.0, [1.0, -1.0, 0.5], 0.5, 0.9)",
    ),
    hints=["Two lines in the loop: first the velocity, then the weight.", "w = w − rate · velocity."],
    slips=[
        Slip(
            ROLL.format("velocity = momentum * velocity + g\n        w = w - rate * g", "w"),
            "The velocity is kept and not used: the weight still moves by the gradient alone.",
        ),
        Slip(
            ROLL.format("velocity = momentum * velocity + g\n        w = w + rate * velocity", "w"),
            "It rolls uphill: the sign of the step.",
        ),
        Slip(
            ROLL.format("w = w - rate * velocity\n        velocity = momentum * velocity + g", "w"),
            "The weight moves before the velocity knows of the gradient: it is one step late.",
        ),
        Slip(
            ROLL.format("velocity = velocity + g\n        w = w - rate * velocity", "w"),
            "Nothing of the velocity is lost: without the factor it rolls on for ever.",
        ),
        Slip(
            ROLL.format("velocity = momentum * g\n        w = w - rate * velocity", "w"),
            "It remembers nothing: momentum times the *velocity*, and the gradient is added whole.",
        ),
    ],
)

NODE = """\
class MyValue:
    def __init__(self, data, parents=(), slopes=()):
        {init}
    def __add__(self, other):
        {add}
    def __mul__(self, other):
        {mul}
    def backward(self):
        {backward}
    def zero_grad(self):
        {zero}

answer = MyValue"""
PARTS = {"init": INIT, "add": ADD, "mul": MUL, "backward": WALK, "zero": "self.grad = 0.0"}
KEPT = NODE.replace("backward(self)", "backward(self, order=[], seen=set())")  # made once, and shared by all calls

q6 = Exercise(
    "descent.q6",
    "The last part of your own engine: take over the class of notebook 7 and give it `zero_grad()`, which clears the "
    "gradient of one object. The judge then trains with it: three steps, w = w − rate · gradient.",
    blank=NODE.format(**dict.fromkeys(PARTS, "...")),
    code=NODE.format(**PARTS),
    right="Numbers, their parents, slopes, a walk back, and a clean start. You have written an engine that learns.",
    judge=judged("training"),
    hints=[
        "Only `zero_grad` is new. What was a gradient before anything arrived?",
        "self.grad = 0.0, and nothing else. The data stays, for it is what was learned.",
    ],
    slips=[
        Slip(NODE.format(**{**PARTS, "zero": "grad = 0.0"}), "zero_grad() leaves the gradient as it was"),
        Slip(
            KEPT.format(**{**PARTS, "backward": WALK.removeprefix("order, seen = [], set()\n\n        ")}),
            "Something is left of the pass before: gradients, or a list of nodes, that are kept elsewhere",
        ),
        Slip(
            NODE.format(**{**PARTS, "backward": WALK.replace("+=", "=")}),
            "= stands where += should: where paths meet, gradients add up",
        ),
    ],
)
