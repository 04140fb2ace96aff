"""Checks of lesson 08: gradients of the start, of chunks, with a mask, with output feedback."""

from course_tools.bank import draw_arrays, exercise, load_keras

import numpy as np


def differentiate(loss, **arguments):
    """Return the gradients of `loss(tf, **tensors)` with respect to its arguments, as a tuple."""
    load_keras()  # quietly, before TensorFlow
    import tensorflow as tf

    tensors = {name: tf.constant(value) for name, value in arguments.items()}
    with tf.GradientTape() as tape:
        tape.watch(tensors.values())
        total = loss(tf, **tensors)
    gradients = tape.gradient(total, list(tensors.values()), unconnected_gradients="zero")
    return tuple(gradient.numpy() for gradient in gradients)


def step_loss(tf, h, W_o, b_o, y_t):
    """Return the cross-entropy of one step, one number for each sequence."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y_t, logits=h @ W_o + b_o)


def draw_network(rng, batch, time, features, units, outputs, dtype="float64", **options):
    shapes = dict(x=(batch, time, features), h_0=(batch, units), W_x=(features, units))
    shapes |= dict(W_h=(units, units), b_h=units, W_o=(units, outputs), b_o=outputs)
    y = rng.integers(0, outputs, (batch, time))
    return draw_arrays(rng, dtype, **shapes) | dict(y=y) | options


def small(y=(0, 1, 1), **terms):
    """Return a network of one feature, one unit and two outputs over three steps, most of it 0."""
    x, weights = (
        [[[0.5], [-1], [1]]],
        dict(W_x=[[1]], W_h=[[0]], b_h=[0], W_o=[[1, -1]], b_o=[0, 0]),
    )
    arrays = dict(x=x) | weights | terms
    return {n: np.array(a, float) for n, a in arrays.items()} | dict(y=np.array([y]))


def start(x, y, h_0, W_x, W_h, b_h, W_o, b_o):
    def loss(tf, h_0, x):
        h, total = h_0, 0.0
        for t in range(x.shape[1]):
            h = tf.tanh(x[:, t] @ W_x + h @ W_h + b_h)
            total += tf.reduce_mean(step_loss(tf, h, W_o, b_o, y[:, t]))
        return total

    return differentiate(loss, h_0=h_0, x=x)


START = exercise(
    "08a",
    key="tf.GradientTape",
    answer=start,
    returns="dh_0 (batch, units)\ndx (batch, time, features)",
    examples={
        "nothing carried on, W_h zero": small(),
        "one unit": small(W_h=[[0.5]], h_0=[[0.5]]),
        "a single step": small(x=[[[0.5]]], y=[1], W_h=[[2]]),
        "no input, W_x zero": small(W_x=[[0]], W_h=[[1]], h_0=[[1]]),
        "large output weights": small(W_h=[[0.5]], W_o=[[-40, 40]], h_0=[[0.5]]),
    },
    draw=draw_network,
    sizes=(
        ("", dict(batch=3, time=5, features=2, units=4, outputs=3)),
        ("", dict(batch=2, time=4, features=3, units=5, outputs=2)),
        ("as many features as units", dict(batch=3, time=4, features=3, units=3, outputs=3)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3, outputs=4)),
        ("a sequence of one", dict(batch=3, time=1, features=2, units=4, outputs=3)),
        ("float32", dict(batch=4, time=6, features=1, units=3, outputs=2, dtype="float32")),
    ),
    mistakes="""
        the slope of tanh is missing | dh_t * (1 - h[:, t] ** 2) -> dh_t
            rereading equation (10): the error passes the tanh before it meets W_x or W_h
        the slope of tanh is taken at the step before | h[:, t] ** 2 -> h[:, t - 1] ** 2
            rereading equation (10): what passes the tanh of step t is multiplied by 1 - h_t ** 2
        tanh is applied once more to the state: 1 - np.tanh(h_t) ** 2
            | h[:, t] ** 2 -> np.tanh(h[:, t]) ** 2
            rereading equation (10): h_t is already the tanh, so its slope is 1 - h_t ** 2
        W_h is not transposed on the way back | W_h.T -> W_h
            nudging one entry of h_{t-1}: it reaches all units of step t, along a row of W_h
        nothing comes back from the future | + from_future ->
            counting the two terms of equation (9): h_t also reaches all later losses
        only the last step has a loss | do[:, t - 1] @ -> (t == x.shape[1]) * do[:, t - 1] @
            counting the two terms of equation (9): they are added at every step, none is replaced
        the losses are summed over the batch, not averaged
            | output_error(p, y) -> output_error(p, y) * len(x)
            trying one sequence, then the same one twice: the gradient of a mean does not change
        the losses are averaged over the steps as well
            | output_error(p, y) -> output_error(p, y) / x.shape[1]
            rereading equation (5): a sum over the steps, a mean over the batch alone
        the right class is not subtracted from the probabilities | output_error(p, y) -> p / len(x)
            rereading equation (6): p - y, with y as a one-hot row
        the sign is flipped | output_error(p, y) -> -output_error(p, y)
            rereading equation (6): p - y, what the network said minus what it should have said
        dh_0 is the error before the product with W_h | return from_future -> return da_t
            using rule B for the product of h_0 with W_h: one more step with the transpose
        dh_0 is multiplied by a slope of tanh, as if h_0 came out of one
            | return from_future -> return from_future * (1 - h_0**2)
            following h_0 forward: it is given, with no tanh before it
        dh_0 is the gradient of h_1 | return from_future -> return dh_t
            going one more step: from h_1 through its tanh and through W_h to h_0
        dx has its steps in reverse order | dx[:, t - 1] -> dx[:, -t]
            printing t where your loop stores: it meets the last step first
        dx is filled at the first step only | dx[:, t - 1] -> dx[:, 0]
            storing into dx[:, t] inside the loop, at every step
        dx is summed over the batch | return: (result[0], result[1].sum(axis=0))
            checking the shape of x: each sequence has its own inputs, so nothing is summed
    """,
)


def chunks(x, y, h_0, W_x, W_h, b_h, W_o, b_o, length):
    def loss(tf, W_h, b_h):
        h, total = tf.constant(h_0), 0.0
        for t in range(x.shape[1]):
            if t % length == 0:
                h = tf.stop_gradient(h)
            h = tf.tanh(x[:, t] @ W_x + h @ W_h + b_h)
            total += tf.reduce_mean(step_loss(tf, h, W_o, b_o, y[:, t]))
        return total

    return differentiate(loss, W_h=W_h, b_h=b_h)


def starting_anew(right, given, state):
    """Return the gradients that `right` gives if each chunk but the first begins with `state`."""
    gradients = []
    for begin in range(0, given["x"].shape[1], given["length"]):
        part = {name: given[name][:, begin : begin + given["length"]] for name in ("x", "y")}
        part["h_0"] = state if begin else given["h_0"]
        gradients.append(right(**given | part))
    return tuple(sum(parts) for parts in zip(*gradients, strict=True))


CHUNKS = exercise(
    "08b",
    key="tf.GradientTape and tf.stop_gradient",
    answer=chunks,
    returns="dW_h (units, units)\ndb_h (units)",
    examples={
        "one chunk, W_h zero": small(h_0=[[0.5]]) | dict(length=3),
        "one chunk": small(h_0=[[0.5]], W_h=[[0.5]]) | dict(length=3),
        "chunks of one step": small(h_0=[[0.5]], W_h=[[0.5]]) | dict(length=1),
        "a last chunk of one step": small(W_h=[[0.5]]) | dict(length=2),
        "one chunk longer than all": small(W_h=[[0.5]]) | dict(length=9),
        "a dozen chunks": small(
            x=np.tile([[[0.5], [-1]]], (1, 30, 1)), y=[0, 1, 1, 0, 1] * 12, W_h=[[0.5]]
        )
        | dict(length=5),
    },
    draw=draw_network,
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
    mistakes="""
        the gradient is not cut at all | t % length == 0 -> False
            setting from_future to zero where the walk back enters another chunk
        the gradient is cut after every step | t % length == 0 -> True
            walking back inside a chunk: there (9) has both of its terms
        the gradient is cut one step too early | t % length -> (t + 1) % length
        the gradient is cut one step too late | t % length -> (t - 1) % length
            printing t where you cut: steps are counted from 1 in h and from 0 in x
        the chunks are counted from the end, the short one first
            | t % length -> (x.shape[1] - t) % length
            writing out range(0, time, length): the chunks are those of the way forward
        each loss has a window of its own, which reaches back over the border
            | for t in range(x.shape[1], 0, -1) -> for s, t in
            | ((s, t) for s in range(1, x.shape[1] + 1) for t in range(s, max(0, s - length), -1))
            |, then t % length == 0 -> t == s, then do[:, t - 1] @ -> (t == s) * do[:, t - 1] @
            looking at the table in the exercise: no loss looks into the chunk before its own
        every chunk starts from zeros | return: starting_anew(right, given, 0 * h_0)
            checking the way forward: only the gradient is cut, the state is carried on
        every chunk starts from h_0 | return: starting_anew(right, given, h_0)
            checking the way forward: a chunk starts from the last state of the one before
        the carried state is left out of dW_h | dW_h += -> if t == 1 or (t - 1) % length: dW_h +=
            writing out (12) at the first step of a chunk: W_h is used there, with the carried state
        only the last chunk is counted
            | range(x.shape[1], 0, -1) -> range(x.shape[1], (x.shape[1] - 1) // length * length, -1)
            writing += in place of =: the chunks' gradients are added
        dW_h and db_h hold only the first step | += -> =
            writing += in place of =: each step adds its part
        the last, shorter chunk is dropped
            | range(x.shape[1], -> range(x.shape[1] // length * length,
            printing list(range(0, 7, 3)): a chunk begins at each of these, also at 6
        only the last step of each chunk has a loss
            | do[:, t - 1] @ -> (t % length == 0 or t == x.shape[1]) * do[:, t - 1] @
            counting the two terms of equation (9): they are added at every step, none is replaced
        only the last step has a loss | do[:, t - 1] @ -> (t == x.shape[1]) * do[:, t - 1] @
            rereading the first term of equation (9): it is there at every step
        dW_h is made with h_t, not with h_{t-1} | h[:, t - 1].T -> h[:, t].T
            rereading equation (12): W_h met the state of the step before
        the slope of tanh is missing | dh_t * (1 - h[:, t] ** 2) -> dh_t
            rereading equation (10): the error passes the tanh before it meets W_x or W_h
        W_h is not transposed on the way back | W_h.T -> W_h
            nudging one entry of h_{t-1}: it reaches all units of step t, along a row of W_h
        the losses are summed over the batch, not averaged
            | output_error(p, y) -> output_error(p, y) * len(x)
            trying one sequence, then the same one twice: the gradient of a mean does not change
    """,
)


def masked(x, y, mask, W_x, W_h, b_h, W_o, b_o):
    def loss(tf, W_h, W_o):
        h, total = tf.zeros((len(x), len(b_h)), x.dtype), 0.0
        for t in range(x.shape[1]):
            new = tf.tanh(x[:, t] @ W_x + h @ W_h + b_h)
            h = tf.where(mask[:, t, None], new, h)
            losses = step_loss(tf, h, W_o, b_o, y[:, t])
            total += tf.reduce_sum(tf.where(mask[:, t], losses, tf.zeros_like(losses)))
        return total / mask.sum().astype(x.dtype)

    return differentiate(loss, W_h=W_h, W_o=W_o)


def draw_masked(rng, batch, time, **sizes):
    drawn = draw_network(rng, batch, time, **sizes)
    del drawn["h_0"]
    # The first sequence is cut at the end, the second at the beginning, others have holes.
    mask = draw_arrays(rng, mask=(batch, time))["mask"]
    mask[0] = np.arange(time) < (time + 1) // 2
    if batch > 1:
        mask[1] = np.arange(time) >= time // 2
    return drawn | dict(mask=mask)


HALF = small(W_h=[[0.5]])
MASKED = exercise(
    "08c",
    key="tf.GradientTape",
    answer=masked,
    returns="dW_h (units, units)\ndW_o (units, outputs)",
    examples={
        "nothing masked": HALF,
        "the last step masked": HALF | dict(mask=[[True, True, False]]),
        "a hole in the middle": HALF | dict(mask=[[True, False, True]]),
        "a hole after two real steps": small(
            x=[[[0.5], [-1], [1], [1]]], y=[0, 1, 1, 0], W_h=[[0.5]]
        )
        | dict(mask=[[True, True, False, True]]),
        "the first step masked": HALF | dict(mask=[[False, True, True]]),
        "a sequence of padding beside another": HALF
        | dict(x=np.array([[[0.5], [-1], [1]]] * 2), y=np.array([[0, 1, 1]] * 2))
        | dict(mask=[[True, True, False], [False] * 3]),
        "scores in the thousands": small(W_o=[[3000, -3000]], W_h=[[0.5]]),
        "a state of exactly 1": small(x=[[[0.5], [1], [40]]], W_h=[[0.5]]),
    },
    draw=draw_masked,
    sizes=(
        ("", dict(batch=3, time=6, features=2, units=4, outputs=3)),
        ("", dict(batch=4, time=5, features=3, units=3, outputs=2)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3, outputs=3)),
        ("a sequence of one", dict(batch=3, time=1, features=2, units=4, outputs=3)),
        ("float32", dict(batch=5, time=6, features=1, units=3, outputs=2, dtype="float32")),
        ("", dict(batch=3, time=8, features=2, units=3, outputs=4)),
    ),
    without=("mask",),
    mistakes="""
        the mask is ignored | mask: np.ones_like(mask)
            following one padded step: it moves no state, has no loss, and is not counted
        the mask is inverted | mask: ~mask, then mask.sum() -> max(mask.sum(), 1)
            reading the mask aloud: True is a real step, False is padding
        padding moves the state, and only its loss is left out
            | np.where(mask[:, t - 1, None], new, h[:, t - 1]) -> new, then
            | real = mask[:, t - 1, None] -> real = True
            using np.where(mask[:, t, None], new, h) on the way forward, as in lesson 02
        padded steps have a loss | * mask[:, :, None] ->
            multiplying do by the mask: a padded step has no loss
        the error is lost at padded steps | W_h.T, dh_t) -> W_h.T, 0)
            using h_t = h_{t-1} at a padded step: what comes back for h_t goes on unchanged
        the way back treats padded steps as real ones | real = mask[:, t - 1, None] -> real = True
            using h_t = h_{t-1} at a padded step: no tanh and no W_h come between the two
        a masked step resets the state to zero | new, h[:, t - 1]) -> new, 0)
            keeping the old state where the mask is False: np.where(real, new, h)
        the losses are divided by all steps, padding included | mask.sum() -> mask.size
        the losses are divided by the number of sequences | mask.sum() -> batch
            dividing by mask.sum(): the mean is taken over the real steps
        each sequence has a mean of its own | mask.sum() -> mask.sum(axis=1)[:, None, None] / batch
            dividing by mask.sum(): one mean over all real steps, so long sequences count for more
        the losses are not divided at all | / mask.sum() ->
            dividing by mask.sum(): the mean is taken over the real steps
        the slope of tanh is missing | dh_t * (1 - h[:, t] ** 2) -> dh_t
            rereading equation (10): the error passes the tanh before it meets W_x or W_h
        the slope of tanh is taken at the step before | h[:, t] ** 2 -> h[:, t - 1] ** 2
            rereading equation (10): what passes the tanh of step t is multiplied by 1 - h_t ** 2
        W_h is not transposed on the way back | W_h.T -> W_h
            nudging one entry of h_{t-1}: it reaches all units of step t, along a row of W_h
        dW_h is made with h_t, not with h_{t-1} | h[:, t - 1].T -> h[:, t].T
            rereading equation (12): W_h met the state of the step before
        dW_o is made with h_{t-1}, not with h_t | h[:, t].T -> h[:, t - 1].T
            rereading equation (7): W_o met the state of the same step
        dW_h holds only the first step | dW_h += -> dW_h =
            writing += in place of =: each step adds its part
    """,
)


def feedback(x, y, W_x, W_f, b_h, W_o, b_o):
    x, y = x.astype(W_x.dtype), y.astype(W_x.dtype)

    def loss(tf, W_f, W_o):
        o, total = tf.zeros((len(x), len(b_o)), x.dtype), 0.0
        for t in range(x.shape[1]):
            h = tf.tanh(x[:, t] @ W_x + o @ W_f + b_h)
            o = h @ W_o + b_o
            total += tf.reduce_mean(tf.reduce_sum((o - y[:, t]) ** 2, axis=1) / 2)
        return total

    return differentiate(loss, W_f=W_f, W_o=W_o)


def draw_feedback(rng, batch, time, features, units, outputs, dtype="float64"):
    shapes = dict(x=(batch, time, features), y=(batch, time, outputs), W_x=(features, units))
    shapes |= dict(W_f=(outputs, units), b_h=units, W_o=(units, outputs), b_o=outputs)
    return draw_arrays(rng, dtype, **shapes)


ONE = dict(x=[[[0.5], [-1], [1]]], y=[[[0], [0.5], [1]]], W_x=[[1]], W_f=[[0.5]], b_h=[0])
ONE |= dict(W_o=[[1]], b_o=[0])
FEEDBACK = exercise(
    "08d",
    key="tf.GradientTape",
    answer=feedback,
    returns="dW_f (outputs, units)\ndW_o (units, outputs)",
    examples={
        "nothing fed back, W_f zero": ONE | dict(W_f=[[0]]),
        "one unit": ONE,
        "a single step": ONE | dict(x=[[[0.5]]], y=[[[1]]]),
        "two steps": ONE | dict(x=[[[0.5], [0]]], y=[[[0], [1]]], W_f=[[1]]),
        "arrays of whole numbers": ONE
        | dict(x=np.array([[[1], [-2]]]), y=np.array([[[3], [-1]]]), b_o=[0.3]),
    },
    draw=draw_feedback,
    sizes=(
        ("", dict(batch=3, time=5, features=2, units=4, outputs=3)),
        ("", dict(batch=2, time=4, features=3, units=3, outputs=2)),
        ("as many outputs as units", dict(batch=3, time=4, features=2, units=3, outputs=3)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=4, outputs=3)),
        ("a sequence of one", dict(batch=3, time=1, features=2, units=4, outputs=3)),
        ("float32", dict(batch=4, time=6, features=1, units=3, outputs=1, dtype="float32")),
    ),
    mistakes="""
        nothing comes back through the feedback | + from_future ->
            counting the arrows that leave o_t: one to its loss, one to the next step
        dW_o is made with each step's own loss only | @ do_t -> @ (do_t - from_future)
            using the whole do_t for dW_o, with what came back through the feedback
        dW_f is made with o_t, not with o_{t-1} | o[:, t - 1].T -> o[:, t].T
            checking the way forward: W_f met the output of the step before
        dW_o is made with h_{t-1}, not with h_t | h[:, t].T -> h[:, t - 1].T
            checking the way forward: W_o met the state of the same step
        the right answer is fed back, not the output
            | o[:, t - 1] -> (y[:, t - 2] if t > 1 else o[:, 0])
            checking the way forward: this network hears its own o_{t-1}
        the output passes a tanh before it is fed back | o[:, t - 1] -> np.tanh(o[:, t - 1])
            checking the way forward: o_{t-1} goes into W_f as it is
        the slope of tanh is missing | dh_t * (1 - h[:, t] ** 2) -> dh_t
            checking the way forward: o_t is made of h_t, and h_t comes out of a tanh
        the slope of tanh is taken at the step before | h[:, t] ** 2 -> h[:, t - 1] ** 2
            rereading equation (10): what passes the tanh of step t is multiplied by 1 - h_t ** 2
        the error has a factor of 2 | (o[:, t] - y -> 2 * (o[:, t] - y
            noticing the half in the loss: the slope of (o - y) ** 2 / 2 is o - y
        the sign is flipped | (o[:, t] - y[:, t - 1]) -> (y[:, t - 1] - o[:, t])
            taking the slope of (o - y) ** 2 / 2 with respect to o: it is o - y
        there is a softmax on the outputs | (o[:, t] - y -> (softmax(o[:, t]) - y
            rereading the loss of this exercise: half the squared difference, no softmax
        the losses are summed over the batch, not averaged | / batch ->
            trying one sequence, then the same one twice: the gradient of a mean does not change
        the losses are averaged over the steps as well | / batch -> / batch / time
            rereading the loss of this exercise: a sum over the steps, a mean over the batch alone
        only the last step has a loss | (o[:, t] - y -> (t == time) * (o[:, t] - y
            counting the two terms of do_t: they are added at every step, none is replaced
        dW_f and dW_o hold only the first step | += -> =
            writing += in place of =: each step adds its part
    """,
)

EXERCISES = (START, CHUNKS, MASKED, FEEDBACK)
