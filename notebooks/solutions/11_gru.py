"""Checks of lesson 11: the mirrored step, other people's weights, one gate, a budget."""

from course_tools.bank import draw_arrays, exercise, load_keras, make_layer

import numpy as np


def make_gru(*weights):
    return make_layer("GRU", len(weights[1]), weights, reset_after=False)


def mirrored(x_t, h_prev, W_x, W_h, b):
    def flip_update(weights):
        z, r, g = np.split(weights, 3, axis=-1)
        return np.concatenate([-z, r, g], axis=-1)

    layer = make_gru(*map(flip_update, (W_x, W_h, b)))
    return np.array(layer(x_t[:, None], initial_state=h_prev))


MIRRORED = exercise(
    "11a",
    key="keras.layers.GRU with the signs of the update block turned",
    answer=mirrored,
    returns="h_t (batch, units)",
    examples={
        "only the update gate and the state": dict(h_prev=[[0.5]], b=[1, 0, 0]),
        "only the candidate": dict(x_t=[[0.5]], W_x=[[0, 0, 2]]),
        "the reset gate almost shut": dict(h_prev=[[0.5]], W_h=[[0, 0, 2]], b=[0, -9, 0]),
        "the bias of the candidate": dict(b=[0, 0, 1]),
        "gates wide open": dict(h_prev=[[0.5]], W_h=[[0, 0, 1]], b=[800, 800, 1]),
        "arrays of whole numbers": dict(
            x_t=np.array([[2]]),
            h_prev=np.array([[-1]]),
            W_x=[[0.3, 0.7, 0.4]],
            W_h=[[0.5, 0.2, 0.6]],
        ),
    },
    sizes=(
        ("", dict(batch=3, features=2, units=4)),
        ("", dict(batch=2, features=5, units=3)),
        ("a batch of one", dict(batch=1, features=3, units=2)),
        ("one unit", dict(batch=4, features=2, units=1)),
        ("as many features as units", dict(batch=3, features=4, units=4)),
        ("float32", dict(batch=5, features=1, units=3, dtype="float32")),
    ),
    mistakes="""
        z and 1 - z are swapped | (1 - z) * h_prev + z * g -> z * h_prev + (1 - z) * g
            working out z = 1: in this convention the candidate takes the place of the state
        the reset gate acts after the product with W_h, not before it
            | (r * h_prev) @ W_hg -> r * (h_prev @ W_hg)
            multiplying the state by r first, and only then by the candidate's block
        the reset gate acts after the product, and on the bias too
            | x_t @ W_x + b -> x_t @ W_x + b * (np.arange(len(b)) < 2 * len(W_h)),
            | then (r * h_prev) @ W_hg -> r * (h_prev @ W_hg + b[2 * len(W_h) :])
            multiplying the state alone by r, before the product with the candidate's block
        the reset gate is missing | (r * h_prev) -> h_prev
            looking for r in your function: the candidate sees r * h_prev, not h_prev
        the reset gate multiplies the finished candidate
            | np.tanh( -> r * np.tanh(, then (r * h_prev) -> h_prev
            multiplying the old state by r, inside the tanh: the input is never reset
        the reset gate multiplies the input too
            | from_g + -> r * (x_t @ W_x)[:, 2 * len(W_h) :] + b[2 * len(W_h) :] +
            working out r = 0: the candidate should still hear x_t
        the state is multiplied by 1 - r, not by r | (r * -> ((1 - r) *
            working out r = 0: nothing of the state should reach the candidate
        the blocks are read in the order reset, update, candidate
            | W_hz, W_hr, W_hg = -> W_hr, W_hz, W_hg =,
            | then from_z, from_r, from_g = -> from_r, from_z, from_g =
        the blocks are read in the order candidate, update, reset
            | W_hz, W_hr, W_hg = -> W_hg, W_hz, W_hr =,
            | then from_z, from_r, from_g = -> from_g, from_z, from_r =
            splitting with np.split(..., 3, axis=-1): the blocks come as update, reset, candidate
        the update gate does the reset gate's work as well | (r * -> (z *
            giving r a block of its own: the one in the middle
        the gates go through tanh, not through a sigmoid | sigmoid( -> np.tanh(
            printing z: a gate is between 0 and 1
        the candidate goes through a sigmoid, not through tanh | np.tanh( -> sigmoid(
            working out the candidate for a sum of 0: it should be 0
        tanh is missing from the candidate | np.tanh( -> (
            trying a large input: the candidate should stay between -1 and 1
        the bias is missing | b: 0 * b
            setting x_t and h_prev to zero: the state should still move
        the old state is not kept at all | (1 - z) * h_prev + z * g -> z * g
            adding two terms: (1 - z) * h_prev and z times the candidate
        the candidate is added in full | + z * g -> + g
            adding the shares of the old state and of the candidate: they should sum to 1
        each block of W_h is transposed
            | @ W_hz -> @ W_hz.T, then @ W_hr -> @ W_hr.T, then @ W_hg -> @ W_hg.T
            writing the shapes under the product: rows are examples, so it is h @ W_h
        h_prev is overwritten
            | return (1 - z) * h_prev + z * g -> h_prev[:] = (1 - z) * h_prev + z * g; return h_prev
            making a new array, h_t = ..., where you have h_prev[:] = ... or h_prev *= ...
    """,
)


def translated(W_ih, W_hh, b_ih, b_hh):
    def to_keras(rows):
        r, z, g = np.split(rows, 3)
        return np.concatenate([-z, r, g]).T

    return to_keras(W_ih), to_keras(W_hh), np.stack([to_keras(b_ih), to_keras(b_hh)])


TRANSLATED = exercise(
    "11b",
    key="the weights with which keras.layers.GRU repeats that library",
    answer=translated,
    returns="kernel (features, 3*units)\nrecurrent_kernel (units, 3*units)\nbias (2, 3*units)",
    examples={
        "only the input weights": dict(W_ih=[[1], [2], [3]]),
        "only the recurrent weights": dict(W_hh=[[1], [2], [3]]),
        "only the biases": dict(b_ih=[1, 2, 3], b_hh=[4, 5, 6]),
        "arrays of whole numbers": dict(
            W_ih=np.array([[1], [2], [3]]), W_hh=np.array([[4], [5], [6]])
        ),
    },
    sizes=(
        ("", dict(features=2, units=4)),
        ("", dict(features=5, units=3)),
        ("as many features as units", dict(features=3, units=3)),
        ("one unit", dict(features=2, units=1)),
        ("one feature", dict(features=1, units=2)),
        ("float32", dict(features=4, units=2, dtype="float32")),
    ),
    mistakes="""
        the blocks keep their old order: reset, update, candidate | [-z, r, g] -> [r, -z, g]
            putting the update block first: Keras has update, reset, candidate
        the first block's signs are flipped before the blocks change places
            | [-z, r, g] -> [z, -r, g]
            flipping the signs of the update block, wherever it is at that moment
        no sign is flipped | [-z, r, g] -> [z, r, g]
            using 1 - sigmoid(a) = sigmoid(-a): z means the opposite in the two libraries
        neither the order nor a sign is changed | [-z, r, g] -> [r, z, g]
            doing three things: transpose, change the order, flip signs
        the kernels' signs are flipped, but not the biases'
            | rearrange(rows) -> rearrange(rows, sign=-1), then -z -> sign * z,
            | then rearrange(b_ih), rearrange(b_hh) -> rearrange(b_ih, 1), rearrange(b_hh, 1)
            flipping the whole sum in the update gate: the biases are part of it
        the biases' signs are flipped, but not the kernels'
            | rearrange(rows) -> rearrange(rows, sign=-1), then -z -> sign * z,
            | then rearrange(W_ih).T, rearrange(W_hh).T ->
            | rearrange(W_ih, 1).T, rearrange(W_hh, 1).T
            flipping the whole sum in the update gate: the kernels are part of it
        the candidate's signs are flipped too | [-z, r, g] -> [-z, r, -g]
            leaving the candidate alone: the mirror concerns only z
        all signs are flipped | [-z, r, g] -> [-z, -r, -g]
            leaving reset gate and candidate alone: the mirror concerns only z
        the block becomes 1 - W instead of -W | -z -> 1 - z
            using 1 - sigmoid(a) = sigmoid(-a): the sum inside flips its sign, no 1 is added to it
        the blocks come out in the order candidate, reset, update | [-z, r, g] -> [g, r, -z]
            putting them in Keras's order: update, reset, candidate
        the two rows of the bias are swapped
            | rearrange(b_ih), rearrange(b_hh) -> rearrange(b_hh), rearrange(b_ih)
            putting b_ih, beside the input, in row 0, and b_hh, beside the state, in row 1
        the two biases are added up in row 0
            | return: (*result[:2], np.stack([result[2].sum(axis=0), 0 * b_ih]))
            keeping b_hh apart: in the candidate it is inside the bracket that r multiplies
        the two biases are added up into one row | np.stack([ -> sum([
            using np.stack([..., ...]): with reset_after, Keras has two rows
        the two biases are joined end to end in one row | np.stack( -> np.concatenate(
            using np.stack([..., ...]) where you have np.concatenate
        the kernels are not transposed | .T ->
            comparing the shapes: Keras multiplies x_t @ kernel, so the features are its rows
        each block of the recurrent kernel is not transposed
            | return: (result[0], np.hstack([b.T for b in np.split(result[1], 3, 1)]), result[2])
            transposing W_hh as a whole: its rows become columns
        the two kernels are swapped
            | return kernel, recurrent_kernel -> return recurrent_kernel, kernel
            ending with: return kernel, recurrent_kernel, bias
    """,
)


def minimal(x, mask, W_x, W_h, b):
    def to_gru(weights):
        f, g = np.split(weights, 2, axis=-1)
        return np.concatenate([-f, f, g], axis=-1)

    return np.array(make_gru(*map(to_gru, (W_x, W_h, b)))(x, mask=mask))


def draw_minimal(rng, batch, time, features, units, dtype="float64"):
    shapes = dict(x=(batch, time, features), mask=(batch, time), W_x=(features, 2 * units))
    arrays = draw_arrays(rng, dtype, **shapes, W_h=(units, 2 * units), b=2 * units)
    # The first sequence is cut at the end, the second at the beginning, others have holes.
    arrays["mask"][0] = np.arange(time) < (time + 1) // 2
    if batch > 1:
        arrays["mask"][1] = np.arange(time) >= time // 2
    return arrays


STEPS = dict(x=[[[0.5], [0], [1]]], W_x=[[0, 2]], W_h=[[0, 1]])
MINIMAL = exercise(
    "11c",
    key="keras.layers.GRU whose two gates are made of that one",
    answer=minimal,
    returns="h (batch, units)",
    examples={
        "nothing masked": STEPS,
        "the last step masked": STEPS | dict(mask=[[True, True, False]]),
        "only the bias of the candidate": dict(b=[0, 1]),
        "the gate almost shut": dict(b=[-9, 1]),
        "every step masked": dict(mask=[[False] * 3], b=[0, 1]),
        "the gate wide open": dict(b=[800, 1]),
        "an array of whole numbers": dict(
            x=np.array([[[1], [0], [-2]]]), W_x=[[0.3, 0.7]], W_h=[[0.1, -0.6]]
        ),
    },
    draw=draw_minimal,
    sizes=(
        ("", dict(batch=3, time=6, features=2, units=4)),
        ("", dict(batch=4, time=5, features=3, units=2)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3)),
        ("a sequence of one", dict(batch=4, time=1, features=2, units=3)),
        ("one unit", dict(batch=3, time=4, features=2, units=1)),
        ("float32", dict(batch=5, time=4, features=1, units=3, dtype="float32")),
    ),
    mistakes="""
        a masked step resets the state to zero | f * g, h) -> f * g, 0)
            keeping the old state where the mask is False: np.where(real, h_new, h)
        masked inputs are zeroed, but their steps are still taken
            | x: x * mask[..., None], then mask: np.ones_like(mask)
            looking at a step with x_t = 0: b and W_h still move the state, and padding should not
        one masked sequence stops the whole batch | mask[:, t, None], -> mask[:, t].all(),
        one real sequence moves the whole batch | mask[:, t, None], -> mask[:, t].any(),
            giving each sequence its own decision: mask[:, t] has one truth value per sequence
        the mask is read one step late | mask[:, t, None], -> mask[:, t - 1, None],
            using the same t for x[:, t] and mask[:, t]
        f and 1 - f are swapped | (1 - f) * h + f * g -> f * h + (1 - f) * g
            working out f = 1: here the candidate takes the place of the state
        the candidate sees the whole state | (f * h) -> h
            using the one gate twice: f * h_prev also goes into the candidate
        the candidate sees 1 - f of the state | (f * h) -> ((1 - f) * h)
            using f * h_prev in the candidate, and 1 - f only in the mixing
        the gate acts after the product with W_h, not before it | (f * h) @ W_hg -> f * (h @ W_hg)
            multiplying the state by f first, and only then by the candidate's block
        the blocks are read in the order candidate, gate
            | W_hf, W_hg = -> W_hg, W_hf =, then from_f, from_g = -> from_g, from_f =
            splitting with np.split(..., 2, axis=-1): the gate's block comes first
        the old state is not kept at all | (1 - f) * h + f * g -> f * g
            adding two terms: (1 - f) * h_prev and f times the candidate
        the candidate is added in full | + f * g -> + g
            adding the shares of the old state and of the candidate: they should sum to 1
        tanh is missing from the candidate | np.tanh( -> (
            trying a large input: the state should stay between -1 and 1
        the gate goes through tanh, not through a sigmoid | sigmoid( -> np.tanh(
            printing f: a gate is between 0 and 1
    """,
)


def count_in_keras(name, features, outputs, units, reset_after):
    layers = load_keras().layers
    options = dict(reset_after=reset_after) if name == "GRU" else {}
    zeros = dict(kernel_initializer="zeros", recurrent_initializer="zeros")
    layer = getattr(layers, name)(units, name="answer_key", **zeros, **options)
    layer.build((None, None, features))
    dense = layers.Dense(outputs, name="answer_key", kernel_initializer="zeros")
    dense.build((None, units))
    return layer.count_params() + dense.count_params()


def fitting(name, features, outputs, budget, reset_after):
    low, high = 0, 1  # low units fit, high units do not
    while count_in_keras(name, features, outputs, high, reset_after) <= budget:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        fits = count_in_keras(name, features, outputs, middle, reset_after) <= budget
        low, high = (middle, high) if fits else (low, middle)
    return low


def draw_budget(rng, name, reset_after=True, budget=(3_000, 20_000)):
    features, outputs = map(int, rng.integers([5, 15], [40, 60]))
    budget = int(rng.integers(*budget))
    return dict(
        name=name, features=features, outputs=outputs, budget=budget, reset_after=reset_after
    )


SIMPLE = dict(name="SimpleRNN", features=2, outputs=1, reset_after=True)
GRU = dict(name="GRU", features=1, outputs=1, reset_after=True)
BUDGET = exercise(
    "11d",
    key="count_params of the Keras layers",
    answer=fitting,
    returns="units",
    examples={
        "a budget for exactly 3 units": SIMPLE | dict(budget=22),
        "one parameter short of 3 units": SIMPLE | dict(budget=21),
        "nearer to 4 units, which pass it": SIMPLE | dict(budget=28),
        "a budget for exactly 1 unit": GRU | dict(budget=14),
        "one parameter short of 1 unit": GRU | dict(budget=13),
        "exactly 1 unit, one bias": GRU | dict(budget=11, reset_after=False),
        "not even one unit fits": GRU | dict(name="LSTM", budget=13),
        "no budget at all": SIMPLE | dict(budget=0),
        "a budget of millions": SIMPLE | dict(budget=4_000_000),
    },
    draw=draw_budget,
    sizes=(
        ("", dict(name="GRU")),
        ("", dict(name="LSTM")),
        ("", dict(name="SimpleRNN")),
        ("reset_after=False", dict(name="GRU", reset_after=False)),
        ("reset_after=False", dict(name="GRU", reset_after=False, budget=(30_000, 90_000))),
        ("a large budget", dict(name="GRU", budget=(100_000, 300_000))),
        ("a large budget", dict(name="LSTM", budget=(100_000, 300_000))),
        ("a large budget", dict(name="SimpleRNN", budget=(100_000, 300_000))),
        ("a small budget", dict(name="GRU", budget=(600, 1_200))),
        ("a small budget", dict(name="LSTM", budget=(600, 1_200))),
        ("a small budget", dict(name="SimpleRNN", budget=(600, 1_200))),
        ("a small budget", dict(name="GRU", reset_after=False, budget=(600, 1_200))),
    ),
    mistakes="""
        the Dense layer is not counted | + n * outputs + outputs ->
            counting units * outputs + outputs for the answer, which shares the budget
        the bias of the Dense layer is not counted | * outputs + outputs -> * outputs
            counting by hand: 3 units have 2*3 + 3*3 + 3 + 3*1 + 1 = 22 parameters
        the GRU always has one bias | reset_after: False
            checking the shape of the bias with reset_after: (2, 3*units)
        the GRU always has two biases | reset_after: True
            using the argument reset_after: without it the bias is (3*units,)
        every layer has two biases | 2 if name == "GRU" and reset_after else 1 -> 2
            giving the second bias to the GRU with reset_after alone
        the bias of the recurrent layer is not counted | + biases * n ->
            listing the shapes of all weights: kernel, recurrent kernel and bias
        a GRU has two blocks, one for each gate | "GRU": 3 -> "GRU": 2
            counting the candidate: it has weights too
        a GRU has four blocks | "GRU": 3 -> "GRU": 4
            counting them: update, reset, candidate
        an LSTM has three blocks, one for each gate | "LSTM": 4 -> "LSTM": 3
            counting the candidate: it has weights too
        the weights from state to state are not counted | + n * n ->
            adding units * units in each block
        each unit sees only its own state | + n * n -> + n
            counting units * units weights from state to state: everybody speaks to everybody
        the weights from the input are not counted | features * n + ->
            adding features * units in each block
        the answer is one unit too many | return units -> return units + 1
            counting the parameters of your answer: they must not exceed the budget
        a budget met exactly is not allowed | <= budget -> < budget
            writing <= where you have <: the whole budget may be spent
        the nearest number is taken, even over budget
            | return units -> return min(units + 1, units, key=lambda n: abs(count(n) - budget))
            rounding down: a budget is a limit
        the smallest answer is 1 | return units -> return max(units, 1)
            trying a budget too small for one unit: the answer is 0
    """,
)

EXERCISES = (MIRRORED, TRANSLATED, MINIMAL, BUDGET)
