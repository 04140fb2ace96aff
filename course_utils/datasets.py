"""The data sets of the course: each `load_NAME()` returns a `Dataset`, offline.

Cards (rows, columns with units, origin, licence) are in `datasets/README.md`.
"""

import csv
import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "datasets"

# SHA-256 of each shipped file; `datasets/makers/make_NAME.py` prints that of the file it writes.
CHECKSUMS = {
    "bottleneck.csv": "4941967f42e3dcf9e9ed15b8153b390ff893108b6f531b91ce3c8cd0016f5e17",
    "chorales.npz": "aa92cf3f0b98c7eba37a158643ce5e4256c1db357a6d20234e486b977a74622c",
    "entities.csv": "c1a5e2693b5e93bd78d71e4bdc11d52fed51938736922ccfa2fa4128e317fc0c",
    "gated.csv": "9a242b6720498b8e1fb194d669bfd9a6c509c9f69ed14baea408234e2b6c114b",
    "glyphs.npz": "32be75a503fec4280906aa07eaa975e1822fc756fd2407a5a18d800d5112dfa6",
    "recall.csv": "9def3d0cafa2509b71acab8aa099f3ae083885e20a253ec4d0469b27b691c7fc",
    "reviews.csv": "ebe7083c8f4889606d9423415c37bffaae83cc9a8d81a8b2be2a146d4722b811",
    "taggers.csv": "b0f43abb614f22ec3a416f1ae9c2297d300d0df211ef47a3638486d9a881931c",
}

# Pitch classes 0 to 11, as the chorales' keys spell them.
TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

# What somebody cannot eat who is allergic to it.
ALLERGIES = {
    "nuts": "peanuts",
    "milk": "cheese",
    "eggs": "omelettes",
    "fish": "sardines",
    "wheat": "bread",
    "soy": "tofu",
    "sesame": "tahini",
    "shellfish": "prawns",
}
_NAMES = ("alice", "omar", "mei", "pavel", "ines", "tom")
# What is said between the allergy and the question; * stands for any of the eight foods.
_DISTRACTORS = (
    "it was raining",
    "her phone rang",
    "we walked home",
    "the train was late",
    "the shop was closed",
    "somebody played the piano",
    "they sat by the window",
    "nobody wanted to go home",
    "the waiter brought more water",
    "somebody ordered *",
    "we like *",
    "her brother likes *",
    "nobody asked for *",
    "the soup smelled of *",
    "we bought * last week",
)
RECALL_WORDS = (
    "...",
    *ALLERGIES,
    *sorted(
        {*_NAMES, *" ".join(_DISTRACTORS).split(), *"is allergic to so cannot eat".split()} - {"*"}
    ),
)


class DatasetError(Exception):
    """A data file is missing, damaged or of other columns; the message names the remedy."""


@dataclass(frozen=True)
class Dataset:
    """Rows of one kind, split into named parts.

    Attributes:
        name: the data set's name, as in its card.
        splits: maps the name of a split ("train", "test", ...) to its columns: a dict from
            column name to a NumPy array, all of one length. Rows that differ in length
            (sentences, melodies) stand in an array of dtype object.

    `data["train"]["label"]` is a column; `len(data["train"]["label"])` its number of rows.
    """

    name: str
    splits: dict[str, dict[str, np.ndarray]]

    def __post_init__(self) -> None:
        for split, columns in self.splits.items():
            lengths = {column: len(values) for column, values in columns.items()}
            if len(set(lengths.values())) > 1:
                raise ValueError(f"{self.name}, {split}: columns of unequal length: {lengths}")

    def __getitem__(self, split: str) -> dict[str, np.ndarray]:
        if split not in self.splits:
            known = ", ".join(self.splits)
            raise KeyError(f"{self.name} has no split {split!r}; it has {known}")
        return self.splits[split]

    def __repr__(self) -> str:
        lines = [f"Dataset {self.name}"]
        for split, columns in self.splits.items():
            rows = len(next(iter(columns.values()))) if columns else 0
            lines.append(f"  {split:<12} {rows:>6} rows   {', '.join(columns)}")
        return "\n".join(lines)


def _remedy(filename: str) -> str:
    """Return what to do about a data file that is not as it should be."""
    maker = f"datasets/makers/make_{Path(filename).stem}.py"
    return f"restore it with `git checkout -- datasets/{filename}` (made by {maker})"


def open_checked(filename: str) -> Path:
    """Return the path of a shipped data file whose SHA-256 is as recorded.

    Args:
        filename: name in the folder `datasets`, for example "chorales.npz".

    Returns:
        The `Path` of the file.

    Raises:
        DatasetError: the file is missing, or its bytes are not those of this release.
    """
    path, remedy = FOLDER / filename, _remedy(filename)
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror
        raise DatasetError(f"datasets/{filename} cannot be read ({reason}); {remedy}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != CHECKSUMS[filename]:
        raise DatasetError(
            f"datasets/{filename} is not the file of this release "
            f"(SHA-256 starts {found[:12]}, expected {CHECKSUMS[filename][:12]}); {remedy}"
        )
    return path


def object_array(rows: Sequence) -> np.ndarray:
    """Return a 1-D array of dtype object that holds each row as it is, whatever its length."""
    array = np.empty(len(rows), dtype=object)
    for index, row in enumerate(rows):
        array[index] = row
    return array


def _check_columns(filename: str, found: Collection[str], wanted: Collection[str]) -> None:
    """Raise a `DatasetError` unless a file has just the columns that its loader reads."""
    if sorted(found) != sorted(wanted):
        raise DatasetError(
            f"datasets/{filename} has the columns {', '.join(found)}; its loader reads "
            f"{', '.join(wanted)}; {_remedy(filename)}, or let its maker and its loader agree"
        )


# What a column of a CSV file becomes, by the kind that its loader names.
_PARSERS: dict[type, Callable[[list[str]], np.ndarray]] = {
    str: np.array,
    int: lambda values: np.array([int(value) for value in values]),
    float: lambda values: np.array([float(value) for value in values]),
    bool: lambda values: np.array([bool(["0", "1"].index(value)) for value in values]),
    object: object_array,
    list: lambda values: object_array([value.split(" ") for value in values]),
}


def read_csv(name: str, kinds: Mapping[str, type]) -> Dataset:
    """Return the data set that a shipped CSV file holds.

    Args:
        name: of the data set; the file is `name`.csv.
        kinds: maps each column of the file to what becomes of it: str, int (int64), float
            (float64), bool (of "0" and "1"), object (str, in an array of dtype object) or list
            (lists of str, which the file parts by spaces). The file need not keep their order.

    Returns:
        A `Dataset` with the columns in the order of `kinds`. A column "split" names the split of
        each row and is not among them; without it all rows are in one split, "runs".

    Raises:
        DatasetError: the file is missing, damaged or of another release, has other columns, a row
            of another length, or a value of another kind.
    """
    filename = f"{name}.csv"
    with open_checked(filename).open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file)) or [[]]
    _check_columns(filename, header, kinds)
    parts: dict[str, list[dict[str, str]]] = {}
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise DatasetError(
                f"datasets/{filename}, row {number}, has {len(row)} values for {len(header)} "
                f"columns; {_remedy(filename)}"
            )
        values = dict(zip(header, row, strict=True))
        parts.setdefault(values.pop("split", "runs"), []).append(values)
    splits: dict[str, dict[str, np.ndarray]] = {part: {} for part in parts}
    for column, kind in kinds.items():
        try:
            for part, table in parts.items():
                if column != "split":
                    splits[part][column] = _PARSERS[kind]([values[column] for values in table])
        except ValueError as error:
            raise DatasetError(
                f"datasets/{filename}, column {column}: {error}; {_remedy(filename)}"
            ) from error
    return Dataset(name, splits)


def _read_arrays(filename: str, names: Collection[str]) -> dict[str, np.ndarray]:
    """Return the arrays of a shipped NPZ file, or raise a `DatasetError`."""
    with np.load(open_checked(filename), allow_pickle=False) as file:
        _check_columns(filename, file.files, names)
        return dict(file)


def load_chorales() -> Dataset:
    """Return Bach's four-part chorales as MIDI pitches, one step per sixteenth note.

    Returns:
        A `Dataset` with the splits train, validation and test; pieces that share a melody are
        in one split. Columns, one row per piece:
        piece (str): name in the music21 corpus, "bwv" and the BWV number.
        key (str): tonic and mode, for example "Eb major".
        tonic (int8): pitch class of the tonic, 0 for C to 11 for B.
        mode (str): "major" or "minor".
        tune (int16): number of the melody; variants of one melody share it.
        pitches (object): int8 arrays (steps, 4), soprano, alto, tenor, bass; MIDI numbers,
            60 is middle C, 0 is a rest. Steps 0, 4, 8, ... are the quarter beats.
        onsets (object): bool arrays (steps, 4), true where a note is struck, false where it
            is held or rests.

    Raises:
        DatasetError: the file is missing, damaged or of another release.
    """
    stored = ("piece", "key", "tune", "split", "length", "pitches", "onsets")
    table = _read_arrays("chorales.npz", stored)
    names = table["key"]
    table["tonic"] = np.array([TONICS.index(name.split()[0]) for name in names], np.int8)
    table["mode"] = np.array([name.split()[1] for name in names])
    stops = np.cumsum(table["length"])
    onsets = np.unpackbits(table["onsets"], count=4 * stops[-1]).reshape(-1, 4).astype(bool)
    table["pitches"] = object_array(np.split(table["pitches"], stops[:-1]))
    table["onsets"] = object_array(np.split(onsets, stops[:-1]))
    columns = ("piece", "key", "tonic", "mode", "tune", "pitches", "onsets")
    return Dataset(
        "chorales",
        {
            split: {column: table[column][table["split"] == split] for column in columns}
            for split in ("train", "validation", "test")
        },
    )


def load_entities() -> Dataset:
    """Return English sentences with BIO tags; ambiguous names know where their clue stands.

    Returns:
        `Dataset` with splits "train" (7,000 sentences), "validation" (1,000) and "test" (2,000),
        whose names differ, and "test_patterns" (1,500), whose patterns differ too. Columns:

        - "tokens": object array of lists of str, 4 to 21 words and signs each;
        - "tags": object array of lists of str, as long as the tokens: "O", or "B-" or "I-"
          with one of the types LOC, PER, ORG, LANG, CUR, DATE;
        - "position": int64, where the sentence's ambiguous name stands (always one token);
          -1 if it has none;
        - "clue": str, where the words stand that decide how to read that name: "left", "right",
          "both" (either side is enough), or "" if there is no such name;
        - "pattern": int64, the number of the hand-written pattern.

    Raises:
        DatasetError: the file is missing, damaged or of another release.
    """
    kinds = dict(split=str, tokens=list, tags=list, position=int, clue=str, pattern=int)
    return read_csv("entities", kinds)


def load_reviews() -> Dataset:
    """Return short reviews in which the order of the words decides about praise or blame.

    Returns:
        `Dataset` with splits "train" (11,000 reviews), "validation" (1,500) and "test" (2,500),
        spelled out from patterns, and "by_hand" (600), written one by one. Columns:

        - "text": object array of str, the review;
        - "label": int64, 1 for praise and 0 for blame;
        - "phenomenon": str, what decides: "plain", "negation", "contrast", "expectation" or
          "intensifier";
        - "thing": str, what is reviewed, for example "film";
        - "pattern": str, the pattern's id, for example "negation-08"; "" in "by_hand". Patterns
          of "test" that do not occur in "train" are held out.

    Raises:
        DatasetError: the file is missing, damaged or of another release.
    """
    kinds = dict(split=str, text=object, label=int, phenomenon=str, thing=str, pattern=str)
    return read_csv("reviews", kinds)


def load_digits() -> Dataset:
    """Return the handwritten digits that come with scikit-learn, 8 by 8 pixels.

    Returns:
        A `Dataset` with the splits train (1,167), validation (180) and test (450 rows), each with
        every digit in the same share; the split is the same at every call. Columns:
        image (float32, (rows, 8, 8)): 0 is paper, 1 is ink.
        label (int64): the digit, 0 to 9.
    """
    from sklearn.datasets import load_digits as load
    from sklearn.model_selection import train_test_split

    digits = load()
    rows = np.arange(len(digits.target))
    rest, test = train_test_split(rows, test_size=450, stratify=digits.target, random_state=0)
    train, validation = train_test_split(
        rest, test_size=180, stratify=digits.target[rest], random_state=0
    )
    images = (digits.images / 16).astype("float32")
    return Dataset(
        "digits",
        {
            split: {"image": images[chosen], "label": digits.target[chosen]}
            for split, chosen in {"train": train, "validation": validation, "test": test}.items()
        },
    )


def load_dates() -> Dataset:
    """Return dates written in six languages, and the same dates in English.

    They are written by babel, at each call the same. The long format is day, month and year;
    the full format has the weekday too.

    Returns:
        A `Dataset` with the splits train (11,000), validation (500) and test (1,500 rows), from
        1900-01-01 to 2100-12-31; every date occurs once in all, in one language. Columns:
        source (object: str): the date in its language, for example "1987. március 5.".
        target (object: str): the date in English, for example "March 5, 1987".
        language (str): "German", "Spanish", "Finnish", "Hungarian", "Basque" or "Lithuanian".
        format (str): "long" or "full", of source and target alike.
        date (str): the date as "1987-03-05".
    """
    from datetime import date, timedelta

    from babel import Locale
    from babel.dates import get_date_format

    first = date(1900, 1, 1)
    days = (date(2101, 1, 1) - first).days
    order = np.random.RandomState(0).permutation(days)  # the legacy generator never changes
    english = Locale.parse("en")
    locales = [Locale.parse(code) for code in ("de", "es", "fi", "hu", "eu", "lt")]
    forms: tuple[Literal["long", "full"], ...] = ("long", "full")
    kinds = [(locale, form) for locale in locales for form in forms]

    def write(row: int) -> tuple[str, ...]:
        locale, form = kinds[row % len(kinds)]
        day = first + timedelta(int(order[row]))
        pair = [get_date_format(form, where).apply(day, where) for where in (locale, english)]
        return *pair, str(locale.get_language_name("en")), form, day.isoformat()

    splits = {}
    for split, rows in {
        "train": range(11_000),
        "validation": range(11_000, 11_500),
        "test": range(11_500, 13_000),
    }.items():
        source, target, *others = zip(*map(write, rows), strict=True)
        columns = [object_array(source), object_array(target), *map(np.array, others)]
        names = ("source", "target", "language", "format", "date")
        splits[split] = dict(zip(names, columns, strict=True))
    return Dataset("dates", splits)


def load_glyphs() -> Dataset:
    """Return pictures of letters and Braille patterns with their Unicode names.

    Returns:
        A `Dataset` with the splits train (4,177) and three tests: typeface (1,080 pictures of
        known characters in typefaces never seen), characters (720 of letters never seen) and
        braille (384 of patterns never seen). Columns:
        image (float32, (rows, 24, 24)): 0 is paper, 1 is ink, in steps of 1/15.
        name (object: str): the words of the name, "GREEK SMALL LETTER OMEGA WITH TONOS"; Braille
            dots are words of their own, "BRAILLE PATTERN DOTS 1 2 4 6".
        character (str): the character itself.
        typeface (str): the font's file name without its ending, "DejaVuSans-Bold".

    Raises:
        DatasetError: the file is missing, damaged or of another release.
    """
    table = _read_arrays("glyphs.npz", ("image", "code", "typeface", "typefaces", "split"))
    pixels = np.stack([table["image"] >> 4, table["image"] & 15], axis=-1)
    characters = [chr(code) for code in table["code"]]
    names = [re.findall("[A-Z]+|[0-9]", unicodedata.name(character)) for character in characters]
    columns = {
        "image": pixels.reshape(-1, 24, 24).astype("float32") / 15,
        "name": object_array([" ".join(words) for words in names]),
        "character": np.array(characters),
        "typeface": table["typefaces"][table["typeface"]],
    }
    return Dataset(
        "glyphs",
        {
            split: {column: values[table["split"] == number] for column, values in columns.items()}
            for number, split in enumerate(("train", "typeface", "characters", "braille"))
        },
    )


def make_adding(count: int, length: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return sequences of the adding problem: two of the values are marked; what is their sum?

    The task is that of Hochreiter and Schmidhuber (1997), "Long Short-Term Memory", section 5.4,
    in the variant of Arjovsky et al. (2016), "Unitary Evolution Recurrent Neural Networks": values
    from 0 to 1 rather than -1 to 1, one mark in each half, and the plain sum as the target.

    Whoever always answers 1, the mean, has the mean squared error 1/6: each marked value has the
    variance 1/12 (that of the uniform distribution on [0, 1)), and variances of independent
    values add up.

    Args:
        count: number of sequences.
        length: number of steps, 2 or more.
        seed: of the draw; the same seed gives the same sequences.

    Returns:
        x: (count, length, 2) float32; first the value, in [0, 1), then the mark, 0 or 1. One
            mark stands in the first length // 2 steps, one in the rest.
        y: (count, 1) float32; the sum of the two marked values.

    Raises:
        ValueError: fewer than two steps.
    """
    if length < 2:
        raise ValueError(f"length is {length}; the two marks need at least 2 steps")
    draw = np.random.default_rng(seed)
    rows, half = np.arange(count), length // 2
    x = np.zeros((count, length, 2), "float32")
    x[:, :, 0] = draw.random((count, length), dtype="float32")
    x[rows, draw.integers(0, half, count), 1] = 1
    x[rows, draw.integers(half, length, count), 1] = 1
    return x, (x[:, :, 0] * x[:, :, 1]).sum(axis=1, keepdims=True)


def make_recall(
    count: int, distractors: int, seed: int, even: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return stories that name an allergy, talk of other things, and ask what to avoid.

    "omar is allergic to nuts", then sentences of three to five words, six in fifteen of which
    name some food, then "so omar cannot eat": what? Peanuts. Whoever only guesses is right in one
    of eight.

    Args:
        count: number of stories.
        distractors: number of sentences in between, 0 or more.
        seed: of the draw; the same seed gives the same stories.
        even: whether all sentences in between have four words, so that the allergy is always
            the same number of words away.

    Returns:
        x: (count, 9 + 5 * distractors) int32; numbers of the words, `RECALL_WORDS[number]` is
            the word. Stories that are shorter begin with "...".
        y: (count,) int32; the number of the answer, `list(ALLERGIES.values())[number]`.
    """
    draw = np.random.default_rng(seed)
    number = {word: index for index, word in enumerate(RECALL_WORDS)}
    sentences = [row.split() for row in _DISTRACTORS if not even or len(row.split()) == 4]
    food, nothing = -1, -2
    table = np.full((len(sentences), 5), nothing)
    for row, words in zip(table, sentences, strict=True):
        row[: len(words)] = [number.get(word, food) for word in words]

    y = draw.integers(0, len(ALLERGIES), count)
    names = np.array([number[name] for name in _NAMES])[draw.integers(0, len(_NAMES), count)]
    between = table[draw.integers(0, len(table), (count, distractors))].reshape(count, -1)
    named = 1 + draw.integers(0, len(ALLERGIES), between.shape)
    between = np.where(between == food, named, between)
    first = [names, *(number[word] for word in ("is", "allergic", "to")), 1 + y]
    last = [number["so"], names, number["cannot"], number["eat"]]
    columns = [np.broadcast_to(column, count) for column in (*first, *between.T, *last)]
    x = np.stack(columns, axis=1)
    # What is missing moves to the front; the words keep their order.
    x = np.take_along_axis(x, np.argsort(x != nothing, axis=1, kind="stable"), axis=1)
    return np.maximum(x, 0).astype("int32"), y.astype("int32")


def load_recall() -> Dataset:
    """Return how well the readers of lesson 10 recall the allergy, at several distances.

    Returns:
        A `Dataset` with one split, runs, a row for each training. Columns:
        layer (str): "SimpleRNN", "LSTM" or "GRU", of 16 units.
        start (str): "keras", as Keras makes the layer (forget bias 1 for the LSTM); "zero",
            forget bias 0; "forget", forget biases from the length; "chrono", the same and the
            opposite for the input gate (Tallec and Ollivier 2018).
        even (bool): whether all sentences in between had four words.
        distractors (int64): sentences in between.
        seed (int64): of the weights and of the stories.
        steps (int64): batches of 64 trained, 600 at most; it ends above an accuracy of 0.99.
        accuracy (float64): share of 500 new stories that are answered rightly.

    Raises:
        DatasetError: the file is missing, damaged or of another release.
    """
    kinds = dict(layer=str, start=str, even=bool, distractors=int, seed=int, steps=int)
    return read_csv("recall", kinds | dict(accuracy=float))


def load_bottleneck() -> Dataset:
    """Return how well translators of lesson 07 did after trainings of several lengths.

    Returns:
        A `Dataset` with one split, runs, a row for each training. Columns:
        arrangement (str): "attention", "one vector", "larger" or "reversed", as in the lesson.
        units (int64): numbers in the state.
        epochs (int64): length of the whole training.
        seed (int64): of the training.
        exact (float64): share of the 1,500 test dates written without a mistake, greedily.

    Raises:
        DatasetError: the file is missing, damaged or of another release.
    """
    kinds = dict(arrangement=str, units=int, epochs=int, seed=int, exact=float)
    return read_csv("bottleneck", kinds)


def load_taggers() -> Dataset:
    """Return how well the taggers of lesson 12 did, one way or both ways, with several seeds.

    Returns:
        A `Dataset` with one split, runs, a row for each training. Columns:
        cell (str): "SimpleRNN" or "GRU".
        arrangement (str): "forward" or "backward" for one direction; "concat", "sum", "ave" or
            "mul" for both, by the way they are merged.
        units (int64): of each direction.
        epochs (int64): length of the whole training.
        seed (int64): of the training.
        parameters (int64): of the recurrent layer and the Dense layer behind it.
        f1 (float64): over the names of the 2,000 test sentences.
        left, both, right (float64): share of the ambiguous names that got the right tag, by where
            their clue stands.
        patterns (float64): F1 over the names of test_patterns.

    Raises:
        DatasetError: the file is missing, damaged or of another release.
    """
    kinds = dict(cell=str, arrangement=str, units=int, epochs=int, seed=int, parameters=int)
    scores = dict.fromkeys(("f1", "left", "both", "right", "patterns"), float)
    return read_csv("taggers", kinds | scores)


def load_gated() -> Dataset:
    """Return how well SimpleRNN, GRU and LSTM did side by side in lesson 11, with several seeds.

    Returns:
        A `Dataset` with one split, runs, a row for each training. Columns:
        task (str): "entities", "reviews" or "chorales".
        layer (str): "SimpleRNN", "GRU" or "LSTM".
        units (int64): of the layer; within a task of about equal parameters.
        size (int64): rows of training data.
        budget (int64): training steps in all.
        rate (float64): step size of Adam.
        seed (int64): of the weights and of the choice of the training data.
        validation, test (float64): F1 for entities, share of right answers for reviews, negative
            log-likelihood of a chord in nats for chorales (less is better).
        steps (int64): training steps after which the validation loss was least.

    Raises:
        DatasetError: the file is missing, damaged or of another release.
    """
    kinds = dict(task=str, layer=str, units=int, size=int, budget=int, rate=float, seed=int)
    return read_csv("gated", kinds | dict(validation=float, test=float, steps=int))
