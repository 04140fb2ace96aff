"""Exercises of lesson 08: gradients of the start, of chunks, with a mask, with output feedback."""

from course_utils.cells import rnn_step, softmax
from course_utils.checks.engine import Case, Exercise, Mistake, Question, Result
from course_utils.checks.parts import draw_arrays, load_keras, numbers

import numpy as np

# -- what all of them share --------------------------------------------------------------------


def _load_tensorflow():
    load_keras()  # it holds back TensorFlow's start-up lines
    from course_utils import training

    return training.tf


def _differentiate(loss, **arguments):
    """Return the gradients of `loss(tf, **tensors)` with respect to its arguments, as a tuple."""
    tf = _load_tensorflow()
    tensors = {name: tf.constant(value) for name, value in arguments.items()}
    with tf.GradientTape() as tape:
        tape.watch(tensors.values())
        total = loss(tf, **tensors)
    gradients = tape.gradient(total, list(tensors.values()), unconnected_gradients="zero")
    return tuple(gradient.numpy() for gradient in gradients)


def _step_loss(tf, h, W_o, b_o, y_t):
    """Return the cross-entropy of one step, one number for each sequence."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y_t, logits=h @ W_o + b_o)


def _draw_network(rng, batch, time, features, units, outputs, dtype):
    sizes = dict(x=(batch, time, features), h_0=(batch, units))
    weights = dict(W_x=(features, units), W_h=(units, units), b_h=units)
    drawn = draw_arrays(rng, dtype, **sizes, **weights, W_o=(units, outputs), b_o=outputs)
    y = rng.integers(0, outputs, (batch, time))
    return dict(x=drawn.pop("x"), y=y, h_0=drawn.pop("h_0"), **drawn)


def _small(**terms):
    """Return a network of one feature, one unit and two outputs over three steps, most of it 0."""
    x = numbers(x=[[[0.5], [-1], [1]]])["x"]
    rest = numbers(h_0=[[0]], W_x=[[1]], W_h=[[0]], b_h=[0], W_o=[[1, -1]], b_o=[0, 0])
    return dict(x=x, y=np.array([[0, 1, 1]])) | rest | numbers(**terms)


def _run(x, h_0, W_x, W_h, b_h):
    """Return the states, h_0 first, (batch, time + 1, units)."""
    states = [h_0]
    for t in range(x.shape[1]):
        states.append(rnn_step(x[:, t], states[-1], W_x, W_h, b_h))
    return np.stack(states, axis=1)


def _error(h, y, W_o, b_o, target=True, sign=1):
    """Return what (6) gives, the batch not yet divided by: (batch, time, outputs)."""
    p = softmax(h[:, 1:] @ W_o + b_o)
    return sign * (p - np.eye(len(b_o), dtype=p.dtype)[y] * target)


def _slope(h, t):
    return 1 - h[:, t] ** 2


def _slope_of_the_step_before(h, t):
    return 1 - h[:, t - 1] ** 2


def _no_slope(h, t):
    return 1.0


def _slope_of_tanh_twice(h, t):
    return 1 - np.tanh(h[:, t]) ** 2


def _walk(h, do, W_h, W_o, slope=_slope, back=np.transpose, cut=lambda t: False):
    """Return da, (batch, time, units); the switches make wrong answers.

    `slope(h, t)`; `back(W_h)` is what the error is multiplied with; where `cut(t)`, nothing comes
    from the future to step t.
    """
    da, from_future = np.zeros_like(h[:, 1:]), None
    for t in range(h.shape[1] - 1, 0, -1):
        dh = do[:, t - 1] @ W_o.T
        if from_future is not None and not cut(t):
            dh = dh + from_future
        da[:, t - 1] = dh * slope(h, t)
        from_future = da[:, t - 1] @ back(W_h)
    return da


def _only(keep):
    """Return a change of do that keeps the losses of some steps and drops the others."""

    def change(do):
        kept = np.zeros_like(do)
        kept[:, keep] = do[:, keep]
        return kept

    return change


def _with(function, **options):
    return lambda **arguments: function(**arguments, **options)


def _swapped(function):
    return lambda **arguments: function(**arguments)[::-1]


def _scaled(function, factor):
    """Return `function` with its results multiplied by `factor(x)`."""
    return lambda **arguments: tuple(
        np.asarray(value * factor(arguments["x"]), value.dtype) for value in function(**arguments)
    )


def _same(value):
    return value


_BATCH = "a batch of one, then the same sequence twice: the gradient of a mean stays as it is"
_TRANSPOSE = "nudging one entry of h_{t-1}: it reaches all units of step t, along a row of W_h"
_SLOPE = "equation (10): the error passes the tanh before it meets W_x or W_h"


# -- 08a: the inputs and the first state -------------------------------------------------------


def _answer_start(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    def loss(tf, h_0, x):
        h, total = h_0, 0.0
        for t in range(x.shape[1]):
            h = tf.tanh(x[:, t] @ W_x + h @ W_h + b_h)
            total += tf.reduce_mean(_step_loss(tf, h, W_o, b_o, y[:, t]))
        return total

    return _differentiate(loss, h_0=h_0, x=x)


def _draw_start(rng, batch, time, features, units, outputs, dtype="float64"):
    return _draw_network(rng, batch, time, features, units, outputs, dtype)


def _start(
    x, y, h_0, W_x, W_h, b_h, W_o, b_o, change=_same, at_start=None, at_inputs=None, **options
):
    error = {name: options.pop(name) for name in ("target", "sign") if name in options}
    h = _run(x, h_0, W_x, W_h, b_h)
    do = change(_error(h, y, W_o, b_o, **error) / len(x))
    da = _walk(h, do.astype(x.dtype), W_h, W_o, **options)
    dh_0 = da[:, 0] @ options.get("back", np.transpose)(W_h)
    if at_start is not None:
        dh_0 = at_start(da, dh_0, h)
    dx = da @ W_x.T
    return dh_0, dx if at_inputs is None else at_inputs(dx)


def _first_only(dx):
    kept = np.zeros_like(dx)
    kept[:, 0] = dx[:, 0]
    return kept


START = Exercise(
    id="08a",
    title="the first state and the inputs",
    points=2,
    key="tf.GradientTape",
    results=(
        Result("dh_0", ("batch", "units")),
        Result("dx", ("batch", "time", "features")),
    ),
    answer=_answer_start,
    examples=(
        Case(_small(), "nothing carried on, W_h zero"),
        Case(_small(W_h=[[0.5]], h_0=[[0.5]]), "one unit"),
        Case(_small(x=[[[0.5]]], W_h=[[2]]) | {"y": np.array([[1]])}, "a single step"),
        Case(_small(W_x=[[0]], W_h=[[1]], h_0=[[1]]), "no input, W_x zero"),
    ),
    draw=_draw_start,
    sizes=(
        ("", dict(batch=3, time=5, features=2, units=4, outputs=3)),
        ("", dict(batch=2, time=4, features=3, units=5, outputs=2)),
        ("as many features as units", dict(batch=3, time=4, features=3, units=3, outputs=3)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3, outputs=4)),
        ("a sequence of one", dict(batch=3, time=1, features=2, units=4, outputs=3)),
        ("float32", dict(batch=4, time=6, features=1, units=3, outputs=2, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the slope of tanh were left out",
            _with(_start, slope=_no_slope),
            _SLOPE,
        ),
        Mistake(
            "the slope of tanh were taken at the step before",
            _with(_start, slope=_slope_of_the_step_before),
            "equation (10): what passes the tanh of step t is multiplied by 1 - h_t ** 2",
        ),
        Mistake(
            "tanh were applied once more to the state: 1 - np.tanh(h_t) ** 2",
            _with(_start, slope=_slope_of_tanh_twice),
            "equation (10): h_t is already the tanh, so its slope is 1 - h_t ** 2",
        ),
        Mistake(
            "W_h were not transposed on the way back",
            _with(_start, back=_same),
            _TRANSPOSE,
        ),
        Mistake(
            "nothing came back from the future",
            _with(_start, cut=lambda t: True),
            "the two terms of equation (9): h_t also reaches all later losses",
        ),
        Mistake(
            "only the last step had a loss",
            _with(_start, change=_only(slice(-1, None))),
            "the two terms of equation (9): at every step they are added, none replaces the other",
        ),
        Mistake(
            "the losses were summed over the batch and not averaged",
            _scaled(_start, len),
            _BATCH,
        ),
        Mistake(
            "the losses were averaged over the steps as well",
            _scaled(_start, lambda x: 1 / x.shape[1]),
            "equation (5): a sum over the steps, a mean over the batch alone",
        ),
        Mistake(
            "the right class were not subtracted from the probabilities",
            _with(_start, target=False),
            "equation (6): p - y, with y as a one-hot row",
        ),
        Mistake(
            "the sign were reversed",
            _with(_start, sign=-1),
            "equation (6): p - y, what the network said minus what it should have said",
        ),
        Mistake(
            "dh_0 were the error before the product with W_h",
            _with(_start, at_start=lambda da, dh_0, h: da[:, 0]),
            "rule B for the product of h_0 with W_h: one more step with the transpose",
        ),
        Mistake(
            "dh_0 had been multiplied by a slope of tanh, as if h_0 came out of one",
            _with(_start, at_start=lambda da, dh_0, h: dh_0 * (1 - h[:, 0] ** 2)),
            "following h_0 forward: it is given, no tanh stands before it",
        ),
        Mistake(
            "dh_0 were the gradient of h_1",
            _with(_start, at_start=lambda da, dh_0, h: da[:, 0] / (1 - h[:, 1] ** 2)),
            "one more step: from h_1 through its tanh and through W_h to h_0",
        ),
        Mistake(
            "dx had its steps in reverse order",
            _with(_start, at_inputs=lambda dx: dx[:, ::-1]),
            "the order in which your loop stores: it meets the last step first",
        ),
        Mistake(
            "dx were filled at the first step only",
            _with(_start, at_inputs=_first_only),
            "storing into dx[:, t] inside the loop, at every step",
        ),
        Mistake(
            "dx were summed over the batch",
            _with(_start, at_inputs=lambda dx: dx.sum(axis=0)),
            "the shape of x: each sequence has inputs of its own, so nothing is summed",
        ),
        Mistake(
            "the two results were returned in the other order",
            _swapped(_start),
            "ending with: return dh_0, dx",
        ),
    ),
)


# -- 08b: chunks with the gradient cut between them --------------------------------------------


def _answer_chunks(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    def loss(tf, W_h, b_h):
        h, total = tf.constant(h_0), 0.0
        for t in range(x.shape[1]):
            if t % length == 0:
                h = tf.stop_gradient(h)
            h = tf.tanh(x[:, t] @ W_x + h @ W_h + b_h)
            total += tf.reduce_mean(_step_loss(tf, h, W_o, b_o, y[:, t]))
        return total

    return _differentiate(loss, W_h=W_h, b_h=b_h)


def _draw_chunks(rng, batch, time, features, units, outputs, length, dtype="float64"):
    return _draw_network(rng, batch, time, features, units, outputs, dtype) | {"length": length}


def _collect(h_prev, da):
    """Return the sums of (12) and (13)."""
    return np.einsum("bti,btj->ij", h_prev, da), da.sum(axis=(0, 1))


def _chunks(
    x,
    y,
    h_0,
    W_x,
    W_h,
    b_h,
    W_o,
    b_o,
    length,
    run=_run,
    cut=lambda t, length, time: t % length == 0,
    change=lambda do, length: do,
    weigh=lambda h_prev, da, length: (h_prev, da),
    **options,
):
    """Cut after step t where `cut(t, length, time)`, t counted from 1; switches as in `_walk`."""
    time = x.shape[1]
    h = run(x, h_0, W_x, W_h, b_h)
    do = change(_error(h, y, W_o, b_o) / len(x), length).astype(x.dtype)
    da = _walk(h, do, W_h, W_o, cut=lambda t: cut(t, length, time), **options)
    return _collect(*weigh(h[:, :-1], da, length))


def _starting_anew(start):
    """Return a mistake that gives every chunk a state of its own to begin with."""

    def gradient(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
        sums = []
        for begin in range(0, x.shape[1], length):
            part = slice(begin, begin + length)
            first = h_0 if begin == 0 else start(h_0)
            arguments = dict(W_x=W_x, W_h=W_h, b_h=b_h, W_o=W_o, b_o=b_o, length=length)
            sums.append(_chunks(x[:, part], y[:, part], first, **arguments))
        return tuple(sum(parts) for parts in zip(*sums, strict=True))

    return gradient


def _sliding(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    h = _run(x, h_0, W_x, W_h, b_h)
    do = _error(h, y, W_o, b_o) / len(x)
    da = np.zeros_like(h[:, 1:])
    for s in range(x.shape[1]):
        only_s = _walk(h, _only(slice(s, s + 1))(do).astype(x.dtype), W_h, W_o)
        first = max(0, s - length + 1)
        da[:, first : s + 1] += only_s[:, first : s + 1]
    return _collect(h[:, :-1], da)


def _from_step(begin):
    """Return a `weigh` that drops what happened before a step."""

    def weigh(h_prev, da, length):
        time = da.shape[1]
        return h_prev[:, begin(time, length) :], da[:, begin(time, length) :]

    return weigh


def _zero_before_chunks(h_prev, da, length):
    h_prev = h_prev.copy()
    h_prev[:, length::length] = 0
    return h_prev, da


def _ends_of_chunks(do, length):
    kept = np.zeros_like(do)
    kept[:, length - 1 :: length] = do[:, length - 1 :: length]
    kept[:, -1] = do[:, -1]
    return kept


def _without_the_short_chunk(**arguments):
    whole = arguments["x"].shape[1] // arguments["length"] * arguments["length"]
    if whole == 0:
        return np.zeros_like(arguments["W_h"]), np.zeros_like(arguments["b_h"])
    parts = {name: arguments[name][:, :whole] for name in ("x", "y")}
    return _chunks(**arguments | parts)


CHUNKS = Exercise(
    id="08b",
    title="chunks, with the gradient cut between them",
    points=2,
    key="tf.GradientTape and tf.stop_gradient",
    results=(Result("dW_h", ("units", "units")), Result("db_h", ("units",))),
    answer=_answer_chunks,
    examples=(
        Case(_small(h_0=[[0.5]], length=3), "one chunk, W_h zero"),
        Case(_small(h_0=[[0.5]], W_h=[[0.5]], length=3), "one chunk"),
        Case(_small(h_0=[[0.5]], W_h=[[0.5]], length=1), "chunks of one step"),
        Case(_small(W_h=[[0.5]], length=2), "a last chunk of one step"),
        Case(_small(W_h=[[0.5]], length=9), "one chunk longer than all"),
    ),
    draw=_draw_chunks,
    sizes=(
        ("", dict(batch=3, time=7, features=2, units=4, outputs=3, length=3)),
        ("", dict(batch=2, time=8, features=3, units=5, outputs=2, length=3)),
        (
            "chunks that divide evenly",
            dict(batch=3, time=6, features=2, units=4, outputs=3, length=2),
        ),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3, outputs=3, length=2)),
        ("a sequence of one", dict(batch=3, time=1, features=2, units=4, outputs=3, length=2)),
        (
            "float32",
            dict(batch=4, time=9, features=1, units=3, outputs=2, length=4, dtype="float32"),
        ),
    ),
    mistakes=(
        Mistake(
            "the gradient were not cut at all",
            _with(_chunks, cut=lambda t, length, time: False),
            "setting from_future to zero where the walk back enters another chunk",
        ),
        Mistake(
            "the gradient were cut after every step",
            _with(_chunks, cut=lambda t, length, time: True),
            "the walk inside a chunk: there (9) has both of its terms",
        ),
        Mistake(
            "the gradient were cut one step too early",
            _with(_chunks, cut=lambda t, length, time: t % length == length - 1),
            "printing t where you cut: steps are counted from 1 in h and from 0 in x",
        ),
        Mistake(
            "the gradient were cut one step too late",
            _with(_chunks, cut=lambda t, length, time: t % length == 1 % length),
            "printing t where you cut: steps are counted from 1 in h and from 0 in x",
        ),
        Mistake(
            "the chunks were counted from the end, the short one first",
            _with(_chunks, cut=lambda t, length, time: (time - t) % length == 0),
            "range(0, time, length): the chunks are those of the way forward",
        ),
        Mistake(
            "each loss had a window of its own that reaches back over the border",
            _sliding,
            "the table in the exercise: a chunk's losses never look into the chunk before",
        ),
        Mistake(
            "every chunk began with a state of zeros",
            _starting_anew(np.zeros_like),
            "the way forward: only the gradient is cut, the state is carried on",
        ),
        Mistake(
            "every chunk began with h_0",
            _starting_anew(_same),
            "the way forward: a chunk begins with the last state of the one before",
        ),
        Mistake(
            "the carried state were left out of dW_h",
            _with(_chunks, weigh=_zero_before_chunks),
            "equation (12) at the first step of a chunk: W_h is used there, with the carried state",
        ),
        Mistake(
            "only the last chunk had been counted",
            _with(_chunks, weigh=_from_step(lambda time, length: (time - 1) // length * length)),
            "+= in place of =: the chunks' gradients are added",
        ),
        Mistake(
            "dW_h and db_h held one step only, the first",
            _with(_chunks, weigh=lambda h_prev, da, length: (h_prev[:, :1], da[:, :1])),
            "+= in place of =: each step adds its part",
        ),
        Mistake(
            "the last, shorter chunk were dropped",
            _without_the_short_chunk,
            "list(range(0, 7, 3)): a chunk begins at each of these, also at 6",
        ),
        Mistake(
            "only the last step of each chunk had a loss",
            _with(_chunks, change=_ends_of_chunks),
            "the two terms of equation (9): at every step they are added, none replaces the other",
        ),
        Mistake(
            "only the last step of all had a loss",
            _with(_chunks, change=lambda do, length: _only(slice(-1, None))(do)),
            "the first term of equation (9): it is there at every step",
        ),
        Mistake(
            "dW_h had been made with h_t and not with h_{t-1}",
            lambda **arguments: _chunks(
                **arguments,
                weigh=lambda h_prev, da, length: (
                    _run(*(arguments[n] for n in ("x", "h_0", "W_x", "W_h", "b_h")))[:, 1:],
                    da,
                ),
            ),
            "equation (12): W_h met the state of the step before",
        ),
        Mistake(
            "the slope of tanh were left out",
            _with(_chunks, slope=_no_slope),
            _SLOPE,
        ),
        Mistake(
            "W_h were not transposed on the way back",
            _with(_chunks, back=_same),
            _TRANSPOSE,
        ),
        Mistake(
            "the losses were summed over the batch and not averaged",
            _scaled(_chunks, len),
            _BATCH,
        ),
        Mistake(
            "the two results were returned in the other order",
            _swapped(_chunks),
            "ending with: return dW_h, db_h",
        ),
    ),
)


# -- 08c: padding ------------------------------------------------------------------------------


def _answer_masked(x, y, mask, W_x, W_h, b_h, W_o, b_o):
    def loss(tf, W_h, W_o):
        h, total = tf.zeros((len(x), len(b_h)), x.dtype), 0.0
        for t in range(x.shape[1]):
            new = tf.tanh(x[:, t] @ W_x + h @ W_h + b_h)
            h = tf.where(mask[:, t, None], new, h)
            losses = _step_loss(tf, h, W_o, b_o, y[:, t])
            total += tf.reduce_sum(tf.where(mask[:, t], losses, tf.zeros_like(losses)))
        return total / mask.sum().astype(x.dtype)

    return _differentiate(loss, W_h=W_h, W_o=W_o)


def _draw_masked(rng, batch, time, features, units, outputs, dtype="float64"):
    drawn = _draw_network(rng, batch, time, features, units, outputs, dtype)
    del drawn["h_0"]
    # The first sequence is cut at the end, the second at the beginning, others have holes.
    mask = rng.random((batch, time)) < 0.6
    steps = np.arange(time)
    mask[0] = steps < (time + 1) // 2
    if batch > 1:
        mask[1] = steps >= time // 2
    mask[np.arange(batch), rng.integers(0, time, batch)] = True  # something to take a mean of
    return dict(x=drawn.pop("x"), y=drawn.pop("y"), mask=mask, **drawn)


def _small_masked(mask, **terms):
    small = _small(**terms)
    del small["h_0"]
    return dict(x=small.pop("x"), y=small.pop("y"), mask=np.array([mask]), **small)


def _masked(
    x,
    y,
    mask,
    W_x,
    W_h,
    b_h,
    W_o,
    b_o,
    moves=None,
    counts=None,
    walks=None,
    passes=True,
    divide=lambda mask: mask.sum(),
    slope=_slope,
    back=np.transpose,
    shift=0,
    shift_out=0,
    reset=False,
    first_only=False,
):
    """Return dW_h and dW_o; the switches make wrong answers.

    `moves`, `counts`, `walks`: masks of the states, the losses, the way back; `passes`: whether
    the error goes on unchanged over a masked step; `divide(mask)`: what the losses are divided
    by; `shift`, `shift_out`: how many steps too late the states of (12) and (7) are.
    """
    moves, counts, walks = (mask if other is None else other for other in (moves, counts, walks))
    states = [np.zeros((len(x), len(b_h)), x.dtype)]
    for t in range(x.shape[1]):
        new = rnn_step(x[:, t], states[-1], W_x, W_h, b_h)
        states.append(np.where(moves[:, t, None], new, 0 if reset else states[-1]))
    h = np.stack(states, axis=1)
    do = _error(h, y, W_o, b_o) * counts[..., None] / np.reshape(divide(mask), (-1, 1, 1))
    do = do.astype(x.dtype)
    da, from_future = np.zeros_like(h[:, 1:]), np.zeros_like(h[:, 0])
    for t in range(x.shape[1], 0, -1):
        real = walks[:, t - 1, None]
        dh = do[:, t - 1] @ W_o.T + from_future
        da[:, t - 1] = np.where(real, dh * slope(h, t), 0)
        from_future = np.where(real, da[:, t - 1] @ back(W_h), dh if passes else 0)
    time = 1 if first_only else x.shape[1]
    h_prev = h[:, shift : shift + time]
    h_out = h[:, 1 + shift_out : 1 + shift_out + x.shape[1]]
    return np.einsum("bti,btj->ij", h_prev, da[:, :time]), np.einsum("bti,btj->ij", h_out, do)


def _masked_by(*names, change):
    """Return the run with some of its masks changed."""

    def run(mask, **arguments):
        changed = np.broadcast_to(change(mask), mask.shape)
        return _masked(mask=mask, **arguments, **dict.fromkeys(names, changed))

    return run


MASKED = Exercise(
    id="08c",
    title="a gradient with padding",
    points=2,
    key="tf.GradientTape",
    results=(Result("dW_h", ("units", "units")), Result("dW_o", ("units", "outputs"))),
    answer=_answer_masked,
    examples=(
        Case(_small_masked([True] * 3, W_h=[[0.5]]), "nothing masked"),
        Case(_small_masked([True, True, False], W_h=[[0.5]]), "the last step masked"),
        Case(_small_masked([True, False, True], W_h=[[0.5]]), "a hole in the middle"),
        Case(
            _small_masked([True, True, False, True], x=[[[0.5], [-1], [1], [1]]], W_h=[[0.5]])
            | {"y": np.array([[0, 1, 1, 0]])},
            "a hole after two real steps",
        ),
        Case(_small_masked([False, True, True], W_h=[[0.5]]), "the first step masked"),
    ),
    draw=_draw_masked,
    sizes=(
        ("", dict(batch=3, time=6, features=2, units=4, outputs=3)),
        ("", dict(batch=4, time=5, features=3, units=3, outputs=2)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3, outputs=3)),
        ("a sequence of one", dict(batch=3, time=1, features=2, units=4, outputs=3)),
        ("float32", dict(batch=5, time=6, features=1, units=3, outputs=2, dtype="float32")),
        ("", dict(batch=3, time=8, features=2, units=3, outputs=4)),
    ),
    mistakes=(
        Mistake(
            "the mask were not used",
            _with(
                _masked_by("moves", "counts", "walks", change=np.ones_like),
                divide=lambda mask: mask.size,
            ),
            "following one padded step: it moves no state, has no loss, and is not counted",
        ),
        Mistake(
            "the mask were read the wrong way round",
            _with(
                _masked_by("moves", "counts", "walks", change=np.logical_not),
                divide=lambda mask: max((~mask).sum(), 1),
            ),
            "reading the mask aloud: True is a real step, False is padding",
        ),
        Mistake(
            "padding moved the state, and only its loss were left out",
            _masked_by("moves", "walks", change=np.ones_like),
            "np.where(mask[:, t, None], new, h) on the way forward, as in lesson 02",
        ),
        Mistake(
            "padded steps had a loss",
            _masked_by("counts", change=np.ones_like),
            "multiplying do by the mask: a padded step has no loss",
        ),
        Mistake(
            "the error were lost at padded steps",
            _with(_masked, passes=False),
            "h_t = h_{t-1} at a padded step: what comes back for h_t goes on to h_{t-1} unchanged",
        ),
        Mistake(
            "the way back treated padded steps as real ones",
            _masked_by("walks", change=np.ones_like),
            "h_t = h_{t-1} at a padded step: no tanh and no W_h stand between the two",
        ),
        Mistake(
            "a padded step reset the state to zero",
            _with(_masked, reset=True),
            "keeping the old state where the mask is False: np.where(real, new, h)",
        ),
        Mistake(
            "the losses were divided by all steps, padding included",
            _with(_masked, divide=lambda mask: mask.size),
            "mask.sum(): the mean is taken over the real steps",
        ),
        Mistake(
            "the losses were divided by the number of sequences",
            _with(_masked, divide=len),
            "mask.sum(): the mean is taken over the real steps",
        ),
        Mistake(
            "each sequence had a mean of its own",
            _with(_masked, divide=lambda mask: mask.sum(axis=1) * len(mask)),
            "mask.sum(): one mean over all real steps, so that long sequences count for more",
        ),
        Mistake(
            "the losses were not divided at all",
            _with(_masked, divide=lambda mask: 1),
            "mask.sum(): the mean is taken over the real steps",
        ),
        Mistake(
            "the slope of tanh were left out",
            _with(_masked, slope=_no_slope),
            _SLOPE,
        ),
        Mistake(
            "the slope of tanh were taken at the step before",
            _with(_masked, slope=_slope_of_the_step_before),
            "equation (10): what passes the tanh of step t is multiplied by 1 - h_t ** 2",
        ),
        Mistake(
            "W_h were not transposed on the way back",
            _with(_masked, back=_same),
            _TRANSPOSE,
        ),
        Mistake(
            "dW_h had been made with h_t and not with h_{t-1}",
            _with(_masked, shift=1),
            "equation (12): W_h met the state of the step before",
        ),
        Mistake(
            "dW_o had been made with h_{t-1} and not with h_t",
            _with(_masked, shift_out=-1),
            "equation (7): W_o met the state of the same step",
        ),
        Mistake(
            "dW_h held the first step only",
            _with(_masked, first_only=True),
            "+= in place of =: each step adds its part",
        ),
        Mistake(
            "the two results were returned in the other order",
            _swapped(_masked),
            "ending with: return dW_h, dW_o",
        ),
    ),
)


# -- 08d: a network that hears its own output --------------------------------------------------


def _answer_feedback(x, y, W_x, W_f, b_h, W_o, b_o):
    def loss(tf, W_f, W_o):
        o, total = tf.zeros((len(x), len(b_o)), x.dtype), 0.0
        for t in range(x.shape[1]):
            h = tf.tanh(x[:, t] @ W_x + o @ W_f + b_h)
            o = h @ W_o + b_o
            total += tf.reduce_mean(tf.reduce_sum((o - y[:, t]) ** 2, axis=1) / 2)
        return total

    return _differentiate(loss, W_f=W_f, W_o=W_o)


def _draw_feedback(rng, batch, time, features, units, outputs, dtype="float64"):
    sizes = dict(x=(batch, time, features), y=(batch, time, outputs))
    weights = dict(W_x=(features, units), W_f=(outputs, units), b_h=units)
    return draw_arrays(rng, dtype, **sizes, **weights, W_o=(units, outputs), b_o=outputs)


def _example_feedback(label, **terms):
    x, y = [[[0.5], [-1], [1]]], [[[0], [0.5], [1]]]
    rest = dict(W_x=[[1]], W_f=[[0]], b_h=[0], W_o=[[1]], b_o=[0])
    return Case(numbers(**dict(x=x, y=y) | rest | terms), label)


def _feedback(
    x,
    y,
    W_x,
    W_f,
    b_h,
    W_o,
    b_o,
    heard=lambda o, y, t: o[:, t],
    error=lambda o, y: (o - y) / len(o),
    change=_same,
    slope=_slope,
    hears_back=True,
    own_loss=False,
    too_late=0,
    too_early=0,
    first_only=False,
):
    """Return dW_f and dW_o; the switches make wrong answers.

    `heard(o, y, t)`: what step t + 1 hears, o with o_0 first; `own_loss`: dW_o is made without
    what comes from the future; `too_late`: by how many steps the outputs of dW_f are.
    """
    batch, time = x.shape[:2]
    o = np.zeros((batch, time + 1, len(b_o)), x.dtype)
    h = np.zeros((batch, time + 1, len(b_h)), x.dtype)
    for t in range(time):
        h[:, t + 1] = rnn_step(x[:, t], heard(o, y, t), W_x, W_f, b_h)
        o[:, t + 1] = h[:, t + 1] @ W_o + b_o
    from_losses = change(error(o[:, 1:], y)).astype(x.dtype)
    do, da, from_future = from_losses.copy(), np.zeros_like(h[:, 1:]), None
    for t in range(time, 0, -1):
        if from_future is not None and hears_back:
            do[:, t - 1] += from_future
        da[:, t - 1] = do[:, t - 1] @ W_o.T * slope(h, t)
        from_future = da[:, t - 1] @ W_f.T
    steps = 1 if first_only else time
    before = np.stack([heard(o, y, t) for t in range(time)], axis=1)
    before = o[:, 1:] if too_late else before
    met = h[:, :-1] if too_early else h[:, 1:]
    dW_f = np.einsum("btk,btj->kj", before[:, :steps], da[:, :steps])
    dW_o = np.einsum("bti,btk->ik", met[:, :steps], (from_losses if own_loss else do)[:, :steps])
    return dW_f, dW_o


FEEDBACK = Exercise(
    id="08d",
    title="a network that hears its own output",
    points=2,
    key="tf.GradientTape",
    results=(Result("dW_f", ("outputs", "units")), Result("dW_o", ("units", "outputs"))),
    answer=_answer_feedback,
    examples=(
        _example_feedback("nothing fed back, W_f zero"),
        _example_feedback("one unit", W_f=[[0.5]]),
        _example_feedback("a single step", x=[[[0.5]]], y=[[[1]]], W_f=[[0.5]]),
        _example_feedback("two steps", x=[[[0.5], [0]]], y=[[[0], [1]]], W_f=[[1]]),
    ),
    draw=_draw_feedback,
    sizes=(
        ("", dict(batch=3, time=5, features=2, units=4, outputs=3)),
        ("", dict(batch=2, time=4, features=3, units=3, outputs=2)),
        ("as many outputs as units", dict(batch=3, time=4, features=2, units=3, outputs=3)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=4, outputs=3)),
        ("a sequence of one", dict(batch=3, time=1, features=2, units=4, outputs=3)),
        ("float32", dict(batch=4, time=6, features=1, units=3, outputs=1, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "nothing came back through the feedback",
            _with(_feedback, hears_back=False),
            "counting the arrows that leave o_t: one to its loss, one to the next step",
        ),
        Mistake(
            "dW_o had been made with each step's own loss only",
            _with(_feedback, own_loss=True),
            "using the whole do_t for dW_o, with what came back through the feedback",
        ),
        Mistake(
            "dW_f had been made with o_t and not with o_{t-1}",
            _with(_feedback, too_late=1),
            "the way forward: W_f met the output of the step before",
        ),
        Mistake(
            "dW_o had been made with h_{t-1} and not with h_t",
            _with(_feedback, too_early=1),
            "the way forward: W_o met the state of the same step",
        ),
        Mistake(
            "the right answer were fed back and not the output",
            _with(_feedback, heard=lambda o, y, t: y[:, t - 1] if t else o[:, 0]),
            "the way forward: this network hears its own o_{t-1}",
        ),
        Mistake(
            "the output passed a tanh before it was fed back",
            _with(_feedback, heard=lambda o, y, t: np.tanh(o[:, t])),
            "the way forward: o_{t-1} goes into W_f as it is",
        ),
        Mistake(
            "the slope of tanh were left out",
            _with(_feedback, slope=_no_slope),
            "the way forward: o_t is made of h_t, and a tanh stands before h_t",
        ),
        Mistake(
            "the slope of tanh were taken at the step before",
            _with(_feedback, slope=_slope_of_the_step_before),
            "equation (10): what passes the tanh of step t is multiplied by 1 - h_t ** 2",
        ),
        Mistake(
            "the error had a factor of 2",
            _with(_feedback, error=lambda o, y: 2 * (o - y) / len(o)),
            "the half in the loss: the slope of (o - y) ** 2 / 2 is o - y",
        ),
        Mistake(
            "the sign were reversed",
            _with(_feedback, error=lambda o, y: (y - o) / len(o)),
            "the slope of (o - y) ** 2 / 2 with respect to o: it is o - y",
        ),
        Mistake(
            "there were a softmax on the outputs",
            _with(_feedback, error=lambda o, y: (softmax(o) - y) / len(o)),
            "the loss of this exercise: half the squared difference, no softmax",
        ),
        Mistake(
            "the losses were summed over the batch and not averaged",
            _scaled(_feedback, len),
            _BATCH,
        ),
        Mistake(
            "the losses were averaged over the steps as well",
            _scaled(_feedback, lambda x: 1 / x.shape[1]),
            "the loss of this exercise: a sum over the steps, a mean over the batch alone",
        ),
        Mistake(
            "only the last step had a loss",
            _with(_feedback, change=_only(slice(-1, None))),
            "the two terms of do_t: at every step they are added, none replaces the other",
        ),
        Mistake(
            "dW_f and dW_o held the first step only",
            _with(_feedback, first_only=True),
            "+= in place of =: each step adds its part",
        ),
        Mistake(
            "the two results were returned in the other order",
            _swapped(_feedback),
            "ending with: return dW_f, dW_o",
        ),
    ),
)

EXERCISES = (START, CHUNKS, MASKED, FEEDBACK)
QUESTION = Question("08e", "a recording that does not fit", points=2)
