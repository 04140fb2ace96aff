"""The table of lesson 11: complete, fair, and made by the script that stands beside it."""

from course_utils import datasets

import numpy as np
import pytest

pytestmark = pytest.mark.data("gated", "sequences", "training")


@pytest.fixture(scope="module")
def runs():
    return datasets.load_gated()["runs"]


@pytest.fixture(scope="module")
def maker(load_maker):
    return load_maker("make_gated")


def select(runs, task, layer, size, budget):
    mine = (runs["task"] == task) & (runs["layer"] == layer) & (runs["size"] == size)
    mine &= runs["budget"] == budget
    return {name: column[mine] for name, column in runs.items()}


def variants(maker):
    for task, widths in maker.UNITS.items():
        for size, budget in maker.SIZES[task]:
            for layer, units in widths.items():
                yield task, layer, size, budget, units


def test_every_layer_has_five_seeds_at_its_better_rate(runs, maker):
    rows = 0
    for task, layer, size, budget, units in variants(maker):
        mine = select(runs, task, layer, size, budget)
        assert set(mine["units"]) == {units}
        first = mine["seed"] == 0
        assert sorted(mine["rate"][first]) == sorted(maker.RATES)
        order = mine["validation"][first] * (1 if task in maker.LESS_IS_BETTER else -1)
        better = mine["rate"][first][np.argmin(order)]
        chosen = mine["rate"] == better
        assert sorted(mine["seed"][chosen]) == list(range(5))
        assert len(chosen) == 6
        rows += 6
    assert rows == len(runs["seed"])


def test_the_script_chooses_the_rate_on_the_validation_set(maker):
    def row(validation, rate, seed=0, task="task"):
        keys = dict(zip(maker.KEYS, (task, "GRU", 40, 8, 100, rate, seed), strict=True))
        return {name: str(value) for name, value in {**keys, "validation": validation}.items()}

    rows = [row(0.7, 0.1), row(0.8, 0.2), row(0.95, 0.1, seed=1), row(0.9, 0.1, task="other")]
    assert maker.choose_rate(rows, "task", "GRU", 40, 8, 100) == 0.2
    less = [row(0.7, 0.1, task="chorales"), row(0.8, 0.2, task="chorales")]
    assert maker.choose_rate(less, "chorales", "GRU", 40, 8, 100) == 0.1


@pytest.mark.parametrize("task, features, outputs", [("entities", 52, 13), ("reviews", 32, 1)])
def test_the_layers_have_equal_parameters(maker, task, features, outputs):
    sizes = []
    for layer, units in maker.UNITS[task].items():
        recurrent = getattr(maker.layers, layer)(units)
        recurrent.build((None, None, features))
        sizes.append(recurrent.count_params() + (units + 1) * outputs)
    assert max(sizes) / min(sizes) < 1.02


def test_scores_are_possible(runs):
    chorales = runs["task"] == "chorales"
    for column in ("validation", "test"):
        assert np.all((runs[column] > 0) & ((runs[column] < 1) | chorales))
        assert np.all(runs[column][chorales] < 10.73)  # each key predicted from itself
    assert np.all(runs["steps"] % 40 == 0) and runs["steps"].min() >= 40
    assert np.all(runs["steps"] <= runs["budget"])


def test_the_script_trains_what_the_table_says(runs, maker):
    # A short training, on the data of seed 0: the lesson repeats whole ones.
    parts, build, score = maker.read_entities()
    assert len(parts["train"][1]) == 7_000 and len(parts["test"][1]) == 2_000
    model, loss = build(maker.layers.GRU, 39)
    assert loss == "sparse_categorical_crossentropy"
    assert 0 <= score(model, "test") < 0.3
    assert score(model, "test") < runs["test"][runs["task"] == "entities"].min()
