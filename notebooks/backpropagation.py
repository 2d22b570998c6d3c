"""Exercises of notebook 07: the three factors, where paths meet, and the backward pass of an engine of one's own."""

from __future__ import annotations

from .exercise import Exercise, Slip
from .own_engine import judged

q1 = Exercise(
    "backpropagation.q1",
    "A neuron with tanh gave 0.5, and the target is 1. The loss is (output − target)². The weight w is "
    "multiplied by 4. What is ∂Loss/∂w? (The slope of tanh is 1 − output².)",
    blank="answer = ...",
    code="answer = 2 * (0.5 - 1.0) * (1 - 0.5**2) * 4.0",
    right="How wrong: −1. How sensitive: 0.75. What came in: 4. Together −3: more of this weight, less loss.",
    hints=[
        "Work out the three factors one by one: how wrong, how sensitive, what came in.",
        "How wrong is 2 · (output − target), which is −1. How sensitive is 1 − 0.25.",
    ],
    slips=[
        Slip("answer = 3.0", "The sign is turned round: how wrong is output − target, and that is below 0 here."),
        Slip("answer = -4.0", "The activation is left out: multiply by how sensitive it is, 1 − output²."),
        Slip("answer = -0.75", "What came in is left out: the weight acts on the sum as many times as its input says."),
        Slip("answer = -1.5", "The slope of a square is *two* times what stands in the brackets."),
        Slip("answer = -2.0", "The slope of tanh is 1 − output², and that is 0.75. You took 1 − output."),
        Slip("answer = -0.375", "That takes the neuron's own output for what came in. The weight's input is 4."),
    ],
)

q2 = Exercise(
    "backpropagation.q2",
    "A sigmoid neuron gives 0.9999, and the target is 0. Its input is 3. All the same ∂Loss/∂w is nearly 0. Why?\n\n"
    "- a: The loss is small, so there is little to learn.\n"
    "- b: The sum is so large that the sigmoid is flat there: a little more weight hardly moves the output.\n"
    "- c: The weight itself must be nearly 0.\n"
    "- d: The gradient is divided by the number of weights.",
    blank='answer = "..."',
    code='answer = "b"',
    right="Of the three factors the middle one is nearly 0: 0.9999 · 0.0001. Badly wrong, and yet it learns slowly.",
    hints=["Which of the three factors can be small here? One is about 2, and one is 3."],
    slips=[
        Slip('answer = "a"', "The output is wrong by almost 1, and how wrong is a factor of almost 2."),
        Slip(
            'answer = "c"',
            "The weight's own size is none of the three factors. What counts is its input, and that is 3.",
        ),
        Slip('answer = "d"', "Nothing is divided here. A derivative by one weight does not know of the other weights."),
    ],
)

q3 = Exercise(
    "backpropagation.q3",
    "A hidden neuron is read by several others. `deltas` has for each of these readers how wrong times how sensitive, "
    "∂Loss/∂(its sum); `weights` has the weight by which it reads the hidden neuron. Return ∂Loss/∂(the "
    "hidden neuron's output).",
    blank="def arrives(weights, deltas):\n    return ...\n\nanswer = arrives",
    code=("def arrives(weights, deltas):\n    return sum(w * d for w, d in zip(weights, deltas))\n\nanswer = arrives"),
    right="Along each path a product, and over all the paths a sum.",
    examples=(
        "answer([2.0], [1.0])",
        "answer([2.0], [0.5])",
        "answer([2.0, 3.0], [0.5, -1.0])",
        "answer([1.0, -1.0, 4.0], [0.25, 0.5, 2.0])",
    ),
    hints=[
        "What does the hidden neuron do to one reader's sum? It is multiplied by that reader's weight.",
        "Each reader is a path. Where paths meet, add.",
    ],
    slips=[
        Slip(
            "def answer(weights, deltas):\n    return weights[-1] * deltas[-1]",
            "Only the last reader is counted: `=` where `+=` should stand.",
        ),
        Slip(
            "def answer(weights, deltas):\n    return sum(deltas)",
            "The weights are left out: a reader feels the hidden neuron as strongly as its weight says.",
        ),
        Slip(
            "def answer(weights, deltas):\n    return sum(weights)",
            "What arrives from the right is left out: each weight is multiplied by its reader's delta.",
        ),
        Slip(
            "def answer(weights, deltas):\n    return sum(w * d for w, d in zip(weights, deltas)) / len(weights)",
            "That is the mean. Every path counts in full, so it is the sum.",
        ),
        Slip(
            "def answer(weights, deltas):\n    product = 1.0\n    for w, d in zip(weights, deltas):\n"
            "        product *= w * d\n    return product",
            "Multiplied is what lies along one path. Different paths are added.",
        ),
    ],
)

# An engine of one's own, from notebook 01: now with slopes, gradients and a walk back.

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

answer = MyValue
"""
LIFTED = "other = other if isinstance(other, MyValue) else MyValue(other)\n        "
INIT = "self.data, self.grad = data, 0.0\n        self.parents, self.slopes = parents, slopes"
ADD = f"{LIFTED}return MyValue(self.data + other.data, (self, other), (1.0, 1.0))"
MUL = f"{LIFTED}return MyValue(self.data * other.data, (self, other), (other.data, self.data))"
ONE = """\
self.grad = 1.0
        for parent, slope in zip(self.parents, self.slopes):
            parent.grad += self.grad * slope"""
BLANKS = dict.fromkeys(("init", "add", "mul", "backward"), "...")
LOCAL = {"init": INIT, "add": ADD, "mul": MUL, "backward": ONE}
OWN_SLOPE = MUL.replace("(other.data, self.data))", "(self.data, other.data))")

q4 = Exercise(
    "backpropagation.q4",
    "Your engine goes on. A node also keeps `.grad`, 0 at first, and the local derivatives of its operation, one for "
    "each parent, here under `.slopes`. Let `backward()` do a *single* operation: set the own grad to 1, and add to "
    "each parent what it gets.",
    blank=NODE.format(**BLANKS),
    code=NODE.format(**LOCAL),
    right="Each operation knows its own slopes. Nobody has to know the whole formula.",
    judge=judged("local"),
    hints=[
        "Take your class from notebook 1. A sum has the slopes (1.0, 1.0). And a product?",
        "In backward: for parent, slope in zip(self.parents, self.slopes), and what it gets is self.grad * slope.",
    ],
    slips=[
        Slip(NODE.format(**{**LOCAL, "mul": OWN_SLOPE}), "Each operand was given its own value"),
        Slip(
            NODE.format(**{**LOCAL, "backward": ONE.removeprefix("self.grad = 1.0\n        ")}),
            "The root changes as fast as itself: its gradient is set to 1",
        ),
        Slip(NODE.format(**{**LOCAL, "backward": ONE.replace("+=", "-=")}), "The sign is turned: a share is added"),
        Slip(
            NODE.format(**{**LOCAL, "add": ADD.replace("(1.0, 1.0)", "(self.data, other.data)")}),
            "A sum grows as fast as its operand does",
        ),
    ],
)

WALK = """\
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
ANY = {**LOCAL, "backward": WALK}
VISITS = """\
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)
"""
EARLY = WALK.replace(VISITS, """\
            if node not in seen:
                seen.add(node)
                order.append(node)
                for parent in node.parents:
                    visit(parent)
""").replace("reversed(order)", "order")  # fmt: skip
OUTSIDE = WALK.replace(VISITS, """\
            if node not in seen:
                seen.add(node)
            for parent in set(node.parents):
                visit(parent)
            order.append(node)
""")  # fmt: skip
HURRIED = """\
self.grad = self.grad or 1.0
        for parent, slope in zip(self.parents, self.slopes):
            parent.grad += self.grad * slope
            parent.backward()"""

q5 = Exercise(
    "backpropagation.q5",
    "Now `backward()` of *any* graph: list the nodes with every parent before its users, then walk the list from its "
    "end, and let each node hand on what has arrived, times its slopes.",
    blank=NODE.format(**BLANKS),
    code=NODE.format(**ANY),
    right="That is a whole engine: a list in the right order, and one `+=`.",
    judge=judged("backward"),
    hints=[
        "First the list: visit(node) visits the parents, and then appends the node, unless it was visited already.",
        "Then: for node in reversed(order), and each parent gets node.grad * slope, added.",
        "The root's own grad is 1 before the walk begins.",
    ],
    slips=[
        Slip(
            NODE.format(**{**ANY, "backward": WALK.replace("+=", "=")}),
            "= stands where += should: where paths meet, gradients add up",
        ),
        Slip(
            NODE.format(**{**ANY, "backward": WALK.replace("node.grad * slope", "slope")}),
            "The slope is handed on without what has arrived",
        ),
        Slip(
            NODE.format(**{**ANY, "backward": WALK.replace("reversed(order)", "order")}),
            "The walk goes from the leaves to the root",
        ),
        Slip(NODE.format(**{**ANY, "backward": HURRIED}), "A node hands on as soon as something arrives"),
        Slip(NODE.format(**{**ANY, "backward": EARLY}), "A node hands on before all that uses it has reported"),
        Slip(NODE.format(**{**ANY, "backward": OUTSIDE}), "A node stands in the list more than once"),
        Slip(NODE.format(**LOCAL), "Only the root hands on"),
    ],
)
