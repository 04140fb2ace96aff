"""Exercises of lesson 04: sampling with top-k, stopping, bigrams with smoothing, perplexity."""

from collections import Counter

from course_utils.cells import softmax
from course_utils.checks.engine import Case, Exercise, Mistake, Question, Result
from course_utils.checks.parts import altered, draw_arrays, load_keras, make_layer, numbers

import numpy as np

# -- 04a: sampling from the best k -------------------------------------------------------------


def _answer_sampling(scores, draws, temperature, k):
    keras = load_keras()
    best, _ = keras.ops.top_k(scores, min(k, scores.shape[-1]))
    kept = scores >= np.array(best)[:, -1:]
    probabilities = np.array(keras.ops.softmax(np.where(kept, scores / temperature, -np.inf)))
    ends = np.cumsum(probabilities, axis=-1)
    rows = zip(ends, draws, strict=True)
    return np.array([np.searchsorted(end, u, side="right") for end, u in rows]), probabilities


def _draw_sampling(rng, batch, words, temperature, k, largest=0.0, dtype="float64"):
    scores = (2 * rng.normal(size=(batch, words)) + largest).astype(dtype)
    return dict(scores=scores, draws=rng.random(batch), temperature=temperature, k=k)


def _kept(scores, k):
    return scores >= np.sort(scores, axis=-1)[:, ::-1][:, min(k, scores.shape[-1]) - 1, None]


def _walk(probabilities, draws):
    return np.minimum(
        (np.cumsum(probabilities, -1) <= draws[:, None]).sum(-1), _last(probabilities)
    )


def _last(probabilities):
    return probabilities.shape[-1] - 1


def _sampling(
    scores,
    draws,
    temperature,
    k,
    keep=_kept,
    heat=lambda scores, T: scores / T,
    normal=softmax,
    outside=-np.inf,
    walk=_walk,
):
    kept = keep(scores, k)
    probabilities = normal(np.where(kept, heat(scores, temperature), outside))
    return walk(probabilities, draws), probabilities


def _sampling_with(**options):
    return lambda **arguments: _sampling(**arguments, **options)


def _sampling_not_divided_again(scores, draws, temperature, k):
    probabilities = softmax(scores / temperature) * _kept(scores, k)
    return _walk(probabilities, draws), probabilities


def _sampling_heated_after(scores, draws, temperature, k):
    probabilities = softmax(np.where(_kept(scores, k), scores, -np.inf)) / temperature
    return _walk(probabilities, draws), probabilities


def _walk_from_the_likeliest(probabilities, draws):
    order = np.argsort(-probabilities, axis=-1)
    places = _walk(np.take_along_axis(probabilities, order, -1), draws)
    return np.take_along_axis(order, places[:, None], -1)[:, 0]


def _naive_softmax(z):
    exponentials = np.exp(z)
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def _sampling_overwriting(scores, draws, temperature, k):
    results = _sampling(scores, draws, temperature, k)
    scores[~_kept(scores, k)] = -np.inf
    return results


def _sampling_among_the_kept(scores, draws, temperature, k):
    chosen, probabilities = _sampling(scores, draws, temperature, k)
    pairs = zip(_kept(scores, k), chosen, strict=True)
    return np.array([row[:word].sum() for row, word in pairs]), probabilities


def _example_sampling(label, **terms):
    usual = numbers(scores=[[0, np.log(2), np.log(4)]], draws=[0.5], temperature=1.0, k=3)
    return Case(usual | numbers(**terms), label)


SAMPLING = Exercise(
    id="04a",
    title="sampling from the best k",
    points=2,
    key="keras.ops.top_k and keras.ops.softmax",
    results=(Result("chosen", ("batch",)), Result("probabilities", ("batch", "words"))),
    answer=_answer_sampling,
    examples=(
        _example_sampling("all words, temperature 1"),
        _example_sampling("temperature 0.5", temperature=0.5),
        _example_sampling("the best two", k=2),
        _example_sampling("the best one", k=1, draws=[0.99]),
        _example_sampling("k larger than the vocabulary", k=9, draws=[0.1]),
        _example_sampling("a draw of zero, the first word cut off", k=2, draws=[0]),
    ),
    draw=_draw_sampling,
    sizes=(
        ("", dict(batch=6, words=5, temperature=0.7, k=3)),
        ("", dict(batch=8, words=9, temperature=1.6, k=4)),
        ("all words are kept", dict(batch=5, words=4, temperature=0.5, k=4)),
        ("a batch of one", dict(batch=1, words=7, temperature=1.3, k=2)),
        ("large scores", dict(batch=4, words=6, temperature=0.8, k=5, largest=1000.0)),
        ("scores below zero", dict(batch=6, words=6, temperature=1.2, k=4, largest=-9.0)),
        ("float32", dict(batch=5, words=6, temperature=0.9, k=3, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the top-k cut were left out",
            _sampling_with(keep=lambda scores, k: np.ones_like(scores, bool)),
            "k = 1: one word is left, and its probability is 1",
        ),
        Mistake(
            "the k worst words were kept",
            _sampling_with(keep=lambda scores, k: _kept(-scores, k)),
            "np.sort(scores): it puts the smallest first",
        ),
        Mistake(
            "the first k words of the vocabulary were kept",
            _sampling_with(keep=lambda scores, k: np.arange(scores.shape[1]) < k + 0 * scores),
            "looking for the k largest scores, wherever they stand",
        ),
        Mistake(
            "one word too many were kept",
            altered(_sampling, k=lambda k: k + 1),
            "k = 1: exactly one word is left",
        ),
        Mistake(
            "the k best of the first row decided for all rows",
            _sampling_with(keep=lambda scores, k: np.tile(_kept(scores, k)[:1], (len(scores), 1))),
            "sorting along the last axis: every row has its own best k",
        ),
        Mistake(
            "words that were cut off had kept a score of 0",
            _sampling_with(outside=0.0),
            "e^0 = 1: a word with the score 0 still has a share; one with -np.inf has none",
        ),
        Mistake(
            "the probabilities of the kept words did not sum to 1",
            _sampling_not_divided_again,
            "cutting first and taking the softmax afterwards",
        ),
        Mistake(
            "the temperature were left out",
            _sampling_with(heat=lambda scores, T: scores),
            "a very low temperature: the best word should get nearly all",
        ),
        Mistake(
            "the scores were multiplied by the temperature",
            _sampling_with(heat=lambda scores, T: scores * T),
            "a very low temperature: the best word should get nearly all, so divide",
        ),
        Mistake(
            "the probabilities were divided by the temperature, and not the scores",
            _sampling_heated_after,
            "dividing before the softmax: after it, the sum is no longer 1",
        ),
        Mistake(
            "the exponentials were divided by the sum of the whole batch",
            _sampling_with(normal=lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum()),
            "summing with axis=-1 and keepdims=True: each row is divided by its own sum",
        ),
        Mistake(
            "the exponentials of softmax overflowed",
            _sampling_with(normal=_naive_softmax),
            "subtracting each row's largest score first, or using softmax from course_utils.cells",
        ),
        Mistake(
            "the likeliest word were always chosen",
            _sampling_with(walk=lambda probabilities, draws: probabilities.argmax(-1)),
            "using the draws: np.cumsum(probabilities, axis=-1) says where each word's share ends",
        ),
        Mistake(
            "the shares were laid out from the likeliest word to the least likely",
            _sampling_with(walk=_walk_from_the_likeliest),
            "laying the shares out in the order of the vocabulary, word 0 first",
        ),
        Mistake(
            "the word before the right one were chosen",
            _sampling_with(walk=lambda p, draws: np.maximum(_walk(p, draws) - 1, 0)),
            "counting the shares that end at or before the draw: their number is the answer",
        ),
        Mistake(
            "the word after the right one were chosen",
            _sampling_with(walk=lambda p, draws: np.minimum(_walk(p, draws) + 1, _last(p))),
            "a draw of 0.1 where word 0 has 0.14: it falls into the share of word 0",
        ),
        Mistake(
            "a draw of zero had chosen a word that was cut off",
            _sampling_with(
                walk=lambda p, draws: np.minimum(
                    (np.cumsum(p, -1) < draws[:, None]).sum(-1), _last(p)
                )
            ),
            "a share that ends exactly at the draw lies before it: compare with <=",
        ),
        Mistake(
            "the first draw had served every row",
            altered(_sampling, draws=lambda draws: np.full_like(draws, draws[0])),
            "draws[:, None] beside an array (batch, words): one draw for each row",
        ),
        Mistake(
            "the words were counted among the kept ones, and not in the vocabulary",
            _sampling_among_the_kept,
            "setting the others to -np.inf and leaving every word in its place",
        ),
        Mistake(
            "the two results were returned in the other order",
            lambda **arguments: _sampling(**arguments)[::-1],
            "ending with: return chosen, probabilities",
        ),
        Mistake(
            "the scores were overwritten",
            _sampling_overwriting,
            "working on a copy: scores = np.where(kept, scores, -np.inf) makes a new array",
        ),
    ),
)


# -- 04b: decoding until the stop token --------------------------------------------------------


def _answer_decoding(h_0, W_x, W_h, b_h, W_o, b_o, start, stop, longest):
    keras = load_keras()
    layer = make_layer("SimpleRNN", len(b_h), [W_x, W_h, b_h])
    output = make_layer("Dense", len(b_o), [W_o, b_o])
    one_hot = np.eye(len(b_o), dtype=W_x.dtype)
    said = np.full((len(h_0), 1), start)
    score, done = np.zeros(len(h_0)), np.zeros(len(h_0), bool)
    for _ in range(longest):  # The network reads all of it again for each word: no state is kept.
        logs = np.array(keras.ops.log_softmax(output(layer(one_hot[said], initial_state=[h_0]))))
        word = np.where(done, stop, logs.argmax(-1))
        score[~done] += logs.max(-1)[~done]
        said = np.concatenate([said, word[:, None]], axis=1)
        done |= word == stop
    return said[:, 1:], score


def _draw_decoding(rng, batch, units, words, longest, ready=0.0, dtype="float64"):
    shapes = dict(h_0=(batch, units), W_x=(words, units), W_h=(units, units), b_h=units)
    arrays = draw_arrays(rng, dtype, **shapes, W_o=(units, words), b_o=words)
    arrays["h_0"] *= 3
    arrays["W_o"] *= 2
    arrays["b_o"][1] += ready
    return arrays | dict(start=0, stop=1, longest=longest)


def _decoding(
    h_0,
    W_x,
    W_h,
    b_h,
    W_o,
    b_o,
    start,
    stop,
    longest,
    feed=lambda token, first: token,
    carry=True,
    ends=True,
    after=True,
    count_stop=True,
    count_rest=False,
    value=np.log,
):
    h, token = h_0, np.full(len(h_0), start)
    first, done = token, np.zeros(len(h_0), bool)
    tokens, score = [], np.zeros(len(h_0))
    for _ in range(longest):
        new = np.tanh(W_x[feed(token, first)] + h @ W_h + b_h)
        h = new if carry else h
        probabilities = softmax(new @ W_o + b_o)
        token = probabilities.argmax(-1)
        counted = ~done | count_rest
        if not count_stop:
            counted &= token != stop
        score += np.where(counted, value(probabilities.max(-1)), 0)
        tokens.append(np.where(done & ends, stop if after else start, token))
        done |= token == stop
    return np.stack(tokens, axis=1), score


def _decoding_with(**options):
    return lambda **arguments: _decoding(**arguments, **options)


def _decoding_until_one_stops(stop, **others):
    tokens, score = _decoding(stop=stop, **others)
    ends = [row.tolist().index(stop) + 1 if stop in row else len(row) for row in tokens]
    shorter = others | dict(longest=min(ends))
    cut, score = _decoding(stop=stop, **shorter)
    tokens[:] = stop
    tokens[:, : min(ends)] = cut
    return tokens, score


def _decoding_without_the_last(longest, stop, **others):
    tokens, _ = _decoding(longest=longest, stop=stop, **others)
    if longest == 1:
        return np.full_like(tokens, stop), np.zeros(len(tokens))
    _, score = _decoding(longest=longest - 1, stop=stop, **others)
    tokens[:, -1] = stop
    return tokens, score


def _decoding_with_start(start, **others):
    tokens, score = _decoding(start=start, **others)
    return np.insert(tokens, 0, start, axis=1)[:, :-1], score


def _decoding_overwriting(h_0, **others):
    results = _decoding(h_0=h_0, **others)
    h_0[:] = 0  # what is left there does not matter: that it changed is what is seen
    return results


def _example_decoding(label, **terms):
    # Words: 0 start, 1 stop, 2 "la". One unit; la is said until the state has faded.
    usual = numbers(
        h_0=[[1], [-1]],
        W_x=[[0], [0], [0]],
        W_h=[[1]],
        b_h=[0],
        W_o=[[0, -4, 4]],
        b_o=[-9, 4, 0],
    )
    return Case(usual | dict(start=0, stop=1, longest=4) | numbers(**terms), label)


DECODING = Exercise(
    id="04b",
    title="decoding until the stop token",
    points=2,
    key="keras.layers.SimpleRNN, which reads all from the start for each word",
    results=(Result("tokens", ("batch", "longest")), Result("score", ("batch",))),
    answer=_answer_decoding,
    examples=(
        _example_decoding("one row stops at once"),
        _example_decoding("nobody ever stops", b_o=[-9, -9, 0]),
        _example_decoding("only the word fed back decides", h_0=[[0]], W_x=[[1], [0], [-1]]),
        _example_decoding("room for one word", longest=1),
    ),
    draw=_draw_decoding,
    sizes=(
        ("", dict(batch=6, units=4, words=5, longest=6)),
        ("", dict(batch=8, units=6, words=7, longest=7, ready=1.0)),
        ("a batch of one", dict(batch=1, units=5, words=6, longest=5)),
        ("rows that stop soon", dict(batch=5, units=3, words=4, longest=6, ready=2.0)),
        ("float32", dict(batch=6, units=4, words=6, longest=5, ready=1.0, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "rows went on talking after their stop",
            _decoding_with(ends=False),
            "remembering which rows have stopped: done = done | (token == stop)",
        ),
        Mistake(
            "rows went on talking after their stop, and went on counting too",
            _decoding_with(ends=False, count_rest=True),
            "remembering which rows have stopped: done = done | (token == stop)",
        ),
        Mistake(
            "words after the stop had been counted in the score",
            _decoding_with(count_rest=True),
            "adding zero to the score of a row that has stopped",
        ),
        Mistake(
            "the stop itself had not been counted in the score",
            _decoding_with(count_stop=False),
            "marking a row as done after its stop has been counted: to end is a decision too",
        ),
        Mistake(
            "all rows had ended when the first of them stopped",
            _decoding_until_one_stops,
            "ending the loop when all rows have stopped, done.all(), or not at all",
        ),
        Mistake(
            "the start token were fed in at every step",
            _decoding_with(feed=lambda token, first: first),
            "following one name through your loop: the token a step chooses is the next input",
        ),
        Mistake(
            "the state were not carried from step to step",
            _decoding_with(carry=False),
            "following one name through your loop: the h a step makes is the next step's h_prev",
        ),
        Mistake(
            "the run began with zeros and not with h_0",
            altered(_decoding, h_0=np.zeros_like),
            "looking where h_0 is used: it is all that the network knows of the picture",
        ),
        Mistake(
            "rows that had stopped were filled up with the start token",
            _decoding_with(after=False),
            "filling up with stop",
        ),
        Mistake(
            "there were a word too few",
            _decoding_without_the_last,
            "room for one word, longest = 1: the loop runs once",
        ),
        Mistake(
            "the start token stood at the beginning of the answer",
            _decoding_with_start,
            "storing the token that a step chooses, not the one it was given",
        ),
        Mistake(
            "probabilities were added up and not their logarithms",
            _decoding_with(value=lambda p: p),
            "np.log of the probability: two steps of 0.5 make 0.25, and logarithms add up",
        ),
        Mistake(
            "the score had the other sign",
            _decoding_with(value=lambda p: -np.log(p)),
            "the logarithm of a probability: it is never above 0",
        ),
        Mistake(
            "W_h were transposed",
            altered(_decoding, W_h=np.transpose),
            "writing the shapes under the product: rows are examples, so h stands left of W_h",
        ),
        Mistake(
            "the output bias were forgotten",
            altered(_decoding, b_o=np.zeros_like),
            "a state of zeros: its scores are b_o",
        ),
        Mistake(
            "the bias of the state were forgotten",
            altered(_decoding, b_h=np.zeros_like),
            "setting h_0 and W_x to zero: the first state should be tanh(b_h)",
        ),
        Mistake(
            "the two results were returned in the other order",
            lambda **arguments: _decoding(**arguments)[::-1],
            "ending with: return tokens, score",
        ),
        Mistake(
            "the axes of tokens were swapped",
            lambda **arguments: (lambda tokens, score: (tokens.T, score))(*_decoding(**arguments)),
            "np.stack(list_of_tokens, axis=1): np.array(list_of_tokens) puts time first",
        ),
        Mistake(
            "h_0 were overwritten",
            _decoding_overwriting,
            "h = h_0 before the loop and h = ... inside it, where you have h[:] = ...",
        ),
    ),
)


# -- 04c: a bigram table with smoothing --------------------------------------------------------


def _count_pairs(melodies):
    return Counter(pair for m in melodies for pair in zip(m, m[1:], strict=False))


def _bigrams(
    melodies,
    melody,
    notes,
    alpha,
    pairs=_count_pairs,
    given=lambda melodies, pairs, a, b: sum(n for (x, _), n in pairs.items() if x == a),
    key=lambda a, b: (a, b),
    rooms=lambda melodies, notes: notes,
    total=np.sum,
    log=np.log,
):
    """Return the negative log-likelihood; the options spoil one term each."""
    counts = pairs(melodies)
    losses = []
    for a, b in zip(melody, melody[1:], strict=False):
        above = counts[key(a, b)] + alpha
        below = given(melodies, counts, a, b) + alpha * rooms(melodies, notes)
        losses.append(-log(above / below))
    return float(total(losses)) if losses else 0.0


def _bigrams_with(**options):
    return lambda **arguments: _bigrams(**arguments, **options)


def _bigrams_smoothing_gaps_only(melodies, melody, notes, alpha):
    counts = _count_pairs(melodies)
    loss = 0.0
    for a, b in zip(melody, melody[1:], strict=False):
        row = sum(n for (x, _), n in counts.items() if x == a)
        loss -= np.log((counts[a, b] or alpha) / (row + alpha * notes))
    return float(loss)


def _bigrams_skipping(melodies, melody, notes, alpha):
    counts = _count_pairs(melodies)
    loss = 0.0
    for a, b in zip(melody, melody[1:], strict=False):
        row = sum(n for (x, _), n in counts.items() if x == a)
        if counts[a, b]:
            loss -= np.log((counts[a, b] + alpha) / (row + alpha * notes))
    return float(loss)


def _unigrams(melodies, melody, notes, alpha):
    counts = Counter(note for m in melodies for note in m)
    total = counts.total() + alpha * notes
    return float(sum(-np.log((counts[b] + alpha) / total) for b in melody[1:]))


def _bigrams_with_first(melodies, melody, notes, alpha):
    first = -np.log(1 / notes)
    return _bigrams(melodies, melody, notes, alpha) + float(first)


def _draw_bigrams(rng, melodies, longest, notes, alpha, length):
    lengths = rng.integers(2, longest + 1, melodies)
    # Low notes are commoner, and one note of the vocabulary is never in the melodies.
    shares = 1 / np.arange(1, notes)
    draw = [rng.choice(notes - 1, n, p=shares / shares.sum()).tolist() for n in lengths]
    return dict(
        melodies=draw, melody=rng.integers(0, notes, length).tolist(), notes=notes, alpha=alpha
    )


def _all_notes(melodies, pairs, a, b):
    return sum(m.count(a) for m in melodies)


BIGRAMS = Exercise(
    id="04c",
    title="a bigram table with smoothing",
    points=2,
    key="a count of every pair",
    results=(Result("loss"),),
    answer=_bigrams,
    examples=(
        Case(dict(melodies=[[0, 1, 0, 1, 2]], melody=[0, 1], notes=3, alpha=1.0), "on paper"),
        Case(dict(melodies=[[0, 1, 0, 1, 2]], melody=[0, 1, 2], notes=3, alpha=1.0), "two pairs"),
        Case(dict(melodies=[[0, 1]], melody=[0, 2], notes=4, alpha=0.5), "a pair never seen"),
        Case(dict(melodies=[[0, 1]], melody=[3, 0], notes=4, alpha=0.5), "a note never seen"),
        Case(dict(melodies=[[0, 1], [2, 0]], melody=[1, 2], notes=3, alpha=1.0), "two melodies"),
        Case(dict(melodies=[[0, 1], [2, 0]], melody=[1], notes=3, alpha=1.0), "a melody of one"),
    ),
    draw=_draw_bigrams,
    sizes=(
        ("", dict(melodies=4, longest=9, notes=5, alpha=1.0, length=6)),
        ("", dict(melodies=6, longest=7, notes=6, alpha=0.5, length=8)),
        ("a little smoothing", dict(melodies=5, longest=9, notes=4, alpha=0.01, length=7)),
        ("many notes", dict(melodies=8, longest=12, notes=12, alpha=0.1, length=9)),
        ("one melody", dict(melodies=1, longest=20, notes=4, alpha=2.0, length=5)),
    ),
    mistakes=(
        Mistake(
            "pairs were counted across the border of two melodies",
            _bigrams_with(pairs=lambda melodies: _count_pairs([sum(melodies, [])])),
            "counting inside each melody: the end of one is not followed by the next one's start",
        ),
        Mistake(
            "alpha were missing from the denominator",
            _bigrams_with(rooms=lambda melodies, notes: 0),
            "adding up the probabilities of all notes after a 0: alpha is added once for each",
        ),
        Mistake(
            "alpha had been added once to the denominator",
            _bigrams_with(rooms=lambda melodies, notes: 1),
            "adding up the probabilities of all notes after a 0: alpha is added once for each",
        ),
        Mistake(
            "the vocabulary were the notes that occur, and not all notes",
            _bigrams_with(rooms=lambda melodies, notes: len({n for m in melodies for n in m})),
            "using the argument notes: a note that never occurred has a share too",
        ),
        Mistake(
            "alpha were given to unseen pairs alone",
            _bigrams_smoothing_gaps_only,
            "adding alpha to every count, those above zero too",
        ),
        Mistake(
            "pairs never seen had been passed over",
            _bigrams_skipping,
            "a pair never seen: it has alpha over the denominator, and it costs most of all",
        ),
        Mistake(
            "the last notes of melodies were counted in the denominator",
            _bigrams_with(given=_all_notes),
            "counting how often a note is followed by another; the last one of a melody is not",
        ),
        Mistake(
            "the pairs were read backwards",
            _bigrams_with(
                key=lambda a, b: (b, a),
                given=lambda melodies, pairs, a, b: sum(n for (x, _), n in pairs.items() if x == b),
            ),
            "the pair (a, b): a is given and b is to be guessed",
        ),
        Mistake(
            "each pair were counted among all pairs, and not among those with the same first note",
            _bigrams_with(given=lambda melodies, pairs, a, b: sum(pairs.values())),
            "dividing by the number of pairs that begin with the same note",
        ),
        Mistake(
            "the note before were ignored",
            _unigrams,
            "counting pairs, with np.zeros((notes, notes)) as the table",
        ),
        Mistake(
            "the first note had been charged as well",
            _bigrams_with_first,
            "a melody of one note: there is no pair, and the sum is 0",
        ),
        Mistake(
            "the mean were returned and not the sum",
            _bigrams_with(total=np.mean),
            "adding the losses of all pairs up",
        ),
        Mistake(
            "the probabilities were multiplied, and the logarithm not taken",
            _bigrams_with(log=lambda p: -p, total=np.prod),
            "the logarithm of a product: it is the sum of the logarithms",
        ),
        Mistake(
            "the sign were missing",
            _bigrams_with(log=lambda p: -np.log(p)),
            "the logarithm of a probability: it is negative, and the loss is its opposite",
        ),
        Mistake(
            "the loss were in bits and not in nats",
            _bigrams_with(log=np.log2),
            "np.log, the natural logarithm",
        ),
    ),
)


# -- 04d: perplexity ---------------------------------------------------------------------------


def _answer_perplexity(scores, targets):
    keras = load_keras()
    real = targets >= 0
    losses = keras.losses.sparse_categorical_crossentropy(
        targets[real], scores[real], from_logits=True
    )
    return float(np.exp(np.mean(np.array(losses, float))))


def _draw_perplexity(rng, batch, time, words, shift=0.0, dtype="float64"):
    scores = (1.5 * rng.normal(size=(batch, time, words)) + shift).astype(dtype)
    lengths = rng.integers(1, time + 1, batch)
    lengths[0] = time
    targets = rng.integers(0, words, (batch, time))
    targets[np.arange(time) >= lengths[:, None]] = -1
    return dict(scores=scores, targets=targets)


def _losses(scores, targets, normal=softmax):
    chosen = np.take_along_axis(normal(scores), np.maximum(targets, 0)[..., None], -1)[..., 0]
    return -np.log(chosen)


def _perplexity(
    scores,
    targets,
    normal=softmax,
    mean=lambda losses, real: losses[real].mean(),
    finish=np.exp,
):
    return float(finish(mean(_losses(scores, targets, normal), targets >= 0)))


def _perplexity_with(**options):
    return lambda **arguments: _perplexity(**arguments, **options)


def _perplexity_wrapping(scores, targets):
    return float(
        np.exp(np.take_along_axis(-np.log(softmax(scores)), targets[..., None], -1).mean())
    )


def _mean_of_means(losses, real):
    return np.mean([row[steps].mean() for row, steps in zip(losses, real, strict=True)])


def _example_perplexity(label, scores, targets):
    scores, targets = np.array(scores, float), np.array(targets)
    return Case(dict(scores=scores, targets=targets), label)


_EVEN = [[0, 0, 0, 0], [0, 0, 0, 0]]
_SURE = [[np.log(2), 0, 0], [np.log(2), 0, 0]]

PERPLEXITY = Exercise(
    id="04d",
    title="perplexity",
    points=2,
    key="keras.losses.sparse_categorical_crossentropy",
    results=(Result("perplexity"),),
    answer=_answer_perplexity,
    examples=(
        _example_perplexity("four words, all alike", [_EVEN], [[2, 0]]),
        _example_perplexity("two steps", [_SURE], [[0, 1]]),
        _example_perplexity("two steps, one of them padding", [_SURE], [[0, -1]]),
        _example_perplexity("two sequences, one padded", [_SURE, _SURE], [[0, 0], [1, -1]]),
        _example_perplexity("scores shifted by 5", [[[5 + np.log(3), 5]]], [[0]]),
    ),
    draw=_draw_perplexity,
    sizes=(
        ("", dict(batch=4, time=6, words=5)),
        ("", dict(batch=3, time=8, words=9)),
        ("a batch of one", dict(batch=1, time=5, words=4)),
        ("sequences of one", dict(batch=4, time=1, words=6)),
        ("large scores", dict(batch=3, time=5, words=4, shift=1000.0)),
        ("two words", dict(batch=5, time=7, words=2)),
        ("float32", dict(batch=4, time=5, words=6, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "padding had been counted as steps with a loss of zero",
            _perplexity_with(mean=lambda losses, real: np.mean(losses * real)),
            "dividing by the number of real targets, (targets >= 0).sum()",
        ),
        Mistake(
            "padding had been counted as if its target were the last word",
            _perplexity_wrapping,
            "keeping the steps with targets >= 0; the index -1 means the last one in NumPy",
        ),
        Mistake(
            "padding had been counted as if its target were word 0",
            _perplexity_with(mean=lambda losses, real: losses.mean()),
            "keeping the steps with targets >= 0",
        ),
        Mistake(
            "each sequence had the same weight, however short",
            _perplexity_with(mean=_mean_of_means),
            "taking one mean over all real steps of all sequences",
        ),
        Mistake(
            "the mean of the sequences' perplexities were returned",
            lambda scores, targets: float(
                np.mean(
                    [_perplexity(s[None], t[None]) for s, t in zip(scores, targets, strict=True)]
                )
            ),
            "taking one mean over all real steps of all sequences, and then the exponential",
        ),
        Mistake(
            "the exponential were taken before the mean",
            _perplexity_with(
                mean=lambda losses, real: np.exp(losses[real]).mean(), finish=lambda loss: loss
            ),
            "the mean of the losses first, the exponential once, at the end",
        ),
        Mistake(
            "the exponential were left out",
            _perplexity_with(finish=lambda loss: loss),
            "four words, all alike: the perplexity is 4",
        ),
        Mistake(
            "2 were raised to a power in nats",
            _perplexity_with(finish=lambda loss: 2**loss),
            "np.exp: the losses are natural logarithms, so the base is e",
        ),
        Mistake(
            "the losses had been added up and not averaged",
            _perplexity_with(mean=lambda losses, real: losses[real].sum()),
            "dividing by the number of real steps before the exponential",
        ),
        Mistake(
            "the sign of the loss were lost",
            _perplexity_with(finish=lambda loss: np.exp(-loss)),
            "asking whether a perplexity can be below 1: a loss is never below 0",
        ),
        Mistake(
            "the softmax were left out and the scores taken as log-probabilities",
            lambda scores, targets: float(
                np.exp(
                    -np.take_along_axis(scores, np.maximum(targets, 0)[..., None], -1)[..., 0][
                        targets >= 0
                    ].mean()
                )
            ),
            "scores shifted by 5: the softmax, and so the perplexity, must not change",
        ),
        Mistake(
            "the softmax had run over time and not over the words",
            _perplexity_with(normal=lambda z: softmax(z.swapaxes(1, 2)).swapaxes(1, 2)),
            "summing over the last axis: the probabilities of all words at one step make 1",
        ),
        Mistake(
            "the exponentials of softmax overflowed",
            _perplexity_with(normal=_naive_softmax),
            "subtracting the largest score of each step first, or softmax from course_utils.cells",
        ),
    ),
)

EXERCISES = (SAMPLING, DECODING, BIGRAMS, PERPLEXITY)
QUESTION = Question("04e", "a leaflet", points=2)
