"""Exercises of notebook 09 (which needs scikit-learn): honest numbers, scaling, overfitting and its cures, mistakes."""

from __future__ import annotations

from .exercise import Exercise, Slip

q1 = Exercise(
    "data.q1",
    "Five networks were trained. On the training samples the best of them is right in 99 of 100 cases. One was chosen "
    "by the validation samples: 95 of 100 there. On the test samples it is right in 91 of 100. What may be expected of "
    "it on new flowers?\n\n(a) 99 of 100  \n(b) 95 of 100  \n(c) 91 of 100",
    blank='answer = ...          # "a", "b" or "c"',
    code='answer = "c"',
    right="Only the test samples had no part in anything: neither in learning nor in choosing.",
    hints=[
        "Which samples had a part in what was learned? Which in what was chosen?",
        "One part had a part in neither.",
    ],
    slips=[
        Slip('answer = "a"', "Those are the samples that it has learned from. It may know them by heart."),
        Slip(
            'answer = "b"',
            "It was chosen *because* it did well there, and a part of that was luck. The luck does not come along.",
        ),
    ],
)

SCALE = """def scale(train, rows):
    mean = sum({source}) / len({source})
    deviation = {deviation}
    return [{result} for x in rows]

answer = scale"""
DEVIATION = "(sum((x - mean) ** 2 for x in train) / len(train)) ** 0.5"
RESULT = "(x - mean) / deviation"

q2 = Exercise(
    "data.q2",
    "Write the scaling of one column: `train` are its numbers in the training samples, `rows` are the numbers to be "
    "scaled, a list too. From each take the mean and divide by the standard deviation.",
    blank="def scale(train, rows):\n    return ...\n\nanswer = scale",
    code=SCALE.format(source="train", deviation=DEVIATION, result=RESULT),
    right="Mean and deviation come from the training samples, whatever is scaled with them.",
    examples=("answer([1.0, 3.0], [1.0, 3.0])", "answer([0.0, 4.0], [2.0, 6.0])", "answer([1.0, 2.0, 6.0], [3.0])"),
    hints=[
        "First the mean of `train`, then the deviation: the root of the mean squared distance from it.",
        "return [(x - mean) / deviation for x in rows], with both from `train`.",
    ],
    slips=[
        Slip(
            SCALE.format(source="rows", deviation=DEVIATION.replace("train", "rows"), result=RESULT),
            "Mean and deviation were taken from the rows themselves. They come from the training samples alone.",
        ),
        Slip(
            SCALE.format(source="train", deviation=DEVIATION, result="x - mean"),
            "The mean is taken off, but nothing is divided by the deviation yet.",
        ),
        Slip(
            SCALE.format(source="train", deviation=DEVIATION.removesuffix(" ** 0.5"), result=RESULT),
            "That is divided by the variance. The deviation is its root.",
        ),
        Slip(
            SCALE.format(source="train", deviation=DEVIATION.replace("len(train)", "(len(train) - 1)"), result=RESULT),
            "That deviation divides by n − 1. It is used for estimating; here the distances are averaged, over n.",
        ),
        Slip(
            SCALE.format(source="train", deviation=DEVIATION, result="x - mean / deviation"),
            "Brackets: the difference as a whole is divided.",
        ),
    ],
)

q3 = Exercise(
    "data.q3",
    "The validation loss is 0.9, 0.6, 0.7, 0.65, 0.68, 0.5, 0.4 in the first seven epochs, and "
    "`EarlyStopping(patience=2)` watches: two epochs without a better loss are allowed. After which epoch does it end "
    "the training, and of which epoch are the weights that are left?",
    blank="answer = ...          # ends after, weights of",
    code="answer = 5, 2",
    right="Epoch 2 is the best so far, 3 and 4 are allowed, and 5 is one too many. (More patience would find 0.4.)",
    hints=[
        "Which epoch is the first after which no better one comes for a while?",
        "Count from there: two are allowed.",
    ],
    slips=[
        Slip("answer = 4, 2", "Two epochs without a better loss are allowed. The third ends it."),
        Slip("answer = 5, 5", "The end is right. But the best weights are put back, and the best loss was 0.6."),
        Slip("answer = 7, 7", "It cannot look ahead: it had ended before epochs 6 and 7."),
        Slip("answer = 3, 2", "One worse epoch is no reason yet: two are allowed."),
    ],
)

q4 = Exercise(
    "data.q4",
    "A network is right on all training samples and on 70 of 100 validation samples. What will help?\n\n"
    "(a) more epochs  \n(b) more neurons  \n(c) weight decay, or more samples  \n(d) to train on the test samples, too",
    blank='answer = ...          # "a", "b", "c" or "d"',
    code='answer = "c"',
    right="It has learned its samples by heart: hold it back, or give it more to learn from.",
    hints=[
        "Does it learn too little, or too much of the wrong thing?",
        "Which of them makes learning by heart harder?",
    ],
    slips=[
        Slip(
            'answer = "a"',
            "It is right on all training samples already. More epochs make it surer of what it knows by heart.",
        ),
        Slip('answer = "b"', "More neurons learn more by heart. It has enough for all training samples."),
        Slip('answer = "d"', "Then nothing is left that could say how good it is."),
    ],
)

q5 = Exercise(
    "data.q5",
    "A confusion matrix has the rows (what it is) setosa 10, 0, 0; versicolor 0, 9, 2; virginica 0, 1, 8. Of the "
    "flowers that the model *calls* virginica, which share is virginica?",
    blank="answer = ...",
    code="answer = 8 / 10",
    right="What it says is a column: 0, 2 and 8.",
    hints=["What the model says stands in the columns.", "The last column holds 0, 2 and 8. Of these, 8 are right."],
    slips=[
        Slip("answer = 8 / 9", "That is the row: of those that are virginica, the share that was found."),
        Slip("answer = 27 / 30", "That is the share of all flowers that is right."),
        Slip("answer = 2 / 10", "That is the share that is wrong."),
        Slip("answer = 8", "That is how many. Asked is which share of the column."),
    ],
)
