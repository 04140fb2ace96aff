"""Check of lesson 00, which is there to show how a check answers."""

from course_tools.bank import exercise, load_keras

import numpy as np


def mean_over_time(x):
    """Return the mean over time.

    Args:
        x: sequences, (batch, time, features).

    Returns:
        The mean, (batch, features).
    """
    return x.mean(axis=1)


def mean(x):
    x = x if x.dtype.kind == "f" else x.astype(float)
    return np.array(load_keras().layers.GlobalAveragePooling1D(dtype=x.dtype.name)(x))


MEAN = exercise(
    "00a",
    task=("the mean over time", 0, mean_over_time),
    key="keras.layers.GlobalAveragePooling1D",
    answer=mean,
    returns="mean (batch, features)",
    examples={
        "one sequence: 1, then 3": dict(x=[[[1], [3]]]),
        "an array of whole numbers": dict(x=np.array([[[1], [2]], [[-4], [9]], [[0], [5]]])),
    },
    sizes=(
        ("", dict(batch=4, time=3, features=2)),
        ("as many sequences as steps", dict(batch=3, time=3, features=2)),
        ("a batch of one", dict(batch=1, time=5, features=3)),
        ("a single step", dict(batch=3, time=1, features=2)),
        ("float32", dict(batch=2, time=4, features=4, dtype="float32")),
    ),
    mistakes="""
        the mean is taken over the batch | axis=1 -> axis=0
        the mean is taken over the features | axis=1 -> axis=-1
            counting the axes from 0: which of (batch, time, features) is time?
        the steps are added up, but not divided by their number | .mean -> .sum
            working out the mean of 1 and 3: it is 2, not 4
        the sum is divided by the number of sequences | x.mean(axis=1) -> x.sum(axis=1) / len(x)
            printing len(x): which axis does it count?
        only the last step comes back | x.mean(axis=1) -> x[:, -1]
            changing the first step of x: does your answer change?
    """,
)

EXERCISES = (MEAN,)
