"""Checks of lesson 06: names off tags, F1 by type, a weighted loss, a list with endings."""

from course_tools.bank import exercise, load_keras
from course_utils.sequences import entity_f1, spans_from_bio

import numpy as np

TYPES = ("PER", "LOC", "ORG")


def draw_tags(rng, time, names=0.5, strays=0.0):
    """Return BIO tags in which names stand side by side at times, and some I without a B."""
    tags = []
    while len(tags) < time:
        kind = TYPES[rng.integers(len(TYPES))]
        chance = rng.random()
        if chance < strays:
            tags.append(f"I-{kind}")
        elif chance < strays + names:
            tags += [f"B-{kind}"] + [f"I-{kind}"] * int(rng.integers(0, 3))
        else:
            tags.append("O")
    return tags[:time]


SPANS = exercise(
    "06a",
    key="course_utils.sequences.spans_from_bio",
    answer=spans_from_bio,
    returns="spans",
    examples={
        "a name of one word": dict(tags="O B-LOC O".split()),
        "a name of two words": dict(tags="B-PER I-PER O".split()),
        "a name at the end": dict(tags="O B-PER I-PER".split()),
        "two names side by side": dict(tags="B-PER B-PER O".split()),
        "an I of another type": dict(tags="B-PER I-LOC O".split()),
        "an I without a B": dict(tags="O I-LOC I-LOC".split()),
        "no name": dict(tags="O O".split()),
        "no word": dict(tags=[]),
        "types of one letter and of many": dict(tags="B-X I-X I-X B-LANGUAGE I-LANGUAGE".split()),
        "types that hold a hyphen": dict(tags="B-ART-WORK I-ART-WORK I-ART-SHOW I-ART".split()),
        "a type in small letters": dict(tags="B-per I-PER I-per".split()),
    },
    draw=lambda rng, **size: dict(tags=draw_tags(rng, **size)),
    sizes=(
        ("", dict(time=9)),
        ("", dict(time=14, strays=0.3)),
        ("many names", dict(time=12, names=0.9)),
        ("many an I without a B", dict(time=16, names=0.2, strays=0.6)),
        ("a sentence of one word", dict(time=1, names=1.0)),
        ("a long sentence", dict(time=40, strays=0.2)),
    ),
    mistakes="""
        stop is the last word of the name, not the one after it | index + 1 -> index
            slicing words[start:stop] for a name of one word: it should hold that word
        a name still open at the end of the sentence is lost
            | return names -> return [name for name in names if name[1] < len(tags)]
            checking what your function does after its loop
        two neighbouring names of one type are joined | tag[0] == "I" -> tag != "O"
            working out B-PER B-PER: a B always begins a new name
        everything up to the next O is one name
            | tag[0] == "I" and before[2:] == kind -> "O" not in (tag, before)
            |, then start, _, _ -> start, _, kind
            working out B-PER B-LOC: a B always begins a new name
        an I continues a name of another type
            | before[2:] == kind -> before != "O", then start, _, _ -> start, _, kind
            comparing the type of the I with the type of the name that is open
        an I that continues nothing is left out
            | elif tag != "O" -> elif tag[0] == "B"
            |, then before = tag -> before = tag if names and names[-1][1] > index else "O"
            working out O I-LOC: the rule says that this I begins a name
        each I begins a name of its own | tag[0] == "I" and before[2:] == kind -> False
            working out B-PER I-PER: the I belongs to the open name, which gets longer
        each name has only one word | names[-1] = (start, index + 1, kind) -> pass
            moving stop on by one with each I that continues the name
        words are counted from 1 | enumerate(tags) -> enumerate(tags, start=1)
            using enumerate(tags): it counts from 0
        the type keeps the B- or I- of its first word
            | append((index, index + 1, kind)) -> append((index, index + 1, tag))
            |, then start, _, _ -> start, _, kind
            using tag[2:], which is what follows the first two characters
        the type comes first
            | return names -> return [(kind, start, stop) for start, stop, kind in names]
            putting the three in the order (start, stop, type)
        each name is a list, not a tuple | return names -> return [list(name) for name in names]
            using round brackets, (start, stop, type): tuples can be put into a set, lists cannot
        only the types are returned | return names -> return [kind for _, _, kind in names]
            appending (start, stop, type), three things for each name
    """,
)


def f1(true, answered, types):
    def only(kind, sentences):
        return [[tag if tag[2:] == kind else "O" for tag in tags] for tags in sentences]

    scores = [entity_f1(only(kind, true), only(kind, answered))[2] for kind in types]
    return np.array(scores), float(np.mean(scores))


def draw_f1(rng, sentences, time, types=TYPES, wrong=0.4):
    true = [draw_tags(rng, time) for _ in range(sentences)]
    answered = [list(tags) for tags in true]
    for tags in answered:
        others = draw_tags(rng, time)
        for index in np.flatnonzero(rng.random(time) < wrong):
            tags[index] = others[index]
    return dict(true=true, answered=answered, types=list(types))


def two_types(true, answered):
    split = ([tags.split() for tags in sentences] for sentences in (true, answered))
    return dict(zip(("true", "answered"), split, strict=True), types=["PER", "LOC"])


def words_as_spans(tags):
    return [(i, i + 1, tag[2:]) for i, tag in enumerate(tags) if tag != "O"]


def beginnings(tags):
    return [(start, start + 1, kind) for start, _, kind in spans_from_bio(tags)]


def spans_of_all(sentences):
    return [span for tags in sentences for span in spans_from_bio(tags)]


def f1_by_sentence(right, true, answered, types):
    pairs = zip(true, answered, strict=True)
    scores = np.mean([right([tags], [guesses], types)[0] for tags, guesses in pairs], axis=0)
    return scores, float(scores.mean())


F1_BY_TYPE = exercise(
    "06b",
    key="course_utils.sequences.entity_f1, type by type,",
    answer=f1,
    returns="scores (types,)\nmean",
    examples={
        "all right": two_types(["B-PER I-PER O B-LOC"], ["B-PER I-PER O B-LOC"]),
        "half a name": two_types(["B-PER I-PER O B-LOC"], ["B-PER O O B-LOC"]),
        "another type": two_types(["B-PER O B-PER"], ["B-LOC O B-PER"]),
        "a type neither wanted nor found": two_types(["B-PER O"], ["B-PER O"]),
        "two sentences": two_types(["B-PER O", "O O"], ["O O", "B-PER O"]),
        "a name too many": two_types(["B-PER O O"], ["B-PER O B-PER"]),
        "a name at the end, and an I at the beginning": two_types(
            ["O B-PER", "I-PER O"], ["O B-PER", "B-PER O"]
        ),
        "a type that holds a hyphen": two_types(["B-ART-WORK O B-ART"], ["B-ART-WORK O O"])
        | dict(types=["ART-WORK", "ART"]),
    },
    draw=draw_f1,
    sizes=(
        ("", dict(sentences=6, time=9)),
        ("", dict(sentences=12, time=7)),
        ("many errors", dict(sentences=8, time=8, wrong=0.8)),
        ("a type that does not occur", dict(sentences=7, time=8, types=("ORG", "CUR", "PER"))),
        ("one type", dict(sentences=8, time=9, types=("LOC",))),
        ("one sentence", dict(sentences=1, time=30)),
    ),
    mistakes="""
        names in different sentences are taken for the same one
            | zip(true, answered, strict=True) -> [(true, answered)]
            |, then spans_from_bio( -> spans_of_all(
            comparing sentence by sentence, or putting the sentence's number into the span
        tagged words are counted, not names | spans_from_bio( -> words_as_spans(
            comparing the spans: spans_from_bio(tags) of both
        a name counts as right when only its first word is | spans_from_bio( -> beginnings(
        the place of a name is compared, but not its type
            | names & guessed -> [n for n in names if n[:2] in [g[:2] for g in guessed]]
            comparing start, stop and type, all three
        the score is precision, not F1 | 2 * ->, then found[kind] + wanted[kind] -> found[kind]
            missing a wanted name: F1 must suffer
        the score is recall, not F1 | 2 * ->, then found[kind] + wanted[kind] -> wanted[kind]
            finding a name too many: F1 must suffer
        precision and recall are simply averaged
            | 2 * right[kind] / below[kind] if below[kind] else 0.0 ->
            | (right[kind] / max(1, found[kind]) + right[kind] / max(1, wanted[kind])) / 2
            computing 2 * right / (found + wanted), which is lower where the two differ
        the 2 is missing | 2 * ->
            scoring an answer that is all right: its F1 is 1
        names both wanted and found count once in the denominator
            | 2 * ->, then + wanted[kind] -> + wanted[kind] - right[kind]
            computing 2 * right / (found + wanted): that is F1, yours is the Jaccard index
        F1 is computed per sentence and then averaged | return: f1_by_sentence(right, **given)
            adding up right, found and wanted over all sentences, and dividing once
        a type neither wanted nor found is divided by zero | else 0.0 -> else np.nan
            asking whether found + wanted is 0 before you divide: the score is then 0.0
        the mean leaves out the types that do not occur
            | np.mean(scores) -> np.mean([s for s, kind in zip(scores, types) if below[kind]] or 0)
            using scores.mean(), over all types that were asked for
        the mean is weighted by the number of names wanted
            | np.mean(scores) -> sum(s * wanted[kind] for s, kind in zip(scores, types))
            | / max(1, sum(wanted[kind] for kind in types))
        the mean is the F1 of all names together
            | np.mean(scores) ->
            | 2 * sum(right[kind] for kind in types) / max(1, sum(below.values()))
            using scores.mean(), in which a rare type counts as much as a common one
        the types are in alphabetical order | types: sorted(types)
            going through types in the order given
        the mean is missing | , float(np.mean(scores)) ->
            returning both, the scores and their mean, with a comma between them
    """,
)


def loss(p, targets, mask, weights):
    options = dict(reduction="mean_with_sample_weight", dtype=p.dtype.name)
    entropy = load_keras().losses.SparseCategoricalCrossentropy(**options)
    return float(entropy(targets, p, sample_weight=mask * weights[targets]))


def draw_loss(rng, batch, time, tags, dtype="float64", full=False):
    scores = np.exp(rng.normal(0, 1, (batch, time, tags)))
    mask = np.arange(time) < rng.integers(1, time + 1, (batch, 1))
    mask[1::2] = mask[1::2, ::-1]  # padding stands in front in every second sentence
    return dict(
        p=(scores / scores.sum(axis=-1, keepdims=True)).astype(dtype),
        targets=np.where(mask | full, rng.integers(0, tags, (batch, time)), 0),
        mask=mask | full,
        weights=rng.uniform(0.5, 5, tags).astype(dtype),
    )


def two_tags(p_right, targets, mask, weights=(1.0, 1.0)):
    """Return one sentence, from the probabilities of the right tags."""
    p_right, targets = np.array([p_right]), np.array([targets])
    p = np.where(targets[..., None] == [0, 1], p_right[..., None], 1 - p_right[..., None])
    return dict(p=p, targets=targets, mask=np.array([mask], bool), weights=np.array(weights))


WEIGHTED = exercise(
    "06c",
    key="keras.losses.SparseCategoricalCrossentropy with sample weights",
    answer=loss,
    returns="loss",
    examples={
        "nothing masked, weights of 1": two_tags([0.5, 0.5, 0.25], [0, 1, 0], [1, 1, 1]),
        "the last step masked": two_tags([0.5, 0.25, 0.9], [0, 1, 0], [1, 1, 0]),
        "a weight of 3": two_tags([0.5, 0.25, 0.25], [0, 1, 1], [1, 1, 1], (1.0, 3.0)),
        "weights of 2 throughout": two_tags([0.5, 0.25], [0, 1], [1, 1], (2.0, 2.0)),
        "padding in between": two_tags([0.5, 0.9, 0.25], [0, 1, 1], [1, 0, 1], (1.0, 3.0)),
        "weights of whole numbers, one of them 0": two_tags(
            [0.5, 0.25, 0.125], [0, 1, 1], [1, 1, 1], (0, 3)
        ),
        "a small probability": two_tags([1e-6, 0.5], [0, 1], [1, 1]),
    },
    draw=draw_loss,
    sizes=(
        ("", dict(batch=4, time=6, tags=5)),
        ("", dict(batch=3, time=9, tags=13)),
        ("no padding", dict(batch=3, time=5, tags=4, full=True)),
        ("one sentence", dict(batch=1, time=8, tags=5)),
        ("one word each", dict(batch=5, time=1, tags=4)),
        ("float32", dict(batch=4, time=7, tags=6, dtype="float32")),
    ),
    without=("mask",),
    mistakes="""
        padding counts like any other step | weights[targets] * mask -> weights[targets]
            changing a probability at a masked step: the loss should stay as it is
        the mask is inverted | weights[targets] * mask -> weights[targets] * ~mask
            counting with a mask of your own: True is a real word
        padding is left out of the sum, but still counted when dividing
            | / importance.sum() -> / weights[targets].sum()
            dividing by the sum of the same weights that you multiplied by, mask included
        the sum is divided by the number of real steps, not by the sum of their weights
            | / importance.sum() -> / mask.sum()
            trying weights that are all 2: they must not change the loss
        the sum is divided by the number of all steps | / importance.sum() -> / mask.size
            adding more padding to a sentence: the loss should stay as it is
        nothing is divided | / importance.sum() ->
            trying the same sentence twice in a batch: the loss should stay as it is
        the weights of the tags are ignored | weights[targets] * mask -> mask
        the steps are weighted by the tag answered, not by the right one
            | weights[targets] -> weights[p.argmax(axis=-1)]
            using weights[targets], an array (batch, time): the weight of each step
        the steps are divided by their weights, not multiplied
            | weights[targets] -> 1 / weights[targets]
            trying a large weight for one tag: its errors should count for more
        the loss is computed per sentence and then averaged
            | .sum() -> .sum(axis=1), then return: result.mean()
            summing over all words of the batch and dividing once: long sentences count for more
        the sign is flipped | -np.log( -> np.log(
            taking the logarithm of a number below 1: it is negative, and a loss is not
        the logarithm is to base 2 | np.log( -> np.log2(
            using np.log, the natural logarithm
        the loss of a step is 1 - p, not -ln p | -np.log(p_right) -> (1 - p_right)
            trying a probability of 1/2: the loss of that step is 0.693
        the probability of the answered tag is taken, not that of the right one
            | np.log(p_right) -> np.log(p.max(axis=-1))
        the losses of all tags are added up at each step | np.log(p_right) -> np.log(p).sum(axis=-1)
            picking by target: np.take_along_axis(p, targets[..., None], axis=-1)
    """,
)


def draw_word(rng, letters="aeiknrst"):
    return "".join(rng.choice(list(letters), rng.integers(2, 6)))


def draw_endings(rng, sentences, time, length, stock=25):
    known = [draw_word(rng) for _ in range(stock)]
    tags = ["O", "B-LOC", "I-LOC", "B-PER"]
    shares = rng.dirichlet(np.ones(len(tags)), stock)  # how often each word has each tag
    # All places of a word in a row: the order in which its ending's tags come first is then the
    # same whether endings are counted in the sentences or from the finished list of words.
    chosen = np.sort(rng.integers(0, stock, sentences * time)).reshape(sentences, time)
    new = [
        [known[rng.integers(stock)], draw_word(rng), draw_word(rng, "bxyz")][kind]
        for kind in rng.choice(3, length, p=[0.35, 0.5, 0.15])
    ]
    return dict(
        sentences=[[known[word] for word in row] for row in chosen],
        tags=[[str(rng.choice(tags, p=shares[word])) for word in row] for row in chosen],
        words=new,
    )


def one_word(word, pairs):
    """Return a word to tag, and one training sentence, given as "word/TAG word/TAG ..."."""
    sentence, tags = zip(*(pair.split("/") for pair in pairs.split()), strict=True)
    return dict(sentences=[list(sentence)], tags=[list(tags)], words=[word])


def commonest(counts):
    return min(counts, key=lambda tag: (-counts[tag], tag))


def each_word_once(right, sentences, tags, words):
    """Tag words by training sentences in which each word occurs once, with its commonest tag."""
    known = sorted({word for sentence in sentences for word in sentence})
    return right([known], [right(sentences, tags, known)], words)


ENDINGS = exercise(
    "06d",
    key="an exact count",
    returns="answers",
    examples={
        "a word seen": one_word("rain", "rain/O Spain/B-LOC rain/O"),
        "its three letters seen": one_word("train", "Spain/B-LOC main/O Bain/B-LOC"),
        "its last two letters seen": one_word("Berlin", "Turin/B-LOC him/O begin/B-LOC"),
        "nothing like it": one_word("Oslo", "Spain/B-LOC Turin/B-LOC"),
        "a tie": one_word("rain", "rain/O rain/B-LOC rain/O rain/B-LOC"),
        "a word in several places": one_word("rain", "rain/B-LOC in/O rain/B-LOC in/O rain/O"),
        "a word seen, its ending misleads": one_word("rain", "Spain/B-LOC rain/O Bain/B-LOC"),
        "a capital": one_word("Rain", "rain/B-LOC Main/O main/O"),
        "a word of two letters": one_word("in", "Turin/B-LOC him/O pain/B-PER bin/B-PER"),
        "a word of one letter": one_word("a", "Lima/B-LOC a1/O Rika/B-PER Oslo/O Lima/B-LOC"),
        "a tie of three": one_word("main", "rain/O Spain/B-LOC Bain/B-PER"),
    },
    draw=draw_endings,
    sizes=(
        ("", dict(sentences=20, time=6, length=40)),
        ("", dict(sentences=30, time=8, length=60, stock=50)),
        ("one training sentence", dict(sentences=1, time=9, length=30, stock=8)),
        ("many words", dict(sentences=60, time=6, length=80, stock=90)),
    ),
    mistakes="""
        words never seen all get O | , *known] -> ]
            trying a new word whose last three letters have been seen: word[-3:]
        only endings of three letters are tried | (3, 2, 1) -> (3,)
            going on to word[-2:] and word[-1:] where word[-3:] is unknown
        endings of one letter are left out | (3, 2, 1) -> (3, 2)
            going on to word[-1:] where word[-2:] is unknown
        the shortest ending is tried first | (3, 2, 1) -> (1, 2, 3)
            looping for size in (3, 2, 1), and stopping at the first that is known
        the first letters are taken, not the last | word[-size:] -> word[:size]
            printing word[-3:] for a word of yours
        words that have been seen go by their ending too | [by_word.get(word), *known] -> known
            looking a word up first: its ending counts only if it is not on the list
        words nothing is known about get the commonest tag of all
            | , *known] -> , *known, sum(by_word.values(), Counter())]
            ending with "O" where no ending is known
        ties go to the last tag of the alphabet | min( -> max(, then -counts -> counts
            using min(counts, key=lambda tag: (-counts[tag], tag))
        ties go to the tag that came first
            | by_ending.get((size, word[-size:])) ->
            | sum((by_word[w] for w in by_word if w[-size:] == word[-size:]), Counter())
            |, then min(counts, key=lambda tag: (-counts[tag], tag)) -> counts.most_common(1)[0][0]
            using min(counts, key=lambda tag: (-counts[tag], tag)): most_common knows no alphabet
        the rarest tag is taken | -counts -> counts
            checking the minus sign in -counts[tag]: the largest count comes first
        each word counts once for its ending, however often it occurs
            | return: each_word_once(right, **given)
            counting an ending each time a word of the training sentences has it
        a word gets the tag it had last, not the one it had most often
            | by_word[word][tag] += 1 -> by_word[word] = Counter([tag])
            keeping a Counter for each word, in place of one tag that is overwritten
        the endings of three, two and one letters all vote
            | , *known] -> , Counter(commonest(counts) for counts in known if counts)]
            stopping at the longest ending that is known: the others have no say
    """,
)

EXERCISES = (SPANS, F1_BY_TYPE, WEIGHTED, ENDINGS)
