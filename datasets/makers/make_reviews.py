"""Make reviews.csv: short reviews whose label depends on the order of their words.

    python datasets/makers/make_reviews.py

The hand-written reviews are in reviews/by_hand.csv; all others are spelled out from the patterns
and words in the text files beside it. Running this again gives the same bytes.

**How a pattern reads.** `{A+}` stands for an opinion that agrees with the label, `{A-}` for one
that contradicts it. So "It {is} not {A-}." becomes "It is not dull." with label 1 and "It is not
gripping." with label 0. Each draw of words is spelled out twice, once for either label, so that
every pattern is balanced. Where both signs of one letter stand in a pattern, the two sentences are
mirror images: "I expected a dull film and got a gripping one", "I expected a gripping film and got
a dull one". They have the same words (but for tenses of L), so no bag of words tells them apart.

**Opinions.** The letters are explained in words.txt; two more, P and T, draw from the aspects of a
thing: P is an aspect and what is said of it, T an aspect and two things that could be said of it. A
digit marks a second draw. After the letter stands the form: `{A+ a}` "a gripping", `{P- np}` "the
wooden acting", `{P- not}` "the acting is not wooden". Slots in lower case are neutral.

**What is held out.** Opinions that meet in a sentence of validation or test never meet in a
training sentence, whatever the pattern; an opinion that stands alone in such a sentence never
stands in that pattern in training. Patterns marked `test` occur in the test split alone.
"""

import csv
import itertools
import random
import re
import zlib
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from making import choose_path, read_sections, report

FOLDER = Path(__file__).with_name("reviews")
ROWS_PER_PHENOMENON = {"train": 2200, "validation": 300, "test": 500}
COLUMNS = ["split", "text", "label", "phenomenon", "thing", "pattern"]

# Contractions that can replace the full form wherever it stands.
CONTRACTIONS = {
    " is not ": " isn't ",
    " was not ": " wasn't ",
    " are not ": " aren't ",
    " were not ": " weren't ",
    " did not ": " didn't ",
    " do not ": " don't ",
    " would not ": " wouldn't ",
    " could not ": " couldn't ",
    " cannot ": " can't ",
    " will not ": " won't ",
    "It is ": "It's ",
    "I would ": "I'd ",
    "I have ": "I've ",
}

# ---- from words to sentences -------------------------------------------------------------------


@dataclass(frozen=True)
class Thing:
    """What is reviewed, and the words that suit it.

    Attributes:
        words: dict from what it fills ("noun", "known", ...) to a list of words.
        opinions: dict from letter to two lists: praise and blame.
        aspects: for each aspect two lists of `Point`: praise and blame.
        scenes: list of neutral sentences.
    """

    words: dict
    opinions: dict
    aspects: list
    scenes: list


@dataclass(frozen=True)
class Pattern:
    """One pattern.

    Attributes:
        id: its phenomenon and number, as "negation-08".
        phenomenon: what decides about the label.
        text: the sentence with its slots.
        past: told in the past tense, whatever the thing.
        test_only: kept out of training and validation.
    """

    id: str
    phenomenon: str
    text: str
    past: bool
    test_only: bool


@dataclass(frozen=True)
class Point:
    """An aspect and what is said of it.

    Attributes:
        noun: the aspect, as "jokes".
        plural: whether the noun is a plural.
        said: an adjective, or a verb phrase as "land/landed" (present, past).
    """

    noun: str
    plural: bool
    said: str


@dataclass(frozen=True)
class Draw:
    """A pattern with opinions drawn for it.

    Attributes:
        pattern: the `Pattern`.
        thing: name of the thing reviewed.
        past: whether the tense is the past.
        opinions: the (positive, negative) pair drawn for each letter and digit of the pattern.
    """

    pattern: Pattern
    thing: str
    past: bool
    opinions: dict

    def find_words(self, label):
        """Return the set of opinion words in the sentence with a label, without hopes and fears."""
        found = set()
        for letter, sign, digit, _ in SLOT.findall(self.pattern.text):
            if letter in LETTERS and letter != "H" and sign:
                opinion = self.opinions[letter, digit][(sign == "+") != label]
                found.add(opinion.said if isinstance(opinion, Point) else opinion)
        return found


SLOT = re.compile(r"\{(\w+)([+-]?)(\d?)(?: (\w+))?\}")
LETTERS = "AGSDPTFLVCBRH"


def read_words(lines):
    """Return a dict from key to entries of lines such as "do: see it, saw it, seeing it"."""
    rows = (line.split(": ") for line in lines)
    return {key: entries.split(", ") for key, entries in rows}


def read_opinions(words):
    """Return a dict from letter to (praise, blame), of the entries "A+" and "A-" and so on."""
    letters = [key[0] for key in words if key.endswith("+")]
    return {letter: (words[f"{letter}+"], words[f"{letter}-"]) for letter in letters}


def read_aspect(line):
    """Return the praising and the blaming `Point`s of a line "jokes pl: fresh | stale"."""
    name, said = line.split(": ")
    noun = name.removesuffix(" pl")
    sides = [side.split(", ") for side in said.split(" | ")]
    return [[Point(noun, noun != name, words) for words in side] for side in sides]


def read_things():
    """Return a dict from name to `Thing`, and the neutral words that all share."""
    sections = read_sections(FOLDER / "words.txt")
    everything = read_opinions(read_words(sections.pop("everything")))
    neutral = read_words(sections.pop("neutral"))
    things = {}
    for name in [heading for heading in sections if ", " not in heading]:
        words = read_words(sections[name])
        aspects = [read_aspect(line) for line in sections[f"{name}, aspects"]]
        opinions = everything | read_opinions(words)
        things[name] = Thing(words, opinions, aspects, sections[f"{name}, scenes"])
    return things, neutral


def read_patterns():
    """Return every `Pattern`, in the order of the file."""
    patterns = []
    for phenomenon, lines in read_sections(FOLDER / "patterns.txt").items():
        for number, line in enumerate(lines, start=1):
            flags, _, text = line.rpartition("|")
            name = f"{phenomenon}-{number:02d}"
            patterns.append(
                Pattern(name, phenomenon, text.strip(), "past" in flags, "test" in flags)
            )
    return patterns


THINGS, NEUTRAL = read_things()


def add_article(phrase):
    """Return the phrase with "a" or "an" before it, as its first sound asks."""
    vowel = phrase[0] in "aeiou" and not phrase.startswith("use") or phrase.startswith("honest")
    return f"{'an' if vowel else 'a'} {phrase}"


def make_plural(noun):
    """Return the plural of a regular noun."""
    if noun.endswith("y"):
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "ch")) else "s")


def inflect_verb(verb, form):
    """Return the "past" or "ing" form of a regular verb, or the verb itself for "base"."""
    if form == "base":
        return verb
    return verb.removesuffix("e") + ("ed" if form == "past" else "ing")


def be(plural, past):
    """Return "is", "was", "are" or "were"."""
    return (("is", "was"), ("are", "were"))[plural][past]


def spell_point(point, form, past):
    """Return a point as words: a noun phrase for the form "np", else a clause."""
    if form == "np":
        return f"the {point.said} {point.noun}"
    if "/" in point.said:
        return f"the {point.noun} {point.said.split('/')[past]}"
    adverbs = {"": "", "adj": "", "anything": "anything but ", "far": "far from "}
    adverb = adverbs.get(form, f"{form} ")
    return f"the {point.noun} {be(point.plural, past)} {adverb}{point.said}"


class Writer:
    """Draws words for patterns and spells out sentences.

    Args:
        seed: starts the one stream of random numbers behind all draws.
    """

    def __init__(self, seed):
        self.random = random.Random(seed).random  # the same stream in every version of Python

    def pick(self, items):
        """Return one of the items."""
        return items[int(self.random() * len(items))]

    def draw(self, pattern):
        """Return a `Draw` for a pattern, or None where it does not suit the thing that came up."""
        name = self.pick(list(THINGS))
        thing = THINGS[name]
        if "units" not in thing.words and re.search(r"\{(unit|D)", pattern.text):
            return None
        past = pattern.past or self.pick(thing.words["tenses"]) == "past"
        return Draw(pattern, name, past, self.pick_opinions(thing, SLOT.findall(pattern.text)))

    def write(self, draw):
        """Return a draw's sentence with label 0 and the one with label 1, alike in all else."""
        thing = THINGS[draw.thing]
        neutral = self.pick_neutral(thing, draw.past)
        scene = self.pick(thing.scenes)
        where, contracted = self.random(), self.random() < 0.4
        texts = []
        for label in (0, 1):
            text = fill(draw, label)
            text = SLOT.sub(lambda slot: neutral[slot[1]], text)
            text = f"{scene} {text}" if where < 0.25 else f"{text} {scene}" if where < 0.4 else text
            text = re.sub(r"(^|[.!?] )[a-z]", lambda start: start[0].upper(), text)
            texts.append(contract(text) if contracted else text)
        return texts

    def pick_opinions(self, thing, slots):
        """Return the (positive, negative) pair drawn for each letter and digit of a pattern."""
        opinions = {}
        for letter, _, digit, _ in slots:
            if letter not in LETTERS or (letter, digit) in opinions:
                continue
            earlier = opinions.get((letter, ""), ())
            if letter in "PT":
                forms = {form for key, _, other, form in slots if (key, other) == (letter, digit)}
                opinions[letter, digit] = self.pick_points(
                    thing.aspects,
                    taken={point.noun for point in earlier},
                    one_aspect=letter == "T",
                    with_verbs=forms == {""},
                )
            else:
                opinions[letter, digit] = tuple(
                    self.pick([word for word in side if word not in earlier])
                    for side in thing.opinions[letter]
                )
        return opinions

    def pick_points(self, aspects, taken, one_aspect, with_verbs):
        """Return a praising and a blaming `Point` of equal number, on aspects not taken."""
        while True:
            first = self.pick(aspects)
            second = first if one_aspect else self.pick(aspects)
            praise, blame = self.pick(first[0]), self.pick(second[1])
            if (
                (praise.noun == blame.noun) == one_aspect
                and praise.plural == blame.plural
                and not {praise.noun, blame.noun} & taken
                and (with_verbs or "/" not in praise.said + blame.said)
            ):
                return praise, blame

    def pick_neutral(self, thing, past):
        """Return the words for the slots that hold no opinion."""
        noun = self.pick(thing.words["nouns"])
        do, did, doing = thing.words["do"]
        values = {"noun": noun, "nouns": make_plural(noun), "is": be(False, past)}
        values |= {"do": do, "did": did, "doing": doing, "known": thing.words["known"][0]}
        values |= {slot: self.pick(words) for slot, words in NEUTRAL.items()}
        values |= {"ad": self.pick(thing.words["ad"])}
        return values | {"unit": self.pick(thing.words.get("units", [""]))}


def fill(draw, label):
    """Return a pattern's text with the opinions spelled out for a label; other slots stay."""

    def spell(slot):
        letter, sign, digit, form = slot.groups(default="")
        if letter not in LETTERS:
            return slot[0]
        if not sign:  # the aspect itself, of which both opinions can be said
            point = draw.opinions[letter, digit][0]
            words = {"asp": f"the {point.noun}", "is": be(point.plural, draw.past)}
            return words.get(form, "they" if point.plural else "it")
        opinion = draw.opinions[letter, digit][(sign == "+") != label]
        if letter == "P":
            return spell_point(opinion, form, draw.past)
        if letter == "T":
            return opinion.said
        if letter == "L":
            return inflect_verb(opinion, form)
        return add_article(opinion) if form == "a" else opinion

    return SLOT.sub(spell, draw.pattern.text)


def contract(text):
    """Return the text with every contraction that it allows."""
    for full, short in CONTRACTIONS.items():
        text = text.replace(full, short)
    return text


# ---- from sentences to splits ------------------------------------------------------------------


def find_split(draw):
    """Return the split to which both sentences of a draw belong, or None where they disagree.

    Two opinions that meet are assigned to a split by a checksum of their names; an opinion that
    stands alone by that of its name and the pattern's.
    """
    keys = set()
    for words in (draw.find_words(0), draw.find_words(1)):
        if len(words) > 1:
            keys |= set(itertools.combinations(sorted(words), 2))
        elif not draw.pattern.test_only:
            keys.add((draw.pattern.id, *words))
    percents = [zlib.crc32(" & ".join(key).encode()) % 100 for key in keys]
    splits = {"train" if n < 70 else "validation" if n < 80 else "test" for n in percents}
    if draw.pattern.test_only:
        splits.add("test")
    return splits.pop() if len(splits) == 1 else None


def make_rows(seed=5, tries=2000):
    """Return the rows made from the patterns, as tuples in the order of `COLUMNS`.

    The patterns of a phenomenon take turns, so that each gets as many rows as the others, except
    that one with few words has said all it can (after so many tries) before the rest.
    """
    writer, seen, rows = Writer(seed), set(), []
    by_phenomenon = {}
    for pattern in read_patterns():
        by_phenomenon.setdefault(pattern.phenomenon, []).append(pattern)
    for split, wanted in ROWS_PER_PHENOMENON.items():
        for phenomenon, patterns in by_phenomenon.items():
            turns = [each for each in patterns if split == "test" or not each.test_only]
            missing = wanted
            while missing:
                pattern = turns.pop(0)
                for draw in filter(None, (writer.draw(pattern) for _ in range(tries))):
                    texts = writer.write(draw) if find_split(draw) == split else []
                    if texts and not seen & set(texts):
                        turns.append(pattern)
                        seen.update(texts)
                        for label, text in enumerate(texts):
                            rows.append((split, text, label, phenomenon, draw.thing, pattern.id))
                        missing -= 2
                        break
    return rows


def read_by_hand():
    """Return the rows of reviews/by_hand.csv, as tuples in the order of `COLUMNS`."""
    with (FOLDER / "by_hand.csv").open(encoding="utf-8", newline="") as file:
        return [
            ("by_hand", row["text"], int(row["label"]), row["phenomenon"], row["thing"], "")
            for row in csv.DictReader(file)
        ]


def make_bytes():
    """Return the content of reviews.csv."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(make_rows() + read_by_hand())
    return file.getvalue().encode("utf-8")


if __name__ == "__main__":
    path = choose_path("reviews.csv")
    path.write_bytes(make_bytes())
    report(path)
