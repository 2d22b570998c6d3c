"""Exercises of notebook 05: why layers collapse without a bend, ReLU and its gradient, and which activation where."""

from __future__ import annotations

from .exercise import Exercise, Slip

q1 = Exercise(
    "activations.q1",
    "A linear neuron computes a1 = 2x − 1, and the next one a2 = −3 · a1 + 4. Together they are one line w·x + b. "
    "Which w and b?",
    blank="answer = ...          # w, b",
    code="answer = -6.0, 7.0",
    right="−3 · (2x − 1) + 4 = −6x + 3 + 4.",
    hints=[
        "Put the first formula into the second, and open the bracket.",
        "−3 · (2x − 1) + 4: what stands before x, and what is left?",
    ],
    slips=[
        Slip("answer = -6.0, 4.0", "The first bias is lost: it goes through the second neuron too, times −3."),
        Slip(
            "answer = -6.0, 3.0",
            "The weight is right. The first bias, −1, is multiplied by −3 on its way, before 4 is added.",
        ),
        Slip("answer = -6.0, 1.0", "A sign: −3 · (−1) is +3."),
        Slip(
            "answer = -1.0, 3.0",
            "Those are the weights added, and the biases added. One neuron *multiplies* the other.",
        ),
    ],
)

BACK = "def answer(z, upstream):\n    return {}"

q2 = Exercise(
    "activations.q2",
    "Write the backward pass of ReLU: `z` went in, and `upstream` is the gradient that arrives at the output. Which "
    "gradient goes on to z? At z = 0 itself take the slope 0.",
    blank="def relu_back(z, upstream):\n    return ...\n\nanswer = relu_back",
    code="def relu_back(z, upstream):\n    return upstream if z > 0 else 0.0\n\nanswer = relu_back",
    right="The slope is 1 or 0, so ReLU is a gate: the gradient passes whole, or not at all.",
    examples=("answer(2.0, 3.0)", "answer(-2.0, 3.0)", "answer(0.0, 3.0)", "answer(0.5, -1.5)"),
    hints=[
        "The chain rule: what arrives, times the slope. What is the slope at z?",
        "The slope is 1 if z > 0, and 0 if not.",
    ],
    slips=[
        Slip(BACK.format("1.0 if z > 0 else 0.0"), "That is the slope. What arrives must be multiplied by it."),
        Slip(
            BACK.format("max(0.0, z) * upstream"),
            "You multiply by the *value* of the ReLU. The chain rule multiplies by its slope.",
        ),
        Slip(
            BACK.format("z if z > 0 else 0.0"),
            "That is ReLU itself, forward. Backward it is the gradient that passes the gate, not z.",
        ),
        Slip(
            BACK.format("max(0.0, upstream)"),
            "The gate looks at z, not at the gradient. A negative gradient passes too, where z is above 0.",
        ),
        Slip(
            BACK.format("upstream"), "That lets everything through. Where z is below 0 the output does not move at all."
        ),
        Slip(BACK.format("upstream if z >= 0 else 0.0"), "Nearly: at z = 0 itself the slope was to be 0."),
    ],
)

q3 = Exercise(
    "activations.q3",
    "Which v makes `h1 + v · h2` exclusive or, with h1 and h2 as in the table above?",
    blank="answer = ...",
    code="answer = -2.0",
    right="At (1, 1) it is 2 − 2 · 1 = 0; at the other points h2 is 0, and h1 is right already.",
    hints=["Only at (1, 1) does v matter. What are h1 and h2 there?", "2 + v · 1 must be 0."],
    slips=[
        Slip("answer = 2.0", "The sign: at (1, 1) that gives 4. Something must be taken away."),
        Slip("answer = -1.0", "At (1, 1) that gives 2 − 1 = 1: you have built OR."),
        Slip("answer = 0.0", "Then h2 has no say, and at (1, 1) the answer stays 2."),
        Slip("answer = 1.0", "At (1, 1) that gives 3. It should be 0."),
    ],
)

q4 = Exercise(
    "activations.q4",
    "Since a step that was too large, a ReLU in a network gives 0 for every sample. Which of these can bring it "
    "back?  \n"
    "**a** Training longer: the small gradients add up.  \n"
    "**b** A larger rate: then the steps are larger.  \n"
    "**c** A leaky ReLU in its place.  \n"
    "**d** Larger weights in the layer behind it.",
    blank='answer = "..."          # "a", "b", "c" or "d"',
    code='answer = "c"',
    right="Only what changes its slope helps: every gradient on its way to the weights is multiplied by it.",
    hints=["Which gradient arrives at its weights? Write down the product, with the slope of the ReLU in it."],
    slips=[
        Slip('answer = "a"', "The gradients are not small, they are 0. As often as you like, 0 adds up to 0."),
        Slip('answer = "b"', "The step is the rate times the gradient, and any rate times 0 is 0."),
        Slip(
            'answer = "d"',
            "Then more gradient arrives at its *output*. On the way to its weights that is multiplied by a slope of 0.",
        ),
    ],
)

LEAKY = "def answer(z, slope=0.01):\n    return {}"

q5 = Exercise(
    "activations.q5",
    "Write leaky ReLU for a plain number: `z` where it is above 0, and `slope` times z elsewhere.",
    blank="def leaky(z, slope=0.01):\n    return ...\n\nanswer = leaky",
    code="def leaky(z, slope=0.01):\n    return z if z > 0 else slope * z\n\nanswer = leaky",
    right="With a slope of 0 it is ReLU, and with a slope of 1 it is no activation at all.",
    examples=("answer(2.0)", "answer(-2.0)", "answer(-1.0, 0.1)", "answer(3.0, 0.5)", "answer(0.0, 0.2)"),
    hints=["`... if z > 0 else ...`", "Below 0 it must be a small *negative* number: a line through 0."],
    slips=[
        Slip(LEAKY.format("max(0.0, z)"), "That is ReLU: on the left it is flat, and that is what was to be cured."),
        Slip(
            LEAKY.format("z if z > 0 else slope"),
            "On the left that is the same number everywhere: flat again. The slope must be multiplied by z.",
        ),
        Slip(
            LEAKY.format("z if z > 0 else -slope * z"),
            "On the left it should go on *down*: z is negative there already.",
        ),
        Slip(
            LEAKY.format("z if z > 0 else 0.01 * z"), "The default is right, but the slope that is given is not used."
        ),
        Slip(LEAKY.format("z if z > 0 else z"), "That is z everywhere, a straight line: no bend at all."),
        Slip(
            LEAKY.format("slope * z if z > 0 else z"), "The two sides are exchanged: above 0 it lets everything pass."
        ),
    ],
)

q6 = Exercise(
    "activations.q6",
    "Which activation stands best, one name for each, in this order:  \n"
    "1. at the output that says whether a message is spam,  \n"
    "2. at the ten outputs that say which digit it is,  \n"
    "3. in the hidden layers of both,  \n"
    "4. at the output that gives a temperature in °C?  \n"
    'Choose from "relu", "sigmoid", "softmax" and "linear".',
    blank="answer = ...          # four names",
    code='answer = "sigmoid", "softmax", "relu", "linear"',
    right="The task decides at the end; in between, ReLU is the standard.",
    hints=[
        "What must each output be able to be? A probability, ten probabilities whose sum is 1, any number?",
        "Each of the four names is used once.",
    ],
    slips=[
        Slip(
            'answer = "sigmoid", "sigmoid", "relu", "linear"',
            "Ten sigmoids are ten answers of yes or no: it could be a 3 and a 7 at once. One of ten is wanted.",
        ),
        Slip(
            'answer = "softmax", "softmax", "relu", "linear"',
            "Spam has a single output. Softmax of one score is always 1.",
        ),
        Slip(
            'answer = "sigmoid", "softmax", "relu", "relu"',
            "That thermometer never shows less than 0. An output that may be any number has no activation.",
        ),
        Slip(
            'answer = "sigmoid", "softmax", "linear", "linear"',
            "With nothing that bends in between, all the layers collapse into one.",
        ),
        Slip(
            'answer = "sigmoid", "softmax", "sigmoid", "linear"',
            "It works, but a sigmoid lets at most a quarter of the gradient through. The standard is another.",
        ),
        Slip(
            'answer = "softmax", "sigmoid", "relu", "linear"',
            "The first two are exchanged: a sigmoid is for yes or no, a softmax for one of several.",
        ),
        Slip(
            'answer = "sigmoid", "softmax", "relu", "sigmoid"',
            "A sigmoid stays between 0 and 1. It is warmer than 1 °C on most days.",
        ),
    ],
)
