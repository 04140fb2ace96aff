"""Checks of lesson 05: padding, pooling, a bag with pairs, the gradient of an embedding."""

from itertools import combinations  # an edit in 05c uses it

from course_tools.bank import exercise, load_keras

import numpy as np


def padding(sequences, length, zeros, keep, value):
    pad_sequences = load_keras().utils.pad_sequences
    ends = dict(
        maxlen=length,
        padding="pre" if zeros == "before" else "post",
        truncating="pre" if keep == "end" else "post",
    )
    numbers = pad_sequences(sequences, value=value, **ends)
    mask = pad_sequences([[1] * len(sequence) for sequence in sequences], **ends)
    return numbers, mask, sum(max(0, len(sequence) - length) for sequence in sequences)


def draw_padding(rng, batch, longest, length, zeros, keep, value=0):
    lengths = rng.integers(1, longest + 1, batch)
    lengths[0] = longest
    lengths[-1] = 1 + longest // 3
    # The padding value occurs among the real numbers too.
    sequences = [[value, *rng.integers(-20, 120, n - 1).tolist()] for n in lengths]
    return dict(sequences=sequences, length=length, zeros=zeros, keep=keep, value=value)


SHORT = dict(sequences=[[7, 8]], length=4, zeros="after", keep="beginning", value=0)
LONG = SHORT | dict(sequences=[[3, 4, 5, 6]], length=3)
FRONT = dict(zeros="before", keep="end")
PADDING = exercise(
    "05a",
    key="keras.utils.pad_sequences",
    answer=padding,
    returns="numbers (batch, time)\nmask (batch, time)\nlost",
    examples={
        "on paper": LONG | FRONT | dict(sequences=[[7, 8], [3, 4, 5, 6]]),
        "filled up after the end": SHORT,
        "filled up before the beginning": SHORT | dict(zeros="before"),
        "cut, the beginning kept": LONG,
        "cut, the end kept": LONG | dict(keep="end"),
        "an empty sequence": SHORT | FRONT | dict(sequences=[[], [2]], length=2),
        "nothing but an empty sequence": SHORT | dict(sequences=[[]]),
        "a sequence of hundreds": LONG
        | dict(sequences=[[*range(400)], [-7]], length=300, value=-1),
    },
    draw=draw_padding,
    sizes=(
        ("", dict(batch=4, longest=7, length=5, zeros="before", keep="end")),
        ("", dict(batch=5, longest=8, length=6, zeros="after", keep="beginning")),
        ("", dict(batch=4, longest=9, length=5, zeros="before", keep="beginning", value=4)),
        ("", dict(batch=4, longest=9, length=5, zeros="after", keep="end", value=-1)),
        ("room for all", dict(batch=3, longest=4, length=9, zeros="before", keep="end")),
        ("one step", dict(batch=3, longest=5, length=1, zeros="after", keep="end")),
    ),
    mistakes="""
        the padding always comes after the end | length - len(kept) if zeros == "before" else 0 -> 0
            using the argument zeros: with "before" the real numbers are on the right
        the padding always comes before the beginning | if zeros == "before" else 0 ->
            using the argument zeros: with "after" the real numbers are on the left
        before and after are swapped | zeros == "before" -> zeros == "after"
            padding [7, 8] to four steps, before the beginning: it is [0, 0, 7, 8]
        the beginning is always kept
            | sequence[too_many:] if keep == "end" else sequence[:length] -> sequence[:length]
            using the argument keep: with "end" the last numbers stay
        the end is always kept | if keep == "end" else sequence[:length] ->
            using the argument keep: with "beginning" the first numbers stay
        keep names the part that is cut away | keep == "end" -> keep == "beginning"
            cutting [3, 4, 5, 6] to three steps, the end kept: it is [4, 5, 6]
        the padding is always 0 | length), value) -> length), 0)
            padding with the argument value
        the mask is read off the numbers | return numbers, mask -> return numbers, numbers != value
            trying a sequence in which value is a real number: the mask follows from the lengths
        the mask is inverted | return numbers, mask -> return numbers, ~mask
            printing the mask of [7, 8] in four steps: True twice, where 7 and 8 are
        the real steps of the mask are always on the left
            | mask[row, begin : begin + len(kept)] -> mask[row, : len(kept)]
            printing numbers and mask below each other: they belong together step by step
        sequences that are cut are counted, not the numbers cut away
            | lost += too_many -> lost += too_many > 0
            adding up len(sequence) - length of those that are too long
        sequences with room to spare count as negative losses
            | lost += too_many -> lost += len(sequence) - length
            using max(0, len(sequence) - length): a short sequence loses nothing
        an empty sequence meets the index -0
            | begin : begin + len(kept)] ->
            | slice(-len(kept), None) if zeros == "before" else slice(len(kept))]
            writing row[length - len(kept):] where you have row[-len(kept):]: -0 is the whole row
    """,
)


def pooling(states, mask):
    layers = load_keras().layers
    rows = []
    for sequence, real in zip(states, mask, strict=True):
        alone = sequence[real][None]
        mean = layers.GlobalAveragePooling1D(dtype=states.dtype)(alone)
        largest = layers.GlobalMaxPooling1D(dtype=states.dtype)(alone)
        rows.append((alone[0, -1], np.array(mean)[0], np.array(largest)[0]))
    return tuple(np.stack(column) for column in zip(*rows, strict=True))


def draw_pooling(rng, batch, time, units, place="anywhere", dtype="float64"):
    states = rng.normal(size=(batch, time, units)) - 1.5
    mask = rng.random((batch, time)) < 0.6
    mask[np.arange(batch), rng.integers(0, time, batch)] = True
    if place == "after":
        mask = np.sort(mask, axis=1)[:, ::-1]
    elif place == "before":
        mask = np.sort(mask, axis=1)
    # What stands in the padding is large, so that it is noticed wherever it gets in.
    states[~mask] = 3 + rng.normal(size=(int((~mask).sum()), units))
    return dict(states=states.astype(dtype), mask=mask)


def one_unit(states, mask):
    return dict(states=np.array(states, float)[None, :, None], mask=np.array([mask], bool))


POOLING = exercise(
    "05b",
    key="pooling in Keras without the padding",
    answer=pooling,
    returns="last (batch, units)\nmean (batch, units)\nlargest (batch, units)",
    examples={
        "on paper": one_unit([-3, -1, -2, 0], [1, 1, 1, 0]),
        "filled up before": one_unit([0, -3, -1, -2], [0, 1, 1, 1]),
        "a gap": one_unit([-3, 0, -1, 0], [1, 0, 1, 0]),
        "one real step": one_unit([0, 0, -1, 0], [0, 0, 1, 0]),
        "one real step, the first": one_unit([-1, 0, 0], [1, 0, 0]),
        "no padding": one_unit([1, 5, 3], [1, 1, 1]),
        "states far below zero": one_unit([-3e12, -1e12, -2e12, 0], [1, 1, 1, 0]),
    },
    draw=draw_pooling,
    sizes=(
        ("", dict(batch=4, time=6, units=3)),
        ("filled up after", dict(batch=5, time=8, units=4, place="after")),
        ("filled up before", dict(batch=5, time=8, units=4, place="before")),
        ("a batch of one", dict(batch=1, time=9, units=3)),
        ("one unit", dict(batch=4, time=5, units=1)),
        ("float32", dict(batch=3, time=7, units=5, dtype="float32")),
    ),
    without=("mask",),
    mistakes="""
        the mask is ignored | mask: np.ones_like(mask)
            changing a state where the mask is False: nothing that you return should change
        the mask is inverted | mask: np.where(mask.all(axis=1, keepdims=True), True, ~mask)
            printing mask[0]: True is where the step is real
        last is simply the last step, real or not
            | states[np.arange(len(states)), at] -> states[:, -1]
            finding, for each sequence, the largest t at which the mask is True
        the padding is expected only at the end
            | np.where(mask, time, -1).max(axis=1) -> mask.sum(axis=1) - 1
            trying a sequence padded in front: its number of real steps does not say where they end
        last is the first real step | np.where(mask, time, -1).max(axis=1) -> mask.argmax(axis=1)
            using np.flatnonzero(row)[-1]: argmax finds the first True
        last is the step after the last real one | , at] -> , (at + 1) % len(time)]
            counting steps from 0: three real steps are 0, 1 and 2
        the mean is taken over all steps, padding included
            | np.where(real, states, 0).sum(axis=1) / real.sum(axis=1) -> states.mean(axis=1)
            setting the masked steps to zero before the sum, with mask[:, :, None]
        the sum over the real steps is divided by the number of all steps
            | / real.sum(axis=1) -> / len(time)
            dividing by mask.sum(axis=1, keepdims=True)
        every sequence is divided by the same number of steps
            | / real.sum(axis=1) -> / real.sum(axis=1).max()
            dividing each sequence by its own number of real steps
        the sum over the real steps is not divided | / real.sum(axis=1) ->
            dividing by the number of real steps
        the largest is sought among all steps | np.where(real, states, -np.inf) -> states
            putting something at the masked steps that can never be the largest
        masked steps take part as zeros in the search for the largest | -np.inf -> 0
            trying a sequence of negative states: zero beats all of them, minus infinity does not
        largest is the value farthest from zero
            | np.where(real, states, -np.inf) -> np.where(real, np.abs(states), 0)
            leaving the signs alone: -1 is larger than -3
        the states are overwritten
            | largest = np.where(real, states, -np.inf) -> states[~mask] = -np.inf; largest = states
            using np.where(...), which makes a new array, where you have states[...] = ...
    """,
)


def bag(known, sentences):
    from sklearn.feature_extraction.text import CountVectorizer

    options = dict(tokenizer=list, lowercase=False, token_pattern=None)
    counter = CountVectorizer(ngram_range=(1, 2), **options).fit(known)
    counts = counter.transform(sentences).toarray()
    total = sum(max(0, 2 * len(sentence) - 1) for sentence in sentences)  # n words, n - 1 pairs
    return list(counter.get_feature_names_out()), counts, int(total - counts.sum())


def draw_bag(rng, known, sentences, longest, words=6):
    alphabet = ["a", "but", "dull", "film", "good", "it", "not", "so", "was", "yet"][:words]

    def draw(count):
        # Long enough for a pair, with repetitions, and some words that `known` may lack.
        lengths = rng.integers(2, longest + 1, count)
        return [rng.choice(alphabet, n).tolist() for n in lengths]

    others = draw(sentences)
    others[0] = [*others[0], "gobbledygook", "gobbledygook"]
    others[-1] = [*others[-1], *others[-1]]
    return dict(known=draw(known), sentences=others)


def split(known, sentences):
    return dict(known=[s.split() for s in known], sentences=[s.split() for s in sentences])


BAG = exercise(
    "05c",
    key="sklearn's CountVectorizer",
    answer=bag,
    returns="columns\ncounts (sentences, columns)\nmissed",
    examples={
        "on paper": split(["not good", "good film"], ["good film not good"]),
        "mirror images": split(["not dull but good"], ["not good but dull"]),
        "a word twice": split(["so so good"], ["so so so good"]),
        "two sentences to learn from": split(["it was", "not good"], ["was not"]),
        "sentences of one word": split(["good", "dull"], ["dull", "yet"]),
        "an empty sentence": split(["not good", ""], ["", "good"]),
        "capitals and punctuation": split(["Not good , NOT !"], ["not Good , not !"]),
        "words that hold other words": split(["good goods"], ["goods good good oo"]),
    },
    draw=draw_bag,
    sizes=(
        ("", dict(known=4, sentences=3, longest=6)),
        ("", dict(known=6, sentences=4, longest=5, words=8)),
        ("few words", dict(known=3, sentences=3, longest=7, words=3)),
        ("one sentence", dict(known=1, sentences=1, longest=8, words=5)),
        ("many", dict(known=12, sentences=8, longest=7, words=10)),
    ),
    mistakes="""
        the pairs are left out | sentence + pairs -> sentence
            adding the neighbours, "not good", to the single words
        the single words are left out | sentence + pairs -> pairs
            keeping both: each word by itself, and each pair of neighbours
        pairs are formed across the border of two sentences | known: [sum(known, [])]
            forming the pairs inside each sentence
        the columns are made from the sentences to be counted | known: sentences
        the columns are made from known and sentences together | known: known + sentences
            making the columns from known alone: what training never saw has no column
        each word or pair counts once, however often it occurs
            | [row, place[gram]] += 1 -> [row, place[gram]] = 1
            counting so so so good: so three times, so so twice
        the columns are in order of first appearance
            | sorted({gram -> list(dict.fromkeys(gram, then (sentence)}) -> (sentence)))
            using sorted(...) on all columns
        all words come before all pairs
            | (sentence)}) -> (sentence)}, key=lambda gram: (" " in gram, gram))
            sorting words and pairs together, as strings
        the order inside a pair is lost
            | f"{a} {b}" for a, b in -> " ".join(sorted(pair)) for pair in
            comparing not good and good not: they are two columns
        every second pair is left out | sentence + pairs -> sentence + pairs[::2]
            counting the pairs of n words: there are n - 1, and they overlap
        the last pair of each sentence is left out | sentence + pairs -> sentence + pairs[:-1]
            counting the pairs of n words: there are n - 1
        any two words of a sentence make a pair, neighbours or not
            | zip(sentence[:-1], sentence[1:], strict=True) -> combinations(sentence, 2)
            using zip(sentence, sentence[1:]), which gives only neighbours
        what is missed counts once, however often it occurs
            | counts, missed ->
            | counts, sum(len(set(list_grams(s)) - set(columns)) for s in sentences)
            adding 1 for each time, not for each different word or pair
        only single words count as missed | missed += 1 -> missed += " " not in gram
            counting the pairs that have no column too
    """,
)


def gradient(numbers, upstream, words):
    load_keras()
    from course_utils.training import keras, tf

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


def draw_gradient(rng, batch, time, words, features, dtype="float64"):
    numbers = rng.integers(1, words - 1, (batch, time))  # the last word is never used
    lengths = rng.integers(1, time + 1, batch)
    lengths[0] = max(1, time - 2)
    numbers[np.arange(time) >= lengths[:, None]] = 0
    numbers[-1, 0] = numbers[0, 0]
    upstream = rng.normal(0, 0.7, (batch, time, features)).astype(dtype)
    return dict(numbers=numbers, upstream=upstream, words=words)


def one_feature(numbers, upstream, words=4):
    upstream = np.array(upstream, dtype=float)[..., None]
    return dict(numbers=np.array(numbers), upstream=upstream, words=words)


GRADIENT = exercise(
    "05d",
    key="keras.layers.Embedding under tf.GradientTape",
    answer=gradient,
    returns="gradient (words, features)",
    examples={
        "on paper": one_feature([[2, 3, 2]], [[1, 2, 4]]),
        "every word once": one_feature([[1, 2, 3]], [[1, 2, 4]]),
        "a word in two sentences": one_feature([[2], [2]], [[1], [2]]),
        "padding": one_feature([[2, 0, 0]], [[1, 2, 4]]),
        "padding in front and in between": one_feature([[0, 2, 0, 3]], [[1, 2, 4, 8]]),
        "words never used": one_feature([[1]], [[1]], words=6),
    },
    draw=draw_gradient,
    sizes=(
        ("", dict(batch=3, time=6, words=6, features=2)),
        ("", dict(batch=4, time=5, words=9, features=3)),
        ("two words in use", dict(batch=3, time=7, words=4, features=2)),
        ("a batch of one", dict(batch=1, time=9, words=5, features=3)),
        ("sentences of one word", dict(batch=6, time=1, words=5, features=2)),
        ("float32", dict(batch=4, time=8, words=7, features=4, dtype="float32")),
    ),
    mistakes="""
        only the last place of a repeated word counts
            | np.add.at(gradient, numbers[real], -> gradient[numbers[real]] += (
            using np.add.at(gradient, numbers, upstream): += adds to a repeated row only once
        a word counts once in each sentence
            | np.add.at(gradient, numbers[real], upstream[real]) ->
            | for n, u, r in zip(numbers, upstream, real): gradient[n[r]] += u[r]
            trying a sentence that holds a word twice: += adds to a repeated row only once
        a word counts once at each step, however many sentences have it there
            | np.add.at(gradient, numbers[real], upstream[real]) ->
            | for n, u, r in zip(numbers.T, upstream.swapaxes(0, 1), real.T): gradient[n[r]] += u[r]
            trying two sentences that begin with the same word: += adds to a repeated row only once
        only the first place of each word counts
            | np.add.at(gradient, numbers[real], upstream[real]) ->
            | gradient[numbers[real][::-1]] = upstream[real][::-1]
            adding up all places of a word: it had a part in each of them
        the mean over a word's places is taken, not the sum
            | return gradient -> times = np.bincount(numbers.ravel(), minlength=words)
            | ; return gradient / np.maximum(times, 1)[:, None]
            adding: each place passes its own gradient on, whole
        padding gets a share | numbers[real], upstream[real] -> numbers, upstream
            leaving row 0 at zero: masked steps pass nothing on
        the sum is divided by the number of sentences
            | return gradient -> return gradient / len(numbers)
        the sum is divided by the number of real steps
            | return gradient -> return gradient / real.sum()
            adding, without a mean: if there is one, upstream already contains it
        the places are counted, and upstream is ignored
            | upstream[real] -> np.ones_like(upstream[real])
            adding upstream[b, t] to row numbers[b, t]
        the sign is flipped | return gradient -> return -gradient
            returning the gradient: the minus belongs to the step that training takes
        only the first sentence is looked at | numbers: numbers[:1], then upstream: upstream[:1]
            looping over all sentences of the batch
        each place is added to the row of the next word
            | upstream: upstream * (numbers != 0)[..., None]
            |, then numbers: np.roll(numbers, -1, axis=1)
            matching upstream[b, t] with numbers[b, t]: the same b and the same t
    """,
)

EXERCISES = (PADDING, POOLING, BAG, GRADIENT)
