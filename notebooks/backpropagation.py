"""Exercises of notebook 07: three factors, where paths meet, vanishing gradients, a `backward()` of one's own."""

from __future__ import annotations

from .exercise import Exercise, Slip
from .own_engine import judged

q1 = Exercise(
    "backpropagation.q1",
    "A neuron has one input x = 3, the weight w = 2, the bias −6 and a sigmoid as its activation. The target is 0.9, "
    "and the loss is (output − target)². What is ∂loss/∂w?",
    blank="answer = ...",
    code="answer = 2 * (0.5 - 0.9) * 0.25 * 3",
    right="How wrong: −0.8. How sensitive: 0.25. What came in: 3.",
    hints=[
        "Forward first: the hidden sum is 0. What does a sigmoid give there, and how steep is it?",
        "The output is 0.5, and the slope is output · (1 − output). How wrong: 2 · (output − target).",
        "How wrong is −0.8, how sensitive 0.25. Which number did the weight multiply?",
    ],
    slips=[
        Slip("answer = -2.4", "How sensitive is missing: the sigmoid lets through only a part, here 0.25 of it."),
        Slip(
            "answer = -0.2", "That is the gradient of the bias. For the weight there is one more factor: what came in."
        ),
        Slip("answer = -0.4", "You multiplied by the weight itself. What came in is the *other* factor: the input."),
        Slip("answer = 0.6", "The sign: the output is below the target, so a larger output makes the loss smaller."),
        Slip("answer = -0.3", "The square has the slope 2 · (output − target): the 2 is missing."),
        Slip("answer = -1.2", "You took the sigmoid's output for its slope. The slope is output · (1 − output)."),
    ],
)

GRADIENT = """\
def gradient(x, w, b, target):
    output = tanh(w * x + b)
    return {}

answer = gradient"""

q2 = Exercise(
    "backpropagation.q2",
    "Write the product of the three factors as a function: ∂loss/∂w of a neuron with tanh, for the loss "
    "(output − target)². The slope of tanh is 1 − output². `tanh` is there, from `math`.",
    blank="def gradient(x, w, b, target):\n    output = tanh(w * x + b)\n    return ...\n\nanswer = gradient",
    code=GRADIENT.format("2 * (output - target) * (1 - output**2) * x"),
    right="How wrong, how sensitive, what came in: three factors, one line.",
    examples=(
        "answer(1.0, 0.0, 0.0, 1.0)",
        "answer(2.0, 0.0, 0.0, 1.0)",
        "answer(2.0, 0.5, 0.0, 0.0)",
        "answer(-1.0, 2.0, 1.5, 0.5)",
    ),
    given="from math import tanh",
    hints=[
        "Three factors: ∂loss/∂output, ∂output/∂hidden, ∂hidden/∂w.",
        "∂loss/∂output = 2 * (output - target). The second is the slope of tanh. And hidden = w * x + b.",
    ],
    slips=[
        Slip(
            GRADIENT.format("2 * (output - target) * (1 - output**2)"),
            "What came in is missing: that is the gradient of the bias.",
        ),
        Slip(
            GRADIENT.format("2 * (output - target) * x"),
            "How sensitive is missing: between the sum and the output stands the tanh.",
        ),
        Slip(
            GRADIENT.format("2 * (output - target) * (1 - output**2) * w"),
            "The weight's own value came in place of what it multiplies: ∂hidden/∂w is x.",
        ),
        Slip(
            GRADIENT.format("2 * (target - output) * (1 - output**2) * x"),
            "The sign: (target − output) turns it round. A loss falls where this number says that it rises.",
        ),
        Slip(
            GRADIENT.format("(output - target) * (1 - output**2) * x"),
            "The 2 of the square is missing: the slope of d² is 2d.",
        ),
        Slip(
            GRADIENT.format("(1 - output**2) * x"),
            "How wrong is missing, the upstream factor: that is ∂output/∂w, and knows nothing of the loss.",
        ),
    ],
)

q3 = Exercise(
    "backpropagation.q3",
    "A hidden neuron gives a = 0.5, and two outputs use it: o1 = 4a and o2 = −2a. The targets are 1.5 for o1 and 0.5 "
    "for o2, and the loss is (o1 − 1.5)² + (o2 − 0.5)². What is ∂loss/∂a?",
    blank="answer = ...",
    code="answer = 2 * (2 - 1.5) * 4 + 2 * (-1 - 0.5) * -2",
    right="4 comes back from o1 and 6 from o2. Along a path the factors multiply; where paths meet they add.",
    hints=[
        "There are two paths from a to the loss, one through each output. Take them one by one.",
        "Through o1 it is 2 · (2 − 1.5) · 4 = 4. Now the other, and then?",
    ],
    slips=[
        Slip("answer = 4.0", "That is what comes back through o1 alone. The second output is also to blame."),
        Slip("answer = 6.0", "That is what comes back through o2 alone. There is a path through o1 too."),
        Slip("answer = 24.0", "The two paths were multiplied. Only what lies along *one* path multiplies; paths add."),
        Slip("answer = 5.0", "That is the mean of the two paths. They add: nothing is divided."),
        Slip(
            "answer = -2.0", "A sign was lost: o2 is too low by 1.5, and its weight is −2; minus times minus is plus."
        ),
    ],
)

q4 = Exercise(
    "backpropagation.q4",
    "Five sigmoid neurons stand in a chain, one input each, and every weight is 2. The slope of a sigmoid is at most "
    "0.25. By what number, at most, is the gradient multiplied between the *output* of the last and the *sum* of the "
    "first?",
    blank="answer = ...",
    code="answer = 0.25**5 * 2**4",
    right="Five slopes and the four weights between the neurons: 1/64. The weights of 2 do not make up for it.",
    hints=[
        "Count what lies on the way back: how many activations, and how many weights between one neuron and the next?",
        "Five activations, each at most 0.25. The first weight stands before the first sum, so it is not on the way.",
    ],
    slips=[
        Slip("answer = 0.25**5", "The weights are missing: on the way back each multiplies the gradient, here by 2."),
        Slip("answer = 0.25**5 * 2**5", "One weight too many: the first stands *before* the sum at which you stop."),
        Slip("answer = 0.25**4 * 2**4", "One slope is missing: five sums are bent, the last and the first too."),
        Slip("answer = 0.25 * 5", "Along one path factors multiply. You have added them."),
    ],
)

INIT = "self.data, self.grad = data, 0.0\n        self.parents, self.slopes = parents, slopes"
LIFTED = "other = other if isinstance(other, MyValue) else MyValue(other)\n        "
ADD = f"{LIFTED}return MyValue(self.data + other.data, (self, other), (1.0, 1.0))"
MUL = f"{LIFTED}return MyValue(self.data * other.data, (self, other), (other.data, self.data))"
BACKWARD = """\
order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in zip(node.parents, node.slopes):
                parent.grad += node.grad * slope"""
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
"""


def engine(backward: str = BACKWARD, *, init: str = INIT, add: str = ADD, mul: str = MUL) -> str:
    """The class as source, with one method or another put in place of the right one."""
    return NODE.format(init=init, add=add, mul=mul, backward=backward)


OUTSIDE = BACKWARD.replace(
    """\
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)""",
    """\
                seen.add(node)
            for parent in dict.fromkeys(node.parents):
                visit(parent)
            order.append(node)""",
)
HURRIED = """\
self.grad = 1.0
        self._send()

    def _send(self):
        for parent, slope in zip(self.parents, self.slopes):
            parent.grad += self.grad * slope
            parent._send()"""

q5 = Exercise(
    "backpropagation.q5",
    "The second part of your own engine. Take over what you wrote in notebook 1, let every object keep its gradient "
    "under `.grad` (at first 0) and its local slopes, and write `backward()`: list the graph in topological order, and "
    "walk the list from its end.",
    blank=engine("...", init="...", add="...", mul="...") + "\nanswer = MyValue",
    code=engine() + "\nanswer = MyValue",
    right="That is the whole of backpropagation. Other operations need a local slope each, and nothing more.",
    judge=judged("backward"),
    hints=[
        "Where do the slopes come from? `__mul__` knows them when it makes the new node: `(other.data, self.data)`.",
        "The order: a function that visits a node. If it was seen, nothing happens; if not, its parents are visited "
        "first, and then it is appended.",
        "Then: `self.grad = 1.0`, and for each node of `reversed(order)` and each of its parents: "
        "`parent.grad += node.grad * slope`.",
    ],
    slips=[
        Slip(
            engine(BACKWARD.replace("parent.grad +=", "parent.grad =")) + "\nanswer = MyValue",
            "= stands where += should: where paths meet, gradients add up",
        ),
        Slip(
            engine(BACKWARD.replace("node.grad * slope", "slope")) + "\nanswer = MyValue",
            "The slope is handed on without what has arrived: it is out.grad times the slope",
        ),
        Slip(
            engine(OUTSIDE) + "\nanswer = MyValue",
            "A node stands in the list more than once: in the topological sort the loop",
        ),
        Slip(engine(HURRIED) + "\nanswer = MyValue", "A node hands on as soon as something arrives"),
        Slip(
            engine(BACKWARD.replace("reversed(order)", "order")) + "\nanswer = MyValue",
            "The walk goes from the leaves to the root: it begins at the root, reversed(order)",
        ),
        Slip(
            engine(mul=MUL.replace("(other.data, self.data)", "(self.data, other.data)")) + "\nanswer = MyValue",
            "Each operand was given its own value: by how much the product changes is told by the other one's",
        ),
    ],
)
