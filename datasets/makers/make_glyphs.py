"""Make glyphs.npz: pictures of characters, drawn from the fonts that Matplotlib ships.

Needs nothing beside the course's environment:

    python datasets/makers/make_glyphs.py

Takes about a minute. Another version of Matplotlib (its fonts) or of Pillow (its FreeType) may
give other pictures.
"""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import matplotlib
import numpy as np
from fontTools.ttLib import TTFont
from making import choose_path, report
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
STYLES = ("", "-Bold", "-Oblique", "-BoldOblique")
DEJAVU = [f"DejaVu{family}{style}" for family in ("Sans", "SansMono") for style in STYLES]
DEJAVU += [f"DejaVuSerif{style}" for style in ("", "-Bold", "-Italic", "-BoldItalic")]
HELD_OUT = ["STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta"]
COMPUTER_MODERN = ["cmr10", "cmss10", "cmtt10", "cmti10", "cmb10"]
TYPEFACES = DEJAVU + HELD_OUT + COMPUTER_MODERN
SPLITS = ("train", "typeface", "characters", "braille")

SIZE = 24  # pixels, of a picture
FINER = 8  # pictures are drawn so many times larger and then averaged
BASELINE = 18  # pixels from the top
TWINS = 0.1  # squared distance below which two pictures (0 to 1) count as the same
BRAILLE = range(0x2800, 0x2900)
BRAILLE_IN_TRAINING = 160
UNSEEN_LETTERS = 60

MARK = (
    "ACUTE|GRAVE|CIRCUMFLEX|DIAERESIS|TILDE|MACRON|BREVE|CARON|DOT ABOVE|DOT BELOW|RING ABOVE|"
    "CEDILLA|OGONEK|STROKE|DOUBLE ACUTE"
)
ALPHABETS = {  # code points, and the names that are taken from them
    range(0x20, 0x180): rf"LATIN (SMALL|CAPITAL) LETTER ([A-Z]|AE|ETH|THORN)( WITH ({MARK}))?",
    range(0x370, 0x3D0): r"GREEK (SMALL|CAPITAL) LETTER [A-Z]+( WITH [A-Z]+)?( AND [A-Z]+)?",
    range(0x400, 0x460): r"CYRILLIC (SMALL|CAPITAL) LETTER [A-Z]+( WITH [A-Z ]+)?",
    BRAILLE: r"BRAILLE PATTERN (BLANK|DOTS-\d+)",
}


def list_characters():
    """Return the code points of letters and Braille patterns, ascending."""
    return [
        code
        for codes, pattern in ALPHABETS.items()
        for code in codes
        if re.fullmatch(pattern, unicodedata.name(chr(code), ""))
    ]


def draw(font, code):
    """Return a picture (SIZE, SIZE) of uint8, 0 is paper and 15 is ink."""
    sheet = Image.new("L", (SIZE * FINER, SIZE * FINER))
    place = (SIZE * FINER // 2, BASELINE * FINER)
    ImageDraw.Draw(sheet).text(place, chr(code), font=font, fill=255, anchor="ms")
    fine = np.asarray(sheet).reshape(SIZE, FINER, SIZE, FINER)
    return np.round(fine.mean(axis=(1, 3)) / 17).astype("uint8")


def draw_all(codes):
    """Return pictures, code points and numbers of typefaces of all that can be drawn."""
    rows = []
    for number, typeface in enumerate(TYPEFACES):
        path = FONTS / f"{typeface}.ttf"
        there = TTFont(path).getBestCmap()
        font = ImageFont.truetype(str(path), (16 if typeface in DEJAVU else 18) * FINER)
        for code in codes:
            # Above ASCII, Computer Modern keeps other signs than its table of characters says.
            if code in there and (typeface not in COMPUTER_MODERN or code < 127):
                rows.append((draw(font, code), code, number))
    return [np.array(column) for column in zip(*rows, strict=True)]


def find_twins(images, codes, typefaces):
    """Return the code points that look like a lower one in an upright typeface of training.

    Nobody can tell a Greek capital Alpha from a Latin A: there is no right answer to learn.
    """
    twins = set()
    for typeface in ("DejaVuSans", "DejaVuSansMono", "DejaVuSerif"):
        rows = typefaces == TYPEFACES.index(typeface)
        pixels = images[rows].reshape(rows.sum(), -1) / 15
        squares = np.square(pixels).sum(axis=1)
        distances = squares[:, None] + squares - 2 * pixels @ pixels.T
        for later, earlier in zip(*np.nonzero(np.tril(distances < TWINS, -1)), strict=True):
            if codes[rows][earlier] not in twins:
                twins.add(int(codes[rows][later]))
    return twins


def spell(code):
    """Return the words of a character's name, each Braille dot a word of its own."""
    return re.findall("[A-Z]+|[0-9]", unicodedata.name(chr(code)))


def choose_unseen(codes):
    """Return letters with a mark and Braille patterns that are kept out of training.

    Each word of an unseen letter's name remains in at least three names of training.
    """
    rng = np.random.default_rng(0)
    patterns = rng.permutation([code for code in codes if code in BRAILLE])
    marked = rng.permutation([c for c in codes if " WITH " in unicodedata.name(chr(c))])
    count = Counter(word for code in codes for word in set(spell(code)))
    unseen = set()
    for code in marked.tolist():
        if len(unseen) < UNSEEN_LETTERS and all(count[word] >= 4 for word in spell(code)):
            unseen.add(code)
            count.subtract(set(spell(code)))
    return unseen, set(patterns[BRAILLE_IN_TRAINING:].tolist())


def choose_splits(codes, typefaces):
    """Return the name of each row's split, "" for rows that belong to none."""
    letters, patterns = choose_unseen(sorted(set(codes.tolist())))
    splits = []
    for code, typeface in zip(codes.tolist(), typefaces.tolist(), strict=True):
        held_out = TYPEFACES[typeface] in HELD_OUT
        if code in letters or code in patterns:
            splits.append("" if held_out else "characters" if code in letters else "braille")
        elif held_out:
            splits.append("" if code in BRAILLE else "typeface")
        else:
            splits.append("train")
    # A typeface's character that no other typeface has would be new in two ways.
    splits = np.array(splits)
    known = np.isin(codes, codes[splits == "train"])
    splits[(splits == "typeface") & ~known] = ""
    return splits


def main():
    images, codes, typefaces = draw_all(list_characters())
    kept = ~np.isin(codes, list(find_twins(images, codes, typefaces)))
    images, codes, typefaces = images[kept], codes[kept], typefaces[kept]
    splits = choose_splits(codes, typefaces)
    # The same picture of a character twice (Braille is never bold) is one row.
    rows = {}
    for row, (split, code, image) in enumerate(zip(splits, codes.tolist(), images, strict=True)):
        if split:
            rows.setdefault((split, code, image.tobytes()), row)
    rows = sorted(rows.values(), key=lambda row: SPLITS.index(splits[row]))
    flat = images[rows].reshape(len(rows), -1)
    path = choose_path("glyphs.npz")
    # Stored, not compressed: the bytes then depend on no version of zlib.
    np.savez(
        path,
        image=flat[:, ::2] << 4 | flat[:, 1::2],
        code=codes[rows].astype(np.uint16),
        typeface=typefaces[rows].astype(np.uint8),
        typefaces=np.array(TYPEFACES),
        split=np.array([SPLITS.index(split) for split in splits[rows]], np.uint8),
    )
    print(
        len(rows), "pictures,", len(set(codes[rows])), "characters,", Counter(splits[rows].tolist())
    )
    report(path)


if __name__ == "__main__":
    main()
