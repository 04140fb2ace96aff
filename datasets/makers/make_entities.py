"""Make entities.csv: English sentences whose names are marked, word by word, with BIO tags.

    python datasets/makers/make_entities.py

The same version of babel (CLDR) gives the same bytes. Every sentence comes from a pattern written
by hand, in the text files of the folder `entities`; each says how its patterns read.

Ambiguous names ("Jordan") come in pairs of sentences, one for each reading. Where the clue
stands right, both sentences of a pair open with the same words, so a reader who has not yet
seen what follows the name can only guess. Where it stands left, they end with the same words.
"""

import csv
import functools
import io
import random
import re
from datetime import date, timedelta
from pathlib import Path

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_skeleton
from babel.languages import get_official_languages
from babel.numbers import get_currency_name, get_territory_currencies
from making import choose_path, read_sections, report

FOLDER = Path(__file__).with_name("entities")
ENGLISH = Locale("en")
SPLITS = {"train": 7000, "validation": 1000, "test": 2000, "test_patterns": 1500}
# Share of the sentences of a split that hold an ambiguous name, by where its clue stands.
SHARES = {"right": 0.14, "left": 0.12, "both": 0.08}

# From heading to list of names.
LISTS = {
    heading: " ".join(lines).split(", ")
    for heading, lines in read_sections(FOLDER / "names.txt").items()
}


def find_lists(start):
    """Return a dict from the rest of the heading to the names, for headings that begin so."""
    return {
        heading.removeprefix(f"{start} "): names
        for heading, names in LISTS.items()
        if heading.startswith(f"{start} ")
    }


COUNTRIES, LANGUAGES = find_lists("countries"), find_lists("languages")
FIRST_NAMES, LAST_NAMES = find_lists("first names"), find_lists("last names")
AMBIGUOUS = find_lists("ambiguous")
NEIGHBOURS = find_lists("neighbours")
ORGANISATIONS = find_lists("organisations")
FILLERS = find_lists("fillers")

# From heading to patterns, as they stand in the files.
ORDINARY = read_sections(FOLDER / "ordinary.txt")["ordinary"]
READINGS = read_sections(FOLDER / "readings.txt")
SINGLES = read_sections(FOLDER / "singles.txt")
# Ambiguous names of one kind: the two readings, where the clue stands, what the two sentences
# share, and the headings of the readings.
FAMILIES = [
    ("LOC|PER", "right", "leads", "place right", "person right"),
    ("LOC|PER", "left", "tails", "place left", "person left"),
    ("LOC|PER", "both", None, "place both", "person both"),
    ("COUNTRY|PER", "right", "leads", "neighbour right", "neighbour person right"),
    ("LANG|O", "right", "leads", "language right", "national right"),
    ("LANG|O", "right", "language stems", "language object", "national object"),
    ("LANG|O", "left", "said tails", "language left", "national left"),
    ("LANG|O", "both", None, "language both", "national both"),
    ("DATE|PER", "right", "leads", "month right", "month person right"),
    ("DATE|PER", "left", "month tails", "month left", "month person left"),
    ("DATE|PER", "both", None, "month both", "month person both"),
    ("ORG|PER", "right", "leads", "firm right", "elder right"),
    ("ORG|PER", "left", "tails", "firm left", "elder left"),
    ("ORG|PER", "both", None, "firm both", "elder both"),
    ("LOC|ORG", "right", "leads", "place right", "firm right"),
    ("LOC|ORG", "left", "tails", "place left", "firm left"),
    ("LOC|ORG", "both", None, "place both", "firm both"),
]


def lines(block):
    """Return the patterns of a block as (text, kept for test_patterns)."""
    return [(line.removeprefix("* "), line.startswith("* ")) for line in block]


def share(heading):
    """Return the wordings of the side that the two sentences of a pair share."""
    if heading == "leads":
        return ["{X}"] * 4 + [f"{lead} {{X}}" for lead in READINGS[heading]]
    if heading.endswith("tails"):
        return [f"{{X}} {tail}" for tail in READINGS[heading]]
    return READINGS[heading]


@functools.cache
def families():
    """Return families of ambiguous patterns: kind, name or None, clue, shared, two readings."""
    found = [
        (kind, None, clue, shared and share(shared), READINGS[first], READINGS[second])
        for kind, clue, shared, first, second in FAMILIES
    ]
    singles = {}
    for heading, block in SINGLES.items():
        name, clue, reading = heading.split(", ")
        if block[0].startswith("@ "):
            block = READINGS[block[0].removeprefix("@ ")]
        singles.setdefault((name, clue), {})[reading] = block
    for (name, clue), blocks in singles.items():
        opening = blocks.pop("opening", ["{X}"])
        shared = opening if clue == "right" else share("money tails")
        found.append(("|".join(blocks), name, clue, shared, *blocks.values()))
    return found


def currencies(code):
    """Return the currencies of a territory in 2020 whose English name is plain words."""
    day = date(2020, 1, 1)
    names = get_territory_currencies(code, day, day)
    return [name for name in names if "(" not in get_currency_name(name, 2, "en")]


def cities(code):
    """Return the cities of a territory after which CLDR names a time zone."""
    zones = sorted(zone for zone, home in get_global("zone_territories").items() if home == code)
    return sorted(
        (ENGLISH.time_zones.get(zone, {}).get("city") or zone.split("/")[-1]).replace("_", " ")
        for zone in zones
    )


class Names:
    """The names that one split may use.

    Args:
        split: "train", "validation" or "test".
        taken: set of the words in the places, languages and currencies of train; a name with
            one of these is left out.

    Attributes:
        countries: list of dicts from "COUNTRY", "CITY", "LANG", "CUR", "COIN", "CODE" to the
            names of one country; an article, as in "the Netherlands", is not part of a name.
        pools: dict from the same slots, "FIRST", "LAST" and "STEM" to all names.
        neighbours: dict from an ambiguous country to the neighbours that this split may name.
    """

    def __init__(self, split, taken):
        singles = [name for _, name, *_ in families() if name]
        banned = {name for names in AMBIGUOUS.values() for name in names}.union(singles)

        def fresh(name):
            words = {word for word in name.split() if word[0].isupper()} or {name}
            return name not in banned and not words & taken

        abroad = [code for other, codes in COUNTRIES.items() if other != split for code in codes]
        shared = {currency for code in abroad for currency in currencies(code)}
        languages = {code: ENGLISH.languages[code] for code in LANGUAGES[split]}
        self.split = split
        self.countries = []
        for code in COUNTRIES[split]:
            name = ENGLISH.territories[code]
            article = "the " if code in LISTS["with article"] else ""
            official = get_official_languages(code, de_facto=True)
            money = [
                currency
                for currency in currencies(code)
                if (split == "train" or currency not in shared)
                and fresh(get_currency_name(currency, 2, "en"))
            ]
            self.countries.append(
                {
                    "COUNTRY": [article + name] if fresh(name) else [],
                    "CITY": [
                        city
                        for city in cities(code)
                        if city != name and "," not in city and city not in LISTS["not cities"]
                        if fresh(city)
                    ],
                    "LANG": [
                        languages[tongue]
                        for tongue in official
                        if tongue in languages and fresh(languages[tongue])
                    ],
                    "CUR": [get_currency_name(currency, 2, "en") for currency in money],
                    "COIN": [get_currency_name(currency, 1, "en") for currency in money],
                    "CODE": money,
                }
            )
        self.pools = {
            slot: sorted({name for country in self.countries for name in country[slot]})
            for slot in ("COUNTRY", "CITY", "CUR", "COIN", "CODE")
        }
        stems = [start + end for start in LISTS["stem starts"] for end in LISTS["stem ends"]]
        random.Random("stems").shuffle(stems)
        tenth = len(stems) // 10
        shares = {"train": slice(7 * tenth), "validation": slice(7 * tenth, 8 * tenth)}
        self.pools |= {
            "LANG": sorted(filter(fresh, languages.values())),
            "FIRST": FIRST_NAMES[split],
            "LAST": LAST_NAMES[split],
            "STEM": stems[shares.get(split, slice(8 * tenth, None))],
        }
        own = COUNTRIES[split]
        self.neighbours = {
            name: [ENGLISH.territories[code] for code in codes if code in own]
            for name, codes in NEIGHBOURS.items()
        }

    def words(self):
        """Return the set of words in the names of places, languages and currencies."""
        slots = ("COUNTRY", "CITY", "LANG", "CUR", "COIN")
        return {word for slot in slots for name in self.pools[slot] for word in bare(name).split()}

    def draw_ambiguous(self, kind, rng):
        """Return an ambiguous name: of train, or in every second draw one held out."""
        own = AMBIGUOUS.get(f"{kind} {self.split}")
        if self.split != "train" and own and rng.random() < 0.5:
            return rng.choice(own)
        return rng.choice(AMBIGUOUS[f"{kind} train"])


def bare(name):
    """Return a name without its article."""
    return name.removeprefix("the ")


TYPES = {
    "LOC": "COUNTRY CITY PLACE NEIGHBOUR",
    "LANG": "LANG",
    "CUR": "CUR COIN CODE",
    "PER": "PER FIRST LAST",
    "ORG": " ".join(ORGANISATIONS),
    "DATE": "DAY DATE MONTH PAST NEXT FROM UNTIL PASTYEAR NEXTYEAR PASTMONTH",
}
TYPE_OF = {slot: kind for kind, slots in TYPES.items() for slot in slots.split()}


def make_date(slot, rng):
    """Return a date in English words, as CLDR writes it in Britain or the United States."""
    if slot in ("NEXT", "NEXTYEAR"):
        day = date(2027, 1, 1) + timedelta(days=rng.randrange(4_000))
    else:
        day = date(1950, 1, 1) + timedelta(days=rng.randrange(27_000))
    if slot == "DAY":
        return format_date(day, "EEEE", "en")
    if slot in ("PASTYEAR", "NEXTYEAR"):
        return format_date(day, "y", "en")
    if slot == "PASTMONTH":
        return format_skeleton("yMMMM", day, locale="en")
    if slot == "MONTH":
        months = [1, 2, 7, 9, 10, 11, 12]  # the others are ambiguous names
        return format_date(day.replace(month=rng.choice(months), day=1), "MMMM", "en")
    if slot == "DATE":
        skeleton, locale = rng.choice(
            [("MMMMd", "en_GB"), ("MMMMd", "en_GB"), ("MMMMd", "en"), ("MMMMEEEEd", "en_GB")]
        )
        return format_skeleton(skeleton, day, locale=locale)
    return format_date(day, "long", rng.choice(["en_GB", "en_GB", "en"])).replace(",", " ,")


def make_span(rng):
    """Return the first and the last day of a stretch of time, with the year on the last."""
    first = date(2027, 1, 1) + timedelta(days=rng.randrange(300))
    last = min(first + timedelta(days=rng.randrange(3, 90)), date(2027, 12, 31))
    return {
        "FROM": format_skeleton("MMMMd", first, locale="en_GB"),
        "UNTIL": format_date(last, "long", "en_GB"),
    }


class Sentence:
    """A sentence in the making, which names nothing twice.

    Args:
        names: the `Names` of the split.
        rng: source of chance.
        marked: (name, tag) of the ambiguous name at {X}, if there is one.
        used: names that the sentence holds already.
    """

    def __init__(self, names, rng, marked=("", ""), used=()):
        self.names, self.rng, self.marked, self.used = names, rng, marked, set(used)

    def fill(self, text):
        """Return a pattern's list of (token, tag), its choices made and its slots filled."""
        choices = re.compile(r"\[([^][]*)\]")
        text = choices.sub(lambda found: self.rng.choice(found[1].split("|")), text)
        self.span = make_span(self.rng)
        needs = re.findall(r"\{([A-Z]+)1\}", text)
        homes = [home for home in self.names.countries if all(home[slot] for slot in needs)]
        home = self.rng.choice(homes)
        tokens = []
        for piece in text.split():
            slot = re.fullmatch(r"\{(\w+?)(1?)\}", piece)
            if slot is None:
                tokens.append((piece, "O"))
            elif slot[1] == "X":
                tokens.append(self.marked)
            elif slot[1] in FILLERS:
                tokens.append((self.rng.choice(FILLERS[slot[1]]), "O"))
            else:
                tokens += tag(self.draw(slot[1], home if slot[2] else None), TYPE_OF[slot[1]])
        return tokens

    def draw(self, slot, home):
        """Return a name for a slot, of the country `home` if given, that is new here."""
        while True:
            name = self.propose(slot, home)
            if bare(name) not in self.used and self.marked[0] not in name.split():
                self.used.add(bare(name))
                return name

    def propose(self, slot, home):
        """Return a name for a slot, new or not."""
        choice, pools = self.rng.choice, self.names.pools
        if home:
            # The first of a country's currencies, so that {CUR1} and {COIN1} agree.
            return home[slot][0] if slot in ("CUR", "COIN") else choice(home[slot])
        if slot == "NEIGHBOUR":
            return choice(self.names.neighbours[self.marked[0]])
        if slot == "PLACE":
            return choice(pools[choice(["CITY", "COUNTRY"])])
        if slot == "PER":
            return f"{choice(pools['FIRST'])} {choice(pools['LAST'])}"
        if slot in ORGANISATIONS:
            return choice(ORGANISATIONS[slot]).replace("X", choice(pools["STEM"]))
        if slot in self.span:
            return self.span[slot]
        if TYPE_OF[slot] == "DATE":
            return make_date(slot, self.rng)
        return choice(pools[slot])


def tag(name, kind):
    """Return (token, tag) for each word of a name, its article outside."""
    words = [(word, f"{'I' if i else 'B'}-{kind}") for i, word in enumerate(bare(name).split())]
    return words if bare(name) == name else [("the", "O"), *words]


def capitalised(tokens):
    """Return the tokens with a capital on an article that opens the sentence."""
    return [("The", "O"), *tokens[1:]] if tokens[0][0] == "the" else tokens


def number_patterns():
    """Return a dict from each pattern, as (clue, text), to its number."""
    patterns = [("", text) for text, _ in lines(ORDINARY)]
    for _, _, clue, _, *readings in families():
        patterns += [(clue, text) for block in readings for text, _ in lines(block)]
    return {pattern: number for number, pattern in enumerate(dict.fromkeys(patterns))}


# How often a family is drawn; that of a single name counts 1, of a unit of money 2.
WEIGHTS = {"LOC|PER": 40, "COUNTRY|PER": 6, "LANG|O": 12, "ORG|PER": 10, "DATE|PER": 8}
WEIGHTS |= {"LOC|ORG": 5}


def weight(family):
    """Return how often a family is drawn."""
    kind, name, *_ = family
    if name:
        return 2 if kind == "CUR|O" else 1
    return WEIGHTS[kind]


def make_pair(family, kept, names, rng):
    """Return two rows around one ambiguous name, one for each reading.

    Args:
        family: one of `families()`.
        kept: whether to use the patterns kept for test_patterns.
        names: the `Names` of the split.
        rng: source of chance.

    Returns:
        Two (pattern, clue, position, tokens), with tokens as (token, tag); none where the family
        keeps no patterns or the split has no fitting names.
    """
    kind, name, clue, shared, *blocks = family
    readings = kind.replace("COUNTRY", "LOC").split("|")
    sides = [[text for text, star in lines(block) if star == kept] for block in blocks]
    name = name or names.draw_ambiguous(kind, rng)
    if not all(sides) or (kind == "COUNTRY|PER" and not names.neighbours[name]):
        return []
    common = Sentence(names, rng, (name, "?"))
    around = common.fill(rng.choice(shared)) if shared else []
    rows = []
    for reading, side in zip(readings, sides, strict=True):
        pattern = rng.choice(side)
        marked = (name, "O" if reading == "O" else f"B-{reading}")
        tokens = Sentence(names, rng, marked, common.used).fill(pattern)
        here = [marked if token == (name, "?") else token for token in around]
        tokens = here + tokens if clue == "right" else tokens + here
        rows.append(((clue, pattern), clue, tokens.index(marked), capitalised(tokens)))
    return rows


def make_split(split, names, seen):
    """Return the rows of a split.

    Args:
        split: name of the split.
        names: the `Names` it may use.
        seen: set of the sentences of earlier splits; grows.

    Returns:
        List of (pattern, clue, position, tokens) in random order.
    """
    rng = random.Random(f"entities {split}")
    kept = split == "test_patterns"
    rows = []

    def add(new):
        sentences = {" ".join(token for token, _ in tokens) for *_, tokens in new}
        if seen.isdisjoint(sentences):
            seen.update(sentences)
            rows.extend(new)

    for clue, share in SHARES.items():
        choices = [family for family in families() if family[2] == clue]
        weights = [weight(family) for family in choices]
        goal = len(rows) + round(SPLITS[split] * share)
        while len(rows) < goal:
            add(make_pair(rng.choices(choices, weights)[0], kept, names, rng))
    ordinary = [text for text, star in lines(ORDINARY) if star == kept]
    while len(rows) < SPLITS[split]:
        text = rng.choice(ordinary)
        add([(("", text), "", -1, capitalised(Sentence(names, rng).fill(text)))])
    rng.shuffle(rows)
    return rows


def make_entities():
    """Return the bytes of entities.csv."""
    numbers = number_patterns()
    taken = Names("train", set()).words()
    names = {"train": Names("train", set()), "validation": Names("validation", taken)}
    names["test"] = names["test_patterns"] = Names("test", taken)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["split", "pattern", "clue", "position", "tokens", "tags"])
    seen = set()
    for split in SPLITS:
        for pattern, clue, position, tokens in make_split(split, names[split], seen):
            sentence, tags = (" ".join(column) for column in zip(*tokens, strict=True))
            writer.writerow([split, numbers[pattern], clue, position, sentence, tags])
    return table.getvalue().encode()


if __name__ == "__main__":
    path = choose_path("entities.csv")
    path.write_bytes(make_entities())
    report(path)
