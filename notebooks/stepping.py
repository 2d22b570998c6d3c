"""Exercises of notebook 02: reading a trace, counting paths, telling a fault by its number, a step of learning."""

from __future__ import annotations

from .exercise import Exercise, Slip

q1 = Exercise(
    "stepping.q1",
    "Let f = (a + b) · c with a = 1, b = 2, c = 4. How many lines will stand under *backward* in its trace?",
    blank="answer = ...",
    code="answer = 5",
    right="One to begin with, ∂f/∂f = 1, and then one for each edge of the graph: two into f, two into a + b.",
    hints=["Draw the graph. Every edge passes a gradient back once.", "There are four edges. And how does it begin?"],
    slips=[
        Slip("answer = 4", "Each edge has its line, and that makes four. But how does it begin?"),
        Slip("answer = 3", "Those are the leaves. The sum a + b gets a gradient, too."),
        Slip("answer = 2", "Those are the lines under *forward*. Backward has one for each edge."),
    ],
)

q2 = Exercise(
    "stepping.q2",
    "The same f = (a + b) · c with a = 1, b = 2, c = 4. The line of ∂f/∂a is a product of two numbers: what arrives "
    "at the sum a + b, and the local slope of the sum. Which two?",
    blank="answer = ...          # what arrives, local slope",
    code="answer = 4, 1",
    right="At the sum arrives the value of its sibling, c = 4; and a sum grows as fast as each of its operands.",
    hints=[
        "First ∂f/∂(a + b): a product. What is the other factor?",
        "And ∂(a + b)/∂a: what does a little more a do to a + b?",
    ],
    slips=[
        Slip("answer = 1, 4", "The right two numbers, turned round: first what arrives, then the local slope."),
        Slip("answer = 3, 1", "3 is the value of the sum itself. What arrives at it is the value of the other factor."),
        Slip("answer = 1, 1", "The product was forgotten: before f there is a multiplication by c."),
        Slip("answer = 4, 2", "The local slope of a sum does not depend on b: it is the same for any operand."),
    ],
)

q3 = Exercise(
    "stepping.q3",
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

q4 = Exercise(
    "stepping.q4",
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

q5 = Exercise(
    "stepping.q5",
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
