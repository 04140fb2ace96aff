"""The trainings of lesson 12, and the maker that trained them."""

from itertools import groupby

from course_utils import datasets

import numpy as np
import pytest

pytestmark = pytest.mark.data("taggers", "sequences", "training")


@pytest.fixture(scope="module")
def runs():
    return datasets.load_taggers()["runs"]


@pytest.fixture(scope="module")
def maker(load_maker):
    return load_maker("make_taggers")


def test_every_training_is_there_once_and_in_order(runs, maker):
    keys = list(zip(*(runs[name] for name in maker.KEYS[:5]), strict=True))
    wanted = [(*run, seed) for *run, seeds in maker.RUNS for seed in seeds]
    assert keys == wanted


def test_shares_are_shares(runs):
    for name in ("f1", "left", "both", "right", "patterns"):
        assert np.all((runs[name] > 0) & (runs[name] <= 1))


def test_one_direction_stays_below_its_ceiling(runs):
    forward, backward = (runs["arrangement"] == name for name in ("forward", "backward"))
    assert runs["right"][forward].max() <= 0.5 and runs["left"][backward].max() <= 0.5
    assert runs["right"][~(forward | backward)].min() > 0.5


@pytest.mark.parametrize("cell", ["SimpleRNN", "GRU"])
def test_the_parameters_are_equal_within_two_percent(runs, cell):
    parameters = runs["parameters"][runs["cell"] == cell]
    assert parameters.max() < 1.02 * parameters.min()


def test_the_maker_builds_what_the_table_counts(runs, maker):
    rows = zip(*(runs[name] for name in (*maker.KEYS, "parameters")), strict=True)
    entities = maker.Entities()
    for (cell, arrangement, units, parameters), _ in groupby(rows, lambda r: (*r[:3], r[5])):
        middle = maker.make_middle(cell, arrangement, int(units))
        model = maker.build_tagger(entities.views, entities.tags, middle)
        assert maker.count_behind_embeddings(model) == parameters


def test_the_backward_tagger_passes_its_mask_on(maker):
    keras = maker.keras
    numbers = keras.Input((None,), dtype="int32")
    states = maker.make_middle("SimpleRNN", "backward", 3)(
        keras.layers.Embedding(5, 2, mask_zero=True)(numbers)
    )
    model = keras.Model(numbers, states)
    padded, alone = model(np.array([[1, 2, 3, 0]])), model(np.array([[1, 2, 3]]))
    np.testing.assert_allclose(padded[:, :3], alone, atol=1e-6)
    np.testing.assert_array_equal(padded._keras_mask, [[True, True, True, False]])
