"""Vocabularies and padding."""

from course_utils.sequences import Vocabulary, pad, unpad

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays


def test_a_vocabulary_numbers_tokens_as_they_come():
    letters = Vocabulary("bonjour")
    assert letters.tokens == ["b", "o", "n", "j", "u", "r"]
    np.testing.assert_array_equal(letters.encode("bob"), [0, 1, 0])
    assert letters.decode([0, 1, 0]) == ["b", "o", "b"]
    assert len(letters) == 6 and "j" in letters and "z" not in letters


def test_reserved_tokens_come_first():
    words = Vocabulary(["the", "weather"], reserved=("<pad>", "<unknown>"))
    np.testing.assert_array_equal(words.encode(["the", "storm"]), [2, 1])


def test_an_unknown_token_is_named():
    with pytest.raises(ValueError, match="'z' is not in this vocabulary of 3 tokens"):
        Vocabulary("abc").encode("az")


@given(st.text(min_size=1))
def test_encode_and_decode_round_trip(text):
    vocabulary = Vocabulary(text)
    assert "".join(vocabulary.decode(vocabulary.encode(text))) == text


def test_pad_fills_at_the_end():
    padded, mask = pad([np.array([7, 8]), np.array([9])], value=-1)
    np.testing.assert_array_equal(padded, [[7, 8], [9, -1]])
    np.testing.assert_array_equal(mask, [[True, True], [True, False]])


def test_pad_to_a_given_length_keeps_features_and_type():
    padded, mask = pad([np.ones((2, 3), "float32")], length=4)
    assert padded.shape == (1, 4, 3) and padded.dtype == np.float32
    assert padded.sum() == 6 and mask.sum() == 2


def test_pad_refuses_what_it_would_have_to_cut():
    with pytest.raises(ValueError, match="3 steps, more than length=2"):
        pad([np.zeros(3)], length=2)
    with pytest.raises(ValueError, match="at least one sequence"):
        pad([])


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=5).flatmap(
        lambda lengths: st.tuples(*(arrays("int64", (length, 2)) for length in lengths))
    )
)
def test_pad_and_unpad_round_trip(sequences):
    back = unpad(*pad(list(sequences), value=5))
    assert len(back) == len(sequences)
    for before, after in zip(sequences, back, strict=True):
        np.testing.assert_array_equal(before, after)
