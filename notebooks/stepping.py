"""Exercises of notebook 02: what a dash says, every `+=` of a gradient, counting paths, naming a fault, a step."""

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
    "`y = x`, then three times `y = y + y`. How many paths lead from x to y, and how many products does "
    "`backward()` take?",
    blank="answer = ...          # paths, products",
    code="answer = 8, 6",
    right="Each doubling doubles the paths, 2 · 2 · 2, and adds two edges: 2 + 2 + 2.",
    hints=[
        "One doubling: 2 paths and 2 edges. Two doublings: at each end of the first path begin two more.",
        "Paths multiply, 2 · 2 · 2. Edges add up, and each edge is one product.",
    ],
    slips=[
        Slip(
            "answer = 6, 6",
            "The edges are right. Paths are more: at each doubling every path so far goes on in two ways.",
        ),
        Slip(
            "answer = 8, 8", "The paths are right. Backward does not follow them one by one: it passes each edge once."
        ),
        Slip("answer = 8, 3", "The paths are right. But y + y has two edges, and each passes a product back."),
        Slip("answer = 6, 8", "Turned round: the paths double at each step, the edges only add up."),
    ],
)

q5 = Exercise(
    "stepping.q5",
    "Someone's engine says for a = 3, b = a · a: a.grad is 3. It should be 6. What went wrong?\n\n"
    "(a) `=` stands in place of `+=`  \n(b) an older gradient was not cleared  \n"
    "(c) `backward()` ran twice  \n(d) the order of the nodes is wrong",
    blank='answer = ...          # "a", "b", "c" or "d"',
    code='answer = "a"',
    right="Two edges bring 3 each, and the second has replaced the first.",
    hints=["What does each of the two edges bring?", "Each brings 3. One of them is lost."],
    slips=[
        Slip('answer = "b"', "Then something would be there *on top* of the 6."),
        Slip('answer = "c"', "Then it would be too much: 12."),
        Slip('answer = "d"', "There is one operation only, and so only one order."),
    ],
)

q6 = Exercise(
    "stepping.q6",
    "A weight is 0.5, the gradient of the loss by it is −2, and the learning rate is 0.1. What is the weight after one "
    "step of `SGD`, which makes the loss smaller?",
    blank="answer = ...",
    code="answer = 0.5 - 0.1 * -2",
    right="A little more of this weight makes the loss smaller, so it grows: 0.5 + 0.2.",
    hints=["Against the gradient: the weight minus rate times gradient.", "0.5 − 0.1 · (−2). Two minus signs."],
    slips=[
        Slip("answer = 0.3", "That is a step *along* the gradient: the loss grows. Mind the two minus signs."),
        Slip("answer = 2.5", "The whole gradient was taken. The rate makes a small step of it."),
        Slip("answer = -1.5", "The whole gradient was added: the rate is missing, and the sign is turned round."),
        Slip("answer = 0.2", "That is the step. Where does the weight end?"),
    ],
)
