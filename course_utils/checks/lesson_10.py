"""Exercises of lesson 10: peepholes, coupled gates with a mask, parameters, the belt's gradient."""

from course_utils.cells import lstm_step, sigmoid
from course_utils.checks.engine import Case, Exercise, Mistake, Question, Result
from course_utils.checks.parts import altered, draw_arrays, load_keras, make_layer, numbers

import numpy as np


def _repacked(function, order):
    """Return `function` with the blocks of the packed weights taken in another order."""

    def change(weights):
        blocks = np.split(weights, len(order), axis=-1)
        return np.concatenate([blocks[place] for place in order], axis=-1)

    return altered(function, W_x=change, W_h=change, b_h=change)


def _with(function, **options):
    return lambda **arguments: function(**arguments, **options)


# -- 10a: gates that look at the cell ----------------------------------------------------------


def _answer_peephole(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
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


def _draw_peephole(rng, batch, features, units, dtype="float64"):
    states = {"h_prev": (batch, units), "c_prev": (batch, units)}
    weights = {"W_x": (features, 4 * units), "W_h": (units, 4 * units), "b_h": 4 * units}
    peepholes = dict.fromkeys(("p_i", "p_f", "p_o"), units)
    arrays = draw_arrays(rng, dtype, x_t=(batch, features), **states, **weights, **peepholes)
    return arrays | {name: (2 * arrays[name]).astype(dtype) for name in ("c_prev", *peepholes)}


def _example_peephole(label, **terms):
    nothing = numbers(
        x_t=[[0]], h_prev=[[0]], c_prev=[[0]], W_x=[[0, 0, 0, 0]], W_h=[[0, 0, 0, 0]],
        b_h=[0, 0, 0, 0], p_i=[0], p_f=[0], p_o=[0],
    )  # fmt: skip
    return Case(nothing | numbers(**terms), label)


def _peephole(
    x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o,
    activation=np.tanh, squash=np.tanh, peep_out="new", entering=sigmoid, look=None,
):  # fmt: skip
    """Step with peepholes; the options make wrong answers."""
    i, f, g, o = np.split(x_t @ W_x + h_prev @ W_h + b_h, 4, axis=-1)
    look = c_prev if look is None else look(c_prev, h_prev)
    i, f = entering(i + p_i * look), sigmoid(f + p_f * look)
    c_t = f * c_prev + i * activation(g)
    seen = {"new": c_t, "old": look, "squashed": np.tanh(c_t), "none": 0 * c_t}[peep_out]
    return sigmoid(o + p_o * seen) * squash(c_t), c_t


def _peephole_matrix(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    # Peepholes as if every unit looked at every cell: their outer sum over units.
    look = np.repeat(c_prev.sum(axis=1, keepdims=True), c_prev.shape[1], axis=1)
    return _peephole(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o, look=lambda c, h: look)


def _peephole_outside(x_t, h_prev, c_prev, W_x, W_h, b_h, p_i, p_f, p_o):
    i, f, g, o = np.split(x_t @ W_x + h_prev @ W_h + b_h, 4, axis=-1)
    c_t = (sigmoid(f) + p_f * c_prev) * c_prev + (sigmoid(i) + p_i * c_prev) * np.tanh(g)
    return (sigmoid(o) + p_o * c_t) * np.tanh(c_t), c_t


PEEPHOLE = Exercise(
    id="10a",
    title="gates that look at the cell",
    points=2,
    key="a keras.layers.LSTMCell that reads the cell state as an input",
    results=(Result("h_t", ("batch", "units")), Result("c_t", ("batch", "units"))),
    answer=_answer_peephole,
    examples=(
        _example_peephole("no peephole", c_prev=[[2]], b_h=[1, 0, 1, 0]),
        _example_peephole("only the input gate's", c_prev=[[2]], b_h=[0, 0, 1, 0], p_i=[1]),
        _example_peephole("only the forget gate's", c_prev=[[2]], p_f=[1]),
        _example_peephole("only the output gate's", c_prev=[[2]], p_o=[1]),
    ),
    draw=_draw_peephole,
    sizes=(
        ("", dict(batch=3, features=2, units=4)),
        ("", dict(batch=4, features=3, units=2)),
        ("a batch of one", dict(batch=1, features=4, units=3)),
        ("one unit", dict(batch=3, features=2, units=1)),
        ("float32", dict(batch=5, features=2, units=3, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the output gate looked at the old cell state",
            _with(_peephole, peep_out="old"),
            "computing c_t first and the output gate after it: it looks at the new cell state",
        ),
        Mistake(
            "the output gate looked at tanh(c_t)",
            _with(_peephole, peep_out="squashed"),
            "p_o * c_t: the gate sees the cell state as it is, before tanh",
        ),
        Mistake(
            "the output gate had no peephole",
            _with(_peephole, peep_out="none"),
            "setting p_o to a large number: does h_t change?",
        ),
        Mistake(
            "there were no peepholes",
            lambda x_t, h_prev, c_prev, W_x, W_h, b_h, **peepholes: lstm_step(
                x_t, h_prev, c_prev, W_x, W_h, b_h
            ),
            "adding p_i * c_prev, p_f * c_prev and p_o * c_t inside the three sigmoids",
        ),
        Mistake(
            "the gates looked at h_prev and not at the cell",
            _with(_peephole, look=lambda c, h: h),
            "p_i * c_prev where you have p_i * h_prev",
        ),
        Mistake(
            "the peepholes of input and forget gate were swapped",
            lambda p_i, p_f, **others: _peephole(p_i=p_f, p_f=p_i, **others),
            "one peephole at a time, as in the examples: p_i belongs to the first block",
        ),
        Mistake(
            "every unit looked at all cells and not at its own",
            _peephole_matrix,
            "multiplying elementwise with *: p_i has one number for each unit, no matrix",
        ),
        Mistake(
            "the peepholes were added after the sigmoid",
            _peephole_outside,
            "a gate between 0 and 1: everything is added first, sigmoid comes last",
        ),
        Mistake(
            "the blocks were taken in the order forget, input, candidate, output",
            _repacked(_peephole, (1, 0, 2, 3)),
            "unpacking in Keras's order: i, f, g, o = np.split(z, 4, axis=-1)",
        ),
        Mistake(
            "the blocks were taken in the order input, forget, output, candidate",
            _repacked(_peephole, (0, 1, 3, 2)),
            "unpacking in Keras's order: i, f, g, o = np.split(z, 4, axis=-1)",
        ),
        Mistake(
            "the candidate went through a sigmoid",
            _with(_peephole, activation=sigmoid),
            "np.tanh for the candidate: it must be able to be negative",
        ),
        Mistake(
            "the input gate went through tanh",
            _with(_peephole, entering=np.tanh),
            "sigmoid for all three gates: a gate lies between 0 and 1",
        ),
        Mistake(
            "tanh of the cell were forgotten",
            _with(_peephole, squash=lambda z: z),
            "h_t = o * np.tanh(c_t): no state above 1",
        ),
        Mistake(
            "the bias were forgotten",
            altered(_peephole, b_h=np.zeros_like),
            "setting everything else to zero: h_t should still depend on b_h",
        ),
        Mistake(
            "h_prev were left out",
            altered(_peephole, W_h=np.zeros_like),
            "x_t @ W_x + h_prev @ W_h + b_h: peepholes are added to it, they replace nothing",
        ),
        Mistake(
            "the two results were returned in the other order",
            lambda **arguments: _peephole(**arguments)[::-1],
            "ending with: return h_t, c_t",
        ),
    ),
)


# -- 10b: one gate for two ---------------------------------------------------------------------


def _answer_coupled(x, mask, W_x, W_h, b_h):
    # sigmoid(-z) = 1 - sigmoid(z): a forget gate with the input gate's weights, negated.
    packed = []
    for weights in (W_x, W_h, b_h):
        enter, candidate, leave = np.split(weights, 3, axis=-1)
        packed.append(np.concatenate([enter, -enter, candidate, leave], axis=-1))
    options = dict(return_sequences=True, return_state=True)
    layer = make_layer("LSTM", W_h.shape[0], packed, **options)
    states, _, cell = layer(x, mask=mask)
    return np.array(states), np.array(cell)


def _draw_coupled(rng, batch, time, features, units, dtype="float64"):
    shapes = {"W_x": (features, 3 * units), "W_h": (units, 3 * units), "b_h": 3 * units}
    arrays = draw_arrays(rng, dtype, x=(batch, time, features), **shapes)
    mask = rng.random((batch, time)) < 0.6
    mask[0] = np.arange(time) < (time + 1) // 2
    if batch > 1:
        mask[1] = np.arange(time) >= time // 2
    return dict(x=arrays.pop("x"), mask=mask) | arrays


def _example_coupled(label, mask=(True, True, True), **terms):
    nothing = numbers(x=[[[0], [0], [0]]], W_x=[[0, 0, 0]], W_h=[[0, 0, 0]], b_h=[0, 0, 0])
    x = nothing.pop("x")
    return Case(dict(x=x, mask=np.array([mask])) | nothing | numbers(**terms), label)


def _coupled(
    x, mask, W_x, W_h, b_h,
    forget=lambda i: 1 - i, enter=lambda i: i, activation=np.tanh, squash=np.tanh,
    keep_cell=True, keep_state=True, result="cell", feed="state",
):  # fmt: skip
    """Run with a coupled gate and a mask; the options make wrong answers."""
    h = c = np.zeros((len(x), W_h.shape[0]), x.dtype)
    states = []
    for t in range(x.shape[1]):
        real = mask[:, t, None]
        fed = h if feed == "state" else c if feed == "cell" else 0 * h
        z = x[:, t] @ W_x + fed @ W_h + b_h
        i, g, o = np.split(z, 3, axis=-1)
        i = sigmoid(i)
        c_new = forget(i) * c + enter(i) * activation(g)
        h_new = sigmoid(o) * squash(c_new)
        c = np.where(real, c_new, c if keep_cell else 0) if keep_cell is not None else c_new
        h = np.where(real, h_new, h if keep_state else 0) if keep_state is not None else h_new
        states.append(h)
    return np.stack(states, axis=1), c if result == "cell" else h


COUPLED = Exercise(
    id="10b",
    title="one gate for two, with a mask",
    points=3,
    key="keras.layers.LSTM whose forget gate has the input gate's weights, negated",
    results=(Result("states", ("batch", "time", "units")), Result("cell", ("batch", "units"))),
    answer=_answer_coupled,
    examples=(
        _example_coupled("the bias alone", b_h=[0, 1, 0]),
        _example_coupled("the gate nearly shut", b_h=[-3, 1, 0]),
        _example_coupled("the last step masked", (True, True, False), b_h=[0, 1, 0]),
        _example_coupled("the first step masked", (False, True, True), b_h=[0, 1, 0]),
    ),
    draw=_draw_coupled,
    sizes=(
        ("", dict(batch=3, time=6, features=2, units=4)),
        ("", dict(batch=4, time=5, features=3, units=2)),
        ("a batch of one", dict(batch=1, time=5, features=2, units=3)),
        ("a sequence of one", dict(batch=4, time=1, features=2, units=3)),
        ("float32", dict(batch=5, time=4, features=1, units=3, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "the gate kept where it should take, and took where it should keep",
            _with(_coupled, forget=lambda i: i, enter=lambda i: 1 - i),
            "a gate of 1: the cell should be the candidate alone",
        ),
        Mistake(
            "the old cell were multiplied by the gate and not by 1 minus the gate",
            _with(_coupled, forget=lambda i: i),
            "a gate of 1: nothing of the old cell should be left",
        ),
        Mistake(
            "nothing were forgotten",
            _with(_coupled, forget=lambda i: 1),
            "(1 - i) * c + i * g: what comes in makes room for itself",
        ),
        Mistake(
            "the gate were not applied to the candidate",
            _with(_coupled, enter=lambda i: 1),
            "(1 - i) * c + i * g: the same gate, twice",
        ),
        Mistake(
            "the blocks were taken in the order input, output, candidate",
            _repacked(_coupled, (0, 2, 1)),
            "unpacking in the order of the task: i, g, o = np.split(z, 3, axis=-1)",
        ),
        Mistake(
            "the blocks were taken in the order candidate, input, output",
            _repacked(_coupled, (1, 0, 2)),
            "unpacking in the order of the task: i, g, o = np.split(z, 3, axis=-1)",
        ),
        Mistake(
            "the candidate went through a sigmoid",
            _with(_coupled, activation=sigmoid),
            "np.tanh for the candidate: it must be able to be negative",
        ),
        Mistake(
            "tanh of the cell were forgotten",
            _with(_coupled, squash=lambda z: z),
            "h = o * np.tanh(c)",
        ),
        Mistake(
            "the bias were forgotten",
            altered(_coupled, b_h=np.zeros_like),
            "the first example: everything is zero but the bias",
        ),
        Mistake(
            "the cell were multiplied by W_h in place of the state",
            _with(_coupled, feed="cell"),
            "h @ W_h: the gates see the state, which is shown, and not the cell",
        ),
        Mistake(
            "the gates did not see the state",
            _with(_coupled, feed="nothing"),
            "x[:, t] @ W_x + h @ W_h + b_h, with the h of the step before",
        ),
        Mistake(
            "the mask were not used",
            altered(_coupled, mask=np.ones_like),
            "printing c before and after a masked step: it should not move",
        ),
        Mistake(
            "the mask were read the wrong way round",
            altered(_coupled, mask=np.logical_not),
            "reading the mask aloud: True is a real step, False is padding",
        ),
        Mistake(
            "a masked step kept the state but moved the cell",
            _with(_coupled, keep_cell=None),
            "two np.where: one for h and one for c",
        ),
        Mistake(
            "a masked step kept the cell but moved the state",
            _with(_coupled, keep_state=None),
            "two np.where: one for h and one for c",
        ),
        Mistake(
            "a masked step set state and cell to zero",
            _with(_coupled, keep_cell=False, keep_state=False),
            "np.where(real, new, old): a masked step keeps what was there",
        ),
        Mistake(
            "the last state were returned in place of the last cell",
            _with(_coupled, result="state"),
            "ending with: return states, c",
        ),
        Mistake(
            "the two results were returned in the other order",
            lambda **arguments: _coupled(**arguments)[::-1],
            "ending with: return states, cell",
        ),
        Mistake(
            "the axes batch and time were swapped",
            lambda **arguments: (_coupled(**arguments)[0].swapaxes(0, 1), _coupled(**arguments)[1]),
            "np.stack(list_of_states, axis=1): np.array(list_of_states) puts time first",
        ),
    ),
)


# -- 10c: counting parameters ------------------------------------------------------------------


def _answer_count(features, units, outputs, coupled, peepholes):
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


def _count(
    features, units, outputs, coupled, peepholes,
    blocks=lambda coupled: 3 if coupled else 4, inputs="below", bias=1, square=True,
    peeps=lambda coupled: 2 if coupled else 3, head=True, peep_square=False,
):  # fmt: skip
    """Count; the options make wrong answers."""
    total, size = 0, features
    for width in units:
        once = size * width + (width * width if square else width) + bias * width
        total += blocks(coupled) * once
        if peepholes:
            total += peeps(coupled) * (width * width if peep_square else width)
        size = width if inputs == "below" else features
    return total + ((units[-1] + 1) * outputs if head else 0)


def _count_case(label, **arguments):
    defaults = dict(features=3, units=[4], outputs=1, coupled=False, peepholes=False)
    return Case(defaults | arguments, label)


def _draw_count(rng, layers, coupled, peepholes):
    features, outputs, *units = (int(n) for n in rng.permutation(np.arange(2, 30))[: layers + 2])
    return dict(
        features=features, units=units, outputs=outputs, coupled=coupled, peepholes=peepholes
    )


COUNT = Exercise(
    id="10c",
    title="counting parameters",
    points=2,
    key="count_params of the Keras layers",
    results=(Result("count"),),
    answer=_answer_count,
    examples=(
        _count_case("one LSTM"),
        _count_case("two LSTMs", units=[4, 5]),
        _count_case("coupled", coupled=True),
        _count_case("with peepholes", peepholes=True),
        _count_case("coupled, with peepholes", coupled=True, peepholes=True),
    ),
    draw=_draw_count,
    sizes=(
        ("", dict(layers=1, coupled=False, peepholes=False)),
        ("", dict(layers=2, coupled=False, peepholes=True)),
        ("", dict(layers=3, coupled=True, peepholes=False)),
        ("", dict(layers=2, coupled=True, peepholes=True)),
        ("", dict(layers=3, coupled=False, peepholes=True)),
    ),
    mistakes=(
        Mistake(
            "only one of the four blocks were counted",
            _with(_count, blocks=lambda coupled: 1),
            "the LSTM of the lesson: three gates and the candidate have weights of their own",
        ),
        Mistake(
            "the candidate were not counted",
            _with(_count, blocks=lambda coupled: 2 if coupled else 3),
            "three gates and a candidate: four blocks, or three where two gates are coupled",
        ),
        Mistake(
            "coupling saved nothing",
            _with(_count, blocks=lambda coupled: 4, peeps=lambda coupled: 3),
            "the coupled cell of 10b: W_x has three blocks",
        ),
        Mistake(
            "coupling took away a block, but not its peephole",
            _with(_count, peeps=lambda coupled: 3),
            "counting the gates that are left: input and output gate",
        ),
        Mistake(
            "coupling took away two blocks",
            _with(_count, blocks=lambda coupled: 2 if coupled else 4),
            "the coupled cell of 10b: input gate, candidate and output gate are left",
        ),
        Mistake(
            "the upper layers read the features, too",
            _with(_count, inputs="features"),
            "a stack of two: the second layer reads the states of the first",
        ),
        Mistake(
            "the bias were forgotten",
            _with(_count, bias=0),
            "features·units + units·units + units in each block: the last is the bias",
        ),
        Mistake(
            "there were two biases, as in a GRU",
            _with(_count, bias=2),
            "one bias in each block; two are a habit of another layer",
        ),
        Mistake(
            "each unit saw only its own state",
            _with(_count, square=False),
            "W_h: (units, units) in each block",
        ),
        Mistake(
            "a peephole were a matrix",
            _with(_count, peep_square=True),
            "10a: p_i has one number for each unit",
        ),
        Mistake(
            "the candidate had a peephole, too",
            _with(_count, peeps=lambda coupled: 3 if coupled else 4),
            "10a: three gates look at the cell, the candidate does not",
        ),
        Mistake(
            "the peepholes were forgotten",
            altered(_count, peepholes=lambda value: False),
            "comparing peepholes=True and peepholes=False: it should differ",
        ),
        Mistake(
            "the Dense layer were forgotten",
            _with(_count, head=False),
            "adding units·outputs + outputs for the layer that gives the answer",
        ),
        Mistake(
            "only the top layer were counted",
            altered(_count, units=lambda units: units[-1:]),
            "going through the list of units with a loop",
        ),
        Mistake(
            "the Dense layer had no bias",
            lambda **arguments: _count(**arguments) - arguments["outputs"],
            "units·outputs + outputs: a bias for each output",
        ),
    ),
)


# -- 10d: the gradient along the belt ----------------------------------------------------------


def _answer_belt(x, h_0, c_0, W_x, W_h, b_h):
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


def _draw_belt(rng, batch, time, features, units, dtype="float64"):
    states = {"h_0": (batch, units), "c_0": (batch, units)}
    weights = {"W_x": (features, 4 * units), "W_h": (units, 4 * units), "b_h": 4 * units}
    return draw_arrays(rng, dtype, x=(batch, time, features), **states, **weights)


def _example_belt(label, **terms):
    nothing = numbers(
        x=[[[0], [0]]], h_0=[[0]], c_0=[[0]], W_x=[[0, 0, 0, 0]], W_h=[[0, 0, 0, 0]],
        b_h=[0, 0, 0, 0],
    )  # fmt: skip
    return Case(nothing | numbers(**terms), label)


def _belt(
    x, h_0, c_0, W_x, W_h, b_h,
    block=1, gate=sigmoid, order=(0, 1, 2, 3), combine=None, carry="both", squash=np.tanh,
):  # fmt: skip
    """Follow the belt; the options make wrong answers."""
    h, c, forgets = h_0, c_0, []
    for t in range(x.shape[1]):
        z = np.split(x[:, t] @ W_x + h @ W_h + b_h, 4, axis=-1)
        z = [z[n] for n in order]
        forgets.append(gate(z[block]))
        i, f, o = sigmoid(z[0]), sigmoid(z[1]), sigmoid(z[3])
        c_new = f * c + i * np.tanh(z[2])
        h = o * squash(c_new) if carry == "both" else c_new if carry == "swapped" else h
        c = c_new
    forgets = np.stack(forgets, axis=1)
    return (_product_per_lag if combine is None else combine)(forgets)


def _product_per_lag(forgets):
    ones = np.ones_like(forgets[:, :1])
    return np.concatenate([ones, np.cumprod(forgets[:, ::-1], axis=1)], axis=1)


def _from_the_start(forgets):
    return np.concatenate([np.ones_like(forgets[:, :1]), np.cumprod(forgets, axis=1)], axis=1)


def _sums(forgets):
    ones = np.ones_like(forgets[:, :1])
    return np.concatenate([ones, np.cumsum(forgets[:, ::-1], axis=1)], axis=1)


def _powers(choose):
    def combine(forgets):
        lags = np.arange(forgets.shape[1] + 1)[:, None]
        return choose(forgets)[:, None] ** lags

    return combine


BELT = Exercise(
    id="10d",
    title="the gradient along the belt",
    points=3,
    key="tf.GradientTape with the gates held constant",
    results=(Result("gradients", ("batch", "time+1", "units")),),
    answer=_answer_belt,
    examples=(
        _example_belt("all gates half open"),
        _example_belt("only the forget gate's bias", b_h=[0, 2, 0, 0]),
        _example_belt("inputs move the forget gate", x=[[[1], [-1]]], W_x=[[0, 2, 0, 0]]),
        _example_belt(
            "the state moves the forget gate", b_h=[2, 0, 2, 2], W_h=[[0, 3, 0, 0]], c_0=[[1]]
        ),
    ),
    draw=_draw_belt,
    sizes=(
        ("", dict(batch=3, time=5, features=2, units=4)),
        ("", dict(batch=2, time=7, features=3, units=3)),
        ("a batch of one", dict(batch=1, time=4, features=2, units=5)),
        ("a sequence of one", dict(batch=3, time=1, features=2, units=3)),
        ("float32", dict(batch=4, time=6, features=1, units=2, dtype="float32")),
    ),
    mistakes=(
        Mistake(
            "lag 0 were missing",
            _with(_belt, combine=lambda f: _product_per_lag(f)[:, 1:]),
            "beginning with ones: the gradient of c_T with respect to itself",
        ),
        Mistake(
            "the products began at the first step and not at the last",
            _with(_belt, combine=_from_the_start),
            "lag 1 by hand: it is the forget gate of the last step",
        ),
        Mistake(
            "the steps stood in their own order, not by lag",
            _with(_belt, combine=lambda f: _product_per_lag(f)[:, ::-1]),
            "index 0 for lag 0, the end: turn the time axis round with [:, ::-1]",
        ),
        Mistake(
            "the forget gates were added and not multiplied",
            _with(_belt, combine=_sums),
            "np.cumprod: each step is one more factor",
        ),
        Mistake(
            "the forget gates were returned without multiplying them",
            _with(
                _belt,
                combine=lambda f: np.concatenate([np.ones_like(f[:, :1]), f[:, ::-1]], axis=1),
            ),
            "np.cumprod: what passes two steps passes two gates",
        ),
        Mistake(
            "the last gate were taken to a power",
            _with(_belt, combine=_powers(lambda f: f[:, -1])),
            "the gates of all steps: they differ from step to step",
        ),
        Mistake(
            "the average gate were taken to a power",
            _with(_belt, combine=_powers(lambda f: f.mean(axis=1))),
            "np.cumprod over the gates themselves, and not over their mean",
        ),
        Mistake(
            "all units shared one gate, the mean of theirs",
            _with(
                _belt,
                combine=lambda f: _product_per_lag(0 * f + f.mean(axis=-1, keepdims=True)),
            ),
            "leaving the last axis alone: every unit has its own belt",
        ),
        Mistake(
            "the input gate were taken for the forget gate",
            _with(_belt, block=0),
            "the order of the blocks: input, forget, candidate, output",
        ),
        Mistake(
            "the output gate were taken for the forget gate",
            _with(_belt, block=3),
            "the order of the blocks: input, forget, candidate, output",
        ),
        Mistake(
            "the blocks stood in the order forget, input, candidate, output",
            _with(_belt, order=(1, 0, 2, 3)),
            "the order of the blocks: input, forget, candidate, output",
        ),
        Mistake(
            "the sigmoid of the forget gate were left out",
            _with(_belt, gate=lambda z: z),
            "a forget gate between 0 and 1",
        ),
        Mistake(
            "the forget gate went through tanh",
            _with(_belt, gate=np.tanh),
            "sigmoid for gates: a forget gate is never negative",
        ),
        Mistake(
            "the derivative of the sigmoid were taken",
            _with(_belt, gate=lambda z: sigmoid(z) * (1 - sigmoid(z))),
            "c_t = f * c_prev + i * g with f a given number: its derivative is f itself",
        ),
        Mistake(
            "state and cell state were swapped on the way",
            _with(_belt, carry="swapped"),
            "h, c = lstm_step(...): the state comes first, and it is h that meets W_h",
        ),
        Mistake(
            "the gates did not see the state move",
            _with(_belt, carry="none"),
            "running the step: h changes, and with it the next forget gate",
        ),
        Mistake(
            "the run began with zeros and not with h_0 and c_0",
            altered(_belt, h_0=np.zeros_like, c_0=np.zeros_like),
            "looking where h_0 and c_0 are used in your function",
        ),
        Mistake(
            "the bias were forgotten",
            altered(_belt, b_h=np.zeros_like),
            "the second example: only the bias is not zero",
        ),
        Mistake(
            "the axes batch and time were swapped",
            lambda **arguments: _belt(**arguments).swapaxes(0, 1),
            "np.stack(list, axis=1): the batch comes first",
        ),
    ),
)

EXERCISES = (PEEPHOLE, COUPLED, COUNT, BELT)
QUESTION = Question("10e", "a colleague's LSTM", points=2)
