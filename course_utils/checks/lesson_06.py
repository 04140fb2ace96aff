"""Exercises of lesson 06: names off tags, F1 by type, a weighted loss, a list with endings."""

from collections import Counter, defaultdict

from course_utils.checks.engine import Case, Exercise, Mistake, Question, Result
from course_utils.checks.parts import altered, load_keras
from course_utils.sequences import entity_f1, spans_from_bio

import numpy as np

_TYPES = ("PER", "LOC", "ORG")


def _draw_tags(rng, time, names=0.5, strays=0.0):
    """Return BIO tags in which names stand side by side at times, and some I without a B."""
    tags = []
    while len(tags) < time:
        kind = _TYPES[rng.integers(len(_TYPES))]
        chance = rng.random()
        if chance < strays:
            tags.append(f"I-{kind}")
        elif chance < strays + names:
            tags += [f"B-{kind}"] + [f"I-{kind}"] * int(rng.integers(0, 3))
        else:
            tags.append("O")
    return tags[:time]


# -- 06a: names off tags -----------------------------------------------------------------------


def _goes_on(tag, before):
    return tag[0] == "I" and before[2:] == tag[2:]


def _spans(tags, begins=lambda tag: tag != "O", continues=_goes_on, grows=True, at_end=True):
    """Read spans; the switches make wrong answers.

    `begins(tag)`: whether a tag that does not go on starts a span; `continues(tag, before)`:
    whether it goes on with the span of the tag before; `grows`: whether a span gets longer than
    one word; `at_end`: whether a span that is open at the end counts.
    """
    spans, is_open, before = [], False, "O"
    for index, tag in enumerate(tags):
        if is_open and continues(tag, before):
            if grows:
                spans[-1] = (spans[-1][0], index + 1, spans[-1][2])
        else:
            is_open = begins(tag)
            if is_open:
                spans.append((index, index + 1, tag[2:]))
        before = tag
    return spans if at_end or not is_open else spans[:-1]


def _spans_with(**options):
    return lambda tags: _spans(tags, **options)


def _spans_as(make):
    """Return a reader that makes something else of each start, stop and type."""
    return lambda tags: [make(*span) for span in _spans(tags)]


SPANS = Exercise(
    id="06a",
    title="names off tags",
    points=2,
    key="course_utils.sequences.spans_from_bio",
    results=(Result("spans"),),
    answer=spans_from_bio,
    examples=tuple(
        Case({"tags": tags.split()}, label)
        for label, tags in (
            ("a name of one word", "O B-LOC O"),
            ("a name of two words", "B-PER I-PER O"),
            ("a name at the end", "O B-PER I-PER"),
            ("two names side by side", "B-PER B-PER O"),
            ("an I of another type", "B-PER I-LOC O"),
            ("an I without a B", "O I-LOC I-LOC"),
            ("no name", "O O"),
        )
    ),
    draw=lambda rng, **size: {"tags": _draw_tags(rng, **size)},
    sizes=(
        ("", dict(time=9)),
        ("", dict(time=14, strays=0.3)),
        ("many names", dict(time=12, names=0.9)),
        ("many an I without a B", dict(time=16, names=0.2, strays=0.6)),
        ("a sentence of one word", dict(time=1, names=1.0)),
        ("a long sentence", dict(time=40, strays=0.2)),
    ),
    mistakes=(
        Mistake(
            "stop were the last word of the name, and not the one after it",
            _spans_as(lambda start, stop, kind: (start, stop - 1, kind)),
            "words[start:stop] for a name of one word: it should hold that word",
        ),
        Mistake(
            "a name that is still open at the end of the sentence were lost",
            _spans_with(at_end=False),
            "looking at what your function does after its loop",
        ),
        Mistake(
            "two names of one type that stand side by side were joined",
            _spans_with(continues=lambda tag, before: tag != "O" and before[2:] == tag[2:]),
            "B-PER B-PER: a B always begins a new name",
        ),
        Mistake(
            "everything up to the next O were one name",
            _spans_with(continues=lambda tag, before: tag != "O"),
            "B-PER B-LOC: a B always begins a new name",
        ),
        Mistake(
            "an I went on with a name of another type",
            _spans_with(continues=lambda tag, before: tag[0] == "I"),
            "comparing the type of the I with the type of the name that is open",
        ),
        Mistake(
            "an I that continues nothing were left out",
            _spans_with(begins=lambda tag: tag[0] == "B"),
            "O I-LOC: the rule says that this I begins a name",
        ),
        Mistake(
            "each I began a name of its own",
            _spans_with(continues=lambda tag, before: False),
            "B-PER I-PER: the I belongs to the name that is open, which gets longer",
        ),
        Mistake(
            "each name had one word only",
            _spans_with(grows=False),
            "moving stop on by one with each I that goes on",
        ),
        Mistake(
            "words were counted from 1",
            _spans_as(lambda start, stop, kind: (start + 1, stop + 1, kind)),
            "enumerate(tags): it counts from 0",
        ),
        Mistake(
            "the type had kept the B- or I- of its first word",
            lambda tags: [(start, stop, tags[start]) for start, stop, _ in _spans(tags)],
            "tag[2:], which is what stands after the two first characters",
        ),
        Mistake(
            "the type stood first",
            _spans_as(lambda start, stop, kind: (kind, start, stop)),
            "putting the three in the order (start, stop, type)",
        ),
        Mistake(
            "each name were a list, and not a tuple",
            _spans_as(lambda *span: list(span)),
            "round brackets, (start, stop, type): tuples can be put into a set, lists cannot",
        ),
        Mistake(
            "the types alone were returned",
            _spans_as(lambda start, stop, kind: kind),
            "appending (start, stop, type), three things for each name",
        ),
    ),
)


# -- 06b: F1 by type ---------------------------------------------------------------------------


def _answer_f1(true, answered, types):
    def only(kind, sentences):
        return [[tag if tag[2:] == kind else "O" for tag in tags] for tags in sentences]

    scores = [entity_f1(only(kind, true), only(kind, answered))[2] for kind in types]
    return np.array(scores), float(np.mean(scores))


def _draw_f1(rng, sentences, time, types=_TYPES, wrong=0.4):
    true = [_draw_tags(rng, time) for _ in range(sentences)]
    answered = [list(tags) for tags in true]
    for tags in answered:
        others = _draw_tags(rng, time)
        for index in np.flatnonzero(rng.random(time) < wrong):
            tags[index] = others[index]
    return dict(true=true, answered=answered, types=list(types))


def _f1_case(label, true, answered, types="PER LOC"):
    split = [[tags.split() for tags in sentences] for sentences in (true, answered)]
    return Case(dict(true=split[0], answered=split[1], types=types.split()), label)


def _divide(a, b):
    return a / b if b else 0.0


def _f1(right, found, wanted):
    return _divide(2 * right, found + wanted)


def _collect(sentences):
    """Return the names of all sentences, each with the number of its sentence."""
    return {(n, *span) for n, tags in enumerate(sentences) for span in spans_from_bio(tags)}


def _collect_without_sentence(sentences):
    return {(0, *span) for tags in sentences for span in spans_from_bio(tags)}


def _collect_words(sentences):
    """Return each tagged word as if it were a name."""
    return {
        (n, i, i + 1, tag[2:])
        for n, tags in enumerate(sentences)
        for i, tag in enumerate(tags)
        if tag != "O"
    }


def _collect_beginnings(sentences):
    return {(n, start, start + 1, kind) for n, start, _, kind in _collect(sentences)}


def _by_type(true, answered, types, collect=_collect, score=_f1, mean=None):
    """Score each type; `mean(scores, counts)`: counts has right, found and wanted in a row each."""
    wanted, found = collect(true), collect(answered)
    counts = []
    for kind in types:
        w, f = ({name for name in names if name[3] == kind} for names in (wanted, found))
        counts.append((len(w & f), len(f), len(w)))
    scores = np.array([score(*count) for count in counts])
    mean = mean or (lambda scores, counts: scores.mean())
    return scores, float(mean(scores, np.array(counts)))


def _by_type_with(**options):
    return lambda **arguments: _by_type(**arguments, **options)


def _by_type_place_alone(true, answered, types):
    wanted, found = _collect(true), _collect(answered)
    places = {name[:3] for name in found}
    scores = []
    for kind in types:
        w, f = ([name for name in names if name[3] == kind] for names in (wanted, found))
        scores.append(_f1(sum(name[:3] in places for name in w), len(f), len(w)))
    return np.array(scores), float(np.mean(scores))


def _by_type_of_sentences(true, answered, types):
    pairs = zip(true, answered, strict=True)
    scores = np.mean([_by_type([t], [a], types)[0] for t, a in pairs], axis=0)
    return scores, float(scores.mean())


def _unguarded(right, found, wanted):
    return 2 * right / (found + wanted) if found + wanted else float("nan")


def _mean_of_present(scores, counts):
    present = counts[:, 1:].sum(axis=1) > 0
    return scores[present].mean() if present.any() else 0.0


F1_BY_TYPE = Exercise(
    id="06b",
    title="F1 by type",
    points=2,
    key="course_utils.sequences.entity_f1, type by type,",
    results=(Result("scores", ("types",)), Result("mean")),
    answer=_answer_f1,
    examples=(
        _f1_case("all right", ["B-PER I-PER O B-LOC"], ["B-PER I-PER O B-LOC"]),
        _f1_case("half a name", ["B-PER I-PER O B-LOC"], ["B-PER O O B-LOC"]),
        _f1_case("another type", ["B-PER O B-PER"], ["B-LOC O B-PER"]),
        _f1_case("a type neither wanted nor found", ["B-PER O"], ["B-PER O"]),
        _f1_case("two sentences", ["B-PER O", "O O"], ["O O", "B-PER O"]),
        _f1_case("a name too many", ["B-PER O O"], ["B-PER O B-PER"]),
    ),
    draw=_draw_f1,
    sizes=(
        ("", dict(sentences=6, time=9)),
        ("", dict(sentences=12, time=7)),
        ("many errors", dict(sentences=8, time=8, wrong=0.8)),
        ("a type that does not occur", dict(sentences=7, time=8, types=("ORG", "CUR", "PER"))),
        ("one type", dict(sentences=8, time=9, types=("LOC",))),
        ("one sentence", dict(sentences=1, time=30)),
    ),
    mistakes=(
        Mistake(
            "names in different sentences were taken for the same one",
            _by_type_with(collect=_collect_without_sentence),
            "comparing sentence by sentence, or putting the sentence's number into the span",
        ),
        Mistake(
            "tagged words were counted, and not names",
            _by_type_with(collect=_collect_words),
            "spans_from_bio(tags) of both, and comparing the spans",
        ),
        Mistake(
            "a name counted as right when only its first word was",
            _by_type_with(collect=_collect_beginnings),
            "comparing start, stop and type, all three",
        ),
        Mistake(
            "the place of a name were compared, and not its type",
            _by_type_place_alone,
            "comparing start, stop and type, all three",
        ),
        Mistake(
            "it were precision, and not F1",
            _by_type_with(score=lambda right, found, wanted: _divide(right, found)),
            "a case in which a wanted name is missed: F1 must suffer",
        ),
        Mistake(
            "it were recall, and not F1",
            _by_type_with(score=lambda right, found, wanted: _divide(right, wanted)),
            "a case in which a name too many is found: F1 must suffer",
        ),
        Mistake(
            "precision and recall were simply averaged",
            _by_type_with(
                score=lambda right, found, wanted: (
                    (_divide(right, found) + _divide(right, wanted)) / 2
                )
            ),
            "2 * right / (found + wanted), which is lower where the two differ",
        ),
        Mistake(
            "the 2 were left out",
            _by_type_with(score=lambda right, found, wanted: _divide(right, found + wanted)),
            "an answer that is all right: its F1 is 1",
        ),
        Mistake(
            "names both wanted and found were counted once below the line",
            _by_type_with(
                score=lambda right, found, wanted: _divide(right, found + wanted - right)
            ),
            "2 * right / (found + wanted): that is F1, yours is the Jaccard index",
        ),
        Mistake(
            "F1 were taken of each sentence and then averaged",
            _by_type_of_sentences,
            "adding up right, found and wanted over all sentences, and dividing once",
        ),
        Mistake(
            "a type that is neither wanted nor found had been divided by zero",
            _by_type_with(score=_unguarded),
            "asking whether found + wanted is 0 before you divide; the score is then 0.0",
        ),
        Mistake(
            "the mean left out the types that do not occur",
            _by_type_with(mean=_mean_of_present),
            "scores.mean(), over all types that were asked for",
        ),
        Mistake(
            "the mean were weighted by the number of names wanted",
            _by_type_with(
                mean=lambda scores, counts: _divide(scores @ counts[:, 2], counts[:, 2].sum())
            ),
            "scores.mean(), in which a rare type counts as much as a common one",
        ),
        Mistake(
            "the mean were the F1 of all names together",
            _by_type_with(mean=lambda scores, counts: _f1(*counts.sum(axis=0))),
            "scores.mean(), in which a rare type counts as much as a common one",
        ),
        Mistake(
            "the types were put into alphabetical order",
            altered(_by_type, types=sorted),
            "going through types in the order given",
        ),
        Mistake(
            "the mean were forgotten",
            lambda **arguments: _by_type(**arguments)[0],
            "returning both, the scores and their mean, with a comma between them",
        ),
    ),
)


# -- 06c: a loss with weights ------------------------------------------------------------------


def _answer_loss(p, targets, mask, weights):
    loss = load_keras().losses.SparseCategoricalCrossentropy(
        reduction="mean_with_sample_weight", dtype=p.dtype.name
    )
    return float(loss(targets, p, sample_weight=mask * weights[targets]))


def _draw_loss(rng, batch, time, tags, dtype="float64", full=False):
    scores = np.exp(rng.normal(0, 1, (batch, time, tags)))
    mask = np.arange(time) < rng.integers(1, time + 1, (batch, 1))
    return dict(
        p=(scores / scores.sum(axis=-1, keepdims=True)).astype(dtype),
        targets=np.where(mask | full, rng.integers(0, tags, (batch, time)), 0),
        mask=mask | full,
        weights=rng.uniform(0.5, 5, tags).astype(dtype),
    )


def _loss_case(label, p_right, targets, mask, weights=(1.0, 1.0)):
    """Return a case of one sentence and two tags, from the probabilities of the right ones."""
    p_right, targets = np.array([p_right]), np.array([targets])
    p = np.where(targets[..., None] == [0, 1], p_right[..., None], 1 - p_right[..., None])
    mask = np.array([mask], dtype=bool)
    return Case(dict(p=p, targets=targets, mask=mask, weights=np.array(weights)), label)


def _each(p, targets):
    return -np.log(np.take_along_axis(p, targets[..., None], axis=-1)[..., 0])


def _loss(p, targets, mask, weights, each=_each, choose=None, divide=None):
    """Return a weighted loss; the switches make wrong answers.

    `each(p, targets)`: the loss of each step; `choose(weights, p, targets)`: the weight of each
    step; `divide(total, w, mask)`: what makes a loss of the sum, the steps' weights and the mask.
    """
    choose = choose or (lambda weights, p, targets: weights[targets])
    divide = divide or (lambda total, w, mask: total / w.sum())
    w = choose(weights, p, targets) * mask
    return float(divide((each(p, targets) * w).sum(), w, mask))


def _loss_with(**options):
    return lambda **arguments: _loss(**arguments, **options)


def _loss_by_sentence(p, targets, mask, weights):
    w = weights[targets] * mask
    return float(((_each(p, targets) * w).sum(axis=1) / w.sum(axis=1)).mean())


def _loss_padding_below(p, targets, mask, weights):
    w = weights[targets]
    return float((_each(p, targets) * w * mask).sum() / w.sum())


WEIGHTED = Exercise(
    id="06c",
    title="a masked loss with weights",
    points=2,
    key="keras.losses.SparseCategoricalCrossentropy with sample weights",
    results=(Result("loss"),),
    answer=_answer_loss,
    examples=(
        _loss_case("nothing masked, weights of 1", [0.5, 0.5, 0.25], [0, 1, 0], [1, 1, 1]),
        _loss_case("the last step masked", [0.5, 0.25, 0.9], [0, 1, 0], [1, 1, 0]),
        _loss_case("a weight of 3", [0.5, 0.25, 0.25], [0, 1, 1], [1, 1, 1], (1.0, 3.0)),
        _loss_case("weights of 2 throughout", [0.5, 0.25], [0, 1], [1, 1], (2.0, 2.0)),
    ),
    draw=_draw_loss,
    sizes=(
        ("", dict(batch=4, time=6, tags=5)),
        ("", dict(batch=3, time=9, tags=13)),
        ("no padding", dict(batch=3, time=5, tags=4, full=True)),
        ("one sentence", dict(batch=1, time=8, tags=5)),
        ("one word each", dict(batch=5, time=1, tags=4)),
        ("float32", dict(batch=4, time=7, tags=6, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "padding counted like any other step",
            altered(_loss, mask=np.ones_like),
            "changing a probability at a masked step: the loss must stay what it is",
        ),
        Mistake(
            "the mask were upside down",
            altered(_loss, mask=np.logical_not),
            "counting with a mask of your own: True is a real word",
        ),
        Mistake(
            "padding were left out above the line and counted below it",
            _loss_padding_below,
            "dividing by the sum of the same weights that you multiplied with, mask included",
        ),
        Mistake(
            "the sum were divided by the number of real steps, and not by the sum of their weights",
            _loss_with(divide=lambda total, w, mask: total / mask.sum()),
            "weights that are all 2: they must not change the loss",
        ),
        Mistake(
            "the sum were divided by the number of all steps",
            _loss_with(divide=lambda total, w, mask: total / mask.size),
            "adding more padding to a sentence: the loss must stay what it is",
        ),
        Mistake(
            "nothing were divided",
            _loss_with(divide=lambda total, w, mask: total),
            "the same sentence twice in a batch: the loss must stay what it is",
        ),
        Mistake(
            "the weights of the tags were left out",
            altered(_loss, weights=np.ones_like),
            "weights[targets], an array (batch, time): the weight of each step",
        ),
        Mistake(
            "the steps were weighted by the tag answered, and not by the right one",
            _loss_with(choose=lambda weights, p, targets: weights[p.argmax(axis=-1)]),
            "weights[targets], an array (batch, time): the weight of each step",
        ),
        Mistake(
            "the steps were divided by their weights, and not multiplied",
            _loss_with(choose=lambda weights, p, targets: 1 / weights[targets]),
            "a large weight for one tag: its errors should count for more",
        ),
        Mistake(
            "the loss were taken of each sentence and then averaged",
            _loss_by_sentence,
            "one sum over all words of the batch, divided once: long sentences count for more",
        ),
        Mistake(
            "the sign were wrong",
            lambda **arguments: -_loss(**arguments),
            "the logarithm of a number below 1: it is negative, and a loss is not",
        ),
        Mistake(
            "the logarithm were one to base 2",
            lambda **arguments: _loss(**arguments) / np.log(2),
            "np.log, the natural logarithm",
        ),
        Mistake(
            "it were 1 - p, and not -ln p",
            _loss_with(
                each=lambda p, targets: 1 - np.take_along_axis(p, targets[..., None], -1)[..., 0]
            ),
            "a probability of 1/2: the loss of that step is 0.693",
        ),
        Mistake(
            "the probability of the answered tag were taken, and not that of the right one",
            _loss_with(each=lambda p, targets: -np.log(p.max(axis=-1))),
            "np.take_along_axis(p, targets[..., None], axis=-1): it picks by target",
        ),
        Mistake(
            "the losses of all tags were added up at each step",
            _loss_with(each=lambda p, targets: -np.log(p).sum(axis=-1)),
            "np.take_along_axis(p, targets[..., None], axis=-1): it picks by target",
        ),
    ),
)


# -- 06d: a list that knows endings --------------------------------------------------------------

_LETTERS = "aeiknrst"


def _draw_word(rng, letters=_LETTERS):
    return "".join(rng.choice(list(letters), rng.integers(2, 6)))


def _draw_endings(rng, sentences, time, length, stock=25):
    known = [_draw_word(rng) for _ in range(stock)]
    tags = ["O", "B-LOC", "I-LOC", "B-PER"]
    shares = rng.dirichlet(np.ones(len(tags)), stock)  # how often each word has each tag
    chosen = rng.integers(0, stock, (sentences, time))
    new = [
        [known[rng.integers(stock)], _draw_word(rng), _draw_word(rng, "bxyz")][kind]
        for kind in rng.choice(3, length, p=[0.35, 0.5, 0.15])
    ]
    return dict(
        sentences=[[known[word] for word in row] for row in chosen],
        tags=[[str(rng.choice(tags, p=shares[word])) for word in row] for row in chosen],
        words=new,
    )


def _endings_case(label, words, pairs):
    """Return a case of one training sentence, given as "word/TAG word/TAG ..."."""
    split = [pair.split("/") for pair in pairs.split()]
    sentence, tags = [word for word, _ in split], [tag for _, tag in split]
    return Case(dict(sentences=[sentence], tags=[tags], words=words.split()), label)


def _commonest(counts):
    return min(counts, key=lambda tag: (-counts[tag], tag))


def _endings(
    sentences,
    tags,
    words,
    sizes=(3, 2, 1),
    cut=lambda word, size: word[-size:],
    known=True,
    choose=_commonest,
    choose_ending=None,
    otherwise=lambda every: "O",
    once=False,
):
    """Tag words by a list with endings; the switches make wrong answers.

    `sizes`: of the endings, in the order tried; `cut(word, size)`: what is taken of a word;
    `known`: whether words seen are looked up; `choose(counts)`: takes a tag from the counts of a
    word, `choose_ending` from those of an ending; `otherwise(every)`: the tag where nothing is
    known, from the counts of all tags; `once`: each word counts once for its ending.
    """
    by_word, by_ending, every = defaultdict(Counter), defaultdict(Counter), Counter()
    for sentence, answers in zip(sentences, tags, strict=True):
        for word, tag in zip(sentence, answers, strict=True):
            by_word[word][tag] += 1
            every[tag] += 1
    for word, counts in by_word.items():
        counts = Counter([choose(counts)]) if once else counts
        for size in sorted(sizes):
            by_ending[size, cut(word, size)].update(counts)
    choose_ending = choose_ending or choose
    result = []
    for word in words:
        found = [by_ending[size, cut(word, size)] for size in sizes]
        found = [counts for counts in found if counts]
        if known and word in by_word:
            result.append(choose(by_word[word]))
        else:
            result.append(choose_ending(found[0]) if found else otherwise(every))
    return result


def _endings_with(**options):
    return lambda **arguments: _endings(**arguments, **options)


def _endings_latest(sentences, tags, words):
    latest = {}
    for sentence, answers in zip(sentences, tags, strict=True):
        latest.update(zip(sentence, answers, strict=True))
    others = _endings(sentences, tags, words)
    return [latest.get(word, tag) for word, tag in zip(words, others, strict=True)]


def _endings_of_all_sizes(sentences, tags, words):
    counts = [_endings(sentences, tags, words, sizes=(size,), otherwise=str) for size in (1, 2, 3)]
    result = []
    for word, *guesses in zip(words, *counts, strict=True):
        votes = Counter(guess for guess in guesses if not guess.startswith("Counter"))
        by_list = any(word in sentence for sentence in sentences) or not votes
        result += _endings(sentences, tags, [word]) if by_list else [_commonest(votes)]
    return result


ENDINGS = Exercise(
    id="06d",
    title="a list that knows endings",
    points=2,
    key="an exact count",
    results=(Result("answers"),),
    answer=_endings,
    examples=(
        _endings_case("a word seen", "rain", "rain/O Spain/B-LOC rain/O"),
        _endings_case("its three letters seen", "train", "Spain/B-LOC main/O Bain/B-LOC"),
        _endings_case("its last two letters seen", "Berlin", "Turin/B-LOC him/O begin/B-LOC"),
        _endings_case("nothing like it", "Oslo", "Spain/B-LOC Turin/B-LOC"),
        _endings_case("a tie", "rain", "rain/O rain/B-LOC rain/O rain/B-LOC"),
        _endings_case("a word seen, its ending misleads", "rain", "Spain/B-LOC rain/O Bain/B-LOC"),
    ),
    draw=_draw_endings,
    sizes=(
        ("", dict(sentences=20, time=6, length=40)),
        ("", dict(sentences=30, time=8, length=60, stock=50)),
        ("one training sentence", dict(sentences=1, time=9, length=30, stock=8)),
        ("many words", dict(sentences=60, time=6, length=80, stock=90)),
    ),
    mistakes=(
        Mistake(
            "words never seen all got O",
            _endings_with(sizes=()),
            "a new word whose last three letters have been seen: word[-3:]",
        ),
        Mistake(
            "only endings of three letters were tried",
            _endings_with(sizes=(3,)),
            "going on to word[-2:] and word[-1:] where word[-3:] is unknown",
        ),
        Mistake(
            "endings of one letter were left out",
            _endings_with(sizes=(3, 2)),
            "going on to word[-1:] where word[-2:] is unknown",
        ),
        Mistake(
            "the shortest ending were tried first",
            _endings_with(sizes=(1, 2, 3)),
            "for size in (3, 2, 1), and stopping at the first that is known",
        ),
        Mistake(
            "the first letters were taken, and not the last",
            _endings_with(cut=lambda word, size: word[:size]),
            "printing word[-3:] for a word of yours",
        ),
        Mistake(
            "words that were seen went by their ending too",
            _endings_with(known=False),
            "looking a word up first; its ending counts only if it is not on the list",
        ),
        Mistake(
            "words of which nothing is known got the commonest tag of all",
            _endings_with(otherwise=_commonest),
            'ending with "O" where no ending is known',
        ),
        Mistake(
            "ties went to the last tag of the alphabet",
            _endings_with(choose=lambda counts: max(counts, key=lambda tag: (counts[tag], tag))),
            "min(counts, key=lambda tag: (-counts[tag], tag))",
        ),
        Mistake(
            "ties went to the tag that had come first",
            _endings_with(choose=lambda counts: counts.most_common(1)[0][0]),
            "min(counts, key=lambda tag: (-counts[tag], tag)): most_common knows no alphabet",
        ),
        Mistake(
            "the rarest tag were taken",
            _endings_with(choose=lambda counts: min(counts, key=lambda tag: (counts[tag], tag))),
            "the minus sign in -counts[tag]: the largest count comes first",
        ),
        Mistake(
            "each word counted once for its ending, however often it occurs",
            _endings_with(once=True),
            "counting an ending each time a word of the training sentences has it",
        ),
        Mistake(
            "a word got the tag it had last, and not the one it had most often",
            _endings_latest,
            "a Counter for each word, in place of one tag that is overwritten",
        ),
        Mistake(
            "the endings of three, two and one letters voted",
            _endings_of_all_sizes,
            "stopping at the longest ending that is known; the others have no say",
        ),
    ),
)

EXERCISES = (SPANS, F1_BY_TYPE, WEIGHTED, ENDINGS)
QUESTION = Question("06e", "a tagger for live captions", points=2)
