"""Files are those of this release, with the columns that loaders read; makers share one table."""

import csv
import hashlib
import io

from course_utils import datasets

import numpy as np
import pytest

SHIPPED = datasets.FOLDER
LOADERS = {name: getattr(datasets, f"load_{name.split('.')[0]}") for name in datasets.CHECKSUMS}
TABLES = sorted(name for name in LOADERS if name.endswith(".csv"))
ARRAYS = sorted(name for name in LOADERS if name.endswith(".npz"))
ROWS = "split,words,share,kept,name\ntrain,a b,0.5,1,x\ntest,c,0.25,0,y\n"
KINDS = {"split": str, "words": list, "share": float, "kept": bool, "name": object}


@pytest.fixture
def ship(tmp_path, monkeypatch):
    """A function that ships a file with its checksum, in a folder of its own."""
    monkeypatch.setattr(datasets, "FOLDER", tmp_path)

    def write(content, name="odd.csv"):
        (tmp_path / name).write_bytes(content)
        monkeypatch.setitem(datasets.CHECKSUMS, name, hashlib.sha256(content).hexdigest())

    return write


def test_columns_become_what_the_loader_names(ship):
    ship(ROWS.encode())
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
    ship(text.encode())
    with pytest.raises(datasets.DatasetError, match=f"{message}.*git checkout -- datasets/odd.csv"):
        datasets.read_csv("odd", KINDS)


@pytest.mark.parametrize("name", TABLES)
def test_no_loader_takes_a_table_whose_column_has_another_name(ship, name):
    with (SHIPPED / name).open(encoding="utf-8", newline="") as file:
        header, row = next(reader := csv.reader(file)), next(reader)
    for column in header:
        text = io.StringIO(newline="")
        renamed = [f"new_{title}" if title == column else title for title in header]
        csv.writer(text, lineterminator="\n").writerows([renamed, row])
        ship(text.getvalue().encode(), name)
        with pytest.raises(datasets.DatasetError, match=f"{name} has the columns .*new_{column}"):
            LOADERS[name]()


@pytest.mark.parametrize("name", ARRAYS)
def test_no_loader_takes_arrays_of_which_one_is_missing(ship, name):
    with np.load(SHIPPED / name) as file:
        arrays = dict(file)
    for left_out in arrays:
        content = io.BytesIO()
        np.savez(content, **{title: a for title, a in arrays.items() if title != left_out})
        ship(content.getvalue(), name)
        with pytest.raises(datasets.DatasetError, match=f"{name} has the columns .*{left_out}"):
            LOADERS[name]()


def test_every_file_is_the_one_whose_checksum_is_recorded_here_and_on_its_card():
    found = {p.name: p.read_bytes() for p in SHIPPED.iterdir() if p.suffix in (".csv", ".npz")}
    checksums = {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}
    assert checksums == datasets.CHECKSUMS
    cards = (SHIPPED / "README.md").read_text(encoding="utf-8")
    assert all(f"**SHA-256** `{checksum}`" in cards for checksum in checksums.values())


@pytest.mark.parametrize("name", LOADERS)
@pytest.mark.parametrize("damage", ["missing", "cut", "edited"])
def test_a_damaged_file_is_an_error_with_its_remedy(monkeypatch, tmp_path, name, damage):
    content = (SHIPPED / name).read_bytes()
    if damage == "cut":
        (tmp_path / name).write_bytes(content[:-1])
    elif damage == "edited":
        (tmp_path / name).write_bytes(content[:-2] + b"7" + content[-1:])
    monkeypatch.setattr(datasets, "FOLDER", tmp_path)
    reason = "cannot be read" if damage == "missing" else "not the file of this release"
    remedy = f"git checkout -- datasets/{name}` .made by datasets/makers/make_"
    with pytest.raises(datasets.DatasetError, match=f"{reason}.*{remedy}"):
        LOADERS[name]()


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


@pytest.mark.parametrize(
    "stem",
    [
        pytest.param(stem, marks=pytest.mark.data(stem, "sequences", "training"))
        for stem in ("bottleneck", "gated", "recall", "taggers")
    ],
)
def test_a_maker_of_trainings_leaves_a_whole_table_as_it_is(
    monkeypatch, tmp_path, load_maker, stem
):
    maker, content = load_maker(f"make_{stem}"), (SHIPPED / f"{stem}.csv").read_bytes()
    path = tmp_path / f"{stem}.csv"
    path.write_bytes(content)
    monkeypatch.setattr("sys.argv", [f"make_{stem}.py", str(tmp_path)])
    monkeypatch.setattr(maker, "run", lambda *_: pytest.fail("trained again"))
    maker.main()
    assert path.read_bytes() == content


def test_a_split_holds_columns_of_one_length():
    with pytest.raises(ValueError, match="odd, train: columns of unequal length"):
        datasets.Dataset("odd", {"train": {"a": np.zeros(2), "b": np.zeros(3)}})
