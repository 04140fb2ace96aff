"""The data sets of the course: each `load_NAME()` returns a `Dataset`, offline.

Cards (rows, columns with units, origin, licence) are in `datasets/README.md`.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "datasets"

# SHA-256 of each shipped file; `make_NAME.py` prints the new one when it writes another file.
CHECKSUMS = {}


class DatasetError(Exception):
    """A data file is missing, damaged or foreign; the message names the remedy."""


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
    splits: dict

    def __post_init__(self):
        for split, columns in self.splits.items():
            lengths = {column: len(values) for column, values in columns.items()}
            if len(set(lengths.values())) > 1:
                raise ValueError(f"{self.name}, {split}: columns of unequal length: {lengths}")

    def __getitem__(self, split):
        if split not in self.splits:
            known = ", ".join(self.splits)
            raise KeyError(f"{self.name} has no split {split!r}; it has {known}")
        return self.splits[split]

    def __repr__(self):
        lines = [f"Dataset {self.name}"]
        for split, columns in self.splits.items():
            rows = len(next(iter(columns.values()))) if columns else 0
            lines.append(f"  {split:<12} {rows:>6} rows   {', '.join(columns)}")
        return "\n".join(lines)


def open_checked(filename):
    """Return the path of a shipped data file whose SHA-256 is as recorded.

    Args:
        filename: name in the folder `datasets`, for example "chorales.npz".

    Returns:
        The `Path` of the file.

    Raises:
        DatasetError: the file is missing, or its bytes are not those of this release.
    """
    path = FOLDER / filename
    maker = f"make_{path.stem}.py"
    remedy = f"restore it with `git checkout -- datasets/{filename}` (made by datasets/{maker})"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DatasetError(f"datasets/{filename} cannot be read ({error.strerror}); {remedy}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != CHECKSUMS[filename]:
        raise DatasetError(
            f"datasets/{filename} is not the file of this release "
            f"(SHA-256 starts {found[:12]}, expected {CHECKSUMS[filename][:12]}); {remedy}"
        )
    return path


def object_array(rows):
    """Return a 1-D array of dtype object that holds each row as it is, whatever its length."""
    array = np.empty(len(rows), dtype=object)
    for index, row in enumerate(rows):
        array[index] = row
    return array
