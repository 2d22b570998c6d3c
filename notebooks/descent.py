"""Exercises of notebook 08: the update, the rate, clearing, momentum, and an engine of one's own that trains."""

from __future__ import annotations

from .backpropagation import ANY, NODE
from .exercise import Exercise, Slip
from .own_engine import judged

q1 = Exercise(
    "descent.q1",
    "A weight is 3, its gradient ∂Loss/∂w is −2, and the rate is 0.1. What is the weight after one update?",
    blank="answer = ...",
    code="answer = 3 - 0.1 * -2",
    right="A negative gradient: more of this weight, less loss. So it goes up, by 0.2.",
    hints=["w_new = w_old − rate · gradient.", "Rate times gradient is −0.2. It is taken away."],
    slips=[
        Slip("answer = 2.8", "That is gradient *ascent*: it goes up the loss. The gradient is taken away, not added."),
        Slip("answer = 5.0", "The rate is left out: only a tenth of the gradient is gone."),
        Slip("answer = 1.0", "The rate is left out, and the sign is turned round as well."),
        Slip("answer = 0.2", "That is the step alone. Where does the weight stand after it?"),
        Slip("answer = 3.6", "The weight itself is no factor in the update: the step is rate · gradient, and no more."),
    ],
)

LOOP = "def descend(slope, w, rate, steps):\n    for _ in range(steps):\n        {}\n    return w"

q2 = Exercise(
    "descent.q2",
    "Write the loop: `slope(w)` gives ∂Loss/∂w at w. Take `steps` steps down from `w`, each with the given `rate`, and "
    "return the weight at which you arrive.",
    blank="def descend(slope, w, rate, steps):\n    return ...\n\nanswer = descend",
    code=LOOP.format("w = w - rate * slope(w)") + "\n\nanswer = descend",
    right="Look at the slope where you stand, take a step, look again.",
    examples=(
        "answer(lambda w: 2 * w, 1.0, 0.25, 1)",
        "answer(lambda w: 2 * w, 1.0, 0.25, 2)",
        "answer(lambda w: 2 * (w - 3), -1.0, 0.1, 3)",
    ),
    hints=[
        "A loop with `for _ in range(steps):` and one line in it.",
        "The slope is another one at each place: ask slope(w) anew in each step.",
    ],
    slips=[
        Slip(
            LOOP.format("w = w + rate * slope(w)") + "\nanswer = descend",
            "It climbs: that is gradient *ascent*. Down is against the gradient, so it is taken away.",
        ),
        Slip(
            "def answer(slope, w, rate, steps):\n    first = slope(w)\n    for _ in range(steps):\n"
            "        w = w - rate * first\n    return w",
            "The slope of the first place is used in every step. After a step it is another one: ask again.",
        ),
        Slip(
            "def answer(slope, w, rate, steps):\n    return w - rate * slope(w)",
            "That is one step. The loop is missing.",
        ),
        Slip(
            LOOP.format("w = w - slope(w)") + "\nanswer = descend",
            "The rate is left out: it says how much of the gradient becomes a step.",
        ),
        Slip(
            "def answer(slope, w, rate, steps):\n    total = 0.0\n    for _ in range(steps):\n"
            "        total = total + slope(w)\n        w = w - rate * total\n    return w",
            "The slopes of earlier steps are still in it: each step wants the slope of its own place alone.",
        ),
    ],
)

q3 = Exercise(
    "descent.q3",
    "With a rate of 0.5 the loss goes 3.0, 4.1, 7.8, 19, 52. What helps?\n\n"
    "- a: More steps, until it comes down again.\n"
    "- b: A smaller rate.\n"
    "- c: A larger rate, to get over the hill.\n"
    "- d: Adding the gradient in place of taking it away.",
    blank='answer = "..."',
    code='answer = "b"',
    right="Each step leaps over the valley and lands higher than it began. A smaller step stays in it.",
    hints=["Imagine the valley from the side. Where does each step land?"],
    slips=[
        Slip('answer = "a"', "Every step makes it worse, and the higher it stands the longer the next step is."),
        Slip(
            'answer = "c"',
            "There is no hill: it leaps from one side of the valley to the other. A longer leap lands higher.",
        ),
        Slip('answer = "d"', "That would go up on purpose. The direction is right here, only the steps are too long."),
    ],
)

TRAIN = "def train(w, loss, rate, steps):\n    for _ in range(steps):\n{}\n    return w.data"
STEP = ["w.zero_grad()", "loss().backward()", "w.data = w.data - rate * w.grad"]


def _loop(*lines: str) -> str:
    return TRAIN.format("\n".join(f"        {line}" for line in lines)) + "\n\nanswer = train"


q4 = Exercise(
    "descent.q4",
    "The same with the engine: `w` is a Value, and `loss()` computes the loss anew, as a Value, from what `w` holds "
    "now. Take `steps` steps, and return `w.data`.",
    blank="def train(w, loss, rate, steps):\n    return ...\n\nanswer = train",
    code=_loop(*STEP),
    right="Clear, backward, update. All training is these three lines, over and over.",
    examples=(
        "answer(w, lambda: (w - 3) ** 2, 0.25, 1)",
        "answer(w, lambda: (w - 3) ** 2, 0.25, 2)",
        "answer(w, lambda: (w - 3) ** 2, 0.1, 4)",
    ),
    given='from chalkgrad.engine import Value\nw = Value(1.0, label="w")',
    hints=[
        "Three things in each step: clear the gradient, compute it anew, change the number.",
        "w.zero_grad(), then loss().backward(), then w.data = w.data - rate * w.grad.",
    ],
    slips=[
        Slip(_loop(*STEP[1:]), "The gradient was not cleared: that of the step before is still in it."),
        Slip(_loop(STEP[1], STEP[0], STEP[2]), "Cleared too late: after zero_grad() there is nothing left to step by."),
        Slip(_loop(*STEP[:2], "w.data = w.data + rate * w.grad"), "It climbs: against the gradient is down."),
        Slip(_loop(*STEP[:2], "w.data = w.data - w.grad"), "The rate is left out of the step."),
        Slip(
            _loop(*STEP[:2], "w.data = -rate * w.grad"), "The old weight is lost: the step is taken *from where w is*."
        ),
    ],
)

q5 = Exercise(
    "descent.q5",
    "Momentum: velocity = 0.5 · velocity + gradient, then w = w − rate · velocity. Let w = 1, velocity = 0, rate = "
    "0.1, and let the gradient be 2 in both of two steps. What is w after them?",
    blank="answer = ...",
    code="answer = 1 - 0.1 * 2 - 0.1 * (0.5 * 2 + 2)",
    right="The velocity is 2, then 3. Where the gradient keeps its direction, the steps grow.",
    hints=["After the first step the velocity is 2 and w is 0.8.", "In the second the velocity is 0.5 · 2 + 2."],
    slips=[
        Slip("answer = 0.6", "That is without momentum: half of the old velocity comes along."),
        Slip("answer = 0.8", "That is after one step. There is a second one."),
        Slip("answer = 0.4", "The whole old velocity came along, and it should be half of it."),
        Slip("answer = 1.5", "It went up. The velocity is taken away, as the gradient was."),
        Slip("answer = 0.7", "The second velocity is old and new together: half of 2, and the gradient of 2 with it."),
    ],
)

GROWN = NODE.replace("\n\nanswer = MyValue", "\n\n    def zero_grad(self):\n        {zero}\nanswer = MyValue")
TRAINS = {**ANY, "zero": "self.grad = 0.0"}
EMPTY = dict.fromkeys(TRAINS, "...")
KEPT = TRAINS["backward"].replace("order, seen = [], set()", "order, seen = MyValue.order, MyValue.seen")

q6 = Exercise(
    "descent.q6",
    "The last part of your engine: `zero_grad()` sets the gradient of this one node back to 0. Then the judge trains "
    "with your class: three steps, each with a graph of its own.",
    blank=GROWN.format(**EMPTY),
    code=GROWN.format(**TRAINS),
    right="It computes, it walks back, it learns. That is an engine, and it is yours.",
    judge=judged("training"),
    hints=[
        "Take your class from notebook 7, and add one method of one line.",
        "self.grad = 0.0. If it goes wrong from step to step: is anything kept on the class that a node should keep?",
    ],
    slips=[
        Slip(GROWN.format(**{**TRAINS, "zero": "self.grad"}), "zero_grad() leaves the gradient as it was"),
        Slip(GROWN.format(**{**TRAINS, "zero": "self.grad = None"}), "it must start as 0.0, for it is added to"),
        Slip(
            GROWN.format(**{**TRAINS, "backward": KEPT}) + "MyValue.order, MyValue.seen = [], set()",
            "Something is left of the pass before",
        ),
    ],
)
