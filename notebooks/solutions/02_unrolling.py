"""Checks of lesson 02: untied weights, a mask, chunks, the whole run as one matrix."""

from course_tools.bank import draw_arrays, exercise, load_keras, make_layer, through_the_batch
from course_utils.cells import run_rnn

import numpy as np


def weekly(x, h_0, W_x, W_h, b_h):
    weights = zip(W_x, W_h, b_h, strict=True)
    sets = [make_layer("SimpleRNNCell", len(b), [W, R, b]) for W, R, b in weights]
    h, states = h_0, []
    for t in range(x.shape[1]):
        h, _ = sets[t % len(sets)](x[:, t], [h])
        states.append(np.array(h))
    return np.stack(states, axis=1)


WEEKLY = exercise(
    "02a",
    key="one keras.layers.SimpleRNNCell per set",
    answer=weekly,
    returns="states (batch, time, units)",
    examples={
        "only the input term": dict(x=[[[0.5], [0.5], [0.5]]], W_x=[[[2]], [[1]]]),
        "only the recurrent term": dict(h_0=[[0.5]], W_h=[[[2]], [[1]]]),
        "only the bias": dict(b_h=[[1], [2]]),
        "arrays of whole numbers": dict(
            x=np.array([[[1], [0], [-1]]]),
            h_0=np.array([[1]]),
            W_x=[[[0.3]], [[0.5]]],
            W_h=[[[0.7]], [[0.2]]],
        ),
        "hundreds of steps": dict(
            x=np.tile([[[0.5], [-1], [0.2]]], (1, 130, 1)), W_x=[[[2]], [[1]]], W_h=[[[1]], [[-1]]]
        ),
    },
    sizes=(
        ("", dict(batch=3, time=5, features=2, units=4, sets=2)),
        ("", dict(batch=2, time=8, features=3, units=6, sets=3)),
        ("one set, the tied network", dict(batch=3, time=5, features=2, units=4, sets=1)),
        ("a set for every step", dict(batch=3, time=4, features=2, units=5, sets=4)),
        ("more sets than steps", dict(batch=2, time=3, features=4, units=5, sets=7)),
        ("a batch of one", dict(batch=1, time=7, features=2, units=3, sets=3)),
        ("a sequence of one", dict(batch=3, time=1, features=4, units=2, sets=2)),
        ("float32", dict(batch=4, time=6, features=1, units=3, sets=4, dtype="float32")),
    ),
    mistakes="""
        every step uses the first set | t % len(W_x) -> 0
            indexing the weights with the day: W_x[day], W_h[day], b_h[day]
        every step uses the last set | t % len(W_x) -> -1
            printing t and the number of the set inside your loop: 0 0, 1 1, ...
        the last set stays in use after all have had their turn
            | t % len(W_x) -> min(t, len(W_x) - 1)
            using t % len(W_x): after the last set the first one comes round again
        each set serves a stretch of the sequence, one stretch after the other
            | t % len(W_x) -> t * len(W_x) // x.shape[1]
            using t % len(W_x), the remainder: the sets take turns at every step
        the counting starts with the second set | t % len(W_x) -> (t + 1) % len(W_x)
            trying a sequence of one step: it uses set 0
        the sets take turns in reverse order | t % len(W_x) -> -1 - t % len(W_x)
            printing t and the number of the set inside your loop: 0 0, 1 1, ...
        one average of all sets serves every step
            | W_x: W_x.mean(0)[None], then W_h: W_h.mean(0)[None], then b_h: b_h.mean(0)[None]
            indexing the weights with the day: W_x[day], W_h[day], b_h[day]
        W_h comes from the set before | W_h[day] -> W_h[day - 1]
            taking all three, W_x, W_h and b_h, from the same set
        W_h always comes from the first set | W_h[day] -> W_h[0]
            indexing W_h with the day, like W_x
        the bias always comes from the first set | b_h[day] -> b_h[0]
            indexing b_h with the day, like W_x
        W_h is transposed | W_h[day] -> W_h[day].T
            writing the shapes under the product: rows are examples, so it is h @ W_h[day]
        the bias is missing | b_h: 0 * b_h
            setting x and h_0 to zero: the first state should be tanh(b_h[0])
        tanh is missing | b_h[day]) -> b_h[day], lambda z: z)
            looking for a state above 1 or below -1: after tanh there is none
        the state is not carried from step to step | x[:, t], h, -> x[:, t], h_0,
            following one name through your loop: the h of one step is h_prev of the next
        the state is carried from one sequence of the batch into the next
            | return: through_the_batch(right, given)
            starting each sequence from its own row of h_0, or reading all at once, with x[:, t]
        each state is stored before its step, not after it
            | states.append(h) -> pass, then h = rnn -> states.append(h); h = rnn
            trying a sequence of one step: its only state should depend on x
        only the last state is returned | return: result[:, -1]
            collecting every state inside the loop: yours keeps only that of the last turn
        h_0 is overwritten | states.append(h) -> states.append(h); h_0[:] = h
            making a new array in each step, h = ..., where you have h[:] = ...
    """,
)


def masked(x, mask, W_x, W_h, b_h):
    layer = make_layer("SimpleRNN", len(b_h), [W_x, W_h, b_h], return_sequences=True)
    states = layer(x, mask=mask)
    mean = load_keras().layers.GlobalAveragePooling1D(name="answer_key", dtype=W_x.dtype.name)
    return np.array(states), np.array(mean(states, mask=mask))


def draw_masked(rng, batch, time, features, units, dtype="float64"):
    shapes = dict(x=(batch, time, features), mask=(batch, time), W_x=(features, units))
    arrays = draw_arrays(rng, dtype, **shapes, W_h=(units, units), b_h=units)
    # The first sequence is cut at the end, the second at the beginning, others have holes.
    arrays["mask"][0] = np.arange(time) < (time + 1) // 2
    if batch > 1:
        arrays["mask"][1] = np.arange(time) >= time // 2
    return arrays


def up_front(x, mask):
    """Return both with the real steps of each sequence moved up to its front."""
    order = np.argsort(~mask, axis=1, kind="stable")
    return np.take_along_axis(x, order[..., None], axis=1), np.take_along_axis(mask, order, axis=1)


def masked_going_on_behind(x, mask, W_x, W_h, b_h):
    run = run_rnn(x, np.zeros((len(x), len(b_h)), x.dtype), W_x, W_h, b_h)
    states = np.zeros_like(run)
    for t in range(x.shape[1]):
        states[:, t] = np.where(mask[:, t, None], run[:, t], states[:, t - 1] if t else 0)
    return states, (states * mask[..., None]).sum(axis=1) / mask.sum(axis=1)[:, None]


STEPS = dict(x=[[[0.5], [0], [1]]], W_x=[[2]], W_h=[[1]])
MASKED = exercise(
    "02b",
    key="keras.layers.SimpleRNN and GlobalAveragePooling1D",
    answer=masked,
    returns="states (batch, time, units)\nmean (batch, units)",
    examples={
        "nothing masked": STEPS,
        "the last step masked": STEPS | dict(mask=[[True, True, False]]),
        "the first step masked": STEPS | dict(x=[[[1], [0.5], [0]]], mask=[[False, True, True]]),
        "only the bias, the last step masked": dict(mask=[[True, True, False]], b_h=[1]),
        "an array of whole numbers": dict(x=np.array([[[1], [0], [-1]]]), W_x=[[0.3]], W_h=[[0.7]]),
    },
    draw=draw_masked,
    sizes=(
        ("", dict(batch=3, time=6, features=2, units=4)),
        ("", dict(batch=4, time=5, features=3, units=2)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3)),
        ("a sequence of one", dict(batch=4, time=1, features=2, units=3)),
        ("float32", dict(batch=5, time=4, features=1, units=3, dtype="float32")),
        ("float32", dict(batch=3, time=7, features=4, units=2, dtype="float32")),
    ),
    without=("mask",),
    mistakes="""
        the mask is ignored | np.where(mask[:, t, None], new, h) -> new
            printing h before and after a masked step: it should not change
        the mask is inverted | mask[:, t, None], new, h -> mask[:, t, None], h, new
            reading the mask aloud: True is a real step, False is padding
        masked inputs are zeroed, but their steps are still taken
            | np.where(mask[:, t, None], new, h) -> new, then x[:, t] -> x[:, t] * mask[:, t, None]
            looking at a step with x_t = 0: b_h and W_h still move the state, and padding should not
        a masked step resets the state to zero | new, h) -> new, 0)
            keeping the old state where the mask is False: np.where(real, h_new, h)
        masked steps show zeros in place of the state they keep
            | return: (result[0] * mask[..., None], result[1])
            storing h itself after each step: at a masked step it is the h from before
        a masked step shows the old state, but the run goes on without it
            | return: masked_going_on_behind(**given)
            carrying on with the state that you stored: the next real step starts from it
        one masked sequence stops the whole batch | mask[:, t, None], -> mask[:, t].all(),
        one real sequence moves the whole batch | mask[:, t, None], -> mask[:, t].any(),
            giving each sequence its own decision: mask[:, t] has one truth value per sequence
        the first sequence's mask is used for all | mask[:, t, None], -> mask[0, t],
            using mask[:, t] where you have mask[0, t] or mask[t]
        the mask is read one step late | mask[:, t, None], -> mask[:, t - 1, None],
            using the same t for x[:, t] and mask[:, t]
        the real steps are moved up to the front
            | return: right(**given | dict(zip(("x", "mask"), up_front(x, mask))))
            leaving every step in its place: the state at time t belongs to x[:, t]
        the mean is taken over all steps, padding included
            | return: (result[0], result[0].mean(axis=1))
            trying a sequence with one real step: its mean is the state after that step
        the sum over the real steps is divided by the number of all steps
            | mask.sum(axis=1, keepdims=True) -> mask.shape[1]
        the sum over the real steps is not divided | / mask.sum(axis=1, keepdims=True) ->
        the mean is divided by the real steps of the whole batch
            | mask.sum(axis=1, keepdims=True) -> mask.sum()
            dividing by mask.sum(axis=1, keepdims=True), a number for each sequence
        the state is not carried from step to step | x[:, t], h, -> x[:, t], 0 * h,
            following one name through your loop: the h of one step is h_prev of the next
        tanh is missing | W_h, b_h) -> W_h, b_h, lambda z: z)
            looking for a state above 1 or below -1: after tanh there is none
        only the last state is returned | return: (result[0][:, -1], result[1])
            collecting every state inside the loop: yours keeps only that of the last turn
        the axes batch and time are swapped | return: (result[0].swapaxes(0, 1), result[1])
            using np.stack(list_of_states, axis=1): np.array(list_of_states) puts time first
        the states come back as a Python list | return: (list(result[0].swapaxes(0, 1)), result[1])
            using np.stack(list_of_states, axis=1): it makes one array, with time as second axis
    """,
)


def chunks(x, h_0, W_x, W_h, b_h, length):
    layer = make_layer("SimpleRNN", len(b_h), [W_x, W_h, b_h], return_sequences=True)
    states = np.array(layer(x, initial_state=[h_0]))
    ends = [min(start + length, x.shape[1]) - 1 for start in range(0, x.shape[1], length)]
    return states, states[:, ends].swapaxes(0, 1)


def draw_chunks(rng, batch, time, features, units, length, dtype="float64"):
    shapes = dict(x=(batch, time, features), h_0=(batch, units), W_x=(features, units))
    arrays = draw_arrays(rng, dtype, **shapes, W_h=(units, units), b_h=units)
    return arrays | dict(length=length)


def filled_up(x, length):
    """Return x with zeros behind it, up to a whole number of chunks."""
    return np.pad(x, ((0, 0), (0, -x.shape[1] % length), (0, 0)))


IMPULSE = dict(x=[[[0.5], [0], [0]]], W_x=[[2]], W_h=[[1]])
CHUNKS = exercise(
    "02c",
    key="one run of keras.layers.SimpleRNN",
    answer=chunks,
    returns="states (batch, time, units)\ncarried (chunks, batch, units)",
    examples={
        "only the first input": IMPULSE | dict(length=2),
        "only h_0": dict(h_0=[[0.5]], W_h=[[1]], length=2),
        "only the bias": dict(b_h=[1], length=2),
        "chunks of one step": IMPULSE | dict(length=1),
        "one chunk longer than all": IMPULSE | dict(length=9),
        "arrays of whole numbers": dict(
            x=np.array([[[1], [0], [-1]]]), h_0=np.array([[1]]), W_x=[[0.3]], W_h=[[0.7]], length=2
        ),
        "a hundred chunks": IMPULSE | dict(x=np.tile([[[0.5], [-1]]], (1, 101, 1)), length=2),
    },
    draw=draw_chunks,
    sizes=(
        ("", dict(batch=3, time=7, features=2, units=4, length=3)),
        ("", dict(batch=2, time=8, features=3, units=5, length=3)),
        ("chunks that divide evenly", dict(batch=3, time=6, features=2, units=4, length=3)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3, length=2)),
        ("a sequence of one", dict(batch=3, time=1, features=4, units=2, length=2)),
        ("float32", dict(batch=2, time=9, features=1, units=5, length=4, dtype="float32")),
    ),
    without=("h_0",),
    mistakes="""
        every chunk starts from zeros | length], h, -> length], h if begin == 0 else 0 * h,
        every chunk starts from h_0 | length], h, -> length], h_0,
            handing the last state of a chunk to the next one as its h_0
        the run starts from zeros, not from h_0 | h_0: 0 * h_0
            looking for h_0 in your function: the first step should start from it
        the last, shorter chunk is dropped
            | range(0, x.shape[1], length) -> range(0, x.shape[1] - length + 1, length)
            printing list(range(0, 7, 3)): a chunk begins at each of these, also at 6
        the last chunk is padded with zeros
            | x: filled_up(x, length), then return: (result[0][:, : x.shape[1]], result[1])
            leaving the last chunk short: even an input of zeros moves the state
        a chunk reads the last step of the one before again
            | x[:, begin : -> x[:, max(0, begin - 1) :, then (chunk) -> (chunk[:, min(begin, 1) :])
            printing begin and end of each chunk: where one ends the next begins
        carried holds the state that each chunk starts from
            | return: (result[0], np.stack([h_0, *result[1][:-1]]))
            storing the state after the chunk, not before it
        carried holds the first state of each chunk | append(h) -> append(chunk[:, 0])
        carried holds the average state of each chunk | append(h) -> append(chunk.mean(axis=1))
            taking the last step of a chunk's states: [:, -1]
        carried holds the final state again and again
            | return: (result[0], np.stack([result[1][-1]] * len(result[1])))
            storing a chunk's last state inside the loop: an array reused there changes later
        the last chunk's state is missing from carried | return: (result[0], result[1][:-1])
            storing the state after every chunk, the last one too
        the axes chunks and batch of carried are swapped
            | np.stack(carried) -> np.stack(carried, axis=1)
            using np.stack(list_of_states), which puts the chunks first
        the bias is missing | b_h: 0 * b_h
            setting x and h_0 to zero: the first state should be tanh(b_h)
        h_0 is overwritten | carried.append(h) -> carried.append(h); h_0[:] = h
            making a new array in each step, h = ..., where you have h[:] = ...
    """,
)


def matrix(W_x, W_h, time):
    features, units = W_x.shape
    options = dict(activation="linear", return_sequences=True)
    layer = make_layer("SimpleRNN", units, [W_x, W_h, np.zeros(units, W_x.dtype)], **options)
    # One sequence for each entry of x, with a 1 there and 0 everywhere else.
    impulses = np.eye(time * features, dtype=W_x.dtype).reshape(-1, time, features)
    return np.array(layer(impulses)).reshape(time * features, time * units)


def draw_matrix(rng, time, features, units, dtype="float64"):
    return draw_arrays(rng, dtype, W_x=(features, units), W_h=(units, units)) | dict(time=time)


def four_axes(matrix, time):
    """Return the blocks as (time, time, features, units)."""
    shape = (time, len(matrix) // time, time, matrix.shape[1] // time)
    return matrix.reshape(shape).swapaxes(1, 2)


MATRIX = exercise(
    "02d",
    key="impulses sent through a linear keras.layers.SimpleRNN",
    answer=matrix,
    returns="matrix (time*features, time*units)",
    examples={
        "one step": dict(W_x=[[3]], W_h=[[2]], time=1),
        "one feature, one unit": dict(W_x=[[3]], W_h=[[2]], time=3),
        "W_h that shifts": dict(W_x=[[1, 0], [0, 1]], W_h=[[0, 1], [0, 0]], time=2),
        "no memory, W_h of zero": dict(W_x=[[1]], W_h=[[0]], time=2),
        "an array of whole numbers": dict(W_x=np.array([[3]]), W_h=[[0.5]], time=4),
    },
    draw=draw_matrix,
    sizes=(
        ("", dict(time=4, features=2, units=3)),
        ("", dict(time=5, features=3, units=2)),
        ("as many features as units", dict(time=3, features=2, units=2)),
        ("one feature", dict(time=4, features=1, units=3)),
        ("float32", dict(time=5, features=2, units=4, dtype="float32")),
    ),
    mistakes="""
        the future reaches back into the past | t - s] if s <= t -> s - t] if t <= s
            checking the block in row 1, column 0: input 1 comes after state 0, so it is zero
        past and future are treated alike
            | powers[t - s] if s <= t else nothing -> powers[abs(t - s)]
            checking the block in row 1, column 0: input 1 comes after state 0, so it is zero
        each input reaches its own step and no later one | s <= t -> s == t
            following a 1 at the first step, with zeros after it: W_h keeps carrying it on
        W_h is applied once, however many steps are in between | (W_h, n) -> (W_h, min(n, 1))
        W_h is never applied | (W_h, n) -> (W_h, 0)
            counting the steps from input s to state t: each multiplies by W_h once more
        W_h is applied once too often | (W_h, n) -> (W_h, n + 1)
            trying time = 1: the matrix is W_x alone
        each entry of W_h is raised to a power, not the matrix
            | np.linalg.matrix_power(W_h, n) -> W_h**n
            using np.linalg.matrix_power(W_h, n), since W_h ** n works entry by entry
        W_h is transposed | (W_h, n) -> (W_h.T, n)
            following a row vector through two steps: x @ W_x @ W_h, from left to right
        the matrix is transposed | return: result.T
            writing flattened x @ matrix: a row for each entry of x, a column for each state
        rows and columns are ordered by feature first and by time second
            | return: four_axes(result, time).transpose(2, 0, 3, 1).reshape(result.shape)
            printing x.reshape(-1) for x (time, features): all features of step 0 come first
        the powers of W_h are added up along the way
            | np.linalg.matrix_power(W_h, n) ->
            | sum(np.linalg.matrix_power(W_h, i) for i in range(n + 1))
            following a 1 at step s, with zeros after it: one single path leads to state t
        the blocks are left in four axes | np.block( -> np.array(
        the blocks come back as Python lists | np.block( -> list(
            using np.block(rows_of_blocks): it joins the blocks into one matrix
    """,
)

EXERCISES = (WEEKLY, MASKED, CHUNKS, MATRIX)
