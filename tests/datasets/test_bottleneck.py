"""The long trainings of lesson 07."""

from course_utils import datasets

import numpy as np
import pytest

pytestmark = pytest.mark.data("bottleneck", "sequences", "training")


def test_the_long_trainings_start_with_those_of_the_lesson():
    runs = datasets.load_bottleneck()["runs"]
    assert np.all((runs["exact"] >= 0) & (runs["exact"] <= 1))
    for name in ("one vector", "larger", "reversed"):
        mine = runs["arrangement"] == name
        np.testing.assert_array_equal(runs["epochs"][mine], [4, 8, 16])
        assert len(set(runs["units"][mine])) == 1
    attention = runs["exact"][runs["arrangement"] == "attention"]
    assert len(attention) == 3 and attention.min() >= 0.97
