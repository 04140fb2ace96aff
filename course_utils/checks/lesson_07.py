"""Exercises of lesson 07: shifted and padded targets, additive attention, stopping, a beam."""

from course_utils.checks.engine import Case, Exercise, Mistake, Question, Result
from course_utils.checks.parts import altered, draw_arrays, load_keras

import numpy as np

# -- 07a: what goes in, what should come out ---------------------------------------------------


def _answer_targets(sequences, start, end, pad):
    fill = load_keras().utils.pad_sequences
    previous = fill([[start, *row] for row in sequences], padding="post", value=pad)
    target = fill([[*row, end] for row in sequences], padding="post", value=pad)
    mask = fill([[1] * (len(row) + 1) for row in sequences], padding="post", value=0)
    return previous.tolist(), target.tolist(), mask.astype(bool).tolist()


def _draw_targets(rng, lengths, pad=0):
    # The padding may also occur as a token: only the length says what is real.
    rows = [[int(token) for token in rng.integers(3, 9, length)] for length in lengths]
    return dict(sequences=rows, start=1, end=2, pad=pad)


def _targets(
    sequences,
    start,
    end,
    pad,
    first=lambda row, start, end: [start, *row],
    second=lambda row, start, end: [*row, end],
    real=lambda row: len(row) + 1,
    fill=lambda row, width, value: row + [value] * (width - len(row)),
    flags=(True, False),
):
    """Prepare targets; the switches make wrong answers."""
    width = max(map(len, sequences)) + 1
    previous = [fill(first(row, start, end), width, pad) for row in sequences]
    target = [fill(second(row, start, end), width, pad) for row in sequences]
    mask = [fill([flags[0]] * real(row), width, flags[1]) for row in sequences]
    return previous, target, mask


def _targets_with(**options):
    return lambda **arguments: _targets(**arguments, **options)


def _targets_masked_by_value(sequences, start, end, pad):
    previous, target, _ = _targets(sequences, start, end, pad)
    return previous, target, [[token != pad for token in row] for row in target]


def _targets_not_padded(sequences, start, end, pad):
    previous, target = [[start, *row] for row in sequences], [[*row, end] for row in sequences]
    return previous, target, [[True] * len(row) for row in target]


def _targets_changing(sequences, start, end, pad):
    result = _targets(sequences, start, end, pad)
    for row in sequences:
        row.append(end)
    return result


TARGETS = Exercise(
    id="07a",
    title="what goes in, what should come out",
    points=2,
    key="keras.utils.pad_sequences",
    results=(Result("previous"), Result("target"), Result("mask")),
    answer=_answer_targets,
    examples=(
        Case(dict(sequences=[[5, 6], [7]], start=1, end=2, pad=0), "two sequences"),
        Case(dict(sequences=[[]], start=1, end=2, pad=0), "an empty sequence"),
        Case(dict(sequences=[[5, 6], [7]], start=1, end=2, pad=6), "a token equal to pad"),
    ),
    draw=_draw_targets,
    sizes=(
        ("", dict(lengths=(3, 1, 4))),
        ("", dict(lengths=(2, 5, 3, 4))),
        ("an empty sequence among others", dict(lengths=(2, 0, 3))),
        ("all equally long", dict(lengths=(3, 3))),
        ("the padding is a token too", dict(lengths=(4, 6, 5, 1), pad=5)),
        ("one sequence", dict(lengths=(4,), pad=-1)),
    ),
    mistakes=(
        Mistake(
            "previous were not moved: it holds the sequence without start",
            _targets_with(first=lambda row, start, end: [*row, end]),
            "putting start in front: what goes in at step 0 is start",
        ),
        Mistake(
            "previous were moved the wrong way",
            _targets_with(first=lambda row, start, end: [*row, end][1:] + [start]),
            "the first column of previous: it should be start everywhere",
        ),
        Mistake(
            "previous held the end token too",
            lambda sequences, start, end, pad: (
                (
                    [r + [pad] * (max(map(len, sequences)) + 2 - len(r)) for r in rows],
                    *_targets(sequences, start, end, pad)[1:],
                )
                if (rows := [[start, *row, end] for row in sequences])
                else None
            ),
            "leaving end out of what goes in: when it has been written, nothing follows",
        ),
        Mistake(
            "target held the start token",
            _targets_with(second=lambda row, start, end: [start, *row]),
            "a network that should write start: nobody wants to read that",
        ),
        Mistake(
            "target lacked the end token",
            _targets_with(second=lambda row, start, end: [*row]),
            "appending end to each sequence before it is padded",
        ),
        Mistake(
            "the mask left out the step at which end is written",
            _targets_with(real=len),
            "counting end as a real step: the network must learn to stop",
        ),
        Mistake(
            "the mask were made by comparing with pad",
            _targets_masked_by_value,
            "making the mask from the lengths: the number pad may also be a token",
        ),
        Mistake(
            "the mask were the wrong way round",
            _targets_with(flags=(False, True)),
            "reading the mask aloud: True is a real step, False is padding",
        ),
        Mistake(
            "padding stood in front",
            _targets_with(fill=lambda row, width, value: [value] * (width - len(row)) + row),
            "row + padding and not padding + row",
        ),
        Mistake(
            "nothing were padded",
            _targets_not_padded,
            "the longest sequence: every row needs its length, plus 1",
        ),
        Mistake(
            "end stood behind the padding",
            lambda sequences, start, end, pad: (
                _targets(sequences, start, end, pad)[0],
                [row + [pad] * (max(map(len, sequences)) - len(row)) + [end] for row in sequences],
                _targets(sequences, start, end, pad)[2],
            ),
            "appending end first and padding afterwards",
        ),
        Mistake(
            "the padding were 0 and not pad",
            altered(_targets, pad=lambda pad: 0),
            "using the argument pad wherever a row is filled up",
        ),
        Mistake(
            "the sequences given were changed",
            _targets_changing,
            "making new lists, [*row, end]: row.append(end) changes what you were given",
        ),
    ),
)


# -- 07b: attention with a sum -----------------------------------------------------------------


def _answer_attention(hidden, memory, mask, v):
    layer = load_keras().layers.AdditiveAttention(name="answer_key", dtype=hidden.dtype.name)
    layer.build([hidden.shape, memory.shape])
    layer.set_weights([v])
    context, weights = layer([hidden, memory], mask=[None, mask], return_attention_scores=True)
    return np.array(context), np.array(weights)


def _draw_attention(rng, batch, steps, time, units, dtype="float64"):
    shapes = dict(hidden=(batch, steps, units), memory=(batch, time, units), v=units)
    arrays = draw_arrays(rng, dtype, **shapes)
    mask = rng.random((batch, time)) < 0.6
    mask[0] = np.arange(time) < (time + 1) // 2
    mask[np.arange(batch), rng.integers(0, time, batch)] = True  # something to look at
    return dict(hidden=arrays["hidden"], memory=arrays["memory"], mask=mask, v=2 * arrays["v"])


def _example_attention(label, mask, hidden, memory, v):
    arrays = [np.array(value, dtype=float) for value in ([hidden], [memory], v)]
    return Case(dict(hidden=arrays[0], memory=arrays[1], mask=np.array([mask]), v=arrays[2]), label)


def _softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _hide(scores, mask):
    return _softmax(np.where(mask[:, None, :], scores, -np.inf))


def _mix(weights, hidden, memory):
    return weights @ memory


def _scores(hidden, memory, v, squeeze=np.tanh):
    return squeeze(hidden[:, :, None, :] + memory[:, None, :, :]) @ v


def _attention(hidden, memory, mask, v, scores=_scores, weigh=_hide, mix=_mix):
    """Attend with a sum; `scores`, `weigh` and `mix` make wrong answers."""
    weights = weigh(scores(hidden, memory, v), mask)
    return mix(weights, hidden, memory), weights


def _attention_with(**options):
    return lambda **arguments: _attention(**arguments, **options)


def _hide_late(scores, mask):
    return _softmax(scores) * mask[:, None, :]


ATTENTION = Exercise(
    id="07b",
    title="attention with a sum",
    points=2,
    key="keras.layers.AdditiveAttention",
    results=(
        Result("context", ("batch", "steps", "units")),
        Result("weights", ("batch", "steps", "time")),
    ),
    answer=_answer_attention,
    examples=(
        _example_attention("one unit", [True, True], [[0.5]], [[0.5], [-0.5]], [2]),
        _example_attention("one unit, the last masked", [True, False], [[1]], [[0.5], [2]], [1]),
        _example_attention("v of zeros", [True, True, True], [[1]], [[1], [2], [3]], [0]),
    ),
    draw=_draw_attention,
    sizes=(
        ("", dict(batch=3, steps=2, time=5, units=4)),
        ("", dict(batch=2, steps=4, time=6, units=3)),
        ("a batch of one", dict(batch=1, steps=3, time=4, units=2)),
        ("one step of the decoder", dict(batch=3, steps=1, time=4, units=5)),
        ("a memory of two", dict(batch=2, steps=3, time=2, units=4)),
        ("float32", dict(batch=2, steps=3, time=5, units=4, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the mask were not used",
            _attention_with(weigh=lambda scores, mask: _softmax(scores)),
            "printing the weights: where the mask is False they should be 0",
        ),
        Mistake(
            "the mask were read the wrong way round",
            altered(_attention, mask=np.logical_not),
            "reading the mask aloud: True is a real token, False is padding",
        ),
        Mistake(
            "the masked weights were set to zero after the softmax, so they sum to less than 1",
            _attention_with(weigh=_hide_late),
            "weights.sum(axis=-1): it should be 1; mask the scores, with -np.inf",
        ),
        Mistake(
            "the masked scores were set to 0, which is a score like any other",
            _attention_with(weigh=lambda scores, mask: _softmax(scores * mask[:, None, :])),
            "np.where(mask[:, None, :], scores, -np.inf): exp(-inf) is 0, and exp(0) is 1",
        ),
        Mistake(
            "the scores were dot products",
            _attention_with(scores=lambda h, m, v: (h * v) @ m.swapaxes(1, 2)),
            "adding hidden and memory, [:, :, None, :] to [:, None, :, :], before tanh",
        ),
        Mistake(
            "v had no part in the scores",
            altered(_attention, v=np.ones_like),
            "tanh(...) @ v: every unit counts with its own weight",
        ),
        Mistake(
            "tanh were left out",
            _attention_with(scores=lambda h, m, v: _scores(h, m, v, lambda z: z)),
            "tanh of the sum, before the product with v",
        ),
        Mistake(
            "tanh were taken of the whole score",
            _attention_with(scores=lambda h, m, v: np.tanh(_scores(h, m, v, lambda z: z))),
            "np.tanh(sum) @ v and not np.tanh(sum @ v)",
        ),
        Mistake(
            "hidden were left out of the scores",
            _attention_with(scores=lambda h, m, v: _scores(np.zeros_like(h), m, v)),
            "two steps of the decoder: their weights should differ",
        ),
        Mistake(
            "memory were subtracted and not added",
            _attention_with(scores=lambda h, m, v: _scores(h, -m, v)),
            "the sign in front of memory",
        ),
        Mistake(
            "the softmax ran over the steps of the decoder",
            _attention_with(
                weigh=lambda s, mask: _softmax(np.where(mask[:, None, :], s, -1e9), axis=1)
            ),
            "axis=-1 in the softmax: each row, one per step, sums to 1",
        ),
        Mistake(
            "the weights were not divided by their sum",
            _attention_with(weigh=lambda s, mask: np.exp(s) * mask[:, None, :]),
            "weights.sum(axis=-1): it should be 1",
        ),
        Mistake(
            "only the token of the largest weight were taken",
            _attention_with(
                mix=lambda w, h, m: np.take_along_axis(m, w.argmax(axis=-1)[..., None], axis=1)
            ),
            "weights @ memory: a mixture of all tokens",
        ),
        Mistake(
            "hidden were added to the context",
            _attention_with(mix=lambda w, h, m: w @ m + h),
            "returning the mixture of memory alone",
        ),
        Mistake(
            "the two results were returned in the other order",
            lambda **arguments: _attention(**arguments)[::-1],
            "ending with: return context, weights",
        ),
        Mistake(
            "the axes steps and time of the weights were swapped",
            lambda **arguments: (
                _attention(**arguments)[0],
                _attention(**arguments)[1].swapaxes(1, 2),
            ),
            "one row per step of the decoder, one column per token of the memory",
        ),
    ),
)


# -- 07c and 07d: writing from a table ---------------------------------------------------------


def _draw_table(rng, size, scale=1.5):
    return np.log(_softmax(rng.normal(0, scale, (size, size))))


def _table(*rows):
    return np.log(np.array(rows, dtype=float))


def _draw_stopping(rng, size, count, longest, dtype="float64"):
    firsts = [int(token) for token in rng.integers(1, size, count)]
    # A chain of likely tokens, in a random order, that leads to the end, token 0, after a while.
    order = [*(int(token) for token in rng.permutation(np.arange(1, size))), 0]
    table = _draw_table(rng, size, 0.7)
    for token, follower in zip(order, order[1:], strict=False):
        table[token, follower] = 1.0
    table = np.log(_softmax(table)).astype(dtype)
    return dict(table=table, firsts=firsts, end=0, longest=longest)


def _stopping(
    table,
    firsts,
    end,
    longest,
    choose=lambda table, last, first: table[last].argmax(),
    keep_end=True,
    begin=lambda first: [],
    more=0,
    stop=lambda token, end: token == end,
):
    """Write greedily until the end token; the switches make wrong answers."""
    written = []
    for first in firsts:
        row, last = [], first
        while len(row) < longest + more:
            last = int(choose(table, last, first))
            row.append(last)
            if stop(last, end):
                break
        if not keep_end and row and row[-1] == end:
            row.pop()
        written.append(begin(first) + row)
    return written


def _stopping_with(**options):
    return lambda **arguments: _stopping(**arguments, **options)


def _stopping_together(**arguments):
    rows = _stopping(**arguments)
    shortest = min(map(len, rows))
    return [row[:shortest] for row in rows]


def _stopping_padded(end, **arguments):
    rows = _stopping(end=end, **arguments)
    return [row + [end] * (max(map(len, rows)) - len(row)) for row in rows]


STOPPING = Exercise(
    id="07c",
    title="writing that stops",
    points=2,
    key="the table, followed token by token",
    results=(Result("written"),),
    answer=_stopping,
    examples=(
        Case(
            dict(
                table=_table([0.4, 0.3, 0.3], [0.1, 0.2, 0.7], [0.8, 0.1, 0.1]),
                firsts=[1, 2],
                end=0,
                longest=5,
            ),
            "two beginnings",
        ),
        Case(
            dict(table=_table([0.4, 0.6], [0.2, 0.8]), firsts=[1], end=0, longest=3),
            "the end never comes",
        ),
    ),
    draw=_draw_stopping,
    sizes=(
        ("", dict(size=6, count=4, longest=8)),
        ("", dict(size=8, count=5, longest=9)),
        ("cut off by longest", dict(size=9, count=6, longest=3)),
        ("one beginning", dict(size=5, count=1, longest=7)),
        ("longest is 1", dict(size=5, count=3, longest=1)),
        ("float32", dict(size=7, count=4, longest=8, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the writing went on after the end token",
            _stopping_with(stop=lambda token, end: False),
            "leaving the loop when the token just written is end",
        ),
        Mistake(
            "the end token were left out",
            _stopping_with(keep_end=False),
            "appending the token first and looking afterwards whether it is end",
        ),
        Mistake(
            "the first token were written too",
            _stopping_with(begin=lambda first: [first]),
            "starting each row empty: the first token was given, not written",
        ),
        Mistake(
            "the first token counted as one of the longest",
            _stopping_with(more=-1),
            "counting only what has been written",
        ),
        Mistake(
            "one token more than longest were written",
            _stopping_with(more=1),
            "the comparison with longest: < or <=",
        ),
        Mistake(
            "every token followed the first one",
            _stopping_with(choose=lambda table, last, first: table[first].argmax()),
            "feeding back what was written: it chooses the next row of the table",
        ),
        Mistake(
            "the table were read by columns",
            _stopping_with(choose=lambda table, last, first: table[:, last].argmax()),
            "table[last]: the row of the last token holds what may follow",
        ),
        Mistake(
            "the least probable token were taken",
            _stopping_with(choose=lambda table, last, first: table[last].argmin()),
            "argmax: log-probabilities are negative, and the largest is nearest to 0",
        ),
        Mistake(
            "all sequences stopped with the first one that ended",
            _stopping_together,
            "giving each sequence its own end",
        ),
        Mistake(
            "the shorter ones were filled up with the end token",
            _stopping_padded,
            "returning rows of different lengths: a list of lists may have them",
        ),
    ),
)


def _draw_beam(rng, size, longest, width, dtype="float64"):
    table = _draw_table(rng, size).astype(dtype)
    return dict(table=table, start=size - 1, end=0, longest=longest, width=width)


def _beam(
    table,
    start,
    end,
    longest,
    width,
    final=lambda total, row: total / len(row),
    report=None,
    follow=lambda table, last: table[last],
    add=lambda total, log_p: total + log_p,
    each=None,
    stop=True,
    drop=False,
    more=0,
    whole=False,
):
    """Search with a beam; the switches make wrong answers.

    `final` chooses at the end, `report` scores the chosen one; `each` limits the continuations
    per beginning, `stop` ends a sentence at `end`, `drop` throws the
    finished ones away.
    """
    beam = [(0.0, [])]
    for _ in range(longest + more):
        grown = []
        for total, row in beam:
            if stop and row and row[-1] == end:
                grown += [] if drop else [(total, row)]
                continue
            scores = follow(table, row[-1] if row else start)
            tokens = [int(token) for token in np.argsort(-scores)][: each if row else None]
            grown += [(add(total, float(scores[token])), [*row, token]) for token in tokens]
        if not grown:
            break
        beam = sorted(grown, key=lambda pair: pair[0], reverse=True)[:width]
    total, row = max(beam, key=lambda pair: final(*pair))
    return ([start, *row] if whole else row), float((report or final)(total, row))


def _beam_with(**options):
    return lambda **arguments: _beam(**arguments, **options)


def _total(total, row):
    return total


def _answer_beam(table, start, end, longest, width):
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


BEAM = Exercise(
    id="07d",
    title="a beam that does not favour the short",
    points=3,
    key="the same search, done in arrays",
    results=(Result("tokens"), Result("score")),
    answer=_answer_beam,
    examples=(
        Case(
            dict(
                table=_table([0.4, 0.3, 0.3], [0.34, 0.33, 0.33], [0.9, 0.05, 0.05]),
                start=0,
                end=0,
                longest=2,
                width=1,
            ),
            "width 1 is greedy",
        ),
        Case(
            dict(
                table=_table(
                    [0.25, 0.25, 0.25, 0.25],
                    [0.4, 0.28, 0.32, 1e-9],
                    [0.9, 0.05, 0.05, 1e-9],
                    [0.1, 0.5, 0.4, 1e-9],
                ),
                start=3,
                end=0,
                longest=2,
                width=3,
            ),
            "second at first, best in the end",
        ),
        Case(
            dict(
                table=_table(
                    [0.2, 0.2, 0.2, 0.2, 0.2],
                    [0.02, 0.01, 0.45, 0.51, 0.01],
                    [0.96, 0.01, 0.01, 0.01, 0.01],
                    [0.2, 0.2, 0.2, 0.2, 0.2],
                    [0.05, 0.5, 0.3, 0.1, 0.05],
                ),
                start=4,
                end=0,
                longest=3,
                width=3,
            ),
            "two continuations of one beginning",
        ),
        Case(
            dict(
                table=_table([0.2, 0.4, 0.4], [0.3, 0.4, 0.3], [0.9, 0.06, 0.04]),
                start=2,
                end=0,
                longest=3,
                width=2,
            ),
            "the best one ends first",
        ),
    ),
    draw=_draw_beam,
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
    mistakes=(
        Mistake(
            "only one beginning were kept",
            altered(_beam, width=lambda width: 1),
            "keeping `width` beginnings after each step: sorted(...)[:width]",
        ),
        Mistake(
            "every beginning were kept",
            altered(_beam, width=lambda width: 10_000),
            "cutting the sorted list to `width` after each step",
        ),
        Mistake(
            "the best of the beam were chosen by its sum and not by its mean",
            _beam_with(final=_total, report=lambda total, row: total / len(row)),
            "dividing by the number of tokens before you compare: a sum favours the short",
        ),
        Mistake(
            "the score were the sum and not the mean",
            _beam_with(report=_total),
            "dividing the sum by the number of tokens written, end included",
        ),
        Mistake(
            "both the choice and the score used the sum",
            _beam_with(final=_total),
            "dividing the sum by the number of tokens, end included",
        ),
        Mistake(
            "a finished sentence went on after the end token",
            _beam_with(stop=False),
            "passing on a sentence that ends in end as it is",
        ),
        Mistake(
            "finished sentences were thrown away",
            _beam_with(drop=True),
            "keeping a finished sentence in the beam, where it competes with the others",
        ),
        Mistake(
            "each of the three beginnings went its own way, with its best token only",
            _beam_with(each=1),
            "continuing every beginning with every token, and choosing among all of these",
        ),
        Mistake(
            "only the last log-probability counted",
            _beam_with(add=lambda total, log_p: log_p),
            "adding to the sum so far: total + table[last][token]",
        ),
        Mistake(
            "the log-probabilities were multiplied",
            _beam_with(add=lambda total, log_p: total * log_p if total else log_p),
            "adding: the logarithm of a product is a sum",
        ),
        Mistake(
            "the table were read by columns",
            _beam_with(follow=lambda table, last: table[:, last]),
            "table[last]: the row of the last token holds what may follow",
        ),
        Mistake(
            "the start token were among the tokens returned",
            _beam_with(whole=True),
            "starting with an empty list: start was given, not written",
        ),
        Mistake(
            "one step too few were taken",
            lambda longest, **others: _beam(longest=max(1, longest - 1), **others),
            "range(longest): one turn for each token",
        ),
        Mistake(
            "one step too many were taken",
            _beam_with(more=1),
            "range(longest): one turn for each token",
        ),
        Mistake(
            "the end token did not count in the length",
            _beam_with(final=lambda total, row: total / max(1, len(row) - (row[-1] == 0))),
            "len(tokens), with end: its probability is in the sum as well",
        ),
    ),
)


EXERCISES = (TARGETS, ATTENTION, STOPPING, BEAM)
QUESTION = Question(id="07e", title="a colleague's translator", points=2)
