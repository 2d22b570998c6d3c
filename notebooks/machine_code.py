"""Exercises of notebook 10: running a tape, what may be left out of it, and what it has forgotten."""

from __future__ import annotations

from .exercise import Exercise, Slip

RUN = """def run(lines, inputs):
    slots = list(inputs)
    for op, left, right in lines:
        {step}
    return {result}

answer = run"""
STEP = "slots.append(slots[left] + slots[right] if op == '+' else slots[left] * slots[right])"

q1 = Exercise(
    "machine_code.q1",
    "A small tape is a list of lines such as `('*', 0, 1)`: multiply what is in slot 0 by what is in slot 1. The "
    "inputs take the first slots; each line's result takes the next. Write the function that runs it, for '+' and "
    "'*', and gives back what the last line computed.",
    blank="def run(lines, inputs):\n    return ...\n\nanswer = run",
    code=RUN.format(step=STEP, result="slots[-1]"),
    right="No graph and no Value is left: a list of numbers that grows by one with every line.",
    examples=(
        "answer([('*', 0, 1)], [2.0, -3.0])",
        "answer([('+', 0, 1), ('*', 2, 2)], [2.0, 3.0])",
        "answer([('*', 0, 1), ('+', 2, 0)], [2.0, 3.0])",
    ),
    hints=[
        "Go through the lines: for op, left, right in lines. `left` and `right` are places, not numbers.",
        "slots[left] and slots[right] are the numbers. Append the result to slots, so that later lines can use it.",
    ],
    slips=[
        Slip(
            RUN.format(step="slots.append(left + right if op == '+' else left * right)", result="slots[-1]"),
            "The places were added or multiplied, not what is in them: slots[left], slots[right].",
        ),
        Slip(RUN.format(step=STEP, result="slots"), "All slots came back. Only the last one is asked for."),
        Slip(
            RUN.format(step=STEP.replace(" if op == '+' else slots[left] * slots[right]", ""), result="slots[-1]"),
            "Every line was taken for a sum. Look at its operation.",
        ),
        Slip(
            "def answer(lines, inputs):\n    slots = list(inputs)\n    op, left, right = lines[0]\n"
            "    return slots[left] + slots[right] if op == '+' else slots[left] * slots[right]",
            "It stops after the first line.",
        ),
    ],
)

q2 = Exercise(
    "machine_code.q2",
    "With two inputs a and b, `y = (a + b) * (a + b)` is written down just so. How many lines has the tape of y "
    "(the two inputs included), and how many are left once equal lines are shared?",
    blank="answer = ...          # before, after",
    code="answer = 5, 4",
    right="a, b, a sum, the same sum again, the product: 5. The two sums are equal lines, and one is enough.",
    hints=[
        "Each line is one node: inputs, and operations as often as they were written.",
        "Before: two inputs, two sums, one product. What can be shared?",
    ],
    slips=[
        Slip("answer = 3, 2", "The inputs are lines, too."),
        Slip("answer = 7, 4", "a and b are one node each, however often they are used."),
        Slip(
            "answer = 4, 4",
            "In Python a + b was computed twice, so there are two nodes: the graph shares nothing by itself.",
        ),
        Slip("answer = 5, 3", "What is left: a, b, one sum, the product."),
    ],
)

q3 = Exercise(
    "machine_code.q3",
    "x may be any float: −0.0, infinity and nan too. Which of these can be replaced, and the result stays the same to "
    "the last bit?\n\n(a) x / 1 by x  \n(b) 0 − x by −x  \n(c) x * 0 by 0  \n(d) x / x by 1",
    blank='answer = ...          # "a", "b", "c" or "d"',
    code='answer = "a"',
    right="Dividing by 1 changes no float at all. Each of the others has an x for which it is wrong.",
    hints=[
        "Try each for x = 0.0, x = −0.0 and x = infinity.",
        "0 · infinity is nan, 0 / 0 is nan, and 0 − 0 is 0.0. Which is left?",
    ],
    slips=[
        Slip('answer = "b"', "For x = 0.0 the first is 0.0, and −x is −0.0."),
        Slip('answer = "c"', "0 times infinity is nan, and −3 times 0 is −0.0."),
        Slip('answer = "d"', "0 / 0 is nan, and so is infinity by itself."),
    ],
)

q4 = Exercise(
    "machine_code.q4",
    "`v = Value(-1.0)`, then `y = 2 * v if v > 0 else v * v`. y is compiled with v as its input, and run for v = 5. "
    "What comes out?",
    blank="answer = ...",
    code="answer = 25.0",
    right="When the graph was built v was −1, so it holds v · v and nothing else: the if is gone.",
    hints=["Which branch was taken when the graph was built?", "The graph holds v * v. What is that for 5?"],
    slips=[
        Slip("answer = 10.0", "So it would be if the `if` were in the graph. It was decided when v was −1."),
        Slip("answer = 1.0", "The branch is the one of v = −1, but the number is the new one: 5."),
        Slip("answer = -2.0", "The graph is run for 5, and by the other branch."),
    ],
)
