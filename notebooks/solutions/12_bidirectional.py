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
        "an array of whole numbers": STEPS | dict(x=np.array([[[1], [0], [-2]]])),
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
        the backward states are left in the order of reading | axis=1)[:, order] -> axis=1)
            using states[:, ::-1] of the backward run: its first state belongs to the last step
        the backward run ignores the mask and starts with the padding
            | real = turned_mask[:, t, None] -> real = turned_mask[:, t, None] | (direction == 1)
            turning the mask round with x: the padding then comes first, to be skipped
        x is turned round, but the mask is not | mask[:, order] -> mask
            turning the mask round as well: mask[:, ::-1]
        the forward run ignores the mask
            | real = turned_mask[:, t, None] -> real = turned_mask[:, t, None] | (direction == 0)
            storing zeros where the mask is False, in the forward half too
        the mask is applied to the output, but not inside the runs | np.where(real, new, h) -> new
            keeping the old state inside the loop: np.where(mask[:, t, None], new, h)
        masked inputs are zeroed, but their steps are still taken
            | x: x * mask[..., None], then mask: np.ones_like(mask)
            looking at a step with x_t = 0: b_h and W_h still move the state, and padding should not
        the second run reads forwards too | slice(None, None, -1) -> slice(None)
            using x[:, ::-1]: time is the second axis, and x[::-1] turns the batch round
        the sequence is read forwards, and only the states are turned round
            | x[:, order], mask[:, order] -> x, mask
            turning x round before the run as well as the states after it
        the real part ends up in the wrong place, behind the padding
            | return: shown_otherwise(result, mask, lambda real, padding: (padding, real))
            working out a row of 3 steps, one of them padding: its last real step is at index 1
        the real part is not turned back
            | return: shown_otherwise(result, mask, lambda real, padding: (real[::-1], padding))
            turning the states of the real part round before they go into their row
        the padding shows the last backward state
            | return: shown_otherwise(result, mask, lambda real, pad: (real, pad + real[:1]))
            leaving zeros at the padding: the backward run has not started there yet
        the padding shows the last forward state | np.where(real, h, 0) -> h
            storing np.where(mask[:, t, None], h, 0), while h itself keeps its value
        the backward run starts from the last forward state
            | h = np.zeros((len(x), b_h.shape[1])) ->
            | h = halves[0][:, -1] if direction else np.zeros((len(x), b_h.shape[1]))
            starting both runs from zeros: the two networks know nothing of each other
        the backward states come first | concatenate(halves -> concatenate(halves[::-1]
            using np.concatenate([forward, backward], axis=-1), in this order
        the states are added up, not put side by side
            | np.concatenate(halves, axis=-1) -> sum(halves)
            using np.concatenate([forward, backward], axis=-1): units become 2*units
        the states are joined along time | halves, axis=-1 -> halves, axis=1
            using axis=-1 in np.concatenate: the last axis holds the units
        the two runs come back as a pair | np.concatenate(halves, axis=-1) -> tuple(halves)
            joining them into one array: np.concatenate([forward, backward], axis=-1)
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
        "an output that falls": log([[0] * 4, [0, 0, 0, 1]], [[0] * 4, [0, -1, 0, 0]]),
        "an input that falls": log([[0] * 4, [0, 0, -1, 0]], [[0] * 4, [0, 1, 0, 0]]),
        "a tiny change of an input": log([[0] * 4, [0, 0, 1e-9, 1]], [[0] * 4, [1, 0, 0, 0]]),
        "large outputs, a small move": log([[0] * 4, [0, 0, 0, 1]], [[1e4] * 4, [1e4 + 1e-4] * 4]),
        "changes that cancel": log(
            [[[1, 2]] * 4, [[1, 2], [1, 2], [2, 1], [0, 0]]],
            [[[1, 2]] * 4, [[1, 2], [2, 1], [0, 0], [0, 0]]],
        ),
        "a run without a change": log(
            [[0] * 4, [0] * 4, [0, 0, 0, 1]], [[0] * 4, [1] * 4, [0] * 4]
        ),
        "whole numbers": dict(
            x=np.array([[[7], [8], [9]], [[7], [8], [1]]]),
            y=np.array([[[7], [8], [9]], [[7], [5], [1]]]),
        ),
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
        the last changed input counts, not the first | changed[0] -> changed[-1]
            thinking of two changes at once: the earlier one may be the cause, so less is proven
        an output that moves at its own step counts as one step ahead | - moved[0] -> - moved[0] + 1
            checking an output that moves at the step of its input: its look-ahead is 0
        only the steps in between are counted, which is one too few | - moved[0] -> - moved[0] - 1
            working out an input at step 3 that moves an output at step 1: two steps ahead
        the look-back is measured: how far behind its input the last output moves
            | changed[0] - moved[0] -> moved[-1] - changed[0]
            checking the sign: an output that moves after its input is memory, not a leak
        distances in both directions count
            | changed[0] - moved[0] -> np.abs(changed[0] - moved).max()
            looking only at outputs before the first changed input
        the leaking outputs are counted, not their distance
            | changed[0] - moved[0] -> (moved < changed[0]).sum()
            working out an input at step 3 that moves only the output at step 0: three steps ahead
        the nearest output that moves counts, not the earliest
            | moved[0] -> max(moved[moved < changed[0]], default=changed[0])
            taking the earliest output that moves: it is the farthest from the change
        rounding errors count as movement | > 1e-6 -> > 0
            comparing with a tolerance: np.abs(y[run] - y[0]) > 1e-6
        only the first changed run is looked at | x: x[:2], then y: y[:2]
            looping over all runs from 1 on, and taking the largest of what they prove
        only the last run is looked at | x: x[[0, -1]], then y: y[[0, -1]]
            keeping the largest value of all runs, not just the one from the last turn
        each run is compared with the run before it
            | - x[0] -> - x[run - 1], then - y[0] -> - y[run - 1]
            using x[run] - x[0]: run 0 is the original for all the others
        all runs are lumped together | return: all_runs_together(x, y)
            treating each run by itself: an output answers only to the changes of its own run
        only the first output of each step is looked at | y: y[..., :1]
            taking the largest difference over the outputs: np.abs(...).max(axis=-1)
        only the first feature of each step is looked at | x: x[..., :1]
            taking the largest difference over the features: np.abs(x[run] - x[0]).max(axis=-1)
        the answer only says whether anything looks ahead | return ahead -> return ahead > 0
            counting steps: how far before the first changed input does an output move?
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
        "an array of whole numbers": ROW
        | dict(x=np.array([[[1], [0], [-2]]]), lengths=np.array([3])),
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
        the backward state is read at the last real step, where it has seen one input
            | b_h[1])[0, -1] -> b_h[1])[0, 0]
            taking the backward state at step 0: there it has read the whole sequence
        the backward state is read at the last step of the row
            | real[:, ::-1] -> row[None, ::-1], then b_h[1])[0, -1] -> b_h[1])[0, 0]
            cutting the row at its length, and taking the backward state at step 0
        the backward run starts with the padding | real[:, ::-1] -> row[None, ::-1]
            cutting the row at its length before you turn it round: row[:length][::-1]
        the forward run goes on through the padding | run_rnn(real, -> run_rnn(row[None],
            taking the forward state at step lengths - 1
        the lengths are ignored | row[None, :length] -> row[None]
            cutting each row at its length: x[i, : lengths[i]]
        the forward state is one step too early | b_h[0])[0, -1] -> b_h[0])[0, max(length - 2, 0)]
        the forward state is one step too late | run_rnn(real, -> run_rnn(row[None, : length + 1],
            taking the last real step of a row: its index is length - 1
        the forward state is taken from step 0 | b_h[0])[0, -1] -> b_h[0])[0, 0]
            taking the forward state at the last real step: there it has read the whole sequence
        each run gives the mean of its states, not the last one | [0, -1] -> [0].mean(axis=0)
            taking one state of each run: the one that has read everything
        the second run reads forwards too | real[:, ::-1] -> real
            turning the real part round: [::-1] along time
        every merge mode acts like concat | merge_mode: "concat"
            writing a branch for each merge_mode: side by side, +, * and the mean
        every merge mode but concat acts like sum
            | merge_mode: "concat" if merge_mode == "concat" else "sum"
            writing a branch for each merge_mode: mul multiplies, ave halves the sum
        ave is the whole sum, not half of it | (2 if merge_mode == "ave" else 1) -> 1
            halving the sum: (forward + backward) / 2
        mul is a matrix product | forward * backward -> forward @ backward.T
            multiplying unit by unit: forward * backward
        the backward state comes first | [forward, backward], -> [backward, forward],
            using np.concatenate([forward, backward], axis=-1), in this order
        the backward run starts from the last forward state
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
        "an array of whole numbers": STEPS | dict(x=np.array([[[1], [0], [-2]]]), ahead=1),
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
        the backward run sees the whole future | t : t + ahead + 1 -> t:
            cutting out x[:, t : t + ahead + 1]: the backward run starts ahead steps after t
        the look-ahead is one step too short | t + ahead + 1 -> t + max(ahead, 1)
            cutting out x[:, t : t + ahead + 1]: a slice leaves out its end
        the look-ahead is one step too long | t + ahead + 1 -> t + ahead + 2
            checking ahead = 0: the backward run reads the input of step t and no other
        the sequence is cut into blocks, and each step sees to the end of its block
            | t : t + ahead + 1 -> t : (t // (ahead + 1) + 1) * (ahead + 1)
            cutting afresh at every step: each one sees ahead steps of the future
        the steps ahead are read forwards | part[:, ::-1] -> part
            turning the part round before it is read: the farthest input comes first
        the first backward state is taken, which has seen only the farthest input
            | b_h[1])[:, -1] -> b_h[1])[:, 0]
            taking the last state in the order of reading: it belongs to step t
        the backward run leaves out the input of step t
            | x[:, t : -> x[:, t + (ahead > 0) :,
            | then b_h[1])[:, -1] -> b_h[1])[:, -1] if part.size else h_0
            cutting out x[:, t : t + ahead + 1]: it starts at the input of step t itself
        the backward run goes all the way back to the first step | t : t + ahead -> : t + ahead
            cutting out x[:, t : t + ahead + 1]: what comes before t is for the forward run
        the backward run looks back instead of ahead
            | t : t + ahead + 1 -> max(0, t - ahead) : t + 1
            cutting out x[:, t : t + ahead + 1]: later inputs have larger indices
        zeros are added at the end of the sequence, and read
            | x[:, t : -> np.pad(x, ((0, 0), (0, ahead), (0, 0)))[:, t :
            letting the part get shorter near the end: even an input of zeros moves the state
        the last steps, whose look-ahead is cut short, get zeros
            | backward.append( -> backward.append((t + ahead < x.shape[1]) *
            running backwards for the last steps too, over the inputs that are left
        each backward run starts from the state of the one before
            | part[:, ::-1], h_0, -> part[:, ::-1], backward[-1] if backward else h_0,
            starting every backward run from zeros
        the forward run is cut short too
            | run_rnn(x, h_0, W_x[0], W_h[0], b_h[0]) ->
            | cut_short(x, h_0, W_x[0], W_h[0], b_h[0], ahead)
            running forwards once, over the whole sequence: the past is no secret
        the forward run starts afresh at every step
            | run_rnn(x, h_0, W_x[0], W_h[0], b_h[0]) ->
            | cut_short(x, h_0, W_x[0], W_h[0], b_h[0], 0)
            running forwards once, over the whole sequence, with run_rnn
        the backward states come first
            | [forward, np.stack(backward, axis=1)] -> [np.stack(backward, axis=1), forward]
            using np.concatenate([forward, backward], axis=-1), in this order
    """,
)

EXERCISES = (MASKED, LOG, SUMMARY, AHEAD)
