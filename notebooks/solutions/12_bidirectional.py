"""Checks of lesson 12: a mask for both passes, a leak in a log, a summary, some look-ahead."""

from course_tools.bank import draw_arrays, exercise, load_keras, make_layer
from course_utils.cells import run_rnn

import numpy as np

# In all three networks W_x, W_h and b_h have an axis in front for the direction: 0 forwards.


def make_both(W_x, W_h, b_h, return_sequences=True, **options):
    """Return a `keras.layers.Bidirectional` of two SimpleRNN that holds the weights."""
    one, other = (
        make_layer(
            "SimpleRNN",
            b_h.shape[1],
            [W_x[i], W_h[i], b_h[i]],
            go_backwards=bool(i),
            return_sequences=return_sequences,
        )
        for i in (0, 1)
    )
    layer = load_keras().layers.Bidirectional(
        one, backward_layer=other, name="answer_key", dtype=W_x.dtype.name, **options
    )
    layer.build((None, None, W_x.shape[1]))
    layer.set_weights([a[i] for i in (0, 1) for a in (W_x, W_h, b_h)])
    return layer


def draw_both(rng, batch, time, features, units, dtype="float64", **options):
    shapes = dict(W_x=(2, features, units), W_h=(2, units, units), b_h=(2, units))
    return draw_arrays(rng, dtype, x=(batch, time, features), **shapes) | options


def masked(x, mask, W_x, W_h, b_h):
    return np.array(make_both(W_x, W_h, b_h)(x, mask=mask))


def draw_masked(rng, batch, time, features, units, full=False, dtype="float64"):
    lengths = np.full(batch, time) if full else rng.integers(1, time + 1, batch)
    if not full:
        lengths[0] = max(1, time // 2)
    mask = np.arange(time) < lengths[:, None]
    return draw_both(rng, batch, time, features, units, dtype, mask=mask)


def shown_otherwise(result, mask, show):
    """Return states whose backward half `show(real, padding)` puts into its rows."""
    rows = []
    for row, length in zip(result[..., result.shape[-1] // 2 :], mask.sum(axis=1), strict=True):
        rows.append(np.concatenate(show(row[:length], row[length:])))
    return np.concatenate([result[..., : result.shape[-1] // 2], np.stack(rows)], axis=-1)


STEPS = dict(x=[[[0.5], [0], [1]]], W_x=[[[1]], [[2]]], W_h=[[[1]], [[1]]])
MASKED = exercise(
    "12a",
    key="keras.layers.Bidirectional with a mask",
    answer=masked,
    returns="states (batch, time, 2*units)",
    examples={
        "nothing masked": STEPS,
        "the last step masked": STEPS | dict(mask=[[True, True, False]]),
        "only the bias, two steps masked": dict(mask=[[True, False, False]], b_h=[[1], [2]]),
    },
    draw=draw_masked,
    sizes=(
        ("", dict(batch=3, time=6, features=2, units=4)),
        ("", dict(batch=4, time=5, features=3, units=2)),
        ("nothing masked", dict(batch=2, time=4, features=2, units=3, full=True)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3)),
        ("a sequence of one", dict(batch=3, time=1, features=2, units=3)),
        ("float32", dict(batch=5, time=7, features=1, units=3, dtype="float32")),
    ),
    without=("states",),
    mistakes="""
        the backward run had not been turned back | axis=1)[:, order] -> axis=1)
            states[:, ::-1] of the backward run: its first state belongs to the last step
        the backward run ignored the mask and began with the padding
            | real = turned_mask[:, t, None] -> real = turned_mask[:, t, None] | (direction == 1)
            turning the mask round together with x: the padding then stands in front
        x were turned round and the mask were not | mask[:, order] -> mask
            turning the mask as well: mask[:, ::-1]
        the forward run ignored the mask
            | real = turned_mask[:, t, None] -> real = turned_mask[:, t, None] | (direction == 0)
            storing zeros where the mask is False, in the forward half too
        the mask were used for what is shown, and not inside the runs
            | np.where(real, new, h) -> new
            keeping the old state inside the loop: np.where(mask[:, t, None], new, h)
        the padded inputs were set to zero and the steps taken all the same
            | x: x * mask[..., None], then mask: np.ones_like(mask)
            a step with x_t = 0: the bias and W_h still move the state, and padding should not
        the second run read forwards too | slice(None, None, -1) -> slice(None)
            x[:, ::-1]: the time is the second axis; x[::-1] turns the batch round
        the sequence were read forwards, and the states turned round
            | x[:, order], mask[:, order] -> x, mask
            turning x before the run as well as the states after it
        the real part had been turned back into the wrong place, behind the padding
            | return: shown_otherwise(result, mask, lambda real, padding: (padding, real))
            a row of 3 steps with one of padding: its last real step is at index 1
        the real part had not been turned back
            | return: shown_otherwise(result, mask, lambda real, padding: (real[::-1], padding))
            turning the states of the real part round before they go into their row
        the padding showed the last state of the backward run, where it has not begun
            | return: shown_otherwise(result, mask, lambda real, pad: (real, pad + real[:1]))
            leaving zeros at the padding: reading from the end, the run has not begun there
        the padding showed the last forward state | np.where(real, h, 0) -> h
            np.where(mask[:, t, None], h, 0) when you store a state, while h itself stays
        the backward run began with the last forward state
            | h = np.zeros((len(x), b_h.shape[1])) ->
            | h = halves[0][:, -1] if direction else np.zeros((len(x), b_h.shape[1]))
            starting both runs from zeros: the two networks know nothing of each other
        the backward states came first | concatenate(halves -> concatenate(halves[::-1]
            np.concatenate([forward, backward], axis=-1), in this order
        the states were added and not put side by side
            | np.concatenate(halves, axis=-1) -> sum(halves)
            np.concatenate([forward, backward], axis=-1): units become 2*units
        the states were joined along the time | halves, axis=-1 -> halves, axis=1
            axis=-1 in np.concatenate: the last axis holds the units
        the two runs were returned as a pair | np.concatenate(halves, axis=-1) -> tuple(halves)
            np.concatenate([forward, backward], axis=-1): one array
    """,
)


def draw_log(rng, time, runs, ahead, changes=3, features=2, outputs=2, noise=2e-8, dtype="float64"):
    x = np.repeat(rng.normal(0, 0.7, (1, time, features)), runs, axis=0)
    for run in range(1, runs):
        late = np.arange(min(3, time - 1), time)
        steps = rng.permutation(late)[: rng.integers(1, changes + 1)]
        # The first and the last of the changes are early ones, which prove little.
        for step in {1: late[:1], runs - 1: [min(1, time - 1)]}.get(run, steps):
            x[run, step, rng.integers(features)] += rng.choice([-1, 1]) * rng.uniform(0.5, 1)
    # All outputs know the past; the last one also looks ahead, and not at every step.
    weights = rng.normal(0, 0.7, (features, outputs))
    wide = np.pad(x, [(0, 0), (2, ahead), (0, 0)])
    y = sum(np.tanh((i + 1) * wide[:, i : i + time] @ weights) for i in range(3))
    for lag in range(min(ahead, 2), ahead + 1):
        y[..., -1] += np.tanh(wide[:, 2 + lag : 2 + lag + time].sum(axis=-1))
    y += rng.uniform(-noise, noise, y.shape)
    return dict(x=x.astype(dtype), y=y.astype(dtype))


def log(x, y):
    """Return arguments: arrays of three axes, of one feature and output where nothing is said."""
    arrays = [np.array(values, dtype=float) for values in (x, y)]
    return dict(zip("xy", [a.reshape(*a.shape[:2], -1) for a in arrays], strict=True))


def all_runs_together(x, y):
    steps = np.flatnonzero(np.abs(x - x[:1]).max(axis=(0, 2)))
    moved = np.flatnonzero(np.abs(y - y[:1]).max(axis=(0, 2)) > 1e-6)
    return int(max(0, steps.min() - moved.min())) if len(steps) and len(moved) else 0


LOG = exercise(
    "12b",
    key="an exact count",
    returns="ahead",
    examples={
        "nothing looks ahead": log([[0] * 4, [0, 1, 0, 0]], [[0] * 4, [0, 1, 1, 1]]),
        "two steps ahead": log([[0] * 4, [0, 0, 0, 1]], [[0] * 4, [0, 1, 1, 1]]),
        "two changes, which prove one step": log([[0] * 4, [0, 1, 0, 1]], [[0] * 4, [1, 1, 1, 1]]),
        "three runs": log([[0] * 4, [0, 0, 1, 0], [0, 0, 0, 1]], [[0] * 4, [0, 1, 0, 0], [1] * 4]),
        "two features and two outputs": log(
            [[[0, 0]] * 5, [[0, 0], [0, 0], [0, 0], [0, 1], [1, 0]]],
            [[[0, 0]] * 5, [[0, 1], [0, 0], [1, 0], [0, 0], [0, 0]]],
        ),
        "nothing moved": log([[0] * 4, [0, 0, 1, 0]], [[5] * 4, [5] * 4]),
        "below the tolerance": log([[0] * 4, [0, 0, 0, 1]], [[0] * 4, [5e-7, 0, 0, 1]]),
    },
    draw=draw_log,
    sizes=(
        ("", dict(time=12, runs=8, ahead=2)),
        ("", dict(time=12, runs=9, ahead=4, changes=1)),
        ("", dict(time=15, runs=9, ahead=3, features=3, outputs=1)),
        ("nothing looks ahead", dict(time=10, runs=7, ahead=0)),
        ("the original run alone", dict(time=6, runs=1, ahead=3)),
        ("a sequence of one", dict(time=1, runs=4, ahead=0)),
        ("float32", dict(time=14, runs=7, ahead=1, noise=0, dtype="float32")),
    ),
    mistakes="""
        the last changed input counted and not the first | changed[0] -> changed[-1]
            two changes at once: the earlier of them may have moved the output; it proves less
        an output's own step counted as one step ahead | - moved[0] -> - moved[0] + 1
            an output that moves at the step of its input: the look-ahead is 0
        the steps between input and output were counted, one too few | - moved[0] -> - moved[0] - 1
            an input at step 3 that moves an output at step 1: two steps ahead
        the look-back were measured: the distance to the last output that moved
            | changed[0] - moved[0] -> moved[-1] - changed[0]
            the sign: an output that moves after its input is memory and no leak
        the distance counted in both directions
            | changed[0] - moved[0] -> np.abs(changed[0] - moved).max()
            looking only at the outputs that stand before the first changed input
        the leaking outputs were counted and not their distance
            | changed[0] - moved[0] -> (moved < changed[0]).sum()
            an input at step 3 that moves only the output at step 0: three steps ahead
        the nearest output that moved counted and not the earliest
            | moved[0] -> max(moved[moved < changed[0]], default=changed[0])
            the earliest output that moved: it is the farthest from the change
        rounding counted as a move | > 1e-6 -> > 0
            np.abs(y[run] - y[0]) > 1e-6
        only the first changed run were looked at | x: x[:2], then y: y[:2]
            a loop over all runs from 1 on, and the largest of what they prove
        only the last run were looked at | x: x[[0, -1]], then y: y[[0, -1]]
            keeping the largest value of all runs, and not that of the last turn
        each run were compared with the run before it
            | - x[0] -> - x[run - 1], then - y[0] -> - y[run - 1]
            x[run] - x[0]: run 0 is the original for all others
        all runs were thrown together | return: all_runs_together(x, y)
            treating each run by itself: an output answers to the changes of its own run only
        only the first output of each step were looked at | y: y[..., :1]
            the largest difference over the outputs: np.abs(...).max(axis=-1)
        only the first feature of each step were looked at | x: x[..., :1]
            the largest difference over the features: np.abs(x[run] - x[0]).max(axis=-1)
        the answer were whether anything looks ahead | return ahead -> return ahead > 0
            the number of steps: how far before the first changed input the output stands
    """,
)


def summary(x, lengths, W_x, W_h, b_h, merge_mode):
    layer = make_both(W_x, W_h, b_h, return_sequences=False, merge_mode=merge_mode)
    return np.array(layer(x, mask=np.arange(x.shape[1]) < lengths[:, None]))


def draw_summary(rng, batch, time, features, units, merge_mode, dtype="float64"):
    lengths = rng.integers(1, time + 1, batch)
    lengths[0] = max(1, time - 2)
    options = dict(lengths=lengths, merge_mode=merge_mode)
    return draw_both(rng, batch, time, features, units, dtype, **options)


ROW = dict(x=[[[1], [0], [0.5]]], W_x=[[[1]], [[1]]], W_h=[[[1]], [[1]]], merge_mode="concat")
BIASES = dict(lengths=np.array([1]), b_h=[[1], [2]])
SUMMARY = exercise(
    "12c",
    key="keras.layers.Bidirectional with return_sequences=False",
    answer=summary,
    returns="summary (batch, width)",
    examples={
        "concat": ROW | dict(lengths=np.array([3])),
        "concat, one step of padding": ROW | dict(lengths=np.array([2])),
        "sum, only the bias": BIASES | dict(merge_mode="sum"),
        "ave, only the bias": BIASES | dict(merge_mode="ave"),
        "mul, only the bias": BIASES | dict(merge_mode="mul"),
    },
    draw=draw_summary,
    sizes=(
        ("", dict(batch=4, time=6, features=2, units=3, merge_mode="concat")),
        ("", dict(batch=3, time=7, features=3, units=4, merge_mode="sum")),
        ("", dict(batch=4, time=5, features=2, units=3, merge_mode="mul")),
        ("", dict(batch=3, time=6, features=2, units=4, merge_mode="ave")),
        ("a batch of one", dict(batch=1, time=6, features=2, units=3, merge_mode="concat")),
        ("a sequence of one", dict(batch=3, time=1, features=2, units=3, merge_mode="sum")),
        (
            "float32",
            dict(batch=5, time=8, features=1, units=2, merge_mode="concat", dtype="float32"),
        ),
    ),
    mistakes="""
        the backward state came from the last real step, where it has read one input
            | b_h[1])[0, -1] -> b_h[1])[0, 0]
            the backward state at step 0: there it has read the whole sequence
        the backward state came from the last step of the row
            | real[:, ::-1] -> row[None, ::-1], then b_h[1])[0, -1] -> b_h[1])[0, 0]
            cutting the row at its length, and taking the backward state at step 0
        the backward run began with the padding | real[:, ::-1] -> row[None, ::-1]
            cutting the row at its length before it is turned round: row[:length][::-1]
        the forward run went on through the padding | run_rnn(real, -> run_rnn(row[None],
            taking the forward state at step lengths - 1
        the lengths were not used | row[None, :length] -> row[None]
            cutting each row at its length: x[i, : lengths[i]]
        the forward state were the one of the step before
            | b_h[0])[0, -1] -> b_h[0])[0, max(length - 2, 0)]
        the forward state were the one of the step after
            | run_rnn(real, -> run_rnn(row[None, : length + 1],
            the last real step of a row: its index is length - 1
        the forward state came from step 0 | b_h[0])[0, -1] -> b_h[0])[0, 0]
            the forward state at the last real step: there it has read the whole sequence
        the mean of the states were taken in place of the last ones | [0, -1] -> [0].mean(axis=0)
            one state of each run: the one that has read everything
        the second run read forwards too | real[:, ::-1] -> real
            turning the real part round: [::-1] along the time
        every merge mode were concat | merge_mode: "concat"
            a branch for each merge_mode: side by side, +, * and the mean
        every merge mode but concat were a sum
            | merge_mode: "concat" if merge_mode == "concat" else "sum"
            a branch for each merge_mode: mul multiplies, ave halves the sum
        ave were a sum, not halved | (2 if merge_mode == "ave" else 1) -> 1
            (forward + backward) / 2
        mul were a matrix product | forward * backward -> forward @ backward.T
            forward * backward: unit by unit
        the backward state came first | [forward, backward], -> [backward, forward],
            np.concatenate([forward, backward], axis=-1), in this order
        the backward run began with the last forward state
            | real[:, ::-1], h_0, -> real[:, ::-1], forward[None],
            starting both runs from zeros: the two networks know nothing of each other
    """,
)


def look_ahead(x, W_x, W_h, b_h, ahead):
    layer, time = make_both(W_x, W_h, b_h), x.shape[1]
    states = [np.array(layer(x[:, : min(t + ahead + 1, time)]))[:, t] for t in range(time)]
    return np.stack(states, axis=1)


def cut_short(x, h_0, W_x, W_h, b_h, behind):
    """Return the states of a run that begins anew at each step, so many steps before it."""
    parts = [x[:, max(0, t - behind) : t + 1] for t in range(x.shape[1])]
    return np.stack([run_rnn(part, h_0, W_x, W_h, b_h)[:, -1] for part in parts], axis=1)


AHEAD = exercise(
    "12d",
    key="keras.layers.Bidirectional on cut sequences",
    answer=look_ahead,
    returns="states (batch, time, 2*units)",
    examples={
        "no look ahead": STEPS | dict(ahead=0),
        "one step ahead": STEPS | dict(ahead=1),
        "farther than the end": STEPS | dict(ahead=9),
        "only the bias, one step ahead": dict(b_h=[[1], [2]], W_h=[[[1]], [[1]]], ahead=1),
    },
    draw=draw_both,
    sizes=(
        ("", dict(batch=3, time=7, features=2, units=4, ahead=2)),
        ("", dict(batch=2, time=6, features=3, units=3, ahead=1)),
        ("", dict(batch=2, time=8, features=2, units=3, ahead=3)),
        ("no look ahead", dict(batch=2, time=5, features=2, units=3, ahead=0)),
        ("farther than the end", dict(batch=2, time=4, features=2, units=3, ahead=6)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3, ahead=2)),
        ("a sequence of one", dict(batch=3, time=1, features=2, units=3, ahead=1)),
        ("float32", dict(batch=2, time=6, features=1, units=2, ahead=2, dtype="float32")),
    ),
    without=("states",),
    mistakes="""
        the backward run saw the whole future | t : t + ahead + 1 -> t:
            x[:, t : t + ahead + 1]: the backward run begins ahead steps after t
        it looked one step less ahead | t + ahead + 1 -> t + max(ahead, 1)
            x[:, t : t + ahead + 1]: a slice does not include its end
        it looked one step too far ahead | t + ahead + 1 -> t + ahead + 2
            ahead = 0: the backward run reads the input of step t and no other
        the sequence were cut into blocks, and each step saw to the end of its block
            | t : t + ahead + 1 -> t : (t // (ahead + 1) + 1) * (ahead + 1)
            a cut of its own for every step: each of them sees ahead steps of future
        the few steps were read forwards | part[:, ::-1] -> part
            turning the part round before it is read: the farthest input comes first
        the first state of the backward run were taken, which has read the farthest input
            | b_h[1])[:, -1] -> b_h[1])[:, 0]
            the last state in the order of reading: it belongs to step t
        the backward run left out the input of step t
            | x[:, t : -> x[:, t + (ahead > 0) :,
            | then b_h[1])[:, -1] -> b_h[1])[:, -1] if part.size else h_0
            x[:, t : t + ahead + 1]: it begins with the input of step t itself
        the backward run began at the first step of all | t : t + ahead -> : t + ahead
            x[:, t : t + ahead + 1]: what lies before t is for the forward run
        the look ahead were a look back | t : t + ahead + 1 -> max(0, t - ahead) : t + 1
            x[:, t : t + ahead + 1]: later inputs have larger indices
        zeros followed the end of the sequence and were read
            | x[:, t : -> np.pad(x, ((0, 0), (0, ahead), (0, 0)))[:, t :
            shorter parts near the end: even an input of zeros moves the state
        the last steps, whose look ahead is cut short, got zeros
            | backward.append( -> backward.append((t + ahead < x.shape[1]) *
            a backward run for the last steps too, over the inputs that there are
        a backward run began with the state of the one before
            | part[:, ::-1], h_0, -> part[:, ::-1], backward[-1] if backward else h_0,
            starting every backward run from zeros
        the forward run were cut short too
            | run_rnn(x, h_0, W_x[0], W_h[0], b_h[0]) ->
            | cut_short(x, h_0, W_x[0], W_h[0], b_h[0], ahead)
            one forward run over the whole sequence: the past is no secret
        the forward run began anew at every step
            | run_rnn(x, h_0, W_x[0], W_h[0], b_h[0]) ->
            | cut_short(x, h_0, W_x[0], W_h[0], b_h[0], 0)
            one forward run over the whole sequence, with run_rnn
        the backward states came first
            | [forward, np.stack(backward, axis=1)] -> [np.stack(backward, axis=1), forward]
            np.concatenate([forward, backward], axis=-1), in this order
    """,
)

EXERCISES = (MASKED, LOG, SUMMARY, AHEAD)
