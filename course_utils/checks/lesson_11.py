"""Exercises of lesson 11: the mirrored step, other people's weights, one gate, a budget."""

from course_utils.cells import sigmoid
from course_utils.checks.engine import Case, Exercise, Mistake, Question, Result
from course_utils.checks.parts import altered, draw_arrays, load_keras, numbers

import numpy as np


def _blocks(array, count):
    return np.split(array, count, axis=-1)


def _join(*arrays):
    return np.concatenate(arrays, axis=-1)


def _make_gru(kernel, recurrent_kernel, bias, **options):
    """Return a built Keras GRU layer, without reset_after, that holds the given weights."""
    zeros = dict(kernel_initializer="zeros", recurrent_initializer="zeros")
    layer = load_keras().layers.GRU(
        recurrent_kernel.shape[0],
        reset_after=False,
        name="answer_key",
        dtype=kernel.dtype.name,
        **zeros,
        **options,
    )
    layer.build((None, None, kernel.shape[0]))
    layer.set_weights([kernel, recurrent_kernel, bias])
    return layer


# -- 11a: a step in the mirrored convention ----------------------------------------------------


def _flip_update(weights):
    z, r, g = _blocks(weights, 3)
    return _join(-z, r, g)


def _answer_mirrored(x_t, h_prev, W_x, W_h, b):
    layer = _make_gru(_flip_update(W_x), _flip_update(W_h), _flip_update(b))
    return np.array(layer(x_t[:, None], initial_state=h_prev))


def _draw_mirrored(rng, batch, features, units, dtype="float64"):
    shapes = dict(x_t=(batch, features), h_prev=(batch, units), W_x=(features, 3 * units))
    return draw_arrays(rng, dtype, **shapes, W_h=(units, 3 * units), b=3 * units)


def _example_mirrored(label, **terms):
    nothing = numbers(x_t=[[0]], h_prev=[[0]], W_x=[[0, 0, 0]], W_h=[[0, 0, 0]], b=[0, 0, 0])
    return Case(nothing | numbers(**terms), label)


def _candidate_before(x_g, r, h_prev, W_g, b_g):
    return np.tanh(x_g + (r * h_prev) @ W_g + b_g)


def _mix_mirrored(z, h_prev, g):
    return (1 - z) * h_prev + z * g


def _mirrored(
    x_t, h_prev, W_x, W_h, b, gate=sigmoid, order=(0, 1, 2), candidate=_candidate_before,
    mix=_mix_mirrored,
):  # fmt: skip
    """Take the step; the options make wrong answers. `order` says which block is z, r and g."""
    blocks = [_blocks(array, 3) for array in (W_x, W_h, b)]
    (W_xz, W_hz, b_z), (W_xr, W_hr, b_r), (W_xg, W_hg, b_g) = (
        [block[i] for block in blocks] for i in order
    )
    z = gate(x_t @ W_xz + h_prev @ W_hz + b_z)
    r = gate(x_t @ W_xr + h_prev @ W_hr + b_r)
    return mix(z, h_prev, candidate(x_t @ W_xg, r, h_prev, W_hg, b_g))


def _mirrored_with(**options):
    return lambda **arguments: _mirrored(**arguments, **options)


def _mirrored_resetting_by_z(x_t, h_prev, W_x, W_h, b):
    def same_gate(weights):
        z, _, g = _blocks(weights, 3)
        return _join(z, z, g)

    return _mirrored(x_t, h_prev, same_gate(W_x), same_gate(W_h), same_gate(b))


def _mirrored_overwriting(h_prev, **others):
    h_prev[:] = _mirrored(h_prev=h_prev, **others)
    return h_prev


def _transposed_blocks(W_h):
    return _join(*[block.T for block in _blocks(W_h, 3)])


MIRRORED = Exercise(
    id="11a",
    title="a step in the mirrored convention",
    points=2,
    key="keras.layers.GRU with the signs of the update block turned",
    results=(Result("h_t", ("batch", "units")),),
    answer=_answer_mirrored,
    examples=(
        _example_mirrored("only the update gate and the state", h_prev=[[0.5]], b=[1, 0, 0]),
        _example_mirrored("only the candidate", x_t=[[0.5]], W_x=[[0, 0, 2]]),
        _example_mirrored(
            "the reset gate almost shut", h_prev=[[0.5]], W_h=[[0, 0, 2]], b=[0, -9, 0]
        ),
        _example_mirrored("the bias of the candidate", b=[0, 0, 1]),
    ),
    draw=_draw_mirrored,
    sizes=(
        ("", dict(batch=3, features=2, units=4)),
        ("", dict(batch=2, features=5, units=3)),
        ("a batch of one", dict(batch=1, features=3, units=2)),
        ("one unit", dict(batch=4, features=2, units=1)),
        ("as many features as units", dict(batch=3, features=4, units=4)),
        ("float32", dict(batch=5, features=1, units=3, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "z and 1 - z had changed places",
            _mirrored_with(mix=lambda z, h, g: z * h + (1 - z) * g),
            "the case z = 1: in this convention the candidate takes the place of the state",
        ),
        Mistake(
            "the reset gate acted after the product with W_h",
            _mirrored_with(candidate=lambda x_g, r, h, W, b: np.tanh(x_g + r * (h @ W) + b)),
            "multiplying the state by r first, and the product by the candidate's block then",
        ),
        Mistake(
            "the reset gate acted after the product, on the bias too",
            _mirrored_with(candidate=lambda x_g, r, h, W, b: np.tanh(x_g + r * (h @ W + b))),
            "multiplying the state alone by r, before the product with the candidate's block",
        ),
        Mistake(
            "the reset gate were left out",
            _mirrored_with(candidate=lambda x_g, r, h, W, b: np.tanh(x_g + h @ W + b)),
            "looking where r is used: the candidate sees r * h_prev and not h_prev",
        ),
        Mistake(
            "the reset gate multiplied the finished candidate",
            _mirrored_with(candidate=lambda x_g, r, h, W, b: r * np.tanh(x_g + h @ W + b)),
            "multiplying the old state by r, inside the tanh; the input is never reset",
        ),
        Mistake(
            "the reset gate multiplied the input too",
            _mirrored_with(candidate=lambda x_g, r, h, W, b: np.tanh(r * x_g + (r * h) @ W + b)),
            "the case r = 0: the candidate should still hear x_t",
        ),
        Mistake(
            "the state were turned down by 1 - r",
            _mirrored_with(candidate=lambda x_g, r, h, W, b: np.tanh(x_g + ((1 - r) * h) @ W + b)),
            "the case r = 0: nothing of the state should reach the candidate",
        ),
        Mistake(
            "the blocks were read in the order reset, update, candidate",
            _mirrored_with(order=(1, 0, 2)),
            "np.split(..., 3, axis=-1): the blocks come as update, reset, candidate",
        ),
        Mistake(
            "the blocks were read in the order candidate, update, reset",
            _mirrored_with(order=(1, 2, 0)),
            "np.split(..., 3, axis=-1): the blocks come as update, reset, candidate",
        ),
        Mistake(
            "the update gate did the reset gate's work as well",
            _mirrored_resetting_by_z,
            "r having its own block: the one in the middle",
        ),
        Mistake(
            "tanh stood in the gates, in place of the sigmoid",
            _mirrored_with(gate=np.tanh),
            "printing z: a gate lies between 0 and 1",
        ),
        Mistake(
            "the sigmoid stood in the candidate, in place of tanh",
            _mirrored_with(candidate=lambda x_g, r, h, W, b: sigmoid(x_g + (r * h) @ W + b)),
            "the candidate for a sum of 0: it should be 0",
        ),
        Mistake(
            "tanh were left out of the candidate",
            _mirrored_with(candidate=lambda x_g, r, h, W, b: x_g + (r * h) @ W + b),
            "a large input: the candidate should stay between -1 and 1",
        ),
        Mistake(
            "the bias were forgotten",
            altered(_mirrored, b=np.zeros_like),
            "setting x_t and h_prev to zero: the state should still move",
        ),
        Mistake(
            "the old state were not kept at all",
            _mirrored_with(mix=lambda z, h, g: z * g),
            "adding up two terms: (1 - z) * h_prev and z times the candidate",
        ),
        Mistake(
            "the candidate were added in full",
            _mirrored_with(mix=lambda z, h, g: (1 - z) * h + g),
            "the shares of the old state and of the candidate: they should sum to 1",
        ),
        Mistake(
            "each block of W_h were transposed",
            altered(_mirrored, W_h=_transposed_blocks),
            "writing the shapes under the product: rows are examples, so h stands left of W_h",
        ),
        Mistake(
            "h_prev were overwritten by the step",
            _mirrored_overwriting,
            "making a new array: h_t = ..., where you have h_prev[:] = ... or h_prev *= ...",
        ),
    ),
)


# -- 11b: weights from another library ---------------------------------------------------------


def _answer_translated(W_ih, W_hh, b_ih, b_hh):
    def to_keras(rows):
        r, z, g = np.split(rows, 3)
        return np.concatenate([-z, r, g]).T

    return to_keras(W_ih), to_keras(W_hh), np.stack([to_keras(b_ih), to_keras(b_hh)])


def _draw_translated(rng, features, units, dtype="float64"):
    shapes = dict(W_ih=(3 * units, features), W_hh=(3 * units, units))
    return draw_arrays(rng, dtype, **shapes, b_ih=3 * units, b_hh=3 * units)


def _example_translated(label, **terms):
    nothing = numbers(W_ih=[[0]] * 3, W_hh=[[0]] * 3, b_ih=[0, 0, 0], b_hh=[0, 0, 0])
    return Case(nothing | numbers(**terms), label)


def _translated(
    W_ih, W_hh, b_ih, b_hh, order=(1, 0, 2), flipped=(0,), flip_kernels=True, flip_biases=True
):
    """Translate; `order` of the blocks, then the signs of those at the places `flipped`."""

    def move(rows, flip):
        blocks = [np.split(rows, 3)[i] for i in order]
        return np.concatenate(
            [-block if flip and i in flipped else block for i, block in enumerate(blocks)]
        )

    kernels = [move(W, flip_kernels).T for W in (W_ih, W_hh)]
    return *kernels, np.stack([move(b, flip_biases) for b in (b_ih, b_hh)])


def _translated_with(**options):
    return lambda **arguments: _translated(**arguments, **options)


def _translated_then(change):
    """Return a translation whose three results are changed by `change(kernel, recurrent, bias)`."""
    return lambda **arguments: change(*_translated(**arguments))


def _transposed_inside(recurrent):
    return _join(*[block.T for block in _blocks(recurrent, 3)])


TRANSLATED = Exercise(
    id="11b",
    title="weights from another library",
    points=2,
    key="the weights with which keras.layers.GRU repeats that library",
    results=(
        Result("kernel", ("features", "3*units")),
        Result("recurrent_kernel", ("units", "3*units")),
        Result("bias", ("2", "3*units")),
    ),
    answer=_answer_translated,
    examples=(
        _example_translated("only the input weights", W_ih=[[1], [2], [3]]),
        _example_translated("only the recurrent weights", W_hh=[[1], [2], [3]]),
        _example_translated("only the biases", b_ih=[1, 2, 3], b_hh=[4, 5, 6]),
    ),
    draw=_draw_translated,
    sizes=(
        ("", dict(features=2, units=4)),
        ("", dict(features=5, units=3)),
        ("as many features as units", dict(features=3, units=3)),
        ("one unit", dict(features=2, units=1)),
        ("one feature", dict(features=1, units=2)),
        ("float32", dict(features=4, units=2, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the blocks had kept their order reset, update, candidate",
            _translated_with(order=(0, 1, 2), flipped=(1,)),
            "putting the update block first: Keras has update, reset, candidate",
        ),
        Mistake(
            "the signs were turned in the first block before the blocks had changed places",
            _translated_with(flipped=(1,)),
            "turning the signs of the update block, wherever it stands at that moment",
        ),
        Mistake(
            "no sign were turned",
            _translated_with(flipped=()),
            "1 - sigmoid(a) = sigmoid(-a): z means the opposite in the two libraries",
        ),
        Mistake(
            "neither the order nor a sign were changed",
            _translated_with(order=(0, 1, 2), flipped=()),
            "doing three things: transpose, change the order, turn signs",
        ),
        Mistake(
            "the signs of the kernels were turned and those of the biases not",
            _translated_with(flip_biases=False),
            "the whole sum in the update gate: its biases change their signs too",
        ),
        Mistake(
            "the signs of the biases were turned and those of the kernels not",
            _translated_with(flip_kernels=False),
            "the whole sum in the update gate: all its terms change their signs",
        ),
        Mistake(
            "the signs of the candidate were turned too",
            _translated_with(flipped=(0, 2)),
            "leaving the candidate alone: the mirror concerns z only",
        ),
        Mistake(
            "all signs were turned",
            _translated_with(flipped=(0, 1, 2)),
            "leaving reset gate and candidate alone: the mirror concerns z only",
        ),
        Mistake(
            "1 - W had been taken in place of -W",
            lambda **arguments: tuple(
                _join(1 + _blocks(array, 3)[0], *_blocks(array, 3)[1:])
                for array in _translated(**arguments)
            ),
            "1 - sigmoid(a) = sigmoid(-a): the sum inside changes its sign, nothing is added to it",
        ),
        Mistake(
            "the blocks had come out as candidate, reset, update",
            _translated_with(order=(2, 0, 1), flipped=(2,)),
            "Keras's order: update, reset, candidate",
        ),
        Mistake(
            "the two rows of the bias had changed places",
            _translated_then(lambda W, U, b: (W, U, b[::-1])),
            "row 0 for the bias beside the input, b_ih, and row 1 for that beside the state",
        ),
        Mistake(
            "the two biases were added up in row 0",
            _translated_then(lambda W, U, b: (W, U, np.stack([b.sum(axis=0), 0 * b[0]]))),
            "the candidate: b_hh stands inside the bracket that r multiplies, and must stay there",
        ),
        Mistake(
            "the two biases were added up to one row",
            _translated_then(lambda W, U, b: (W, U, b.sum(axis=0))),
            "np.stack([..., ...]): with reset_after, Keras has two rows",
        ),
        Mistake(
            "the two biases stood one behind the other in one row",
            _translated_then(lambda W, U, b: (W, U, b.reshape(-1))),
            "np.stack([..., ...]) where you have np.concatenate",
        ),
        Mistake(
            "the kernels had not been transposed",
            _translated_then(lambda W, U, b: (W.T, U.T, b)),
            "the shapes: Keras multiplies x_t @ kernel, so the features are its rows",
        ),
        Mistake(
            "each block of the recurrent kernel had not been transposed",
            _translated_then(lambda W, U, b: (W, _transposed_inside(U), b)),
            "transposing W_hh as a whole: its rows become columns",
        ),
        Mistake(
            "the two kernels had changed places",
            _translated_then(lambda W, U, b: (U, W, b)),
            "ending with: return kernel, recurrent_kernel, bias",
        ),
    ),
)


# -- 11c: a cell with one gate, and a mask -----------------------------------------------------


def _answer_minimal(x, mask, W_x, W_h, b):
    def to_gru(weights):
        f, g = _blocks(weights, 2)
        return _join(-f, f, g)

    return np.array(_make_gru(*map(to_gru, (W_x, W_h, b)))(x, mask=mask))


def _draw_minimal(rng, batch, time, features, units, dtype="float64"):
    shapes = dict(x=(batch, time, features), W_x=(features, 2 * units), W_h=(units, 2 * units))
    arrays = draw_arrays(rng, dtype, **shapes, b=2 * units)
    # The first sequence is cut at the end, the second at the beginning, others have holes.
    mask = rng.random((batch, time)) < 0.6
    steps = np.arange(time)
    mask[0] = steps < (time + 1) // 2
    if batch > 1:
        mask[1] = steps >= time // 2
    return dict(x=arrays.pop("x"), mask=mask, **arrays)


def _example_minimal(label, mask, **terms):
    nothing = numbers(x=[[[0], [0], [0]]], W_x=[[0, 0]], W_h=[[0, 0]], b=[0, 0])
    x = nothing.pop("x")
    return Case(dict(x=x, mask=np.array([mask])) | nothing | numbers(**terms), label)


def _minimal(
    x, mask, W_x, W_h, b,
    see=lambda f, h: f * h,
    mix=lambda f, h, g: (1 - f) * h + f * g,
    order=(0, 1),
    squash=np.tanh,
    gate=sigmoid,
    after=False,
    masked=lambda real, new, h: np.where(real, new, h),
):  # fmt: skip
    """Run the cell; the options make wrong answers."""
    (W_xf, W_hf, b_f), (W_xg, W_hg, b_g) = (
        [_blocks(array, 2)[i] for array in (W_x, W_h, b)] for i in order
    )
    h = np.zeros((len(x), len(W_h)), x.dtype)
    for t in range(x.shape[1]):
        f = gate(x[:, t] @ W_xf + h @ W_hf + b_f)
        seen = f * (h @ W_hg) if after else see(f, h) @ W_hg
        new = mix(f, h, squash(x[:, t] @ W_xg + seen + b_g))
        h = masked(mask[:, t, None], new, h)
    return h


def _minimal_with(**options):
    return lambda **arguments: _minimal(**arguments, **options)


def _minimal_by(change):
    return altered(_minimal, mask=lambda m: np.broadcast_to(change(m), m.shape))


def _minimal_zeroing_x(x, mask, **weights):
    return _minimal(x=x * mask[..., None], mask=np.ones_like(mask), **weights)


MINIMAL = Exercise(
    id="11c",
    title="a cell with one gate, and a mask",
    points=2,
    key="keras.layers.GRU whose two gates are made of that one",
    results=(Result("h", ("batch", "units")),),
    answer=_answer_minimal,
    examples=(
        _example_minimal(
            "nothing masked", [True] * 3, x=[[[0.5], [0], [1]]], W_x=[[0, 2]], W_h=[[0, 1]]
        ),
        _example_minimal(
            "the last step masked",
            [True, True, False],
            x=[[[0.5], [0], [1]]],
            W_x=[[0, 2]],
            W_h=[[0, 1]],
        ),
        _example_minimal("only the bias of the candidate", [True] * 3, b=[0, 1]),
        _example_minimal("the gate almost shut", [True] * 3, b=[-9, 1]),
        _example_minimal("every step masked", [False] * 3, b=[0, 1]),
    ),
    draw=_draw_minimal,
    sizes=(
        ("", dict(batch=3, time=6, features=2, units=4)),
        ("", dict(batch=4, time=5, features=3, units=2)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3)),
        ("a sequence of one", dict(batch=4, time=1, features=2, units=3)),
        ("one unit", dict(batch=3, time=4, features=2, units=1)),
        ("float32", dict(batch=5, time=4, features=1, units=3, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the mask were not used",
            _minimal_by(np.ones_like),
            "printing h before and after a masked step: it should not move",
        ),
        Mistake(
            "the mask were read the wrong way round",
            _minimal_by(np.logical_not),
            "reading the mask aloud: True is a real step, False is padding",
        ),
        Mistake(
            "a masked step reset the state to zero",
            _minimal_with(masked=lambda real, new, h: np.where(real, new, 0)),
            "keeping the old state where the mask is False: np.where(real, h_new, h)",
        ),
        Mistake(
            "the inputs of masked steps were zeroed and the steps taken all the same",
            _minimal_zeroing_x,
            "a step with x_t = 0: the biases and W_h still move the state",
        ),
        Mistake(
            "a step were taken only where no sequence of the batch is masked",
            _minimal_by(lambda m: m.all(axis=0)),
            "giving each sequence its own decision: mask[:, t] has one truth value per sequence",
        ),
        Mistake(
            "a step were taken wherever one sequence of the batch is real",
            _minimal_by(lambda m: m.any(axis=0)),
            "giving each sequence its own decision: mask[:, t] has one truth value per sequence",
        ),
        Mistake(
            "the mask were read one step late",
            _minimal_by(lambda m: np.roll(m, 1, axis=1)),
            "using the same t for x[:, t] and mask[:, t]",
        ),
        Mistake(
            "f and 1 - f had changed places",
            _minimal_with(mix=lambda f, h, g: f * h + (1 - f) * g),
            "the case f = 1: here the candidate takes the place of the state",
        ),
        Mistake(
            "the candidate saw the whole state",
            _minimal_with(see=lambda f, h: h),
            "the one gate doing two things: f * h_prev goes into the candidate",
        ),
        Mistake(
            "the candidate saw 1 - f of the state",
            _minimal_with(see=lambda f, h: (1 - f) * h),
            "f * h_prev in the candidate, and 1 - f in the mixing",
        ),
        Mistake(
            "the gate acted after the product with W_h",
            _minimal_with(after=True),
            "multiplying the state by f first, and the product with the candidate's block then",
        ),
        Mistake(
            "the blocks were read as candidate, gate",
            _minimal_with(order=(1, 0)),
            "np.split(..., 2, axis=-1): the gate's block comes first",
        ),
        Mistake(
            "the old state were not kept at all",
            _minimal_with(mix=lambda f, h, g: f * g),
            "adding up two terms: (1 - f) * h_prev and f times the candidate",
        ),
        Mistake(
            "the candidate were added in full",
            _minimal_with(mix=lambda f, h, g: (1 - f) * h + g),
            "the shares of the old state and of the candidate: they should sum to 1",
        ),
        Mistake(
            "tanh were left out of the candidate",
            _minimal_with(squash=lambda z: z),
            "a large input: the state should stay between -1 and 1",
        ),
        Mistake(
            "tanh stood in the gate, in place of the sigmoid",
            _minimal_with(gate=np.tanh),
            "printing f: a gate lies between 0 and 1",
        ),
        Mistake(
            "the bias were forgotten",
            altered(_minimal, b=np.zeros_like),
            "setting x to zero: the state should still move",
        ),
    ),
)


# -- 11d: as many units as a budget allows -----------------------------------------------------


def _size_in_keras(name, features, outputs, units, reset_after):
    layers = load_keras().layers
    options = dict(reset_after=reset_after) if name == "GRU" else {}
    zeros = dict(kernel_initializer="zeros", recurrent_initializer="zeros")
    layer = getattr(layers, name)(units, name="answer_key", **zeros, **options)
    layer.build((None, None, features))
    dense = layers.Dense(outputs, name="answer_key", kernel_initializer="zeros")
    dense.build((None, units))
    return layer.count_params() + dense.count_params()


def _answer_budget(name, features, outputs, budget, reset_after):
    low, high = 0, 1  # low units fit, high units do not
    while _size_in_keras(name, features, outputs, high, reset_after) <= budget:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        fits = _size_in_keras(name, features, outputs, middle, reset_after) <= budget
        low, high = (middle, high) if fits else (low, middle)
    return low


def _draw_budget(rng, name, reset_after=True, budget=(3_000, 20_000)):
    features, outputs = rng.integers([5, 15], [40, 60])
    return dict(
        name=name,
        features=int(features),
        outputs=int(outputs),
        budget=int(rng.integers(*budget)),
        reset_after=reset_after,
    )


def _example_budget(label, name, features, outputs, budget, reset_after=True):
    return Case(
        dict(name=name, features=features, outputs=outputs, budget=budget, reset_after=reset_after),
        label,
    )


_BLOCKS = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}


def _two_biases(name, reset_after):
    return 2 if name == "GRU" and reset_after else 1


def _budget(
    name, features, outputs, budget, reset_after,
    blocks=_BLOCKS,
    biases=_two_biases,
    head=lambda units, outputs: units * outputs + outputs,
    square=lambda units: units**2,
    inputs=lambda features: features,
    turn=lambda units, size, budget: units - 1,
):  # fmt: skip
    """Count upwards until the budget is passed; the options make wrong answers."""

    def size(units):
        block = inputs(features) * units + square(units) + biases(name, reset_after) * units
        return blocks[name] * block + head(units, outputs)

    units = 1
    while size(units) <= budget:
        units += 1
    return turn(units, size, budget)


def _budget_with(**options):
    return lambda **arguments: _budget(**arguments, **options)


def _nearest(units, size, budget):
    return min(units, units - 1, key=lambda n: abs(size(n) - budget))


BUDGET = Exercise(
    id="11d",
    title="as many units as a budget allows",
    points=2,
    key="count_params of the Keras layers",
    results=(Result("units"),),
    answer=_answer_budget,
    examples=(
        _example_budget("a budget for exactly 3 units", "SimpleRNN", 2, 1, 22),
        _example_budget("one parameter short of 3 units", "SimpleRNN", 2, 1, 21),
        _example_budget("a budget for exactly 1 unit", "GRU", 1, 1, 14),
        _example_budget("one parameter short of 1 unit", "GRU", 1, 1, 13),
        _example_budget("exactly 1 unit, one bias", "GRU", 1, 1, 11, reset_after=False),
        _example_budget("not even one unit fits", "LSTM", 1, 1, 13),
    ),
    draw=_draw_budget,
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
    mistakes=(
        Mistake(
            "the Dense layer on top were not counted",
            _budget_with(head=lambda units, outputs: 0),
            "counting units * outputs + outputs for the answer, which shares the budget",
        ),
        Mistake(
            "the bias of the Dense layer were not counted",
            _budget_with(head=lambda units, outputs: units * outputs),
            "the first example: 3 units have 2*3 + 3*3 + 3 + 3*1 + 1 = 22 parameters",
        ),
        Mistake(
            "the GRU always had one bias",
            _budget_with(biases=lambda name, reset_after: 1),
            "the shape of the bias with reset_after: (2, 3*units)",
        ),
        Mistake(
            "the GRU always had two biases",
            _budget_with(biases=lambda name, reset_after: 2 if name == "GRU" else 1),
            "the argument reset_after: without it the bias is (3*units,)",
        ),
        Mistake(
            "all layers had two biases",
            _budget_with(biases=lambda name, reset_after: 2),
            "giving the second bias to the GRU with reset_after alone",
        ),
        Mistake(
            "no bias of the recurrent layer were counted",
            _budget_with(biases=lambda name, reset_after: 0),
            "the shapes of all weights: kernel, recurrent kernel and bias",
        ),
        Mistake(
            "a GRU had two blocks, one for each gate",
            _budget_with(blocks=_BLOCKS | {"GRU": 2}),
            "the candidate: it has weights too",
        ),
        Mistake(
            "a GRU had four blocks",
            _budget_with(blocks=_BLOCKS | {"GRU": 4}),
            "counting them: update, reset, candidate",
        ),
        Mistake(
            "an LSTM had three blocks, one for each gate",
            _budget_with(blocks=_BLOCKS | {"LSTM": 3}),
            "the candidate: it has weights too",
        ),
        Mistake(
            "the weights from state to state were not counted",
            _budget_with(square=lambda units: 0),
            "adding units * units in each block",
        ),
        Mistake(
            "each unit spoke to itself alone",
            _budget_with(square=lambda units: units),
            "units * units weights from state to state: everybody speaks to everybody",
        ),
        Mistake(
            "the weights from the input were not counted",
            _budget_with(inputs=lambda features: 0),
            "adding features * units in each block",
        ),
        Mistake(
            "the answer were one unit too many",
            _budget_with(turn=lambda units, size, budget: units),
            "the parameters of your answer: they must not pass the budget",
        ),
        Mistake(
            "a budget that is met exactly were not allowed",
            _budget_with(
                turn=lambda units, size, budget: (
                    units - 2 if units > 1 and size(units - 1) == budget else units - 1
                )
            ),
            "<= where you have <: all of the budget may be used",
        ),
        Mistake(
            "the nearest number were taken, even if it passes the budget",
            _budget_with(turn=_nearest),
            "rounding down: a budget is a limit",
        ),
        Mistake(
            "the smallest answer were 1",
            _budget_with(turn=lambda units, size, budget: max(units - 1, 1)),
            "a budget that is too small for one unit: the answer is 0",
        ),
    ),
)

EXERCISES = (MIRRORED, TRANSLATED, MINIMAL, BUDGET)
QUESTION = Question(id="11e", title="one run each", points=2)
