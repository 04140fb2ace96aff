"""Checks of lesson 10: peepholes, coupled gates with a mask, parameters, the belt."""

from course_tools.bank import draw_arrays, exercise, load_keras, make_layer
from course_utils.cells import sigmoid

import numpy as np


def peephole(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    # A cell that reads c_prev and c_t beside x_t, with the peepholes as diagonal weights. What
    # it makes of c_t does not depend on the output gate, so a first call finds c_t.
    x_t, h_prev, c_prev = (array.astype(W_x.dtype) for array in (x_t, h_prev, c_prev))
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
        "gates wide open or shut": dict(c_prev=[[2]], b_h=[800, -800, 1, 800]),
        "arrays of whole numbers": dict(
            x_t=np.array([[2]]), h_prev=np.array([[-1]]), c_prev=np.array([[3]])
        )
        | dict(W_x=[[0.3, 0.2, 0.7, -0.4]], W_h=[[0.1, -0.6, 0.3, 0.5]], p_i=[0.5], p_f=[-0.5]),
    },
    mistakes="""
        the output gate looks at the old cell state | p_o * c_t -> p_o * c_prev
            computing c_t first and the output gate after it: it looks at the new cell state
        the output gate looks at tanh(c_t) | p_o * c_t -> p_o * np.tanh(c_t)
            using p_o * c_t: the gate sees the cell state as it is, before tanh
        the output gate has no peephole | p_o: 0 * p_o
            setting p_o to a large number: does h_t change?
        there are no peepholes | p_i: 0 * p_i, then p_f: 0 * p_f, then p_o: 0 * p_o
            adding p_i * c_prev, p_f * c_prev and p_o * c_t inside the three sigmoids
        the gates look at h_prev, not at the cell
            | p_i * c_prev -> p_i * h_prev, then p_f * c_prev -> p_f * h_prev
            writing p_i * c_prev where you have p_i * h_prev
        the peepholes of input and forget gate are swapped
            | i + p_i -> i + p_f, then f + p_f -> f + p_i
            setting one peephole at a time, as in the examples: p_i belongs to the first block
        every unit looks at all cells, not just at its own
            | * c_prev) -> * c_prev.sum(axis=1, keepdims=True))
            multiplying elementwise with *: p_i is no matrix, it has one number for each unit
        the peepholes are added after the sigmoid
            | + p_i -> ) + (p_i, then + p_f -> ) + (p_f, then + p_o -> ) + (p_o
            keeping the gate between 0 and 1: add everything first, the sigmoid comes last
        the blocks are read in the order forget, input, candidate, output | i, f, g -> f, i, g
        the blocks are read in the order input, forget, output, candidate | g, o = -> o, g =
            unpacking in Keras's order: i, f, g, o = np.split(z, 4, axis=-1)
        the candidate goes through a sigmoid, not through tanh | np.tanh(g) -> sigmoid(g)
            using np.tanh for the candidate: it must be able to be negative
        the input gate goes through tanh, not through a sigmoid | i = sigmoid( -> i = np.tanh(
            using sigmoid for all three gates: a gate is between 0 and 1
        the tanh of the cell is missing | np.tanh(c_t) -> c_t
            writing h_t = o * np.tanh(c_t): no state is above 1
        the previous state is missing | h_prev: 0 * h_prev
            starting from x_t @ W_x + h_prev @ W_h + b_h: peepholes are added, they replace nothing
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
        "every step masked": dict(mask=[[False] * 3], b_h=[0, 1, 0]),
        "gates wide open": dict(b_h=[800, 1, 800]),
        "an array of whole numbers": dict(
            x=np.array([[[1], [0], [-2]]]), W_x=[[0.3, 0.7, -0.4]], W_h=[[0.1, -0.6, 0.5]]
        ),
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
        the gate keeps where it should take, and takes where it should keep
            | 1 - sigmoid(i) -> sigmoid(i), then + sigmoid(i) * -> + (1 - sigmoid(i)) *
            working out a gate of 1: the cell should be the candidate alone
        the old cell is multiplied by the gate, not by 1 minus the gate
            | 1 - sigmoid(i) -> sigmoid(i)
            working out a gate of 1: nothing of the old cell should be left
        nothing is forgotten | (1 - sigmoid(i)) * c -> c
            writing (1 - i) * c + i * g: what comes in makes room for itself
        the gate is not applied to the candidate | + sigmoid(i) * -> +
            writing (1 - i) * c + i * g: the same gate, twice
        the blocks are read in the order input, output, candidate | i, g, o = -> i, o, g =
        the blocks are read in the order candidate, input, output | i, g, o = -> g, i, o =
            unpacking in the order of the task: i, g, o = np.split(z, 3, axis=-1)
        the candidate goes through a sigmoid, not through tanh | np.tanh(g) -> sigmoid(g)
            using np.tanh for the candidate: it must be able to be negative
        the tanh of the cell is missing | np.tanh(c_new) -> c_new
            writing h = o * np.tanh(c): no state is above 1
        the bias is missing | b_h: 0 * b_h
            working out the first example: everything is zero but the bias
        the cell is multiplied by W_h in place of the state | h @ W_h -> c @ W_h
            writing h @ W_h: the gates see the state, which is shown, and not the cell
        the gates do not see the state | + h @ W_h ->
            adding h @ W_h, with the h of the step before: x[:, t] @ W_x + h @ W_h + b_h
        the mask is ignored | mask: np.ones_like(mask)
            printing c before and after a masked step: it should not change
        a masked step keeps the state but moves the cell | np.where(real, c_new, c) -> c_new
        a masked step keeps the cell but moves the state | np.where(real, h_new, h) -> h_new
            using np.where twice: once for h and once for c
        a masked step resets state and cell to zero
            | h_new, h) -> h_new, 0), then c_new, c) -> c_new, 0)
            using np.where(real, new, old): a masked step keeps what was there
        the last state is returned in place of the last cell | axis=1), c -> axis=1), h
            ending with: return states, c
        the axes batch and time are swapped | axis=1), c -> axis=0), c
            using np.stack(list_of_states, axis=1): np.array(list_of_states) puts time first
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
        with load_keras().StatelessScope():  # no memory for the weights, only their shapes
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
        "five layers": ONE | dict(units=[2, 7, 7, 1, 300], outputs=40, peepholes=True),
        "billions": ONE | dict(units=[30_000]),
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
        only one of the four blocks is counted | blocks * -> 1 *
            looking at the LSTM of the lesson: three gates and the candidate each have weights
        the candidate is not counted
            | (3, 2) if coupled else (4, 3) -> (2, 2) if coupled else (3, 3)
            counting the candidate with the gates: four blocks, or three with two gates coupled
        coupling saves nothing | (3, 2) if coupled else (4, 3) -> (4, 3)
            looking at the coupled cell of 10b: W_x has three blocks
        coupling removes a block, but not its peephole | (3, 2) -> (3, 3)
            counting the gates that are left: input and output gate
        coupling removes two blocks | (3, 2) -> (2, 2)
            looking at the coupled cell of 10b: input gate, candidate and output gate are left
        the upper layers read the features too
            | size = width -> size = features, then size * outputs -> width * outputs
            drawing a stack of two: the second layer reads the states of the first
        the bias is missing | + width) -> )
            counting features·units + units·units + units in each block: the last is the bias
        there are two biases, as in a GRU | + width) -> + 2 * width)
            counting one bias in each block: two are another layer's habit
        each unit sees only its own state | width * width -> width
            counting W_h as (units, units) in each block
        a peephole is a matrix | gates * width -> gates * width * width
            looking at 10a: p_i has one number for each unit
        the candidate has a peephole too | gates * width -> (gates + 1) * width
            looking at 10a: three gates look at the cell, the candidate does not
        the peepholes are not counted | peepholes: False
            comparing peepholes=True with peepholes=False: the counts should differ
        the Dense layer is not counted | + size * outputs + outputs ->
            adding units·outputs + outputs for the layer that gives the answer
        only the top layer is counted | units: units[-1:]
            looping over the list of units
        the bias of the Dense layer is not counted | + size * outputs + outputs -> + size * outputs
            counting units·outputs + outputs: each output has a bias
    """,
)


def belt(x, h_0, c_0, W_x, W_h, b_h):
    load_keras()
    from course_utils.training import tf

    x = x.astype(W_x.dtype)
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
        "gates wide open": dict(b_h=[800, 800, 1, 800]),
        "gates almost shut for a hundred steps": dict(x=np.zeros((1, 100, 1)), b_h=[0, -9, 1, 0]),
        "an array of whole numbers": dict(x=np.array([[[1], [-2]]]), W_x=[[0.1, 0.4, 0.7, 0.2]]),
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
        lag 0 is missing | return: result[:, 1:]
            starting with ones: the gradient of c_T with respect to itself
        the products start at the first step, not at the last | forgets[::-1] -> forgets
            working out lag 1: it is the forget gate of the last step
        the steps are in their own order, not by lag | np.stack(left -> np.stack(left[::-1]
            turning the time axis round with [:, ::-1]: index 0 is lag 0, the end
        the forget gates are added, not multiplied
            | left[-1] * gate -> gate + (left[-1] if len(left) > 1 else 0)
            using np.cumprod: each step is one more factor
        the forget gates come back one by one, never multiplied | left[-1] * gate -> gate
            using np.cumprod: what passes two steps passes two gates
        the last gate is raised to a power | in forgets[::-1] -> in [forgets[-1]] * len(forgets)
            using the gates of all steps: they differ from step to step
        the average gate is raised to a power
            | in forgets[::-1] -> in [sum(forgets) / len(forgets)] * len(forgets)
            using np.cumprod over the gates themselves, not over their mean
        all units share one gate, the mean of theirs
            | left[-1] * gate -> left[-1] * gate.mean(axis=-1, keepdims=True)
            leaving the last axis alone: every unit has its own belt
        the input gate is taken for the forget gate | _, f, _, _ = -> f, _, _, _ =
        the output gate is taken for the forget gate | _, f, _, _ = -> _, _, _, f =
        the blocks are read in the order forget, input, candidate, output
            | W_x: swapped_blocks(W_x), then W_h: swapped_blocks(W_h), then b_h: swapped_blocks(b_h)
            unpacking in Keras's order: input, forget, candidate, output
        the sigmoid of the forget gate is missing | sigmoid(f) -> f
            printing the forget gate: it is between 0 and 1
        the forget gate goes through tanh, not through a sigmoid | sigmoid(f) -> np.tanh(f)
            using sigmoid for gates: a forget gate is never negative
        the derivative of the sigmoid is taken | sigmoid(f) -> sigmoid(f) * (1 - sigmoid(f))
            treating f in c_t = f * c_prev + i * g as a given number: the derivative is f itself
        state and cell state get swapped on the way | W_h, b_h) -> W_h, b_h); h = c
        the two results of lstm_step are unpacked in the wrong order | h, c = lstm -> c, h = lstm
            writing h, c = lstm_step(...): the state comes first, and it is h that meets W_h
        the gates do not see the state move | h, c = lstm -> _, c = lstm
            updating h as well as c: h changes, and with it the next forget gate
        the run starts from zeros, not from h_0 and c_0 | h_0: 0 * h_0, then c_0: 0 * c_0
            looking for h_0 and c_0 in your function: the first step should start from them
        the bias is missing | b_h: 0 * b_h
            working out the second example: only the bias is not zero
        the axes batch and time are swapped | axis=1) -> axis=0)
            using np.stack(list, axis=1): the batch comes first
    """,
)

EXERCISES = (PEEPHOLE, COUPLED, COUNT, BELT)
