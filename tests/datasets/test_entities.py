"""The Entities: valid tags, names held out, ambiguous names balanced, clues where they are said."""

from collections import Counter, defaultdict

from course_utils import datasets

import numpy as np
import pytest

pytestmark = pytest.mark.data("entities")
TYPES = {"LOC", "PER", "ORG", "LANG", "CUR", "DATE"}


@pytest.fixture(scope="module")
def entities():
    return datasets.load_entities()


@pytest.fixture(scope="module")
def maker(load_maker):
    return load_maker("make_entities")


def names(split):
    """Yield (text, type) of each entity but the ambiguous ones."""
    for tokens, tags, position in zip(
        split["tokens"], split["tags"], split["position"], strict=True
    ):
        for start, tag in enumerate(tags):
            if tag.startswith("B") and start != position:
                stop = start + 1
                while stop < len(tags) and tags[stop].startswith("I"):
                    stop += 1
                yield " ".join(tokens[start:stop]), tag[2:]


def test_maker_gives_the_same_bytes(maker):
    from babel.core import get_cldr_version

    if get_cldr_version() != "47":
        pytest.skip("the file is made with CLDR 47 (babel 2.18)")
    assert maker.make_entities() == (datasets.FOLDER / "entities.csv").read_bytes()


def test_sizes_and_columns(entities):
    sizes = {name: len(split["tokens"]) for name, split in entities.splits.items()}
    assert sizes == {"train": 7000, "validation": 1000, "test": 2000, "test_patterns": 1500}
    for split in entities.splits.values():
        assert list(split) == ["tokens", "tags", "position", "clue", "pattern"]
        assert all(isinstance(tokens, list) for tokens in split["tokens"])
        assert split["position"].dtype == split["pattern"].dtype == np.int64


def test_tags_are_valid_bio(entities):
    for split in entities.splits.values():
        for tokens, tags in zip(split["tokens"], split["tags"], strict=True):
            assert len(tokens) == len(tags) and all(tokens)
            for before, tag in zip(["O", *tags], tags, strict=False):
                assert tag == "O" or (tag[:2] in ("B-", "I-") and tag[2:] in TYPES)
                if tag.startswith("I-"):
                    assert before in (f"B-{tag[2:]}", tag)


def test_every_type_occurs_in_every_split(entities):
    for split in entities.splits.values():
        assert {kind for _, kind in names(split)} == TYPES


def test_no_sentence_occurs_twice(entities):
    sentences = [" ".join(t) for split in entities.splits.values() for t in split["tokens"]]
    assert len(set(sentences)) == len(sentences)


def test_patterns_are_many_and_some_are_kept_for_their_split(entities, maker):
    assert len(maker.number_patterns()) >= 120
    used = {name: set(split["pattern"].tolist()) for name, split in entities.splits.items()}
    assert len(used["train"]) >= 500 and len(used["test_patterns"]) >= 100
    assert not used["test_patterns"] & (used["train"] | used["validation"] | used["test"])


@pytest.mark.parametrize("held_out", ["validation", "test", "test_patterns"])
def test_names_are_held_out(entities, held_out):
    in_train = {text for text, kind in names(entities["train"]) if kind != "DATE"}
    words = {token for tokens in entities["train"]["tokens"] for token in tokens}
    for text, kind in set(names(entities[held_out])):
        if kind != "DATE":
            assert text not in in_train
            new = [word not in words for word in text.split()]
            assert all(new) if kind in ("LOC", "LANG", "PER") else any(new), text


def test_validation_and_test_share_no_names(entities):
    names_of = {
        split: {text for text, kind in names(entities[split]) if kind != "DATE"}
        for split in ("validation", "test")
    }
    assert not names_of["validation"] & names_of["test"]


def test_some_ambiguous_names_are_held_out(entities):
    marked = {
        name: [t[p] for t, p in zip(split["tokens"], split["position"], strict=True) if p >= 0]
        for name, split in entities.splits.items()
    }
    new = [name not in set(marked["train"]) for name in marked["test"]]
    assert 0.2 < np.mean(new) < 0.6


def test_marks_are_consistent(entities):
    for split in entities.splits.values():
        assert set(split["clue"].tolist()) == {"", "left", "right", "both"}
        for tokens, tags, position, clue in zip(
            split["tokens"], split["tags"], split["position"], split["clue"], strict=True
        ):
            assert (position == -1) == (clue == "")
            if clue:
                assert 0 <= position < len(tokens)
                assert not tags[position].startswith("I-")
                assert position + 1 == len(tags) or not tags[position + 1].startswith("I-")
            if clue == "left":
                assert position > 0


def test_both_readings_are_equally_frequent(entities):
    for split in entities.splits.values():
        readings = defaultdict(Counter)
        for tokens, tags, position in zip(
            split["tokens"], split["tags"], split["position"], strict=True
        ):
            if position >= 0:
                readings[tokens[position]][tags[position]] += 1
        for name, counts in readings.items():
            assert len(counts) >= 2, name
            assert max(counts.values()) <= sum(counts.values()) / 2, name


def side(tokens, position, clue):
    """Return the side of the sentence, the name included, that does not hold the clue."""
    return tuple(tokens[: position + 1]) if clue == "right" else tuple(tokens[position:])


@pytest.mark.parametrize("clue", ["right", "left"])
def test_the_other_side_tells_nothing(entities, clue):
    """A reader without the clue's side is right once in two, however well it is trained."""
    for split in entities.splits.values():
        seen = defaultdict(Counter)
        for row in np.flatnonzero(split["clue"] == clue):
            position = split["position"][row]
            key = side(split["tokens"][row], position, clue)
            seen[key][split["tags"][row][position]] += 1
        best = sum(max(counts.values()) for counts in seen.values())
        assert best == np.sum(split["clue"] == clue) / 2


def test_a_count_of_openings_finds_a_clue_that_stands_left(entities):
    """The sides are not mixed up: what tells nothing for one mark tells all for the other."""
    split = entities["train"]
    seen = defaultdict(set)
    for row in np.flatnonzero(split["clue"] == "left"):
        position = split["position"][row]
        key = side(split["tokens"][row], position, "right")
        seen[key].add(split["tags"][row][position])
    assert all(len(readings) == 1 for readings in seen.values())


def test_article_and_its_noun_agree_in_sound(entities):
    for split in entities.splits.values():
        for tokens in split["tokens"]:
            for word, follower in zip(tokens, tokens[1:], strict=False):
                if word in ("a", "an"):
                    vowel = follower[0].lower() in "aeiou"
                    silent = follower.startswith(("hour", "honest"))
                    assert (word == "an") == (vowel or silent), " ".join(tokens)
