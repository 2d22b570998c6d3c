"""Exercises of notebook 04: a second layer by hand, a layer and a forward pass as functions, and what is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .exercise import Exercise, Slip
from .thresholds import Point, judged

OPPOSITE = (
    "It says the opposite at every point: that is XOR again. Turn the signs of the weights and of the bias round."
)
ONLY_OR = "It reads h1 alone: it fires where OR is 0, but it must fire at (1, 1) too. There h2 is 1: give it a weight."
ONLY_AND = (
    "It fires at (1, 1) alone: that is AND. At (0, 0) both hidden neurons give 0, so the bias alone must be enough."
)
ALWAYS = "It fires everywhere. At (0, 1) and (1, 0) h1 is 1 and h2 is 0: there w1 must pull the sum below 0."
# OR and AND at each point
HIDDEN: Mapping[Point, Sequence[float]] = {
    (0, 0): (0.0, 0.0),
    (0, 1): (1.0, 0.0),
    (1, 0): (1.0, 0.0),
    (1, 1): (1.0, 1.0),
}
PATTERNS: Mapping[Point, str] = {
    (0, 1, 1, 0): OPPOSITE,
    (1, 0, 0, 0): ONLY_OR,
    (0, 0, 0, 1): ONLY_AND,
    (1, 1, 1, 1): ALWAYS,
}

q1 = Exercise(
    "layers.q1",
    "Keep the two hidden neurons, h1 = OR and h2 = AND, and choose the three numbers of the output neuron anew, so "
    "that the network computes EQUAL: 1 where both inputs are the same, 0 where they differ. Many answers are right.",
    blank="answer = ...          # w1, w2, b",
    code="answer = -1.0, 1.0, 0.5",
    right="(h1, h2) is (0, 0), (1, 0), (1, 0) and (1, 1), so the sums are 0.5, −0.5, −0.5 and 0.5.",
    hints=[
        "Write down h1 and h2 at the four points. Where must the output be 1?",
        "At (0, 0) both are 0, so the sum is b. At (0, 1) and (1, 0) it is w1 + b. At (1, 1) it is w1 + w2 + b.",
    ],
    slips=[
        Slip("answer = 1.0, -1.0, -0.5", OPPOSITE),
        Slip("answer = -1.0, 0.0, 0.5", ONLY_OR),
        Slip("answer = 0.0, 1.0, -0.5", ONLY_AND),
        Slip("answer = 1.0, 1.0, 0.5", ALWAYS),
    ],
    judge=judged(HIDDEN, (1, 0, 0, 1), PATTERNS, "`q1.hint()` helps."),
)


def _layer(line: str) -> str:
    return f"def layer(x, weights, biases):\n    return {line}\n\nanswer = layer"


q2 = Exercise(
    "layers.q2",
    "Write a layer with `tanh`. `x` is the list of inputs; `weights` has a list for each neuron, with a weight for "
    "each input; `biases` has a number for each neuron. It gives a list, with the output of each neuron.",
    blank=f"from math import tanh\n\n{_layer('...')}",
    code=_layer("[tanh(sum(w * xi for w, xi in zip(row, x)) + b) for row, b in zip(weights, biases)]"),
    right="For each neuron the same three things: multiply and add, the bias, the activation.",
    given="from math import tanh",
    examples=(
        "answer([2.0], [[0.5]], [-1.0])",
        "answer([1.0, 2.0], [[0.5, -1.0], [0.25, 0.75]], [0.25, -0.5])",
        "answer([1.0, -2.0], [[0.5, 0.1], [-0.3, 0.2], [0.0, 1.0]], [0.0, 0.5, 1.0])",
    ),
    hints=[
        "Go through the neurons: `for row, b in zip(weights, biases)`. What does one do with its `row` and its `b`?",
        "One neuron: `tanh(sum(w * xi for w, xi in zip(row, x)) + b)`.",
    ],
    slips=[
        Slip(
            _layer("[sum(w * xi for w, xi in zip(row, x)) + b for row, b in zip(weights, biases)]"),
            "Those are the weighted sums. They have not been through the activation yet.",
        ),
        Slip(
            _layer("[tanh(sum(w * xi for w, xi in zip(row, x))) + b for row, b in zip(weights, biases)]"),
            "The bias belongs inside: it is added to the sum, and then the sum is bent.",
        ),
        Slip(
            _layer("[tanh(sum(w * xi for w, xi in zip(row, x))) for row in weights]"),
            "The biases are not used at all.",
        ),
        Slip(
            _layer("[tanh(sum(w * xi for w, xi in zip(row, x)) + biases[0]) for row in weights]"),
            "All neurons have the bias of the first. Each has its own.",
        ),
        Slip(
            _layer("[tanh(sum(w * xi for w, xi in zip(row, x)) + b) for row, b in zip(zip(*weights), biases)]"),
            "Rows and columns are mixed up: `weights[0]` holds all the weights of the first neuron.",
        ),
        Slip(
            _layer("[tanh(row[i] * x[i] + b) for i, (row, b) in enumerate(zip(weights, biases)) if i < len(x)]"),
            "Every neuron reads all inputs, not only the one that stands beside it.",
        ),
    ],
)

q3 = Exercise(
    "layers.q3",
    "A sample goes through `MLP(4, [5, 3, 2])`. How many numbers has `a` at the beginning, and after each layer? "
    "Give them all, in order, as a list.",
    blank="answer = ...",
    code="answer = [4, 5, 3, 2]",
    right="It begins as the sample, and each layer gives as many numbers as it has neurons.",
    hints=[
        "At the beginning `a` is the sample itself. What does the 4 stand for?",
        "A layer of 5 neurons gives 5 numbers, however many it read.",
    ],
    slips=[
        Slip("answer = [5, 3, 2]", "That is after each layer. At the beginning a is the sample itself."),
        Slip("answer = [4, 5, 3]", "Those are the numbers that the three layers *read*. The last one gives some too."),
        Slip("answer = [20, 15, 6]", "Those are the weights between the layers. How many numbers come out of them?"),
        Slip("answer = [4, 20, 15, 6]", "Those are the weights between the layers. How many numbers come out of them?"),
        Slip("answer = [2, 3, 5, 4]", "Turned round: forward goes from the inputs to the outputs."),
    ],
)


def _forward(body: str) -> str:
    return f"def forward(x, layers):\n{body}\n\nanswer = forward"


q4 = Exercise(
    "layers.q4",
    "Write forward propagation. `layers` is a list of functions; each takes a list of numbers and gives another. "
    "Give back what the last one gives.",
    blank=_forward("    return ..."),
    code=_forward("    a = x\n    for layer in layers:\n        a = layer(a)\n    return a"),
    right="That is all there is to it, for a network of two layers as for one of two hundred.",
    given="def double(a):\n    return [2 * v for v in a]\n\n"
    "def add_one(a):\n    return [v + 1 for v in a]\n\n"
    "def total(a):\n    return [sum(a)]",
    examples=(
        "answer([1.0, -3.0], [double])",
        "answer([1.0, -3.0], [double, add_one])",
        "answer([1.0, -3.0], [add_one, double, total])",
    ),
    hints=[
        "Keep a variable `a`. It begins as x, and each layer replaces it by what it gives.",
        "In a loop over the layers: `a = layer(a)`.",
    ],
    slips=[
        Slip(
            _forward("    for layer in layers:\n        a = layer(x)\n    return a"),
            "Every layer was given the sample, so only the last one counts. A layer reads what the one before it gave.",
        ),
        Slip(
            _forward("    return layers[0](x)"),
            "It ends after the first layer. A `return` inside the loop does that.",
        ),
        Slip(
            _forward("    a = x\n    for layer in reversed(layers):\n        a = layer(a)\n    return a"),
            "The layers come in the wrong order: forward is from the first to the last.",
        ),
        Slip(
            _forward(
                "    every = [x]\n    for layer in layers:\n        every.append(layer(every[-1]))\n    return every"
            ),
            "Those are the activations of every layer, and the sample. Only the last is the output.",
        ),
        Slip(
            _forward("    for layer in layers:\n        layer(x)\n    return x"),
            "What the layers give is thrown away, and x comes out as it went in.",
        ),
    ],
)

q5 = Exercise(
    "layers.q5",
    "What does a neuron of the *second* hidden layer read?  \n"
    "**a** The sample.  \n"
    "**b** The output of the one neuron that stands left of it.  \n"
    "**c** The weighted sums of the first hidden layer, before their activation.  \n"
    "**d** The activations of the first hidden layer, all of them.",
    blank='answer = "..."          # "a", "b", "c" or "d"',
    code='answer = "d"',
    right="The output vector of a layer is the input vector of the next, whole.",
    hints=["In the loop it is `a = layer(a)`. What is in `a` when the second layer's turn comes?"],
    slips=[
        Slip('answer = "a"', "Only the first hidden layer sees the sample. From there on it is hidden, as they are."),
        Slip('answer = "b"', "In the picture lines come to it from every neuron of the column before, not from one."),
        Slip(
            'answer = "c"', "The sum stays inside its neuron: what a neuron hands on is what its activation made of it."
        ),
    ],
)

q6 = Exercise(
    "layers.q6",
    "How many parameters has `MLP(3, [4, 2])`? Count by hand.",
    blank="answer = ...",
    code="answer = 4 * (3 + 1) + 2 * (4 + 1)",
    right="4 neurons with 3 weights and a bias, and 2 neurons with 4 weights and a bias: 16 + 10.",
    hints=[
        "How many weights has one neuron of the first layer? And what else has it?",
        "The first layer has 4 · (3 + 1) parameters. Now the second, whose neurons read 4 numbers.",
    ],
    slips=[
        Slip("answer = 20", "Those are the weights, 3 · 4 + 4 · 2. Each of the 6 neurons has a bias besides."),
        Slip(
            "answer = 29", "The inputs were given a bias too. The input layer only holds the sample: nothing to learn."
        ),
        Slip("answer = 24", "The sizes were all multiplied, 3 · 4 · 2. The layers stand one after another: add them."),
        Slip("answer = 22", "One bias for each layer. It is one for each *neuron*: 4 and 2."),
        Slip("answer = 6", "Those are the neurons, or their biases. Each neuron has weights as well."),
        Slip("answer = 16", "That is the first layer. The second has parameters too."),
    ],
)
