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
        the slope of tanh were left out | dh_t * (1 - h[:, t] ** 2) -> dh_t
            equation (10): the error passes the tanh before it meets W_x or W_h
        the slope of tanh were taken at the step before | h[:, t] ** 2 -> h[:, t - 1] ** 2
            equation (10): what passes the tanh of step t is multiplied by 1 - h_t ** 2
        tanh were applied once more to the state: 1 - np.tanh(h_t) ** 2
            | h[:, t] ** 2 -> np.tanh(h[:, t]) ** 2
            equation (10): h_t is already the tanh, so its slope is 1 - h_t ** 2
        W_h were not transposed on the way back | W_h.T -> W_h
            nudging one entry of h_{t-1}: it reaches all units of step t, along a row of W_h
        nothing came back from the future | + from_future ->
            the two terms of equation (9): h_t also reaches all later losses
        only the last step had a loss | do[:, t - 1] @ -> (t == x.shape[1]) * do[:, t - 1] @
            the two terms of equation (9): at every step they are added, none replaces the other
        the losses were summed over the batch and not averaged
            | output_error(p, y) -> output_error(p, y) * len(x)
            a batch of one, then the same sequence twice: the gradient of a mean stays as it is
        the losses were averaged over the steps as well
            | output_error(p, y) -> output_error(p, y) / x.shape[1]
            equation (5): a sum over the steps, a mean over the batch alone
        the right class were not subtracted from the probabilities
            | output_error(p, y) -> p / len(x)
            equation (6): p - y, with y as a one-hot row
        the sign were reversed | output_error(p, y) -> -output_error(p, y)
            equation (6): p - y, what the network said minus what it should have said
        dh_0 were the error before the product with W_h | return from_future -> return da_t
            rule B for the product of h_0 with W_h: one more step with the transpose
        dh_0 had been multiplied by a slope of tanh, as if h_0 came out of one
            | return from_future -> return from_future * (1 - h_0**2)
            following h_0 forward: it is given, no tanh stands before it
        dh_0 were the gradient of h_1 | return from_future -> return dh_t
            one more step: from h_1 through its tanh and through W_h to h_0
        dx had its steps in reverse order | dx[:, t - 1] -> dx[:, -t]
            the order in which your loop stores: it meets the last step first
        dx were filled at the first step only | dx[:, t - 1] -> dx[:, 0]
            storing into dx[:, t] inside the loop, at every step
        dx were summed over the batch | return: (result[0], result[1].sum(axis=0))
            the shape of x: each sequence has inputs of its own, so nothing is summed
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
        the gradient were not cut at all | t % length == 0 -> False
            setting from_future to zero where the walk back enters another chunk
        the gradient were cut after every step | t % length == 0 -> True
            the walk inside a chunk: there (9) has both of its terms
        the gradient were cut one step too early | t % length -> (t + 1) % length
        the gradient were cut one step too late | t % length -> (t - 1) % length
            printing t where you cut: steps are counted from 1 in h and from 0 in x
        the chunks were counted from the end, the short one first
            | t % length -> (x.shape[1] - t) % length
            range(0, time, length): the chunks are those of the way forward
        each loss had a window of its own that reaches back over the border
            | for t in range(x.shape[1], 0, -1) -> for s, t in
            | ((s, t) for s in range(1, x.shape[1] + 1) for t in range(s, max(0, s - length), -1))
            |, then t % length == 0 -> t == s, then do[:, t - 1] @ -> (t == s) * do[:, t - 1] @
            the table in the exercise: a chunk's losses never look into the chunk before
        every chunk began with a state of zeros | return: starting_anew(right, given, 0 * h_0)
            the way forward: only the gradient is cut, the state is carried on
        every chunk began with h_0 | return: starting_anew(right, given, h_0)
            the way forward: a chunk begins with the last state of the one before
        the carried state were left out of dW_h | dW_h += -> if t == 1 or (t - 1) % length: dW_h +=
            equation (12) at the first step of a chunk: W_h is used there, with the carried state
        only the last chunk had been counted
            | range(x.shape[1], 0, -1) -> range(x.shape[1], (x.shape[1] - 1) // length * length, -1)
            += in place of =: the chunks' gradients are added
        dW_h and db_h held one step only, the first | += -> =
            += in place of =: each step adds its part
        the last, shorter chunk were dropped
            | range(x.shape[1], -> range(x.shape[1] // length * length,
            list(range(0, 7, 3)): a chunk begins at each of these, also at 6
        only the last step of each chunk had a loss
            | do[:, t - 1] @ -> (t % length == 0 or t == x.shape[1]) * do[:, t - 1] @
            the two terms of equation (9): at every step they are added, none replaces the other
        only the last step of all had a loss | do[:, t - 1] @ -> (t == x.shape[1]) * do[:, t - 1] @
            the first term of equation (9): it is there at every step
        dW_h had been made with h_t and not with h_{t-1} | h[:, t - 1].T -> h[:, t].T
            equation (12): W_h met the state of the step before
        the slope of tanh were left out | dh_t * (1 - h[:, t] ** 2) -> dh_t
            equation (10): the error passes the tanh before it meets W_x or W_h
        W_h were not transposed on the way back | W_h.T -> W_h
            nudging one entry of h_{t-1}: it reaches all units of step t, along a row of W_h
        the losses were summed over the batch and not averaged
            | output_error(p, y) -> output_error(p, y) * len(x)
            a batch of one, then the same sequence twice: the gradient of a mean stays as it is
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
        the mask were not used | mask: np.ones_like(mask)
            following one padded step: it moves no state, has no loss, and is not counted
        the mask were read the wrong way round | mask: ~mask, then mask.sum() -> max(mask.sum(), 1)
            reading the mask aloud: True is a real step, False is padding
        padding moved the state, and only its loss were left out
            | np.where(mask[:, t - 1, None], new, h[:, t - 1]) -> new, then
            | real = mask[:, t - 1, None] -> real = True
            np.where(mask[:, t, None], new, h) on the way forward, as in lesson 02
        padded steps had a loss | * mask[:, :, None] ->
            multiplying do by the mask: a padded step has no loss
        the error were lost at padded steps | W_h.T, dh_t) -> W_h.T, 0)
            h_t = h_{t-1} at a padded step: what comes back for h_t goes on to h_{t-1} unchanged
        the way back treated padded steps as real ones | real = mask[:, t - 1, None] -> real = True
            h_t = h_{t-1} at a padded step: no tanh and no W_h stand between the two
        a padded step reset the state to zero | new, h[:, t - 1]) -> new, 0)
            keeping the old state where the mask is False: np.where(real, new, h)
        the losses were divided by all steps, padding included | mask.sum() -> mask.size
        the losses were divided by the number of sequences | mask.sum() -> batch
            mask.sum(): the mean is taken over the real steps
        each sequence had a mean of its own
            | mask.sum() -> mask.sum(axis=1)[:, None, None] / batch
            mask.sum(): one mean over all real steps, so that long sequences count for more
        the losses were not divided at all | / mask.sum() ->
            mask.sum(): the mean is taken over the real steps
        the slope of tanh were left out | dh_t * (1 - h[:, t] ** 2) -> dh_t
            equation (10): the error passes the tanh before it meets W_x or W_h
        the slope of tanh were taken at the step before | h[:, t] ** 2 -> h[:, t - 1] ** 2
            equation (10): what passes the tanh of step t is multiplied by 1 - h_t ** 2
        W_h were not transposed on the way back | W_h.T -> W_h
            nudging one entry of h_{t-1}: it reaches all units of step t, along a row of W_h
        dW_h had been made with h_t and not with h_{t-1} | h[:, t - 1].T -> h[:, t].T
            equation (12): W_h met the state of the step before
        dW_o had been made with h_{t-1} and not with h_t | h[:, t].T -> h[:, t - 1].T
            equation (7): W_o met the state of the same step
        dW_h held the first step only | dW_h += -> dW_h =
            += in place of =: each step adds its part
    """,
)


def feedback(x, y, W_x, W_f, b_h, W_o, b_o):
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
        nothing came back through the feedback | + from_future ->
            counting the arrows that leave o_t: one to its loss, one to the next step
        dW_o had been made with each step's own loss only | @ do_t -> @ (do_t - from_future)
            using the whole do_t for dW_o, with what came back through the feedback
        dW_f had been made with o_t and not with o_{t-1} | o[:, t - 1].T -> o[:, t].T
            the way forward: W_f met the output of the step before
        dW_o had been made with h_{t-1} and not with h_t | h[:, t].T -> h[:, t - 1].T
            the way forward: W_o met the state of the same step
        the right answer were fed back and not the output
            | o[:, t - 1] -> (y[:, t - 2] if t > 1 else o[:, 0])
            the way forward: this network hears its own o_{t-1}
        the output passed a tanh before it was fed back | o[:, t - 1] -> np.tanh(o[:, t - 1])
            the way forward: o_{t-1} goes into W_f as it is
        the slope of tanh were left out | dh_t * (1 - h[:, t] ** 2) -> dh_t
            the way forward: o_t is made of h_t, and a tanh stands before h_t
        the slope of tanh were taken at the step before | h[:, t] ** 2 -> h[:, t - 1] ** 2
            equation (10): what passes the tanh of step t is multiplied by 1 - h_t ** 2
        the error had a factor of 2 | (o[:, t] - y -> 2 * (o[:, t] - y
            the half in the loss: the slope of (o - y) ** 2 / 2 is o - y
        the sign were reversed | (o[:, t] - y[:, t - 1]) -> (y[:, t - 1] - o[:, t])
            the slope of (o - y) ** 2 / 2 with respect to o: it is o - y
        there were a softmax on the outputs | (o[:, t] - y -> (softmax(o[:, t]) - y
            the loss of this exercise: half the squared difference, no softmax
        the losses were summed over the batch and not averaged | / batch ->
            a batch of one, then the same sequence twice: the gradient of a mean stays as it is
        the losses were averaged over the steps as well | / batch -> / batch / time
            the loss of this exercise: a sum over the steps, a mean over the batch alone
        only the last step had a loss | (o[:, t] - y -> (t == time) * (o[:, t] - y
            the two terms of do_t: at every step they are added, none replaces the other
        dW_f and dW_o held the first step only | += -> =
            += in place of =: each step adds its part
    """,
)

EXERCISES = (START, CHUNKS, MASKED, FEEDBACK)
