"""The stories of lesson 10 and the table of trainings on them."""

from course_utils import datasets
from course_utils.datasets import ALLERGIES, RECALL_WORDS, make_recall

import numpy as np
import pytest

FOODS, ANSWERS = list(ALLERGIES), list(ALLERGIES.values())


def read(row):
    return [RECALL_WORDS[number] for number in row]


@pytest.mark.parametrize("distractors", [0, 1, 5])
@pytest.mark.parametrize("even", [False, True])
def test_a_story_names_the_allergy_and_asks_for_it(distractors, even):
    x, y = make_recall(200, distractors, seed=1, even=even)
    assert x.shape == (200, 9 + 5 * distractors) and x.dtype == y.dtype == np.int32
    for row, answer in zip(x, y, strict=True):
        words = read(row)
        story = [word for word in words if word != "..."]
        assert words == ["..."] * (len(words) - len(story)) + story
        name, *first = story[:5]
        assert first == ["is", "allergic", "to", FOODS[answer]]
        assert story[-4:] == ["so", name, "cannot", "eat"]
        least, most = (4, 4) if even else (3, 5)
        assert least * distractors <= len(story) - 9 <= most * distractors


def test_an_answer_can_only_be_guessed_from_the_rest():
    x, y = make_recall(4000, 3, seed=2)
    assert np.bincount(y, minlength=8).min() > 400
    foods = (x >= 1) & (x <= 8)
    last = [row[place][-1] - 1 for row, place in zip(x, foods, strict=True)]
    later = foods.sum(axis=1) > 1
    assert np.mean((np.array(last) == y)[later]) < 0.2  # the food named last is no help


def test_the_same_seed_tells_the_same_stories():
    for one, same, other in zip(
        make_recall(9, 2, 0), make_recall(9, 2, 0), make_recall(9, 2, 1), strict=True
    ):
        np.testing.assert_array_equal(one, same)
        assert not np.array_equal(one, other)


@pytest.mark.data("recall", "training")
def test_every_training_stands_in_the_table_once(load_maker):
    maker = load_maker("make_recall")
    runs = datasets.load_recall()["runs"]
    rows = list(zip(*(runs[name] for name in maker.KEYS), strict=True))
    wanted = [
        (kind, start, even, distractors, seed)
        for seed, distractors in maker.DISTANCES
        for kind, start, even in maker.READERS
    ]
    assert sorted(rows) == sorted(wanted)
    assert np.all((runs["accuracy"] >= 0) & (runs["accuracy"] <= 1))
    ended = runs["steps"] < maker.BLOCK * maker.BLOCKS
    assert np.all(runs["accuracy"][ended] > 0.99)


@pytest.mark.slow
@pytest.mark.parametrize("kind, start, distractors", [("LSTM", "chrono", 4), ("LSTM", "zero", 2)])
def test_the_table_can_be_measured_again(load_maker, kind, start, distractors):
    maker = load_maker("make_recall")
    runs = datasets.load_recall()["runs"]
    row = (runs["layer"] == kind) & (runs["start"] == start) & (runs["seed"] == 0)
    row &= runs["distractors"] == distractors
    _, accuracy = maker.run(kind, start, False, distractors, 0)
    # Another processor rounds otherwise: what is learned stays learned, a guess a guess.
    assert accuracy == pytest.approx(runs["accuracy"][row][0], abs=0.1)
