"""The written dates."""

import re
from datetime import date

from course_utils import datasets

import numpy as np
import pytest

LANGUAGES = {"German", "Spanish", "Finnish", "Hungarian", "Basque", "Lithuanian"}


@pytest.fixture(scope="module")
def dates():
    return datasets.load_dates()


def test_the_splits_have_their_rows_and_share_no_date(dates):
    rows = {split: len(columns["date"]) for split, columns in dates.splits.items()}
    assert rows == {"train": 11_000, "validation": 500, "test": 1_500}
    everything = np.concatenate([columns["date"] for columns in dates.splits.values()])
    assert len(set(everything)) == 13_000
    assert min(everything) >= "1900-01-01" and max(everything) <= "2100-12-31"


def test_every_language_and_format_has_its_share_in_every_split(dates):
    for columns in dates.splits.values():
        kinds = list(zip(columns["language"], columns["format"], strict=True))
        assert {language for language, _ in kinds} == LANGUAGES
        counts = [kinds.count((name, form)) for name in LANGUAGES for form in ("long", "full")]
        assert max(counts) - min(counts) <= 1


def test_the_english_date_is_the_date(dates):
    months = (
        "January February March April May June July August September October November December"
    ).split()
    weekdays = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
    for columns in dates.splits.values():
        for target, form, iso in zip(
            columns["target"], columns["format"], columns["date"], strict=True
        ):
            day = date.fromisoformat(iso)
            wanted = f"{months[day.month - 1]} {day.day}, {day.year}"
            if form == "full":
                wanted = f"{weekdays[day.weekday()]}, {wanted}"
            assert target == wanted


def test_the_source_holds_the_numbers_of_the_date(dates):
    for source, iso in zip(dates["train"]["source"], dates["train"]["date"], strict=True):
        day = date.fromisoformat(iso)
        assert sorted(map(int, re.findall(r"\d+", source))) == sorted([day.day, day.year])


@pytest.mark.parametrize(
    "language, iso, source",
    [
        ("German", "1944-02-28", "Montag, 28. Februar 1944"),
        ("Spanish", "1967-05-10", "miércoles, 10 de mayo de 1967"),
        ("Finnish", "1919-05-30", "30. toukokuuta 1919"),
        ("Hungarian", "1908-01-17", "1908. január 17., péntek"),
        ("Basque", "2003-09-03", "2003(e)ko irailaren 3(a), asteazkena"),
        ("Lithuanian", "2047-01-13", "2047 m. sausio 13 d., sekmadienis"),
    ],
)
def test_a_date_reads_as_in_its_language(dates, language, iso, source):
    row = list(dates["train"]["date"]).index(iso)
    assert dates["train"]["language"][row] == language
    assert dates["train"]["source"][row] == source


def test_the_dates_are_the_same_at_every_call(dates):
    again = datasets.load_dates()
    for split, columns in dates.splits.items():
        for name, values in columns.items():
            np.testing.assert_array_equal(values, again[split][name])
