"""The adding problem."""

from course_utils.datasets import make_adding

import numpy as np
import pytest


@pytest.mark.parametrize("length", [2, 7, 150])
def test_the_target_is_the_sum_of_two_marked_values_one_in_each_half(length):
    x, y = make_adding(500, length, seed=1)
    assert x.shape == (500, length, 2) and y.shape == (500, 1)
    assert x.dtype == y.dtype == np.float32
    value, mark = x[:, :, 0], x[:, :, 1]
    assert set(np.unique(mark)) <= {0, 1}
    assert np.all(mark[:, : length // 2].sum(axis=1) == 1)
    assert np.all(mark[:, length // 2 :].sum(axis=1) == 1)
    assert value.min() >= 0 and value.max() < 1
    np.testing.assert_allclose(
        y[:, 0], [row[one == 1].sum() for row, one in zip(value, mark, strict=True)]
    )


def test_every_step_is_marked_in_its_turn():
    length = 10
    marks = make_adding(4000, length, seed=2)[0][:, :, 1].mean(axis=0)
    np.testing.assert_allclose(marks, 1 / 5, atol=0.03)


def test_answering_the_mean_has_an_error_of_one_sixth():
    _, y = make_adding(100_000, 4, seed=3)
    assert abs(y.mean() - 1) < 0.01
    assert abs(np.mean((y - 1) ** 2) - 1 / 6) < 0.002


def test_a_seed_gives_the_same_sequences_and_another_seed_others():
    first, again, other = (make_adding(5, 8, seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_one_step_is_too_short_for_two_marks():
    with pytest.raises(ValueError, match="length is 1"):
        make_adding(3, 1, seed=0)
