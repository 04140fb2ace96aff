"""The reviews: the maker gives the file's bytes, and the splits are what their card says."""

import csv
import itertools
import re
from collections import Counter

from course_utils import datasets

import numpy as np
import pytest

pytestmark = pytest.mark.data("reviews")
GRAMMAR = ("train", "validation", "test")
PHENOMENA = {"plain", "negation", "contrast", "expectation", "intensifier"}


def words_of(text):
    return re.findall(r"[a-z]+(?:['-][a-z]+)*", text.lower())


@pytest.fixture(scope="module")
def maker(load_maker):
    return load_maker("make_reviews")


@pytest.fixture(scope="module")
def made(maker):
    """What the maker writes, and for each text the opinion words it was spelled from."""
    opinions, write = {}, maker.Writer.write

    def remember(writer, draw):
        texts = write(writer, draw)
        opinions.update({text: draw.find_words(label) for label, text in enumerate(texts)})
        return texts

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(maker.Writer, "write", remember)
        return maker.make_bytes(), opinions


@pytest.fixture(scope="module")
def reviews():
    return datasets.load_reviews()


def test_the_maker_gives_the_same_bytes(made):
    assert made[0] == (datasets.FOLDER / "reviews.csv").read_bytes()


def test_rows_and_columns(reviews):
    sizes = {split: len(columns["text"]) for split, columns in reviews.splits.items()}
    assert sizes == {"train": 11_000, "validation": 1_500, "test": 2_500, "by_hand": 600}
    for columns in reviews.splits.values():
        assert list(columns) == ["text", "label", "phenomenon", "thing", "pattern"]
        assert set(columns["phenomenon"]) == PHENOMENA
        assert set(columns["label"]) == {0, 1}


def test_no_text_occurs_twice(reviews):
    texts = [text.lower() for columns in reviews.splits.values() for text in columns["text"]]
    assert len(set(texts)) == len(texts)


def test_the_grammar_is_rich(maker, reviews):
    patterns = maker.read_patterns()
    assert len(patterns) == len({pattern.text for pattern in patterns}) == 235
    used = {pattern for split in GRAMMAR for pattern in reviews[split]["pattern"]}
    assert used == {pattern.id for pattern in patterns}
    words = Counter(word for split in GRAMMAR for text in reviews[split]["text"]
                    for word in words_of(text))  # fmt: skip
    assert len(words) > 1_000
    assert sum(times >= 10 for times in words.values()) > 700


@pytest.mark.parametrize("split", [*GRAMMAR, "by_hand"])
@pytest.mark.parametrize("phenomenon", sorted(PHENOMENA))
def test_the_phenomenon_does_not_give_the_label_away(reviews, split, phenomenon):
    labels = reviews[split]["label"][reviews[split]["phenomenon"] == phenomenon]
    assert labels.mean() == 0.5


@pytest.mark.parametrize("split", GRAMMAR)
def test_the_pattern_does_not_give_the_label_away(reviews, split):
    columns = reviews[split]
    for pattern in np.unique(columns["pattern"]):
        assert columns["label"][columns["pattern"] == pattern].mean() == 0.5, pattern


def test_the_thing_does_not_give_the_label_away(reviews):
    for split in GRAMMAR:
        for thing in np.unique(reviews[split]["thing"]):
            assert reviews[split]["label"][reviews[split]["thing"] == thing].mean() == 0.5


def test_mirror_images_have_the_same_words_and_opposite_labels(reviews):
    columns = reviews["test"]
    labels = {}
    for text, label in zip(columns["text"], columns["label"], strict=True):
        labels.setdefault(tuple(sorted(words_of(text))), set()).add(label)
    both = np.array([len(labels[tuple(sorted(words_of(text)))]) == 2 for text in columns["text"]])
    assert both[columns["phenomenon"] == "contrast"].mean() > 0.6
    assert both[columns["phenomenon"] == "negation"].mean() > 0.3
    assert both[columns["phenomenon"] == "plain"].mean() < 0.1


def test_some_patterns_are_in_the_test_alone(maker, reviews):
    held_out = {pattern.id for pattern in maker.read_patterns() if pattern.test_only}
    assert len(held_out) == 23
    assert {name.split("-")[0] for name in held_out} == PHENOMENA
    assert not held_out & set(reviews["train"]["pattern"])
    assert not held_out & set(reviews["validation"]["pattern"])
    assert 0.08 < np.isin(reviews["test"]["pattern"], sorted(held_out)).mean() < 0.15


def test_opinions_that_meet_in_the_test_never_meet_in_training(made, reviews):
    met, alone = {}, {}
    for split in GRAMMAR:
        for text, pattern in zip(reviews[split]["text"], reviews[split]["pattern"], strict=True):
            words = sorted(made[1][text])
            for pair in itertools.combinations(words, 2):
                met.setdefault(pair, set()).add(split)
            if len(words) == 1:
                alone.setdefault((pattern, words[0]), set()).add(split)
    assert len(met) > 4_000 and len(alone) > 2_000
    assert all(len(splits) == 1 for splits in met.values())
    assert all(len(splits) == 1 for splits in alone.values())


def test_no_opinion_is_both_praise_and_blame(maker):
    sides = set(), set()
    things, _ = maker.read_things()
    for thing in things.values():
        for pair in thing.opinions.values():
            for side, words in zip(sides, pair, strict=True):
                side.update(words)
        for aspect in thing.aspects:
            for side, points in zip(sides, aspect, strict=True):
                side.update(point.said for point in points)
    assert sides[0] and sides[1] and not sides[0] & sides[1]


def test_every_template_is_filled(reviews):
    for split in GRAMMAR:
        for text in reviews[split]["text"]:
            assert not re.search(r"[{}/]|  |^[a-z]|[.!?] [a-z]", text), text
            assert not re.search(r"\ba [aeio]|\ban [^aeiouh]", text.lower()), text


def test_the_hand_written_reviews_are_copied_unchanged(reviews):
    path = datasets.FOLDER / "makers" / "reviews" / "by_hand.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == list(reviews["by_hand"]["text"])
    assert set(reviews["by_hand"]["pattern"]) == {""}


def test_the_hand_written_reviews_repeat_neither_each_other_nor_the_grammar(reviews):
    owner = {}
    for number, text in enumerate(reviews["by_hand"]["text"]):
        words = words_of(text)
        for start in range(len(words) - 5):
            assert owner.setdefault(tuple(words[start : start + 6]), number) == number, text
    for split in GRAMMAR:
        for text in reviews[split]["text"]:
            words = words_of(text)
            for start in range(len(words) - 5):
                assert tuple(words[start : start + 6]) not in owner, text


def test_the_hand_written_reviews_vary(reviews):
    lengths = [len(text.split()) for text in reviews["by_hand"]["text"]]
    assert min(lengths) >= 4 and max(lengths) <= 40
    assert np.percentile(lengths, 5) <= 7 and np.percentile(lengths, 95) >= 25
    assert len({word for text in reviews["by_hand"]["text"] for word in words_of(text)}) > 2_000
    openings = Counter(" ".join(words_of(text)[:3]) for text in reviews["by_hand"]["text"])
    assert openings.most_common(1)[0][1] <= 6


def test_the_hand_written_reviews_use_new_words(reviews):
    known = {word for text in reviews["train"]["text"] for word in words_of(text)}
    running = [word for text in reviews["by_hand"]["text"] for word in words_of(text)]
    assert np.mean([word not in known for word in running]) == pytest.approx(0.28, abs=0.01)
    assert np.mean([word not in known for word in set(running)]) == pytest.approx(0.68, abs=0.01)
