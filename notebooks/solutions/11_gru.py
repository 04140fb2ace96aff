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
        z and 1 - z had changed places | (1 - z) * h_prev + z * g -> z * h_prev + (1 - z) * g
            the case z = 1: in this convention the candidate takes the place of the state
        the reset gate acted after the product with W_h | (r * h_prev) @ W_hg -> r * (h_prev @ W_hg)
            multiplying the state by r first, and the product by the candidate's block then
        the reset gate acted after the product, on the bias too
            | x_t @ W_x + b -> x_t @ W_x + b * (np.arange(len(b)) < 2 * len(W_h)),
            | then (r * h_prev) @ W_hg -> r * (h_prev @ W_hg + b[2 * len(W_h) :])
            multiplying the state alone by r, before the product with the candidate's block
        the reset gate were left out | (r * h_prev) -> h_prev
            looking where r is used: the candidate sees r * h_prev and not h_prev
        the reset gate multiplied the finished candidate
            | np.tanh( -> r * np.tanh(, then (r * h_prev) -> h_prev
            multiplying the old state by r, inside the tanh; the input is never reset
        the reset gate multiplied the input too
            | from_g + -> r * (x_t @ W_x)[:, 2 * len(W_h) :] + b[2 * len(W_h) :] +
            the case r = 0: the candidate should still hear x_t
        the state were turned down by 1 - r | (r * -> ((1 - r) *
            the case r = 0: nothing of the state should reach the candidate
        the blocks were read in the order reset, update, candidate
            | W_hz, W_hr, W_hg = -> W_hr, W_hz, W_hg =,
            | then from_z, from_r, from_g = -> from_r, from_z, from_g =
        the blocks were read in the order candidate, update, reset
            | W_hz, W_hr, W_hg = -> W_hg, W_hz, W_hr =,
            | then from_z, from_r, from_g = -> from_g, from_z, from_r =
            np.split(..., 3, axis=-1): the blocks come as update, reset, candidate
        the update gate did the reset gate's work as well | (r * -> (z *
            r having its own block: the one in the middle
        tanh stood in the gates, in place of the sigmoid | sigmoid( -> np.tanh(
            printing z: a gate lies between 0 and 1
        the sigmoid stood in the candidate, in place of tanh | np.tanh( -> sigmoid(
            the candidate for a sum of 0: it should be 0
        tanh were left out of the candidate | np.tanh( -> (
            a large input: the candidate should stay between -1 and 1
        the bias were forgotten | b: 0 * b
            setting x_t and h_prev to zero: the state should still move
        the old state were not kept at all | (1 - z) * h_prev + z * g -> z * g
            adding up two terms: (1 - z) * h_prev and z times the candidate
        the candidate were added in full | + z * g -> + g
            the shares of the old state and of the candidate: they should sum to 1
        each block of W_h were transposed
            | @ W_hz -> @ W_hz.T, then @ W_hr -> @ W_hr.T, then @ W_hg -> @ W_hg.T
            writing the shapes under the product: rows are examples, so h stands left of W_h
        h_prev were overwritten by the step
            | return (1 - z) * h_prev + z * g -> h_prev[:] = (1 - z) * h_prev + z * g; return h_prev
            making a new array: h_t = ..., where you have h_prev[:] = ... or h_prev *= ...
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
        the blocks had kept their order reset, update, candidate | [-z, r, g] -> [r, -z, g]
            putting the update block first: Keras has update, reset, candidate
        the signs were turned in the first block before the blocks had changed places
            | [-z, r, g] -> [z, -r, g]
            turning the signs of the update block, wherever it stands at that moment
        no sign were turned | [-z, r, g] -> [z, r, g]
            1 - sigmoid(a) = sigmoid(-a): z means the opposite in the two libraries
        neither the order nor a sign were changed | [-z, r, g] -> [r, z, g]
            doing three things: transpose, change the order, turn signs
        the signs of the kernels were turned and those of the biases not
            | rearrange(rows) -> rearrange(rows, sign=-1), then -z -> sign * z,
            | then rearrange(b_ih), rearrange(b_hh) -> rearrange(b_ih, 1), rearrange(b_hh, 1)
            the whole sum in the update gate: its biases change their signs too
        the signs of the biases were turned and those of the kernels not
            | rearrange(rows) -> rearrange(rows, sign=-1), then -z -> sign * z,
            | then rearrange(W_ih).T, rearrange(W_hh).T ->
            | rearrange(W_ih, 1).T, rearrange(W_hh, 1).T
            the whole sum in the update gate: all its terms change their signs
        the signs of the candidate were turned too | [-z, r, g] -> [-z, r, -g]
            leaving the candidate alone: the mirror concerns z only
        all signs were turned | [-z, r, g] -> [-z, -r, -g]
            leaving reset gate and candidate alone: the mirror concerns z only
        1 - W had been taken in place of -W | -z -> 1 - z
            1 - sigmoid(a) = sigmoid(-a): the sum inside changes its sign, nothing is added to it
        the blocks had come out as candidate, reset, update | [-z, r, g] -> [g, r, -z]
            Keras's order: update, reset, candidate
        the two rows of the bias had changed places
            | rearrange(b_ih), rearrange(b_hh) -> rearrange(b_hh), rearrange(b_ih)
            row 0 for the bias beside the input, b_ih, and row 1 for that beside the state
        the two biases were added up in row 0
            | return: (*result[:2], np.stack([result[2].sum(axis=0), 0 * b_ih]))
            the candidate: b_hh stands inside the bracket that r multiplies, and must stay there
        the two biases were added up to one row | np.stack([ -> sum([
            np.stack([..., ...]): with reset_after, Keras has two rows
        the two biases stood one behind the other in one row | np.stack( -> np.concatenate(
            np.stack([..., ...]) where you have np.concatenate
        the kernels had not been transposed | .T ->
            the shapes: Keras multiplies x_t @ kernel, so the features are its rows
        each block of the recurrent kernel had not been transposed
            | return: (result[0], np.hstack([b.T for b in np.split(result[1], 3, 1)]), result[2])
            transposing W_hh as a whole: its rows become columns
        the two kernels had changed places
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
        a masked step reset the state to zero | f * g, h) -> f * g, 0)
            keeping the old state where the mask is False: np.where(real, h_new, h)
        the inputs of masked steps were zeroed and the steps taken all the same
            | x: x * mask[..., None], then mask: np.ones_like(mask)
            a step with x_t = 0: the biases and W_h still move the state
        a step were taken only where no sequence of the batch is masked
            | mask[:, t, None], -> mask[:, t].all(),
        a step were taken wherever one sequence of the batch is real
            | mask[:, t, None], -> mask[:, t].any(),
            giving each sequence its own decision: mask[:, t] has one truth value per sequence
        the mask were read one step late | mask[:, t, None], -> mask[:, t - 1, None],
            using the same t for x[:, t] and mask[:, t]
        f and 1 - f had changed places | (1 - f) * h + f * g -> f * h + (1 - f) * g
            the case f = 1: here the candidate takes the place of the state
        the candidate saw the whole state | (f * h) -> h
            the one gate doing two things: f * h_prev goes into the candidate
        the candidate saw 1 - f of the state | (f * h) -> ((1 - f) * h)
            f * h_prev in the candidate, and 1 - f in the mixing
        the gate acted after the product with W_h | (f * h) @ W_hg -> f * (h @ W_hg)
            multiplying the state by f first, and the product with the candidate's block then
        the blocks were read as candidate, gate
            | W_hf, W_hg = -> W_hg, W_hf =, then from_f, from_g = -> from_g, from_f =
            np.split(..., 2, axis=-1): the gate's block comes first
        the old state were not kept at all | (1 - f) * h + f * g -> f * g
            adding up two terms: (1 - f) * h_prev and f times the candidate
        the candidate were added in full | + f * g -> + g
            the shares of the old state and of the candidate: they should sum to 1
        tanh were left out of the candidate | np.tanh( -> (
            a large input: the state should stay between -1 and 1
        tanh stood in the gate, in place of the sigmoid | sigmoid( -> np.tanh(
            printing f: a gate lies between 0 and 1
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
        the Dense layer on top were not counted | + n * outputs + outputs ->
            counting units * outputs + outputs for the answer, which shares the budget
        the bias of the Dense layer were not counted | * outputs + outputs -> * outputs
            the first example: 3 units have 2*3 + 3*3 + 3 + 3*1 + 1 = 22 parameters
        the GRU always had one bias | reset_after: False
            the shape of the bias with reset_after: (2, 3*units)
        the GRU always had two biases | reset_after: True
            the argument reset_after: without it the bias is (3*units,)
        all layers had two biases | 2 if name == "GRU" and reset_after else 1 -> 2
            giving the second bias to the GRU with reset_after alone
        no bias of the recurrent layer were counted | + biases * n ->
            the shapes of all weights: kernel, recurrent kernel and bias
        a GRU had two blocks, one for each gate | "GRU": 3 -> "GRU": 2
            the candidate: it has weights too
        a GRU had four blocks | "GRU": 3 -> "GRU": 4
            counting them: update, reset, candidate
        an LSTM had three blocks, one for each gate | "LSTM": 4 -> "LSTM": 3
            the candidate: it has weights too
        the weights from state to state were not counted | + n * n ->
            adding units * units in each block
        each unit spoke to itself alone | + n * n -> + n
            units * units weights from state to state: everybody speaks to everybody
        the weights from the input were not counted | features * n + ->
            adding features * units in each block
        the answer were one unit too many | return units -> return units + 1
            the parameters of your answer: they must not pass the budget
        a budget that is met exactly were not allowed | <= budget -> < budget
            <= where you have <: all of the budget may be used
        the nearest number were taken, even if it passes the budget
            | return units -> return min(units + 1, units, key=lambda n: abs(count(n) - budget))
            rounding down: a budget is a limit
        the smallest answer were 1 | return units -> return max(units, 1)
            a budget that is too small for one unit: the answer is 0
    """,
)

EXERCISES = (MIRRORED, TRANSLATED, MINIMAL, BUDGET)
