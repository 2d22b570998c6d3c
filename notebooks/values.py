"""Exercises of notebook 01: values, local derivatives, the chain rule, and where paths meet."""

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

q3 = Exercise(
    "values.q3",
    "Let a = 3, b = a + a and c = a · b. Along how many paths does `a` act on c? Add them up: what is ∂c/∂a?",
    blank="answer = ...",
    code="answer = 12.0",
    right="Straight into the product: b = 6. Through each of the two edges of a + a: a · 1 = 3, twice. 6 + 3 + 3 = 12.",
    hints=[
        "There are three paths from a to c: one goes straight into the product, two go through b.",
        "The straight one brings b, which is 6. What does each of the other two bring?",
    ],
    slips=[
        Slip(
            "answer = 6.0",
            "That is one part of it: one way goes straight into the product, and two go through b.",
        ),
        Slip("answer = 9.0", "One of the two edges of a + a is missing. Each of them is a path of its own."),
        Slip(
            "answer = 18.0",
            "That is c itself. Along a path derivatives multiply; where paths meet they *add*.",
        ),
        Slip("answer = 3.0", "That is what a single path through b brings. There are three paths."),
    ],
)

q4 = Exercise(
    "values.q4",
    "Write the heart of `backward()`: `edges` lists what arrives, one triple an edge: the name of the parent, the "
    "upstream gradient, the local derivative. Return a dict from each name to its gradient.",
    blank=(
        "def collect(edges):\n    grads = {}\n    for name, upstream, local in edges:\n        ...\n    return ...\n\n"
        "answer = collect"
    ),
    code=(
        "def collect(edges):\n    grads = {}\n    for name, upstream, local in edges:\n"
        "        grads[name] = grads.get(name, 0.0) + upstream * local\n    return grads\n\nanswer = collect"
    ),
    right="A product along the edge, a sum where edges meet: that is the whole of it.",
    examples=(
        'answer([("a", 1.0, 2.0)])',
        'answer([("a", 3.0, 2.0)])',
        'answer([("a", 1.0, 1.0), ("a", 1.0, 1.0)])',
        'answer([("a", 2.0, -1.0), ("b", 2.0, 5.0), ("a", 4.0, 0.5)])',
    ),
    hints=[
        "What does one edge bring? upstream times local.",
        "A name may come twice: grads.get(name, 0.0) is what it holds.",
    ],
    slips=[
        Slip(
            "def answer(edges):\n    grads = {}\n    for name, upstream, local in edges:\n"
            "        grads[name] = upstream * local\n    return grads",
            "`=` in place of `+=`: the second edge has wiped out the first.",
        ),
        Slip(
            "def answer(edges):\n    grads = {}\n    for name, upstream, local in edges:\n"
            "        grads[name] = grads.get(name, 0.0) + local\n    return grads",
            "The upstream factor is forgotten: what arrives from the right is multiplied by the local derivative.",
        ),
        Slip(
            "def answer(edges):\n    grads = {}\n    for name, upstream, local in edges:\n"
            "        grads[name] = grads.get(name, 1.0) * upstream * local\n    return grads",
            "Where paths meet they add. Multiplied is only what lies along one path.",
        ),
        Slip(
            "def answer(edges):\n    grads = {}\n    for name, upstream, local in edges:\n"
            "        grads[name] = grads.get(name, 0.0) + upstream + local\n    return grads",
            "Upstream and local are multiplied, not added: twice as steep, twice as much.",
        ),
    ],
)

NODE = """\
class MyValue:
    def __init__(self, data, parents=()):
        {init}

    def __add__(self, other):
        {add}

    def __mul__(self, other):
        {mul}

answer = MyValue
"""
LIFTED = "other = other if isinstance(other, MyValue) else MyValue(other)\n        "
INIT = "self.data = data\n        self.parents = parents"
ADD = f"{LIFTED}return MyValue(self.data + other.data, (self, other))"
MUL = f"{LIFTED}return MyValue(self.data * other.data, (self, other))"

q5 = Exercise(
    "values.q5",
    "Begin an engine of your own: a class whose objects keep a number under `.data` and the two they came from under "
    "`.parents`, and can be added and multiplied, also by plain numbers. It grows in later notebooks: keep it.",
    blank=NODE.format(init="...", add="...", mul="..."),
    code=NODE.format(init=INIT, add=ADD, mul=MUL),
    right="A number, and where it came from. All else walks along the parents.",
    judge=judged("forward"),
    hints=[
        "`__add__` makes a *new* object; it changes neither of the two.",
        "A plain number has no .data: make a MyValue of it first, if `isinstance(other, MyValue)` says no.",
    ],
    slips=[
        Slip(NODE.format(init=INIT, add=ADD, mul=ADD), "It adds."),
        Slip(
            NODE.format(init=INIT, add=ADD.removeprefix(LIFTED), mul=MUL),
            "plain number has no .data: make it a node first",
        ),
        Slip(
            NODE.format(init=INIT, add=f"{LIFTED}self.data += other.data\n        return self", mul=MUL),
            "The operand itself came back, not a new node",
        ),
    ],
)
