"""Exercises of notebook 02: what a picture says, every `+=` of a gradient, and what stays from one pass to the next."""

from __future__ import annotations

from .exercise import Exercise, Slip

q1 = Exercise(
    "stepping.q1",
    "In the middle of a backward pass, the card of `x` shows a dash for its gradient. What does it say?\n\n"
    "(a) The result does not change with x.  \n"
    "(b) Nothing has arrived at x yet.  \n"
    "(c) The gradient is so small that it is rounded away.  \n"
    "(d) x is a leaf, and leaves have no gradient.",
    blank='answer = ...          # "a", "b", "c" or "d"',
    code='answer = "b"',
    right="A dash is *not yet*. A 0 would be an answer: that the result does not change with x.",
    hints=["What stands on the card of w2 in the player, before and after its step?"],
    slips=[
        Slip(
            'answer = "a"',
            "That would be the number 0: an answer, found by the pass. A dash says that it has not come so far.",
        ),
        Slip('answer = "c"', "A small gradient is written small, such as 4.7e−18. A dash is no number at all."),
        Slip('answer = "d"', "Leaves are where gradients end up: x1, w1 and b have one at the end of the pass."),
    ],
)

q2 = Exercise(
    "stepping.q2",
    "Let a = 4, c = −1, d = a · c and e = d · (a + 1). What is ∂e/∂a at the end of the pass?",
    blank="answer = ...",
    code="answer = -1.0 * 5.0 + -4.0",
    right="Through d: (a + 1) · c = −5. Through a + 1: d · 1 = −4. They add up to −9.",
    hints=[
        "There are two ways from a to e: one through d, the other through a + 1.",
        "Through d the local derivatives are a + 1 = 5 and c = −1. What does the other way bring?",
    ],
    slips=[
        Slip("answer = -5.0", "That is the way through d alone. The other one, through a + 1, brings d · 1."),
        Slip(
            "answer = -4.0",
            "That is the way through a + 1 alone: as if it had *replaced* the other. They add: +=, not =.",
        ),
        Slip(
            "answer = 20.0",
            "Those are the two ways multiplied. Along a way derivatives multiply; where ways meet they add.",
        ),
        Slip("answer = 9.0", "The size is right and the sign is not: c is below 0, and so is d."),
        Slip("answer = -20.0", "That is e itself, not how fast it changes."),
    ],
)

q3 = Exercise(
    "stepping.q3",
    "One row of a ledger as a function: `before` is what the node holds (None where a dash stands), then come the "
    "upstream gradient and the local derivative. Return what it holds after.",
    blank="def receive(before, upstream, local):\n    return ...\n\nanswer = receive",
    code=(
        "def receive(before, upstream, local):\n    share = upstream * local\n"
        "    return share if before is None else before + share\n\nanswer = receive"
    ),
    right="The first share takes the place of the dash; each later one is added.",
    examples=(
        "answer(None, 1.0, 2.0)", "answer(None, 3.0, 2.0)", "answer(0.0, 3.0, 2.0)", "answer(1.0, 3.0, 2.0)",
        "answer(-2.0, 0.5, 4.0)",
    ),
    hints=["What the edge brings is upstream times local.", "If `before is None` the share stands alone."],
    slips=[
        Slip(
            "def answer(before, upstream, local):\n    return upstream * local",
            "`=` in place of `+=`: what it held is lost.",
        ),
        Slip(
            "def answer(before, upstream, local):\n    return local if before is None else before + local",
            "Upstream is forgotten: what comes in is multiplied by the local derivative.",
        ),
        Slip(
            "def answer(before, upstream, local):\n    return before + upstream * local",
            "None is no number to add to. In place of a dash the share stands alone.",
        ),
        Slip(
            "def answer(before, upstream, local):\n    return (before or 0.0) + upstream + local",
            "Along an edge the two are multiplied, not added.",
        ),
    ],
)  # fmt: skip

q4 = Exercise(
    "stepping.q4",
    "A single pass brings −1.5 to the leaf `w`. Its gradient was cleared; `backward()` ran three times, and nothing "
    "was cleared between. What is w.grad?",
    blank="answer = ...",
    code="answer = 3 * -1.5",
    right="A leaf adds each pass to what it holds. `zero_grad()` before each pass would leave −1.5.",
    hints=["Does a pass replace what a leaf holds, or add to it?", "−1.5 after the first, −3 after the second."],
    slips=[
        Slip(
            "answer = -1.5",
            "That would be so if each pass began from nothing. A leaf keeps what it holds, until it is cleared.",
        ),
        Slip("answer = -3.0", "Those are two passes. There were three."),
        Slip("answer = (-1.5) ** 3", "Passes are added, not multiplied."),
        Slip("answer = 4.5", "The sign does not turn: −1.5 is added three times."),
    ],
)
