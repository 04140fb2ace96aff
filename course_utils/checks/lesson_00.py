"""The exercise of lesson 00, which is there to show how a check answers."""

from course_utils.checks.engine import Case, Exercise, Mistake, Result
from course_utils.checks.parts import draw_arrays, load_keras, numbers

import numpy as np


def _answer_mean(x):
    return np.array(load_keras().layers.GlobalAveragePooling1D(dtype=x.dtype.name)(x))


def _draw_mean(rng, batch, time, features, dtype="float64"):
    return draw_arrays(rng, dtype, x=(batch, time, features))


def _mean(x):
    return x.mean(axis=1)


MEAN = Exercise(
    id="00a",
    title="the mean over time",
    points=0,
    key="keras.layers.GlobalAveragePooling1D",
    results=(Result("mean", ("batch", "features")),),
    answer=_answer_mean,
    examples=(Case(numbers(x=[[[1], [3]]]), "one sequence: 1, then 3"),),
    draw=_draw_mean,
    sizes=(
        ("", dict(batch=4, time=3, features=2)),
        ("as many sequences as steps", dict(batch=3, time=3, features=2)),
        ("a batch of one", dict(batch=1, time=5, features=3)),
        ("a single step", dict(batch=3, time=1, features=2)),
        ("float32", dict(batch=2, time=4, features=4, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the mean were taken over the batch",
            lambda x: x.mean(axis=0),
            "counting the axes from 0: which of (batch, time, features) is time?",
        ),
        Mistake(
            "the mean were taken over the features",
            lambda x: x.mean(axis=-1),
            "counting the axes from 0: which of (batch, time, features) is time?",
        ),
        Mistake(
            "the steps were added up but not divided by their number",
            lambda x: x.sum(axis=1),
            "working out the example by hand: what is the mean of 1 and 3?",
        ),
        Mistake(
            "the sum were divided by the number of sequences",
            lambda x: x.sum(axis=1) / len(x),
            "printing len(x): which axis does it count?",
        ),
        Mistake(
            "only the last step came back",
            lambda x: x[:, -1],
            "changing the first step of x: does your answer change?",
        ),
    ),
)

EXERCISES = (MEAN,)
