"""Checks of lesson 04: sampling with top-k, stopping, bigrams with smoothing, perplexity."""

from collections import Counter
from itertools import pairwise

from course_tools.bank import draw_arrays, exercise, load_keras, make_layer

import numpy as np


def naive_softmax(z):
    powers = np.exp(z)
    return powers / powers.sum(axis=-1, keepdims=True)


def sampling(scores, draws, temperature, k):
    keras = load_keras()
    best, _ = keras.ops.top_k(scores, min(k, scores.shape[-1]))
    kept = scores >= np.array(best)[:, -1:]
    probabilities = np.array(keras.ops.softmax(np.where(kept, scores / temperature, -np.inf)))
    rows = zip(np.cumsum(probabilities, axis=-1), draws, strict=True)
    return np.array([np.searchsorted(ends, u, side="right") for ends, u in rows]), probabilities


def draw_sampling(rng, batch, words, temperature, k, largest=0.0, dtype="float64"):
    scores = (2 * rng.normal(size=(batch, words)) + largest).astype(dtype)
    return dict(scores=scores, draws=rng.random(batch), temperature=temperature, k=k)


THREE = dict(scores=[[0, np.log(2), np.log(4)]], draws=[0.5], temperature=1.0, k=3)
SAMPLING = exercise(
    "04a",
    key="keras.ops.top_k and keras.ops.softmax",
    answer=sampling,
    returns="chosen (batch)\nprobabilities (batch, words)",
    examples={
        "all words, temperature 1": THREE,
        "temperature 0.5": THREE | dict(temperature=0.5),
        "the best two": THREE | dict(k=2),
        "the best one": THREE | dict(k=1, draws=[0.99]),
        "k larger than the vocabulary": THREE | dict(k=9, draws=[0.1]),
        "a draw of zero, the first word cut off": THREE | dict(k=2, draws=[0]),
        "scores far below zero": THREE | dict(scores=[[-5000, -5001, -5002]], k=2, draws=[0.9]),
        "a very high temperature": THREE | dict(temperature=1e4, k=2),
        "a very low temperature": THREE | dict(temperature=1e-3),
    },
    draw=draw_sampling,
    sizes=(
        ("", dict(batch=6, words=5, temperature=0.7, k=3)),
        ("", dict(batch=8, words=9, temperature=1.6, k=4)),
        ("all words are kept", dict(batch=5, words=4, temperature=0.5, k=4)),
        ("a batch of one", dict(batch=1, words=7, temperature=1.3, k=2)),
        ("large scores", dict(batch=4, words=6, temperature=0.8, k=5, largest=1000.0)),
        ("scores below zero", dict(batch=6, words=6, temperature=1.2, k=4, largest=-9.0)),
        ("float32", dict(batch=5, words=6, temperature=0.9, k=3, dtype="float32")),
    ),
    mistakes="""
        the top-k cut is missing
            | np.where(kept, scores / temperature, -np.inf) -> scores / temperature
            trying k = 1: one word is left, and its probability is 1
        the k worst words are kept
            | -min(k, scores.shape[-1]) -> min(k, scores.shape[-1]) - 1, then scores >= -> scores <=
            printing np.sort(scores): it puts the smallest first
        the first k words of the vocabulary are kept
            | scores >= worst_kept[:, None] -> np.arange(scores.shape[1]) < k
            looking for the k largest scores, wherever they are
        one word too many is kept | min(k, -> min(k + 1,
            trying k = 1: exactly one word is left
        the k best of the first row decide for all rows | np.where(kept, -> np.where(kept[0],
            sorting along the last axis: every row has its own best k
        words that are cut off keep a score of 0 | -np.inf -> 0
            working out e^0 = 1: a word with score 0 still has a share, one with -np.inf has none
        the probabilities of the kept words do not sum to 1
            | np.where(kept, scores / temperature, -np.inf)) -> scores / temperature) * kept
            | , then return chosen -> return np.minimum(chosen, scores.shape[1] - 1)
            cutting first and taking the softmax afterwards
        the temperature is ignored | / temperature ->
            trying a very low temperature: the best word should get nearly all
        the scores are multiplied by the temperature | / temperature -> * temperature
            trying a very low temperature: the best word should get nearly all, so divide
        the probabilities are divided by the temperature, not the scores
            | / temperature, -np.inf)) -> , -np.inf)) / temperature
            | , then return chosen -> return np.minimum(chosen, scores.shape[1] - 1)
            dividing before the softmax: after it, the sum is no longer 1
        softmax divides by the sum over the whole batch
            | -np.inf)) -> -np.inf).ravel()).reshape(scores.shape)
            | , then return chosen -> return np.minimum(chosen, scores.shape[1] - 1)
            summing with axis=-1 and keepdims=True: each row is divided by its own sum
        the exponentials of softmax overflow | softmax( -> naive_softmax(
            subtracting each row's largest score first, or using softmax from course_utils.cells
        the likeliest word is always chosen
            | (share_ends <= draws[:, None]).sum(axis=-1) -> probabilities.argmax(axis=-1)
            using the draws: np.cumsum(probabilities, axis=-1) says where each word's share ends
        the shares are laid out from the likeliest word to the least likely
            | cumsum(probabilities, axis=-1) -> cumsum(-np.sort(-probabilities), axis=-1)
            | , then return chosen -> order = np.argsort(-probabilities);
            | return order[np.arange(len(order)), chosen]
            laying the shares out in the order of the vocabulary, word 0 first
        the word before the right one is chosen | return chosen -> return np.maximum(chosen - 1, 0)
            counting the shares that end at or before the draw: their number is the answer
        the word after the right one is chosen
            | return chosen -> return np.minimum(chosen + 1, scores.shape[1] - 1)
            trying a draw of 0.1 where word 0 has 0.14: it falls into the share of word 0
        a draw of zero chooses a word that is cut off | share_ends <= -> share_ends <
            comparing with <=: a share that ends exactly at the draw comes before it
        the first draw is used for every row | draws[:, None] -> draws[0]
            using draws[:, None] beside an array (batch, words): one draw for each row
        words are numbered among the kept ones, not in the vocabulary
            | (share_ends <= draws[:, None]) -> (kept & (share_ends <= draws[:, None]))
            setting the others to -np.inf and leaving every word in its place
        the scores are overwritten | return chosen -> scores[~kept] = -np.inf; return chosen
            working on a copy: scores = np.where(kept, scores, -np.inf) makes a new array
    """,
)


def decoding(h_0, W_x, W_h, b_h, W_o, b_o, start, stop, longest):
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


def draw_decoding(rng, batch, units, words, longest, ready=0.0, dtype="float64"):
    shapes = dict(h_0=(batch, units), W_x=(words, units), W_h=(units, units), b_h=units)
    arrays = draw_arrays(rng, dtype, **shapes, W_o=(units, words), b_o=words)
    arrays["h_0"] *= 3
    arrays["W_o"] *= 2
    start, stop = (int(word) for word in rng.permutation(words)[:2])
    arrays["b_o"][stop] += ready
    return arrays | dict(start=start, stop=stop, longest=longest)


# Words: 0 start, 1 stop, 2 "la". One unit; la is said until the state has faded.
SONG = dict(h_0=[[1], [-1]], W_x=[[0], [0], [0]], W_h=[[1]], W_o=[[0, -4, 4]], b_o=[-9, 4, 0])
SONG |= dict(start=0, stop=1, longest=4)
DECODING = exercise(
    "04b",
    key="keras.layers.SimpleRNN, which reads all from the start for each word",
    answer=decoding,
    returns="tokens (batch, longest)\nscore (batch)",
    examples={
        "one row stops at once": SONG,
        "nobody ever stops": SONG | dict(b_o=[-9, -9, 0]),
        "only the word fed back decides": SONG | dict(h_0=[[0]], W_x=[[1], [0], [-1]]),
        "room for one word": SONG | dict(longest=1),
        "start and stop are the same word": SONG | dict(start=1),
        "hundreds of words": SONG | dict(b_o=[-9, -9, 0], longest=300),
    },
    draw=draw_decoding,
    sizes=(
        ("", dict(batch=6, units=4, words=5, longest=6)),
        ("", dict(batch=8, units=6, words=7, longest=7, ready=1.0)),
        ("a batch of one", dict(batch=1, units=5, words=6, longest=5)),
        ("rows that stop soon", dict(batch=5, units=3, words=4, longest=6, ready=2.0)),
        ("float32", dict(batch=6, units=4, words=6, longest=5, ready=1.0, dtype="float32")),
    ),
    without=("bias", "h_0"),
    mistakes="""
        rows go on talking after their stop | np.where(done, stop, word) -> word
        rows go on talking after their stop, and go on counting too | done | (word == stop) -> done
            remembering which rows have stopped: done = done | (token == stop)
        words after the stop count in the score | np.where(done, 0, np -> (np
            adding zero to the score of a row that has stopped
        the stop itself does not count in the score | done, 0, -> done | (word == stop), 0,
            marking a row as done only after counting its stop: to end is a decision too
        all rows end when the first of them stops | np.where(done, -> np.where(done.any(),
            ending the loop when all rows have stopped, done.all(), or not at all
        the start token is fed in at every step | W_x[word] -> W_x[start]
            following one name through your loop: the token a step chooses is the next input
        the state is not carried from step to step | h @ W_h -> h_0 @ W_h
            following one name through your loop: the h of one step is h_prev of the next
        the run starts from zeros, not from h_0 | h_0: 0 * h_0
            looking for h_0 in your function: it is all that the network knows of the picture
        rows that have stopped are padded with the start token | done, stop, -> done, start,
            padding them with stop
        there is one word too few | range(longest) -> range(longest - 1)
            trying room for one word, longest = 1: the loop runs once
        the start token is at the beginning of the answer
            | return: (np.insert(result[0], 0, start, axis=1)[:, :-1], result[1])
            storing the token that a step chooses, not the one it was given
        probabilities are added up, not their logarithms | np.log( -> (
            adding np.log of the probabilities: two steps of 0.5 make 0.25, and logarithms add up
        the sign of the score is flipped | score += -> score -=
            taking the logarithm of a probability: it is never above 0
        b_o is missing | + b_o ->
            trying a state of zeros: its scores are b_o
        b_h is missing | + b_h ->
            setting h_0 and W_x to zero: the first state should be tanh(b_h)
        the axes of tokens are swapped | return tokens -> return tokens.T
            using np.stack(list_of_tokens, axis=1): np.array(list_of_tokens) puts time first
        h_0 is overwritten | h = np.tanh -> h[:] = np.tanh
            making a new array in each step, h = ..., where you have h[:] = ...
    """,
)


def bigrams(melodies, melody, notes, alpha, rooms=None):
    """Return the loss without a table; `rooms` is how often alpha is in the denominator."""
    pairs = Counter(pair for m in melodies for pair in pairwise(m))
    given = Counter(note for m in melodies for note in m[:-1])
    rooms = notes if rooms is None else rooms
    return -sum(
        float(np.log((pairs[a, b] + alpha) / (given[a] + alpha * rooms)))
        for a, b in pairwise(melody)
    )


def draw_bigrams(rng, melodies, longest, notes, alpha, length):
    lengths = rng.integers(2, longest + 1, melodies)
    # Low notes are commoner, and one note of the vocabulary is never in the melodies.
    shares = 1 / np.arange(1, notes)
    drawn = [rng.choice(notes - 1, n, p=shares / shares.sum()).tolist() for n in lengths]
    melody = rng.integers(0, notes, length).tolist()
    return dict(melodies=drawn, melody=melody, notes=notes, alpha=alpha)


BIGRAMS = exercise(
    "04c",
    key="a count of every pair",
    answer=bigrams,
    returns="loss",
    examples={
        "on paper": dict(melodies=[[0, 1, 0, 1, 2]], melody=[0, 1], notes=3, alpha=1.0),
        "two pairs": dict(melodies=[[0, 1, 0, 1, 2]], melody=[0, 1, 2], notes=3, alpha=1.0),
        "a pair never seen": dict(melodies=[[0, 1]], melody=[0, 2], notes=4, alpha=0.5),
        "a note never seen": dict(melodies=[[0, 1]], melody=[3, 0], notes=4, alpha=0.5),
        "two melodies": dict(melodies=[[0, 1], [2, 0]], melody=[1, 2], notes=3, alpha=1.0),
        "a melody of one": dict(melodies=[[0, 1], [2, 0]], melody=[1], notes=3, alpha=1.0),
        "one note, again and again": dict(
            melodies=[[1, 1, 1, 1, 1], [0]], melody=[1, 1, 1], notes=2, alpha=0.5
        ),
        "a melody of hundreds": dict(
            melodies=[[0, 1, 0, 2]], melody=[0, 1, 2] * 250, notes=3, alpha=0.01
        ),
        "hardly any smoothing": dict(melodies=[[0, 1]], melody=[0, 2], notes=4, alpha=1e-12),
    },
    draw=draw_bigrams,
    sizes=(
        ("", dict(melodies=4, longest=9, notes=5, alpha=1.0, length=6)),
        ("", dict(melodies=6, longest=7, notes=6, alpha=0.5, length=8)),
        ("a little smoothing", dict(melodies=5, longest=9, notes=4, alpha=0.01, length=7)),
        ("many notes", dict(melodies=8, longest=12, notes=12, alpha=0.1, length=9)),
        ("one melody", dict(melodies=1, longest=20, notes=4, alpha=2.0, length=5)),
    ),
    mistakes="""
        pairs are counted across the border of two melodies | melodies: [sum(melodies, [])]
            counting inside each melody: the end of one is not followed by the next one's start
        alpha is missing from the denominator | return: bigrams(**given, rooms=0)
        alpha is missing from the denominator, and a note never seen costs infinity
            | counts.sum(axis=1, keepdims=True) -> (counts - alpha).sum(axis=1, keepdims=True)
        alpha is added to the denominator only once | return: bigrams(**given, rooms=1)
            adding up the probabilities of all notes after a 0: alpha is added once for each
        the vocabulary holds only the notes that occur
            | return: bigrams(**given, rooms=len(set(sum(melodies, []))))
            using the argument notes: a note that never occurs has a share too
        only unseen pairs get alpha | counts / -> np.where(counts > alpha, counts - alpha, alpha) /
            adding alpha to every count, those above zero too
        pairs never seen are skipped
            | melody[1:]]) -> melody[1:]])[counts[melody[:-1], melody[1:]] > alpha]
            charging for pairs never seen: alpha over the denominator, which costs most of all
        the last notes of melodies are counted in the denominator
            | counts.sum(axis=1, keepdims=True) ->
            | (np.bincount(sum(melodies, []), minlength=notes)[:, None] + alpha * notes)
            counting how often a note is followed by another: the last one of a melody never is
        the pairs are read backwards | melody[:-1], melody[1:] -> melody[1:], melody[:-1]
            reading the pair (a, b) aloud: a is given, and b is to be guessed
        each pair is counted among all pairs, not among those with the same first note
            | counts.sum(axis=1, keepdims=True) -> ((counts - alpha).sum() + alpha * notes)
        the whole table is divided by its sum | counts.sum(axis=1, keepdims=True) -> counts.sum()
            dividing by the number of pairs that begin with the same note
        the previous note is ignored | zip(other, other[1:], -> zip(other, other,
            | , then counts[a, b] -> counts[:, b]
            counting pairs, with np.zeros((notes, notes)) as the table
        the first note is charged for as well | -np.log( -> np.log(notes) - np.log(
            trying a melody of one note: there is no pair, and the sum is 0
        the mean is returned, not the sum | .sum()) -> .mean())
            adding the losses of all pairs up
        the probabilities are multiplied, and the logarithm never taken
            | -np.log(probabilities[melody[:-1], melody[1:]]).sum() ->
            | probabilities[melody[:-1], melody[1:]].prod()
            adding the logarithms: that is the logarithm of the product
        the sign is flipped | -np.log( -> np.log(
            taking the logarithm of a probability: it is negative, and the loss is its opposite
        the loss is in bits, not in nats | np.log( -> np.log2(
            using np.log, the natural logarithm
    """,
)


def perplexity(scores, targets):
    real = targets >= 0
    loss = load_keras().losses.sparse_categorical_crossentropy
    losses = loss(targets[real], scores[real], from_logits=True)
    return float(np.exp(np.mean(np.array(losses, float))))


def draw_perplexity(rng, batch, time, words, shift=0.0, dtype="float64"):
    scores = (1.5 * rng.normal(size=(batch, time, words)) + shift).astype(dtype)
    lengths = rng.integers(1, time + 1, batch)
    lengths[0] = time
    targets = rng.integers(0, words, (batch, time))
    targets[np.arange(time) >= lengths[:, None]] = -1
    return dict(scores=scores, targets=targets)


SURE = [[np.log(2), 0, 0], [np.log(2), 0, 0]]
PERPLEXITY = exercise(
    "04d",
    key="keras.losses.sparse_categorical_crossentropy",
    answer=perplexity,
    returns="perplexity",
    examples={
        "four words, all alike": dict(scores=[[[0, 0, 0, 0]] * 2], targets=np.array([[2, 0]])),
        "two steps": dict(scores=[SURE], targets=np.array([[0, 1]])),
        "two steps, one of them padding": dict(scores=[SURE], targets=np.array([[0, -1]])),
        "two sequences, one padded": dict(scores=[SURE, SURE], targets=np.array([[0, 0], [1, -1]])),
        "scores shifted by 5": dict(scores=[[[5 + np.log(3), 5]]], targets=np.array([[0]])),
        "one step far above the other": dict(
            scores=[[[1000, 1000], [0, np.log(3)]]], targets=np.array([[0, 1]])
        ),
    },
    draw=draw_perplexity,
    sizes=(
        ("", dict(batch=4, time=6, words=5)),
        ("", dict(batch=3, time=8, words=9)),
        ("a batch of one", dict(batch=1, time=5, words=4)),
        ("sequences of one", dict(batch=4, time=1, words=6)),
        ("large scores", dict(batch=3, time=5, words=4, shift=1000.0)),
        ("two words", dict(batch=5, time=7, words=2)),
        ("float32", dict(batch=4, time=5, words=6, dtype="float32")),
    ),
    mistakes="""
        padding counts as steps with a loss of zero | losses.mean() -> losses.sum() / targets.size
            dividing by the number of real targets, (targets >= 0).sum()
        padding counts as the last word | targets >= 0 -> targets >= -1
            keeping the steps with targets >= 0: in NumPy the index -1 means the last one
        padding counts as word 0 | targets: np.maximum(targets, 0)
            keeping the steps with targets >= 0
        each sequence has the same weight, however short
            | losses.mean() -> np.mean([part.mean() for part in
            | np.split(losses, real.sum(axis=1).cumsum()[:-1])])
            taking one mean over all real steps of all sequences
        the mean of the sequences' perplexities is returned
            | return: np.mean([right(s[None], t[None]) for s, t in zip(scores, targets)])
            taking one mean over all real steps of all sequences, and then the exponential
        the exponential is taken before the mean | np.exp(losses.mean()) -> np.exp(losses).mean()
            taking the mean of the losses first, and the exponential once, at the end
        the exponential is missing | np.exp( -> (
            trying four words, all equally likely: the perplexity is 4
        2 is raised to a power in nats | np.exp( -> np.exp2(
            using np.exp: the losses are natural logarithms, so the base is e
        the losses are added up, not averaged | losses.mean() -> losses.sum()
            dividing by the number of real steps before the exponential
        the sign is flipped | -np.log( -> np.log(
            asking whether a perplexity can be below 1: a loss is never below 0
        softmax is missing, and the scores are taken as log-probabilities
            | np.log(probabilities[ -> (scores[real][
            shifting the scores by 5: the softmax, and so the perplexity, must not change
        softmax runs over time, not over the words
            | softmax(scores[real]) -> softmax(scores.swapaxes(1, 2)).swapaxes(1, 2)[real]
            summing over the last axis: the probabilities of all words at one step make 1
        the exponentials of softmax overflow | softmax( -> naive_softmax(
            subtracting each step's largest score first, or using softmax from course_utils.cells
    """,
)

EXERCISES = (SAMPLING, DECODING, BIGRAMS, PERPLEXITY)
