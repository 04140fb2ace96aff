"""The maker of the glyphs draws the pictures that are shipped."""

from course_utils import datasets

import matplotlib
import numpy as np
import PIL
import pytest
from PIL import ImageFont

# The versions in the card: other fonts or another FreeType may draw other pixels.
MADE_WITH = ("3.11.2", "13.0.0")


@pytest.mark.skipif(
    (matplotlib.__version__, PIL.__version__) != MADE_WITH,
    reason=f"the pictures were drawn with Matplotlib and Pillow {MADE_WITH}",
)
def test_every_fiftieth_picture_is_drawn_again_the_same(load_maker):
    maker = load_maker("make_glyphs")
    train = datasets.load_glyphs()["train"]
    for row in range(0, len(train["name"]), 50):
        typeface = str(train["typeface"][row])
        size = (16 if typeface in maker.DEJAVU else 18) * maker.FINER
        font = ImageFont.truetype(str(maker.FONTS / f"{typeface}.ttf"), size)
        drawn = maker.draw(font, ord(train["character"][row]))
        np.testing.assert_array_equal(np.round(15 * train["image"][row]), drawn)
