"""Checks of lesson 10: peepholes, coupled gates with a mask, parameters, the belt."""

from course_tools.bank import draw_arrays, exercise, load_keras, make_layer
from course_utils.cells import sigmoid

import numpy as np


def peephole(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    # A cell that reads c_prev and c_t beside x_t, with the peepholes as diagonal weights. What
    # it makes of c_t does not depend on the output gate, so a first call finds c_t.
    units, nothing = len(p_i), np.zeros((len(p_i), len(p_i)), W_x.dtype)
    from_old = np.hstack([np.diag(p_i), np.diag(p_f), nothing, nothing])
    from_new = np.hstack([nothing, nothing, nothing, np.diag(p_o)])
    cell = make_layer("LSTMCell", units, [np.vstack([W_x, from_old, from_new]), W_h, b_h])
    c_t = c_prev
    for _ in range(2):
        h_t, (_, c_t) = cell(np.hstack([x_t, c_prev, c_t]), [h_prev, c_prev])
        c_t = np.array(c_t)
    return np.array(h_t), c_t


PEEPHOLE = exercise(
    "10a",
    key="a keras.layers.LSTMCell that reads the cell state as an input",
    answer=peephole,
    returns="h_t (batch, units)\nc_t (batch, units)",
    examples={
        "no peephole": dict(c_prev=[[2]], b_h=[1, 0, 1, 0]),
        "only the input gate's": dict(c_prev=[[2]], b_h=[0, 0, 1, 0], p_i=[1]),
        "only the forget gate's": dict(c_prev=[[2]], p_f=[1]),
        "only the output gate's": dict(c_prev=[[2]], p_o=[1]),
    },
    mistakes="""
        the output gate looked at the old cell state | p_o * c_t -> p_o * c_prev
            computing c_t first and the output gate after it: it looks at the new cell state
        the output gate looked at tanh(c_t) | p_o * c_t -> p_o * np.tanh(c_t)
            p_o * c_t: the gate sees the cell state as it is, before tanh
        the output gate had no peephole | p_o: 0 * p_o
            setting p_o to a large number: does h_t change?
        there were no peepholes | p_i: 0 * p_i, then p_f: 0 * p_f, then p_o: 0 * p_o
            adding p_i * c_prev, p_f * c_prev and p_o * c_t inside the three sigmoids
        the gates looked at h_prev and not at the cell
            | p_i * c_prev -> p_i * h_prev, then p_f * c_prev -> p_f * h_prev
            p_i * c_prev where you have p_i * h_prev
        the peepholes of input and forget gate were swapped
            | i + p_i -> i + p_f, then f + p_f -> f + p_i
            one peephole at a time, as in the examples: p_i belongs to the first block
        every unit looked at all cells and not at its own
            | * c_prev) -> * c_prev.sum(axis=1, keepdims=True))
            multiplying elementwise with *: p_i has one number for each unit, no matrix
        the peepholes were added after the sigmoid
            | + p_i -> ) + (p_i, then + p_f -> ) + (p_f, then + p_o -> ) + (p_o
            a gate between 0 and 1: everything is added first, sigmoid comes last
        the blocks were taken in the order forget, input, candidate, output | i, f, g -> f, i, g
        the blocks were taken in the order input, forget, output, candidate | g, o = -> o, g =
            unpacking in Keras's order: i, f, g, o = np.split(z, 4, axis=-1)
        the candidate went through a sigmoid | np.tanh(g) -> sigmoid(g)
            np.tanh for the candidate: it must be able to be negative
        the input gate went through tanh | i = sigmoid( -> i = np.tanh(
            sigmoid for all three gates: a gate lies between 0 and 1
        tanh of the cell were forgotten | np.tanh(c_t) -> c_t
            h_t = o * np.tanh(c_t): no state above 1
        h_prev were left out | h_prev: 0 * h_prev
            x_t @ W_x + h_prev @ W_h + b_h: peepholes are added to it, they replace nothing
    """,
)


def coupled(x, mask, W_x, W_h, b_h):
    # sigmoid(-z) = 1 - sigmoid(z): a forget gate with the input gate's weights, negated.
    packed = []
    for weights in (W_x, W_h, b_h):
        enter, candidate, leave = np.split(weights, 3, axis=-1)
        packed.append(np.concatenate([enter, -enter, candidate, leave], axis=-1))
    options = dict(return_sequences=True, return_state=True)
    states, _, cell = make_layer("LSTM", W_h.shape[0], packed, **options)(x, mask=mask)
    return np.array(states), np.array(cell)


def draw_coupled(rng, batch, time, features, units, dtype="float64"):
    shapes = dict(x=(batch, time, features), mask=(batch, time), W_x=(features, 3 * units))
    arrays = draw_arrays(rng, dtype, **shapes, W_h=(units, 3 * units), b_h=3 * units)
    # The first sequence is cut at the end, the second at the beginning, others have holes.
    arrays["mask"][0] = np.arange(time) < (time + 1) // 2
    if batch > 1:
        arrays["mask"][1] = np.arange(time) >= time // 2
    return arrays


COUPLED = exercise(
    "10b",
    key="keras.layers.LSTM whose forget gate has the input gate's weights, negated",
    answer=coupled,
    returns="states (batch, time, units)\ncell (batch, units)",
    examples={
        "the bias alone": dict(b_h=[0, 1, 0]),
        "the gate nearly shut": dict(b_h=[-3, 1, 0]),
        "the last step masked": dict(mask=[[True, True, False]], b_h=[0, 1, 0]),
        "the first step masked": dict(mask=[[False, True, True]], b_h=[0, 1, 0]),
    },
    draw=draw_coupled,
    sizes=(
        ("", dict(batch=3, time=6, features=2, units=4)),
        ("", dict(batch=4, time=5, features=3, units=2)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3)),
        ("a sequence of one", dict(batch=4, time=1, features=2, units=3)),
        ("float32", dict(batch=5, time=4, features=1, units=3, dtype="float32")),
    ),
    mistakes="""
        the gate kept where it should take, and took where it should keep
            | 1 - sigmoid(i) -> sigmoid(i), then + sigmoid(i) * -> + (1 - sigmoid(i)) *
            a gate of 1: the cell should be the candidate alone
        the old cell were multiplied by the gate and not by 1 minus the gate
            | 1 - sigmoid(i) -> sigmoid(i)
            a gate of 1: nothing of the old cell should be left
        nothing were forgotten | (1 - sigmoid(i)) * c -> c
            (1 - i) * c + i * g: what comes in makes room for itself
        the gate were not applied to the candidate | + sigmoid(i) * -> +
            (1 - i) * c + i * g: the same gate, twice
        the blocks were taken in the order input, output, candidate | i, g, o = -> i, o, g =
        the blocks were taken in the order candidate, input, output | i, g, o = -> g, i, o =
            unpacking in the order of the task: i, g, o = np.split(z, 3, axis=-1)
        the candidate went through a sigmoid | np.tanh(g) -> sigmoid(g)
            np.tanh for the candidate: it must be able to be negative
        tanh of the cell were forgotten | np.tanh(c_new) -> c_new
            h = o * np.tanh(c)
        the bias were forgotten | b_h: 0 * b_h
            the first example: everything is zero but the bias
        the cell were multiplied by W_h in place of the state | h @ W_h -> c @ W_h
            h @ W_h: the gates see the state, which is shown, and not the cell
        the gates did not see the state | + h @ W_h ->
            x[:, t] @ W_x + h @ W_h + b_h, with the h of the step before
        the mask were not used | mask: np.ones_like(mask)
            printing c before and after a masked step: it should not move
        a masked step kept the state but moved the cell | np.where(real, c_new, c) -> c_new
        a masked step kept the cell but moved the state | np.where(real, h_new, h) -> h_new
            two np.where: one for h and one for c
        a masked step set state and cell to zero
            | h_new, h) -> h_new, 0), then c_new, c) -> c_new, 0)
            np.where(real, new, old): a masked step keeps what was there
        the last state were returned in place of the last cell | axis=1), c -> axis=1), h
            ending with: return states, c
        the axes batch and time were swapped | axis=1), c -> axis=0), c
            np.stack(list_of_states, axis=1): np.array(list_of_states) puts time first
    """,
)


def count(features, units, outputs, coupled, peepholes):
    layers = load_keras().layers
    total, size = 0, features
    for width in units:
        # A GRU with one bias has the three blocks of a coupled LSTM.
        options = dict(reset_after=False) if coupled else {}
        make = layers.GRU if coupled else layers.LSTM
        layer = make(width, recurrent_initializer="zeros", name="answer_key", **options)
        layer.build((None, None, size))
        total, size = total + layer.count_params(), width
    dense = layers.Dense(outputs, name="answer_key")
    dense.build((None, size))
    gates = (2 if coupled else 3) if peepholes else 0
    return int(total + dense.count_params() + gates * sum(units))


def draw_count(rng, layers, **options):
    features, outputs, *units = (int(n) for n in rng.permutation(np.arange(2, 30))[: layers + 2])
    return dict(features=features, units=units, outputs=outputs) | options


ONE = dict(features=3, units=[4], outputs=1, coupled=False, peepholes=False)
COUNT = exercise(
    "10c",
    key="count_params of the Keras layers",
    answer=count,
    returns="count",
    examples={
        "one LSTM": ONE,
        "two LSTMs": ONE | dict(units=[4, 5]),
        "coupled": ONE | dict(coupled=True),
        "with peepholes": ONE | dict(peepholes=True),
        "coupled, with peepholes": ONE | dict(coupled=True, peepholes=True),
    },
    draw=draw_count,
    sizes=(
        ("", dict(layers=1, coupled=False, peepholes=False)),
        ("", dict(layers=2, coupled=False, peepholes=True)),
        ("", dict(layers=3, coupled=True, peepholes=False)),
        ("", dict(layers=2, coupled=True, peepholes=True)),
        ("", dict(layers=3, coupled=False, peepholes=True)),
    ),
    mistakes="""
        only one of the four blocks were counted | blocks * -> 1 *
            the LSTM of the lesson: three gates and the candidate have weights of their own
        the candidate were not counted
            | (3, 2) if coupled else (4, 3) -> (2, 2) if coupled else (3, 3)
            three gates and a candidate: four blocks, or three where two gates are coupled
        coupling saved nothing | (3, 2) if coupled else (4, 3) -> (4, 3)
            the coupled cell of 10b: W_x has three blocks
        coupling took away a block, but not its peephole | (3, 2) -> (3, 3)
            counting the gates that are left: input and output gate
        coupling took away two blocks | (3, 2) -> (2, 2)
            the coupled cell of 10b: input gate, candidate and output gate are left
        the upper layers read the features, too
            | size = width -> size = features, then size * outputs -> width * outputs
            a stack of two: the second layer reads the states of the first
        the bias were forgotten | + width) -> )
            features·units + units·units + units in each block: the last is the bias
        there were two biases, as in a GRU | + width) -> + 2 * width)
            one bias in each block; two are a habit of another layer
        each unit saw only its own state | width * width -> width
            W_h: (units, units) in each block
        a peephole were a matrix | gates * width -> gates * width * width
            10a: p_i has one number for each unit
        the candidate had a peephole, too | gates * width -> (gates + 1) * width
            10a: three gates look at the cell, the candidate does not
        the peepholes were forgotten | peepholes: False
            comparing peepholes=True and peepholes=False: it should differ
        the Dense layer were forgotten | + size * outputs + outputs ->
            adding units·outputs + outputs for the layer that gives the answer
        only the top layer were counted | units: units[-1:]
            going through the list of units with a loop
        the Dense layer had no bias | + size * outputs + outputs -> + size * outputs
            units·outputs + outputs: a bias for each output
    """,
)


def belt(x, h_0, c_0, W_x, W_h, b_h):
    load_keras()
    from course_utils.training import tf

    with tf.GradientTape() as tape:
        h, c = tf.constant(h_0), tf.constant(c_0)
        tape.watch(c)
        cells = [c]
        for t in range(x.shape[1]):
            gates = tf.split(x[:, t] @ W_x + h @ W_h + b_h, 4, axis=-1)
            i, f, g, o = (
                tf.stop_gradient((tf.tanh if n == 2 else tf.sigmoid)(gate))
                for n, gate in enumerate(gates)
            )
            c = f * c + i * g
            h = o * tf.tanh(c)
            cells.append(c)
        end = tf.reduce_sum(c)
    gradients = tape.gradient(end, cells)
    return np.stack([np.array(gradient) for gradient in gradients[::-1]], axis=1)


def swapped_blocks(weights):
    """Return packed weights with the blocks of the first two gates exchanged."""
    i, f, g, o = np.split(weights, 4, axis=-1)
    return np.concatenate([f, i, g, o], axis=-1)


BELT = exercise(
    "10d",
    key="tf.GradientTape with the gates held constant",
    answer=belt,
    returns="gradients (batch, time+1, units)",
    examples={
        "all gates half open": {},
        "only the forget gate's bias": dict(b_h=[0, 2, 0, 0]),
        "inputs move the forget gate": dict(x=[[[1], [-1]]], W_x=[[0, 2, 0, 0]]),
        "the state moves the forget gate": dict(b_h=[2, 0, 2, 2], W_h=[[0, 3, 0, 0]], c_0=[[1]]),
    },
    sizes=(
        ("", dict(batch=3, time=5, features=2, units=4)),
        ("", dict(batch=2, time=7, features=3, units=3)),
        ("a batch of one", dict(batch=1, time=4, features=2, units=5)),
        ("a sequence of one", dict(batch=3, time=1, features=2, units=3)),
        ("float32", dict(batch=4, time=6, features=1, units=2, dtype="float32")),
    ),
    without=("h_0", "states"),
    mistakes="""
        lag 0 were missing | return: result[:, 1:]
            beginning with ones: the gradient of c_T with respect to itself
        the products began at the first step and not at the last | forgets[::-1] -> forgets
            lag 1 by hand: it is the forget gate of the last step
        the steps stood in their own order, not by lag | np.stack(left -> np.stack(left[::-1]
            index 0 for lag 0, the end: turn the time axis round with [:, ::-1]
        the forget gates were added and not multiplied
            | left[-1] * gate -> gate + (left[-1] if len(left) > 1 else 0)
            np.cumprod: each step is one more factor
        the forget gates were returned without multiplying them | left[-1] * gate -> gate
            np.cumprod: what passes two steps passes two gates
        the last gate were taken to a power | in forgets[::-1] -> in [forgets[-1]] * len(forgets)
            the gates of all steps: they differ from step to step
        the average gate were taken to a power
            | in forgets[::-1] -> in [sum(forgets) / len(forgets)] * len(forgets)
            np.cumprod over the gates themselves, and not over their mean
        all units shared one gate, the mean of theirs
            | left[-1] * gate -> left[-1] * gate.mean(axis=-1, keepdims=True)
            leaving the last axis alone: every unit has its own belt
        the input gate were taken for the forget gate | _, f, _, _ = -> f, _, _, _ =
        the output gate were taken for the forget gate | _, f, _, _ = -> _, _, _, f =
        the blocks stood in the order forget, input, candidate, output
            | W_x: swapped_blocks(W_x), then W_h: swapped_blocks(W_h), then b_h: swapped_blocks(b_h)
            the order of the blocks: input, forget, candidate, output
        the sigmoid of the forget gate were left out | sigmoid(f) -> f
            a forget gate between 0 and 1
        the forget gate went through tanh | sigmoid(f) -> np.tanh(f)
            sigmoid for gates: a forget gate is never negative
        the derivative of the sigmoid were taken | sigmoid(f) -> sigmoid(f) * (1 - sigmoid(f))
            c_t = f * c_prev + i * g with f a given number: its derivative is f itself
        state and cell state were swapped on the way | W_h, b_h) -> W_h, b_h); h = c
        the two results of lstm_step were taken in the other order | h, c = lstm -> c, h = lstm
            h, c = lstm_step(...): the state comes first, and it is h that meets W_h
        the gates did not see the state move | h, c = lstm -> _, c = lstm
            running the step: h changes, and with it the next forget gate
        the run began with zeros and not with h_0 and c_0 | h_0: 0 * h_0, then c_0: 0 * c_0
            looking where h_0 and c_0 are used in your function
        the bias were forgotten | b_h: 0 * b_h
            the second example: only the bias is not zero
        the axes batch and time were swapped | axis=1) -> axis=0)
            np.stack(list, axis=1): the batch comes first
    """,
)

EXERCISES = (PEEPHOLE, COUPLED, COUNT, BELT)
