"""Exercises of lesson 05: padding, pooling, a bag with pairs, the gradient of an embedding."""

from course_utils.checks.engine import Case, Exercise, Mistake, Question, Result
from course_utils.checks.parts import load_keras

import numpy as np

# -- 05a: padding at either end ----------------------------------------------------------------


def _answer_padding(sequences, length, zeros, keep, value):
    pad_sequences = load_keras().utils.pad_sequences
    ends = dict(
        maxlen=length,
        padding="pre" if zeros == "before" else "post",
        truncating="pre" if keep == "end" else "post",
    )
    numbers = pad_sequences(sequences, value=value, **ends)
    mask = pad_sequences([[1] * len(sequence) for sequence in sequences], **ends)
    return numbers, mask, sum(max(0, len(sequence) - length) for sequence in sequences)


def _padding(
    sequences,
    length,
    zeros,
    keep,
    value,
    cut=lambda s, length, keep: s[:length] if keep == "beginning" else s[max(0, len(s) - length) :],
    place=lambda s, length, zeros: length - len(s) if zeros == "before" else 0,
    lost=lambda sequences, length: sum(max(0, len(s) - length) for s in sequences),
):
    """Return the padded numbers, the mask and the count; the options spoil one term each."""
    numbers = np.full((len(sequences), length), value)
    mask = np.zeros(numbers.shape, dtype=bool)
    for row, sequence in enumerate(sequences):
        kept = cut(sequence, length, keep)
        begin = place(kept, length, zeros)
        numbers[row, begin : begin + len(kept)] = kept
        mask[row, begin : begin + len(kept)] = True
    return numbers, mask, lost(sequences, length)


def _padding_with(**options):
    return lambda **arguments: _padding(**arguments, **options)


def _padding_then(change):
    """Return a function that spoils the three results of a right padding."""
    return lambda **arguments: change(arguments, *_padding(**arguments))


def _padding_by_negative_slices(sequences, length, zeros, keep, value):
    numbers = np.full((len(sequences), length), value)
    mask = np.zeros(numbers.shape, dtype=bool)
    for row, sequence in enumerate(sequences):
        kept = sequence[:length] if keep == "beginning" else sequence[-length:]
        there = slice(-len(kept), None) if zeros == "before" else slice(0, len(kept))
        numbers[row, there] = kept
        mask[row, there] = True
    return numbers, mask, sum(max(0, len(s) - length) for s in sequences)


def _draw_padding(rng, batch, longest, length, zeros, keep, value=0):
    lengths = rng.integers(1, longest + 1, batch)
    lengths[0] = longest
    lengths[-1] = 1 + longest // 3
    # The padding value occurs among the real numbers too.
    sequences = [[value, *rng.integers(0, 9, n - 1).tolist()] for n in lengths]
    return dict(sequences=sequences, length=length, zeros=zeros, keep=keep, value=value)


def _example_padding(label, sequences, length, zeros="after", keep="beginning", value=0):
    return Case(
        dict(sequences=sequences, length=length, zeros=zeros, keep=keep, value=value), label
    )


PADDING = Exercise(
    id="05a",
    title="padding at either end",
    points=2,
    key="keras.utils.pad_sequences",
    results=(
        Result("numbers", ("batch", "time")),
        Result("mask", ("batch", "time")),
        Result("lost"),
    ),
    answer=_answer_padding,
    examples=(
        _example_padding("on paper", [[7, 8], [3, 4, 5, 6]], 3, "before", "end"),
        _example_padding("filled up after the end", [[7, 8]], 4),
        _example_padding("filled up before the beginning", [[7, 8]], 4, "before"),
        _example_padding("cut, the beginning kept", [[3, 4, 5, 6]], 3),
        _example_padding("cut, the end kept", [[3, 4, 5, 6]], 3, keep="end"),
        _example_padding("an empty sequence", [[], [2]], 2, "before", "end"),
    ),
    draw=_draw_padding,
    sizes=(
        ("", dict(batch=4, longest=7, length=5, zeros="before", keep="end")),
        ("", dict(batch=5, longest=8, length=6, zeros="after", keep="beginning")),
        ("", dict(batch=4, longest=9, length=5, zeros="before", keep="beginning", value=4)),
        ("", dict(batch=4, longest=9, length=5, zeros="after", keep="end", value=-1)),
        ("room for all", dict(batch=3, longest=4, length=9, zeros="before", keep="end")),
        ("one step", dict(batch=3, longest=5, length=1, zeros="after", keep="end")),
    ),
    mistakes=(
        Mistake(
            "the filling always stood after the end",
            _padding_with(place=lambda s, length, zeros: 0),
            'the argument zeros: with "before" the real numbers stand at the right',
        ),
        Mistake(
            "the filling always stood before the beginning",
            _padding_with(place=lambda s, length, zeros: length - len(s)),
            'the argument zeros: with "after" the real numbers stand at the left',
        ),
        Mistake(
            "before and after were exchanged",
            _padding_with(
                place=lambda s, length, zeros: length - len(s) if zeros == "after" else 0
            ),
            "[7, 8] in four steps, filled up before the beginning: it is [0, 0, 7, 8]",
        ),
        Mistake(
            "the beginning were always kept",
            _padding_with(cut=lambda s, length, keep: s[:length]),
            'the argument keep: with "end" the last numbers stay',
        ),
        Mistake(
            "the end were always kept",
            _padding_with(cut=lambda s, length, keep: s[max(0, len(s) - length) :]),
            'the argument keep: with "beginning" the first numbers stay',
        ),
        Mistake(
            "keep named the part that is cut away",
            _padding_with(
                cut=lambda s, length, keep: (
                    s[:length] if keep == "end" else s[max(0, len(s) - length) :]
                )
            ),
            "[3, 4, 5, 6] in three steps, the end kept: it is [4, 5, 6]",
        ),
        Mistake(
            "the filling were always 0",
            _padding_then(lambda a, numbers, mask, lost: (numbers * mask, mask, lost)),
            "filling up with the argument value",
        ),
        Mistake(
            "the mask were read off the numbers",
            _padding_then(lambda a, numbers, mask, lost: (numbers, numbers != a["value"], lost)),
            "a sequence in which value occurs as a real number: the mask follows from the lengths",
        ),
        Mistake(
            "the mask were True where the filling is",
            _padding_then(lambda a, numbers, mask, lost: (numbers, ~mask, lost)),
            "the mask of [7, 8] in four steps: True twice, where 7 and 8 are",
        ),
        Mistake(
            "the real steps of the mask always stood at the left",
            _padding_then(
                lambda a, numbers, mask, lost: (numbers, np.sort(mask, axis=1)[:, ::-1], lost)
            ),
            "printing numbers and mask below each other: they belong together step by step",
        ),
        Mistake(
            "the sequences that were cut had been counted, and not the numbers",
            _padding_with(lost=lambda sequences, length: sum(len(s) > length for s in sequences)),
            "adding up len(sequence) - length of those that are too long",
        ),
        Mistake(
            "sequences with room to spare had been counted as negative losses",
            _padding_with(lost=lambda sequences, length: sum(len(s) - length for s in sequences)),
            "max(0, len(sequence) - length): a short sequence loses nothing",
        ),
        Mistake(
            "an index of -0 had met an empty sequence",
            _padding_by_negative_slices,
            "row[length - len(kept):] in place of row[-len(kept):]; -0 is 0, the whole row",
        ),
    ),
)


# -- 05b: three ways to one vector -------------------------------------------------------------


def _answer_pooling(states, mask):
    keras = load_keras()
    rows = []
    for sequence, real in zip(states, mask, strict=True):
        alone = sequence[real][None]
        rows.append(
            (
                alone[0, -1],
                np.array(keras.layers.GlobalAveragePooling1D(dtype=states.dtype)(alone))[0],
                np.array(keras.layers.GlobalMaxPooling1D(dtype=states.dtype)(alone))[0],
            )
        )
    return tuple(np.stack(column) for column in zip(*rows, strict=True))


def _last_real(states, mask):
    time = states.shape[1]
    last = time - 1 - mask[:, ::-1].argmax(axis=1)
    return states[np.arange(len(states)), last]


def _mean_real(states, mask):
    return (states * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)


def _largest_real(states, mask):
    return np.where(mask[..., None], states, -np.inf).max(axis=1)


def _pooling(states, mask, last=_last_real, mean=_mean_real, largest=_largest_real):
    """Return the three vectors; the options spoil one each."""
    return last(states, mask), mean(states, mask), largest(states, mask)


def _pooling_with(**options):
    return lambda **arguments: _pooling(**arguments, **options)


def _pooling_overwriting(states, mask):
    last, mean = _last_real(states, mask), _mean_real(states, mask)
    states[~mask] = -np.inf
    return last, mean, states.max(axis=1)


def _draw_pooling(rng, batch, time, units, place="anywhere", dtype="float64"):
    states = rng.normal(size=(batch, time, units)) - 1.5
    mask = rng.random((batch, time)) < 0.6
    mask[np.arange(batch), rng.integers(0, time, batch)] = True
    if place == "after":
        mask = -np.sort(-mask.astype(int), axis=1) == 1
    elif place == "before":
        mask = np.sort(mask, axis=1)
    # What stands in the padding is large, so that it is noticed wherever it gets in.
    states[~mask] = 3 + rng.normal(size=(int((~mask).sum()), units))
    return dict(states=states.astype(dtype), mask=mask)


def _example_pooling(label, states, mask):
    states = np.array(states, dtype=float)[None, :, None]
    return Case(dict(states=states, mask=np.array([mask], dtype=bool)), label)


_POOLED = [Result(name, ("batch", "units")) for name in ("last", "mean", "largest")]

POOLING = Exercise(
    id="05b",
    title="three ways to one vector",
    points=2,
    key="pooling in Keras without the padding",
    results=tuple(_POOLED),
    answer=_answer_pooling,
    examples=(
        _example_pooling("on paper", [-3, -1, -2, 0], [1, 1, 1, 0]),
        _example_pooling("filled up before", [0, -3, -1, -2], [0, 1, 1, 1]),
        _example_pooling("a gap", [-3, 0, -1, 0], [1, 0, 1, 0]),
        _example_pooling("one real step", [0, 0, -1, 0], [0, 0, 1, 0]),
        _example_pooling("no padding", [1, 5, 3], [1, 1, 1]),
    ),
    draw=_draw_pooling,
    sizes=(
        ("", dict(batch=4, time=6, units=3)),
        ("filled up after", dict(batch=5, time=8, units=4, place="after")),
        ("filled up before", dict(batch=5, time=8, units=4, place="before")),
        ("a batch of one", dict(batch=1, time=9, units=3)),
        ("one unit", dict(batch=4, time=5, units=1)),
        ("float32", dict(batch=3, time=7, units=5, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "last were the last step, real or not",
            _pooling_with(last=lambda states, mask: states[:, -1]),
            "finding for each sequence the largest t at which the mask is True",
        ),
        Mistake(
            "the padding always stood at the end",
            _pooling_with(
                last=lambda states, mask: states[np.arange(len(states)), mask.sum(axis=1) - 1]
            ),
            "a sequence filled up before: its number of real steps is not where the last one is",
        ),
        Mistake(
            "last were the first real step",
            _pooling_with(
                last=lambda states, mask: states[np.arange(len(states)), mask.argmax(axis=1)]
            ),
            "np.flatnonzero(row)[-1]; argmax finds the first True",
        ),
        Mistake(
            "last were the step after the last real one",
            _pooling_with(last=lambda states, mask: _last_real(np.roll(states, -1, axis=1), mask)),
            "counting steps from 0: three real steps are 0, 1 and 2",
        ),
        Mistake(
            "the mean were taken over all steps",
            _pooling_with(mean=lambda states, mask: states.mean(axis=1)),
            "setting the masked steps to zero before the sum, with mask[:, :, None]",
        ),
        Mistake(
            "the sum of the real steps were divided by the number of all steps",
            _pooling_with(mean=lambda states, mask: (states * mask[..., None]).mean(axis=1)),
            "dividing by mask.sum(axis=1, keepdims=True)",
        ),
        Mistake(
            "every sequence were divided by the same number of steps",
            _pooling_with(
                mean=lambda states, mask: (
                    (states * mask[..., None]).sum(axis=1) / mask.sum(axis=1).max()
                )
            ),
            "dividing each sequence by its own number of real steps",
        ),
        Mistake(
            "the mean were a sum",
            _pooling_with(mean=lambda states, mask: (states * mask[..., None]).sum(axis=1)),
            "dividing by the number of real steps",
        ),
        Mistake(
            "the largest were sought among all steps",
            _pooling_with(largest=lambda states, mask: states.max(axis=1)),
            "np.where with something that can never be the largest at the masked steps",
        ),
        Mistake(
            "masked steps took part as zeros in the search for the largest",
            _pooling_with(largest=lambda states, mask: (states * mask[..., None]).max(axis=1)),
            "a sequence of negative states: zero is larger than all of them, minus infinity is not",
        ),
        Mistake(
            "largest were the one farthest from zero",
            _pooling_with(
                largest=lambda states, mask: np.abs(states * mask[..., None]).max(axis=1)
            ),
            "leaving the signs alone: -1 is larger than -3",
        ),
        Mistake(
            "the mask were used the wrong way round",
            lambda states, mask: _mask_inverted(states, mask),
            "printing mask[0]: True is where the step is real",
        ),
        Mistake(
            "the states were overwritten",
            _pooling_overwriting,
            "np.where(...), which makes a new array, where you have states[...] = ...",
        ),
    ),
)


def _mask_inverted(states, mask):
    padding = ~mask
    padding[~padding.any(axis=1)] = True
    return _pooling(states, padding)


# -- 05c: a bag that keeps pairs ---------------------------------------------------------------


def _answer_bag(known, sentences):
    from sklearn.feature_extraction.text import CountVectorizer

    def analyse(sentence):
        return [*sentence, *map(" ".join, zip(sentence, sentence[1:], strict=False))]

    # The vectoriser makes the pairs itself; `analyse` only counts those it does not know.
    counter = CountVectorizer(
        ngram_range=(1, 2), tokenizer=list, lowercase=False, token_pattern=None
    )
    counter.fit(known)
    counts = counter.transform(sentences).toarray()
    total = sum(len(analyse(sentence)) for sentence in sentences)
    return list(counter.get_feature_names_out()), counts, int(total - counts.sum())


def _pairs_of(sentence):
    return [f"{a} {b}" for a, b in zip(sentence, sentence[1:], strict=False)]


def _bag(
    known,
    sentences,
    grams=lambda sentence: [*sentence, *_pairs_of(sentence)],
    learn=lambda known, sentences, grams: sorted({g for s in known for g in grams(s)}),
    count=lambda found, column: found.count(column),
    miss=lambda found, columns: sum(gram not in columns for gram in found),
):
    """Return the columns, the counts and the number missed; the options spoil one term each."""
    columns = learn(known, sentences, grams)
    found = [grams(sentence) for sentence in sentences]
    counts = np.array([[count(row, column) for column in columns] for row in found])
    return columns, counts, sum(miss(row, set(columns)) for row in found)


def _bag_with(**options):
    return lambda **arguments: _bag(**arguments, **options)


def _across_borders(known, sentences, grams):
    return sorted(set(grams([word for sentence in known for word in sentence])))


def _by_appearance(known, sentences, grams):
    return list(dict.fromkeys(gram for sentence in known for gram in grams(sentence)))


def _words_then_pairs(known, sentences, grams):
    columns = {gram for sentence in known for gram in grams(sentence)}
    return sorted(columns, key=lambda gram: (" " in gram, gram))


def _draw_bag(rng, known, sentences, longest, words=6):
    alphabet = ["a", "but", "dull", "film", "good", "it", "not", "so", "was", "yet"][:words]

    def draw(count):
        # Long enough for a pair, with repetitions, and some words that `known` may lack.
        lengths = rng.integers(2, longest + 1, count)
        return [rng.choice(alphabet, n).tolist() for n in lengths]

    others = draw(sentences)
    others[0] = [*others[0], "gobbledygook", "gobbledygook"]
    others[-1] = [*others[-1], *others[-1]]
    return dict(known=draw(known), sentences=others)


def _example_bag(label, known, sentences):
    return Case(
        dict(known=[s.split() for s in known], sentences=[s.split() for s in sentences]), label
    )


BAG = Exercise(
    id="05c",
    title="a bag that keeps pairs",
    points=2,
    key="sklearn's CountVectorizer",
    results=(Result("columns"), Result("counts", ("sentences", "columns")), Result("missed")),
    answer=_answer_bag,
    examples=(
        _example_bag("on paper", ["not good", "good film"], ["good film not good"]),
        _example_bag("mirror images", ["not dull but good"], ["not good but dull"]),
        _example_bag("a word twice", ["so so good"], ["so so so good"]),
        _example_bag("two sentences to learn from", ["it was", "not good"], ["was not"]),
        _example_bag("sentences of one word", ["good", "dull"], ["dull", "yet"]),
    ),
    draw=_draw_bag,
    sizes=(
        ("", dict(known=4, sentences=3, longest=6)),
        ("", dict(known=6, sentences=4, longest=5, words=8)),
        ("few words", dict(known=3, sentences=3, longest=7, words=3)),
        ("one sentence", dict(known=1, sentences=1, longest=8, words=5)),
        ("many", dict(known=12, sentences=8, longest=7, words=10)),
    ),
    mistakes=(
        Mistake(
            "the pairs had been left out",
            _bag_with(grams=list),
            'adding the neighbours, "not good", to the single words',
        ),
        Mistake(
            "the single words had been left out",
            _bag_with(grams=_pairs_of),
            "keeping both: each word by itself, and each pair of neighbours",
        ),
        Mistake(
            "pairs were formed across the border of two sentences",
            _bag_with(learn=_across_borders),
            "forming the pairs inside each sentence",
        ),
        Mistake(
            "the columns were made from the sentences to be counted",
            _bag_with(
                learn=lambda known, sentences, grams: sorted(
                    {g for s in sentences for g in grams(s)}
                )
            ),
            "making the columns from known alone: what training never saw has no column",
        ),
        Mistake(
            "the columns were made from known and from sentences together",
            _bag_with(
                learn=lambda known, sentences, grams: sorted(
                    {g for s in [*known, *sentences] for g in grams(s)}
                )
            ),
            "making the columns from known alone: what training never saw has no column",
        ),
        Mistake(
            "it were only noted whether something occurs, and not how often",
            _bag_with(count=lambda found, column: int(column in found)),
            "so so so good: three times so, twice so so",
        ),
        Mistake(
            "the columns stood in order of first appearance",
            _bag_with(learn=_by_appearance),
            "sorted(...) of all columns",
        ),
        Mistake(
            "all words stood before all pairs",
            _bag_with(learn=_words_then_pairs),
            "sorting words and pairs together, as strings",
        ),
        Mistake(
            "the order inside a pair were lost",
            _bag_with(
                grams=lambda s: [
                    *s,
                    *(" ".join(sorted(pair)) for pair in zip(s, s[1:], strict=False)),
                ]
            ),
            "not good and good not: they are two columns",
        ),
        Mistake(
            "every second pair were left out",
            _bag_with(grams=lambda s: [*s, *_pairs_of(s)[::2]]),
            "counting the pairs of n words: there are n - 1, and they overlap",
        ),
        Mistake(
            "the last pair of each sentence were left out",
            _bag_with(grams=lambda s: [*s, *_pairs_of(s)[:-1]]),
            "counting the pairs of n words: there are n - 1",
        ),
        Mistake(
            "any two words of a sentence made a pair, neighbours or not",
            _bag_with(
                grams=lambda s: [*s, *(f"{a} {b}" for i, a in enumerate(s) for b in s[i + 1 :])]
            ),
            "zip(sentence, sentence[1:]), which gives neighbours only",
        ),
        Mistake(
            "what is missed were counted once, however often it occurs",
            _bag_with(miss=lambda found, columns: len(set(found) - columns)),
            "adding 1 for each time, not for each different word or pair",
        ),
        Mistake(
            "only single words were counted as missed",
            _bag_with(
                miss=lambda found, columns: sum(g not in columns and " " not in g for g in found)
            ),
            "counting the pairs that have no column too",
        ),
    ),
)


# -- 05d: how a table learns -------------------------------------------------------------------


def _answer_gradient(numbers, upstream, words):
    keras = load_keras()
    import tensorflow as tf

    layer = keras.layers.Embedding(
        words,
        upstream.shape[-1],
        embeddings_initializer="zeros",
        mask_zero=True,
        name="answer_key",
        dtype=upstream.dtype.name,
    )
    layer.build()
    with tf.GradientTape() as tape:
        real = np.array(layer.compute_mask(numbers))[..., None]
        loss = tf.reduce_sum(layer(numbers) * upstream * real)
    return np.array(tf.convert_to_tensor(tape.gradient(loss, layer.trainable_weights[0])))


def _gradient(numbers, upstream, words, weigh=lambda numbers, upstream: upstream):
    """Return the gradient of the table; `weigh` spoils the vectors that are added up."""
    gradient = np.zeros((words, upstream.shape[-1]), dtype=upstream.dtype)
    vectors = weigh(numbers, upstream) * (numbers != 0)[..., None]
    np.add.at(gradient, numbers, vectors)
    return gradient


def _gradient_with(weigh):
    return lambda **arguments: _gradient(**arguments, weigh=weigh)


def _gradient_then(change):
    return lambda **arguments: change(_gradient(**arguments), **arguments)


def _gradient_by_steps(numbers, upstream, words, chosen):
    """Add with `gradient[rows] += ...`, which takes a row that comes twice only once."""
    gradient = np.zeros((words, upstream.shape[-1]), dtype=upstream.dtype)
    for rows, vectors in chosen(numbers, upstream):
        gradient[rows] += vectors * (rows != 0)[..., None]
    return gradient


def _gradient_in_groups(chosen):
    return lambda **arguments: _gradient_by_steps(**arguments, chosen=chosen)


def _each_step(numbers, upstream):
    return [(numbers[:, t], upstream[:, t]) for t in range(numbers.shape[1])]


def _with_padding(numbers, upstream, words):
    gradient = np.zeros((words, upstream.shape[-1]), dtype=upstream.dtype)
    np.add.at(gradient, numbers, upstream)
    return gradient


def _first_occurrence(numbers, upstream, words):
    gradient = np.zeros((words, upstream.shape[-1]), dtype=upstream.dtype)
    seen = {0}
    for row, vector in zip(numbers.ravel(), upstream.reshape(numbers.size, -1), strict=True):
        if row not in seen:
            seen.add(row)
            gradient[row] = vector
    return gradient


def _per_occurrence(gradient, numbers, upstream, words):
    times = np.bincount(numbers.ravel(), minlength=words)
    return gradient / np.maximum(times, 1)[:, None]


def _draw_gradient(rng, batch, time, words, features, dtype="float64"):
    numbers = rng.integers(1, words - 1, (batch, time))  # the last word is never used
    lengths = rng.integers(1, time + 1, batch)
    lengths[0] = max(1, time - 2)
    numbers[np.arange(time) >= lengths[:, None]] = 0
    numbers[-1, 0] = numbers[0, 0]
    upstream = rng.normal(0, 0.7, (batch, time, features)).astype(dtype)
    return dict(numbers=numbers, upstream=upstream, words=words)


def _example_gradient(label, numbers, upstream, words=4):
    upstream = np.array(upstream, dtype=float)[..., None]
    return Case(dict(numbers=np.array(numbers), upstream=upstream, words=words), label)


GRADIENT = Exercise(
    id="05d",
    title="how a table learns",
    points=2,
    key="keras.layers.Embedding under tf.GradientTape",
    results=(Result("gradient", ("words", "features")),),
    answer=_answer_gradient,
    examples=(
        _example_gradient("on paper", [[2, 3, 2]], [[1, 2, 4]]),
        _example_gradient("every word once", [[1, 2, 3]], [[1, 2, 4]]),
        _example_gradient("a word in two sentences", [[2], [2]], [[1], [2]]),
        _example_gradient("padding", [[2, 0, 0]], [[1, 2, 4]]),
        _example_gradient("words never used", [[1]], [[1]], words=6),
    ),
    draw=_draw_gradient,
    sizes=(
        ("", dict(batch=3, time=6, words=6, features=2)),
        ("", dict(batch=4, time=5, words=9, features=3)),
        ("two words in use", dict(batch=3, time=7, words=4, features=2)),
        ("a batch of one", dict(batch=1, time=9, words=5, features=3)),
        ("sentences of one word", dict(batch=6, time=1, words=5, features=2)),
        ("float32", dict(batch=4, time=8, words=7, features=4, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "of a word that occurs several times only the last place had counted",
            _gradient_in_groups(lambda numbers, upstream: [(numbers, upstream)]),
            "np.add.at(gradient, numbers, upstream): += with repeated rows adds only once",
        ),
        Mistake(
            "a word counted once in each sentence",
            _gradient_in_groups(lambda numbers, upstream: zip(numbers, upstream, strict=True)),
            "a sentence in which a word occurs twice: += with repeated rows adds only once",
        ),
        Mistake(
            "a word counted once at each step, however many sentences have it there",
            _gradient_in_groups(_each_step),
            "two sentences that begin with the same word: += with repeated rows adds only once",
        ),
        Mistake(
            "only the first place of each word had counted",
            _first_occurrence,
            "adding up all places of a word: it had a part in each of them",
        ),
        Mistake(
            "the mean over the places of a word had been taken, and not the sum",
            _gradient_then(_per_occurrence),
            "adding: each place passes its own gradient on, whole",
        ),
        Mistake(
            "padding had its share",
            _with_padding,
            "leaving row 0 at zero: masked steps pass nothing on",
        ),
        Mistake(
            "the sum had been divided by the number of sentences",
            _gradient_then(lambda gradient, numbers, **_: gradient / len(numbers)),
            "adding, without a mean: upstream already contains it if there is one",
        ),
        Mistake(
            "the sum had been divided by the number of real steps",
            _gradient_then(lambda gradient, numbers, **_: gradient / np.sum(numbers != 0)),
            "adding, without a mean: upstream already contains it if there is one",
        ),
        Mistake(
            "the number of places had been counted, and upstream ignored",
            _gradient_with(lambda numbers, upstream: np.ones_like(upstream)),
            "adding upstream[b, t] to row numbers[b, t]",
        ),
        Mistake(
            "the sign were turned",
            _gradient_then(lambda gradient, **_: -gradient),
            "returning the gradient; the minus belongs to the step that training takes",
        ),
        Mistake(
            "only the first sentence were looked at",
            lambda numbers, upstream, words: _gradient(numbers[:1], upstream[:1], words),
            "going through all sentences of the batch",
        ),
        Mistake(
            "each place had been added to the row of the next word",
            lambda numbers, upstream, words: _gradient(
                np.roll(numbers, -1, axis=1),
                np.roll(upstream * (numbers != 0)[..., None], 0),
                words,
            ),
            "upstream[b, t] and numbers[b, t]: the same b and the same t",
        ),
    ),
)

EXERCISES = (PADDING, POOLING, BAG, GRADIENT)
QUESTION = Question("05e", "ninety-nine per cent", points=2)
