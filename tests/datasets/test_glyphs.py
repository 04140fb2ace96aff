"""The glyphs: counts, what is new in each test, pictures that show their character."""

from course_utils import datasets

import matplotlib
import numpy as np
import PIL
import pytest
from PIL import ImageFont

pytestmark = pytest.mark.data("glyphs")
# The versions in the card: other fonts or another FreeType may draw other pixels.
MADE_WITH = ("3.11.2", "13.0.0")
TESTS = ("typeface", "characters", "braille")


@pytest.fixture(scope="module")
def glyphs():
    return datasets.load_glyphs()


def test_splits_and_columns(glyphs):
    assert {split: len(part["name"]) for split, part in glyphs.splits.items()} == {
        "train": 4177,
        "typeface": 1080,
        "characters": 720,
        "braille": 384,
    }
    assert list(glyphs["train"]) == ["image", "name", "character", "typeface"]


def test_names(glyphs):
    names = {}
    for part in glyphs.splits.values():
        names |= dict(zip(part["character"], part["name"], strict=True))
    assert names["A"] == "LATIN CAPITAL LETTER A"
    assert names["ώ"] == "GREEK SMALL LETTER OMEGA WITH TONOS"
    assert names["\u282b"] == "BRAILLE PATTERN DOTS 1 2 4 6"
    assert names["\u2800"] == "BRAILLE PATTERN BLANK"
    assert len(set(names.values())) == len(names) == 590


def test_each_test_is_new_in_one_way(glyphs):
    train = glyphs["train"]
    for split in TESTS:
        new_typeface = not set(glyphs[split]["typeface"]) & set(train["typeface"])
        new_character = not set(glyphs[split]["character"]) & set(train["character"])
        assert (new_typeface, new_character) == (split == "typeface", split != "typeface")
    assert set(glyphs["typeface"]["character"]) <= set(train["character"])
    braille = [name.startswith("BRAILLE") for name in glyphs["braille"]["name"]]
    assert all(braille)
    assert not any(name.startswith("BRAILLE") for name in glyphs["characters"]["name"])


def test_every_word_of_a_test_is_known(glyphs):
    known = {word for name in set(glyphs["train"]["name"]) for word in name.split()}
    for split in TESTS:
        assert {word for name in glyphs[split]["name"] for word in name.split()} <= known


def test_pictures(glyphs):
    for part in glyphs.splits.values():
        image = part["image"]
        assert image.shape[1:] == (24, 24) and image.dtype == np.float32
        assert image.min() == 0 and image.max() == 1
        np.testing.assert_allclose(image * 15, np.round(image * 15), atol=1e-5)
        # Only the blank Braille pattern may have no ink.
        blank = part["character"] == "\u2800"
        assert np.all(image.reshape(len(image), -1).any(axis=1) | blank)


def test_the_i_has_a_dot_and_the_o_a_hole(glyphs):
    train = glyphs["train"]
    (row,) = np.flatnonzero((train["character"] == "i") & (train["typeface"] == "DejaVuSans"))
    column = train["image"][row][:, 11:13].max(axis=1) > 0.5
    assert np.sum(column[1:] & ~column[:-1]) == 2  # two stretches of ink: dot and stem
    (row,) = np.flatnonzero((train["character"] == "O") & (train["typeface"] == "DejaVuSans"))
    middle = train["image"][row][12] > 0.5
    assert np.sum(middle[1:] & ~middle[:-1]) == 2


def test_no_picture_of_a_character_stands_twice(glyphs):
    for part in glyphs.splits.values():
        rows = zip(part["character"], part["image"], strict=True)
        assert len({(c, image.tobytes()) for c, image in rows}) == len(part["name"])


@pytest.mark.skipif(
    (matplotlib.__version__, PIL.__version__) != MADE_WITH,
    reason=f"the pictures were drawn with Matplotlib and Pillow {MADE_WITH}",
)
def test_every_fiftieth_picture_is_drawn_again_the_same(glyphs, load_maker):
    maker = load_maker("make_glyphs")
    train = glyphs["train"]
    for row in range(0, len(train["name"]), 50):
        typeface = str(train["typeface"][row])
        size = (16 if typeface in maker.DEJAVU else 18) * maker.FINER
        font = ImageFont.truetype(str(maker.FONTS / f"{typeface}.ttf"), size)
        drawn = maker.draw(font, ord(train["character"][row]))
        np.testing.assert_array_equal(np.round(15 * train["image"][row]), drawn)
