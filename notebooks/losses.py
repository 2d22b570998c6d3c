"""Exercises of notebook 06: the mean squared error and its gradient, targets, cross-entropy, and a softmax too many."""

from __future__ import annotations

from .exercise import Exercise, Slip

q1 = Exercise(
    "losses.q1",
    "A network answers 2, 0 and 5; the targets are 1, 2 and 5. What is the mean squared error? "
    "Two decimals, or a fraction.",
    blank="answer = ...",
    code="answer = (1**2 + (-2) ** 2 + 0**2) / 3",
    right="The errors are 1, −2 and 0, their squares 1, 4 and 0: 5 in all, for three answers.",
    decimals=2,
    hints=[
        "First the three errors, then their squares.",
        "The squares are 1, 4 and 0. And how many answers are there?",
    ],
    slips=[
        Slip("answer = 5.0", "That is the sum of the squares. The *mean* divides it by how many there are."),
        Slip(
            "answer = 2.5",
            "You divided by n − 1, as for a variance. A mean divides by n. The answer that was right counts too.",
        ),
        Slip("answer = 1.0", "That is the mean of the absolute errors. Here each error is squared first."),
        Slip(
            "answer = -1 / 3", "That is the mean of the errors: too much and too little cancel out. Square them first."
        ),
        Slip("answer = -1.0", "That is the sum of the errors. Square each of them first, and then take the mean."),
        Slip(
            "answer = (5 / 3) ** 0.5", "You took the root at the end. The mean squared error is what stands under it."
        ),
        Slip("answer = 1 / 9", "You squared the mean of the errors. First square each, then take the mean."),
    ],
)

GRADIENT = "def answer(answers, targets):\n    n = len(answers)\n    return [{} for a, t in zip(answers, targets)]"

q2 = Exercise(
    "losses.q2",
    "Write the gradient of the mean squared error: a list with one number for each of the answers.",
    blank="def mse_gradient(answers, targets):\n    return ...\n\nanswer = mse_gradient",
    code="def mse_gradient(answers, targets):\n    n = len(answers)\n"
    "    return [2 * (a - t) / n for a, t in zip(answers, targets)]\n\nanswer = mse_gradient",
    right="The 2 comes from the square, and the n from the mean.",
    examples=(
        "answer([3.0], [1.0])",
        "answer([1.0, 5.0], [2.0, 1.0])",
        "answer([0.0, 1.0, 4.0, 2.0], [1.0, 1.0, 1.0, 1.0])",
    ),
    hints=[
        "The slope of e² is 2e. What is the error e, and what is it divided by?",
        "`[... for a, t in zip(answers, targets)]`, and `len(answers)` of them.",
    ],
    slips=[
        Slip(
            GRADIENT.format("2 * (t - a) / n"), "The sign: an answer that is too large must have a *positive* gradient."
        ),
        Slip(GRADIENT.format("(a - t) / n"), "The 2 is missing: the slope of a square is twice what is squared."),
        Slip(
            GRADIENT.format("2 * (a - t)"), "That is the gradient of the *sum* of the squares. The mean divides by n."
        ),
        Slip(GRADIENT.format("(a - t) ** 2 / n"), "That is the loss, share by share. Its slope is asked for."),
        Slip(GRADIENT.format("2 * (a - t) / max(1, n - 1)"), "You divided by n − 1. A mean divides by n."),
        Slip(GRADIENT.format("2 * a / n"), "Where is the target? What is squared is the error, and not the answer."),
    ],
)

ZERO_ONE = "def answer(y):\n    return {}"

q3 = Exercise(
    "losses.q3",
    "Your labels are −1 for no and 1 for yes. Write the function that makes of them what binary cross-entropy wants.",
    blank="def as_zero_one(y):\n    return ...\n\nanswer = as_zero_one",
    code="def as_zero_one(y):\n    return (y + 1) / 2\n\nanswer = as_zero_one",
    right="The way back is 2y − 1.",
    examples=("answer(-1)", "answer(1)"),
    hints=["−1 must become 0, and 1 must stay 1.", "First shift it, so that −1 becomes 0. What has become of 1?"],
    slips=[
        Slip(ZERO_ONE.format("y + 1"), "Shifted, but twice as far apart: 1 has become 2. Divide by 2."),
        Slip(ZERO_ONE.format("2 * y - 1"), "That is the way back, from 0 and 1 to −1 and 1."),
        Slip(ZERO_ONE.format("abs(y)"), "Now both are 1: every no has become a yes."),
        Slip(ZERO_ONE.format("(1 - y) / 2"), "The two are exchanged: yes has become 0."),
        Slip(ZERO_ONE.format("y / 2"), "That is −0.5 and 0.5. They must be shifted too."),
        Slip(ZERO_ONE.format("y"), "They are as they were: −1 is not a target of binary cross-entropy."),
    ],
)

BINARY = "import math\n\ndef answer(p, y):\n    return {}"

q4 = Exercise(
    "losses.q4",
    "Write the binary cross-entropy for one answer: `p` is the probability of yes, between 0 and 1, and `y` the "
    "target, 0 or 1. `math.log` is the logarithm.",
    blank="def cross_entropy(p, y):\n    return ...\n\nanswer = cross_entropy",
    code="import math\n\ndef cross_entropy(p, y):\n    return -(y * math.log(p) + (1 - y) * math.log(1 - p))\n\n"
    "answer = cross_entropy",
    right="Minus the logarithm of the probability that was given to what is right.",
    examples=("answer(0.25, 1)", "answer(0.25, 0)", "answer(0.9, 1)", "answer(0.9, 0)"),
    given="import math",
    hints=[
        "Where y is 1 it is −log(p). And where y is 0?",
        "Minus the logarithm of p, or of 1 − p. Two terms, one of which is 0; or an `if`.",
    ],
    slips=[
        Slip(
            BINARY.format("y * math.log(p) + (1 - y) * math.log(1 - p)"),
            "The minus is missing: the loss is negative, and training would make it as *wrong* as can be.",
        ),
        Slip(
            BINARY.format("-math.log(p)"), "That takes no notice of y. Where the target is 0, 1 − p is what was right."
        ),
        Slip(
            BINARY.format("-y * math.log(p)"),
            "Where the target is 0 it is 0, whatever p is: nobody ever learns to say no. The second term is missing.",
        ),
        Slip(
            BINARY.format("-((1 - y) * math.log(p) + y * math.log(1 - p))"),
            "The two are exchanged: it rewards what is wrong.",
        ),
        Slip(BINARY.format("(p - y) ** 2"), "That is the squared error. Being sure and wrong costs at most 1 there."),
        Slip(
            BINARY.format("-(y * math.log2(p) + (1 - y) * math.log2(1 - p))"),
            "That logarithm has the base 2. `math.log` is the natural one, of which the slope is 1/p.",
        ),
        Slip(
            BINARY.format("1 - p if y else p"), "That is how far it is off, a straight line. The logarithm is missing."
        ),
        Slip(
            BINARY.format("-y * math.log(p) + (1 - y) * math.log(1 - p)"),
            "Right where y is 1. The minus stands before the bracket: it belongs to both terms.",
        ),
    ],
)

q5 = Exercise(
    "losses.q5",
    "Before its first step a network gives all ten digits the same score. What is its cross-entropy? Three decimals.",
    blank="answer = ...",
    code="import math\n\nanswer = -math.log(1 / 10)",
    right="It is log(10). If a training begins with much more, something is wrong before it has begun.",
    decimals=3,
    hints=["Which probability does softmax give to each of them?", "`-math.log(...)` of that probability."],
    slips=[
        Slip("answer = 0.1", "That is the probability of the right digit. The loss is minus its logarithm."),
        Slip("answer = 0.9", "That is how far the probability is from 1. The loss is minus its logarithm."),
        Slip("answer = -2.302585", "The sign: the logarithm of 0.1 is negative, and the loss is *minus* that."),
        Slip("answer = 1.0", "That logarithm has the base 10. The natural one is meant, `math.log`."),
        Slip("answer = 3.321928", "That logarithm has the base 2. The natural one is meant, `math.log`."),
        Slip("answer = 0.693147", "That is log(2): the loss of one who tosses a coin. Here there are ten classes."),
        Slip("answer = 0.0", "A loss of 0 is that of a network that is sure, and right. This one knows nothing."),
        Slip("answer = 0.105361", "That is −log(0.9). The right digit was given 0.1."),
        Slip("answer = 23.02585", "You added that up for ten classes. Only the probability of the *right* one counts."),
    ],
)

q6 = Exercise(
    "losses.q6",
    "In another library a network for three classes has every training sample right, but its cross-entropy "
    "falls to 0.551 and stays there. What is the likely cause?  \n"
    "**a** The rate is too small.  \n"
    "**b** It ends in a softmax, and the loss applies another one.  \n"
    "**c** The loss is summed over the samples, and should be their mean.  \n"
    "**d** The sum of the scores must be 1, and is not.",
    blank='answer = "..."          # "a", "b", "c" or "d"',
    code='answer = "b"',
    right="0.551 is −log(e / (e + 2)), the least that two softmaxes can reach. Leave the one in the network out.",
    hints=["Have you seen the number before?"],
    slips=[
        Slip('answer = "a"', "Then it would go on falling, only slowly. Here it has come to rest at a floor."),
        Slip(
            'answer = "c"', "A sum is larger than a mean, but it too comes near 0 when every sample is right and sure."
        ),
        Slip('answer = "d"', "Scores may be any numbers. It is softmax that makes them add up to 1."),
    ],
)
