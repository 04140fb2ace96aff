"""Vocabularies, padding, entities from BIO tags, and leaks."""

from course_utils import datasets
from course_utils.sequences import (
    Vocabulary,
    WordViews,
    entity_f1,
    find_leak,
    pad,
    spans_from_bio,
)

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
def test_the_mask_finds_every_sequence_again(sequences):
    padded, mask = pad(list(sequences), value=5)
    for before, row, steps in zip(sequences, padded, mask, strict=True):
        np.testing.assert_array_equal(before, row[steps])


@pytest.mark.parametrize(
    "tags, spans",
    [
        ("", []),
        ("O O", []),
        ("B-LOC O B-PER I-PER", [(0, 1, "LOC"), (2, 4, "PER")]),
        ("B-LOC B-LOC I-LOC", [(0, 1, "LOC"), (1, 3, "LOC")]),
        ("O I-LOC I-LOC", [(1, 3, "LOC")]),
        ("B-LOC I-PER", [(0, 1, "LOC"), (1, 2, "PER")]),
        ("B-LOC O I-LOC", [(0, 1, "LOC"), (2, 3, "LOC")]),
    ],
)
def test_spans_from_bio(tags, spans):
    assert spans_from_bio(tags.split()) == spans


@pytest.mark.parametrize("tag", ["LOC", "B", "B-", "b-LOC", "o", "S-LOC"])
def test_a_tag_of_another_form_is_refused(tag):
    with pytest.raises(ValueError, match=f"tag 1 is '{tag}'"):
        spans_from_bio(["O", tag])


def test_an_entity_counts_only_as_a_whole():
    true = [["B-PER", "I-PER", "O"], ["B-LOC", "O"]]
    half = [["B-PER", "O", "O"], ["B-LOC", "B-DATE"]]
    assert entity_f1(true, true) == (1, 1, 1)
    assert entity_f1(true, half) == pytest.approx((1 / 3, 1 / 2, 2 / 5))
    assert entity_f1(true, [["B-LOC", "I-LOC", "O"], ["O", "O"]]) == (0, 0, 0)


def test_entities_of_different_sentences_are_not_confused():
    assert entity_f1([["B-LOC"], ["O"]], [["O"], ["B-LOC"]]) == (0, 0, 0)


def test_nothing_found_and_nothing_wanted_is_no_error():
    assert entity_f1([["O"]], [["O"]]) == entity_f1([], []) == (0, 0, 0)


def test_entity_f1_refuses_sentences_that_do_not_fit():
    with pytest.raises(ValueError, match="2 true sentences, 1 predicted"):
        entity_f1([["O"], ["O"]], [["O"]])
    with pytest.raises(ValueError, match="sentence 1: 1 true tags, 2 predicted"):
        entity_f1([["O"], ["O"]], [["O"], ["O", "O"]])


def test_three_views_of_a_word():
    views = WordViews([["Parking", "meters", "in", "2021", "take", "CHF", "parking"]] * 20)
    numbers = views.encode([["Parking", "tracking", "1999", "USD", "?"], ["in"]], length=6)
    read = {name: views.vocabularies[name].decode(row[0]) for name, row in numbers.items()}
    assert read["word"] == ["Parking", *["<unknown>"] * 4, "<pad>"]
    assert read["ending"] == [*["<unknown>"] * 5, "<pad>"]  # no ending has three words
    assert read["shape"] == ["Capital", "small", "number", "CAPITALS", "sign", "<pad>"]
    assert {row.shape for row in numbers.values()} == {(2, 6)}
    assert {row.dtype.name for row in numbers.values()} == {"int32"}
    shared = WordViews([["king", "ring", "Sing", "song"]]).vocabularies["ending"]
    assert shared.tokens == ["<pad>", "<unknown>", "ing"]
    with pytest.raises(ValueError, match="more than length=2"):
        views.encode([["in", "in", "in"]], length=2)


def test_the_views_have_the_sizes_that_lesson_06_prints():
    views = WordViews(datasets.load_entities()["train"]["tokens"])
    sizes = {name: len(vocabulary) for name, vocabulary in views.vocabularies.items()}
    assert sizes == {"word": 768, "ending": 244, "shape": 7}


LEAKS = {
    "running sum": (lambda x: np.cumsum(x, axis=1), []),
    "next value": (lambda x: np.roll(x, -1, axis=1), [0, 1, 2, 3, 4]),
    "value in two steps": (lambda x: np.concatenate([x[:, 2:], x[:, :2]], axis=1), [0, 1, 2, 3]),
    "mean of the row": (lambda x: x - x.mean(axis=1, keepdims=True), [0, 1, 2, 3, 4]),
    "only at step 2": (lambda x: x + (np.arange(6) == 2)[:, None] * x[:, -1:], [2]),
}


@pytest.mark.parametrize("name", LEAKS)
@pytest.mark.parametrize("kind", [float, "float32", int])
def test_a_leak_is_found_where_it_is(name, kind):
    model, steps = LEAKS[name]
    x = np.random.default_rng(1).normal(0, 50, (3, 6, 2)).astype(kind)
    copy = x.copy()
    assert find_leak(model, x, tolerance=1e-3) == steps
    np.testing.assert_array_equal(x, copy)


def test_a_leak_needs_an_output_at_every_step():
    with pytest.raises(ValueError, match="return_sequences=True"):
        find_leak(lambda x: x[:, -1], np.ones((2, 5, 3)))
