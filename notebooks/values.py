"""Exercises of notebook 01: values, local derivatives, the chain rule, where paths meet, and a first `MyValue`."""

from __future__ import annotations

from .exercise import Exercise, Slip
from .own_engine import judged

q1 = Exercise(
    "values.q1",
    "Let f = a · b + d with a = 2, b = −3, d = 10. By how much does f change for every 1 that `b` changes?",
    blank="answer = ...",
    code="answer = 2.0",
    right="b is multiplied by a, and a is 2.",
    hints=[
        "Let b grow by 1, to −2, and compute f again. What has it become?",
        "f was 4 and is 2 · (−2) + 10 = 6 now.",
    ],
    slips=[
        Slip(
            "answer = -3.0",
            "That is the value of b, and how fast f changes with a. What is b multiplied by? By the *other* factor.",
        ),
        Slip("answer = 1.0", "So it would be for d, which is only added. b is multiplied first."),
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

q3 = Exercise(
    "values.q3",
    "Let f = a · a + 3 · a with a = 4. Find ∂f/∂a by hand: how many ways lead from a to f, and what does each bring?",
    blank="answer = ...",
    code="answer = 4.0 + 4.0 + 3.0",
    right="Three ways: a is the left factor, the right factor, and what is multiplied by 3. They bring 4, 4 and 3.",
    hints=[
        "a · a uses a twice. Each use is a way of its own, with a local derivative of its own.",
        "The two ways through a · a bring 4 each. Then there is 3 · a. Where paths meet they add.",
    ],
    slips=[
        Slip("answer = 7.0", "One way was forgotten: a · a uses a twice, and both uses count."),
        Slip(
            "answer = 3.0",
            "Only the last way is left, as if each one *replaced* what was there. They add: += and not =.",
        ),
        Slip("answer = 8.0", "That is a · a alone. A third way leads through 3 · a."),
        Slip(
            "answer = 48.0",
            "Those are the ways multiplied. Along a path derivatives multiply; where paths meet they add.",
        ),
        Slip("answer = 28.0", "That is f itself, not how fast it changes."),
    ],
)

q4 = Exercise(
    "values.q4",
    "Here x = 1; a = x · 2; e = a · 3; f = a · 5; g = e + f. `backward()` begins at g. Which order is right?\n\n"
    "(a) g, e, a, x, then f, a, x: one path after the other, each to its end.  \n"
    "(b) g, e, f, a, x: a waits until e and f have both reported.  \n"
    "(c) x, a, e, f, g: what was computed first comes first.  \n"
    "(d) g, e, a, f, x: each node comes once, and that is enough.",
    blank='answer = ...          # "a", "b", "c" or "d"',
    code='answer = "b"',
    right="A node passes its gradient on once, when all that use it have reported: g, e, f, then a with 3 + 5, then x.",
    hints=["Who uses a? When is its gradient complete?", "a is used by e and by f. Both must come before it."],
    slips=[
        Slip(
            'answer = "a"',
            "Then a hands on its 3, and later 3 + 5 = 8: the 3 is counted twice, and ∂g/∂x comes out as 22, not 16.",
        ),
        Slip(
            'answer = "c"',
            "That is the order of computing. Backward walks it from its end: at x nothing has arrived yet.",
        ),
        Slip(
            'answer = "d"',
            "Then a passes on before f has reported: only 3 of its 8, and ∂g/∂x comes out as 6, not 16.",
        ),
    ],
)

ENGINE = """class MyValue:
    def __init__(self, data):
        self.data = data

    def __add__(self, other):
        if not isinstance(other, MyValue):
            other = MyValue(other)
        return {add}

    def __mul__(self, other):
        if not isinstance(other, MyValue):
            other = MyValue(other)
        return {mul}

answer = MyValue"""
ADD, MUL = "MyValue(self.data + other.data)", "MyValue(self.data * other.data)"

# What the judge says of these four, in its own words.
NO_NODE = "A float came back and not a MyValue: what it was made from is lost."
IN_PLACE = "The operand itself came back, not a new node"
NOT_THE_NUMBER = "It adds."
NO_LIFT = "a plain number has no .data: make it a node first, if it is none."

q5 = Exercise(
    "values.q5",
    "Write your own engine, first part: a class that holds a number under `data` and can be added and multiplied, with "
    "another of its kind and with a plain number (`a + b`, `a * b`, `a + 2`, `a * 2`). Each result is a new `MyValue`. "
    "Notebook 07 teaches it to go backward.",
    blank="class MyValue:\n    def __init__(self, data):\n        self.data = data\n\n    # __add__ and __mul__\n\n"
    "answer = ...  # MyValue",
    code=ENGINE.format(add=ADD, mul=MUL),
    right='`check(MyValue, "forward")` says more: what else an engine can do, and that yours cannot yet.',
    hints=[
        "`a + b` calls `a.__add__(b)`: define `__add__(self, other)` and `__mul__(self, other)`.",
        "`__add__` returns MyValue(self.data + other.data). First, `if not isinstance(other, MyValue)`, make it one.",
    ],
    slips=[
        Slip(ENGINE.format(add="self.data + other.data", mul=MUL), NO_NODE),
        Slip(
            ENGINE.format(add=ADD, mul=MUL).replace(
                "return MyValue(self.data + other.data)", "self.data += other.data\n        return self"
            ),
            IN_PLACE,
        ),
        Slip(ENGINE.format(add=ADD, mul=ADD), NOT_THE_NUMBER),
        Slip(
            "class MyValue:\n    def __init__(self, data):\n        self.data = data\n"
            "    def __add__(self, other):\n        return MyValue(self.data + other.data)\n"
            "    def __mul__(self, other):\n        return MyValue(self.data * other.data)\nanswer = MyValue",
            NO_LIFT,
        ),
    ],
    judge=judged("forward"),
)
