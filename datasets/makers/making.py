"""What the makers share: where a file goes, words in text files, and tables of trainings."""

import argparse
import csv
import hashlib
import io
from pathlib import Path

DATASETS = Path(__file__).resolve().parent.parent


def choose_path(filename):
    """Return where to write a file: in the folder that the command line names, or in datasets."""
    parser = argparse.ArgumentParser(description=f"Make {filename}.")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=DATASETS, help="where to write it (datasets)"
    )
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    return folder / filename


def report(path):
    """Print a file's size and the SHA-256 that belongs in `CHECKSUMS` and in its card."""
    content = path.read_bytes()
    print(f"{path.name}: {len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")


def read_sections(path):
    """Return a dict from heading to lines of a text file of words.

    A line "== heading" opens a section. Empty lines and lines that begin with "#" are left out.

    Raises:
        ValueError: a line before the first heading, or a heading twice.
    """
    sections = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = line.strip()
        heading = line.removeprefix("== ")
        if heading != line:
            if heading in sections:
                raise ValueError(f"{path.name}, line {number}: a second section {heading!r}")
            sections[heading] = []
        elif line and not line.startswith("#"):
            if not sections:
                raise ValueError(f"{path.name}, line {number}: a section must open with '== '")
            sections[list(sections)[-1]].append(line)
    return sections


class ResultTable:
    """A CSV file of trainings, one row for each, that a stopped maker takes up again.

    A row is appended whole, in one write, when its training is done. Rows that the file holds
    already are kept; a last row without its end of line, which a power cut may leave, is not.

        table = ResultTable(choose_path("rates.csv"), ("layer", "rate", "seed"), ("validation",))
        table.fill(product(LAYERS, RATES, SEEDS), train)

    Args:
        path: of the file; it need not exist.
        keys: names of the columns that say which training, such as layer, rate, budget, seed.
        results: names of the columns that say how it ended.

    Attributes:
        rows: list of dicts from column to text, as in the file.

    Raises:
        ValueError: the file has other columns, a row of another length, or a training twice.
    """

    def __init__(self, path, keys, results):
        self.path, self.keys, self.columns = path, tuple(keys), (*keys, *results)
        text = path.read_bytes().decode("utf-8") if path.exists() else ""
        whole = text[: text.rfind("\n") + 1]
        header, *rows = csv.reader(io.StringIO(whole, newline="")) if whole else [self.columns]
        remedy = "move the file away to measure all again"
        if tuple(header) != self.columns:
            raise ValueError(
                f"{path.name} has the columns {', '.join(header)}, and its maker writes "
                f"{', '.join(self.columns)}; {remedy}"
            )
        for number, row in enumerate(rows, start=2):
            if len(row) != len(header):
                raise ValueError(f"{path.name}, row {number}: {len(row)} values; {remedy}")
        self.rows = [dict(zip(header, row, strict=True)) for row in rows]
        if len({self._key(row) for row in self.rows}) < len(rows):
            raise ValueError(f"{path.name} holds a training twice; {remedy}")
        if whole != text or not text:
            path.write_bytes((whole or self._line(self.columns)).encode("utf-8"))

    def fill(self, trainings, train):
        """Do the trainings that the table lacks.

        Args:
            trainings: tuples of values for `keys`, in order. They are asked for one by one, so
                a generator may look at `rows` to choose the next.
            train: takes such values and returns those of `results`, as they are to be written.
        """
        for training in trainings:
            key = tuple(map(str, training))
            if all(self._key(row) != key for row in self.rows):
                self.append((*training, *train(*training)))
        report(self.path)

    def append(self, values):
        """Add a row at the end of the file, and print it.

        Raises:
            ValueError: not one value for each column.
        """
        row = dict(zip(self.columns, map(str, values), strict=True))
        with self.path.open("ab", buffering=0) as file:
            file.write(self._line(row.values()).encode("utf-8"))
        self.rows.append(row)
        print(*row.values(), flush=True)

    def _key(self, row):
        return tuple(row[name] for name in self.keys)

    @staticmethod
    def _line(values):
        line = io.StringIO(newline="")
        csv.writer(line, lineterminator="\n").writerow(values)
        return line.getvalue()
