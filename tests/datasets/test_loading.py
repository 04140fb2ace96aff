"""The one reader of CSV files, and the table that makers of trainings share."""

import hashlib

from course_utils import datasets

import numpy as np
import pytest

ROWS = "split,words,share,kept,name\ntrain,a b,0.5,1,x\ntest,c,0.25,0,y\n"
KINDS = {"split": str, "words": list, "share": float, "kept": bool, "name": object}


@pytest.fixture
def ship(tmp_path, monkeypatch):
    """A function that ships a file with its checksum, in a folder of its own."""
    monkeypatch.setattr(datasets, "FOLDER", tmp_path)

    def write(text, name="odd"):
        (tmp_path / f"{name}.csv").write_bytes(text.encode())
        checksum = hashlib.sha256(text.encode()).hexdigest()
        monkeypatch.setitem(datasets.CHECKSUMS, f"{name}.csv", checksum)

    return write


def test_columns_become_what_the_loader_names(ship):
    ship(ROWS)
    data = datasets.read_csv("odd", KINDS)
    assert list(data.splits) == ["train", "test"] and list(data["train"]) == list(KINDS)[1:]
    assert data["train"]["words"][0] == ["a", "b"] and data["test"]["share"] == [0.25]
    assert data["train"]["kept"].dtype == bool and data["test"]["name"].dtype == object


@pytest.mark.parametrize(
    "text, message",
    [
        (ROWS.replace("share", "part"), "columns split, words, part, kept, name; its loader reads"),
        (ROWS.replace(",name", "").replace(",x", "").replace(",y", ""), "its loader reads"),
        (ROWS.replace("name\n", "name,more\n"), "its loader reads"),
        (ROWS.replace("train,a b,0.5,1,x", "train,a b,0.5,1"), "row 2, has 4 values for 5"),
        (ROWS.replace("0.5", "half"), "column share: .*half"),
        (ROWS.replace(",1,", ",yes,"), "column kept: "),
        ("", "its loader reads"),
    ],
)
def test_a_file_that_the_loader_does_not_know_is_an_error_with_its_remedy(ship, text, message):
    ship(text)
    with pytest.raises(datasets.DatasetError, match=f"{message}.*git checkout -- datasets/odd.csv"):
        datasets.read_csv("odd", KINDS)


@pytest.mark.parametrize("name", sorted(datasets.CHECKSUMS))
def test_every_file_is_the_one_whose_checksum_is_recorded(name):
    assert datasets.open_checked(name).name == name


def test_a_table_of_trainings_goes_on_where_it_stopped(tmp_path, load_maker):
    making, done = load_maker("making"), []

    def train(layer, seed):
        done.append((layer, seed))
        if len(done) == 2:
            raise KeyboardInterrupt
        return [f"{seed / 4:.2f}"]

    trainings = [("LSTM", 0), ("LSTM", 1), ("GRU", 0)]
    path = tmp_path / "rates.csv"
    with pytest.raises(KeyboardInterrupt):
        making.ResultTable(path, ("layer", "seed"), ("validation",)).fill(trainings, train)
    with path.open("ab") as file:
        file.write(b"GRU,0,0.")  # what a power cut leaves
    making.ResultTable(path, ("layer", "seed"), ("validation",)).fill(trainings, train)
    assert done == [("LSTM", 0), ("LSTM", 1), ("LSTM", 1), ("GRU", 0)]
    assert path.read_text() == "layer,seed,validation\nLSTM,0,0.00\nLSTM,1,0.25\nGRU,0,0.00\n"


@pytest.mark.parametrize(
    "text, message",
    [
        ("layer,rate,validation\n", "has the columns layer, rate, validation"),
        ("layer,seed,validation\nGRU,0\n", "row 2: 2 values"),
        ("layer,seed,validation\nGRU,0,1\nGRU,0,2\n", "holds a training twice"),
    ],
)
def test_a_table_of_something_else_is_refused(tmp_path, load_maker, text, message):
    path = tmp_path / "rates.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        load_maker("making").ResultTable(path, ("layer", "seed"), ("validation",))
    assert path.read_text() == text


def test_a_split_holds_columns_of_one_length():
    with pytest.raises(ValueError, match="odd, train: columns of unequal length"):
        datasets.Dataset("odd", {"train": {"a": np.zeros(2), "b": np.zeros(3)}})
