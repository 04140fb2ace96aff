"""The handwritten digits."""

from course_utils import datasets

import numpy as np


def test_every_digit_has_its_share_in_every_split():
    digits = datasets.load_digits()
    for split, rows in {"train": 1167, "validation": 180, "test": 450}.items():
        label = digits[split]["label"]
        assert digits[split]["image"].shape == (rows, 8, 8)
        assert np.bincount(label, minlength=10).min() > 0.09 * rows


def test_no_image_is_lost_and_no_row_stands_twice():
    digits = datasets.load_digits()
    images = np.concatenate([columns["image"] for columns in digits.splits.values()])
    assert images.dtype == np.float32 and images.min() == 0 and images.max() == 1
    assert len(np.unique(images.reshape(len(images), -1), axis=0)) == 1797


def test_the_split_is_the_same_at_every_call():
    first, second = datasets.load_digits(), datasets.load_digits()
    np.testing.assert_array_equal(first["test"]["image"], second["test"]["image"])
