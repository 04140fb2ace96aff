"""Exercises of lesson 12: a mask for both passes, a leak in a log, a summary, some look-ahead."""

from course_utils.cells import run_rnn
from course_utils.checks.engine import Case, Exercise, Mistake, Question, Result
from course_utils.checks.parts import altered, draw_arrays, load_keras, make_layer, numbers

import numpy as np

# In all three networks W_x, W_h and b_h have an axis `direction` in front: 0 forwards, 1 backwards.


def _make_both(W_x, W_h, b_h, **options):
    """Return a `keras.layers.Bidirectional` of two SimpleRNN that holds the weights."""
    keras = load_keras()
    units, dtype = b_h.shape[1], W_x.dtype.name
    one, other = (
        make_layer("SimpleRNN", units, [W_x[i], W_h[i], b_h[i]], go_backwards=bool(i), **inner)
        for i, inner in enumerate([dict(return_sequences=options.pop("return_sequences"))] * 2)
    )
    layer = keras.layers.Bidirectional(
        one, backward_layer=other, name="answer_key", dtype=dtype, **options
    )
    layer.build((None, None, W_x.shape[1]))
    layer.set_weights([a[i] for i in (0, 1) for a in (W_x, W_h, b_h)])
    return layer


def _draw_weights(rng, features, units, dtype):
    shapes = dict(W_x=(2, features, units), W_h=(2, units, units), b_h=(2, units))
    return draw_arrays(rng, dtype, **shapes)


def _start(x, b_h):
    return np.zeros((len(x), b_h.shape[-1]), x.dtype)


def _turn(a):
    return a[:, ::-1]


_WHOSE_WEIGHTS = {
    "the forward weights served both directions": [0, 0],
    "the backward weights served both directions": [1, 1],
    "the weights of the two directions were exchanged": [1, 0],
}


def _weight_mistakes(function):
    """Return the mistakes about which weights are whose, which all three networks share."""
    hint = "W_x[0], W_h[0], b_h[0] for the forward run and those with [1] for the backward run"
    mistakes = []
    for name, order in _WHOSE_WEIGHTS.items():
        chosen = dict.fromkeys(("W_x", "W_h", "b_h"), lambda weights, order=order: weights[order])
        mistakes.append(Mistake(name, altered(function, **chosen), hint))
    return tuple(mistakes)


# -- 12a: both ways, with a mask ---------------------------------------------------------------


def _answer_masked(x, mask, W_x, W_h, b_h):
    return np.array(_make_both(W_x, W_h, b_h, return_sequences=True)(x, mask=mask))


def _draw_masked(rng, batch, time, features, units, full=False, dtype="float64"):
    x = draw_arrays(rng, dtype, x=(batch, time, features))
    lengths = np.full(batch, time) if full else rng.integers(1, time + 1, batch)
    if not full:
        lengths[0] = max(1, time // 2)
    mask = np.arange(time) < lengths[:, None]
    return x | dict(mask=mask) | _draw_weights(rng, features, units, dtype)


def _example_masked(label, mask, **terms):
    nothing = numbers(x=[[[0], [0], [0]]], W_x=[[[0]]] * 2, W_h=[[[0]]] * 2, b_h=[[0]] * 2)
    x = nothing.pop("x")
    return Case(dict(x=x, mask=np.array([mask])) | nothing | numbers(**terms), label)


def _run_masked(x, mask, W_x, W_h, b_h, keep=False, h_0=None):
    """Run one direction; a masked step shows zeros, or the state if `keep`."""
    h = _start(x, b_h) if h_0 is None else h_0
    states = []
    for t in range(x.shape[1]):
        real = mask[:, t, None]
        h = np.where(real, np.tanh(x[:, t] @ W_x + h @ W_h + b_h), h)
        states.append(h if keep else np.where(real, h, 0))
    return np.stack(states, axis=1)


def _masked(
    x,
    mask,
    W_x,
    W_h,
    b_h,
    masks=lambda m: (m, _turn(m)),
    turn_x=_turn,
    turn_back=_turn,
    merge=lambda f, b: np.concatenate([f, b], axis=-1),
    keep=False,
    carry=False,
):
    """Run both ways; the options make wrong answers.

    `masks(mask)`: those of the two runs; `turn_x`, `turn_back`: how the sequence is turned and
    the states are turned back; `keep`: masked steps show the state; `carry`: the backward run
    begins with the last forward state.
    """
    mask_f, mask_b = masks(mask)
    forward = _run_masked(x, mask_f, W_x[0], W_h[0], b_h[0], keep)
    h_0 = forward[:, -1] if carry else None
    backward = _run_masked(turn_x(x), mask_b, W_x[1], W_h[1], b_h[1], keep, h_0)
    return merge(forward, turn_back(backward))


def _masked_with(**options):
    return lambda **arguments: _masked(**arguments, **options)


def _everywhere(mask):
    return np.ones_like(mask)


def _masked_real_part(shown):
    """Return a run that cuts each row where it ends; `shown(states, time)` makes its row."""

    def run(x, mask, W_x, W_h, b_h):
        forward = _run_masked(x, mask, W_x[0], W_h[0], b_h[0])
        rows = []
        for row, length in zip(x, mask.sum(axis=1), strict=True):
            part = row[None, :length][:, ::-1]
            states = run_rnn(part, _start(part, b_h), W_x[1], W_h[1], b_h[1])[0]
            rows.append(shown(states, len(row)))
        return np.concatenate([forward, np.stack(rows)], axis=-1)

    return run


def _at_the_front(states, time):
    return np.concatenate([states, np.zeros((time - len(states), states.shape[1]))])


def _at_the_end(states, time):
    return _at_the_front(states, time)[::-1]


def _repeating_the_last(states, time):
    turned = states[::-1]
    return np.concatenate([turned, np.repeat(states[-1:], time - len(states), axis=0)])


def _masked_only_shown(x, mask, W_x, W_h, b_h):
    everywhere = _masked(x, mask, W_x, W_h, b_h, masks=lambda m: (_everywhere(m), _everywhere(m)))
    return np.where(mask[..., None], everywhere, 0)


def _masked_zeroing_x(x, mask, W_x, W_h, b_h):
    return _masked(
        x * mask[..., None], mask, W_x, W_h, b_h, masks=lambda m: (_everywhere(m), _everywhere(m))
    )


MASKED = Exercise(
    id="12a",
    title="both ways, with a mask",
    points=2,
    key="keras.layers.Bidirectional with a mask",
    results=(Result("states", ("batch", "time", "2*units")),),
    answer=_answer_masked,
    examples=(
        _example_masked(
            "nothing masked", [True] * 3, x=[[[0.5], [0], [1]]], W_x=[[[1]], [[2]]], W_h=[[[1]]] * 2
        ),
        _example_masked(
            "the last step masked",
            [True, True, False],
            x=[[[0.5], [0], [1]]],
            W_x=[[[1]], [[2]]],
            W_h=[[[1]]] * 2,
        ),
        _example_masked("only the bias, two steps masked", [True, False, False], b_h=[[1], [2]]),
    ),
    draw=_draw_masked,
    sizes=(
        ("", dict(batch=3, time=6, features=2, units=4)),
        ("", dict(batch=4, time=5, features=3, units=2)),
        ("nothing masked", dict(batch=2, time=4, features=2, units=3, full=True)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3)),
        ("a sequence of one", dict(batch=3, time=1, features=2, units=3)),
        ("float32", dict(batch=5, time=7, features=1, units=3, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the backward run had not been turned back",
            _masked_with(turn_back=lambda states: states),
            "states[:, ::-1] of the backward run: its first state belongs to the last step",
        ),
        Mistake(
            "the backward run ignored the mask and began with the padding",
            _masked_with(masks=lambda m: (m, _everywhere(m))),
            "turning the mask round together with x: the padding then stands in front",
        ),
        Mistake(
            "x were turned round and the mask were not",
            _masked_with(masks=lambda m: (m, m)),
            "turning the mask as well: mask[:, ::-1]",
        ),
        Mistake(
            "the forward run ignored the mask",
            _masked_with(masks=lambda m: (_everywhere(m), _turn(m))),
            "storing zeros where the mask is False, in the forward half too",
        ),
        Mistake(
            "the mask were not used",
            _masked_with(masks=lambda m: (_everywhere(m), _everywhere(m))),
            "printing h before and after a masked step: it should not move",
        ),
        Mistake(
            "the mask were used for what is shown, and not inside the runs",
            _masked_only_shown,
            "keeping the old state inside the loop: np.where(mask[:, t, None], new, h)",
        ),
        Mistake(
            "the padded inputs were set to zero and the steps taken all the same",
            _masked_zeroing_x,
            "a step with x_t = 0: the bias and W_h still move the state, and padding should not",
        ),
        Mistake(
            "the mask were read the wrong way round",
            _masked_with(masks=lambda m: (~m, _turn(~m))),
            "reading the mask aloud: True is a real step, False is padding",
        ),
        Mistake(
            "the second run read forwards too",
            _masked_with(turn_x=lambda x: x, turn_back=lambda s: s, masks=lambda m: (m, m)),
            "x[:, ::-1]: the time is the second axis; x[::-1] turns the batch round",
        ),
        Mistake(
            "the sequence were read forwards, and the states turned round",
            _masked_with(turn_x=lambda x: x, masks=lambda m: (m, m)),
            "turning x before the run as well as the states after it",
        ),
        Mistake(
            "the real part had been turned back into the wrong place, behind the padding",
            _masked_real_part(_at_the_end),
            "a row of 3 steps with one of padding: its last real step is at index 1",
        ),
        Mistake(
            "the real part had not been turned back",
            _masked_real_part(_at_the_front),
            "turning the states of the real part round before they go into their row",
        ),
        Mistake(
            "the padding showed the last state of the backward run, where it has not begun",
            _masked_real_part(_repeating_the_last),
            "leaving zeros at the padding: reading from the end, the run has not begun there",
        ),
        Mistake(
            "the padding showed the last forward state",
            _masked_with(keep=True),
            "np.where(mask[:, t, None], h, 0) when you store a state, while h itself stays",
        ),
        Mistake(
            "the backward run began with the last forward state",
            _masked_with(carry=True),
            "starting both runs from zeros: the two networks know nothing of each other",
        ),
        Mistake(
            "the backward states came first",
            _masked_with(merge=lambda f, b: np.concatenate([b, f], axis=-1)),
            "np.concatenate([forward, backward], axis=-1), in this order",
        ),
        Mistake(
            "the states were added and not put side by side",
            _masked_with(merge=lambda f, b: f + b),
            "np.concatenate([forward, backward], axis=-1): units become 2*units",
        ),
        Mistake(
            "the states were joined along the time",
            _masked_with(merge=lambda f, b: np.concatenate([f, b], axis=1)),
            "axis=-1 in np.concatenate: the last axis holds the units",
        ),
        Mistake(
            "the two runs were returned as a pair",
            _masked_with(merge=lambda f, b: (f, b)),
            "np.concatenate([forward, backward], axis=-1): one array",
        ),
        *_weight_mistakes(_masked),
    ),
)


# -- 12b: a leak in a log ----------------------------------------------------------------------


def _look_ahead(x, y, tolerance=1e-6, measure=lambda steps, moved: steps.min() - moved.min()):
    """Return the largest look-ahead that a run proves; the options make wrong answers.

    `measure(steps, moved)`: what one run proves, given the steps whose inputs were changed and
    those whose outputs moved.
    """
    found = [0]
    for run in range(1, len(x)):
        steps = np.flatnonzero(np.abs(x[run] - x[0]).max(axis=-1))
        moved = np.flatnonzero(np.abs(y[run] - y[0]).max(axis=-1) > tolerance)
        if len(steps) and len(moved):
            found.append(measure(steps, moved))
    return int(max(found))


def _draw_log(
    rng, time, runs, ahead, changes=3, features=2, outputs=2, noise=2e-8, dtype="float64"
):
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


def _example_log(label, x, y):
    arrays = (np.array(values, dtype=float) for values in (x, y))
    arrays = (array.reshape(*array.shape[:2], -1) for array in arrays)  # one feature, if unsaid
    return Case(dict(zip("xy", arrays, strict=True)), label)


def _log_with(**options):
    return lambda x, y: _look_ahead(x, y, **options)


def _log_against_the_run_before(x, y):
    return max([_look_ahead(x[i : i + 2], y[i : i + 2]) for i in range(len(x) - 1)], default=0)


def _log_all_runs_together(x, y):
    steps = np.flatnonzero(np.abs(x - x[:1]).max(axis=(0, 2)))
    moved = np.flatnonzero(np.abs(y - y[:1]).max(axis=(0, 2)) > 1e-6)
    return int(max(0, steps.min() - moved.min())) if len(steps) and len(moved) else 0


def _to_the_nearest(steps, moved):
    earlier = moved[moved < steps.min()]
    return steps.min() - earlier.max() if len(earlier) else 0


LOG = Exercise(
    id="12b",
    title="a leak in a log",
    points=2,
    key="an exact count",
    results=(Result("ahead"),),
    answer=_look_ahead,
    examples=(
        _example_log("nothing looks ahead", [[0, 0, 0, 0], [0, 1, 0, 0]], [[0] * 4, [0, 1, 1, 1]]),
        _example_log("two steps ahead", [[0, 0, 0, 0], [0, 0, 0, 1]], [[0] * 4, [0, 1, 1, 1]]),
        _example_log(
            "two changes, which prove one step", [[0] * 4, [0, 1, 0, 1]], [[0] * 4, [1, 1, 1, 1]]
        ),
        _example_log(
            "three runs", [[0] * 4, [0, 0, 1, 0], [0, 0, 0, 1]], [[0] * 4, [0, 1, 0, 0], [1] * 4]
        ),
        _example_log(
            "two features and two outputs",
            [[[0, 0]] * 5, [[0, 0], [0, 0], [0, 0], [0, 1], [1, 0]]],
            [[[0, 0]] * 5, [[0, 1], [0, 0], [1, 0], [0, 0], [0, 0]]],
        ),
        _example_log("nothing moved", [[0] * 4, [0, 0, 1, 0]], [[5] * 4, [5] * 4]),
        _example_log("below the tolerance", [[0] * 4, [0, 0, 0, 1]], [[0] * 4, [5e-7, 0, 0, 1]]),
    ),
    draw=_draw_log,
    sizes=(
        ("", dict(time=12, runs=8, ahead=2)),
        ("", dict(time=12, runs=9, ahead=4, changes=1)),
        ("", dict(time=15, runs=9, ahead=3, features=3, outputs=1)),
        ("nothing looks ahead", dict(time=10, runs=7, ahead=0)),
        ("the original run alone", dict(time=6, runs=1, ahead=3)),
        ("a sequence of one", dict(time=1, runs=4, ahead=0)),
        ("float32", dict(time=14, runs=7, ahead=1, noise=0, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the last changed input counted and not the first",
            _log_with(measure=lambda steps, moved: steps.max() - moved.min()),
            "two changes at once: the earlier of them may have moved the output; it proves less",
        ),
        Mistake(
            "an output's own step counted as one step ahead",
            _log_with(measure=lambda steps, moved: steps.min() - moved.min() + 1),
            "an output that moves at the step of its input: the look-ahead is 0",
        ),
        Mistake(
            "the steps between input and output were counted, one too few",
            _log_with(measure=lambda steps, moved: steps.min() - moved.min() - 1),
            "an input at step 3 that moves an output at step 1: two steps ahead",
        ),
        Mistake(
            "the look-back were measured: the distance to the last output that moved",
            _log_with(measure=lambda steps, moved: moved.max() - steps.min()),
            "the sign: an output that moves after its input is memory and no leak",
        ),
        Mistake(
            "the distance counted in both directions",
            _log_with(measure=lambda steps, moved: np.abs(steps.min() - moved).max()),
            "looking only at the outputs that stand before the first changed input",
        ),
        Mistake(
            "the leaking outputs were counted and not their distance",
            _log_with(measure=lambda steps, moved: (moved < steps.min()).sum()),
            "an input at step 3 that moves only the output at step 0: three steps ahead",
        ),
        Mistake(
            "the nearest output that moved counted and not the earliest",
            _log_with(measure=_to_the_nearest),
            "the earliest output that moved: it is the farthest from the change",
        ),
        Mistake(
            "rounding counted as a move",
            _log_with(tolerance=0),
            "np.abs(y[run] - y[0]) > 1e-6",
        ),
        Mistake(
            "only the first changed run were looked at",
            lambda x, y: _look_ahead(x[:2], y[:2]),
            "a loop over all runs from 1 on, and the largest of what they prove",
        ),
        Mistake(
            "only the last run were looked at",
            lambda x, y: _look_ahead(x[[0, -1]], y[[0, -1]]),
            "keeping the largest value of all runs, and not that of the last turn",
        ),
        Mistake(
            "each run were compared with the run before it",
            _log_against_the_run_before,
            "x[run] - x[0]: run 0 is the original for all others",
        ),
        Mistake(
            "all runs were thrown together",
            _log_all_runs_together,
            "treating each run by itself: an output answers to the changes of its own run only",
        ),
        Mistake(
            "only the first output of each step were looked at",
            lambda x, y: _look_ahead(x, y[..., :1]),
            "the largest difference over the outputs: np.abs(...).max(axis=-1)",
        ),
        Mistake(
            "only the first feature of each step were looked at",
            lambda x, y: _look_ahead(x[..., :1], y),
            "the largest difference over the features: np.abs(x[run] - x[0]).max(axis=-1)",
        ),
        Mistake(
            "the answer were whether anything looks ahead",
            lambda x, y: _look_ahead(x, y) > 0,
            "the number of steps: how far before the first changed input the output stands",
        ),
    ),
)


# -- 12c: one vector from two readers ----------------------------------------------------------


def _answer_summary(x, lengths, W_x, W_h, b_h, merge_mode):
    layer = _make_both(W_x, W_h, b_h, return_sequences=False, merge_mode=merge_mode)
    mask = np.arange(x.shape[1]) < lengths[:, None]
    return np.array(layer(x, mask=mask))


def _draw_summary(rng, batch, time, features, units, merge_mode, dtype="float64"):
    x = draw_arrays(rng, dtype, x=(batch, time, features))
    lengths = rng.integers(1, time + 1, batch)
    lengths[0] = max(1, time - 2)
    weights = _draw_weights(rng, features, units, dtype)
    return x | dict(lengths=lengths) | weights | dict(merge_mode=merge_mode)


def _example_summary(label, merge_mode, lengths, **terms):
    nothing = numbers(x=[[[0], [0], [0]]], W_x=[[[0]]] * 2, W_h=[[[0]]] * 2, b_h=[[0]] * 2)
    x = numbers(**terms).get("x", nothing.pop("x"))
    arguments = dict(x=x, lengths=np.array(lengths)) | {
        k: nothing[k] for k in ("W_x", "W_h", "b_h")
    }
    return Case(arguments | numbers(**terms) | dict(merge_mode=merge_mode), label)


_MERGE = {
    "concat": lambda f, b: np.concatenate([f, b], axis=-1),
    "sum": lambda f, b: f + b,
    "mul": lambda f, b: f * b,
    "ave": lambda f, b: (f + b) / 2,
}


def _summary(
    x,
    lengths,
    W_x,
    W_h,
    b_h,
    merge_mode,
    forward=lambda s, n: s[n - 1],
    backward=lambda s, n: s[0],
    part=lambda row, n: row[:n],
    merge=_MERGE,
    carry=False,
):
    """Return one vector for each row; the options make wrong answers.

    `forward`, `backward`: choose from the states (time, units) of a run, in the order of the
    steps; `part(row, length)`: what the backward run reads; `merge`: a function for each mode.
    """
    ends = []
    for row, n in zip(x, lengths, strict=True):
        h_f = run_rnn(row[None], _start(row[None], b_h), W_x[0], W_h[0], b_h[0])[0]
        real = part(row, n)[None, ::-1]
        h_0 = h_f[None, n - 1] if carry else _start(real, b_h)
        h_b = run_rnn(real, h_0, W_x[1], W_h[1], b_h[1])[0, ::-1]
        ends.append((forward(h_f, n), backward(h_b, n)))
    f, b = (np.stack(states) for states in zip(*ends, strict=True))
    return merge[merge_mode](f, b)


def _summary_with(**options):
    return lambda **arguments: _summary(**arguments, **options)


def _always(mode):
    return dict.fromkeys(_MERGE, _MERGE[mode])


SUMMARY = Exercise(
    id="12c",
    title="one vector from two readers",
    points=2,
    key="keras.layers.Bidirectional with return_sequences=False",
    results=(Result("summary", ("batch", "width")),),
    answer=_answer_summary,
    examples=(
        _example_summary(
            "concat", "concat", [3], x=[[[1], [0], [0.5]]], W_x=[[[1]]] * 2, W_h=[[[1]]] * 2
        ),
        _example_summary(
            "concat, one step of padding",
            "concat",
            [2],
            x=[[[1], [0], [0.5]]],
            W_x=[[[1]]] * 2,
            W_h=[[[1]]] * 2,
        ),
        _example_summary("sum, only the bias", "sum", [1], b_h=[[1], [2]]),
        _example_summary("ave, only the bias", "ave", [1], b_h=[[1], [2]]),
        _example_summary("mul, only the bias", "mul", [1], b_h=[[1], [2]]),
    ),
    draw=_draw_summary,
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
    mistakes=(
        Mistake(
            "the backward state came from the last real step, where it has read one input",
            _summary_with(backward=lambda s, n: s[n - 1]),
            "the backward state at step 0: there it has read the whole sequence",
        ),
        Mistake(
            "the backward state came from the last step of the row",
            _summary_with(part=lambda row, n: row, backward=lambda s, n: s[-1]),
            "cutting the row at its length, and taking the backward state at step 0",
        ),
        Mistake(
            "the backward run began with the padding",
            _summary_with(part=lambda row, n: row),
            "cutting the row at its length before it is turned round: row[:length][::-1]",
        ),
        Mistake(
            "the forward run went on through the padding",
            _summary_with(forward=lambda s, n: s[-1]),
            "taking the forward state at step lengths - 1",
        ),
        Mistake(
            "the lengths were not used",
            _summary_with(forward=lambda s, n: s[-1], part=lambda row, n: row),
            "cutting each row at its length: x[i, : lengths[i]]",
        ),
        Mistake(
            "the forward state were the one of the step before",
            _summary_with(forward=lambda s, n: s[max(n - 2, 0)]),
            "the last real step of a row: its index is length - 1",
        ),
        Mistake(
            "the forward state were the one of the step after",
            _summary_with(forward=lambda s, n: s[min(n, len(s) - 1)]),
            "the last real step of a row: its index is length - 1",
        ),
        Mistake(
            "the forward state came from step 0",
            _summary_with(forward=lambda s, n: s[0]),
            "the forward state at the last real step: there it has read the whole sequence",
        ),
        Mistake(
            "the mean of the states were taken in place of the last ones",
            _summary_with(
                forward=lambda s, n: s[:n].mean(axis=0), backward=lambda s, n: s.mean(axis=0)
            ),
            "one state of each run: the one that has read everything",
        ),
        Mistake(
            "the second run read forwards too",
            _summary_with(part=lambda row, n: row[:n][::-1]),
            "turning the real part round: [::-1] along the time",
        ),
        Mistake(
            "every merge mode were concat",
            _summary_with(merge=_always("concat")),
            "a branch for each merge_mode: side by side, +, * and the mean",
        ),
        Mistake(
            "every merge mode but concat were a sum",
            _summary_with(merge=_always("sum") | dict(concat=_MERGE["concat"])),
            "a branch for each merge_mode: mul multiplies, ave halves the sum",
        ),
        Mistake(
            "ave were a sum, not halved",
            _summary_with(merge=_MERGE | dict(ave=_MERGE["sum"])),
            "(forward + backward) / 2",
        ),
        Mistake(
            "mul were a matrix product",
            _summary_with(merge=_MERGE | dict(mul=lambda f, b: f @ b.T)),
            "forward * backward: unit by unit",
        ),
        Mistake(
            "the backward state came first",
            _summary_with(merge=_MERGE | dict(concat=lambda f, b: _MERGE["concat"](b, f))),
            "np.concatenate([forward, backward], axis=-1), in this order",
        ),
        Mistake(
            "the backward run began with the last forward state",
            _summary_with(carry=True),
            "starting both runs from zeros: the two networks know nothing of each other",
        ),
        *_weight_mistakes(_summary),
    ),
)


# -- 12d: a look ahead of a few steps ----------------------------------------------------------


def _answer_ahead(x, W_x, W_h, b_h, ahead):
    layer, time = _make_both(W_x, W_h, b_h, return_sequences=True), x.shape[1]
    states = [np.array(layer(x[:, : min(t + ahead + 1, time)]))[:, t] for t in range(time)]
    return np.stack(states, axis=1)


def _draw_ahead(rng, batch, time, features, units, ahead, dtype="float64"):
    x = draw_arrays(rng, dtype, x=(batch, time, features))
    return x | _draw_weights(rng, features, units, dtype) | dict(ahead=ahead)


def _example_ahead(label, ahead, **terms):
    nothing = numbers(x=[[[0], [0], [0]]], W_x=[[[0]]] * 2, W_h=[[[0]]] * 2, b_h=[[0]] * 2)
    return Case(nothing | numbers(**terms) | dict(ahead=ahead), label)


def _ahead(
    x,
    W_x,
    W_h,
    b_h,
    ahead,
    stop=lambda t, ahead, time: min(t + ahead + 1, time),
    begin=lambda t, ahead: t,
    behind=None,
    turn=_turn,
    choose=lambda s: s[:, -1],
    pad_end=False,
    carry=False,
    order=1,
):
    """Run forwards over all, and backwards over a few steps; the options make wrong answers.

    `stop`, `begin`: the steps that the backward run reads for step t; `behind`: steps of past
    that the forward run reads, all of them if None; `choose`: from the backward states in the
    order in which they were made; `pad_end`: inputs of zeros follow the end; `carry`: a backward
    run begins with the state of the last one; `order`: -1 puts the backward states first.
    """
    time = x.shape[1]
    h_0 = _start(x, b_h)
    forward = run_rnn(x, h_0, W_x[0], W_h[0], b_h[0])
    if behind is not None:
        forward = np.stack(
            [
                run_rnn(x[:, max(0, t - behind(ahead)) : t + 1], h_0, W_x[0], W_h[0], b_h[0])[:, -1]
                for t in range(time)
            ],
            axis=1,
        )
    wide = np.concatenate([x, np.zeros_like(x[:, :1]).repeat(ahead, axis=1)], axis=1)
    backward, h = [], h_0
    for t in range(time):
        part = (
            wide[:, t : t + ahead + 1] if pad_end else x[:, begin(t, ahead) : stop(t, ahead, time)]
        )
        h = choose(run_rnn(turn(part), h if carry else h_0, W_x[1], W_h[1], b_h[1]))
        backward.append(h)
    return np.concatenate([forward, np.stack(backward, axis=1)][::order], axis=-1)


def _ahead_with(**options):
    return lambda **arguments: _ahead(**arguments, **options)


def _block_end(t, ahead, time):
    block = ahead + 1
    return min((t // block + 1) * block, time)


def _ahead_only_complete(x, W_x, W_h, b_h, ahead):
    states = _ahead(x, W_x, W_h, b_h, ahead)
    late = np.arange(x.shape[1]) + ahead >= x.shape[1]
    states[:, late, b_h.shape[1] :] = 0
    return states


AHEAD = Exercise(
    id="12d",
    title="a look ahead of a few steps",
    points=2,
    key="keras.layers.Bidirectional on cut sequences",
    results=(Result("states", ("batch", "time", "2*units")),),
    answer=_answer_ahead,
    examples=(
        _example_ahead(
            "no look ahead", 0, x=[[[0.5], [0], [1]]], W_x=[[[1]], [[2]]], W_h=[[[1]]] * 2
        ),
        _example_ahead(
            "one step ahead", 1, x=[[[0.5], [0], [1]]], W_x=[[[1]], [[2]]], W_h=[[[1]]] * 2
        ),
        _example_ahead(
            "farther than the end", 9, x=[[[0.5], [0], [1]]], W_x=[[[1]], [[2]]], W_h=[[[1]]] * 2
        ),
        _example_ahead("only the bias, one step ahead", 1, b_h=[[1], [2]], W_h=[[[1]]] * 2),
    ),
    draw=_draw_ahead,
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
    mistakes=(
        Mistake(
            "the backward run saw the whole future",
            _ahead_with(stop=lambda t, ahead, time: time),
            "x[:, t : t + ahead + 1]: the backward run begins ahead steps after t",
        ),
        Mistake(
            "it looked one step less ahead",
            _ahead_with(stop=lambda t, ahead, time: max(t + 1, min(t + ahead, time))),
            "x[:, t : t + ahead + 1]: a slice does not include its end",
        ),
        Mistake(
            "it looked one step too far ahead",
            _ahead_with(stop=lambda t, ahead, time: min(t + ahead + 2, time)),
            "ahead = 0: the backward run reads the input of step t and no other",
        ),
        Mistake(
            "the sequence were cut into blocks, and each step saw to the end of its block",
            _ahead_with(stop=_block_end),
            "a cut of its own for every step: each of them sees ahead steps of future",
        ),
        Mistake(
            "the few steps were read forwards",
            _ahead_with(turn=lambda part: part),
            "turning the part round before it is read: the farthest input comes first",
        ),
        Mistake(
            "the first state of the backward run were taken, which has read the farthest input",
            _ahead_with(choose=lambda s: s[:, 0]),
            "the last state in the order of reading: it belongs to step t",
        ),
        Mistake(
            "the backward run left out the input of step t",
            _ahead_with(
                begin=lambda t, ahead: t + 1 if ahead else t,
                stop=lambda t, ahead, time: max(min(t + ahead + 1, time), t + 1),
                choose=lambda s: s[:, -1] if s.shape[1] else np.zeros((len(s), s.shape[2])),
            ),
            "x[:, t : t + ahead + 1]: it begins with the input of step t itself",
        ),
        Mistake(
            "the backward run began at the first step of all",
            _ahead_with(begin=lambda t, ahead: 0),
            "x[:, t : t + ahead + 1]: what lies before t is for the forward run",
        ),
        Mistake(
            "the look ahead were a look back",
            _ahead_with(
                begin=lambda t, ahead: max(0, t - ahead), stop=lambda t, ahead, time: t + 1
            ),
            "x[:, t : t + ahead + 1]: later inputs have larger indices",
        ),
        Mistake(
            "zeros followed the end of the sequence and were read",
            _ahead_with(pad_end=True),
            "shorter parts near the end: even an input of zeros moves the state",
        ),
        Mistake(
            "the last steps, whose look ahead is cut short, got zeros",
            _ahead_only_complete,
            "a backward run for the last steps too, over the inputs that there are",
        ),
        Mistake(
            "a backward run began with the state of the one before",
            _ahead_with(carry=True),
            "starting every backward run from zeros",
        ),
        Mistake(
            "the forward run were cut short too",
            _ahead_with(behind=lambda ahead: ahead),
            "one forward run over the whole sequence: the past is no secret",
        ),
        Mistake(
            "the forward run began anew at every step",
            _ahead_with(behind=lambda ahead: 0),
            "one forward run over the whole sequence, with run_rnn",
        ),
        Mistake(
            "the backward states came first",
            _ahead_with(order=-1),
            "np.concatenate([forward, backward], axis=-1), in this order",
        ),
        *_weight_mistakes(_ahead),
    ),
)

EXERCISES = (MASKED, LOG, SUMMARY, AHEAD)
QUESTION = Question("12e", "live captions", points=2)
