"""Checks of lesson 07: shifted and padded targets, additive attention, stopping, a beam."""

from itertools import pairwise

from course_tools.bank import draw_arrays, exercise, load_keras
from course_utils.cells import softmax

import numpy as np


def targets(sequences, start, end, pad):
    fill = load_keras().utils.pad_sequences
    previous = fill([[start, *row] for row in sequences], padding="post", value=pad)
    target = fill([[*row, end] for row in sequences], padding="post", value=pad)
    mask = fill([[1] * (len(row) + 1) for row in sequences], padding="post", value=0)
    return previous.tolist(), target.tolist(), mask.astype(bool).tolist()


def draw_targets(rng, lengths, pad=0):
    # The padding may also occur as a token: only the length says what is real.
    rows = [[int(token) for token in rng.integers(3, 9, length)] for length in lengths]
    return dict(sequences=rows, start=1, end=2, pad=pad)


TWO = dict(sequences=[[5, 6], [7]], start=1, end=2, pad=0)
TARGETS = exercise(
    "07a",
    key="keras.utils.pad_sequences",
    answer=targets,
    returns="previous\ntarget\nmask",
    examples={
        "two sequences": TWO,
        "an empty sequence": TWO | dict(sequences=[[]]),
        "a token equal to pad": TWO | dict(pad=6),
        "tokens equal to start and end": TWO | dict(sequences=[[2, 6, 1], [1], [2, 2]]),
    },
    draw=draw_targets,
    sizes=(
        ("", dict(lengths=(3, 1, 4))),
        ("", dict(lengths=(2, 5, 3, 4))),
        ("an empty sequence among others", dict(lengths=(2, 0, 3))),
        ("all equally long", dict(lengths=(3, 3))),
        ("the padding is a token too", dict(lengths=(4, 6, 5, 1), pad=5)),
        ("one sequence", dict(lengths=(4,), pad=-1)),
    ),
    mistakes="""
        previous is not shifted: it holds the sequence without start | [start, *row] -> [*row, end]
            putting start in front: it is what goes in at step 0
        previous is shifted the wrong way | [start, *row] -> [*row, end][1:] + [start]
            printing the first column of previous: it should be start everywhere
        previous holds the end token too | [start, *row] -> [start, *row, end]
            leaving end out of what goes in: once it is written, nothing follows
        target holds the start token | [*row, end] -> [start, *row]
            imagining a network that learns to write start: nobody wants to read that
        target lacks the end token | [*row, end] + [pad] * missing -> row + [pad] * (missing + 1)
            appending end to each sequence before it is padded
        the mask leaves out the step at which end is written
            | (len(row) + 1) + [False] * missing -> len(row) + [False] * (missing + 1)
            counting end as a real step: the network must learn to stop
        the mask is made by comparing with pad
            | [True] * (len(row) + 1) + [False] * missing -> [token != pad for token in target[-1]]
            making the mask from the lengths: the number pad may also be a token
        the mask is inverted
            | [True] * (len(row) + 1) + [False] -> [False] * (len(row) + 1) + [True]
            reading the mask aloud: True is a real step, False is padding
        the padding is in front
            | [start, *row] + [pad] * missing -> [pad] * missing + [start, *row]
            |, then [*row, end] + [pad] * missing -> [pad] * missing + [*row, end]
            |, then [True] * (len(row) + 1) + [False] * missing ->
            | [False] * missing + [True] * (len(row) + 1)
            writing row + padding, not padding + row
        nothing is padded | * missing -> * 0
            measuring the longest sequence: every row needs its length, plus 1
        end comes after the padding | [*row, end] + [pad] * missing -> row + [pad] * missing + [end]
            appending end first, and the padding after it
        the padding is 0, not pad | pad: 0
            using the argument pad wherever a row is filled up
        the sequences given are changed
            | target.append([*row, end] -> row.append(end); target.append(row
            |, then (len(row) + 1) -> len(row)
            making new lists, [*row, end]: row.append(end) changes what you were given
    """,
)


def attention(hidden, memory, mask, v):
    layer = load_keras().layers.AdditiveAttention(name="answer_key", dtype=hidden.dtype.name)
    layer.build([hidden.shape, memory.shape])
    layer.set_weights([v])
    context, weights = layer([hidden, memory], mask=[None, mask], return_attention_scores=True)
    return np.array(context), np.array(weights)


def draw_attention(rng, batch, steps, time, units, dtype="float64"):
    shapes = dict(hidden=(batch, steps, units), memory=(batch, time, units), mask=(batch, time))
    arrays = draw_arrays(rng, dtype, **shapes, v=units)
    arrays["mask"][0] = np.arange(time) < (time + 1) // 2
    return arrays | dict(v=2 * arrays["v"])


ATTENTION = exercise(
    "07b",
    key="keras.layers.AdditiveAttention",
    answer=attention,
    returns="context (batch, steps, units)\nweights (batch, steps, time)",
    examples={
        "one unit": dict(hidden=[[[0.5]]], memory=[[[0.5], [-0.5]]], mask=[[True, True]], v=[2]),
        "one unit, the last masked": dict(
            hidden=[[[1]]], memory=[[[0.5], [2]]], mask=[[True, False]], v=[1]
        ),
        "v of zeros": dict(hidden=[[[1]]], memory=[[[1], [2], [3]]], v=[0]),
        "large weights, one sentence far above the other": dict(
            hidden=[[[2]], [[-2]]], memory=[[[0.5], [-0.5]]] * 2, mask=[[True] * 2] * 2, v=[2000]
        ),
        "large states of opposite sign": dict(
            hidden=[[[30], [-40]]], memory=[[[-30], [40]]], mask=[[True] * 2], v=[1]
        ),
    },
    draw=draw_attention,
    sizes=(
        ("", dict(batch=3, steps=2, time=5, units=4)),
        ("", dict(batch=2, steps=4, time=6, units=3)),
        ("a batch of one", dict(batch=1, steps=3, time=4, units=2)),
        ("one step of the decoder", dict(batch=3, steps=1, time=4, units=5)),
        ("a memory of two", dict(batch=2, steps=3, time=2, units=4)),
        ("float32", dict(batch=2, steps=3, time=5, units=4, dtype="float32")),
    ),
    without=("mask",),
    mistakes="""
        the mask is ignored | np.where(mask[:, None, :], scores, -np.inf) -> scores
            printing the weights: where the mask is False they should be 0
        the mask is inverted | scores, -np.inf) -> -np.inf, scores)
            reading the mask aloud: True is a real token, False is padding
        the weights are masked after the softmax, so they sum to less than 1
            | np.where(mask[:, None, :], scores, -np.inf) -> scores, then
            | return weights @ -> weights = weights * mask[:, None, :]; return weights @
            printing weights.sum(axis=-1): it should be 1; mask the scores instead, with -np.inf
        the masked scores are 0, a score like any other | -np.inf -> 0
            using -np.inf where mask[:, None, :] is False: exp(-inf) is 0, but exp(0) is 1
        the scores are dot products | np.tanh(sums) @ v -> hidden * v @ memory.swapaxes(1, 2)
            adding hidden and memory, [:, :, None, :] to [:, None, :, :], before tanh
        v plays no part in the scores | np.tanh(sums) @ v -> np.tanh(sums).sum(axis=-1)
            writing tanh(...) @ v: every unit counts with its own weight
        tanh is missing | np.tanh(sums) -> sums
            taking tanh of the sum, before the product with v
        tanh is applied to the whole score | np.tanh(sums) @ v -> np.tanh(sums @ v)
            writing np.tanh(sum) @ v, not np.tanh(sum @ v)
        hidden is left out of the scores | hidden: 0 * hidden
            comparing two steps of the decoder: their weights should differ
        memory is subtracted, not added | + memory -> - memory
            checking the sign in front of memory
        softmax runs over the steps of the decoder | -np.inf -> -1e9, then axis=-1 -> axis=1
            using axis=-1 in the softmax: each row, one per step, sums to 1
        the weights are not divided by their sum
            | - scores.max(axis=-1, keepdims=True) ->, then / weights.sum(axis=-1, keepdims=True) ->
            printing weights.sum(axis=-1): it should be 1
        only the token with the largest weight is taken
            | weights @ memory ->
            | np.take_along_axis(memory, weights.argmax(axis=-1)[..., None], axis=1)
            writing weights @ memory: a mixture of all tokens
        hidden is added to the context | weights @ memory -> hidden + weights @ memory
            returning only the mixture of memory
        the axes steps and time of the weights are swapped
            | memory, weights -> memory, weights.swapaxes(1, 2)
            giving each step of the decoder a row, and each token of the memory a column
    """,
)


def draw_stopping(rng, size, count, longest, dtype="float64"):
    # A chain of likely tokens, in a random order, that leads to the end after a while.
    *chain, end = (int(token) for token in rng.permutation(size))
    firsts = [int(token) for token in rng.choice(chain, count)]
    table = np.log(softmax(rng.normal(0, 0.7, (size, size))))
    for token, follower in pairwise([*chain, end]):
        table[token, follower] = 1.0
    return dict(table=np.log(softmax(table)).astype(dtype), firsts=firsts, end=end, longest=longest)


STOPPING = exercise(
    "07c",
    key="the table, followed token by token",
    returns="written",
    examples={
        "two beginnings": dict(
            table=np.log([[0.4, 0.3, 0.3], [0.1, 0.2, 0.7], [0.8, 0.1, 0.1]]),
            firsts=[1, 2],
            end=0,
            longest=5,
        ),
        "the end never comes": dict(
            table=np.log([[0.4, 0.6], [0.2, 0.8]]), firsts=[1], end=0, longest=3
        ),
        "thousands of tokens": dict(
            table=np.log([[0.1, 0.6, 0.3], [0.8, 0.1, 0.1], [0.2, 0.5, 0.3]]),
            firsts=[0, 1],
            end=2,
            longest=3000,
        ),
    },
    draw=draw_stopping,
    sizes=(
        ("", dict(size=6, count=4, longest=8)),
        ("", dict(size=8, count=5, longest=9)),
        ("cut off by longest", dict(size=9, count=6, longest=3)),
        ("one beginning", dict(size=5, count=1, longest=7)),
        ("longest is 1", dict(size=5, count=3, longest=1)),
        ("float32", dict(size=7, count=4, longest=8, dtype="float32")),
    ),
    mistakes="""
        the writing goes on after the end token | break -> pass
            leaving the loop when the token just written is end
        the end token is left out
            | written.append(row) -> written.append([t for t in row if t != end])
            appending the token first, and only then checking whether it is end
        the first token is written too | row = [] -> row = [token], then < longest -> <= longest
            starting each row empty: the first token was given, not written
        the first token counts towards longest | < longest -> < longest - 1
            counting only what has been written
        one token more than longest is written | < longest -> <= longest
            checking the comparison with longest: < or <=
        every token follows the first one | for token in -> for first in, then [token] -> [first]
            feeding back what was written: it chooses the next row of the table
        the table is read by columns | table[token] -> table[:, token]
            reading table[last]: the row of the last token holds what may follow
        the least probable token is taken | argmax -> argmin
            using argmax: log-probabilities are negative, and the largest is nearest to 0
        all sequences stop when the first one ends
            | return: [row[: min(map(len, result))] for row in result]
            giving each sequence its own end
        the shorter ones are padded with the end token
            | return: [row + [end] * (max(map(len, result)) - len(row)) for row in result]
            returning rows of different lengths: a list of lists may have them
    """,
)


def beam(table, start, end, longest, width):
    # All at once in arrays, as in the lesson; a finished sentence continues with nothing.
    totals, rows = np.zeros(1), [[]]
    for _ in range(longest):
        done = [bool(row) and row[-1] == end for row in rows]
        scores = np.stack([table[row[-1] if row else start] for row in rows])
        scores[done] = -np.inf
        scores = np.concatenate([scores, np.where(done, 0.0, -np.inf)[:, None]], axis=1)
        sums = totals[:, None] + scores
        best = [i for i in np.argsort(-sums, axis=None)[:width] if np.isfinite(sums.flat[i])]
        pairs = [divmod(int(i), sums.shape[1]) for i in best]
        totals = np.array([sums[pair] for pair in pairs])
        rows = [rows[i] + ([token] if token < len(table) else []) for i, token in pairs]
    means = totals / [len(row) for row in rows]
    return rows[int(means.argmax())], float(means.max())


def draw_beam(rng, size, longest, width, dtype="float64"):
    table = np.log(softmax(rng.normal(0, 1.5, (size, size)))).astype(dtype)
    start, end = (int(token) for token in rng.permutation(size)[:2])
    return dict(table=table, start=start, end=end, longest=longest, width=width)


def follow(rows, start, longest, width):
    return dict(table=np.log(rows), start=start, end=0, longest=longest, width=width)


# No two followers of a token are equally likely: how a student's sort breaks a tie is no mistake.
GREEDY = [[0.4, 0.31, 0.29], [0.35, 0.33, 0.32], [0.9, 0.06, 0.04]]
LATE = [[0.27, 0.26, 0.24, 0.23], [0.4, 0.28, 0.32, 1e-9], [0.9, 0.06, 0.04, 1e-9]]
LATE += [[0.1, 0.5, 0.4, 1e-9]]
TWINS = [[0.22, 0.21, 0.2, 0.19, 0.18], [0.02, 0.012, 0.45, 0.51, 0.008]]
TWINS += [[0.95, 0.02, 0.013, 0.012, 0.005], [0.22, 0.21, 0.2, 0.19, 0.18]]
TWINS += [[0.06, 0.5, 0.3, 0.1, 0.04]]
SURE = np.array([[-1, -800, -0.5], [-1.5, -2, -0.4], [-800, 0, -900]])
SUMS = [[0.2, 0.7, 0.1], [0.25, 0.4, 0.35], [0.35, 0.55, 0.1]]
PLACES = [[0.45, 0.35, 0.2], [0.15, 0.45, 0.4], [0.3, 0.65, 0.05]]
EARLY = [[0.2, 0.41, 0.39], [0.31, 0.4, 0.29], [0.9, 0.06, 0.04]]
BEAM = exercise(
    "07d",
    key="the same search, done in arrays",
    answer=beam,
    returns="tokens\nscore",
    without=("two results",),
    examples={
        "width 1 is greedy": follow(GREEDY, start=0, longest=2, width=1),
        "second at first, best in the end": follow(LATE, start=3, longest=2, width=3),
        "two continuations of one beginning": follow(TWINS, start=4, longest=3, width=3),
        "the best one ends first": follow(EARLY, start=2, longest=3, width=2),
        "kept by the sum, chosen by the mean": follow(SUMS, start=2, longest=3, width=2),
        "a token that is certain": dict(table=SURE, start=2, end=0, longest=3, width=2),
        "an end that is certain": dict(table=SURE, start=2, end=1, longest=3, width=2),
        "a finished sentence keeps its place": follow(PLACES, start=2, longest=3, width=2),
    },
    draw=draw_beam,
    sizes=(
        ("", dict(size=5, longest=6, width=3)),
        ("", dict(size=6, longest=5, width=3)),
        ("", dict(size=6, longest=7, width=3)),
        ("", dict(size=5, longest=4, width=2)),
        ("", dict(size=7, longest=6, width=3)),
        ("a beam wider than the choice", dict(size=4, longest=3, width=9)),
        ("width 1", dict(size=6, longest=5, width=1)),
        ("one step", dict(size=5, longest=1, width=3)),
        ("", dict(size=4, longest=8, width=3)),
        ("float32", dict(size=8, longest=4, width=3, dtype="float32")),
    ),
    mistakes="""
        only one beginning is kept
            | width: 1, then grown, reverse=True -> grown, key=lambda pair: -pair[0]
            keeping `width` beginnings after each step: sorted(...)[:width]
        every beginning is kept
            | width: 10_000, then grown, reverse=True -> grown, key=lambda pair: -pair[0]
            cutting the sorted list to `width` after each step
        the best of the beam is chosen by its sum, not by its mean
            | pair[0] / len(pair[1]) -> pair[0]
            dividing by the number of tokens before you compare: a sum favours the short
        the score is the sum, not the mean | total / len(tokens) -> total
            dividing the sum by the number of tokens written, end included
        both the choice and the score use the sum
            | pair[0] / len(pair[1]) -> pair[0], then total / len(tokens) -> total
            dividing the sum by the number of tokens, end included
        a finished sentence goes on after the end token | tokens and tokens[-1] == end -> False
            passing on a sentence that ends in end just as it is
        finished sentences are thrown away
            | grown.append((total, tokens)) -> pass, then [:width] -> [:width] or beam
            |, then grown, reverse=True -> grown, key=lambda pair: -pair[0]
            keeping a finished sentence in the beam, where it competes with the others
        each beginning goes its own way, with its best token only
            | range(len(row))] -> ([row.argmax()] if tokens else range(len(row)))]
            continuing every beginning with every token, and choosing among all of these
        only the last log-probability counts
            | total + float -> float, then grown, reverse=True -> grown, key=lambda pair: -pair[0]
            adding to the sum so far: total + table[last][token]
        the log-probabilities are multiplied | total + float -> (total or 1) * float
            adding them: the logarithm of a product is a sum
        the table is read by columns | table[ -> table[:,
            reading table[last]: the row of the last token holds what may follow
        the start token is among the tokens returned | return tokens -> return [start, *tokens]
            starting with an empty list: start was given, not written
        one step too few is taken | longest: max(1, longest - 1)
        one step too many is taken | longest: longest + 1
            looping over range(longest): one turn for each token
        the end token does not count in the length
            | len(pair[1]) -> max(1, len(pair[1]) - pair[1].count(end))
            |, then len(tokens) -> max(1, len(tokens) - tokens.count(end))
            using len(tokens), with end: its probability is in the sum as well
    """,
)

EXERCISES = (TARGETS, ATTENTION, STOPPING, BEAM)
